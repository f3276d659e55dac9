//! What maintainers have decided.

use super::spelling::words_of_records;

words_of_records! {
    /// Whether maintainers have taken a KEP on.
    Triage {
        /// Nobody has looked at it yet.
        Pending = "pending",
        /// Maintainers take it on.
        Accepted = "accepted",
        /// Maintainers do not take it on.
        Declined = "declined",
    }
}
