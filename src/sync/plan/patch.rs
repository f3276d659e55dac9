//! From an update to the one request that makes it so, and from an answer to whether it did.
//!
//! GitHub has no compare-and-swap, and a patch replaces whole sets. So the patch is made from the issue as it was read just
//! before, an update whose starting values are gone is refused, and the answer is compared field by field: GitHub
//! drops assignees and labels without a word. Pure.

use serde::Serialize;

use super::{Change, Field, NewIssue, SectionChange, SetChange, Update};
use crate::sync::observed::ObservedIssue;
use crate::sync::section;
use crate::terms::Ending;
use crate::text::words::has_name;

/// The body of `PATCH /repos/{owner}/{repo}/issues/{number}`, with the changed fields only.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Patch {
    /// The title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The whole body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// All labels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub labels: Option<Vec<String>>,
    /// All assignees.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assignees: Option<Vec<String>>,
    /// The number of the milestone; `Some(None)` clears it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub milestone: Option<Option<u64>>,
    /// `closed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<&'static str>,
    /// Why it is closed: `completed` or `not_planned`.
    /// <https://docs.github.com/en/rest/issues/issues#update-an-issue>
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state_reason: Option<&'static str>,
}

/// Why an update cannot be made any more: somebody changed this field after the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stale(pub Field);

impl Update {
    /// The patch, from the issue as it is now.
    pub fn patch(
        &self,
        issue: &ObservedIssue,
        milestone_number: impl Fn(&str) -> Option<u64>,
    ) -> Result<Patch, Stale> {
        let Self {
            title,
            labels,
            milestone,
            assignees,
            close,
            section,
            announcement: _,
        } = self;
        let mut patch = Patch::default();
        if let Some(change) = title {
            if Some(&issue.title) != change.from.as_ref() {
                return Err(Stale(Field::Title));
            }
            patch.title.clone_from(&change.to);
        }
        if let Some(change) = milestone {
            if issue.milestone != change.from {
                return Err(Stale(Field::Milestone));
            }
            patch.milestone = Some(match &change.to {
                Some(title) => Some(milestone_number(title).ok_or(Stale(Field::Milestone))?),
                None => None,
            });
        }
        if !labels.is_empty() {
            patch.labels = Some(after(&issue.labels, labels));
        }
        if !assignees.is_empty() {
            patch.assignees = Some(after(&issue.assignees, assignees));
        }
        if let Some(ending) = close {
            if !issue.open {
                return Err(Stale(Field::State));
            }
            patch.state = Some("closed");
            patch.state_reason = Some(match ending {
                Ending::Done => "completed",
                Ending::Rejected | Ending::Withdrawn | Ending::Replaced => "not_planned",
            });
        }
        if let Some(change) = section {
            let there = match section::find(&issue.body) {
                section::Found::Absent => None,
                section::Found::Present(section) => Some(section.text),
                section::Found::Broken { .. } => return Err(Stale(Field::Section)),
            };
            if there != change.from {
                return Err(Stale(Field::Section));
            }
            patch.body = section::put(&issue.body, &change.to);
        }
        Ok(patch)
    }
}

impl Update {
    /// Whether the issue says already what this update is to make it say: a request whose answer was lost may have been
    /// carried out.
    pub fn is_done(&self, issue: &ObservedIssue) -> bool {
        let Self {
            title,
            labels,
            milestone,
            assignees,
            close,
            section,
            announcement: _,
        } = self;
        let section_is_done = section.as_ref().is_none_or(|change| {
            matches!(section::find(&issue.body), section::Found::Present(found) if found.text == change.to)
        });
        section_is_done
            && title
                .as_ref()
                .is_none_or(|change| change.to.as_ref() == Some(&issue.title))
            && milestone
                .as_ref()
                .is_none_or(|change| change.to == issue.milestone)
            && labels.is_done(&issue.labels)
            && assignees.is_done(&issue.assignees)
            && (close.is_none() || !issue.open)
    }
}

