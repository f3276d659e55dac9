//! What can be done where a cursor is: the remedies of findings, an `[[allow]]` with a reason to fill in, the next aim of a KEP. Each is a
//! [`Proposal`], as every command that edits makes them; here it becomes an edit of the client's.

use std::collections::HashMap;

use gen_lsp_types::{
    CodeAction, CodeActionKind, DocumentChange, Edit, OptionalVersionedTextDocumentIdentifier,
    RenameFile, TextDocumentEdit, TextDocumentIdentifier, TextEdit, WorkspaceEdit,
};
use similar::{DiffOp, TextDiff};

use super::client::Client;
use super::diagnostics::{is_shown, location, shown};
use super::outline::{Outline, Step};
use super::positions::Lines;
use super::promises::FIX_ALL;
use super::workspace::{Disk, OpenRegistry, Workspace, uri_of};
use crate::findings::diagnostic::{Certainty, Diagnostic};
use crate::findings::sources::FileId;
use crate::registry::calendars::Cycle;
use crate::registry::load::RawFile;
use crate::registry::schema::FileKind;
use crate::rules::allow::accepting;
use crate::rules::can_be_accepted;
use crate::rules::fix::{fix, remedy};
use crate::sources::promote::{NextAim, propose};
use crate::sources::proposal::Proposal;
use crate::terms::{Date, Stage};
use crate::text::source::Span;

/// An action before it is the client's: what it is called, and what it does.
struct Action {
    title: String,
    kind: CodeActionKind,
    mends: Option<Diagnostic>,
    is_preferred: bool,
    proposals: Vec<Proposal>,
}

/// What can be done about some bytes of a file. `only`: of these kinds; empty: of all, but for what mends a whole file.
pub(super) fn actions<D: Disk>(
    workspace: &Workspace<D>,
    client: &Client,
    registry: &OpenRegistry,
    file: FileId,
    span: Span,
    only: &[CodeActionKind],
) -> Vec<CodeAction> {
    let wants = |kind: &CodeActionKind| {
        let kind = String::from(kind.clone());
        only.is_empty()
            || only.iter().any(|wanted| {
                let wanted = String::from(wanted.clone());
                wanted.is_empty() || kind == wanted || kind.starts_with(&format!("{wanted}."))
            })
    };
    let mut all = Vec::new();
    if wants(&CodeActionKind::QuickFix) {
        all.extend(remedies(client, registry, file, span));
    }
    if wants(&CodeActionKind::RefactorRewrite) {
        all.extend(next_aims(registry, file, span, workspace.today()));
    }
    let whole = CodeActionKind::from(FIX_ALL.to_owned());
    if !only.is_empty() && wants(&whole) {
        all.extend(everything(registry, file, workspace.today()));
    }
    let actions = all.into_iter().filter_map(|action| {
        let Action {
            title,
            kind,
            mends,
            is_preferred,
            proposals,
        } = action;
        let edit = edit(workspace, client, registry, &proposals)?;
        let mends = mends.map(|finding| {
            let lines = Lines::of(&registry.registry().file(file).text, client.encoding);
            let at = |file, span| location(workspace, registry, client.encoding, file, span);
            vec![shown(&finding, &lines, at)]
        });
        Some(CodeAction {
            title,
            kind: Some(kind),
            diagnostics: mends,
            is_preferred: is_preferred.then_some(true),
            edit: Some(edit),
            ..CodeAction::default()
        })
    });
    actions.collect()
}

/// The remedies of the findings that some bytes touch.
fn remedies(client: &Client, registry: &OpenRegistry, file: FileId, span: Span) -> Vec<Action> {
    let source = registry.registry().file(file);
    let touches = |finding: &&Diagnostic| {
        let Span { start, end } = finding.primary.place;
        start <= span.end && span.start <= end
    };
    let found = registry.standing().of(file);
    let found = found.into_iter().flat_map(|found| found.iter());
    let found: Vec<&Diagnostic> = found
        .filter(|finding| is_shown(client, finding))
        .filter(touches)
        .collect();
    let mut all = Vec::new();
    for finding in &found {
        let is_alone = finding.help.len() == 1;
        for help in &finding.help {
            let Some(proposal) = remedy(source, finding, help) else {
                continue;
            };
            let is_sure = match &help.edit {
                Some(edit) => edit.certainty == Certainty::Sure,
                None => true,
            };
            let text = &help.text;
            let removes = help
                .edit
                .as_ref()
                .is_some_and(|edit| edit.replacement.trim().is_empty());
            let title = match help.unsaid().and_then(|new| new.lines().next()) {
                Some(first) => format!("{text}: `{first}`"),
                None if removes => format!("{text}: remove it"),
                None => text.clone(),
            };
            all.push(Action {
                title,
                kind: CodeActionKind::QuickFix,
                mends: Some((*finding).clone()),
                is_preferred: is_sure && is_alone,
                proposals: vec![proposal],
            });
        }
    }
    let kind = FileKind::of(&source.path);
    let is_record = matches!(kind, Some(FileKind::Kep | FileKind::WorkItem));
    let mut accepted = std::collections::BTreeSet::new();
    for finding in found
        .into_iter()
        .filter(|finding| is_record && can_be_accepted(finding.rule, finding.is_news))
    {
        // One entry accepts all that a rule finds in a record.
        if accepted.insert(finding.rule) {
            all.push(Action {
                title: format!("accept `{}` here, with a reason", finding.rule),
                kind: CodeActionKind::QuickFix,
                mends: Some(finding.clone()),
                is_preferred: false,
                proposals: vec![accepting(source, finding.rule)],
            });
        }
    }
    all
}

