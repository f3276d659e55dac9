//! What a runtime's history says otherwise than a record: how far the runtime is, since which release, and what older branches got; of the
//! feature and of each of its parts. Pure.
//!
//! Nothing that people wrote is lowered or replaced by itself: a [`Difference`] says whether git only knows more, and who is asked otherwise.

use super::history::{Answer, Backport, First, History};
use crate::registry::Registry;
use crate::registry::calendars::Minor;
use crate::registry::config::Runtime;
use crate::registry::kep::{Fact, FactKey, RuntimeFacts};
use crate::terms::{
    BranchDecision, Date, Evidence, Named, Release, RepositoryName, RuntimeState, Version,
};

/// A runtime's history, as a clone of its repository has it.
pub struct RuntimeHistory {
    /// The runtime, as the registry has it.
    pub runtime: Runtime,
    /// Its repository.
    pub repository: RepositoryName,
    /// What hangs together in it.
    pub history: History,
    /// The last commit of the default branch, for people: "0123456789 of 2026-10-01".
    pub read: String,
    /// The day of that commit.
    pub day: Date,
    /// The command that writes what it says.
    pub pull: String,
}

/// A fact that a history says something else of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Which one.
    pub key: FactKey,
    /// What the record says, as it is written there; absent: nothing.
    pub recorded: Option<String>,
    /// What git says, as it would be written; absent: nothing that can be written.
    pub there: Option<String>,
    /// How git knows, in a sentence.
    pub why: String,
    /// The pull request, or commit, that tells.
    pub from: Option<Evidence>,
    /// What follows.
    pub verdict: Verdict,
}

/// What follows from a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Git knows more than the record, and nothing that people wrote is against it.
    News,
    /// People wrote something else: one of both is right.
    Contradiction,
    /// People wrote something else, and what git says is not enough to write it.
    Doubt,
    /// It is a judgement that git does not make, and stays.
    Judgement,
}

/// What a comparison of a record with a history gives.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Compared {
    /// What differs.
    pub differences: Vec<Difference>,
    /// What nothing follows from, and people should know.
    pub remarks: Vec<String>,
    /// Whether there was evidence to ask for.
    pub is_asked: bool,
    /// Whether there is evidence of the feature, and all of it lies in other repositories.
    pub is_elsewhere: bool,
}

/// The facts of a feature, or of a part of it.
struct Facts<'a> {
    part: Option<usize>,
    name: Option<&'a str>,
    state: RuntimeState,
    release: Option<Version>,
    evidence: &'a [Evidence],
}

impl RuntimeHistory {
    /// What the history says of a record's facts, on a day that decides which minors are supported.
    pub fn compare(&self, registry: &Registry, facts: &RuntimeFacts, today: Date) -> Compared {
        let mut compared = Compared::default();
        let whole = Facts {
            part: None,
            name: None,
            state: facts.state,
            release: facts.release,
            evidence: &facts.evidence,
        };
        if let Some(answer) = self.one(&whole, &mut compared) {
            let older = |minor: Release| self.is_supported(registry, minor, today);
            self.branches(facts, &answer, older, &mut compared);
        }
        for (index, part) in facts.parts.iter().enumerate() {
            let part = Facts {
                part: Some(index),
                name: Some(part.name.as_str()),
                state: part.state,
                release: part.release,
                evidence: &part.evidence,
            };
            self.one(&part, &mut compared);
        }
        compared
    }

    /// The state and the release of a feature, or of a part; the answer, if it says which release has it.
    fn one(&self, facts: &Facts<'_>, compared: &mut Compared) -> Option<Answer> {
        let named: Vec<Named> = self.here(facts.evidence).collect();
        if named.is_empty() {
            let elsewhere: Vec<String> = facts.evidence.iter().map(Evidence::to_string).collect();
            if !elsewhere.is_empty() {
                compared.is_elsewhere |= facts.part.is_none();
                let mut differ = Differ {
                    facts,
                    compared,
                    from: None,
                };
                differ.remark(&format!(
                    "its evidence is {}, and nothing of it is in {}",
                    elsewhere.join(", "),
                    self.repository
                ));
            }
            return None;
        }
        compared.is_asked = true;
        let answer = self.history.answer(&named);
        let mut differ = Differ {
            facts,
            compared,
            from: self.telling(&answer),
        };
        if !answer.unmerged.is_empty() {
            self.unmerged(&answer, &mut differ);
            return None;
        }
        if let Some(twice) = answer.claimed_twice.first() {
            let twice = twice.short();
            differ.remark(&format!(
                "several merges say that they are {twice}, and each of them counts"
            ));
        }
        let is_released = self.state(&answer, &mut differ)? == RuntimeState::Released;
        let first = answer.first.filter(|_| is_released)?;
        self.since(&answer, first, &mut differ);
        Some(answer)
    }

