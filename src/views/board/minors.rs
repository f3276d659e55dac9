//! A runtime's minors as the board shows them: what each brings, and what it must bring.

use std::collections::BTreeSet;

use crate::registry::calendars::Minor;
use crate::terms::{
    BranchDecision, Date, Line, PlannedDate, Release, RepositoryName, RuntimeState, Version, When,
};

use super::View;
use super::keps::KepBoard;
use super::verdict::Ask;

/// A container runtime.
#[derive(Debug, Clone)]
pub struct RuntimeBoard {
    /// Its name.
    pub name: String,
    /// The repository that it is developed in.
    pub repository: Option<RepositoryName>,
    /// Whether its minors carry the numbers of the Kubernetes releases that they are for.
    pub numbered_as_kubernetes: bool,
    /// Its minors, newest first.
    pub minors: Vec<MinorBoard>,
}

/// A minor of a runtime.
#[derive(Debug, Clone)]
pub struct MinorBoard {
    /// Its number.
    pub release: Release,
    /// Whether the calendar knows it.
    pub is_on_record: bool,
    /// When its first version comes.
    pub when: Option<When>,
    /// Whether that is out.
    pub is_out: bool,
    /// When its support ends.
    pub end_of_life: Option<PlannedDate>,
    /// Whether it is supported for longer than usual; absent: not known.
    pub lts: Option<bool>,
    /// The Kubernetes releases that it is recommended for, with the first version that is.
    pub kubernetes: Vec<(Release, Version)>,
    /// Its versions with their days, as far as they are known, newest first.
    pub versions: Vec<(Version, Date)>,
    /// What has come with it.
    pub brings: Vec<Brought>,
    /// The KEPs that need it to bring something that no release has, by number.
    pub must_bring: Vec<u32>,
    /// The KEPs that name it as their milestone.
    pub milestone_of: Vec<u32>,
}

/// Something that came with a minor.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Brought {
    /// The KEP.
    pub kep: u32,
    /// Its part; absent: the feature as a whole.
    pub part: Option<String>,
    /// The first version that has it.
    pub version: Version,
    /// Whether another minor had it first, and this one got it by a backport.
    pub is_backport: bool,
}

impl View<'_> {
    /// The day of a runtime's version, if that is known.
    pub(super) fn day_of(&self, runtime: &str, version: Version) -> Option<Date> {
        let calendar = &self.registry.runtimes.get(runtime)?.value;
        calendar.minor(version.release)?.day_of(version)
    }
}

pub(super) fn runtimes(view: &View<'_>, keps: &[KepBoard]) -> Vec<RuntimeBoard> {
    let runtimes = view.registry.config.value.runtimes.iter();
    runtimes
        .map(|runtime| {
            let name = runtime.name.as_str();
            let is_home = view.registry.config.value.home.as_str() == name;
            let calendar = view.registry.runtimes.get(name).map(|entry| &entry.value);
            let brought = brought(name, keps);
            let asked: Vec<(Release, u32)> = keps
                .iter()
                .flat_map(|kep| {
                    let asks = kep.verdict.iter().flat_map(|verdict| &verdict.asks);
                    let asks = asks.filter(|Ask { runtime, .. }| runtime == name);
                    asks.map(|ask| (ask.minor, kep.number))
                })
                .collect();
            let aimed: Vec<(Release, u32)> = keps
                .iter()
                .filter(|_| is_home)
                .filter_map(|kep| Some((kep.milestone?.release, kep.number)))
                .collect();
            let mut releases: BTreeSet<Release> = calendar
                .iter()
                .flat_map(|calendar| &calendar.minors)
                .map(|minor| minor.release)
                .collect();
            releases.extend(brought.iter().map(|one| one.version.release));
            releases.extend(asked.iter().chain(&aimed).map(|(release, _)| *release));
            let of = |all: &[(Release, u32)], release| {
                let keps = all.iter().filter(|(minor, _)| *minor == release);
                keps.map(|(_, kep)| *kep).collect::<Vec<_>>()
            };
            let minors = releases.into_iter().rev().map(|release| {
                let minor = calendar.and_then(|calendar| calendar.minor(release));
                let brings = brought.iter().filter(|one| one.version.release == release);
                MinorBoard {
                    release,
                    is_on_record: minor.is_some(),
                    when: minor.and_then(Minor::when),
                    is_out: minor
                        .and_then(|minor| minor.released)
                        .is_some_and(|day| day <= view.today),
                    end_of_life: minor.and_then(|minor| minor.end_of_life),
                    lts: minor.and_then(|minor| minor.lts),
                    kubernetes: minor
                        .iter()
                        .flat_map(|minor| &minor.kubernetes)
                        .map(|(release, version)| (*release, *version))
                        .collect(),
                    versions: minor.map(versions).unwrap_or_default(),
                    brings: brings.cloned().collect(),
                    must_bring: of(&asked, release),
                    milestone_of: of(&aimed, release),
                }
            });
            RuntimeBoard {
                name: name.to_owned(),
                repository: runtime.repository.clone(),
                numbered_as_kubernetes: runtime.numbered_as_kubernetes,
                minors: minors.collect(),
            }
        })
        .collect()
}

fn versions(minor: &Minor) -> Vec<(Version, Date)> {
    let first = Version {
        release: minor.release,
        patch: 0,
    };
    let patches = minor.patches.iter().map(|(version, day)| (*version, *day));
    let mut versions: Vec<(Version, Date)> = minor
        .released
        .map(|day| (first, day))
        .into_iter()
        .chain(patches)
        .collect();
    versions.sort();
    versions.reverse();
    versions
}

fn brought(runtime: &str, keps: &[KepBoard]) -> Vec<Brought> {
    let mut all = Vec::new();
    for kep in keps {
        let Some(facts) = kep.runtimes.iter().find(|facts| facts.runtime == runtime) else {
            continue;
        };
        let mut add = |part: Option<&Line>, version: Option<Version>, is_backport| {
            all.extend(version.map(|version| Brought {
                kep: kep.number,
                part: part.map(ToString::to_string),
                version,
                is_backport,
            }));
        };
        let is_out = |state| state == RuntimeState::Released;
        if let Some(whole) = facts.whole.as_ref().filter(|fact| is_out(fact.state)) {
            add(None, whole.version, false);
        }
        for (name, _, fact) in facts.parts.iter().filter(|(.., fact)| is_out(fact.state)) {
            add(Some(name), fact.version, false);
        }
        for (_, decision) in &facts.branches {
            if let BranchDecision::Released(version) = decision {
                add(None, Some(*version), true);
            }
        }
    }
    all.sort();
    all
}
