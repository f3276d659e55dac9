//! Closing: an open issue of a KEP that has ended is closed, if the registry says so. Nothing is ever opened again.

use serde::Serialize;

use super::{Field, LeftOut, Outcome, Stale};
use crate::registry::config::Policy;
use crate::sync::desired::DesiredIssue;
use crate::sync::observed::ObservedIssue;
use crate::sync::plan::rows::{Piece, Row, Tone};
use crate::sync::section::Applied;
use crate::terms::Ending;

/// The part of a request that closes an issue: <https://docs.github.com/en/rest/issues/issues#update-an-issue>.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Closing {
    /// `closed`.
    state: &'static str,
    /// `completed` or `not_planned`.
    state_reason: &'static str,
}

pub(in crate::sync::plan) fn compare(
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

/// What closes the issue.
pub(in crate::sync::plan) fn patch(
    close: Option<Ending>,
    issue: &ObservedIssue,
) -> Result<Option<Closing>, Stale> {
    match close {
        Some(_) if !issue.open => Err(Stale(Field::State)),
        Some(ending) => Ok(Some(Closing {
            state: "closed",
            state_reason: match ending {
                Ending::Done => "completed",
                Ending::Rejected | Ending::Withdrawn | Ending::Replaced => "not_planned",
            },
        })),
        None => Ok(None),
    }
}

pub(in crate::sync::plan) fn is_done(close: Option<Ending>, issue: &ObservedIssue) -> bool {
    close.is_none() || !issue.open
}

pub(in crate::sync::plan) fn missing(
    asked: Option<&Closing>,
    answer: &ObservedIssue,
) -> Option<LeftOut> {
    (asked.is_some() && answer.open).then_some(LeftOut::Closing)
}

pub(in crate::sync::plan) fn correct(
    done: &mut Applied,
    last: &Applied,
    close: Option<Ending>,
    answer: &ObservedIssue,
) {
    if !is_done(close, answer) {
        done.closed = last.closed;
    }
}

pub(in crate::sync::plan) fn touched() -> String {
    "closed".to_owned()
}

pub(in crate::sync::plan) fn row(ending: Ending) -> Row {
    let text = format!("closed: the KEP {}", ending.said());
    Row::new(Field::State.as_str(), vec![Piece::new(Tone::Removed, text)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closing_that_github_did_not_do_is_not_remembered() {
        let remembers = |close: Option<Ending>, open: bool| {
            let mut done = Applied {
                closed: true,
                ..Applied::default()
            };
            let answer = ObservedIssue {
                open,
                ..ObservedIssue::default()
            };
            correct(&mut done, &Applied::default(), close, &answer);
            done.closed
        };
        assert!(remembers(Some(Ending::Done), false));
        assert!(!remembers(Some(Ending::Done), true));
        assert!(remembers(None, true), "opened again, and left so");
    }
}
