//! One repository: its issues, its pull requests, and the labels and milestones that they need.

use std::collections::BTreeSet;

use super::definitions::{self, Renames};
use super::index::Scene;
use super::{Action, IssuePlan, PullRequestAction, PullRequestPlan, RepositoryPlan};

pub(super) fn plan(
    scene: &Scene<'_>,
    mut issues: Vec<IssuePlan>,
    pull_requests: Vec<PullRequestPlan>,
    renames: Option<&Renames>,
) -> RepositoryPlan {
    if let Some(problem) = scene.problem() {
        return RepositoryPlan {
            repository: scene.name.clone(),
            problem: Some(problem.clone()),
            labels: Vec::new(),
            milestones: Vec::new(),
            mended: Vec::new(),
            notices: Vec::new(),
            issues: Vec::new(),
            pull_requests: Vec::new(),
            untracked: Vec::new(),
        };
    }
    let (wanted, seen) = (scene.wanted, scene.seen);
    let has_label = |name: &String| seen.is_some_and(|seen| seen.labels.contains_key(name));
    let has_milestone =
        |title: &String| seen.is_some_and(|seen| seen.milestones.contains_key(title));
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
    let (mended, notices) = match seen {
        Some(seen) => definitions::compare(wanted, seen, renames),
        None => (Vec::new(), Vec::new()),
    };
    RepositoryPlan {
        repository: scene.name.clone(),
        problem: None,
        mended,
        notices,
        labels: wanted
            .labels
            .iter()
            .filter(|(folded, _)| needed_labels.contains(*folded) && !has_label(folded))
            .map(|(_, definition)| definition.clone())
            .collect(),
        milestones: wanted
            .milestones
            .iter()
            .filter(|(title, _)| needed_milestones.contains(*title) && !has_milestone(title))
            .map(|(_, milestone)| milestone.definition.clone())
            .collect(),
        untracked: scene.index.untracked(&tracked),
        issues,
        pull_requests,
    }
}
