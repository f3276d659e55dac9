//! A small registry for the tests of rules: sound in every file, so that a test changes the one thing it is about.

use std::fmt::Write as _;

use crate::registry::load::{Loaded, RawFile, load_from};
use crate::render;

/// `registry.toml` of the test registry.
pub(crate) const CONFIG: &str = r#"home = "containerd"
repositories = ["containerd/containerd", "containerd/nri"]

[[runtimes]]
name = "containerd"
calendar = "releases/containerd.toml"

[[runtimes]]
name = "cri-o"
calendar = "releases/cri-o.toml"
numbered-as-kubernetes = true
"#;

const MAINTAINERS: &str = r#"[[maintainers]]
github = "mikebrow"
role = "committer"

[[maintainers]]
github = "samuelkarp"
role = "committer"
"#;

const KUBERNETES: &str = r#"[[cycles]]
release = "1.36"
released = 2026-04-22

[[cycles]]
release = "1.37"
released = 2026-08-26

[[cycles]]
release = "1.38"
planned = 2026-12-16
"#;

const CONTAINERD: &str = r#"[[minors]]
release = "2.3"
released = 2026-04-30

[[minors]]
release = "2.4"
released = 2026-09-16

[[minors]]
release = "2.5"
planned = "2026-12"
"#;

const CRI_O: &str = r#"[[minors]]
release = "1.36"
released = 2026-05-04
"#;

/// A record that no rule finds fault with.
pub(crate) const RECORD: &str = r#"number = 9001
title = "Pod Lullabies"
status = "implementable"
"#;

/// The day of every check in tests.
pub(crate) const TODAY: &str = "2026-11-22";

/// The text findings of the test registry with these files put in or replaced.
pub(crate) fn check(files: &[(&str, &str)]) -> String {
    shown(&loaded(0, files), None, |_| true)
}

/// The findings of one rule.
pub(crate) fn only(rule: &str, files: &[(&str, &str)]) -> String {
    shown(&loaded(0, files), None, |found| found == rule)
}

/// The findings of one rule in a record with these lines more.
pub(crate) fn in_record(rule: &str, more: &str) -> String {
    only(
        rule,
        &[("sig-node/9001-a.toml", &format!("{RECORD}{more}"))],
    )
}

/// The findings of one rule about a change of these files, from the first to the second.
pub(crate) fn changed(rule: &str, from: &[(&str, &str)], to: &[(&str, &str)]) -> String {
    let head = loaded(0, to);
    let base = loaded(head.registry.files.len(), from);
    shown(&head, Some(&base), |found| found == rule)
}

/// The findings of one rule about a change of a record, from these lines after what every record has to those.
pub(crate) fn changed_in_record(rule: &str, from: &str, to: &str) -> String {
    let path = "sig-node/9001-a.toml";
    changed(
        rule,
        &[(path, &format!("{RECORD}{from}"))],
        &[(path, &format!("{RECORD}{to}"))],
    )
}

fn loaded(first_file: usize, files: &[(&str, &str)]) -> Loaded {
    let mut all = vec![
        ("registry.toml", CONFIG),
        ("maintainers.toml", MAINTAINERS),
        ("releases/kubernetes.toml", KUBERNETES),
        ("releases/containerd.toml", CONTAINERD),
        ("releases/cri-o.toml", CRI_O),
    ];
    for (path, text) in files {
        all.retain(|(known, _)| known != path);
        all.push((path, text));
    }
    let raw = all
        .into_iter()
        .map(|(path, text)| RawFile {
            path: path.to_owned(),
            content: Ok(text.as_bytes().to_vec()),
        })
        .collect();
    load_from(first_file, raw)
}

fn shown(loaded: &Loaded, base: Option<&Loaded>, wanted: impl Fn(&str) -> bool) -> String {
    let checked = super::run(loaded, TODAY.parse().unwrap(), base);
    let mut out = String::new();
    for diagnostic in checked.diagnostics.iter().filter(|one| wanted(one.rule.0)) {
        let text = render::text::finding(diagnostic, &checked.files, "", false);
        let _ = writeln!(out, "{text}");
    }
    out
}
