//! The second pass, pull requests: while one is open it carries the labels of its releases; afterwards it is left alone.
//!
//! A pull request has no section to remember things in. The sections of the records that name it do it: a label is taken off
//! only if one of them says that kepherd put it on, and if all of them can be written. A label that is missing is put on,
//! whoever may have taken it off.

use std::collections::BTreeMap;

use super::compare::Compared;
use super::index::Scene;
use super::{PullRequestAction, PullRequestPlan, SetChange};
use crate::sync::desired::{Desired, DesiredPullRequest};
use crate::sync::observed::{ObservedPullRequest, PullRequestLookup};
use crate::sync::section::PullRequestLabels;
use crate::terms::{IssueRef, Subject};
use crate::text::words::has_name;

/// What the sections should say of the labels on pull requests.
#[derive(Default)]
pub(super) struct Memories {
    /// While the run goes on: a label that is to be taken off is kepherd's until it is gone.
    pub(super) during: BTreeMap<Subject, PullRequestLabels>,
    /// After it.
    pub(super) after: BTreeMap<Subject, PullRequestLabels>,
}

/// What the sections say before a run.
struct Sections<'a> {
    /// Of each record that names pull requests, or whose section remembers some: whether its section can be written in this
    /// run, so that it stays true.
    writable: BTreeMap<&'a Subject, bool>,
    /// The labels that kepherd put on a pull request, by the record whose section says so: also of records that do not name
    /// it any more.
    claims: BTreeMap<&'a IssueRef, BTreeMap<&'a Subject, &'a [String]>>,
}

/// What happens to the pull requests of each repository, and what the sections should remember of it.
pub(super) fn settle<'a>(
    desired: &Desired,
    scenes: &[Scene<'a>],
    compared: &[Vec<Compared<'a>>],
) -> (Vec<Vec<PullRequestPlan>>, Memories) {
    let mut memories = Memories::default();
    let is_any_named = desired
        .repositories
        .values()
        .any(|wanted| !wanted.pull_requests.is_empty());
    if !is_any_named {
        return (scenes.iter().map(|_| Vec::new()).collect(), memories);
    }
    let sections = Sections::of(compared);
    let plans = scenes
        .iter()
        .map(|scene| plan(scene, &sections, &mut memories))
        .collect();
    (plans, memories)
}

impl<'a> Sections<'a> {
    fn of(compared: &[Vec<Compared<'a>>]) -> Self {
        let mut sections = Self {
            writable: BTreeMap::new(),
            claims: BTreeMap::new(),
        };
        for one in compared.iter().flatten() {
            let subject = &one.wanted.subject;
            let remembered = one.last().map(|last| &last.pull_requests);
            let remembered = remembered.filter(|labels| !labels.is_empty());
            if remembered.is_none() && one.wanted.pull_requests.is_empty() {
                continue;
            }
            sections.writable.insert(subject, one.is_writable());
            for (reference, labels) in remembered.into_iter().flatten() {
                let claims = sections.claims.entry(reference).or_default();
                claims.insert(subject, labels);
            }
        }
        sections
    }

    fn is_writable(&self, subject: &Subject) -> bool {
        self.writable.get(subject).copied().unwrap_or_default()
    }

    /// What the section of a record says that kepherd put on a pull request.
    fn labels(&self, subject: &Subject, reference: &IssueRef) -> &'a [String] {
        let claims = self.claims.get(reference);
        let labels = claims.and_then(|claims| claims.get(subject));
        labels.copied().unwrap_or_default()
    }

    /// Whether kepherd put a label on a pull request, and every section that says so can be written.
    fn may_take_off(&self, reference: &IssueRef, label: &str) -> bool {
        let claims = self.claims.get(reference).into_iter().flatten();
        let mut claimants = claims
            .filter(|(_, labels)| has_name(labels.iter(), label))
            .peekable();
        claimants.peek().is_some() && claimants.all(|(subject, _)| self.is_writable(subject))
    }
}

fn plan(
    scene: &Scene<'_>,
    sections: &Sections<'_>,
    memories: &mut Memories,
) -> Vec<PullRequestPlan> {
    if scene.problem().is_some() {
        return Vec::new();
    }
    let looked_up = scene.seen.map(|seen| &seen.pull_requests);
    let of = |(number, wanted): (&u64, &DesiredPullRequest)| {
        let action = match looked_up.and_then(|all| all.get(number)) {
            Some(PullRequestLookup::PullRequest(found)) if found.open => {
                let reference = IssueRef {
                    repository: scene.name.clone(),
                    number: *number,
                };
                compare(wanted, found, &reference, sections, memories)
            }
            Some(PullRequestLookup::PullRequest(_)) => PullRequestAction::Closed,
            Some(PullRequestLookup::Issue) => PullRequestAction::Issue,
            Some(PullRequestLookup::Invisible) | None => PullRequestAction::Invisible,
        };
        PullRequestPlan {
            number: *number,
            subjects: wanted.labels.keys().cloned().collect(),
            action,
        }
    };
    scene.wanted.pull_requests.iter().map(of).collect()
}

fn compare(
    wanted: &DesiredPullRequest,
    found: &ObservedPullRequest,
    reference: &IssueRef,
    sections: &Sections<'_>,
    memories: &mut Memories,
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
    let all_writable = wanted.labels.keys().all(|one| sections.is_writable(one));
    for label in &found.labels {
        let is_ours = all_writable && sections.may_take_off(reference, label);
        if is_ours && !is_asked(label) && wanted.removable.contains(label) {
            change.remove.push(label.clone());
        }
    }
    for (subject, asked) in &wanted.labels {
        let there = sections.labels(subject, reference).iter();
        let there = there.filter(|label| is_there(label));
        let added = asked.iter().filter(|label| change.add.contains(label));
        let during: Vec<String> = there.chain(added).cloned().collect();
        let mut after = during.clone();
        after.retain(|label| !has_name(&change.remove, label));
        for (memory, labels) in [(&mut memories.during, during), (&mut memories.after, after)] {
            let of_subject = memory.entry(subject.clone()).or_default();
            of_subject.insert(reference.clone(), labels);
        }
    }
    if change.is_empty() {
        PullRequestAction::InSync
    } else {
        PullRequestAction::Label(change)
    }
}
