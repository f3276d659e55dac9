//! Faults that GitHub and the network show, each switched on by name: `reset-after:writes@3`, `error-502-before%10`.
//!
//! A fault is decided by the request, by how many of its kind there were before, and by the seed; never by the clock. It may
//! stand in for the answer, lose it, or change the world first, as somebody else might at that moment.

use super::http::{Incoming, Reply};
use super::world::{IssuePatch, NewLabel, NewMilestone, World, same};
use serde_json::{Value, json};
use std::fmt;
use std::str::FromStr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Which faults are switched on, and how often each has been asked and shown so far.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    switched: Vec<Fault>,
    seed: u64,
    off: Arc<AtomicBool>,
    /// For each fault: the requests that it looked at, and the snapshot that stale lists are read from.
    seen: Arc<Mutex<Vec<u64>>>,
    stale: Arc<Mutex<Option<World>>>,
}

/// A fault, and when it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    kind: Kind,
    requests: Requests,
    when: When,
}

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// The answer takes this many milliseconds.
    Latency(u64),
    /// The connection is closed before the request counts.
    ResetBefore,
    /// The connection is closed after it counted, and before it is answered.
    ResetAfter,
    /// An error of the server, before the request counts.
    ErrorBefore(u16),
    /// An error of the server, although the request counted.
    ErrorAfter(u16),
    /// A secondary limit, with `Retry-After` in seconds.
    Limit(u16),
    /// A secondary limit, with `Retry-After` as a date.
    LimitDate(u16),
    /// The primary limit: nothing is left of the hour.
    PrimaryLimit,
    /// GraphQL's limit: 200 with errors.
    GraphqlLimit,
    /// Half of the answer.
    Truncated,
    /// An answer that is no JSON.
    InvalidJson,
    /// GraphQL's answer, with one part missing and an error for it.
    Partial,
    /// Lists as they were when the fault was switched on.
    StaleLists,
    /// GitHub's search fails.
    SearchFails,
    /// Labels of a write are dropped without a word.
    DroppedLabels,
    /// Assignees of a write are dropped without a word.
    DroppedAssignees,
    /// Somebody creates the label just before.
    LabelExists,
    /// Somebody creates the milestone just before.
    MilestoneExists,
    /// Somebody edits the issue just before.
    Edited,
    /// Somebody transfers the issue just before.
    Transferred,
    /// Somebody deletes the issue just before.
    Deleted,
    /// Somebody locks the issue just before.
    Locked,
    /// Somebody converts the issue to a discussion just before: it is gone, and not as a deleted one is.
    Converted,
    /// The request does not count, and is never answered.
    HangBefore,
    /// The request counts, and is never answered.
    Hang,
}

/// Which requests a fault looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Requests {
    Any,
    Reads,
    Writes,
}

/// Which of the requests that it looks at a fault is shown to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum When {
    Always,
    /// Only the one with this number, from 1.
    At(u64),
    /// This share of them, in per cent.
    Percent(u64),
}

/// What happens to a request.
#[derive(Debug, Default)]
pub(super) struct Effect {
    /// It does not reach the world.
    pub instead: Option<Answered>,
    /// It reaches the world, and is answered otherwise.
    pub after: Option<Answered>,
    /// Its answer comes later, by so many milliseconds.
    pub latency: u64,
    /// It reads this world instead of the present one.
    pub stale: Option<World>,
    /// Keys of the request's body that are dropped.
    pub dropped: Vec<&'static str>,
}

/// An answer, or what comes instead of one.
#[derive(Debug, Clone)]
pub(super) enum Answered {
    /// This one.
    With(Reply),
    /// The true one, cut in half.
    Truncated,
    /// The true one, with its first part missing.
    Partial,
    /// The connection is closed.
    Reset,
    /// Nothing ever.
    Never,
}

impl Faults {
    /// These faults; the same seed shows the same ones.
    pub fn new(switched: Vec<Fault>, seed: u64) -> Self {
        Self {
            seen: Arc::new(Mutex::new(vec![0; switched.len()])),
            switched,
            seed,
            off: Arc::default(),
            stale: Arc::default(),
        }
    }

    /// Switches all of them off, for good.
    pub fn switch_off(&self) {
        self.off.store(true, Ordering::Relaxed);
    }

