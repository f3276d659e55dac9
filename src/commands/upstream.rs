//! `kepherd upstream`

mod pull;

use std::collections::BTreeSet;

use anyhow::{Result, bail};

use super::carry_out::{How, carry_out};
use super::clone::{EnhancementsClone, folders};
use super::findings::{Reported, prefix_for, report};
use super::{Context, Exit, files};
use crate::cli::{CheckFormat, Diff, Log, ProposalFormat, TextOrJson, Untracked};
use crate::findings::diagnostic::{Diagnostic, Level};
use crate::git::{Commit, Content, EntryKind, Error, Repository};
use crate::registry::Registry;
use crate::registry::load::MAX_FILE_BYTES;
use crate::render;
use crate::render::upstream_json::{self, ReadAt};
use crate::rules;
use crate::sources::proposal::Settled;
use crate::sources::upstream::folders::{Folder, kep_yaml};
use crate::sources::upstream::kep_yaml::MAX_KEP_YAML;
use crate::sources::upstream::moves::{Version, moves};
use crate::sources::upstream::snapshot::{Enhancements as _, Unusable, UpstreamKep};
use crate::sources::upstream::untracked::{self, Candidate, Mentions, is_active, rank};
use crate::text::words::{counted, printable};

pub(super) use pull::{Wanted, pull};

pub(super) fn diff(context: &mut Context<'_>, options: &Diff) -> Result<Exit> {
    let opened = files::open(context)?;
    let registry = &opened.loaded.registry;
    let clone = EnhancementsClone::open(context, &options.clone, registry)?;
    let unknown = options.kep.iter().find(|one| registry.kep(**one).is_none());
    if let Some(number) = unknown {
        let remedy = match clone.folder(*number, None) {
            Folder::None => format!(
                "nor has {} at {} such a KEP",
                options.clone.repo.display(),
                options.clone.rev
            ),
            _ => format!("`{} --kep {number}` makes one", clone.pull()),
        };
        bail!("the registry has no record of KEP-{number}: {remedy}");
    }
    let format = match options.format {
        CheckFormat::Json => Some(ProposalFormat::Json),
        CheckFormat::Markdown => Some(ProposalFormat::Markdown),
        CheckFormat::Text | CheckFormat::Sarif | CheckFormat::Github => None,
    };
    if let Some(format) = format {
        let wanted = Wanted {
            keps: &options.kep,
            sig: None,
            new: false,
            settled: Settled::Not,
        };
        let proposals = wanted.proposals(&opened, &clone, &options.clone)?;
        return carry_out(context, &opened, proposals, How::shown(format));
    }
    let upstream = clone.snapshot(&[registry], &options.kep)?;
    let is_absent = |found: &UpstreamKep| matches!(found, UpstreamKep::Absent { .. });
    let absent: Vec<String> = upstream
        .keps
        .iter()
        .filter(|(_, found)| is_absent(found))
        .map(|(number, _)| format!("KEP-{number}"))
        .collect();
    let compared = upstream.keps.len() - absent.len();
    let checked = rules::run_upstream(&opened.loaded, context.today(), &upstream);
    let mut summary = format!(
        "{} with {upstream}",
        summary(&checked.diagnostics, compared)
    );
    if !absent.is_empty() {
        summary.push_str(&format!(
            "; not in the clone at this revision: {}",
            absent.join(", ")
        ));
    }
    let reported = Reported {
        prefix: &prefix_for(options.format, &opened, context),
        records: compared,
        summary: &summary,
        is_judged: false,
    };
    report(context, &checked, options.format, &reported)?;
    // What cannot be read cannot be compared.
    let is_asked = |number: u32| options.kep.is_empty() || options.kep.contains(&number);
    let damaged = registry.keps.iter().filter(|entry| !entry.is_whole());
    let mut is_open = false;
    for entry in damaged.filter(|entry| is_asked(entry.value.number)) {
        is_open = true;
        let path = printable(&registry.file(entry.file).path);
        writeln!(
            context.log,
            "warning: {path}: has errors, and is compared as far as it can be read: run `kepherd check`"
        )?;
    }
    is_open |= checked
        .diagnostics
        .iter()
        .any(|one| one.level <= Level::Warning);
    Ok(if is_open { Exit::Findings } else { Exit::Clean })
}

