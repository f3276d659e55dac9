//! Messages of a client that edits at random, some of them no messages: whatever is typed, what the language server shows is what
//! `check` finds in the same texts.
#![no_main]

#[path = "../../tests/common/shelf.rs"]
mod shelf;

use std::collections::BTreeMap;

use kepherd::registry::load::RawFile;
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};
use shelf::{Near, Shelf, position, uri};

const FILES: [(&str, &str); 6] = [
    (
        "registry.toml",
        "home = \"containerd\"\nrepositories = [\"a/b\"]\n\n[[runtimes]]\nname = \"containerd\"\ncalendar = \"releases/containerd.toml\"\n\n[rules]\nsingle-shepherd = \"warning\"\n",
    ),
    (
        "maintainers.toml",
        "[[maintainers]]\ngithub = \"mikebrow\"\nrole = \"committer\"\n",
    ),
    (
        "releases/kubernetes.toml",
        "[[cycles]]\nrelease = \"1.37\"\nreleased = 2026-08-26\n\n[[cycles]]\nrelease = \"1.38\"\nplanned = 2026-12-16\n",
    ),
    (
        "releases/containerd.toml",
        "[[minors]]\nrelease = \"2.5\"\nplanned = \"2026-12\"\n",
    ),
    (
        "sig-node/1-a.toml",
        "number = 1\ntitle = \"ä 😀\"\nstatus = \"implementable\"\nstage = \"beta\"\ntarget = \"1.38\"\nshepherds = [\"mikebrow\"]\nmilestone = \"2.5\"\nissue = 7\n\n[runtimes.containerd]\nstate = \"merged\"\n\n[[allow]]\nrule = \"single-shepherd\"\nreason = \"x\"\n",
    ),
    (
        "sig-node/2-b.toml",
        "number = 2\r\ntitle = \"b\"\r\nstatus = \"provisional\"\r\nissue = 8\r\n",
    ),
];

const WORDS: [&str; 24] = [
    "\"", "[", "]", "{", "}", "=", "\n", "\r\n", "\r", "\t", "😀", "ä", "#", "'''", "\"\"\"", "issue = 7\n", "number = 1\n", "[[allow]]\n",
    "rule = \"schema\"\n", "\"mikebrow\"", "1.38", "[runtimes.containerd]\n", ".", ",",
];

/// What asks for something at a place, and must not stop the server.
const ASKED: [&str; 6] = ["hover", "completion", "definition", "prepareRename", "documentSymbol", "codeLens"];

/// The input, byte by byte; zeros behind its end.
struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    fn next(&mut self) -> usize {
        let Some((first, rest)) = self.0.split_first() else {
            return 0;
        };
        self.0 = rest;
        usize::from(*first)
    }
}

fn boundary(text: &str, mut at: usize) -> usize {
    at = at.min(text.len());
    let is_inside = |at: usize| {
        !text.is_char_boundary(at) || (at > 0 && text[..at].ends_with('\r') && text[at..].starts_with('\n'))
    };
    while is_inside(at) {
        at -= 1;
    }
    at
}

fuzz_target!(|data: &[u8]| {
    let mut bytes = Bytes(data);
    let files = FILES.iter().map(|(path, text)| RawFile {
        path: (*path).to_owned(),
        content: Ok(text.as_bytes().to_vec()),
    });
    let shelf = Shelf::of(files.collect(), "2026-11-29");
    let mut near = Near::greet(&shelf, json!({}));
    near.settle();
    let mut texts: BTreeMap<String, String> = BTreeMap::new();
    let mut version = 0;
    while !bytes.0.is_empty() && version < 24 {
        version += 1;
        let (path, read) = FILES[bytes.next() % FILES.len()];
        if !texts.contains_key(path) {
            near.open(path, read);
        }
        let text = texts.entry(path.to_owned()).or_insert_with(|| read.to_owned());
        let operation = bytes.next();
        let at = bytes.next() * 256 + bytes.next();
        let at = boundary(text, at % (text.len() + 1));
        let place = position(text, at);
        match operation % 8 {
            0..=4 => {
                let end = boundary(text, at + bytes.next() % 16).max(at);
                let new = WORDS[bytes.next() % WORDS.len()];
                let range = json!({ "start": place, "end": position(text, end) });
                text.replace_range(at..end, new);
                near.change(path, version, json!([{ "range": range, "text": new }]));
            }
            5 => {
                let method = ASKED[bytes.next() % ASKED.len()];
                let params = json!({ "textDocument": { "uri": uri(path) }, "position": place });
                let answer = near.ask(&format!("textDocument/{method}"), params);
                assert!(answer["error"].is_null(), "{answer}");
            }
            6 => {
                let document = json!({ "textDocument": { "uri": uri(path) } });
                near.tell("textDocument/didClose", document);
                texts.remove(path);
            }
            _ => {
                let context = json!({ "diagnostics": [] });
                let range = json!({ "start": place, "end": place });
                let params = json!({ "textDocument": { "uri": uri(path) }, "range": range, "context": context });
                let answer = near.ask("textDocument/codeAction", params);
                assert!(answer["error"].is_null(), "{answer}");
            }
        }
        if bytes.next() % 3 == 0 {
            near.settle();
        }
    }
    near.settle();
    let shown: &BTreeMap<String, Vec<Value>> = &near.shown;
    assert_eq!(shown, &shelf.checked(&texts), "{texts:#?}");
});
