//! Whether a KEP makes the Kubernetes release that it aims at, as far as the container runtimes decide it: the heart of the board.
//!
//! It joins the stage with what the CRI development policy asks for it (`rules/policy.rs`), what each runtime has, the runtimes' planned
//! minors, the freezes and the day. What is not known is never taken for missing: it makes a verdict *cannot tell*, unless what is known
//! decides it whatever the unknown turns out to be. Pure; each reason is a whole sentence for somebody who has never heard of kepherd.

mod coming;

use std::fmt;

use crate::findings::diagnostic::{Pointer, RuleId};
use crate::findings::sources::FileId;
use crate::registry::calendars::Cycle;
use crate::registry::config::Runtime;
use crate::registry::kep::{KepRecord, Reached};
use crate::registry::schema::FileKind;
use crate::registry::{Entry, Registry};
use crate::rules::policy::{Has, Need, has, need, weakest};
use crate::terms::{
    Consensus, Date, Freeze, Release, RuntimeState, Stage, Status, Triage, Version, When,
};

use coming::{Question, Time};

/// What is said of a KEP and the Kubernetes release that it aims at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// Nothing planned is in time.
    WillMiss,
    /// In time only if something happens that nobody has planned.
    AtRisk,
    /// What decides it is not known.
    CannotTell,
    /// What is missing is merged, and a release that has it is planned in time.
    OnCourse,
    /// All that the policy asks for is there.
    Ready,
    /// The release is out, with the KEP in it.
    Shipped,
    /// The policy asks nothing of a container runtime.
    NothingNeeded,
}

impl Outcome {
    /// All of them, what needs somebody's eye first.
    pub const ALL: [Self; 7] = [
        Self::WillMiss,
        Self::AtRisk,
        Self::CannotTell,
        Self::OnCourse,
        Self::Ready,
        Self::Shipped,
        Self::NothingNeeded,
    ];

    /// Its name in addresses and files.
    pub fn key(self) -> &'static str {
        match self {
            Self::WillMiss => "will-miss",
            Self::AtRisk => "at-risk",
            Self::CannotTell => "cannot-tell",
            Self::OnCourse => "on-course",
            Self::Ready => "ready",
            Self::Shipped => "shipped",
            Self::NothingNeeded => "nothing-needed",
        }
    }

    /// What it means, for a legend.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::WillMiss => "nothing that is planned comes in time",
            Self::AtRisk => "in time only if something happens that nobody has planned",
            Self::CannotTell => "what decides it is not on record",
            Self::OnCourse => {
                "what is missing is merged, and a release that has it is planned in time"
            }
            Self::Ready => "everything that the CRI development policy asks for is there",
            Self::Shipped => "the Kubernetes release is out, with the KEP in it",
            Self::NothingNeeded => {
                "the CRI development policy asks nothing of a container runtime here"
            }
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::WillMiss => "will miss",
            Self::AtRisk => "at risk",
            Self::CannotTell => "cannot tell",
            Self::OnCourse => "on course",
            Self::Ready => "ready",
            Self::Shipped => "shipped",
            Self::NothingNeeded => "nothing needed",
        })
    }
}

/// A verdict, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// What is said.
    pub outcome: Outcome,
    /// Why, the reason that decides it first; never empty.
    pub reasons: Vec<Reason>,
    /// How many of the reasons, from the first one on, decide it.
    pub deciding: usize,
    /// The minors that have to bring it: those that come next of the runtimes that do not have it, as far as they are known.
    pub asks: Vec<Ask>,
}

/// A runtime's minor that has to bring something.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ask {
    /// The runtime.
    pub runtime: String,
    /// The minor.
    pub minor: Release,
}

/// Why a verdict is what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// A whole sentence.
    pub text: String,
    /// What it rests on.
    pub rests_on: Vec<Basis>,
}

/// What a reason rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Basis {
    /// A value of a record or a calendar.
    Value(FileId, Pointer),
    /// A rule of `kepherd check`, which says the same with its source.
    Rule(RuleId),
}

impl Reason {
    fn new(text: String) -> Self {
        Self {
            text,
            rests_on: Vec::new(),
        }
    }

