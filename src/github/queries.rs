//! The GraphQL documents that read everything a plan needs, and what their answers mean. Pure.
//!
//! A page reads up to 100 issues and pull requests by number, from any number of repositories, with the labels and
//! milestones of each repository that it is the first to name. Repositories with a record that pins no number are listed in pages of 100:
//! the issues with the index labels, and beside them in the same request those that this identity wrote, because somebody
//! may have taken the labels off.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::authors::Authors;
use super::nodes::{
    ISSUE_FIELDS, MilestoneNode, PULL_FIELDS, Page, PageInfo, Unusable, issue, page, pull_request,
};
use crate::sync::observed::{
    Access, Lookup, Observed, ObservedLabel, ObservedMilestone, ObservedRepository,
    PullRequestLookup,
};
use crate::sync::remote::Wanted;
use crate::terms::github_limits::PAGE;
use crate::terms::{Instant, RepositoryName};

const ISSUE_PAGE: &str = "first: 100, orderBy: {field: CREATED_AT, direction: ASC}) \
    { nodes { ...issue } pageInfo { hasNextPage endCursor } }";

/// The highest numbers: what is created later is above them. Issues and pull requests share their numbers.
const NEWEST: &str = "newest: issues(first: 1, orderBy: {field: CREATED_AT, direction: DESC}) { nodes { number } } \
    newestPull: pullRequests(first: 1, orderBy: {field: CREATED_AT, direction: DESC}) { nodes { number } }";

/// One request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    parts: Vec<Part>,
}

/// A document with its variables.
#[derive(Debug, Clone)]
pub struct Request {
    /// The document.
    pub document: String,
    /// Its variables.
    pub variables: Value,
}

/// What one request reads of one repository.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Part {
    repository: RepositoryName,
    labels: Vec<String>,
    /// Titles that the page of milestones should hold; empty: milestones are not read.
    milestones: Vec<String>,
    milestones_after: Option<String>,
    issues: Vec<u64>,
    pull_requests: Vec<u64>,
    list: Option<List>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Issue,
    PullRequest,
}

/// The two lists of a repository's issues, and how far each has been read.
#[derive(Debug, Clone, PartialEq, Eq)]
struct List {
    labels: Vec<String>,
    labelled: Cursor,
    /// By author, from the start for those who are not here.
    own: BTreeMap<String, Cursor>,
}

impl List {
    /// How far what this author wrote has been read.
    fn own(&self, author: &str) -> &Cursor {
        self.own.get(author).unwrap_or(&Cursor::Start)
    }

