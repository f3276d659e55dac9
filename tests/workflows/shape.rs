//! What holds for the text of every workflow: pinned actions, least rights, no expression in a script, reading kept apart from writing.

use std::collections::BTreeSet;

use clap::Parser as _;
use kepherd::cli::{Cli, Command};
use serde_json::{Value, json};

use crate::runner::{root, workflow};

/// All of them.
pub const WORKFLOWS: [&str; 6] = ["board", "check", "ci", "reconcile", "refresh", "release"];

/// What another registry may call.
const REUSABLE: [&str; 4] = ["board", "check", "reconcile", "refresh"];

fn text(name: &str) -> String {
    std::fs::read_to_string(root().join(format!(".github/workflows/{name}.yml"))).unwrap()
}

fn jobs(workflow: &Value) -> Vec<(String, Value)> {
    let jobs = workflow["jobs"].as_object().unwrap();
    jobs.iter()
        .map(|(name, job)| (name.clone(), job.clone()))
        .collect()
}

fn steps(job: &Value) -> Vec<Value> {
    job["steps"].as_array().unwrap().clone()
}

/// The script of a step; empty if it has none.
fn script(step: &Value) -> &str {
    step["run"].as_str().unwrap_or_default()
}

fn scripts(job: &Value) -> String {
    let steps = steps(job);
    let scripts: Vec<&str> = steps.iter().map(script).collect();
    scripts.join("\n")
}

/// The rights of a job that are more than reading.
fn writes(job: &Value) -> Vec<&str> {
    let rights = job["permissions"].as_object().unwrap();
    rights
        .iter()
        .filter(|(_, right)| *right != "read")
        .map(|(name, right)| {
            assert_eq!(right, "write");
            name.as_str()
        })
        .collect()
}

#[test]
fn every_workflow_is_looked_at() {
    let files = std::fs::read_dir(root().join(".github/workflows")).unwrap();
    let files: BTreeSet<String> = files
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    let known = WORKFLOWS.map(|name| format!("{name}.yml"));
    assert_eq!(files, BTreeSet::from(known));
}

#[test]
fn actions_are_pinned_by_hash_and_say_their_version() {
    let mut actions = 0;
    for name in WORKFLOWS {
        for line in text(name)
            .lines()
            .map(|line| line.trim_start().trim_start_matches("- "))
            .filter(|line| line.starts_with("uses:"))
        {
            // The one of this repository, at the commit of the workflow.
            if line == "uses: $/action" {
                continue;
            }
            let (_, pin) = line.split_once('@').unwrap();
            let (hash, version) = pin.split_once(" # v").expect(line);
            let is_hash = hash.len() == 40 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
            assert!(is_hash && version.split('.').count() == 3, "{name}: {line}");
            actions += 1;
        }
    }
    assert!(actions >= 20, "{actions}");
}

#[test]
fn one_action_has_one_hash() {
    let mut pins = BTreeSet::new();
    for name in WORKFLOWS {
        for (_, job) in jobs(&workflow(name)) {
            for step in steps(&job) {
                pins.extend(step["uses"].as_str().map(str::to_owned));
            }
        }
    }
    let names: Vec<&str> = pins
        .iter()
        .filter_map(|pin| pin.split('@').next())
        .collect();
    let different: BTreeSet<&str> = names.iter().copied().collect();
    assert_eq!(names.len(), different.len(), "{pins:?}");
}

#[test]
fn no_job_has_more_rights_than_it_says_and_scripts_are_not_put_together_from_expressions() {
    for name in WORKFLOWS {
        let workflow = workflow(name);
        assert_eq!(workflow["permissions"], json!({}), "{name}");
        assert!(!text(name).contains("pull_request_target"), "{name}");
        for (_, job) in jobs(&workflow) {
            assert!(
                job["permissions"].is_object() && job["timeout-minutes"].is_u64(),
                "{name}"
            );
            for step in steps(&job) {
                assert!(!script(&step).contains("${{"), "{name}: {}", script(&step));
                let uses = step["uses"].as_str().unwrap_or_default();
                if uses.contains("checkout") {
                    assert_eq!(step["with"]["persist-credentials"], false, "{name}");
                }
            }
        }
    }
}

