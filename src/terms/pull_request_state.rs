//! How far a pull request is.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How far a pull request is, as GitHub says.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum PullRequestState {
    /// It waits for reviews.
    #[default]
    Open,
    /// It is open, and not ready for reviews.
    Draft,
    /// It was closed without being merged.
    Closed,
    /// It was merged.
    Merged,
}

impl PullRequestState {
    /// Whether it is neither closed nor merged.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Open | Self::Draft)
    }

    /// As people say it.
    pub fn said(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Draft => "draft",
            Self::Closed => "closed",
            Self::Merged => "merged",
        }
    }
}
