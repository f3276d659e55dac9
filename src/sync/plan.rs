//! desired × observed × remembered → what to do. A plan is plain data: it is printed, written as JSON, and applied.
//!
//! [`plan`] is pure and total: it reads nothing, writes nothing, and says of every record what happens to it. Fields are
//! compared three-way, one file per kind: what the record says, what GitHub says, and what kepherd last applied. So each
//! is in sync, pending (the record changed), drifted (GitHub changed) or in conflict (both). A conflict stops its issue.

mod announcement;
mod assignees;
mod closing;
mod drift;
mod guards;
mod hash;
pub mod identity;
mod issue;
mod labels;
mod milestone;
mod notice;
pub mod patch;
mod pull_request;
mod repository;
mod status;
mod title;

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::sync::desired::{Desired, LabelDefinition, MilestoneDefinition};
use crate::sync::observed::{Edit, Observed, ObservedRepository};
use crate::sync::remembered::Remembered;
use crate::terms::Subject;
use crate::terms::{Ending, RepositoryName};
pub use drift::Histories;
use repository::Scene;

/// The version of a plan's JSON.
pub const VERSION: u32 = 1;

/// What one run would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Plan {
    /// The version of this format.
    pub version: u32,
    /// A digest of every action, of what it starts from, and of the registry: two plans with the same hash do the same.
    pub hash: String,
    /// A digest of the registry that was planned from.
    pub registry: String,
    /// What people asked for beyond the records.
    pub options: Options,
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
    /// Why nothing is planned for it: it could not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// Labels to create.
    pub labels: Vec<LabelDefinition>,
    /// Milestones to create.
    pub milestones: Vec<MilestoneDefinition>,
    /// What happens to each record's issue: new ones first, then by number.
    pub issues: Vec<IssuePlan>,
    /// What happens to each pull request that records name, by number.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pull_requests: Vec<PullRequestPlan>,
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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<u64>,
    /// The issue's address, if it was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// What is done.
    pub action: Action,
    /// What the section says once the labels of pull requests are taken off: until then it has to remember them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub afterwards: Option<SectionChange>,
    /// Where GitHub was changed by others: what of it is put right is part of the action.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub drift: Vec<Drift>,
    /// What a person may want to look at. Nothing of it stops the action.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<Notice>,
}

/// What happens to a pull request that records name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct PullRequestPlan {
    /// Its number.
    pub number: u64,
    /// What the records that name it are about.
    pub subjects: Vec<Subject>,
    /// What is done.
    pub action: PullRequestAction,
}

/// What is done about a pull request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PullRequestAction {
    /// Labels on and off.
    Label(SetChange),
    /// Nothing: it has the labels of its releases.
    InSync,
    /// Nothing: it is closed or merged, and left alone from then on.
    Closed,
    /// Nothing: the number is that of an issue.
    Issue,
    /// Nothing: it does not exist, or this identity may not see it.
    Invisible,
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
    pub title: Option<Change>,
    /// Labels on and off.
    #[serde(skip_serializing_if = "SetChange::is_empty")]
    pub labels: SetChange,
    /// Another milestone, or none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub milestone: Option<Change>,
    /// People assigned and unassigned.
    #[serde(skip_serializing_if = "SetChange::is_empty")]
    pub assignees: SetChange,
    /// The issue is closed, because the KEP has ended like this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub close: Option<Ending>,
    /// The section with its markers, and whether it is the issue's first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub section: Option<SectionChange>,
    /// A comment that tells people of the change. It is posted before the rest is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub announcement: Option<Comment>,
}

/// A comment that is posted once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Comment {
    /// The line by which it is found again; it is part of the body.
    pub marker: String,
    /// The comment, as Markdown.
    pub body: String,
}

impl Update {
    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// One value instead of another; an absent one is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Change {
    /// What GitHub says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// What it will say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
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
    /// Whether it is open.
    State,
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
            Self::State => "state",
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
    pub what: Drifted,
    /// Whether this plan puts it right; otherwise it is only reported.
    pub enforced: bool,
    /// Who changed it, and when, if GitHub was asked and still knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Edit>,
}

/// How a field was changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Drifted {
    /// This was taken away.
    Removed(String),
    /// This was put there.
    Added(String),
    /// One value was replaced by another.
    Replaced {
        /// What kepherd had set.
        from: String,
        /// What GitHub says now.
        to: String,
    },
    /// The text was edited.
    Edited,
}

/// Something that a person may want to look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Notice {
    /// The title does not name the KEP.
    Untitled {
        /// The title.
        title: String,
        /// Another KEP that it names.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        names: Option<u32>,
    },
    /// The KEP has ended, and its issue is open: closing it is left to people.
    Closable(Ending),
    /// kepherd closed the issue, and somebody opened it again.
    Reopened(Ending),
    /// The issue is closed, and the record says that work goes on.
    Closed,
    /// A new issue, and there is one whose title names nearly the same number.
    Similar {
        /// Its number.
        number: u64,
        /// The KEP that it names.
        kep: u32,
    },
    /// Other issues carry the same marker: two runs at once may have created them.
    Duplicates(Vec<String>),
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
    /// Whether it is open.
    pub open: bool,
    /// Whether the KEP has a record, with another issue or none.
    pub has_record: bool,
}

