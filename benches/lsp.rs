//! Answers of the language server while somebody types, beside one `check` of the same registry in memory: the ratio is what counts, for
//! machines differ. Each of the figures is from a keystroke that comes in to what follows from it going out.
//!
//! `cargo bench --bench lsp`; `cargo bench --bench lsp -- 100 1000` for other sizes.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::panic
)]

#[path = "../tests/common/shelf.rs"]
mod shelf;

use std::collections::BTreeMap;
use std::hint::black_box;
use std::io::{Read as _, Write as _};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use kepherd::registry::load::{RawFile, load};
use kepherd::rules::{self, Beside};
use serde_json::json;
use shelf::{Near, Shelf, uri};

const SIZES: [u32; 3] = [100, 1_000, 10_000];

/// How many keystrokes are timed.
const KEYS: usize = 300;

fn file(path: &str, text: &str) -> RawFile {
    RawFile {
        path: path.to_owned(),
        content: Ok(text.as_bytes().to_vec()),
    }
}

/// A registry with so many records, each with what rules find in it as often as in real ones: two findings.
fn registry(count: u32) -> Vec<RawFile> {
    let mut files = vec![
        file(
            "registry.toml",
            "home = \"containerd\"\nrepositories = [\"containerd/containerd\"]\n\n[[runtimes]]\nname = \"containerd\"\ncalendar = \"releases/containerd.toml\"\n",
        ),
        file(
            "maintainers.toml",
            "[[maintainers]]\ngithub = \"mikebrow\"\nrole = \"committer\"\n\n[[maintainers]]\ngithub = \"samuelkarp\"\nrole = \"committer\"\n",
        ),
        file(
            "releases/kubernetes.toml",
            "[[cycles]]\nrelease = \"1.37\"\nreleased = 2026-08-26\n\n[[cycles]]\nrelease = \"1.38\"\nplanned = 2026-12-16\n",
        ),
        file(
            "releases/containerd.toml",
            "[[minors]]\nrelease = \"2.3\"\nreleased = 2026-04-30\n\n[[minors]]\nrelease = \"2.5\"\nplanned = \"2026-12\"\n",
        ),
    ];
    files.extend((1..=count).map(|number| {
        let text = format!(
            "#:schema ../../schema/kep.schema.json\nnumber = {number}\ntitle = \"Pod Lullabies {number}\"\nstatus = \"implementable\"\nstage = \"beta\"\ntarget = \"1.38\"\nenabled-by-default = false\nowners = [\"someone\"]\nfeature-gates = [\"PodLullabies\"]\ntriage = \"accepted\"\nshepherds = [\"mikebrow\", \"samuelkrap\"]\nmilestone = \"2.5\"\nissue = {}\nupstream-seen = 2026-01-24\n\n[reached]\nalpha = \"1.37\"\n\n[runtimes.containerd]\nstate = \"released\"\nrelease = \"2.3.0\"\n",
            number + 1_000_000,
        );
        file(&format!("sig-node/{number}-pod-lullabies.toml"), &text)
    }));
    files
}

/// The median and the 99th percentile.
fn spread(mut all: Vec<Duration>) -> (Duration, Duration) {
    all.sort();
    (all[all.len() / 2], all[all.len() * 99 / 100])
}

/// What somebody types into a record, over and over: a word, letter by letter, and back.
fn typing(near: &mut Near, shelf: &Shelf, asks: bool) -> (Duration, Duration) {
    let path = "sig-node/50-pod-lullabies.toml";
    let text = shelf.text(path);
    near.open(path, &text);
    near.settle();
    let line = text[..text.find("milestone").unwrap()]
        .matches('\n')
        .count();
    let mut times = Vec::new();
    for key in 0..KEYS {
        let at = |column: usize| json!({ "line": line, "character": column });
        // Ten letters, then they are taken back.
        let (step, letters) = (key % 20, "target-min".as_bytes());
        let change = match step < 10 {
            true => {
                json!({ "range": { "start": at(step), "end": at(step) }, "text": char::from(letters[step]).to_string() })
            }
            false => {
                json!({ "range": { "start": at(19 - step), "end": at(20 - step) }, "text": "" })
            }
        };
        let began = Instant::now();
        near.change(path, i64::try_from(key).unwrap() + 1, json!([change]));
        if asks {
            let position = json!({ "line": line, "character": 1 });
            black_box(near.ask(
                "textDocument/completion",
                json!({ "textDocument": { "uri": uri(path) }, "position": position }),
            ));
        } else {
            black_box(near.settle());
        }
        times.push(began.elapsed());
    }
    near.tell(
        "textDocument/didClose",
        json!({ "textDocument": { "uri": uri(path) } }),
    );
    near.settle();
    spread(times)
}

/// From the start of the program to its answer to a greeting.
fn starting(count: u32) -> Duration {
    let folder = tempfile::tempdir().unwrap();
    for file in registry(count) {
        let path = folder.path().join(&file.path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, file.content.unwrap()).unwrap();
    }
    let root = url::Url::from_file_path(folder.path()).unwrap();
    let greeting = json!({
        "jsonrpc": "2.0", "id": 1, "method": "initialize",
        "params": { "rootUri": root.as_str(), "capabilities": {} },
    })
    .to_string();
    let greeting = format!("Content-Length: {}\r\n\r\n{greeting}", greeting.len());
    let times = (0..21).map(|_| {
        let began = Instant::now();
        let mut child = Command::new(env!("CARGO_BIN_EXE_kepherd"))
            .arg("lsp")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        child
            .stdin
            .as_mut()
            .unwrap()
            .write_all(greeting.as_bytes())
            .unwrap();
        let mut answer = [0; 32];
        child
            .stdout
            .as_mut()
            .unwrap()
            .read_exact(&mut answer)
            .unwrap();
        let time = began.elapsed();
        let _ = child.kill();
        let _ = child.wait();
        time
    });
    spread(times.collect()).0
}

fn main() {
    let sizes: Vec<u32> = std::env::args()
        .skip(1)
        .filter_map(|size| size.parse().ok())
        .collect();
    let sizes = if sizes.is_empty() {
        SIZES.to_vec()
    } else {
        sizes
    };
    println!(
        "one edit of a record, from the message to what goes out; ratio: to one check of all records"
    );
    for size in sizes {
        let files = registry(size);
        let shelf = Shelf::of(files.clone(), "2026-11-29");
        let checks = (0..7).map(|_| {
            let files = files.clone();
            let began = Instant::now();
            let loaded = load(files);
            black_box(rules::run(&loaded, shelf.today, Beside::default()));
            began.elapsed()
        });
        let (check, _) = spread(checks.collect());
        let mut near = Near::greet(&shelf, json!({}));
        near.settle();
        let texts = BTreeMap::new();
        assert_eq!(near.shown, shelf.checked(&texts), "the same is found");
        let (edit, slow_edit) = typing(&mut near, &shelf, false);
        let (completion, slow_completion) = typing(&mut near, &shelf, true);
        let milliseconds = |time: Duration| time.as_secs_f64() * 1e3;
        println!(
            "{size:>6} records: diagnostics {:.2} ms (99 %: {:.2}), ratio {:.3}; with a completion {:.2} ms (99 %: {:.2}); check {:.1} ms; greeting {:.1} ms",
            milliseconds(edit),
            milliseconds(slow_edit),
            edit.as_secs_f64() / check.as_secs_f64(),
            milliseconds(completion),
            milliseconds(slow_completion),
            milliseconds(check),
            milliseconds(starting(size)),
        );
    }
}
