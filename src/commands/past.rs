//! What became of a registry over time, read from the git repository that it is in.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::Result;

use super::revision::below;
use crate::git::{self, Content, Object, Repository};
use crate::registry::Registry;
use crate::registry::load::{MAX_FILE_BYTES, file_stem, leading_number};
use crate::registry::schema::FileKind;
use crate::text::source::SourceFile;
use crate::views::board::AsOf;
use crate::views::history::{Author, EditedFile, History, Revision, Said, changes};

/// What is known of a registry's past, and the commit that it is at. What is not known is no error: whoever shows it says so.
/// `known` is what was known before, with the commit that it was known at.
pub(super) fn past(
    root: &Path,
    registry: &Registry,
    known: Option<(String, History)>,
) -> Result<(History, Option<AsOf>)> {
    let unknown = |why: &str| Ok((History::Unknown(why.to_owned()), None));
    let Ok(repository) = Repository::discover(root) else {
        return unknown(
            "The registry is in no git repository, so that who changed what, and when, is not known.",
        );
    };
    let worktree = repository.worktree();
    let Some(folder) = worktree.and_then(|worktree| below(worktree, root)) else {
        return unknown(
            "The registry is not in the tree of its git repository, so that its history is not known.",
        );
    };
    let Ok(head) = repository.commit("HEAD") else {
        return unknown("The git repository has no commit yet, so that there is no history.");
    };
    let at_head: BTreeMap<String, Object> = repository
        .files_below(&head, &folder)?
        .into_iter()
        .collect();
    let folders: BTreeSet<&str> = registry
        .files
        .iter()
        .filter_map(|file| Some(file.path.split_once('/')?.0))
        .collect();
    let own = |path: &str| own(path, &folders);
    let committed = |file: &SourceFile| {
        let at_head = at_head.get(&*file.path).copied();
        let object = |text: &str| repository.object_of(text.as_bytes());
        // git may have other line ends in its tree than on disk.
        object(&file.text) == at_head || object(&file.text.replace("\r\n", "\n")) == at_head
    };
    let changed = registry
        .files
        .iter()
        .filter(|file| !committed(file))
        .count();
    let gone = at_head.keys().filter(|path| {
        let is_here = registry
            .files
            .binary_search_by(|file| (*file.path).cmp(path.as_str()));
        is_here.is_err() && own(path).is_some() && !root.join(path).exists()
    });
    let commit = AsOf {
        id: head.id.clone(),
        day: head.date,
        uncommitted: changed + gone.count(),
    };
    if repository.is_shallow() {
        let why = "This clone of the registry is shallow: its history was cut off, so that who changed what, and when, is not known.";
        return Ok((History::Unknown(why.to_owned()), Some(commit)));
    }
    let history = match known {
        // What lies behind a commit never changes.
        Some((at, history)) if at == head.id => history,
        _ => {
            let editions = repository.editions(&head, &folder);
            let read = editions
                .map_err(anyhow::Error::from)
                .and_then(|editions| revisions(&repository, editions, &own));
            match read {
                Ok(revisions) => History::Known(revisions),
                Err(error) => History::Unknown(format!(
                    "The history of the registry cannot be read: {error:#}."
                )),
            }
        }
    };
    Ok((history, Some(commit)))
}

/// What kind of the registry's files one is. A registry may lie at the root of a repository, beside whatever that has: a record lies in a
/// folder of the registry, or is called like one.
fn own(path: &str, folders: &BTreeSet<&str>) -> Option<FileKind> {
    let kind = FileKind::of(path)?;
    let is_hidden = path.split('/').any(|part| part.starts_with('.'));
    let folder = path.split_once('/').map_or("", |(folder, _)| folder);
    let is_record = || folders.contains(folder) || leading_number(file_stem(path)).is_some();
    (!is_hidden && (kind != FileKind::Kep || is_record())).then_some(kind)
}

/// The commits with what each changed. What a file says is read once, however many commits it stays so for.
fn revisions(
    repository: &Repository,
    editions: Vec<git::Edition>,
    own: &dyn Fn(&str) -> Option<FileKind>,
) -> Result<Vec<Revision>> {
    let mut wanted: BTreeMap<(Object, FileKind), String> = BTreeMap::new();
    for edited in editions.iter().flat_map(|edition| &edition.files) {
        if let Some(kind) = own(&edited.path) {
            for object in [edited.before, edited.after].into_iter().flatten() {
                wanted
                    .entry((object, kind))
                    .or_insert_with(|| edited.path.clone());
            }
        }
    }
    let read = repository.on_all_cores(
        wanted.into_iter().collect(),
        |repository, ((object, kind), path)| {
            let said = match repository.content(object, &path, MAX_FILE_BYTES)? {
                Content::Bytes(bytes) => {
                    Some(Said::of(kind, String::from_utf8_lossy(&bytes).into_owned()))
                }
                // Too large to be read, it is still there.
                _ => Some(Said::of(kind, String::new())),
            };
            Ok(((object, kind), said))
        },
    )?;
    let read: BTreeMap<(Object, FileKind), Option<Said>> =
        read.into_iter().collect::<Result<_, git::Error>>()?;
    let revision = |edition: git::Edition| {
        let files = edition.files.into_iter().filter_map(|file| {
            let kind = own(&file.path)?;
            let said = |object: Option<Object>| read.get(&(object?, kind))?.as_ref();
            let (before, after) = (said(file.before), said(file.after));
            Some(EditedFile {
                path: file.path,
                before,
                after,
            })
        });
        let files: Vec<EditedFile<'_>> = files.collect();
        Revision {
            id: edition.commit.id,
            at: edition.at,
            by: Author::of(&edition.author.name, &edition.author.email),
            summary: edition.summary,
            changes: changes(&files),
        }
    };
    let revisions = editions.into_iter().map(revision);
    Ok(revisions
        .filter(|revision| !revision.changes.is_empty())
        .collect())
}
