//! An update and a new issue for people: what is a field's own is said by its file.

use super::field::{self, Change, Drift, Field, SetChange};
use super::rows::{self, Piece, Row, Tone};
use super::{NewIssue, Update};
use crate::text::words::printable;

impl Update {
    /// The fields that change, for one line.
    pub fn touched(&self) -> Vec<String> {
        let Self {
            title,
            labels,
            milestone,
            assignees,
            close,
            section,
            announcement,
        } = self;
        [
            title.as_ref().map(|_| field::title::touched()),
            labels.touched(Field::Labels),
            milestone.as_ref().map(field::milestone::touched),
            assignees.touched(Field::Assignees),
            close.map(|_| field::state::touched()),
            section.as_ref().map(|_| field::section::touched()),
            announcement
                .as_ref()
                .map(|_| field::announcement::touched()),
        ]
        .into_iter()
        .flatten()
        .map(|text| printable(&text))
        .collect()
    }

    /// Field by field, what changes, and whose change is put back; `full` shows every line of texts.
    pub fn rows(&self, drift: &[Drift], full: bool) -> Vec<Row> {
        let Self {
            title,
            labels,
            milestone,
            assignees,
            close,
            section,
            announcement,
        } = self;
        let why = |field| put_back(drift, field);
        let mut rows: Vec<Row> = Vec::new();
        let change = |field: Field, change: &Option<Change>| {
            let change = change.as_ref()?;
            let (from, to) = (change.from.as_deref(), change.to.as_deref());
            Some(rows::of_change(field.as_str(), from, to, why(field)))
        };
        rows.extend(change(Field::Title, title));
        rows.extend(labels.row(Field::Labels, why(Field::Labels)));
        rows.extend(change(Field::Milestone, milestone));
        rows.extend(assignees.row(Field::Assignees, why(Field::Assignees)));
        rows.extend(close.map(field::state::row));
        if let Some(change) = section {
            rows.extend(field::section::rows(change, why(Field::Section), full));
        }
        if let Some(comment) = announcement {
            rows.extend(field::announcement::rows(comment, full));
        }
        rows
    }
}

impl NewIssue {
    /// What the issue will say; `full` shows every line of its body.
    pub fn rows(&self, full: bool) -> Vec<Row> {
        let Self {
            title,
            body,
            labels,
            assignees,
            milestone,
        } = self;
        let plain = |field: Field, text: &str| {
            let row = Row::new(field.as_str(), vec![Piece::new(Tone::Plain, text)]);
            (!text.is_empty()).then_some(row)
        };
        let mut rows: Vec<Row> = [
            plain(Field::Title, title),
            plain(Field::Labels, &labels.join("  ")),
            plain(Field::Assignees, &assignees.join("  ")),
            plain(Field::Milestone, milestone.as_deref().unwrap_or_default()),
        ]
        .into_iter()
        .flatten()
        .collect();
        rows.extend(field::section::first_rows(body, full));
        rows
    }
}

/// Why a field is written, if it is because of what others did.
fn put_back(drift: &[Drift], field: Field) -> Vec<Piece> {
    let drifted: Vec<String> = drift
        .iter()
        .filter(|drift| drift.field == field && drift.enforced)
        .map(|drift| format!("{}{}", drift.say(), drift.say_who()))
        .collect();
    if drifted.is_empty() {
        Vec::new()
    } else {
        let text = format!("puts back what drifted: {}", drifted.join("; "));
        vec![Piece::new(Tone::Noticed, text)]
    }
}

impl SetChange {
    /// What goes in and out, as a row; nothing, if that is nothing.
    pub fn row(&self, field: Field, why: Vec<Piece>) -> Option<Row> {
        rows::of_set(field.as_str(), &self.add, &self.remove, why)
    }

    fn touched(&self, field: Field) -> Option<String> {
        let added = self.add.iter().map(|name| format!("+{name}"));
        let removed = self.remove.iter().map(|name| format!("-{name}"));
        let names: Vec<String> = added.chain(removed).collect();
        (!names.is_empty()).then(|| format!("{} {}", field.as_str(), names.join(" ")))
    }
}
