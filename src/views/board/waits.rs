//! What waits for whom, and since when.

use crate::terms::{
    Consensus, Date, Handle, Release, RuntimeState, Stage, Status, Subject, Triage,
};

use super::cycles::CycleBoard;
use super::keps::KepBoard;
use super::verdict::Outcome;
use super::{ItemBoard, Pointed, View};

/// Something that waits for somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wait {
    /// For whom.
    pub whom: Whom,
    /// What it is about; absent: a cycle.
    pub subject: Option<Subject>,
    /// The cycle that it belongs to, if it belongs to one.
    pub cycle: Option<Release>,
    /// What sort of thing it is.
    pub kind: WaitKind,
    /// A whole sentence.
    pub what: String,
    /// Where it is done, if that is elsewhere.
    pub at: Option<Pointed>,
    /// Since when, as far as the history tells.
    pub since: Option<Date>,
}

/// For whom something waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whom {
    /// These people.
    People(Vec<Handle>),
    /// Anybody of the project who takes it.
    Volunteer,
    /// The maintainers, whoever it is.
    Maintainers,
    /// Whoever knows.
    Anybody,
}

/// What sort of thing waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum WaitKind {
    /// A release that is in danger.
    Act,
    /// Something that somebody has to see through.
    Volunteer,
    /// A decision whether it is taken on.
    Triage,
    /// A pull request.
    Review,
    /// A design that is not agreed on.
    Consensus,
    /// Something that is not on record.
    Say,
}

impl WaitKind {
    /// All of them, most urgent first.
    pub const ALL: [Self; 6] = [
        Self::Act,
        Self::Volunteer,
        Self::Triage,
        Self::Review,
        Self::Consensus,
        Self::Say,
    ];

    /// As a heading.
    pub fn said(self) -> &'static str {
        match self {
            Self::Act => "Needs action to make its release",
            Self::Volunteer => "Needs a volunteer",
            Self::Triage => "Waits for a decision",
            Self::Review => "Waits for review",
            Self::Consensus => "Waits for agreement on the design",
            Self::Say => "Waits for somebody who knows",
        }
    }

    /// Its name in addresses.
    pub fn key(self) -> &'static str {
        match self {
            Self::Act => "act",
            Self::Volunteer => "volunteer",
            Self::Triage => "triage",
            Self::Review => "review",
            Self::Consensus => "consensus",
            Self::Say => "say",
        }
    }
}

pub(super) fn waits(
    view: &View<'_>,
    keps: &[KepBoard],
    items: &[ItemBoard],
    cycles: &[CycleBoard],
    in_view: [Option<Release>; 2],
) -> Vec<Wait> {
    let mut waits = Vec::new();
    for kep in keps {
        of_kep(view, kep, &mut waits);
    }
    for item in items {
        of_item(view, item, &mut waits);
    }
    let has_liaisons = view.registry.config.value.has_liaisons();
    for cycle in cycles {
        let is_asked = in_view.contains(&Some(cycle.release)) && cycle.is_on_record;
        if has_liaisons && is_asked && cycle.liaisons.is_empty() {
            waits.push(Wait {
                whom: Whom::Volunteer,
                subject: None,
                cycle: Some(cycle.release),
                kind: WaitKind::Volunteer,
                what: format!(
                    "Nobody is the liaison to SIG-Node for Kubernetes {} yet.",
                    cycle.release
                ),
                at: None,
                since: cycle.start,
            });
        }
    }
    waits.sort_by_key(|wait| {
        (
            wait.since.is_none(),
            wait.since,
            wait.kind,
            wait.subject.clone(),
        )
    });
    waits
}

