//! The journal, through the binary: what it says, what it survives, and what the next run makes of it.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

mod common;

use std::path::Path;
use std::process::Stdio;

use common::{Folder, Hub, PATH, REPO, Ran, record, seeded};
use kepherd::sandbox::{Exchange, Faults};
use serde_json::{Value, json};

/// The lines of a journal.
fn lines(path: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap();
    assert!(text.ends_with('\n'), "{text}");
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// What the lines tell, in order, without their times.
fn events(path: &str) -> Vec<String> {
    let name = |line: &Value| {
        let (name, _) = line["event"].as_object().unwrap().iter().next().unwrap();
        name.clone()
    };
    lines(path).iter().map(name).collect()
}

fn faulty(files: &[(&str, &str)], faults: &[&str]) -> (Hub, Faults) {
    let folder = Folder::with(files);
    let world = seeded(&folder);
    let faults = Faults::new(faults.iter().map(|one| one.parse().unwrap()).collect(), 0);
    (Hub::faulty(folder, world, faults.clone()), faults)
}

fn with(journal: &str, more: &[&'static str]) -> Vec<String> {
    let mut all: Vec<String> = more.iter().map(ToString::to_string).collect();
    all.push(format!("--journal={journal}"));
    all
}

fn run(hub: &Hub, journal: &str, more: &[&'static str]) -> Ran {
    let all = with(journal, more);
    hub.run(&all.iter().map(String::as_str).collect::<Vec<_>>())
}

#[test]
fn every_write_is_written_down_before_and_after_and_every_line_fits_the_schema() {
    let (hub, _) = faulty(
        &[
            (
                PATH,
                &record(
                    9001,
                    "target = \"1.38\"\nmilestone = \"2.5\"\npull-requests = [{ id = \"containerd/containerd#20\" }]\n",
                ),
            ),
            (
                "sig-node/9002-b.toml",
                &record(9002, "issue = 8\nshepherds = [\"mikebrow\"]\n"),
            ),
        ],
        &["error-500-before:writes@3", "error-500-after:writes@4"],
    );
    let journal = hub.folder.beside("deep/journal.jsonl");
    run(&hub, &journal, &["apply"]).expect(1);
    let schema: Value =
        serde_json::from_str(include_str!("../schema/journal.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let lines = lines(&journal);
    for line in &lines {
        assert!(validator.is_valid(line), "{line}");
    }
    let begun: Vec<&Value> = lines
        .iter()
        .map(|line| &line["event"]["begin"]["write"])
        .filter(|write| !write.is_null())
        .collect();
    assert_eq!(
        begun[..4],
        [
            &json!({ "label": "target/kubernetes/v1.38" }),
            &json!({ "milestone": "2.5" }),
            &json!({ "issue": { "subject": { "kep": 9001 }, "after": 20 } }),
            &json!({ "update": { "subject": { "kep": 9002 }, "number": 8 } }),
        ]
    );
    assert_eq!(
        events(&journal),
        [
            "run", "begin", "done", "begin", "done", "begin", "unknown", "begin", "unknown", "end"
        ]
    );
    assert_eq!(lines.last().unwrap()["event"]["end"]["failures"], 2);
    // The next run goes on in the same file.
    run(&hub, &journal, &["apply"]).expect(0);
    let events = events(&journal);
    assert_eq!(events.iter().filter(|event| *event == "run").count(), 2);
    assert_eq!(events.iter().filter(|event| *event == "unknown").count(), 2);
}

#[test]
fn with_nothing_to_do_nothing_is_written_down() {
    let hub = Hub::one("issue = 7\ntarget = \"1.38\"\n");
    let journal = hub.folder.beside("journal.jsonl");
    run(&hub, &journal, &["apply"]).expect(0);
    let before = std::fs::read(&journal).unwrap();
    run(&hub, &journal, &["apply"]).expect(0);
    assert_eq!(std::fs::read(&journal).unwrap(), before);
}

/// GitHub's lists may be older than a write: without a journal, the next run finds nothing of what was created.
#[test]
fn what_a_run_created_is_known_to_the_next_although_lists_are_stale() {
    let (hub, _) = faulty(&[(PATH, &record(9001, ""))], &["stale-lists"]);
    let journal = hub.folder.beside("journal.jsonl");
    run(&hub, &journal, &["apply"]).expect(0);
    let out = run(&hub, &journal, &["apply"]).expect(0);
    assert!(out.contains("nothing to do"), "{out}");
    assert_eq!(hub.issue_count(), 1);
    // A plan reads the journal too, so that it says what an apply would do.
    let out = run(&hub, &journal, &["plan", "--exit-code"]).expect(0);
    assert!(out.contains("1 in sync"), "{out}");
    // The number that it knows is written into the record.
    let out = run(&hub, &journal, &["apply", "--write-back"]).expect(0);
    assert!(
        out.contains("recorded sig-node/9001-pod-lullabies.toml: issue = 1"),
        "{out}"
    );
}

#[test]
fn a_creation_without_an_answer_is_looked_for_by_number_although_lists_are_stale() {
    for fault in [
        "reset-after:writes@1",
        "error-502-after:writes@1",
        "truncated:writes@1",
    ] {
        let (hub, faults) = faulty(&[(PATH, &record(9001, ""))], &["stale-lists", fault]);
        // People write on meanwhile: more numbers than are read at once.
        let journal = hub.folder.beside("journal.jsonl");
        let ran = run(&hub, &journal, &["apply"]);
        assert!(
            ran.out
                .contains("whether the issue was created is not known"),
            "{fault}: {ran:?}"
        );
        ran.expect(1);
        for _ in 0..130 {
            hub.world(|world| world.create_issue("octocat", REPO, plain("chat")))
                .unwrap();
        }
        let out = run(&hub, &journal, &["apply"]).expect(0);
        assert!(out.contains("nothing to do"), "{fault}: {out}");
        // Once it is found, its number is known.
        assert!(
            events(&journal).ends_with(&["found".to_owned(), "end".to_owned()]),
            "{fault}"
        );
        let before = hub.exchanges().len();
        run(&hub, &journal, &["apply"]).expect(0);
        assert_eq!(hub.requests_since(before), (1, 0, 0), "{fault}");
        faults.switch_off();
        run(&hub, &journal, &["apply"]).expect(0);
        assert_eq!(hub.issue_count(), 131, "{fault}");
    }
}

#[test]
fn a_creation_that_did_not_happen_is_made_by_the_next_run() {
    let (hub, _) = faulty(&[(PATH, &record(9001, ""))], &["reset-before:writes@1"]);
    let journal = hub.folder.beside("journal.jsonl");
    run(&hub, &journal, &["apply"]).expect(1);
    assert_eq!(hub.issue_count(), 0);
    let out = run(&hub, &journal, &["apply"]).expect(0);
    assert!(out.contains("created  #1"), "{out}");
}

fn plain(title: &str) -> kepherd::sandbox::world::NewIssue {
    kepherd::sandbox::world::NewIssue {
        title: title.to_owned(),
        body: String::new(),
        labels: Vec::new(),
        assignees: Vec::new(),
        milestone: None,
    }
}

#[test]
fn an_issue_that_people_deleted_is_not_created_again_and_the_record_can_ask_for_another() {
    let hub = Hub::one("");
    let journal = hub.folder.beside("journal.jsonl");
    run(&hub, &journal, &["apply"]).expect(0);
    hub.world(|world| world.delete_issue(REPO, 1)).unwrap();
    let ran = run(&hub, &journal, &["apply"]);
    assert!(
        ran.out
            .contains("#1 was deleted; the record does not name it: a run wrote into its journal"),
        "{ran:?}"
    );
    ran.expect(1);
    assert_eq!(hub.issue_count(), 0);
    hub.rewrite("former-issues = [1]\n");
    let out = run(&hub, &journal, &["apply"]).expect(0);
    assert!(out.contains("created  #2"), "{out}");
}

#[test]
fn numbers_of_another_server_mean_nothing_here() {
    let first = Hub::one("");
    let journal = first.folder.beside("journal.jsonl");
    run(&first, &journal, &["apply"]).expect(0);
    let second = Hub::one("");
    let out = run(&second, &journal, &["apply"]).expect(0);
    assert!(out.contains("created  #1"), "{out}");
    let out = run(&first, &journal, &["apply"]).expect(0);
    assert!(out.contains("nothing to do"), "{out}");
}

/// An announcement is not posted twice, although the list of comments would not show it.
#[test]
fn an_announcement_that_was_written_down_is_not_looked_for_again() {
    let (hub, _) = faulty(
        &[(PATH, &record(9001, "issue = 7\ntarget = \"1.38\"\n"))],
        &[
            "reset-before:writes@5",
            "reset-before:writes@6",
            "reset-before:writes@7",
        ],
    );
    hub.configure("[announce]\non = [\"target\"]");
    let journal = hub.folder.beside("journal.jsonl");
    run(&hub, &journal, &["apply"]).expect(0);
    hub.rewrite("issue = 7\ntarget = \"1.39\"\n");
    // The label, the announcement, and then its issue, three times without an answer.
    let before = hub.exchanges().len();
    let ran = run(&hub, &journal, &["apply"]);
    assert_eq!(hub.issue(7).comments.len(), 1, "{ran:?}");
    assert_eq!(
        hub.requests_since(before).0,
        2,
        "the plan, and a look at the comments"
    );
    hub.label(7, &[]);
    let before = hub.exchanges().len();
    run(&hub, &journal, &["apply"]);
    assert_eq!(hub.requests_since(before).0, 1, "the plan alone");
    assert_eq!(hub.issue(7).comments.len(), 1);
}

/// GitHub takes a label off without doing so, the section says it is off, and the run is killed before it can correct that.
#[test]
fn what_was_being_taken_off_is_taken_off_by_the_next_run_although_the_section_forgot_it() {
    let faults = ["dropped-labels@2", "hang-before:writes@5"];
    let (hub, faults) = faulty(
        &[(PATH, &record(9001, "issue = 7\ntarget = \"1.38\"\n"))],
        &faults,
    );
    let journal = hub.folder.beside("journal.jsonl");
    run(&hub, &journal, &["apply"]).expect(0);
    hub.rewrite("issue = 7\ntarget = \"1.39\"\n");
    let before = hub.exchanges().len();
    let arguments = with(&journal, &["apply"]);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut killed = hub.command("any", &arguments);
    killed.stdout(Stdio::null()).stderr(Stdio::null());
    let mut killed = killed.spawn().unwrap();
    while hub.requests_since(before).2 < 3 {
        assert_eq!(killed.try_wait().unwrap(), None);
        std::thread::yield_now();
    }
    killed.kill().unwrap();
    killed.wait().unwrap();
    faults.switch_off();
    let labels = || hub.issue(7).labels;
    assert!(
        labels().contains(&"target/kubernetes/v1.38".to_owned()),
        "{:?}",
        labels()
    );
    run(&hub, &journal, &["apply"]).expect(0);
    assert!(
        !labels().contains(&"target/kubernetes/v1.38".to_owned()),
        "{:?}",
        labels()
    );
    // From now on it is people's: who puts it on keeps it.
    let mut mine = labels();
    mine.push("target/kubernetes/v1.38".to_owned());
    hub.label(7, &mine.iter().map(String::as_str).collect::<Vec<_>>());
    let out = run(&hub, &journal, &["apply"]).expect(0);
    assert!(out.contains("nothing to do"), "{out}");
}

/// The same, where it was off after all: a person who puts it on again later keeps it.
#[test]
fn what_turns_out_to_be_off_is_not_kepherd_s_any_more() {
    let hub = Hub::one("issue = 7\ntarget = \"1.38\"\n");
    let journal = hub.folder.beside("journal.jsonl");
    run(&hub, &journal, &["apply"]).expect(0);
    hub.rewrite("issue = 7\ntarget = \"1.39\"\n");
    run(&hub, &journal, &["apply"]).expect(0);
    // As if the run had been killed before it heard of its last write.
    let text = std::fs::read_to_string(&journal).unwrap();
    let kept: Vec<&str> = text.lines().collect();
    let kept = &kept[..kept.len() - 2];
    std::fs::write(&journal, format!("{}\n", kept.join("\n"))).unwrap();
    let out = run(&hub, &journal, &["apply"]).expect(0);
    assert!(out.contains("nothing to do"), "{out}");
    assert!(events(&journal).contains(&"gone".to_owned()));
    let mut mine = hub.issue(7).labels;
    mine.push("target/kubernetes/v1.38".to_owned());
    hub.label(7, &mine.iter().map(String::as_str).collect::<Vec<_>>());
    let out = run(&hub, &journal, &["apply"]).expect(0);
    assert!(out.contains("nothing to do"), "{out}");
}

#[test]
fn a_line_that_a_killed_run_did_not_finish_goes_and_any_other_damage_is_left_alone() {
    let hub = Hub::one("");
    let journal = hub.folder.beside("journal.jsonl");
    run(&hub, &journal, &["apply"]).expect(0);
    let whole = std::fs::read(&journal).unwrap();
    let torn = [whole.clone(), b"{\"at\":\"2026-".to_vec()].concat();
    std::fs::write(&journal, &torn).unwrap();
    // Who writes nothing mends nothing.
    run(&hub, &journal, &["plan"]).expect(0);
    run(&hub, &journal, &["apply"]).expect(0);
    assert_eq!(std::fs::read(&journal).unwrap(), torn);
    hub.rewrite("target = \"1.38\"\n");
    run(&hub, &journal, &["apply"]).expect(0);
    assert!(std::fs::read(&journal).unwrap().starts_with(&whole));
    let whole = std::fs::read(&journal).unwrap();
    let after = lines(&journal).len() + 1;
    for (damage, said) in [
        (b"{}\n".to_vec(), &*format!("line {after} is no line of a journal")),
        (vec![0xff, b'\n'], &*format!("line {after} is no line of a journal")),
        (b"{\"at\":\"2026-11-24T12:00:00Z\",\"event\":{\"run\":{\"version\":9,\"api\":\"x\",\"login\":\"x\",\"plan\":\"x\"}}}\n".to_vec(), "version 9"),
    ] {
        let damaged = [whole.clone(), damage].concat();
        std::fs::write(&journal, &damaged).unwrap();
        for what in ["apply", "plan"] {
            let ran = run(&hub, &journal, &[what]);
            assert!(ran.log.contains(said) && ran.log.contains("it is left as it is"), "{ran:?}");
            ran.expect(2);
        }
        assert_eq!(std::fs::read(&journal).unwrap(), damaged);
    }
    assert_eq!(hub.issue_count(), 1);
}

#[test]
fn a_journal_that_cannot_be_one_is_refused_before_anything_is_written() {
    let hub = Hub::one("");
    let folder = hub.folder.beside("");
    let ran = run(&hub, &folder, &["apply"]);
    assert!(ran.log.contains("the journal"), "{ran:?}");
    ran.expect(2);
    let below_a_file = hub.folder.beside("file/journal.jsonl");
    std::fs::write(hub.folder.beside("file"), "").unwrap();
    let ran = run(&hub, &below_a_file, &["apply"]);
    assert!(ran.log.contains("cannot be written"), "{ran:?}");
    ran.expect(2);
    assert_eq!(hub.issue_count(), 0);
}

/// A full disk: what cannot be written down is not sent.
#[cfg(target_os = "linux")]
#[test]
fn when_the_journal_cannot_be_written_nothing_more_is_sent() {
    let hub = Hub::one("target = \"1.38\"\n");
    let ran = run(&hub, "/dev/full", &["apply"]);
    assert!(ran.log.contains("the journal"), "{ran:?}");
    ran.expect(2);
    assert_eq!(hub.requests_since(0).2, 0);
}

#[test]
fn two_runs_at_once_are_not_possible_with_one_journal() {
    let (hub, faults) = faulty(&[(PATH, &record(9001, ""))], &["hang-before:writes@1"]);
    let journal = hub.folder.beside("journal.jsonl");
    let arguments = with(&journal, &["apply"]);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut first = hub.command("any", &arguments);
    first.stdout(Stdio::null()).stderr(Stdio::null());
    let mut first = first.spawn().unwrap();
    let is_write = |one: &Exchange| one.method == "POST" && one.path != "/graphql";
    while !hub.exchanges().iter().any(is_write) {
        assert_eq!(first.try_wait().unwrap(), None);
        std::thread::yield_now();
    }
    let ran = run(&hub, &journal, &["apply"]);
    assert!(
        ran.log.contains("another `kepherd apply` is under way"),
        "{ran:?}"
    );
    ran.expect(2);
    // Reading it is possible at any time.
    run(&hub, &journal, &["plan"]).expect(0);
    first.kill().unwrap();
    first.wait().unwrap();
    faults.switch_off();
    run(&hub, &journal, &["apply"]).expect(0);
    assert_eq!(hub.issue_count(), 1);
}

/// A stand-in for GitHub may have other issues the next time, so that nothing is remembered of it unless somebody asks.
#[test]
fn of_a_stand_in_there_is_no_journal_unless_somebody_asks() {
    let hub = Hub::one("");
    let git = hub.folder.path().join(".git");
    make_repository(&git);
    hub.run(&["apply"]).expect(0);
    hub.folder.run(&["apply", "--sandbox"]).expect(0);
    assert!(!git.join("kepherd").exists());
}

/// The least that is a repository.
fn make_repository(git: &Path) {
    for folder in ["objects", "refs/heads"] {
        std::fs::create_dir_all(git.join(folder)).unwrap();
    }
    std::fs::write(git.join("HEAD"), "ref: refs/heads/main\n").unwrap();
    std::fs::write(
        git.join("config"),
        "[core]\n\trepositoryformatversion = 0\n\tbare = false\n",
    )
    .unwrap();
}

/// The journal permits nothing by itself: a number in it may be anybody's issue.
#[test]
fn an_issue_that_somebody_else_wrote_is_not_touched_whatever_the_journal_says() {
    let first = Hub::one("");
    let journal = first.folder.beside("journal.jsonl");
    run(&first, &journal, &["apply"]).expect(0);
    let hub = Hub::one("");
    hub.world(|world| world.create_issue("octocat", REPO, plain("my own bug")))
        .unwrap();
    // As if it were the same server.
    let text = std::fs::read_to_string(&journal).unwrap();
    let text = text.replace(&first.sandbox().url(), &hub.sandbox().url());
    std::fs::write(&journal, text).unwrap();
    let before = hub.issue(1);
    let ran = run(&hub, &journal, &["apply"]);
    assert!(
        ran.out.contains(
            "#1 was written by octocat; the record does not name it: a run wrote into its journal"
        ),
        "{ran:?}"
    );
    ran.expect(1);
    assert_eq!(hub.issue(1), before);
}

#[test]
fn a_file_that_is_no_journal_is_left_as_it_is() {
    let hub = Hub::one("");
    let path = hub.folder.beside("precious.txt");
    for text in ["my precious notes", "{", "\0\0\0", "a\nb", "[1]\n"] {
        std::fs::write(&path, text).unwrap();
        let ran = run(&hub, &path, &["apply"]);
        if text == "{" {
            // The beginning of a line that a killed run did not finish looks like this.
            ran.expect(0);
            continue;
        }
        assert!(
            ran.log.contains("is damaged, or not kepherd's"),
            "{text:?}: {ran:?}"
        );
        ran.expect(2);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    }
}

#[test]
fn the_same_server_has_one_journal_however_its_address_is_spelled() {
    let (hub, _) = faulty(&[(PATH, &record(9001, ""))], &["stale-lists"]);
    let journal = hub.folder.beside("journal.jsonl");
    run(&hub, &journal, &["apply"]).expect(0);
    let url = hub.sandbox().url();
    for spelled in [
        url.replace("http", "HTTP"),
        format!("{url}/api/v3/"),
        format!("{url}#x"),
    ] {
        let arguments = with(&journal, &["apply"]);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let mut command = hub.command("any", &arguments);
        command.env("GITHUB_API_URL", &spelled);
        let out = Ran::of(&mut command).expect(0);
        assert!(out.contains("nothing to do"), "{spelled}: {out}");
    }
    assert_eq!(hub.issue_count(), 1);
}

/// Whoever has looked for the issue can say so.
#[test]
fn a_doubt_that_cannot_be_cleared_says_so_and_can_be_overruled() {
    let (hub, _) = faulty(
        &[(PATH, &record(9001, ""))],
        &["reset-before:writes@1", "error-500-before:reads@6"],
    );
    let journal = hub.folder.beside("journal.jsonl");
    run(&hub, &journal, &["apply"]).expect(1);
    let all: Vec<u64> = (0..5_200)
        .map(|_| {
            hub.world(|world| world.create_issue("octocat", REPO, plain("chat")))
                .unwrap()
        })
        .collect();
    assert_eq!(all.len(), 5_200);
    let ran = run(&hub, &journal, &["apply"]);
    assert!(
        ran.out
            .contains("a run did not hear whether it had created an issue above #0")
            && ran
                .out
                .contains("there are more than 5000 numbers to look through")
            && ran.out.contains("pass `--create 9001` if there is none"),
        "{ran:?}"
    );
    ran.expect(1);
    let out = run(&hub, &journal, &["apply", "--create=9001"]).expect(0);
    assert!(out.contains("created  #5201"), "{out}");
}

/// What cannot be shown or summed up is done all the same, and the exit status says that something is amiss.
#[cfg(target_os = "linux")]
#[test]
fn an_output_that_takes_nothing_does_not_change_what_is_done() {
    let hub = Hub::one("");
    let journal = hub.folder.beside("journal.jsonl");
    let summary = hub.folder.beside("summary.md");
    let arguments = with(&journal, &["apply"]);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let full = std::fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let mut command = hub.command("any", &arguments);
    command.env("GITHUB_STEP_SUMMARY", &summary).stdout(full);
    let output = command
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
        .wait_with_output()
        .unwrap();
    let log = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{log}");
    assert!(
        log.contains("what was done cannot be shown") && log.contains("1 created"),
        "{log}"
    );
    let summary = std::fs::read_to_string(summary).unwrap();
    assert!(
        summary.starts_with("## Applied plan `") && summary.contains("KEP-9001"),
        "{summary}"
    );
    assert_eq!(events(&journal).last().map(String::as_str), Some("end"));
}
