//! An editor that speaks with the program: what it sends, what it is told, and what it makes of that.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};

use super::common::Folder;

/// What a good editor can do.
pub fn capable() -> Value {
    json!({
        "general": { "positionEncodings": ["utf-8", "utf-16"] },
        "textDocument": {
            "completion": { "completionItem": { "snippetSupport": true } },
            "documentSymbol": { "hierarchicalDocumentSymbolSupport": true },
        },
        "workspace": {
            "workspaceEdit": { "documentChanges": true, "resourceOperations": ["create", "rename", "delete"] },
            "didChangeWatchedFiles": { "dynamicRegistration": true },
        },
    })
}

pub fn uri_of(path: &Path) -> String {
    url::Url::from_file_path(path).unwrap().into()
}

/// Where some bytes of a text stand, in bytes.
pub fn position(text: &str, offset: usize) -> Value {
    let before = &text[..offset];
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    json!({ "line": before.matches('\n').count(), "character": offset - start })
}

pub struct Session {
    child: Child,
    to: Option<ChildStdin>,
    from: Receiver<Value>,
    log: Receiver<String>,
    root: PathBuf,
    next: i64,
    pub greeting: Value,
    /// All that the server has said.
    pub said: Vec<Value>,
    /// How much of it was looked at by [`until`](Self::until).
    seen: usize,
}

impl Session {
    pub fn ungreeted(folder: &Folder) -> Self {
        let root = folder.path().to_owned();
        let mut child = Command::new(env!("CARGO_BIN_EXE_kepherd"))
            .args(["--today", "2026-11-22", "lsp", "--stdio"])
            .current_dir(&root)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let to = child.stdin.take();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let (said, from) = channel();
        std::thread::spawn(move || {
            loop {
                let mut length = 0;
                loop {
                    let mut line = String::new();
                    if out.read_line(&mut line).unwrap_or(0) == 0 {
                        return;
                    }
                    if line.trim().is_empty() {
                        break;
                    }
                    let value = line.split_once(": ").unwrap().1;
                    length = value.trim().parse().unwrap();
                }
                let mut content = vec![0; length];
                out.read_exact(&mut content).unwrap();
                let message = serde_json::from_slice(&content).unwrap();
                if said.send(message).is_err() {
                    return;
                }
            }
        });
        let mut err = child.stderr.take().unwrap();
        let (words, log) = channel();
        std::thread::spawn(move || {
            let mut all = String::new();
            err.read_to_string(&mut all).unwrap();
            let _ = words.send(all);
        });
        Self {
            child,
            to,
            from,
            log,
            root,
            next: 0,
            greeting: Value::Null,
            said: Vec::new(),
            seen: 0,
        }
    }

    pub fn with(folder: &Folder, capabilities: Value) -> Self {
        let mut session = Self::ungreeted(folder);
        let root = uri_of(folder.path());
        let folders = json!([{ "uri": root, "name": "keps" }]);
        session.greet(
            json!({ "processId": null, "capabilities": capabilities, "workspaceFolders": folders }),
        );
        session
    }

    pub fn greet(&mut self, params: Value) {
        self.greeting = self.ask("initialize", params);
        self.tell("initialized", json!({}));
    }

    pub fn raw(&mut self, bytes: &[u8]) {
        let to = self.to.as_mut().unwrap();
        to.write_all(bytes).unwrap();
        to.flush().unwrap();
    }

    fn framed(mut message: Value) -> Vec<u8> {
        message["jsonrpc"] = json!("2.0");
        let content = message.to_string();
        format!("Content-Length: {}\r\n\r\n{content}", content.len()).into_bytes()
    }

    /// Sends messages in one piece.
    pub fn together(&mut self, messages: Vec<Value>) {
        let bytes = messages.into_iter().flat_map(Self::framed);
        let bytes: Vec<u8> = bytes.collect();
        self.raw(&bytes);
    }

    pub fn tell(&mut self, method: &str, params: Value) {
        self.together(vec![json!({ "method": method, "params": params })]);
    }

    pub fn reply(&mut self, question: &Value, result: Value) {
        self.together(vec![json!({ "id": question["id"], "result": result })]);
    }

    fn hear(&mut self) -> &Value {
        let message = self.from.recv_timeout(Duration::from_secs(60));
        let message =
            message.unwrap_or_else(|_| panic!("nothing more is said; so far: {:#?}", self.said));
        self.said.push(message);
        self.said.last().unwrap()
    }

