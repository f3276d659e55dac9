//! `kepherd apply`

use std::io::Write;
use std::time::Duration;

use anyhow::Result;
use indicatif::{ProgressBar, ProgressStyle};

use super::connect::Connection;
use super::plan::{observe, shown_cost, sound_registry};
use super::{Context, Exit, block_on};
use crate::apply::{Event, Failure, Outcome, Pace, Written, apply};
use crate::cli::Apply;
use crate::plan::Plan;
use crate::render::plan_text::{self, Paint, View};
use crate::words::{counted, printable};

pub(super) fn run(context: &mut Context<'_>, options: &Apply) -> Result<Exit> {
    let Some(registry) = sound_registry(context)? else {
        return Ok(Exit::CouldNotRun);
    };
    block_on(async {
        let connection = Connection::open(&options.target, context.environment, &registry).await?;
        let exit = reconcile(context, options, &connection, &registry).await;
        connection.close().await;
        exit
    })
}

async fn reconcile(
    context: &mut Context<'_>,
    options: &Apply,
    connection: &Connection,
    registry: &crate::registry::Registry,
) -> Result<Exit> {
    let client = &connection.client;
    let (plan, observed) = observe(registry, client, &options.target).await?;
    let interval = options
        .write_interval
        .unwrap_or_else(|| u64::from(!connection.is_sandbox()));
    let view = View {
        paint: context.paint(),
        write_interval: interval,
    };
    let counts = plan.counts();
    if !plan.refused.is_empty() {
        write!(context.out, "{}", plan_text::plan(&plan, view))?;
        writeln!(
            context.log,
            "error: nothing is applied: the plan is over a guard of registry.toml; \
             if it is what you want, raise the guard in a pull request"
        )?;
        return Ok(Exit::Refused);
    }
    write_waiting(context, &plan, view.paint)?;
    if plan.is_empty() {
        let cost = shown_cost(client.cost());
        writeln!(
            context.out,
            "nothing to do: {} in sync ({cost})",
            counted(counts.in_sync, "issue")
        )?;
        return Ok(if counts.blocked > 0 {
            Exit::Findings
        } else {
            Exit::Clean
        });
    }
    if !context.global.quiet {
        writeln!(context.log, "{}", plan_text::summary(&plan, view))?;
    }
    let mut pace = Interval {
        wait: Duration::from_secs(interval),
        first: true,
    };
    let watched = context.watched();
    let mut progress = Progress {
        bar: watched.then(|| bar(counts.writes())),
        paint: view.paint,
        out: &mut *context.out,
        result: Ok(()),
    };
    let outcome = apply(&plan, &observed, client, &mut pace, &mut |event| {
        progress.show(event)
    })
    .await;
    progress.finish()?;
    write_summary(
        context,
        &plan,
        &outcome,
        &shown_cost(client.cost()),
        view.paint,
    )?;
    let whole = outcome.failures.is_empty() && counts.blocked == 0;
    if connection.is_sandbox() && whole && !context.global.quiet {
        let next = match options.target.sandbox.as_ref().and_then(Option::as_ref) {
            Some(file) => format!("next: `kepherd plan --sandbox={}` finds nothing to do", file.display()),
            None => "next: `kepherd apply --sandbox=state.json` keeps the sandbox in a file; the same again finds nothing to do"
                .to_owned(),
        };
        writeln!(context.log, "{next}")?;
    }
    Ok(if whole { Exit::Clean } else { Exit::Findings })
}

/// What waits for a person is said first: the rest goes on without it.
fn write_waiting(context: &mut Context<'_>, plan: &Plan, paint: Paint) -> Result<()> {
    use crate::plan::Action;
    for issue in plan
        .repositories
        .iter()
        .flat_map(|repository| &repository.issues)
    {
        if let Action::Blocked(blocked) = &issue.action {
            writeln!(
                context.out,
                "{}  {}  {}: {}",
                paint.removed("left alone"),
                issue.subject,
                printable(&blocked.reason),
                printable(&blocked.remedy)
            )?;
        }
    }
    Ok(())
}

fn write_summary(
    context: &mut Context<'_>,
    plan: &Plan,
    outcome: &Outcome,
    cost: &str,
    paint: Paint,
) -> Result<()> {
    let Outcome {
        created,
        updated,
        defined,
        failures,
    } = outcome;
    let counts = plan.counts();
    let parts: Vec<String> = [
        (*created, "created"),
        (*updated, "updated"),
        (counts.in_sync, "in sync before"),
        (counts.blocked, "waiting for a person"),
        (failures.len(), "failed"),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, what)| format!("{count} {what}"))
    .collect();
    let hash = plan.hash.get(..8).unwrap_or(&plan.hash);
    let more = if *defined == 0 {
        String::new()
    } else {
        format!(" · {defined} labels and milestones created")
    };
    let line = format!("applied plan {hash}: {}{more} — {cost}", parts.join(" · "));
    writeln!(context.out, "\n{}", paint.strong(&line))?;
    if !failures.is_empty() {
        writeln!(
            context.log,
            "what failed is in the next plan: mend its cause, and run `kepherd apply` again"
        )?;
    }
    Ok(())
}

/// Waits between two writes.
struct Interval {
    wait: Duration,
    first: bool,
}

impl Pace for Interval {
    async fn before_write(&mut self) {
        if !self.first && !self.wait.is_zero() {
            tokio::time::sleep(self.wait).await;
        }
        self.first = false;
    }
}

/// A bar on a terminal; lines everywhere.
struct Progress<'a> {
    bar: Option<ProgressBar>,
    paint: Paint,
    out: &'a mut dyn Write,
    result: std::io::Result<()>,
}

impl Progress<'_> {
    fn show(&mut self, event: &Event) {
        let line = match event {
            Event::Writing(what) => {
                if let Some(bar) = &self.bar {
                    bar.set_message(printable(what));
                }
                return;
            }
            Event::Defined { repository, what } => {
                format!(
                    "{}  {}  in {repository}",
                    self.paint.added("created"),
                    printable(what)
                )
            }
            Event::Wrote(Written {
                subject,
                name,
                number,
                url,
                created,
            }) => {
                let word = if *created {
                    self.paint.added("created")
                } else {
                    self.paint.added("updated")
                };
                format!(
                    "{word}  #{number}  {subject}  {}  {}",
                    printable(name),
                    self.paint.quiet(url)
                )
            }
            Event::Failed(Failure { what, why }) => {
                format!(
                    "{}   {}  {}",
                    self.paint.removed("failed"),
                    printable(what),
                    printable(why)
                )
            }
        };
        let written = match &self.bar {
            Some(bar) => {
                bar.inc(1);
                bar.suspend(|| writeln!(self.out, "{line}"))
            }
            None => writeln!(self.out, "{line}"),
        };
        // A closed pipe must not stop the writes half-way; it is reported at the end.
        if self.result.is_ok() {
            self.result = written;
        }
    }

    fn finish(self) -> std::io::Result<()> {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
        self.result
    }
}

fn bar(writes: usize) -> ProgressBar {
    let bar = ProgressBar::new(writes as u64);
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len}  {wide_msg}  {eta} left")
    {
        bar.set_style(style);
    }
    bar
}
