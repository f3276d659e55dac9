//! What a person chose of what looks as if it brought a KEP → an edit of the record, with all that git says of it then. Pure.

use std::collections::BTreeSet;

use super::compare::Compared;
use super::find::{Brings, Candidate};
use super::pull::{Asked, origin};
use crate::registry::Entry;
use crate::registry::edit::{self, Listed, NoToml, edited};
use crate::registry::kep::{Fact, FactKey, KepRecord, RuntimeFacts};
use crate::sources::proposal::{Change, Place, Proposal};
use crate::terms::{Evidence, Named, RuntimeState, Subject};
use crate::text::words::one_of;

/// What a runtime is said to have of which nothing is on record yet, until git says more.
const BEGUN: RuntimeState = RuntimeState::InProgress;

/// Why nothing is accepted.
#[derive(Debug, thiserror::Error)]
pub enum NotAccepted {
    /// Nobody merged it.
    #[error("{named} is merged into no branch of the clone at {read}")]
    Unmerged {
        /// What was named.
        named: String,
        /// Which clone.
        read: String,
    },
    /// The record has it.
    #[error("the record of KEP-{kep} has {named} as evidence already")]
    Known {
        /// What was named.
        named: String,
        /// Whose record it is.
        kep: u32,
    },
    /// It is on a release branch only.
    #[error(
        "{named} is on a release branch only: evidence is what brought the feature to the default branch, and what older branches got is read from \
         that, or stands in `branches`"
    )]
    OnABranch {
        /// What was named.
        named: String,
    },
    /// There is no such part.
    #[error(
        "the record of KEP-{kep} has no part `{part}` of {runtime}{known}: begin it with `[[runtimes.{runtime}.parts]]`, `name` and `state`"
    )]
    NoPart {
        /// Those that it has, in words.
        known: String,
        /// Whose record it is.
        kep: u32,
        /// What was named.
        part: String,
        /// Of which runtime.
        runtime: String,
    },
    /// The list of evidence has comments inside.
    #[error(
        "the evidence on record has comments inside, and nobody knows beside which each belongs: add {0} by hand"
    )]
    Commented(String),
    /// The record is no TOML.
    #[error(transparent)]
    NoToml(#[from] NoToml),
}

impl Asked<'_> {
    /// The edit that takes over what was chosen for a record, or for a part of what the runtime has of it. A candidate that brings it to an older
    /// branch is written there; anything else that was merged is evidence.
    ///
    /// # Errors
    ///
    /// Something of it was never merged, or is there already; the part is not.
    pub fn accept(
        &self,
        entry: &Entry<KepRecord>,
        part: Option<&str>,
        chosen: &[Named],
        candidates: &[Candidate],
    ) -> Result<Proposal, NotAccepted> {
        let runtime = self.git.runtime.name.as_str();
        let record = &entry.value;
        let kep = record.number;
        let known = record.runtimes.get(runtime);
        let mut facts = known
            .cloned()
            .unwrap_or_else(|| RuntimeFacts::in_state(BEGUN));
        let index = match part {
            None => None,
            Some(name) => {
                let mut parts = facts.parts.iter();
                let index = parts.position(|part| part.name.as_str() == name);
                let known = facts.parts.iter().map(|part| part.name.as_str());
                let known = match facts.parts.is_empty() {
                    true => String::new(),
                    false => format!(", only {}", one_of(known)),
                };
                Some(index.ok_or(NotAccepted::NoPart {
                    known,
                    kep,
                    part: name.to_owned(),
                    runtime: runtime.to_owned(),
                })?)
            }
        };
        let mut evidence = Vec::new();
        let mut branches = Vec::new();
        let chosen: BTreeSet<Named> = chosen.iter().copied().collect();
        for named in &chosen {
            let candidate = candidates.iter().find(|one| one.named() == *named);
            match candidate.map(|one| one.brings) {
                Some(Brings::Backport(minor, version)) if part.is_none() => {
                    branches.extend(candidate.map(|candidate| (candidate, minor, version)));
                }
                _ => evidence.push((self.as_evidence(kep, *named, &facts)?, candidate)),
            }
        }
        let list = match index.and_then(|index| facts.parts.get_mut(index)) {
            Some(part) => &mut part.evidence,
            None => &mut facts.evidence,
        };
        let shown = |all: &[Evidence]| {
            let all: Vec<String> = all.iter().map(|one| format!("\"{one}\"")).collect();
            (!all.is_empty()).then(|| format!("[{}]", all.join(", ")))
        };
        let before = shown(list);
        list.extend(evidence.iter().map(|(one, _)| one.clone()));
        let after = shown(list);
        let Compared { differences, .. } = self.git.compare(self.registry, &facts, self.today);
        let source = self.registry.file(entry.file);
        let mut proposal = Proposal::about(Some(Subject::Kep(kep)), source);
        let place = |key: FactKey| Place::at(key.written(runtime, &facts), key.pointer(runtime));
        let edited = edited(&source.text, |document| {
            for (one, _) in &evidence {
                let begin = (index, BEGUN.written());
                let listed = edit::add_evidence(document, runtime, begin, &one.to_string());
                if listed == Listed::Commented {
                    return Err(NotAccepted::Commented(one.to_string()));
                }
            }
            let mut changes = self.write(document, &facts, &differences);
            if known.is_none() {
                // What was begun for this edit nobody has seen.
                let state = place(FactKey {
                    part: None,
                    fact: Fact::State,
                });
                let mut begun = changes.iter_mut();
                if let Some(change) = begun.find(|change| change.place == state) {
                    change.before = None;
                }
            }
            if let Some((first, candidate)) = evidence.first() {
                let place = place(FactKey {
                    part: index,
                    fact: Fact::Evidence,
                });
                let change = Change::made(place, before, after);
                let change = change.because(because(*candidate));
                changes.insert(0, change.from(Some(origin(first))));
            }
            for (candidate, minor, version) in &branches {
                let key = FactKey {
                    part: None,
                    fact: Fact::Branch(*minor),
                };
                edit::set_fact(document, runtime, &key, version.to_string().into());
                let evidence = self.git.evidence(candidate.named());
                changes.push(
                    Change::made(place(key), None, Some(format!("\"{version}\"")))
                        .because(because(Some(candidate)))
                        .from(Some(origin(&evidence))),
                );
            }
            Ok(Some(changes))
        })?;
        if let Some((after, changes)) = edited {
            proposal.after = after;
            proposal.changes = changes;
        }
        Ok(proposal)
    }

    fn as_evidence(
        &self,
        kep: u32,
        named: Named,
        facts: &RuntimeFacts,
    ) -> Result<Evidence, NotAccepted> {
        let answer = self.git.history.answer(&[named]);
        if !answer.unmerged.is_empty() {
            return Err(NotAccepted::Unmerged {
                named: named.short(),
                read: self.git.read.clone(),
            });
        }
        if answer.merged.iter().all(|merge| !merge.is_in_default) {
            return Err(NotAccepted::OnABranch {
                named: named.short(),
            });
        }
        let evidence = self.git.evidence(named);
        if facts.all_evidence().any(|one| *one == evidence) {
            return Err(NotAccepted::Known {
                named: named.short(),
                kep,
            });
        }
        Ok(evidence)
    }
}

/// Why somebody accepted it, as far as that is known.
fn because(candidate: Option<&Candidate>) -> String {
    let reason = candidate.and_then(|candidate| candidate.reasons.first());
    reason.map_or_else(
        || "accepted".to_owned(),
        |reason| format!("accepted: {reason}"),
    )
}
