//! Trees and files. A tree is decoded once and kept for a while, a file is read by its id: what a path costs does not grow with
//! what lies beside it.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use super::{Commit, Error, Repository};
use crate::parallel;

/// What a folder of a tree holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeEntry {
    /// Its name in the folder.
    pub name: String,
    /// What it is.
    pub kind: EntryKind,
    /// Where its content is found.
    pub object: Object,
}

/// What stands at a path: two with the same content are equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Object(pub(super) gix::ObjectId);

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

/// What was taken out of a repository so far: the cost of reading, whatever the machine.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Taken {
    /// Objects that were decoded: commits, trees and files.
    pub objects: usize,
    /// The bytes of the trees and files among them.
    pub bytes: usize,
}

/// The trees that were decoded last.
#[derive(Default)]
pub(super) struct Trees {
    by_id: RefCell<HashMap<gix::ObjectId, Rc<Tree>>>,
    entries: Cell<usize>,
}

/// A tree, in git's order.
pub(super) struct Tree {
    pub(super) entries: Vec<TreeEntry>,
    /// Where each entry stands, by name; made when somebody first looks for one.
    by_name: OnceCell<Vec<usize>>,
}

impl Tree {
    pub(super) fn entry(&self, name: &str) -> Option<&TreeEntry> {
        let by_name = self.by_name.get_or_init(|| {
            let mut all: Vec<usize> = (0..self.entries.len()).collect();
            all.sort_by_key(|at| &self.entries[*at].name);
            all
        });
        let at = by_name.partition_point(|at| self.entries[*at].name.as_str() < name);
        let entry = &self.entries[*by_name.get(at)?];
        (entry.name == name).then_some(entry)
    }
}

/// So many entries of trees are kept, some 100 bytes each; a registry's folder, or the folders of all SIGs, are far fewer.
const MOST_ENTRIES: usize = 1 << 17;

/// With fewer files for each, another thread costs more than it saves.
const FILES_A_THREAD: usize = 32;

impl Repository {
    /// What a folder holds at a commit, by name; empty if it is not there.
    pub fn folder(&self, at: &Commit, path: &str) -> Result<Vec<TreeEntry>, Error> {
        match self.lookup(at, path)? {
            Some((object, EntryKind::Folder)) => self.folder_of(object, path),
            _ => Ok(Vec::new()),
        }
    }

    /// What a folder holds, by name; `what` names it in errors.
    pub fn folder_of(&self, folder: Object, what: &str) -> Result<Vec<TreeEntry>, Error> {
        Ok(self.tree(folder, what)?.entries.clone())
    }

    /// The bytes of a file at a commit, if something is there. Links are not followed, and bytes over `most` are not read.
    pub fn file(&self, at: &Commit, path: &str, most: u64) -> Result<Option<Content>, Error> {
        match self.lookup(at, path)? {
            Some((object, EntryKind::File)) => self.content(object, path, most).map(Some),
            Some((_, EntryKind::Link)) => Ok(Some(Content::Link)),
            _ => Ok(None),
        }
    }

    /// The bytes of a file that [`Repository::folder`] or [`Repository::changes`] found; `what` names it in errors. Bytes over
    /// `most` are not read.
    pub fn content(&self, object: Object, what: &str, most: u64) -> Result<Content, Error> {
        let header = self
            .repository
            .try_find_header(object.0)
            .map_err(|error| self.unreadable(what, &error))?
            .ok_or_else(|| self.lacking(what))?;
        if header.kind() != gix::object::Kind::Blob {
            return Ok(Content::Folder);
        }
        if header.size() > most {
            return Ok(Content::TooLarge(header.size()));
        }
        // The library reads into a buffer that has held something larger, and wants it back: what is kept is as large as the file.
        Ok(Content::Bytes(self.object(object.0, what)?.data.to_vec()))
    }

    /// What a file with these bytes is in this repository, whether it is there or not.
    pub fn object_of(&self, bytes: &[u8]) -> Option<Object> {
        let kind = gix::object::Kind::Blob;
        // Bytes that were made to look like others have none.
        gix::objs::compute_hash(self.repository.object_hash(), kind, bytes)
            .ok()
            .map(Object)
    }

    /// Reads files at a commit and makes something of each, on all cores; in the order of the paths. Nothing else is read.
    pub fn each_file<T: Send>(
        &self,
        at: &Commit,
        paths: &[String],
        most: u64,
        make: impl Fn(&str, Result<Option<Content>, Error>) -> T + Sync,
    ) -> Result<Vec<T>, Error> {
        let paths: Vec<&String> = paths.iter().collect();
        self.on_all_cores(paths, |repository, path| {
            make(path, repository.file(at, path, most))
        })
    }

