//! The fields of an issue: what differs is found, written, looked for in the answer, and shown, all in one file a field.
//!
//! Each file has the same functions, as far as they apply: `compare` (three-way), `patch` (its part of the request, from the
//! issue as it is now), `is_done` (whether an issue says it already), `missing` (what an answer left out), `correct` (what is
//! remembered after such an answer), and its words. [`Update`](super::Update) has a value a field; whoever goes over them names
//! each, so that the compiler tells of a new one.

pub(super) mod announcement;
pub(super) mod assignees;
pub(super) mod labels;
pub(super) mod milestone;
pub(super) mod section;
pub(super) mod state;
pub(super) mod template;
pub(super) mod title;

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::sync::observed::Edit;
use crate::terms::github_limits as limits;
use crate::text::words::has_name;

/// A field of an issue.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Field {
    /// The title.
    Title,
    /// The labels.
    Labels,
    /// The milestone.
    Milestone,
    /// The assignees.
    Assignees,
    /// Whether it is open.
    State,
    /// The managed section.
    Section,
}

impl Field {
    /// As people say it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Labels => "labels",
            Self::Milestone => "milestone",
            Self::Assignees => "assignees",
            Self::State => "state",
            Self::Section => "section",
        }
    }
}

/// One value instead of another; an absent one is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Change {
    /// What GitHub says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// What it will say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

/// What goes into a set and what goes out of it; the rest stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct SetChange {
    /// In.
    pub add: Vec<String>,
    /// Out.
    pub remove: Vec<String>,
}

impl SetChange {
    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.add.is_empty() && self.remove.is_empty()
    }
}

/// A new text of the managed section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct SectionChange {
    /// The text that the section starts from, with its markers; absent: the section is appended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The text, with its markers.
    pub to: String,
}

/// Something that kepherd set and somebody changed on GitHub.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Drift {
    /// The field.
    pub field: Field,
    /// What was changed.
    pub what: Drifted,
    /// Whether this plan puts it right; otherwise it is only reported.
    pub enforced: bool,
    /// Who changed it, and when, if GitHub was asked and still knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Edit>,
}

/// How a field was changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Drifted {
    /// This was taken away.
    Removed(String),
    /// This was put there.
    Added(String),
    /// One value was replaced by another.
    Replaced {
        /// What kepherd had set.
        from: String,
        /// What GitHub says now.
        to: String,
    },
    /// The text was edited.
    Edited,
}

/// What cannot be written without a person: what a field's comparison found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Conflict {
    /// Record and issue both got another title.
    #[serde(rename_all = "kebab-case")]
    Title {
        /// What kepherd had given.
        before: String,
        /// What the record asks for.
        asked: String,
        /// What the issue says.
        there: String,
    },
    /// Record and issue name different milestones, and kepherd set neither.
    #[serde(rename_all = "kebab-case")]
    Milestone {
        /// What the record asks for.
        asked: String,
        /// What the issue has.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        there: Option<String>,
        /// On what both last agreed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<String>,
    },
    /// The issue would have so many labels.
    TooManyLabels(usize),
    /// The issue would have so many assignees.
    TooManyAssignees(usize),
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Title {
                before,
                asked,
                there,
            } => write!(
                f,
                "the title was \"{before}\"; the record now asks for \"{asked}\", and the issue says \"{there}\""
            ),
            Self::Milestone {
                asked,
                there,
                before,
            } => {
                let there = there.as_deref().unwrap_or("none");
                write!(
                    f,
                    "the record asks for milestone {asked}, and the issue has {there}; "
                )?;
                match before {
                    Some(before) => write!(f, "it was {before}"),
                    None => write!(f, "kepherd never set it"),
                }
            }
            Self::TooManyLabels(count) => write!(
                f,
                "the issue would have {count} labels; GitHub takes {}",
                limits::LABELS_PER_ISSUE
            ),
            Self::TooManyAssignees(count) => write!(
                f,
                "the issue would have {count} assignees; GitHub takes {}",
                limits::ASSIGNEES_PER_ISSUE
            ),
        }
    }
}

/// Why an update cannot be made any more: somebody changed this field after the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stale(pub Field);

/// What an answer left out without a word, in the order in which people are told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LeftOut {
    /// The title.
    Title,
    /// The body.
    Body,
    /// A label.
    Label(String),
    /// An assignee.
    Assignee(String),
    /// The milestone.
    Milestone,
    /// That it is closed.
    Closing,
    /// That a label goes.
    LabelRemoval,
    /// That an assignee goes.
    AssigneeRemoval,
}

