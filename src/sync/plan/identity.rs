//! Which issue is a record's: the number it pins, else kepherd's own marker, else a new one.
//!
//! Nothing but these permits a creation, and a doubt always blocks it: an issue that looks tracked already, a marker in an
//! issue that somebody else wrote, a list that was not read. So a KEP never gets a second issue.

use std::collections::{BTreeMap, BTreeSet};

use super::{Blocked, Options, Untracked};
use crate::sources::issues::form;
use crate::sources::issues::titles::keps_in_title;
use crate::sync::desired::{DesiredIssue, DesiredRepository};
use crate::sync::observed::{Lookup, Observed, ObservedIssue, ObservedRepository};
use crate::sync::remembered::Remembered;
use crate::sync::section::{self, Found};
use crate::terms::RepositoryName;
use crate::terms::Subject;

/// Which issue is a record's.
pub(super) enum Identity<'a> {
    /// This one.
    Issue(&'a ObservedIssue),
    /// None yet: it is created.
    New,
    /// None, and it needs none.
    NotTracked,
    /// That is for a person to say.
    Blocked(Blocked),
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
    pub(super) fn number(self) -> u64 {
        match self {
            Self::Record(number) | Self::Journal(number) => number,
        }
    }
}

/// Where each subject's marker was seen, in any repository.
pub(super) type Marked = BTreeMap<Subject, Vec<MarkedAt>>;

/// An issue that carries a marker, or an own one that has lost it and names the KEP in its title.
pub(super) struct MarkedAt {
    repository: RepositoryName,
    number: u64,
    own: bool,
    by_title: bool,
}

/// The markers in everything that was read.
pub(super) fn marked(observed: &Observed) -> Marked {
    let mut marked = Marked::new();
    for (name, seen) in &observed.repositories {
        for issue in everything(seen) {
            let mut named = subjects(issue);
            let by_title = named.is_empty() && issue.own;
            if by_title {
                named = keps_in_title(&issue.title)
                    .into_iter()
                    .map(Subject::Kep)
                    .collect();
            }
            for subject in named {
                marked.entry(subject).or_default().push(MarkedAt {
                    repository: name.clone(),
                    number: issue.number,
                    own: issue.own,
                    by_title,
                });
            }
        }
    }
    marked
}

/// Each issue that was read, once.
pub(super) fn everything(seen: &ObservedRepository) -> impl Iterator<Item = &ObservedIssue> {
    let read = seen
        .issues
        .values()
        .filter_map(|lookup| issue_of(Some(lookup)));
    let listed = seen.indexed.iter().flat_map(BTreeMap::values);
    let all: BTreeMap<u64, &ObservedIssue> = listed
        .chain(read)
        .map(|issue| (issue.number, issue))
        .collect();
    all.into_values()
}

/// The subjects whose markers an issue carries.
fn subjects(issue: &ObservedIssue) -> BTreeSet<Subject> {
    match section::find(&issue.body) {
        Found::Absent => BTreeSet::new(),
        Found::Present(section) => BTreeSet::from([section.subject]),
        Found::Broken { subjects, .. } => subjects.into_iter().collect(),
    }
}

/// The issues of a repository by what they say they are about.
pub(super) struct Index<'a> {
    name: &'a RepositoryName,
    marked: &'a Marked,
    listed: bool,
    by_number: BTreeMap<u64, &'a ObservedIssue>,
    by_kep: BTreeMap<u32, Vec<&'a ObservedIssue>>,
    titles: BTreeMap<String, Vec<&'a ObservedIssue>>,
    /// Own issues with a marker that was damaged, by what it still says.
    damaged: BTreeMap<Subject, Vec<&'a ObservedIssue>>,
    /// Numbers that some record names, as its issue or otherwise.
    claimed: BTreeSet<u64>,
    /// What there are records of.
    recorded: BTreeSet<Subject>,
    /// The number of each record that has one.
    pins: BTreeMap<Subject, Pin>,
    /// Numbers that are the issue of some record.
    pinned: BTreeSet<u64>,
}