/// How many differences there are, in how many of the records that were compared.
fn summary(diagnostics: &[Diagnostic], compared: usize) -> String {
    let of = |level: Level| diagnostics.iter().filter(|one| one.level == level).count();
    let differing: BTreeSet<_> = diagnostics.iter().map(|one| one.primary.file).collect();
    let compared = counted(compared, "record");
    match (of(Level::Warning), of(Level::Note)) {
        (0, 0) => format!("no difference in {compared}; compared"),
        (open, notes) => format!(
            "{} to look at, {}, in {}; {compared} compared",
            counted(open, "difference"),
            counted(notes, "note"),
            counted(differing.len(), "record"),
        ),
    }
}

pub(super) fn untracked(context: &mut Context<'_>, options: &Untracked) -> Result<Exit> {
    let opened = files::open(context)?;
    let registry = &opened.loaded.registry;
    let clone = EnhancementsClone::open(context, &options.clone, registry)?;
    let verbose = context.global.verbose > 0;
    let mut said = Vec::new();
    let Ranked {
        listed,
        problems,
        read,
        tracked,
        asleep,
        pages,
    } = ranked(&clone, registry, |remark| {
        if verbose || !remark.is_small {
            said.push(remark.text);
        }
    })?;
    for remark in said {
        writeln!(context.log, "note: {remark}")?;
    }
    let most = match options.limit {
        0 => listed.len(),
        limit => limit.min(listed.len()),
    };
    if options.format == TextOrJson::Json {
        let at = ReadAt {
            commit: &clone.commit.short(),
            date: clone.commit.date,
        };
        let json = upstream_json::untracked(at, &listed[..most], &problems);
        write!(context.out, "{json}")?;
        return Ok(Exit::Clean);
    }
    let width = context.width();
    let text = render::upstream::untracked(&listed[..most], width, context.paint());
    write!(context.out, "{text}")?;
    for problem in &problems {
        writeln!(context.log, "skipped: {}", printable(problem))?;
    }
    if !context.global.quiet {
        let more = match listed.len() - most {
            0 => String::new(),
            more => format!(" ({more} more: `--limit 0`)"),
        };
        writeln!(
            context.out,
            "{} without a record look as if a runtime had to do with them{more}; {} of {} read at {} of {}, \
             {} tracked, {asleep} not worked on for the last three releases",
            counted(listed.len(), "active KEP"),
            read,
            counted(read + problems.len(), "file"),
            clone.commit.short(),
            clone.commit.date,
            tracked,
        )?;
        if pages == 0 && !listed.is_empty() {
            writeln!(
                context.log,
                "note: this clone has no pages beside kep.yaml, so whether a KEP names the runtimes is not known"
            )?;
        }
        if let Some(first) = listed.first() {
            writeln!(
                context.out,
                "make a record: `{} --kep {}`; one with `triage = \"declined\"` takes a KEP off this list",
                clone.pull(),
                first.facts.number
            )?;
        }
    }
    Ok(Exit::Clean)
}

/// KEPs that nobody tracks, and what was looked at for that.
pub(super) struct Ranked {
    /// The most likely first.
    pub(super) listed: Vec<untracked::Untracked>,
    problems: Vec<String>,
    read: usize,
    tracked: usize,
    /// How many are not worked on.
    asleep: usize,
    /// How many pages beside kep.yaml files the clone has.
    pages: usize,
}

/// What there is to say of a file.
pub(super) struct Remark {
    text: String,
    /// Whether only those want to hear it who want to hear everything.
    is_small: bool,
}

