//! The title of an existing issue: left alone, unless the registry says `retitle`.

use super::{Change, Conflict, Drift, Drifted, Field, LeftOut, Outcome, Stale};
use crate::registry::config::Policy;
use crate::sync::desired::DesiredIssue;
use crate::sync::observed::{Happening, ObservedIssue};
use crate::sync::section::Applied;

pub(in crate::sync::plan) fn compare(
    wanted: &DesiredIssue,
    issue: &ObservedIssue,
    last: Option<&Applied>,
) -> Outcome<Option<Change>, Option<String>> {
    let mut outcome = Outcome {
        change: None,
        drift: Vec::new(),
        conflict: None,
        applied: None,
    };
    if !wanted.retitle {
        return outcome;
    }
    outcome.applied = Some(wanted.title.clone());
    if issue.title == wanted.title {
        return outcome;
    }
    let change = Change {
        from: Some(issue.title.clone()),
        to: Some(wanted.title.clone()),
    };
    match last.and_then(|last| last.title.as_ref()) {
        // `retitle` says outright that titles are kepherd's, so a first title is no conflict.
        None => outcome.change = Some(change),
        Some(last) if *last == issue.title => outcome.change = Some(change),
        Some(last) if *last == wanted.title => {
            let enforced = wanted.drift.title == Policy::Enforce;
            outcome.drift.push(drift(last, issue, enforced));
            outcome.change = enforced.then_some(change);
        }
        Some(last) => {
            outcome.drift.push(drift(last, issue, false));
            outcome.conflict = Some(Conflict::Title {
                before: last.clone(),
                asked: wanted.title.clone(),
                there: issue.title.clone(),
            });
        }
    }
    outcome
}

fn drift(last: &str, issue: &ObservedIssue, enforced: bool) -> Drift {
    Drift {
        field: Field::Title,
        what: Drifted::Replaced {
            from: last.to_owned(),
            to: issue.title.clone(),
        },
        enforced,
        by: None,
    }
}

/// The title that is written.
pub(in crate::sync::plan) fn patch(
    change: Option<&Change>,
    issue: &ObservedIssue,
) -> Result<Option<String>, Stale> {
    match change {
        Some(change) if change.from.as_ref() != Some(&issue.title) => Err(Stale(Field::Title)),
        Some(change) => Ok(change.to.clone()),
        None => Ok(None),
    }
}

pub(in crate::sync::plan) fn is_done(change: Option<&Change>, issue: &ObservedIssue) -> bool {
    !Change::is_missed(change, Some(&issue.title))
}

pub(in crate::sync::plan) fn missing(
    asked: Option<&String>,
    answer: &ObservedIssue,
) -> Option<LeftOut> {
    asked
        .is_some_and(|title| *title != answer.title)
        .then_some(LeftOut::Title)
}

pub(in crate::sync::plan) fn correct(
    done: &mut Applied,
    last: &Applied,
    change: Option<&Change>,
    answer: &ObservedIssue,
) {
    if !is_done(change, answer) {
        done.title.clone_from(&last.title);
    }
}

pub(in crate::sync::plan) fn touched() -> String {
    Field::Title.as_str().to_owned()
}

/// How others changed it.
pub(in crate::sync::plan) fn say(what: &Drifted) -> Option<String> {
    match what {
        Drifted::Replaced { from: _, to } => Some(format!("is now \"{to}\"")),
        _ => None,
    }
}

pub(in crate::sync::plan) fn is_cause(happening: &Happening) -> bool {
    matches!(happening, Happening::Renamed(_))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_that_github_did_not_take_is_left_out() {
        let answer = ObservedIssue {
            title: "KEP-1 - a".to_owned(),
            ..ObservedIssue::default()
        };
        let asked = |title: &str| missing(Some(&title.to_owned()), &answer);
        assert_eq!(asked("KEP-1 - a"), None);
        assert_eq!(asked("KEP-1 - b"), Some(LeftOut::Title));
        assert_eq!(missing(None, &answer), None);
    }

    #[test]
    fn whoever_renamed_it_is_the_cause() {
        assert!(is_cause(&Happening::Renamed("before".to_owned())));
        assert!(!is_cause(&Happening::Milestone));
    }

    #[test]
    fn a_title_that_github_did_not_take_is_not_remembered() {
        let applied = |title: &str| Applied {
            title: Some(title.to_owned()),
            ..Applied::default()
        };
        let change = Change {
            from: Some("before".to_owned()),
            to: Some("after".to_owned()),
        };
        let remembers = |title: &str| {
            let answer = ObservedIssue {
                title: title.to_owned(),
                ..ObservedIssue::default()
            };
            let mut done = applied("after");
            correct(&mut done, &applied("before"), Some(&change), &answer);
            done.title.unwrap_or_default()
        };
        assert_eq!(remembers("after"), "after");
        assert_eq!(remembers("before"), "before");
    }

    #[test]
    fn a_title_that_others_changed_is_quoted() {
        let drifted = Drifted::Replaced {
            from: "a".to_owned(),
            to: "b".to_owned(),
        };
        assert_eq!(say(&drifted).as_deref(), Some("is now \"b\""));
        assert_eq!(say(&Drifted::Edited), None);
    }
}
