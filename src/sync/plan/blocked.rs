//! Why nothing is done about an issue until a person has looked at it: a reason with what it is about, and its words.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::field::Conflict;
use crate::sync::desired::Unverified;
use crate::sync::section::Damage;
use crate::terms::github_limits as limits;
use crate::terms::{IssueRef, Subject};

/// Why nothing is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Blocked {
    /// The issue that the record pins cannot be its tracking issue.
    #[serde(rename_all = "kebab-case")]
    Pinned {
        /// The number that the record names.
        number: u64,
        /// What it is instead.
        is: Unusable,
    },
    /// The same of an issue that only the journal names.
    #[serde(rename_all = "kebab-case")]
    Journaled {
        /// The number that an earlier run wrote down.
        number: u64,
        /// What it is instead.
        is: Unusable,
    },
    /// The record names what cannot be looked up.
    Unverified(Unverified),
    /// More issues would be created than `guards.creations` allows, so that none is.
    OverGuard,
    /// Nothing on the issue that the record names says that it is about that.
    #[serde(rename_all = "kebab-case")]
    Stranger {
        /// The issue's number.
        number: u64,
        /// Its title.
        title: String,
        /// A label by which it would be known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        label: Option<String>,
    },
    /// The marker stands in an issue that somebody else wrote.
    #[serde(rename_all = "kebab-case")]
    ForeignMarker {
        /// The issue's number.
        number: u64,
        /// Who wrote it, unless the account is gone.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        author: Option<String>,
    },
    /// Several issues carry the marker, by their numbers.
    SeveralMarkers(Vec<u64>),
    /// An issue in another repository carries the marker.
    MarkedElsewhere(IssueRef),
    /// An issue of kepherd's in another repository names the KEP in its title, and has lost its marker.
    NamedElsewhere(IssueRef),
    /// Whether there is an issue already is not known.
    #[serde(rename_all = "kebab-case")]
    NotListed {
        /// What went wrong, if that is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        why: Option<String>,
    },
    /// An issue of kepherd's has a damaged marker: its number.
    DamagedMarker(u64),
    /// Issues look as if they tracked the record already.
    #[serde(rename_all = "kebab-case")]
    LooksTracked {
        /// Their numbers.
        numbers: Vec<u64>,
        /// The title of the first.
        title: String,
    },
    /// The section in the issue's body is that of another record.
    SectionOf(Subject),
    /// The markers in the issue's body are damaged.
    BrokenSection(Damage),
    /// The body would be longer than GitHub takes.
    #[serde(rename_all = "kebab-case")]
    TooLong {
        /// How many characters it would have.
        characters: usize,
    },
    /// Record and issue cannot both be right.
    #[serde(rename_all = "kebab-case")]
    Conflict {
        /// Field by field.
        fields: Vec<Conflict>,
        /// Whether the record can take over what people changed on GitHub.
        adoptable: bool,
    },
}

/// What a number is that cannot be a tracking issue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Unusable {
    /// A pull request.
    PullRequest,
    /// An issue that was transferred; where to, as an address.
    Transferred(String),
    /// An issue that was deleted.
    Deleted,
    /// Nothing that this identity can see.
    Invisible,
    /// Nobody knows: it was not read.
    NotRead,
    /// An issue that kepherd did not write.
    #[serde(rename_all = "kebab-case")]
    Foreign {
        /// Who wrote it, unless the account is gone.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        author: Option<String>,
    },
}

impl Blocked {
    /// What stands in the way of this record.
    pub fn reason(&self, subject: &Subject) -> String {
        match self {
            Self::Pinned { number, is } => is.reason(*number),
            Self::Journaled { number, is } => format!(
                "{}; the record does not name it: a run wrote into its journal that it had created it",
                is.reason(*number)
            ),
            Self::ForeignMarker { number, author } => format!(
                "#{number} carries the marker of {subject}, but a marker counts only in an issue that kepherd wrote, and {} \
                 wrote this one",
                somebody(author.as_deref())
            ),
            Self::Unverified(Unverified::People) => {
                "it names people, and without `maintainers.toml` nobody knows who they are".to_owned()
            }
            Self::Unverified(Unverified::Release) => {
                "it aims at a release, and without `releases/kubernetes.toml` nobody knows whether there is such a one".to_owned()
            }
            Self::OverGuard => {
                "a run would create more issues than `guards.creations` allows, so that it creates none".to_owned()
            }
            Self::Stranger {
                number,
                title,
                label: _,
            } => format!("nothing on #{number} says that it is about {subject}: \"{title}\""),
            Self::SeveralMarkers(numbers) => {
                format!("{} carry the marker of {subject}", listed(numbers))
            }
            Self::MarkedElsewhere(issue) => format!("{issue} carries the marker of {subject}"),
            Self::NamedElsewhere(issue) => {
                format!("{issue} was written by kepherd, and its title names {subject}")
            }
            Self::NotListed { why } => {
                let why = why
                    .as_ref()
                    .map_or_else(String::new, |why| format!(" ({why})"));
                format!(
                    "the repository's issues could not be listed{why}, so that nobody knows whether it has one"
                )
            }
            Self::DamagedMarker(number) => {
                format!("#{number} was written by kepherd, and its marker of {subject} is damaged")
            }
            Self::LooksTracked { numbers, title } => {
                format!("looks tracked already, by {}: \"{title}\"", listed(numbers))
            }
            Self::SectionOf(other) => format!("the section in its body is that of {other}"),
            Self::BrokenSection(damage) => format!("its body is not written to: {damage}"),
            Self::TooLong { characters } => format!(
                "the body would have {characters} characters; GitHub takes {}",
                limits::BODY
            ),
            Self::Conflict {
                fields,
                adoptable: _,
            } => {
                let fields: Vec<String> = fields.iter().map(ToString::to_string).collect();
                fields.join("; ")
            }
        }
    }

