//! apply under every fault of GitHub and the network, in turn and in random combination, and killed at every write: the
//! next run without faults ends where a run without any fault ends, and nothing is there twice.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout
)]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::panic::catch_unwind;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use common::app::{APP_KEY, app};
use common::{Folder, Hub, PATH, REPO, Ran, record, seeded};
use kepherd::sandbox::faults::{Fault, names};
use kepherd::sandbox::world::{State, World};
use kepherd::sandbox::{Faults, Options};
use kepherd::sync::section::{Markers, find};

const OTHER: &str = "sig-node/9002-b.toml";
const NEW: &str = "sig-node/9003-c.toml";
const ENDED: &str = "sig-node/9004-d.toml";
const CONFIG: &str = "[announce]\non = [\"target\"]";

/// A registry before and after a change that needs a write of every kind: a label, a milestone, a new issue, updates, an
/// announcement, an issue that is closed, the label of a pull request, and the section that remembered it, once more.
struct Case {
    before: World,
    expected: BTreeMap<String, String>,
}

fn write_before(folder: &Folder) {
    let config = folder.read("registry.toml");
    let config = config.replace("[issue]\n", "[issue]\nclose = \"enforce\"\n");
    folder.write("registry.toml", format!("{config}\n{CONFIG}\n"));
    folder.write(ENDED, record(9004, "issue = 9\n"));
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
    let rejected = record(9004, "issue = 9\n").replace("implementable", "rejected");
    folder.write(ENDED, rejected);
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
    fn trial(&self, faults: &Faults, how: How) -> Trial {
        let folder = Folder::with(&[]);
        write_before(&folder);
        write_after(&folder);
        let options = Options {
            faults: faults.clone(),
            // Its token is good for a request or two.
            app: how.app.then(|| app(61)),
            ..Options::default()
        };
        Trial {
            hub: Hub::started(folder, self.before.clone(), options),
            how,
        }
    }
}

/// How a program under faults is run.
#[derive(Debug, Clone, Copy, Default)]
struct How {
    /// With a journal.
    journal: bool,
    /// As an App.
    app: bool,
}

/// A change about to be applied.
struct Trial {
    hub: Hub,
    how: How,
}

impl Trial {
    fn command(&self, arguments: &[&str]) -> Command {
        let journal = format!("--journal={}", self.hub.folder.beside("journal.jsonl"));
        let mut all = arguments.to_vec();
        if self.how.journal {
            all.push(&journal);
        }
        let mut command = self.hub.command("any", &all);
        if self.how.app {
            command
                .env_remove("GITHUB_TOKEN")
                .env("KEPHERD_APP_ID", "1234")
                .env("KEPHERD_APP_PRIVATE_KEY", APP_KEY);
        }
        command
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(&mut self.command(arguments))
    }

    /// Runs until so many writes were sent, and kills it there; it may end by itself before.
    fn kill_at(&self, arguments: &[&str], write: usize) {
        let before = self.hub.exchanges().len();
        let mut command = self.command(arguments);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let mut run = command.spawn().unwrap();
        while self.hub.requests_since(before).2 < write && run.try_wait().unwrap().is_none() {
            std::thread::yield_now();
        }
        // It may have ended in this moment.
        let _ = run.kill();
        run.wait().unwrap();
    }