/// Others use the action in the root, these workflows the one that `$/` reaches: they are one text.
#[test]
fn the_action_knows_its_inputs_from_the_environment_alone() {
    let action = std::fs::read_to_string(root().join("action.yml")).unwrap();
    let inner = std::fs::read_to_string(root().join("action/action.yml")).unwrap();
    assert_eq!(action, inner);
    let action = workflow("action");
    for step in action["runs"]["steps"].as_array().unwrap() {
        assert!(!script(step).contains("${{"), "{}", script(step));
        assert_eq!(step["shell"], "bash");
        assert!(step["uses"].is_null(), "it rests on no other action");
    }
    // There is no way to say that any version will do.
    assert!(action["inputs"]["version"].is_null());
    for script in ["install.sh", "run.sh", "sources.sh"] {
        let script = std::fs::read_to_string(root().join("action").join(script)).unwrap();
        assert!(!script.contains("releases/latest"));
    }
}

#[test]
fn a_pull_request_is_checked_without_a_secret_and_only_its_comment_and_its_findings_are_written() {
    assert!(!text("check").contains("secrets."));
    let check = workflow("check");
    for event in ["pull_request", "merge_group", "push", "workflow_call"] {
        assert!(check["on"].get(event).is_some(), "{event}");
    }
    for (name, job) in jobs(&check) {
        let may: &[&str] = match name.as_str() {
            "comment" => &["pull-requests"],
            "code-scanning" => &["security-events"],
            _ => &[],
        };
        assert_eq!(writes(&job), may, "{name}");
        // What may write has nothing of the change but text.
        if !may.is_empty() {
            let uses: Vec<String> = steps(&job)
                .iter()
                .filter_map(|step| step["uses"].as_str().map(str::to_owned))
                .collect();
            let is_text =
                |uses: &String| uses.contains("download-artifact") || uses.contains("upload-sarif");
            assert!(uses.iter().all(is_text), "{uses:?}");
        }
    }
    let comment = scripts(&check["jobs"]["comment"]);
    for foreign in ["cargo", "git ", "curl", "eval", "bash"] {
        assert!(!comment.contains(foreign), "{foreign}");
    }
    let scanning = check["jobs"]["code-scanning"]["if"].as_str().unwrap();
    assert!(scanning.contains("vars.KEPHERD_CODE_SCANNING == 'on'"));
}

#[test]
fn reconciling_is_off_by_default_alone_for_each_repository_and_kept_apart_from_writing_here() {
    let reconcile = workflow("reconcile");
    for (name, job) in jobs(&reconcile) {
        let condition = job["if"].as_str().unwrap();
        assert!(
            condition.contains("vars.KEPHERD_RECONCILE == 'on'"),
            "{name}"
        );
        let has_token = job.to_string().contains("secrets.");
        assert!(
            !has_token || writes(&job).is_empty(),
            "no job has both: {name}"
        );
        let environment = job["environment"].as_str();
        let own = "${{ inputs.environment || 'reconcile' }}";
        assert_eq!(environment, has_token.then_some(own), "{name}");
        // None is cut off between two writes.
        assert_eq!(job["concurrency"]["cancel-in-progress"], false, "{name}");
    }
    let apply = &reconcile["jobs"]["apply"];
    assert_eq!(
        apply["concurrency"]["group"],
        "reconcile-${{ matrix.repository }}"
    );
    assert_eq!(
        apply["strategy"]["matrix"],
        "${{ fromJSON(needs.repositories.outputs.matrix) }}"
    );
    assert_eq!(apply["strategy"]["fail-fast"], false);
}

/// What reads what others wrote may write nothing and knows no secret; what opens the pull request runs git and gh alone.
#[test]
fn refreshing_keeps_reading_apart_from_writing() {
    let refresh = workflow("refresh");
    let (read, propose) = (&refresh["jobs"]["read"], &refresh["jobs"]["propose"]);
    assert!(writes(read).is_empty());
    assert!(!read.to_string().contains("secrets."));
    let condition = read["if"].as_str().unwrap();
    assert!(condition.contains("vars.KEPHERD_REFRESH == 'on'"));
    let scripts = scripts(propose);
    for foreign in ["cargo", "kepherd refresh", "curl", "npm", "pip", "eval"] {
        assert!(!scripts.contains(foreign), "{foreign}");
    }
    // One branch, one pull request, no change of anything but records, and nothing of people's is pushed over.
    assert!(
        scripts.contains("include=\"${REGISTRY%/}/*\"")
            && scripts.contains("--include=\"$include\"")
            && scripts.contains("gh pr close")
    );
    assert!(scripts.contains("has commits of other people"));
    assert!(propose.to_string().contains("starts no workflow"));
}

