//! The seam for faults: asked around the commit of every request.
//!
//! There are none yet. A fault decides from the request alone, and must not change the world.

use super::rest::{Incoming, Reply};

/// Which faults are switched on.
#[derive(Debug, Clone, Default)]
pub struct Faults {}

impl Faults {
    /// Asked before the request reaches the world; a reply stands in for it.
    pub(super) fn before_commit(&self, _request: &Incoming) -> Option<Reply> {
        None
    }

    /// Asked once the world has changed and is saved; a reply replaces the true one.
    pub(super) fn after_commit(&self, _request: &Incoming, _reply: &Reply) -> Option<Reply> {
        None
    }
}
