//! apply under every fault of GitHub and the network, in turn and in random combination, and killed at every write: the
//! next run without faults ends where a run without any fault ends, and nothing is there twice.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::process::Stdio;

use common::{Folder, Hub, PATH, REPO, record, seeded};
use kepherd::sandbox::faults::{Fault, names};
use kepherd::sandbox::world::{State, World};
use kepherd::sandbox::{Exchange, Faults};
use kepherd::section::{Found, find};

const OTHER: &str = "sig-node/9002-b.toml";
const NEW: &str = "sig-node/9003-c.toml";
const CONFIG: &str = "[announce]\non = [\"target\"]";

/// A registry before and after a change that needs a write of every kind: a label, a milestone, a new issue, two updates,
/// an announcement, the label of a pull request.
struct Case {
    before: World,
    expected: BTreeMap<String, String>,
}

fn write_before(folder: &Folder) {
    let config = folder.read("registry.toml");
    folder.write("registry.toml", format!("{config}\n{CONFIG}\n"));
    folder.write(PATH, record(9001, &lines("1.38", "")));
    folder.write(
        OTHER,
        record(9002, "issue = 8\nshepherds = [\"mikebrow\"]\n"),
    );
}

fn write_after(folder: &Folder) {
    folder.write(PATH, record(9001, &lines("1.39", "milestone = \"2.5\"\n")));
    folder.write(
        OTHER,
        record(9002, "issue = 8\nshepherds = [\"samuelkarp\"]\n"),
    );
    folder.write(
        NEW,
        record(9003, "shepherds = [\"mikebrow\"]\ntarget = \"1.39\"\n"),
    );
}

fn lines(target: &str, more: &str) -> String {
    format!("issue = 7\ntarget = \"{target}\"\n{more}pull-requests = [{{ id = \"{REPO}#20\" }}]\n")
}

impl Case {
    fn new() -> Self {
        let folder = Folder::with(&[]);
        write_before(&folder);
        let world = seeded(&folder);
        let hub = Hub::of(folder, world);
        hub.run(&["apply"]).expect(0);
        let before = hub.world(|world| world.clone());
        write_after(&hub.folder);
        hub.run(&["apply"]).expect(0);
        let expected = hub.world(|world| said(world));
        Self { before, expected }
    }

    /// The same, about to be applied, with faults.
    fn hub(&self, faults: &Faults) -> Hub {
        let folder = Folder::with(&[]);
        write_before(&folder);
        write_after(&folder);
        Hub::faulty(folder, self.before.clone(), faults.clone())
    }
}

/// What people see, without the numbers and times of the machine.
fn said(world: &World) -> BTreeMap<String, String> {
    let repository = world.repository(REPO).unwrap();
    let mut said = BTreeMap::new();
    let labels: Vec<&str> = repository
        .labels
        .values()
        .map(|label| label.name.as_str())
        .collect();
    said.insert("labels".to_owned(), format!("{labels:?}"));
    let milestones: Vec<&str> = repository
        .milestones
        .values()
        .map(|one| one.title.as_str())
        .collect();
    said.insert("milestones".to_owned(), format!("{milestones:?}"));
    for issue in repository.issues.values() {
        let labels: BTreeSet<&String> = issue.labels.iter().collect();
        let assignees: BTreeSet<&String> = issue.assignees.iter().collect();
        let milestone = issue
            .milestone
            .map(|number| &repository.milestones[&number].title);
        let comments: Vec<&String> = issue.comments.iter().map(|comment| &comment.body).collect();
        let text = format!(
            "{labels:?} {assignees:?} {milestone:?} {:?} {:?} {comments:?}",
            issue.body, issue.state
        );
        let twice = said.insert(issue.title.clone(), text);
        assert_eq!(twice, None, "two issues: {}", issue.title);
    }
    said
}

