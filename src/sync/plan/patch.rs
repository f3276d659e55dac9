//! From an update to the one request that makes it so, and from an answer to whether it did.
//!
//! GitHub has no compare-and-swap, and a patch replaces whole sets. So the patch is made from the issue as it was read just
//! before, an update whose starting values are gone is refused, and the answer is compared field by field: GitHub
//! drops assignees and labels without a word. A new issue is an update of one that says nothing. How each field does it
//! stands in its file. Pure.

use serde::Serialize;

use super::field::state::Closing;
use super::field::{self, Change, LeftOut, SectionChange, SetChange, Stale};
use super::{NewIssue, Update};
use crate::sync::observed::ObservedIssue;
use crate::sync::section;

/// The body of `POST /repos/{owner}/{repo}/issues`, and of `PATCH` with the changed fields only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
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
    /// That it is closed, and why.
    #[serde(flatten)]
    pub close: Option<Closing>,
}

impl Update {
    /// An update of nothing but the section.
    pub fn of_section(section: SectionChange) -> Self {
        Self {
            title: None,
            labels: SetChange::default(),
            milestone: None,
            assignees: SetChange::default(),
            close: None,
            section: Some(section),
            announcement: None,
        }
    }

    /// The title of the milestone that it sets.
    pub fn milestone_title(&self) -> Option<&String> {
        self.milestone
            .as_ref()
            .and_then(|change| change.to.as_ref())
    }

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
        Ok(Patch {
            title: field::title::patch(title.as_ref(), issue)?,
            milestone: field::milestone::patch(milestone.as_ref(), issue, milestone_number)?,
            labels: labels.patch(&issue.labels),
            assignees: assignees.patch(&issue.assignees),
            close: field::state::patch(*close, issue)?,
            body: field::section::patch(section.as_ref(), issue)?,
        })
    }

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
        field::section::is_done(section.as_ref(), issue)
            && field::title::is_done(title.as_ref(), issue)
            && field::milestone::is_done(milestone.as_ref(), issue)
            && labels.is_done(&issue.labels)
            && assignees.is_done(&issue.assignees)
            && field::state::is_done(*close, issue)
    }

    /// What the section has to say after an answer that left something out: kepherd remembers only what was done. `None` if
    /// everything was.
    pub fn correction(&self, answer: &ObservedIssue) -> Option<SectionChange> {
        let Self {
            title,
            labels,
            milestone,
            assignees,
            close,
            section,
            announcement: _,
        } = self;
        let change = section.as_ref()?;
        let section::Markers::Present(written) = section::find(&change.to) else {
            return None;
        };
        let meant = written.applied.clone()?;
        let last = change
            .from
            .as_ref()
            .and_then(|from| match section::find(from) {
                section::Markers::Present(section) => section.applied,
                _ => None,
            })
            .unwrap_or_default();
        let mut done = meant.clone();
        field::title::correct(&mut done, &last, title.as_ref(), answer);
        field::labels::correct(&mut done, &last, labels, answer);
        field::milestone::correct(&mut done, &last, milestone.as_ref(), answer);
        field::assignees::correct(&mut done, &last, assignees, answer);
        field::state::correct(&mut done, &last, *close, answer);
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

impl NewIssue {
    /// The same as an update of an issue that says nothing: what is sent, what an answer has to say, and what is remembered
    /// of it follow from that.
    pub fn as_update(&self) -> Update {
        let Self {
            title,
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
            title: Some(Change {
                from: Some(String::new()),
                to: Some(title.clone()),
            }),
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
            close: None,
            announcement: None,
        }
    }
}

impl SetChange {
    /// The patch of the labels, from those that are there now.
    pub fn patch_of_labels(&self, there: &[String]) -> Patch {
        Patch {
            title: None,
            body: None,
            labels: Some(self.applied_to(there)),
            assignees: None,
            milestone: None,
            close: None,
        }
    }
}

impl Patch {
    /// What the answer does not say, although it was asked for: empty if GitHub did everything.
    pub fn missing_in(
        &self,
        answer: &ObservedIssue,
        milestone_title: Option<&str>,
    ) -> Vec<LeftOut> {
        let Self {
            title,
            body,
            labels,
            assignees,
            milestone,
            close,
        } = self;
        let mut missing: Vec<LeftOut> = field::title::missing(title.as_ref(), answer)
            .into_iter()
            .chain(field::section::missing(body.as_ref(), answer))
            .chain(field::labels::missing(labels.as_ref(), answer))
            .chain(field::assignees::missing(assignees.as_ref(), answer))
            .chain(field::milestone::missing(
                milestone.is_some(),
                milestone_title,
                answer,
            ))
            .chain(field::state::missing(close.as_ref(), answer))
            .collect();
        missing.sort_by_key(LeftOut::rank);
        missing
    }
}

#[cfg(test)]
mod tests {
    use super::super::Field;
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
            title: None,
            body: None,
            labels: Some(vec!["kind/feature".to_owned(), "new".to_owned()]),
            assignees: Some(vec!["fuweid".to_owned(), "ghost".to_owned()]),
            milestone: Some(Some(3)),
            close: None,
        };
        let missing = patch.missing_in(&issue(), Some("2.5"));
        let missing: Vec<String> = missing.iter().map(ToString::to_string).collect();
        assert_eq!(missing, ["label new", "assignee ghost", "the milestone"]);
        // What did not come is said before what did not go.
        let patch = Patch {
            labels: Some(vec!["kind/feature".to_owned()]),
            ..patch
        };
        let missing = patch.missing_in(&issue(), Some("2.5"));
        let missing: Vec<String> = missing.iter().map(ToString::to_string).collect();
        assert_eq!(
            missing,
            ["assignee ghost", "the milestone", "the removal of a label"]
        );
    }
}
