//! `kepherd apply`

use std::collections::VecDeque;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Deserialize;

use super::connect::{self, Connection};
use super::files::{self, Opened};
use super::plan::{shown_cost, sound_registry};
use super::{Context, Exit, block_on};
use crate::apply::{Event, Failure, Outcome, Pace, WriteKind, Written, apply};
use crate::cli::Apply;
use crate::desired::Subject;
use crate::github::patience::Patience;
use crate::plan::{self, Action, Plan};
use crate::reconcile::read_and_plan;
use crate::render::plan_text::{self, Paint, View};
use crate::words::{counted, printable};

/// A plan of a thousand new issues has a tenth of this.
const MAX_PLAN_BYTES: u64 = 64 << 20;

pub(super) fn run(context: &mut Context<'_>, options: &Apply) -> Result<Exit> {
    let Some(opened) = sound_registry(context)? else {
        return Ok(Exit::CouldNotRun);
    };
    let saved = match &options.plan {
        Some(file) => Some(saved_plan(&context.environment.directory.join(file))?),
        None => None,
    };
    block_on(async {
        let sandbox = options.target.sandbox.as_ref();
        let registry = &opened.loaded.registry;
        let patience = Patience {
            max_wait: Duration::from_secs(options.max_wait),
            // Whoever wants no pause between writes wants none between tries either.
            first: Duration::from_secs(seconds_between_writes(options)),
            ..Patience::default()
        };
        let connection = Connection::open(sandbox, context.environment, registry, patience).await?;
        let exit = reconcile(context, options, &connection, &opened, saved.as_ref()).await;
        connection.close().await;
        exit
    })
}

/// The pause that GitHub asks for, unless somebody wants another one; a sandbox asks for none.
fn seconds_between_writes(options: &Apply) -> u64 {
    let usual = u64::from(options.target.sandbox.is_none());
    options.write_interval.unwrap_or(usual)
}

/// Reads a plan that `kepherd plan --out` wrote.
fn saved_plan(path: &Path) -> Result<Plan> {
    let shown = path.display();
    let text = files::read_text(path, MAX_PLAN_BYTES)?;
    let version: Versioned = serde_json::from_str(&text)
        .with_context(|| format!("`{shown}` is not a plan of `kepherd plan --out`"))?;
    if version.version != plan::VERSION {
        bail!(
            "`{shown}` is a plan of version {}, and this kepherd knows version {}: plan again",
            version.version,
            plan::VERSION
        );
    }
    let plan: Plan = serde_json::from_str(&text)
        .with_context(|| format!("`{shown}` is not a plan of `kepherd plan --out`"))?;
    if !plan.is_whole() {
        bail!("`{shown}` was edited: it does not carry the hash of what it says; plan again");
    }
    Ok(plan)
}

#[derive(Deserialize)]
struct Versioned {
    version: u32,
}

