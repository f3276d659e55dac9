//! Adoption: what people changed on GitHub becomes an edit of the record. Pure.
//!
//! The other way round from a plan: of each field that drifted or is in conflict, GitHub's value is written into the
//! record. Afterwards both say the same, and the next plan has nothing to do about it.

use std::collections::BTreeSet;

use toml_edit::DocumentMut;

use crate::registry::Registry;
use crate::registry::config::Config;
use crate::registry::edit::{self, Listed};
use crate::sync::observed::ObservedIssue;
use crate::sync::plan::{Drift, Drifted, Field, IssuePlan};
use crate::terms::Release;
use crate::terms::Subject;
use crate::text::words::{has_name, same_name};

/// What adopting an issue's drift does to its record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Adoption {
    /// The edits, in words: `milestone: 2.4 → 2.5`.
    pub edits: Vec<String>,
    /// What cannot be taken over, and what to do instead.
    pub left: Vec<String>,
    /// What a person may want to add.
    pub also: Vec<String>,
}

/// Edits a record so that it says what its issue says.
pub fn adopt(
    registry: &Registry,
    document: &mut DocumentMut,
    plan: &IssuePlan,
    issue: &ObservedIssue,
) -> Adoption {
    let mut record = Record {
        config: &registry.config.value,
        shipped: registry
            .kubernetes
            .iter()
            .flat_map(|calendar| &calendar.value.cycles)
            .filter(|cycle| cycle.released.is_some())
            .map(|cycle| cycle.release)
            .collect(),
        document,
        subject: &plan.subject,
        adoption: Adoption::default(),
    };
    for drift in &plan.drift {
        record.take_over(drift, issue);
    }
    let unassigned = plan
        .drift
        .iter()
        .any(|drift| drift.field == Field::Assignees && matches!(drift.what, Drifted::Removed(_)));
    let named = edit::texts(record.document, record.people());
    for login in issue
        .assignees
        .iter()
        .filter(|login| !has_name(&named, login))
    {
        if unassigned {
            let key = record.people();
            record.adoption.also.push(format!(
                "{login} is assigned there, and not in `{key}`: add them if they take over"
            ));
        }
    }
    record.adoption
}

struct Record<'a> {
    config: &'a Config,
    shipped: BTreeSet<Release>,
    document: &'a mut DocumentMut,
    subject: &'a Subject,
    adoption: Adoption,
}

impl Record<'_> {
    fn take_over(&mut self, drift: &Drift, issue: &ObservedIssue) {
        match (drift.field, &drift.what) {
            (Field::Milestone, _) => self.milestone(issue),
            (Field::Labels, Drifted::Removed(label)) => self.label(label, issue),
            (Field::Assignees, Drifted::Removed(login)) => {
                let key = self.people();
                match edit::take_from_list(self.document, key, login) {
                    Listed::Edited => self.edited(format!("{key}: without {login}")),
                    Listed::Commented => self.leave(format!(
                        "`{key}` has comments inside, which would end up beside somebody else: take {login} out by hand"
                    )),
                }
            }
            (Field::Assignees, Drifted::Added(login)) => {
                let key = self.people();
                match edit::add_to_list(self.document, key, login) {
                    Listed::Edited => self.edited(format!("{key}: with {login}")),
                    Listed::Commented => self.leave(format!(
                        "`{key}` has comments inside, which would end up beside somebody else: add {login} by hand"
                    )),
                }
            }
            (Field::Title, Drifted::Replaced { to, .. }) => self.title(to),
            (Field::Section, _) => self.leave(
                "the status section is written from the record: edit the record instead".to_owned(),
            ),
            (field, _) => self.leave(format!("{}: {}", field.as_str(), drift.say())),
        }
    }

    /// The key that holds those who are assigned.
    fn people(&self) -> &'static str {
        match self.subject {
            Subject::Kep(_) => "shepherds",
            Subject::Item(_) => "assignees",
        }
    }

    fn milestone(&mut self, issue: &ObservedIssue) {
        let Some(title) = &issue.milestone else {
            self.set("milestone", None);
            return;
        };
        match self.config.milestone.release_of(title) {
            Some(release) => self.set("milestone", Some(release)),
            None => self.leave(format!(
                "milestone `{title}` names no release of {}: change it on GitHub, or in the record",
                self.config.home
            )),
        }
    }

    /// The label of a release was taken off: the target is the one that stands there instead, or none.
    fn label(&mut self, label: &str, issue: &ObservedIssue) {
        let pattern = &self.config.labels.kubernetes;
        if pattern.release_of(label).is_none() {
            let placeholder = pattern.placeholder.as_ref();
            let is_placeholder = placeholder.is_some_and(|name| same_name(name.as_str(), label));
            let facts = self.config.labels.by_fact().into_iter();
            let mut said = facts.filter(|(_, name)| same_name(name.as_str(), label));
            self.leave(if let Some((fact, _)) = said.next() {
                let (key, value) = (fact.key(), fact.value());
                format!("{label} says that the {key} is {value}: correct the record, or put the label back")
            } else if is_placeholder {
                format!("{label} stands for an accepted record without a target: set `target`, or correct `triage`")
            } else {
                format!("{label} is a label of every tracking issue: it is set in registry.toml")
            });
            return;
        }
        let others: BTreeSet<Release> = issue
            .labels
            .iter()
            .filter_map(|label| pattern.release_of(label))
            .filter(|release| !self.shipped.contains(release))
            .collect();
        let mut others = others.into_iter();
        match (others.next(), others.next()) {
            (Some(_), Some(_)) => self.leave(format!(
                "{label} was taken off, and there are several others: write the right `target` into the record"
            )),
            (only, _) => {
                self.set("target", only);
                let history: Vec<&String> = issue
                    .labels
                    .iter()
                    .filter(|label| pattern.release_of(label).is_some())
                    .collect();
                if let (None, [first, ..]) = (only, history.as_slice()) {
                    self.adoption.also.push(format!(
                        "{first} stands there; that release has shipped, so that it is no target"
                    ));
                }
            }
        }
    }

    fn title(&mut self, title: &str) {
        let issue = &self.config.issue;
        let short = match self.subject {
            Subject::Kep(number) => issue.short_title_of_kep(*number, title),
            Subject::Item(_) => issue.short_title_of_item(title),
        };
        match short {
            Some(short) => {
                edit::set(self.document, "title", short.as_str().into());
                self.edited(format!("title: {short}"));
            }
            None => self.leave(format!(
                "the title \"{title}\" is not of the pattern of registry.toml: change it on GitHub, or in the record"
            )),
        }
    }

    fn set(&mut self, key: &str, release: Option<Release>) {
        let before = edit::get(self.document, key);
        match release {
            Some(release) => edit::set(self.document, key, release.to_string().into()),
            None => edit::unset(self.document, key),
        }
        let after = edit::get(self.document, key);
        let shown = |value: Option<String>| value.unwrap_or_else(|| "none".to_owned());
        self.edited(format!("{key}: {} → {}", shown(before), shown(after)));
    }

    fn edited(&mut self, what: String) {
        self.adoption.edits.push(what);
    }

    fn leave(&mut self, what: String) {
        self.adoption.left.push(what);
    }
}
