//! The records side by side: one row each, with what people sort and filter by. Pure; `kepherd list` shows it.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;

use crate::findings::diagnostic::{Diagnostic, Level};
use crate::findings::sources::FileId;
use crate::registry::{Entry, Registry, kep::KepRecord, work_item::WorkItem};
use crate::terms::{
    Handle, KubernetesRange, Release, RepositoryName, RuntimeState, Stage, Status, Triage, Version,
    WorkKind,
};

/// The version of the JSON.
pub const VERSION: u32 = 1;

/// The rows of a registry.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Overview {
    /// The version of this format.
    pub version: u32,
    /// A row for each KEP, by number.
    pub keps: Vec<KepRow>,
    /// A row for each work item, by id.
    pub items: Vec<ItemRow>,
}

/// One KEP. What is absent is not known.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
// Its name in the published schema.
#[schemars(rename = "Row")]
pub struct KepRow {
    /// Its number.
    pub number: u32,
    /// Its title.
    pub title: String,
    /// The path of its record below the registry's root.
    pub record: String,
    /// The folder of its record: the SIG that owns it.
    pub sig: String,
    /// Where it stands upstream.
    pub status: Status,
    /// The stage that the target aims at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<Stage>,
    /// The Kubernetes release aimed for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<Release>,
    /// Whether the feature is on by default at that stage.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled_by_default: Option<bool>,
    /// The targeted minor of the home runtime.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub milestone: Option<Release>,
    /// Whether maintainers have taken it on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub triage: Option<Triage>,
    /// Who sees it through.
    pub shepherds: Vec<Handle>,
    /// The repository of its issue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repository: Option<RepositoryName>,
    /// The number of its issue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issue: Option<u64>,
    /// The Kubernetes release of each stage that has shipped.
    pub reached: BTreeMap<String, Release>,
    /// What each participating runtime has of it; one that is absent is not known.
    pub runtimes: BTreeMap<String, RuntimeCell>,
    /// What `check` finds in its record.
    pub findings: FindingCounts,
}

/// One work item. What is absent is not known.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ItemRow {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// The path of its record below the registry's root.
    pub record: String,
    /// What sort of work it is.
    pub kind: WorkKind,
    /// The Kubernetes release aimed for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<Release>,
    /// The targeted minor of the home runtime.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub milestone: Option<Release>,
    /// Whether maintainers have taken it on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub triage: Option<Triage>,
    /// Who does it.
    pub assignees: Vec<Handle>,
    /// The repository of its issue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repository: Option<RepositoryName>,
    /// The number of its issue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issue: Option<u64>,
    /// What `check` finds in its record.
    pub findings: FindingCounts,
}

/// What a runtime has of a feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RuntimeCell {
    /// How far it is.
    pub state: RuntimeState,
    /// The first version that has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub release: Option<Version>,
    /// The Kubernetes releases that this is good for; absent: all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kubernetes: Option<KubernetesRange>,
}

/// Findings of a record.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
// Its name in the published schema.
#[schemars(rename = "Findings")]
pub struct FindingCounts {
    /// How many errors.
    pub errors: usize,
    /// How many warnings.
    pub warnings: usize,
    /// How many notes.
    pub notes: usize,
    /// The rules that found them.
    pub rules: BTreeSet<String>,
}

/// What rows are wanted: of each kind any of these; of a kind that names nothing, all.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Stages.
    pub stages: Vec<Criterion<Stage>>,
    /// Statuses.
    pub statuses: Vec<Status>,
    /// Kubernetes releases.
    pub targets: Vec<Criterion<Release>>,
    /// Minors of the home runtime.
    pub milestones: Vec<Criterion<Release>>,
    /// Shepherds, or who does a work item.
    pub shepherds: Vec<Criterion<Handle>>,
    /// SIGs.
    pub sigs: Vec<String>,
    /// States of runtimes.
    pub runtimes: Vec<RuntimeCriterion>,
    /// Triage.
    pub triages: Vec<Criterion<Triage>>,
    /// Rules, or levels, of findings.
    pub findings: Vec<Criterion<String>>,
}

