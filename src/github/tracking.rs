//! Reads what records should hear of: which issues a list or a search shows, what happened to those of records, and which pull requests refer
//! to them. What follows from it is for `sources/issues`.
//!
//! The cost: a page for each hundred issues with the issue labels of a repository, and one for each hundred whose title has the word KEP; a
//! query for each hundred issues and pull requests of records, and of issues that may become some record's; another round where one of them
//! has more than a hundred references or leads on to another issue; a read for each that is not where it was.

use std::collections::{BTreeMap, BTreeSet};

use super::client::Client;
use super::references::References;
use crate::registry::Registry;
use crate::sources::issues::seen::{Found, ListedIssue, Seen};
use crate::sources::issues::untracked::candidates;
use crate::sync::observed::{Lookup, ObservedIssue};
use crate::sync::remote::{Error, Read as _, TitleSearch, Wanted, WantedRepository};
use crate::terms::{Instant, IssueRef, RepositoryName};

/// The word that people write before a KEP's number.
const KEP: &str = "KEP";
/// How often an issue may lead on to another one.
const MOST_STEPS: usize = 10;

/// Reads GitHub for the records of a registry.
///
/// # Errors
///
/// Nothing could be read: the credentials are not accepted, nobody answers, or a limit outlasts all patience. A repository alone that
/// cannot be read is a problem of its own.
pub async fn seen(client: &Client, registry: &Registry, now: Instant) -> Result<Seen, Error> {
    let mut seen = Seen::nothing(client.site(), now);
    list(client, registry, &mut seen).await?;
    let mut wanted: BTreeSet<IssueRef> = candidates(registry, &seen);
    let pinned = registry.tracked();
    wanted.extend(pinned.filter_map(|record| record.pinned(registry)));
    for entry in &registry.keps {
        let pulls = entry.value.pull_requests.iter().map(|pull| &pull.id);
        let known =
            |id: &&IssueRef| crate::sources::issues::new_record::is_known(registry, &id.repository);
        wanted.extend(pulls.filter(known).cloned());
    }
    let mut tried = BTreeSet::new();
    for _ in 0..=MOST_STEPS {
        let asked: BTreeSet<IssueRef> = wanted
            .difference(&tried)
            .filter(|at| !seen.problems.contains_key(&at.repository))
            .cloned()
            .collect();
        if asked.is_empty() {
            break;
        }
        tried.extend(asked.iter().cloned());
        let References {
            issues,
            pull_requests,
            missing,
            ..
        } = client.references(asked, &mut seen.problems).await?;
        for repository in missing {
            let problem = format!("{repository} does not exist, or this identity may not see it");
            seen.problems.insert(repository, problem);
        }
        seen.pull_requests.extend(pull_requests);
        for (at, mut found) in issues {
            if found == Found::Invisible {
                found = match client.issue(&at.repository, at.number).await {
                    Ok(lookup) => told_apart(lookup, client),
                    Err(error) if error.is_everywhere() => return Err(error),
                    Err(error) => {
                        seen.problems
                            .insert(at.repository.clone(), error.to_string());
                        continue;
                    }
                };
            }
            // Where an issue leads has to be known as well.
            wanted.extend(leads_to(&found, registry).cloned());
            seen.tracked.insert(at, found);
        }
    }
    let problems: BTreeSet<&RepositoryName> = seen.problems.keys().collect();
    seen.tracked
        .retain(|at, _| !problems.contains(&at.repository));
    seen.listed
        .retain(|at, _| !problems.contains(&at.repository));
    Ok(seen)
}

/// Reads which issues there are, in all repositories that the registry drives.
async fn list(client: &Client, registry: &Registry, seen: &mut Seen) -> Result<(), Error> {
    let config = &registry.config.value;
    let labels: Vec<String> = config
        .issue
        .labels
        .iter()
        .map(ToString::to_string)
        .collect();
    let index = || WantedRepository {
        index: Some(labels.clone()),
        ..WantedRepository::default()
    };
    let repositories = config.repositories.iter();
    let wanted: BTreeMap<RepositoryName, WantedRepository> =
        repositories.map(|name| (name.clone(), index())).collect();
    let observed = client
        .observe(&Wanted {
            repositories: wanted,
        })
        .await?;
    for (name, found) in observed.repositories {
        if let Some(problem) = found.problem {
            seen.problems.insert(name, problem);
            continue;
        }
        for issue in found.indexed.into_iter().flatten().map(|(_, issue)| issue) {
            insert(seen, &name, issue);
        }
        // People leave labels off. What search does not know yet comes the next time, and a search that fails takes nothing away.
        let search = TitleSearch {
            repository: name.clone(),
            word: KEP.to_owned(),
            is_open: true,
        };
        match client.all_titled(&search).await {
            Ok(issues) => issues
                .into_iter()
                .for_each(|issue| insert(seen, &name, issue)),
            Err(error) if error.is_everywhere() => return Err(error),
            Err(error) => tracing::warn!("{name} is not searched: {error}"),
        }
    }
    Ok(())
}

fn insert(seen: &mut Seen, repository: &RepositoryName, issue: ObservedIssue) {
    let at = IssueRef {
        repository: repository.clone(),
        number: issue.number,
    };
    seen.listed.entry(at).or_insert(ListedIssue {
        title: issue.title,
        body: issue.body,
        is_open: issue.open,
        is_own: issue.own,
    });
}

fn told_apart(lookup: Lookup, client: &Client) -> Found {
    match lookup {
        Lookup::Transferred(address) => Found::Transferred {
            to: client.site().reference_of(&address),
            address,
        },
        Lookup::Deleted => Found::Deleted,
        Lookup::PullRequest => Found::PullRequest,
        Lookup::Issue(_) | Lookup::Invisible => Found::Invisible,
    }
}

/// The issue that another one leads to, in a repository that the registry drives.
fn leads_to<'a>(found: &'a Found, registry: &'a Registry) -> impl Iterator<Item = &'a IssueRef> {
    let next = match found {
        Found::Issue(issue) if issue.is_duplicate => issue.duplicate_of.as_ref(),
        Found::Transferred { to, .. } => to.as_ref(),
        _ => None,
    };
    let listed = &registry.config.value.repositories;
    next.into_iter()
        .filter(|at| listed.contains(&at.repository))
}
