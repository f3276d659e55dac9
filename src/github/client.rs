//! The octocrab client: the only place that speaks HTTP to GitHub.
//!
//! Reads are repeated after failures that pass, and anything after a limit, as `patience.rs` says; a write of which nobody
//! knows whether it was carried out is not. octocrab's own retry is compiled out, because it replays creations. Nothing
//! here decides what to write. The token stays inside octocrab; errors are made from answers, never from requests.
#![allow(clippy::disallowed_methods)]

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use http::HeaderMap;
use http::header::{LINK, LOCATION};
use http_body_util::BodyExt as _;
use octocrab::Octocrab;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::patience::{self, Patience, Waits};
use super::queries::{self, Query, Request, Unusable};
use super::stories::{self, Found};
use super::{Error, Problem, Read, Wanted, Write};
use crate::desired::{LabelDefinition, MilestoneDefinition};
use crate::observed::{Lookup, Observed, ObservedIssue, ObservedRepository};
use crate::plan::patch::Patch;
use crate::plan::{Histories, NewIssue};
use crate::registry::values::RepositoryName;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// An answer is a page of 100 issues of 64 KiB at most, and its JSON around it.
const MAX_ANSWER_BYTES: usize = 64 << 20;

/// GitHub's own address; Enterprise servers have another.
pub const GITHUB_API: &str = "https://api.github.com";

/// A connection to GitHub, or to a stand-in.
pub struct Client {
    octocrab: Octocrab,
    viewer: Mutex<String>,
    usage: Usage,
    waits: Waits,
}

/// What a run has cost so far.
#[derive(Debug, Default)]
struct Usage {
    queries: AtomicUsize,
    reads: AtomicUsize,
    writes: AtomicUsize,
    points: AtomicUsize,
}

/// What a run has cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// GraphQL requests.
    pub queries: usize,
    /// REST requests that read.
    pub reads: usize,
    /// REST requests that write.
    pub writes: usize,
    /// GraphQL points.
    pub points: usize,
}

impl Client {
    /// A client for the API at `base`, with a token.
    pub fn new(base: &str, token: SecretString, patience: Patience) -> Result<Self, Error> {
        let problem = |error: String| Error {
            request: "connecting".to_owned(),
            problem: Problem::Unreachable(error),
        };
        let octocrab = Octocrab::builder()
            .base_uri(base)
            .map_err(|_| problem("the address of the API is not an address".to_owned()))?
            .personal_token(token)
            .set_connect_timeout(Some(CONNECT_TIMEOUT))
            .set_read_timeout(Some(patience.timeout))
            .set_write_timeout(Some(patience.timeout))
            .build()
            .map_err(|error| problem(short(&error)))?;
        Ok(Self {
            octocrab,
            viewer: Mutex::new(String::new()),
            usage: Usage::default(),
            waits: Waits::new(patience),
        })
    }

    /// What the run has cost so far.
    pub fn cost(&self) -> Cost {
        let Usage {
            queries,
            reads,
            writes,
            points,
        } = &self.usage;
        Cost {
            queries: queries.load(Ordering::Relaxed),
            reads: reads.load(Ordering::Relaxed),
            writes: writes.load(Ordering::Relaxed),
            points: points.load(Ordering::Relaxed),
        }
    }

    /// One request, and more of it where it may be repeated.
    async fn send(
        &self,
        method: &str,
        path: &str,
        body: Option<&Value>,
        repeatable: Repeatable,
    ) -> Result<Answer, Error> {
        let mut tried = 0;
        loop {
            let count = match (method, path) {
                (_, "/graphql") => &self.usage.queries,
                ("GET", _) => &self.usage.reads,
                _ => &self.usage.writes,
            };
            count.fetch_add(1, Ordering::Relaxed);
            let error = match self.send_once(method, path, body).await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            let again = match repeatable {
                Repeatable::Yes => true,
                Repeatable::No => false,
                Repeatable::UnlessTooLarge => !error.is_too_large(),
            };
            let Some(wait) = self.waits.before_next(&error, tried, again) else {
                return Err(error);
            };
            tried += 1;
            if wait >= Duration::from_secs(1) {
                tracing::warn!("{error}; trying again in {} s", wait.as_secs());
            }
            tokio::time::sleep(wait).await;
        }
    }

