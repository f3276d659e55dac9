//! `kepherd upstream pull`: all is read, then all is decided, then it is written.

use anyhow::{Result, bail};

use crate::cli::Pull;
use crate::commands::clone::EnhancementsClone;
use crate::commands::{Context, Exit, files};
use crate::registry::load::Loaded;
use crate::rules;
use crate::rules::trial::{Texts, Trial};
use crate::sources::upstream::drift::edits::FieldChange;
use crate::sources::upstream::drift::{Drift, Settled};
use crate::sources::upstream::facts::FieldValue;
use crate::sources::upstream::pull::{Asked, Step, Steps, Update};
use crate::text::diff;
use crate::text::words::{counted, printable};

pub(in crate::commands) fn pull(context: &mut Context<'_>, options: &Pull) -> Result<Exit> {
    let opened = files::open(context)?;
    let registry = &opened.loaded.registry;
    let clone = EnhancementsClone::open(context, &options.clone, registry)?;
    let (repo, rev) = (options.clone.repo.display(), &options.clone.rev);
    let asked = Asked {
        registry,
        calendar: clone.calendar(),
        day: clone.commit.date,
        named: &format!("{repo} at {rev}"),
        keps: &options.kep,
        sig: options.sig.as_deref(),
        new: options.new,
        settled: match (options.ours, options.theirs) {
            (true, _) => Settled::Ours,
            (_, true) => Settled::Theirs,
            _ => Settled::Not,
        },
    };
    if let (true, Some(sig)) = (asked.numbers(&clone).is_empty(), &options.sig) {
        bail!(
            "no record lies in `{sig}`, and no KEP of upstream's: name a folder such as sig-node"
        );
    }
    // All is read before anything is written: what cannot be read leaves the registry as it is.
    let Steps { steps, notes } = asked.steps(&clone)?;
    for note in &notes {
        writeln!(context.log, "note: {}", printable(note))?;
    }
    let steps = without_errors(context, &opened.loaded, steps);
    let prefix = files::from_repository(&opened.root, context);
    let mut tally = Tally::default();
    for (number, step) in steps {
        match step {
            Step::Create { path, text } => {
                if !options.diff
                    && let Err(error) = files::create(&opened.root, &path, &text)
                {
                    tally.failed(context, &error)?;
                    continue;
                }
                let word = if options.diff { "create " } else { "created" };
                writeln!(context.out, "{word}  KEP-{number}  {}", printable(&path))?;
                if options.diff {
                    show(context, &prefix, &path, "", &text)?;
                }
                tally.created += 1;
            }
            Step::Update(update) => {
                let Update {
                    path,
                    before,
                    after,
                    ..
                } = &update;
                if !options.diff
                    && before != after
                    && let Err(error) = files::replace(&opened.root, path, before, path, after)
                {
                    tally.failed(context, &error)?;
                    continue;
                }
                report(context, number, &update, options)?;
                if options.diff && before != after {
                    show(context, &prefix, path, before, after)?;
                }
                tally.count(&update);
            }
            Step::Later => tally.later += 1,
            Step::Kept => {
                tally.absent += 1;
                let seen = registry
                    .kep(number)
                    .and_then(|entry| entry.value.upstream_seen);
                let why = match seen {
                    Some(seen) if seen <= clone.commit.date => format!(
                        "it was there on {seen}, and is not any more: `kepherd upstream diff` shows it"
                    ),
                    _ => "not in the clone at this revision: not merged yet".to_owned(),
                };
                writeln!(context.out, "kept     KEP-{number}  {why}")?;
            }
            Step::Skip(why) => {
                tally.skipped += 1;
                writeln!(context.log, "warning: {}", printable(&why))?;
            }
        }
    }
    // With a diff, standard output is for that.
    let log: &mut dyn std::io::Write = if options.diff {
        context.log
    } else {
        context.out
    };
    writeln!(log, "{}; {}", tally.words(options.diff), clone.read_at())?;
    Ok(if tally.skipped + tally.open > 0 {
        Exit::Findings
    } else {
        Exit::Clean
    })
}

/// What a pull came to.
#[derive(Default)]
struct Tally {
    created: usize,
    updated: usize,
    redated: usize,
    same: usize,
    later: usize,
    absent: usize,
    skipped: usize,
    /// Records that wait for a decision.
    open: usize,
    /// Fields that people made what they are.
    kept: usize,
}

