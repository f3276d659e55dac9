//! The issue of a record, as it is now → an edit of the record: where the issue went, which pull requests refer to it, and whether it still
//! names the KEP. Pure.

use toml_edit::DocumentMut;

use super::asked::Asked;
use super::form;
use super::mentions::{Mentions, Record};
use super::new_record::{self, Asker, TrackingIssue};
use super::seen::{Found, SeenIssue};
use crate::registry::edit::{self, Listed, NoToml, edited};
use crate::registry::kep::KepRecord;
use crate::registry::tracked::Tracked;
use crate::registry::{Entry, Registry};
use crate::sources::kep_names::{keps_in_title, neighbours};
use crate::sources::proposal::{Because, Change, Place, Proposal, Proposals, Question, Untouched};
use crate::terms::{IssueRef, RepositoryName, Subject};

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
    let pinned = Tracked::Kep(entry).pinned(registry);
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
        let followed = pinned.as_ref().map(|pinned| {
            let way = follow(asked, kep, pinned)?;
            match has_a_number_twice(record, &way) {
                None => Ok(way),
                Some(at) => {
                    let why = format!(
                        "its issue is {} now, and the record names that number of another repository already",
                        asked.short(at)
                    );
                    let by_hand = "write `issue` and `repository` by hand, without the other one";
                    Err(asked.question(at, Some(kep), why, by_hand.to_owned()))
                }
            }
        });
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
        for pull_request in &record.pull_requests {
            if let Some(seen) = asked.seen.pull_requests.get(&pull_request.id) {
                mentions.add_named(&pull_request.id, seen);
            }
        }
        let known = Record::Kep(record);
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

/// Where an issue went, if its number there is that of another issue of the record: a record names issues of one repository by numbers alone.
fn has_a_number_twice<'w>(record: &KepRecord, way: &'w [Step]) -> Option<&'w IssueRef> {
    let (last, before) = way.split_last()?;
    let mut taken = record.former_issues.iter().chain(&record.related_issues);
    let number = last.at.number;
    let is_taken =
        taken.any(|one| *one == number) || before.iter().any(|one| one.at.number == number);
    (!before.is_empty() && is_taken).then_some(&last.at)
}

/// The issues that a record's leads to, one after the other, as far as GitHub says.
pub(super) fn way_of(asked: &Asked<'_>, entry: &Entry<KepRecord>) -> Vec<IssueRef> {
    let pinned = Tracked::Kep(entry).pinned(asked.registry);
    let way = pinned.and_then(|pinned| follow(asked, entry.value.number, &pinned).ok());
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
            None if way.len() > 1 && !asked.seen.problems.contains_key(&last.repository) => {
                let why = "its issue leads on further than is followed".to_owned();
                return Err(question(why, BY_HAND));
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
        let owner = owner_of(asked.registry, &next);
        if let Some(other) = owner.filter(|other| *other != Subject::Kep(kep)) {
            let why = format!("its issue was {why}: {named}, which is the issue of {other}");
            return Err(question(
                why,
                "a KEP has one issue, and an issue one KEP: undo it on GitHub, or write the right number",
            ));
        }
        let known = asked.issue(&next).map(names_of);
        let mut others = known.iter().flatten().filter(|other| **other != kep);
        if let Some(other) = others.find(|other| asked.registry.kep(**other).is_some()) {
            let why = format!("its issue was {why}: {named}, which names KEP-{other} too");
            return Err(question(why, BY_HAND));
        }
        let names = known.map(|known| known.contains(&kep));
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

/// The record that names an issue as its own.
fn owner_of(registry: &Registry, at: &IssueRef) -> Option<Subject> {
    let mut records = registry.tracked();
    let owner = records.find(|record| record.pinned(registry).as_ref() == Some(at));
    owner.map(Tracked::subject)
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
        true => ", of which there is another record",
        false => "",
    };
    let fields = match fields.contains(&kep) {
        true => format!(", and its fields KEP-{kep}"),
        false => String::new(),
    };
    let why = format!("the title of its issue names KEP-{number}{fields}{on_record}");
    let settled_by = "mend the title and the fields, or take `issue` out of the record".to_owned();
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
