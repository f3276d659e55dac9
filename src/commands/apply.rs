//! `kepherd apply`

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;

use super::connect::{self, Connection};
use super::files::{self, Opened};
use super::journal::{self, Journal};
use super::plan::{shown_cost, sound_registry};
use super::progress::{Left, Progress};
use super::{Context, Exit, block_on, records, step_summary};
use crate::cli::{Apply, Target};
use crate::github::patience::Patience;
use crate::render::outcome;
use crate::render::plan_text::{self, View};
use crate::sync::apply::{Event, Outcome, Told, apply};
use crate::sync::journal::Event as Journaled;
use crate::sync::observed::{Access, Observed};
use crate::sync::plan::{self, Action, Plan};
use crate::sync::reconcile::{plan_without_creations, read_and_plan};
use crate::sync::remembered::Remembered;
use crate::terms::Subject;
use crate::text::paint::Paint;
use crate::text::words::printable;

/// A plan of a thousand new issues has a tenth of this.
const MAX_PLAN_BYTES: u64 = 64 << 20;

pub(super) fn run(context: &mut Context<'_>, options: &Apply) -> Result<Exit> {
    let Some(opened) = sound_registry(context)? else {
        return Ok(Exit::CouldNotRun);
    };
    let saved = match plan_file(context, options, &opened)? {
        Some(file) => {
            let saved = saved_plan(&context.environment.directory.join(file));
            // `--sandbox` takes its file only behind `=`; a plan and a bare `--sandbox` are rare together.
            let is_bare = matches!(options.target.sandbox, Some(None));
            let saved = saved.map_err(|error| match is_bare {
                true => error.context(format!(
                    "`{0}` is taken for a plan; to keep the sandbox's state in it, write `--sandbox={0}`",
                    printable(file)
                )),
                false => error,
            });
            Some(saved?)
        }
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
        let of_plan = saved
            .as_ref()
            .and_then(|plan| plan.options.repository.as_ref());
        let only = options.target.repository.as_ref().or(of_plan);
        let connection = Connection::open_for(context, sandbox, registry, only, patience).await?;
        let exit = reconcile(context, options, &connection, &opened, saved.as_ref()).await;
        connection.close().await;
        if let Err(error) = &exit {
            step_summary::append(context, &outcome::markdown_of_error(&format!("{error:#}")))?;
        }
        exit
    })
}

/// The pause that GitHub asks for, unless somebody wants another one; a sandbox asks for none.
fn between_writes(options: &Apply) -> Duration {
    let usual = u64::from(options.target.sandbox.is_none());
    Duration::from_secs(options.write_interval.unwrap_or(usual))
}

/// The saved plan that somebody means: one word that names no record.
fn plan_file<'a>(
    context: &Context<'_>,
    options: &'a Apply,
    opened: &Opened,
) -> Result<Option<&'a str>> {
    let [only] = options.what.as_slice() else {
        return Ok(None);
    };
    if records::find(&opened.loaded.registry, only).is_some() {
        return Ok(None);
    }
    let Target {
        create,
        claim,
        only: like,
        repository,
        ..
    } = &options.target;
    let is_asked = !create.is_empty() || !claim.is_empty() || !like.is_empty();
    if is_asked || repository.is_some() {
        bail!(
            "`{}` names no record, and a saved plan has its options in it: leave --create, --claim, --only and --repository out",
            printable(only)
        );
    }
    // Without a dot or a folder it looks like a record, and a plan of that name would be there.
    let is_word = !only.contains(['.', '/', '\\']);
    if is_word && !context.environment.directory.join(only).exists() {
        bail!(
            "the registry has no record of `{}`, and there is no plan of that name",
            printable(only)
        );
    }
    Ok(Some(only))
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

/// Reads, plans, and carries the plan out, unless something refuses it.
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
        None => connect::options(&options.target, &options.what, registry)?,
    };
    let journal = journal::path(context, &options.target, opened, connection);
    let (journal, remembered) = Journal::open(journal.as_deref(), &connection.api)?;
    let read = read_and_plan(registry, client, &asked, &remembered, false).await;
    let (plan, observed) = read.with_context(|| connection.unread())?;
    let mut run = Run {
        options,
        connection,
        opened,
        plan,
        observed,
        remembered,
        journal,
    };
    let is_held =
        saved.is_none() && run.plan.creates_too_many() && !is_overridden(&run.plan, run.options)?;
    if is_held {
        for refusal in &run.plan.refused {
            writeln!(
                context.log,
                "error: {refusal}: none is created, and the rest goes on; apply some records at a time, by their numbers, or pass \
                 `--override-guards {}`",
                run.plan.short_hash()
            )?;
        }
        run.plan = plan_without_creations(registry, client, &asked, &run.remembered, &run.observed);
    }
    if let Some(refused) = run.refused(context, saved)? {
        return Ok(refused);
    }
    write_waiting(context, &run.plan, context.paint())?;
    let clear = journal::clear(&run.plan, &run.observed, &run.remembered);
    for (subject, number) in journal::found(&clear) {
        writeln!(
            context.out,
            "{}  #{number}  {subject}: an earlier run created it, and did not hear of it",
            context.paint().added("found")
        )?;
    }
    let exit = match run.plan.is_empty() {
        true => run.nothing_to_do(context, clear)?,
        false => run.carry_out(context, clear).await?,
    };
    Ok(if is_held { Exit::Refused } else { exit })
}

/// A plan of the moment, and what it is carried out with.
struct Run<'a> {
    options: &'a Apply,
    connection: &'a Connection,
    opened: &'a Opened,
    plan: Plan,
    observed: Observed,
    remembered: Remembered,
    journal: Journal,
}

