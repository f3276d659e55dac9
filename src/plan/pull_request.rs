//! Pull requests: while one is open it carries the labels of its releases; afterwards it is left alone.
//!
//! A pull request has no section to remember things in. Its timeline does it: a label that this identity put on last is
//! kepherd's to take off, and one that it put on and that is gone was taken off by somebody.

use super::{Drift, Drifted, Field, PullRequestAction, PullRequestPlan, SetChange};
use crate::desired::{DesiredPullRequest, DesiredRepository};
use crate::observed::{LabelEvent, ObservedPullRequest, ObservedRepository, PullRequestLookup};
use crate::registry::config::Policy;

/// What happens to each pull request that records name.
pub(super) fn plan(wanted: &DesiredRepository, seen: &ObservedRepository) -> Vec<PullRequestPlan> {
    let plan_one = |(number, wanted): (&u64, &DesiredPullRequest)| {
        let (action, drift) = match seen.pull_requests.get(number) {
            Some(PullRequestLookup::PullRequest(found)) if found.open => compare(wanted, found),
            Some(PullRequestLookup::PullRequest(_)) => (PullRequestAction::Closed, Vec::new()),
            Some(PullRequestLookup::Issue) => (PullRequestAction::Issue, Vec::new()),
            Some(PullRequestLookup::Invisible) | None => (PullRequestAction::Invisible, Vec::new()),
        };
        PullRequestPlan {
            number: *number,
            subjects: wanted.subjects.clone(),
            action,
            drift,
        }
    };
    wanted.pull_requests.iter().map(plan_one).collect()
}

fn compare(
    wanted: &DesiredPullRequest,
    found: &ObservedPullRequest,
) -> (PullRequestAction, Vec<Drift>) {
    let is_there = |label: &str| found.labels.iter().any(|other| same(other, label));
    let mut change = SetChange::default();
    let mut drift = Vec::new();
    for label in wanted.labels.iter().filter(|label| !is_there(label)) {
        let taken_off = last(found, label).filter(|event| !event.put_on && !event.by.own);
        let enforced = wanted.drift == Policy::Enforce;
        if let Some(event) = taken_off.filter(|_| was_put_on_by_us(found, label)) {
            drift.push(Drift {
                field: Field::Labels,
                what: Drifted::Removed(label.clone()),
                enforced,
                by: Some(event.by.clone()),
            });
            if !enforced {
                continue;
            }
        }
        change.add.push(label.clone());
    }
    for label in &found.labels {
        let is_wanted = wanted.labels.iter().any(|other| same(other, label));
        let is_ours = last(found, label).is_some_and(|event| event.put_on && event.by.own);
        if !is_wanted && is_ours && wanted.removable.contains(label) {
            change.remove.push(label.clone());
        }
    }
    let action = if change.is_empty() {
        PullRequestAction::InSync
    } else {
        PullRequestAction::Label(change)
    };
    (action, drift)
}

/// The last thing that happened to a label.
fn last<'a>(found: &'a ObservedPullRequest, label: &str) -> Option<&'a LabelEvent> {
    found
        .history
        .iter()
        .rev()
        .find(|event| same(&event.label, label))
}

fn was_put_on_by_us(found: &ObservedPullRequest, label: &str) -> bool {
    let mut before = found.history.iter().rev();
    let put_on = before.find(|event| event.put_on && same(&event.label, label));
    put_on.is_some_and(|event| event.by.own)
}

fn same(left: &str, right: &str) -> bool {
    left.to_lowercase() == right.to_lowercase()
}
