//! What the other side can do, and what its user has set.

use std::path::PathBuf;

use gen_lsp_types::PositionEncodingKind;
use serde_json::Value;

use super::positions::Encoding;
use super::workspace::path_of;

/// An editor, as far as it says what it can do. What it does not say it cannot; what it says in another shape counts as unsaid.
#[derive(Debug, Clone)]
pub(super) struct Client {
    /// What its columns count.
    pub(super) encoding: Encoding,
    /// Whether it asks for diagnostics, so that none are pushed.
    pub(super) pulls: bool,
    /// Whether it can be told to ask for them again.
    pub(super) pulls_again: bool,
    /// Whether it can be told to ask for code lenses again.
    pub(super) draws_lenses_again: bool,
    /// Whether it watches files that it is told.
    pub(super) watches: bool,
    /// Whether it watches below a folder that it is told.
    pub(super) watches_below: bool,
    /// Whether it takes edits of a version of a text.
    pub(super) edits_versions: bool,
    /// Whether it renames files.
    pub(super) renames_files: bool,
    /// Whether it takes snippets.
    pub(super) snippets: bool,
    /// Whether it shows symbols in symbols.
    pub(super) nested_symbols: bool,
    /// Whether it can be asked for its user's settings.
    pub(super) tells_settings: bool,
    /// The folders that it has opened.
    pub(super) folders: Vec<PathBuf>,
    /// What its user has set.
    pub(super) settings: Settings,
}

/// What somebody sets, under `kepherd` where an editor has sections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Settings {
    /// `schema`: whether what a schema says of a file is shown. Off, where another server shows it for the same file.
    pub(super) schema: bool,
}

impl Settings {
    const UNSET: Self = Self { schema: true };

    /// From a value that somebody sends: the settings, or an object with a section of them. What it leaves out is unset; what is no object
    /// changes nothing.
    pub(super) fn take(&mut self, value: &Value) {
        let section = value.get("kepherd").unwrap_or(value);
        if section.is_object() {
            let schema = section.get("schema").and_then(Value::as_bool);
            self.schema = schema.unwrap_or(Self::UNSET.schema);
        }
    }
}

impl Client {
    /// The one that sends this with `initialize`.
    pub(super) fn of(params: &Value) -> Self {
        let can = |pointer: &str| {
            let at = format!("/capabilities/{pointer}");
            params.pointer(&at).and_then(Value::as_bool) == Some(true)
        };
        let is_there = |pointer: &str| {
            let at = format!("/capabilities/{pointer}");
            params.pointer(&at).is_some_and(Value::is_object)
        };
        let words = |pointer: &str| -> Vec<String> {
            let words = params.pointer(&format!("/capabilities/{pointer}"));
            let words = words.and_then(Value::as_array).into_iter().flatten();
            words
                .filter_map(|word| Some(word.as_str()?.to_owned()))
                .collect()
        };
        let encodings: Vec<PositionEncodingKind> = words("general/positionEncodings")
            .into_iter()
            .map(PositionEncodingKind::from)
            .collect();
        let mut settings = Settings::UNSET;
        if let Some(options) = params.get("initializationOptions") {
            settings.take(options);
        }
        Self {
            encoding: Encoding::agreed(&encodings),
            pulls: is_there("textDocument/diagnostic"),
            pulls_again: can("workspace/diagnostics/refreshSupport"),
            draws_lenses_again: can("workspace/codeLens/refreshSupport"),
            watches: can("workspace/didChangeWatchedFiles/dynamicRegistration"),
            watches_below: can("workspace/didChangeWatchedFiles/relativePatternSupport"),
            edits_versions: can("workspace/workspaceEdit/documentChanges"),
            renames_files: words("workspace/workspaceEdit/resourceOperations")
                .iter()
                .any(|word| word == "rename"),
            snippets: can("textDocument/completion/completionItem/snippetSupport"),
            nested_symbols: can("textDocument/documentSymbol/hierarchicalDocumentSymbolSupport"),
            tells_settings: can("workspace/configuration"),
            folders: folders(params),
            settings,
        }
    }
}

/// The folders that are open: `workspaceFolders`, or what older clients send instead.
fn folders(params: &Value) -> Vec<PathBuf> {
    let path = |uri: Option<&Value>| path_of(uri?.as_str()?);
    if let Some(Value::Array(folders)) = params.get("workspaceFolders") {
        let paths = folders.iter().filter_map(|folder| path(folder.get("uri")));
        return paths.collect();
    }
    let root = || params.get("rootPath").and_then(Value::as_str);
    let root = path(params.get("rootUri")).or_else(|| root().map(PathBuf::from));
    root.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_not_said_cannot_be_done_and_what_is_said_otherwise_refuses_nobody() {
        for params in [
            Value::Null,
            json!({}),
            json!({ "capabilities": 7, "workspaceFolders": "x", "rootUri": 3 }),
            json!({ "capabilities": { "general": { "positionEncodings": [1, {}] }, "workspace": [] } }),
        ] {
            let client = Client::of(&params);
            assert_eq!(client.encoding, Encoding::Utf16);
            assert!(!client.pulls && !client.watches && !client.snippets);
            assert!(client.folders.is_empty());
            assert_eq!(client.settings, Settings::UNSET);
        }
        let client = Client::of(&json!({
            "rootUri": "file:///a%20b",
            "capabilities": {
                "general": { "positionEncodings": ["utf-8"] },
                "textDocument": { "diagnostic": {} },
                "workspace": { "workspaceEdit": { "resourceOperations": ["create", "rename"] } },
            },
            "initializationOptions": { "schema": false },
        }));
        assert_eq!(client.encoding, Encoding::Utf8);
        assert!(client.pulls && client.renames_files && !client.settings.schema);
        assert_eq!(client.folders, [PathBuf::from("/a b")]);
    }
}
