//! The stages of a feature as they ship.

use super::spelling::words_of_records;

words_of_records! {
    /// A stage that shipped, as a record's `reached` names it: of a beta it also matters when its gate came on.
    ReachedStage {
        /// There, off by default.
        Alpha = "alpha",
        /// Well tested.
        Beta = "beta",
        /// Well tested, and on by default.
        BetaOn = "beta-on",
        /// Generally available.
        Stable = "stable",
    }
}
