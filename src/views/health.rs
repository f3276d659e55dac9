//! What is set up and what is not, on one screen. Plain data; what of it a registry tells is read here, the rest is looked at in
//! `commands/doctor.rs`.

use schemars::JsonSchema;
use serde::Serialize;

use crate::findings::diagnostic::{Diagnostic, Level};
use crate::registry::Registry;
use crate::registry::calendars::RuntimeCalendar;
use crate::registry::tracked::Tracked;
use crate::terms::{Date, Release, When};
use crate::text::words::counted;

/// The version of the JSON format.
pub const VERSION: u32 = 1;

/// What is set up and what is not.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Health {
    /// The version of this format.
    pub version: u32,
    /// The release that looked.
    pub kepherd: String,
    /// The day that it went by.
    pub day: Date,
    /// What was looked at, by what it is about.
    pub parts: Vec<Part>,
}

impl Health {
    /// How many things are missing.
    pub fn missing(&self) -> usize {
        let readings = self.parts.iter().flat_map(|part| &part.readings);
        readings.filter(|one| one.state == State::Missing).count()
    }
}

/// What one thing is about.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Part {
    /// What it is about: `registry`, `calendars`, `people`, `git`, `GitHub`, `workflows`, `sources`.
    pub about: String,
    /// What was found.
    pub readings: Vec<Reading>,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Reading {
    /// What was looked at.
    pub name: String,
    /// Whether it is set up.
    pub state: State,
    /// What was found.
    pub says: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

/// Whether something is set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It is.
    Good,
    /// It is not, and somebody has to do something.
    Missing,
    /// It was not looked at, or cannot be seen from here.
    Unknown,
}

impl Reading {
    /// It is set up.
    pub fn good(name: impl Into<String>, says: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            state: State::Good,
            says: says.into(),
            remedy: None,
        }
    }

    /// It is not.
    pub fn missing(
        name: impl Into<String>,
        says: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            state: State::Missing,
            remedy: Some(remedy.into()),
            ..Self::good(name, says)
        }
    }

    /// Nobody looked, or can.
    pub fn unknown(
        name: impl Into<String>,
        says: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            state: State::Unknown,
            remedy: Some(remedy.into()),
            ..Self::good(name, says)
        }
    }
}

/// What a registry tells of itself.
pub fn of_registry(registry: &Registry, diagnostics: &[Diagnostic], today: Date) -> Vec<Part> {
    let part = |about: &str, readings| Part {
        about: about.to_owned(),
        readings,
    };
    vec![
        part(
            "registry",
            vec![records(registry, diagnostics), guards(registry)],
        ),
        part("calendars", calendars(registry, diagnostics, today)),
        part("people", people(registry, today)),
    ]
}

fn records(registry: &Registry, diagnostics: &[Diagnostic]) -> Reading {
    let of = |level| diagnostics.iter().filter(|one| one.level == level).count();
    let (errors, warnings) = (of(Level::Error), of(Level::Warning));
    let says = format!(
        "{}, {}, {}",
        counted(registry.record_count(), "record"),
        counted(errors, "error"),
        counted(warnings, "warning")
    );
    match errors {
        0 => Reading::good("records", says),
        _ => Reading::missing(
            "records",
            says,
            "`kepherd check` shows where, and what to do",
        ),
    }
}

fn guards(registry: &Registry) -> Reading {
    let guards = &registry.config.value.guards;
    let is_new = |one: &Tracked<'_>| one.issue().is_none() && one.is_going_on();
    let new = registry.tracked().filter(is_new).count();
    let says = format!(
        "a run creates at most {}, and takes off at most {} or {} % of a kind; {} no issue yet",
        counted(guards.creations, "issue"),
        guards.removals,
        guards.removals_percent,
        match new {
            1 => "1 record has".to_owned(),
            new => format!("{new} records have"),
        }
    );
    match new > guards.creations {
        false => Reading::good("guards", says),
        true => Reading::missing(
            "guards",
            says,
            "begin with a few records (`kepherd apply NUMBER`), or raise `guards.creations` for the first run",
        ),
    }
}

/// The rule that says that a planned day has passed.
const STALE: &str = "stale-calendar";

