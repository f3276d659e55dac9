//! Changes to one issue, with the events that they leave in its timeline.
//!
//! What may be changed has been decided before; nothing here is refused.

use super::{Event, EventKind, Issue, State, StateReason, post_increment};
use std::collections::BTreeMap;

/// Who changes an issue, when, and what its events are named after.
pub(super) struct Log<'a> {
    pub actor: &'a str,
    pub at: i64,
    pub next_id: &'a mut u64,
    pub titles: BTreeMap<u64, String>,
}

impl Issue {
    pub(super) fn record(&mut self, log: &mut Log<'_>, kind: EventKind) {
        self.updated_at = log.at;
        self.timeline.push(Event {
            id: post_increment(log.next_id),
            actor: log.actor.to_owned(),
            at: log.at,
            kind,
        });
    }

    pub(super) fn rename(&mut self, title: String, log: &mut Log<'_>) {
        if title != self.title {
            let from = std::mem::replace(&mut self.title, title.clone());
            self.record(log, EventKind::Renamed { from, to: title });
        }
    }

    pub(super) fn relabel(&mut self, names: Vec<String>, log: &mut Log<'_>) {
        let before = std::mem::replace(&mut self.labels, names.clone());
        for label in before.iter().filter(|name| !names.contains(name)) {
            let label = label.clone();
            self.record(log, EventKind::Unlabeled { label });
        }
        for label in names.into_iter().filter(|name| !before.contains(name)) {
            self.record(log, EventKind::Labeled { label });
        }
    }

    pub(super) fn reassign(&mut self, logins: Vec<String>, log: &mut Log<'_>) {
        let before = std::mem::replace(&mut self.assignees, logins.clone());
        for assignee in before.iter().filter(|login| !logins.contains(login)) {
            let assignee = assignee.clone();
            self.record(log, EventKind::Unassigned { assignee });
        }
        for assignee in logins.into_iter().filter(|login| !before.contains(login)) {
            self.record(log, EventKind::Assigned { assignee });
        }
    }

    pub(super) fn plan_for(&mut self, milestone: Option<u64>, log: &mut Log<'_>) {
        let before = std::mem::replace(&mut self.milestone, milestone);
        if before == milestone {
            return;
        }
        let title = |number: u64, log: &Log<'_>| log.titles.get(&number).cloned();
        if let Some(title) = before.and_then(|number| title(number, log)) {
            self.record(log, EventKind::Demilestoned { title });
        }
        if let Some(title) = milestone.and_then(|number| title(number, log)) {
            self.record(log, EventKind::Milestoned { title });
        }
    }

    pub(super) fn change_state(
        &mut self,
        state: State,
        reason: Option<StateReason>,
        log: &mut Log<'_>,
    ) {
        if state == self.state {
            return;
        }
        self.state = state;
        // Pull requests have no reason.
        let is_issue = self.pull_request.is_none();
        match state {
            State::Closed => {
                let reason = reason
                    .filter(|reason| *reason != StateReason::Reopened)
                    .unwrap_or(StateReason::Completed);
                self.state_reason = is_issue.then_some(reason);
                self.closed_at = Some(log.at);
                self.closed_by = Some(log.actor.to_owned());
                let reason = self.state_reason;
                self.record(log, EventKind::Closed { reason });
            }
            State::Open => {
                self.state_reason = is_issue.then_some(StateReason::Reopened);
                self.closed_at = None;
                self.closed_by = None;
                self.record(log, EventKind::Reopened);
            }
        }
    }
}
