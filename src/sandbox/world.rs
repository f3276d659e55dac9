//! The state of the sandbox: users, repositories, issues, and who did what to them.
//!
//! Operations live in the submodules: `issues` and `comments` for what people write, `catalog` for the
//! labels and milestones of a repository. They apply GitHub's rules and either
//! succeed as a whole or leave the world as it was.
//!
//! This module must not know HTTP, JSON on the wire, a real clock or a file system. Time is logical:
//! one second passes per write, so the same operations always build the same world.

mod accounts;
mod catalog;
mod checks;
mod comments;
mod issues;
mod references;
mod revision;

use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

pub use catalog::{LabelPatch, MilestonePatch, NewLabel, NewMilestone};
pub use issues::{IssuePatch, NewIssue};

/// The instant at which every new world starts: 2026-01-01T00:00:00Z.
pub const EPOCH: i64 = 1_767_225_600;

/// Everything the sandbox knows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct World {
    /// The login that every token belongs to.
    pub viewer: String,
    /// Accounts by lower-case login.
    pub users: BTreeMap<String, User>,
    /// Repositories by lower-case `owner/name`.
    pub repositories: BTreeMap<String, Repository>,
    /// Logical time in seconds of the Unix epoch.
    pub clock: i64,
    /// The next database id; one sequence serves every kind of object.
    pub next_id: u64,
}

/// An account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct User {
    pub login: String,
    pub id: u64,
}

/// A repository and all that hangs on it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Repository {
    pub id: u64,
    pub owner: String,
    pub name: String,
    /// Whether the viewer has push access. Everyone else who acts is a collaborator.
    pub viewer_can_push: bool,
    /// Whether the viewer, without push access, has the role `triage`: it sets labels, milestones and assignees, and creates
    /// none. <https://docs.github.com/en/organizations/managing-user-access-to-your-organizations-repositories/managing-repository-roles/repository-roles-for-an-organization>
    #[serde(default)]
    pub viewer_can_triage: bool,
    pub has_issues: bool,
    pub archived: bool,
    /// Whether it is private, and the viewer no member: it looks as if it did not exist.
    #[serde(default)]
    pub hidden: bool,
    /// Lower-case logins that issues can be assigned to.
    pub assignable: BTreeSet<String>,
    /// Labels by lower-case name.
    pub labels: BTreeMap<String, Label>,
    pub milestones: BTreeMap<u64, Milestone>,
    /// Issues and pull requests share one sequence of numbers.
    pub issues: BTreeMap<u64, Issue>,
    pub deleted: BTreeSet<u64>,
    /// Where a transferred issue went: lower-case `owner/name` and number.
    pub transferred: BTreeMap<u64, (String, u64)>,
    pub created_at: i64,
}

/// A label of a repository.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Label {
    pub id: u64,
    pub name: String,
    /// Six hex digits, lower case.
    pub color: String,
    pub description: Option<String>,
    pub created_at: i64,
}

/// A milestone of a repository.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Milestone {
    pub id: u64,
    pub number: u64,
    pub title: String,
    pub description: Option<String>,
    pub state: State,
    /// Midnight in Pacific time of the day it is due.
    pub due_on: Option<i64>,
    pub creator: String,
    pub created_at: i64,
    pub updated_at: i64,
    pub closed_at: Option<i64>,
}

/// An issue or, with [`Issue::pull_request`], a pull request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Issue {
    pub id: u64,
    pub number: u64,
    pub title: String,
    pub body: String,
    pub author: String,
    pub state: State,
    pub state_reason: Option<StateReason>,
    pub closed_by: Option<String>,
    /// Label names as the repository spells them, in the order they were added.
    pub labels: Vec<String>,
    pub assignees: Vec<String>,
    pub milestone: Option<u64>,
    pub locked: bool,
    pub comments: Vec<Comment>,
    pub pull_request: Option<PullRequest>,
    pub created_at: i64,
    pub updated_at: i64,
    pub closed_at: Option<i64>,
    pub timeline: Vec<Event>,
    /// Who edited the body last, and when.
    #[serde(default)]
    pub edited: Option<(String, i64)>,
}

/// What a pull request has beyond an issue.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PullRequest {
    pub merged: bool,
    pub merged_at: Option<i64>,
    pub draft: bool,
    /// The branch that it is merged into; empty: the default one.
    #[serde(default)]
    pub base: String,
    /// The branch that it brings.
    #[serde(default)]
    pub head: String,
}

/// The default branch of every repository.
pub const DEFAULT_BRANCH: &str = "main";

impl PullRequest {
    /// The branch that it is merged into.
    pub fn base(&self) -> &str {
        match self.base.as_str() {
            "" => DEFAULT_BRANCH,
            base => base,
        }
    }
}

