//! Runs a plan: the only caller of [`Write`].
//!
//! Order: labels, milestones, new issues, changed issues (first the announcement, then the change), pull requests, and the
//! sections that remembered labels until these were off. A failure belongs to its issue, and the rest goes on. Each answer is
//! compared with what was asked, and a section is corrected where GitHub left something out. What may be repeated is tried
//! again after a look at what became of it; a new issue and a comment are not: the next run looks for them. Before a write is
//! sent the journal names it, and after it what became of it.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;

use crate::desired::Subject;
use crate::github::{Error, Read, Write, WriteKind};
use crate::journal::{self, Done, Refused, Remembered, Work};
use crate::observed::{Access, Leftovers, Lookup, Observed, ObservedIssue};
use crate::plan::patch::{Patch, Stale};
use crate::plan::{
    Action, Comment, IssuePlan, NewIssue, Plan, PullRequestAction, PullRequestPlan, RepositoryPlan,
    SetChange, Update,
};
use crate::registry::values::RepositoryName;

/// How often an update is tried whose outcome is not known.
const TRIES: usize = 3;

/// What has just happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A write is about to be made; what it is about.
    Writing(String),
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
        /// The issue.
        number: u64,
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
}

/// What a run did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Issues created.
    pub created: usize,
    /// Issues changed.
    pub updated: usize,
    /// Labels and milestones created.
    pub defined: usize,
    /// Announcements posted.
    pub announced: usize,
    /// Pull requests labelled.
    pub labelled: usize,
    /// What was not done.
    pub failures: Vec<Failure>,
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
    };
    let (allowed, forbidden): (Vec<_>, Vec<_>) = plan
        .repositories
        .iter()
        .partition(|repository| refused_access(repository, observed).is_none());
    for repository in forbidden {
        if let Some(why) = refused_access(repository, observed) {
            run.forbidden(repository, why);
        }
    }
    let mut definitions = Vec::new();
    for repository in &allowed {
        let milestones = observed
            .repositories
            .get(&repository.repository)
            .map(|seen| seen.milestones.clone())
            .unwrap_or_default();
        let defined = run.definitions(repository, milestones).await;
        run.issues(repository, &defined).await;
        definitions.push(defined);
    }
    // Their labels are remembered in the sections of issues, of any repository: so these come first.
    for (repository, defined) in allowed.iter().zip(&definitions) {
        run.pull_requests(repository, defined).await;
    }
    for repository in &allowed {
        run.afterwards(repository).await;
    }
    run.outcome
}

/// Why nothing may be written to a repository that the plan writes to: known before the first write.
pub fn refused_access(plan: &RepositoryPlan, observed: &Observed) -> Option<String> {
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
}

/// <https://docs.github.com/en/organizations/managing-user-access-to-your-organizations-repositories/managing-repository-roles/repository-roles-for-an-organization>
const NO_DEFINITIONS: &str = "the role `triage` may not create labels and milestones: create it by hand, or give the identity the role `write`";

/// A change of an issue, for the journal.
fn updating(repository: &RepositoryName, issue: &IssuePlan, number: u64, update: &Update) -> Work {
    Work {
        repository: repository.clone(),
        write: journal::Write::Update {
            subject: issue.subject.clone(),
            number,
            removing: Leftovers {
                labels: update.labels.remove.clone(),
                assignees: update.assignees.remove.clone(),
            },
        },
    }
}

/// What the issues of a repository can rely on.
#[derive(Default)]
struct Definitions {
    milestones: BTreeMap<String, u64>,
    missing_labels: BTreeSet<String>,
}

