//! What a pull of issues is asked for, and how what it says names issues. Pure.

use super::seen::{Found, Seen, SeenIssue};
use crate::registry::Registry;
use crate::sources::proposal::{Origin, Question};
use crate::terms::{IssueRef, Subject};

/// What a pull is asked for.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    /// The registry.
    pub registry: &'a Registry,
    /// What was read of GitHub.
    pub seen: &'a Seen,
    /// Whether kubernetes/enhancements has a KEP of a number; absent: nobody has looked.
    pub upstream_has: Option<&'a dyn Fn(u32) -> bool>,
}

impl Asked<'_> {
    /// An issue or a pull request, as where something is known from.
    pub(super) fn origin(&self, at: &IssueRef) -> Origin {
        Origin {
            what: self.short(at),
            // GitHub leads on from an issue's address to a pull request's.
            link: Some(self.seen.site.address(at, "issues")),
        }
    }

    /// A reference as people write it: without the repository, where that is the registry's first.
    pub(super) fn short(&self, at: &IssueRef) -> String {
        let home = self.registry.config.value.default_repository();
        match home == Some(&at.repository) {
            true => format!("#{}", at.number),
            false => at.to_string(),
        }
    }

    pub(super) fn question(
        &self,
        at: &IssueRef,
        kep: Option<u32>,
        why: String,
        settled_by: String,
    ) -> Question {
        Question {
            subject: kep.map(Subject::Kep),
            why,
            settled_by,
            from: Some(self.origin(at)),
        }
    }

    /// An issue that was read with what refers to it.
    pub(super) fn issue(&self, at: &IssueRef) -> Option<&SeenIssue> {
        match self.seen.tracked.get(at) {
            Some(Found::Issue(issue)) => Some(issue),
            _ => None,
        }
    }
}
