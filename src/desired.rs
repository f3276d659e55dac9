//! Registry → what GitHub should say. A pure function: it knows neither GitHub's state nor the date.
//!
//! What a record leaves open is left open here too: an absent value is not managed. Text from records is data; it is
//! escaped where it becomes Markdown, in `status.rs`.

mod status;

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::registry::config::{AssigneePolicy, DriftConfig, Guards, ReleaseLabel};
use crate::registry::kep::{KepRecord, Triage};
use crate::registry::values::{Date, Handle, Release, RepositoryName};
use crate::registry::work_item::WorkItem;
use crate::registry::{Entry, Registry};

/// What an issue is about: the identity that its markers carry.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Subject {
    /// A KEP, by its number.
    Kep(u32),
    /// A work item, by its id.
    Item(String),
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kep(number) => write!(f, "KEP-{number}"),
            Self::Item(id) => write!(f, "item {id}"),
        }
    }
}

/// What GitHub should say, repository by repository.
#[derive(Debug, Clone)]
pub struct Desired {
    /// By repository, as `registry.toml` lists them.
    pub repositories: BTreeMap<RepositoryName, DesiredRepository>,
    /// How much one run may change.
    pub guards: Guards,
}

/// What one repository should hold.
#[derive(Debug, Clone, Default)]
pub struct DesiredRepository {
    /// Labels that must exist, by their folded name.
    pub labels: BTreeMap<String, LabelDefinition>,
    /// Milestones that must exist, by title.
    pub milestones: BTreeMap<String, MilestoneDefinition>,
    /// The issues.
    pub issues: Vec<DesiredIssue>,
    /// The labels by which kepherd's own issues are listed.
    pub index_labels: Vec<String>,
}

/// A label as it is created. One that exists is left as people made it.
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

/// A milestone as it is created. One that exists is left as people made it.
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
    /// The title of a new issue.
    pub title: String,
    /// Whether an existing issue gets that title.
    pub retitle: bool,
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
    /// The status section, as Markdown, without its markers.
    pub status: String,
    /// What happens when GitHub was changed.
    pub drift: DriftConfig,
}

/// Which release labels may be taken off: those of cycles that have not shipped, and the placeholder.
#[derive(Debug, Clone)]
pub struct RemovableLabels {
    pattern: ReleaseLabel,
    shipped: Vec<Release>,
    first_known: Option<Release>,
}

impl RemovableLabels {
    /// Whether this label may be taken off.
    pub fn contains(&self, label: &str) -> bool {
        let placeholder = self.pattern.placeholder.as_ref();
        if placeholder.is_some_and(|name| name.as_str().to_lowercase() == label.to_lowercase()) {
            return true;
        }
        match self.pattern.release_of(label) {
            Some(release) => {
                let history = self.first_known.is_none_or(|first| release < first);
                !history && !self.shipped.contains(&release)
            }
            None => false,
        }
    }
}

/// What GitHub should say for this registry.
pub fn desired(registry: &Registry) -> Desired {
    let config = &registry.config.value;
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
                ..DesiredRepository::default()
            };
            (name.clone(), repository)
        })
        .collect();
    let common = Common::of(registry);
    for entry in &registry.keps {
        let name = registry.repository_of(entry.value.repository.as_ref());
        if let Some(repository) = name.and_then(|name| repositories.get_mut(name)) {
            repository.add(
                &common,
                kep_issue(&common, entry),
                entry.value.target,
                entry.value.milestone,
            );
        }
    }
    for entry in &registry.items {
        let name = registry.repository_of(entry.value.repository.as_ref());
        if let Some(repository) = name.and_then(|name| repositories.get_mut(name)) {
            repository.add(
                &common,
                item_issue(&common, entry),
                entry.value.target,
                entry.value.milestone,
            );
        }
    }
    Desired {
        repositories,
        guards: config.guards.clone(),
    }
}

/// What every issue of a registry has in common.
struct Common<'a> {
    registry: &'a Registry,
    removable: RemovableLabels,
}

