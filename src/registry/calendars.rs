//! Release calendars and the roster: `releases/*.toml` and `maintainers.toml`. Wire types, and questions to a calendar.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::terms::{
    Date, DatedRelease, Freeze, Handle, Instant, Line, PlannedDate, Release, Role, Version, When,
};

/// The release cycles of Kubernetes.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(title = "Kubernetes release calendar")]
pub struct KubernetesCalendar {
    /// The cycles, oldest first.
    #[serde(default)]
    pub cycles: Vec<Cycle>,
}

/// One Kubernetes release cycle.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Cycle {
    /// The release the cycle ends with.
    pub release: Release,
    /// The first day of the cycle.
    pub start: Option<Date>,
    /// KEPs whose production readiness questionnaire is not ready for review by then wait for the next cycle. Absent: not known.
    pub prr_freeze: Option<Instant>,
    /// KEPs that are not approved by then wait for the next cycle.
    pub enhancements_freeze: Option<Instant>,
    /// Code that is not merged by then waits for the next cycle.
    pub code_freeze: Option<Instant>,
    /// From then on only fixes of tests are merged; in most cycles the instant of the code freeze. Absent: not known.
    pub test_freeze: Option<Instant>,
    /// Documentation that is not merged by then waits for the next cycle. Absent: not known.
    pub docs_freeze: Option<Instant>,
    /// The planned day of the release.
    pub planned: Option<PlannedDate>,
    /// The day of the release, once it has happened.
    pub released: Option<Date>,
    /// SIG-Node liaisons of the cycle: at least one maintainer who is a Kubernetes org member and a SIG-Node member.
    #[serde(default)]
    pub liaisons: Vec<Handle>,
}

impl Cycle {
    /// When its release comes, if that is known.
    pub fn when(&self) -> Option<When> {
        When::of(self.released, self.planned)
    }

    /// When this cycle freezes something; absent: not known.
    pub fn freeze(&self, freeze: Freeze) -> Option<Instant> {
        match freeze {
            Freeze::ProductionReadiness => self.prr_freeze,
            Freeze::Enhancements => self.enhancements_freeze,
            Freeze::Code => self.code_freeze,
            Freeze::Test => self.test_freeze,
            Freeze::Docs => self.docs_freeze,
        }
    }

    /// The freezes that are known, in the order of their instants; of several at one instant, in the order of [`Freeze::ALL`].
    pub fn freezes(&self) -> Vec<(Freeze, Instant)> {
        let known = Freeze::ALL.into_iter();
        let mut known: Vec<(Freeze, Instant)> = known
            .filter_map(|freeze| Some((freeze, self.freeze(freeze)?)))
            .collect();
        known.sort_by_key(|(_, instant)| *instant);
        known
    }

    /// The first freeze whose day, in UTC, is a day or comes after it.
    pub fn next_freeze(&self, day: Date) -> Option<(Freeze, Instant)> {
        let mut known = self.freezes().into_iter();
        known.find(|(_, instant)| instant.date() >= day)
    }
}

impl KubernetesCalendar {
    /// The first freeze of any cycle whose day, in UTC, is a day or comes after it, and its cycle.
    pub fn next_freeze(&self, day: Date) -> Option<(&Cycle, Freeze, Instant)> {
        let next = self.cycles.iter().filter_map(|cycle| {
            let (freeze, instant) = cycle.next_freeze(day)?;
            Some((cycle, freeze, instant))
        });
        next.min_by_key(|(cycle, freeze, instant)| (*instant, *freeze, cycle.release))
    }

    /// The cycle of a release.
    pub fn cycle(&self, release: Release) -> Option<&Cycle> {
        self.cycles.iter().find(|cycle| cycle.release == release)
    }

    /// A release, and when it comes if the calendar knows it.
    pub fn dated(&self, release: Release) -> DatedRelease {
        let when = self.cycle(release).and_then(Cycle::when);
        DatedRelease { release, when }
    }

    /// Whether a release is older than the calendar.
    pub fn is_history(&self, release: Release) -> bool {
        let first = self.cycles.iter().map(|cycle| cycle.release).min();
        first.is_some_and(|first| release < first)
    }

    /// The cycles that have shipped on or before a day.
    pub fn shipped_by(&self, release: Release, day: Date) -> bool {
        match self.cycle(release) {
            Some(cycle) => cycle.released.is_some_and(|released| released <= day),
            // Newer than the calendar has not happened.
            None => self.is_history(release),
        }
    }

    /// The cycle that is under way on a day: it has started, and its release has not happened.
    pub fn current(&self, day: Date) -> Option<&Cycle> {
        self.cycles
            .iter()
            .filter(|cycle| cycle.start.is_some_and(|start| start <= day))
            .filter(|cycle| cycle.released.is_none_or(|released| released > day))
            .min_by_key(|cycle| cycle.release)
    }

    /// What shipped last, and when.
    pub fn newest(&self) -> Option<(Date, Release)> {
        let shipped = self.cycles.iter();
        let shipped = shipped.filter_map(|cycle| Some((cycle.released?, cycle.release)));
        shipped.max()
    }

    /// Whether a release has shipped, as the calendar knows it.
    pub fn is_released(&self, release: Release) -> bool {
        self.shipped_by(release, Date(jiff::civil::Date::MAX))
    }
}

/// The minor releases of a container runtime.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(title = "Runtime release calendar")]
pub struct RuntimeCalendar {
    /// The minors, oldest first.
    #[serde(default)]
    pub minors: Vec<Minor>,
}

