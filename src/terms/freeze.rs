//! What a Kubernetes release cycle freezes.

use std::fmt;

/// A deadline of a Kubernetes release cycle, in the order in which a cycle meets them. Which instant each is stands in the
/// calendar; what each asks for in <https://github.com/kubernetes/sig-release/blob/master/releases/release_phases.md>.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Freeze {
    /// A KEP's production readiness questionnaire is ready for its review.
    ProductionReadiness,
    /// A KEP is approved and tracked.
    Enhancements,
    /// Code is merged.
    Code,
    /// Tests are merged.
    Test,
    /// Documentation is merged.
    Docs,
}

impl Freeze {
    /// All of them, first to last.
    pub const ALL: [Self; 5] = [
        Self::ProductionReadiness,
        Self::Enhancements,
        Self::Code,
        Self::Test,
        Self::Docs,
    ];

    /// Its key in the calendar.
    pub fn key(self) -> &'static str {
        match self {
            Self::ProductionReadiness => "prr-freeze",
            Self::Enhancements => "enhancements-freeze",
            Self::Code => "code-freeze",
            Self::Test => "test-freeze",
            Self::Docs => "docs-freeze",
        }
    }
}

impl fmt::Display for Freeze {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::ProductionReadiness => "production readiness freeze",
            Self::Enhancements => "enhancements freeze",
            Self::Code => "code freeze",
            Self::Test => "test freeze",
            Self::Docs => "docs freeze",
        })
    }
}
