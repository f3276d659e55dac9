//! kubernetes/enhancements at a commit, as far as a registry's records ask. Plain data, made of whatever can be read as
//! [`Enhancements`]: a clone, or texts in a test.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::drift::{Base, Drift, drift};
use super::facts::Facts;
use super::folders::{Folder, Folders};
use super::kep_yaml::{Kep, Malformed};
use crate::findings::sources::{FileId, Revision};
use crate::registry::Registry;
use crate::registry::kep::KepRecord;
use crate::registry::load::file_stem;
use crate::terms::Date;
use crate::text::source::{SourceFile, Span};

/// Where upstream's files can be read by people.
const ADDRESS: &str = "https://github.com/kubernetes/enhancements/blob";

/// kubernetes/enhancements as it is read: at a commit, and as it was on earlier days.
pub trait Enhancements {
    /// Why it cannot be read.
    type Error;

    /// Where its KEPs are.
    fn folders(&self) -> &Folders;

    /// What the kep.yaml files in these folders say; in their order.
    ///
    /// # Errors
    ///
    /// What is there cannot be read.
    fn read(&self, folders: &[String]) -> Result<Vec<Reading>, Self::Error>;

    /// What a KEP's kep.yaml said on a day, newest first, wherever it was then: each commit of the day may have changed it. Empty,
    /// if the history does not tell.
    ///
    /// # Errors
    ///
    /// What is there cannot be read.
    fn on(&self, day: Date, number: u32, folder: &str) -> Result<Vec<Reading>, Self::Error>;

    /// What upstream said of a KEP on the day when its record was last read, newest first; empty, if the clone does not tell.
    fn before(&self, record: &KepRecord, folder: &str) -> Result<Vec<Facts>, Self::Error> {
        let Some(seen) = record.upstream_seen else {
            return Ok(Vec::new());
        };
        let said = self.on(seen, record.number, folder)?;
        Ok(said
            .into_iter()
            .filter_map(|(_, kep)| Some(kep.ok()?.facts))
            .collect())
    }
}

/// What there is of a kep.yaml.
pub type Reading = (SourceFile, Result<Kep, Unusable>);

/// Which commit was read.
#[derive(Debug, Clone)]
pub struct Head {
    /// Its id, as people name it.
    pub commit: String,
    /// Its day.
    pub date: Date,
    /// How to have its facts taken over, without the number.
    pub pull: String,
}

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
    pub keps: BTreeMap<u32, UpstreamKep>,
}

