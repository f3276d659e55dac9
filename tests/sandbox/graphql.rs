//! The same state over GraphQL.

use crate::{Hub, ISSUES, REPO, contract, many, words, world};
use kepherd::sandbox::world::{IssuePatch, State};
use serde_json::{Value, json};
use std::collections::BTreeSet;

#[tokio::test]
async fn pull_requests_are_issues_in_rest_and_not_in_graphql() {
    let hub = Hub::start(world()).await;
    let got = hub
        .call(
            "POST",
            &format!("{ISSUES}/8/labels"),
            json!({ "labels": ["kind/feature"] }),
        )
        .await;
    assert_eq!(words(&got.body, "name"), ["Kind/Feature"]);
    let listed = hub.get(ISSUES).await.body;
    let pulls: Vec<bool> = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["pull_request"].is_object())
        .collect();
    assert_eq!(pulls, [true, false]);
    let query = "{ repository(owner: \"containerd\", name: \"containerd\") { issues(first: 9) { nodes { number } }
        pullRequests(first: 9) { nodes { number merged state } } issueOrPullRequest(number: 8) { __typename
        ... on PullRequest { labels(first: 5) { nodes { name } } } } } }";
    let answer = hub.query(query, json!({})).await["data"]["repository"].clone();
    assert_eq!(answer["issues"]["nodes"], json!([{ "number": 7 }]));
    assert_eq!(
        answer["pullRequests"]["nodes"],
        json!([{ "number": 8, "merged": false, "state": "OPEN" }])
    );
    assert_eq!(
        answer["issueOrPullRequest"],
        json!({ "__typename": "PullRequest", "labels": { "nodes": [{ "name": "Kind/Feature" }] } })
    );
    hub.sandbox
        .with_world(|world| world.merge_pull_request("mikebrow", REPO, 8))
        .unwrap();
    let merged = hub.get(&format!("{ISSUES}/8")).await.body;
    assert_eq!(
        (&merged["state"], &merged["state_reason"]),
        (&json!("closed"), &Value::Null)
    );
    assert!(merged["pull_request"]["merged_at"].is_string());
    hub.finish().await;
}

#[tokio::test]
async fn graphql_connections_page_by_cursors() {
    let hub = Hub::start(many()).await;
    let query = "query($after: String) { rateLimit { cost nodeCount }
        repository(owner: \"containerd\", name: \"containerd\") {
        issues(first: 100, after: $after, filterBy: { createdBy: \"octocat\" }) { totalCount
          nodes { number labels(first: 20) { nodes { name } } assignees(first: 10) { totalCount } }
          pageInfo { hasNextPage endCursor } } } }";
    let mut after = Value::Null;
    let mut seen = BTreeSet::new();
    let mut pages = 0;
    loop {
        let answer = hub.query(query, json!({ "after": after })).await;
        assert_eq!(answer["errors"], Value::Null);
        // 1 + 100 + 100 requests, and 100 + 100 x 20 + 100 x 10 nodes.
        assert_eq!(
            answer["data"]["rateLimit"],
            json!({ "cost": 2, "nodeCount": 3100 })
        );
        let issues = &answer["data"]["repository"]["issues"];
        assert_eq!(issues["totalCount"], 251);
        for issue in issues["nodes"].as_array().unwrap() {
            assert!(seen.insert(issue["number"].as_u64().unwrap()));
        }
        pages += 1;
        if issues["pageInfo"]["hasNextPage"] == false {
            break;
        }
        after = issues["pageInfo"]["endCursor"].clone();
    }
    assert_eq!((pages, seen.len()), (3, 251));
    let last = hub.query("{ repository(owner: \"containerd\", name: \"containerd\") { issues(last: 2, labels: [\"kind/feature\", \"other\"]) {
        totalCount edges { cursor node { number } } pageInfo { hasPreviousPage hasNextPage } } } }", json!({})).await;
    let issues = &last["data"]["repository"]["issues"];
    assert_eq!(issues["totalCount"], 50);
    assert_eq!(
        (
            &issues["edges"][0]["node"]["number"],
            &issues["edges"][1]["node"]["number"]
        ),
        (&json!(345), &json!(350))
    );
    assert_eq!(
        issues["pageInfo"],
        json!({ "hasPreviousPage": true, "hasNextPage": false })
    );
    hub.finish().await;
}

#[tokio::test]
async fn connections_must_be_bounded() {
    // These documents are refused by GitHub, and by the contract: they stay outside of the record.
    let hub = Hub::start(world()).await;
    for (arguments, kind) in [
        ("", "MISSING_PAGINATION_BOUNDARIES"),
        ("(first: 101)", "EXCESSIVE_PAGINATION"),
        ("(first: 0)", "EXCESSIVE_PAGINATION"),
        ("(first: 1, after: \"?\")", "INVALID_CURSOR_ARGUMENTS"),
    ] {
        let query = format!(
            "{{ repository(owner: \"containerd\", name: \"containerd\") {{ issues{arguments} {{ totalCount }} }} }}"
        );
        let answer = hub.query(&query, json!({})).await;
        assert_eq!(answer["data"]["repository"], Value::Null);
        assert_eq!(answer["errors"][0]["type"], kind, "{answer}");
        assert_eq!(answer["errors"][0]["path"], json!(["repository", "issues"]));
        assert_eq!(contract::document(&query).is_err(), arguments.is_empty());
    }
    hub.sandbox.stop().await;
}

