//! One KEP as the board shows it.

use std::collections::BTreeSet;

use crate::findings::diagnostic::Place;
use crate::findings::document::Located;
use crate::registry::Entry;
use crate::registry::kep::{Design, KepRecord, RuntimeFacts};
use crate::registry::tracked::Tracked;
use crate::terms::links::Site;
use crate::terms::{
    Aim, BranchDecision, Date, DatedRelease, Evidence, Handle, KubernetesRange, Line, Link,
    ReachedStage, Release, RuntimeState, Stage, Status, Subject, Triage, Version,
};
use crate::views::history::How;
use crate::views::life::{Life, life};

use super::verdict::{Ask, Basis, Outcome, verdict};
use super::{FindingBoard, Pointed, Spot, View, sound};

/// A KEP. What is absent is not known.
#[derive(Debug, Clone)]
pub struct KepBoard {
    /// Its number.
    pub number: u32,
    /// Its title.
    pub title: Line,
    /// The folder of its record: the SIG that owns it.
    pub sig: String,
    /// The path of its record.
    pub path: String,
    /// Whether its record has no mistakes of shape.
    pub is_whole: bool,
    /// Where it stands upstream.
    pub status: Option<Status>,
    /// What it aims at.
    pub aim: Aim,
    /// The release that work on it aims at.
    pub aims_at: Option<Release>,
    /// Whether that release is made, and why.
    pub verdict: Option<Judged>,
    /// Its feature gates.
    pub gates: Vec<Line>,
    /// Its owners upstream.
    pub owners: Vec<Handle>,
    /// Who sees it through.
    pub shepherds: Vec<Handle>,
    /// Whether maintainers have taken it on.
    pub triage: Option<Triage>,
    /// Whether work goes on, as far as is known.
    pub is_going_on: bool,
    /// The targeted minor of the home runtime.
    pub milestone: Option<DatedRelease>,
    /// Its tracking issue.
    pub issue: Option<Pointed>,
    /// Its issue upstream.
    pub upstream: Pointed,
    /// Issues of parts of the work, and former ones.
    pub other_issues: Vec<Pointed>,
    /// The pull requests that do the work, with the release of those that are not for the target.
    pub pull_requests: Vec<(Pointed, Option<Release>)>,
    /// Other documents.
    pub links: Vec<Link>,
    /// Why it needs nothing of a runtime.
    pub needs_nothing: Option<Line>,
    /// Each stage that shipped, with its release.
    pub reached: Vec<(ReachedStage, Release)>,
    /// What each participating runtime has of it.
    pub runtimes: Vec<FactsBoard>,
    /// How far the design has been agreed on.
    pub design: Option<Design>,
    /// What people have accepted of what `check` finds: the rule, and why it is right here.
    pub accepted: Vec<(Line, Line)>,
    /// What `check` finds.
    pub findings: Vec<FindingBoard>,
    /// The day of kep.yaml that the record was read at, and how many days ago that is.
    pub seen: Option<(Date, i64)>,
    /// Every time that its target moved to a later release, newest first; empty too where the history is not known.
    pub slips: Vec<Slip>,
    /// Every release that it has ever aimed at or reached, as far as is known.
    pub ever: BTreeSet<Release>,
    /// Its life against the cycles.
    pub life: Life,
}

/// A verdict with its reasons, each with where it rests.
#[derive(Debug, Clone)]
pub struct Judged {
    /// What is said.
    pub outcome: Outcome,
    /// Why, the reason that decides it first; never empty.
    pub reasons: Vec<ReasonBoard>,
    /// How many of the reasons, from the first one on, decide it.
    pub deciding: usize,
    /// Who can change it: those who shepherd it, or else its owners; empty: nobody is on record.
    pub who: Vec<Handle>,
    /// Whether those are its owners, because nobody shepherds it.
    pub are_owners: bool,
    /// The minors that have to bring it.
    pub asks: Vec<Ask>,
}

impl Judged {
    /// The reasons that decide it, one behind the other.
    pub fn why(&self) -> String {
        let deciding = self.reasons.iter().take(self.deciding);
        let texts: Vec<&str> = deciding.map(|reason| reason.text.as_str()).collect();
        texts.join(" ")
    }
}

/// Why a verdict is what it is.
#[derive(Debug, Clone)]
pub struct ReasonBoard {
    /// A whole sentence.
    pub text: String,
    /// The lines that it rests on.
    pub lines: Vec<Spot>,
    /// The rules that it rests on.
    pub rules: Vec<String>,
}