impl LeftOut {
    pub(super) fn rank(&self) -> u8 {
        match self {
            Self::Title => 0,
            Self::Body => 1,
            Self::Label(_) => 2,
            Self::Assignee(_) => 3,
            Self::Milestone => 4,
            Self::Closing => 5,
            Self::LabelRemoval => 6,
            Self::AssigneeRemoval => 7,
        }
    }
}

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Title => write!(f, "the title"),
            Self::Body => write!(f, "the body"),
            Self::Label(label) => write!(f, "label {label}"),
            Self::Assignee(login) => write!(f, "assignee {login}"),
            Self::Milestone => write!(f, "the milestone"),
            Self::Closing => write!(f, "the closing"),
            Self::LabelRemoval => write!(f, "the removal of a label"),
            Self::AssigneeRemoval => write!(f, "the removal of an assignee"),
        }
    }
}

/// What one field's three-way comparison gives.
pub(super) struct Outcome<C, A> {
    /// What goes into the update.
    pub(super) change: C,
    /// What others changed.
    pub(super) drift: Vec<Drift>,
    /// Why nothing of the issue can be written.
    pub(super) conflict: Option<Conflict>,
    /// What goes into the section.
    pub(super) applied: A,
}

impl SetChange {
    /// Whether a set has what comes and lacks what goes.
    pub fn is_done(&self, there: &[String]) -> bool {
        self.add.iter().all(|name| has_name(there, name))
            && !self.remove.iter().any(|name| has_name(there, name))
    }

    /// The set after the change: what is there stays as it is spelled.
    pub(super) fn applied_to(&self, there: &[String]) -> Vec<String> {
        let kept = there.iter().filter(|name| !has_name(&self.remove, name));
        let mut all: Vec<String> = kept.cloned().collect();
        for name in &self.add {
            if !has_name(&all, name) {
                all.push(name.clone());
            }
        }
        all
    }

    /// The whole set that is written, from what is there now; absent: nothing changes.
    pub(super) fn patch(&self, there: &[String]) -> Option<Vec<String>> {
        (!self.is_empty()).then(|| self.applied_to(there))
    }

    /// What an answer left out of a set that was asked for.
    fn missing(
        asked: Option<&Vec<String>>,
        there: &[String],
        one: fn(String) -> LeftOut,
        removal: LeftOut,
    ) -> Vec<LeftOut> {
        let all = asked.into_iter().flatten();
        let mut missing: Vec<LeftOut> = all
            .filter(|name| !has_name(there, name))
            .map(|name| one(name.clone()))
            .collect();
        // A set that was replaced must not hold what was taken out of it either.
        if asked.is_some_and(|all| all.len() < there.len()) {
            missing.push(removal);
        }
        missing
    }

    /// What is remembered of the set after an answer: without what did not come, and with what did not go.
    pub(super) fn settle(&self, remembered: &mut Vec<String>, before: &[String], there: &[String]) {
        remembered.retain(|name| has_name(there, name) || !has_name(&self.add, name));
        for name in before {
            let stays = has_name(&self.remove, name) && has_name(there, name);
            if stays && !has_name(&*remembered, name) {
                remembered.push(name.clone());
            }
        }
    }
}

impl Change {
    /// Whether an answer has another value than this change gives.
    pub(super) fn is_missed(change: Option<&Self>, there: Option<&String>) -> bool {
        change.is_some_and(|change| change.to.as_ref() != there)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_is_done_when_all_of_it_came_and_went() {
        let names = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
        let change = SetChange {
            add: names(&["a"]),
            remove: names(&["b"]),
        };
        assert!(change.is_done(&names(&["A", "c"])));
        assert!(!change.is_done(&names(&["a", "b"])), "b is still there");
        assert!(!change.is_done(&names(&["c"])), "a is not");
    }

    #[test]
    fn of_a_set_is_remembered_what_came_and_what_did_not_go() {
        let names = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
        let change = SetChange {
            add: names(&["came", "left-out"]),
            remove: names(&["went", "stayed"]),
        };
        let settled = |planned: &[&str]| {
            let mut remembered = names(planned);
            let before = names(&["kept", "went", "stayed"]);
            change.settle(
                &mut remembered,
                &before,
                &names(&["Kept", "Came", "Stayed"]),
            );
            remembered
        };
        assert_eq!(
            settled(&["kept", "came", "left-out"]),
            ["kept", "came", "stayed"]
        );
        assert_eq!(settled(&["stayed"]), ["stayed"], "once");
    }
}
