//! `kepherd new kep`: records from issues as people really fill in the template.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

mod common;

use common::{Hub, PATH, REPO, record};

/// An issue in containerd's template, with the answers as people gave them.
fn body(fields: &[(&str, &str)]) -> String {
    let items: String = fields
        .iter()
        .map(|(name, value)| format!("- {name}: {value}\r\n"))
        .collect();
    format!(
        "### What is the problem you're trying to solve\r\n\r\nMuch.\r\n\r\n### KEP/SIG-Node References\r\n\r\n{items}"
    )
}

fn hub(title: &str, fields: &[(&str, &str)]) -> Hub {
    let hub = Hub::one("issue = 7\n");
    hub.world(|world| {
        world
            .add_issue("octocat", REPO, 30, title, &body(fields))
            .unwrap();
    });
    hub
}

#[test]
fn a_record_is_made_from_the_fields_of_an_issue_and_passes_check() {
    let hub = hub(
        "[SIG-Network]: <KEP-4242 - Quiet Pods>",
        &[
            ("KEP(s)", "https://kep.k8s.io/4242"),
            ("stage", "Alpha: 1.37. Beta: 1.38 (hopefully), gate on"),
            (
                "KEP Issue",
                "https://github.com/kubernetes/enhancements/issues/4242",
            ),
            (
                "KEP PR",
                "https://github.com/kubernetes/enhancements/pull/77, https://github.com/containerd/containerd/pull/88",
            ),
            ("K8s-Release", "1.37/1.38"),
            ("KEP-Owner", "@someone @other"),
            ("SIG-Node member liason", "@samuelkarp"),
            ("KEP-Shepherd", "@MikeBrow or other volunteer, @nobody"),
        ],
    );
    let ran = hub.run(&["new", "kep", "4242", "--from-issue", "30"]);
    for text in [
        "liaison: samuelkarp; liaisons belong to a cycle, in releases/kubernetes.toml",
        "shepherd `nobody` is no maintainer who may shepherd, and is left out",
        "title, status, stage, enabled-by-default, target, owners: guesses; `kepherd upstream pull --repo CLONE --kep 4242` reads kep.yaml",
    ] {
        assert!(ran.log.contains(text), "{text}: {ran:?}");
    }
    let out = ran.expect(0);
    assert!(
        out.contains("created  KEP-4242  sig-network/4242-quiet-pods.toml"),
        "{out}"
    );
    insta::assert_snapshot!(hub.folder.read("sig-network/4242-quiet-pods.toml"), @r#"
    #:schema ../../schema/kep.schema.json
    number = 4242
    title = "Quiet Pods"
    status = "provisional"
    stage = "beta"
    target = "1.38"
    enabled-by-default = true
    owners = ["someone", "other"]
    triage = "pending"
    shepherds = ["mikebrow"]
    issue = 30
    pull-requests = [{ id = "containerd/containerd#88" }]
    links = ["https://github.com/kubernetes/enhancements/pull/77"]
    guessed = ["title", "status", "stage", "enabled-by-default", "target", "owners"]
    "#);
    hub.run(&["check"]).expect(0);
    // The issue is the record's from now on.
    hub.run(&["apply"]).expect(0);
    assert!(hub.issue(30).body.contains("kepherd:begin KEP-4242"));
}

#[test]
fn what_has_shipped_or_is_not_known_is_no_target() {
    for (release, expected) in [
        (
            "v1.37",
            "Kubernetes 1.37 has shipped, so that it is no target",
        ),
        (
            "1.12",
            "Kubernetes 1.12 has shipped, so that it is no target",
        ),
        (
            "v1.99",
            "Kubernetes 1.99 is not in releases/kubernetes.toml, and is left out",
        ),
        ("TBD", "title, status, stage: guesses"),
    ] {
        let hub = hub(
            "KEP-4242: Quiet Pods",
            &[("stage", "beta"), ("K8s-Release", release)],
        );
        let ran = hub.run(&["new", "kep", "4242", "--from-issue", "30"]);
        assert!(ran.log.contains(expected), "{expected}: {ran:?}");
        ran.expect(0);
        let text = hub.folder.read("sig-node/4242-quiet-pods.toml");
        assert!(
            text.contains("stage = \"beta\"") && !text.contains("target"),
            "{text}"
        );
        hub.run(&["check"]).expect(0);
    }
}

#[test]
fn an_issue_that_cannot_be_the_tracking_issue_is_refused_and_nothing_is_written() {
    let hub = hub("KEP-4242: Quiet Pods", &[]);
    hub.world(|world| {
        world
            .add_pull_request("octocat", REPO, 40, "a pull request", "")
            .unwrap();
        world
            .add_issue("octocat", REPO, 41, "KEP-4242", "")
            .unwrap();
        world.add_issue("octocat", REPO, 42, "gone", "").unwrap();
        world.delete_issue(REPO, 42).unwrap();
    });
    let before = hub.folder.contents();
    for (arguments, expected) in [
        (
            vec!["4224", "--from-issue", "30"],
            "#30 is about KEP-4242, and not about KEP-4224",
        ),
        (vec!["4242", "--from-issue", "40"], "#40 is a pull request"),
        (
            vec!["4242", "--from-issue", "41"],
            "the issue's title is no title of a KEP: pass --title",
        ),
        (vec!["4242", "--from-issue", "42"], "#42 was deleted"),
        (vec!["4242", "--from-issue", "43"], "#43 does not exist"),
        (
            vec!["4242", "--from-issue", "7"],
            "#7 is the issue of KEP-9001 already",
        ),
        (
            vec!["9001", "--from-issue", "30"],
            "KEP-9001 has #7 as its issue: one KEP has one issue for life",
        ),
        (
            vec!["4242", "--title", "x", "--sig", "../up"],
            "a folder's name is asked for",
        ),
        (
            vec!["4242", "--title", "two\nlines"],
            "one line of text is asked for",
        ),
        (vec!["4242"], "--title"),
        (
            vec!["4242", "--from-issue", "30", "--repository", "a/b"],
            "`registry.toml` does not list it",
        ),
    ] {
        let all: Vec<&str> = ["new", "kep"].into_iter().chain(arguments).collect();
        let ran = hub.run(&all);
        assert!(ran.log.contains(expected), "{expected}: {ran:?}");
        ran.expect(2);
    }
    assert_eq!(hub.folder.contents(), before);
}

#[test]
fn a_record_without_an_issue_needs_a_title_only() {
    let hub = Hub::one("issue = 7\n");
    let out = hub
        .run(&[
            "new",
            "kep",
            "4242",
            "--title",
            "Quiet Pods",
            "--sig",
            "sig-storage",
        ])
        .expect(0);
    assert!(out.contains("sig-storage/4242-quiet-pods.toml"), "{out}");
    assert_eq!(hub.exchanges().len(), 0, "GitHub was not asked");
    hub.run(&["check"]).expect(0);
}

#[test]
fn a_record_that_check_would_refuse_is_shown_and_not_written() {
    let hub = Hub::with(&[
        (PATH, &record(9001, "issue = 7\n")),
        // The number of the next record is taken by a file that is no record of it.
        ("sig-node/4242-other.toml", &record(9002, "issue = 8\n")),
    ]);
    let ran = hub.run(&["new", "kep", "4242", "--title", "Quiet Pods"]);
    assert_eq!(ran.status, 2, "the registry has errors already: {ran:?}");
    let hub = Hub::one("issue = 7\n");
    let before = hub.folder.contents();
    let long = format!("Quiet {}", "Pods ".repeat(60));
    let ran = hub.run(&["new", "kep", "4242", "--title", long.trim()]);
    assert!(
        ran.out.contains("error[github-limits]") && ran.log.contains("nothing is written"),
        "{ran:?}"
    );
    ran.expect(1);
    assert_eq!(hub.folder.contents(), before);
}

#[test]
fn hostile_text_in_an_issue_becomes_data() {
    let hub = hub(
        "KEP-4242: \"quoted\" = [x] # no comment \u{1b}[31m",
        &[
            ("stage", "alpha\"\nissue = 1"),
            ("KEP-Owner", "@a\" @b]"),
            ("KEP PR", "https://example.com/\"x"),
            ("KEP-Shepherd", "@mikebrow\u{202e}"),
        ],
    );
    hub.run(&["new", "kep", "4242", "--from-issue", "30"])
        .expect(0);
    hub.run(&["check"]).expect(0);
    let out = hub.run(&["plan"]).expect(0);
    assert!(!out.contains('\u{1b}'), "{out}");
}

#[test]
fn an_issue_that_a_work_item_has_is_not_taken_twice() {
    let hub = hub("KEP-4242: Quiet Pods", &[]);
    hub.folder.write(
        "work-items/critest.toml",
        "id = \"critest\"\ntitle = \"Run critest\"\nkind = \"interop\"\nassignees = [\"mikebrow\"]\nissue = 30\n",
    );
    let ran = hub.run(&["new", "kep", "4242", "--from-issue", "30"]);
    assert!(
        ran.out.contains("error[duplicate-issue]") && ran.log.contains("nothing is written"),
        "{ran:?}"
    );
    ran.expect(1);
    hub.run(&["check"]).expect(0);
}

/// The line that leads editors to the schema is right wherever a registry keeps its schemas.
#[test]
fn the_schema_is_where_the_registry_says_that_it_is() {
    for (config, record) in [
        (
            "../schema/registry.schema.json",
            "../../schema/kep.schema.json",
        ),
        ("./schema/registry.schema.json", "../schema/kep.schema.json"),
        ("schema/registry.schema.json", "../schema/kep.schema.json"),
        (
            "https://example.com/1/registry.schema.json",
            "https://example.com/1/kep.schema.json",
        ),
    ] {
        let hub = Hub::with(&[]);
        let text = hub.folder.read("registry.toml");
        hub.folder
            .write("registry.toml", format!("#:schema {config}\n{text}"));
        hub.run(&["new", "kep", "4242", "--title", "Quiet"])
            .expect(0);
        let text = hub.folder.read("sig-node/4242-quiet.toml");
        assert!(
            text.starts_with(&format!("#:schema {record}\nnumber")),
            "{text}"
        );
    }
}
