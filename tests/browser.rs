//! The board in headless Chromium, and in validators that others wrote: Nu's for HTML, SVG and style sheets, feedparser for feeds,
//! icalendar for calendars.
//!
//! They come from Debian, npm and PyPI, so that this is not part of `cargo test`: `.ci/run` installs them and runs it.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

mod common;

use std::path::{Path, PathBuf};
use std::process::Command;

use common::{BASE, copy, record};

/// Where `.ci/run` installs the modules of `tests/browser/package.json`.
fn modules() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/browser");
    assert!(
        folder.join("node_modules").exists(),
        "the modules are not there: `cp tests/browser/package.json target/browser/ && npm install --prefix target/browser`"
    );
    folder
}

/// The site of a registry.
fn built(registry: &Path) -> tempfile::TempDir {
    let out = tempfile::tempdir().unwrap();
    let site = out.path().join("site");
    let arguments = [
        "board",
        "--today",
        "2026-11-29",
        "--out",
        site.to_str().unwrap(),
    ];
    common::Ran::of(&mut common::command(registry, &arguments)).expect(0);
    out
}

/// A registry with these records.
fn registry(records: &[(String, String)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let records = records
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()));
    for (path, text) in BASE.iter().copied().chain(records) {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

/// So many records of all kinds.
fn many(count: u32) -> Vec<(String, String)> {
    let stages = ["alpha", "beta", "stable"];
    common::many(count, |n| {
        let stage = stages[n as usize % 3];
        let state = ["none", "in-progress", "merged"][n as usize % 3];
        format!(
            "stage = \"{stage}\"\ntarget = \"1.38\"\nowners = [\"owner{n}\"]\n[runtimes.containerd]\nstate = \"{state}\"\n"
        )
    })
}

/// A title that would do something in a page, if it could, and is as long as one may be.
fn hostile() -> Vec<(String, String)> {
    let title = "<script>alert(1)</script><img src=x onerror=alert(1)>'\\\"--></title><svg onload=alert(1)>".to_owned();
    let long = format!("{title}{}", "wide".repeat(15));
    let record =
        record(9001, "stage = \"beta\"\ntarget = \"1.38\"\n").replace("Pod Lullabies 9001", &long);
    vec![("sig-node/9001-a.toml".to_owned(), record)]
}

fn look(site: &Path, more: &[&str]) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/check.mjs");
    let output = Command::new("node")
        .arg(script)
        .arg(site.join("site"))
        .args(more)
        .env("KEPHERD_BROWSER_MODULES", modules())
        .output()
        .unwrap();
    let said = [output.stdout, output.stderr].concat();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&said)
    );
}

#[test]
#[ignore = "needs Chromium from Debian, and playwright-core and axe-core from npm; .ci/run installs them and runs this"]
fn people_find_their_way_on_the_real_board() {
    let folder = tempfile::tempdir().unwrap();
    copy(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("keps"),
        folder.path(),
    );
    look(built(folder.path()).path(), &["--people"]);
}

#[test]
#[ignore = "needs Chromium from Debian, and playwright-core and axe-core from npm; .ci/run installs them and runs this"]
fn every_other_board_looks_intended_too() {
    for (records, more) in [
        (Vec::new(), &[][..]),
        (many(1), &[]),
        (many(300), &["--large"]),
        (hostile(), &[]),
    ] {
        look(built(registry(&records).path()).path(), more);
    }
}

#[test]
#[ignore = "needs Nu's validator from npm, and feedparser and icalendar from PyPI; .ci/run installs them and runs this"]
fn validators_of_others_find_nothing() {
    let nu = modules().join("node_modules/vnu-jar/build/dist/vnu.jar");
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/feeds/bin/python");
    let real = tempfile::tempdir().unwrap();
    copy(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("keps"),
        real.path(),
    );
    let hostile = registry(&hostile());
    for folder in [real.path(), hostile.path()] {
        let out = built(folder);
        let site = out.path().join("site");
        for kind in ["--skip-non-html", "--skip-non-svg", "--skip-non-css"] {
            let output = Command::new("java")
                .arg("-jar")
                .arg(&nu)
                .args([kind, "--errors-only"])
                .arg(&site)
                .output()
                .unwrap();
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(output.status.success(), "{said}");
        }
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/feeds.py");
        let output = Command::new(&python)
            .arg(script)
            .arg(&site)
            .output()
            .unwrap();
        let said = [output.stdout, output.stderr].concat();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&said)
        );
    }
}
