//! One mistake, one finding: every key of every kind of file is damaged in turn, and each damage is found exactly once,
//! whatever the rules make of what is left.

use std::collections::BTreeMap;

use super::testing::{CONFIG, TODAY};
use super::{Beside, ExampleBeside, RULES, run};
use crate::findings::diagnostic::Diagnostic;
use crate::findings::sources::Revision;
use crate::registry::load::{Loaded, RawFile, load_as};
use crate::registry::schema::FileKind;
use serde_json::Value as Json;
use toml_edit::{DocumentMut, Item, Table, TableLike, Value};

/// A registry in which every key of every kind of file stands.
const WHOLE: [(&str, &str); 7] = [
    (
        "registry.toml",
        r##"home = "containerd"
repositories = ["containerd/containerd", "containerd/nri"]
bots = ["kepherd[bot]"]
shepherd-roles = ["committer"]

[[runtimes]]
name = "containerd"
calendar = "releases/containerd.toml"

[[runtimes]]
name = "cri-o"
calendar = "releases/cri-o.toml"
repository = "cri-o/cri-o"
branches = "release-{minor}"
backports = ["cherry-pick-{number}-to-*"]
tags = "v{version}"
numbered-as-kubernetes = true

[issue]
title = "KEP-{number}: {title}"
retitle = true
labels = ["kind/feature"]
close = "report"

[labels.kubernetes]
name = "target/kubernetes/v{release}"
placeholder = "target/kubernetes/v1.??"
color = "5319e7"
description = "Targets Kubernetes {release}"

[labels.triage]
accepted = "status/accepted"

[labels.stage]
alpha = "stage/alpha"

[labels.sig]
sig-node = "sig/node"

[milestone]
title = "{release}"

[assignees]
policy = "add"

[drift]
milestone = "report"

[guards]
creations = 10
removals = 10
removals-percent = 25

[announce]
on = ["stage", "target"]

[policy]
tolerance-days = 30
consensus-days = 30

[rules]
single-shepherd = "note"
"##,
    ),
    (
        "maintainers.toml",
        r#"[[maintainers]]
github = "mikebrow"
name = "Mike Brown"
role = "committer"
id = 1234567
kubernetes-org-member = true
sig-node-member = true

[[maintainers]]
github = "samuelkarp"
role = "committer"
"#,
    ),
    (
        "releases/kubernetes.toml",
        r#"[[cycles]]
release = "1.37"
released = 2026-08-26

[[cycles]]
release = "1.38"
start = 2026-08-31
enhancements-freeze = 2026-09-30T12:00:00Z
code-freeze = 2026-11-19T12:00:00Z
planned = 2026-12-16
liaisons = ["mikebrow"]
"#,
    ),
    (
        "releases/containerd.toml",
        r#"[[minors]]
release = "2.2"
released = 2025-11-06
end-of-life = 2026-11-06
lts = false
kubernetes = { "1.36" = "2.2.3" }

[[minors]]
release = "2.3"
released = 2026-04-30
patches = { "2.3.1" = 2026-05-20 }

[[minors]]
release = "2.5"
planned = "2026-12"
"#,
    ),
    (
        "releases/cri-o.toml",
        "[[minors]]\nrelease = \"1.37\"\nreleased = 2026-09-04\n",
    ),
    (
        "sig-node/9001-pod-lullabies.toml",
        r#"number = 9001
title = "Pod Lullabies"
status = "implementable"
stage = "beta"
target = "1.38"
enabled-by-default = true
owners = ["someone"]
feature-gates = ["PodLullabies"]
triage = "accepted"
shepherds = ["mikebrow", "samuelkarp"]
milestone = "2.5"
issue = 99001
repository = "containerd/nri"
former-issues = [88001]
related-issues = [77001]
pull-requests = [{ id = "containerd/containerd#99002", kubernetes = "1.37" }]
links = ["https://example.com/plan"]
guessed = ["title", "status"]
upstream-seen = 2026-07-24

[reached]
alpha = "1.37"

[runtimes.containerd]
state = "merged"
release = "2.5.0"
evidence = ["containerd/containerd#99002"]
kubernetes = "1.37.."
branches = { "2.3" = "not-planned" }

[[runtimes.containerd.parts]]
name = "harmonies"
needed-for = "stable"
state = "merged"
evidence = ["containerd/containerd#99003"]
kubernetes = "1.38.."

[design]
consensus = "open"
discussion = ["https://example.com/design"]
approved-by = { containerd = "mikebrow" }

[[allow]]
rule = "runtime-maturity"
reason = "the release comes in time"

[[allow]]
rule = "consensus-overdue"
reason = "agreed on in a call"
"#,
    ),
    (
        "work-items/critest-interop.toml",
        r#"id = "critest-interop"
title = "critest runs against both runtimes"
kind = "interop"
target = "1.38"
assignees = ["mikebrow"]
triage = "accepted"
milestone = "2.5"
issue = 99010
repository = "containerd/containerd"
pull-requests = [{ id = "containerd/containerd#99011" }]
links = ["https://example.com/interop"]
"#,
    ),
];

