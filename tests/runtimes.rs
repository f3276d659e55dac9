//! `runtimes diff` and `runtimes pull` through the binary, on a clone that the test makes.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

mod common;
#[path = "common/history.rs"]
mod history;

use common::{Folder, PATH, record};
use history::History;

const CONFIG: &str = "home = \"containerd\"\nrepositories = [\"containerd/containerd\"]\n\n[[runtimes]]\nname = \"containerd\"\n\
    calendar = \"releases/containerd.toml\"\nrepository = \"containerd/containerd\"\nbranches = \"release/{minor}\"\n\
    backports = [\"cherry-pick-{number}-to-*\"]\n";
const CALENDAR: &str = "[[minors]]\nrelease = \"2.2\"\nreleased = 2025-11-06\n\n[[minors]]\nrelease = \"2.3\"\nreleased = 2026-04-30\n\n\
    [[minors]]\nrelease = \"2.4\"\nreleased = 2026-09-16\n";

/// #7 is in 2.4.0, and by a backport in 2.3.1.
fn clone() -> History {
    let mut clone = History::bare();
    let root = clone.say("2026-01-01", "root", &[]);
    clone.branch("release/2.2", &root);
    clone.tag("v2.2.0", None);
    clone.tag("v2.3.0", None);
    let side = clone.say("2026-05-01", "work", &[&root]);
    let merge =
        "Merge pull request #70 from fork/cherry-pick-7-to-release/2.3\n\n[release/2.3] do it\n";
    let backport = clone.say("2026-05-20", merge, &[&root, &side]);
    clone.tag("v2.3.1", Some("2026-05-21"));
    clone.branch("release/2.3", &backport);
    let side = clone.say("2026-05-02", "work", &[&root]);
    clone.say(
        "2026-05-03",
        "Merge pull request #7 from fork/it\n\ndo it\n",
        &[&root, &side],
    );
    clone.tag("v2.4.0-rc.0", None);
    clone.tag("api/v2.0.0", None);
    clone.tag("v2.4.0", Some("2026-09-16"));
    clone
}

fn folder(facts: &str) -> Folder {
    Folder::with(&[
        ("registry.toml", CONFIG),
        ("releases/containerd.toml", CALENDAR),
        (
            PATH,
            &record(9001, &format!("\n[runtimes.containerd]\n{facts}")),
        ),
    ])
}

fn run(folder: &Folder, clone: &str, command: &str, more: &[&str]) -> common::Ran {
    let arguments = ["runtimes", command, "--repo", clone, "--today=2026-11-29"];
    folder.run(&[&arguments[..], more].concat())
}

