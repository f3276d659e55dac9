//! GitHub's published limits, counted before a request is sent, so that none is refused. Pure: the time is an argument.
//!
//! <https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api> and
//! <https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api>. There are more limits
//! than these, which are not published: what refuses a request all the same is for `patience.rs`.

use std::collections::VecDeque;
use std::time::Duration;

use jiff::Timestamp;

use crate::clock::{between, later};
use crate::sync::remote::WriteKind;

/// What a request counts as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spending {
    /// A GraphQL query.
    Query,
    /// A REST request that reads.
    Read,
    /// A write that creates an issue or a comment.
    Creation,
    /// Any other write.
    Change,
}

impl From<WriteKind> for Spending {
    fn from(kind: WriteKind) -> Self {
        match kind {
            WriteKind::Creation => Self::Creation,
            WriteKind::Change => Self::Change,
        }
    }
}

/// The part of GitHub that counts on its own for the primary limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resource {
    /// REST.
    Core,
    /// GraphQL.
    Graphql,
}

impl Spending {
    /// What a request is charged to.
    pub fn resource(self) -> Resource {
        match self {
            Self::Query => Resource::Graphql,
            Self::Read | Self::Creation | Self::Change => Resource::Core,
        }
    }
}

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);
/// A request may take longer to arrive than the one after it: what GitHub sees of a minute is a little less.
const MARGIN: Duration = Duration::from_secs(1);

/// What has been spent, and what of it still counts.
#[derive(Debug, Clone)]
pub struct Budget {
    windows: Vec<Window>,
    core: Option<Primary>,
    graphql: Option<Primary>,
}

/// What GitHub last said of a primary limit.
#[derive(Debug, Clone, Copy)]
struct Primary {
    remaining: u64,
    reset: Timestamp,
}

/// A wait, and the limit that asks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait {
    /// How long.
    pub wait: Duration,
    /// The limit, as people say it: `80 issues and comments a minute`.
    pub limit: &'static str,
}

/// So much in so long, at any time.
#[derive(Debug, Clone)]
struct Window {
    limit: &'static str,
    length: Duration,
    most: u64,
    cost: fn(Spending) -> u64,
    spent: VecDeque<(Timestamp, u64)>,
}

impl Budget {
    /// With a pause between two writes, and nothing else: for a stand-in that has no limits.
    pub fn unlimited(interval: Duration) -> Self {
        Self {
            windows: pause(interval).into_iter().collect(),
            core: None,
            graphql: None,
        }
    }

    /// With GitHub's limits, and a pause between two writes.
    pub fn new(interval: Duration) -> Self {
        let window = |limit, length, most, cost| Window {
            limit,
            length,
            most,
            cost,
            spent: VecDeque::new(),
        };
        let minute = MINUTE.saturating_add(MARGIN);
        let mut windows = vec![
            window(
                "900 REST points a minute",
                minute,
                900,
                |spending| match spending {
                    Spending::Query => 0,
                    Spending::Read => 1,
                    Spending::Creation | Spending::Change => 5,
                },
            ),
            window("2,000 GraphQL points a minute", minute, 2_000, |spending| {
                u64::from(spending == Spending::Query)
            }),
            window("80 issues and comments a minute", minute, 80, |spending| {
                u64::from(spending == Spending::Creation)
            }),
            window(
                "500 issues and comments an hour",
                HOUR.saturating_add(MARGIN),
                500,
                |spending| u64::from(spending == Spending::Creation),
            ),
        ];
        windows.extend(pause(interval));
        Self {
            windows,
            core: None,
            graphql: None,
        }
    }

    /// How long a request has to wait; `None`: it may go.
    pub fn wait(&self, now: Timestamp, spending: Spending) -> Option<Wait> {
        let used_up = self.primary(spending.resource()).and_then(|primary| {
            let wait = between(now, primary.reset);
            (primary.remaining == 0 && !wait.is_zero()).then_some(Wait {
                wait,
                limit: "no more requests this hour",
            })
        });
        let windows = self.windows.iter();
        windows
            .filter_map(|window| {
                let wait = window.wait(now, (window.cost)(spending));
                let limit = window.limit;
                (!wait.is_zero()).then_some(Wait { wait, limit })
            })
            .chain(used_up)
            .max_by_key(|wait| wait.wait)
    }

    /// Counts a request.
    pub fn spend(&mut self, now: Timestamp, spending: Spending) {
        for window in &mut self.windows {
            window.spend(now, (window.cost)(spending));
        }
        let primary = match spending.resource() {
            Resource::Core => &mut self.core,
            Resource::Graphql => &mut self.graphql,
        };
        if let Some(primary) = primary {
            primary.remaining = primary.remaining.saturating_sub(1);
        }
    }

    /// Takes over what an answer says of a primary limit.
    pub fn learn(&mut self, resource: Resource, remaining: u64, reset: Timestamp) {
        let primary = Some(Primary { remaining, reset });
        match resource {
            Resource::Core => self.core = primary,
            Resource::Graphql => self.graphql = primary,
        }
    }

