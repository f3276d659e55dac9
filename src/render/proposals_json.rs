//! Proposals as versioned JSON, for other tools. `schema/proposals.schema.json` describes it.

use schemars::JsonSchema;
use serde::Serialize;

use super::json::pretty;
use super::proposals::{View, of_text};
use crate::findings::diagnostic::Certainty;
use crate::sources::proposal::{Because, Change, Decision, Origin, Proposal, Proposals, Source};
use crate::text::paint::Paint;

/// The version of the format; it grows when a field changes its meaning or goes away.
pub const VERSION: u32 = 1;

/// What a source proposes.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ProposalsJson {
    /// The version of this format.
    pub version: u32,
    /// Who proposes.
    pub source: Source,
    /// What was read; empty: nothing but the registry.
    pub read: String,
    /// Whether what is proposed was written, but for what is refused.
    pub written: bool,
    /// What differs, by file.
    pub proposals: Vec<ProposalJson>,
    /// Records that were looked at and get no edit.
    pub untouched: Vec<UntouchedJson>,
    /// What a person has to decide that no field stands for.
    pub questions: Vec<QuestionJson>,
    /// What there is to say beside.
    pub notes: Vec<String>,
    /// What a person should look at.
    pub warnings: Vec<String>,
}

/// What becomes of a file.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ProposalJson {
    /// The record: `KEP-4960` or `item critest-interop`; absent: the file is no record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Its path below the registry's root.
    pub path: String,
    /// The path that it gets, if that is another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new_path: Option<String>,
    /// What is done.
    pub action: ActionJson,
    /// What differs, field by field.
    pub changes: Vec<ChangeJson>,
    /// Why it must not be written; empty: it may.
    pub refused: Vec<String>,
    /// The edit as a unified diff, if one is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub diff: Option<String>,
}

/// What is done with a file.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ActionJson {
    /// It is new.
    Create,
    /// It says something else.
    Update,
    /// Nothing.
    None,
}

/// What becomes of a field.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ChangeJson {
    /// The entry of a list: a handle, or a release; absent: the file is one record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entry: Option<String>,
    /// The key, with a dot before one in a table; absent: all of the entry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The line where it stands now, if it stands there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// What it is here, as TOML; absent: nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// What it is to be, or is there, as TOML; absent: nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// What is done about it.
    pub decision: DecisionJson,
    /// What settles it, if a person decides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settled_by: Option<String>,
    /// Why.
    pub why: String,
    /// From where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<OriginJson>,
    /// Whether it is known, and not only likely.
    pub sure: bool,
}

/// What is done about a field that differs.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DecisionJson {
    /// It is written.
    Made,
    /// It stays as it is here.
    Kept,
    /// A person decides.
    Open,
}

/// From where something is known.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct OriginJson {
    /// A file and its line, a commit, an issue, or a rule.
    pub what: String,
    /// Its address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

impl OriginJson {
    fn of(from: &Origin) -> Self {
        let Origin { what, link } = from;
        Self {
            what: what.clone(),
            link: link.clone(),
        }
    }
}

/// A record that was looked at and gets no edit.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct UntouchedJson {
    /// Which one.
    pub subject: String,
    /// Why.
    pub reason: ReasonJson,
    /// The reason in words; may be empty.
    pub words: String,
}

/// Something that a person has to decide.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct QuestionJson {
    /// The record that it is about, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// What is not plain, and why.
    pub why: String,
    /// What settles it.
    pub settled_by: String,
    /// Where it is to be seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<OriginJson>,
}

/// Why a record gets no edit.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ReasonJson {
    /// It was read at a later day than that of what is read now.
    ReadLater,
    /// The source does not speak of it, and that is allowed.
    Absent,
    /// It cannot be read: a person has to look.
    Skipped,
}

/// Proposals as JSON, with a newline at the end.
pub fn json(all: &Proposals, view: View<'_>) -> String {
    pretty(&proposals(all, view))
}

/// Proposals as a part of a document.
pub(super) fn proposals(all: &Proposals, view: View<'_>) -> ProposalsJson {
    let Proposals {
        source,
        read,
        proposals,
        untouched,
        questions,
        notes,
        warnings,
        nothing: _,
    } = all;
    ProposalsJson {
        version: VERSION,
        source: *source,
        read: read.clone(),
        written: view.is_written,
        proposals: proposals.iter().map(|one| proposal(one, view)).collect(),
        untouched: untouched
            .iter()
            .map(|one| {
                let (reason, words) = match &one.because {
                    Because::ReadLater => (ReasonJson::ReadLater, ""),
                    Because::Absent(why) => (ReasonJson::Absent, why.as_str()),
                    Because::Skipped(why) => (ReasonJson::Skipped, why.as_str()),
                };
                UntouchedJson {
                    subject: one.subject.to_string(),
                    reason,
                    words: words.to_owned(),
                }
            })
            .collect(),
        questions: questions
            .iter()
            .map(|question| QuestionJson {
                subject: question.subject.as_ref().map(ToString::to_string),
                why: question.why.clone(),
                settled_by: question.settled_by.clone(),
                from: question.from.as_ref().map(OriginJson::of),
            })
            .collect(),
        notes: notes.clone(),
        warnings: warnings.clone(),
    }
}

fn proposal(one: &Proposal, view: View<'_>) -> ProposalJson {
    let is_shown = view.diff && one.is_edit();
    ProposalJson {
        subject: one.subject.as_ref().map(ToString::to_string),
        path: one.path.clone(),
        new_path: one.new_path.clone(),
        action: match (one.is_edit(), &one.before) {
            (false, _) => ActionJson::None,
            (true, None) => ActionJson::Create,
            (true, Some(_)) => ActionJson::Update,
        },
        changes: one.changes.iter().map(|it| change(one, it)).collect(),
        refused: one.refused.clone(),
        diff: is_shown.then(|| of_text(one, view, Paint(false))),
    }
}

fn change(of: &Proposal, change: &Change) -> ChangeJson {
    let Change {
        place,
        before,
        after,
        why,
        from,
        certainty,
        decision,
        is_routine: _,
    } = change;
    let (decision, settled_by) = match decision {
        Decision::Made => (DecisionJson::Made, None),
        Decision::Kept => (DecisionJson::Kept, None),
        Decision::Open { settled_by } => (DecisionJson::Open, Some(settled_by.clone())),
    };
    ChangeJson {
        entry: place.entry.clone(),
        key: place.key.clone(),
        line: of.line_of(change),
        before: before.clone(),
        after: after.clone(),
        decision,
        settled_by,
        why: why.clone(),
        from: from.as_ref().map(OriginJson::of),
        sure: *certainty == Certainty::Sure,
    }
}
