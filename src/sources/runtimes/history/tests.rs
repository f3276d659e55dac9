//! Histories that the tests make: one test for each sentence about what a runtime has, and random ones against a model that replays the
//! commits of each tag.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::sources::runtimes::message;

/// A history in the making.
#[derive(Default)]
struct Made {
    commits: Vec<Commit>,
    names: Names,
}

fn id(node: usize) -> CommitId {
    let mut bytes = [0; 20];
    bytes[..8].copy_from_slice(&(node as u64 + 1).to_be_bytes());
    CommitId(bytes)
}

fn day() -> Date {
    "2026-01-01".parse().unwrap()
}

impl Made {
    fn commit(&mut self, parents: &[usize], text: &str) -> usize {
        let node = self.commits.len();
        self.commits.push(Commit {
            id: id(node),
            parents: parents.iter().map(|parent| id(*parent)).collect(),
            day: day(),
            said: message::read(text.as_bytes(), parents.len() > 1),
        });
        node
    }

    /// A pull request of one commit, merged behind `onto`: the merge.
    fn pull(&mut self, onto: usize, number: u64, branch: &str, title: &str, commit: &str) -> usize {
        let side = self.commit(&[onto], commit);
        self.merge(onto, side, number, branch, title)
    }

    fn merge(&mut self, onto: usize, side: usize, number: u64, branch: &str, title: &str) -> usize {
        let text = format!("Merge pull request #{number} from fork/{branch}\n\n{title}\n");
        self.commit(&[onto, side], &text)
    }

    fn tag(&mut self, version: &str, node: usize) {
        let version = version.parse().unwrap();
        self.names.tags.insert(version, (id(node), day()));
    }

    fn branch(&mut self, minor: &str, node: usize) {
        self.names.branches.insert(minor.parse().unwrap(), id(node));
    }

    fn history(&mut self, main: usize) -> History {
        self.names.default = Some(id(main));
        let patterns = [
            "cherry-pick-{number}-to-*".to_owned(),
            "backport/{number}-and-*".to_owned(),
            "backport/*-and-{number}".to_owned(),
        ];
        History::of(
            self.commits.clone(),
            &self.names,
            &Backports::new(&patterns),
        )
    }
}

/// What an answer says, in one line.
fn said(answer: &Answer) -> String {
    let lines: Vec<String> = answer
        .lines
        .values()
        .map(|one| one.version.to_string())
        .collect();
    let first = answer
        .first
        .map_or("nothing".to_owned(), |(version, _)| version.to_string());
    let state = match (answer.in_default, answer.taken_out.is_some()) {
        (true, _) => "in",
        (false, true) => "taken out",
        (false, false) => "not in",
    };
    format!("{state}, first {first}, {}", lines.join(" "))
}

fn of(history: &History, numbers: &[u64]) -> String {
    let named: Vec<Named> = numbers
        .iter()
        .map(|number| Named::PullRequest(*number))
        .collect();
    said(&history.answer(&named))
}

#[test]
fn the_lowest_release_that_contains_the_merge_is_the_first() {
    let mut made = Made::default();
    let root = made.commit(&[], "root");
    let seven = made.pull(root, 7, "x", "do it", "do it");
    let other = made.pull(seven, 8, "y", "other", "other");
    made.tag("2.1.0", other);
    made.tag("2.0.5", other);
    made.tag("2.0.0", root);
    let history = made.history(other);
    assert_eq!(of(&history, &[7]), "in, first 2.0.5, 2.0.5 2.1.0");
    assert_eq!(of(&history, &[9]), "not in, first nothing, ");
    let later = made.pull(other, 9, "z", "later", "later");
    let history = made.history(later);
    assert_eq!(of(&history, &[9]), "in, first nothing, ");
    assert_eq!(
        of(&history, &[7, 9]),
        "in, first nothing, ",
        "all of the evidence"
    );
    assert_eq!(of(&history, &[7, 8]), "in, first 2.0.5, 2.0.5 2.1.0");
}

