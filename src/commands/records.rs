//! Which records somebody means.

use std::collections::BTreeSet;

use anyhow::{Result, bail};

use crate::cli::Only;
use crate::registry::Registry;
use crate::registry::tracked::Tracked;
use crate::terms::{Subject, Triage, kep_number};
use crate::text::words::printable;

/// The records that somebody names: KEP numbers, with or without `KEP-`, and ids of work items.
pub(super) fn named(registry: &Registry, names: &[String]) -> Result<BTreeSet<Subject>> {
    let mut subjects = BTreeSet::new();
    for name in names {
        match find(registry, name) {
            Some(record) => subjects.insert(record.subject()),
            None => bail!("the registry has no record of `{}`", printable(name)),
        };
    }
    Ok(subjects)
}

/// The record of a name.
pub(super) fn find<'a>(registry: &'a Registry, name: &str) -> Option<Tracked<'a>> {
    let kep = kep_number(name).and_then(|number| registry.kep(number));
    let mut items = registry.items.iter();
    let mut item = || items.find(|entry| entry.value.id == *name);
    kep.map(Tracked::Kep).or_else(|| item().map(Tracked::Item))
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
    let is_meant = |record: &Tracked<'_>| {
        let is_named = names.is_empty() || named.contains(&record.subject());
        is_named
            && only.iter().all(|only| match only {
                Only::Accepted => record.triage() == Some(Triage::Accepted),
                Only::New => record.issue().is_none(),
                Only::Existing => record.issue().is_some(),
            })
    };
    let meant = registry.tracked().filter(is_meant);
    Ok(Some(meant.map(Tracked::subject).collect()))
}
