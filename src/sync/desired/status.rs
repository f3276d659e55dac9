//! The status section of an issue, as Markdown: what the record says, for those who follow the issue.
//!
//! It mentions nobody: people are links. Text from records is data: [`text`](crate::text::markdown::text) makes it inert.

use std::fmt::Write as _;

use crate::registry::kep::{KepRecord, PullRequest, RuntimeFacts};
use crate::registry::load::file_stem;
use crate::registry::work_item::WorkItem;
use crate::registry::{Entry, Registry};
use crate::terms::links::{address, link, person, reference};
use crate::terms::{
    BranchDecision, Handle, IssueRef, Release, RepositoryName, RuntimeState, Stage,
};
use crate::text::markdown::{code, encoded, text};

/// The status of a KEP.
pub(super) fn of_kep(registry: &Registry, entry: &Entry<KepRecord>) -> String {
    let record = &entry.value;
    let mut table = Table::default();
    table.row("Status", record.status.written());
    table.row("Aims at", &aim(registry, record));
    table.row("Reached", &reached(record));
    if let Some(triage) = record.triage {
        table.row("Triage", triage.written());
    }
    if let Some(milestone) = record.milestone {
        table.row("Milestone", &milestone_of(registry, milestone));
    }
    for runtime in &registry.config.value.runtimes {
        let name = runtime.name.as_str();
        if let Some(facts) = record.runtimes.get(name) {
            table.row(&text(name), &runtime_facts(facts));
        } else if record.runtime_support.is_none() {
            table.row(&text(name), "not recorded");
        }
    }
    if let Some(reason) = &record.runtime_support {
        table.row(
            "Runtime support",
            &format!("none needed: {}", text(reason.as_str())),
        );
    }
    if let Some(design) = &record.design {
        let mut parts: Vec<String> = design
            .consensus
            .iter()
            .map(|consensus| format!("consensus {}", consensus.written()))
            .collect();
        parts.extend(design.approved_by.iter().map(|(runtime, handle)| {
            format!("agreed for {} by {}", text(runtime), person(handle))
        }));
        parts.extend(design.discussion.iter().map(link));
        table.row("Design", &parts.join(", "));
    }
    table.row("Shepherds", &people(&record.shepherds));
    table.row("Liaisons", &liaisons(registry, record.target));
    table.row("KEP", &upstream(registry, entry));
    table.row("KEP owners", &people(&record.owners));
    table.row(
        "Feature gates",
        &join(&record.feature_gates, |gate| {
            format!("`{}`", code(gate.as_str()))
        }),
    );
    table.row("Pull requests", &pull_requests(&record.pull_requests));
    let home = registry.repository_of(record.repository.as_ref());
    table.row(
        "Related issues",
        &join(&record.related_issues, |number| match home {
            Some(repository) => reference(
                &IssueRef {
                    repository: repository.clone(),
                    number: *number,
                },
                "issues",
            ),
            None => number.to_string(),
        }),
    );
    table.row("Links", &join(&record.links, link));
    table.finish(
        &format!("KEP-{}", record.number),
        &registry.file(entry.file).path,
    )
}

/// The status of a work item.
pub(super) fn of_item(registry: &Registry, entry: &Entry<WorkItem>) -> String {
    let item = &entry.value;
    let mut table = Table::default();
    table.row("Kind", item.kind.said());
    if let Some(target) = item.target {
        table.row(
            "Aims at",
            &format!("Kubernetes {}", release(registry, target)),
        );
    }
    if let Some(triage) = item.triage {
        table.row("Triage", triage.written());
    }
    if let Some(milestone) = item.milestone {
        table.row("Milestone", &milestone_of(registry, milestone));
    }
    table.row("Assigned to", &people(&item.assignees));
    table.row("Liaisons", &liaisons(registry, item.target));
    table.row("Pull requests", &pull_requests(&item.pull_requests));
    table.row("Links", &join(&item.links, link));
    table.finish(
        &format!("Work item {}", text(&item.id)),
        &registry.file(entry.file).path,
    )
}

#[derive(Default)]
struct Table {
    rows: String,
}

impl Table {
    /// A row; one with nothing to say is left out.
    fn row(&mut self, name: &str, value: &str) {
        if !value.is_empty() {
            // Writing to a string cannot fail.
            let _ = writeln!(self.rows, "| {name} | {value} |");
        }
    }

