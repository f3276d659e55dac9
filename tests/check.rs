//! `check` through the binary: the real registry, planted mistakes, and input that means harm.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

mod common;
#[path = "common/history.rs"]
mod history;

use std::collections::BTreeSet;
use std::path::Path;

use common::{Folder, Ran, command, record};
use serde_json::Value;

/// A copy of the real registry.
fn real() -> Folder {
    fn copy(from: &Path, below: &str, to: &Folder) {
        for entry in std::fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            let path = format!("{below}{}", entry.file_name().to_str().unwrap());
            if entry.file_type().unwrap().is_dir() {
                copy(&entry.path(), &format!("{path}/"), to);
            } else {
                to.write(&path, std::fs::read(entry.path()).unwrap());
            }
        }
    }
    let folder = Folder::empty();
    copy(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("keps"),
        "",
        &folder,
    );
    folder
}

fn findings(ran: &Ran) -> Vec<Value> {
    let json: Value =
        serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {ran:?}"));
    json["findings"].as_array().unwrap().clone()
}

/// Where each finding stands: rule, file, line and column.
fn places(ran: &Ran) -> BTreeSet<(String, String, u64, u64)> {
    findings(ran)
        .iter()
        .map(|finding| {
            (
                finding["rule"].as_str().unwrap().to_owned(),
                finding["at"]["path"].as_str().unwrap().to_owned(),
                finding["at"]["start"]["line"].as_u64().unwrap(),
                finding["at"]["start"]["column"].as_u64().unwrap(),
            )
        })
        .collect()
}

#[test]
fn the_real_registry_has_no_errors() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    Ran::of(&mut command(root, &["check"])).expect(0);
    // From inside the registry it is found as well.
    Ran::of(&mut command(&root.join("keps/sig-node"), &["check"])).expect(0);
}

