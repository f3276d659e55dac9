//! What upstream proposes: what becomes of each record, and which KEPs get one. Pure.

use super::drift::edits::{new_record, update as edit};
use super::drift::{Base, Cause, Drift, drift};
use super::facts::{Field, FieldValue};
use super::folders::{Folder, kep_yaml, record_path};
use super::kep_yaml::Kep;
use super::snapshot::{Enhancements, Reading};
use super::untracked::is_active;
use crate::registry::calendars::KubernetesCalendar;
use crate::registry::edit::{NoToml, edited};
use crate::registry::kep::KepRecord;
use crate::registry::load::{file_stem, leading_number};
use crate::registry::{Entry, Registry};
use crate::sources::proposal::{
    Because, Change, Origin, Place, Proposal, Proposals, Settled, Source, Untouched,
};
use crate::terms::{Date, Subject};
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

    /// What upstream proposes for each KEP that is asked for, in their order.
    ///
    /// # Errors
    ///
    /// What is there cannot be read.
    pub fn proposals<E: Enhancements>(&self, from: &E) -> Result<Proposals, E::Error> {
        let mut all = Proposals::of(Source::Upstream);
        let mut answers: Vec<(u32, Answer)> = Vec::new();
        let mut to_read: Vec<(u32, String)> = Vec::new();
        for number in self.numbers(from) {
            let record = self.registry.kep(number);
            let path = record.map(|entry| &*self.registry.file(entry.file).path);
            let because = match from.folders().of_kep(number, path) {
                Folder::One(folder) => {
                    to_read.push((number, folder.to_owned()));
                    continue;
                }
                Folder::None if self.keps.is_empty() => self.absent(number),
                Folder::None => Because::Skipped(format!("KEP-{number} is not in {}", self.named)),
                Folder::Several(several) => Because::Skipped(format!(
                    "KEP-{number} has several folders: {}",
                    several.join(", ")
                )),
            };
            answers.push((number, Err(because)));
        }
        let folders: Vec<String> = to_read.iter().map(|(_, folder)| folder.clone()).collect();
        for ((number, folder), reading) in to_read.into_iter().zip(from.read(&folders)?) {
            // With `new`, every KEP of a SIG is asked for, and only what is worked on is wanted.
            let is_wanted = match (&reading.1, self.registry.kep(number)) {
                (Ok(kep), None) if self.new => is_active(&kep.facts, self.calendar, self.day),
                _ => true,
            };
            if is_wanted {
                let answer = self.proposal(from, (number, &folder), reading, &mut all.notes)?;
                answers.push((number, answer));
            }
        }
        answers.sort_by_key(|(number, _)| *number);
        for (number, answer) in answers {
            let subject = Subject::Kep(number);
            match answer {
                Ok(proposal) => all.proposals.push(proposal),
                Err(because) => all.untouched.push(Untouched { subject, because }),
            }
        }
        Ok(all)
    }

    /// Why it is fine that a record's KEP is not there.
    fn absent(&self, number: u32) -> Because {
        let record = self.registry.kep(number);
        let seen = record.and_then(|entry| entry.value.upstream_seen);
        Because::Absent(match seen {
            Some(seen) if seen <= self.day => format!(
                "it was there on {seen}, and is not any more: `kepherd upstream diff` shows it"
            ),
            _ => "not in the clone at this revision: not merged yet".to_owned(),
        })
    }

    fn proposal<E: Enhancements>(
        &self,
        from: &E,
        (number, folder): (u32, &str),
        (yaml, kep): Reading,
        notes: &mut Vec<String>,
    ) -> Result<Answer, E::Error> {
        let path = kep_yaml(folder);
        let kep = match kep {
            Ok(kep) => kep,
            Err(problem) => return Ok(Err(Because::Skipped(problem.at(&path)))),
        };
        notes.extend(kep.remarks.iter().map(|remark| format!("{path}:{remark}")));
        if kep.facts.number != number {
            return Ok(Err(Because::Skipped(format!(
                "{path}: the folder is named after KEP-{number}, and kep.yaml says {}",
                kep.facts.number
            ))));
        }
        match self.registry.kep(number) {
            Some(entry) => update(self, from, entry, folder, (&yaml, &kep)),
            None => Ok(create(self, folder, (&yaml, &kep))),
        }
    }
}

/// What there is to say of a KEP.
type Answer = Result<Proposal, Because>;

/// Where kep.yaml says something of a field.
fn origin(yaml: &SourceFile, kep: &Kep, field: Field) -> Option<Origin> {
    let line = yaml.position(kep.places.get(field)?.start).line;
    Some(Origin {
        what: format!("kep.yaml:{line}"),
        link: yaml.address().map(|address| format!("{address}#L{line}")),
    })
}

fn create(asked: &Asked<'_>, folder: &str, (yaml, kep): (&SourceFile, &Kep)) -> Answer {
    let path = record_path(folder);
    let number = kep.facts.number;
    let taken =
        asked.registry.files.iter().find(|file| {
            *file.path == *path || leading_number(file_stem(&file.path)) == Some(number)
        });
    if let Some(taken) = taken {
        return Err(Because::Skipped(format!(
            "{}: is named after KEP-{number} and is not its record, and is left alone: run `kepherd check`",
            taken.path
        )));
    }
    let text = new_record(&kep.facts, asked.day);
    let text = asked.registry.with_schema_line(&path, &text);
    let mut proposal = Proposal::create(Some(Subject::Kep(number)), path, text);
    let fields = Field::ALL.into_iter();
    proposal.changes = fields
        .filter_map(|field| {
            let value = kep.facts.value(field)?.to_string();
            let change = Change::made(Place::key(field.key()), None, Some(value));
            Some(change.from(origin(yaml, kep, field)))
        })
        .collect();
    Ok(proposal)
}

