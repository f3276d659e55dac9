//! `kepherd runtimes`: what a runtime's git history says of records, read from a clone without checkout, network or git.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Result, bail};

use super::carry_out::{How, carry_out};
use super::{Context, Exit, files};
use crate::cli::{DiffRuntimes, PullRuntimes, RuntimeClone};
use crate::git::{Repository, Tag};
use crate::registry::Registry;
use crate::registry::config::Runtime;
use crate::sources::proposal::Settled;
use crate::sources::releases::tags::version_of;
use crate::sources::runtimes::compare::RuntimeHistory;
use crate::sources::runtimes::history::{Commit, History, Names};
use crate::sources::runtimes::message;
use crate::sources::runtimes::names::Backports;
use crate::sources::runtimes::pull::Asked;
use crate::terms::{CommitId, Release, Version};
use crate::text::words::{one_of, printable};

pub(super) fn pull(context: &mut Context<'_>, options: &PullRuntimes) -> Result<Exit> {
    let PullRuntimes {
        clone,
        ours,
        theirs,
        showing,
    } = options;
    let settled = Settled::by(*ours, *theirs);
    run(context, clone, settled, How::of(showing))
}

pub(super) fn diff(context: &mut Context<'_>, options: &DiffRuntimes) -> Result<Exit> {
    let DiffRuntimes { clone, format } = options;
    run(context, clone, Settled::Not, How::shown(*format))
}

fn run(
    context: &mut Context<'_>,
    clone: &RuntimeClone,
    settled: Settled,
    how: How,
) -> Result<Exit> {
    let RuntimeClone {
        repo,
        runtime,
        rev,
        kep,
    } = clone;
    let opened = files::open(context)?;
    let registry = &opened.loaded.registry;
    if let Some(number) = kep.iter().find(|number| registry.kep(**number).is_none()) {
        bail!("the registry has no record of KEP-{number}");
    }
    let runtime = runtime_of(registry, runtime.as_deref())?;
    let git = read(context, registry, runtime, (repo, rev))?;
    let asked = Asked {
        registry,
        git: &git,
        keps: kep,
        today: context.today(),
        settled,
    };
    carry_out(context, &opened, asked.proposals(), how)
}

/// The history of a runtime, as a clone has it at a revision.
pub(super) fn read(
    context: &Context<'_>,
    registry: &Registry,
    runtime: &Runtime,
    (repo, rev): (&Path, &str),
) -> Result<RuntimeHistory> {
    let Some(repository) = &runtime.repository else {
        bail!(
            "`registry.toml` does not say where {} is developed: add `repository = \"owner/name\"` to its `[[runtimes]]`",
            runtime.name
        );
    };
    let git = Repository::open(&context.environment.directory.join(repo))?;
    let head = git.commit(rev)?;
    if git.is_shallow() {
        bail!(
            "`{}` is a shallow clone: what is behind the cut is not seen, so that nothing follows from it; fetch the whole history (`git fetch \
             --unshallow`)",
            repo.display()
        );
    }
    let (history, minors) = log(&git, &head, runtime)?;
    let calendar = registry.runtimes.get(runtime.name.as_str());
    let is_of_another =
        calendar.is_some_and(|calendar| calendar.value.is_of_another(minors.iter().copied()));
    if minors.is_empty() {
        bail!(
            "`{}` has no tag like `{}`: does the clone have its tags (`git fetch --tags`), or is it one of another project?",
            repo.display(),
            runtime.tags
        );
    }
    if is_of_another {
        bail!(
            "`{}` and `{}` have no release in common: is it the clone of another project than {}?",
            repo.display(),
            runtime.calendar,
            runtime.name
        );
    }
    Ok(RuntimeHistory {
        runtime: runtime.clone(),
        repository: repository.clone(),
        history,
        read: format!("{} of {}", head.short(), head.date),
        pull: format!(
            "kepherd runtimes pull --runtime {} --repo {}",
            runtime.name,
            repo.display()
        ),
    })
}

/// The runtime that is meant: the registry's own, unless somebody names another.
pub(super) fn runtime_of<'a>(registry: &'a Registry, named: Option<&str>) -> Result<&'a Runtime> {
    let config = &registry.config.value;
    if !registry.config.is_sound("runtimes") || !registry.config.is_sound("home") {
        bail!("`registry.toml` has errors, so that nobody knows its runtimes: run `kepherd check`");
    }
    let name = named.unwrap_or(config.home.as_str());
    let mut runtimes = config.runtimes.iter();
    let Some(runtime) = runtimes.find(|one| one.name.as_str() == name) else {
        bail!(
            "`registry.toml` has no runtime `{}`: name {} by --runtime",
            printable(name),
            one_of(config.runtime_names())
        );
    };
    Ok(runtime)
}

/// What hangs together in a clone, and the minors that its tags are of.
fn log(
    git: &Repository,
    head: &crate::git::Commit,
    runtime: &Runtime,
) -> Result<(History, BTreeSet<Release>)> {
    let id = |commit: &crate::git::Commit| CommitId::parse(&commit.id);
    let mut names = Names {
        default: id(head),
        ..Names::default()
    };
    let mut tips = vec![head.clone()];
    if let Some(pattern) = &runtime.branches {
        for (name, commit) in git.branches()? {
            let minor = minor_of(pattern, &name);
            if let (Some(minor), Some(id)) = (minor, id(&commit)) {
                // A local branch comes first, and stays.
                names.branches.entry(minor).or_insert(id);
                tips.push(commit);
            }
        }
    }
    for (version, tag) in released(git, runtime)? {
        if let Some(id) = id(&tag.commit) {
            names.tags.insert(version, (id, tag.day));
            tips.push(tag.commit);
        }
    }
    let mut commits = Vec::new();
    git.log(&tips, |logged| {
        commits.push(Commit {
            id: CommitId(logged.id),
            said: message::read(logged.message, logged.parents.len() > 1),
            parents: logged.parents.into_iter().map(CommitId).collect(),
            day: logged.day,
        });
    })?;
    let minors = names.tags.keys().map(|version| version.release).collect();
    let backports = Backports::new(&runtime.backports);
    Ok((History::of(commits, &names, &backports), minors))
}

/// The tags of a runtime's releases: a pre-release is none.
pub(super) fn released(git: &Repository, runtime: &Runtime) -> Result<Vec<(Version, Tag)>> {
    let version = |name: &str| version_of(&runtime.tags, name);
    let tags = git.tags(|name| version(name).is_some())?.into_iter();
    Ok(tags
        .filter_map(|tag| Some((version(&tag.name)?, tag)))
        .collect())
}

/// The minor whose branch has this name.
fn minor_of(pattern: &str, name: &str) -> Option<Release> {
    let (before, after) = pattern.split_once("{minor}")?;
    name.strip_prefix(before)?.strip_suffix(after)?.parse().ok()
}
