//! Bytes of a text and the lines and columns that editors count in.
//!
//! Lines end in `\n`, `\r\n` or `\r`, and columns are bytes, UTF-16 code units or characters, as client and server agreed
//! (<https://microsoft.github.io/language-server-protocol/specifications/lsp/3.18/specification/#position>).

use gen_lsp_types::{Position, PositionEncodingKind, Range};

use crate::text::source::Span;

/// What a column counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    /// Bytes.
    Utf8,
    /// UTF-16 code units: what every client knows.
    Utf16,
    /// Characters.
    Utf32,
}

impl Encoding {
    /// The one to speak with a client that knows these: bytes, if it may be.
    pub(super) fn agreed(known: &[PositionEncodingKind]) -> Self {
        let knows = |kind: PositionEncodingKind| known.contains(&kind);
        if knows(PositionEncodingKind::UTF8) {
            Self::Utf8
        } else if !knows(PositionEncodingKind::UTF16) && knows(PositionEncodingKind::UTF32) {
            Self::Utf32
        } else {
            Self::Utf16
        }
    }

    /// Its name in the protocol.
    pub(super) fn kind(self) -> PositionEncodingKind {
        match self {
            Self::Utf8 => PositionEncodingKind::UTF8,
            Self::Utf16 => PositionEncodingKind::UTF16,
            Self::Utf32 => PositionEncodingKind::UTF32,
        }
    }

    fn width(self, c: char) -> usize {
        match self {
            Self::Utf8 => c.len_utf8(),
            Self::Utf16 => c.len_utf16(),
            Self::Utf32 => 1,
        }
    }
}

/// A text with its lines.
pub(super) struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
    encoding: Encoding,
}

impl<'t> Lines<'t> {
    pub(super) fn of(text: &'t str, encoding: Encoding) -> Self {
        let bytes = text.as_bytes();
        let ends = bytes.iter().enumerate().filter(|(at, byte)| match byte {
            b'\n' => true,
            b'\r' => bytes.get(at + 1) != Some(&b'\n'),
            _ => false,
        });
        let starts = std::iter::once(0).chain(ends.map(|(at, _)| at + 1));
        Self {
            text,
            starts: starts.collect(),
            encoding,
        }
    }

    /// Where a byte stands; one inside of a character, or of a line's end, counts as the first one.
    pub(super) fn position(&self, offset: usize) -> Position {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.starts.partition_point(|start| *start <= offset) - 1;
        let before = self.line(line);
        let before = &before[..(offset - self.starts[line]).min(before.len())];
        let column: usize = match self.encoding {
            Encoding::Utf8 => before.len(),
            _ => before.chars().map(|c| self.encoding.width(c)).sum(),
        };
        Position {
            line: u32::try_from(line).unwrap_or(u32::MAX),
            character: u32::try_from(column).unwrap_or(u32::MAX),
        }
    }

    /// The byte at a position; behind the end of a line it is that end, and behind the last line the end of the text.
    pub(super) fn offset(&self, position: Position) -> usize {
        let line = usize::try_from(position.line).unwrap_or(usize::MAX);
        let Some(start) = self.starts.get(line) else {
            return self.text.len();
        };
        let mut left = usize::try_from(position.character).unwrap_or(usize::MAX);
        let mut offset = *start;
        for c in self.line(line).chars() {
            let width = self.encoding.width(c);
            if left < width {
                break;
            }
            left -= width;
            offset += c.len_utf8();
        }
        offset
    }

    pub(super) fn range(&self, span: Span) -> Range {
        Range {
            start: self.position(span.start),
            end: self.position(span.end.max(span.start)),
        }
    }

    /// The bytes of a range; one whose end lies before its start is empty.
    pub(super) fn span(&self, range: Range) -> Span {
        let start = self.offset(range.start);
        Span {
            start,
            end: self.offset(range.end).max(start),
        }
    }

    /// A line, from 0, without its end.
    fn line(&self, line: usize) -> &'t str {
        let next = self.starts.get(line + 1).copied();
        let line = &self.text[self.starts[line]..next.unwrap_or(self.text.len())];
        match next {
            Some(_) => line
                .strip_suffix("\r\n")
                .or_else(|| line.strip_suffix(['\n', '\r']))
                .unwrap_or(line),
            None => line,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "a\tä\r\n😀b\rlast";

    fn at(encoding: Encoding, line: u32, character: u32) -> usize {
        Lines::of(TEXT, encoding).offset(Position { line, character })
    }

    #[test]
    fn every_byte_is_found_again_in_every_encoding() {
        for encoding in [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32] {
            let lines = Lines::of(TEXT, encoding);
            for (offset, _) in TEXT.char_indices().chain([(TEXT.len(), ' ')]) {
                let found = lines.offset(lines.position(offset));
                // Between `\r` and `\n` there is no place.
                let expected = if offset == 5 { 4 } else { offset };
                assert_eq!(found, expected, "{encoding:?} {offset}");
            }
        }
    }

    #[test]
    fn columns_count_what_was_agreed_on() {
        let column = |encoding, offset| {
            let Position { line, character } = Lines::of(TEXT, encoding).position(offset);
            (line, character)
        };
        let b = TEXT.find('b').unwrap();
        assert_eq!(column(Encoding::Utf8, b), (1, 4));
        assert_eq!(column(Encoding::Utf16, b), (1, 2));
        assert_eq!(column(Encoding::Utf32, b), (1, 1));
        assert_eq!(column(Encoding::Utf16, TEXT.len()), (2, 4));
    }

    #[test]
    fn what_lies_outside_of_the_text_is_its_nearest_end() {
        assert_eq!(at(Encoding::Utf16, 0, 999), 4);
        assert_eq!(at(Encoding::Utf16, 99, 0), TEXT.len());
        assert_eq!(at(Encoding::Utf16, u32::MAX, u32::MAX), TEXT.len());
        // In the middle of a character that has two units.
        assert_eq!(at(Encoding::Utf16, 1, 1), 6);
        let lines = Lines::of(TEXT, Encoding::Utf8);
        let backwards = Range {
            start: Position {
                line: 1,
                character: 4,
            },
            end: Position {
                line: 0,
                character: 0,
            },
        };
        assert_eq!(lines.span(backwards), Span { start: 10, end: 10 });
        assert_eq!(
            lines.position(7),
            lines.position(6),
            "inside of a character"
        );
    }

    #[test]
    fn bytes_are_agreed_on_where_they_may_be() {
        let agreed = |known: &[PositionEncodingKind]| Encoding::agreed(known);
        assert_eq!(agreed(&[]), Encoding::Utf16);
        assert_eq!(agreed(&[PositionEncodingKind::UTF32]), Encoding::Utf32);
        let all = [PositionEncodingKind::UTF16, PositionEncodingKind::UTF8];
        assert_eq!(agreed(&all), Encoding::Utf8);
        let both = [PositionEncodingKind::UTF32, PositionEncodingKind::UTF16];
        assert_eq!(agreed(&both), Encoding::Utf16);
    }
}
