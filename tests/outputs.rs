//! What `check` writes for others: SARIF, Markdown, annotations and JSON, each as its reader takes it.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

mod common;
#[path = "common/history.rs"]
mod history;

use std::path::Path;

use common::{Folder, PATH, Ran, copy, record};
use serde_json::Value;

const TODAY: &str = "--today=2026-11-22";

/// A registry with findings of every level, hostile text among them.
fn folder() -> Folder {
    let hostile = "target = \"v1.38\"\nshepherds = [\"mikebrwo\", \"MikeBrow\"]\ntriage = \"accepted\"\n\
         links = [\"https://example.com/%0A::error::x\"]\nowners = [\"ü\"]\n";
    Folder::with(&[
        (PATH, &record(9001, hostile)),
        ("sig-node/9002-ü b.toml", &record(9002, "x = 1\n")),
        (
            "sig-node/9003-c.toml",
            "number = 9003\ntitle = \"a <b>@octocat</b> `c` | d\"\nstatus = \"implementable\"\nstage = \"bèta\"\n",
        ),
        (
            "sig-node/9005-e.toml",
            &record(9005, "triage = \"accepted\"\n"),
        ),
        ("sig-node/9004-d.toml", "number = \n= 2\n\u{7f}\n"),
    ])
}

fn check(folder: &Folder, format: &str) -> Ran {
    folder.run(&["check", TODAY, &format!("--format={format}")])
}

fn sarif_schema() -> jsonschema::Validator {
    // As published, two patterns have a bracket too many, which only some readers of patterns put up with.
    let text = include_str!("interface/sarif-2.1.0.schema.json").replace("{2}]?$", "{2}$");
    let schema: Value = serde_json::from_str(&text).unwrap();
    jsonschema::options()
        .should_validate_formats(true)
        .build(&schema)
        .unwrap()
}

fn sarif(folder: &Folder) -> Value {
    valid_sarif(&check(folder, "sarif"))
}

fn valid_sarif(ran: &Ran) -> Value {
    let log: Value = serde_json::from_str(&ran.out).unwrap();
    let problems: Vec<String> = sarif_schema()
        .iter_errors(&log)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert_eq!(problems, Vec::<String>::new());
    log
}

fn results(log: &Value) -> &Vec<Value> {
    log["runs"][0]["results"].as_array().unwrap()
}

#[test]
fn sarif_is_what_the_standard_describes() {
    let log = sarif(&folder());
    let levels: Vec<&str> = results(&log)
        .iter()
        .map(|one| one["level"].as_str().unwrap())
        .collect();
    for level in ["error", "warning", "note"] {
        assert!(levels.contains(&level), "{levels:?}");
    }
    let rules = log["runs"][0]["tool"]["driver"]["rules"]
        .as_array()
        .unwrap();
    for result in results(&log) {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
        let uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
            .as_str()
            .unwrap();
        assert!(
            uri.is_ascii() && !uri.contains(' ') && !uri.starts_with('/'),
            "{uri}"
        );
    }
    assert!(results(&log).iter().any(|one| one["fixes"].is_array()));
    assert!(
        results(&log)
            .iter()
            .all(|one| one["baselineState"].is_null())
    );
}

#[test]
fn what_upstream_says_is_named_by_its_address() {
    let mut clone = history::History::bare();
    clone.commit(
        "2026-07-24",
        &[(
            "keps/sig-node/9001-pod-lullabies/kep.yaml",
            "title: Pod Songs\nkep-number: 9001\nstatus: implementable\nstage: beta\n",
        )],
    );
    let folder = Folder::with(&[(PATH, &record(9001, ""))]);
    let upstream = |format: &str| folder.run(&["check", TODAY, "--upstream", clone.path(), format]);
    let log = valid_sarif(&upstream("--format=sarif"));
    let drift = results(&log)
        .iter()
        .find(|one| one["ruleId"] == "upstream-drift")
        .unwrap();
    let place = |of: &Value| of["physicalLocation"]["artifactLocation"].clone();
    assert_eq!(place(&drift["locations"][0])["uriBaseId"], "%SRCROOT%");
    let there = place(&drift["relatedLocations"][0]);
    let address = format!(
        "https://github.com/kubernetes/enhancements/blob/{}/keps/sig-node/9001-pod-lullabies/kep.yaml",
        clone.head()
    );
    assert_eq!(there, serde_json::json!({ "uri": address }));
    let out = upstream("--format=json").expect(0);
    let json: Value = serde_json::from_str(&out).unwrap();
    let named = format!(
        "keps/sig-node/9001-pod-lullabies/kep.yaml @ {}",
        &clone.head()[..10]
    );
    assert_eq!(json["findings"][0]["related"][0]["path"], named, "{json:#}");
    for format in ["--format=github", "--format=markdown"] {
        let out = upstream(format).expect(0);
        assert!(out.contains("upstream-drift"), "{out}");
    }
}