    /// Evidence that is on no branch: while work goes on, that is how it should be.
    fn unmerged(&self, answer: &Answer, differ: &mut Differ<'_>) {
        let all: Vec<String> = answer.unmerged.iter().map(|one| one.short()).collect();
        let is = if all.len() == 1 { "is" } else { "are" };
        let why = format!(
            "{} {is} on no branch of the clone at {}: nobody merged it, or the clone is older",
            all.join(", "),
            self.read
        );
        if !differ.is_merged() {
            differ.remark(&why);
            return;
        }
        let recorded = answer.unmerged.iter().map(|one| self.evidence(*one));
        let recorded: Vec<String> = recorded.map(|one| one.to_string()).collect();
        differ.from = answer.unmerged.first().map(|one| self.evidence(*one));
        let recorded = Some(recorded.join(", "));
        differ.push(Fact::Evidence, recorded, None, &why, Verdict::Doubt);
    }

    /// How far the runtime is; nothing, if that is for a person to say.
    fn state(&self, answer: &Answer, differ: &mut Differ<'_>) -> Option<RuntimeState> {
        let merged = self.merged(answer);
        match (answer.in_default, answer.first) {
            (true, Some((version, day))) if answer.is_released() => {
                let why = self.released(answer, version, day);
                Some(differ.found(RuntimeState::Released, &why))
            }
            (true, _) => {
                let lost = match answer.taken_out {
                    Some(_) => format!(
                        "{}; the default branch has it, and no release of the newest minor",
                        self.lost(answer)
                    ),
                    None => String::new(),
                };
                Some(differ.found(RuntimeState::Merged, &format!("{merged}{lost}")))
            }
            (false, _) if answer.taken_out.is_some() => {
                let why = format!("{merged}{}", self.lost(answer));
                if differ.is_merged() {
                    let recorded = Some(differ.facts.state.written().to_owned());
                    differ.push(Fact::State, recorded, None, &why, Verdict::Doubt);
                } else {
                    differ.remark(&why);
                }
                None
            }
            (false, first) => {
                let elsewhere = answer.merged.iter().filter(|merge| !merge.is_in_default);
                let elsewhere: Vec<String> = elsewhere.map(|merge| merge.named.short()).collect();
                let is = if elsewhere.len() == 1 { "is" } else { "are" };
                let has = match first {
                    Some((version, _)) => {
                        format!("{version} has all of it, and nothing says that newer minors do")
                    }
                    None => "no release has all of it".to_owned(),
                };
                differ.remark(&format!(
                    "{merged}; {} {is} on a release branch only, and {has}: as evidence, name what brought it to the default branch",
                    elsewhere.join(", ")
                ));
                None
            }
        }
    }

    /// Which release has it first, and which later ones have not.
    fn since(&self, answer: &Answer, (first, day): (Version, Date), differ: &mut Differ<'_>) {
        if !answer.without.is_empty() {
            let without: Vec<String> = answer.without.iter().map(Release::to_string).collect();
            differ.remark(&format!(
                "{first} has it, and the last release of {} has not",
                without.join(" and of ")
            ));
        }
        match differ.facts.release {
            Some(recorded) if recorded == first => {}
            None if self.history.oldest() == Some(first) => differ.remark(&format!(
                "{} is the oldest release that the clone has, and it has it already: whether an older one had it first is not known",
                self.tag(first)
            )),
            // What a clone lacks it cannot deny.
            Some(recorded) if recorded < first && !self.history.has_tag(recorded) => {
                differ.remark(&format!(
                    "the clone at {} has no {}, which the record names, so that nothing follows from it: does it have all tags (`git fetch \
                     --tags`)?",
                    self.read,
                    self.tag(recorded)
                ));
            }
            _ => differ.release(first, &self.released(answer, first, day)),
        }
    }

