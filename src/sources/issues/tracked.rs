//! The issue of a record, as it is now → an edit of the record: where the issue went, which pull requests refer to it, and whether it still
//! names the KEP. Pure.

use std::collections::BTreeMap;

use toml_edit::DocumentMut;

use super::form;
use super::new_record::{self, Asker, TrackingIssue, is_known};
use super::pull::Asked;
use super::seen::{Found, SeenIssue, SeenPullRequest};
use crate::registry::config::Runtime;
use crate::registry::edit::{self, Listed, NoToml, edited};
use crate::registry::kep::{Fact, FactKey, KepRecord, RuntimeFacts};
use crate::registry::{Entry, Registry};
use crate::sources::kep_names::{keps_in_text, keps_in_title, neighbours};
use crate::sources::proposal::{Because, Change, Place, Proposal, Proposals, Question, Untouched};
use crate::terms::{IssueRef, PullRequestState, RepositoryName, RuntimeState, Subject};

/// More pull requests than these nobody writes into a record by hand in a week.
const MOST: usize = 50;
/// How many pull requests a remark names.
const NAMED: usize = 5;
/// What a runtime is said to have of which nothing is on record yet, until git says more.
const BEGUN: RuntimeState = RuntimeState::InProgress;

/// The edit of a record that follows from what was read of its issue; absent: none, and it is no record of an issue.
pub(super) fn proposal(
    asked: &Asked<'_>,
    entry: &Entry<KepRecord>,
    pin: Option<&IssueRef>,
    all: &mut Proposals,
) -> Option<Proposal> {
    let record = &entry.value;
    let registry = asked.registry;
    let kep = record.number;
    let subject = Subject::Kep(kep);
    let source = registry.file(entry.file);
    let pinned = pinned(registry, record);
    if pinned.is_none() && pin.is_none() && record.pull_requests.is_empty() {
        return None;
    }
    if !entry.is_whole() {
        let because = Because::Skipped(format!(
            "{}: has errors, and is left alone: run `kepherd check`",
            source.path
        ));
        all.untouched.push(Untouched { subject, because });
        return None;
    }
    let mut proposal = Proposal::about(Some(subject), source);
    let mut open = Vec::new();
    let edited: Result<_, NoToml> = edited(&source.text, |document| {
        let mut changes = Vec::new();
        let followed = pinned.as_ref().map(|pinned| follow(asked, kep, pinned));
        let mut at = pin.cloned();
        match followed {
            None => {}
            Some(Ok(way)) => {
                changes.extend(moved(asked, document, record, &way));
                at = way.last().map(|step| step.at.clone());
            }
            Some(Err(question)) => {
                open.push(question);
                at = None;
            }
        }
        if let Some(pin) = pin {
            changes.extend(pinned_now(asked, document, entry, pin, all));
        }
        let mut mentions = Mentions::default();
        for (id, seen) in &asked.seen.pull_requests {
            if record.pull_requests.iter().any(|one| one.id == *id) {
                mentions.all.insert(id.clone(), seen.clone());
            }
        }
        let known = Record::of(record);
        match at.as_ref().and_then(|at| Some((at, asked.issue(at)?))) {
            Some((at, issue)) => {
                mentions.add(issue);
                changes.extend(mentions.write(asked, document, known, at, all));
                match renumbered(asked, record, at, issue) {
                    Some(Ok(number)) => {
                        changes.extend(renumber(document, &mut proposal, kep, number, asked, at));
                    }
                    Some(Err(question)) => open.push(question),
                    None => {}
                }
            }
            None => {
                if let Some(at) = &pinned {
                    changes.extend(mentions.write(asked, document, known, at, all));
                }
            }
        }
        Ok((!changes.is_empty()).then_some(changes))
    });
    match edited {
        Ok(Some((after, changes))) => (proposal.after, proposal.changes) = (after, changes),
        Ok(None) => {}
        Err(error) => {
            let because = Because::Skipped(format!("{}: {error}", source.path));
            all.untouched.push(Untouched {
                subject: Subject::Kep(kep),
                because,
            });
            return None;
        }
    }
    all.questions.extend(open);
    Some(proposal)
}

/// The issue that a record names.
fn pinned(registry: &Registry, record: &KepRecord) -> Option<IssueRef> {
    Some(IssueRef {
        repository: registry.repository_of(record.repository.as_ref())?.clone(),
        number: record.issue?,
    })
}

/// The issues that a record's leads to, one after the other, as far as GitHub says.
pub(super) fn way_of(asked: &Asked<'_>, record: &KepRecord) -> Vec<IssueRef> {
    let pinned = pinned(asked.registry, record);
    let way = pinned.and_then(|pinned| follow(asked, record.number, &pinned).ok());
    let steps = way.into_iter().flatten();
    steps.map(|step| step.at).collect()
}

