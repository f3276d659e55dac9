//! What looks as if it brought KEPs to a runtime, for people: at a terminal, and as Markdown.

use std::fmt::Write as _;

use crate::sources::runtimes::find::{Brings, Candidate};
use crate::terms::links::Site;
use crate::terms::{Evidence, RepositoryName, Subject};
use crate::text::markdown;
use crate::text::paint::Paint;
use crate::text::words::printable;

/// The candidates of one KEP.
#[derive(Debug)]
pub struct Found<'a> {
    /// The KEP.
    pub kep: u32,
    /// Its title.
    pub title: &'a str,
    /// The candidates that are shown, best first.
    pub candidates: Vec<Candidate>,
    /// How many more there are.
    pub more: usize,
}

/// What is looked at, and where.
#[derive(Debug, Clone, Copy)]
pub struct Where<'a> {
    /// The runtime.
    pub runtime: &'a str,
    /// Its repository.
    pub repository: &'a RepositoryName,
}

impl Where<'_> {
    /// A candidate as evidence.
    pub fn evidence(self, one: &Candidate) -> Evidence {
        Evidence {
            repository: self.repository.clone(),
            named: one.named(),
        }
    }
}

/// For a terminal.
pub fn text(all: &[Found<'_>], at: Where<'_>, paint: Paint) -> String {
    let mut out = String::new();
    for found in all {
        let head = format!(
            "{}  {} · {}",
            Subject::Kep(found.kep),
            printable(found.title),
            at.runtime
        );
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{}", paint.strong(&head));
        for one in &found.candidates {
            let title = printable(&one.title);
            let _ = writeln!(
                out,
                "  {:>3}  {}  {title}  {}",
                one.score(),
                paint.strong(&one.named().short()),
                paint.quiet(&standing(one))
            );
            let reasons: Vec<String> = reasons(one);
            let _ = writeln!(out, "       {}", printable(&reasons.join("; ")));
        }
        if found.more > 0 {
            let _ = writeln!(
                out,
                "       {} more that only sound like it, or score less: `--limit 0`",
                found.more
            );
        }
        out.push('\n');
    }
    out
}

/// For a pull request, or an issue.
pub fn markdown(all: &[Found<'_>], at: Where<'_>) -> String {
    let mut out = String::new();
    for found in all {
        let title = markdown::text(found.title);
        let _ = writeln!(
            out,
            "### {}: {title} · {}\n\n| | Title | Since | Why |\n|---|---|---|---|",
            Subject::Kep(found.kep),
            markdown::text(at.runtime)
        );
        for one in &found.candidates {
            let _ = writeln!(
                out,
                "| {} | {} | {} | {} |",
                Site::github().evidence(&at.evidence(one)),
                markdown::text(&one.title),
                markdown::text(&standing(one)),
                markdown::text(&reasons(one).join("; "))
            );
        }
        out.push('\n');
    }
    out
}

/// When it was merged, and which release has it first.
fn standing(one: &Candidate) -> String {
    let merged = format!("merged {}", one.change.day);
    match one.first {
        Some((version, _)) if one.is_in_all => {
            format!("{merged}, in {version} and perhaps before")
        }
        Some((version, _)) => format!("{merged}, first in {version}"),
        None => format!("{merged}, in no release yet"),
    }
}

/// Why it is listed, and what speaks against it.
pub fn reasons(one: &Candidate) -> Vec<String> {
    let mut all: Vec<String> = one.reasons.iter().map(ToString::to_string).collect();
    if one.is_bump {
        all.push("it is a bump of a dependency".to_owned());
    }
    if let Some(out) = one.taken_out {
        let by = out.named().short();
        all.push(format!("it came out again with {by} on {}", out.day));
    }
    if let Brings::Backport(minor, version) = one.brings {
        all.push(format!(
            "accepting it says that {minor} has it since {version}"
        ));
    }
    all
}
