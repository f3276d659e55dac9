//! `kepherd maintainers pull`, `kepherd releases pull`

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Result, bail};
use toml_edit::DocumentMut;

use super::files::Opened;
use super::{Context, Exit, files, findings};
use crate::cli::{PullMaintainers, PullReleases};
use crate::findings::diagnostic::{Place, Pointer};
use crate::findings::document::Located;
use crate::findings::loader::FILE_NAME;
use crate::registry::Registry;
use crate::registry::calendars::{Roster, RuntimeCalendar};
use crate::registry::edit::edited;
use crate::registry::load::MAX_FILE_BYTES;
use crate::rules;
use crate::rules::trial::{Brought, Trial};
use crate::sources::change::{KeyChange, Misread};
use crate::sources::maintainers::{self, Leaving};
use crate::sources::releases;
use crate::terms::Handle;
use crate::text::diff;
use crate::text::words::{counted, one_of, printable};

/// Where a registry names its maintainers.
const ROSTER: &str = "maintainers.toml";

pub(super) fn maintainers(context: &mut Context<'_>, options: &PullMaintainers) -> Result<Exit> {
    let PullMaintainers { file, diff } = options;
    let opened = files::open(context)?;
    let registry = &opened.loaded.registry;
    let text = files::read_text(&context.environment.directory.join(file), MAX_FILE_BYTES)?;
    let (people, misread) = maintainers::read(&text);
    if people.is_empty() {
        bail!(
            "`{}` names nobody below `# COMMITTERS` or `# REVIEWERS`: is it a MAINTAINERS file in containerd's format?",
            file.display()
        );
    }
    let roster = match &registry.roster {
        Some(roster) => roster.value.clone(),
        None => Roster {
            maintainers: Vec::new(),
        },
    };
    refuse_damaged(registry, ROSTER, registry.roster.is_some())?;
    write_misread(context, file, &misread)?;
    // From a list that was not read whole, or is not whole, nobody is missing.
    let most = registry.config.value.guards.removals_percent;
    let cut = match misread.is_empty() {
        true => maintainers::is_cut(&roster, &people, most),
        false => Some("it could not be read whole".to_owned()),
    };
    // Whom a record needs that cannot be read is not known.
    let is_damaged = opened
        .loaded
        .findings
        .iter()
        .any(|one| one.rule != FILE_NAME);
    let cut = cut.or_else(|| {
        is_damaged.then(|| "the registry has errors, so that nobody knows whom it needs".to_owned())
    });
    let tasks = tasks(registry, &opened.prefix);
    let leaving = |handle: &Handle| match cut.is_none() && !tasks.contains_key(handle) {
        true => Leaving::Drop,
        false => Leaving::Keep,
    };
    let mut stays = Vec::new();
    let edited = edit(
        registry,
        ROSTER,
        "../schema/maintainers.schema.json",
        |document| {
            let update = maintainers::update(document, &roster, &people, leaving)?;
            stays = update.stays;
            Some(update.changes)
        },
    )?;
    let is_fine = write_edit(context, &opened, ROSTER, edited, *diff)?;
    let file = printable(&file.display().to_string());
    if let (Some(why), false) = (&cut, stays.is_empty()) {
        let stay = counted(stays.len(), "maintainer");
        writeln!(
            context.log,
            "warning: nobody is dropped: {why}; {stay} whom {file} does not name stay in {ROSTER}"
        )?;
    }
    for handle in &stays {
        if let Some(tasks) = tasks.get(handle) {
            writeln!(
                context.log,
                "warning: `{handle}` is not in {file} and stays in {ROSTER}: {}: hand the work over, then pull again",
                printable(&tasks.join(", "))
            )?;
        }
    }
    Ok(exit(is_fine && misread.is_empty() && stays.is_empty()))
}

/// What people do, by handle: which KEPs they shepherd, and which cycles they are liaisons of; each with its place.
fn tasks(registry: &Registry, prefix: &str) -> BTreeMap<Handle, Vec<String>> {
    let mut tasks: BTreeMap<Handle, Vec<String>> = BTreeMap::new();
    let mut add = |handle: &Handle, task: String| {
        tasks.entry(handle.clone()).or_default().push(task);
    };
    for entry in &registry.keps {
        let source = registry.file(entry.file);
        let shepherds = &entry.value.shepherds;
        if shepherds.is_empty() {
            continue;
        }
        let located = Located::of(source);
        for (index, shepherd) in shepherds.iter().enumerate() {
            let place = Place::Value(Pointer::to("shepherds").index(index));
            let line = source.position(located.span_of(&place).start).line;
            let number = entry.value.number;
            add(
                shepherd,
                format!("shepherd of KEP-{number} ({prefix}{}:{line})", source.path),
            );
        }
    }
    for cycle in registry
        .kubernetes
        .iter()
        .flat_map(|entry| &entry.value.cycles)
    {
        for liaison in &cycle.liaisons {
            add(liaison, format!("liaison of Kubernetes {}", cycle.release));
        }
    }
    tasks
}

