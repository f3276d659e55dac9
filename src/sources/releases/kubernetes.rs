//! The pages of kubernetes/sig-release, and the tags of kubernetes/kubernetes → what the Kubernetes calendar should say. Pure.
//!
//! What the calendar does not know is added. Where it says otherwise, or a page says two things, both sides are shown and nothing is chosen: of a
//! cycle that goes on, somebody has to find out; of one that has shipped, it is history.

use std::collections::{BTreeMap, BTreeSet};

use toml_edit::{Table, Value};

use super::cycles::{self, CALENDAR};
use super::entries::{self, index_of};
use super::schedule::{Milestone, Moment, Said, Schedule};
use super::tags::on_another_day;
use crate::registry::Registry;
use crate::registry::calendars::{Cycle, KubernetesCalendar};
use crate::registry::edit;
use crate::registry::schema::FileKind;
use crate::sources::file::{self, LeftAlone};
use crate::sources::proposal::{Change, Origin, Place, Proposals, Source};
use crate::terms::{Date, Freeze, PlannedDate, Release};
use crate::text::words::counted;

/// The keys of a cycle, in the order in which the documentation shows them.
const ORDER: &[&str] = &[
    "release",
    "start",
    "prr-freeze",
    "enhancements-freeze",
    "code-freeze",
    "test-freeze",
    "docs-freeze",
    "planned",
    "released",
    "liaisons",
];

/// What is read for the Kubernetes calendar.
#[derive(Debug, Default)]
pub struct Pages {
    /// The pages, each with how people name it.
    pub pages: Vec<(String, Schedule)>,
    /// The days of the tags of x.y.0, if a clone that has them was given.
    pub released: BTreeMap<Release, Date>,
    /// What was left out, and why.
    pub left_out: Vec<String>,
    /// Where all that was read, for people.
    pub read: String,
}

/// Why nothing follows from the pages.
#[derive(Debug, thiserror::Error)]
pub enum NotTaken {
    /// None of them is one.
    #[error(
        "`{0}` has no page of a release cycle: is it a clone of kubernetes/sig-release, with `releases/release-1.NN/README.md`?"
    )]
    NoPage(String),
    /// The tags are another project's.
    #[error(
        "the tags for Kubernetes {0} were made on {1}, and it was planned for {2}, as others are days away from their plans: is `--tags` a clone of another project than kubernetes/kubernetes?"
    )]
    OfAnother(Release, Date, Date),
    /// The calendar is left alone.
    #[error(transparent)]
    LeftAlone(#[from] LeftAlone),
}

/// What the pages propose for the Kubernetes calendar, as they are on a day.
///
/// # Errors
///
/// There is no page among them, or the calendar cannot be edited.
pub fn propose(registry: &Registry, pages: &Pages, today: Date) -> Result<Proposals, NotTaken> {
    let is_page =
        |(_, page): &(String, Schedule)| !page.says.is_empty() || !page.misread.is_empty();
    if !pages.pages.iter().any(is_page) && pages.left_out.is_empty() {
        return Err(NotTaken::NoPage(pages.read.clone()));
    }
    let known = registry.kubernetes.as_ref();
    let calendar = known.map_or_else(
        || KubernetesCalendar { cycles: Vec::new() },
        |entry| entry.value.clone(),
    );
    strangers(&calendar, pages)?;
    let mut proposals = Proposals::of(Source::Releases);
    proposals.read = format!("read from {}", pages.read);
    proposals.warnings.clone_from(&pages.left_out);
    let mut older = 0;
    let schema = format!("../../schema/{}", FileKind::Kubernetes.schema_file());
    let Proposals {
        notes, warnings, ..
    } = &mut proposals;
    let proposal = file::propose(registry, CALENDAR, &schema, known.is_some(), |document| {
        let tables = edit::tables(document, "cycles")?;
        let mut changes = Vec::new();
        for (named, page) in &pages.pages {
            let Some(release) = page.release else {
                warnings.push(format!(
                    "{named}: its heading names no release, such as `# Kubernetes v1.38`"
                ));
                continue;
            };
            if calendar.is_history(release) {
                older += 1;
                continue;
            }
            let cycle = calendar.cycle(release);
            let is_over = cycle.is_some_and(|cycle| cycle.released.is_some());
            let misread = page.misread.iter().map(|one| format!("{named}:{one}"));
            match is_over {
                true => notes.extend(misread),
                false => warnings.extend(misread),
            }
            if cycle.is_none() {
                entries::begin(tables, release);
            }
            let at = index_of(tables, release)?;
            let mut reading = Reading {
                named,
                page,
                cycle,
                release,
                table: tables.get_mut(at)?,
                changes: Vec::new(),
            };
            reading.all(pages.released.get(&release).copied());
            notes.extend(reading.without_an_hour().filter(|_| !is_over));
            let made = reading.changes;
            match cycle {
                Some(_) => changes.extend(made),
                None => changes.push(begun(release, &made).from(line(named, page.says.first()))),
            }
        }
        if known.is_none() {
            changes.extend(cycles::begin_all(tables, &cycles::aimed_at(registry)));
        }
        Some(changes)
    })?;
    if older > 0 {
        let older = counted(older, "page");
        proposals
            .notes
            .push(format!("{older} older than the calendar: left out"));
    }
    let past = not_told(&calendar, pages, today);
    if let (Some(_), true) = (past.first(), pages.released.is_empty()) {
        let past: Vec<String> = past.iter().map(Release::to_string).collect();
        proposals.notes.push(format!(
            "pages tell plans, and the planned day of {} has passed: `--tags CLONE`, a clone of kubernetes/kubernetes, tells on which day it came",
            past.join(", ")
        ));
    }
    proposals.nothing = Some(format!("nothing to change in {CALENDAR}"));
    proposals.proposals.push(proposal);
    Ok(proposals)
}

