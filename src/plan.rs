//! desired × observed → what to do. A plan is plain data: it is printed, written as JSON, and applied.
//!
//! [`plan`] is pure and total: it reads nothing, writes nothing, and says of every record what happens to it. Fields are
//! compared three-way, one file per kind: what the record says, what GitHub says, and what kepherd last applied. So each
//! is in sync, pending (the record changed), drifted (GitHub changed) or in conflict (both). A conflict stops its issue.

mod assignees;
mod guards;
pub mod identity;
mod labels;
mod milestone;
pub mod patch;
mod status;
mod title;

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::desired::{
    Desired, DesiredIssue, DesiredRepository, LabelDefinition, MilestoneDefinition, Subject,
};
use crate::github_limits as limits;
use crate::observed::{Lookup, Observed, ObservedIssue, ObservedRepository};
use crate::registry::values::RepositoryName;
use crate::section::{self, Applied, Found};

/// The version of a plan's JSON.
pub const VERSION: u32 = 1;

/// What one run would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Plan {
    /// The version of this format.
    pub version: u32,
    /// A digest of every action and of what it starts from: two plans with the same hash do the same.
    pub hash: String,
    /// By repository, in order.
    pub repositories: Vec<RepositoryPlan>,
    /// Guards that this plan runs into. A plan with one is not applied.
    pub refused: Vec<String>,
}

/// What one run would do to a repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct RepositoryPlan {
    /// As owner/name.
    pub repository: RepositoryName,
    /// Labels to create.
    pub labels: Vec<LabelDefinition>,
    /// Milestones to create.
    pub milestones: Vec<MilestoneDefinition>,
    /// What happens to each record's issue: new ones first, then by number.
    pub issues: Vec<IssuePlan>,
    /// Issues that look like tracking issues, and that no record names.
    pub untracked: Vec<Untracked>,
}

/// What happens to the issue of one record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct IssuePlan {
    /// What the issue is about.
    pub subject: Subject,
    /// The record's title.
    pub name: String,
    /// The record's path.
    pub record: String,
    /// The issue's number, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<u64>,
    /// What is done.
    pub action: Action,
    /// Where GitHub was changed by others: what of it is put right is part of the action.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub drift: Vec<Drift>,
}

/// What is done about a record's issue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// A new issue.
    Create(NewIssue),
    /// Changes to an issue that is there.
    Update(Update),
    /// Nothing: the issue says what the record says.
    InSync,
    /// Nothing: the record has no issue, and needs none.
    NotTracked,
    /// Nothing, until a person has looked at it.
    Blocked(Blocked),
}

/// A new issue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct NewIssue {
    /// Its title.
    pub title: String,
    /// Its body.
    pub body: String,
    /// Its labels.
    pub labels: Vec<String>,
    /// Its assignees.
    pub assignees: Vec<String>,
    /// The title of its milestone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub milestone: Option<String>,
}

/// Changes to an issue. What is empty or absent does not change.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", default)]
pub struct Update {
    /// Another title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<Change<String>>,
    /// Labels on and off.
    #[serde(skip_serializing_if = "SetChange::is_empty")]
    pub labels: SetChange,
    /// Another milestone, or none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub milestone: Option<Change<Option<String>>>,
    /// People assigned and unassigned.
    #[serde(skip_serializing_if = "SetChange::is_empty")]
    pub assignees: SetChange,
    /// The section with its markers, and whether it is the issue's first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub section: Option<SectionChange>,
}

impl Update {
    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// One value instead of another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Change<T> {
    /// What GitHub says.
    pub from: T,
    /// What it will say.
    pub to: T,
}

/// What goes into a set and what goes out of it; the rest stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct SetChange {
    /// In.
    pub add: Vec<String>,
    /// Out.
    pub remove: Vec<String>,
}

impl SetChange {
    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.add.is_empty() && self.remove.is_empty()
    }
}