fn update<E: Enhancements>(
    asked: &Asked<'_>,
    from: &E,
    entry: &Entry<KepRecord>,
    folder: &str,
    (yaml, kep): (&SourceFile, &Kep),
) -> Result<Answer, E::Error> {
    let source = asked.registry.file(entry.file);
    if !entry.is_whole() {
        return Ok(Err(Because::Skipped(format!(
            "{}: has errors, and is left alone: run `kepherd check`",
            source.path
        ))));
    }
    let (record, day) = (&entry.value, asked.day);
    let seen = record.upstream_seen;
    if seen.is_some_and(|seen| seen > day) {
        return Ok(Err(Because::ReadLater));
    }
    let known = from.before(record, folder)?;
    let drifts = drift(record, Base::of(record, &known), &kep.facts, day);
    if let (Some(seen), true) = (seen, drifts.iter().any(|one| one.cause == Cause::Lost)) {
        return Ok(Err(Because::Skipped(format!(
            "{}: it differs, and this clone does not tell what upstream said when it was read, on {seen}: fetch the whole history \
             (`git fetch --unshallow`), or take `upstream-seen` out of the record to fill in what it says nothing of",
            source.path
        ))));
    }
    let settled = asked.settled;
    let mut commented = Vec::new();
    let edited: Result<_, NoToml> = edited(&source.text, |document| {
        let origin = |field| origin(yaml, kep, field);
        let updated = edit(
            document,
            record,
            &drifts,
            settled,
            (&kep.facts, day),
            origin,
        );
        commented = updated.commented;
        Ok((!updated.changes.is_empty()).then_some(updated.changes))
    });
    let edited = match edited {
        Ok(edited) => edited,
        Err(error) => return Ok(Err(Because::Skipped(format!("{}: {error}", source.path)))),
    };
    let mut proposal = Proposal::about(Some(Subject::Kep(record.number)), source);
    follow(asked, folder, &mut proposal);
    if let Some((after, changes)) = edited {
        proposal.after = after;
        proposal.changes.extend(changes);
    }
    // What differs: as it is here, and what upstream says.
    let differs = |drift: &Drift, upstream: Option<FieldValue>| {
        let value = |value: Option<&FieldValue>| value.map(FieldValue::to_string);
        let place = Place::key(drift.field.key());
        Change::made(
            place,
            value(drift.recorded.as_ref()),
            value(upstream.as_ref()),
        )
        .because(drift.why(seen))
        .from(origin(yaml, kep, drift.field))
    };
    let is_open_fact = |drift: &Drift| match drift.cause {
        Cause::Denied { is_news } => is_news || !accepts(record),
        _ => false,
    };
    let changes = &mut proposal.changes;
    for drift in &drifts {
        let there = drift.upstream.clone();
        if let Some(one) = commented.iter().find(|one| one.drift == *drift) {
            let change = differs(drift, there);
            let (why, settled_by) = match one.lost.as_slice() {
                [] => (
                    format!("{}, and the list has comments inside", change.why),
                    "edit it by hand, so that each comment stays beside what it speaks of",
                ),
                lost => (
                    format!("{}, and people wrote there: {}", change.why, lost.join(" ")),
                    "answer the comment: write what is right, or take it out and pull again, or pull with --theirs",
                ),
            };
            changes.push(change.because(why).open(settled_by));
        } else if drift.is_conflict() && settled == Settled::Not {
            changes.push(differs(drift, there).open(
                "write what is right, or pull with --ours or --theirs; the record waits until then",
            ));
        } else if is_open_fact(drift) {
            changes.push(differs(drift, kep.facts.said(drift.field)).open(
                "find out which it was, and correct the record or accept it with `[[allow]]`",
            ));
        }
        let is_settled = drift.is_conflict() && settled != Settled::Ours;
        if !drift.is_taken() && !is_settled {
            changes.push(differs(drift, drift.upstream.clone()).kept());
        }
    }
    Ok(Ok(proposal))
}

/// A record lies where its KEP does upstream, so that its links lead there.
fn follow(asked: &Asked<'_>, folder: &str, proposal: &mut Proposal) {
    let path = record_path(folder);
    if path == proposal.path {
        return;
    }
    let change = Change::made(
        Place::file(),
        Some(proposal.path.clone()),
        Some(path.clone()),
    )
    .because(format!("upstream it is in {folder}"));
    let mut files = asked.registry.files.iter();
    let is_other = |file: &SourceFile| *file.path != *proposal.path;
    if files.any(|file| is_other(file) && file.path.eq_ignore_ascii_case(&path)) {
        let settled_by = format!("`{path}` is there already: see which of both is right");
        proposal.changes.push(change.open(settled_by));
    } else {
        proposal.changes.push(change);
        proposal.new_path = Some(path);
    }
}

/// Whether people have accepted that a record differs.
fn accepts(record: &KepRecord) -> bool {
    let mut allowed = record.allow.iter().map(|allow| allow.rule.as_str());
    allowed.any(|rule| rule == "upstream-drift")
}
