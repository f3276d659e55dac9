//! How much is known: of how many KEPs each thing is on record, of which it is not, and how old what is known is.

use crate::terms::{RuntimeState, Stage, Triage};
use crate::views::refreshed::STALE_DAYS;

use super::View;
use super::keps::KepBoard;

/// Of how many KEPs something is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage {
    /// Its name in addresses.
    pub key: String,
    /// What is counted, as a heading: "What containerd has".
    pub what: String,
    /// Of which KEPs it is asked: "KEPs that a runtime has to do with".
    pub of: &'static str,
    /// The KEPs of which it is known.
    pub known: Vec<u32>,
    /// The KEPs of which it is not.
    pub unknown: Vec<u32>,
}

impl Coverage {
    fn of(
        key: impl Into<String>,
        what: impl Into<String>,
        of: &'static str,
        keps: impl Iterator<Item = (u32, bool)>,
    ) -> Self {
        let (mut known, mut unknown) = (Vec::new(), Vec::new());
        for (kep, is_known) in keps {
            match is_known {
                true => known.push(kep),
                false => unknown.push(kep),
            }
        }
        Self {
            key: key.into(),
            what: what.into(),
            of,
            known,
            unknown,
        }
    }

    /// Of how many it is asked.
    pub fn all(&self) -> usize {
        self.known.len() + self.unknown.len()
    }
}

pub(super) fn coverage(view: &View<'_>, keps: &[KepBoard]) -> Vec<Coverage> {
    let mut all = Vec::new();
    let needing = || keps.iter().filter(|kep| kep.needs_nothing.is_none());
    const NEEDING: &str = "KEPs that a runtime has to do with";
    const GOING_ON: &str = "KEPs that work goes on with";
    for runtime in view.registry.config.value.runtime_names() {
        let known = needing().map(|kep| (kep.number, kep.fact(runtime).is_some()));
        all.push(Coverage::of(
            format!("facts-{runtime}"),
            format!("What {runtime} has"),
            NEEDING,
            known,
        ));
        let released = needing().filter_map(|kep| {
            let fact = kep.fact(runtime)?;
            (fact.state == RuntimeState::Released).then(|| (kep.number, fact.version.is_some()))
        });
        all.push(Coverage::of(
            format!("since-{runtime}"),
            format!("Since which version {runtime} has it"),
            "KEPs that it has released",
            released,
        ));
        let evidence = needing().filter_map(|kep| {
            let fact = kep.fact(runtime)?;
            let is_there = !matches!(fact.state, RuntimeState::None);
            is_there.then_some((kep.number, !fact.evidence.is_empty()))
        });
        all.push(Coverage::of(
            format!("evidence-{runtime}"),
            format!("Which pull requests brought it to {runtime}"),
            "KEPs that it has something of",
            evidence,
        ));
    }
    let going_on = || keps.iter().filter(|kep| kep.is_going_on);
    let triage = going_on().map(|kep| {
        (
            kep.number,
            matches!(kep.triage, Some(Triage::Accepted | Triage::Declined)),
        )
    });
    all.push(Coverage::of(
        "triage",
        "Whether maintainers take it on",
        GOING_ON,
        triage,
    ));
    let taken_on = going_on().filter(|kep| kep.triage == Some(Triage::Accepted));
    let shepherds = taken_on.map(|kep| (kep.number, !kep.shepherds.is_empty()));
    all.push(Coverage::of(
        "shepherds",
        "Who shepherds it",
        "KEPs that are taken on",
        shepherds,
    ));
    let targets = going_on().map(|kep| (kep.number, kep.aims_at.is_some()));
    all.push(Coverage::of(
        "targets",
        "Which release it aims at",
        GOING_ON,
        targets,
    ));
    let defaults =
        going_on().filter(|kep| kep.aim.stage == Some(Stage::Beta) && kep.aims_at.is_some());
    let defaults = defaults.map(|kep| (kep.number, kep.aim.enabled_by_default.is_some()));
    all.push(Coverage::of(
        "defaults",
        "Whether it is on by default",
        "KEPs that aim at beta",
        defaults,
    ));
    let issues = going_on().map(|kep| (kep.number, kep.issue.is_some()));
    all.push(Coverage::of(
        "issues",
        "Its tracking issue",
        GOING_ON,
        issues,
    ));
    let fresh = keps.iter().map(|kep| {
        let is_fresh = kep.seen.is_some_and(|(_, days)| days <= STALE_DAYS);
        (kep.number, is_fresh)
    });
    all.push(Coverage::of(
        "fresh",
        format!("What its kep.yaml has said within {STALE_DAYS} days"),
        "KEPs",
        fresh,
    ));
    all.retain(|coverage| coverage.all() > 0);
    all
}