    /// What happens to a request; the world may be changed, as by somebody else.
    pub(super) fn effect(&self, world: &mut World, request: &Incoming) -> Effect {
        let mut effect = Effect::default();
        if self.off.load(Ordering::Relaxed) {
            return effect;
        }
        for (index, fault) in self.switched.iter().enumerate() {
            if fault.looks_at(request) && self.is_due(index, fault.when) {
                fault.kind.add_to(&mut effect, world, request, &self.stale);
            }
        }
        effect
    }

    fn is_due(&self, index: usize, when: When) -> bool {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(count) = seen.get_mut(index) else {
            return false;
        };
        *count += 1;
        match when {
            When::Always => true,
            When::At(number) => *count == number,
            When::Percent(share) => mixed(self.seed, index as u64, *count) % 100 < share,
        }
    }
}

/// A number that looks random, and is the same for the same three: splitmix64's finalizer.
fn mixed(seed: u64, index: u64, count: u64) -> u64 {
    let mut z = seed
        .wrapping_add(index.wrapping_mul(0x9e37_79b9_7f4a_7c15))
        .wrapping_add(count.wrapping_mul(0xbf58_476d_1ce4_e5b9));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl Fault {
    fn looks_at(&self, request: &Incoming) -> bool {
        let is_graphql = request.path == "/graphql";
        let is_read = is_graphql || request.method == "GET";
        let asked_for = match self.requests {
            Requests::Any => true,
            Requests::Reads => is_read,
            Requests::Writes => !is_read,
        };
        let place: Vec<&str> = request.segments.iter().map(String::as_str).collect();
        let below = place.get(3..).unwrap_or_default();
        let writes_issue = !is_read && below.first() == Some(&"issues");
        let has = |key: &str| String::from_utf8_lossy(&request.body).contains(key);
        asked_for
            && match self.kind {
                Kind::GraphqlLimit | Kind::Partial => is_graphql,
                Kind::StaleLists => is_graphql && has("issues("),
                Kind::SearchFails => is_graphql && has("search("),
                Kind::DroppedLabels => writes_issue && has("\"labels\""),
                Kind::DroppedAssignees => writes_issue && has("\"assignees\""),
                Kind::LabelExists => !is_read && below == ["labels"],
                Kind::MilestoneExists => !is_read && below == ["milestones"],
                Kind::Edited
                | Kind::Transferred
                | Kind::Deleted
                | Kind::Locked
                | Kind::Converted => {
                    matches!(below, ["issues", number, ..] if number.parse::<u64>().is_ok())
                }
                _ => true,
            }
    }
}

impl Kind {
    fn add_to(
        self,
        effect: &mut Effect,
        world: &mut World,
        request: &Incoming,
        stale: &Mutex<Option<World>>,
    ) {
        let message = |text: &str| json!({ "message": text });
        match self {
            Self::Latency(millis) => effect.latency += millis,
            Self::ResetBefore => effect.instead = Some(Answered::Reset),
            Self::ResetAfter => effect.after = Some(Answered::Reset),
            Self::ErrorBefore(status) => {
                effect.instead = Some(Answered::With(Reply::json(status, message("Server Error"))));
            }
            Self::ErrorAfter(status) => {
                effect.after = Some(Answered::With(Reply::json(status, message("Server Error"))));
            }
            Self::Limit(status) => effect.instead = Some(limit(status, "0")),
            // A date in the past: the wait is over when it is read, so that nothing depends on the clock.
            Self::LimitDate(status) => {
                effect.instead = Some(limit(status, "Thu, 01 Jan 2026 00:00:00 GMT"));
            }
            Self::PrimaryLimit => {
                let mut reply = Reply::json(403, message("API rate limit exceeded"));
                reply.headers = vec![
                    ("x-ratelimit-remaining", "0".to_owned()),
                    ("x-ratelimit-reset", "1".to_owned()),
                ];
                effect.instead = Some(Answered::With(reply));
            }
            Self::GraphqlLimit => {
                let errors = json!({ "errors": [
                    { "type": "RATE_LIMITED", "message": "API rate limit exceeded" },
                ] });
                effect.instead = Some(Answered::With(Reply::json(200, errors)));
            }
            Self::SearchFails => {
                let errors = json!({ "errors": [
                    { "message": "Something went wrong while executing your query." },
                ] });
                effect.instead = Some(Answered::With(Reply::json(200, errors)));
            }
            Self::Truncated => effect.after = Some(Answered::Truncated),
            Self::InvalidJson => {
                let mut reply = Reply::json(200, Value::Null);
                reply.raw = Some("<html>Unicorn!</html>".to_owned());
                effect.after = Some(Answered::With(reply));
            }
            Self::Partial => effect.after = Some(Answered::Partial),
            Self::StaleLists => {
                let mut stale = stale.lock().unwrap_or_else(PoisonError::into_inner);
                effect.stale = Some(stale.get_or_insert_with(|| world.clone()).clone());
            }
            Self::DroppedLabels => effect.dropped.push("labels"),
            Self::DroppedAssignees => effect.dropped.push("assignees"),
            Self::HangBefore => effect.instead = Some(Answered::Never),
            Self::Hang => effect.after = Some(Answered::Never),
            Self::LabelExists | Self::MilestoneExists => somebody_defines(world, request),
            Self::Edited | Self::Transferred | Self::Deleted | Self::Locked | Self::Converted => {
                self.somebody_acts(world, request);
            }
        }
    }

    /// Somebody was quicker. What the world refuses has no effect: that is no fault of anybody's.
    fn somebody_acts(self, world: &mut World, request: &Incoming) {
        let [_, owner, name, _, number, ..] = request.segments.as_slice() else {
            return;
        };
        let repository = format!("{owner}/{name}");
        let Ok(number) = number.parse::<u64>() else {
            return;
        };
        let _ = match self {
            Self::Edited => {
                let body = world
                    .issue(&repository, number)
                    .map(|issue| format!("Edited meanwhile.\n\n{}", issue.body));
                body.and_then(|body| {
                    let patch = IssuePatch {
                        body: Some(body),
                        ..IssuePatch::default()
                    };
                    world.edit_issue("octocat", &repository, number, patch)
                })
            }
            Self::Transferred => {
                let elsewhere = "octocat/elsewhere";
                world.add_repository(elsewhere);
                world
                    .transfer_issue("octocat", &repository, number, elsewhere)
                    .map(|_| ())
            }
            Self::Deleted => world.delete_issue(&repository, number),
            Self::Locked => world.lock_issue("octocat", &repository, number),
            Self::Converted => world.repository_mut(&repository).map(|found| {
                found.issues.remove(&number);
            }),
            _ => Ok(()),
        };
    }
}

/// Somebody creates the label or the milestone that a request is about to create.
fn somebody_defines(world: &mut World, request: &Incoming) {
    let [_, owner, name, kind] = request.segments.as_slice() else {
        return;
    };
    let repository = format!("{owner}/{name}");
    let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    let text = |key: &str| body.get(key).and_then(Value::as_str).map(str::to_owned);
    // As above: what is there already stays.
    let _ = match (same(kind, "labels"), text("name"), text("title")) {
        (true, Some(name), _) => {
            let new = NewLabel {
                name,
                color: None,
                description: None,
            };
            world.create_label("octocat", &repository, new).map(|_| ())
        }
        (false, _, Some(title)) => {
            let new = NewMilestone {
                title,
                state: None,
                description: None,
                due_on: None,
            };
            world
                .create_milestone("octocat", &repository, new)
                .map(|_| ())
        }
        _ => Ok(()),
    };
}

/// <https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits>
fn limit(status: u16, retry_after: &str) -> Answered {
    let body = json!({ "message": "You have exceeded a secondary rate limit." });
    let mut reply = Reply::json(status, body);
    reply.headers = vec![("retry-after", retry_after.to_owned())];
    Answered::With(reply)
}

const NAMES: &[(&str, Kind)] = &[
    ("reset-before", Kind::ResetBefore),
    ("reset-after", Kind::ResetAfter),
    ("error-500-before", Kind::ErrorBefore(500)),
    ("error-500-after", Kind::ErrorAfter(500)),
    ("error-502-before", Kind::ErrorBefore(502)),
    ("error-502-after", Kind::ErrorAfter(502)),
    ("error-503-before", Kind::ErrorBefore(503)),
    ("error-503-after", Kind::ErrorAfter(503)),
    ("error-504-before", Kind::ErrorBefore(504)),
    ("error-504-after", Kind::ErrorAfter(504)),
    ("limit-403", Kind::Limit(403)),
    ("limit-429", Kind::Limit(429)),
    ("limit-403-date", Kind::LimitDate(403)),
    ("limit-429-date", Kind::LimitDate(429)),
    ("limit-primary", Kind::PrimaryLimit),
    ("limit-graphql", Kind::GraphqlLimit),
    ("truncated", Kind::Truncated),
    ("invalid-json", Kind::InvalidJson),
    ("partial", Kind::Partial),
    ("stale-lists", Kind::StaleLists),
    ("search-fails", Kind::SearchFails),
    ("dropped-labels", Kind::DroppedLabels),
    ("dropped-assignees", Kind::DroppedAssignees),
    ("label-exists", Kind::LabelExists),
    ("milestone-exists", Kind::MilestoneExists),
    ("edited", Kind::Edited),
    ("transferred", Kind::Transferred),
    ("deleted", Kind::Deleted),
    ("locked", Kind::Locked),
    ("converted", Kind::Converted),
    ("hang-before", Kind::HangBefore),
    ("hang", Kind::Hang),
];

/// A text that names no fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoFault(String);

impl fmt::Display for NoFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = NAMES.iter().map(|(name, _)| *name).collect();
        write!(
            f,
            "{}: a fault is NAME, then perhaps `:reads` or `:writes`, then perhaps `@N` for the Nth request or `%P` for \
             P per cent; the names: latency-MILLISECONDS, {}",
            self.0,
            names.join(", ")
        )
    }
}

