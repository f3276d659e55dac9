//! The status section of an issue, as Markdown: what the record says, for those who follow the issue.
//!
//! It mentions nobody: people are links. Text from records is data: [`text`](crate::text::markdown::text) makes it inert.

use crate::registry::kep::{KepRecord, PullRequest, RuntimeFacts};
use crate::registry::load::file_stem;
use crate::registry::work_item::WorkItem;
use crate::registry::{Entry, Registry};
use crate::terms::links::{Site, link};
use crate::terms::{
    BranchDecision, Date, Handle, IssueRef, KubernetesRange, PullRequestState, Release,
    RepositoryName, RuntimeState, Stage,
};
use crate::text::markdown::{code, text};
use crate::text::percent;

/// A status, but for how far its pull requests are: that is read of GitHub.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Status {
    /// The text before the row of pull requests.
    before: String,
    /// The pull requests.
    pull_requests: Vec<Named>,
    /// The text behind that row.
    after: String,
}

/// A pull request that a record names.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Named {
    id: IssueRef,
    /// It as a link.
    link: String,
    /// The release that it is for, if that is not the record's target.
    release: Option<Release>,
}

impl Status {
    /// The status as Markdown, with how far each pull request is, where that is known.
    pub fn text(&self, state_of: impl Fn(&IssueRef) -> Option<PullRequestState>) -> String {
        let Self {
            before,
            pull_requests,
            after,
        } = self;
        let row = join(pull_requests, |Named { id, link, release }| {
            let parts = [
                release.map(|release| format!("for {release}")),
                state_of(id).map(|state| state.said().to_owned()),
            ];
            let parts: Vec<String> = parts.into_iter().flatten().collect();
            match parts.is_empty() {
                true => link.clone(),
                false => format!("{link} ({})", parts.join(", ")),
            }
        });
        let row = match row.as_str() {
            "" => String::new(),
            row => row_of("Pull requests", row),
        };
        format!("{before}{row}{after}")
    }
}

/// Where what a section names is to be looked at.
#[derive(Clone, Copy)]
pub(super) struct Places<'a> {
    registry: &'a Registry,
    /// Where the registry's repositories are, and the people who work in them.
    site: &'a Site,
}

impl<'a> Places<'a> {
    pub(super) fn of(registry: &'a Registry, site: &'a Site) -> Self {
        Self { registry, site }
    }

    fn people(self, handles: &[Handle]) -> String {
        join(handles, |handle| self.site.person(handle))
    }

    /// An issue or pull request.
    fn reference(self, issue: &IssueRef, kind: &str) -> String {
        self.site_of(&issue.repository).reference(issue, kind)
    }

    fn site_of(self, repository: &RepositoryName) -> Site {
        self.registry.site_of(repository, self.site)
    }
}