/// The releases that were planned for a day that has passed, and of which the calendar does not know whether they came.
fn not_told(calendar: &KubernetesCalendar, pages: &Pages, today: Date) -> Vec<Release> {
    let is_past = |page: &Schedule| {
        let mut said = page.says.iter();
        said.any(|said| said.what == Milestone::Release && said.when <= Moment::Day(today))
    };
    let pages = pages.pages.iter().filter(|(_, page)| is_past(page));
    let releases = pages.filter_map(|(_, page)| page.release);
    releases
        .filter(|release| !calendar.is_history(*release))
        .filter(|release| {
            let known = calendar.cycle(*release);
            known.is_none_or(|cycle| cycle.released.is_none())
        })
        .collect()
}

/// How far a tag may be from the planned day: releases slip by days, and other projects follow Kubernetes in weeks.
const MOST_DAYS: i64 = 5;

/// Whether the tags are those of another project, which has the same numbers and other days.
fn strangers(calendar: &KubernetesCalendar, pages: &Pages) -> Result<(), NotTaken> {
    let planned = |release: Release| {
        let page = pages
            .pages
            .iter()
            .find(|(_, page)| page.release == Some(release));
        let mut said = page.into_iter().flat_map(|(_, page)| &page.says);
        let day = said.find_map(|said| match (said.what, said.when) {
            (Milestone::Release, Moment::Day(day)) => Some(day),
            _ => None,
        });
        let known = calendar.cycle(release).and_then(|cycle| cycle.released);
        known.or(day)
    };
    let pairs: Vec<(Release, Date, Date)> = pages
        .released
        .iter()
        .filter_map(|(release, tagged)| Some((*release, *tagged, planned(*release)?)))
        .collect();
    let is_far = |(_, tagged, planned): &&(Release, Date, Date)| {
        planned.days_until(*tagged).abs() > MOST_DAYS
    };
    let far = pairs.iter().filter(is_far).count();
    match pairs.iter().find(is_far) {
        Some((release, tagged, planned)) if 2 * far > pairs.len() => {
            Err(NotTaken::OfAnother(*release, *tagged, *planned))
        }
        _ => Ok(()),
    }
}

/// A cycle that the calendar did not have, with all that is known of it.
fn begun(release: Release, made: &[Change]) -> Change {
    let words = made
        .iter()
        .filter(|change| change.is_made())
        .filter_map(|change| {
            let key = change.place.key.as_deref()?;
            Some(format!("{key} {}", change.after.as_deref()?))
        });
    let words: Vec<String> = words.collect();
    Change::made(
        Place::entry(release.to_string()),
        None,
        Some(words.join(", ")),
    )
}

fn line(named: &str, said: Option<&Said>) -> Option<Origin> {
    Some(Origin {
        what: format!("{named}:{}", said?.line),
        link: None,
    })
}

/// A page beside its cycle.
struct Reading<'a> {
    named: &'a str,
    page: &'a Schedule,
    cycle: Option<&'a Cycle>,
    release: Release,
    table: &'a mut Table,
    changes: Vec<Change>,
}