#[test]
fn twenty_planted_mistakes_are_exactly_twenty_findings() {
    let folder = real();
    let mut planted: BTreeSet<(String, String, u64, u64)> = BTreeSet::new();
    // What to put instead of what, in which file, and the rule that finds it, under which text.
    let mistakes = [
        (
            "schema",
            "sig-node/127-user-namespaces.toml",
            "status = \"implemented\"",
            "status = \"implemented!\"",
            "\"implemented!\"",
        ),
        (
            "schema",
            "sig-node/1287-in-place-update-pod-resources.toml",
            "triage = ",
            "triagge = ",
            "triagge",
        ),
        (
            "schema",
            "sig-node/2033-kubelet-in-userns-aka-rootless.toml",
            "target = \"1.37\"",
            "target = 1.37",
            "1.37",
        ),
        (
            "schema",
            "sig-node/2371-cri-pod-container-stats.toml",
            "issue = 13532",
            "issue = \"13532\"",
            "\"13532\"",
        ),
        (
            "schema",
            "sig-node/2400-node-swap.toml",
            "upstream-seen = 2026-07-24",
            "upstream-seen = \"2026-07-24\"",
            "\"2026-07-24\"",
        ),
        (
            "schema",
            "sig-node/3619-supplemental-groups-policy.toml",
            "release = \"2.0.0\"",
            "release = \"2.0\"",
            "\"2.0\"",
        ),
        (
            "schema",
            "sig-node/3857-rro-mounts.toml",
            "\"containerd/containerd#9787\"",
            "\"containerd/containerd/9787\"",
            "\"containerd/containerd/9787\"",
        ),
        (
            "schema",
            "sig-node/4033-group-driver-detection-over-cri.toml",
            "\"not-planned\"",
            "\"never\"",
            "\"never\"",
        ),
        (
            "unknown-release",
            "sig-node/4960-container-stop-signals.toml",
            "target = \"1.38\"",
            "target = \"1.83\"",
            "\"1.83\"",
        ),
        (
            "unknown-release",
            "sig-node/5607-hostnetwork-userns.toml",
            "release = \"2.3.4\"",
            "release = \"3.2.4\"",
            "\"3.2.4\"",
        ),
        (
            "unknown-release",
            "sig-node/5825-cri-pagination.toml",
            "[runtimes.containerd]",
            "[runtimes.contianerd]",
            "contianerd",
        ),
        (
            "unknown-repository",
            "sig-node/5474-enable-writable-cgroups.toml",
            "issue = 12252",
            "repository = \"containerd/nri\"\nissue = 12252",
            "\"containerd/nri\"",
        ),
        (
            "duplicate-issue",
            "sig-node/5823-pod-level-checkpoint-restore.toml",
            "issue = 13979",
            "issue = 11617",
            "11617",
        ),
        (
            "file-name",
            "work-items/image-sub-path.toml",
            "id = \"image-sub-path\"",
            "id = \"subpath\"",
            "\"subpath\"",
        ),
        (
            "syntax",
            "sig-node/6035-exec-session-identity.toml",
            "stage = \"alpha\"",
            "stage = alpha",
            "alpha",
        ),
        (
            "unused-allow",
            "sig-node/5894-node-system-partition.toml",
            "upstream-seen",
            "allow = [{ rule = \"file-name\", reason = \"x\" }]\nupstream-seen",
            "\"file-name\"",
        ),
        (
            "github-limits",
            "registry.toml",
            "\"kind/feature\"",
            "\"kind/feature-that-goes-on-for-longer-than-github-takes\"",
            "\"kind/feature-that-goes-on-for-longer-than-github-takes\"",
        ),
        (
            "schema",
            "maintainers.toml",
            "role = \"reviewer\"",
            "role = \"reviewr\"",
            "\"reviewr\"",
        ),
        (
            "schema",
            "sig-node/5365-ImageVolume-with-image-digest.toml",
            "owners = [\"iholder101\"",
            "owners = [\"@iholder101\"",
            "\"@iholder101\"",
        ),
    ];
    for (rule, path, old, new, underlined) in mistakes {
        let text = folder.read(path);
        assert!(text.contains(old), "{path} has no {old}");
        let text = text.replacen(old, new, 1);
        let changed = text.find(new).unwrap();
        let at = changed + text[changed..].find(underlined).unwrap();
        let line = text[..at].matches('\n').count() as u64 + 1;
        let column = text[..at].rsplit('\n').next().unwrap().chars().count() as u64 + 1;
        folder.write(path, text);
        planted.insert((rule.to_owned(), path.to_owned(), line, column));
    }
    // The twentieth is a second record for a KEP, issue and all.
    let path = "sig-node/5758-ulimits.toml";
    folder.write(
        path,
        folder.read("sig-node/5758-per-container-ulimits-configuration.toml"),
    );
    planted.insert(("duplicate-kep".to_owned(), path.to_owned(), 2, 10));
    assert_eq!(planted.len(), 20);
    let ran = folder.run(&["check", "--format=json", "--today=2026-11-22"]);
    assert_eq!(ran.status, 1);
    let mut errors = ran;
    let mut json: Value = serde_json::from_str(&errors.out).unwrap();
    json["findings"]
        .as_array_mut()
        .unwrap()
        .retain(|finding| finding["level"] == "error");
    errors.out = json.to_string();
    assert_eq!(places(&errors), planted);
    assert_eq!(findings(&errors).len(), 20);
}

