//! What reading a repository costs, counted in objects and bytes: it grows with what is read, not with its square.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

#[path = "common/history.rs"]
mod history;

use history::History;
use kepherd::git::{Content, Repository};

/// A folder with so many small files, in a repository of a few commits.
fn with_files(count: usize) -> History {
    let mut history = History::bare();
    let texts: Vec<(String, String)> = (0..count)
        .map(|at| {
            (
                format!("keps/sig-node/{at}-x.toml"),
                format!("number = {at}\n"),
            )
        })
        .collect();
    let mut files: Vec<(&str, &str)> = texts
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect();
    files.push(("keps/registry.toml", "home = \"containerd\"\n"));
    history.commit("2026-10-01", &files);
    history
}

#[test]
fn a_folder_costs_its_trees_once_and_each_file_once() {
    let history = with_files(300);
    let repository = Repository::open(history.path().as_ref()).unwrap();
    let head = repository.commit("HEAD").unwrap();
    let mut kept = 0;
    for entry in repository.folder(&head, "keps/sig-node").unwrap() {
        let path = format!("keps/sig-node/{}", entry.name);
        match repository.file(&head, &path, 1 << 20).unwrap() {
            Some(Content::Bytes(bytes)) => kept += bytes.capacity(),
            other => panic!("{other:?}"),
        }
    }
    let taken = repository.taken();
    // The commit, the root, two folders, and the files.
    assert_eq!(taken.objects, 304);
    assert!(kept < 300 * 64, "{kept} bytes are kept for 300 small files");
}

#[test]
fn files_by_their_paths_cost_the_same_on_one_core_and_on_all() {
    let history = with_files(300);
    let repository = Repository::open(history.path().as_ref()).unwrap();
    let head = repository.commit("HEAD").unwrap();
    let paths: Vec<String> = (0..300)
        .map(|at| format!("keps/sig-node/{at}-x.toml"))
        .collect();
    let read = repository
        .each_file(&head, &paths, 1 << 20, |path, content| {
            (path.to_owned(), content.unwrap())
        })
        .unwrap();
    for (at, (path, content)) in read.into_iter().enumerate() {
        assert_eq!(path, paths[at]);
        let text = format!("number = {at}\n");
        assert_eq!(content, Some(Content::Bytes(text.into_bytes())));
    }
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    // Each thread opens the commit and its three trees for itself.
    let taken = repository.taken();
    assert!(
        taken.objects <= 300 + 4 * threads.min(300 / 32),
        "{taken:?}"
    );
}

#[test]
fn the_history_is_walked_once_however_many_days_are_asked_for() {
    // Clocks differ: some commits are dated before their parents.
    let days = [
        1, 2, 2, 2, 5, 4, 4, 9, 3, 9, 9, 11, 12, 12, 20, 19, 20, 21, 25, 24,
    ];
    let mut history = History::bare();
    for (at, day) in days.iter().enumerate() {
        history.commit(&format!("2026-10-{day:02}"), &[("a", &at.to_string())]);
    }
    let repository = Repository::open(history.path().as_ref()).unwrap();
    let head = repository.commit("HEAD").unwrap();
    let date = |day: i32| format!("2026-10-{day:02}").parse().unwrap();
    for asked in [25, 30, 1, 13, 4, 9, 20, 2, 3, 12, 5, 19] {
        let expected: Vec<i32> = {
            let mut found = Vec::new();
            for day in days.iter().rev().copied() {
                if day < asked {
                    if found.is_empty() {
                        found.push(day);
                    }
                    break;
                }
                if day == asked {
                    found.push(day);
                }
            }
            found
        };
        let found = repository.commits_on_or_before(&head, date(asked)).unwrap();
        let found: Vec<String> = found.iter().map(|one| one.date.to_string()).collect();
        let expected: Vec<String> = expected
            .iter()
            .map(|day| format!("2026-10-{day:02}"))
            .collect();
        assert_eq!(found, expected, "on {asked}");
    }
    assert_eq!(repository.taken().objects, days.len());
}

#[test]
fn what_stands_at_a_path_through_a_history_costs_what_changed() {
    let mut history = History::bare();
    for at in 0..50 {
        let text = format!("{at}");
        // The file that is asked for changes in every tenth commit.
        let asked = format!("{}", at / 10);
        history.commit(
            "2026-10-01",
            &[("keps/sig-node/1-a/kep.yaml", &asked), ("other/x", &text)],
        );
    }
    let repository = Repository::open(history.path().as_ref()).unwrap();
    let head = repository.commit("HEAD").unwrap();
    let changes = repository
        .changes(&head, "keps/sig-node/1-a/kep.yaml")
        .unwrap();
    assert_eq!(changes.len(), 5);
    // Each commit and its root; the trees between only where they changed.
    assert_eq!(repository.taken().objects, 50 + 50 + 5 * 3);
}
