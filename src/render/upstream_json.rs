//! What nobody tracks, and how a KEP moved, as versioned JSON. `schema/untracked.schema.json` and `schema/upstream-log.schema.json`
//! describe it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::json::pretty;
use crate::sources::upstream::facts::{Facts, FieldValue};
use crate::sources::upstream::moves::{FieldMove, Move, Version};
use crate::sources::upstream::untracked::{Reason, Untracked};
use crate::terms::{Date, Release, Stage, Status};

/// The version of both formats; it grows when a field changes its meaning or goes away.
pub const VERSION: u32 = 1;

/// KEPs without a record that look as if a runtime had to do with them.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct UntrackedJson {
    /// The version of this format.
    pub version: u32,
    /// The commit that was read.
    pub commit: String,
    /// Its day.
    pub date: Date,
    /// The KEPs, the likeliest first.
    pub keps: Vec<UntrackedKepJson>,
    /// Files that could not be read, each with its reason.
    pub skipped: Vec<String>,
}

/// A KEP that nobody tracks.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct UntrackedKepJson {
    /// Its number.
    pub number: u32,
    /// Its title.
    pub title: String,
    /// Its folder in kubernetes/enhancements.
    pub folder: String,
    /// Its status there.
    pub status: Status,
    /// The stage that is worked on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<Stage>,
    /// The release that was worked for last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latest: Option<Release>,
    /// The sum of the reasons' weights.
    pub score: u32,
    /// Why it is listed, the weightiest first.
    pub reasons: Vec<ReasonJson>,
}

/// Why a KEP is listed.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ReasonJson {
    /// Which kind of reason.
    pub kind: ReasonKind,
    /// How much it counts.
    pub weight: u32,
    /// It in words.
    pub words: String,
    /// The KEPs that it speaks of.
    pub keps: Vec<u32>,
    /// The feature gates that it speaks of.
    pub gates: Vec<String>,
    /// How often the interface and the runtimes are named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mentions: Option<MentionsJson>,
}

/// Which kind of reason it is.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ReasonKind {
    /// Its files name runtimes where they say when it graduates.
    GraduationCriteria,
    /// Its files name the interface or runtimes.
    Mentions,
    /// The kubelet has its feature gates.
    KubeletGates,
    /// SIG-Node owns it.
    OwnedBySigNode,
    /// SIG-Node takes part.
    SigNodeTakesPart,
    /// It names KEPs that have records.
    Names,
    /// KEPs that have records name it.
    NamedBy,
    /// It aims at a release that is ahead.
    AimsAt,
}

/// How often the interface and the runtimes are named.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct MentionsJson {
    /// The interface.
    pub cri: usize,
    /// Each runtime that is named, as the registry calls it.
    pub runtimes: BTreeMap<String, usize>,
}

/// What was read.
#[derive(Debug, Clone, Copy)]
pub struct ReadAt<'a> {
    /// The commit.
    pub commit: &'a str,
    /// Its day.
    pub date: Date,
}

/// KEPs that nobody tracks, with a newline at the end.
pub fn untracked(at: ReadAt<'_>, all: &[Untracked], skipped: &[String]) -> String {
    let kep = |one: &Untracked| {
        let Facts {
            number,
            title,
            status,
            plan,
            ..
        } = &one.facts;
        UntrackedKepJson {
            number: *number,
            title: title.to_string(),
            folder: one.folder.clone(),
            status: *status,
            stage: plan.stage,
            latest: plan.latest,
            score: one.score(),
            reasons: one.reasons.iter().map(reason).collect(),
        }
    };
    pretty(&UntrackedJson {
        version: VERSION,
        commit: at.commit.to_owned(),
        date: at.date,
        keps: all.iter().map(kep).collect(),
        skipped: skipped.to_vec(),
    })
}

