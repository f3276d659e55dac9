//! Findings as an editor shows them: the same places, words and levels as `check`, and what was sent of them already.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gen_lsp_types::{
    Code, Diagnostic as Shown, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag,
    Location, Message,
};

use super::client::Client;
use super::positions::{Encoding, Lines};
use super::promises::NAME;
use super::workspace::{Disk, OpenRegistry, Workspace};
use crate::findings::diagnostic::{Diagnostic, Level};
use crate::findings::loader::{SCHEMA, SYNTAX};
use crate::findings::sources::{FileId, Revision};
use crate::text::source::Span;

/// Whether a finding is shown, as the user has set it: what another server with the schema says as well can be left to that.
pub(super) fn is_shown(client: &Client, finding: &Diagnostic) -> bool {
    client.settings.schema || ![SCHEMA, SYNTAX].contains(&finding.rule)
}

/// A finding as the protocol has it.
pub(super) fn shown(
    finding: &Diagnostic,
    lines: &Lines<'_>,
    at: impl Fn(FileId, Span) -> Location,
) -> Shown {
    let related = finding
        .related
        .iter()
        .map(|label| DiagnosticRelatedInformation {
            location: at(label.file, label.place),
            message: label.text.clone(),
        });
    let related: Vec<_> = related.collect();
    // What may go is drawn as such.
    let is_superfluous = finding.rule.0 == "unused-allow";
    Shown {
        range: lines.range(finding.primary.place),
        severity: Some(severity(finding.level)),
        code: Some(Code::String(finding.rule.to_string())),
        code_description: None,
        source: Some(NAME.to_owned()),
        message: Message::from(finding.in_words()),
        tags: is_superfluous.then(|| vec![DiagnosticTag::Unnecessary]),
        related_information: (!related.is_empty()).then_some(related),
        data: None,
    }
}

fn severity(level: Level) -> DiagnosticSeverity {
    match level {
        Level::Error => DiagnosticSeverity::Error,
        Level::Warning => DiagnosticSeverity::Warning,
        Level::Note | Level::Off => DiagnosticSeverity::Information,
    }
}

/// The place of some bytes of a file.
pub(super) fn location<D: Disk>(
    workspace: &Workspace<D>,
    registry: &OpenRegistry,
    encoding: Encoding,
    file: FileId,
    span: Span,
) -> Location {
    let source = registry.registry().file(file);
    Location {
        uri: workspace.uri_at(&registry.path_of(file)),
        range: Lines::of(&source.text, encoding).range(span),
    }
}

/// What was found in a file when it was looked at last, and what became of it.
#[derive(Debug)]
pub(super) struct Published {
    found: Arc<[Diagnostic]>,
    /// As it is shown.
    pub(super) shown: Vec<Shown>,
    /// Which version of what is shown this is; it stands for it.
    pub(super) result: u64,
}

/// What was found in all files.
#[derive(Debug, Default)]
pub(super) struct Board {
    files: BTreeMap<PathBuf, Published>,
    results: u64,
}

impl Board {
    pub(super) fn of(&self, file: &Path) -> Option<&Published> {
        self.files.get(file)
    }

    pub(super) fn files(&self) -> impl Iterator<Item = (&Path, &Published)> {
        self.files.iter().map(|(path, of)| (path.as_path(), of))
    }

    /// Shows nothing of what was shown, so that all of it is shown again.
    pub(super) fn forget(&mut self) {
        for published in self.files.values_mut() {
            published.found = Arc::new([]);
        }
    }

    /// Takes in what stands now; gives the files of which something else is shown than before. A file that was edited is shown again if there is anything to show, so that what an editor has moved
    /// itself stands where it belongs.
    pub(super) fn update<D: Disk>(
        &mut self,
        workspace: &Workspace<D>,
        client: &Client,
        edited: &[PathBuf],
    ) -> Vec<PathBuf> {
        let mut changed = Vec::new();
        let nothing: Arc<[Diagnostic]> = Arc::new([]);
        let mut seen = BTreeSet::new();
        for registry in workspace.registries() {
            for (index, source) in registry.registry().files.iter().enumerate() {
                let file = FileId::new(Revision::Registry, index);
                let found = registry.standing().of(file).unwrap_or(&nothing);
                let path = registry.root.join(&*source.path);
                let before = self.files.get(&path);
                if before.is_none() && found.is_empty() {
                    continue;
                }
                seen.insert(path.clone());
                let is_edited = edited.contains(&path);
                if let Some(before) = before
                    && Arc::ptr_eq(&before.found, found)
                    && !is_edited
                {
                    continue;
                }
                let lines = Lines::of(&source.text, client.encoding);
                let at = |file, span| location(workspace, registry, client.encoding, file, span);
                let shown: Vec<Shown> = found
                    .iter()
                    .filter(|finding| is_shown(client, finding))
                    .map(|finding| shown(finding, &lines, at))
                    .collect();
                let was = before.map_or(&[][..], |before| &before.shown);
                if was == shown && (!is_edited || shown.is_empty()) {
                    if let Some(before) = self.files.get_mut(&path) {
                        before.found = found.clone();
                    }
                    continue;
                }
                self.results += 1;
                let published = Published {
                    found: found.clone(),
                    shown,
                    result: self.results,
                };
                self.files.insert(path.clone(), published);
                changed.push(path);
            }
        }
        // What belongs to no registry any more has no findings.
        let gone = self.files.keys().filter(|path| !seen.contains(*path));
        let gone: Vec<PathBuf> = gone.cloned().collect();
        for path in gone {
            let was = self.files.remove(&path);
            if was.is_some_and(|was| !was.shown.is_empty()) {
                changed.push(path);
            }
        }
        changed
    }
}
