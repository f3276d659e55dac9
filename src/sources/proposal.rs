//! A proposal: an edit of the registry as a value, whoever makes it. It knows what it says and why; whether `check` takes it,
//! `rules/trial.rs` decides, `commands/carry_out.rs` writes it, and `render/proposals.rs` and its neighbours show it.

use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

use crate::findings::diagnostic::{Certainty, Place as InDocument, Pointer};
use crate::findings::document::Located;
use crate::terms::Subject;
use crate::text::source::SourceFile;

/// Who proposes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// kep.yaml files.
    Upstream,
    /// A runtime's page of releases.
    Releases,
    /// A runtime's git history.
    Runtimes,
    /// The project's list of maintainers.
    Maintainers,
    /// Issues and pull requests that no record has heard of.
    Issues,
    /// What people changed on an issue.
    GitHub,
    /// Somebody who runs a command.
    Person,
    /// A rule whose remedy has one right answer.
    Rules,
}

impl Source {
    /// Where the other side of a proposal stands: "`target` is X here and Y upstream".
    pub fn there(self) -> &'static str {
        match self {
            Self::Upstream => "upstream",
            Self::Releases => "in the project's releases",
            Self::Runtimes => "in git",
            Self::Maintainers => "in the list of maintainers",
            Self::Issues | Self::GitHub => "on GitHub",
            Self::Person | Self::Rules => "proposed",
        }
    }

    /// The command that shows all that differs, with the reasons.
    pub fn shown_by(self) -> Option<&'static str> {
        match self {
            Self::Upstream => Some("kepherd upstream diff"),
            Self::Releases => Some("kepherd releases diff"),
            Self::Runtimes => Some("kepherd runtimes diff"),
            Self::Maintainers => Some("kepherd maintainers diff"),
            Self::Issues => Some("kepherd issues diff"),
            Self::GitHub | Self::Person | Self::Rules => None,
        }
    }
}

/// What a source proposes, and what it leaves alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposals {
    /// Who proposes.
    pub source: Source,
    /// What was read, for people: "read at 4f2a… of 2026-10-01"; empty: nothing but the registry.
    pub read: String,
    /// The edits, and what differs without one.
    pub proposals: Vec<Proposal>,
    /// What was looked at and gets no edit.
    pub untouched: Vec<Untouched>,
    /// What a person has to decide that no field of a file stands for.
    pub questions: Vec<Question>,
    /// What there is to say beside.
    pub notes: Vec<String>,
    /// What a person should look at: what was not understood, so that nothing follows from it.
    pub warnings: Vec<String>,
    /// What is said if there is nothing to do at all; absent: how many records are up to date.
    pub nothing: Option<String>,
}

impl Proposals {
    /// Those of a source, which has none yet.
    pub fn of(source: Source) -> Self {
        Self {
            source,
            read: String::new(),
            proposals: Vec::new(),
            untouched: Vec::new(),
            questions: Vec::new(),
            notes: Vec::new(),
            warnings: Vec::new(),
            nothing: None,
        }
    }

    /// How many things wait for a person.
    pub fn waiting(&self) -> usize {
        let of_files = self
            .proposals
            .iter()
            .map(|proposal| proposal.open().count() + usize::from(!proposal.refused.is_empty()));
        let is_skipped = |one: &&Untouched| matches!(one.because, Because::Skipped(_));
        let skipped = self.untouched.iter().filter(is_skipped).count();
        of_files.sum::<usize>() + skipped + self.questions.len() + self.warnings.len()
    }
}

/// Something that a person has to decide, and from which nothing follows until then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Whose record it is about, if there is one.
    pub subject: Option<Subject>,
    /// What is not plain, and why.
    pub why: String,
    /// What settles it.
    pub settled_by: String,
    /// Where it is to be seen.
    pub from: Option<Origin>,
}

/// An edit of one file, or the reasons why there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// Whose record the file is; absent: it is no record.
    pub subject: Option<Subject>,
    /// The path below the registry's root.
    pub path: String,
    /// The path that it is to have, if that is another one.
    pub new_path: Option<String>,
    /// The text that was read; absent: the file is new.
    pub before: Option<String>,
    /// The text that it is to have.
    pub after: String,
    /// What differs, field by field.
    pub changes: Vec<Change>,
    /// Why it must not be written; empty: it may.
    pub refused: Vec<String>,
}

impl Proposal {
    /// A new file.
    pub fn create(subject: Option<Subject>, path: String, text: String) -> Self {
        Self {
            subject,
            path,
            new_path: None,
            before: None,
            after: text,
            changes: Vec::new(),
            refused: Vec::new(),
        }
    }

