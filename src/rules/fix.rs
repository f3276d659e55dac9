//! Findings → the edits that mend them: those with one right answer, and byte for byte nothing else. Pure.

use std::collections::BTreeMap;

use crate::findings::diagnostic::{Certainty, Diagnostic, Edit, Help};
use crate::findings::document;
use crate::findings::sources::FileId;
use crate::registry::load::{RawFile, load};
use crate::rules;
use crate::terms::Date;
use crate::text::source::{SourceFile, Span};

/// How often what was mended is looked at again: a mended record may show what could not be seen before.
const ROUNDS: usize = 10;

/// A file that was mended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fixed {
    /// The path that it had, below the registry's root.
    pub path: String,
    /// The path that it has now.
    pub new_path: String,
    /// The text that it had.
    pub before: String,
    /// The text that it has now.
    pub after: String,
    /// How many findings that mends.
    pub count: usize,
}

/// Mends what can be mended of a registry's files, until nothing is left to mend. Files are given as they are; those that
/// cannot be read are left alone.
pub fn fix(files: &[RawFile], today: Date, wanted: impl Fn(&Diagnostic) -> bool) -> Vec<Fixed> {
    let mut now: Vec<RawFile> = files.to_vec();
    let mut counts = vec![0; files.len()];
    for _ in 0..ROUNDS {
        let mended = round(&mut now, today, &wanted);
        if mended.is_empty() {
            break;
        }
        for (at, count) in mended {
            counts[at] += count;
        }
    }
    let text = |file: &RawFile| match &file.content {
        Ok(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        Err(_) => String::new(),
    };
    files
        .iter()
        .zip(&now)
        .zip(counts)
        .filter(|(_, count)| *count > 0)
        .map(|((before, after), count)| Fixed {
            path: before.path.clone(),
            new_path: after.path.clone(),
            before: text(before),
            after: text(after),
            count,
        })
        .collect()
}

/// Mends what a look at the files shows; gives how much of each.
fn round(
    files: &mut [RawFile],
    today: Date,
    wanted: impl Fn(&Diagnostic) -> bool,
) -> BTreeMap<usize, usize> {
    let checked = rules::run(&load(files.to_vec()), today, rules::Beside::default());
    let by_path: BTreeMap<String, usize> = files
        .iter()
        .enumerate()
        .map(|(at, file)| (file.path.clone(), at))
        .collect();
    let index_of = |file: FileId| by_path.get(&*checked.sources.file(file).path).copied();
    let mut edits: BTreeMap<usize, Vec<&Edit<Span>>> = BTreeMap::new();
    let mut renames: BTreeMap<usize, &String> = BTreeMap::new();
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
            edits.entry(at).or_default().push(edit);
        }
        if let Some(path) = rename
            && let Some(at) = index_of(diagnostic.primary.file)
            && !by_path.contains_key(path)
            && !renames.values().any(|taken| *taken == path)
        {
            renames.insert(at, path);
        }
    }
    let mut mended: BTreeMap<usize, usize> = BTreeMap::new();
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
        let is_fine =
            |(after, count): &(String, usize)| *count > 0 && is_no_worse(&path, text, after);
        // Where all of them together make no TOML, the first that does by itself; the rest is looked at again.
        let alone = edits.iter().map(|edit| vec![*edit]);
        let tries = std::iter::once(edits.clone()).chain(alone);
        let mended_text = tries.map(|edits| spliced(text, edits)).find(is_fine);
        if let Some((after, count)) = mended_text {
            file.content = Ok(after.into_bytes());
            *mended.entry(at).or_default() += count;
        }
    }
    for (at, path) in renames {
        files[at].path.clone_from(path);
        *mended.entry(at).or_default() += 1;
    }
    mended
}

/// The text with its edits, from the first to the last; one that overlaps another waits for the next round.
fn spliced(text: &str, mut edits: Vec<&Edit<Span>>) -> (String, usize) {
    edits.sort_by_key(|edit| edit.place);
    let (mut out, mut at, mut count) = (String::with_capacity(text.len()), 0, 0);
    for edit in edits {
        let Span { start, end } = edit.place;
        let (Some(between), Some(_)) = (text.get(at..start), text.get(start..end)) else {
            continue;
        };
        out.push_str(between);
        out.push_str(&edit.replacement);
        at = end;
        count += 1;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    (out, count)
}

/// Whether a text that was TOML still is.
fn is_no_worse(path: &str, before: &str, after: &str) -> bool {
    let mistakes = |text: &str| document::parse(&SourceFile::new(path, text)).1.len();
    mistakes(after) <= mistakes(before)
}
