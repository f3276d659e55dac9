//! Releases and versions, as spoken.

use std::fmt;
use std::str::FromStr;

use super::Misspelt;
use super::spelling::spelled_as_string;

/// A minor release, as spoken: "1.38" of Kubernetes or CRI-O, "2.5" of containerd.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Release {
    /// The number before the dot.
    pub major: u16,
    /// The number after the dot.
    pub minor: u16,
}

impl Release {
    /// The minor that comes after it.
    #[must_use]
    pub fn next(self) -> Self {
        Self {
            minor: self.minor.saturating_add(1),
            ..self
        }
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

impl FromStr for Release {
    type Err = Misspelt;

    fn from_str(text: &str) -> Result<Self, Misspelt> {
        let numbers = text
            .split_once('.')
            .and_then(|(major, minor)| Some((number(major)?, number(minor)?)));
        match numbers {
            Some((major, minor)) => Ok(Self { major, minor }),
            None => Err(Misspelt::new(text, "a minor release like \"1.38\"")),
        }
    }
}

spelled_as_string!(Release, "a minor release", {
    "type": "string",
    "description": "A minor release as spoken, without `v` and without a patch number.",
    "pattern": "^(0|[1-9][0-9]{0,3})\\.(0|[1-9][0-9]{0,3})$",
    "examples": ["1.38", "2.5"]
});

/// A released version with its patch number: "2.3.4". A release candidate is not a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// The minor release it belongs to.
    pub release: Release,
    /// The patch number.
    pub patch: u16,
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.release, self.patch)
    }
}

impl FromStr for Version {
    type Err = Misspelt;

    fn from_str(text: &str) -> Result<Self, Misspelt> {
        text.rsplit_once('.')
            .and_then(|(release, patch)| {
                Some(Self {
                    release: release.parse().ok()?,
                    patch: number(patch)?,
                })
            })
            .ok_or_else(|| Misspelt::new(text, "a version like \"2.3.0\""))
    }
}

spelled_as_string!(Version, "a version", {
    "type": "string",
    "description": "A released version with its patch number. A release candidate is not a release.",
    "pattern": "^(0|[1-9][0-9]{0,3})\\.(0|[1-9][0-9]{0,3})\\.(0|[1-9][0-9]{0,3})$",
    "examples": ["2.3.0"]
});

/// What an older supported branch gets of a feature: a version, or a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BranchDecision {
    /// The first version of the branch that has it.
    Released(Version),
    /// It will be backported.
    Planned,
    /// It will not be backported.
    NotPlanned,
}

impl fmt::Display for BranchDecision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Released(version) => version.fmt(f),
            Self::Planned => f.write_str("planned"),
            Self::NotPlanned => f.write_str("not-planned"),
        }
    }
}

impl FromStr for BranchDecision {
    type Err = Misspelt;

    fn from_str(text: &str) -> Result<Self, Misspelt> {
        match text {
            "planned" => Ok(Self::Planned),
            "not-planned" => Ok(Self::NotPlanned),
            _ => text.parse().map(Self::Released).map_err(|_| {
                Misspelt::new(
                    text,
                    "a version like \"2.2.4\", \"planned\" or \"not-planned\"",
                )
            }),
        }
    }
}

spelled_as_string!(BranchDecision, "a version or a decision", {
    "type": "string",
    "description": "What an older supported branch gets: the first version that has the feature, `planned` or `not-planned`.",
    "pattern": "^(planned|not-planned|(0|[1-9][0-9]{0,3})\\.(0|[1-9][0-9]{0,3})\\.(0|[1-9][0-9]{0,3}))$",
    "examples": ["2.2.4", "planned", "not-planned"]
});

/// Kubernetes releases from one to another, both included; one end may be open: "1.27..", "1.25..1.26", "..1.30".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KubernetesRange {
    /// The first one; absent: all up to the last one.
    pub first: Option<Release>,
    /// The last one; absent: all from the first one on.
    pub last: Option<Release>,
}

impl KubernetesRange {
    /// Whether a release is one of them.
    pub fn contains(&self, release: Release) -> bool {
        self.first.is_none_or(|first| first <= release)
            && self.last.is_none_or(|last| release <= last)
    }

    /// Whether no release is one of them, because it ends before it begins.
    pub fn is_empty(&self) -> bool {
        matches!((self.first, self.last), (Some(first), Some(last)) if last < first)
    }

    /// As people say it.
    pub fn said(&self) -> String {
        match (self.first, self.last) {
            (Some(first), Some(last)) if first == last => format!("Kubernetes {first}"),
            (Some(first), Some(last)) => format!("Kubernetes {first} to {last}"),
            (Some(first), None) => format!("Kubernetes {first} and later"),
            (None, Some(last)) => format!("Kubernetes {last} and earlier"),
            (None, None) => "all of Kubernetes".to_owned(),
        }
    }
}

impl fmt::Display for KubernetesRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = |release: Option<Release>| {
            release.map_or_else(String::new, |release| release.to_string())
        };
        write!(f, "{}..{}", end(self.first), end(self.last))
    }
}

impl FromStr for KubernetesRange {
    type Err = Misspelt;

    fn from_str(text: &str) -> Result<Self, Misspelt> {
        let misspelt = || {
            Misspelt::new(
                text,
                "a range of Kubernetes releases like \"1.27..\", \"1.25..1.26\" or \"..1.30\"",
            )
        };
        let (first, last) = text.split_once("..").ok_or_else(misspelt)?;
        let end = |text: &str| match text {
            "" => Ok(None),
            text => text.parse().map(Some).map_err(|_| misspelt()),
        };
        let (first, last) = (end(first)?, end(last)?);
        match (first, last) {
            (None, None) => Err(misspelt()),
            _ => Ok(Self { first, last }),
        }
    }
}

spelled_as_string!(KubernetesRange, "a range of Kubernetes releases", {
    "type": "string",
    "description": "Kubernetes releases from one to another, both included. One end may be open.",
    "pattern": "^((0|[1-9][0-9]{0,3})\\.(0|[1-9][0-9]{0,3})\\.\\.((0|[1-9][0-9]{0,3})\\.(0|[1-9][0-9]{0,3}))?|\\.\\.(0|[1-9][0-9]{0,3})\\.(0|[1-9][0-9]{0,3}))$",
    "examples": ["1.27..", "1.25..1.26", "..1.30"]
});

/// Digits as people write numbers: no sign, no leading zero.
fn number(digits: &str) -> Option<u16> {
    let plain = digits == "0" || !digits.starts_with('0');
    let short = (1..=4).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    if plain && short {
        digits.parse().ok()
    } else {
        None
    }
}
