//! What there is to know of a plan as a whole: how old the facts are, and whether it is the first.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Action, Notice, Plan};
use crate::sync::desired::{Desired, DesiredIssue};
use crate::terms::links::documentation;
use crate::terms::{Date, Subject};
use crate::text::words::counted;

/// How old what records say of their KEPs is: the days of kep.yaml that they were read at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct AsOf {
    /// The earliest day.
    pub from: Date,
    /// The latest day.
    pub to: Date,
    /// How many records were never read from kep.yaml.
    pub unread: usize,
}

impl AsOf {
    /// Of the records that are planned for; absent: none of them was ever read.
    pub(super) fn of(desired: &Desired, is_meant: impl Fn(&Subject) -> bool) -> Option<Self> {
        let repositories = desired.repositories.values();
        let issues = repositories.flat_map(|repository| &repository.issues);
        let is_kep = |issue: &&DesiredIssue| matches!(issue.subject, Subject::Kep(_));
        let keps: Vec<&DesiredIssue> = issues
            .filter(|issue| is_kep(issue) && is_meant(&issue.subject))
            .collect();
        let days = || keps.iter().filter_map(|issue| issue.upstream_seen);
        Some(Self {
            from: days().min()?,
            to: days().max()?,
            unread: keps.len() - days().count(),
        })
    }

    /// As a sentence.
    pub fn say(self) -> String {
        let Self { from, to, unread } = self;
        let days = match from == to {
            true => format!("on {from}"),
            false => format!("between {from} and {to}"),
        };
        let unread = match unread {
            0 => String::new(),
            unread => format!("; {} was never read from it", counted(unread, "record"))
                .replace("records was", "records were"),
        };
        format!("the records say what kep.yaml said {days}{unread}")
    }
}

impl Plan {
    /// Whether it writes to issues, and none of those that it speaks of carries a section of kepherd's yet.
    pub fn is_first(&self) -> bool {
        // Of a few records nobody knows what the others carry.
        if self.options.records.is_some() || self.options.repository.is_some() {
            return false;
        }
        let mut writes = false;
        for issue in self.repositories.iter().flat_map(|one| &one.issues) {
            match &issue.action {
                Action::Create(_) => writes = true,
                Action::Update(update) => match &update.section {
                    Some(section) if section.from.is_none() => writes = true,
                    _ => return false,
                },
                Action::InSync => return false,
                Action::NotTracked | Action::Blocked(_) => {}
            }
        }
        writes
    }

    /// What somebody should know who looks at the figures only.
    pub fn remarks(&self) -> Vec<String> {
        let mut remarks = Vec::new();
        let issues = self.repositories.iter().flat_map(|one| &one.issues);
        let is_new = |action: &Action| matches!(action, Action::Create(_));
        let is_late = |notice: &Notice| matches!(notice, Notice::Shipped(_));
        let new = issues.clone().filter(|issue| is_new(&issue.action)).count();
        let late =
            issues.filter(|issue| is_new(&issue.action) && issue.notices.iter().any(is_late));
        match late.count() {
            0 => {}
            late => remarks.push(format!(
                "{late} of {} would be for a release that has shipped: bring the records up to date first \
                 (`kepherd upstream pull`), or begin with `--only existing`",
                counted(new, "new issue")
            )),
        }
        if self.is_first() {
            remarks.push(format!(
                "this is the first run: nothing here is kepherd's yet. It can begin with a few records (`kepherd apply RECORD…`, `--only \
                 accepted`), and {} says how a run is taken back",
                documentation("operators/recovery.md")
            ));
        }
        remarks.extend(self.as_of.map(|as_of| format!("as of: {}", as_of.say())));
        remarks
    }
}
