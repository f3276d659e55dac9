//! Who may do what in the project.

use super::spelling::words_of_records;

words_of_records! {
    /// A role in the project.
    Role {
        /// May merge.
        Committer = "committer",
        /// May merge, where a project has one role for all who look after it.
        Maintainer = "maintainer",
        /// May approve what others merge: the word of OWNERS files, as Kubernetes and CRI-O have them.
        Approver = "approver",
        /// Reviews; a member of the organization, without write access.
        Reviewer = "reviewer",
    }
}
