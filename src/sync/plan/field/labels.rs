//! Labels: put on what the record asks for, take off what kepherd put on and the record no longer asks for.
//!
//! Labels that people put on are never taken off, not even those of releases. The label of a cycle that has shipped
//! stays: it says where the work went.

use super::{Conflict, Drift, Drifted, Field, LeftOut, Outcome, SetChange};
use crate::registry::config::Policy;
use crate::sync::desired::DesiredIssue;
use crate::sync::observed::{Happening, ObservedIssue};
use crate::sync::section::{Applied, Said};
use crate::terms::github_limits as limits;
use crate::text::words::{has_name, same_name};

pub(in crate::sync::plan) fn compare(
    wanted: &DesiredIssue,
    issue: &ObservedIssue,
    last: Option<&Applied>,
    leftovers: &[String],
) -> Outcome<SetChange, Vec<String>> {
    // Without a section that can be read nothing is kepherd's, and nothing left over either.
    let ours = last.map_or_else(Vec::new, |last| {
        let remembered = [&last.labels, leftovers].concat();
        wanted.removable.ours(&remembered, &issue.labels)
    });
    let is_ours = |label: &str| has_name(&ours, label);
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
    for label in &ours {
        let asked_for = has_name(&wanted.labels, label);
        let named_before = has_name(&outcome.change.remove, label);
        let said = wanted.removable.said_when_applied(label, last);
        // One that says what another label says now is that one under its old name.
        let is_respelt = matches!(said, Some(Said::Release(_)))
            && wanted
                .labels
                .iter()
                .any(|now| said == wanted.removable.said_by(now) && !same_name(now, label));
        let may_come_off = is_respelt || wanted.removable.may_come_off(said);
        if !asked_for && !named_before && issue.has_label(label) && may_come_off {
            outcome.change.remove.push(label.clone());
        }
    }
    let after =
        (issue.labels.len() + outcome.change.add.len()).saturating_sub(outcome.change.remove.len());
    if !outcome.change.add.is_empty() && after > limits::LABELS_PER_ISSUE {
        outcome.conflict = Some(Conflict::TooManyLabels(after));
    }
    outcome
}

pub(in crate::sync::plan) fn missing(
    asked: Option<&Vec<String>>,
    answer: &ObservedIssue,
) -> Vec<LeftOut> {
    SetChange::missing(asked, &answer.labels, LeftOut::Label, LeftOut::LabelRemoval)
}

pub(in crate::sync::plan) fn correct(
    done: &mut Applied,
    last: &Applied,
    change: &SetChange,
    answer: &ObservedIssue,
) {
    change.settle(&mut done.labels, &last.labels, &answer.labels);
}

pub(in crate::sync::plan) fn is_cause(what: &Drifted, happening: &Happening) -> bool {
    match (what, happening) {
        (Drifted::Removed(label), Happening::Unlabeled(other)) => same_name(label, other),
        _ => false,
    }
}
