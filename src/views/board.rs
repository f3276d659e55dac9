//! What the board shows, as plain data: every number, verdict and sentence that any of its outputs has is computed here, once.
//!
//! Pure: made of the registry, what `check` finds in it, its git history and a day. HTML, SVG, JSON, Atom, iCalendar and the reports draw
//! it (`render/site`, `render/report`), and decide nothing. What is not known is absent, and never drawn as missing.

pub mod coverage;
pub mod cycles;
pub mod dates;
pub mod keps;
pub mod minors;
mod overview;
pub mod people;
pub mod verdict;
pub mod waits;

use std::collections::{BTreeMap, BTreeSet};

use crate::findings::diagnostic::{Diagnostic, Level, Place};
use crate::findings::document::Located;
use crate::findings::sources::FileId;
use crate::registry::kep::KepRecord;
use crate::registry::schema::FileKind;
use crate::registry::tracked::Tracked;
use crate::registry::work_item::WorkItem;
use crate::registry::{Entry, Registry};
use crate::rules::{Checked, RULES};
use crate::terms::links::Site;
use crate::terms::{
    Date, Handle, IssueRef, Line, Link, Release, RepositoryName, Subject, Triage, WorkKind,
};
use crate::views::history::{About, BySubject, Change, History, How, Revision};

use coverage::Coverage;
use cycles::CycleBoard;
use dates::Event;
use keps::KepBoard;
use minors::RuntimeBoard;
use people::PersonBoard;
use verdict::Outcome;
use waits::Wait;

/// What a board is made of.
pub struct Given<'a> {
    /// The registry.
    pub registry: &'a Registry,
    /// What `check` finds in it.
    pub checked: &'a Checked,
    /// What became of it over time.
    pub history: History,
    /// The commit that it is at, if that is known.
    pub commit: Option<AsOf>,
    /// The day that verdicts go by.
    pub today: Date,
    /// Where the registry's repositories are looked at.
    pub site: &'a Site,
}

/// The commit that a board is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AsOf {
    /// Its id.
    pub id: String,
    /// Its day.
    pub day: Date,
    /// How many files of the registry are others than in that commit.
    pub uncommitted: usize,
}

/// Everything that the board shows.
#[derive(Debug)]
pub struct Board {
    /// The runtime that the registry speaks for.
    pub home: String,
    /// The repository of its issues.
    pub repository: Option<RepositoryName>,
    /// The day that verdicts go by.
    pub today: Date,
    /// The commit of the registry, if that is known.
    pub commit: Option<AsOf>,
    /// The address that the board is published at, without a slash at its end.
    pub url: Option<String>,
    /// Where records are looked at, and edited.
    pub records: Records,
    /// The cycle that is under way, or else the one that comes next.
    pub now: Option<Release>,
    /// The cycle behind that, if the calendar or a record knows it.
    pub then: Option<Release>,
    /// The Kubernetes cycles that the calendar or a record knows, oldest first.
    pub cycles: Vec<CycleBoard>,
    /// The runtimes that take part, with their minors.
    pub runtimes: Vec<RuntimeBoard>,
    /// Every day that a calendar knows, in order.
    pub dates: Vec<Event>,
    /// The KEPs, by number.
    pub keps: Vec<KepBoard>,
    /// Work without a KEP, by id.
    pub items: Vec<ItemBoard>,
    /// Everybody whom a record or a list names, by handle.
    pub people: Vec<PersonBoard>,
    /// What waits for whom, oldest first.
    pub waits: Vec<Wait>,
    /// How much is known.
    pub coverage: Vec<Coverage>,
    /// Files of which nothing could be shown as a record.
    pub left_out: Vec<LeftOut>,
    /// What `check` finds outside of records.
    pub findings: Vec<FindingBoard>,
    /// What became of the registry over time.
    pub history: History,
    /// What `check` looks for.
    pub rules: Vec<RuleBoard>,
}

/// A rule of `kepherd check`.
#[derive(Debug, Clone, Copy)]
pub struct RuleBoard {
    /// Its name.
    pub id: &'static str,
    /// What it finds.
    pub summary: &'static str,
    /// Why that matters.
    pub why: &'static str,
    /// Where it comes from.
    pub source: &'static str,
    /// What to do.
    pub remedy: &'static str,
}

/// Where people look at records and edit them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Records {
    /// The address of the edit forms, without a slash at its end.
    edit: Option<String>,
}

impl Records {
    /// Where a record is edited.
    pub fn edit(&self, path: &str) -> Option<String> {
        let base = self.edit.as_deref()?;
        Some(format!("{base}/{}", crate::text::percent::path(path)))
    }

