//! `kepherd issues`: what people open, refer to, close as duplicates and transfer on GitHub, as it reaches the records.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

mod common;

use common::{Folder, Hub, PATH, REPO, record, seeded};
use kepherd::sandbox::world::{IssuePatch, World};
use kepherd::sandbox::{Faults, Options};

const REGISTRY: &str = r#"home = "containerd"
repositories = ["containerd/containerd", "containerd/nri"]

[[runtimes]]
name = "containerd"
calendar = "releases/containerd.toml"
repository = "containerd/containerd"
branches = "release/{minor}"

[[runtimes]]
name = "cri-o"
calendar = "releases/cri-o.toml"
repository = "cri-o/cri-o"
branches = "release-{minor}"

[issue]
title = "[SIG-Node]: KEP-{number} - {title}"
labels = ["kind/feature", "area/cri"]

[labels.kubernetes]
placeholder = "target/kubernetes/v1.??"
"#;

/// A hub whose registry knows two runtimes, and whose search is not behind.
fn hub(files: &[(&str, &str)]) -> Hub {
    hub_with(files, 0)
}

fn hub_with(files: &[(&str, &str)], search_lag: i64) -> Hub {
    let folder = Folder::with(files);
    folder.write("registry.toml", REGISTRY);
    folder.write(
        "releases/cri-o.toml",
        "[[minors]]\nrelease = \"1.36\"\nreleased = 2026-09-01\n",
    );
    let mut world = seeded(&folder);
    world.add_repository("cri-o/cri-o");
    world.add_repository("kubernetes/kubernetes");
    world.add_repository("someone/elsewhere");
    let options = Options {
        search_lag,
        ..Options::default()
    };
    Hub::started(folder, world, options)
}

/// The body of an issue that was opened with the template.
fn template(kep: &str, stage: &str, release: &str, owner: &str, shepherd: &str) -> String {
    format!(
        "### What is the problem you're trying to solve\n\nPods need it.\n\n### KEP/SIG-Node References\n\n\
         - KEP(s): {kep}\n- stage: {stage}\n- KEP Issue: \n- KEP PR: \n- K8s-Release: {release}\n- KEP-Owner: {owner}\n\
         - KEP-Liaison: \n- KEP-Shepherd: {shepherd}\n"
    )
}

/// An issue as somebody opens it, with the labels that the template gives it.
fn open(world: &mut World, number: u64, title: &str, body: &str) {
    let issue = world
        .add_issue("octocat", REPO, number, title, body)
        .unwrap();
    issue.labels = vec!["kind/feature".to_owned()];
}

/// A pull request into the default branch.
fn propose(world: &mut World, repository: &str, number: u64, title: &str, body: &str) {
    world
        .add_pull_request("octocat", repository, number, title, body)
        .unwrap();
}

/// The branch that a pull request brings, and the one that it is for.
fn branches(world: &mut World, repository: &str, number: u64, head: &str, base: &str) {
    let repository = world.repository_mut(repository).unwrap();
    let issue = repository.issues.get_mut(&number).unwrap();
    let pull = issue.pull_request.as_mut().unwrap();
    (pull.head, pull.base) = (head.to_owned(), base.to_owned());
}

fn merge(world: &mut World, repository: &str, number: u64) {
    world
        .merge_pull_request("octocat", repository, number)
        .unwrap();
}

const PULL: [&str; 3] = ["issues", "pull", "--quiet"];

fn pulled(hub: &Hub) -> String {
    hub.edited(&PULL)
}

/// A second pull has nothing to do, and `check` has no error.
#[track_caller]
fn is_done(hub: &Hub) {
    hub.is_settled(&PULL);
    hub.run(&["check"]).expect(0);
}

