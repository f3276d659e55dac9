//! A registry with edits that are not on disk yet: each source sees what those before it propose, and all of it is written at once.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::Result;

use crate::commands::files::{self, Opened, Write, write_all};
use crate::registry::load::{RawFile, load};
use crate::sources::proposal::Proposal;
use crate::terms::Subject;

/// A registry with edits.
pub(super) struct Staged {
    /// As it is with the edits.
    pub(super) opened: Opened,
    raw: BTreeMap<String, RawFile>,
    /// What was edited, by the path that it has now.
    edited: BTreeMap<String, Edited>,
}

/// What a file was before the first edit; absent: it is new.
struct Edited {
    before: Option<(String, String)>,
    after: String,
    subject: Option<Subject>,
}

impl Staged {
    /// A registry as it is on disk.
    pub(super) fn of(root: PathBuf, prefix: String) -> Result<Self> {
        let raw = files::raw(&root)?.into_iter();
        let raw: BTreeMap<String, RawFile> = raw.map(|file| (file.path.clone(), file)).collect();
        let loaded = load(raw.values().cloned().collect());
        Ok(Self {
            opened: Opened {
                root,
                prefix,
                loaded,
            },
            raw,
            edited: BTreeMap::new(),
        })
    }

    /// Takes edits in, as they were made of the registry as it is here.
    pub(super) fn take<'p>(&mut self, proposals: impl Iterator<Item = &'p Proposal>) {
        let mut is_edited = false;
        for proposal in proposals.filter(|one| one.is_good()) {
            is_edited = true;
            let was = self.edited.remove(&proposal.path);
            let before = match was {
                Some(was) => was.before,
                None => proposal
                    .before
                    .clone()
                    .map(|text| (proposal.path.clone(), text)),
            };
            self.raw.remove(&proposal.path);
            let path = proposal.final_path().to_owned();
            let file = RawFile {
                path: path.clone(),
                content: Ok(proposal.after.clone().into_bytes()),
            };
            self.raw.insert(path.clone(), file);
            let edited = Edited {
                before,
                after: proposal.after.clone(),
                subject: proposal.subject.clone(),
            };
            self.edited.insert(path, edited);
        }
        if is_edited {
            self.opened.loaded = load(self.raw.values().cloned().collect());
        }
    }

    /// What becomes of each file in the end, whoever edited it how often.
    pub(super) fn files(&self) -> Vec<Proposal> {
        let files = self.edited.iter().map(|(path, edited)| {
            let was = edited.before.as_ref();
            let old = was.map_or(path, |(path, _)| path);
            Proposal {
                before: was.map(|(_, text)| text.clone()),
                new_path: (old != path).then(|| path.clone()),
                ..Proposal::create(edited.subject.clone(), old.clone(), edited.after.clone())
            }
        });
        files.filter(Proposal::is_edit).collect()
    }

    /// Writes all edits, or none of them; gives what cannot be written, by path, and why: a link, or a file that changed meanwhile.
    pub(super) fn write(&self) -> Result<Vec<(String, String)>> {
        let root = &self.opened.root;
        let mut refused = Vec::new();
        let mut good = Vec::new();
        for (path, Edited { before, after, .. }) in &self.edited {
            let write = Write {
                path: before.as_ref().map_or(path, |(path, _)| path),
                new_path: path,
                before: before.as_ref().map(|(_, text)| text.as_str()),
                after,
            };
            let is_same = write.path == write.new_path && write.before == Some(write.after);
            match write.problem(root) {
                Err(error) => refused.push((path.clone(), format!("{error:#}"))),
                Ok(()) if is_same => {}
                Ok(()) => good.push(write),
            }
        }
        write_all(root, &good)?;
        Ok(refused)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    const CONFIG: &str = "home = \"c\"\nrepositories = [\"a/b\"]\n[[runtimes]]\nname = \"c\"\ncalendar = \"releases/c.toml\"\n";
    const RECORD: &str = "number = 1\ntitle = \"x\"\nstatus = \"provisional\"\n";

    fn moved(path: &str, before: &str, new_path: Option<&str>, after: &str) -> Proposal {
        Proposal {
            before: Some(before.to_owned()),
            new_path: new_path.map(str::to_owned),
            ..Proposal::create(None, path.to_owned(), after.to_owned())
        }
    }

    /// What one source wrote, moved and edited again by the next, is one edit in the end; what somebody changed meanwhile stays.
    #[test]
    fn edits_of_edits_are_written_once() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let write = |path: &str, text: &str| {
            let path = root.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write("registry.toml", CONFIG);
        write("sig-node/1-x.toml", RECORD);
        write("sig-node/2-y.toml", &RECORD.replace('1', "2"));
        let mut staged = Staged::of(root.to_owned(), String::new()).unwrap();
        let second = RECORD.replace("\"x\"", "\"y\"");
        let third = RECORD.replace("\"x\"", "\"z\"");
        let new = Proposal::create(
            None,
            "sig-node/3-z.toml".to_owned(),
            RECORD.replace('1', "3"),
        );
        staged.take([moved("sig-node/1-x.toml", RECORD, None, &second), new].iter());
        assert_eq!(staged.opened.loaded.registry.keps.len(), 3);
        staged.take(
            [moved(
                "sig-node/1-x.toml",
                &second,
                Some("sig-net/1-x.toml"),
                &third,
            )]
            .iter(),
        );
        let two = RECORD.replace('1', "2");
        staged.take(
            [moved(
                "sig-node/2-y.toml",
                &two,
                None,
                &two.replace("\"x\"", "\"w\""),
            )]
            .iter(),
        );
        write("sig-node/2-y.toml", "# somebody was quicker\n");

        let refused = staged.write().unwrap();
        assert_eq!(refused.len(), 1);
        assert_eq!(refused[0].0, "sig-node/2-y.toml");
        let read = |path: &str| fs::read_to_string(root.join(path)).unwrap();
        assert_eq!(read("sig-net/1-x.toml"), third);
        assert_eq!(read("sig-node/3-z.toml"), RECORD.replace('1', "3"));
        assert_eq!(read("sig-node/2-y.toml"), "# somebody was quicker\n");
        assert!(!root.join("sig-node/1-x.toml").exists());
    }
}
