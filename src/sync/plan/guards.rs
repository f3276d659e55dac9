//! Guards: how much one run may create and take away. A plan over a limit is refused as a whole.

use super::identity::everything;
use super::{Action, PullRequestAction, RepositoryPlan};
use crate::registry::config::Guards;
use crate::sync::observed::{Observed, ObservedIssue, PullRequestLookup};
use crate::terms::Subject;
use crate::text::words::counted;

/// Below this many, a share says nothing: one of three is a third.
const SMALLEST_WHOLE: usize = 10;

/// Why a plan is refused; empty if it is not.
pub(super) fn refusals(
    repositories: &[RepositoryPlan],
    observed: &Observed,
    guards: &Guards,
) -> Vec<String> {
    let mut refused = Vec::new();
    let updates = || {
        repositories
            .iter()
            .flat_map(|repository| &repository.issues)
            .filter_map(|issue| match &issue.action {
                Action::Update(update) => Some(update),
                _ => None,
            })
    };
    let creations: Vec<&Subject> = repositories
        .iter()
        .flat_map(|repository| &repository.issues)
        .filter(|issue| matches!(issue.action, Action::Create(_)))
        .map(|issue| &issue.subject)
        .collect();
    if creations.len() > guards.creations {
        refused.push(format!(
            "{} would be created; `guards.creations` allows {} a run",
            counted(creations.len(), "issue"),
            guards.creations
        ));
    }
    let unlabelled: usize = repositories
        .iter()
        .flat_map(|repository| &repository.pull_requests)
        .map(|pull_request| match &pull_request.action {
            PullRequestAction::Label(change) => change.remove.len(),
            _ => 0,
        })
        .sum();
    // Others may have been read as well, to look for what has moved.
    let planned = || {
        let names = repositories.iter().map(|repository| &repository.repository);
        names.filter_map(|name| observed.repositories.get(name))
    };
    let labels_of_pull_requests: usize = planned()
        .flat_map(|repository| repository.pull_requests.values())
        .map(|lookup| match lookup {
            PullRequestLookup::PullRequest(found) if found.open => found.labels.len(),
            _ => 0,
        })
        .sum();
    let issues = || planned().flat_map(everything);
    let there = |count: fn(&ObservedIssue) -> usize| issues().map(count).sum::<usize>();
    let kinds = [
        (
            "label",
            updates()
                .map(|update| update.labels.remove.len())
                .sum::<usize>()
                + unlabelled,
            there(|issue| issue.labels.len()) + labels_of_pull_requests,
        ),
        (
            "issue",
            updates().filter(|update| update.close.is_some()).count(),
            there(|issue| usize::from(issue.open)),
        ),
        (
            "assignee",
            updates().map(|update| update.assignees.remove.len()).sum(),
            there(|issue| issue.assignees.len()),
        ),
        (
            "milestone",
            updates()
                .filter(|update| {
                    update
                        .milestone
                        .as_ref()
                        .is_some_and(|change| change.to.is_none())
                })
                .count(),
            there(|issue| usize::from(issue.milestone.is_some())),
        ),
    ];
    for (kind, removed, there) in kinds {
        let done = if kind == "issue" {
            "closed"
        } else {
            "taken off"
        };
        if removed > guards.removals {
            refused.push(format!(
                "{} would be {done}; `guards.removals` allows {} a run",
                counted(removed, kind),
                guards.removals
            ));
        } else if there >= SMALLEST_WHOLE && removed * 100 > there * guards.removals_percent {
            refused.push(format!(
                "{removed} of {} would be {done}; `guards.removals-percent` allows {}%",
                counted(there, kind),
                guards.removals_percent
            ));
        }
    }
    refused
}
