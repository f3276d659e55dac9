//! What the liaison sends: to SIG-Node in the format of its weekly report, to the runtime's community, or about some KEPs. Plain data, made
//! of the board alone; Markdown and Slack are for `render/report.rs`.

use std::collections::{BTreeMap, BTreeSet};

use crate::findings::diagnostic::Level;
use crate::terms::{BranchDecision, Handle, ReachedStage, Release, Stage, Subject};
use crate::text::words::{capitalized, counted};
use crate::views::board::cycles::{CycleBoard, Left};
use crate::views::board::keps::{Judged, KepBoard};
use crate::views::board::verdict::Outcome;
use crate::views::board::waits::{Wait, WaitKind, Whom};
use crate::views::board::{Board, Pointed};
use crate::views::history::{About, BySubject, Change, How};

/// For whom a report is, which chooses its words and what comes first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Audience {
    /// SIG-Node: the format of its KEP wranglers.
    SigNode,
    /// The community of the runtime that the registry speaks for.
    Home,
    /// Whoever asks about these KEPs.
    Keps(Vec<u32>),
}

/// What a report is limited to: what changed since then.
#[derive(Debug, Clone)]
pub struct Since {
    /// As people named it.
    pub said: String,
    /// The commits since then.
    pub commits: BTreeSet<String>,
}

/// A report.
#[derive(Debug)]
pub struct Report {
    /// Its title; absent: the format has none.
    pub title: Option<String>,
    /// What comes before the first heading.
    pub lead: Vec<Piece>,
    /// Its parts.
    pub sections: Vec<Section>,
}

/// A part of a report.
#[derive(Debug)]
pub struct Section {
    /// Its heading, and how it stands out.
    pub heading: Heading,
    /// Its lines, each an item of a list.
    pub lines: Vec<Vec<Piece>>,
}

/// A heading.
#[derive(Debug)]
pub enum Heading {
    /// A heading of the document.
    Of(String),
    /// Plain words above a list, as SIG-Node's format has them.
    Words(String),
    /// None: lines that follow the list before them.
    None,
}

/// A piece of a line.
#[derive(Debug, Clone)]
pub enum Piece {
    /// Plain words.
    Text(String),
    /// Words that stand out.
    Strong(String),
    /// A KEP, by number and title, with its page or issue.
    Kep {
        /// As people name it.
        said: String,
        /// Its address.
        url: String,
    },
    /// A person.
    Person(Handle),
    /// Something elsewhere.
    Link(Pointed),
}

fn text(text: impl Into<String>) -> Piece {
    Piece::Text(text.into())
}

/// The report of a cycle.
pub fn report(
    board: &Board,
    cycle: &CycleBoard,
    audience: &Audience,
    since: Option<&Since>,
) -> Report {
    let of = Of {
        board,
        cycle,
        changed: since.map(|since| changed(board, since)),
        since,
    };
    match audience {
        Audience::SigNode => of.sig_node(),
        Audience::Home => of.home(),
        Audience::Keps(keps) => of.keps(keps),
    }
}

/// What changed since then, by what it is about.
fn changed<'a>(board: &'a Board, since: &Since) -> BySubject<'a> {
    let mut changed = board.history.by_subject();
    changed.retain(|_, changes| {
        changes.retain(|(revision, _)| since.commits.contains(&revision.id));
        !changes.is_empty()
    });
    changed
}

struct Of<'a> {
    board: &'a Board,
    cycle: &'a CycleBoard,
    changed: Option<BySubject<'a>>,
    since: Option<&'a Since>,
}