#[test]
fn a_backport_says_so_by_its_branch_or_by_what_its_commits_were_picked_from() {
    for (branch, commit) in [
        ("cherry-pick-7-to-release/2.0", "do it".to_owned()),
        (
            "by-hand",
            format!("do it\n\n(cherry picked from commit {})\n", id(1)),
        ),
        (
            "by-hand",
            format!("do it\n\n(cherry picked from commit {})\n", id(2)),
        ),
        ("backport/6-and-7", "both".to_owned()),
        ("backport/7-and-9", "both".to_owned()),
    ] {
        let mut made = Made::default();
        let root = made.commit(&[], "root");
        let seven = made.pull(root, 7, "x", "do it", "do it");
        made.tag("2.1.0", seven);
        made.tag("2.0.0", root);
        let backport = made.pull(root, 70, branch, "[release/2.0] do it", &commit);
        made.tag("2.0.1", backport);
        made.branch("2.0", backport);
        let history = made.history(seven);
        assert_eq!(
            of(&history, &[7]),
            "in, first 2.1.0, 2.0.1 2.1.0",
            "{branch} {commit}"
        );
        let answer = history.answer(&[Named::PullRequest(7)]);
        let by = answer.lines[&"2.0".parse().unwrap()].by.unwrap();
        assert_eq!(by.change.number, Some(70));
        assert_eq!(by.change.commit, id(backport));
        assert_eq!(by.of, Named::PullRequest(7));
        assert_eq!(by.is_named, branch != "by-hand", "{branch}");
    }
}

#[test]
fn a_title_alone_is_no_backport_and_a_backport_of_one_is_one_of_both() {
    let mut made = Made::default();
    let root = made.commit(&[], "root");
    let seven = made.pull(root, 7, "x", "do it", "do it");
    let alone = made.pull(root, 70, "y", "[release/2.0] do it", "do it");
    made.tag("2.0.1", alone);
    let second = made.pull(root, 71, "cherry-pick-7-to-release/1.7", "do it", "do it");
    let picked = format!("do it\n\n(cherry picked from commit {})\n", id(second));
    made.branch("1.7", second);
    let third = made.pull(root, 72, "z", "do it", &picked);
    made.branch("1.6", third);
    made.tag("1.6.9", third);
    let history = made.history(seven);
    assert_eq!(of(&history, &[7]), "in, first 1.6.9, 1.6.9");
}

#[test]
fn a_revert_takes_it_out_until_it_is_merged_again() {
    let mut made = Made::default();
    let root = made.commit(&[], "root");
    let seven = made.pull(root, 7, "x", "do it", "do it");
    made.tag("2.0.0", seven);
    let revert = format!("Revert \"do it\"\n\nThis reverts commit {}.\n", id(seven));
    let out = made.pull(seven, 8, "revert", "take it back", &revert);
    made.tag("2.1.0", out);
    let history = made.history(out);
    assert_eq!(of(&history, &[7]), "taken out, first 2.0.0, 2.0.0");
    let taken_out = history.answer(&[Named::PullRequest(7)]).taken_out.unwrap();
    assert_eq!(
        (taken_out.commit, taken_out.day, taken_out.number),
        (id(out), day(), Some(8))
    );
    // The revert is reverted.
    let again = format!("Reapply \"do it\"\n\nThis reverts commit {}.\n", id(out));
    let back = made.pull(out, 9, "again", "do it after all", &again);
    made.tag("2.2.0", back);
    let history = made.history(back);
    assert_eq!(of(&history, &[7]), "in, first 2.0.0, 2.0.0 2.2.0");
}

#[test]
fn a_merge_with_the_title_of_a_revert_is_one_and_so_is_its_backport() {
    let mut made = Made::default();
    let root = made.commit(&[], "root");
    let seven = made.pull(root, 7, "x", "do it", "do it");
    made.tag("2.0.0", seven);
    let out = made.pull(seven, 8, "revert-7-x", "Revert \"do it\"", "undo");
    made.tag("2.1.0", out);
    let branch = made.pull(
        seven,
        80,
        "cherry-pick-8-to-release/2.0",
        "[release/2.0] undo",
        "undo",
    );
    made.tag("2.0.1", branch);
    made.branch("2.0", branch);
    let history = made.history(out);
    assert_eq!(of(&history, &[7]), "taken out, first 2.0.0, 2.0.0");
    // On the branch it is picked once more.
    let again = made.pull(
        branch,
        81,
        "cherry-pick-7-to-release/2.0",
        "[release/2.0] do it",
        "do it",
    );
    made.tag("2.0.2", again);
    made.branch("2.0", again);
    let history = made.history(out);
    assert_eq!(of(&history, &[7]), "taken out, first 2.0.0, 2.0.0");
}

#[test]
fn a_revert_of_a_part_takes_nothing_out_and_a_revert_inside_of_the_pull_request_neither() {
    let mut made = Made::default();
    let root = made.commit(&[], "root");
    let one = made.commit(&[root], "one");
    let two = made.commit(&[one], "two");
    let undone = made.commit(
        &[two],
        &format!("oops\n\nThis reverts commit {}.\n", id(one)),
    );
    let seven = made.merge(root, undone, 7, "x", "do it");
    let part = made.pull(
        seven,
        8,
        "y",
        "less of it",
        &format!("less\n\nThis reverts commit {}.\n", id(two)),
    );
    made.tag("2.0.0", part);
    assert_eq!(of(&made.history(part), &[7]), "in, first 2.0.0, 2.0.0");
}

