//! A page of kubernetes/sig-release, `releases/release-1.NN/README.md` → when a cycle starts, what it freezes when, and when it ships. Pure.
//!
//! The pages have come in three layouts: a list alone, a list whose entries go on in the next line, and a list with a table below. Freezes are
//! named in UTC, in Pacific time ("PDT", and "PST" in summer), or as a day "AoE", which ends when it has ended everywhere on Earth, in UTC−12.
//! What is said several times, of one instant or in several places, is held against itself.

use std::collections::BTreeSet;

use jiff::civil;
use jiff::tz::TimeZone;

use super::page::month;
use crate::sources::proposal::Misread;
use crate::terms::{Date, Freeze, Instant, Release};

/// The most characters of a line that are read.
const LONGEST: usize = 4 << 10;

/// What a page says of its cycle.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Schedule {
    /// The release that its heading names.
    pub release: Option<Release>,
    /// What it says, in the order of its lines.
    pub says: Vec<Said>,
    /// What was not understood.
    pub misread: Vec<Misread>,
}

/// A line about a milestone of a cycle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The line, from 1.
    pub line: usize,
    /// Which milestone.
    pub what: Milestone,
    /// When it is.
    pub when: Moment,
    /// When it is, in the page's words.
    pub words: String,
}

/// A milestone of a cycle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Milestone {
    /// The cycle begins.
    Start,
    /// Something freezes.
    Freeze(Freeze),
    /// The release ships.
    Release,
}

/// When something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Moment {
    /// On a day, at an hour that the page does not name.
    Day(Date),
    /// At an instant.
    At(Instant),
}

/// Reads a page.
pub fn read(text: &str) -> Schedule {
    let mut schedule = Schedule::default();
    let mut lines = text.lines().enumerate().peekable();
    while let Some((index, line)) = lines.next() {
        let number = index + 1;
        let mut line = short(line).to_owned();
        if let Some(heading) = line.strip_prefix("# ") {
            let word = heading.split_whitespace().last().unwrap_or_default();
            schedule.release = schedule
                .release
                .or(word.trim_start_matches('v').parse().ok());
        }
        let (what, when) = if let Some(entry) = line.strip_prefix("- ").map(str::to_owned) {
            line = entry;
            // An entry goes on in lines that are set in.
            while let Some((_, next)) = lines.next_if(|(_, next)| next.starts_with("  ")) {
                line.push(' ');
                line.push_str(short(next).trim());
                line.truncate(short(&line).len());
            }
            let Some((when, what)) = line.split_once("**:") else {
                continue;
            };
            // Behind the week.
            let what = what.split_once('—').or_else(|| what.split_once(" - "));
            (
                what.map_or("", |(_, what)| what).to_owned(),
                when.to_owned(),
            )
        } else if let Some(row) = line.trim().strip_prefix('|') {
            let cells: Vec<&str> = row.split('|').collect();
            let [what, _, when, ..] = cells.as_slice() else {
                continue;
            };
            ((*what).to_owned(), (*when).to_owned())
        } else {
            continue;
        };
        let milestones = milestones(&plain(&what));
        if milestones.is_empty() {
            continue;
        }
        let words = plain(&when);
        match moment(&words) {
            Ok(when) => schedule
                .says
                .extend(milestones.into_iter().map(|what| Said {
                    line: number,
                    what,
                    when,
                    words: words.clone(),
                })),
            Err(reason) => schedule.misread.push(Misread {
                line: number,
                reason,
            }),
        }
    }
    schedule
}

/// As much of a line as is read.
fn short(line: &str) -> &str {
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => &line[..end],
        None => line,
    }
}

/// A text without the marks of Markdown: what a link says stays, where it leads goes.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['[', '*', '`']) {
        out.push_str(&rest[..at]);
        let mark = &rest[at..];
        let Some((inside, after)) = mark.strip_prefix('[').and_then(|mark| mark.split_once(']'))
        else {
            rest = &mark[1..];
            continue;
        };
        out.push_str(inside);
        rest = match (after.chars().next(), after.get(1..)) {
            // An address that does not end takes the rest of the line.
            (Some('('), Some(after)) => after.split_once(')').map_or("", |(_, after)| after),
            (Some('['), Some(after)) => after.split_once(']').map_or("", |(_, after)| after),
            _ => after,
        };
    }
    out.push_str(rest);
    out.replace('*', "")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