    fn primary(&self, resource: Resource) -> Option<Primary> {
        match resource {
            Resource::Core => self.core,
            Resource::Graphql => self.graphql,
        }
    }

    /// How long it takes to create and to change so many, where each change is read again before it.
    pub fn estimate(mut self, now: Timestamp, creations: usize, changes: usize) -> Duration {
        let mut then = now;
        let creations = std::iter::repeat_n([Spending::Creation].as_slice(), creations);
        let changes = std::iter::repeat_n([Spending::Read, Spending::Change].as_slice(), changes);
        for spending in creations.chain(changes).flatten() {
            // More than one wait where two limits follow each other.
            while let Some(Wait { wait, .. }) = self.wait(then, *spending) {
                then = later(then, wait);
            }
            self.spend(then, *spending);
        }
        between(now, then)
    }
}

/// The pause between two writes, if there is one.
fn pause(interval: Duration) -> Option<Window> {
    (!interval.is_zero()).then(|| Window {
        limit: "the pause between writes",
        length: interval,
        most: 1,
        cost: |spending| u64::from(matches!(spending, Spending::Creation | Spending::Change)),
        spent: VecDeque::new(),
    })
}

impl Window {
    /// Until enough of what was spent no longer counts.
    fn wait(&self, now: Timestamp, cost: u64) -> Duration {
        let counting = || {
            let spent = self.spent.iter();
            spent.filter(|(then, _)| between(*then, now) < self.length)
        };
        let mut total: u64 = counting().map(|(_, cost)| cost).sum();
        let mut wait = Duration::ZERO;
        for (then, spent) in counting() {
            if cost == 0 || total + cost <= self.most {
                break;
            }
            total -= spent;
            wait = between(now, later(*then, self.length));
        }
        wait
    }

    fn spend(&mut self, now: Timestamp, cost: u64) {
        let is_past = |(then, _): &(Timestamp, u64)| between(*then, now) >= self.length;
        while self.spent.front().is_some_and(is_past) {
            self.spent.pop_front();
        }
        if cost > 0 {
            self.spent.push_back((now, cost));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + seconds).unwrap()
    }

    /// Makes so many requests as fast as the budget lets them, and gives when each was made, in seconds.
    fn times(budget: &mut Budget, spending: Spending, count: usize) -> Vec<u64> {
        let mut now = at(0);
        (0..count)
            .map(|_| {
                while let Some(wait) = budget.wait(now, spending) {
                    now = later(now, wait.wait);
                }
                budget.spend(now, spending);
                between(at(0), now).as_secs()
            })
            .collect()
    }

    #[test]
    fn creations_keep_to_eighty_a_minute_and_five_hundred_an_hour() {
        let times = times(&mut Budget::new(Duration::ZERO), Spending::Creation, 1_001);
        assert_eq!((times[79], times[80]), (0, 61));
        assert_eq!((times[499], times[500]), (6 * 61, 3_601));
        assert_eq!(times[1_000], 7_202);
    }

    #[test]
    fn every_window_of_a_minute_holds_nine_hundred_points() {
        let mut budget = Budget::new(Duration::ZERO);
        let writes = times(&mut budget, Spending::Change, 181);
        assert_eq!((writes[179], writes[180]), (0, 61));
        let queries = times(&mut Budget::new(Duration::ZERO), Spending::Query, 2_001);
        assert_eq!((queries[1_999], queries[2_000]), (0, 61));
        let reads = times(&mut Budget::new(Duration::ZERO), Spending::Read, 901);
        assert_eq!((reads[899], reads[900]), (0, 61));
    }

    #[test]
    fn writes_keep_their_distance_and_reads_do_not() {
        let mut budget = Budget::new(Duration::from_secs(2));
        assert_eq!(times(&mut budget, Spending::Change, 3), [0, 2, 4]);
        assert_eq!(budget.wait(at(4), Spending::Read), None);
        let wait = budget.wait(at(5), Spending::Creation).unwrap();
        assert_eq!(
            (wait.wait.as_secs(), wait.limit),
            (1, "the pause between writes")
        );
    }

    #[test]
    fn a_primary_limit_that_is_used_up_is_waited_for_and_the_other_is_not_touched() {
        let mut budget = Budget::new(Duration::ZERO);
        budget.learn(Resource::Core, 1, at(50));
        assert_eq!(budget.wait(at(0), Spending::Read), None);
        budget.spend(at(0), Spending::Read);
        let wait = budget.wait(at(0), Spending::Change).unwrap();
        assert_eq!(wait.wait.as_secs(), 50);
        assert_eq!(budget.wait(at(0), Spending::Query), None);
        assert_eq!(budget.wait(at(50), Spending::Change), None);
    }

    #[test]
    fn an_estimate_knows_the_limits() {
        let estimate = |interval, creations, changes| {
            let budget = Budget::new(Duration::from_secs(interval));
            budget.estimate(at(0), creations, changes).as_secs()
        };
        assert_eq!(estimate(1, 0, 0), 0);
        assert_eq!(estimate(1, 3, 4), 6);
        assert_eq!(estimate(0, 500, 0), 6 * 61);
        assert!((3_601..3_700).contains(&estimate(1, 501, 0)));
    }
}
