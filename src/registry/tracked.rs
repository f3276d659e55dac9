//! What KEP records and work items have in common: work that is tracked by an issue. One view of both.
//!
//! Who needs what only one of them has matches on the view; everybody else asks it, so that a third kind of record is one
//! more arm here and not one more loop elsewhere.

use super::kep::{Allow, KepRecord, PullRequest};
use super::work_item::WorkItem;
use super::{Entry, Registry, UnreadAllows};
use crate::findings::sources::FileId;
use crate::terms::{Handle, IssueRef, Line, Link, Release, RepositoryName, Stage, Subject, Triage};

/// A record of tracked work.
#[derive(Debug, Clone, Copy)]
pub enum Tracked<'a> {
    /// A KEP.
    Kep(&'a Entry<KepRecord>),
    /// Work without a KEP.
    Item(&'a Entry<WorkItem>),
}

impl<'a> Tracked<'a> {
    /// The file of the record.
    pub fn file(self) -> FileId {
        match self {
            Self::Kep(entry) => entry.file,
            Self::Item(entry) => entry.file,
        }
    }

    /// Whether a top-level key can be relied on: see [`Entry::is_sound`].
    pub fn is_sound(self, key: &str) -> bool {
        match self {
            Self::Kep(entry) => entry.is_sound(key),
            Self::Item(entry) => entry.is_sound(key),
        }
    }

    /// What it is about.
    pub fn subject(self) -> Subject {
        match self {
            Self::Kep(entry) => Subject::Kep(entry.value.number),
            Self::Item(entry) => Subject::Item(entry.value.id.clone()),
        }
    }

    /// The short title.
    pub fn title(self) -> &'a Line {
        match self {
            Self::Kep(entry) => &entry.value.title,
            Self::Item(entry) => &entry.value.title,
        }
    }

    /// The Kubernetes release that is aimed for.
    pub fn target(self) -> Option<Release> {
        match self {
            Self::Kep(entry) => entry.value.target,
            Self::Item(entry) => entry.value.target,
        }
    }

    /// The Kubernetes release that work on it aims at: none, once a KEP is given up, whatever the record says still.
    pub fn aims_at(self) -> Option<Release> {
        match self {
            Self::Kep(entry) => entry.value.aims_at(),
            Self::Item(entry) => entry.value.target,
        }
    }

    /// Which stage is next. Work items have none.
    pub fn stage(self) -> Option<Stage> {
        match self {
            Self::Kep(entry) => entry.value.stage,
            Self::Item(_) => None,
        }
    }

    /// What maintainers have decided.
    pub fn triage(self) -> Option<Triage> {
        match self {
            Self::Kep(entry) => entry.value.triage,
            Self::Item(entry) => entry.value.triage,
        }
    }

    /// Whether maintainers have taken it on and work goes on.
    pub fn is_taken_on(self) -> bool {
        match self {
            Self::Kep(entry) => entry.value.is_taken_on(),
            Self::Item(entry) => entry.value.triage == Some(Triage::Accepted),
        }
    }

    /// Whether work goes on as far as is known. When a work item is done is not on record.
    pub fn is_going_on(self) -> bool {
        match self {
            Self::Kep(entry) => entry.value.is_going_on(),
            Self::Item(entry) => entry.value.triage != Some(Triage::Declined),
        }
    }

    /// Who sees the work through, and is assigned.
    pub fn assignees(self) -> &'a [Handle] {
        match self {
            Self::Kep(entry) => &entry.value.shepherds,
            Self::Item(entry) => &entry.value.assignees,
        }
    }

    /// The key of [`assignees`](Self::assignees).
    pub fn assignees_key(self) -> &'static str {
        match self {
            Self::Kep(_) => "shepherds",
            Self::Item(_) => "assignees",
        }
    }

    /// The targeted minor of the home runtime.
    pub fn milestone(self) -> Option<Release> {
        match self {
            Self::Kep(entry) => entry.value.milestone,
            Self::Item(entry) => entry.value.milestone,
        }
    }

    /// The number of its issue.
    pub fn issue(self) -> Option<u64> {
        match self {
            Self::Kep(entry) => entry.value.issue,
            Self::Item(entry) => entry.value.issue,
        }
    }

    /// Whether two states of a record say the same of which issues are theirs, and of what they are about.
    pub fn claims_the_same(self, other: Tracked<'_>) -> bool {
        self.subject() == other.subject()
            && self.issue() == other.issue()
            && self.repository() == other.repository()
            && self.former_issues() == other.former_issues()
    }

    /// Former issues: transferred, or closed as duplicates.
    pub fn former_issues(self) -> &'a [u64] {
        match self {
            Self::Kep(entry) => &entry.value.former_issues,
            Self::Item(_) => &[],
        }
    }

    /// Parts of the work that have issues of their own.
    pub fn related_issues(self) -> &'a [u64] {
        match self {
            Self::Kep(entry) => &entry.value.related_issues,
            Self::Item(_) => &[],
        }
    }

    /// The repository of its issue, if the record names one.
    pub fn repository(self) -> Option<&'a RepositoryName> {
        match self {
            Self::Kep(entry) => entry.value.repository.as_ref(),
            Self::Item(entry) => entry.value.repository.as_ref(),
        }
    }

    /// An issue that it names by a number; absent: the registry has no repository.
    pub fn reference(self, registry: &Registry, number: u64) -> Option<IssueRef> {
        Some(IssueRef {
            repository: registry.repository_of(self.repository())?.clone(),
            number,
        })
    }

    /// Its issue, if it has one.
    pub fn pinned(self, registry: &Registry) -> Option<IssueRef> {
        self.reference(registry, self.issue()?)
    }

    /// The pull requests that do the work.
    pub fn pull_requests(self) -> &'a [PullRequest] {
        match self {
            Self::Kep(entry) => &entry.value.pull_requests,
            Self::Item(entry) => &entry.value.pull_requests,
        }
    }

    /// Other tracking documents.
    pub fn links(self) -> &'a [Link] {
        match self {
            Self::Kep(entry) => &entry.value.links,
            Self::Item(entry) => &entry.value.links,
        }
    }

    /// Findings that people have accepted, each with its place in the list as it is written.
    pub fn allow(self) -> impl Iterator<Item = (usize, &'a Allow)> {
        let (allow, unread): (&'a [Allow], &'a UnreadAllows) = match self {
            Self::Kep(entry) => (&entry.value.allow, &entry.unread_allows),
            Self::Item(entry) => (&entry.value.allow, &entry.unread_allows),
        };
        unread.places().zip(allow)
    }

    /// The rules of accepted findings whose entries have mistakes; `None` is one whose rule cannot be read.
    pub fn unread_allows(self) -> impl Iterator<Item = Option<&'a str>> {
        let unread = match self {
            Self::Kep(entry) => &entry.unread_allows,
            Self::Item(entry) => &entry.unread_allows,
        };
        let whole = (!self.is_sound("allow")).then_some(None);
        unread.rules.values().map(Option::as_deref).chain(whole)
    }
}