impl<'a> Index<'a> {
    pub(super) fn of(
        name: &'a RepositoryName,
        wanted: &DesiredRepository,
        seen: &'a ObservedRepository,
        marked: &'a Marked,
        remembered: &Remembered,
        options: &Options,
    ) -> Self {
        let pins: BTreeMap<Subject, Pin> = wanted
            .issues
            .iter()
            .filter_map(|issue| {
                let journaled = || remembered.number_of(name, issue, options).map(Pin::Journal);
                let pin = issue.number.map(Pin::Record).or_else(journaled)?;
                Some((issue.subject.clone(), pin))
            })
            .collect();
        let numbers: BTreeSet<u64> = pins.values().copied().map(Pin::number).collect();
        let mut index = Self {
            name,
            marked,
            listed: seen.indexed.is_some(),
            by_number: BTreeMap::new(),
            by_kep: BTreeMap::new(),
            damaged: BTreeMap::new(),
            titles: BTreeMap::new(),
            recorded: wanted
                .issues
                .iter()
                .map(|issue| issue.subject.clone())
                .collect(),
            claimed: wanted
                .issues
                .iter()
                .flat_map(|issue| issue.other_numbers.iter().copied())
                .chain(numbers.iter().copied())
                .collect(),
            pinned: numbers,
            pins,
        };
        for issue in everything(seen) {
            index.by_number.insert(issue.number, issue);
            if issue.own {
                for subject in section::mentioned(&issue.body) {
                    index.damaged.entry(subject).or_default().push(issue);
                }
            }
            for kep in keps_of(issue) {
                index.by_kep.entry(kep).or_default().push(issue);
            }
            index
                .titles
                .entry(folded(&issue.title))
                .or_default()
                .push(issue);
        }
        index
    }

    /// The number of a record's issue, and who says so.
    pub(super) fn pin_of(&self, wanted: &DesiredIssue) -> Option<Pin> {
        self.pins.get(&wanted.subject).copied()
    }