#[test]
fn sarif_of_the_real_registry_is_what_the_standard_describes() {
    let folder = Folder::empty();
    copy(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("keps"),
        folder.path(),
    );
    let log = sarif(&folder);
    assert!(results(&log).len() > 10);
}

#[test]
fn a_fingerprint_survives_moved_lines_and_tells_two_findings_apart() {
    let prints = |folder: &Folder| -> Vec<String> {
        let log = sarif(folder);
        let mut all: Vec<String> = results(&log)
            .iter()
            .map(|one| {
                one["partialFingerprints"]["primaryLocationLineHash"]
                    .as_str()
                    .unwrap()
                    .to_owned()
            })
            .collect();
        all.sort();
        all
    };
    let folder = folder();
    let before = prints(&folder);
    let different: std::collections::BTreeSet<&String> = before.iter().collect();
    assert_eq!(different.len(), before.len(), "{before:?}");
    let text = folder.read(PATH);
    folder.write(PATH, format!("# moved\n\n\n{text}# and more\n"));
    assert_eq!(prints(&folder), before);
}

#[test]
fn annotations_lose_none_silently_and_stay_on_their_lines() {
    let unknown: String = (0..30).map(|n| format!("key-{n} = 1\n")).collect();
    let folder = Folder::with(&[(PATH, &record(9001, &unknown))]);
    let out = check(&folder, "github").expect(1);
    let annotations: Vec<&str> = out
        .lines()
        .filter(|line| line.starts_with("::error "))
        .collect();
    assert_eq!(annotations.len(), 10, "{out}");
    assert!(
        annotations[9].contains("21 errors more in the log of this step"),
        "{out}"
    );
    let rest = out
        .lines()
        .filter(|line| line.starts_with("error[schema]: "))
        .count();
    assert_eq!(rest, 21, "{out}");
    let out = check(&self::folder(), "github").expect(1);
    assert!(
        !out.lines().any(|line| line.starts_with("::error::")),
        "{out}"
    );
}

#[test]
fn markdown_is_inert_and_says_each_finding_once() {
    let folder = folder();
    let out = check(&folder, "markdown").expect(1);
    assert!(out.starts_with("## kepherd check: "), "{out}");
    assert!(!out.contains("<b>") && !out.contains(" @octocat"), "{out}");
    let findings = out.lines().filter(|line| line.starts_with("- ")).count();
    let json: Value = serde_json::from_str(&check(&folder, "json").out).unwrap();
    assert_eq!(findings, json["findings"].as_array().unwrap().len());
    // Errors come first.
    let is_error = |line: &&str| line.starts_with("- **error**");
    let rows: Vec<&str> = out.lines().filter(|line| line.starts_with("- ")).collect();
    assert_eq!(
        rows.iter().take_while(|row| is_error(row)).count(),
        rows.iter().filter(|row| is_error(row)).count()
    );
}

#[test]
fn json_fits_its_schema() {
    let schema: Value =
        serde_json::from_str(include_str!("../schema/findings.schema.json")).unwrap();
    let json: Value = serde_json::from_str(&check(&folder(), "json").out).unwrap();
    let problems: Vec<String> = jsonschema::validator_for(&schema)
        .unwrap()
        .iter_errors(&json)
        .map(|error| error.to_string())
        .collect();
    assert_eq!(problems, Vec::<String>::new());
    assert_eq!(json["version"], 1);
}

#[test]
fn colour_follows_the_option_and_the_environment() {
    let folder = folder();
    let coloured = |arguments: &[&str], variables: &[(&str, &str)]| {
        let mut all = vec!["check", TODAY];
        all.extend(arguments);
        let mut command = common::command(folder.path(), &all);
        command
            .env_remove("NO_COLOR")
            .envs(variables.iter().copied());
        Ran::of(&mut command).out.contains('\u{1b}')
    };
    assert!(!coloured(&[], &[]), "no terminal");
    assert!(coloured(&["--color=always"], &[]));
    assert!(
        coloured(&["--color=always"], &[("NO_COLOR", "1")]),
        "who says always means it"
    );
    assert!(!coloured(&["--color=never"], &[("CLICOLOR_FORCE", "1")]));
    assert!(coloured(&[], &[("CLICOLOR_FORCE", "1")]));
    assert!(!coloured(
        &[],
        &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]
    ));
}
