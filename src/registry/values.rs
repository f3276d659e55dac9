//! The words that records are made of: releases, versions, dates, handles, references. Each has a type of its own.
//!
//! Every type knows its spelling (`FromStr`), prints it back (`Display`), and describes it to editors
//! (`JsonSchema`: title, pattern and examples, which `check` also uses to say what to write). A value of one of
//! these types is well-formed; whether it exists (a release in its calendar, a maintainer) is for the rules.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use jiff::ToSpan as _;
use jiff::civil;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::document::DATE_MARK;

/// A text that is not spelled as its type asks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not {expected}")]
pub struct Misspelt {
    text: String,
    expected: &'static str,
}

impl Misspelt {
    fn new(text: &str, expected: &'static str) -> Self {
        Self {
            text: text.to_owned(),
            expected,
        }
    }
}

/// Serde and schema for a type that is written as a string.
macro_rules! spelled_as_string {
    ($type:ident, $title:literal, $schema:tt) => {
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = Cow::<'de, str>::deserialize(deserializer)?;
                text.strip_prefix(DATE_MARK)
                    .unwrap_or(&text)
                    .parse()
                    .map_err(de::Error::custom)
            }
        }

        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                let mut schema = json_schema!($schema);
                schema.insert("title".to_owned(), $title.into());
                schema
            }
        }
    };
}

/// A minor release, as spoken: "1.38" of Kubernetes or CRI-O, "2.5" of containerd.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Release {
    /// The number before the dot.
    pub major: u16,
    /// The number after the dot.
    pub minor: u16,
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

/// A day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(pub civil::Date);

impl Date {
    /// The day so many days later; the calendar's last day if it ends before.
    pub fn plus_days(self, days: i32) -> Self {
        Self(self.0.saturating_add(days.days()))
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Date {
    type Err = Misspelt;

    fn from_str(text: &str) -> Result<Self, Misspelt> {
        // The parser of civil dates takes more spellings than TOML does.
        let plain = text.len() == 10;
        match text.parse() {
            Ok(date) if plain => Ok(Self(date)),
            _ => Err(Misspelt::new(text, "a date like 2026-12-16")),
        }
    }
}

spelled_as_string!(Date, "a date", {
    "type": "string",
    "description": "A day, written as a TOML date, without quotes.",
    "format": "date",
    "examples": ["2026-12-16"]
});

/// An instant in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(pub jiff::Timestamp);

impl Instant {
    /// The day in UTC.
    pub fn date(self) -> Date {
        Date(self.0.to_zoned(jiff::tz::TimeZone::UTC).date())
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Instant {
    type Err = Misspelt;

    fn from_str(text: &str) -> Result<Self, Misspelt> {
        text.parse()
            .map(Self)
            .map_err(|_| Misspelt::new(text, "an instant like 2026-09-30T12:00:00Z"))
    }
}

spelled_as_string!(Instant, "an instant", {
    "type": "string",
    "description": "An instant, written as a TOML date-time with its offset, without quotes. UTC ends in `Z`.",
    "format": "date-time",
    "examples": ["2026-09-30T12:00:00Z"]
});

/// A day that is planned, or only its month when no more is known: `2026-12-16` or "2026-12".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PlannedDate {
    /// The day.
    Day(Date),
    /// Some day of this month: year and month, from 1.
    Month(i16, i8),
}

impl PlannedDate {
    /// The last day that it can mean: of a month, its last.
    pub fn latest(self) -> Date {
        match self {
            Self::Day(day) => day,
            Self::Month(year, month) => Date(civil::date(year, month, 1).last_of_month()),
        }
    }

    /// Whether no more than the month is known.
    pub fn is_month(self) -> bool {
        matches!(self, Self::Month(..))
    }

    /// The first day that it can mean.
    pub fn earliest(self) -> Date {
        match self {
            Self::Day(day) => day,
            Self::Month(year, month) => Date(civil::date(year, month, 1)),
        }
    }
}

impl fmt::Display for PlannedDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(day) => day.fmt(f),
            Self::Month(year, month) => write!(f, "{year:04}-{month:02}"),
        }
    }
}

impl FromStr for PlannedDate {
    type Err = Misspelt;

    fn from_str(text: &str) -> Result<Self, Misspelt> {
        if text.len() == 7
            && let Ok(day) = Date::from_str(&format!("{text}-01"))
        {
            return Ok(Self::Month(day.0.year(), day.0.month()));
        }
        text.parse()
            .map(Self::Day)
            .map_err(|_| Misspelt::new(text, "a date like 2026-12-16 or a month like \"2026-12\""))
    }
}

spelled_as_string!(PlannedDate, "a date or a month", {
    "description": "A day as a TOML date, or a month in quotes when no more is known.",
    "examples": ["2026-12-16", "2026-12"],
    "anyOf": [
        { "type": "string", "format": "date" },
        { "type": "string", "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])$" }
    ]
});

