//! The GraphQL documents that read issues with what refers to them, and what their answers mean. Pure.
//!
//! A page reads up to a hundred issues and pull requests by number, from any repositories. What an issue's timeline has beyond its last
//! hundred references is read in further rounds, again for a hundred issues at once.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::nodes::{Actor, Unusable, state_of_pull_request};
use super::queries::{Request, missing};
use crate::sources::issues::seen::{Found, SeenIssue, SeenPullRequest};
use crate::terms::{IssueRef, RepositoryName};

/// What is read of one issue or pull request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ask {
    pub(super) at: IssueRef,
    /// Where the page of its timeline ends that is asked for; absent: at its end, and all else is asked for too.
    pub(super) before: Option<String>,
}

/// What has been read.
#[derive(Debug, Clone, Default)]
pub(super) struct References {
    /// Issues, and what is none.
    pub issues: BTreeMap<IssueRef, Found>,
    /// Pull requests that were asked for themselves.
    pub pull_requests: BTreeMap<IssueRef, SeenPullRequest>,
    /// Repositories that are not there, or that this identity may not see.
    pub missing: BTreeSet<RepositoryName>,
    /// What was undone, by issue: an older page must not bring it back.
    undone: BTreeMap<IssueRef, BTreeSet<IssueRef>>,
}

/// Kinds of events, oldest first on a page.
const EVENTS: &str = "itemTypes: [CROSS_REFERENCED_EVENT, CONNECTED_EVENT, DISCONNECTED_EVENT, MARKED_AS_DUPLICATE_EVENT, \
    RENAMED_TITLE_EVENT]) { nodes { __typename \
    ... on CrossReferencedEvent { source { __typename ... on PullRequest { ...pull } } } \
    ... on ConnectedEvent { source { __typename ... on PullRequest { ...pull } } subject { __typename ... on PullRequest { ...pull } } } \
    ... on DisconnectedEvent { source { __typename ... on PullRequest { ...pull } } subject { __typename ... on PullRequest { ...pull } } } \
    ... on MarkedAsDuplicateEvent { canonical { __typename ... on Issue { number repository { nameWithOwner } } } } \
    ... on RenamedTitleEvent { previousTitle } } pageInfo { hasPreviousPage startCursor } }";

const PULL: &str = "number title pullState: state isDraft baseRefName headRefName author { __typename login } repository { nameWithOwner }";

/// The request for a page; at most a hundred.
pub(super) fn request(asked: &[Ask]) -> Request {
    let mut declared = Vec::new();
    let mut variables = Map::new();
    let mut body = String::from("rateLimit { cost remaining }");
    let mut is_whole = false;
    for (index, (repository, asked)) in by_repository(asked).into_iter().enumerate() {
        declared.push(format!("$owner{index}: String!, $name{index}: String!"));
        variables.insert(format!("owner{index}"), json!(repository.owner));
        variables.insert(format!("name{index}"), json!(repository.name));
        // Writing to a string cannot fail.
        let _ = write!(
            body,
            " r{index}: repository(owner: $owner{index}, name: $name{index}) {{"
        );
        for Ask { at, before } in asked {
            let number = at.number;
            let fields = match before {
                None => {
                    is_whole = true;
                    "...tracked".to_owned()
                }
                Some(cursor) => {
                    let name = format!("before{index}x{number}");
                    declared.push(format!("${name}: String"));
                    variables.insert(name.clone(), json!(cursor));
                    format!("timelineItems(last: 100, before: ${name}, {EVENTS}")
                }
            };
            let pull = if before.is_none() {
                " ... on PullRequest { ...pull }"
            } else {
                ""
            };
            let _ = write!(
                body,
                " i{number}: issueOrPullRequest(number: {number}) {{ __typename ... on Issue {{ {fields} }}{pull} }}"
            );
        }
        body.push_str(" }");
    }
    let tracked = match is_whole {
        true => format!(
            " fragment tracked on Issue {{ title body state stateReason(enableDuplicate: true) timelineItems(last: 100, {EVENTS} }}"
        ),
        false => String::new(),
    };
    Request {
        document: format!(
            "query({}) {{ {body} }}{tracked} fragment pull on PullRequest {{ {PULL} }}",
            declared.join(", ")
        ),
        variables: Value::Object(variables),
    }
}

