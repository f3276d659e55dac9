//! `kepherd runtimes`: what a runtime's git history says of records, read from a clone without checkout, network or git.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use anyhow::{Result, bail};

use super::carry_out::{How, carry_out};
use super::files::Opened;
use super::{Context, Exit, files};
use crate::cli::{DiffRuntimes, FindEvidence, ProposalFormat, PullRuntimes, RuntimeClone};
use crate::git::{Repository, Tag};
use crate::registry::config::Runtime;
use crate::registry::kep::KepRecord;
use crate::registry::{Entry, Registry};
use crate::render::candidates::{self, Found, Where};
use crate::render::candidates_json;
use crate::sources::proposal::{Proposals, Settled, Source};
use crate::sources::releases::tags::version_of;
use crate::sources::runtimes::compare::RuntimeHistory;
use crate::sources::runtimes::find::{Finder, Heard, Listener, Sought};
use crate::sources::runtimes::history::{Commit, History, Names};
use crate::sources::runtimes::message;
use crate::sources::runtimes::names::Backports;
use crate::sources::runtimes::pull::Asked;
use crate::terms::{CommitId, Named, Release, RepositoryName, Version};
use crate::text::words::{counted, one_of, printable};

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
    let opened = files::open(context)?;
    let proposals = proposals_of(context, &opened, clone, settled)?;
    carry_out(context, &opened, proposals, how)
}

/// What a runtime's history proposes for the records.
pub(super) fn proposals_of(
    context: &Context<'_>,
    opened: &Opened,
    clone: &RuntimeClone,
    settled: Settled,
) -> Result<Proposals> {
    let registry = &opened.loaded.registry;
    let runtime = asked_for(registry, clone)?;
    let keps = keps(registry, clone);
    let (git, heard) = listened(context, registry, runtime, (clone, &keps))?;
    let today = context.today();
    let asked = Asked {
        registry,
        git: &git,
        keps: &keps,
        today,
        settled,
    };
    let mut proposals = asked.proposals();
    let finder = Finder::of(&git, &heard);
    for entry in &keps {
        let kep = entry.value.number;
        for one in finder.clear(Sought::of(registry, entry, today)) {
            let reason = one.reasons.first().map(ToString::to_string);
            proposals.notes.push(format!(
                "proposed for KEP-{kep}: {}, {}: `kepherd runtimes find --runtime {} --repo {} --kep {kep} --accept {}`",
                one.named().short(),
                reason.unwrap_or_default(),
                runtime.name,
                clone.repo.display(),
                one.named().digits()
            ));
        }
    }
    Ok(proposals)
}

/// The records of the KEPs that are asked for.
fn keps<'a>(registry: &'a Registry, clone: &RuntimeClone) -> Vec<&'a Entry<KepRecord>> {
    let is_asked = |number: u32| clone.kep.is_empty() || clone.kep.contains(&number);
    let keps = registry.keps.iter();
    keps.filter(|entry| is_asked(entry.value.number)).collect()
}

/// The history of a runtime, and what its messages say of the KEPs that are asked for.
fn listened(
    context: &Context<'_>,
    registry: &Registry,
    runtime: &Runtime,
    (clone, keps): (&RuntimeClone, &[&Entry<KepRecord>]),
) -> Result<(RuntimeHistory, HashMap<CommitId, Vec<Heard>>)> {
    let records = keps.iter().map(|entry| &entry.value);
    let listener = Listener::of(registry, records, repository_of(runtime)?);
    let mut heard = HashMap::new();
    let git = read(context, registry, runtime, clone.at(), |id, message| {
        let said = listener.hear(message);
        if !said.is_empty() {
            heard.insert(id, said);
        }
    })?;
    Ok((git, heard))
}

/// The runtime that a clone is of; the KEPs that are named have a record.
fn asked_for<'a>(registry: &'a Registry, clone: &RuntimeClone) -> Result<&'a Runtime> {
    let RuntimeClone { runtime, kep, .. } = clone;
    if let Some(number) = kep.iter().find(|number| registry.kep(**number).is_none()) {
        bail!("the registry has no record of KEP-{number}");
    }
    runtime_of(registry, runtime.as_deref())
}

/// The default branch of the repository that a clone was made of.
pub(super) const REMOTE: &str = "refs/remotes/origin/HEAD";

