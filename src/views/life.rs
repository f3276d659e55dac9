//! One KEP's life against the Kubernetes cycles: which stage shipped when, what is aimed at, and since when each runtime has it.
//! Pure: releases, months, stages and states; how they are drawn is for `render`.

use std::collections::BTreeSet;

use crate::registry::Registry;
use crate::registry::config::Runtime;
use crate::registry::kep::KepRecord;
use crate::terms::{Aim, Date, Month, ReachedStage, Release, RuntimeState, Status, Version};

/// A KEP's life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Life {
    /// Where the KEP stands upstream.
    pub status: Status,
    /// The cycles that it takes part in, and those between them, oldest first.
    pub cycles: Vec<CycleOfLife>,
    /// What each runtime has of it, in the registry's order.
    pub runtimes: Vec<RuntimeLife>,
}

/// A Kubernetes cycle, and what it brings of the KEP itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CycleOfLife {
    /// The release that it ends with.
    pub release: Release,
    /// The month of that release, if it is known; of a planned one, the latest that it can mean.
    pub month: Option<Month>,
    /// Whether that release has shipped.
    pub has_shipped: bool,
    /// The stages that shipped in it, in the order of a KEP's life.
    pub reached: Vec<ReachedStage>,
    /// What is aimed at in it. A KEP that has ended aims at nothing.
    pub aim: Option<Aim>,
}

/// What a runtime has of a KEP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuntimeLife {
    /// The runtime's name.
    pub name: String,
    /// How far it is.
    pub standing: Standing,
}

/// How far a runtime is with a feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Nothing is recorded: not known.
    NotRecorded,
    /// This state, and no version that has the feature is on record.
    State(RuntimeState),
    /// Released.
    Since {
        /// The first version that has the feature.
        version: Version,
        /// Where the first of the [`cycles`](Life::cycles) stands that had it; absent: in none of them, or not known.
        cycle: Option<usize>,
        /// The day of that version, if it is known.
        day: Option<Date>,
    },
}

/// Cycles that are shown of a KEP that has neither shipped nor a target.
const RECENT: usize = 3;

/// A record's life, as a day knows it.
pub fn life(registry: &Registry, record: &KepRecord, today: Date) -> Life {
    let cycles = cycles(registry, record, today);
    let runtimes = registry.config.value.runtimes.iter();
    let runtimes = runtimes.map(|runtime| RuntimeLife {
        name: runtime.name.to_string(),
        standing: standing(registry, runtime, record, &cycles),
    });
    Life {
        status: record.status,
        runtimes: runtimes.collect(),
        cycles,
    }
}

fn cycles(registry: &Registry, record: &KepRecord, today: Date) -> Vec<CycleOfLife> {
    let calendar = registry.kubernetes.as_ref().map(|entry| &entry.value);
    let known: BTreeSet<Release> = calendar
        .iter()
        .flat_map(|calendar| &calendar.cycles)
        .map(|cycle| cycle.release)
        .collect();
    let mut wanted: BTreeSet<Release> = record
        .reached
        .stages()
        .map(|(_, release)| release)
        .chain(record.target)
        .collect();
    let current = calendar
        .and_then(|calendar| calendar.current(today))
        .map(|cycle| cycle.release);
    let last = current.or_else(|| known.last().copied());
    if wanted.is_empty() {
        wanted.extend(
            known
                .iter()
                .rev()
                .filter(|release| last.is_none_or(|last| **release <= last))
                .take(RECENT),
        );
    }
    wanted.extend(last);
    let (Some(first), Some(end)) = (wanted.first().copied(), wanted.last().copied()) else {
        return Vec::new();
    };
    wanted.extend(known.range(first..=end));
    let cycle = |release| {
        let when = registry.kubernetes_release(release).when;
        let shipped = record.reached.stages();
        let reached = shipped.filter(|(_, reached)| *reached == release);
        let is_aimed_at = record.target == Some(release) && record.status.is_live();
        CycleOfLife {
            release,
            month: when.map(|when| when.latest().month()),
            has_shipped: calendar.is_some_and(|calendar| calendar.shipped_by(release, today)),
            reached: reached.map(|(stage, _)| stage).collect(),
            aim: is_aimed_at.then(|| record.aim()),
        }
    };
    wanted.into_iter().map(cycle).collect()
}

