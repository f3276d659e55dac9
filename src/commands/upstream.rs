//! `kepherd upstream`

use std::collections::BTreeSet;

use anyhow::{Result, bail};

use super::check::Reported;
use super::clone::{Clone, Folder, Folders, Reading, kep_yaml, record_path};
use super::{Context, Exit, check, files};
use crate::cli::{Diff, Log, Pull, Untracked};
use crate::diagnostic::{Diagnostic, Level};
use crate::git::{Commit, Content, EntryKind, Error, Repository};
use crate::registry::kep::KepRecord;
use crate::registry::load::{MAX_FILE_BYTES, file_stem, leading_number};
use crate::registry::{Entry, Registry};
use crate::render::{self, diff};
use crate::rules;
use crate::source::SourceFile;
use crate::upstream::drift::{FieldChange, drift, new_record, update};
use crate::upstream::kep_yaml::{Kep, MAX_KEP_YAML};
use crate::upstream::moves::{Version, moves};
use crate::upstream::snapshot::Unusable;
use crate::upstream::untracked::{Candidate, Mentions, is_active, rank};
use crate::words::{counted, printable};

/// What a pull does about one KEP.
enum Step {
    Create {
        path: String,
        text: String,
    },
    Update {
        path: String,
        before: String,
        after: String,
        /// Each with the line of kep.yaml that says so.
        changes: Vec<(FieldChange, Option<usize>)>,
    },
    /// The record says what upstream says, or was read later.
    Same,
    /// Not in the clone, and that is allowed.
    Kept,
    /// Why nothing is done.
    Skip(String),
}

pub(super) fn pull(context: &mut Context<'_>, options: &Pull) -> Result<Exit> {
    let opened = files::open(context)?;
    let registry = &opened.loaded.registry;
    let clone = Clone::open(context, &options.clone, registry)?;
    // All is read before anything is written: what cannot be read leaves the registry as it is.
    let steps = steps(context, registry, &clone, options)?;
    let mut tally = Tally::default();
    for (number, step) in steps {
        match step {
            Step::Create { path, text } => {
                if !options.diff {
                    files::create(&opened.root, &path, &text)?;
                }
                let word = if options.diff { "create " } else { "created" };
                writeln!(context.out, "{word}  KEP-{number}  {}", printable(&path))?;
                if options.diff {
                    show(context, &opened.prefix, &path, "", &text)?;
                }
                tally.created += 1;
            }
            Step::Update {
                path,
                before,
                after,
                changes,
            } => {
                if !options.diff
                    && let Err(error) = files::replace(&opened.root, &path, &before, &path, &after)
                {
                    tally.skipped += 1;
                    writeln!(context.log, "error: {}", printable(&format!("{error:#}")))?;
                    continue;
                }
                tally.updated += 1;
                let word = if options.diff { "update " } else { "updated" };
                writeln!(context.out, "{word}  KEP-{number}  {}", printable(&path))?;
                for (change, line) in &changes {
                    let FieldChange {
                        key,
                        field: _,
                        before,
                        after,
                        why,
                    } = change;
                    let side =
                        |side: &Option<String>| printable(side.as_deref().unwrap_or("nothing"));
                    let line = line.map(|line| format!("kep.yaml:{line}: "));
                    writeln!(
                        context.out,
                        "         {key}: {} → {}  ({}{})",
                        side(before),
                        side(after),
                        line.unwrap_or_default(),
                        printable(why)
                    )?;
                }
                if options.diff {
                    show(context, &opened.prefix, &path, &before, &after)?;
                }
            }
            Step::Same => tally.same += 1,
            Step::Kept => writeln!(
                context.out,
                "kept     KEP-{number}  not in the clone at this revision: not merged yet, or moved"
            )?,
            Step::Skip(why) => {
                tally.skipped += 1;
                writeln!(context.log, "warning: {}", printable(&why))?;
            }
        }
    }
    let Tally {
        created,
        updated,
        same,
        skipped,
    } = tally;
    let (to_create, to_update) = match options.diff {
        true => (" to create", " to update"),
        false => (" created", " updated"),
    };
    let log: &mut dyn std::io::Write = if options.diff {
        context.log
    } else {
        context.out
    };
    writeln!(
        log,
        "{}{to_create}, {updated}{to_update}, {same} up to date, {skipped} skipped; read at {} of {}",
        counted(created, "record"),
        clone.commit.short(),
        clone.commit.date
    )?;
    Ok(if skipped > 0 {
        Exit::Findings
    } else {
        Exit::Clean
    })
}

