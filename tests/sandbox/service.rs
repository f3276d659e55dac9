//! The sandbox as a service: tokens, limits, state file, concurrency; and the contract itself.

use crate::{Hub, ISSUES, REPO, client, contract, send, world};
use kepherd::sandbox::world::World;
use kepherd::sandbox::{Exchange, Options, Sandbox};
use serde_json::{Value, json};
use std::collections::BTreeSet;

#[tokio::test]
async fn a_token_is_needed_and_any_will_do() {
    let hub = Hub::start(world()).await;
    assert_eq!(hub.get("/user").await.body["login"], "kepherd-bot");
    for (token, message) in [
        (None, "Requires authentication"),
        (Some("bad"), "Bad credentials"),
    ] {
        let got = send(&client(&hub.sandbox, token), "GET", "/user", String::new()).await;
        assert_eq!((got.status, &got.body["message"]), (401, &json!(message)));
    }
    hub.finish().await;
}

#[tokio::test]
async fn a_token_can_speak_for_a_person_and_the_world_stays_the_viewer_s() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state.json");
    let options = Options {
        state_file: Some(file.clone()),
        ..Options::default()
    };
    let hub = Hub::with(world(), options).await;
    let octocat = client(&hub.sandbox, Some("as:octocat"));
    let who = send(&octocat, "GET", "/user", String::new()).await;
    assert_eq!(who.body["login"], "octocat");
    let new = json!({ "title": "mine" }).to_string();
    let created = send(&octocat, "POST", ISSUES, new).await;
    assert_eq!(created.body["user"]["login"], "octocat");
    assert_eq!(hub.get("/user").await.body["login"], "kepherd-bot");
    let saved: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    assert_eq!(saved["world"]["viewer"], "kepherd-bot");
    hub.finish().await;
}

#[tokio::test]
async fn requests_are_counted() {
    let hub = Hub::start(world()).await;
    let first = hub.get("/user").await.headers;
    assert_eq!(first["x-ratelimit-used"], "1");
    assert_eq!(first["x-ratelimit-remaining"], "4999");
    assert_eq!(first["x-ratelimit-resource"], "core");
    assert_eq!(hub.get("/repos/a/b").await.headers["x-ratelimit-used"], "2");
    let answer = hub
        .query(
            "{ rateLimit { cost used remaining limit } viewer { login } }",
            json!({}),
        )
        .await;
    assert_eq!(
        answer["data"]["rateLimit"],
        json!({ "cost": 1, "used": 1, "remaining": 4999, "limit": 5000 })
    );
    let limits = hub.get("/rate_limit").await.body;
    assert_eq!(limits["resources"]["core"]["used"], 2);
    assert_eq!(limits["resources"]["graphql"]["used"], 1);
    hub.finish().await;
}

#[tokio::test]
async fn a_state_file_brings_the_world_back() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state.json");
    let options = Options {
        state_file: Some(file.clone()),
        ..Options::default()
    };
    let hub = Hub::with(world(), options.clone()).await;
    let got = hub
        .call(
            "POST",
            ISSUES,
            json!({ "title": "kept", "labels": ["a"], "assignees": ["mikebrow"] }),
        )
        .await;
    assert_eq!(got.status, 201);
    // Saved before the response was sent, and nothing temporary is left beside the file and its lock.
    let saved: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    assert_eq!(
        saved["world"]["repositories"][REPO]["issues"]["9"]["title"],
        "kept"
    );
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
    let before = hub.sandbox.with_world(|world| world.clone());
    hub.finish().await;
    let again = Hub::with(World::new("somebody-else"), options).await;
    assert_eq!(again.sandbox.with_world(|world| world.clone()), before);
    assert_eq!(
        again
            .call("POST", ISSUES, json!({ "title": "next" }))
            .await
            .body["number"],
        10
    );
    again.finish().await;
}

#[tokio::test]
async fn a_broken_state_file_is_named_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state.json");
    let options = Options {
        state_file: Some(file.clone()),
        ..Options::default()
    };
    Sandbox::start(world(), options.clone())
        .await
        .unwrap()
        .stop()
        .await;
    let whole = std::fs::read_to_string(&file).unwrap();
    let other = whole.replace("\"version\": 1", "\"version\": 2");
    for text in [&whole[..whole.len() / 2], &other, ""] {
        std::fs::write(&file, text).unwrap();
        let error = Sandbox::start(world(), options.clone()).await.unwrap_err();
        assert!(error.to_string().contains("state.json"), "{error}");
        assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
    }
}