/// A GitHub login. Compares without case, as GitHub does, and keeps its spelling.
#[derive(Debug, Clone)]
pub struct Handle(String);

impl Handle {
    /// As written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Folded, for comparing with what GitHub says.
    pub fn folded(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

impl PartialEq for Handle {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl Eq for Handle {}

impl PartialOrd for Handle {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Handle {
    fn cmp(&self, other: &Self) -> Ordering {
        self.folded().cmp(&other.folded())
    }
}

impl fmt::Display for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Handle {
    type Err = Misspelt;

    fn from_str(text: &str) -> Result<Self, Misspelt> {
        let mut bytes = text.bytes();
        let starts_well = bytes
            .next()
            .is_some_and(|byte| byte.is_ascii_alphanumeric());
        let goes_on_well =
            bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        if starts_well && goes_on_well && text.len() <= 39 {
            Ok(Self(text.to_owned()))
        } else {
            Err(Misspelt::new(text, "a GitHub handle like \"mikebrow\""))
        }
    }
}

spelled_as_string!(Handle, "a GitHub handle", {
    "type": "string",
    "description": "A GitHub handle without `@`. Handles compare without case.",
    "pattern": "^[A-Za-z0-9][A-Za-z0-9_-]{0,38}$",
    "examples": ["mikebrow"]
});

/// A repository on GitHub: "containerd/containerd". Compares without case, as GitHub does.
#[derive(Debug, Clone)]
pub struct RepositoryName {
    /// The user or organization.
    pub owner: String,
    /// The repository's own name.
    pub name: String,
}

impl RepositoryName {
    fn folded(&self) -> (String, String) {
        (
            self.owner.to_ascii_lowercase(),
            self.name.to_ascii_lowercase(),
        )
    }
}

impl PartialEq for RepositoryName {
    fn eq(&self, other: &Self) -> bool {
        self.folded() == other.folded()
    }
}

impl Eq for RepositoryName {}

impl PartialOrd for RepositoryName {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for RepositoryName {
    fn cmp(&self, other: &Self) -> Ordering {
        self.folded().cmp(&other.folded())
    }
}

impl fmt::Display for RepositoryName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.owner, self.name)
    }
}

impl FromStr for RepositoryName {
    type Err = Misspelt;

    fn from_str(text: &str) -> Result<Self, Misspelt> {
        let misspelt = || Misspelt::new(text, "a repository like \"containerd/containerd\"");
        let (owner, name) = text.split_once('/').ok_or_else(misspelt)?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        let dots = name.bytes().all(|byte| byte == b'.');
        if Handle::from_str(owner).is_err()
            || name.is_empty()
            || name.len() > 100
            || dots
            || !name.bytes().all(plain)
        {
            return Err(misspelt());
        }
        Ok(Self {
            owner: owner.to_owned(),
            name: name.to_owned(),
        })
    }
}

spelled_as_string!(RepositoryName, "a repository", {
    "type": "string",
    "description": "A repository on GitHub, as owner/name.",
    "pattern": "^[A-Za-z0-9][A-Za-z0-9_-]{0,38}/\\.{0,2}[A-Za-z0-9_-][A-Za-z0-9._-]{0,97}$",
    "examples": ["containerd/containerd"]
});

/// An issue or pull request anywhere on GitHub: "containerd/containerd#99002".
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct IssueRef {
    /// Where it lives.
    pub repository: RepositoryName,
    /// Its number there.
    pub number: u64,
}

impl fmt::Display for IssueRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.repository, self.number)
    }
}

impl FromStr for IssueRef {
    type Err = Misspelt;

    fn from_str(text: &str) -> Result<Self, Misspelt> {
        let misspelt = || Misspelt::new(text, "a reference like \"containerd/containerd#12489\"");
        let (repository, digits) = text.split_once('#').ok_or_else(misspelt)?;
        let plain = !digits.is_empty()
            && digits.len() <= 9
            && !digits.starts_with('0')
            && digits.bytes().all(|byte| byte.is_ascii_digit());
        let number = digits.parse().ok().filter(|_| plain).ok_or_else(misspelt)?;
        let repository = repository.parse().map_err(|_| misspelt())?;
        Ok(Self { repository, number })
    }
}

spelled_as_string!(IssueRef, "a reference to an issue or pull request", {
    "type": "string",
    "description": "An issue or pull request on GitHub, as owner/name#number.",
    "pattern": "^[A-Za-z0-9][A-Za-z0-9_-]{0,38}/\\.{0,2}[A-Za-z0-9_-][A-Za-z0-9._-]{0,97}#[1-9][0-9]{0,8}$",
    "examples": ["containerd/containerd#12489"]
});

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
        let hostile = |c: char| c.is_whitespace() || c.is_control() || "<>\"`{}|\\^".contains(c);
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
    "pattern": "^https?://[^\\s\\x00-\\x1f<>\"`{}|\\\\^]+$",
    "examples": ["https://kep.k8s.io/4960"]
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
        if text.is_empty() || text.trim() != text || text.contains(|c: char| c.is_ascii_control()) {
            return Err(Misspelt::new(text, "one line of text"));
        }
        Ok(Self(text.to_owned()))
    }
}