    /// What older branches that are supported still got.
    fn branches(
        &self,
        facts: &RuntimeFacts,
        answer: &Answer,
        is_supported: impl Fn(Release) -> bool,
        compared: &mut Compared,
    ) {
        let Some((first, _)) = answer.first else {
            return;
        };
        self.unfounded(facts, answer, compared);
        let older = answer.lines.iter();
        let older = older.filter(|(minor, _)| **minor < first.release && is_supported(**minor));
        for (minor, found) in older {
            if found.is_gone {
                compared.remarks.push(format!(
                    "{} {minor} had it in {}, and its later releases have not",
                    self.runtime.name,
                    span(found)
                ));
                continue;
            }
            if let Some(gap) = found.gap {
                compared.remarks.push(format!(
                    "{} {minor} has it since {}, and {gap} has not",
                    self.runtime.name, found.version
                ));
            }
            let recorded = facts.branches.get(minor);
            if recorded == Some(&BranchDecision::Released(found.version)) {
                continue;
            }
            let is_open = matches!(recorded, None | Some(BranchDecision::Planned));
            let number = found.by.and_then(|by| by.change.number);
            compared.differences.push(Difference {
                key: FactKey {
                    part: None,
                    fact: Fact::Branch(*minor),
                },
                recorded: recorded.map(ToString::to_string),
                there: Some(found.version.to_string()),
                why: backported(found),
                from: number.map(|number| self.evidence(Named::PullRequest(number))),
                verdict: match is_open {
                    true => Verdict::News,
                    false => Verdict::Contradiction,
                },
            });
        }
    }

    /// Releases of older branches that the record names, and in which git does not find it.
    fn unfounded(&self, facts: &RuntimeFacts, answer: &Answer, compared: &mut Compared) {
        for (minor, decision) in &facts.branches {
            let BranchDecision::Released(version) = decision else {
                continue;
            };
            // What a clone lacks it cannot deny, and a title is enough for a person.
            let is_accepted = || {
                let mut titled = self
                    .here(&facts.evidence)
                    .flat_map(|one| self.history.same_title(one));
                titled.any(|(_, of, since)| of == *minor && since <= *version)
            };
            if answer.lines.contains_key(minor) || !self.history.has_tag(*version) || is_accepted()
            {
                continue;
            }
            let evidence: Vec<String> = answer.merged.iter().map(|one| one.named.short()).collect();
            compared.differences.push(Difference {
                key: FactKey {
                    part: None,
                    fact: Fact::Branch(*minor),
                },
                recorded: Some(version.to_string()),
                there: None,
                why: format!(
                    "no release of {minor} has {}, nor a backport that says so",
                    evidence.join(", ")
                ),
                from: self.telling(answer),
                verdict: Verdict::Doubt,
            });
        }
    }

    /// The first release of the calendar, by a day, that is younger than the clone and not in it.
    pub fn lacks(&self, registry: &Registry, today: Date) -> Option<(Version, Date)> {
        let calendar = registry.runtimes.get(self.runtime.name.as_str())?;
        let minors = calendar.value.minors.iter();
        let known = minors.flat_map(|minor| {
            let first = minor.released.map(|day| {
                let release = minor.release;
                (Version { release, patch: 0 }, day)
            });
            let patches = minor.patches.iter().map(|(version, day)| (*version, *day));
            first.into_iter().chain(patches)
        });
        let lacking = known.filter(|(version, day)| {
            *day > self.day && *day <= today && !self.history.has_tag(*version)
        });
        lacking.min_by_key(|(version, day)| (*day, *version))
    }

    /// Whether the calendar says that a minor is supported still; of one that it does not know nothing is written.
    pub fn is_supported(&self, registry: &Registry, minor: Release, today: Date) -> bool {
        let calendar = registry.runtimes.get(self.runtime.name.as_str());
        let minor = calendar.and_then(|calendar| calendar.value.minor(minor));
        let ends = |minor: &Minor| minor.end_of_life.map(|end| end.latest());
        minor.is_some_and(|minor| ends(minor).is_none_or(|end| end >= today))
    }

    fn tag(&self, version: Version) -> String {
        self.runtime.tags.replace("{version}", &version.to_string())
    }

