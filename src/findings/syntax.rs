//! What the TOML parser stumbles over → the mistakes that people made, each once, with the remedy. Pure.
//!
//! A parser says what it expected. People meant something: a comment, a quote of a word processor, another number. So what stands
//! at the place, and around it, is looked at, and what is plain is said in their words; the rest is the parser's.

use std::collections::BTreeSet;

use super::diagnostic::Certainty;
use crate::text::source::{SourceFile, Span};

/// The most syntax errors that are looked at: a file that is not TOML at all has one in each line.
const MOST_ERRORS: usize = 10_000;

/// A mistake in the syntax.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// What is wrong.
    pub message: String,
    /// Where.
    pub span: Span,
    /// Another place that belongs to it, with what is said there.
    pub also: Option<(Span, &'static str)>,
    /// What to do; absent: nobody knows.
    pub remedy: Option<Remedy>,
}

/// What to do about a mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remedy {
    /// In words.
    pub text: String,
    /// What is written instead of what, if that is known, and how sure it is.
    pub edit: Option<(Span, String, Certainty)>,
}

impl Mistake {
    fn new(message: impl Into<String>, span: Span) -> Self {
        Self {
            message: message.into(),
            span,
            also: None,
            remedy: None,
        }
    }

    fn help(mut self, text: impl Into<String>) -> Self {
        self.remedy = Some(Remedy {
            text: text.into(),
            edit: None,
        });
        self
    }

    fn edit(
        mut self,
        text: impl Into<String>,
        span: Span,
        replacement: impl Into<String>,
        certainty: Certainty,
    ) -> Self {
        self.remedy = Some(Remedy {
            text: text.into(),
            edit: Some((span, replacement.into(), certainty)),
        });
        self
    }
}

/// The mistakes behind a parser's errors. It goes on after a mistake and may stumble over its remains: the first report of a line is
/// the mistake.
pub(super) fn mistakes(file: &SourceFile, errors: Vec<toml::de::Error>) -> Vec<Mistake> {
    if errors.is_empty() {
        return Vec::new();
    }
    let conflicts = conflicts(&file.text);
    let mut lines = BTreeSet::new();
    let mut mistakes = Vec::new();
    for error in errors.into_iter().take(MOST_ERRORS) {
        let span = file.clamp(error.span().unwrap_or_default().into());
        let within = |conflict: &&Conflict| conflict.whole.range().contains(&span.start);
        if let Some(conflict) = conflicts.iter().find(within) {
            // Both sides, and what divides them, are one mistake.
            if lines.insert(file.position(conflict.first.start).line) {
                mistakes.push(conflict.mistake());
            }
            continue;
        }
        if !lines.insert(file.position(span.start).line) {
            continue;
        }
        let at = At {
            file,
            span,
            said: error.message().trim(),
        };
        if let Some(open) = at.never_closed() {
            // Every line below it is swallowed, so what the parser says of them is this mistake again.
            mistakes.push(open);
            break;
        }
        mistakes.push(at.mistake());
    }
    mistakes
}

/// A merge conflict that nobody resolved.
struct Conflict {
    whole: Span,
    first: Span,
    last: Span,
}

impl Conflict {
    fn mistake(&self) -> Mistake {
        let message = "a merge conflict was not resolved here";
        let is_longer = self.last != self.first;
        Mistake {
            also: is_longer.then_some((self.last, "it ends here")),
            ..Mistake::new(message, self.first)
        }
        .help("keep one side, and take out the lines that begin with `<<<<<<<`, `|||||||`, `=======` and `>>>>>>>`")
    }
}

/// What begins the lines of a merge conflict; the last one ends it.
const MARKERS: [&str; 4] = ["<<<<<<<", "|||||||", "=======", ">>>>>>>"];

/// The conflicts of a text: from a marker to the one that ends it, or, where that is gone, to the last one.
fn conflicts(text: &str) -> Vec<Conflict> {
    let (mut conflicts, mut open): (Vec<Conflict>, Option<Conflict>) = (Vec::new(), None);
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let shown = Span {
            start,
            end: start + line.trim_end().len(),
        };
        start += line.len();
        if !MARKERS.iter().any(|marker| line.starts_with(marker)) {
            continue;
        }
        let first = open.take().map_or(shown, |conflict| conflict.first);
        let conflict = Conflict {
            whole: Span {
                start: first.start,
                end: start,
            },
            first,
            last: shown,
        };
        match line.starts_with(MARKERS[3]) {
            true => conflicts.push(conflict),
            false => open = Some(conflict),
        }
    }
    conflicts.extend(open);
    conflicts
}

