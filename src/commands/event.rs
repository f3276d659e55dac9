//! The event that a workflow of GitHub runs for: what change it is about, and what the change starts from.
//!
//! GitHub says it in the environment and in a file:
//! <https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows>.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde::Deserialize;

use super::files;

/// GitHub's own limit for what an event sends is 25 MB.
const MAX_EVENT_BYTES: u64 = 32 << 20;

/// An event about a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangeEvent {
    /// A pull request.
    PullRequest {
        /// The merge that GitHub made for it, and that is checked out: `GITHUB_SHA` with the event `pull_request`.
        merge_commit: Option<String>,
        /// The branch that it goes to: `GITHUB_BASE_REF`.
        base_ref: Option<String>,
    },
    /// A group of pull requests in a merge queue, by the file that describes it: `GITHUB_EVENT_PATH`.
    MergeGroup(Option<PathBuf>),
    /// Commits that were pushed to a branch, likewise.
    Push(Option<PathBuf>),
}

impl ChangeEvent {
    /// The event that the environment speaks of, if it is about a change.
    pub(super) fn of(variable: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let file = || variable("GITHUB_EVENT_PATH").map(PathBuf::from);
        match variable("GITHUB_EVENT_NAME")?.as_str() {
            name @ ("pull_request" | "pull_request_target") => Some(Self::PullRequest {
                // With `pull_request_target` it is the base branch, and not a merge.
                merge_commit: variable("GITHUB_SHA").filter(|_| name == "pull_request"),
                base_ref: variable("GITHUB_BASE_REF"),
            }),
            "merge_group" => Some(Self::MergeGroup(file())),
            "push" => Some(Self::Push(file())),
            _ => None,
        }
    }
}

/// The commit that a merge group starts from.
pub(super) fn base_of_merge_group(file: Option<&Path>) -> Result<String> {
    let said: MergeGroupFile = read(file)?;
    Ok(said.merge_group.base_sha)
}

/// The commit that a branch was at before a push; `None` for a new branch.
pub(super) fn before_push(file: Option<&Path>) -> Result<Option<String>> {
    let said: PushFile = read(file)?;
    let is_new = said.before.bytes().all(|digit| digit == b'0');
    Ok((!is_new).then_some(said.before))
}

#[derive(Deserialize)]
struct MergeGroupFile {
    merge_group: MergeGroup,
}

#[derive(Deserialize)]
struct MergeGroup {
    base_sha: String,
}

#[derive(Deserialize)]
struct PushFile {
    before: String,
}

fn read<T: for<'de> Deserialize<'de>>(file: Option<&Path>) -> Result<T> {
    let file = file.context(
        "GITHUB_EVENT_PATH does not say where the event is described: name the base by --base REV",
    )?;
    let text = files::read_text(file, MAX_EVENT_BYTES)?;
    serde_json::from_str(&text).with_context(|| {
        format!(
            "`{}` does not say what the change starts from: name it by --base REV",
            file.display()
        )
    })
}
