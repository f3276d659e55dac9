//! A runtime's page of releases → what its calendar should say.

pub mod cycles;
mod entries;
pub mod kubernetes;
pub mod page;
pub mod schedule;
pub mod tags;

use std::collections::BTreeMap;

use toml_edit::{ArrayOfTables, DocumentMut, InlineTable, Item, Table, Value};

use self::entries::index_of;
use self::page::{ReleaseRow, ReleasesPage};
use super::file::{self, LeftAlone};
use super::proposal::{Change, Origin, Place, Proposals, Source};
use crate::registry::Registry;
use crate::registry::calendars::{Minor, RuntimeCalendar};
use crate::registry::config::Runtime;
use crate::registry::edit;
use crate::terms::{PlannedDate, Release, Version, When};
use crate::text::words::counted;

/// The keys of a minor, in the order in which the documentation shows them.
const ORDER: &[&str] = &[
    "release",
    "planned",
    "released",
    "end-of-life",
    "lts",
    "kubernetes",
    "patches",
];

/// Why nothing follows from a page.
#[derive(Debug, thiserror::Error)]
pub enum NotTaken {
    /// It has no table of releases.
    #[error(
        "`{0}` has no table with the columns Release, Status, Start and End of Life: is it a RELEASES.md in containerd's format?"
    )]
    NoTable(String),
    /// The clone has no tag of a release.
    #[error(
        "`{clone}` has no tag like `{pattern}`: does the clone have its tags (`git fetch --tags`), or are they named otherwise? `tags` of \
         the runtime in `registry.toml` says how"
    )]
    NoTags {
        /// How people named the clone.
        clone: String,
        /// What tags are named like.
        pattern: String,
    },
    /// It speaks of other releases.
    #[error(
        "`{page}` and `{calendar}` have no release in common: is it the page of another project than {runtime}?"
    )]
    OfAnother {
        /// How people named the page.
        page: String,
        /// The path of the calendar.
        calendar: String,
        /// The runtime.
        runtime: String,
    },
    /// The calendar is left alone.
    #[error(transparent)]
    LeftAlone(#[from] LeftAlone),
}

/// What a page proposes for a runtime's calendar; `named` is how people named the page.
///
/// # Errors
///
/// It is no such page, or that of another project; or the calendar cannot be edited.
pub fn propose(
    registry: &Registry,
    runtime: &Runtime,
    page: &ReleasesPage,
    named: &str,
) -> Result<Proposals, NotTaken> {
    let path = runtime.calendar.to_string();
    let name = runtime.name.as_str();
    if page.minors.is_empty() {
        return Err(NotTaken::NoTable(named.to_owned()));
    }
    let known = registry.runtimes.get(name);
    let calendar = match known {
        Some(calendar) => calendar.value.clone(),
        None => RuntimeCalendar { minors: Vec::new() },
    };
    if calendar.is_of_another(page.minors.iter().map(|row| row.release)) {
        return Err(NotTaken::OfAnother {
            page: named.to_owned(),
            calendar: path,
            runtime: name.to_owned(),
        });
    }
    let mut proposals = Proposals::of(Source::Releases);
    proposals.read = format!("read from {named}");
    let misread = page.misread.iter();
    proposals.warnings = misread.map(|one| format!("{named}:{one}")).collect();
    let schema = "../../schema/runtime-releases.schema.json";
    let is_sound = known.is_some();
    let notes = &mut proposals.notes;
    let proposal = file::propose(registry, &path, schema, is_sound, |document| {
        let update = update(document, &calendar, page, named)?;
        notes.extend(update.notes);
        if update.older > 0 {
            let older = counted(update.older, "minor");
            notes.push(format!("{older} older than the calendar: left out"));
        }
        Some(update.changes)
    })?;
    proposals.nothing = Some(format!("nothing to change in {path}"));
    proposals.proposals.push(proposal);
    Ok(proposals)
}