#[test]
fn what_lies_behind_a_merge_may_be_another_projects_and_claims_no_number() {
    let mut made = Made::default();
    let theirs = made.commit(&[], "theirs");
    let seven = made.pull(theirs, 7, "x", "theirs", "theirs");
    let root = made.commit(&[], "root");
    let brought = made.merge(root, seven, 8, "cri", "bring the other project");
    let squash = made.commit(&[brought], "do more (#9)");
    made.tag("2.0.0", squash);
    let history = made.history(squash);
    assert_eq!(of(&history, &[7]), "not in, first nothing, ");
    assert_eq!(of(&history, &[8]), "in, first 2.0.0, 2.0.0");
    assert_eq!(of(&history, &[9]), "in, first 2.0.0, 2.0.0");
    // A security fix has no number, and is named by its commit.
    let fix = made.commit(&[squash, root], "Merge commit from fork\n");
    made.tag("2.0.1", fix);
    let answer = made.history(fix).answer(&[Named::Commit(id(fix))]);
    assert_eq!(said(&answer), "in, first 2.0.1, 2.0.1");
}

#[test]
fn what_is_merged_into_a_release_branch_only_is_there_and_not_in_the_default_branch() {
    let mut made = Made::default();
    let root = made.commit(&[], "root");
    let main = made.pull(root, 6, "w", "main", "main");
    let only = made.pull(root, 7, "x", "only here", "only here");
    made.branch("2.0", only);
    made.tag("2.0.1", only);
    // And a tag that is on no branch.
    let stray = made.pull(only, 8, "y", "stray", "stray");
    made.tag("2.0.2", stray);
    let history = made.history(main);
    assert_eq!(of(&history, &[7]), "not in, first 2.0.1, 2.0.1");
    assert_eq!(of(&history, &[8]), "not in, first 2.0.2, 2.0.2");
    assert_eq!(of(&history, &[6]), "in, first nothing, ");
}

#[test]
fn what_was_brought_to_branches_only_is_released_in_the_newest_of_them() {
    let mut made = Made::default();
    let root = made.commit(&[], "root");
    for (minor, version) in [("2.2", "2.2.4"), ("2.3", "2.3.1")] {
        let backport = made.pull(root, 70, "cherry-pick-7-to-x", "do it", "do it");
        made.branch(minor, backport);
        made.tag(version, backport);
    }
    let seven = made.pull(root, 7, "x", "do it", "do it");
    assert_eq!(
        of(&made.history(seven), &[7]),
        "in, first 2.3.1, 2.2.4 2.3.1"
    );
}

#[test]
fn an_id_may_be_short_and_the_revert_of_a_squash_quotes_its_number() {
    let mut made = Made::default();
    let root = made.commit(&[], "root");
    let seven = made.commit(&[root], "do it (#7)\n");
    let out = made.commit(
        &[seven],
        "Revert \"do it (#7)\" (#8)\n\nReverts containerd/containerd#7\n",
    );
    assert_eq!(of(&made.history(out), &[7]), "taken out, first nothing, ");
    let short = &id(seven).to_string()[..16];
    let out = made.commit(
        &[seven],
        &format!("undo (#8)\n\nThis reverts commit {short} (do it, 2026-01-01).\n"),
    );
    assert_eq!(of(&made.history(out), &[7]), "taken out, first nothing, ");
    // Of what several begin with, nobody knows which is meant.
    let vague = &id(seven).to_string()[..7];
    let out = made.commit(
        &[seven],
        &format!("undo (#8)\n\nThis reverts commit {vague}.\n"),
    );
    assert_eq!(of(&made.history(out), &[7]), "in, first nothing, ");
}

#[test]
fn a_loop_a_missing_parent_and_two_roots_end() {
    let mut made = Made::default();
    let first = made.commit(&[1], "a loop");
    let second = made.commit(&[0], "of replacements");
    made.commits[first].parents.push(id(99));
    let third = made.pull(
        second,
        7,
        "x",
        "do it",
        &format!("This reverts commit {}.\n", id(1)),
    );
    made.tag("2.0.0", third);
    assert_eq!(of(&made.history(third), &[7]), "in, first 2.0.0, 2.0.0");
    assert_eq!(
        of(&Made::default().history(0), &[7]),
        "not in, first nothing, "
    );
}

