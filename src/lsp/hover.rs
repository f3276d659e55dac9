//! What is said of the thing under a cursor: the schema's text of a key, and of a value what the registry knows of it.

use std::str::FromStr as _;

use super::meaning::{Meaning, of_key};
use super::navigation::{Named, named, reference, tracked_as};
use super::outline::{Outline, Path, Spot, Step, unquoted};
use super::overview::{address, verdict_of};
use super::people::{going_on, liaises, owned};
use super::shape::Shape;
use super::workspace::Asked;
use crate::registry::Registry;
use crate::registry::kep::KepRecord;
use crate::registry::schema::FileKind;
use crate::rules;
use crate::terms::links::Site;
use crate::terms::{Date, Freeze, Handle, PlannedDate, Release, Version, When};
use crate::text::markdown::{code_span, portable as text};
use crate::text::source::Span;
use crate::text::words::{capitalized, counted};
use crate::views::board::dates::away;

/// What is said, as Markdown, and of which bytes.
pub(super) fn hover(asked: &Asked<'_>, offset: usize, site: &Site) -> Option<(String, Span)> {
    let outline = Outline::of(&asked.document.text);
    let (path, span, is_key) = match outline.spot(offset) {
        Spot::Value { path, span } => (path, span, false),
        Spot::Key {
            mut table, span, ..
        } => {
            table.push(Step::Key(unquoted(outline.slice(span)).to_owned()));
            (table, span, true)
        }
        Spot::Nowhere => return None,
    };
    if outline.slice(span).trim().is_empty() {
        return None;
    }
    let mut said = Vec::new();
    if let Some(named) = named(asked, &outline, offset) {
        said.extend(of_name(asked, &named, site));
    }
    if is_key {
        said.extend(of_key_itself(asked, &path));
    } else {
        said.extend(of_word(asked, &path, outline.slice(span)));
    }
    if decides_the_verdict(asked.kind, &path, is_key) {
        said.extend(of_aim(asked));
    }
    if said.is_empty() {
        said.extend(of_key_itself(asked, &path));
    }
    (!said.is_empty()).then(|| (said.join("\n\n"), span))
}

/// A key, what stands there, and what for.
fn of_key_itself(asked: &Asked<'_>, path: &[Step]) -> Option<String> {
    let shape = Shape::at(asked.kind, path)?;
    // A key that is a name has no text of its own.
    let name = match of_key(asked.kind, path, Some("")) {
        Some(_) => return shape.description().map(str::to_owned),
        None => path.iter().rev().find_map(|step| match step {
            Step::Key(key) => Some(key),
            Step::Item(_) => None,
        })?,
    };
    let above = Shape::at(asked.kind, path.split_last()?.1);
    let keys = above.map(Shape::keys).unwrap_or_default();
    let is_required = keys.iter().any(|key| key.name == name && key.is_required);
    let words: Vec<String> = shape
        .words()
        .iter()
        .map(|(word, _)| format!("`{word}`"))
        .collect();
    let noun = match words.is_empty() {
        true => shape.noun().unwrap_or("a value").to_owned(),
        false => words.join(", "),
    };
    let must = if is_required { ", required" } else { "" };
    let text = shape.description().unwrap_or_default();
    Some(format!("`{name}`: {noun}{must}\n\n{text}"))
}

/// A word of those that may stand at a place, and what it means.
fn of_word(asked: &Asked<'_>, path: &[Step], written: &str) -> Option<String> {
    let words = Shape::at(asked.kind, path)?.words();
    let word = unquoted(written);
    let (word, meaning) = words.into_iter().find(|(one, _)| *one == word)?;
    Some(format!("`{word}`: {}", meaning?))
}

/// Whether what stands here is part of what a record aims at: the values, and of the keys the first that people look at.
fn decides_the_verdict(kind: FileKind, path: &[Step], is_key: bool) -> bool {
    let [Step::Key(key)] = path else {
        return false;
    };
    let is_aim = ["target", "stage", "enabled-by-default"].contains(&key.as_str());
    kind == FileKind::Kep && is_aim && (!is_key || key == "target")
}

/// What the policy needs for the stage that a record aims at, and whether it makes it.
fn of_aim(asked: &Asked<'_>) -> Option<String> {
    let (_, verdict) = verdict_of(asked)?;
    let reasons: Vec<String> = verdict.reasons.iter().map(|one| text(&one.text)).collect();
    let outcome = capitalized(&verdict.outcome.to_string());
    Some(format!("**{outcome}**: {}", reasons.join(" ")))
}