/// A comment on an issue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Comment {
    pub id: u64,
    pub author: String,
    pub body: String,
    pub created_at: i64,
    pub updated_at: i64,
}

/// One entry of an issue's history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    pub id: u64,
    pub actor: String,
    pub at: i64,
    pub kind: EventKind,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub enum EventKind {
    Labeled {
        label: String,
    },
    Unlabeled {
        label: String,
    },
    Assigned {
        assignee: String,
    },
    Unassigned {
        assignee: String,
    },
    Milestoned {
        title: String,
    },
    Demilestoned {
        title: String,
    },
    Renamed {
        from: String,
        to: String,
    },
    Closed {
        reason: Option<StateReason>,
    },
    Reopened,
    Merged,
    Locked,
    Transferred {
        from: String,
    },
    /// Somebody referred to it; where, as `owner/name` and number, and whether that closes it once it is merged.
    CrossReferenced {
        source: (String, u64),
        will_close: bool,
    },
    /// A pull request was linked to it by hand.
    Connected {
        pull_request: (String, u64),
    },
    /// Such a link was taken away.
    Disconnected {
        pull_request: (String, u64),
    },
    /// It was said to be a duplicate of another one.
    MarkedAsDuplicate {
        canonical: (String, u64),
    },
}

/// Of issues and of milestones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Open,
    Closed,
}

/// Why an issue has its state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StateReason {
    Completed,
    NotPlanned,
    Duplicate,
    Reopened,
}

impl State {
    /// GitHub's word for it in REST.
    pub fn as_str(self) -> &'static str {
        match self {
            State::Open => "open",
            State::Closed => "closed",
        }
    }
}

impl StateReason {
    /// GitHub's word for it in REST.
    pub fn as_str(self) -> &'static str {
        match self {
            StateReason::Completed => "completed",
            StateReason::NotPlanned => "not_planned",
            StateReason::Duplicate => "duplicate",
            StateReason::Reopened => "reopened",
        }
    }
}

/// A refusal, as GitHub words it.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{status}: {message}")]
pub struct ApiError {
    /// The HTTP status.
    pub status: u16,
    pub message: String,
    pub errors: Vec<FieldProblem>,
    /// For 301: repository and number that the issue has now.
    pub moved: Option<(String, u64)>,
}

