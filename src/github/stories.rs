//! The GraphQL documents beyond a plan's pages: what happened to issues that drifted, and which comments an issue has. Pure.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::authors::Authors;
use super::nodes::Unusable;
use super::nodes::{Actor, EventNode, Nodes, edit};
use super::queries::{Request, missing};
use crate::sync::observed::{Event, Happening, History};
use crate::sync::plan::Histories;
use crate::terms::github_limits::PAGE;
use crate::terms::{Instant, RepositoryName};

const STORY: &str = "lastEditedAt editor { __typename login } timelineItems(last: 100, itemTypes: [UNLABELED_EVENT, \
    ASSIGNED_EVENT, UNASSIGNED_EVENT, MILESTONED_EVENT, DEMILESTONED_EVENT, RENAMED_TITLE_EVENT]) { nodes { __typename \
    ... on UnlabeledEvent { createdAt actor { ...who } label { name } } \
    ... on AssignedEvent { createdAt actor { ...who } assignee { ... on User { login } } } \
    ... on UnassignedEvent { createdAt actor { ...who } assignee { ... on User { login } } } \
    ... on MilestonedEvent { createdAt actor { ...who } } \
    ... on DemilestonedEvent { createdAt actor { ...who } } \
    ... on RenamedTitleEvent { createdAt actor { ...who } previousTitle } } }";

/// The requests for what happened to issues: one for every hundred.
pub fn requests(
    issues: &BTreeMap<RepositoryName, Vec<u64>>,
) -> Vec<(Request, Vec<(RepositoryName, u64)>)> {
    let all: Vec<(RepositoryName, u64)> = issues
        .iter()
        .flat_map(|(name, numbers)| numbers.iter().map(|number| (name.clone(), *number)))
        .collect();
    all.chunks(PAGE)
        .map(|page| {
            let mut declared = Vec::new();
            let mut variables = serde_json::Map::new();
            let mut body = String::from("rateLimit { cost remaining }");
            for (index, (name, number)) in page.iter().enumerate() {
                declared.push(format!("$owner{index}: String!, $name{index}: String!"));
                variables.insert(format!("owner{index}"), json!(name.owner));
                variables.insert(format!("name{index}"), json!(name.name));
                body.push_str(&format!(
                    " r{index}: repository(owner: $owner{index}, name: $name{index}) \
                     {{ issue(number: {number}) {{ ...story }} }}"
                ));
            }
            let document = format!(
                "query({}) {{ {body} }} fragment story on Issue {{ {STORY} }} fragment who on Actor {{ __typename login }}",
                declared.join(", ")
            );
            let variables = Value::Object(variables);
            (Request { document, variables }, page.to_vec())
        })
        .collect()
}

