//! The journal: what a run was about to write, and what became of it, a line of JSON each (JSONL).
//!
//! A line is on disk before its write is sent, so that whatever ends a run, the next one knows what may have happened. It
//! never decides that something is there: it names numbers that are read, and markers that are not posted twice. What all
//! its lines together say is `remembered.rs`. Pure; the file is `commands/journal.rs`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::sync::observed::ObservedIssue;
use crate::terms::{Instant, RepositoryName, Subject};
use crate::text::words::has_name;

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
    Found(FoundIssue),
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
    pub(super) fn place(&self) -> Option<Place> {
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
    /// A label or milestone that is put right.
    Mend(String),
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
// Its name in the published schema.
#[schemars(rename = "Found")]
pub struct FoundIssue {
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

/// What kepherd had set on an issue and was taking off, without anybody knowing whether it is off: the section in the body
/// may have forgotten it before.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Leftovers {
    /// The names of labels.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<String>,
    /// The logins of assignees.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub assignees: Vec<String>,
}

impl Leftovers {
    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty() && self.assignees.is_empty()
    }

    /// Adds others.
    pub fn extend(&mut self, other: &Self) {
        self.labels.extend(other.labels.iter().cloned());
        self.assignees.extend(other.assignees.iter().cloned());
    }

    /// The same without others.
    pub fn without(mut self, other: &Self) -> Self {
        self.labels.retain(|label| !has_name(&other.labels, label));
        self.assignees
            .retain(|login| !has_name(&other.assignees, login));
        self
    }

    /// Whether an issue has something of it.
    pub fn are_on(&self, issue: &ObservedIssue) -> bool {
        self.labels.iter().any(|label| issue.has_label(label))
            || self.assignees.iter().any(|login| issue.has_assignee(login))
    }
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

/// What the runs at an API wrote down, each with its time.
///
/// # Errors
///
/// The first line that is damaged, or that the journal is none.
pub(super) fn events(text: &[u8], api: &str) -> Result<Vec<(Instant, Event)>, Damaged> {
    if !is_torn(text) {
        return Err(Damaged::Foreign);
    }
    let mut events = Vec::new();
    let mut here = false;
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
        if let Event::Run(run) = &read.event {
            if run.version != VERSION {
                let version = run.version;
                return Err(Damaged::Version { line, version });
            }
            here = run.api == api;
        }
        if here {
            events.push((read.at, read.event));
        }
    }
    Ok(events)
}

/// The numbers of issues that an event names.
fn numbers(event: &Event) -> impl Iterator<Item = u64> {
    let all = match event {
        Event::Begin(work) => match &work.write {
            Write::Issue { after, .. } => Some(*after),
            Write::Update { number, .. } | Write::Comment { number, .. } => Some(*number),
            Write::PullRequest(number) => Some(*number),
            Write::Label(_) | Write::Milestone(_) | Write::Mend(_) => None,
        },
        Event::Done(done) => done.number,
        Event::Found(found) => Some(found.number),
        Event::Gone(place) => Some(place.number),
        Event::Run(_) | Event::Refused(_) | Event::Unknown(_) | Event::End(_) => None,
    };
    all.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::remembered::Remembered;

    fn read(text: &[u8], api: &str) -> Result<Remembered, Damaged> {
        Remembered::read(text, api)
    }

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
        let found = Event::Found(FoundIssue {
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
