//! Source text and places in it: the only line and column arithmetic of the program.
//!
//! A [`Span`] counts bytes, everywhere. Lines and columns exist only in [`Position`], count from 1, and are
//! computed here. This file knows nothing of TOML, of rules, or of how findings are shown.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use serde::Serialize;

/// A file of the registry, or one that it is held to, as it was read.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// Path below the registry's root, with `/` between its parts; of a file elsewhere, how people name it.
    pub path: Arc<str>,
    /// Of a file elsewhere, the address where it can be read.
    address: Option<Arc<str>>,
    /// The text. Of a file that is not valid UTF-8, the lossy reading, so that its place can be shown.
    pub text: Arc<str>,
    /// Where each line starts; found when somebody first asks.
    line_starts: OnceLock<Arc<[usize]>>,
}

impl SourceFile {
    /// A file with this path and text.
    pub fn new(path: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> Self {
        Self {
            path: path.into(),
            address: None,
            text: text.into(),
            line_starts: OnceLock::new(),
        }
    }

    /// A file that is not the registry's, with the name that people see and the address where they can read it.
    pub fn elsewhere(
        name: impl Into<Arc<str>>,
        text: impl Into<Arc<str>>,
        address: impl Into<Arc<str>>,
    ) -> Self {
        Self {
            address: Some(address.into()),
            ..Self::new(name, text)
        }
    }

    /// The address of a file that is not the registry's.
    pub fn address(&self) -> Option<&str> {
        self.address.as_deref()
    }

    /// The path for people and programs that stand where `prefix` leads to the registry from.
    pub fn below(&self, prefix: &str) -> String {
        match self.address {
            Some(_) => self.path.to_string(),
            None => format!("{prefix}{}", self.path),
        }
    }

    /// The line and column at which a byte offset stands; an offset past the end counts as the end.
    pub fn position(&self, offset: usize) -> Position {
        let offset = floor_char_boundary(&self.text, offset);
        let line = self.line_of(offset);
        let line_start = self.line_starts()[line];
        Position {
            line: line + 1,
            column: self.text[line_start..offset].chars().count() + 1,
        }
    }

    /// The span of the whole lines that a span touches, without the last line's end.
    pub fn lines_around(&self, span: Span) -> Span {
        let span = self.clamp(span);
        let starts = self.line_starts();
        let next = starts.get(self.line_of(span.end) + 1);
        Span {
            start: starts[self.line_of(span.start)],
            // The line that follows begins behind the end of this one; the last one has none.
            end: next.map_or(self.text.len(), |next| next - 1),
        }
    }

    /// A line, from 1, without its end; past the last one, the end of the text.
    pub fn line(&self, line: usize) -> Span {
        let starts = self.line_starts();
        let start = line.checked_sub(1).and_then(|line| starts.get(line));
        let start = start.copied().unwrap_or(self.text.len());
        self.first_line_of(self.lines_around(Span { start, end: start }))
    }

    /// The line that an offset stands in, from 0.
    fn line_of(&self, offset: usize) -> usize {
        self.line_starts().partition_point(|start| *start <= offset) - 1
    }

    fn line_starts(&self) -> &[usize] {
        self.line_starts.get_or_init(|| {
            let after = |(at, _)| at + 1;
            std::iter::once(0)
                .chain(self.text.match_indices('\n').map(after))
                .collect()
        })
    }

    /// The span, moved inside the text and onto character boundaries, so that no renderer can be thrown off.
    pub fn clamp(&self, span: Span) -> Span {
        let start = floor_char_boundary(&self.text, span.start);
        let end = floor_char_boundary(&self.text, span.end.max(start));
        Span { start, end }
    }

    /// The text of a span.
    pub fn slice(&self, span: Span) -> &str {
        let span = self.clamp(span);
        &self.text[span.start..span.end]
    }

    /// The span without the line ends and the white space at its end, and cut at the end of its first line.
    pub fn first_line_of(&self, span: Span) -> Span {
        let span = self.clamp(span);
        let line = self.slice(span).lines().next().unwrap_or_default();
        Span {
            start: span.start,
            end: span.start + line.trim_end().len(),
        }
    }
}

fn floor_char_boundary(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

/// A range of bytes in a [`SourceFile`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// The byte after the last one.
    pub end: usize,
}

impl Span {
    /// As a standard range.
    pub fn range(self) -> Range<usize> {
        self.start..self.end
    }
}

impl From<Range<usize>> for Span {
    fn from(range: Range<usize>) -> Self {
        Self {
            start: range.start,
            end: range.end,
        }
    }
}

/// A place for people: line and column, both from 1, the column in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Found by fuzzing: a place at the end of a text that ends in a line end.
    #[test]
    fn behind_the_last_line_end_is_an_empty_line() {
        let file = SourceFile::new("a.toml", "a\nb\n");
        let at = |start, end| file.lines_around(Span { start, end });
        assert_eq!(at(4, 4), Span { start: 4, end: 4 });
        assert_eq!(at(3, 4), Span { start: 2, end: 4 });
        assert_eq!(at(0, 2), Span { start: 0, end: 3 });
        assert_eq!(at(0, 0), Span { start: 0, end: 1 });
        assert_eq!(
            SourceFile::new("a.toml", "").lines_around(Span::default()),
            Span::default()
        );
    }

    #[test]
    fn positions_count_lines_and_characters_from_one() {
        let file = SourceFile::new("a.toml", "a\nä ö\r\nz");
        assert_eq!(file.position(0), Position { line: 1, column: 1 });
        assert_eq!(file.position(2), Position { line: 2, column: 1 });
        assert_eq!(file.position(5), Position { line: 2, column: 3 });
        assert_eq!(file.position(9), Position { line: 3, column: 1 });
        assert_eq!(file.position(999), Position { line: 3, column: 2 });
    }

    #[test]
    fn spans_are_moved_onto_character_boundaries() {
        let file = SourceFile::new("a.toml", "aäb");
        assert_eq!(
            file.clamp(Span { start: 2, end: 90 }),
            Span { start: 1, end: 4 }
        );
        assert_eq!(file.slice(Span { start: 9, end: 3 }), "");
    }
}
