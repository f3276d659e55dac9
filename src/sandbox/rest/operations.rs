//! The REST operations, one arm each: arguments out of the request, the world's operation, the shape.
//!
//! They must not hold rules of their own beyond which arguments an operation takes.

use super::body::Body;
use super::paginate;
use crate::sandbox::http::{Incoming, Reply};
use crate::sandbox::wire::Wire;
use crate::sandbox::world::{
    ApiError, Issue, IssuePatch, LabelPatch, MilestonePatch, NewIssue, NewLabel, NewMilestone,
    Repository, State, World, same,
};
use crate::text::percent;
use serde_json::Value;

/// One request on its way into the world.
pub(super) struct Call<'a> {
    pub incoming: &'a Incoming,
    pub body: Body<'a>,
    pub base: &'a str,
    pub page_size_limit: usize,
    pub world: &'a mut World,
}

impl Call<'_> {
    /// The table of operations.
    pub(super) fn route(mut self) -> Result<Reply, ApiError> {
        let segments: Vec<&str> = self.incoming.segments.iter().map(String::as_str).collect();
        let method = self.incoming.method.as_str();
        let (name, rest) = match segments.as_slice() {
            ["user", id] if method == "GET" => {
                let user = self.world.user_by_id(number(id)?);
                let user = user.ok_or_else(ApiError::not_found)?;
                return Ok(Reply::json(200, self.wire().account(&user.login)));
            }
            ["user"] if method == "GET" => return Ok(Reply::json(200, self.wire().viewer())),
            ["repos", owner, name, rest @ ..] => (format!("{owner}/{name}"), rest),
            ["repositories", id, rest @ ..] => (self.by_id(id)?, rest),
            _ => return Err(ApiError::not_found()),
        };
        let name = name.as_str();
        self.world.repository(name)?;
        match (method, rest) {
            ("GET", []) => {
                let found = self.world.repository(name)?;
                Ok(Reply::json(200, self.wire().repository(found)))
            }
            ("GET", ["issues"]) => self.list_issues(name),
            ("POST", ["issues"]) => self.create_issue(name),
            ("GET", ["issues", "comments", id]) => self.comment(200, name, number(id)?),
            ("PATCH", ["issues", "comments", id]) => {
                let (id, text) = (number(id)?, self.body.required("body")?);
                self.world.edit_comment(&self.viewer(), name, id, &text)?;
                self.comment(200, name, id)
            }
            ("DELETE", ["issues", "comments", id]) => {
                self.world
                    .delete_comment(&self.viewer(), name, number(id)?)?;
                Ok(Reply::empty(204))
            }
            ("GET", ["issues", n]) => self.issue(200, name, number(n)?),
            ("PATCH", ["issues", n]) => self.edit_issue(name, number(n)?),
            (_, ["issues", n, "labels", label @ ..]) => self.issue_labels(name, number(n)?, label),
            ("POST", ["issues", n, "assignees"]) => {
                let (n, who) = (
                    number(n)?,
                    self.body.names("assignees")?.unwrap_or_default(),
                );
                self.world.add_assignees(&self.viewer(), name, n, &who)?;
                self.issue(201, name, n)
            }
            ("DELETE", ["issues", n, "assignees"]) => {
                let (n, who) = (
                    number(n)?,
                    self.body.names("assignees")?.unwrap_or_default(),
                );
                self.world.remove_assignees(&self.viewer(), name, n, &who)?;
                self.issue(200, name, n)
            }
            ("GET", ["issues", n, "comments"]) => self.list_comments(name, number(n)?),
            ("POST", ["issues", n, "comments"]) => {
                let (n, text) = (number(n)?, self.body.required("body")?);
                let id = self.world.add_comment(&self.viewer(), name, n, &text)?;
                self.comment(201, name, id)
            }
            ("GET", ["assignees"]) => {
                let found = self.world.repository(name)?;
                let users = found.assignable.iter();
                let users = users.map(|login| self.wire().user(login)).collect();
                self.list(found, users)
            }
            ("GET", ["assignees", login]) => {
                let found = self.world.repository(name)?;
                if found.assignable.contains(&login.to_lowercase()) {
                    Ok(Reply::empty(204))
                } else {
                    Err(ApiError::not_found())
                }
            }
            (_, ["labels", label @ ..]) => self.labels(name, label),
            (_, ["milestones", milestone @ ..]) => self.milestones(name, milestone),
            _ => Err(ApiError::not_found()),
        }
    }

    fn list_issues(&self, name: &str) -> Result<Reply, ApiError> {
        let found = self.world.repository(name)?;
        let argument = |key: &str| self.argument(key).filter(|value| !value.is_empty());
        let state = argument("state").unwrap_or("open");
        let labels: Vec<&str> =
            argument("labels").map_or(Vec::new(), |all| all.split(',').collect());
        let since = match argument("since").map(str::parse::<jiff::Timestamp>) {
            Some(Ok(since)) => Some(since.as_second()),
            Some(Err(_)) => {
                return Err(ApiError::new(
                    422,
                    "Invalid request.\n\nsince is not a time.",
                ));
            }
            None => None,
        };
        let wanted = |issue: &Issue| {
            (state == "all" || state == issue.state.as_str())
                && labels.iter().all(|label| {
                    issue
                        .labels
                        .iter()
                        .any(|carried| same(carried, label.trim()))
                })
                && argument("creator").is_none_or(|who| same(who, &issue.author))
                && argument("assignee").is_none_or(|who| match who {
                    "*" => !issue.assignees.is_empty(),
                    "none" => issue.assignees.is_empty(),
                    who => issue.assignees.iter().any(|assigned| same(assigned, who)),
                })
                && argument("milestone").is_none_or(|which| match which {
                    "*" => issue.milestone.is_some(),
                    "none" => issue.milestone.is_none(),
                    which => issue.milestone.is_some_and(|own| which.parse() == Ok(own)),
                })
                && since.is_none_or(|since| issue.updated_at >= since)
        };
        let mut issues: Vec<&Issue> = found
            .issues
            .values()
            .filter(|issue| wanted(issue))
            .collect();
        match argument("sort") {
            Some("updated") => issues.sort_by_key(|issue| (issue.updated_at, issue.number)),
            Some("comments") => issues.sort_by_key(|issue| (issue.comments.len(), issue.number)),
            _ => issues.sort_by_key(|issue| (issue.created_at, issue.number)),
        }
        if argument("direction") != Some("asc") {
            issues.reverse();
        }
        // Shaping is the expensive part, so only the page's own issues are.
        let (issues, link) = self.page(found, issues);
        let wire = self.wire();
        let issues = issues.into_iter().map(|issue| wire.issue(found, issue));
        Ok(Reply {
            link,
            ..Reply::json(200, issues.collect())
        })
    }

    fn create_issue(&mut self, name: &str) -> Result<Reply, ApiError> {
        let new = NewIssue {
            title: self.body.required("title")?,
            body: self.body.text("body")?.unwrap_or_default(),
            labels: self.body.names("labels")?.unwrap_or_default(),
            assignees: self.assignees()?.unwrap_or_default(),
            milestone: self.body.nullable_number("milestone")?.flatten(),
        };
        let number = self.world.create_issue(&self.viewer(), name, new)?;
        self.issue(201, name, number)
    }

    fn edit_issue(&mut self, name: &str, number: u64) -> Result<Reply, ApiError> {
        let patch = IssuePatch {
            title: self.body.text("title")?,
            body: self
                .body
                .nullable_text("body")?
                .map(Option::unwrap_or_default),
            state: self.body.word("state")?,
            state_reason: self.body.word("state_reason")?,
            milestone: self.body.nullable_number("milestone")?,
            labels: self.body.names("labels")?,
            assignees: self.assignees()?,
        };
        self.world.edit_issue(&self.viewer(), name, number, patch)?;
        self.issue(200, name, number)
    }

    fn issue_labels(&mut self, name: &str, n: u64, label: &[&str]) -> Result<Reply, ApiError> {
        let viewer = self.viewer();
        let names = self.body.names("labels")?;
        match (self.incoming.method.as_str(), label) {
            ("GET", []) => {}
            ("POST", []) => self
                .world
                .add_labels(&viewer, name, n, names.unwrap_or_default())?,
            ("PUT", []) => self
                .world
                .set_labels(&viewer, name, n, names.unwrap_or_default())?,
            ("DELETE", []) => {
                self.world.set_labels(&viewer, name, n, Vec::new())?;
                return Ok(Reply::empty(204));
            }
            ("DELETE", [label]) => self.world.remove_label(&viewer, name, n, label)?,
            _ => return Err(ApiError::not_found()),
        }
        let issue = self.world.issue(name, n)?;
        let found = self.world.repository(name)?;
        let labels = self.wire().labels(found, issue);
        if self.incoming.method == "GET" {
            self.list(found, labels)
        } else {
            Ok(Reply::json(200, labels.into()))
        }
    }

    fn labels(&mut self, name: &str, label: &[&str]) -> Result<Reply, ApiError> {
        let viewer = self.viewer();
        match (self.incoming.method.as_str(), label) {
            ("GET", []) => {
                let found = self.world.repository(name)?;
                let labels = found.labels.values();
                let labels = labels
                    .map(|label| self.wire().label(found, label))
                    .collect();
                self.list(found, labels)
            }
            ("POST", []) => {
                let new = NewLabel {
                    name: self.body.required("name")?,
                    color: self.body.text("color")?,
                    description: self.body.text("description")?,
                };
                let label = new.name.trim().to_owned();
                self.world.create_label(&viewer, name, new)?;
                self.label(201, name, &label)
            }
            ("GET", [label]) => self.label(200, name, label),
            ("PATCH", [label]) => {
                let patch = LabelPatch {
                    new_name: self.body.text("new_name")?,
                    color: self.body.text("color")?,
                    description: self.body.nullable_text("description")?,
                };
                let renamed = patch.new_name.clone();
                self.world.edit_label(&viewer, name, label, patch)?;
                self.label(200, name, renamed.as_deref().map_or(label, str::trim))
            }
            ("DELETE", [label]) => {
                self.world.delete_label(&viewer, name, label)?;
                Ok(Reply::empty(204))
            }
            _ => Err(ApiError::not_found()),
        }
    }

    fn milestones(&mut self, name: &str, milestone: &[&str]) -> Result<Reply, ApiError> {
        let viewer = self.viewer();
        match (self.incoming.method.as_str(), milestone) {
            ("GET", []) => self.list_milestones(name),
            ("POST", []) => {
                let new = NewMilestone {
                    title: self.body.required("title")?,
                    state: self.body.word("state")?,
                    description: self.body.text("description")?,
                    due_on: self.body.nullable_time("due_on")?.flatten(),
                };
                let number = self.world.create_milestone(&viewer, name, new)?;
                self.milestone(201, name, number)
            }
            ("GET", [n]) => self.milestone(200, name, number(n)?),
            ("PATCH", [n]) => {
                let n = number(n)?;
                let patch = MilestonePatch {
                    title: self.body.text("title")?,
                    state: self.body.word("state")?,
                    description: self.body.nullable_text("description")?,
                    due_on: self.body.nullable_time("due_on")?,
                };
                self.world.edit_milestone(&viewer, name, n, patch)?;
                self.milestone(200, name, n)
            }
            ("DELETE", [n]) => {
                self.world.delete_milestone(&viewer, name, number(n)?)?;
                Ok(Reply::empty(204))
            }
            _ => Err(ApiError::not_found()),
        }
    }

    fn list_milestones(&self, name: &str) -> Result<Reply, ApiError> {
        let found = self.world.repository(name)?;
        let state = self.argument("state").unwrap_or("open");
        let mut milestones: Vec<_> = found
            .milestones
            .values()
            .filter(|milestone| state == "all" || state == milestone.state.as_str())
            .collect();
        if self.argument("sort") == Some("completeness") {
            let closed = |number: u64| {
                let on_it = found
                    .issues
                    .values()
                    .filter(move |i| i.milestone == Some(number));
                on_it.filter(|issue| issue.state == State::Closed).count()
            };
            milestones.sort_by_key(|milestone| closed(milestone.number));
        } else {
            milestones.sort_by_key(|milestone| (milestone.due_on, milestone.number));
        }
        if self.argument("direction") == Some("desc") {
            milestones.reverse();
        }
        let wire = self.wire();
        let shapes = milestones.iter().map(|each| wire.milestone(found, each));
        self.list(found, shapes.collect())
    }

    fn list_comments(&self, name: &str, n: u64) -> Result<Reply, ApiError> {
        let issue = self.world.issue(name, n)?;
        let found = self.world.repository(name)?;
        let since = self
            .argument("since")
            .and_then(|text| text.parse::<jiff::Timestamp>().ok())
            .map_or(i64::MIN, jiff::Timestamp::as_second);
        let wire = self.wire();
        let comments = issue
            .comments
            .iter()
            .filter(|comment| comment.updated_at >= since)
            .map(|comment| wire.comment(found, issue, comment));
        self.list(found, comments.collect())
    }

    /// `assignees`, or the one of the deprecated `assignee`.
    fn assignees(&self) -> Result<Option<Vec<String>>, ApiError> {
        if self.body.has("assignees") {
            return self.body.names("assignees");
        }
        let one = self.body.nullable_text("assignee")?;
        Ok(one.map(|login| {
            login
                .into_iter()
                .filter(|login| !login.is_empty())
                .collect()
        }))
    }

    fn issue(&self, status: u16, name: &str, number: u64) -> Result<Reply, ApiError> {
        let issue = self.world.issue(name, number)?;
        let found = self.world.repository(name)?;
        Ok(Reply::json(status, self.wire().issue(found, issue)))
    }

    fn comment(&self, status: u16, name: &str, id: u64) -> Result<Reply, ApiError> {
        let (issue, comment) = self.world.comment(name, id)?;
        let found = self.world.repository(name)?;
        Ok(Reply::json(
            status,
            self.wire().comment(found, issue, comment),
        ))
    }

    fn label(&self, status: u16, name: &str, label: &str) -> Result<Reply, ApiError> {
        let found = self.world.repository(name)?;
        let label = found.label(label).ok_or_else(ApiError::not_found)?;
        Ok(Reply::json(status, self.wire().label(found, label)))
    }

    fn milestone(&self, status: u16, name: &str, number: u64) -> Result<Reply, ApiError> {
        let found = self.world.repository(name)?;
        let milestone = found
            .milestones
            .get(&number)
            .ok_or_else(ApiError::not_found)?;
        Ok(Reply::json(status, self.wire().milestone(found, milestone)))
    }

    fn list(&self, repository: &Repository, items: Vec<Value>) -> Result<Reply, ApiError> {
        let (items, link) = self.page(repository, items);
        Ok(Reply {
            link,
            ..Reply::json(200, items.into())
        })
    }

    fn page<T>(&self, repository: &Repository, items: Vec<T>) -> (Vec<T>, Option<String>) {
        let parts = &self.incoming.segments;
        let known = if parts.first().is_some_and(|part| part == "repos") {
            3
        } else {
            2
        };
        let mut address = format!("{}/repositories/{}", self.base, repository.id);
        for part in parts.iter().skip(known) {
            address.push('/');
            address.push_str(&percent::part(part));
        }
        paginate(items, &address, &self.incoming.query, self.page_size_limit)
    }

    fn by_id(&self, id: &str) -> Result<String, ApiError> {
        let id = number(id)?;
        let mut all = self.world.repositories.values();
        let found = all.find(|repository| repository.id == id);
        Ok(found.ok_or_else(ApiError::not_found)?.full_name())
    }

    fn argument(&self, key: &str) -> Option<&str> {
        let mut query = self.incoming.query.iter();
        query
            .find(|(name, _)| name == key)
            .map(|(_, value)| value.as_str())
    }

    fn viewer(&self) -> String {
        self.world.viewer.clone()
    }

    fn wire(&self) -> Wire<'_> {
        Wire {
            base: self.base,
            world: self.world,
        }
    }
}

/// A number in a path; anything else names nothing.
fn number(text: &str) -> Result<u64, ApiError> {
    text.parse().map_err(|_| ApiError::not_found())
}
