//! Which lines of a body are quoted: in a fenced or indented code block, or in a comment of people's. A marker there only looks
//! like one.
//!
//! Fences and indentation are CommonMark's: <https://spec.commonmark.org/0.31.2/#fenced-code-blocks>. A fence that is never closed
//! quotes nothing here: whoever opened it above a section did not mean to quote that.

/// For each line, whether it is quoted.
pub(super) fn quoted(body: &str) -> Vec<bool> {
    let lines: Vec<&str> = body.lines().collect();
    let mut quoted = vec![false; lines.len()];
    let mut at = 0;
    while at < lines.len() {
        let line = lines[at];
        let end = if let Some(fence) = Fence::opened_by(line) {
            let behind = lines[at + 1..].iter();
            let closing = behind.clone().position(|line| fence.is_closed_by(line));
            closing.map(|length| at + 1 + length)
        } else if opens_comment(line) {
            let behind = lines[at + 1..].iter();
            let closing = behind.clone().position(|line| line.contains("-->"));
            closing.map(|length| at + 1 + length)
        } else {
            None
        };
        quoted[at] = is_indented(line);
        match end {
            Some(end) => {
                quoted[at..=end].fill(true);
                at = end + 1;
            }
            None => at += 1,
        }
    }
    quoted
}

/// The beginning of a fenced code block.
struct Fence {
    character: char,
    length: usize,
}

impl Fence {
    fn opened_by(line: &str) -> Option<Self> {
        let (character, length, rest) = fence(line)?;
        // In the words behind backticks there are no others: that would be code in a line.
        let is_one = character == '~' || !rest.contains('`');
        is_one.then_some(Self { character, length })
    }

    fn is_closed_by(&self, line: &str) -> bool {
        let closing = fence(line);
        closing.is_some_and(|(character, length, rest)| {
            character == self.character && length >= self.length && rest.trim().is_empty()
        })
    }
}

/// The character of a fence, how many there are, and what stands behind them.
fn fence(line: &str) -> Option<(char, usize, &str)> {
    if is_indented(line) {
        return None;
    }
    let text = line.trim_start_matches(' ');
    let character = text.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let rest = text.trim_start_matches(character);
    let length = text.len() - rest.len();
    (length >= 3).then_some((character, length, rest))
}

/// Whether a line is code by its indentation alone.
fn is_indented(line: &str) -> bool {
    line.starts_with("    ") || line.starts_with('\t')
}

/// Whether a comment begins in a line and goes on behind it.
fn opens_comment(line: &str) -> bool {
    let last = line.rfind("<!--");
    last.is_some_and(|at| !line[at..].contains("-->"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(body: &str, expected: &[usize]) {
        let lines = quoted(body);
        let found: Vec<usize> = (0..lines.len()).filter(|at| lines[*at]).collect();
        assert_eq!(found, expected, "{body}");
    }

    #[test]
    fn code_and_comments_are_quoted() {
        check("a\n```\nx\n```\nb", &[1, 2, 3]);
        check("~~~md\n```\n~~~~\nb", &[0, 1, 2]);
        check("````\n```\n````", &[0, 1, 2]);
        check("a\n    b\n\tc\n   d", &[1, 2]);
        check("<!-- a\nb\n--> c\nd", &[0, 1, 2]);
    }

    #[test]
    fn what_is_never_closed_quotes_nothing() {
        check("```\na\n~~~\nb", &[]);
        check("<!-- a\nb", &[]);
        check("``` a `b` ```\nc\n```", &[]);
        check("<!-- a --> b\nc -->", &[]);
        check("", &[]);
    }
}
