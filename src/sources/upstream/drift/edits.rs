//! Where a record and upstream differ → the edits of the record that follow. Comments, order and formatting stay.

use toml_edit::DocumentMut;

use super::Drift;
use crate::registry::edit::{
    self, Listed, add_to_list, comments_of, date, get, set, take_from_list, unset,
};
use crate::registry::kep::KepRecord;
use crate::sources::proposal::{Change, Origin, Place, Settled};
use crate::sources::upstream::facts::{Facts, Field};
use crate::terms::{Date, Guess};
use crate::text::words::has_name;

/// A new record with these facts, as text. What nobody has triaged says so.
pub fn new_record(facts: &Facts, seen: Date) -> String {
    let mut document = DocumentMut::new();
    set(&mut document, "number", i64::from(facts.number).into());
    for field in Field::ALL {
        if let Some(value) = facts.value(field) {
            set(&mut document, field.key(), value.to_toml());
        }
    }
    set(&mut document, "triage", "pending".into());
    set(&mut document, SEEN, date(seen));
    let mut text = String::from("#:schema ../../schema/kep.schema.json\n");
    text.push_str(&document.to_string());
    text
}

/// What an update came to.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Updated {
    /// What changed.
    pub changes: Vec<Change>,
    /// What people have to edit themselves, because of the comments there.
    pub commented: Vec<Commented>,
}

/// A field that people have to edit themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commented {
    /// Which one, and why it differs.
    pub drift: Drift,
    /// Comments that would go with it; empty: they stand inside of a list, and nobody knows beside which text each belongs.
    pub lost: Vec<String>,
}

/// Takes over into a record what upstream has changed, and writes down when that was read; gives what changed. If something is
/// left to decide or to do, nothing changes. `origin` tells where a field stands upstream.
///
/// Comments, order and everything that upstream does not own stay as they are.
pub fn update(
    document: &mut DocumentMut,
    record: &KepRecord,
    drifts: &[Drift],
    settled: Settled,
    (now, seen): (&Facts, Date),
    origin: impl Fn(Field) -> Option<Origin>,
) -> Updated {
    let seen_before = record.upstream_seen;
    let mut updated = Updated::default();
    // A record that waits for a person waits as a whole: what is taken over and what is not were read on one day.
    if settled == Settled::Not && drifts.iter().any(Drift::is_conflict) {
        return updated;
    }
    let mut edited = document.clone();
    let is_taken =
        |drift: &&Drift| drift.is_taken() || (drift.is_conflict() && settled == Settled::Theirs);
    for drift in drifts.iter().filter(is_taken) {
        let key = drift.field.key();
        let before = get(&edited, key);
        // What people wrote beside a value is theirs, and may say why upstream is not to be believed.
        let lost = match drift.upstream {
            Some(_) => Vec::new(),
            None => comments_of(&edited, key),
        };
        let is_lost = !lost.is_empty() && settled != Settled::Theirs;
        let listed = match &drift.upstream {
            Some(value) => match value.list() {
                Some(list) => set_list(&mut edited, key, &list),
                None => {
                    set(&mut edited, key, value.to_toml());
                    Listed::Edited
                }
            },
            None if is_lost => Listed::Commented,
            None => {
                unset(&mut edited, key);
                Listed::Edited
            }
        };
        let mut why = drift.why(seen_before);
        match listed {
            Listed::Commented => updated.commented.push(Commented {
                drift: drift.clone(),
                lost,
            }),
            Listed::Edited => {
                if !lost.is_empty() {
                    why.push_str(&format!("; its comment goes with it: {}", lost.join(" ")));
                }
                updated.changes.push(
                    Change::made(Place::key(key), before, get(&edited, key))
                        .because(why)
                        .from(origin(drift.source())),
                );
            }
        }
    }
    if !updated.commented.is_empty() {
        updated.changes.clear();
        return updated;
    }
    updated
        .changes
        .extend(settle_guesses(&mut edited, record, drifts, now));
    if seen_before != Some(seen) {
        let before = get(&edited, SEEN);
        set(&mut edited, SEEN, date(seen));
        updated.changes.push(
            Change::made(Place::key(SEEN), before, Some(seen.to_string()))
                .because("the day of the commit that was read")
                .routine(),
        );
    }
    *document = edited;
    updated
}

/// A record that was read guesses no more, but for what kep.yaml says unclearly.
fn settle_guesses(
    document: &mut DocumentMut,
    record: &KepRecord,
    drifts: &[Drift],
    now: &Facts,
) -> Vec<Change> {
    let mut changes = Vec::new();
    // What is on by default was said of another stage.
    let key = Guess::EnabledByDefault.written();
    let is_of_another = drifts
        .iter()
        .any(|one| one.field == Field::Stage && one.is_taken());
    if record.guesses(Guess::EnabledByDefault) && is_of_another {
        let before = get(document, key);
        unset(document, key);
        let change = Change::made(Place::key(key), before, None);
        changes.push(change.because("it was a guess, and of another stage"));
    }
    if !record.guessed.is_empty() {
        let before = get(document, GUESSED);
        let unclear = now.unclear.iter().filter_map(|field| field.guess());
        let left: Vec<String> = unclear
            .filter(|guess| record.guesses(*guess))
            .map(|guess| guess.written().to_owned())
            .collect();
        match left.is_empty() {
            true => unset(document, GUESSED),
            false => set(document, GUESSED, edit::list(left)),
        }
        let after = get(document, GUESSED);
        if after != before {
            let change = Change::made(Place::key(GUESSED), before, after);
            changes.push(change.because("kep.yaml has been read").routine());
        }
    }
    changes
}

/// Makes a list hold these texts, with as few edits as that takes.
fn set_list(document: &mut DocumentMut, key: &str, list: &[String]) -> Listed {
    if get(document, key).is_none() {
        set(document, key, edit::list(list.to_vec()));
        return Listed::Edited;
    }
    let before = edit::texts(document, key);
    // Those that come are added first: a list without any text would go away, and its place with it.
    let come = list.iter().filter(|one| !has_name(&before, one));
    let go = before.iter().filter(|one| !has_name(list, one));
    let mut edits = Vec::new();
    edits.extend(come.map(|one| add_to_list(document, key, one)));
    edits.extend(go.map(|one| take_from_list(document, key, one)));
    match edits.contains(&Listed::Commented) {
        true => Listed::Commented,
        false => Listed::Edited,
    }
}

/// The key that says when a record was last read.
const SEEN: &str = "upstream-seen";
/// The key that says what of a record is a guess.
const GUESSED: &str = "guessed";