    /// What a person can do about it.
    pub fn remedy(&self, subject: &Subject) -> String {
        let pass_create = |words: &str| match subject {
            Subject::Kep(number) => words.replace("{}", &number.to_string()),
            Subject::Item(_) => String::new(),
        };
        match self {
            Self::Pinned { number, is } => is.remedy(*number),
            Self::Journaled { number, is: _ } => format!(
                "if that issue is gone for good, name {number} in `former-issues`, and apply creates a new one; if the journal \
                 is of another GitHub, move it away, or name another one by `--journal`"
            ),
            Self::ForeignMarker { number, author } => {
                let bot = match author {
                    Some(author) => format!(
                        "; if {author} is the account that `apply` runs as, name it in `bots` of `registry.toml`"
                    ),
                    None => String::new(),
                };
                format!(
                    "if it is the tracking issue, pin it: `issue = {number}`; else remove the marker{bot}"
                )
            }
            Self::Unverified(Unverified::People) => {
                "bring the file back, or begin it with `kepherd maintainers pull`".to_owned()
            }
            Self::Unverified(Unverified::Release) => {
                "bring the file back, or begin it with `kepherd new cycle`".to_owned()
            }
            Self::OverGuard => {
                "apply some records at a time, by their numbers, or pass `--override-guards` with the hash of the plan"
                    .to_owned()
            }
            Self::Stranger {
                number: _,
                title: _,
                label,
            } => {
                let label = label.as_ref();
                let label = label.map_or_else(String::new, |label| format!("put the label {label} on it, or "));
                let name = subject.named();
                format!(
                    "correct `issue` in the record; if this is it, {label}name {subject} in its title, or pass `--claim {name}` once"
                )
            }
            Self::SeveralMarkers(numbers) => format!(
                "pin the right one: `issue = {}`, and close the others",
                first(numbers)
            ),
            Self::MarkedElsewhere(issue) | Self::NamedElsewhere(issue) => format!(
                "if that is its issue, write `repository = \"{}\"` and `issue = {}`; if it is to have another \
                 one, take the section out of that issue's body, and the number out of its title",
                issue.repository, issue.number
            ),
            Self::NotListed { why: _ } => format!(
                "try again{}",
                pass_create(
                    "; or look for it yourself, and pass `--create {}` if there is none"
                )
            ),
            Self::DamagedMarker(number) => format!(
                "if it is the tracking issue, pin it: `issue = {number}`, and restore or remove the lines with `kepherd:`"
            ),
            Self::LooksTracked { numbers, title: _ } => format!(
                "pin it: `issue = {}`{}",
                first(numbers),
                pass_create(", or pass `--create {}`")
            ),
            Self::SectionOf(_) => {
                "name the right issue in the record, or remove the section from the body".to_owned()
            }
            Self::BrokenSection(_) => {
                "restore the lines that begin with `<!-- kepherd:` as they were, or remove them all from the body".to_owned()
            }
            Self::TooLong { characters: _ } => {
                "shorten the record, or the text that people wrote around the section".to_owned()
            }
            Self::Conflict {
                fields: _,
                adoptable: true,
            } => {
                "change the record to what is right (`kepherd adopt` takes over what GitHub says), or the issue".to_owned()
            }
            Self::Conflict {
                fields: _,
                adoptable: false,
            } => "change the record, or take something off the issue".to_owned(),
        }
    }

    /// Whether record and issue cannot both be right.
    pub fn is_conflict(&self) -> bool {
        matches!(self, Self::Conflict { .. })
    }
}

