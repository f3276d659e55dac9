//! The objects of GitHub's schema as views of the world, one function per type.
//!
//! A field's name decides which value of the world answers it. Filters of lists are in [`lists`]. Nothing
//! here changes the world.

mod lists;
mod search;

use super::connection::{Node, connect};
use super::{Scene, unsupported};
use crate::sandbox::wire::{self, WEB, is_bot, node_id};
use crate::sandbox::world::{
    Comment, Event, EventKind, Issue, Label, Milestone, Repository, State, StateReason, same,
};
use crate::text::percent;
use apollo_compiler::resolvers::{FieldError, ObjectValue, ResolveInfo, ResolvedValue};

type Answer<'a> = Result<ResolvedValue<'a>, FieldError>;

/// What an object is a view of.
#[derive(Clone, Copy)]
pub(super) enum Subject<'w> {
    Query,
    Mutation,
    RateLimit,
    /// An account where only people can be.
    User(&'w str),
    /// An account that may be an App's.
    Actor(&'w str),
    Repository(&'w Repository),
    /// An issue or a pull request.
    Issue(&'w Repository, &'w Issue),
    Label(&'w Repository, &'w Label),
    Milestone(&'w Repository, &'w Milestone),
    Comment(&'w Repository, &'w Issue, &'w Comment),
    Event(&'w Repository, &'w Issue, &'w Event),
    /// What the viewer may not see: it has its place in a list, and is null there.
    Nothing,
}

/// A subject in its scene.
pub(super) struct Object<'w> {
    scene: &'w Scene<'w>,
    subject: Subject<'w>,
}

/// The object that execution starts from.
pub(super) fn root<'w>(scene: &'w Scene<'w>, mutation: bool) -> Object<'w> {
    Object {
        scene,
        subject: if mutation {
            Subject::Mutation
        } else {
            Subject::Query
        },
    }
}

impl<'w> Object<'w> {
    /// A subject as the value of a field.
    pub(super) fn resolved(scene: &'w Scene<'w>, subject: Subject<'w>) -> ResolvedValue<'w> {
        ResolvedValue::object(Object { scene, subject })
    }
}

impl<'w> Node<'w> for Subject<'w> {
    fn resolved<'a>(self, scene: &'a Scene<'a>) -> ResolvedValue<'a>
    where
        'w: 'a,
    {
        match self {
            Subject::Nothing => ResolvedValue::null(),
            subject => Object::resolved(scene, subject),
        }
    }
}

impl ObjectValue for Object<'_> {
    fn type_name(&self) -> &str {
        match self.subject {
            Subject::Query => "Query",
            Subject::Mutation => "Mutation",
            Subject::RateLimit => "RateLimit",
            Subject::Actor(login) if is_bot(login) => "Bot",
            Subject::User(_) | Subject::Actor(_) => "User",
            Subject::Repository(_) => "Repository",
            Subject::Issue(_, issue) if issue.pull_request.is_some() => "PullRequest",
            Subject::Issue(..) => "Issue",
            Subject::Label(..) => "Label",
            Subject::Milestone(..) => "Milestone",
            Subject::Comment(..) => "IssueComment",
            Subject::Event(_, _, event) => lists::event_type(&event.kind).0,
            Subject::Nothing => "Node",
        }
    }

    fn resolve_field<'a>(&'a self, info: &'a ResolveInfo<'a>) -> Answer<'a> {
        let scene = self.scene;
        let answer = match self.subject {
            Subject::Query => query(scene, info),
            Subject::Mutation => None,
            Subject::RateLimit => rate_limit(scene, info).map(Ok),
            Subject::User(login) | Subject::Actor(login) => user(scene, login, info).map(Ok),
            Subject::Repository(found) => repository(scene, found, info),
            Subject::Issue(found, one) => issue(scene, found, one, info),
            Subject::Label(found, one) => label(scene, found, one, info),
            Subject::Milestone(found, one) => milestone(scene, found, one, info),
            Subject::Comment(found, on, one) => comment(scene, found, on, one, info).map(Ok),
            Subject::Event(found, on, one) => event(scene, found, on, one, info).map(Ok),
            Subject::Nothing => None,
        };
        answer.unwrap_or_else(|| Err(unsupported(scene, self.type_name(), info)))
    }
}

