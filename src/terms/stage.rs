//! The stages of a feature.

use super::spelling::words_of_records;

words_of_records! {
    /// A stage of a feature's life in Kubernetes.
    Stage {
        /// Off by default, may change. Needs one runtime that has merged it, or has it as an experiment.
        Alpha = "alpha",
        /// Well tested. Off by default it needs one runtime that has released it; on by default, all of them.
        Beta = "beta",
        /// Generally available. Needs all runtimes, and one release with beta on by default before.
        Stable = "stable",
        /// On its way out.
        Deprecated = "deprecated",
        /// Present, and switched off for good.
        Disabled = "disabled",
        /// Gone.
        Removed = "removed",
    }
}
