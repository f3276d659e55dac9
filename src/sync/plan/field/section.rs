//! The managed section: its text is kepherd's, so that it is only a question of whether it is up to date.

use super::{Drift, Drifted, Field, LeftOut, Outcome, SectionChange, Stale};
use crate::registry::config::Policy;
use crate::sync::desired::DesiredIssue;
use crate::sync::observed::ObservedIssue;
use crate::sync::plan::rows::{self, Piece, Row, Tone};
use crate::sync::section::{self, Applied, Markers, Section, render, with_applied};
use crate::terms::github_limits as limits;
use crate::text::words::counted;

pub(in crate::sync::plan) fn compare(
    (wanted, status): (&DesiredIssue, &str),
    present: Option<&Section>,
    applied: &Applied,
) -> Outcome<Option<SectionChange>, ()> {
    let to = render(&wanted.subject, status, applied);
    let mut outcome = Outcome {
        change: None,
        drift: Vec::new(),
        conflict: None,
        applied: (),
    };
    let Some(present) = present else {
        outcome.change = Some(SectionChange { from: None, to });
        return outcome;
    };
    if present.text == to {
        return outcome;
    }
    let edited = present.untouched != Some(true);
    let enforced = wanted.drift.section == Policy::Enforce;
    if edited {
        outcome.drift.push(Drift {
            field: Field::Section,
            what: Drifted::Edited,
            enforced,
            by: None,
        });
    }
    let to = if !edited || enforced {
        Some(to)
    } else {
        with_applied(present, applied)
    };
    outcome.change = to.filter(|to| *to != present.text).map(|to| SectionChange {
        from: Some(present.text.clone()),
        to,
    });
    outcome
}

/// How many characters the body would have, if that is more than GitHub takes.
pub(in crate::sync::plan) fn too_long(body: &str, change: &SectionChange) -> Option<usize> {
    // A character has one byte at least, and two line ends may come between.
    if body.len() + change.to.len() + 2 <= limits::BODY {
        return None;
    }
    let length = section::put(body, &change.to)?.chars().count();
    (length > limits::BODY).then_some(length)
}

/// The whole body that is written.
pub(in crate::sync::plan) fn patch(
    change: Option<&SectionChange>,
    issue: &ObservedIssue,
) -> Result<Option<String>, Stale> {
    let Some(change) = change else {
        return Ok(None);
    };
    let there = match section::find(&issue.body) {
        Markers::Absent => None,
        Markers::Present(section) => Some(section.text),
        Markers::Broken { .. } => return Err(Stale(Field::Section)),
    };
    if there != change.from {
        return Err(Stale(Field::Section));
    }
    Ok(section::put(&issue.body, &change.to))
}

pub(in crate::sync::plan) fn is_done(
    change: Option<&SectionChange>,
    issue: &ObservedIssue,
) -> bool {
    change.is_none_or(|change| {
        matches!(section::find(&issue.body), Markers::Present(found) if found.text == change.to)
    })
}

pub(in crate::sync::plan) fn missing(
    asked: Option<&String>,
    answer: &ObservedIssue,
) -> Option<LeftOut> {
    let is_missing = asked.is_some_and(|body| {
        section::folded(body).trim_end() != section::folded(&answer.body).trim_end()
    });
    is_missing.then_some(LeftOut::Body)
}

pub(in crate::sync::plan) fn touched() -> String {
    Field::Section.as_str().to_owned()
}

/// What a new issue begins with.
pub(in crate::sync::plan) fn first_rows(body: &str, full: bool) -> Vec<Row> {
    let lines = shown_lines(body);
    let text = format!("the record's status, {}", counted(lines.len(), "line"));
    let mut all = vec![Row::new(
        Field::Section.as_str(),
        vec![Piece::new(Tone::Quiet, text)],
    )];
    if full {
        all.extend(rows::of_text("+", Tone::Added, &lines, full));
    }
    all
}

pub(in crate::sync::plan) fn rows<'a>(
    change: &'a SectionChange,
    why: Vec<Piece>,
    full: bool,
) -> Vec<Row> {
    let field = Field::Section.as_str();
    let new = shown_lines(&change.to);
    let Some(from) = &change.from else {
        let text = format!(
            "appended at the end of the body, {}",
            counted(new.len(), "line")
        );
        let mut pieces = vec![Piece::new(Tone::Added, text)];
        pieces.extend(why);
        let mut all = vec![Row::new(field, pieces)];
        if full {
            all.extend(rows::of_text("+", Tone::Added, &new, full));
        }
        return all;
    };
    let old = shown_lines(from);
    let without = |these: &[&'a str], others: &[&str]| -> Vec<&'a str> {
        let only = these.iter().filter(|text| !others.contains(text));
        only.copied().collect()
    };
    let (gone, come) = (without(&old, &new), without(&new, &old));
    let text = match (gone.len(), come.len()) {
        (0, 0) => "only what kepherd remembers for its next comparison".to_owned(),
        (out, into) => format!("{} out, {} in", counted(out, "line"), counted(into, "line")),
    };
    let mut pieces = vec![Piece::new(Tone::Quiet, text)];
    pieces.extend(why);
    let mut all = vec![Row::new(field, pieces)];
    all.extend(rows::of_text("-", Tone::Removed, &gone, full));
    all.extend(rows::of_text("+", Tone::Added, &come, full));
    all
}

/// The lines of a section that people see.
fn shown_lines(section: &str) -> Vec<&str> {
    section
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with("<!-- kepherd:"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_may_have_as_many_characters_as_github_takes_and_not_one_more() {
        let section = "<!-- kepherd:begin KEP-1 -->\nstatus\n<!-- kepherd:end KEP-1 -->".to_owned();
        let change = SectionChange {
            from: None,
            to: section.clone(),
        };
        // Two bytes a character, so that bytes and characters are told apart.
        let body = |characters: usize| "é".repeat(characters - section.chars().count() - 2);
        assert_eq!(too_long(&body(limits::BODY), &change), None);
        assert_eq!(
            too_long(&body(limits::BODY + 1), &change),
            Some(limits::BODY + 1)
        );
        assert_eq!(too_long("short", &change), None);
    }
}
