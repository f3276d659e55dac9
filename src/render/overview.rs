//! The records side by side, as a table for people and as CSV for spreadsheets.

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use crate::terms::{Handle, RuntimeState, Stage, Triage};
use crate::text::paint::Paint;
use crate::text::words::{counted, printable};
use crate::views::overview::{FindingCounts, ItemRow, KepRow, Overview, RuntimeCell};

/// Columns of a title that is cut, at the least.
const LEAST_TITLE: usize = 16;
/// Between two columns.
const GAP: &str = "  ";
/// The column of the title among the table's.
const TITLE: usize = 1;

/// A table of KEPs and one of work items, no wider than a terminal, if there is one: titles are cut, and then whole columns left out
/// from the right.
pub fn table(overview: &Overview, runtimes: &[&str], width: Option<usize>, paint: Paint) -> String {
    let Overview {
        version: _,
        keps,
        items,
    } = overview;
    let mut out = String::new();
    if !keps.is_empty() || items.is_empty() {
        let mut head = vec!["KEP", "title", "aim", "milestone", "triage"];
        head.extend(runtimes);
        head.extend(["findings", "shepherds"]);
        let rows = keps.iter().map(|row| kep_cells(row, runtimes));
        out.push_str(&columns(&head, &rows.collect::<Vec<_>>(), width, paint));
    }
    if !items.is_empty() {
        if !out.is_empty() {
            out.push('\n');
        }
        let head = [
            "item",
            "title",
            "aim",
            "milestone",
            "triage",
            "kind",
            "findings",
            "assignees",
        ];
        let rows: Vec<Vec<String>> = items.iter().map(item_cells).collect();
        out.push_str(&columns(&head, &rows, width, paint));
    }
    let mut counts = vec![counted(keps.len(), "KEP")];
    if !items.is_empty() {
        counts.push(counted(items.len(), "work item"));
    }
    out.push_str(&paint.quiet(&counts.join(", ")));
    out.push('\n');
    out
}

/// Rows below a head, in columns as wide as they need to be and the terminal allows.
fn columns(head: &[&str], rows: &[Vec<String>], width: Option<usize>, paint: Paint) -> String {
    let mut widths: Vec<usize> = (0..head.len())
        .map(|column| {
            let all = rows.iter().map(|row| row[column].width());
            all.chain([head[column].width()]).max().unwrap_or_default()
        })
        .collect();
    let total = |widths: &[usize]| widths.iter().sum::<usize>() + GAP.len() * (widths.len() - 1);
    if let Some(width) = width {
        let over = |widths: &[usize]| total(widths).saturating_sub(width);
        let cut = over(&widths).min(widths[TITLE].saturating_sub(LEAST_TITLE));
        widths[TITLE] -= cut;
        while over(&widths) > 0 && widths.len() > TITLE + 2 {
            widths.pop();
        }
        // What a column that was left out gave is the title's again.
        let natural = rows
            .iter()
            .map(|row| row[TITLE].width())
            .max()
            .unwrap_or_default();
        widths[TITLE] += width
            .saturating_sub(total(&widths))
            .min(natural.saturating_sub(widths[TITLE]));
    }
    let line = |cells: &mut dyn Iterator<Item = &str>| -> String {
        let shown: Vec<String> = cells
            .zip(&widths)
            .map(|(cell, width)| fitted(cell, *width))
            .collect();
        shown.join(GAP).trim_end().to_owned()
    };
    let mut out = format!("{}\n", paint.strong(&line(&mut head.iter().copied())));
    for row in rows {
        out.push_str(&line(&mut row.iter().map(String::as_str)));
        out.push('\n');
    }
    out
}

fn item_cells(row: &ItemRow) -> Vec<String> {
    vec![
        row.id.clone(),
        printable(&row.title),
        word(row.target),
        word(row.milestone),
        word(row.triage.map(Triage::written)),
        row.kind.written().to_owned(),
        word(found(&row.findings)),
        word(people(&row.assignees)),
    ]
}

fn kep_cells(row: &KepRow, runtimes: &[&str]) -> Vec<String> {
    let stage = row.stage.map(|stage| match row.enabled_by_default {
        Some(true) => format!("{}, on", stage.written()),
        Some(false) => format!("{}, off", stage.written()),
        None => stage.written().to_owned(),
    });
    let aim = match (row.target, stage, row.status.is_live()) {
        (_, _, false) => row.status.written().to_owned(),
        (Some(target), Some(stage), _) => format!("{target} {stage}"),
        (Some(target), None, _) => target.to_string(),
        // What has shipped is not aimed at any more.
        (None, Some(_), _) if is_reached(row) => "-".to_owned(),
        (None, Some(stage), _) => stage,
        (None, None, _) => "-".to_owned(),
    };
    let mut cells = vec![
        row.number.to_string(),
        printable(&row.title),
        aim,
        word(row.milestone),
        word(row.triage.map(Triage::written)),
    ];
    cells.extend(
        runtimes
            .iter()
            .map(|name| word(row.runtimes.get(*name).map(runtime))),
    );
    cells.push(word(found(&row.findings)));
    cells.push(word(people(&row.shepherds)));
    cells
}

