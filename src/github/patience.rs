//! Waiting: GitHub's limits are kept and obeyed, failures that pass are tried again, and all of it within a bound.
//!
//! What a limit asks for: <https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api>.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::HeaderMap;
use jiff::Timestamp;

use super::budget::{Budget, Resource, Spending, Wait};
use crate::clock::{Clock, between, later};
use crate::sync::remote::{Error, Held, Problem};
use crate::text::words::duration;

/// How often one request is tried.
pub const TRIES: u32 = 5;
/// The first wait for a limit that does not say how long: "at least one minute".
const UNSAID: Duration = Duration::from_secs(60);
/// A wait of this length is announced.
const NOTABLE: Duration = Duration::from_secs(5);
/// Waits are cut into steps, so that somebody who asks to stop is heard.
const STEP: Duration = Duration::from_millis(200);

/// How patient a run is.
#[derive(Debug, Clone)]
pub struct Patience {
    /// The most that all waits of a run may take together. The pause between two writes is none.
    pub max_wait: Duration,
    /// The wait before a second try; it doubles from try to try.
    pub first: Duration,
    /// How long an answer may take.
    pub timeout: Duration,
    /// The pause between two writes.
    pub interval: Duration,
    /// Whether GitHub's limits are kept; a stand-in has none.
    pub limits: bool,
    /// How long a request may still be carried out after nobody waits for its answer any more.
    pub settle: Duration,
    /// The time that all of it goes by.
    pub clock: Clock,
    /// Whether somebody asked to stop.
    pub stop: Stop,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            max_wait: Duration::from_secs(15 * 60),
            first: Duration::from_secs(1),
            // GitHub ends a query after ten seconds; a slow answer may take a while longer to arrive.
            timeout: Duration::from_secs(30),
            interval: Duration::from_secs(1),
            limits: true,
            // GitHub gives up on a request after ten seconds.
            settle: Duration::from_secs(30),
            clock: Clock::default(),
            stop: Stop::default(),
        }
    }
}

/// Set once somebody asks a run to stop; its clones are set with it.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Asks to stop; gives whether somebody had asked before.
    pub fn ask(&self) -> bool {
        self.0.swap(true, Ordering::Relaxed)
    }

    /// Whether somebody asked.
    pub fn is_asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// The requests of a run, one after the other.
#[derive(Debug)]
pub(super) struct Throttle {
    patience: Patience,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    budget: Budget,
    /// The waits so far.
    spent: Duration,
}

impl Throttle {
    pub(super) fn new(patience: Patience) -> Self {
        let budget = match patience.limits {
            true => Budget::new(patience.interval),
            false => Budget::unlimited(patience.interval),
        };
        let state = State {
            budget,
            spent: Duration::ZERO,
        };
        Self {
            patience,
            state: Mutex::new(state),
        }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.patience.clock.now()
    }

    /// Waits until a request may be made. A pause between writes is taken; a limit is waited for as long as the patience
    /// lasts.
    pub(super) async fn turn(&self, spending: Spending) -> Result<(), Held> {
        loop {
            if self.patience.stop.is_asked() {
                return Err(Held::Stopped);
            }
            let waiting = self.state().budget.wait(self.now(), spending);
            let Some(waiting) = waiting else {
                return Ok(());
            };
            let Wait { wait, limit } = waiting;
            if wait > self.patience.interval {
                if !self.grant(wait) {
                    return Err(held(waiting));
                }
                self.announce(wait, &format!("GitHub allows {limit}"));
            }
            self.sleep(wait).await;
        }
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.patience.stop.is_asked()
    }

    /// Waits until what was sent at a moment can no longer be carried out.
    pub(super) async fn settled(&self, sent: Timestamp) -> Result<(), Held> {
        let wait = between(self.now(), later(sent, self.patience.settle));
        // A clock that was wrong when it was sent makes no wait longer.
        let wait = wait.min(self.patience.settle);
        if wait.is_zero() {
            return Ok(());
        }
        if !self.grant(wait) {
            let limit = "no second issue while a first one may still come";
            return Err(Held::TooLong { wait, limit });
        }
        self.announce(wait, "a new issue without an answer may still come");
        self.sleep(wait).await;
        match self.is_stopped() {
            true => Err(Held::Stopped),
            false => Ok(()),
        }
    }

    /// Counts a request that is made now.
    pub(super) fn spend(&self, spending: Spending) {
        let now = self.now();
        self.state().budget.spend(now, spending);
    }

    /// Takes over what an answer says of a primary limit.
    pub(super) fn learn(&self, resource: Resource, headers: &HeaderMap) {
        let remaining = remaining(headers);
        let reset = number(headers, "x-ratelimit-reset")
            .and_then(|seconds| Timestamp::from_second(i64::try_from(seconds).ok()?).ok());
        if let (Some(remaining), Some(reset)) = (remaining, reset) {
            let reset = later(self.now(), between(their_now(headers, self.now()), reset));
            self.state().budget.learn(resource, remaining, reset);
        }
    }

