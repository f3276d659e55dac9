//! `check` of made registries beside what the toml crate needs to parse the same bytes into tables on one core, in one run:
//! the ratio is what counts, for machines differ. Also peak memory for each record, and how long the program takes to start.
//!
//! `cargo bench --bench check`; `cargo bench --bench check -- 100 1000` for other sizes.
#![allow(clippy::disallowed_methods, clippy::print_stdout, clippy::unwrap_used)]

#[path = "../tests/common/history.rs"]
mod history;

use std::hint::black_box;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use history::History;
use kepherd::registry::load::{RawFile, load};
use kepherd::rules;

const SIZES: [u32; 4] = [100, 1_000, 10_000, 100_000];

/// A registry with so many records that pass, of the shape of real ones.
fn registry(count: u32) -> Vec<RawFile> {
    let mut calendar = String::new();
    for minor in 30..=38 {
        calendar.push_str(&format!("[[cycles]]\nrelease = \"1.{minor}\"\n"));
        calendar.push_str(if minor < 38 {
            "released = 2026-04-22\n\n"
        } else {
            "planned = 2026-12-16\n\n"
        });
    }
    let mut files = vec![
        file(
            "registry.toml",
            "home = \"containerd\"\nrepositories = [\"containerd/containerd\"]\n\n[[runtimes]]\nname = \"containerd\"\ncalendar = \"releases/containerd.toml\"\n",
        ),
        file(
            "maintainers.toml",
            "[[maintainers]]\ngithub = \"mikebrow\"\nrole = \"committer\"\n\n[[maintainers]]\ngithub = \"samuelkarp\"\nrole = \"committer\"\n",
        ),
        file("releases/kubernetes.toml", &calendar),
        file(
            "releases/containerd.toml",
            "[[minors]]\nrelease = \"2.3\"\nreleased = 2026-04-30\n\n[[minors]]\nrelease = \"2.5\"\nplanned = \"2026-12\"\n",
        ),
    ];
    files.extend((1..=count).map(|number| {
        let text = format!(
            "#:schema ../../schema/kep.schema.json\nnumber = {number}\ntitle = \"Pod Lullabies {number}\"\nstatus = \"implementable\"\nstage = \"beta\"\ntarget = \"1.38\"\nenabled-by-default = false\nowners = [\"someone\", \"someone-else\"]\nfeature-gates = [\"PodLullabies\"]\ntriage = \"accepted\"\nshepherds = [\"mikebrow\", \"samuelkarp\"]\nmilestone = \"2.5\"\nissue = {}\npull-requests = [{{ id = \"containerd/containerd#{}\", kubernetes = \"1.37\" }}]\nlinks = [\"https://example.com/{number}\"]\nupstream-seen = 2026-07-24\n\n[reached]\nalpha = \"1.37\"\n\n[runtimes.containerd] # since 2.3\nstate = \"released\"\nrelease = \"2.3.0\"\nevidence = [\"containerd/containerd#{}\"]\n\n[design]\nconsensus = \"reached\"\napproved-by = {{ containerd = \"mikebrow\" }}\n",
            number + 1_000_000,
            number + 2_000_000,
            number + 3_000_000,
        );
        file(&format!("sig-node/{number}-pod-lullabies.toml"), &text)
    }));
    files
}

fn file(path: &str, text: &str) -> RawFile {
    RawFile {
        path: path.to_owned(),
        content: Ok(text.as_bytes().to_vec()),
    }
}

/// The median of some runs.
fn median(runs: usize, mut run: impl FnMut()) -> Duration {
    let mut all: Vec<Duration> = (0..runs)
        .map(|_| {
            let began = Instant::now();
            run();
            began.elapsed()
        })
        .collect();
    all.sort();
    all[runs / 2]
}

