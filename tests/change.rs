//! `check --base` over git histories that the tests make with gix: one commit per kind of change.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

mod common;
#[path = "common/history.rs"]
mod history;

use common::{BASE, Folder, Ran, command, record};
use history::History;
use serde_json::Value;

const PATH: &str = "keps/sig-node/9001-pod-lullabies.toml";

/// The files of a registry in `keps/`, with these records.
fn registry(records: &[(&str, String)]) -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = BASE
        .iter()
        .map(|(path, text)| (format!("keps/{path}"), (*text).to_owned()))
        .collect();
    files.extend(
        records
            .iter()
            .map(|(path, text)| ((*path).to_owned(), text.clone())),
    );
    files
}

fn one(more: &str) -> Vec<(String, String)> {
    registry(&[(PATH, record(9001, more))])
}

fn commit(history: &mut History, files: &[(String, String)]) {
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect();
    history.commit("2026-11-01", &files);
}

/// What the check of the last commit of a bare history finds, against a base: rule, path, and whether it was there before.
fn judged(history: &History, base: &str) -> (i32, Vec<(String, String, bool)>) {
    let arguments = [
        "check",
        "--today=2026-11-22",
        "--at=HEAD",
        "--format=json",
        "--base",
        base,
    ];
    let ran = Ran::of(&mut command(history.path().as_ref(), &arguments));
    let json: Value =
        serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {ran:?}"));
    let found = json["findings"].as_array().unwrap().iter().map(|finding| {
        (
            finding["rule"].as_str().unwrap().to_owned(),
            finding["at"]["path"].as_str().unwrap().to_owned(),
            finding["known"].as_bool().unwrap(),
        )
    });
    (ran.status, found.collect())
}

/// The rules that find fault with a change, and the exit status.
fn change(from: &[(String, String)], to: &[(String, String)]) -> (i32, Vec<String>) {
    let mut history = History::bare();
    commit(&mut history, from);
    commit(&mut history, to);
    let (status, found) = judged(&history, "HEAD~1");
    (
        status,
        found
            .into_iter()
            .filter(|(.., known)| !known)
            .map(|(rule, ..)| rule)
            .collect(),
    )
}

#[test]
fn each_kind_of_change_is_judged() {
    let start = one("issue = 7\nstage = \"alpha\"\n[reached]\nalpha = \"1.37\"\n");
    let kinds = [
        (
            "issue = 8\nstage = \"alpha\"\n[reached]\nalpha = \"1.37\"\n",
            1,
            "issue-replaced",
        ),
        (
            "issue = 7\nstage = \"stable\"\n[reached]\nalpha = \"1.37\"\n",
            0,
            "stage-skipped",
        ),
        (
            "issue = 7\nstage = \"alpha\"\n[reached]\nalpha = \"1.36\"\n",
            1,
            "reached-rewritten",
        ),
    ];
    for (more, status, rule) in kinds {
        assert_eq!(
            change(&start, &one(more)),
            (status, vec![rule.to_owned()]),
            "{rule}"
        );
    }
    assert_eq!(
        change(&start, &registry(&[])),
        (1, vec!["record-deleted".to_owned()])
    );
    let beta = one("issue = 7\nstage = \"beta\"\n");
    assert_eq!(
        change(&beta, &one("issue = 7\nstage = \"alpha\"\n")),
        (0, vec!["stage-regressed".to_owned()])
    );
    let moved = registry(&[(
        "keps/sig-auth/9001-lullabies.toml",
        start.last().unwrap().1.clone(),
    )]);
    assert_eq!(
        change(&start, &moved),
        (0, vec![]),
        "a record is found across a rename by its number"
    );
    let other = start
        .last()
        .unwrap()
        .1
        .replace("number = 9001", "number = 9002");
    let renumbered = registry(&[("keps/sig-node/9002-pod-lullabies.toml", other)]);
    assert_eq!(
        change(&start, &renumbered),
        (1, vec!["kep-renumbered".to_owned()])
    );
    let withdrawn = one("")
        .iter()
        .map(|(path, text)| (path.clone(), text.replace("implementable", "withdrawn")))
        .collect::<Vec<_>>();
    assert_eq!(
        change(&withdrawn, &one("")),
        (0, vec!["status-transition".to_owned()])
    );
}

#[test]
fn what_was_there_before_does_not_fail_the_change() {
    let mut history = History::bare();
    commit(&mut history, &one("target = \"1.83\"\n"));
    // Lines move, and a second mistake comes.
    let more = "# a comment\nmilestone = \"3.0\"\ntarget = \"1.83\"\n";
    commit(&mut history, &one(more));
    let (status, found) = judged(&history, "HEAD~1");
    let known: Vec<bool> = found.iter().map(|(.., known)| *known).collect();
    assert_eq!((status, known), (1, vec![false, true]), "{found:?}");
    commit(&mut history, &one(&format!("{more}issue = 7\n")));
    let (status, found) = judged(&history, "HEAD~1");
    assert_eq!(status, 0, "both were there: {found:?}");
}

#[test]
fn a_change_is_judged_against_the_common_ancestor() {
    let mut history = History::bare();
    commit(&mut history, &one("issue = 7\n"));
    let fork = history.head();
    // The base branch goes on; the change did not make that.
    commit(&mut history, &one("issue = 8\nformer-issues = [7]\n"));
    let main = history.head();
    history.go_to(&fork);
    commit(&mut history, &one("issue = 7\ntarget = \"1.38\"\n"));
    let (status, found) = judged(&history, &main);
    assert_eq!((status, found), (0, vec![]));
}

