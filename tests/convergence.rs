//! A property of the whole loop: for arbitrary registries and states of GitHub, a plan after an apply is empty, and what
//! kepherd does not manage is unchanged. The loop runs in this process, over HTTP, against the sandbox.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

mod common;

use std::collections::{BTreeMap, BTreeSet};

use common::{BASE, REPO};
use kepherd::apply::{Pace, apply};
use kepherd::desired::{Desired, desired};
use kepherd::github::client::Client;
use kepherd::github::{Read, Wanted};
use kepherd::plan::{Action, Options, Plan, plan};
use kepherd::registry::Registry;
use kepherd::registry::load::{RawFile, load};
use kepherd::rules;
use kepherd::sandbox::world::{Issue, IssuePatch, NewMilestone, World};
use kepherd::sandbox::{self, Sandbox, seed};
use kepherd::section::{Found, find, put};
use proptest::prelude::*;

const PEOPLE: [&str; 4] = ["mikebrow", "samuelkarp", "fuweid", "octocat"];
const LABELS: [&str; 6] = [
    "help wanted",
    "kind/feature",
    "Area/CRI",
    "target/kubernetes/v1.37",
    "target/kubernetes/v1.38",
    "target/kubernetes/v1.??",
];
const MILESTONES: [&str; 3] = ["2.4", "2.5", "3.0"];

/// A record, as far as this test varies it.
#[derive(Debug, Clone)]
struct Record {
    pinned: bool,
    status: &'static str,
    target: Option<&'static str>,
    triage: Option<&'static str>,
    milestone: Option<&'static str>,
    shepherds: Vec<usize>,
    title: String,
}

/// What a person does to an issue.
#[derive(Debug, Clone)]
struct Edit {
    body: Option<String>,
    labels: Option<Vec<usize>>,
    assignees: Option<Vec<usize>>,
    milestone: Option<Option<usize>>,
}

fn records() -> impl Strategy<Value = Vec<Record>> {
    prop::collection::vec(record(), 1..5)
}

fn record() -> impl Strategy<Value = Record> {
    (
        any::<bool>(),
        prop::sample::select(vec![
            "provisional",
            "implementable",
            "implemented",
            "withdrawn",
        ]),
        prop::option::of(prop::sample::select(vec!["1.37", "1.38", "1.39"])),
        prop::option::of(prop::sample::select(vec![
            "pending", "accepted", "declined",
        ])),
        prop::option::of(prop::sample::select(vec!["2.4", "2.5"])),
        prop::collection::btree_set(0..3usize, 0..3),
        "[a-zA-Z@#|<>`_-][a-zA-Z@#|<>` _-]{0,20}x",
    )
        .prop_map(
            |(pinned, status, target, triage, milestone, shepherds, title)| Record {
                pinned,
                status,
                target,
                triage,
                milestone,
                shepherds: shepherds.into_iter().collect(),
                title,
            },
        )
}

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let text = prop_oneof![
        "[a-z \r\n]{0,30}",
        Just("### What\r\n\r\nPeople wrote this.\r\n".to_owned()),
        Just("<!-- a comment -->\n> <!-- kepherd:begin KEP-1 -->\n".to_owned()),
        Just("<!-- kepherd:begin KEP-1 -->\nbroken".to_owned()),
    ];
    let edit = (
        prop::option::of(text),
        prop::option::of(prop::collection::btree_set(0..LABELS.len(), 0..4)),
        prop::option::of(prop::collection::btree_set(0..PEOPLE.len(), 0..3)),
        prop::option::of(prop::option::of(0..MILESTONES.len())),
    )
        .prop_map(|(body, labels, assignees, milestone)| Edit {
            body,
            labels: labels.map(|all| all.into_iter().collect()),
            assignees: assignees.map(|all| all.into_iter().collect()),
            milestone,
        });
    prop::collection::vec(edit, 5)
}

