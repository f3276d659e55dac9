//! Pull requests that refer to the issue of a record, or that it names → entries of the record, evidence, and remarks. Pure.

use std::collections::{BTreeMap, BTreeSet};

use toml_edit::DocumentMut;

use super::asked::Asked;
use super::new_record::is_known;
use super::seen::{SeenIssue, SeenPullRequest};
use crate::registry::config::Runtime;
use crate::registry::edit::{self, Listed};
use crate::registry::kep::{Fact, FactKey, KepRecord, RuntimeFacts};
use crate::registry::work_item::WorkItem;
use crate::sources::kep_names::{keps_in_text, keps_in_title};
use crate::sources::proposal::{Change, Place, Proposals};
use crate::terms::{IssueRef, PullRequestState, RuntimeState, Subject, Triage};

/// No record has more pull requests, or more evidence of one runtime.
const MOST: usize = 50;
/// How many pull requests a remark names.
const NAMED: usize = 5;
/// What a runtime is said to have of which nothing is on record yet, until git says more.
const BEGUN: RuntimeState = RuntimeState::InProgress;

/// A record that wants to hear of pull requests.
#[derive(Clone, Copy)]
pub(super) enum Record<'a> {
    /// One of a KEP that is not written yet.
    Draft(u32),
    Kep(&'a KepRecord),
    Item(&'a WorkItem),
}

impl<'a> Record<'a> {
    fn subject(self) -> Subject {
        match self {
            Self::Draft(kep) => Subject::Kep(kep),
            Self::Kep(record) => Subject::Kep(record.number),
            Self::Item(item) => Subject::Item(item.id.clone()),
        }
    }

    fn record(self) -> Option<&'a KepRecord> {
        match self {
            Self::Kep(record) => Some(record),
            Self::Draft(_) | Self::Item(_) => None,
        }
    }

    /// Whether work goes on, so that an open pull request is a part of it.
    fn is_going_on(self) -> bool {
        match self {
            Self::Draft(_) => true,
            Self::Kep(record) => record.is_going_on(),
            Self::Item(item) => item.triage != Some(Triage::Declined),
        }
    }

    fn facts(self, runtime: &str) -> Option<&'a RuntimeFacts> {
        self.record()
            .and_then(|record| record.runtimes.get(runtime))
    }

    /// Whether the runtime has not got all of it yet, as far as is known, so that what brings it is still to come.
    fn is_awaited(self, runtime: &str) -> bool {
        let is_needed = self
            .record()
            .is_none_or(|record| record.runtime_support.is_none());
        let state = self.facts(runtime).map(|facts| facts.state);
        is_needed
            && state
                .is_none_or(|state| matches!(state, RuntimeState::None | RuntimeState::InProgress))
    }

    fn has_evidence(self, id: &IssueRef) -> bool {
        let facts = self
            .record()
            .into_iter()
            .flat_map(|record| record.runtimes.values());
        let mut all = facts.flat_map(RuntimeFacts::all_evidence);
        all.any(|evidence| evidence.to_string().eq_ignore_ascii_case(&id.to_string()))
    }
}

/// Pull requests that have to do with a record.
#[derive(Default)]
pub(super) struct Mentions {
    all: BTreeMap<IssueRef, SeenPullRequest>,
    hidden: usize,
}

/// What becomes of a pull request.
enum Becomes<'a> {
    Entry,
    Evidence(&'a Runtime),
    /// It was merged into this runtime, and only mentions the issue.
    Mention(&'a Runtime),
    /// It was merged into this runtime and names the KEP, but what the runtime has is on record already.
    Late(&'a Runtime),
    Left(Left),
    Nothing,
}

/// Why a pull request is left out.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Left {
    Bot,
    Elsewhere,
    Backport,
    /// It names another KEP, and not this one.
    OfAnother,
    /// It was closed, or merged where it brings no runtime anything.
    Over,
    TooMany,
}

impl Left {
    fn said(&self) -> &'static str {
        match self {
            Self::Bot => "by bots",
            Self::Elsewhere => "in repositories that the registry does not know",
            Self::Backport => "into release branches",
            Self::OfAnother => "that name another KEP",
            Self::Over => "closed, or merged where no runtime is developed",
            Self::TooMany => "more than a record takes",
        }
    }
}