/// Ranks the KEPs of a clone that no record tracks.
pub(super) fn ranked(
    clone: &EnhancementsClone<'_>,
    registry: &Registry,
    mut remark: impl FnMut(Remark),
) -> Result<Ranked> {
    let folders = clone.folders();
    let runtimes: Vec<&str> = registry.config.value.runtime_names().collect();
    let all: Vec<String> = folders
        .unnumbered
        .iter()
        .chain(folders.by_number.values().flatten())
        .cloned()
        .collect();
    let mut read = 0;
    let mut problems = Vec::new();
    let (mut tracked, mut candidates) = (Vec::new(), Vec::new());
    let mut asleep = 0;
    for (folder, (source, kep)) in all.iter().zip(clone.read(&all)?) {
        let path = kep_yaml(folder);
        let kep = match kep {
            Ok(kep) => kep,
            Err(problem) => {
                problems.push(problem.at(&path));
                continue;
            }
        };
        read += 1;
        let number = kep.facts.number;
        for one in &kep.remarks {
            remark(Remark {
                text: format!("{path}:{}", printable(&one.to_string())),
                is_small: true,
            });
        }
        if registry.kep(number).is_some() {
            tracked.push((number, kep));
        } else if !is_active(&kep.facts, clone.calendar(), clone.commit.date) {
            asleep += usize::from(kep.facts.status.is_live());
        } else if let Folder::Several(several) = clone.folder(number, None) {
            let several = several.join(", ");
            remark(Remark {
                text: format!("KEP-{number} is left out, for it has several folders: {several}"),
                is_small: false,
            });
        } else {
            candidates.push(Candidate {
                folder: folder.clone(),
                kep,
                mentions: Mentions::in_text(&source.text, &runtimes),
            });
        }
    }
    let pages = look_into_pages(clone, &runtimes, &mut candidates)?;
    let listed = rank(candidates, &tracked);
    problems.extend(
        folders.unsafe_names.iter().map(|folder| {
            format!("{folder}: its name has characters that no registry has in a name")
        }),
    );
    problems.sort();
    Ok(Ranked {
        listed,
        problems,
        read,
        tracked: tracked.len(),
        asleep,
        pages,
    })
}

/// Looks for runtimes in the pages beside kep.yaml as well, as far as the clone has them. Gives how many there are.
fn look_into_pages(
    clone: &EnhancementsClone<'_>,
    runtimes: &[&str],
    candidates: &mut [Candidate],
) -> Result<usize> {
    let (repository, commit) = (&clone.repository, &clone.commit);
    let mut paths: Vec<String> = Vec::new();
    let mut owner: Vec<usize> = Vec::new();
    let mut pages = 0;
    for (index, Candidate { folder, .. }) in candidates.iter().enumerate() {
        for entry in repository.folder(commit, folder)? {
            if !entry.name.ends_with(".md") {
                continue;
            }
            pages += 1;
            if entry.kind == EntryKind::File {
                paths.push(format!("{folder}/{}", entry.name));
                owner.push(index);
            }
        }
    }
    let counted = repository.each_file(commit, &paths, MAX_FILE_BYTES, |_, content| {
        match content {
            Ok(Some(Content::Bytes(bytes))) => Ok(Mentions::in_text(
                &String::from_utf8_lossy(&bytes),
                runtimes,
            )),
            // A partial clone lacks pages: what they name is not known.
            Ok(_) | Err(Error::Lacking { .. }) => Ok(Mentions::default()),
            Err(error) => Err(error),
        }
    })?;
    for (index, mentions) in owner.into_iter().zip(counted) {
        let candidate = &mut candidates[index];
        candidate.mentions = std::mem::take(&mut candidate.mentions).and(mentions?);
    }
    Ok(pages)
}

