//! Writes the numbers of issues into the records that have none: of those that a run created, and of those that an earlier
//! run created and did not write down.

use anyhow::Result;

use super::Context;
use super::files::{self, Opened};
use crate::findings::sources::FileId;
use crate::registry::Registry;
use crate::registry::edit;
use crate::sync::plan::{Action, Plan};
use crate::terms::Subject;

/// Writes what is missing; gives whether all of it was written.
pub(super) fn run(
    context: &mut Context<'_>,
    opened: &Opened,
    plan: &Plan,
    created: &[(Subject, u64)],
) -> Result<bool> {
    let registry = &opened.loaded.registry;
    let found = plan
        .repositories
        .iter()
        .flat_map(|repository| &repository.issues)
        .filter(|issue| !matches!(issue.action, Action::Blocked(_)))
        .filter_map(|issue| Some((issue.subject.clone(), issue.number?)));
    let mut whole = true;
    // Said when all is written: an output that cannot be written to must not keep a number from its record.
    let (mut said, mut failed) = (Vec::new(), Vec::new());
    for (subject, number) in found.chain(created.iter().cloned()) {
        let Some(file) = unpinned(registry, &subject) else {
            continue;
        };
        let source = registry.file(file);
        let written = files::edit(&opened.root.join(&*source.path), |document| {
            if edit::get(document, "issue").is_some() {
                return Ok(None);
            }
            edit::set(document, "issue", i64::try_from(number)?.into());
            Ok(Some(()))
        });
        let path = format!("{}{}", opened.prefix, source.path);
        match written {
            Ok(None) => {}
            Ok(Some(())) => said.push(format!("recorded {path}: issue = {number}")),
            Err(error) => {
                whole = false;
                failed.push(format!(
                    "error: {error:#}; the issue of {subject} is #{number}: write `issue = {number}` into {path}"
                ));
            }
        }
    }
    for line in said {
        writeln!(context.out, "{line}")?;
    }
    for line in failed {
        writeln!(context.log, "{line}")?;
    }
    Ok(whole)
}

/// The file of a record that names no issue.
fn unpinned(registry: &Registry, subject: &Subject) -> Option<FileId> {
    match subject {
        Subject::Kep(number) => {
            let entry = registry.kep(*number)?;
            entry.value.issue.is_none().then_some(entry.file)
        }
        Subject::Item(id) => {
            let entry = registry.items.iter().find(|entry| entry.value.id == *id)?;
            entry.value.issue.is_none().then_some(entry.file)
        }
    }
}