    /// Whether it has been read to its end, of all these authors.
    fn is_read(&self, authors: &Authors) -> bool {
        let mut logins = authors.logins();
        self.labelled == Cursor::End && logins.all(|login| *self.own(login) == Cursor::End)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Cursor {
    Start,
    After(String),
    End,
}

impl Cursor {
    fn of(page: PageInfo) -> Self {
        match page.end_cursor {
            Some(after) if page.has_next_page => Self::After(after),
            _ => Self::End,
        }
    }

    fn after(&self) -> Value {
        match self {
            Self::After(after) => json!(after),
            Self::Start | Self::End => Value::Null,
        }
    }
}

/// The first requests of an observation; answers may ask for more.
pub fn queries(wanted: &Wanted) -> Vec<Query> {
    let mut numbers: BTreeSet<(&RepositoryName, Kind, u64)> = BTreeSet::new();
    for (name, repository) in &wanted.repositories {
        let kinds = [
            (Kind::Issue, &repository.issues),
            (Kind::PullRequest, &repository.pull_requests),
        ];
        for (kind, all) in kinds {
            numbers.extend(all.iter().map(|number| (name, kind, *number)));
        }
    }
    let numbers: Vec<(&RepositoryName, Kind, u64)> = numbers.into_iter().collect();
    let mut introduced: BTreeSet<&RepositoryName> = BTreeSet::new();
    let mut queries = Vec::new();
    for page in numbers.chunks(PAGE) {
        let mut parts: Vec<Part> = Vec::new();
        for (name, kind, number) in page {
            if parts.last().is_none_or(|part| part.repository != **name) {
                let mut part = Part::of(name);
                if introduced.insert(name) {
                    part.introduce(wanted);
                }
                parts.push(part);
            }
            if let Some(part) = parts.last_mut() {
                match kind {
                    Kind::Issue => part.issues.push(*number),
                    Kind::PullRequest => part.pull_requests.push(*number),
                }
            }
        }
        queries.push(Query { parts });
    }
    for (name, repository) in &wanted.repositories {
        let new = introduced.insert(name);
        if repository.index.is_none() && !new {
            continue;
        }
        let mut part = Part::of(name);
        if new {
            part.introduce(wanted);
        }
        part.list = repository.index.clone().map(|labels| List {
            labels,
            labelled: Cursor::Start,
            own: BTreeMap::new(),
        });
        queries.push(Query { parts: vec![part] });
    }
    queries
}

/// The first request for the issues that this identity wrote in a repository.
pub fn own_issues(repository: &RepositoryName) -> Query {
    let mut part = Part::of(repository);
    part.list = Some(List {
        labels: Vec::new(),
        labelled: Cursor::End,
        own: BTreeMap::new(),
    });
    Query { parts: vec![part] }
}

/// The request for whatever has one of the hundred numbers above this one.
pub fn above(repository: &RepositoryName, number: u64) -> Query {
    let mut part = Part::of(repository);
    let hundred = (1..=PAGE as u64).map(|more| number.saturating_add(more));
    part.issues = hundred.collect();
    Query { parts: vec![part] }
}

impl Part {
    fn of(repository: &RepositoryName) -> Self {
        Self {
            repository: repository.clone(),
            labels: Vec::new(),
            milestones: Vec::new(),
            milestones_after: None,
            issues: Vec::new(),
            pull_requests: Vec::new(),
            list: None,
        }
    }

    fn introduce(&mut self, wanted: &Wanted) {
        if let Some(repository) = wanted.repositories.get(&self.repository) {
            self.labels.clone_from(&repository.labels);
            self.milestones.clone_from(&repository.milestones);
        }
    }
}

impl Query {
    /// The request, where what these wrote is the registry's own.
    pub fn request(&self, authors: &Authors) -> Request {
        let mut declared = Vec::new();
        let mut variables = Map::new();
        let mut body = String::from("viewer { login } rateLimit { cost remaining }");
        let mut declare = |name: String, kind: &str, value: Value| {
            declared.push(format!("${name}: {kind}"));
            variables.insert(name.clone(), value);
            format!("${name}")
        };
        for (index, part) in self.parts.iter().enumerate() {
            let owner = declare(
                format!("owner{index}"),
                "String!",
                json!(part.repository.owner),
            );
            let name = declare(
                format!("name{index}"),
                "String!",
                json!(part.repository.name),
            );
            // Writing to a string cannot fail.
            let _ = write!(
                body,
                " r{index}: repository(owner: {owner}, name: {name}) {{ viewerPermission"
            );
            for (label, text) in part.labels.iter().enumerate() {
                let variable = declare(format!("label{index}x{label}"), "String!", json!(text));
                let _ = write!(
                    body,
                    " l{label}: label(name: {variable}) {{ name color description }}"
                );
            }
            if !part.milestones.is_empty() {
                let after = declare(
                    format!("milestones{index}"),
                    "String",
                    json!(part.milestones_after),
                );
                let _ = write!(
                    body,
                    " milestones(first: 100, after: {after}, orderBy: {{field: NUMBER, direction: DESC}}) \
                     {{ nodes {{ number title closed dueOn description }} pageInfo {{ hasNextPage endCursor }} }}"
                );
            }
            for number in &part.issues {
                let _ = write!(
                    body,
                    " i{number}: issueOrPullRequest(number: {number}) {{ __typename ... on Issue {{ ...issue }} }}"
                );
            }
            for number in &part.pull_requests {
                let _ = write!(
                    body,
                    " p{number}: issueOrPullRequest(number: {number}) {{ __typename ... on PullRequest {{ ...pull }} }}"
                );
            }
            if let Some(list) = &part.list {
                if list.labelled == Cursor::Start {
                    let _ = write!(body, " {NEWEST}");
                }
                if list.labelled != Cursor::End {
                    let labels = declare(format!("index{index}"), "[String!]", json!(list.labels));
                    let after = declare(format!("after{index}"), "String", list.labelled.after());
                    let _ = write!(
                        body,
                        " issues(labels: {labels}, after: {after}, {ISSUE_PAGE}"
                    );
                }
                for (place, login) in authors.logins().enumerate() {
                    let cursor = list.own(login);
                    if *cursor == Cursor::End {
                        continue;
                    }
                    let author = declare(format!("author{index}x{place}"), "String", json!(login));
                    let after = declare(format!("own{index}x{place}"), "String", cursor.after());
                    let _ = write!(
                        body,
                        " own{place}: issues(filterBy: {{createdBy: {author}}}, after: {after}, {ISSUE_PAGE}"
                    );
                }
            }
            body.push_str(" }");
        }
        let fragments = [
            ("...issue", "issue on Issue", ISSUE_FIELDS),
            ("...pull", "pull on PullRequest", PULL_FIELDS),
        ];
        let fragments: String = fragments
            .into_iter()
            .filter(|(spread, ..)| body.contains(spread))
            .map(|(_, name, fields)| format!(" fragment {name} {{ {fields} }}"))
            .collect();
        let declared = if declared.is_empty() {
            String::new()
        } else {
            format!("({})", declared.join(", "))
        };
        Request {
            document: format!("query{declared} {{ {body} }}{fragments}"),
            variables: Value::Object(variables),
        }
    }

    /// The repositories that it reads.
    pub fn repositories(&self) -> impl Iterator<Item = &RepositoryName> {
        self.parts.iter().map(|part| &part.repository)
    }

    /// Whether two requests can ask for the same as this one.
    pub fn is_divisible(&self) -> bool {
        let numbers = |part: &Part| part.issues.len() + part.pull_requests.len();
        self.parts.iter().map(numbers).sum::<usize>() > 1
    }

    /// The same as two requests, each with half of the numbers. What a repository has beside them goes with the first.
    pub fn halves(self) -> Vec<Self> {
        let numbers: Vec<(usize, Kind, u64)> = self
            .parts
            .iter()
            .enumerate()
            .flat_map(|(index, part)| {
                let issues = part.issues.iter().map(move |n| (index, Kind::Issue, *n));
                let pulls = part.pull_requests.iter();
                issues.chain(pulls.map(move |n| (index, Kind::PullRequest, *n)))
            })
            .collect();
        let half = numbers.len().div_ceil(2);
        let mut first = Self {
            parts: self.parts.clone(),
        };
        let mut second = Self { parts: Vec::new() };
        for part in &mut first.parts {
            part.issues.clear();
            part.pull_requests.clear();
        }
        second
            .parts
            .extend(self.parts.iter().map(|part| Part::of(&part.repository)));
        for (place, (index, kind, number)) in numbers.into_iter().enumerate() {
            let query = if place < half {
                &mut first
            } else {
                &mut second
            };
            let part = &mut query.parts[index];
            match kind {
                Kind::Issue => part.issues.push(number),
                Kind::PullRequest => part.pull_requests.push(number),
            }
        }
        second
            .parts
            .retain(|part| !part.issues.is_empty() || !part.pull_requests.is_empty());
        let halves = [first, second].into_iter();
        halves.filter(|query| !query.parts.is_empty()).collect()
    }

    /// The same, one request per repository: where a request for several fails, most of them may be fine.
    pub fn split(self) -> Vec<Self> {
        let parts = self.parts.into_iter();
        parts.map(|part| Self { parts: vec![part] }).collect()
    }

    /// Reads the answer to a request that was made with these authors into what was observed; gives the requests that are still needed
    /// for the whole.
    pub fn read(
        &self,
        answer: &Value,
        asked: &Authors,
        observed: &mut Observed,
    ) -> Result<Vec<Self>, Unusable> {
        let malformed =
            |what: &str| Unusable::Malformed(format!("{what} is missing from GitHub's answer"));
        let missing = missing(answer)?;
        let data = answer.get("data").ok_or_else(|| malformed("`data`"))?;
        if let Some(login) = data.pointer("/viewer/login").and_then(Value::as_str) {
            observed.viewer = login.to_owned();
        }
        let known = asked.seen_by(&observed.viewer);
        let mut more = Vec::new();
        for (index, part) in self.parts.iter().enumerate() {
            let alias = format!("r{index}");
            let seen = observed
                .repositories
                .entry(part.repository.clone())
                .or_default();
            if missing.contains(&vec![alias.clone()]) {
                seen.problem = Some(format!(
                    "{} does not exist, or this identity may not see it",
                    part.repository
                ));
                continue;
            }
            let repository = data
                .get(&alias)
                .filter(|value| value.is_object())
                .ok_or_else(|| malformed(&format!("repository {}", part.repository)))?;
            let context = Reading {
                alias: &alias,
                missing: &missing,
                asked,
                known: &known,
            };
            more.extend(part.read(repository, &context, seen)?);
        }
        Ok(more)
    }
}

/// The paths that GitHub says are not there; any other error makes the answer unusable.
pub(super) fn missing(answer: &Value) -> Result<Vec<Vec<String>>, Unusable> {
    let errors = answer.get("errors").and_then(Value::as_array);
    let mut missing = Vec::new();
    for error in errors.into_iter().flatten() {
        let path: Option<Vec<String>> = error.get("path").and_then(Value::as_array).map(|path| {
            path.iter()
                .map(|step| {
                    step.as_str()
                        .map_or_else(|| step.to_string(), str::to_owned)
                })
                .collect()
        });
        let kind = error.get("type").and_then(Value::as_str);
        match (kind, path) {
            (Some("NOT_FOUND"), Some(path)) if path.len() <= 2 => missing.push(path),
            _ => {
                let message = error.get("message").and_then(Value::as_str);
                return Err(Unusable::Errors(
                    message.unwrap_or("an error without a message").to_owned(),
                ));
            }
        }
    }
    Ok(missing)
}

/// What the reading of a part has to know of the whole answer.
struct Reading<'a> {
    alias: &'a str,
    missing: &'a [Vec<String>],
    /// The authors that the request asked for.
    asked: &'a Authors,
    /// Those that are known with the answer.
    known: &'a Authors,
}

impl Reading<'_> {
    fn is_missing(&self, key: &str) -> bool {
        self.missing.iter().any(|path| path == &[self.alias, key])
    }
}