impl Update {
    /// What the section has to say after an answer that left something out: kepherd remembers only what was done. `None` if
    /// everything was.
    pub fn correction(&self, answer: &ObservedIssue) -> Option<SectionChange> {
        let change = self.section.as_ref()?;
        let section::Found::Present(written) = section::find(&change.to) else {
            return None;
        };
        let meant = written.applied.clone()?;
        let last = change
            .from
            .as_ref()
            .and_then(|from| match section::find(from) {
                section::Found::Present(section) => section.applied,
                _ => None,
            })
            .unwrap_or_default();
        let mut done = meant.clone();
        settle(&mut done.labels, &last.labels, &self.labels, |name| {
            answer.has_label(name)
        });
        settle(
            &mut done.assignees,
            &last.assignees,
            &self.assignees,
            |name| answer.has_assignee(name),
        );
        let is_missed = |change: &Option<Change>, there: Option<&String>| {
            change
                .as_ref()
                .is_some_and(|change| change.to.as_ref() != there)
        };
        if is_missed(&self.milestone, answer.milestone.as_ref()) {
            done.milestone = last.milestone;
        }
        if is_missed(&self.title, Some(&answer.title)) {
            done.title = last.title;
        }
        if self.close.is_some() && answer.open {
            done.closed = last.closed;
        }
        if done == meant {
            return None;
        }
        let to = section::with_applied(&written, &done)?;
        Some(SectionChange {
            from: Some(change.to.clone()),
            to,
        })
    }
}

/// What is remembered of a set: without what did not come, and with what did not go.
fn settle(
    remembered: &mut Vec<String>,
    before: &[String],
    change: &SetChange,
    is_there: impl Fn(&str) -> bool,
) {
    remembered.retain(|name| is_there(name) || !has_name(&change.add, name));
    for name in before {
        if has_name(&change.remove, name) && is_there(name) && !has_name(&*remembered, name) {
            remembered.push(name.clone());
        }
    }
}

/// The set after a change: what is there stays as it is spelled.
fn after(there: &[String], change: &SetChange) -> Vec<String> {
    let folded = |text: &String| text.to_lowercase();
    let removed: Vec<String> = change.remove.iter().map(folded).collect();
    let mut all: Vec<String> = there
        .iter()
        .filter(|name| !removed.contains(&folded(name)))
        .cloned()
        .collect();
    for name in &change.add {
        if !all.iter().any(|other| folded(other) == folded(name)) {
            all.push(name.clone());
        }
    }
    all
}

impl NewIssue {
    /// The same as an update of an empty issue.
    pub fn as_update(&self) -> Update {
        let Self {
            title: _,
            body,
            labels,
            assignees,
            milestone,
        } = self;
        let added = |add: &Vec<String>| SetChange {
            add: add.clone(),
            remove: Vec::new(),
        };
        Update {
            labels: added(labels),
            assignees: added(assignees),
            milestone: milestone.as_ref().map(|to| Change {
                from: None,
                to: Some(to.clone()),
            }),
            section: Some(SectionChange {
                from: None,
                to: body.clone(),
            }),
            ..Update::default()
        }
    }
}

impl SetChange {
    /// Whether a set has what comes and lacks what goes.
    pub fn is_done(&self, there: &[String]) -> bool {
        self.add.iter().all(|name| has_name(there, name))
            && !self.remove.iter().any(|name| has_name(there, name))
    }

    /// The patch of the labels, from those that are there now.
    pub fn patch_of_labels(&self, there: &[String]) -> Patch {
        Patch {
            labels: Some(after(there, self)),
            ..Patch::default()
        }
    }
}