impl Run<'_> {
    fn view(&self, context: &Context<'_>) -> View {
        View {
            paint: context.paint(),
            write_interval: between_writes(self.options),
            full: false,
        }
    }

    /// How the command ends if the plan is not carried out: a saved one that is stale, or one that is over a guard.
    fn refused(&self, context: &mut Context<'_>, saved: Option<&Plan>) -> Result<Option<Exit>> {
        let plan = &self.plan;
        if let Some(saved) = saved
            && saved.hash != plan.hash
        {
            return refuse_stale(context, saved, plan).map(Some);
        }
        if plan.refused.is_empty() || is_overridden(plan, self.options)? {
            return Ok(None);
        }
        write!(context.out, "{}", plan_text::plan(plan, self.view(context)))?;
        writeln!(
            context.log,
            "error: nothing is applied: the plan is over a guard of registry.toml; \
             if it is what you want, raise the guard, or pass `--override-guards {}`",
            plan.short_hash()
        )?;
        let why = "nothing is applied: it is over a guard";
        step_summary::append(context, &outcome::markdown_of_nothing(plan, why))?;
        Ok(Some(Exit::Refused))
    }

    fn nothing_to_do(mut self, context: &mut Context<'_>, clear: Vec<Journaled>) -> Result<Exit> {
        let plan = &self.plan;
        if !clear.is_empty() {
            let viewer = &self.observed.viewer;
            self.journal
                .begin(&self.connection.api, viewer, plan, clear)?;
            self.journal.end(&Outcome::default());
        }
        let counts = plan.counts();
        let cost = shown_cost(self.connection.client.cost());
        let figures = plan_text::figures(counts);
        writeln!(context.out, "nothing to do: {figures} ({cost})")?;
        step_summary::append(
            context,
            &outcome::markdown_of_nothing(plan, "nothing to do"),
        )?;
        let written = self.write_back(context, &[])?;
        Ok(match counts.needs_a_person() || !written {
            true => Exit::Findings,
            false => Exit::Clean,
        })
    }

    async fn carry_out(mut self, context: &mut Context<'_>, clear: Vec<Journaled>) -> Result<Exit> {
        let (counts, view) = (self.plan.counts(), self.view(context));
        let client = &self.connection.client;
        if !context.global.quiet {
            writeln!(context.log, "{}", plan_text::summary(&self.plan, view))?;
            writeln!(context.log, "{}", rights(&self.plan, &self.observed))?;
        }
        let viewer = &self.observed.viewer;
        self.journal
            .begin(&self.connection.api, viewer, &self.plan, clear)?;
        let left = Left {
            interval: between_writes(self.options),
            creations: counts.creations(),
            writes: counts.writes(),
        };
        let (watched, links) = (context.watched(), !self.connection.is_sandbox());
        let mut progress = Progress::new(watched, view.paint, links, left, &mut *context.out);
        let journal = &mut self.journal;
        let told = Told {
            people: &mut |event| progress.show(event),
            journal: &mut |event| journal.append(event),
        };
        let outcome = apply(&self.plan, &self.observed, &self.remembered, client, told).await;
        let (events, shown) = progress.finish();
        let created = created(&events);
        // First of all: what is not written down now has to be found again by its marker.
        let written = self.write_back(context, &created);
        self.journal.end(&outcome);
        let cost = client.cost();
        let said = shown_cost(cost);
        let summary = outcome::markdown(&self.plan, &outcome, &events, &said, cost.writes);
        step_summary::append(context, &summary)?;
        // What was written to GitHub is written, whether it can be told or not.
        let line = outcome::line(&self.plan, &outcome, &said, cost.writes);
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
        let whole =
            outcome.failures.is_empty() && outcome.stopped.is_none() && !counts.needs_a_person();
        self.say_what_is_next(context, &outcome, created.len(), whole)?;
        Ok(match whole && written {
            true => Exit::Clean,
            false => Exit::Findings,
        })
    }

    /// The command that goes on from here.
    fn say_what_is_next(
        &self,
        context: &mut Context<'_>,
        outcome: &Outcome,
        created: usize,
        whole: bool,
    ) -> Result<()> {
        let is_sandbox = self.connection.is_sandbox();
        if let Some(next) = outcome::next(outcome) {
            writeln!(context.log, "{next}")?;
        }
        if created > 0 && !self.options.write_back && !is_sandbox {
            writeln!(
                context.log,
                "{} no issue yet: `kepherd apply --write-back` writes the numbers down",
                match created {
                    1 => "1 record names".to_owned(),
                    count => format!("{count} records name"),
                }
            )?;
        }
        let everything = self.plan.options.repository.is_none();
        let records = self.plan.options.records.iter().flatten();
        let named: String = records.map(|one| format!(" {}", one.named())).collect();
        if is_sandbox && whole && everything && !context.global.quiet {
            let next = match self.options.target.sandbox.as_ref().and_then(Option::as_ref) {
                Some(file) => format!("next: `kepherd plan{named} --sandbox={}` finds nothing to do", file.display()),
                None => "next: `kepherd apply --sandbox=state.json` keeps the sandbox in a file; the same again finds nothing to do"
                    .to_owned(),
            };
            writeln!(context.log, "{next}")?;
        }
        Ok(())
    }

    /// Writes numbers back if that is asked for. Gives whether all that had to be written was.
    fn write_back(&self, context: &mut Context<'_>, created: &[(Subject, u64)]) -> Result<bool> {
        match self.options.write_back {
            true => super::write_back::run(context, self.opened, &self.plan, created),
            false => Ok(true),
        }
    }
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
    step_summary::append(context, &outcome::markdown_of_nothing(now, why))?;
    Ok(Exit::Refused)
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
                printable(&blocked.reason(&issue.subject)),
                printable(&blocked.remedy(&issue.subject))
            )?;
        }
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
