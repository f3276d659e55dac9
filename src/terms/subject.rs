//! What an issue is about.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Misspelt;

/// What an issue is about: the identity that its markers carry.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Subject {
    /// A KEP, by its number.
    Kep(u32),
    /// A work item, by its id.
    Item(String),
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kep(number) => write!(f, "KEP-{number}"),
            Self::Item(id) => write!(f, "item {id}"),
        }
    }
}

impl FromStr for Subject {
    type Err = Misspelt;

    /// As [`Display`](fmt::Display) writes it.
    fn from_str(text: &str) -> Result<Self, Misspelt> {
        let kep = text
            .strip_prefix("KEP-")
            .and_then(|digits| digits.parse().ok());
        let item = text.strip_prefix("item ").map(str::to_owned);
        kep.map(Self::Kep).or(item.map(Self::Item)).ok_or_else(|| {
            Misspelt::new(
                text,
                "a subject like \"KEP-4960\" or \"item critest-interop\"",
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        for subject in [
            Subject::Kep(4960),
            Subject::Item("critest-interop".to_owned()),
        ] {
            assert_eq!(subject.to_string().parse(), Ok(subject));
        }
        assert!("4960".parse::<Subject>().is_err());
    }
}
