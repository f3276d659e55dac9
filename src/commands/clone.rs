//! A clone of kubernetes/enhancements at a revision: which KEPs it has, and what their files say.

use std::cell::RefCell;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Result, bail};

use super::Context;
use crate::cli::Clone as Options;
use crate::git::{Commit, Content, EntryKind, Error, Repository};
use crate::registry::Registry;
use crate::registry::calendars::KubernetesCalendar;
use crate::registry::kep::KepRecord;
use crate::registry::load::{is_plain_name, leading_number};
use crate::sources::upstream::facts::Facts;
use crate::sources::upstream::kep_yaml::{Kep, MAX_KEP_YAML, read};
use crate::sources::upstream::snapshot::{
    Elsewhere, Found, Read, Unusable, Upstream, same_name, source_file,
};
use crate::terms::Date;
use crate::text::source::{SourceFile, Span};

/// A clone at a revision.
pub(super) struct Clone<'r> {
    pub(super) repository: Repository,
    pub(super) commit: Commit,
    calendar: &'r KubernetesCalendar,
    /// How the options named it.
    named: String,
    folders: Folders,
    /// The commits of other days that were looked up, newest first; none: the clone does not go back so far.
    days: RefCell<BTreeMap<Date, Vec<Day>>>,
}

/// A commit of a day.
struct Day {
    commit: Commit,
    /// Where the KEPs were, once somebody had to ask.
    folders: Option<Folders>,
}

/// Where the KEPs of a revision are.
#[derive(Debug, Clone, Default)]
pub(super) struct Folders {
    /// By the number that the folder's name begins with.
    pub(super) by_number: BTreeMap<u32, Vec<String>>,
    /// Folders with a kep.yaml and without a number: templates, mostly.
    pub(super) unnumbered: Vec<String>,
    /// Folders with a number and characters that no registry has in a name.
    pub(super) unsafe_names: Vec<String>,
}

/// Folders below a SIG's are looked into so deep: `keps/sig-cluster-lifecycle/kubeadm/…`.
const DEEPEST: usize = 4;

/// What there is of a kep.yaml.
pub(super) type Reading = (SourceFile, Result<Kep, Unusable>);

impl<'r> Clone<'r> {
    /// Opens the clone that the options name. Nothing is read of it yet but its trees.
    pub(super) fn open(
        context: &mut Context<'_>,
        options: &Options,
        registry: &'r Registry,
    ) -> Result<Self> {
        let Options { repo, rev } = options;
        Self::at(context, repo, rev, registry)
    }

    pub(super) fn at(
        context: &mut Context<'_>,
        repo: &Path,
        rev: &str,
        registry: &'r Registry,
    ) -> Result<Self> {
        let repository = Repository::open(&context.environment.directory.join(repo))?;
        let commit = repository.commit(rev)?;
        let Some(calendar) = &registry.kubernetes else {
            bail!(
                "`releases/kubernetes.toml` is missing or has errors, so nobody knows what has shipped: run `kepherd check`"
            );
        };
        let folders = Folders::of(&repository, &commit)?;
        if folders.by_number.is_empty() {
            bail!(
                "there is no `keps/` with KEPs at {}: is this a clone of kubernetes/enhancements?",
                commit.short()
            );
        }
        // What has shipped since the commit, upstream says elsewhere.
        let today = context.today();
        let newest = calendar.value.cycles.iter().filter_map(|cycle| {
            let released = cycle.released?;
            (commit.date < released && released <= today).then_some((released, cycle.release))
        });
        if let (Some((released, release)), true) = (newest.max(), rev == "HEAD") {
            writeln!(
                context.log,
                "note: the clone is of {}, and Kubernetes {release} has shipped since, on {released}: `git fetch` brings what \
                 upstream says now",
                commit.date
            )?;
        }
        let mut named = format!("kepherd upstream pull --repo {}", repo.display());
        if rev != "HEAD" {
            named.push_str(&format!(" --rev {rev}"));
        }
        Ok(Self {
            repository,
            commit,
            calendar: &calendar.value,
            named,
            folders,
            days: RefCell::default(),
        })
    }

    /// Where the KEPs are.
    pub(super) fn folders(&self) -> &Folders {
        &self.folders
    }

    /// What the kep.yaml files in these folders say; in their order. What the clone does not have ends it, before anything
    /// is written.
    pub(super) fn read(&self, folders: &[String]) -> Result<Vec<Reading>> {
        let paths: Vec<String> = folders.iter().map(|folder| kep_yaml(folder)).collect();
        let (calendar, commit) = (self.calendar, &self.commit);
        let made = self
            .repository
            .each_file(commit, &paths, MAX_KEP_YAML, |path, content| {
                Ok(reading(path, commit, content?, calendar))
            })?;
        made.into_iter()
            .collect::<Result<_, Error>>()
            .map_err(Into::into)
    }

