//! Files at a revision of a git repository, read with gix: no git binary, no checkout, bare or not.
//!
//! Only the trees and blobs that are asked for are read. Nothing here knows what a KEP or a record is.
#![allow(clippy::disallowed_methods)]

mod editions;
mod error;
mod history;
mod log;
mod tags;
mod trees;

use std::cell::{Cell, RefCell};
use std::path::{Path, PathBuf};

pub use editions::{Author, Edited, Edition};
pub use error::Error;
pub use history::Change;
pub use log::Logged;
pub use tags::Tag;
pub use trees::{Content, EntryKind, Object, Taken, TreeEntry};

use crate::terms::{Date, Instant};
use crate::text::words::nearest;

/// A repository on disk.
pub struct Repository {
    repository: gix::Repository,
    path: PathBuf,
    taken: Cell<Taken>,
    trees: trees::Trees,
    lines: RefCell<history::Lines>,
    /// The commit that was asked for last, and its tree.
    last_root: Cell<Option<(gix::ObjectId, Object)>>,
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

impl Repository {
    /// Opens the repository at a path: a bare one, or the folder of a worktree.
    pub fn open(path: &Path) -> Result<Self, Error> {
        Self::at(path, path)
    }

    /// Opens the repository that a folder belongs to: its own, or one of a folder above it.
    pub fn discover(folder: &Path) -> Result<Self, Error> {
        let (found, _) = gix::discover::upwards(folder).map_err(|_| Error::NotARepository {
            path: folder.to_owned(),
        })?;
        let (git_directory, _) = found.into_repository_and_work_tree_directories();
        Self::at(&git_directory, folder)
    }

    /// Opens a repository; errors call it by `path`.
    fn at(directory: &Path, path: &Path) -> Result<Self, Error> {
        // Isolated: neither the user's configuration nor the environment changes what is read, nor what somebody put in the place of a commit
        // in this clone alone.
        let options =
            gix::open::Options::isolated().config_overrides(["core.useReplaceRefs=false"]);
        let opened = gix::open_opts(directory, options);
        Ok(Self {
            repository: opened.map_err(|_| Error::NotARepository {
                path: path.to_owned(),
            })?,
            path: path.to_owned(),
            taken: Cell::default(),
            trees: trees::Trees::default(),
            lines: RefCell::default(),
            last_root: Cell::default(),
        })
    }

    /// The default branch: what `origin` calls so, or else the one that is checked out.
    pub fn default_branch(&self) -> Option<String> {
        let leads_to = |name: &str| {
            let found = self.repository.try_find_reference(name).ok()??;
            let target = found.target();
            Some(target.try_name()?.as_bstr().to_string())
        };
        let of_origin = leads_to("refs/remotes/origin/HEAD");
        let of_origin =
            of_origin.and_then(|name| Some(name.strip_prefix("refs/remotes/origin/")?.to_owned()));
        of_origin.or_else(|| {
            let name = self.repository.head_name().ok()??;
            Some(name.shorten().to_string())
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
        let found = self
            .repository
            .find_commit(id)
            .map_err(|error| self.unreadable(&commit.id, &error))?;
        self.count(Taken {
            objects: 1,
            bytes: 0,
        });
        Ok(found)
    }

    fn described(&self, commit: &gix::Commit<'_>) -> Result<Commit, Error> {
        Ok(Commit {
            id: commit.id().to_string(),
            date: self.date_of(commit)?,
        })
    }

    /// The day it was committed, in UTC.
    fn date_of(&self, commit: &gix::Commit<'_>) -> Result<Date, Error> {
        let time = commit
            .time()
            .map_err(|error| self.unreadable(&commit.id().to_string(), &error))?;
        Ok(day_of(time))
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

/// The day of a time, in UTC.
fn day_of(time: gix::date::Time) -> Date {
    instant_of(time).date()
}

/// The instant of a time. A clock may have gone wrong by more years than a calendar has: then it is the first or the last that it has.
fn instant_of(time: gix::date::Time) -> Instant {
    let (first, last) = (jiff::Timestamp::MIN, jiff::Timestamp::MAX);
    let seconds = time.seconds.clamp(first.as_second(), last.as_second());
    Instant(jiff::Timestamp::from_second(seconds).unwrap_or(last))
}