/// What becomes of a calendar.
#[derive(Debug, Default, PartialEq, Eq)]
struct CalendarUpdate {
    /// What changed, and what people know better and stays.
    changes: Vec<Change>,
    /// What there is to say beside.
    notes: Vec<String>,
    /// How many minors of the page are older than the calendar, and are left out.
    older: usize,
}

/// Makes a calendar say what the page of this name says. What people added (minors, dates, recommendations, comments) stays. A calendar that
/// is no list of tables has no answer.
fn update(
    document: &mut DocumentMut,
    calendar: &RuntimeCalendar,
    page: &ReleasesPage,
    named: &str,
) -> Option<CalendarUpdate> {
    let mut update = CalendarUpdate::default();
    let tables = edit::tables(document, "minors")?;
    let first = calendar.minors.iter().map(|minor| minor.release).min();
    for row in &page.minors {
        match calendar.minor(row.release) {
            Some(minor) => {
                let at = index_of(tables, row.release);
                if let Some(table) = at.and_then(|at| tables.get_mut(at)) {
                    update_minor(table, minor, (row, named), &mut update);
                }
            }
            // What is older than the calendar is history, and nothing asks for it.
            None if first.is_some_and(|first| row.release < first) => update.older += 1,
            None => insert(tables, (row, named), &mut update),
        }
    }
    for (minor, recommended) in &page.kubernetes {
        let Some(at) = index_of(tables, *minor) else {
            if first.is_none_or(|first| *minor >= first) {
                update.notes.push(format!(
                    "{minor} is recommended, and stands in no line of the table of releases"
                ));
            }
            continue;
        };
        if let Some(table) = tables.get_mut(at) {
            update_matrix(table, *minor, recommended, &mut update.changes);
        }
    }
    Some(update)
}

fn update_minor(
    table: &mut Table,
    minor: &Minor,
    (row, named): (&ReleaseRow, &str),
    update: &mut CalendarUpdate,
) {
    let ReleaseRow {
        line,
        release,
        is_out,
        is_lts,
        start,
        end_of_life,
    } = row;
    let place = |key: &str| Place::in_entry(release.to_string(), key);
    let mut set = |key: &str, before: Option<String>, value: Value| {
        let after = edit::plain(Some(&value));
        let change = Change::made(place(key), before, after).from(Some(Origin::line(named, *line)));
        update.changes.push(change);
        edit::set_in(table, key, value, ORDER);
    };
    match (is_out, start) {
        (true, Some(PlannedDate::Day(day))) if minor.released != Some(*day) => {
            let before = minor.released.map(|day| day.to_string());
            set("released", before, edit::date(*day));
        }
        (false, Some(start)) if minor.released.is_none() => {
            if let Some(value) = newer(minor.planned, *start) {
                set("planned", minor.planned.map(shown), value);
            }
        }
        _ => {}
    }
    if let Some(end) = end_of_life
        && let Some(value) = newer(minor.end_of_life, *end)
    {
        set("end-of-life", minor.end_of_life.map(shown), value);
    }
    if *is_lts && minor.lts != Some(true) {
        let before = minor.lts.map(|lts| lts.to_string());
        set("lts", before, Value::from(true));
    }
    if let (false, Some(released)) = (is_out, minor.released) {
        let change = Change::made(place("released"), Some(released.to_string()), None);
        let change = change.because("the page does not know it yet");
        update
            .changes
            .push(change.from(Some(Origin::line(named, *line))).kept());
    }
}

/// The page's date, if it says something else than the calendar's: a month does not replace a day in it.
fn newer(known: Option<PlannedDate>, page: PlannedDate) -> Option<Value> {
    let is_same = known == Some(page);
    let is_finer = page.is_month()
        && known.is_some_and(|known| {
            !known.is_month()
                && page.earliest() <= known.earliest()
                && known.latest() <= page.latest()
        });
    (!is_same && !is_finer).then(|| planned(page))
}

