//! Findings as text for a terminal or a log, in the style of rustc.

use std::collections::BTreeSet;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Level as Title, Origin, Patch, Renderer, Snippet};

use crate::findings::diagnostic::{Diagnostic, Label, Level};
use crate::findings::sources::{FileId, Sources};
use crate::text::source::{SourceFile, Span};
use crate::text::words::{counted, printable};

/// One finding. `prefix` leads from the working directory to the registry, so that paths can be opened.
pub fn finding(diagnostic: &Diagnostic, files: &Sources, prefix: &str, color: bool) -> String {
    let labels: Vec<&Label<Span>> = std::iter::once(&diagnostic.primary)
        .chain(&diagnostic.related)
        .collect();
    let mut shown_files: Vec<FileId> = labels.iter().map(|label| label.file).collect();
    let mut seen = BTreeSet::new();
    shown_files.retain(|file| seen.insert(*file));

    let title = title(diagnostic.level).primary_title(printable(&diagnostic.message));
    let mut group = title
        .id(diagnostic.rule.0)
        .elements(Vec::<Origin<'_>>::new());
    for file in shown_files {
        let source = files.file(file);
        let path = printable(&source.below(prefix));
        if source.text.is_empty() {
            group = group.element(Origin::path(path));
            continue;
        }
        let here: Vec<&&Label<Span>> = labels.iter().filter(|label| label.file == file).collect();
        let window = window(
            source,
            here[0].place,
            here[1..].iter().map(|label| label.place),
        );
        let annotations = here
            .into_iter()
            .filter(|label| window.holds(label.place))
            .map(|label| {
                let kind = if std::ptr::eq(*label, &raw const diagnostic.primary) {
                    AnnotationKind::Primary
                } else {
                    AnnotationKind::Context
                };
                let text = Some(printable(&label.text)).filter(|text| !text.is_empty());
                kind.span(window.range_of(label.place)).label(text)
            });
        group = group.element(
            Snippet::source(window.text)
                .line_start(window.first_line)
                .path(path)
                .annotations(annotations),
        );
    }
    let words = diagnostic.help.iter().filter(|help| help.edit.is_none());
    if let Some(why) = diagnostic.why {
        group = group.element(Title::NOTE.with_name("why").message(why));
    }
    if diagnostic.known {
        group = group.element(Title::NOTE.message("this was there before the change"));
    }
    for note in &diagnostic.notes {
        group = group.element(Title::NOTE.message(printable(note)));
    }
    for help in words {
        group = group.element(Title::HELP.message(printable(&help.text)));
    }
    let mut report = vec![group];
    for help in &diagnostic.help {
        let Some(edit) = &help.edit else { continue };
        let source = files.file(edit.file);
        let window = window(source, edit.place, std::iter::empty());
        report.push(
            Title::HELP.secondary_title(printable(&help.text)).element(
                Snippet::source(window.text)
                    .line_start(window.first_line)
                    .patch(Patch::new(
                        window.range_of(edit.place),
                        edit.replacement.clone(),
                    )),
            ),
        );
    }
    let renderer = if color {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    let mut text = renderer.decor_style(DecorStyle::Ascii).render(&report);
    text.push('\n');
    text
}

/// The lines of a file that a renderer needs to see: its work grows with them, not with the file.
struct Window<'s> {
    source: &'s SourceFile,
    text: &'s str,
    start: usize,
    first_line: usize,
}

/// The most bytes around a finding that are shown: a file of one long line is cut on both sides.
const WIDEST: usize = 4_000;

fn window(source: &SourceFile, first: Span, others: impl Iterator<Item = Span>) -> Window<'_> {
    let mut around =
        others
            .map(|place| source.lines_around(place))
            .fold(source.lines_around(first), |a, b| Span {
                start: a.start.min(b.start),
                end: a.end.max(b.end),
            });
    if around.end - around.start > WIDEST {
        let lines = source.lines_around(first);
        around = source.clamp(Span {
            start: lines.start.max(first.start.saturating_sub(WIDEST / 4)),
            end: lines
                .end
                .min(first.end.min(first.start + WIDEST / 2) + WIDEST / 4),
        });
    }
    Window {
        source,
        text: source.slice(around),
        start: around.start,
        first_line: source.position(around.start).line,
    }
}

impl Window<'_> {
    fn range_of(&self, place: Span) -> std::ops::Range<usize> {
        let place = self.source.clamp(place);
        let inside = |offset: usize| offset.saturating_sub(self.start).min(self.text.len());
        inside(place.start)..inside(place.end)
    }

    fn holds(&self, place: Span) -> bool {
        place.start >= self.start && place.start <= self.start + self.text.len()
    }
}

fn title(level: Level) -> Title<'static> {
    match level {
        Level::Error => Title::ERROR,
        Level::Warning => Title::WARNING,
        Level::Note | Level::Off => Title::NOTE,
    }
}

/// The last line of a check: how many findings of each level, in how many of how many records.
pub fn summary(diagnostics: &[Diagnostic], records: usize) -> String {
    let count = |level| {
        diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.level == level)
            .count()
    };
    let parts: Vec<String> = [
        (Level::Error, "error"),
        (Level::Warning, "warning"),
        (Level::Note, "note"),
    ]
    .into_iter()
    .map(|(level, noun)| (count(level), noun))
    .filter(|(count, _)| *count > 0)
    .map(|(count, noun)| counted(count, noun))
    .collect();
    let records = counted(records, "record");
    if parts.is_empty() {
        return format!("no findings in {records}");
    }
    let files: BTreeSet<FileId> = diagnostics
        .iter()
        .map(|diagnostic| diagnostic.primary.file)
        .collect();
    format!(
        "{} in {} of a registry of {records}",
        parts.join(", "),
        counted(files.len(), "file")
    )
}