impl std::error::Error for NoFault {}

impl FromStr for Fault {
    type Err = NoFault;

    fn from_str(text: &str) -> Result<Self, NoFault> {
        let wrong = |what: &str| NoFault(format!("`{text}` {what}"));
        let number = |digits: &str| digits.parse::<u64>().map_err(|_| wrong("has no number"));
        let (rest, when) = if let Some((rest, digits)) = text.split_once('@') {
            (
                rest,
                When::At(
                    Some(number(digits)?)
                        .filter(|n| *n > 0)
                        .ok_or_else(|| wrong("counts from 1"))?,
                ),
            )
        } else if let Some((rest, digits)) = text.split_once('%') {
            let share = Some(number(digits)?).filter(|share| *share <= 100);
            (
                rest,
                When::Percent(share.ok_or_else(|| wrong("is more than all of them"))?),
            )
        } else {
            (text, When::Always)
        };
        let (name, requests) = match rest.split_once(':') {
            None => (rest, Requests::Any),
            Some((name, "reads")) => (name, Requests::Reads),
            Some((name, "writes")) => (name, Requests::Writes),
            Some(_) => return Err(wrong("names neither reads nor writes")),
        };
        let known = NAMES.iter().find(|(known, _)| *known == name);
        let kind = match (known, name.strip_prefix("latency-")) {
            (Some((_, kind)), _) => *kind,
            (None, Some(millis)) => Kind::Latency(number(millis)?),
            (None, None) => return Err(wrong("is not known")),
        };
        Ok(Self {
            kind,
            requests,
            when,
        })
    }
}

