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

impl Subject {
    /// As people name it for a command: `4960`, or `critest-interop`.
    pub fn named(&self) -> String {
        match self {
            Self::Kep(number) => number.to_string(),
            Self::Item(id) => id.clone(),
        }
    }
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

/// The largest number that a KEP has; a record's schema has the same limit.
const MOST: u32 = 999_999;

/// The number of a KEP as people write it: with or without `KEP-` before it, in any case. `None`: it is none.
pub fn kep_number(text: &str) -> Option<u32> {
    let digits = match text.get(..4) {
        Some(head) if head.eq_ignore_ascii_case("kep-") => &text[4..],
        _ => text,
    };
    // `parse` would take a sign.
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    let number = digits.parse().ok().filter(|_| is_number)?;
    (1..=MOST).contains(&number).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_as_people_write_it() {
        for text in ["4960", "KEP-4960", "kep-4960", "Kep-04960"] {
            assert_eq!(kep_number(text), Some(4960), "{text}");
        }
        for text in [
            "",
            "KEP-",
            "KEP",
            "0",
            "1000000",
            "4294967297",
            "+1",
            "KEP-+1",
            "-1",
            "4960x",
            "kép-1",
            "KEP 1",
        ] {
            assert_eq!(kep_number(text), None, "{text}");
        }
    }

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
