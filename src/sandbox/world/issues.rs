//! Issues and pull requests: creating and editing them, their labels and assignees.
//!
//! Every operation checks first and changes afterwards, so a refusal leaves no trace. What changes is
//! written to the issue's timeline by [`super::revision`]. This file must not decide how any of it looks on the wire.

use super::checks::{check_labels, check_milestone, check_text};
use super::revision::Log;
use super::{
    ApiError, EventKind, FieldProblem, Issue, PullRequest, Repository, State, StateReason, World,
    same,
};

/// "Maximum of 10": <https://docs.github.com/en/issues/tracking-your-work-with-issues/using-issues/assigning-issues-and-pull-requests-to-other-github-users>
const ASSIGNEES: usize = 10;

/// An issue to be created.
/// <https://docs.github.com/en/rest/issues/issues#create-an-issue>
#[derive(Debug, Clone, Default)]
pub struct NewIssue {
    pub title: String,
    pub body: String,
    pub labels: Vec<String>,
    pub assignees: Vec<String>,
    pub milestone: Option<u64>,
}

/// What to change about an issue; absent fields stay, `labels` and `assignees` replace the set.
/// <https://docs.github.com/en/rest/issues/issues#update-an-issue>
#[derive(Debug, Clone, Default)]
pub struct IssuePatch {
    pub title: Option<String>,
    pub body: Option<String>,
    pub state: Option<State>,
    /// Ignored unless the state changes.
    pub state_reason: Option<StateReason>,
    /// `Some(None)` takes the issue out of its milestone.
    pub milestone: Option<Option<u64>>,
    pub labels: Option<Vec<String>>,
    pub assignees: Option<Vec<String>>,
}

impl World {
    /// Puts an issue in place as a seed, with a number of choice, and without a timeline.
    pub fn add_issue(
        &mut self,
        author: &str,
        repository: &str,
        number: u64,
        title: &str,
        body: &str,
    ) -> Result<&mut Issue, ApiError> {
        let found = self.repository(repository)?;
        if number == 0
            || found.issues.contains_key(&number)
            || found.deleted.contains(&number)
            || found.transferred.contains_key(&number)
        {
            return Err(ApiError::invalid(vec![FieldProblem::new(
                "Issue",
                "already_exists",
                "number",
            )]));
        }
        self.add_user(author);
        let (id, at) = (self.take_id(), self.tick());
        self.refer(author, repository, number, body);
        let found = self.repository_mut(repository)?;
        Ok(found.issues.entry(number).or_insert(Issue {
            id,
            number,
            title: title.to_owned(),
            body: body.to_owned(),
            author: author.to_owned(),
            state: State::Open,
            state_reason: None,
            closed_by: None,
            labels: Vec::new(),
            assignees: Vec::new(),
            milestone: None,
            locked: false,
            comments: Vec::new(),
            pull_request: None,
            created_at: at,
            updated_at: at,
            closed_at: None,
            timeline: Vec::new(),
            edited: None,
        }))
    }

    /// Puts a pull request in place as a seed.
    pub fn add_pull_request(
        &mut self,
        author: &str,
        repository: &str,
        number: u64,
        title: &str,
        body: &str,
    ) -> Result<&mut Issue, ApiError> {
        let issue = self.add_issue(author, repository, number, title, body)?;
        issue.pull_request = Some(PullRequest::default());
        Ok(issue)
    }

    /// The issue of that number; 410 if it was deleted, 301 if it was transferred.
    pub fn issue(&self, repository: &str, number: u64) -> Result<&Issue, ApiError> {
        let found = self.repository(repository)?;
        if let Some(issue) = found.issues.get(&number) {
            return Ok(issue);
        }
        if found.deleted.contains(&number) {
            return Err(ApiError::new(410, "This issue was deleted"));
        }
        Err(match found.transferred.get(&number) {
            Some(target) => ApiError {
                moved: Some(target.clone()),
                ..ApiError::new(301, "Moved Permanently")
            },
            None => ApiError::not_found(),
        })
    }

    /// Creates an issue and returns its number. Without push access labels, assignees and milestone are
    /// dropped without a word, as GitHub documents.
    pub fn create_issue(
        &mut self,
        actor: &str,
        repository: &str,
        new: NewIssue,
    ) -> Result<u64, ApiError> {
        let found = self.writable(repository)?;
        if !found.has_issues {
            return Err(ApiError::new(
                410,
                "Issues has been disabled in this repository.",
            ));
        }
        let push = self.can_triage(actor, found);
        let NewIssue {
            title,
            body,
            labels,
            assignees,
            milestone,
        } = new;
        check_text(Some(&title), Some(&body))?;
        let (labels, assignees, milestone) = if push {
            check_milestone(found, milestone)?;
            (
                check_labels(labels)?,
                self.check_assignees(found, &assignees)?,
                milestone,
            )
        } else {
            (Vec::new(), Vec::new(), None)
        };
        let number = found.next_number();
        // The seed advances the clock; that is this write's second.
        self.add_issue(actor, repository, number, &title, &body)?;
        let labels = self.ensure_labels(repository, labels)?;
        self.revise(actor, repository, number, self.clock, |issue, log| {
            issue.relabel(labels, log);
            issue.reassign(assignees, log);
            issue.plan_for(milestone, log);
        })?;
        Ok(number)
    }