impl Mentions {
    /// One that the record names.
    pub(super) fn add_named(&mut self, id: &IssueRef, seen: &SeenPullRequest) {
        self.all.insert(id.clone(), seen.clone());
    }

    /// Those that refer to an issue.
    pub(super) fn add(&mut self, issue: &SeenIssue) {
        self.hidden += issue.hidden;
        for (id, seen) in &issue.mentions {
            self.all.insert(id.clone(), seen.clone());
        }
    }

    /// Writes what becomes of each; the rest is said in notes.
    pub(super) fn write(
        &self,
        asked: &Asked<'_>,
        document: &mut DocumentMut,
        record: Record<'_>,
        at: &IssueRef,
        all: &mut Proposals,
    ) -> Vec<Change> {
        let subject = record.subject();
        let listed = edit::pull_requests(document);
        let mut changes = Vec::new();
        let mut left: BTreeMap<Left, usize> = BTreeMap::new();
        let mut mentions: BTreeMap<&str, (Vec<String>, Vec<String>)> = BTreeMap::new();
        let mut entries = listed.len();
        let mut evidences: BTreeMap<&str, usize> = BTreeMap::new();
        for (id, seen) in &self.all {
            let is_listed = listed
                .iter()
                .any(|one| one.eq_ignore_ascii_case(&id.to_string()));
            match becomes(asked, record, (id, seen), is_listed) {
                Becomes::Entry if entries < MOST => {
                    entries += 1;
                    let change = match edit::add_pull_request(document, &id.to_string()) {
                        Listed::Edited => entry_of(id),
                        Listed::Commented => {
                            entry_of(id).open("the list has comments inside: add it by hand")
                        }
                    };
                    let why = format!("{}, and refers to {}", seen.state.said(), asked.short(at));
                    changes.push(change.because(why).from(Some(asked.origin(id))));
                }
                Becomes::Evidence(runtime) => {
                    let name = runtime.name.as_str();
                    let known = record.facts(name).map_or(0, |facts| facts.evidence.len());
                    let count = evidences.entry(name).or_insert(known);
                    *count += 1;
                    if *count > MOST {
                        *left.entry(Left::TooMany).or_default() += 1;
                        continue;
                    }
                    changes.push(evidence(asked, document, record, runtime, id));
                }
                Becomes::Mention(runtime) => {
                    let (named, _) = mentions.entry(runtime.name.as_str()).or_default();
                    named.push(id.number.to_string());
                }
                Becomes::Late(runtime) => {
                    let (_, named) = mentions.entry(runtime.name.as_str()).or_default();
                    named.push(id.number.to_string());
                }
                Becomes::Entry => *left.entry(Left::TooMany).or_default() += 1,
                Becomes::Left(why) => *left.entry(why).or_default() += 1,
                Becomes::Nothing => {}
            }
        }
        for (runtime, (mentioned, late)) in mentions {
            for (numbers, what) in [
                (mentioned, "without naming the KEP"),
                (late, "and name the KEP, after what is on record"),
            ] {
                if !numbers.is_empty() {
                    all.notes.push(remark(
                        &subject,
                        (runtime, &numbers, what),
                        &asked.short(at),
                    ));
                }
            }
        }
        let left = left.into_iter().filter(|(_, count)| *count > 0);
        let mut parts: Vec<String> = left
            .map(|(why, count)| format!("{count} {}", why.said()))
            .collect();
        if self.hidden > 0 {
            parts.push(format!("{} where this identity may not look", self.hidden));
        }
        if !parts.is_empty() {
            let parts = parts.join(", ");
            all.notes.push(format!(
                "{subject}: of what refers to {}, left out: {parts}",
                asked.short(at)
            ));
        }
        changes
    }
}

