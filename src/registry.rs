//! The registry: records, calendars, roster and configuration, linked to each other and to the text they came from.
//!
//! [`load`](load::load) turns files into a [`Registry`] and findings: what could be read *and* what is wrong. The
//! registry is immutable; nothing here reads files, knows the date, or decides what GitHub should say.

#[cfg(test)]
mod agreement;
mod amend;
mod bounds;
pub mod calendars;
pub mod config;
pub mod edit;
pub mod kep;
pub mod load;
pub mod requirement;
pub mod schema;
pub mod tracked;
mod verdict;
pub mod work_item;

use std::collections::{BTreeMap, BTreeSet};

use crate::findings::sources::FileId;
use crate::text::digest;
use crate::text::source::SourceFile;

use crate::terms::links::Site;
use crate::terms::{DatedRelease, Handle, Release, RepositoryName};
use calendars::{KubernetesCalendar, Roster, RuntimeCalendar};
use config::Config;
use kep::KepRecord;
use schema::FileKind;
use tracked::Tracked;
use work_item::WorkItem;

/// A value with the file that it was read from.
#[derive(Debug, Clone)]
pub struct Entry<T> {
    /// The file.
    pub file: FileId,
    /// What the file says.
    pub value: T,
    /// Top-level keys whose text has findings already, so that their value is a stand-in: `*` if all are.
    pub damaged: BTreeSet<String>,
    /// The `[[allow]]` entries with mistakes, which are left out.
    pub unread_allows: UnreadAllows,
}

/// The `[[allow]]` entries that were left out because of their mistakes: each stands for itself, so the others hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UnreadAllows {
    /// The rule of each by its place in the list, if that can be read.
    rules: BTreeMap<usize, Option<String>>,
}

impl UnreadAllows {
    /// Where the entries that are left stand in the list as it is written: the first one's place, the second one's, and so on.
    fn places(&self) -> impl Iterator<Item = usize> + '_ {
        (0..).filter(|index| !self.rules.contains_key(index))
    }
}

impl<T: Clone> Entry<T> {
    /// The same of a file with another number.
    fn renumbered(&self, file: FileId) -> Self {
        Self {
            file,
            ..self.clone()
        }
    }
}

impl<T> Entry<T> {
    /// Whether the key's value can be relied on. A rule that reads a damaged key would report its mistake again.
    pub fn is_sound(&self, key: &str) -> bool {
        !self.damaged.contains(key) && !self.damaged.contains("*")
    }

    /// Whether all of it can be relied on.
    pub fn is_whole(&self) -> bool {
        self.damaged.is_empty()
    }
}

/// Everything that a registry says.
#[derive(Debug, Clone)]
pub struct Registry {
    /// The files, by path.
    pub files: Vec<SourceFile>,
    /// `registry.toml`.
    pub config: Entry<Config>,
    /// `maintainers.toml`, if it is there and sound.
    pub roster: Option<Entry<Roster>>,
    /// `releases/kubernetes.toml`, if it is there and sound.
    pub kubernetes: Option<Entry<KubernetesCalendar>>,
    /// The calendars of the container runtimes, by the runtime's name, as far as they are there and sound.
    pub runtimes: BTreeMap<String, Entry<RuntimeCalendar>>,
    /// The lists, calendars and the roster, that are there and have mistakes, so that they count as unknown.
    pub unread_lists: BTreeSet<FileKind>,
    /// The KEP records, by path.
    pub keps: Vec<Entry<KepRecord>>,
    /// The work items, by path.
    pub items: Vec<Entry<WorkItem>>,
    /// Where the record of each KEP stands among `keps`; the first one where there are two.
    by_number: BTreeMap<u32, usize>,
}

impl Registry {
    /// A file.
    pub fn file(&self, id: FileId) -> &SourceFile {
        &self.files[id.index()]
    }

