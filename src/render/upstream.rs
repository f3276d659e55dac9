//! What nobody tracks, and how a KEP moved, for people.

use unicode_width::UnicodeWidthStr as _;

use crate::sources::upstream::facts::{Facts, FieldValue};
use crate::sources::upstream::moves::{FieldMove, Move, Version};
use crate::sources::upstream::untracked::Untracked;
use crate::terms::Stage;
use crate::text::paint::Paint;
use crate::text::words::{has_name, printable};

/// The least width of a terminal that is drawn for.
const LEAST: usize = 40;
/// What reasons and changes are set in by.
const INDENT: &str = "      ";

/// KEPs without a record, each with the reasons why it is listed.
pub fn untracked(all: &[Untracked], width: Option<usize>, paint: Paint) -> String {
    let mut out = String::new();
    if !all.is_empty() {
        out.push_str(&format!("{}\n", paint.quiet("score")));
    }
    for one in all {
        let facts = &one.facts;
        let head = format!("KEP-{}  {}", facts.number, printable(facts.title.as_str()));
        out.push_str(&format!(
            "{:>5} {}  {}\n",
            one.score(),
            paint.strong(&head),
            paint.quiet(&standing(facts))
        ));
        let reasons: Vec<String> = one
            .reasons
            .iter()
            .map(|reason| printable(&reason.to_string()))
            .collect();
        for line in wrapped(&reasons, width) {
            out.push_str(&format!("{INDENT}{line}\n"));
        }
        out.push_str(&format!(
            "{INDENT}{}\n\n",
            paint.quiet(&printable(&one.folder))
        ));
    }
    out
}

/// Where a KEP stands upstream.
fn standing(facts: &Facts) -> String {
    let stage = facts.plan.stage.map(Stage::written);
    let latest = facts.plan.latest.map(|latest| latest.to_string());
    let parts = [Some(facts.status.written()), stage, latest.as_deref()];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// Reasons one after the other, on lines that fit.
fn wrapped(reasons: &[String], width: Option<usize>) -> Vec<String> {
    let room = width.map_or(usize::MAX, |width| width.max(LEAST) - INDENT.len());
    let mut lines: Vec<String> = Vec::new();
    for (index, reason) in reasons.iter().enumerate() {
        let last = index + 1 == reasons.len();
        let piece = if last {
            reason.clone()
        } else {
            format!("{reason};")
        };
        match lines.last_mut() {
            Some(line) if line.width() + 1 + piece.width() <= room => {
                line.push(' ');
                line.push_str(&piece);
            }
            _ => lines.push(piece),
        }
    }
    lines
}

/// How a KEP moved, the newest commit first.
pub fn log(number: u32, versions: &[Version], moves: &[Move], paint: Paint) -> String {
    let facts = |version: &Version| match &version.said {
        Some(Ok(facts)) => Some(facts.clone()),
        _ => None,
    };
    let title = versions
        .iter()
        .find_map(facts)
        .map(|facts| facts.title.to_string());
    let head = match title {
        Some(title) => format!("KEP-{number}  {title}"),
        None => format!("KEP-{number}"),
    };
    let mut out = format!("{}\n", paint.strong(&printable(&head)));
    let mut folder = "";
    for (at, (version, what)) in versions.iter().zip(moves).enumerate() {
        if version.folder != folder {
            folder = &version.folder;
            out.push_str(&format!("{}\n", paint.quiet(&printable(folder))));
        }
        let mut lines = match what {
            Move::First => vec![format!("first known: {}", beginning(version))],
            Move::Back => vec![format!("can be read again: {}", beginning(version))],
            Move::Gone => vec!["went away".to_owned()],
            Move::Unusable(problem) => vec![match problem.line() {
                Some(line) => format!("cannot be used: line {line}: {}", problem.reason()),
                None => format!("cannot be used: {}", problem.reason()),
            }],
            Move::Changed(changes) => changes.iter().map(change).collect(),
        };
        if let Some(before) = versions.get(at + 1)
            && before.folder != version.folder
        {
            lines.push(format!("moved here from {}", before.folder));
        }
        if lines.is_empty() {
            lines.push("nothing that a record holds".to_owned());
        }
        for (index, line) in lines.iter().enumerate() {
            let head = match index {
                0 => format!("  {}  {}  ", version.date, paint.quiet(&version.commit)),
                _ => " ".repeat(26),
            };
            out.push_str(&format!("{head}{}\n", printable(line)));
        }
    }
    out
}

fn beginning(version: &Version) -> String {
    match &version.said {
        Some(Ok(facts)) => standing(facts),
        _ => String::new(),
    }
}

fn change(change: &FieldMove) -> String {
    let FieldMove {
        field,
        before,
        after,
    } = change;
    let key = field.upstream_key();
    let list = |side: &Option<FieldValue>| side.as_ref().map_or(Some(Vec::new()), FieldValue::list);
    // Of a list, what came and what went says more than the whole of it twice.
    if let (Some(before), Some(after)) = (list(before), list(after)) {
        let not_in = |all: &[String], other: &[String], sign: &str| {
            let only = all.iter().filter(|one| !has_name(other, one));
            only.map(|one| format!("{sign}{one}")).collect::<Vec<_>>()
        };
        let gone = not_in(&before, &after, "−");
        let came = not_in(&after, &before, "+");
        return format!("{key}: {}", [gone, came].concat().join(" "));
    }
    let side = |side: &Option<FieldValue>| match side {
        Some(value) => value.to_string(),
        None => "nothing".to_owned(),
    };
    format!("{key}: {} → {}", side(before), side(after))
}