    /// Where a line of a record is looked at: GitHub shows files beside the forms that edit them.
    pub fn line(&self, path: &str, line: usize) -> Option<String> {
        let base = self.edit.as_deref()?;
        let shown = match base.contains("/edit/") {
            true => base.replacen("/edit/", "/blob/", 1),
            false => return None,
        };
        Some(format!(
            "{shown}/{}#L{line}",
            crate::text::percent::path(path)
        ))
    }

    /// Where a commit is looked at.
    pub fn commit(&self, id: &str) -> Option<String> {
        let (repository, _) = self.edit.as_deref()?.split_once("/edit/")?;
        Some(format!("{repository}/commit/{id}"))
    }
}

/// A line of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spot {
    /// The path of the file below the registry's root.
    pub path: String,
    /// The line, from 1.
    pub line: usize,
}

/// Something that can be looked at elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pointed {
    /// As people name it.
    pub said: String,
    /// Its address.
    pub url: String,
}

/// Something that `check` finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingBoard {
    /// How loud it is.
    pub level: Level,
    /// The rule.
    pub rule: String,
    /// What is wrong.
    pub message: String,
    /// Why that matters.
    pub why: Option<&'static str>,
    /// What helps to understand it.
    pub notes: Vec<String>,
    /// What to do.
    pub help: Vec<String>,
    /// Where.
    pub spot: Spot,
}

/// A file of which nothing could be shown as a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Its path.
    pub path: String,
    /// What is wrong with it.
    pub findings: Vec<FindingBoard>,
}

/// Work without a KEP.
#[derive(Debug, Clone)]
pub struct ItemBoard {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: Line,
    /// The path of its record.
    pub path: String,
    /// What sort of work it is.
    pub kind: WorkKind,
    /// The Kubernetes release aimed for.
    pub target: Option<Release>,
    /// The targeted minor of the home runtime.
    pub milestone: Option<Release>,
    /// Whether maintainers have taken it on.
    pub triage: Option<Triage>,
    /// Who does it.
    pub assignees: Vec<Handle>,
    /// Its issue.
    pub issue: Option<Pointed>,
    /// The pull requests that do it.
    pub pull_requests: Vec<Pointed>,
    /// Other documents.
    pub links: Vec<Link>,
    /// What `check` finds in it.
    pub findings: Vec<FindingBoard>,
}

impl Board {
    /// The board of a day.
    pub fn of(given: Given<'_>) -> Self {
        let Given {
            registry,
            checked,
            history,
            commit,
            today,
            site,
        } = given;
        let config = &registry.config.value;
        let trimmed = |link: &Link| link.as_str().trim_end_matches('/').to_owned();
        let mut found = found(registry, &checked.diagnostics);
        let past = Past(history.by_subject());
        let kubernetes = registry.kubernetes.as_ref().map(|entry| &entry.value);
        let calendars = registry.kubernetes.iter().map(|entry| entry.file);
        let calendars = calendars.chain(registry.runtimes.values().map(|entry| entry.file));
        let view = View {
            registry,
            today,
            site,
            past: &past,
            calendars: calendars
                .map(|file| (file, Located::of(registry.file(file))))
                .collect(),
        };
        let mut keps: Vec<KepBoard> = registry
            .keps
            .iter()
            .map(|entry| {
                let findings = found.remove(&entry.file).unwrap_or_default();
                KepBoard::of(&view, entry, findings)
            })
            .collect();
        keps.sort_by(|a, b| (a.number, &a.path).cmp(&(b.number, &b.path)));
        let mut left_out = left_out(registry, &mut found);
        // Of two records of one KEP, one can be its page; `duplicate-kep` says so.
        let mut numbers = BTreeSet::new();
        keps.retain_mut(|kep| {
            let is_first = numbers.insert(kep.number);
            if !is_first {
                left_out.push(LeftOut {
                    path: kep.path.clone(),
                    findings: std::mem::take(&mut kep.findings),
                });
            }
            is_first
        });
        let mut items: Vec<ItemBoard> = registry
            .items
            .iter()
            .map(|entry| {
                let findings = found.remove(&entry.file).unwrap_or_default();
                item(&view, entry, findings)
            })
            .collect();
        items.sort_by(|a, b| (&a.id, &a.path).cmp(&(&b.id, &b.path)));
        let findings = found.into_values().flatten().collect();
        let cycles = cycles::cycles(&view, &keps, &items);
        let now = kubernetes.and_then(|calendar| {
            let current = calendar.current(today);
            let ahead = || {
                let cycles = calendar.cycles.iter();
                cycles
                    .filter(|cycle| !calendar.shipped_by(cycle.release, today))
                    .min_by_key(|cycle| cycle.release)
            };
            Some(current.or_else(ahead)?.release)
        });
        let then = now.and_then(|now| {
            let mut later = cycles.iter().map(|cycle| cycle.release);
            later.find(|release| *release > now)
        });
        let runtimes = minors::runtimes(&view, &keps);
        let waits = waits::waits(&view, &keps, &items, &cycles, [now, then]);
        let people = people::people(&view, &keps, &items, &cycles);
        let coverage = coverage::coverage(&view, &keps);
        let dates = dates::dates(&view);
        Self {
            home: config.home.to_string(),
            repository: config.default_repository().cloned(),
            today,
            commit,
            url: config.board.url.as_ref().map(trimmed),
            records: Records {
                edit: config.board.records.as_ref().map(trimmed),
            },
            now,
            then,
            dates,
            cycles,
            runtimes,
            keps,
            items,
            people,
            waits,
            coverage,
            left_out,
            findings,
            history,
            rules: RULES
                .iter()
                .map(|rule| RuleBoard {
                    id: rule.id.0,
                    summary: rule.summary,
                    why: rule.why,
                    source: rule.source,
                    remedy: rule.remedy,
                })
                .collect(),
        }
    }