#[derive(Default)]
struct Tally {
    created: usize,
    updated: usize,
    same: usize,
    skipped: usize,
}

fn show(
    context: &mut Context<'_>,
    prefix: &str,
    path: &str,
    before: &str,
    after: &str,
) -> Result<()> {
    let paint = context.paint();
    let shown = diff::unified(prefix, path, before, path, after, paint);
    write!(context.out, "{shown}")?;
    Ok(())
}

/// What there is to do about each KEP that is asked for.
fn steps(
    context: &mut Context<'_>,
    registry: &Registry,
    clone: &Clone<'_>,
    options: &Pull,
) -> Result<Vec<(u32, Step)>> {
    let mut steps: Vec<(u32, Step)> = Vec::new();
    let mut to_read: Vec<(u32, String)> = Vec::new();
    for number in asked(registry, clone, options)? {
        let record = registry.kep(number);
        let path = record.map(|entry| &*registry.file(entry.file).path);
        match clone.folder(number, path) {
            Folder::One(folder) => to_read.push((number, folder.to_owned())),
            Folder::None if options.kep.is_empty() => steps.push((number, Step::Kept)),
            Folder::None => {
                let (repo, rev) = (options.clone.repo.display(), &options.clone.rev);
                let why = format!("KEP-{number} is not in {repo} at {rev}");
                steps.push((number, Step::Skip(why)));
            }
            Folder::Several(several) => {
                let why = format!("KEP-{number} has several folders: {}", several.join(", "));
                steps.push((number, Step::Skip(why)));
            }
        }
    }
    let folders: Vec<String> = to_read.iter().map(|(_, folder)| folder.clone()).collect();
    for ((number, folder), reading) in to_read.into_iter().zip(clone.read(&folders)?) {
        // With `--new`, every KEP of a SIG is asked for, and only what is worked on is wanted.
        let is_wanted = match (&reading.1, registry.kep(number)) {
            (Ok(kep), None) if options.new => {
                is_active(&kep.facts, clone.calendar(), clone.commit.date)
            }
            _ => true,
        };
        if is_wanted {
            let step = step(context, registry, clone, number, &folder, reading)?;
            steps.push((number, step));
        }
    }
    steps.sort_by_key(|(number, _)| *number);
    Ok(steps)
}

fn step(
    context: &mut Context<'_>,
    registry: &Registry,
    clone: &Clone<'_>,
    number: u32,
    folder: &str,
    (yaml, kep): Reading,
) -> Result<Step> {
    let path = kep_yaml(folder);
    let kep = match kep {
        Ok(kep) => kep,
        Err(problem) => return Ok(Step::Skip(problem.at(&path))),
    };
    for remark in &kep.remarks {
        writeln!(
            context.log,
            "note: {path}:{}",
            printable(&remark.to_string())
        )?;
    }
    if kep.facts.number != number {
        return Ok(Step::Skip(format!(
            "{path}: the folder is named after KEP-{number}, and kep.yaml says {}",
            kep.facts.number
        )));
    }
    match registry.kep(number) {
        Some(entry) => update_step(registry, clone, entry, folder, &yaml, &kep),
        None => Ok(create_step(registry, clone, folder, &kep)),
    }
}

fn create_step(registry: &Registry, clone: &Clone<'_>, folder: &str, kep: &Kep) -> Step {
    let path = record_path(folder);
    let number = kep.facts.number;
    let taken = registry
        .files
        .iter()
        .find(|file| *file.path == *path || leading_number(file_stem(&file.path)) == Some(number));
    if let Some(taken) = taken {
        return Step::Skip(format!(
            "{}: is named after KEP-{number} and is not its record, and is left alone: run `kepherd check`",
            taken.path
        ));
    }
    Step::Create {
        text: new_record(&kep.facts, clone.commit.date),
        path,
    }
}

