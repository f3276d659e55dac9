//! An independent witness: every write that `apply` makes is accepted by a GitHub that others wrote, npm's `emulate` 0.8.0,
//! and means the same there.
//!
//! emulate has no GraphQL, so `apply` runs against the sandbox, and its writes are sent to emulate as they were. It is not
//! part of `cargo test`, which has no network to install it from: `.ci/run` installs it and runs this. It is kept on
//! loopback by `witness/loopback.cjs`.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout
)]

mod common;
#[path = "common/plain.rs"]
mod plain;

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use common::{Hub, PATH, REPO, record};
use kepherd::sandbox::Exchange;
use kepherd::sandbox::world::{Issue, Repository, State, World};
use plain::Plain;
use serde_json::{Value, json};

/// Where `.ci/run` installs it, unless this names another place.
const VARIABLE: &str = "KEPHERD_EMULATE";

fn program() -> PathBuf {
    let installed =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("target/witness/node_modules/.bin/emulate");
    let program = std::env::var_os(VARIABLE).map_or(installed, PathBuf::from);
    assert!(
        program.exists(),
        "the witness is not there: `npm install --prefix target/witness emulate@0.8.0`, or name its program by {VARIABLE}"
    );
    program
}

/// emulate, running on loopback.
struct Witness {
    process: Child,
    client: Plain,
    _folder: tempfile::TempDir,
}

impl Witness {
    async fn start(world: &World) -> Self {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let folder = tempfile::tempdir().unwrap();
        let seed = folder.path().join("seed.json");
        let users: Vec<Value> = world
            .users
            .values()
            .map(|user| json!({ "login": user.login }))
            .collect();
        let seeded = json!({
            "tokens": { "witness": { "login": world.viewer, "scopes": ["repo"] } },
            "github": {
                "users": users,
                "orgs": [{ "login": "containerd" }],
                "repos": [{ "owner": "containerd", "name": "containerd" }],
            },
        });
        std::fs::write(&seed, seeded.to_string()).unwrap();
        let preload = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/witness/loopback.cjs");
        let process = Command::new(program())
            .args([
                "start",
                "--service",
                "github",
                "--port",
                &port.to_string(),
                "--seed",
            ])
            .arg(&seed)
            .env("NODE_OPTIONS", format!("--require {}", preload.display()))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let client = Plain::new(&format!("http://127.0.0.1:{port}"), Some("witness"));
        let mut witness = Self {
            process,
            client,
            _folder: folder,
        };
        let repository = format!("/repos/{REPO}");
        while (witness.client.send("GET", &repository, String::new()).await).is_err() {
            assert_eq!(
                witness.process.try_wait().unwrap(),
                None,
                "emulate has ended"
            );
            tokio::task::yield_now().await;
        }
        witness
    }

    async fn send(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let body = match method {
            "GET" => String::new(),
            "POST" | "PATCH" => body.to_string(),
            other => panic!("{other} {path}: kepherd sends no such request"),
        };
        let answer = self.client.send(method, path, body).await.unwrap();
        let body = serde_json::from_str(&answer.text).unwrap_or_default();
        (answer.status, body)
    }

    async fn create(&self, below: &str, body: Value) {
        let path = format!("/repos/{REPO}/{below}");
        let (status, answer) = self.send("POST", &path, &body).await;
        assert_eq!(status, 201, "{path}: {answer}");
    }

    /// Makes it look like a world before kepherd: the same labels, milestones and issues, under the same numbers. Pull
    /// requests are issues there.
    async fn resemble(&self, world: &World) {
        let repository = world.repository(REPO).unwrap();
        for label in repository.labels.values() {
            self.create(
                "labels",
                json!({ "name": label.name, "color": label.color }),
            )
            .await;
        }
        for milestone in repository.milestones.values() {
            self.create("milestones", json!({ "title": milestone.title }))
                .await;
        }
        for number in 1..repository.next_number() {
            let body = match repository.issues.get(&number) {
                None => json!({ "title": "something else" }),
                Some(issue) => json!({
                    "title": issue.title,
                    "body": issue.body,
                    "labels": issue.labels,
                    "assignees": issue.assignees,
                    "milestone": issue.milestone,
                }),
            };
            self.create("issues", body).await;
        }
    }
}