    /// The KEP with a number.
    pub fn kep(&self, number: u32) -> Option<&KepBoard> {
        let at = self.keps.partition_point(|kep| kep.number < number);
        self.keps.get(at).filter(|kep| kep.number == number)
    }

    /// The cycle of a release.
    pub fn cycle(&self, release: Release) -> Option<&CycleBoard> {
        let at = self.cycles.partition_point(|cycle| cycle.release < release);
        self.cycles.get(at).filter(|cycle| cycle.release == release)
    }

    /// The person with a handle.
    pub fn person(&self, handle: &Handle) -> Option<&PersonBoard> {
        let key = |handle: &Handle| handle.as_str().to_ascii_lowercase();
        let wanted = key(handle);
        let at = self
            .people
            .partition_point(|person| key(&person.handle) < wanted);
        self.people
            .get(at)
            .filter(|person| person.handle == *handle)
    }

    /// The KEPs that aim at a release, what needs somebody's eye first.
    pub fn aiming(&self, release: Release) -> Vec<&KepBoard> {
        let keps = self.keps.iter();
        let mut keps: Vec<&KepBoard> = keps.filter(|kep| kep.aims_at == Some(release)).collect();
        keps.sort_by_key(|kep| (kep.outcome(), kep.number));
        keps
    }

    /// Of the KEPs that aim at a release, those of one verdict.
    pub fn of_outcome(&self, release: Release, outcome: Outcome) -> Vec<&KepBoard> {
        let mut keps = self.aiming(release);
        keps.retain(|kep| kep.outcome() == Some(outcome));
        keps
    }

    /// The cycles that people look at first: the one under way, and the next.
    pub fn in_view(&self) -> impl Iterator<Item = Release> {
        [self.now, self.then].into_iter().flatten()
    }

    /// The day of what is shown: that of its commit, if it is known.
    pub fn day(&self) -> Date {
        self.commit.as_ref().map_or(self.today, |commit| commit.day)
    }

    /// How many mistakes there are outside of records: what those files say counts as not known.
    pub fn mistakes_elsewhere(&self) -> usize {
        let findings = self.findings.iter();
        findings
            .filter(|finding| finding.level == Level::Error)
            .count()
    }

    /// The days that are still ahead, in order.
    pub fn ahead(&self) -> impl Iterator<Item = &Event> {
        self.dates.iter().filter(|event| event.last >= self.today)
    }

    /// The KEPs that name a feature gate, by gate.
    pub fn gates(&self) -> BTreeMap<&str, Vec<&KepBoard>> {
        let mut gates: BTreeMap<&str, Vec<&KepBoard>> = BTreeMap::new();
        for kep in &self.keps {
            for gate in &kep.gates {
                gates.entry(gate.as_str()).or_default().push(kep);
            }
        }
        gates
    }

    /// The SIGs that own a KEP on record.
    pub fn sigs(&self) -> BTreeSet<&str> {
        self.keps.iter().map(|kep| kep.sig.as_str()).collect()
    }
}

/// What every part of the board looks at.
pub(crate) struct View<'a> {
    registry: &'a Registry,
    today: Date,
    site: &'a Site,
    past: &'a Past<'a>,
    /// The calendars, parsed once: many verdicts rest on them.
    calendars: BTreeMap<FileId, Located<'a>>,
}

