//! What became of the records and calendars over time: who changed which field when, from what to what. Pure; the commits are read by
//! whoever asks.
//!
//! A record is known by what it is about, not by its path, so that a rename is no end and no beginning. What a field holds is compared
//! as text for people; a list counts as a whole, and an entry of a list of tables by its name.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde_json::Value;

use crate::findings::document;
use crate::registry::load::{file_stem, leading_number};
use crate::registry::schema::FileKind;
use crate::terms::spelling::DATE_MARK;
use crate::terms::{Date, Handle, Instant, Subject};
use crate::text::source::SourceFile;

/// What is known of the past.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum History {
    /// Nothing, and why: a whole sentence.
    Unknown(String),
    /// Every commit that changed something, newest first.
    Known(Vec<Revision>),
}

/// A commit that changed files of the registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// Its id.
    pub id: String,
    /// When it was committed.
    pub at: Instant,
    /// Who wrote it.
    pub by: Author,
    /// What it says of itself.
    pub summary: String,
    /// What it changed, by what it is about.
    pub changes: Vec<Change>,
}

/// Who wrote a change.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Author {
    /// The name that git has.
    pub name: String,
    /// The account, where the address of the commit tells it.
    pub handle: Option<Handle>,
}

/// What a commit changed of one record, or of one other file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Of what.
    pub of: About,
    /// How.
    pub how: How,
    /// The fields that differ, by name.
    pub fields: Vec<FieldChange>,
}

/// What a file is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum About {
    /// A record.
    Record(Subject),
    /// A calendar, the roster or the configuration, by its path.
    File(String),
}

/// What happened to a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum How {
    /// It came.
    Added,
    /// It went.
    Removed,
    /// It got another path, and perhaps other fields.
    Moved {
        /// The path before.
        from: String,
        /// The path since.
        to: String,
    },
    /// It holds something else.
    Edited,
}

/// A field that is another than before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldChange {
    /// Its name: keys with dots between them.
    pub key: String,
    /// What it was; absent: it was not there.
    pub before: Option<String>,
    /// What it is; absent: it is gone.
    pub after: Option<String>,
}

impl fmt::Display for FieldChange {
    /// As people say it: "target 1.37 → 1.38".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, before, after } = self;
        let said = |value: &Option<String>| value.clone().unwrap_or_else(|| "nothing".to_owned());
        write!(f, "{key} {} → {}", said(before), said(after))
    }
}

impl Revision {
    /// The day, in UTC.
    pub fn day(&self) -> Date {
        self.at.date()
    }

    /// The beginning of its id, as people name it.
    pub fn short(&self) -> &str {
        self.id.get(..10).unwrap_or(&self.id)
    }
}

impl Author {
    /// Who wrote a commit. GitHub hides addresses behind ones that name the account.
    pub fn of(name: &str, email: &str) -> Self {
        let hidden = email.strip_suffix("@users.noreply.github.com");
        let account = hidden.map(|hidden| hidden.rsplit_once('+').map_or(hidden, |(_, name)| name));
        Self {
            name: name.trim().to_owned(),
            handle: account.and_then(|account| account.parse().ok()),
        }
    }
}

/// What a file said at some time: read once, and compared with what it said before and after.
#[derive(Debug, Clone)]
pub struct Said {
    /// The record that it is, if it is one and says of what.
    subject: Option<Subject>,
    kind: FileKind,
    fields: Fields,
}

impl Said {
    /// What a file of this kind says, as far as it can be read.
    pub fn of(kind: FileKind, text: String) -> Self {
        let file = SourceFile::new("", text);
        let (table, _) = document::parse(&file);
        let value = document::to_json(table.get_ref());
        let subject = match kind {
            FileKind::Kep => {
                let number = value.get("number").and_then(Value::as_u64);
                let number = number.and_then(|number| u32::try_from(number).ok());
                number.map(Subject::Kep)
            }
            FileKind::WorkItem => {
                let id = value.get("id").and_then(Value::as_str);
                id.map(|id| Subject::Item(id.to_owned()))
            }
            _ => None,
        };
        let mut fields = Fields::new();
        flatten("", &value, &mut fields);
        Self {
            subject,
            kind,
            fields,
        }
    }

    fn about(&self, path: &str) -> About {
        // A record whose text cannot be read is still the one that its file is called after.
        let named = || match self.kind {
            FileKind::Kep => leading_number(file_stem(path)).map(Subject::Kep),
            FileKind::WorkItem => Some(Subject::Item(file_stem(path).to_owned())),
            _ => None,
        };
        match self.subject.clone().or_else(named) {
            Some(subject) => About::Record(subject),
            None => About::File(path.to_owned()),
        }
    }
}

