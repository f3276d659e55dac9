//! RELEASES.md → which releases there are and how long they are supported → edits of a runtime's calendar.
//!
//! The format is containerd's: a table of releases (release, status, start, end of life) and one of Kubernetes versions with the
//! versions that are recommended for each. Statuses are those that the page explains; dates are spelled in English, may know only
//! their month, and may be tentative.

use std::collections::{BTreeMap, BTreeSet};

use toml_edit::{ArrayOfTables, DocumentMut, InlineTable, Item, Table, Value};

use super::change::{KeyChange, Misread};
use crate::registry::calendars::{Minor, RuntimeCalendar};
use crate::registry::edit;
use crate::terms::{Date, PlannedDate, Release, Version, When};

/// The keys of a minor, in the order in which the documentation shows them.
const ORDER: &[&str] = &[
    "release",
    "planned",
    "released",
    "end-of-life",
    "lts",
    "kubernetes",
];

/// What the page says.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct ReleasesPage {
    /// The minor releases, as the table has them.
    pub minors: Vec<ReleaseRow>,
    /// For each minor, the first version that is recommended for each Kubernetes release.
    pub kubernetes: BTreeMap<Release, BTreeMap<Release, Version>>,
    /// What was not understood.
    pub misread: Vec<Misread>,
}

/// A line of the table of releases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseRow {
    /// The line, from 1.
    pub line: usize,
    /// The minor.
    pub release: Release,
    /// Whether its first version is out.
    pub is_out: bool,
    /// Whether it is supported for longer than usual.
    pub is_lts: bool,
    /// The day of its first version, or what is planned.
    pub start: Option<PlannedDate>,
    /// The last day, or month, of support.
    pub end_of_life: Option<PlannedDate>,
}

/// Reads the page, as it is on a day: what is out was released by then.
pub fn read(text: &str, today: Date) -> ReleasesPage {
    let mut page = ReleasesPage::default();
    let mut table: Option<Columns> = None;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut known: BTreeSet<Release> = BTreeSet::new();
    for (index, line) in text.lines().enumerate() {
        let line_number = index + 1;
        let Some(cells) = cells(line) else {
            table = None;
            continue;
        };
        let is_ruler = cells
            .iter()
            .all(|cell| !cell.is_empty() && cell.chars().all(|c| "-: ".contains(c)));
        match &table {
            None => table = Some(Columns::of(&cells)),
            Some(_) if is_ruler => {}
            Some(Columns::Releases {
                release,
                status,
                start,
                end_of_life,
            }) => {
                if cells.len() <= *release.max(status).max(start).max(end_of_life) {
                    page.misread.push(Misread {
                        line: line_number,
                        reason: "this line has fewer cells than the head of its table".to_owned(),
                    });
                    continue;
                }
                let cell = |at: &usize| cells.get(*at).map_or("", |cell| *cell);
                let row = row(
                    line_number,
                    cell(release),
                    cell(status),
                    cell(start),
                    cell(end_of_life),
                    &mut page.misread,
                );
                match row {
                    Some(row)
                        if row.is_out && row.start.is_some_and(|day| day.earliest() > today) =>
                    {
                        page.misread.push(Misread {
                            line: line_number,
                            reason: format!(
                                "`{}` is out, by its status, and its day is ahead",
                                row.release
                            ),
                        });
                    }
                    Some(row) if page.minors.iter().any(|one| one.release == row.release) => {
                        page.misread.push(Misread {
                            line: line_number,
                            reason: format!("`{}` stands here for the second time", row.release),
                        });
                    }
                    row => page.minors.extend(row),
                }
            }
            Some(Columns::Kubernetes {
                kubernetes,
                runtime,
            }) => {
                let cell = |at: &usize| cells.get(*at).map_or("", |cell| *cell);
                let row = (cell(kubernetes), cell(runtime));
                recommend(line_number, row, &mut known, &mut page);
            }
            Some(Columns::Other) => {}
        }
    }
    page
}

/// Which columns of a table are of interest.
enum Columns {
    Releases {
        release: usize,
        status: usize,
        start: usize,
        end_of_life: usize,
    },
    Kubernetes {
        kubernetes: usize,
        runtime: usize,
    },
    Other,
}

