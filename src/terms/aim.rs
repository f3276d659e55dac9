//! What a KEP aims at.

use std::fmt;

use super::{Release, Stage};

/// A stage and the Kubernetes release that it is meant for, as far as they are known: a record's `stage`, `target` and
/// `enabled-by-default`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Aim {
    /// The stage.
    pub stage: Option<Stage>,
    /// The Kubernetes release.
    pub target: Option<Release>,
    /// Whether the feature gate is on by default at that stage.
    pub enabled_by_default: Option<bool>,
}

impl fmt::Display for Aim {
    /// As people say it: "beta 1.38 off by default"; what is not known is left out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            stage,
            target,
            enabled_by_default,
        } = self;
        let stage = stage.map(|stage| stage.written().to_owned());
        let target = target.map(|target| target.to_string());
        let default = enabled_by_default.map(|on| match on {
            true => "on by default".to_owned(),
            false => "off by default".to_owned(),
        });
        let parts: Vec<String> = [stage, target, default].into_iter().flatten().collect();
        f.write_str(&parts.join(" "))
    }
}