fn by_repository(asked: &[Ask]) -> Vec<(&RepositoryName, Vec<&Ask>)> {
    let mut all: BTreeMap<&RepositoryName, Vec<&Ask>> = BTreeMap::new();
    for ask in asked {
        all.entry(&ask.at.repository).or_default().push(ask);
    }
    all.into_iter().collect()
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Tracked {
    title: Option<String>,
    body: Option<String>,
    state: Option<String>,
    state_reason: Option<String>,
    timeline_items: Timeline,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Timeline {
    nodes: Vec<Option<EventNode>>,
    page_info: Backwards,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Backwards {
    has_previous_page: bool,
    start_cursor: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct EventNode {
    #[serde(rename = "__typename")]
    kind: String,
    source: Option<Value>,
    subject: Option<Value>,
    canonical: Option<Value>,
    previous_title: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PullNode {
    number: u64,
    title: String,
    /// Under a name of its own, for an issue has a `state` of another type.
    pull_state: String,
    is_draft: bool,
    base_ref_name: String,
    head_ref_name: String,
    author: Option<Actor>,
    repository: Place,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Place {
    name_with_owner: String,
}

#[derive(Deserialize)]
struct Numbered {
    number: u64,
    repository: Place,
}

/// What a page says of one number.
enum Said {
    Nothing,
    PullRequest(SeenPullRequest),
    Issue {
        /// Absent on a page of its timeline alone.
        whole: Option<SeenIssue>,
        /// Oldest first.
        events: Vec<Event>,
        /// Where the page before this one ends.
        earlier: Option<String>,
    },
}

/// What happened to an issue.
enum Event {
    Mentioned(IssueRef, SeenPullRequest),
    Connected(IssueRef, SeenPullRequest),
    Disconnected(IssueRef),
    Duplicate(Option<IssueRef>),
    Renamed(String),
    /// This identity may not see it.
    Hidden,
    Other,
}

impl References {
    /// Reads an answer, all of it or nothing; gives what is still needed of the timelines.
    pub(super) fn read(&mut self, answer: &Value, asked: &[Ask]) -> Result<Vec<Ask>, Unusable> {
        let missing = missing(answer)?;
        let mut said = Vec::new();
        let mut lost = BTreeSet::new();
        for (index, (repository, asked)) in by_repository(asked).into_iter().enumerate() {
            let alias = format!("r{index}");
            if missing.contains(&vec![alias.clone()]) {
                lost.insert(repository.clone());
                continue;
            }
            for Ask { at, before: _ } in asked {
                let key = format!("i{}", at.number);
                let is_missing = missing.contains(&vec![alias.clone(), key.clone()]);
                let node = answer
                    .pointer(&format!("/data/{alias}/{key}"))
                    .filter(|node| node.is_object());
                said.push((
                    at.clone(),
                    match node {
                        // Transferred, deleted or invisible: one REST request each tells them apart.
                        _ if is_missing => Said::Nothing,
                        Some(node) => parsed(node)?,
                        None => return Err(Unusable::Malformed(format!("{at} cannot be read"))),
                    },
                ));
            }
        }
        self.missing.extend(lost);
        let more = said.into_iter().filter_map(|(at, said)| {
            let before = self.learn(&at, said)?;
            Some(Ask {
                at,
                before: Some(before),
            })
        });
        Ok(more.collect())
    }

    /// Takes over what a page says of one number; gives where the page before it ends.
    fn learn(&mut self, at: &IssueRef, said: Said) -> Option<String> {
        let (whole, events, earlier) = match said {
            Said::Nothing => {
                self.issues.entry(at.clone()).or_insert(Found::Invisible);
                return None;
            }
            Said::PullRequest(pull) => {
                self.pull_requests.insert(at.clone(), pull);
                self.issues.insert(at.clone(), Found::PullRequest);
                return None;
            }
            Said::Issue {
                whole,
                events,
                earlier,
            } => (whole, events, earlier),
        };
        if let Some(whole) = whole {
            self.issues
                .insert(at.clone(), Found::Issue(Box::new(whole)));
        }
        let Some(Found::Issue(issue)) = self.issues.get_mut(at) else {
            return None;
        };
        let undone = self.undone.entry(at.clone()).or_default();
        let mut titles = Vec::new();
        // From the newest: what was undone later does not count, and the last word on a duplicate does.
        for event in events.into_iter().rev() {
            match event {
                Event::Connected(id, _) if undone.contains(&id) => {}
                Event::Mentioned(id, pull) | Event::Connected(id, pull) => {
                    issue.mentions.entry(id).or_insert(pull);
                }
                Event::Disconnected(id) => {
                    undone.insert(id);
                }
                Event::Duplicate(of) => {
                    issue.duplicate_of = issue.duplicate_of.take().or(of);
                }
                Event::Renamed(title) => titles.push(title),
                Event::Hidden => issue.hidden += 1,
                Event::Other => {}
            }
        }
        titles.reverse();
        titles.append(&mut issue.former_titles);
        issue.former_titles = titles;
        earlier
    }
}

fn parsed(node: &Value) -> Result<Said, Unusable> {
    if typename(node) == Some("PullRequest") {
        // Asked for by the number of an issue that has become one is nothing but that.
        return Ok(match node.get("number") {
            Some(_) => Said::PullRequest(pull_request(node)?.1),
            None => Said::Nothing,
        });
    }
    let Tracked {
        title,
        body,
        state,
        state_reason,
        timeline_items: Timeline { nodes, page_info },
    } = deserialized(node)?;
    let whole = match (title, body, state) {
        (Some(title), Some(body), Some(state)) => {
            let is_open = state == "OPEN";
            Some(SeenIssue {
                title,
                body,
                is_open,
                is_duplicate: !is_open && state_reason.as_deref() == Some("DUPLICATE"),
                ..SeenIssue::default()
            })
        }
        _ => None,
    };
    let events: Result<Vec<Event>, Unusable> = nodes.into_iter().map(event).collect();
    let earlier = page_info.start_cursor;
    Ok(Said::Issue {
        whole,
        events: events?,
        earlier: earlier.filter(|_| page_info.has_previous_page),
    })
}

fn event(node: Option<EventNode>) -> Result<Event, Unusable> {
    let Some(node) = node else {
        return Ok(Event::Hidden);
    };
    let is = |node: &Value, name: &str| typename(node) == Some(name);
    let is_hidden = match node.kind.as_str() {
        "CrossReferencedEvent" => node.source.is_none(),
        "ConnectedEvent" => node.source.is_none() || node.subject.is_none(),
        _ => false,
    };
    // Of the two that people link by hand, GitHub does not say which one is called what.
    let sides = [node.subject, node.source].into_iter().flatten();
    let pull = sides.into_iter().find(|side| is(side, "PullRequest"));
    Ok(match (node.kind.as_str(), pull) {
        (_, None) if is_hidden => Event::Hidden,
        ("CrossReferencedEvent", Some(pull)) => {
            let (id, pull) = pull_request(&pull)?;
            Event::Mentioned(id, pull)
        }
        ("ConnectedEvent", Some(pull)) => {
            let (id, pull) = pull_request(&pull)?;
            Event::Connected(id, pull)
        }
        ("DisconnectedEvent", Some(pull)) => Event::Disconnected(reference(&pull)?),
        ("MarkedAsDuplicateEvent", _) => {
            let canonical = node.canonical.filter(|one| is(one, "Issue"));
            Event::Duplicate(canonical.as_ref().map(reference).transpose()?)
        }
        ("RenamedTitleEvent", _) => node.previous_title.map_or(Event::Other, Event::Renamed),
        _ => Event::Other,
    })
}

fn deserialized<'a, T: Deserialize<'a>>(node: &'a Value) -> Result<T, Unusable> {
    T::deserialize(node).map_err(|error| Unusable::Malformed(error.to_string()))
}

fn typename(node: &Value) -> Option<&str> {
    node.get("__typename").and_then(Value::as_str)
}

fn reference(node: &Value) -> Result<IssueRef, Unusable> {
    let Numbered { number, repository } = deserialized(node)?;
    at(&repository.name_with_owner, number)
}

fn at(repository: &str, number: u64) -> Result<IssueRef, Unusable> {
    let parsed = format!("{repository}#{number}").parse();
    parsed.map_err(|error: crate::terms::Misspelt| Unusable::Malformed(error.to_string()))
}

fn pull_request(node: &Value) -> Result<(IssueRef, SeenPullRequest), Unusable> {
    let PullNode {
        number,
        title,
        pull_state,
        is_draft,
        base_ref_name,
        head_ref_name,
        author,
        repository,
    } = deserialized(node)?;
    let pull = SeenPullRequest {
        title,
        state: state_of_pull_request(&pull_state, is_draft),
        base: base_ref_name,
        head: head_ref_name,
        is_by_bot: author.is_some_and(|author| author.kind == "Bot"),
    };
    Ok((at(&repository.name_with_owner, number)?, pull))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What this identity may not see is counted, on whichever side of an event it is.
    #[test]
    fn an_event_whose_other_side_is_invisible_is_hidden() {
        let is_hidden = |kind: &str, source: Option<Value>, subject: Option<Value>| {
            let node = EventNode {
                kind: kind.to_owned(),
                source,
                subject,
                canonical: None,
                previous_title: None,
            };
            matches!(event(Some(node)), Ok(Event::Hidden))
        };
        let issue = || Some(json!({ "__typename": "Issue" }));
        assert!(is_hidden("CrossReferencedEvent", None, None));
        assert!(!is_hidden("CrossReferencedEvent", issue(), None));
        assert!(is_hidden("ConnectedEvent", issue(), None));
        assert!(is_hidden("ConnectedEvent", None, issue()));
        assert!(!is_hidden("ConnectedEvent", issue(), issue()));
        assert!(!is_hidden("DisconnectedEvent", issue(), None));
        assert!(matches!(event(None), Ok(Event::Hidden)));
    }
}
