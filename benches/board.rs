//! `board --out` on registries with a history beside `list` of the same registry, which reads all of it: as a ratio within one run, with the
//! size of the first page and of the site, and how all of it grows with records and with commits.
//!
//! `cargo bench --bench board`.
#![allow(clippy::disallowed_methods, clippy::print_stdout, clippy::unwrap_used)]

#[path = "../tests/common/history.rs"]
mod history;

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use history::History;

const BASE: [(&str, &str); 4] = [
    (
        "registry.toml",
        "home = \"containerd\"\nrepositories = [\"containerd/containerd\"]\n\n[[runtimes]]\nname = \"containerd\"\n\
         calendar = \"releases/containerd.toml\"\n\n[[runtimes]]\nname = \"cri-o\"\ncalendar = \"releases/cri-o.toml\"\n\
         numbered-as-kubernetes = true\n",
    ),
    (
        "releases/kubernetes.toml",
        "[[cycles]]\nrelease = \"1.37\"\nstart = 2026-05-18\nreleased = 2026-08-26\n\n[[cycles]]\nrelease = \"1.38\"\n\
         start = 2026-08-31\ncode-freeze = 2026-11-19T12:00:00Z\nplanned = 2026-12-16\n",
    ),
    (
        "releases/containerd.toml",
        "[[minors]]\nrelease = \"2.4\"\nreleased = 2026-09-16\n\n[[minors]]\nrelease = \"2.5\"\nplanned = \"2026-12\"\n",
    ),
    (
        "releases/cri-o.toml",
        "[[minors]]\nrelease = \"1.36\"\nreleased = 2026-05-04\n",
    ),
];

/// A record of which much is known, as it is after so many changes.
fn record(number: u32, changes: u32) -> (String, String) {
    let stage = ["alpha", "beta", "stable"][number as usize % 3];
    let state = ["none", "in-progress", "merged"][number as usize % 3];
    let release = if changes.is_multiple_of(2) {
        "1.37"
    } else {
        "1.38"
    };
    let text = format!(
        "number = {number}\ntitle = \"Pod lullabies of the {number}th sort\"\nstatus = \"implementable\"\nstage = \"{stage}\"\ntarget = \"{release}\"\n\
         owners = [\"owner{}\"]\nshepherds = [\"shepherd{}\"]\nfeature-gates = [\"PodLullabies{number}\"]\ntriage = \"accepted\"\nissue = {}\n\
         upstream-seen = 2026-11-01\n\n[reached]\nalpha = \"1.36\"\n\n[runtimes.containerd]\nstate = \"{state}\"\nevidence = [\"containerd/containerd#{}\"]\n\n\
         [runtimes.cri-o]\nstate = \"released\"\nrelease = \"1.36.0\"\n",
        number % 200,
        number % 20,
        10_000 + number,
        number,
    );
    (format!("sig-node/{number}-pod-lullabies.toml"), text)
}

/// A registry of so many records in a repository of so many commits, each of which changes ten of them.
fn registry(records: u32, commits: u32) -> History {
    let mut history = History::with_worktree();
    let mut changes = vec![0; records as usize];
    for commit in 0..=commits {
        for at in (0..10).filter(|_| commit > 0) {
            changes[((commit * 10 + at) % records) as usize] += 1;
        }
        let files: Vec<(String, String)> = (1..=records)
            .zip(&changes)
            .map(|(number, changes)| record(number, *changes))
            .collect();
        let files = files
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()));
        let files: Vec<(&str, &str)> = BASE.iter().copied().chain(files).collect();
        history.commit("2026-11-01", &files);
        if commit == commits {
            for (path, text) in files {
                let path = history.worktree().join(path);
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(path, text).unwrap();
            }
        }
    }
    history
}

/// The shortest of five runs.
fn shortest(mut command: impl FnMut() -> Command) -> Duration {
    let run = |command: &mut Command| {
        let start = Instant::now();
        command.stdout(Stdio::null()).stderr(Stdio::null());
        assert!(command.status().unwrap().success());
        start.elapsed()
    };
    (0..5).map(|_| run(&mut command())).min().unwrap()
}

fn kepherd(registry: &Path, arguments: &[&str]) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_kepherd"));
    program
        .current_dir(registry)
        .args(arguments)
        .args(["--today", "2026-11-29"]);
    program
}

fn size(path: &Path) -> u64 {
    if path.is_file() {
        return path.metadata().unwrap().len();
    }
    let entries = std::fs::read_dir(path).unwrap();
    entries.map(|entry| size(&entry.unwrap().path())).sum()
}

fn main() {
    println!(
        "records | commits |      list |     board | ratio |     again | ratio | first page |     site"
    );
    for (records, commits) in [(100, 50), (1_000, 50), (1_000, 500), (10_000, 5)] {
        let history = registry(records, commits);
        let folder = history.worktree();
        let scratch = tempfile::tempdir().unwrap();
        let out = scratch.path().join("site");
        let shown = out.to_str().unwrap();
        let list = shortest(|| kepherd(folder, &["list", "--format", "json"]));
        let board = shortest(|| {
            let _ = std::fs::remove_dir_all(&out);
            kepherd(folder, &["board", "--out", shown])
        });
        let again = shortest(|| kepherd(folder, &["board", "--out", shown]));
        let ratio = |one: Duration| one.as_secs_f64() / list.as_secs_f64();
        let loads = ["index.html", "board.css", "board.js", "icon.svg"];
        let page: u64 = loads.iter().map(|name| size(&out.join(name))).sum();
        println!(
            "{records:7} | {commits:7} | {list:>9.1?} | {board:>9.1?} | {:5.1} | {again:>9.1?} | {:5.1} | {:6} KiB | {:4} MiB",
            ratio(board),
            ratio(again),
            page / 1024,
            size(&out) / 1024 / 1024,
        );
    }
}
