//! The repositories that a registry drives. Plain data, pure.

use schemars::JsonSchema;
use serde::Serialize;

use crate::registry::Registry;
use crate::registry::tracked::Tracked;
use crate::terms::RepositoryName;

/// The version of the JSON format.
pub const VERSION: u32 = 1;

/// The repositories that a registry drives.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Driven {
    /// The version of this format.
    pub version: u32,
    /// Each repository of `registry.toml`, in its order.
    pub repositories: Vec<DrivenRepository>,
}

/// A repository that a registry drives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct DrivenRepository {
    /// Its whole name.
    pub repository: RepositoryName,
    /// Who owns it: whose installation of the App acts there.
    pub owner: String,
    /// Its name below the owner.
    pub name: String,
    /// A word that stands for it in the names of caches, artifacts and concurrency groups, which take no `/`.
    pub key: String,
    /// How many records have their issues there.
    pub records: usize,
}

/// The repositories of a registry with the records of each.
pub fn driven(registry: &Registry) -> Driven {
    let records = |name: &RepositoryName| {
        let is_there = |one: &Tracked<'_>| registry.repository_of(one.repository()) == Some(name);
        registry.tracked().filter(is_there).count()
    };
    let repositories =
        registry
            .config
            .value
            .repositories
            .iter()
            .map(|repository| DrivenRepository {
                repository: repository.clone(),
                owner: repository.owner.clone(),
                name: repository.name.clone(),
                // Owners have no `.`, so that no two repositories share a word.
                key: format!("{}.{}", repository.owner, repository.name),
                records: records(repository),
            });
    Driven {
        version: VERSION,
        repositories: repositories.collect(),
    }
}

impl Driven {
    /// One line for the matrix of a workflow: each repository becomes a job.
    pub fn matrix(&self) -> String {
        serde_json::json!({ "include": self.repositories }).to_string()
    }
}
