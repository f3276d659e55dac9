//! Proposals for people: what becomes of each file and why, what waits for a person, and what it comes to.

use super::Paths;
use crate::sources::proposal::{Because, Change, NOTHING, Proposal, Proposals, Question, Source};
use crate::text::diff;
use crate::text::paint::Paint;
use crate::text::words::{counted, printable};

/// How proposals are shown.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// Whether they were written; otherwise they only might be.
    pub is_written: bool,
    /// Whether each is shown as a diff as well.
    pub diff: bool,
    /// What leads to the registry.
    pub paths: Paths<'a>,
}

/// What is said of proposals: results, and what a person should look at.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// For standard output.
    pub out: String,
    /// For the log.
    pub log: String,
}

/// What changed lines are set in by.
const INDENT: &str = "         ";

/// All that there is to say of proposals, but the line that counts.
pub fn text(all: &Proposals, view: View<'_>, paint: Paint) -> Said {
    let Proposals {
        source,
        read: _,
        proposals,
        untouched,
        questions,
        notes,
        warnings,
        nothing: _,
    } = all;
    let mut said = Said::default();
    for note in notes {
        said.log.push_str(&format!("note: {}\n", printable(note)));
    }
    for warning in warnings {
        said.log
            .push_str(&format!("warning: {}\n", printable(warning)));
    }
    for question in questions {
        let asked = printable(&asked(question));
        said.log.push_str(&format!("warning: {asked}\n"));
    }
    for proposal in proposals {
        write(&mut said, *source, proposal, view, paint);
    }
    for one in untouched {
        match &one.because {
            Because::ReadLater => {}
            Because::Absent(why) => {
                let (subject, why) = (&one.subject, printable(why));
                said.out.push_str(&format!("kept     {subject}  {why}\n"));
            }
            Because::Skipped(why) => {
                said.log.push_str(&format!("warning: {}\n", printable(why)));
            }
        }
    }
    said
}

fn write(said: &mut Said, source: Source, proposal: &Proposal, view: View<'_>, paint: Paint) {
    let path = format!("{}{}", view.paths.here, proposal.path);
    if proposal.is_good() && proposal.changes_facts() {
        let subject = proposal.subject.as_ref();
        let subject = subject.map_or_else(String::new, |subject| format!("  {subject}"));
        let verb = verb(source, proposal, view.is_written);
        said.out
            .push_str(&printable(&format!("{verb:<7}{subject}  {path}")));
        said.out.push('\n');
        // A new record is its text; what is in it is shown by a diff.
        let is_shown =
            proposal.before.is_some() || proposal.subject.is_none() || source == Source::Issues;
        let made = proposal.made().filter(|_| is_shown);
        let lines = made
            .map(made_line)
            .chain(proposal.kept().map(|kept| kept_line(source, kept)));
        for line in lines {
            said.out
                .push_str(&format!("{INDENT}{}\n", printable(&line)));
        }
    }
    // Of one file, what differs and stays is shown where nothing else is; of many records it would be most of what is shown.
    let is_one_file = matches!(
        source,
        Source::Releases | Source::Maintainers | Source::Runtimes | Source::Issues
    );
    if is_one_file && !proposal.is_edit() && proposal.kept().next().is_some() {
        said.out
            .push_str(&printable(&format!("{:<7}  {path}", "kept")));
        said.out.push('\n');
        for kept in proposal.kept() {
            let line = printable(&kept_line(source, kept));
            said.out.push_str(&format!("{INDENT}{line}\n"));
        }
    }
    for (change, settled_by) in proposal.open() {
        let line = proposal.line_of(change);
        let line = line.map_or_else(String::new, |line| format!(":{line}"));
        let open = open_line(source, change, settled_by);
        let warning = printable(&format!("{path}{line}: {open}"));
        said.log.push_str(&format!("warning: {warning}\n"));
    }
    if !proposal.refused.is_empty() {
        let edits: Vec<String> = proposal.made().map(Change::to_string).collect();
        let edits = match edits.as_slice() {
            [] => String::new(),
            _ if proposal.before.is_none() => String::new(),
            edits => format!(" ({})", edits.join("; ")),
        };
        // Somebody who edits one record has seen what is wrong with it.
        let why = match source {
            Source::Person => {
                let errors = counted(proposal.refused.len(), "error");
                format!("nothing is written: the change would bring {errors}")
            }
            _ => format!(
                "nothing of this is written{edits}: {}",
                proposal.refused.join("; ")
            ),
        };
        let error = printable(&format!("{path}: {why}"));
        said.log.push_str(&format!("error: {error}\n"));
    }
    if view.diff && proposal.is_good() {
        said.out.push_str(&of_text(proposal, view, paint));
    }
}

