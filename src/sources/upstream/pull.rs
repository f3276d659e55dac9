//! `upstream pull` as a value: what becomes of each record, and which KEPs get one. Pure: it is decided before anything is judged
//! or written.

use super::drift::edits::{FieldChange, new_record, update as edit};
use super::drift::{Base, Cause, Drift, Settled, drift};
use super::facts::FieldValue;
use super::folders::{Folder, kep_yaml, record_path};
use super::kep_yaml::Kep;
use super::snapshot::{Enhancements, Reading};
use super::untracked::is_active;
use crate::registry::calendars::KubernetesCalendar;
use crate::registry::edit::{NoToml, edited};
use crate::registry::kep::KepRecord;
use crate::registry::load::{file_stem, leading_number};
use crate::registry::{Entry, Registry};
use crate::terms::Date;
use crate::text::source::SourceFile;

/// What a pull is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The registry.
    pub registry: &'a Registry,
    /// What has shipped when.
    pub calendar: &'a KubernetesCalendar,
    /// The day of the commit that is read.
    pub day: Date,
    /// How people named what is read, for words.
    pub named: &'a str,
    /// Only these KEPs, if there are any.
    pub keps: &'a [u32],
    /// Only the KEPs in this folder.
    pub sig: Option<&'a str>,
    /// Whether KEPs that nobody tracks, and that are worked on, get a record.
    pub new: bool,
    /// Who is right where people and upstream changed a field.
    pub settled: Settled,
}

/// What a pull is to do.
#[derive(Debug, Default)]
pub struct Steps {
    /// By KEP, in their order.
    pub steps: Vec<(u32, Step)>,
    /// What was understood of files that were unclear.
    pub notes: Vec<String>,
}

/// What a pull does about one KEP.
#[derive(Debug)]
pub enum Step {
    /// A new record.
    Create {
        /// The path of the record.
        path: String,
        /// What it says.
        text: String,
    },
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
    pub fn text(&self) -> Option<(&str, &str)> {
        match self {
            Self::Create { path, text } => Some((path, text)),
            Self::Update(update) => Some((&update.path, &update.after)),
            Self::Later | Self::Kept | Self::Skip(_) => None,
        }
    }
}

/// What becomes of a record.
#[derive(Debug)]
pub struct Update {
    /// Its path.
    pub path: String,
    /// Its text.
    pub before: String,
    /// The text that it is to have.
    pub after: String,
    /// Each with the line of kep.yaml that says so.
    pub changes: Vec<(FieldChange, Option<usize>)>,
    /// What differs and stays.
    pub kept: Vec<Drift>,
    /// What waits for a person: what there is to say of each.
    pub open: Vec<String>,
}

impl Update {
    /// Whether it changes anything but the day when it was read.
    pub fn changes_facts(&self) -> bool {
        self.changes
            .iter()
            .any(|(change, _)| change.field.is_some())
    }

    /// Whether a person has to decide.
    pub fn is_open(&self) -> bool {
        !self.open.is_empty()
    }
}

