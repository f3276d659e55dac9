//! `kepherd promote`

use anyhow::{Result, bail};
use toml_edit::DocumentMut;

use super::plan::sound_registry;
use super::{Context, Exit, files, findings};
use crate::cli::Promote;
use crate::findings::diagnostic::Level;
use crate::registry::edit::edited;
use crate::rules::trial::{Brought, Trial};
use crate::sources::promote::{NextAim, Promotion, promote, who_can_act};
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
    let aim = NextAim {
        stage: *stage,
        target: *target,
        on_by_default: *enabled_by_default,
    };
    let source = registry.file(entry.file);
    let path = format!("{}{}", opened.prefix, source.path);
    let today = context.today();
    let edit = |document: &mut DocumentMut| -> Result<Option<Promotion>> {
        Ok(Some(promote(registry, record, aim, today, document)?))
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
    let Brought { checked, .. } = Trial::of(&opened.loaded, today).with([(&*source.path, &*text)]);
    findings::write_findings(context, &checked, &opened.prefix)?;
    for remark in &remarks {
        writeln!(context.log, "warning: {}", printable(remark))?;
    }
    if !checked.diagnostics.is_empty() {
        writeln!(
            context.log,
            "who can act: {}",
            who_can_act(registry, record, *target)
        )?;
    }
    if findings::has_errors(&checked.diagnostics) {
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
