//! The types and the schemas agree: what a type reads, within its bounds, its schema takes, and the other way round.
//!
//! `load.rs` relies on the one: no schema is asked about a file that its type reads. Documents that have everything are changed at
//! random, thousands of times, and both are asked.

use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{Config as Runs, RngSeed, TestRunner};
use serde::de::DeserializeOwned;
use toml::Value;

use super::bounds::Bounded;
use super::calendars::{KubernetesCalendar, Roster, RuntimeCalendar};
use super::config::Config;
use super::kep::KepRecord;
use super::schema::FileKind;
use super::work_item::WorkItem;
use crate::findings::{document, typed};
use crate::terms::spelling::DATE_MARK;
use crate::text::source::SourceFile;

/// A document of each kind with every key that it can have.
const CONFIG: &str = r#"
requires-kepherd = "0.1"
home = "containerd"
repositories = ["containerd/containerd", "containerd/nri"]
bots = ["kepherd[bot]", "octocat"]
shepherd-roles = ["committer", "reviewer"]
runtimes = [{ name = "containerd", calendar = "releases/containerd.toml", tags = "v{version}", repository = "containerd/containerd", branches = "release/{minor}", backports = ["cp-{number}-*"], numbered-as-kubernetes = false }]
issue = { title = "KEP-{number} - {title}", item-title = "{title}", retitle = true, labels = ["kind/feature"], close = "enforce" }
labels.kubernetes = { name = "target/kubernetes/v{release}", placeholder = "x", color = "5319e7", description = "Targets {release}" }
labels.triage = { pending = "p", accepted = "x", declined = "d" }
labels.stage = { alpha = "a", beta = "b", stable = "s", deprecated = "d", disabled = "o", removed = "r" }
labels.sig = { sig-node = "sig/node" }
milestone.title = "{release}"
assignees.policy = "exact"
sources = { upstream = "a/b", cycles = "a/c", kubernetes = "a/d", maintainers = "a/.b:x/y.z", releases = { r = "a/b:RELEASES.md" } }
board = { url = "https://example.com/x", records = "https://example.com/y" }
drift = { title = "report", labels = "report", milestone = "report", assignees = "enforce", section = "report" }
guards = { creations = 1, removals = 2, removals-percent = 100 }
announce.on = ["stage", "target"]
policy = { tolerance-days = 30, consensus-days = 365 }
rules = { missing-target = "off", "what else" = "error" }
"#;
const ROSTER: &str = r#"
[[maintainers]]
github = "mikebrow"
name = "Mike Brown"
role = "committer"
id = 999999999999
kubernetes-org-member = true
sig-node-member = false
"#;
const KUBERNETES: &str = r#"
[[cycles]]
release = "1.38"
start = 2026-09-01
enhancements-freeze = 2026-09-30T12:00:00Z
prr-freeze = 2026-09-20T12:00:00Z
test-freeze = 2026-11-20T12:00:00Z
docs-freeze = 2026-11-22T12:00:00Z
code-freeze = 2026-10-30T12:00:00+02:00
planned = "2026-12"
released = 2026-12-16
liaisons = ["mikebrow"]
[[cycles]]
release = "1.39"
planned = 2027-04-01
"#;
const RUNTIME: &str = r#"
[[minors]]
release = "2.5"
planned = "2026-12"
released = 2026-12-16
end-of-life = 2027-12-16
lts = true
kubernetes = { "1.38" = "2.5.0", "1.37" = "2.5.1" }
patches = { "2.5.1" = 2027-01-10 }
"#;
const KEP: &str = r#"
number = 4960
title = "Pod Lullabies"
status = "implementable"
stage = "beta"
target = "1.38"
enabled-by-default = false
owners = ["someone"]
feature-gates = ["PodLullabies"]
triage = "accepted"
shepherds = ["mikebrow", "a", "b", "c", "d", "e", "f", "g", "h"]
milestone = "2.5"
issue = 12489
repository = "containerd/containerd"
former-issues = [1, 999999999]
related-issues = [2]
pull-requests = [{ id = "containerd/containerd#7", kubernetes = "1.37" }]
links = ["https://example.com/a?b=c"]
runtime-support = "It needs none."
guessed = ["title", "status"]
upstream-seen = 2026-07-24
reached = { alpha = "1.36", beta = "1.37", beta-on = "1.38", stable = "1.39" }
runtimes.containerd = { state = "released", release = "2.3.0", evidence = ["containerd/containerd#8", "a/b@0123456789abcdef0123456789abcdef01234567"], kubernetes = "1.27..", branches = { "2.2" = "planned", "2.1" = "2.1.4" }, parts = [{ name = "x", needed-for = "alpha", state = "none", release = "2.3.1", evidence = ["a/b#1"], kubernetes = "..1.26" }] }
design = { consensus = "reached", discussion = ["https://example.com"], approved-by = { containerd = "mikebrow" } }
allow = [{ rule = "missing-target", reason = "so" }]
"#;
const WORK_ITEM: &str = r#"
id = "critest-interop"
title = "Interop"
kind = "issue"
target = "1.38"
assignees = ["mikebrow", "a", "b", "c", "d", "e", "f", "g", "h"]
triage = "pending"
milestone = "2.5"
issue = 7
repository = "containerd/containerd"
pull-requests = [{ id = "containerd/containerd#7" }]
links = ["https://example.com"]
allow = [{ rule = "x", reason = "y" }]
"#;

