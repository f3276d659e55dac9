//! The second pass, pull requests: while one is open it carries the labels of its releases; afterwards it is left alone.
//!
//! A pull request has no section to remember things in. The sections of the records that name it do it: a label is taken off
//! only if one of them says that kepherd put it on, and if all of them can be written. A label that is missing is put on,
//! whoever may have taken it off.

use std::collections::{BTreeMap, BTreeSet};

use super::compare::Compared;
use super::index::Scene;
use super::seen::Reading;
use super::{PullRequestAction, PullRequestPlan, SetChange};
use crate::sync::desired::{Desired, DesiredPullRequest};
use crate::sync::observed::{ObservedPullRequest, PullRequestLookup};
use crate::sync::section::{Applied, PullRequestLabels};
use crate::terms::{IssueRef, RepositoryName, Subject};
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
    /// What kepherd put on a pull request, by the record whose section says so: also of records that do not name it any more.
    claims: BTreeMap<&'a IssueRef, BTreeMap<&'a Subject, &'a Applied>>,
    nothing: BTreeMap<&'a Subject, &'a Applied>,
}

/// What happens to the pull requests of each repository, and what the sections should remember of it.
pub(super) fn settle<'a>(
    desired: &Desired,
    scenes: &[Scene<'a>],
    compared: &[Vec<Compared<'a>>],
) -> (Vec<Vec<PullRequestPlan>>, Memories) {
    let mut memories = Memories::default();
    let sections = Sections::of(compared);
    let is_any_named = desired
        .repositories
        .values()
        .any(|wanted| !wanted.pull_requests.is_empty());
    if !is_any_named && sections.claims.is_empty() {
        return (scenes.iter().map(|_| Vec::new()).collect(), memories);
    }
    let plans = scenes
        .iter()
        .map(|scene| plan(scene, &sections, &mut memories))
        .collect();
    (plans, memories)
}

/// The pull requests that sections remember, and that no record names any more, by repository: what kepherd put on these comes off.
pub(super) fn left(
    desired: &Desired,
    reading: &Reading<'_>,
) -> BTreeMap<RepositoryName, BTreeSet<u64>> {
    let mut left: BTreeMap<RepositoryName, BTreeSet<u64>> = BTreeMap::new();
    for reference in reading.remembered_pull_requests() {
        let repository = desired.repositories.get_key_value(&reference.repository);
        if let Some((name, wanted)) = repository
            && !wanted.pull_requests.contains_key(&reference.number)
        {
            left.entry(name.clone())
                .or_default()
                .insert(reference.number);
        }
    }
    left
}

impl<'a> Sections<'a> {
    fn of(compared: &[Vec<Compared<'a>>]) -> Self {
        let mut sections = Self {
            writable: BTreeMap::new(),
            claims: BTreeMap::new(),
            nothing: BTreeMap::new(),
        };
        for one in compared.iter().flatten() {
            let subject = &one.wanted.subject;
            let last = one.last();
            let remembered = last.filter(|last| !last.pull_requests.is_empty());
            if remembered.is_none() && one.wanted.pull_requests.is_empty() {
                continue;
            }
            sections.writable.insert(subject, one.is_writable());
            let Some(last) = remembered else {
                continue;
            };
            for reference in last.pull_requests.keys() {
                let claims = sections.claims.entry(reference).or_default();
                claims.insert(subject, last);
            }
        }
        sections
    }

    /// Whether this run is about a record.
    fn is_looked_at(&self, subject: &Subject) -> bool {
        self.writable.contains_key(subject)
    }

    fn is_writable(&self, subject: &Subject) -> bool {
        self.writable.get(subject).copied().unwrap_or_default()
    }

    /// What the sections say that kepherd put on a pull request.
    fn of_pull_request(&self, reference: &IssueRef) -> &BTreeMap<&'a Subject, &'a Applied> {
        self.claims.get(reference).unwrap_or(&self.nothing)
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
    let nobody_names = DesiredPullRequest {
        labels: BTreeMap::new(),
        removable: scene.wanted.removable.clone(),
    };
    let left = sections.claims.keys().filter(|reference| {
        let is_read = looked_up.is_some_and(|all| all.contains_key(&reference.number));
        reference.repository == *scene.name && is_read
    });
    let left = left.map(|reference| (reference.number, &nobody_names));
    // A run may be about some records only.
    let named = scene.wanted.pull_requests.iter().filter(|(_, wanted)| {
        let mut subjects = wanted.labels.keys();
        subjects.any(|subject| sections.is_looked_at(subject))
    });
    // Where a record names it, that counts.
    let all: BTreeMap<u64, &DesiredPullRequest> = left
        .chain(named.map(|(number, wanted)| (*number, wanted)))
        .collect();
    let of = |(number, wanted): (u64, &DesiredPullRequest)| {
        let reference = IssueRef {
            repository: scene.name.clone(),
            number,
        };
        let claims = sections.of_pull_request(&reference);
        let action = match looked_up.and_then(|all| all.get(&number)) {
            Some(PullRequestLookup::PullRequest(found)) if found.state.is_open() => {
                compare(wanted, found, &reference, sections, memories)
            }
            Some(PullRequestLookup::PullRequest(_)) => PullRequestAction::Closed,
            Some(PullRequestLookup::Issue) => PullRequestAction::Issue,
            Some(PullRequestLookup::Invisible) | None => PullRequestAction::Invisible,
        };
        let claimants = claims.keys().copied();
        let is_left = !matches!(
            action,
            PullRequestAction::Label(_) | PullRequestAction::InSync
        );
        if is_left {
            // Of one that no record names, and that is not open any more, there is nothing left to remember.
            for subject in claimants
                .clone()
                .filter(|one| !wanted.labels.contains_key(*one))
            {
                memories.remember(subject, &reference, Vec::new(), Vec::new());
            }
        }
        let subjects: BTreeSet<&Subject> = wanted.labels.keys().chain(claimants).collect();
        PullRequestPlan {
            number,
            subjects: subjects.into_iter().cloned().collect(),
            action,
        }
    };
    all.into_iter().map(of).collect()
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
    let looked_at = wanted.labels.iter();
    // What no section can remember would never come off again.
    let looked_at = looked_at.filter(|(subject, _)| sections.is_writable(subject));
    let to_add: Vec<&String> = looked_at.filter_map(|(_, label)| label.as_ref()).collect();
    let is_there = |label: &str| has_name(&found.labels, label);
    let mut change = SetChange::default();
    for label in &to_add {
        if !is_there(label) && !change.add.contains(label) {
            change.add.push((*label).clone());
        }
    }
    let claims = sections.of_pull_request(reference);
    // What each section says is kepherd's, as it is called on the pull request.
    let ours: BTreeMap<&Subject, Vec<String>> = claims
        .iter()
        .map(|(subject, last)| {
            let labels = last.pull_requests.get(reference);
            let labels = labels.map_or(&[][..], Vec::as_slice);
            (*subject, wanted.removable.ours(labels, &found.labels))
        })
        .collect();
    // A label stays claimed only where its section can be written; so nothing is taken off without that.
    let all_writable = wanted.labels.keys().all(|one| sections.is_writable(one));
    for label in found.labels.iter().filter(|label| !is_asked(label)) {
        let mut claimants = ours
            .iter()
            .filter(|(_, labels)| has_name(*labels, label))
            .map(|(subject, _)| *subject)
            .peekable();
        let Some(first) = claimants.peek() else {
            continue;
        };
        let last = claims.get(first).copied();
        let said = wanted.removable.said_when_applied(label, last);
        let is_free = all_writable && claimants.all(|subject| sections.is_writable(subject));
        if is_free && wanted.removable.may_come_off(said) {
            change.remove.push(label.clone());
        }
    }
    let subjects = wanted.labels.keys().chain(claims.keys().copied());
    let subjects = subjects.filter(|subject| sections.is_looked_at(subject));
    for subject in subjects.collect::<BTreeSet<&Subject>>() {
        let there = ours.get(subject).into_iter().flatten();
        let there = there.filter(|label| is_there(label));
        let asked = wanted.labels.get(subject).into_iter().flatten();
        let added = asked.filter(|label| change.add.contains(label));
        let during: Vec<String> = there.chain(added).cloned().collect();
        let mut after = during.clone();
        after.retain(|label| !has_name(&change.remove, label));
        memories.remember(subject, reference, during, after);
    }
    if change.is_empty() {
        PullRequestAction::InSync
    } else {
        PullRequestAction::Label(change)
    }
}

impl Memories {
    /// What the section of a record should say of a pull request, while the run goes on and after it.
    fn remember(
        &mut self,
        subject: &Subject,
        reference: &IssueRef,
        during: Vec<String>,
        after: Vec<String>,
    ) {
        for (memory, labels) in [(&mut self.during, during), (&mut self.after, after)] {
            let of_subject = memory.entry(subject.clone()).or_default();
            of_subject.insert(reference.clone(), labels);
        }
    }
}
