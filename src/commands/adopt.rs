//! `kepherd adopt`

use std::collections::BTreeSet;

use anyhow::{Result, bail};

use super::connect::{self, Connection, patience};
use super::files::{self, Opened};
use super::plan::sound_registry;
use super::{Context, Exit, block_on, check};
use crate::cli::Adopt;
use crate::findings::diagnostic::Level;
use crate::registry::Registry;
use crate::sync::adopt::{Adoption, adopt};
use crate::sync::journal::Remembered;
use crate::sync::observed::{Lookup, Observed, ObservedIssue};
use crate::sync::plan::{IssuePlan, Options};
use crate::sync::reconcile::read_and_plan;
use crate::terms::{RepositoryName, Subject, kep_number};
use crate::text::words::printable;

pub(super) fn run(context: &mut Context<'_>, options: &Adopt) -> Result<Exit> {
    let Some(opened) = sound_registry(context)? else {
        return Ok(Exit::CouldNotRun);
    };
    let registry = &opened.loaded.registry;
    let wanted = subjects(registry, &options.records)?;
    if let Some(name) = &options.repository {
        connect::listed(registry, name)?;
    }
    let asked = Options {
        repository: options.repository.clone(),
        ..Options::default()
    };
    let (plan, observed) = block_on(async {
        let sandbox = options.sandbox.as_ref();
        let connection =
            Connection::open(context, sandbox, registry, patience(&options.waits)).await?;
        let nothing = Remembered::default();
        let read = read_and_plan(registry, &connection.client, &asked, &nothing, false).await;
        connection.close().await;
        Ok(read?)
    })?;
    let mut tally = Tally::default();
    for repository in &plan.repositories {
        if let Some(problem) = &repository.problem {
            tally.left += 1;
            let name = &repository.repository;
            writeln!(
                context.log,
                "warning: {name} cannot be read: {}",
                printable(problem)
            )?;
        }
        for issue in &repository.issues {
            let meant = wanted.is_empty() || wanted.contains(&issue.subject);
            let found = issue_of(&observed, &repository.repository, issue);
            if let Some(found) = found.filter(|_| meant && !issue.drift.is_empty()) {
                adopt_one(context, &opened, issue, found, options.diff, &mut tally)?;
            }
        }
    }
    if tally.adopted + tally.left == 0 {
        writeln!(
            context.out,
            "nothing to adopt: on GitHub nothing was changed that kepherd had set"
        )?;
    }
    Ok(if tally.left > 0 {
        Exit::Findings
    } else {
        Exit::Clean
    })
}

#[derive(Default)]
struct Tally {
    adopted: usize,
    left: usize,
}

fn adopt_one(
    context: &mut Context<'_>,
    opened: &Opened,
    plan: &IssuePlan,
    issue: &ObservedIssue,
    only_show: bool,
    tally: &mut Tally,
) -> Result<()> {
    let registry = &opened.loaded.registry;
    let path = format!("{}{}", opened.prefix, plan.record);
    let Some(source) = registry
        .files
        .iter()
        .find(|file| *file.path == *plan.record)
    else {
        return Ok(());
    };
    let file = opened.root.join(&*source.path);
    let mut adoption = Adoption::default();
    files::edit(&file, |document| {
        adoption = adopt(registry, document, plan, issue);
        let Adoption { edits, left, .. } = &mut adoption;
        // A record that `check` refuses would stop everything, so nothing of it is written.
        let text = document.to_string();
        let errors: Vec<String> = check::findings_of(context, registry, &source.path, &text)
            .diagnostics
            .into_iter()
            .filter(|diagnostic| diagnostic.level == Level::Error)
            .map(|diagnostic| diagnostic.message)
            .collect();
        if !edits.is_empty() && !errors.is_empty() {
            let edits = std::mem::take(edits).join("; ");
            left.push(format!("{edits}: {}", errors.join("; ")));
        }
        Ok((!edits.is_empty() && !only_show).then_some(()))
    })?;
    let Adoption { edits, left, also } = adoption;
    let word = if only_show { "would adopt" } else { "adopted" };
    let width = word.len();
    for edit in &edits {
        writeln!(
            context.out,
            "{word}  {}  {path}  {}",
            plan.subject,
            printable(edit)
        )?;
    }
    for what in &left {
        writeln!(
            context.out,
            "{:<width$}  {}  {path}  {}",
            "left",
            plan.subject,
            printable(what)
        )?;
    }
    for what in &also {
        writeln!(context.log, "note: {}: {}", plan.subject, printable(what))?;
    }
    tally.adopted += edits.len();
    tally.left += left.len();
    Ok(())
}

fn issue_of<'a>(
    observed: &'a Observed,
    repository: &RepositoryName,
    plan: &IssuePlan,
) -> Option<&'a ObservedIssue> {
    let seen = observed.repositories.get(repository)?;
    let number = plan.number?;
    match seen.issues.get(&number) {
        Some(Lookup::Issue(issue)) => Some(issue),
        Some(_) => None,
        None => seen.indexed.as_ref()?.get(&number),
    }
}

/// The records that somebody names: KEP numbers, with or without `KEP-`, and ids of work items.
fn subjects(registry: &Registry, names: &[String]) -> Result<BTreeSet<Subject>> {
    let mut subjects = BTreeSet::new();
    for name in names {
        let kep = kep_number(name).filter(|number| registry.kep(*number).is_some());
        let item = registry.items.iter().find(|entry| entry.value.id == *name);
        match (kep, item) {
            (Some(number), _) => subjects.insert(Subject::Kep(number)),
            (None, Some(item)) => subjects.insert(Subject::Item(item.value.id.clone())),
            (None, None) => bail!("the registry has no record of `{}`", printable(name)),
        };
    }
    Ok(subjects)
}