impl Patch {
    /// What the answer does not say, although it was asked for: empty if GitHub did everything.
    pub fn missing_in(&self, answer: &ObservedIssue, milestone_title: Option<&str>) -> Vec<String> {
        let Self {
            title,
            body,
            labels,
            assignees,
            milestone,
            state,
            state_reason: _,
        } = self;
        let mut missing = Vec::new();
        if title.as_ref().is_some_and(|title| *title != answer.title) {
            missing.push("the title".to_owned());
        }
        if let Some(body) = body
            && section::folded(body).trim_end() != section::folded(&answer.body).trim_end()
        {
            missing.push("the body".to_owned());
        }
        for label in labels.iter().flatten() {
            if !answer.has_label(label) {
                missing.push(format!("label {label}"));
            }
        }
        for login in assignees.iter().flatten() {
            if !answer.has_assignee(login) {
                missing.push(format!("assignee {login}"));
            }
        }
        if milestone.is_some() && answer.milestone.as_deref() != milestone_title {
            missing.push("the milestone".to_owned());
        }
        if state.is_some() && answer.open {
            missing.push("the closing".to_owned());
        }
        // A set that was replaced must not hold what was taken out of it either.
        if labels
            .as_ref()
            .is_some_and(|labels| labels.len() < answer.labels.len())
        {
            missing.push("the removal of a label".to_owned());
        }
        if assignees
            .as_ref()
            .is_some_and(|all| all.len() < answer.assignees.len())
        {
            missing.push("the removal of an assignee".to_owned());
        }
        missing
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn issue() -> ObservedIssue {
        ObservedIssue {
            number: 7,
            title: "t".to_owned(),
            body: "people\r\n".to_owned(),
            labels: vec!["Kind/Feature".to_owned(), "old".to_owned()],
            assignees: vec!["fuweid".to_owned()],
            milestone: Some("2.4".to_owned()),
            ..ObservedIssue::default()
        }
    }

    fn set(add: &[&str], remove: &[&str]) -> SetChange {
        SetChange {
            add: add.iter().map(ToString::to_string).collect(),
            remove: remove.iter().map(ToString::to_string).collect(),
        }
    }

    #[test]
    fn sets_keep_what_people_put_there_since_the_plan() {
        let update = Update {
            labels: set(&["kind/feature", "new"], &["OLD"]),
            assignees: set(&["mikebrow"], &[]),
            ..Update::default()
        };
        let patch = update.patch(&issue(), |_| None).unwrap();
        assert_eq!(patch.labels.unwrap(), ["Kind/Feature", "new"]);
        assert_eq!(patch.assignees.unwrap(), ["fuweid", "mikebrow"]);
    }

    #[test]
    fn a_value_that_moved_since_the_plan_is_stale() {
        let change = |from: &str| Update {
            milestone: Some(Change {
                from: Some(from.to_owned()),
                to: None,
            }),
            ..Update::default()
        };
        assert_eq!(
            change("2.3").patch(&issue(), |_| None),
            Err(Stale(Field::Milestone))
        );
        let patch = change("2.4").patch(&issue(), |_| None).unwrap();
        assert_eq!(
            serde_json::to_string(&patch).unwrap(),
            r#"{"milestone":null}"#
        );
    }

    #[test]
    fn a_section_that_moved_since_the_plan_is_stale() {
        let update = Update {
            section: Some(SectionChange {
                from: Some("gone".to_owned()),
                to: "x".to_owned(),
            }),
            ..Update::default()
        };
        assert_eq!(update.patch(&issue(), |_| None), Err(Stale(Field::Section)));
    }

    #[test]
    fn what_github_dropped_without_a_word_is_noticed() {
        let patch = Patch {
            labels: Some(vec!["kind/feature".to_owned(), "new".to_owned()]),
            assignees: Some(vec!["fuweid".to_owned(), "ghost".to_owned()]),
            milestone: Some(Some(3)),
            ..Patch::default()
        };
        assert_eq!(
            patch.missing_in(&issue(), Some("2.5")),
            ["label new", "assignee ghost", "the milestone"]
        );
    }
}