/// A new text of the managed section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct SectionChange {
    /// The text that the section starts from, with its markers; absent: the section is appended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The text, with its markers.
    pub to: String,
}

/// A field of an issue.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Field {
    /// The title.
    Title,
    /// The labels.
    Labels,
    /// The milestone.
    Milestone,
    /// The assignees.
    Assignees,
    /// The managed section.
    Section,
}

impl Field {
    /// As people say it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Labels => "labels",
            Self::Milestone => "milestone",
            Self::Assignees => "assignees",
            Self::Section => "section",
        }
    }
}

/// Something that kepherd set and somebody changed on GitHub.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Drift {
    /// The field.
    pub field: Field,
    /// What was changed.
    pub what: String,
    /// Whether this plan puts it right; otherwise it is only reported.
    pub enforced: bool,
}

/// Why nothing is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Blocked {
    /// What stands in the way.
    pub reason: String,
    /// What a person can do about it.
    pub remedy: String,
    /// Whether record and GitHub both changed.
    pub conflict: bool,
}

/// An issue that looks like a tracking issue, and that no record names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Untracked {
    /// The KEP that its title names.
    pub kep: u32,
    /// Its number.
    pub number: u64,
    /// Its title.
    pub title: String,
}

/// How many issues meet which fate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Created.
    pub create: usize,
    /// Updated.
    pub update: usize,
    /// With drift that is only reported.
    pub drifted: usize,
    /// Waiting for a person.
    pub blocked: usize,
    /// As they should be.
    pub in_sync: usize,
    /// Without an issue, and without need for one.
    pub not_tracked: usize,
    /// Labels and milestones created.
    pub definitions: usize,
}

impl Counts {
    /// Requests that write.
    pub fn writes(self) -> usize {
        self.definitions + self.create + self.update
    }
}

impl Plan {
    /// How many issues meet which fate.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for repository in &self.repositories {
            counts.definitions += repository.labels.len() + repository.milestones.len();
            for issue in &repository.issues {
                match issue.action {
                    Action::Create(_) => counts.create += 1,
                    Action::Update(_) => counts.update += 1,
                    Action::InSync => counts.in_sync += 1,
                    Action::NotTracked => counts.not_tracked += 1,
                    Action::Blocked(_) => counts.blocked += 1,
                }
                if issue.drift.iter().any(|drift| !drift.enforced) {
                    counts.drifted += 1;
                }
            }
        }
        counts
    }

    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.counts().writes() == 0
    }
}

/// What people asked for beyond the records.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// KEPs that get an issue although another one looks like theirs.
    pub create: BTreeSet<u32>,
}

/// What to do so that GitHub says what is desired.
pub fn plan(desired: &Desired, observed: &Observed, options: &Options) -> Plan {
    let nothing = ObservedRepository::default();
    let marked = identity::marked(observed);
    let repositories: Vec<RepositoryPlan> = desired
        .repositories
        .iter()
        .map(|(name, wanted)| {
            let seen = observed.repositories.get(name).unwrap_or(&nothing);
            plan_repository(name, wanted, seen, &marked, options)
        })
        .collect();
    let refused = guards::refusals(&repositories, observed, &desired.guards);
    Plan {
        version: VERSION,
        hash: hash(&repositories),
        repositories,
        refused,
    }
}

