//! The labels of open pull requests.

use super::definitions::Definitions;
use super::{Event, Run, TRIES, refusal};
use crate::sync::journal::{self, Done, Work};
use crate::sync::observed::ObservedIssue;
use crate::sync::plan::{PullRequestAction, PullRequestPlan, RepositoryPlan, SetChange};
use crate::sync::remote::{Read, Write, WriteKind};
use crate::terms::RepositoryName;

impl<C: Read + Write> Run<'_, '_, C> {
    pub(super) async fn pull_requests(&mut self, plan: &RepositoryPlan, definitions: &Definitions) {
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
            let send = self.client.update_issue(repository, number, &patch);
            let done = |_: &ObservedIssue| Done::default();
            let kind = WriteKind::Change;
            let Some(updated) = self.write(&what, kind, &work, send, done).await else {
                return false;
            };
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
}