    async fn send_once(
        &self,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Answer, Error> {
        let request = format!("{method} {path}");
        let fail = |problem| Error {
            request: request.clone(),
            problem,
        };
        let unreachable = |error: &octocrab::Error| fail(Problem::Unreachable(short(error)));
        tracing::debug!(%request, "request");
        let response = match method {
            "GET" => self.octocrab._get(path).await,
            "POST" => self.octocrab._post(path, body).await,
            _ => self.octocrab._patch(path, body).await,
        }
        .map_err(|error| unreachable(&error))?;
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let location = headers
            .get(LOCATION)
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned);
        let bytes = http_body_util::Limited::new(response.into_body(), MAX_ANSWER_BYTES)
            .collect()
            .await
            .map_err(|error| fail(Problem::Unreachable(error.to_string())))?
            .to_bytes();
        tracing::debug!(%request, status, bytes = bytes.len(), "answer");
        let body: Option<Value> = serde_json::from_slice(&bytes).ok();
        let message = message(body.as_ref());
        if let Some(wait) = patience::limit(status, &headers, &message) {
            return Err(fail(Problem::Limited { message, wait }));
        }
        match (status, body) {
            (200..=299, Some(body)) => match graphql_limit(&body) {
                Some(message) => {
                    let wait = None;
                    Err(fail(Problem::Limited { message, wait }))
                }
                None => Ok(Answer {
                    request,
                    body,
                    next: next_page(&headers),
                }),
            },
            (200..=299, None) if bytes.is_empty() => Ok(Answer {
                request,
                body: Value::Null,
                next: None,
            }),
            (200..=299, None) => Err(fail(Problem::Malformed("it is not JSON".to_owned()))),
            (401, _) => Err(fail(Problem::Unauthorized(message))),
            (_, body) => Err(fail(Problem::Refused {
                status,
                message,
                codes: codes(body.as_ref()),
                location,
            })),
        }
    }

    async fn read(&self, path: &str) -> Result<Answer, Error> {
        self.send("GET", path, None, Repeatable::Yes).await
    }

    async fn write<B: Serialize>(
        &self,
        method: &str,
        path: &str,
        body: &B,
    ) -> Result<Answer, Error> {
        let body = serde_json::to_value(body).map_err(|error| Error {
            request: format!("{method} {path}"),
            problem: Problem::Malformed(error.to_string()),
        })?;
        self.send(method, path, Some(&body), Repeatable::No).await
    }

    /// The number of a milestone, open or closed.
    async fn find_milestone(&self, path: &str, title: &str) -> Result<Option<u64>, Error> {
        let mut page = Some(format!("{path}?state=all&per_page=100"));
        while let Some(address) = page.take() {
            let answer = self.read(&address).await?;
            let next = answer.next.clone();
            let milestones: Vec<NumberedMilestone> = answer.parse()?;
            if let Some(found) = milestones.iter().find(|one| one.title == title) {
                return Ok(Some(found.number));
            }
            page = next;
        }
        Ok(None)
    }

    fn viewer(&self) -> String {
        self.viewer
            .lock()
            .map(|viewer| viewer.clone())
            .unwrap_or_default()
    }
}

/// Whether a request may be repeated although nobody knows whether it was carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Repeatable {
    /// It reads.
    Yes,
    /// It reads, and where GitHub gave up on it, half of it may do.
    UnlessTooLarge,
    /// It writes.
    No,
}

struct Answer {
    request: String,
    body: Value,
    /// The address of the next page of a REST list.
    next: Option<String>,
}

impl Answer {
    fn unusable(self, why: Unusable) -> Error {
        Error {
            request: self.request,
            problem: match why {
                Unusable::Errors(message) => Problem::GraphQl(message),
                Unusable::Malformed(message) => Problem::Malformed(message),
            },
        }
    }

    fn parse<T: serde::de::DeserializeOwned>(self) -> Result<T, Error> {
        serde_json::from_value(self.body).map_err(|error| Error {
            request: self.request,
            problem: Problem::Malformed(error.to_string()),
        })
    }
}

impl Client {
    /// One GraphQL request.
    async fn query(&self, request: &Request, repeatable: Repeatable) -> Result<Answer, Error> {
        let Request {
            document,
            variables,
        } = request;
        let body = json!({ "query": document, "variables": variables });
        let answer = self
            .send("POST", "/graphql", Some(&body), repeatable)
            .await?;
        let cost = answer
            .body
            .pointer("/data/rateLimit/cost")
            .and_then(Value::as_u64);
        let points = usize::try_from(cost.unwrap_or_default()).unwrap_or_default();
        self.usage.points.fetch_add(points, Ordering::Relaxed);
        Ok(answer)
    }