    /// Edits an issue, all or nothing.
    pub fn edit_issue(
        &mut self,
        actor: &str,
        repository: &str,
        number: u64,
        patch: IssuePatch,
    ) -> Result<(), ApiError> {
        let issue = self.issue(repository, number)?;
        let found = self.writable(repository)?;
        let push = self.can_triage(actor, found);
        if !push && !same(&issue.author, actor) {
            return Err(ApiError::new(403, "Must have admin rights to Repository."));
        }
        let IssuePatch {
            title,
            body,
            state,
            state_reason,
            milestone,
            labels,
            assignees,
        } = patch;
        check_text(title.as_deref(), body.as_deref())?;
        let merged = issue.pull_request.as_ref().is_some_and(|pull| pull.merged);
        if merged && state == Some(State::Open) {
            return Err(ApiError::invalid(vec![FieldProblem::new(
                "PullRequest",
                "invalid",
                "state",
            )]));
        }
        let milestone = milestone.filter(|_| push);
        check_milestone(found, milestone.flatten())?;
        let labels = labels.filter(|_| push).map(check_labels).transpose()?;
        let assignees = assignees
            .filter(|_| push)
            .map(|logins| self.check_assignees(found, &logins))
            .transpose()?;
        let at = self.tick();
        let (written, by) = (body.clone(), actor);
        let labels = labels
            .map(|names| self.ensure_labels(repository, names))
            .transpose()?;
        self.revise(actor, repository, number, at, |issue, log| {
            if let Some(title) = title {
                issue.rename(title, log);
            }
            if let Some(body) = body
                && body != issue.body
            {
                issue.body = body;
                issue.updated_at = log.at;
                issue.edited = Some((log.actor.to_owned(), log.at));
            }
            if let Some(labels) = labels {
                issue.relabel(labels, log);
            }
            if let Some(assignees) = assignees {
                issue.reassign(assignees, log);
            }
            if let Some(milestone) = milestone {
                issue.plan_for(milestone, log);
            }
            if let Some(state) = state {
                issue.change_state(state, state_reason, log);
            }
        })?;
        self.refer(by, repository, number, &written.unwrap_or_default());
        Ok(())
    }

    /// Adds labels to those that the issue has.
    pub fn add_labels(
        &mut self,
        actor: &str,
        repository: &str,
        number: u64,
        names: Vec<String>,
    ) -> Result<(), ApiError> {
        let mut all = self.issue(repository, number)?.labels.clone();
        all.extend(names);
        self.set_labels(actor, repository, number, all)
    }

    /// Replaces the labels of an issue.
    pub fn set_labels(
        &mut self,
        actor: &str,
        repository: &str,
        number: u64,
        names: Vec<String>,
    ) -> Result<(), ApiError> {
        self.issue(repository, number)?;
        self.pushable(actor, repository)?;
        let names = check_labels(names)?;
        let at = self.tick();
        let names = self.ensure_labels(repository, names)?;
        self.revise(actor, repository, number, at, |issue, log| {
            issue.relabel(names, log);
        })
    }

    /// Takes one label off an issue; 404 if it does not carry it.
    pub fn remove_label(
        &mut self,
        actor: &str,
        repository: &str,
        number: u64,
        name: &str,
    ) -> Result<(), ApiError> {
        let mut rest = self.issue(repository, number)?.labels.clone();
        self.pushable(actor, repository)?;
        let before = rest.len();
        rest.retain(|carried| !same(carried, name));
        if rest.len() == before {
            return Err(ApiError::new(404, "Label does not exist"));
        }
        self.set_labels(actor, repository, number, rest)
    }

    /// Adds assignees to those that the issue has, ten at most.
    pub fn add_assignees(
        &mut self,
        actor: &str,
        repository: &str,
        number: u64,
        logins: &[String],
    ) -> Result<(), ApiError> {
        let mut all = self.issue(repository, number)?.assignees.clone();
        all.extend_from_slice(logins);
        self.assign(actor, repository, number, &all)
    }

    /// Takes assignees off an issue; who is not assigned is ignored.
    pub fn remove_assignees(
        &mut self,
        actor: &str,
        repository: &str,
        number: u64,
        logins: &[String],
    ) -> Result<(), ApiError> {
        let mut rest = self.issue(repository, number)?.assignees.clone();
        rest.retain(|assigned| !logins.iter().any(|login| same(login, assigned)));
        self.assign(actor, repository, number, &rest)
    }