/// The milestones that a text is about, and nothing else.
fn milestones(what: &str) -> Vec<Milestone> {
    let lower = what.to_lowercase();
    let bare = lower.strip_prefix("begin ").unwrap_or(&lower);
    let mut all = Vec::new();
    for part in bare.split(" and ") {
        let part = part.trim();
        all.push(match part {
            "release cycle begins" | "start of release cycle" => Milestone::Start,
            "production readiness freeze" | "prr freeze" | "kep readiness deadline" => {
                Milestone::Freeze(Freeze::ProductionReadiness)
            }
            "enhancements freeze" | "enhancement freeze" => Milestone::Freeze(Freeze::Enhancements),
            "code freeze" => Milestone::Freeze(Freeze::Code),
            "test freeze" => Milestone::Freeze(Freeze::Test),
            "docs freeze" => Milestone::Freeze(Freeze::Docs),
            _ if is_release(part) => Milestone::Release,
            // A call for exceptions to a freeze is none.
            _ => return Vec::new(),
        });
    }
    all
}

/// `kubernetes v1.37.0 released`, and no pre-release.
fn is_release(text: &str) -> bool {
    let text = text.strip_prefix("kubernetes ").unwrap_or(text);
    let version = text
        .strip_prefix('v')
        .and_then(|text| text.strip_suffix(" released"));
    version.is_some_and(|version| {
        version.ends_with(".0") && version.parse::<crate::terms::Version>().is_ok()
    })
}

/// When a text says that something is: a day, or one instant in all the ways that it is named.
fn moment(text: &str) -> Result<Moment, String> {
    let mut day = None;
    let mut instants: Option<BTreeSet<Instant>> = None;
    for one in text.split(" / ") {
        match named(one)? {
            Named::Day(date) => day = day.or(Some(date)),
            Named::Instants(all) => {
                let both = match &instants {
                    Some(known) => known.intersection(&all).copied().collect(),
                    None => all,
                };
                if both.is_empty() {
                    return Err(format!(
                        "`{text}` names two instants, and nobody knows which is meant"
                    ));
                }
                instants = Some(both);
            }
        }
    }
    match (instants.map(Vec::from_iter).as_deref(), day) {
        (Some([one]), _) => Ok(Moment::At(*one)),
        (Some(several), _) => {
            let several: Vec<String> = several.iter().map(Instant::to_string).collect();
            Err(format!(
                "`{text}` is {} by the zone's name, or by the clocks there: nobody knows which is meant",
                several.join(" or ")
            ))
        }
        (None, Some(day)) => Ok(Moment::Day(day)),
        (None, None) => Err(format!("`{text}` is no date")),
    }
}

/// What one way of naming a moment names.
enum Named {
    Day(Date),
    /// The instants that may be meant.
    Instants(BTreeSet<Instant>),
}

/// `02:00 UTC Friday 9th February 2024`, `Friday 10th July 2026, 12:00 UTC`, `Thursday 9th July 2026 (AoE)`, `Tuesday 26th March 2024`.
fn named(text: &str) -> Result<Named, String> {
    let wrong = || format!("`{text}` is not a date such as `02:00 UTC Friday 9th February 2024`");
    let mut words = text
        .split([' ', ',', '(', ')'])
        .filter(|word| !word.is_empty());
    let (mut clock, mut zone, mut weekday) = (None, None, None);
    let (mut day, mut in_month, mut year) = (None, None, None);
    for word in &mut words {
        let lower = word.to_lowercase();
        let digits = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let number: Option<i16> = digits.parse().ok();
        if let Some((hour, minute)) = word.split_once(':') {
            let time = hour.parse().ok().zip(minute.parse().ok());
            let time = time.and_then(|(hour, minute)| civil::Time::new(hour, minute, 0, 0).ok());
            clock = Some(time.ok_or_else(wrong)?);
        } else if ["utc", "pdt", "pst", "pt", "aoe"].contains(&lower.as_str()) {
            zone = Some(lower);
        } else if let Some(named) = weekday_of(&lower) {
            weekday = Some(named);
        } else if let Some(number) = number {
            if number >= 1000 {
                year = Some(number);
            } else if day
                .replace(i8::try_from(number).map_err(|_| wrong())?)
                .is_some()
            {
                return Err(wrong());
            }
        } else if let Some(number) = month(word) {
            in_month = Some(number);
        } else {
            return Err(wrong());
        }
    }
    let (Some(day), Some(in_month), Some(year)) = (day, in_month, year) else {
        return Err(wrong());
    };
    let date = civil::Date::new(year, in_month, day).map_err(|_| wrong())?;
    if let Some(weekday) = weekday.filter(|weekday| *weekday != date.weekday()) {
        return Err(format!(
            "`{text}` says {weekday:?}, and {date} is a {:?}",
            date.weekday()
        ));
    }
    match (clock, zone.as_deref()) {
        (None, Some("aoe")) => {
            // The day has ended in UTC−12 when it is noon of the next in UTC.
            let next = date.tomorrow().map_err(|_| wrong())?;
            let noon = next
                .at(12, 0, 0, 0)
                .to_zoned(TimeZone::UTC)
                .map_err(|_| wrong())?;
            Ok(Named::Instants(BTreeSet::from([Instant(noon.timestamp())])))
        }
        (None, _) => Ok(Named::Day(Date(date))),
        (Some(clock), Some(zone)) => {
            let at = date.to_datetime(clock);
            let zones: &[&str] = match zone {
                "utc" => &["UTC0"],
                "aoe" => &["<-12>12"],
                // As the name says, or as the clocks there go.
                "pdt" => &["PDT7", PACIFIC],
                "pst" => &["PST8", PACIFIC],
                _ => &[PACIFIC],
            };
            let instants = zones.iter().filter_map(|zone| {
                let zone = TimeZone::posix(zone).ok()?;
                Some(Instant(at.to_zoned(zone).ok()?.timestamp()))
            });
            let instants: BTreeSet<Instant> = instants.collect();
            if instants.is_empty() {
                return Err(wrong());
            }
            Ok(Named::Instants(instants))
        }
        (Some(_), None) => Err(format!("`{text}` names an hour, and no zone")),
    }
}

