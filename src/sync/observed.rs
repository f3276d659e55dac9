//! What GitHub says, as plain data: the second of the three inputs of a plan. How it is read is for `github/`; who reads it
//! adds what was read later, and nobody else changes it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::terms::{Date, PullRequestState, RepositoryName};
use crate::text::words::has_name;

/// What was read.
#[derive(Debug, Clone, Default)]
pub struct Observed {
    /// The login that the token belongs to.
    pub viewer: String,
    /// By repository.
    pub repositories: BTreeMap<RepositoryName, ObservedRepository>,
}

/// What was read of a repository.
#[derive(Debug, Clone, Default)]
pub struct ObservedRepository {
    /// Why nothing of it could be read; absent if it could.
    pub problem: Option<String>,
    /// What this identity may do in it.
    pub access: Access,
    /// The highest number of an issue or a pull request, as far as anybody asked; 0: nobody did.
    pub newest: u64,
    /// The labels that were asked for and exist, by their folded name.
    pub labels: BTreeMap<String, ObservedLabel>,
    /// The milestones, by title.
    pub milestones: BTreeMap<String, ObservedMilestone>,
    /// The issues that were asked for, by number.
    pub issues: BTreeMap<u64, Lookup>,
    /// The pull requests that were asked for, by number.
    pub pull_requests: BTreeMap<u64, PullRequestLookup>,
    /// Every issue, open or closed, that carries one of the index labels or that this identity wrote; absent if nobody
    /// asked.
    pub indexed: Option<BTreeMap<u64, ObservedIssue>>,
    /// Why it could not be seen whether there are such issues, if that is known.
    pub unlisted: Option<String>,
}

/// A label of a repository.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ObservedLabel {
    /// Its name, as it is spelt there.
    pub name: String,
    /// Six hexadecimal digits.
    pub color: String,
    /// The description; empty: none.
    pub description: String,
}

/// A milestone of a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObservedMilestone {
    /// Its number.
    pub number: u64,
    /// Whether it is open.
    pub open: bool,
    /// The day that it is due.
    pub due: Option<Date>,
    /// The description; empty: none.
    pub description: String,
}

impl ObservedRepository {
    /// Adds the titles that issues had. Where one of them is not known, the list is not whole, so that it permits nothing.
    pub fn learn_titles(&mut self, numbers: &[u64], histories: Option<&BTreeMap<u64, History>>) {
        for number in numbers {
            let history = histories.and_then(|histories| histories.get(number));
            let Some(history) = history.filter(|history| !history.is_cut) else {
                self.indexed = None;
                self.unlisted = Some(format!(
                    "this identity wrote #{number}, and what its title was before cannot be read"
                ));
                return;
            };
            let titles = history.events.iter().filter_map(|event| match &event.what {
                Happening::Renamed(title) => Some(title.clone()),
                _ => None,
            });
            let titles: Vec<String> = titles.collect();
            if let Some(Lookup::Issue(issue)) = self.issues.get_mut(number) {
                issue.former_titles = Some(titles.clone());
            }
            let listed = self.indexed.as_mut().and_then(|all| all.get_mut(number));
            if let Some(issue) = listed {
                issue.former_titles = Some(titles);
            }
        }
    }

    /// The highest number that was seen: that of a new issue is above it.
    pub fn highest(&self) -> u64 {
        let looked_up = self.issues.last_key_value().map(|(number, _)| *number);
        let pull_request = self
            .pull_requests
            .last_key_value()
            .map(|(number, _)| *number);
        let listed = self
            .indexed
            .as_ref()
            .and_then(|all| Some(*all.last_key_value()?.0));
        let all = [looked_up, pull_request, listed];
        all.into_iter().flatten().fold(self.newest, u64::max)
    }
}

/// What an identity may do in a repository. Without the right to set labels, milestones and assignees GitHub drops them
/// without a word: <https://docs.github.com/en/rest/issues/issues#create-an-issue>.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Access {
    /// GitHub does not say: it tells an App nothing of this.
    #[default]
    Unknown,
    /// It may set them, and create labels and milestones.
    Writes,
    /// It may set them, and create none: the role `triage`.
    Triages,
    /// It may not; what it has instead, in GitHub's words.
    Reads(String),
}

/// What became of a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lookup {
    /// It is an issue.
    Issue(Box<ObservedIssue>),
    /// It is a pull request.
    PullRequest,
    /// It was transferred; where to, as an address.
    Transferred(String),
    /// It was deleted.
    Deleted,
    /// It is not there, or this identity may not see it.
    Invisible,
}

/// What became of a number that a record names as a pull request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PullRequestLookup {
    /// It is a pull request.
    PullRequest(Box<ObservedPullRequest>),
    /// It is an issue.
    Issue,
    /// It is not there, or this identity may not see it.
    Invisible,
}

/// A pull request.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ObservedPullRequest {
    /// The number.
    pub number: u64,
    /// How far it is.
    pub state: PullRequestState,
    /// The names of its labels.
    pub labels: Vec<String>,
}

/// Who changed something, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Edit {
    /// The login, unless the account is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub login: Option<String>,
    /// The day, in UTC.
    pub on: Date,
}

/// What happened to an issue, as far back as GitHub was asked: for saying who changed what kepherd had set.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct History {
    /// What happened, oldest first.
    pub events: Vec<Event>,
    /// The last edit of the body.
    pub body: Option<Edit>,
    /// Whether there may be events before these.
    pub is_cut: bool,
}

/// One thing that happened to an issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// What.
    pub what: Happening,
    /// Who did it, and when.
    pub by: Edit,
}

/// What can happen to an issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happening {
    /// A label was taken off.
    Unlabeled(String),
    /// Somebody was assigned.
    Assigned(String),
    /// Somebody was unassigned.
    Unassigned(String),
    /// It got a milestone, or lost it.
    Milestone,
    /// It got another title; the one that it had.
    Renamed(String),
}

/// An issue.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ObservedIssue {
    /// The number.
    pub number: u64,
    /// The address.
    pub url: String,
    /// The title.
    pub title: String,
    /// The body, byte for byte.
    pub body: String,
    /// Whether it is open.
    pub open: bool,
    /// The names of its labels.
    pub labels: Vec<String>,
    /// The logins of its assignees.
    pub assignees: Vec<String>,
    /// The title of its milestone.
    pub milestone: Option<String>,
    /// The login of its author, unless the account is gone.
    pub author: Option<String>,
    /// Whether the identity that reads has written it.
    pub own: bool,
    /// The titles that it had before; absent: nobody asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub former_titles: Option<Vec<String>>,
}

impl ObservedIssue {
    /// Whether it carries a label; names compare without case.
    pub fn has_label(&self, name: &str) -> bool {
        has_name(&self.labels, name)
    }

    /// Whether somebody is assigned; logins compare without case.
    pub fn has_assignee(&self, login: &str) -> bool {
        has_name(&self.assignees, login)
    }
}
