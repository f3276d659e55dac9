//! kubernetes/enhancements beside a registry: what its kep.yaml files say, where records differ, what nobody tracks yet. Pure.
//!
//! Facts belong to the day of their commit: a release in the `milestone` table is a plan, and becomes `reached` only if
//! that Kubernetes release had shipped by then. An update is three-way: a fact that upstream has changed since the record
//! was last read is taken over; one that it has not changed stays as people wrote it.

pub mod drift;
pub mod facts;
pub mod folders;
pub mod kep_yaml;
pub mod moves;
pub mod pull;
pub mod snapshot;
pub mod untracked;
