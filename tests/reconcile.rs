//! plan and apply, through the binary, against the sandbox: what changes, what never does, and what it costs.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

mod common;

use common::{Folder, Hub, REPO, record, seeded};
use kepherd::sandbox::world::{IssuePatch, NewMilestone, State};
use kepherd::section::{Found, find};

const PATH: &str = "sig-node/9001-pod-lullabies.toml";

/// A hub with one record, with these lines more.
fn one(more: &str) -> Hub {
    Hub::with(&[(PATH, &record(9001, more))])
}

fn labels(hub: &Hub, number: u64) -> Vec<String> {
    hub.world(|world| world.issue(REPO, number).unwrap().labels.clone())
}

fn body(hub: &Hub, number: u64) -> String {
    hub.world(|world| world.issue(REPO, number).unwrap().body.clone())
}

fn edit(hub: &Hub, number: u64, patch: IssuePatch) {
    hub.world(|world| world.edit_issue("octocat", REPO, number, patch))
        .unwrap();
}

#[test]
fn a_new_issue_says_what_its_record_says() {
    let hub =
        one("target = \"1.38\"\nmilestone = \"2.5\"\nshepherds = [\"mikebrow\", \"SamuelKarp\"]\n");
    let out = hub.run(&["apply"]).expect(0);
    assert!(out.contains("created  #1  KEP-9001"), "{out}");
    hub.world(|world| {
        let repository = world.repository(REPO).unwrap();
        let label = repository.label("target/kubernetes/v1.38").unwrap();
        assert_eq!(label.color, "5319e7");
        assert_eq!(
            label.description.as_deref(),
            Some("Targets Kubernetes 1.38")
        );
        let milestone = repository.milestones.values().next().unwrap();
        assert_eq!(milestone.title, "2.5");
        let due = jiff::Timestamp::from_second(milestone.due_on.unwrap()).unwrap();
        assert!(
            due.to_string().starts_with("2026-12-31"),
            "a month is due by its last day: {due}"
        );
        let issue = &repository.issues[&1];
        assert_eq!(issue.title, "[SIG-Node]: KEP-9001 - Pod Lullabies 9001");
        assert_eq!(
            issue.labels,
            ["kind/feature", "area/cri", "target/kubernetes/v1.38"]
        );
        assert_eq!(issue.assignees.len(), 2);
        assert_eq!(issue.milestone, Some(milestone.number));
        assert!(issue.body.contains("beta") || issue.body.contains("Kubernetes 1.38"));
    });
}

#[test]
fn a_second_run_finds_nothing_to_do_and_writes_nothing() {
    let hub = one("target = \"1.38\"\nmilestone = \"2.5\"\nshepherds = [\"mikebrow\"]\n");
    hub.run(&["apply"]).expect(0);
    let before = hub.exchanges().len();
    let out = hub.run(&["apply"]).expect(0);
    assert!(out.starts_with("nothing to do: 1 issue in sync"), "{out}");
    assert_eq!(hub.requests_since(before).2, 0);
    hub.run(&["plan", "--exit-code"]).expect(0);
}

#[test]
fn adoption_leaves_what_people_wrote() {
    let hub = one("issue = 7\ntarget = \"1.38\"\nshepherds = [\"mikebrow\"]\n");
    let written = "### What\r\n\r\nPeople wrote this.\r\n";
    hub.world(|world| {
        world.add_assignable(REPO, "octocat").unwrap();
        let repository = world.repository_mut(REPO).unwrap();
        repository.issues.get_mut(&7).unwrap().labels.clear();
    });
    edit(
        &hub,
        7,
        IssuePatch {
            title: Some("my own title, KEP-9001".to_owned()),
            body: Some(written.to_owned()),
            labels: Some(vec!["help wanted".to_owned(), "Kind/Feature".to_owned()]),
            assignees: Some(vec!["octocat".to_owned(), "fuweid".to_owned()]),
            ..IssuePatch::default()
        },
    );
    hub.run(&["apply"]).expect(0);
    hub.world(|world| {
        let issue = world.issue(REPO, 7).unwrap();
        assert_eq!(issue.title, "my own title, KEP-9001");
        assert!(issue.body.starts_with(written), "{}", issue.body);
        assert_eq!(
            issue.labels,
            [
                "help wanted",
                "kind/feature",
                "area/cri",
                "target/kubernetes/v1.38"
            ],
            "in the spelling of the repository's own labels"
        );
        assert_eq!(issue.assignees, ["octocat", "fuweid", "mikebrow"]);
        assert_eq!(issue.milestone, None, "the record leaves it open");
    });
    hub.run(&["plan", "--exit-code"]).expect(0);
}

