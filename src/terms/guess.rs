//! What of a record can be a guess, until it is read from kep.yaml.

use super::spelling::words_of_records;

words_of_records! {
    /// A key of a record that is filled in from an issue or by default before anybody has read the KEP itself.
    Guess {
        /// The title.
        Title = "title",
        /// Where the KEP stands.
        Status = "status",
        /// Which stage is next.
        Stage = "stage",
        /// The release that is aimed at.
        Target = "target",
        /// Whether it is on by default at that stage.
        EnabledByDefault = "enabled-by-default",
        /// Who owns the KEP.
        Owners = "owners",
    }
}
