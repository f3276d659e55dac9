//! Renderers: data in, text out. They decide how things look and nothing else; writing is for `commands/`.

pub mod annotations;
pub mod card;
pub mod findings_markdown;
pub mod json;
pub mod life;
pub mod outcome;
pub mod overview;
pub mod plan_markdown;
mod plan_rows;
pub mod plan_text;
pub mod rule_docs;
pub mod sarif;
pub mod text;
pub mod upstream;
