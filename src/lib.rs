//! kepherd keeps a project's Kubernetes enhancement work (KEPs) as TOML records in a git repository, checks every
//! change to them, and makes GitHub issues say what the records say.
//!
//! The way of the data, downwards: [`source`] ← [`diagnostic`] ← [`document`] ← [`registry`] ← {[`rules`],
//! [`desired`]} ← [`plan`] ← [`apply`] ← [`commands`]. `ARCHITECTURE.md` describes the rooms and what each must not do.

pub mod adopt;
pub mod apply;
pub mod cli;
pub mod clock;
pub mod commands;
pub mod desired;
pub mod diagnostic;
pub mod digest;
pub mod document;
pub mod edit;
pub mod fix;
pub mod git;
pub mod github;
pub mod github_limits;
pub mod issue_form;
pub mod journal;
pub mod life;
pub mod markdown;
pub mod new_record;
pub mod observed;
pub mod overview;
pub mod plan;
pub mod policy;
pub mod project;
pub mod promote;
pub mod reconcile;
pub mod registry;
pub mod render;
pub mod rules;
pub mod sandbox;
pub mod section;
pub mod source;
pub mod upstream;
pub mod words;
