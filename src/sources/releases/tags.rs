//! The tags of a runtime's repository → what its calendar should say: the day of each version.
//!
//! A tag counts with its whole name, so that `api/v1.10.0` and `v2.3.0-rc.1` are none of a release. Dates that the calendar has are not
//! replaced: a tag may have been made on another day than its release was announced.

use std::collections::BTreeMap;

use toml_edit::{DocumentMut, Item, Table};

use super::entries::{self, index_of};
use super::{NotTaken, ORDER};
use crate::registry::Registry;
use crate::registry::calendars::RuntimeCalendar;
use crate::registry::config::Runtime;
use crate::registry::edit;
use crate::sources::file;
use crate::sources::proposal::{Change, Origin, Place, Proposals, Source};
use crate::terms::{Date, Release, Version, When};
use crate::text::words::counted;

/// More new patch releases of a minor than this are one line of what is shown.
const MOST_SHOWN: usize = 3;

/// The versions that tags name, each with its day.
pub type Tagged = BTreeMap<Version, Date>;

/// The version that a tag of this pattern names; none: it is no release of the runtime.
pub fn version_of(pattern: &str, tag: &str) -> Option<Version> {
    let (before, after) = pattern.split_once("{version}")?;
    tag.strip_prefix(before)?.strip_suffix(after)?.parse().ok()
}

/// What the tags of a clone propose for a runtime's calendar; `read` says which clone.
///
/// # Errors
///
/// There is no release among them, or none that the calendar knows; or the calendar cannot be edited.
pub fn propose(
    registry: &Registry,
    runtime: &Runtime,
    tagged: &Tagged,
    named: &str,
) -> Result<Proposals, NotTaken> {
    let path = runtime.calendar.to_string();
    let name = runtime.name.as_str();
    if tagged.is_empty() {
        return Err(NotTaken::NoTags {
            clone: named.to_owned(),
            pattern: runtime.tags.clone(),
        });
    }
    let known = registry.runtimes.get(name);
    let calendar = match known {
        Some(calendar) => calendar.value.clone(),
        None => RuntimeCalendar { minors: Vec::new() },
    };
    if calendar.is_of_another(tagged.keys().map(|version| version.release)) {
        return Err(NotTaken::OfAnother {
            page: named.to_owned(),
            calendar: path,
            runtime: name.to_owned(),
        });
    }
    let first = calendar.minors.iter().map(|minor| minor.release).min();
    let is_history = |version: &Version| first.is_some_and(|first| version.release < first);
    let mut proposals = Proposals::of(Source::Releases);
    proposals.read = format!("read from the tags of {named}");
    let older = tagged.keys().filter(|version| is_history(version)).count();
    if older > 0 {
        let older = counted(older, "release");
        proposals
            .notes
            .push(format!("{older} older than the calendar: left out"));
    }
    let mut minors: BTreeMap<Release, Vec<(Version, Date)>> = BTreeMap::new();
    for (version, day) in tagged.iter().filter(|(version, _)| !is_history(version)) {
        minors
            .entry(version.release)
            .or_default()
            .push((*version, *day));
    }
    let schema = "../../schema/runtime-releases.schema.json";
    let proposal = file::propose(registry, &path, schema, known.is_some(), |document| {
        update(document, &calendar, &minors, runtime)
    })?;
    proposals.nothing = Some(format!("nothing to change in {path}"));
    proposals.proposals.push(proposal);
    Ok(proposals)
}

/// A release that the calendar has on another day than its tag: what is there stays.
pub(super) fn on_another_day(place: Place, known: Date, tagged: Date) -> Change {
    Change::made(place, Some(known.to_string()), Some(tagged.to_string()))
        .because("a release may be announced on another day than its tag is made")
        .kept()
}

