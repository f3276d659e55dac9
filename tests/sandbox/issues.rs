//! Issues over REST: what is kept, dropped and refused.

use crate::{Hub, ISSUES, REPO, contract, many, problems, send, words, world};
use serde_json::{Value, json};

#[tokio::test]
async fn a_created_issue_has_what_was_asked_for() {
    let hub = Hub::start(world()).await;
    let asked = json!({
        "title": "KEP-9002", "body": "text", "labels": ["kind/feature", "new one"],
        "assignees": ["MikeBrow"], "milestone": 1,
    });
    let got = hub.call("POST", ISSUES, asked).await;
    assert_eq!(got.status, 201, "{}", got.body);
    assert_eq!(got.body["number"], 9);
    assert_eq!(got.body["user"]["login"], "kepherd-bot");
    assert_eq!(got.body["milestone"]["title"], "2.5");
    assert_eq!(words(&got.body["assignees"], "login"), ["mikebrow"]);
    // The first spelling stays, and the unknown one came into being, grey.
    assert_eq!(
        words(&got.body["labels"], "name"),
        ["Kind/Feature", "new one"]
    );
    let label = hub
        .get("/repos/containerd/containerd/labels/NEW%20one")
        .await
        .body;
    assert_eq!(
        (&label["color"], &label["description"]),
        (&json!("ededed"), &Value::Null)
    );
    assert_eq!(hub.get(&format!("{ISSUES}/9")).await.body["body"], "text");
    hub.finish().await;
}

#[tokio::test]
async fn a_patch_replaces_sets_and_leaves_the_rest() {
    let hub = Hub::start(world()).await;
    let issue = format!("{ISSUES}/7");
    hub.call(
        "PATCH",
        &issue,
        json!({ "labels": ["a", "b"], "assignees": ["mikebrow"] }),
    )
    .await;
    let patch = json!({ "labels": ["B", "c"], "assignees": ["samuelkarp"] });
    let got = hub.call("PATCH", &issue, patch).await;
    assert_eq!(got.status, 200);
    assert_eq!(words(&got.body["labels"], "name"), ["b", "c"]);
    assert_eq!(words(&got.body["assignees"], "login"), ["SamuelKarp"]);
    assert_eq!(
        (&got.body["title"], &got.body["body"]),
        (&json!("KEP-9001"), &json!("as written"))
    );
    let emptied = hub
        .call("PATCH", &issue, json!({ "labels": [], "assignees": [] }))
        .await
        .body;
    assert_eq!(
        (&emptied["labels"], &emptied["assignees"]),
        (&json!([]), &json!([]))
    );
    hub.finish().await;
}

#[tokio::test]
async fn a_milestone_is_set_by_number_and_cleared_by_null() {
    let hub = Hub::start(world()).await;
    let issue = format!("{ISSUES}/7");
    let set = hub
        .call("PATCH", &issue, json!({ "milestone": 1 }))
        .await
        .body;
    assert_eq!(set["milestone"]["number"], 1);
    let kept = hub
        .call("PATCH", &issue, json!({ "title": "KEP-9001 x" }))
        .await
        .body;
    assert_eq!(kept["milestone"]["number"], 1);
    let cleared = hub
        .call("PATCH", &issue, json!({ "milestone": null }))
        .await
        .body;
    assert_eq!(cleared["milestone"], Value::Null);
    let unknown = hub
        .call("PATCH", &issue, json!({ "milestone": 99, "title": "no" }))
        .await;
    assert_eq!(problems(&unknown), ["Issue invalid milestone"]);
    assert_eq!(hub.get(&issue).await.body["title"], "KEP-9001 x");
    hub.finish().await;
}

