//! [`Read`] and [`Write`] over HTTP: which requests they are, and what their answers mean. Nothing here decides what to write.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use serde::Serialize;
use serde_json::json;

use super::accounts;
use super::authors::Authors;
use super::budget::Spending;
use super::credentials::Credentials;
use super::nodes::Unusable;
use super::patience::Patience;
use super::queries::{self, Query, Request};
use super::references::{self, Ask, References};
use super::rest::{Numbered, NumberedMilestone, RestComment, RestIssue, RestUser};
use super::search;
use super::stories::{self, FoundComment};
use super::transport::Transport;
pub use super::wire::{Address, Cost};
use super::wire::{Answer, Call, GRAPHQL, Repeatable};
use crate::registry::calendars::Roster;
use crate::sources::maintainers::accounts::Accounts;
use crate::sync::desired::{LabelDefinition, MilestoneDefinition};
use crate::sync::observed::{Access, Lookup, Observed, ObservedIssue, ObservedRepository};
use crate::sync::plan::patch::Patch;
use crate::sync::plan::{Histories, Mend};
use crate::sync::remote::{Error, Held, Problem, Read, TitleSearch, Wanted, Write, WriteKind};
use crate::terms::github_limits::PAGE;
use crate::terms::links::Site;
use crate::terms::{Account, Handle, Instant, IssueRef, RepositoryName};
use crate::text::percent;

/// GitHub's own address; Enterprise servers have another.
pub const GITHUB_API: &str = "https://api.github.com";

/// How many hundreds of numbers are looked through for an issue that may have been created.
const MAX_PAGES_ABOVE: usize = 50;
/// How many pages of a list are followed: GitHub has no more milestones or comments than these hold.
const MAX_PAGES: usize = 300;

/// A connection to GitHub, or to a stand-in.
pub struct Client {
    transport: Transport,
    authors: Mutex<Authors>,
}

impl Client {
    /// A client for an API, as an identity. What these accounts wrote is the registry's own as much as what it writes itself.
    pub fn new(
        address: Address,
        credentials: Credentials,
        bots: &[Account],
        patience: Patience,
    ) -> Result<Self, Error> {
        Ok(Self {
            transport: Transport::new(address, credentials, patience)?,
            authors: Mutex::new(Authors::new("", bots)),
        })
    }

    /// What the run has cost so far.
    pub fn cost(&self) -> Cost {
        self.transport.wire.cost()
    }

    /// Where people find an issue that was transferred. GitHub names it by the number of its new repository, which means nothing to
    /// them, so it is looked up; if that fails, the number has to do.
    async fn address_behind(&self, location: Option<String>) -> String {
        let elsewhere = || "another repository".to_owned();
        let Some(location) = location else {
            return elsewhere();
        };
        let Some(path) = self.transport.path_of(&location) else {
            return location;
        };
        let found = self.read(&path).await.and_then(|answer| answer.parse());
        found.map_or(location, |issue: RestIssue| {
            issue.observed(&self.authors()).url
        })
    }

    async fn read(&self, path: &str) -> Result<Answer, Error> {
        let call = Call {
            method: "GET",
            path,
            body: None,
            spending: Spending::Read,
            repeatable: Repeatable::Yes,
        };
        self.transport.send(call).await
    }

    async fn write<B: Serialize>(
        &self,
        method: &'static str,
        path: &str,
        kind: WriteKind,
        body: &B,
    ) -> Result<Answer, Error> {
        let body = serde_json::to_value(body).map_err(|error| Error {
            request: format!("{method} {path}"),
            problem: Problem::Malformed(error.to_string()),
        })?;
        let call = Call {
            method,
            path,
            body: Some(&body),
            spending: kind.into(),
            repeatable: Repeatable::No,
        };
        self.transport.send(call).await
    }

    /// The number of a milestone, open or closed.
    async fn find_milestone(&self, path: &str, title: &str) -> Result<Option<u64>, Error> {
        let mut page = Some(format!("{path}?state=all&per_page=100"));
        for _ in 0..MAX_PAGES {
            let Some(address) = page.take() else {
                return Ok(None);
            };
            let answer = self.read(&address).await?;
            let next = answer.next.clone();
            let milestones: Vec<NumberedMilestone> = answer.parse()?;
            if let Some(found) = milestones.iter().find(|one| one.title == title) {
                return Ok(Some(found.number));
            }
            page = next;
        }
        Err(too_many(path, MAX_PAGES * PAGE))
    }

