//! The CRI development policy: what a feature that needs runtime support must have in the container runtimes, stage by stage.
//!
//! <https://www.kubernetes.dev/docs/code/cri-api-dev-policies/>. Which runtimes take part, and how much later than Kubernetes a
//! runtime's release may come, is configuration. Of a runtime that no record speaks of, nothing is known, and nothing is said
//! but that. Pure; the findings made of it are in `rules/`.

use crate::registry::Registry;
use crate::registry::config::Runtime;
use crate::registry::kep::{KepRecord, RuntimeFacts};
use crate::terms::{Date, KubernetesRange, PlannedDate, Release, RuntimeState, Stage, Version};

/// What a stage asks of the participating runtimes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// At least one that has it merged, or as an experiment.
    OneMerged,
    /// At least one with a release that has it.
    OneReleased,
    /// Every one with a release that has it.
    EveryReleased,
}

/// What a runtime has of a feature, in time for a Kubernetes release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Has {
    /// A release.
    Released(Version),
    /// A release without a version on record.
    ReleasedSomehow,
    /// A release that comes too late for the Kubernetes release.
    Late(Version),
    /// Less than a release.
    Less(RuntimeState),
    /// Something, but for other Kubernetes releases.
    ForOthers(KubernetesRange),
    /// Nothing is recorded.
    NotRecorded,
}

impl Has {
    /// Whether it is enough for a need of this one runtime; `None` if that is not known.
    pub fn meets(self, need: Need) -> Option<bool> {
        match (self, need) {
            (Self::NotRecorded, _) => None,
            (Self::Released(_) | Self::ReleasedSomehow, _) => Some(true),
            (
                Self::Less(RuntimeState::Merged | RuntimeState::Experimental) | Self::Late(_),
                Need::OneMerged,
            ) => Some(true),
            (Self::Late(_) | Self::Less(_) | Self::ForOthers(_), _) => Some(false),
        }
    }
}

/// What the policy asks for a stage; nothing for stages on the way out, and nothing known for a beta whose default is not
/// known but what both kinds of beta need.
pub fn need(stage: Stage, on_by_default: Option<bool>) -> Option<Need> {
    match (stage, on_by_default) {
        (Stage::Alpha, _) => Some(Need::OneMerged),
        (Stage::Beta, Some(true)) | (Stage::Stable, _) => Some(Need::EveryReleased),
        (Stage::Beta, _) => Some(Need::OneReleased),
        (Stage::Deprecated | Stage::Disabled | Stage::Removed, _) => None,
    }
}

/// What a participating runtime has of a record's feature at a stage, for a Kubernetes release.
pub fn has(
    registry: &Registry,
    runtime: &Runtime,
    record: &KepRecord,
    stage: Stage,
    target: Release,
) -> Has {
    let Some(facts) = record.runtimes.get(runtime.name.as_str()) else {
        return Has::NotRecorded;
    };
    let weakest = match weakest(facts, stage, target) {
        Ok(weakest) => weakest,
        Err(others) => return Has::ForOthers(others),
    };
    match (weakest.state, weakest.release) {
        (RuntimeState::Released, Some(version)) => {
            if is_late(registry, runtime, version, target) {
                Has::Late(version)
            } else {
                Has::Released(version)
            }
        }
        (RuntimeState::Released, None) => Has::ReleasedSomehow,
        (state, _) => Has::Less(state),
    }
}

/// The part of a feature that is furthest behind.
#[derive(Debug, Clone, Copy)]
pub struct Weakest {
    /// Its place among the parts; `None` if it is the feature itself.
    pub part: Option<usize>,
    /// How far the runtime is with it.
    pub state: RuntimeState,
    /// The first version that has it.
    pub release: Option<Version>,
}

/// The feature is as far, for a Kubernetes release, as what is furthest behind of what is good for that release: of itself, and of its parts
/// that the stage needs. A part that does not say for which releases it is good is good for those of the feature.
///
/// # Errors
///
/// Nothing is good for that release: for which ones the feature itself is.
pub fn weakest(
    facts: &RuntimeFacts,
    stage: Stage,
    target: Release,
) -> Result<Weakest, KubernetesRange> {
    let rank = |state: RuntimeState| match state {
        RuntimeState::None => 0,
        RuntimeState::InProgress => 1,
        RuntimeState::Experimental => 2,
        RuntimeState::Merged => 3,
        RuntimeState::Released => 4,
    };
    let is_good = |range: Option<KubernetesRange>| range.is_none_or(|range| range.contains(target));
    let feature = is_good(facts.kubernetes).then_some(Weakest {
        part: None,
        state: facts.state,
        release: facts.release,
    });
    let parts = facts.parts.iter().enumerate();
    let needed = parts
        .filter(|(_, part)| part.needed_for.is_none_or(|needed| needed <= stage))
        .filter(|(_, part)| is_good(part.kubernetes.or(facts.kubernetes)))
        .map(|(index, part)| Weakest {
            part: Some(index),
            state: part.state,
            release: part.release,
        });
    let all = feature.into_iter().chain(needed);
    // Of two that are released, the later version; one without a version is not known to be later.
    let weakest = all.reduce(|a, b| {
        let key = |one: Weakest| (rank(one.state), std::cmp::Reverse(one.release));
        if key(b) < key(a) { b } else { a }
    });
    weakest.ok_or_else(|| {
        facts.kubernetes.unwrap_or(KubernetesRange {
            first: None,
            last: None,
        })
    })
}

