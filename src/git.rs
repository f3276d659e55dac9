//! Files at a revision of a git repository, read with gix: no git binary, no checkout, bare or not.
//!
//! Only the trees and blobs that are asked for are read. Nothing here knows what a KEP or a record is.
#![allow(clippy::disallowed_methods)]

use std::path::{Path, PathBuf};

use crate::terms::Date;
use crate::text::words::nearest;

/// A repository on disk.
pub struct Repository {
    repository: gix::Repository,
    path: PathBuf,
}

/// A commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// Its full id, in hexadecimal.
    pub id: String,
    /// The day it was committed, in UTC.
    pub date: Date,
}

impl Commit {
    /// The beginning of its id, as people name it.
    pub fn short(&self) -> String {
        self.id.chars().take(10).collect()
    }
}

/// What a folder of a tree holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeEntry {
    /// Its name in the folder.
    pub name: String,
    /// What it is.
    pub kind: EntryKind,
}

/// What stands at a path: two with the same content are equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Object(gix::ObjectId);

/// A commit at which what stands at a path is another than before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The commit.
    pub commit: Commit,
    /// What stands there since; absent: nothing.
    pub object: Option<Object>,
    /// The commit before it; absent: there is none, or the clone does not have it.
    pub before: Option<Commit>,
}

/// What an entry of a tree is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// A file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link.
    Link,
    /// Another repository.
    Other,
}

impl EntryKind {
    fn of(mode: gix::objs::tree::EntryMode) -> Self {
        if mode.is_tree() {
            Self::Folder
        } else if mode.is_blob() {
            Self::File
        } else if mode.is_link() {
            Self::Link
        } else {
            Self::Other
        }
    }
}

/// What stands at each part of a path, from the tree of the commit on; nothing is below nothing.
struct Trail(Vec<Option<gix::ObjectId>>);

impl Trail {
    fn object(&self) -> Option<Object> {
        self.0.last().copied().flatten().map(Object)
    }
}

/// Bytes of objects that are kept: one path after the other leads through the same trees.
const CACHE: usize = 4 << 20;

/// With fewer files for each, another thread costs more than it saves.
const FILES_A_THREAD: usize = 32;

/// Why a repository could not be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no repository.
    #[error("`{}` is not a git repository{}", path.display(), hint(path))]
    NotARepository {
        /// Where.
        path: PathBuf,
    },
    /// The revision is not there.
    #[error("`{}` has no revision `{revision}`{}", path.display(), similar.as_ref().map_or_else(String::new, |one| format!("; did you mean `{one}`?")))]
    NoSuchRevision {
        /// Where.
        path: PathBuf,
        /// Which one.
        revision: String,
        /// A branch or a tag with a similar name.
        similar: Option<String>,
    },
    /// The clone does not go back far enough.
    #[error("`{}` lacks a commit that is needed: it is a shallow clone; {remedy}", path.display())]
    TooShallow {
        /// Where.
        path: PathBuf,
        /// Which depth helps.
        remedy: &'static str,
    },
    /// Two commits have nothing in common.
    #[error("`{}`: {one} and {two} have no common ancestor", path.display())]
    Unrelated {
        /// Where.
        path: PathBuf,
        /// One.
        one: String,
        /// The other.
        two: String,
    },
    /// The clone has the commit and not the content.
    #[error(
        "`{}` lacks the content of `{what}`: it is a partial clone (`--filter`), or damaged; clone without `--filter`, or have \
         git fetch it by checking the revision out once",
        path.display()
    )]
    Lacking {
        /// Where.
        path: PathBuf,
        /// What.
        what: String,
    },
    /// An object is damaged.
    #[error("`{what}` cannot be read from `{}` ({why})", path.display())]
    Unreadable {
        /// Where.
        path: PathBuf,
        /// What.
        what: String,
        /// In git's words.
        why: String,
    },
}

impl Repository {
    /// Opens the repository at a path: a bare one, or the folder of a worktree.
    pub fn open(path: &Path) -> Result<Self, Error> {
        // Isolated: neither the user's configuration nor the environment changes what is read.
        let opened = gix::open_opts(path, gix::open::Options::isolated());
        let mut repository = opened.map_err(|_| Error::NotARepository {
            path: path.to_owned(),
        })?;
        repository.object_cache_size_if_unset(CACHE);
        Ok(Self {
            repository,
            path: path.to_owned(),
        })
    }

    /// Opens the repository that a folder belongs to: its own, or one of a folder above it.
    pub fn discover(folder: &Path) -> Result<Self, Error> {
        let not_found = || Error::NotARepository {
            path: folder.to_owned(),
        };
        let (found, _) = gix::discover::upwards(folder).map_err(|_| not_found())?;
        let (git_directory, _) = found.into_repository_and_work_tree_directories();
        let opened = gix::open_opts(&git_directory, gix::open::Options::isolated());
        let repository = opened.map_err(|_| not_found())?;
        Ok(Self {
            repository,
            path: folder.to_owned(),
        })
    }

