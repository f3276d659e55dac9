//! The schemas in the tools that editors run: taplo and tombi, which others wrote, find nothing in the real registry and the same
//! mistakes as `check` in a damaged one.
//!
//! They come from PyPI, so that this is not part of `cargo test`: `.ci/run` installs them and runs it.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

mod common;

use std::path::{Path, PathBuf};
use std::process::Command;

use common::copy;

/// Where `.ci/run` installs them, unless this names another folder.
const VARIABLE: &str = "KEPHERD_EDITORS";

fn program(name: &str) -> PathBuf {
    let installed = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/editors/bin");
    let program = std::env::var_os(VARIABLE)
        .map_or(installed, PathBuf::from)
        .join(name);
    assert!(
        program.exists(),
        "{name} is not there: `python3 -m venv target/editors && target/editors/bin/pip install taplo tombi`, or name the \
         folder of both by {VARIABLE}"
    );
    program
}

/// Whether a tool finds nothing, and what it says.
fn lint(name: &str, folder: &Path) -> (bool, String) {
    let arguments: &[&str] = match name {
        "taplo" => &["lint", "keps/**/*.toml"],
        _ => &["lint", "--offline", "keps"],
    };
    let output = Command::new(program(name))
        .current_dir(folder)
        .args(arguments)
        .env("NO_COLOR", "1")
        .output()
        .unwrap();
    let said = [output.stdout, output.stderr].concat();
    (
        output.status.success(),
        String::from_utf8_lossy(&said).into_owned(),
    )
}

const TOOLS: [&str; 2] = ["taplo", "tombi"];

#[test]
#[ignore = "needs taplo and tombi from PyPI; .ci/run installs them and runs this"]
fn find_nothing_in_the_real_registry() {
    for tool in TOOLS {
        let (clean, said) = lint(tool, Path::new(env!("CARGO_MANIFEST_DIR")));
        assert!(clean, "{tool}: {said}");
    }
}

#[test]
#[ignore = "needs taplo and tombi from PyPI; .ci/run installs them and runs this"]
fn show_a_mistake_while_it_is_typed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (line, wrong) in [
        ("status = \"implementable\"", "status = \"imlpementable\""),
        ("number = 4960", "number = \"4960\""),
        ("triage = \"accepted\"", "triagee = \"accepted\""),
        ("target = \"1.38\"", "target = \"v1.38\""),
    ] {
        let folder = tempfile::tempdir().unwrap();
        copy(&root.join("keps"), &folder.path().join("keps"));
        copy(&root.join("schema"), &folder.path().join("schema"));
        let record = folder
            .path()
            .join("keps/sig-node/4960-container-stop-signals.toml");
        let text = std::fs::read_to_string(&record).unwrap();
        assert!(text.contains(line), "{line}");
        std::fs::write(&record, text.replace(line, wrong)).unwrap();
        for tool in TOOLS {
            let (clean, said) = lint(tool, folder.path());
            assert!(
                !clean && said.contains("4960-container-stop-signals.toml"),
                "{tool}: {wrong}: {said}"
            );
        }
    }
}
