//! A registry in memory behind a language server: for tests and measures that need no process.
#![allow(dead_code)]

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use gen_lsp_types::json_rpc::Id;
use kepherd::findings::diagnostic::Diagnostic;
use kepherd::lsp::wire::Incoming;
use kepherd::lsp::workspace::Disk;
use kepherd::lsp::{Outgoing, Server};
use kepherd::registry::Registry;
use kepherd::registry::load::{RawFile, load};
use kepherd::registry::schema::FileKind;
use kepherd::rules::{self, Beside};
use kepherd::terms::Date;
use kepherd::terms::links::Site;
use serde_json::{Value, json};

/// Where the registry lies.
pub const ROOT: &str = "/work space/ü/keps";

/// Files in memory.
#[derive(Clone)]
pub struct Shelf {
    pub files: Rc<RefCell<BTreeMap<String, RawFile>>>,
    pub today: Date,
}

impl Shelf {
    pub fn of(files: Vec<RawFile>, today: &str) -> Self {
        let files = files.into_iter().map(|file| (file.path.clone(), file));
        Self {
            files: Rc::new(RefCell::new(files.collect())),
            today: today.parse().unwrap(),
        }
    }

    pub fn text(&self, path: &str) -> String {
        let files = self.files.borrow();
        let bytes = files[path].content.clone().unwrap();
        String::from_utf8(bytes).unwrap()
    }

    /// What `check` finds with these texts instead of those on the shelf: by path, as an editor counts.
    pub fn checked(&self, texts: &BTreeMap<String, String>) -> BTreeMap<String, Vec<Value>> {
        let mut files = self.files.borrow().clone();
        for (path, text) in texts {
            let raw = RawFile {
                path: path.clone(),
                content: Ok(text.clone().into_bytes()),
            };
            files.insert(path.clone(), raw);
        }
        let loaded = load(files.into_values().collect());
        let checked = rules::run(&loaded, self.today, Beside::default());
        let mut found: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        for one in &checked.diagnostics {
            let source = checked.sources.file(one.primary.file);
            found
                .entry(source.path.to_string())
                .or_default()
                .push(in_short(one, &source.text));
        }
        found
    }
}

/// Where a byte stands, in UTF-16; counted by another hand than the server's.
pub fn position(text: &str, offset: usize) -> Value {
    let (mut before, after) = text.split_at(offset);
    // Inside of a line's end is no place: it is the end of the line.
    if after.starts_with('\n') {
        before = before.strip_suffix('\r').unwrap_or(before);
    }
    let before = before.replace("\r\n", "\n").replace('\r', "\n");
    let line = before.matches('\n').count();
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    json!({ "line": line, "character": before[start..].encode_utf16().count() })
}

/// A finding of `check`, as an editor counts.
fn in_short(finding: &Diagnostic, text: &str) -> Value {
    let at = |offset: usize| position(text, offset);
    let level = match finding.level.to_string().as_str() {
        "error" => 1,
        "warning" => 2,
        _ => 3,
    };
    json!({
        "range": { "start": at(finding.primary.place.start), "end": at(finding.primary.place.end) },
        "severity": level,
        "code": finding.rule.to_string(),
        "message": finding.in_words(),
    })
}

impl Disk for Shelf {
    fn registry_of(&self, file: &Path) -> Option<PathBuf> {
        file.starts_with(ROOT).then(|| ROOT.into())
    }

    fn registry_from(&self, folder: &Path) -> Option<PathBuf> {
        self.registry_of(folder)
    }

    fn files(&self, _: &Path) -> Result<Vec<RawFile>, String> {
        Ok(self.files.borrow().values().cloned().collect())
    }

    fn would_read(&self, below: &str, _: &Registry) -> bool {
        FileKind::of(below).is_some()
    }

    fn stamp(&self, _: &Path) -> u64 {
        0
    }

    fn today(&self) -> Date {
        self.today
    }
}

/// A client without a process between it and the server.
pub struct Near {
    pub server: Server<Shelf>,
    next: i64,
    /// The diagnostics that were published last, by path below the root.
    pub shown: BTreeMap<String, Vec<Value>>,
}

pub fn uri(path: &str) -> String {
    let path = format!("{ROOT}/{path}");
    url::Url::from_file_path(path).unwrap().into()
}

impl Near {
    pub fn greet(shelf: &Shelf, capabilities: Value) -> Self {
        let server = Server::new(shelf.clone(), Site::github());
        let mut near = Self {
            server,
            next: 0,
            shown: BTreeMap::new(),
        };
        let root = url::Url::from_file_path(ROOT).unwrap();
        let params = json!({ "rootUri": root.as_str(), "capabilities": capabilities });
        near.ask("initialize", params);
        near.tell("initialized", json!({}));
        near
    }

    /// Has the server do all that it has to do.
    pub fn settle(&mut self) -> Vec<Value> {
        while self.server.step() {}
        let out = self.server.take().into_iter();
        let out: Vec<Value> = out
            .map(|one: Outgoing| serde_json::to_value(one).unwrap())
            .collect();
        for message in &out {
            if message["method"] == "textDocument/publishDiagnostics" {
                let params = &message["params"];
                let path = url::Url::parse(params["uri"].as_str().unwrap()).unwrap();
                let path = path.to_file_path().unwrap();
                let below = path.strip_prefix(ROOT).unwrap().to_str().unwrap();
                let found = params["diagnostics"].as_array().unwrap();
                let found: Vec<Value> = found.iter().map(only).collect();
                self.shown.insert(below.to_owned(), found);
            }
        }
        self.shown.retain(|_, found| !found.is_empty());
        out
    }

    pub fn tell(&mut self, method: &str, params: Value) {
        self.server.put(Incoming::Notification {
            method: method.to_owned(),
            params,
        });
    }

    pub fn ask(&mut self, method: &str, params: Value) -> Value {
        self.next += 1;
        let id = self.next;
        self.server.put(Incoming::Request {
            id: Id::Number(id),
            method: method.to_owned(),
            params,
        });
        let out = self.settle();
        let answer = out
            .into_iter()
            .find(|one| one["id"] == id && one["method"].is_null());
        answer.unwrap_or_else(|| panic!("`{method}` has no answer"))
    }

    pub fn open(&mut self, path: &str, text: &str) {
        self.tell(
            "textDocument/didOpen",
            json!({ "textDocument": { "uri": uri(path), "languageId": "toml", "version": 0, "text": text } }),
        );
    }

    pub fn change(&mut self, path: &str, version: i64, changes: Value) {
        self.tell(
            "textDocument/didChange",
            json!({ "textDocument": { "uri": uri(path), "version": version }, "contentChanges": changes }),
        );
    }
}

/// What a diagnostic has of a finding.
fn only(diagnostic: &Value) -> Value {
    json!({
        "range": diagnostic["range"],
        "severity": diagnostic["severity"],
        "code": diagnostic["code"],
        "message": diagnostic["message"],
    })
}