/// What a runtime has of a KEP.
#[derive(Debug, Clone)]
pub struct FactsBoard {
    /// The runtime.
    pub runtime: String,
    /// What it has of the feature as a whole; absent: not known.
    pub whole: Option<FactBoard>,
    /// What it has of parts, each with its name and the stage that needs it.
    pub parts: Vec<(Line, Option<Stage>, FactBoard)>,
    /// What older branches get.
    pub branches: Vec<(Release, BranchDecision)>,
}

/// How far a runtime is.
#[derive(Debug, Clone)]
pub struct FactBoard {
    /// How far.
    pub state: RuntimeState,
    /// The first version that has it.
    pub version: Option<Version>,
    /// The day of that version.
    pub day: Option<Date>,
    /// The Kubernetes releases that it is good for; absent: all.
    pub kubernetes: Option<KubernetesRange>,
    /// What brought it.
    pub evidence: Vec<Pointed>,
}

impl FactBoard {
    /// As people say it: "2.3.0", "released", "merged, not released".
    pub fn said(&self) -> String {
        match (self.state, self.version) {
            (RuntimeState::Released, Some(version)) => version.to_string(),
            (state, _) => state.said().to_owned(),
        }
    }
}

/// A target that moved to a later release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slip {
    /// From.
    pub from: Release,
    /// To.
    pub to: Release,
    /// When.
    pub day: Date,
    /// By whom, as git has it.
    pub by: String,
    /// The commit.
    pub commit: String,
}

impl KepBoard {
    /// What is said of it and its release, if it aims at one.
    pub fn outcome(&self) -> Option<Outcome> {
        Some(self.verdict.as_ref()?.outcome)
    }

    /// As people name it.
    pub fn name(&self) -> String {
        format!("KEP-{}", self.number)
    }

    /// What it is about.
    pub fn subject(&self) -> Subject {
        Subject::Kep(self.number)
    }

    /// Everybody who has to do with it.
    pub fn people(&self) -> impl Iterator<Item = &Handle> {
        self.shepherds.iter().chain(&self.owners)
    }

    /// What a runtime has of it as a whole.
    pub fn fact(&self, runtime: &str) -> Option<&FactBoard> {
        let facts = self
            .runtimes
            .iter()
            .find(|facts| facts.runtime == runtime)?;
        facts.whole.as_ref()
    }

    /// Where it stands, for those that aim at nothing: "stable since 1.36", "withdrawn".
    pub fn standing(&self) -> String {
        let Some(status) = self.status else {
            return "where it stands cannot be read".to_owned();
        };
        if let Some(ended) = status.ended().filter(|_| status != Status::Implemented) {
            return ended.to_owned();
        }
        match self.reached.last() {
            Some((stage, release)) => format!("{} since {release}", said(*stage)),
            None => "no stage is on record as shipped".to_owned(),
        }
    }

    pub(super) fn of(
        view: &View<'_>,
        entry: &Entry<KepRecord>,
        findings: Vec<FindingBoard>,
    ) -> Self {
        let View {
            registry,
            today,
            past,
            ..
        } = view;
        let record = &entry.value;
        let tracked = Tracked::Kep(entry);
        let subject = tracked.subject();
        let source = registry.file(entry.file);
        let slips = slips(view, &subject);
        let mut ever: BTreeSet<Release> = record
            .reached
            .stages()
            .map(|(_, release)| release)
            .collect();
        ever.extend(record.target);
        for (_, change) in past.of_record(&subject) {
            for field in change.fields.iter().filter(|field| field.key == "target") {
                let named = [&field.before, &field.after].into_iter().flatten();
                ever.extend(named.filter_map(|text| text.parse::<Release>().ok()));
            }
        }
        let numbers = record.related_issues.iter().chain(&record.former_issues);
        let references = numbers.filter_map(|number| tracked.reference(registry, *number));
        let upstream = &registry.config.value.sources.upstream;
        let upstream = upstream
            .as_ref()
            .map_or_else(|| UPSTREAM.to_owned(), ToString::to_string);
        let upstream = format!("{upstream}#{}", record.number);
        Self {
            number: record.number,
            title: record.title.clone(),
            sig: registry.sig_of(entry).to_owned(),
            path: source.path.to_string(),
            is_whole: entry.is_whole(),
            status: sound(entry, "status").map(|record| record.status),
            aim: record.aim(),
            aims_at: sound(entry, "target").and_then(KepRecord::aims_at),
            verdict: judged(view, entry),
            gates: record.feature_gates.clone(),
            owners: record.owners.clone(),
            shepherds: record.shepherds.clone(),
            triage: record.triage,
            is_going_on: record.is_going_on(),
            milestone: record.milestone.map(|minor| registry.home_release(minor)),
            issue: view.issue(tracked),
            upstream: match upstream.parse() {
                Ok(issue) => Pointed {
                    url: Site::github().address(&issue, "issues"),
                    said: upstream,
                },
                Err(_) => Pointed {
                    url: Site::github().origin().to_owned(),
                    said: upstream,
                },
            },
            other_issues: references
                .map(|issue| view.pointed(&issue, "issues"))
                .collect(),
            pull_requests: view.pull_requests(tracked),
            links: record.links.clone(),
            needs_nothing: record.runtime_support.clone(),
            reached: record.reached.stages().collect(),
            runtimes: facts(view, record),
            design: record.design.clone(),
            accepted: tracked
                .allow()
                .map(|(_, allow)| (allow.rule.clone(), allow.reason.clone()))
                .collect(),
            findings,
            seen: record
                .upstream_seen
                .map(|seen| (seen, seen.days_until(*today))),
            slips,
            ever,
            life: life(registry, record, *today),
        }
    }
}