#[test]
fn what_kepherd_set_and_the_record_no_longer_says_is_removed() {
    let hub =
        one("issue = 7\ntarget = \"1.38\"\nmilestone = \"2.5\"\nshepherds = [\"mikebrow\"]\n");
    hub.run(&["apply"]).expect(0);
    hub.folder.write(PATH, record(9001, "issue = 7\n"));
    let plan = hub.run(&["plan"]).expect(0);
    for text in ["- target/kubernetes/v1.38", "- 2.5", "- mikebrow"] {
        assert!(plan.contains(text), "{text}: {plan}");
    }
    hub.run(&["apply"]).expect(0);
    hub.world(|world| {
        let issue = world.issue(REPO, 7).unwrap();
        assert_eq!(issue.labels, ["kind/feature", "area/cri"]);
        assert_eq!((issue.milestone, issue.assignees.len()), (None, 0));
    });
}

#[test]
fn what_kepherd_never_set_is_never_removed() {
    let hub =
        one("issue = 7\ntarget = \"1.38\"\nmilestone = \"2.5\"\nshepherds = [\"mikebrow\"]\n");
    hub.world(|world| {
        let milestone = NewMilestone {
            title: "2.5".to_owned(),
            state: None,
            description: None,
            due_on: None,
        };
        world.create_milestone("octocat", REPO, milestone).unwrap();
    });
    edit(
        &hub,
        7,
        IssuePatch {
            labels: Some(vec!["target/kubernetes/v1.38".to_owned()]),
            assignees: Some(vec!["mikebrow".to_owned()]),
            milestone: Some(Some(1)),
            ..IssuePatch::default()
        },
    );
    hub.run(&["apply"]).expect(0);
    hub.folder.write(PATH, record(9001, "issue = 7\n"));
    hub.run(&["apply"]).expect(0);
    hub.world(|world| {
        let issue = world.issue(REPO, 7).unwrap();
        assert!(issue.labels.contains(&"target/kubernetes/v1.38".to_owned()));
        assert_eq!(issue.assignees, ["mikebrow"]);
        assert_eq!(issue.milestone, Some(1));
    });
}

#[test]
fn the_label_of_a_cycle_that_has_shipped_stays() {
    let hub = one("issue = 7\ntarget = \"1.38\"\n");
    hub.run(&["apply"]).expect(0);
    let calendar = hub.folder.read("releases/kubernetes.toml");
    let shipped = calendar.replace("planned = 2026-12-16", "released = 2026-12-16");
    hub.folder.write("releases/kubernetes.toml", shipped);
    hub.folder
        .write(PATH, record(9001, "issue = 7\ntarget = \"1.39\"\n"));
    hub.run(&["apply"]).expect(0);
    let labels = labels(&hub, 7);
    assert!(
        labels.contains(&"target/kubernetes/v1.38".to_owned()),
        "{labels:?}"
    );
    assert!(
        labels.contains(&"target/kubernetes/v1.39".to_owned()),
        "{labels:?}"
    );
}

#[test]
fn the_placeholder_gives_way_to_the_target() {
    let hub = one("issue = 7\ntriage = \"accepted\"\n");
    hub.run(&["apply"]).expect(0);
    assert!(labels(&hub, 7).contains(&"target/kubernetes/v1.??".to_owned()));
    hub.folder.write(
        PATH,
        record(
            9001,
            "issue = 7\ntriage = \"accepted\"\ntarget = \"1.38\"\n",
        ),
    );
    hub.run(&["apply"]).expect(0);
    assert_eq!(
        labels(&hub, 7),
        ["kind/feature", "area/cri", "target/kubernetes/v1.38"]
    );
}

