//! `upstream log` and `upstream untracked` on made clones, as ratios within one run: what a commit costs that leaves a kep.yaml
//! alone beside one that changes it, and what the program needs for many kep.yaml files beside parsing them on one core.
//!
//! `cargo bench --bench upstream`
#![allow(clippy::disallowed_methods, clippy::print_stdout, clippy::unwrap_used)]

#[path = "../tests/common/history.rs"]
mod history;

use std::hint::black_box;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use history::History;
use kepherd::sources::upstream::kep_yaml::read;
use kepherd::text::source::SourceFile;

/// Commits of a history.
const COMMITS: u32 = 2_000;
/// KEPs of a clone.
const KEPS: u32 = 600;

fn kep_yaml(number: u32, more: &str) -> String {
    format!(
        "title: Pod Lullabies {number}\nkep-number: \"{number}\"\nauthors:\n  - \"@someone\"\nowning-sig: sig-node\n\
         participating-sigs: [sig-windows]\nstatus: implementable\ncreation-date: 2025-01-01\nreviewers:\n  - \"@other\"\n\
         see-also:\n  - /keps/sig-node/1-x\nstage: beta\nlatest-milestone: \"v1.38\"\nmilestone:\n  alpha: \"v1.37\"\n  \
         beta: \"v1.38\"\nfeature-gates:\n  - name: PodLullabies\n    components:\n      - kubelet\ndisable-supported: true\n{more}"
    )
}

fn registry() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write(
        "registry.toml",
        "home = \"containerd\"\nrepositories = [\"containerd/containerd\"]\n",
    );
    write(
        "releases/kubernetes.toml",
        "[[cycles]]\nrelease = \"1.37\"\nreleased = 2026-08-26\n\n[[cycles]]\nrelease = \"1.38\"\nplanned = 2026-12-16\n",
    );
    folder
}

/// A history of which every so many commits change KEP-1, and the others something else.
fn moving(every: u32) -> History {
    let mut history = History::bare();
    let path = "keps/sig-node/1-a/kep.yaml";
    for commit in 0..COMMITS {
        let ours = kep_yaml(1, &format!("# {}\n", commit / every));
        let other = kep_yaml(2, &format!("# {commit}\n"));
        history.commit(
            "2026-07-24",
            &[(path, &ours), ("keps/sig-cli/2-b/kep.yaml", &other)],
        );
    }
    history
}

/// The shortest of five runs of the program.
fn program(registry: &Path, arguments: &[&str]) -> Duration {
    let run = || {
        let start = Instant::now();
        let status = Command::new(env!("CARGO_BIN_EXE_kepherd"))
            .current_dir(registry)
            .args(arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .unwrap();
        assert!(status.success());
        start.elapsed()
    };
    (0..5).map(|_| run()).min().unwrap()
}

fn main() {
    let registry = registry();
    let log = |history: &History| {
        program(
            registry.path(),
            &["upstream", "log", "1", "--repo", history.path()],
        )
    };
    let (few, many) = (moving(COMMITS / 10), moving(1));
    let (few, many) = (log(&few), log(&many));
    println!(
        "log, {COMMITS} commits: {few:?} where 10 change the file, {many:?} where all do: a commit that leaves it alone costs {:.2} of one \
         that changes it",
        few.as_secs_f64() / many.as_secs_f64()
    );

    let files: Vec<(String, String)> = (1..=KEPS)
        .map(|number| {
            let folder = format!("keps/sig-node/{number}-a/kep.yaml");
            (folder, kep_yaml(number, ""))
        })
        .collect();
    let mut clone = History::bare();
    let all: Vec<(&str, &str)> = files.iter().map(|(a, b)| (&**a, &**b)).collect();
    clone.commit("2026-07-24", &all);
    let ranked = program(
        registry.path(),
        &["upstream", "untracked", "--repo", clone.path()],
    );
    let parse = || {
        let start = Instant::now();
        for (path, text) in &files {
            let file = SourceFile::new(path.as_str(), text.as_str());
            black_box(read(&file, None, "2026-07-24".parse().unwrap())).unwrap();
        }
        start.elapsed()
    };
    let parsed = (0..5).map(|_| parse()).min().unwrap();
    println!(
        "untracked, {KEPS} kep.yaml: {ranked:?} for the program, {parsed:?} to parse them on one core: ratio {:.2}",
        ranked.as_secs_f64() / parsed.as_secs_f64()
    );
}
