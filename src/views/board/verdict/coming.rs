//! Which release of a runtime brings what is merged there, and whether that is in time for a Kubernetes release.

use crate::findings::diagnostic::Pointer;
use crate::findings::sources::FileId;
use crate::registry::Registry;
use crate::registry::calendars::Minor;
use crate::registry::config::Runtime;
use crate::rules::policy::{deadlines, next_minor};
use crate::terms::{Date, PlannedDate, Release};

/// A place in a calendar.
type Place = (FileId, Pointer);

/// What is asked.
pub(super) struct Question<'a> {
    pub(super) registry: &'a Registry,
    pub(super) runtime: &'a Runtime,
    /// The minor that people aim at: where it comes after the next one, it counts.
    pub(super) milestone: Option<Release>,
    /// The Kubernetes release.
    pub(super) target: Release,
    pub(super) today: Date,
}

/// The release of a runtime that comes next, against the last day that counts.
pub(super) struct Coming {
    /// Whether it is in time.
    pub(super) time: Time,
    /// As a part of a sentence.
    pub(super) said: String,
    /// Where a calendar says so.
    pub(super) place: Option<Place>,
    /// Whether it is the one that people aim at, and not the next.
    pub(super) is_milestone: bool,
    /// Which release that is.
    pub(super) minor: Option<Release>,
}

impl Coming {
    fn unknown(said: String) -> Self {
        Self {
            time: Time::Unknown,
            said,
            place: None,
            is_milestone: false,
            minor: None,
        }
    }
}

/// Whether a release comes before the last day on which it counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Time {
    Early,
    /// Of a month that is planned some days are in time, and some are not.
    Perhaps,
    Late,
    Unknown,
}

/// `last` and `latest` are the earliest and the latest day that can be the last one.
fn time(planned: PlannedDate, last: Date, latest: Date) -> Time {
    if planned.latest() <= last {
        Time::Early
    } else if planned.earliest() <= latest {
        Time::Perhaps
    } else {
        Time::Late
    }
}

impl Question<'_> {
    /// Which release that is.
    pub(super) fn answer(&self) -> Coming {
        let name = self.runtime.name.as_str();
        let target = self.target;
        let calendar = self.registry.runtimes.get(name);
        if self.runtime.numbered_as_kubernetes {
            let next = self.next_number(name);
            return match next {
                Some((next, at)) if next > target => Coming {
                    time: Time::Late,
                    said: format!(
                        "{name} {target} is out, and its next minor, {next}, is for a later Kubernetes"
                    ),
                    place: Some(at),
                    is_milestone: false,
                    minor: None,
                },
                next => Coming {
                    time: Time::Early,
                    said: format!(
                        "{name} {target}, which comes with Kubernetes {target}, will have it"
                    ),
                    place: next.map(|(_, at)| at),
                    is_milestone: false,
                    minor: Some(target),
                },
            };
        }
        let Some(calendar) = calendar else {
            return Coming::unknown(format!("when {name} releases next is not on record"));
        };
        let minors = &calendar.value.minors;
        let at = |minor: &Minor| {
            let place = minors.iter().position(|one| one.release == minor.release);
            place.map(|place| {
                let key = if minor.planned.is_some() {
                    "planned"
                } else {
                    "release"
                };
                (calendar.file, Pointer::to("minors").index(place).key(key))
            })
        };
        let overdue = minors
            .iter()
            .filter(|minor| minor.released.is_none())
            .find_map(|minor| {
                let planned = minor
                    .planned
                    .filter(|planned| planned.latest() < self.today)?;
                Some((minor, planned))
            });
        if let Some((minor, planned)) = overdue {
            let said = format!(
                "{name} {} was planned for {planned}, and whether it is out is not on record",
                minor.release
            );
            return Coming {
                time: Time::Unknown,
                said,
                place: at(minor),
                is_milestone: false,
                minor: None,
            };
        }
        let Some(next) = next_minor(self.registry, name, self.today) else {
            return Coming::unknown(format!("when {name} releases next is not on record"));
        };
        // What people aim at counts, where it comes after the next minor.
        let wanted = self.milestone.filter(|wanted| *wanted > next.release);
        let known = wanted.and_then(|wanted| calendar.value.minor(wanted));
        let minor = known.unwrap_or(next);
        let release = wanted.unwrap_or(next.release);
        let (place, is_milestone) = (at(minor), wanted.is_some());
        let what = match wanted {
            Some(release) => format!("it is meant for {name} {release}"),
            None => format!("the next minor is {name} {release}"),
        };
        let planned = (minor.release == release)
            .then_some(minor.planned)
            .flatten();
        let Some(planned) = planned else {
            return Coming {
                time: Time::Unknown,
                said: format!("{what}, and when that comes is not on record"),
                place,
                is_milestone,
                minor: Some(release),
            };
        };
        let Some((last, latest)) = deadlines(self.registry, target) else {
            return Coming {
                time: Time::Unknown,
                said: format!(
                    "{what}, planned for {planned}, and when Kubernetes {target} comes is not on record"
                ),
                place,
                is_milestone,
                minor: Some(release),
            };
        };
        let time = time(planned, last, latest);
        let said = match time {
            Time::Early | Time::Unknown => {
                format!(
                    "{what}, planned for {planned}, and it counts for Kubernetes {target} if it is out by {last}"
                )
            }
            Time::Perhaps => format!(
                "{what}, planned for {planned}, which may be too late: it counts for Kubernetes {target} if it is out by {last}"
            ),
            Time::Late => format!(
                "{what}, planned for {planned}, which is too late: it counts for Kubernetes {target} if it is out by {last}"
            ),
        };
        Coming {
            time,
            said,
            place,
            is_milestone,
            minor: Some(release),
        }
    }

    /// The first number ahead of a runtime that counts as Kubernetes does, and where its calendar says so.
    fn next_number(&self, name: &str) -> Option<(Release, Place)> {
        let calendar = self.registry.runtimes.get(name)?;
        let minors = &calendar.value.minors;
        let out = |minor: &Minor| minor.released.is_some_and(|day| day <= self.today);
        let (place, last) = minors
            .iter()
            .enumerate()
            .filter(|(_, minor)| out(minor))
            .max_by_key(|(_, minor)| minor.release)?;
        let at = Pointer::to("minors").index(place).key("released");
        Some((last.release.next(), (calendar.file, at)))
    }
}