#[test]
fn drift_is_put_right_or_reported_as_the_registry_says() {
    let hub = one("issue = 7\ntarget = \"1.38\"\nmilestone = \"2.5\"\n");
    let config = hub.folder.read("registry.toml");
    hub.folder.write(
        "registry.toml",
        format!("{config}\n[drift]\nmilestone = \"report\"\n"),
    );
    hub.run(&["apply"]).expect(0);
    edit(
        &hub,
        7,
        IssuePatch {
            labels: Some(vec![]),
            milestone: Some(None),
            ..IssuePatch::default()
        },
    );
    let plan = hub.run(&["plan"]).expect(0);
    assert!(
        plan.contains("drifted: target/kubernetes/v1.38 was taken off, by octocat on 20"),
        "{plan}"
    );
    assert!(
        plan.contains("2.5 was taken off, by octocat on 20"),
        "{plan}"
    );
    hub.run(&["apply"]).expect(0);
    assert_eq!(
        labels(&hub, 7),
        ["kind/feature", "area/cri", "target/kubernetes/v1.38"]
    );
    hub.world(|world| assert_eq!(world.issue(REPO, 7).unwrap().milestone, None));
    let plan = hub.run(&["plan", "--exit-code"]).expect(0);
    assert!(plan.contains("1 drifted"), "{plan}");
}

#[test]
fn a_conflict_stops_its_issue_and_nothing_else() {
    let other = "sig-node/9002-b.toml";
    let hub = Hub::with(&[
        (PATH, &record(9001, "issue = 7\nmilestone = \"2.5\"\n")),
        (other, &record(9002, "issue = 8\n")),
    ]);
    hub.world(|world| {
        let milestone = NewMilestone {
            title: "3.0".to_owned(),
            state: None,
            description: None,
            due_on: None,
        };
        world.create_milestone("octocat", REPO, milestone).unwrap();
    });
    edit(
        &hub,
        7,
        IssuePatch {
            milestone: Some(Some(1)),
            ..IssuePatch::default()
        },
    );
    let before = body(&hub, 7);
    let out = hub.run(&["apply"]).expect(1);
    assert!(
        out.contains("the record asks for milestone 2.5, and the issue has 3.0"),
        "{out}"
    );
    assert_eq!(body(&hub, 7), before);
    assert!(body(&hub, 8).contains("kepherd:begin KEP-9002"));
}

#[test]
fn broken_markers_are_reported_and_never_overwritten() {
    let begin = "<!-- kepherd:begin KEP-9001 -->";
    let end = "<!-- kepherd:end KEP-9001 -->";
    for broken in [
        format!("{begin}\ntext"),
        format!("text\n{end}"),
        format!("{begin}\n{begin}\ntext\n{end}\n{end}"),
        format!("{begin}\na\n{end}\n{begin}\nb\n{end}"),
        format!("{end}\ntext\n{begin}"),
        format!("{begin}\ntext\n<!-- kepherd:end KEP-9002 -->"),
    ] {
        let hub = one("issue = 7\ntarget = \"1.38\"\n");
        edit(
            &hub,
            7,
            IssuePatch {
                body: Some(broken.clone()),
                ..IssuePatch::default()
            },
        );
        let before = hub.exchanges().len();
        let out = hub.run(&["apply"]).expect(1);
        assert!(out.contains("its body is not written to"), "{out}");
        assert_eq!(hub.requests_since(before).2, 0);
        assert_eq!(body(&hub, 7), broken);
    }
}