impl Columns {
    fn of(head: &[&str]) -> Self {
        let named = |name: &str| head.iter().position(|cell| cell.eq_ignore_ascii_case(name));
        if let (Some(release), Some(status), Some(start), Some(end_of_life)) = (
            named("release"),
            named("status"),
            named("start"),
            named("end of life"),
        ) {
            return Self::Releases {
                release,
                status,
                start,
                end_of_life,
            };
        }
        // The table of what is out of support has the same columns the other way round.
        match (named("kubernetes version"), head.get(1)) {
            (Some(0), Some(runtime)) if runtime.to_lowercase().ends_with(" version") => {
                Self::Kubernetes {
                    kubernetes: 0,
                    runtime: 1,
                }
            }
            _ => Self::Other,
        }
    }
}

/// The cells of a line of a table.
fn cells(line: &str) -> Option<Vec<&str>> {
    let line = line.trim().strip_prefix('|')?;
    let line = line.strip_suffix('|').unwrap_or(line);
    Some(line.split('|').map(str::trim).collect())
}

/// The text of a cell: what a link says, without emphasis and footnotes.
fn plain(cell: &str) -> String {
    let text = match cell.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((text, _)) => text,
        None => cell,
    };
    text.replace(['*', '_', '`'], "").trim().to_owned()
}

fn row(
    line: usize,
    release: &str,
    status: &str,
    start: &str,
    end_of_life: &str,
    misread: &mut Vec<Misread>,
) -> Option<ReleaseRow> {
    let mut wrong = |reason: String| misread.push(Misread { line, reason });
    let release = plain(release);
    let Ok(number) = release.trim_start_matches('v').parse::<Release>() else {
        wrong(format!("`{release}` is not a minor release"));
        return None;
    };
    let status = plain(status).to_lowercase();
    let is_out = match status.as_str() {
        "future" | "alpha" | "beta" | "rc" => false,
        "active" | "extended" | "lts" | "end of life" => true,
        _ => {
            wrong(format!(
                "`{status}` is no status of a release that is known"
            ));
            return None;
        }
    };
    let mut day = |cell: &str| match date(cell) {
        Ok(date) => date,
        Err(reason) => {
            wrong(reason);
            None
        }
    };
    let (start, end_of_life) = (day(start), day(end_of_life));
    Some(ReleaseRow {
        line,
        release: number,
        is_out,
        is_lts: status == "lts",
        start,
        end_of_life,
    })
}

/// A date as the page spells it: `August 26, 2026 (_tentative_)`, `September 2026*`, `March, 2027**`; nothing for `-`.
fn date(cell: &str) -> Result<Option<PlannedDate>, String> {
    const MONTHS: [&str; 12] = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ];
    let text = plain(cell);
    let bare = text.split('(').next().unwrap_or_default().trim();
    if ["", "-", "tbd", "n/a"].contains(&bare.to_lowercase().as_str()) {
        return Ok(None);
    }
    let parts: Vec<&str> = bare
        .split([' ', ','])
        .filter(|part| !part.is_empty())
        .collect();
    let wrong = || format!("`{text}` is not a date such as `April 30, 2026`");
    let (month, day, year) = match parts.as_slice() {
        [month, day, year] => (month, Some(day), year),
        [month, year] => (month, None, year),
        _ => return Err(wrong()),
    };
    let month = month.get(..3).map(str::to_lowercase);
    let month = MONTHS
        .iter()
        .position(|known| Some(*known) == month.as_deref())
        .ok_or_else(wrong)?
        + 1;
    let spelled = match day {
        Some(day) => format!("{year}-{month:02}-{day:0>2}"),
        None => format!("{year}-{month:02}"),
    };
    spelled.parse().map(Some).map_err(|_| wrong())
}

/// A line of the Kubernetes table: `| 1.36 | 2.3.0+, 2.2.0+ |`.
fn recommend(
    line: usize,
    (kubernetes, versions): (&str, &str),
    known: &mut BTreeSet<Release>,
    page: &mut ReleasesPage,
) {
    let mut wrong = |reason: String| page.misread.push(Misread { line, reason });
    let kubernetes = plain(kubernetes);
    let Ok(release) = kubernetes.trim_start_matches('v').parse::<Release>() else {
        wrong(format!("`{kubernetes}` is not a Kubernetes release"));
        return;
    };
    if !known.insert(release) {
        wrong(format!("`{release}` stands here for the second time"));
        return;
    }
    for version in versions.split(',') {
        let version = plain(version);
        match version
            .trim_start_matches('v')
            .trim_end_matches('+')
            .parse::<Version>()
        {
            Ok(version) => {
                let minor = page.kubernetes.entry(version.release).or_default();
                minor.insert(release, version);
            }
            Err(_) => wrong(format!("`{version}` is not a version such as `2.3.0+`")),
        }
    }
}