#[tokio::test]
async fn graphql_refuses_what_it_does_not_know() {
    let hub = Hub::start(world()).await;
    let invalid = hub.query("{ viewer { nickname } }", json!({})).await;
    assert!(
        invalid["errors"][0]["message"]
            .as_str()
            .unwrap()
            .contains("nickname"),
        "{invalid}"
    );
    assert_eq!(invalid["data"], Value::Null);
    assert!(contract::check(&hub.sandbox.exchanges()[0]).is_err());
    let unsupported = hub.query("{ viewer { login bio } }", json!({})).await;
    assert_eq!(
        unsupported["data"],
        json!({ "viewer": { "login": "kepherd-bot", "bio": null } })
    );
    assert!(
        unsupported["errors"][0]["message"]
            .as_str()
            .unwrap()
            .contains("User.bio")
    );
    let mutation =
        "mutation { addComment(input: { subjectId: \"x\", body: \"x\" }) { clientMutationId } }";
    let mutation = hub.query(mutation, json!({})).await;
    assert!(
        mutation["errors"][0]["message"]
            .as_str()
            .unwrap()
            .contains("Mutation.addComment")
    );
    let deep = format!(
        "{{ repository(owner: \"containerd\", name: \"containerd\") {{ {} id {} }} }}",
        "issue(number: 7) { repository { ".repeat(400),
        "} }".repeat(400)
    );
    assert!(hub.query(&deep, json!({})).await["errors"].is_array());
    let missing = hub.call("POST", "/graphql", json!({})).await;
    assert!(missing.body["errors"].is_array());
    hub.sandbox.stop().await;
}

#[tokio::test]
async fn a_hundred_aliases_are_fast() {
    let hub = Hub::start(many()).await;
    let aliases: String = (0..100)
        .map(|n| format!("i{n}: issueOrPullRequest(number: {}) {{ ...I }} ", 101 + n))
        .collect();
    let query = format!("{{ repository(owner: \"containerd\", name: \"containerd\") {{ {aliases} }} }}
        fragment I on IssueOrPullRequest {{ ... on Issue {{ number title body state author {{ login }}
        labels(first: 100) {{ nodes {{ name }} }} assignees(first: 10) {{ nodes {{ login }} }} milestone {{ title }} }} }}");
    let mut fastest = std::time::Duration::MAX;
    // The first run parses the schema.
    for _ in 0..3 {
        let start = std::time::Instant::now();
        let answer = hub.query(&query, json!({})).await;
        fastest = fastest.min(start.elapsed());
        assert_eq!(answer["errors"], Value::Null);
        assert_eq!(answer["data"]["repository"]["i99"]["number"], 200);
    }
    println!("100 aliases: {fastest:?}");
    assert!(fastest.as_millis() < 500, "{fastest:?}");
    hub.finish().await;
}

#[tokio::test]
async fn the_timeline_names_who_did_what() {
    let hub = Hub::start(world()).await;
    let patch = json!({ "title": "KEP-9001 - Lullabies", "labels": ["a"], "assignees": ["mikebrow"], "milestone": 1 });
    hub.call("PATCH", &format!("{ISSUES}/7"), patch).await;
    let by_hand = IssuePatch {
        labels: Some(vec![]),
        state: Some(State::Closed),
        milestone: Some(None),
        ..IssuePatch::default()
    };
    hub.sandbox
        .with_world(|world| world.edit_issue("octocat", REPO, 7, by_hand))
        .unwrap();
    let query = "{ repository(owner: \"containerd\", name: \"containerd\") { issue(number: 7) {
        timelineItems(first: 50) { filteredCount nodes { __typename ... on LabeledEvent { actor { login } label { name } }
        ... on UnlabeledEvent { actor { login } createdAt } ... on RenamedTitleEvent { previousTitle currentTitle }
        ... on DemilestonedEvent { milestoneTitle } ... on ClosedEvent { stateReason } } }
        labeled: timelineItems(last: 1, itemTypes: [LABELED_EVENT]) { totalCount } } } }";
    let answer = hub.query(query, json!({})).await;
    let issue = &answer["data"]["repository"]["issue"];
    assert_eq!(issue["labeled"]["totalCount"], 1);
    let nodes = &issue["timelineItems"]["nodes"];
    assert_eq!(
        words(nodes, "__typename"),
        [
            "RenamedTitleEvent",
            "LabeledEvent",
            "AssignedEvent",
            "MilestonedEvent",
            "UnlabeledEvent",
            "DemilestonedEvent",
            "ClosedEvent"
        ]
    );
    assert_eq!(nodes[0]["previousTitle"], "KEP-9001");
    assert_eq!(nodes[1]["actor"]["login"], "kepherd-bot");
    assert_eq!(nodes[4]["actor"]["login"], "octocat");
    assert_eq!(nodes[5]["milestoneTitle"], "2.5");
    assert_eq!(nodes[6]["stateReason"], "COMPLETED");
    hub.finish().await;
}