    /// One kep.yaml at a commit, as its calendar day knows it.
    pub(super) fn parsed(&self, path: &str, at: &Commit, content: Option<Content>) -> Reading {
        reading(path, at, content, self.calendar)
    }

    /// The folder of a KEP; of several, the one that the record at this path is named after.
    pub(super) fn folder(&self, number: u32, record: Option<&str>) -> Folder<'_> {
        self.folders.of_kep(number, record)
    }

    /// What upstream says of these records, and said when they were last read.
    pub(super) fn snapshot(&self, registries: &[&Registry], wanted: &[u32]) -> Result<Upstream> {
        let mut upstream = Upstream {
            commit: self.commit.short(),
            date: self.commit.date,
            pull: self.named.clone(),
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
                let folder = self.folder(number, Some(path));
                let twins = self.folders.by_number.get(&number).into_iter().flatten();
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
                    Folder::None => same_name(path, &self.folders.by_number, is_recorded)
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
        let mut readings = self.read(&to_read)?.into_iter();
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
                Folder::Several(_) => Found::Ambiguous(read.map(|(one, _)| one).collect()),
                Folder::None => {
                    let before = self.last_seen(&records(number))?;
                    let before = before.map(|(file, place)| (upstream.add(file), place));
                    Found::Absent {
                        before,
                        renamed: read.next().map(|(one, _)| one),
                    }
                }
                Folder::One(folder) => match read.next() {
                    None => continue,
                    Some((Elsewhere { file, .. }, Err(problem))) => Found::Unusable(file, problem),
                    Some((Elsewhere { file, .. }, Ok(kep))) => {
                        let mut before = BTreeMap::new();
                        for (_, record) in records(number) {
                            let facts = self.before(record, folder)?;
                            before.extend(record.upstream_seen.map(|seen| (seen, facts)));
                        }
                        Found::Read(Box::new(Read {
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

    /// What a KEP's kep.yaml said on a day, newest first, wherever it was then: each commit of the day may have changed it. Empty, if
    /// the clone does not tell.
    fn on(&self, day: Date, number: u32, folder: &str) -> Result<Vec<Reading>> {
        let mut days = self.days.borrow_mut();
        let commits = match days.entry(day) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => {
                let commits = self.repository.commits_on_or_before(&self.commit, day)?;
                let of_day = |commit| Day {
                    commit,
                    folders: None,
                };
                unknown.insert(commits.into_iter().map(of_day).collect())
            }
        };
        let mut readings: Vec<Reading> = Vec::new();
        for Day { commit, folders } in commits {
            let content = |folder: &str| {
                let path = kep_yaml(folder);
                match self.repository.file(commit, &path, MAX_KEP_YAML) {
                    Ok(content) => Ok(content.map(|content| (path, content))),
                    // A partial clone has the content of few commits. What is not known does not stop what is.
                    Err(Error::Lacking { .. }) => Ok(None),
                    Err(error) => Err(error),
                }
            };
            let mut found = content(folder)?;
            if found.is_none() {
                if folders.is_none() {
                    *folders = Some(Folders::of(&self.repository, commit)?);
                }
                if let Some(folders) = folders
                    && let Folder::One(other) = folders.of_kep(number, None)
                    && other != folder
                {
                    found = content(other)?;
                }
            }
            if let Some((path, content)) = found {
                let reading = reading(&path, commit, Some(content), self.calendar);
                let is_same = |last: &Reading| last.0.text == reading.0.text;
                if !readings.last().is_some_and(is_same) {
                    readings.push(reading);
                }
            }
        }
        Ok(readings)
    }

    /// Where a KEP that is not there any more stood when one of its records was last read.
    fn last_seen(&self, records: &[(&str, &KepRecord)]) -> Result<Option<(SourceFile, Span)>> {
        for (path, record) in records {
            let folder = format!("keps/{}", path.strip_suffix(".toml").unwrap_or(path));
            if let Some(seen) = record.upstream_seen
                && let Some((file, Ok(kep))) =
                    self.on(seen, record.number, &folder)?.into_iter().next()
            {
                return Ok(Some((file, kep.places.number())));
            }
        }
        Ok(None)
    }

    /// What upstream said of a KEP on the day when its record was last read, newest first; empty, if the clone does not tell.
    pub(super) fn before(&self, record: &KepRecord, folder: &str) -> Result<Vec<Facts>> {
        let Some(seen) = record.upstream_seen else {
            return Ok(Vec::new());
        };
        let said = self.on(seen, record.number, folder)?;
        Ok(said
            .into_iter()
            .filter_map(|(_, kep)| Some(kep.ok()?.facts))
            .collect())
    }

    /// How to pull from this clone.
    pub(super) fn pull(&self) -> &str {
        &self.named
    }

    /// What was read, for the last line.
    pub(super) fn read_at(&self) -> String {
        format!("read at {} of {}", self.commit.short(), self.commit.date)
    }

    /// What has shipped when.
    pub(super) fn calendar(&self) -> &KubernetesCalendar {
        self.calendar
    }
}

/// A KEP that is asked for.
struct Asked<'f> {
    number: u32,
    folder: Folder<'f>,
    /// The folders whose kep.yaml is needed, with the number of each.
    to_read: Vec<(u32, &'f str)>,
}

/// The folder of a KEP.
#[derive(Clone, Copy)]
pub(super) enum Folder<'f> {
    /// There is none.
    None,
    /// There is one.
    One(&'f str),
    /// Several have its number.
    Several(&'f [String]),
}

impl Folders {
    /// Where the KEPs of a commit are. Of the trees, those of the SIGs are read, and of a KEP none.
    pub(super) fn of(repository: &Repository, commit: &Commit) -> Result<Self> {
        let mut folders = Self::default();
        folders.collect(repository, commit, "keps", 1)?;
        Ok(folders)
    }

    fn collect(
        &mut self,
        repository: &Repository,
        commit: &Commit,
        folder: &str,
        depth: usize,
    ) -> Result<()> {
        let entries = repository.folder(commit, folder)?;
        let is_file = |kind| kind == EntryKind::File;
        if entries
            .iter()
            .any(|entry| entry.name == "kep.yaml" && is_file(entry.kind))
        {
            self.unnumbered.push(folder.to_owned());
            return Ok(());
        }
        for entry in entries {
            // Names come from elsewhere and become paths here: only plain ones do, and none that a registry uses otherwise.
            let ours = ["prod-readiness", "releases", "work-items"];
            let is_ours = depth == 1 && ours.contains(&entry.name.as_str());
            // A link that is named after a KEP is said to be one when it is read.
            let is_folder = matches!(entry.kind, EntryKind::Folder | EntryKind::Link);
            if !is_folder || is_ours {
                continue;
            }
            if !is_plain_name(&entry.name) {
                if depth > 1 && leading_number(&entry.name).is_some() {
                    self.unsafe_names.push(format!("{folder}/{}", entry.name));
                }
                continue;
            }
            let inside = format!("{folder}/{}", entry.name);
            match leading_number(&entry.name) {
                Some(number) if depth > 1 => {
                    self.by_number.entry(number).or_default().push(inside);
                }
                _ if entry.kind == EntryKind::Link => {}
                _ if depth < DEEPEST => self.collect(repository, commit, &inside, depth + 1)?,
                _ => {}
            }
        }
        Ok(())
    }

    /// The folder of a KEP; of several, the one that the record at this path is named after.
    pub(super) fn of_kep(&self, number: u32, record: Option<&str>) -> Folder<'_> {
        match self.by_number.get(&number).map(Vec::as_slice) {
            None | Some([]) => Folder::None,
            Some([folder]) => Folder::One(folder),
            Some(several) => {
                let ours =
                    |folder: &&String| record.is_some_and(|path| path == record_path(folder));
                match several.iter().find(ours) {
                    Some(folder) => Folder::One(folder),
                    None => Folder::Several(several),
                }
            }
        }
    }
}

/// The record of the KEP in a folder: `keps/sig-node/4960-…` upstream is `sig-node/4960-….toml` here. A registry has no
/// folders below a SIG's.
pub(super) fn record_path(folder: &str) -> String {
    let below = folder.strip_prefix("keps/").unwrap_or(folder);
    let sig = below.split('/').next().unwrap_or(below);
    let stem = below.rsplit('/').next().unwrap_or(below);
    format!("{sig}/{stem}.toml")
}

/// The kep.yaml in a folder.
pub(super) fn kep_yaml(folder: &str) -> String {
    format!("{folder}/kep.yaml")
}

fn reading(
    path: &str,
    at: &Commit,
    content: Option<Content>,
    calendar: &KubernetesCalendar,
) -> Reading {
    let named = |text: &str| source_file(path, &at.id, &at.short(), text);
    let unreadable = |why: String| (named(""), Err(Unusable::Unreadable(why)));
    match content {
        None => unreadable("there is no such file".to_owned()),
        Some(Content::Link) => {
            unreadable("it is a symbolic link, and links are not followed".to_owned())
        }
        Some(Content::Folder) => unreadable("it is a folder".to_owned()),
        Some(Content::TooLarge(bytes)) => unreadable(format!(
            "it has {bytes} bytes; at most {MAX_KEP_YAML} are read"
        )),
        Some(Content::Bytes(bytes)) => match String::from_utf8(bytes) {
            Err(error) => unreadable(format!("it is not UTF-8 text: {}", error.utf8_error())),
            Ok(text) => {
                let file = named(&text);
                let kep = read(&file, Some(calendar), at.date).map_err(Unusable::Malformed);
                (file, kep)
            }
        },
    }
}