impl Drop for Witness {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What people see of an issue.
fn said(repository: &Repository, issue: &Issue) -> Value {
    let sorted = |names: &[String]| {
        names
            .iter()
            .map(|name| name.to_lowercase())
            .collect::<BTreeSet<_>>()
    };
    json!({
        "title": issue.title,
        "body": issue.body,
        "open": issue.state == State::Open,
        "labels": sorted(&issue.labels),
        "assignees": sorted(&issue.assignees),
        "milestone": issue.milestone.map(|number| &repository.milestones[&number].title),
        "comments": issue.comments.iter().map(|comment| &comment.body).collect::<Vec<_>>(),
    })
}

/// The same, from REST's answers.
fn told(issue: &Value, comments: &Value) -> Value {
    let names = |list: &str, key: &str| -> BTreeSet<String> {
        let all = issue[list].as_array().unwrap().iter();
        all.map(|one| one[key].as_str().unwrap().to_lowercase())
            .collect()
    };
    let comments: Vec<&Value> = comments
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["body"])
        .collect();
    json!({
        "title": issue["title"],
        "body": issue["body"].as_str().unwrap_or_default(),
        "open": issue["state"] == "open",
        "labels": names("labels", "name"),
        "assignees": names("assignees", "login"),
        "milestone": issue["milestone"]["title"],
        "comments": comments,
    })
}

/// A registry in two states, so that going from none to the first and from there to the second takes a write of every kind.
fn states() -> [Vec<(&'static str, String)>; 2] {
    let pull = format!("pull-requests = [{{ id = \"{REPO}#20\" }}]\n");
    let first = vec![
        (
            PATH,
            record(
                9001,
                &format!(
                    "issue = 7\ntarget = \"1.38\"\nmilestone = \"2.4\"\nshepherds = [\"mikebrow\"]\n{pull}"
                ),
            ),
        ),
        ("sig-node/9002-b.toml", record(9002, "issue = 8\n")),
        (
            "sig-node/9003-c.toml",
            record(
                9003,
                "target = \"1.39\"\nmilestone = \"2.5\"\nshepherds = [\"fuweid\"]\n",
            ),
        ),
    ];
    let second = vec![
        (
            PATH,
            record(
                9001,
                &format!("issue = 7\ntarget = \"1.39\"\nshepherds = [\"samuelkarp\"]\n{pull}"),
            ),
        ),
        (
            "sig-node/9002-b.toml",
            record(9002, "issue = 8\n").replace("implementable", "rejected"),
        ),
        (
            "sig-node/9003-c.toml",
            record(9003, "milestone = \"2.5\"\n")
                .replace("Lullabies", "Lullabies <&> ü 🎵 \\\"quoted\\\""),
        ),
    ];
    [first, second]
}

fn is_write(exchange: &&Exchange) -> bool {
    exchange.method != "GET" && exchange.path != "/graphql"
}

#[tokio::test]
#[ignore = "needs npm's emulate 0.8.0, an independent GitHub; .ci/run installs it and runs this"]
async fn accepts_every_write_of_apply_and_means_the_same_by_it() {
    let [first, second] = states();
    let files: Vec<(&str, &str)> = first
        .iter()
        .map(|(path, text)| (*path, text.as_str()))
        .collect();
    let (before, after, writes) = tokio::task::spawn_blocking({
        let files: Vec<(String, String)> = files
            .iter()
            .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
            .collect();
        move || {
            let hub = Hub::with(&common::borrowed(&files));
            let config = hub.folder.read("registry.toml");
            let config = config.replace(
                "[issue]\n",
                "[issue]\nclose = \"enforce\"\nretitle = true\n",
            );
            hub.folder.write("registry.toml", config);
            hub.configure("[announce]\non = [\"target\", \"shepherds\"]");
            let before = hub.world(|world| world.clone());
            hub.run(&["apply"]).expect(0);
            for (path, text) in &second {
                hub.folder.write(path, text);
            }
            hub.run(&["apply"]).expect(0);
            let writes: Vec<Exchange> = hub.exchanges().iter().filter(is_write).cloned().collect();
            let after = hub.world(|world| world.clone());
            (before, after, writes)
        }
    })
    .await
    .unwrap();
    let witness = Witness::start(&before).await;
    witness.resemble(&before).await;
    let mut kinds = BTreeSet::new();
    for Exchange {
        method,
        path,
        request,
        status,
        ..
    } in &writes
    {
        let body = request.clone().unwrap();
        let (answered, answer) = witness.send(method, path, &body).await;
        assert_eq!(answered, *status, "{method} {path} {body}: {answer}");
        let keys = body.as_object().unwrap().keys();
        kinds.extend(keys.map(|key| {
            format!(
                "{method} {} {key}",
                path.rsplit('/')
                    .next()
                    .unwrap()
                    .replace(char::is_numeric, "N")
            )
        }));
    }
    let repository = after.repository(REPO).unwrap();
    for (number, issue) in &repository.issues {
        let path = format!("/repos/{REPO}/issues/{number}");
        let (_, theirs) = witness.send("GET", &path, &Value::Null).await;
        let (_, comments) = witness
            .send("GET", &format!("{path}/comments"), &Value::Null)
            .await;
        assert_eq!(
            told(&theirs, &comments),
            said(repository, issue),
            "#{number}"
        );
    }
    println!(
        "emulate accepted {} writes of {} kinds: {kinds:?}",
        writes.len(),
        kinds.len()
    );
    assert!(writes.len() >= 15 && kinds.len() >= 15, "{kinds:?}");
}
