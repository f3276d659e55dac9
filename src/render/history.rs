//! What became of a record, for people at a terminal.

use std::fmt::Write as _;

use crate::terms::Subject;
use crate::text::paint::Paint;
use crate::text::words::printable;
use crate::views::history::{About, FieldChange, History, How};

/// What became of a record, newest first.
pub fn log(history: &History, subject: &Subject, paint: Paint) -> String {
    let about = About::Record(subject.clone());
    let mut text = String::new();
    for revision in history.revisions() {
        for change in revision.changes.iter().filter(|change| change.of == about) {
            let author = printable(&revision.by.name);
            let day = revision.day();
            // Writing to a string cannot fail.
            let _ = writeln!(
                text,
                "{} {} {author}",
                paint.quiet(revision.short()),
                paint.strong(&day.to_string())
            );
            let _ = writeln!(text, "  {}", paint.quiet(&printable(&revision.summary)));
            match &change.how {
                How::Added => text.push_str("  the record came\n"),
                How::Removed => text.push_str("  the record was taken out\n"),
                How::Moved { from, to } => {
                    let _ = writeln!(
                        text,
                        "  moved from {} to {}",
                        printable(from),
                        printable(to)
                    );
                }
                How::Edited => {}
            }
            for FieldChange { key, before, after } in &change.fields {
                let said = |value: &Option<String>| {
                    let nothing = || paint.quiet("nothing");
                    value.as_deref().map_or_else(nothing, printable)
                };
                let _ = writeln!(
                    text,
                    "  {}  {} → {}",
                    printable(key),
                    said(before),
                    said(after)
                );
            }
            text.push('\n');
        }
    }
    text
}