/// A file at a commit, before and after it.
#[derive(Debug, Clone)]
pub struct EditedFile<'a> {
    /// Its path below the registry's root.
    pub path: String,
    /// What it said before; absent: it was not there, or it cannot be read.
    pub before: Option<&'a Said>,
    /// What it says after; absent: it is gone, or it cannot be read.
    pub after: Option<&'a Said>,
}

/// What changed with the files of a commit.
pub fn changes(files: &[EditedFile<'_>]) -> Vec<Change> {
    let mut before: BTreeMap<About, (&str, &Fields)> = BTreeMap::new();
    let mut after: BTreeMap<About, (&str, &Fields)> = BTreeMap::new();
    for file in files {
        for (side, said) in [(&mut before, file.before), (&mut after, file.after)] {
            if let Some(said) = said {
                side.insert(said.about(&file.path), (&file.path, &said.fields));
            }
        }
    }
    let about: BTreeSet<&About> = before.keys().chain(after.keys()).collect();
    let changes = about.into_iter().filter_map(|about| {
        let (how, fields) = match (before.get(about), after.get(about)) {
            // All of it came, or went: its fields one by one say no more.
            (None, Some(_)) => (How::Added, Vec::new()),
            (Some(_), None) => (How::Removed, Vec::new()),
            (Some((from, was)), Some((to, is))) if from != to => {
                let (from, to) = ((*from).to_owned(), (*to).to_owned());
                (How::Moved { from, to }, differences(was, is))
            }
            (Some((_, was)), Some((_, is))) => (How::Edited, differences(was, is)),
            (None, None) => return None,
        };
        let is_silent = fields.is_empty() && how == How::Edited;
        (!is_silent).then(|| Change {
            of: about.clone(),
            how,
            fields,
        })
    });
    changes.collect()
}

/// The fields of a document, by name, as text for people.
type Fields = BTreeMap<String, String>;

fn differences(before: &Fields, after: &Fields) -> Vec<FieldChange> {
    let keys: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let differing = keys.into_iter().filter_map(|key| {
        let (before, after) = (before.get(key), after.get(key));
        (before != after).then(|| FieldChange {
            key: key.clone(),
            before: before.cloned(),
            after: after.cloned(),
        })
    });
    differing.collect()
}

/// What an entry of a list of tables is called by.
const NAMES: [&str; 5] = ["id", "github", "name", "rule", "release"];

fn flatten(at: &str, value: &Value, fields: &mut Fields) {
    let below = |key: &str| match at {
        "" => key.to_owned(),
        at => format!("{at}.{key}"),
    };
    match value {
        Value::Object(table) => {
            for (key, value) in table {
                flatten(&below(key), value, fields);
            }
        }
        Value::Array(items) if items.iter().any(Value::is_object) => {
            // Two entries may have one name.
            let mut seen: BTreeMap<String, usize> = BTreeMap::new();
            for (index, item) in items.iter().enumerate() {
                let name = NAMES.iter().find_map(|name| item.get(name)?.as_str());
                let name = name.map_or_else(|| index.to_string(), str::to_owned);
                let before = seen.entry(name.clone()).or_insert(0);
                *before += 1;
                let name = if *before == 1 {
                    name
                } else {
                    format!("{name} ({before})")
                };
                flatten(&below(&name), item, fields);
            }
        }
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(said).collect();
            fields.insert(at.to_owned(), items.join(", "));
        }
        value => {
            fields.insert(at.to_owned(), said(value));
        }
    }
}

fn said(value: &Value) -> String {
    match value {
        Value::String(text) => text.trim_start_matches(DATE_MARK).to_owned(),
        Value::Array(items) => items.iter().map(said).collect::<Vec<_>>().join(", "),
        value => value.to_string(),
    }
}

impl History {
    /// The commits that are known, newest first.
    pub fn revisions(&self) -> &[Revision] {
        match self {
            Self::Unknown(_) => &[],
            Self::Known(revisions) => revisions,
        }
    }

    /// What changed of each thing, newest first, each with its commit.
    pub fn by_subject(&self) -> BySubject<'_> {
        let mut all = BySubject::new();
        for revision in self.revisions() {
            for change in &revision.changes {
                all.entry(&change.of).or_default().push((revision, change));
            }
        }
        all
    }
}

/// What changed of each thing, newest first.
pub type BySubject<'a> = BTreeMap<&'a About, Vec<(&'a Revision, &'a Change)>>;

#[cfg(test)]
mod tests {
    use super::*;