/// What became of a calendar.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct CalendarUpdate {
    /// What changed.
    pub changes: Vec<KeyChange>,
    /// What people know better, and stays.
    pub kept: Vec<String>,
    /// How many minors of the page are older than the calendar, and are left out.
    pub older: usize,
}

/// Makes a calendar say what the page says. What people added (minors, dates, recommendations, comments) stays. A calendar that
/// is no list of tables has no answer.
pub fn update(
    document: &mut DocumentMut,
    calendar: &RuntimeCalendar,
    page: &ReleasesPage,
) -> Option<CalendarUpdate> {
    let mut update = CalendarUpdate::default();
    let entry = document
        .entry("minors")
        .or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new()));
    let tables = entry.as_array_of_tables_mut()?;
    let first = calendar.minors.iter().map(|minor| minor.release).min();
    for row in &page.minors {
        match calendar.minor(row.release) {
            Some(minor) => {
                let at = index_of(tables, row.release);
                if let Some(table) = at.and_then(|at| tables.get_mut(at)) {
                    update_minor(table, minor, row, &mut update);
                }
            }
            // What is older than the calendar is history, and nothing asks for it.
            None if first.is_some_and(|first| row.release < first) => update.older += 1,
            None => insert(tables, row, &mut update),
        }
    }
    for (minor, recommended) in &page.kubernetes {
        let Some(at) = index_of(tables, *minor) else {
            if first.is_none_or(|first| *minor >= first) {
                update.kept.push(format!(
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

fn index_of(tables: &ArrayOfTables, release: Release) -> Option<usize> {
    tables
        .iter()
        .position(|table| release_of(table) == Some(release))
}

fn release_of(table: &Table) -> Option<Release> {
    table.get("release")?.as_str()?.parse().ok()
}

fn update_minor(table: &mut Table, minor: &Minor, row: &ReleaseRow, update: &mut CalendarUpdate) {
    let ReleaseRow {
        line: _,
        release,
        is_out,
        is_lts,
        start,
        end_of_life,
    } = row;
    let mut set = |key: &str, before: Option<String>, value: Value| {
        update.changes.push(KeyChange {
            subject: release.to_string(),
            key: key.to_owned(),
            before,
            after: Some(edit::plain(Some(&value)).unwrap_or_default()),
        });
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
        update.kept.push(format!(
            "{release} was released on {released}, and the page does not know it yet"
        ));
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

/// Adds a minor beside the greatest one that is smaller: behind it, or before it in a calendar that begins with the newest.
fn insert(tables: &mut ArrayOfTables, row: &ReleaseRow, update: &mut CalendarUpdate) {
    let ReleaseRow {
        line: _,
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
    let known: Vec<(Release, usize)> = (0..tables.len())
        .filter_map(|at| Some((release_of(tables.get(at)?)?, at)))
        .collect();
    let is_newest_first = known.len() > 1 && known.is_sorted_by(|one, next| one.0 > next.0);
    let smaller = known.iter().filter(|(other, _)| other < release).max();
    let at = smaller.map_or(tables.len(), |(_, at)| match is_newest_first {
        true => *at,
        false => at + 1,
    });
    edit::insert_table(tables, at, table);
    update.changes.push(KeyChange {
        subject: release.to_string(),
        key: String::new(),
        before: None,
        after: Some(words.join(", ")),
    });
}

fn update_matrix(
    table: &mut Table,
    minor: Release,
    recommended: &BTreeMap<Release, Version>,
    changes: &mut Vec<KeyChange>,
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
        changes.push(KeyChange {
            subject: minor.to_string(),
            key: format!("kubernetes.\"{key}\""),
            before: before.map(|text| format!("\"{text}\"")),
            after: Some(format!("\"{version}\"")),
        });
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
    use super::*;

    const PAGE: &str = "\
# Releases

| Release                                  | Status        | Start                          | End of Life         | Owners |
| ---------------------------------------- | ------------- | ------------------------------ | ------------------- | ------ |
| [0.2](https://example.com/0.2)           | End of Life   | Apr 21, 2016                   | -                   |        |
| [1.7](https://example.com/1.7)           | LTS           | March 10, 2023                 | September 2026*     | @a     |
| [2.0](https://example.com/2.0)           | LTS           | November 5, 2024               | March, 2027**       | @a     |
| [2.3](https://example.com/2.3)           | Active        | April 30, 2026                 | April 30, 2028      | @a     |
| [2.4](https://example.com/milestone/51)  | _Future_      | August 26, 2026 (_tentative_)  | April 26, 2027 (_tentative_) | _TBD_ |
| [2.5](https://example.com/milestone/52)  | _Future_      | December 2026 (_tentative_)    | _TBD_               | _TBD_  |

| Kubernetes Version | containerd Version      | CRI Version |
|--------------------|-------------------------|-------------|
| 1.35               | 2.2.0+, 2.0.9+, 1.7.28+ | v1          |
| 1.36               | 2.3.0+                  | v1          |

| Containerd Version | Kubernetes Version |
|--------------------|--------------------|
| v1.0 (w/ plugin)   | 1.7, 1.8           |
";

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
        let update = update(&mut document, &calendar, &page).unwrap();
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
        let words: Vec<String> = update.changes.iter().map(KeyChange::to_string).collect();
        insta::assert_debug_snapshot!((words, update.kept, update.older), @r#"
        (
            [
                "2.0  end-of-life: 2025-11-07 → \"2027-03\"",
                "2.0  lts: nothing → true",
                "2.3 is new: released 2026-04-30, supported until 2028-04-30",
                "2.4  end-of-life: nothing → 2027-04-26",
                "2.5 is new: planned for 2026-12",
                "1.7  kubernetes.\"1.35\": nothing → \"1.7.28\"",
                "2.0  kubernetes.\"1.35\": nothing → \"2.0.9\"",
                "2.3  kubernetes.\"1.36\": nothing → \"2.3.0\"",
            ],
            [
                "2.4 was released on 2026-09-16, and the page does not know it yet",
                "2.2 is recommended, and stands in no line of the table of releases",
            ],
            1,
        )
        "#);
        let (again, update, _) = updated(&text, PAGE);
        assert_eq!(again, text, "twice changes nothing");
        assert_eq!(update.changes, []);
    }

    #[test]
    fn what_is_not_understood_is_named_by_its_line() {
        let page = PAGE
            .replace("April 30, 2028", "Smarch 3, 2028")
            .replace("| Active ", "| Resting ")
            .replace("[2.0]", "[two]")
            .replace("2.2.0+,", "2.2+,")
            .replace("| 1.36  ", "| soon  ")
            .replace("[2.5]", "[2.4]")
            .replace("March 10, 2023", "March 10, 2027")
            .replace("September 2026*", "30 September 2026");
        let words: Vec<String> = read(&page, day())
            .misread
            .iter()
            .map(Misread::to_string)
            .collect();
        insta::assert_debug_snapshot!(words, @r#"
        [
            "6: `30 September 2026` is not a date such as `April 30, 2026`",
            "6: `1.7` is out, by its status, and its day is ahead",
            "7: `two` is not a minor release",
            "8: `resting` is no status of a release that is known",
            "10: `2.4` stands here for the second time",
            "14: `2.2+` is not a version such as `2.3.0+`",
            "15: `soon` is not a Kubernetes release",
        ]
        "#);
    }

    #[test]
    fn a_page_without_tables_says_nothing() {
        assert_eq!(
            read("# Releases\n\n| a | b |\n|---|---|\n| 1 | 2 |\n", day()),
            ReleasesPage::default()
        );
        assert_eq!(read("", day()), ReleasesPage::default());
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

    #[test]
    fn a_table_that_begins_the_page_is_read_and_a_second_line_is_not() {
        let twice = PAGE.replace("| 1.35               |", "| 1.36               |");
        let page = read(&twice, day());
        assert_eq!(page.misread.len(), 1, "{:?}", page.misread);
        let bare = PAGE.strip_prefix("# Releases\n\n").unwrap();
        assert_eq!(read(&format!("\u{feff}{bare}"), day()).minors.len(), 6);
    }
}
