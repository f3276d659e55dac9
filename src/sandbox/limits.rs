//! GitHub's limits, refused where a client goes over them.
//!
//! Written apart from what kepherd counts before it asks, so that one is a witness of the other.
//! <https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api>

use super::http::{Incoming, Reply};
use jiff::Timestamp;
use serde_json::json;

/// How much a client may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// REST points in any minute: a read is one, a write five.
    pub rest_minute: u64,
    /// GraphQL points in any minute.
    pub graphql_minute: u64,
    /// New issues and comments in any minute.
    pub creations_minute: u64,
    /// New issues and comments in any hour.
    pub creations_hour: u64,
}

impl Limits {
    /// Those that GitHub publishes.
    pub fn of_github() -> Self {
        Limits {
            rest_minute: 900,
            graphql_minute: 2_000,
            creations_minute: 80,
            creations_hour: 500,
        }
    }
}

/// The requests of the last hour.
#[derive(Debug, Default)]
pub(super) struct Log(Vec<Entry>);

#[derive(Debug, Clone, Copy)]
struct Entry {
    at: Timestamp,
    rest: u64,
    graphql: u64,
    creations: u64,
}

impl Entry {
    fn of(request: &Incoming, at: Timestamp) -> Self {
        let is_graphql = request.path == "/graphql";
        let is_read = request.method == "GET";
        let creates = request.method == "POST"
            && (request.path.ends_with("/issues") || request.path.ends_with("/comments"));
        Entry {
            at,
            rest: match (is_graphql, is_read) {
                (true, _) => 0,
                (false, true) => 1,
                (false, false) => 5,
            },
            graphql: u64::from(is_graphql),
            creations: u64::from(creates),
        }
    }
}

impl Log {
    /// Counts a request, or refuses it.
    pub(super) fn admit(
        &mut self,
        limits: Limits,
        request: &Incoming,
        now: Timestamp,
    ) -> Option<Reply> {
        let age = |entry: &Entry| now.duration_since(entry.at).as_secs();
        self.0.retain(|entry| age(entry) < 3_600);
        let new = Entry::of(request, now);
        let all = self.0.iter().copied().chain([new]);
        let minute = all.clone().filter(|entry| age(entry) < 60);
        let is_over = minute.clone().map(|entry| entry.rest).sum::<u64>() > limits.rest_minute
            || minute.clone().map(|entry| entry.graphql).sum::<u64>() > limits.graphql_minute
            || minute.map(|entry| entry.creations).sum::<u64>() > limits.creations_minute
            || all.map(|entry| entry.creations).sum::<u64>() > limits.creations_hour;
        if !is_over {
            self.0.push(new);
            return None;
        }
        let message = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";
        let mut reply = Reply::json(403, json!({ "message": message }));
        reply.headers = vec![("retry-after", "60".to_owned())];
        Some(reply)
    }
}
