//! Waiting: GitHub's limits are obeyed, failures that pass are tried again, and all of it within a bound.
//!
//! What a limit asks for: <https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api>.
#![allow(clippy::disallowed_methods)]

use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use http::HeaderMap;

use super::{Error, Problem};

/// How often one request is tried.
pub const TRIES: u32 = 5;
/// The first wait for a limit that does not say how long: "at least one minute".
const UNSAID: Duration = Duration::from_secs(60);

/// How patient a run is.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// The most that all waits of a run may take together.
    pub max_wait: Duration,
    /// The wait before a second try; it doubles from try to try.
    pub first: Duration,
    /// How long an answer may take.
    pub timeout: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            max_wait: Duration::from_secs(15 * 60),
            first: Duration::from_secs(1),
            // GitHub ends a query after ten seconds; a slow answer may take a while longer to arrive.
            timeout: Duration::from_secs(30),
        }
    }
}

/// The waits of a run.
#[derive(Debug)]
pub(super) struct Waits {
    patience: Patience,
    spent: Mutex<Duration>,
}

impl Waits {
    pub(super) fn new(patience: Patience) -> Self {
        Self {
            patience,
            spent: Mutex::new(Duration::ZERO),
        }
    }

    /// How long to wait after a failed try, from 0, before the next one; `None`: it is not tried again.
    ///
    /// A request that was refused because of a limit was not carried out, so that any may be repeated; for other failures
    /// the caller says whether it may.
    pub(super) fn before_next(
        &self,
        error: &Error,
        tried: u32,
        repeatable: bool,
    ) -> Option<Duration> {
        if tried + 1 >= TRIES {
            return None;
        }
        let growth = 1 << tried.min(8);
        let wait = match &error.problem {
            Problem::Limited { wait, .. } => wait.unwrap_or(UNSAID * growth),
            _ if repeatable && error.may_pass() => jittered(self.patience.first * growth),
            _ => return None,
        };
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        let total = spent.saturating_add(wait);
        if total > self.patience.max_wait {
            return None;
        }
        *spent = total;
        Some(wait)
    }
}

/// Between half of it and all of it: many runs that failed together do not come back together.
fn jittered(wait: Duration) -> Duration {
    let random = RandomState::new().hash_one(0u8) % 1000;
    let share = 500 + u32::try_from(random).unwrap_or_default() / 2;
    wait * share / 1000
}

/// What an answer's headers and words say of a limit: the wait that it asks for, if it says one. `None`: it is no limit.
pub(super) fn limit(status: u16, headers: &HeaderMap, message: &str) -> Option<Option<Duration>> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let retry_after = text("retry-after");
    let is_used_up = text("x-ratelimit-remaining") == Some("0");
    let says_so = message.to_lowercase().contains("rate limit");
    let is_limit = match status {
        429 => true,
        403 => retry_after.is_some() || is_used_up || says_so,
        _ => false,
    };
    if !is_limit {
        return None;
    }
    let now = jiff::Timestamp::now();
    let until = |then: jiff::Timestamp| {
        let seconds = then.as_second().saturating_sub(now.as_second());
        Duration::from_secs(u64::try_from(seconds).unwrap_or_default())
    };
    let asked = retry_after.and_then(|text| {
        let seconds = text.trim().parse().ok().map(Duration::from_secs);
        let date = || jiff::fmt::rfc2822::parse(text).ok();
        seconds.or_else(|| date().map(|date| until(date.timestamp())))
    });
    let reset = text("x-ratelimit-reset")
        .filter(|_| is_used_up)
        .and_then(|text| text.parse().ok())
        .and_then(|seconds| jiff::Timestamp::from_second(seconds).ok());
    Some(asked.or_else(|| reset.map(until)))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn headers(all: &[(&'static str, &'static str)]) -> HeaderMap {
        all.iter()
            .map(|(name, value)| {
                let name = http::HeaderName::from_static(name);
                (name, HeaderValue::from_static(value))
            })
            .collect()
    }

    #[test]
    fn a_limit_is_told_from_a_refusal_and_its_wait_is_read() {
        let none = headers(&[]);
        assert_eq!(
            limit(403, &none, "Resource not accessible by integration"),
            None
        );
        assert_eq!(limit(404, &headers(&[("retry-after", "5")]), ""), None);
        assert_eq!(limit(429, &none, ""), Some(None));
        assert_eq!(
            limit(403, &none, "You have exceeded a secondary rate limit"),
            Some(None)
        );
        let seconds = headers(&[("retry-after", "5")]);
        assert_eq!(limit(403, &seconds, ""), Some(Some(Duration::from_secs(5))));
        let past = headers(&[("retry-after", "Thu, 01 Jan 2026 00:00:00 GMT")]);
        assert_eq!(limit(429, &past, ""), Some(Some(Duration::ZERO)));
        let used_up = headers(&[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1")]);
        assert_eq!(limit(403, &used_up, ""), Some(Some(Duration::ZERO)));
        let left = headers(&[("x-ratelimit-remaining", "7"), ("x-ratelimit-reset", "1")]);
        assert_eq!(limit(403, &left, "forbidden"), None);
    }

    fn error(problem: Problem) -> Error {
        Error {
            request: "GET /".to_owned(),
            problem,
        }
    }

    #[test]
    fn waits_grow_and_end_with_the_patience() {
        let waits = Waits::new(Patience {
            max_wait: Duration::from_secs(100),
            first: Duration::from_secs(1),
            ..Patience::default()
        });
        let passing = error(Problem::Unreachable("x".to_owned()));
        assert_eq!(
            waits.before_next(&passing, 0, false),
            None,
            "nobody said it may be repeated"
        );
        let first = waits.before_next(&passing, 0, true).unwrap();
        let third = waits.before_next(&passing, 2, true).unwrap();
        assert!(
            first <= Duration::from_secs(1) && third >= Duration::from_secs(2),
            "{first:?} {third:?}"
        );
        assert_eq!(waits.before_next(&passing, TRIES - 1, true), None);
        let limited = error(Problem::Limited {
            message: "x".to_owned(),
            wait: None,
        });
        assert_eq!(waits.before_next(&limited, 0, false), Some(UNSAID));
        assert_eq!(
            waits.before_next(&limited, 0, false),
            None,
            "two minutes are too long"
        );
        let refused = error(Problem::Unauthorized("x".to_owned()));
        assert_eq!(waits.before_next(&refused, 0, true), None);
    }
}