/// What a hand may do to a document, at one of its places.
#[derive(Debug, Clone)]
enum Change {
    /// Another value in its place.
    Replace(Value),
    /// Nothing in its place.
    Remove,
    /// The same once more beside it: in a list, or under another key.
    Repeat(String, usize),
    /// The value in a list, in a table, or the first value of a list or a table in its place.
    Wrap(u8),
    /// Another key beside it.
    Add(String, Value),
    /// A text in the middle of the text, or of the key.
    Insert(Index, String),
    /// A character fewer.
    Shorten(Index),
    /// Another number.
    Count(i64),
}

/// Texts that are something, or nearly.
const TEXTS: [&str; 71] = [
    "",
    " ",
    "a",
    "a b",
    " a",
    "a ",
    "a\n",
    "a\tb",
    "\u{1}",
    "\u{1}2026-12-16",
    "\u{7f}",
    "\u{85}",
    "a\u{85}",
    "\u{a0}a",
    "\u{2028}a",
    "\u{feff}a",
    "a\u{feff}",
    "\u{200b}a",
    "\u{3000}a",
    "\u{180e}a",
    "ä",
    "1",
    "0",
    "-1",
    "1.38",
    "v1.38",
    "1.38.0",
    "01.38",
    "1.038",
    "1.99999",
    "2.5.0-rc.1",
    "٣.٤",
    "planned",
    "not-planned",
    "2026-12",
    "2026-13",
    "2026-12-16",
    "2026-12-16T12:00:00Z",
    "mikebrow",
    "@mikebrow",
    "a_b",
    "-a",
    "containerd/containerd",
    "a/..",
    "a/.b",
    "a/...b",
    "a/.",
    "a/b#1",
    "a/b#0",
    "a/b#1000000000",
    "https://a.b/c",
    "https://",
    "https://a b",
    "https://a\u{85}b",
    "https://a\u{7f}b",
    "https://a\u{feff}b",
    "https://a\u{a0}b",
    "HTTPS://a",
    "{release}",
    "v{version}",
    "release/{minor}",
    "cp-{number}-*",
    "{version}{version}",
    "v {version}",
    "{release}{release}",
    "{title}",
    "{number}",
    "a-b",
    "a--b",
    "ffffff",
    "error",
];

