//! Runs a plan: the only caller of [`Write`].
//!
//! Order: labels, milestones, new issues, changed issues (first the announcement, then the change), pull requests, and the
//! sections that remembered labels until these were off. A failure belongs to its issue, and the rest goes on. Each answer is
//! compared with what was asked, and a section is corrected where GitHub left something out. What may be repeated is tried
//! again after a look at what became of it; a new issue and a comment are not: the next run looks for them. Before a write is
//! sent the journal names it, and after it what became of it.

mod definitions;
mod issue;
mod pull_request;

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;

use crate::sync::journal::{self, Done, Refused, Work};
use crate::sync::observed::{Access, Observed, ObservedIssue, ObservedMilestone};
use crate::sync::plan::patch::Patch;
use crate::sync::plan::{LeftOut, Plan, RepositoryPlan};
use crate::sync::remembered::Remembered;
use crate::sync::remote::{Error, Read, Write, WriteKind};
use crate::terms::RepositoryName;
use crate::terms::Subject;

/// How often an update is tried whose outcome is not known.
const TRIES: usize = 3;

/// What has just happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A write is about to be made; what it is about.
    Writing(String),
    /// A label or a milestone was created.
    Mended {
        /// Where.
        repository: RepositoryName,
        /// What, and what became of it.
        what: String,
    },
    /// A label or a milestone was created.
    Defined {
        /// Where.
        repository: RepositoryName,
        /// What.
        what: String,
    },
    /// An issue was created or changed as the plan said.
    Wrote(Written),
    /// A comment was posted.
    Announced {
        /// What it is about.
        subject: Subject,
        /// The record's title.
        name: String,
        /// The issue.
        number: u64,
        /// Its address.
        url: Option<String>,
    },
    /// A pull request was labelled.
    Labelled {
        /// Where.
        repository: RepositoryName,
        /// Its number.
        number: u64,
    },
    /// Something was not done, or not wholly.
    Failed(Failure),
}

/// An issue that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// What it is about.
    pub subject: Subject,
    /// The record's title.
    pub name: String,
    /// Its number.
    pub number: u64,
    /// Its address.
    pub url: String,
    /// Whether it is new.
    pub created: bool,
}

/// Something that was not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What it was about.
    pub what: String,
    /// What went wrong: which request, what GitHub answered, what is and is not written.
    pub why: String,
    /// The address of the issue that it is about, if there is one.
    pub url: Option<String>,
}

/// What a run did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Issues created.
    pub created: usize,
    /// Issues changed.
    pub updated: usize,
    /// Labels and milestones created or put right.
    pub defined: usize,
    /// Announcements posted.
    pub announced: usize,
    /// Pull requests labelled.
    pub labelled: usize,
    /// What was not done, or not wholly.
    pub failures: Vec<Failure>,
    /// How many of these were done in part: GitHub left something out.
    pub partly: usize,
    /// Why the run ended before its end; what is left is in the next plan.
    pub stopped: Option<String>,
}

/// Who is told what a run does.
pub struct Told<'a> {
    /// People.
    pub people: &'a mut dyn FnMut(&Event),
    /// The journal. What it cannot write down is not sent.
    pub journal: &'a mut dyn FnMut(journal::Event) -> Result<(), String>,
}

/// Makes GitHub say what the plan says. What earlier runs left to know is not done again.
pub async fn apply<C: Read + Write>(
    plan: &Plan,
    observed: &Observed,
    remembered: &Remembered,
    client: &C,
    told: Told<'_>,
) -> Outcome {
    let seen = observed.repositories.iter();
    let mut run = Run {
        client,
        remembered,
        told,
        outcome: Outcome::default(),
        unwritten: BTreeSet::new(),
        unlabelled: BTreeSet::new(),
        highest: seen
            .clone()
            .map(|(name, seen)| (name.clone(), seen.highest()))
            .collect(),
        access: seen
            .map(|(name, seen)| (name.clone(), seen.access.clone()))
            .collect(),
        at: None,
    };
    let mut allowed = Vec::new();
    for repository in &plan.repositories {
        match refused_access(repository, observed) {
            Some(why) => run.forbidden(repository, why),
            None => allowed.push(repository),
        }
    }
    let mut definitions = Vec::new();
    for repository in &allowed {
        let milestones = observed
            .repositories
            .get(&repository.repository)
            .map(|seen| numbers(&seen.milestones))
            .unwrap_or_default();
        let defined = run.definitions(repository, milestones).await;
        match &defined.unrenamed {
            Some(what) => run.forbidden(
                repository,
                format!("{what} could not be renamed, so that nothing else is written there"),
            ),
            None => run.issues(repository, &defined).await,
        }
        definitions.push(defined);
    }
    // Their labels are remembered in the sections of issues, of any repository: so these come first.
    for (repository, defined) in allowed.iter().zip(&definitions) {
        if defined.unrenamed.is_none() {
            run.pull_requests(repository, defined).await;
        }
    }
    for repository in &allowed {
        run.afterwards(repository).await;
    }
    run.outcome
}

/// The numbers of milestones, by title.
fn numbers(milestones: &BTreeMap<String, ObservedMilestone>) -> BTreeMap<String, u64> {
    let all = milestones.iter();
    all.map(|(title, found)| (title.clone(), found.number))
        .collect()
}

