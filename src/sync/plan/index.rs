//! The issues of a repository by what they say they are about, beside the records that may be theirs.

use std::collections::{BTreeMap, BTreeSet};

use super::seen::{Issues, MarkedAt, Reading, Seen};
use super::{Options, Untracked};
use crate::sources::kep_names::neighbours;
use crate::sync::desired::{Desired, DesiredIssue, DesiredRepository};
use crate::sync::observed::{Observed, ObservedRepository, PullRequestLookup};
use crate::sync::remembered::Remembered;
use crate::sync::section;
use crate::terms::{RepositoryName, Subject};

/// A repository as its plan sees it: what is desired, what was read, what is remembered, and which issue is whose.
pub(super) struct Scene<'a> {
    pub(super) name: &'a RepositoryName,
    pub(super) wanted: &'a DesiredRepository,
    /// What was read; absent if nothing was.
    pub(super) seen: Option<&'a ObservedRepository>,
    pub(super) remembered: &'a Remembered,
    pub(super) index: Index<'a>,
    reading: &'a Reading<'a>,
}

/// The number of a record's issue.
#[derive(Debug, Clone, Copy)]
pub(super) enum Pin {
    /// The record says so.
    Record(u64),
    /// Only an earlier run says so, in its journal.
    Journal(u64),
}

impl Pin {
    pub(super) fn of(
        repository: &RepositoryName,
        wanted: &DesiredIssue,
        remembered: &Remembered,
        options: &Options,
    ) -> Option<Self> {
        let journaled = || remembered.number_of(repository, wanted, options);
        let pin = wanted.number.map(Self::Record);
        pin.or_else(|| journaled().map(Self::Journal))
    }

    pub(super) fn number(self) -> u64 {
        match self {
            Self::Record(number) | Self::Journal(number) => number,
        }
    }
}

/// The repositories that are planned for.
pub(super) fn scenes<'a>(
    desired: &'a Desired,
    observed: &'a Observed,
    remembered: &'a Remembered,
    reading: &'a Reading<'a>,
    options: &Options,
) -> Vec<Scene<'a>> {
    let of = |(name, wanted): (&'a RepositoryName, &'a DesiredRepository)| Scene {
        name,
        wanted,
        seen: observed.repositories.get(name),
        remembered,
        index: Index::of(wanted, reading.issues(name), |issue| {
            Pin::of(name, issue, remembered, options)
        }),
        reading,
    };
    desired.repositories.iter().map(of).collect()
}

impl<'a> Scene<'a> {
    /// The status of a record, with how far its pull requests are. Those of other repositories are left out: a run may be about this one alone, and
    /// what a section says must not depend on that.
    pub(super) fn status_of(&self, wanted: &DesiredIssue) -> String {
        wanted.status.text(|id| {
            let seen = self.seen.filter(|_| id.repository == *self.name)?;
            match seen.pull_requests.get(&id.number)? {
                PullRequestLookup::PullRequest(found) => Some(found.state),
                PullRequestLookup::Issue | PullRequestLookup::Invisible => None,
            }
        })
    }

    /// Whether some record of this repository is about a subject.
    pub(super) fn is_recorded(&self, subject: &Subject) -> bool {
        self.index.recorded.contains(subject)
    }

    /// Why nothing of the repository could be read.
    pub(super) fn problem(&self) -> Option<&'a String> {
        self.seen.and_then(|seen| seen.problem.as_ref())
    }

    /// The issues of this repository that carry a subject's marker.
    pub(super) fn marked_here(&self, subject: &Subject) -> Vec<&'a Seen<'a>> {
        let marked = self.reading.marked(subject).iter();
        marked
            .filter(|place| place.repository == *self.name && !place.by_title)
            .filter_map(|place| self.index.issues.get(&place.number))
            .collect()
    }

    /// An issue of another repository that carries a subject's marker, or has lost it.
    pub(super) fn marked_elsewhere(&self, subject: &Subject) -> Option<&'a MarkedAt> {
        let mut marked = self.reading.marked(subject).iter();
        marked.find(|place| place.repository != *self.name)
    }

    /// Issues other than this one that carry a subject's marker and were written by this identity, in any repository.
    pub(super) fn others_marked(&self, wanted: &DesiredIssue, number: u64) -> Vec<String> {
        let is_known = |place: &MarkedAt| {
            place.repository == *self.name
                && (place.number == number || wanted.other_numbers.contains(&place.number))
        };
        let marked = self.reading.marked(&wanted.subject).iter();
        marked
            .filter(|place| place.own && !place.by_title && !is_known(place))
            .map(|place| format!("{}#{}", place.repository, place.number))
            .collect()
    }
}

