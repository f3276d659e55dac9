//! A record beside what upstream says: where they differ, and why; [`edits`] is what `upstream pull` does about it. Pure.
//!
//! It is three-way: what upstream said when the record was last read tells whether upstream has changed a fact or people have.

pub mod edits;
#[cfg(test)]
mod tests;

use super::facts::{Facts, Field, FieldValue, recorded};
use crate::registry::kep::KepRecord;
use crate::terms::{Date, Guess, Release, Stage, Status};

/// A field in which a record and upstream differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drift {
    /// Which one.
    pub field: Field,
    /// What the record says; absent: nothing.
    pub recorded: Option<FieldValue>,
    /// What upstream says; absent: nothing.
    pub upstream: Option<FieldValue>,
    /// Why they differ.
    pub cause: Cause,
}

/// Why a record and upstream differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// The record says nothing yet.
    New,
    /// Upstream has changed it since the record was read.
    Changed,
    /// The KEP is over, so that nothing is aimed at.
    Over(Status),
    /// kep.yaml says what it said, and this release has shipped since.
    Shipped(Release),
    /// People and upstream have both changed it since; upstream said this before.
    Conflict(Option<FieldValue>),
    /// Upstream changed it on the day when the record was read, and nobody knows whether before or after that.
    SameDay,
    /// What upstream said when the record was read was not understood, so nobody knows who changed it.
    Unclear,
    /// People made it what it is; upstream says what it said when the record was read.
    People,
    /// The record says itself that it was a guess.
    Guessed,
    /// People wrote it; the record was never read from upstream.
    Own,
    /// What upstream said when the record was read is not known.
    Lost,
    /// Another release is on record than upstream names now, and what shipped does not change because a plan does. Whether upstream
    /// has changed its word since the record was read.
    Denied {
        /// It is news.
        is_news: bool,
    },
    /// Upstream does not count as reached what is on record; what shipped is not taken out.
    OnRecord,
    /// The record aims at that stage in a later release, which upstream knows nothing of.
    StillAhead(Release),
    /// The record was read at a later commit than the one that is looked at.
    Older(Date),
}

/// What upstream said when a record was last read.
#[derive(Debug, Clone, Copy)]
pub enum Base<'a> {
    /// It was never read.
    Never,
    /// This, at the last commit of that day; then what it said at those before, on the same day.
    Known(&'a Facts, &'a [Facts]),
    /// The clone does not tell.
    Lost,
}

impl<'a> Base<'a> {
    /// What is known of a record.
    pub fn of(record: &KepRecord, known: &'a [Facts]) -> Self {
        match (record.upstream_seen, known) {
            (None, _) => Self::Never,
            (Some(_), [last, before @ ..]) => Self::Known(last, before),
            (Some(_), []) => Self::Lost,
        }
    }
}

impl Drift {
    /// The field of kep.yaml that it comes from.
    pub fn source(&self) -> Field {
        match self.cause {
            Cause::Over(_) => Field::Status,
            _ => self.field,
        }
    }

    /// Whether `upstream pull` takes upstream's word for it, whatever people decide.
    pub fn is_taken(&self) -> bool {
        match self.cause {
            Cause::New | Cause::Changed | Cause::Over(_) | Cause::Shipped(_) | Cause::Guessed => {
                true
            }
            Cause::Conflict(_) | Cause::SameDay | Cause::People | Cause::Own => false,
            Cause::Lost | Cause::Denied { .. } | Cause::OnRecord | Cause::Unclear => false,
            Cause::StillAhead(_) | Cause::Older(_) => false,
        }
    }

    /// Whether people and upstream have both changed it, so that a person has to decide.
    pub fn is_conflict(&self) -> bool {
        matches!(
            self.cause,
            Cause::Conflict(_) | Cause::SameDay | Cause::Unclear
        )
    }

    /// Why, in a few words; `seen` is the day when the record was read.
    pub fn why(&self, seen: Option<Date>) -> String {
        let since = match seen {
            Some(seen) => format!("since {seen}"),
            None => "since the record was read".to_owned(),
        };
        match &self.cause {
            Cause::New => "the record says nothing of it yet".to_owned(),
            Cause::Changed => format!("upstream changed it {since}"),
            Cause::Conflict(before) => {
                let before = match before {
                    Some(before) => format!("from {before} "),
                    None => String::new(),
                };
                format!("people changed it here, and upstream changed it {before}{since}")
            }
            Cause::SameDay => {
                let day = seen.map_or_else(String::new, |seen| format!(", {seen}"));
                format!(
                    "upstream changed it on the day when the record was read{day}, before that or after it"
                )
            }
            Cause::Unclear => {
                "what upstream said when the record was read was not understood".to_owned()
            }
            Cause::Guessed => "it was a guess, made before anybody read the KEP".to_owned(),
            Cause::Over(status) => format!("upstream the KEP is {}", status.written()),
            Cause::Shipped(release) => format!("Kubernetes {release} has shipped {since}"),
            Cause::People => {
                format!("people made it so here; upstream has not changed it {since}")
            }
            Cause::Own => {
                "people wrote it; the record was never read from upstream before".to_owned()
            }
            Cause::Lost => {
                format!("the clone does not tell whether upstream or people changed it {since}")
            }
            Cause::Denied { .. } => "a release on record is not rewritten by a plan".to_owned(),
            Cause::OnRecord => "a release on record is not taken out by a plan".to_owned(),
            Cause::StillAhead(release) => {
                format!("the record aims at that stage in {release}")
            }
            Cause::Older(seen) => {
                format!("the record was read later, on {seen}, and people may have changed it")
            }
        }
    }
}

