//! REST's answers: the parts of GitHub's JSON that kepherd reads, and what they mean. Pure.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::authors::Authors;
use crate::sync::observed::ObservedIssue;
use crate::text::words::printable;

#[derive(Deserialize)]
pub(super) struct RestComment {
    pub(super) body: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Numbered {
    pub(super) number: u64,
}

#[derive(Deserialize)]
pub(super) struct NumberedMilestone {
    pub(super) number: u64,
    pub(super) title: String,
}

/// The parts of REST's issue that kepherd reads.
#[derive(Deserialize)]
pub(super) struct RestIssue {
    #[serde(deserialize_with = "plausible")]
    pub(super) number: u64,
    html_url: String,
    pub(super) title: String,
    pub(super) body: Option<String>,
    pub(super) state: String,
    labels: Vec<RestLabel>,
    #[serde(default)]
    assignees: Option<Vec<RestUser>>,
    milestone: Option<RestMilestone>,
    user: Option<RestUser>,
    pub(super) pull_request: Option<Value>,
}

/// GitHub describes a label of an issue as a name or as an object.
#[derive(Deserialize)]
#[serde(untagged)]
enum RestLabel {
    Name(String),
    Label { name: Option<String> },
}

#[derive(Deserialize)]
pub(super) struct RestUser {
    pub(super) login: String,
}

#[derive(Deserialize)]
pub(super) struct RestMilestone {
    pub(super) title: String,
}

impl RestIssue {
    pub(super) fn observed(self, authors: &Authors) -> ObservedIssue {
        let author = self.user.map(|user| user.login);
        ObservedIssue {
            former_titles: None,
            number: self.number,
            url: printable(&self.html_url),
            title: self.title,
            body: self.body.unwrap_or_default(),
            open: self.state == "open",
            labels: self
                .labels
                .into_iter()
                .filter_map(|label| match label {
                    RestLabel::Name(name) => Some(name),
                    RestLabel::Label { name } => name,
                })
                .collect(),
            assignees: self
                .assignees
                .into_iter()
                .flatten()
                .map(|user| user.login)
                .collect(),
            milestone: self.milestone.map(|milestone| milestone.title),
            own: authors.include(author.as_deref()),
            author,
        }
    }
}

/// A number that an issue can have, as records take it.
fn plausible<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let number = u64::deserialize(deserializer)?;
    match number {
        1..=999_999_999 => Ok(number),
        _ => Err(D::Error::custom(format!(
            "no issue has the number {number}"
        ))),
    }
}