/// The status of a KEP.
pub(super) fn of_kep(places: Places<'_>, entry: &Entry<KepRecord>) -> Status {
    let registry = places.registry;
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
            table.row(&text(name), &runtime_facts(places, facts));
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
            format!(
                "agreed for {} by {}",
                text(runtime),
                places.site.person(handle)
            )
        }));
        parts.extend(design.discussion.iter().map(link));
        table.row("Design", &parts.join(", "));
    }
    table.row("Shepherds", &places.people(&record.shepherds));
    table.row("Liaisons", &liaisons(places, record.aims_at()));
    table.row("KEP", &upstream(registry, entry));
    table.row(
        "KEP owners",
        &join(&record.owners, |owner| Site::github().person(owner)),
    );
    table.row(
        "Feature gates",
        &join(&record.feature_gates, |gate| {
            format!("`{}`", code(gate.as_str()))
        }),
    );
    table.pull_requests(places, &record.pull_requests);
    let home = registry.repository_of(record.repository.as_ref());
    table.row(
        "Related issues",
        &join(&record.related_issues, |number| match home {
            Some(repository) => places.reference(
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
    table.row(
        "Board",
        &board(registry, &format!("kep/{}/", record.number)),
    );
    table.finish(
        &format!("KEP-{}", record.number),
        &record_of(registry, entry),
        record.upstream_seen,
    )
}

/// A page of the board as a link; empty: the registry has no board.
pub(super) fn board(registry: &Registry, page: &str) -> String {
    let board = registry.config.value.board.url.as_ref();
    let address = board.map(|url| format!("{}/{page}", url.as_str().trim_end_matches('/')));
    address.map_or_else(String::new, |address| {
        linked(page.trim_end_matches('/'), &address)
    })
}

/// A record by its path, which leads to the form in which it is edited, if the registry says where that is.
pub(super) fn record_of<T>(registry: &Registry, entry: &Entry<T>) -> String {
    let path = &registry.file(entry.file).path;
    let shown = format!("`{}`", code(path));
    match &registry.config.value.board.records {
        Some(form) => {
            let parts = path.split('/').map(percent::part);
            let path = parts.collect::<Vec<_>>().join("/");
            let address = format!("{}/{path}", form.as_str().trim_end_matches('/'));
            format!("[{shown}]({})", in_brackets(&address))
        }
        None => shown,
    }
}

fn linked(shown: &str, address: &str) -> String {
    format!("[{}]({})", text(shown), in_brackets(address))
}

/// Parentheses would end a Markdown link early.
fn in_brackets(address: &str) -> String {
    address.replace('(', "%28").replace(')', "%29")
}

/// The status of a work item.
pub(super) fn of_item(places: Places<'_>, entry: &Entry<WorkItem>) -> Status {
    let registry = places.registry;
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
    table.row("Assigned to", &places.people(&item.assignees));
    table.row("Liaisons", &liaisons(places, item.target));
    table.pull_requests(places, &item.pull_requests);
    table.row("Links", &join(&item.links, link));
    table.row(
        "Board",
        &board(
            registry,
            &format!("work-items/#{}", percent::part(&item.id)),
        ),
    );
    table.finish(
        &format!("Work item {}", text(&item.id)),
        &record_of(registry, entry),
        None,
    )
}

#[derive(Default)]
struct Table {
    rows: String,
    /// Where the row of pull requests belongs, and what is in it.
    pull_requests: Option<(usize, Vec<Named>)>,
}

fn row_of(name: &str, value: &str) -> String {
    format!("| {name} | {value} |\n")
}

impl Table {
    /// A row; one with nothing to say is left out.
    fn row(&mut self, name: &str, value: &str) {
        if !value.is_empty() {
            self.rows.push_str(&row_of(name, value));
        }
    }

    /// The row of pull requests, without how far they are.
    fn pull_requests(&mut self, places: Places<'_>, all: &[PullRequest]) {
        let named = all.iter().map(|pull_request| Named {
            id: pull_request.id.clone(),
            link: places.reference(&pull_request.id, "pull"),
            release: pull_request.kubernetes,
        });
        self.pull_requests = Some((self.rows.len(), named.collect()));
    }

    /// The table below its title, and from what it was written: a record that was read from kep.yaml says as of when.
    fn finish(self, title: &str, record: &str, seen: Option<Date>) -> Status {
        let as_of = seen.map_or_else(String::new, |seen| format!(", as of kep.yaml on {seen}"));
        let (at, pull_requests) = self.pull_requests.unwrap_or_default();
        let (before, after) = self.rows.split_at(at);
        Status {
            before: format!("### {title}: status\n\n| | |\n|---|---|\n{before}"),
            pull_requests,
            after: format!(
                "{after}\n<sub>Written by kepherd from the record {record}{as_of}. \
                 Edit the record: changes to this section are overwritten, everything outside of it is yours.</sub>"
            ),
        }
    }
}

pub(super) fn aim(registry: &Registry, record: &KepRecord) -> String {
    let gate = match record.enabled_by_default {
        Some(true) => ", on by default",
        Some(false) => ", off by default",
        None => "",
    };
    if record.is_given_up() {
        return String::new();
    }
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

fn runtime_facts(places: Places<'_>, facts: &RuntimeFacts) -> String {
    let good_for = |range: Option<KubernetesRange>| {
        range.map_or_else(String::new, |range| format!(", for {}", range.said()))
    };
    let state = match (facts.state, facts.release) {
        (RuntimeState::Released, Some(version)) => format!("released in {version}"),
        (state, Some(version)) => format!("{}, in {version}", state.said()),
        (state, None) => state.said().to_owned(),
    };
    let mut parts = vec![format!("{state}{}", good_for(facts.kubernetes))];
    for part in &facts.parts {
        let name = text(part.name.as_str());
        let state = match part.release {
            Some(version) => format!("{name}: {} in {version}", part.state.said()),
            None => format!("{name}: {}", part.state.said()),
        };
        parts.push(format!("{state}{}", good_for(part.kubernetes)));
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
            .map(|evidence| places.site_of(&evidence.repository).evidence(evidence)),
    );
    parts.join(", ")
}

fn liaisons(places: Places<'_>, target: Option<Release>) -> String {
    let cycle = target.and_then(|target| places.registry.kubernetes.as_ref()?.value.cycle(target));
    cycle.map_or_else(String::new, |cycle| places.people(&cycle.liaisons))
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
        Site::github().address(&issue, "issues"),
        percent::part(folder),
        percent::part(file_stem(path))
    )
}

#[cfg(test)]
mod tests {
    use crate::registry::load::{RawFile, load};
    use crate::sync::desired::desired;
    use crate::terms::links::Site;

    /// On an Enterprise server the registry's people and issues are there; KEPs, those who own them, and other projects' pull
    /// requests are on GitHub.
    #[test]
    fn links_lead_to_where_the_registry_is_driven() {
        let file = |path: &str, text: &str| RawFile {
            path: path.to_owned(),
            content: Ok(text.as_bytes().to_vec()),
        };
        let registry = load(vec![
            file(
                "registry.toml",
                "home = \"containerd\"\nrepositories = [\"a/b\"]\n\n[[runtimes]]\nname = \"containerd\"\ncalendar = \"releases/containerd.toml\"\n",
            ),
            file(
                "sig-node/1-x.toml",
                "number = 1\ntitle = \"x\"\nstatus = \"implementable\"\nowners = [\"owner\"]\nshepherds = [\"Shepherd\"]\nrelated-issues = [4]\npull-requests = [{ id = \"A/b#2\" }, { id = \"kubernetes/kubernetes#3\" }]\n",
            ),
        ])
        .registry;
        let status = |site: &Site| {
            let repositories = desired(&registry, site).repositories.into_values();
            let mut issues = repositories.flat_map(|repository| repository.issues);
            issues.next().unwrap().status.text(|_| None)
        };
        let (github, server) = (
            status(&Site::github()),
            status(&Site::at("https://git.example.com")),
        );
        for own in ["/Shepherd)", "/A/b/pull/2)", "/a/b/issues/4)"] {
            assert!(
                server.contains(&format!("(https://git.example.com{own}")),
                "{server}"
            );
            assert!(
                github.contains(&format!("(https://github.com{own}")),
                "{github}"
            );
        }
        for upstream in [
            "/owner)",
            "/kubernetes/kubernetes/pull/3)",
            "/kubernetes/enhancements/issues/1)",
        ] {
            assert!(
                server.contains(&format!("(https://github.com{upstream}")),
                "{server}"
            );
        }
    }
}
