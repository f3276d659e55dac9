//! The managed section: its text is kepherd's, so that it is only a question of whether it is up to date.

use super::{Drift, Drifted, Field, Outcome, SectionChange};
use crate::registry::config::Policy;
use crate::sync::desired::DesiredIssue;
use crate::sync::section::{Applied, Section, render, with_applied};

pub(super) fn compare(
    wanted: &DesiredIssue,
    present: Option<&Section>,
    applied: &Applied,
) -> Outcome<Option<SectionChange>, ()> {
    let to = render(&wanted.subject, &wanted.status, applied);
    let mut outcome = Outcome {
        change: None,
        drift: Vec::new(),
        conflict: None,
        applied: (),
    };
    let Some(present) = present else {
        outcome.change = Some(SectionChange { from: None, to });
        return outcome;
    };
    if present.text == to {
        return outcome;
    }
    let edited = present.untouched != Some(true);
    let enforced = wanted.drift.section == Policy::Enforce;
    if edited {
        outcome.drift.push(Drift {
            field: Field::Section,
            what: Drifted::Edited,
            enforced,
            by: None,
        });
    }
    let to = if !edited || enforced {
        Some(to)
    } else {
        with_applied(present, applied)
    };
    outcome.change = to.filter(|to| *to != present.text).map(|to| SectionChange {
        from: Some(present.text.clone()),
        to,
    });
    outcome
}
