//! The Kubernetes calendar's cycles: one that it does not have yet is begun with its release alone, and whatever becomes known of it
//! is added later.

use toml_edit::{ArrayOfTables, Item, Table};

use super::entries;
use crate::registry::Registry;
use crate::registry::schema::FileKind;
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
    /// The calendar is left alone.
    #[error(transparent)]
    LeftAlone(#[from] LeftAlone),
}

/// Begins a cycle of which nothing but the release is known.
///
/// # Errors
///
/// The calendar has it, or cannot be edited.
pub fn begin(registry: &Registry, release: Release) -> Result<Proposal, NotBegun> {
    let known = registry.kubernetes.as_ref();
    if known.is_some_and(|calendar| calendar.value.cycle(release).is_some()) {
        return Err(NotBegun::Known(release));
    }
    let schema = format!("../../schema/{}", FileKind::Kubernetes.schema_file());
    let proposal = file::propose(registry, CALENDAR, &schema, known.is_some(), |document| {
        let entry = document
            .entry("cycles")
            .or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new()));
        let tables = entry.as_array_of_tables_mut()?;
        let mut table = Table::new();
        table.insert("release", Item::Value(release.to_string().into()));
        entries::insert(tables, release, table);
        let place = Place::entry(release.to_string());
        let words = "nothing is known of it yet".to_owned();
        Some(vec![Change::made(place, None, Some(words))])
    })?;
    Ok(proposal)
}
