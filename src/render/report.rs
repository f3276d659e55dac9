//! Reports as Markdown, which GitHub and HackMD render alike, and as Slack's own markup. Nobody is mentioned, and text from records formats
//! nothing.

use crate::text::markdown::{is_direction, portable};
use crate::views::report::{Heading, Piece, Report};

/// A report as Markdown.
pub fn markdown(report: &Report) -> String {
    written(report, &Markdown)
}

/// A report as it is posted to Slack.
pub fn slack(report: &Report) -> String {
    written(report, &Slack)
}

/// How a format writes what a report is made of.
trait Format {
    fn title(&self, text: &str) -> String;
    fn heading(&self, text: &str) -> String;
    fn item(&self, text: &str) -> String;
    /// An item of the list that has no heading.
    fn line(&self, text: &str) -> String {
        self.item(text)
    }
    fn piece(&self, piece: &Piece) -> String;
}

fn written(report: &Report, format: &dyn Format) -> String {
    let pieces =
        |pieces: &[Piece]| -> String { pieces.iter().map(|piece| format.piece(piece)).collect() };
    let mut blocks: Vec<String> = Vec::new();
    blocks.extend(report.title.as_ref().map(|title| format.title(title)));
    if !report.lead.is_empty() {
        blocks.push(pieces(&report.lead));
    }
    for section in &report.sections {
        if section.lines.is_empty() {
            continue;
        }
        let lines: Vec<String> = section
            .lines
            .iter()
            .map(|line| pieces(line).trim_end().to_owned())
            .collect();
        let list = |item: &dyn Fn(&str) -> String| {
            lines
                .iter()
                .map(|line| item(line))
                .collect::<Vec<_>>()
                .join("\n")
        };
        match &section.heading {
            Heading::Of(text) => {
                blocks.push(format.heading(text));
                blocks.push(list(&|line| format.item(line)));
            }
            Heading::Words(text) => {
                blocks.push(format!("{text}\n{}", list(&|line| format!("- {line}"))))
            }
            Heading::None => blocks.push(list(&|line| format.line(line))),
        }
    }
    blocks.join("\n\n") + "\n"
}

struct Markdown;

impl Format for Markdown {
    fn title(&self, text: &str) -> String {
        format!("# {}", portable(text))
    }

    fn heading(&self, text: &str) -> String {
        format!("## {}", portable(text))
    }

    fn item(&self, text: &str) -> String {
        format!("- {text}")
    }

    fn piece(&self, piece: &Piece) -> String {
        match piece {
            Piece::Text(text) => portable(text),
            Piece::Strong(text) => format!("**{}**", portable(text)),
            Piece::Kep { said, url } => format!("[{}]({})", portable(said), target(url)),
            Piece::Person(handle) => {
                format!(
                    "[{}](https://github.com/{handle})",
                    portable(handle.as_str())
                )
            }
            Piece::Link(link) => format!("[{}]({})", portable(&link.said), target(&link.url)),
        }
    }
}

/// Parentheses would end a link early.
fn target(url: &str) -> String {
    url.replace('(', "%28").replace(')', "%29")
}

struct Slack;

impl Format for Slack {
    fn title(&self, text: &str) -> String {
        format!("*{}*", inert(text))
    }

    fn heading(&self, text: &str) -> String {
        format!("*{}*", inert(text))
    }

    fn item(&self, text: &str) -> String {
        format!("• {text}")
    }

    fn line(&self, text: &str) -> String {
        text.to_owned()
    }

    fn piece(&self, piece: &Piece) -> String {
        match piece {
            Piece::Text(text) => inert(text),
            Piece::Strong(text) => format!("*{}*", inert(text)),
            Piece::Kep { said, url } => format!("<{}|{}>", address(url), inert(said)),
            Piece::Person(handle) => {
                format!("<https://github.com/{handle}|{}>", inert(handle.as_str()))
            }
            Piece::Link(link) => format!("<{}|{}>", address(&link.url), inert(&link.said)),
        }
    }
}

/// A text that formats nothing and calls nobody: Slack has no escapes but for `&`, `<` and `>`, so that its other marks get a space of no
/// width behind them.
fn inert(text: &str) -> String {
    let mut inert = String::new();
    for c in text.chars() {
        match c {
            '&' => inert.push_str("&amp;"),
            '<' => inert.push_str("&lt;"),
            '>' => inert.push_str("&gt;"),
            '*' | '_' | '~' | '`' | '@' | ':' if is_mark(c, text) => {
                inert.push(c);
                inert.push('\u{200b}');
            }
            c if c.is_control() || is_direction(c) => inert.push(' '),
            c => inert.push(c),
        }
    }
    inert
}

/// A colon is a mark only where two of them could name a picture.
fn is_mark(c: char, text: &str) -> bool {
    c != ':' || text.matches(':').count() > 1
}

fn address(url: &str) -> String {
    url.replace('|', "%7C")
        .replace('>', "%3E")
        .replace('<', "%3C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_calls_nobody_and_ends_no_link() {
        let hostile = "<!channel> *a* `b` @here :tada: & a|b";
        let said = inert(hostile);
        assert!(
            !said.contains('<') && !said.contains("@here") && !said.contains(":tada:"),
            "{said}"
        );
        let piece = Piece::Kep {
            said: "a](https://evil) <b>".to_owned(),
            url: "https://a.b/(c)|>".to_owned(),
        };
        let slack = Slack.piece(&piece);
        assert_eq!(slack.matches('<').count(), 1, "{slack}");
        assert_eq!(slack.matches('>').count(), 1, "{slack}");
        let markdown = Markdown.piece(&piece);
        assert!(markdown.ends_with("(https://a.b/%28c%29|>)"), "{markdown}");
        assert!(!markdown.contains("](https://evil)"), "{markdown}");
    }
}