fn query<'a>(scene: &'a Scene<'a>, info: &ResolveInfo<'_>) -> Option<Answer<'a>> {
    let text = |key: &str| info.arguments().get(key).and_then(|value| value.as_str());
    Some(Ok(match info.field_name() {
        "viewer" => Object::resolved(scene, Subject::User(&scene.world.viewer)),
        "rateLimit" => Object::resolved(scene, Subject::RateLimit),
        "search" => return Some(search::issues(scene, info)),
        "user" => {
            let login = text("login").unwrap_or_default();
            match scene.world.user(login) {
                Some(user) => Object::resolved(scene, Subject::User(&user.login)),
                None => return Some(Err(not_found(scene, "a User with the login of", login))),
            }
        }
        "repository" => {
            let name = format!(
                "{}/{}",
                text("owner").unwrap_or_default(),
                text("name").unwrap_or_default()
            );
            match scene.world.repository(&name) {
                Ok(found) if !found.hidden => Object::resolved(scene, Subject::Repository(found)),
                _ => {
                    let quoted = format!("'{name}'");
                    return Some(Err(not_found(scene, "a Repository with the name", &quoted)));
                }
            }
        }
        _ => return None,
    }))
}

/// Missing, deleted, transferred and invisible all look like this (reported).
fn not_found(scene: &Scene<'_>, what: &str, which: &str) -> FieldError {
    scene.refuse("NOT_FOUND", format!("Could not resolve to {what} {which}."))
}

fn rate_limit<'a>(scene: &Scene<'_>, info: &ResolveInfo<'_>) -> Option<ResolvedValue<'a>> {
    Some(match info.field_name() {
        "cost" => ResolvedValue::leaf(scene.cost.points),
        "limit" => ResolvedValue::leaf(scene.limit),
        "nodeCount" => ResolvedValue::leaf(scene.cost.nodes),
        "remaining" => ResolvedValue::leaf(scene.budget.remaining(scene.limit)),
        "used" => ResolvedValue::leaf(scene.budget.used),
        "resetAt" => time(i64::try_from(scene.budget.reset).unwrap_or(i64::MAX)),
        _ => return None,
    })
}

fn user<'a>(scene: &Scene<'_>, login: &str, info: &ResolveInfo<'_>) -> Option<ResolvedValue<'a>> {
    let id = scene.world.user(login).map_or(0, |user| user.id);
    // REST says "name[bot]" of an App's account, GraphQL's Bot only "name".
    let shown = login.strip_suffix("[bot]").unwrap_or(login);
    Some(match info.field_name() {
        "id" => ResolvedValue::leaf(node_id("U", id)),
        "databaseId" => ResolvedValue::leaf(id),
        // The viewer is always a User, and then goes by its whole login.
        "login" if same(login, &scene.world.viewer) => ResolvedValue::leaf(login),
        "login" => ResolvedValue::leaf(shown),
        "name" => ResolvedValue::null(),
        "url" => ResolvedValue::leaf(format!("{WEB}/{shown}")),
        "resourcePath" => ResolvedValue::leaf(format!("/{shown}")),
        "avatarUrl" => ResolvedValue::leaf(format!("https://avatars.githubusercontent.com/u/{id}")),
        "isViewer" => ResolvedValue::leaf(same(login, &scene.world.viewer)),
        _ => return None,
    })
}

