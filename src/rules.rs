//! The rules: what a registry must be, each with its documentation and its source.
//!
//! A rule is a file in `rules/`: metadata and documentation first, then its check, then its tests. [`RULES`] lists them,
//! `run.rs` runs them and gives each finding its level and its reason. Rules return findings; they print nothing and
//! know neither files, network nor date, except as arguments.

pub mod allow;
mod alpha_agreement;
mod branch_undecided;
mod consensus_overdue;
#[cfg(test)]
mod damage;
mod duplicate_issue;
mod duplicate_kep;
mod file_name;
pub mod fix;
mod github_limits;
mod handle_case;
mod impossible_release;
mod issue_replaced;
mod kep_renumbered;
mod late_milestone;
mod liaison_prerequisites;
mod milestone_end_of_life;
mod milestone_released;
mod missing_foundation;
mod missing_liaison;
mod missing_link;
mod missing_milestone;
mod missing_shepherd;
mod missing_target;
pub mod policy;
mod reached_rewritten;
mod record_deleted;
mod run;
mod runtime_drift;
mod runtime_maturity;
mod schema;
mod shepherd_not_maintainer;
mod single_shepherd;
mod stage_regressed;
mod stage_skipped;
mod stale_calendar;
mod stale_record;
pub mod standing;
mod status_transition;
mod syntax;
mod target_passed;
mod target_shipped;
#[cfg(test)]
mod testing;
mod triage_overdue;
pub mod trial;
mod unknown_release;
mod unknown_repository;
mod unsafe_file;
mod unused_allow;
mod upstream_drift;
mod upstream_missing;
mod upstream_renumbered;
mod work_item_unassigned;

use std::collections::BTreeMap;

use crate::findings::diagnostic::{Diagnostic, Finding, Level, Place, RuleId};
use crate::findings::sources::FileId;
use crate::findings::syntax::quoted;
use crate::registry::kep::KepRecord;
use crate::registry::schema::FileKind;
use crate::registry::tracked::Tracked;
use crate::registry::work_item::WorkItem;
use crate::registry::{Entry, Registry};
use crate::sources::runtimes::compare::RuntimeHistory;
use crate::sources::upstream::snapshot::Upstream;
use crate::terms::Date;
use crate::text::source::Span;
use crate::text::words::nearest;

#[cfg(test)]
pub(crate) use run::RUNS;
pub use run::{Beside, Checked, run, run_upstream};

/// What others say, which records repeat.
#[derive(Clone, Copy, Default)]
pub struct Others<'a> {
    /// kubernetes/enhancements.
    pub upstream: Option<&'a Upstream>,
    /// The histories of runtimes.
    pub runtimes: &'a [RuntimeHistory],
}

/// What a rule looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// What a file says. `apply` refuses on its errors, and on nothing else.
    Shape,
    /// Whether the process is followed, as far as a registry and a calendar tell.
    Process,
    /// What a change does to the records, against the revision that it starts from.
    Change,
    /// Whether the records say what kubernetes/enhancements says.
    Upstream,
    /// Whether the records say what the git histories of the runtimes say.
    Runtimes,
}

/// A rule.
pub struct Rule {
    /// Its name; part of the interface.
    pub id: RuleId,
    /// What it looks at.
    pub group: Group,
    /// How loud it speaks unless the registry says otherwise.
    pub level: Level,
    /// What it finds, in one line.
    pub summary: &'static str,
    /// Why it exists, in one sentence that follows "why:", with its source.
    pub why: &'static str,
    /// Where it comes from.
    pub source: &'static str,
    /// A registry that it finds fault with, and the same one mended.
    pub example: Example,
    /// What to do about a finding.
    pub remedy: &'static str,
    /// Where it looks, and how. A rule that looks at several places has a part for each, so that a mistake in one of them
    /// leaves the others alone.
    parts: &'static [Part],
}

/// A part of a rule: the keys that it relies on, and what it looks at.
struct Part {
    reads: Reads,
    check: Check,
}

/// The keys that a part of a rule relies on. Where one of them has a finding already, its value is a stand-in, and the part
/// is silent: one mistake, one finding.
#[derive(Clone, Copy)]
struct Reads {
    /// Of a KEP record, in groups: those of a decision are named beside the decision.
    kep: &'static [&'static [&'static str]],
    /// Of a work item.
    item: &'static [&'static [&'static str]],
    /// Of `registry.toml`.
    config: &'static [&'static str],
    /// The calendars and the roster: one with mistakes counts as unknown, as a whole.
    lists: &'static [FileKind],
}

impl Reads {
    const NOTHING: Self = Self {
        kep: &[],
        item: &[],
        config: &[],
        lists: &[],
    };

