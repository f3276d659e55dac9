//! The journal: what a run was about to write, and what became of it, a line of JSON each (JSONL).
//!
//! A line is on disk before its write is sent, so that whatever ends a run, the next one knows what may have happened. It
//! never decides that something is there: it names numbers that are read, and markers that are not posted twice. Pure; the
//! file is `commands/journal.rs`.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::sync::desired::Desired;
use crate::sync::observed::{Leftovers, Lookup, Observed};
use crate::sync::plan::Options;
use crate::terms::Subject;
use crate::terms::{Instant, RepositoryName};

/// The version of the format; a line of another one is not guessed at.
pub const VERSION: u32 = 1;

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Line {
    /// When, in UTC.
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub at: Instant,
    /// What.
    pub event: Event,
}

/// What a line tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Event {
    /// A run begins; the lines after it are its own.
    Run(RunStart),
    /// A write is about to be sent.
    Begin(Work),
    /// It was carried out.
    Done(Done),
    /// It was refused, and nothing was written.
    Refused(Refused),
    /// Nobody knows whether it was carried out.
    Unknown(Refused),
    /// An issue was found that an earlier run had created without knowing it.
    Found(Found),
    /// What an earlier run was taking off an issue is off.
    Gone(Place),
    /// The run has ended by itself.
    End(RunEnd),
}

/// A run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RunStart {
    /// The version of this format.
    pub version: u32,
    /// The address of the API: numbers mean nothing at another one.
    pub api: String,
    /// Who writes.
    pub login: String,
    /// The hash of the plan that is applied.
    pub plan: String,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RunEnd {
    /// How much of it failed.
    pub failures: usize,
    /// Why it ended before its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<String>,
}

/// A write.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Work {
    /// Where.
    pub repository: RepositoryName,
    /// What.
    pub write: Write,
}

impl Work {
    /// The issue that is changed.
    fn place(&self) -> Option<Place> {
        match &self.write {
            Write::Update { number, .. } => Some(Place {
                repository: self.repository.clone(),
                number: *number,
            }),
            _ => None,
        }
    }
}

/// What is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Write {
    /// A new label, by its name.
    Label(String),
    /// A new milestone, by its title.
    Milestone(String),
    /// A new issue.
    Issue {
        /// What it is about.
        subject: Subject,
        /// The highest number that was known in the repository: the new one is above it.
        after: u64,
    },
    /// A change of an issue.
    Update {
        /// What it is about.
        subject: Subject,
        /// Its number.
        number: u64,
        /// What is taken off it: until that is known to be done, it counts as kepherd's.
        #[serde(default, skip_serializing_if = "Leftovers::is_empty")]
        removing: Leftovers,
    },
    /// A comment.
    Comment {
        /// The issue.
        number: u64,
        /// The line by which the comment is found again.
        marker: String,
    },
    /// The labels of a pull request, by its number.
    PullRequest(u64),
}

/// What came of a write.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Done {
    /// The number of what is new.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<u64>,
    /// What GitHub left out without a word.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<String>,
}

/// What went wrong with a write.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Refused {
    /// In words.
    pub why: String,
}

/// An issue that an earlier run had created without knowing it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Found {
    /// Where.
    pub repository: RepositoryName,
    /// What it is about.
    pub subject: Subject,
    /// Its number.
    pub number: u64,
}

/// An issue, by its number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Place {
    /// Where.
    pub repository: RepositoryName,
    /// Its number.
    pub number: u64,
}

/// What the runs before this one leave to know.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Remembered {
    /// Issues that were created.
    created: BTreeMap<Subject, (RepositoryName, u64)>,
    /// Issues that may have been created.
    unknown: BTreeMap<Subject, Doubt>,
    /// Comments that were posted: repository, issue, marker.
    announced: BTreeSet<(RepositoryName, u64, String)>,
    /// What was being taken off issues.
    leftovers: BTreeMap<Place, Leftovers>,
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

