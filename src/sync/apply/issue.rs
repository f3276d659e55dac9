//! Issues: created, or announced and changed; each answer is compared with what was asked.

use super::definitions::Definitions;
use super::{Event, Run, TRIES, Written, refusal};
use crate::sync::journal::{self, Done, Leftovers, Work};
use crate::sync::observed::{Lookup, ObservedIssue};
use crate::sync::plan::{
    Action, Comment, IssuePlan, LeftOut, NewIssue, RepositoryPlan, Stale, Update,
};
use crate::sync::remote::{Read, Write, WriteKind};
use crate::terms::RepositoryName;

impl<C: Read + Write> Run<'_, '_, C> {
    pub(super) async fn issues(&mut self, plan: &RepositoryPlan, definitions: &Definitions) {
        let name = &plan.repository;
        for issue in &plan.issues {
            self.at.clone_from(&issue.url);
            let is_written = match &issue.action {
                Action::Create(new) => self.create(name, issue, new, definitions).await,
                Action::Update(update) => self.update(name, issue, update, definitions).await,
                Action::InSync | Action::NotTracked | Action::Blocked(_) => continue,
            };
            if !is_written {
                self.unwritten.insert(issue.subject.clone());
            }
        }
        self.at = None;
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
        let update = new.as_update();
        let number_of = |title: &str| definitions.milestones.get(title).copied();
        let asked = match update.patch(&ObservedIssue::default(), number_of) {
            Ok(asked) => asked,
            Err(Stale(field)) => {
                let field = field.as_str();
                self.failed(
                    what,
                    format!("its {field} is not there; nothing of it is written"),
                );
                return false;
            }
        };
        let work = Work {
            repository: repository.clone(),
            write: journal::Write::Issue {
                subject: issue.subject.clone(),
                after: self.highest.get(repository).copied().unwrap_or_default(),
            },
        };
        let create = self.client.create_issue(repository, &asked);
        let done = |answer: &ObservedIssue| Done {
            number: Some(answer.number),
            left_out: Vec::new(),
        };
        let kind = WriteKind::Creation;
        let Some(created) = self.write(&what, kind, &work, create, done).await else {
            return false;
        };
        match created {
            Ok(answer) => {
                let highest = self.highest.entry(repository.clone()).or_default();
                *highest = answer.number.max(*highest);
                self.wrote(issue, &answer, true);
                self.verify(&what, &asked, &answer, new.milestone.as_deref());
                self.correct(repository, issue, &what, &update, &answer).await;
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
        if let Some(comment) = &update.announcement
            && !self
                .announce(repository, issue, number, &what, comment)
                .await
        {
            return false;
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
            let send = self.client.update_issue(repository, number, &patch);
            let done = |answer: &ObservedIssue| Done {
                number: None,
                left_out: in_words(&patch.missing_in(answer, to.map(String::as_str))),
            };
            match self
                .write(&what, WriteKind::Change, &work, send, done)
                .await?
            {
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
        let correction = Update::of_section(correction);
        let number = answer.number;
        let mut there = answer.clone();
        // More patience than elsewhere: what is remembered wrongly is not found out later.
        for tried in 0..2 * TRIES {
            let Ok(patch) = correction.patch(&there, |_| None) else {
                return;
            };
            let work = updating(repository, issue, number, &correction);
            let send = self.client.update_issue(repository, number, &patch);
            let done = |answer: &ObservedIssue| Done {
                number: None,
                left_out: in_words(&patch.missing_in(answer, None)),
            };
            let kind = WriteKind::Change;
            let Some(updated) = self.write(what, kind, &work, send, done).await else {
                return;
            };
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
    pub(super) async fn afterwards(&mut self, plan: &RepositoryPlan) {
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
            let update = Update::of_section(change.clone());
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

    /// Posts an announcement, unless a run before this one has done so and was interrupted after it. Gives whether it is there.
    ///
    /// Until it is known to be there, the issue's section is not written: it is what remembers the announcement.
    async fn announce(
        &mut self,
        repository: &RepositoryName,
        issue: &IssuePlan,
        number: u64,
        what: &str,
        comment: &Comment,
    ) -> bool {
        let Comment { marker, body } = comment;
        if self.remembered.has_announced(repository, number, marker) {
            return true;
        }
        match self.client.has_comment(repository, number, marker).await {
            Ok(true) => return true,
            Ok(false) => {}
            Err(error) => {
                self.failed_by(
                    what.to_owned(),
                    &error,
                    format!("{error}; nothing is written"),
                );
                return false;
            }
        }
        let work = Work {
            repository: repository.clone(),
            write: journal::Write::Comment {
                number,
                marker: marker.clone(),
            },
        };
        let about = format!("the announcement of {}", issue.subject);
        let post = self.client.create_comment(repository, number, body);
        let done = |_: &String| Done::default();
        let kind = WriteKind::Creation;
        let Some(posted) = self.write(&about, kind, &work, post, done).await else {
            return false;
        };
        let why = match &posted {
            Ok(text) if text.lines().any(|line| line.trim_end() == marker) => {
                self.outcome.announced += 1;
                (self.told.people)(&Event::Announced {
                    subject: issue.subject.clone(),
                    name: issue.name.clone(),
                    number,
                    url: issue.url.clone(),
                });
                return true;
            }
            Ok(_) => {
                let why = "GitHub answered with success, and changed the announcement; the issue is not written";
                self.failed(what.to_owned(), why.to_owned());
                return false;
            }
            Err(error) if error.outcome_is_unknown() => format!(
                "{error}; whether the announcement was posted is not known: the next run looks for it first, and the issue \
                 is not written until then"
            ),
            Err(error) => {
                format!("{error}; the announcement is not posted, and the issue not written")
            }
        };
        if let Err(error) = posted {
            self.failed_by(what.to_owned(), &error, why);
        }
        false
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
}

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

/// What an answer left out, as the journal keeps it.
fn in_words(left_out: &[LeftOut]) -> Vec<String> {
    left_out.iter().map(ToString::to_string).collect()
}
