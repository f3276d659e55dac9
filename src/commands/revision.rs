//! A registry as it is at a revision, and the revision that a change starts from.

use std::io::Write;
use std::path::Path;

use anyhow::{Context as _, Result, bail};

use super::event::{self, ChangeEvent};
use super::{Context, Environment};
use crate::git::{Commit, Content, EntryKind, Repository};
use crate::registry::load::{
    CONFIG_FILE, DEEPEST_FOLDER, Lying, MAX_FILE_BYTES, RawFile, Unreadable,
};

/// What a change is judged against.
pub(super) struct Base {
    pub(super) commit: Commit,
    /// Absent: there was no registry, and all of it is new.
    pub(super) files: Option<Vec<RawFile>>,
}

/// The repository around a registry, and where the registry lies in it.
pub(super) struct Around {
    repository: Repository,
    /// Where a registry may lie in a tree, most likely first.
    candidates: Vec<String>,
}

impl Around {
    /// Finds the repository that the working directory, or the registry that was named, belongs to.
    pub(super) fn of(context: &Context<'_>) -> Result<Self> {
        let here = &context.environment.directory;
        let named = context.global.registry.as_ref();
        let start = named.map_or_else(|| here.clone(), |named| here.join(named));
        // In a bare repository the registry's folder is one of its trees.
        let repository = Repository::discover(if start.is_dir() { &start } else { here })?;
        let candidates = match repository.worktree() {
            Some(_) if !start.is_dir() => bail!("`{}` is not a folder", start.display()),
            Some(worktree) => match named {
                // A registry that was named is that one and no other.
                Some(_) => below(worktree, &start).into_iter().collect(),
                None => {
                    let folders = start
                        .ancestors()
                        .filter_map(|folder| below(worktree, folder));
                    folders.flat_map(with_keps).collect()
                }
            },
            None => match named {
                Some(named) => vec![named.to_string_lossy().into_owned()],
                None => with_keps(String::new()).to_vec(),
            },
        };
        Ok(Self {
            repository,
            candidates,
        })
    }

    /// Looks for the registry in this folder only: a change is judged against the same one.
    pub(super) fn only(&mut self, folder: String) {
        self.candidates = vec![folder];
    }

    /// Where a folder on disk lies in the tree.
    pub(super) fn below(&self, folder: &Path) -> Option<String> {
        below(self.repository.worktree()?, folder)
    }

    /// The files of the registry at a revision.
    pub(super) fn at(&self, revision: &str) -> Result<(Commit, String, Vec<RawFile>)> {
        let commit = self.repository.commit(revision)?;
        let folder = self
            .folder(&commit)?
            .with_context(|| format!("there is no registry at {revision} ({})", commit.short()))?;
        let mut files = Vec::new();
        self.collect(&commit, &folder, &mut Vec::new(), &mut files)?;
        Ok((commit, folder, files))
    }

    /// What the change up to `head` is judged against: the common ancestor with a revision, or what the event
    /// of a workflow starts from. `None` where nothing asks for a judgement.
    pub(super) fn base(
        &self,
        asked: Option<&str>,
        head: Option<&str>,
        environment: &Environment,
        log: &mut dyn Write,
    ) -> Result<Option<Base>> {
        let head = || {
            let head = head.unwrap_or("HEAD");
            self.repository
                .commit(head)
                .context("a change is judged up to a commit")
        };
        let commit = match (asked, &environment.event) {
            (Some(asked), _) => {
                let asked = self.repository.commit(asked)?;
                self.repository.merge_base(&asked, &head()?)?
            }
            (None, Some(event)) => match self.base_of(event, &head()?, log)? {
                Some(commit) => commit,
                None => return Ok(None),
            },
            (None, None) => return Ok(None),
        };
        let files = match self.folder(&commit)? {
            Some(folder) => {
                let mut files = Vec::new();
                self.collect(&commit, &folder, &mut Vec::new(), &mut files)?;
                Some(files)
            }
            None => None,
        };
        Ok(Some(Base { commit, files }))
    }