/// One entry of `errors` in a 422.
/// <https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api#validation-failed>
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldProblem {
    pub resource: &'static str,
    pub code: &'static str,
    pub field: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

impl FieldProblem {
    /// A problem without message or value.
    pub fn new(resource: &'static str, code: &'static str, field: &'static str) -> Self {
        FieldProblem {
            resource,
            code,
            field,
            message: None,
            value: None,
        }
    }

    fn too_long(resource: &'static str, field: &'static str, limit: usize) -> Self {
        FieldProblem {
            message: Some(format!(
                "{field} is too long (maximum is {limit} characters)"
            )),
            ..Self::new(resource, "too_long", field)
        }
    }

    fn value(self, value: impl ToString) -> Self {
        FieldProblem {
            value: Some(value.to_string()),
            ..self
        }
    }
}

impl ApiError {
    /// A refusal with a status and a sentence.
    pub fn new(status: u16, message: impl Into<String>) -> Self {
        ApiError {
            status,
            message: message.into(),
            errors: Vec::new(),
            moved: None,
        }
    }

    /// 404, which GitHub also says for what the viewer may not see.
    pub fn not_found() -> Self {
        Self::new(404, "Not Found")
    }

    /// 422 with its list of problems.
    pub fn invalid(errors: Vec<FieldProblem>) -> Self {
        ApiError {
            errors,
            ..Self::new(422, "Validation Failed")
        }
    }
}

impl World {
    /// A world with one account, which every token belongs to, and no repository.
    pub fn new(viewer: &str) -> Self {
        let mut world = World {
            viewer: viewer.to_owned(),
            users: BTreeMap::new(),
            repositories: BTreeMap::new(),
            clock: EPOCH,
            next_id: 1001,
        };
        world.add_user(viewer);
        world
    }

    /// Makes an account known, unless it is, and returns its id.
    pub fn add_user(&mut self, login: &str) -> u64 {
        if let Some(user) = self.users.get(&login.to_lowercase()) {
            return user.id;
        }
        let id = self.take_id();
        self.users.insert(
            login.to_lowercase(),
            User {
                login: login.to_owned(),
                id,
            },
        );
        id
    }

    /// Makes an account known and assignable in a repository.
    pub fn add_assignable(&mut self, repository: &str, login: &str) -> Result<(), ApiError> {
        self.repository(repository)?;
        self.add_user(login);
        self.repository_mut(repository)?
            .assignable
            .insert(login.to_lowercase());
        Ok(())
    }

    /// Makes known and assignable who is so in another world, in its repositories. What there is stays as it is.
    pub fn learn(&mut self, other: &World) {
        for repository in other.repositories.values() {
            let name = format!("{}/{}", repository.owner, repository.name);
            self.add_repository(&name);
            for login in &repository.assignable {
                let named = other
                    .users
                    .get(login)
                    .map_or(login.as_str(), |user| &user.login);
                // The repository is there.
                let _ = self.add_assignable(&name, named);
            }
        }
    }

    /// Adds an empty repository, `owner/name`, that the viewer can push to; one that exists is kept.
    pub fn add_repository(&mut self, name: &str) -> &mut Repository {
        let key = name.to_lowercase();
        let (owner, short) = name.split_once('/').unwrap_or(("", name));
        if !self.repositories.contains_key(&key) {
            self.add_user(owner);
        }
        let World {
            repositories,
            next_id,
            clock,
            ..
        } = self;
        repositories.entry(key).or_insert_with(|| Repository {
            id: post_increment(next_id),
            owner: owner.to_owned(),
            name: short.to_owned(),
            viewer_can_push: true,
            viewer_can_triage: false,
            has_issues: true,
            archived: false,
            hidden: false,
            assignable: BTreeSet::new(),
            labels: BTreeMap::new(),
            milestones: BTreeMap::new(),
            issues: BTreeMap::new(),
            deleted: BTreeSet::new(),
            transferred: BTreeMap::new(),
            created_at: *clock,
        })
    }

    /// The repository of that name, in any case of letters.
    pub fn repository(&self, name: &str) -> Result<&Repository, ApiError> {
        self.repositories
            .get(&name.to_lowercase())
            .ok_or_else(ApiError::not_found)
    }

    /// The same, to be changed.
    pub fn repository_mut(&mut self, name: &str) -> Result<&mut Repository, ApiError> {
        self.repositories
            .get_mut(&name.to_lowercase())
            .ok_or_else(ApiError::not_found)
    }

    /// The account of that login, in any case of letters.
    pub fn user(&self, login: &str) -> Option<&User> {
        self.users.get(&login.to_lowercase())
    }

    /// Whether that account has push access. Only the viewer's access can be taken away: everyone else
    /// who acts in a sandbox does so because a test or a seed says so.
    pub fn can_push(&self, actor: &str, repository: &Repository) -> bool {
        !same(actor, &self.viewer) || repository.viewer_can_push
    }

    /// Whether that account may set labels, milestones and assignees.
    pub fn can_triage(&self, actor: &str, repository: &Repository) -> bool {
        self.can_push(actor, repository) || repository.viewer_can_triage
    }

    /// A writable repository, or 404 and 403 as GitHub has them.
    fn writable(&self, repository: &str) -> Result<&Repository, ApiError> {
        let found = self.repository(repository)?;
        if found.archived {
            return Err(ApiError::new(
                403,
                "Repository was archived so is read-only.",
            ));
        }
        Ok(found)
    }

    /// Like [`Self::writable`], for what needs push access. GitHub hides such operations: 404.
    fn pushable(&self, actor: &str, repository: &str) -> Result<&Repository, ApiError> {
        let found = self.writable(repository)?;
        if self.can_push(actor, found) {
            Ok(found)
        } else {
            Err(ApiError::not_found())
        }
    }

    fn take_id(&mut self) -> u64 {
        post_increment(&mut self.next_id)
    }

    /// One write, one second.
    fn tick(&mut self) -> i64 {
        self.clock = self.clock.saturating_add(1);
        self.clock
    }
}

impl Repository {
    /// `owner/name`, as spelt.
    pub fn full_name(&self) -> String {
        format!("{}/{}", self.owner, self.name)
    }

    /// The label of that name, in any case of letters.
    pub fn label(&self, name: &str) -> Option<&Label> {
        self.labels.get(&name.to_lowercase())
    }

    /// The next number of an issue or pull request. Numbers are never used twice.
    pub fn next_number(&self) -> u64 {
        let last = |number: Option<&u64>| number.copied().unwrap_or(0);
        last(self.issues.keys().next_back())
            .max(last(self.deleted.iter().next_back()))
            .max(last(self.transferred.keys().next_back()))
            .saturating_add(1)
    }
}

/// Logins and label names compare without case.
pub fn same(left: &str, right: &str) -> bool {
    left.to_lowercase() == right.to_lowercase()
}

fn post_increment(next: &mut u64) -> u64 {
    let taken = *next;
    *next = next.saturating_add(1);
    taken
}
