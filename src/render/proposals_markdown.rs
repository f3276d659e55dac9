//! Proposals as Markdown for the body of a pull request: first what waits for a person, then what changed, each with its reason
//! and address, then what stays, folded.
//!
//! GitHub takes a body of 65,536 characters; what is longer is cut at the end of a line, and says how much is left out.

use super::proposals::{View, of_text, reason, summary};
use crate::sources::proposal::{
    Because, Change, NOTHING, Origin, Proposal, Proposals, Question, Source,
};
use crate::terms::Subject;
use crate::text::markdown::{code, code_span, fence, text, with_code};
use crate::text::paint::Paint;
use crate::text::words::counted;

/// The most characters of a body, so that what people write beside has room.
const MOST: usize = 60_000;

/// Characters beyond that which the last words may have.
const SPARE: usize = 4_000;

/// Rows of a table that are shown before the rest is folded.
const UNFOLDED: usize = 20;

/// All of it.
pub fn markdown(all: &Proposals, view: View<'_>) -> String {
    let mut out = Body::default();
    let waits = waiting(all);
    if !waits.is_empty() {
        let verb = if waits.len() == 1 { "waits" } else { "wait" };
        let things = counted(waits.len(), "thing");
        out.block(&format!("## {things} {verb} for a person\n\n"));
        out.lines(&waits);
    }
    let rows = rows(all, |_| true);
    if !rows.is_empty() {
        let verb = if view.is_written {
            "changed"
        } else {
            "to change"
        };
        out.block(&format!("## {} {verb}\n\n", counted(rows.len(), "fact")));
        table(&mut out, &rows);
    }
    let stays = kept(all);
    if !stays.is_empty() {
        let what = counted(stays.len(), "field");
        out.folded(&format!("Kept as people wrote it: {what}"), &stays);
    }
    if view.diff {
        for proposal in all.proposals.iter().filter(|one| one.is_good()) {
            let shown = of_text(proposal, view, Paint(false));
            let fence = fence(&shown);
            out.block(&format!("{fence}diff\n{shown}{fence}\n"));
        }
    }
    if !all.notes.is_empty() {
        let notes: Vec<String> = all
            .notes
            .iter()
            .map(|note| format!("- {}\n", with_code(note)))
            .collect();
        out.folded(&counted(notes.len(), "note"), &notes);
    }
    out.block(&format!(
        "{}\n",
        with_code(&summary(all, view.is_written, true))
    ));
    out.text
}

/// What waits for a person, a line each.
pub(super) fn waiting(all: &Proposals) -> Vec<String> {
    let mut lines = Vec::new();
    for proposal in &all.proposals {
        let name = name(proposal);
        for (change, settled_by) in proposal.open() {
            let sides = match (&change.before, &change.after) {
                (None, None) => String::new(),
                _ => {
                    let (before, after) = sides(change);
                    format!(" {before} here and {after} {};", all.source.there())
                }
            };
            lines.push(format!(
                "- **{name} {}**:{sides} {}{} — {}\n",
                text(&change.place.to_string()),
                with_code(&change.why),
                address(change),
                with_code(settled_by),
            ));
        }
        if !proposal.refused.is_empty() {
            let why = proposal.refused.join("; ");
            lines.push(format!("- **{name}**: not written: {}\n", with_code(&why)));
        }
    }
    lines.extend(all.questions.iter().map(question));
    let skipped = all.untouched.iter().filter_map(|one| match &one.because {
        Because::Skipped(why) => Some(format!("- {}\n", with_code(why))),
        Because::ReadLater | Because::Absent(_) => None,
    });
    lines.extend(skipped);
    lines.extend(
        all.warnings
            .iter()
            .map(|one| format!("- {}\n", with_code(one))),
    );
    lines
}

/// What a person has to decide, without a field that it stands in.
fn question(question: &Question) -> String {
    let Question {
        subject,
        why,
        settled_by,
        from,
    } = question;
    let subject = subject.as_ref().map(|subject| text(&subject.to_string()));
    let about = match (subject, from.as_ref()) {
        (Some(subject), Some(from)) => format!("{subject}**, {}", linked(from)),
        (Some(subject), None) => format!("{subject}**"),
        (None, Some(from)) => format!("{}**", linked(from)),
        (None, None) => "Somewhere**".to_owned(),
    };
    format!(
        "- **{about}: {} — {}\n",
        with_code(why),
        with_code(settled_by)
    )
}

/// What changed of these records, as rows of a table.
pub(super) fn rows(all: &Proposals, is_shown: impl Fn(Option<&Subject>) -> bool) -> Vec<String> {
    let good = all.proposals.iter().filter(|one| one.is_good());
    let good = good.filter(|one| is_shown(one.subject.as_ref()));
    let mut rows = Vec::new();
    for proposal in good {
        let name = name(proposal);
        // A new record is a row; what it says stands in it.
        if proposal.before.is_none() && proposal.subject.is_some() {
            // From an issue it says so; from kep.yaml each field has a line of it.
            let why = proposal.made().find(|change| !change.why.is_empty());
            let why = why.map_or_else(String::new, because);
            rows.push(format!(
                "| {name} | new record | | `{}` | {why} |\n",
                code(&proposal.path)
            ));
            continue;
        }
        for change in proposal.made().filter(|change| !change.is_routine) {
            let (before, after) = sides(change);
            rows.push(format!(
                "| {name} | {} | {} | {} | {} |\n",
                text(&change.place.to_string()),
                in_a_table(&before),
                in_a_table(&after),
                because(change),
            ));
        }
    }
    rows
}

