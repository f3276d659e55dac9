//! Days, instants, and days that are only planned.

use std::fmt;
use std::str::FromStr;

use jiff::ToSpan as _;
use jiff::civil;

use super::Misspelt;
use super::spelling::spelled_as_date;

/// A day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(pub civil::Date);

impl Date {
    /// The day so many days later; the calendar's last day if it ends before.
    pub fn plus_days(self, days: i32) -> Self {
        Self(self.0.saturating_add(days.days()))
    }

    /// How many days later another one is; negative: it comes before.
    pub fn days_until(self, other: Self) -> i64 {
        other.0.duration_since(self.0).as_hours() / 24
    }

    /// The month that it is in.
    pub fn month(self) -> Month {
        Month {
            year: self.0.year(),
            month: self.0.month(),
        }
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

spelled_as_date!(Date, "a date", |_| None, {
    "type": "string",
    "description": "A day, written as a TOML date, without quotes.",
    "format": "date",
    "examples": ["2026-12-16"]
});

/// A month of a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    year: i16,
    month: i8,
}

impl Month {
    /// Its first day.
    pub fn first_day(self) -> Date {
        Date(civil::date(self.year, self.month, 1))
    }

    /// Its last day.
    pub fn last_day(self) -> Date {
        Date(self.first_day().0.last_of_month())
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

/// An instant in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(pub jiff::Timestamp);

impl Instant {
    /// The day in UTC.
    pub fn date(self) -> Date {
        Date(self.0.to_zoned(jiff::tz::TimeZone::UTC).date())
    }

    /// As people say it: `2026-12-07 06:00 UTC`.
    pub fn to_the_minute(self) -> String {
        self.0
            .to_zoned(jiff::tz::TimeZone::UTC)
            .strftime("%Y-%m-%d %H:%M UTC")
            .to_string()
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

spelled_as_date!(Instant, "an instant", |_| None, {
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
    /// Some day of this month.
    Month(Month),
}

impl PlannedDate {
    /// The last day that it can mean: of a month, its last.
    pub fn latest(self) -> Date {
        match self {
            Self::Day(day) => day,
            Self::Month(month) => month.last_day(),
        }
    }

    /// Whether no more than the month is known.
    pub fn is_month(self) -> bool {
        matches!(self, Self::Month(..))
    }

    /// The month that a text like `2026-12` names.
    fn month_of(text: &str) -> Option<Self> {
        if text.len() != 7 {
            return None;
        }
        let first = Date::from_str(&format!("{text}-01")).ok()?;
        Some(Self::Month(first.month()))
    }

    /// The first day that it can mean.
    pub fn earliest(self) -> Date {
        match self {
            Self::Day(day) => day,
            Self::Month(month) => month.first_day(),
        }
    }
}

impl fmt::Display for PlannedDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(day) => day.fmt(f),
            Self::Month(month) => month.fmt(f),
        }
    }
}

impl FromStr for PlannedDate {
    type Err = Misspelt;

    fn from_str(text: &str) -> Result<Self, Misspelt> {
        if let Some(month) = Self::month_of(text) {
            return Ok(month);
        }
        text.parse()
            .map(Self::Day)
            .map_err(|_| Misspelt::new(text, "a date like 2026-12-16 or a month like \"2026-12\""))
    }
}

spelled_as_date!(PlannedDate, "a date or a month", PlannedDate::month_of, {
    "description": "A day as a TOML date, or a month in quotes when no more is known.",
    "examples": ["2026-12-16", "2026-12"],
    "anyOf": [
        { "type": "string", "format": "date" },
        { "type": "string", "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])$" }
    ]
});
