//! `kepherd upstream pull`: all is read, then all is decided, then it is written.

use anyhow::{Result, bail};

use crate::cli::Pull;
use crate::commands::clone::{Clone, Folder, Reading, kep_yaml, record_path};
use crate::commands::{Context, Exit, files};
use crate::registry::edit::edited;
use crate::registry::kep::KepRecord;
use crate::registry::load::{Loaded, file_stem, leading_number};
use crate::registry::{Entry, Registry};
use crate::rules;
use crate::rules::trial::{Texts, Trial};
use crate::sources::upstream::drift::edits::{FieldChange, new_record, update};
use crate::sources::upstream::drift::{Base, Cause, Drift, Settled, drift};
use crate::sources::upstream::facts::FieldValue;
use crate::sources::upstream::kep_yaml::Kep;
use crate::sources::upstream::untracked::is_active;
use crate::text::diff;
use crate::text::source::SourceFile;
use crate::text::words::{counted, printable};

/// What a pull does about one KEP.
enum Step {
    /// A new record.
    Create { path: String, text: String },
    /// What becomes of a record.
    Update(Update),
    /// The record was read at a later commit.
    Later,
    /// Not in the clone, and that is allowed.
    Kept,
    /// Why nothing is done.
    Skip(String),
}

impl Step {
    /// The path of the record, and the text that it is to have.
    fn text(&self) -> Option<(&str, &str)> {
        match self {
            Self::Create { path, text } => Some((path, text)),
            Self::Update(update) => Some((&update.path, &update.after)),
            Self::Later | Self::Kept | Self::Skip(_) => None,
        }
    }
}

/// What becomes of a record.
struct Update {
    path: String,
    before: String,
    after: String,
    /// Each with the line of kep.yaml that says so.
    changes: Vec<(FieldChange, Option<usize>)>,
    /// What differs and stays.
    kept: Vec<Drift>,
    /// What waits for a person: what there is to say of each.
    open: Vec<String>,
}

impl Update {
    fn changes_facts(&self) -> bool {
        self.changes
            .iter()
            .any(|(change, _)| change.field.is_some())
    }

    fn is_open(&self) -> bool {
        !self.open.is_empty()
    }
}

