//! Who may do what in the project.

use super::spelling::words_of_records;

words_of_records! {
    /// A role in the project.
    Role {
        /// May merge.
        Committer = "committer",
        /// Reviews; a member of the organization, without write access.
        Reviewer = "reviewer",
    }
}
