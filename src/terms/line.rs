//! Lines of text, and addresses on the web.

use std::fmt;
use std::str::FromStr;

use super::Misspelt;
use super::spelling::spelled_as_string;

/// A line of text: not empty, and without line breaks or other control characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Line(String);

impl Line {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Line {
    type Err = Misspelt;

    fn from_str(text: &str) -> Result<Self, Misspelt> {
        if text.is_empty()
            || text.trim_matches(is_space) != text
            || text.contains(|c: char| c.is_ascii_control())
        {
            return Err(Misspelt::new(text, "one line of text"));
        }
        Ok(Self(text.to_owned()))
    }
}

spelled_as_string!(Line, "one line of text", {
    "type": "string",
    "description": "One line of text, not empty, without white space around it.",
    "pattern": "^[^\\s\\x00-\\x1f\\x7f\\x85]([^\\x00-\\x1f\\x7f]*[^\\s\\x00-\\x1f\\x7f\\x85])?$"
});

/// White space, to Unicode or to the patterns of a schema.
fn is_space(c: char) -> bool {
    c.is_whitespace() || c == '\u{feff}'
}

/// An address on the web.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Link(String);

impl Link {
    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Link {
    type Err = Misspelt;

    fn from_str(text: &str) -> Result<Self, Misspelt> {
        let rest = text
            .strip_prefix("https://")
            .or_else(|| text.strip_prefix("http://"));
        // What would end a link in Markdown or HTML early has no place in an address; it is written percent-encoded.
        let hostile = |c: char| is_space(c) || c.is_control() || "<>\"`{}|\\^".contains(c);
        match rest {
            Some(rest) if !rest.is_empty() && !rest.contains(hostile) => Ok(Self(text.to_owned())),
            _ => Err(Misspelt::new(
                text,
                "an address like \"https://kep.k8s.io/4960\"",
            )),
        }
    }
}

spelled_as_string!(Link, "a web address", {
    "type": "string",
    "description": "An address that begins with https:// or http://.",
    "pattern": "^https?://[^\\s\\x00-\\x1f\\x7f-\\x9f<>\"`{}|\\\\^]+$",
    "examples": ["https://kep.k8s.io/4960"]
});
