//! A registry with some files' texts replaced or added: only these are parsed, everything else is taken over as it was read.
//!
//! Records are moved, or copied where the registry stays as well, and not shared: a copy costs a fiftieth of a parse, and rules look at
//! plain values.

use std::collections::{BTreeMap, BTreeSet};

use super::Registry;
use super::load::{CONFIG_FILE, Loaded, Loading, RawFile, read};
use super::schema::FileKind;
use crate::findings::diagnostic::Found;
use crate::findings::loader::UNSAFE_FILE;
use crate::findings::sources::{FileId, Revision};

impl Loaded {
    /// Whether a file of a kind that stays as it is has mistakes.
    fn has_other_mistakes(&self, kind: FileKind, stays: impl Fn(FileId) -> bool) -> bool {
        self.findings.iter().any(|found| {
            let file = found.finding.primary.file;
            let path = &self.registry.file(file).path;
            stays(file) && FileKind::of(path) == Some(kind)
        })
    }

    /// This registry with these texts (path below its root, text) instead of those that were read, or beside them: see
    /// [`amend`](Self::amend). Of several texts for a path the last one counts.
    #[must_use]
    pub fn amended<'t>(&self, texts: impl IntoIterator<Item = (&'t str, &'t str)>) -> Self {
        let files = texts.into_iter().map(|(path, text)| RawFile {
            path: path.to_owned(),
            content: Ok(text.as_bytes().to_vec()),
        });
        self.clone().amend(files)
    }

    /// Has these files instead of those of their paths that were read, or beside them. Of several for a path the last one counts.
    ///
    /// A file keeps its number; those that are new come behind the others. Records are by path, as [`load`](super::load::load) has
    /// them, so that the same one comes first wherever two claim the same.
    #[must_use]
    pub fn amend(self, amended: impl IntoIterator<Item = RawFile>) -> Self {
        let revision = self.registry.config.file.revision();
        let files = &self.registry.files;
        let by_path = amended.into_iter().map(|file| (file.path.clone(), file));
        let mut amended: BTreeMap<String, RawFile> = by_path.collect();
        // What every file means depends on the configuration.
        let is_configured_anew = amended.contains_key(CONFIG_FILE);
        let is_unsafe: BTreeSet<FileId> = self
            .findings
            .iter()
            .filter(|found| found.rule == UNSAFE_FILE)
            .map(|found| found.finding.primary.file)
            .collect();
        let mut anew: BTreeMap<FileId, RawFile> = BTreeMap::new();
        for (at, file) in files.iter().enumerate() {
            let id = FileId::new(revision, at);
            let as_it_is = || RawFile {
                path: file.path.to_string(),
                content: Ok(file.text.as_bytes().to_vec()),
            };
            let read_again = is_configured_anew && !is_unsafe.contains(&id);
            let again = amended.remove(&*file.path);
            anew.extend(
                again
                    .or_else(|| read_again.then(as_it_is))
                    .map(|file| (id, file)),
            );
        }
        let more = amended.into_values().enumerate();
        let more = more.map(|(at, file)| (FileId::new(revision, files.len() + at), file));
        anew.extend(more);
        let stays = |file: FileId| !anew.contains_key(&file);
        // A list that was amended is looked at anew. Of several calendars of runtimes another one may be unread still.
        let is_amended = |list: FileKind| {
            let mut files = anew.values();
            files.any(|file| FileKind::of(&file.path) == Some(list))
        };
        let stays_unread = |list: &FileKind| {
            let is_one_of_many = *list == FileKind::Runtime;
            !is_amended(*list) || is_one_of_many && self.has_other_mistakes(*list, stays)
        };
        let lists = self.registry.unread_lists.iter().copied();
        let unread_lists = lists.filter(stays_unread).collect();
        let Self { registry, findings } = self;
        let Registry {
            by_number: _,
            files,
            config,
            roster,
            kubernetes,
            runtimes,
            unread_lists: _,
            mut keps,
            mut items,
        } = registry;
        let known_config = config.is_whole().then(|| config.value.clone());
        let path = |file: FileId| files[file.index()].path.to_string();
        let calendars = runtimes.into_values().filter(|entry| stays(entry.file));
        let calendars = calendars.map(|entry| (path(entry.file), entry)).collect();
        keps.retain(|entry| stays(entry.file));
        items.retain(|entry| stays(entry.file));
        let is_kept = |found: &Found| stays(found.finding.primary.file);
        let mut loading = Loading {
            revision,
            files,
            unread_lists,
            findings: findings.into_iter().filter(is_kept).collect(),
            config: Some(config).filter(|entry| stays(entry.file)),
            roster: roster.filter(|entry| stays(entry.file)),
            kubernetes: kubernetes.filter(|entry| stays(entry.file)),
            calendars,
            keps,
            items,
        };
        for (id, file) in anew {
            loading.put(read(id, file, known_config.as_ref()));
        }
        loading.sort();
        loading.finish()
    }
}

