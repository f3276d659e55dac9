//! Renderers: data in, text out. They decide how things look and nothing else; writing is for `commands/`.

pub mod annotations;
pub mod candidates;
pub mod candidates_json;
pub mod card;
pub mod findings_markdown;
pub mod health;
pub mod history;
pub mod history_json;
pub mod json;
pub mod life;
pub mod outcome;
pub mod overview;
pub mod plan_markdown;
mod plan_rows;
pub mod plan_text;
pub mod proposals;
pub mod proposals_json;
pub mod proposals_markdown;
pub mod refreshed;
pub mod refreshed_json;
pub mod refreshed_markdown;
pub mod report;
pub mod rule_docs;
pub mod sarif;
pub mod site;
pub mod text;
pub mod upstream;
pub mod upstream_json;

/// What leads to the registry's files.
#[derive(Debug, Clone, Copy)]
pub struct Paths<'a> {
    /// From where people stand.
    pub here: &'a str,
    /// From the root of the repository that holds the registry.
    pub repository: &'a str,
}