impl Tally {
    fn failed(&mut self, context: &mut Context<'_>, error: &anyhow::Error) -> Result<()> {
        self.skipped += 1;
        writeln!(context.log, "error: {}", printable(&format!("{error:#}")))?;
        Ok(())
    }

    fn count(&mut self, update: &Update) {
        self.kept += update.kept.len();
        self.open += usize::from(update.is_open());
        if update.changes_facts() {
            self.updated += 1;
        } else if update.before != update.after {
            self.redated += 1;
        } else if !update.is_open() {
            self.same += 1;
        }
    }

    fn words(&self, only_shown: bool) -> String {
        let Self {
            created,
            updated,
            redated,
            same,
            later,
            absent,
            skipped,
            open,
            kept,
        } = self;
        let (to_create, to_update) = match only_shown {
            true => ("to create", "to update"),
            false => ("created", "updated"),
        };
        let mut words = vec![
            format!("{} {to_create}", counted(*created, "record")),
            format!("{updated} {to_update}"),
        ];
        let more = [
            (redated, "with nothing new but the day"),
            (same, "up to date"),
            (later, "read at a later commit"),
            (absent, "not in the clone"),
            (skipped, "skipped"),
            (open, "waiting for a person"),
        ];
        let more = more.into_iter().filter(|(count, _)| **count > 0);
        words.extend(more.map(|(count, what)| format!("{count} {what}")));
        let mut words = words.join(", ");
        if *kept > 0 {
            let fields = counted(*kept, "field");
            words.push_str(&format!(
                "; {fields} kept: `kepherd upstream diff` shows why"
            ));
        }
        words
    }
}

/// What became of a record, field by field. A record of which only the day is new is counted and not named.
fn report(context: &mut Context<'_>, number: u32, update: &Update, options: &Pull) -> Result<()> {
    let Update {
        path,
        before: _,
        after: _,
        changes,
        kept,
        open,
    } = update;
    if update.changes_facts() {
        let word = if options.diff { "update " } else { "updated" };
        writeln!(context.out, "{word}  KEP-{number}  {}", printable(path))?;
        for (change, line) in changes {
            let FieldChange {
                key,
                field: _,
                before,
                after,
                why,
            } = change;
            let line = line.map(|line| format!("kep.yaml:{line}: "));
            writeln!(
                context.out,
                "         {key}: {} → {}  ({}{})",
                side(before.as_deref()),
                side(after.as_deref()),
                line.unwrap_or_default(),
                printable(why)
            )?;
        }
        for Drift {
            field,
            recorded,
            upstream,
            cause: _,
        } in kept
        {
            writeln!(
                context.out,
                "         {} stays {}, upstream {}",
                field.key(),
                value(recorded.as_ref()),
                value(upstream.as_ref())
            )?;
        }
    }
    for conflict in open {
        writeln!(context.log, "warning: {}", printable(conflict))?;
    }
    Ok(())
}

fn value(value: Option<&FieldValue>) -> String {
    side(value.map(FieldValue::to_string).as_deref())
}

fn side(text: Option<&str>) -> String {
    printable(text.unwrap_or("nothing"))
}

fn show(
    context: &mut Context<'_>,
    prefix: &str,
    path: &str,
    before: &str,
    after: &str,
) -> Result<()> {
    let paint = context.paint();
    let shown = diff::unified(prefix, path, before, path, after, paint);
    write!(context.out, "{shown}")?;
    Ok(())
}

/// The steps, but for those whose record would have errors of shape that are not there now: upstream says what a registry cannot
/// hold, and `plan` would refuse all of it.
fn without_errors(
    context: &Context<'_>,
    loaded: &Loaded,
    mut steps: Vec<(u32, Step)>,
) -> Vec<(u32, Step)> {
    let mut edits: Vec<&mut Step> = steps
        .iter_mut()
        .map(|(_, step)| step)
        .filter(|step| step.text().is_some())
        .collect();
    let texts: Vec<Texts<'_>> = edits
        .iter()
        .map(|step| step.text().into_iter().collect())
        .collect();
    let refused = Trial::of(loaded, context.today()).each(&texts, rules::stops_apply);
    for (step, errors) in edits.iter_mut().zip(refused) {
        if let (Some((path, _)), Some(error)) = (step.text(), errors.first()) {
            **step = Step::Skip(format!(
                "{path}: upstream says what a record cannot hold: {}",
                error.message
            ));
        }
    }
    steps
}
