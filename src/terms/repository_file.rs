//! Files in repositories.

use std::fmt;
use std::str::FromStr;

use super::spelling::spelled_as_string;
use super::{Misspelt, RepositoryName};

/// A file of a repository: "containerd/.project:MAINTAINERS".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepositoryFile {
    /// The repository.
    pub repository: RepositoryName,
    /// Its path there.
    pub path: String,
}

impl fmt::Display for RepositoryFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.repository, self.path)
    }
}

impl FromStr for RepositoryFile {
    type Err = Misspelt;

    fn from_str(text: &str) -> Result<Self, Misspelt> {
        let misspelt = || Misspelt::new(text, "a file like \"containerd/.project:MAINTAINERS\"");
        let (repository, path) = text.split_once(':').ok_or_else(misspelt)?;
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        // As the schema has it: no part is made of dots alone, so that nothing leads out of the repository.
        let is_name =
            |part: &str| part.bytes().all(is_plain) && part.bytes().any(|byte| byte != b'.');
        if !path.split('/').all(is_name) {
            return Err(misspelt());
        }
        Ok(Self {
            repository: repository.parse().map_err(|_| misspelt())?,
            path: path.to_owned(),
        })
    }
}

spelled_as_string!(RepositoryFile, "a file of a repository", {
    "type": "string",
    "description": "A file of a repository on GitHub, as owner/name:path.",
    "pattern": "^[A-Za-z0-9][A-Za-z0-9_-]{0,38}/\\.{0,2}[A-Za-z0-9_-][A-Za-z0-9._-]{0,97}:\\.*[A-Za-z0-9_-][A-Za-z0-9._-]*(?:/\\.*[A-Za-z0-9_-][A-Za-z0-9._-]*)*$",
    "examples": ["containerd/.project:MAINTAINERS"]
});
