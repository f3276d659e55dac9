//! What releases left behind is read by this one: saved plans, journals, and the sections of issues, as each release wrote them.
//!
//! `tests/released/VERSION/` holds them. Before a release, `cargo test --test released -- --ignored` writes those of the version in `Cargo.toml`,
//! and they are committed with it; a folder that is there is never written again after its release.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

mod common;

use std::path::{Path, PathBuf};

use common::{Folder, Hub, PATH, REPO, record, seeded};

const DAY: &str = "--today=2026-11-02";

/// What a record says when a release writes its issue.
const BEFORE: &str = "stage = \"beta\"\ntarget = \"1.38\"\ntriage = \"accepted\"\nshepherds = [\"mikebrow\", \"samuelkarp\"]\nmilestone = \"2.5\"\n";

/// What it says when a later one comes: other label, one shepherd less, other milestone.
const AFTER: &str =
    "stage = \"beta\"\ntarget = \"1.39\"\ntriage = \"accepted\"\nshepherds = [\"samuelkarp\"]\n";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/released")
}

fn releases() -> Vec<(String, PathBuf)> {
    let entries = std::fs::read_dir(folder()).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut all: Vec<(String, PathBuf)> = paths
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), path))
        .collect();
    all.sort();
    all
}

fn hub() -> Hub {
    let folder = Folder::with(&[(PATH, &record(9001, BEFORE))]);
    let world = seeded(&folder);
    Hub::of(folder, world)
}

/// Writes what this release leaves.
#[test]
#[ignore = "writes files that are committed with a release"]
fn what_this_release_leaves_is_written() {
    let hub = hub();
    let to = folder().join(env!("CARGO_PKG_VERSION"));
    std::fs::create_dir_all(&to).unwrap();
    let path = |name: &str| to.join(name).to_str().unwrap().to_owned();
    let journal = hub.folder.beside("journal.jsonl");
    hub.run(&["plan", DAY, "--out", &path("plan.json")])
        .expect(0);
    hub.run(&["apply", DAY, "--journal", &journal]).expect(0);
    // Of another server than the one of a test, which has a port of its own.
    let text = std::fs::read_to_string(&journal).unwrap();
    let text = text.replace(&hub.sandbox.as_ref().unwrap().url(), "http://127.0.0.1:1");
    std::fs::write(path("journal.jsonl"), text).unwrap();
    let body = hub.world(|world| world.issue(REPO, 1).unwrap().body.clone());
    std::fs::write(path("issue.md"), body).unwrap();
}

#[test]
fn the_last_release_left_something() {
    let all = releases();
    assert!(!all.is_empty());
    for (version, path) in all {
        for name in ["plan.json", "journal.jsonl", "issue.md"] {
            assert!(path.join(name).exists(), "{version}: {name}");
        }
    }
}

/// A plan is carried out if it is still what would be done, and else refused in words, but never not understood.
#[test]
fn plans_of_releases_are_read() {
    for (version, path) in releases() {
        let hub = hub();
        let plan = path.join("plan.json");
        let ran = hub.run(&["apply", DAY, plan.to_str().unwrap()]);
        let is_this = version == env!("CARGO_PKG_VERSION");
        match ran.status {
            0 => assert!(ran.out.contains("1 created"), "{version}: {}", ran.out),
            3 if !is_this => assert!(ran.log.contains("is stale"), "{version}: {}", ran.log),
            other => panic!("{version}: {other}: {}{}", ran.out, ran.log),
        }
    }
}

/// What a run created is known by its journal alone: no second issue is opened, although this one is somebody else's.
#[test]
fn journals_of_releases_are_read() {
    for (version, path) in releases() {
        let hub = hub();
        hub.world(|world| {
            // The issue of the journal, of which nothing tells but its number.
            world
                .add_issue("octocat", REPO, 1, "Something", "")
                .unwrap();
        });
        let journal = hub.folder.beside("journal.jsonl");
        let text = std::fs::read_to_string(path.join("journal.jsonl")).unwrap();
        let url = hub.sandbox.as_ref().unwrap().url();
        std::fs::write(&journal, text.replace("http://127.0.0.1:1", &url)).unwrap();
        let plan = hub.run(&["plan", DAY, "--journal", &journal]).expect(1);
        let says = "a run wrote into its journal that it had created it";
        let is_known = plan.contains(says) && !plan.contains("to create");
        assert!(is_known, "{version}: {plan}");
    }
}

/// What a section remembers is what is taken off, and nothing else is.
#[test]
fn sections_of_releases_are_read() {
    for (version, path) in releases() {
        let hub = hub();
        let body = std::fs::read_to_string(path.join("issue.md")).unwrap();
        // The issue as that release left it.
        hub.run(&["apply", DAY]).expect(0);
        let patch = kepherd::sandbox::world::IssuePatch {
            body: Some(body),
            ..Default::default()
        };
        hub.world(|world| world.edit_issue("kepherd-bot", REPO, 1, patch).unwrap());
        hub.rewrite(&format!("issue = 1\n{AFTER}"));
        let plan = hub.run(&["plan", DAY, "--full"]).expect(0);
        for line in [
            "+ target/kubernetes/v1.39",
            "- target/kubernetes/v1.38",
            "- mikebrow",
        ] {
            assert!(plan.contains(line), "{version}: {line}\n{plan}");
        }
        assert!(!plan.contains("drifted"), "{version}: {plan}");
        hub.run(&["apply", DAY]).expect(0);
        let plan = hub.run(&["plan", DAY, "--exit-code"]);
        assert_eq!(plan.status, 0, "{version}: {}", plan.out);
    }
}