    /// One request of an observation; gives those that are still needed.
    async fn read_page(&self, query: &Query, observed: &mut Observed) -> Result<Vec<Query>, Error> {
        let request = query.request(&observed.viewer);
        let repeatable = if query.is_divisible() {
            Repeatable::UnlessTooLarge
        } else {
            Repeatable::Yes
        };
        let mut tried = 0;
        loop {
            let answer = self.query(&request, repeatable).await?;
            let error = match query.read(&answer.body, observed) {
                Ok(more) => return Ok(more),
                Err(unusable) => answer.unusable(unusable),
            };
            // A partial answer may be whole the next time.
            let Some(wait) = self.waits.before_next(&error, tried, true) else {
                return Err(error);
            };
            tried += 1;
            tokio::time::sleep(wait).await;
        }
    }
}

impl Read for Client {
    async fn observe(&self, wanted: &Wanted) -> Result<Observed, Error> {
        let mut observed = Observed::default();
        let mut problems: BTreeMap<RepositoryName, Error> = BTreeMap::new();
        let mut pending = queries::queries(wanted);
        pending.reverse();
        while let Some(query) = pending.pop() {
            if query.repositories().all(|name| problems.contains_key(name)) {
                continue;
            }
            match self.read_page(&query, &mut observed).await {
                Ok(more) => pending.extend(more),
                // Nothing will be different for another repository.
                Err(error) if error.is_everywhere() => return Err(error),
                Err(error) if error.is_too_large() && query.is_divisible() => {
                    pending.extend(query.halves());
                }
                Err(error) => match query.split().as_slice() {
                    [only] => {
                        let names = only.repositories().cloned();
                        problems.extend(names.map(|name| (name, error.clone())));
                    }
                    several => pending.extend_from_slice(several),
                },
            }
        }
        if let Ok(mut viewer) = self.viewer.lock() {
            viewer.clone_from(&observed.viewer);
        }
        // GraphQL answers all three with NOT_FOUND; REST tells a transfer and a deletion from the rest.
        for (name, repository) in &mut observed.repositories {
            if problems.contains_key(name) {
                continue;
            }
            for (number, lookup) in &mut repository.issues {
                if *lookup == Lookup::Invisible {
                    match self.issue(name, *number).await {
                        Ok(found) => *lookup = found,
                        Err(error) if error.is_everywhere() => return Err(error),
                        Err(error) => {
                            problems.insert(name.clone(), error);
                            break;
                        }
                    }
                }
            }
        }
        let read = wanted
            .repositories
            .keys()
            .any(|name| !problems.contains_key(name));
        if !read && let Some((_, error)) = problems.pop_first() {
            return Err(error);
        }
        for (name, error) in problems {
            // What was read of it before is not the whole.
            let repository = observed.repositories.entry(name).or_default();
            *repository = ObservedRepository {
                problem: Some(error.to_string()),
                ..ObservedRepository::default()
            };
        }
        Ok(observed)
    }

    async fn own_issues(&self, repositories: &[RepositoryName]) -> Result<Observed, Error> {
        let mut observed = Observed {
            viewer: self.viewer(),
            ..Observed::default()
        };
        for repository in repositories {
            let mut pending = vec![queries::own_issues(repository)];
            while let Some(query) = pending.pop() {
                match self.read_page(&query, &mut observed).await {
                    Ok(more) => pending.extend(more),
                    Err(error) if error.is_everywhere() => return Err(error),
                    Err(_) => {
                        observed.repositories.remove(repository);
                    }
                }
            }
        }
        Ok(observed)
    }

    async fn issue(&self, repository: &RepositoryName, number: u64) -> Result<Lookup, Error> {
        let path = format!("/repos/{repository}/issues/{number}");
        match self.read(&path).await {
            Ok(answer) => {
                let issue: RestIssue = answer.parse()?;
                if issue.pull_request.is_some() {
                    return Ok(Lookup::PullRequest);
                }
                Ok(Lookup::Issue(Box::new(issue.observed(&self.viewer()))))
            }
            Err(Error {
                problem:
                    Problem::Refused {
                        status, location, ..
                    },
                ..
            }) if matches!(status, 301 | 404 | 410) => Ok(match (status, location) {
                (301, location) => {
                    Lookup::Transferred(location.unwrap_or_else(|| "another repository".to_owned()))
                }
                (410, _) => Lookup::Deleted,
                _ => Lookup::Invisible,
            }),
            Err(error) => Err(error),
        }
    }

