//! Registry → what GitHub should say: the first of the three inputs of a plan. A pure function: it knows neither GitHub's
//! state, nor what earlier runs left, nor the date; and nobody changes what it gives.
//!
//! What a record leaves open is left open here too: an absent value is not managed. Text from records is data; it is
//! escaped where it becomes Markdown, in `status.rs`.

pub mod announcement;
mod status;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::registry::config::{AssigneePolicy, DriftConfig, Fact, Guards, Policy, ReleaseLabel};
use crate::registry::kep::{KepRecord, PullRequest};
use crate::registry::tracked::Tracked;
use crate::registry::work_item::WorkItem;
use crate::registry::{Entry, Registry};
use crate::sync::section::{Applied, Said};
use crate::terms::links::Site;
use crate::terms::{
    Date, Ending, Handle, IssueRef, Release, RepositoryName, Stage, Subject, Triage,
};
use crate::text::words::{has_name, same_name};
use announcement::Announcing;
pub use status::Status;

/// What GitHub should say, repository by repository.
#[derive(Debug, Clone)]
pub struct Desired {
    /// By repository, as `registry.toml` lists them.
    pub repositories: BTreeMap<RepositoryName, DesiredRepository>,
    /// How much one run may change.
    pub guards: Guards,
    /// A digest of the registry that all of this was read from.
    pub registry: String,
}

/// What one repository should hold.
#[derive(Debug, Clone)]
pub struct DesiredRepository {
    /// Labels that must exist, by their folded name.
    pub labels: BTreeMap<String, LabelDefinition>,
    /// Milestones that must exist, by title.
    pub milestones: BTreeMap<String, DesiredMilestone>,
    /// The issues.
    pub issues: Vec<DesiredIssue>,
    /// The pull requests that records name, by number.
    pub pull_requests: BTreeMap<u64, DesiredPullRequest>,
    /// The labels by which kepherd's own issues are listed.
    pub index_labels: Vec<String>,
    /// Labels that may be taken off a pull request that no record names any more.
    pub removable: RemovableLabels,
    /// Labels that are called otherwise now: what they were called, and what they are.
    pub renamed_labels: Vec<(String, String)>,
}

/// A label as it is created. One that people made is left as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct LabelDefinition {
    /// The name.
    pub name: String,
    /// Six hexadecimal digits.
    pub color: String,
    /// The description.
    pub description: String,
}

/// A milestone as it is created. One that people made is left as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct MilestoneDefinition {
    /// The title.
    pub title: String,
    /// The day it is due.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<Date>,
    /// The description.
    pub description: String,
}

/// A milestone that should be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DesiredMilestone {
    /// As it is created.
    pub definition: MilestoneDefinition,
    /// The first day that is as good as the one on which it is due: only a month may be known.
    pub due_from: Option<Date>,
    /// Whether its release is out.
    pub is_out: bool,
}

/// What an issue should say.
#[derive(Debug, Clone)]
pub struct DesiredIssue {
    /// What it is about.
    pub subject: Subject,
    /// The record's title, for people.
    pub name: String,
    /// The path of its record.
    pub record: String,
    /// The number that the record pins.
    pub number: Option<u64>,
    /// Other issues of its repository that the record names: former and related ones.
    pub other_numbers: Vec<u64>,
    /// Whether an issue is created if there is none.
    pub may_create: bool,
    /// How the work ended, so that the issue can be closed; absent: it goes on.
    pub ending: Option<Ending>,
    /// What happens to the issue of a KEP that has ended.
    pub close: Policy,
    /// The title of a new issue.
    pub title: String,
    /// Whether an existing issue gets that title.
    pub retitle: bool,
    /// The stage that its record aims at.
    pub stage: Option<Stage>,
    /// The day of kep.yaml that its record was read at.
    pub upstream_seen: Option<Date>,
    /// The release that its record aims at.
    pub target: Option<Release>,
    /// The release that its record aims at, if that has shipped.
    pub shipped_target: Option<Release>,
    /// What it names that cannot be looked up, so that nothing of it is written.
    pub unverified: Option<Unverified>,
    /// Labels it should carry.
    pub labels: Vec<String>,
    /// Labels that may be taken off again, if kepherd put them on and they are not among `labels`.
    pub removable: RemovableLabels,
    /// The title of its milestone; absent: not managed.
    pub milestone: Option<String>,
    /// Who should be assigned.
    pub assignees: Vec<Handle>,
    /// What happens to other assignees.
    pub assignee_policy: AssigneePolicy,
    /// The status section, without its markers.
    pub status: Status,
    /// The pull requests that the record names in listed repositories, spelt as `registry.toml` spells these.
    pub pull_requests: Vec<IssueRef>,
    /// What is announced when it changes.
    pub announcing: Announcing,
    /// What happens when GitHub was changed.
    pub drift: DriftConfig,
}

