//! How far a runtime is.

use super::spelling::words_of_records;

words_of_records! {
    /// How far a runtime is with a feature.
    RuntimeState {
        /// Nothing of it is there; known, not assumed.
        None = "none",
        /// Somebody works on it.
        InProgress = "in-progress",
        /// There, marked as an experiment.
        Experimental = "experimental",
        /// On the development branch. Merged is not released.
        Merged = "merged",
        /// In a release; `release` says since which.
        Released = "released",
    }
}

impl RuntimeState {
    /// As people say it.
    pub fn said(self) -> &'static str {
        match self {
            Self::None => "nothing yet",
            Self::InProgress => "in progress",
            Self::Experimental => "experimental",
            Self::Merged => "merged, not released",
            Self::Released => "released",
        }
    }
}
