//! Notices: what a person may want to look at, although nothing stops for it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::index::{Index, Scene};
use super::seen::Seen;
use crate::registry::config::Policy;
use crate::sync::desired::DesiredIssue;
use crate::sync::section::TemplateField;
use crate::terms::{Ending, Release, Subject};

/// Something that a person may want to look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Notice {
    /// The title does not name the KEP.
    Untitled {
        /// The title.
        title: String,
        /// Another KEP that it names.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        names: Option<u32>,
    },
    /// The KEP has ended, and its issue is open: closing it is left to people.
    Closable(Ending),
    /// kepherd closed the issue, and somebody opened it again.
    Reopened(Ending),
    /// The issue is closed, and the record says that work goes on.
    Closed,
    /// A new issue, and there is one whose title names nearly the same number.
    Similar {
        /// Its number.
        number: u64,
        /// The KEP that it names.
        kep: u32,
    },
    /// A new issue, for a release that has shipped already.
    Shipped(Release),
    /// Somebody edited a field of the issue's template.
    Template {
        /// Which one.
        field: TemplateField,
        /// What it said when the section was last written; empty: nothing.
        before: String,
        /// What it says.
        says: String,
    },
    /// Other issues carry the same marker: two runs at once may have created them.
    Duplicates(Vec<String>),
}

pub(super) fn of_issue(wanted: &DesiredIssue, seen: &Seen<'_>, scene: &Scene<'_>) -> Vec<Notice> {
    let issue = seen.issue;
    let mut notices = Vec::new();
    if let Subject::Kep(number) = wanted.subject
        && !wanted.retitle
        && !seen.named.contains(&number)
    {
        notices.push(Notice::Untitled {
            title: issue.title.clone(),
            names: seen.named.first().copied(),
        });
    }
    let closed_by_us = seen.applied().is_some_and(|applied| applied.closed);
    match wanted.ending {
        Some(ending) if issue.open && closed_by_us => notices.push(Notice::Reopened(ending)),
        Some(ending) if issue.open && wanted.close == Policy::Report => {
            notices.push(Notice::Closable(ending));
        }
        None if !issue.open && wanted.may_create => notices.push(Notice::Closed),
        _ => {}
    }
    let others = scene.others_marked(wanted, issue.number);
    if !others.is_empty() {
        notices.push(Notice::Duplicates(others));
    }
    notices
}

pub(super) fn of_new(wanted: &DesiredIssue, index: &Index<'_>) -> Vec<Notice> {
    let shipped = wanted.shipped_target.map(Notice::Shipped);
    let number = match wanted.subject {
        Subject::Kep(number) => Some(number),
        Subject::Item(_) => None,
    };
    let similar = number
        .into_iter()
        .flat_map(|number| index.nearly_named(number));
    let similar = similar.map(|(kep, number)| Notice::Similar { number, kep });
    shipped.into_iter().chain(similar).collect()
}

impl Notice {
    /// What a person should know, of this subject.
    pub fn say(&self, subject: &Subject) -> String {
        match self {
            Self::Untitled {
                title,
                names: Some(other),
            } => format!("its title names KEP-{other}, and not {subject}: \"{title}\"; rename it"),
            Self::Untitled { title, names: None } => {
                format!("its title does not name {subject}: \"{title}\"; rename it, or set `issue.retitle`")
            }
            Self::Closable(ending) => format!(
                "{subject} {}, and the issue is open: close it, or let kepherd do it (`issue.close = \"enforce\"`)",
                ending.said()
            ),
            Self::Reopened(ending) => format!(
                "{subject} {}; kepherd closed the issue, and somebody opened it again: it stays open",
                ending.said()
            ),
            Self::Closed => {
                "the issue is closed, and the record says that work goes on: reopen it, or correct `status` or `triage`".to_owned()
            }
            Self::Similar { number, kep } => {
                format!("#{number} names KEP-{kep}, which is {subject} with two digits exchanged: the same?")
            }
            Self::Shipped(release) => format!(
                "the new issue would be for Kubernetes {release}, which has shipped: is the record up to date?"
            ),
            Self::Template {
                field,
                before,
                says,
            } => {
                let before = match before.as_str() {
                    "" => "nothing",
                    before => before,
                };
                let is_one = *field == TemplateField::Shepherds || !says.contains(", ");
                let remedy = match is_one {
                    true => format!("`kepherd adopt {}` takes it over, or change the record or the issue", subject.named()),
                    false => format!("write the right `{}` into the record, or change the issue", field.written()),
                };
                format!("{} in the issue's template says {says} now, and said {before}: {remedy}", field.said())
            }
            Self::Duplicates(others) => format!(
                "{} carries the marker of {subject} too: close the duplicate, and name it in `former-issues`",
                others.join(" and ")
            ),
        }
    }
}