impl<'a> Of<'a> {
    /// The format of SIG-Node's KEP wranglers, for the freeze that is next.
    fn sig_node(&self) -> Report {
        let keps = self.aiming();
        let came = self.came();
        let stage = |stages: &[Stage]| {
            let of = keps
                .iter()
                .filter(|kep| kep.aim.stage.is_some_and(|stage| stages.contains(&stage)));
            of.count()
                + came
                    .iter()
                    .filter(|(_, stage)| stages.contains(stage))
                    .count()
        };
        let unknown = keps.iter().filter(|kep| kep.aim.stage.is_none()).count();
        let mut stages = vec![
            ("Alpha", stage(&[Stage::Alpha])),
            ("Beta", stage(&[Stage::Beta])),
            ("Stable", stage(&[Stage::Stable])),
            (
                "Deprecation",
                stage(&[Stage::Deprecated, Stage::Disabled, Stage::Removed]),
            ),
        ];
        if unknown > 0 {
            stages.push(("Not known", unknown));
        }
        let next = match self.cycle.next_freeze(self.board.today) {
            Some((freeze, _)) => freeze.to_string(),
            None => "the release".to_owned(),
        };
        let left = self.left();
        let is = |kep: &&&KepBoard, outcomes: &[Outcome]| {
            kep.outcome().is_some_and(|one| outcomes.contains(&one))
        };
        let count = |outcomes: &[Outcome]| keps.iter().filter(|kep| is(kep, outcomes)).count();
        let mut statuses = vec![
            (
                format!("Tracked for {next}"),
                count(&[
                    Outcome::Shipped,
                    Outcome::Ready,
                    Outcome::OnCourse,
                    Outcome::NothingNeeded,
                ]) + came.len(),
            ),
            (
                format!("At risk for {next}"),
                count(&[Outcome::AtRisk, Outcome::WillMiss]),
            ),
            ("Removed from milestone".to_owned(), left.len()),
        ];
        let cannot_tell = count(&[Outcome::CannotTell]);
        if cannot_tell > 0 {
            statuses.push((
                "Cannot tell from the container runtimes".to_owned(),
                cannot_tell,
            ));
        }
        let line = |name: &str, count: usize| vec![text(format!("{name}: {count}"))];
        let mut lines: Vec<Vec<Piece>> = Vec::new();
        for kep in keps.iter().filter(|kep| self.takes(kep)) {
            lines.push(self.marked(kep));
        }
        for (kep, stage) in came.iter().filter(|(kep, _)| self.takes(kep)) {
            lines.push(vec![
                text("🟢 "),
                self.kep(kep),
                text(format!(" ({}): shipped.", stage.written())),
            ]);
        }
        for one in left {
            if let Some(kep) = self.board.kep(one.kep).filter(|kep| self.takes(kep)) {
                lines.push(self.gone(kep, one));
            }
        }
        let mut sections = vec![
            Section {
                heading: Heading::Words("By Stage".to_owned()),
                lines: stages
                    .iter()
                    .map(|(name, count)| line(name, *count))
                    .collect(),
            },
            Section {
                heading: Heading::Words("By Status".to_owned()),
                lines: statuses
                    .iter()
                    .map(|(name, count)| line(name, *count))
                    .collect(),
            },
            Section {
                heading: Heading::None,
                lines,
            },
        ];
        sections.extend(self.changes("Changed"));
        Report {
            title: None,
            lead: vec![text("Metrics:")],
            sections,
        }
    }

    /// A KEP with its mark: on track, requirements met and waiting for others, at risk; or that nobody can tell.
    fn marked(&self, kep: &KepBoard) -> Vec<Piece> {
        let mark = match kep.outcome() {
            Some(Outcome::Ready | Outcome::Shipped | Outcome::NothingNeeded) => "🟢",
            Some(Outcome::OnCourse) => "🟡",
            Some(Outcome::AtRisk | Outcome::WillMiss) => "🔴",
            Some(Outcome::CannotTell) | None => "⚪",
        };
        let why = kep.verdict.as_ref().map_or_else(String::new, Judged::why);
        vec![
            text(format!("{mark} ")),
            self.kep(kep),
            text(format!(" ({}): {why}", aim(kep))),
        ]
    }

    fn gone(&self, kep: &KepBoard, left: &Left) -> Vec<Piece> {
        let to = left
            .to
            .map_or_else(|| "no release".to_owned(), |to| to.to_string());
        vec![
            self.kep(kep),
            text(format!(" ({}): moved to {to} on {}", aim(kep), left.day)),
        ]
    }

    /// What the runtime's own community asks.
    fn home(&self) -> Report {
        let board = self.board;
        let release = self.cycle.release;
        let mut sections = Vec::new();
        let mut add = |heading: &str, lines: Vec<Vec<Piece>>| {
            if !lines.is_empty() {
                sections.push(Section {
                    heading: Heading::Of(heading.to_owned()),
                    lines,
                });
            }
        };
        if self.since.is_none() && !self.cycle.has_shipped {
            add("Needs a volunteer", self.volunteers());
        }
        for outcome in Outcome::ALL {
            let keps = board.of_outcome(release, outcome);
            let lines = keps
                .into_iter()
                .filter(|kep| self.takes(kep))
                .map(|kep| self.judged(kep));
            add(&capitalized(&outcome.to_string()), lines.collect());
        }
        add(
            "Left the cycle",
            self.left()
                .into_iter()
                .filter_map(|one| {
                    let kep = board.kep(one.kep).filter(|kep| self.takes(kep))?;
                    Some(self.gone(kep, one))
                })
                .collect(),
        );
        if self.since.is_none() {
            add("Which release brings what", self.releases());
            add("What older branches get", self.branches());
            add("Who shepherds what", self.shepherds());
            add("Waits for review", self.reviews());
        }
        sections.extend(self.changes("Changed"));
        let mut lead = vec![text(match board.now {
            Some(now) if now != release => self.told(),
            _ => board.headline(),
        })];
        if let Some(mistakes) = self.mistakes() {
            lead.push(text(mistakes));
        }
        if let Some((freeze, instant)) = self.cycle.next_freeze(board.today) {
            lead.push(text(format!(
                " The next freeze of {release} is the {freeze}, on {}.",
                instant.date()
            )));
        }
        if sections.is_empty() {
            let nothing = match self.since {
                Some(since) => format!(" Nothing of it has changed since {}.", since.said),
                None => " No KEP on record aims at it.".to_owned(),
            };
            lead.push(text(nothing));
        }
        Report {
            title: Some(format!(
                "Kubernetes {release} and {}, as of {}",
                board.home, board.today
            )),
            lead,
            sections,
        }
    }

