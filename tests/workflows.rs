//! The workflows in `.github/workflows`: they stay small and safe, and the commands in them exist.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

use clap::Parser as _;
use kepherd::cli::{Cli, Command};
use serde_json::Value;

const WORKFLOWS: [(&str, &str); 4] = [
    ("check", include_str!("../.github/workflows/check.yml")),
    (
        "reconcile",
        include_str!("../.github/workflows/reconcile.yml"),
    ),
    ("refresh", include_str!("../.github/workflows/refresh.yml")),
    ("board", include_str!("../.github/workflows/board.yml")),
];

fn parsed(text: &str) -> Value {
    serde_saphyr::from_str(text).unwrap()
}

/// Every step of every job.
fn steps(workflow: &Value) -> Vec<Value> {
    let jobs = workflow["jobs"].as_object().unwrap();
    jobs.values()
        .flat_map(|job| job["steps"].as_array().unwrap().clone())
        .collect()
}

/// The script of a step; empty if it has none.
fn script(step: &Value) -> &str {
    step["run"].as_str().unwrap_or_default()
}

#[test]
fn actions_are_pinned_by_hash_and_say_their_version() {
    let mut actions = 0;
    for (name, text) in WORKFLOWS {
        for line in text
            .lines()
            .filter(|line| line.trim_start().starts_with("uses:"))
        {
            let (_, pin) = line.split_once('@').unwrap();
            let (hash, version) = pin.split_once(" # v").expect(line);
            let is_hash = hash.len() == 40 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
            assert!(is_hash && version.split('.').count() == 3, "{name}: {line}");
            actions += 1;
        }
    }
    assert!(actions >= 4, "{actions}");
}

#[test]
fn no_job_has_more_rights_than_it_says_and_scripts_are_not_put_together_from_expressions() {
    for (name, text) in WORKFLOWS {
        let workflow = parsed(text);
        assert_eq!(workflow["permissions"], serde_json::json!({}), "{name}");
        assert!(!text.contains("pull_request_target"), "{name}");
        for job in workflow["jobs"].as_object().unwrap().values() {
            assert!(
                job["permissions"].is_object() && job["timeout-minutes"].is_u64(),
                "{name}"
            );
        }
        for step in steps(&workflow) {
            assert!(!script(&step).contains("${{"), "{name}: {}", script(&step));
            if step["uses"]
                .as_str()
                .is_some_and(|uses| uses.contains("checkout"))
            {
                assert_eq!(step["with"]["persist-credentials"], false, "{name}");
            }
        }
    }
}

#[test]
fn a_pull_request_is_checked_without_a_secret_and_without_a_right_to_write() {
    let text = WORKFLOWS[0].1;
    assert!(!text.contains("secrets."), "{text}");
    let workflow = parsed(text);
    for job in workflow["jobs"].as_object().unwrap().values() {
        for right in job["permissions"].as_object().unwrap().values() {
            assert_eq!(right, "read");
        }
    }
}

#[test]
fn reconciling_is_off_by_default_alone_in_its_environment_and_kept_apart_from_writing_here() {
    let workflow = parsed(WORKFLOWS[1].1);
    assert_eq!(workflow["concurrency"]["cancel-in-progress"], false);
    let jobs = workflow["jobs"].as_object().unwrap();
    for job in jobs.values() {
        assert!(
            job["if"]
                .as_str()
                .unwrap()
                .contains("vars.KEPHERD_RECONCILE == 'on'")
        );
        let has_token = job.to_string().contains("secrets.");
        let writes_here = job["permissions"]["contents"] == "write";
        assert!(!(has_token && writes_here), "no job has both");
        assert_eq!(has_token, job["environment"] == "reconcile");
    }
    // The repositories of the matrix are those of the real registry.
    let registry = include_str!("../keps/registry.toml");
    let listed = registry
        .lines()
        .find(|line| line.starts_with("repositories"))
        .unwrap();
    let matrix = &jobs["apply"]["strategy"]["matrix"]["repository"];
    for repository in matrix.as_array().unwrap() {
        assert!(listed.contains(&repository.to_string()), "{repository}");
    }
    assert_eq!(
        listed.matches('/').count(),
        matrix.as_array().unwrap().len()
    );
}