/// The next stage of a KEP, in each of the cycles that code can still be merged in: where the cursor is on what it aims at or has reached,
/// once that is behind it.
fn next_aims(registry: &OpenRegistry, file: FileId, span: Span, today: Date) -> Vec<Action> {
    let all = registry.registry();
    let Some(entry) = registry.kep_in(file).filter(|entry| entry.is_whole()) else {
        return Vec::new();
    };
    let record = &entry.value;
    let next = match record.stage {
        None => Stage::Alpha,
        Some(Stage::Alpha) => Stage::Beta,
        Some(Stage::Beta) => Stage::Stable,
        _ => return Vec::new(),
    };
    let calendar = all.kubernetes.as_ref().map(|calendar| &calendar.value);
    let has_shipped = |target| calendar.is_some_and(|calendar| calendar.shipped_by(target, today));
    if record.stage.is_some() && !record.target.is_none_or(has_shipped)
        || !is_about_the_aim(&all.file(file).text, span)
    {
        return Vec::new();
    }
    let cycles = calendar.into_iter().flat_map(|calendar| &calendar.cycles);
    let is_open = |cycle: &&Cycle| {
        let freeze = cycle.code_freeze.map(|freeze| freeze.date());
        !has_shipped(cycle.release) && freeze.is_none_or(|freeze| freeze >= today)
    };
    let mut coming: Vec<_> = cycles.filter(is_open).map(|cycle| cycle.release).collect();
    coming.sort();
    let aims = coming.into_iter().filter_map(|target| {
        let aim = NextAim {
            stage: next,
            target,
            on_by_default: None,
        };
        let proposals = propose(all, entry, aim, today).ok()?;
        Some(Action {
            title: format!("promote to {} in Kubernetes {target}", next.written()),
            kind: CodeActionKind::RefactorRewrite,
            mends: None,
            is_preferred: false,
            proposals: proposals.proposals,
        })
    });
    aims.collect()
}

/// Whether some bytes touch the lines of what a record aims at, or has reached.
fn is_about_the_aim(text: &str, span: Span) -> bool {
    const KEYS: [&str; 5] = ["status", "stage", "target", "enabled-by-default", "reached"];
    let outline = Outline::of(text);
    let mut nodes = outline.nodes.iter();
    nodes.any(|node| {
        let is_of_it =
            matches!(node.path.first(), Some(Step::Key(key)) if KEYS.contains(&key.as_str()));
        let start = node.key.or(node.value).map(|span| span.start);
        let end = node.value.or(node.key).map(|span| span.end);
        let whole = start.zip(end);
        is_of_it && whole.is_some_and(|(start, end)| start <= span.end && span.start <= end)
    })
}

/// All of a file that has one right answer.
fn everything(registry: &OpenRegistry, file: FileId, today: Date) -> Option<Action> {
    let all = registry.registry();
    let path = &all.file(file).path;
    let raw = all.files.iter().map(|file| RawFile {
        path: file.path.to_string(),
        content: Ok(file.text.as_bytes().to_vec()),
    });
    let raw: Vec<RawFile> = raw.collect();
    // Files have other numbers there.
    let index = raw.iter().position(|file| *file.path == **path)?;
    let wanted = |finding: &Diagnostic| finding.primary.file.index() == index;
    let mut proposals = fix(&raw, today, wanted);
    proposals.retain(|proposal| *proposal.path == **path);
    (!proposals.is_empty()).then(|| Action {
        title: "mend all that has one right answer".to_owned(),
        kind: FIX_ALL.to_owned().into(),
        mends: None,
        is_preferred: false,
        proposals,
    })
}

