//! Announcements: comments that tell the people of a KEP that something they act on has changed.
//!
//! They mention the shepherds, the liaisons and the KEP's owners; nothing else that kepherd writes mentions anybody. Which
//! changes are announced is for the plan to say, which knows what readers were told last.

use std::collections::BTreeSet;

use super::status;
use crate::registry::config::Announcement;
use crate::registry::kep::KepRecord;
use crate::registry::work_item::WorkItem;
use crate::registry::{Entry, Registry};
use crate::sync::section::Facts;
use crate::terms::{Consensus, Handle, Release};
use crate::text::markdown::text;
use crate::text::percent;

/// What can be announced of a record, and to whom.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Announcing {
    /// The changes that are announced.
    pub on: BTreeSet<Announcement>,
    /// What is the case now.
    pub facts: Facts,
    /// What the record aims at, as a sentence in Markdown.
    summary: String,
    /// More that readers need because of a change, in Markdown.
    details: Vec<(Announcement, String)>,
    /// Who is mentioned, by what they are.
    audience: Vec<(&'static str, Vec<Handle>)>,
    /// Where to read on, in Markdown.
    footer: String,
}

/// What can be announced of a KEP.
pub(super) fn of_kep(registry: &Registry, entry: &Entry<KepRecord>) -> Announcing {
    let record = &entry.value;
    let consensus = record.design.as_ref().and_then(|design| design.consensus);
    let stage = record.stage.filter(|_| !record.is_given_up());
    let stage = stage.map(|stage| match record.enabled_by_default {
        Some(true) => format!("{}, on by default", stage.written()),
        Some(false) => format!("{}, off by default", stage.written()),
        None => stage.written().to_owned(),
    });
    let mut announcing = common(
        registry,
        record.aims_at(),
        record.milestone,
        &record.shepherds,
    );
    let mut fact = |key, value: Option<String>| {
        announcing.facts.extend(value.map(|value| (key, value)));
    };
    fact(
        Announcement::Status,
        Some(record.status.written().to_owned()),
    );
    fact(Announcement::Stage, stage);
    fact(
        Announcement::Consensus,
        consensus.map(|consensus| consensus.written().to_owned()),
    );
    let name = format!("KEP-{} {}", record.number, text(record.title.as_str()));
    let aim = status::aim(registry, record);
    let what = match record.status.ended() {
        Some(ended) => ended.to_owned(),
        None if aim.is_empty() => "aims at no Kubernetes release for now".to_owned(),
        None => format!("aims at {aim}"),
    };
    announcing.summary = format!("**{name}** {what}.");
    if let Some(consensus) = consensus {
        let discussion = record.design.iter().flat_map(|design| &design.discussion);
        let links: Vec<String> = discussion.map(crate::terms::links::link).collect();
        let where_to = if links.is_empty() {
            String::new()
        } else {
            format!(" The discussion: {}.", links.join(", "))
        };
        let sentence = match consensus {
            Consensus::Reached => "The runtime's maintainers agree on the design.",
            Consensus::Blocked => {
                "There is no consensus on the design, and none is in sight: \
                 owners and liaisons, please plan for that, or help to find one."
            }
            Consensus::Open => "The design is being discussed.",
        };
        announcing
            .details
            .push((Announcement::Consensus, format!("{sentence}{where_to}")));
    }
    announcing
        .audience
        .push(("KEP owners", record.owners.clone()));
    announcing.footer = footer(
        registry,
        entry,
        &status::upstream(registry, entry),
        &format!("kep/{}/", record.number),
    );
    announcing
}

/// What can be announced of a work item.
pub(super) fn of_item(registry: &Registry, entry: &Entry<WorkItem>) -> Announcing {
    let item = &entry.value;
    let mut announcing = common(registry, item.target, item.milestone, &item.assignees);
    let aim = match item.target {
        Some(target) => format!("aims at Kubernetes {}", status::release(registry, target)),
        None => "aims at no Kubernetes release for now".to_owned(),
    };
    announcing.summary = format!("**{}** {aim}.", text(item.title.as_str()));
    announcing.footer = footer(
        registry,
        entry,
        "",
        &format!("work-items/#{}", percent::part(&item.id)),
    );
    announcing
}