/// A line of `/proc/self/status`, in KiB; nothing where there is none.
fn memory(key: &str) -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with(key))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// `check --base` and `check --at` beside `check`, through the program. The commits lie in loose objects, each a file that has to
/// be inflated: a packed clone is faster.
fn at_revisions() {
    println!("\nrecords |      check |     --base | ratio |       --at | ratio");
    for size in [1_000, 3_000, 10_000] {
        let texts: Vec<(String, String)> = registry(size)
            .into_iter()
            .map(|file| (file.path, String::from_utf8(file.content.unwrap()).unwrap()))
            .collect();
        let mut history = History::with_worktree();
        for (path, text) in &texts {
            let path = history.worktree().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let files: Vec<(&str, &str)> = texts
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()))
            .collect();
        history.commit("2026-10-01", &files);
        let (base, changed) = (history.head(), texts[4].1.replace("Lullabies", "Songs"));
        let mut files = files;
        files[4].1 = &changed;
        history.commit("2026-10-02", &files);
        let run = |arguments: &[&str]| {
            median(5, || {
                let mut command = Command::new(env!("CARGO_BIN_EXE_kepherd"));
                command.current_dir(history.worktree()).args(arguments);
                let status = command
                    .args(["--today=2026-11-24", "--quiet"])
                    .stdout(Stdio::null());
                assert!(status.status().is_ok_and(|status| status.success()));
            })
        };
        let plain = run(&["check"]);
        let judged = run(&["check", "--base", &base]);
        let at = run(&["check", "--at", "HEAD"]);
        println!(
            "{size:7} | {:>10} | {:>10} | {:5.2} | {:>10} | {:5.2}",
            shown(plain),
            shown(judged),
            judged.as_secs_f64() / plain.as_secs_f64(),
            shown(at),
            at.as_secs_f64() / plain.as_secs_f64()
        );
    }
}

fn main() {
    let asked: Vec<u32> = std::env::args()
        .filter_map(|argument| argument.parse().ok())
        .collect();
    let sizes = if asked.is_empty() {
        SIZES.to_vec()
    } else {
        asked
    };
    let today = "2026-11-24".parse().unwrap();
    println!(
        "records |   MiB | toml, one core |      check | ratio | a record | peak memory a record"
    );
    for size in sizes {
        let files = registry(size);
        let texts: Vec<String> = files
            .iter()
            .map(|file| String::from_utf8(file.content.clone().unwrap()).unwrap())
            .collect();
        let bytes: usize = texts.iter().map(String::len).sum();
        let runs = match size {
            ..=1_000 => 21,
            1_001..=10_000 => 7,
            _ => 3,
        };
        let toml = median(runs, || {
            for text in &texts {
                black_box(toml::from_str::<toml::Table>(text).unwrap());
            }
        });
        // The peak is counted from here on.
        let _ = std::fs::write("/proc/self/clear_refs", "5");
        let before = memory("VmRSS:");
        let mut found = 0;
        let check = median(runs, || {
            let loaded = load(files.clone());
            let checked = rules::run(&loaded, today, rules::Beside::default());
            found = black_box(checked.diagnostics.len());
        });
        let peak = memory("VmHWM:")
            .zip(before)
            .map(|(peak, before)| (peak.saturating_sub(before) * 1024) / u64::from(size));
        let peak = peak.map_or_else(|| "?".to_owned(), |peak| format!("{peak} bytes"));
        let each = check / size;
        println!(
            "{size:7} | {:5.1} | {:>14} | {:>10} | {:5.2} | {:>8} | {peak}",
            bytes as f64 / (1 << 20) as f64,
            shown(toml),
            shown(check),
            check.as_secs_f64() / toml.as_secs_f64(),
            shown(each),
        );
        assert!(
            found <= 2 * size as usize,
            "{found} findings: the made records are to pass"
        );
    }
    at_revisions();
    let start = |program: &str, arguments: &[&str]| {
        median(41, || {
            let mut command = Command::new(program);
            let status = command.args(arguments).stdout(Stdio::null()).status();
            assert!(status.is_ok_and(|status| status.success()));
        })
    };
    let (own, nothing) = (
        start(env!("CARGO_BIN_EXE_kepherd"), &["--version"]),
        start("true", &[]),
    );
    println!(
        "\nstart-up: {} beside {} of a program that does nothing",
        shown(own),
        shown(nothing)
    );
}

fn shown(duration: Duration) -> String {
    match duration.as_micros() {
        micros @ ..10_000 => format!("{micros} µs"),
        micros => format!("{:.1} ms", micros as f64 / 1_000.0),
    }
}