    fn on(mut self, basis: impl IntoIterator<Item = Basis>) -> Self {
        self.rests_on.extend(basis);
        self
    }
}

/// The verdict of a record on a day; absent: it aims at no release.
pub fn verdict(registry: &Registry, entry: &Entry<KepRecord>, today: Date) -> Option<Verdict> {
    if let Some(key) = READ.iter().find(|key| !entry.is_sound(key)) {
        let text = "Its record has mistakes, so that nothing can be concluded from it.";
        let at = Basis::Value(entry.file, Pointer::to(key));
        return Some(one(
            Outcome::CannotTell,
            Reason::new(text.to_owned()).on([at]),
        ));
    }
    let target = entry.value.aims_at()?;
    if entry.value.runtime_support.is_none()
        && let Some(calendar) = unread(registry)
    {
        let text = format!(
            "The calendar of {calendar} has mistakes, so that nothing can be concluded from it."
        );
        let at = Basis::Value(entry.file, Pointer::to("target"));
        return Some(one(Outcome::CannotTell, Reason::new(text).on([at])));
    }
    let case = Case {
        registry,
        entry,
        record: &entry.value,
        target,
        today,
        cycle: registry
            .kubernetes
            .as_ref()
            .and_then(|calendar| calendar.value.cycle(target)),
    };
    Some(case.judge())
}

/// The calendar that is there and has mistakes, so that it counts as unknown; absent: there is none.
fn unread(registry: &Registry) -> Option<String> {
    if registry.unread_lists.contains(&FileKind::Kubernetes) {
        return Some("Kubernetes".to_owned());
    }
    let mut runtimes = registry.config.value.runtime_names();
    let is_lost = registry.unread_lists.contains(&FileKind::Runtime);
    runtimes
        .find(|name| is_lost && !registry.runtimes.contains_key(*name))
        .map(str::to_owned)
}

/// The keys of a record that a verdict reads.
const READ: [&str; 10] = [
    "status",
    "stage",
    "target",
    "enabled-by-default",
    "reached",
    "runtimes",
    "runtime-support",
    "milestone",
    "triage",
    "design",
];

const MATURITY: Basis = Basis::Rule(RuleId("runtime-maturity"));

struct Case<'a> {
    registry: &'a Registry,
    entry: &'a Entry<KepRecord>,
    record: &'a KepRecord,
    target: Release,
    today: Date,
    cycle: Option<&'a Cycle>,
}

/// What is said of one runtime, or of one condition.
struct Chance {
    outcome: Outcome,
    reason: Reason,
    ask: Option<Ask>,
    /// The runtime, if nothing is on record of it: of several, that is said once.
    unrecorded: Option<String>,
}

impl Chance {
    fn of(outcome: Outcome, reason: Reason) -> Self {
        Self {
            outcome,
            reason,
            ask: None,
            unrecorded: None,
        }
    }
}