/// Pacific time, with its summer.
const PACIFIC: &str = "PST8PDT,M3.2.0,M11.1.0";

fn weekday_of(word: &str) -> Option<civil::Weekday> {
    use civil::Weekday::{Friday, Monday, Saturday, Sunday, Thursday, Tuesday, Wednesday};
    Some(match word {
        "monday" => Monday,
        "tuesday" => Tuesday,
        "wednesday" => Wednesday,
        "thursday" => Thursday,
        "friday" => Friday,
        "saturday" => Saturday,
        "sunday" => Sunday,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> String {
        match moment(text) {
            Ok(Moment::Day(day)) => day.to_string(),
            Ok(Moment::At(instant)) => instant.to_string(),
            Err(reason) => format!("! {reason}"),
        }
    }

    #[test]
    fn whatever_zone_a_page_speaks_of_an_instant_is_one_in_utc() {
        for (text, instant) in [
            // Named after summer, in winter; after winter, in summer; and right.
            (
                "02:00 UTC Friday 9th February 2024 / 18:00 PDT Thursday 8th February 2024",
                "2024-02-09T02:00:00Z",
            ),
            (
                "02:00 UTC Friday 14th February 2025 / 19:00 PDT Thursday 13th February 2025",
                "2025-02-14T02:00:00Z",
            ),
            (
                "21:00 UTC Friday 20th June 2025 / 14:00 PST Friday 20th June 2025",
                "2025-06-20T21:00:00Z",
            ),
            (
                "01:00 UTC Wednesday 20th March 2024 / 18:00 PDT Tuesday 19th March 2024",
                "2024-03-20T01:00:00Z",
            ),
            (
                "Tuesday 9th June 2026 (AoE) / Wednesday 10th June 2026, 12:00 UTC",
                "2026-06-10T12:00:00Z",
            ),
            ("Tuesday 9th June 2026 (AoE)", "2026-06-10T12:00:00Z"),
            ("18:00 PDT Tuesday 19th March 2024", "2024-03-20T01:00:00Z"),
            ("12:00 AoE 31st December 2026", "2027-01-01T00:00:00Z"),
            ("Thursday 23th October 2025", "2025-10-23"),
            ("Tuesday 26th March 2024", "2024-03-26"),
        ] {
            assert_eq!(said(text), instant, "{text}");
        }
    }

    #[test]
    fn what_contradicts_itself_is_said_and_nothing_is_chosen() {
        insta::assert_snapshot!(
            [
                "14:00 PST Friday 20th June 2025",
                "02:00 UTC Friday 9th February 2024 / 12:00 PDT Thursday 8th February 2024",
                "Thursday 9th February 2024",
                "18:00 Friday 9th February 2024",
                "Friday 30th February 2024",
                "25:00 UTC Friday 9th February 2024",
                "Tuesday 1st - Friday 4th April 2025",
                "TBD",
                "",
                "Friday 9th February 99999999999",
            ]
            .map(said)
            .join("\n"),
            @"
        ! `14:00 PST Friday 20th June 2025` is 2025-06-20T21:00:00Z or 2025-06-20T22:00:00Z by the zone's name, or by the clocks there: nobody knows which is meant
        ! `02:00 UTC Friday 9th February 2024 / 12:00 PDT Thursday 8th February 2024` names two instants, and nobody knows which is meant
        ! `Thursday 9th February 2024` says Thursday, and 2024-02-09 is a Friday
        ! `18:00 Friday 9th February 2024` names an hour, and no zone
        ! `Friday 30th February 2024` is not a date such as `02:00 UTC Friday 9th February 2024`
        ! `25:00 UTC Friday 9th February 2024` is not a date such as `02:00 UTC Friday 9th February 2024`
        ! `Tuesday 1st - Friday 4th April 2025` is not a date such as `02:00 UTC Friday 9th February 2024`
        ! `TBD` is not a date such as `02:00 UTC Friday 9th February 2024`
        ! `` is not a date such as `02:00 UTC Friday 9th February 2024`
        ! `Friday 9th February 99999999999` is not a date such as `02:00 UTC Friday 9th February 2024`
        "
        );
    }

    const PAGE: &str = "\
# Kubernetes v1.99

- **Monday 18th May 2026**: Week 1 — Release cycle begins
- **Thursday 11th June 2026**:
  Week 4 — [Production Readiness Freeze][Production Readiness Freeze]
- **[02:00 UTC Friday 19th June 2026 / 19:00 PDT Thursday 18th June 2026](https://everytimezone.com/s/1)**: Week 5 — [Enhancements Freeze](../x.md#y)
- **Thursday 18th - Friday 19th June 2026**: Week 5 — KubeCon India
- **Wednesday 22nd July 2026 (AoE) / Thursday 23rd July 2026, 12:00 UTC**: Week 10 — [Code Freeze](../x.md#code) and [Test Freeze](../x.md#test
- **Wednesday 5th August 2026**: Week 12 — [Docs Freeze][Docs Freeze]
- **Wednesday 26th August 2026**: Week 15 — Kubernetes v1.99.0 released

## Timeline

| **What** | **Who** | **When** | **Week** |
|----------|---------|----------|----------|
| Start of Release Cycle | Lead | Monday 18th May 2026 | week 1 |
| Call for Code Freeze [Exceptions] | Lead | Monday 13th July 2026 | week 9 |
| **Begin [Code Freeze] and [Test Freeze]** | Branch Manager | Wednesday 29th July 2026 (AoE) | week 10 |
| v1.99.0-rc.0 released | Branch Manager | Wednesday 5th August 2026 | week 12 |
| **v1.99.0 released** | Branch Manager | Wednesday 26th August 2026 | week 15 |
| [Docs Freeze] | Docs Lead | soon | week 12 |
| **Begin [KEP Readiness Deadline]** | x |
";

    #[test]
    fn the_layouts_of_the_pages_are_read() {
        let schedule = read(PAGE);
        assert_eq!(schedule.release, Some("1.99".parse().unwrap()));
        let says = schedule.says.iter().map(|said| {
            let Said {
                line, what, when, ..
            } = said;
            let when = match when {
                Moment::Day(day) => day.to_string(),
                Moment::At(instant) => instant.to_string(),
            };
            format!("{line} {what:?} {when}")
        });
        insta::assert_snapshot!(says.collect::<Vec<_>>().join("\n"), @"
        3 Start 2026-05-18
        4 Freeze(ProductionReadiness) 2026-06-11
        6 Freeze(Enhancements) 2026-06-19T02:00:00Z
        8 Freeze(Code) 2026-07-23T12:00:00Z
        8 Freeze(Test) 2026-07-23T12:00:00Z
        9 Freeze(Docs) 2026-08-05
        10 Release 2026-08-26
        16 Start 2026-05-18
        18 Freeze(Code) 2026-07-30T12:00:00Z
        18 Freeze(Test) 2026-07-30T12:00:00Z
        20 Release 2026-08-26
        ");
        let misread: Vec<String> = schedule.misread.iter().map(Misread::to_string).collect();
        insta::assert_snapshot!(misread.join("\n"), @"
        21: `soon` is not a date such as `02:00 UTC Friday 9th February 2024`
        22: `` is not a date such as `02:00 UTC Friday 9th February 2024`
        ");
    }

    #[test]
    fn what_is_no_page_says_nothing() {
        for text in [
            "",
            "# Kubernetes",
            "- **",
            "|",
            "||||",
            "- **:**:",
            "[[[",
            "- **[](**: x — [a",
            "\u{feff}# v1.1",
        ] {
            assert_eq!(read(text).says, [], "{text}");
        }
    }
}