/// Where an issue led on from another.
struct Step {
    at: IssueRef,
    /// Why the one before it is not the issue any more; empty: it is the first.
    why: String,
}

/// From the issue that a record names to the one that it is now.
fn follow(asked: &Asked<'_>, kep: u32, pinned: &IssueRef) -> Result<Vec<Step>, Question> {
    let mut way = vec![Step {
        at: pinned.clone(),
        why: String::new(),
    }];
    loop {
        let Some(last) = way.last().map(|step| step.at.clone()) else {
            return Ok(way);
        };
        let question = |why: String, settled_by: &str| {
            asked.question(&last, Some(kep), why, settled_by.to_owned())
        };
        const BY_HAND: &str =
            "write the right number into `issue`, and the old one into `former-issues`";
        let (next, why) = match asked.seen.tracked.get(&last) {
            Some(Found::Issue(issue)) if issue.is_duplicate => match &issue.duplicate_of {
                Some(next) => (next.clone(), "closed as a duplicate"),
                None => {
                    let why =
                        "its issue was closed as a duplicate, and GitHub does not say of which";
                    return Err(question(why.to_owned(), BY_HAND));
                }
            },
            Some(Found::Transferred { to: Some(next), .. }) => (next.clone(), "transferred"),
            Some(Found::Transferred { address, to: None }) => {
                return Err(question(
                    format!("its issue was transferred to {address}"),
                    BY_HAND,
                ));
            }
            Some(Found::PullRequest) => {
                return Err(question("its issue is a pull request".to_owned(), BY_HAND));
            }
            Some(Found::Deleted) => {
                return Err(question(
                    "its issue was deleted".to_owned(),
                    "take `issue` out, so that a new one is opened, or write the number of another one",
                ));
            }
            Some(Found::Invisible) => {
                return Err(question(
                    "its issue is not there, or this identity may not see it".to_owned(),
                    BY_HAND,
                ));
            }
            // It is an issue, or it could not be read: that is said of its repository.
            Some(Found::Issue(_)) | None => return Ok(way),
        };
        let named = asked.short(&next);
        if way.iter().any(|step| step.at == next) {
            let why = format!("its issue was {why} of {named}, and that one is a duplicate too");
            return Err(question(why, "reopen the one that goes on"));
        }
        if !asked
            .registry
            .config
            .value
            .repositories
            .contains(&next.repository)
        {
            let why = format!(
                "its issue went to {named} ({why}), and `registry.toml` does not list that repository"
            );
            return Err(question(
                why,
                "list it in `repositories`, if kepherd is to write there",
            ));
        }
        let mut others = asked.registry.keps.iter().map(|entry| &entry.value);
        let other = others.find(|other| {
            other.number != kep && self::pinned(asked.registry, other).as_ref() == Some(&next)
        });
        if let Some(other) = other {
            let why = format!(
                "its issue was {why}: {named}, which is the issue of KEP-{}",
                other.number
            );
            return Err(question(
                why,
                "a KEP has one issue, and an issue one KEP: undo it on GitHub, or write the right number",
            ));
        }
        let names = asked
            .issue(&next)
            .map(|issue| names_of(issue).contains(&kep));
        if why != "transferred" && names == Some(false) {
            let why = format!("its issue was {why} of {named}, which does not name KEP-{kep}");
            return Err(question(why, BY_HAND));
        }
        way.push(Step {
            why: format!("{} {why}", asked.short(&last)),
            at: next,
        });
    }
}

/// The KEPs that an issue names, in its title and in the template's fields.
fn names_of(issue: &SeenIssue) -> Vec<u32> {
    let titled = keps_in_title(&issue.title).into_iter();
    titled.chain(form::read("", &issue.body).keps).collect()
}

/// Writes where an issue went.
fn moved(
    asked: &Asked<'_>,
    document: &mut DocumentMut,
    record: &KepRecord,
    way: &[Step],
) -> Vec<Change> {
    let ([first, .., last], true) = (way, way.len() > 1) else {
        return Vec::new();
    };
    let config = &asked.registry.config.value;
    let mut changes = Vec::new();
    let mut change = |key: &str, before: Option<String>, after: Option<String>| {
        let change = Change::made(Place::key(key), before, after);
        changes.push(change.because(&last.why).from(Some(asked.origin(&last.at))));
    };
    let number = |at: &IssueRef| i64::try_from(at.number).unwrap_or_default();
    edit::set(document, "issue", number(&last.at).into());
    change(
        "issue",
        Some(first.at.number.to_string()),
        Some(last.at.number.to_string()),
    );
    if last.at.repository != first.at.repository {
        let name = |name: &RepositoryName| format!("\"{name}\"");
        let before = record.repository.as_ref().map(name);
        match config.default_repository() == Some(&last.at.repository) {
            true => {
                edit::unset(document, "repository");
                change("repository", before, None);
            }
            false => {
                edit::set(
                    document,
                    "repository",
                    last.at.repository.to_string().into(),
                );
                change("repository", before, Some(name(&last.at.repository)));
            }
        }
    }
    for step in &way[..way.len() - 1] {
        let is_known = record.former_issues.contains(&step.at.number);
        if !is_known
            && edit::add_number(document, "former-issues", number(&step.at)) == Listed::Edited
        {
            change("former-issues", None, Some(step.at.number.to_string()));
        }
    }
    changes
}