/// The registry of these records; the first is KEP-1, pinned to #1 if it is pinned.
fn registry(records: &[Record]) -> Registry {
    let mut files: Vec<RawFile> = BASE
        .iter()
        .map(|(path, text)| RawFile {
            path: (*path).to_owned(),
            // Guards have tests of their own; here any plan is applied.
            content: Ok(match *path {
                "registry.toml" => {
                    format!("{text}\n[guards]\nremovals = 1000\nremovals-percent = 100\n")
                }
                _ => (*text).to_owned(),
            }
            .into_bytes()),
        })
        .collect();
    for (index, record) in records.iter().enumerate() {
        let number = index + 1;
        let mut text = format!(
            "number = {number}\ntitle = '{}'\nstatus = \"{}\"\n",
            record.title, record.status
        );
        let mut line = |key: &str, value: Option<&str>| {
            if let Some(value) = value {
                text.push_str(&format!("{key} = \"{value}\"\n"));
            }
        };
        line("target", record.target);
        line("triage", record.triage);
        line("milestone", record.milestone);
        let shepherds: Vec<&str> = record.shepherds.iter().map(|one| PEOPLE[*one]).collect();
        text.push_str(&format!("shepherds = {shepherds:?}\n"));
        if record.pinned {
            text.push_str(&format!("issue = {number}\n"));
        }
        files.push(RawFile {
            path: format!("sig-node/{number}-x.toml"),
            content: Ok(text.into_bytes()),
        });
    }
    let loaded = load(files);
    let mut findings = rules::run(&loaded, "2026-11-22".parse().unwrap(), None).diagnostics;
    findings.retain(rules::stops_apply);
    assert!(findings.is_empty(), "{findings:?}");
    loaded.registry
}

/// A world in which people have been at work before kepherd.
fn world(registry: &Registry) -> World {
    let mut world = seed::world(registry);
    world.add_assignable(REPO, "octocat").unwrap();
    for title in MILESTONES {
        let milestone = NewMilestone {
            title: title.to_owned(),
            state: None,
            description: None,
            due_on: None,
        };
        world.create_milestone("octocat", REPO, milestone).unwrap();
    }
    world
        .add_issue("octocat", REPO, 90, "an issue of nobody's", "body")
        .unwrap()
        .labels = vec!["area/cri".to_owned()];
    world
}

fn edit(world: &mut World, edits: &[Edit]) {
    let numbers: Vec<u64> = world
        .repository(REPO)
        .unwrap()
        .issues
        .keys()
        .copied()
        .collect();
    for (number, edit) in numbers.into_iter().zip(edits) {
        let body = edit.body.as_ref().map(|people| {
            // A person edits around the section, or replaces everything before the first run.
            match find(&world.issue(REPO, number).unwrap().body) {
                Found::Present(section) => format!("{people}\n{}\n", section.text),
                _ => people.clone(),
            }
        });
        let names =
            |all: &Vec<usize>, from: &[&str]| all.iter().map(|one| from[*one].to_owned()).collect();
        let patch = IssuePatch {
            body,
            labels: edit.labels.as_ref().map(|all| names(all, &LABELS)),
            assignees: edit.assignees.as_ref().map(|all| names(all, &PEOPLE)),
            milestone: edit.milestone.map(|one| one.map(|index| index as u64 + 1)),
            ..IssuePatch::default()
        };
        world.edit_issue("octocat", REPO, number, patch).unwrap();
    }
}

struct NoPause;

impl Pace for NoPause {
    async fn before_write(&mut self) {}
}

/// Plans, applies, and gives the plan.
async fn reconcile(sandbox: &Sandbox, desired: &Desired, write: bool) -> Plan {
    let client = Client::new(&sandbox.url(), "any".to_owned().into()).unwrap();
    let observed = client.observe(&Wanted::of(desired, false)).await.unwrap();
    let plan = plan(desired, &observed, &Options::default());
    assert_eq!(plan.refused, Vec::<String>::new());
    if write {
        let outcome = apply(&plan, &observed, &client, &mut NoPause, &mut |_| {}).await;
        assert_eq!(outcome.failures, Vec::new());
    }
    plan
}

/// The labels and assignees that kepherd has put on each issue so far: only these may it take off.
#[derive(Default)]
struct Ledger {
    labels: BTreeMap<u64, BTreeSet<String>>,
    assignees: BTreeMap<u64, BTreeSet<String>>,
    milestones: BTreeMap<u64, String>,
}

fn folded(names: &[String]) -> BTreeSet<String> {
    names.iter().map(|name| name.to_lowercase()).collect()
}

/// The body without the section.
fn people_wrote(body: &str) -> String {
    match find(body) {
        Found::Present(_) => put(body, "").unwrap(),
        _ => body.to_owned(),
    }
}