#[test]
fn in_a_pull_request_the_base_is_the_first_parent_of_the_merge() {
    let mut history = History::bare();
    commit(&mut history, &one("issue = 7\n"));
    let base = history.head();
    commit(&mut history, &one("issue = 8\n"));
    let change = history.head();
    history.merge(&base, &change);
    let pull_request = |shallow: bool| {
        let mut command = command(
            history.path().as_ref(),
            &["check", "--at=HEAD", "--today=2026-11-22"],
        );
        command
            .env("GITHUB_SHA", history.head())
            .env("GITHUB_EVENT_NAME", "pull_request")
            .env("GITHUB_BASE_REF", "main");
        if shallow {
            history.cut_off(&base);
        }
        Ran::of(&mut command)
    };
    let ran = pull_request(false);
    assert!(ran.out.contains("error[issue-replaced]"), "{ran:?}");
    assert!(
        ran.out.contains(&format!(" @ {}", &base[..10])),
        "the older revision says which it is: {ran:?}"
    );
    ran.expect(1);
    let ran = pull_request(true);
    assert!(ran.log.contains("`fetch-depth: 2`"), "{ran:?}");
    ran.expect(2);
}

/// A check as a workflow runs it for an event, whose file says this.
fn for_event(history: &History, name: &str, file: &str) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("event.json");
    std::fs::write(&path, file).unwrap();
    let arguments = ["check", "--at=HEAD", "--today=2026-11-22"];
    let mut command = command(history.path().as_ref(), &arguments);
    command
        .env("GITHUB_EVENT_NAME", name)
        .env("GITHUB_EVENT_PATH", &path);
    Ran::of(&mut command)
}

#[test]
fn in_a_merge_queue_and_on_a_push_a_change_is_judged_like_in_a_pull_request() {
    let mut history = History::bare();
    commit(&mut history, &one("issue = 7\n"));
    let base = history.head();
    commit(&mut history, &one("issue = 8\n"));
    for (name, file) in [
        (
            "merge_group",
            format!(r#"{{"merge_group": {{"base_sha": "{base}", "head_ref": "x"}}}}"#),
        ),
        (
            "push",
            format!(r#"{{"before": "{base}", "forced": false}}"#),
        ),
    ] {
        let ran = for_event(&history, name, &file);
        assert!(ran.out.contains("error[issue-replaced]"), "{name}: {ran:?}");
        ran.expect(1);
    }
}

#[test]
fn what_was_pushed_from_nowhere_is_no_change_and_no_failure() {
    let mut history = History::bare();
    commit(&mut history, &one("issue = 7\n"));
    commit(&mut history, &one("issue = 8\n"));
    let (new, gone) = ("0".repeat(40), "1".repeat(40));
    let ran = for_event(&history, "push", &format!(r#"{{"before": "{new}"}}"#));
    assert!(!ran.out.contains("issue-replaced"), "a new branch: {ran:?}");
    ran.expect(0);
    let ran = for_event(&history, "push", &format!(r#"{{"before": "{gone}"}}"#));
    assert!(ran.log.contains("`fetch-depth: 0`"), "{ran:?}");
    ran.expect(0);
    let merge_group = format!(r#"{{"merge_group": {{"base_sha": "{gone}"}}}}"#);
    let ran = for_event(&history, "merge_group", &merge_group);
    assert!(ran.log.contains("`fetch-depth: 0`"), "{ran:?}");
    ran.expect(2);
    let ran = for_event(&history, "merge_group", "{}");
    assert!(ran.log.contains("name it by --base REV"), "{ran:?}");
    ran.expect(2);
}

#[test]
fn revisions_that_cannot_be_read_say_what_helps() {
    let mut history = History::bare();
    let run = |history: &History, base: &str| {
        Ran::of(&mut command(
            history.path().as_ref(),
            &["check", "--at=HEAD", "--base", base],
        ))
    };
    let ran = run(&history, "HEAD");
    assert!(
        ran.log.contains("has no revision `HEAD`"),
        "an unborn branch: {ran:?}"
    );
    ran.expect(2);
    commit(&mut history, &one(""));
    let ran = run(&history, "nowhere");
    assert!(ran.log.contains("has no revision `nowhere`"), "{ran:?}");
    ran.expect(2);
    let first = history.head();
    history.go_to_nothing();
    commit(&mut history, &one("issue = 7\n"));
    let ran = run(&history, &first);
    assert!(ran.log.contains("have no common ancestor"), "{ran:?}");
    ran.expect(2);
    let folder = Folder::with(&[]);
    let ran = folder.run(&["check", "--base", "HEAD"]);
    assert!(ran.log.contains("is not a git repository"), "{ran:?}");
    ran.expect(2);
}

#[test]
fn files_on_disk_are_judged_in_a_worktree_from_any_folder_of_it() {
    let mut history = History::with_worktree();
    let start = one("issue = 7\n");
    commit(&mut history, &start);
    for (path, text) in one("issue = 8\n") {
        let path = history.worktree().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    for folder in ["", "keps", "keps/sig-node"] {
        let folder = history.worktree().join(folder);
        let ran = Ran::of(&mut command(
            &folder,
            &["check", "--base=HEAD", "--today=2026-11-22"],
        ));
        assert!(ran.out.contains("error[issue-replaced]"), "{ran:?}");
        assert!(ran.out.contains("1 from the change since"), "{ran:?}");
        ran.expect(1);
    }
}

#[test]
fn a_registry_that_is_new_is_judged_as_a_whole() {
    let (status, found) = change(
        &[("README.md".to_owned(), "nothing yet".to_owned())],
        &one("target = \"1.83\"\n"),
    );
    assert_eq!((status, found), (1, vec!["unknown-release".to_owned()]));
}
