//! The entries of a calendar by their releases, in a document: `[[cycles]]` and `[[minors]]` alike.

use toml_edit::{ArrayOfTables, Item, Table};

use crate::registry::edit;
use crate::terms::Release;

/// The place of a release's entry.
pub(super) fn index_of(tables: &ArrayOfTables, release: Release) -> Option<usize> {
    tables
        .iter()
        .position(|table| release_of(table) == Some(release))
}

fn release_of(table: &Table) -> Option<Release> {
    table.get("release")?.as_str()?.parse().ok()
}

/// Adds an entry of which nothing but the release is known.
pub(super) fn begin(tables: &mut ArrayOfTables, release: Release) {
    let mut table = Table::new();
    table.insert("release", Item::Value(release.to_string().into()));
    insert(tables, release, table);
}

/// Adds an entry beside the greatest one that is smaller: behind it, or before it in a calendar that begins with the newest.
pub(super) fn insert(tables: &mut ArrayOfTables, release: Release, table: Table) {
    let known: Vec<(Release, usize)> = (0..tables.len())
        .filter_map(|at| Some((release_of(tables.get(at)?)?, at)))
        .collect();
    let is_newest_first = known.len() > 1 && known.is_sorted_by(|one, next| one.0 > next.0);
    let smaller = known.iter().filter(|(other, _)| *other < release).max();
    let at = match (smaller, is_newest_first) {
        (Some((_, at)), true) => *at,
        (Some((_, at)), false) => at + 1,
        (None, true) => tables.len(),
        (None, false) => 0,
    };
    edit::insert_table(tables, at, table);
}
