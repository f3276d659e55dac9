//! `runtimes diff` and `find` on made clones beside `git log --all --format=%H` of the same clone, as ratios within one run; and how both grow with
//! commits and with records.
//!
//! `cargo bench --bench runtimes`; needs git, to pack the clone and to compare with.
#![allow(clippy::disallowed_methods, clippy::print_stdout, clippy::unwrap_used)]

#[path = "../tests/common/history.rs"]
mod history;

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use history::History;

/// A clone with so many commits, half of them merges; every hundredth merge is reverted, each tenth is brought to a release branch, and there is
/// a release for every five hundred.
fn clone(commits: u32) -> History {
    let mut clone = History::bare();
    let mut branch = clone.say("2026-01-01", "root", &[]);
    clone.tag("v2.0.0", None);
    let mut main = branch.clone();
    for number in 1..=commits / 2 {
        let merge = |number: u32, branch: &str, title: &str| {
            format!("Merge pull request #{number} from fork/{branch}\n\n{title}\n")
        };
        let text = match number % 100 {
            50 => format!("undo\n\nThis reverts commit {main}.\n"),
            _ => {
                format!("cri: work on {number}\n\nSigned-off-by: Somebody <somebody@example.com>\n")
            }
        };
        if number % 10 == 0 {
            let side = clone.say("2026-02-01", &text, &[&branch]);
            let name = format!("cherry-pick-{}-to-release/2.0", number - 1);
            let merge = merge(number, &name, "[release/2.0] more work");
            branch = clone.say("2026-02-01", &merge, &[&branch, &side]);
            continue;
        }
        let side = clone.say("2026-02-01", &text, &[&main]);
        let merge = merge(
            number,
            "x",
            &format!("KEP-{number}: pod lullabies {number}"),
        );
        main = clone.say("2026-02-01", &merge, &[&main, &side]);
        if number % 500 == 1 {
            clone.tag(&format!("v2.{}.0", 1 + number / 500), None);
        }
    }
    clone.branch("release/2.0", &branch);
    clone.branch("main", &main);
    clone
}

fn registry(records: u32, commits: u32) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: String, text: &str| {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write(
        "registry.toml".to_owned(),
        "home = \"containerd\"\nrepositories = [\"containerd/containerd\"]\n\n[[runtimes]]\nname = \"containerd\"\n\
         calendar = \"releases/containerd.toml\"\nrepository = \"containerd/containerd\"\nbranches = \"release/{minor}\"\n\
         backports = [\"cherry-pick-{number}-to-*\"]\n",
    );
    write(
        "releases/containerd.toml".to_owned(),
        "[[minors]]\nrelease = \"2.0\"\nreleased = 2026-01-01\n\n[[minors]]\nrelease = \"2.1\"\nreleased = 2026-02-01\n",
    );
    for number in 1..=records {
        let evidence = 1 + (number * 7) % (commits / 2);
        write(
            format!("sig-node/{number}-pod-lullabies.toml"),
            &format!(
                "number = {number}\ntitle = \"Pod lullabies {number}\"\nstatus = \"implementable\"\n\n[runtimes.containerd]\nstate = \"merged\"\n\
                 evidence = [\"containerd/containerd#{evidence}\"]\n"
            ),
        );
    }
    folder
}

/// The shortest of five runs.
fn shortest(mut command: impl FnMut() -> Command) -> Duration {
    let run = |command: &mut Command| {
        let start = Instant::now();
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command.status().unwrap();
        start.elapsed()
    };
    (0..5).map(|_| run(&mut command())).min().unwrap()
}

fn git(path: &str, arguments: &[&str]) -> Command {
    let mut git = Command::new("git");
    git.arg("-C").arg(path).args(arguments);
    git
}

fn kepherd(registry: &Path, clone: &str, what: &str) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_kepherd"));
    program.current_dir(registry);
    program.args(["runtimes", what, "--repo", clone]);
    program
}

fn main() {
    if git(".", &["--version"]).output().is_err() {
        println!("git is not there: nothing to compare with");
        return;
    }
    println!("commits | records | git log --all |       diff | ratio |       find | ratio");
    for (commits, records) in [(2_000, 30), (20_000, 30), (20_000, 300), (100_000, 30)] {
        let clone = clone(commits);
        let path = clone.path();
        let packed = git(path, &["repack", "-adq"]).status().unwrap();
        assert!(packed.success());
        let folder = registry(records, commits);
        let log = shortest(|| git(path, &["log", "--all", "--format=%H"]));
        let diff = shortest(|| kepherd(folder.path(), path, "diff"));
        let find = shortest(|| kepherd(folder.path(), path, "find"));
        let ratio = |one: Duration| one.as_secs_f64() / log.as_secs_f64();
        println!(
            "{commits:7} | {records:7} | {log:>13.1?} | {diff:>10.1?} | {:5.2} | {find:>10.1?} | {:5.2}",
            ratio(diff),
            ratio(find)
        );
    }
}