#[test]
fn an_issue_that_looks_like_the_tracking_issue_blocks_a_second_one() {
    let hub = one("target = \"1.38\"\n");
    hub.world(|world| {
        world
            .add_issue("octocat", REPO, 3, "K8s KEP 9001: lullabies", "")
            .unwrap()
            .labels = vec!["area/cri".to_owned()];
    });
    let out = hub.run(&["apply"]).expect(1);
    assert!(
        out.contains("looks tracked already, by #3: pin it: `issue = 3`, or pass `--create 9001`"),
        "{out}"
    );
    hub.world(|world| assert_eq!(world.repository(REPO).unwrap().issues.len(), 1));
    hub.run(&["apply", "--create", "9001"]).expect(0);
    hub.world(|world| assert_eq!(world.repository(REPO).unwrap().issues.len(), 2));
    hub.run(&["plan", "--exit-code"]).expect(0);
}

#[test]
fn an_issue_whose_labels_were_taken_off_is_found_again() {
    let hub = one("target = \"1.38\"\n");
    hub.run(&["apply"]).expect(0);
    edit(
        &hub,
        1,
        IssuePatch {
            title: Some("renamed".to_owned()),
            labels: Some(vec![]),
            ..IssuePatch::default()
        },
    );
    hub.run(&["apply"]).expect(0);
    hub.world(|world| assert_eq!(world.repository(REPO).unwrap().issues.len(), 1));
    assert_eq!(
        labels(&hub, 1),
        ["kind/feature", "area/cri", "target/kubernetes/v1.38"]
    );
}

#[test]
fn a_marker_in_an_issue_of_somebody_else_blocks_and_is_not_followed() {
    let hub = one("target = \"1.38\"\n");
    let forged = "<!-- kepherd:begin KEP-9001 -->\nx\n<!-- kepherd:end KEP-9001 -->";
    hub.world(|world| {
        world
            .add_issue("octocat", REPO, 3, "hello", forged)
            .unwrap()
            .labels = vec!["area/cri".to_owned()];
    });
    let out = hub.run(&["apply"]).expect(1);
    assert!(
        out.contains("#3 carries the marker of KEP-9001, but a marker counts only in an issue that kepherd wrote"),
        "{out}"
    );
    assert_eq!(body(&hub, 3), forged);
}

#[test]
fn what_became_of_a_pinned_issue_is_told_apart_and_nothing_is_recreated() {
    let records: Vec<(String, String)> = (1..=4u32)
        .map(|n| {
            (
                format!("sig-node/{}-x.toml", 9000 + n),
                record(9000 + n, &format!("issue = {n}\n")),
            )
        })
        .collect();
    let mut files: Vec<(&str, &str)> = records
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect();
    let pull = record(9005, "issue = 5\n");
    files.push(("sig-node/9005-x.toml", &pull));
    let folder = Folder::with(&files);
    let mut world = seeded(&folder);
    world.delete_issue(REPO, 1).unwrap();
    world
        .transfer_issue("octocat", REPO, 2, "containerd/nri")
        .unwrap();
    world.repository_mut(REPO).unwrap().issues.remove(&3);
    world.repository_mut(REPO).unwrap().issues.remove(&5);
    world
        .add_pull_request("octocat", REPO, 5, "a pull request", "")
        .unwrap();
    let hub = Hub::of(folder, world);
    let out = hub.run(&["apply"]).expect(1);
    assert!(out.contains("#1 was deleted"), "{out}");
    assert!(out.contains("#2 was transferred to"), "{out}");
    assert!(
        out.contains("#3 does not exist, or this identity may not see it"),
        "{out}"
    );
    assert!(out.contains("#5 is a pull request"), "{out}");
    assert!(out.contains("updated  #4"), "{out}");
    hub.world(|world| assert_eq!(world.repository(REPO).unwrap().issues.len(), 2));
}

#[test]
fn a_guard_refuses_the_whole_plan() {
    let records: Vec<(String, String)> = (0..11u32)
        .map(|n| {
            (
                format!("sig-node/{}-x.toml", 9000 + n),
                record(9000 + n, ""),
            )
        })
        .collect();
    let files: Vec<(&str, &str)> = records
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect();
    let hub = Hub::with(&files);
    let before = hub.exchanges().len();
    let ran = hub.run(&["apply"]);
    assert!(
        ran.out
            .contains("11 issues would be created; `guards.creations` allows 10 a run"),
        "{ran:?}"
    );
    ran.expect(3);
    assert_eq!(hub.requests_since(before).2, 0);
}

