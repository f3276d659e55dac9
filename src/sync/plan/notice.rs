//! Notices: what a person may want to look at, although nothing stops for it.

use super::Notice;
use super::identity::Index;
use crate::registry::config::Policy;
use crate::sources::issues::titles::keps_in_title;
use crate::sync::desired::DesiredIssue;
use crate::sync::observed::ObservedIssue;
use crate::sync::section::{self, Found};
use crate::terms::Subject;

pub(super) fn of_issue(
    wanted: &DesiredIssue,
    issue: &ObservedIssue,
    index: &Index<'_>,
) -> Vec<Notice> {
    let mut notices = Vec::new();
    if let Subject::Kep(number) = wanted.subject
        && !wanted.retitle
    {
        let names = keps_in_title(&issue.title);
        if !names.contains(&number) {
            notices.push(Notice::Untitled {
                title: issue.title.clone(),
                names: names.first().copied(),
            });
        }
    }
    let closed_by_us = match section::find(&issue.body) {
        Found::Present(section) => section.applied.is_some_and(|applied| applied.closed),
        Found::Absent | Found::Broken { .. } => false,
    };
    match wanted.ending {
        Some(ending) if issue.open && closed_by_us => notices.push(Notice::Reopened(ending)),
        Some(ending) if issue.open && wanted.close == Policy::Report => {
            notices.push(Notice::Closable(ending));
        }
        None if !issue.open && wanted.may_create => notices.push(Notice::Closed),
        _ => {}
    }
    let others = index.others_marked(wanted, issue.number);
    if !others.is_empty() {
        notices.push(Notice::Duplicates(others));
    }
    notices
}

pub(super) fn of_new(wanted: &DesiredIssue, index: &Index<'_>) -> Vec<Notice> {
    let Subject::Kep(number) = wanted.subject else {
        return Vec::new();
    };
    index
        .nearly_named(number)
        .map(|(kep, number)| Notice::Similar { number, kep })
        .collect()
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
            Self::Duplicates(others) => format!(
                "{} carries the marker of {subject} too: close the duplicate, and name it in `former-issues`",
                others.join(" and ")
            ),
        }
    }
}
