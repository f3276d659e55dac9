//! What a runtime's history says of records → edits of them. Pure.

use toml_edit::DocumentMut;

use super::compare::{Difference, RuntimeHistory, Verdict};
use crate::registry::edit::{self, NoToml, edited};
use crate::registry::kep::{KepRecord, RuntimeFacts};
use crate::registry::{Entry, Registry};
use crate::sources::proposal::{
    Because, Change, Origin, Place, Proposal, Proposals, Settled, Source, Untouched,
};
use crate::terms::links::Site;
use crate::terms::{Date, Evidence, RuntimeState, Subject};

/// What a pull is asked for.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    /// The registry.
    pub registry: &'a Registry,
    /// The runtime's history.
    pub git: &'a RuntimeHistory,
    /// The records of the KEPs that are asked for.
    pub keps: &'a [&'a Entry<KepRecord>],
    /// The day on which a minor is supported or not.
    pub today: Date,
    /// Who is right.
    pub settled: Settled,
}

impl Asked<'_> {
    /// What the history proposes for each record that names evidence in the runtime's repository.
    pub fn proposals(&self) -> Proposals {
        let mut all = Proposals::of(Source::Runtimes);
        all.read = format!("read at {}", self.git.read);
        let name = self.git.runtime.name.as_str();
        let mut unasked = Vec::new();
        for entry in self.keps {
            let record = &entry.value;
            let subject = Subject::Kep(record.number);
            if !entry.is_sound("runtimes") {
                let because = Because::Skipped(format!(
                    "{}: has errors, and is left alone: run `kepherd check`",
                    self.registry.file(entry.file).path
                ));
                all.untouched.push(Untouched { subject, because });
                continue;
            }
            let Some(facts) = record.runtimes.get(name) else {
                continue;
            };
            let compared = self.git.compare(self.registry, facts, self.today);
            let remarks = compared.remarks.iter();
            all.notes
                .extend(remarks.map(|remark| format!("{subject}, {name}: {remark}")));
            if !compared.is_asked {
                if compared.remarks.is_empty() && facts.state != RuntimeState::None {
                    unasked.push(subject.to_string());
                }
                continue;
            }
            match self.proposal(entry, facts, &compared.differences) {
                Ok(proposal) => all.proposals.push(proposal),
                Err(error) => {
                    let because = Because::Skipped(error.to_string());
                    all.untouched.push(Untouched { subject, because });
                }
            }
        }
        if !unasked.is_empty() {
            all.notes.push(format!(
                "{}: what {name} has is on record without evidence, so that git is not asked: `kepherd runtimes find --repo CLONE` looks for it",
                unasked.join(", ")
            ));
        }
        if let Some((version, day)) = self.git.lacks(self.registry, self.today) {
            all.notes.push(format!(
                "the clone is read at {}, and the calendar knows {name} {version} of {day}: what came since then is not seen; fetch it",
                self.git.read
            ));
        }
        all
    }

    fn proposal(
        &self,
        entry: &Entry<KepRecord>,
        facts: &RuntimeFacts,
        differences: &[Difference],
    ) -> Result<Proposal, NoToml> {
        let source = self.registry.file(entry.file);
        let mut proposal = Proposal::about(Some(Subject::Kep(entry.value.number)), source);
        let mut changes = Vec::new();
        let edited: Result<_, NoToml> = edited(&source.text, |document| {
            changes = self.write(document, facts, differences);
            Ok(changes.iter().any(Change::is_made).then_some(()))
        });
        if let Some((after, ())) = edited? {
            proposal.after = after;
        }
        proposal.changes = changes;
        Ok(proposal)
    }

    /// Writes what of these differences is to be written, and says what becomes of each.
    pub(super) fn write(
        &self,
        document: &mut DocumentMut,
        facts: &RuntimeFacts,
        differences: &[Difference],
    ) -> Vec<Change> {
        let runtime = self.git.runtime.name.as_str();
        let settled = differences.iter().map(|difference| {
            let change = self.settle(runtime, facts, difference);
            if let (true, Some(there)) = (change.is_made(), &difference.there) {
                edit::set_fact(document, runtime, &difference.key, there.clone().into());
            }
            change
        });
        settled.collect()
    }

    /// What is done about a difference.
    fn settle(&self, runtime: &str, facts: &RuntimeFacts, difference: &Difference) -> Change {
        let Difference {
            key,
            recorded,
            there,
            why,
            from,
            verdict,
        } = difference;
        let place = Place::at(key.written(runtime, facts), key.pointer(runtime));
        let quoted = |text: &String| format!("\"{text}\"");
        let change = Change::made(
            place,
            recorded.as_ref().map(quoted),
            there.as_ref().map(quoted),
        )
        .because(why)
        .from(from.as_ref().map(origin));
        match (verdict, self.settled) {
            (Verdict::News, _) | (Verdict::Contradiction, Settled::Theirs) => change,
            (Verdict::Judgement, _) | (_, Settled::Ours) => change.kept(),
            (Verdict::Contradiction, Settled::Not) => change
                .open("write what is right, or pull with --theirs; --ours leaves it this once"),
            (Verdict::Doubt, _) => change.open("write what is right; --ours leaves it this once"),
        }
    }
}

/// A pull request, or a commit, as where something is known from.
pub fn origin(evidence: &Evidence) -> Origin {
    Origin {
        what: evidence.to_string(),
        link: Some(Site::github().address_of(evidence)),
    }
}
