//! What earlier runs left to know: the third input of a plan, beside what is desired and what is observed.
//!
//! It is read from the journal. Of an issue that a run created and no record names yet it knows the number, of a creation that
//! nobody heard of where to look, and of an interrupted removal what is kepherd's still. It permits nothing by itself: what it
//! names is read before it counts. Pure.

use std::collections::{BTreeMap, BTreeSet};

use crate::sync::desired::{Desired, DesiredIssue};
use crate::sync::journal::{self, Damaged, Done, Event, FoundIssue, Leftovers, Place, Work, Write};
use crate::sync::observed::{Lookup, Observed};
use crate::sync::plan::options::Options;
use crate::terms::{Instant, RepositoryName, Subject};

/// What the runs before this one leave to know.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Remembered {
    /// Issues that were created.
    pub(super) created: BTreeMap<Subject, (RepositoryName, u64)>,
    /// Issues that may have been created.
    unknown: BTreeMap<Subject, Doubt>,
    /// Comments that were posted: repository, issue, marker.
    announced: BTreeSet<(RepositoryName, u64, String)>,
    /// What was being taken off issues.
    pub(super) leftovers: BTreeMap<Place, Leftovers>,
}

/// An issue that may have been created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    /// Where.
    pub repository: RepositoryName,
    /// Its number would be above this one.
    pub after: u64,
    /// When that was tried last.
    pub since: Instant,
}

/// A write whose outcome is not written yet.
struct UnderWay {
    work: Work,
    /// What was left on its issue before.
    before: Option<Leftovers>,
}

impl Remembered {
    /// Reads what the runs at an API leave to know.
    ///
    /// # Errors
    ///
    /// The journal is damaged, or is none.
    pub fn read(journal: &[u8], api: &str) -> Result<Self, Damaged> {
        let mut remembered = Self::default();
        let mut under_way: Option<UnderWay> = None;
        for (at, event) in journal::events(journal, api)? {
            match event {
                // What the run before it had under way when it was killed stays unknown.
                Event::Run(_) | Event::Unknown(_) => under_way = None,
                Event::Begin(work) => under_way = Some(remembered.begun(work, at)),
                Event::Done(done) => remembered.done(under_way.take(), &done),
                Event::Refused(_) => remembered.refused(under_way.take()),
                Event::Found(found) => remembered.found(found),
                Event::Gone(place) => remembered.is_off(&place),
                Event::End(_) => {}
            }
        }
        Ok(remembered)
    }

    fn begun(&mut self, work: Work, at: Instant) -> UnderWay {
        let mut before = None;
        match &work.write {
            Write::Issue { subject, after } => {
                let doubt = Doubt {
                    repository: work.repository.clone(),
                    after: *after,
                    since: at,
                };
                self.created.remove(subject);
                self.unknown.insert(subject.clone(), doubt);
            }
            Write::Update { removing, .. } => {
                if let Some(place) = work.place() {
                    before = self.leftovers.get(&place).cloned();
                    if !removing.is_empty() {
                        self.leftovers.entry(place).or_default().extend(removing);
                    }
                }
            }
            Write::Label(_)
            | Write::Milestone(_)
            | Write::Mend(_)
            | Write::Comment { .. }
            | Write::PullRequest(_) => {}
        }
        UnderWay { work, before }
    }

    fn done(&mut self, under_way: Option<UnderWay>, done: &Done) {
        let Some(UnderWay { work, .. }) = under_way else {
            return;
        };
        let place = work.place();
        match work.write {
            Write::Issue { subject, .. } => {
                if let Some(number) = done.number {
                    self.unknown.remove(&subject);
                    self.created.insert(subject, (work.repository, number));
                }
            }
            Write::Comment { number, marker } => {
                self.announced.insert((work.repository, number, marker));
            }
            // Another write to the same issue says nothing of what this one has not taken off.
            Write::Update { removing, .. } => {
                if let Some(place) = place.filter(|_| done.left_out.is_empty()) {
                    let left = self.leftovers.remove(&place).unwrap_or_default();
                    let left = left.without(&removing);
                    if !left.is_empty() {
                        self.leftovers.insert(place, left);
                    }
                }
            }
            Write::Label(_) | Write::Milestone(_) | Write::Mend(_) | Write::PullRequest(_) => {}
        }
    }