#[test]
fn findings_are_json_that_its_schema_describes_and_come_out_the_same_twice() {
    let folder = Folder::with(&[(
        "sig-node/9001-a.toml",
        &record(9001, "stage = \"betta\"\ntarget = 1.38\n"),
    )]);
    let ran = folder.run(&["check", "--format=json"]);
    let json: Value = serde_json::from_str(&ran.out).unwrap();
    let schema: Value =
        serde_json::from_str(include_str!("../schema/findings.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let problems: Vec<String> = validator
        .iter_errors(&json)
        .map(|error| error.to_string())
        .collect();
    assert!(problems.is_empty(), "{problems:?}");
    assert_eq!(folder.run(&["check", "--format=json"]).out, ran.out);
}

#[test]
fn without_a_registry_it_says_where_it_looked() {
    let folder = Folder::empty();
    let ran = folder.run(&["check"]);
    assert!(
        ran.log.contains("no registry here") && ran.log.contains("--registry DIR"),
        "{ran:?}"
    );
    ran.expect(2);
    let ran = folder.run(&["check", "--registry", "nowhere"]);
    assert!(ran.log.contains("`nowhere` is not a folder"), "{ran:?}");
    ran.expect(2);
    folder.write("keps/sig-node/1-a.toml", record(1, ""));
    let ran = folder.run(&["check", "--registry", "keps"]);
    assert!(ran.log.contains("has no `registry.toml`"), "{ran:?}");
    ran.expect(2);
}

#[cfg(unix)]
#[test]
fn links_are_not_followed() {
    use std::os::unix::fs::symlink;
    let folder = Folder::with(&[]);
    symlink("/etc/hostname", folder.path().join("sig-node.toml")).unwrap();
    std::fs::create_dir(folder.path().join("sig-node")).unwrap();
    symlink("/", folder.path().join("sig-node/root")).unwrap();
    symlink("..", folder.path().join("sig-node/loop")).unwrap();
    symlink("nowhere", folder.path().join("sig-node/1-a.toml")).unwrap();
    let ran = folder.run(&["check", "--format=json"]);
    assert_eq!(ran.status, 1);
    assert!(
        findings(&ran)
            .iter()
            .all(|finding| finding["rule"] == "unsafe-file"),
        "{ran:?}"
    );
    assert_eq!(findings(&ran).len(), 4);

    let other = Folder::empty();
    symlink(folder.path(), other.path().join("keps")).unwrap();
    let ran = other.run(&["check"]);
    assert!(ran.log.contains("is a symbolic link"), "{ran:?}");
    ran.expect(2);
}

#[test]
fn files_that_mean_harm_are_findings() {
    let folder = Folder::with(&[("sig-node/1-a.toml", &record(1, ""))]);
    folder.write("sig-node/2-binary.toml", b"number = 2\n\xff\xfe\x00");
    folder.write("sig-node/3-large.toml", "#".repeat(5 << 20));
    folder.write("sig-node/4-empty.toml", "");
    folder.write(
        "sig-node/5-long.toml",
        format!("number = {}", "9".repeat(300_000)),
    );
    folder.write(
        "sig-node/6-deep.toml",
        format!("a = {}", "[".repeat(10_000)),
    );
    folder.write(
        "sig-node/7-dotted.toml",
        format!("{} = 1", vec!["a"; 5_000].join(".")),
    );
    let tables: String = (0..5_000).map(|n| format!("[a{n}]\n")).collect();
    folder.write("sig-node/8-tables.toml", tables);
    let branches: Vec<String> = (1000..3000)
        .map(|n| format!("\"9.{n}\" = \"planned\""))
        .collect();
    let facts = format!(
        "[runtimes.containerd]\nstate = \"none\"\nbranches = {{ {} }}\n",
        branches.join(", ")
    );
    folder.write("sig-node/10-branches.toml", record(10, &facts));
    let owners = vec!["\"@\""; 75_000].join(", ");
    folder.write(
        "sig-node/11-owners.toml",
        record(11, &format!("owners = [{owners}]\n")),
    );
    let former = vec!["7"; 100_000].join(", ");
    folder.write(
        "sig-node/12-former.toml",
        record(12, &format!("former-issues = [{former}]\n")),
    );
    folder.write("sig-node/13-lines.toml", "= \n".repeat(100_000));
    folder.write("sig-node/14-\u{202e}lmot.toml", record(14, ""));
    folder.write(
        "sig-node/9-control.toml",
        "number = 9\ntitle = \"\u{1b}[2J\"\n",
    );
    let before = folder.contents();
    for format in ["json", "text"] {
        let ran = folder.run(&["check", &format!("--format={format}")]);
        assert_eq!(ran.status, 1, "{}", ran.log);
        assert!(!ran.out.contains('\u{202e}') || format == "json");
        assert!(
            !ran.out.contains('\u{1b}'),
            "a control character reaches the terminal"
        );
        if format == "json" {
            let files: BTreeSet<String> =
                places(&ran).into_iter().map(|(_, path, ..)| path).collect();
            assert_eq!(files.len(), 13, "{files:?}");
        }
    }
    assert_eq!(folder.contents(), before);
}

#[test]
fn a_thousand_broken_records_are_a_thousand_findings() {
    let folder = Folder::with(&[]);
    for number in 1..=1_000u32 {
        folder.write(
            &format!("sig-node/{number}-x.toml"),
            record(number, "target = \"v1.38\"\n"),
        );
    }
    let ran = folder.run(&["check", "--format=json"]);
    assert_eq!(findings(&ran).len(), 1_000);
}

#[test]
fn a_calendar_with_mistakes_makes_no_mistakes_elsewhere() {
    let folder = Folder::with(&[(
        "sig-node/1-a.toml",
        &record(1, "target = \"1.38\"\nmilestone = \"2.5\"\n"),
    )]);
    folder.write("releases/kubernetes.toml", "[[cycles]]\nrelease = 1.38\n");
    folder.write("releases/containerd.toml", "nothing = true\n");
    let ran = folder.run(&["check", "--format=json"]);
    let rules: Vec<String> = findings(&ran)
        .iter()
        .map(|finding| format!("{} {}", finding["rule"], finding["at"]["path"]).replace('"', ""))
        .collect();
    assert_eq!(
        rules,
        [
            "schema releases/containerd.toml",
            "schema releases/kubernetes.toml"
        ]
    );
}

#[test]
fn a_misspelt_rule_suggests_the_nearest() {
    let folder = Folder::empty();
    let ran = folder.run(&["explain", "file-nmae"]);
    assert!(
        ran.log.contains("`file-name` has a similar name"),
        "{ran:?}"
    );
    ran.expect(2);
    let out = folder.run(&["explain", "file-name"]).expect(0);
    assert!(
        out.contains("Why: ") && out.contains("What to do: "),
        "{out}"
    );
}

#[test]
fn the_folder_of_rules_the_list_and_the_documentation_agree() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = BTreeSet::new();
    for entry in std::fs::read_dir(root.join("src/rules")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        files.insert(name.trim_end_matches(".rs").replace('_', "-"));
    }
    // What all rules share: how they run, what stands between edits, what the policy asks, what mends itself, how an edit is tried, and their
    // tests.
    for shared in [
        "run", "standing", "allow", "policy", "fix", "trial", "testing", "damage",
    ] {
        assert!(files.remove(shared), "{shared}");
    }
    let list = Ran::of(&mut command(root, &["explain", "--list"])).expect(0);
    let listed: BTreeSet<String> = list
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .map(str::to_owned)
        .collect();
    assert_eq!(files, listed);
    let page = Ran::of(&mut command(root, &["explain", "--markdown"])).expect(0);
    let published = std::fs::read_to_string(root.join("docs/rules.md")).unwrap_or_default();
    assert!(
        page == published,
        "docs/rules.md is out of date: cargo run -- explain --markdown > docs/rules.md"
    );
    for rule in listed {
        assert!(page.contains(&format!("### `{rule}`\n")), "{rule}");
        Ran::of(&mut command(root, &["explain", &rule])).expect(0);
    }
}

#[test]
fn published_schemas_are_the_generated_ones() {
    let folder = Folder::empty();
    folder.run(&["schema", "--out", "schema"]).expect(0);
    let published = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema");
    let mut names = BTreeSet::new();
    for entry in std::fs::read_dir(&published).unwrap() {
        names.insert(entry.unwrap().file_name().into_string().unwrap());
    }
    let mut generated = BTreeSet::new();
    for (path, text) in folder.contents() {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let there = std::fs::read(published.join(&name)).unwrap_or_default();
        assert!(
            text == there,
            "schema/{name} is out of date: run `cargo run -- schema`"
        );
        generated.insert(name);
    }
    assert_eq!(names, generated);
}

#[test]
fn annotations_cannot_be_forged_and_none_is_lost() {
    let folder = Folder::with(&[]);
    for n in 1..=12 {
        folder.write(
            &format!("sig-node/{}-x.toml", 9000 + n),
            record(9000 + n, "target = \"v1.38\"\n"),
        );
    }
    folder.write(
        "sig-node/zz\n::error file=README.md,line=1::injected\nx.tml",
        "a",
    );
    folder.write(
        "sig-node/9100-x.toml",
        record(9100, "\"##[add-mask]k\" = 1\n"),
    );
    let out = folder.run(&["check", "--format=github"]).expect(1);
    assert!(
        !out.lines()
            .any(|line| line.starts_with("::error file=README.md")),
        "{out}"
    );
    assert!(
        !out.lines()
            .any(|line| line.contains("##[") && !line.starts_with("::")),
        "{out}"
    );
    assert_eq!(
        out.lines()
            .filter(|line| line.starts_with("::error"))
            .count(),
        10,
        "{out}"
    );
    assert!(out.contains("more in the log of this step"), "{out}");
    // 12 targets, a file that no registry knows, and a key that no record has.
    let all = out
        .lines()
        .filter(|line| line.starts_with("::error file") || line.starts_with("error["))
        .count();
    assert_eq!(all, 14, "{out}");
}

#[test]
fn a_misspelt_required_key_is_one_mistake() {
    let record = record(9001, "").replace("title", "titel");
    let folder = Folder::with(&[(common::PATH, &record)]);
    let ran = folder.run(&["check", "--format=json"]);
    let found = findings(&ran);
    assert_eq!(found.len(), 1, "{ran:?}");
    assert_eq!(
        found[0]["help"][0]["edit"]["replacement"], "title",
        "{ran:?}"
    );
}

#[test]
fn one_bad_allow_leaves_the_others_alone() {
    let allow = |reason: &str| {
        format!(
            "triage = \"accepted\"\n\
             [[allow]]\nrule = \"missing-shepherd\"\n{reason} = \"asked on the list\"\n\
             [[allow]]\nrule = \"missing-target\"\nreason = \"the owners wait\"\n"
        )
    };
    let check = |reason| {
        let record = record(9001, &allow(reason));
        let folder = Folder::with(&[(common::PATH, &record)]);
        findings(&folder.run(&["check", "--format=json", "--today=2026-11-22"]))
    };
    assert_eq!(check("reason"), [] as [Value; 0]);
    let found = check("reson");
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0]["rule"], "schema");
}