/// A value, or its absence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Criterion<T> {
    /// Records without one: `none`.
    Absent,
    /// Records with this one.
    Is(T),
}

/// A state of a runtime: `STATE` of the home runtime, or `RUNTIME=STATE`; `unknown` where nothing is recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuntimeCriterion {
    /// The runtime, if it is not the home one.
    pub runtime: Option<String>,
    /// The state; `None`: nothing is recorded.
    pub state: Option<RuntimeState>,
}

impl<T: std::str::FromStr> std::str::FromStr for Criterion<T> {
    type Err = T::Err;

    fn from_str(text: &str) -> Result<Self, T::Err> {
        match text {
            "none" => Ok(Self::Absent),
            text => text.parse().map(Self::Is),
        }
    }
}

impl std::str::FromStr for RuntimeCriterion {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (runtime, state) = match text.split_once('=') {
            Some((runtime, state)) => (Some(runtime.to_owned()), state),
            None => (None, text),
        };
        let state = match RuntimeState::ALL
            .into_iter()
            .find(|known| known.written() == state)
        {
            None if state == "unknown" => None,
            None => {
                let names = RuntimeState::ALL.map(RuntimeState::written);
                return Err(format!("a state is one of {}, unknown", names.join(", ")));
            }
            known => known,
        };
        Ok(Self { runtime, state })
    }
}

/// The rows of the records that are wanted. What only a KEP can meet, no work item meets.
pub fn overview(registry: &Registry, diagnostics: &[Diagnostic], filter: &Filter) -> Overview {
    let mut found: BTreeMap<FileId, FindingCounts> = BTreeMap::new();
    for diagnostic in diagnostics {
        let findings = found.entry(diagnostic.primary.file).or_default();
        match diagnostic.level {
            Level::Error => findings.errors += 1,
            Level::Warning => findings.warnings += 1,
            Level::Note => findings.notes += 1,
            Level::Off => continue,
        }
        findings.rules.insert(diagnostic.rule.to_string());
    }
    let home = registry.config.value.home.as_str();
    let mut keps: Vec<KepRow> = registry
        .keps
        .iter()
        .map(|entry| {
            row(
                registry,
                entry,
                found.remove(&entry.file).unwrap_or_default(),
            )
        })
        .filter(|row| filter.takes(&row.criteria(), home))
        .collect();
    keps.sort_by(|a, b| (a.number, &a.record).cmp(&(b.number, &b.record)));
    let mut items: Vec<ItemRow> = registry
        .items
        .iter()
        .map(|entry| {
            let findings = found.remove(&entry.file).unwrap_or_default();
            item_row(registry, entry, findings)
        })
        .filter(|row| filter.takes(&row.criteria(), home))
        .collect();
    items.sort_by(|a, b| (&a.id, &a.record).cmp(&(&b.id, &b.record)));
    Overview {
        version: VERSION,
        keps,
        items,
    }
}

fn item_row(registry: &Registry, entry: &Entry<WorkItem>, findings: FindingCounts) -> ItemRow {
    let item = &entry.value;
    ItemRow {
        id: item.id.clone(),
        title: item.title.to_string(),
        record: registry.file(entry.file).path.to_string(),
        kind: item.kind,
        target: item.target,
        milestone: item.milestone,
        triage: item.triage,
        assignees: item.assignees.clone(),
        repository: registry.repository_of(item.repository.as_ref()).cloned(),
        issue: item.issue,
        findings,
    }
}

/// What records are chosen by. What a kind of record cannot have is absent.
struct Criteria<'a> {
    stage: Option<Stage>,
    status: Option<Status>,
    target: Option<Release>,
    milestone: Option<Release>,
    triage: Option<Triage>,
    people: &'a [Handle],
    sig: Option<&'a str>,
    runtimes: Option<&'a BTreeMap<String, RuntimeCell>>,
    findings: &'a FindingCounts,
}

