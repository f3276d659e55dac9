//! The rules whose mistakes are met while files are read, before any rule runs. Their documentation is in `rules/`.

use super::diagnostic::RuleId;

/// Mistakes in TOML's syntax.
pub const SYNTAX: RuleId = RuleId("syntax");
/// Values that the schema does not allow.
pub const SCHEMA: RuleId = RuleId("schema");
/// Files that are not read.
pub const UNSAFE_FILE: RuleId = RuleId("unsafe-file");
/// Files whose name is not their record's.
pub const FILE_NAME: RuleId = RuleId("file-name");