fn repository<'a>(
    scene: &'a Scene<'a>,
    found: &'a Repository,
    info: &ResolveInfo<'_>,
) -> Option<Answer<'a>> {
    let number = info
        .arguments()
        .get("number")
        .and_then(|value| value.as_u64());
    let one = |what: &str, wanted: fn(&Issue) -> bool| {
        let number = number.unwrap_or(0);
        match found.issues.get(&number).filter(|issue| wanted(issue)) {
            Some(issue) => Ok(Object::resolved(scene, Subject::Issue(found, issue))),
            None => {
                let what = format!("{what} with the number of");
                Err(not_found(scene, &what, &number.to_string()))
            }
        }
    };
    Some(match info.field_name() {
        "issue" => one("an Issue", |issue| issue.pull_request.is_none()),
        "pullRequest" => one("a PullRequest", |issue| issue.pull_request.is_some()),
        "issueOrPullRequest" => one("an issue or pull request", |_| true),
        "issues" => lists::issues(scene, found, info, |issue| issue.pull_request.is_none()),
        "pullRequests" => lists::issues(scene, found, info, |issue| issue.pull_request.is_some()),
        "labels" => lists::labels(scene, found, info, found.labels.values().collect()),
        "milestones" => lists::milestones(scene, found, info),
        "assignableUsers" => lists::assignable(scene, found, info),
        name => Ok(match name {
            "id" => ResolvedValue::leaf(node_id("R", found.id)),
            "databaseId" => ResolvedValue::leaf(found.id),
            "name" => ResolvedValue::leaf(found.name.as_str()),
            "nameWithOwner" => ResolvedValue::leaf(found.full_name()),
            "owner" => Object::resolved(scene, Subject::User(&found.owner)),
            "url" => ResolvedValue::leaf(format!("{WEB}/{}", found.full_name())),
            "resourcePath" => ResolvedValue::leaf(format!("/{}", found.full_name())),
            "createdAt" => time(found.created_at),
            // An App is told nothing of this.
            "viewerPermission" if is_bot(&scene.world.viewer) => ResolvedValue::null(),
            "viewerPermission" => ResolvedValue::leaf(if found.viewer_can_push {
                "WRITE"
            } else if found.viewer_can_triage {
                "TRIAGE"
            } else {
                "READ"
            }),
            "hasIssuesEnabled" => ResolvedValue::leaf(found.has_issues),
            "isArchived" => ResolvedValue::leaf(found.archived),
            "isPrivate" | "isFork" | "isDisabled" | "isLocked" => ResolvedValue::leaf(false),
            "label" => {
                let name = info
                    .arguments()
                    .get("name")
                    .and_then(|value| value.as_str());
                match name.and_then(|name| found.label(name)) {
                    Some(label) => Object::resolved(scene, Subject::Label(found, label)),
                    None => ResolvedValue::null(),
                }
            }
            "milestone" => match number.and_then(|number| found.milestones.get(&number)) {
                Some(milestone) => Object::resolved(scene, Subject::Milestone(found, milestone)),
                None => ResolvedValue::null(),
            },
            _ => return None,
        }),
    })
}

fn issue<'a>(
    scene: &'a Scene<'a>,
    found: &'a Repository,
    issue: &'a Issue,
    info: &ResolveInfo<'_>,
) -> Option<Answer<'a>> {
    // Reckoned only for the fields that need them: a page asks for a thousand others.
    let own = || same(&issue.author, &scene.world.viewer);
    let may_edit = || found.viewer_can_push || own();
    let url = || wire::html_url(found, issue);
    Some(Ok(match info.field_name() {
        "id" => ResolvedValue::leaf(wire::issue_node_id(issue)),
        "databaseId" => ResolvedValue::leaf(issue.id),
        "fullDatabaseId" => ResolvedValue::leaf(issue.id.to_string()),
        "number" => ResolvedValue::leaf(issue.number),
        "title" => ResolvedValue::leaf(issue.title.as_str()),
        "body" => ResolvedValue::leaf(issue.body.as_str()),
        "url" | "permalink" => ResolvedValue::leaf(url()),
        "resourcePath" => ResolvedValue::leaf(url().trim_start_matches(WEB)),
        "state" => ResolvedValue::leaf(lists::state_of(issue)),
        "stateReason" => {
            let shown = info.arguments().get("enableDuplicate");
            let duplicates = shown.and_then(|value| value.as_bool()).unwrap_or(false);
            ResolvedValue::leaf(issue.state_reason.map(|reason| match reason {
                StateReason::Duplicate if !duplicates => "NOT_PLANNED",
                reason => reason_word(reason),
            }))
        }
        "closed" => ResolvedValue::leaf(issue.state == State::Closed),
        "closedAt" => maybe_time(issue.closed_at),
        "createdAt" | "publishedAt" => time(issue.created_at),
        "updatedAt" => time(issue.updated_at),
        "lastEditedAt" => maybe_time(issue.edited.as_ref().map(|(_, at)| *at)),
        "editor" => match &issue.edited {
            Some((login, _)) => Object::resolved(scene, Subject::Actor(login)),
            None => ResolvedValue::null(),
        },
        "locked" => ResolvedValue::leaf(issue.locked),
        "createdViaEmail" => ResolvedValue::leaf(false),
        "author" => account(scene, &issue.author),
        "viewerDidAuthor" => ResolvedValue::leaf(own()),
        "viewerCanUpdate" | "viewerCanClose" | "viewerCanReopen" => ResolvedValue::leaf(may_edit()),
        "viewerCanLabel" => ResolvedValue::leaf(found.viewer_can_push),
        "repository" | "baseRepository" => Object::resolved(scene, Subject::Repository(found)),
        "milestone" => match issue
            .milestone
            .and_then(|number| found.milestones.get(&number))
        {
            Some(milestone) => Object::resolved(scene, Subject::Milestone(found, milestone)),
            None => ResolvedValue::null(),
        },
        "labels" => {
            let labels = issue.labels.iter().filter_map(|name| found.label(name));
            return Some(lists::labels(scene, found, info, labels.collect()));
        }
        "assignees" => {
            return Some(lists::users(
                scene,
                info,
                issue.assignees.iter().map(String::as_str),
            ));
        }
        "comments" => {
            let comments = issue.comments.iter();
            let items = comments.map(|one| (one.id, Subject::Comment(found, issue, one)));
            return Some(connect(scene, info, items.collect()));
        }
        "timelineItems" => return Some(lists::timeline(scene, found, issue, info)),
        "totalCommentsCount" => {
            ResolvedValue::leaf(u64::try_from(issue.comments.len()).unwrap_or(u64::MAX))
        }
        name => match (name, &issue.pull_request) {
            ("merged", Some(pull)) => ResolvedValue::leaf(pull.merged),
            ("mergedAt", Some(pull)) => maybe_time(pull.merged_at),
            ("isDraft", Some(pull)) => ResolvedValue::leaf(pull.draft),
            ("baseRefName", Some(pull)) => ResolvedValue::leaf(pull.base()),
            ("headRefName", Some(pull)) => ResolvedValue::leaf(pull.head.as_str()),
            _ => return None,
        },
    }))
}

