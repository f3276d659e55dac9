//! The workflows in `.github/workflows`, the action, and what makes a release: they stay small and safe, the commands in them exist, and each
//! script does what it is there for, run here with the events that GitHub would run it for. No network.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

mod common;
#[path = "workflows/expression.rs"]
mod expression;
#[path = "workflows/installing.rs"]
mod installing;
#[path = "workflows/releasing.rs"]
mod releasing;
#[path = "workflows/runner.rs"]
mod runner;
#[path = "workflows/running.rs"]
mod running;
#[path = "workflows/shape.rs"]
mod shape;