/// Reads an answer to one of these requests.
pub fn read(
    answer: &Value,
    page: &[(RepositoryName, u64)],
    histories: &mut Histories,
) -> Result<(), Unusable> {
    // What is gone since the plan has no history to tell.
    missing(answer)?;
    for (index, (name, number)) in page.iter().enumerate() {
        let Some(node) = answer
            .pointer(&format!("/data/r{index}/issue"))
            .filter(|node| node.is_object())
        else {
            continue;
        };
        let node =
            StoryNode::deserialize(node).map_err(|error| Unusable::Malformed(error.to_string()))?;
        histories
            .entry(name.clone())
            .or_default()
            .insert(*number, history(node));
    }
    Ok(())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct StoryNode {
    last_edited_at: Option<Instant>,
    editor: Option<Actor>,
    timeline_items: Nodes<EventNode>,
}

fn history(node: StoryNode) -> History {
    let nodes = node.timeline_items.nodes;
    let is_cut = nodes.len() >= PAGE;
    let events = nodes.into_iter().flatten();
    History {
        is_cut,
        body: node.last_edited_at.map(|at| edit(node.editor, at)),
        events: events
            .filter_map(|event| {
                let label = event.label.map(|label| label.name);
                let assignee = event.assignee.and_then(|assignee| assignee.login);
                let what = match event.kind.as_str() {
                    "UnlabeledEvent" => Happening::Unlabeled(label?),
                    "AssignedEvent" => Happening::Assigned(assignee?),
                    "UnassignedEvent" => Happening::Unassigned(assignee?),
                    "MilestonedEvent" | "DemilestonedEvent" => Happening::Milestone,
                    "RenamedTitleEvent" => Happening::Renamed(event.previous_title?),
                    _ => return None,
                };
                let by = edit(event.actor, event.created_at);
                Some(Event { what, by })
            })
            .collect(),
    }
}

/// The request for one page of an issue's comments, newest first: those before a cursor, or the last ones.
pub fn comments(repository: &RepositoryName, number: u64, before: Option<&str>) -> Request {
    Request {
        document: "query($owner: String!, $name: String!, $number: Int!, $before: String) { \
             rateLimit { cost remaining } repository(owner: $owner, name: $name) { issue(number: $number) { \
             comments(last: 100, before: $before) { nodes { viewerDidAuthor author { __typename login } body } \
             pageInfo { hasPreviousPage startCursor } } } } }"
            .to_owned(),
        variables: json!({
            "owner": repository.owner, "name": repository.name, "number": number, "before": before,
        }),
    }
}

/// Whether a page of comments has one of these authors with a line, or else where the page before it ends.
pub fn find_comment(
    answer: &Value,
    marker: &str,
    authors: &Authors,
) -> Result<FoundComment, Unusable> {
    if !missing(answer)?.is_empty() {
        return Err(Unusable::Malformed("the issue is not there".to_owned()));
    }
    let comments = answer.pointer("/data/repository/issue/comments");
    let page = CommentPage::deserialize(comments.unwrap_or(&Value::Null))
        .map_err(|error| Unusable::Malformed(error.to_string()))?;
    let carries = |comment: CommentNode| {
        let author = comment.author.map(Actor::login);
        let is_own = comment.viewer_did_author || authors.include(author.as_deref());
        is_own && comment.body.lines().any(|line| line.trim_end() == marker)
    };
    if page.nodes.into_iter().flatten().any(carries) {
        return Ok(FoundComment::Yes);
    }
    Ok(match page.page_info.start_cursor {
        Some(cursor) if page.page_info.has_previous_page => FoundComment::PerhapsBefore(cursor),
        _ => FoundComment::No,
    })
}

/// Whether a comment was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FoundComment {
    /// It is there.
    Yes,
    /// It is not on this page; the one before it ends at this cursor.
    PerhapsBefore(String),
    /// It is nowhere.
    No,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CommentPage {
    nodes: Vec<Option<CommentNode>>,
    page_info: Backwards,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CommentNode {
    viewer_did_author: bool,
    author: Option<Actor>,
    body: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Backwards {
    has_previous_page: bool,
    start_cursor: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_of_the_bot_is_found_by_whoever_looks() {
        let found = |kind: &str, login: &str| {
            let comment = json!({
                "viewerDidAuthor": false, "author": { "__typename": kind, "login": login }, "body": "a\r\n<!-- x -->",
            });
            let page = json!({ "hasPreviousPage": false, "startCursor": null });
            let comments = json!({ "nodes": [comment], "pageInfo": page });
            let answer = json!({ "data": { "repository": { "issue": { "comments": comments } } } });
            let bots = ["kepherd[bot]".parse().unwrap()];
            find_comment(&answer, "<!-- x -->", &Authors::new("octocat", &bots)).unwrap()
        };
        assert_eq!(found("Bot", "kepherd"), FoundComment::Yes);
        assert_eq!(found("User", "kepherd"), FoundComment::No);
        assert_eq!(found("User", "octocat"), FoundComment::Yes);
    }
}
