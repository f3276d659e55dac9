//! What changed below a folder, commit by commit: files that came, went, or are others than before, with who changed them and why.

use std::rc::Rc;

use super::trees::{Tree, TreeEntry};
use super::{Commit, EntryKind, Error, Object, Repository, day_of, instant_of};
use crate::terms::Instant;

/// A commit at which something below a folder is another than before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edition {
    /// The commit.
    pub commit: Commit,
    /// When it was committed.
    pub at: Instant,
    /// Who wrote the change: of a merge, who wrote what it brings.
    pub author: Author,
    /// The first line of what it says of itself; of a merge of a pull request, that of the pull request.
    pub summary: String,
    /// The files that are others than before, by path.
    pub files: Vec<Edited>,
}

/// Who wrote a change, as git knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    /// The name.
    pub name: String,
    /// The address.
    pub email: String,
}

/// A file that is another than before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edited {
    /// Its path below the folder.
    pub path: String,
    /// What it was; absent: it was not there.
    pub before: Option<Object>,
    /// What it is; absent: it is gone.
    pub after: Option<Object>,
}

impl Repository {
    /// The commits, on the first-parent line from one back, at which something below a folder is another than before; newest first. Files
    /// only: links and other repositories are none.
    ///
    /// # Errors
    ///
    /// A commit or tree cannot be read. In a shallow clone the line ends where the history was cut, and what was there then is not said
    /// to have come.
    pub fn editions(&self, from: &Commit, folder: &str) -> Result<Vec<Edition>, Error> {
        let mut editions = Vec::new();
        let mut after: Option<(gix::Commit<'_>, Option<Object>)> = None;
        for commit in self.first_parents(from)? {
            let now = self.folder_at(&commit, folder)?;
            if let Some((later, then)) = &after
                && *then != now
            {
                editions.push(self.edition(later, now, *then)?);
            }
            after = Some((commit, now));
        }
        if let Some((first, Some(folder))) = after
            && first.parent_ids().next().is_none()
        {
            editions.push(self.edition(&first, None, Some(folder))?);
        }
        Ok(editions)
    }

    /// The files below a folder at a commit, by path.
    ///
    /// # Errors
    ///
    /// A tree cannot be read.
    pub fn files_below(&self, at: &Commit, folder: &str) -> Result<Vec<(String, Object)>, Error> {
        let mut files = Vec::new();
        let folder = self.folder_at(&self.find(at)?, folder)?;
        self.edited(None, folder, "", &mut files)?;
        let files = files.into_iter();
        Ok(files
            .filter_map(|file| Some((file.path, file.after?)))
            .collect())
    }

    fn folder_at(&self, commit: &gix::Commit<'_>, folder: &str) -> Result<Option<Object>, Error> {
        let tree = commit.tree_id();
        let tree = tree.map_err(|error| self.unreadable(&commit.id().to_string(), &error))?;
        let mut found = Object(tree.detach());
        for part in folder.split('/').filter(|part| !part.is_empty()) {
            let below = self.folder_of(found, folder)?;
            let below = below.into_iter().find(|entry| entry.name == part);
            match below {
                Some(entry) if entry.kind == EntryKind::Folder => found = entry.object,
                _ => return Ok(None),
            }
        }
        Ok(Some(found))
    }

    fn edition(
        &self,
        commit: &gix::Commit<'_>,
        before: Option<Object>,
        after: Option<Object>,
    ) -> Result<Edition, Error> {
        let mut files = Vec::new();
        self.edited(before, after, "", &mut files)?;
        files.sort_by(|a, b| a.path.cmp(&b.path));
        let described = self.described(commit)?;
        let unreadable = |error: &dyn std::fmt::Display| self.unreadable(&described.id, error);
        let time = commit.time().map_err(|error| unreadable(&error))?;
        debug_assert_eq!(day_of(time), described.date);
        let message = commit.message_raw_sloppy().to_string();
        let mut parents = commit.parent_ids().skip(1);
        let brought = match (parents.next(), parents.next()) {
            (Some(brought), None) => self.parent(brought.detach()),
            _ => None,
        };
        let summary = match brought {
            Some(_) => summary_of_merge(&message),
            None => summary(&message),
        };
        let author = |commit: &gix::Commit<'_>| -> Result<Author, Error> {
            let author = commit.author().map_err(|error| unreadable(&error))?;
            Ok(Author {
                name: author.name.to_string(),
                email: author.email.to_string(),
            })
        };
        Ok(Edition {
            at: instant_of(time),
            author: author(brought.as_ref().unwrap_or(commit))?,
            summary,
            files,
            commit: described,
        })
    }