impl Asked<'_> {
    /// The KEPs that are asked for, in their order; none: there is no such KEP.
    pub fn numbers(&self, from: &impl Enhancements) -> Vec<u32> {
        let mut numbers = self.keps.to_vec();
        if numbers.is_empty() {
            let is_of_sig = |path: &str| match self.sig {
                Some(sig) => path.split('/').next() == Some(sig),
                None => true,
            };
            let records = self.registry.keps.iter();
            let records = records.filter(|entry| is_of_sig(&self.registry.file(entry.file).path));
            numbers.extend(records.map(|entry| entry.value.number));
            let folders = from.folders().by_number.iter();
            let new = folders.filter(|(number, folders)| {
                let is_of_sig = folders.iter().any(|folder| is_of_sig(&record_path(folder)));
                self.new && **number > 0 && is_of_sig
            });
            numbers.extend(new.map(|(number, _)| *number));
        }
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }

    /// What there is to do about each KEP that is asked for.
    ///
    /// # Errors
    ///
    /// What is there cannot be read.
    pub fn steps<E: Enhancements>(&self, from: &E) -> Result<Steps, E::Error> {
        let mut all = Steps::default();
        let mut to_read: Vec<(u32, String)> = Vec::new();
        for number in self.numbers(from) {
            let record = self.registry.kep(number);
            let path = record.map(|entry| &*self.registry.file(entry.file).path);
            let step = match from.folders().of_kep(number, path) {
                Folder::One(folder) => {
                    to_read.push((number, folder.to_owned()));
                    continue;
                }
                Folder::None if self.keps.is_empty() => Step::Kept,
                Folder::None => Step::Skip(format!("KEP-{number} is not in {}", self.named)),
                Folder::Several(several) => Step::Skip(format!(
                    "KEP-{number} has several folders: {}",
                    several.join(", ")
                )),
            };
            all.steps.push((number, step));
        }
        let folders: Vec<String> = to_read.iter().map(|(_, folder)| folder.clone()).collect();
        for ((number, folder), reading) in to_read.into_iter().zip(from.read(&folders)?) {
            // With `new`, every KEP of a SIG is asked for, and only what is worked on is wanted.
            let is_wanted = match (&reading.1, self.registry.kep(number)) {
                (Ok(kep), None) if self.new => is_active(&kep.facts, self.calendar, self.day),
                _ => true,
            };
            if is_wanted {
                let step = self.step(from, (number, &folder), reading, &mut all.notes)?;
                all.steps.push((number, step));
            }
        }
        all.steps.sort_by_key(|(number, _)| *number);
        Ok(all)
    }

    fn step<E: Enhancements>(
        &self,
        from: &E,
        (number, folder): (u32, &str),
        (yaml, kep): Reading,
        notes: &mut Vec<String>,
    ) -> Result<Step, E::Error> {
        let path = kep_yaml(folder);
        let kep = match kep {
            Ok(kep) => kep,
            Err(problem) => return Ok(Step::Skip(problem.at(&path))),
        };
        notes.extend(kep.remarks.iter().map(|remark| format!("{path}:{remark}")));
        if kep.facts.number != number {
            return Ok(Step::Skip(format!(
                "{path}: the folder is named after KEP-{number}, and kep.yaml says {}",
                kep.facts.number
            )));
        }
        match self.registry.kep(number) {
            Some(entry) => update(self, from, entry, folder, (&yaml, &kep)),
            None => Ok(create(self, folder, &kep)),
        }
    }
}

fn create(asked: &Asked<'_>, folder: &str, kep: &Kep) -> Step {
    let path = record_path(folder);
    let number = kep.facts.number;
    let taken =
        asked.registry.files.iter().find(|file| {
            *file.path == *path || leading_number(file_stem(&file.path)) == Some(number)
        });
    if let Some(taken) = taken {
        return Step::Skip(format!(
            "{}: is named after KEP-{number} and is not its record, and is left alone: run `kepherd check`",
            taken.path
        ));
    }
    Step::Create {
        text: new_record(&kep.facts, asked.day),
        path,
    }
}

fn update<E: Enhancements>(
    asked: &Asked<'_>,
    from: &E,
    entry: &Entry<KepRecord>,
    folder: &str,
    (yaml, kep): (&SourceFile, &Kep),
) -> Result<Step, E::Error> {
    let source = asked.registry.file(entry.file);
    if !entry.is_whole() {
        return Ok(Step::Skip(format!(
            "{}: has errors, and is left alone: run `kepherd check`",
            source.path
        )));
    }
    let (record, day) = (&entry.value, asked.day);
    let seen = record.upstream_seen;
    if seen.is_some_and(|seen| seen > day) {
        return Ok(Step::Later);
    }
    let known = from.before(record, folder)?;
    let drifts = drift(record, Base::of(record, &known), &kep.facts, day);
    if let (Some(seen), true) = (seen, drifts.iter().any(|one| one.cause == Cause::Lost)) {
        return Ok(Step::Skip(format!(
            "{}: it differs, and this clone does not tell what upstream said when it was read, on {seen}: fetch the whole history \
             (`git fetch --unshallow`), or take `upstream-seen` out of the record to fill in what it says nothing of",
            source.path
        )));
    }
    let settled = asked.settled;
    let line_of = |change: &FieldChange| {
        let span = kep.places.get(change.field?)?;
        Some(yaml.position(span.start).line)
    };
    let mut commented = Vec::new();
    let edited: Result<_, NoToml> = edited(&source.text, |document| {
        let updated = edit(document, &drifts, settled, seen, day);
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
    let edited = match edited {
        Ok(edited) => edited,
        Err(error) => return Ok(Step::Skip(format!("{}: {error}", source.path))),
    };
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

fn value(value: Option<&FieldValue>) -> String {
    value.map_or_else(|| "nothing".to_owned(), FieldValue::to_string)
}