impl Case<'_> {
    fn judge(&self) -> Verdict {
        let record = self.record;
        if let Some(why) = &record.runtime_support {
            let text = format!("It needs nothing of a container runtime: {why}.");
            let reason = Reason::new(text).on([self.value(Pointer::to("runtime-support"))]);
            return one(Outcome::NothingNeeded, reason);
        }
        let calendar = self.registry.kubernetes.as_ref();
        if calendar.is_some_and(|calendar| calendar.value.shipped_by(self.target, self.today)) {
            return self.shipped();
        }
        let Some(stage) = record.stage else {
            let text = format!(
                "Which stage it aims at in Kubernetes {} is not on record, and the stage decides what the container runtimes must have.",
                self.target
            );
            let reason = Reason::new(text).on([self.value(Pointer::to("target"))]);
            return one(Outcome::CannotTell, reason);
        };
        let Some(needed) = need(stage, record.enabled_by_default) else {
            let text = format!(
                "A feature that is {} asks nothing new of a container runtime.",
                on_its_way_out(stage)
            );
            let reason = Reason::new(text).on([self.value(Pointer::to("stage")), MATURITY]);
            return one(Outcome::NothingNeeded, reason);
        };
        let of_runtimes = match (stage, record.enabled_by_default) {
            (Stage::Beta, None) => self.of_either_beta(),
            _ => self.of_runtimes(stage, needed),
        };
        self.under_conditions(stage, of_runtimes)
    }

    /// The release is out: whether the KEP is in it, its record says or does not.
    fn shipped(&self) -> Verdict {
        let reached = &self.record.reached;
        let at = |key: &str| self.value(Pointer::to("reached").key(key));
        let (stage, key) = match self.record.stage {
            Some(Stage::Alpha) => (reached.alpha, "alpha"),
            Some(Stage::Beta) if self.record.enabled_by_default == Some(true) => {
                (beta_on(reached), "beta")
            }
            Some(Stage::Beta) => (reached.beta, "beta"),
            Some(Stage::Stable) => (reached.stable, "stable"),
            Some(stage) => {
                let text = format!(
                    "Kubernetes {} is out; a feature that is {} asks nothing of a container runtime.",
                    self.target,
                    on_its_way_out(stage)
                );
                let reason = Reason::new(text).on([self.value(Pointer::to("stage"))]);
                return one(Outcome::NothingNeeded, reason);
            }
            None => (None, "stage"),
        };
        let named = match self.record.enabled_by_default {
            Some(true) if key == "beta" => "beta, on by default,",
            _ => key,
        };
        let out = match self.cycle.and_then(|cycle| cycle.released) {
            Some(day) => format!("Kubernetes {} was released on {day}", self.target),
            None => format!("Kubernetes {} is out", self.target),
        };
        match stage {
            Some(release) if release < self.target => {
                let text = format!(
                    "{out}, and it was {named} before, since {release}: the record aims at what has happened."
                );
                one(
                    Outcome::Shipped,
                    Reason::new(text).on([at(key), self.value(Pointer::to("target"))]),
                )
            }
            Some(release) if release == self.target => {
                let text = format!("{out}, with it as {}.", named.trim_end_matches(','));
                one(Outcome::Shipped, Reason::new(text).on([at(key)]))
            }
            Some(release) => {
                let text =
                    format!("{out} without it: it became {named} in {release}, which came later.");
                one(Outcome::WillMiss, Reason::new(text).on([at(key)]))
            }
            None => {
                let what = self
                    .record
                    .stage
                    .map_or_else(String::new, |stage| format!(" as {}", stage.written()));
                let text = format!(
                    "{out}, and whether it went out with this KEP{what} is not on record; its owners or its kep.yaml can say."
                );
                let reason = Reason::new(text).on([
                    self.value(Pointer::to("target")),
                    Basis::Rule(RuleId("target-shipped")),
                ]);
                one(Outcome::CannotTell, reason)
            }
        }
    }

    /// Of a beta whose default nobody wrote down: what holds either way, if something does.
    fn of_either_beta(&self) -> Verdict {
        let off = self.of_runtimes(Stage::Beta, Need::OneReleased);
        let on = self.of_runtimes(Stage::Beta, Need::EveryReleased);
        if off.outcome == on.outcome {
            return self.either_way(on);
        }
        // On by default asks for more, so it is never the better one.
        if on.outcome >= Outcome::OnCourse {
            return self.either_way(on);
        }
        let undecided = format!(
            "Whether the feature is on by default is not on record: off by default it is {}, on by default it is {}. Its owners can say.",
            said_of(off.outcome),
            said_of(on.outcome),
        );
        let undecided = Reason::new(undecided).on([self.value(Pointer::to("stage")), MATURITY]);
        let rest = on.reasons;
        Verdict {
            outcome: Outcome::CannotTell,
            reasons: std::iter::once(undecided).chain(rest).collect(),
            deciding: 1,
            asks: on.asks,
        }
    }

    fn either_way(&self, mut verdict: Verdict) -> Verdict {
        let text = "Whether it is on by default is not on record; the verdict is the same or better if it is not.";
        let reason = Reason::new(text.to_owned()).on([self.value(Pointer::to("stage"))]);
        verdict.reasons.push(reason);
        verdict
    }

    fn of_runtimes(&self, stage: Stage, needed: Need) -> Verdict {
        let runtimes = &self.registry.config.value.runtimes;
        let mut chances: Vec<Chance> = runtimes
            .iter()
            .map(|runtime| self.chance(runtime, stage, needed))
            .collect();
        let outcomes = || chances.iter().map(|chance| chance.outcome);
        let unknown = outcomes().any(|outcome| outcome == Outcome::CannotTell);
        let known = |outcome: &Outcome| *outcome != Outcome::CannotTell;
        let outcome = match needed {
            Need::OneMerged | Need::OneReleased => match outcomes().filter(known).max() {
                // The one that nobody has recorded may be the one that has it.
                Some(best) if best < Outcome::OnCourse && unknown => Outcome::CannotTell,
                best => best.unwrap_or(Outcome::CannotTell),
            },
            Need::EveryReleased => match outcomes().filter(known).min() {
                // However the unknown one turns out, it cannot mend what another one lacks.
                Some(worst) if worst > Outcome::CannotTell && unknown => Outcome::CannotTell,
                worst => worst.unwrap_or(Outcome::CannotTell),
            },
        };
        // What decides comes first; where one runtime is enough and has it, what the others lack decides nothing.
        chances.sort_by_key(|chance| chance.outcome != outcome);
        let settled = needed != Need::EveryReleased && outcome >= Outcome::OnCourse;
        chances.retain(|chance| !settled || chance.outcome == outcome);
        let asks = chances.iter().filter_map(|chance| chance.ask.clone());
        let asks = asks.collect();
        // Where every runtime counts, each that lacks it, or may lack it, belongs to why.
        let decides = |one: Outcome| match needed {
            Need::EveryReleased if outcome < Outcome::Ready => one < Outcome::Ready,
            _ => one == outcome,
        };
        let mut reasons: Vec<Reason> = Vec::new();
        let mut others: Vec<Reason> = Vec::new();
        let mut unknown: Vec<String> = Vec::new();
        for chance in chances {
            match chance.unrecorded {
                Some(runtime) => unknown.push(runtime),
                None if decides(chance.outcome) => reasons.push(chance.reason),
                None => others.push(chance.reason),
            }
        }
        if !unknown.is_empty() {
            let reason = self.not_recorded(&unknown);
            match decides(Outcome::CannotTell) {
                true => reasons.push(reason),
                false => others.push(reason),
            }
        }
        let deciding = reasons.len();
        reasons.push(self.asked(stage, needed));
        reasons.extend(others);
        Verdict {
            outcome,
            reasons,
            deciding,
            asks,
        }
    }

    fn not_recorded(&self, runtimes: &[String]) -> Reason {
        let names = runtimes.join(" and ");
        let have = if runtimes.len() == 1 { "has" } else { "have" };
        let text = format!("What {names} {have} is not on record.");
        Reason::new(text).on([self.value(Pointer::to("target"))])
    }

    /// What the policy asks for, said once.
    fn asked(&self, stage: Stage, needed: Need) -> Reason {
        let what = match needed {
            Need::OneMerged => {
                "one container runtime that has merged it, or has it as an experiment"
            }
            Need::OneReleased => "one container runtime that has released it",
            Need::EveryReleased => "a release of every participating container runtime",
        };
        let stage = match (stage, needed, self.record.enabled_by_default) {
            (Stage::Beta, Need::EveryReleased, None) => "If it is on by default",
            (Stage::Beta, Need::EveryReleased, _) => "For a beta that is on by default",
            (Stage::Beta, ..) => "For a beta that is off by default",
            (Stage::Alpha, ..) => "For alpha",
            _ => "For stable",
        };
        let text = format!("{stage}, the CRI development policy asks for {what}.");
        Reason::new(text).on([self.value(Pointer::to("stage")), MATURITY])
    }

    fn chance(&self, runtime: &Runtime, stage: Stage, needed: Need) -> Chance {
        let name = runtime.name.as_str();
        let is = |outcome, text: String| {
            Chance::of(outcome, Reason::new(text).on([self.facts(name, stage)]))
        };
        let target = self.target;
        let has = has(self.registry, runtime, self.record, stage, target);
        if let Has::Released(version) | Has::Late(version) = has
            && let Some(text) = self.contradiction(name, version)
        {
            return is(Outcome::CannotTell, text);
        }
        match has {
            Has::Released(version) => is(
                Outcome::Ready,
                format!("{name} has released it{}.", self.in_version(name, version)),
            ),
            Has::ReleasedSomehow => is(
                Outcome::Ready,
                format!("{name} has released it; since which version is not on record."),
            ),
            Has::Late(version) if needed != Need::OneMerged => is(
                Outcome::WillMiss,
                format!(
                    "{name} has released it{}, which is too late for Kubernetes {target}.",
                    self.in_version(name, version)
                ),
            ),
            Has::Late(version) => is(
                Outcome::Ready,
                format!("{name} has it{}.", self.in_version(name, version)),
            ),
            Has::ForOthers(range) => is(
                Outcome::AtRisk,
                format!("What {name} has is good for {} only.", range.said()),
            ),
            Has::NotRecorded => Chance {
                unrecorded: Some(name.to_owned()),
                ..is(Outcome::CannotTell, String::new())
            },
            Has::Less(state @ (RuntimeState::Merged | RuntimeState::Experimental))
                if needed == Need::OneMerged =>
            {
                let what = match state {
                    RuntimeState::Merged => "has merged it",
                    _ => "has it as an experiment",
                };
                is(Outcome::Ready, format!("{name} {what}."))
            }
            Has::Less(state) => self.not_yet(runtime, stage, needed, state),
        }
    }

    /// What a calendar says against a version that is said to be released: its minor is not out.
    fn contradiction(&self, name: &str, version: Version) -> Option<String> {
        let calendar = self.registry.runtimes.get(name)?;
        let minor = calendar.value.minor(version.release)?;
        let when = match minor.when() {
            Some(When::Released(day)) if day <= self.today => return None,
            Some(When::Released(day)) => format!("has {} on {day} only", minor.release),
            Some(When::Planned(planned)) => format!("plans {} for {planned}", minor.release),
            None => format!("does not have {} as released", minor.release),
        };
        Some(format!(
            "The record says that {name} released it in {version}, and the calendar of {name} {when}."
        ))
    }

    /// A runtime that is known not to have it yet.
    fn not_yet(
        &self,
        runtime: &Runtime,
        stage: Stage,
        needed: Need,
        state: RuntimeState,
    ) -> Chance {
        let name = runtime.name.as_str();
        let mut basis = vec![self.facts(name, stage)];
        let is_home = self.registry.config.value.home.as_str() == name;
        if is_home && self.record.triage == Some(Triage::Declined) {
            basis.push(self.value(Pointer::to("triage")));
            let text = format!("{name}'s maintainers have declined it.");
            return Chance::of(Outcome::WillMiss, Reason::new(text).on(basis));
        }
        let so_far = match state {
            RuntimeState::None => format!("{name} has nothing of it yet"),
            RuntimeState::InProgress => format!("{name} is working on it and has not merged it"),
            RuntimeState::Experimental => format!("{name} has it as an experiment only"),
            RuntimeState::Merged | RuntimeState::Released => {
                format!("{name} has merged it and not released it")
            }
        };
        if needed == Need::OneMerged {
            return self.not_merged(state, so_far, basis);
        }
        let coming = Question {
            registry: self.registry,
            runtime,
            milestone: self.record.milestone.filter(|_| is_home),
            target: self.target,
            today: self.today,
        };
        let coming = coming.answer();
        basis.extend(
            coming
                .is_milestone
                .then(|| self.value(Pointer::to("milestone"))),
        );
        basis.extend(
            coming
                .place
                .map(|(file, pointer)| Basis::Value(file, pointer)),
        );
        let (outcome, text) = match (coming.time, state) {
            (Time::Unknown, _) => (Outcome::CannotTell, format!("{so_far}; {}.", coming.said)),
            (Time::Late, _) => (Outcome::WillMiss, format!("{so_far}; {}.", coming.said)),
            (Time::Perhaps, RuntimeState::Merged) => {
                (Outcome::AtRisk, format!("{so_far}; {}.", coming.said))
            }
            (Time::Early, RuntimeState::Merged) => {
                (Outcome::OnCourse, format!("{so_far}; {}.", coming.said))
            }
            (Time::Early | Time::Perhaps, _) => {
                let must = match state {
                    RuntimeState::Experimental => "It has to become more than an experiment before",
                    _ => "It has to be merged before",
                };
                (
                    Outcome::AtRisk,
                    format!("{so_far}; {}. {must}.", coming.said),
                )
            }
        };
        let ask = coming.minor.map(|minor| Ask {
            runtime: name.to_owned(),
            minor,
        });
        Chance {
            outcome,
            reason: Reason::new(text).on(basis),
            ask,
            unrecorded: None,
        }
    }

    /// Alpha asks for a merge only. Kubernetes merges its own half before its code freeze.
    fn not_merged(&self, state: RuntimeState, so_far: String, mut basis: Vec<Basis>) -> Chance {
        let freeze = self.cycle.and_then(|cycle| cycle.code_freeze);
        basis.extend(freeze.and_then(|_| self.freeze_basis(Freeze::Code)));
        let (outcome, text) = match freeze.map(crate::terms::Instant::date) {
            Some(day) if day < self.today && state == RuntimeState::None => (
                Outcome::WillMiss,
                format!(
                    "{so_far}, and Kubernetes {} froze its code on {day}.",
                    self.target
                ),
            ),
            Some(day) if day < self.today => (
                Outcome::AtRisk,
                format!(
                    "{so_far}; Kubernetes {} froze its code on {day}, so that only a merge in the next days helps.",
                    self.target
                ),
            ),
            Some(day) => (
                Outcome::AtRisk,
                format!(
                    "{so_far}; it has to be merged before Kubernetes {} freezes its code on {day}.",
                    self.target
                ),
            ),
            None => (
                Outcome::AtRisk,
                format!(
                    "{so_far}; it has to be merged before Kubernetes {} freezes its code, on a day that is not on record.",
                    self.target
                ),
            ),
        };
        Chance::of(outcome, Reason::new(text).on(basis))
    }

    /// What else a KEP needs than what the runtimes have.
    fn under_conditions(&self, stage: Stage, of_runtimes: Verdict) -> Verdict {
        let conditions = [self.beta_before(stage), self.approval(), self.consensus()];
        let Verdict {
            mut outcome,
            mut reasons,
            mut deciding,
            asks,
        } = of_runtimes;
        for condition in conditions.into_iter().flatten() {
            if condition.outcome < outcome {
                outcome = condition.outcome;
                deciding = 1;
                reasons.insert(0, condition.reason);
            } else {
                reasons.push(condition.reason);
            }
        }
        Verdict {
            outcome,
            reasons,
            deciding,
            asks,
        }
    }

    /// Stable needs a Kubernetes release with beta on by default before it.
    fn beta_before(&self, stage: Stage) -> Option<Chance> {
        let reached = &self.record.reached;
        if stage != Stage::Stable {
            return None;
        }
        if reached.stages().next().is_none() {
            let text = "Which stages have shipped is not on record, and stable needs a release with beta on by default before it.";
            let reason =
                Reason::new(text.to_owned()).on([self.value(Pointer::to("stage")), MATURITY]);
            return Some(Chance::of(Outcome::CannotTell, reason));
        }
        let before = beta_on(reached).is_some_and(|before| before < self.target);
        (!before).then(|| {
            let reason = Reason::new(format!(
                "No Kubernetes release before {} has it as a beta that is on by default, and stable needs one.",
                self.target
            ))
            .on([self.value(Pointer::to("reached")), MATURITY]);
            Chance::of(Outcome::WillMiss, reason)
        })
    }

    /// A KEP is approved before the enhancements freeze, or waits for the next release.
    fn approval(&self) -> Option<Chance> {
        if self.record.status != Status::Provisional {
            return None;
        }
        let freeze = self
            .cycle
            .and_then(|cycle| cycle.enhancements_freeze)?
            .date();
        let target = self.target;
        let basis = [
            Some(self.value(Pointer::to("status"))),
            self.freeze_basis(Freeze::Enhancements),
        ];
        let read = self.record.upstream_seen;
        let (outcome, text) = match read {
            _ if freeze >= self.today => (
                Outcome::OnCourse,
                format!(
                    "The KEP is provisional, and has to be approved before the enhancements freeze of Kubernetes {target} on {freeze}."
                ),
            ),
            Some(read) if read > freeze => (
                Outcome::WillMiss,
                format!(
                    "The KEP was still provisional after the enhancements freeze of Kubernetes {target} on {freeze}: without an exception it waits for the next release."
                ),
            ),
            _ => (
                Outcome::CannotTell,
                format!(
                    "{}; whether it was approved before the enhancements freeze of Kubernetes {target} on {freeze} is not on record.",
                    match read {
                        Some(read) => format!("The KEP was provisional when its kep.yaml was last read, on {read}"),
                        None => "The record says that the KEP is provisional, and its kep.yaml was never read".to_owned(),
                    }
                ),
            ),
        };
        Some(Chance::of(
            outcome,
            Reason::new(text).on(basis.into_iter().flatten()),
        ))
    }

    fn consensus(&self) -> Option<Chance> {
        let consensus = self.record.design.as_ref()?.consensus?;
        (consensus == Consensus::Blocked).then(|| {
            let reason = Reason::new("The discussion of its design is stuck.".to_owned());
            let at = self.value(Pointer::to("design").key("consensus"));
            Chance::of(Outcome::AtRisk, reason.on([at]))
        })
    }

    fn in_version(&self, runtime: &str, version: Version) -> String {
        let calendar = self.registry.runtimes.get(runtime);
        let minor = calendar.and_then(|calendar| calendar.value.minor(version.release));
        match minor.and_then(|minor| minor.day_of(version)) {
            Some(day) => format!(" in {version} of {day}"),
            None => format!(" in {version}"),
        }
    }

    fn value(&self, pointer: Pointer) -> Basis {
        Basis::Value(self.entry.file, pointer)
    }

    /// The fact that a runtime is judged by.
    fn facts(&self, runtime: &str, stage: Stage) -> Basis {
        let at = Pointer::to("runtimes").key(runtime);
        let Some(facts) = self.record.runtimes.get(runtime) else {
            return self.value(Pointer::to("target"));
        };
        let at = match weakest(facts, stage, self.target) {
            Ok(weakest) => {
                let at = match weakest.part {
                    Some(part) => at.key("parts").index(part),
                    None => at,
                };
                match weakest.release {
                    Some(_) => at.key("release"),
                    None => at.key("state"),
                }
            }
            Err(_) => at.key("kubernetes"),
        };
        self.value(at)
    }

    fn freeze_basis(&self, freeze: Freeze) -> Option<Basis> {
        let calendar = self.registry.kubernetes.as_ref()?;
        let mut cycles = calendar.value.cycles.iter();
        let place = cycles.position(|cycle| cycle.release == self.target)?;
        let at = Pointer::to("cycles").index(place).key(freeze.key());
        Some(Basis::Value(calendar.file, at))
    }
}

/// The first release with beta on by default: the first one with beta, unless the record says that it was a later one.
fn beta_on(reached: &Reached) -> Option<Release> {
    reached.beta_on.or(reached.beta)
}

fn one(outcome: Outcome, reason: Reason) -> Verdict {
    Verdict {
        outcome,
        reasons: vec![reason],
        deciding: 1,
        asks: Vec::new(),
    }
}

fn on_its_way_out(stage: Stage) -> &'static str {
    match stage {
        Stage::Deprecated => "deprecated",
        Stage::Disabled => "switched off for good",
        _ => "removed",
    }
}

/// An outcome behind "it is".
fn said_of(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::WillMiss => "too late",
        Outcome::AtRisk => "at risk",
        Outcome::CannotTell => "not known",
        Outcome::OnCourse => "on course",
        Outcome::Ready => "ready",
        Outcome::Shipped => "shipped",
        Outcome::NothingNeeded => "done",
    }
}

#[cfg(test)]
mod tests;