/// A journal that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Damaged {
    /// A whole line that is none of a journal.
    #[error("line {line} is no line of a journal ({why})")]
    Line {
        /// From 1.
        line: usize,
        /// What is wrong with it.
        why: String,
    },
    /// It is none at all: what it holds is somebody's.
    #[error("it is not a journal")]
    Foreign,
    /// A run of another version.
    #[error(
        "line {line} begins a run of version {version}, and this kepherd knows version {VERSION}"
    )]
    Version {
        /// From 1.
        line: usize,
        /// The version.
        version: u32,
    },
}

/// What every line begins with.
const BEGINNING: &[u8] = b"{\"at\":\"";
/// The largest number that an issue is believed to have, as in records.
const LARGEST: u64 = 999_999_999;

/// The part of a journal that was written whole: what is behind the last line end belongs to a line that a killed run did not
/// finish, and whose write was not sent.
pub fn whole(text: &[u8]) -> &[u8] {
    let end = text.iter().rposition(|byte| *byte == b'\n');
    &text[..end.map_or(0, |end| end + 1)]
}

/// Whether what is behind the last line end is the beginning of a line, or nothing but zeros, as a machine that lost power
/// leaves them behind whole lines.
fn is_torn(text: &[u8]) -> bool {
    let whole = whole(text);
    let rest = &text[whole.len()..];
    let length = rest.len().min(BEGINNING.len());
    rest[..length] == BEGINNING[..length]
        || (!whole.is_empty() && rest.iter().all(|byte| *byte == 0))
}

/// Reads what the runs at an API leave to know.
pub fn read(text: &[u8], api: &str) -> Result<Remembered, Damaged> {
    if !is_torn(text) {
        return Err(Damaged::Foreign);
    }
    let mut remembered = Remembered::default();
    let mut here = false;
    let mut under_way: Option<UnderWay> = None;
    for (index, text) in whole(text).split(|byte| *byte == b'\n').enumerate() {
        if text.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let line = index + 1;
        let read: Line = serde_json::from_slice(text).map_err(|error| Damaged::Line {
            line,
            why: error.to_string(),
        })?;
        if let Some(number) = numbers(&read.event).find(|number| *number > LARGEST) {
            let why = format!("no issue has the number {number}");
            return Err(Damaged::Line { line, why });
        }
        match read.event {
            Event::Run(run) => {
                if run.version != VERSION {
                    let version = run.version;
                    return Err(Damaged::Version { line, version });
                }
                // What the run before it had under way when it was killed stays unknown.
                under_way = None;
                here = run.api == api;
            }
            _ if !here => {}
            Event::Begin(work) => under_way = Some(remembered.begun(work, read.at)),
            Event::Done(done) => remembered.done(under_way.take(), &done),
            Event::Refused(_) => remembered.refused(under_way.take()),
            Event::Unknown(_) => under_way = None,
            Event::Found(found) => remembered.found(found),
            Event::Gone(place) => drop(remembered.leftovers.remove(&place)),
            Event::End(_) => {}
        }
    }
    Ok(remembered)
}

/// The numbers of issues that an event names.
fn numbers(event: &Event) -> impl Iterator<Item = u64> {
    let all = match event {
        Event::Begin(work) => match &work.write {
            Write::Issue { after, .. } => Some(*after),
            Write::Update { number, .. } | Write::Comment { number, .. } => Some(*number),
            Write::PullRequest(number) => Some(*number),
            Write::Label(_) | Write::Milestone(_) => None,
        },
        Event::Done(done) => done.number,
        Event::Found(found) => Some(found.number),
        Event::Gone(place) => Some(place.number),
        Event::Run(_) | Event::Refused(_) | Event::Unknown(_) | Event::End(_) => None,
    };
    all.into_iter()
}

impl Remembered {
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
            Write::Label(_) | Write::Milestone(_) | Write::PullRequest(_) => {}
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

    fn found(&mut self, found: Found) {
        let Found {
            repository,
            subject,
            number,
        } = found;
        self.unknown.remove(&subject);
        self.created.insert(subject, (repository, number));
    }

