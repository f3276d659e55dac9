//! One record for people at a terminal: its title and place, its life against the cycles, and the facts, a line each.

use std::fmt::Write as _;

use super::life::life;
use crate::registry::kep::KepRecord;
use crate::registry::tracked::Tracked;
use crate::terms::BranchDecision;
use crate::terms::links::Site;
use crate::text::paint::Paint;
use crate::text::words::{counted, printable};
use crate::views::card::{Available, Card};

/// The card, no wider than a terminal, if there is one. `prefix` leads to the registry's root. A fact that the record does not
/// have has no line.
pub fn card(
    card: &Card<'_>,
    site: &Site,
    prefix: &str,
    width: Option<usize>,
    paint: Paint,
) -> String {
    let record = card.record;
    let title = format!(
        "{}  {}",
        record.subject(),
        printable(record.title().as_str())
    );
    let path = format!("{prefix}{}", printable(card.path));
    let mut out = format!("{}\n{}\n\n", paint.strong(&title), paint.quiet(&path));
    if let Some(drawn) = &card.life {
        out.push_str(&life(drawn, width, paint));
        out.push('\n');
    }
    for (name, value) in facts(card, site) {
        if !value.is_empty() {
            // Writing to a string cannot fail.
            let _ = writeln!(out, "{name:<11}{}", printable(&value));
        }
    }
    out
}

/// What each line says, by its name; empty where there is nothing to say.
fn facts(card: &Card<'_>, site: &Site) -> Vec<(&'static str, String)> {
    let record = card.record;
    let issue = card
        .issue
        .as_ref()
        .map(|issue| site.address(issue, "issues"));
    let triage = record.triage().map(|triage| triage.written().to_owned());
    let milestone = card.milestone.map(|minor| format!("{} {minor}", card.home));
    let pulls = record
        .pull_requests()
        .iter()
        .map(|pull| pull.id.to_string());
    let mut facts = vec![
        ("issue", issue.unwrap_or_default()),
        ("triage", triage.unwrap_or_default()),
        ("milestone", milestone.unwrap_or_default()),
        (record.assignees_key(), listed(record.assignees())),
    ];
    match record {
        Tracked::Kep(entry) => {
            // The name stands before the first of them.
            let names = std::iter::once("runs with").chain(std::iter::repeat(""));
            facts.extend(names.zip(card.available.iter().map(available)));
            facts.push(("backports", backports(&entry.value)));
            facts.push(("owners", listed(&entry.value.owners)));
            facts.push(("gates", listed(&entry.value.feature_gates)));
            let seen = card.seen.map(|(day, ago)| match ago {
                0 => format!("kep.yaml on {day}, today"),
                ago if ago < 0 => format!("kep.yaml on {day}, which is ahead"),
                ago => format!(
                    "kep.yaml on {day}, {} ago",
                    counted(ago.unsigned_abs() as usize, "day")
                ),
            });
            facts.push((
                "as of",
                seen.unwrap_or_else(|| "never read from kep.yaml".to_owned()),
            ));
        }
        Tracked::Item(entry) => {
            let target = card.target.map(|release| format!("Kubernetes {release}"));
            facts.insert(0, ("kind", entry.value.kind.written().to_owned()));
            facts.insert(1, ("target", target.unwrap_or_default()));
        }
    }
    facts.push(("pulls", listed(&pulls.collect::<Vec<_>>())));
    facts
}

/// Since when a runtime has it, and for which Kubernetes.
fn available(one: &Available<'_>) -> String {
    let Available {
        runtime,
        part,
        since,
        kubernetes,
    } = one;
    let part = part.map_or_else(String::new, |part| format!(" ({part})"));
    let since = since.map_or_else(
        || ", since when is not on record".to_owned(),
        |since| format!(" since {since}"),
    );
    let range = kubernetes.map_or_else(String::new, |range| format!(", for {}", range.said()));
    format!("{runtime}{part}{since}{range}")
}

/// What older branches of each runtime get.
fn backports(record: &KepRecord) -> String {
    let runtimes = record.runtimes.iter().filter_map(|(name, facts)| {
        let branches = facts
            .branches
            .iter()
            .map(|(branch, decision)| match decision {
                BranchDecision::Released(version) => version.to_string(),
                BranchDecision::Planned => format!("{branch} planned"),
                BranchDecision::NotPlanned => format!("{branch} not planned"),
            });
        let branches: Vec<String> = branches.rev().collect();
        (!branches.is_empty()).then(|| format!("{name} {}", branches.join(", ")))
    });
    runtimes.collect::<Vec<_>>().join("; ")
}

fn listed<T: ToString>(all: &[T]) -> String {
    let all: Vec<String> = all.iter().map(ToString::to_string).collect();
    all.join(", ")
}
