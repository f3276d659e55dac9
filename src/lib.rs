//! kepherd keeps a project's Kubernetes enhancement work (KEPs) as TOML records in a git repository, checks every
//! change to them, and makes GitHub issues say what the records say.
//!
//! What leans on what: [`text`] ← [`terms`] ← [`findings`] ← [`registry`] ← [`sources`] ← [`rules`] ← [`sync`] ← [`github`] ←
//! [`views`] ← [`lsp`] and [`render`] ← [`commands`]. `ARCHITECTURE.md` describes the rooms and what each must not do.
#![warn(missing_docs, unreachable_pub)]

pub mod cli;
pub mod clock;
pub mod commands;
pub mod findings;
pub mod git;
pub mod github;
pub mod lsp;
pub mod parallel;
pub mod registry;
pub mod render;
pub mod rules;
#[cfg(feature = "sandbox")]
// Its fields are GitHub's, under GitHub's names.
#[allow(missing_docs)]
pub mod sandbox;
pub mod sources;
pub mod sync;
pub mod terms;
pub mod text;
pub mod views;