/// A proposal as a unified diff.
pub fn of_text(proposal: &Proposal, view: View<'_>, paint: Paint) -> String {
    let before = proposal.before.as_deref().unwrap_or_default();
    let (old, new) = (&proposal.path, proposal.final_path());
    diff::unified(
        view.paths.repository,
        old,
        before,
        new,
        &proposal.after,
        paint,
    )
}

/// What is done with a file.
fn verb(source: Source, proposal: &Proposal, is_written: bool) -> &'static str {
    match (source, &proposal.before, is_written) {
        (Source::Rules, _, true) => "mended",
        (Source::Rules, _, false) => "mend",
        (_, None, true) => "created",
        (_, None, false) => "create",
        (_, Some(_), true) => "updated",
        (_, Some(_), false) => "update",
    }
}

fn made_line(change: &Change) -> String {
    match reason(change) {
        why if why.is_empty() => change.to_string(),
        why => format!("{change}  ({why})"),
    }
}

fn kept_line(source: Source, change: &Change) -> String {
    let Change { place, .. } = change;
    let (before, after) = sides(change);
    let there = source.there();
    let why = match change.why.as_str() {
        "" => String::new(),
        why => format!("  ({why})"),
    };
    format!("{place} stays {before}, {there} {after}{why}")
}

/// What a person has to decide: both sides, why they differ, and what settles it.
fn open_line(source: Source, change: &Change, settled_by: &str) -> String {
    let Change {
        place,
        before,
        after,
        why,
        ..
    } = change;
    let sides = match (before, after) {
        (None, None) => String::new(),
        _ => {
            let (before, after) = sides(change);
            format!(" is {before} here and {after} {}", source.there())
        }
    };
    format!("`{place}`{sides}: {why}; {settled_by}")
}

/// What a person has to decide, without a field that it stands in: about what, why, and what settles it.
fn asked(question: &Question) -> String {
    let Question {
        subject,
        why,
        settled_by,
        from,
    } = question;
    let about = [
        subject.as_ref().map(ToString::to_string),
        from.as_ref().map(|from| from.what.clone()),
    ];
    let about: Vec<String> = about.into_iter().flatten().collect();
    let end = if why.ends_with('?') { "" } else { ";" };
    format!("{}: {why}{end} {settled_by}", about.join(", "))
}

/// From where a change is known, and why it is made.
pub(super) fn reason(change: &Change) -> String {
    let origin = change.from.as_ref().map(|from| from.what.as_str());
    let parts = [origin, Some(change.why.as_str())];
    let parts = parts.into_iter().flatten().filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join(": ")
}

fn sides(change: &Change) -> (&str, &str) {
    (
        change.before.as_deref().unwrap_or(NOTHING),
        change.after.as_deref().unwrap_or(NOTHING),
    )
}