#[test]
fn what_is_left_out_counts_at_its_highest_level() {
    let mut calendar = String::from("[[cycles]]\nrelease = \"1.37\"\nstart = 2026-04-27\n");
    for _ in 0..1_500 {
        calendar.push_str("[[cycles]]\nrelease = \"1.38\"\nstart = 2026-08-31\n");
    }
    let folder = Folder::with(&[("releases/kubernetes.toml", &calendar)]);
    let check = ["check", "--format=json", "--today=2026-11-22"];
    let ran = folder.run(&check);
    let found = findings(&ran);
    let errors = found.iter().filter(|one| one["level"] == "error").count();
    assert_eq!((found.len(), errors), (1_001, 1_001), "errors come first");
    ran.expect(1);
    folder.run(&["plan", "--sandbox"]).expect(2);
}

/// A registry in a bare repository before and after a change, and what a check of the change says.
fn change_of(before: &[(&str, &str)], after: &[(&str, &str)]) -> Ran {
    change_as("text", before, after)
}

fn change_as(format: &str, before: &[(&str, &str)], after: &[(&str, &str)]) -> Ran {
    let mut history = history::History::bare();
    for files in [before, after] {
        let mut all: std::collections::BTreeMap<String, &str> = common::BASE
            .iter()
            .map(|(path, text)| (format!("keps/{path}"), *text))
            .collect();
        all.extend(
            files
                .iter()
                .map(|(path, text)| (format!("keps/{path}"), *text)),
        );
        let all: Vec<(&str, &str)> = all
            .iter()
            .map(|(path, text)| (path.as_str(), *text))
            .collect();
        history.commit("2026-11-01", &all);
    }
    let format = format!("--format={format}");
    let mut arguments = vec!["check", "--at=HEAD", "--base=HEAD~1", "--today=2026-11-22"];
    arguments.push(&format);
    Ran::of(&mut command(history.path().as_ref(), &arguments))
}