    /// The issues of this repository that carry a subject's marker.
    fn marked_here(&self, subject: &Subject) -> Vec<&'a ObservedIssue> {
        let marked = self.marked.get(subject).into_iter().flatten();
        marked
            .filter(|place| place.repository == *self.name && !place.by_title)
            .filter_map(|place| self.by_number.get(&place.number).copied())
            .collect()
    }

    /// Issues other than this one that carry a subject's marker and were written by this identity, in any repository.
    pub(super) fn others_marked(&self, wanted: &DesiredIssue, number: u64) -> Vec<String> {
        let marked = self.marked.get(&wanted.subject).into_iter().flatten();
        let is_known = |place: &MarkedAt| {
            place.repository == *self.name
                && (place.number == number || wanted.other_numbers.contains(&place.number))
        };
        marked
            .filter(|place| place.own && !place.by_title && !is_known(place))
            .map(|place| format!("{}#{}", place.repository, place.number))
            .collect()
    }

    /// Issues that no record names, and that name a KEP that is nearly this one: the KEP and the issue's number.
    pub(super) fn nearly_named(&self, kep: u32) -> impl Iterator<Item = (u32, u64)> {
        let named = self.by_kep.iter();
        named
            .filter(move |(other, _)| is_transposed(**other, kep))
            .flat_map(|(other, issues)| issues.iter().map(|issue| (*other, issue.number)))
            .filter(|(_, number)| !self.claimed.contains(number))
    }

    /// Issues that name a KEP, and that neither track one nor are named by a record.
    pub(super) fn untracked(&self, tracked: &BTreeSet<u64>) -> Vec<Untracked> {
        let mut untracked: Vec<Untracked> = self
            .by_kep
            .iter()
            .flat_map(|(kep, issues)| issues.iter().map(move |issue| (*kep, *issue)))
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

/// Whether one number becomes the other when two neighbouring digits change places.
fn is_transposed(left: u32, right: u32) -> bool {
    let (left, right) = (
        left.to_string().into_bytes(),
        right.to_string().into_bytes(),
    );
    left.len() == right.len()
        && (1..left.len()).any(|at| {
            let mut swapped = left.clone();
            swapped.swap(at - 1, at);
            swapped == right && left != right
        })
}

/// Whether a lookup found an issue.
pub(super) fn issue_of(lookup: Option<&Lookup>) -> Option<&ObservedIssue> {
    match lookup {
        Some(Lookup::Issue(issue)) => Some(issue),
        _ => None,
    }
}

/// Finds a record's issue.
pub(super) fn identify<'a>(
    wanted: &DesiredIssue,
    seen: &'a ObservedRepository,
    index: &Index<'a>,
    options: &Options,
) -> Identity<'a> {
    if let Some(pin) = index.pin_of(wanted) {
        let (number, is_journaled) = (pin.number(), matches!(pin, Pin::Journal(_)));
        return match pinned(number, seen) {
            Identity::Blocked(blocked) if is_journaled => journaled(number, &blocked.reason),
            // The journal permits nothing: what kepherd has not written is not touched for its sake.
            Identity::Issue(issue) if is_journaled && !issue.own => {
                let author = issue.author.as_deref().unwrap_or("somebody");
                journaled(number, &format!("#{number} was written by {author}"))
            }
            other => other,
        };
    }
    let marked = index.marked_here(&wanted.subject);
    match marked.as_slice() {
        [only] if only.own => return Identity::Issue(only),
        [only] => {
            let author = only.author.as_deref().unwrap_or("somebody");
            return doubt(
                format!(
                    "#{} carries the marker of {}, but a marker counts only in an issue that kepherd wrote, and {author} \
                     wrote this one",
                    only.number, wanted.subject
                ),
                format!(
                    "if it is the tracking issue, pin it: `issue = {}`; else remove the marker",
                    only.number
                ),
            );
        }
        [] => {}
        [first, ..] => {
            return doubt(
                format!(
                    "{} carry the marker of {}",
                    numbers(&marked),
                    wanted.subject
                ),
                format!(
                    "pin the right one: `issue = {}`, and close the others",
                    first.number
                ),
            );
        }
    }
    let elsewhere = index.marked.get(&wanted.subject).into_iter().flatten();
    if let Some(MarkedAt {
        repository: other,
        number,
        own: _,
        by_title,
    }) = elsewhere
        .into_iter()
        .find(|place| place.repository != *index.name)
    {
        let reason = if *by_title {
            format!(
                "{other}#{number} was written by kepherd, and its title names {}",
                wanted.subject
            )
        } else {
            format!("{other}#{number} carries the marker of {}", wanted.subject)
        };
        return doubt(
            reason,
            format!(
                "if that is its issue, write `repository = \"{other}\"` and `issue = {number}`; if it is to have another \
                 one, take the section out of that issue's body, and the number out of its title"
            ),
        );
    }
    if !wanted.may_create {
        return Identity::NotTracked;
    }
    if !index.listed {
        let why = seen
            .unlisted
            .as_ref()
            .map_or_else(String::new, |why| format!(" ({why})"));
        let create = match &wanted.subject {
            Subject::Kep(number) => {
                format!("; or look for it yourself, and pass `--create {number}` if there is none")
            }
            Subject::Item(_) => String::new(),
        };
        return doubt(
            format!(
                "the repository's issues could not be listed{why}, so that nobody knows whether it has one"
            ),
            format!("try again{create}"),
        );
    }
    let damaged = index.damaged.get(&wanted.subject).into_iter().flatten();
    if let Some(issue) = damaged
        .into_iter()
        .find(|issue| !index.pinned.contains(&issue.number))
    {
        return doubt(
            format!(
                "#{} was written by kepherd, and its marker of {} is damaged",
                issue.number, wanted.subject
            ),
            format!(
                "if it is the tracking issue, pin it: `issue = {}`, and restore or remove the lines with `kepherd:`",
                issue.number
            ),
        );
    }
    let (named, asked_for) = match &wanted.subject {
        Subject::Kep(number) => (index.by_kep.get(number), options.create.contains(number)),
        Subject::Item(_) => (index.titles.get(&folded(&wanted.title)), false),
    };
    // Another record's issue is spoken for. One that another record merely mentions may still be this one's.
    let lookalikes: Vec<&ObservedIssue> = named
        .into_iter()
        .flatten()
        .copied()
        .filter(|issue| {
            let others = subjects(issue);
            let is_of_another =
                issue.own && !others.is_empty() && !others.contains(&wanted.subject);
            let spoken_for = index.pinned.contains(&issue.number)
                || is_of_another
                || wanted.other_numbers.contains(&issue.number);
            !asked_for && !spoken_for
        })
        .collect();
    let Some(first) = lookalikes.first() else {
        return Identity::New;
    };
    let create = match wanted.subject {
        Subject::Kep(number) => format!(", or pass `--create {number}`"),
        Subject::Item(_) => String::new(),
    };
    doubt(
        format!(
            "looks tracked already, by {}: \"{}\"",
            numbers(&lookalikes),
            first.title
        ),
        format!("pin it: `issue = {}`{create}", first.number),
    )
}

