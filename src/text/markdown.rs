//! Text from records and from GitHub as Markdown that does only what it is meant to do. Pure.

/// What keeps two characters apart that would mean something together, and is not seen.
const APART: &str = "<!-- -->";

/// Text as inert Markdown: it formats nothing, links nothing, mentions nobody and ends no table cell.
///
/// Backslashes take care of Markdown. GitHub finds mentions, references and addresses in the text that Markdown leaves, so an
/// empty comment keeps their first character apart from the rest.
pub fn text(text: &str) -> String {
    apart(text, |c, inert| match c {
        '-' | '.' | ',' | '(' | ')' | '/' | '\'' | '"' | '?' | '%' | ';' | '=' | '+' | ':' => {
            inert.push(c)
        }
        c if c.is_control() => inert.push(' '),
        c if c.is_ascii_punctuation() => {
            inert.push('\\');
            inert.push(c);
        }
        c => inert.push(c),
    })
}

/// Text whose characters are escaped one by one, with mentions, references and addresses taken apart.
fn apart(text: &str, escape: impl Fn(char, &mut String)) -> String {
    let mut inert = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let lower: String = rest.chars().take(4).collect::<String>().to_lowercase();
        let length = match lower.as_str() {
            "www." => 3,
            start if start.starts_with("gh-") => 2,
            _ => c.len_utf8(),
        };
        let (first, behind) = rest.split_at(length);
        first.chars().for_each(|c| escape(c, &mut inert));
        if length > c.len_utf8() || "@#:".contains(c) {
            inert.push_str(APART);
        }
        rest = behind;
    }
    inert
}

/// Text as Markdown for a document that people paste elsewhere, so that it reads well as it stands: backslashes only where something would
/// format, and a space of no width where GitHub or HackMD would make a mention, a reference, a picture or a link.
pub fn portable(text: &str) -> String {
    const APART: char = '\u{200b}';
    let mut inert = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    let mut before = None;
    while let Some(c) = letters.next() {
        let next = letters.peek().copied();
        let is_word = next.is_some_and(|next| next.is_alphanumeric() || next == '_');
        match c {
            c if c.is_control() || is_direction(c) => inert.push(' '),
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '{' | '}' | '|' | '~' | '^' | '$'
            | '&' => {
                inert.push('\\');
                inert.push(c);
            }
            '#' | '-' | '+' | '=' if before.is_none() || next == Some(c) || before == Some(c) => {
                inert.push('\\');
                inert.push(c);
            }
            '@' | '#' if is_word => inert.extend([c, APART]),
            ':' if is_word || matches!(next, Some('/' | '+' | '-')) => inert.extend([c, APART]),
            'w' | 'W' if matches!(next, Some('w' | 'W')) => inert.extend([c, APART]),
            c => inert.push(c),
        }
        before = Some(c);
    }
    inert
}

/// Whether a character changes the direction of what follows, so that it reads as something else.
pub fn is_direction(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Text inside HTML that people read, in a summary or in a comment: entities are read before mentions, references and addresses are looked for, so
/// that these are taken apart as well.
pub fn html_text(text: &str) -> String {
    apart(text, html_char)
}

/// Text inside an attribute of HTML, or where nobody looks for mentions.
pub fn html(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    text.chars().for_each(|c| html_char(c, &mut safe));
    safe
}

fn html_char(c: char, safe: &mut String) {
    match c {
        '&' => safe.push_str("&amp;"),
        '<' => safe.push_str("&lt;"),
        '>' => safe.push_str("&gt;"),
        '"' => safe.push_str("&quot;"),
        c if c.is_control() => safe.push(' '),
        // Markdown is read inside of HTML too.
        c if c.is_ascii_punctuation() && !"-.,()/'?%;=+".contains(c) => {
            safe.push_str(&format!("&#{};", u32::from(c)));
        }
        c => safe.push(c),
    }
}

/// Text inside backticks in a table: a backtick would end it, and a bar would end the cell.
pub fn code(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_control())
        .map(|c| if c == '`' || c == '|' { '\'' } else { c })
        .collect()
}

