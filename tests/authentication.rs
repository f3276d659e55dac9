//! Who kepherd is for GitHub: the holder of a token, an App, or whoever `gh` is signed in as; and that no secret is ever seen.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

mod common;

use std::process::Command;

use common::app::{APP_KEY, app};
use common::{Folder, Hub, PATH, Ran, record, seeded};
use kepherd::sandbox::{Faults, Options};

const TOKEN: &str = "ghp_neverSeeThisToken0123456789";

/// A hub that an App may sign in at, with a record without an issue.
fn hub(options: Options) -> Hub {
    let folder = Folder::with(&[(PATH, &record(9001, "target = \"1.38\"\n"))]);
    let world = seeded(&folder);
    Hub::started(folder, world, options)
}

fn with_app(token_lifetime: i64) -> Options {
    Options {
        app: Some(app(token_lifetime)),
        ..Options::default()
    }
}

/// The program as an App.
fn as_app(hub: &Hub, arguments: &[&str]) -> Command {
    let mut command = hub.command("", arguments);
    command
        .env_remove("GITHUB_TOKEN")
        .env("KEPHERD_APP_ID", "1234")
        .env("KEPHERD_APP_PRIVATE_KEY", APP_KEY);
    command
}

fn paths(hub: &Hub, end: &str) -> usize {
    let all = hub.exchanges();
    all.iter().filter(|one| one.path.ends_with(end)).count()
}

#[test]
fn an_app_signs_in_with_its_key_and_writes_as_itself() {
    let hub = hub(with_app(3_600));
    let ran = Ran::of(&mut as_app(&hub, &["apply"]));
    assert!(
        ran.log
            .contains("as kepherd-app[bot]: may write the issues of containerd/containerd"),
        "{ran:?}"
    );
    ran.expect(0);
    assert_eq!(hub.issue(1).author, "kepherd-app[bot]");
    assert_eq!(
        (paths(&hub, "/installation"), paths(&hub, "/access_tokens")),
        (1, 1)
    );
    // Its own issue is found again, although a bot's login is written in two ways.
    let out = Ran::of(&mut as_app(&hub, &["apply"])).expect(0);
    assert!(out.contains("nothing to do"), "{out}");
    // The newer form of a key, and line breaks as variables of one line have them.
    let one_line = APP_KEY.replace('\n', "\\n");
    let ran = Ran::of(as_app(&hub, &["apply"]).env("KEPHERD_APP_PRIVATE_KEY", one_line));
    ran.expect(0);
}

#[test]
fn an_app_s_token_is_replaced_while_a_run_goes_on() {
    // A token that is nearly over when it is given is good for one request.
    let hub = hub(with_app(45));
    Ran::of(&mut as_app(&hub, &["apply"])).expect(0);
    let requests = hub.exchanges().len();
    assert_eq!(paths(&hub, "/installation"), 1);
    assert_eq!(
        paths(&hub, "/access_tokens"),
        (requests - 1) / 2,
        "{requests}"
    );
}

#[test]
fn an_app_without_the_right_to_write_issues_is_told_before_the_first_write() {
    let mut reader = app(3_600);
    reader.issues = "read".to_owned();
    let hub = hub(Options {
        app: Some(reader),
        ..Options::default()
    });
    let ran = Ran::of(&mut as_app(&hub, &["apply"]));
    assert!(
        ran.log
            .contains("may NOT write the issues of containerd/containerd"),
        "{ran:?}"
    );
    assert!(ran.out.contains("no permission to write issues"), "{ran:?}");
    ran.expect(1);
    assert_eq!(hub.issue_count(), 0);
}

#[test]
fn an_app_that_cannot_be_is_refused_with_what_is_wrong_and_without_its_key() {
    let hub = hub(with_app(3_600));
    for (id, key, wrong) in [
        (
            "1234",
            "not a key",
            "an App's private key is the text of the file",
        ),
        (
            "1234",
            "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n",
            "an App's private key is the text",
        ),
        (
            "12 34",
            APP_KEY,
            "an App's id is its number or its client id",
        ),
        (
            "1234",
            "",
            "KEPHERD_APP_PRIVATE_KEY is not: an App needs both",
        ),
        ("", APP_KEY, "KEPHERD_APP_ID is not: an App needs both"),
        (
            "999",
            APP_KEY,
            "the App gets no token: GitHub does not accept the credentials (Integration not found)",
        ),
    ] {
        let mut command = as_app(&hub, &["-vv", "apply"]);
        command
            .env("KEPHERD_APP_ID", id)
            .env("KEPHERD_APP_PRIVATE_KEY", key);
        let ran = Ran::of(&mut command);
        assert!(ran.log.contains(wrong), "{wrong}: {ran:?}");
        if !key.is_empty() {
            let line = key.lines().nth(1).unwrap_or(key);
            assert!(!format!("{ran:?}").contains(line), "{ran:?}");
        }
        ran.expect(2);
    }
    assert_eq!(hub.issue_count(), 0);
}

#[test]
fn an_app_that_is_not_installed_there_is_asked_about() {
    let hub = hub(with_app(3_600));
    let config = hub.folder.read("registry.toml").replace(
        "containerd/containerd\", ",
        "octo/elsewhere\", \"containerd/containerd\", ",
    );
    hub.folder.write("registry.toml", config);
    let ran = Ran::of(&mut as_app(&hub, &["plan", "--max-wait=0"]));
    assert!(
        ran.log
            .contains("GET /repos/octo/elsewhere/installation: the App gets no token")
            && ran.log.contains("is the App installed for octo/elsewhere?"),
        "{ran:?}"
    );
    ran.expect(2);
}