impl Part {
    fn read(
        &self,
        repository: &Value,
        context: &Reading<'_>,
        seen: &mut ObservedRepository,
    ) -> Result<Option<Query>, Unusable> {
        let malformed = |what: String| Unusable::Malformed(format!("{what} cannot be read"));
        let permission = repository.get("viewerPermission").and_then(Value::as_str);
        // https://docs.github.com/en/graphql/reference/enums#repositorypermission
        seen.access = match permission {
            None => Access::Unknown,
            Some("ADMIN" | "MAINTAIN" | "WRITE") => Access::Writes,
            Some("TRIAGE") => Access::Triages,
            Some(other) => Access::Reads(other.to_lowercase()),
        };
        for (index, label) in self.labels.iter().enumerate() {
            let found = repository.get(format!("l{index}"));
            if let Some(found) = found.filter(|found| found.is_object()) {
                let text = |key: &str| found.get(key).and_then(Value::as_str).unwrap_or_default();
                let found = ObservedLabel {
                    name: text("name").to_owned(),
                    color: text("color").to_owned(),
                    description: text("description").to_owned(),
                };
                seen.labels.insert(label.to_lowercase(), found);
            }
        }
        let node = |key: &str, number: &u64| {
            repository
                .get(key)
                .filter(|node| node.is_object())
                .ok_or_else(|| malformed(format!("{}#{number}", self.repository)))
        };
        let is_pull_request =
            |node: &Value| node.get("__typename").and_then(Value::as_str) == Some("PullRequest");
        for number in &self.issues {
            let key = format!("i{number}");
            let lookup = if context.is_missing(&key) {
                // Transferred, deleted or invisible: one REST request each tells them apart.
                Lookup::Invisible
            } else {
                match node(&key, number)? {
                    node if is_pull_request(node) => Lookup::PullRequest,
                    node => Lookup::Issue(Box::new(issue(node, context.known)?)),
                }
            };
            seen.issues.insert(*number, lookup);
        }
        for number in &self.pull_requests {
            let key = format!("p{number}");
            let lookup = if context.is_missing(&key) {
                PullRequestLookup::Invisible
            } else {
                match node(&key, number)? {
                    node if is_pull_request(node) => {
                        let found = pull_request(node)?;
                        PullRequestLookup::PullRequest(Box::new(found))
                    }
                    _ => PullRequestLookup::Issue,
                }
            };
            seen.pull_requests.insert(*number, lookup);
        }
        let mut next = Self::of(&self.repository);
        if !self.milestones.is_empty() {
            let page: Page<MilestoneNode> = page(repository.get("milestones"))?;
            for milestone in page.nodes.into_iter().flatten() {
                let MilestoneNode {
                    number,
                    title,
                    closed,
                    due_on,
                    description,
                } = milestone;
                let found = ObservedMilestone {
                    number,
                    open: !closed,
                    due: due_on.map(Instant::date),
                    description: description.unwrap_or_default(),
                };
                seen.milestones.insert(title, found);
            }
            let found = |title: &String| seen.milestones.contains_key(title);
            if page.page_info.has_next_page && !self.milestones.iter().all(found) {
                next.milestones.clone_from(&self.milestones);
                next.milestones_after = page.page_info.end_cursor;
            }
        }
        for (key, number) in ["newest", "newestPull"].into_iter().filter_map(|key| {
            let number = repository.pointer(&format!("/{key}/nodes/0/number"))?;
            Some((key, number.as_u64()))
        }) {
            let number = number.ok_or_else(|| malformed(format!("`{key}`")))?;
            seen.newest = seen.newest.max(number);
        }
        if let Some(list) = &self.list {
            let mut rest = list.clone();
            let listed = seen.indexed.get_or_insert_default();
            let mut read = |key: &str| -> Result<Cursor, Unusable> {
                let page: Page<Value> = page(repository.get(key))?;
                for node in page.nodes.iter().flatten() {
                    let issue = issue(node, context.known)?;
                    listed.insert(issue.number, issue);
                }
                Ok(Cursor::of(page.page_info))
            };
            if list.labelled != Cursor::End {
                rest.labelled = read("issues")?;
            }
            for (place, login) in context.asked.logins().enumerate() {
                if *list.own(login) != Cursor::End {
                    rest.own
                        .insert(login.to_owned(), read(&format!("own{place}"))?);
                }
            }
            if !rest.is_read(context.known) {
                next.list = Some(rest);
            }
        }
        let more = next.milestones_after.is_some() || next.list.is_some();
        Ok(more.then(|| Query { parts: vec![next] }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::remote::WantedRepository;

    fn name(text: &str) -> RepositoryName {
        text.parse().unwrap()
    }

    fn wanted(numbers: &[(&str, std::ops::Range<u64>)], index: &[&str]) -> Wanted {
        let mut wanted = Wanted::default();
        for (repository, numbers) in numbers {
            let entry = wanted.repositories.entry(name(repository)).or_default();
            *entry = WantedRepository {
                labels: vec!["kind/feature".to_owned()],
                milestones: vec!["2.5".to_owned()],
                issues: numbers.clone().collect(),
                pull_requests: Vec::new(),
                index: index
                    .contains(repository)
                    .then(|| vec!["kind/feature".to_owned()]),
            };
        }
        wanted
    }

    #[test]
    fn pages_hold_a_hundred_issues_of_any_repositories() {
        let count = |numbers: &[(&str, std::ops::Range<u64>)], index: &[&str]| {
            queries(&wanted(numbers, index)).len()
        };
        assert_eq!(count(&[("a/b", 1..101)], &[]), 1);
        assert_eq!(count(&[("a/b", 1..102)], &[]), 2);
        assert_eq!(count(&[("a/b", 1..51), ("a/c", 1..51)], &[]), 1);
        assert_eq!(count(&[("a/b", 1..51)], &["a/b"]), 2);
        assert_eq!(
            count(&[("a/b", 1..1)], &["a/b"]),
            1,
            "the list brings the labels along"
        );
    }

    #[test]
    fn a_document_names_each_thing_once() {
        let queries = queries(&wanted(&[("a/b", 7..8)], &[]));
        let request = queries[0].request(&Authors::new("bot", &[]));
        insta::assert_snapshot!(request.document, @"query($owner0: String!, $name0: String!, $label0x0: String!, $milestones0: String) { viewer { login } rateLimit { cost remaining } r0: repository(owner: $owner0, name: $name0) { viewerPermission l0: label(name: $label0x0) { name color description } milestones(first: 100, after: $milestones0, orderBy: {field: NUMBER, direction: DESC}) { nodes { number title closed dueOn description } pageInfo { hasNextPage endCursor } } i7: issueOrPullRequest(number: 7) { __typename ... on Issue { ...issue } } } } fragment issue on Issue { number url title body state viewerDidAuthor author { __typename login } labels(first: 100) { nodes { name } pageInfo { hasNextPage } } assignees(first: 100) { nodes { login } pageInfo { hasNextPage } } milestone { title } }");
        insta::assert_snapshot!(request.variables, @r#"{"owner0":"a","name0":"b","label0x0":"kind/feature","milestones0":null}"#);
    }

    fn answer(repository: Value, errors: Value) -> Value {
        let mut answer = json!({ "data": { "viewer": { "login": "bot" }, "r0": repository } });
        if !errors.is_null() {
            answer["errors"] = errors;
        }
        answer
    }

    fn read(answer: &Value) -> Result<(Observed, usize), Unusable> {
        let mut observed = Observed::default();
        let query = &queries(&wanted(&[("a/b", 7..8)], &[]))[0];
        let more = query.read(answer, &Authors::new("", &[]), &mut observed)?;
        Ok((observed, more.len()))
    }

    fn repository(issue: Value) -> Value {
        json!({
            "viewerPermission": "WRITE",
            "l0": { "name": "kind/feature" },
            "milestones": { "nodes": [{ "number": 3, "title": "2.5", "closed": false, "dueOn": "2026-12-31T08:00:00Z", "description": null }], "pageInfo": { "hasNextPage": true, "endCursor": "x" } },
            "i7": issue,
        })
    }

    #[test]
    fn what_is_not_found_is_told_from_what_was_not_answered() {
        let lost =
            json!([{ "type": "NOT_FOUND", "path": ["r0", "i7"], "message": "Could not resolve" }]);
        let (observed, more) = read(&answer(repository(Value::Null), lost)).unwrap();
        let seen = &observed.repositories[&name("a/b")];
        assert_eq!(seen.issues[&7], Lookup::Invisible);
        assert_eq!(
            more, 0,
            "the milestone was found, the next page is not needed"
        );

        let partial = read(&answer(repository(Value::Null), Value::Null));
        assert!(
            matches!(partial, Err(Unusable::Malformed(_))),
            "{partial:?}"
        );
        let other = json!([{ "type": "SOMETHING", "path": ["r0", "i7"], "message": "timed out" }]);
        let failed = read(&answer(repository(Value::Null), other));
        assert_eq!(
            failed.unwrap_err(),
            Unusable::Errors("timed out".to_owned())
        );
    }

    #[test]
    fn a_missing_repository_is_its_own_problem() {
        let lost = json!([{ "type": "NOT_FOUND", "path": ["r0"], "message": "Could not resolve" }]);
        let (observed, _) = read(&answer(Value::Null, lost)).unwrap();
        assert!(observed.repositories[&name("a/b")].problem.is_some());
    }

    #[test]
    fn a_milestone_that_is_not_on_the_first_page_is_looked_for_on_the_next() {
        let mut page = repository(json!({ "__typename": "PullRequest" }));
        page["milestones"]["nodes"] = json!([]);
        let (observed, more) = read(&answer(page, Value::Null)).unwrap();
        assert_eq!(more, 1);
        assert_eq!(
            observed.repositories[&name("a/b")].issues[&7],
            Lookup::PullRequest
        );
    }
}