    /// What an event's change starts from; `None` for a branch that is new.
    fn base_of(
        &self,
        event: &ChangeEvent,
        head: &Commit,
        log: &mut dyn Write,
    ) -> Result<Option<Commit>> {
        match event {
            ChangeEvent::PullRequest {
                merge_commit,
                base_ref,
            } => {
                // The checkout of a pull request is the merge into its base.
                let is_githubs_merge = merge_commit.as_ref() == Some(&head.id);
                if is_githubs_merge
                    && let Some(parent) = self.repository.first_parent_of_merge(head)?
                {
                    return Ok(Some(parent));
                }
                let branch = base_ref.as_ref().context(
                    "this is a pull request without GITHUB_BASE_REF: name its base by --base REV",
                )?;
                let branch = format!("refs/remotes/origin/{branch}");
                let base = self.repository.commit(&branch).context(
                    "the base of the pull request is not in this clone: check out the merge with `fetch-depth: 2`, \
                     or the whole history with `fetch-depth: 0`",
                )?;
                Ok(Some(self.repository.merge_base(&base, head)?))
            }
            ChangeEvent::MergeGroup(file) => {
                let base = event::base_of_merge_group(file.as_deref())?;
                let base = self.repository.commit(&base).context(
                    "the commit that the merge group starts from is not in this clone: check out the whole history \
                     with `fetch-depth: 0`",
                )?;
                Ok(Some(self.repository.merge_base(&base, head)?))
            }
            ChangeEvent::Push(file) => {
                let Some(before) = event::before_push(file.as_deref())? else {
                    return Ok(None);
                };
                // What was forced away is in no clone any more, so this is no reason to fail.
                let Ok(before) = self.repository.commit(&before) else {
                    writeln!(
                        log,
                        "note: the commit before the push, {before}, is not in this clone, so the change is not judged: \
                         check out the whole history with `fetch-depth: 0`"
                    )?;
                    return Ok(None);
                };
                Ok(Some(self.repository.merge_base(&before, head)?))
            }
        }
    }

    fn folder(&self, at: &Commit) -> Result<Option<String>> {
        for folder in &self.candidates {
            let entries = self.repository.folder(at, folder)?;
            if entries.iter().any(|entry| entry.name == CONFIG_FILE) {
                return Ok(Some(folder.clone()));
            }
        }
        Ok(None)
    }

    fn collect(
        &self,
        at: &Commit,
        folder: &str,
        below: &mut Vec<String>,
        files: &mut Vec<RawFile>,
    ) -> Result<()> {
        for entry in self.repository.folder(at, folder)? {
            if entry.name.starts_with('.') {
                continue;
            }
            let inside = if folder.is_empty() {
                entry.name.clone()
            } else {
                format!("{folder}/{}", entry.name)
            };
            below.push(entry.name);
            let path = below.join("/");
            match entry.kind {
                EntryKind::Folder if below.len() < DEEPEST_FOLDER => {
                    self.collect(at, &inside, below, files)?
                }
                EntryKind::Folder => {}
                EntryKind::Link | EntryKind::Other => files.push(RawFile {
                    path,
                    content: Err(Unreadable::Symlink),
                }),
                EntryKind::File => {
                    let content = match Lying::of(&path) {
                        Lying::Read => Some(self.read(at, &inside)?),
                        Lying::Named => Some(Ok(Vec::new())),
                        Lying::Ignored => None,
                    };
                    files.extend(content.map(|content| RawFile { path, content }));
                }
            }
            below.pop();
        }
        Ok(())
    }

    fn read(&self, at: &Commit, path: &str) -> Result<Result<Vec<u8>, Unreadable>> {
        Ok(match self.repository.file(at, path, MAX_FILE_BYTES)? {
            Some(Content::Bytes(bytes)) => Ok(bytes),
            Some(Content::TooLarge(bytes)) => Err(Unreadable::TooLarge(bytes)),
            Some(Content::Link) => Err(Unreadable::Symlink),
            Some(Content::Folder) | None => {
                Err(Unreadable::Denied("it is not in the tree".to_owned()))
            }
        })
    }
}

/// Where a folder lies below another one; `None` if it does not.
fn below(root: &Path, folder: &Path) -> Option<String> {
    let (root, folder) = (root.canonicalize().ok()?, folder.canonicalize().ok()?);
    let below = folder.strip_prefix(root).ok()?;
    Some(below.to_string_lossy().into_owned())
}

/// A folder, and the `keps` in it: where a registry may lie.
fn with_keps(folder: String) -> [String; 2] {
    let keps = if folder.is_empty() {
        "keps".to_owned()
    } else {
        format!("{folder}/keps")
    };
    [folder, keps]
}