pub(super) fn log(context: &mut Context<'_>, options: &Log) -> Result<Exit> {
    let opened = files::open(context)?;
    let registry = &opened.loaded.registry;
    let clone = EnhancementsClone::open(context, &options.clone, registry)?;
    let versions = versions(&clone, registry, options.number)?;
    if versions.is_empty() {
        bail!(
            "KEP-{} is neither in {} at {} nor in its history",
            options.number,
            options.clone.repo.display(),
            options.clone.rev
        );
    }
    let moves = moves(&versions);
    let is_whole = !clone.repository.is_shallow();
    if options.format == TextOrJson::Json {
        let json = upstream_json::log(options.number, &versions, &moves, is_whole);
        write!(context.out, "{json}")?;
        return Ok(Exit::Clean);
    }
    let text = render::upstream::log(options.number, &versions, &moves, context.paint());
    write!(context.out, "{text}")?;
    if !is_whole {
        writeln!(
            context.log,
            "note: this is a shallow clone: its history goes on before the first commit that is shown"
        )?;
    }
    Ok(Exit::Clean)
}

/// Every kep.yaml that a KEP had, from the newest to the oldest, wherever its folder was.
fn versions(
    clone: &EnhancementsClone<'_>,
    registry: &Registry,
    number: u32,
) -> Result<Vec<Version>> {
    let repository = &clone.repository;
    let path = registry
        .kep(number)
        .map(|entry| &*registry.file(entry.file).path);
    let mut versions = Vec::new();
    let mut from = match clone.folder(number, path) {
        Folder::One(folder) => Some((clone.commit.clone(), folder.to_owned())),
        Folder::Several(several) => {
            bail!("KEP-{number} has several folders: {}", several.join(", "))
        }
        Folder::None => {
            let gone = last_there(repository, &clone.commit, number)?;
            if let Some((gone, _, folder)) = &gone {
                versions.push(Version {
                    commit: gone.short(),
                    date: gone.date,
                    folder: folder.clone(),
                    said: None,
                });
            }
            gone.map(|(_, last, folder)| (last, folder))
        }
    };
    while let Some((commit, folder)) = from.take() {
        let path = kep_yaml(&folder);
        let changes = repository.changes(&commit, &path)?;
        let mut changes = changes.into_iter().peekable();
        while let Some(change) = changes.next() {
            let said = match change.object {
                None => None,
                Some(object) => match repository.content(object, &path, MAX_KEP_YAML) {
                    Ok(content) => {
                        let (_, kep) = clone.parsed(&path, &change.commit, Some(content));
                        Some(kep.map(|kep| kep.facts))
                    }
                    Err(error @ Error::Lacking { .. }) => {
                        Some(Err(Unusable::Unreadable(error.to_string())))
                    }
                    Err(error) => return Err(error.into()),
                },
            };
            let began = said.is_some() && changes.peek().is_none_or(|next| next.object.is_none());
            versions.push(Version {
                commit: change.commit.short(),
                date: change.commit.date,
                folder: folder.clone(),
                said,
            });
            // Where a folder begins, another one may have ended: it was renamed, or went to another SIG.
            if began
                && let Some(before) = change.before
                && let Folder::One(other) = folders(repository, &before)?.of_kep(number, None)
                && other != folder
            {
                from = Some((before, other.to_owned()));
                break;
            }
        }
    }
    Ok(versions)
}

/// The commit that took a KEP's folder away, the last one that has it, and that folder. It costs a look at the SIGs' trees for
/// every commit until there.
fn last_there(
    repository: &Repository,
    from: &Commit,
    number: u32,
) -> Result<Option<(Commit, Commit, String)>> {
    for change in repository.changes(from, "keps")? {
        if let Some(before) = change.before
            && let Folder::One(folder) = folders(repository, &before)?.of_kep(number, None)
        {
            let folder = folder.to_owned();
            return Ok(Some((change.commit, before, folder)));
        }
    }
    Ok(None)
}