async fn reconcile(
    context: &mut Context<'_>,
    options: &Apply,
    connection: &Connection,
    opened: &Opened,
    saved: Option<&Plan>,
) -> Result<Exit> {
    let registry = &opened.loaded.registry;
    let client = &connection.client;
    let asked = match saved {
        Some(saved) => saved.options.clone(),
        None => connect::options(&options.target, registry)?,
    };
    let (plan, observed) = read_and_plan(registry, client, &asked, false).await?;
    let interval = seconds_between_writes(options);
    let view = View {
        paint: context.paint(),
        write_interval: interval,
        full: false,
    };
    if let Some(saved) = saved
        && saved.hash != plan.hash
    {
        return refuse_stale(context, saved, &plan);
    }
    let counts = plan.counts();
    if !plan.refused.is_empty() && !is_overridden(&plan, options)? {
        write!(context.out, "{}", plan_text::plan(&plan, view))?;
        writeln!(
            context.log,
            "error: nothing is applied: the plan is over a guard of registry.toml; \
             if it is what you want, raise the guard, or pass `--override-guards {}`",
            plan.short_hash()
        )?;
        return Ok(Exit::Refused);
    }
    write_waiting(context, &plan, view.paint)?;
    if plan.is_empty() {
        let cost = shown_cost(client.cost());
        writeln!(
            context.out,
            "nothing to do: {} ({cost})",
            plan_text::figures(counts)
        )?;
        let written = write_back(context, options, opened, &plan, &[])?;
        return Ok(if counts.needs_a_person() || !written {
            Exit::Findings
        } else {
            Exit::Clean
        });
    }
    if !context.global.quiet {
        writeln!(context.log, "{}", plan_text::summary(&plan, view))?;
    }
    let mut pace = Interval::new(Duration::from_secs(interval));
    let watched = context.watched();
    let mut progress = Progress {
        bar: watched.then(|| bar(counts.writes())),
        paint: view.paint,
        out: &mut *context.out,
        created: Vec::new(),
        result: Ok(()),
    };
    let outcome = apply(&plan, &observed, client, &mut pace, &mut |event| {
        progress.show(event)
    })
    .await;
    let (created, shown) = progress.finish();
    // First of all: what is not written down now has to be found again by its marker.
    let written = write_back(context, options, opened, &plan, &created)?;
    shown?;
    write_summary(
        context,
        &plan,
        &outcome,
        &shown_cost(client.cost()),
        view.paint,
    )?;
    if !created.is_empty() && !options.write_back && !connection.is_sandbox() {
        writeln!(
            context.log,
            "{} no issue yet: `kepherd apply --write-back` writes the numbers down",
            match created.len() {
                1 => "1 record names".to_owned(),
                count => format!("{count} records name"),
            }
        )?;
    }
    let whole =
        outcome.failures.is_empty() && outcome.stopped.is_none() && !counts.needs_a_person();
    let everything = plan.options.repository.is_none();
    if connection.is_sandbox() && whole && everything && !context.global.quiet {
        let next = match options.target.sandbox.as_ref().and_then(Option::as_ref) {
            Some(file) => format!("next: `kepherd plan --sandbox={}` finds nothing to do", file.display()),
            None => "next: `kepherd apply --sandbox=state.json` keeps the sandbox in a file; the same again finds nothing to do"
                .to_owned(),
        };
        writeln!(context.log, "{next}")?;
    }
    Ok(if whole && written {
        Exit::Clean
    } else {
        Exit::Findings
    })
}

/// Whether somebody has named this plan as one that may go over a guard.
fn is_overridden(plan: &Plan, options: &Apply) -> Result<bool> {
    match &options.override_guards {
        None => Ok(false),
        Some(hash) if plan.is_named(hash) => Ok(true),
        Some(hash) => bail!(
            "--override-guards {}: that is not this plan, which is {}; look at it, and name it by at least 8 digits",
            printable(hash),
            plan.short_hash()
        ),
    }
}

/// Says why a saved plan is not what would be done now.
fn refuse_stale(context: &mut Context<'_>, saved: &Plan, now: &Plan) -> Result<Exit> {
    writeln!(
        context.log,
        "error: nothing is applied: plan {} is stale, what would be done now is plan {}",
        saved.short_hash(),
        now.short_hash()
    )?;
    if saved.registry != now.registry {
        writeln!(context.log, "  the registry was changed since")?;
    }
    for difference in saved.differences(now) {
        writeln!(context.log, "  {}", printable(&difference))?;
    }
    writeln!(context.log, "plan again: `kepherd plan --out FILE`")?;
    Ok(Exit::Refused)
}

/// Writes numbers back if that is asked for. Gives whether all that had to be written was.
fn write_back(
    context: &mut Context<'_>,
    options: &Apply,
    opened: &Opened,
    plan: &Plan,
    created: &[(Subject, u64)],
) -> Result<bool> {
    if !options.write_back {
        return Ok(true);
    }
    super::write_back::run(context, opened, plan, created)
}