#[test]
fn an_issue_of_the_template_becomes_a_record_that_passes_check() {
    let hub = hub(&[]);
    hub.world(|world| {
        let body = template("KEP-4216", "alpha", "v1.38", "@kiashok", "@mikebrow");
        open(
            world,
            20,
            "Image pull per runtime class - K8s KEP 4216",
            &body,
        );
        propose(
            world,
            REPO,
            21,
            "cri: pull images by runtime class",
            "Part of #20",
        );
        propose(
            world,
            "kubernetes/kubernetes",
            22,
            "kubelet: runtime class in CRI",
            "For containerd/containerd#20.",
        );
        propose(world, REPO, 23, "Bump golang", "unrelated");
    });
    insta::assert_snapshot!(pulled(&hub), @r#"
    created  KEP-4216  sig-node/4216-image-pull-per-runtime-class.toml
             title: nothing → "Image pull per runtime class"
             status: nothing → "provisional"
             stage: nothing → "alpha"
             target: nothing → "1.38"
             triage: nothing → "pending"
             shepherds: nothing → ["mikebrow"]
             issue: nothing → 20  (#20: opened with the template, and no record named it)
             pull-requests: nothing → "containerd/containerd#21"  (#21: open, and refers to #20)
             pull-requests: nothing → "kubernetes/kubernetes#22"  (kubernetes/kubernetes#22: open, and refers to #20)
    note: KEP-4216, from #20: owners who are not on the roster are left to kep.yaml: kiashok
    "#);
    insta::assert_snapshot!(hub.folder.read("sig-node/4216-image-pull-per-runtime-class.toml"), @r#"
    #:schema ../../schema/kep.schema.json
    number = 4216
    title = "Image pull per runtime class"
    status = "provisional"
    stage = "alpha"
    target = "1.38"
    triage = "pending"
    shepherds = ["mikebrow"]
    issue = 20
    pull-requests = [{ id = "containerd/containerd#21" }, { id = "kubernetes/kubernetes#22" }]
    guessed = ["title", "status", "stage", "target"]
    "#);
    is_done(&hub);
}

#[test]
fn what_merged_into_a_runtime_and_names_the_kep_is_evidence_and_what_only_mentions_it_is_said() {
    let hub = hub(&[(PATH, &record(9001, "triage = \"accepted\"\nissue = 7\n"))]);
    hub.world(|world| {
        propose(world, REPO, 31, "KEP-9001: sing to pods", "Part of #7");
        propose(world, REPO, 32, "cri: fix a typo", "See #7");
        propose(
            world,
            "cri-o/cri-o",
            33,
            "Lullabies",
            "For containerd/containerd#7",
        );
        propose(
            world,
            "cri-o/cri-o",
            34,
            "[release-1.36] KEP-9001: sing",
            "containerd/containerd#7",
        );
        propose(
            world,
            "someone/elsewhere",
            35,
            "KEP-9001 in my fork",
            "containerd/containerd#7",
        );
        propose(world, REPO, 36, "KEP-9001 and KEP-9002: sing", "#7");
        branches(world, "cri-o/cri-o", 33, "kep-9001-lullabies", "main");
        branches(world, "cri-o/cri-o", 34, "cherry-pick", "release-1.36");
        for (repository, number) in [
            (REPO, 31),
            (REPO, 32),
            ("cri-o/cri-o", 33),
            ("cri-o/cri-o", 34),
            (REPO, 36),
        ] {
            merge(world, repository, number);
        }
    });
    insta::assert_snapshot!(pulled(&hub), @r#"
    updated  KEP-9001  sig-node/9001-pod-lullabies.toml
             runtimes.containerd.evidence: nothing → "containerd/containerd#31"  (#31: merged, and names the KEP)
             runtimes.containerd.evidence: nothing → "containerd/containerd#36"  (#36: merged, and names the KEP)
             runtimes.cri-o.evidence: nothing → "cri-o/cri-o#33"  (cri-o/cri-o#33: merged, and names the KEP)
    note: KEP-9001: #32 of containerd refers to #7 without naming the KEP, and is merged: `kepherd runtimes find --runtime containerd --repo CLONE --kep 9001 --accept 32` takes what brought it
    note: KEP-9001: of what refers to #7, left out: 1 in repositories that the registry does not know, 1 into release branches
    "#);
    insta::assert_snapshot!(hub.folder.read(PATH), @r#"
    number = 9001
    title = "Pod Lullabies 9001"
    status = "implementable"
    triage = "accepted"
    issue = 7

    [runtimes.containerd]
    state = "in-progress"
    evidence = ["containerd/containerd#31", "containerd/containerd#36"]

    [runtimes.cri-o]
    state = "in-progress"
    evidence = ["cri-o/cri-o#33"]
    "#);
    is_done(&hub);
}

#[test]
fn an_issue_that_was_closed_as_a_duplicate_or_transferred_is_followed() {
    let hub = hub(&[
        (PATH, &record(9001, "triage = \"accepted\"\nissue = 7\n")),
        (
            "sig-node/9002-x.toml",
            &record(9002, "issue = 8\nformer-issues = [3]\n"),
        ),
    ]);
    hub.world(|world| {
        open(world, 40, "[SIG-Node]: KEP-9001 - Pod Lullabies", "");
        open(world, 41, "[SIG-Node]: KEP-9001 - Lullabies, again", "");
        propose(world, REPO, 42, "Sing", "Part of #41");
        world
            .close_as_duplicate("octocat", REPO, 7, (REPO, 40))
            .unwrap();
        world
            .close_as_duplicate("octocat", REPO, 40, (REPO, 41))
            .unwrap();
        world
            .transfer_issue("octocat", REPO, 8, "containerd/nri")
            .unwrap();
    });
    insta::assert_snapshot!(pulled(&hub), @r#"
    updated  KEP-9001  sig-node/9001-pod-lullabies.toml
             issue: 7 → 41  (#41: #40 closed as a duplicate)
             former-issues: nothing → 7  (#41: #40 closed as a duplicate)
             former-issues: nothing → 40  (#41: #40 closed as a duplicate)
             pull-requests: nothing → "containerd/containerd#42"  (#42: open, and refers to #41)
    updated  KEP-9002  sig-node/9002-x.toml
             issue: 8 → 1  (containerd/nri#1: #8 transferred)
             repository: nothing → "containerd/nri"  (containerd/nri#1: #8 transferred)
             former-issues: nothing → 8  (containerd/nri#1: #8 transferred)
    "#);
    insta::assert_snapshot!(hub.folder.read(PATH), @r#"
    number = 9001
    title = "Pod Lullabies 9001"
    status = "implementable"
    triage = "accepted"
    issue = 41
    former-issues = [7, 40]
    pull-requests = [{ id = "containerd/containerd#42" }]
    "#);
    insta::assert_snapshot!(hub.folder.read("sig-node/9002-x.toml"), @r#"
    number = 9002
    title = "Pod Lullabies 9002"
    status = "implementable"
    issue = 1
    repository = "containerd/nri"
    former-issues = [3, 8]
    "#);
    is_done(&hub);
}

#[test]
fn where_an_issue_went_is_asked_about_if_that_is_not_plain() {
    let pinned = |kep: u32, issue: u64| record(kep, &format!("issue = {issue}\n"));
    let hub = hub(&[
        (PATH, &pinned(9001, 7)),
        ("sig-node/9002-x.toml", &pinned(9002, 8)),
        ("sig-node/9003-x.toml", &pinned(9003, 9)),
        ("sig-node/9004-x.toml", &pinned(9004, 10)),
        ("sig-node/9005-x.toml", &pinned(9005, 11)),
        ("sig-node/9006-x.toml", &pinned(9006, 12)),
    ]);
    hub.world(|world| {
        world
            .add_issue("octocat", REPO, 50, "SELinux is slow", "")
            .unwrap();
        world
            .close_as_duplicate("octocat", REPO, 7, (REPO, 50))
            .unwrap();
        world
            .close_as_duplicate("octocat", REPO, 8, (REPO, 9))
            .unwrap();
        world
            .close_as_duplicate("octocat", REPO, 10, (REPO, 11))
            .unwrap();
        world
            .close_as_duplicate("octocat", REPO, 11, (REPO, 10))
            .unwrap();
        world
            .transfer_issue("octocat", REPO, 12, "someone/elsewhere")
            .unwrap();
        world.delete_issue(REPO, 9).unwrap();
    });
    let before = hub.folder.contents();
    insta::assert_snapshot!(pulled(&hub), @"
    warning: KEP-9001, #7: its issue was closed as a duplicate of #50, which does not name KEP-9001; write the right number into `issue`, and the old one into `former-issues`
    warning: KEP-9002, #8: its issue was closed as a duplicate, and GitHub does not say of which; write the right number into `issue`, and the old one into `former-issues`
    warning: KEP-9003, #9: its issue was deleted; take `issue` out, so that a new one is opened, or write the number of another one
    warning: KEP-9004, #10: its issue was closed as a duplicate: #11, which is the issue of KEP-9005; a KEP has one issue, and an issue one KEP: undo it on GitHub, or write the right number
    warning: KEP-9005, #11: its issue was closed as a duplicate: #10, which is the issue of KEP-9004; a KEP has one issue, and an issue one KEP: undo it on GitHub, or write the right number
    warning: KEP-9006, #12: its issue went to someone/elsewhere#1 (transferred), and `registry.toml` does not list that repository; list it in `repositories`, if kepherd is to write there
    ");
    assert_eq!(before, hub.folder.contents());
}

#[test]
fn what_nobody_can_tell_is_asked_about_and_becomes_no_record() {
    let hub = hub(&[(PATH, &record(4126, "issue = 7\n"))]);
    let of = |kep: &str| template(kep, "", "", "", "");
    hub.world(|world| {
        open(
            world,
            60,
            "[SIG-Node]: KEP-9004, KEP-9005: both",
            &of("KEP-9004"),
        );
        open(
            world,
            61,
            "[SIG-Node]: a plan",
            &of("the one about pods, see the document"),
        );
        open(
            world,
            62,
            "[SIG-Node]: KEP-4216 - Image pull",
            &of("KEP-4216"),
        );
        open(world, 63, "[SIG-Node]: KEP-9006 - x", &of("KEP-9007"));
        open(world, 64, "[SIG-Node]: KEP-9008 - x", &of("KEP-9008"));
        open(
            world,
            65,
            "[SIG-Node]: KEP-9008 - the same",
            &of("KEP-9008"),
        );
        open(
            world,
            66,
            "[SIG-Node]: KEP-4126 - a second one",
            &of("KEP-4126"),
        );
        open(world, 67, "KEP-9009 breaks on SELinux", "It does.");
        open(world, 68, "[SIG-Node]: KEP-9010", &of("KEP-9010"));
    });
    let before = hub.folder.contents();
    insta::assert_snapshot!(pulled(&hub), @"
    note: #61 was opened with the template, and names no KEP: once it has a number, write that into its title
    note: #67 names KEP-9009 in its title, and was not opened with the template: `kepherd new kep 9009 --from-issue 67` if it tracks it
    warning: #60: it names KEP-9004 and KEP-9005 in one issue: which is it? mend the issue, or `kepherd new kep 9004 --from-issue 60`, likewise for 9005
    warning: #62: it names KEP-4216, and KEP-4126 is on record, #7: have two digits changed places? mend its title and fields, or `kepherd new kep 4216 --from-issue 62`
    warning: #63: its title names KEP-9006, and its fields name KEP-9007; mend the issue, or `kepherd new kep 9006 --from-issue 63`, likewise for 9007
    warning: KEP-9008, #64: #64 and #65 both track KEP-9008; close the others as duplicates of the one that goes on: it becomes the record's
    warning: KEP-4126, #66: it tracks KEP-4126, whose record has #7; close it as a duplicate of #7, or name it in `related-issues`
    warning: KEP-9010, #68: its title says nothing beside the number; `kepherd new kep 9010 --from-issue 68 --title TEXT`
    ");
    assert_eq!(before, hub.folder.contents());
}

#[test]
fn a_number_that_was_corrected_in_the_title_renames_a_record_that_nobody_read_kep_yaml_for() {
    let hub = hub(&[(
        PATH,
        &record(9001, "issue = 7\nupstream-seen = 2026-07-24\n"),
    )]);
    hub.world(|world| {
        open(
            world,
            70,
            "[SIG-Node]: KEP-5000 - Quiet",
            &template("5000", "", "", "", ""),
        );
    });
    pulled(&hub);
    assert!(hub.folder.path().join("sig-node/5000-quiet.toml").exists());
    let titled = |title: &str, body: Option<String>| IssuePatch {
        title: Some(title.to_owned()),
        body,
        ..IssuePatch::default()
    };
    hub.edit(
        70,
        titled(
            "[SIG-Node]: KEP-6112 - Quiet",
            Some(template("6112", "", "", "", "")),
        ),
    );
    hub.edit(7, titled("[SIG-Node]: KEP-6113 - Pod Lullabies", None));
    insta::assert_snapshot!(pulled(&hub), @"
    updated  KEP-5000  sig-node/5000-quiet.toml
             number: 5000 → 6112  (#70: the title of its issue was corrected, and nothing but that issue ever said the number)
             file: sig-node/5000-quiet.toml → sig-node/6112-quiet.toml  (#70: the title of its issue was corrected, and nothing but that issue ever said the number)
    warning: KEP-9001, #7: the title of its issue names KEP-6113, and its fields KEP-9001; mend the title and the fields, or take `issue` out of the record
    ");
    assert!(!hub.folder.path().join("sig-node/5000-quiet.toml").exists());
    insta::assert_snapshot!(hub.folder.read("sig-node/6112-quiet.toml"), @r#"
    #:schema ../../schema/kep.schema.json
    number = 6112
    title = "Quiet"
    status = "provisional"
    triage = "pending"
    issue = 70
    guessed = ["title", "status"]
    "#);
    let before = hub.folder.contents();
    pulled(&hub);
    assert_eq!(before, hub.folder.contents());
}

#[test]
fn nothing_in_an_issue_chooses_a_file_a_repository_or_a_handle() {
    let hub = hub(&[]);
    let long = "\u{1f600}".repeat(245);
    let of = |kep: u32| {
        format!(
            "{}\n### KEP PR\n\nhttps://github.com/evil/repo/pull/1 and https://github.com/containerd/containerd/pull/2\n\n### KEP Issue\n\nhttps://example.com/@everyone/x\n",
            template(
                &format!("KEP-{kep}"),
                "alpha",
                "1.38",
                "@stranger @fuweid",
                "@stranger"
            )
        )
    };
    hub.world(|world| {
        for (number, (kep, title)) in [
            (5101, "[sig-evil]: KEP-5101 - ../../etc/passwd".to_owned()),
            (5102, "[SIG-Node]: KEP-5102 - CON".to_owned()),
            (5103, format!("KEP-5103 a{long}")),
            (
                5104,
                "KEP-5104: \u{202e}\"\"\"\\\\ [x](y) `a` | <b> @everyone".to_owned(),
            ),
            (5105, "[sig-../..]: KEP-5105 - nul\\aux".to_owned()),
        ]
        .into_iter()
        .enumerate()
        {
            open(world, 80 + number as u64, &title, &of(kep));
        }
    });
    insta::assert_snapshot!(pulled(&hub), @r#"
    created  KEP-5101  sig-node/5101-etc-passwd.toml
             title: nothing → "../../etc/passwd"
             status: nothing → "provisional"
             stage: nothing → "alpha"
             target: nothing → "1.38"
             triage: nothing → "pending"
             owners: nothing → ["fuweid"]
             issue: nothing → 80  (#80: opened with the template, and no record named it)
             pull-requests: nothing → [{ id = "containerd/containerd#2" }]
    created  KEP-5102  sig-node/5102-con.toml
             title: nothing → "CON"
             status: nothing → "provisional"
             stage: nothing → "alpha"
             target: nothing → "1.38"
             triage: nothing → "pending"
             owners: nothing → ["fuweid"]
             issue: nothing → 81  (#81: opened with the template, and no record named it)
             pull-requests: nothing → [{ id = "containerd/containerd#2" }]
    created  KEP-5103  sig-node/5103-a.toml
             title: nothing → "a😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀…"
             status: nothing → "provisional"
             stage: nothing → "alpha"
             target: nothing → "1.38"
             triage: nothing → "pending"
             owners: nothing → ["fuweid"]
             issue: nothing → 82  (#82: opened with the template, and no record named it)
             pull-requests: nothing → [{ id = "containerd/containerd#2" }]
    created  KEP-5104  sig-node/5104-x-y-a-b-everyone.toml
             title: nothing → '"""\\ [x](y) `a` | <b> @everyone'
             status: nothing → "provisional"
             stage: nothing → "alpha"
             target: nothing → "1.38"
             triage: nothing → "pending"
             owners: nothing → ["fuweid"]
             issue: nothing → 83  (#83: opened with the template, and no record named it)
             pull-requests: nothing → [{ id = "containerd/containerd#2" }]
    created  KEP-5105  sig-node/5105-nul-aux.toml
             title: nothing → 'nul\aux'
             status: nothing → "provisional"
             stage: nothing → "alpha"
             target: nothing → "1.38"
             triage: nothing → "pending"
             owners: nothing → ["fuweid"]
             issue: nothing → 84  (#84: opened with the template, and no record named it)
             pull-requests: nothing → [{ id = "containerd/containerd#2" }]
    note: KEP-5101, from #80: the title names sig-evil, and no record lies there: sig-node is taken until kep.yaml says where it belongs
    note: KEP-5101, from #80: owners who are not on the roster are left to kep.yaml: stranger
    note: KEP-5101, from #80: shepherd `stranger` is no maintainer who may shepherd, and is left out
    note: KEP-5101, from #80: pull requests of repositories that the registry does not know are left out
    note: KEP-5101, from #80: 1 link elsewhere than at Kubernetes: left out, for anybody can write one
    note: KEP-5102, from #81: owners who are not on the roster are left to kep.yaml: stranger
    note: KEP-5102, from #81: shepherd `stranger` is no maintainer who may shepherd, and is left out
    note: KEP-5102, from #81: pull requests of repositories that the registry does not know are left out
    note: KEP-5102, from #81: 1 link elsewhere than at Kubernetes: left out, for anybody can write one
    note: KEP-5103, from #82: the title is cut, for with the number it would be longer than GitHub's 256 characters
    note: KEP-5103, from #82: owners who are not on the roster are left to kep.yaml: stranger
    note: KEP-5103, from #82: shepherd `stranger` is no maintainer who may shepherd, and is left out
    note: KEP-5103, from #82: pull requests of repositories that the registry does not know are left out
    note: KEP-5103, from #82: 1 link elsewhere than at Kubernetes: left out, for anybody can write one
    note: KEP-5104, from #83: owners who are not on the roster are left to kep.yaml: stranger
    note: KEP-5104, from #83: shepherd `stranger` is no maintainer who may shepherd, and is left out
    note: KEP-5104, from #83: pull requests of repositories that the registry does not know are left out
    note: KEP-5104, from #83: 1 link elsewhere than at Kubernetes: left out, for anybody can write one
    note: KEP-5105, from #84: owners who are not on the roster are left to kep.yaml: stranger
    note: KEP-5105, from #84: shepherd `stranger` is no maintainer who may shepherd, and is left out
    note: KEP-5105, from #84: pull requests of repositories that the registry does not know are left out
    note: KEP-5105, from #84: 1 link elsewhere than at Kubernetes: left out, for anybody can write one
    "#);
    let files: Vec<String> = hub
        .folder
        .contents()
        .into_iter()
        .map(|(path, _)| {
            path.strip_prefix(hub.folder.path())
                .unwrap()
                .display()
                .to_string()
        })
        .filter(|path| path.starts_with("sig-"))
        .collect();
    insta::assert_snapshot!(files.join("\n"), @"
    sig-node/5101-etc-passwd.toml
    sig-node/5102-con.toml
    sig-node/5103-a.toml
    sig-node/5104-x-y-a-b-everyone.toml
    sig-node/5105-nul-aux.toml
    ");
    insta::assert_snapshot!(hub.folder.read(&files[0]), @r#"
    #:schema ../../schema/kep.schema.json
    number = 5101
    title = "../../etc/passwd"
    status = "provisional"
    stage = "alpha"
    target = "1.38"
    owners = ["fuweid"]
    triage = "pending"
    issue = 80
    pull-requests = [{ id = "containerd/containerd#2" }]
    guessed = ["title", "status", "stage", "target", "owners"]
    "#);
    for file in &files {
        let text = hub.folder.read(file);
        assert!(
            !text.contains("evil") && !text.contains("stranger"),
            "{text}"
        );
    }
    is_done(&hub);
    hub.run(&["apply"]).expect(0);
}

#[test]
fn many_references_some_of_bots_and_some_that_are_hidden_are_read_to_their_end() {
    let hub = hub(&[(PATH, &record(9001, "issue = 7\n"))]);
    hub.world(|world| {
        for number in 1000..1250 {
            world
                .add_pull_request("dependabot[bot]", REPO, number, "Bump x", "#7")
                .unwrap();
        }
        propose(world, REPO, 90, "Sing", "#7");
        for number in 1250..1500 {
            world
                .add_pull_request("renovate[bot]", REPO, number, "Bump y", "#7")
                .unwrap();
        }
        for number in 1..60 {
            propose(
                world,
                "someone/elsewhere",
                number,
                "KEP-9001",
                "containerd/containerd#7",
            );
        }
        world.repository_mut("someone/elsewhere").unwrap().hidden = true;
        world.add_user("ghost");
        world
            .add_pull_request("ghost", REPO, 91, "Sing too", "#7")
            .unwrap();
        world.delete_user("ghost").unwrap();
    });
    let before = hub.exchanges().len();
    insta::assert_snapshot!(pulled(&hub), @r#"
    updated  KEP-9001  sig-node/9001-pod-lullabies.toml
             pull-requests: nothing → "containerd/containerd#90"  (#90: open, and refers to #7)
             pull-requests: nothing → "containerd/containerd#91"  (#91: open, and refers to #7)
    note: KEP-9001: of what refers to #7, left out: 500 by bots, 59 where this identity may not look
    "#);
    // Two lists, and one page more to learn whose token it is; two searches, and six pages of what refers to the issue.
    assert_eq!(hub.requests_since(before), (2 + 1 + 2 + 6, 0, 0));
    assert!(hub.folder.read(PATH).contains("pull-requests = [{ id = \"containerd/containerd#90\" }, { id = \"containerd/containerd#91\" }]"));
    is_done(&hub);
}

#[test]
fn a_record_without_an_issue_gets_the_one_that_people_opened_and_keeps_what_people_wrote() {
    let text = format!(
        "# ours\n{}",
        record(
            9001,
            "target = \"1.39\" # agreed\nshepherds = [\"fuweid\"]\n"
        )
    );
    let hub = hub(&[(PATH, &text)]);
    hub.world(|world| {
        let body = template("KEP-9001", "beta", "v1.38", "", "@mikebrow");
        open(world, 95, "[SIG-Node]: KEP-9001 - Pod Lullabies", &body);
    });
    insta::assert_snapshot!(pulled(&hub), @r#"
    updated  KEP-9001  sig-node/9001-pod-lullabies.toml
             stage: nothing → "beta"  (#95: the issue tracks the KEP, and no record named it)
             triage: nothing → "pending"  (#95: the issue tracks the KEP, and no record named it)
             issue: nothing → 95  (#95: the issue tracks the KEP, and no record named it)
    note: KEP-9001, from #95: title: the issue says "Pod Lullabies", and the record "Pod Lullabies 9001": that stays
    note: KEP-9001, from #95: target: the issue says "1.38", and the record "1.39": that stays
    note: KEP-9001, from #95: shepherds: the issue says ["mikebrow"], and the record ["fuweid"]: that stays
    "#);
    insta::assert_snapshot!(hub.folder.read(PATH), @r#"
    # ours
    number = 9001
    title = "Pod Lullabies 9001"
    status = "implementable"
    stage = "beta"
    target = "1.39" # agreed
    triage = "pending"
    shepherds = ["fuweid"]
    issue = 95
    guessed = ["stage"]
    "#);
    is_done(&hub);
}

#[test]
fn an_issue_without_labels_is_found_by_search_once_search_knows_it() {
    let hub = hub_with(&[], 5);
    hub.world(|world| {
        let body = template("KEP-5200", "", "", "", "");
        world
            .add_issue("octocat", REPO, 97, "KEP-5200 - Found late", &body)
            .unwrap();
    });
    pulled(&hub);
    assert!(
        !hub.folder
            .path()
            .join("sig-node/5200-found-late.toml")
            .exists()
    );
    hub.world(|world| world.clock += 10);
    pulled(&hub);
    assert!(
        hub.folder
            .path()
            .join("sig-node/5200-found-late.toml")
            .exists()
    );
}

/// Somebody else's issue without any label of ours is in no list; search sees it, once it does.
#[test]
fn search_blocks_a_creation_and_permits_none() {
    let without_labels = |world: &mut World| {
        let title = "Support KEP-9001 (pod lullabies)";
        world.add_issue("octocat", REPO, 99, title, "").unwrap();
    };
    let found = hub(&[(PATH, &record(9001, ""))]);
    found.world(without_labels);
    let ran = found.run(&["apply"]);
    assert_eq!(ran.status, 1, "{}", ran.log);
    assert!(
        ran.out.contains("looks tracked already, by #99"),
        "{}",
        ran.out
    );
    found.run(&["apply", "--create", "9001"]).expect(0);

    // Late, or not at all: what a list permits stays permitted, and nothing more.
    let late = hub_with(&[(PATH, &record(9001, ""))], 1_000);
    late.world(without_labels);
    late.run(&["apply"]).expect(0);

    let folder = Folder::with(&[(PATH, &record(9001, ""))]);
    let world = seeded(&folder);
    let faults = Faults::new(vec!["search-fails".parse().unwrap()], 0);
    let failing = Hub::faulty(folder, world, faults);
    let listed = "[SIG-Node]: KEP-9001 - Pod Lullabies";
    failing.world(|world| open(world, 98, listed, ""));
    let ran = failing.run(&["apply"]);
    assert_eq!(ran.status, 1, "{}", ran.log);
    assert!(
        ran.out.contains("looks tracked already, by #98"),
        "{}",
        ran.out
    );
    failing.world(|world| world.delete_issue(REPO, 98)).unwrap();
    let ran = failing.run(&["apply"]);
    assert_eq!(ran.status, 0, "{}", ran.log);
    assert!(ran.log.contains("search was not asked"), "{}", ran.log);
    // However often it runs, there is one issue.
    let issues = failing.issue_count();
    failing.run(&["apply"]).expect(0);
    assert_eq!(failing.issue_count(), issues);
}

/// The cost of a pull: for N issues and P pull requests of records, A issues with the issue labels and S whose title has the word KEP, it is
/// ⌈A/100⌉ and ⌈S/100⌉ for each repository, at least two lists for the first, to learn whose token it is, and ⌈(N+P)/100⌉.
fn requests_follow_the_formula(count: u64) {
    let name = |n: u64| format!("sig-node/{}-x.toml", 10_000 + n);
    let text = |n: u64| {
        record(
            u32::try_from(10_000 + n).unwrap(),
            &format!(
                "issue = {n}\npull-requests = [{{ id = \"{REPO}#{}\" }}]\n",
                20_000 + n
            ),
        )
    };
    let records: Vec<(String, String)> = (1..=count).map(|n| (name(n), text(n))).collect();
    let records: Vec<(&str, &str)> = records
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect();
    let hub = hub(&records);
    hub.run(&["issues", "pull"]).expect(0);
    let pages = |of: u64| usize::try_from(of.div_ceil(100)).unwrap();
    // The second repository has nothing: a list and a search that are empty.
    let lists = pages(count).max(2) + pages(count) + 2;
    assert_eq!(
        hub.requests_since(0),
        (lists + pages(2 * count), 0, 0),
        "{count} issues, and as many pull requests"
    );
}

#[test]
fn requests_follow_the_formula_for_ten_and_a_hundred_issues() {
    requests_follow_the_formula(10);
    requests_follow_the_formula(100);
}

#[test]
#[ignore = "a thousand issues, held to GitHub's interface; .ci/run runs this"]
fn requests_follow_the_formula_for_a_thousand_issues() {
    requests_follow_the_formula(1_000);
}

#[test]
fn what_is_too_much_for_one_answer_is_asked_for_in_halves() {
    let records: Vec<(String, String)> = (1..=8)
        .map(|n| {
            let text = record(10_000 + n, &format!("issue = {n}\n"));
            (format!("sig-node/{}-x.toml", 10_000 + n), text)
        })
        .collect();
    let records: Vec<(&str, &str)> = records
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect();
    let folder = Folder::with(&records);
    folder.write("registry.toml", REGISTRY);
    folder.write("releases/cri-o.toml", "");
    let mut world = seeded(&folder);
    world
        .add_pull_request("octocat", REPO, 50, "Sing", "Part of #8")
        .unwrap();
    // The sixth query is the page of references: a list, its second half, and a search each.
    let faults = Faults::new(vec!["error-502-before@6".parse().unwrap()], 0);
    let hub = Hub::faulty(folder, world, faults);
    hub.run(&["issues", "pull"]).expect(0);
    assert!(
        hub.folder
            .read("sig-node/10008-x.toml")
            .contains("containerd/containerd#50")
    );
}

/// Work without a KEP is tracked likewise: what refers to its issue is a part of it, and brings no runtime a feature.
#[test]
fn pull_requests_that_refer_to_a_work_items_issue_are_entries_of_it() {
    let item = |id: &str, issue: u64| {
        format!(
            "id = \"{id}\"\ntitle = \"x\"\nkind = \"interop\"\nassignees = [\"mikebrow\"]\nissue = {issue}\n"
        )
    };
    let (critest, gone) = (item("critest", 7), item("gone", 8));
    let hub = hub(&[
        ("work-items/critest.toml", &critest),
        ("work-items/gone.toml", &gone),
    ]);
    hub.world(|world| {
        propose(world, REPO, 31, "critest: sing", "Part of #7");
        propose(world, REPO, 32, "KEP-9001: sing", "Part of #7");
        merge(world, REPO, 32);
        world
            .close_as_duplicate("octocat", REPO, 8, (REPO, 7))
            .unwrap();
    });
    insta::assert_snapshot!(pulled(&hub), @r#"
    updated  item critest  work-items/critest.toml
             pull-requests: nothing → "containerd/containerd#31"  (#31: open, and refers to #7)
    warning: item gone, #8: its issue was closed as a duplicate of #7; write the right number into `issue`
    "#);
    insta::assert_snapshot!(hub.folder.read("work-items/critest.toml"), @r#"
    id = "critest"
    title = "x"
    kind = "interop"
    assignees = ["mikebrow"]
    issue = 7
    pull-requests = [{ id = "containerd/containerd#31" }]
    "#);
    is_done(&hub);
}

/// People link a pull request by hand where its text says nothing, and take the link away again.
#[test]
fn pull_requests_that_are_linked_by_hand_are_entries_until_the_link_is_taken_away() {
    let item = "id = \"critest\"\ntitle = \"x\"\nkind = \"interop\"\nassignees = [\"mikebrow\"]\nissue = 7\n";
    let hub = hub(&[("work-items/critest.toml", item)]);
    hub.world(|world| {
        for number in [31, 32, 33] {
            propose(world, REPO, number, "critest: sing", "");
        }
        let mut link = |number, is_linked| {
            world
                .link_by_hand("octocat", REPO, 7, (REPO, number), is_linked)
                .unwrap();
        };
        for number in [31, 32, 33] {
            link(number, true);
        }
        for number in [32, 33] {
            link(number, false);
        }
        link(33, true);
    });
    insta::assert_snapshot!(pulled(&hub), @r#"
    updated  item critest  work-items/critest.toml
             pull-requests: nothing → "containerd/containerd#31"  (#31: open, and refers to #7)
             pull-requests: nothing → "containerd/containerd#33"  (#33: open, and refers to #7)
    "#);
    is_done(&hub);
}

/// Whoever opens an issue chooses what stands in it, and kepherd would show it under its own name.
#[test]
fn links_lead_to_kubernetes_or_are_left_out() {
    let hub = hub(&[(PATH, &record(9001, ""))]);
    hub.world(|world| {
        let links = "https://evil.example/phish https://github.com/evil/x https://github.com/kubernetes/enhancements/../../evil/x/issues/7 \
                     https://www.evil.example/?q=@everyone https://www.kubernetes.dev/resources";
        let body = template("KEP-9001", "", "", "", "").replace("KEP Issue: ", &format!("KEP Issue: {links}"));
        open(world, 20, "[SIG-Node]: KEP-9001 - x", &body);
    });
    let said = pulled(&hub);
    assert!(
        said.contains("links elsewhere than at Kubernetes: left out"),
        "{said}"
    );
    let text = hub.folder.read(PATH);
    assert!(!text.contains("evil"), "{text}");
    assert!(
        text.contains("https://www.kubernetes.dev/resources"),
        "{text}"
    );
    is_done(&hub);
}

#[test]
fn a_duplicate_of_what_is_somebody_elses_and_a_chain_without_end_are_asked_about() {
    let pinned = |kep: u32, issue: u64| record(kep, &format!("issue = {issue}\n"));
    let item = "id = \"critest\"\ntitle = \"x\"\nkind = \"interop\"\nassignees = [\"mikebrow\"]\nissue = 40\n";
    let hub = hub(&[
        (PATH, &pinned(9001, 7)),
        ("sig-node/9002-x.toml", &pinned(9002, 8)),
        ("sig-node/9003-x.toml", &pinned(9003, 9)),
        ("sig-node/9004-x.toml", &pinned(9004, 10)),
        ("work-items/critest.toml", item),
    ]);
    hub.world(|world| {
        let issue = world
            .repository_mut(REPO)
            .unwrap()
            .issues
            .get_mut(&40)
            .unwrap();
        issue.title = "KEP-9001 x".to_owned();
        world
            .close_as_duplicate("octocat", REPO, 7, (REPO, 40))
            .unwrap();
        // One issue for two.
        open(world, 41, "KEP-9002 and KEP-9003", "");
        world
            .close_as_duplicate("octocat", REPO, 8, (REPO, 41))
            .unwrap();
        world
            .close_as_duplicate("octocat", REPO, 9, (REPO, 41))
            .unwrap();
        // Each a duplicate of the next.
        let mut last = 10;
        for number in 100..125 {
            open(world, number, "KEP-9004 x", "");
            world
                .close_as_duplicate("octocat", REPO, last, (REPO, number))
                .unwrap();
            last = number;
        }
    });
    let before = hub.folder.contents();
    insta::assert_snapshot!(pulled(&hub), @"
    warning: KEP-9001, #7: its issue was closed as a duplicate: #40, which is the issue of item critest; a KEP has one issue, and an issue one KEP: undo it on GitHub, or write the right number
    warning: KEP-9002, #8: its issue was closed as a duplicate: #41, which names KEP-9003 too; write the right number into `issue`, and the old one into `former-issues`
    warning: KEP-9003, #9: its issue was closed as a duplicate: #41, which names KEP-9002 too; write the right number into `issue`, and the old one into `former-issues`
    warning: KEP-9004, #110: its issue leads on further than is followed; write the right number into `issue`, and the old one into `former-issues`
    ");
    assert_eq!(before, hub.folder.contents());
}

#[test]
fn a_second_issue_is_a_duplicate_of_the_one_that_goes_on() {
    let hub = hub(&[(PATH, &record(9001, "issue = 7\n"))]);
    hub.world(|world| {
        open(world, 20, "[SIG-Node]: KEP-9001 - x", "");
        open(
            world,
            21,
            "[SIG-Node]: KEP-9001 - y",
            &template("KEP-9001", "", "", "", ""),
        );
        world
            .close_as_duplicate("octocat", REPO, 7, (REPO, 20))
            .unwrap();
    });
    let said = pulled(&hub);
    assert!(
        said.contains(
            "#21: it tracks KEP-9001, whose record has #20; close it as a duplicate of #20"
        ),
        "{said}"
    );
    is_done(&hub);
}