#[tokio::test]
async fn a_write_that_cannot_be_saved_has_not_happened() {
    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join("inner");
    std::fs::create_dir(&inner).unwrap();
    let options = Options {
        state_file: Some(inner.join("state.json")),
        ..Options::default()
    };
    let hub = Hub::with(world(), options).await;
    std::fs::remove_dir_all(&inner).unwrap();
    assert_eq!(
        hub.call("POST", ISSUES, json!({ "title": "lost" }))
            .await
            .status,
        500
    );
    assert_eq!(hub.get(&format!("{ISSUES}/9")).await.status, 404);
    hub.sandbox.stop().await;
}

#[tokio::test]
async fn two_sandboxes_share_nothing() {
    let (one, two) = (Hub::start(world()).await, Hub::start(world()).await);
    assert_ne!(one.sandbox.url(), two.sandbox.url());
    one.call(
        "PATCH",
        &format!("{ISSUES}/7"),
        json!({ "title": "changed" }),
    )
    .await;
    assert_eq!(
        two.get(&format!("{ISSUES}/7")).await.body["title"],
        "KEP-9001"
    );
    one.finish().await;
    two.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_creates_get_numbers_of_their_own() {
    let hub = Hub::start(world()).await;
    let tasks: Vec<_> = (0..40)
        .map(|n| {
            let client = hub.client.clone();
            let body = json!({ "title": format!("issue {n}") }).to_string();
            tokio::spawn(async move {
                send(&client, "POST", ISSUES, body).await.body["number"].as_u64()
            })
        })
        .collect();
    let mut numbers = BTreeSet::new();
    for task in tasks {
        numbers.insert(task.await.unwrap().unwrap());
    }
    assert_eq!(numbers, (9..49).collect());
    hub.finish().await;
}

#[test]
fn the_contract_catches_what_it_is_for() {
    let exchange = |method: &str, path: &str, request: Value, status, response: Value| Exchange {
        method: method.to_owned(),
        path: path.to_owned(),
        query: Vec::new(),
        request: (!request.is_null()).then_some(request),
        status,
        response: (!response.is_null()).then_some(response),
    };
    let labels = "/repos/o/r/labels";
    let label = json!({ "id": 1, "node_id": "L", "url": "http://x/y", "name": "a", "description": null, "color": "ededed", "default": false });
    let good = exchange("POST", labels, json!({ "name": "a" }), 201, label.clone());
    assert_eq!(contract::check(&good), Ok(()));
    for bad in [
        exchange(
            "POST",
            labels,
            json!({ "name": "a", "colour": "ededed" }),
            201,
            label.clone(),
        ),
        exchange("POST", labels, json!({ "name": 1 }), 201, label.clone()),
        exchange("POST", labels, Value::Null, 201, label.clone()),
        exchange("POST", labels, json!({ "name": "a" }), 200, label),
        exchange(
            "POST",
            labels,
            json!({ "name": "a" }),
            201,
            json!({ "name": "a" }),
        ),
        exchange("GET", "/repos/o/r/pulls", Value::Null, 200, json!([])),
        Exchange {
            query: vec![("pages".to_owned(), "2".to_owned())],
            ..exchange("GET", labels, Value::Null, 200, json!([]))
        },
        exchange(
            "POST",
            "/graphql",
            json!({ "query": "{ viewer { issues { totalCount } } }" }),
            200,
            json!({ "data": {} }),
        ),
        exchange(
            "POST",
            "/graphql",
            json!({ "query": "{ viewer { nickname } }" }),
            200,
            json!({ "data": {} }),
        ),
    ] {
        assert!(contract::check(&bad).is_err(), "{bad:?}");
    }
}

#[tokio::test]
async fn a_state_file_belongs_to_one_sandbox() {
    let folder = tempfile::tempdir().unwrap();
    let options = || Options {
        state_file: Some(folder.path().join("state.json")),
        ..Options::default()
    };
    let first = Sandbox::start(World::new("bot"), options()).await.unwrap();
    let second = Sandbox::start(World::new("bot"), options()).await;
    let problem = second.unwrap_err().to_string();
    assert!(
        problem.contains("is in use by another sandbox"),
        "{problem}"
    );
    first.stop().await;
    Sandbox::start(World::new("bot"), options())
        .await
        .unwrap()
        .stop()
        .await;
}
