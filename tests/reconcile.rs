//! apply, through the binary, against the sandbox: the order of things, failures, saved plans, and what it costs. What a plan
//! holds is in `planning.rs`.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

mod common;

use common::{Folder, Hub, PATH, REPO, borrowed, record, seeded};
use kepherd::sandbox::Options;
use kepherd::sandbox::world::{IssuePatch, NewLabel, State};
use kepherd::sync::section::{Markers, find, put, render};

#[test]
fn a_new_issue_says_what_its_record_says() {
    let hub = Hub::one(
        "target = \"1.38\"\nmilestone = \"2.5\"\nshepherds = [\"mikebrow\", \"SamuelKarp\"]\n",
    );
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
    let hub = Hub::one("target = \"1.38\"\nmilestone = \"2.5\"\nshepherds = [\"mikebrow\"]\n");
    hub.run(&["apply"]).expect(0);
    let before = hub.exchanges().len();
    let out = hub.run(&["apply"]).expect(0);
    assert!(out.starts_with("nothing to do: 1 in sync"), "{out}");
    assert_eq!(hub.requests_since(before).2, 0);
    hub.run(&["plan", "--exit-code"]).expect(0);
}

#[test]
fn adoption_leaves_what_people_wrote() {
    let hub = Hub::one("issue = 7\ntarget = \"1.38\"\nshepherds = [\"mikebrow\"]\n");
    let written = "### What\r\n\r\nPeople wrote this.\r\n";
    hub.world(|world| {
        world.add_assignable(REPO, "octocat").unwrap();
        let repository = world.repository_mut(REPO).unwrap();
        repository.issues.get_mut(&7).unwrap().labels.clear();
    });
    hub.edit(
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
        let hub = Hub::one("issue = 7\ntarget = \"1.38\"\n");
        hub.edit(
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
        assert_eq!(hub.issue(7).body, broken);
    }
}

#[test]
fn an_assignee_that_github_drops_is_an_error() {
    let hub = Hub::one("issue = 7\nshepherds = [\"mikebrow\"]\n");
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
fn without_the_right_to_it_nothing_is_written_and_that_is_said_before_the_first_write() {
    let hub = Hub::one("target = \"1.38\"\n");
    hub.world(|world| world.repository_mut(REPO).unwrap().viewer_can_push = false);
    let ran = hub.run(&["apply"]);
    assert!(
        ran.log
            .contains("as kepherd-bot: may NOT write the issues of containerd/containerd\n"),
        "{ran:?}"
    );
    assert!(
        ran.out
            .contains("failed   containerd/containerd  kepherd-bot may not set labels"),
        "{ran:?}"
    );
    ran.expect(1);
    assert_eq!(hub.requests_since(0).2, 0, "nothing was sent");
}

#[test]
fn the_role_triage_writes_issues_and_creates_no_labels() {
    let hub = Hub::with(&[
        (PATH, &record(9001, "target = \"1.38\"\n")),
        (
            "sig-node/9002-b.toml",
            &record(9002, "issue = 8\nshepherds = [\"mikebrow\"]\n"),
        ),
    ]);
    hub.world(|world| {
        let repository = world.repository_mut(REPO).unwrap();
        repository.viewer_can_push = false;
        repository.viewer_can_triage = true;
    });
    let ran = hub.run(&["apply"]);
    assert!(
        ran.log.contains(
            "may triage the issues of containerd/containerd, and create no labels or milestones"
        ),
        "{ran:?}"
    );
    assert!(
        ran.out.contains(
            "failed   label target/kubernetes/v1.38  the role `triage` may not create labels"
        ),
        "{ran:?}"
    );
    assert!(
        ran.out.contains("its label target/kubernetes/v1.38 could not be created; nothing of the issue is written"),
        "{ran:?}"
    );
    assert!(ran.out.contains("updated  #8"), "{ran:?}");
    ran.expect(1);
    assert_eq!(hub.requests_since(0).2, 1, "the update of #8 alone");
}

#[test]
fn a_token_that_is_absent_or_wrong_is_said_so_and_changes_nothing() {
    let hub = Hub::one("issue = 7\n");
    let ran = hub.folder.run(&["plan"]);
    assert!(ran.log.contains("no token: set GITHUB_TOKEN"), "{ran:?}");
    ran.expect(2);
    let ran = hub.run_as("bad", &["apply"]);
    assert!(
        ran.log.contains("GitHub does not accept the credentials"),
        "{ran:?}"
    );
    ran.expect(2);
    assert_eq!(hub.requests_since(0).2, 0);
}

#[test]
fn records_with_mistakes_stop_plan_and_apply() {
    let hub = Hub::one("issue = 7\ntarget = \"1.83\"\n");
    let ran = hub.run(&["apply"]);
    assert!(ran.out.contains("error[unknown-release]"), "{ran:?}");
    ran.expect(2);
    assert_eq!(hub.exchanges().len(), 0, "nothing was even read");
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
        assert!(matches!(find(&issue.body), Markers::Present(_)));
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
fn an_edited_section_that_is_only_reported_does_not_make_kepherd_forget() {
    let hub = Hub::one("issue = 7\nshepherds = [\"mikebrow\"]\n");
    let config = hub.folder.read("registry.toml");
    hub.folder.write(
        "registry.toml",
        format!("{config}\n[drift]\nsection = \"report\"\n"),
    );
    hub.run(&["apply"]).expect(0);
    let people = hub
        .issue(7)
        .body
        .replace("| Status | implementable |", "| Status | going well |");
    hub.edit(
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
    assert!(hub.issue(7).body.contains("going well"));
    // What kepherd took off and a person puts on again is the person's.
    hub.edit(
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
    let hub = Hub::one("issue = 7\n");
    hub.run(&["apply"]).expect(0);
    let label = "target/kubernetes/v1.38".to_owned();
    let forged = hub.issue(7).body.replace(
        "\"status\"",
        &format!("\"labels\":[\"{label}\",\"{label}\"],\"status\""),
    );
    hub.edit(
        7,
        IssuePatch {
            body: Some(forged),
            labels: Some(vec![label.clone()]),
            ..IssuePatch::default()
        },
    );
    hub.run(&["apply"]).expect(0);
    assert!(hub.issue(7).labels.contains(&label));
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
    let hub = Hub::one("issue = 7\n");
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
    let mut command = common::command(hub.folder.path(), &["-v", "-v", "plan", "--max-wait=0"]);
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
    let hub = Hub::one("issue = 7\ntarget = \"1.38\"\n");
    hub.edit(
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
/// A no-op, three changes, and a record without an issue, among so many issues and twice as many pull requests.
fn requests_follow_the_formula(count: u32) {
    let name = |n: u32| format!("sig-node/{}-x.toml", 10_000 + n);
    let text = |n: u32, milestone: &str| {
        let pulls =
            [2 * n, 2 * n + 1].map(|pull| format!("{{ id = \"{REPO}#{}\" }}", 20_000 + pull));
        let pulls = pulls.join(", ");
        let more =
            format!("issue = {n}\ntarget = \"1.38\"\n{milestone}pull-requests = [{pulls}]\n");
        record(10_000 + n, &more)
    };
    let records: Vec<(String, String)> = (1..=count).map(|n| (name(n), text(n, ""))).collect();
    let folder = Folder::with(&borrowed(&records));
    let world = seeded(&folder);
    let options = Options {
        // A thousand issues are more than an hour has requests for.
        rate_limit: 100_000,
        ..Options::default()
    };
    let hub = Hub::started(folder, world, options);
    let all = 3 * count as usize;
    let pages = all.div_ceil(100);

    hub.run(&["apply"]).expect(0);
    // One label, and a read and a write for each issue and pull request.
    assert_eq!(
        hub.requests_since(0),
        (pages, all, all + 1),
        "the first run"
    );

    let before = hub.exchanges().len();
    hub.run(&["plan", "--exit-code"]).expect(0);
    hub.run(&["apply"]).expect(0);
    assert_eq!(
        hub.requests_since(before),
        (2 * pages, 0, 0),
        "no-op runs of {count}"
    );

    let before = hub.exchanges().len();
    for n in 1..=3 {
        hub.folder.write(&name(n), text(n, "milestone = \"2.5\"\n"));
    }
    hub.run(&["apply"]).expect(0);
    // Three issues and the milestone that they need.
    assert_eq!(
        hub.requests_since(before),
        (pages, 3, 4),
        "three changes among {count}"
    );

    let before = hub.exchanges().len();
    hub.folder.write("sig-node/9999-new.toml", record(9999, ""));
    hub.run(&["plan"]).expect(0);
    let listed = (count as usize).div_ceil(100);
    assert_eq!(
        hub.requests_since(before),
        (pages + listed + 2, 0, 0),
        "one record without an issue: the list, what may have been created in the other repository, and a search"
    );
}

#[test]
fn requests_follow_the_formula_for_ten_issues() {
    requests_follow_the_formula(10);
}

#[test]
fn requests_follow_the_formula_for_a_hundred_issues() {
    requests_follow_the_formula(100);
}

#[test]
#[ignore = "ten thousand requests, held to GitHub's interface; .ci/run runs this"]
fn requests_follow_the_formula_for_a_thousand_issues() {
    requests_follow_the_formula(1_000);
}

#[test]
fn writes_come_in_their_order() {
    let pull = "pull-requests = [{ id = \"containerd/containerd#20\" }]\n";
    let hub = Hub::with(&[
        (
            PATH,
            &record(9001, &format!("issue = 7\ntarget = \"1.38\"\n{pull}")),
        ),
        (
            "sig-node/9002-b.toml",
            &record(9002, "milestone = \"2.5\"\n"),
        ),
    ]);
    hub.configure("[announce]\non = [\"target\"]");
    hub.run(&["apply"]).expect(0);
    let writes = |from: usize| -> Vec<String> {
        hub.exchanges()[from..]
            .iter()
            .filter(|one| one.method != "GET" && one.path != "/graphql")
            .map(|one| {
                format!(
                    "{} {}",
                    one.method,
                    one.path.trim_start_matches("/repos/containerd/containerd/")
                )
            })
            .collect()
    };
    assert_eq!(
        writes(0),
        [
            "POST labels",
            "POST milestones",
            "POST issues",
            "PATCH issues/7",
            "PATCH issues/20"
        ]
    );
    let before = hub.exchanges().len();
    hub.rewrite(&format!("issue = 7\ntarget = \"1.39\"\n{pull}"));
    hub.run(&["apply"]).expect(0);
    assert_eq!(
        writes(before),
        [
            "POST labels",
            "POST issues/7/comments",
            "PATCH issues/7",
            "PATCH issues/20",
            // The label is off the pull request, and does not have to be remembered any more.
            "PATCH issues/7"
        ]
    );
}

#[test]
fn a_saved_plan_is_applied_if_it_is_still_what_would_be_done() {
    let hub = Hub::one("issue = 7\ntarget = \"1.38\"\n");
    let shown = hub
        .run(&["plan", "--out", &hub.folder.beside("plan.json")])
        .expect(0);
    // A comment and a label of somebody's are no reason to plan again.
    hub.label(7, &["kind/feature", "area/cri", "help wanted"]);
    hub.world(|world| world.add_comment("octocat", REPO, 7, "me too").map(|_| ()))
        .unwrap();
    let out = hub
        .run(&["apply", &hub.folder.beside("plan.json")])
        .expect(0);
    let hash = shown.split("plan ").nth(1).unwrap()[..8].to_owned();
    assert!(out.contains(&format!("applied plan {hash}")), "{out}");
    let ran = hub.run(&["apply", &hub.folder.beside("plan.json")]);
    assert!(
        ran.log.contains("KEP-9001 (#7): nothing to do any more"),
        "{ran:?}"
    );
    ran.expect(3);
}

#[test]
fn a_saved_plan_that_is_stale_is_refused_and_says_why() {
    let other = "sig-node/9002-b.toml";
    let hub = Hub::with(&[
        (PATH, &record(9001, "issue = 7\ntarget = \"1.38\"\n")),
        (other, &record(9002, "issue = 8\n")),
    ]);
    let refused = |expected: &[&str]| {
        let before = hub.exchanges().len();
        let ran = hub.run(&["apply", &hub.folder.beside("plan.json")]);
        for text in expected {
            assert!(ran.log.contains(text), "{text}: {ran:?}");
        }
        ran.expect(3);
        assert_eq!(hub.requests_since(before).2, 0);
    };
    hub.run(&["plan", "--out", &hub.folder.beside("plan.json")])
        .expect(0);
    hub.folder
        .write(other, record(9002, "issue = 8\ntarget = \"1.39\"\n"));
    refused(&[
        "is stale",
        "the registry was changed since",
        "KEP-9002 (#8): something else is to do",
    ]);
    // Whatever was changed in the registry, somebody has to look again.
    hub.run(&["plan", "--out", &hub.folder.beside("plan.json")])
        .expect(0);
    let roster = hub.folder.read("maintainers.toml");
    hub.folder
        .write("maintainers.toml", format!("{roster}# one comment\n"));
    refused(&["is stale", "the registry was changed since"]);
    hub.run(&["plan", "--out", &hub.folder.beside("plan.json")])
        .expect(0);
    hub.label(7, &["target/kubernetes/v1.38"]);
    refused(&["KEP-9001 (#7): something else is to do"]);
    // Somebody does what was planned, and somebody undoes what was in sync.
    hub.run(&["apply"]).expect(0);
    hub.folder
        .write(other, record(9002, "issue = 8\ntarget = \"1.38\"\n"));
    hub.run(&["plan", "--out", &hub.folder.beside("plan.json")])
        .expect(0);
    hub.run(&["apply"]).expect(0);
    let closed = IssuePatch {
        body: Some(String::new()),
        ..IssuePatch::default()
    };
    hub.edit(7, closed);
    refused(&[
        "KEP-9001 (#7): was not in the plan",
        "KEP-9002 (#8): nothing to do any more",
    ]);
}

/// The labels of a pull request are a part of the plan, whatever happens to the issue.
#[test]
fn a_saved_plan_for_a_pull_request_is_stale_when_somebody_did_it() {
    let target = "target/kubernetes/v1.38";
    let hub = Hub::one(
        "issue = 7\ntarget = \"1.38\"\npull-requests = [{ id = \"containerd/containerd#20\" }]\n",
    );
    hub.run(&["apply"]).expect(0);
    hub.label(20, &["size/L"]);
    let file = hub.folder.beside("plan.json");
    let plan = hub.run(&["plan", "--out", &file]).expect(0);
    assert!(
        plan.contains("1 in sync · 1 pull request to label"),
        "{plan}"
    );
    hub.label(20, &["size/L", target]);
    let ran = hub.run(&["apply", &file]);
    assert!(
        ran.log
            .contains("containerd/containerd#20: nothing to do any more"),
        "{ran:?}"
    );
    ran.expect(3);
    hub.label(20, &["size/L"]);
    hub.run(&["apply", &file]).expect(0);
    assert_eq!(hub.issue(20).labels, ["size/L", target]);
}

#[test]
fn a_file_that_is_no_plan_is_refused() {
    let hub = Hub::one("issue = 7\ntarget = \"1.38\"\n");
    hub.run(&["plan", "--out", &hub.folder.beside("plan.json")])
        .expect(0);
    let file = hub.folder.beside("plan.json");
    let plan = std::fs::read_to_string(&file).unwrap();
    let cases = [
        (
            plan.replace("v1.38", "v1.39"),
            "was edited: it does not carry the hash of what it says",
        ),
        (
            plan.replace("\"version\": 2", "\"version\": 99"),
            "is a plan of version 99",
        ),
        ("{}".to_owned(), "is not a plan"),
        ("no JSON".to_owned(), "is not a plan"),
        (String::new(), "is not a plan"),
    ];
    for (text, expected) in cases {
        std::fs::write(&file, text).unwrap();
        let ran = hub.run(&["apply", &hub.folder.beside("plan.json")]);
        assert!(ran.log.contains(expected), "{expected}: {ran:?}");
        ran.expect(2);
    }
    let ran = hub.run(&["apply", "missing.json"]);
    assert!(
        ran.log.contains("`") && ran.log.contains("missing.json` cannot be read"),
        "{ran:?}"
    );
    ran.expect(2);
    // A word that is neither is not taken for a file, whatever else is asked for.
    for more in [&["apply", "77777"][..], &["apply", "nfs-e2ee", "--sandbox"]] {
        let ran = hub.run(more);
        let words = format!(
            "the registry has no record of `{}`, and there is no plan of that name",
            more[1]
        );
        assert!(ran.log.contains(&words), "{ran:?}");
        ran.expect(2);
    }
    let inside = hub.folder.path().join("sig-new/folder/plan.json");
    let around = hub
        .folder
        .path()
        .join("../absent/..")
        .join(hub.folder.path().file_name().unwrap())
        .join("releases/plan.json");
    // Beside the registry's own files lies whatever a repository has.
    hub.run(&["plan", "--out", "plan.json"]).expect(0);
    hub.run(&["plan"]).expect(0);
    for out in [
        "work-items/plan.json",
        inside.to_str().unwrap(),
        around.to_str().unwrap(),
    ] {
        let ran = hub.run(&["plan", "--out", out]);
        assert!(
            ran.log.contains("a plan is no part of the registry"),
            "{out}: {ran:?}"
        );
        ran.expect(2);
    }
    assert_eq!(hub.requests_since(0).2, 0);
}

/// Nobody reads a hundred lines that say why: the first ten, and how many more there are.
#[test]
fn a_saved_plan_that_is_stale_all_over_says_so_in_a_few_lines() {
    let files = common::many(13, |_| "target = \"1.38\"\n".to_owned());
    let hub = Hub::with(&common::borrowed(&files));
    let plan = hub.folder.beside("plan.json");
    hub.configure("[guards]\ncreations = 100\n");
    hub.run(&["plan", "--out", &plan]).expect(0);
    for (path, text) in &files {
        hub.folder.write(path, text.replace("1.38", "1.39"));
    }
    let ran = hub.run(&["apply", &plan]);
    assert_eq!(ran.status, 3, "{}", ran.log);
    let said = ran.log.matches("something else is to do").count();
    assert_eq!(said, 10, "{}", ran.log);
    // Of 13 issues, and the labels of two releases.
    assert!(ran.log.contains("… and 5 more"), "{}", ran.log);
    // As many as are said are all of them.
    hub.run(&["plan", "--out", &plan]).expect(0);
    for (path, text) in files.iter().take(10) {
        hub.folder.write(
            path,
            text.replace("1.38", "1.39")
                .replace("title = \"", "title = \"More "),
        );
    }
    let ran = hub.run(&["apply", &plan]);
    let said = ran.log.matches("something else is to do").count();
    assert_eq!(said, 10, "{}", ran.log);
    assert!(!ran.log.contains("… and"), "{}", ran.log);
}

#[test]
fn a_saved_plan_remembers_what_it_was_made_with() {
    let hub = Hub::with(&[
        (PATH, &record(9001, "")),
        (
            "sig-node/9002-b.toml",
            &record(9002, "repository = \"containerd/nri\"\n"),
        ),
    ]);
    hub.world(|world| {
        world
            .add_issue("octocat", REPO, 3, "KEP 9001", "")
            .unwrap()
            .labels = vec!["area/cri".to_owned()];
    });
    hub.run(&[
        "plan",
        "--create=9001",
        "--repository=containerd/containerd",
        "--out",
        &hub.folder.beside("plan.json"),
    ])
    .expect(0);
    hub.run(&["apply", &hub.folder.beside("plan.json")])
        .expect(0);
    assert_eq!(hub.issue_count(), 2);
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
fn numbers_of_created_issues_are_written_back_and_the_rest_of_the_record_stays() {
    let text = "# ours\nnumber = 9001 # the number\ntitle = 'Lullabies'\nstatus   = \"implementable\"\ntarget = \"1.38\"\n\n[reached]\nalpha = \"1.37\"\n";
    let item = "id = \"critest\"\ntitle = \"Run critest\"\nkind = \"interop\"\nassignees = [\"mikebrow\"]\n";
    let hub = Hub::with(&[(PATH, text), ("work-items/critest.toml", item)]);
    let out = hub.run(&["apply", "--write-back"]).expect(0);
    assert!(
        out.contains("recorded sig-node/9001-pod-lullabies.toml: issue = 1"),
        "{out}"
    );
    assert_eq!(
        hub.folder.read(PATH),
        text.replace("target = \"1.38\"\n", "target = \"1.38\"\nissue = 1\n")
    );
    assert_eq!(
        hub.folder.read("work-items/critest.toml"),
        format!("{item}issue = 2\n")
    );
    hub.run(&["check"]).expect(0);
    hub.run(&["plan", "--exit-code"]).expect(0);
    let before = hub.exchanges().len();
    hub.run(&["apply", "--write-back"]).expect(0);
    assert_eq!(
        hub.requests_since(before),
        (1, 0, 0),
        "with a number, no list is read"
    );
}

#[test]
fn a_number_that_was_not_written_back_is_found_by_its_marker_and_written_later() {
    let hub = Hub::one("target = \"1.38\"\n");
    hub.run(&["apply"]).expect(0);
    let out = hub.run(&["apply", "--write-back"]).expect(0);
    assert!(out.contains("issue = 1"), "{out}");
    assert_eq!(
        hub.folder.read(PATH),
        record(9001, "target = \"1.38\"\nissue = 1\n")
    );
}

#[test]
fn the_numbers_of_a_sandbox_are_never_written_back() {
    let hub = Hub::one("");
    let ran = hub.run(&["apply", "--sandbox", "--write-back"]);
    assert!(ran.log.contains("cannot be used with"), "{ran:?}");
    ran.expect(2);
}

#[test]
fn the_failure_of_one_repository_does_not_touch_another() {
    let hub = Hub::two_repositories();
    hub.world(|world| world.repositories.remove("containerd/nri"));
    let ran = hub.run(&["apply"]);
    assert!(
        ran.out
            .contains("not read  containerd/nri: containerd/nri does not exist"),
        "{ran:?}"
    );
    assert!(ran.out.contains("updated  #7"), "{ran:?}");
    assert!(ran.out.contains("1 repository not read"), "{ran:?}");
    ran.expect(1);
    // An answer that cannot be used, to a request that asks for both.
    let hub = Hub::two_repositories();
    hub.world(|world| {
        for n in 0..101 {
            let name = format!("label-{n}");
            let new = NewLabel {
                name: name.clone(),
                color: None,
                description: None,
            };
            world
                .create_label("octocat", "containerd/nri", new)
                .unwrap();
            let issues = &mut world.repository_mut("containerd/nri").unwrap().issues;
            issues.get_mut(&8).unwrap().labels.push(name);
        }
    });
    let ran = hub.run(&["apply"]);
    assert!(
        ran.out.contains(
            "not read  containerd/nri: POST /graphql: the answer cannot be read (#8 has more labels"
        ),
        "{ran:?}"
    );
    assert!(ran.out.contains("updated  #7"), "{ran:?}");
    ran.expect(1);
    // A repository that can be read and not written.
    let hub = Hub::two_repositories();
    hub.world(|world| {
        world
            .repository_mut("containerd/nri")
            .unwrap()
            .viewer_can_push = false
    });
    let ran = hub.run(&["apply"]);
    assert!(
        ran.out.contains("updated  #7") && ran.out.contains("failed"),
        "{ran:?}"
    );
    ran.expect(1);
}

#[test]
fn one_repository_can_be_selected() {
    let hub = Hub::two_repositories();
    let out = hub.run(&["apply", "--repository=containerd/nri"]).expect(0);
    assert!(out.contains("updated  #8") && !out.contains("#7"), "{out}");
    for exchange in hub.exchanges() {
        assert!(
            !exchange.path.contains("containerd/containerd"),
            "{}",
            exchange.path
        );
        assert!(
            !format!("{:?}", exchange.request)
                .contains("\"containerd\", \"name0\": String(\"containerd\")"),
            "{exchange:?}"
        );
    }
    hub.run(&["apply", "--repository=containerd/containerd"])
        .expect(0);
    hub.run(&["plan", "--exit-code"]).expect(0);
}

#[test]
fn a_plan_of_two_hundred_issues_stays_readable() {
    let records: Vec<(String, String)> = (1..=200u32)
        .map(|n| {
            (
                format!("sig-node/{}-x.toml", 9000 + n),
                record(9000 + n, &format!("issue = {n}\ntarget = \"1.38\"\n")),
            )
        })
        .collect();
    let files = borrowed(&records);
    let hub = Hub::with(&files);
    // What needs a look is never folded.
    hub.edit(
        17,
        IssuePatch {
            title: Some("something".to_owned()),
            ..IssuePatch::default()
        },
    );
    let plan = hub.run(&["plan"]).expect(0);
    assert!(plan.lines().count() < 220, "{}", plan.lines().count());
    assert!(
        plan.contains(
            "#3      KEP-9003  Pod Lullabies 9003  labels +target/kubernetes/v1.38, section\n"
        ),
        "{plan}"
    );
    assert!(
        plan.contains("notice     its title does not name KEP-9017"),
        "{plan}"
    );
    assert!(
        plan.contains("folded: --full shows every field of them"),
        "{plan}"
    );
    let full = hub.run(&["plan", "--full"]).expect(0);
    assert!(full.lines().count() > 2000, "{}", full.lines().count());
    let markdown = hub.run(&["plan", "--format=markdown"]).expect(0);
    assert_eq!(markdown.matches("<details>").count(), 199);
    assert_eq!(markdown.matches("<details open>").count(), 1);
    assert!(markdown.len() < 900 * 1024);
}

#[test]
fn what_people_write_into_a_record_during_a_run_is_kept() {
    let hub = Hub::with(&[
        (PATH, &record(9001, "target = \"1.38\"\n")),
        ("sig-node/9002-b.toml", &record(9002, "")),
    ]);
    let mut command = common::command(
        hub.folder.path(),
        &["apply", "--write-back", "--write-interval=1"],
    );
    command
        .env("GITHUB_API_URL", hub.sandbox().url())
        .env("GITHUB_TOKEN", "any")
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null());
    let mut run = command.spawn().unwrap();
    // The registry has been read once the first write is there.
    while hub.issue_count() == 0 {
        std::thread::yield_now();
    }
    let edited = record(
        9001,
        "target = \"1.38\"\n# meanwhile\nmilestone = \"2.5\"\n",
    );
    hub.folder.write(PATH, &edited);
    assert!(run.wait().unwrap().success());
    let text = hub.folder.read(PATH);
    assert!(
        text.starts_with(&edited) && text.contains("issue = "),
        "{text}"
    );
}

#[test]
fn line_ends_and_a_byte_order_mark_outlast_an_edit() {
    let text = format!(
        "\u{feff}{}",
        record(9001, "# two\r\ntarget = \"1.38\"\n")
            .replace("\r\n", "\n")
            .replace('\n', "\r\n")
    );
    let hub = Hub::with(&[(PATH, &record(9001, ""))]);
    hub.folder.write(PATH, text.trim_start_matches('\u{feff}'));
    hub.run(&["apply", "--write-back"]).expect(0);
    assert_eq!(
        hub.folder.read(PATH),
        format!("{}issue = 1\r\n", text.trim_start_matches('\u{feff}'))
    );
}

#[test]
fn a_reader_that_goes_away_changes_neither_what_is_done_nor_how_it_ends() {
    let hub = Hub::with(&[(PATH, &record(9001, "target = \"1.38\"\n"))]);
    let run = |arguments: &[&str]| {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = common::command(hub.folder.path(), arguments);
        command
            .env("GITHUB_API_URL", hub.sandbox().url())
            .env("GITHUB_TOKEN", "any")
            .stdout(writer);
        command.output().unwrap().status.code()
    };
    assert_eq!(
        run(&["apply", "--write-back", "--write-interval=0"]),
        Some(0)
    );
    assert!(hub.folder.read(PATH).contains("issue = 1"));
    hub.folder.write(PATH, record(9001, "target = \"v1.38\"\n"));
    assert_eq!(run(&["check"]), Some(1));
}

#[test]
fn a_record_that_moves_gets_no_second_issue_even_if_nothing_else_is_unpinned() {
    let hub = Hub::with(&[
        (PATH, &record(9001, "")),
        ("sig-node/9002-b.toml", &record(9002, "issue = 5\n")),
    ]);
    hub.run(&["apply"]).expect(0);
    hub.rewrite("repository = \"containerd/nri\"\n");
    for arguments in [vec!["apply"], vec!["apply", "--repository=containerd/nri"]] {
        let out = hub.run(&arguments).expect(1);
        assert!(
            out.contains("containerd/containerd#6 carries the marker of KEP-9001"),
            "{out}"
        );
    }
    hub.world(|world| {
        assert!(
            world
                .repository("containerd/nri")
                .unwrap()
                .issues
                .is_empty()
        )
    });
    // Its section is gone as well: its title still says what it is about.
    hub.edit(
        6,
        IssuePatch {
            body: Some("people wrote this instead".to_owned()),
            ..IssuePatch::default()
        },
    );
    let out = hub.run(&["apply"]).expect(1);
    let expected = "containerd/containerd#6 was written by kepherd, and its title names KEP-9001";
    assert!(out.contains(expected), "{out}");
}

/// The section says how far each pull request of its own repository is, as it was read: one change of it is one update.
#[test]
fn a_section_says_how_far_pull_requests_are_and_where_to_edit_and_look() {
    let pulls = "pull-requests = [{ id = \"containerd/containerd#20\" }, { id = \"containerd/containerd#21\", kubernetes = \"1.38\" }, \
                 { id = \"cri-o/cri-o#1\" }]\n";
    let hub = Hub::one(&format!("issue = 7\ntarget = \"1.38\"\n{pulls}"));
    hub.configure(
        "[board]\nurl = \"https://example.github.io/keps/\"\nrecords = \"https://github.com/o/r/edit/main/keps\"\n\
         [announce]\non = [\"target\"]",
    );
    hub.run(&["apply"]).expect(0);
    let row = |name: &str| {
        let body = hub.issue(7).body;
        let row = body
            .lines()
            .find(|line| line.starts_with(&format!("| {name} |")));
        row.unwrap_or_default().to_owned()
    };
    insta::assert_snapshot!(row("Pull requests"), @r"| Pull requests | [containerd/containerd\#<!-- -->20](https://github.com/containerd/containerd/pull/20) (open), [containerd/containerd\#<!-- -->21](https://github.com/containerd/containerd/pull/21) (for 1.38, open), [cri-o/cri-o\#<!-- -->1](https://github.com/cri-o/cri-o/pull/1) |");
    insta::assert_snapshot!(row("Board"), @"| Board | [kep/9001](https://example.github.io/keps/kep/9001/) |");
    assert!(
        hub.issue(7)
            .body
            .contains("](https://github.com/o/r/edit/main/keps/sig-node/9001-pod-lullabies.toml)")
    );

    let before = hub.exchanges().len();
    hub.world(|world| world.merge_pull_request("octocat", REPO, 20))
        .unwrap();
    hub.run(&["apply"]).expect(0);
    assert_eq!(hub.requests_since(before).2, 1, "one update");
    insta::assert_snapshot!(row("Pull requests"), @r"| Pull requests | [containerd/containerd\#<!-- -->20](https://github.com/containerd/containerd/pull/20) (merged), [containerd/containerd\#<!-- -->21](https://github.com/containerd/containerd/pull/21) (for 1.38, open), [cri-o/cri-o\#<!-- -->1](https://github.com/cri-o/cri-o/pull/1) |");
    let before = hub.exchanges().len();
    hub.run(&["plan", "--exit-code"]).expect(0);
    hub.run(&["apply"]).expect(0);
    assert_eq!(hub.requests_since(before).2, 0);

    hub.rewrite(&format!("issue = 7\ntarget = \"1.39\"\n{pulls}"));
    hub.run(&["apply"]).expect(0);
    let comment = hub.issue(7).comments.pop().unwrap().body;
    assert!(
        comment.contains("https://example.github.io/keps/kep/9001/"),
        "{comment}"
    );
    assert!(
        comment.contains("https://github.com/o/r/edit/main/keps/sig-node/"),
        "{comment}"
    );
}

/// Another version of kepherd writes sections otherwise: each is written anew once, and nobody is told of it.
#[test]
fn a_section_of_another_version_is_written_anew_once_and_announces_nothing() {
    let hub = Hub::with(&[
        (
            PATH,
            &record(
                9001,
                "issue = 7\ntarget = \"1.38\"\nshepherds = [\"mikebrow\"]\n",
            ),
        ),
        (
            "sig-node/9002-b.toml",
            &record(9002, "issue = 8\ntarget = \"1.38\"\n"),
        ),
    ]);
    hub.configure("[announce]\non = [\"stage\", \"target\", \"shepherds\"]");
    hub.run(&["apply"]).expect(0);
    for number in [7, 8] {
        let body = hub.issue(number).body;
        let Markers::Present(section) = find(&body) else {
            panic!("{body}");
        };
        let applied = section.applied.unwrap();
        let older = render(
            &section.subject,
            "### Status\n\nas version 0 had it",
            &applied,
        );
        let body = put(&body, &older).unwrap();
        let edited = IssuePatch {
            body: Some(body),
            ..IssuePatch::default()
        };
        hub.edit(number, edited);
    }
    let before = hub.exchanges().len();
    let out = hub.run(&["apply"]).expect(0);
    assert!(!out.contains("drifted"), "{out}");
    assert_eq!(
        hub.requests_since(before).2,
        2,
        "each section once, and no comment"
    );
    let before = hub.exchanges().len();
    hub.run(&["apply"]).expect(0);
    assert_eq!(hub.requests_since(before).2, 0);
    assert!(hub.issue(7).comments.is_empty());
}

/// A record of another number names #7, whose section is that of KEP-9001: it waits.
fn take_over(hub: &Hub) {
    hub.folder.write(
        "sig-node/9010-pod-lullabies.toml",
        record(9010, "issue = 7\n"),
    );
    let out = hub.run(&["apply"]).expect(1);
    assert!(
        out.contains("the section in its body is that of KEP-9001"),
        "{out}"
    );
}

/// The section of one record is never that of another which is there, whatever the issue is called.
#[test]
fn a_section_of_another_record_is_no_number_that_was_corrected() {
    let hub = Hub::one("issue = 7\n");
    hub.run(&["apply"]).expect(0);
    let body = hub.issue(7).body;
    let named = IssuePatch {
        title: Some("[SIG-Node]: KEP-9010 - Pod Lullabies".to_owned()),
        ..IssuePatch::default()
    };
    hub.edit(7, named);
    hub.rewrite("issue = 8\n");
    hub.world(|world| {
        world
            .add_issue("octocat", REPO, 8, "KEP-9001 again", "")
            .unwrap();
    });
    take_over(&hub);
    assert_eq!(hub.issue(7).body, body);
}

/// A body of as many characters as GitHub takes is written, and none with one more.
#[test]
fn a_new_issue_has_as_many_characters_as_github_takes_and_not_one_more() {
    let needs = |count: usize| format!("runtime-support = \"{}\"\n", "a".repeat(count));
    let hub = Hub::one(&needs(70_000));
    let out = hub.run(&["plan"]).expect(1);
    let words = "the body would have ";
    let at = out.find(words).unwrap_or_else(|| panic!("{out}")) + words.len();
    let characters: usize = out[at..].split(' ').next().unwrap().parse().unwrap();
    let fits = 70_000 + 65_536 - characters;
    hub.rewrite(&needs(fits + 1));
    let out = hub.run(&["apply"]).expect(1);
    assert!(
        out.contains("the body would have 65537 characters"),
        "{out}"
    );
    hub.rewrite(&needs(fits));
    hub.run(&["apply"]).expect(0);
    assert_eq!(hub.issue(1).body.chars().count(), 65_536);
}

/// A number that only the issue ever said was corrected in the record: the section becomes that of the new number.
#[test]
fn a_section_follows_a_number_that_was_corrected() {
    let hub = Hub::one("issue = 7\n");
    hub.run(&["apply"]).expect(0);
    hub.folder.remove(PATH);
    take_over(&hub);
    let edited = IssuePatch {
        title: Some("[SIG-Node]: KEP-9010 - Pod Lullabies".to_owned()),
        ..IssuePatch::default()
    };
    hub.edit(7, edited);
    hub.run(&["apply"]).expect(0);
    let body = hub.issue(7).body;
    assert!(
        body.contains("kepherd:begin KEP-9010") && !body.contains("begin KEP-9001"),
        "{body}"
    );
    hub.run(&["plan", "--exit-code"]).expect(0);
}