fn update_step(
    registry: &Registry,
    clone: &Clone<'_>,
    entry: &Entry<KepRecord>,
    folder: &str,
    yaml: &SourceFile,
    kep: &Kep,
) -> Result<Step> {
    let source = registry.file(entry.file);
    if !entry.is_whole() {
        return Ok(Step::Skip(format!(
            "{}: has errors, and is left alone: run `kepherd check`",
            source.path
        )));
    }
    let (record, seen) = (&entry.value, clone.commit.date);
    if record.upstream_seen.is_some_and(|day| day > seen) {
        return Ok(Step::Same);
    }
    let base = clone.before(record, folder)?;
    let drifts = drift(record, base.as_ref(), &kep.facts, seen);
    let edited = files::edited(&source.text, |document| {
        let changes = update(document, &drifts, record.upstream_seen, seen);
        let line_of = |change: &FieldChange| {
            let span = kep.places.get(change.field?)?;
            Some(yaml.position(span.start).line)
        };
        let changes: Vec<_> = changes
            .into_iter()
            .map(|change| {
                let line = line_of(&change);
                (change, line)
            })
            .collect();
        Ok((!changes.is_empty()).then_some(changes))
    })?;
    Ok(match edited {
        None => Step::Same,
        Some((after, changes)) => Step::Update {
            path: source.path.to_string(),
            before: source.text.to_string(),
            after,
            changes,
        },
    })
}

/// The KEPs that a pull is about.
fn asked(registry: &Registry, clone: &Clone<'_>, options: &Pull) -> Result<Vec<u32>> {
    if !options.kep.is_empty() {
        let mut numbers = options.kep.clone();
        numbers.sort_unstable();
        numbers.dedup();
        return Ok(numbers);
    }
    let is_of_sig = |path: &str| match &options.sig {
        Some(sig) => path.split('/').next() == Some(sig),
        None => true,
    };
    let mut numbers: Vec<u32> = registry
        .keps
        .iter()
        .filter(|entry| is_of_sig(&registry.file(entry.file).path))
        .map(|entry| entry.value.number)
        .collect();
    if options.new {
        let folders = clone.folders().by_number.iter();
        let all = folders.filter(|(number, folders)| {
            **number > 0 && folders.iter().any(|folder| is_of_sig(&record_path(folder)))
        });
        numbers.extend(all.map(|(number, _)| *number));
    }
    if let (true, Some(sig)) = (numbers.is_empty(), &options.sig) {
        bail!(
            "no record lies in `{sig}`, and no KEP of upstream's: name a folder such as sig-node"
        );
    }
    numbers.sort_unstable();
    numbers.dedup();
    Ok(numbers)
}

pub(super) fn diff(context: &mut Context<'_>, options: &Diff) -> Result<Exit> {
    let opened = files::open(context)?;
    let registry = &opened.loaded.registry;
    let clone = Clone::open(context, &options.clone, registry)?;
    if let Some(number) = options
        .kep
        .iter()
        .find(|number| registry.kep(**number).is_none())
    {
        bail!(
            "the registry has no record of KEP-{number}: `kepherd upstream pull --kep {number}` makes one"
        );
    }
    let upstream = clone.snapshot(&[registry], &options.kep, registry.files.len())?;
    let compared = upstream.keps.len();
    let checked = rules::run_upstream(&opened.loaded, context.today(), &upstream);
    let summary = summary(&checked.diagnostics, compared);
    let reported = Reported {
        prefix: &check::prefix_for(options.format, &opened, context),
        records: compared,
        summary: &format!("{summary} with {upstream}"),
        is_judged: false,
    };
    check::report(context, &checked, options.format, &reported)?;
    let is_open = |level: Level| level <= Level::Warning;
    Ok(
        if checked.diagnostics.iter().any(|one| is_open(one.level)) {
            Exit::Findings
        } else {
            Exit::Clean
        },
    )
}

/// How many differences there are, in how many of the records that were compared.
fn summary(diagnostics: &[Diagnostic], compared: usize) -> String {
    let of = |level: Level| diagnostics.iter().filter(|one| one.level == level).count();
    let differing: BTreeSet<_> = diagnostics.iter().map(|one| one.primary.file).collect();
    let compared = counted(compared, "record");
    match (of(Level::Warning), of(Level::Note)) {
        (0, 0) => format!("no difference in {compared}; compared"),
        (open, notes) => format!(
            "{} to look at, {}, in {} of {compared}; compared",
            counted(open, "difference"),
            counted(notes, "note"),
            differing.len(),
        ),
    }
}

