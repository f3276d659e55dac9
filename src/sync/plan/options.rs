//! What people ask for beyond the records.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::terms::{RepositoryName, Subject};

/// What people asked for beyond the records.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", default)]
pub struct Options {
    /// KEPs that get an issue although another one looks like theirs.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub create: BTreeSet<u32>,
    /// Records whose pinned issue is theirs, although nothing on it says so.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub claim: BTreeSet<Subject>,
    /// No issue is created: the guard on creations refuses them all, and lets the rest go.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub hold_creations: bool,
    /// Only these records are planned for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub records: Option<BTreeSet<Subject>>,
    /// Only this repository is planned for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repository: Option<RepositoryName>,
}

impl Options {
    /// Whether this is planned for.
    pub fn selects(&self, subject: &Subject) -> bool {
        let records = self.records.as_ref();
        records.is_none_or(|records| records.contains(subject))
    }

    /// Whether somebody asks for a new issue of this.
    pub fn asks_for(&self, subject: &Subject) -> bool {
        match subject {
            Subject::Kep(number) => self.create.contains(number),
            Subject::Item(_) => false,
        }
    }
}