    /// The folder that is checked out, unless the repository is bare.
    pub fn worktree(&self) -> Option<&Path> {
        self.repository.workdir()
    }

    /// Whether the history was cut somewhere.
    pub fn is_shallow(&self) -> bool {
        self.repository.is_shallow().unwrap_or(false)
    }

    /// Where git keeps what belongs to all worktrees: `.git` of the first.
    pub fn directory(&self) -> &Path {
        self.repository.common_dir()
    }

    /// The best common ancestor of two commits.
    pub fn merge_base(&self, one: &Commit, two: &Commit) -> Result<Commit, Error> {
        let ids = (self.object_id(one)?, self.object_id(two)?);
        match self.repository.merge_base(ids.0, ids.1) {
            Ok(Some(base)) => {
                let commit = self.find(&Commit {
                    id: base.to_string(),
                    ..one.clone()
                })?;
                self.described(&commit)
            }
            // A shallow clone ends where its history was cut: what is behind that is not known.
            Ok(None) | Err(_) if self.is_shallow() => Err(Error::TooShallow {
                path: self.path.clone(),
                remedy: "fetch the whole history (`fetch-depth: 0`, or `git fetch --unshallow`)",
            }),
            Ok(None) => Err(Error::Unrelated {
                path: self.path.clone(),
                one: one.short(),
                two: two.short(),
            }),
            Err(error) => Err(self.unreadable("the common ancestor", &error)),
        }
    }

    /// The first parent of a commit, if it is a merge.
    pub fn first_parent_of_merge(&self, commit: &Commit) -> Result<Option<Commit>, Error> {
        let commit = self.find(commit)?;
        let parents: Vec<gix::ObjectId> = commit.parent_ids().map(gix::Id::detach).collect();
        let [first, _, ..] = parents.as_slice() else {
            return Ok(None);
        };
        match self.repository.find_commit(*first) {
            Ok(parent) => self.described(&parent).map(Some),
            Err(_) => Err(Error::TooShallow {
                path: self.path.clone(),
                remedy: "fetch one commit more (`fetch-depth: 2`)",
            }),
        }
    }

    /// The commit that a revision names, in git's syntax.
    pub fn commit(&self, revision: &str) -> Result<Commit, Error> {
        // Why it is not there is said in words of the library's inside: they help nobody.
        let missing = || Error::NoSuchRevision {
            path: self.path.clone(),
            revision: revision.to_owned(),
            similar: self.similar(revision),
        };
        let id = self
            .repository
            .rev_parse_single(revision)
            .map_err(|_| missing())?;
        let object = id.object().map_err(|_| missing())?;
        let commit = object
            .peel_to_kind(gix::object::Kind::Commit)
            .map_err(|_| missing())?
            .into_commit();
        self.described(&commit)
    }

    /// The branch or tag whose name looks most like this one, or begins with it.
    fn similar(&self, revision: &str) -> Option<String> {
        let references = self.repository.references().ok()?;
        let mut names: Vec<String> = references
            .all()
            .ok()?
            .filter_map(|one| Some(one.ok()?.name().shorten().to_string()))
            .collect();
        names.sort();
        let begins = names.iter().rfind(|name| name.starts_with(revision));
        let nearest = || nearest(revision, names.iter().map(String::as_str)).map(str::to_owned);
        begins.cloned().or_else(nearest)
    }

    /// The commits of a day on the first-parent line from a commit back, newest first; where there is none, the newest one before
    /// it. Empty, if the line does not go back so far.
    pub fn commits_on_or_before(&self, from: &Commit, day: Date) -> Result<Vec<Commit>, Error> {
        let mut commits = Vec::new();
        for commit in self.first_parents(from)? {
            let described = self.described(&commit)?;
            if described.date < day && !commits.is_empty() {
                break;
            }
            let is_before = described.date < day;
            if described.date <= day {
                commits.push(described);
            }
            if is_before {
                break;
            }
        }
        Ok(commits)
    }

