//! `kepherd plan`, and what `apply` has in common with it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use super::connect::{self, Connection, patience};
use super::files::Opened;
use super::{Context, Exit, block_on, files, findings, journal, lying};
use crate::cli::{Plan as PlanArgs, PlanFormat};
use crate::github::client::{Client, Cost};
use crate::render::plan_text::{self, View};
use crate::render::{json, plan_markdown};
use crate::rules;
use crate::sync::plan::Plan;
use crate::sync::reconcile::read_and_plan;
use crate::sync::remote::Read as _;
use crate::text::words::{counted, printable};

pub(super) fn run(context: &mut Context<'_>, options: &PlanArgs) -> Result<Exit> {
    let Some(opened) = sound_registry(context)? else {
        return Ok(Exit::CouldNotRun);
    };
    let registry = &opened.loaded.registry;
    let out = match &options.out {
        Some(file) => Some(outside(&context.environment.directory.join(file), &opened)?),
        None => None,
    };
    let target = &options.target;
    let asked = connect::options(target, &options.records, registry)?;
    let (plan, cost) = block_on(async {
        let sandbox = target.sandbox.as_ref();
        let (only, waits) = (asked.repository.as_ref(), patience(&target.waits));
        let connection = Connection::open_for(context, sandbox, registry, only, waits).await?;
        let client = &connection.client;
        let journal = journal::path(context, target, &opened, &connection);
        let remembered = journal::remembered(journal.as_deref(), &connection.api)?;
        let read = read_and_plan(registry, client, &asked, &remembered, options.untracked);
        let (mut plan, _) = read.await.with_context(|| connection.unread())?;
        attribute(context, &mut plan, client).await?;
        let cost = connection.client.cost();
        connection.close().await;
        Ok((plan, cost))
    })?;
    if let Some(path) = &out {
        files::write(path, &json::pretty(&plan))?;
    }
    match options.format {
        PlanFormat::Json => write!(context.out, "{}", json::pretty(&plan))?,
        PlanFormat::Markdown => write!(context.out, "{}", plan_markdown::plan(&plan))?,
        PlanFormat::Text => {
            let view = View {
                paint: context.paint(),
                write_interval: Duration::from_secs(u64::from(target.sandbox.is_none())),
                full: options.full,
            };
            write!(context.out, "{}", plan_text::plan(&plan, view))?;
            if !context.global.quiet {
                writeln!(context.log, "read with {}", shown_cost(cost))?;
            }
        }
    }
    let pending = options.exit_code && !plan.is_empty();
    if !plan.refused.is_empty() {
        return Ok(Exit::Refused);
    }
    Ok(if pending || plan.counts().needs_a_person() {
        Exit::Findings
    } else {
        Exit::Clean
    })
}

/// A place for a plan: where a registry looks it would be a file that no registry knows, and the next plan would be refused.
fn outside(path: &Path, opened: &Opened) -> Result<PathBuf> {
    let plain = files::normal(path);
    let whole = plain.ancestors().skip(1).find_map(|folder| {
        let behind = plain.strip_prefix(folder).ok()?;
        Some(folder.canonicalize().ok()?.join(behind))
    });
    let root = opened.root.canonicalize().ok();
    let below = whole
        .zip(root)
        .and_then(|(whole, root)| Some(whole.strip_prefix(root).ok()?.to_owned()));
    let first = below.as_deref().and_then(|below| below.components().next());
    if first.is_some_and(|first| lying::is_read(&first.as_os_str().to_string_lossy())) {
        bail!(
            "--out {}: a plan is no part of the registry: choose a place outside of it",
            path.display()
        );
    }
    if std::fs::symlink_metadata(path).is_ok_and(|found| !found.is_file()) {
        bail!(
            "--out {}: that is there, and no regular file",
            path.display()
        );
    }
    Ok(path.to_owned())
}

/// The registry, unless its files have errors: then the findings are shown, and there is nothing to plan from.
pub(super) fn sound_registry(context: &mut Context<'_>) -> Result<Option<Opened>> {
    let opened = files::open(context)?;
    let mut checked = rules::run(&opened.loaded, context.today(), rules::Beside::default());
    checked.diagnostics.retain(rules::stops_apply);
    if !findings::has_errors(&checked.diagnostics) {
        return Ok(Some(opened));
    }
    findings::write_findings(context, &checked, &opened.prefix)?;
    writeln!(
        context.log,
        "error: the registry has {}: nothing is planned and nothing applied until `kepherd check` passes",
        counted(checked.diagnostics.len(), "error")
    )?;
    Ok(None)
}

/// Says of each drift who caused it, and when. That is for people: without it, the plan is the same.
pub(super) async fn attribute(
    context: &mut Context<'_>,
    plan: &mut Plan,
    client: &Client,
) -> Result<()> {
    let drifted = plan.drifted();
    if drifted.is_empty() {
        return Ok(());
    }
    match client.histories(&drifted).await {
        Ok(histories) => plan.attribute(&histories),
        Err(error) => writeln!(
            context.log,
            "warning: who changed what is not known: {}",
            printable(&error.to_string())
        )?,
    }
    Ok(())
}

pub(super) fn shown_cost(cost: Cost) -> String {
    let Cost {
        queries,
        reads,
        writes,
        points,
    } = cost;
    let parts: Vec<String> = [
        (queries, "query"),
        (reads, "single read"),
        (writes, "write"),
        (points, "GraphQL point"),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, what)| counted(count, what))
    .collect();
    if parts.is_empty() {
        "no request".to_owned()
    } else {
        parts.join(", ")
    }
}