/// No issue, announcement, label or milestone twice.
fn nothing_twice(world: &World) {
    for repository in world.repositories.values() {
        let mut subjects = BTreeSet::new();
        for issue in repository.issues.values() {
            if let Found::Present(section) = find(&issue.body) {
                assert!(
                    subjects.insert(section.subject.clone()),
                    "{} twice",
                    section.subject
                );
            }
            let lines = issue
                .comments
                .iter()
                .flat_map(|comment| comment.body.lines());
            let markers: Vec<&str> = lines
                .filter(|line| line.starts_with("<!-- kepherd:"))
                .collect();
            let different: BTreeSet<&&str> = markers.iter().collect();
            assert_eq!(different.len(), markers.len(), "{markers:?}");
        }
        let titles: BTreeSet<&String> = repository
            .milestones
            .values()
            .map(|one| &one.title)
            .collect();
        assert_eq!(titles.len(), repository.milestones.len());
    }
}

fn faults(all: &[&str], seed: u64) -> Faults {
    let all: Vec<Fault> = all.iter().map(|one| one.parse().unwrap()).collect();
    Faults::new(all, seed)
}

/// Somebody else changes the world under these, so that it does not end as without them.
fn is_somebody(fault: &str) -> bool {
    let kinds = ["edited", "transferred", "deleted", "locked", "converted"];
    kinds.iter().any(|kind| fault.starts_with(kind))
}

const FAULTY: &[&str] = &["apply", "--max-wait=5"];

/// After whatever happened: without faults, it ends as it should.
fn converges(hub: &Hub, switched: &Faults, expected: &BTreeMap<String, String>, what: &str) {
    hub.world(|world| nothing_twice(world));
    switched.switch_off();
    let ran = hub.run(&["apply"]);
    assert_eq!(ran.status, 0, "{what}: {ran:?}");
    let now = hub.world(|world| said(world));
    assert_eq!(&now, expected, "{what}");
    hub.world(|world| nothing_twice(world));
    let ran = hub.run(&["plan", "--exit-code"]);
    assert_eq!(ran.status, 0, "{what}: {ran:?}");
}

/// How many requests a run without faults makes: reads, and writes.
fn requests(case: &Case) -> (usize, usize) {
    let none = Faults::default();
    let hub = case.hub(&none);
    hub.run(FAULTY).expect(0);
    let (queries, reads, writes) = hub.requests_since(0);
    (queries + reads, writes)
}

#[test]
fn every_fault_at_every_request_is_outlasted_or_reported_and_the_next_run_converges() {
    let case = Case::new();
    let (reads, writes) = requests(&case);
    assert_eq!(writes, 8, "a write of every kind");
    // Faults that are met alike, those of reads, and all reads but the first: in the full run, and among the random ones.
    let full = is_full_run();
    let alike = [
        "502",
        "503",
        "504",
        "limit-403",
        "date",
        "primary",
        "graphql",
        "partial",
        "stale",
    ];
    for name in names().filter(|name| !is_somebody(name) && !name.starts_with("hang")) {
        if !full && alike.iter().any(|part| name.contains(part)) {
            continue;
        }
        let reads = if full { reads } else { 1 };
        for (kind, count) in [("reads", reads), ("writes", writes)] {
            for turn in 1..=count {
                let what = format!("{name}:{kind}@{turn}");
                let switched = faults(&[&what], 0);
                let hub = case.hub(&switched);
                let ran = hub.run(FAULTY);
                assert!((0..=2).contains(&ran.status), "{what}: {ran:?}");
                if ran.status == 0 && hub.world(|world| said(world)) != case.expected {
                    panic!("{what}: it ended well, and is not done: {ran:?}");
                }
                converges(&hub, &switched, &case.expected, &what);
            }
        }
    }
}