    /// After a failed try, counted from 0: waits and gives whether to try again.
    ///
    /// A request that was refused because of a limit was not carried out, so that any may be repeated; for other failures
    /// the caller says whether it may.
    pub(super) async fn before_next(&self, error: &Error, tried: u32, repeatable: bool) -> bool {
        let Some(wait) = self.wait_after(error, tried, repeatable) else {
            return false;
        };
        self.announce(wait, &error.to_string());
        self.sleep(wait).await;
        !self.patience.stop.is_asked()
    }

    fn wait_after(&self, error: &Error, tried: u32, repeatable: bool) -> Option<Duration> {
        if tried + 1 >= TRIES {
            return None;
        }
        let growth = 1 << tried.min(8);
        let wait = match &error.problem {
            Problem::Limited { wait, .. } => wait.unwrap_or(UNSAID * growth),
            _ if repeatable && error.may_pass() => jittered(self.patience.first * growth),
            _ => return None,
        };
        self.grant(wait).then_some(wait)
    }

    /// Takes a wait out of the patience, if there is enough of it.
    fn grant(&self, wait: Duration) -> bool {
        let mut state = self.state();
        let total = state.spent.saturating_add(wait);
        let is_granted = total <= self.patience.max_wait;
        if is_granted {
            state.spent = total;
        }
        is_granted
    }

    fn announce(&self, wait: Duration, why: &str) {
        let until = later(self.now(), wait).strftime("%H:%M:%S UTC");
        if wait >= NOTABLE {
            tracing::warn!("{why}: waiting {}, until {until}", duration(wait));
        } else if !wait.is_zero() {
            tracing::debug!("{why}: waiting {} ms", wait.as_millis());
        }
    }

