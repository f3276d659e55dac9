//! `upstream` and `check --upstream` through the binary, on clones that the tests make with gix: no git binary, no network.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

mod common;
#[path = "common/history.rs"]
mod history;

use common::{Folder, record};
use history::History;

const PATH: &str = "keps/sig-node/9001-pod-lullabies/kep.yaml";
const RECORD: &str = "sig-node/9001-pod-lullabies.toml";

fn yaml(stage: &str, latest: &str) -> String {
    format!(
        "title: Pod Lullabies\nkep-number: 9001\nauthors: [\"@someone\"]\nstatus: implementable\nstage: {stage}\n\
         latest-milestone: \"{latest}\"\nmilestone:\n  alpha: v1.37\n  beta: v1.38\n"
    )
}

fn pull(folder: &Folder, clone: &History, more: &[&str]) -> common::Ran {
    let mut arguments = vec!["upstream", "pull", "--repo", clone.path()];
    arguments.extend(more);
    folder.run(&arguments)
}

#[test]
fn a_record_is_created_once_and_then_kept_up_to_date() {
    let mut clone = History::bare();
    clone.commit("2026-07-24", &[(PATH, &yaml("alpha", "v1.37"))]);
    let folder = Folder::with(&[]);
    let out = pull(&folder, &clone, &["--kep", "9001"]).expect(0);
    assert!(
        out.contains("created  KEP-9001  sig-node/9001-pod-lullabies.toml"),
        "{out}"
    );
    folder.run(&["check"]).expect(0);
    let first = folder.contents();
    let out = pull(&folder, &clone, &["--kep", "9001"]).expect(0);
    assert!(out.contains("1 record up to date"), "{out}");
    assert_eq!(folder.contents(), first, "twice changes nothing");

    // A person edits, upstream moves on: what upstream changed is taken over, the rest stays.
    let edited = folder
        .read(RECORD)
        .replace("title = ", "# ours\ntitle   = ")
        .replace(
            "triage = \"pending\"",
            "triage = \"accepted\"\nshepherds = [ \"mikebrow\" ]",
        );
    folder.write(RECORD, &edited);
    clone.commit("2026-10-01", &[(PATH, &yaml("beta", "v1.38"))]);
    let out = pull(&folder, &clone, &[]).expect(0);
    insta::assert_snapshot!(out, @r#"
    updated  KEP-9001  sig-node/9001-pod-lullabies.toml
             stage: "alpha" → "beta"  (kep.yaml:5: upstream changed it since 2026-07-24)
             target: "1.37" → "1.38"  (kep.yaml:6: upstream changed it since 2026-07-24)
             reached.alpha: nothing → "1.37"  (kep.yaml:8: Kubernetes 1.37 has shipped since 2026-07-24)
             upstream-seen: 2026-07-24 → 2026-10-01  (the day of the commit that was read)
    1 record updated; read at 9d00b4d1fd of 2026-10-01
    "#);
    let text = folder.read(RECORD);
    assert!(
        text.contains("# ours\ntitle   = ") && text.contains("shepherds = [ \"mikebrow\" ]"),
        "{text}"
    );
    assert!(
        text.contains("target = \"1.38\"") && text.contains("upstream-seen = 2026-10-01"),
        "{text}"
    );
    // An older revision does not turn the clock back.
    let after = folder.contents();
    pull(&folder, &clone, &["--rev", "HEAD~1"]).expect(0);
    assert_eq!(folder.contents(), after);
}

/// A record that begins with an issue and one that begins with kep.yaml end as one: what was a guess says so until it is read, and the
/// file lies where upstream has it.
#[test]
fn an_issue_and_kep_yaml_make_the_same_record_in_either_order() {
    let mut clone = History::bare();
    clone.commit("2026-10-01", &[(PATH, &yaml("beta", "v1.38"))]);
    let body = "### KEP/SIG-Node References\n\n- KEP(s): 9001\n- stage: stable, gate on\n- K8s-Release: v1.39\n- KEP-Owner: @other\n\
                - KEP-Shepherd: @mikebrow\n- KEP PR: https://github.com/containerd/containerd/pull/88\n";
    let hub = || {
        let folder = Folder::with(&[]);
        let world = common::seeded(&folder);
        let hub = common::Hub::of(folder, world);
        hub.world(|world| {
            world
                .add_issue(
                    "octocat",
                    common::REPO,
                    30,
                    "[SIG-Node]: KEP-9001 - Songs for pods",
                    body,
                )
                .unwrap();
        });
        hub
    };
    let from_issue = ["new", "kep", "9001", "--from-issue", "30"];

    let issue_first = hub();
    issue_first.run(&from_issue).expect(0);
    insta::assert_snapshot!(issue_first.folder.read("sig-node/9001-songs-for-pods.toml"), @r#"
    #:schema ../../schema/kep.schema.json
    number = 9001
    title = "Songs for pods"
    status = "provisional"
    stage = "stable"
    target = "1.39"
    enabled-by-default = true
    owners = ["other"]
    triage = "pending"
    shepherds = ["mikebrow"]
    issue = 30
    pull-requests = [{ id = "containerd/containerd#88" }]
    guessed = ["title", "status", "stage", "enabled-by-default", "target", "owners"]
    "#);
    let out = pull(&issue_first.folder, &clone, &["--kep", "9001"]).expect(0);
    insta::assert_snapshot!(out, @r#"
    updated  KEP-9001  sig-node/9001-songs-for-pods.toml
             file: sig-node/9001-songs-for-pods.toml → sig-node/9001-pod-lullabies.toml  (upstream it is in keps/sig-node/9001-pod-lullabies)
             title: "Songs for pods" → "Pod Lullabies"  (kep.yaml:1: it was a guess, made before anybody read the KEP)
             status: "provisional" → "implementable"  (kep.yaml:4: it was a guess, made before anybody read the KEP)
             stage: "stable" → "beta"  (kep.yaml:5: it was a guess, made before anybody read the KEP)
             target: "1.39" → "1.38"  (kep.yaml:6: it was a guess, made before anybody read the KEP)
             owners: ["other"] → ["someone"]  (kep.yaml:3: it was a guess, made before anybody read the KEP)
             reached.alpha: nothing → "1.37"  (kep.yaml:8: the record says nothing of it yet)
             enabled-by-default: true → nothing  (it was a guess, and of another stage)
             guessed: ["title", "status", "stage", "enabled-by-default", "target", "owners"] → nothing  (kep.yaml has been read)
             upstream-seen: nothing → 2026-10-01  (the day of the commit that was read)
    1 record updated; read at e3322067e7 of 2026-10-01
    "#);

    let upstream_first = hub();
    pull(&upstream_first.folder, &clone, &["--kep", "9001"]).expect(0);
    let ran = upstream_first.run(&from_issue);
    insta::assert_snapshot!(ran.log, @r#"
    note: title: the issue says "Songs for pods", and kep.yaml, read on 2026-10-01, "Pod Lullabies": that stays
    note: stage: the issue says "stable", and kep.yaml, read on 2026-10-01, "beta": that stays
    note: target: the issue says "1.39", and kep.yaml, read on 2026-10-01, "1.38": that stays
    note: owners: the issue says ["other"], and kep.yaml, read on 2026-10-01, ["someone"]: that stays
    "#);
    insta::assert_snapshot!(ran.expect(0), @r#"
    updated  KEP-9001  sig-node/9001-pod-lullabies.toml
             shepherds: nothing → ["mikebrow"]
             issue: nothing → 30
             pull-requests: nothing → [{ id = "containerd/containerd#88" }]
    "#);
    insta::assert_snapshot!(upstream_first.folder.read(RECORD), @r#"
    #:schema ../../schema/kep.schema.json
    number = 9001
    title = "Pod Lullabies"
    status = "implementable"
    stage = "beta"
    target = "1.38"
    owners = ["someone"]
    triage = "pending"
    shepherds = ["mikebrow"]
    issue = 30
    pull-requests = [{ id = "containerd/containerd#88" }]
    upstream-seen = 2026-10-01

    [reached]
    alpha = "1.37"
    "#);
    assert_eq!(
        issue_first.folder.contents().len(),
        upstream_first.folder.contents().len()
    );
    assert_eq!(
        issue_first.folder.read(RECORD),
        upstream_first.folder.read(RECORD)
    );

    // Once more, in any order, there is nothing to do.
    for hub in [&issue_first, &upstream_first] {
        let before = hub.folder.contents();
        hub.run(&from_issue).expect(0);
        pull(&hub.folder, &clone, &[]).expect(0);
        assert_eq!(hub.folder.contents(), before);
        hub.run(&["check"]).expect(0);
    }
    // A stage that shipped is reached, whatever release an issue aimed at.
    let guess = "stage = \"alpha\"\ntarget = \"1.39\"\nguessed = [\"stage\", \"target\"]\n";
    let hub = hub();
    hub.folder.write(RECORD, record(9001, guess));
    let mut shipped = History::bare();
    let yaml = yaml("alpha", "v1.37");
    shipped.commit("2026-10-01", &[(PATH, &yaml)]);
    pull(&hub.folder, &shipped, &[]).expect(0);
    let text = hub.folder.read(RECORD);
    assert!(
        text.contains("[reached]\nalpha = \"1.37\"") && !text.contains("target"),
        "{text}"
    );

    // One KEP has one issue.
    upstream_first.world(|world| {
        world
            .add_issue("octocat", common::REPO, 31, "KEP-9001", body)
            .unwrap();
    });
    let ran = upstream_first.run(&["new", "kep", "9001", "--from-issue", "31"]);
    assert!(ran.log.contains("KEP-9001 has #30 as its issue"), "{ran:?}");
    ran.expect(2);
}

/// Upstream renames folders and moves them between SIGs; links to a record's KEP are made of its path.
#[test]
fn a_record_follows_its_kep_to_another_folder() {
    let mut clone = History::bare();
    clone.commit("2026-07-24", &[(PATH, &yaml("alpha", "v1.37"))]);
    let folder = Folder::with(&[]);
    pull(&folder, &clone, &["--kep", "9001"]).expect(0);
    let kept = folder.read(RECORD).replace("title =", "# ours\ntitle =");
    folder.write(RECORD, &kept);
    // A case is another name, and a folder that is not there yet is made.
    let moved = "keps/sig-storage/9001-lullabies/kep.yaml";
    assert!(!folder.path().join("sig-storage").exists());
    clone.commit("2026-08-01", &[(moved, &yaml("beta", "v1.38"))]);
    let found = folder.run(&["check", "--upstream", clone.path()]).expect(0);
    let found = found.replace(clone.path(), "CLONE");
    insta::assert_snapshot!(found, @r#"
    warning[upstream-drift]: KEP-9001 is in `keps/sig-storage/9001-lullabies` upstream, and its record is `sig-node/9001-pod-lullabies.toml`
     --> sig-node/9001-pod-lullabies.toml:2:10
      |
    2 | number = 9001
      |          ^^^^ links to the KEP are made of the record's path
      |
      = why: owners and SIG-Node read kep.yaml, and maintainers read the record: where the two differ, one of them waits for the wrong thing
      = note: upstream is kubernetes/enhancements at 061fbf7ae8 of 2026-08-01
      = help: move it to `sig-storage/9001-lullabies.toml`: `kepherd upstream pull --repo CLONE --kep 9001`

    warning[upstream-drift]: KEP-9001's `stage` is "alpha" here and "beta" upstream
     --> sig-node/9001-pod-lullabies.toml:6:9
      |
    6 | stage = "alpha"
      |         ^^^^^^^ upstream changed it since 2026-07-24
      |
     ::: keps/sig-storage/9001-lullabies/kep.yaml @ 061fbf7ae8:5:8
      |
    5 | stage: beta
      |        ----
      |
      = why: owners and SIG-Node read kep.yaml, and maintainers read the record: where the two differ, one of them waits for the wrong thing
      = note: upstream is kubernetes/enhancements at 061fbf7ae8 of 2026-08-01
      = help: take it over: `kepherd upstream pull --repo CLONE --kep 9001`
    help: what upstream says
      |
    6 - stage = "alpha"
    6 + stage = "beta"
      |

    warning[stale-record]: KEP-9001 aims at Kubernetes 1.37, which has shipped since anybody read what upstream says
      --> sig-node/9001-pod-lullabies.toml:7:10
       |
     7 | target = "1.37"
       |          ^^^^^^ released 2026-08-26
    ...
    10 | upstream-seen = 2026-07-24
       |                 ---------- the record was last read before that
       |
       = why: nobody has read upstream since: whether the KEP made that release or moved on is not in it, and its label says what is past
       = help: `kepherd upstream pull --repo CLONE --kep 9001` reads what upstream says since, from a clone that is newer than that; or write what shipped in `reached`, and the next release in `target`

    warning[upstream-drift]: KEP-9001's `target` is "1.37" here and "1.38" upstream
     --> sig-node/9001-pod-lullabies.toml:7:10
      |
    7 | target = "1.37"
      |          ^^^^^^ upstream changed it since 2026-07-24
      |
     ::: keps/sig-storage/9001-lullabies/kep.yaml @ 061fbf7ae8:6:19
      |
    6 | latest-milestone: "v1.38"
      |                   -------
      |
      = why: owners and SIG-Node read kep.yaml, and maintainers read the record: where the two differ, one of them waits for the wrong thing
      = note: upstream is kubernetes/enhancements at 061fbf7ae8 of 2026-08-01
      = help: take it over: `kepherd upstream pull --repo CLONE --kep 9001`
    help: what upstream says
      |
    7 - target = "1.37"
    7 + target = "1.38"
      |

    4 warnings in 1 file of a registry of 1 record
    "#);
    let before = folder.contents();
    let shown = pull(&folder, &clone, &["--diff"]).expect(0);
    assert_eq!(folder.contents(), before);
    insta::assert_snapshot!(shown, @r#"
    update   KEP-9001  sig-node/9001-pod-lullabies.toml
             file: sig-node/9001-pod-lullabies.toml → sig-storage/9001-lullabies.toml  (upstream it is in keps/sig-storage/9001-lullabies)
             stage: "alpha" → "beta"  (kep.yaml:5: upstream changed it since 2026-07-24)
             target: "1.37" → "1.38"  (kep.yaml:6: upstream changed it since 2026-07-24)
             upstream-seen: 2026-07-24 → 2026-08-01  (the day of the commit that was read)
    diff --git a/sig-node/9001-pod-lullabies.toml b/sig-storage/9001-lullabies.toml
    rename from sig-node/9001-pod-lullabies.toml
    rename to sig-storage/9001-lullabies.toml
    --- a/sig-node/9001-pod-lullabies.toml
    +++ b/sig-storage/9001-lullabies.toml
    @@ -3,8 +3,8 @@
     # ours
     title = "Pod Lullabies"
     status = "implementable"
    -stage = "alpha"
    -target = "1.37"
    +stage = "beta"
    +target = "1.38"
     owners = ["someone"]
     triage = "pending"
    -upstream-seen = 2026-07-24
    +upstream-seen = 2026-08-01
    "#);
    // What lies there already is not written over.
    let there = "sig-storage/9001-lullabies.toml";
    folder.write(there, record(9002, ""));
    let ran = pull(&folder, &clone, &["--kep", "9001"]);
    assert!(
        ran.log
            .contains("`sig-storage/9001-lullabies.toml` is there already"),
        "{ran:?}"
    );
    assert!(folder.path().join(RECORD).exists());
    std::fs::remove_file(folder.path().join(there)).unwrap();

    pull(&folder, &clone, &[]).expect(0);
    assert!(!folder.path().join(RECORD).exists());
    let text = folder.read(there);
    assert!(
        text.contains("# ours\ntitle") && text.contains("stage = \"beta\""),
        "{text}"
    );
    let after = folder.contents();
    pull(&folder, &clone, &[]).expect(0);
    assert_eq!(folder.contents(), after);
    folder.run(&["check", "--upstream", clone.path()]).expect(0);
}

#[test]
fn what_people_made_of_a_fact_stays_until_upstream_changes_it() {
    let mut clone = History::bare();
    clone.commit("2026-07-24", &[(PATH, &yaml("alpha", "v1.37"))]);
    let folder = Folder::with(&[]);
    pull(&folder, &clone, &["--kep", "9001"]).expect(0);
    folder.write(
        RECORD,
        folder
            .read(RECORD)
            .replace("target = \"1.37\"", "target = \"1.38\""),
    );
    clone.commit(
        "2026-07-30",
        &[(PATH, &yaml("alpha", "v1.37").replace("Lullabies", "Songs"))],
    );
    pull(&folder, &clone, &[]).expect(0);
    let text = folder.read(RECORD);
    assert!(
        text.contains("target = \"1.38\"") && text.contains("Pod Songs"),
        "{text}"
    );
}

#[test]
fn malformed_files_are_reported_and_skipped() {
    let mut clone = History::bare();
    clone.commit(
        "2026-07-24",
        &[
            (PATH, &yaml("alpha", "v1.37")),
            ("keps/sig-node/9002-broken/kep.yaml", "title: [\n"),
            ("keps/sig-node/9003-other/kep.yaml", &yaml("alpha", "v1.37")),
            ("keps/sig-node/9004-nothing/README.md", "no kep.yaml"),
            ("keps/sig-node/9005-twice/kep.yaml", &yaml("alpha", "v1.37")),
            ("keps/sig-auth/9005-twice/kep.yaml", &yaml("alpha", "v1.37")),
            (
                "keps/prod-readiness/sig-node/9001.yaml",
                "kep-number: 9001\n",
            ),
        ],
    );
    let folder = Folder::with(&[]);
    let ran = pull(
        &folder,
        &clone,
        &["--kep", "9001", "9002", "9003", "9004", "9005", "9006"],
    );
    for text in [
        "9002-broken/kep.yaml:1: a text is expected here",
        "the folder is named after KEP-9003, and kep.yaml says 9001",
        "9004-nothing/kep.yaml: there is no such file",
        "KEP-9005 has several folders",
        "KEP-9006 is not in",
    ] {
        assert!(ran.log.contains(text), "{text}: {ran:?}");
    }
    let out = ran.expect(1);
    assert!(out.contains("1 record created, 5 skipped"), "{out}");
}

#[test]
fn a_record_with_mistakes_is_left_alone() {
    let mut clone = History::bare();
    clone.commit("2026-07-24", &[(PATH, &yaml("alpha", "v1.37"))]);
    let broken = record(9001, "stage = \"betta\"\n");
    let folder = Folder::with(&[(RECORD, &broken)]);
    let ran = pull(&folder, &clone, &["--kep", "9001"]);
    assert!(ran.log.contains("has errors, and is left alone"), "{ran:?}");
    ran.expect(1);
    assert_eq!(folder.read(RECORD), broken);
}

#[test]
fn a_file_that_is_there_is_never_overwritten() {
    let mut clone = History::bare();
    clone.commit("2026-07-24", &[(PATH, &yaml("alpha", "v1.37"))]);
    let unreadable = b"number = 9001 # \xe9\n".to_vec();
    let misnumbered = record(9010, "issue = 7\n").into_bytes();
    for text in [unreadable, misnumbered] {
        let folder = Folder::with(&[]);
        folder.write(RECORD, &text);
        let before = folder.contents();
        let ran = pull(&folder, &clone, &["--kep", "9001"]);
        assert!(
            ran.log.contains("is left alone: run `kepherd check`"),
            "{ran:?}"
        );
        ran.expect(1);
        assert_eq!(folder.contents(), before);
    }
}

#[test]
fn names_from_elsewhere_lead_nowhere_else() {
    let mut clone = History::bare();
    let text = yaml("alpha", "v1.37");
    clone.commit(
        "2026-07-24",
        &[
            (PATH, &text),
            ("keps/..a/9002-x/kep.yaml", &text),
            ("keps/releases/9003-x/kep.yaml", &text),
            ("keps/.hidden/9004-x/kep.yaml", &text),
            ("keps/sig-node/9005-\u{1b}[31m/kep.yaml", &text),
        ],
    );
    let folder = Folder::with(&[]);
    let before = folder.contents();
    let ran = pull(&folder, &clone, &["--kep", "9002", "9003", "9004", "9005"]);
    assert!(ran.out.contains("4 records skipped"), "{ran:?}");
    assert!(!format!("{}{}", ran.out, ran.log).contains('\u{1b}'));
    assert_eq!(folder.contents(), before);
}

#[cfg(unix)]
#[test]
fn a_link_in_the_registry_is_not_written_through() {
    let mut clone = History::bare();
    clone.commit("2026-07-24", &[(PATH, &yaml("alpha", "v1.37"))]);
    let (folder, elsewhere) = (Folder::with(&[]), Folder::empty());
    std::os::unix::fs::symlink(elsewhere.path(), folder.path().join("sig-node")).unwrap();
    pull(&folder, &clone, &["--kep", "9001"]).expect(1);
    assert_eq!(elsewhere.contents(), Vec::new());
}

#[test]
fn what_is_no_clone_is_said_so() {
    let folder = Folder::with(&[]);
    let ran = folder.run(&["upstream", "pull", "--repo", "nowhere", "--kep", "1"]);
    assert!(ran.log.contains("is not a git repository"), "{ran:?}");
    ran.expect(2);
    let clone = History::bare();
    let ran = pull(&folder, &clone, &["--kep", "1"]);
    assert!(ran.log.contains("has no revision `HEAD`"), "{ran:?}");
    ran.expect(2);
    let mut clone = History::bare();
    clone.commit("2026-07-24", &[("README.md", "something else")]);
    let ran = pull(&folder, &clone, &["--kep", "1"]);
    assert!(
        ran.log
            .contains("is this a clone of kubernetes/enhancements?"),
        "{ran:?}"
    );
    ran.expect(2);
    let ran = pull(&folder, &clone, &["--kep", "1", "--rev", "v9"]);
    assert!(ran.log.contains("has no revision `v9`"), "{ran:?}");
    ran.expect(2);
}

/// Pulls the record of KEP-9001, as it was on a day.
fn pulled(clone: &History) -> Folder {
    let folder = Folder::with(&[]);
    pull(&folder, clone, &["--kep", "9001"]).expect(0);
    folder
}

fn run(folder: &Folder, clone: &History, arguments: &[&str]) -> common::Ran {
    let mut all = arguments.to_vec();
    all.extend(["--repo", clone.path()]);
    folder.run(&all)
}

/// What names the clone, and the commit in it, which differ from run to run.
fn stable(text: &str, clone: &History) -> String {
    text.replace(clone.path(), "CLONE")
        .replace(&clone.head()[..10], "0123456789")
}

#[test]
fn differences_are_shown_on_both_sides_until_they_are_taken_over() {
    let mut clone = History::bare();
    clone.commit("2026-07-24", &[(PATH, &yaml("alpha", "v1.37"))]);
    let folder = pulled(&clone);
    run(&folder, &clone, &["upstream", "diff"]).expect(0);
    clone.commit("2026-10-01", &[(PATH, &yaml("beta", "v1.38"))]);

    let before = folder.contents();
    let out = run(&folder, &clone, &["upstream", "diff"]).expect(1);
    insta::assert_snapshot!(stable(&out, &clone), @r#"
    warning[upstream-drift]: KEP-9001's `stage` is "alpha" here and "beta" upstream
     --> sig-node/9001-pod-lullabies.toml:5:9
      |
    5 | stage = "alpha"
      |         ^^^^^^^ upstream changed it since 2026-07-24
      |
     ::: keps/sig-node/9001-pod-lullabies/kep.yaml @ 0123456789:5:8
      |
    5 | stage: beta
      |        ----
      |
      = why: owners and SIG-Node read kep.yaml, and maintainers read the record: where the two differ, one of them waits for the wrong thing
      = note: upstream is kubernetes/enhancements at 0123456789 of 2026-10-01
      = help: take it over: `kepherd upstream pull --repo CLONE --kep 9001`
    help: what upstream says
      |
    5 - stage = "alpha"
    5 + stage = "beta"
      |

    warning[upstream-drift]: KEP-9001's `target` is "1.37" here and "1.38" upstream
     --> sig-node/9001-pod-lullabies.toml:6:10
      |
    6 | target = "1.37"
      |          ^^^^^^ upstream changed it since 2026-07-24
      |
     ::: keps/sig-node/9001-pod-lullabies/kep.yaml @ 0123456789:6:19
      |
    6 | latest-milestone: "v1.38"
      |                   -------
      |
      = why: owners and SIG-Node read kep.yaml, and maintainers read the record: where the two differ, one of them waits for the wrong thing
      = note: upstream is kubernetes/enhancements at 0123456789 of 2026-10-01
      = help: take it over: `kepherd upstream pull --repo CLONE --kep 9001`
    help: what upstream says
      |
    6 - target = "1.37"
    6 + target = "1.38"
      |

    warning[upstream-drift]: KEP-9001 has no `reached.alpha` here, and upstream it is "1.37"
     --> sig-node/9001-pod-lullabies.toml:9:17
      |
    9 | upstream-seen = 2026-07-24
      |                 ^^^^^^^^^^ Kubernetes 1.37 has shipped since 2026-07-24
      |
     ::: keps/sig-node/9001-pod-lullabies/kep.yaml @ 0123456789:8:10
      |
    8 |   alpha: v1.37
      |          -----
      |
      = why: owners and SIG-Node read kep.yaml, and maintainers read the record: where the two differ, one of them waits for the wrong thing
      = note: upstream is kubernetes/enhancements at 0123456789 of 2026-10-01
      = help: take it over: `kepherd upstream pull --repo CLONE --kep 9001`

    3 differences to look at, 0 notes, in 1 record; 1 record compared with kubernetes/enhancements at 0123456789 of 2026-10-01
    "#);
    let checked = folder.run(&["check", "--upstream", clone.path()]);
    assert!(
        checked.out.contains("warning[upstream-drift]"),
        "{checked:?}"
    );
    checked.expect(0);
    let diff = pull(&folder, &clone, &["--diff"]);
    insta::assert_snapshot!(stable(&diff.out, &clone), @r#"
    update   KEP-9001  sig-node/9001-pod-lullabies.toml
             stage: "alpha" → "beta"  (kep.yaml:5: upstream changed it since 2026-07-24)
             target: "1.37" → "1.38"  (kep.yaml:6: upstream changed it since 2026-07-24)
             reached.alpha: nothing → "1.37"  (kep.yaml:8: Kubernetes 1.37 has shipped since 2026-07-24)
             upstream-seen: 2026-07-24 → 2026-10-01  (the day of the commit that was read)
    diff --git a/sig-node/9001-pod-lullabies.toml b/sig-node/9001-pod-lullabies.toml
    --- a/sig-node/9001-pod-lullabies.toml
    +++ b/sig-node/9001-pod-lullabies.toml
    @@ -2,8 +2,11 @@
     number = 9001
     title = "Pod Lullabies"
     status = "implementable"
    -stage = "alpha"
    -target = "1.37"
    +stage = "beta"
    +target = "1.38"
     owners = ["someone"]
     triage = "pending"
    -upstream-seen = 2026-07-24
    +upstream-seen = 2026-10-01
    +
    +[reached]
    +alpha = "1.37"
    "#);
    assert_eq!(
        folder.contents(),
        before,
        "nothing is written but by a pull"
    );

    pull(&folder, &clone, &[]).expect(0);
    let out = run(&folder, &clone, &["upstream", "diff"]).expect(0);
    assert!(out.starts_with("no difference in 1 record"), "{out}");
    let out = folder
        .run(&["check", "--upstream", clone.path(), "--format", "json"])
        .expect(0);
    assert!(!out.contains("upstream-drift"), "{out}");
}

#[test]
fn a_difference_is_no_part_of_a_change_that_did_not_bring_it() {
    let mut clone = History::bare();
    clone.commit("2026-07-24", &[(PATH, &yaml("alpha", "v1.37"))]);
    let folder = pulled(&clone);
    clone.commit("2026-10-01", &[(PATH, &yaml("beta", "v1.38"))]);
    let record = folder.read(RECORD);
    let mut history = History::with_worktree();
    let config = folder.read("registry.toml");
    let strict = format!("{config}\n[rules]\nupstream-drift = \"error\"\n");
    let calendar = folder.read("releases/kubernetes.toml");
    history.commit(
        "2026-10-02",
        &[
            ("registry.toml", &strict),
            ("releases/kubernetes.toml", &calendar),
            (RECORD, &record),
        ],
    );
    let base = history.head();
    let check = |history: &History| {
        let mut command = common::command(
            history.worktree(),
            &[
                "check",
                "--at",
                "HEAD",
                "--base",
                &base,
                "--upstream",
                clone.path(),
            ],
        );
        common::Ran::of(command.arg("--today=2026-11-24"))
    };
    let changed = record.replace("triage = \"pending\"", "triage = \"declined\"");
    let commit = |history: &mut History, record: &str| {
        history.commit(
            "2026-10-03",
            &[
                ("registry.toml", &strict),
                ("releases/kubernetes.toml", &calendar),
                (RECORD, record),
            ],
        );
    };
    commit(&mut history, &changed);
    let ran = check(&history);
    assert!(
        ran.out
            .contains("5 findings that were there before the change are not shown"),
        "{ran:?}"
    );
    ran.expect(0);
    commit(&mut history, &record.replace("Lullabies", "Songs"));
    let ran = check(&history);
    assert!(
        ran.out.contains("`title` is \"Pod Songs\" here and"),
        "{ran:?}"
    );
    assert!(ran.out.contains("; 1 from the change since"), "{ran:?}");
    ran.expect(0);
}

#[test]
fn what_a_clone_lacks_stops_a_pull_before_anything_is_written() {
    let mut clone = History::bare();
    let other = "keps/sig-node/9002-other/kep.yaml";
    let second = yaml("alpha", "v1.37").replace("9001", "9002");
    clone.commit(
        "2026-07-24",
        &[(PATH, &yaml("alpha", "v1.37")), (other, &second)],
    );
    let folder = Folder::with(&[]);
    pull(&folder, &clone, &["--kep", "9001", "9002"]).expect(0);
    let (first, second) = (yaml("beta", "v1.38"), second.replace("Lullabies", "Songs"));
    clone.commit("2026-10-01", &[(PATH, &first), (other, &second)]);
    clone.forget(&second);
    let before = folder.contents();
    for arguments in [
        vec!["upstream", "pull"],
        vec!["upstream", "diff"],
        vec!["upstream", "untracked"],
    ] {
        let ran = run(&folder, &clone, &arguments);
        let lacks = format!("lacks the content of `{other}`: it is a partial clone");
        assert!(ran.log.contains(&lacks), "{ran:?}");
        ran.expect(2);
        assert_eq!(folder.contents(), before);
    }
    // What is not asked for is not missed.
    pull(&folder, &clone, &["--kep", "9001"]).expect(0);
    let out = run(&folder, &clone, &["upstream", "log", "9002"]).expect(0);
    assert!(
        out.contains("cannot be used: ") && out.contains("first known"),
        "{out}"
    );
}

#[test]
fn what_upstream_said_long_ago_may_be_missing() {
    let mut clone = History::bare();
    let before = yaml("alpha", "v1.37");
    clone.commit("2026-07-24", &[(PATH, &before)]);
    let folder = pulled(&clone);
    let edited = folder.read(RECORD).replace("\"1.37\"", "\"1.38\"");
    folder.write(RECORD, &edited);
    clone.commit(
        "2026-08-01",
        &[(PATH, &before.replace("Lullabies", "Songs"))],
    );
    clone.forget(&before);
    // Nobody knows who changed what: the record stays as it is, and says no other day than that when it was read.
    let before = folder.contents();
    let ran = pull(&folder, &clone, &[]);
    assert!(
        ran.log.contains(
            "this clone does not tell what upstream said when it was read, on 2026-07-24"
        ),
        "{ran:?}"
    );
    ran.expect(1);
    assert_eq!(folder.contents(), before);
    let out = run(&folder, &clone, &["upstream", "diff"]).expect(0);
    assert!(
        out.contains(
            "the clone does not tell whether upstream or people changed it since 2026-07-24"
        ),
        "{out}"
    );
}

#[test]
fn a_shallow_clone_mixes_no_facts_of_two_days() {
    let mut clone = History::bare();
    clone.commit("2026-07-24", &[(PATH, &yaml("alpha", "v1.37"))]);
    let first = clone.head();
    let folder = pulled(&clone);
    clone.commit("2026-10-01", &[(PATH, &yaml("beta", "v1.38"))]);
    clone.cut_off(&first);
    let before = folder.contents();
    let ran = pull(&folder, &clone, &[]);
    assert!(ran.log.contains("`git fetch --unshallow`"), "{ran:?}");
    ran.expect(1);
    assert_eq!(folder.contents(), before);
    // A record that was never read has nothing to mix.
    let folder = Folder::with(&[(RECORD, &record(9001, ""))]);
    let out = pull(&folder, &clone, &[]).expect(0);
    assert!(out.contains("stage: nothing → \"beta\""), "{out}");
}

#[test]
fn a_person_decides_where_people_and_upstream_changed_a_field() {
    let mut clone = History::bare();
    clone.commit("2026-07-24", &[(PATH, &yaml("alpha", "v1.37"))]);
    let folder = pulled(&clone);
    let edited = folder
        .read(RECORD)
        .replace("target = \"1.37\"", "target = \"1.39\" # we hope");
    folder.write(RECORD, &edited);
    clone.commit("2026-10-01", &[(PATH, &yaml("beta", "v1.38"))]);
    let ran = pull(&folder, &clone, &[]);
    insta::assert_snapshot!(stable(&format!("{}\n{}", ran.out, ran.log), &clone), @r#"
    1 record waiting for a person; read at 0123456789 of 2026-10-01

    warning: sig-node/9001-pod-lullabies.toml:6: `target` is "1.39" here and "1.38" upstream: people changed it here, and upstream changed it from "1.37" since 2026-07-24; write what is right, or pull with --ours or --theirs; the record waits until then
    "#);
    ran.expect(1);
    let text = folder.read(RECORD);
    assert!(text.contains("target = \"1.39\" # we hope"), "{text}");
    // It is asked again until it is settled.
    pull(&folder, &clone, &[]).expect(1);
    run(&folder, &clone, &["upstream", "diff"]).expect(1);
    let ours = pull(&folder, &clone, &["--ours", "--diff"]).expect(0);
    assert!(ours.contains("+upstream-seen = 2026-10-01"), "{ours}");
    pull(&folder, &clone, &["--theirs"]).expect(0);
    assert!(folder.read(RECORD).contains("target = \"1.38\" # we hope"));
    pull(&folder, &clone, &[]).expect(0);
    pull(&folder, &clone, &["--ours", "--theirs"]).expect(2);
}

#[test]
fn what_was_not_compared_is_said_so() {
    let mut clone = History::bare();
    clone.commit(
        "2026-07-24",
        &[(
            "keps/sig-cli/9002-x/kep.yaml",
            &yaml("alpha", "v1.37").replace("9001", "9002"),
        )],
    );
    let folder = Folder::with(&[(RECORD, &record(9001, ""))]);
    let diff = |more: &[&str]| {
        let arguments = [&["upstream", "diff"], more].concat();
        run(
            &folder,
            &clone,
            &[&arguments[..], &["--today=2026-11-24"]].concat(),
        )
    };
    let ran = diff(&["--kep", "KEP-9001"]);
    assert!(
        ran.out.contains("no difference in 0 records")
            && ran
                .out
                .contains("; not in the clone at this revision: KEP-9001"),
        "{ran:?}"
    );
    assert!(
        ran.log
            .contains("note: the clone is of 2026-07-24, and Kubernetes 1.37 has shipped since"),
        "{ran:?}"
    );
    ran.expect(0);
    let ran = diff(&["--kep", "9001,9002"]);
    assert!(
        ran.log
            .contains("no record of KEP-9002: `kepherd upstream pull --repo"),
        "{ran:?}"
    );
    ran.expect(2);
    let ran = diff(&["--kep", "9009"]);
    assert!(ran.log.contains("nor has"), "{ran:?}");
    ran.expect(2);
    let ran = diff(&["--kep", "KEP-0"]);
    assert!(
        ran.log
            .contains("a KEP's number is asked for, such as 4960"),
        "{ran:?}"
    );
    ran.expect(2);
    let ran = diff(&["--rev", "mian"]);
    assert!(ran.log.contains("; did you mean `main`?"), "{ran:?}");
    ran.expect(2);
    let ran = folder.run(&["upstream", "diff", "--repo", "https://example.com/x.git"]);
    assert!(ran.log.contains("clone it first"), "{ran:?}");
    ran.expect(2);
}

#[test]
fn hostile_files_are_named_with_their_reason() {
    let mut clone = History::bare();
    let huge = "#".repeat(5 << 20);
    let mut bomb = String::from("title: a\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let items = vec![format!("*a{}", level - 1); 10].join(", ");
        bomb.push_str(&format!("a{level}: &a{level} [{items}]\n"));
    }
    bomb.push_str("authors: *a11\n");
    clone.commit_with_links(
        "2026-07-24",
        &[
            (PATH, &yaml("alpha", "v1.37")),
            ("keps/sig-node/9002-huge/kep.yaml", &huge),
            ("keps/sig-node/9003-bomb/kep.yaml", &bomb),
        ],
        &[
            (
                "keps/sig-node/9004-link/kep.yaml",
                "../9001-pod-lullabies/kep.yaml",
            ),
            ("keps/sig-node/9005-folder", "9001-pod-lullabies"),
            ("keps/sig-cli", "/etc"),
        ],
    );
    let folder = Folder::with(&[]);
    let before = folder.contents();
    let ran = pull(&folder, &clone, &["--kep", "9002", "9003", "9004", "9005"]);
    for reason in [
        "9002-huge/kep.yaml: it has 5242880 bytes; at most 262144 are read",
        "9003-bomb/kep.yaml:",
        "9004-link/kep.yaml: it is a symbolic link, and links are not followed",
        "9005-folder/kep.yaml: it is a symbolic link, and links are not followed",
    ] {
        assert!(ran.log.contains(reason), "{reason}: {ran:?}");
    }
    assert!(ran.log.len() < 4_000, "{}", ran.log.len());
    ran.expect(1);
    assert_eq!(folder.contents(), before);
}

#[test]
fn of_two_folders_the_record_says_which_is_meant() {
    let mut clone = History::bare();
    let text = yaml("alpha", "v1.37");
    let twin = "keps/sig-apps/9001-other/kep.yaml";
    clone.commit("2026-07-24", &[(PATH, &text), (twin, &text)]);
    let folder = Folder::with(&[(RECORD, &record(9001, ""))]);
    pull(&folder, &clone, &[]).expect(0);
    assert!(folder.read(RECORD).contains("upstream-seen"));
    let out = run(&folder, &clone, &["upstream", "diff"]).expect(0);
    assert!(
        out.contains("another KEP upstream has the number 9001 too"),
        "{out}"
    );
    let folder = Folder::with(&[("sig-auth/9001-x.toml", &record(9001, ""))]);
    let ran = pull(&folder, &clone, &[]);
    assert!(ran.log.contains("KEP-9001 has several folders"), "{ran:?}");
    ran.expect(1);
    let out = run(&folder, &clone, &["upstream", "diff"]).expect(1);
    assert!(
        out.contains("2 KEPs have the number 9001 upstream"),
        "{out}"
    );
}

#[test]
fn folders_below_a_sig_and_active_keps_of_a_sig_are_found() {
    let mut clone = History::bare();
    let other = |number: &str, status: &str| {
        yaml("alpha", "v1.38")
            .replace("9001", number)
            .replace("implementable", status)
    };
    clone.commit(
        "2026-10-01",
        &[
            (
                "keps/sig-node/sub/9003-deep/kep.yaml",
                &other("9003", "implementable"),
            ),
            (
                "keps/sig-node/9004-over/kep.yaml",
                &other("9004", "withdrawn"),
            ),
            (
                "keps/sig-cli/9005-cli/kep.yaml",
                &other("9005", "provisional"),
            ),
            ("keps/NNNN-template/kep.yaml", &other("NNNN", "provisional")),
        ],
    );
    let folder = Folder::with(&[]);
    let out = pull(&folder, &clone, &["--sig", "sig-node", "--new"]).expect(0);
    assert!(
        out.contains("created  KEP-9003  sig-node/9003-deep.toml"),
        "{out}"
    );
    assert!(out.contains("1 record created;"), "{out}");
    folder.run(&["check"]).expect(0);
    let ran = pull(&folder, &clone, &["--sig", "sig-nope", "--new"]);
    assert!(ran.log.contains("no record lies in `sig-nope`"), "{ran:?}");
    ran.expect(2);
    let out = pull(&folder, &clone, &["--sig", "sig-cli", "--new", "--diff"]).expect(0);
    let head = "new file mode 100644\n--- /dev/null\n+++ b/sig-cli/9005-cli.toml\n";
    assert!(out.contains(head), "{out}");
    assert!(!folder.path().join("sig-cli").exists());
}

#[test]
fn what_nobody_tracks_is_ranked_with_reasons_and_what_is_malformed_is_named() {
    let mut clone = History::bare();
    let kubelet = format!(
        "{}owning-sig: sig-node\nsee-also: [/keps/sig-node/9001-pod-lullabies]\nfeature-gates:\n  - name: PodSongs\n    components: [kubelet]\n",
        yaml("alpha", "v1.38").replace("9001", "9002")
    );
    clone.commit(
        "2026-10-01",
        &[
            (PATH, &yaml("alpha", "v1.38")),
            ("keps/sig-node/9002-songs/kep.yaml", &kubelet),
            (
                "keps/sig-cli/9003-cli/kep.yaml",
                &yaml("alpha", "v1.38").replace("9001", "9003"),
            ),
            (
                "keps/sig-cli/9003-cli/README.md",
                "# x\n## Graduation Criteria\n- containerd and CRI-O have it\n",
            ),
            (
                "keps/sig-cli/9004-other/kep.yaml",
                &yaml("alpha", "v1.38").replace("9001", "9004"),
            ),
            (
                "keps/NNNN-template/kep.yaml",
                &yaml("alpha", "v1.38").replace("9001", "NNNN"),
            ),
            ("keps/sig-node/9006-broken/kep.yaml", "title: [\n"),
        ],
    );
    let folder = pulled(&clone);
    let ran = run(&folder, &clone, &["upstream", "untracked"]);
    insta::assert_snapshot!(stable(&format!("{}\n{}", ran.out, ran.log), &clone), @r#"
    score
       10 KEP-9003  Pod Lullabies  implementable, alpha, 1.38
          runtimes are named in its graduation criteria; its files name containerd 1 time; aims at 1.38
          keps/sig-cli/9003-cli

        9 KEP-9002  Pod Lullabies  implementable, alpha, 1.38
          kubelet feature gate PodSongs; owned by sig-node; names KEP-9001 (tracked); aims at 1.38
          keps/sig-node/9002-songs

    2 active KEPs without a record look as if a runtime had to do with them; 4 of 6 files read at 0123456789 of 2026-10-01, 1 tracked, 0 not worked on for the last three releases
    make a record: `kepherd upstream pull --repo CLONE --kep 9003`; one with `triage = "declined"` takes a KEP off this list

    skipped: keps/NNNN-template/kep.yaml:2: `kep-number` is `NNNN`, which is no number of a KEP
    skipped: keps/sig-node/9006-broken/kep.yaml:1: a text is expected here
    "#);
    ran.expect(0);
    let out = run(&folder, &clone, &["upstream", "untracked", "--limit", "1"]).expect(0);
    assert!(out.contains("(1 more: `--limit 0`)"), "{out}");
}

#[test]
fn a_kep_is_followed_through_its_history() {
    let mut clone = History::bare();
    let old = "keps/sig-apps/9001-lullabies/kep.yaml";
    clone.commit("2025-01-01", &[("README.md", "nothing yet")]);
    clone.commit("2025-02-01", &[(old, &yaml("alpha", "v1.36"))]);
    clone.commit(
        "2025-03-01",
        &[(old, &yaml("alpha", "v1.36")), ("README.md", "something")],
    );
    clone.commit("2025-04-01", &[(PATH, &yaml("alpha", "v1.37"))]);
    clone.commit("2025-05-01", &[(PATH, "title: [\n")]);
    clone.commit(
        "2025-06-01",
        &[("README.md", "gone"), ("keps/sig-cli/9002-x/kep.yaml", "")],
    );
    clone.commit(
        "2025-07-01",
        &[(PATH, &format!("{}reviewers: []\n", yaml("alpha", "v1.37")))],
    );
    clone.commit(
        "2025-08-01",
        &[(
            PATH,
            &yaml("beta", "v1.38").replace("[\"@someone\"]", "[\"@new\"]"),
        )],
    );
    clone.commit("2025-09-01", &[("keps/sig-cli/9002-x/kep.yaml", "")]);
    let folder = Folder::with(&[]);
    let out = run(&folder, &clone, &["upstream", "log", "9001"]).expect(0);
    let commit = |line: &str| {
        let mut words: Vec<String> = line.split_inclusive(' ').map(str::to_owned).collect();
        let is_id = |word: &String| {
            word.trim().len() == 10 && word.trim().bytes().all(|b| b.is_ascii_hexdigit())
        };
        for word in words.iter_mut().filter(|word| is_id(word)) {
            *word = word.replace(word.trim(), "0123456789");
        }
        words.concat()
    };
    let out: Vec<String> = out.lines().map(commit).collect();
    insta::assert_snapshot!(out.join("\n"), @r#"
    KEP-9001  Pod Lullabies
    keps/sig-node/9001-pod-lullabies
      2025-09-01  0123456789  went away
      2025-08-01  0123456789  stage: "alpha" → "beta"
                              latest-milestone: "1.37" → "1.38"
                              authors: −someone +new
      2025-07-01  0123456789  nothing that a record holds
      2025-06-01  0123456789  went away
      2025-05-01  0123456789  cannot be used: line 1: a text is expected here
      2025-04-01  0123456789  latest-milestone: "1.36" → "1.37"
                              moved here from keps/sig-apps/9001-lullabies
    keps/sig-apps/9001-lullabies
      2025-02-01  0123456789  first known: implementable, alpha, 1.36
    "#);
    let ran = run(&folder, &clone, &["upstream", "log", "9009"]);
    assert!(ran.log.contains("KEP-9009 is neither in"), "{ran:?}");
    ran.expect(2);
}

#[test]
fn a_kep_that_moved_away_and_came_back_is_followed() {
    let mut clone = History::bare();
    let other = "keps/sig-network/9001-pod-songs/kep.yaml";
    clone.commit("2025-01-01", &[(PATH, &yaml("alpha", "v1.36"))]);
    clone.commit("2025-02-01", &[(other, &yaml("alpha", "v1.36"))]);
    clone.commit("2025-03-01", &[(other, &yaml("beta", "v1.36"))]);
    clone.commit("2025-04-01", &[(PATH, &yaml("beta", "v1.36"))]);
    clone.commit("2025-05-01", &[("keps/sig-cli/9002-x/kep.yaml", "")]);
    clone.commit("2025-06-01", &[(PATH, &yaml("beta", "v1.36"))]);
    let folder = Folder::with(&[]);
    let out = run(&folder, &clone, &["upstream", "log", "9001"]).expect(0);
    let days: Vec<String> = out
        .lines()
        .filter_map(|line| {
            let (day, rest) = line.trim_start().split_once("  ")?;
            let what = rest.get(12..).filter(|_| day.starts_with("2025"))?;
            Some(format!("{day} {what}"))
        })
        .collect();
    insta::assert_debug_snapshot!(days, @r#"
    [
        "2025-06-01 nothing that a record holds",
        "2025-05-01 went away",
        "2025-04-01 moved here from keps/sig-network/9001-pod-songs",
        "2025-03-01 stage: \"alpha\" → \"beta\"",
        "2025-02-01 moved here from keps/sig-node/9001-pod-lullabies",
        "2025-01-01 first known: implementable, alpha, 1.36",
    ]
    "#);
}

#[test]
fn several_commits_of_a_day_lose_nothing() {
    let mut clone = History::bare();
    clone.commit("2026-07-24", &[(PATH, &yaml("alpha", "v1.37"))]);
    let folder = pulled(&clone);
    let songs = yaml("alpha", "v1.37").replace("Lullabies", "Songs");
    clone.commit("2026-07-24", &[(PATH, &songs)]);
    let ran = pull(&folder, &clone, &[]);
    assert!(
        ran.log
            .contains("upstream changed it on the day when the record was read, 2026-07-24"),
        "{ran:?}"
    );
    ran.expect(1);
    clone.commit("2026-07-25", &[(PATH, &songs), ("README.md", "")]);
    pull(&folder, &clone, &[]).expect(1);
    pull(&folder, &clone, &["--theirs"]).expect(0);
    assert!(folder.read(RECORD).contains("Pod Songs"));
}

#[test]
fn what_a_registry_cannot_hold_is_not_pulled() {
    let mut clone = History::bare();
    let far = yaml("alpha", "v1.83");
    let long = yaml("alpha", "v1.37")
        .replace("9001", "9002")
        .replace("Lullabies", &"la".repeat(200));
    clone.commit(
        "2026-07-24",
        &[(PATH, &far), ("keps/sig-node/9002-long/kep.yaml", &long)],
    );
    let folder = Folder::with(&[]);
    let before = folder.contents();
    let ran = pull(&folder, &clone, &["--kep", "9001", "9002"]);
    assert_eq!(
        ran.log.matches("nothing of this is written").count(),
        2,
        "{ran:?}"
    );
    ran.expect(1);
    assert_eq!(folder.contents(), before);
}

#[test]
fn a_record_that_cannot_be_read_is_no_record_without_differences() {
    let mut clone = History::bare();
    clone.commit("2026-07-24", &[(PATH, &yaml("alpha", "v1.37"))]);
    let folder = Folder::with(&[(RECORD, "number = 9001\ntitle = \"Pod\n")]);
    let ran = run(&folder, &clone, &["upstream", "diff"]);
    assert!(
        ran.log.contains("has errors, and is compared as far as"),
        "{ran:?}"
    );
    ran.expect(1);
}

/// What people wrote beside a value that upstream takes back is theirs: a plan whose day has passed is no fact where they say so.
#[test]
fn a_comment_beside_a_value_that_would_go_is_asked_about() {
    let mut clone = History::bare();
    clone.commit("2026-07-24", &[(PATH, &yaml("alpha", "v1.37"))]);
    let folder = pulled(&clone);
    let edited = folder.read(RECORD).replace(
        "target = \"1.37\"",
        "# whether it shipped there is not known\ntarget = \"1.37\"",
    );
    folder.write(RECORD, &edited);
    let same = yaml("alpha", "v1.37");
    clone.commit("2026-10-01", &[(PATH, &same), ("README.md", "more")]);
    let ran = pull(&folder, &clone, &[]);
    assert!(
        ran.log.contains(
            "people wrote there: # whether it shipped there is not known; answer the comment"
        ),
        "{ran:?}"
    );
    ran.expect(1);
    assert_eq!(folder.read(RECORD), edited);
    let out = pull(&folder, &clone, &["--theirs"]).expect(0);
    assert!(
        out.contains("its comment goes with it: # whether it shipped there is not known"),
        "{out}"
    );
    assert!(folder.read(RECORD).contains("alpha = \"1.37\""));
}
