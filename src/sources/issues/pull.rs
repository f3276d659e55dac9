//! What GitHub says of issues and pull requests → edits of records, new records, and questions. Pure.
//!
//! An issue is what its title and the template's fields say; nobody's word in it chooses a folder, a repository or a handle that the
//! registry does not know. What is not plain is asked about, and nothing follows from it until somebody has answered.

use std::collections::BTreeMap;

use super::asked::Asked;
use super::form;
use super::items;
use super::mentions::{Mentions, Record};
use super::new_record::{Asker, Draft, DraftRequest, NoDraft, TrackingIssue, draft};
use super::seen::Found;
use super::tracked;
use super::untracked::{Fate, fates};
use crate::registry::edit::{NoToml, edited};
use crate::registry::load::{file_stem, leading_number};
use crate::sources::proposal::{Place, Proposal, Proposals, Question, Source};
use crate::terms::{IssueRef, Subject};

/// More records than these nobody triages in a week.
const MOST_RECORDS: usize = 100;

impl Asked<'_> {
    /// What was read proposes for each record, for issues that none names, and what it leaves to people.
    pub fn proposals(&self) -> Proposals {
        let Self { registry, seen, .. } = *self;
        let mut all = Proposals::of(Source::Issues);
        all.read = format!("GitHub read at {}", seen.at.to_the_minute());
        all.nothing = Some("the records know of all issues and pull requests".to_owned());
        for (repository, problem) in &seen.problems {
            all.warnings
                .push(format!("{repository} is left alone: {problem}"));
        }
        let mut pins = BTreeMap::new();
        let mut new = Vec::new();
        for (at, fate) in fates(self) {
            match fate {
                Fate::New(kep) => new.push((at, kep)),
                Fate::Pin(kep) => {
                    pins.insert(kep, at);
                }
                Fate::Asked(question) => all.questions.push(question),
                Fate::Remark(remark) => all.notes.push(remark),
            }
        }
        for entry in &registry.keps {
            // Of two records of one KEP, which `check` finds, the first one counts.
            let first = registry.kep(entry.value.number);
            let is_first = first.is_some_and(|first| first.file == entry.file);
            let pin = pins.get(&entry.value.number).filter(|_| is_first);
            if let Some(proposal) = tracked::proposal(self, entry, pin, &mut all) {
                all.proposals.push(proposal);
            }
        }
        for entry in &registry.items {
            if let Some(proposal) = items::proposal(self, entry, &mut all) {
                all.proposals.push(proposal);
            }
        }
        if new.len() > MOST_RECORDS {
            let left = new.len() - MOST_RECORDS;
            all.warnings.push(format!(
                "{left} more issues would become records: at most {MOST_RECORDS} do in one run"
            ));
            new.truncate(MOST_RECORDS);
        }
        for (at, kep) in new {
            match self.record(&at, kep, &mut all) {
                Ok(proposal) => all.proposals.push(proposal),
                Err(question) => all.questions.push(question),
            }
        }
        all
    }

    /// The record that an issue becomes.
    fn record(&self, at: &IssueRef, kep: u32, all: &mut Proposals) -> Result<Proposal, Question> {
        let Self { registry, seen, .. } = *self;
        let by_hand = format!(
            "`kepherd new kep {kep} --from-issue {} --title TEXT`",
            at.number
        );
        let asked = |why: String| self.question(at, Some(kep), why, by_hand.clone());
        let Some(listed) = seen.listed.get(at) else {
            return Err(asked("it is not to be seen any more".to_owned()));
        };
        let mut form = form::read(&listed.title, &listed.body);
        // Which KEP it is has been settled, by the title before the fields.
        form.keps.retain(|one| *one != kep);
        form.keps.insert(0, kep);
        let request = DraftRequest {
            number: kep,
            title: None,
            sig: None,
            issue: Some(TrackingIssue {
                repository: &at.repository,
                number: at.number,
                title: &listed.title,
                form: &form,
            }),
            by: Asker::Program,
        };
        let Draft {
            path,
            text,
            changes,
            remarks,
        } = draft(registry, &request).map_err(|why| match why {
            NoDraft::Untitled => asked("its title says nothing beside the number".to_owned()),
            why => asked(why.to_string()),
        })?;
        let mut files = registry.files.iter();
        let taken = files
            .find(|file| *file.path == *path || leading_number(file_stem(&file.path)) == Some(kep));
        if let Some(taken) = taken {
            return Err(asked(format!(
                "{} is named after the KEP, and is no record of it: run `kepherd check`",
                taken.path
            )));
        }
        let notes = remarks.iter();
        all.notes
            .extend(notes.map(|remark| format!("KEP-{kep}, from #{}: {remark}", at.number)));
        let mut proposal = Proposal::create(Some(Subject::Kep(kep)), path, text);
        let why = "opened with the template, and no record named it";
        let changes = changes
            .into_iter()
            .filter(|change| change.place != Place::key("number"));
        proposal.changes = changes
            .map(|change| match change.place == Place::key("issue") {
                true => change.because(why).from(Some(self.origin(at))),
                false => change,
            })
            .collect();
        if let Some(Found::Issue(issue)) = seen.tracked.get(at) {
            let record = Record::Draft(kep);
            let edited: Result<_, NoToml> = edited(&proposal.after, |document| {
                let mut mentions = Mentions::default();
                mentions.add(issue);
                let changes = mentions.write(self, document, record, at, all);
                Ok((!changes.is_empty()).then_some(changes))
            });
            if let Ok(Some((after, changes))) = edited {
                proposal.after = after;
                proposal.changes.extend(changes);
            }
        }
        Ok(proposal)
    }
}