#[tokio::test]
async fn assignees_are_dropped_or_refused() {
    let hub = Hub::start(world()).await;
    let issue = format!("{ISSUES}/7");
    let dropped = hub
        .call(
            "PATCH",
            &issue,
            json!({ "assignees": ["octocat", "mikebrow"] }),
        )
        .await;
    assert_eq!(dropped.status, 200);
    assert_eq!(words(&dropped.body["assignees"], "login"), ["mikebrow"]);
    let refused = json!({ "assignees": ["samuelkarp", "nobody-at-all"], "title": "other" });
    let refused = hub.call("PATCH", &issue, refused).await;
    assert_eq!(problems(&refused), ["Issue invalid assignees"]);
    let now = hub.get(&issue).await.body;
    assert_eq!(words(&now["assignees"], "login"), ["mikebrow"]);
    assert_eq!(now["title"], "KEP-9001");
    let base = "/repos/containerd/containerd/assignees";
    assert_eq!(hub.get(&format!("{base}/MIKEBROW")).await.status, 204);
    assert_eq!(hub.get(&format!("{base}/octocat")).await.status, 404);
    assert_eq!(
        words(&hub.get(base).await.body, "login"),
        ["mikebrow", "SamuelKarp"]
    );
    hub.finish().await;
}

#[tokio::test]
async fn ten_assignees_are_kept() {
    let mut world = world();
    let logins: Vec<String> = (0..12).map(|n| format!("person-{n:02}")).collect();
    for login in &logins {
        world.add_assignable(REPO, login).unwrap();
    }
    let hub = Hub::start(world).await;
    let got = hub
        .call(
            "POST",
            &format!("{ISSUES}/7/assignees"),
            json!({ "assignees": logins }),
        )
        .await;
    assert_eq!(got.status, 201);
    assert_eq!(words(&got.body["assignees"], "login"), logins[..10]);
    let gone = json!({ "assignees": ["PERSON-00", "octocat"] });
    let got = hub
        .call("DELETE", &format!("{ISSUES}/7/assignees"), gone)
        .await;
    assert_eq!(words(&got.body["assignees"], "login"), logins[1..10]);
    hub.finish().await;
}

#[tokio::test]
async fn without_push_access_fields_are_dropped_and_others_issues_refused() {
    let mut world = world();
    world.repository_mut(REPO).unwrap().viewer_can_push = false;
    let hub = Hub::start(world).await;
    let asked =
        json!({ "title": "KEP-9002", "labels": ["a"], "assignees": ["mikebrow"], "milestone": 1 });
    let got = hub.call("POST", ISSUES, asked).await;
    assert_eq!(got.status, 201);
    assert_eq!(
        (
            &got.body["labels"],
            &got.body["assignees"],
            &got.body["milestone"]
        ),
        (&json!([]), &json!([]), &Value::Null)
    );
    let own = hub
        .call(
            "PATCH",
            &format!("{ISSUES}/9"),
            json!({ "body": "x", "labels": ["a"] }),
        )
        .await;
    assert_eq!(
        (&own.body["body"], &own.body["labels"]),
        (&json!("x"), &json!([]))
    );
    assert_eq!(
        hub.call("PATCH", &format!("{ISSUES}/7"), json!({ "body": "x" }))
            .await
            .status,
        403
    );
    let label = hub
        .call(
            "POST",
            "/repos/containerd/containerd/labels",
            json!({ "name": "a" }),
        )
        .await;
    assert_eq!(label.status, 404);
    let milestone = json!({ "title": "2.6" });
    let milestone = hub
        .call("POST", "/repos/containerd/containerd/milestones", milestone)
        .await;
    assert_eq!(milestone.status, 404);
    let answer = hub
        .query(
            "{ repository(owner: \"containerd\", name: \"containerd\") { viewerPermission } }",
            json!({}),
        )
        .await;
    assert_eq!(answer["data"]["repository"]["viewerPermission"], "READ");
    hub.finish().await;
}