impl<C: Read + Write> Run<'_, '_, C> {
    async fn definitions(
        &mut self,
        plan: &RepositoryPlan,
        milestones: BTreeMap<String, u64>,
    ) -> Definitions {
        let (name, client) = (&plan.repository, self.client);
        let mut definitions = Definitions {
            milestones,
            missing_labels: BTreeSet::new(),
        };
        let may_create = self.access.get(name) != Some(&Access::Triages);
        for label in &plan.labels {
            let what = format!("label {}", label.name);
            if !may_create {
                definitions.missing_labels.insert(label.name.to_lowercase());
                self.failed(what, NO_DEFINITIONS.to_owned());
                continue;
            }
            let work = Work {
                repository: name.clone(),
                write: journal::Write::Label(label.name.clone()),
            };
            let define = || client.create_label(name, label);
            if self.define(&what, work, define).await.is_some() {
                self.defined(name, what);
            } else {
                definitions.missing_labels.insert(label.name.to_lowercase());
            }
        }
        for milestone in &plan.milestones {
            let what = format!("milestone {}", milestone.title);
            if !may_create {
                self.failed(what, NO_DEFINITIONS.to_owned());
                continue;
            }
            let work = Work {
                repository: name.clone(),
                write: journal::Write::Milestone(milestone.title.clone()),
            };
            let define = || client.create_milestone(name, milestone);
            if let Some(number) = self.define(&what, work, define).await {
                definitions
                    .milestones
                    .insert(milestone.title.clone(), number);
                self.defined(name, what);
            }
        }
        definitions
    }

    async fn issues(&mut self, plan: &RepositoryPlan, definitions: &Definitions) {
        let name = &plan.repository;
        for issue in &plan.issues {
            let is_written = match &issue.action {
                Action::Create(new) => self.create(name, issue, new, definitions).await,
                Action::Update(update) => self.update(name, issue, update, definitions).await,
                Action::InSync | Action::NotTracked | Action::Blocked(_) => continue,
            };
            if !is_written {
                self.unwritten.insert(issue.subject.clone());
            }
        }
    }

    async fn pull_requests(&mut self, plan: &RepositoryPlan, definitions: &Definitions) {
        for pull_request in &plan.pull_requests {
            let PullRequestAction::Label(change) = &pull_request.action else {
                continue;
            };
            let name = &plan.repository;
            if !self.label(name, pull_request, change, definitions).await {
                let subjects = pull_request.subjects.iter().cloned();
                self.unlabelled.extend(subjects);
            }
        }
    }

    async fn create(
        &mut self,
        repository: &RepositoryName,
        issue: &IssuePlan,
        new: &NewIssue,
        definitions: &Definitions,
    ) -> bool {
        let what = format!("{} ({})", issue.subject, issue.record);
        if self.outcome.stopped.is_some() {
            return false;
        }
        if let Some(missing) = definitions.missing(&new.labels, new.milestone.as_ref()) {
            self.failed(
                what,
                format!("{missing} could not be created; nothing of the issue is written"),
            );
            return false;
        }
        let milestone = new
            .milestone
            .as_ref()
            .and_then(|title| definitions.milestones.get(title));
        let work = Work {
            repository: repository.clone(),
            write: journal::Write::Issue {
                subject: issue.subject.clone(),
                after: self.highest.get(repository).copied().unwrap_or_default(),
            },
        };
        if !self.turn(&what, WriteKind::Creation, &work).await {
            return false;
        }
        let created = self
            .client
            .create_issue(repository, new, milestone.copied())
            .await;
        self.settle(&created, |answer| Done {
            number: Some(answer.number),
            left_out: Vec::new(),
        });
        match created {
            Ok(answer) => {
                let highest = self.highest.entry(repository.clone()).or_default();
                *highest = answer.number.max(*highest);
                let asked = Patch {
                    title: Some(new.title.clone()),
                    body: Some(new.body.clone()),
                    labels: Some(new.labels.clone()),
                    assignees: Some(new.assignees.clone()),
                    milestone: milestone.map(|number| Some(*number)),
                    ..Patch::default()
                };
                self.wrote(issue, &answer, true);
                self.verify(&what, &asked, &answer, new.milestone.as_deref());
                self.correct(repository, issue, &what, &new.as_update(), &answer).await;
                return true;
            }
            Err(error) if error.outcome_is_unknown() => self.failed_by(
                what,
                &error,
                format!(
                    "{error}; whether the issue was created is not known: the next run looks for its marker first"
                ),
            ),
            Err(error) => {
                let why = refusal(&error, &new.assignees);
                self.failed_by(what, &error, why);
            }
        }
        false
    }

