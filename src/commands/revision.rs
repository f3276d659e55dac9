//! A registry as it is at a revision, and the revision that a change starts from.

use std::collections::HashMap;
use std::io::Write;
use std::path::Path;

use anyhow::{Context as _, Result, bail};

use super::event::{self, ChangeEvent};
use super::lying::{self, Kind, Listed, Unread};
use super::{Context, Environment};
use crate::git::{self, Commit, Content, EntryKind, Object, Repository, TreeEntry};
use crate::registry::load::{CONFIG_FILE, MAX_FILE_BYTES, RawFile, Unreadable};
use crate::text::source::SourceFile;

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
        let files = self.files(&commit, &folder, &[])?;
        super::files::understood(&files)?;
        Ok((commit, folder, files))
    }

    /// What the change up to `head` is judged against: the common ancestor with a revision, or what the event
    /// of a workflow starts from. `None` where nothing asks for a judgement. `known` are the files of the registry
    /// that is judged: most of them are the same in both.
    pub(super) fn base(
        &self,
        asked: Option<&str>,
        head: Option<&str>,
        environment: &Environment,
        log: &mut dyn Write,
        known: &[SourceFile],
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
            Some(folder) => Some(self.files(&commit, &folder, known)?),
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

    /// The files of the registry in a folder of a tree. A file that still is what `known` has needs no reading.
    fn files(&self, at: &Commit, folder: &str, known: &[SourceFile]) -> Result<Vec<RawFile>> {
        let listed = |entries: Vec<TreeEntry>, folder: &str| -> Vec<Listed<(Object, String)>> {
            let listed = entries.into_iter().map(|entry| {
                let inside = match folder {
                    "" => entry.name.clone(),
                    folder => format!("{folder}/{}", entry.name),
                };
                Listed {
                    kind: match entry.kind {
                        EntryKind::Folder => Kind::Folder,
                        EntryKind::File => Kind::File,
                        EntryKind::Link | EntryKind::Other => Kind::Link,
                    },
                    handle: (entry.object, inside),
                    name: entry.name,
                }
            });
            listed.collect()
        };
        let root = listed(self.repository.folder(at, folder)?, folder);
        let unread = lying::files(root, |(object, inside)| {
            let entries = self.repository.folder_of(*object, inside)?;
            Ok(listed(entries, inside))
        })?;
        let texts: HashMap<&str, &str> = known
            .iter()
            .map(|file| (&*file.path, &*file.text))
            .collect();
        let read = self.repository.on_all_cores(unread, |repository, file| {
            let Unread { path, content } = file;
            let known = texts.get(path.as_str()).copied();
            let content = match content {
                Ok((object, inside)) => read(repository, object, &inside, known)?,
                Err(known) => known,
            };
            Ok(RawFile { path, content })
        })?;
        Ok(read.into_iter().collect::<Result<_, git::Error>>()?)
    }
}

/// A file of a tree; or the text that is known already, if it is that file's.
fn read(
    repository: &Repository,
    object: Object,
    path: &str,
    known: Option<&str>,
) -> Result<Result<Vec<u8>, Unreadable>, git::Error> {
    if let Some(text) = known
        && repository.object_of(text.as_bytes()) == Some(object)
    {
        return Ok(Ok(text.as_bytes().to_vec()));
    }
    Ok(match repository.content(object, path, MAX_FILE_BYTES)? {
        Content::Bytes(bytes) => Ok(bytes),
        Content::TooLarge(bytes) => Err(Unreadable::TooLarge(bytes)),
        Content::Link => Err(Unreadable::Symlink),
        Content::Folder => Err(Unreadable::Denied("it is not in the tree".to_owned())),
    })
}

/// Where a folder lies below another one; `None` if it does not.
pub(super) fn below(root: &Path, folder: &Path) -> Option<String> {
    let (root, folder) = (root.canonicalize().ok()?, folder.canonicalize().ok()?);
    let below = folder.strip_prefix(root).ok()?;
    // A tree has slashes, whatever the disk has.
    let separator = std::path::MAIN_SEPARATOR;
    Some(below.to_string_lossy().replace(separator, "/"))
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