/// Why nothing may be written to a repository that the plan writes to: known before the first write.
fn refused_access(plan: &RepositoryPlan, observed: &Observed) -> Option<String> {
    let seen = observed.repositories.get(&plan.repository);
    match seen.map(|seen| &seen.access) {
        Some(Access::Reads(instead)) if plan.writes() > 0 => Some(format!(
            "{} may not set labels, milestones and assignees there (it has: {instead}), and GitHub would drop them without \
             a word; nothing is written there: give it the role `triage`",
            observed.viewer
        )),
        _ => None,
    }
}

struct Run<'a, 't, C> {
    client: &'a C,
    remembered: &'a Remembered,
    told: Told<'t>,
    outcome: Outcome,
    /// What could not be written, so that nothing may rely on what its section remembers.
    unwritten: BTreeSet<Subject>,
    /// Whose pull requests could not be labelled, so that what their sections remember of labels is not over.
    unlabelled: BTreeSet<Subject>,
    /// The highest number that is known of each repository.
    highest: BTreeMap<RepositoryName, u64>,
    access: BTreeMap<RepositoryName, Access>,
    /// The address of the issue that is being written.
    at: Option<String>,
}

impl<C: Read + Write> Run<'_, '_, C> {
    /// Makes a write when its turn has come, with the journal told before and after; `None`: the run has ended.
    async fn write<T>(
        &mut self,
        what: &str,
        kind: WriteKind,
        work: &Work,
        request: impl Future<Output = Result<T, Error>>,
        done: impl Fn(&T) -> Done,
    ) -> Option<Result<T, Error>> {
        if !self.turn(what, kind, work).await {
            return None;
        }
        let result = request.await;
        self.settle(&result, done);
        Some(result)
    }

    /// Waits for the turn of a write, and writes down that it comes. If there is none, because the run has ended, nothing
    /// more is written.
    async fn turn(&mut self, what: &str, kind: WriteKind, work: &Work) -> bool {
        if self.outcome.stopped.is_some() {
            return false;
        }
        (self.told.people)(&Event::Writing(what.to_owned()));
        if let Err(held) = self.client.turn(kind).await {
            self.outcome.stopped = Some(held.to_string());
            return false;
        }
        self.note(journal::Event::Begin(work.clone()));
        self.outcome.stopped.is_none()
    }

    /// Writes down what became of a write.
    fn settle<T>(&mut self, result: &Result<T, Error>, done: impl Fn(&T) -> Done) {
        self.note(match result {
            Ok(answer) => journal::Event::Done(done(answer)),
            Err(error) => {
                let why = error.to_string();
                if error.outcome_is_unknown() {
                    journal::Event::Unknown(Refused { why })
                } else {
                    journal::Event::Refused(Refused { why })
                }
            }
        });
    }

    /// Tells the journal; without one that can be written to, the run ends.
    fn note(&mut self, event: journal::Event) {
        if let Err(why) = (self.told.journal)(event) {
            self.outcome.stopped = Some(format!("the journal cannot be written: {why}"));
        }
    }

    /// Nothing of a repository can be written.
    fn forbidden(&mut self, plan: &RepositoryPlan, why: String) {
        let subjects = plan.issues.iter().map(|issue| issue.subject.clone());
        self.unwritten.extend(subjects);
        self.failed(plan.repository.to_string(), why);
    }

    /// GitHub drops what it does not like without a word; that is a failure, not a success.
    fn verify(
        &mut self,
        what: &str,
        asked: &Patch,
        answer: &ObservedIssue,
        milestone: Option<&str>,
    ) -> bool {
        let missing = asked.missing_in(answer, milestone);
        let is_whole = missing.is_empty();
        if !is_whole {
            self.outcome.partly += 1;
            let question = match missing
                .iter()
                .any(|what| matches!(what, LeftOut::Assignee(_)))
            {
                true => "can that person be assigned there?",
                false => "may the identity set it?",
            };
            let missing: Vec<String> = missing.iter().map(ToString::to_string).collect();
            let missing = missing.join(", ");
            let why = format!(
                "GitHub answered with success, and left out {missing}; the rest is written: {question}"
            );
            self.failed(what.to_owned(), why);
        }
        is_whole
    }

    /// A failure; one that the rest would meet too ends the run. Where the run is only held up, nothing has failed.
    fn failed_by(&mut self, what: String, error: &Error, why: String) {
        if error.ends_a_run() {
            self.outcome.stopped = Some(error.to_string());
        }
        if !error.holds_up() {
            self.failed(what, why);
        }
    }

    fn failed(&mut self, what: String, why: String) {
        let url = self.at.clone();
        let failure = Failure { what, why, url };
        (self.told.people)(&Event::Failed(failure.clone()));
        self.outcome.failures.push(failure);
    }
}

/// Why a write was not made, with the people it was about if GitHub names that field and not them.
fn refusal(error: &Error, assignees: &[String]) -> String {
    if error.outcome_is_unknown() {
        return format!("{error}; whether it was written is not known: the next plan shows it");
    }
    let about_people = error.to_string().contains("assignees") && !assignees.is_empty();
    let people = if about_people {
        format!("; can {} be assigned there?", assignees.join(", "))
    } else {
        String::new()
    };
    format!("{error}{people}; nothing is written")
}
