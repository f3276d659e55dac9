//! `kepherd schema`

use anyhow::Result;

use super::{Context, Exit, files};
use crate::cli::SchemaArgs;
use crate::registry::schema::{FileKind, schema_of};
use crate::render::candidates_json::CandidatesJson;
use crate::render::history_json::RecordLog;
use crate::render::json;
use crate::render::proposals_json::ProposalsJson;
use crate::render::refreshed_json::RefreshJson;
use crate::render::upstream_json::{LogJson, UntrackedJson};
use crate::sync::journal;
use crate::sync::plan::Plan;
use crate::views::driven::Driven;
use crate::views::health::Health;
use crate::views::overview::Overview;

pub(super) fn run(context: &mut Context<'_>, options: &SchemaArgs) -> Result<Exit> {
    files::write_named(context, &options.out, all())?;
    Ok(Exit::Clean)
}

/// The schemas of what a registry holds, by the names of their files.
pub(super) fn of_records() -> impl Iterator<Item = (&'static str, String)> {
    let kinds = FileKind::ALL.into_iter();
    kinds.map(|kind| (kind.schema_file(), json::pretty(kind.schema())))
}

/// Every schema, by the name of its file.
pub(super) fn all() -> Vec<(&'static str, String)> {
    let records = of_records();
    let outputs = [
        (
            "findings.schema.json",
            json::pretty(&schema_of::<json::Findings>()),
        ),
        ("plan.schema.json", json::pretty(&schema_of::<Plan>())),
        (
            "proposals.schema.json",
            json::pretty(&schema_of::<ProposalsJson>()),
        ),
        (
            "untracked.schema.json",
            json::pretty(&schema_of::<UntrackedJson>()),
        ),
        (
            "upstream-log.schema.json",
            json::pretty(&schema_of::<LogJson>()),
        ),
        (
            "candidates.schema.json",
            json::pretty(&schema_of::<CandidatesJson<'_>>()),
        ),
        (
            "refresh.schema.json",
            json::pretty(&schema_of::<RefreshJson>()),
        ),
        ("log.schema.json", json::pretty(&schema_of::<RecordLog>())),
        ("health.schema.json", json::pretty(&schema_of::<Health>())),
        (
            "repositories.schema.json",
            json::pretty(&schema_of::<Driven>()),
        ),
        ("list.schema.json", json::pretty(&schema_of::<Overview>())),
        (
            "journal.schema.json",
            json::pretty(&schema_of::<journal::Line>()),
        ),
    ];
    records
        .chain(outputs)
        .chain(crate::render::site::schemas())
        .collect()
}
