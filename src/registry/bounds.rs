//! What the schemas ask beyond the types: ranges, lengths, and the form of texts that have no type of their own.
//!
//! A file whose type reads it and whose value is within its bounds needs no judgement by its schema, which costs far more. So
//! these must never take what the schema does not; a test holds both to each other. They say no word about what is wrong: that is
//! the schema's.

use super::calendars::{KubernetesCalendar, Roster, RuntimeCalendar};
use super::config::{
    Config, IssueConfig, LabelsConfig, MilestoneConfig, PolicyConfig, ReleaseLabel, Runtime,
};
use super::kep::KepRecord;
use super::work_item::WorkItem;

/// A value that may be read whole and still be more than its schema takes.
pub(super) trait Bounded {
    /// Whether the schema takes it.
    fn is_within(&self) -> bool;
}

const ISSUES: std::ops::RangeInclusive<u64> = 1..=999_999_999;
const ACCOUNTS: std::ops::RangeInclusive<u64> = 1..=999_999_999_999;
const MOST_ASSIGNEES: usize = 10;

impl Bounded for KepRecord {
    fn is_within(&self) -> bool {
        let issues = self.former_issues.iter().chain(&self.related_issues);
        (1..=999_999).contains(&self.number)
            && self.shepherds.len() <= MOST_ASSIGNEES
            && issues
                .chain(&self.issue)
                .all(|issue| ISSUES.contains(issue))
    }
}

impl Bounded for WorkItem {
    fn is_within(&self) -> bool {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let is_word = |word: &str| !word.is_empty() && word.bytes().all(plain);
        self.id.split('-').all(is_word)
            && self.id.len() <= 60
            && self.assignees.len() <= MOST_ASSIGNEES
            && self.issue.is_none_or(|issue| ISSUES.contains(&issue))
    }
}

impl Bounded for Config {
    fn is_within(&self) -> bool {
        !self.repositories.is_empty()
            && !self.runtimes.is_empty()
            && self.runtimes.iter().all(Runtime::is_within)
            && self.issue.is_within()
            && self.labels.is_within()
            && self.milestone.is_within()
            && self.guards.removals_percent <= 100
            && self.policy.is_within()
    }
}

impl Bounded for Runtime {
    fn is_within(&self) -> bool {
        let is_plain = |c: char| !matches!(c, '{' | '}' | '\x00'..='\x20' | '\x7f');
        let is_pattern = |text: &str, part| {
            let bare = text.replacen(part, "", 1);
            bare.len() < text.len() && bare.chars().all(is_plain) && text.chars().count() <= 100
        };
        let branches = self.branches.as_deref();
        is_pattern(&self.tags, "{version}")
            && branches.is_none_or(|text| is_pattern(text, "{minor}"))
            && self
                .backports
                .iter()
                .all(|text| is_pattern(text, "{number}"))
    }
}

impl Bounded for IssueConfig {
    fn is_within(&self) -> bool {
        let is_title = |text: &str, part| is_line(text, 200) && text.contains(part);
        let known = ["{number}", "{title}", "{sig}"];
        let bare = known
            .iter()
            .fold(self.title.clone(), |title, part| title.replace(part, ""));
        is_title(&self.title, "{number}")
            && !bare.contains(['{', '}'])
            && is_title(&self.item_title, "{title}")
            && !self.labels.is_empty()
    }
}

impl Bounded for LabelsConfig {
    fn is_within(&self) -> bool {
        let Self {
            kubernetes,
            triage: _,
            stage: _,
            sig: _,
        } = self;
        kubernetes.is_within()
    }
}

impl Bounded for ReleaseLabel {
    fn is_within(&self) -> bool {
        let has_no_other = |part: &str| !part.contains(['{', '}']);
        let is_pattern = |name: &str| {
            let around = name.split_once("{release}");
            is_line(name, 60)
                && around.is_some_and(|(before, after)| has_no_other(before) && has_no_other(after))
        };
        is_pattern(&self.name)
            && self.renamed_from.iter().all(|name| is_pattern(name))
            && self.color.len() == 6
            && self.color.bytes().all(|byte| byte.is_ascii_hexdigit())
            && is_line(&self.description, 100)
    }
}

impl Bounded for MilestoneConfig {
    fn is_within(&self) -> bool {
        is_line(&self.title, 100) && self.title.contains("{release}")
    }
}

impl Bounded for PolicyConfig {
    fn is_within(&self) -> bool {
        self.tolerance_days <= 365 && self.consensus_days <= 365
    }
}

impl Bounded for KubernetesCalendar {
    fn is_within(&self) -> bool {
        true
    }
}

impl Bounded for RuntimeCalendar {
    fn is_within(&self) -> bool {
        true
    }
}

impl Bounded for Roster {
    fn is_within(&self) -> bool {
        let mut ids = self.maintainers.iter().filter_map(|one| one.id);
        ids.all(|id| ACCOUNTS.contains(&id))
    }
}

/// Whether a text has no control characters, and no more characters than this.
fn is_line(text: &str, most: usize) -> bool {
    !text.contains(|c: char| c.is_ascii_control()) && text.chars().count() <= most
}