fn common(
    registry: &Registry,
    target: Option<Release>,
    milestone: Option<Release>,
    shepherds: &[Handle],
) -> Announcing {
    let config = &registry.config.value;
    let cycle = target.and_then(|target| registry.kubernetes.as_ref()?.value.cycle(target));
    let mut names: Vec<String> = shepherds.iter().map(ToString::to_string).collect();
    names.sort_by_key(|name| name.to_lowercase());
    let mut facts = Facts::new();
    if let Some(target) = target {
        facts.insert(Announcement::Target, target.to_string());
    }
    if let Some(milestone) = milestone {
        let home = config.home.as_str();
        facts.insert(Announcement::Milestone, format!("{home} {milestone}"));
    }
    if !names.is_empty() {
        facts.insert(Announcement::Shepherds, names.join(", "));
    }
    let mut details = Vec::new();
    if let Some(cycle) = cycle {
        let dates: Vec<String> = [
            ("enhancements freeze", cycle.enhancements_freeze),
            ("code freeze", cycle.code_freeze),
        ]
        .into_iter()
        .filter_map(|(what, freeze)| Some(format!("{what} {}", freeze?.date())))
        .collect();
        if !dates.is_empty() {
            let dates = dates.join(", ");
            let sentence = format!("Kubernetes {}: {dates}.", cycle.release);
            details.push((Announcement::Target, sentence));
        }
    }
    if let Some(milestone) = milestone {
        let milestone = status::milestone_of(registry, milestone);
        details.push((
            Announcement::Milestone,
            format!("The milestone: {milestone}."),
        ));
    }
    Announcing {
        on: config.announce.on.iter().copied().collect(),
        facts,
        summary: String::new(),
        details,
        audience: vec![
            ("Shepherds", shepherds.to_vec()),
            (
                "Liaisons",
                cycle.map_or_else(Vec::new, |cycle| cycle.liaisons.clone()),
            ),
        ],
        footer: String::new(),
    }
}

fn footer<T>(registry: &Registry, entry: &Entry<T>, upstream: &str, page: &str) -> String {
    let kep = if upstream.is_empty() {
        String::new()
    } else {
        format!("The KEP: {upstream}. ")
    };
    let board = match status::board(registry, page).as_str() {
        "" => String::new(),
        board => format!(", and on the board: {board}"),
    };
    let record = status::record_of(registry, entry);
    format!(
        "<sub>{kep}The whole status is in this issue's description{board}. Written by kepherd from the record {record}.</sub>"
    )
}

impl Announcing {
    /// The changes worth an announcement since these facts.
    pub fn changes_since(&self, before: &Facts) -> Vec<Announcement> {
        let folded = |facts: &Facts, key| facts.get(&key).map(|text: &String| text.to_lowercase());
        self.on
            .iter()
            .copied()
            .filter(|key| folded(before, *key) != folded(&self.facts, *key))
            .filter(|key| {
                // That a design is open to discussion is where every design starts.
                let now = self.facts.get(key).map(String::as_str);
                *key != Announcement::Consensus || [Some("reached"), Some("blocked")].contains(&now)
            })
            // A status is always on record: where none is remembered, nobody wrote it down, and it is no news.
            .filter(|key| *key != Announcement::Status || before.contains_key(key))
            .collect()
    }

    /// The comment that announces these changes.
    pub fn comment(&self, before: &Facts, changes: &[Announcement]) -> String {
        let Self {
            on: _,
            facts,
            summary,
            details,
            audience,
            footer,
        } = self;
        let shown = |facts: &Facts, key| match facts.get(&key) {
            Some(fact) => text(fact),
            None => "none".to_owned(),
        };
        let rows: Vec<String> = changes
            .iter()
            .map(|key| {
                let (before, now) = (shown(before, *key), shown(facts, *key));
                format!("| {} | {before} | {now} |", key.said())
            })
            .collect();
        let details = details
            .iter()
            .filter(|(key, _)| changes.contains(key))
            .map(|(_, sentence)| sentence.clone());
        let audience: Vec<String> = audience
            .iter()
            .filter(|(_, people)| !people.is_empty())
            .map(|(role, people)| {
                let people: Vec<String> = people.iter().map(|one| format!("@{one}")).collect();
                format!("{role}: {}", people.join(" "))
            })
            .collect();
        let table = format!("| | before | now |\n|---|---|---|\n{}", rows.join("\n"));
        let mut paragraphs = vec![summary.clone(), table];
        paragraphs.extend(details);
        if !audience.is_empty() {
            paragraphs.push(audience.join(" · "));
        }
        paragraphs.push(footer.clone());
        paragraphs.join("\n\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sections of earlier versions do not remember a status, and an upgrade is no news.
    #[test]
    fn a_status_that_nobody_wrote_down_is_no_news() {
        let facts = |status: &str| Facts::from([(Announcement::Status, status.to_owned())]);
        let announcing = Announcing {
            on: Announcement::ALL.into(),
            facts: facts("withdrawn"),
            ..Announcing::default()
        };
        assert_eq!(announcing.changes_since(&Facts::new()), []);
        assert_eq!(announcing.changes_since(&facts("withdrawn")), []);
        assert_eq!(
            announcing.changes_since(&facts("implementable")),
            [Announcement::Status]
        );
    }
}
