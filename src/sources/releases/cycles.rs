//! The Kubernetes calendar's cycles: one that it does not have yet is begun with its release alone, and whatever becomes known of it
//! is added later.

use std::collections::BTreeSet;

use toml_edit::ArrayOfTables;

use super::entries;
use crate::registry::Registry;
use crate::registry::edit;
use crate::registry::schema::FileKind;
use crate::registry::tracked::Tracked;
use crate::sources::file::{self, LeftAlone};
use crate::sources::proposal::{Change, Place, Proposal};
use crate::terms::Release;

/// Where a registry has the Kubernetes calendar.
pub const CALENDAR: &str = "releases/kubernetes.toml";

/// Why no cycle is begun.
#[derive(Debug, thiserror::Error)]
pub enum NotBegun {
    /// It is there.
    #[error("`{CALENDAR}` has Kubernetes {0} already")]
    Known(Release),
    /// There are cycles between it and those that are there.
    #[error(
        "`{CALENDAR}` ends with Kubernetes {last}: `kepherd new cycle {next}` comes before {asked}, or {asked} is a slip"
    )]
    TooFar {
        /// The one that is asked for.
        asked: Release,
        /// The last one that is there.
        last: Release,
        /// The one that comes next.
        next: Release,
    },
    /// The calendar is left alone.
    #[error(transparent)]
    LeftAlone(#[from] LeftAlone),
}

/// Begins a cycle of which nothing but the release is known. A calendar that is not there begins with all that records aim at.
///
/// # Errors
///
/// The calendar has it, or cannot be edited.
pub fn begin(registry: &Registry, release: Release) -> Result<Proposal, NotBegun> {
    let known = registry.kubernetes.as_ref();
    if known.is_some_and(|calendar| calendar.value.cycle(release).is_some()) {
        return Err(NotBegun::Known(release));
    }
    let cycles = known.iter().flat_map(|calendar| &calendar.value.cycles);
    if let Some(last) = cycles.map(|cycle| cycle.release).max() {
        let next = Release {
            minor: last.minor + 1,
            ..last
        };
        if release > next {
            return Err(NotBegun::TooFar {
                asked: release,
                last,
                next,
            });
        }
    }
    let mut aimed_at = BTreeSet::from([release]);
    if known.is_none() {
        aimed_at.extend(self::aimed_at(registry));
    }
    let schema = format!("../../schema/{}", FileKind::Kubernetes.schema_file());
    let proposal = file::propose(registry, CALENDAR, &schema, known.is_some(), |document| {
        let tables = edit::tables(document, "cycles")?;
        Some(begin_all(tables, &aimed_at))
    })?;
    Ok(proposal)
}

/// What records aim at.
pub(super) fn aimed_at(registry: &Registry) -> BTreeSet<Release> {
    let records = registry.tracked().filter(|record| record.is_going_on());
    records.filter_map(Tracked::target).collect()
}

/// Begins those of these cycles that are not there, with nothing but the release.
pub(super) fn begin_all(tables: &mut ArrayOfTables, releases: &BTreeSet<Release>) -> Vec<Change> {
    let new = releases.iter().filter_map(|release| {
        if entries::index_of(tables, *release).is_some() {
            return None;
        }
        entries::begin(tables, *release);
        let place = Place::entry(release.to_string());
        let words =
            "nothing is known of it yet; `planned`, its freezes and `liaisons` can be added";
        Some(Change::made(place, None, Some(words.to_owned())))
    });
    new.collect()
}