    const fn kep(kep: &'static [&'static [&'static str]]) -> Self {
        Self {
            kep,
            ..Self::NOTHING
        }
    }

    const fn item(item: &'static [&'static [&'static str]]) -> Self {
        Self {
            item,
            ..Self::NOTHING
        }
    }

    const fn both(keys: &'static [&'static [&'static str]]) -> Self {
        Self {
            kep: keys,
            item: keys,
            ..Self::NOTHING
        }
    }

    const fn config(config: &'static [&'static str]) -> Self {
        Self {
            config,
            ..Self::NOTHING
        }
    }

    const fn and_config(self, config: &'static [&'static str]) -> Self {
        Self { config, ..self }
    }

    const fn and_lists(self, lists: &'static [FileKind]) -> Self {
        Self { lists, ..self }
    }

    const fn and_item(self, item: &'static [&'static [&'static str]]) -> Self {
        Self { item, ..self }
    }
}

/// What a part of a rule looks at, and how; `run.rs` has the loop over each.
enum Check {
    /// Nothing: the loader meets such mistakes while it reads.
    Loader,
    /// The entries that accept findings, once it is known which of them did.
    Last,
    /// A KEP record.
    Kep(fn(&Context<'_>, &Entry<KepRecord>, &mut Vec<Finding>)),
    /// A work item.
    Item(fn(&Context<'_>, &Entry<WorkItem>, &mut Vec<Finding>)),
    /// A record of either kind.
    Tracked(fn(&Context<'_>, Tracked<'_>, &mut Vec<Finding>)),
    /// All of a registry.
    Registry(fn(&Context<'_>, &mut Vec<Finding>)),
    /// A KEP record, and what it was before a change.
    KepChange(fn(&Change<'_, Entry<KepRecord>>, &mut Vec<Finding>)),
    /// A record of either kind, and what it was before a change.
    TrackedChange(fn(&Change<'_, Tracked<'_>>, &mut Vec<Finding>)),
    /// A registry, and what it was before a change.
    RegistryChange(fn(&Context<'_>, &Context<'_>, &mut Vec<Finding>)),
    /// A KEP record, and what upstream says of it.
    Upstream(fn(&Context<'_>, &Upstream, &Entry<KepRecord>, &mut Vec<Finding>)),
    /// A KEP record, and what the history of a runtime says of it.
    Runtime(fn(&Context<'_>, &RuntimeHistory, &Entry<KepRecord>, &mut Vec<Finding>)),
}

/// A record before a change and after it, each with its registry.
struct Change<'a, T> {
    before: &'a T,
    after: &'a T,
    base: &'a Registry,
    registry: &'a Registry,
}

/// A registry that a rule finds fault with, and the same one mended. Files that a sound registry has are not repeated.
pub struct Example {
    /// What the rule finds fault with.
    pub wrong: &'static [(&'static str, &'static str)],
    /// What the mistake is beside, where a change or upstream is judged.
    pub beside: ExampleBeside,
    /// What is fine.
    pub fine: &'static [(&'static str, &'static str)],
}

/// What an example is judged beside.
pub enum ExampleBeside {
    /// Nothing.
    Nothing,
    /// These files are not there.
    Without(&'static [&'static str]),
    /// The registry that the change starts from.
    Base(&'static [(&'static str, &'static str)]),
    /// The folder and the text of a kep.yaml, of this day.
    Upstream {
        /// The day of upstream's commit.
        day: &'static str,
        /// The folder and its kep.yaml.
        keps: &'static [(&'static str, &'static str)],
    },
    /// The commits of a runtime's default branch, oldest first: the day, the message and the tag of each.
    History(&'static [(&'static str, &'static str, Option<&'static str>)]),
}

/// The source of rules about what a file says.
const FORMAT: &str = "the format of the registry";
/// The source of rules about what GitHub takes.
const GITHUB: &str = "GitHub's documentation and its error messages";
/// The source of rules about what upstream says.
const UPSTREAM: &str = "kep.yaml in kubernetes/enhancements";
/// The source of rules about how work is followed.
const PROCESS: &str = "the project's process for working with Kubernetes SIG-Node";
/// The source of rules about what the runtimes must have.
const CRI_POLICY: &str =
    "the CRI development policy, https://www.kubernetes.dev/docs/code/cri-api-dev-policies/";

/// Every rule, by name.
pub const RULES: &[&Rule] = &[
    &alpha_agreement::RULE,
    &branch_undecided::RULE,
    &consensus_overdue::RULE,
    &duplicate_issue::RULE,
    &duplicate_kep::RULE,
    &file_name::RULE,
    &github_limits::RULE,
    &handle_case::RULE,
    &impossible_release::RULE,
    &issue_replaced::RULE,
    &kep_renumbered::RULE,
    &late_milestone::RULE,
    &liaison_prerequisites::RULE,
    &milestone_end_of_life::RULE,
    &milestone_released::RULE,
    &missing_foundation::RULE,
    &missing_liaison::RULE,
    &missing_link::RULE,
    &missing_milestone::RULE,
    &missing_shepherd::RULE,
    &missing_target::RULE,
    &reached_rewritten::RULE,
    &record_deleted::RULE,
    &runtime_drift::RULE,
    &runtime_maturity::RULE,
    &schema::RULE,
    &shepherd_not_maintainer::RULE,
    &single_shepherd::RULE,
    &stage_regressed::RULE,
    &stage_skipped::RULE,
    &stale_calendar::RULE,
    &stale_record::RULE,
    &status_transition::RULE,
    &syntax::RULE,
    &target_passed::RULE,
    &target_shipped::RULE,
    &triage_overdue::RULE,
    &unknown_release::RULE,
    &unknown_repository::RULE,
    &unsafe_file::RULE,
    &unused_allow::RULE,
    &upstream_drift::RULE,
    &upstream_missing::RULE,
    &upstream_renumbered::RULE,
    &work_item_unassigned::RULE,
];

/// The rule with this name.
pub fn find(id: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.id.0 == id).copied()
}

/// The names of all rules.
pub fn names() -> impl Iterator<Item = &'static str> {
    RULES.iter().map(|rule| rule.id.0)
}

/// A registry as a part of a rule looks at it: only what it can rely on.
struct Context<'a> {
    /// The registry.
    registry: &'a Registry,
    /// The day of the check.
    today: Date,
    /// The registry that a change starts from, to tell the new one of two.
    base: Option<&'a Registry>,
    /// What the part relies on.
    reads: Reads,
}

impl<'a> Context<'a> {
    /// The KEP records that can be relied on.
    fn keps(&self) -> impl Iterator<Item = &'a Entry<KepRecord>> {
        let keys = self.reads.kep;
        let all = self.registry.keps.iter();
        all.filter(move |entry| is_sound(keys, |key| entry.is_sound(key)))
    }

    /// The work items that can be relied on.
    fn items(&self) -> impl Iterator<Item = &'a Entry<WorkItem>> {
        let keys = self.reads.item;
        let all = self.registry.items.iter();
        all.filter(move |entry| is_sound(keys, |key| entry.is_sound(key)))
    }

    /// The records of both kinds that can be relied on.
    fn tracked(&self) -> impl Iterator<Item = Tracked<'a>> {
        self.keps()
            .map(Tracked::Kep)
            .chain(self.items().map(Tracked::Item))
    }

    /// Whether a record can be relied on.
    fn relies_on(&self, record: Tracked<'_>) -> bool {
        let keys = match record {
            Tracked::Kep(_) => self.reads.kep,
            Tracked::Item(_) => self.reads.item,
        };
        is_sound(keys, |key| record.is_sound(key))
    }

    /// The record of a KEP, if it can be relied on.
    fn kep(&self, number: u32) -> Option<&'a Entry<KepRecord>> {
        let entry = self.registry.kep(number)?;
        is_sound(self.reads.kep, |key| entry.is_sound(key)).then_some(entry)
    }

    /// Records with those first whose files were there before the change: of two that claim the same, the new one is at fault.
    fn older_first(&self) -> Vec<Tracked<'a>> {
        let mut all: Vec<Tracked<'a>> = self.tracked().collect();
        if let Some(base) = self.base {
            let old: BTreeMap<&str, Tracked<'_>> = base
                .tracked()
                .map(|one| (&*base.file(one.file()).path, one))
                .collect();
            let is_new = |one: &Tracked<'_>| {
                let was = old.get(&*self.registry.file(one.file()).path);
                was.is_none_or(|was| !was.claims_the_same(*one))
            };
            all.sort_by_key(is_new);
        }
        all
    }

    /// Whether `registry.toml` can be relied on.
    fn is_configured(&self) -> bool {
        let config = &self.registry.config;
        self.reads.config.iter().all(|key| config.is_sound(key))
    }
}

fn is_sound(groups: &[&[&str]], is_sound: impl Fn(&str) -> bool) -> bool {
    groups.iter().copied().flatten().all(|key| is_sound(key))
}

/// Whether a finding keeps `plan` and `apply` from running: an error in what a file says, and nothing else.
pub fn stops_apply(diagnostic: &Diagnostic) -> bool {
    let shape = find(diagnostic.rule.0).is_some_and(|rule| rule.group == Group::Shape);
    shape && diagnostic.level == Level::Error
}

/// Whether a record can accept what a rule finds with `[[allow]]`: the rule has levels, and what it finds is no news.
pub fn can_be_accepted(rule: RuleId, is_news: bool) -> bool {
    let is_open = find(rule.0).is_some_and(|rule| !is_firm(rule));
    is_open && !is_news && rule != unused_allow::RULE.id
}

/// Whether a rule is always an error: what cannot be read can neither be accepted nor acted on.
pub fn is_firm(rule: &Rule) -> bool {
    [syntax::RULE.id, schema::RULE.id, unsafe_file::RULE.id].contains(&rule.id)
}

/// A finding that `word` is no rule, with the nearest one.
fn no_such_rule(file: FileId, place: Place, word: &str) -> Finding {
    let finding = Finding::new(file, place.clone(), format!("no rule is named `{word}`"));
    match nearest(word, names()) {
        Some(similar) => {
            let text = match place {
                Place::Key(_) => similar.to_owned(),
                _ => quoted(similar),
            };
            finding.replace_with("a rule has a similar name", text)
        }
        None => finding.help(format!(
            "the rules are {}",
            names().collect::<Vec<_>>().join(", ")
        )),
    }
}

/// The beginning of a file: the place of a finding about the file itself.
fn file_start() -> Place {
    Place::Span(Span::default())
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = r#"number = 9001
title = "Pod Lullabies"
status = "implementable"
stage = "beta"
target = "1.38"
enabled-by-default = true
owners = ["someone"]
triage = "accepted"
shepherds = ["mikebrow", "samuelkarp"]
milestone = "2.5"
issue = 99001
pull-requests = [{ id = "containerd/containerd#1", kubernetes = "1.37" }]
upstream-seen = 2026-07-24
[reached]
alpha = "1.37"
[runtimes.containerd]
state = "released"
release = "2.3.0"
branches = { "2.4" = "2.4.1" }
[[runtimes.containerd.parts]]
name = "harmonies"
state = "merged"
[design]
consensus = "open"
approved-by = { containerd = "mikebrow" }
[[allow]]
rule = "late-milestone"
reason = "because"
"#;

    fn checked(bytes: &[u8]) -> Vec<Diagnostic> {
        let file = crate::registry::load::RawFile {
            path: "sig-node/9001-a.toml".to_owned(),
            content: Ok(bytes.to_vec()),
        };
        let loaded = crate::registry::load::load(vec![file]);
        run(&loaded, "2026-11-22".parse().unwrap(), Beside::default()).diagnostics
    }

    #[test]
    fn no_truncation_of_a_record_makes_a_rule_panic() {
        for length in 0..=WHOLE.len() {
            let _ = checked(&WHOLE.as_bytes()[..length]);
        }
    }

    #[test]
    fn no_mutation_of_a_byte_makes_a_rule_panic_or_a_flood() {
        for at in 0..WHOLE.len() {
            for byte in [b'\0', b'"', b'\n', b'[', b'9', 0xff] {
                let mut bytes = WHOLE.as_bytes().to_vec();
                bytes[at] = byte;
                let found = checked(&bytes);
                assert!(found.len() < 12, "{at} {byte}: {found:#?}");
            }
        }
    }

    /// Loader rules whose example cannot be written as text.
    const NOT_TEXT: [RuleId; 1] = [unsafe_file::RULE.id];

    #[test]
    fn every_example_is_found_and_its_remedy_is_fine() {
        for rule in RULES.iter().filter(|rule| !NOT_TEXT.contains(&rule.id)) {
            let Example {
                wrong,
                beside,
                fine,
            } = &rule.example;
            let found = testing::beside(rule.id.0, wrong, beside);
            assert!(
                !found.is_empty(),
                "{} finds nothing in its example",
                rule.id
            );
            let found = testing::beside(rule.id.0, fine, beside);
            assert_eq!(found, "", "{} finds fault with what is fine", rule.id);
        }
    }

    #[test]
    fn what_a_rule_reads_are_keys_of_the_file() {
        let known = |kind: FileKind, key: &str| kind.schema()["properties"].get(key).is_some();
        for rule in RULES {
            for part in rule.parts {
                let Reads {
                    kep,
                    item,
                    config,
                    lists: _,
                } = part.reads;
                for (kind, keys) in [
                    (FileKind::Kep, kep.concat()),
                    (FileKind::WorkItem, item.concat()),
                    (FileKind::Config, config.to_vec()),
                ] {
                    for key in keys {
                        assert!(known(kind, key), "{} reads {key} of {kind:?}", rule.id);
                    }
                }
            }
        }
    }

    #[test]
    fn rules_are_sorted_and_documented() {
        let ids: Vec<&str> = names().collect();
        let mut sorted = ids.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(ids, sorted);
        for rule in RULES {
            for text in [rule.summary, rule.why, rule.source, rule.remedy] {
                assert!(!text.trim().is_empty(), "{}", rule.id);
            }
            assert!(
                !rule.why.ends_with('.'),
                "{}: `why` follows a colon",
                rule.id
            );
        }
    }
}
