//! What a place in a file of a registry names: a release, a person, a KEP. One table, for whatever asks: hover, completion, definition,
//! references, links.

use super::outline::Step;
use crate::registry::schema::FileKind;

/// What a value, or a key, names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Meaning {
    /// A Kubernetes release.
    Kubernetes,
    /// A minor of the home runtime.
    Milestone,
    /// A minor of a runtime.
    Minor(String),
    /// A version of a runtime, or, of a branch, what it gets.
    Version(String),
    /// Somebody's handle.
    Person,
    /// A KEP's number.
    Kep,
    /// The number of an issue in the record's repository.
    Issue,
    /// An issue, a pull request or a commit, with its repository.
    Reference,
    /// A runtime of the registry.
    Runtime,
    /// A rule.
    Rule,
    /// A repository.
    Repository,
    /// An address.
    Link,
}

/// The steps of a way, as a table of places is written: items of lists are `*`.
fn pattern(path: &[Step]) -> Vec<&str> {
    let steps = path.iter().map(|step| match step {
        Step::Key(key) => key.as_str(),
        Step::Item(_) => "*",
    });
    steps.collect()
}

/// What the value at the end of a way names. `runtime`: that of the calendar that the file is.
pub(super) fn of_value(kind: FileKind, path: &[Step], runtime: Option<&str>) -> Option<Meaning> {
    use Meaning::{
        Issue, Kep, Kubernetes, Link, Milestone, Minor, Person, Reference, Repository, Rule,
        Runtime, Version,
    };
    let steps = pattern(path);
    let of_calendar = || runtime.map(str::to_owned);
    Some(match (kind, steps.as_slice()) {
        (FileKind::Kep, ["number"]) => Kep,
        (FileKind::Kep | FileKind::WorkItem, ["target"]) | (FileKind::Kep, ["reached", _]) => {
            Kubernetes
        }
        (FileKind::Kep | FileKind::WorkItem, ["pull-requests", "*", "kubernetes"]) => Kubernetes,
        (FileKind::Kep | FileKind::WorkItem, ["milestone"]) => Milestone,
        (FileKind::Kep, ["owners" | "shepherds", "*"]) => Person,
        (FileKind::WorkItem, ["assignees", "*"]) => Person,
        (FileKind::Kep, ["design", "approved-by", _]) => Person,
        (FileKind::Kep | FileKind::WorkItem, ["issue"]) => Issue,
        (FileKind::Kep, ["former-issues" | "related-issues", "*"]) => Issue,
        (FileKind::Kep | FileKind::WorkItem, ["pull-requests", "*", "id"]) => Reference,
        (FileKind::Kep | FileKind::WorkItem, ["repository"]) => Repository,
        (FileKind::Kep | FileKind::WorkItem, ["links", "*"]) => Link,
        (FileKind::Kep, ["design", "discussion", "*"]) => Link,
        (FileKind::Kep | FileKind::WorkItem, ["allow", "*", "rule"]) => Rule,
        (FileKind::Kep, ["runtimes", _, "evidence", "*"]) => Reference,
        (FileKind::Kep, ["runtimes", _, "parts", "*", "evidence", "*"]) => Reference,
        (FileKind::Kep, ["runtimes", name, "release"]) => Version((*name).to_owned()),
        (FileKind::Kep, ["runtimes", name, "branches", _]) => Version((*name).to_owned()),
        (FileKind::Kep, ["runtimes", name, "parts", "*", "release"]) => Version((*name).to_owned()),
        (FileKind::Roster, ["maintainers", "*", "github"]) => Person,
        (FileKind::Kubernetes, ["cycles", "*", "release"]) => Kubernetes,
        (FileKind::Kubernetes, ["cycles", "*", "liaisons", "*"]) => Person,
        (FileKind::Runtime, ["minors", "*", "release"]) => Minor(of_calendar()?),
        (FileKind::Runtime, ["minors", "*", "kubernetes", _]) => Version(of_calendar()?),
        (FileKind::Config, ["home"] | ["runtimes", "*", "name"]) => Runtime,
        (FileKind::Config, ["repositories", "*"] | ["runtimes", "*", "repository"]) => Repository,
        (FileKind::Config, ["sources", "upstream" | "cycles" | "kubernetes"]) => Repository,
        (FileKind::Config, ["board", "url" | "records"]) => Link,
        _ => return None,
    })
}

/// What the key at the end of a way names, where keys are names.
pub(super) fn of_key(kind: FileKind, path: &[Step], runtime: Option<&str>) -> Option<Meaning> {
    let steps = pattern(path);
    Some(match (kind, steps.as_slice()) {
        (FileKind::Kep, ["runtimes", _] | ["design", "approved-by", _]) => Meaning::Runtime,
        (FileKind::Kep, ["runtimes", name, "branches", _]) => Meaning::Minor((*name).to_owned()),
        (FileKind::Runtime, ["minors", "*", "kubernetes", _]) => Meaning::Kubernetes,
        (FileKind::Runtime, ["minors", "*", "patches", _]) => Meaning::Version(runtime?.to_owned()),
        (FileKind::Config, ["rules", _]) => Meaning::Rule,
        (FileKind::Config, ["sources", "releases", _]) => Meaning::Runtime,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::shape::Shape;
    use super::*;

    /// Every place of the table is one that a schema knows: a key that is renamed takes its meaning along.
    #[test]
    fn every_place_is_one_of_a_schema() {
        let places = [
            (
                FileKind::Kep,
                "number target reached.alpha pull-requests.0.kubernetes milestone owners.0 shepherds.0 design.approved-by.x issue former-issues.0 related-issues.0 pull-requests.0.id repository links.0 design.discussion.0 allow.0.rule runtimes.x.evidence.0 runtimes.x.parts.0.evidence.0 runtimes.x.release runtimes.x.branches.y runtimes.x.parts.0.release",
            ),
            (
                FileKind::WorkItem,
                "target pull-requests.0.kubernetes milestone assignees.0 issue pull-requests.0.id repository links.0 allow.0.rule",
            ),
            (FileKind::Roster, "maintainers.0.github"),
            (FileKind::Kubernetes, "cycles.0.release cycles.0.liaisons.0"),
            (FileKind::Runtime, "minors.0.release minors.0.kubernetes.x"),
            (
                FileKind::Config,
                "home runtimes.0.name repositories.0 runtimes.0.repository sources.upstream sources.cycles sources.kubernetes board.url board.records",
            ),
        ];
        for (kind, all) in places {
            for place in all.split(' ') {
                let path: Vec<Step> = place
                    .split('.')
                    .map(|step| match step.parse() {
                        Ok(index) => Step::Item(index),
                        Err(_) => Step::Key(step.to_owned()),
                    })
                    .collect();
                assert!(
                    of_value(kind, &path, Some("x")).is_some(),
                    "{place} means nothing"
                );
                assert!(Shape::at(kind, &path).is_some(), "{place} is nowhere");
            }
        }
    }
}
