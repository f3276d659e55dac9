//! Announcements: one comment per change that people should hear of, exactly once.
//!
//! The section remembers what readers were told, and how often. The comment carries a marker made of both, so that a run
//! that was interrupted between the comment and the section finds its comment again instead of posting it twice.

use crate::sync::desired::DesiredIssue;
use crate::sync::plan::Comment;
use crate::sync::plan::rows::{self, Piece, Row, Tone};
use crate::sync::section::{Announced, Applied, announcement_marker};
use crate::text::digest;

/// What readers know of an issue that kepherd has not written before: adoption announces nothing.
pub(in crate::sync::plan) fn first(wanted: &DesiredIssue) -> Announced {
    Announced {
        count: 0,
        facts: wanted.announcing.facts.clone(),
    }
}

/// The announcement that is due, and what readers know after it.
pub(in crate::sync::plan) fn since(
    wanted: &DesiredIssue,
    last: Option<&Applied>,
) -> (Option<Comment>, Announced) {
    let now = first(wanted);
    let Some(last) = last.and_then(|last| last.announced.as_ref()) else {
        return (None, now);
    };
    let changes = wanted.announcing.changes_since(&last.facts);
    if changes.is_empty() {
        let count = last.count;
        return (None, Announced { count, ..now });
    }
    let facts = |facts| serde_json::to_string(facts).unwrap_or_default();
    let id = digest::of([
        last.count.to_string().as_str(),
        &facts(&last.facts),
        &facts(&now.facts),
    ]);
    let marker = announcement_marker(&wanted.subject, id.get(..12).unwrap_or(&id));
    let text = wanted.announcing.comment(&last.facts, &changes);
    let comment = Comment {
        body: format!("{text}\n\n{marker}"),
        marker,
    };
    let count = last.count.saturating_add(1);
    (Some(comment), Announced { count, ..now })
}

pub(in crate::sync::plan) fn touched() -> String {
    "announcement".to_owned()
}

pub(in crate::sync::plan) fn rows(comment: &Comment, full: bool) -> Vec<Row> {
    let Comment { marker, body } = comment;
    let lines: Vec<&str> = body
        .lines()
        .filter(|line| !line.is_empty() && line != marker)
        .filter(|line| full || !line.starts_with("<sub>"))
        .collect();
    let text = "an announcement, which mentions people";
    let mut all = vec![Row::new("comment", vec![Piece::new(Tone::Added, text)])];
    all.extend(rows::of_text("+", Tone::Added, &lines, full));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_announced_is_shown_without_its_marker_and_its_small_print() {
        let comment = Comment {
            marker: "<!-- marker -->".to_owned(),
            body: "<!-- marker -->\n\nIt moved.\n<sub>who is told</sub>\n".to_owned(),
        };
        let said = |full: bool| -> Vec<String> {
            let rows = rows(&comment, full).into_iter();
            rows.map(|row| row.pieces.iter().map(|piece| piece.text.as_str()).collect())
                .collect()
        };
        assert_eq!(
            said(false),
            ["an announcement, which mentions people", "+ It moved."]
        );
        assert_eq!(
            said(true),
            [
                "an announcement, which mentions people",
                "+ It moved.",
                "+ <sub>who is told</sub>"
            ]
        );
    }
}