/// Where KEPs are written, if a registry does not say where.
const UPSTREAM: &str = "kubernetes/enhancements";

/// A stage that shipped, as people say it.
pub fn said(stage: ReachedStage) -> &'static str {
    match stage {
        ReachedStage::Alpha => "alpha",
        ReachedStage::Beta => "beta",
        ReachedStage::BetaOn => "beta, on by default,",
        ReachedStage::Stable => "stable",
    }
}

fn judged(view: &View<'_>, entry: &Entry<KepRecord>) -> Option<Judged> {
    let verdict = verdict(view.registry, entry, view.today)?;
    let record = &entry.value;
    let located = Located::of(view.registry.file(entry.file));
    let reasons = verdict.reasons.into_iter().map(|reason| {
        let mut lines = Vec::new();
        let mut rules = Vec::new();
        for basis in reason.rests_on {
            match basis {
                Basis::Value(file, pointer) if file == entry.file => {
                    lines.push(view.spot(&located, file, &Place::Value(pointer)));
                }
                Basis::Value(file, pointer) => {
                    lines.push(view.elsewhere(file, &Place::Value(pointer)));
                }
                Basis::Rule(rule) => rules.push(rule.to_string()),
            }
        }
        ReasonBoard {
            text: reason.text,
            lines,
            rules,
        }
    });
    let are_owners = record.shepherds.is_empty();
    Some(Judged {
        outcome: verdict.outcome,
        reasons: reasons.collect(),
        deciding: verdict.deciding,
        who: match are_owners {
            true => record.owners.clone(),
            false => record.shepherds.clone(),
        },
        are_owners,
        asks: verdict.asks,
    })
}

fn facts(view: &View<'_>, record: &KepRecord) -> Vec<FactsBoard> {
    let runtimes = view.registry.config.value.runtimes.iter();
    runtimes
        .map(|runtime| {
            let name = runtime.name.as_str();
            let Some(facts) = record.runtimes.get(name) else {
                return FactsBoard {
                    runtime: name.to_owned(),
                    whole: None,
                    parts: Vec::new(),
                    branches: Vec::new(),
                };
            };
            let fact =
                |state, version: Option<Version>, kubernetes, evidence: &[Evidence]| FactBoard {
                    state,
                    version,
                    day: version.and_then(|version| view.day_of(name, version)),
                    kubernetes,
                    evidence: evidence.iter().map(brought).collect(),
                };
            let RuntimeFacts {
                state,
                release,
                evidence,
                kubernetes,
                branches,
                parts,
            } = facts;
            let parts = parts.iter().map(|part| {
                let kubernetes = part.kubernetes.or(*kubernetes);
                let fact = fact(part.state, part.release, kubernetes, &part.evidence);
                (part.name.clone(), part.needed_for, fact)
            });
            FactsBoard {
                runtime: name.to_owned(),
                parts: parts.collect(),
                whole: Some(fact(*state, *release, *kubernetes, evidence)),
                branches: branches
                    .iter()
                    .map(|(minor, decision)| (*minor, *decision))
                    .collect(),
            }
        })
        .collect()
}

fn brought(evidence: &Evidence) -> Pointed {
    Pointed {
        said: evidence.said(),
        url: Site::github().address_of(evidence),
    }
}

fn slips(view: &View<'_>, subject: &Subject) -> Vec<Slip> {
    let changes = view.past.of_record(subject).iter();
    let slips = changes.flat_map(|(revision, change)| {
        let fields = change
            .fields
            .iter()
            .filter(|field| field.key == "target" && change.how != How::Added);
        fields.filter_map(|field| {
            let from: Release = field.before.as_ref()?.parse().ok()?;
            let to: Release = field.after.as_ref()?.parse().ok()?;
            (to > from).then(|| Slip {
                from,
                to,
                day: revision.day(),
                by: revision.by.name.clone(),
                commit: revision.id.clone(),
            })
        })
    });
    slips.collect()
}