    /// When another cycle than the one under way comes, or came.
    fn told(&self) -> String {
        let release = self.cycle.release;
        match self.cycle.when {
            Some(when) => format!("Kubernetes {release}: {when}."),
            None => format!("When Kubernetes {release} comes, or came, is not on record."),
        }
    }

    /// That something could not be read, so that it may be missing here.
    fn mistakes(&self) -> Option<String> {
        let keps = self.board.keps.iter();
        let broken = keps.filter(|kep| !kep.is_whole).count() + self.board.left_out.len();
        let elsewhere = self.board.mistakes_elsewhere();
        let parts = [
            (broken > 0).then(|| counted(broken, "record")),
            (elsewhere > 0).then(|| "a calendar or list".to_owned()),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        (!parts.is_empty()).then(|| {
            format!(
                " With mistakes, so that something may be missing here: {}.",
                parts.join(", ")
            )
        })
    }

    /// Each KEP that somebody asks about.
    fn keps(&self, keps: &[u32]) -> Report {
        let board = self.board;
        let mut sections = Vec::new();
        for kep in keps.iter().filter_map(|number| board.kep(*number)) {
            if !self.takes(kep) {
                continue;
            }
            let mut lines = Vec::new();
            let first = match (&kep.verdict, kep.aims_at) {
                (Some(verdict), Some(release)) => {
                    lines.extend(
                        verdict
                            .reasons
                            .iter()
                            .map(|reason| vec![text(reason.text.clone())]),
                    );
                    vec![
                        Piece::Strong(verdict.outcome.to_string()),
                        text(format!(" for {} in Kubernetes {release}", aim(kep))),
                    ]
                }
                _ => vec![text(format!("aims at no release: {}", kep.standing()))],
            };
            lines.insert(0, first);
            let mistakes = kep
                .findings
                .iter()
                .filter(|finding| finding.level == Level::Error);
            lines.extend(
                mistakes.map(|finding| {
                    vec![text(format!("mistake in its record: {}", finding.message))]
                }),
            );
            for facts in &kep.runtimes {
                lines.push(self.has(facts));
            }
            lines.push(self.shepherded(kep));
            for (pull_request, _) in &kep.pull_requests {
                lines.push(vec![
                    text("pull request "),
                    Piece::Link(pull_request.clone()),
                ]);
            }
            sections.push(Section {
                heading: Heading::Of(format!("{} {}", kep.name(), kep.title)),
                lines,
            });
        }
        sections.extend(self.changes("Changed"));
        let lead = match sections.is_empty() {
            true => vec![text("Nothing of these KEPs has changed.")],
            false => Vec::new(),
        };
        Report {
            title: Some(format!("KEPs as of {}", board.today)),
            lead,
            sections,
        }
    }

    fn has(&self, facts: &crate::views::board::keps::FactsBoard) -> Vec<Piece> {
        let name = &facts.runtime;
        let Some(fact) = &facts.whole else {
            return vec![text(format!("what {name} has is not on record"))];
        };
        let mut pieces = vec![text(format!("{name}: {}", fact.said()))];
        if let Some(range) = fact.kubernetes {
            pieces.push(text(format!(" for {}", range.said())));
        }
        for evidence in &fact.evidence {
            pieces.push(text(", "));
            pieces.push(Piece::Link(evidence.clone()));
        }
        pieces
    }

    fn judged(&self, kep: &KepBoard) -> Vec<Piece> {
        let why = kep.verdict.as_ref().map_or_else(String::new, Judged::why);
        let mut pieces = vec![self.kep(kep), text(format!(" ({}): {why} ", aim(kep)))];
        pieces.extend(self.shepherded(kep));
        pieces
    }

    fn shepherded(&self, kep: &KepBoard) -> Vec<Piece> {
        if kep.shepherds.is_empty() {
            return vec![text("Nobody shepherds it.")];
        }
        let mut pieces = vec![text("Shepherded by ")];
        pieces.extend(people(&kep.shepherds));
        pieces.push(text("."));
        pieces
    }

    /// What needs a volunteer, in this cycle first.
    fn volunteers(&self) -> Vec<Vec<Piece>> {
        let mut waits: Vec<&Wait> = self
            .board
            .waits
            .iter()
            .filter(|wait| wait.kind == WaitKind::Volunteer)
            .collect();
        waits.sort_by_key(|wait| wait.cycle != Some(self.cycle.release));
        let lines = waits.into_iter().filter_map(|wait| match &wait.subject {
            Some(Subject::Kep(number)) => {
                let kep = self.board.kep(*number)?;
                Some(vec![self.kep(kep), text(format!(": {}", wait.what))])
            }
            Some(Subject::Item(id)) => Some(vec![text(format!("{id}: {}", wait.what))]),
            None => Some(vec![text(wait.what.clone())]),
        });
        lines.collect()
    }

    fn reviews(&self) -> Vec<Vec<Piece>> {
        let waits = self
            .board
            .waits
            .iter()
            .filter(|wait| wait.kind == WaitKind::Review);
        let lines = waits.filter_map(|wait| {
            let mut line = match &wait.subject {
                Some(Subject::Kep(number)) => vec![self.kep(self.board.kep(*number)?)],
                Some(Subject::Item(id)) => vec![text(id.clone())],
                None => Vec::new(),
            };
            line.push(text(": "));
            line.extend(wait.at.clone().map(Piece::Link));
            if let Whom::People(some) = &wait.whom {
                line.push(text(", for "));
                line.extend(people(some));
            }
            if let Some(since) = wait.since {
                line.push(text(format!(", on record since {since}")));
            }
            Some(line)
        });
        lines.collect()
    }

    /// What the coming minors must bring, and the minors that brought what the cycle aims at.
    fn releases(&self) -> Vec<Vec<Piece>> {
        let mut lines = Vec::new();
        let aiming: BTreeSet<u32> = self.cycle.aiming.iter().copied().collect();
        for runtime in &self.board.runtimes {
            for minor in &runtime.minors {
                let name = format!("{} {}", runtime.name, minor.release);
                let must: Vec<u32> = minor
                    .must_bring
                    .iter()
                    .copied()
                    .filter(|kep| aiming.contains(kep))
                    .collect();
                if !must.is_empty() {
                    lines.push(self.named(&format!("{name} must bring "), &must));
                }
                let brought: Vec<u32> = minor
                    .brings
                    .iter()
                    .filter(|one| {
                        one.part.is_none() && !one.is_backport && aiming.contains(&one.kep)
                    })
                    .map(|one| one.kep)
                    .collect();
                if !brought.is_empty() {
                    lines.push(self.named(&format!("{name} brought "), &brought));
                }
            }
        }
        lines
    }

    fn named(&self, first: &str, keps: &[u32]) -> Vec<Piece> {
        let mut pieces = vec![text(first)];
        for (index, kep) in keps
            .iter()
            .filter_map(|number| self.board.kep(*number))
            .enumerate()
        {
            if index > 0 {
                pieces.push(text(", "));
            }
            pieces.push(self.kep(kep));
        }
        pieces
    }

    fn branches(&self) -> Vec<Vec<Piece>> {
        let mut lines = Vec::new();
        for kep in self.aiming() {
            for facts in &kep.runtimes {
                for (minor, decision) in &facts.branches {
                    let what = match decision {
                        BranchDecision::Released(version) => format!("has it since {version}"),
                        BranchDecision::Planned => "will get it".to_owned(),
                        BranchDecision::NotPlanned => "will not get it".to_owned(),
                    };
                    lines.push(vec![
                        self.kep(kep),
                        text(format!(": {} {minor} {what}", facts.runtime)),
                    ]);
                }
            }
        }
        lines
    }

    fn shepherds(&self) -> Vec<Vec<Piece>> {
        let mut by_person: BTreeMap<String, (&Handle, Vec<u32>)> = BTreeMap::new();
        for kep in self.aiming() {
            for handle in &kep.shepherds {
                let key = handle.as_str().to_ascii_lowercase();
                by_person
                    .entry(key)
                    .or_insert((handle, Vec::new()))
                    .1
                    .push(kep.number);
            }
        }
        let lines = by_person.into_values().map(|(handle, keps)| {
            let mut line = vec![Piece::Person(handle.clone())];
            line.extend(self.named(": ", &keps));
            line
        });
        lines.collect()
    }

    /// What changed, if a report is asked for since some time.
    fn changes(&self, heading: &str) -> Option<Section> {
        let (since, changed) = (self.since?, self.changed.as_ref()?);
        let mut lines = Vec::new();
        for (about, changes) in changed {
            let About::Record(subject) = about else {
                continue;
            };
            for (revision, change) in changes {
                let mut line = match subject {
                    Subject::Kep(number) => match self.board.kep(*number) {
                        Some(kep) => vec![self.kep(kep)],
                        None => vec![text(format!("KEP-{number}"))],
                    },
                    Subject::Item(id) => vec![text(id.clone())],
                };
                line.push(text(format!(
                    ": {}, by {} on {}",
                    what(change),
                    revision.by.name,
                    revision.day()
                )));
                lines.push(line);
            }
        }
        (!lines.is_empty()).then(|| Section {
            heading: Heading::Of(format!("{heading} since {}", since.said)),
            lines,
        })
    }

    fn aiming(&self) -> Vec<&'a KepBoard> {
        self.board.aiming(self.cycle.release)
    }

