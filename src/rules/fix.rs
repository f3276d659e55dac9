//! Findings → the edits that mend them: those with one right answer, and byte for byte nothing else. Pure.

use std::collections::BTreeMap;

use crate::findings::diagnostic::{Certainty, Diagnostic, Edit, Help};
use crate::findings::document;
use crate::findings::sources::FileId;
use crate::registry::load::{RawFile, load};
use crate::rules;
use crate::sources::proposal::{Change, Origin, Place, Proposal};
use crate::terms::Date;
use crate::text::source::{SourceFile, Span};

/// How often what was mended is looked at again: a mended record may show what could not be seen before.
const ROUNDS: usize = 10;

/// Mends what can be mended of a registry's files, until nothing is left to mend. Files are given as they are; those that
/// cannot be read are left alone.
pub fn fix(files: &[RawFile], today: Date, wanted: impl Fn(&Diagnostic) -> bool) -> Vec<Proposal> {
    let mut now: Vec<RawFile> = files.to_vec();
    let mut changes: Vec<Vec<Change>> = vec![Vec::new(); files.len()];
    for _ in 0..ROUNDS {
        let mended = round(&mut now, today, &wanted);
        if mended.is_empty() {
            break;
        }
        for (at, mended) in mended {
            changes[at].extend(mended);
        }
    }
    let text = |file: &RawFile| match &file.content {
        Ok(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        Err(_) => String::new(),
    };
    let mut all: Vec<Proposal> = files
        .iter()
        .zip(&now)
        .zip(changes)
        .filter(|(_, changes)| !changes.is_empty())
        .map(|((before, after), changes)| Proposal {
            subject: None,
            path: before.path.clone(),
            new_path: (before.path != after.path).then(|| after.path.clone()),
            before: Some(text(before)),
            after: text(after),
            changes,
            refused: Vec::new(),
        })
        .collect();
    all.sort_by(|a, b| a.path.cmp(&b.path));
    all
}

/// The proposal that carries out one remedy of a finding, sure or not, in the file that it is about; absent: it is words alone, or what
/// it would leave is no TOML any more.
pub fn remedy(source: &SourceFile, finding: &Diagnostic, help: &Help<Span>) -> Option<Proposal> {
    let mut proposal = Proposal::about(None, source);
    if let Some(edit) = &help.edit {
        let (after, changes) = spliced(&source.text, vec![(edit, finding)]);
        if changes.is_empty() || !is_no_worse(&source.path, &source.text, &after) {
            return None;
        }
        (proposal.after, proposal.changes) = (after, changes);
    }
    if let Some(path) = &help.rename {
        proposal.new_path = Some(path.clone());
        proposal.changes.push(renamed(finding, &source.path, path));
    }
    proposal.is_edit().then_some(proposal)
}

/// A file that gets another path.
fn renamed(finding: &Diagnostic, from: &str, to: &str) -> Change {
    let place = Place::entry("file name");
    let change = Change::made(place, Some(from.to_owned()), Some(to.to_owned()));
    change.because(&finding.message).from(rule(finding))
}

/// An edit, and the finding that it mends.
type Mending<'d> = (&'d Edit<Span>, &'d Diagnostic);

/// Mends what a look at the files shows; gives what becomes of each.
fn round(
    files: &mut [RawFile],
    today: Date,
    wanted: impl Fn(&Diagnostic) -> bool,
) -> BTreeMap<usize, Vec<Change>> {
    let checked = rules::run(&load(files.to_vec()), today, rules::Beside::default());
    let by_path: BTreeMap<String, usize> = files
        .iter()
        .enumerate()
        .map(|(at, file)| (file.path.clone(), at))
        .collect();
    let index_of = |file: FileId| by_path.get(&*checked.sources.file(file).path).copied();
    let mut edits: BTreeMap<usize, Vec<Mending<'_>>> = BTreeMap::new();
    let mut renames: BTreeMap<usize, (&String, &Diagnostic)> = BTreeMap::new();
    for diagnostic in checked.diagnostics.iter().filter(|one| wanted(one)) {
        // Where there is a choice, a person chooses.
        let [Help { edit, rename, .. }] = diagnostic.help.as_slice() else {
            continue;
        };
        let sure = edit
            .as_ref()
            .filter(|edit| edit.certainty == Certainty::Sure);
        if let Some(edit) = sure
            && let Some(at) = index_of(edit.file)
        {
            edits.entry(at).or_default().push((edit, diagnostic));
        }
        if let Some(path) = rename
            && let Some(at) = index_of(diagnostic.primary.file)
            && !by_path.contains_key(path)
            && !renames.values().any(|(taken, _)| *taken == path)
        {
            renames.insert(at, (path, diagnostic));
        }
    }
    let mut mended: BTreeMap<usize, Vec<Change>> = BTreeMap::new();
    for (at, edits) in edits {
        let file = &mut files[at];
        let text = file
            .content
            .as_ref()
            .ok()
            .and_then(|bytes| std::str::from_utf8(bytes).ok());
        let Some(text) = text else {
            continue;
        };
        let path = file.path.clone();
        let is_fine = |(after, done): &(String, Vec<Change>)| {
            !done.is_empty() && is_no_worse(&path, text, after)
        };
        // Where all of them together make no TOML, the first that does by itself; the rest is looked at again.
        let alone = edits.iter().map(|edit| vec![*edit]);
        let tries = std::iter::once(edits.clone()).chain(alone);
        let mended_text = tries.map(|edits| spliced(text, edits)).find(is_fine);
        if let Some((after, done)) = mended_text {
            file.content = Ok(after.into_bytes());
            mended.entry(at).or_default().extend(done);
        }
    }
    for (at, (path, diagnostic)) in renames {
        let before = std::mem::replace(&mut files[at].path, path.clone());
        let change = renamed(diagnostic, &before, path);
        mended.entry(at).or_default().push(change);
    }
    mended
}

/// The rule that found what is mended.
fn rule(diagnostic: &Diagnostic) -> Option<Origin> {
    Some(Origin {
        what: diagnostic.rule.to_string(),
        link: None,
    })
}

/// The text with its edits, from the first to the last; one that overlaps another waits for the next round.
fn spliced(text: &str, mut edits: Vec<Mending<'_>>) -> (String, Vec<Change>) {
    edits.sort_by_key(|(edit, _)| edit.place);
    let (mut out, mut at) = (String::with_capacity(text.len()), 0);
    let mut done = Vec::new();
    for (edit, diagnostic) in edits {
        let Span { start, end } = edit.place;
        let (Some(between), Some(wrong)) = (text.get(at..start), text.get(start..end)) else {
            continue;
        };
        out.push_str(between);
        out.push_str(&edit.replacement);
        at = end;
        let line = text.get(..start).unwrap_or_default().matches('\n').count() + 1;
        let side = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let place = Place::entry(format!("line {line}"));
        let change = Change::made(place, side(wrong), side(&edit.replacement));
        done.push(change.because(&diagnostic.message).from(rule(diagnostic)));
    }
    out.push_str(text.get(at..).unwrap_or_default());
    (out, done)
}

/// Whether a text that was TOML still is.
fn is_no_worse(path: &str, before: &str, after: &str) -> bool {
    let mistakes = |text: &str| document::parse(&SourceFile::new(path, text)).1.len();
    mistakes(after) <= mistakes(before)
}