/// What the registry knows of what a name is of.
fn of_name(asked: &Asked<'_>, named: &Named, site: &Site) -> Option<String> {
    let registry = asked.registry.registry();
    let name = named.name.as_str();
    match &named.meaning {
        Meaning::Kubernetes => kubernetes(registry, name.parse().ok()?, asked.today),
        Meaning::Milestone => minor(
            registry,
            registry.config.value.home.as_str(),
            name,
            asked.today,
        ),
        Meaning::Minor(runtime) | Meaning::Version(runtime) => {
            minor(registry, runtime, name, asked.today)
        }
        Meaning::Person => Some(person(registry, &Handle::from_str(name).ok()?)),
        Meaning::Runtime => runtime(registry, name, asked.today),
        Meaning::Rule => {
            let rule = rules::find(name)?;
            Some(format!(
                "`{name}`: {}.\n\nWhy: {}.\n\n{}",
                rule.summary, rule.why, rule.remedy
            ))
        }
        Meaning::Kep => {
            let entry = registry.kep(name.parse().ok()?)?;
            let record = &entry.value;
            let (address, _) = address(asked, named, site)?;
            let title = text(record.title.as_str());
            Some(format!(
                "KEP-{name} **{title}**, {}. [Upstream]({address})",
                record.status.written()
            ))
        }
        Meaning::Issue | Meaning::Reference => {
            let tracks = reference(asked, named)
                .and_then(|issue| tracked_as(asked.registry, &issue))
                .map(|record| {
                    let title = text(record.title().as_str());
                    format!(" tracks {} **{title}**", record.subject())
                });
            let (address, shown) = address(asked, named, site)?;
            Some(format!(
                "[{}]({address}){}",
                code_span(&shown),
                tracks.unwrap_or_default()
            ))
        }
        Meaning::Repository | Meaning::Link => None,
    }
}

/// A Kubernetes release: when it comes, what was or will be frozen, how many aim at it.
pub(super) fn kubernetes(registry: &Registry, release: Release, today: Date) -> Option<String> {
    let calendar = registry.kubernetes.as_ref()?;
    let Some(cycle) = calendar.value.cycle(release) else {
        let known = match calendar.value.is_history(release) {
            true => "is older than the calendar",
            false => "is not in the calendar",
        };
        return Some(format!("Kubernetes {release} {known}."));
    };
    let mut said = format!("Kubernetes {release}{}.", coming(cycle.when(), today));
    let is_over = cycle.released.is_some_and(|day| day <= today);
    let (past, ahead): (Vec<_>, Vec<_>) = cycle
        .freezes()
        .into_iter()
        .filter(|_| !is_over)
        .partition(|(_, instant)| instant.date() < today);
    // Of what has gone by, what closed the door: code, or what came last so far.
    let code = past.iter().find(|(freeze, _)| *freeze == Freeze::Code);
    let door = code.or(past.last()).map(|freeze| ("was", freeze));
    let ahead = ahead.iter().map(|freeze| ("is", freeze));
    for (verb, (freeze, instant)) in door.into_iter().chain(ahead) {
        let day = instant.date();
        let freeze = capitalized(&freeze.to_string());
        let distance = away(day, day, today);
        said.push_str(&format!(" {freeze} {verb} on {day} ({distance})."));
    }
    if !cycle.liaisons.is_empty() {
        let liaisons: Vec<String> = cycle
            .liaisons
            .iter()
            .map(|one| text(one.as_str()))
            .collect();
        said.push_str(&format!(" Liaisons: {}.", liaisons.join(", ")));
    }
    Some(said)
}

