//! Why a repository could not be read.

use std::path::{Path, PathBuf};

/// Why a repository could not be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no repository.
    #[error("`{}` is not a git repository{}", path.display(), hint(path))]
    NotARepository {
        /// Where.
        path: PathBuf,
    },
    /// The revision is not there.
    #[error("`{}` has no revision `{revision}`{}", path.display(), similar.as_ref().map_or_else(String::new, |one| format!("; did you mean `{one}`?")))]
    NoSuchRevision {
        /// Where.
        path: PathBuf,
        /// Which one.
        revision: String,
        /// A branch or a tag with a similar name.
        similar: Option<String>,
    },
    /// The clone does not go back far enough.
    #[error("`{}` lacks a commit that is needed: it is a shallow clone; {remedy}", path.display())]
    TooShallow {
        /// Where.
        path: PathBuf,
        /// Which depth helps.
        remedy: &'static str,
    },
    /// Two commits have nothing in common.
    #[error("`{}`: {one} and {two} have no common ancestor", path.display())]
    Unrelated {
        /// Where.
        path: PathBuf,
        /// One.
        one: String,
        /// The other.
        two: String,
    },
    /// The clone has the commit and not the content.
    #[error(
        "`{}` lacks the content of `{what}`: it is a partial clone (`--filter`), or damaged; clone without `--filter`, or have \
         git fetch it by checking the revision out once",
        path.display()
    )]
    Lacking {
        /// Where.
        path: PathBuf,
        /// What.
        what: String,
    },
    /// An object is damaged.
    #[error("`{what}` cannot be read from `{}` ({why})", path.display())]
    Unreadable {
        /// Where.
        path: PathBuf,
        /// What.
        what: String,
        /// In git's words.
        why: String,
    },
}

/// What helps where an address was given for a folder.
fn hint(path: &Path) -> &'static str {
    let path = path.to_string_lossy();
    match path.contains("://") || path.contains(":/") || path.contains("git@") {
        true => "; it is read from disk: clone it first, with `git clone --bare ADDRESS`",
        false => "",
    }
}