pub(super) fn find(context: &mut Context<'_>, options: &FindEvidence) -> Result<Exit> {
    let FindEvidence {
        clone,
        accept,
        part,
        limit,
        showing,
    } = options;
    if !accept.is_empty() && clone.kep.len() != 1 {
        bail!("--accept writes into one record: name one KEP by --kep");
    }
    let opened = files::open(context)?;
    let registry = &opened.loaded.registry;
    let runtime = asked_for(registry, clone)?;
    let repository = repository_of(runtime)?;
    let keps = keps(registry, clone);
    let (git, heard) = listened(context, registry, runtime, (clone, &keps))?;
    let finder = Finder::of(&git, &heard);
    let today = context.today();
    if let ([entry], false) = (keps.as_slice(), accept.is_empty()) {
        if !entry.is_sound("runtimes") {
            let path = &registry.file(entry.file).path;
            bail!("{path}: has errors, and is left alone: run `kepherd check`");
        }
        let asked = Asked {
            registry,
            git: &git,
            keps: &keps,
            today,
            settled: Settled::Not,
        };
        let mut elsewhere = accept.iter().filter_map(|one| one.repository.as_ref());
        if let Some(elsewhere) = elsewhere.find(|one| *one != repository) {
            bail!(
                "{} is developed in {repository}, and {elsewhere} is none of its",
                runtime.name
            );
        }
        let accept: Vec<Named> = accept.iter().map(|one| one.named).collect();
        let candidates = finder.candidates(Sought::of(registry, entry, today));
        let mut all = Proposals::of(Source::Runtimes);
        all.read = format!("read at {}", git.read);
        all.proposals
            .push(asked.accept(entry, part.as_deref(), &accept, &candidates)?);
        return carry_out(context, &opened, all, How::of(showing));
    }
    let mut found: Vec<Found<'_>> = Vec::new();
    for entry in keps {
        // What needs nothing of a runtime needs no evidence.
        if entry.value.runtime_support.is_some() && clone.kep.is_empty() {
            continue;
        }
        let (candidates, more) = finder.best(Sought::of(registry, entry, today), *limit);
        if !candidates.is_empty() {
            found.push(Found {
                kep: entry.value.number,
                title: entry.value.title.as_str(),
                candidates,
                more,
            });
        }
    }
    let at = Where {
        runtime: runtime.name.as_str(),
        repository,
    };
    match showing.format {
        ProposalFormat::Json => {
            write!(
                context.out,
                "{}",
                candidates_json::json(&found, at, &git.read)
            )?;
        }
        ProposalFormat::Markdown => write!(context.out, "{}", candidates::markdown(&found, at))?,
        ProposalFormat::Text => {
            let text = candidates::text(&found, at, context.paint());
            write!(context.out, "{text}")?;
            if !context.global.quiet {
                let read = &git.read;
                match found.is_empty() {
                    true => writeln!(
                        context.out,
                        "no merge in {repository} at {read} looks as if it brought what is not on record yet: that proves nothing, for few name \
                         their KEP; `--kep NUMBER --accept PULL-REQUEST` takes any that was merged"
                    )?,
                    false => writeln!(
                        context.out,
                        "{} with merges in {repository} that look as if they brought them, beside what is on record; read at {read}; `--kep NUMBER \
                         --accept PULL-REQUEST` writes what is right",
                        counted(found.len(), "KEP"),
                    )?,
                }
            }
        }
    }
    Ok(Exit::Clean)
}

/// Where a runtime is developed.
fn repository_of(runtime: &Runtime) -> Result<&RepositoryName> {
    let Some(repository) = &runtime.repository else {
        bail!(
            "`registry.toml` does not say where {} is developed: add `repository = \"owner/name\"` to its `[[runtimes]]`",
            runtime.name
        );
    };
    Ok(repository)
}

/// Where the default branch ends, as a clone knows it. A worktree may be on any branch, and behind: where the remote's ends is known beside it.
pub(super) fn newest(git: &Repository) -> Result<crate::git::Commit> {
    Ok(git.commit(REMOTE).or_else(|_| git.commit("HEAD"))?)
}

/// The history of a runtime, as a clone has it at a revision; each message is given away on the way.
pub(super) fn read(
    context: &Context<'_>,
    registry: &Registry,
    runtime: &Runtime,
    (repo, rev): (&Path, Option<&str>),
    each: impl FnMut(CommitId, &[u8]),
) -> Result<RuntimeHistory> {
    let repository = repository_of(runtime)?;
    let git = Repository::open(&context.environment.directory.join(repo))?;
    let head = match rev {
        Some(rev) => git.commit(rev)?,
        None => newest(&git)?,
    };
    if git.is_shallow() {
        bail!(
            "`{}` is a shallow clone: what is behind the cut is not seen, so that nothing follows from it; fetch the whole history (`git fetch \
             --unshallow`)",
            repo.display()
        );
    }
    let (history, minors) = log(&git, &head, runtime, each)?;
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
        day: head.date,
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
    mut each: impl FnMut(CommitId, &[u8]),
) -> Result<(History, BTreeSet<Release>)> {
    let id = |commit: &crate::git::Commit| CommitId::parse(&commit.id);
    let mut names = Names {
        default: id(head),
        ..Names::default()
    };
    let mut tips = vec![head.clone()];
    if runtime.branches.is_some() {
        for (name, commit) in git.branches()? {
            let minor = runtime.minor_of_branch(&name);
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
        each(CommitId(logged.id), logged.message);
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