    async fn sleep(&self, wait: Duration) {
        let until = later(self.now(), wait);
        loop {
            let left = between(self.now(), until);
            if left.is_zero() || self.patience.stop.is_asked() {
                return;
            }
            self.patience.clock.sleep(left.min(STEP)).await;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A wait that is longer than the run has patience for.
fn held(Wait { wait, limit }: Wait) -> Held {
    Held::TooLong { limit, wait }
}

/// Between half of it and all of it: many runs that failed together do not come back together.
fn jittered(wait: Duration) -> Duration {
    let random = RandomState::new().hash_one(0u8) % 1000;
    let share = 500 + u32::try_from(random).unwrap_or_default() / 2;
    wait * share / 1000
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn number(headers: &HeaderMap, name: &str) -> Option<u64> {
    text(headers, name)?.trim().parse().ok()
}

/// What an answer says is left of the primary limit.
pub(super) fn remaining(headers: &HeaderMap) -> Option<u64> {
    number(headers, "x-ratelimit-remaining")
}

/// The time as GitHub has it: the clocks of two machines differ.
fn their_now(headers: &HeaderMap, ours: Timestamp) -> Timestamp {
    let date = text(headers, "date").and_then(|text| jiff::fmt::rfc2822::parse(text).ok());
    date.map_or(ours, |date| date.timestamp())
}

/// What an answer's headers and words say of a limit: the wait that it asks for, if it says one. `None`: it is no limit.
pub(super) fn limit(
    status: u16,
    headers: &HeaderMap,
    message: &str,
    now: Timestamp,
) -> Option<Option<Duration>> {
    let retry_after = text(headers, "retry-after");
    let is_used_up = remaining(headers) == Some(0);
    let says_so = message.to_lowercase().contains("rate limit");
    let is_limit = match status {
        429 => true,
        403 => retry_after.is_some() || is_used_up || says_so,
        _ => false,
    };
    if !is_limit {
        return None;
    }
    let now = their_now(headers, now);
    let asked = retry_after.and_then(|text| {
        let seconds = text.trim().parse().ok().map(Duration::from_secs);
        let date = || jiff::fmt::rfc2822::parse(text).ok();
        seconds.or_else(|| date().map(|date| between(now, date.timestamp())))
    });
    let reset = number(headers, "x-ratelimit-reset")
        .filter(|_| is_used_up)
        .and_then(|seconds| Timestamp::from_second(i64::try_from(seconds).ok()?).ok());
    Some(asked.or_else(|| reset.map(|reset| between(now, reset))))
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

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + seconds).unwrap()
    }

    #[test]
    fn a_limit_is_told_from_a_refusal_and_its_wait_is_read() {
        let none = headers(&[]);
        assert_eq!(
            limit(403, &none, "Resource not accessible by integration", at(0)),
            None
        );
        assert_eq!(
            limit(404, &headers(&[("retry-after", "5")]), "", at(0)),
            None
        );
        assert_eq!(limit(429, &none, "", at(0)), Some(None));
        assert_eq!(
            limit(
                403,
                &none,
                "You have exceeded a secondary rate limit",
                at(0)
            ),
            Some(None)
        );
        let seconds = headers(&[("retry-after", "5")]);
        assert_eq!(
            limit(403, &seconds, "", at(0)),
            Some(Some(Duration::from_secs(5)))
        );
        let past = headers(&[("retry-after", "Thu, 01 Jan 2026 00:00:00 GMT")]);
        assert_eq!(limit(429, &past, "", at(0)), Some(Some(Duration::ZERO)));
        let used_up = headers(&[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1")]);
        assert_eq!(limit(403, &used_up, "", at(0)), Some(Some(Duration::ZERO)));
        let soon = headers(&[
            ("x-ratelimit-remaining", "0"),
            ("x-ratelimit-reset", "1800000030"),
        ]);
        assert_eq!(
            limit(403, &soon, "", at(0)),
            Some(Some(Duration::from_secs(30)))
        );
        // By the clock of the one that asks to wait.
        let theirs = headers(&[
            ("date", "Fri, 15 Jan 2027 08:00:20 GMT"),
            ("x-ratelimit-remaining", "0"),
            ("x-ratelimit-reset", "1800000030"),
        ]);
        assert_eq!(
            limit(403, &theirs, "", at(-500)),
            Some(Some(Duration::from_secs(10)))
        );
        let left = headers(&[("x-ratelimit-remaining", "7"), ("x-ratelimit-reset", "1")]);
        assert_eq!(limit(403, &left, "forbidden", at(0)), None);
    }

    fn error(problem: Problem) -> Error {
        Error {
            request: "GET /".to_owned(),
            problem,
        }
    }

    fn throttle(max_wait: u64) -> (Throttle, Clock) {
        let clock = Clock::stopped_at(at(0));
        let patience = Patience {
            max_wait: Duration::from_secs(max_wait),
            clock: clock.clone(),
            ..Patience::default()
        };
        (Throttle::new(patience), clock)
    }

    #[test]
    fn waits_grow_and_end_with_the_patience() {
        let (throttle, _) = throttle(100);
        let passing = error(Problem::Unreachable("x".to_owned()));
        assert_eq!(
            throttle.wait_after(&passing, 0, false),
            None,
            "nobody said it may be repeated"
        );
        let first = throttle.wait_after(&passing, 0, true).unwrap();
        let third = throttle.wait_after(&passing, 2, true).unwrap();
        assert!(
            first <= Duration::from_secs(1) && third >= Duration::from_secs(2),
            "{first:?} {third:?}"
        );
        assert_eq!(throttle.wait_after(&passing, TRIES - 1, true), None);
        let limited = error(Problem::Limited {
            message: "x".to_owned(),
            wait: None,
        });
        assert_eq!(throttle.wait_after(&limited, 0, false), Some(UNSAID));
        assert_eq!(
            throttle.wait_after(&limited, 0, false),
            None,
            "two minutes are too long"
        );
        let refused = error(Problem::Unauthorized("x".to_owned()));
        assert_eq!(throttle.wait_after(&refused, 0, true), None);
    }

    #[tokio::test]
    async fn the_pause_between_writes_costs_no_patience_and_a_limit_does() {
        let (throttle, clock) = throttle(100);
        for write in 0..120 {
            throttle.turn(Spending::Change).await.unwrap();
            assert_eq!(clock.now(), at(write));
            throttle.spend(Spending::Change);
        }
        // One more than eighty creations a minute, without a pause of its own.
        let (throttle, clock) = self::throttle(100);
        for _ in 0..80 {
            throttle.spend(Spending::Creation);
        }
        throttle.turn(Spending::Creation).await.unwrap();
        assert_eq!(clock.now(), at(61));
        for _ in 0..80 {
            throttle.spend(Spending::Creation);
        }
        let held = throttle.turn(Spending::Creation).await.unwrap_err();
        assert!(
            held.to_string()
                .contains("80 issues and comments a minute, and the next is free in 61 s"),
            "{held}"
        );
    }

    #[tokio::test]
    async fn somebody_who_asks_to_stop_is_heard_before_a_request() {
        let (throttle, _) = throttle(100);
        assert!(!throttle.patience.stop.ask());
        assert!(throttle.patience.stop.ask());
        assert_eq!(throttle.turn(Spending::Read).await, Err(Held::Stopped));
        let passing = error(Problem::Unreachable("x".to_owned()));
        assert!(!throttle.before_next(&passing, 0, true).await);
    }

    #[test]
    fn durations_are_rounded_up_and_said_as_people_do() {
        let said = |seconds| duration(Duration::from_millis(seconds));
        assert_eq!(said(0), "0 s");
        assert_eq!(said(1), "1 s");
        assert_eq!(said(119_000), "119 s");
        assert_eq!(said(120_000), "2 min");
        assert_eq!(said(3_600_000), "60 min");
        assert_eq!(said(7_200_000), "2 h");
        assert_eq!(said(7_201_000), "2 h 1 min");
    }
}