    /// What came with the cycle, if it is out, and aims at it no more.
    fn came(&self) -> Vec<(&'a KepBoard, Stage)> {
        let reached = self.cycle.reached.iter();
        let came = reached.filter_map(|(number, stage)| {
            let kep = self.board.kep(*number)?;
            if kep.aims_at == Some(self.cycle.release) {
                return None;
            }
            let stage = match stage {
                ReachedStage::Alpha => Stage::Alpha,
                ReachedStage::Beta | ReachedStage::BetaOn => Stage::Beta,
                ReachedStage::Stable => Stage::Stable,
            };
            Some((kep, stage))
        });
        came.collect()
    }

    /// What left the cycle while it was under way.
    fn left(&self) -> Vec<&'a Left> {
        let start = self.cycle.start;
        let left = self.cycle.left.iter();
        left.filter(|left| start.is_none_or(|start| left.day >= start))
            .collect()
    }

    /// Whether a report speaks of a KEP: of all, or of those that changed.
    fn takes(&self, kep: &KepBoard) -> bool {
        let about = About::Record(kep.subject());
        self.changed
            .as_ref()
            .is_none_or(|changed| changed.contains_key(&about))
    }

    fn kep(&self, kep: &KepBoard) -> Piece {
        let page = self
            .board
            .url
            .as_ref()
            .map(|url| format!("{url}/kep/{}/", kep.number));
        let issue = kep.issue.as_ref().map(|issue| issue.url.clone());
        Piece::Kep {
            said: format!("{} {}", kep.name(), kep.title),
            url: page.or(issue).unwrap_or_else(|| kep.upstream.url.clone()),
        }
    }
}

