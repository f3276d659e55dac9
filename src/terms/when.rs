//! When a release comes, and how that is said.

use std::fmt;

use super::{Date, PlannedDate, Release};

/// When a release comes, as its calendar knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// It came on this day.
    Released(Date),
    /// It is planned for this day or month.
    Planned(PlannedDate),
}

impl When {
    /// What is known of a release, from the two keys of a calendar: what has happened counts before what was planned.
    pub fn of(released: Option<Date>, planned: Option<PlannedDate>) -> Option<Self> {
        released.map(Self::Released).or(planned.map(Self::Planned))
    }

    /// The first day that it can mean.
    pub fn earliest(self) -> Date {
        match self {
            Self::Released(day) => day,
            Self::Planned(planned) => planned.earliest(),
        }
    }

    /// The last day that it can mean: of a month, its last.
    pub fn latest(self) -> Date {
        match self {
            Self::Released(day) => day,
            Self::Planned(planned) => planned.latest(),
        }
    }
}

impl fmt::Display for When {
    /// As people say it: "released 2026-04-30", "planned for 2026-12".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Released(day) => write!(f, "released {day}"),
            Self::Planned(planned) => write!(f, "planned for {planned}"),
        }
    }
}

/// A release, and when it comes if that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DatedRelease {
    /// The release.
    pub release: Release,
    /// When it comes; absent: nobody knows.
    pub when: Option<When>,
}

impl fmt::Display for DatedRelease {
    /// As people say it: "2.5 (planned for 2026-12)".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { release, when } = self;
        match when {
            Some(when) => write!(f, "{release} ({when})"),
            None => release.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_happened_is_said_before_what_was_planned() {
        let day: Date = "2026-12-16".parse().unwrap();
        let month: PlannedDate = "2026-12".parse().unwrap();
        let said = |released, planned| {
            let dated = DatedRelease {
                release: "1.38".parse().unwrap(),
                when: When::of(released, planned),
            };
            dated.to_string()
        };
        assert_eq!(said(Some(day), Some(month)), "1.38 (released 2026-12-16)");
        assert_eq!(said(None, Some(month)), "1.38 (planned for 2026-12)");
        assert_eq!(said(None, None), "1.38");
        let planned = When::Planned(month);
        assert_eq!(planned.earliest().to_string(), "2026-12-01");
        assert_eq!(planned.latest().to_string(), "2026-12-31");
    }
}
