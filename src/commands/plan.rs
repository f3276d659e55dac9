//! `kepherd plan`, and what `apply` has in common with it.

use anyhow::Result;

use super::connect::{self, Connection};
use super::{Context, Exit, block_on, check, files};
use crate::cli::{Format, Plan as PlanArgs, Target};
use crate::desired::{Desired, desired};
use crate::github::client::{Client, Cost};
use crate::github::{Read, Wanted};
use crate::observed::Observed;
use crate::plan::{Counts, Plan, plan};
use crate::registry::Registry;
use crate::render::json;
use crate::render::plan_text::{self, View};
use crate::rules;
use crate::words::counted;

pub(super) fn run(context: &mut Context<'_>, options: &PlanArgs) -> Result<Exit> {
    let Some(registry) = sound_registry(context)? else {
        return Ok(Exit::CouldNotRun);
    };
    let (plan, cost) = block_on(async {
        let connection = Connection::open(&options.target, context.environment, &registry).await?;
        let (plan, _) = observe(&registry, &connection.client, &options.target).await?;
        let cost = connection.client.cost();
        connection.close().await;
        Ok((plan, cost))
    })?;
    match options.format {
        Format::Json => write!(context.out, "{}", json::pretty(&plan))?,
        Format::Text => {
            let view = View {
                paint: context.paint(),
                write_interval: u64::from(options.target.sandbox.is_none()),
            };
            write!(context.out, "{}", plan_text::plan(&plan, view))?;
            if !context.global.quiet {
                writeln!(context.log, "read with {}", shown_cost(cost))?;
            }
        }
    }
    let Counts { blocked, .. } = plan.counts();
    let pending = options.exit_code && !plan.is_empty();
    if !plan.refused.is_empty() {
        return Ok(Exit::Refused);
    }
    Ok(if pending || blocked > 0 {
        Exit::Findings
    } else {
        Exit::Clean
    })
}

/// The registry, unless its files have errors: then the findings are shown, and there is nothing to plan from.
pub(super) fn sound_registry(context: &mut Context<'_>) -> Result<Option<Registry>> {
    let opened = files::open(context)?;
    let mut checked = rules::run(&opened.loaded, context.today(), None);
    checked.diagnostics.retain(rules::stops_apply);
    if !check::has_errors(&checked.diagnostics) {
        return Ok(Some(opened.loaded.registry));
    }
    check::write_findings(context, &checked, &opened.prefix)?;
    writeln!(
        context.log,
        "error: the registry has {}: nothing is planned and nothing applied until `kepherd check` passes",
        counted(checked.diagnostics.len(), "error")
    )?;
    Ok(None)
}

/// Reads GitHub and plans.
pub(super) async fn observe(
    registry: &Registry,
    client: &Client,
    target: &Target,
) -> Result<(Plan, Observed)> {
    let options = connect::options(target, registry)?;
    let desired: Desired = desired(registry);
    let observed = client.observe(&Wanted::of(&desired)).await?;
    let plan = plan(&desired, &observed, &options);
    Ok((plan, observed))
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
        (points, "point"),
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
