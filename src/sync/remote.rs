//! GitHub, as the reconciliation sees it: what can be read, what can be written, and how a request fails.
//!
//! Planning gets a [`Read`], which has no way to write. Only [`apply`](super::apply) gets a [`Write`]. Who implements them is
//! not known here: `github/client.rs` does.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::future::Future;
use std::time::Duration;

use super::desired::{Desired, DesiredRepository, LabelDefinition, MilestoneDefinition};
use super::observed::{Lookup, Observed, ObservedIssue};
use super::plan::patch::Patch;
use super::plan::{Histories, Mend, Options};
use super::remembered::Remembered;
use crate::terms::links::Site;
use crate::terms::{Instant, RepositoryName};
use crate::text::words::{duration, printable};

/// What a plan needs to know.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// By repository.
    pub repositories: BTreeMap<RepositoryName, WantedRepository>,
}

/// What a plan needs to know of a repository.
#[derive(Debug, Clone, Default)]
pub struct WantedRepository {
    /// Labels that may have to be created.
    pub labels: Vec<String>,
    /// Milestones that may have to be created.
    pub milestones: Vec<String>,
    /// Numbers of issues.
    pub issues: Vec<u64>,
    /// Numbers of pull requests.
    pub pull_requests: Vec<u64>,
    /// The labels by which issues are listed; absent: no list is needed.
    pub index: Option<Vec<String>>,
}

impl Wanted {
    /// What a plan for this state needs to know: the numbers are those of the records, and those that earlier runs wrote down. The list of issues is read only where a record has no number, or where
    /// somebody asks for it.
    pub fn of(desired: &Desired, remembered: &Remembered, options: &Options, listed: bool) -> Self {
        let repositories = desired
            .repositories
            .iter()
            .filter(|(_, repository)| {
                listed || !repository.issues.is_empty() || !repository.pull_requests.is_empty()
            })
            .map(|(name, repository)| {
                let numbers: Vec<Option<u64>> = repository
                    .issues
                    .iter()
                    .map(|issue| {
                        let journaled = || remembered.number_of(name, issue, options);
                        issue.number.or_else(journaled)
                    })
                    .collect();
                let unpinned = numbers.contains(&None);
                let wanted = WantedRepository {
                    labels: labels(repository),
                    milestones: repository.milestones.keys().cloned().collect(),
                    issues: numbers.into_iter().flatten().collect(),
                    pull_requests: repository.pull_requests.keys().copied().collect(),
                    index: (listed || unpinned).then(|| repository.index_labels.clone()),
                };
                (name.clone(), wanted)
            })
            .collect();
        Self { repositories }
    }
}

/// The names of the labels that may have to be created, and of those that may have to be renamed.
fn labels(repository: &DesiredRepository) -> Vec<String> {
    let wanted = repository.labels.values().map(|label| label.name.clone());
    let renamed = repository.renamed_labels.iter();
    let renamed = renamed.flat_map(|(from, to)| [from.clone(), to.clone()]);
    let by_name = wanted
        .chain(renamed)
        .map(|name| (name.to_lowercase(), name));
    let by_name: BTreeMap<String, String> = by_name.collect();
    by_name.into_values().collect()
}

impl Wanted {
    /// These pull requests, and nothing else.
    pub fn of_pull_requests(numbers: BTreeMap<RepositoryName, BTreeSet<u64>>) -> Self {
        let repositories = numbers.into_iter().map(|(name, numbers)| {
            let wanted = WantedRepository {
                pull_requests: numbers.into_iter().collect(),
                ..WantedRepository::default()
            };
            (name, wanted)
        });
        Self {
            repositories: repositories.collect(),
        }
    }
}

/// A search for issues by a word in their titles.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TitleSearch {
    /// Where.
    pub repository: RepositoryName,
    /// The word, or number.
    pub word: String,
    /// Whether only open ones are looked for.
    pub is_open: bool,
}

/// Reading. An implementation makes as few requests as it can.
pub trait Read {
    /// Where people look at what is read.
    fn site(&self) -> Site;

    /// Reads what a plan needs: of each repository the whole, or its problem. A part that is missing is a problem, not an
    /// absence. If no repository could be read, the problem is the answer.
    fn observe(&self, wanted: &Wanted) -> impl Future<Output = Result<Observed, Error>>;

    /// The issues that this identity wrote in repositories that were not listed, before one is created elsewhere. A
    /// repository that cannot be read is left out.
    fn own_issues(
        &self,
        repositories: &[RepositoryName],
    ) -> impl Future<Output = Result<Observed, Error>>;

    /// Issues, open or closed, that GitHub's search finds: many searches in one request. It is behind what was written, and finds no more than a
    /// page of each, so that nothing follows from what it does not find.
    fn titled(
        &self,
        searches: &[TitleSearch],
    ) -> impl Future<Output = Result<Vec<(RepositoryName, ObservedIssue)>, Error>>;