/// A place where the parser stumbled, and what it said.
struct At<'a> {
    file: &'a SourceFile,
    span: Span,
    said: &'a str,
}

impl<'a> At<'a> {
    fn text(&self) -> &'a str {
        &self.file.text
    }

    /// The line, up to the place.
    fn before(&self) -> &'a str {
        let line = self.file.lines_around(self.span);
        self.text()
            .get(line.start..self.span.start)
            .unwrap_or_default()
    }

    /// The rest of the line, from the place on.
    fn rest(&self) -> &'a str {
        let end = self.file.lines_around(self.span).end;
        let rest = self.text().get(self.span.start..end).unwrap_or_default();
        rest.trim_end_matches('\r')
    }

    /// So many bytes from the place on.
    fn next(&self, length: usize) -> Span {
        Span {
            start: self.span.start,
            end: self.span.start + length,
        }
    }

    /// The last character before the place that is no white space.
    fn last_before(&self) -> Span {
        let before = self.text().get(..self.span.start).unwrap_or_default();
        let before = without_comments_at_its_end(before);
        Span {
            start: before.len() - before.chars().next_back().map_or(0, char::len_utf8),
            end: before.len(),
        }
    }

    /// A list or an inline table that was never closed: the parser wants a comma where a line begins something new.
    fn never_closed(&self) -> Option<Mistake> {
        let what = if self.said.contains("array element") {
            "a list is not closed: a `]` is missing"
        } else if self.said.contains("inline table") {
            "an inline table is not closed: a `}` is missing"
        } else {
            return None;
        };
        let line = self.rest().trim_start();
        let key = line.split(['=', ' ']).next().unwrap_or_default();
        let is_key = |c: char| c.is_ascii_alphanumeric() || "-_.\"".contains(c);
        let is_new_key = line.contains('=') && !key.is_empty() && key.chars().all(is_key);
        let begins_anew = self.before().trim().is_empty() && (line.starts_with('[') || is_new_key);
        // The end of the last line that was meant to be part of it.
        let place = self.last_before();
        (begins_anew && place.end > 0).then(|| Mistake::new(what, place))
    }

    fn mistake(&self) -> Mistake {
        let starts = |words: &str| self.said.starts_with(words);
        let own = if starts("string values must be quoted") {
            self.unquoted()
        } else if starts("unexpected key or value") {
            self.behind_a_value()
        } else if starts("missing comma") {
            let place = self.last_before();
            let behind = Span {
                start: place.end,
                end: place.end,
            };
            let mistake = Mistake::new("a comma is missing between these two", place);
            Some(mistake.edit("put a comma between them", behind, ",", Certainty::Guess))
        } else if starts("extra comma") {
            let mistake = Mistake::new(
                "nothing stands between this comma and the one before",
                self.span,
            );
            Some(mistake.edit("take it out", self.span, "", Certainty::Guess))
        } else if starts("unexpected leading zero") {
            self.leading_zero()
        } else if starts("duplicate key") {
            Some(self.twice())
        } else if starts("invalid boolean") {
            self.boolean()
        } else if starts("invalid float") {
            Some(self.version())
        } else if starts("key with no value") {
            Some(self.no_value())
        } else if self.rest().starts_with(is_unseen) {
            let mistake = Mistake::new("a character that cannot be seen stands here", self.next(1));
            Some(mistake.help("take it out"))
        } else if starts("invalid basic string") {
            Some(Mistake::new(
                "a text in quotes is not closed: a `\"` is missing",
                self.span,
            ))
        } else if starts("invalid literal string") {
            Some(Mistake::new(
                "a text in quotes is not closed: a `'` is missing",
                self.span,
            ))
        } else {
            None
        };
        own.unwrap_or_else(|| {
            Mistake::new(self.said, self.span)
                .help("TOML's syntax is described at https://toml.io/en/v1.1.0")
        })
    }

    /// A value that is none of TOML's.
    fn unquoted(&self) -> Option<Mistake> {
        let written = self.file.slice(self.span);
        if written.is_empty() {
            return Some(self.no_value_but_a_comment().unwrap_or_else(|| {
                Mistake::new("no value stands behind `=`", self.last_before())
            }));
        }
        if let Some(at) = written.find("//")
            && is_bare(written[..at].trim_end())
        {
            return Some(self.slashes(self.span.start + at));
        }
        let inner = written.trim_matches(is_quote);
        if inner.len() < written.len() && written.starts_with(is_typographic) {
            let message = format!("`{}` is no quote of TOML", written.chars().next()?);
            let straight = quoted(inner);
            return Some(Mistake::new(message, self.span).edit(
                "a text stands between straight quotes",
                self.span,
                straight,
                Certainty::Sure,
            ));
        }
        if matches!(written, "True" | "TRUE" | "False" | "FALSE") {
            return self.boolean();
        }
        let message = "a text needs quotes around it; `true`, `false`, numbers and dates need none";
        let mistake = Mistake::new(message, self.span);
        // What stands behind a `#` may be part of the text.
        let behind = self.text().get(self.span.end..).unwrap_or_default();
        let is_cut = behind.lines().next().is_some_and(|rest| rest.contains('#'));
        Some(match written.contains(['"', '\'']) || is_cut {
            true => mistake.help("put all of it in quotes"),
            false => mistake.edit(
                "put it in quotes",
                self.span,
                quoted(written),
                Certainty::Guess,
            ),
        })
    }

    /// `issue = #11617`: what was meant as the value is a comment, or there is none.
    fn no_value_but_a_comment(&self) -> Option<Mistake> {
        let comment = self.rest().strip_prefix('#')?;
        let digits: String = comment.chars().take_while(char::is_ascii_digit).collect();
        let mistake = Mistake::new(
            "`#` begins a comment, so that no value stands here",
            self.next(1),
        );
        let is_number = !digits.is_empty() && !digits.starts_with('0');
        Some(match is_number {
            true => mistake.edit(
                "write the number without it",
                self.next(1),
                "",
                Certainty::Sure,
            ),
            false => mistake
                .help("write the value before it; a text that begins with `#` stands in quotes"),
        })
    }

    /// Something stands behind a value in its line.
    fn behind_a_value(&self) -> Option<Mistake> {
        let rest = self.rest();
        if rest.starts_with("//") {
            return Some(self.slashes(self.span.start));
        }
        let first = rest.chars().next()?;
        let behind = rest[first.len_utf8()..].trim_start();
        let is_last = behind.is_empty() || behind.starts_with('#');
        let place = self.next(first.len_utf8());
        match first {
            ',' | ';' => {
                let message = match first {
                    ',' => {
                        "a comma stands between the values of a list, and none belongs behind this one"
                    }
                    _ => "a line of TOML ends without `;`",
                };
                let mistake = Mistake::new(message, place);
                Some(match is_last {
                    true => mistake.edit("take it out", place, "", Certainty::Sure),
                    false => mistake.help("write each key in a line of its own"),
                })
            }
            _ if is_a_key(rest) => Some(
                Mistake::new("a second key stands in this line", place)
                    .help("write each key in a line of its own"),
            ),
            _ => {
                let (_, value) = self.before().split_once('=')?;
                let quote = value
                    .trim_start()
                    .chars()
                    .next()
                    .filter(|c| is_straight(*c));
                Some(match quote.filter(|quote| rest.contains(*quote)) {
                    Some('\'') => {
                        Mistake::new("this text ends at its second `'`, and goes on", place)
                            .help("put a text with `'` in it between `\"`")
                    }
                    Some(_) => {
                        Mistake::new("this text ends at its second `\"`, and goes on", place)
                            .help("write `\\\"` for a quote inside of a text")
                    }
                    None => Mistake::new("something stands here behind the value", place)
                        .help("write each key in a line of its own, and `#` before a comment"),
                })
            }
        }
    }

    /// A comment as other languages write it.
    fn slashes(&self, start: usize) -> Mistake {
        let place = Span {
            start,
            end: start + 2,
        };
        let mistake = Mistake::new("`//` begins no comment here", place);
        mistake.edit("a comment begins with `#`", place, "#", Certainty::Sure)
    }

    fn leading_zero(&self) -> Option<Mistake> {
        let number: String = self
            .rest()
            .chars()
            .take_while(char::is_ascii_digit)
            .collect();
        let zeros = number.len() - number.trim_start_matches('0').len();
        let mistake = Mistake::new("a number has no zero in front", self.next(zeros.max(1)));
        let is_more = zeros > 0 && zeros < number.len();
        is_more.then(|| mistake.edit("write it without", self.next(zeros), "", Certainty::Sure))
    }

    /// A key, or a table, that stands here for the second time.
    fn twice(&self) -> Mistake {
        let key = self.file.slice(self.span);
        let is_table = self.before().trim_start().starts_with('[');
        let (what, help) = match is_table {
            true => {
                let line = self.file.slice(self.file.lines_around(self.span));
                let header = line.split('#').next().unwrap_or_default().trim();
                let help = format!("put the keys of both below one `{header}`");
                (header.to_owned(), help)
            }
            false => (key.to_owned(), "keep one of the two".to_owned()),
        };
        let message = format!("`{what}` stands here for the second time");
        let first = self.first(key, is_table);
        Mistake {
            also: first.map(|span| (span, "the first time")),
            ..Mistake::new(message, self.span)
        }
        .help(help)
    }

    /// Where a key, or a table, stands the first time, as far as its line says so.
    fn first(&self, key: &str, is_table: bool) -> Option<Span> {
        let line = self.file.lines_around(self.span);
        let before = self.text().get(..line.start)?;
        let (mut found, mut start) = (None, 0);
        for line in before.split_inclusive('\n') {
            let text = line.trim_start();
            let at = start + line.len() - text.len();
            start += line.len();
            let header = text.trim_start_matches('[');
            if header.len() < text.len() {
                // A key is looked for in its own table.
                let at = at + text.len() - header.len();
                let name = header.split(']').next().unwrap_or_default();
                let is_it = is_table && name.rsplit('.').next() == Some(key);
                found = match (is_table, is_it) {
                    (true, true) => Some(at),
                    (true, false) => found,
                    (false, _) => None,
                };
            } else if !is_table
                && text
                    .strip_prefix(key)
                    .is_some_and(|rest| rest.trim_start().starts_with('='))
            {
                found = found.or(Some(at));
            }
        }
        found.map(|start| Span {
            start,
            end: start + key.len(),
        })
    }

    fn boolean(&self) -> Option<Mistake> {
        let written = self.file.slice(self.span);
        let lower = written.to_lowercase();
        let is_it = matches!(lower.as_str(), "true" | "false");
        is_it.then(|| {
            Mistake::new(format!("`{written}` is written `{lower}`"), self.span).edit(
                "write it in small letters",
                self.span,
                lower,
                Certainty::Sure,
            )
        })
    }

    /// `1.38.0`: a number has one dot at most.
    fn version(&self) -> Mistake {
        let message = "this is no number; a text, such as a version, needs quotes around it";
        let before = self.before();
        let value = before
            .rsplit(['=', ',', '['])
            .next()
            .unwrap_or_default()
            .trim_start();
        let rest = self.rest();
        let end = rest
            .find([',', ']', '}', '#', ' ', '\t'])
            .unwrap_or(rest.len());
        let whole = Span {
            start: self.span.start - value.len(),
            end: self.span.start + end,
        };
        let text = quoted(self.file.slice(whole));
        Mistake::new(message, whole).edit("put it in quotes", whole, text, Certainty::Guess)
    }

    fn no_value(&self) -> Mistake {
        let message = "a key and its value need `=` between them";
        let colon = self.before().trim_end().strip_suffix(':').map(str::len);
        let line = self.file.lines_around(self.span);
        let colon = colon.or_else(|| self.before().find(": "));
        match colon {
            Some(at) => {
                let place = Span {
                    start: line.start + at,
                    end: line.start + at + 1,
                };
                let mistake = Mistake::new(
                    "a key and its value need `=` between them, and not `:`",
                    place,
                );
                mistake.edit("write `=`", place, " =", Certainty::Guess)
            }
            None => Mistake::new(message, self.span),
        }
    }
}