/// On a release branch people name what they take back in more ways; what came by a backport goes by any of them.
#[test]
fn a_revert_on_a_release_branch_takes_the_backport_out_whatever_it_names() {
    let merge = |branch: &'static str, title: &'static str| (branch, title);
    for (branch, title) in [
        merge("x", "Revert \"[release/2.0] do it\""),
        merge("x", "[release/2.0] Revert \"do it\""),
        merge(
            "x",
            "Revert \"Merge pull request #70 from fork/cherry-pick-7-to-x\"",
        ),
        merge("x", "Revert #70"),
        merge("revert-70-cherry-pick", "Revert \"[release/2.0] do…\""),
        merge("x", "Revert #7"),
    ] {
        let mut made = Made::default();
        let root = made.commit(&[], "root");
        let seven = made.pull(root, 7, "x", "do it", "do it");
        made.tag("2.1.0", seven);
        made.tag("2.0.0", root);
        let name = "cherry-pick-7-to-x";
        let backport = made.pull(root, 70, name, "[release/2.0] do it", "do it");
        let out = made.pull(backport, 71, branch, title, "undo");
        made.tag("2.0.1", out);
        made.branch("2.0", out);
        assert_eq!(
            of(&made.history(seven), &[7]),
            "in, first 2.1.0, 2.1.0",
            "{title}"
        );
        made.tag("2.0.2", backport);
    }
}

#[test]
fn a_squash_that_was_picked_keeps_the_number_of_what_it_was_picked_from() {
    let mut made = Made::default();
    let root = made.commit(&[], "root");
    let seven = made.commit(&[root], "do it (#7)\n");
    made.tag("2.1.0", seven);
    let backport = made.commit(&[root], "[release/2.0] do it (#7) (#70)\n");
    made.tag("2.0.1", backport);
    made.branch("2.0", backport);
    assert_eq!(
        of(&made.history(seven), &[7]),
        "in, first 2.1.0, 2.0.1 2.1.0"
    );
}

#[test]
fn what_later_releases_lack_and_what_several_merges_claim_is_known() {
    let mut made = Made::default();
    let root = made.commit(&[], "root");
    let seven = made.pull(root, 7, "x", "do it", "do it");
    made.tag("2.0.0", seven);
    let out = made.pull(seven, 8, "y", "Revert \"do it\"", "undo");
    made.tag("2.0.1", out);
    made.tag("2.1.0", out);
    let again = made.pull(out, 7, "x", "do it", "again");
    made.tag("2.0.2", again);
    made.tag("2.2.0", again);
    let answer = made.history(again).answer(&[Named::PullRequest(7)]);
    let minor = |text: &str| text.parse::<Release>().unwrap();
    assert_eq!(answer.without, [minor("2.1")]);
    assert_eq!(answer.claimed_twice, [Named::PullRequest(7)]);
    let first = answer.lines[&minor("2.0")];
    assert_eq!((first.gap, first.is_gone), ("2.0.1".parse().ok(), false));
    assert!(answer.is_released());
}

/// What happens next in a random history.
#[derive(Debug, Clone)]
enum Step {
    /// A pull request is merged into the default branch.
    Merge,
    /// A release branch begins at the default branch.
    Branch,
    /// Something is brought to a release branch: which pull request, by its branch's name or by its commit.
    Pick(usize, usize, bool),
    /// A change of the default branch (or of a release branch) is reverted there.
    Revert(usize, Option<usize>),
    /// A branch gets a tag.
    Tag(usize),
}

fn step() -> impl Strategy<Value = Step> {
    let some = 0..8_usize;
    prop_oneof![
        4 => Just(Step::Merge),
        1 => Just(Step::Branch),
        3 => (some.clone(), some.clone(), any::<bool>()).prop_map(|(a, b, c)| Step::Pick(a, b, c)),
        2 => (some.clone(), prop::option::of(some.clone())).prop_map(|(a, b)| Step::Revert(a, b)),
        3 => some.prop_map(Step::Tag),
    ]
}