fn standing(
    registry: &Registry,
    runtime: &Runtime,
    record: &KepRecord,
    cycles: &[CycleOfLife],
) -> Standing {
    let name = runtime.name.as_str();
    let Some(facts) = record.runtimes.get(name) else {
        return Standing::NotRecorded;
    };
    let (RuntimeState::Released, Some(version)) = (facts.state, facts.release) else {
        return Standing::State(facts.state);
    };
    let minor = version.release;
    let calendar = registry.runtimes.get(name).map(|entry| &entry.value);
    let known = calendar.and_then(|calendar| calendar.minor(minor));
    let day = known.and_then(|minor| minor.day_of(version));
    let cycle = if runtime.numbered_as_kubernetes {
        cycles.iter().position(|cycle| cycle.release == minor)
    } else {
        // The first cycle that ends in the month of the release, or after it. A patch has a day of its own.
        day.and_then(|day| {
            let mut ends = cycles.iter().map(|cycle| cycle.month);
            ends.position(|end| end.is_some_and(|end| end >= day.month()))
        })
    };
    Standing::Since {
        version,
        cycle,
        day,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::load::{RawFile, load};

    const FILES: [(&str, &str); 3] = [
        (
            "registry.toml",
            "home = \"containerd\"\nrepositories = [\"containerd/containerd\"]\n\n\
             [[runtimes]]\nname = \"containerd\"\ncalendar = \"releases/containerd.toml\"\n\n\
             [[runtimes]]\nname = \"cri-o\"\ncalendar = \"releases/cri-o.toml\"\nnumbered-as-kubernetes = true\n",
        ),
        (
            "releases/kubernetes.toml",
            "[[cycles]]\nrelease = \"1.36\"\nreleased = 2026-04-22\n\n[[cycles]]\nrelease = \"1.37\"\nstart = 2026-05-04\n\
             planned = 2026-08-26\n\n[[cycles]]\nrelease = \"1.38\"\nplanned = \"2026-12\"\n",
        ),
        (
            "releases/containerd.toml",
            "[[minors]]\nrelease = \"2.3\"\nreleased = 2026-04-30\npatches = { \"2.3.1\" = 2026-06-15 }\n\n[[minors]]\nrelease = \"2.4\"\nplanned = \"2026-08\"\n",
        ),
    ];

    /// The life of a record with these lines, on a day in the cycle of 1.37.
    fn lived(status: &str, more: &str) -> Life {
        let record = format!("number = 1\ntitle = \"a\"\nstatus = \"{status}\"\n{more}");
        let files = FILES.into_iter().chain([("sig-node/1-a.toml", &*record)]);
        let files = files.map(|(path, text)| RawFile {
            path: path.to_owned(),
            content: Ok(text.as_bytes().to_vec()),
        });
        let loaded = load(files.collect());
        let entry = loaded.registry.kep(1).unwrap();
        assert!(entry.is_whole(), "{:?}", loaded.findings);
        life(
            &loaded.registry,
            &entry.value,
            "2026-06-01".parse().unwrap(),
        )
    }

    fn releases(life: &Life) -> Vec<String> {
        let releases = life.cycles.iter().map(|cycle| cycle.release.to_string());
        releases.collect()
    }

    #[test]
    fn a_cycle_holds_what_shipped_in_it_and_what_is_aimed_at() {
        let text = "stage = \"beta\"\ntarget = \"1.38\"\nenabled-by-default = false\n[reached]\nalpha = \"1.36\"\n";
        let live = lived("implementable", text);
        assert_eq!(releases(&live), ["1.36", "1.37", "1.38"]);
        let [first, between, last] = live.cycles.as_slice() else {
            panic!("{live:?}");
        };
        assert_eq!(first.reached, [ReachedStage::Alpha]);
        assert_eq!((first.aim, first.has_shipped), (None, true));
        assert_eq!((between.aim, between.reached.len()), (None, 0));
        assert_eq!(
            last.aim.map(|aim| aim.to_string()).as_deref(),
            Some("beta 1.38 off by default")
        );
        assert_eq!(
            last.month.map(|month| month.to_string()).as_deref(),
            Some("2026-12")
        );
        assert!(!last.has_shipped);
        let ended = lived("withdrawn", text);
        assert!(ended.cycles.iter().all(|cycle| cycle.aim.is_none()));
        assert_eq!(releases(&lived("provisional", "")), ["1.36", "1.37"]);
    }

    #[test]
    fn a_runtime_has_it_since_the_first_cycle_that_ends_in_the_month_of_its_release_or_after_it() {
        let standings = |containerd: &str, crio: &str| {
            let facts = |name: &str, facts: &str| match facts {
                "" => String::new(),
                facts => format!("[runtimes.{name}]\n{facts}\n"),
            };
            let facts = facts("containerd", containerd) + &facts("cri-o", crio);
            let lived = lived(
                "implementable",
                &format!("target = \"1.38\"\n[reached]\nalpha = \"1.36\"\n{facts}"),
            );
            let standings: Vec<Standing> = lived.runtimes.iter().map(|one| one.standing).collect();
            standings
        };
        let since = |version: &str, cycle, day: Option<&str>| Standing::Since {
            version: version.parse().unwrap(),
            cycle,
            day: day.map(|day| day.parse().unwrap()),
        };
        let released = |version: &str| format!("state = \"released\"\nrelease = \"{version}\"");
        // 2.3 came in the month of 1.36, eight days after it.
        assert_eq!(
            standings(&released("2.3.0"), &released("1.37.0")),
            [
                since("2.3.0", Some(0), Some("2026-04-30")),
                since("1.37.0", Some(1), None)
            ]
        );
        // A patch comes on a day of its own, or on nobody knows which.
        assert_eq!(
            standings(&released("2.3.1"), &released("1.36.4")),
            [
                since("2.3.1", Some(1), Some("2026-06-15")),
                since("1.36.4", Some(0), None)
            ]
        );
        assert_eq!(
            standings(&released("2.3.2"), "")[0],
            since("2.3.2", None, None)
        );
        // What is planned is not out, and what a calendar does not know has no month.
        assert_eq!(
            standings(&released("2.4.0"), &released("1.20.0")),
            [since("2.4.0", None, None), since("1.20.0", None, None)]
        );
        assert_eq!(
            standings("state = \"merged\"", ""),
            [Standing::State(RuntimeState::Merged), Standing::NotRecorded]
        );
    }
}
