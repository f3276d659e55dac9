//! Adoption: what people changed on GitHub becomes an edit of the record. Pure.
//!
//! The other way round from a plan: of each field that drifted or is in conflict, GitHub's value is written into the
//! record. Afterwards both say the same, and the next plan has nothing to do about it.

use std::collections::BTreeSet;

use toml_edit::DocumentMut;

use crate::registry::Registry;
use crate::registry::config::Config;
use crate::registry::edit::{self, Listed, NoToml, edited};
use crate::sources::proposal::{Change, Decision, Origin, Place, Proposal};
use crate::sync::observed::ObservedIssue;
use crate::sync::plan::{Action, Drift, Drifted, Field, IssuePlan, Notice};
use crate::sync::section::TemplateField;
use crate::terms::{Handle, Release, Stage, Subject};
use crate::text::words::{has_name, same_name};

/// The proposal that makes a record say what its issue says; absent: the plan speaks of no file of the registry. A conflict is settled
/// only if somebody names the record.
///
/// # Errors
///
/// The record is no TOML.
pub fn adopt(
    registry: &Registry,
    plan: &IssuePlan,
    issue: &ObservedIssue,
    is_named: bool,
) -> Result<Option<Adoption>, NoToml> {
    let mut files = registry.files.iter();
    let Some(source) = files.find(|file| *file.path == *plan.record) else {
        return Ok(None);
    };
    let mut proposal = Proposal::about(Some(plan.subject.clone()), source);
    let mut notes = Vec::new();
    let edited: Result<_, NoToml> = edited(&source.text, |document| {
        let mut record = Record {
            config: &registry.config.value,
            maintainers: maintainers(registry),
            shipped: shipped(registry),
            document,
            plan,
            by: None,
            changes: Vec::new(),
            notes: Vec::new(),
        };
        record.adopt(issue);
        (proposal.changes, notes) = (record.changes, record.notes);
        Ok(proposal.made().next().is_some().then_some(()))
    });
    let edited = edited?;
    let is_conflict = matches!(&plan.action, Action::Blocked(blocked) if blocked.is_conflict());
    if is_conflict && !is_named {
        // Record and issue have both changed: whose word counts is for a person to say.
        for change in proposal
            .changes
            .iter_mut()
            .filter(|change| change.is_made())
        {
            change.why.push_str(", and the record was changed too");
            change.decision = Decision::Open {
                settled_by: format!(
                    "`kepherd adopt {}` takes what GitHub says; else correct it there",
                    plan.subject.named()
                ),
            };
        }
    } else if let Some((text, ())) = edited {
        proposal.after = text;
    }
    Ok(Some(Adoption { proposal, notes }))
}

/// What adopting an issue's drift comes to.
#[derive(Debug)]
pub struct Adoption {
    /// The edit of its record.
    pub proposal: Proposal,
    /// What a person may want to add.
    pub notes: Vec<String>,
}

/// Everybody on the roster.
fn maintainers(registry: &Registry) -> Vec<&Handle> {
    let rosters = registry.roster.iter();
    let all = rosters.flat_map(|roster| &roster.value.maintainers);
    all.map(|maintainer| &maintainer.github).collect()
}

/// The releases that have shipped.
fn shipped(registry: &Registry) -> BTreeSet<Release> {
    let calendars = registry.kubernetes.iter();
    let cycles = calendars.flat_map(|calendar| &calendar.value.cycles);
    let shipped = cycles.filter(|cycle| cycle.released.is_some());
    shipped.map(|cycle| cycle.release).collect()
}

struct Record<'a> {
    config: &'a Config,
    maintainers: Vec<&'a Handle>,
    shipped: BTreeSet<Release>,
    document: &'a mut DocumentMut,
    plan: &'a IssuePlan,
    /// Who caused what is taken over, and when, as far as is known.
    by: Option<String>,
    changes: Vec<Change>,
    notes: Vec<String>,
}

