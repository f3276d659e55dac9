//! How far a discussion is.

use super::spelling::words_of_records;

words_of_records! {
    /// How far the discussion of a design is.
    Consensus {
        /// Still discussed.
        Open = "open",
        /// Agreed on.
        Reached = "reached",
        /// Stuck: the owner and the liaison should know early.
        Blocked = "blocked",
    }
}
