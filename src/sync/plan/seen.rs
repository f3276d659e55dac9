//! The first pass: every issue that was read, once, with what its body and its title say.

use std::collections::{BTreeMap, BTreeSet};

use crate::sources::issues::form;
use crate::sources::kep_names::keps_in_title;
use crate::sync::observed::{Lookup, Observed, ObservedIssue, ObservedRepository};
use crate::sync::section::{self, Applied, Markers, Section};
use crate::terms::{IssueRef, RepositoryName, Subject};

/// An issue that was read.
pub(super) struct Seen<'a> {
    pub(super) issue: &'a ObservedIssue,
    /// What its body holds of kepherd's.
    pub(super) section: Markers,
    /// The KEPs that its title names, or a title that it had.
    pub(super) named: BTreeSet<u32>,
    /// The KEPs that it is about: those that its title names, or else the only one in the template's field for it.
    pub(super) keps: BTreeSet<u32>,
}

impl<'a> Seen<'a> {
    fn of(issue: &'a ObservedIssue) -> Self {
        let mut named = keps_in_title(&issue.title);
        let former = issue.former_titles.iter().flatten();
        named.extend(former.flat_map(|title| keps_in_title(title)));
        let keps = if named.is_empty() {
            match form::read("", &issue.body).keps.as_slice() {
                [only] => BTreeSet::from([*only]),
                _ => BTreeSet::new(),
            }
        } else {
            named.clone()
        };
        Self {
            issue,
            section: section::find(&issue.body),
            named,
            keps,
        }
    }

    /// Whether it is an own issue that says nothing of what it is about, and whose former titles nobody asked for.
    pub(super) fn is_silent(&self) -> bool {
        let issue = self.issue;
        issue.own
            && issue.former_titles.is_none()
            && self.subjects().is_empty()
            && self.keps.is_empty()
            && section::mentioned(&issue.body).is_empty()
    }

    /// The subjects whose markers it carries.
    pub(super) fn subjects(&self) -> &[Subject] {
        match &self.section {
            Markers::Absent => &[],
            Markers::Present(section) => std::slice::from_ref(&section.subject),
            Markers::Broken { subjects, .. } => subjects,
        }
    }

    /// Its section, if that is one pair of markers.
    pub(super) fn section(&self) -> Option<&Section> {
        match &self.section {
            Markers::Present(section) => Some(section),
            Markers::Absent | Markers::Broken { .. } => None,
        }
    }

    /// What kepherd last applied to it, for whichever record.
    pub(super) fn applied(&self) -> Option<&Applied> {
        self.section().and_then(|section| section.applied.as_ref())
    }
}

/// The issues of a repository, by number.
pub(super) type Issues<'a> = BTreeMap<u64, Seen<'a>>;

/// Everything that was read.
pub(super) struct Reading<'a> {
    repositories: BTreeMap<&'a RepositoryName, Issues<'a>>,
    /// Where each subject's marker was seen, in any repository.
    marked: BTreeMap<Subject, Vec<MarkedAt>>,
    nothing: Issues<'a>,
}

/// An issue that carries a marker, or an own one that has lost it and names the KEP in its title.
pub(super) struct MarkedAt {
    pub(super) repository: RepositoryName,
    pub(super) number: u64,
    pub(super) own: bool,
    pub(super) by_title: bool,
}

impl<'a> Reading<'a> {
    pub(super) fn of(observed: &'a Observed) -> Self {
        let repositories: BTreeMap<&RepositoryName, Issues<'_>> = observed
            .repositories
            .iter()
            .map(|(name, seen)| (name, everything(seen)))
            .collect();
        let mut marked: BTreeMap<Subject, Vec<MarkedAt>> = BTreeMap::new();
        for (name, issues) in &repositories {
            for seen in issues.values() {
                let issue = seen.issue;
                let by_marker: BTreeSet<&Subject> = seen.subjects().iter().collect();
                let by_title = by_marker.is_empty() && issue.own;
                let titled = seen.named.iter().filter(|_| by_title);
                let named = by_marker
                    .into_iter()
                    .cloned()
                    .chain(titled.map(|kep| Subject::Kep(*kep)));
                for subject in named {
                    marked.entry(subject).or_default().push(MarkedAt {
                        repository: (*name).clone(),
                        number: issue.number,
                        own: issue.own,
                        by_title,
                    });
                }
            }
        }
        Self {
            repositories,
            marked,
            nothing: Issues::new(),
        }
    }

    /// The issues of a repository; none, if nothing of it was read.
    pub(super) fn issues(&self, repository: &RepositoryName) -> &Issues<'a> {
        self.repositories.get(repository).unwrap_or(&self.nothing)
    }

    /// The pull requests on which some section says that kepherd put labels.
    pub(super) fn remembered_pull_requests(&self) -> impl Iterator<Item = &IssueRef> {
        let issues = self.repositories.values().flat_map(BTreeMap::values);
        let applied = issues.filter_map(Seen::applied);
        applied.flat_map(|applied| applied.pull_requests.keys())
    }

    /// Where a subject's marker was seen.
    pub(super) fn marked(&self, subject: &Subject) -> &[MarkedAt] {
        self.marked.get(subject).map_or(&[], Vec::as_slice)
    }
}

/// Each issue that was read, once: a single read is newer than a list.
fn everything(seen: &ObservedRepository) -> Issues<'_> {
    let read = seen.issues.values().filter_map(|lookup| match lookup {
        Lookup::Issue(issue) => Some(&**issue),
        _ => None,
    });
    let listed = seen.indexed.iter().flat_map(BTreeMap::values);
    let all: BTreeMap<u64, &ObservedIssue> = listed
        .chain(read)
        .map(|issue| (issue.number, issue))
        .collect();
    all.into_iter()
        .map(|(number, issue)| (number, Seen::of(issue)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn former_titles_are_asked_for_of_own_issues_that_say_nothing_else() {
        let silent = ObservedIssue {
            own: true,
            title: "Songs".to_owned(),
            ..ObservedIssue::default()
        };
        let is_silent = |issue: &ObservedIssue| Seen::of(issue).is_silent();
        assert!(is_silent(&silent));
        let others = [
            (
                "people's",
                ObservedIssue {
                    own: false,
                    ..silent.clone()
                },
            ),
            (
                "asked already",
                ObservedIssue {
                    former_titles: Some(Vec::new()),
                    ..silent.clone()
                },
            ),
            (
                "by its title",
                ObservedIssue {
                    title: "KEP-1".to_owned(),
                    ..silent.clone()
                },
            ),
            (
                "by its section",
                ObservedIssue {
                    body: "<!-- kepherd:begin KEP-1 -->\n\n<!-- kepherd:end KEP-1 -->".to_owned(),
                    ..silent.clone()
                },
            ),
            (
                "by half a section",
                ObservedIssue {
                    body: "<!-- kepherd:begin KEP-1 -->".to_owned(),
                    ..silent.clone()
                },
            ),
            (
                "by what is left of a marker",
                ObservedIssue {
                    body: "kepherd:begin KEP-1".to_owned(),
                    ..silent.clone()
                },
            ),
        ];
        for (why, issue) in &others {
            assert!(!is_silent(issue), "{why}");
        }
    }
}