    /// A digest of every file: two registries with the same one say the same.
    pub fn digest(&self) -> String {
        let mut files: Vec<&SourceFile> = self.files.iter().collect();
        files.sort_by(|a, b| a.path.cmp(&b.path));
        digest::of(
            files
                .into_iter()
                .flat_map(|file| [&*file.path, &*file.text]),
        )
    }

    /// The number of records: KEPs and work items.
    pub fn record_count(&self) -> usize {
        self.keps.len() + self.items.len()
    }

    /// Everything that is tracked: the KEPs, then the work items, by path.
    pub fn tracked(&self) -> impl Iterator<Item = Tracked<'_>> {
        let keps = self.keps.iter().map(Tracked::Kep);
        keps.chain(self.items.iter().map(Tracked::Item))
    }

    /// The record of a KEP.
    pub fn kep(&self, number: u32) -> Option<&Entry<KepRecord>> {
        self.by_number
            .get(&number)
            .and_then(|index| self.keps.get(*index))
    }

    /// Whether there is no list of this kind at all.
    pub fn lacks(&self, list: FileKind) -> bool {
        let mut kinds = self.files.iter().map(|file| FileKind::of(&file.path));
        !kinds.any(|kind| kind == Some(list))
    }

    /// A text with the line that leads editors to its schema, as `registry.toml` has it for its own: the schemas may lie anywhere.
    /// Where that has none, the text stays as it is.
    pub fn with_schema_line(&self, path: &str, text: &str) -> String {
        let mut files = self.files.iter();
        let config = files.find(|file| FileKind::of(&file.path) == Some(FileKind::Config));
        let folder = config.and_then(|file| {
            let (folder, _) = schema::schema_address(&file.text)?.rsplit_once('/')?;
            Some(folder)
        });
        let (Some(folder), Some(kind)) = (folder, FileKind::of(path)) else {
            return text.to_owned();
        };
        kind.schema_line(path, folder) + schema::without_schema_line(text)
    }

    /// The SIG that owns a KEP: the folder of its record.
    pub fn sig_of(&self, entry: &Entry<KepRecord>) -> &str {
        let path = &self.file(entry.file).path;
        path.split('/').next().unwrap_or_default()
    }

    /// The repository where a record's issue lives: the one it names, or the registry's first.
    pub fn repository_of<'a>(
        &'a self,
        named: Option<&'a RepositoryName>,
    ) -> Option<&'a RepositoryName> {
        named.or_else(|| self.config.value.default_repository())
    }

    /// Where a repository is looked at: those of the registry where `site` says, and others, on GitHub.
    pub fn site_of(&self, repository: &RepositoryName, site: &Site) -> Site {
        match self.config.value.repositories.contains(repository) {
            true => site.clone(),
            false => Site::github(),
        }
    }

    /// A Kubernetes release, and when it comes if its calendar is there and knows it.
    pub fn kubernetes_release(&self, release: Release) -> DatedRelease {
        let calendar = self.kubernetes.as_ref().map(|entry| &entry.value);
        let undated = DatedRelease {
            release,
            when: None,
        };
        calendar.map_or(undated, |calendar| calendar.dated(release))
    }

    /// A minor of the home runtime, and when it comes if its calendar is there and knows it.
    pub fn home_release(&self, release: Release) -> DatedRelease {
        let calendar = self.home_calendar().map(|entry| &entry.value);
        let undated = DatedRelease {
            release,
            when: None,
        };
        calendar.map_or(undated, |calendar| calendar.dated(release))
    }

    /// The calendar of the runtime that the registry speaks for.
    pub fn home_calendar(&self) -> Option<&Entry<RuntimeCalendar>> {
        self.runtimes.get(self.config.value.home.as_str())
    }

    /// The maintainer with this handle, as the roster spells it.
    pub fn maintainer(&self, handle: &Handle) -> Option<&calendars::Maintainer> {
        let roster = self.roster.as_ref()?;
        roster
            .value
            .maintainers
            .iter()
            .find(|maintainer| maintainer.github == *handle)
    }
}