impl Registry {
    /// The same registry as another revision, to be looked at beside the one that it is now.
    #[must_use]
    pub fn seen_as(&self, revision: Revision) -> Self {
        let mut registry = self.clone();
        let Self {
            by_number: _,
            files: _,
            config,
            roster,
            kubernetes,
            runtimes,
            unread_lists: _,
            keps,
            items,
        } = &mut registry;
        let number = |file: &mut FileId| *file = FileId::new(revision, file.index());
        number(&mut config.file);
        roster.iter_mut().for_each(|entry| number(&mut entry.file));
        kubernetes
            .iter_mut()
            .for_each(|entry| number(&mut entry.file));
        runtimes
            .values_mut()
            .for_each(|entry| number(&mut entry.file));
        keps.iter_mut().for_each(|entry| number(&mut entry.file));
        items.iter_mut().for_each(|entry| number(&mut entry.file));
        registry
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::load::{PARSED, Unreadable, load};

    const CONFIG: &str = "home = \"containerd\"\nrepositories = [\"a/b\"]\n\n[[runtimes]]\nname = \"containerd\"\ncalendar = \"releases/containerd.toml\"\n";
    const CALENDAR: &str = "[[minors]]\nrelease = \"2.5\"\nplanned = \"2026-12\"\n";
    const ROSTER: &str = "[[maintainers]]\ngithub = \"mikebrow\"\nrole = \"committer\"\n";

    fn file(path: &str, text: &str) -> RawFile {
        RawFile {
            path: path.to_owned(),
            content: Ok(text.as_bytes().to_vec()),
        }
    }

    fn record(number: u32, more: &str) -> String {
        format!("number = {number}\ntitle = \"x\"\nstatus = \"implementable\"\n{more}")
    }

    fn files() -> Vec<RawFile> {
        vec![
            file("registry.toml", CONFIG),
            file("maintainers.toml", ROSTER),
            file("releases/containerd.toml", CALENDAR),
            file("releases/crio.toml", CALENDAR),
            file("sig-node/1-a.toml", &record(1, "")),
            file(
                "sig-node/3-c.toml",
                &record(3, "[runtimes.crio]\nstate = \"merged\"\n"),
            ),
            file("sig-node/4-d.toml", "number = \n"),
            file(
                "work-items/x.toml",
                "id = \"x\"\ntitle = \"x\"\nkind = \"issue\"\n",
            ),
            RawFile {
                path: "sig-node/5-link.toml".to_owned(),
                content: Err(Unreadable::Symlink),
            },
            RawFile {
                path: "sig-node/6-bytes.toml".to_owned(),
                content: Ok(b"number = 6 # \xff\n".to_vec()),
            },
        ]
    }

    /// All that a registry says, without the numbers of its files.
    fn said(loaded: &Loaded) -> String {
        let Registry {
            by_number,
            files: _,
            config,
            roster,
            kubernetes,
            runtimes,
            unread_lists,
            keps,
            items,
        } = &loaded.registry;
        let path = |file: FileId| loaded.registry.file(file).path.to_string();
        let mut findings: Vec<String> = loaded
            .findings
            .iter()
            .map(|found| {
                let one = &found.finding;
                format!(
                    "{} {} {:?}",
                    path(one.primary.file),
                    one.message,
                    one.primary.place
                )
            })
            .collect();
        findings.sort();
        let roster = roster.as_ref().map(|one| (path(one.file), &one.value));
        let kubernetes = kubernetes.as_ref().map(|one| (path(one.file), &one.value));
        let runtimes: Vec<_> = runtimes
            .iter()
            .map(|(name, one)| (name, path(one.file), &one.value))
            .collect();
        let keps: Vec<_> = keps
            .iter()
            .map(|one| (path(one.file), &one.value, &one.damaged))
            .collect();
        let items: Vec<_> = items
            .iter()
            .map(|one| (path(one.file), &one.value, &one.damaged))
            .collect();
        format!(
            "{by_number:#?}{unread_lists:#?}{:#?}{roster:#?}{kubernetes:#?}{runtimes:#?}{keps:#?}{items:#?}{findings:#?}{}",
            config.value,
            loaded.registry.digest()
        )
    }

    /// Amending says what loading the files anew would say, whichever file it is.
    #[test]
    fn an_amended_registry_is_the_one_that_is_read_anew() {
        let before = load(files());
        let other = CONFIG.replace("containerd", "crio");
        for texts in [
            vec![],
            vec![("sig-node/1-a.toml", record(1, "issue = 7\n"))],
            vec![("sig-node/1-a.toml", record(2, "issue = \"7\"\n"))],
            vec![("sig-node/1-a.toml", "number =".to_owned())],
            vec![("sig-node/4-d.toml", record(4, ""))],
            // A record more, between two that are there, and one that claims the number of another.
            vec![
                ("sig-node/2-b.toml", record(2, "")),
                ("sig-auth/3-c.toml", record(3, "")),
            ],
            vec![("registry.toml", other)],
            vec![("registry.toml", String::new())],
            vec![("maintainers.toml", "maintainers = 1\n".to_owned())],
            vec![("releases/containerd.toml", CALENDAR.replace("2.5", "2.6"))],
            vec![(
                "releases/kubernetes.toml",
                "[[cycles]]\nrelease = \"1.38\"\n".to_owned(),
            )],
            vec![("work-items/x.toml", "id = \"y\"\n".to_owned())],
            vec![("sig-node/5-link.toml", record(5, ""))],
            vec![("sig-node/6-bytes.toml", record(6, ""))],
            vec![("stray.txt", String::new())],
        ] {
            let borrowed = texts.iter().map(|(path, text)| (*path, text.as_str()));
            let amended = before.amended(borrowed.clone());
            let mut raw = files();
            raw.retain(|one| texts.iter().all(|(path, _)| one.path != *path));
            raw.extend(borrowed.map(|(path, text)| file(path, text)));
            assert_eq!(said(&amended), said(&load(raw)), "{texts:?}");
        }
    }

    #[test]
    fn only_what_was_amended_is_parsed() {
        let before = load(files());
        PARSED.set(0);
        let text = record(1, "issue = 7\n");
        let amended = before.amended([("sig-node/1-a.toml", &*text), ("sig-node/2-b.toml", "")]);
        assert_eq!(PARSED.get(), 2);
        for file in &before.registry.files {
            let mut same = amended
                .registry
                .files
                .iter()
                .filter(|one| one.path == file.path);
            let is_shared = std::ptr::eq(&*file.text, &*same.next().unwrap().text);
            assert_eq!(
                is_shared,
                &*file.path != "sig-node/1-a.toml",
                "{}",
                file.path
            );
        }
    }

    #[test]
    fn a_registry_seen_as_another_revision_says_the_same() {
        let registry = load(files()).registry;
        let base = registry.seen_as(Revision::Base);
        assert_eq!(base.digest(), registry.digest());
        for (one, other) in registry.keps.iter().zip(&base.keps) {
            assert_eq!(registry.file(one.file).path, base.file(other.file).path);
            assert_eq!(other.file.revision(), Revision::Base);
        }
        let calendar = base.home_calendar().unwrap().file;
        assert_eq!(&*base.file(calendar).path, "releases/containerd.toml");
    }
}