fn compare(before: &World, after: &World, plan: &Plan, ledger: &mut Ledger) {
    let (before, after) = (
        before.repository(REPO).unwrap(),
        after.repository(REPO).unwrap(),
    );
    let updated: BTreeSet<u64> = plan
        .repositories
        .iter()
        .flat_map(|repository| &repository.issues)
        .filter(|issue| matches!(issue.action, Action::Update(_)))
        .filter_map(|issue| issue.number)
        .collect();
    for (number, was) in &before.issues {
        let is: &Issue = &after.issues[number];
        if !updated.contains(number) {
            assert_eq!(is, was, "#{number} was not in the plan");
            continue;
        }
        assert_eq!(
            (&is.title, is.state, &is.comments),
            (&was.title, was.state, &was.comments)
        );
        let (outside_is, outside_was) = (people_wrote(&is.body), people_wrote(&was.body));
        assert!(
            outside_is.starts_with(outside_was.trim_end_matches('\n')),
            "{outside_was:?} {outside_is:?}"
        );
        assert_eq!(outside_is.trim_end(), outside_was.trim_end());
        let milestone = |issue: &Issue| {
            issue
                .milestone
                .map(|number| after.milestones[&number].title.clone())
        };
        if milestone(is) != milestone(was) {
            match (milestone(was), milestone(is)) {
                (Some(was), None) => {
                    let ours = ledger.milestones.get(number);
                    assert_eq!(
                        ours,
                        Some(&was),
                        "#{number} lost a milestone that people set"
                    );
                }
                // On first contact nobody knows which of the two is right; later the record, or the policy, decides.
                (Some(_), Some(_)) => assert_ne!(outside_was, was.body, "#{number}: first contact"),
                (None, _) => {}
            }
            match milestone(is) {
                Some(is) => ledger.milestones.insert(*number, is),
                None => ledger.milestones.remove(number),
            };
        }
        for (what, is, was, ours) in [
            (
                "label",
                &is.labels,
                &was.labels,
                ledger.labels.entry(*number).or_default(),
            ),
            (
                "assignee",
                &is.assignees,
                &was.assignees,
                ledger.assignees.entry(*number).or_default(),
            ),
        ] {
            let (is, was) = (folded(is), folded(was));
            for name in was.difference(&is) {
                assert!(
                    ours.contains(name),
                    "#{number} lost {what} {name}, which people set"
                );
            }
            ours.extend(is.difference(&was).cloned());
        }
    }
    for (number, issue) in &after.issues {
        if !before.issues.contains_key(number) {
            ledger.labels.insert(*number, folded(&issue.labels));
            ledger.assignees.insert(*number, folded(&issue.assignees));
            ledger.milestones.extend(
                issue
                    .milestone
                    .map(|one| (*number, after.milestones[&one].title.clone())),
            );
        }
    }
}

fn no_issue_twice(world: &World) {
    let mut subjects = BTreeSet::new();
    for issue in world.repository(REPO).unwrap().issues.values() {
        if let Found::Present(section) = find(&issue.body) {
            assert!(
                subjects.insert(section.subject.clone()),
                "{} has two issues",
                section.subject
            );
        }
    }
}

/// A few dozen cases in `cargo test`; as many as `PROPTEST_CASES` says elsewhere.
fn cases() -> u32 {
    let asked = std::env::var("PROPTEST_CASES").ok();
    asked.and_then(|cases| cases.parse().ok()).unwrap_or(48)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), max_shrink_iters: 200, ..ProptestConfig::default() })]
    #[test]
    fn a_plan_after_an_apply_is_empty_and_nothing_unmanaged_changes(
        first in records(),
        second in records(),
        people_first in edits(),
        people_then in edits(),
    ) {
        // Whether a record is pinned, and which there are, does not change between the runs: only what they say.
        let second: Vec<Record> = first
            .iter()
            .zip(second.iter().cycle())
            .map(|(first, second)| Record { pinned: first.pinned, title: first.title.clone(), ..second.clone() })
            .collect();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let before = registry(&first);
            let mut start = world(&before);
            edit(&mut start, &people_first);
            let sandbox = Sandbox::start(start, sandbox::Options { record: true, ..Default::default() }).await.unwrap();
            let mut ledger = Ledger::default();
            for (records, people) in [(&first, None), (&second, Some(&people_then)), (&first, None)] {
                if let Some(people) = people {
                    sandbox.with_world(|world| edit(world, people));
                }
                let desired = desired(&registry(records));
                let was = sandbox.with_world(|world| world.clone());
                let plan = reconcile(&sandbox, &desired, true).await;
                let is = sandbox.with_world(|world| world.clone());
                compare(&was, &is, &plan, &mut ledger);
                no_issue_twice(&is);
                let again = reconcile(&sandbox, &desired, false).await;
                assert!(again.is_empty(), "{:#?}", again.repositories);
            }
            for exchange in sandbox.exchanges() {
                common::contract::check(&exchange).unwrap();
            }
            sandbox.stop().await;
        });
    }
}