/// What a registry lacks, so that nobody knows whether what a record names exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Unverified {
    /// The list of maintainers: people may be nobody's.
    People,
    /// The calendar of Kubernetes: a release may not exist.
    Release,
}

/// What a pull request should say: while it is open, the labels of its releases.
#[derive(Debug, Clone)]
pub struct DesiredPullRequest {
    /// The label that each record that names it asks for, if it asks for one.
    pub labels: BTreeMap<Subject, Option<String>>,
    /// Labels that may be taken off again, if kepherd put them on and no record asks for them.
    pub removable: RemovableLabels,
}

/// Which labels may be taken off: those of cycles that have not shipped, the placeholder, and those that say another fact.
#[derive(Debug, Clone)]
pub struct RemovableLabels {
    pattern: ReleaseLabel,
    by_fact: Vec<String>,
    /// Those of every issue: they are added, and never taken off.
    of_every_issue: Vec<String>,
    shipped: Vec<Release>,
    first_known: Option<Release>,
}

impl RemovableLabels {
    /// What a label says, by the names that the registry gives labels, or gave them.
    pub fn said_by(&self, label: &str) -> Option<Said> {
        if has_name(&self.of_every_issue, label) {
            return None;
        }
        let placeholder = self.pattern.placeholder.as_ref();
        let is_placeholder = placeholder.is_some_and(|name| same_name(name.as_str(), label));
        if is_placeholder || has_name(&self.by_fact, label) {
            return Some(Said::Fact);
        }
        let pattern = &self.pattern;
        let release = pattern.release_of(label);
        let release = release.or_else(|| pattern.earlier_release_of(label));
        release.map(Said::Release)
    }

    /// What a label said when it was put on, as a section remembers it, whatever the registry calls it since; by its name where that
    /// was not written down.
    pub fn said_when_applied(&self, label: &str, last: Option<&Applied>) -> Option<Said> {
        let remembered = last.and_then(|last| last.said_by(label));
        remembered.or_else(|| self.said_by(label))
    }

    /// Whether a label that says this may be taken off.
    pub fn may_come_off(&self, said: Option<Said>) -> bool {
        match said {
            None => false,
            Some(Said::Fact) => true,
            Some(Said::Release(release)) => {
                let history = self.first_known.is_none_or(|first| release < first);
                !history && !self.shipped.contains(&release)
            }
        }
    }

    /// What a label of an earlier pattern is called now.
    pub fn now_called(&self, label: &str) -> Option<String> {
        let release = self.pattern.earlier_release_of(label)?;
        Some(self.pattern.name_of(release))
    }

    /// The labels that kepherd remembers, as they are called on an issue or a pull request that carries these: one that is not there any
    /// more under the name that it had may have been renamed.
    pub fn ours(&self, remembered: &[String], there: &[String]) -> Vec<String> {
        let ours = remembered.iter().map(|label| {
            let renamed = (!has_name(there, label)).then(|| self.now_called(label));
            renamed.flatten().unwrap_or_else(|| label.clone())
        });
        ours.collect()
    }
}

