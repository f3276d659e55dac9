//! A small registry for the tests of rules: sound in every file, so that a test changes the one thing it is about.

use std::fmt::Write as _;

use crate::registry::load::{RawFile, load};
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

/// The text findings of the test registry with these files put in or replaced.
pub(crate) fn check(files: &[(&str, &str)]) -> String {
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
    let loaded = load(raw);
    let mut out = String::new();
    for diagnostic in super::run(&loaded) {
        let _ = writeln!(
            out,
            "{}",
            render::text::finding(&diagnostic, &loaded.registry.files, "", false)
        );
    }
    out
}