    async fn update(
        &mut self,
        repository: &RepositoryName,
        issue: &IssuePlan,
        update: &Update,
        definitions: &Definitions,
    ) -> bool {
        let Some(number) = issue.number else {
            return false;
        };
        let what = format!("{} (#{number}, {})", issue.subject, issue.record);
        let to = update
            .milestone
            .as_ref()
            .and_then(|change| change.to.as_ref());
        if self.outcome.stopped.is_some() {
            return false;
        }
        if let Some(missing) = definitions.missing(&update.labels.add, to) {
            self.failed(
                what,
                format!("{missing} could not be created; nothing of the issue is written"),
            );
            return false;
        }
        if let Some(comment) = &update.announcement {
            match self.announce(repository, issue, number, comment).await {
                Some(Ok(())) => {}
                Some(Err(why)) => {
                    self.failed(what, why);
                    return false;
                }
                None => return false,
            }
        }
        let answer = self
            .change(repository, issue, number, &what, update, definitions)
            .await;
        if let Some(answer) = &answer {
            self.wrote(issue, answer, false);
        }
        answer.is_some()
    }

    /// Writes what changes of an issue; gives it as GitHub made it, unless that failed.
    async fn change(
        &mut self,
        repository: &RepositoryName,
        issue: &IssuePlan,
        number: u64,
        what: &str,
        update: &Update,
        definitions: &Definitions,
    ) -> Option<ObservedIssue> {
        let what = what.to_owned();
        let to = update
            .milestone
            .as_ref()
            .and_then(|change| change.to.as_ref());
        for tried in 0..TRIES {
            let fresh = match self.client.issue(repository, number).await {
                Ok(Lookup::Issue(fresh)) => fresh,
                Ok(_) => {
                    let why = "it is not an issue any more; nothing is written";
                    self.failed(what, why.to_owned());
                    return None;
                }
                Err(error) => {
                    self.failed_by(what, &error, format!("{error}; nothing is written"));
                    return None;
                }
            };
            if tried > 0 && update.is_done(&fresh) {
                return Some(*fresh);
            }
            let number_of = |title: &str| definitions.milestones.get(title).copied();
            let patch = match update.patch(&fresh, number_of) {
                Ok(patch) => patch,
                Err(Stale(field)) => {
                    let field = field.as_str();
                    let why = format!(
                        "its {field} was changed since the plan; nothing is written: plan again"
                    );
                    self.failed(what, why);
                    return None;
                }
            };
            let work = updating(repository, issue, number, update);
            if !self.turn(&what, WriteKind::Change, &work).await {
                return None;
            }
            let updated = self.client.update_issue(repository, number, &patch).await;
            self.settle(&updated, |answer| Done {
                number: None,
                left_out: patch.missing_in(answer, to.map(String::as_str)),
            });
            match updated {
                Ok(answer) => {
                    self.verify(&what, &patch, &answer, to.map(String::as_str));
                    self.correct(repository, issue, &what, update, &answer)
                        .await;
                    return Some(answer);
                }
                // The same patch twice is the same issue; but somebody may have edited it meanwhile, so it is read again.
                Err(error) if error.outcome_is_unknown() && tried + 1 < TRIES => {}
                Err(error) => {
                    let why = refusal(&error, &update.assignees.add);
                    self.failed_by(what, &error, why);
                    return None;
                }
            }
        }
        None
    }

    /// Where GitHub left something out, the section must not remember it as done.
    async fn correct(
        &mut self,
        repository: &RepositoryName,
        issue: &IssuePlan,
        what: &str,
        update: &Update,
        answer: &ObservedIssue,
    ) {
        let Some(correction) = update.correction(answer) else {
            return;
        };
        let correction = Update {
            section: Some(correction),
            ..Update::default()
        };
        let number = answer.number;
        let mut there = answer.clone();
        // More patience than elsewhere: what is remembered wrongly is not found out later.
        for tried in 0..2 * TRIES {
            let Ok(patch) = correction.patch(&there, |_| None) else {
                return;
            };
            let work = updating(repository, issue, number, &correction);
            if !self.turn(what, WriteKind::Change, &work).await {
                return;
            }
            let updated = self.client.update_issue(repository, number, &patch).await;
            self.settle(&updated, |answer| Done {
                number: None,
                left_out: patch.missing_in(answer, None),
            });
            match updated {
                Ok(_) => return,
                Err(error) if error.outcome_is_unknown() && tried + 1 < 2 * TRIES => {}
                Err(error) => {
                    let why = format!(
                        "{error}; its section says that something was done that GitHub left out"
                    );
                    self.failed_by(what.to_owned(), &error, why);
                    return;
                }
            }
            if let Ok(Lookup::Issue(fresh)) = self.client.issue(repository, number).await {
                there = *fresh;
            }
        }
    }