#[test]
fn a_record_copied_to_a_new_file_is_one_mistake_and_no_change_of_the_first() {
    let first = record(9001, "status-quo")
        .replace("status-quo", "issue = 7\n[reached]\nalpha = \"1.37\"\n");
    let copy = first
        .replace("issue = 7", "issue = 8")
        .replace("alpha = \"1.37\"", "beta = \"1.37\"");
    let (path, new) = (common::PATH, "sig-node/9100-new-thing.toml");
    let ran = change_of(&[(path, &first)], &[(path, &first), (new, &copy)]);
    assert!(ran.out.contains("error[file-name]"), "{ran:?}");
    assert!(ran.out.contains("1 error in 1 file"), "{ran:?}");
}

#[test]
fn of_two_claims_to_an_issue_the_new_one_is_at_fault() {
    let (one, two) = (record(9001, "issue = 7\n"), record(9002, "issue = 8\n"));
    let (path, other) = (common::PATH, "sig-node/9002-a.toml");
    // The record that takes it comes first by its path.
    let taken = one.replace("issue = 7", "issue = 8\nformer-issues = [7]");
    let ran = change_of(
        &[(path, &one), (other, &two)],
        &[(path, &taken), (other, &two)],
    );
    let at = format!("--> HEAD:{path}");
    let place = ran
        .out
        .lines()
        .find(|line| line.contains("-->"))
        .unwrap_or_default();
    assert!(ran.out.starts_with("error[duplicate-issue]"), "{ran:?}");
    assert!(place.contains(path), "{at}: {ran:?}");
}