pub(in crate::commands) fn pull(context: &mut Context<'_>, options: &Pull) -> Result<Exit> {
    let opened = files::open(context)?;
    let registry = &opened.loaded.registry;
    let clone = Clone::open(context, &options.clone, registry)?;
    // All is read before anything is written: what cannot be read leaves the registry as it is.
    let steps = steps(context, registry, &clone, options)?;
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

/// What there is to do about each KEP that is asked for.
fn steps(
    context: &mut Context<'_>,
    registry: &Registry,
    clone: &Clone<'_>,
    options: &Pull,
) -> Result<Vec<(u32, Step)>> {
    let mut steps: Vec<(u32, Step)> = Vec::new();
    let mut to_read: Vec<(u32, String)> = Vec::new();
    for number in asked(registry, clone, options)? {
        let record = registry.kep(number);
        let path = record.map(|entry| &*registry.file(entry.file).path);
        match clone.folder(number, path) {
            Folder::One(folder) => to_read.push((number, folder.to_owned())),
            Folder::None if options.kep.is_empty() => steps.push((number, Step::Kept)),
            Folder::None => {
                let (repo, rev) = (options.clone.repo.display(), &options.clone.rev);
                let why = format!("KEP-{number} is not in {repo} at {rev}");
                steps.push((number, Step::Skip(why)));
            }
            Folder::Several(several) => {
                let why = format!("KEP-{number} has several folders: {}", several.join(", "));
                steps.push((number, Step::Skip(why)));
            }
        }
    }
    let folders: Vec<String> = to_read.iter().map(|(_, folder)| folder.clone()).collect();
    for ((number, folder), reading) in to_read.into_iter().zip(clone.read(&folders)?) {
        // With `--new`, every KEP of a SIG is asked for, and only what is worked on is wanted.
        let is_wanted = match (&reading.1, registry.kep(number)) {
            (Ok(kep), None) if options.new => {
                is_active(&kep.facts, clone.calendar(), clone.commit.date)
            }
            _ => true,
        };
        if is_wanted {
            let step = step(
                context,
                registry,
                clone,
                options,
                (number, &folder),
                reading,
            )?;
            steps.push((number, step));
        }
    }
    steps.sort_by_key(|(number, _)| *number);
    Ok(steps)
}

fn step(
    context: &mut Context<'_>,
    registry: &Registry,
    clone: &Clone<'_>,
    options: &Pull,
    (number, folder): (u32, &str),
    (yaml, kep): Reading,
) -> Result<Step> {
    let path = kep_yaml(folder);
    let kep = match kep {
        Ok(kep) => kep,
        Err(problem) => return Ok(Step::Skip(problem.at(&path))),
    };
    for remark in &kep.remarks {
        writeln!(
            context.log,
            "note: {path}:{}",
            printable(&remark.to_string())
        )?;
    }
    if kep.facts.number != number {
        return Ok(Step::Skip(format!(
            "{path}: the folder is named after KEP-{number}, and kep.yaml says {}",
            kep.facts.number
        )));
    }
    match registry.kep(number) {
        Some(entry) => update_step(registry, clone, options, entry, folder, (&yaml, &kep)),
        None => Ok(create_step(registry, clone, folder, &kep)),
    }
}

fn create_step(registry: &Registry, clone: &Clone<'_>, folder: &str, kep: &Kep) -> Step {
    let path = record_path(folder);
    let number = kep.facts.number;
    let taken = registry
        .files
        .iter()
        .find(|file| *file.path == *path || leading_number(file_stem(&file.path)) == Some(number));
    if let Some(taken) = taken {
        return Step::Skip(format!(
            "{}: is named after KEP-{number} and is not its record, and is left alone: run `kepherd check`",
            taken.path
        ));
    }
    Step::Create {
        text: new_record(&kep.facts, clone.commit.date),
        path,
    }
}

fn update_step(
    registry: &Registry,
    clone: &Clone<'_>,
    options: &Pull,
    entry: &Entry<KepRecord>,
    folder: &str,
    (yaml, kep): (&SourceFile, &Kep),
) -> Result<Step> {
    let source = registry.file(entry.file);
    if !entry.is_whole() {
        return Ok(Step::Skip(format!(
            "{}: has errors, and is left alone: run `kepherd check`",
            source.path
        )));
    }
    let (record, day) = (&entry.value, clone.commit.date);
    let seen = record.upstream_seen;
    if seen.is_some_and(|seen| seen > day) {
        return Ok(Step::Later);
    }
    let known = clone.before(record, folder)?;
    let drifts = drift(record, Base::of(record, &known), &kep.facts, day);
    if let (Some(seen), true) = (seen, drifts.iter().any(|one| one.cause == Cause::Lost)) {
        return Ok(Step::Skip(format!(
            "{}: it differs, and this clone does not tell what upstream said when it was read, on {seen}: fetch the whole history \
             (`git fetch --unshallow`), or take `upstream-seen` out of the record to fill in what it says nothing of",
            source.path
        )));
    }
    let settled = match (options.ours, options.theirs) {
        (true, _) => Settled::Ours,
        (_, true) => Settled::Theirs,
        _ => Settled::Not,
    };
    let line_of = |change: &FieldChange| {
        let span = kep.places.get(change.field?)?;
        Some(yaml.position(span.start).line)
    };
    let mut commented = Vec::new();
    let edited: Result<_> = edited(&source.text, |document| {
        let updated = update(document, &drifts, settled, seen, day);
        commented = updated.commented;
        let changes: Vec<_> = updated
            .changes
            .into_iter()
            .map(|change| {
                let line = line_of(&change);
                (change, line)
            })
            .collect();
        Ok((!changes.is_empty()).then_some(changes))
    });
    let edited = edited?;
    let before = source.text.to_string();
    let (after, changes) = edited.unwrap_or_else(|| (before.clone(), Vec::new()));
    let (conflicts, others): (Vec<Drift>, Vec<Drift>) =
        drifts.into_iter().partition(Drift::is_conflict);
    let open = conflicts.iter().filter(|_| settled == Settled::Not);
    let open = open.map(|drift| {
        format!(
            "{}: `{}` is {} here and {} upstream: {}; write what is right, or pull with --ours or --theirs; the record waits until then",
            source.path,
            drift.field.key(),
            value(drift.recorded.as_ref()),
            value(drift.upstream.as_ref()),
            drift.why(seen),
        )
    });
    let commented = commented.iter().map(|drift| {
        format!(
            "{}: `{}` has comments inside, so it is for you to edit: upstream it is {}, and here {}",
            source.path,
            drift.field.key(),
            value(drift.upstream.as_ref()),
            value(drift.recorded.as_ref()),
        )
    });
    let is_open_fact = |drift: &&Drift| match drift.cause {
        Cause::Denied { is_news } => is_news || !accepts(record),
        _ => false,
    };
    let facts = others.iter().filter(is_open_fact).map(|drift| {
        format!(
            "{}: `{}` is {} here and upstream now {}: {}; find out which it was, and correct the record or accept it with `[[allow]]`",
            source.path,
            drift.field.key(),
            value(drift.recorded.as_ref()),
            value(kep.facts.said(drift.field).as_ref()),
            drift.why(seen),
        )
    });
    let open = open.chain(commented).chain(facts).collect();
    let ours = conflicts.into_iter().filter(|_| settled == Settled::Ours);
    Ok(Step::Update(Update {
        path: source.path.to_string(),
        before,
        after,
        changes,
        kept: others
            .into_iter()
            .filter(|drift| !drift.is_taken())
            .chain(ours)
            .collect(),
        open,
    }))
}

/// Whether people have accepted that a record differs.
fn accepts(record: &KepRecord) -> bool {
    let mut allowed = record.allow.iter().map(|allow| allow.rule.as_str());
    allowed.any(|rule| rule == "upstream-drift")
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

/// The KEPs that a pull is about.
fn asked(registry: &Registry, clone: &Clone<'_>, options: &Pull) -> Result<Vec<u32>> {
    if !options.kep.is_empty() {
        let mut numbers = options.kep.clone();
        numbers.sort_unstable();
        numbers.dedup();
        return Ok(numbers);
    }
    let is_of_sig = |path: &str| match &options.sig {
        Some(sig) => path.split('/').next() == Some(sig),
        None => true,
    };
    let mut numbers: Vec<u32> = registry
        .keps
        .iter()
        .filter(|entry| is_of_sig(&registry.file(entry.file).path))
        .map(|entry| entry.value.number)
        .collect();
    if options.new {
        let folders = clone.folders().by_number.iter();
        let all = folders.filter(|(number, folders)| {
            **number > 0 && folders.iter().any(|folder| is_of_sig(&record_path(folder)))
        });
        numbers.extend(all.map(|(number, _)| *number));
    }
    if let (true, Some(sig)) = (numbers.is_empty(), &options.sig) {
        bail!(
            "no record lies in `{sig}`, and no KEP of upstream's: name a folder such as sig-node"
        );
    }
    numbers.sort_unstable();
    numbers.dedup();
    Ok(numbers)
}