/// What GitHub should say for this registry, whose repositories people look at on this site.
pub fn desired(registry: &Registry, site: &Site) -> Desired {
    let config = &registry.config.value;
    let common = Common::of(registry, site);
    let mut repositories: BTreeMap<RepositoryName, DesiredRepository> = config
        .repositories
        .iter()
        .map(|name| {
            let repository = DesiredRepository {
                index_labels: config
                    .issue
                    .labels
                    .iter()
                    .map(ToString::to_string)
                    .collect(),
                removable: common.removable.clone(),
                renamed_labels: common.renamed_labels(),
                labels: BTreeMap::new(),
                milestones: BTreeMap::new(),
                issues: Vec::new(),
                pull_requests: BTreeMap::new(),
            };
            (name.clone(), repository)
        })
        .collect();
    for entry in &registry.keps {
        let record = &entry.value;
        let name = registry.repository_of(record.repository.as_ref());
        if let Some(repository) = name.and_then(|name| repositories.get_mut(name)) {
            repository.add(&common, kep_issue(&common, entry), record.milestone);
        }
        let subject = Subject::Kep(record.number);
        common.add_pull_requests(
            &mut repositories,
            &subject,
            &record.pull_requests,
            (record.target, record.is_given_up()),
        );
    }
    for entry in &registry.items {
        let item = &entry.value;
        let name = registry.repository_of(item.repository.as_ref());
        if let Some(repository) = name.and_then(|name| repositories.get_mut(name)) {
            repository.add(&common, item_issue(&common, entry), item.milestone);
        }
        let subject = Subject::Item(item.id.clone());
        common.add_pull_requests(
            &mut repositories,
            &subject,
            &item.pull_requests,
            (item.target, false),
        );
    }
    Desired {
        repositories,
        guards: config.guards.clone(),
        registry: registry.digest(),
    }
}

impl Desired {
    /// Only what belongs to one repository.
    pub fn only(mut self, repository: &RepositoryName) -> Self {
        self.repositories.retain(|name, _| name == repository);
        self
    }
}

/// What every issue of a registry has in common.
struct Common<'a> {
    registry: &'a Registry,
    site: &'a Site,
    removable: RemovableLabels,
}

impl<'a> Common<'a> {
    fn of(registry: &'a Registry, site: &'a Site) -> Self {
        let cycles = registry
            .kubernetes
            .iter()
            .flat_map(|calendar| &calendar.value.cycles);
        Self {
            registry,
            site,
            removable: RemovableLabels {
                pattern: registry.config.value.labels.kubernetes.clone(),
                by_fact: registry
                    .config
                    .value
                    .labels
                    .by_fact()
                    .into_iter()
                    .map(|(_, label)| label.to_string())
                    .collect(),
                of_every_issue: registry
                    .config
                    .value
                    .issue
                    .labels
                    .iter()
                    .map(ToString::to_string)
                    .collect(),
                shipped: cycles
                    .clone()
                    .filter(|cycle| cycle.released.is_some())
                    .map(|cycle| cycle.release)
                    .collect(),
                first_known: cycles.map(|cycle| cycle.release).min(),
            },
        }
    }

