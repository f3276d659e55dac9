//! Findings as annotations of a GitHub workflow: they show up in the diff of the pull request.
//!
//! GitHub shows ten of a level in a step and drops the rest without a word. So the tenth says how many more there are, and
//! those stand in the log as plain lines.
//! <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands>

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::findings::diagnostic::{Diagnostic, Level};
use crate::findings::sources::Sources;
use crate::text::words::{counted, printable};

/// Annotations of one level that GitHub shows of a step.
const SHOWN: usize = 10;

/// The findings of a change, or of a whole registry. `prefix` leads from the repository's root to the registry.
pub fn annotations(diagnostics: &[Diagnostic], files: &Sources, prefix: &str) -> String {
    let mut by_level: BTreeMap<&str, Vec<&Diagnostic>> = BTreeMap::new();
    for diagnostic in diagnostics.iter().filter(|one| !one.known) {
        if let Some(command) = command(diagnostic.level) {
            by_level.entry(command).or_default().push(diagnostic);
        }
    }
    let mut out = String::new();
    for (command, all) in by_level {
        let shown = if all.len() > SHOWN {
            SHOWN - 1
        } else {
            all.len()
        };
        let (annotated, rest) = all.split_at(shown);
        for diagnostic in annotated {
            write_annotation(&mut out, command, diagnostic, files, prefix);
        }
        if !rest.is_empty() {
            let more = counted(rest.len(), command);
            // Writing to a string cannot fail.
            let _ = writeln!(
                out,
                "::{command} title=kepherd::{more} more in the log of this step"
            );
        }
        for diagnostic in rest {
            let file = files.file(diagnostic.primary.file);
            let line = file.position(diagnostic.primary.place.start).line;
            let message = printable(&diagnostic.message);
            let path = printable(&file.below(prefix));
            let _ = writeln!(
                out,
                "{command}[{}]: {message} ({path}:{line})",
                diagnostic.rule
            );
        }
    }
    out
}

/// The workflow command of a level.
fn command(level: Level) -> Option<&'static str> {
    match level {
        Level::Error => Some("error"),
        Level::Warning => Some("warning"),
        Level::Note => Some("notice"),
        Level::Off => None,
    }
}

fn write_annotation(
    out: &mut String,
    command: &str,
    diagnostic: &Diagnostic,
    files: &Sources,
    prefix: &str,
) {
    let file = files.file(diagnostic.primary.file);
    let span = diagnostic.primary.place;
    let (start, end) = (file.position(span.start), file.position(span.end));
    // Columns of different lines make no range; GitHub takes none then.
    let columns = if start.line == end.line {
        format!(",col={},endColumn={}", start.column, end.column)
    } else {
        String::new()
    };
    let _ = writeln!(
        out,
        "::{command} file={},line={},endLine={}{columns},title={}::{}",
        property(&file.below(prefix)),
        start.line,
        end.line,
        property(&diagnostic.rule.to_string()),
        data(&diagnostic.in_words())
    );
}

/// Text after the second pair of colons.
fn data(text: &str) -> String {
    let text = text.replace('%', "%25");
    text.replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_begin_another_command() {
        assert_eq!(data("50%\r\n::error::x"), "50%25%0D%0A::error::x");
        assert_eq!(property("a,b:c\n"), "a%2Cb%3Ac%0A");
    }
}
