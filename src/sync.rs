//! The reconciliation: what GitHub should say × what it says × what is remembered → a plan, and the plan carried out.

pub mod adopt;
pub mod apply;
pub mod desired;
pub mod journal;
pub mod observed;
pub mod plan;
pub mod questions;
pub mod reconcile;
pub mod remembered;
pub mod remote;
pub mod section;