/// What proposals come to, in numbers.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// Files that are new.
    pub created: usize,
    /// Files with other facts.
    pub updated: usize,
    /// Records of which only the day is new.
    pub redated: usize,
    /// Records that say the same.
    pub same: usize,
    /// Records that were read at a later day.
    pub later: usize,
    /// Records that the source does not speak of.
    pub absent: usize,
    /// What could not be looked at.
    pub skipped: usize,
    /// Edits that `check` would refuse.
    pub refused: usize,
    /// Records that wait for a decision.
    pub open: usize,
    /// Fields that people made what they are.
    pub kept: usize,
}

impl Tally {
    /// Of these.
    pub fn of(all: &Proposals) -> Self {
        let mut tally = Self::default();
        for proposal in &all.proposals {
            tally.kept += proposal.kept().count();
            let is_open = proposal.open().next().is_some();
            tally.open += usize::from(is_open);
            match (proposal.is_edit(), proposal.refused.is_empty()) {
                (true, false) => tally.refused += 1,
                (true, true) if proposal.before.is_none() => tally.created += 1,
                (true, true) if proposal.changes_facts() => tally.updated += 1,
                (true, true) => tally.redated += 1,
                (false, _) => tally.same += usize::from(!is_open),
            }
        }
        tally.open += all.questions.len();
        for one in &all.untouched {
            *match one.because {
                Because::ReadLater => &mut tally.later,
                Because::Absent(_) => &mut tally.absent,
                Because::Skipped(_) => &mut tally.skipped,
            } += 1;
        }
        tally
    }

    /// Whether a person has to look at something.
    pub fn needs_a_look(&self) -> bool {
        self.skipped + self.refused + self.open > 0
    }
}

/// What is mended, in numbers.
fn mended(all: &Proposals, is_written: bool) -> String {
    let good: Vec<&Proposal> = all.proposals.iter().filter(|one| one.is_good()).collect();
    let findings = good.iter().map(|one| one.made().count()).sum();
    let findings = counted(findings, "finding");
    let files = counted(good.len(), "file");
    match is_written {
        _ if good.is_empty() => all.nothing.clone().unwrap_or_default(),
        true => format!("mended {findings} in {files}"),
        false => format!("`--fix` mends {findings} in {files}"),
    }
}

/// The line that counts. Where it is not shown why fields are kept, it leads to the command that shows it.
pub fn summary(all: &Proposals, is_written: bool, is_why_shown: bool) -> String {
    let tally = Tally::of(all);
    if all.source == Source::Rules {
        return mended(all, is_written);
    }
    let Tally {
        created,
        updated,
        redated,
        same,
        later,
        absent,
        skipped,
        refused,
        open,
        kept,
    } = tally;
    let (to_create, to_update) = match is_written {
        true => ("created", "updated"),
        false => ("to create", "to update"),
    };
    let parts = [
        (created, to_create),
        (updated, to_update),
        (redated, "with nothing new but the day"),
        (same, "up to date"),
        (later, "read at a later commit"),
        (absent, "not in the clone"),
        (skipped, "skipped"),
        (refused, "refused"),
        (open, "waiting for a person"),
    ];
    let is_record = all.proposals.iter().all(|one| one.subject.is_some());
    let noun = if is_record { "record" } else { "file" };
    let parts = parts.into_iter().filter(|(count, _)| *count > 0);
    let parts = parts.enumerate().map(|(at, (count, what))| match at {
        0 => format!("{} {what}", counted(count, noun)),
        _ => format!("{count} {what}"),
    });
    let parts: Vec<String> = parts.collect();
    let idle = Tally {
        same,
        kept,
        ..Tally::default()
    };
    let mut words = match &all.nothing {
        Some(nothing) if tally == idle => nothing.clone(),
        _ if parts.is_empty() => "nothing to change".to_owned(),
        _ => parts.join(", "),
    };
    if kept > 0 {
        words.push_str(&format!("; {} kept", counted(kept, "field")));
        if !is_why_shown && let Some(command) = all.source.shown_by() {
            words.push_str(&format!(": `{command}` shows why"));
        }
    }
    if !all.read.is_empty() {
        words.push_str(&format!("; {}", all.read));
    }
    words
}