#[tokio::test]
async fn limits_of_text_are_held() {
    let hub = Hub::start(world()).await;
    let issue = format!("{ISSUES}/7");
    for (patch, problem) in [
        (json!({ "title": " " }), "Issue missing_field title"),
        (json!({ "title": "é".repeat(257) }), "Issue too_long title"),
        (json!({ "body": "é".repeat(65_537) }), "Issue too_long body"),
        (json!({ "labels": ["x".repeat(51)] }), "Label too_long name"),
        (
            json!({ "labels": (0..101).map(|n| n.to_string()).collect::<Vec<_>>() }),
            "Issue too_long labels",
        ),
    ] {
        assert_eq!(problems(&hub.call("PATCH", &issue, patch).await), [problem]);
    }
    let longest = json!({ "title": "é".repeat(256), "body": "é".repeat(65_536) });
    assert_eq!(hub.call("PATCH", &issue, longest).await.status, 200);
    let got = hub
        .call("PATCH", &issue, json!({ "body": "x".repeat(65_537) }))
        .await;
    assert_eq!(
        got.body["errors"][0]["message"],
        "body is too long (maximum is 65536 characters)"
    );
    hub.finish().await;
}

#[tokio::test]
async fn bodies_must_be_json_of_the_right_types() {
    let hub = Hub::start(world()).await;
    let got = send(&hub.client, "POST", ISSUES, "{\"title\":".to_owned()).await;
    assert_eq!(
        (got.status, &got.body["message"]),
        (400, &json!("Problems parsing JSON"))
    );
    for body in [
        json!({ "title": ["x"] }),
        json!({ "body": "x" }),
        json!({ "title": "x", "labels": "x" }),
        json!({ "title": "x", "milestone": {} }),
    ] {
        assert_eq!(hub.call("POST", ISSUES, body).await.status, 422);
    }
    assert_eq!(
        hub.call("PATCH", &format!("{ISSUES}/7"), json!({ "state": "shut" }))
            .await
            .status,
        422
    );
    assert_eq!(
        hub.sandbox
            .with_world(|world| world.repository(REPO).unwrap().issues.len()),
        2
    );
    hub.finish().await;
}

#[tokio::test]
async fn issues_close_with_a_reason_and_reopen() {
    let hub = Hub::start(world()).await;
    let issue = format!("{ISSUES}/7");
    let closed = hub
        .call(
            "PATCH",
            &issue,
            json!({ "state": "closed", "state_reason": "not_planned" }),
        )
        .await
        .body;
    assert_eq!(
        (&closed["state"], &closed["state_reason"]),
        (&json!("closed"), &json!("not_planned"))
    );
    assert_eq!(closed["closed_by"]["login"], "kepherd-bot");
    assert!(closed["closed_at"].is_string());
    let open = hub
        .call("PATCH", &issue, json!({ "state": "open" }))
        .await
        .body;
    assert_eq!(
        (&open["state_reason"], &open["closed_at"]),
        (&json!("reopened"), &Value::Null)
    );
    let closed = hub
        .call("PATCH", &issue, json!({ "state": "closed" }))
        .await
        .body;
    assert_eq!(closed["state_reason"], "completed");
    hub.finish().await;
}