    /// Waits until a creation that was sent at a moment, and never answered, has happened or never will.
    fn settled(&self, sent: Instant) -> impl Future<Output = Result<(), Error>>;

    /// Reads every issue with a number above this one, number by number and not by a list: a list may be older than what was
    /// written a moment ago.
    fn issues_above(
        &self,
        repository: &RepositoryName,
        number: u64,
    ) -> impl Future<Output = Result<BTreeMap<u64, ObservedIssue>, Error>>;

    /// Reads one issue, just before it is written.
    fn issue(
        &self,
        repository: &RepositoryName,
        number: u64,
    ) -> impl Future<Output = Result<Lookup, Error>>;

    /// Reads the labels of a pull request, just before they are written; `None` if it is not open any more.
    fn labels_of_pull_request(
        &self,
        repository: &RepositoryName,
        number: u64,
    ) -> impl Future<Output = Result<Option<Vec<String>>, Error>>;

    /// Whether this identity has written a comment with this line on an issue. All comments are looked at.
    fn has_comment(
        &self,
        repository: &RepositoryName,
        number: u64,
        marker: &str,
    ) -> impl Future<Output = Result<bool, Error>>;

    /// Reads what happened to issues, to say who changed what.
    fn histories(
        &self,
        issues: &BTreeMap<RepositoryName, Vec<u64>>,
    ) -> impl Future<Output = Result<Histories, Error>>;
}

/// What a write counts as for GitHub's limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WriteKind {
    /// It creates an issue or a comment.
    Creation,
    /// Any other.
    Change,
}

/// Writing. Each call is one request; only one that a limit refused is repeated.
pub trait Write {
    /// Waits until the next write may be made: for the pause between two, and for GitHub's limits. It stands apart from the
    /// writes, so that what is known before a write is read, and written down, after the wait for it.
    fn turn(&self, kind: WriteKind) -> impl Future<Output = Result<(), Held>>;

    /// Creates a label. One that exists already is left as it is.
    fn create_label(
        &self,
        repository: &RepositoryName,
        label: &LabelDefinition,
    ) -> impl Future<Output = Result<(), Error>>;

    /// Creates a milestone and gives its number.
    fn create_milestone(
        &self,
        repository: &RepositoryName,
        milestone: &MilestoneDefinition,
    ) -> impl Future<Output = Result<u64, Error>>;

    /// Puts a label or a milestone right that is there.
    fn mend(
        &self,
        repository: &RepositoryName,
        mend: &Mend,
    ) -> impl Future<Output = Result<(), Error>>;

    /// Creates an issue and gives it as GitHub made it.
    fn create_issue(
        &self,
        repository: &RepositoryName,
        issue: &Patch,
    ) -> impl Future<Output = Result<ObservedIssue, Error>>;

    /// Changes an issue and gives it as GitHub made it.
    fn update_issue(
        &self,
        repository: &RepositoryName,
        number: u64,
        patch: &Patch,
    ) -> impl Future<Output = Result<ObservedIssue, Error>>;

    /// Posts a comment on an issue and gives its text as GitHub made it.
    fn create_comment(
        &self,
        repository: &RepositoryName,
        number: u64,
        body: &str,
    ) -> impl Future<Output = Result<String, Error>>;
}

/// Why a request is not made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Held {
    /// Somebody asked to stop.
    #[error("somebody asked it to stop")]
    Stopped,
    /// A limit asks for a longer wait than the run has patience for.
    #[error("GitHub allows {limit}, and the next is free in {}: longer than `--max-wait` allows", duration(*wait))]
    TooLong {
        /// The limit.
        limit: &'static str,
        /// How long it asks to wait.
        wait: Duration,
    },
}

/// A request that did not succeed. It never holds a token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Error {
    /// The request: method and path.
    pub request: String,
    /// What went wrong.
    pub problem: Problem,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.request, self.problem)
    }
}

/// What went wrong with a request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// 401.
    #[error("GitHub does not accept the credentials ({0})")]
    Unauthorized(String),
    /// The App gets no token, so that the request was not made.
    #[error("the App gets no token: {0}")]
    NoToken(String),
    /// Somebody asked the run to stop before the request was made.
    #[error("somebody asked it to stop")]
    Stopped,
    /// Any other answer that is not a success.
    #[error("GitHub answered {status}: {message}")]
    Refused {
        /// The status.
        status: u16,
        /// GitHub's words, with the fields it names.
        message: String,
        /// The address of a redirect.
        location: Option<String>,
        /// The codes of the fields it names.
        codes: Vec<String>,
    },
    /// A limit that outlasts the patience of the run. The request was not carried out.
    #[error("GitHub's limit is reached: {message}{}", shown_wait(*wait))]
    Limited {
        /// GitHub's words.
        message: String,
        /// How long it asks to wait, if it says.
        wait: Option<Duration>,
    },
    /// GraphQL answered with errors.
    #[error("GitHub answered with errors: {0}")]
    GraphQl(String),
    /// No answer.
    #[error("no answer ({0})")]
    Unreachable(String),
    /// More numbers than are looked through one by one.
    #[error("there are more than {0} numbers to look through")]
    TooMany(usize),
    /// An answer that is not what GitHub describes.
    #[error("the answer cannot be read ({0})")]
    Malformed(String),
}