/// A registry, and the one that a change to it starts from.
struct Case {
    name: String,
    files: BTreeMap<String, String>,
    base: Option<BTreeMap<String, String>>,
}

fn owned(files: &[(&str, &str)]) -> BTreeMap<String, String> {
    let own = files.iter();
    own.map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
        .collect()
}

/// The whole registry, changed from itself; and that of each rule's example.
fn cases() -> Vec<Case> {
    let whole = owned(&WHOLE);
    let mut cases = vec![Case {
        name: "whole".to_owned(),
        base: Some(whole.clone()),
        files: whole.clone(),
    }];
    for rule in RULES {
        let with = |files: &[(&str, &str)]| {
            let mut all = whole.clone();
            all.retain(|path, _| !path.starts_with("sig-") && !path.starts_with("work-"));
            all.insert("registry.toml".to_owned(), CONFIG.to_owned());
            all.extend(owned(files));
            all
        };
        for files in [rule.example.wrong, rule.example.fine] {
            cases.push(Case {
                name: rule.id.to_string(),
                files: with(files),
                base: match &rule.example.beside {
                    ExampleBeside::Base(base) => Some(with(base)),
                    ExampleBeside::Nothing
                    | ExampleBeside::Without(_)
                    | ExampleBeside::Upstream { .. }
                    | ExampleBeside::History(_) => None,
                },
            });
        }
    }
    cases
}

fn loaded(revision: Revision, files: &BTreeMap<String, String>) -> Loaded {
    let raw = files.iter().map(|(path, text)| RawFile {
        path: path.clone(),
        content: Ok(text.clone().into_bytes()),
    });
    load_as(revision, raw.collect())
}

fn found(files: &BTreeMap<String, String>, base: Option<&Loaded>) -> Vec<Diagnostic> {
    let loaded = loaded(Revision::Registry, files);
    let beside = Beside {
        base,
        ..Beside::default()
    };
    run(&loaded, TODAY.parse().unwrap(), beside).diagnostics
}

/// What happens to a key.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Damage {
    /// Its value is of a type that no key has.
    WrongType,
    /// It is misspelt.
    Misspelt,
    /// A key that nobody knows stands beside it.
    Unknown,
    /// It is not there.
    Missing,
}

/// The keys of a table and of those below it, as ways into it.
fn ways(table: &dyn TableLike, above: &[String], all: &mut Vec<Vec<String>>) {
    for (key, item) in table.iter() {
        let mut way = above.to_vec();
        way.push(key.to_owned());
        all.push(way.clone());
        if let Some(below) = item.as_table_like() {
            ways(below, &way, all);
        }
        if let Some(list) = item.as_array_of_tables() {
            for (index, below) in list.iter().enumerate() {
                let mut way = way.clone();
                way.push(index.to_string());
                ways(below, &way, all);
            }
        }
        for (index, value) in item.as_array().into_iter().flatten().enumerate() {
            if let Value::InlineTable(below) = value {
                let mut way = way.clone();
                way.push(index.to_string());
                ways(below, &way, all);
            }
        }
    }
}

fn table_at<'a>(table: &'a mut dyn TableLike, way: &[String]) -> &'a mut dyn TableLike {
    let [key, rest @ ..] = way else {
        return table;
    };
    let item = table.get_mut(key).unwrap();
    if item.is_table_like() {
        return table_at(item.as_table_like_mut().unwrap(), rest);
    }
    let index: usize = rest[0].parse().unwrap();
    let below: &mut dyn TableLike = match item {
        Item::ArrayOfTables(list) => list.get_mut(index).unwrap(),
        Item::Value(Value::Array(list)) => match list.get_mut(index).unwrap() {
            Value::InlineTable(below) => below,
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    };
    table_at(below, &rest[1..])
}