#[tokio::test]
async fn missing_deleted_and_transferred_differ_in_rest_alone() {
    let mut world = world();
    for number in [20, 21] {
        world.add_issue("octocat", REPO, number, "old", "").unwrap();
    }
    world.delete_issue(REPO, 20).unwrap();
    let moved = world
        .transfer_issue("octocat", REPO, 21, "containerd/nri")
        .unwrap();
    let hub = Hub::start(world).await;
    assert_eq!(hub.get(&format!("{ISSUES}/19")).await.status, 404);
    assert_eq!(hub.get("/repos/containerd/nothing").await.status, 404);
    assert_eq!(hub.get(&format!("{ISSUES}/20")).await.status, 410);
    for method in ["GET", "PATCH"] {
        let body = if method == "GET" {
            String::new()
        } else {
            json!({ "title": "x" }).to_string()
        };
        let got = send(&hub.client, method, &format!("{ISSUES}/21"), body).await;
        assert_eq!(
            (got.status, &got.body["message"]),
            (301, &json!("Moved Permanently"))
        );
        let location = got.headers["location"].to_str().unwrap().to_owned();
        assert_eq!(got.body["url"], location);
        let path = location.strip_prefix(&hub.sandbox.url()).unwrap();
        assert_eq!(hub.get(path).await.body["number"], moved);
    }
    let answer = hub.query(
        "{ repository(owner: \"containerd\", name: \"containerd\") { here: issue(number: 7) { number }
           a: issueOrPullRequest(number: 19) { __typename } b: issueOrPullRequest(number: 20) { __typename }
           c: issueOrPullRequest(number: 21) { __typename } label(name: \"none\") { name } } }",
        json!({}),
    ).await;
    let expected =
        json!({ "here": { "number": 7 }, "a": null, "b": null, "c": null, "label": null });
    assert_eq!(answer["data"]["repository"], expected);
    let errors = answer["errors"].as_array().unwrap();
    for (error, (alias, number)) in errors.iter().zip([("a", 19), ("b", 20), ("c", 21)]) {
        assert_eq!(error["type"], "NOT_FOUND");
        assert_eq!(error["path"], json!(["repository", alias]));
        assert_eq!(
            error["message"],
            format!("Could not resolve to an issue or pull request with the number of {number}.")
        );
        assert!(error["locations"].is_array());
    }
    assert_eq!(errors.len(), 3);
    // The next number is past all that ever was, the last one deleted or transferred.
    for number in [22, 23] {
        let created = hub.call("POST", ISSUES, json!({ "title": "x" })).await;
        assert_eq!(created.body["number"], number);
        hub.sandbox
            .with_world(|world| world.delete_issue(REPO, number))
            .unwrap();
    }
    hub.finish().await;
}

#[tokio::test]
async fn an_unknown_repository_and_path() {
    let hub = Hub::start(world()).await;
    let answer = hub
        .query(
            "{ repository(owner: \"a\", name: \"b\") { id } }",
            json!({}),
        )
        .await;
    assert_eq!(answer["data"]["repository"], Value::Null);
    assert_eq!(answer["errors"][0]["type"], "NOT_FOUND");
    let found = hub.get("/repos/Containerd/CONTAINERD").await;
    assert_eq!(
        (found.status, &found.body["full_name"]),
        (200, &json!(REPO))
    );
    // Not among GitHub's operations, so asked for outside of the record.
    let other = Hub::start(world()).await;
    let got = other.get("/repos/containerd/containerd/nothing").await;
    assert_eq!(
        (got.status, &got.body["message"]),
        (404, &json!("Not Found"))
    );
    assert!(contract::check(&other.sandbox.exchanges()[0]).is_err());
    hub.finish().await;
}

#[tokio::test]
async fn rest_lists_page_by_links() {
    let hub = Hub::start(many()).await;
    let mut path = format!("{ISSUES}?per_page=100&state=all&direction=asc");
    let mut seen = Vec::new();
    let mut sizes = Vec::new();
    loop {
        let got = hub.get(&path).await;
        let page = got.body.as_array().unwrap();
        sizes.push(page.len());
        seen.extend(page.iter().map(|issue| issue["number"].as_u64().unwrap()));
        let link = got.headers["link"].to_str().unwrap();
        let next = link.split(", ").find(|part| part.ends_with("rel=\"next\""));
        let Some(next) = next else { break };
        let address = next.split(['<', '>']).nth(1).unwrap();
        assert!(address.contains("/repositories/"), "{address}");
        path = address.strip_prefix(&hub.sandbox.url()).unwrap().to_owned();
    }
    assert_eq!(sizes, [100, 100, 52]);
    assert_eq!(
        seen,
        [7, 8].into_iter().chain(101..=350).collect::<Vec<_>>()
    );
    assert_eq!(hub.get(ISSUES).await.body.as_array().unwrap().len(), 30);
    assert_eq!(
        hub.get(&format!("{ISSUES}?per_page=500"))
            .await
            .body
            .as_array()
            .unwrap()
            .len(),
        100
    );
    assert_eq!(hub.get(&format!("{ISSUES}?page=99")).await.body, json!([]));
    let few = hub
        .get(&format!(
            "{ISSUES}?labels=KIND/feature&creator=Octocat&per_page=100"
        ))
        .await;
    assert_eq!(few.body.as_array().unwrap().len(), 50);
    assert!(few.headers.get("link").is_none());
    hub.finish().await;
}