fn planned(date: PlannedDate) -> Value {
    match date {
        PlannedDate::Day(day) => edit::date(day),
        PlannedDate::Month(..) => Value::from(date.to_string()),
    }
}

fn shown(date: PlannedDate) -> String {
    edit::plain(Some(&planned(date))).unwrap_or_default()
}

/// Adds a minor in its place.
fn insert(
    tables: &mut ArrayOfTables,
    (row, named): (&ReleaseRow, &str),
    update: &mut CalendarUpdate,
) {
    let ReleaseRow {
        line,
        release,
        is_out,
        is_lts,
        start,
        end_of_life,
    } = row;
    let mut table = Table::new();
    let mut put = |key: &str, value: Value| {
        table.insert(key, Item::Value(value));
    };
    put("release", release.to_string().into());
    let mut words = Vec::new();
    match (is_out, start) {
        (true, Some(PlannedDate::Day(day))) => {
            put("released", edit::date(*day));
            words.push(When::Released(*day).to_string());
        }
        (false, Some(start)) => {
            put("planned", planned(*start));
            words.push(When::Planned(*start).to_string());
        }
        _ => {}
    }
    if let Some(end) = end_of_life {
        put("end-of-life", planned(*end));
        words.push(format!("supported until {end}"));
    }
    if *is_lts {
        put("lts", true.into());
    }
    entries::insert(tables, *release, table);
    let change = Change::made(
        Place::entry(release.to_string()),
        None,
        Some(words.join(", ")),
    );
    update
        .changes
        .push(change.from(Some(Origin::line(named, *line))));
}