/// Whether the stage of a record has shipped.
fn is_reached(row: &KepRow) -> bool {
    let stage = row.stage.map(Stage::written);
    stage.is_some_and(|stage| row.reached.contains_key(stage))
}

/// A cell; a dash, where nothing is known.
fn word<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| value.to_string())
}

/// How many findings there are of each level.
fn found(findings: &FindingCounts) -> Option<String> {
    let counts = [
        (findings.errors, "E"),
        (findings.warnings, "W"),
        (findings.notes, "N"),
    ];
    let counts = counts.into_iter().filter(|(count, _)| *count > 0);
    let counts: Vec<String> = counts
        .map(|(count, letter)| format!("{count}{letter}"))
        .collect();
    (!counts.is_empty()).then(|| counts.join(" "))
}

fn people(handles: &[Handle]) -> Option<String> {
    let handles: Vec<&str> = handles.iter().map(Handle::as_str).collect();
    (!handles.is_empty()).then(|| handles.join(" "))
}

/// A runtime's state in a word; of what is released, since when.
fn runtime(cell: &RuntimeCell) -> String {
    match (cell.state, cell.release) {
        (RuntimeState::Released, Some(release)) => release.to_string(),
        (state, _) => state.written().to_owned(),
    }
}

/// Text in so many columns of a terminal: cut, or filled up.
pub fn fitted(text: &str, width: usize) -> String {
    let have = text.width();
    if have <= width {
        return format!("{text}{}", " ".repeat(width - have));
    }
    let mut out = String::new();
    let mut used = 0;
    for c in text.chars() {
        let next = c.width().unwrap_or_default();
        if used + next + 1 > width {
            break;
        }
        used += next;
        out.push(c);
    }
    out.push('…');
    format!("{out}{}", " ".repeat(width.saturating_sub(used + 1)))
}

/// CSV (RFC 4180) with a line of names; lists are separated by blanks. A text that a spreadsheet would take for a formula is
/// kept from being one by an apostrophe. Work items come last, and have an id where KEPs have a number.
pub fn csv(overview: &Overview, runtimes: &[&str]) -> Result<String, csv::Error> {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    let mut head: Vec<String> = [
        "number",
        "title",
        "record",
        "sig",
        "status",
        "stage",
        "target",
        "enabled-by-default",
        "milestone",
        "triage",
        "shepherds",
        "repository",
        "issue",
    ]
    .map(str::to_owned)
    .into();
    for name in runtimes {
        head.extend([format!("{name}-state"), format!("{name}-release")]);
    }
    head.extend(["errors", "warnings", "notes", "rules", "item", "kind"].map(str::to_owned));
    writer.write_record(&head)?;
    for row in &overview.keps {
        let mut cells = vec![
            row.number.to_string(),
            harmless(&row.title),
            harmless(&row.record),
            harmless(&row.sig),
            row.status.written().to_owned(),
            known(row.stage.map(Stage::written)),
            known(row.target),
            known(row.enabled_by_default),
            known(row.milestone),
            known(row.triage.map(Triage::written)),
            known(people(&row.shepherds)),
            known(row.repository.as_ref()),
            known(row.issue),
        ];
        for name in runtimes {
            let cell = row.runtimes.get(*name);
            cells.push(known(cell.map(|cell| cell.state.written())));
            cells.push(known(cell.and_then(|cell| cell.release)));
        }
        cells.extend(counts(&row.findings));
        cells.extend([String::new(), String::new()]);
        writer.write_record(&cells)?;
    }
    for row in &overview.items {
        let mut cells = vec![
            String::new(),
            harmless(&row.title),
            harmless(&row.record),
            String::new(),
            String::new(),
            String::new(),
            known(row.target),
            String::new(),
            known(row.milestone),
            known(row.triage.map(Triage::written)),
            known(people(&row.assignees)),
            known(row.repository.as_ref()),
            known(row.issue),
        ];
        cells.extend(runtimes.iter().flat_map(|_| [String::new(), String::new()]));
        cells.extend(counts(&row.findings));
        cells.extend([row.id.clone(), row.kind.written().to_owned()]);
        writer.write_record(&cells)?;
    }
    let bytes = writer
        .into_inner()
        .map_err(csv::IntoInnerError::into_error)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// A value of a table; nothing, where it is not known.
fn known<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

/// How many findings there are of each level, and the rules that found them.
fn counts(findings: &FindingCounts) -> [String; 4] {
    let rules: Vec<&str> = findings.rules.iter().map(String::as_str).collect();
    let FindingCounts {
        errors,
        warnings,
        notes,
        ..
    } = findings;
    [
        errors.to_string(),
        warnings.to_string(),
        notes.to_string(),
        rules.join(" "),
    ]
}

/// <https://owasp.org/www-community/attacks/CSV_Injection>
fn harmless(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cut_by_columns_and_not_by_characters() {
        assert_eq!(fitted("abc", 5), "abc  ");
        assert_eq!(fitted("abcdef", 4), "abc…");
        assert_eq!(fitted("漢字かな", 5), "漢字…");
        assert_eq!(fitted("漢字かな", 6), "漢字… ");
    }
}