/// What reads what others wrote may write nothing and knows no secret; what opens the pull request runs git and gh alone.
#[test]
fn refreshing_keeps_reading_apart_from_writing() {
    let workflow = parsed(WORKFLOWS[2].1);
    let jobs = workflow["jobs"].as_object().unwrap();
    let (read, propose) = (&jobs["read"], &jobs["propose"]);
    for right in read["permissions"].as_object().unwrap().values() {
        assert_eq!(right, "read");
    }
    assert!(!read.to_string().contains("secrets."));
    assert!(
        read["if"]
            .as_str()
            .unwrap()
            .contains("vars.KEPHERD_REFRESH == 'on'")
    );
    let scripts: Vec<&str> = propose["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(script)
        .collect();
    let scripts = scripts.join("\n");
    for foreign in ["cargo", "kepherd refresh", "curl", "npm", "pip", "eval"] {
        assert!(!scripts.contains(foreign), "{foreign}");
    }
    // One branch, one pull request, no change of anything but records, and nothing of people's is pushed over.
    assert!(scripts.contains("--include='keps/*'") && scripts.contains("gh pr close"));
    assert!(scripts.contains("has commits of other people"));
    assert!(scripts.contains("starts no workflow"));
}

#[test]
fn the_board_is_built_without_a_right_to_write_and_published_without_a_script() {
    let workflow = parsed(WORKFLOWS[3].1);
    let jobs = workflow["jobs"].as_object().unwrap();
    let (build, publish) = (&jobs["build"], &jobs["publish"]);
    for right in build["permissions"].as_object().unwrap().values() {
        assert_eq!(right, "read");
    }
    assert!(!workflow.to_string().contains("secrets."));
    let off = "vars.KEPHERD_BOARD == 'on'";
    assert!(build["if"].as_str().unwrap().contains(off));
    // Verdicts move with the date, and histories need all commits.
    assert!(!workflow["on"]["schedule"][0]["cron"].is_null());
    assert_eq!(build["steps"][0]["with"]["fetch-depth"], 0);
    let scripts = publish["steps"].as_array().unwrap().iter().map(script);
    assert!(scripts.into_iter().all(str::is_empty));
}

#[test]
fn every_command_in_a_workflow_is_one_that_kepherd_has() {
    let mut commands = Vec::new();
    for (name, text) in WORKFLOWS {
        for step in steps(&parsed(text)) {
            let lines: Vec<String> = script(&step)
                .lines()
                .map(|line| line.trim().to_owned())
                .collect();
            for line in lines.iter().filter(|line| line.starts_with("kepherd ")) {
                let line = line
                    .split(" > ")
                    .next()
                    .unwrap()
                    .split(" >> ")
                    .next()
                    .unwrap();
                // The shell leaves the override out where it is empty.
                let line = line.replace(
                    "${OVERRIDE:+--override-guards \"$OVERRIDE\"}",
                    "--override-guards 0123456789",
                );
                let line = line.replace("${runtimes[@]}", "--runtime containerd=containerd.git");
                let words = line.replace("$REPOSITORY", "owner/name").replace('"', "");
                let cli = Cli::try_parse_from(words.split_whitespace());
                let cli = cli.unwrap_or_else(|error| panic!("{name}: {line}: {error}"));
                commands.push(match cli.command {
                    Command::Check(_) => "check",
                    Command::Plan(_) => "plan",
                    Command::Apply(_) => "apply",
                    Command::Refresh(_) => "refresh",
                    Command::Board(_) => "board",
                    _ => "other",
                });
            }
        }
    }
    assert_eq!(
        commands,
        [
            "check", "plan", "plan", "apply", "refresh", "refresh", "board"
        ]
    );
}