impl Unusable {
    fn reason(&self, number: u64) -> String {
        match self {
            Self::PullRequest => format!("#{number} is a pull request"),
            Self::Transferred(address) => format!("#{number} was transferred to {address}"),
            Self::Deleted => format!("#{number} was deleted"),
            Self::Invisible => {
                format!("#{number} does not exist, or this identity may not see it")
            }
            Self::NotRead => format!("#{number} was not read"),
            Self::Foreign { author } => {
                format!("#{number} was written by {}", somebody(author.as_deref()))
            }
        }
    }

    fn remedy(&self, number: u64) -> String {
        match self {
            Self::PullRequest => {
                "name the tracking issue, and the pull request in `pull-requests`".to_owned()
            }
            Self::Transferred(_) => format!(
                "if that is where it belongs, name its new number and `repository`, and {number} in `former-issues`"
            ),
            Self::Deleted => format!(
                "remove `issue`, and name {number} in `former-issues`: apply then creates a new one"
            ),
            Self::Invisible => {
                "correct the number, or give the identity access to the repository".to_owned()
            }
            Self::NotRead => "try again".to_owned(),
            Self::Foreign { author: _ } => "name the right issue in the record".to_owned(),
        }
    }
}

fn somebody(author: Option<&str>) -> &str {
    author.unwrap_or("somebody")
}

fn listed(numbers: &[u64]) -> String {
    let numbers: Vec<String> = numbers.iter().map(|number| format!("#{number}")).collect();
    numbers.join(" and ")
}

