//! One KEP's life, drawn as a table of cycles.

use unicode_width::UnicodeWidthStr as _;

use super::overview::fitted;
use crate::text::paint::Paint;
use crate::views::life::Life;

/// The least width of a terminal that is drawn for.
const LEAST: usize = 40;

/// The table; where a terminal is too narrow for all cycles, the oldest are left out.
pub fn life(life: &Life, width: Option<usize>, paint: Paint) -> String {
    let Life { cycles, rows } = life;
    let head = |cycle: &crate::views::life::Cycle| cycle.release.to_string();
    let month = |cycle: &crate::views::life::Cycle| match (&cycle.month, cycle.shipped) {
        (Some(month), true) => month.clone(),
        (Some(month), false) => format!("{month}?"),
        (None, _) => String::new(),
    };
    let widths: Vec<usize> = cycles
        .iter()
        .enumerate()
        .map(|(at, cycle)| {
            let marks = rows.iter().map(|row| row.marks[at].width());
            marks
                .chain([head(cycle).width(), month(cycle).width()])
                .max()
                .unwrap_or_default()
                + 2
        })
        .collect();
    let name = rows
        .iter()
        .map(|row| row.name.width())
        .max()
        .unwrap_or_default()
        + 2;
    let state = rows
        .iter()
        .map(|row| row.state.width())
        .max()
        .unwrap_or_default();
    let room = width.map(|width| width.max(LEAST).saturating_sub(name + state));
    let mut first = 0;
    while room.is_some_and(|room| widths[first..].iter().sum::<usize>() > room)
        && first + 1 < cycles.len()
    {
        first += 1;
    }
    let line = |start: &str, cells: &mut dyn Iterator<Item = String>, end: &str| {
        let cells: String = cells
            .zip(&widths[first..])
            .map(|(cell, width)| fitted(&cell, *width))
            .collect();
        format!("{}{cells}{end}", fitted(start, name))
            .trim_end()
            .to_owned()
    };
    let shown = || cycles[first..].iter();
    let older = if first > 0 { "…" } else { "" };
    let mut out = format!(
        "{}\n",
        paint.strong(&line(older, &mut shown().map(head), ""))
    );
    out.push_str(&paint.quiet(&line("", &mut shown().map(month), "")));
    out.push('\n');
    for row in rows {
        let mut marks = row.marks[first..].iter().map(|mark| match mark.as_str() {
            "" => "·".to_owned(),
            mark => mark.to_owned(),
        });
        out.push_str(&line(&row.name, &mut marks, &row.state));
        out.push('\n');
    }
    out
}
