//! kubernetes/enhancements at a commit, as far as a registry's records ask. Plain data: `commands/clone.rs` fills it in.

use std::collections::BTreeMap;
use std::fmt;

use super::drift::{Base, Drift, drift};
use super::facts::Facts;
use super::kep_yaml::{Kep, Malformed};
use crate::findings::sources::{FileId, Revision};
use crate::registry::kep::KepRecord;
use crate::registry::load::file_stem;
use crate::terms::Date;
use crate::text::source::{SourceFile, Span};

/// Where upstream's files can be read by people.
const ADDRESS: &str = "https://github.com/kubernetes/enhancements/blob";

/// kubernetes/enhancements at a commit.
#[derive(Debug, Clone)]
pub struct Upstream {
    /// The commit's id, as people name it.
    pub commit: String,
    /// The day of the commit.
    pub date: Date,
    /// How to have these facts taken over, without the number.
    pub pull: String,
    /// The kep.yaml files that were read.
    pub files: Vec<SourceFile>,
    /// What was found of each KEP that was asked for.
    pub keps: BTreeMap<u32, Found>,
}

/// What was found of a KEP.
#[derive(Debug, Clone)]
pub enum Found {
    /// It has no folder.
    Absent {
        /// Where its number stood on the day when its record was read, if that is known.
        before: Option<(FileId, Span)>,
        /// A KEP of the same name and another number that no record has.
        renamed: Option<Elsewhere>,
    },
    /// Several folders have its number.
    Ambiguous(Vec<Elsewhere>),
    /// Its kep.yaml cannot be used.
    Unusable(FileId, Unusable),
    /// It was read.
    Read(Box<Read>),
}

/// A folder that may be a record's, or not.
#[derive(Debug, Clone)]
pub struct Elsewhere {
    /// The number that its name begins with.
    pub number: u32,
    /// Its kep.yaml.
    pub file: FileId,
    /// Where the number stands in it, if it can be read.
    pub place: Span,
}

/// A kep.yaml that was read.
#[derive(Debug, Clone)]
pub struct Read {
    /// Its text.
    pub file: FileId,
    /// What it says.
    pub kep: Kep,
    /// Other KEPs of the same number; the record is named after this one.
    pub twins: Vec<Elsewhere>,
    /// What it said on the days when records were last read, newest first, as far as that is known.
    pub before: BTreeMap<Date, Vec<Facts>>,
}

/// Why a file of upstream's cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unusable {
    /// What it says.
    Malformed(Malformed),
    /// What it is.
    Unreadable(String),
}

impl Unusable {
    /// The line that it is about, from 1.
    pub fn line(&self) -> Option<usize> {
        match self {
            Self::Malformed(malformed) => Some(malformed.line),
            Self::Unreadable(_) => None,
        }
    }

    /// Why.
    pub fn reason(&self) -> &str {
        match self {
            Self::Malformed(malformed) => &malformed.reason,
            Self::Unreadable(reason) => reason,
        }
    }

    /// Where and why, for a line of a log: the file's path goes before it.
    pub fn at(&self, path: &str) -> String {
        match self {
            Self::Malformed(malformed) => format!("{path}:{malformed}"),
            Self::Unreadable(reason) => format!("{path}: {reason}"),
        }
    }
}

impl fmt::Display for Upstream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "kubernetes/enhancements at {} of {}",
            self.commit, self.date
        )
    }
}

impl Upstream {
    /// Puts in a file, and gives its number.
    pub fn add(&mut self, file: SourceFile) -> FileId {
        self.files.push(file);
        FileId::new(Revision::Upstream, self.files.len() - 1)
    }

    /// A file of it.
    pub fn file(&self, id: FileId) -> &SourceFile {
        &self.files[id.index()]
    }

    /// Where a record and upstream differ; nothing, if upstream cannot be read.
    pub fn drift(&self, record: &KepRecord) -> Vec<Drift> {
        match self.keps.get(&record.number) {
            Some(Found::Read(read)) if read.kep.facts.number == record.number => {
                let known = record.upstream_seen.and_then(|seen| read.before.get(&seen));
                let base = Base::of(record, known.map_or(&[], Vec::as_slice));
                drift(record, base, &read.kep.facts, self.date)
            }
            _ => Vec::new(),
        }
    }
}

/// A kep.yaml at a commit, with the name under which findings show it.
pub fn source_file(
    path: &str,
    commit_id: &str,
    short: &str,
    text: impl Into<String>,
) -> SourceFile {
    SourceFile::elsewhere(
        format!("{path} @ {short}"),
        text.into(),
        format!("{ADDRESS}/{commit_id}/{path}"),
    )
}

/// The folder of the KEP that has the name of a record's file and a number that no record has.
pub fn same_name<'f>(
    path: &str,
    folders: &'f BTreeMap<u32, Vec<String>>,
    is_recorded: impl Fn(u32) -> bool,
) -> Option<(u32, &'f str)> {
    let name = |stem: &str| stem.split_once('-').map(|(_, name)| name.to_lowercase());
    let ours = name(file_stem(path))?;
    folders
        .iter()
        .filter(|(number, _)| !is_recorded(**number))
        .flat_map(|(number, folders)| folders.iter().map(|folder| (*number, folder.as_str())))
        .find(|(_, folder)| {
            let stem = folder.rsplit('/').next().unwrap_or(folder);
            name(stem).as_deref() == Some(&ours)
        })
}