/// How many issues meet which fate; each counts once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Created.
    pub create: usize,
    /// Updated.
    pub update: usize,
    /// Left as somebody changed them.
    pub drifted: usize,
    /// Waiting for a person.
    pub blocked: usize,
    /// As they should be.
    pub in_sync: usize,
    /// Without an issue, and without need for one.
    pub not_tracked: usize,
    /// Labels and milestones created.
    pub definitions: usize,
    /// Announcements posted.
    pub announcements: usize,
    /// Sections written a second time.
    pub afterwards: usize,
    /// Pull requests labelled.
    pub pull_requests: usize,
    /// Repositories that could not be read.
    pub unread: usize,
    /// Notices.
    pub notices: usize,
}

impl Counts {
    /// Requests that write.
    pub fn writes(self) -> usize {
        self.creations() + self.definitions + self.update + self.pull_requests + self.afterwards
    }

    /// Those of them that create issues and comments: GitHub limits these apart.
    pub fn creations(self) -> usize {
        self.create + self.announcements
    }

    /// Whether something waits for a person: the rest is done without it.
    pub fn needs_a_person(self) -> bool {
        self.blocked + self.unread > 0
    }
}

impl RepositoryPlan {
    /// Requests that write.
    pub fn writes(&self) -> usize {
        let mut counts = Counts::default();
        self.count(&mut counts);
        counts.writes()
    }

    fn count(&self, counts: &mut Counts) {
        counts.unread += usize::from(self.problem.is_some());
        counts.definitions += self.labels.len() + self.milestones.len();
        for issue in &self.issues {
            match &issue.action {
                Action::Create(_) => counts.create += 1,
                Action::Update(update) => {
                    counts.update += 1;
                    counts.announcements += usize::from(update.announcement.is_some());
                    counts.afterwards += usize::from(issue.afterwards.is_some());
                }
                Action::InSync if !issue.drift.is_empty() => counts.drifted += 1,
                Action::InSync => counts.in_sync += 1,
                Action::NotTracked => counts.not_tracked += 1,
                Action::Blocked(_) => counts.blocked += 1,
            }
            counts.notices += issue.notices.len();
        }
        for pull_request in &self.pull_requests {
            let labelled = matches!(pull_request.action, PullRequestAction::Label(_));
            counts.pull_requests += usize::from(labelled);
        }
    }
}

impl Plan {
    /// How many issues meet which fate.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for repository in &self.repositories {
            repository.count(&mut counts);
        }
        counts
    }

    /// Whether the plan carries the hash of what it says.
    pub fn is_whole(&self) -> bool {
        self.hash == hash::of(self)
    }

    /// The hash as people write it.
    pub fn short_hash(&self) -> &str {
        self.hash.get(..8).unwrap_or(&self.hash)
    }

    /// Whether somebody who names this hash, or the first digits of it, means this plan.
    pub fn is_named(&self, hash: &str) -> bool {
        hash.len() >= 8 && self.hash.starts_with(&hash.to_lowercase())
    }

    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.counts().writes() == 0
    }
}

/// What people asked for beyond the records.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", default)]
pub struct Options {
    /// KEPs that get an issue although another one looks like theirs.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub create: BTreeSet<u32>,
    /// Only this repository is planned for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repository: Option<RepositoryName>,
}

impl Options {
    /// Whether somebody asks for a new issue of this.
    pub fn asks_for(&self, subject: &Subject) -> bool {
        match subject {
            Subject::Kep(number) => self.create.contains(number),
            Subject::Item(_) => false,
        }
    }
}

/// What to do so that GitHub says what is desired.
pub fn plan(
    desired: &Desired,
    observed: &Observed,
    remembered: &Remembered,
    options: &Options,
) -> Plan {
    let nothing = ObservedRepository::default();
    let marked = identity::marked(observed);
    let scenes: Vec<Scene<'_>> = desired
        .repositories
        .iter()
        .map(|(name, wanted)| {
            let seen = observed.repositories.get(name).unwrap_or(&nothing);
            Scene::of(name, wanted, seen, &marked, remembered, options)
        })
        .collect();
    // Pull requests have no section: what kepherd put on them is remembered in the sections of the records that name them.
    let memory = pull_request::Memory::of(&scenes, options);
    let mut claims = pull_request::Claims::default();
    let pull_requests: Vec<Vec<PullRequestPlan>> = scenes
        .iter()
        .map(|scene| pull_request::plan(scene, &memory, &mut claims))
        .collect();
    let repositories: Vec<RepositoryPlan> = scenes
        .iter()
        .zip(pull_requests)
        .map(|(scene, pull_requests)| repository::plan(scene, pull_requests, &claims, options))
        .collect();
    let refused = guards::refusals(&repositories, observed, &desired.guards);
    let mut plan = Plan {
        version: VERSION,
        hash: String::new(),
        registry: desired.registry.clone(),
        options: options.clone(),
        repositories,
        refused,
    };
    plan.hash = hash::of(&plan);
    plan
}

/// What one field's three-way comparison gives: `change` goes into the update, `applied` into the section.
struct Outcome<C, A> {
    change: C,
    drift: Vec<Drift>,
    conflict: Option<String>,
    applied: A,
}
