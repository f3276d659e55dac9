//! Files at a revision of a git repository, read with gix: no git binary, no checkout, bare or not.
//!
//! Only the trees and blobs that are asked for are read. Nothing here knows what a KEP or a record is.
#![allow(clippy::disallowed_methods)]

use std::path::{Path, PathBuf};

use crate::registry::values::Date;

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

/// Why a repository could not be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no repository.
    #[error("`{}` is not a git repository ({why})", path.display())]
    NotARepository {
        /// Where.
        path: PathBuf,
        /// In git's words.
        why: String,
    },
    /// The revision is not there.
    #[error("`{}` has no revision `{revision}`", path.display())]
    NoSuchRevision {
        /// Where.
        path: PathBuf,
        /// Which one.
        revision: String,
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
    /// An object is missing or damaged.
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
        let repository = opened.map_err(|error| Error::NotARepository {
            path: path.to_owned(),
            why: one_line(&error),
        })?;
        Ok(Self {
            repository,
            path: path.to_owned(),
        })
    }

    /// Opens the repository that a folder belongs to: its own, or one of a folder above it.
    pub fn discover(folder: &Path) -> Result<Self, Error> {
        let not_found = |why: String| Error::NotARepository {
            path: folder.to_owned(),
            why,
        };
        let (found, _) =
            gix::discover::upwards(folder).map_err(|error| not_found(one_line(&error)))?;
        let (git_directory, _) = found.into_repository_and_work_tree_directories();
        let opened = gix::open_opts(&git_directory, gix::open::Options::isolated());
        let repository = opened.map_err(|error| not_found(one_line(&error)))?;
        Ok(Self {
            repository,
            path: folder.to_owned(),
        })
    }

    /// The folder that is checked out, unless the repository is bare.
    pub fn worktree(&self) -> Option<&Path> {
        self.repository.workdir()
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
            Ok(None) | Err(_) if self.repository.is_shallow().unwrap_or(false) => {
                Err(Error::TooShallow {
                    path: self.path.clone(),
                    remedy: "fetch the whole history (`fetch-depth: 0`, or `git fetch --unshallow`)",
                })
            }
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

    /// The newest commit on or before a day, on the first-parent line of a commit.
    pub fn commit_on_or_before(&self, from: &Commit, day: Date) -> Result<Option<Commit>, Error> {
        let mut commit = self.find(from)?;
        loop {
            let described = self.described(&commit)?;
            if described.date <= day {
                return Ok(Some(described));
            }
            let Some(parent) = commit.parent_ids().next() else {
                return Ok(None);
            };
            // In a shallow clone the parent is named and not there: what is not known is not an error here.
            match self.repository.find_commit(parent.detach()) {
                Ok(parent) => commit = parent,
                Err(_) => return Ok(None),
            }
        }
    }

    /// What a folder holds at a commit, by name; empty if it is not there.
    pub fn folder(&self, at: &Commit, path: &str) -> Result<Vec<TreeEntry>, Error> {
        let root = self.tree(at)?;
        let tree = if path.is_empty() {
            root
        } else {
            let found = root
                .lookup_entry_by_path(path)
                .map_err(|error| self.unreadable(path, &error))?;
            let Some(entry) = found.filter(|entry| entry.mode().is_tree()) else {
                return Ok(Vec::new());
            };
            let object = entry
                .object()
                .map_err(|error| self.unreadable(path, &error))?;
            object.into_tree()
        };
        let mut entries = Vec::new();
        for entry in tree.iter() {
            let entry = entry.map_err(|error| self.unreadable(path, &error))?;
            let mode = entry.mode();
            entries.push(TreeEntry {
                name: entry.filename().to_string(),
                kind: if mode.is_tree() {
                    EntryKind::Folder
                } else if mode.is_blob() {
                    EntryKind::File
                } else if mode.is_link() {
                    EntryKind::Link
                } else {
                    EntryKind::Other
                },
            });
        }
        Ok(entries)
    }

    /// The size and the bytes of a file at a commit, if it is there and is a file. Bytes over `most` are not read.
    pub fn file(&self, at: &Commit, path: &str, most: u64) -> Result<Option<Content>, Error> {
        let root = self.tree(at)?;
        let found = root
            .lookup_entry_by_path(path)
            .map_err(|error| self.unreadable(path, &error))?;
        let Some(entry) = found.filter(|entry| entry.mode().is_blob()) else {
            return Ok(None);
        };
        let header = self
            .repository
            .find_header(entry.object_id())
            .map_err(|error| self.unreadable(path, &error))?;
        if header.size() > most {
            return Ok(Some(Content::TooLarge(header.size())));
        }
        let object = entry
            .object()
            .map_err(|error| self.unreadable(path, &error))?;
        Ok(Some(Content::Bytes(object.data.clone())))
    }

    fn object_id(&self, commit: &Commit) -> Result<gix::ObjectId, Error> {
        gix::ObjectId::from_hex(commit.id.as_bytes())
            .map_err(|error| self.unreadable(&commit.id, &error))
    }

    fn tree(&self, at: &Commit) -> Result<gix::Tree<'_>, Error> {
        self.find(at)?
            .tree()
            .map_err(|error| self.unreadable(&at.id, &error))
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
}

fn one_line(error: &dyn std::fmt::Display) -> String {
    error
        .to_string()
        .lines()
        .next()
        .unwrap_or_default()
        .to_owned()
}