/// What becomes of a text, if the key at the end of a way is damaged.
fn damaged(text: &str, way: &[String], damage: Damage) -> String {
    let mut document: DocumentMut = text.parse().unwrap();
    let (key, above) = way.split_last().unwrap();
    let table = table_at(document.as_table_mut() as &mut Table, above);
    match damage {
        Damage::WrongType => {
            let is_table = table.get(key).is_some_and(Item::is_table_like);
            let mut value = toml_edit::InlineTable::new();
            value.insert("☃", toml_edit::Array::new().into());
            let value: Value = if is_table { true.into() } else { value.into() };
            table.insert(key, Item::Value(value));
        }
        Damage::Misspelt => {
            let item = table.remove(key).unwrap();
            table.insert(&format!("{key}s"), item);
        }
        Damage::Unknown => {
            table.insert("snowman", toml_edit::value(true));
        }
        Damage::Missing => {
            table.remove(key);
        }
    }
    document.to_string()
}

/// Whether the schema asks for the key at the end of a way.
fn is_required(path: &str, way: &[String]) -> bool {
    let root = FileKind::of(path).unwrap().schema();
    let follow = |schema: &'static Json| match schema["$ref"].as_str() {
        Some(reference) => root.pointer(reference.trim_start_matches('#')).unwrap(),
        None => schema,
    };
    let (key, above) = way.split_last().unwrap();
    let table = above.iter().fold(root, |schema, step| {
        let next = match step.parse::<usize>() {
            Ok(_) => &schema["items"],
            Err(_) => schema["properties"]
                .get(step)
                .unwrap_or(&schema["additionalProperties"]),
        };
        follow(next)
    });
    let required = table["required"].as_array();
    required.is_some_and(|required| required.iter().any(|one| one == key))
}

/// Whether a table's keys are words of its own: releases, runtimes and rules are for other rules than the schema.
fn has_own_keys(way: &[String]) -> bool {
    let above: Vec<&str> = way[..way.len() - 1].iter().map(String::as_str).collect();
    matches!(
        above.as_slice(),
        ["runtimes"] | ["rules"] | ["labels", "sig"] | ["design", "approved-by"]
    )
}

#[test]
fn each_damage_of_each_key_is_found_once() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for Case { name, files, base } in cases() {
        let base = base.map(|base| loaded(Revision::Base, &base));
        let before = found(&files, base.as_ref());
        let same = |a: &Diagnostic, b: &Diagnostic| (a.rule, &a.message) == (b.rule, &b.message);
        for (path, text) in &files {
            let Ok(document) = text.parse::<DocumentMut>() else {
                continue;
            };
            let mut all = Vec::new();
            ways(document.as_table(), &[], &mut all);
            let known = &FileKind::of(path).unwrap().schema()["properties"];
            // What nobody knows is a mistake already.
            all.retain(|way| known.get(&way[0]).is_some());
            for way in all {
                for damage in [
                    Damage::WrongType,
                    Damage::Misspelt,
                    Damage::Unknown,
                    Damage::Missing,
                ] {
                    if damage != Damage::WrongType && has_own_keys(&way)
                        || damage == Damage::Missing && !is_required(path, &way)
                    {
                        continue;
                    }
                    let mut files = files.clone();
                    files.insert(path.clone(), damaged(text, &way, damage));
                    let after = found(&files, base.as_ref());
                    let mut known = before.clone();
                    let new: Vec<&Diagnostic> = after
                        .iter()
                        .filter(|one| {
                            let there = known.iter().position(|other| same(one, other));
                            there.map(|at| known.remove(at)).is_none()
                        })
                        .collect();
                    count += 1;
                    if new.len() != 1 {
                        let said: Vec<String> = new
                            .iter()
                            .map(|one| format!("{}: {}", one.rule, one.message))
                            .collect();
                        wrong.push(format!("{name}: {path} {way:?} {damage:?}: {said:#?}"));
                    }
                }
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {count}:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(40)].join("\n")
    );
}