#[test]
fn a_mass_removal_is_refused() {
    let records = |more: &str| -> Vec<(String, String)> {
        (1..=12u32)
            .map(|n| {
                (
                    format!("sig-node/{}-x.toml", 9000 + n),
                    record(9000 + n, &format!("issue = {n}\n{more}")),
                )
            })
            .collect()
    };
    let files = records("shepherds = [\"mikebrow\"]\n");
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect();
    let hub = Hub::with(&files);
    hub.run(&["apply"]).expect(0);
    for (path, text) in records("") {
        hub.folder.write(&path, text);
    }
    let out = hub.run(&["apply"]).expect(3);
    assert!(
        out.contains("12 assignees would be taken off; `guards.removals` allows 10 a run"),
        "{out}"
    );
}

#[test]
fn an_assignee_that_github_drops_is_an_error() {
    let hub = one("issue = 7\nshepherds = [\"mikebrow\"]\n");
    hub.world(|world| {
        world
            .repository_mut(REPO)
            .unwrap()
            .assignable
            .remove("mikebrow");
    });
    let out = hub.run(&["apply"]).expect(1);
    assert!(out.contains("left out assignee mikebrow"), "{out}");
}

#[test]
fn without_push_access_what_github_drops_is_an_error() {
    let hub = one("target = \"1.38\"\n");
    hub.world(|world| world.repository_mut(REPO).unwrap().viewer_can_push = false);
    let out = hub.run(&["apply"]).expect(1);
    assert!(out.contains("failed"), "{out}");
}

#[test]
fn a_token_that_is_absent_or_wrong_is_said_so_and_changes_nothing() {
    let hub = one("issue = 7\n");
    let ran = hub.folder.run(&["plan"]);
    assert!(ran.log.contains("no token: set GITHUB_TOKEN"), "{ran:?}");
    ran.expect(2);
    let ran = hub.run_as("bad", &["apply"]);
    assert!(
        ran.log.contains("GitHub does not accept the token"),
        "{ran:?}"
    );
    ran.expect(2);
    assert_eq!(hub.requests_since(0).2, 0);
}

#[test]
fn records_with_mistakes_stop_plan_and_apply() {
    let hub = one("issue = 7\ntarget = \"1.83\"\n");
    let ran = hub.run(&["apply"]);
    assert!(ran.out.contains("error[unknown-release]"), "{ran:?}");
    ran.expect(2);
    assert_eq!(hub.exchanges().len(), 0, "nothing was even read");
}