    fn places(&self) -> status::Places<'a> {
        status::Places::of(self.registry, self.site)
    }

    /// A target that has shipped.
    fn shipped(&self, target: Option<Release>) -> Option<Release> {
        target.filter(|target| self.removable.shipped.contains(target))
    }

    /// What of a record cannot be looked up.
    fn unverified(&self, people: &[Handle], target: Option<Release>) -> Option<Unverified> {
        let registry = self.registry;
        if registry.roster.is_none() && !people.is_empty() {
            return Some(Unverified::People);
        }
        (registry.kubernetes.is_none() && target.is_some()).then_some(Unverified::Release)
    }

    /// The labels of an issue: those of every issue, that of its release, and those that say what its record says.
    fn labels(&self, record: Tracked<'_>) -> Vec<String> {
        let config = &self.registry.config.value;
        let pattern = &config.labels.kubernetes;
        let release = match record.aims_at() {
            Some(release) => Some(pattern.name_of(release)),
            None if record.is_taken_on() => pattern.placeholder.as_ref().map(ToString::to_string),
            None => None,
        };
        let facts = facts_of(self.registry, record).into_iter();
        let by_fact = facts.filter_map(|fact| config.labels.of(fact));
        let all = config
            .issue
            .labels
            .iter()
            .map(ToString::to_string)
            .chain(release)
            .chain(by_fact.map(ToString::to_string));
        let mut labels: Vec<String> = Vec::new();
        for label in all {
            if !has_name(&labels, &label) {
                labels.push(label);
            }
        }
        labels
    }

    fn milestone(&self, release: Release) -> DesiredMilestone {
        let config = &self.registry.config.value;
        let minor = self
            .registry
            .home_calendar()
            .and_then(|calendar| calendar.value.minor(release));
        let definition = MilestoneDefinition {
            title: config.milestone.title_of(release),
            // Of a month, its last day: the release is due by then.
            due: minor.and_then(|minor| {
                minor
                    .released
                    .or_else(|| minor.planned.map(|planned| planned.latest()))
            }),
            description: format!("{} {release}", config.home),
        };
        DesiredMilestone {
            definition,
            due_from: minor.and_then(|minor| minor.planned.map(|planned| planned.earliest())),
            is_out: minor.is_some_and(|minor| minor.released.is_some()),
        }
    }

    /// The labels of the releases that the calendar knows which had other names: each of these, and the name that it has now.
    fn renamed_labels(&self) -> Vec<(String, String)> {
        let pattern = &self.registry.config.value.labels.kubernetes;
        let calendars = self.registry.kubernetes.iter();
        let cycles = calendars.flat_map(|calendar| &calendar.value.cycles);
        let of_release = |release: Release| {
            let earlier = pattern.earlier_names_of(release);
            earlier.map(move |name| (name, pattern.name_of(release)))
        };
        cycles.flat_map(|cycle| of_release(cycle.release)).collect()
    }

    /// A label as it is created, if it has to be.
    fn label(&self, name: &str) -> LabelDefinition {
        let pattern = &self.registry.config.value.labels.kubernetes;
        let is_placeholder = pattern
            .placeholder
            .as_ref()
            .is_some_and(|text| text.as_str() == name);
        let release = pattern.release_of(name);
        let description = match release {
            Some(release) => pattern
                .description
                .replace("{release}", &release.to_string()),
            None if is_placeholder => "Accepted, and aims at no Kubernetes release yet".to_owned(),
            None => self.said_by(name).unwrap_or_default(),
        };
        let is_of_a_release = is_placeholder || release.is_some();
        // GitHub's own colour for a label that nobody defined.
        let color = match is_of_a_release {
            true => &pattern.color,
            false => "ededed",
        };
        LabelDefinition {
            name: name.to_owned(),
            color: color.to_lowercase(),
            description,
        }
    }

    /// The fact that a label says.
    fn said_by(&self, label: &str) -> Option<String> {
        let facts = self.registry.config.value.labels.by_fact().into_iter();
        let mut said = facts.filter(|(_, name)| name.as_str() == label);
        let (fact, _) = said.next()?;
        Some(format!("The record says: {} {}", fact.key(), fact.value()))
    }

    /// The pull requests that may be written to.
    fn references_of(&self, pull_requests: &[PullRequest]) -> Vec<IssueRef> {
        let listed = &self.registry.config.value.repositories;
        pull_requests
            .iter()
            .filter_map(|pull_request| {
                let id = &pull_request.id;
                let repository = listed.iter().find(|name| **name == id.repository)?;
                Some(IssueRef {
                    repository: repository.clone(),
                    number: id.number,
                })
            })
            .collect()
    }

    /// A pull request gets the release that it names, or else the record's target; of a KEP that is given up, none.
    fn add_pull_requests(
        &self,
        repositories: &mut BTreeMap<RepositoryName, DesiredRepository>,
        subject: &Subject,
        pull_requests: &[PullRequest],
        (target, is_given_up): (Option<Release>, bool),
    ) {
        let pattern = &self.registry.config.value.labels.kubernetes;
        for pull_request in pull_requests {
            let Some(repository) = repositories.get_mut(&pull_request.id.repository) else {
                continue;
            };
            // A release that cannot be looked up labels nothing.
            let is_known = self.registry.kubernetes.is_some();
            let release = pull_request.kubernetes.or(target);
            let release = release.filter(|_| is_known && !is_given_up);
            let label = release.map(|release| pattern.name_of(release));
            if let Some(label) = &label {
                repository.define(self, label);
            }
            repository
                .pull_requests
                .entry(pull_request.id.number)
                .or_insert_with(|| DesiredPullRequest {
                    labels: BTreeMap::new(),
                    removable: self.removable.clone(),
                })
                .labels
                .insert(subject.clone(), label);
        }
    }
}