    /// A file that was read, and stays as it is so far.
    pub fn about(subject: Option<Subject>, source: &SourceFile) -> Self {
        Self {
            subject,
            path: source.path.to_string(),
            new_path: None,
            before: Some(source.text.to_string()),
            after: source.text.to_string(),
            changes: Vec::new(),
            refused: Vec::new(),
        }
    }

    /// Whether there is something to write.
    pub fn is_edit(&self) -> bool {
        let before = self.before.as_deref().unwrap_or_default();
        self.new_path.is_some() || before != self.after
    }

    /// Whether it is to be written.
    pub fn is_good(&self) -> bool {
        self.is_edit() && self.refused.is_empty()
    }

    /// The path that it has afterwards.
    pub fn final_path(&self) -> &str {
        self.new_path.as_deref().unwrap_or(&self.path)
    }

    /// The path under which its text is judged: a record that only moves says what it said.
    pub fn judged_path(&self) -> &str {
        match self.before {
            Some(_) => &self.path,
            None => self.final_path(),
        }
    }

    /// What is written.
    pub fn made(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(|change| change.is_made())
    }

    /// What differs and stays.
    pub fn kept(&self) -> impl Iterator<Item = &Change> {
        let kept = self.changes.iter();
        kept.filter(|change| change.decision == Decision::Kept)
    }

    /// What a person has to decide, each with what settles it.
    pub fn open(&self) -> impl Iterator<Item = (&Change, &str)> {
        self.changes.iter().filter_map(|change| {
            let Decision::Open { settled_by } = &change.decision else {
                return None;
            };
            Some((change, settled_by.as_str()))
        })
    }

    /// Whether it changes a fact, and not only the day when the facts were read.
    pub fn changes_facts(&self) -> bool {
        self.before.is_none()
            || self.new_path.is_some()
            || self.made().any(|change| !change.is_routine)
    }

    /// The line where a field of a record stands, from 1, if it stands there.
    pub fn line_of(&self, change: &Change) -> Option<usize> {
        let Place {
            entry: None,
            key: Some(key),
            pointer,
        } = &change.place
        else {
            return None;
        };
        change.before.as_ref()?;
        let source = SourceFile::new(self.path.as_str(), self.before.as_deref()?);
        let as_read = || key.split('.').fold(Pointer::root(), Pointer::key);
        let pointer = pointer.clone().unwrap_or_else(as_read);
        let span = Located::of(&source).span_of(&InDocument::Value(pointer));
        Some(source.position(span.start).line)
    }
}

/// What becomes of one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Which one.
    pub place: Place,
    /// What it is here, as TOML; absent: nothing.
    pub before: Option<String>,
    /// What it is to be, or is there, as TOML; absent: nothing.
    pub after: Option<String>,
    /// Why; empty where the origin says it all.
    pub why: String,
    /// From where it is known; absent: from a person.
    pub from: Option<Origin>,
    /// Whether it is known, or only likely.
    pub certainty: Certainty,
    /// What is done about it.
    pub decision: Decision,
    /// Whether it only keeps track of what was read when.
    pub is_routine: bool,
}

impl Change {
    /// A field that becomes something else, for a reason.
    pub fn made(place: Place, before: Option<String>, after: Option<String>) -> Self {
        Self {
            place,
            before,
            after,
            why: String::new(),
            from: None,
            certainty: Certainty::Sure,
            decision: Decision::Made,
            is_routine: false,
        }
    }

    /// Whether it is written.
    pub fn is_made(&self) -> bool {
        self.decision == Decision::Made
    }

    /// The same, with a reason.
    #[must_use]
    pub fn because(mut self, why: impl Into<String>) -> Self {
        self.why = why.into();
        self
    }

    /// The same, with its origin.
    #[must_use]
    pub fn from(mut self, from: Option<Origin>) -> Self {
        self.from = from;
        self
    }

    /// The same, and it stays as it is here.
    #[must_use]
    pub fn kept(mut self) -> Self {
        self.decision = Decision::Kept;
        self
    }

    /// The same, and a person decides.
    #[must_use]
    pub fn open(mut self, settled_by: impl Into<String>) -> Self {
        let settled_by = settled_by.into();
        self.decision = Decision::Open { settled_by };
        self
    }

    /// The same, as what keeps track of what was read when.
    #[must_use]
    pub fn routine(mut self) -> Self {
        self.is_routine = true;
        self
    }
}

/// Who is right where people and the source say different things.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// Nobody yet: a person decides.
    Not,
    /// What people wrote.
    Ours,
    /// What the source says.
    Theirs,
}

impl Settled {
    /// What `--ours` and `--theirs` ask for.
    pub fn by(ours: bool, theirs: bool) -> Self {
        match (ours, theirs) {
            (true, _) => Self::Ours,
            (_, true) => Self::Theirs,
            _ => Self::Not,
        }
    }
}