/// Writes the issue of a record that had none, and what it adds to it.
fn pinned_now(
    asked: &Asked<'_>,
    document: &mut DocumentMut,
    entry: &Entry<KepRecord>,
    pin: &IssueRef,
    all: &mut Proposals,
) -> Vec<Change> {
    let Some(listed) = asked.seen.listed.get(pin) else {
        return Vec::new();
    };
    let kep = entry.value.number;
    let mut form = form::read(&listed.title, &listed.body);
    form.keps.retain(|one| *one != kep);
    form.keps.insert(0, kep);
    let issue = TrackingIssue {
        repository: &pin.repository,
        number: pin.number,
        title: &listed.title,
        form: &form,
    };
    match new_record::complete(asked.registry, entry, (issue, Asker::Program), document) {
        Ok(completed) => {
            let remarks = completed.remarks.into_iter();
            all.notes
                .extend(remarks.map(|remark| format!("KEP-{kep}, from #{}: {remark}", pin.number)));
            let changes = completed.changes.into_iter();
            changes
                .map(|change| {
                    let why = "the issue tracks the KEP, and no record named it";
                    change.because(why).from(Some(asked.origin(pin)))
                })
                .collect()
        }
        Err(_) => Vec::new(),
    }
}

/// What of a record tells which pull requests it wants to hear of.
#[derive(Clone, Copy)]
pub(super) struct Record<'a> {
    kep: u32,
    /// The record, unless it is a draft.
    value: Option<&'a KepRecord>,
}

impl<'a> Record<'a> {
    fn of(record: &'a KepRecord) -> Self {
        Self {
            kep: record.number,
            value: Some(record),
        }
    }

    /// One that is not written yet.
    pub(super) fn drafted(kep: u32) -> Self {
        Self { kep, value: None }
    }

    /// Whether work goes on, so that an open pull request is a part of it.
    fn is_going_on(self) -> bool {
        self.value.is_none_or(KepRecord::is_going_on)
    }

    fn facts(self, runtime: &str) -> Option<&'a RuntimeFacts> {
        self.value.and_then(|record| record.runtimes.get(runtime))
    }

    /// Whether the runtime has not got all of it yet, as far as is known, so that what brings it is still to come.
    fn is_awaited(self, runtime: &str) -> bool {
        let is_needed = self
            .value
            .is_none_or(|record| record.runtime_support.is_none());
        let state = self.facts(runtime).map(|facts| facts.state);
        is_needed
            && state
                .is_none_or(|state| matches!(state, RuntimeState::None | RuntimeState::InProgress))
    }

    fn has_evidence(self, id: &IssueRef) -> bool {
        let facts = self
            .value
            .into_iter()
            .flat_map(|record| record.runtimes.values());
        let mut all = facts.flat_map(RuntimeFacts::all_evidence);
        all.any(|evidence| evidence.to_string().eq_ignore_ascii_case(&id.to_string()))
    }
}

/// Adds the pull requests that refer to an issue to a document.
pub(super) fn add_mentions(
    asked: &Asked<'_>,
    document: &mut DocumentMut,
    record: Record<'_>,
    (at, issue): (&IssueRef, &SeenIssue),
    all: &mut Proposals,
) -> Vec<Change> {
    let mut mentions = Mentions::default();
    mentions.add(issue);
    mentions.write(asked, document, record, at, all)
}

/// Pull requests that have to do with a record.
#[derive(Default)]
struct Mentions {
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
    TooMany,
}

impl Left {
    fn said(&self) -> &'static str {
        match self {
            Self::Bot => "by bots",
            Self::Elsewhere => "in repositories that the registry does not know",
            Self::Backport => "into release branches",
            Self::TooMany => "more than a record takes in one run",
        }
    }
}

impl Mentions {
    fn add(&mut self, issue: &SeenIssue) {
        self.hidden += issue.hidden;
        for (id, seen) in &issue.mentions {
            self.all.insert(id.clone(), seen.clone());
        }
    }