    /// The sections that remembered labels on pull requests until these were taken off.
    async fn afterwards(&mut self, plan: &RepositoryPlan) {
        for issue in &plan.issues {
            let (Some(number), Some(change)) = (issue.number, &issue.afterwards) else {
                continue;
            };
            let subject = &issue.subject;
            if self.unwritten.contains(subject) || self.unlabelled.contains(subject) {
                // The labels are still there, or may be: the next run sees to it.
                continue;
            }
            let what = format!("{} (#{number}, {}), once more", issue.subject, issue.record);
            let update = Update {
                section: Some(change.clone()),
                ..Update::default()
            };
            self.change(
                &plan.repository,
                issue,
                number,
                &what,
                &update,
                &Definitions::default(),
            )
            .await;
        }
    }

    /// Posts an announcement, unless a run before this one has done so and was interrupted after it.
    ///
    /// Until it is known to be there, the issue's section is not written: it is what remembers the announcement.
    async fn announce(
        &mut self,
        repository: &RepositoryName,
        issue: &IssuePlan,
        number: u64,
        comment: &Comment,
    ) -> Option<Result<(), String>> {
        if self
            .remembered
            .has_announced(repository, number, &comment.marker)
        {
            return Some(Ok(()));
        }
        let found = self
            .client
            .has_comment(repository, number, &comment.marker)
            .await;
        match found {
            Ok(true) => return Some(Ok(())),
            Ok(false) => {}
            Err(error) => return Some(Err(self.stopped_by(&error, "nothing is written"))),
        }
        let what = format!("the announcement of {}", issue.subject);
        let work = Work {
            repository: repository.clone(),
            write: journal::Write::Comment {
                number,
                marker: comment.marker.clone(),
            },
        };
        if !self.turn(&what, WriteKind::Creation, &work).await {
            return None;
        }
        let posted = self
            .client
            .create_comment(repository, number, &comment.body)
            .await;
        self.settle(&posted, |_| Done::default());
        Some(match posted {
            Ok(text) if text.lines().any(|line| line.trim_end() == comment.marker) => {
                self.outcome.announced += 1;
                (self.told.people)(&Event::Announced {
                    subject: issue.subject.clone(),
                    number,
                });
                Ok(())
            }
            Ok(_) => Err(
                "GitHub answered with success, and changed the announcement; the issue is not written".to_owned(),
            ),
            Err(error) if error.outcome_is_unknown() => Err(format!(
                "{error}; whether the announcement was posted is not known: the next run looks for it first, \
                 and the issue is not written until then"
            )),
            Err(error) => Err(self.stopped_by(
                &error,
                "the announcement is not posted, and the issue not written",
            )),
        })
    }