fn pinned(number: u64, seen: &ObservedRepository) -> Identity<'_> {
    match seen.issues.get(&number) {
        Some(Lookup::Issue(issue)) => Identity::Issue(issue),
        Some(Lookup::PullRequest) => doubt(
            format!("#{number} is a pull request"),
            "name the tracking issue, and the pull request in `pull-requests`".to_owned(),
        ),
        Some(Lookup::Transferred(address)) => doubt(
            format!("#{number} was transferred to {address}"),
            format!(
                "open #{number} in a browser to see where it is; name its new number and `repository`, and {number} in \
                 `former-issues`"
            ),
        ),
        Some(Lookup::Deleted) => doubt(
            format!("#{number} was deleted"),
            format!(
                "remove `issue`, and name {number} in `former-issues`: apply then creates a new one"
            ),
        ),
        Some(Lookup::Invisible) => doubt(
            format!("#{number} does not exist, or this identity may not see it"),
            "correct the number, or give the identity access to the repository".to_owned(),
        ),
        None => doubt(format!("#{number} was not read"), "try again".to_owned()),
    }
}

/// What stands in the way of a number that the record does not name.
fn journaled<'a>(number: u64, reason: &str) -> Identity<'a> {
    doubt(
        format!(
            "{reason}; the record does not name it: a run wrote into its journal that it had created it"
        ),
        format!(
            "if that issue is gone for good, name {number} in `former-issues`, and apply creates a new one; if the journal \
             is of another GitHub, move it away, or name another one by `--journal`"
        ),
    )
}

fn doubt<'a>(reason: String, remedy: String) -> Identity<'a> {
    Identity::Blocked(Blocked {
        reason,
        remedy,
        conflict: false,
    })
}

fn numbers(issues: &[&ObservedIssue]) -> String {
    let numbers: Vec<String> = issues
        .iter()
        .map(|issue| format!("#{}", issue.number))
        .collect();
    numbers.join(" and ")
}

/// The KEPs that an issue is about: those that its title names, or else the only one in the template's field for it.
fn keps_of(issue: &ObservedIssue) -> BTreeSet<u32> {
    let named = keps_in_title(&issue.title);
    if !named.is_empty() {
        return named;
    }
    let keps = form::read("", &issue.body).keps;
    match keps.as_slice() {
        [only] => BTreeSet::from([*only]),
        _ => BTreeSet::new(),
    }
}

/// A title as titles are compared: without case, and without white space around it.
fn folded(title: &str) -> String {
    title.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_digits_that_changed_places_are_noticed() {
        assert!(is_transposed(4216, 4261) && is_transposed(4216, 2416));
        assert!(!is_transposed(4216, 4216) && !is_transposed(4216, 6214));
        assert!(!is_transposed(421, 4216) && !is_transposed(7, 8));
    }
}
