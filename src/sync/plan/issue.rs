//! One record's issue: which one it is, and what of it changes.

use super::identity::{self, Identity, Pin};
use super::pull_request::Claims;
use super::repository::Scene;
use super::{
    Action, Blocked, Drift, IssuePlan, NewIssue, Options, SectionChange, Update, announcement,
    assignees, closing, labels, milestone, notice, status, title,
};
use crate::registry::config::AssigneePolicy;
use crate::sync::desired::DesiredIssue;
use crate::sync::journal::Leftovers;
use crate::sync::observed::ObservedIssue;
use crate::sync::section::{self, Applied, Found, PullRequestLabels};
use crate::terms::{IssueRef, github_limits as limits};

pub(super) fn plan(
    wanted: &DesiredIssue,
    scene: &Scene<'_>,
    claims: &Claims,
    options: &Options,
) -> IssuePlan {
    let index = &scene.index;
    let during = claims.during.get(&wanted.subject);
    let after = claims.after.get(&wanted.subject);
    let mut afterwards = None;
    let mut number = index.pin_of(wanted).map(Pin::number);
    let mut url = None;
    let (action, drift, notices) = match identity::identify(wanted, scene.seen, index, options) {
        Identity::Issue(issue) => {
            number = Some(issue.number);
            url = Some(issue.url.clone());
            let leftovers = scene.remembered.leftovers(scene.name, issue.number);
            let (action, drift) = update(wanted, issue, leftovers, during);
            if during != after {
                let after = update(wanted, issue, leftovers, after).0;
                afterwards = section_after(&action, &after, issue);
            }
            (action, drift, notice::of_issue(wanted, issue, index))
        }
        Identity::New => {
            let new = create(wanted, during);
            (new, Vec::new(), notice::of_new(wanted, index))
        }
        Identity::NotTracked => (Action::NotTracked, Vec::new(), Vec::new()),
        Identity::Blocked(blocked) => (Action::Blocked(blocked), Vec::new(), Vec::new()),
    };
    IssuePlan {
        subject: wanted.subject.clone(),
        name: wanted.name.clone(),
        record: wanted.record.clone(),
        number,
        url,
        action,
        afterwards,
        drift,
        notices,
    }
}

/// The section's last change of a run: from what the update makes of it to what it says in the end.
fn section_after(during: &Action, after: &Action, issue: &ObservedIssue) -> Option<SectionChange> {
    let of = |action: &Action| match action {
        Action::Update(update) => update.section.as_ref().map(|change| change.to.clone()),
        _ => None,
    };
    let there = || match section::find(&issue.body) {
        Found::Present(section) => Some(section.text),
        Found::Absent | Found::Broken { .. } => None,
    };
    let from = of(during).or_else(there)?;
    let to = of(after).or_else(there)?;
    (from != to).then_some(SectionChange {
        from: Some(from),
        to,
    })
}

/// What kepherd last applied to a record's issue, if there is one that says so.
pub(super) fn applied(
    wanted: &DesiredIssue,
    scene: &Scene<'_>,
    options: &Options,
) -> Option<Applied> {
    match identity::identify(wanted, scene.seen, &scene.index, options) {
        Identity::Issue(issue) => match section::find(&issue.body) {
            Found::Present(section) if section.subject == wanted.subject => section.applied,
            _ => None,
        },
        Identity::New | Identity::NotTracked | Identity::Blocked(_) => None,
    }
}

/// What the section should remember of the pull requests that the record names. Of those that were not looked at in this
/// run, or are closed, it is what it was.
fn remembered(
    wanted: &DesiredIssue,
    claims: Option<&PullRequestLabels>,
    last: Option<&Applied>,
) -> PullRequestLabels {
    let of = |reference: &IssueRef| {
        let new = claims.and_then(|claims| claims.get(reference));
        let labels = new.or_else(|| last?.pull_requests.get(reference))?;
        (!labels.is_empty()).then(|| (reference.clone(), labels.clone()))
    };
    wanted.pull_requests.iter().filter_map(of).collect()
}

fn create(wanted: &DesiredIssue, claims: Option<&PullRequestLabels>) -> Action {
    let mut assignees: Vec<String> = wanted.assignees.iter().map(ToString::to_string).collect();
    assignees.truncate(limits::ASSIGNEES_PER_ISSUE);
    let applied = Applied {
        labels: wanted.labels.clone(),
        assignees: assignees.clone(),
        milestone: wanted.milestone.as_ref().map(|title| section::Agreed {
            value: title.clone(),
            set: true,
        }),
        title: wanted.retitle.then(|| wanted.title.clone()),
        guests: (wanted.assignee_policy == AssigneePolicy::Exact).then(Vec::new),
        announced: Some(announcement::first(wanted)),
        pull_requests: remembered(wanted, claims, None),
        ..Applied::default()
    };
    let body = section::render(&wanted.subject, &wanted.status, &applied);
    if let Some(blocked) = too_long(&body) {
        return Action::Blocked(blocked);
    }
    Action::Create(NewIssue {
        title: wanted.title.clone(),
        body,
        labels: wanted.labels.clone(),
        assignees,
        milestone: wanted.milestone.clone(),
    })
}