#[test]
fn the_board_is_built_without_a_right_to_write_and_published_without_a_script() {
    let board = workflow("board");
    let (build, publish) = (&board["jobs"]["build"], &board["jobs"]["publish"]);
    assert!(writes(build).is_empty());
    assert!(!board.to_string().contains("secrets."));
    let off = "vars.KEPHERD_BOARD == 'on'";
    assert!(build["if"].as_str().unwrap().contains(off));
    // Verdicts move with the date, and histories need all commits.
    assert!(!board["on"]["schedule"][0]["cron"].is_null());
    assert_eq!(build["steps"][0]["with"]["fetch-depth"], 0);
    assert!(steps(publish).iter().all(|step| script(step).is_empty()));
}

/// What signs can write no release, what writes it signs nothing, and what publishes elsewhere is off until somebody wants it.
#[test]
fn a_release_is_signed_and_written_by_different_jobs() {
    let release = workflow("release");
    assert!(!text("release").contains("secrets."));
    for (name, job) in jobs(&release) {
        let rights = writes(&job);
        let expected: &[&str] = match name.as_str() {
            "attest" => &["attestations", "id-token"],
            "publish" => &["contents"],
            "pypi" | "crates" => &["id-token"],
            "sums" => &["contents", "pull-requests"],
            _ => &[],
        };
        assert_eq!(rights, expected, "{name}");
        if !rights.is_empty() {
            let condition = job["if"].as_str().unwrap();
            assert!(condition.contains("github.event_name == 'push'"), "{name}");
            assert!(!scripts(&job).contains("cargo build"), "{name}");
        }
        if matches!(name.as_str(), "pypi" | "crates") {
            assert_eq!(job["environment"], "release");
            let condition = job["if"].as_str().unwrap();
            assert!(condition.contains("vars.KEPHERD_PUBLISH == 'on'"), "{name}");
        }
    }
}

/// Called, a workflow is given what it needs by name, and all of it has a default.
#[test]
fn what_others_call_has_a_default_for_each_input() {
    for name in REUSABLE {
        let called = workflow(name)["on"]["workflow_call"].clone();
        let inputs = called["inputs"].as_object().unwrap();
        assert_eq!(inputs["registry"]["default"], "keps", "{name}");
        for (input, is) in inputs {
            let is_said = is["description"].is_string() && is["type"].is_string();
            assert!(is_said && !is["default"].is_null(), "{name}: {input}");
        }
        for (secret, is) in called["secrets"].as_object().into_iter().flatten() {
            assert_eq!(is["required"], false, "{name}: {secret}");
        }
        // A secret that is used is one that is declared.
        let used = text(name);
        for part in used.split("secrets.").skip(1) {
            let secret: String = part
                .chars()
                .take_while(|c| c.is_ascii_uppercase() || *c == '_')
                .collect();
            assert!(!called["secrets"][&secret].is_null(), "{name}: {secret}");
        }
    }
}

#[test]
fn every_command_in_a_workflow_is_one_that_kepherd_has() {
    let mut commands = Vec::new();
    for name in REUSABLE {
        for (_, job) in jobs(&workflow(name)) {
            for line in scripts(&job).lines() {
                let line = line.trim();
                let line = line.strip_prefix("matrix=$(").unwrap_or(line);
                if !line.starts_with("kepherd ") {
                    continue;
                }
                let line = line.split(" > ").next().unwrap().trim_end_matches(')');
                // The shell leaves the override out where it is empty.
                let line = line.replace(
                    "${OVERRIDE:+--override-guards \"$OVERRIDE\"}",
                    "--override-guards 0123456789",
                );
                let words = line.replace("$REPOSITORY", "owner/name").replace('"', "");
                let cli = Cli::try_parse_from(words.split_whitespace());
                let cli = cli.unwrap_or_else(|error| panic!("{name}: {line}: {error}"));
                commands.push(match cli.command {
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
        ["board", "other", "plan", "apply", "refresh", "refresh"]
    );
}
