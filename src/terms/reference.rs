//! Repositories, and what is in them: issues and pull requests.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use super::spelling::{folded_order, spelled_as_string};
use super::{Handle, Misspelt};

/// A repository on GitHub: "containerd/containerd". Compares without case, as GitHub does.
#[derive(Debug, Clone)]
pub struct RepositoryName {
    /// The user or organization.
    pub owner: String,
    /// The repository's own name.
    pub name: String,
}

impl RepositoryName {
    /// Where KEPs live, each with an issue that has its number: kubernetes/enhancements.
    pub fn enhancements() -> Self {
        Self {
            owner: "kubernetes".to_owned(),
            name: "enhancements".to_owned(),
        }
    }

    /// Whether Kubernetes itself is developed here.
    pub fn is_kubernetes(&self) -> bool {
        let Self { owner, name } = self;
        owner.eq_ignore_ascii_case("kubernetes") && name.eq_ignore_ascii_case("kubernetes")
    }

    /// Whether KEPs live here.
    pub fn is_enhancements(&self) -> bool {
        let Self { owner, name } = self;
        owner.eq_ignore_ascii_case("kubernetes") && name.eq_ignore_ascii_case("enhancements")
    }
}

impl PartialEq for RepositoryName {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for RepositoryName {}

impl PartialOrd for RepositoryName {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for RepositoryName {
    fn cmp(&self, other: &Self) -> Ordering {
        let owners = folded_order(&self.owner, &other.owner);
        owners.then_with(|| folded_order(&self.name, &other.name))
    }
}

impl fmt::Display for RepositoryName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.owner, self.name)
    }
}

impl FromStr for RepositoryName {
    type Err = Misspelt;

    fn from_str(text: &str) -> Result<Self, Misspelt> {
        let misspelt = || Misspelt::new(text, "a repository like \"containerd/containerd\"");
        let (owner, name) = text.split_once('/').ok_or_else(misspelt)?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        // As the schema has it: it cannot count the characters before it has seen one that is no dot.
        let behind_dots = name.trim_start_matches('.');
        let is_short = name.len() - behind_dots.len() <= 2 && (1..=98).contains(&behind_dots.len());
        if Handle::from_str(owner).is_err() || !is_short || !name.bytes().all(plain) {
            return Err(misspelt());
        }
        Ok(Self {
            owner: owner.to_owned(),
            name: name.to_owned(),
        })
    }
}

spelled_as_string!(RepositoryName, "a repository", {
    "type": "string",
    "description": "A repository on GitHub, as owner/name.",
    "pattern": "^[A-Za-z0-9][A-Za-z0-9_-]{0,38}/\\.{0,2}[A-Za-z0-9_-][A-Za-z0-9._-]{0,97}$",
    "examples": ["containerd/containerd"]
});

/// An issue or pull request anywhere on GitHub: "containerd/containerd#99002".
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct IssueRef {
    /// Where it lives.
    pub repository: RepositoryName,
    /// Its number there.
    pub number: u64,
}

impl fmt::Display for IssueRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.repository, self.number)
    }
}

impl FromStr for IssueRef {
    type Err = Misspelt;

    fn from_str(text: &str) -> Result<Self, Misspelt> {
        let misspelt = || Misspelt::new(text, "a reference like \"containerd/containerd#12489\"");
        let (repository, digits) = text.split_once('#').ok_or_else(misspelt)?;
        let plain = !digits.is_empty()
            && digits.len() <= 9
            && !digits.starts_with('0')
            && digits.bytes().all(|byte| byte.is_ascii_digit());
        let number = digits.parse().ok().filter(|_| plain).ok_or_else(misspelt)?;
        let repository = repository.parse().map_err(|_| misspelt())?;
        Ok(Self { repository, number })
    }
}

spelled_as_string!(IssueRef, "a reference to an issue or pull request", {
    "type": "string",
    "description": "An issue or pull request on GitHub, as owner/name#number.",
    "pattern": "^[A-Za-z0-9][A-Za-z0-9_-]{0,38}/\\.{0,2}[A-Za-z0-9_-][A-Za-z0-9._-]{0,97}#[1-9][0-9]{0,8}$",
    "examples": ["containerd/containerd#12489"]
});
