//! Assignees: assign whom the record names, unassign whom kepherd assigned and the record no longer names.

use super::{Conflict, Drift, Drifted, Field, LeftOut, Outcome, SetChange};
use crate::registry::config::{AssigneePolicy, Policy};
use crate::sync::desired::DesiredIssue;
use crate::sync::observed::{Happening, ObservedIssue};
use crate::sync::section::Applied;
use crate::terms::github_limits as limits;
use crate::text::words::{has_name, same_name};

/// Who the section remembers.
#[derive(Default)]
pub(in crate::sync::plan) struct People {
    /// Those whom kepherd assigned.
    pub(in crate::sync::plan) ours: Vec<String>,
    /// Those who were there before it, where nobody else should come.
    pub(in crate::sync::plan) guests: Option<Vec<String>>,
}

pub(in crate::sync::plan) fn compare(
    wanted: &DesiredIssue,
    issue: &ObservedIssue,
    last: Option<&Applied>,
    leftovers: &[String],
) -> Outcome<SetChange, People> {
    let remembered = last.iter().flat_map(|last| &last.assignees);
    // Without a section that can be read nobody is kepherd's, and nobody left over either.
    let left = leftovers.iter().filter(|_| last.is_some());
    let ours: Vec<&String> = remembered.chain(left).collect();
    let is_ours = |login: &str| has_name(ours.iter().copied(), login);
    let is_wanted = |login: &str| {
        wanted
            .assignees
            .iter()
            .any(|handle| handle.as_str().eq_ignore_ascii_case(login))
    };
    let enforced = wanted.drift.assignees == Policy::Enforce;
    let mut outcome = Outcome {
        change: SetChange::default(),
        drift: Vec::new(),
        conflict: None,
        applied: People::default(),
    };
    let mut drifted = |what: Drifted| {
        outcome.drift.push(Drift {
            field: Field::Assignees,
            what,
            enforced,
            by: None,
        });
    };
    for handle in &wanted.assignees {
        let login = handle.as_str();
        let there = issue.has_assignee(login);
        let mut add = !there;
        if !there && is_ours(login) {
            drifted(Drifted::Removed(login.to_owned()));
            add = enforced;
        }
        if add {
            outcome.change.add.push(login.to_owned());
        }
        if add || is_ours(login) {
            outcome.applied.ours.push(login.to_owned());
        }
    }
    if wanted.assignee_policy == AssigneePolicy::Exact {
        let before = last.and_then(|last| last.guests.as_ref());
        let is_guest = |login: &&String| match before {
            Some(guests) => has_name(guests, login),
            None => !is_ours(login),
        };
        let guests = issue.assignees.iter().filter(is_guest);
        outcome.applied.guests = Some(guests.cloned().collect());
    }
    for login in issue.assignees.iter().filter(|login| !is_wanted(login)) {
        if is_ours(login) {
            outcome.change.remove.push(login.clone());
        } else if let Some(guests) = &outcome.applied.guests
            && !has_name(guests, login)
        {
            drifted(Drifted::Added(login.clone()));
            if enforced {
                outcome.change.remove.push(login.clone());
            }
        }
    }
    let after = (issue.assignees.len() + outcome.change.add.len())
        .saturating_sub(outcome.change.remove.len());
    if !outcome.change.add.is_empty() && after > limits::ASSIGNEES_PER_ISSUE {
        outcome.conflict = Some(Conflict::TooManyAssignees(after));
    }
    outcome
}

pub(in crate::sync::plan) fn missing(
    asked: Option<&Vec<String>>,
    answer: &ObservedIssue,
) -> Vec<LeftOut> {
    SetChange::missing(
        asked,
        &answer.assignees,
        LeftOut::Assignee,
        LeftOut::AssigneeRemoval,
    )
}

pub(in crate::sync::plan) fn correct(
    done: &mut Applied,
    last: &Applied,
    change: &SetChange,
    answer: &ObservedIssue,
) {
    change.settle(&mut done.assignees, &last.assignees, &answer.assignees);
}

/// How others changed it.
pub(in crate::sync::plan) fn say(what: &Drifted) -> Option<String> {
    match what {
        Drifted::Removed(login) => Some(format!("{login} was unassigned")),
        Drifted::Added(login) => Some(format!("{login} was assigned")),
        Drifted::Replaced { .. } | Drifted::Edited => None,
    }
}

pub(in crate::sync::plan) fn is_cause(what: &Drifted, happening: &Happening) -> bool {
    match (what, happening) {
        (Drifted::Removed(login), Happening::Unassigned(other))
        | (Drifted::Added(login), Happening::Assigned(other)) => same_name(login, other),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_assigned_and_unassigned() {
        let said = |what: Drifted| say(&what).unwrap_or_default();
        let dims = || "dims".to_owned();
        assert_eq!(said(Drifted::Removed(dims())), "dims was unassigned");
        assert_eq!(said(Drifted::Added(dims())), "dims was assigned");
        assert_eq!(said(Drifted::Edited), "", "in the words of every field");
    }

    #[test]
    fn whoever_assigned_or_unassigned_somebody_is_the_cause_of_that_alone() {
        let login = |login: &str| login.to_owned();
        let removed = Drifted::Removed(login("dims"));
        assert!(is_cause(&removed, &Happening::Unassigned(login("Dims"))));
        assert!(!is_cause(
            &removed,
            &Happening::Unassigned(login("mikebrow"))
        ));
        assert!(!is_cause(&removed, &Happening::Assigned(login("dims"))));
        let added = Drifted::Added(login("dims"));
        assert!(is_cause(&added, &Happening::Assigned(login("dims"))));
        assert!(!is_cause(&added, &Happening::Unassigned(login("dims"))));
    }
}
