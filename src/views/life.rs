//! One KEP's life against the Kubernetes cycles: which stage shipped when, what is aimed at, and since when each runtime has it.
//! Pure; `kepherd show` draws it.

use std::collections::BTreeSet;

use crate::registry::Registry;
use crate::registry::config::Runtime;
use crate::registry::kep::KepRecord;
use crate::terms::{Date, Release, RuntimeState};

/// A KEP's life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Life {
    /// The cycles, oldest first.
    pub cycles: Vec<Cycle>,
    /// The KEP, then each runtime.
    pub rows: Vec<Row>,
}

/// A Kubernetes cycle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cycle {
    /// Its release.
    pub release: Release,
    /// The month of it, if that is known.
    pub month: Option<String>,
    /// Whether it has shipped.
    pub shipped: bool,
}

/// What happens to one thing, cycle by cycle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// What it is about.
    pub name: String,
    /// A mark for each cycle; empty: nothing new.
    pub marks: Vec<String>,
    /// How it stands.
    pub state: String,
}

/// Cycles that are shown of a KEP that has neither shipped nor a target.
const RECENT: usize = 3;

/// A record's life, as a day knows it.
pub fn life(registry: &Registry, record: &KepRecord, today: Date) -> Life {
    let cycles = cycles(registry, record, today);
    let kep = Row {
        name: "KEP".to_owned(),
        marks: cycles
            .iter()
            .map(|cycle| stages(record, cycle.release))
            .collect(),
        state: record.status.written().to_owned(),
    };
    let runtimes = registry.config.value.runtimes.iter();
    let rows = runtimes.map(|runtime| runtime_row(registry, runtime, record, &cycles));
    Life {
        rows: std::iter::once(kep).chain(rows).collect(),
        cycles,
    }
}

fn cycles(registry: &Registry, record: &KepRecord, today: Date) -> Vec<Cycle> {
    let calendar = registry.kubernetes.as_ref().map(|entry| &entry.value);
    let known: BTreeSet<Release> = calendar
        .iter()
        .flat_map(|calendar| &calendar.cycles)
        .map(|cycle| cycle.release)
        .collect();
    let mut wanted: BTreeSet<Release> = record
        .reached
        .entries()
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
        let cycle = calendar.and_then(|calendar| calendar.cycle(release));
        let day = cycle.and_then(|cycle| {
            cycle
                .released
                .or_else(|| cycle.planned.map(|planned| planned.latest()))
        });
        Cycle {
            release,
            month: day.map(|day| day.0.strftime("%Y-%m").to_string()),
            shipped: calendar.is_some_and(|calendar| calendar.shipped_by(release, today)),
        }
    };
    wanted.into_iter().map(cycle).collect()
}

/// What a cycle brings of the KEP itself: what shipped in it, and what is aimed at.
fn stages(record: &KepRecord, release: Release) -> String {
    let shipped = record
        .reached
        .entries()
        .filter(|(_, reached)| *reached == release);
    let mut marks: Vec<String> = shipped.map(|(stage, _)| stage.to_owned()).collect();
    if record.target == Some(release) && record.status.is_live() {
        let stage = record.stage.map_or("?", |stage| stage.written());
        let on = match record.enabled_by_default {
            Some(true) => ", on",
            Some(false) => ", off",
            None => "",
        };
        marks.push(format!("→ {stage}{on}"));
    }
    marks.join(" ")
}

fn runtime_row(
    registry: &Registry,
    runtime: &Runtime,
    record: &KepRecord,
    cycles: &[Cycle],
) -> Row {
    let name = runtime.name.to_string();
    let nothing = |state: &str| Row {
        name: name.clone(),
        marks: vec![String::new(); cycles.len()],
        state: state.to_owned(),
    };
    let Some(facts) = record.runtimes.get(&name) else {
        return nothing("not recorded");
    };
    let (RuntimeState::Released, Some(version)) = (facts.state, facts.release) else {
        return nothing(facts.state.said());
    };
    let at = if runtime.numbered_as_kubernetes {
        cycles
            .iter()
            .position(|cycle| cycle.release == version.release)
    } else {
        let calendar = registry.runtimes.get(&name).map(|entry| &entry.value);
        let released = calendar.and_then(|calendar| calendar.minor(version.release)?.released);
        let month = released.map(|day| day.0.strftime("%Y-%m").to_string());
        // The first cycle that ends in the month of the release, or after it.
        month.and_then(|month| {
            cycles
                .iter()
                .position(|cycle| cycle.month.as_ref().is_some_and(|end| *end >= month))
        })
    };
    let Some(at) = at else {
        return nothing(&format!("released, since {version}"));
    };
    let mut row = nothing("released");
    row.marks[at] = version.to_string();
    row
}