/// A string as TOML.
pub fn quoted(text: &str) -> String {
    toml_edit::Value::from(text).decorated("", "").to_string()
}

/// A text without the white space and the comments at its end.
fn without_comments_at_its_end(text: &str) -> &str {
    let mut text = text.trim_end();
    loop {
        let start = text.rfind('\n').map_or(0, |at| at + 1);
        let Some(comment) = comment_in(&text[start..]) else {
            return text;
        };
        text = text[..start + comment].trim_end();
    }
}

/// Where the comment of a line begins, if it has one.
fn comment_in(line: &str) -> Option<usize> {
    let mut quote = None;
    let mut is_escaped = false;
    for (at, c) in line.char_indices() {
        match (quote, c) {
            (None, '#') => return Some(at),
            (None, '"' | '\'') => quote = Some(c),
            (Some('"'), '\\') if !is_escaped => {
                is_escaped = true;
                continue;
            }
            (Some(open), c) if open == c && !is_escaped => quote = None,
            _ => {}
        }
        is_escaped = false;
    }
    None
}

/// Whether a text is a value of TOML's that needs no quotes, as far as its look tells.
fn is_bare(text: &str) -> bool {
    let is_number = |c: char| c.is_ascii_digit() || "+-_.:TZ".contains(c);
    matches!(text, "true" | "false")
        || (text.starts_with(|c: char| c.is_ascii_digit()) && text.chars().all(is_number))
}

