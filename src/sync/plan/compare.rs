//! The first pass: which issue is a record's, and what of it differs.
//!
//! Everything of an issue is compared here but its section, which waits for the labels of pull requests that it has to
//! remember.

use std::collections::BTreeMap;

use super::blocked::Blocked;
use super::field::{self, Drift, SectionChange};
use super::identity::{self, Identity};
use super::index::{Pin, Scene};
use super::notice::Notice;
use super::seen::Seen;
use super::{NewIssue, Options, Update};
use crate::registry::config::AssigneePolicy;
use crate::sources::kep_names::keps_in_title;
use crate::sync::desired::DesiredIssue;
use crate::sync::journal::Leftovers;
use crate::sync::section::{
    Agreed, Applied, Markers, PullRequestLabels, Section, Template, render,
};
use crate::terms::{IssueRef, Subject, github_limits as limits};

/// A record beside its issue.
pub(super) struct Compared<'a> {
    pub(super) wanted: &'a DesiredIssue,
    /// The number of its issue, by whoever says so.
    pub(super) number: Option<u64>,
    /// The issue, if it was read.
    pub(super) seen: Option<&'a Seen<'a>>,
    pub(super) fate: Fate<'a>,
}

/// What becomes of a record's issue.
pub(super) enum Fate<'a> {
    /// It is created, with this status.
    New(String),
    /// There is none, and none is needed.
    NotTracked,
    /// A person has to look at it; nothing of what others changed is put right.
    Blocked(Blocked, Vec<Drift>),
    /// It is there, and says this.
    There(Box<There<'a>>),
}

/// An issue that is there.
pub(super) struct There<'a> {
    seen: &'a Seen<'a>,
    present: Option<&'a Section>,
    /// What the section says, but for what it remembers.
    status: String,
    /// What changes, but for the section.
    pub(super) update: Update,
    pub(super) drift: Vec<Drift>,
    /// What people edited that is theirs.
    pub(super) news: Vec<Notice>,
    /// What the section remembers, but for the labels of pull requests.
    applied: Applied,
}

/// What becomes of the section of an issue that is there.
pub(super) struct Sectioned {
    pub(super) change: Option<SectionChange>,
    pub(super) drift: Vec<Drift>,
    /// The section as it is in the end.
    pub(super) text: Option<String>,
}

/// The records of a repository beside their issues.
pub(super) fn all<'a>(scene: &'a Scene<'a>, options: &Options) -> Vec<Compared<'a>> {
    let issues = scene.wanted.issues.iter();
    issues
        .filter(|wanted| options.selects(&wanted.subject))
        .map(|wanted| compare(wanted, scene, options))
        .collect()
}

fn compare<'a>(wanted: &'a DesiredIssue, scene: &'a Scene<'a>, options: &Options) -> Compared<'a> {
    let pinned = scene.index.pin_of(wanted).map(Pin::number);
    if let Some(unverified) = wanted.unverified {
        let seen = pinned.and_then(|number| scene.index.issues.get(&number));
        return Compared {
            wanted,
            number: pinned,
            seen,
            fate: Fate::Blocked(Blocked::Unverified(unverified), Vec::new()),
        };
    }
    let (number, seen, fate) = match identity::identify(wanted, scene, options) {
        Identity::Issue(seen) => {
            let number = seen.issue.number;
            let leftovers = scene.remembered.leftovers(scene.name, number);
            let fate = update(wanted, seen, leftovers, scene);
            (Some(number), Some(seen), fate)
        }
        Identity::New if options.hold_creations => {
            (pinned, None, Fate::Blocked(Blocked::OverGuard, Vec::new()))
        }
        Identity::New => (pinned, None, Fate::New(scene.status_of(wanted))),
        Identity::NotTracked => (pinned, None, Fate::NotTracked),
        Identity::Blocked(blocked) => (pinned, None, Fate::Blocked(blocked, Vec::new())),
    };
    Compared {
        wanted,
        number,
        seen,
        fate,
    }
}

