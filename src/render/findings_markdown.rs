//! Findings as Markdown for a job summary: errors first, each with its place, its reason and its remedy.
//!
//! GitHub takes a summary of 1 MiB a step and drops a larger one whole, so a longer one is cut between two findings, and says
//! so. <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands>

use super::text::summary;
use crate::findings::diagnostic::{Diagnostic, Level};
use crate::findings::sources::Sources;
use crate::text::markdown::{text, with_code};
use crate::text::words::counted;

/// The largest text, in bytes; the rest of the step's summary has room beside it.
const MAX_BYTES: usize = 900 * 1024;

/// All findings; those that were there before a change come last, folded, in one line each.
pub fn findings(
    diagnostics: &[Diagnostic],
    files: &Sources,
    prefix: &str,
    records: usize,
) -> String {
    let mut out = format!(
        "## kepherd check: {}\n\n",
        text(&summary(diagnostics, records))
    );
    let rank = |one: &&Diagnostic| (one.known, one.level);
    let mut ordered: Vec<&Diagnostic> = diagnostics.iter().collect();
    ordered.sort_by_key(rank);
    let known = ordered.iter().filter(|one| one.known).count();
    let mut left = ordered.len();
    let mut is_folded = false;
    for diagnostic in ordered {
        // What nobody changed is there for whoever asks, and in nobody's way.
        if diagnostic.known && !is_folded {
            is_folded = true;
            out.push_str(&format!(
                "\n<details><summary>{} {} there before the change</summary>\n\n",
                counted(known, "finding"),
                if known == 1 { "was" } else { "were" }
            ));
        }
        let row = row(diagnostic, files, prefix);
        if out.len() + row.len() > MAX_BYTES {
            out.push_str(&format!(
                "\n… and {} more: see the log\n",
                counted(left, "finding")
            ));
            break;
        }
        out.push_str(&row);
        left -= 1;
    }
    if is_folded {
        out.push_str("\n</details>\n");
    }
    out
}

fn row(diagnostic: &Diagnostic, files: &Sources, prefix: &str) -> String {
    let file = files.file(diagnostic.primary.file);
    let line = file.position(diagnostic.primary.place.start).line;
    let word = match diagnostic.level {
        Level::Error => "**error**",
        Level::Warning => "warning",
        Level::Note | Level::Off => "note",
    };
    let place = text(&format!("{}:{line}", file.below(prefix)));
    let message = with_code(&diagnostic.message);
    let rule = diagnostic.rule;
    if diagnostic.known {
        return format!("- {word} `{rule}` {message} ({place})\n");
    }
    let mut row = format!("- {word} `{rule}` {message}\n  <br>{place}\n");
    if let Some(why) = diagnostic.why {
        row.push_str(&format!("  <br>why: {}\n", with_code(why)));
    }
    for note in &diagnostic.notes {
        row.push_str(&format!("  <br>note: {}\n", with_code(note)));
    }
    for help in &diagnostic.help {
        row.push_str(&format!("  <br>help: {}\n", with_code(&help.text)));
        if let Some(edit) = &help.edit {
            let old = text(files.file(edit.file).slice(edit.place).trim());
            let new = text(&edit.replacement);
            row.push_str(&format!("  <br>{old} → {new}\n"));
        }
    }
    row
}