    /// The next message of a kind, behind those that were looked for before.
    pub fn until(&mut self, is_it: impl Fn(&Value) -> bool) -> Value {
        loop {
            while self.seen < self.said.len() {
                self.seen += 1;
                if is_it(&self.said[self.seen - 1]) {
                    return self.said[self.seen - 1].clone();
                }
            }
            self.hear();
        }
    }

    /// The answer to a question, whatever was answered before it.
    pub fn answer_to(&mut self, id: i64) -> Value {
        self.seen = 0;
        self.until(|one| one["id"] == id && one["method"].is_null())
    }

    /// What is published of a file, once it says something.
    pub fn published_with(&mut self, path: &str, words: &str) -> Value {
        let uri = self.uri(path);
        let found = self.until(|one| {
            one["params"]["uri"] == uri && one["params"]["diagnostics"].to_string().contains(words)
        });
        found["params"].clone()
    }

    fn answered(&mut self, method: &str, params: Value) -> Value {
        self.next += 1;
        let id = self.next;
        self.together(vec![
            json!({ "id": id, "method": method, "params": params }),
        ]);
        loop {
            let message = self.hear();
            if message["id"] == id && message["method"].is_null() {
                return message.clone();
            }
        }
    }

    pub fn ask(&mut self, method: &str, params: Value) -> Value {
        let answer = self.answered(method, params);
        assert!(answer.get("error").is_none(), "{method}: {answer}");
        answer["result"].clone()
    }

    pub fn refused(&mut self, method: &str, params: Value) -> Value {
        let answer = self.answered(method, params);
        answer["error"].clone()
    }

    /// Whether nothing is said but the answer to a question.
    pub fn is_quiet(&mut self) -> bool {
        let before = self.said.len();
        // The second one is answered behind all that the first one brings.
        self.ask(
            "workspace/symbol",
            json!({ "query": "nothing is called this" }),
        );
        self.ask(
            "workspace/symbol",
            json!({ "query": "nothing is called this" }),
        );
        let said = self.said[before..].iter();
        let told = said.filter(|one| one["method"] == "textDocument/publishDiagnostics");
        let is_quiet = told.count() == 0;
        self.seen = self.said.len();
        is_quiet
    }

    pub fn uri(&self, path: &str) -> String {
        uri_of(&self.root.join(path))
    }

    fn text(&self, path: &str) -> String {
        std::fs::read_to_string(self.root.join(path)).unwrap()
    }

    pub fn open(&mut self, path: &str) {
        let document = json!({ "uri": self.uri(path), "languageId": "toml", "version": 1, "text": self.text(path) });
        self.tell("textDocument/didOpen", json!({ "textDocument": document }));
    }

    pub fn change(&mut self, path: &str, version: i64, changes: Value) {
        let document = json!({ "uri": self.uri(path), "version": version });
        self.tell(
            "textDocument/didChange",
            json!({ "textDocument": document, "contentChanges": changes }),
        );
    }

    pub fn close(&mut self, path: &str) {
        let document = json!({ "uri": self.uri(path) });
        self.tell("textDocument/didClose", json!({ "textDocument": document }));
    }

    /// What is published next of a file.
    pub fn published(&mut self, path: &str) -> Value {
        let uri = self.uri(path);
        let found = self.until(|one| {
            one["method"] == "textDocument/publishDiagnostics" && one["params"]["uri"] == uri
        });
        found["params"].clone()
    }

    /// What is published of a version of a file.
    pub fn published_at(&mut self, path: &str, version: i64) -> Value {
        let uri = self.uri(path);
        let found =
            self.until(|one| one["params"]["uri"] == uri && one["params"]["version"] == version);
        found["params"].clone()
    }

    /// A place in a text: behind the first byte of some words in it.
    pub fn place(&self, path: &str, text: &str, at: &str) -> Value {
        let start = text
            .find(at)
            .unwrap_or_else(|| panic!("no {at:?} in {text}"));
        let skipped = usize::from(at.starts_with(['"', '@']));
        json!({
            "textDocument": { "uri": self.uri(path) },
            "position": position(text, start + skipped),
        })
    }

