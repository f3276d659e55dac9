//! People, by the names that GitHub knows them by.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use super::Misspelt;
use super::spelling::{folded_order, spelled_as_string};

/// A GitHub login. Compares without case, as GitHub does, and keeps its spelling.
#[derive(Debug, Clone)]
pub struct Handle(String);

impl Handle {
    /// As written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Folded, for comparing with what GitHub says.
    pub fn folded(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

impl PartialEq for Handle {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl Eq for Handle {}

impl PartialOrd for Handle {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Handle {
    fn cmp(&self, other: &Self) -> Ordering {
        folded_order(&self.0, &other.0)
    }
}

impl fmt::Display for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Handle {
    type Err = Misspelt;

    fn from_str(text: &str) -> Result<Self, Misspelt> {
        let mut bytes = text.bytes();
        let starts_well = bytes
            .next()
            .is_some_and(|byte| byte.is_ascii_alphanumeric());
        let goes_on_well =
            bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        if starts_well && goes_on_well && text.len() <= 39 {
            Ok(Self(text.to_owned()))
        } else {
            Err(Misspelt::new(text, "a GitHub handle like \"mikebrow\""))
        }
    }
}

spelled_as_string!(Handle, "a GitHub handle", {
    "type": "string",
    "description": "A GitHub handle without `@`. Handles compare without case.",
    "pattern": "^[A-Za-z0-9][A-Za-z0-9_-]{0,38}$",
    "examples": ["mikebrow"]
});

/// The login of an account on GitHub: a person's handle, or that of an App, which ends in `[bot]`. Compares without case.
#[derive(Debug, Clone)]
pub struct Account(String);

/// What the login of an App's account ends with.
const OF_AN_APP: &str = "[bot]";

impl Account {
    /// As written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether GitHub calls it by this login.
    pub fn is(&self, login: &str) -> bool {
        self.0.eq_ignore_ascii_case(login)
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Account {
    type Err = Misspelt;

    fn from_str(text: &str) -> Result<Self, Misspelt> {
        let handle = text.strip_suffix(OF_AN_APP).unwrap_or(text);
        match handle.parse::<Handle>() {
            Ok(_) => Ok(Self(text.to_owned())),
            Err(_) => Err(Misspelt::new(
                text,
                "an account on GitHub like \"kepherd-for-containerd[bot]\"",
            )),
        }
    }
}

spelled_as_string!(Account, "an account on GitHub", {
    "type": "string",
    "description": "The login of an account on GitHub; that of an App ends in `[bot]`.",
    "pattern": "^[A-Za-z0-9][A-Za-z0-9_-]{0,38}(\\[bot\\])?$",
    "examples": ["kepherd-for-containerd[bot]"]
});