fn reason(reason: &Reason) -> ReasonJson {
    let (mut keps, mut gates, mut mentions) = (Vec::new(), Vec::new(), None);
    let kind = match reason {
        Reason::GraduationCriteria => ReasonKind::GraduationCriteria,
        Reason::Mentions(named) => {
            mentions = Some(MentionsJson {
                cri: named.cri,
                runtimes: named.runtimes.clone(),
            });
            ReasonKind::Mentions
        }
        Reason::KubeletGates(named) => {
            gates.clone_from(named);
            ReasonKind::KubeletGates
        }
        Reason::OwnedBySigNode => ReasonKind::OwnedBySigNode,
        Reason::SigNodeTakesPart => ReasonKind::SigNodeTakesPart,
        Reason::Names(numbers) => {
            keps.clone_from(numbers);
            ReasonKind::Names
        }
        Reason::NamedBy(numbers) => {
            keps.clone_from(numbers);
            ReasonKind::NamedBy
        }
        Reason::AimsAt(_) => ReasonKind::AimsAt,
    };
    ReasonJson {
        kind,
        weight: reason.weight(),
        words: reason.to_string(),
        keps,
        gates,
        mentions,
    }
}

/// How a KEP moved.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct LogJson {
    /// The version of this format.
    pub version: u32,
    /// The KEP's number.
    pub number: u32,
    /// Its title, if any version of it can be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Whether the clone knows all of its history.
    pub whole: bool,
    /// The commits that changed its kep.yaml, the newest first.
    pub moves: Vec<MoveJson>,
}

/// What a commit did.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct MoveJson {
    /// The commit.
    pub commit: String,
    /// Its day.
    pub date: Date,
    /// The folder of the KEP at it.
    pub folder: String,
    /// What it did.
    pub kind: MoveKind,
    /// Why its kep.yaml cannot be used, if it cannot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// What became of each field that a record holds.
    pub changes: Vec<FieldMoveJson>,
}

/// What a commit did to a KEP.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MoveKind {
    /// The first that the clone knows of it.
    First,
    /// It came back, or can be read again.
    Back,
    /// Its kep.yaml cannot be used.
    Unusable,
    /// It went away.
    Gone,
    /// It said something else than before.
    Changed,
}

/// What became of a field.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct FieldMoveJson {
    /// The key in a record.
    pub key: String,
    /// The key in kep.yaml.
    pub upstream_key: String,
    /// What it said before, as TOML; absent: nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// What it says since, as TOML; absent: nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

/// How a KEP moved, with a newline at the end.
pub fn log(number: u32, versions: &[Version], moves: &[Move], whole: bool) -> String {
    let facts = |version: &Version| match &version.said {
        Some(Ok(facts)) => Some(facts.title.to_string()),
        _ => None,
    };
    pretty(&LogJson {
        version: VERSION,
        number,
        title: versions.iter().find_map(facts),
        whole,
        moves: versions.iter().zip(moves).map(moved).collect(),
    })
}

fn moved((version, what): (&Version, &Move)) -> MoveJson {
    let (mut problem, mut changes) = (None, Vec::new());
    let kind = match what {
        Move::First => MoveKind::First,
        Move::Back => MoveKind::Back,
        Move::Gone => MoveKind::Gone,
        Move::Unusable(unusable) => {
            problem = Some(unusable.reason().to_owned());
            MoveKind::Unusable
        }
        Move::Changed(fields) => {
            changes = fields.iter().map(field).collect();
            MoveKind::Changed
        }
    };
    let Version {
        commit,
        date,
        folder,
        said: _,
    } = version;
    MoveJson {
        commit: commit.clone(),
        date: *date,
        folder: folder.clone(),
        kind,
        problem,
        changes,
    }
}

fn field(one: &FieldMove) -> FieldMoveJson {
    let FieldMove {
        field,
        before,
        after,
    } = one;
    let side = |side: &Option<FieldValue>| side.as_ref().map(FieldValue::to_string);
    FieldMoveJson {
        key: field.key().to_owned(),
        upstream_key: field.upstream_key().to_owned(),
        before: side(before),
        after: side(after),
    }
}