    fn assign(
        &mut self,
        actor: &str,
        repository: &str,
        number: u64,
        logins: &[String],
    ) -> Result<(), ApiError> {
        let found = self.writable(repository)?;
        if !self.can_triage(actor, found) {
            // "Only users with push access can add assignees to an issue. Assignees are silently ignored
            // otherwise." <https://docs.github.com/en/rest/issues/assignees#add-assignees-to-an-issue>
            return Ok(());
        }
        let logins = self.check_assignees(found, logins)?;
        let at = self.tick();
        self.revise(actor, repository, number, at, |issue, log| {
            issue.reassign(logins, log);
        })
    }

    /// Deletes an issue, as an administrator can on the web site: 410 from then on.
    pub fn delete_issue(&mut self, repository: &str, number: u64) -> Result<(), ApiError> {
        self.issue(repository, number)?;
        self.tick();
        let found = self.repository_mut(repository)?;
        found.issues.remove(&number);
        found.deleted.insert(number);
        Ok(())
    }

    /// Moves an issue to another repository and returns its number there. Labels and milestone come along
    /// only where the other repository has the same.
    /// <https://docs.github.com/en/issues/tracking-your-work-with-issues/administering-issues/transferring-an-issue-to-another-repository>
    pub fn transfer_issue(
        &mut self,
        actor: &str,
        from: &str,
        number: u64,
        to: &str,
    ) -> Result<u64, ApiError> {
        let mut issue = self.issue(from, number)?.clone();
        let source = self.repository(from)?;
        let target = self.repository(to)?;
        let title = milestone_title(source, issue.milestone);
        issue.number = target.next_number();
        issue.labels.retain(|name| target.label(name).is_some());
        issue.milestone = target
            .milestones
            .values()
            .find(|milestone| Some(&milestone.title) == title.as_ref())
            .map(|milestone| milestone.number);
        let origin = source.full_name();
        let moved = issue.number;
        let at = self.tick();
        let source = self.repository_mut(from)?;
        source.issues.remove(&number);
        source
            .transferred
            .insert(number, (to.to_lowercase(), moved));
        self.repository_mut(to)?.issues.insert(moved, issue);
        self.revise(actor, to, moved, at, |issue, log| {
            issue.record(log, EventKind::Transferred { from: origin });
        })?;
        Ok(moved)
    }

    /// Locks the conversation of an issue.
    pub fn lock_issue(
        &mut self,
        actor: &str,
        repository: &str,
        number: u64,
    ) -> Result<(), ApiError> {
        self.issue(repository, number)?;
        let at = self.tick();
        self.revise(actor, repository, number, at, |issue, log| {
            issue.locked = true;
            issue.record(log, EventKind::Locked);
        })
    }

    /// Merges a pull request, which closes it; 404 for an issue.
    pub fn merge_pull_request(
        &mut self,
        actor: &str,
        repository: &str,
        number: u64,
    ) -> Result<(), ApiError> {
        if self.issue(repository, number)?.pull_request.is_none() {
            return Err(ApiError::not_found());
        }
        let at = self.tick();
        self.revise(actor, repository, number, at, |issue, log| {
            if let Some(pull) = &mut issue.pull_request {
                pull.merged = true;
                pull.merged_at = Some(log.at);
            }
            issue.record(log, EventKind::Merged);
            issue.change_state(State::Closed, None, log);
        })
    }

    /// Logins as their accounts spell them: who cannot be assigned is dropped without a word, an account
    /// that does not exist refuses the whole request (reported).
    fn check_assignees(
        &self,
        repository: &Repository,
        logins: &[String],
    ) -> Result<Vec<String>, ApiError> {
        let mut kept: Vec<String> = Vec::new();
        for login in logins {
            let Some(user) = self.user(login) else {
                return Err(ApiError::invalid(vec![
                    FieldProblem::new("Issue", "invalid", "assignees").value(login),
                ]));
            };
            let assignable = repository.assignable.contains(&login.to_lowercase());
            if assignable && kept.len() < ASSIGNEES && !kept.contains(&user.login) {
                kept.push(user.login.clone());
            }
        }
        Ok(kept)
    }

    /// Changes an issue in place, with all that its timeline needs.
    pub(super) fn revise(
        &mut self,
        actor: &str,
        repository: &str,
        number: u64,
        at: i64,
        change: impl FnOnce(&mut Issue, &mut Log<'_>),
    ) -> Result<(), ApiError> {
        self.add_user(actor);
        let World {
            repositories,
            next_id,
            ..
        } = self;
        let found = repositories
            .get_mut(&repository.to_lowercase())
            .ok_or_else(ApiError::not_found)?;
        let titles = found
            .milestones
            .values()
            .map(|milestone| (milestone.number, milestone.title.clone()))
            .collect();
        let issue = found
            .issues
            .get_mut(&number)
            .ok_or_else(ApiError::not_found)?;
        let mut log = Log {
            actor,
            at,
            next_id,
            titles,
        };
        change(issue, &mut log);
        Ok(())
    }
}

fn milestone_title(repository: &Repository, number: Option<u64>) -> Option<String> {
    Some(repository.milestones.get(&number?)?.title.clone())
}
