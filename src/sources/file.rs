//! A file of the registry that repeats a list of somebody else's: edited, or begun. What people added to it stays.

use toml_edit::DocumentMut;

use super::proposal::{Change, Proposal};
use crate::registry::Registry;
use crate::registry::edit::{NoToml, edited};

/// Why a file is left alone.
#[derive(Debug, thiserror::Error)]
pub enum LeftAlone {
    /// It has mistakes, which are for people to mend first.
    #[error("`{0}` has errors, and is left alone: run `kepherd check`")]
    Damaged(String),
    /// Its entries have no tables of their own.
    #[error(
        "`{0}` is written as a list of inline tables, and is left alone: give each entry a table, such as `[[maintainers]]` or \
         `[[minors]]`"
    )]
    Inline(String),
    /// It is no TOML.
    #[error(transparent)]
    NoToml(#[from] NoToml),
}

/// The proposal that comes of an edit of a file, or of an empty one; `is_sound` says whether the file that is there could be read.
///
/// # Errors
///
/// The file cannot be edited, or the edit finds no list of tables.
pub fn propose(
    registry: &Registry,
    path: &str,
    schema: &str,
    is_sound: bool,
    edit: impl FnOnce(&mut DocumentMut) -> Option<Vec<Change>>,
) -> Result<Proposal, LeftAlone> {
    let source = registry.files.iter().find(|file| *file.path == *path);
    if source.is_some() && !is_sound {
        return Err(LeftAlone::Damaged(path.to_owned()));
    }
    let mut proposal = match source {
        Some(source) => Proposal::about(None, source),
        None => Proposal::create(None, path.to_owned(), String::new()),
    };
    let mut changes = Vec::new();
    let edited = edited(&proposal.after, |document| {
        changes = edit(document).ok_or_else(|| LeftAlone::Inline(path.to_owned()))?;
        let is_edit = changes.iter().any(Change::is_made);
        Ok::<_, LeftAlone>(is_edit.then_some(()))
    })?;
    proposal.changes = changes;
    if let Some((text, ())) = edited {
        proposal.after = match proposal.before {
            Some(_) => text,
            None => {
                let text = format!("#:schema {schema}\n\n{}", text.trim_start());
                registry.with_schema_line(path, &text)
            }
        };
    }
    Ok(proposal)
}