#[test]
fn an_enterprise_server_has_its_own_paths() {
    let hub = hub(Options {
        page_size_limit: 2,
        ..Options::default()
    });
    for title in ["a", "b", "2.5", "d", "e"] {
        hub.milestone(title);
    }
    hub.rewrite("target = \"1.38\"\nmilestone = \"2.5\"\n");
    let mut command = hub.command("any", &["apply"]);
    command.env("GITHUB_API_URL", format!("{}/api/v3", hub.sandbox().url()));
    Ran::of(&mut command).expect(0);
    assert_eq!(hub.milestone_of(1).as_deref(), Some("2.5"));
}

/// A milestone that somebody created just before is looked for in a list of several pages, whose addresses GitHub gives.
#[test]
fn pages_of_a_list_are_followed_on_an_enterprise_server_too() {
    let folder = Folder::with(&[(PATH, &record(9001, "milestone = \"2.5\"\n"))]);
    let world = seeded(&folder);
    let faults = Faults::new(vec!["milestone-exists:writes@1".parse().unwrap()], 0);
    let hub = Hub::started(
        folder,
        world,
        Options {
            page_size_limit: 2,
            faults,
            ..Options::default()
        },
    );
    for title in ["a", "b", "c", "d", "e"] {
        hub.milestone(title);
    }
    for prefix in ["/api/v3", ""] {
        let mut command = hub.command("any", &["apply"]);
        command.env("GITHUB_API_URL", format!("{}{prefix}", hub.sandbox().url()));
        Ran::of(&mut command).expect(0);
        assert_eq!(hub.milestone_of(1).as_deref(), Some("2.5"));
    }
}

/// A `gh` that gives a token for one host.
#[cfg(unix)]
fn gh(script: &str) -> tempfile::TempDir {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gh");
    std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    folder
}

#[cfg(unix)]
#[test]
fn without_a_token_the_one_of_gh_is_taken_and_that_is_said() {
    let hub = hub(Options::default());
    let gh = gh("[ \"$*\" = 'auth token --hostname 127.0.0.1' ] && echo as:octocat");
    let mut command = hub.command("", &["apply"]);
    command.env_remove("GITHUB_TOKEN").env("PATH", gh.path());
    let ran = Ran::of(&mut command);
    assert!(ran.log.contains("signed in as `gh` is"), "{ran:?}");
    ran.expect(0);
    assert_eq!(hub.issue(1).author, "octocat");
}

/// It may print without end, and what it leaves behind may hold on to its output.
#[cfg(unix)]
#[test]
fn a_gh_that_does_not_stop_talking_is_not_listened_to() {
    let hub = hub(Options::default());
    let gh = gh("while :; do echo xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; done");
    let mut command = hub.command("", &["plan"]);
    command.env_remove("GITHUB_TOKEN").env("PATH", gh.path());
    let ran = Ran::of(&mut command);
    assert!(ran.log.contains("no token: set GITHUB_TOKEN"), "{ran:?}");
    ran.expect(2);
}

#[cfg(unix)]
#[test]
fn a_gh_that_is_not_signed_in_is_no_token() {
    let hub = hub(Options::default());
    let gh = gh("echo 'no oauth token found' >&2; exit 1");
    let mut command = hub.command("", &["plan"]);
    command.env_remove("GITHUB_TOKEN").env("PATH", gh.path());
    let ran = Ran::of(&mut command);
    assert!(
        ran.log.contains("no token: set GITHUB_TOKEN") && !ran.log.contains("oauth"),
        "{ran:?}"
    );
    ran.expect(2);
}

/// Everything that failing runs print and write, with every request shown.
#[test]
fn no_secret_is_seen_whatever_fails() {
    let key: Vec<&str> = APP_KEY
        .lines()
        .filter(|line| !line.contains("-----"))
        .collect();
    let mut tried = 0;
    for fault in kepherd::sandbox::faults::names().filter(|name| !name.starts_with("hang")) {
        for app_signs_in in [false, true] {
            let faults = Faults::new(vec![format!("{fault}%60").parse().unwrap()], 7);
            let hub = hub(Options {
                faults,
                ..with_app(45)
            });
            let journal = hub.folder.beside("journal.jsonl");
            let summary = hub.folder.beside("summary.md");
            let plan = hub.folder.beside("plan.json");
            let at = format!("--journal={journal}");
            for arguments in [
                vec!["-vv", "apply", "--max-wait=0", &at],
                vec!["-vv", "plan", "--max-wait=0", "--out", &plan, &at],
            ] {
                let mut command = if app_signs_in {
                    as_app(&hub, &arguments)
                } else {
                    hub.command(TOKEN, &arguments)
                };
                if arguments.contains(&"apply") {
                    command.arg("--write-interval=0");
                }
                command.env("GITHUB_STEP_SUMMARY", &summary);
                let ran = Ran::of(&mut command);
                assert!(
                    ran.status <= 2 && ran.log.contains("debug: "),
                    "{fault}: {ran:?}"
                );
                let files = [&journal, &summary, &plan]
                    .map(|file| std::fs::read_to_string(file).unwrap_or_default());
                let all = format!("{}{}{}", ran.out, ran.log, files.concat());
                let secrets = [TOKEN, "Bearer", "ghs_sandbox", "eyJ"];
                for secret in secrets.iter().chain(&key) {
                    assert!(!all.contains(secret), "{fault}: {secret}\n{all}");
                }
                tried += 1;
            }
        }
    }
    assert!(tried > 100, "{tried}");
}
