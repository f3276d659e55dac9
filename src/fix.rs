//! Findings → the edits that mend them: those with one right answer, and byte for byte nothing else. Pure.

use std::collections::BTreeMap;

use crate::diagnostic::{Certainty, Diagnostic, Edit, FileId};
use crate::document;
use crate::registry::load::{RawFile, load};
use crate::registry::values::Date;
use crate::rules;
use crate::source::{SourceFile, Span};

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
        let checked = rules::run(&load(now.clone()), today, None);
        let by_path: BTreeMap<String, usize> = (0..now.len())
            .map(|at| (now[at].path.clone(), at))
            .collect();
        let index_of = |file: FileId| by_path.get(&*checked.files[file.0].path).copied();
        let mut edits: BTreeMap<usize, Vec<&Edit<Span>>> = BTreeMap::new();
        let mut renames: BTreeMap<usize, &String> = BTreeMap::new();
        for help in checked
            .diagnostics
            .iter()
            .filter(|one| wanted(one))
            .filter_map(only_remedy)
        {
            let sure = help
                .edit
                .as_ref()
                .filter(|edit| edit.certainty == Certainty::Sure);
            if let Some((edit, at)) = sure.and_then(|edit| Some((edit, index_of(edit.file)?))) {
                edits.entry(at).or_default().push(edit);
            }
        }
        for diagnostic in checked.diagnostics.iter().filter(|one| wanted(one)) {
            let rename = only_remedy(diagnostic).and_then(|help| help.rename.as_ref());
            if let Some((path, at)) =
                rename.and_then(|path| Some((path, index_of(diagnostic.primary.file)?)))
                && !by_path.contains_key(path)
                && !renames.values().any(|taken| *taken == path)
            {
                renames.insert(at, path);
            }
        }
        let mut changed = false;
        for (at, edits) in edits {
            let Ok(bytes) = &now[at].content else {
                continue;
            };
            let Ok(text) = String::from_utf8(bytes.clone()) else {
                continue;
            };
            let (after, count) = spliced(&text, edits);
            if count > 0 && is_no_worse(&now[at].path, &text, &after) {
                now[at].content = Ok(after.into_bytes());
                counts[at] += count;
                changed = true;
            }
        }
        let renames: Vec<(usize, String)> = renames
            .into_iter()
            .map(|(at, path)| (at, path.clone()))
            .collect();
        for (at, path) in renames {
            now[at].path = path;
            counts[at] += 1;
            changed = true;
        }
        if !changed {
            break;
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

/// The remedy of a finding that has one only.
fn only_remedy(diagnostic: &Diagnostic) -> Option<&crate::diagnostic::Help<Span>> {
    match diagnostic.help.as_slice() {
        [only] => Some(only),
        _ => None,
    }
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