    fn said(&self) -> BTreeMap<String, String> {
        self.hub.world(|world| said(world))
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
            if let Markers::Present(section) = find(&issue.body) {
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
fn converges(
    trial: &Trial,
    switched: &Faults,
    expected: &BTreeMap<String, String>,
    what: &dyn std::fmt::Debug,
) {
    trial.hub.world(|world| nothing_twice(world));
    switched.switch_off();
    let ran = trial.run(&["apply"]);
    assert_eq!(ran.status, 0, "{what:?}: {ran:?}");
    let now = trial.said();
    let keys: BTreeSet<&String> = now.keys().chain(expected.keys()).collect();
    for key in keys {
        assert_eq!(now.get(key), expected.get(key), "{what:?}: {key}");
    }
    trial.hub.world(|world| nothing_twice(world));
    let ran = trial.run(&["plan", "--exit-code"]);
    assert_eq!(ran.status, 0, "{what:?}: {ran:?}");
}

/// How many requests a run without faults makes: reads, and writes.
fn requests(case: &Case) -> (usize, usize) {
    let trial = case.trial(&Faults::default(), How::default());
    let ran = trial.run(FAULTY);
    ran.expect(0);
    let (queries, reads, writes) = trial.hub.requests_since(0);
    (queries + reads, writes)
}

/// What became of the runs with one fault.
#[derive(Default)]
struct Tally {
    runs: usize,
    /// Ended well, with everything as it should be.
    outlasted: usize,
    /// Said that something failed, or that it could not run.
    reported: [usize; 2],
    requests: (usize, usize, usize),
}

/// A table of a fault's runs, for people who run the whole of it with `--nocapture`.
fn show(tallies: &BTreeMap<(String, &str), Tally>) {
    let mut table = String::from(
        "\nfault × at | runs | outlasted | exit 1 | exit 2 | queries | reads | writes (of all its runs)\n",
    );
    for ((name, kind), tally) in tallies {
        let Tally {
            runs,
            outlasted,
            reported: [one, two],
            requests: (queries, reads, writes),
        } = tally;
        writeln!(table, "{name} × {kind} | {runs} | {outlasted} | {one} | {two} | {queries} | {reads} | {writes}").unwrap();
    }
    println!("{table}");
}

#[test]
fn every_fault_at_every_request_is_outlasted_or_reported_and_the_next_run_converges() {
    let case = Case::new();
    let (reads, writes) = requests(&case);
    assert_eq!(writes, 9, "a write of every kind");
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
    let mut tallies: BTreeMap<(String, &str), Tally> = BTreeMap::new();
    for name in names().filter(|name| !is_somebody(name)) {
        if !full && (alike.iter().any(|part| name.contains(part)) || name.starts_with("hang")) {
            continue;
        }
        let reads = if full { reads } else { 1 };
        for (kind, count) in [("reads", reads), ("writes", writes)] {
            for turn in 1..=count {
                let what = format!("{name}:{kind}@{turn}");
                let switched = faults(&[&what], 0);
                let how = How {
                    journal: turn % 2 == 0,
                    app: false,
                };
                let trial = case.trial(&switched, how);
                let ran = trial.run(FAULTY);
                assert!((0..=2).contains(&ran.status), "{what}: {ran:?}");
                if ran.status == 0 && trial.said() != case.expected {
                    panic!("{what}: it ended well, and is not done: {ran:?}");
                }
                let tally = tallies.entry((name.to_owned(), kind)).or_default();
                tally.runs += 1;
                match ran.status {
                    0 => tally.outlasted += 1,
                    status => tally.reported[usize::from(status == 2)] += 1,
                }
                let (queries, reads, writes) = trial.hub.requests_since(0);
                tally.requests.0 += queries;
                tally.requests.1 += reads;
                tally.requests.2 += writes;
                converges(&trial, &switched, &case.expected, &what);
            }
        }
    }
    show(&tallies);
}

/// GitHub stops responding: at a read, a new issue, and an update.
#[test]
fn an_answer_that_does_not_come_is_given_up_on() {
    let case = Case::new();
    for (what, status) in [
        ("hang:reads@1", 0),
        ("hang-before:writes@3", 1),
        ("hang:writes@5", 0),
    ] {
        let switched = faults(&[what], 0);
        let trial = case.trial(&switched, How::default());
        let ran = trial.run(&["-v", "apply", "--timeout=1"]);
        assert!(
            ran.log.contains("no answer (none came within 1 s)"),
            "{what}: {ran:?}"
        );
        ran.expect(status);
        converges(&trial, &switched, &case.expected, &what);
    }
}

/// Ctrl-C: the write that is under way is finished and written down, and no other is begun.
#[cfg(unix)]
#[test]
fn a_run_that_is_asked_to_stop_ends_between_two_writes() {
    let case = Case::new();
    let switched = faults(&["latency-400:writes"], 0);
    let how = How {
        journal: true,
        ..How::default()
    };
    let trial = case.trial(&switched, how);
    let mut command = trial.command(&["apply"]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let run = command.spawn().unwrap();
    while trial.hub.requests_since(0).2 < 1 {
        std::thread::yield_now();
    }
    let mut signal = Command::new("kill");
    signal
        .args(["-INT", &run.id().to_string()])
        .status()
        .unwrap();
    let output = run.wait_with_output().unwrap();
    let log = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{log}");
    assert!(
        log.contains("stopping after the write that is under way"),
        "{log}"
    );
    assert!(
        log.contains("stopped: somebody asked it to stop; what is left is in the next plan: run `kepherd apply` again"),
        "{log}"
    );
    assert!(trial.hub.requests_since(0).2 < 9, "{log}");
    let journal = std::fs::read_to_string(trial.hub.folder.beside("journal.jsonl")).unwrap();
    let last: serde_json::Value = serde_json::from_str(journal.lines().last().unwrap()).unwrap();
    assert_eq!(last["event"]["end"]["stopped"], "somebody asked it to stop");
    converges(&trial, &switched, &case.expected, &"stopped");
}

#[test]
fn what_others_do_to_an_issue_during_a_run_is_reported_and_left_alone() {
    let case = Case::new();
    for name in names().filter(|name| is_somebody(name)) {
        for turn in 1..=3 {
            // What somebody writes between a read and the write after it is lost: GitHub has no compare-and-swap.
            let what = format!("{name}:reads@{turn}");
            let switched = faults(&[&what], 0);
            let trial = case.trial(&switched, How::default());
            let hub = &trial.hub;
            let ran = trial.run(FAULTY);
            assert!((0..=1).contains(&ran.status), "{what}: {ran:?}");
            hub.world(|world| nothing_twice(world));
            switched.switch_off();
            let again = trial.run(&["apply"]);
            let gone = matches!(name, "transferred" | "deleted" | "converted");
            let touched = [7, 8, 9, 20]
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
                let closed = issues.values().filter(|issue| issue.state != State::Open);
                assert!(
                    issues.len() <= 5 && closed.map(|issue| issue.number).all(|number| number == 9),
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
            for journal in [false, true] {
                let what = format!("{name}:writes@{turn}");
                let switched = faults(&[&what], 0);
                let trial = case.trial(
                    &switched,
                    How {
                        journal,
                        app: false,
                    },
                );
                trial.kill_at(FAULTY, turn);
                assert_eq!(
                    trial.hub.requests_since(0).2,
                    turn,
                    "{what}: it ended before"
                );
                converges(&trial, &switched, &case.expected, &what);
            }
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

/// Numbers that look random, and are the same for the same seed: splitmix64.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % bound as u64).unwrap()
    }
}

/// One to three runs, each ended by itself or killed at some write, under one to four faults; with a journal or without, as
/// an App or with a token.
fn random_case(case: &Case, seed: u64) {
    let all: Vec<&str> = names()
        .filter(|name| !is_somebody(name) && !name.starts_with("hang"))
        .collect();
    let mut random = Random(seed);
    let mut chosen: Vec<String> = (0..1 + random.below(4))
        .map(|_| {
            let name = all[random.below(all.len())];
            let requests = ["", ":reads", ":writes"][random.below(3)];
            let when = match random.below(4) {
                0 => format!("@{}", 1 + random.below(20)),
                _ => format!("%{}", 5 + random.below(50)),
            };
            format!("{name}{requests}{when}")
        })
        .collect();
    let how = How {
        // Without a journal, nothing but lists tells of a creation whose answer was lost, and nothing at all of a label
        // that GitHub did not take off.
        journal: random.below(2) == 0
            || chosen
                .iter()
                .any(|one| one.starts_with("stale") || one.starts_with("dropped")),
        app: random.below(4) == 0,
    };
    let killed = (random.below(3) == 0).then(|| 1 + random.below(9));
    if let Some(write) = killed {
        let hang = ["hang", "hang-before"][random.below(2)];
        chosen.push(format!("{hang}:writes@{write}"));
    }
    let runs = 1 + random.below(3);
    let what = format!("seed {seed}: {chosen:?} {how:?} {runs} runs");
    let chosen: Vec<&str> = chosen.iter().map(String::as_str).collect();
    let switched = faults(&chosen, seed);
    let trial = case.trial(&switched, how);
    if let Some(write) = killed {
        trial.kill_at(RANDOM, write);
    }
    for _ in usize::from(killed.is_some())..runs {
        let ran = trial.run(RANDOM);
        assert!((0..=2).contains(&ran.status), "{what}: {ran:?}");
        if only_seed().is_some() {
            println!("{}{}", ran.out, ran.log);
        }
    }
    if only_seed().is_some() {
        let journal = std::fs::read_to_string(trial.hub.folder.beside("journal.jsonl"));
        println!("{what}\n{}", journal.unwrap_or_default());
    }
    converges(&trial, &switched, &case.expected, &what);
}

const RANDOM: &[&str] = &["apply", "--max-wait=5", "--timeout=5"];

/// The one random case that somebody wants to look at.
fn only_seed() -> Option<u64> {
    let seed = std::env::var("KEPHERD_FAULT_SEED").ok()?;
    seed.parse().ok()
}

/// Some hundred cases in `cargo test`; as many as `KEPHERD_FAULT_CASES` says elsewhere.
#[test]
fn random_faults_and_kills_together_are_outlasted_too() {
    let cases = asked_for().unwrap_or(240);
    let case = Case::new();
    if let Some(seed) = only_seed() {
        return random_case(&case, seed);
    }
    let next = AtomicU64::new(0);
    let failed: Mutex<Vec<u64>> = Mutex::default();
    let work = || {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= cases {
                return;
            }
            // The others are tried all the same; what went wrong is printed where it did.
            if catch_unwind(|| random_case(&case, seed)).is_err() {
                failed.lock().unwrap().push(seed);
            }
        }
    };
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(work);
        }
    });
    let failed = failed.into_inner().unwrap();
    assert!(
        failed.is_empty(),
        "of {cases} cases these failed, each to be seen with KEPHERD_FAULT_SEED: {failed:?}"
    );
}