    /// Nothing was written: it is as it was before.
    fn refused(&mut self, under_way: Option<UnderWay>) {
        let Some(UnderWay { work, before }) = under_way else {
            return;
        };
        if let Some(place) = work.place() {
            self.leftovers.remove(&place);
            self.leftovers.extend(before.map(|before| (place, before)));
        }
        if let Write::Issue { subject, .. } = work.write {
            self.unknown.remove(&subject);
        }
    }

    /// What was being taken off an issue is off.
    fn is_off(&mut self, place: &Place) {
        self.leftovers.remove(place);
    }

    fn found(&mut self, found: FoundIssue) {
        let FoundIssue {
            repository,
            subject,
            number,
        } = found;
        self.unknown.remove(&subject);
        self.created.insert(subject, (repository, number));
    }

    /// The number that an earlier run wrote down of the issue of a record that names none, unless somebody asks for another
    /// one.
    pub fn number_of(
        &self,
        repository: &RepositoryName,
        issue: &DesiredIssue,
        options: &Options,
    ) -> Option<u64> {
        let (at, number) = self.created.get(&issue.subject)?;
        let is_open = issue.number.is_none() && !options.asks_for(&issue.subject);
        // A record that names it as a former one means another.
        let is_meant = at == repository && !issue.other_numbers.contains(number);
        (is_open && is_meant).then_some(*number)
    }

    /// What was being taken off an issue when it was last heard of: it is kepherd's still, whatever its section says.
    pub fn leftovers(&self, repository: &RepositoryName, number: u64) -> Option<&Leftovers> {
        self.leftovers.get(&Place {
            repository: repository.clone(),
            number,
        })
    }

    /// What may be there of the records without a number, by repository: above which number, and since when. Whoever asks for
    /// a new one has no doubt.
    pub fn in_doubt(&self, desired: &Desired, options: &Options) -> Vec<Doubt> {
        let mut doubts: BTreeMap<RepositoryName, Doubt> = BTreeMap::new();
        for (name, repository) in &desired.repositories {
            let unpinned = repository
                .issues
                .iter()
                .filter(|issue| issue.number.is_none());
            let unknown = unpinned
                .filter(|issue| !options.asks_for(&issue.subject))
                .filter_map(|issue| self.unknown.get(&issue.subject));
            for doubt in unknown.filter(|doubt| doubt.repository == *name) {
                let all = doubts.entry(name.clone()).or_insert_with(|| doubt.clone());
                all.after = all.after.min(doubt.after);
                all.since = all.since.max(doubt.since);
            }
        }
        doubts.into_values().collect()
    }

    /// The issues that have nothing left of what was being taken off them, as far as they were read.
    pub fn gone(&self, observed: &Observed) -> Vec<Place> {
        let is_off = |(place, leftovers): &(&Place, &Leftovers)| {
            let seen = observed.repositories.get(&place.repository);
            let lookup = seen.and_then(|seen| seen.issues.get(&place.number));
            matches!(lookup, Some(Lookup::Issue(issue)) if !leftovers.are_on(issue))
        };
        let places = self.leftovers.iter().filter(is_off);
        places.map(|(place, _)| place.clone()).collect()
    }

    /// Whether it is not known what became of the creation of a subject's issue.
    pub fn is_in_doubt(&self, subject: &Subject) -> bool {
        self.unknown.contains_key(subject)
    }

    /// Whether a comment was posted.
    pub fn has_announced(&self, repository: &RepositoryName, number: u64, marker: &str) -> bool {
        let place = (repository.clone(), number, marker.to_owned());
        self.announced.contains(&place)
    }
}