/// What a KEP aims at, in brackets.
fn aim(kep: &KepBoard) -> String {
    let stage = kep.aim.stage.map_or("stage not known", Stage::written);
    match (kep.aim.stage, kep.aim.enabled_by_default) {
        (Some(Stage::Beta), Some(true)) => format!("{stage}, on by default"),
        (Some(Stage::Beta), Some(false)) => format!("{stage}, off by default"),
        _ => stage.to_owned(),
    }
}

fn people(handles: &[Handle]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for (index, handle) in handles.iter().enumerate() {
        if index > 0 {
            pieces.push(text(", "));
        }
        pieces.push(Piece::Person(handle.clone()));
    }
    pieces
}

/// So many fields of a change are named.
const NAMED: usize = 3;

fn what(change: &Change) -> String {
    match change.how {
        How::Added => "came into the registry".to_owned(),
        How::Removed => "was taken out of the registry".to_owned(),
        How::Moved { .. } | How::Edited => {
            let fields = change.fields.iter().take(NAMED);
            let mut fields: Vec<String> = fields.map(ToString::to_string).collect();
            if change.fields.len() > NAMED {
                fields.push(format!("and {} more", change.fields.len() - NAMED));
            }
            if fields.is_empty() {
                "its file moved".to_owned()
            } else {
                fields.join("; ")
            }
        }
    }
}

/// The cycle of a report: the one that is asked for, if a calendar or a record knows it.
pub fn cycle(board: &Board, release: Option<Release>) -> Option<&CycleBoard> {
    board.cycle(release.or(board.now)?)
}
