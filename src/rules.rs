//! The rules: what a registry must be, each with its documentation and its source.
//!
//! A rule is a file in `rules/`: metadata and documentation first, then its check, then its tests. [`RULES`] lists them,
//! [`run`] runs them and gives each finding its level and its reason. Rules return findings; they print nothing and
//! know neither files, network nor date, except as arguments.

mod alpha_agreement;
mod branch_undecided;
mod consensus_overdue;
mod duplicate_issue;
mod duplicate_kep;
mod file_name;
pub mod fix;
mod github_limits;
mod handle_case;
mod issue_replaced;
mod kep_renumbered;
mod late_milestone;
mod liaison_prerequisites;
mod milestone_end_of_life;
mod milestone_released;
mod missing_liaison;
mod missing_link;
mod missing_milestone;
mod missing_shepherd;
mod missing_target;
pub mod policy;
mod reached_rewritten;
mod record_deleted;
mod runtime_maturity;
mod schema;
mod shepherd_not_maintainer;
mod single_shepherd;
mod stage_regressed;
mod stage_skipped;
mod status_transition;
mod syntax;
mod target_passed;
#[cfg(test)]
mod testing;
mod triage_overdue;
mod unknown_release;
mod unknown_repository;
mod unsafe_file;
mod unused_allow;
mod upstream_drift;
mod upstream_missing;
mod upstream_renumbered;
mod work_item_unassigned;

use std::collections::{BTreeMap, BTreeSet};

use crate::findings::diagnostic::{
    Certainty, Diagnostic, FileId, Finding, Level, Place, Pointer, RuleId,
};
use crate::findings::document::{self, Located};
use crate::registry::Registry;
use crate::registry::kep::Allow;
use crate::registry::load::Loaded;
use crate::sources::upstream::snapshot::Upstream;
use crate::terms::Date;
use crate::text::digest;
use crate::text::source::{SourceFile, Span};
use crate::text::words::nearest;

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
    /// A registry's text that it finds fault with.
    pub example: &'static str,
    /// What to do about a finding.
    pub remedy: &'static str,
    /// Finds it. Mistakes that the loader meets have nothing to check here.
    check: fn(&Context<'_>, &mut Vec<Finding>),
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
    &issue_replaced::RULE,
    &kep_renumbered::RULE,
    &late_milestone::RULE,
    &liaison_prerequisites::RULE,
    &milestone_end_of_life::RULE,
    &milestone_released::RULE,
    &missing_liaison::RULE,
    &missing_link::RULE,
    &missing_milestone::RULE,
    &missing_shepherd::RULE,
    &missing_target::RULE,
    &reached_rewritten::RULE,
    &record_deleted::RULE,
    &runtime_maturity::RULE,
    &schema::RULE,
    &shepherd_not_maintainer::RULE,
    &single_shepherd::RULE,
    &stage_regressed::RULE,
    &stage_skipped::RULE,
    &status_transition::RULE,
    &syntax::RULE,
    &target_passed::RULE,
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

/// What a rule looks at.
pub struct Context<'a> {
    /// The registry.
    pub registry: &'a Registry,
    /// The day of the check.
    pub today: Date,
    /// The registry that a change starts from, if a change is judged.
    pub base: Option<&'a Registry>,
    /// kubernetes/enhancements, if the records are held to it.
    pub upstream: Option<&'a Upstream>,
}

/// What a registry is looked at beside. The files of each have numbers of their own.
#[derive(Debug, Clone, Copy, Default)]
pub struct Beside<'a> {
    /// The registry that a change starts from, loaded with [`load_from`](crate::registry::load::load_from).
    pub base: Option<&'a Loaded>,
    /// kubernetes/enhancements.
    pub upstream: Option<&'a Upstream>,
}

impl<'a> Beside<'a> {
    /// The registry that a change starts from.
    pub fn base(base: &'a Loaded) -> Self {
        Self {
            base: Some(base),
            upstream: None,
        }
    }
}

/// What a check found, and the files that it speaks of: those of the registry, then those of the base, then upstream's.
#[derive(Debug)]
pub struct Checked {
    /// The findings, by file and place.
    pub diagnostics: Vec<Diagnostic>,
    /// The files that findings index.
    pub files: Vec<SourceFile>,
}

/// Runs every rule over a loaded registry: each finding with its level, its reason and its place in bytes, by file and
/// place. Findings that a record accepts, or whose rule is off, are left out.
///
/// Beside the registry that a change starts from, the change is judged too, and findings that were there before are marked.
pub fn run(loaded: &Loaded, today: Date, beside: Beside<'_>) -> Checked {
    let registry = &loaded.registry;
    let Beside { base, upstream } = beside;
    let context = Context {
        registry,
        today,
        base: base.map(|base| &base.registry),
        upstream,
    };
    let mut findings = loaded.findings.clone();
    for rule in RULES {
        (rule.check)(&context, &mut findings);
    }
    let accepted = accept(registry, &mut findings);
    unused_allow::report(registry, upstream.is_some(), &accepted, &mut findings);
    let mut checked = located(&context, findings, |rule| level_of(registry, rule));
    if let Some(base) = base {
        mark_known(&mut checked.diagnostics, registry, base, today, upstream);
    }
    checked
}