fn too_long(body: &str) -> Option<Blocked> {
    let length = body.chars().count();
    (length > limits::BODY).then(|| Blocked {
        reason: format!(
            "the body would have {length} characters; GitHub takes {}",
            limits::BODY
        ),
        remedy: "shorten the record, or the text that people wrote around the section".to_owned(),
        conflict: false,
    })
}

/// The update that makes one issue say what its record says, as GitHub shows the issue now.
fn update(
    wanted: &DesiredIssue,
    issue: &ObservedIssue,
    leftovers: Option<&Leftovers>,
    claims: Option<&PullRequestLabels>,
) -> (Action, Vec<Drift>) {
    let present = match section::find(&issue.body) {
        Found::Absent => None,
        Found::Present(section) if section.subject == wanted.subject => Some(section),
        Found::Present(section) => {
            return blocked(
                format!("the section in its body is that of {}", section.subject),
                "name the right issue in the record, or remove the section from the body",
            );
        }
        Found::Broken { reason, .. } => {
            return blocked(
                format!("its body is not written to: {reason}"),
                "restore the lines that begin with `<!-- kepherd:` as they were, or remove them all from the body",
            );
        }
    };
    let last = present
        .as_ref()
        .and_then(|section| section.applied.as_ref());

    // What an interrupted run was taking off is kepherd's still, whatever the section says of it.
    let with_leftovers = last.cloned().map(|mut last| {
        let leftovers = leftovers.cloned().unwrap_or_default();
        last.labels.extend(leftovers.labels);
        last.assignees.extend(leftovers.assignees);
        last
    });
    let title = title::compare(wanted, issue, last);
    let labels = labels::compare(wanted, issue, with_leftovers.as_ref());
    let milestone = milestone::compare(wanted, issue, last);
    let assignees = assignees::compare(wanted, issue, with_leftovers.as_ref());
    let conflicts: Vec<String> = [
        title.conflict,
        labels.conflict,
        milestone.conflict,
        assignees.conflict,
    ]
    .into_iter()
    .flatten()
    .collect();
    let mut drift = [title.drift, labels.drift, milestone.drift, assignees.drift].concat();
    if !conflicts.is_empty() {
        let remedy = if drift.is_empty() {
            "change the record, or take something off the issue"
        } else {
            "change the record to what is right (`kepherd adopt` takes over what GitHub says), or the issue"
        };
        let blocked = Blocked {
            reason: conflicts.join("; "),
            remedy: remedy.to_owned(),
            conflict: true,
        };
        // What is not written is not put right either.
        drift.iter_mut().for_each(|drift| drift.enforced = false);
        return (Action::Blocked(blocked), drift);
    }

    let closing = closing::compare(wanted, issue, last);
    let (announcement, announced) = announcement::since(wanted, last);
    let applied = Applied {
        labels: labels.applied,
        assignees: assignees.applied.ours,
        guests: assignees.applied.guests,
        milestone: milestone.applied,
        title: title.applied,
        pull_requests: remembered(wanted, claims, last),
        closed: closing.applied,
        announced: Some(announced),
        ..Applied::default()
    };
    let status = status::compare(wanted, present.as_deref(), &applied);
    if let Some(change) = &status.change
        && let Some(blocked) = section::put(&issue.body, &change.to)
            .as_deref()
            .and_then(too_long)
    {
        return (Action::Blocked(blocked), Vec::new());
    }
    drift.extend(status.drift);
    let update = Update {
        title: title.change,
        labels: labels.change,
        milestone: milestone.change,
        assignees: assignees.change,
        // Both are remembered in the section; where it is not written, there is neither.
        close: closing.change.filter(|_| status.change.is_some()),
        announcement: announcement.filter(|_| status.change.is_some()),
        section: status.change,
    };
    let action = if update.is_empty() {
        Action::InSync
    } else {
        Action::Update(update)
    };
    (action, drift)
}

fn blocked(reason: String, remedy: &str) -> (Action, Vec<Drift>) {
    let blocked = Blocked {
        reason,
        remedy: remedy.to_owned(),
        conflict: false,
    };
    (Action::Blocked(blocked), Vec::new())
}