fn calendars(registry: &Registry, diagnostics: &[Diagnostic], today: Date) -> Vec<Reading> {
    let mut readings = vec![kubernetes(registry, today)];
    for runtime in &registry.config.value.runtimes {
        let name = runtime.name.as_str();
        let remedy = format!("`kepherd releases pull --runtime {name} --repo CLONE`");
        readings.push(match registry.runtimes.get(name) {
            None => Reading::missing(name, format!("no `{}`", runtime.calendar), remedy),
            Some(calendar) => {
                let file = registry.file(calendar.file);
                let stale = diagnostics
                    .iter()
                    .find(|one| one.rule.0 == STALE && one.primary.file == calendar.file);
                match (said(&calendar.value), stale) {
                    (None, _) => {
                        Reading::missing(name, format!("`{}` has no releases", file.path), remedy)
                    }
                    (Some(says), Some(stale)) => {
                        Reading::missing(name, format!("{says}; {}", stale.message), remedy)
                    }
                    (Some(says), None) => Reading::good(name, says),
                }
            }
        });
    }
    readings
}

fn kubernetes(registry: &Registry, today: Date) -> Reading {
    const NAME: &str = "Kubernetes";
    let remedy = "`kepherd releases pull --runtime kubernetes --repo CLONE`, with a clone of kubernetes/sig-release";
    let Some(calendar) = &registry.kubernetes else {
        return Reading::missing(NAME, "no `releases/kubernetes.toml`", remedy);
    };
    let calendar = &calendar.value;
    let shipped = match calendar.newest() {
        Some((day, release)) => format!("{release} shipped on {day}"),
        None => "nothing has shipped".to_owned(),
    };
    match calendar.current(today) {
        None => Reading::missing(
            NAME,
            format!("{shipped}; no cycle is under way on {today}"),
            remedy,
        ),
        Some(cycle) => {
            let next = cycle.next_freeze(today).map_or_else(
                || "its freezes are past".to_owned(),
                |(freeze, instant)| format!("{freeze} on {}", instant.date()),
            );
            Reading::good(
                NAME,
                format!("{shipped}; {} is under way, {next}", cycle.release),
            )
        }
    }
}

/// The newest version of a calendar, and the next minor that is planned.
fn said(calendar: &RuntimeCalendar) -> Option<String> {
    let shipped = calendar.newest();
    let shipped = shipped.map(|(day, version)| format!("{version} of {day}"));
    let planned = calendar
        .minors
        .iter()
        .filter(|minor| minor.released.is_none());
    let planned: Option<(Release, When)> = planned
        .filter_map(|minor| Some((minor.release, minor.when()?)))
        .min_by_key(|one| one.0);
    let planned = planned.map(|(release, when)| format!("{release} {when}"));
    let said: Vec<String> = shipped.into_iter().chain(planned).collect();
    match (said.is_empty(), calendar.minors.is_empty()) {
        (_, true) => None,
        (true, false) => Some(counted(calendar.minors.len(), "minor")),
        (false, false) => Some(said.join("; ")),
    }
}

fn people(registry: &Registry, today: Date) -> Vec<Reading> {
    let remedy = "`kepherd maintainers pull --file FILE`, with the project's MAINTAINERS or OWNERS";
    let roster = match &registry.roster {
        None => Reading::missing("maintainers", "no `maintainers.toml`", remedy),
        Some(roster) if roster.value.maintainers.is_empty() => {
            Reading::missing("maintainers", "`maintainers.toml` names nobody", remedy)
        }
        Some(roster) => {
            let all = &roster.value.maintainers;
            let roles = &registry.config.value.shepherd_roles;
            let may = all.iter().filter(|one| roles.contains(&one.role)).count();
            let said = format!(
                "{}, {may} of whom may shepherd",
                counted(all.len(), "maintainer")
            );
            Reading::good("maintainers", said)
        }
    };
    let calendar = registry.kubernetes.as_ref().map(|calendar| &calendar.value);
    let cycle = calendar.and_then(|calendar| calendar.current(today));
    let cycle = cycle.filter(|_| registry.config.value.has_liaisons());
    let liaison = cycle.map(|cycle| match cycle.liaisons.as_slice() {
        [] => Reading::missing(
            "liaison",
            format!("nobody for {}", cycle.release),
            "`liaisons = [\"…\"]` in the cycle of `releases/kubernetes.toml`",
        ),
        liaisons => {
            let names: Vec<String> = liaisons.iter().map(ToString::to_string).collect();
            Reading::good(
                "liaison",
                format!("{} for {}", names.join(", "), cycle.release),
            )
        }
    });
    let bots = &registry.config.value.bots;
    let bots = match bots.is_empty() {
        false => {
            let names: Vec<String> = bots.iter().map(ToString::to_string).collect();
            Reading::good("bots", names.join(", "))
        }
        true => Reading::missing(
            "bots",
            "`registry.toml` names no account that `apply` runs as",
            "`bots = [\"NAME[bot]\"]`, so that people's plans take its issues for the registry's",
        ),
    };
    [roster].into_iter().chain(liaison).chain([bots]).collect()
}