fn update_matrix(
    table: &mut Table,
    minor: Release,
    recommended: &BTreeMap<Release, Version>,
    changes: &mut Vec<Change>,
) {
    let entry = table
        .entry("kubernetes")
        .or_insert_with(|| Item::Value(Value::InlineTable(InlineTable::new())));
    let mut is_longer = false;
    let Some(matrix) = entry.as_table_like_mut() else {
        return;
    };
    for (kubernetes, version) in recommended {
        let key = kubernetes.to_string();
        let before = matrix.get(&key).and_then(Item::as_str).map(str::to_owned);
        if before.as_deref() == Some(&version.to_string()) {
            continue;
        }
        is_longer |= before.is_none();
        let value = Value::from(version.to_string());
        if !edit::replace(matrix.get_mut(&key), &value) {
            matrix.insert(&key, Item::Value(value));
        }
        let place = Place::in_entry(minor.to_string(), format!("kubernetes.\"{key}\""));
        let before = before.map(|text| format!("\"{text}\""));
        changes.push(Change::made(place, before, Some(format!("\"{version}\""))));
    }
    let by_release = |left: &str, right: &str| {
        let release = |key: &str| key.parse::<Release>().ok();
        release(left).cmp(&release(right))
    };
    match entry {
        // Line by line, an entry keeps its own comment.
        Item::Table(table) if is_longer => {
            table.sort_values_by(|left, _, right, _| by_release(left.get(), right.get()));
        }
        Item::Value(Value::InlineTable(inline)) if is_longer => {
            inline.sort_values_by(|left, _, right, _| by_release(left.get(), right.get()));
            inline.fmt();
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::page::read;
    use super::page::tests::PAGE;
    use super::*;
    use crate::terms::Date;

    const CALENDAR: &str = "\
#:schema ../../schema/runtime-releases.schema.json

[[minors]]
release = \"1.7\"
released = 2023-03-10
end-of-life = 2026-09-15 # as announced
lts = true
kubernetes = { \"1.34\" = \"1.7.28\", \"1.36\" = \"1.7.40\" }

[[minors]]
release = \"2.0\"
released = 2024-11-05
end-of-life = 2025-11-07

[[minors]]
release = \"2.4\"
planned = 2026-08-26
released = 2026-09-16 # the page is older

[[minors]]
release = \"2.6\"
planned = \"2027-04\"
";

    fn day() -> Date {
        "2026-11-24".parse().unwrap()
    }

    fn updated(text: &str, page: &str) -> (String, CalendarUpdate, ReleasesPage) {
        let page = read(page, day());
        let calendar: RuntimeCalendar = {
            let value = crate::findings::document::to_json(
                crate::findings::document::parse(&crate::text::source::SourceFile::new(
                    "x.toml", text,
                ))
                .0
                .get_ref(),
            );
            serde_json::from_value(value).unwrap()
        };
        let mut document = text.parse().unwrap();
        let update = update(&mut document, &calendar, &page, "RELEASES.md").unwrap();
        (document.to_string(), update, page)
    }

    #[test]
    fn the_page_is_taken_over_and_what_people_added_stays() {
        let (text, update, page) = updated(CALENDAR, PAGE);
        assert_eq!(page.misread, []);
        insta::assert_snapshot!(text, @r#"
        #:schema ../../schema/runtime-releases.schema.json

        [[minors]]
        release = "1.7"
        released = 2023-03-10
        end-of-life = 2026-09-15 # as announced
        lts = true
        kubernetes = { "1.34" = "1.7.28", "1.35" = "1.7.28", "1.36" = "1.7.40" }

        [[minors]]
        release = "2.0"
        released = 2024-11-05
        end-of-life = "2027-03"
        lts = true
        kubernetes = { "1.35" = "2.0.9" }

        [[minors]]
        release = "2.3"
        released = 2026-04-30
        end-of-life = 2028-04-30
        kubernetes = { "1.36" = "2.3.0" }

        [[minors]]
        release = "2.4"
        planned = 2026-08-26
        released = 2026-09-16 # the page is older
        end-of-life = 2027-04-26

        [[minors]]
        release = "2.5"
        planned = "2026-12"

        [[minors]]
        release = "2.6"
        planned = "2027-04"
        "#);
        let words: Vec<String> = update.changes.iter().map(Change::to_string).collect();
        insta::assert_debug_snapshot!((words, update.notes, update.older), @r#"
        (
            [
                "2.0 end-of-life: 2025-11-07 → \"2027-03\"",
                "2.0 lts: nothing → true",
                "2.3 is new: released 2026-04-30, supported until 2028-04-30",
                "2.4 end-of-life: nothing → 2027-04-26",
                "2.4 released: 2026-09-16 → nothing",
                "2.5 is new: planned for 2026-12",
                "1.7 kubernetes.\"1.35\": nothing → \"1.7.28\"",
                "2.0 kubernetes.\"1.35\": nothing → \"2.0.9\"",
                "2.3 kubernetes.\"1.36\": nothing → \"2.3.0\"",
            ],
            [
                "2.2 is recommended, and stands in no line of the table of releases",
            ],
            1,
        )
        "#);
        let (again, update, _) = updated(&text, PAGE);
        assert_eq!(again, text, "twice changes nothing");
        assert!(!update.changes.iter().any(Change::is_made), "{update:?}");
    }

    #[test]
    fn a_calendar_that_begins_with_the_newest_goes_on_so() {
        let calendar = "# ours\n\n[[minors]]\nrelease = \"2.4\"\n\n[[minors]]\nrelease = \"1.7\"\n";
        let (text, ..) = updated(calendar, &format!("\u{feff}{PAGE}"));
        let order: Vec<&str> = text
            .lines()
            .filter_map(|line| line.strip_prefix("release = "))
            .collect();
        assert_eq!(
            order,
            ["\"2.5\"", "\"2.4\"", "\"2.3\"", "\"2.0\"", "\"1.7\""]
        );
        assert!(
            text.starts_with("# ours\n\n[[minors]]\nrelease = \"2.5\""),
            "{text}"
        );
    }
}
