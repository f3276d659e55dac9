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

    /// What became of the KEP, as people say it of one that no work goes on with.
    pub fn ended(self) -> Option<&'static str> {
        match self {
            Self::Provisional | Self::Implementable => None,
            Self::Implemented => Some("is implemented"),
            Self::Deferred => Some("is deferred: nobody works on it for now"),
            Self::Rejected => Some("was rejected"),
            Self::Withdrawn => Some("was withdrawn"),
            Self::Replaced => Some("was replaced by another KEP"),
        }
    }
}