/// Runs the rules about upstream alone, at their own levels; findings that a record accepts are left out.
pub fn run_upstream(loaded: &Loaded, today: Date, upstream: &Upstream) -> Checked {
    let context = Context {
        registry: &loaded.registry,
        today,
        base: None,
        upstream: Some(upstream),
    };
    let mut findings = Vec::new();
    for rule in RULES.iter().filter(|rule| rule.group == Group::Upstream) {
        (rule.check)(&context, &mut findings);
    }
    accept(&loaded.registry, &mut findings);
    located(&context, findings, |rule| rule.level)
}

/// Gives each finding its level, its reason, its place in bytes and its fingerprint; by file and place.
fn located(
    context: &Context<'_>,
    mut findings: Vec<Finding>,
    level_of: impl Fn(&Rule) -> Level,
) -> Checked {
    let Context {
        registry,
        base,
        upstream,
        today: _,
    } = *context;
    let file_of = |id: FileId| match (base, upstream) {
        (_, Some(upstream)) if id.0 >= upstream.first_file => upstream.file(id),
        (Some(base), _) if id.0 >= base.first_file => base.file(id),
        _ => registry.file(id),
    };
    leave_out_what_nobody_reads(&mut findings);
    let mut located: BTreeMap<FileId, Located<'_>> = BTreeMap::new();
    let mut diagnostics: Vec<Diagnostic> = findings
        .into_iter()
        .filter_map(|mut finding| {
            let rule = find(finding.rule.0)?;
            // A finding may be quieter than its rule, when it says only what is not known.
            finding.level = level_of(rule).max(finding.level);
            finding.why = rule.why;
            (finding.level != Level::Off).then(|| {
                finding.locate(|file, place| {
                    let document = located.entry(file);
                    document
                        .or_insert_with(|| Located::of(file_of(file)))
                        .span_of(place)
                })
            })
        })
        .collect();
    for edit in diagnostics
        .iter_mut()
        .flat_map(|one| &mut one.help)
        .filter_map(|help| help.edit.as_mut())
    {
        // What is left out would take a comment with it, which may be about something else.
        if edit.replacement.is_empty() && file_of(edit.file).slice(edit.place).contains('#') {
            edit.certainty = Certainty::Guess;
        }
    }
    diagnostics.sort_by(|a, b| {
        let place = |d: &Diagnostic| (d.primary.file, d.primary.place, d.rule);
        place(a)
            .cmp(&place(b))
            .then_with(|| a.message.cmp(&b.message))
    });
    diagnostics.dedup();
    let name_of = |id: FileId| file_of(id).path.to_string();
    give_fingerprints(&mut diagnostics, registry, name_of);
    let mut files = registry.files.clone();
    files.extend(base.into_iter().flat_map(|base| base.files.iter().cloned()));
    files.extend(
        upstream
            .into_iter()
            .flat_map(|upstream| upstream.files.iter().cloned()),
    );
    Checked { diagnostics, files }
}

/// What makes a finding the same one in two revisions: rule, record and words, wherever its line has moved to.
type Fingerprint = (RuleId, String, String);

/// The fingerprints of findings in a registry's own files.
fn fingerprints<'a>(
    diagnostics: impl Iterator<Item = &'a Diagnostic>,
    registry: &Registry,
) -> Vec<Option<Fingerprint>> {
    let numbers: BTreeMap<FileId, u32> = registry
        .keps
        .iter()
        .map(|entry| (entry.file, entry.value.number))
        .collect();
    let own = registry.first_file..registry.first_file + registry.files.len();
    diagnostics
        .map(|diagnostic| {
            let file = diagnostic.primary.file;
            let record = match numbers.get(&file) {
                Some(number) => number.to_string(),
                None if own.contains(&file.0) => registry.file(file).path.to_string(),
                None => return None,
            };
            Some((diagnostic.rule, record, diagnostic.message.clone()))
        })
        .collect()
}

/// Gives each finding a digest of what makes it the same one, and of how many such there are before it.
fn give_fingerprints(
    diagnostics: &mut [Diagnostic],
    registry: &Registry,
    path_of: impl Fn(FileId) -> String,
) {
    let all = fingerprints(diagnostics.iter(), registry);
    let mut seen: BTreeMap<Fingerprint, usize> = BTreeMap::new();
    for (diagnostic, fingerprint) in diagnostics.iter_mut().zip(all) {
        let (rule, record, message) = fingerprint.unwrap_or_else(|| {
            let path = path_of(diagnostic.primary.file);
            (diagnostic.rule, path, diagnostic.message.clone())
        });
        let digest = digest::of([rule.0, record.as_str(), message.as_str()]);
        let count = seen.entry((rule, record, message)).or_default();
        *count += 1;
        diagnostic.fingerprint = format!("{}:{count}", &digest[..16]);
    }
}

