//! `kepherd list`

use anyhow::{Result, bail};

use super::{Context, Exit, files};
use crate::cli::{List, ListFormat};
use crate::render;
use crate::rules;
use crate::text::words::{one_of, printable};
use crate::views::overview::{Filter, overview};

pub(super) fn run(context: &mut Context<'_>, options: &List) -> Result<Exit> {
    let List {
        stage,
        status,
        target,
        milestone,
        shepherd,
        sig,
        runtime,
        triage,
        finding,
        format,
    } = options;
    let opened = files::open(context)?;
    let registry = &opened.loaded.registry;
    for wanted in runtime.iter().filter_map(|wanted| wanted.runtime.as_ref()) {
        if !registry.config.value.has_runtime(wanted) {
            bail!(
                "--runtime {}: `registry.toml` has {}",
                printable(wanted),
                one_of(registry.config.value.runtime_names())
            );
        }
    }
    let checked = rules::run(&opened.loaded, context.today(), rules::Beside::default());
    let filter = Filter {
        stages: stage.clone(),
        statuses: status.clone(),
        targets: target.clone(),
        milestones: milestone.clone(),
        shepherds: shepherd.clone(),
        sigs: sig.clone(),
        runtimes: runtime.clone(),
        triages: triage.clone(),
        findings: finding.clone(),
    };
    let overview = overview(registry, &checked.diagnostics, &filter);
    let runtimes: Vec<&str> = registry.config.value.runtime_names().collect();
    let text = match format {
        ListFormat::Table => {
            render::overview::table(&overview, &runtimes, context.width(), context.paint())
        }
        ListFormat::Json => render::json::pretty(&overview),
        ListFormat::Csv => render::overview::csv(&overview, &runtimes)?,
    };
    write!(context.out, "{text}")?;
    let is_misshapen = checked.diagnostics.iter().any(rules::stops_apply);
    if is_misshapen && !context.global.quiet {
        writeln!(
            context.log,
            "note: `kepherd check` finds errors of shape: a record that cannot be read is not listed"
        )?;
    }
    Ok(Exit::Clean)
}