    /// The authors of what is the registry's own, as far as they are known.
    fn authors(&self) -> Authors {
        let authors = self.authors.lock();
        authors.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Learns whom the token belongs to.
    fn is_seen_by(&self, viewer: &str) {
        let mut authors = self.authors.lock().unwrap_or_else(PoisonError::into_inner);
        *authors = authors.seen_by(viewer);
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
        let call = Call {
            method: "POST",
            path: GRAPHQL,
            body: Some(&body),
            spending: Spending::Query,
            repeatable,
        };
        self.transport.send(call).await
    }

    /// One request of an observation; gives those that are still needed.
    async fn read_page(&self, query: &Query, observed: &mut Observed) -> Result<Vec<Query>, Error> {
        let authors = self.authors().seen_by(&observed.viewer);
        let request = query.request(&authors);
        let parsed = |answer: &Answer| query.read(&answer.body, &authors, observed);
        self.parsed(&request, query.is_divisible(), parsed).await
    }
}

impl Client {
    /// Reads issues and pull requests with what refers to them. A repository that cannot be read becomes a problem, and the others go on.
    pub(super) async fn references(
        &self,
        wanted: BTreeSet<IssueRef>,
        problems: &mut BTreeMap<RepositoryName, String>,
    ) -> Result<References, Error> {
        let mut read = References::default();
        let mut asked: Vec<Ask> = wanted
            .into_iter()
            .map(|at| Ask { at, before: None })
            .collect();
        // Round by round, so that what several issues have beyond their first pages is read together.
        while !asked.is_empty() {
            asked.retain(|ask| !problems.contains_key(&ask.at.repository));
            let mut more = Vec::new();
            let mut pending: Vec<Vec<Ask>> = asked.chunks(PAGE).map(<[Ask]>::to_vec).collect();
            pending.reverse();
            while let Some(page) = pending.pop() {
                let request = references::request(&page);
                let parsed = |answer: &Answer| read.read(&answer.body, &page);
                match self.parsed(&request, page.len() > 1, parsed).await {
                    Ok(rest) => more.extend(rest),
                    Err(error) if error.is_everywhere() => return Err(error),
                    Err(error) if error.is_too_large() && page.len() > 1 => {
                        let (first, second) = page.split_at(page.len().div_ceil(2));
                        pending.extend([second.to_vec(), first.to_vec()]);
                    }
                    Err(error) => {
                        let mut by_name: BTreeMap<RepositoryName, Vec<Ask>> = BTreeMap::new();
                        for ask in page {
                            let name = ask.at.repository.clone();
                            by_name.entry(name).or_default().push(ask);
                        }
                        match by_name.len() {
                            0 | 1 => {
                                let names = by_name.into_keys();
                                problems.extend(names.map(|name| (name, error.to_string())));
                            }
                            // Where a request for several fails, most of them may be fine.
                            _ => pending.extend(by_name.into_values()),
                        }
                    }
                }
            }
            asked = more;
        }
        Ok(read)
    }

    /// Looks up accounts by their logins, a hundred in one query, and one by its id wherever a login does not lead to the id that is on record.
    ///
    /// # Errors
    ///
    /// GitHub did not answer, or refused.
    pub async fn accounts(&self, roster: &Roster, logins: &[Handle]) -> Result<Accounts, Error> {
        let mut accounts = Accounts::default();
        for page in logins.chunks(PAGE) {
            let request = accounts::request(page);
            let parsed = |answer: &Answer| accounts::read(&answer.body, page);
            let found = self.parsed(&request, false, parsed).await?;
            accounts.by_login.extend(found);
        }
        for id in accounts.lost(roster) {
            // <https://docs.github.com/en/rest/users/users#get-a-user-using-their-id>
            let now = match self.read(&format!("/user/{id}")).await {
                Ok(answer) => Some(answer.parse::<RestUser>()?.login),
                Err(error) if matches!(error.problem, Problem::Refused { status: 404, .. }) => None,
                Err(error) => return Err(error),
            };
            // A name that nobody could have tells nothing.
            match now.map(|login| login.parse()) {
                Some(Ok(login)) => drop(accounts.by_id.insert(id, Some(login))),
                None => drop(accounts.by_id.insert(id, None)),
                Some(Err(_)) => {}
            }
        }
        Ok(accounts)
    }

    /// All issues that one search finds, as many as GitHub tells of.
    pub(super) async fn all_titled(
        &self,
        wanted: &TitleSearch,
    ) -> Result<Vec<ObservedIssue>, Error> {
        let mut all = Vec::new();
        let mut after: Option<String> = None;
        for _ in 0..search::MAX_PAGES {
            let request = search::all(wanted, after.as_deref());
            let authors = self.authors();
            let parsed = |answer: &Answer| search::found(&answer.body, 0, &authors);
            let (issues, next) = self.parsed(&request, false, parsed).await?;
            all.extend(issues);
            after = next;
            if after.is_none() {
                break;
            }
        }
        Ok(all)
    }

