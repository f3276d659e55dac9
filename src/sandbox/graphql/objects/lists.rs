//! The lists of GitHub's schema: which objects of the world are in one, and in which order.
//!
//! Paging is not done here.

use super::super::Scene;
use super::super::connection::connect;
use super::{Answer, Subject};
use crate::sandbox::world::{EventKind, Issue, Label, Milestone, Repository, State, same};
use apollo_compiler::resolvers::{FieldError, ResolveInfo};
use apollo_compiler::response::{JsonMap, JsonValue};

/// Issues or pull requests, filtered and ordered by the arguments of the field.
pub(super) fn issues<'a>(
    scene: &'a Scene<'a>,
    found: &'a Repository,
    info: &ResolveInfo<'_>,
    within: impl Fn(&Issue) -> bool,
) -> Answer<'a> {
    let arguments = info.arguments();
    let none = JsonMap::new();
    let filter = arguments
        .get("filterBy")
        .and_then(|value| value.as_object())
        .unwrap_or(&none);
    let given = |map: &JsonMap, key: &str| map.get(key).is_some_and(|value| !value.is_null());
    for (map, key) in [
        (arguments, "baseRefName"),
        (arguments, "headRefName"),
        (filter, "mentioned"),
        (filter, "milestone"),
    ] {
        if given(map, key) {
            return Err(no_argument(scene, info, key));
        }
    }
    if filter
        .get("viewerSubscribed")
        .and_then(|value| value.as_bool())
        == Some(true)
    {
        return Err(no_argument(scene, info, "viewerSubscribed"));
    }
    let since = match filter.get("since").and_then(|value| value.as_str()) {
        None => i64::MIN,
        Some(text) => match text.parse::<jiff::Timestamp>() {
            Ok(since) => since.as_second(),
            Err(_) => return Err(no_argument(scene, info, "since")),
        },
    };
    let wanted = |issue: &Issue| {
        within(issue)
            && issue.updated_at >= since
            && [arguments, filter].iter().all(|map| {
                // Any of the labels, unlike in REST, where all of them are asked for.
                words(map, "labels").is_none_or(|labels| {
                    let mut carried = issue.labels.iter();
                    carried.any(|own| labels.iter().any(|label| same(label, own)))
                }) && words(map, "states").is_none_or(|states| states.contains(&state_of(issue)))
            })
            && matches(filter, "createdBy", |who| same(who, &issue.author))
            && matches(filter, "assignee", |who| match who {
                "*" => !issue.assignees.is_empty(),
                who => issue.assignees.iter().any(|own| same(own, who)),
            })
            && matches(filter, "milestoneNumber", |which| match which {
                "*" => issue.milestone.is_some(),
                which => issue.milestone.is_some_and(|own| which.parse() == Ok(own)),
            })
    };
    let mut issues: Vec<&Issue> = found
        .issues
        .values()
        .filter(|issue| wanted(issue))
        .collect();
    let (field, descending) = order(arguments);
    match field {
        "UPDATED_AT" => issues.sort_by_key(|issue| (issue.updated_at, issue.id)),
        "COMMENTS" => issues.sort_by_key(|issue| (issue.comments.len(), issue.id)),
        _ => issues.sort_by_key(|issue| (issue.created_at, issue.id)),
    }
    if descending {
        issues.reverse();
    }
    let items = issues
        .into_iter()
        .map(|issue| (issue.id, Subject::Issue(found, issue)));
    connect(scene, info, items.collect())
}

/// Labels, of a repository or an issue.
pub(super) fn labels<'a>(
    scene: &'a Scene<'a>,
    found: &'a Repository,
    info: &ResolveInfo<'_>,
    mut labels: Vec<&'a Label>,
) -> Answer<'a> {
    let arguments = info.arguments();
    labels.retain(|label| {
        matches(arguments, "query", |part| {
            label.name.to_lowercase().contains(&part.to_lowercase())
        })
    });
    let (field, descending) = order(arguments);
    match field {
        "NAME" => labels.sort_by_key(|label| label.name.to_lowercase()),
        _ => labels.sort_by_key(|label| (label.created_at, label.id)),
    }
    if descending {
        labels.reverse();
    }
    let items = labels
        .into_iter()
        .map(|label| (label.id, Subject::Label(found, label)));
    connect(scene, info, items.collect())
}

/// The milestones of a repository.
pub(super) fn milestones<'a>(
    scene: &'a Scene<'a>,
    found: &'a Repository,
    info: &ResolveInfo<'_>,
) -> Answer<'a> {
    let arguments = info.arguments();
    let states = words(arguments, "states");
    let mut milestones: Vec<&Milestone> = found
        .milestones
        .values()
        .filter(|one| {
            let state = state_word(one.state);
            states.as_ref().is_none_or(|states| states.contains(&state))
                && matches(arguments, "query", |part| {
                    one.title.to_lowercase().contains(&part.to_lowercase())
                })
        })
        .collect();
    let (field, descending) = order(arguments);
    match field {
        "DUE_DATE" => milestones.sort_by_key(|one| (one.due_on, one.number)),
        "UPDATED_AT" => milestones.sort_by_key(|one| (one.updated_at, one.number)),
        _ => milestones.sort_by_key(|one| one.number),
    }
    if descending {
        milestones.reverse();
    }
    let items = milestones
        .into_iter()
        .map(|one| (one.id, Subject::Milestone(found, one)));
    connect(scene, info, items.collect())
}

/// Who issues can be assigned to.
pub(super) fn assignable<'a>(
    scene: &'a Scene<'a>,
    found: &'a Repository,
    info: &ResolveInfo<'_>,
) -> Answer<'a> {
    let logins = found.assignable.iter().map(String::as_str).filter(|login| {
        matches(info.arguments(), "query", |part| {
            login.contains(&part.to_lowercase())
        })
    });
    users(scene, info, logins)
}