    /// The first-parent line from a commit back, newest first. In a shallow clone it ends where the history was cut.
    fn first_parents<'r>(
        &'r self,
        from: &Commit,
    ) -> Result<impl Iterator<Item = gix::Commit<'r>> + use<'r>, Error> {
        let first = self.find(from)?;
        Ok(std::iter::successors(Some(first), |commit| {
            let parent = commit.parent_ids().next()?;
            // In a shallow clone the parent is named and not there: what is not known is not an error here.
            self.repository.find_commit(parent.detach()).ok()
        }))
    }

    /// The commits, on the first-parent line from one back, at which what stands at a path is another than before; newest first.
    ///
    /// Of a commit that leaves the path alone its own record and the trees that lead there are looked at, as far as they are
    /// others than those after it; what stands at the path is never read.
    pub fn changes(&self, from: &Commit, path: &str) -> Result<Vec<Change>, Error> {
        let mut changes = Vec::new();
        let mut after: Option<(gix::Commit<'_>, Trail)> = None;
        for commit in self.first_parents(from)? {
            let trail = self.trail(&commit, path, after.as_ref().map(|(_, trail)| trail))?;
            if let Some((later, later_trail)) = &after
                && later_trail.object() != trail.object()
            {
                changes.push(Change {
                    commit: self.described(later)?,
                    object: later_trail.object(),
                    before: Some(self.described(&commit)?),
                });
            }
            after = Some((commit, trail));
        }
        if let Some((first, trail)) = after
            && let Some(object) = trail.object()
        {
            changes.push(Change {
                commit: self.described(&first)?,
                object: Some(object),
                before: None,
            });
        }
        Ok(changes)
    }

    /// What stands at each part of a path at a commit. Where a tree is the same as at another commit, so is what is below it.
    fn trail(
        &self,
        at: &gix::Commit<'_>,
        path: &str,
        known: Option<&Trail>,
    ) -> Result<Trail, Error> {
        let root = at
            .tree_id()
            .map_err(|error| self.unreadable(&at.id().to_string(), &error))?
            .detach();
        let mut ids = vec![Some(root)];
        for (depth, part) in path.split('/').enumerate() {
            let above = ids.last().copied().flatten();
            let same = known.filter(|known| known.0.get(depth).copied() == Some(above));
            let below = match (above, same) {
                (_, Some(known)) => known.0.get(depth + 1).copied().flatten(),
                (Some(above), None) => self.entry_of(above, part, path)?.map(|(id, _)| id),
                (None, None) => None,
            };
            ids.push(below);
        }
        Ok(Trail(ids))
    }

    /// What a folder holds at a commit, by name; empty if it is not there.
    pub fn folder(&self, at: &Commit, path: &str) -> Result<Vec<TreeEntry>, Error> {
        let Some((id, mode)) = self.lookup(at, path)? else {
            return Ok(Vec::new());
        };
        if !mode.is_tree() {
            return Ok(Vec::new());
        }
        let tree = self.tree_of(id, path)?;
        let mut entries = Vec::new();
        for entry in tree.iter() {
            let entry = entry.map_err(|error| self.unreadable(path, &error))?;
            entries.push(TreeEntry {
                name: entry.filename().to_string(),
                kind: EntryKind::of(entry.mode()),
            });
        }
        Ok(entries)
    }

    /// The bytes of a file at a commit, if something is there. Links are not followed, and bytes over `most` are not read.
    pub fn file(&self, at: &Commit, path: &str, most: u64) -> Result<Option<Content>, Error> {
        match self.lookup(at, path)? {
            Some((id, mode)) if mode.is_blob() => self.content(Object(id), path, most).map(Some),
            Some((_, mode)) if mode.is_link() => Ok(Some(Content::Link)),
            _ => Ok(None),
        }
    }

    /// The bytes of a file that [`Repository::changes`] found; `what` names it in errors. Bytes over `most` are not read.
    pub fn content(&self, object: Object, what: &str, most: u64) -> Result<Content, Error> {
        if !self.repository.has_object(object.0) {
            return Err(self.lacking(what));
        }
        let header = self
            .repository
            .find_header(object.0)
            .map_err(|error| self.unreadable(what, &error))?;
        if header.kind() != gix::object::Kind::Blob {
            return Ok(Content::Folder);
        }
        if header.size() > most {
            return Ok(Content::TooLarge(header.size()));
        }
        let object = self.object(object.0, what)?;
        Ok(Content::Bytes(object.detach().data))
    }

    /// Reads files at a commit and makes something of each, on all cores; in the order of the paths. Nothing else is read.
    pub fn each_file<T: Send>(
        &self,
        at: &Commit,
        paths: &[String],
        most: u64,
        make: impl Fn(&str, Result<Option<Content>, Error>) -> T + Sync,
    ) -> Result<Vec<T>, Error> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let threads = cores.min(paths.len() / FILES_A_THREAD).max(1);
        let share = |repository: &Self, paths: &[String]| -> Vec<T> {
            let read = |path: &String| make(path, repository.file(at, path, most));
            paths.iter().map(read).collect()
        };
        if threads == 1 {
            return Ok(share(self, paths));
        }
        let (directory, path) = (self.repository.git_dir(), &self.path);
        let own = || -> Result<Self, Error> {
            // A handle is for one thread; another one costs less than the files that it then reads.
            let opened = Self::open(directory)?;
            Ok(Self {
                path: path.clone(),
                ..opened
            })
        };
        std::thread::scope(|scope| {
            let (share, own) = (&share, &own);
            let all: Vec<_> = paths
                .chunks(paths.len().div_ceil(threads))
                .map(|paths| scope.spawn(move || Ok(share(&own()?, paths))))
                .collect();
            let mut made = Vec::with_capacity(paths.len());
            for one in all {
                match one.join() {
                    Ok(part) => made.extend(part?),
                    // What a thread panicked with is no different for having been met in it.
                    Err(panicked) => std::panic::resume_unwind(panicked),
                }
            }
            Ok(made)
        })
    }

    /// What stands at a path at a commit, and what it is; of a path that leads through a link, the link.
    fn lookup(
        &self,
        at: &Commit,
        path: &str,
    ) -> Result<Option<(gix::ObjectId, gix::objs::tree::EntryMode)>, Error> {
        let commit = self.find(at)?;
        let root = commit
            .tree_id()
            .map_err(|error| self.unreadable(&at.id, &error))?
            .detach();
        let mut found: (_, gix::objs::tree::EntryMode) =
            (root, gix::objs::tree::EntryKind::Tree.into());
        for part in path.split('/').filter(|part| !part.is_empty()) {
            if !found.1.is_tree() {
                return Ok(Some(found).filter(|(_, mode)| mode.is_link()));
            }
            match self.entry_of(found.0, part, path)? {
                Some(entry) => found = entry,
                None => return Ok(None),
            }
        }
        Ok(Some(found))
    }

    /// The entry of a tree with this name; `what` is looked for in it. Nothing is below a file.
    fn entry_of(
        &self,
        tree: gix::ObjectId,
        name: &str,
        what: &str,
    ) -> Result<Option<(gix::ObjectId, gix::objs::tree::EntryMode)>, Error> {
        let object = self.object(tree, what)?;
        if object.kind != gix::object::Kind::Tree {
            return Ok(None);
        }
        let tree = object.into_tree();
        for entry in tree.iter() {
            let entry = entry.map_err(|error| self.unreadable(what, &error))?;
            if *entry.filename() == *name {
                return Ok(Some((entry.object_id(), entry.mode())));
            }
        }
        Ok(None)
    }

    fn tree_of(&self, id: gix::ObjectId, what: &str) -> Result<gix::Tree<'_>, Error> {
        let object = self.object(id, what)?;
        object
            .try_into_tree()
            .map_err(|error| self.unreadable(what, &error))
    }

    fn object(&self, id: gix::ObjectId, what: &str) -> Result<gix::Object<'_>, Error> {
        match self.repository.try_find_object(id) {
            Ok(Some(object)) => Ok(object),
            Ok(None) => Err(self.lacking(what)),
            Err(error) => Err(self.unreadable(what, &error)),
        }
    }

    fn lacking(&self, what: &str) -> Error {
        Error::Lacking {
            path: self.path.clone(),
            what: what.to_owned(),
        }
    }

    fn object_id(&self, commit: &Commit) -> Result<gix::ObjectId, Error> {
        gix::ObjectId::from_hex(commit.id.as_bytes())
            .map_err(|error| self.unreadable(&commit.id, &error))
    }

    fn find(&self, commit: &Commit) -> Result<gix::Commit<'_>, Error> {
        let id = self.object_id(commit)?;
        self.repository
            .find_commit(id)
            .map_err(|error| self.unreadable(&commit.id, &error))
    }

    fn described(&self, commit: &gix::Commit<'_>) -> Result<Commit, Error> {
        let id = commit.id().to_string();
        let time = commit
            .time()
            .map_err(|error| self.unreadable(&id, &error))?;
        let instant = jiff::Timestamp::from_second(time.seconds)
            .map_err(|error| self.unreadable(&id, &error))?;
        let date = instant.to_zoned(jiff::tz::TimeZone::UTC).date();
        Ok(Commit {
            id,
            date: Date(date),
        })
    }

    fn unreadable(&self, what: &str, error: &dyn std::fmt::Display) -> Error {
        Error::Unreadable {
            path: self.path.clone(),
            what: what.to_owned(),
            why: error
                .to_string()
                .lines()
                .next()
                .unwrap_or_default()
                .to_owned(),
        }
    }
}

/// The content of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// All of it.
    Bytes(Vec<u8>),
    /// It has this many bytes, more than were asked for.
    TooLarge(u64),
    /// It is a symbolic link, or one leads to it.
    Link,
    /// It is a folder.
    Folder,
}

/// What helps where an address was given for a folder.
fn hint(path: &Path) -> &'static str {
    let path = path.to_string_lossy();
    match path.contains("://") || path.contains(":/") || path.contains("git@") {
        true => "; it is read from disk: clone it first, with `git clone --bare ADDRESS`",
        false => "",
    }
}
