//! Which records somebody means.

use std::collections::BTreeSet;

use anyhow::{Result, bail};

use crate::cli::Only;
use crate::registry::Registry;
use crate::terms::{Subject, Triage, kep_number};
use crate::text::words::printable;

/// The records that somebody names: KEP numbers, with or without `KEP-`, and ids of work items.
pub(super) fn named(registry: &Registry, names: &[String]) -> Result<BTreeSet<Subject>> {
    let mut subjects = BTreeSet::new();
    for name in names {
        match find(registry, name) {
            Some(subject) => subjects.insert(subject),
            None => bail!("the registry has no record of `{}`", printable(name)),
        };
    }
    Ok(subjects)
}

/// The record of a name.
pub(super) fn find(registry: &Registry, name: &str) -> Option<Subject> {
    let kep = kep_number(name).filter(|number| registry.kep(*number).is_some());
    let mut items = registry.items.iter();
    let item = items.find(|entry| entry.value.id == *name);
    kep.map(Subject::Kep)
        .or_else(|| item.map(|item| Subject::Item(item.value.id.clone())))
}

/// The records that are wanted: those that are named, of all, as far as each of the conditions holds; absent: all.
pub(super) fn selected(
    registry: &Registry,
    names: &[String],
    only: &[Only],
) -> Result<Option<BTreeSet<Subject>>> {
    let named = named(registry, names)?;
    if names.is_empty() && only.is_empty() {
        return Ok(None);
    }
    let keps = registry.keps.iter().map(|entry| {
        let record = &entry.value;
        let subject = Subject::Kep(record.number);
        (subject, record.issue.is_some(), record.triage)
    });
    let items = registry.items.iter().map(|entry| {
        let item = &entry.value;
        let subject = Subject::Item(item.id.clone());
        (subject, item.issue.is_some(), item.triage)
    });
    let is_meant = |subject: &Subject, has_issue: bool, triage: Option<Triage>| {
        let is_named = names.is_empty() || named.contains(subject);
        is_named
            && only.iter().all(|only| match only {
                Only::Accepted => triage == Some(Triage::Accepted),
                Only::New => !has_issue,
                Only::Existing => has_issue,
            })
    };
    let meant = keps
        .chain(items)
        .filter(|(subject, has_issue, triage)| is_meant(subject, *has_issue, *triage));
    Ok(Some(meant.map(|(subject, ..)| subject).collect()))
}