/// Where a record and upstream on a day differ.
pub fn drift(record: &KepRecord, base: Base<'_>, now: &Facts, day: Date) -> Vec<Drift> {
    let later = record.upstream_seen.filter(|seen| *seen > day);
    // What upstream says unclearly is neither the same nor another thing.
    let fields = Field::ALL.into_iter();
    fields
        .filter(|field| !now.unclear.contains(field))
        .filter_map(|field| {
            let (recorded, upstream) = (recorded(record, field), now.value(field));
            (recorded != upstream).then(|| Drift {
                cause: match later {
                    Some(seen) => Cause::Older(seen),
                    None => cause(record, field, recorded.as_ref(), base, now),
                },
                field,
                recorded,
                upstream,
            })
        })
        .collect()
}

fn cause(
    record: &KepRecord,
    field: Field,
    recorded: Option<&FieldValue>,
    base: Base<'_>,
    now: &Facts,
) -> Cause {
    if recorded.is_some() && field.guess().is_some_and(|guess| record.guesses(guess)) {
        return Cause::Guessed;
    }
    if let (Some(stage), Some(FieldValue::Release(release))) =
        (field.reached_stage(), now.value(field))
        && recorded.is_none()
        && record.stage == Some(stage)
        && now.plan.stage == Some(stage)
        && let Some(target) = record.target.filter(|_| !record.guesses(Guess::Target))
        && target > release
        && now.target != Some(target)
        && !is_upstreams(target, base)
    {
        return Cause::StillAhead(target);
    }
    let is_on_record = field.reached_stage().is_some() && recorded.is_some();
    // Another release is a contradiction, whoever wrote it; that one has not shipped yet by then is none.
    let is_denied = now.said(field).is_some_and(|said| Some(&said) != recorded);
    if is_on_record && is_denied {
        let is_news = match base {
            Base::Known(base, _) => base.said(field) != now.said(field),
            Base::Never | Base::Lost => false,
        };
        return Cause::Denied { is_news };
    }
    let (base, same_day) = match (base, recorded) {
        (Base::Known(base, same_day), _) => (base, same_day),
        (Base::Lost, _) => return Cause::Lost,
        (Base::Never, None) => return Cause::New,
        (Base::Never, Some(_)) => return Cause::Own,
    };
    // A record that has what was understood then is as it was read.
    let is_untouched = recorded == base.value(field).as_ref();
    if base.unclear.contains(&field) {
        return match (recorded, is_untouched) {
            (None, _) => Cause::New,
            (Some(_), true) => Cause::Changed,
            (Some(_), false) => Cause::Unclear,
        };
    }
    if let (Some(stage), Some(FieldValue::Release(release)), None) =
        (field.reached_stage(), now.value(field), recorded)
        && (is_past(stage, now) || is_late(record, base))
    {
        return Cause::Shipped(release);
    }
    if let (Field::Target, Some(latest), true) = (field, base.plan.latest, is_late(record, base)) {
        return Cause::Shipped(latest);
    }
    let has_changed = base.written(field) != now.written(field);
    match (is_untouched, has_changed) {
        (false, false) => {
            let mut same_day = same_day.iter();
            match same_day.any(|said| said.value(field).as_ref() == recorded) {
                true => Cause::SameDay,
                false => Cause::People,
            }
        }
        (_, true) if is_on_record => Cause::OnRecord,
        (true, true) if field == Field::Target && !now.status.is_live() => Cause::Over(now.status),
        (true, true) => Cause::Changed,
        (false, true) => Cause::Conflict(base.value(field)),
        // kep.yaml says the same, and the day is another one.
        (true, false) => match base.written(field) {
            Some(FieldValue::Release(release)) => Cause::Shipped(release),
            _ => Cause::Changed,
        },
    }
}

/// Whether upstream has come past a stage, so that it was reached whatever people aimed at.
fn is_past(stage: Stage, now: &Facts) -> bool {
    now.plan.stage > Some(stage) || now.status == Status::Implemented
}

/// Whether the record still aims at a release that had shipped when it was read: the calendar did not know that yet.
fn is_late(record: &KepRecord, base: &Facts) -> bool {
    record.target.is_some()
        && record.target == base.plan.latest
        && base.target.is_none()
        && base.status.is_live()
}

/// Whether the target is the one that upstream had when the record was read, so that it is no word of people's.
fn is_upstreams(target: Release, base: Base<'_>) -> bool {
    match base {
        Base::Known(facts, _) => facts.target == Some(target),
        Base::Never | Base::Lost => false,
    }
}