fn plan_repository(
    name: &RepositoryName,
    wanted: &DesiredRepository,
    seen: &ObservedRepository,
    marked: &identity::Marked,
    options: &Options,
) -> RepositoryPlan {
    let index = identity::Index::of(name, wanted, seen, marked);
    let mut issues: Vec<IssuePlan> = wanted
        .issues
        .iter()
        .map(|issue| plan_issue(issue, seen, &index, options))
        .collect();
    issues.sort_by(|a, b| {
        let order = |issue: &IssuePlan| {
            let new = matches!(issue.action, Action::Create(_));
            (!new, issue.number)
        };
        order(a)
            .cmp(&order(b))
            .then_with(|| a.subject.cmp(&b.subject))
    });
    let tracked: BTreeSet<u64> = issues.iter().filter_map(|issue| issue.number).collect();
    // A definition is created when an issue of this run needs it, not before.
    let mut needed_labels: BTreeSet<String> = BTreeSet::new();
    let mut needed_milestones: BTreeSet<String> = BTreeSet::new();
    for issue in &issues {
        match &issue.action {
            Action::Create(new) => {
                needed_labels.extend(new.labels.iter().map(|label| label.to_lowercase()));
                needed_milestones.extend(new.milestone.clone());
            }
            Action::Update(update) => {
                needed_labels.extend(update.labels.add.iter().map(|label| label.to_lowercase()));
                needed_milestones.extend(
                    update
                        .milestone
                        .as_ref()
                        .and_then(|change| change.to.clone()),
                );
            }
            Action::InSync | Action::NotTracked | Action::Blocked(_) => {}
        }
    }
    RepositoryPlan {
        repository: name.clone(),
        labels: wanted
            .labels
            .iter()
            .filter(|(folded, _)| {
                needed_labels.contains(*folded) && !seen.labels.contains_key(*folded)
            })
            .map(|(_, definition)| definition.clone())
            .collect(),
        milestones: wanted
            .milestones
            .iter()
            .filter(|(title, _)| {
                needed_milestones.contains(*title) && !seen.milestones.contains_key(*title)
            })
            .map(|(_, definition)| definition.clone())
            .collect(),
        untracked: index.untracked(&tracked),
        issues,
    }
}

fn plan_issue(
    wanted: &DesiredIssue,
    seen: &ObservedRepository,
    index: &identity::Index<'_>,
    options: &Options,
) -> IssuePlan {
    let mut number = wanted.number;
    let (action, drift) = match identity::identify(wanted, seen, index, options) {
        identity::Identity::Issue(issue) => {
            number = Some(issue.number);
            update(wanted, issue)
        }
        identity::Identity::New => (create(wanted), Vec::new()),
        identity::Identity::NotTracked => (Action::NotTracked, Vec::new()),
        identity::Identity::Blocked(blocked) => (Action::Blocked(blocked), Vec::new()),
    };
    IssuePlan {
        subject: wanted.subject.clone(),
        name: wanted.name.clone(),
        record: wanted.record.clone(),
        number,
        action,
        drift,
    }
}

fn create(wanted: &DesiredIssue) -> Action {
    let mut assignees: Vec<String> = wanted.assignees.iter().map(ToString::to_string).collect();
    assignees.truncate(limits::ASSIGNEES_PER_ISSUE);
    let applied = Applied {
        labels: wanted.labels.clone(),
        assignees: assignees.clone(),
        milestone: wanted.milestone.as_ref().map(|title| section::Agreed {
            value: title.clone(),
            set: true,
        }),
        title: wanted.retitle.then(|| wanted.title.clone()),
        ..Applied::default()
    };
    let body = section::render(&wanted.subject, &wanted.status, &applied);
    if let Some(blocked) = too_long(&body) {
        return Action::Blocked(blocked);
    }
    Action::Create(NewIssue {
        title: wanted.title.clone(),
        body,
        labels: wanted.labels.clone(),
        assignees,
        milestone: wanted.milestone.clone(),
    })
}

fn too_long(body: &str) -> Option<Blocked> {
    let length = body.chars().count();
    (length > limits::BODY).then(|| Blocked {
        reason: format!(
            "the body would have {length} characters; GitHub takes {}",
            limits::BODY
        ),
        remedy: "shorten the record, or the text that people wrote around the section".to_owned(),
        conflict: false,
    })
}

/// What one field's three-way comparison gives: `change` goes into the update, `applied` into the section.
struct Outcome<C, A> {
    change: C,
    drift: Vec<Drift>,
    conflict: Option<String>,
    applied: A,
}