    /// The files that differ between two folders. Most of what lies in both is the same, and in the same order.
    fn edited(
        &self,
        before: Option<Object>,
        after: Option<Object>,
        path: &str,
        files: &mut Vec<Edited>,
    ) -> Result<(), Error> {
        let tree =
            |folder: Option<Object>| folder.map(|folder| self.tree(folder, path)).transpose();
        let (before, after) = (tree(before)?, tree(after)?);
        let entries = |tree: &Option<Rc<Tree>>| tree.as_ref().map_or(0, |tree| tree.entries.len());
        let (before_count, after_count) = (entries(&before), entries(&after));
        let (mut at_before, mut at_after) = (0, 0);
        while at_before < before_count || at_after < after_count {
            let was = before.as_ref().and_then(|tree| tree.entries.get(at_before));
            let is = after.as_ref().and_then(|tree| tree.entries.get(at_after));
            if was == is {
                at_before += 1;
                at_after += 1;
                continue;
            }
            let stays = |other: &Option<Rc<Tree>>, entry: &TreeEntry| {
                other
                    .as_ref()
                    .is_some_and(|tree| tree.entry(&entry.name).is_some())
            };
            match (was, is) {
                (Some(was), _) if !stays(&after, was) => {
                    self.differing(Some(was), None, path, files)?;
                    at_before += 1;
                }
                (Some(was), Some(is)) if was.name == is.name => {
                    self.differing(Some(was), Some(is), path, files)?;
                    at_before += 1;
                    at_after += 1;
                }
                (_, Some(is)) => {
                    // A file that became a folder stands elsewhere: what it was is looked up, and passed over where it stands.
                    let was = before.as_ref().and_then(|tree| tree.entry(&is.name));
                    self.differing(was, Some(is), path, files)?;
                    at_after += 1;
                }
                (_, None) => at_before += 1,
            }
        }
        Ok(())
    }

    /// What differs of two things of one name.
    fn differing(
        &self,
        was: Option<&TreeEntry>,
        is: Option<&TreeEntry>,
        path: &str,
        files: &mut Vec<Edited>,
    ) -> Result<(), Error> {
        let Some(name) = is.or(was).map(|entry| entry.name.as_str()) else {
            return Ok(());
        };
        let below = match path {
            "" => name.to_owned(),
            path => format!("{path}/{name}"),
        };
        let of = |kind: EntryKind, entry: Option<&TreeEntry>| {
            entry
                .filter(|entry| entry.kind == kind)
                .map(|entry| entry.object)
        };
        let folders = (of(EntryKind::Folder, was), of(EntryKind::Folder, is));
        if folders.0 != folders.1 {
            self.edited(folders.0, folders.1, &below, files)?;
        }
        let (before, after) = (of(EntryKind::File, was), of(EntryKind::File, is));
        if before != after {
            files.push(Edited {
                path: below,
                before,
                after,
            });
        }
        Ok(())
    }
}

/// The first line of a message.
fn summary(message: &str) -> String {
    let mut lines = message.lines().map(str::trim);
    lines
        .find(|line| !line.is_empty())
        .unwrap_or_default()
        .to_owned()
}

/// What a merge brings: GitHub writes the title of the pull request below a line of its own.
fn summary_of_merge(message: &str) -> String {
    let first = summary(message);
    let title = message
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .nth(1);
    match title {
        Some(title) if first.starts_with("Merge ") => title.to_owned(),
        _ => first,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_merge_says_what_it_brings() {
        let merge = "Merge pull request #7 from a/b\n\nkeps: move 4960 on\n\nBecause.\n";
        assert_eq!(summary_of_merge(merge), "keps: move 4960 on");
        assert_eq!(summary_of_merge("Merge branch 'a'\n"), "Merge branch 'a'");
        assert_eq!(summary_of_merge("keps: by hand\n\nSo.\n"), "keps: by hand");
        assert_eq!(summary("\n  a\nb"), "a");
    }
}