fn text() -> impl Strategy<Value = String> {
    let words = [
        "committer",
        "reviewer",
        "enforce",
        "report",
        "beta",
        "alpha",
        "stable",
        "implementable",
        "accepted",
        "pending",
        "released",
        "none",
        "reached",
        "issue",
        "off",
        "stage",
    ];
    prop_oneof![
        6 => select(&TEXTS[..]).prop_map(str::to_owned),
        2 => select(words.to_vec()).prop_map(str::to_owned),
        1 => any::<char>().prop_map(|c| c.to_string()),
        1 => (select(vec!["a", "ä", "-", "1"]), select(vec![38, 39, 40, 59, 60, 61, 97, 98, 99, 100, 101, 199, 200, 201]))
            .prop_map(|(text, times)| text.repeat(times)),
        1 => select(vec![97_usize, 98, 99, 100, 101]).prop_map(|times| format!("a/{}", "b".repeat(times))),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let numbers = [
        -1,
        0,
        1,
        99,
        100,
        101,
        365,
        366,
        999_999,
        1_000_000,
        999_999_999,
        1_000_000_000,
        4_294_967_296,
        i64::MAX,
        i64::MIN,
    ];
    let dates = [
        "2026-12-16",
        "2026-12-16T12:00:00Z",
        "2026-12-16T12:00:00+02:00",
        "2026-12-16T12:00:00.5Z",
        "2026-12-16T12:00:00",
        "12:00:00",
        "0001-01-01",
        "9999-12-31",
    ];
    let leaf = prop_oneof![
        4 => text().prop_map(Value::String),
        2 => select(numbers.to_vec()).prop_map(Value::Integer),
        1 => select(vec![0.0, 1.0, 1.38, -1.0, 1e300, f64::INFINITY, f64::NAN]).prop_map(Value::Float),
        1 => any::<bool>().prop_map(Value::Boolean),
        1 => select(dates.to_vec()).prop_map(|date| Value::Datetime(date.parse().unwrap())),
    ];
    leaf.prop_recursive(2, 12, 12, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..12).prop_map(Value::Array),
            prop::collection::vec((text(), inner), 0..3)
                .prop_map(|entries| Value::Table(entries.into_iter().collect())),
        ]
    })
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        4 => value().prop_map(Change::Replace),
        2 => Just(Change::Remove),
        1 => (text(), 1..4_usize).prop_map(|(key, times)| Change::Repeat(key, times)),
        1 => (0..3_u8).prop_map(Change::Wrap),
        1 => (text(), value()).prop_map(|(key, value)| Change::Add(key, value)),
        3 => (any::<Index>(), text()).prop_map(|(at, text)| Change::Insert(at, text)),
        2 => any::<Index>().prop_map(Change::Shorten),
        1 => (-2..3_i64).prop_map(Change::Count),
    ]
}

/// A step into a document.
#[derive(Debug, Clone)]
enum Step {
    Key(String),
    Item(usize),
}

/// Every place in a document, as the steps that lead there.
fn places(value: &Value, here: &mut Vec<Step>, all: &mut Vec<Vec<Step>>) {
    let mut below = |step: Step, value: &Value| {
        here.push(step);
        all.push(here.clone());
        places(value, here, all);
        here.pop();
    };
    match value {
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                below(Step::Item(at), item);
            }
        }
        Value::Table(table) => {
            for (key, value) in table {
                below(Step::Key(key.clone()), value);
            }
        }
        _ => {}
    }
}

/// The document with a change at one of its places.
fn changed(mut document: Value, at: &Index, change: &Change) -> Value {
    let mut all = Vec::new();
    places(&document, &mut Vec::new(), &mut all);
    if all.is_empty() {
        return document;
    }
    let path = at.get(&all).clone();
    let Some((last, above)) = path.split_last() else {
        return document;
    };
    let mut around = &mut document;
    for step in above {
        around = match step {
            Step::Key(key) => &mut around[key.as_str()],
            Step::Item(at) => &mut around[*at],
        };
    }
    change_in(around, last, change);
    document
}

fn change_in(around: &mut Value, last: &Step, change: &Change) {
    let old = match last {
        Step::Key(key) => around[key.as_str()].clone(),
        Step::Item(at) => around[*at].clone(),
    };
    let cut = |text: &str, at: &Index| {
        let ends: Vec<usize> = text
            .char_indices()
            .map(|(at, _)| at)
            .chain([text.len()])
            .collect();
        *at.get(&ends)
    };
    let new = match (change, &old) {
        (Change::Replace(new), _) => Some(new.clone()),
        (Change::Remove, _) => None,
        (Change::Wrap(0), _) => Some(Value::Array(vec![old.clone()])),
        (Change::Wrap(1), _) => Some(Value::Table(
            [("x".to_owned(), old.clone())].into_iter().collect(),
        )),
        (Change::Wrap(_), Value::Array(items)) => items.first().cloned(),
        (Change::Wrap(_), Value::Table(table)) => table.values().next().cloned(),
        (Change::Count(more), Value::Integer(number)) => {
            Some(Value::Integer(number.saturating_add(*more)))
        }
        (Change::Insert(at, more), Value::String(text)) => {
            let mut text = text.clone();
            text.insert_str(cut(&text, at), more);
            Some(Value::String(text))
        }
        (Change::Shorten(at), Value::String(text)) => {
            let mut text = text.clone();
            let at = cut(&text, at);
            if at < text.len() {
                text.remove(at);
            }
            Some(Value::String(text))
        }
        _ => Some(old.clone()),
    };
    match (around, last) {
        (Value::Array(items), Step::Item(at)) => {
            match new {
                Some(new) => items[*at] = new,
                None => {
                    items.remove(*at);
                }
            }
            if let Change::Repeat(_, times) = change {
                items.extend(std::iter::repeat_n(old, *times));
            }
        }
        (Value::Table(table), Step::Key(key)) => {
            table.remove(key);
            let renamed = match change {
                Change::Insert(at, more) if !old.is_str() => {
                    let mut key = key.clone();
                    key.insert_str(cut(&key, at), more);
                    key
                }
                _ => key.clone(),
            };
            if let Some(new) = new {
                table.insert(renamed, new);
            }
            match change {
                Change::Repeat(other, _) => {
                    table.insert(other.clone(), old);
                }
                Change::Add(other, value) => {
                    table.insert(other.clone(), value.clone());
                }
                _ => {}
            }
        }
        _ => {}
    }
}