/// Text as code in a line, whatever backticks are in it; control characters are left out.
pub fn code_span(text: &str) -> String {
    let text: String = text.chars().filter(|c| !c.is_control()).collect();
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let ticks = "`".repeat(longest + 1);
    let is_close = text.starts_with('`') || text.ends_with('`');
    let space = if is_close || text.is_empty() { " " } else { "" };
    format!("{ticks}{space}{text}{space}{ticks}")
}

/// A fence that no line of the block can close.
pub fn fence(block: &str) -> String {
    let longest = block.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    "`".repeat(longest.max(2) + 1)
}

/// Text made inert, but for what stands between backticks, which is code and inert as such.
pub fn with_code(all: &str) -> String {
    let pieces: Vec<&str> = all.split('`').collect();
    let last = pieces.len() - 1;
    let pieces = pieces.iter().enumerate().map(|(at, piece)| {
        let is_code = at % 2 == 1 && at < last && !piece.contains('\n');
        if is_code && !piece.is_empty() {
            format!("`{piece}`")
        } else {
            text(piece)
        }
    });
    pieces.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_for_documents_reads_as_it_stands_and_does_nothing() {
        let said =
            "containerd has merged it: the next minor is 2.5 (planned for 2026-12), in time.";
        assert_eq!(portable(said), said);
        for (text, gone) in [
            ("@here", "@here"),
            ("a/b#1", "#1"),
            ("https://evil.example", "://"),
            ("www.evil.example", "www"),
            (":tada:", ":tada"),
            ("a ==b== ++c++", "=="),
        ] {
            assert!(!portable(text).contains(gone), "{text}");
        }
        assert_eq!(
            portable("# <b> [a](b) `c` *d* | $e$"),
            "\\# \\<b\\> \\[a\\](b) \\`c\\` \\*d\\* \\| \\$e\\$"
        );
    }

    #[test]
    fn plain_titles_stay_readable() {
        assert_eq!(
            text("In-place update, part 2 (CRI)"),
            "In-place update, part 2 (CRI)"
        );
        assert_eq!(text("image_sub_path"), "image\\_sub\\_path");
    }

    #[test]
    fn hostile_text_is_inert() {
        assert_eq!(text("@octocat"), "\\@<!-- -->octocat");
        assert_eq!(text("a/b#12"), "a/b\\#<!-- -->12");
        assert_eq!(text("GH-12"), "GH<!-- -->-12");
        assert_eq!(text("www.example.com"), "www<!-- -->.example.com");
        assert_eq!(text("https://example.com"), "https:<!-- -->//example.com");
        assert_eq!(text("<!-- x --> | <b>"), "\\<\\!-- x --\\> \\| \\<b\\>");
        assert_eq!(text("[a](b)"), "\\[a\\](b)");
    }

    #[test]
    fn html_that_people_read_mentions_nobody_either() {
        assert_eq!(html_text("@octocat <b>"), "&#64;<!-- -->octocat &lt;b&gt;");
        assert_eq!(html_text("a/b#12 GH-7"), "a/b&#35;<!-- -->12 GH<!-- -->-7");
        assert_eq!(
            html_text("https://www.example.com"),
            "https&#58;<!-- -->//www<!-- -->.example.com"
        );
        assert_eq!(
            html_text("In-place update, part 2 (CRI)"),
            "In-place update, part 2 (CRI)"
        );
    }

    #[test]
    fn code_in_a_line_holds_any_backticks() {
        assert_eq!(code_span("a|b"), "`a|b`");
        assert_eq!(code_span("a`b``c"), "```a`b``c```");
        assert_eq!(code_span("`a"), "`` `a ``");
    }

    #[test]
    fn a_fence_is_longer_than_what_it_holds() {
        assert_eq!(fence("plain"), "```");
        assert_eq!(fence("a ```` b"), "`````");
    }

    #[test]
    fn code_cannot_be_left() {
        assert_eq!(code("a`b|c\n"), "a'b'c");
    }

    #[test]
    fn code_stays_code_and_the_rest_is_inert() {
        assert_eq!(with_code("run `kepherd apply`"), "run `kepherd apply`");
        assert_eq!(with_code("a ` b"), format!("{}{}", text("a "), text(" b")));
        let hostile = with_code("`` @octocat `x` <b> `y\n# z`");
        assert!(
            !hostile.contains("<b>") && !hostile.contains(" @octocat"),
            "{hostile}"
        );
    }
}
