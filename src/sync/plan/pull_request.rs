//! Pull requests: while one is open it carries the labels of its releases; afterwards it is left alone.
//!
//! A pull request has no section to remember things in. The sections of the records that name it do it: a label is taken off
//! only if one of them says that kepherd put it on, and if all of them can be written. A label that is missing is put on,
//! whoever may have taken it off.

use std::collections::BTreeMap;

use super::repository::Scene;
use super::{Action, Options, PullRequestAction, PullRequestPlan, SetChange, issue};
use crate::sync::desired::DesiredPullRequest;
use crate::sync::observed::{ObservedPullRequest, PullRequestLookup};
use crate::sync::section::PullRequestLabels;
use crate::terms::{IssueRef, Subject};
use crate::text::words::has_name;

/// What the sections say before a run: the labels that kepherd put on pull requests.
pub(super) struct Memory(BTreeMap<Subject, Remembered>);

struct Remembered {
    labels: PullRequestLabels,
    /// Whether the section can be written in this run, so that it stays true.
    writable: bool,
}

/// What the sections should say of the labels on pull requests.
#[derive(Default)]
pub(super) struct Claims {
    /// While the run goes on: a label that is to be taken off is kepherd's until it is gone.
    pub(super) during: BTreeMap<Subject, PullRequestLabels>,
    /// After it.
    pub(super) after: BTreeMap<Subject, PullRequestLabels>,
}

impl Memory {
    pub(super) fn of(scenes: &[Scene<'_>], options: &Options) -> Self {
        let mut memory = BTreeMap::new();
        for scene in scenes {
            let issues = scene.wanted.issues.iter();
            for wanted in issues {
                let applied = issue::applied(wanted, scene, options);
                let labels = applied
                    .map(|applied| applied.pull_requests)
                    .unwrap_or_default();
                if labels.is_empty() && wanted.pull_requests.is_empty() {
                    continue;
                }
                let planned = issue::plan(wanted, scene, &Claims::default(), options);
                let remembered = Remembered {
                    labels,
                    writable: !matches!(planned.action, Action::Blocked(_) | Action::NotTracked),
                };
                memory.insert(wanted.subject.clone(), remembered);
            }
        }
        Self(memory)
    }

    fn labels(&self, subject: &Subject, reference: &IssueRef) -> &[String] {
        let remembered = self.0.get(subject);
        remembered
            .and_then(|remembered| remembered.labels.get(reference))
            .map_or(&[], Vec::as_slice)
    }

    /// The records whose sections say that kepherd put a label on a pull request: also those that do not name it any more.
    fn claimants(&self, reference: &IssueRef, label: &str) -> impl Iterator<Item = &Remembered> {
        let all = self.0.values();
        all.filter(move |one| {
            let labels = one.labels.get(reference);
            labels.is_some_and(|labels| has_name(labels, label))
        })
    }

    fn is_writable(&self, subject: &Subject) -> bool {
        self.0
            .get(subject)
            .is_some_and(|remembered| remembered.writable)
    }
}

/// What happens to each pull request of a repository, and what the sections should remember of it.
pub(super) fn plan(
    scene: &Scene<'_>,
    memory: &Memory,
    claims: &mut Claims,
) -> Vec<PullRequestPlan> {
    if scene.seen.problem.is_some() {
        return Vec::new();
    }
    let mut plans = Vec::new();
    for (number, wanted) in &scene.wanted.pull_requests {
        let action = match scene.seen.pull_requests.get(number) {
            Some(PullRequestLookup::PullRequest(found)) if found.open => {
                let reference = IssueRef {
                    repository: scene.name.clone(),
                    number: *number,
                };
                compare(wanted, found, &reference, memory, claims)
            }
            Some(PullRequestLookup::PullRequest(_)) => PullRequestAction::Closed,
            Some(PullRequestLookup::Issue) => PullRequestAction::Issue,
            Some(PullRequestLookup::Invisible) | None => PullRequestAction::Invisible,
        };
        plans.push(PullRequestPlan {
            number: *number,
            subjects: wanted.labels.keys().cloned().collect(),
            action,
        });
    }
    plans
}

fn compare(
    wanted: &DesiredPullRequest,
    found: &ObservedPullRequest,
    reference: &IssueRef,
    memory: &Memory,
    claims: &mut Claims,
) -> PullRequestAction {
    let asked: Vec<&String> = wanted.labels.values().flatten().collect();
    let is_asked = |label: &str| has_name(asked.iter().copied(), label);
    let is_there = |label: &str| has_name(&found.labels, label);
    let mut change = SetChange::default();
    for label in &asked {
        if !is_there(label) && !change.add.contains(label) {
            change.add.push((*label).clone());
        }
    }
    // A label stays claimed only where its section can be written; so nothing is taken off without that.
    let all_writable = wanted.labels.keys().all(|one| memory.is_writable(one));
    for label in &found.labels {
        let mut claimants = memory.claimants(reference, label).peekable();
        let is_ours = claimants.peek().is_some() && claimants.all(|one| one.writable);
        if all_writable && is_ours && !is_asked(label) && wanted.removable.contains(label) {
            change.remove.push(label.clone());
        }
    }
    for (subject, asked) in &wanted.labels {
        let there = memory.labels(subject, reference).iter();
        let there = there.filter(|label| is_there(label));
        let added = asked.iter().filter(|label| change.add.contains(label));
        let during: Vec<String> = there.chain(added).cloned().collect();
        let mut after = during.clone();
        after.retain(|label| !has_name(&change.remove, label));
        for (claims, labels) in [(&mut claims.during, during), (&mut claims.after, after)] {
            let of_subject = claims.entry(subject.clone()).or_default();
            of_subject.insert(reference.clone(), labels);
        }
    }
    if change.is_empty() {
        PullRequestAction::InSync
    } else {
        PullRequestAction::Label(change)
    }
}