    /// What of some evidence is in this history's repository.
    pub(super) fn here<'a>(
        &'a self,
        evidence: impl IntoIterator<Item = &'a Evidence>,
    ) -> impl Iterator<Item = Named> {
        let here = evidence.into_iter();
        here.filter(|one| one.repository == self.repository)
            .map(|one| one.named)
    }

    /// Something of this history's repository, as evidence.
    pub(super) fn evidence(&self, named: Named) -> Evidence {
        Evidence {
            repository: self.repository.clone(),
            named,
        }
    }

    /// The evidence that an answer rests on first.
    fn telling(&self, answer: &Answer) -> Option<Evidence> {
        answer.merged.first().map(|one| self.evidence(one.named))
    }

    /// Where the evidence came in.
    fn merged(&self, answer: &Answer) -> String {
        let merges = answer.merged.iter().map(|merge| {
            let (what, day, commit) = (merge.named.short(), merge.day, merge.commit.short());
            match merge.named {
                Named::PullRequest(_) => format!("{what} was merged on {day} as {commit}"),
                Named::Commit(_) => format!("{what} was committed on {day}"),
            }
        });
        merges.collect::<Vec<_>>().join(", ")
    }

    fn released(&self, answer: &Answer, version: Version, day: Date) -> String {
        if self.history.oldest() == Some(version) {
            return format!(
                "{}, and {} of {day}, the oldest release that the clone has, contains it",
                self.merged(answer),
                self.tag(version)
            );
        }
        let line = answer.lines.get(&version.release);
        let with = match line.and_then(|line| line.by) {
            Some(by) => format!("with it, by {}", brought(by)),
            None => "that contains it".to_owned(),
        };
        format!(
            "{}, and {} of {day} is the first release {with}",
            self.merged(answer),
            self.tag(version)
        )
    }

    /// Which releases had it, and what took it out.
    fn lost(&self, answer: &Answer) -> String {
        let Some(out) = answer.taken_out else {
            return String::new();
        };
        let had: Vec<String> = answer.lines.values().map(span).collect();
        let was = match had.as_slice() {
            [] => String::new(),
            all => format!(", was in {}", all.join(" and ")),
        };
        format!(
            "{was}, and came out with {} on {}",
            out.named().short(),
            out.day
        )
    }
}

/// Differences in the making.
struct Differ<'a> {
    facts: &'a Facts<'a>,
    compared: &'a mut Compared,
    from: Option<Evidence>,
}

impl Differ<'_> {
    /// Whether the record says that it is merged, or more.
    fn is_merged(&self) -> bool {
        rank(self.facts.state) >= rank(RuntimeState::Merged)
    }

    /// What nothing follows from; of a part it says of which.
    fn remark(&mut self, what: &str) {
        let about = self.facts.name.map(|name| format!("{name}: "));
        let about = about.unwrap_or_default();
        self.compared.remarks.push(format!("{about}{what}"));
    }

    /// A state that git has found.
    fn found(&mut self, state: RuntimeState, why: &str) -> RuntimeState {
        let recorded = self.facts.state;
        let verdict = match recorded {
            RuntimeState::Experimental => Verdict::Judgement,
            _ if rank(recorded) > rank(state) => Verdict::Contradiction,
            _ => Verdict::News,
        };
        let why = match verdict {
            Verdict::Judgement => "git does not tell what is an experiment",
            _ => why,
        };
        if recorded != state {
            let there = Some(state.written().to_owned());
            let recorded = Some(recorded.written().to_owned());
            self.push(Fact::State, recorded, there, why, verdict);
        }
        state
    }

    fn release(&mut self, release: Version, why: &str) {
        let recorded = self.facts.release.map(|release| release.to_string());
        let verdict = match recorded {
            Some(_) => Verdict::Contradiction,
            None => Verdict::News,
        };
        let there = Some(release.to_string());
        self.push(Fact::Release, recorded, there, why, verdict);
    }

    fn push(
        &mut self,
        fact: Fact,
        recorded: Option<String>,
        there: Option<String>,
        why: &str,
        verdict: Verdict,
    ) {
        self.compared.differences.push(Difference {
            key: FactKey {
                part: self.facts.part,
                fact,
            },
            recorded,
            there,
            why: why.to_owned(),
            from: self.from.clone(),
            verdict,
        });
    }
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

fn brought(by: Backport) -> String {
    let how = match by.is_named {
        true => "as the name of its branch says",
        false => "as its commits say",
    };
    format!(
        "{}, a backport of {}, {how}",
        by.change.named().short(),
        by.of.short()
    )
}

fn backported(found: &First) -> String {
    match found.by {
        Some(by) => format!("{}; {} of {} has it", brought(by), found.version, found.day),
        None => format!("{} of {} has it", found.version, found.day),
    }
}

/// The releases of a minor that have it.
fn span(found: &First) -> String {
    match found.last == found.version {
        true => found.version.to_string(),
        false => format!("{} to {}", found.version, found.last),
    }
}
