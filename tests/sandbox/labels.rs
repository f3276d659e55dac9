//! Labels, milestones and comments over REST.

use crate::{Hub, ISSUES, REPO, problems, words, world};
use serde_json::{Value, json};

#[tokio::test]
async fn labels_of_an_issue_by_their_own_addresses() {
    let hub = Hub::start(world()).await;
    let labels = format!("{ISSUES}/7/labels");
    hub.call("POST", &labels, json!({ "labels": ["KIND/feature"] }))
        .await;
    let got = hub
        .call("POST", &labels, json!({ "labels": ["area/cri"] }))
        .await;
    assert_eq!(words(&got.body, "name"), ["Kind/Feature", "area/cri"]);
    let got = hub
        .call("DELETE", &format!("{labels}/kind%2FFEATURE"), Value::Null)
        .await;
    assert_eq!(
        (got.status, words(&got.body, "name")),
        (200, vec!["area/cri"])
    );
    assert_eq!(
        hub.call("DELETE", &format!("{labels}/kind%2Ffeature"), Value::Null)
            .await
            .status,
        404
    );
    let got = hub
        .call("PUT", &labels, json!({ "labels": ["only"] }))
        .await;
    assert_eq!(words(&got.body, "name"), ["only"]);
    assert_eq!(hub.call("DELETE", &labels, Value::Null).await.status, 204);
    assert_eq!(hub.get(&labels).await.body, json!([]));
    hub.finish().await;
}

#[tokio::test]
async fn labels_are_created_once_renamed_and_deleted_everywhere() {
    let hub = Hub::start(world()).await;
    let labels = "/repos/containerd/containerd/labels";
    let twice = hub
        .call("POST", labels, json!({ "name": "KIND/FEATURE" }))
        .await;
    assert_eq!(problems(&twice), ["Label already_exists name"]);
    for (new, problem) in [
        (
            json!({ "name": "x", "color": "#5319e7" }),
            "Label invalid color",
        ),
        (
            json!({ "name": "x", "description": "x".repeat(101) }),
            "Label too_long description",
        ),
        (json!({ "name": "x".repeat(51) }), "Label too_long name"),
    ] {
        assert_eq!(problems(&hub.call("POST", labels, new).await), [problem]);
    }
    hub.call(
        "PATCH",
        &format!("{ISSUES}/7"),
        json!({ "labels": ["kind/feature"] }),
    )
    .await;
    let renamed = json!({ "new_name": "kind/Enhancement", "color": "5319E7" });
    let renamed = hub
        .call("PATCH", &format!("{labels}/kind%2Ffeature"), renamed)
        .await;
    assert_eq!(
        (renamed.status, &renamed.body["color"]),
        (200, &json!("5319e7"))
    );
    let issue = hub.get(&format!("{ISSUES}/7")).await.body;
    assert_eq!(words(&issue["labels"], "name"), ["kind/Enhancement"]);
    let gone = hub
        .call(
            "DELETE",
            &format!("{labels}/KIND%2Fenhancement"),
            Value::Null,
        )
        .await;
    assert_eq!(gone.status, 204);
    assert_eq!(
        hub.get(&format!("{ISSUES}/7")).await.body["labels"],
        json!([])
    );
    assert_eq!(
        hub.get(&format!("{labels}/kind%2Fenhancement"))
            .await
            .status,
        404
    );
    hub.finish().await;
}

#[tokio::test]
async fn milestones_compare_with_case_and_keep_the_pacific_day() {
    let hub = Hub::start(world()).await;
    let milestones = "/repos/containerd/containerd/milestones";
    let twice = hub
        .call("POST", milestones, json!({ "title": "2.5" }))
        .await;
    assert_eq!(problems(&twice), ["Milestone already_exists title"]);
    for (title, sent, kept) in [
        ("next", "2026-12-10T12:00:00Z", "2026-12-10T08:00:00Z"),
        ("NEXT", "2026-08-10T12:00:00Z", "2026-08-10T07:00:00Z"),
        ("midnight", "2026-08-10T00:00:00Z", "2026-08-09T07:00:00Z"),
    ] {
        let got = hub
            .call(
                "POST",
                milestones,
                json!({ "title": title, "due_on": sent }),
            )
            .await;
        assert_eq!((got.status, &got.body["due_on"]), (201, &json!(kept)));
    }
    let closed = hub
        .call(
            "PATCH",
            &format!("{milestones}/1"),
            json!({ "state": "closed" }),
        )
        .await;
    assert_eq!(closed.body["state"], "closed");
    let open = hub.get(milestones).await.body;
    assert_eq!(words(&open, "title"), ["midnight", "NEXT", "next"]);
    let all = hub.get(&format!("{milestones}?state=all")).await.body;
    assert_eq!(all.as_array().unwrap().len(), 4);
    assert_eq!(hub.get(&format!("{milestones}/99")).await.status, 404);
    hub.finish().await;
}

#[tokio::test]
async fn comments_are_written_and_edited_and_a_lock_keeps_strangers_out() {
    let mut world = world();
    world.lock_issue("mikebrow", REPO, 7).unwrap();
    let hub = Hub::start(world).await;
    let comments = format!("{ISSUES}/7/comments");
    let got = hub
        .call("POST", &comments, json!({ "body": "first" }))
        .await;
    assert_eq!(got.status, 201);
    let one = format!("{ISSUES}/comments/{}", got.body["id"]);
    assert_eq!(
        hub.call("PATCH", &one, json!({ "body": "edited" }))
            .await
            .status,
        200
    );
    assert_eq!(words(&hub.get(&comments).await.body, "body"), ["edited"]);
    assert_eq!(hub.get(&one).await.body["user"]["login"], "kepherd-bot");
    assert_eq!(hub.get(&format!("{ISSUES}/comments/1")).await.status, 404);
    hub.sandbox
        .with_world(|world| world.repository_mut(REPO).unwrap().viewer_can_push = false);
    assert_eq!(
        hub.call("POST", &comments, json!({ "body": "second" }))
            .await
            .status,
        403
    );
    hub.finish().await;
}