    /// A file with its text before and after; empty: it is not there.
    fn edited<'a>(path: &'a str, before: &'a str, after: &'a str) -> [&'a str; 3] {
        [path, before, after]
    }

    fn said(files: Vec<[&str; 3]>) -> String {
        let read = |path: &str, text: &str| {
            let kind = FileKind::of(path).unwrap();
            (!text.is_empty()).then(|| Said::of(kind, text.to_owned()))
        };
        let read: Vec<_> = files
            .iter()
            .map(|[path, before, after]| (*path, read(path, before), read(path, after)))
            .collect();
        let files: Vec<EditedFile<'_>> = read
            .iter()
            .map(|(path, before, after)| EditedFile {
                path: (*path).to_owned(),
                before: before.as_ref(),
                after: after.as_ref(),
            })
            .collect();
        let said = changes(&files)
            .into_iter()
            .map(|Change { of, how, fields }| {
                let fields = fields
                    .into_iter()
                    .map(|FieldChange { key, before, after }| {
                        format!(
                            "\n  {key}: {} → {}",
                            before.unwrap_or_default(),
                            after.unwrap_or_default()
                        )
                    });
                format!("{of:?} {how:?}{}", fields.collect::<String>())
            });
        said.collect::<Vec<_>>().join("\n")
    }

    const KEP: &str = "number = 1\ntitle = \"a\"\nstatus = \"provisional\"\ntarget = \"1.37\"\nshepherds = [\"a\", \"b\"]\n";

    #[test]
    fn fields_are_compared_one_by_one_and_lists_of_tables_by_name() {
        let after = KEP.replace("1.37", "1.38").replace(", \"b\"", "")
            + "upstream-seen = 2026-07-24\npull-requests = [{ id = \"a/b#1\", kubernetes = \"1.38\" }]\n[reached]\nalpha = \"1.36\"\n";
        insta::assert_snapshot!(said(vec![edited("sig-node/1-a.toml", KEP, &after)]), @"
        Record(Kep(1)) Edited
          pull-requests.a/b#1.id:  → a/b#1
          pull-requests.a/b#1.kubernetes:  → 1.38
          reached.alpha:  → 1.36
          shepherds: a, b → a
          target: 1.37 → 1.38
          upstream-seen:  → 2026-07-24
        ");
        let calendar = |day: &str| format!("[[cycles]]\nrelease = \"1.38\"\nplanned = {day}\n");
        let (first, second) = (calendar("2026-12-09"), calendar("2026-12-16"));
        let moved = edited("releases/kubernetes.toml", &first, &second);
        insta::assert_snapshot!(said(vec![moved]), @r#"
        File("releases/kubernetes.toml") Edited
          cycles.1.38.planned: 2026-12-09 → 2026-12-16
        "#);
    }

    #[test]
    fn a_rename_is_neither_an_end_nor_a_beginning() {
        let after = KEP.replace("1.37", "1.38");
        let files = vec![
            edited("sig-node/1-a.toml", KEP, ""),
            edited("sig-network/1-b.toml", "", &after),
        ];
        insta::assert_snapshot!(said(files), @r#"
        Record(Kep(1)) Moved { from: "sig-node/1-a.toml", to: "sig-network/1-b.toml" }
          target: 1.37 → 1.38
        "#);
        let came = said(vec![edited("sig-node/1-a.toml", "", KEP)]);
        assert_eq!(came, "Record(Kep(1)) Added");
        assert_eq!(
            said(vec![edited("sig-node/1-a.toml", KEP, "")]),
            "Record(Kep(1)) Removed"
        );
    }

    #[test]
    fn what_changes_no_field_is_no_change() {
        assert_eq!(
            said(vec![edited(
                "sig-node/1-a.toml",
                KEP,
                &format!("# why\n{KEP}")
            )]),
            ""
        );
        // What cannot be read is compared as far as it can.
        let broken = said(vec![edited(
            "sig-node/1-a.toml",
            KEP,
            &format!("{KEP}target = [\n"),
        )]);
        assert!(!broken.contains("Removed"), "{broken}");
    }

    #[test]
    fn an_account_is_known_by_the_address_that_github_makes_for_it() {
        let handle = |email: &str| {
            Author::of(" A ", email)
                .handle
                .map(|handle| handle.to_string())
        };
        assert_eq!(
            handle("123+mikebrow@users.noreply.github.com").as_deref(),
            Some("mikebrow")
        );
        assert_eq!(
            handle("mikebrow@users.noreply.github.com").as_deref(),
            Some("mikebrow")
        );
        assert_eq!(handle("mike@example.com"), None);
    }
}
