//! The records side by side, as a table for people and as CSV for spreadsheets.

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use crate::terms::{Handle, RuntimeState};
use crate::text::paint::Paint;
use crate::text::words::{counted, printable};
use crate::views::overview::{KepRow, Overview, RuntimeCell};

/// Columns of a title that is cut, at the least.
const LEAST_TITLE: usize = 16;
/// Between two columns.
const GAP: &str = "  ";
/// The column of the title among the table's.
const TITLE: usize = 1;

/// A table no wider than a terminal, if there is one: titles are cut, and then whole columns left out from the right.
pub fn table(overview: &Overview, runtimes: &[&str], width: Option<usize>, paint: Paint) -> String {
    let mut head: Vec<String> = ["KEP", "title", "aim", "milestone", "triage"]
        .map(str::to_owned)
        .into();
    head.extend(runtimes.iter().map(ToString::to_string));
    head.extend(["findings", "shepherds"].map(str::to_owned));
    let rows: Vec<Vec<String>> = overview
        .keps
        .iter()
        .map(|row| cells(row, runtimes))
        .collect();
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
    let line = |cells: &[String]| -> String {
        let shown: Vec<String> = cells
            .iter()
            .zip(&widths)
            .map(|(cell, width)| fitted(cell, *width))
            .collect();
        shown.join(GAP).trim_end().to_owned()
    };
    let mut out = format!("{}\n", paint.strong(&line(&head)));
    for row in &rows {
        out.push_str(&line(row));
        out.push('\n');
    }
    out.push_str(&paint.quiet(&counted(rows.len(), "KEP")));
    out.push('\n');
    out
}

fn cells(row: &KepRow, runtimes: &[&str]) -> Vec<String> {
    let word = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
    let stage = row.stage.map(|stage| match row.enabled_by_default {
        Some(true) => format!("{}, on", stage.written()),
        Some(false) => format!("{}, off", stage.written()),
        None => stage.written().to_owned(),
    });
    let aim = match (row.target, stage, row.status.is_live()) {
        (_, _, false) => row.status.written().to_owned(),
        (Some(target), Some(stage), _) => format!("{target} {stage}"),
        (Some(target), None, _) => target.to_string(),
        (None, Some(stage), _) => stage,
        (None, None, _) => "-".to_owned(),
    };
    let mut cells = vec![
        row.number.to_string(),
        printable(&row.title),
        aim,
        word(row.milestone.map(|milestone| milestone.to_string())),
        word(row.triage.map(|triage| triage.written().to_owned())),
    ];
    cells.extend(
        runtimes
            .iter()
            .map(|name| word(row.runtimes.get(*name).map(runtime))),
    );
    let findings = &row.findings;
    let counts = [
        (findings.errors, "E"),
        (findings.warnings, "W"),
        (findings.notes, "N"),
    ];
    let counts = counts.into_iter().filter(|(count, _)| *count > 0);
    let counts: Vec<String> = counts
        .map(|(count, letter)| format!("{count}{letter}"))
        .collect();
    cells.push(word((!counts.is_empty()).then(|| counts.join(" "))));
    let shepherds: Vec<&str> = row.shepherds.iter().map(Handle::as_str).collect();
    cells.push(word((!shepherds.is_empty()).then(|| shepherds.join(" "))));
    cells
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
/// kept from being one by an apostrophe.
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
    head.extend(["errors", "warnings", "notes", "rules"].map(str::to_owned));
    writer.write_record(&head)?;
    for row in &overview.keps {
        let word = |text: Option<String>| text.unwrap_or_default();
        let shepherds: Vec<&str> = row.shepherds.iter().map(Handle::as_str).collect();
        let mut cells = vec![
            row.number.to_string(),
            harmless(&row.title),
            harmless(&row.record),
            harmless(&row.sig),
            row.status.written().to_owned(),
            word(row.stage.map(|stage| stage.written().to_owned())),
            word(row.target.map(|target| target.to_string())),
            word(row.enabled_by_default.map(|on| on.to_string())),
            word(row.milestone.map(|milestone| milestone.to_string())),
            word(row.triage.map(|triage| triage.written().to_owned())),
            shepherds.join(" "),
            word(row.repository.as_ref().map(ToString::to_string)),
            word(row.issue.map(|issue| issue.to_string())),
        ];
        for name in runtimes {
            let cell = row.runtimes.get(*name);
            cells.push(word(cell.map(|cell| cell.state.written().to_owned())));
            cells.push(word(
                cell.and_then(|cell| cell.release)
                    .map(|release| release.to_string()),
            ));
        }
        let findings = &row.findings;
        let rules: Vec<&str> = findings.rules.iter().map(String::as_str).collect();
        cells.extend(
            [findings.errors, findings.warnings, findings.notes].map(|count| count.to_string()),
        );
        cells.push(rules.join(" "));
        writer.write_record(&cells)?;
    }
    let bytes = writer
        .into_inner()
        .map_err(csv::IntoInnerError::into_error)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
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