/// What was found of a KEP.
#[derive(Debug, Clone)]
pub enum UpstreamKep {
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
    Read(Box<ReadKep>),
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
pub struct ReadKep {
    /// Its folder.
    pub folder: String,
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
    /// What upstream says of the records of these registries, and said when they were last read; only of some KEPs, if any are
    /// wanted.
    ///
    /// # Errors
    ///
    /// What is there cannot be read.
    pub fn of<E: Enhancements>(
        from: &E,
        head: Head,
        registries: &[&Registry],
        wanted: &[u32],
    ) -> Result<Self, E::Error> {
        let Head { commit, date, pull } = head;
        let folders = from.folders();
        let mut upstream = Upstream {
            commit,
            date,
            pull,
            files: Vec::new(),
            keps: BTreeMap::new(),
        };
        let records = |number: u32| {
            let entries = registries.iter().filter_map(move |registry| {
                let entry = registry.kep(number)?;
                Some((&*registry.file(entry.file).path, &entry.value))
            });
            entries.collect::<Vec<(&str, &KepRecord)>>()
        };
        let asked: BTreeSet<u32> = registries
            .iter()
            .flat_map(|registry| registry.keps.iter().map(|entry| entry.value.number))
            .filter(|number| wanted.is_empty() || wanted.contains(number))
            .collect();
        let is_recorded = |number| registries.iter().any(|one| one.kep(number).is_some());
        // Which folders belong to each KEP that is asked for: its own, those that share its number, or one that looks like it.
        let asked: Vec<Asked<'_>> = asked
            .into_iter()
            .map(|number| {
                let path = records(number).first().map_or("", |(path, _)| *path);
                let folder = folders.of_kep(number, Some(path));
                let twins = folders.by_number.get(&number).into_iter().flatten();
                let to_read = match folder {
                    // The record's own comes first.
                    Folder::One(folder) => std::iter::once((number, folder))
                        .chain(
                            twins
                                .filter(|twin| *twin != folder)
                                .map(|twin| (number, twin.as_str())),
                        )
                        .collect(),
                    Folder::Several(several) => several
                        .iter()
                        .map(|folder| (number, folder.as_str()))
                        .collect(),
                    Folder::None => same_name(path, &folders.by_number, is_recorded)
                        .into_iter()
                        .collect(),
                };
                Asked {
                    number,
                    folder,
                    to_read,
                }
            })
            .collect();
        let to_read: Vec<String> = asked
            .iter()
            .flat_map(|asked| asked.to_read.iter().map(|(_, folder)| (*folder).to_owned()))
            .collect();
        let mut readings = from.read(&to_read)?.into_iter();
        for Asked {
            number,
            folder,
            to_read,
        } in asked
        {
            let mut read: Vec<(Elsewhere, Result<Kep, Unusable>)> = Vec::new();
            for ((number, _), (source, kep)) in to_read.into_iter().zip(&mut readings) {
                let elsewhere = Elsewhere {
                    number,
                    file: upstream.add(source),
                    place: kep
                        .as_ref()
                        .map(|kep| kep.places.number())
                        .unwrap_or_default(),
                };
                read.push((elsewhere, kep));
            }
            let mut read = read.into_iter();
            let found = match folder {
                Folder::Several(_) => UpstreamKep::Ambiguous(read.map(|(one, _)| one).collect()),
                Folder::None => {
                    let before = last_seen(from, &records(number))?;
                    let before = before.map(|(file, place)| (upstream.add(file), place));
                    UpstreamKep::Absent {
                        before,
                        renamed: read.next().map(|(one, _)| one),
                    }
                }
                Folder::One(folder) => match read.next() {
                    None => continue,
                    Some((Elsewhere { file, .. }, Err(problem))) => {
                        UpstreamKep::Unusable(file, problem)
                    }
                    Some((Elsewhere { file, .. }, Ok(kep))) => {
                        let mut before = BTreeMap::new();
                        for (_, record) in records(number) {
                            let facts = from.before(record, folder)?;
                            before.extend(record.upstream_seen.map(|seen| (seen, facts)));
                        }
                        UpstreamKep::Read(Box::new(ReadKep {
                            folder: folder.to_owned(),
                            file,
                            kep,
                            twins: read.map(|(twin, _)| twin).collect(),
                            before,
                        }))
                    }
                },
            };
            upstream.keps.insert(number, found);
        }
        Ok(upstream)
    }

    /// Puts in a file, and gives its number.
    fn add(&mut self, file: SourceFile) -> FileId {
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
            Some(UpstreamKep::Read(read)) if read.kep.facts.number == record.number => {
                let known = record.upstream_seen.and_then(|seen| read.before.get(&seen));
                let base = Base::of(record, known.map_or(&[], Vec::as_slice));
                drift(record, base, &read.kep.facts, self.date)
            }
            _ => Vec::new(),
        }
    }
}

/// A KEP that is asked for.
struct Asked<'f> {
    number: u32,
    folder: Folder<'f>,
    /// The folders whose kep.yaml is needed, with the number of each.
    to_read: Vec<(u32, &'f str)>,
}

/// Where a KEP that is not there any more stood when one of its records was last read.
fn last_seen<E: Enhancements>(
    from: &E,
    records: &[(&str, &KepRecord)],
) -> Result<Option<(SourceFile, Span)>, E::Error> {
    for (path, record) in records {
        let folder = format!("keps/{}", path.strip_suffix(".toml").unwrap_or(path));
        if let Some(seen) = record.upstream_seen
            && let Some((file, Ok(kep))) = from.on(seen, record.number, &folder)?.into_iter().next()
        {
            return Ok(Some((file, kep.places.number())));
        }
    }
    Ok(None)
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
fn same_name<'f>(
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
