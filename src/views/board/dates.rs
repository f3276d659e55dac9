//! Every day that a calendar knows, of Kubernetes and of all runtimes, on one axis.

use std::collections::BTreeSet;

use crate::findings::sources::FileId;
use crate::terms::{Date, Freeze, Instant, Release, When};
use crate::views::history::{About, Change, Revision};

use super::View;

/// Something that happens on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Whose it is: `Kubernetes`, or a runtime's name.
    pub product: String,
    /// Whether it is Kubernetes'.
    pub is_kubernetes: bool,
    /// Of which release.
    pub release: Release,
    /// What happens.
    pub what: Happening,
    /// The first day that it can be.
    pub first: Date,
    /// The last day that it can be: of a planned month, its last.
    pub last: Date,
    /// Its instant, if that is known.
    pub instant: Option<Instant>,
    /// How many days away its last day is; negative: it is past.
    pub days: i64,
    /// How often its day was changed, as far as the history of the calendar tells: those who follow it must hear of corrections.
    pub corrections: usize,
}

/// What happens on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Happening {
    /// A cycle begins.
    Start,
    /// A cycle freezes something.
    Freeze(Freeze),
    /// A release is planned.
    Planned,
    /// A release came.
    Released,
    /// Support ends.
    EndOfLife,
}

impl Happening {
    /// Its name in addresses.
    pub fn key(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Freeze(freeze) => freeze.key(),
            Self::Planned | Self::Released => "release",
            Self::EndOfLife => "end-of-life",
        }
    }
}

impl Event {
    /// What happens, behind nothing: "Kubernetes 1.38 code freeze", "containerd 2.5 planned".
    pub fn said(&self) -> String {
        let Self {
            product, release, ..
        } = self;
        match self.what {
            Happening::Start => format!("{product} {release} cycle starts"),
            Happening::Freeze(freeze) => format!("{product} {release} {freeze}"),
            Happening::Planned => format!("{product} {release} release, planned"),
            Happening::Released => format!("{product} {release} released"),
            Happening::EndOfLife => format!("{product} {release} reaches its end of life"),
        }
    }

    /// The day, or the month where no more is known.
    pub fn when(&self) -> String {
        match self.first == self.last {
            true => self.first.to_string(),
            false => self.first.month().to_string(),
        }
    }

    /// How far away it is: "today", "in 19 days", "this month", "3 days ago".
    pub fn away(&self, today: Date) -> String {
        away(self.first, self.last, today)
    }
}

/// How far away a day, or a month, is.
pub fn away(first: Date, last: Date, today: Date) -> String {
    if first != last {
        let next = today.month().last_day().plus_days(1);
        return if first <= today && today <= last {
            "this month".to_owned()
        } else if first == next {
            "next month".to_owned()
        } else if today < first {
            format!(
                "in {} to {} days",
                today.days_until(first),
                today.days_until(last)
            )
        } else {
            "past".to_owned()
        };
    }
    match today.days_until(first) {
        0 => "today".to_owned(),
        1 => "tomorrow".to_owned(),
        -1 => "yesterday".to_owned(),
        days if days > 0 => format!("in {days} days"),
        days => format!("{} days ago", -days),
    }
}