/// Whether a released version comes too late for a Kubernetes release. Silent where a date is not known.
fn is_late(registry: &Registry, runtime: &Runtime, version: Version, target: Release) -> bool {
    if runtime.numbered_as_kubernetes {
        return version.release > target;
    }
    let minor = registry
        .runtimes
        .get(runtime.name.as_str())
        .and_then(|calendar| calendar.value.minor(version.release));
    // A patch comes on a day of its own, if that is known.
    let released = minor.and_then(|minor| minor.day_of(version).or(minor.released));
    match (released, deadline(registry, target)) {
        (Some(released), Some(deadline)) => released > deadline,
        _ => false,
    }
}

/// The last day on which a runtime's release counts for a Kubernetes release: its day and the configured tolerance. Of a month that is
/// planned, the latest that it can be.
pub fn deadline(registry: &Registry, target: Release) -> Option<Date> {
    deadlines(registry, target).map(|(_, latest)| latest)
}

/// The earliest and the latest that [`deadline`] can be: they differ where no more than a month is planned.
pub fn deadlines(registry: &Registry, target: Release) -> Option<(Date, Date)> {
    let when = registry.kubernetes.as_ref()?.value.cycle(target)?.when()?;
    let tolerance = registry.config.value.policy.tolerance_days;
    let counts_until = |day: Date| day.plus_days(tolerance);
    Some((counts_until(when.earliest()), counts_until(when.latest())))
}

/// The first minor of a runtime that is ahead on a day.
pub fn next_minor<'a>(
    registry: &'a Registry,
    runtime: &str,
    today: Date,
) -> Option<&'a crate::registry::calendars::Minor> {
    let calendar = registry.runtimes.get(runtime)?;
    // One whose planned day has passed may be out; `stale-calendar` says so.
    let is_ahead = |planned: &PlannedDate| planned.latest() >= today;
    calendar
        .value
        .minors
        .iter()
        .filter(|minor| minor.released.is_none())
        .filter(|minor| minor.planned.as_ref().is_none_or(is_ahead))
        .min_by_key(|minor| minor.release)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn merged_is_not_released() {
        let merged = Has::Less(RuntimeState::Merged);
        assert_eq!(merged.meets(Need::OneMerged), Some(true));
        assert_eq!(merged.meets(Need::OneReleased), Some(false));
        assert_eq!(
            Has::Less(RuntimeState::InProgress).meets(Need::OneMerged),
            Some(false)
        );
    }

    #[test]
    fn what_is_not_recorded_is_not_known() {
        for need in [Need::OneMerged, Need::OneReleased, Need::EveryReleased] {
            assert_eq!(Has::NotRecorded.meets(need), None);
        }
    }

    /// User namespaces: containerd has them in 1.7 for Kubernetes 1.25 and 1.26, and in 2.0 from 1.27 on.
    #[test]
    fn what_is_good_for_some_releases_counts_for_these_alone() {
        let facts: RuntimeFacts = serde_json::from_value(serde_json::json!({
            "state": "released",
            "release": "2.0.0",
            "kubernetes": "1.27..",
            "parts": [
                { "name": "at first", "state": "released", "release": "1.7.0", "kubernetes": "1.25..1.26" },
                { "name": "mounts", "needed-for": "beta", "state": "merged" },
            ],
        }))
        .unwrap();
        let of = |stage, target: &str| {
            let weakest = weakest(&facts, stage, target.parse().unwrap());
            weakest.map(|weakest| (weakest.part, weakest.release.map(|one| one.to_string())))
        };
        let version = |text: &str| Some(text.to_owned());
        assert_eq!(of(Stage::Alpha, "1.25"), Ok((Some(0), version("1.7.0"))));
        assert_eq!(of(Stage::Alpha, "1.26"), Ok((Some(0), version("1.7.0"))));
        assert_eq!(of(Stage::Alpha, "1.27"), Ok((None, version("2.0.0"))));
        // A part without releases of its own is one of the feature.
        assert_eq!(of(Stage::Beta, "1.27"), Ok((Some(1), None)));
        assert_eq!(of(Stage::Beta, "1.26"), Ok((Some(0), version("1.7.0"))));
        assert_eq!(of(Stage::Alpha, "1.24"), Err("1.27..".parse().unwrap()));
        assert_eq!(
            Has::ForOthers("1.27..".parse().unwrap()).meets(Need::OneMerged),
            Some(false)
        );
    }

    #[test]
    fn each_stage_asks_for_more() {
        assert_eq!(need(Stage::Alpha, None), Some(Need::OneMerged));
        assert_eq!(need(Stage::Beta, Some(false)), Some(Need::OneReleased));
        assert_eq!(need(Stage::Beta, None), Some(Need::OneReleased));
        assert_eq!(need(Stage::Beta, Some(true)), Some(Need::EveryReleased));
        assert_eq!(need(Stage::Stable, Some(false)), Some(Need::EveryReleased));
        assert_eq!(need(Stage::Removed, None), None);
    }
}
