//! What a runtime's history proposes for the records whose evidence it has: how far the runtime is, since which release, and what older
//! branches got. Pure.
//!
//! Nothing that people wrote is lowered or replaced: where git says otherwise, both sides are shown, and a person decides.

use toml_edit::Value;

use super::history::{Answer, First, History};
use crate::registry::calendars::Minor;
use crate::registry::config::Runtime;
use crate::registry::edit::{self, NoToml, edited};
use crate::registry::kep::{KepRecord, RuntimeFacts};
use crate::registry::{Entry, Registry};
use crate::sources::proposal::{
    Because, Change, Origin, Place, Proposal, Proposals, Settled, Source, Untouched,
};
use crate::terms::links::Site;
use crate::terms::{
    BranchDecision, Date, Evidence, IssueRef, Named, Release, RepositoryName, RuntimeState,
    Subject, Version,
};

/// What a pull is asked for.
pub struct Asked<'a> {
    /// The registry.
    pub registry: &'a Registry,
    /// The runtime.
    pub runtime: &'a Runtime,
    /// Its repository.
    pub repository: &'a RepositoryName,
    /// Its history.
    pub history: &'a History,
    /// Only these KEPs, if there are any.
    pub keps: &'a [u32],
    /// The day on which a minor is supported or not.
    pub today: Date,
    /// Who is right.
    pub settled: Settled,
}