/// Every day that a calendar knows, in order.
pub(super) fn dates(view: &View<'_>) -> Vec<Event> {
    let mut all = Vec::new();
    if let Some(calendar) = &view.registry.kubernetes {
        let of = Calendar::of(view, "Kubernetes", calendar.file, "cycles");
        for cycle in &calendar.value.cycles {
            let release = cycle.release;
            let start = cycle
                .start
                .map(|start| of.event(release, Happening::Start, start, start, None));
            let freezes = cycle.freezes().into_iter().map(|(freeze, instant)| {
                let day = instant.date();
                of.event(release, Happening::Freeze(freeze), day, day, Some(instant))
            });
            all.extend(
                start
                    .into_iter()
                    .chain(freezes)
                    .chain(of.release(release, cycle.when())),
            );
        }
    }
    for (name, calendar) in &view.registry.runtimes {
        let of = Calendar::of(view, name, calendar.file, "minors");
        for minor in &calendar.value.minors {
            let release = minor.release;
            let end = minor.end_of_life;
            let end = end.map(|end| {
                of.event(
                    release,
                    Happening::EndOfLife,
                    end.earliest(),
                    end.latest(),
                    None,
                )
            });
            all.extend(of.release(release, minor.when()).into_iter().chain(end));
        }
    }
    // A calendar may name a release twice, which `check` finds: its first day counts, as elsewhere.
    let mut seen = BTreeSet::new();
    all.retain(|event: &Event| {
        seen.insert((event.product.clone(), event.release, event.what.key()))
    });
    all.sort_by(|a, b| {
        let key = |event: &Event| (event.last, !event.is_kubernetes, event.release, event.what);
        key(a).cmp(&key(b)).then_with(|| a.product.cmp(&b.product))
    });
    all
}

/// A calendar whose days are listed.
struct Calendar<'a> {
    product: &'a str,
    today: Date,
    /// The key of its list.
    list: &'static str,
    changes: &'a [(&'a Revision, &'a Change)],
}

impl<'a> Calendar<'a> {
    fn of(view: &'a View<'_>, product: &'a str, file: FileId, list: &'static str) -> Self {
        let about = About::File(view.registry.file(file).path.to_string());
        Self {
            product,
            today: view.today,
            list,
            changes: view.past.of(&about),
        }
    }

    fn release(&self, release: Release, when: Option<When>) -> Option<Event> {
        when.map(|when| self.event(release, of(when), when.earliest(), when.latest(), None))
    }

    fn event(
        &self,
        release: Release,
        what: Happening,
        first: Date,
        last: Date,
        instant: Option<Instant>,
    ) -> Event {
        Event {
            product: self.product.to_owned(),
            is_kubernetes: self.list == "cycles",
            release,
            what,
            first,
            last,
            instant,
            days: self.today.days_until(last),
            corrections: self.corrections(release, what),
        }
    }

    /// How often what is written down of a day has changed since the calendar came.
    fn corrections(&self, release: Release, what: Happening) -> usize {
        let keys: &[&str] = match what {
            Happening::Start => &["start"],
            Happening::Freeze(freeze) => &[freeze.key()],
            Happening::Planned | Happening::Released => &["planned", "released"],
            Happening::EndOfLife => &["end-of-life"],
        };
        let names: Vec<String> = keys
            .iter()
            .map(|key| format!("{}.{release}.{key}", self.list))
            .collect();
        let fields = self.changes.iter().flat_map(|(_, change)| &change.fields);
        fields.filter(|field| names.contains(&field.key)).count()
    }
}

fn of(when: When) -> Happening {
    match when {
        When::Released(_) => Happening::Released,
        When::Planned(_) => Happening::Planned,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_far_away_a_day_is_is_said_as_people_say_it() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        let today = day("2026-11-29");
        let of = |text: &str| away(day(text), day(text), today);
        assert_eq!(of("2026-11-29"), "today");
        assert_eq!(of("2026-11-30"), "tomorrow");
        assert_eq!(of("2026-11-28"), "yesterday");
        assert_eq!(of("2026-12-16"), "in 17 days");
        assert_eq!(of("2026-10-30"), "30 days ago");
        let month = |first: &str, last: &str| away(day(first), day(last), today);
        assert_eq!(month("2026-11-01", "2026-11-30"), "this month");
        assert_eq!(month("2026-12-01", "2026-12-31"), "next month");
        assert_eq!(month("2027-01-01", "2027-01-31"), "in 33 to 63 days");
        assert_eq!(month("2026-10-01", "2026-10-31"), "past");
    }
}
