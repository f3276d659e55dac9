//! A work item: work without a KEP that also has a maintainer. `keps/work-items/<id>.toml`. Wire types only.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::kep::{Allow, PullRequest};
use crate::terms::{Handle, Line, Link, Release, RepositoryName, Triage, WorkKind};

/// Work that needs a maintainer and has no KEP: an urgent Kubernetes pull request, test infrastructure, critest interop.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(title = "Work item")]
pub struct WorkItem {
    /// The item's own name; also the name of its file.
    #[schemars(regex(pattern = "^[a-z0-9]+(-[a-z0-9]+)*$"), length(max = 60))]
    pub id: String,
    /// The short title.
    #[schemars(extend("examples" = ["Run critest against the nightly kubelet"]))]
    pub title: Line,
    /// What sort of work it is.
    pub kind: WorkKind,
    /// The Kubernetes release aimed for. Absent: none is planned.
    pub target: Option<Release>,
    /// Who does it. They are assigned to the issue.
    #[serde(default)]
    #[schemars(length(max = 10))]
    pub assignees: Vec<Handle>,
    /// Whether maintainers have looked at it and taken it on.
    pub triage: Option<Triage>,
    /// The targeted minor release of the home runtime.
    #[schemars(extend("examples" = ["2.5"]))]
    pub milestone: Option<Release>,
    /// The number of its issue in `repository`. Absent: created on apply.
    #[schemars(range(min = 1, max = 999_999_999))]
    pub issue: Option<u64>,
    /// The repository of the issue, if it is not the registry's first. It must be listed there.
    pub repository: Option<RepositoryName>,
    /// The pull requests that do the work.
    #[serde(default)]
    pub pull_requests: Vec<PullRequest>,
    /// Other tracking documents.
    #[serde(default)]
    pub links: Vec<Link>,
    /// Findings that people have looked at and accepted.
    #[serde(default)]
    pub allow: Vec<Allow>,
}