    /// Gives the issues of records the numbers that earlier runs gave them, unless somebody asks for another one.
    pub fn pin(&self, desired: &mut Desired, options: &Options) {
        for (name, repository) in &mut desired.repositories {
            for issue in &mut repository.issues {
                let is_asked_for = options.asks_for(&issue.subject);
                let known = self.created.get(&issue.subject);
                // A record that names it as a former one means another.
                let is_meant =
                    |number: &u64| !is_asked_for && !issue.other_numbers.contains(number);
                let here = known
                    .filter(|(at, _)| at == name)
                    .map(|(_, number)| *number);
                if let Some(number) = here.filter(is_meant).filter(|_| issue.number.is_none()) {
                    (issue.number, issue.journaled) = (Some(number), true);
                }
            }
        }
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

    /// Hands over what was being taken off issues.
    pub fn leave(&self, observed: &mut Observed) {
        for (place, leftovers) in &self.leftovers {
            if let Some(seen) = observed.repositories.get_mut(&place.repository) {
                seen.leftovers.insert(place.number, leftovers.clone());
            }
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    const API: &str = "https://api.github.com";

    fn name() -> RepositoryName {
        "containerd/containerd".parse().unwrap()
    }

    fn lines(events: &[Event]) -> Vec<u8> {
        let at: Instant = "2026-11-24T12:00:00Z".parse().unwrap();
        let mut text = Vec::new();
        for event in events {
            let event = event.clone();
            text.extend(serde_json::to_vec(&Line { at, event }).unwrap());
            text.push(b'\n');
        }
        text
    }

    fn run(api: &str) -> Event {
        Event::Run(RunStart {
            version: VERSION,
            api: api.to_owned(),
            login: "bot".to_owned(),
            plan: "00".to_owned(),
        })
    }

    fn begin() -> Event {
        Event::Begin(Work {
            repository: name(),
            write: Write::Issue {
                subject: Subject::Kep(1),
                after: 7,
            },
        })
    }

    fn done(number: u64) -> Event {
        Event::Done(Done {
            number: Some(number),
            left_out: Vec::new(),
        })
    }

    fn refused() -> Event {
        Event::Refused(Refused {
            why: "no".to_owned(),
        })
    }

    fn remembered(events: &[Event]) -> Remembered {
        read(&lines(events), API).unwrap()
    }

    #[test]
    fn a_creation_is_unknown_until_its_outcome_is_written() {
        let unknown = remembered(&[run(API), begin()]);
        assert!(unknown.is_in_doubt(&Subject::Kep(1)));
        assert_eq!(unknown, remembered(&[run(API), begin(), run(API), done(8)]));
        let known = remembered(&[run(API), begin(), done(8)]);
        assert_eq!(known.created[&Subject::Kep(1)], (name(), 8));
        assert!(!known.is_in_doubt(&Subject::Kep(1)));
        assert_eq!(
            remembered(&[run(API), begin(), refused()]),
            Remembered::default()
        );
        let found = Event::Found(Found {
            repository: name(),
            subject: Subject::Kep(1),
            number: 9,
        });
        let found = remembered(&[run(API), begin(), run(API), found]);
        assert_eq!(found.created[&Subject::Kep(1)], (name(), 9));
    }

    #[test]
    fn runs_at_another_api_say_nothing() {
        let elsewhere = remembered(&[run("https://git.example.com/api/v3"), begin(), done(8)]);
        assert_eq!(elsewhere, Remembered::default());
    }

    #[test]
    fn a_comment_is_remembered_once_it_was_posted() {
        let comment = Event::Begin(Work {
            repository: name(),
            write: Write::Comment {
                number: 7,
                marker: "m".to_owned(),
            },
        });
        let posted = remembered(&[run(API), comment.clone(), Event::Done(Done::default())]);
        assert!(posted.has_announced(&name(), 7, "m"));
        assert!(!posted.has_announced(&name(), 8, "m"));
        assert!(!remembered(&[run(API), comment]).has_announced(&name(), 7, "m"));
    }

    #[test]
    fn what_is_taken_off_counts_as_ours_until_it_is_known_to_be_off() {
        let removing = |label: &str| {
            Event::Begin(Work {
                repository: name(),
                write: Write::Update {
                    subject: Subject::Kep(1),
                    number: 7,
                    removing: Leftovers {
                        labels: vec![label.to_owned()],
                        assignees: Vec::new(),
                    },
                },
            })
        };
        let left = |events: &[Event]| -> Vec<String> {
            let all = remembered(events).leftovers.into_values();
            all.flat_map(|leftovers| leftovers.labels).collect()
        };
        let done = |left_out: &[&str]| {
            Event::Done(Done {
                number: None,
                left_out: left_out.iter().map(ToString::to_string).collect(),
            })
        };
        assert_eq!(left(&[run(API), removing("a")]), ["a"]);
        assert_eq!(left(&[run(API), removing("a"), done(&["x"])]), ["a"]);
        let again = |label| {
            [
                run(API),
                removing("a"),
                done(&["x"]),
                removing(label),
                done(&[]),
            ]
        };
        assert_eq!(left(&again("b")), ["a"]);
        assert_eq!(left(&again("a")), [""; 0]);
        assert_eq!(left(&[run(API), removing("a"), refused()]), [""; 0]);
        let kept = [run(API), removing("a"), run(API), removing("b"), refused()];
        assert_eq!(left(&kept), ["a"]);
        let gone = Event::Gone(Place {
            repository: name(),
            number: 7,
        });
        assert_eq!(left(&[run(API), removing("a"), run(API), gone]), [""; 0]);
    }

    #[test]
    fn wherever_the_last_line_is_torn_the_rest_is_read() {
        let events = [run(API), begin(), done(8)];
        let text = lines(&events);
        let before = lines(&events[..2]).len();
        for end in before..text.len() {
            let torn = read(&text[..end], API).unwrap();
            assert!(torn.is_in_doubt(&Subject::Kep(1)), "{end}");
        }
        assert_eq!(whole(b""), b"");
        assert_eq!(whole(b"a\nb"), b"a\n");
        assert_eq!(whole(b"a\n\0\0\0"), b"a\n");
        assert!(read(&[&text[..], b"\0\0"].concat(), API).is_ok());
    }

    #[test]
    fn what_is_somebody_s_is_not_taken_for_a_line_that_was_not_finished() {
        for text in [&b"my precious notes"[..], b"\0\0\0", b"{", b"{\"at\": 1"] {
            let read = read(text, API);
            let is_beginning = BEGINNING.starts_with(text);
            assert_eq!(read.is_ok(), is_beginning, "{text:?}");
        }
        let mut text = lines(&[run(API)]);
        text.extend(b"and more");
        assert_eq!(read(&text, API), Err(Damaged::Foreign));
    }

    #[test]
    fn no_issue_has_a_number_beyond_all_bounds() {
        let damaged = read(&lines(&[run(API), begin(), done(u64::MAX)]), API).unwrap_err();
        assert!(
            damaged.to_string().contains("no issue has the number"),
            "{damaged}"
        );
    }

    #[test]
    fn damage_is_named_by_its_line_and_another_version_is_not_guessed_at() {
        let mut text = lines(&[run(API)]);
        text.extend(b"{}\n");
        let damaged = read(&text, API).unwrap_err();
        assert!(
            matches!(damaged, Damaged::Line { line: 2, .. }),
            "{damaged}"
        );
        let Event::Run(start) = run(API) else {
            panic!()
        };
        let newer = Event::Run(RunStart {
            version: 2,
            ..start
        });
        let damaged = read(&lines(&[newer]), API).unwrap_err();
        assert_eq!(
            damaged,
            Damaged::Version {
                line: 1,
                version: 2
            }
        );
        assert!(read(&[0xff, b'\n'], API).is_err());
    }

    #[test]
    fn what_is_not_known_any_more_is_tried_again_as_unknown() {
        let again = remembered(&[run(API), begin(), done(8), run(API), begin()]);
        assert!(again.is_in_doubt(&Subject::Kep(1)));
        assert!(again.created.is_empty());
    }
}