/// The update that makes one issue say what its record says, as GitHub shows the issue now.
fn update(wanted: &DesiredIssue, issue: &ObservedIssue) -> (Action, Vec<Drift>) {
    let present = match section::find(&issue.body) {
        Found::Absent => None,
        Found::Present(section) if section.subject == wanted.subject => Some(section),
        Found::Present(section) => {
            return blocked(
                format!("the section in its body is that of {}", section.subject),
                "name the right issue in the record, or remove the section from the body",
            );
        }
        Found::Broken { reason, .. } => {
            return blocked(
                format!("its body is not written to: {reason}"),
                "restore the lines that begin with `<!-- kepherd:` as they were, or remove them all from the body",
            );
        }
    };
    let last = present
        .as_ref()
        .and_then(|section| section.applied.as_ref());

    let title = title::compare(wanted, issue, last);
    let labels = labels::compare(wanted, issue, last);
    let milestone = milestone::compare(wanted, issue, last);
    let assignees = assignees::compare(wanted, issue, last);
    let conflicts: Vec<String> = [
        title.conflict,
        labels.conflict,
        milestone.conflict,
        assignees.conflict,
    ]
    .into_iter()
    .flatten()
    .collect();
    if !conflicts.is_empty() {
        let blocked = Blocked {
            reason: conflicts.join("; "),
            remedy: "change the record to what is right, or the issue, so that one of them is the last word".to_owned(),
            conflict: true,
        };
        return (Action::Blocked(blocked), Vec::new());
    }

    let applied = Applied {
        labels: labels.applied,
        assignees: assignees.applied,
        milestone: milestone.applied,
        title: title.applied,
        ..Applied::default()
    };
    let status = status::compare(wanted, present.as_ref(), &applied);
    if let Some(change) = &status.change
        && let Some(blocked) = section::put(&issue.body, &change.to)
            .as_deref()
            .and_then(too_long)
    {
        return (Action::Blocked(blocked), Vec::new());
    }
    let drift = [
        title.drift,
        labels.drift,
        milestone.drift,
        assignees.drift,
        status.drift,
    ]
    .concat();
    let update = Update {
        title: title.change,
        labels: labels.change,
        milestone: milestone.change,
        assignees: assignees.change,
        section: status.change,
    };
    let action = if update.is_empty() {
        Action::InSync
    } else {
        Action::Update(update)
    };
    (action, drift)
}

fn blocked(reason: String, remedy: &str) -> (Action, Vec<Drift>) {
    let blocked = Blocked {
        reason,
        remedy: remedy.to_owned(),
        conflict: false,
    };
    (Action::Blocked(blocked), Vec::new())
}

/// Covers what would be written and the owned values it starts from; no dates, and no text of other people.
fn hash(repositories: &[RepositoryPlan]) -> String {
    let actions: BTreeMap<String, serde_json::Value> = repositories
        .iter()
        .flat_map(|repository| {
            let RepositoryPlan {
                repository: name,
                labels,
                milestones,
                issues,
                untracked: _,
            } = repository;
            let definitions = serde_json::json!({ "labels": labels, "milestones": milestones });
            let issues = issues.iter().map(move |issue| {
                let IssuePlan {
                    subject,
                    name: _,
                    record: _,
                    number,
                    action,
                    drift: _,
                } = issue;
                let action = match action {
                    Action::Create(_) | Action::Update(_) => Some(action),
                    Action::InSync | Action::NotTracked | Action::Blocked(_) => None,
                };
                (
                    format!("{name} {subject}"),
                    serde_json::json!({ "number": number, "action": action }),
                )
            });
            std::iter::once((name.to_string(), definitions)).chain(issues)
        })
        .collect();
    let text = serde_json::to_string(&actions).unwrap_or_default();
    Sha256::digest(text.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Whether a lookup found an issue.
pub(crate) fn issue_of(lookup: Option<&Lookup>) -> Option<&ObservedIssue> {
    match lookup {
        Some(Lookup::Issue(issue)) => Some(issue),
        _ => None,
    }
}
