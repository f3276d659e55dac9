//! The project's own files beside the registry's: who its maintainers are, and which releases it supports. Text in, edits out.
//!
//! These files are somebody else's, and people added to the registry's what they do not hold. So an edit changes what the file
//! says otherwise, adds what is new, and keeps everything else as it is.

use std::fmt;

/// What an edit changes, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyChange {
    /// What it is about: a handle, or a minor release.
    pub subject: String,
    /// The key; empty, if all of it comes or goes.
    pub key: String,
    /// What it was, as TOML; absent: nothing.
    pub before: Option<String>,
    /// What it is now, as TOML; absent: nothing.
    pub after: Option<String>,
}

impl fmt::Display for KeyChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            subject,
            key,
            before,
            after,
        } = self;
        let side = |side: &Option<String>| side.clone().unwrap_or_else(|| "nothing".to_owned());
        match (key.as_str(), before, after) {
            ("", None, Some(after)) => write!(f, "{subject} is new: {after}"),
            ("", Some(before), None) => write!(f, "{subject} left: was {before}"),
            _ => write!(f, "{subject}  {key}: {} → {}", side(before), side(after)),
        }
    }
}

/// Something in a file that is not understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{line}: {reason}")]
pub struct Misread {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong.
    pub reason: String,
}