/// What a record says that a label can say too.
fn facts_of<'a>(registry: &'a Registry, record: Tracked<'a>) -> Vec<Fact<'a>> {
    let triage = record.triage().map(Fact::Triage);
    let stage = record.stage().map(Fact::Stage);
    let sig = match record {
        Tracked::Kep(entry) => Some(Fact::Sig(registry.sig_of(entry))),
        Tracked::Item(_) => None,
    };
    triage.into_iter().chain(stage).chain(sig).collect()
}

impl DesiredRepository {
    fn define(&mut self, common: &Common<'_>, label: &str) {
        self.labels
            .entry(label.to_lowercase())
            .or_insert_with(|| common.label(label));
    }

    fn add(&mut self, common: &Common<'_>, issue: DesiredIssue, milestone: Option<Release>) {
        for name in &issue.labels {
            self.define(common, name);
        }
        if let Some(release) = milestone {
            let milestone = common.milestone(release);
            self.milestones
                .entry(milestone.definition.title.clone())
                .or_insert(milestone);
        }
        self.issues.push(issue);
    }
}

fn kep_issue(common: &Common<'_>, entry: &Entry<KepRecord>) -> DesiredIssue {
    let record = &entry.value;
    let config = &common.registry.config.value;
    DesiredIssue {
        subject: Subject::Kep(record.number),
        name: record.title.to_string(),
        record: common.registry.file(entry.file).path.to_string(),
        number: record.issue,
        other_numbers: [record.former_issues.clone(), record.related_issues.clone()].concat(),
        may_create: record.is_going_on(),
        ending: record.ending(config.home.as_str()),
        close: config.issue.close,
        title: config.issue.title_of_kep(
            common.registry.sig_of(entry),
            record.number,
            &record.title,
        ),
        retitle: config.issue.retitle,
        stage: record.stage,
        upstream_seen: record.upstream_seen,
        target: record.target,
        shipped_target: common.shipped(record.aims_at()),
        unverified: common.unverified(&record.shepherds, record.target),
        labels: common.labels(Tracked::Kep(entry)),
        removable: common.removable.clone(),
        milestone: record
            .milestone
            .map(|release| config.milestone.title_of(release)),
        assignees: record.shepherds.clone(),
        assignee_policy: config.assignees.policy,
        status: status::of_kep(common.places(), entry),
        pull_requests: common.references_of(&record.pull_requests),
        announcing: announcement::of_kep(common.registry, entry),
        drift: config.drift.clone(),
    }
}

fn item_issue(common: &Common<'_>, entry: &Entry<WorkItem>) -> DesiredIssue {
    let item = &entry.value;
    let config = &common.registry.config.value;
    let declined = item.triage == Some(Triage::Declined);
    DesiredIssue {
        subject: Subject::Item(item.id.clone()),
        name: item.title.to_string(),
        record: common.registry.file(entry.file).path.to_string(),
        number: item.issue,
        other_numbers: Vec::new(),
        may_create: !declined,
        // When a work item is done is not on record.
        ending: None,
        close: config.issue.close,
        title: config.issue.title_of_item(&item.title),
        retitle: config.issue.retitle,
        stage: None,
        upstream_seen: None,
        target: item.target,
        shipped_target: common.shipped(item.target),
        unverified: common.unverified(&item.assignees, item.target),
        labels: common.labels(Tracked::Item(entry)),
        removable: common.removable.clone(),
        milestone: item
            .milestone
            .map(|release| config.milestone.title_of(release)),
        assignees: item.assignees.clone(),
        assignee_policy: config.assignees.policy,
        status: status::of_item(common.places(), entry),
        pull_requests: common.references_of(&item.pull_requests),
        announcing: announcement::of_item(common.registry, entry),
        drift: config.drift.clone(),
    }
}
