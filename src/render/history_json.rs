//! What became of records, for machines: commits with what each changed, field by field.

use schemars::JsonSchema;
use serde::Serialize;

use super::json::pretty;
use crate::terms::{Handle, Subject};
use crate::views::history::{self, About, Author, Change, History, How};

/// The version of the format.
const VERSION: u32 = 1;

/// What became of one record: `kepherd log --format json`.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(title = "History of a record")]
pub struct RecordLog {
    /// The version of this format.
    version: u32,
    /// The record: `KEP-4960`, or `item critest-interop`.
    record: String,
    /// Why its history is not known; absent: it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    unknown: Option<String>,
    /// Newest first; empty where the history is not known.
    commits: Vec<Revision>,
}

/// A commit.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Revision {
    /// Its id.
    commit: String,
    /// When it was committed.
    at: String,
    /// Who wrote it.
    by: By,
    /// What it says of itself.
    summary: String,
    /// What it changed.
    changes: Vec<Changed>,
}

/// Who wrote a commit.
#[derive(Serialize, JsonSchema)]
pub struct By {
    /// The name.
    name: String,
    /// The account.
    #[serde(skip_serializing_if = "Option::is_none")]
    handle: Option<Handle>,
}

/// What a commit changed of one record or file.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Changed {
    /// Of what: `KEP-4960`, `item critest-interop`, or the path of a file.
    of: String,
    /// `added`, `removed`, `moved` or `edited`.
    how: &'static str,
    /// The fields that differ.
    fields: Vec<Field>,
}

/// A field that is another than before.
#[derive(Serialize, JsonSchema)]
pub struct Field {
    /// Its name.
    key: String,
    /// What it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<String>,
    /// What it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<String>,
}

/// What became of a record.
pub fn log(history: &History, subject: &Subject) -> String {
    let about = About::Record(subject.clone());
    let commits = history.revisions().iter().filter_map(|one| {
        let changes = one.changes.iter().filter(|change| change.of == about);
        let changes: Vec<Changed> = changes.map(changed).collect();
        (!changes.is_empty()).then(|| revision(one, changes))
    });
    pretty(&RecordLog {
        version: VERSION,
        record: subject.to_string(),
        unknown: match history {
            History::Unknown(why) => Some(why.clone()),
            History::Known(_) => None,
        },
        commits: commits.collect(),
    })
}

/// The last commits, newest first; absent: the history is not known.
pub(super) fn revisions(history: &History, most: usize) -> Option<Vec<Revision>> {
    let History::Known(revisions) = history else {
        return None;
    };
    let revisions = revisions.iter().take(most);
    Some(
        revisions
            .map(|one| revision(one, one.changes.iter().map(changed).collect()))
            .collect(),
    )
}

fn revision(revision: &history::Revision, changes: Vec<Changed>) -> Revision {
    let Author { name, handle } = revision.by.clone();
    Revision {
        commit: revision.id.clone(),
        at: revision.at.to_string(),
        by: By { name, handle },
        summary: revision.summary.clone(),
        changes,
    }
}

fn changed(change: &Change) -> Changed {
    Changed {
        of: match &change.of {
            About::Record(subject) => subject.to_string(),
            About::File(path) => path.clone(),
        },
        how: match change.how {
            How::Added => "added",
            How::Removed => "removed",
            How::Moved { .. } => "moved",
            How::Edited => "edited",
        },
        fields: change
            .fields
            .iter()
            .map(|field| Field {
                key: field.key.clone(),
                before: field.before.clone(),
                after: field.after.clone(),
            })
            .collect(),
    }
}
