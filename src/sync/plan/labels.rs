//! Labels: put on what the record asks for, take off what kepherd put on and the record no longer asks for.
//!
//! Labels that people put on are never taken off, not even those of releases. The label of a cycle that has shipped
//! stays: it says where the work went.

use super::{Drift, Drifted, Field, Outcome, SetChange};
use crate::registry::config::Policy;
use crate::sync::desired::DesiredIssue;
use crate::sync::observed::ObservedIssue;
use crate::sync::section::Applied;
use crate::terms::github_limits as limits;
use crate::text::words::has_name;

pub(super) fn compare(
    wanted: &DesiredIssue,
    issue: &ObservedIssue,
    last: Option<&Applied>,
) -> Outcome<SetChange, Vec<String>> {
    let ours: &[String] = last.map_or(&[], |last| &last.labels);
    let is_ours = |label: &str| has_name(ours, label);
    let mut outcome = Outcome {
        change: SetChange::default(),
        drift: Vec::new(),
        conflict: None,
        applied: Vec::new(),
    };
    for label in &wanted.labels {
        let there = issue.has_label(label);
        let mut add = !there;
        if !there && is_ours(label) {
            let enforced = wanted.drift.labels == Policy::Enforce;
            outcome.drift.push(Drift {
                field: Field::Labels,
                what: Drifted::Removed(label.clone()),
                enforced,
                by: None,
            });
            add = enforced;
        }
        if add {
            outcome.change.add.push(label.clone());
        }
        // A label that was there before is its giver's; it is not taken off when the record changes.
        if add || is_ours(label) {
            outcome.applied.push(label.clone());
        }
    }
    for label in ours {
        let asked_for = has_name(&wanted.labels, label);
        let named_before = has_name(&outcome.change.remove, label);
        if !asked_for && !named_before && issue.has_label(label) && wanted.removable.contains(label)
        {
            outcome.change.remove.push(label.clone());
        }
    }
    let after =
        (issue.labels.len() + outcome.change.add.len()).saturating_sub(outcome.change.remove.len());
    if !outcome.change.add.is_empty() && after > limits::LABELS_PER_ISSUE {
        outcome.conflict = Some(format!(
            "the issue would have {after} labels; GitHub takes {}",
            limits::LABELS_PER_ISSUE
        ));
    }
    outcome
}
