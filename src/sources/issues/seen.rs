//! What GitHub says that records should hear of, as plain data: issues that are tracked or might be, and the pull requests that refer to
//! them. Who reads it is for `github/`; what follows from it, `pull.rs` says.

use std::collections::BTreeMap;

use crate::terms::links::Site;
use crate::terms::{Instant, IssueRef, PullRequestState, RepositoryName};

/// What was read.
#[derive(Debug, Clone)]
pub struct Seen {
    /// Where people look at it.
    pub site: Site,
    /// When it was read.
    pub at: Instant,
    /// The issues that a list or a search showed.
    pub listed: BTreeMap<IssueRef, ListedIssue>,
    /// The issues of records, those that might become some record's, and what either leads to.
    pub tracked: BTreeMap<IssueRef, Found>,
    /// The pull requests that records name.
    pub pull_requests: BTreeMap<IssueRef, SeenPullRequest>,
    /// The repositories that could not be read, and why: nothing follows from what is not seen there.
    pub problems: BTreeMap<RepositoryName, String>,
}

impl Seen {
    /// What nobody has read yet, on a site at a moment.
    pub fn nothing(site: Site, at: Instant) -> Self {
        Self {
            site,
            at,
            listed: BTreeMap::new(),
            tracked: BTreeMap::new(),
            pull_requests: BTreeMap::new(),
            problems: BTreeMap::new(),
        }
    }
}

/// An issue that a list or a search showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedIssue {
    /// Its title.
    pub title: String,
    /// Its body.
    pub body: String,
    /// Whether it is open.
    pub is_open: bool,
    /// Whether the registry's own account wrote it.
    pub is_own: bool,
}

/// What became of a number that a record names as its issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// It is an issue.
    Issue(Box<SeenIssue>),
    /// It is a pull request.
    PullRequest,
    /// It was transferred; where to, as an address, and as a reference if the address is one.
    Transferred {
        /// The address.
        address: String,
        /// What it is now.
        to: Option<IssueRef>,
    },
    /// It was deleted.
    Deleted,
    /// It is not there, or this identity may not see it.
    Invisible,
}

/// An issue with what refers to it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SeenIssue {
    /// Its title.
    pub title: String,
    /// Its body.
    pub body: String,
    /// Whether it is open.
    pub is_open: bool,
    /// Whether it was closed as a duplicate.
    pub is_duplicate: bool,
    /// The issue that it was last said to be a duplicate of.
    pub duplicate_of: Option<IssueRef>,
    /// The titles that it had, oldest first.
    pub former_titles: Vec<String>,
    /// The pull requests that refer to it.
    pub mentions: BTreeMap<IssueRef, SeenPullRequest>,
    /// How many references lie where this identity may not look.
    pub hidden: usize,
}

/// A pull request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SeenPullRequest {
    /// Its title.
    pub title: String,
    /// How far it is.
    pub state: PullRequestState,
    /// The branch that it is for.
    pub base: String,
    /// The branch that it brings.
    pub head: String,
    /// Whether a bot wrote it.
    pub is_by_bot: bool,
}