/// What a change does to the pull requests, for a model that knows: in or out.
type Effects = BTreeMap<u64, bool>;

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    /// A model that replays each tag's own line, change by change, says the same.
    #[test]
    fn random_histories_are_what_a_replay_of_each_tag_says(steps in prop::collection::vec(step(), 1..40)) {
        let mut made = Made::default();
        let mut main = made.commit(&[], "root");
        let mut branches: Vec<usize> = Vec::new();
        // The effects of each change, by its node, and what each reverts.
        let mut effects: BTreeMap<usize, Effects> = BTreeMap::new();
        let mut changes: Vec<usize> = Vec::new();
        let (mut number, mut patches) = (100, BTreeMap::<usize, u16>::new());
        let mut tagged: Vec<(Version, usize)> = Vec::new();
        for step in steps {
            number += 1;
            match step {
                Step::Merge => {
                    main = made.pull(main, number, "x", &format!("title {number}"), "work");
                    effects.insert(main, Effects::from([(number, true)]));
                    changes.push(main);
                }
                Step::Branch if branches.len() < 3 => branches.push(main),
                Step::Pick(what, branch, by_name) if !changes.is_empty() && !branches.is_empty() => {
                    let what = changes[what % changes.len()];
                    let at = branch % branches.len();
                    let original = made.commits[what].said.merges.clone().unwrap().number;
                    let (name, text) = match by_name {
                        true => (format!("cherry-pick-{original}-to-x"), "work".to_owned()),
                        false => ("y".to_owned(), format!("work\n\n(cherry picked from commit {})\n", id(what))),
                    };
                    branches[at] = made.pull(branches[at], number, &name, "picked", &text);
                    let mut brought = effects[&what].clone();
                    brought.insert(number, true);
                    effects.insert(branches[at], brought);
                }
                Step::Revert(what, branch) if !changes.is_empty() => {
                    let what = changes[what % changes.len()];
                    let text = format!("undo\n\nThis reverts commit {}.\n", id(what));
                    let at = branch.filter(|_| !branches.is_empty()).map(|at| at % branches.len());
                    let onto = at.map_or(main, |at| branches[at]);
                    let merge = made.pull(onto, number, "z", &format!("title {number}"), &text);
                    let mut turned: Effects = effects[&what].iter().map(|(one, is_in)| (*one, !is_in)).collect();
                    turned.insert(number, true);
                    effects.insert(merge, turned);
                    match at {
                        None => {
                            main = merge;
                            changes.push(main);
                        }
                        Some(at) => branches[at] = merge,
                    }
                }
                Step::Tag(branch) if !branches.is_empty() => {
                    let at = branch % branches.len();
                    let patch = patches.entry(at).or_insert(0);
                    let version: Version = format!("2.{at}.{patch}").parse().unwrap();
                    *patch += 1;
                    made.tag(&version.to_string(), branches[at]);
                    tagged.push((version, branches[at]));
                }
                _ => {}
            }
        }
        for (at, tip) in branches.iter().enumerate() {
            made.branch(&format!("2.{at}"), *tip);
        }
        let history = made.history(main);
        let firsts = |node: usize| made.commits[node].parents.first().map(|first| {
            made.commits.iter().position(|commit| commit.id == *first).unwrap()
        });
        let replay = |tip: usize| {
            let mut line: Vec<usize> = std::iter::successors(Some(tip), |node| firsts(*node)).collect();
            line.reverse();
            let mut state: BTreeMap<u64, bool> = BTreeMap::new();
            for node in line {
                state.extend(effects.get(&node).cloned().unwrap_or_default());
            }
            state
        };
        let of_main = replay(main);
        let merged: BTreeSet<u64> = changes.iter().map(|node| made.commits[*node].said.merges.clone().unwrap().number).collect();
        for number in merged {
            let answer = history.answer(&[Named::PullRequest(number)]);
            prop_assert_eq!(answer.in_default, of_main.get(&number) == Some(&true), "#{} in the default branch", number);
            let has = |(version, tip): &&(Version, usize)| {
                let _ = version;
                replay(*tip).get(&number) == Some(&true)
            };
            let mut lines: BTreeMap<Release, (Version, Version, bool)> = BTreeMap::new();
            let minors: BTreeSet<Release> = tagged.iter().map(|(version, _)| version.release).collect();
            for minor in minors {
                let of_minor = || tagged.iter().filter(|(version, _)| version.release == minor);
                let having: BTreeSet<Version> = of_minor().filter(has).map(|(version, _)| *version).collect();
                let highest = of_minor().map(|(version, _)| *version).max();
                if let (Some(first), Some(last)) = (having.first(), having.last()) {
                    lines.insert(minor, (*first, *last, Some(*last) != highest));
                }
            }
            let found: BTreeMap<Release, (Version, Version, bool)> =
                answer.lines.iter().map(|(minor, one)| (*minor, (one.version, one.last, one.is_gone))).collect();
            prop_assert_eq!(found, lines, "#{}", number);
        }
    }
}