/// Whether the section is that of a record whose number was corrected since: no record has the old number, and the issue's title has the new one.
fn is_corrected(
    wanted: &DesiredIssue,
    seen: &Seen<'_>,
    section: &Section,
    scene: &Scene<'_>,
) -> bool {
    let (Subject::Kep(new), Subject::Kep(old)) = (&wanted.subject, &section.subject) else {
        return false;
    };
    let named = keps_in_title(&seen.issue.title);
    !scene.is_recorded(&section.subject) && named.contains(new) && !named.contains(old)
}

/// What makes an issue say what its record says.
fn update<'a>(
    wanted: &DesiredIssue,
    seen: &'a Seen<'a>,
    leftovers: Option<&Leftovers>,
    scene: &Scene<'_>,
) -> Fate<'a> {
    let issue = seen.issue;
    let present = match &seen.section {
        Markers::Absent => None,
        Markers::Present(section) if section.subject == wanted.subject => Some(&**section),
        Markers::Present(section) if is_corrected(wanted, seen, section, scene) => Some(&**section),
        Markers::Present(section) => {
            return Fate::Blocked(Blocked::SectionOf(section.subject.clone()), Vec::new());
        }
        Markers::Broken {
            damage,
            subjects: _,
        } => return Fate::Blocked(Blocked::BrokenSection(damage.clone()), Vec::new()),
    };
    let last = present.and_then(|section| section.applied.as_ref());
    // What an interrupted run was taking off is kepherd's still, whatever the section says of it.
    let (left_labels, left_assignees): (&[String], &[String]) = match leftovers {
        Some(Leftovers { labels, assignees }) => (labels, assignees),
        None => (&[], &[]),
    };
    let title = field::title::compare(wanted, issue, last);
    let labels = field::labels::compare(wanted, issue, last, left_labels);
    let milestone = field::milestone::compare(wanted, issue, last);
    let assignees = field::assignees::compare(wanted, issue, last, left_assignees);
    let state = field::state::compare(wanted, issue, last);
    let (announcement, announced) = field::announcement::since(wanted, last);
    let template = field::template::compare(wanted, issue, present, last);

    let drift = [title.drift, labels.drift, milestone.drift, assignees.drift];
    let mut drift = drift.concat();
    let conflicts = [
        title.conflict,
        labels.conflict,
        milestone.conflict,
        assignees.conflict,
        state.conflict,
    ];
    let fields: Vec<_> = conflicts.into_iter().flatten().collect();
    if !fields.is_empty() {
        let adoptable = !drift.is_empty();
        // What is not written is not put right either.
        drift.iter_mut().for_each(|drift| drift.enforced = false);
        return Fate::Blocked(Blocked::Conflict { fields, adoptable }, drift);
    }
    Fate::There(Box::new(There {
        status: scene.status_of(wanted),
        seen,
        present,
        update: Update {
            title: title.change,
            labels: labels.change,
            milestone: milestone.change,
            assignees: assignees.change,
            close: state.change,
            section: None,
            announcement,
        },
        drift,
        news: template.news,
        applied: Applied {
            labels: labels.applied,
            // Like the labels of pull requests, where the section is.
            says: BTreeMap::new(),
            assignees: assignees.applied.ours,
            guests: assignees.applied.guests,
            milestone: milestone.applied,
            title: title.applied,
            pull_requests: PullRequestLabels::new(),
            closed: state.applied,
            announced: Some(announced),
            template: template.applied,
            // Both are made where the section is.
            status: String::new(),
            sum: String::new(),
        },
    }))
}

impl<'a> Compared<'a> {
    /// What kepherd last applied to the issue, if its section is this record's.
    pub(super) fn last(&self) -> Option<&'a Applied> {
        let section = self.seen?.section()?;
        let is_its_own = section.subject == self.wanted.subject;
        // Or it was, until the number of its record was corrected.
        let is_taken_over = matches!(&self.fate, Fate::There(there) if there.present.is_some());
        section
            .applied
            .as_ref()
            .filter(|_| is_its_own || is_taken_over)
    }

    /// Whether the section can be written, so that what it remembers stays true.
    pub(super) fn is_writable(&self) -> bool {
        match &self.fate {
            Fate::New(status) => new_issue((self.wanted, status), None).is_ok(),
            Fate::There(there) => there.section(self.wanted, self.last(), None).is_ok(),
            Fate::NotTracked | Fate::Blocked(..) => false,
        }
    }
}