/// One minor release of a container runtime.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Minor {
    /// The minor.
    #[schemars(extend("examples" = ["2.5"]))]
    pub release: Release,
    /// The planned day, or month, of its first version.
    pub planned: Option<PlannedDate>,
    /// The day of its first version, once it has happened.
    pub released: Option<Date>,
    /// The last day, or month, of support.
    pub end_of_life: Option<PlannedDate>,
    /// Whether it is supported for longer than usual.
    pub lts: Option<bool>,
    /// The Kubernetes releases it is recommended for, each with the first version that is.
    #[serde(default)]
    pub kubernetes: BTreeMap<Release, Version>,
    /// The day of each version after its first one.
    #[serde(default)]
    pub patches: BTreeMap<Version, Date>,
}

impl Minor {
    /// The day of a version, if that is known.
    pub fn day_of(&self, version: Version) -> Option<Date> {
        match version.patch {
            0 => self.released,
            _ => self.patches.get(&version).copied(),
        }
    }

    /// When its first version comes, if that is known.
    pub fn when(&self) -> Option<When> {
        When::of(self.released, self.planned)
    }
}

impl RuntimeCalendar {
    /// Whether none of these releases is known, although some are: they are another project's.
    pub fn is_of_another(&self, releases: impl IntoIterator<Item = Release>) -> bool {
        let mut releases = releases.into_iter();
        !self.minors.is_empty() && !releases.any(|release| self.minor(release).is_some())
    }

    /// What shipped last, and when.
    pub fn newest(&self) -> Option<(Date, Version)> {
        let shipped = self.minors.iter().flat_map(|minor| {
            let first = Version {
                release: minor.release,
                patch: 0,
            };
            let first = minor.released.map(|day| (day, first));
            let patches = minor.patches.iter().map(|(version, day)| (*day, *version));
            first.into_iter().chain(patches)
        });
        shipped.max()
    }

    /// The minor with this number.
    pub fn minor(&self, release: Release) -> Option<&Minor> {
        self.minors.iter().find(|minor| minor.release == release)
    }

    /// A minor, and when its first version comes if the calendar knows it.
    pub fn dated(&self, release: Release) -> DatedRelease {
        let when = self.minor(release).and_then(Minor::when);
        DatedRelease { release, when }
    }
}

/// Who may shepherd and liaise.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(title = "Maintainers")]
pub struct Roster {
    /// The project's maintainers.
    #[serde(default)]
    pub maintainers: Vec<Maintainer>,
}

/// A maintainer of the project.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Maintainer {
    /// The maintainer's GitHub handle.
    pub github: Handle,
    /// The maintainer's name.
    #[schemars(extend("examples" = ["Mike Brown"]))]
    pub name: Option<Line>,
    /// The role in the project.
    pub role: Role,
    /// GitHub's id of the account, which stays when its owner takes another name. `kepherd maintainers pull` fills it in.
    #[schemars(range(min = 1, max = 999_999_999_999_u64))]
    pub id: Option<u64>,
    /// Whether the maintainer is a member of the Kubernetes organization. Absent: not known.
    pub kubernetes_org_member: Option<bool>,
    /// Whether the maintainer is a member of SIG-Node. Absent: not known.
    pub sig_node_member: Option<bool>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_older_than_the_calendar_is_history_and_a_newer_one_has_not_happened() {
        let calendar: KubernetesCalendar = serde_json::from_value(serde_json::json!({ "cycles": [
            { "release": "1.30", "released": "2024-04-17" },
            { "release": "1.38", "planned": "2026-12-16" },
        ] }))
        .unwrap();
        let shipped = |release: &str, day: &str| {
            calendar.shipped_by(release.parse().unwrap(), day.parse().unwrap())
        };
        assert!(shipped("1.9", "2026-01-01"));
        assert!(shipped("1.30", "2024-04-17"));
        assert!(!shipped("1.30", "2024-04-16"));
        assert!(!shipped("1.38", "2027-01-01"), "planned is not released");
        assert!(!shipped("1.40", "2027-01-01"));
    }

    #[test]
    fn the_freezes_of_a_cycle_come_in_the_order_of_their_instants() {
        let calendar: KubernetesCalendar = serde_json::from_value(serde_json::json!({ "cycles": [
            {
                "release": "1.37",
                "docs-freeze": "2026-08-06T12:00:00Z",
                "test-freeze": "2026-07-23T12:00:00Z",
                "code-freeze": "2026-07-23T12:00:00Z",
                "prr-freeze": "2026-06-10T12:00:00Z",
            },
            { "release": "1.38", "enhancements-freeze": "2026-09-30T12:00:00Z" },
            { "release": "1.39" },
        ] }))
        .unwrap();
        let cycle = &calendar.cycles[0];
        let names = cycle
            .freezes()
            .into_iter()
            .map(|(freeze, _)| freeze.to_string());
        assert_eq!(
            names.collect::<Vec<_>>(),
            [
                "production readiness freeze",
                "code freeze",
                "test freeze",
                "docs freeze"
            ]
        );
        let next = |day: &str| {
            let (cycle, freeze, instant) = calendar.next_freeze(day.parse().unwrap())?;
            Some(format!("{} {} {instant}", cycle.release, freeze.key()))
        };
        let on = |day: &str| next(day).unwrap();
        assert_eq!(on("2026-06-10"), "1.37 prr-freeze 2026-06-10T12:00:00Z");
        assert_eq!(on("2026-06-11"), "1.37 code-freeze 2026-07-23T12:00:00Z");
        assert_eq!(
            on("2026-08-07"),
            "1.38 enhancements-freeze 2026-09-30T12:00:00Z"
        );
        assert_eq!(next("2026-10-01"), None);
        assert_eq!(cycle.next_freeze("2026-08-07".parse().unwrap()), None);
    }
}