/// Proposals as an edit of the client's; absent: they change nothing, or the client cannot.
pub(super) fn edit<D: Disk>(
    workspace: &Workspace<D>,
    client: &Client,
    registry: &OpenRegistry,
    proposals: &[Proposal],
) -> Option<WorkspaceEdit> {
    let mut changes: Vec<DocumentChange> = Vec::new();
    let mut plain = HashMap::new();
    for proposal in proposals.iter().filter(|proposal| proposal.is_good()) {
        let path = registry.root.join(&proposal.path);
        let uri = workspace.uri_at(&path);
        let before = proposal.before.as_deref().unwrap_or_default();
        let edits = text_edits(before, &proposal.after, client);
        if !edits.is_empty() {
            plain.insert(uri.clone(), edits.clone());
            let version = workspace.document(&uri).map(|document| document.version);
            changes.push(DocumentChange::TextDocumentEdit(TextDocumentEdit {
                text_document: OptionalVersionedTextDocumentIdentifier {
                    version,
                    text_document_identifier: TextDocumentIdentifier { uri: uri.clone() },
                },
                edits: edits.into_iter().map(Edit::TextEdit).collect(),
            }));
        }
        if let Some(new) = &proposal.new_path {
            if !client.renames_files || !client.edits_versions {
                return None;
            }
            changes.push(DocumentChange::RenameFile(RenameFile {
                old_uri: uri,
                new_uri: uri_of(&registry.root.join(new)),
                options: None,
                annotation_id: None,
            }));
        }
    }
    if changes.is_empty() {
        return None;
    }
    Some(match client.edits_versions {
        true => WorkspaceEdit {
            document_changes: Some(changes),
            ..WorkspaceEdit::default()
        },
        false => WorkspaceEdit {
            changes: Some(plain),
            ..WorkspaceEdit::default()
        },
    })
}

/// What turns a text into another one: line by line, and in each only what differs, so that cursors and marks stay where they are.
fn text_edits(before: &str, after: &str, client: &Client) -> Vec<TextEdit> {
    if before == after {
        return Vec::new();
    }
    let lines = Lines::of(before, client.encoding);
    let cut = |text| str::split_inclusive(text, '\n').collect::<Vec<&str>>();
    let (old_lines, new_lines) = (cut(before), cut(after));
    let diff = TextDiff::from_slices(&old_lines, &new_lines);
    let starts = |lines: &[&str]| {
        let ends = lines.iter().scan(0, |at, line| {
            *at += line.len();
            Some(*at)
        });
        std::iter::once(0).chain(ends).collect::<Vec<usize>>()
    };
    let (old_starts, new_starts) = (starts(&old_lines), starts(&new_lines));
    let changed = diff
        .ops()
        .iter()
        .filter(|op| !matches!(op, DiffOp::Equal { .. }));
    let edits = changed.map(|op| {
        let (old, new) = (op.old_range(), op.new_range());
        let start = old_starts[old.start];
        let old = &before[start..old_starts[old.end]];
        let new = &after[new_starts[new.start]..new_starts[new.end]];
        let (from, until) = differing(old, new);
        let span = Span {
            start: start + from,
            end: start + old.len() - until,
        };
        TextEdit {
            range: lines.range(span),
            new_text: new[from..new.len() - until].to_owned(),
        }
    });
    edits.collect()
}

/// How many bytes two texts begin with alike, and how many they end with alike behind those. Neither cuts a line's end apart: inside of
/// one is no place.
fn differing(old: &str, new: &str) -> (usize, usize) {
    let alike = |one: &mut dyn Iterator<Item = char>, other: &mut dyn Iterator<Item = char>| {
        let same = one.zip(other).take_while(|(a, b)| a == b);
        same.map(|(c, _)| c.len_utf8()).sum::<usize>()
    };
    let is_cut = |text: &str, at: usize| text[..at].ends_with('\r') && text[at..].starts_with('\n');
    let mut from = alike(&mut old.chars(), &mut new.chars());
    if is_cut(old, from) || is_cut(new, from) {
        from -= 1;
    }
    let (old, new) = (&old[from..], &new[from..]);
    let mut until = alike(&mut old.chars().rev(), &mut new.chars().rev());
    if is_cut(old, old.len() - until) || is_cut(new, new.len() - until) {
        until -= 1;
    }
    (from, until)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Whatever a text is, the edits make the other one of it, and none of them begins or ends inside of a line's end.
    #[test]
    fn edits_make_the_other_text_whatever_its_lines_end_with() {
        let client = Client::of(
            &json!({ "capabilities": { "general": { "positionEncodings": ["utf-8"] } } }),
        );
        let texts = [
            "",
            "a",
            "a = 1\nb = 2\n",
            "a = 1\r\nb = 2\r\n",
            "a = 1\r\nb = 3\r\nc = 4",
            "#\r\r\r\r\na = 1\nb = 2\n",
            "#\r\r\r\r\na = 1\r\nb = 3\n",
            "a = 1\n\r\nb = 2\n",
            "ä😀\r\nä\u{301}\n",
            "ä😁\r\nä\n",
        ];
        for before in texts {
            for after in texts {
                let lines = Lines::of(before, client.encoding);
                let mut made = before.to_owned();
                for edit in text_edits(before, after, &client).into_iter().rev() {
                    let span = lines.span(edit.range);
                    made.replace_range(span.range(), &edit.new_text);
                }
                assert_eq!(made, after, "from {before:?}");
            }
        }
    }
}
