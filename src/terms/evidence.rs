//! What shows that a runtime has a feature: a pull request, or a commit that no pull request brought.

use std::fmt;
use std::str::FromStr;

use super::spelling::spelled_as_string;
use super::{CommitId, IssueRef, Misspelt, RepositoryName};

/// What brought a feature to a runtime: "containerd/containerd#99002", or "containerd/containerd@" and the 40 digits of a commit, because
/// GitHub merges a security fix as "Merge commit from fork", without a number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Evidence {
    /// Where it lies.
    pub repository: RepositoryName,
    /// What it is there.
    pub named: Named,
}

/// What evidence names in its repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Named {
    /// A pull request, or an issue.
    PullRequest(u64),
    /// A commit.
    Commit(CommitId),
}

impl Named {
    /// As it is asked for: a number, or the 40 digits of a commit.
    pub fn digits(self) -> String {
        match self {
            Self::PullRequest(number) => number.to_string(),
            Self::Commit(id) => id.to_string(),
        }
    }

    /// As people name it where the repository is known: `#99002`, or the beginning of a commit's id.
    pub fn short(self) -> String {
        match self {
            Self::PullRequest(number) => format!("#{number}"),
            Self::Commit(id) => id.short(),
        }
    }
}

impl Evidence {
    /// As people name it: a commit by the beginning of its id.
    pub fn said(&self) -> String {
        match self.named {
            Named::PullRequest(_) => self.to_string(),
            Named::Commit(id) => format!("{}@{}", self.repository, id.short()),
        }
    }
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.named {
            Named::PullRequest(number) => write!(f, "{}#{number}", self.repository),
            Named::Commit(id) => write!(f, "{}@{id}", self.repository),
        }
    }
}

impl FromStr for Evidence {
    type Err = Misspelt;

    fn from_str(text: &str) -> Result<Self, Misspelt> {
        if let Ok(IssueRef { repository, number }) = text.parse() {
            let named = Named::PullRequest(number);
            return Ok(Self { repository, named });
        }
        let commit = || {
            let (repository, digits) = text.split_once('@')?;
            let is_lower = !digits.bytes().any(|byte| byte.is_ascii_uppercase());
            let id = CommitId::parse(digits).filter(|_| is_lower)?;
            Some(Self {
                repository: repository.parse().ok()?,
                named: Named::Commit(id),
            })
        };
        commit().ok_or_else(|| {
            Misspelt::new(
                text,
                "a pull request like \"containerd/containerd#12489\", or a commit like \"containerd/containerd@\" and its 40 digits",
            )
        })
    }
}

spelled_as_string!(Evidence, "a pull request or a commit", {
    "type": "string",
    "description": "A pull request on GitHub, as owner/name#number, or a commit, as owner/name@ and its 40 digits.",
    "pattern": "^[A-Za-z0-9][A-Za-z0-9_-]{0,38}/\\.{0,2}[A-Za-z0-9_-][A-Za-z0-9._-]{0,97}(#[1-9][0-9]{0,8}|@[0-9a-f]{40})$",
    "examples": ["containerd/containerd#12489"]
});
