//! A work item: work without a KEP that also has a maintainer. `keps/work-items/<id>.toml`. Wire types only.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::kep::{Allow, PullRequest, Triage};
use super::values::{Handle, Line, Link, Release, RepositoryName};

/// Work that needs a maintainer and has no KEP: an urgent Kubernetes pull request, test infrastructure, critest interop.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(title = "Work item")]
pub struct WorkItem {
    /// The item's own name; also the name of its file.
    #[schemars(regex(pattern = "^[a-z0-9]+(-[a-z0-9]+)*$"), length(max = 60))]
    pub id: String,
    /// The short title.
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

/// What sort of work a work item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WorkKind {
    /// A pull request in Kubernetes that needs a look from this project.
    KubernetesPullRequest,
    /// An issue that concerns Kubernetes and has no KEP of its own.
    Issue,
    /// Test jobs and the machines they run on.
    TestInfrastructure,
    /// Work on critest and on what runtimes must agree on.
    Interop,
}

impl WorkKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [
        Self::KubernetesPullRequest,
        Self::Issue,
        Self::TestInfrastructure,
        Self::Interop,
    ];

    /// As written in a record.
    pub fn written(self) -> &'static str {
        match self {
            Self::KubernetesPullRequest => "kubernetes-pull-request",
            Self::Issue => "issue",
            Self::TestInfrastructure => "test-infrastructure",
            Self::Interop => "interop",
        }
    }

    /// As people say it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::KubernetesPullRequest => "Kubernetes pull request",
            Self::Issue => "issue",
            Self::TestInfrastructure => "test infrastructure",
            Self::Interop => "interop",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_written_as_a_record_is_read() {
        for kind in WorkKind::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.written());
        }
    }
}