/// Marks the findings that were there before a change, each as often as it was.
fn mark_known(
    diagnostics: &mut [Diagnostic],
    registry: &Registry,
    base: &Loaded,
    today: Date,
    upstream: Option<&Upstream>,
) {
    let beside = Beside {
        base: None,
        upstream,
    };
    let before = run(base, today, beside);
    let mut left: BTreeMap<Fingerprint, usize> = BTreeMap::new();
    for fingerprint in fingerprints(before.diagnostics.iter(), &base.registry)
        .into_iter()
        .flatten()
    {
        *left.entry(fingerprint).or_default() += 1;
    }
    let now = fingerprints(diagnostics.iter(), registry);
    for (diagnostic, fingerprint) in diagnostics.iter_mut().zip(now) {
        if let Some(count) = fingerprint
            .and_then(|fingerprint| left.get_mut(&fingerprint))
            .filter(|count| **count > 0)
        {
            *count -= 1;
            diagnostic.known = true;
        }
    }
}

/// Whether a finding keeps `plan` and `apply` from running: an error in what a file says, and nothing else.
pub fn stops_apply(diagnostic: &Diagnostic) -> bool {
    let shape = find(diagnostic.rule.0).is_some_and(|rule| rule.group == Group::Shape);
    shape && diagnostic.level == Level::Error
}

/// Whether a rule is always an error: what cannot be read can neither be accepted nor acted on.
fn is_firm(rule: &Rule) -> bool {
    [syntax::RULE.id, schema::RULE.id, unsafe_file::RULE.id].contains(&rule.id)
}

fn level_of(registry: &Registry, rule: &Rule) -> Level {
    if is_firm(rule) {
        return Level::Error;
    }
    let config = &registry.config.value;
    config.rules.get(rule.id.0).copied().unwrap_or(rule.level)
}

/// The most findings that one file contributes. A hostile file has a hundred thousand, and nobody reads them.
const MOST_FINDINGS: usize = 1_000;

fn leave_out_what_nobody_reads(findings: &mut Vec<Finding>) {
    let mut counts: BTreeMap<FileId, usize> = BTreeMap::new();
    let mut over: BTreeMap<FileId, RuleId> = BTreeMap::new();
    findings.retain(|finding| {
        let count = counts.entry(finding.primary.file).or_default();
        *count += 1;
        let kept = *count <= MOST_FINDINGS;
        if !kept {
            over.entry(finding.primary.file).or_insert(finding.rule);
        }
        kept
    });
    for (file, rule) in over {
        findings.push(Finding::new(
            rule,
            file,
            file_start(),
            format!("this file has more than {MOST_FINDINGS} findings; the others are not shown: mend these first"),
        ));
    }
}

/// The `[[allow]]` entries of a registry, each with its file and its place in it.
fn allows(registry: &Registry) -> impl Iterator<Item = (FileId, Pointer, &Allow)> {
    let keps = registry
        .keps
        .iter()
        .map(|entry| (entry.file, &entry.value.allow));
    let items = registry
        .items
        .iter()
        .map(|entry| (entry.file, &entry.value.allow));
    keps.chain(items).flat_map(|(file, allows)| {
        allows
            .iter()
            .enumerate()
            .map(move |(index, allow)| (file, Pointer::to("allow").index(index), allow))
    })
}

/// Drops the findings that records accept; gives the places of the entries that accepted one.
fn accept(registry: &Registry, findings: &mut Vec<Finding>) -> BTreeSet<(FileId, Pointer)> {
    let mut used = BTreeSet::new();
    for (file, place, allow) in allows(registry) {
        if find(allow.rule.as_str()).is_some_and(is_firm) {
            continue;
        }
        let is_meant = |finding: &Finding| {
            finding.primary.file == file && finding.rule.0 == allow.rule.as_str()
        };
        // What is news cannot be accepted, and that does not make the entry useless.
        if findings.iter().any(is_meant) {
            used.insert((file, place));
        }
        findings.retain(|finding| !is_meant(finding) || finding.is_news);
    }
    used
}

/// A finding that `word` is no rule, with the nearest one.
fn no_such_rule(file: FileId, place: Place, word: &str, found_by: RuleId) -> Finding {
    let finding = Finding::new(
        found_by,
        file,
        place.clone(),
        format!("no rule is named `{word}`"),
    );
    match nearest(word, names()) {
        Some(similar) => {
            let text = match place {
                Place::Key(_) => similar.to_owned(),
                _ => document::quoted(similar),
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

fn nothing_to_check(_: &Context<'_>, _: &mut Vec<Finding>) {}

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

    #[test]
    fn rules_are_sorted_and_documented() {
        let ids: Vec<&str> = names().collect();
        let mut sorted = ids.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(ids, sorted);
        for rule in RULES {
            for text in [
                rule.summary,
                rule.why,
                rule.source,
                rule.example,
                rule.remedy,
            ] {
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