pub(super) fn untracked(context: &mut Context<'_>, options: &Untracked) -> Result<Exit> {
    let opened = files::open(context)?;
    let registry = &opened.loaded.registry;
    let clone = Clone::open(context, &options.clone, registry)?;
    let folders = clone.folders();
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
    for (folder, (_, kep)) in all.iter().zip(clone.read(&all)?) {
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
        if context.global.verbose > 0 {
            for remark in &kep.remarks {
                let remark = printable(&remark.to_string());
                writeln!(context.log, "note: {path}:{remark}")?;
            }
        }
        if registry.kep(number).is_some() {
            tracked.push((number, kep));
        } else if is_active(&kep.facts, clone.calendar(), clone.commit.date) {
            candidates.push((folder.clone(), kep));
        } else if kep.facts.status.is_live() {
            asleep += 1;
        }
    }
    let candidates = with_mentions(&clone, candidates)?;
    let listed = rank(candidates, &tracked);
    let most = match options.limit {
        0 => listed.len(),
        limit => limit.min(listed.len()),
    };
    let width = context.width();
    let text = render::upstream::untracked(&listed[..most], width, context.paint());
    write!(context.out, "{text}")?;
    problems.sort();
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
            tracked.len(),
        )?;
        if let Some(first) = listed.first() {
            writeln!(
                context.out,
                "make a record: `kepherd upstream pull --repo {} --kep {}`",
                options.clone.repo.display(),
                first.facts.number
            )?;
        }
    }
    Ok(Exit::Clean)
}

/// Looks for runtimes in the files of KEPs: kep.yaml and the pages beside it, as far as the clone has them.
fn with_mentions(clone: &Clone<'_>, keps: Vec<(String, Kep)>) -> Result<Vec<Candidate>> {
    let (repository, commit) = (&clone.repository, &clone.commit);
    let mut paths: Vec<String> = Vec::new();
    let mut owner: Vec<usize> = Vec::new();
    for (index, (folder, _)) in keps.iter().enumerate() {
        for entry in repository.folder(commit, folder)? {
            let is_page = entry.name.ends_with(".md") || entry.name == "kep.yaml";
            if entry.kind == EntryKind::File && is_page {
                paths.push(format!("{folder}/{}", entry.name));
                owner.push(index);
            }
        }
    }
    let counted = repository.each_file(commit, &paths, MAX_FILE_BYTES, |_, content| {
        match content {
            Ok(Some(Content::Bytes(bytes))) => {
                Ok(Mentions::in_text(&String::from_utf8_lossy(&bytes)))
            }
            // A partial clone lacks pages: what they name is not known.
            Ok(_) | Err(Error::Lacking { .. }) => Ok(Mentions::default()),
            Err(error) => Err(error),
        }
    })?;
    let mut all = vec![Mentions::default(); keps.len()];
    for (index, mentions) in owner.into_iter().zip(counted) {
        all[index] = all[index].and(mentions?);
    }
    let candidates = keps.into_iter().zip(all);
    Ok(candidates
        .map(|((folder, kep), mentions)| Candidate {
            folder,
            kep,
            mentions,
        })
        .collect())
}

pub(super) fn log(context: &mut Context<'_>, options: &Log) -> Result<Exit> {
    let opened = files::open(context)?;
    let registry = &opened.loaded.registry;
    let clone = Clone::open(context, &options.clone, registry)?;
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
    let text = render::upstream::log(options.number, &versions, &moves, context.paint());
    write!(context.out, "{text}")?;
    Ok(Exit::Clean)
}

/// Every kep.yaml that a KEP had, from the newest to the oldest, wherever its folder was.
fn versions(clone: &Clone<'_>, registry: &Registry, number: u32) -> Result<Vec<Version>> {
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
        Folder::None => last_there(repository, &clone.commit, number)?,
    };
    while let Some((commit, folder)) = from.take() {
        let path = kep_yaml(&folder);
        let changes = repository.changes(&commit, &path)?;
        let oldest = changes.last().and_then(|change| change.before.clone());
        for change in changes {
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
            versions.push(Version {
                commit: change.commit.short(),
                date: change.commit.date,
                folder: folder.clone(),
                said,
            });
        }
        // Where the folder begins, another one may have ended: it was renamed, or went to another SIG.
        if let Some(before) = oldest
            && let Folder::One(other) = Folders::of(repository, &before)?.of_kep(number, None)
            && other != folder
        {
            from = Some((before, other.to_owned()));
        }
    }
    Ok(versions)
}

/// The last commit that has a folder of a KEP, and that folder. It costs a look at the SIGs' trees for every commit until there.
fn last_there(
    repository: &Repository,
    from: &Commit,
    number: u32,
) -> Result<Option<(Commit, String)>> {
    for change in repository.changes(from, "keps")? {
        if let Some(before) = change.before
            && let Folder::One(folder) = Folders::of(repository, &before)?.of_kep(number, None)
        {
            let folder = folder.to_owned();
            return Ok(Some((before, folder)));
        }
    }
    Ok(None)
}