impl Reading<'_> {
    fn all(&mut self, tagged: Option<Date>) {
        let cycle = self.cycle;
        let start = cycle.and_then(|cycle| cycle.start).map(Moment::Day);
        self.one("start", Milestone::Start, start);
        for freeze in Freeze::ALL {
            let known = cycle.and_then(|cycle| cycle.freeze(freeze)).map(Moment::At);
            self.one(freeze.key(), Milestone::Freeze(freeze), known);
        }
        let planned = cycle.and_then(|cycle| cycle.planned);
        let day = match planned {
            Some(PlannedDate::Day(day)) => Some(Moment::Day(day)),
            // A day within the month that was planned is finer, and no other.
            Some(month) => self
                .says(Milestone::Release)
                .filter_map(|said| match said.when {
                    Moment::Day(day) if (month.earliest()..=month.latest()).contains(&day) => None,
                    _ => Some(Moment::Day(month.latest())),
                })
                .next(),
            None => None,
        };
        self.one("planned", Milestone::Release, day);
        let Some(tagged) = tagged else { return };
        let origin = Some(Origin {
            what: format!("tag v{}.0", self.release),
            link: None,
        });
        let place = Place::in_entry(self.release.to_string(), "released");
        match cycle.and_then(|cycle| cycle.released) {
            None => {
                edit::set_in(self.table, "released", edit::date(tagged), ORDER);
                self.changes
                    .push(Change::made(place, None, Some(tagged.to_string())).from(origin));
            }
            Some(known) if known != tagged => self
                .changes
                .push(on_another_day(place, known, tagged).from(origin)),
            Some(_) => {}
        }
    }

    fn says(&self, what: Milestone) -> impl Iterator<Item = &Said> {
        self.page.says.iter().filter(move |said| said.what == what)
    }

    /// What becomes of a key of the cycle.
    fn one(&mut self, key: &str, what: Milestone, known: Option<Moment>) {
        let is_freeze = matches!(what, Milestone::Freeze(_));
        let said: BTreeSet<Moment> = self.says(what).map(|said| said.when).collect();
        let is_instant = |when: &Moment| matches!(when, Moment::At(_));
        // A day says less than an instant of it, and of a freeze nothing that can be written.
        let only_instants = is_freeze || said.iter().any(is_instant);
        let all = said
            .iter()
            .filter(|when| !only_instants || is_instant(when));
        let all: Vec<Moment> = all.copied().collect();
        let days = said.iter().filter_map(|when| match when {
            Moment::Day(day) if is_freeze => Some(*day),
            _ => None,
        });
        let days: Vec<Date> = days.collect();
        // The day of a freeze ends in the zone of whoever wrote it: in UTC that is the same or the next one.
        let is_of = |day: &Date, instant: Moment| match instant {
            Moment::At(at) => at.date() == *day || at.date() == day.plus_days(1),
            Moment::Day(at) => at == *day,
        };
        let place = Place::in_entry(self.release.to_string(), key);
        let from = line(self.named, self.says(what).next());
        let sides: Vec<String> = self
            .says(what)
            .map(|said| format!("line {} says {}", said.line, said.words))
            .collect();
        let change = match (known, all.as_slice()) {
            (Some(known), []) if days.iter().all(|day| is_of(day, known)) => return,
            (Some(known), all) if all.contains(&known) => return,
            (None, [one]) if days.iter().all(|day| is_of(day, *one)) => {
                let value = value(*one);
                let after = edit::plain(Some(&value));
                edit::set_in(self.table, key, value, ORDER);
                // A month that becomes a day of it.
                let before = self.cycle.and_then(|cycle| cycle.planned);
                let before = before
                    .filter(|_| key == "planned")
                    .map(|planned| format!("\"{planned}\""));
                Change::made(place, before, after).from(from)
            }
            (None, []) => return,
            (known, _) => {
                let before = known.map(|known| value(known).to_string().trim().to_owned());
                let after = match all.as_slice() {
                    [one] => edit::plain(Some(&value(*one))),
                    _ => None,
                };
                let change = Change::made(place, before, after)
                    .because(sides.join(", and "))
                    .from(from);
                match self.cycle.is_some_and(|cycle| cycle.released.is_some()) {
                    true => change.kept(),
                    false => change.open("find out which is right, and write it"),
                }
            }
        };
        self.changes.push(change);
    }

    /// The freezes of which the page names a day and no hour, and that the calendar does not have.
    fn without_an_hour(&self) -> Option<String> {
        let freezes: Vec<String> = Freeze::ALL
            .into_iter()
            .filter(|freeze| {
                self.cycle
                    .is_none_or(|cycle| cycle.freeze(*freeze).is_none())
            })
            .filter_map(|freeze| {
                let said = || self.says(Milestone::Freeze(freeze)).map(|said| said.when);
                let is_instant = |when: Moment| matches!(when, Moment::At(_));
                match said().next() {
                    Some(Moment::Day(day)) if !said().any(is_instant) => {
                        Some(format!("{freeze} ({day})"))
                    }
                    _ => None,
                }
            })
            .collect();
        (!freezes.is_empty()).then(|| {
            format!(
                "{}: it names the day of the {}, and no hour, so that no instant follows",
                self.named,
                freezes.join(" and of the ")
            )
        })
    }
}

fn value(when: Moment) -> Value {
    match when {
        Moment::Day(day) => edit::date(day),
        Moment::At(instant) => edit::instant(instant),
    }
}
