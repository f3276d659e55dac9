//! What a refresh came to as versioned JSON, for other tools. `schema/refresh.schema.json` describes it.

use schemars::JsonSchema;
use serde::Serialize;

use super::json::pretty;
use super::proposals::View;
use super::proposals_json::{ProposalsJson, proposals};
use crate::views::refreshed::{Nobodys, Part, Refreshed, State};

/// The version of the format; it grows when a field changes its meaning or goes away.
pub const VERSION: u32 = 1;

/// What a refresh came to.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct RefreshJson {
    /// The version of this format.
    pub version: u32,
    /// How many things wait for a person.
    pub waiting: usize,
    /// By source, in the order in which they were asked.
    pub sources: Vec<SourceJson>,
    /// KEPs that nobody tracks and that look as if a runtime had to do with them, most likely first.
    pub untracked: Vec<UntrackedKepJson>,
    /// How many more there are.
    pub more_untracked: usize,
}

/// What one source came to.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct SourceJson {
    /// What it is called: a repository and what of it, or GitHub.
    pub name: String,
    /// Whether it was read.
    pub state: SourceStateJson,
    /// Why it was not, or why a person should look at it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// What it proposes; absent: it was not read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proposals: Option<ProposalsJson>,
}

/// Whether a source was read.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SourceStateJson {
    /// It was.
    Read,
    /// It was, and says nothing of the last weeks.
    Stale,
    /// It was not, and should have been.
    NotRead,
    /// It was not, and nobody has to do anything about that.
    NotAsked,
}

/// A KEP that nobody tracks.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct UntrackedKepJson {
    /// Its number.
    pub kep: u32,
    /// Its title upstream.
    pub title: String,
    /// Why it looks as if a runtime had to do with it.
    pub why: String,
}

/// A refresh as JSON, with a newline at the end.
pub fn json(refreshed: &Refreshed, view: View<'_>) -> String {
    let Refreshed {
        parts,
        // Both follow from the parts.
        files: _,
        created: _,
        untracked,
        more_untracked,
    } = refreshed;
    pretty(&RefreshJson {
        version: VERSION,
        waiting: refreshed.waiting(),
        sources: parts.iter().map(|part| source(part, view)).collect(),
        untracked: untracked
            .iter()
            .map(|Nobodys { kep, title, why }| UntrackedKepJson {
                kep: *kep,
                title: title.clone(),
                why: why.clone(),
            })
            .collect(),
        more_untracked: *more_untracked,
    })
}

fn source(part: &Part, view: View<'_>) -> SourceJson {
    let Part {
        name,
        state,
        proposals: all,
    } = part;
    let (state, why) = match state {
        State::Read => (SourceStateJson::Read, None),
        State::Stale { .. } => (SourceStateJson::Stale, part.trouble()),
        State::NotRead(why) => (SourceStateJson::NotRead, Some(why.clone())),
        State::NotAsked(why) => (SourceStateJson::NotAsked, Some(why.clone())),
    };
    SourceJson {
        name: name.clone(),
        state,
        why,
        proposals: all.as_ref().map(|all| proposals(all, view)),
    }
}