fn label<'a>(
    scene: &'a Scene<'a>,
    found: &'a Repository,
    label: &'a Label,
    info: &ResolveInfo<'_>,
) -> Option<Answer<'a>> {
    let path = || {
        format!(
            "/{}/labels/{}",
            found.full_name(),
            percent::part(&label.name)
        )
    };
    let carried = |issue: &Issue| issue.labels.iter().any(|name| same(name, &label.name));
    Some(match info.field_name() {
        "issues" => lists::issues(scene, found, info, |issue| {
            issue.pull_request.is_none() && carried(issue)
        }),
        "pullRequests" => lists::issues(scene, found, info, |issue| {
            issue.pull_request.is_some() && carried(issue)
        }),
        name => Ok(match name {
            "id" => ResolvedValue::leaf(node_id("LA", label.id)),
            "name" => ResolvedValue::leaf(label.name.as_str()),
            "color" => ResolvedValue::leaf(label.color.as_str()),
            "description" => ResolvedValue::leaf(label.description.as_deref()),
            "isDefault" => ResolvedValue::leaf(false),
            "createdAt" => time(label.created_at),
            "resourcePath" => ResolvedValue::leaf(path()),
            "url" => ResolvedValue::leaf(format!("{WEB}{}", path())),
            "repository" => Object::resolved(scene, Subject::Repository(found)),
            _ => return None,
        }),
    })
}