/// Rows as a table, folded where they are many.
pub(super) fn table(out: &mut Body, rows: &[String]) {
    const HEAD: &str = "| record | what | from | to | why |\n|---|---|---|---|---|\n";
    let (shown, rest) = rows.split_at(rows.len().min(UNFOLDED));
    out.block(HEAD);
    out.lines(shown);
    if !rest.is_empty() {
        let mut folded = vec![HEAD.to_owned()];
        folded.extend(rest.iter().cloned());
        out.folded(&format!("{} more", rest.len()), &folded);
    }
}

/// What differs and stays, a line each.
pub(super) fn kept(all: &Proposals) -> Vec<String> {
    let source: Source = all.source;
    let mut lines = Vec::new();
    for proposal in &all.proposals {
        for change in proposal.kept() {
            let (before, after) = sides(change);
            lines.push(format!(
                "- **{} {}** stays {before}, {} {after}: {}{}\n",
                name(proposal),
                text(&change.place.to_string()),
                source.there(),
                with_code(&change.why),
                address(change),
            ));
        }
    }
    lines
}

/// Both sides of a change.
fn sides(change: &Change) -> (String, String) {
    let side = |side: &Option<String>| match side {
        Some(value) => code_span(value),
        None => NOTHING.to_owned(),
    };
    (side(&change.before), side(&change.after))
}

/// Text in the cell of a table: a bar ends one, in code as well.
fn in_a_table(text: &str) -> String {
    text.replace('|', "\\|")
}

/// What a proposal is about.
fn name(proposal: &Proposal) -> String {
    match &proposal.subject {
        Some(subject) => text(&subject.to_string()),
        None => format!("`{}`", code(&proposal.path)),
    }
}

/// Why a change is made, and from where that is known.
fn because(change: &Change) -> String {
    let why = format!("{}{}", cell(&reason(change), change), address(change));
    why.trim().to_owned()
}

/// A reason in the cell of a table, without its origin if that is linked behind it.
fn cell(reason: &str, change: &Change) -> String {
    let linked = change.from.as_ref().is_some_and(|from| from.link.is_some());
    let words = if linked { change.why.as_str() } else { reason };
    in_a_table(&with_code(words))
}

/// Where a change is known from, as a link.
fn address(change: &Change) -> String {
    let Some(from) = &change.from else {
        return String::new();
    };
    match &from.link {
        Some(_) => format!(" ({})", linked(from)),
        None => String::new(),
    }
}

/// From where something is known, as a link if it has an address.
fn linked(from: &Origin) -> String {
    let Some(link) = &from.link else {
        return text(&from.what);
    };
    let link = link
        .replace('(', "%28")
        .replace(')', "%29")
        .replace(' ', "%20");
    format!("[{}]({link})", text(&from.what))
}

/// A body that does not grow too long.
#[derive(Default)]
pub(super) struct Body {
    text: String,
    length: usize,
}

impl Body {
    /// All of it.
    pub(super) fn text(self) -> String {
        self.text
    }

    /// The last words, for which room was left.
    pub(super) fn last(&mut self, words: &str) {
        let most = MOST + SPARE;
        let room = most.saturating_sub(self.text.chars().count() + 2);
        let cut: String = words.chars().take(room).collect();
        self.text.push_str(&format!("\n{cut}"));
    }

    /// Lines, and those beyond what fits on a screen folded.
    pub(super) fn some(&mut self, lines: &[String], more: &str) {
        let (shown, rest) = lines.split_at(lines.len().min(UNFOLDED));
        self.lines(shown);
        if !rest.is_empty() {
            self.folded(&format!("{more}: {}", rest.len()), rest);
        }
    }

    /// A block, with an empty line before it.
    pub(super) fn block(&mut self, block: &str) {
        let length = block.chars().count();
        if self.length + length > MOST {
            let left = "… what comes here is left out: there is no room for it\n";
            if !self.text.ends_with(left) {
                self.text.push_str(&format!("\n{left}"));
            }
            return;
        }
        if !self.text.is_empty() && !self.text.ends_with("\n\n") && !block.starts_with('|') {
            self.text.push('\n');
        }
        self.text.push_str(block);
        self.length += length + 1;
    }

    /// Lines, as many as there is room for.
    pub(super) fn lines(&mut self, lines: &[String]) {
        for (at, line) in lines.iter().enumerate() {
            let length = line.chars().count();
            // Room for the last words, and for the end of a fold.
            if self.length + length + 200 > MOST {
                let left = lines.len() - at;
                self.text.push_str(&format!("\n… and {left} more\n"));
                return;
            }
            self.text.push_str(line);
            self.length += length;
        }
    }

    /// Lines that are shown when somebody asks for them.
    pub(super) fn folded(&mut self, what: &str, lines: &[String]) {
        if self.length + 400 > MOST {
            self.block(&format!("… {what}: there is no room for it\n"));
            return;
        }
        self.block(&format!("<details><summary>{what}</summary>\n\n"));
        self.lines(lines);
        self.text.push_str("\n</details>\n");
        self.length += 12;
    }
}