/// Makes a calendar say what the tags say. A calendar that is no list of tables has no answer.
fn update(
    document: &mut DocumentMut,
    calendar: &RuntimeCalendar,
    minors: &BTreeMap<Release, Vec<(Version, Date)>>,
    runtime: &Runtime,
) -> Option<Vec<Change>> {
    let tables = edit::tables(document, "minors")?;
    let mut changes = Vec::new();
    for (release, versions) in minors {
        let minor = calendar.minor(*release);
        if minor.is_none() {
            entries::begin(tables, *release);
        }
        let at = index_of(tables, *release)?;
        let table = tables.get_mut(at)?;
        let from = |version: &Version| {
            let tag = runtime.tags.replace("{version}", &version.to_string());
            Some(Origin {
                what: format!("tag {tag}"),
                link: None,
            })
        };
        let mut new: Vec<Version> = Vec::new();
        for (version, day) in versions {
            let place = Place::in_entry(release.to_string(), key_of(*version));
            match minor.and_then(|minor| minor.day_of(*version)) {
                Some(known) if known == *day => {}
                Some(known) => changes.push(on_another_day(place, known, *day).from(from(version))),
                None => {
                    match version.patch {
                        0 => edit::set_in(table, "released", edit::date(*day), ORDER),
                        _ => set_patch(table, *version, *day),
                    }
                    new.push(*version);
                }
            }
        }
        let day = |version: &Version| versions.iter().find(|(one, _)| one == version);
        let day = |version: &Version| day(version).map(|(_, day)| day.to_string());
        let patches: Vec<Version> = new.iter().copied().filter(|one| one.patch > 0).collect();
        if minor.is_none() {
            let first = versions.iter().find(|(version, _)| version.patch == 0);
            let mut words: Vec<String> = first
                .map(|(_, day)| When::Released(*day).to_string())
                .into_iter()
                .collect();
            if !patches.is_empty() {
                words.push(counted(patches.len(), "patch release"));
            }
            let place = Place::entry(release.to_string());
            changes.push(Change::made(place, None, Some(words.join(", "))));
            continue;
        }
        let is_folded = patches.len() > MOST_SHOWN;
        for version in new.iter().filter(|one| one.patch == 0 || !is_folded) {
            let place = Place::in_entry(release.to_string(), key_of(*version));
            changes.push(Change::made(place, None, day(version)).from(from(version)));
        }
        if let ([first, .., last], true) = (patches.as_slice(), is_folded) {
            let words = format!(
                "the days of {first} to {last}, {}",
                counted(patches.len(), "release")
            );
            let place = Place::in_entry(release.to_string(), "patches");
            changes.push(Change::made(place, None, Some(words)).from(from(last)));
        }
    }
    Some(changes)
}

/// The key of a version's day in the table of its minor.
fn key_of(version: Version) -> String {
    match version.patch {
        0 => "released".to_owned(),
        _ => format!("patches.\"{version}\""),
    }
}