fn of_kep(view: &View<'_>, kep: &KepBoard, waits: &mut Vec<Wait>) {
    let subject = kep.subject();
    let since = |key: &str| view.past.since(&subject, key);
    let wait = |whom, kind, what: String, since| Wait {
        whom,
        subject: Some(subject.clone()),
        cycle: kep.aims_at,
        kind,
        what,
        at: None,
        since,
    };
    let people = |kep: &KepBoard| match (kep.shepherds.as_slice(), kep.owners.as_slice()) {
        ([], []) => Whom::Anybody,
        ([], owners) => Whom::People(owners.to_vec()),
        (shepherds, _) => Whom::People(shepherds.to_vec()),
    };
    if let Some(verdict) = &kep.verdict {
        match verdict.outcome {
            Outcome::AtRisk | Outcome::WillMiss => waits.push(wait(
                people(kep),
                WaitKind::Act,
                verdict.why(),
                since("target"),
            )),
            Outcome::CannotTell => waits.push(wait(
                people(kep),
                WaitKind::Say,
                verdict.why(),
                since("target"),
            )),
            _ => {}
        }
    }
    if !kep.is_going_on {
        return;
    }
    if kep.triage != Some(Triage::Accepted) && kep.status != Some(Status::Deferred) {
        let what = "The maintainers have not decided yet whether they take it on.";
        waits.push(wait(
            Whom::Maintainers,
            WaitKind::Triage,
            what.to_owned(),
            since("triage"),
        ));
    } else if kep.shepherds.is_empty() {
        let what = "It is taken on, and nobody shepherds it.";
        waits.push(wait(
            Whom::Volunteer,
            WaitKind::Volunteer,
            what.to_owned(),
            since("triage"),
        ));
    }
    for (pull_request, _) in &kep.pull_requests {
        let key = format!("pull-requests.{}", pull_request.said);
        let mut one = wait(
            people(kep),
            WaitKind::Review,
            format!(
                "{} does part of the work, and is not on record as merged.",
                pull_request.said
            ),
            since(&key),
        );
        one.at = Some(pull_request.clone());
        waits.push(one);
    }
    for facts in &kep.runtimes {
        let working = facts
            .whole
            .as_ref()
            .filter(|fact| fact.state == RuntimeState::InProgress);
        for evidence in working.iter().flat_map(|fact| &fact.evidence) {
            let mut one = wait(
                people(kep),
                WaitKind::Review,
                format!(
                    "{} brings it to {}, and is not on record as merged.",
                    evidence.said, facts.runtime
                ),
                since(&format!("runtimes.{}", facts.runtime)),
            );
            one.at = Some(evidence.clone());
            waits.push(one);
        }
    }
    let is_open = kep.design.as_ref().is_some_and(|design| {
        matches!(design.consensus, Some(Consensus::Open | Consensus::Blocked))
    });
    if is_open && kep.aim.stage == Some(Stage::Alpha) {
        let what =
            "Its design is not agreed on, and the runtimes' maintainers agree before alpha merges.";
        let mut one = wait(
            people(kep),
            WaitKind::Consensus,
            what.to_owned(),
            since("design.consensus"),
        );
        let discussion = kep
            .design
            .as_ref()
            .and_then(|design| design.discussion.first());
        one.at = discussion.map(|link| Pointed {
            said: "the discussion".to_owned(),
            url: link.to_string(),
        });
        waits.push(one);
    }
}

fn of_item(view: &View<'_>, item: &ItemBoard, waits: &mut Vec<Wait>) {
    let subject = Subject::Item(item.id.clone());
    let wait = |whom, kind, what: String, key: &str| Wait {
        whom,
        subject: Some(subject.clone()),
        cycle: item.target,
        kind,
        what,
        at: None,
        since: view.past.since(&subject, key),
    };
    match item.triage {
        Some(Triage::Declined) => return,
        Some(Triage::Accepted) if item.assignees.is_empty() => {
            let what = "It is taken on, and nobody does it.".to_owned();
            waits.push(wait(Whom::Volunteer, WaitKind::Volunteer, what, "triage"));
        }
        Some(Triage::Accepted) => {}
        _ => {
            let what = "The maintainers have not decided yet whether they take it on.".to_owned();
            waits.push(wait(Whom::Maintainers, WaitKind::Triage, what, "triage"));
        }
    }
    for pull_request in &item.pull_requests {
        let whom = match item.assignees.as_slice() {
            [] => Whom::Anybody,
            some => Whom::People(some.to_vec()),
        };
        let what = format!(
            "{} does part of the work, and is not on record as merged.",
            pull_request.said
        );
        let mut one = wait(
            whom,
            WaitKind::Review,
            what,
            &format!("pull-requests.{}", pull_request.said),
        );
        one.at = Some(pull_request.clone());
        waits.push(one);
    }
}