/// What waits for a person is said first: the rest goes on without it.
fn write_waiting(context: &mut Context<'_>, plan: &Plan, paint: Paint) -> Result<()> {
    for repository in &plan.repositories {
        if let Some(problem) = &repository.problem {
            let (word, name) = (paint.removed("not read"), &repository.repository);
            writeln!(context.out, "{word}  {name}: {}", printable(problem))?;
        }
    }
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
        announced,
        labelled,
        failures,
        stopped,
    } = outcome;
    let counts = plan.counts();
    let parts = plan_text::some_of(&[
        (*created, "created"),
        (*updated, "updated"),
        (counts.drifted, "drifted and left"),
        (counts.in_sync, "in sync before"),
        (counts.blocked, "waiting for a person"),
        (failures.len(), "failed"),
    ]);
    let others: String = [
        (*labelled, "pull request", " labelled"),
        (*announced, "announcement", " posted"),
        (counts.unread, "repository", " not read"),
        (counts.notices, "notice", ": see `kepherd plan`"),
    ]
    .into_iter()
    .filter(|(count, ..)| *count > 0)
    .map(|(count, what, more)| format!(" · {}{more}", counted(count, what)))
    .collect();
    let definitions = match *defined {
        0 => String::new(),
        1 => " · 1 label or milestone created".to_owned(),
        count => format!(" · {count} labels and milestones created"),
    };
    let hash = plan.short_hash();
    let line = format!(
        "applied plan {hash}: {}{definitions}{others} — {cost}",
        parts.join(" · ")
    );
    writeln!(context.out, "\n{}", paint.strong(&line))?;
    if let Some(why) = stopped {
        writeln!(
            context.log,
            "stopped: {}; what is left is in the next plan: run `kepherd apply` again",
            printable(why)
        )?;
    } else if !failures.is_empty() {
        writeln!(
            context.log,
            "what failed is in the next plan: mend its cause, and run `kepherd apply` again"
        )?;
    }
    Ok(())
}

/// GitHub's limit on creations: <https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api>.
const CREATIONS_AN_HOUR: usize = 500;

/// Waits between two writes, keeps creations below GitHub's limit, and stops where somebody asks for it.
struct Interval {
    wait: Duration,
    first: bool,
    created: VecDeque<Instant>,
    interrupted: Arc<AtomicBool>,
}

impl Interval {
    /// With a pause; Ctrl-C ends the run between two writes, and a second one ends it at once.
    fn new(wait: Duration) -> Self {
        let interrupted = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&interrupted);
        tokio::spawn(async move {
            while tokio::signal::ctrl_c().await.is_ok() {
                if flag.swap(true, Ordering::Relaxed) {
                    std::process::exit(130);
                }
                tracing::warn!(
                    "stopping after the write that is under way; once more stops at once"
                );
            }
        });
        Self {
            wait,
            first: true,
            created: VecDeque::new(),
            interrupted,
        }
    }

    /// How long a creation has to wait for the hour before it.
    fn until_a_creation_is_free(&mut self) -> Duration {
        const HOUR: Duration = Duration::from_secs(3600);
        while self
            .created
            .front()
            .is_some_and(|then| then.elapsed() >= HOUR)
        {
            self.created.pop_front();
        }
        match self.created.front() {
            Some(oldest) if self.created.len() >= CREATIONS_AN_HOUR => {
                HOUR.saturating_sub(oldest.elapsed())
            }
            _ => Duration::ZERO,
        }
    }

    fn is_interrupted(&self) -> bool {
        self.interrupted.load(Ordering::Relaxed)
    }

    /// Waits in small steps, so that Ctrl-C is heard.
    async fn pause(&self, wait: Duration) {
        const STEP: Duration = Duration::from_millis(200);
        let until = Instant::now() + wait;
        while !self.is_interrupted() && Instant::now() < until {
            tokio::time::sleep(STEP.min(until.saturating_duration_since(Instant::now()))).await;
        }
    }
}

impl Pace for Interval {
    async fn before_write(&mut self, kind: WriteKind) -> bool {
        if !self.first && !self.wait.is_zero() {
            self.pause(self.wait).await;
        }
        self.first = false;
        if kind == WriteKind::Creation {
            let wait = self.until_a_creation_is_free();
            if !wait.is_zero() {
                let minutes = wait.as_secs().div_ceil(60);
                tracing::warn!(
                    "{CREATIONS_AN_HOUR} issues and comments in an hour are GitHub's limit: waiting {minutes} min"
                );
                self.pause(wait).await;
            }
            self.created.push_back(Instant::now());
        }
        !self.is_interrupted()
    }
}

/// A bar on a terminal; lines everywhere.
struct Progress<'a> {
    bar: Option<ProgressBar>,
    paint: Paint,
    out: &'a mut dyn Write,
    created: Vec<(Subject, u64)>,
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
                if *created {
                    self.created.push((subject.clone(), *number));
                }
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
            Event::Announced { subject, number } => {
                format!("{}  #{number}  {subject}", self.paint.added("announced"))
            }
            Event::Labelled { repository, number } => format!(
                "{}  {repository}#{number}, a pull request",
                self.paint.added("labelled")
            ),
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

    /// The issues that were created, and whether all of it could be shown.
    fn finish(self) -> (Vec<(Subject, u64)>, std::io::Result<()>) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
        (self.created, self.result)
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
