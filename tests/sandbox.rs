//! The sandbox over HTTP: GitHub's rules, asked for as a client would.
//!
//! Each test ends with `finish`, which holds every exchange to GitHub's published interface. Nothing here
//! looks into the sandbox's modules beyond its public world.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

#[path = "common/contract.rs"]
mod contract;
#[path = "sandbox/graphql.rs"]
mod graphql;
#[path = "sandbox/issues.rs"]
mod issues;
#[path = "sandbox/labels.rs"]
mod labels;
#[path = "common/plain.rs"]
mod plain;
#[path = "sandbox/service.rs"]
mod service;

use axum::http::HeaderMap;
use kepherd::sandbox::world::{NewMilestone, World};
use kepherd::sandbox::{Options, Sandbox};
use plain::{Plain, Plainly};
use serde_json::{Value, json};

const REPO: &str = "containerd/containerd";
const ISSUES: &str = "/repos/containerd/containerd/issues";

struct Hub {
    sandbox: Sandbox,
    client: Plain,
}

struct Got {
    status: u16,
    body: Value,
    headers: HeaderMap,
}

impl Hub {
    async fn start(world: World) -> Hub {
        Hub::with(world, Options::default()).await
    }

    async fn with(world: World, options: Options) -> Hub {
        let options = Options {
            record: true,
            ..options
        };
        let sandbox = Sandbox::start(world, options).await.unwrap();
        let client = client(&sandbox, Some("any"));
        Hub { sandbox, client }
    }

    async fn get(&self, path: &str) -> Got {
        send(&self.client, "GET", path, String::new()).await
    }

    async fn call(&self, method: &str, path: &str, body: Value) -> Got {
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        send(&self.client, method, path, body).await
    }

    async fn query(&self, query: &str, variables: Value) -> Value {
        let body = json!({ "query": query, "variables": variables });
        let got = self.call("POST", "/graphql", body).await;
        assert_eq!(got.status, 200);
        got.body
    }

    async fn finish(self) {
        let exchanges = self.sandbox.exchanges();
        assert!(!exchanges.is_empty());
        for exchange in &exchanges {
            if let Err(problem) = contract::check(exchange) {
                panic!("{problem}");
            }
        }
        drop(self.client);
        self.sandbox.stop().await;
    }
}

fn client(sandbox: &Sandbox, token: Option<&str>) -> Plain {
    Plain::new(&sandbox.url(), token)
}

async fn send(client: &Plain, method: &str, path: &str, body: String) -> Got {
    let Plainly {
        status,
        headers,
        text,
    } = client.send(method, path, body).await.unwrap();
    let body = if text.is_empty() {
        Value::Null
    } else {
        serde_json::from_str(&text).unwrap()
    };
    Got {
        status,
        body,
        headers,
    }
}

/// One repository with a label, a milestone, two maintainers and somebody who is not one.
fn world() -> World {
    let mut world = World::new("kepherd-bot");
    world.add_repository(REPO);
    world.add_repository("containerd/nri");
    world.add_assignable(REPO, "mikebrow").unwrap();
    world.add_assignable(REPO, "SamuelKarp").unwrap();
    world.add_user("octocat");
    world
        .create_label(
            "mikebrow",
            REPO,
            kepherd::sandbox::world::NewLabel {
                name: "Kind/Feature".to_owned(),
                color: Some("A2EEEF".to_owned()),
                description: Some("New functionality".to_owned()),
            },
        )
        .unwrap();
    world
        .create_milestone(
            "mikebrow",
            REPO,
            NewMilestone {
                title: "2.5".to_owned(),
                ..NewMilestone::default()
            },
        )
        .unwrap();
    world
        .add_issue("octocat", REPO, 7, "KEP-9001", "as written")
        .unwrap();
    world
        .add_pull_request("octocat", REPO, 8, "cri: lullabies", "")
        .unwrap();
    world
}

fn words<'v>(list: &'v Value, key: &str) -> Vec<&'v str> {
    list.as_array()
        .unwrap()
        .iter()
        .map(|each| each[key].as_str().unwrap())
        .collect()
}

/// `errors` of a 422 as "Resource code field".
fn problems(got: &Got) -> Vec<String> {
    assert_eq!(got.status, 422, "{}", got.body);
    let errors = got.body["errors"].as_array().unwrap();
    let word = |error: &Value, key: &str| error[key].as_str().unwrap().to_owned();
    errors
        .iter()
        .map(|e| {
            format!(
                "{} {} {}",
                word(e, "resource"),
                word(e, "code"),
                word(e, "field")
            )
        })
        .collect()
}

/// 250 issues besides the two of every world, every fifth with a label.
fn many() -> World {
    let mut world = world();
    for number in 101..=350 {
        let issue = world
            .add_issue("octocat", REPO, number, "one of many", "")
            .unwrap();
        if number % 5 == 0 {
            issue.labels.push("Kind/Feature".to_owned());
        }
    }
    world
}
