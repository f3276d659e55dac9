//! The time, as an argument: that of the machine, or one that moves only when somebody waits.
//!
//! GitHub's limits are hours long. With a [`Clock::stopped_at`] a run of three hours takes seconds: whoever sleeps moves the
//! clock, and the sandbox, which counts by the same clock, sees that time has passed.
#![allow(clippy::disallowed_methods)]

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

/// Tells the time, and waits.
#[derive(Debug, Clone)]
pub struct Clock(Kind);

#[derive(Debug, Clone)]
enum Kind {
    /// From a moment on as the machine counts, so that correcting its clock disturbs no wait.
    Running { from: Timestamp, since: Instant },
    /// Moved by waits alone.
    Stopped(Arc<Mutex<Timestamp>>),
}

impl Default for Clock {
    fn default() -> Self {
        Self::running()
    }
}

impl Clock {
    /// The machine's.
    pub fn running() -> Self {
        Self(Kind::Running {
            from: Timestamp::now(),
            since: Instant::now(),
        })
    }

    /// One that stands still until somebody sleeps; its clones show the same time.
    pub fn stopped_at(now: Timestamp) -> Self {
        Self(Kind::Stopped(Arc::new(Mutex::new(now))))
    }

    /// The time.
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Kind::Running { from, since } => later(*from, since.elapsed()),
            Kind::Stopped(now) => *now.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// Waits.
    pub async fn sleep(&self, wait: Duration) {
        match &self.0 {
            Kind::Running { .. } => tokio::time::sleep(wait).await,
            Kind::Stopped(now) => {
                let mut now = now.lock().unwrap_or_else(PoisonError::into_inner);
                *now = later(*now, wait);
            }
        }
    }
}

/// A moment and what comes after it; the end of time stays where it is.
pub fn later(from: Timestamp, wait: Duration) -> Timestamp {
    SignedDuration::try_from(wait)
        .ok()
        .and_then(|wait| from.checked_add(wait).ok())
        .unwrap_or(Timestamp::MAX)
}

/// How long it is from one moment to another; nothing if that is past.
pub fn between(from: Timestamp, to: Timestamp) -> Duration {
    to.duration_since(from).try_into().unwrap_or_default()
}