/// Accounts by login.
pub(super) fn users<'a>(
    scene: &'a Scene<'a>,
    info: &ResolveInfo<'_>,
    logins: impl Iterator<Item = &'a str>,
) -> Answer<'a> {
    let known = logins.filter_map(|login| scene.world.user(login));
    let items = known.map(|user| (user.id, Subject::User(&user.login)));
    connect(scene, info, items.collect())
}

/// Events and comments of an issue, oldest first.
pub(super) fn timeline<'a>(
    scene: &'a Scene<'a>,
    found: &'a Repository,
    issue: &'a Issue,
    info: &ResolveInfo<'_>,
) -> Answer<'a> {
    let arguments = info.arguments();
    for key in ["since", "skip"] {
        if arguments.get(key).is_some_and(|value| !value.is_null()) {
            return Err(no_argument(scene, info, key));
        }
    }
    let types = words(arguments, "itemTypes");
    let wanted = |item: &str| types.as_ref().is_none_or(|types| types.contains(&item));
    let events = issue.timeline.iter().filter(|event| match &event.kind {
        // The cut of the schema does not have their types.
        EventKind::Merged | EventKind::Locked => false,
        // An event goes with its label.
        EventKind::Labeled { label } | EventKind::Unlabeled { label } => {
            found.label(label).is_some()
        }
        _ => true,
    });
    let mut items: Vec<(i64, u64, Subject<'a>)> = events
        .filter(|event| wanted(event_type(&event.kind).1))
        .map(|event| {
            let subject = match super::is_visible(scene, &event.kind) {
                true => Subject::Event(found, issue, event),
                false => Subject::Nothing,
            };
            (event.at, event.id, subject)
        })
        .collect();
    if wanted("ISSUE_COMMENT") {
        let comments = issue.comments.iter();
        items.extend(
            comments.map(|one| (one.created_at, one.id, Subject::Comment(found, issue, one))),
        );
    }
    items.sort_by_key(|(at, id, _)| (*at, *id));
    let items = items.into_iter().map(|(_, id, subject)| (id, subject));
    connect(scene, info, items.collect())
}

/// Type in the schema, and member of `IssueTimelineItemsItemType`.
pub(super) fn event_type(kind: &EventKind) -> (&'static str, &'static str) {
    match kind {
        EventKind::Labeled { .. } => ("LabeledEvent", "LABELED_EVENT"),
        EventKind::Unlabeled { .. } => ("UnlabeledEvent", "UNLABELED_EVENT"),
        EventKind::Assigned { .. } => ("AssignedEvent", "ASSIGNED_EVENT"),
        EventKind::Unassigned { .. } => ("UnassignedEvent", "UNASSIGNED_EVENT"),
        EventKind::Milestoned { .. } => ("MilestonedEvent", "MILESTONED_EVENT"),
        EventKind::Demilestoned { .. } => ("DemilestonedEvent", "DEMILESTONED_EVENT"),
        EventKind::Renamed { .. } => ("RenamedTitleEvent", "RENAMED_TITLE_EVENT"),
        EventKind::Closed { .. } => ("ClosedEvent", "CLOSED_EVENT"),
        EventKind::Reopened => ("ReopenedEvent", "REOPENED_EVENT"),
        EventKind::Merged => ("MergedEvent", "MERGED_EVENT"),
        EventKind::Locked => ("LockedEvent", "LOCKED_EVENT"),
        EventKind::Transferred { .. } => ("TransferredEvent", "TRANSFERRED_EVENT"),
        EventKind::CrossReferenced { .. } => ("CrossReferencedEvent", "CROSS_REFERENCED_EVENT"),
        EventKind::Connected { .. } => ("ConnectedEvent", "CONNECTED_EVENT"),
        EventKind::Disconnected { .. } => ("DisconnectedEvent", "DISCONNECTED_EVENT"),
        EventKind::MarkedAsDuplicate { .. } => {
            ("MarkedAsDuplicateEvent", "MARKED_AS_DUPLICATE_EVENT")
        }
    }
}

/// The state of an issue or pull request in GraphQL's words.
pub(super) fn state_of(issue: &Issue) -> &'static str {
    match &issue.pull_request {
        Some(pull) if pull.merged => "MERGED",
        _ => state_word(issue.state),
    }
}

/// A state in GraphQL's words.
pub(super) fn state_word(state: State) -> &'static str {
    match state {
        State::Open => "OPEN",
        State::Closed => "CLOSED",
    }
}

fn order(arguments: &JsonMap) -> (&str, bool) {
    let order = arguments.get("orderBy");
    let word = |key: &str| order.and_then(|order| order.get(key)?.as_str());
    (
        word("field").unwrap_or(""),
        word("direction") == Some("DESC"),
    )
}

fn words<'m>(map: &'m JsonMap, key: &str) -> Option<Vec<&'m str>> {
    let list = map.get(key)?.as_array()?;
    Some(list.iter().filter_map(JsonValue::as_str).collect())
}

/// Whether an argument, if it is given, agrees.
fn matches(map: &JsonMap, key: &str, agrees: impl Fn(&str) -> bool) -> bool {
    map.get(key)
        .and_then(|value| value.as_str())
        .is_none_or(agrees)
}

fn no_argument(scene: &Scene<'_>, info: &ResolveInfo<'_>, key: &str) -> FieldError {
    scene.refuse(
        "SANDBOX_UNSUPPORTED",
        format!(
            "The sandbox does not support the argument {key} of {} with this value.",
            info.field_name()
        ),
    )
}