#[test]
fn what_others_do_to_an_issue_during_a_run_is_reported_and_left_alone() {
    let case = Case::new();
    for name in names().filter(|name| is_somebody(name)) {
        for turn in 1..=3 {
            // What somebody writes between a read and the write after it is lost: GitHub has no compare-and-swap.
            let what = format!("{name}:reads@{turn}");
            let switched = faults(&[&what], 0);
            let hub = case.hub(&switched);
            let ran = hub.run(FAULTY);
            assert!((0..=1).contains(&ran.status), "{what}: {ran:?}");
            hub.world(|world| nothing_twice(world));
            switched.switch_off();
            let again = hub.run(&["apply"]);
            let gone = matches!(name, "transferred" | "deleted" | "converted");
            let touched = [7, 8, 20]
                .into_iter()
                .filter(|number| hub.world(|world| world.issue(REPO, *number).is_err()));
            if gone && touched.clone().any(|number| number != 20) {
                assert_eq!(again.status, 1, "{what}: {again:?}");
                assert!(
                    again.out.contains("was transferred")
                        || again.out.contains("was deleted")
                        || again.out.contains("does not exist"),
                    "{what}: {again:?}"
                );
            } else {
                assert_eq!(again.status, 0, "{what}: {again:?}");
            }
            // Nothing was created in the place of what is gone, and what somebody wrote is still there.
            hub.world(|world| {
                let issues = &world.repository(REPO).unwrap().issues;
                assert!(
                    issues.len() <= 4 && issues.values().all(|issue| issue.state == State::Open),
                    "{what}"
                );
                if name == "edited" {
                    assert!(
                        issues
                            .values()
                            .any(|issue| issue.body.starts_with("Edited meanwhile.\n\n")),
                        "{what}"
                    );
                }
            });
        }
    }
}

/// Kills the process at each write, before or after GitHub has carried it out.
#[test]
fn a_run_that_is_killed_at_any_write_is_completed_by_the_next() {
    let case = Case::new();
    let (_, writes) = requests(&case);
    for name in ["hang-before", "hang"] {
        for turn in 1..=writes {
            let what = format!("{name}:writes@{turn}");
            let switched = faults(&[&what], 0);
            let hub = case.hub(&switched);
            let mut command = hub.command("any", FAULTY);
            command.stdout(Stdio::null()).stderr(Stdio::null());
            let mut run = command.spawn().unwrap();
            let is_write = |one: &&Exchange| one.method != "GET" && one.path != "/graphql";
            while hub.exchanges().iter().filter(is_write).count() < turn {
                assert_eq!(run.try_wait().unwrap(), None, "{what}: it ended before");
                std::thread::yield_now();
            }
            run.kill().unwrap();
            run.wait().unwrap();
            converges(&hub, &switched, &case.expected, &what);
        }
    }
}

/// How many random cases the full run takes, if it is one.
fn asked_for() -> Option<u64> {
    let cases = std::env::var("KEPHERD_FAULT_CASES").ok()?;
    cases.parse().ok()
}

fn is_full_run() -> bool {
    asked_for().is_some()
}

/// A few dozen cases in `cargo test`; as many as `KEPHERD_FAULT_CASES` says elsewhere.
#[test]
fn random_faults_together_are_outlasted_too() {
    let cases = asked_for().unwrap_or(24);
    let case = Case::new();
    let all: Vec<&str> = names()
        .filter(|name| !is_somebody(name) && !name.starts_with("hang"))
        .collect();
    for seed in 0..cases {
        let pick = |n: u64| {
            all[usize::try_from(seed.wrapping_mul(2_654_435_761).wrapping_add(n * 40_503) >> 7)
                .unwrap_or(0)
                % all.len()]
        };
        let chosen: Vec<String> = (0..1 + seed % 4)
            .map(|n| {
                format!(
                    "{}{}%{}",
                    pick(n),
                    ["", ":reads", ":writes"][(seed + n) as usize % 3],
                    10 + (seed * 7 + n * 13) % 40
                )
            })
            .collect();
        let chosen: Vec<&str> = chosen.iter().map(String::as_str).collect();
        let what = format!("seed {seed}: {chosen:?}");
        let switched = faults(&chosen, seed);
        let hub = case.hub(&switched);
        for _ in 0..1 + seed % 3 {
            let ran = hub.run(FAULTY);
            assert!((0..=2).contains(&ran.status), "{what}: {ran:?}");
        }
        converges(&hub, &switched, &case.expected, &what);
    }
}
