//! What the first screen says: the state of the world in a sentence, the next dates, whom most waits for, and what has changed.

use std::collections::{BTreeMap, BTreeSet};

use crate::terms::{Date, Handle, Release};
use crate::text::words::counted;
use crate::views::history::About;
use crate::views::refreshed::STALE_DAYS;

use super::Board;
use super::dates::{Event, Happening};
use super::verdict::Outcome;
use super::waits::Whom;

impl Board {
    /// The state of the world in one sentence.
    pub fn headline(&self) -> String {
        let Some(now) = self.now else {
            return format!("Where {}'s Kubernetes enhancements stand", self.home);
        };
        let kubernetes = self
            .dates
            .iter()
            .find(|event| event.is_kubernetes && event.release == now && is_release(event));
        let home = self
            .ahead()
            .find(|event| event.product == self.home && event.what == Happening::Planned);
        let first = match kubernetes {
            Some(event) if event.last >= self.today => {
                format!("Kubernetes {now} ships {}", event.away(self.today))
            }
            Some(event) => format!(
                "Kubernetes {now} was planned for {}, and whether it is out is not on record",
                event.when()
            ),
            None => format!("When Kubernetes {now} ships is not on record"),
        };
        let second = home.map(|event| {
            let same =
                kubernetes.is_some_and(|kubernetes| kubernetes.last.month() == event.last.month());
            let when = if same {
                "the same month".to_owned()
            } else {
                event.when()
            };
            format!("{} {} is planned for {when}", event.product, event.release)
        });
        match second {
            Some(second) => format!("{first}; {second}."),
            None => format!("{first}."),
        }
    }

    /// The days ahead that people look at: no beginnings, and no ends of support.
    pub fn next_dates(&self) -> impl Iterator<Item = &Event> {
        self.ahead().filter(|event| {
            !matches!(
                event.what,
                Happening::Start | Happening::EndOfLife | Happening::Released
            )
        })
    }

    /// The last Monday before the day.
    pub fn last_monday(&self) -> Date {
        last_monday(self.today)
    }

    /// What there is to know of the cycle under way, in a sentence: how many aim at it, and of how many of them what is said.
    pub fn news(&self) -> Option<String> {
        let now = self.now?;
        let all = self.aiming(now).len();
        if all == 0 {
            return None;
        }
        let count = |outcomes: &[Outcome]| -> usize {
            outcomes
                .iter()
                .map(|outcome| self.of_outcome(now, *outcome).len())
                .sum()
        };
        let parts = [
            (count(&[Outcome::WillMiss]), "will miss it", "will miss it"),
            (count(&[Outcome::AtRisk]), "is at risk", "are at risk"),
            (count(&[Outcome::OnCourse]), "is on course", "are on course"),
            (
                count(&[Outcome::Ready, Outcome::Shipped]),
                "is ready",
                "are ready",
            ),
            (
                count(&[Outcome::NothingNeeded]),
                "needs nothing",
                "need nothing",
            ),
        ];
        let said = parts.into_iter().filter(|(count, ..)| *count > 0);
        let mut said: Vec<String> = said
            .map(|(count, one, several)| {
                format!("{count} {}", if count == 1 { one } else { several })
            })
            .collect();
        let unknown = count(&[Outcome::CannotTell]);
        if unknown > 0 {
            said.push(format!("of {unknown} nobody can tell"));
        }
        Some(format!(
            "Of {} that {} at it, {}.",
            counted(all, "KEP"),
            if all == 1 { "aims" } else { "aim" },
            list(&said)
        ))
    }

    /// That what is known of the KEPs themselves is old, if it is.
    pub fn staleness(&self) -> Option<String> {
        let going_on = || self.keps.iter().filter(|kep| kep.is_going_on);
        let newest = going_on().filter_map(|kep| kep.seen).max()?;
        let (day, days) = newest;
        if days <= STALE_DAYS {
            return None;
        }
        let start = self.now.and_then(|now| self.cycle(now)?.start);
        let before = match start {
            Some(start) if day < start => ", before this cycle began",
            _ => "",
        };
        Some(format!(
            "No kep.yaml was read for {days} days{before}: a KEP may have moved on since {day}."
        ))
    }

    /// Of the cycles that are out, those with KEPs of which nobody can tell whether they went out with it, newest first.
    pub fn unsettled(&self) -> Vec<(Release, usize)> {
        let out = self.cycles.iter().rev().filter(|cycle| cycle.has_shipped);
        let counts = out.map(|cycle| {
            (
                cycle.release,
                self.of_outcome(cycle.release, Outcome::CannotTell).len(),
            )
        });
        counts.filter(|(_, count)| *count > 0).collect()
    }

    /// What changed since a day.
    pub fn changed_since(&self, day: Date) -> BTreeSet<&About> {
        let revisions = self.history.revisions().iter();
        let changed = revisions.filter(|revision| revision.day() >= day);
        changed
            .flat_map(|revision| revision.changes.iter().map(|change| &change.of))
            .filter(|about| matches!(about, About::Record(_)))
            .collect()
    }

    /// For whom something waits, most of it first.
    pub fn busiest(&self) -> Vec<(&Handle, usize)> {
        let mut counts: BTreeMap<String, (&Handle, usize)> = BTreeMap::new();
        for wait in &self.waits {
            if let Whom::People(people) = &wait.whom {
                for handle in people {
                    let key = handle.as_str().to_ascii_lowercase();
                    counts.entry(key).or_insert((handle, 0)).1 += 1;
                }
            }
        }
        let mut counts: Vec<(&Handle, usize)> = counts.into_values().collect();
        counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        counts
    }
}

fn is_release(event: &Event) -> bool {
    matches!(event.what, Happening::Planned | Happening::Released)
}

/// Parts of a sentence as a list.
fn list(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [rest @ .., last] => format!("{}, and {last}", rest.join(", ")),
    }
}

/// On a Monday, the one before: people look at what a week has brought.
fn last_monday(today: Date) -> Date {
    let since = i32::from(today.0.weekday().since(jiff::civil::Weekday::Monday));
    today.plus_days(if since == 0 { -7 } else { -since })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_is_looked_back_at_on_its_first_day_too() {
        let monday = |today: &str| last_monday(today.parse().unwrap()).to_string();
        assert_eq!(monday("2026-11-29"), "2026-11-23");
        assert_eq!(monday("2026-11-30"), "2026-11-23");
        assert_eq!(monday("2026-12-01"), "2026-11-30");
    }
}
