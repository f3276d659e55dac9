//! The milestone: one value, so that setting it replaces what somebody else may have set.
//!
//! It is replaced only where kepherd knows the value it starts from, and cleared only where kepherd set it.

use super::{Change, Conflict, Drift, Drifted, Field, LeftOut, Outcome, Stale};
use crate::registry::config::Policy;
use crate::sync::desired::DesiredIssue;
use crate::sync::observed::{Happening, ObservedIssue};
use crate::sync::section::{Agreed, Applied};

pub(in crate::sync::plan) fn compare(
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
            outcome.conflict = Some(Conflict::Milestone {
                asked: asked.clone(),
                there: there.cloned(),
                before: last.map(|last| last.value.clone()),
            });
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

/// The number of the milestone that is written; `Some(None)`: none.
pub(in crate::sync::plan) fn patch(
    change: Option<&Change>,
    issue: &ObservedIssue,
    number_of: impl Fn(&str) -> Option<u64>,
) -> Result<Option<Option<u64>>, Stale> {
    let Some(change) = change else {
        return Ok(None);
    };
    if issue.milestone != change.from {
        return Err(Stale(Field::Milestone));
    }
    Ok(Some(match &change.to {
        Some(title) => Some(number_of(title).ok_or(Stale(Field::Milestone))?),
        None => None,
    }))
}

pub(in crate::sync::plan) fn is_done(change: Option<&Change>, issue: &ObservedIssue) -> bool {
    !Change::is_missed(change, issue.milestone.as_ref())
}

/// A request names a milestone by its number, an answer by its title.
pub(in crate::sync::plan) fn missing(
    asked: bool,
    title: Option<&str>,
    answer: &ObservedIssue,
) -> Option<LeftOut> {
    (asked && answer.milestone.as_deref() != title).then_some(LeftOut::Milestone)
}

pub(in crate::sync::plan) fn correct(
    done: &mut Applied,
    last: &Applied,
    change: Option<&Change>,
    answer: &ObservedIssue,
) {
    if !is_done(change, answer) {
        done.milestone.clone_from(&last.milestone);
    }
}

pub(in crate::sync::plan) fn touched(change: &Change) -> String {
    format!("milestone {}", change.to.as_deref().unwrap_or("none"))
}

pub(in crate::sync::plan) fn is_cause(happening: &Happening) -> bool {
    *happening == Happening::Milestone
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_changed_the_milestone_is_the_cause_of_that_alone() {
        assert!(is_cause(&Happening::Milestone));
        assert!(!is_cause(&Happening::Renamed("a".to_owned())));
    }
}