/// The name of every fault that takes no number.
pub fn names() -> impl Iterator<Item = &'static str> {
    NAMES.iter().map(|(name, _)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_named_with_their_requests_and_their_turn() {
        let fault: Fault = "reset-after:writes@3".parse().unwrap();
        assert_eq!(
            fault,
            Fault {
                kind: Kind::ResetAfter,
                requests: Requests::Writes,
                when: When::At(3),
            }
        );
        let fault: Fault = "latency-50%10".parse().unwrap();
        assert_eq!(
            (fault.kind, fault.when),
            (Kind::Latency(50), When::Percent(10))
        );
        for wrong in [
            "",
            "reset",
            "reset-after@x",
            "reset-after:some",
            "latency-x",
            "hang@0",
            "hang%101",
        ] {
            assert!(wrong.parse::<Fault>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_same_seed_shows_the_same_faults() {
        let due = |seed| -> Vec<bool> {
            let faults = Faults::new(vec!["hang%30".parse().unwrap()], seed);
            (0..200)
                .map(|_| faults.is_due(0, When::Percent(30)))
                .collect()
        };
        assert_eq!(due(1), due(1));
        assert_ne!(due(1), due(2));
        let shown = due(7).into_iter().filter(|due| *due).count();
        assert!((40..=80).contains(&shown), "{shown}");
    }
}