impl<'a> Common<'a> {
    fn of(registry: &'a Registry) -> Self {
        let cycles = registry
            .kubernetes
            .iter()
            .flat_map(|calendar| &calendar.value.cycles);
        Self {
            registry,
            removable: RemovableLabels {
                pattern: registry.config.value.labels.kubernetes.clone(),
                shipped: cycles
                    .clone()
                    .filter(|cycle| cycle.released.is_some())
                    .map(|cycle| cycle.release)
                    .collect(),
                first_known: cycles.map(|cycle| cycle.release).min(),
            },
        }
    }

    /// The labels of an issue: those of every issue, and that of its release.
    fn labels(&self, target: Option<Release>, accepted: bool) -> Vec<String> {
        let config = &self.registry.config.value;
        let pattern = &config.labels.kubernetes;
        let release = match target {
            Some(release) => Some(pattern.name_of(release)),
            None if accepted => pattern.placeholder.as_ref().map(ToString::to_string),
            None => None,
        };
        let mut labels: Vec<String> = config
            .issue
            .labels
            .iter()
            .map(ToString::to_string)
            .collect();
        labels.extend(release);
        labels
    }

    fn milestone(&self, release: Release) -> MilestoneDefinition {
        let config = &self.registry.config.value;
        let minor = self
            .registry
            .home_calendar()
            .and_then(|calendar| calendar.value.minor(release));
        MilestoneDefinition {
            title: config
                .milestone
                .title
                .replace("{release}", &release.to_string()),
            // Of a month, its last day: the release is due by then.
            due: minor.and_then(|minor| {
                minor
                    .released
                    .or_else(|| minor.planned.map(|planned| planned.latest()))
            }),
            description: format!("{} {release}", config.home),
        }
    }
}

impl DesiredRepository {
    fn add(
        &mut self,
        common: &Common<'_>,
        issue: DesiredIssue,
        target: Option<Release>,
        milestone: Option<Release>,
    ) {
        let pattern = &common.registry.config.value.labels.kubernetes;
        for name in &issue.labels {
            let description = match pattern.release_of(name).or(target) {
                Some(release) if pattern.release_of(name).is_some() => pattern
                    .description
                    .replace("{release}", &release.to_string()),
                _ if pattern
                    .placeholder
                    .as_ref()
                    .is_some_and(|text| text.as_str() == name) =>
                {
                    "Accepted, and aims at no Kubernetes release yet".to_owned()
                }
                _ => String::new(),
            };
            // GitHub's own colour for a label that nobody defined.
            let color = if description.is_empty() {
                "ededed"
            } else {
                &pattern.color
            };
            self.labels
                .entry(name.to_lowercase())
                .or_insert_with(|| LabelDefinition {
                    name: name.clone(),
                    color: color.to_lowercase(),
                    description,
                });
        }
        if let Some(release) = milestone {
            let definition = common.milestone(release);
            self.milestones
                .entry(definition.title.clone())
                .or_insert(definition);
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
        title: config.issue.title_of_kep(record.number, &record.title),
        retitle: config.issue.retitle,
        labels: common.labels(record.target, record.is_taken_on()),
        removable: common.removable.clone(),
        milestone: record
            .milestone
            .map(|release| common.milestone(release).title),
        assignees: record.shepherds.clone(),
        assignee_policy: config.assignees.policy,
        status: status::of_kep(common.registry, entry),
        drift: config.drift.clone(),
    }
}

fn item_issue(common: &Common<'_>, entry: &Entry<WorkItem>) -> DesiredIssue {
    let item = &entry.value;
    let config = &common.registry.config.value;
    let declined = item.triage == Some(Triage::Declined);
    let accepted = item.triage == Some(Triage::Accepted);
    DesiredIssue {
        subject: Subject::Item(item.id.clone()),
        name: item.title.to_string(),
        record: common.registry.file(entry.file).path.to_string(),
        number: item.issue,
        other_numbers: Vec::new(),
        may_create: !declined,
        title: config.issue.title_of_item(&item.title),
        retitle: config.issue.retitle,
        labels: common.labels(item.target, accepted),
        removable: common.removable.clone(),
        milestone: item
            .milestone
            .map(|release| common.milestone(release).title),
        assignees: item.assignees.clone(),
        assignee_policy: config.assignees.policy,
        status: status::of_item(common.registry, entry),
        drift: config.drift.clone(),
    }
}
