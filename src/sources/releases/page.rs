//! RELEASES.md → which releases there are and how long they are supported.
//!
//! The format is containerd's: a table of releases (release, status, start, end of life) and one of Kubernetes versions with the
//! versions that are recommended for each. Statuses are those that the page explains; dates are spelled in English, may know only
//! their month, and may be tentative.

use std::collections::{BTreeMap, BTreeSet};

use crate::sources::proposal::Misread;
use crate::terms::{Date, PlannedDate, Release, Version};

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

/// The number of a month by its English name, or by the first three letters of that.
pub(super) fn month(name: &str) -> Option<i8> {
    const MONTHS: [&str; 12] = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ];
    let short = name.get(..3)?.to_lowercase();
    let at = MONTHS.iter().position(|known| *known == short)?;
    i8::try_from(at + 1).ok()
}

/// A date as the page spells it: `August 26, 2026 (_tentative_)`, `September 2026*`, `March, 2027**`; nothing for `-`.
fn date(cell: &str) -> Result<Option<PlannedDate>, String> {
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
    let month = self::month(month).ok_or_else(wrong)?;
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

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::sources::releases) const PAGE: &str = "\
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

    fn day() -> Date {
        "2026-11-24".parse().unwrap()
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
    fn a_table_that_begins_the_page_is_read_and_a_second_line_is_not() {
        let twice = PAGE.replace("| 1.35               |", "| 1.36               |");
        let page = read(&twice, day());
        assert_eq!(page.misread.len(), 1, "{:?}", page.misread);
        let bare = PAGE.strip_prefix("# Releases\n\n").unwrap();
        assert_eq!(read(&format!("\u{feff}{bare}"), day()).minors.len(), 6);
    }
}