    async fn labels_of_pull_request(
        &self,
        repository: &RepositoryName,
        number: u64,
    ) -> Result<Option<Vec<String>>, Error> {
        let path = format!("/repos/{repository}/issues/{number}");
        let issue: RestIssue = self.read(&path).await?.parse()?;
        let is_open_pull_request = issue.pull_request.is_some() && issue.state == "open";
        Ok(is_open_pull_request.then(|| issue.observed("").labels))
    }

    async fn has_comment(
        &self,
        repository: &RepositoryName,
        number: u64,
        marker: &str,
    ) -> Result<bool, Error> {
        let mut before: Option<String> = None;
        loop {
            let request = stories::comments(repository, number, before.as_deref());
            let answer = self.query(&request, Repeatable::Yes).await?;
            match stories::find_comment(&answer.body, marker) {
                Ok(Found::Yes) => return Ok(true),
                Ok(Found::No) => return Ok(false),
                Ok(Found::PerhapsBefore(cursor)) => before = Some(cursor),
                Err(unusable) => return Err(answer.unusable(unusable)),
            }
        }
    }

    async fn histories(
        &self,
        issues: &BTreeMap<RepositoryName, Vec<u64>>,
    ) -> Result<Histories, Error> {
        let mut histories = Histories::new();
        for (request, page) in stories::requests(issues) {
            let answer = self.query(&request, Repeatable::Yes).await?;
            stories::read(&answer.body, &page, &mut histories)
                .map_err(|unusable| answer.unusable(unusable))?;
        }
        Ok(histories)
    }
}

impl Write for Client {
    async fn create_label(
        &self,
        repository: &RepositoryName,
        label: &LabelDefinition,
    ) -> Result<(), Error> {
        let LabelDefinition {
            name,
            color,
            description,
        } = label;
        let mut body = json!({ "name": name, "color": color });
        if !description.is_empty() {
            body["description"] = json!(description);
        }
        let path = format!("/repos/{repository}/labels");
        match self.write("POST", &path, &body).await {
            // Somebody was quicker: the label is there, and theirs.
            Err(error) if error.already_exists() => Ok(()),
            other => other.map(|_| ()),
        }
    }

    async fn create_milestone(
        &self,
        repository: &RepositoryName,
        milestone: &MilestoneDefinition,
    ) -> Result<u64, Error> {
        let MilestoneDefinition {
            title,
            due,
            description,
        } = milestone;
        let mut body = json!({ "title": title, "description": description });
        if let Some(due) = due {
            // GitHub keeps the day in Pacific time, and noon in UTC is the same day there.
            body["due_on"] = json!(format!("{due}T12:00:00Z"));
        }
        let path = format!("/repos/{repository}/milestones");
        match self.write("POST", &path, &body).await {
            Ok(answer) => Ok(answer.parse::<Numbered>()?.number),
            // Somebody was quicker: the milestone is there, and theirs.
            Err(error) if error.already_exists() => {
                let found = self.find_milestone(&path, title).await?;
                found.ok_or(error)
            }
            Err(error) => Err(error),
        }
    }

    async fn create_issue(
        &self,
        repository: &RepositoryName,
        issue: &NewIssue,
        milestone: Option<u64>,
    ) -> Result<ObservedIssue, Error> {
        let NewIssue {
            title,
            body,
            labels,
            assignees,
            milestone: _,
        } = issue;
        let mut request = json!({ "title": title, "body": body, "labels": labels });
        if !assignees.is_empty() {
            request["assignees"] = json!(assignees);
        }
        if let Some(milestone) = milestone {
            request["milestone"] = json!(milestone);
        }
        let path = format!("/repos/{repository}/issues");
        let created: RestIssue = self.write("POST", &path, &request).await?.parse()?;
        Ok(created.observed(&self.viewer()))
    }

    async fn update_issue(
        &self,
        repository: &RepositoryName,
        number: u64,
        patch: &Patch,
    ) -> Result<ObservedIssue, Error> {
        let path = format!("/repos/{repository}/issues/{number}");
        let updated: RestIssue = self.write("PATCH", &path, patch).await?.parse()?;
        Ok(updated.observed(&self.viewer()))
    }