/// Whether a text begins with a key and its `=`.
fn is_a_key(text: &str) -> bool {
    let Some((key, _)) = text.split_once('=') else {
        return false;
    };
    let key = key.trim();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    !key.is_empty() && key.chars().all(is_plain)
}

fn is_quote(c: char) -> bool {
    is_straight(c) || is_typographic(c)
}

/// Whether a character is one of those that TOML takes in no text.
fn is_unseen(c: char) -> bool {
    c.is_ascii_control() && c != '\t'
}

fn is_straight(c: char) -> bool {
    matches!(c, '"' | '\'')
}

fn is_typographic(c: char) -> bool {
    "“”„‟‘’‚‛«»‹›".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::document::parse;

    /// Each mistake: its line and column, what is said, and the line as the remedy makes it.
    fn said(text: &str) -> Vec<String> {
        let file = SourceFile::new("x.toml", text);
        let (_, mistakes) = parse(&file);
        let one = |mistake: Mistake| {
            let at = file.position(mistake.span.start);
            let edit = mistake.remedy.and_then(|remedy| remedy.edit);
            let mended = edit.map(|(span, replacement, certainty)| {
                let mut mended = text.to_owned();
                mended.replace_range(span.range(), &replacement);
                let line = mended.lines().nth(file.position(span.start).line - 1);
                format!(" => {} ({certainty:?})", line.unwrap_or_default())
            });
            let mended = mended.unwrap_or_default();
            format!("{}:{} {}{mended}", at.line, at.column, mistake.message)
        };
        mistakes.into_iter().map(one).collect()
    }

    #[test]
    fn a_slip_is_said_at_its_place_with_what_was_meant() {
        let all: Vec<String> = [
            "status = “implementable”\n",
            "milestone = ‘2.5’\n",
            "issue = 11617 // the tracking issue\n",
            "status = \"x\" // it is\n",
            "issue = #11617\n",
            "issue = # 7\n",
            "number = 04960\n",
            "issue = 11617,\n",
            "target = \"1.38\"; # soon\n",
            "enabled-by-default = True\n",
            "owners = [\"rata\" \"giuseppe\", \"s\"]\nx = 1\n",
            "owners = [\n  \"rata\"\n  \"giuseppe\",\n]\nx = 1\n",
            "pulls = [{ id = \"a\" kubernetes = \"1\" }]\n",
            "shepherds = [\"a\",, \"b\"]\n",
            "target = 1.38.0 # x\n",
            "stage = beta\n",
            "status: x\n",
            "title = 'it's'\n",
            "title = \"a \"b\" c\"\n",
            "x = 1 y = 2\n",
            "stage = \"beta\" target = \"1.38\"\n",
            "title = Pod #5 Lullabies\n",
            "stage =\n",
            "owners = [\n  \"a\" # first\n  \"b\",\n]\n",
            "title = \"Pod \u{7}Lullabies\"\n",
        ]
        .into_iter()
        .flat_map(said)
        .collect();
        insta::assert_snapshot!(all.join("\n"), @r#"
        1:10 `“` is no quote of TOML => status = "implementable" (Sure)
        1:13 `‘` is no quote of TOML => milestone = "2.5" (Sure)
        1:15 `//` begins no comment here => issue = 11617 # the tracking issue (Sure)
        1:14 `//` begins no comment here => status = "x" # it is (Sure)
        1:9 `#` begins a comment, so that no value stands here => issue = 11617 (Sure)
        1:9 `#` begins a comment, so that no value stands here
        1:10 a number has no zero in front => number = 4960 (Sure)
        1:14 a comma stands between the values of a list, and none belongs behind this one => issue = 11617 (Sure)
        1:16 a line of TOML ends without `;` => target = "1.38" # soon (Sure)
        1:22 `True` is written `true` => enabled-by-default = true (Sure)
        1:16 a comma is missing between these two => owners = ["rata", "giuseppe", "s"] (Guess)
        2:8 a comma is missing between these two =>   "rata", (Guess)
        1:19 a comma is missing between these two => pulls = [{ id = "a", kubernetes = "1" }] (Guess)
        1:18 nothing stands between this comma and the one before => shepherds = ["a", "b"] (Guess)
        1:10 this is no number; a text, such as a version, needs quotes around it => target = "1.38.0" # x (Guess)
        1:9 a text needs quotes around it; `true`, `false`, numbers and dates need none => stage = "beta" (Guess)
        1:7 a key and its value need `=` between them, and not `:` => status = x (Guess)
        1:13 this text ends at its second `'`, and goes on
        1:13 this text ends at its second `"`, and goes on
        1:9 something stands here behind the value
        1:16 a second key stands in this line
        1:9 a text needs quotes around it; `true`, `false`, numbers and dates need none
        1:7 no value stands behind `=`
        2:5 a comma is missing between these two =>   "a", # first (Guess)
        1:14 a character that cannot be seen stands here
        "#);
    }

    #[test]
    fn one_slip_is_one_mistake_however_much_it_swallows() {
        let all: Vec<String> = [
            "a = 1\n<<<<<<< HEAD\ntarget = \"1.38\"\n=======\ntarget = \"1.39\"\n>>>>>>> other\nb = 2\n",
            "owners = [\n  \"rata\",\n  \"gi\"\nstage = \"beta\"\nx = 1\n",
            "owners = [\"a\", \"b\"\nstage = \"beta\"\n",
            "owners = [\"a\"\n[reached]\nx = 1\n",
            "a = 1\n=======\nb = 2\n>>>>>>> x\n",
            "a = 1\n||||||| base\nb = 2\n",
            "[reached]\nalpha = \"1\"\n[reached]\nbeta = \"1\"\n",
            "[runtimes.a]\nx = 1\n[runtimes.a] # again\n",
        ]
        .into_iter()
        .flat_map(said)
        .collect();
        insta::assert_snapshot!(all.join("\n"), @"
        2:1 a merge conflict was not resolved here
        3:6 a list is not closed: a `]` is missing
        1:18 a list is not closed: a `]` is missing
        1:13 a list is not closed: a `]` is missing
        2:1 a merge conflict was not resolved here
        2:1 a merge conflict was not resolved here
        3:2 `[reached]` stands here for the second time
        3:11 `[runtimes.a]` stands here for the second time
        ");
    }

    #[test]
    fn what_stands_twice_is_shown_at_both_places() {
        for (text, first) in [
            ("a = 1\nb = 2\na = 2\n", "1:1"),
            ("a = 1\n[t]\na = 2\nab = 1\na = 3\n", "3:1"),
            ("[reached]\nx = 1\n[reached]\n", "1:2"),
        ] {
            let file = SourceFile::new("x.toml", text);
            let (_, mistakes) = parse(&file);
            let [mistake] = mistakes.as_slice() else {
                panic!("{mistakes:?}");
            };
            assert!(mistake.message.ends_with("stands here for the second time"));
            let (span, _) = mistake.also.unwrap();
            let at = file.position(span.start);
            assert_eq!(format!("{}:{}", at.line, at.column), first, "{text}");
        }
    }
}