    /// One GraphQL request, again where its answer cannot be used: a partial one may be whole the next time.
    async fn parsed<T>(
        &self,
        request: &Request,
        is_divisible: bool,
        mut parse: impl FnMut(&Answer) -> Result<T, Unusable>,
    ) -> Result<T, Error> {
        let repeatable = match is_divisible {
            true => Repeatable::UnlessTooLarge,
            false => Repeatable::Yes,
        };
        let mut tried = 0;
        loop {
            let answer = self.query(request, repeatable).await?;
            let error = match parse(&answer) {
                Ok(parsed) => return Ok(parsed),
                Err(unusable) => answer.unusable(unusable),
            };
            let throttle = &self.transport.wire.throttle;
            if !throttle.before_next(&error, tried, true).await {
                return Err(error);
            }
            tried += 1;
        }
    }
}

impl Read for Client {
    fn site(&self) -> Site {
        self.transport.wire.site()
    }

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
        self.is_seen_by(&observed.viewer);
        // To an App GitHub does not say what it may do; its token does.
        let by_token = match self.transport.may_write_issues() {
            None => Access::Unknown,
            Some(true) => Access::Writes,
            Some(false) => Access::Reads("no permission to write issues".to_owned()),
        };
        for repository in observed.repositories.values_mut() {
            if repository.access == Access::Unknown {
                repository.access = by_token.clone();
            }
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
            viewer: self.authors().viewer().to_owned(),
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

    async fn titled(
        &self,
        searches: &[TitleSearch],
    ) -> Result<Vec<(RepositoryName, ObservedIssue)>, Error> {
        let mut all = Vec::new();
        let mut pending: Vec<&[TitleSearch]> = searches.chunks(PAGE).collect();
        pending.reverse();
        let authors = self.authors();
        while let Some(page) = pending.pop() {
            let request = search::request(page);
            let parsed = |answer: &Answer| {
                let searches = page.iter().enumerate();
                let found = searches.map(|(index, one)| {
                    let (issues, _) = search::found(&answer.body, index, &authors)?;
                    let name = &one.repository;
                    Ok(issues.into_iter().map(|issue| (name.clone(), issue)))
                });
                found.collect::<Result<Vec<_>, Unusable>>()
            };
            match self.parsed(&request, page.len() > 1, parsed).await {
                Ok(found) => all.extend(found.into_iter().flatten()),
                Err(error) if error.is_too_large() && page.len() > 1 => {
                    let (first, second) = page.split_at(page.len().div_ceil(2));
                    pending.extend([second, first]);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(all)
    }

    async fn settled(&self, sent: Instant) -> Result<(), Error> {
        self.transport.wire.settled(sent.0).await
    }

    async fn issues_above(
        &self,
        repository: &RepositoryName,
        mut number: u64,
    ) -> Result<BTreeMap<u64, ObservedIssue>, Error> {
        let mut above = BTreeMap::new();
        // One page more, to see that nothing follows.
        for _ in 0..=MAX_PAGES_ABOVE {
            let mut observed = Observed::default();
            let mut pending = vec![queries::above(repository, number)];
            while let Some(query) = pending.pop() {
                match self.read_page(&query, &mut observed).await {
                    Ok(more) => pending.extend(more),
                    Err(error) if error.is_too_large() && query.is_divisible() => {
                        pending.extend(query.halves());
                    }
                    Err(error) => return Err(error),
                }
            }
            let seen = observed.repositories.remove(repository);
            let lookups = seen.map(|seen| seen.issues).unwrap_or_default();
            let is_there = |lookup: &Lookup| *lookup != Lookup::Invisible;
            let Some(last) = lookups.iter().rfind(|(_, lookup)| is_there(lookup)) else {
                return Ok(above);
            };
            number = *last.0;
            above.extend(
                lookups
                    .into_iter()
                    .filter_map(|(number, lookup)| match lookup {
                        Lookup::Issue(issue) => Some((number, *issue)),
                        _ => None,
                    }),
            );
        }
        let about = format!("looking for new issues in {repository}");
        Err(too_many(&about, MAX_PAGES_ABOVE * PAGE))
    }

    async fn issue(&self, repository: &RepositoryName, number: u64) -> Result<Lookup, Error> {
        let path = format!("/repos/{repository}/issues/{number}");
        match self.read(&path).await {
            Ok(answer) => {
                let issue: RestIssue = answer.parse()?;
                if issue.pull_request.is_some() {
                    return Ok(Lookup::PullRequest);
                }
                Ok(Lookup::Issue(Box::new(issue.observed(&self.authors()))))
            }
            Err(Error {
                problem:
                    Problem::Refused {
                        status, location, ..
                    },
                ..
            }) if matches!(status, 301 | 404 | 410) => Ok(match (status, location) {
                (301, location) => Lookup::Transferred(self.address_behind(location).await),
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
        Ok(is_open_pull_request.then(|| issue.observed(&self.authors()).labels))
    }

    async fn has_comment(
        &self,
        repository: &RepositoryName,
        number: u64,
        marker: &str,
    ) -> Result<bool, Error> {
        let authors = self.authors();
        let mut before: Option<String> = None;
        for _ in 0..MAX_PAGES {
            let request = stories::comments(repository, number, before.as_deref());
            let answer = self.query(&request, Repeatable::Yes).await?;
            match stories::find_comment(&answer.body, marker, &authors) {
                Ok(FoundComment::Yes) => return Ok(true),
                Ok(FoundComment::No) => return Ok(false),
                Ok(FoundComment::PerhapsBefore(cursor)) => before = Some(cursor),
                Err(unusable) => return Err(answer.unusable(unusable)),
            }
        }
        let about = format!("looking through the comments of {repository}#{number}");
        Err(too_many(&about, MAX_PAGES * PAGE))
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
    async fn turn(&self, kind: WriteKind) -> Result<(), Held> {
        self.transport.wire.throttle.turn(kind.into()).await
    }

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
        match self.write("POST", &path, WriteKind::Change, &body).await {
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
            body["due_on"] = json!(due_on(&due.to_string()));
        }
        let path = format!("/repos/{repository}/milestones");
        match self.write("POST", &path, WriteKind::Change, &body).await {
            Ok(answer) => Ok(answer.parse::<Numbered>()?.number),
            // Somebody was quicker: the milestone is there, and theirs.
            Err(error) if error.already_exists() => {
                let found = self.find_milestone(&path, title).await?;
                found.ok_or(error)
            }
            Err(error) => Err(error),
        }
    }

    async fn mend(&self, repository: &RepositoryName, mend: &Mend) -> Result<(), Error> {
        let label = |name: &str| format!("/repos/{repository}/labels/{}", percent::part(name));
        let (path, body) = match mend {
            Mend::RenameLabel { from, to } => (label(from), json!({ "new_name": to })),
            Mend::Label {
                name,
                color,
                description,
            } => {
                let mut body = json!({});
                for (key, change) in [("color", color), ("description", description)] {
                    if let Some(change) = change {
                        body[key] = json!(change.to.as_deref().unwrap_or_default());
                    }
                }
                (label(name), body)
            }
            Mend::Milestone {
                title,
                number,
                from,
                reopen,
                due,
            } => {
                let mut body = json!({});
                if from.is_some() {
                    body["title"] = json!(title);
                }
                if *reopen {
                    body["state"] = json!("open");
                }
                if let Some(change) = due {
                    body["due_on"] = json!(change.to.as_deref().map(due_on));
                }
                (format!("/repos/{repository}/milestones/{number}"), body)
            }
        };
        let changed = self.write("PATCH", &path, WriteKind::Change, &body).await;
        changed.map(|_| ())
    }

    async fn create_issue(
        &self,
        repository: &RepositoryName,
        issue: &Patch,
    ) -> Result<ObservedIssue, Error> {
        let path = format!("/repos/{repository}/issues");
        let created: RestIssue = self
            .write("POST", &path, WriteKind::Creation, issue)
            .await?
            .parse()?;
        Ok(created.observed(&self.authors()))
    }

    async fn update_issue(
        &self,
        repository: &RepositoryName,
        number: u64,
        patch: &Patch,
    ) -> Result<ObservedIssue, Error> {
        let path = format!("/repos/{repository}/issues/{number}");
        let updated: RestIssue = self
            .write("PATCH", &path, WriteKind::Change, patch)
            .await?
            .parse()?;
        Ok(updated.observed(&self.authors()))
    }

    async fn create_comment(
        &self,
        repository: &RepositoryName,
        number: u64,
        body: &str,
    ) -> Result<String, Error> {
        let path = format!("/repos/{repository}/issues/{number}/comments");
        let posted: RestComment = self
            .write("POST", &path, WriteKind::Creation, &json!({ "body": body }))
            .await?
            .parse()?;
        Ok(posted.body.unwrap_or_default())
    }
}

fn too_many(request: &str, most: usize) -> Error {
    Error {
        request: request.to_owned(),
        problem: Problem::TooMany(most),
    }
}

/// A day as GitHub takes it: it keeps the day in Pacific time, and noon in UTC is the same day there.
fn due_on(day: &str) -> String {
    format!("{day}T12:00:00Z")
}