    /// Makes something of each item with this repository, on all cores; in the order of the items.
    pub fn on_all_cores<I: Send, T: Send>(
        &self,
        items: Vec<I>,
        make: impl Fn(&Self, I) -> T + Sync,
    ) -> Result<Vec<T>, Error> {
        let mut shares = parallel::shares(items, FILES_A_THREAD);
        if shares.len() < 2 {
            let share = shares.pop().unwrap_or_default();
            return Ok(share.into_iter().map(|item| make(self, item)).collect());
        }
        let (directory, path) = (self.repository.git_dir(), &self.path);
        let made = parallel::each_share(shares, |share| {
            // A handle is for one thread; another one costs less than the files that it then reads.
            let own = Self::at(directory, path)?;
            let made: Vec<T> = share.into_iter().map(|item| make(&own, item)).collect();
            Ok((made, own.taken()))
        });
        let mut all = Vec::new();
        for share in made {
            let (made, taken) = share?;
            self.count(taken);
            all.extend(made);
        }
        Ok(all)
    }

    /// What was taken out of it so far.
    pub fn taken(&self) -> Taken {
        self.taken.get()
    }

    pub(super) fn count(&self, more: Taken) {
        let Taken { objects, bytes } = self.taken.get();
        self.taken.set(Taken {
            objects: objects + more.objects,
            bytes: bytes + more.bytes,
        });
    }

    /// What stands at a path at a commit, and what it is; of a path that leads through a link, the link.
    fn lookup(&self, at: &Commit, path: &str) -> Result<Option<(Object, EntryKind)>, Error> {
        let mut found = (self.root(at)?, EntryKind::Folder);
        for part in path.split('/').filter(|part| !part.is_empty()) {
            match found {
                (tree, EntryKind::Folder) => match self.tree(tree, path)?.entry(part) {
                    Some(entry) => found = (entry.object, entry.kind),
                    None => return Ok(None),
                },
                // Nothing is below a file.
                (_, kind) => return Ok(Some(found).filter(|_| kind == EntryKind::Link)),
            }
        }
        Ok(Some(found))
    }

    /// The tree of a commit. One is asked for again and again: each path begins at it.
    fn root(&self, at: &Commit) -> Result<Object, Error> {
        let id = self.object_id(at)?;
        if let Some((commit, root)) = self.last_root.get()
            && commit == id
        {
            return Ok(root);
        }
        let commit = self.find(at)?;
        let root = commit
            .tree_id()
            .map_err(|error| self.unreadable(&at.id, &error))?;
        let root = Object(root.detach());
        self.last_root.set(Some((id, root)));
        Ok(root)
    }

    /// A tree, decoded once.
    pub(super) fn tree(&self, Object(id): Object, what: &str) -> Result<Rc<Tree>, Error> {
        if let Some(known) = self.trees.by_id.borrow().get(&id) {
            return Ok(Rc::clone(known));
        }
        let decoded = self
            .object(id, what)?
            .try_into_tree()
            .map_err(|error| self.unreadable(what, &error))?;
        let mut entries = Vec::new();
        for entry in decoded.iter() {
            let entry = entry.map_err(|error| self.unreadable(what, &error))?;
            entries.push(TreeEntry {
                name: entry.filename().to_string(),
                kind: EntryKind::of(entry.mode()),
                object: Object(entry.object_id()),
            });
        }
        let mut by_id = self.trees.by_id.borrow_mut();
        let mut kept = self.trees.entries.get() + entries.len();
        if kept > MOST_ENTRIES {
            by_id.clear();
            kept = entries.len();
        }
        self.trees.entries.set(kept);
        let tree = Rc::new(Tree {
            entries,
            by_name: OnceCell::new(),
        });
        by_id.insert(id, Rc::clone(&tree));
        Ok(tree)
    }

    pub(super) fn object(&self, id: gix::ObjectId, what: &str) -> Result<gix::Object<'_>, Error> {
        match self.repository.try_find_object(id) {
            Ok(Some(object)) => {
                self.count(Taken {
                    objects: 1,
                    bytes: object.data.len(),
                });
                Ok(object)
            }
            Ok(None) => Err(self.lacking(what)),
            Err(error) => Err(self.unreadable(what, &error)),
        }
    }
}