fn milestone<'a>(
    scene: &'a Scene<'a>,
    found: &'a Repository,
    milestone: &'a Milestone,
    info: &ResolveInfo<'_>,
) -> Option<Answer<'a>> {
    let path = || format!("/{}/milestone/{}", found.full_name(), milestone.number);
    let planned = |issue: &Issue| issue.milestone == Some(milestone.number);
    Some(match info.field_name() {
        "issues" => lists::issues(scene, found, info, |issue| {
            issue.pull_request.is_none() && planned(issue)
        }),
        "pullRequests" => lists::issues(scene, found, info, |issue| {
            issue.pull_request.is_some() && planned(issue)
        }),
        name => Ok(match name {
            "id" => ResolvedValue::leaf(node_id("MI", milestone.id)),
            "number" => ResolvedValue::leaf(milestone.number),
            "title" => ResolvedValue::leaf(milestone.title.as_str()),
            "description" => ResolvedValue::leaf(milestone.description.as_deref()),
            "state" => ResolvedValue::leaf(lists::state_word(milestone.state)),
            "closed" => ResolvedValue::leaf(milestone.state == State::Closed),
            "closedAt" => maybe_time(milestone.closed_at),
            "createdAt" => time(milestone.created_at),
            "updatedAt" => time(milestone.updated_at),
            "dueOn" => maybe_time(milestone.due_on),
            "creator" => Object::resolved(scene, Subject::Actor(&milestone.creator)),
            "resourcePath" => ResolvedValue::leaf(path()),
            "url" => ResolvedValue::leaf(format!("{WEB}{}", path())),
            "repository" => Object::resolved(scene, Subject::Repository(found)),
            "viewerCanClose" | "viewerCanReopen" => ResolvedValue::leaf(found.viewer_can_push),
            _ => return None,
        }),
    })
}

fn comment<'a>(
    scene: &'a Scene<'a>,
    found: &'a Repository,
    issue: &'a Issue,
    comment: &'a Comment,
    info: &ResolveInfo<'_>,
) -> Option<ResolvedValue<'a>> {
    let url = format!(
        "{}#issuecomment-{}",
        wire::html_url(found, issue),
        comment.id
    );
    let own = same(&comment.author, &scene.world.viewer);
    Some(match info.field_name() {
        "id" => ResolvedValue::leaf(node_id("IC", comment.id)),
        "databaseId" => ResolvedValue::leaf(comment.id),
        "fullDatabaseId" => ResolvedValue::leaf(comment.id.to_string()),
        "author" => Object::resolved(scene, Subject::Actor(&comment.author)),
        "body" => ResolvedValue::leaf(comment.body.as_str()),
        "createdAt" | "publishedAt" => time(comment.created_at),
        "updatedAt" => time(comment.updated_at),
        "url" => ResolvedValue::leaf(url),
        "resourcePath" => ResolvedValue::leaf(url.trim_start_matches(WEB)),
        "viewerDidAuthor" => ResolvedValue::leaf(own),
        "viewerCanUpdate" | "viewerCanDelete" => ResolvedValue::leaf(own || found.viewer_can_push),
        "isMinimized" | "createdViaEmail" => ResolvedValue::leaf(false),
        "repository" => Object::resolved(scene, Subject::Repository(found)),
        "pullRequest" if issue.pull_request.is_none() => ResolvedValue::null(),
        "pullRequest" => Object::resolved(scene, Subject::Issue(found, issue)),
        "issue" if issue.pull_request.is_none() => {
            Object::resolved(scene, Subject::Issue(found, issue))
        }
        _ => return None,
    })
}

