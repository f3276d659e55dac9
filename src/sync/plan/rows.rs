//! Rows: how a plan is shown to people, the same for a terminal and for Markdown. What they say is each field's own.

use crate::text::words::{counted, printable};

/// Lines of a text that are shown of it when a plan is folded.
const FOLDED_LINES: usize = 8;

/// How a piece of text is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// As it is.
    Plain,
    /// It comes.
    Added,
    /// It goes.
    Removed,
    /// It needs a look.
    Noticed,
    /// It stands back.
    Quiet,
}

/// A piece of text with its tone. Text from elsewhere is printable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// How it is meant.
    pub tone: Tone,
    /// The text.
    pub text: String,
}

impl Piece {
    /// Text with a tone; it is made printable.
    pub fn new(tone: Tone, text: impl AsRef<str>) -> Self {
        Self {
            tone,
            text: printable(text.as_ref()),
        }
    }
}

/// A line: what it is about, and what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The field; empty if the line goes on from the one before.
    pub field: &'static str,
    /// What is said.
    pub pieces: Vec<Piece>,
}

impl Row {
    /// A line about a field.
    pub fn new(field: &'static str, pieces: Vec<Piece>) -> Self {
        Self { field, pieces }
    }
}

/// One value instead of another, and why.
pub(super) fn of_change(
    field: &'static str,
    from: Option<&str>,
    to: Option<&str>,
    why: Vec<Piece>,
) -> Row {
    let mut pieces = match (from, to) {
        (None, Some(to)) => vec![Piece::new(Tone::Added, format!("+ {to}"))],
        (Some(from), None) => vec![Piece::new(Tone::Removed, format!("- {from}"))],
        (from, to) => vec![
            Piece::new(Tone::Removed, from.unwrap_or("none")),
            Piece::new(Tone::Plain, "→"),
            Piece::new(Tone::Added, to.unwrap_or("none")),
        ],
    };
    pieces.extend(why);
    Row::new(field, pieces)
}

/// What goes into a set and out of it, and why; nothing, if that is nothing.
pub(super) fn of_set(
    field: &'static str,
    add: &[String],
    remove: &[String],
    why: Vec<Piece>,
) -> Option<Row> {
    let pieces = add
        .iter()
        .map(|name| Piece::new(Tone::Added, format!("+ {name}")))
        .chain(
            remove
                .iter()
                .map(|name| Piece::new(Tone::Removed, format!("- {name}"))),
        )
        .chain(why);
    let is_empty = add.is_empty() && remove.is_empty();
    (!is_empty).then(|| Row::new(field, pieces.collect()))
}

/// The lines of a text, each with a sign; folded, only the first of them.
pub(super) fn of_text(sign: &str, tone: Tone, lines: &[&str], full: bool) -> Vec<Row> {
    let shown = if full { lines.len() } else { FOLDED_LINES };
    let mut rows: Vec<Row> = lines
        .iter()
        .take(shown)
        .map(|text| Row::new("", vec![Piece::new(tone, format!("{sign} {text}"))]))
        .collect();
    if lines.len() > shown {
        let more = counted(lines.len() - shown, "line");
        let text = format!("{sign} … {more} more (--full shows all)");
        rows.push(Row::new("", vec![Piece::new(Tone::Quiet, text)]));
    }
    rows
}
