//! The sorts of work without a KEP.

use super::spelling::words_of_records;

words_of_records! {
    /// What sort of work a work item is.
    WorkKind {
        /// A pull request in Kubernetes that needs a look from this project.
        KubernetesPullRequest = "kubernetes-pull-request",
        /// An issue that concerns Kubernetes and has no KEP of its own.
        Issue = "issue",
        /// Test jobs and the machines they run on.
        TestInfrastructure = "test-infrastructure",
        /// Work on critest and on what runtimes must agree on.
        Interop = "interop",
    }
}

impl WorkKind {
    /// As people say it.
    pub fn said(self) -> &'static str {
        match self {
            Self::KubernetesPullRequest => "Kubernetes pull request",
            Self::Issue => "issue",
            Self::TestInfrastructure => "test infrastructure",
            Self::Interop => "interop",
        }
    }
}
