//! Labels and milestones: put right and created before the issues that need them.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;

use super::{Event, Run, TRIES};
use crate::sync::journal::{self, Done, Work};
use crate::sync::observed::Access;
use crate::sync::plan::{Mend, RepositoryPlan};
use crate::sync::remote::{Error, Read, Write, WriteKind};
use crate::terms::RepositoryName;

/// <https://docs.github.com/en/organizations/managing-user-access-to-your-organizations-repositories/managing-repository-roles/repository-roles-for-an-organization>
const NO_DEFINITIONS: &str = "the role `triage` may not create labels and milestones: create it by hand, or give the identity the role `write`";

/// What the issues of a repository can rely on.
#[derive(Default)]
pub(super) struct Definitions {
    pub(super) milestones: BTreeMap<String, u64>,
    missing_labels: BTreeSet<String>,
    /// A label or milestone that could not be renamed, so that nothing else is written.
    pub(super) unrenamed: Option<String>,
}

impl<C: Read + Write> Run<'_, '_, C> {
    pub(super) async fn definitions(
        &mut self,
        plan: &RepositoryPlan,
        milestones: BTreeMap<String, u64>,
    ) -> Definitions {
        let (name, client) = (&plan.repository, self.client);
        let mut definitions = Definitions {
            milestones,
            missing_labels: BTreeSet::new(),
            unrenamed: None,
        };
        for mend in &plan.mended {
            let what = mend.what();
            let work = Work {
                repository: name.clone(),
                write: journal::Write::Mend(what.clone()),
            };
            let define = || client.mend(name, mend);
            if self.define(&what, work, define).await.is_some() {
                if let Mend::Milestone { title, number, .. } = mend {
                    definitions.milestones.insert(title.clone(), *number);
                }
                self.outcome.defined += 1;
                (self.told.people)(&Event::Mended {
                    repository: name.clone(),
                    what: format!("{what}: {}", mend.say()),
                });
            } else if mend.is_rename() {
                // All that is planned is planned with the new names.
                definitions.unrenamed = Some(what);
                return definitions;
            }
        }
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

    /// Creates a label or a milestone. One that exists already does as well, so that it may be tried again.
    async fn define<T, F: Future<Output = Result<T, Error>>>(
        &mut self,
        what: &str,
        work: Work,
        create: impl Fn() -> F,
    ) -> Option<T> {
        for tried in 0..TRIES {
            let done = |_: &T| Done::default();
            match self
                .write(what, WriteKind::Change, &work, create(), done)
                .await?
            {
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

    fn defined(&mut self, repository: &RepositoryName, what: String) {
        self.outcome.defined += 1;
        (self.told.people)(&Event::Defined {
            repository: repository.clone(),
            what,
        });
    }
}

impl Definitions {
    /// The first label or milestone that is needed and not there.
    pub(super) fn missing(&self, labels: &[String], milestone: Option<&String>) -> Option<String> {
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