    fn finish(self, title: &str, path: &str) -> String {
        format!(
            "### {title}: status\n\n| | |\n|---|---|\n{}\n<sub>Written by kepherd from the record `{}`. \
             Edit the record: changes to this section are overwritten, everything outside of it is yours.</sub>",
            self.rows,
            code(path)
        )
    }
}

pub(super) fn aim(registry: &Registry, record: &KepRecord) -> String {
    let gate = match record.enabled_by_default {
        Some(true) => ", on by default",
        Some(false) => ", off by default",
        None => "",
    };
    match (record.stage, record.target) {
        (Some(stage), Some(target)) => {
            format!(
                "{}{gate} in Kubernetes {}",
                stage.written(),
                release(registry, target)
            )
        }
        (None, Some(target)) => format!("Kubernetes {}", release(registry, target)),
        (Some(stage), None) if !is_reached(record, stage) => {
            format!("{}{gate}, no release planned", stage.written())
        }
        _ => String::new(),
    }
}

fn is_reached(record: &KepRecord, stage: Stage) -> bool {
    record
        .reached
        .entries()
        .any(|(key, _)| key == stage.written())
}

/// A Kubernetes release with its date.
pub(super) fn release(registry: &Registry, release: Release) -> String {
    registry.kubernetes_release(release).to_string()
}

pub(super) fn milestone_of(registry: &Registry, milestone: Release) -> String {
    let home = text(registry.config.value.home.as_str());
    format!("{home} {}", registry.home_release(milestone))
}

fn reached(record: &KepRecord) -> String {
    let stages: Vec<String> = record
        .reached
        .entries()
        .map(|(stage, release)| {
            let stage = if stage == "beta-on" {
                "beta, on by default,"
            } else {
                stage
            };
            format!("{stage} in {release}")
        })
        .collect();
    stages.join(", ")
}

fn runtime_facts(facts: &RuntimeFacts) -> String {
    let mut parts = vec![match (facts.state, facts.release) {
        (RuntimeState::Released, Some(version)) => format!("released in {version}"),
        (state, Some(version)) => format!("{}, in {version}", state.said()),
        (state, None) => state.said().to_owned(),
    }];
    for part in &facts.parts {
        let name = text(part.name.as_str());
        parts.push(match part.release {
            Some(version) => format!("{name}: {} in {version}", part.state.said()),
            None => format!("{name}: {}", part.state.said()),
        });
    }
    for (branch, decision) in &facts.branches {
        parts.push(match decision {
            BranchDecision::Released(version) => {
                format!("branch {branch}: in {version}")
            }
            BranchDecision::Planned => format!("branch {branch}: planned"),
            BranchDecision::NotPlanned => {
                format!("branch {branch}: not planned")
            }
        });
    }
    parts.extend(
        facts
            .evidence
            .iter()
            .map(|evidence| reference(evidence, "issues")),
    );
    parts.join(", ")
}

fn liaisons(registry: &Registry, target: Option<Release>) -> String {
    let cycle = target.and_then(|target| registry.kubernetes.as_ref()?.value.cycle(target));
    cycle.map_or_else(String::new, |cycle| people(&cycle.liaisons))
}

fn pull_requests(pull_requests: &[PullRequest]) -> String {
    join(pull_requests, |pull_request| {
        let link = reference(&pull_request.id, "pull");
        match pull_request.kubernetes {
            Some(release) => format!("{link} (for {release})"),
            None => link,
        }
    })
}

fn people(handles: &[Handle]) -> String {
    join(handles, person)
}

pub(super) fn join<T>(all: &[T], one: impl Fn(&T) -> String) -> String {
    all.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// The KEP's own issue and document.
pub(super) fn upstream(registry: &Registry, entry: &Entry<KepRecord>) -> String {
    let issue = IssueRef {
        repository: RepositoryName::enhancements(),
        number: entry.value.number.into(),
    };
    let path = &registry.file(entry.file).path;
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    format!(
        "[issue]({}), [document](https://github.com/kubernetes/enhancements/tree/master/keps/{}/{})",
        address(&issue, "issues"),
        encoded(folder),
        encoded(file_stem(path))
    )
}