    async fn create_comment(
        &self,
        repository: &RepositoryName,
        number: u64,
        body: &str,
    ) -> Result<String, Error> {
        let path = format!("/repos/{repository}/issues/{number}/comments");
        let posted: RestComment = self
            .write("POST", &path, &json!({ "body": body }))
            .await?
            .parse()?;
        Ok(posted.body.unwrap_or_default())
    }
}

#[derive(Deserialize)]
struct RestComment {
    body: Option<String>,
}

#[derive(Deserialize)]
struct Numbered {
    number: u64,
}

#[derive(Deserialize)]
struct NumberedMilestone {
    number: u64,
    title: String,
}

/// The parts of REST's issue that kepherd reads.
#[derive(Deserialize)]
struct RestIssue {
    number: u64,
    html_url: String,
    title: String,
    body: Option<String>,
    state: String,
    labels: Vec<RestLabel>,
    #[serde(default)]
    assignees: Option<Vec<RestUser>>,
    milestone: Option<RestMilestone>,
    user: Option<RestUser>,
    pull_request: Option<Value>,
}

/// GitHub describes a label of an issue as a name or as an object.
#[derive(Deserialize)]
#[serde(untagged)]
enum RestLabel {
    Name(String),
    Label { name: Option<String> },
}

#[derive(Deserialize)]
struct RestUser {
    login: String,
}

#[derive(Deserialize)]
struct RestMilestone {
    title: String,
}

impl RestIssue {
    fn observed(self, viewer: &str) -> ObservedIssue {
        let author = self.user.map(|user| user.login);
        ObservedIssue {
            number: self.number,
            url: self.html_url,
            title: self.title,
            body: self.body.unwrap_or_default(),
            open: self.state == "open",
            labels: self
                .labels
                .into_iter()
                .filter_map(|label| match label {
                    RestLabel::Name(name) => Some(name),
                    RestLabel::Label { name } => name,
                })
                .collect(),
            assignees: self
                .assignees
                .into_iter()
                .flatten()
                .map(|user| user.login)
                .collect(),
            milestone: self.milestone.map(|milestone| milestone.title),
            own: author
                .as_deref()
                .is_some_and(|author| author.eq_ignore_ascii_case(viewer)),
            author,
        }
    }
}

/// The words of a limit in an answer that is otherwise a success.
fn graphql_limit(body: &Value) -> Option<String> {
    let errors = body.get("errors")?.as_array()?;
    let limit = errors
        .iter()
        .find(|error| error.get("type").and_then(Value::as_str) == Some("RATE_LIMITED"))?;
    let message = limit.get("message").and_then(Value::as_str);
    Some(message.unwrap_or("RATE_LIMITED").to_owned())
}

/// The next page of a list: GitHub's own address is followed, not built.
/// <https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api>
fn next_page(headers: &HeaderMap) -> Option<String> {
    let link = headers.get(LINK)?.to_str().ok()?;
    let next = link.split(',').find(|part| part.contains("rel=\"next\""))?;
    let address = next.split_once('<')?.1.split_once('>')?.0;
    Some(address.to_owned())
}

/// GitHub's words for a refusal, with the fields that it names.
fn message(body: Option<&Value>) -> String {
    let Some(body) = body else {
        return "an answer that is not JSON".to_owned();
    };
    let text = body
        .get("message")
        .and_then(Value::as_str)
        .unwrap_or("no message");
    let fields: Vec<String> = body
        .get("errors")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .map(|error| {
            let part = |key: &str| error.get(key).and_then(Value::as_str).unwrap_or_default();
            format!("{} {} {}", part("field"), part("code"), part("message"))
                .trim()
                .to_owned()
        })
        .filter(|text| !text.is_empty())
        .collect();
    if fields.is_empty() {
        text.to_owned()
    } else {
        format!("{text} ({})", fields.join("; "))
    }
}

fn codes(body: Option<&Value>) -> Vec<String> {
    body.and_then(|body| body.get("errors")?.as_array())
        .into_iter()
        .flatten()
        .filter_map(|error| error.get("code")?.as_str())
        .map(str::to_owned)
        .collect()
}

/// The innermost cause, in one line: octocrab's own text ends in a backtrace.
fn short(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause
        .to_string()
        .lines()
        .next()
        .unwrap_or_default()
        .to_owned()
}