/// A number with nothing behind its point is a whole one to a schema, and to no type; so is one that no integer holds.
fn is_told_apart_by_nobody(value: &Value) -> bool {
    match value {
        Value::Float(number) => number.is_nan() || number.fract() == 0.0 || number.is_infinite(),
        Value::Integer(number) => i32::try_from(*number).is_err(),
        // Whoever forges the mark of a date gets a date.
        Value::String(text) => text.starts_with(DATE_MARK),
        Value::Array(items) => items.iter().any(is_told_apart_by_nobody),
        Value::Table(table) => table.values().any(is_told_apart_by_nobody),
        _ => false,
    }
}

fn agree<T: DeserializeOwned + Bounded + std::fmt::Debug>(kind: FileKind, whole: &str) {
    let whole: Value = Value::Table(whole.parse().unwrap());
    let both = |value: &Value| {
        let file = SourceFile::new("a.toml", toml::to_string(value).unwrap());
        let (table, errors) = document::parse(&file);
        assert!(errors.is_empty(), "{errors:?}\n{}", file.text);
        let tree = document::to_json(table.get_ref());
        let typed = typed::read::<T>(table.get_ref()).filter(T::is_within);
        (typed, kind.validator().is_valid(&tree), tree, file)
    };
    let (typed, valid, ..) = both(&whole);
    assert!(
        typed.is_some() && valid,
        "{kind:?}: the document that is whole"
    );
    // The same changes each time, and others on demand: `PROPTEST_RNG_SEED=1 cargo test agreement`.
    let rng_seed = match Runs::default().rng_seed {
        RngSeed::Random => RngSeed::Fixed(0),
        seed => seed,
    };
    let mut runner = TestRunner::new(Runs {
        failure_persistence: None,
        rng_seed,
        ..Runs::with_cases(3_000)
    });
    let changes = prop::collection::vec((any::<Index>(), change()), 1..4);
    runner
        .run(&changes, |changes| {
            let document = changes
                .iter()
                .fold(whole.clone(), |document, (at, change)| {
                    changed(document, at, change)
                });
            let (typed, valid, tree, file) = both(&document);
            match typed {
                Some(value) => {
                    prop_assert!(
                        valid,
                        "the type takes, and the schema does not:\n{}",
                        file.text
                    );
                    // And it is the same that the tree of JSON gives.
                    let from_tree: T = serde_json::from_value(tree).unwrap();
                    prop_assert_eq!(format!("{value:?}"), format!("{from_tree:?}"));
                }
                None => prop_assert!(
                    !valid || is_told_apart_by_nobody(&document),
                    "the schema takes, and the type does not:\n{}",
                    file.text
                ),
            }
            Ok(())
        })
        .unwrap();
}

#[test]
fn of_registries() {
    agree::<Config>(FileKind::Config, CONFIG);
}

#[test]
fn of_rosters() {
    agree::<Roster>(FileKind::Roster, ROSTER);
}

#[test]
fn of_the_kubernetes_calendar() {
    agree::<KubernetesCalendar>(FileKind::Kubernetes, KUBERNETES);
}

#[test]
fn of_runtimes_calendars() {
    agree::<RuntimeCalendar>(FileKind::Runtime, RUNTIME);
}

#[test]
fn of_records() {
    agree::<KepRecord>(FileKind::Kep, KEP);
}

#[test]
fn of_work_items() {
    agree::<WorkItem>(FileKind::WorkItem, WORK_ITEM);
}