/// In a summary or a comment it is there for whoever asks, and in nobody's way.
#[test]
fn what_was_there_before_a_change_is_folded_in_markdown() {
    let before = record(9001, "triage = \"accepted\"\n");
    let after = record(9001, "triage = \"accepted\"\ntarget = \"1.83\"\n");
    let path = common::PATH;
    let out = change_as("markdown", &[(path, &before)], &[(path, &after)]).out;
    let (new, folded) = out
        .split_once("\n<details><summary>1 finding was there before the change</summary>\n\n")
        .unwrap();
    assert!(
        new.contains("`unknown-release`") && !new.contains("`missing-shepherd`"),
        "{out}"
    );
    assert!(
        folded.contains("`missing-shepherd`") && folded.ends_with("\n</details>\n"),
        "{out}"
    );
    // Nothing is folded where nothing was there, and all of it where nothing is new.
    let fine = record(9001, "");
    assert!(
        !change_as("markdown", &[(path, &fine)], &[(path, &after)])
            .out
            .contains("<details>")
    );
    let same = change_as("markdown", &[(path, &before)], &[(path, &before)]).out;
    assert_eq!(
        (
            same.matches("<details>").count(),
            same.matches("</details>").count()
        ),
        (1, 1),
        "{same}"
    );
}

#[test]
fn what_was_there_before_a_change_is_counted_and_not_shown() {
    let before = record(9001, "triage = \"accepted\"\n");
    let after = record(9001, "triage = \"accepted\"\ntarget = \"1.83\"\n");
    let path = common::PATH;
    let ran = change_of(&[(path, &before)], &[(path, &after)]);
    assert!(ran.out.contains("error[unknown-release]"), "{ran:?}");
    assert!(!ran.out.contains("warning[missing-shepherd]"), "{ran:?}");
    assert!(
        ran.out
            .contains("1 finding that was there before the change is not shown"),
        "{ran:?}"
    );
}

#[test]
fn a_calendar_that_cannot_be_read_says_which_rules_are_silent() {
    let folder = Folder::with(&[("releases/kubernetes.toml", "[[cycles]]\nrelease = 1.38\n")]);
    let ran = folder.run(&["check"]);
    assert!(
        ran.out.contains("these rules do not look at it: ") && ran.out.contains("triage-overdue"),
        "{ran:?}"
    );
}
