//! `kepherd promote`

use anyhow::{Result, bail};
use toml_edit::DocumentMut;

use super::plan::sound_registry;
use super::{Context, Exit, check, files};
use crate::cli::Promote;
use crate::findings::diagnostic::Level;
use crate::findings::sources::Revision;
use crate::registry::Registry;
use crate::registry::edit::edited;
use crate::registry::kep::KepRecord;
use crate::registry::load::{load, load_as};
use crate::rules;
use crate::sources::promote::{Aim, Promotion, promote};
use crate::terms::{Handle, Release};
use crate::text::diff;
use crate::text::words::{counted, printable};

pub(super) fn run(context: &mut Context<'_>, options: &Promote) -> Result<Exit> {
    let Some(opened) = sound_registry(context)? else {
        return Ok(Exit::CouldNotRun);
    };
    let Promote {
        number,
        stage,
        target,
        enabled_by_default,
        diff,
    } = options;
    let registry = &opened.loaded.registry;
    let Some(entry) = registry.kep(*number) else {
        bail!("the registry has no record of KEP-{number}: `kepherd new kep {number}` makes one");
    };
    let record = &entry.value;
    if !record.status.is_live() {
        bail!(
            "KEP-{number} is {}: it has no next stage",
            record.status.written()
        );
    }
    let aim = Aim {
        stage: *stage,
        target: *target,
        on_by_default: *enabled_by_default,
    };
    let shipped = registry
        .kubernetes
        .as_ref()
        .is_some_and(|calendar| calendar.value.shipped_by(*target, context.today()));
    if shipped {
        bail!(
            "Kubernetes {target} has shipped: nothing can aim at it any more; what was reached in it goes into `reached`"
        );
    }
    let source = registry.file(entry.file);
    let path = format!("{}{}", opened.prefix, source.path);
    let today = context.today();
    let edit = |document: &mut DocumentMut| {
        anyhow::Ok(Some(promote(registry, record, aim, today, document)))
    };
    let Some((text, Promotion { edits, remarks })) = edited(&source.text, edit)? else {
        return Ok(Exit::Clean);
    };
    if edits.is_empty() {
        writeln!(
            context.out,
            "nothing to change: KEP-{number} aims at {} in {target} already",
            aim.stage.written()
        )?;
        return Ok(Exit::Clean);
    }
    let checked = judged(context, registry, &source.path, &text);
    check::write_findings(context, &checked, &opened.prefix)?;
    for remark in &remarks {
        writeln!(context.log, "warning: {}", printable(remark))?;
    }
    if !checked.diagnostics.is_empty() {
        writeln!(
            context.log,
            "who can act: {}",
            who(registry, record, *target)
        )?;
    }
    if check::has_errors(&checked.diagnostics) {
        let errors = checked
            .diagnostics
            .iter()
            .filter(|one| one.level == Level::Error)
            .count();
        let errors = counted(errors, "error");
        writeln!(
            context.log,
            "error: nothing is written: the change would bring {errors}"
        )?;
        return Ok(Exit::Findings);
    }
    if *diff {
        let prefix = files::from_repository(&opened.root, context);
        let shown = diff::unified(
            &prefix,
            &source.path,
            &source.text,
            &source.path,
            &text,
            context.paint(),
        );
        write!(context.out, "{shown}")?;
        return Ok(Exit::Clean);
    }
    // What was judged is what is written.
    files::replace(
        &opened.root,
        &source.path,
        &source.text,
        &source.path,
        &text,
    )?;
    for edit in &edits {
        writeln!(
            context.out,
            "promoted  KEP-{number}  {path}  {}",
            printable(edit)
        )?;
    }
    Ok(Exit::Clean)
}

/// What the change brings: findings that were not there before it, in this record or as errors elsewhere.
fn judged(context: &Context<'_>, registry: &Registry, path: &str, text: &str) -> rules::Checked {
    let head = load(check::with_texts(registry, [(path, text)]));
    let base = load_as(Revision::Base, check::with_texts(registry, []));
    let mut checked = rules::run(&head, context.today(), rules::Beside::base(&base));
    checked.diagnostics.retain(|one| !one.known);
    checked
}

/// Who can do something about a record.
fn who(registry: &Registry, record: &KepRecord, target: Release) -> String {
    let cycle = registry
        .kubernetes
        .as_ref()
        .and_then(|calendar| calendar.value.cycle(target));
    let liaisons: &[Handle] = cycle.map_or(&[], |cycle| &cycle.liaisons);
    let groups = [
        ("its shepherds", record.shepherds.as_slice()),
        ("the liaisons of the cycle", liaisons),
        ("its owners upstream", record.owners.as_slice()),
    ];
    let named = groups.into_iter().map(|(who, handles)| {
        let handles: Vec<String> = handles.iter().map(ToString::to_string).collect();
        match handles.is_empty() {
            true => format!("{who} (none recorded)"),
            false => format!("{who} ({})", handles.join(", ")),
        }
    });
    named.collect::<Vec<_>>().join(", ")
}
