//! `kepherd apply`

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use indicatif::ProgressBar;
use serde::Deserialize;

use super::connect::{self, Connection};
use super::files::{self, Opened};
use super::journal::{self, Journal};
use super::plan::{shown_cost, sound_registry};
use super::progress::bar;
use super::{Context, Exit, block_on};
use crate::cli::Apply;
use crate::github::budget::Budget;
use crate::github::patience::Patience;
use crate::render::outcome;
use crate::render::plan_text::{self, View};
use crate::sync::apply::{Event, Outcome, Told, apply};
use crate::sync::observed::{Access, Observed};
use crate::sync::plan::{self, Action, Plan};
use crate::sync::reconcile::read_and_plan;
use crate::terms::Subject;
use crate::text::paint::Paint;
use crate::text::words::{duration, printable};

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
        let interval = between_writes(options);
        let patience = Patience {
            interval,
            stop: connect::stop_on_ctrl_c("stopping after the write that is under way"),
            ..connect::patience(&options.target.waits)
        };
        let connection = Connection::open(context, sandbox, registry, patience).await?;
        let exit = reconcile(context, options, &connection, &opened, saved.as_ref()).await;
        connection.close().await;
        if let Err(error) = &exit {
            append_step_summary(context, &outcome::markdown_of_error(&format!("{error:#}")))?;
        }
        exit
    })
}

