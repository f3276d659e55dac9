//! Where a KEP stands upstream.

use super::spelling::words_of_records;

words_of_records! {
    /// Where a KEP stands upstream.
    Status {
        /// Proposed and being written.
        Provisional = "provisional",
        /// Approved, and being built.
        Implementable = "implementable",
        /// Done: it will not change any more.
        Implemented = "implemented",
        /// Nobody works on it for now.
        Deferred = "deferred",
        /// Turned down.
        Rejected = "rejected",
        /// Taken back by its owners.
        Withdrawn = "withdrawn",
        /// Another KEP took its place.
        Replaced = "replaced",
    }
}

impl Status {
    /// Whether work on the KEP goes on: only then does a record without an issue get one.
    pub fn is_live(self) -> bool {
        matches!(self, Self::Provisional | Self::Implementable)
    }
}