impl Asked<'_> {
    /// What the history proposes for each record that names evidence in the runtime's repository.
    pub fn proposals(&self) -> Proposals {
        let mut all = Proposals::of(Source::Runtimes);
        let keps = self.registry.keps.iter();
        for entry in
            keps.filter(|entry| self.keps.is_empty() || self.keps.contains(&entry.value.number))
        {
            let record = &entry.value;
            let subject = Subject::Kep(record.number);
            let Some(facts) = record.runtimes.get(self.runtime.name.as_str()) else {
                continue;
            };
            if !entry.is_sound("runtimes") {
                let because = Because::Skipped(format!(
                    "{}: has errors, and is left alone: run `kepherd check`",
                    self.registry.file(entry.file).path
                ));
                all.untouched.push(Untouched { subject, because });
                continue;
            }
            let evidence: Vec<Named> = self.named(&facts.evidence);
            if evidence.is_empty() {
                continue;
            }
            match self.proposal(entry, facts, &self.history.answer(&evidence)) {
                Ok(proposal) => all.proposals.push(proposal),
                Err(error) => {
                    let because = Because::Skipped(error.to_string());
                    all.untouched.push(Untouched { subject, because });
                }
            }
        }
        all
    }

    /// The evidence that is in the runtime's repository.
    fn named(&self, evidence: &[Evidence]) -> Vec<Named> {
        let here = evidence
            .iter()
            .filter(|one| one.repository == *self.repository);
        here.map(|one| one.named).collect()
    }

    fn proposal(
        &self,
        entry: &Entry<KepRecord>,
        facts: &RuntimeFacts,
        answer: &Answer,
    ) -> Result<Proposal, NoToml> {
        let source = self.registry.file(entry.file);
        let mut proposal = Proposal::about(Some(Subject::Kep(entry.value.number)), source);
        let mut changes = Vec::new();
        let edited: Result<_, NoToml> = edited(&source.text, |document| {
            for wanted in self.wanted(facts, answer) {
                let key = format!("runtimes.{}.{}", self.runtime.name, wanted.key);
                let change =
                    Change::made(Place::key(key), wanted.before, Some(wanted.after.clone()))
                        .because(wanted.why)
                        .from(wanted.from);
                let settled = match wanted.is_for_people {
                    true if self.settled == Settled::Theirs => Settled::Not,
                    _ => self.settled,
                };
                let is_asked = wanted.is_contradiction && settled == Settled::Not;
                let stays = wanted.is_contradiction && settled == Settled::Ours;
                changes.push(if is_asked {
                    change.open(match wanted.is_for_people {
                        true => "write what is right, or pull with --ours",
                        false => "write what is right, or pull with --ours or --theirs",
                    })
                } else if stays || wanted.stays {
                    change.kept()
                } else {
                    edit::set_in_runtime(
                        document,
                        self.runtime.name.as_str(),
                        &wanted.key,
                        wanted.value,
                    );
                    change
                });
            }
            Ok(changes.iter().any(Change::is_made).then_some(()))
        });
        if let Some((after, ())) = edited? {
            proposal.after = after;
        }
        proposal.changes = changes;
        Ok(proposal)
    }

    /// What differs between a record and the history.
    fn wanted(&self, facts: &RuntimeFacts, answer: &Answer) -> Vec<Wanted> {
        let mut all = Vec::new();
        if !answer.unmerged.is_empty() {
            return all;
        }
        let state = match (answer.in_default, answer.first) {
            (true, Some(_)) => RuntimeState::Released,
            (true, None) => RuntimeState::Merged,
            (false, _) => {
                all.extend(self.taken_out(facts, answer));
                return all;
            }
        };
        let how = answer.first.map_or_else(
            || self.merged(answer),
            |(version, day)| self.released(answer, version, day),
        );
        let origin = || self.origin(answer);
        if facts.state != state {
            let is_lower = rank(facts.state) > rank(state);
            all.push(Wanted {
                key: "state".to_owned(),
                before: Some(quoted(facts.state.written())),
                after: quoted(state.written()),
                value: state.written().into(),
                why: match facts.state {
                    RuntimeState::Experimental => {
                        "git does not tell what is an experiment".to_owned()
                    }
                    _ => how.clone(),
                },
                from: origin(),
                is_contradiction: is_lower,
                // A judgement that git does not make.
                stays: facts.state == RuntimeState::Experimental,
                is_for_people: false,
            });
        }
        let Some((first, _)) = answer.first else {
            return all;
        };
        if facts.release != Some(first) {
            all.push(Wanted {
                key: "release".to_owned(),
                before: facts.release.map(|release| quoted(&release.to_string())),
                after: quoted(&first.to_string()),
                value: first.to_string().into(),
                why: how,
                from: origin(),
                is_contradiction: facts.release.is_some(),
                stays: false,
                is_for_people: false,
            });
        }
        let older = answer
            .lines
            .iter()
            .filter(|(minor, _)| **minor < first.release);
        for (minor, found) in older.filter(|(minor, _)| self.is_supported(**minor)) {
            let recorded = facts.branches.get(minor);
            if recorded == Some(&BranchDecision::Released(found.version)) {
                continue;
            }
            let is_open = matches!(recorded, None | Some(BranchDecision::Planned));
            all.push(Wanted {
                key: format!("branches.\"{minor}\""),
                before: recorded.map(|decision| quoted(&decision.to_string())),
                after: quoted(&found.version.to_string()),
                value: found.version.to_string().into(),
                why: self.backported(found),
                from: found.by.and_then(|(number, _)| self.link(number?)),
                is_contradiction: !is_open,
                stays: false,
                is_for_people: false,
            });
        }
        all
    }

    /// What was there once, and is not any more: that is for a person.
    fn taken_out(&self, facts: &RuntimeFacts, answer: &Answer) -> Option<Wanted> {
        let (commit, day) = answer.taken_out?;
        if rank(facts.state) < rank(RuntimeState::Merged) {
            return None;
        }
        let had: Vec<String> = answer
            .lines
            .values()
            .map(|one| one.version.to_string())
            .collect();
        let had = match had.as_slice() {
            [] => "no release had it".to_owned(),
            all => format!("it is in {} and perhaps later ones", all.join(", ")),
        };
        Some(Wanted {
            key: "state".to_owned(),
            before: Some(quoted(facts.state.written())),
            after: quoted(RuntimeState::InProgress.written()),
            value: RuntimeState::InProgress.written().into(),
            why: format!("{} took it out on {day}; {had}", short(&commit.to_string())),
            from: None,
            is_contradiction: true,
            stays: false,
            is_for_people: true,
        })
    }

    /// Whether the calendar says that a minor is supported still; of one that it does not know nothing is written.
    fn is_supported(&self, minor: Release) -> bool {
        let calendar = self.registry.runtimes.get(self.runtime.name.as_str());
        let minor = calendar.and_then(|calendar| calendar.value.minor(minor));
        let ends = |minor: &Minor| minor.end_of_life.map(|end| end.latest());
        minor.is_some_and(|minor| ends(minor).is_none_or(|end| end >= self.today))
    }

    fn merged(&self, answer: &Answer) -> String {
        let merges = answer.merged.iter().map(|(named, commit, day)| {
            let what = match named {
                Named::PullRequest(number) => format!("#{number}"),
                Named::Commit(id) => short(&id.to_string()),
            };
            format!(
                "{what} was merged on {day} as {}",
                short(&commit.to_string())
            )
        });
        merges.collect::<Vec<_>>().join(", ")
    }

    fn released(&self, answer: &Answer, version: Version, day: Date) -> String {
        let tag = self.runtime.tags.replace("{version}", &version.to_string());
        let is_backport = answer
            .lines
            .get(&version.release)
            .is_some_and(|one| one.by.is_some());
        let with = if is_backport {
            "with it, by a backport"
        } else {
            "that contains it"
        };
        format!(
            "{}, and {tag} of {day} is the first release {with}",
            self.merged(answer)
        )
    }

    fn backported(&self, found: &First) -> String {
        match found.by {
            Some((Some(number), _)) => {
                format!("#{number}, a backport, is in it since {}", found.day)
            }
            Some((None, commit)) => format!(
                "{}, a backport, is in it since {}",
                short(&commit.to_string()),
                found.day
            ),
            None => format!("it is in it since {}", found.day),
        }
    }

    fn origin(&self, answer: &Answer) -> Option<Origin> {
        let numbers = answer.merged.iter().find_map(|(named, ..)| match named {
            Named::PullRequest(number) => Some(*number),
            Named::Commit(_) => None,
        });
        self.link(numbers?)
    }

    fn link(&self, number: u64) -> Option<Origin> {
        let pull_request = IssueRef {
            repository: self.repository.clone(),
            number,
        };
        Some(Origin {
            what: pull_request.to_string(),
            link: Some(Site::github().address(&pull_request, "pull")),
        })
    }
}

/// A field that the history says something else of.
struct Wanted {
    key: String,
    before: Option<String>,
    after: String,
    value: Value,
    why: String,
    from: Option<Origin>,
    /// People wrote something else.
    is_contradiction: bool,
    /// It is shown, and stays.
    stays: bool,
    /// What git says of it is not enough to write it.
    is_for_people: bool,
}

/// How far a state is.
fn rank(state: RuntimeState) -> u8 {
    match state {
        RuntimeState::None => 0,
        RuntimeState::InProgress => 1,
        RuntimeState::Merged | RuntimeState::Experimental => 2,
        RuntimeState::Released => 3,
    }
}

fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}

fn short(id: &str) -> String {
    id.chars().take(7).collect()
}