/// Writes the day of a patch release into the table of its minor, a line for each.
fn set_patch(table: &mut Table, version: Version, day: Date) {
    let entry = table
        .entry("patches")
        .or_insert_with(|| Item::Table(Table::new()));
    let Some(patches) = entry.as_table_like_mut() else {
        return;
    };
    patches.insert(&version.to_string(), Item::Value(edit::date(day)));
    let by_version = |left: &str, right: &str| {
        let version = |key: &str| key.parse::<Version>().ok();
        version(left).cmp(&version(right))
    };
    match entry {
        Item::Table(patches) => patches.sort_values_by(|left, _, right, _| by_version(left, right)),
        Item::Value(toml_edit::Value::InlineTable(patches)) => {
            patches.sort_values_by(|left, _, right, _| by_version(left, right));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::load::{RawFile, load};

    const CALENDAR: &str = "[[minors]]\nrelease = \"2.2\"\nreleased = 2025-11-06 # announced\nkubernetes = { \"1.36\" = \"2.2.3\" }\n\n\
        [[minors]]\nrelease = \"2.4\"\nplanned = \"2026-08\"\n";

    fn proposed(calendar: &str, tags: &[(&str, &str)]) -> (String, Vec<String>) {
        let files = [
            (
                "registry.toml",
                "home = \"containerd\"\nrepositories = [\"a/b\"]\n\n[[runtimes]]\nname = \"containerd\"\ncalendar = \"releases/containerd.toml\"\n",
            ),
            ("releases/containerd.toml", calendar),
        ];
        let files = files.map(|(path, text)| RawFile {
            path: path.to_owned(),
            content: Ok(text.as_bytes().to_vec()),
        });
        let registry = load(files.into()).registry;
        let runtime = &registry.config.value.runtimes[0];
        let versions = tags
            .iter()
            .filter_map(|(tag, day)| Some((version_of(&runtime.tags, tag)?, day.parse().unwrap())));
        let proposals = propose(&registry, runtime, &versions.collect(), "a clone").unwrap();
        let proposal = &proposals.proposals[0];
        let words = proposal.changes.iter().map(Change::to_string);
        let words = words.chain(proposals.notes.clone()).collect();
        (proposal.after.clone(), words)
    }

    const TAGS: [(&str, &str); 12] = [
        ("v1.7.0", "2023-03-10"),
        ("v2.2.0", "2025-11-05"),
        ("v2.2.1", "2025-12-18"),
        ("v2.3.0", "2026-04-30"),
        ("v2.3.1", "2026-05-20"),
        ("v2.4.0", "2026-09-16"),
        ("v2.4.10", "2026-11-20"),
        ("v2.4.9", "2026-11-01"),
        ("v2.4.0-rc.1", "2026-09-01"),
        ("api/v2.4.1", "2026-10-01"),
        ("v2.5", "2026-10-01"),
        ("2.5.0", "2026-10-01"),
    ];

    #[test]
    fn each_version_has_its_day_and_what_people_wrote_stays() {
        let (text, words) = proposed(CALENDAR, &TAGS);
        insta::assert_snapshot!(text, @r#"
        [[minors]]
        release = "2.2"
        released = 2025-11-06 # announced
        kubernetes = { "1.36" = "2.2.3" }

        [minors.patches]
        "2.2.1" = 2025-12-18

        [[minors]]
        release = "2.3"
        released = 2026-04-30

        [minors.patches]
        "2.3.1" = 2026-05-20

        [[minors]]
        release = "2.4"
        planned = "2026-08"
        released = 2026-09-16

        [minors.patches]
        "2.4.9" = 2026-11-01
        "2.4.10" = 2026-11-20
        "#);
        insta::assert_debug_snapshot!(words, @r#"
        [
            "2.2 released: 2025-11-06 → 2025-11-05",
            "2.2 patches.\"2.2.1\": nothing → 2025-12-18",
            "2.3 is new: released 2026-04-30, 1 patch release",
            "2.4 released: nothing → 2026-09-16",
            "2.4 patches.\"2.4.9\": nothing → 2026-11-01",
            "2.4 patches.\"2.4.10\": nothing → 2026-11-20",
            "1 release older than the calendar: left out",
        ]
        "#);
        let (again, words) = proposed(&text, &TAGS);
        assert_eq!(again, text, "twice changes nothing");
        assert_eq!(words.len(), 2, "{words:?}");
    }

    #[test]
    fn many_patches_are_one_line_and_a_line_each_in_the_file() {
        let days: Vec<(String, String)> = (1..=20)
            .map(|patch| (format!("v2.2.{patch}"), format!("2026-01-{patch:02}")))
            .collect();
        let days: Vec<(&str, &str)> = days.iter().map(|(tag, day)| (&**tag, &**day)).collect();
        let (text, words) = proposed(CALENDAR, &days);
        assert_eq!(
            words,
            ["2.2 patches: nothing → the days of 2.2.1 to 2.2.20, 20 releases"]
        );
        assert_eq!(text.matches("\n\"2.2.").count(), 20, "{text}");
    }
}