/// The first of numbers of which there is one at least.
fn first(numbers: &[u64]) -> u64 {
    numbers.first().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::plan::field::Conflict;

    /// Each reason as the plan's JSON has it, with its words: whoever changes one changes the interface, or the text.
    #[test]
    fn every_reason_has_a_code_and_words() {
        let elsewhere: IssueRef = "containerd/nri#8".parse().unwrap();
        let all = [
            Blocked::Pinned {
                number: 7,
                is: Unusable::PullRequest,
            },
            Blocked::Pinned {
                number: 7,
                is: Unusable::Transferred("https://github.com/a/b".to_owned()),
            },
            Blocked::Pinned {
                number: 7,
                is: Unusable::Deleted,
            },
            Blocked::Pinned {
                number: 7,
                is: Unusable::Invisible,
            },
            Blocked::Pinned {
                number: 7,
                is: Unusable::NotRead,
            },
            Blocked::Journaled {
                number: 7,
                is: Unusable::Foreign {
                    author: Some("octocat".to_owned()),
                },
            },
            Blocked::OverGuard,
            Blocked::Unverified(Unverified::People),
            Blocked::Unverified(Unverified::Release),
            Blocked::Stranger {
                number: 7,
                title: "crashes".to_owned(),
                label: Some("kind/feature".to_owned()),
            },
            Blocked::ForeignMarker {
                number: 7,
                author: None,
            },
            Blocked::ForeignMarker {
                number: 7,
                author: Some("kepherd[bot]".to_owned()),
            },
            Blocked::SeveralMarkers(vec![7, 8]),
            Blocked::MarkedElsewhere(elsewhere.clone()),
            Blocked::NamedElsewhere(elsewhere),
            Blocked::NotListed {
                why: Some("no answer".to_owned()),
            },
            Blocked::DamagedMarker(7),
            Blocked::LooksTracked {
                numbers: vec![7, 8],
                title: "KEP-1".to_owned(),
            },
            Blocked::SectionOf(Subject::Kep(2)),
            Blocked::BrokenSection(Damage::Several),
            Blocked::TooLong { characters: 70_000 },
            Blocked::Conflict {
                fields: vec![
                    Conflict::Milestone {
                        asked: "2.5".to_owned(),
                        there: None,
                        before: Some("2.4".to_owned()),
                    },
                    Conflict::TooManyLabels(101),
                ],
                adoptable: true,
            },
            Blocked::Conflict {
                fields: vec![Conflict::TooManyAssignees(11)],
                adoptable: false,
            },
        ];
        let mut text = String::new();
        for blocked in all {
            let json = serde_json::to_string(&blocked).unwrap();
            assert_eq!(serde_json::from_str::<Blocked>(&json).unwrap(), blocked);
            let (reason, remedy) = (
                blocked.reason(&Subject::Kep(1)),
                blocked.remedy(&Subject::Kep(1)),
            );
            text.push_str(&format!("{json}\n  {reason}\n  {remedy}\n"));
        }
        insta::assert_snapshot!(text, @r#"
        {"pinned":{"number":7,"is":"pull-request"}}
          #7 is a pull request
          name the tracking issue, and the pull request in `pull-requests`
        {"pinned":{"number":7,"is":{"transferred":"https://github.com/a/b"}}}
          #7 was transferred to https://github.com/a/b
          if that is where it belongs, name its new number and `repository`, and 7 in `former-issues`
        {"pinned":{"number":7,"is":"deleted"}}
          #7 was deleted
          remove `issue`, and name 7 in `former-issues`: apply then creates a new one
        {"pinned":{"number":7,"is":"invisible"}}
          #7 does not exist, or this identity may not see it
          correct the number, or give the identity access to the repository
        {"pinned":{"number":7,"is":"not-read"}}
          #7 was not read
          try again
        {"journaled":{"number":7,"is":{"foreign":{"author":"octocat"}}}}
          #7 was written by octocat; the record does not name it: a run wrote into its journal that it had created it
          if that issue is gone for good, name 7 in `former-issues`, and apply creates a new one; if the journal is of another GitHub, move it away, or name another one by `--journal`
        "over-guard"
          a run would create more issues than `guards.creations` allows, so that it creates none
          apply some records at a time, by their numbers, or pass `--override-guards` with the hash of the plan
        {"unverified":"people"}
          it names people, and without `maintainers.toml` nobody knows who they are
          bring the file back, or begin it with `kepherd maintainers pull`
        {"unverified":"release"}
          it aims at a release, and without `releases/kubernetes.toml` nobody knows whether there is such a one
          bring the file back, or begin it with `kepherd new cycle`
        {"stranger":{"number":7,"title":"crashes","label":"kind/feature"}}
          nothing on #7 says that it is about KEP-1: "crashes"
          correct `issue` in the record; if this is it, put the label kind/feature on it, or name KEP-1 in its title, or pass `--claim 1` once
        {"foreign-marker":{"number":7}}
          #7 carries the marker of KEP-1, but a marker counts only in an issue that kepherd wrote, and somebody wrote this one
          if it is the tracking issue, pin it: `issue = 7`; else remove the marker
        {"foreign-marker":{"number":7,"author":"kepherd[bot]"}}
          #7 carries the marker of KEP-1, but a marker counts only in an issue that kepherd wrote, and kepherd[bot] wrote this one
          if it is the tracking issue, pin it: `issue = 7`; else remove the marker; if kepherd[bot] is the account that `apply` runs as, name it in `bots` of `registry.toml`
        {"several-markers":[7,8]}
          #7 and #8 carry the marker of KEP-1
          pin the right one: `issue = 7`, and close the others
        {"marked-elsewhere":"containerd/nri#8"}
          containerd/nri#8 carries the marker of KEP-1
          if that is its issue, write `repository = "containerd/nri"` and `issue = 8`; if it is to have another one, take the section out of that issue's body, and the number out of its title
        {"named-elsewhere":"containerd/nri#8"}
          containerd/nri#8 was written by kepherd, and its title names KEP-1
          if that is its issue, write `repository = "containerd/nri"` and `issue = 8`; if it is to have another one, take the section out of that issue's body, and the number out of its title
        {"not-listed":{"why":"no answer"}}
          the repository's issues could not be listed (no answer), so that nobody knows whether it has one
          try again; or look for it yourself, and pass `--create 1` if there is none
        {"damaged-marker":7}
          #7 was written by kepherd, and its marker of KEP-1 is damaged
          if it is the tracking issue, pin it: `issue = 7`, and restore or remove the lines with `kepherd:`
        {"looks-tracked":{"numbers":[7,8],"title":"KEP-1"}}
          looks tracked already, by #7 and #8: "KEP-1"
          pin it: `issue = 7`, or pass `--create 1`
        {"section-of":{"kep":2}}
          the section in its body is that of KEP-2
          name the right issue in the record, or remove the section from the body
        {"broken-section":"several"}
          its body is not written to: there are several markers where one pair belongs
          restore the lines that begin with `<!-- kepherd:` as they were, or remove them all from the body
        {"too-long":{"characters":70000}}
          the body would have 70000 characters; GitHub takes 65536
          shorten the record, or the text that people wrote around the section
        {"conflict":{"fields":[{"milestone":{"asked":"2.5","before":"2.4"}},{"too-many-labels":101}],"adoptable":true}}
          the record asks for milestone 2.5, and the issue has none; it was 2.4; the issue would have 101 labels; GitHub takes 100
          change the record to what is right (`kepherd adopt` takes over what GitHub says), or the issue
        {"conflict":{"fields":[{"too-many-assignees":11}],"adoptable":false}}
          the issue would have 11 assignees; GitHub takes 10
          change the record, or take something off the issue
        "#);
    }
}
