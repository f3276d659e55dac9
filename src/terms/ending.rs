//! How a KEP ended.

use super::spelling::words_of_records;

words_of_records! {
    /// How a KEP ended, so that its tracking issue has done its work.
    Ending {
        /// Implemented, and released in the home runtime.
        Done = "done",
        /// Turned down.
        Rejected = "rejected",
        /// Taken back by its owners.
        Withdrawn = "withdrawn",
        /// Another KEP took its place.
        Replaced = "replaced",
    }
}

impl Ending {
    /// As people say it of the KEP.
    pub fn said(self) -> &'static str {
        match self {
            Self::Done => "is implemented and released",
            Self::Rejected => "was rejected",
            Self::Withdrawn => "was withdrawn",
            Self::Replaced => "was replaced",
        }
    }
}