impl KepRow {
    fn criteria(&self) -> Criteria<'_> {
        Criteria {
            stage: self.stage,
            status: Some(self.status),
            target: self.target,
            milestone: self.milestone,
            triage: self.triage,
            people: &self.shepherds,
            sig: Some(&self.sig),
            runtimes: Some(&self.runtimes),
            findings: &self.findings,
        }
    }
}

impl ItemRow {
    fn criteria(&self) -> Criteria<'_> {
        Criteria {
            stage: None,
            status: None,
            target: self.target,
            milestone: self.milestone,
            triage: self.triage,
            people: &self.assignees,
            sig: None,
            runtimes: None,
            findings: &self.findings,
        }
    }
}

fn row(registry: &Registry, entry: &Entry<KepRecord>, findings: FindingCounts) -> KepRow {
    let record = &entry.value;
    let path = registry.file(entry.file).path.to_string();
    KepRow {
        number: record.number,
        title: record.title.to_string(),
        sig: registry.sig_of(entry).to_owned(),
        record: path,
        status: record.status,
        stage: record.stage,
        target: record.target,
        enabled_by_default: record.enabled_by_default,
        milestone: record.milestone,
        triage: record.triage,
        shepherds: record.shepherds.clone(),
        repository: registry.repository_of(record.repository.as_ref()).cloned(),
        issue: record.issue,
        reached: record
            .reached
            .entries()
            .map(|(stage, release)| (stage.to_owned(), release))
            .collect(),
        runtimes: record
            .runtimes
            .iter()
            .map(|(name, facts)| {
                let (state, release) = (facts.state, facts.release);
                let cell = RuntimeCell {
                    state,
                    release,
                    kubernetes: facts.kubernetes,
                };
                (name.clone(), cell)
            })
            .collect(),
        findings,
    }
}

impl Filter {
    fn takes(&self, record: &Criteria<'_>, home: &str) -> bool {
        let Self {
            stages,
            statuses,
            targets,
            milestones,
            shepherds,
            sigs,
            runtimes,
            triages,
            findings,
        } = self;
        let runtime = |wanted: &RuntimeCriterion| {
            let name = wanted.runtime.as_deref().unwrap_or(home);
            let state =
                |cells: &BTreeMap<String, RuntimeCell>| cells.get(name).map(|cell| cell.state);
            record
                .runtimes
                .is_some_and(|cells| state(cells) == wanted.state)
        };
        let found = record.findings;
        let finding = |wanted: &Criterion<String>| match wanted {
            Criterion::Absent => found.rules.is_empty(),
            Criterion::Is(word) => match word.as_str() {
                "error" => found.errors > 0,
                "warning" => found.warnings > 0,
                "note" => found.notes > 0,
                rule => found.rules.contains(rule),
            },
        };
        let person = |wanted: &Criterion<Handle>| match wanted {
            Criterion::Absent => record.people.is_empty(),
            Criterion::Is(handle) => record.people.contains(handle),
        };
        any(stages, |one| one.is(record.stage))
            && any(statuses, |one| record.status == Some(*one))
            && any(targets, |one| one.is(record.target))
            && any(milestones, |one| one.is(record.milestone))
            && any(shepherds, person)
            && any(sigs, |one| record.sig.is_some_and(|sig| is_sig(one, sig)))
            && any(runtimes, runtime)
            && any(triages, |one| one.is(record.triage))
            && any(findings, finding)
    }
}

/// Whether somebody means a SIG: its folder's name, or that without what all begin with.
fn is_sig(named: &str, folder: &str) -> bool {
    let bare = folder.strip_prefix("sig-").unwrap_or(folder);
    named.eq_ignore_ascii_case(folder) || named.eq_ignore_ascii_case(bare)
}

/// Whether any of these is met, or there is none to meet.
fn any<T>(all: &[T], is_met: impl Fn(&T) -> bool) -> bool {
    all.is_empty() || all.iter().any(is_met)
}

impl<T: PartialEq> Criterion<T> {
    fn is(&self, value: Option<T>) -> bool {
        match (self, value) {
            (Self::Absent, None) => true,
            (Self::Is(wanted), Some(value)) => *wanted == value,
            _ => false,
        }
    }
}