/// The pause that GitHub asks for, unless somebody wants another one; a sandbox asks for none.
fn between_writes(options: &Apply) -> Duration {
    let usual = u64::from(options.target.sandbox.is_none());
    Duration::from_secs(options.write_interval.unwrap_or(usual))
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
    let journal = journal::path(context, &options.target, opened, connection);
    let (mut journal, remembered) = Journal::open(journal.as_deref(), &connection.api)?;
    let read = read_and_plan(registry, client, &asked, &remembered, false).await;
    let (plan, observed) = read.with_context(|| connection.unread())?;
    let view = View {
        paint: context.paint(),
        write_interval: between_writes(options),
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
        let why = "nothing is applied: it is over a guard";
        append_step_summary(context, &outcome::markdown_of_nothing(&plan, why))?;
        return Ok(Exit::Refused);
    }
    write_waiting(context, &plan, view.paint)?;
    let clear = journal::clear(&plan, &observed, &remembered);
    for (subject, number) in journal::found(&clear) {
        writeln!(
            context.out,
            "{}  #{number}  {subject}: an earlier run created it, and did not hear of it",
            view.paint.added("found")
        )?;
    }
    if plan.is_empty() {
        if !clear.is_empty() {
            journal.begin(&connection.api, &observed.viewer, &plan, clear)?;
            journal.end(&Outcome::default());
        }
        let cost = shown_cost(client.cost());
        let figures = plan_text::figures(counts);
        writeln!(context.out, "nothing to do: {figures} ({cost})")?;
        append_step_summary(
            context,
            &outcome::markdown_of_nothing(&plan, "nothing to do"),
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
        writeln!(context.log, "{}", rights(&plan, &observed))?;
    }
    journal.begin(&connection.api, &observed.viewer, &plan, clear)?;
    let watched = context.watched();
    let mut progress = Progress {
        bar: watched.then(|| bar(counts.writes())),
        paint: view.paint,
        links: !connection.is_sandbox(),
        left: Left {
            interval: between_writes(options),
            creations: counts.creations(),
            writes: counts.writes(),
        },
        out: &mut *context.out,
        events: Vec::new(),
        result: Ok(()),
    };
    let told = Told {
        people: &mut |event| progress.show(event),
        journal: &mut |event| journal.append(event),
    };
    let outcome = apply(&plan, &observed, &remembered, client, told).await;
    let (events, shown) = progress.finish();
    let created = created(&events);
    // First of all: what is not written down now has to be found again by its marker.
    let written = write_back(context, options, opened, &plan, &created);
    journal.end(&outcome);
    let cost = shown_cost(client.cost());
    let writes = client.cost().writes;
    let summary = outcome::markdown(&plan, &outcome, &events, &cost, writes);
    append_step_summary(context, &summary)?;
    // What was written to GitHub is written, whether it can be told or not.
    let line = outcome::line(&plan, &outcome, &cost, writes);
    let told = shown.and_then(|()| writeln!(context.out, "\n{}", view.paint.strong(&line)));
    if let Err(error) = &told {
        writeln!(
            context.log,
            "{line}\nerror: what was done cannot be shown: {error}"
        )?;
    }
    let written = match written {
        Ok(written) => written && told.is_ok(),
        Err(error) => {
            writeln!(context.log, "error: {error:#}")?;
            false
        }
    };
    if let Some(next) = outcome::next(&outcome) {
        writeln!(context.log, "{next}")?;
    }
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

/// Who writes, and what that identity may do where the plan writes: said before the first write.
fn rights(plan: &Plan, observed: &Observed) -> String {
    let written = plan
        .repositories
        .iter()
        .filter(|repository| repository.writes() > 0);
    let places: Vec<String> = written
        .map(|repository| {
            let name = &repository.repository;
            let seen = observed.repositories.get(name);
            match seen.map(|seen| &seen.access) {
                Some(Access::Writes) => format!("may write the issues of {name}"),
                Some(Access::Triages) => {
                    format!("may triage the issues of {name}, and create no labels or milestones")
                }
                Some(Access::Reads(_)) => format!("may NOT write the issues of {name}"),
                Some(Access::Unknown) | None => {
                    format!("whether it may write the issues of {name} is not known")
                }
            }
        })
        .collect();
    format!("as {}: {}", printable(&observed.viewer), places.join(", "))
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
    let why = "nothing is applied: the saved plan is stale, and this is what would be done now";
    append_step_summary(context, &outcome::markdown_of_nothing(now, why))?;
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

/// Appends to the summary of a job of GitHub Actions, if this is one:
/// <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#adding-a-job-summary>.
fn append_step_summary(context: &mut Context<'_>, markdown: &str) -> Result<()> {
    let Some(file) = &context.environment.step_summary else {
        return Ok(());
    };
    // A pipe would wait for its reader.
    let is_pipe = std::fs::metadata(file).is_ok_and(|found| !found.is_file() && !found.is_dir());
    let append = |file| OpenOptions::new().create(true).append(true).open(file);
    let appended = match is_pipe {
        true => Err(std::io::Error::other("it is no regular file")),
        false => append(file).and_then(|mut file| file.write_all(markdown.as_bytes())),
    };
    // What was written to GitHub is written; that the summary lacks it is no failure of the run.
    if let Err(error) = appended {
        writeln!(
            context.log,
            "warning: GITHUB_STEP_SUMMARY cannot be written: {error}"
        )?;
    }
    Ok(())
}

/// The issues that were created.
fn created(events: &[Event]) -> Vec<(Subject, u64)> {
    let new = events.iter().filter_map(|event| match event {
        Event::Wrote(written) if written.created => Some((written.subject.clone(), written.number)),
        _ => None,
    });
    new.collect()
}

/// How long the rest takes.
struct Left {
    interval: Duration,
    creations: usize,
    writes: usize,
}

impl Left {
    /// After so many writes; those that create come first.
    fn after(&self, done: u64) -> String {
        let done = usize::try_from(done).unwrap_or(usize::MAX);
        let left = self.writes.saturating_sub(done);
        let creations = self.creations.saturating_sub(done).min(left);
        let budget = Budget::new(self.interval);
        let began = jiff::Timestamp::UNIX_EPOCH;
        duration(budget.estimate(began, creations, left - creations))
    }
}

/// A bar on a terminal; lines everywhere.
struct Progress<'a> {
    bar: Option<ProgressBar>,
    paint: Paint,
    /// Whether addresses lead anywhere.
    links: bool,
    out: &'a mut dyn Write,
    left: Left,
    /// What happened so far.
    events: Vec<Event>,
    result: std::io::Result<()>,
}

impl Progress<'_> {
    fn show(&mut self, event: &Event) {
        if let (Event::Writing(what), Some(bar)) = (event, &self.bar) {
            // Of an issue, what it is about; its record's path is long.
            let what = what.split(" (").next().unwrap_or_default();
            bar.set_message(format!(
                "{} left  {}",
                self.left.after(bar.position()),
                printable(what)
            ));
        }
        let Some(line) = outcome::event(event, self.paint, self.links) else {
            return;
        };
        self.events.push(event.clone());
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

    /// What happened, and whether all of it could be shown.
    fn finish(self) -> (Vec<Event>, std::io::Result<()>) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
        (self.events, self.result)
    }
}