#[test]
fn a_plan_is_json_that_its_schema_describes() {
    let hub = one("target = \"1.38\"\nmilestone = \"2.5\"\n");
    let text = hub.run(&["plan", "--format=json"]).expect(0);
    let plan: serde_json::Value = serde_json::from_str(&text).unwrap();
    let schema: serde_json::Value =
        serde_json::from_str(include_str!("../schema/plan.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let problems: Vec<String> = validator
        .iter_errors(&plan)
        .map(|error| error.to_string())
        .collect();
    assert!(problems.is_empty(), "{problems:?}");
    let again = hub.run(&["plan", "--format=json"]).expect(0);
    assert_eq!(again, text, "a plan is the same for the same state");
}

#[test]
fn a_work_item_gets_an_issue_too() {
    let hub = Hub::with(&[(
        "work-items/critest.toml",
        "id = \"critest\"\ntitle = \"Run critest on both runtimes\"\nkind = \"interop\"\nassignees = [\"mikebrow\"]\n",
    )]);
    hub.run(&["apply"]).expect(0);
    hub.world(|world| {
        let issue = world.issue(REPO, 1).unwrap();
        assert_eq!(issue.title, "Run critest on both runtimes");
        assert!(matches!(find(&issue.body), Found::Present(_)));
    });
    hub.run(&["plan", "--exit-code"]).expect(0);
}

#[test]
fn records_go_to_their_own_repository() {
    let hub = Hub::with(&[
        (PATH, &record(9001, "repository = \"containerd/nri\"\n")),
        ("sig-node/9002-b.toml", &record(9002, "")),
    ]);
    hub.run(&["apply"]).expect(0);
    hub.world(|world| {
        assert!(
            world
                .issue("containerd/nri", 1)
                .unwrap()
                .title
                .contains("9001")
        );
        assert!(world.issue(REPO, 1).unwrap().title.contains("9002"));
    });
}

#[test]
fn a_record_that_moves_to_another_repository_gets_no_second_issue() {
    let hub = Hub::with(&[
        (PATH, &record(9001, "")),
        ("sig-node/9002-b.toml", &record(9002, "")),
    ]);
    hub.run(&["apply"]).expect(0);
    hub.folder
        .write(PATH, record(9001, "repository = \"containerd/nri\"\n"));
    let out = hub.run(&["apply"]).expect(1);
    assert!(
        out.contains("containerd/containerd#1 carries the marker of KEP-9001"),
        "{out}"
    );
    hub.world(|world| {
        assert!(
            world
                .repository("containerd/nri")
                .unwrap()
                .issues
                .is_empty()
        )
    });
}

#[test]
fn hostile_titles_mention_nobody_and_break_nothing() {
    let title = "<!-- kepherd:end KEP-9001 --> @octocat | `x` [a](b) #12 --> 'quoted' GH-7";
    let text = format!("number = 9001\ntitle = \"{title}\"\nstatus = \"implementable\"\n");
    let hub = Hub::with(&[(PATH, &text)]);
    hub.run(&["apply"]).expect(0);
    let body = body(&hub, 1);
    assert!(matches!(find(&body), Found::Present(_)), "{body}");
    assert!(!body.contains("@octocat"), "{body}");
    hub.run(&["plan", "--exit-code"]).expect(0);
}

#[test]
fn an_edited_section_that_is_only_reported_does_not_make_kepherd_forget() {
    let hub = one("issue = 7\nshepherds = [\"mikebrow\"]\n");
    let config = hub.folder.read("registry.toml");
    hub.folder.write(
        "registry.toml",
        format!("{config}\n[drift]\nsection = \"report\"\n"),
    );
    hub.run(&["apply"]).expect(0);
    let people = body(&hub, 7).replace("| Status | implementable |", "| Status | going well |");
    edit(
        &hub,
        7,
        IssuePatch {
            body: Some(people),
            ..IssuePatch::default()
        },
    );
    hub.folder.write(
        PATH,
        record(9001, "issue = 7\nshepherds = [\"samuelkarp\"]\n"),
    );
    hub.run(&["apply"]).expect(0);
    assert!(body(&hub, 7).contains("going well"));
    // What kepherd took off and a person puts on again is the person's.
    edit(
        &hub,
        7,
        IssuePatch {
            assignees: Some(vec!["samuelkarp".to_owned(), "mikebrow".to_owned()]),
            ..IssuePatch::default()
        },
    );
    hub.run(&["apply"]).expect(0);
    hub.world(|world| assert_eq!(world.issue(REPO, 7).unwrap().assignees.len(), 2));
}

#[test]
fn a_hint_that_was_tampered_with_removes_nothing() {
    let hub = one("issue = 7\n");
    hub.run(&["apply"]).expect(0);
    let label = "target/kubernetes/v1.38".to_owned();
    let forged = body(&hub, 7).replace(
        "\"status\"",
        &format!("\"labels\":[\"{label}\",\"{label}\"],\"status\""),
    );
    edit(
        &hub,
        7,
        IssuePatch {
            body: Some(forged),
            labels: Some(vec![label.clone()]),
            ..IssuePatch::default()
        },
    );
    hub.run(&["apply"]).expect(0);
    assert!(labels(&hub, 7).contains(&label));
}

#[test]
fn an_issue_that_another_record_mentions_may_still_be_this_ones() {
    let hub = Hub::with(&[
        (PATH, &record(9001, "")),
        (
            "sig-node/9002-b.toml",
            &record(9002, "issue = 2\nrelated-issues = [3]\n"),
        ),
    ]);
    hub.world(|world| {
        let repository = world.repository_mut(REPO).unwrap();
        repository.issues.get_mut(&3).unwrap().title = "KEP-9001: lullabies".to_owned();
    });
    let out = hub.run(&["apply"]).expect(1);
    assert!(out.contains("looks tracked already, by #3"), "{out}");
}

#[test]
fn a_token_or_an_address_that_cannot_be_one_is_refused_and_not_repeated() {
    let hub = one("issue = 7\n");
    let ran = hub.run_as("secret\nsecond line", &["plan"]);
    assert!(
        ran.log
            .contains("the token has a character that no token has"),
        "{ran:?}"
    );
    assert!(!ran.log.contains("secret"), "{ran:?}");
    ran.expect(2);
    let mut command = common::command(hub.folder.path(), &["-v", "-v", "plan"]);
    command
        .env("GITHUB_API_URL", "http://user:sekret@127.0.0.1:9")
        .env("GITHUB_TOKEN", "hidden");
    let ran = common::Ran::of(&mut command);
    assert!(
        !format!("{}{}", ran.out, ran.log).contains("sekret"),
        "{ran:?}"
    );
    ran.expect(2);
    let mut command = common::command(hub.folder.path(), &["-v", "-v", "plan"]);
    command
        .env("GITHUB_API_URL", "http://127.0.0.1:9")
        .env("GITHUB_TOKEN", "hidden");
    let ran = common::Ran::of(&mut command);
    assert!(ran.log.contains("no answer"), "{ran:?}");
    assert!(
        !format!("{}{}", ran.out, ran.log).contains("hidden"),
        "{ran:?}"
    );
    ran.expect(2);
}

#[test]
fn a_closed_issue_is_kept_up_to_date_and_not_reopened() {
    let hub = one("issue = 7\ntarget = \"1.38\"\n");
    edit(
        &hub,
        7,
        IssuePatch {
            state: Some(State::Closed),
            ..IssuePatch::default()
        },
    );
    hub.run(&["apply"]).expect(0);
    hub.world(|world| assert_eq!(world.issue(REPO, 7).unwrap().state, State::Closed));
}

/// DESIGN section 6: ⌈N/100⌉ pages, ⌈A/100⌉ more with an unpinned record; k writes and at most k single reads.
#[test]
fn requests_follow_the_formula() {
    for count in [10u32, 100, 250] {
        let records: Vec<(String, String)> = (1..=count)
            .map(|n| {
                (
                    format!("sig-node/{}-x.toml", 9000 + n),
                    record(9000 + n, &format!("issue = {n}\n")),
                )
            })
            .collect();
        let files: Vec<(&str, &str)> = records
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()))
            .collect();
        let hub = Hub::with(&files);
        let pages = count.div_ceil(100) as usize;

        hub.run(&["apply"]).expect(0);
        let all = count as usize;
        assert_eq!(hub.requests_since(0), (pages, all, all), "the first run");

        let before = hub.exchanges().len();
        hub.run(&["plan", "--exit-code"]).expect(0);
        assert_eq!(
            hub.requests_since(before),
            (pages, 0, 0),
            "a no-op plan of {count}"
        );

        let before = hub.exchanges().len();
        for n in 1..=3u32 {
            hub.folder.write(
                &format!("sig-node/{}-x.toml", 9000 + n),
                record(9000 + n, &format!("issue = {n}\ntarget = \"1.38\"\n")),
            );
        }
        hub.run(&["apply"]).expect(0);
        // Three issues and the label that they need.
        assert_eq!(
            hub.requests_since(before),
            (pages, 3, 4),
            "three changes among {count}"
        );

        let before = hub.exchanges().len();
        hub.folder.write("sig-node/9999-new.toml", record(9999, ""));
        hub.run(&["plan"]).expect(0);
        assert_eq!(
            hub.requests_since(before),
            (2 * pages, 0, 0),
            "one record without an issue"
        );
    }
}