impl There<'_> {
    /// What becomes of the section, if it remembers these labels of pull requests.
    pub(super) fn section(
        &self,
        wanted: &DesiredIssue,
        last: Option<&Applied>,
        labels: Option<&PullRequestLabels>,
    ) -> Result<Sectioned, Blocked> {
        let applied = Applied {
            pull_requests: remembered(wanted, labels, last),
            ..self.applied.clone()
        };
        let applied = with_what_is_said(applied, wanted, last);
        let outcome = field::section::compare((wanted, &self.status), self.present, &applied);
        let change = outcome.change.as_ref();
        let body = &self.seen.issue.body;
        if let Some(characters) = change.and_then(|change| field::section::too_long(body, change)) {
            return Err(Blocked::TooLong { characters });
        }
        let there = || self.present.map(|section| section.text.clone());
        Ok(Sectioned {
            text: change.map(|change| change.to.clone()).or_else(there),
            change: outcome.change,
            drift: outcome.drift,
        })
    }
}

/// The issue of a record that has none, if it remembers these labels of pull requests.
pub(super) fn new_issue(
    (wanted, status): (&DesiredIssue, &str),
    labels: Option<&PullRequestLabels>,
) -> Result<NewIssue, Blocked> {
    let mut assignees: Vec<String> = wanted.assignees.iter().map(ToString::to_string).collect();
    assignees.truncate(limits::ASSIGNEES_PER_ISSUE);
    let applied = Applied {
        labels: wanted.labels.clone(),
        says: BTreeMap::new(),
        assignees: assignees.clone(),
        guests: (wanted.assignee_policy == AssigneePolicy::Exact).then(Vec::new),
        milestone: wanted.milestone.as_ref().map(|title| Agreed {
            value: title.clone(),
            set: true,
        }),
        title: wanted.retitle.then(|| wanted.title.clone()),
        pull_requests: remembered(wanted, labels, None),
        closed: false,
        announced: Some(field::announcement::first(wanted)),
        template: matches!(wanted.subject, Subject::Kep(_)).then(Template::new),
        // Both are made where the section is.
        status: String::new(),
        sum: String::new(),
    };
    let applied = with_what_is_said(applied, wanted, None);
    let body = render(&wanted.subject, status, &applied);
    let characters = body.chars().count();
    if characters > limits::BODY {
        return Err(Blocked::TooLong { characters });
    }
    Ok(NewIssue {
        title: wanted.title.clone(),
        body,
        labels: wanted.labels.clone(),
        assignees,
        milestone: wanted.milestone.clone(),
    })
}

/// What is applied, with what each label says: by what the registry calls labels, or as it was written down.
fn with_what_is_said(applied: Applied, wanted: &DesiredIssue, last: Option<&Applied>) -> Applied {
    let of_pull_requests = applied.pull_requests.values().flatten();
    let labels = applied.labels.iter().chain(of_pull_requests);
    let says = labels.filter_map(|label| {
        let now = wanted.removable.said_by(label);
        let said = now.or_else(|| last?.said_by(label))?;
        Some((label.clone(), said))
    });
    Applied {
        says: says.collect(),
        ..applied
    }
}

/// What the section should remember of the pull requests that the record names, or named. Of those that were not looked at in this
/// run, or are closed, it is what it was.
fn remembered(
    wanted: &DesiredIssue,
    labels: Option<&PullRequestLabels>,
    last: Option<&Applied>,
) -> PullRequestLabels {
    let of = |reference: &IssueRef| {
        let new = labels.and_then(|labels| labels.get(reference));
        let labels = new.or_else(|| last?.pull_requests.get(reference))?;
        (!labels.is_empty()).then(|| (reference.clone(), labels.clone()))
    };
    // One that the record does not name any more is kepherd's to clear up, until that is done.
    let left = last.into_iter().flat_map(|last| last.pull_requests.keys());
    wanted
        .pull_requests
        .iter()
        .chain(left)
        .filter_map(of)
        .collect()
}