/// A minor of a runtime, or a version of it: when it comes, and how long it is supported.
pub(super) fn minor(registry: &Registry, runtime: &str, name: &str, today: Date) -> Option<String> {
    let version = Version::from_str(name).ok();
    let release = Release::from_str(name).ok();
    let release = release.or(version.map(|version| version.release))?;
    let shown = text(runtime);
    let calendar = registry.runtimes.get(runtime)?;
    let Some(minor) = calendar.value.minor(release) else {
        return Some(format!("{shown} {release} is not in its calendar."));
    };
    let mut said = match version {
        Some(version) if version.patch > 0 => {
            let day = minor.day_of(version).map(When::Released);
            format!("{shown} {version}{}.", coming(day, today))
        }
        _ => format!("{shown} {name}{}.", coming(minor.when(), today)),
    };
    if minor.lts == Some(true) {
        said.push_str(" It has long-term support (LTS).");
    }
    if let Some(end) = minor.end_of_life {
        let is_over = end.latest() < today;
        said.push_str(&match is_over {
            true => format!(" Support ended with {end}."),
            false => format!(" Support ends with {end} ({}).", distance(end, today)),
        });
    }
    if !minor.kubernetes.is_empty() {
        let kubernetes: Vec<String> = minor.kubernetes.keys().map(ToString::to_string).collect();
        said.push_str(&format!(
            " Recommended for Kubernetes {}.",
            kubernetes.join(", ")
        ));
    }
    Some(said)
}

/// When something comes, behind its name.
fn coming(when: Option<When>, today: Date) -> String {
    match when {
        Some(when) => format!(", {when} ({})", away(when.earliest(), when.latest(), today)),
        None => ", when is not on record".to_owned(),
    }
}

fn distance(planned: PlannedDate, today: Date) -> String {
    away(planned.earliest(), planned.latest(), today)
}

/// Somebody: name, role, and what they have to do.
pub(super) fn person(registry: &Registry, handle: &Handle) -> String {
    let maintainer = registry.maintainer(handle);
    let load = going_on(registry, handle);
    let owned = owned(registry, handle);
    let name = maintainer.and_then(|one| one.name.as_ref());
    let name = name.map_or(handle.as_str(), |name| name.as_str());
    let mut said = match maintainer {
        Some(one) => format!("**{}**, {}.", text(name), one.role.written()),
        None => format!("**{}**.", text(name)),
    };
    let listed = |records: &[&KepRecord]| {
        let keps: Vec<String> = records
            .iter()
            .map(|record| match record.aims_at() {
                Some(target) => format!("{} ({target})", record.number),
                None => record.number.to_string(),
            })
            .collect();
        format!("{}: {}", counted(keps.len(), "KEP"), keps.join(", "))
    };
    match (load.is_empty(), maintainer) {
        (false, Some(_)) => said.push_str(&format!(" Shepherds {}.", listed(&load))),
        (false, None) => said.push_str(&format!(
            " Shepherds {}, and is not in `maintainers.toml`.",
            listed(&load)
        )),
        (true, Some(_)) => said.push_str(" Shepherds no KEP that work goes on with."),
        (true, None) => {}
    }
    if !owned.is_empty() {
        said.push_str(&format!(" Owns {} upstream.", listed(&owned)));
    }
    let cycles = liaises(registry, handle);
    if !cycles.is_empty() {
        let cycles: Vec<String> = cycles.iter().map(ToString::to_string).collect();
        said.push_str(&format!(" Liaison of Kubernetes {}.", cycles.join(", ")));
    }
    said
}

/// A runtime of the registry, and what it releases next.
fn runtime(registry: &Registry, name: &str, today: Date) -> Option<String> {
    let config = &registry.config.value;
    let runtime = config
        .runtimes
        .iter()
        .find(|one| one.name.as_str() == name)?;
    let home = if config.home.as_str() == name {
        ", the registry's own runtime"
    } else {
        ""
    };
    let mut said = format!("**{}**{home}.", text(name));
    if let Some(repository) = &runtime.repository {
        said.push_str(&format!(" Developed in {repository}."));
    }
    let minors = registry
        .runtimes
        .get(name)
        .map(|calendar| calendar.value.minors.iter());
    let coming = minors
        .into_iter()
        .flatten()
        .filter(|minor| minor.released.is_none_or(|day| day > today))
        .filter_map(|minor| Some((minor.release, minor.when()?)))
        .min_by_key(|(_, when)| when.earliest());
    if let Some((release, when)) = coming {
        let distance = away(when.earliest(), when.latest(), today);
        said.push_str(&format!(" Next: {release}, {when} ({distance})."));
    }
    Some(said)
}

/// The way of a key that a table has.
pub(super) fn key_in(table: &[Step], name: &str) -> Path {
    let mut path = table.to_vec();
    path.push(Step::Key(name.to_owned()));
    path
}
