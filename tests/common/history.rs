//! Git repositories that tests make with gix: no git binary, no network, no configuration of the machine.
#![allow(dead_code)]

use std::collections::BTreeMap;
use std::path::Path;

use gix::objs::tree::{Entry, EntryKind};

/// A repository whose commits each hold the files that they are given, and nothing else.
pub struct History {
    folder: tempfile::TempDir,
    repository: gix::Repository,
    last: Option<gix::ObjectId>,
}

impl History {
    /// A bare one.
    pub fn bare() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let repository = gix::init_bare(folder.path()).unwrap();
        Self {
            folder,
            repository,
            last: None,
        }
    }

    /// One with a folder that is checked out; nothing checks out.
    pub fn with_worktree() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let repository = gix::init(folder.path()).unwrap();
        Self {
            folder,
            repository,
            last: None,
        }
    }

    pub fn path(&self) -> &str {
        self.folder.path().to_str().unwrap()
    }

    pub fn worktree(&self) -> &Path {
        self.repository.workdir().unwrap()
    }

    /// The id of the last commit.
    pub fn head(&self) -> String {
        self.last.unwrap().to_string()
    }

    /// Commits these files, and nothing else, on a day.
    pub fn commit(&mut self, day: &str, files: &[(&str, &str)]) {
        self.commit_with_links(day, files, &[]);
    }

    /// Commits these files and these symbolic links, each with what it leads to, and nothing else, on a day.
    pub fn commit_with_links(&mut self, day: &str, files: &[(&str, &str)], links: &[(&str, &str)]) {
        let mut entries: Vec<(&str, &str, EntryKind)> = Vec::new();
        entries.extend(
            files
                .iter()
                .map(|(path, text)| (*path, *text, EntryKind::Blob)),
        );
        entries.extend(links.iter().map(|(path, to)| (*path, *to, EntryKind::Link)));
        let tree = self.tree(&entries);
        let parents = self.last.into_iter().collect();
        self.write_commit(day, tree, parents);
    }

    /// Commits these files, and nothing else, as somebody with a message.
    pub fn commit_as(
        &mut self,
        day: &str,
        (name, email): (&str, &str),
        message: &str,
        files: &[(&str, &str)],
    ) {
        let entries: Vec<(&str, &str, EntryKind)> = files
            .iter()
            .map(|(path, text)| (*path, *text, EntryKind::Blob))
            .collect();
        let tree = self.tree(&entries);
        let parents = self.last.into_iter().collect();
        let author = gix::actor::Signature {
            name: name.into(),
            email: email.into(),
            ..signature(day)
        };
        self.write_as(author, tree, parents, message);
    }

    /// Merges two commits; the files are those of the second.
    pub fn merge(&mut self, first: &str, second: &str) {
        let id = |text: &str| gix::ObjectId::from_hex(text.as_bytes()).unwrap();
        let tree = self
            .repository
            .find_commit(id(second))
            .unwrap()
            .tree_id()
            .unwrap()
            .detach();
        self.write_commit("2026-11-02", tree, vec![id(first), id(second)]);
    }

    /// Goes on from this commit.
    pub fn go_to(&mut self, commit: &str) {
        self.last = Some(gix::ObjectId::from_hex(commit.as_bytes()).unwrap());
    }

    /// Goes on from nothing: the next commit has no parent.
    pub fn go_to_nothing(&mut self) {
        self.last = None;
    }

    /// Makes the history end before a commit, as a shallow clone does.
    pub fn cut_off(&self, commit: &str) {
        let objects = self.repository.git_dir().join("objects");
        std::fs::remove_file(objects.join(&commit[..2]).join(&commit[2..])).unwrap();
        std::fs::write(
            self.repository.git_dir().join("shallow"),
            format!("{}\n", self.head()),
        )
        .unwrap();
    }

    /// Tags the last commit: with a tag of its own day, or, without one, with a name alone.
    pub fn tag(&self, name: &str, day: Option<&str>) {
        let target = self.last.unwrap();
        let target = day.map_or(target, |day| {
            let tag = gix::objs::Tag {
                target,
                target_kind: gix::object::Kind::Commit,
                name: name.into(),
                tagger: Some(signature(day)),
                message: "a release".into(),
                signature: None,
            };
            self.repository.write_object(&tag).unwrap().detach()
        });
        let path = self.repository.git_dir().join("refs/tags").join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, format!("{target}\n")).unwrap();
    }

    /// A commit without files that says this, behind these; gives its id. The branch that HEAD names ends there.
    pub fn say(&mut self, day: &str, message: &str, parents: &[&str]) -> String {
        let tree = self.tree(&[]);
        let parents = parents.iter();
        let parents = parents.map(|id| gix::ObjectId::from_hex(id.as_bytes()).unwrap());
        self.write_saying(day, tree, parents.collect(), message);
        self.head()
    }

    /// A branch that ends here.
    pub fn branch(&self, name: &str, commit: &str) {
        let path = self.repository.git_dir().join("refs/heads").join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, format!("{commit}\n")).unwrap();
    }

    fn write_commit(&mut self, day: &str, tree: gix::ObjectId, parents: Vec<gix::ObjectId>) {
        self.write_saying(day, tree, parents, &format!("commit of {day}"));
    }

    fn write_saying(
        &mut self,
        day: &str,
        tree: gix::ObjectId,
        parents: Vec<gix::ObjectId>,
        message: &str,
    ) {
        self.write_as(signature(day), tree, parents, message);
    }

    fn write_as(
        &mut self,
        signature: gix::actor::Signature,
        tree: gix::ObjectId,
        parents: Vec<gix::ObjectId>,
        message: &str,
    ) {
        let commit = gix::objs::Commit {
            tree,
            parents: parents.into_iter().collect(),
            author: signature.clone(),
            committer: signature,
            encoding: None,
            message: message.into(),
            extra_headers: Vec::new(),
        };
        let id = self.repository.write_object(&commit).unwrap().detach();
        // The branch that HEAD names, written as a loose reference.
        let head = std::fs::read_to_string(self.repository.git_dir().join("HEAD")).unwrap();
        let branch = head.trim().strip_prefix("ref: ").unwrap().to_owned();
        let branch = self.repository.git_dir().join(branch);
        std::fs::create_dir_all(branch.parent().unwrap()).unwrap();
        std::fs::write(branch, format!("{id}\n")).unwrap();
        self.last = Some(id);
    }

    /// Takes the content of a file out of the repository, as a partial clone lacks it.
    pub fn forget(&self, text: &str) {
        let id = self.repository.write_blob(text).unwrap().to_string();
        let objects = self.repository.git_dir().join("objects");
        std::fs::remove_file(objects.join(&id[..2]).join(&id[2..])).unwrap();
    }

    fn tree(&self, files: &[(&str, &str, EntryKind)]) -> gix::ObjectId {
        let mut entries: Vec<Entry> = Vec::new();
        let mut folders: BTreeMap<&str, Vec<(&str, &str, EntryKind)>> = BTreeMap::new();
        for (path, text, kind) in files {
            match path.split_once('/') {
                Some((folder, rest)) => {
                    folders.entry(folder).or_default().push((rest, text, *kind));
                }
                None => entries.push(Entry {
                    mode: (*kind).into(),
                    filename: (*path).into(),
                    oid: self.repository.write_blob(text).unwrap().detach(),
                }),
            }
        }
        for (folder, files) in folders {
            entries.push(Entry {
                mode: EntryKind::Tree.into(),
                filename: folder.into(),
                oid: self.tree(&files),
            });
        }
        entries.sort();
        self.repository
            .write_object(&gix::objs::Tree { entries })
            .unwrap()
            .detach()
    }
}

/// Somebody, at noon of a day.
fn signature(day: &str) -> gix::actor::Signature {
    let noon = format!("{day}T12:00:00Z")
        .parse::<jiff::Timestamp>()
        .unwrap();
    gix::actor::Signature {
        name: "someone".into(),
        email: "someone@example.com".into(),
        time: gix::date::Time::new(noon.as_second(), 0),
    }
}
