//! Who somebody is in a registry, and what they have to do.

use crate::registry::Registry;
use crate::registry::kep::KepRecord;
use crate::terms::{Handle, Release};

/// The KEPs that somebody shepherds and that work goes on with: the load.
pub(super) fn going_on<'r>(registry: &'r Registry, handle: &Handle) -> Vec<&'r KepRecord> {
    let records = registry.keps.iter().map(|entry| &entry.value);
    let records =
        records.filter(|record| record.shepherds.contains(handle) && record.is_going_on());
    records.collect()
}

/// The cycles that somebody liaises in.
pub(super) fn liaises(registry: &Registry, handle: &Handle) -> Vec<Release> {
    let calendar = registry.kubernetes.iter();
    let cycles = calendar.flat_map(|calendar| &calendar.value.cycles);
    let cycles = cycles.filter(|cycle| cycle.liaisons.contains(handle));
    cycles.map(|cycle| cycle.release).collect()
}

/// The KEPs that somebody owns upstream.
pub(super) fn owned<'r>(registry: &'r Registry, handle: &Handle) -> Vec<&'r KepRecord> {
    let records = registry.keps.iter().map(|entry| &entry.value);
    records
        .filter(|record| record.owners.contains(handle))
        .collect()
}