/// What is said of pull requests that may be evidence, for somebody to take or leave.
fn remark(
    subject: &Subject,
    (runtime, numbers, what): (&str, &[String], &str),
    at: &str,
) -> String {
    let shown = &numbers[..numbers.len().min(NAMED)];
    let more = match numbers.len() - shown.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let names: Vec<String> = shown.iter().map(|number| format!("#{number}")).collect();
    let (refer, are, what) = match numbers.len() {
        1 => ("refers", "is", what.replace("name the", "names the")),
        _ => ("refer", "are", what.to_owned()),
    };
    format!(
        "{subject}: {}{more} of {runtime} {refer} to {at} {what}, and {are} merged: `kepherd runtimes find --runtime {runtime} --repo CLONE --kep {} --accept {}` takes what brought it",
        names.join(", "),
        subject.named(),
        shown.join(" ")
    )
}

fn entry_of(id: &IssueRef) -> Change {
    Change::made(Place::key("pull-requests"), None, Some(format!("\"{id}\"")))
}

fn becomes<'a>(
    asked: &Asked<'a>,
    record: Record<'_>,
    (id, seen): (&IssueRef, &SeenPullRequest),
    is_listed: bool,
) -> Becomes<'a> {
    let registry = asked.registry;
    let mut runtimes = registry.config.value.runtimes.iter();
    let runtime = runtimes.find(|runtime| runtime.repository.as_ref() == Some(&id.repository));
    if id.repository.is_enhancements() {
        // The KEP's own text: kep.yaml tells it.
        return Becomes::Nothing;
    }
    if !is_known(registry, &id.repository) {
        return Becomes::Left(Left::Elsewhere);
    }
    if seen.is_by_bot {
        return Becomes::Left(Left::Bot);
    }
    let is_backport = runtime.is_some_and(|runtime| runtime.minor_of_branch(&seen.base).is_some());
    if is_backport {
        return Becomes::Left(Left::Backport);
    }
    let names = names(seen);
    if let (Subject::Kep(kep), false) = (record.subject(), is_listed || names.is_empty())
        && !names.contains(&kep)
    {
        return Becomes::Left(Left::OfAnother);
    }
    match seen.state {
        PullRequestState::Open | PullRequestState::Draft => {
            match is_listed || !record.is_going_on() {
                true => Becomes::Nothing,
                false => Becomes::Entry,
            }
        }
        PullRequestState::Closed if is_listed => Becomes::Nothing,
        PullRequestState::Closed => Becomes::Left(Left::Over),
        PullRequestState::Merged => match runtime {
            Some(_) if record.has_evidence(id) => Becomes::Nothing,
            Some(runtime) => {
                // Work without a KEP brings a runtime no feature.
                let Subject::Kep(kep) = record.subject() else {
                    return Becomes::Nothing;
                };
                match (
                    names.contains(&kep),
                    record.is_awaited(runtime.name.as_str()),
                ) {
                    (true, true) => Becomes::Evidence(runtime),
                    (true, false) => Becomes::Late(runtime),
                    (false, true) => Becomes::Mention(runtime),
                    (false, false) => Becomes::Nothing,
                }
            }
            None if is_listed => Becomes::Nothing,
            None => Becomes::Left(Left::Over),
        },
    }
}

/// The KEPs that a pull request names, in its title or its branch.
fn names(seen: &SeenPullRequest) -> BTreeSet<u32> {
    let mut names = keps_in_title(&seen.title);
    names.extend(keps_in_text(&seen.head));
    names
}

/// Writes a merged pull request as what brought the KEP to a runtime.
fn evidence(
    asked: &Asked<'_>,
    document: &mut DocumentMut,
    record: Record<'_>,
    runtime: &Runtime,
    id: &IssueRef,
) -> Change {
    let name = runtime.name.as_str();
    let begun = RuntimeFacts::in_state(BEGUN);
    let facts = record.facts(name).unwrap_or(&begun);
    let key = FactKey {
        part: None,
        fact: Fact::Evidence,
    };
    let place = Place::at(key.written(name, facts), key.pointer(name));
    let change = Change::made(place, None, Some(format!("\"{id}\"")))
        .because("merged, and names the KEP")
        .from(Some(asked.origin(id)));
    match edit::add_evidence(document, name, (None, BEGUN.written()), &id.to_string()) {
        Listed::Edited => change,
        Listed::Commented => change.open("the list has comments inside: add it by hand"),
    }
}
