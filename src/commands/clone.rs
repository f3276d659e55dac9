//! A clone of kubernetes/enhancements at a revision: which KEPs it has, and what their files say.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::Path;

use anyhow::{Result, bail};

use super::Context;
use crate::cli::Clone as Options;
use crate::git::{Commit, Content, EntryKind, Error, Repository};
use crate::registry::Registry;
use crate::registry::calendars::KubernetesCalendar;
use crate::registry::schema::FileKind;
use crate::sources::upstream::folders::{Folder, Folders, Is, Listed, kep_yaml};
use crate::sources::upstream::kep_yaml::{MAX_KEP_YAML, read};
use crate::sources::upstream::snapshot::{
    Enhancements, Head, Reading, Unusable, Upstream, source_file,
};
use crate::terms::Date;

/// A clone at a revision.
pub(super) struct EnhancementsClone<'r> {
    pub(super) repository: Repository,
    pub(super) commit: Commit,
    calendar: &'r KubernetesCalendar,
    /// How the options named it.
    named: String,
    /// Whether nobody asked for an older revision.
    is_newest: bool,
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

impl<'r> EnhancementsClone<'r> {
    /// Opens the clone that the options name. Nothing is read of it yet but its trees.
    pub(super) fn open(
        context: &mut Context<'_>,
        options: &Options,
        registry: &'r Registry,
    ) -> Result<Self> {
        let Options { repo, rev } = options;
        let clone = Self::at(context, repo, rev, registry)?;
        clone.remark_on_age(context)?;
        Ok(clone)
    }

    /// Says what upstream may have said since, elsewhere: what has shipped after the commit that is read.
    pub(super) fn remark_on_age(&self, context: &mut Context<'_>) -> Result<()> {
        let today = context.today();
        let day = self.commit.date;
        let newest = self.calendar.cycles.iter().filter_map(|cycle| {
            let released = cycle.released?;
            (day < released && released <= today).then_some((released, cycle.release))
        });
        if let (Some((released, release)), true) = (newest.max(), self.is_newest) {
            writeln!(
                context.log,
                "note: the clone is of {day}, and Kubernetes {release} has shipped since, on {released}: `git fetch` brings what \
                 upstream says now"
            )?;
        }
        Ok(())
    }

    /// The same, by a path and a revision, without a word on how old it is.
    pub(super) fn at(
        context: &Context<'_>,
        repo: &Path,
        rev: &str,
        registry: &'r Registry,
    ) -> Result<Self> {
        let repository = Repository::open(&context.environment.directory.join(repo))?;
        let commit = repository.commit(rev)?;
        let Some(calendar) = &registry.kubernetes else {
            let remedy = match registry.lacks(FileKind::Kubernetes) {
                true => {
                    "is missing, so that nobody knows what has shipped: begin it with `kepherd new cycle RELEASE`, and add when \
                         each was released or is planned"
                }
                false => "has errors, so that nobody knows what has shipped: run `kepherd check`",
            };
            bail!("`releases/kubernetes.toml` {remedy}");
        };
        let folders = folders(&repository, &commit)?;
        if folders.by_number.is_empty() {
            bail!(
                "there is no `keps/` with KEPs at {}: is this a clone of kubernetes/enhancements?",
                commit.short()
            );
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
            is_newest: rev == "HEAD",
            folders,
            days: RefCell::default(),
        })
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
        let head = Head {
            commit: self.commit.short(),
            date: self.commit.date,
            pull: self.named.clone(),
        };
        Upstream::of(self, head, registries, wanted)
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

impl Enhancements for EnhancementsClone<'_> {
    type Error = anyhow::Error;

    fn folders(&self) -> &Folders {
        &self.folders
    }

    // What the clone does not have ends it, before anything is written.
    fn read(&self, folders: &[String]) -> Result<Vec<Reading>> {
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
                    *folders = Some(self::folders(&self.repository, commit)?);
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
}

/// Where the KEPs of a commit are.
pub(super) fn folders(repository: &Repository, commit: &Commit) -> Result<Folders> {
    Folders::of(&|folder| {
        let entries = repository.folder(commit, folder)?.into_iter();
        let listed = entries.map(|entry| Listed {
            name: entry.name,
            is: match entry.kind {
                EntryKind::File => Is::File,
                EntryKind::Folder => Is::Folder,
                EntryKind::Link => Is::Link,
                _ => Is::Other,
            },
        });
        Ok(listed.collect())
    })
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