#[test]
fn what_git_knows_is_written_with_its_way_and_twice_changes_nothing() {
    let clone = clone();
    let folder = folder("state = \"merged\" # soon\nevidence = [\"containerd/containerd#7\"]\n");
    let before = folder.contents();
    insta::assert_snapshot!(run(&folder, clone.path(), "diff", &[]).expect(1), @r#"
    update   KEP-9001  sig-node/9001-pod-lullabies.toml
             runtimes.containerd.state: "merged" → "released"  (containerd/containerd#7: #7 was merged on 2026-05-03 as fe26209, and v2.4.0 of 2026-09-16 is the first release that contains it)
             runtimes.containerd.release: nothing → "2.4.0"  (containerd/containerd#7: #7 was merged on 2026-05-03 as fe26209, and v2.4.0 of 2026-09-16 is the first release that contains it)
             runtimes.containerd.branches."2.3": nothing → "2.3.1"  (containerd/containerd#70: #70, a backport of #7, as the name of its branch says; 2.3.1 of 2026-05-21 has it)
    1 record to update; read at fe2620905a of 2026-05-03
    "#);
    assert_eq!(folder.contents(), before);
    run(&folder, clone.path(), "pull", &[]).expect(0);
    insta::assert_snapshot!(folder.read(PATH), @r#"
    number = 9001
    title = "Pod Lullabies 9001"
    status = "implementable"

    [runtimes.containerd]
    state = "released" # soon
    release = "2.4.0"
    evidence = ["containerd/containerd#7"]
    branches = { "2.3" = "2.3.1" }
    "#);
    let after = folder.contents();
    let out = run(&folder, clone.path(), "pull", &[]).expect(0);
    assert!(out.contains("1 record up to date"), "{out}");
    run(&folder, clone.path(), "diff", &["--kep", "9001"]).expect(0);
    assert_eq!(folder.contents(), after);
    for format in ["markdown", "json"] {
        run(&folder, clone.path(), "diff", &["--format", format]).expect(0);
    }
}

#[test]
fn what_people_wrote_is_neither_lowered_nor_replaced_before_somebody_says_so() {
    let clone = clone();
    let facts = "state = \"released\"\nrelease = \"2.4.1\"\nevidence = [\"containerd/containerd#7\"]\nbranches = { \"2.3\" = \"not-planned\", \"2.2\" = \"planned\" }\n";
    let folder = folder(facts);
    let before = folder.contents();
    let ran = run(&folder, clone.path(), "pull", &[]);
    insta::assert_snapshot!(ran.log, @r#"
    warning: sig-node/9001-pod-lullabies.toml:7: `runtimes.containerd.release` is "2.4.1" here and "2.4.0" in git: #7 was merged on 2026-05-03 as fe26209, and v2.4.0 of 2026-09-16 is the first release that contains it; write what is right, or pull with --theirs; --ours leaves it this once
    warning: sig-node/9001-pod-lullabies.toml:9: `runtimes.containerd.branches."2.3"` is "not-planned" here and "2.3.1" in git: #70, a backport of #7, as the name of its branch says; 2.3.1 of 2026-05-21 has it; write what is right, or pull with --theirs; --ours leaves it this once
    "#);
    ran.expect(1);
    assert_eq!(folder.contents(), before);
    run(&folder, clone.path(), "pull", &["--ours"]).expect(0);
    assert_eq!(folder.contents(), before);
    run(&folder, clone.path(), "pull", &["--theirs"]).expect(0);
    assert!(
        folder.read(PATH).contains("release = \"2.4.0\"")
            && folder
                .read(PATH)
                .contains("\"2.3\" = \"2.3.1\", \"2.2\" = \"planned\""),
        "{}",
        folder.read(PATH)
    );
    // An experiment is a judgement that git does not make, and what was never merged is not known to it.
    folder.write(PATH, record(9001, "\n[runtimes.containerd]\nstate = \"experimental\"\nevidence = [\"containerd/containerd#7\"]\n"));
    run(&folder, clone.path(), "pull", &[]).expect(0);
    let text = folder.read(PATH);
    assert!(
        text.contains("state = \"experimental\"\nrelease = \"2.4.0\""),
        "{text}"
    );
}

/// Evidence that git does not have merged is somebody's slip, or the clone is old: a person decides, and --ours says which.
#[test]
fn what_was_never_merged_is_asked_about_and_what_lies_elsewhere_is_said() {
    let clone = clone();
    let folder = folder(
        "state = \"released\"\nrelease = \"2.4.0\"\nevidence = [\"containerd/containerd#8\", \"runc/runc#7\"]\n",
    );
    let before = folder.contents();
    let ran = run(&folder, clone.path(), "pull", &[]);
    insta::assert_snapshot!(ran.log, @r#"warning: sig-node/9001-pod-lullabies.toml:8: `runtimes.containerd.evidence` is "containerd/containerd#8" here and nothing in git: #8 is on no branch of the clone at fe2620905a of 2026-05-03: nobody merged it, or the clone is older; write what is right; --ours leaves it this once"#);
    ran.expect(1);
    run(&folder, clone.path(), "pull", &["--theirs"]).expect(1);
    assert_eq!(folder.contents(), before);
    run(&folder, clone.path(), "pull", &["--ours"]).expect(0);
    assert_eq!(folder.contents(), before);
    // While work goes on nothing else is expected.
    folder.write(
        PATH,
        record(
            9001,
            "\n[runtimes.containerd]\nstate = \"in-progress\"\nevidence = [\"containerd/containerd#8\"]\n",
        ),
    );
    run(&folder, clone.path(), "diff", &[]).expect(0);
    let elsewhere = "\n[runtimes.containerd]\nstate = \"merged\"\nevidence = [\"runc/runc#7\"]\n";
    folder.write(PATH, record(9001, elsewhere));
    let ran = run(&folder, clone.path(), "diff", &[]);
    let said = "KEP-9001, containerd: its evidence is runc/runc#7, and nothing of it is in containerd/containerd";
    assert!(ran.log.contains(said), "{ran:?}");
    ran.expect(0);
}

/// A part has evidence of its own, in any way that TOML has for it; and a commit is evidence where a merge has no number.
#[test]
fn parts_and_commits_are_read_likewise() {
    let mut clone = clone();
    let fix = clone.say("2026-09-20", "Merge commit from fork\n", &[&clone.head()]);
    clone.tag("v2.4.1", Some("2026-09-21"));
    let part = |state: &str| {
        format!(
            "name = \"a.b\"\nneeded-for = \"stable\"\nstate = \"{state}\" # soon\nevidence = [\"containerd/containerd@{fix}\"]\n"
        )
    };
    let whole = "state = \"in-progress\"\n";
    let folder = folder(&format!(
        "{whole}\n[[runtimes.containerd.parts]]\n{}",
        part("merged")
    ));
    let out = run(&folder, clone.path(), "diff", &[]).expect(1);
    assert!(
        out.contains("runtimes.containerd.parts.\"a.b\".state: \"merged\" → \"released\"")
            && out.contains(&format!("{} was committed on 2026-09-20, and v2.4.1 of 2026-09-21 is the first release that contains it", &fix[..7])),
        "{out}"
    );
    run(&folder, clone.path(), "pull", &[]).expect(0);
    let text = folder.read(PATH);
    assert!(
        text.contains("state = \"released\" # soon\nrelease = \"2.4.1\"\nevidence"),
        "{text}"
    );
    assert!(text.contains(whole), "{text}");
    run(&folder, clone.path(), "diff", &[]).expect(0);
    // In one line.
    let inline = format!(
        "\n[runtimes]\ncontainerd = {{ state = \"merged\", evidence = [\"containerd/containerd#7\"], parts = [{{ name = \"x\", state = \"none\", evidence = [\"containerd/containerd@{fix}\"] }}] }}\n"
    );
    folder.write(PATH, record(9001, &inline));
    run(&folder, clone.path(), "pull", &[]).expect(0);
    let text = folder.read(PATH);
    assert!(
        text.contains("state = \"released\", evidence = [\"containerd/containerd#7\"]")
            && text.contains("name = \"x\", state = \"released\"")
            && text.contains("release = \"2.4.1\" }]")
            && text.contains("branches = { \"2.3\" = \"2.3.1\" }"),
        "{text}"
    );
    run(&folder, clone.path(), "diff", &[]).expect(0);
}

/// What was in releases and came out is not released: the reason names both.
#[test]
fn what_was_taken_out_is_told_with_the_releases_that_had_it() {
    let mut clone = clone();
    let merge = clone.head();
    clone.tag("v2.4.1", None);
    let revert = format!(
        "Merge pull request #9 from fork/revert\n\nRevert \"do it\"\n\nThis reverts commit {merge}.\n"
    );
    let side = clone.say("2026-10-01", "undo", &[&merge]);
    let out = clone.say("2026-10-02", &revert, &[&merge, &side]);
    clone.tag("v2.5.0", None);
    let facts =
        "state = \"released\"\nrelease = \"2.4.0\"\nevidence = [\"containerd/containerd#7\"]\n";
    let folder = folder(facts);
    let before = folder.contents();
    let ran = run(&folder, clone.path(), "pull", &["--theirs"]);
    insta::assert_snapshot!(ran.log, @r#"warning: sig-node/9001-pod-lullabies.toml:6: `runtimes.containerd.state` is "released" here and nothing in git: #7 was merged on 2026-05-03 as fe26209, was in 2.3.1 and 2.4.0 to 2.4.1, and came out with #9 on 2026-10-02; write what is right; --ours leaves it this once"#);
    ran.expect(1);
    assert_eq!(folder.contents(), before);
    // Again on the default branch, and in no release since.
    let side = clone.say("2026-11-01", "again", &[&out]);
    let again = format!(
        "Merge pull request #10 from fork/again\n\ndo it after all\n\nThis reverts commit {out}.\n"
    );
    clone.say("2026-11-02", &again, &[&out, &side]);
    let ran = run(&folder, clone.path(), "pull", &[]);
    insta::assert_snapshot!(ran.log, @r#"warning: sig-node/9001-pod-lullabies.toml:6: `runtimes.containerd.state` is "released" here and "merged" in git: #7 was merged on 2026-05-03 as fe26209, was in 2.3.1 and 2.4.0 to 2.4.1, and came out with #9 on 2026-10-02; the default branch has it, and no release of the newest minor; write what is right, or pull with --theirs; --ours leaves it this once"#);
    ran.expect(1);
}

/// What the oldest tag has, an older release may have had: a clone does not say whether it has all tags.
#[test]
fn what_every_release_of_a_clone_has_is_released_and_since_when_is_not_known() {
    let mut clone = History::bare();
    let root = clone.say("2026-01-01", "root", &[]);
    let side = clone.say("2026-01-02", "work", &[&root]);
    let merge = "Merge pull request #7 from fork/it\n\ndo it\n";
    clone.say("2026-01-03", merge, &[&root, &side]);
    clone.tag("v2.2.0", None);
    let folder = folder("state = \"merged\"\nevidence = [\"containerd/containerd#7\"]\n");
    let ran = run(&folder, clone.path(), "pull", &[]);
    let said = "v2.2.0 is the oldest release that the clone has, and it has it already: whether an older one had it first is not known";
    assert!(ran.log.contains(said), "{ran:?}");
    ran.expect(0);
    let text = folder.read(PATH);
    assert!(text.contains("state = \"released\"\nevidence"), "{text}");
    let out = run(&folder, clone.path(), "diff", &[]).expect(0);
    assert!(out.contains("1 record up to date"), "{out}");
}

#[test]
fn a_clone_that_lacks_a_release_on_record_denies_nothing() {
    let clone = clone();
    let folder = folder(
        "state = \"released\"\nrelease = \"2.2.9\"\nevidence = [\"containerd/containerd#7\"]\n",
    );
    let before = folder.contents();
    let ran = run(&folder, clone.path(), "pull", &[]);
    assert!(
        ran.log.contains("has no v2.2.9, which the record names"),
        "{ran:?}"
    );
    ran.expect(0);
    assert_ne!(
        folder.contents(),
        before,
        "what is known of branches is news"
    );
    assert!(folder.read(PATH).contains("release = \"2.2.9\""));
}

#[test]
fn a_clone_that_cannot_tell_says_so_and_changes_nothing() {
    let folder = folder("state = \"merged\"\nevidence = [\"containerd/containerd#7\"]\n");
    let before = folder.contents();
    let refused = |clone: &str, more: &[&str], why: &str| {
        let ran = run(&folder, clone, "pull", more);
        assert!(ran.log.contains(why), "{ran:?}");
        ran.expect(2);
        assert_eq!(folder.contents(), before);
    };
    refused("nowhere", &[], "is not a git repository");
    let mut untagged = History::bare();
    untagged.say("2026-01-01", "root", &[]);
    refused(untagged.path(), &[], "has no tag like `v{version}`");
    let whole = clone();
    refused(
        whole.path(),
        &["--runtime", "podman"],
        "has no runtime `podman`: name `containerd` by --runtime",
    );
    refused(whole.path(), &["--kep", "4"], "no record of KEP-4");
    refused(
        whole.path(),
        &["--rev", "nothing"],
        "has no revision `nothing`",
    );
    // What is behind a cut is not seen, and another project's releases are none of this one's.
    let mut other = History::bare();
    other.say("2026-01-01", "root", &[]);
    other.tag("v1.36.0", None);
    refused(other.path(), &[], "have no release in common");
    let cut = self::clone();
    let shallow = std::path::Path::new(cut.path()).join("shallow");
    std::fs::write(shallow, format!("{}\n", cut.head())).unwrap();
    refused(cut.path(), &[], "is a shallow clone");
    folder.write(
        "registry.toml",
        CONFIG.replace("repository = \"containerd/containerd\"\n", ""),
    );
    let ran = run(&folder, whole.path(), "pull", &[]);
    assert!(
        ran.log.contains(
            "does not say where containerd is developed: add `repository = \"owner/name\"`"
        ),
        "{ran:?}"
    );
}

/// Beside what is on record: a merge that names the KEP, one that is a bump, one that came out again, one that only sounds like it, and a
/// merge into an older branch with the title of the evidence.
fn findable() -> History {
    let mut clone = History::bare();
    let root = clone.say("2026-01-01", "root", &[]);
    clone.tag("v2.2.0", None);
    clone.branch("release/2.2", &root);
    let pull = |clone: &mut History, day: &str, onto: &str, what: (u64, &str, &str, &str)| {
        let (number, branch, title, commit) = what;
        let side = clone.say(day, commit, &[onto]);
        let merge = format!("Merge pull request #{number} from fork/{branch}\n\n{title}\n");
        clone.say(day, &merge, &[onto, &side])
    };
    let title = "[release/2.2] OCPBUGS-7: KEP-9001:  pod lullabies";
    let tip = pull(
        &mut clone,
        "2026-02-03",
        &root,
        (21, "by-hand", title, "picked"),
    );
    clone.tag("v2.2.1", None);
    clone.branch("release/2.2", &tip);
    let mut head = root;
    for what in [
        (11, "x", "KEP-9001: Pod Lullabies", "first"),
        (12, "kep9001-more", "cri: louder", "second"),
        (
            13,
            "y",
            "cri: at night",
            "third\n\nhttps://github.com/kubernetes/enhancements/issues/9001\n",
        ),
        (
            14,
            "z",
            "build(deps): bump github.com/lull/aby",
            "bump\n\nfor KEP-9001\n",
        ),
        (15, "v", "Let the night sing", "fifth"),
        (16, "u", "unrelated", "KEP-90010 and KEPLER-9001"),
        (17, "t", "KEP-9001: too loud", "seventh"),
    ] {
        head = pull(&mut clone, "2026-02-01", &head, what);
    }
    let out = (18, "revert-17-t", "Revert \"KEP-9001: too loud\"", "undo");
    pull(&mut clone, "2026-02-02", &head, out);
    clone.tag("v2.4.0", None);
    clone
}

#[test]
fn what_looks_like_evidence_is_ranked_with_reasons_and_written_when_it_is_accepted() {
    let clone = findable();
    let folder = Folder::with(&[
        ("registry.toml", CONFIG),
        ("releases/containerd.toml", CALENDAR),
        (PATH, &record(9001, "feature-gates = [\"SingAtNight\"]\n")),
    ]);
    let before = folder.contents();
    insta::assert_snapshot!(run(&folder, clone.path(), "find", &[]).expect(0), @"
    KEP-9001  Pod Lullabies 9001 · containerd
       93  #11  KEP-9001: Pod Lullabies  merged 2026-02-01, first in 2.4.0
           its title names the KEP; its title or branch has the word lullabies
       80  #12  cri: louder  merged 2026-02-01, first in 2.4.0
           its branch names the KEP
       70  #13  cri: at night  merged 2026-02-01, first in 2.4.0
           one of its commits names the KEP
       60  #14  build(deps): bump github.com/lull/aby  merged 2026-02-01, first in 2.4.0
           one of its commits names the KEP; it is a bump of a dependency
       50  #17  KEP-9001: too loud  merged 2026-02-01, in no release yet
           its title names the KEP; it came out again with #18 on 2026-02-02
           1 more that only sound like it, or score less: `--limit 0`

    1 KEP with merges in containerd/containerd that look as if they brought them, beside what is on record; read at 5a804d02ce of 2026-02-02; `--kep NUMBER --accept PULL-REQUEST` writes what is right
    ");
    let all = run(&folder, clone.path(), "find", &["--limit", "0"]).expect(0);
    assert!(
        all.contains("#15  Let the night sing") && !all.contains("#16"),
        "{all}"
    );
    let json = run(&folder, clone.path(), "find", &["--format=json"]).expect(0);
    let schema = serde_json::from_str(include_str!("../schema/candidates.schema.json")).unwrap();
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let problems: Vec<String> = jsonschema::validator_for(&schema)
        .unwrap()
        .iter_errors(&json)
        .map(|problem| problem.to_string())
        .collect();
    assert_eq!(problems, Vec::<String>::new());
    let markdown = run(&folder, clone.path(), "find", &["--format=markdown"]).expect(0);
    assert!(
        markdown.contains("(https://github.com/containerd/containerd/pull/11)"),
        "{markdown}"
    );
    // A diff proposes what names the KEP, and writes nothing of it.
    let ran = run(&folder, clone.path(), "diff", &[]);
    assert!(
        ran.log.contains("proposed for KEP-9001: #11, its title names the KEP: `kepherd runtimes find --runtime containerd")
            && !ran.log.contains("#14"),
        "{ran:?}"
    );
    ran.expect(0);
    let accept = |more: &[&str]| {
        run(
            &folder,
            clone.path(),
            "find",
            &[&["--kep", "9001", "--accept"], more].concat(),
        )
    };
    accept(&["11", "12", "--diff"]).expect(0);
    assert_eq!(folder.contents(), before);
    insta::assert_snapshot!(accept(&["11", "12"]).expect(0), @r#"
    updated  KEP-9001  sig-node/9001-pod-lullabies.toml
             runtimes.containerd.evidence: nothing → ["containerd/containerd#11", "containerd/containerd#12"]  (containerd/containerd#11: accepted: its title names the KEP)
             runtimes.containerd.state: nothing → "released"  (containerd/containerd#11: #11 was merged on 2026-02-01 as eed05ec, #12 was merged on 2026-02-01 as 359e88c, and v2.4.0 of 2026-02-02 is the first release that contains it)
             runtimes.containerd.release: nothing → "2.4.0"  (containerd/containerd#11: #11 was merged on 2026-02-01 as eed05ec, #12 was merged on 2026-02-01 as 359e88c, and v2.4.0 of 2026-02-02 is the first release that contains it)
    1 record updated; read at 5a804d02ce of 2026-02-02
    "#);
    insta::assert_snapshot!(folder.read(PATH), @r#"
    number = 9001
    title = "Pod Lullabies 9001"
    status = "implementable"
    feature-gates = ["SingAtNight"]

    [runtimes.containerd]
    state = "released"
    release = "2.4.0"
    evidence = ["containerd/containerd#11", "containerd/containerd#12"]
    "#);
    // What has its title on an older branch is written as what that branch got.
    let found = run(&folder, clone.path(), "find", &["--limit", "0"]).expect(0);
    assert!(
        found.contains("#21")
            && found
                .contains("it has the title of #11; accepting it says that 2.2 has it since 2.2.1"),
        "{found}"
    );
    accept(&["21", "13"]).expect(0);
    let text = folder.read(PATH);
    assert!(
        text.contains(
            "containerd#12\", \"containerd/containerd#13\"]\nbranches = { \"2.2\" = \"2.2.1\" }"
        ),
        "{text}"
    );
    run(&folder, clone.path(), "diff", &[]).expect(0);
}

/// What older branches got is no evidence, and a second time there is nothing to do.
#[test]
fn a_backport_is_no_evidence_and_is_written_once() {
    let clone = findable();
    let folder = folder(
        "state = \"released\"\nrelease = \"2.4.0\"\nevidence = [\"containerd/containerd#11\"]\n",
    );
    let accept = || {
        run(
            &folder,
            clone.path(),
            "find",
            &["--kep", "9001", "--accept", "21"],
        )
    };
    accept().expect(0);
    let once = folder.contents();
    assert!(
        folder
            .read(PATH)
            .contains("branches = { \"2.2\" = \"2.2.1\" }")
    );
    let ran = accept();
    assert!(
        ran.log.contains("#21 is on a release branch only"),
        "{ran:?}"
    );
    ran.expect(2);
    assert_eq!(folder.contents(), once);
    // A title was enough for somebody, so that git does not deny it.
    run(&folder, clone.path(), "diff", &[]).expect(0);
    let named = "containerd/containerd#12";
    run(
        &folder,
        clone.path(),
        "find",
        &["--kep", "9001", "--accept", named, "12"],
    )
    .expect(0);
    assert_eq!(folder.read(PATH).matches(named).count(), 1);
    let ran = run(
        &folder,
        clone.path(),
        "find",
        &["--kep", "9001", "--accept", "cri-o/cri-o#13"],
    );
    assert!(
        ran.log.contains(
            "containerd is developed in containerd/containerd, and cri-o/cri-o is none of its"
        ),
        "{ran:?}"
    );
    ran.expect(2);
}

/// A branch that nobody brought it to, and evidence of a branch alone.
#[test]
fn what_a_branch_is_said_to_have_is_looked_for_too() {
    let clone = clone();
    let folder = folder(
        "state = \"released\"\nrelease = \"2.4.0\"\nevidence = [\"containerd/containerd#7\"]\nbranches = { \"2.2\" = \"2.2.0\", \"2.3\" = \"2.3.1\" }\n",
    );
    let before = folder.contents();
    let ran = run(&folder, clone.path(), "pull", &["--theirs"]);
    assert!(
        ran.log.contains("`runtimes.containerd.branches.\"2.2\"` is \"2.2.0\" here and nothing in git: no release of 2.2 has #7, nor a backport that says so"),
        "{ran:?}"
    );
    ran.expect(1);
    assert_eq!(folder.contents(), before);
    folder.write(PATH, record(9001, "\n[runtimes.containerd]\nstate = \"in-progress\"\nevidence = [\"containerd/containerd#70\"]\n"));
    let before = folder.contents();
    let ran = run(&folder, clone.path(), "pull", &[]);
    assert!(
        ran.log.contains("#70 is on a release branch only, and 2.3.1 has all of it, and nothing says that newer minors do"),
        "{ran:?}"
    );
    ran.expect(0);
    assert_eq!(folder.contents(), before);
}

/// What somebody put in the place of a commit is known to one clone alone; in a loop it is nothing.
#[test]
fn replacements_of_commits_change_no_answer() {
    let mut clone = clone();
    let merge = clone.head();
    let folder = folder("state = \"merged\"\nevidence = [\"containerd/containerd#7\"]\n");
    let before = run(&folder, clone.path(), "diff", &[]).expect(1);
    clone.go_to_nothing();
    let other = clone.say("2026-01-01", "Merge pull request #8 from a/b\n", &[]);
    clone.go_to(&merge);
    clone.branch("main", &merge);
    let replace = |from: &str, to: &str| {
        let folder = std::path::Path::new(clone.path()).join("refs/replace");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(from), format!("{to}\n")).unwrap();
    };
    replace(&merge, &other);
    let rev = ["--rev", merge.as_str()];
    assert_eq!(run(&folder, clone.path(), "diff", &rev).expect(1), before);
    replace(&other, &merge);
    assert_eq!(run(&folder, clone.path(), "diff", &rev).expect(1), before);
}

/// A worktree may be on any branch, and behind: a clone knows where the remote's default branch ends.
#[test]
fn the_default_branch_is_that_of_the_remote() {
    let mut clone = clone();
    let merged = clone.head();
    let remote = std::path::Path::new(clone.path()).join("refs/remotes/origin");
    std::fs::create_dir_all(&remote).unwrap();
    std::fs::write(remote.join("main"), format!("{merged}\n")).unwrap();
    std::fs::write(remote.join("HEAD"), "ref: refs/remotes/origin/main\n").unwrap();
    clone.go_to_nothing();
    let stale = clone.say("2026-01-01", "behind", &[]);
    let folder = folder("state = \"merged\"\nevidence = [\"containerd/containerd#7\"]\n");
    let out = run(&folder, clone.path(), "diff", &[]).expect(1);
    assert!(out.contains(&format!("read at {}", &merged[..10])), "{out}");
    let ran = run(&folder, clone.path(), "diff", &["--rev", &stale]);
    assert!(!ran.out.contains("\"released\""), "{ran:?}");
}

#[test]
fn what_cannot_be_accepted_is_refused_and_changes_nothing() {
    let clone = findable();
    let folder = folder(
        "state = \"merged\"\nevidence = [\n  \"containerd/containerd#11\", # the first\n]\n[[runtimes.containerd.parts]]\nname = \"at night\"\nstate = \"none\"\n",
    );
    let before = folder.contents();
    for (more, why) in [
        (
            &["--kep", "9001", "--accept", "99"][..],
            "#99 is merged into no branch of the clone",
        ),
        (
            &["--kep", "9001", "--accept", "11"],
            "has #11 as evidence already",
        ),
        (&["--kep", "9001", "--accept", "12"], "has comments inside"),
        (
            &["--kep", "9001", "--accept", "12", "--part", "by day"],
            "has no part `by day` of containerd",
        ),
        (
            &["--kep", "9001", "--accept", "x"],
            "the number of a pull request is asked for",
        ),
        (
            &["--kep", "9001", "9002", "--accept", "12"],
            "name one KEP by --kep",
        ),
        (&["--accept", "12"], "--kep"),
        (&["--kep", "9001", "--part", "x"], "--accept"),
    ] {
        let ran = run(&folder, clone.path(), "find", more);
        assert!(ran.log.contains(why), "{ran:?}");
        ran.expect(2);
        assert_eq!(folder.contents(), before);
    }
    let part = ["--kep", "9001", "--accept", "13", "--part", "at night"];
    run(&folder, clone.path(), "find", &part).expect(0);
    let text = folder.read(PATH);
    assert!(
        text.contains(
            "state = \"released\"\nrelease = \"2.4.0\"\nevidence = [\"containerd/containerd#13\"]"
        ),
        "{text}"
    );
}

/// The records are held to histories where clones are given, in a change too: what was there before it is somebody else's.
#[test]
fn a_check_holds_the_records_to_the_histories_of_the_clones_that_it_is_given() {
    let clone = clone();
    let folder = folder("state = \"merged\"\nevidence = [\"containerd/containerd#7\"]\n");
    let check = |more: &[&str]| folder.run(&[&["check", "--today=2026-11-29"], more].concat());
    let said = |out: &str| out.matches("[runtime-drift]").count();
    let out = check(&[]).expect(0);
    assert_eq!(said(&out), 0);
    let named = format!("containerd={}", clone.path());
    let out = check(&["--runtime", &named]).expect(0);
    assert_eq!(said(&out), 2, "{out}");
    assert!(
        out.contains(
            "runtimes.containerd.state` is \"merged\" here and \"released\" in git, in 2.4.0"
        ) && out.contains("has no `runtimes.containerd.branches.\"2.3\"` here"),
        "{out}"
    );
    run(&folder, clone.path(), "pull", &[]).expect(0);
    let out = check(&["--runtime", &named]).expect(0);
    assert_eq!(said(&out), 0, "{out}");
    for (runtime, why) in [
        (
            "containerd".to_owned(),
            "a runtime and a clone are asked for",
        ),
        (
            format!("podman={}", clone.path()),
            "has no runtime `podman`",
        ),
        ("containerd=nowhere".to_owned(), "is not a git repository"),
    ] {
        let ran = check(&["--runtime", &runtime]);
        assert!(ran.log.contains(why), "{ran:?}");
        ran.expect(2);
    }
    let ran = check(&["--runtime", &named, "--runtime", &named]);
    assert!(ran.log.contains("names containerd twice"), "{ran:?}");
    ran.expect(2);
}
