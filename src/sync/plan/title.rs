//! The title of an existing issue: left alone, unless the registry says `retitle`.

use super::{Change, Drift, Drifted, Field, Outcome};
use crate::registry::config::Policy;
use crate::sync::desired::DesiredIssue;
use crate::sync::observed::ObservedIssue;
use crate::sync::section::Applied;

pub(super) fn compare(
    wanted: &DesiredIssue,
    issue: &ObservedIssue,
    last: Option<&Applied>,
) -> Outcome<Option<Change>, Option<String>> {
    let mut outcome = Outcome {
        change: None,
        drift: Vec::new(),
        conflict: None,
        applied: None,
    };
    if !wanted.retitle {
        return outcome;
    }
    outcome.applied = Some(wanted.title.clone());
    if issue.title == wanted.title {
        return outcome;
    }
    let change = Change {
        from: Some(issue.title.clone()),
        to: Some(wanted.title.clone()),
    };
    match last.and_then(|last| last.title.as_ref()) {
        // `retitle` says outright that titles are kepherd's, so a first title is no conflict.
        None => outcome.change = Some(change),
        Some(last) if *last == issue.title => outcome.change = Some(change),
        Some(last) if *last == wanted.title => {
            let enforced = wanted.drift.title == Policy::Enforce;
            outcome.drift.push(drift(last, issue, enforced));
            outcome.change = enforced.then_some(change);
        }
        Some(last) => {
            outcome.drift.push(drift(last, issue, false));
            outcome.conflict = Some(format!(
                "the title was \"{last}\"; the record now asks for \"{}\", and the issue says \"{}\"",
                wanted.title, issue.title
            ));
        }
    }
    outcome
}

fn drift(last: &str, issue: &ObservedIssue, enforced: bool) -> Drift {
    Drift {
        field: Field::Title,
        what: Drifted::Replaced {
            from: last.to_owned(),
            to: issue.title.clone(),
        },
        enforced,
        by: None,
    }
}