    async fn label(
        &mut self,
        repository: &RepositoryName,
        pull_request: &PullRequestPlan,
        change: &SetChange,
        definitions: &Definitions,
    ) -> bool {
        if self.outcome.stopped.is_some() {
            return false;
        }
        let number = pull_request.number;
        let what = format!("pull request {repository}#{number}");
        let subjects = &pull_request.subjects;
        if let Some(subject) = subjects.iter().find(|one| self.unwritten.contains(one)) {
            let why =
                format!("the issue of {subject} was not written, which has to remember its labels");
            self.failed(what, why);
            return false;
        }
        if let Some(missing) = definitions.missing(&change.add, None) {
            self.failed(
                what,
                format!("{missing} could not be created; nothing is written"),
            );
            return false;
        }
        for tried in 0..TRIES {
            let there = match self.client.labels_of_pull_request(repository, number).await {
                Ok(Some(there)) => there,
                // Closed since the plan: it is left alone from then on.
                Ok(None) => return true,
                Err(error) => {
                    self.failed_by(what, &error, format!("{error}; nothing is written"));
                    return false;
                }
            };
            if tried > 0 && change.is_done(&there) {
                self.labelled(repository, number);
                return true;
            }
            let patch = change.patch_of_labels(&there);
            let work = Work {
                repository: repository.clone(),
                write: journal::Write::PullRequest(number),
            };
            if !self.turn(&what, WriteKind::Change, &work).await {
                return false;
            }
            let updated = self.client.update_issue(repository, number, &patch).await;
            self.settle(&updated, |_| Done::default());
            match updated {
                Ok(answer) => {
                    self.labelled(repository, number);
                    return self.verify(&what, &patch, &answer, None);
                }
                Err(error) if error.outcome_is_unknown() && tried + 1 < TRIES => {}
                Err(error) => {
                    self.failed_by(what, &error, refusal(&error, &[]));
                    return false;
                }
            }
        }
        false
    }

    fn labelled(&mut self, repository: &RepositoryName, number: u64) {
        self.outcome.labelled += 1;
        (self.told.people)(&Event::Labelled {
            repository: repository.clone(),
            number,
        });
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
            self.failed(
                what.to_owned(),
                format!(
                    "GitHub answered with success, and left out {}; the rest is written. \
                     May the identity set it, and can the person be assigned?",
                    missing.join(", ")
                ),
            );
        }
        is_whole
    }

    /// Creates a label or a milestone. One that exists already does as well, so that it may be tried again.
    async fn define<T, F: Future<Output = Result<T, Error>>>(
        &mut self,
        what: &str,
        work: Work,
        create: impl Fn() -> F,
    ) -> Option<T> {
        for tried in 0..TRIES {
            if !self.turn(what, WriteKind::Change, &work).await {
                return None;
            }
            let created = create().await;
            self.settle(&created, |_| Done::default());
            match created {
                Ok(defined) => return Some(defined),
                Err(error) if error.outcome_is_unknown() && tried + 1 < TRIES => {}
                Err(error) => {
                    self.failed_by(what.to_owned(), &error, error.to_string());
                    return None;
                }
            }
        }
        None
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

    fn defined(&mut self, repository: &RepositoryName, what: String) {
        self.outcome.defined += 1;
        (self.told.people)(&Event::Defined {
            repository: repository.clone(),
            what,
        });
    }

    fn wrote(&mut self, issue: &IssuePlan, answer: &ObservedIssue, created: bool) {
        if created {
            self.outcome.created += 1;
        } else {
            self.outcome.updated += 1;
        }
        (self.told.people)(&Event::Wrote(Written {
            subject: issue.subject.clone(),
            name: issue.name.clone(),
            number: answer.number,
            url: answer.url.clone(),
            created,
        }));
    }

    /// A failure; one that the rest would meet too ends the run.
    fn failed_by(&mut self, what: String, error: &Error, why: String) {
        self.stopped_by(error, "");
        self.failed(what, why);
    }

    /// Ends the run if the rest would meet the same error. Gives the error with what that means.
    fn stopped_by(&mut self, error: &Error, meaning: &str) -> String {
        if error.ends_a_run() {
            self.outcome.stopped = Some(error.to_string());
        }
        format!("{error}; {meaning}")
    }

    fn failed(&mut self, what: String, why: String) {
        let failure = Failure { what, why };
        (self.told.people)(&Event::Failed(failure.clone()));
        self.outcome.failures.push(failure);
    }
}

impl Definitions {
    /// The first label or milestone that is needed and not there.
    fn missing(&self, labels: &[String], milestone: Option<&String>) -> Option<String> {
        let label = labels
            .iter()
            .find(|label| self.missing_labels.contains(&label.to_lowercase()))
            .map(|label| format!("its label {label}"));
        let milestone = milestone
            .filter(|title| !self.milestones.contains_key(*title))
            .map(|title| format!("its milestone {title}"));
        label.or(milestone)
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