impl View<'_> {
    /// An issue or a pull request.
    fn pointed(&self, issue: &IssueRef, kind: &str) -> Pointed {
        let site = self.registry.site_of(&issue.repository, self.site);
        Pointed {
            said: issue.to_string(),
            url: site.address(issue, kind),
        }
    }

    fn issue(&self, record: Tracked<'_>) -> Option<Pointed> {
        Some(self.pointed(&record.pinned(self.registry)?, "issues"))
    }

    fn pull_requests(&self, record: Tracked<'_>) -> Vec<(Pointed, Option<Release>)> {
        let named = record.pull_requests().iter();
        named
            .map(|named| (self.pointed(&named.id, "pull"), named.kubernetes))
            .collect()
    }

    /// The line that a place of another file than a record's stands at.
    fn elsewhere(&self, file: FileId, place: &Place) -> Spot {
        match self.calendars.get(&file) {
            Some(located) => self.spot(located, file, place),
            None => self.spot(&Located::of(self.registry.file(file)), file, place),
        }
    }

    /// The line that a place of a file stands at.
    fn spot(&self, located: &Located<'_>, file: FileId, place: &Place) -> Spot {
        let source = self.registry.file(file);
        Spot {
            path: source.path.to_string(),
            line: source.position(located.span_of(place).start).line,
        }
    }
}

/// The history, by what it is about.
pub(crate) struct Past<'a>(BySubject<'a>);

impl<'a> Past<'a> {
    /// What changed of something, newest first.
    fn of(&self, about: &About) -> &[(&'a Revision, &'a Change)] {
        self.0.get(about).map_or(&[], Vec::as_slice)
    }

    /// What changed of a record, newest first.
    fn of_record(&self, subject: &Subject) -> &[(&'a Revision, &'a Change)] {
        self.of(&About::Record(subject.clone()))
    }

    /// Since when a field of a record is what it is: the day on which it last changed, or the record came.
    fn since(&self, subject: &Subject, key: &str) -> Option<Date> {
        let is_at = |name: &str| {
            let rest = name.strip_prefix(key);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        let mut changes = self.of_record(subject).iter();
        let last = changes.find(|(_, change)| {
            change.how == How::Added || change.fields.iter().any(|field| is_at(&field.key))
        });
        last.map(|(revision, _)| revision.day())
    }
}

/// What is found, by file.
fn found(registry: &Registry, diagnostics: &[Diagnostic]) -> BTreeMap<FileId, Vec<FindingBoard>> {
    let mut found: BTreeMap<FileId, Vec<FindingBoard>> = BTreeMap::new();
    for one in diagnostics {
        let file = one.primary.file;
        if file.index() >= registry.files.len() {
            continue;
        }
        let source = registry.file(file);
        found.entry(file).or_default().push(FindingBoard {
            level: one.level,
            rule: one.rule.to_string(),
            message: one.message.clone(),
            why: one.why,
            notes: one.notes.clone(),
            help: one.help.iter().map(|help| help.text.clone()).collect(),
            spot: Spot {
                path: source.path.to_string(),
                line: source.position(one.primary.place.start).line,
            },
        });
    }
    found
}

/// The files that should be records, and of which none could be read.
fn left_out(registry: &Registry, found: &mut BTreeMap<FileId, Vec<FindingBoard>>) -> Vec<LeftOut> {
    let shown: BTreeSet<FileId> = registry.tracked().map(Tracked::file).collect();
    let is_record =
        |path: &str| matches!(FileKind::of(path), Some(FileKind::Kep | FileKind::WorkItem));
    let lost: Vec<FileId> = found
        .keys()
        .copied()
        .filter(|file| !shown.contains(file) && is_record(&registry.file(*file).path))
        .collect();
    lost.into_iter()
        .map(|file| LeftOut {
            path: registry.file(file).path.to_string(),
            findings: found.remove(&file).unwrap_or_default(),
        })
        .collect()
}

fn item(view: &View<'_>, entry: &Entry<WorkItem>, findings: Vec<FindingBoard>) -> ItemBoard {
    let record = Tracked::Item(entry);
    let item = &entry.value;
    ItemBoard {
        id: item.id.clone(),
        title: item.title.clone(),
        path: view.registry.file(entry.file).path.to_string(),
        kind: item.kind,
        target: item.target,
        milestone: item.milestone,
        triage: item.triage,
        assignees: item.assignees.clone(),
        issue: view.issue(record),
        pull_requests: view
            .pull_requests(record)
            .into_iter()
            .map(|(one, _)| one)
            .collect(),
        links: item.links.clone(),
        findings,
    }
}

/// Whether a record's key can be looked at at all: what has mistakes is shown with them, and concluded nothing from.
fn sound<'a>(entry: &'a Entry<KepRecord>, key: &str) -> Option<&'a KepRecord> {
    entry.is_sound(key).then_some(&entry.value)
}
