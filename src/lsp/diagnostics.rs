//! Findings as an editor shows them: the same places, words and levels as `check`, and what was sent of them already.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use gen_lsp_types::{
    Code, Diagnostic as Shown, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag,
    Location, Message,
};

use super::client::Client;
use super::positions::{Encoding, Lines};
use super::promises::NAME;
use super::workspace::{Disk, OpenRegistry, Workspace, below};
use crate::findings::diagnostic::{Diagnostic, Level};
use crate::findings::loader::{SCHEMA, SYNTAX};
use crate::findings::sources::{FileId, Revision};
use crate::rules::standing::Anew;
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
    // What may go is drawn as such; what is misspelt may not.
    let has_edit = finding.help.iter().any(|help| help.edit.is_some());
    let is_superfluous = finding.rule.0 == "unused-allow" && !has_edit;
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

/// What is shown of a file.
#[derive(Debug)]
pub(super) struct Published {
    /// Its findings.
    pub(super) shown: Vec<Shown>,
    /// Which version of what is shown this is; it stands for it.
    pub(super) result: u64,
}

/// What was found in all files: by the folder of their registry, and their path in that.
#[derive(Debug, Default)]
pub(super) struct Board {
    registries: BTreeMap<PathBuf, BTreeMap<String, Published>>,
    results: u64,
}

impl Board {
    pub(super) fn of(&self, file: &Path) -> Option<&Published> {
        // The registry that lies nearest comes first.
        let mut registries = self.registries.iter().rev();
        registries.find_map(|(root, files)| files.get(&below(file.strip_prefix(root).ok()?)))
    }

    pub(super) fn files(&self) -> impl Iterator<Item = (PathBuf, &Published)> {
        let registries = self.registries.iter();
        registries.flat_map(|(root, files)| files.iter().map(|(path, of)| (root.join(path), of)))
    }

    /// Takes in what stands now, as far as it may be something else than before; gives the files of which something else is shown. A file
    /// that was edited is shown again if there is anything to show, so that what an editor has moved itself stands where it belongs.
    pub(super) fn update<D: Disk>(
        &mut self,
        workspace: &Workspace<D>,
        client: &Client,
        anew: &BTreeMap<PathBuf, Anew>,
        edited: &[PathBuf],
    ) -> Vec<PathBuf> {
        let mut changed = Vec::new();
        for registry in workspace.registries() {
            let of_registry = self.registries.entry(registry.root.clone()).or_default();
            let sources = &registry.registry().files;
            // What lies in a registry inside of this one is shown as that one's.
            let inner: Vec<&Path> = workspace
                .registries()
                .map(|other| other.root.as_path())
                .filter(|other| *other != registry.root && other.starts_with(&registry.root))
                .collect();
            let is_inner = |path: &Path| inner.iter().any(|other| path.starts_with(other));
            let files = match anew.get(&registry.root) {
                // What is opened is shown, even if there is nothing new to it.
                Some(Anew::Files(files)) => {
                    let edited = edited
                        .iter()
                        .filter_map(|path| path.strip_prefix(&registry.root).ok());
                    let edited = edited.filter_map(|path| registry.file_at(&below(path)));
                    files
                        .iter()
                        .copied()
                        .chain(edited)
                        .collect::<BTreeSet<FileId>>()
                }
                Some(Anew::All) => {
                    let there: BTreeSet<&str> =
                        sources.iter().map(|source| &*source.path).collect();
                    of_registry.retain(|path, published| {
                        let whole = registry.root.join(path);
                        let is_there = there.contains(path.as_str()) && !is_inner(&whole);
                        if !is_there && !published.shown.is_empty() {
                            changed.push(whole);
                        }
                        is_there
                    });
                    (0..sources.len())
                        .map(|index| FileId::new(Revision::Registry, index))
                        .collect()
                }
                None => continue,
            };
            for file in files {
                let source = registry.registry().file(file);
                if is_inner(&registry.root.join(&*source.path)) {
                    continue;
                }
                let found = registry.standing().of(file);
                let before = of_registry.get(&*source.path);
                if found.is_none() && before.is_none() {
                    continue;
                }
                let lines = Lines::of(&source.text, client.encoding);
                let at = |file, span| location(workspace, registry, client.encoding, file, span);
                let found = found.into_iter().flat_map(|found| found.iter());
                let found = found.filter(|finding| is_shown(client, finding));
                let shown: Vec<Shown> = found.map(|finding| shown(finding, &lines, at)).collect();
                let path = registry.root.join(&*source.path);
                let was = before.map_or(&[][..], |before| &before.shown);
                if was == shown && (shown.is_empty() || !edited.contains(&path)) {
                    continue;
                }
                self.results += 1;
                let result = self.results;
                of_registry.insert(source.path.to_string(), Published { shown, result });
                changed.push(path);
            }
        }
        // What belongs to no registry any more has no findings.
        let is_open = |root: &PathBuf| workspace.registries().any(|one| one.root == *root);
        self.registries.retain(|root, files| {
            let is_open = is_open(root);
            let told = files
                .iter()
                .filter(|(_, of)| !is_open && !of.shown.is_empty());
            changed.extend(told.map(|(path, _)| root.join(path)));
            is_open
        });
        changed
    }
}
