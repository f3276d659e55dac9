//! Where a new registry is put: below a repository, in a folder of its own, where none is and nothing leads elsewhere.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::commands::Context;
use crate::commands::files::{self, Opened};
use crate::git;
use crate::registry::load::{CONFIG_FILE, RawFile, is_plain_name, load};
use crate::sources::starter::File;
use crate::text::words::printable;

/// Where it is put if nobody says where.
const FOLDER: &str = "keps";

/// Where a new registry is put.
pub(super) struct Place {
    /// The root of the git repository, or else the working directory.
    pub(super) top: PathBuf,
    /// The registry's folder below it: empty, or without `/` at its end.
    pub(super) below: String,
    /// What leads from the working directory to the registry, for messages.
    prefix: String,
    /// Whether there is a git repository.
    pub(super) is_repository: bool,
    /// Its default branch.
    pub(super) branch: String,
}

impl Place {
    /// Where the options and the working directory say.
    ///
    /// # Errors
    ///
    /// A registry is there already, or nothing may be written there.
    pub(super) fn of(context: &Context<'_>) -> Result<Self> {
        let here = &context.environment.directory;
        let named = context.global.registry.as_deref();
        let root = files::normal(&here.join(named.unwrap_or(Path::new(FOLDER))));
        // The folder may not be there yet.
        let there = root.ancestors().find(|folder| folder.is_dir());
        let there = there.with_context(|| format!("`{}` is in no folder", root.display()))?;
        if std::fs::symlink_metadata(&root).is_ok() && !root.is_dir() {
            bail!("`{}` is a file, and no folder", root.display());
        }
        let repository = git::Repository::discover(there).ok();
        let worktree = repository.as_ref().and_then(git::Repository::worktree);
        if let (Some(repository), None) = (&repository, worktree) {
            bail!(
                "`{}` is a bare repository, without files to put a registry beside: clone it",
                repository.directory().display()
            );
        }
        let top = match (worktree, root.starts_with(here)) {
            (Some(worktree), _) => worktree.to_owned(),
            (None, true) => here.clone(),
            (None, false) => root.clone(),
        };
        // A clone may hold links that lead anywhere; what leads to the caller's own folder is theirs.
        let leading = [here.as_path(), top.as_path()].into_iter();
        let trusted = leading
            .chain(root.ancestors().last())
            .filter(|folder| root.starts_with(folder))
            .max_by_key(|folder| folder.components().count())
            .unwrap_or(&root);
        files::no_link(trusted, root.strip_prefix(trusted)?)?;
        // The working directory itself may have come by one.
        let (top, root) = match root.strip_prefix(&top) {
            Ok(_) => (top, root.clone()),
            Err(_) => (
                top.canonicalize()?,
                there.canonicalize()?.join(root.strip_prefix(there)?),
            ),
        };
        let branch = repository
            .as_ref()
            .and_then(git::Repository::default_branch);
        // In a workflow it is one of names alone.
        let branch = branch.filter(|name| name.split('/').all(is_plain_name));
        let is_repository = repository.is_some();
        // What lies above the repository is another project's.
        let is_own = |found: &PathBuf| !is_repository || found.starts_with(&top);
        if let Some(found) = files::found_from(&root).filter(is_own) {
            let shown = found.join(CONFIG_FILE);
            bail!(
                "there is a registry already: {}; a repository has one, so edit that (`kepherd new kep`, `kepherd upstream pull`)",
                shown.strip_prefix(here).unwrap_or(&shown).display()
            );
        }
        let below = below(&root, &top)?;
        Ok(Self {
            prefix: files::prefix(&root, here),
            top,
            below,
            is_repository,
            branch: branch.unwrap_or_else(|| "main".to_owned()),
        })
    }

    /// Where a file of the registry is, below the top.
    pub(super) fn path_of(&self, in_registry: &str) -> String {
        match self.below.is_empty() {
            true => in_registry.to_owned(),
            false => format!("{}/{in_registry}", self.below),
        }
    }

    /// The registry as it will be, with what lies in its folder already.
    pub(super) fn opened(&self, files: &[File]) -> Result<Opened> {
        let root = self.top.join(&self.below);
        let mut raw = match root.is_dir() {
            true => files::raw(&root)?,
            false => Vec::new(),
        };
        let is_ours = |path: &str| files.iter().any(|file| file.path == path);
        raw.retain(|file| !is_ours(&file.path));
        if let Some(other) = raw.first() {
            bail!(
                "`{}` holds what is no record of a new registry, such as `{}`: name another folder by --registry DIR",
                root.display(),
                printable(&other.path)
            );
        }
        raw.extend(
            files
                .iter()
                .filter(|file| file.path.ends_with(".toml"))
                .map(|file| RawFile {
                    path: file.path.clone(),
                    content: Ok(file.text.clone().into_bytes()),
                }),
        );
        Ok(Opened {
            root,
            prefix: self.prefix.clone(),
            loaded: load(raw),
        })
    }
}

/// The registry's folder below the repository. It stands in workflows, and in addresses.
fn below(root: &Path, top: &Path) -> Result<String> {
    let parts = root.strip_prefix(top).unwrap_or(Path::new("")).components();
    let parts: Option<Vec<&str>> = parts.map(|part| part.as_os_str().to_str()).collect();
    let parts =
        parts.with_context(|| format!("`{}` has a name that is no text", root.display()))?;
    let below = parts.join("/");
    if !parts.iter().all(|part| is_plain_name(part)) {
        bail!(
            "--registry {}: a folder's name is asked for that is safe in workflows and addresses, of letters, digits, `-`, `.` and `_`",
            printable(&below)
        );
    }
    Ok(below)
}