impl Record<'_> {
    fn adopt(&mut self, issue: &ObservedIssue) {
        let plan = self.plan;
        for drift in &plan.drift {
            self.by = Some(drift.say_who())
                .map(|who| who.trim_start_matches([' ', ',']).to_owned())
                .filter(|who| !who.is_empty());
            self.take_over(drift, issue);
        }
        self.by = None;
        for notice in &plan.notices {
            if let Notice::Template { field, says, .. } = notice {
                self.answer(*field, says);
            }
        }
        let mut drifts = plan.drift.iter();
        let is_unassigned = drifts.any(|drift| {
            drift.field == Field::Assignees && matches!(drift.what, Drifted::Removed(_))
        });
        let key = self.people();
        let named = edit::texts(self.document, key);
        let others = issue.assignees.iter();
        for login in others.filter(|login| is_unassigned && !has_name(&named, login)) {
            self.notes.push(format!(
                "{}: {login} is assigned there, and not in `{key}`: add them if they take over",
                plan.subject
            ));
        }
    }

    fn take_over(&mut self, drift: &Drift, issue: &ObservedIssue) {
        match (drift.field, &drift.what) {
            (Field::Milestone, _) => self.milestone(issue),
            (Field::Labels, Drifted::Removed(label)) => self.label(label, issue),
            (Field::Assignees, Drifted::Removed(login)) => {
                self.list(login, "take", |document, key| {
                    edit::take_from_list(document, key, login)
                });
            }
            (Field::Assignees, Drifted::Added(login)) => {
                self.list(login, "add", |document, key| {
                    edit::add_to_list(document, key, login)
                });
            }
            (Field::Title, Drifted::Replaced { to, .. }) => self.title(to),
            (Field::Section, _) => self.leave(
                Change::made(Place::key("section"), None, None)
                    .because("the status section is written from the record"),
                "edit the record instead",
            ),
            (field, _) => self.leave(
                Change::made(Place::key(field.as_str()), None, None).because(drift.say()),
                "decide which it is",
            ),
        }
    }

    /// People edited a field of the issue's template.
    fn answer(&mut self, field: TemplateField, says: &str) {
        let key = field.written();
        match field {
            TemplateField::Target => match says.parse::<Release>() {
                Ok(release) if !self.shipped.contains(&release) => {
                    self.set(key, Some(release));
                }
                _ => {
                    let before = edit::get(self.document, key);
                    let there = toml_edit::Value::from(says).to_string();
                    let change = Change::made(Place::key(key), before, Some(there));
                    let why = "that is not one release that is still ahead";
                    self.leave(
                        change.because(why),
                        "write the right `target` into the record",
                    );
                }
            },
            TemplateField::Stage => match says.parse::<Stage>() {
                Ok(stage) => {
                    let before = edit::get(self.document, key);
                    edit::set(self.document, key, stage.written().into());
                    self.edited(key, before);
                }
                Err(_) => {
                    let before = edit::get(self.document, key);
                    let there = toml_edit::Value::from(says).to_string();
                    let change = Change::made(Place::key(key), before, Some(there));
                    let why = "that is not one stage";
                    self.leave(
                        change.because(why),
                        "write the right `stage` into the record",
                    );
                }
            },
            TemplateField::Shepherds => {
                // As the roster spells them.
                let spelt = |login: &str| {
                    let mut known = self.maintainers.iter();
                    let known = known.find(|one| same_name(one.as_str(), login));
                    known.map_or(login, |one| one.as_str()).to_owned()
                };
                let now: Vec<String> = says.split(", ").map(spelt).collect();
                let before = edit::texts(self.document, key);
                let come = now.iter().filter(|one| !has_name(&before, one));
                let go = before.iter().filter(|one| !has_name(&now, one));
                let (come, go): (Vec<&String>, Vec<&String>) = (come.collect(), go.collect());
                self.list("edit", "it", |document, key| {
                    let come = come.iter().map(|one| edit::add_to_list(document, key, one));
                    let come: Vec<Listed> = come.collect();
                    let go = go
                        .iter()
                        .map(|one| edit::take_from_list(document, key, one));
                    match come
                        .into_iter()
                        .chain(go)
                        .any(|one| one == Listed::Commented)
                    {
                        true => Listed::Commented,
                        false => Listed::Edited,
                    }
                });
            }
        }
    }

    /// The key that holds those who are assigned.
    fn people(&self) -> &'static str {
        match self.plan.subject {
            Subject::Kep(_) => "shepherds",
            Subject::Item(_) => "assignees",
        }
    }

    /// Somebody comes or goes.
    fn list(
        &mut self,
        login: &str,
        verb: &str,
        edit: impl FnOnce(&mut DocumentMut, &str) -> Listed,
    ) {
        let key = self.people();
        let before = edit::get(self.document, key);
        match edit(self.document, key) {
            Listed::Edited => self.edited(key, before),
            Listed::Commented => self.leave(
                Change::made(Place::key(key), None, None).because(
                    "the list has comments inside, which would end up beside somebody else",
                ),
                &match verb {
                    "take" => format!("take {login} out by hand"),
                    _ => format!("{verb} {login} by hand"),
                },
            ),
        }
    }

    fn milestone(&mut self, issue: &ObservedIssue) {
        let Some(title) = &issue.milestone else {
            self.set("milestone", None);
            return;
        };
        match self.config.milestone.release_of(title) {
            Some(release) => self.set("milestone", Some(release)),
            None => {
                let before = edit::get(self.document, "milestone");
                let there = toml_edit::Value::from(title.as_str()).to_string();
                let change = Change::made(Place::key("milestone"), before, Some(there));
                let why = format!("it names no release of {}", self.config.home);
                self.leave(change.because(why), "change it on GitHub, or in the record");
            }
        }
    }

    /// The label of a release was taken off: the target is the one that stands there instead, or none.
    fn label(&mut self, label: &str, issue: &ObservedIssue) {
        let pattern = &self.config.labels.kubernetes;
        if pattern.release_of(label).is_none() {
            self.other_label(label);
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
            (Some(_), Some(_)) => {
                let before = edit::get(self.document, "target");
                let change = Change::made(Place::key("target"), before, None);
                self.leave(
                    change.because(format!(
                        "{label} was taken off, and there are several others"
                    )),
                    "write the right `target` into the record",
                );
            }
            (only, _) => {
                self.set("target", only);
                let mut history = issue.labels.iter();
                let history = history.find(|label| pattern.release_of(label).is_some());
                if let (None, Some(first)) = (only, history) {
                    self.notes.push(format!(
                        "{}: {first} stands there; that release has shipped, so that it is no target",
                        self.plan.subject
                    ));
                }
            }
        }
    }

    /// A label was taken off that is no release's.
    fn other_label(&mut self, label: &str) {
        let labels = &self.config.labels;
        let is_it = |name: &str| same_name(name, label);
        let mut facts = labels.by_fact().into_iter();
        let said = facts.find(|(_, name)| is_it(name.as_str()));
        let placeholder = labels.kubernetes.placeholder.as_ref();
        if let Some((fact, _)) = said {
            let before = edit::get(self.document, fact.key());
            self.leave(
                Change::made(Place::key(fact.key()), before, None)
                    .because(format!("{label} was taken off, and says {}", fact.value())),
                "correct the record, or put the label back",
            );
        } else if placeholder.is_some_and(|name| is_it(name.as_str())) {
            self.leave(
                Change::made(Place::key("target"), None, None).because(format!(
                    "{label} was taken off, and stands for an accepted record without a target"
                )),
                "set `target`, or correct `triage`",
            );
        } else {
            self.leave(
                Change::made(Place::key("labels"), None, None).because(format!(
                    "{label} was taken off, and is a label of every tracking issue"
                )),
                "put it back, or take it out of `issue.labels` in registry.toml",
            );
        }
    }

    fn title(&mut self, title: &str) {
        let issue = &self.config.issue;
        let short = match &self.plan.subject {
            Subject::Kep(number) => {
                let sig = self.plan.record.split('/').next().unwrap_or_default();
                issue.short_title_of_kep(sig, *number, title)
            }
            Subject::Item(_) => issue.short_title_of_item(title),
        };
        let before = edit::get(self.document, "title");
        match short {
            Some(short) => {
                edit::set(self.document, "title", short.as_str().into());
                self.edited("title", before);
            }
            None => {
                let there = toml_edit::Value::from(title).to_string();
                self.leave(
                    Change::made(Place::key("title"), before, Some(there))
                        .because("that is not of the pattern of registry.toml"),
                    "change it on GitHub, or in the record",
                );
            }
        }
    }

    fn set(&mut self, key: &str, release: Option<Release>) {
        let before = edit::get(self.document, key);
        let comments = match release {
            Some(_) => Vec::new(),
            None => edit::comments_of(self.document, key),
        };
        match release {
            Some(release) => edit::set(self.document, key, release.to_string().into()),
            None => edit::unset(self.document, key),
        }
        self.edited(key, before);
        if !comments.is_empty()
            && let Some(change) = self.changes.last_mut()
        {
            let comments = comments.join(" ");
            change
                .why
                .push_str(&format!("; its comment goes with it: {comments}"));
        }
    }

    /// A key that was edited.
    fn edited(&mut self, key: &str, before: Option<String>) {
        edit::is_decided(self.document, key);
        let after = edit::get(self.document, key);
        let change = Change::made(Place::key(key), before, after);
        let why = match &self.by {
            Some(by) => format!("changed {by}"),
            None => "changed by people".to_owned(),
        };
        self.changes.push(change.because(why).from(self.origin()));
    }

    /// What cannot be taken over, and what to do instead.
    fn leave(&mut self, change: Change, settled_by: &str) {
        let origin = self.origin();
        self.changes.push(change.from(origin).open(settled_by));
    }

    fn origin(&self) -> Option<Origin> {
        let number = self.plan.number?;
        Some(Origin {
            what: format!("#{number}"),
            link: self.plan.url.clone(),
        })
    }
}