/// The issues of a repository by what they say they are about.
pub(super) struct Index<'a> {
    pub(super) issues: &'a Issues<'a>,
    by_kep: BTreeMap<u32, Vec<&'a Seen<'a>>>,
    /// Read only where a record has no issue yet, like `damaged`.
    titles: BTreeMap<String, Vec<&'a Seen<'a>>>,
    /// Own issues with a marker that was damaged, by what it still says.
    damaged: BTreeMap<Subject, Vec<&'a Seen<'a>>>,
    /// The number of each record that has one.
    pins: BTreeMap<&'a Subject, Pin>,
    /// Numbers that are the issue of some record.
    pinned: BTreeSet<u64>,
    /// Numbers that some record names, as its issue or otherwise.
    claimed: BTreeSet<u64>,
    /// What there are records of.
    recorded: BTreeSet<&'a Subject>,
}

impl<'a> Index<'a> {
    fn of(
        wanted: &'a DesiredRepository,
        issues: &'a Issues<'a>,
        pin_of: impl Fn(&DesiredIssue) -> Option<Pin>,
    ) -> Self {
        let pins: BTreeMap<&Subject, Pin> = wanted
            .issues
            .iter()
            .filter_map(|issue| Some((&issue.subject, pin_of(issue)?)))
            .collect();
        let pinned: BTreeSet<u64> = pins.values().copied().map(Pin::number).collect();
        let others = wanted.issues.iter().flat_map(|issue| &issue.other_numbers);
        let mut index = Self {
            issues,
            by_kep: BTreeMap::new(),
            titles: BTreeMap::new(),
            damaged: BTreeMap::new(),
            claimed: others.chain(&pinned).copied().collect(),
            recorded: wanted.issues.iter().map(|issue| &issue.subject).collect(),
            pins,
            pinned,
        };
        let all_pinned = index.pins.len() == wanted.issues.len();
        for seen in issues.values() {
            for kep in &seen.keps {
                index.by_kep.entry(*kep).or_default().push(seen);
            }
            if all_pinned {
                continue;
            }
            if seen.issue.own {
                for subject in section::mentioned(&seen.issue.body) {
                    index.damaged.entry(subject).or_default().push(seen);
                }
            }
            let former = seen.issue.former_titles.iter().flatten();
            for title in former.chain([&seen.issue.title]) {
                let with_title = index.titles.entry(folded(title)).or_default();
                with_title.push(seen);
            }
        }
        index
    }

    /// The number of a record's issue, and who says so.
    pub(super) fn pin_of(&self, wanted: &DesiredIssue) -> Option<Pin> {
        self.pins.get(&wanted.subject).copied()
    }

    /// The own issues that say nothing of what they are about, that no record names, and of which nobody knows the former titles.
    pub(super) fn silent(&self) -> Vec<u64> {
        let silent = self.issues.iter().filter(|(_, seen)| seen.is_silent());
        let numbers = silent.map(|(number, _)| *number);
        numbers
            .filter(|number| !self.claimed.contains(number))
            .collect()
    }

    /// Whether a number is the issue of some record.
    pub(super) fn is_pinned(&self, number: u64) -> bool {
        self.pinned.contains(&number)
    }

    /// An own issue that is no record's, and whose marker of a subject was damaged.
    pub(super) fn damaged(&self, subject: &Subject) -> Option<u64> {
        let mut damaged = self.damaged.get(subject).into_iter().flatten();
        damaged
            .find(|seen| !self.is_pinned(seen.issue.number))
            .map(|seen| seen.issue.number)
    }

    /// The issues that look like a record's: a KEP's by its number, a work item's by its title.
    pub(super) fn named(&self, wanted: &DesiredIssue) -> &[&'a Seen<'a>] {
        let named = match &wanted.subject {
            Subject::Kep(number) => self.by_kep.get(number),
            Subject::Item(_) => self.titles.get(&folded(&wanted.title)),
        };
        named.map_or(&[], Vec::as_slice)
    }

    /// Issues that no record names, and that name a KEP that is nearly this one: the KEP and the issue's number.
    pub(super) fn nearly_named(&self, kep: u32) -> impl Iterator<Item = (u32, u64)> {
        let named = neighbours(kep).into_iter();
        named
            .flat_map(|other| {
                let issues = self.by_kep.get(&other).into_iter().flatten();
                issues.map(move |seen| (other, seen.issue.number))
            })
            .filter(|(_, number)| !self.claimed.contains(number))
    }

    /// Issues that name a KEP, and that neither track one nor are named by a record.
    pub(super) fn untracked(&self, tracked: &BTreeSet<u64>) -> Vec<Untracked> {
        let by_kep = self.by_kep.iter();
        let mut untracked: Vec<Untracked> = by_kep
            .flat_map(|(kep, issues)| issues.iter().map(move |seen| (*kep, seen.issue)))
            .filter(|(_, issue)| {
                !self.claimed.contains(&issue.number) && !tracked.contains(&issue.number)
            })
            .map(|(kep, issue)| Untracked {
                kep,
                number: issue.number,
                title: issue.title.clone(),
                open: issue.open,
                has_record: self.recorded.contains(&Subject::Kep(kep)),
            })
            .collect();
        untracked.sort_by_key(|issue| issue.number);
        untracked
    }
}

/// A title as titles are compared: without case, and without white space around it.
fn folded(title: &str) -> String {
    title.trim().to_lowercase()
}
