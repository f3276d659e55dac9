//! Guards: how much one run may create and take away. A plan over a limit is refused as a whole.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::seen::Reading;
use super::{Action, PullRequestAction, RepositoryPlan};
use crate::registry::config::Guards;
use crate::sync::observed::{Observed, ObservedIssue, PullRequestLookup};
use crate::text::words::counted;

/// Below this many, a share says nothing: one of three is a third.
const SMALLEST_WHOLE: usize = 10;

/// A guard that a plan runs into.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Refusal {
    /// More issues would be created than `guards.creations` allows.
    #[serde(rename_all = "kebab-case")]
    Creations {
        /// How many.
        count: usize,
        /// How many a run may create.
        allowed: usize,
    },
    /// More would be taken away than `guards.removals` allows.
    #[serde(rename_all = "kebab-case")]
    Removals {
        /// Of what.
        of: Removable,
        /// How many.
        count: usize,
        /// How many a run may take away.
        allowed: usize,
    },
    /// A greater share would be taken away than `guards.removals-percent` allows.
    #[serde(rename_all = "kebab-case")]
    RemovalsPercent {
        /// Of what.
        of: Removable,
        /// How many.
        count: usize,
        /// Of how many that are there.
        there: usize,
        /// Which share, in percent, a run may take away.
        allowed: usize,
    },
}

/// What a run can take away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Removable {
    /// Labels, of issues and pull requests.
    Label,
    /// Open issues, by closing them.
    Issue,
    /// Assignees.
    Assignee,
    /// Milestones.
    Milestone,
}

impl Removable {
    fn as_str(self) -> &'static str {
        match self {
            Self::Label => "label",
            Self::Issue => "issue",
            Self::Assignee => "assignee",
            Self::Milestone => "milestone",
        }
    }

    /// What happens to it.
    fn fate(self) -> &'static str {
        match self {
            Self::Issue => "closed",
            Self::Label | Self::Assignee | Self::Milestone => "taken off",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Creations { count, allowed } => write!(
                f,
                "{} would be created; `guards.creations` allows {allowed} a run",
                counted(count, "issue")
            ),
            Self::Removals { of, count, allowed } => write!(
                f,
                "{} would be {}; `guards.removals` allows {allowed} a run",
                counted(count, of.as_str()),
                of.fate()
            ),
            Self::RemovalsPercent {
                of,
                count,
                there,
                allowed,
            } => write!(
                f,
                "{count} of {} would be {}; `guards.removals-percent` allows {allowed}%",
                counted(there, of.as_str()),
                of.fate()
            ),
        }
    }
}

/// Why a plan is refused; empty if it is not.
pub(super) fn refusals(
    repositories: &[RepositoryPlan],
    observed: &Observed,
    reading: &Reading<'_>,
    guards: &Guards,
) -> Vec<Refusal> {
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
    let creations = repositories
        .iter()
        .flat_map(|repository| &repository.issues)
        .filter(|issue| matches!(issue.action, Action::Create(_)))
        .count();
    if creations > guards.creations {
        refused.push(Refusal::Creations {
            count: creations,
            allowed: guards.creations,
        });
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
            PullRequestLookup::PullRequest(found) if found.state.is_open() => found.labels.len(),
            _ => 0,
        })
        .sum();
    let issues = || {
        let names = repositories.iter().map(|repository| &repository.repository);
        names.flat_map(|name| reading.issues(name).values().map(|seen| seen.issue))
    };
    let there = |count: fn(&ObservedIssue) -> usize| issues().map(count).sum::<usize>();
    let kinds = [
        (
            Removable::Label,
            updates()
                .map(|update| update.labels.remove.len())
                .sum::<usize>()
                + unlabelled,
            there(|issue| issue.labels.len()) + labels_of_pull_requests,
        ),
        (
            Removable::Issue,
            updates().filter(|update| update.close.is_some()).count(),
            there(|issue| usize::from(issue.open)),
        ),
        (
            Removable::Assignee,
            updates().map(|update| update.assignees.remove.len()).sum(),
            there(|issue| issue.assignees.len()),
        ),
        (
            Removable::Milestone,
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
    for (of, count, there) in kinds {
        if count > guards.removals {
            refused.push(Refusal::Removals {
                of,
                count,
                allowed: guards.removals,
            });
        } else if there >= SMALLEST_WHOLE && count * 100 > there * guards.removals_percent {
            refused.push(Refusal::RemovalsPercent {
                of,
                count,
                there,
                allowed: guards.removals_percent,
            });
        }
    }
    refused
}