pub(super) fn releases(context: &mut Context<'_>, options: &PullReleases) -> Result<Exit> {
    let PullReleases {
        file,
        runtime,
        diff,
    } = options;
    let opened = files::open(context)?;
    let registry = &opened.loaded.registry;
    let config = &registry.config.value;
    let Some(known) = config
        .runtimes
        .iter()
        .find(|one| one.name.as_str() == runtime)
    else {
        bail!(
            "`registry.toml` has no runtime `{}`: name {} by --runtime",
            printable(runtime),
            one_of(config.runtime_names())
        );
    };
    let path = known.calendar.to_string();
    let text = files::read_text(&context.environment.directory.join(file), MAX_FILE_BYTES)?;
    let page = releases::read(&text, context.today());
    if page.minors.is_empty() {
        bail!(
            "`{}` has no table with the columns Release, Status, Start and End of Life: is it a RELEASES.md in containerd's format?",
            file.display()
        );
    }
    let calendar = match registry.runtimes.get(runtime) {
        Some(calendar) => calendar.value.clone(),
        None => RuntimeCalendar { minors: Vec::new() },
    };
    refuse_damaged(registry, &path, registry.runtimes.contains_key(runtime))?;
    let is_known = |row: &releases::ReleaseRow| calendar.minor(row.release).is_some();
    if !calendar.minors.is_empty() && !page.minors.iter().any(is_known) {
        bail!(
            "`{}` and `{path}` have no release in common: is it the page of another project than {runtime}?",
            file.display()
        );
    }
    write_misread(context, file, &page.misread)?;
    let mut notes = Vec::new();
    let schema = "../../schema/runtime-releases.schema.json";
    let edited = edit(registry, &path, schema, |document| {
        let update = releases::update(document, &calendar, &page)?;
        notes = update.kept;
        if update.older > 0 {
            let older = counted(update.older, "minor");
            notes.push(format!("{older} older than the calendar: left out"));
        }
        Some(update.changes)
    })?;
    let is_fine = write_edit(context, &opened, &path, edited, *diff)?;
    for note in notes {
        writeln!(context.log, "note: {}", printable(&note))?;
    }
    Ok(exit(is_fine && page.misread.is_empty()))
}

fn exit(is_clean: bool) -> Exit {
    if is_clean {
        Exit::Clean
    } else {
        Exit::Findings
    }
}

fn write_misread(context: &mut Context<'_>, file: &Path, misread: &[Misread]) -> Result<()> {
    let file = printable(&file.display().to_string());
    for one in misread {
        writeln!(
            context.log,
            "warning: {file}:{}",
            printable(&one.to_string())
        )?;
    }
    Ok(())
}

/// A file with mistakes is for people to mend first.
fn refuse_damaged(registry: &Registry, path: &str, is_sound: bool) -> Result<()> {
    let is_there = registry.files.iter().any(|file| *file.path == *path);
    if is_there && !is_sound {
        bail!("`{path}` has errors, and is left alone: run `kepherd check`");
    }
    Ok(())
}

/// A file of the registry before and after.
struct Edited {
    /// Absent: it is new.
    before: Option<String>,
    after: String,
    changes: Vec<KeyChange>,
}

/// Edits a file of the registry, or begins it.
fn edit(
    registry: &Registry,
    path: &str,
    schema: &str,
    change: impl FnOnce(&mut DocumentMut) -> Option<Vec<KeyChange>>,
) -> Result<Option<Edited>> {
    let source = registry.files.iter().find(|file| *file.path == *path);
    let before = source.map(|file| file.text.to_string());
    let text = before.as_deref().unwrap_or_default();
    let edited = edited(text, |document| {
        let Some(changes) = change(document) else {
            bail!(
                "`{path}` is written as a list of inline tables, and is left alone: give each entry a table, such as `[[maintainers]]` \
                 or `[[minors]]`"
            );
        };
        Ok((!changes.is_empty()).then_some(changes))
    })?;
    Ok(edited.map(|(text, changes)| Edited {
        after: match before {
            Some(_) => text,
            None => format!("#:schema {schema}\n\n{}", text.trim_start()),
        },
        before,
        changes,
    }))
}

/// Writes an edit, or only shows it, unless it would bring errors of shape: then `plan` would refuse all of the registry. Gives
/// whether it was fine.
fn write_edit(
    context: &mut Context<'_>,
    opened: &Opened,
    path: &str,
    edited: Option<Edited>,
    only_show: bool,
) -> Result<bool> {
    let Some(Edited {
        before,
        after,
        changes,
    }) = edited
    else {
        writeln!(context.out, "nothing to change in {}{path}", opened.prefix)?;
        return Ok(true);
    };
    for change in &changes {
        writeln!(context.out, "{}", printable(&change.to_string()))?;
    }
    let trial = Trial::of(&opened.loaded, context.today());
    let Brought { mut checked, .. } = trial.with([(path, after.as_str())]);
    checked.diagnostics.retain(rules::stops_apply);
    if !checked.diagnostics.is_empty() {
        findings::write_findings(context, &checked, &opened.prefix)?;
        let errors = counted(checked.diagnostics.len(), "error");
        writeln!(
            context.log,
            "error: nothing is written: the change would bring {errors}"
        )?;
        return Ok(false);
    }
    if only_show {
        let before = before.unwrap_or_default();
        let paint = context.paint();
        let prefix = files::from_repository(&opened.root, context);
        let shown = diff::unified(&prefix, path, &before, path, &after, paint);
        write!(context.out, "{shown}")?;
        return Ok(true);
    }
    match before {
        Some(before) => files::replace(&opened.root, path, &before, path, &after)?,
        None => files::create(&opened.root, path, &after)?,
    }
    writeln!(
        context.out,
        "{} in {}{path}",
        counted(changes.len(), "change"),
        opened.prefix
    )?;
    Ok(true)
}