spelled_as_string!(Line, "one line of text", {
    "type": "string",
    "description": "One line of text, not empty, without white space around it.",
    "pattern": "^[^\\s\\x00-\\x1f\\x7f]([^\\x00-\\x1f\\x7f]*[^\\s\\x00-\\x1f\\x7f])?$",
    "examples": ["Pod Lullabies"]
});

#[cfg(test)]
mod tests {
    use super::*;

    fn accepts<T: FromStr + fmt::Display>(text: &str) -> bool {
        text.parse::<T>()
            .is_ok_and(|value| value.to_string() == text)
    }

    #[test]
    fn releases_are_written_as_spoken() {
        assert!(accepts::<Release>("1.38"));
        for text in [
            "v1.38", "1.38.0", "1", "1.", ".1", "01.2", "1.038", "1.99999", "", "1.-2",
        ] {
            assert!(text.parse::<Release>().is_err(), "{text}");
        }
        assert!("1.9".parse::<Release>().ok() < "1.10".parse::<Release>().ok());
    }

    #[test]
    fn a_release_candidate_is_not_a_version() {
        assert!(accepts::<Version>("2.3.4"));
        for text in ["2.3", "v2.3.4", "2.3.4-rc.1", "2.3.4.5"] {
            assert!(text.parse::<Version>().is_err(), "{text}");
        }
    }

    #[test]
    fn dates_and_months() {
        assert!(accepts::<Date>("2026-02-28"));
        assert!("2026-02-30".parse::<Date>().is_err());
        assert!("2026-02-28T00:00:00".parse::<Date>().is_err());
        let month: PlannedDate = "2028-02".parse().unwrap();
        assert_eq!(month.latest().to_string(), "2028-02-29");
        assert_eq!(month.earliest().to_string(), "2028-02-01");
        assert_eq!(month.to_string(), "2028-02");
        assert!("2026-13".parse::<PlannedDate>().is_err());
        assert!(accepts::<Instant>("2026-09-30T12:00:00Z"));
        assert!("2026-09-30T12:00:00".parse::<Instant>().is_err());
    }

    #[test]
    fn handles_compare_without_case() {
        let handle = |text: &str| text.parse::<Handle>().unwrap();
        assert_eq!(handle("thaJeztah"), handle("thajeztah"));
        for text in ["@mikebrow", "", "mike brow", "-mike", "mike\nbrow"] {
            assert!(text.parse::<Handle>().is_err(), "{text}");
        }
    }

    #[test]
    fn references_name_a_repository_and_a_number() {
        assert!(accepts::<IssueRef>("containerd/containerd#12489"));
        for text in [
            "#1", "a#1", "a/b", "a/b#0", "a/b#01", "a/b#-1", "a/..#1", "a/b/c#1",
        ] {
            assert!(text.parse::<IssueRef>().is_err(), "{text}");
        }
    }

    #[test]
    fn links_cannot_break_out_of_markdown() {
        assert!(accepts::<Link>("https://example.com/a?b=c"));
        for text in [
            "javascript:alert(1)",
            "https://",
            "https://a b",
            "https://a>",
            "https://a\\",
        ] {
            assert!(text.parse::<Link>().is_err(), "{text}");
        }
    }

    /// The schema that editors use and the parser that kepherd uses must agree on every spelling.
    #[test]
    fn schemas_and_parsers_agree() {
        fn agree<T: FromStr + JsonSchema>() {
            let schema = schemars::schema_for!(T);
            let validator = jsonschema::draft202012::options()
                .should_validate_formats(true)
                .build(schema.as_value())
                .unwrap();
            for text in [
                "1.38",
                "v1.38",
                "2.3.4",
                "01.2",
                "2026-12-16",
                "2026-12",
                "2026-13",
                "2026-02-30",
                "2026-09-30T12:00:00Z",
                "mikebrow",
                "@mikebrow",
                "a_b",
                "-a",
                "containerd/containerd",
                "a/..",
                "a/.b",
                "a/.",
                "a/b#1",
                "a/b#0",
                "https://a.b/c",
                "https://a b",
                "ftp://a",
                "planned",
                "not-planned",
                "",
                " ",
                "two\nlines",
                "a line",
                "ünï",
            ] {
                assert_eq!(
                    text.parse::<T>().is_ok(),
                    validator.is_valid(&text.into()),
                    "{} {text:?}",
                    T::schema_name()
                );
            }
        }
        agree::<Release>();
        agree::<Version>();
        agree::<Date>();
        agree::<Instant>();
        agree::<PlannedDate>();
        agree::<Handle>();
        agree::<RepositoryName>();
        agree::<IssueRef>();
        agree::<Link>();
        agree::<BranchDecision>();
        agree::<Line>();
    }
}
