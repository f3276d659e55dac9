//! Closing: an open issue of a KEP that has ended is closed, if the registry says so. Nothing is ever opened again.

use super::Outcome;
use crate::registry::config::Policy;
use crate::sync::desired::DesiredIssue;
use crate::sync::observed::ObservedIssue;
use crate::sync::section::Applied;
use crate::terms::Ending;

pub(super) fn compare(
    wanted: &DesiredIssue,
    issue: &ObservedIssue,
    last: Option<&Applied>,
) -> Outcome<Option<Ending>, bool> {
    let closed_before = last.is_some_and(|last| last.closed);
    let due = wanted
        .ending
        .filter(|_| issue.open && wanted.close == Policy::Enforce);
    // Whoever opens an issue that kepherd closed has a reason.
    let change = due.filter(|_| !closed_before);
    Outcome {
        drift: Vec::new(),
        conflict: None,
        applied: wanted.ending.is_some() && (closed_before || change.is_some()),
        change,
    }
}