impl fmt::Display for Change {
    /// What becomes of what: `target: "1.37" → "1.38"`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let side = |side: &Option<String>| side.clone().unwrap_or_else(|| NOTHING.to_owned());
        let (before, after) = (side(&self.before), side(&self.after));
        let place = &self.place;
        match (&place.key, &self.before, &self.after) {
            (None, None, Some(_)) => write!(f, "{place} is new: {after}"),
            (None, Some(_), None) => write!(f, "{place} goes: was {before}"),
            _ => write!(f, "{place}: {before} → {after}"),
        }
    }
}

/// What a side is called that says nothing.
pub const NOTHING: &str = "nothing";

/// Which field of a file: a key of a record, or of one of a file's entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Which entry of a list: a handle, or a release; absent: the file is one record.
    pub entry: Option<String>,
    /// The key, as people read it; what stands behind a dot lies in a table. Absent: all of the entry, or the file.
    pub key: Option<String>,
    /// Where a key of a record stands in it; absent: as the key says.
    pub pointer: Option<Pointer>,
}

impl Place {
    /// Where the file lies.
    pub fn file() -> Self {
        Self {
            entry: Some("file".to_owned()),
            key: None,
            pointer: None,
        }
    }

    /// A key of a record.
    pub fn key(key: impl Into<String>) -> Self {
        Self {
            entry: None,
            key: Some(key.into()),
            pointer: None,
        }
    }

    /// A key of a record that stands elsewhere than it is read.
    pub fn at(key: impl Into<String>, pointer: Pointer) -> Self {
        Self {
            pointer: Some(pointer),
            ..Self::key(key)
        }
    }

    /// An entry that comes or goes.
    pub fn entry(entry: impl Into<String>) -> Self {
        Self {
            entry: Some(entry.into()),
            key: None,
            pointer: None,
        }
    }

    /// A key of an entry.
    pub fn in_entry(entry: impl Into<String>, key: impl Into<String>) -> Self {
        Self {
            entry: Some(entry.into()),
            key: Some(key.into()),
            pointer: None,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [self.entry.as_deref(), self.key.as_deref()];
        let parts: Vec<&str> = parts.into_iter().flatten().collect();
        f.write_str(&parts.join(" "))
    }
}

/// From where something is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// A file and its line, a commit, or an issue: "kep.yaml:17".
    pub what: String,
    /// Its address, if it has one.
    pub link: Option<String>,
}

impl Origin {
    /// A line of a file, which is named by its last part.
    pub fn line(file: &str, line: usize) -> Self {
        let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
        Self {
            what: format!("{name}:{line}"),
            link: None,
        }
    }
}

/// What is done about a field that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// It is written.
    Made,
    /// It stays as it is here.
    Kept,
    /// A person decides.
    Open {
        /// What settles it.
        settled_by: String,
    },
}

/// A record that was looked at and gets no edit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Untouched {
    /// Which one.
    pub subject: Subject,
    /// Why.
    pub because: Because,
}

/// Why a record gets no edit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Because {
    /// It was read at a later day than that of what is read now.
    ReadLater,
    /// The source does not speak of it, and that is allowed.
    Absent(String),
    /// It cannot be read, there or here: a person has to look.
    Skipped(String),
}

/// Something in a file that is not understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{line}: {reason}")]
pub struct Misread {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong.
    pub reason: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whatever a person has to look at counts once, and what is written or stays does not.
    #[test]
    fn everything_that_a_person_decides_waits() {
        let change = || Change::made(Place::key("stage"), None, Some("\"beta\"".to_owned()));
        let mut proposal = Proposal::create(None, "sig-node/1-a.toml".to_owned(), String::new());
        proposal.changes = vec![change(), change().kept(), change().open("decide")];
        let mut all = Proposals::of(Source::Upstream);
        assert_eq!(all.waiting(), 0);
        all.proposals = vec![proposal.clone()];
        assert_eq!(all.waiting(), 1);
        proposal.refused = vec!["it would break a rule".to_owned(), "and another".to_owned()];
        all.proposals.push(proposal);
        assert_eq!(all.waiting(), 3, "another one, and a file that is refused");
        let untouched = |because| Untouched {
            subject: Subject::Kep(1),
            because,
        };
        all.untouched = vec![
            untouched(Because::ReadLater),
            untouched(Because::Absent("it is not there".to_owned())),
            untouched(Because::Skipped("it cannot be read".to_owned())),
        ];
        assert_eq!(all.waiting(), 4);
        all.warnings = vec!["nobody understands line 7".to_owned()];
        all.questions = vec![Question {
            subject: None,
            why: "two say otherwise".to_owned(),
            settled_by: "ask them".to_owned(),
            from: None,
        }];
        all.notes = vec!["nothing".to_owned()];
        assert_eq!(all.waiting(), 6);
    }
}
