//! Which issue is a record's: the number it pins, else kepherd's own marker, else a new one.
//!
//! Nothing but these permits a creation, and a doubt always blocks it: an issue that looks tracked already, a marker in an
//! issue that somebody else wrote, a list that was not read. So a KEP never gets a second issue.

use super::Options;
use super::blocked::{Blocked, Unusable};
use super::index::{Pin, Scene};
use super::seen::Seen;
use crate::sync::desired::DesiredIssue;
use crate::sync::observed::{Lookup, ObservedIssue};
use crate::terms::{IssueRef, Subject};

/// Which issue is a record's.
pub(super) enum Identity<'a> {
    /// This one.
    Issue(&'a Seen<'a>),
    /// None yet: it is created.
    New,
    /// None, and it needs none.
    NotTracked,
    /// That is for a person to say.
    Blocked(Blocked),
}

/// Finds a record's issue.
pub(super) fn identify<'a>(
    wanted: &DesiredIssue,
    scene: &Scene<'a>,
    options: &Options,
) -> Identity<'a> {
    let index = &scene.index;
    if let Some(pin) = index.pin_of(wanted) {
        return match pinned(pin, scene) {
            Ok(seen) if is_stranger(seen, wanted, scene, options) => {
                Identity::Blocked(Blocked::Stranger {
                    number: seen.issue.number,
                    title: seen.issue.title.clone(),
                    label: scene.wanted.index_labels.first().cloned(),
                })
            }
            Ok(seen) => Identity::Issue(seen),
            Err(blocked) => Identity::Blocked(blocked),
        };
    }
    let subject = &wanted.subject;
    let marked = scene.marked_here(subject);
    let own: Vec<&Seen<'_>> = marked.iter().copied().filter(|one| one.issue.own).collect();
    // A marker counts only in an own issue, so that a copy of it in somebody else's stops nothing.
    match (if own.is_empty() { marked } else { own }).as_slice() {
        [only] if only.issue.own => return Identity::Issue(only),
        [only] => {
            return Identity::Blocked(Blocked::ForeignMarker {
                number: only.issue.number,
                author: only.issue.author.clone(),
            });
        }
        [] => {}
        several => return Identity::Blocked(Blocked::SeveralMarkers(numbers(several))),
    }
    if let Some(place) = scene.marked_elsewhere(subject) {
        let issue = IssueRef {
            repository: place.repository.clone(),
            number: place.number,
        };
        return Identity::Blocked(match place.by_title {
            true => Blocked::NamedElsewhere(issue),
            false => Blocked::MarkedElsewhere(issue),
        });
    }
    if !wanted.may_create {
        return Identity::NotTracked;
    }
    let is_listed = scene.seen.is_some_and(|seen| seen.indexed.is_some());
    if !is_listed {
        let why = scene.seen.and_then(|seen| seen.unlisted.clone());
        return Identity::Blocked(Blocked::NotListed { why });
    }
    if let Some(number) = index.damaged(subject) {
        return Identity::Blocked(Blocked::DamagedMarker(number));
    }
    if options.asks_for(subject) {
        return Identity::New;
    }
    // Another record's issue is spoken for. One that another record merely mentions may still be this one's.
    let is_spoken_for = |seen: &Seen<'_>| {
        let (number, others) = (seen.issue.number, seen.subjects());
        let is_of_another = seen.issue.own && !others.is_empty() && !others.contains(subject);
        is_of_another || index.is_pinned(number) || wanted.other_numbers.contains(&number)
    };
    let named = index.named(wanted).iter().copied();
    let lookalikes: Vec<&Seen<'_>> = named.filter(|seen| !is_spoken_for(seen)).collect();
    match lookalikes.first() {
        None => Identity::New,
        Some(first) => Identity::Blocked(Blocked::LooksTracked {
            numbers: numbers(&lookalikes),
            title: title(first.issue),
        }),
    }
}

/// Whether nothing on a pinned issue says that it is the record's: a number may be mistyped, or that of another project's.
///
/// A section says it, and whatever people who open tracking issues write: the KEP in its title or in the template's field, the
/// title of a work item, or one of the labels that tracking issues have. Who wrote it says nothing: a bot may be a person too.
fn is_stranger(
    seen: &Seen<'_>,
    wanted: &DesiredIssue,
    scene: &Scene<'_>,
    options: &Options,
) -> bool {
    let issue = seen.issue;
    let is_named = match &wanted.subject {
        Subject::Kep(number) => seen.keps.contains(number),
        Subject::Item(_) => issue
            .title
            .to_lowercase()
            .contains(&wanted.name.to_lowercase()),
    };
    let mut labels = scene.wanted.index_labels.iter();
    !is_named
        && seen.subjects().is_empty()
        && !labels.any(|label| issue.has_label(label))
        && !options.claim.contains(&wanted.subject)
}

/// The title of an issue, with the first that it had, if that had to be read.
fn title(issue: &ObservedIssue) -> String {
    let first = issue.former_titles.iter().flatten().next();
    match first {
        Some(first) => format!("{} (at first: {first})", issue.title),
        None => issue.title.clone(),
    }
}

/// The issue of a number that a record or the journal names.
fn pinned<'a>(pin: Pin, scene: &Scene<'a>) -> Result<&'a Seen<'a>, Blocked> {
    let number = pin.number();
    let lookup = scene.seen.and_then(|seen| seen.issues.get(&number));
    let is = match lookup {
        Some(Lookup::Issue(_)) => match (scene.index.issues.get(&number), pin) {
            // The journal permits nothing: what kepherd has not written is not touched for its sake.
            (Some(seen), Pin::Journal(_)) if !seen.issue.own => Unusable::Foreign {
                author: seen.issue.author.clone(),
            },
            (Some(seen), _) => return Ok(seen),
            (None, _) => Unusable::NotRead,
        },
        Some(Lookup::PullRequest) => Unusable::PullRequest,
        Some(Lookup::Transferred(address)) => Unusable::Transferred(address.clone()),
        Some(Lookup::Deleted) => Unusable::Deleted,
        Some(Lookup::Invisible) => Unusable::Invisible,
        None => Unusable::NotRead,
    };
    Err(match pin {
        Pin::Record(number) => Blocked::Pinned { number, is },
        Pin::Journal(number) => Blocked::Journaled { number, is },
    })
}

fn numbers(issues: &[&Seen<'_>]) -> Vec<u64> {
    issues.iter().map(|seen| seen.issue.number).collect()
}