fn event<'a>(
    scene: &'a Scene<'a>,
    found: &'a Repository,
    issue: &'a Issue,
    event: &'a Event,
    info: &ResolveInfo<'_>,
) -> Option<ResolvedValue<'a>> {
    match info.field_name() {
        "id" => return Some(ResolvedValue::leaf(node_id("EV", event.id))),
        "actor" => return Some(account(scene, &event.actor)),
        "createdAt" => return Some(time(event.at)),
        _ => {}
    }
    Some(match (info.field_name(), &event.kind) {
        ("label", EventKind::Labeled { label } | EventKind::Unlabeled { label }) => {
            match found.label(label) {
                Some(label) => Object::resolved(scene, Subject::Label(found, label)),
                None => ResolvedValue::null(),
            }
        }
        (
            "assignee" | "user",
            EventKind::Assigned { assignee } | EventKind::Unassigned { assignee },
        ) => Object::resolved(scene, Subject::User(assignee)),
        ("milestoneTitle", EventKind::Milestoned { title } | EventKind::Demilestoned { title }) => {
            ResolvedValue::leaf(title.as_str())
        }
        ("previousTitle", EventKind::Renamed { from, .. }) => ResolvedValue::leaf(from.as_str()),
        ("currentTitle", EventKind::Renamed { to, .. }) => ResolvedValue::leaf(to.as_str()),
        ("stateReason", EventKind::Closed { reason }) => {
            ResolvedValue::leaf(reason.map(reason_word))
        }
        ("stateReason", EventKind::Reopened) => ResolvedValue::leaf("REOPENED"),
        ("source", EventKind::CrossReferenced { source, .. }) => place(scene, source)?,
        // In the timeline of the issue it is the pull request that is the subject.
        ("source", EventKind::Connected { .. } | EventKind::Disconnected { .. }) => {
            Object::resolved(scene, Subject::Issue(found, issue))
        }
        (
            "subject",
            EventKind::Connected { pull_request } | EventKind::Disconnected { pull_request },
        ) => place(scene, pull_request)?,
        ("willCloseTarget", EventKind::CrossReferenced { source, will_close }) => {
            let is_pull_request =
                referring(scene, source).is_some_and(|(_, source)| source.pull_request.is_some());
            ResolvedValue::leaf(*will_close && is_pull_request)
        }
        (
            "isCrossRepository",
            EventKind::CrossReferenced { source: other, .. }
            | EventKind::Connected {
                pull_request: other,
            }
            | EventKind::Disconnected {
                pull_request: other,
            }
            | EventKind::MarkedAsDuplicate { canonical: other },
        ) => ResolvedValue::leaf(!same(&other.0, &found.full_name())),
        ("referencedAt", EventKind::CrossReferenced { .. }) => time(event.at),
        ("target", EventKind::CrossReferenced { .. }) => {
            Object::resolved(scene, Subject::Issue(found, issue))
        }
        ("duplicate", EventKind::MarkedAsDuplicate { .. }) => {
            Object::resolved(scene, Subject::Issue(found, issue))
        }
        ("canonical", EventKind::MarkedAsDuplicate { canonical }) => {
            place(scene, canonical).unwrap_or_else(ResolvedValue::null)
        }
        ("fromRepository", EventKind::Transferred { from }) => match scene.world.repository(from) {
            Ok(from) => Object::resolved(scene, Subject::Repository(from)),
            Err(_) => ResolvedValue::null(),
        },
        ("assignable" | "closable" | "labelable" | "subject" | "issue", _) => {
            Object::resolved(scene, Subject::Issue(found, issue))
        }
        _ => return None,
    })
}

/// An account that may be an App's, or nobody's any more.
fn account<'a>(scene: &'a Scene<'a>, login: &'a str) -> ResolvedValue<'a> {
    match scene.world.user(login) {
        Some(_) => Object::resolved(scene, Subject::Actor(login)),
        None => ResolvedValue::null(),
    }
}

/// An issue or pull request elsewhere, if it is still there.
fn referring<'a>(
    scene: &'a Scene<'a>,
    (repository, number): &(String, u64),
) -> Option<(&'a Repository, &'a Issue)> {
    let found = scene.world.repository(repository).ok()?;
    // What was transferred is shown where it is now.
    match found.transferred.get(number) {
        Some(moved) => referring(scene, moved),
        None => Some((found, found.issues.get(number)?)),
    }
}

fn place<'a>(scene: &'a Scene<'a>, at: &(String, u64)) -> Option<ResolvedValue<'a>> {
    let (repository, issue) = referring(scene, at)?;
    Some(Object::resolved(scene, Subject::Issue(repository, issue)))
}

/// Whether the viewer may see where an event comes from: GitHub shows null for one that is in a private repository.
pub(super) fn is_visible(scene: &Scene<'_>, kind: &EventKind) -> bool {
    match kind {
        EventKind::CrossReferenced { source: other, .. }
        | EventKind::Connected {
            pull_request: other,
        }
        | EventKind::Disconnected {
            pull_request: other,
        } => referring(scene, other).is_some_and(|(repository, _)| !repository.hidden),
        _ => true,
    }
}

fn reason_word(reason: StateReason) -> &'static str {
    match reason {
        StateReason::Completed => "COMPLETED",
        StateReason::NotPlanned => "NOT_PLANNED",
        StateReason::Duplicate => "DUPLICATE",
        StateReason::Reopened => "REOPENED",
    }
}

fn time<'a>(seconds: i64) -> ResolvedValue<'a> {
    ResolvedValue::leaf(wire::time(seconds))
}

fn maybe_time<'a>(seconds: Option<i64>) -> ResolvedValue<'a> {
    ResolvedValue::leaf(seconds.map(wire::time))
}