impl Problem {
    /// The same, with words from elsewhere that are fit to print on one line.
    pub(crate) fn printable(self) -> Self {
        match self {
            Self::Unauthorized(text) => Self::Unauthorized(printable(&text)),
            Self::NoToken(text) => Self::NoToken(printable(&text)),
            Self::Refused {
                status,
                message,
                location,
                codes,
            } => Self::Refused {
                status,
                message: printable(&message),
                location: location.map(|location| printable(&location)),
                codes,
            },
            Self::Limited { message, wait } => Self::Limited {
                message: printable(&message),
                wait,
            },
            Self::GraphQl(text) => Self::GraphQl(printable(&text)),
            Self::Unreachable(text) => Self::Unreachable(printable(&text)),
            Self::Malformed(text) => Self::Malformed(printable(&text)),
            other @ (Self::Stopped | Self::TooMany(_)) => other,
        }
    }
}

fn shown_wait(wait: Option<Duration>) -> String {
    wait.filter(|wait| !wait.is_zero())
        .map_or_else(String::new, |wait| {
            format!("; it asks to wait {}", duration(wait))
        })
}

impl Held {
    /// The request that was not made, as an error.
    pub fn error(self, request: String) -> Error {
        let problem = match self {
            Self::Stopped => Problem::Stopped,
            Self::TooLong { wait, limit } => Problem::Limited {
                message: format!("GitHub allows {limit}"),
                wait: Some(wait),
            },
        };
        Error { request, problem }
    }
}

impl Error {
    /// Whether the same would happen for any repository: the token is not accepted, or nobody answers.
    pub fn is_everywhere(&self) -> bool {
        matches!(
            self.problem,
            Problem::Unauthorized(_)
                | Problem::NoToken(_)
                | Problem::Unreachable(_)
                | Problem::Limited { .. }
                | Problem::Stopped
        )
    }

    /// Whether whatever is written next would meet the same.
    pub fn ends_a_run(&self) -> bool {
        matches!(
            self.problem,
            Problem::Unauthorized(_)
                | Problem::NoToken(_)
                | Problem::Limited { .. }
                | Problem::Stopped
        )
    }

    /// Whether the run was held up, by somebody or by a limit: nothing of the request was carried out, and nothing failed.
    pub fn holds_up(&self) -> bool {
        matches!(self.problem, Problem::Limited { .. } | Problem::Stopped)
    }

    /// Whether the credentials are not accepted: the request was not carried out.
    pub fn is_unauthorized(&self) -> bool {
        matches!(self.problem, Problem::Unauthorized(_))
    }

    /// Whether GitHub gave up on a request because it was too much: half of it may do.
    pub fn is_too_large(&self) -> bool {
        matches!(
            self.problem,
            Problem::Refused {
                status: 502 | 504,
                ..
            }
        )
    }

    /// Whether what was to be created is there already.
    pub fn already_exists(&self) -> bool {
        match &self.problem {
            Problem::Refused { status, codes, .. } => {
                *status == 422 && codes.iter().any(|code| code == "already_exists")
            }
            _ => false,
        }
    }

    /// Whether it may be over in a moment, so that what may be repeated is tried again.
    pub fn may_pass(&self) -> bool {
        match &self.problem {
            Problem::Refused { status, .. } => *status >= 500,
            Problem::Unreachable(_) | Problem::Malformed(_) | Problem::GraphQl(_) => true,
            Problem::Limited { .. } => true,
            Problem::Unauthorized(_)
            | Problem::NoToken(_)
            | Problem::Stopped
            | Problem::TooMany(_) => false,
        }
    }

    /// Whether the request may have been carried out although nothing says so: a creation is then not repeated.
    pub fn outcome_is_unknown(&self) -> bool {
        match &self.problem {
            Problem::Unauthorized(_)
            | Problem::NoToken(_)
            | Problem::Stopped
            | Problem::TooMany(_)
            | Problem::GraphQl(_)
            | Problem::Limited { .. } => false,
            Problem::Refused { status, .. } => *status >= 500,
            Problem::Unreachable(_) | Problem::Malformed(_) => true,
        }
    }
}
