//! What looks as if it brought KEPs to a runtime, as versioned JSON. `schema/candidates.schema.json` describes it.

use schemars::JsonSchema;
use serde::Serialize;

use super::candidates::{Found, Where, reasons};
use super::json::pretty;
use crate::sources::runtimes::find::{Brings, Candidate};
use crate::terms::{Date, Evidence, Release, RepositoryName, Version};

/// The version of this format; it grows when a field changes its meaning or goes away.
pub const VERSION: u32 = 1;

/// Merges that look as if they brought KEPs to a runtime.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(title = "Candidates")]
pub struct CandidatesJson<'a> {
    /// The version of this format.
    pub version: u32,
    /// The runtime.
    pub runtime: &'a str,
    /// Its repository.
    pub repository: &'a RepositoryName,
    /// The commit that was read, and its day.
    pub read: &'a str,
    /// The KEPs for which there is something.
    pub keps: Vec<KepCandidatesJson<'a>>,
}

/// What looks as if it brought a KEP.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct KepCandidatesJson<'a> {
    /// The KEP.
    pub number: u32,
    /// Its title.
    pub title: &'a str,
    /// The candidates, best first.
    pub candidates: Vec<CandidateJson>,
    /// How many more there are.
    pub more: usize,
}

/// A merge that looks as if it brought a KEP.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct CandidateJson {
    /// The pull request, or the commit.
    pub evidence: Evidence,
    /// Its title.
    pub title: String,
    /// The day on which it was merged.
    pub merged: Date,
    /// The first release that has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<Version>,
    /// The older branch that it brings the feature to, if that is what accepting it writes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub branch: Option<Release>,
    /// Whether it is a bump of a dependency.
    pub is_bump: bool,
    /// Whether it was taken out again.
    pub is_taken_out: bool,
    /// By what it is ranked.
    pub score: u32,
    /// Why it is listed, the weightiest first.
    pub reasons: Vec<String>,
}

/// All of it.
pub fn json(all: &[Found<'_>], at: Where<'_>, read: &str) -> String {
    let keps = all.iter().map(|found| KepCandidatesJson {
        number: found.kep,
        title: found.title,
        candidates: found
            .candidates
            .iter()
            .map(|one| candidate(one, at))
            .collect(),
        more: found.more,
    });
    pretty(&CandidatesJson {
        version: VERSION,
        runtime: at.runtime,
        repository: at.repository,
        read,
        keps: keps.collect(),
    })
}

fn candidate(one: &Candidate, at: Where<'_>) -> CandidateJson {
    CandidateJson {
        evidence: at.evidence(one),
        title: one.title.clone(),
        merged: one.change.day,
        first: one.first.map(|(version, _)| version),
        branch: match one.brings {
            Brings::Backport(minor, _) => Some(minor),
            Brings::Evidence => None,
        },
        is_bump: one.is_bump,
        is_taken_out: one.taken_out.is_some(),
        score: one.score(),
        reasons: reasons(one),
    }
}
