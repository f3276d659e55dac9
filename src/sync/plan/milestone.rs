//! The milestone: one value, so that setting it replaces what somebody else may have set.
//!
//! It is replaced only where kepherd knows the value it starts from, and cleared only where kepherd set it.

use super::{Change, Drift, Drifted, Field, Outcome};
use crate::registry::config::Policy;
use crate::sync::desired::DesiredIssue;
use crate::sync::observed::ObservedIssue;
use crate::sync::section::{Agreed, Applied};

pub(super) fn compare(
    wanted: &DesiredIssue,
    issue: &ObservedIssue,
    last: Option<&Applied>,
) -> Outcome<Option<Change>, Option<Agreed>> {
    let last = last.and_then(|last| last.milestone.as_ref());
    let there = issue.milestone.as_ref();
    let to = |to: Option<&String>| {
        Some(Change {
            from: there.cloned(),
            to: to.cloned(),
        })
    };
    let mut outcome = Outcome {
        change: None,
        drift: Vec::new(),
        conflict: None,
        applied: None,
    };
    let Some(asked) = &wanted.milestone else {
        // The record leaves it open. What kepherd set and nobody changed since goes; everything else stays.
        if last.is_some_and(|last| last.set && Some(&last.value) == there) {
            outcome.change = to(None);
        }
        return outcome;
    };
    let set = Some(Agreed {
        value: asked.clone(),
        set: true,
    });
    match (there, last) {
        (Some(there), _) if there == asked => {
            outcome.applied = Some(Agreed {
                value: asked.clone(),
                set: last.is_some_and(|last| last.set && last.value == *asked),
            });
        }
        (None, None) => {
            outcome.change = to(Some(asked));
            outcome.applied = set;
        }
        (there, Some(last)) if Some(&last.value) == there => {
            outcome.change = to(Some(asked));
            outcome.applied = set;
        }
        (_, Some(last)) if last.value == *asked => {
            let enforced = wanted.drift.milestone == Policy::Enforce;
            outcome.drift.push(drift(Some(last), there, enforced));
            if enforced {
                outcome.change = to(Some(asked));
                outcome.applied = set;
            } else {
                outcome.applied = Some(last.clone());
            }
        }
        (there, last) => {
            outcome.drift.push(drift(last, there, false));
            let there = there.map_or("none", String::as_str);
            let before = match last {
                Some(last) => format!("it was {}", last.value),
                None => "kepherd never set it".to_owned(),
            };
            outcome.conflict = Some(format!(
                "the record asks for milestone {asked}, and the issue has {there}; {before}"
            ));
        }
    }
    outcome
}

fn drift(last: Option<&Agreed>, there: Option<&String>, enforced: bool) -> Drift {
    let what = match (last, there) {
        (Some(last), Some(there)) => Drifted::Replaced {
            from: last.value.clone(),
            to: there.clone(),
        },
        (Some(last), None) => Drifted::Removed(last.value.clone()),
        (None, there) => Drifted::Added(there.cloned().unwrap_or_default()),
    };
    Drift {
        field: Field::Milestone,
        what,
        enforced,
        by: None,
    }
}
