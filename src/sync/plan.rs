//! desired × observed × remembered → what to do. A plan is plain data: it is printed, written as JSON, and applied.
//!
//! [`plan`] is pure and total: it reads nothing, writes nothing, and says of every record what happens to it. It goes over
//! the records twice. First every body is read once (`seen.rs`), each record gets its issue (`identity.rs`), and both are
//! compared three-way, field by field (`compare.rs`, `field/`): what the record says, what GitHub says, and what kepherd last
//! applied. So each field is in sync, pending (the record changed), drifted (GitHub changed) or in conflict (both); a
//! conflict stops its issue. Then the labels of pull requests are settled (`claims.rs`), and only then the sections that
//! remember them (`finish.rs`).
//!
//! Files of one pass import those of an earlier one, never the other way round.

mod blocked;
mod claims;
mod compare;
mod counts;
mod definitions;
mod drift;
pub mod field;
mod finish;
mod guards;
mod hash;
mod identity;
mod index;
mod notice;
pub mod options;
pub mod patch;
mod repository;
pub mod rows;
mod seen;
mod shown;
mod whole;

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::sync::desired::{Desired, LabelDefinition, MilestoneDefinition};
use crate::sync::observed::Observed;
use crate::sync::remembered::Remembered;
use crate::terms::{Ending, RepositoryName, Subject};
pub use blocked::{Blocked, Unusable};
use compare::Compared;
pub use counts::Counts;
pub use definitions::{DefinitionNotice, Mend};
pub use drift::Histories;
pub use field::{
    Change, Conflict, Drift, Drifted, Field, LeftOut, SectionChange, SetChange, Stale,
};
pub use guards::{Refusal, Removable};
pub use notice::Notice;
pub use options::Options;
use seen::Reading;
pub use whole::AsOf;

/// The version of a plan's JSON.
pub const VERSION: u32 = 2;

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
    pub refused: Vec<Refusal>,
    /// How old the records are; absent: none of them was ever read from kep.yaml.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<AsOf>,
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
    /// Labels and milestones that are put right: before anything else.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mended: Vec<Mend>,
    /// What a person may want to look at about labels and milestones.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<DefinitionNotice>,
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

impl Plan {
    /// Whether the plan carries the hash of what it says.
    pub fn is_whole(&self) -> bool {
        self.hash == hash::of(self)
    }

    /// The hash as people write it.
    pub fn short_hash(&self) -> &str {
        self.hash.get(..8).unwrap_or(&self.hash)
    }

    /// Whether nothing but the number of new issues is over a guard: the rest may go on without these.
    pub fn creates_too_many(&self) -> bool {
        let is_creations = |refusal: &Refusal| matches!(refusal, Refusal::Creations { .. });
        !self.refused.is_empty() && self.refused.iter().all(is_creations)
    }

    /// Whether somebody who names this hash, or the first digits of it, means this plan.
    pub fn is_named(&self, hash: &str) -> bool {
        hash.len() >= 8 && self.hash.starts_with(&hash.to_lowercase())
    }
}

/// What to do so that GitHub says what is desired.
pub fn plan(
    desired: &Desired,
    observed: &Observed,
    remembered: &Remembered,
    options: &Options,
) -> Plan {
    // Labels get their new names before anything else is written, so the rest is planned with these.
    let renames = definitions::renames(desired, observed);
    let renamed = definitions::with_renamed(observed, &renames);
    let observed = renamed.as_ref();
    let reading = Reading::of(observed);
    let scenes = index::scenes(desired, observed, remembered, &reading, options);
    // First what differs, record by record: whether its section can be written decides about labels of pull requests.
    let compared: Vec<Vec<Compared<'_>>> = scenes
        .iter()
        .map(|scene| compare::all(scene, options))
        .collect();
    let (pull_requests, memories) = claims::settle(desired, &scenes, &compared);
    let repositories: Vec<RepositoryPlan> = scenes
        .iter()
        .zip(compared)
        .zip(pull_requests)
        .map(|((scene, compared), pull_requests)| {
            let finish = |compared| finish::issue(compared, scene, &memories);
            let issues = compared.into_iter().map(finish).collect();
            repository::plan(scene, issues, pull_requests, renames.get(scene.name))
        })
        .collect();
    let refused = guards::refusals(&repositories, observed, &reading, &desired.guards);
    let mut plan = Plan {
        version: VERSION,
        hash: String::new(),
        registry: desired.registry.clone(),
        options: options.clone(),
        repositories,
        refused,
        as_of: AsOf::of(desired, |subject| options.selects(subject)),
    };
    plan.hash = hash::of(&plan);
    plan
}

/// The pull requests that have to be read beside those that records name: sections remember that kepherd labelled them.
pub fn left_pull_requests(
    desired: &Desired,
    observed: &Observed,
) -> BTreeMap<RepositoryName, BTreeSet<u64>> {
    claims::left(desired, &Reading::of(observed))
}

/// The own issues that say nothing of what they are about: before one is created, the titles that these had are read.
pub fn silent_issues(
    desired: &Desired,
    observed: &Observed,
    remembered: &Remembered,
    options: &Options,
) -> BTreeMap<RepositoryName, Vec<u64>> {
    let reading = Reading::of(observed);
    let scenes = index::scenes(desired, observed, remembered, &reading, options);
    let silent = scenes
        .iter()
        .map(|scene| (scene.name.clone(), scene.index.silent()));
    silent.filter(|(_, numbers)| !numbers.is_empty()).collect()
}
