//! What became of a registry over time, read from the git repository that it is in.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;

use crate::git::{self, Content, Edited, Object, Repository};
use crate::registry::Registry;
use crate::registry::load::MAX_FILE_BYTES;
use crate::views::board::AsOf;
use crate::views::history::{Author, EditedFile, History, Revision, changes};

/// What is known of a registry's past, and the commit that it is at. What is not known is no error: whoever shows it says so.
pub(super) fn past(root: &Path, registry: &Registry) -> Result<(History, Option<AsOf>)> {
    let unknown = |why: &str| Ok((History::Unknown(why.to_owned()), None));
    let Ok(repository) = Repository::discover(root) else {
        return unknown(
            "The registry is in no git repository, so that who changed what, and when, is not known.",
        );
    };
    let Some(folder) = below(&repository, root) else {
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
    let committed = |file: &crate::text::source::SourceFile| {
        repository.object_of(file.text.as_bytes()) == at_head.get(&*file.path).copied()
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
        is_here.is_err() && crate::registry::schema::FileKind::of(path).is_some()
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
    let editions = repository.editions(&head, &folder)?;
    let revisions = repository.on_all_cores(editions, revision)?;
    let mut revisions = revisions.into_iter().collect::<Result<Vec<_>, _>>()?;
    revisions.retain(|revision| !revision.changes.is_empty());
    Ok((History::Known(revisions), Some(commit)))
}

fn revision(repository: &Repository, edition: git::Edition) -> Result<Revision, git::Error> {
    let text = |object: Option<Object>, path: &str| {
        let Some(object) = object else {
            return Ok(None);
        };
        Ok(match repository.content(object, path, MAX_FILE_BYTES)? {
            Content::Bytes(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
            _ => None,
        })
    };
    let mut files = Vec::new();
    for Edited {
        path,
        before,
        after,
    } in edition.files
    {
        files.push(EditedFile {
            before: text(before, &path)?,
            after: text(after, &path)?,
            path,
        });
    }
    Ok(Revision {
        id: edition.commit.id,
        at: edition.at,
        by: Author::of(&edition.author.name, &edition.author.email),
        summary: edition.summary,
        changes: changes(files),
    })
}

fn below(repository: &Repository, root: &Path) -> Option<String> {
    let worktree = repository.worktree()?.canonicalize().ok()?;
    let root = root.canonicalize().ok()?;
    let below = root.strip_prefix(worktree).ok()?;
    Some(below.to_string_lossy().replace('\\', "/"))
}
