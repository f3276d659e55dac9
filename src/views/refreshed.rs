//! What one refresh came to, source by source: what changed, what waits for a person, and what nobody tracks. Plain data, pure.

use crate::registry::kep::KepRecord;
use crate::registry::{Entry, Registry};
use crate::sources::proposal::{Proposal, Proposals};
use crate::terms::{Date, Handle, IssueRef, Subject};

/// A source whose newest commit is older than this is not what the project says today: all of these get commits every week.
pub const STALE_DAYS: i64 = 30;
/// A record of which only the day is new is left as it is until that day is so old: each day that is written is a change of its issue.
pub const REDATE_DAYS: i64 = 28;

/// All that a refresh came to.
#[derive(Debug, Clone, Default)]
pub struct Refreshed {
    /// By source, in the order in which they were asked.
    pub parts: Vec<Part>,
    /// What becomes of each file in the end, whichever sources edited it.
    pub files: Vec<Proposal>,
    /// The records that are new.
    pub created: Vec<Created>,
    /// KEPs that nobody tracks and that look as if a runtime had to do with them, most likely first.
    pub untracked: Vec<Nobodys>,
    /// How many more there are.
    pub more_untracked: usize,
}

/// A record that is new, as it is in the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Created {
    /// Whose it is.
    pub kep: u32,
    /// Its path.
    pub path: String,
    /// Its title.
    pub title: String,
    /// What it aims at, who sees it through, and what runtimes have.
    pub says: String,
    /// What tracks it.
    pub issue: Option<IssueRef>,
}

impl Created {
    /// Those among the files that were edited.
    pub fn all(registry: &Registry, files: &[Proposal]) -> Vec<Self> {
        let new = files.iter().filter(|file| file.before.is_none());
        let entries = new.filter_map(|file| match file.subject {
            Some(Subject::Kep(number)) => registry.kep(number),
            _ => None,
        });
        entries.map(|entry| Self::of(registry, entry)).collect()
    }

    fn of(registry: &Registry, entry: &Entry<KepRecord>) -> Self {
        let record = &entry.value;
        let aim = match (record.stage, record.target) {
            (Some(stage), Some(target)) => format!("{} in {target}", stage.written()),
            (Some(stage), None) => stage.written().to_owned(),
            (None, Some(target)) => target.to_string(),
            (None, None) => "no aim".to_owned(),
        };
        let shepherds: Vec<&str> = record.shepherds.iter().map(Handle::as_str).collect();
        let shepherds = match shepherds.is_empty() {
            true => "no shepherd".to_owned(),
            false => format!("shepherded by {}", shepherds.join(" and ")),
        };
        let repository = registry.repository_of(record.repository.as_ref());
        let issue = record.issue.zip(repository);
        let runtimes = record.runtimes.iter();
        let runtimes = runtimes.map(|(name, facts)| format!("{name}: {}", facts.state.said()));
        let parts = [aim, shepherds].into_iter();
        Self {
            kep: record.number,
            path: registry.file(entry.file).path.to_string(),
            title: record.title.to_string(),
            says: parts.chain(runtimes).collect::<Vec<_>>().join(" · "),
            issue: issue.map(|(number, repository)| IssueRef {
                repository: repository.clone(),
                number,
            }),
        }
    }
}

/// What one source came to.
#[derive(Debug, Clone)]
pub struct Part {
    /// What it is called: a repository, or GitHub.
    pub name: String,
    /// Whether it was read.
    pub state: State,
    /// What it proposes; what was good of it is written.
    pub proposals: Option<Proposals>,
}

/// Whether a source was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// It was.
    Read,
    /// It was, and says nothing of the last weeks.
    Stale {
        /// The day of its newest commit.
        newest: Date,
        /// How long ago that is.
        days: i64,
    },
    /// It was not; why.
    NotRead(String),
    /// It was not, and nobody has to do anything about that.
    NotAsked(String),
}

/// A KEP that nobody tracks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nobodys {
    /// Its number.
    pub kep: u32,
    /// Its title upstream.
    pub title: String,
    /// Why it looks as if a runtime had to do with it.
    pub why: String,
}

impl Part {
    /// Why a person should look at the source itself.
    pub fn trouble(&self) -> Option<String> {
        match &self.state {
            State::Read | State::NotAsked(_) => None,
            State::Stale { newest, days } => Some(format!(
                "its newest commit is of {newest}, {days} days ago: is the clone up to date?"
            )),
            State::NotRead(why) => Some(format!("it was not read: {why}")),
        }
    }
}

impl Refreshed {
    /// How many things wait for a person.
    pub fn waiting(&self) -> usize {
        let troubles = self.parts.iter().filter(|part| part.trouble().is_some());
        troubles.count() + self.proposals().map(Proposals::waiting).sum::<usize>()
    }

    /// What the sources propose.
    pub fn proposals(&self) -> impl Iterator<Item = &Proposals> {
        self.parts.iter().filter_map(|part| part.proposals.as_ref())
    }
}
