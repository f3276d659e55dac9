//! From a registry to a plan: what is desired, what has to be read for it, and what follows from both.

use crate::registry::Registry;
use crate::sync::desired::{Desired, desired};
use crate::sync::observed::Observed;
use crate::sync::plan::{Action, Options, Plan, left_pull_requests, plan, silent_issues};
use crate::sync::remembered::{Doubt, Remembered};
use crate::sync::remote::{Error, Read, TitleSearch, Wanted};
use crate::terms::{RepositoryName, Subject};

/// Reads GitHub and plans. With `listed`, issues that no record names are looked for in any case.
pub async fn read_and_plan<R: Read>(
    registry: &Registry,
    client: &R,
    options: &Options,
    remembered: &Remembered,
    listed: bool,
) -> Result<(Plan, Observed), Error> {
    let desired = desired_of(registry, client, options);
    let mut observed = client
        .observe(&Wanted::of(&desired, remembered, options, listed))
        .await?;
    // An earlier run does not know whether it created an issue. A list may be older than that, so that no list permits
    // another one: every number since is read, when it is too late for the first one to come.
    for Doubt {
        repository,
        after,
        since,
    } in remembered.in_doubt(&desired, options)
    {
        client.settled(since).await?;
        let above = client.issues_above(&repository, after).await;
        let Some(seen) = observed.repositories.get_mut(&repository) else {
            continue;
        };
        match above {
            Ok(above) => seen
                .indexed
                .iter_mut()
                .for_each(|all| all.extend(above.clone())),
            Err(error) if error.is_everywhere() => return Err(error),
            Err(error) => {
                seen.indexed = None;
                seen.unlisted = Some(format!(
                    "a run did not hear whether it had created an issue above #{after}: {error}"
                ));
            }
        }
    }
    // What kepherd put on pull requests that no record names any more comes off again, so these are read as well.
    let left = left_pull_requests(&desired, &observed);
    if !left.is_empty() {
        let left = client.observe(&Wanted::of_pull_requests(left)).await?;
        for (name, seen) in left.repositories {
            let known = observed.repositories.entry(name).or_default();
            known.pull_requests.extend(seen.pull_requests);
        }
    }
    let first = plan(&desired, &observed, remembered, options);
    if first.counts().create == 0 {
        return Ok((first, observed));
    }
    // A record may have moved: what was created for it in another repository is looked for before a second one is.
    let repositories = registry.config.value.repositories.iter();
    let unlisted: Vec<RepositoryName> = repositories
        .filter(|name| {
            let seen = observed.repositories.get(name);
            seen.is_none_or(|seen| seen.indexed.is_none() && seen.problem.is_none())
        })
        .cloned()
        .collect();
    for (name, seen) in client.own_issues(&unlisted).await?.repositories {
        let known = observed.repositories.entry(name).or_default();
        known.indexed = known.indexed.take().or(seen.indexed);
    }
    // Somebody may have opened an issue without any of the labels that issues are listed by.
    look_for_others(client, &first, &mut observed).await?;
    // People may have replaced all that one of kepherd's own says; the titles that it had still tell what it was about.
    let silent = silent_issues(&desired, &observed, remembered, options);
    if !silent.is_empty() {
        let histories = client.histories(&silent).await?;
        for (name, numbers) in silent {
            if let Some(seen) = observed.repositories.get_mut(&name) {
                seen.learn_titles(&numbers, histories.get(&name));
            }
        }
    }
    Ok((plan(&desired, &observed, remembered, options), observed))
}

/// Asks GitHub's search, before an issue is created, which others name its KEP in their titles: each of these blocks the creation as any doubt
/// does. A list permits, and search never does: it is behind what was written, so that what it does not find, or that it fails, changes nothing.
async fn look_for_others<R: Read>(
    client: &R,
    plan: &Plan,
    observed: &mut Observed,
) -> Result<(), Error> {
    let mut searches = Vec::new();
    for repository in &plan.repositories {
        let created = repository.issues.iter().filter_map(|issue| {
            let Subject::Kep(number) = issue.subject else {
                return None;
            };
            matches!(issue.action, Action::Create(_)).then_some(number)
        });
        searches.extend(created.map(|number| TitleSearch {
            repository: repository.repository.clone(),
            word: number.to_string(),
            is_open: false,
        }));
    }
    if searches.is_empty() {
        return Ok(());
    }
    let found = match client.titled(&searches).await {
        Ok(found) => found,
        Err(error) if error.ends_a_run() => return Err(error),
        Err(error) => {
            tracing::warn!(
                "GitHub's search was not asked, and only lists say what there is: {error}"
            );
            return Ok(());
        }
    };
    for (name, issue) in found {
        let listed = observed.repositories.get_mut(&name);
        if let Some(listed) = listed.and_then(|seen| seen.indexed.as_mut()) {
            // What the list has is newer.
            listed.entry(issue.number).or_insert(issue);
        }
    }
    Ok(())
}

/// The same plan without new issues, from what was read already.
pub fn plan_without_creations<R: Read>(
    registry: &Registry,
    client: &R,
    options: &Options,
    remembered: &Remembered,
    observed: &Observed,
) -> Plan {
    let desired = desired_of(registry, client, options);
    let held = Options {
        hold_creations: true,
        ..options.clone()
    };
    plan(&desired, observed, remembered, &held)
}

/// What the registry wants of the repositories that a run is about.
fn desired_of<R: Read>(registry: &Registry, client: &R, options: &Options) -> Desired {
    let desired = desired(registry, &client.site());
    match &options.repository {
        Some(repository) => desired.only(repository),
        None => desired,
    }
}
