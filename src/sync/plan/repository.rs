//! One repository: its issues, its pull requests, and the labels and milestones that they need.

use std::collections::BTreeSet;

use super::identity::{Index, Marked};
use super::pull_request::Claims;
use super::{
    Action, IssuePlan, Options, PullRequestAction, PullRequestPlan, RepositoryPlan, issue,
};
use crate::sync::desired::DesiredRepository;
use crate::sync::observed::ObservedRepository;
use crate::sync::remembered::Remembered;
use crate::terms::RepositoryName;

/// A repository as its plan sees it: what is desired, what was read, and which issue is whose.
pub(super) struct Scene<'a> {
    pub(super) name: &'a RepositoryName,
    pub(super) wanted: &'a DesiredRepository,
    pub(super) seen: &'a ObservedRepository,
    pub(super) index: Index<'a>,
    pub(super) remembered: &'a Remembered,
}

impl<'a> Scene<'a> {
    pub(super) fn of(
        name: &'a RepositoryName,
        wanted: &'a DesiredRepository,
        seen: &'a ObservedRepository,
        marked: &'a Marked,
        remembered: &'a Remembered,
        options: &Options,
    ) -> Self {
        let index = Index::of(name, wanted, seen, marked, remembered, options);
        Self {
            name,
            wanted,
            seen,
            index,
            remembered,
        }
    }
}

pub(super) fn plan(
    scene: &Scene<'_>,
    pull_requests: Vec<PullRequestPlan>,
    claims: &Claims,
    options: &Options,
) -> RepositoryPlan {
    let Scene {
        name,
        wanted,
        seen,
        index,
        remembered: _,
    } = scene;
    if let Some(problem) = &seen.problem {
        return RepositoryPlan {
            repository: (*name).clone(),
            problem: Some(problem.clone()),
            labels: Vec::new(),
            milestones: Vec::new(),
            issues: Vec::new(),
            pull_requests: Vec::new(),
            untracked: Vec::new(),
        };
    }
    let mut issues: Vec<IssuePlan> = wanted
        .issues
        .iter()
        .map(|issue| issue::plan(issue, scene, claims, options))
        .collect();
    issues.sort_by(|a, b| {
        let order = |issue: &IssuePlan| {
            let new = matches!(issue.action, Action::Create(_));
            (!new, issue.number)
        };
        order(a)
            .cmp(&order(b))
            .then_with(|| a.subject.cmp(&b.subject))
    });
    let tracked: BTreeSet<u64> = issues.iter().filter_map(|issue| issue.number).collect();
    // A definition is created when an issue of this run needs it, not before.
    let mut needed_labels: BTreeSet<String> = BTreeSet::new();
    let mut needed_milestones: BTreeSet<String> = BTreeSet::new();
    for issue in &issues {
        match &issue.action {
            Action::Create(new) => {
                needed_labels.extend(new.labels.iter().map(|label| label.to_lowercase()));
                needed_milestones.extend(new.milestone.clone());
            }
            Action::Update(update) => {
                needed_labels.extend(update.labels.add.iter().map(|label| label.to_lowercase()));
                needed_milestones.extend(
                    update
                        .milestone
                        .as_ref()
                        .and_then(|change| change.to.clone()),
                );
            }
            Action::InSync | Action::NotTracked | Action::Blocked(_) => {}
        }
    }
    for pull_request in &pull_requests {
        if let PullRequestAction::Label(change) = &pull_request.action {
            needed_labels.extend(change.add.iter().map(|label| label.to_lowercase()));
        }
    }
    RepositoryPlan {
        repository: (*name).clone(),
        problem: None,
        labels: wanted
            .labels
            .iter()
            .filter(|(folded, _)| {
                needed_labels.contains(*folded) && !seen.labels.contains_key(*folded)
            })
            .map(|(_, definition)| definition.clone())
            .collect(),
        milestones: wanted
            .milestones
            .iter()
            .filter(|(title, _)| {
                needed_milestones.contains(*title) && !seen.milestones.contains_key(*title)
            })
            .map(|(_, definition)| definition.clone())
            .collect(),
        untracked: index.untracked(&tracked),
        issues,
        pull_requests,
    }
}