    /// Writes what becomes of each; the rest is said in notes.
    fn write(
        &self,
        asked: &Asked<'_>,
        document: &mut DocumentMut,
        record: Record<'_>,
        at: &IssueRef,
        all: &mut Proposals,
    ) -> Vec<Change> {
        let kep = record.kep;
        let listed = edit::pull_requests(document);
        let mut changes = Vec::new();
        let mut left: BTreeMap<Left, usize> = BTreeMap::new();
        let mut mentions: BTreeMap<&str, (Vec<String>, Vec<String>)> = BTreeMap::new();
        let mut entries = 0;
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
                    all.notes
                        .push(remark(kep, (runtime, &numbers, what), &asked.short(at)));
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
                "KEP-{kep}: of what refers to {}, left out: {parts}",
                asked.short(at)
            ));
        }
        changes
    }
}

/// What is said of pull requests that may be evidence, for somebody to take or leave.
fn remark(kep: u32, (runtime, numbers, what): (&str, &[String], &str), at: &str) -> String {
    let shown = &numbers[..numbers.len().min(NAMED)];
    let more = match numbers.len() - shown.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let names: Vec<String> = shown.iter().map(|number| format!("#{number}")).collect();
    format!(
        "KEP-{kep}: {}{more} of {runtime} refer to {at} {what}, and are merged: `kepherd runtimes find --runtime {runtime} --repo CLONE --kep {kep} --accept {}` takes what brought it",
        names.join(", "),
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
    match seen.state {
        PullRequestState::Open | PullRequestState::Draft => {
            match is_listed || !record.is_going_on() {
                true => Becomes::Nothing,
                false => Becomes::Entry,
            }
        }
        PullRequestState::Closed => Becomes::Nothing,
        PullRequestState::Merged => match runtime {
            Some(_) if record.has_evidence(id) => Becomes::Nothing,
            Some(runtime) => {
                let names = names(seen);
                let is_named = names.len() == 1 && names.contains(&record.kep);
                match (is_named, record.is_awaited(runtime.name.as_str())) {
                    (true, true) => Becomes::Evidence(runtime),
                    (true, false) => Becomes::Late(runtime),
                    (false, true) => Becomes::Mention(runtime),
                    (false, false) => Becomes::Nothing,
                }
            }
            None => Becomes::Nothing,
        },
    }
}

/// The KEPs that a pull request names, in its title or its branch.
fn names(seen: &SeenPullRequest) -> std::collections::BTreeSet<u32> {
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

/// The number that a record should have, because its issue names another KEP now; or why that is for a person to say.
fn renumbered(
    asked: &Asked<'_>,
    record: &KepRecord,
    at: &IssueRef,
    issue: &SeenIssue,
) -> Option<Result<u32, Question>> {
    let kep = record.number;
    let titled = keps_in_title(&issue.title);
    let only = titled.first().copied().filter(|_| titled.len() == 1);
    let number = only.filter(|number| *number != kep)?;
    let fields = form::read("", &issue.body).keps;
    let said_before = issue
        .former_titles
        .iter()
        .any(|title| keps_in_title(title).contains(&kep));
    let is_of_another = asked.registry.kep(number).is_some();
    // Nobody but the issue ever said what its number is.
    let is_from_issue = record.upstream_seen.is_none() && !record.guessed.is_empty();
    let is_plain = said_before
        && is_from_issue
        && !is_of_another
        && !fields.contains(&kep)
        && !neighbours(kep).contains(&number);
    if is_plain {
        return Some(Ok(number));
    }
    let on_record = match is_of_another {
        true => format!(", of which there is another record"),
        false => String::new(),
    };
    let why = format!("the title of its issue names KEP-{number}{on_record}");
    let settled_by =
        format!("mend the title, or write the record anew: `kepherd new kep {number}`");
    Some(Err(asked.question(at, Some(kep), why, settled_by)))
}

/// Gives a record another number, and its file another name.
fn renumber(
    document: &mut DocumentMut,
    proposal: &mut Proposal,
    from: u32,
    to: u32,
    asked: &Asked<'_>,
    at: &IssueRef,
) -> Vec<Change> {
    edit::set(document, "number", i64::from(to).into());
    let (folder, name) = proposal
        .path
        .rsplit_once('/')
        .unwrap_or(("", &proposal.path));
    if let Some(rest) = name.strip_prefix(&from.to_string()) {
        proposal.new_path = Some(match folder {
            "" => format!("{to}{rest}"),
            folder => format!("{folder}/{to}{rest}"),
        });
    }
    let mut changes = vec![Change::made(
        Place::key("number"),
        Some(from.to_string()),
        Some(to.to_string()),
    )];
    let new_path = proposal.new_path.clone().into_iter();
    changes.extend(
        new_path.map(|path| Change::made(Place::file(), Some(proposal.path.clone()), Some(path))),
    );
    let why =
        "the title of its issue was corrected, and nothing but that issue ever said the number";
    let changes = changes.into_iter();
    changes
        .map(|change| change.because(why).from(Some(asked.origin(at))))
        .collect()
}