    pub fn hover(&mut self, path: &str, text: &str, at: &str) -> String {
        let place = self.place(path, text, at);
        let said = self.ask("textDocument/hover", place);
        said["contents"]["value"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    pub fn definition(&mut self, path: &str, text: &str, at: &str) -> String {
        let place = self.place(path, text, at);
        let to = self.ask("textDocument/definition", place);
        self.located(&to[0])
    }

    pub fn references(&mut self, path: &str, text: &str, at: &str) -> Vec<String> {
        let mut place = self.place(path, text, at);
        place["context"] = json!({ "includeDeclaration": true });
        let all = self.ask("textDocument/references", place);
        let all = all.as_array().cloned().unwrap_or_default();
        all.iter().map(|one| self.located(one)).collect()
    }

    fn located(&self, location: &Value) -> String {
        let Some(uri) = location["uri"].as_str() else {
            return "nowhere".to_owned();
        };
        let path = url::Url::parse(uri).unwrap().to_file_path().unwrap();
        let below = path
            .strip_prefix(&self.root)
            .unwrap()
            .to_str()
            .unwrap()
            .replace('\\', "/");
        let start = &location["range"]["start"];
        format!(
            "{below}:{}:{}",
            start["line"].as_u64().unwrap() + 1,
            start["character"].as_u64().unwrap() + 1
        )
    }

    pub fn actions(&mut self, path: &str, at: &str) -> Vec<Value> {
        self.actions_of(path, at, Value::Null)
    }

    pub fn actions_of(&mut self, path: &str, at: &str, only: Value) -> Vec<Value> {
        let place = self.place(path, &self.text(path), at);
        let mut context = json!({ "diagnostics": [] });
        if !only.is_null() {
            context["only"] = only;
        }
        let range = json!({ "start": place["position"], "end": place["position"] });
        let params = json!({ "textDocument": { "uri": self.uri(path) }, "range": range, "context": context });
        self.ask("textDocument/codeAction", params)
            .as_array()
            .unwrap()
            .clone()
    }

    /// The text of a file as an action leaves it; positions are counted in bytes.
    pub fn applied(&self, path: &str, action: &Value) -> String {
        let mut text = self.text(path);
        let changes = action["edit"]["documentChanges"].as_array().unwrap();
        let mut edits: Vec<Value> = changes
            .iter()
            .flat_map(|one| one["edits"].as_array().cloned().unwrap_or_default())
            .collect();
        let offset = |text: &str, at: &Value| {
            let line = usize::try_from(at["line"].as_u64().unwrap()).unwrap();
            let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
            start + usize::try_from(at["character"].as_u64().unwrap()).unwrap()
        };
        edits.sort_by_key(|edit| std::cmp::Reverse(offset(&text, &edit["range"]["start"])));
        for edit in edits {
            let (start, end) = (
                offset(&text, &edit["range"]["start"]),
                offset(&text, &edit["range"]["end"]),
            );
            text.replace_range(start..end, edit["newText"].as_str().unwrap());
        }
        text
    }

    /// What is offered where `|` stands in a text, a line each.
    pub fn completion(&mut self, path: &str, typed: &str) -> String {
        let offset = typed.find('|').unwrap();
        let text = typed.replacen('|', "", 1);
        self.next += 1;
        let version = 1_000 + self.next;
        let document = json!({ "uri": self.uri(path), "languageId": "toml", "version": version, "text": text });
        self.tell("textDocument/didOpen", json!({ "textDocument": document }));
        let params = json!({ "textDocument": { "uri": self.uri(path) }, "position": position(&text, offset) });
        let items = self.ask("textDocument/completion", params);
        let items = items["items"].as_array().unwrap().iter();
        let said = items.map(|item| {
            let edit = &item["textEdit"];
            let columns = (
                &edit["range"]["start"]["character"],
                &edit["range"]["end"]["character"],
            );
            let detail = item["detail"].as_str().unwrap_or_default();
            let label = item["label"].as_str().unwrap();
            format!(
                "    {label} | {detail} | {} at {}-{}",
                edit["newText"], columns.0, columns.1
            )
        });
        said.collect::<Vec<_>>().join("\n")
    }

    /// Waits for the program to end; its exit status.
    pub fn end(mut self) -> i32 {
        self.child.wait().unwrap().code().unwrap()
    }

    /// Goes away without a word.
    pub fn hang_up(self) -> i32 {
        self.hang_up_and_read().0
    }

    pub fn hang_up_and_read(mut self) -> (i32, String) {
        self.to = None;
        let status = self.child.wait().unwrap().code().unwrap();
        (status, self.log.recv().unwrap())
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
