//! Where the KEPs of kubernetes/enhancements are: a folder each, below that of a SIG. Pure: whoever has a tree lists it.

use std::collections::BTreeMap;

use crate::registry::load::{is_plain_name, leading_number};

/// Where the KEPs of a revision are.
#[derive(Debug, Clone, Default)]
pub struct Folders {
    /// By the number that the folder's name begins with.
    pub by_number: BTreeMap<u32, Vec<String>>,
    /// Folders with a kep.yaml and without a number: templates, mostly.
    pub unnumbered: Vec<String>,
    /// Folders with a number and characters that no registry has in a name.
    pub unsafe_names: Vec<String>,
}

/// Folders below a SIG's are looked into so deep: `keps/sig-cluster-lifecycle/kubeadm/…`.
const DEEPEST: usize = 4;

/// An entry of a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its name, without what leads to it.
    pub name: String,
    /// What it is.
    pub is: Is,
}

/// What an entry of a folder is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Is {
    /// A file with a text.
    File,
    /// A folder.
    Folder,
    /// A symbolic link: it is not followed, and named where a KEP was looked for.
    Link,
    /// Something else.
    Other,
}

/// The folder of a KEP.
#[derive(Clone, Copy)]
pub enum Folder<'f> {
    /// There is none.
    None,
    /// There is one.
    One(&'f str),
    /// Several have its number.
    Several(&'f [String]),
}

impl Folders {
    /// Where the KEPs are, below `keps`. Of the folders, those of the SIGs are listed, and of a KEP none.
    ///
    /// # Errors
    ///
    /// A folder cannot be listed.
    pub fn of<E>(list: &impl Fn(&str) -> Result<Vec<Listed>, E>) -> Result<Self, E> {
        let mut folders = Self::default();
        folders.collect(list, "keps", 1)?;
        Ok(folders)
    }

    fn collect<E>(
        &mut self,
        list: &impl Fn(&str) -> Result<Vec<Listed>, E>,
        folder: &str,
        depth: usize,
    ) -> Result<(), E> {
        let entries = list(folder)?;
        let is_kep_yaml = |entry: &Listed| entry.name == "kep.yaml" && entry.is == Is::File;
        if entries.iter().any(is_kep_yaml) {
            self.unnumbered.push(folder.to_owned());
            return Ok(());
        }
        for Listed { name, is } in entries {
            // Names come from elsewhere and become paths here: only plain ones do, and none that a registry uses otherwise.
            let ours = ["prod-readiness", "releases", "work-items"];
            let is_ours = depth == 1 && ours.contains(&name.as_str());
            // A link that is named after a KEP is said to be one when it is read.
            if !matches!(is, Is::Folder | Is::Link) || is_ours {
                continue;
            }
            let inside = format!("{folder}/{name}");
            if !is_plain_name(&name) {
                if depth > 1 && leading_number(&name).is_some() {
                    self.unsafe_names.push(inside);
                }
                continue;
            }
            match leading_number(&name) {
                Some(number) if depth > 1 => {
                    self.by_number.entry(number).or_default().push(inside);
                }
                _ if is == Is::Link => {}
                _ if depth < DEEPEST => self.collect(list, &inside, depth + 1)?,
                _ => {}
            }
        }
        Ok(())
    }

    /// The folder of a KEP; of several, the one that the record at this path is named after.
    pub fn of_kep(&self, number: u32, record: Option<&str>) -> Folder<'_> {
        match self.by_number.get(&number).map(Vec::as_slice) {
            None | Some([]) => Folder::None,
            Some([folder]) => Folder::One(folder),
            Some(several) => {
                let ours =
                    |folder: &&String| record.is_some_and(|path| path == record_path(folder));
                match several.iter().find(ours) {
                    Some(folder) => Folder::One(folder),
                    None => Folder::Several(several),
                }
            }
        }
    }
}

/// The record of the KEP in a folder: `keps/sig-node/4960-…` upstream is `sig-node/4960-….toml` here. A registry has no
/// folders below a SIG's.
pub fn record_path(folder: &str) -> String {
    let below = folder.strip_prefix("keps/").unwrap_or(folder);
    let sig = below.split('/').next().unwrap_or(below);
    let stem = below.rsplit('/').next().unwrap_or(below);
    format!("{sig}/{stem}.toml")
}

/// The kep.yaml in a folder.
pub fn kep_yaml(folder: &str) -> String {
    format!("{folder}/kep.yaml")
}
