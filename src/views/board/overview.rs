//! What the first screen says: the state of the world in a sentence, the next dates, whom most waits for, and what has changed.

use std::collections::{BTreeMap, BTreeSet};

use crate::terms::{Date, Handle};
use crate::views::history::About;

use super::Board;
use super::dates::{Event, Happening};
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
        let since = i32::from(self.today.0.weekday().since(jiff::civil::Weekday::Monday));
        self.today.plus_days(if since == 0 { -7 } else { -since })
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
