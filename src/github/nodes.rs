//! GraphQL's answers, node by node: the fields that are asked for, and what they mean. Pure.

use serde::Deserialize;
use serde_json::Value;

use super::authors::Authors;
use crate::sync::observed::{Edit, ObservedIssue, ObservedPullRequest};
use crate::terms::{Instant, PullRequestState};
use crate::text::words::printable;

/// An answer that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// GraphQL's own errors.
    #[error("{0}")]
    Errors(String),
    /// Not what was asked for.
    #[error("{0}")]
    Malformed(String),
}

/// The fields of an issue.
pub(super) const ISSUE_FIELDS: &str = "number url title body state viewerDidAuthor author { __typename login } \
    labels(first: 100) { nodes { name } pageInfo { hasNextPage } } \
    assignees(first: 100) { nodes { login } pageInfo { hasNextPage } } \
    milestone { title }";

/// The fields of a pull request.
pub(super) const PULL_FIELDS: &str =
    "number state isDraft labels(first: 100) { nodes { name } pageInfo { hasNextPage } }";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Page<T> {
    pub(super) nodes: Vec<Option<T>>,
    pub(super) page_info: PageInfo,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct PageInfo {
    pub(super) has_next_page: bool,
    pub(super) end_cursor: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct MilestoneNode {
    pub(super) number: u64,
    pub(super) title: String,
    pub(super) closed: bool,
    /// GitHub keeps a day, as its midnight in Pacific time, which is the same day in UTC.
    pub(super) due_on: Option<Instant>,
    pub(super) description: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct IssueNode {
    number: u64,
    url: String,
    title: String,
    body: String,
    state: String,
    viewer_did_author: bool,
    author: Option<Actor>,
    labels: Page<Name>,
    assignees: Page<Login>,
    milestone: Option<Title>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PullNode {
    number: u64,
    state: String,
    is_draft: bool,
    labels: Page<Name>,
}

#[derive(Deserialize)]
pub(super) struct Nodes<T> {
    pub(super) nodes: Vec<Option<T>>,
}

/// An event of a timeline, with the fields of all the kinds that are asked for.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct EventNode {
    #[serde(rename = "__typename")]
    pub(super) kind: String,
    pub(super) created_at: Instant,
    pub(super) actor: Option<Actor>,
    pub(super) label: Option<Name>,
    pub(super) assignee: Option<Assignee>,
    pub(super) previous_title: Option<String>,
}

/// Whoever was assigned; only users have a login here.
#[derive(Deserialize)]
pub(super) struct Assignee {
    pub(super) login: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Actor {
    #[serde(rename = "__typename")]
    pub(super) kind: String,
    pub(super) login: String,
}

impl Actor {
    /// The login as `viewer` has it: that of an App ends in `[bot]` there, and not here.
    pub(super) fn login(self) -> String {
        if self.kind == "Bot" && !self.login.ends_with("[bot]") {
            format!("{}[bot]", self.login)
        } else {
            self.login
        }
    }
}

/// Who did something, and when.
pub(super) fn edit(actor: Option<Actor>, at: Instant) -> Edit {
    Edit {
        login: actor.map(Actor::login),
        on: at.date(),
    }
}

/// How far a pull request is, in GitHub's word.
pub(super) fn state_of_pull_request(word: &str, is_draft: bool) -> PullRequestState {
    match word {
        "MERGED" => PullRequestState::Merged,
        "CLOSED" => PullRequestState::Closed,
        _ if is_draft => PullRequestState::Draft,
        _ => PullRequestState::Open,
    }
}

/// A pull request with [`PULL_FIELDS`].
pub(super) fn pull_request(node: &Value) -> Result<ObservedPullRequest, Unusable> {
    let node =
        PullNode::deserialize(node).map_err(|error| Unusable::Malformed(error.to_string()))?;
    if node.labels.page_info.has_next_page {
        return Err(Unusable::Malformed(format!(
            "#{} has more labels than GitHub allows",
            node.number
        )));
    }
    Ok(ObservedPullRequest {
        number: node.number,
        state: state_of_pull_request(&node.state, node.is_draft),
        labels: names(node.labels.nodes),
    })
}

fn names(nodes: Vec<Option<Name>>) -> Vec<String> {
    nodes.into_iter().flatten().map(|node| node.name).collect()
}

#[derive(Deserialize)]
struct Login {
    login: String,
}

#[derive(Deserialize)]
pub(super) struct Name {
    pub(super) name: String,
}

#[derive(Deserialize)]
struct Title {
    title: String,
}

/// A page of a connection.
pub(super) fn page<T: serde::de::DeserializeOwned>(
    value: Option<&Value>,
) -> Result<Page<T>, Unusable> {
    Page::deserialize(value.unwrap_or(&Value::Null))
        .map_err(|error| Unusable::Malformed(error.to_string()))
}

/// An issue with [`ISSUE_FIELDS`].
pub(super) fn issue(node: &Value, authors: &Authors) -> Result<ObservedIssue, Unusable> {
    let node =
        IssueNode::deserialize(node).map_err(|error| Unusable::Malformed(error.to_string()))?;
    if node.labels.page_info.has_next_page || node.assignees.page_info.has_next_page {
        // More than an issue can have: to take a part for the whole would take the rest off.
        return Err(Unusable::Malformed(format!(
            "#{} has more labels or assignees than GitHub allows",
            node.number
        )));
    }
    let author = node.author.map(Actor::login);
    Ok(ObservedIssue {
        former_titles: None,
        number: node.number,
        url: printable(&node.url),
        title: node.title,
        body: node.body,
        open: node.state == "OPEN",
        labels: names(node.labels.nodes),
        assignees: node
            .assignees
            .nodes
            .into_iter()
            .flatten()
            .map(|user| user.login)
            .collect(),
        milestone: node.milestone.map(|milestone| milestone.title),
        own: node.viewer_did_author || authors.include(author.as_deref()),
        author,
    })
}
