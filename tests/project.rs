//! `maintainers pull` and `releases pull` through the binary.
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

const MAINTAINERS: &str = "\
# example project maintainers
#
# COMMITTERS
# GitHub ID, Name, Email address, GPG fingerprint
\"mikebrow\",\"Mike Brown\",\"mike@example.com\",\"\"
\"newcomer\",\"New Comer\",\"new@example.com\",\"AAAA,BBBB\"
#
# REVIEWERS
# GitHub ID, Name, Email address, GPG fingerprint
\"samuelkarp\",\"Samuel Karp\",\"sam@example.com\",\"\"
";

const RELEASES: &str = "\
| Release                         | Status       | Start                         | End of Life     | Owners |
| ------------------------------- | ------------ | ----------------------------- | --------------- | ------ |
| [2.2](https://example.com/2.2)  | Active       | November 5, 2025              | November 6, 2026 |       |
| [2.3](https://example.com/2.3)  | LTS          | April 30, 2026                | April 30, 2028  |        |
| [2.4](https://example.com/2.4)  | _Future_     | August 26, 2026 (_tentative_) | _TBD_           | _TBD_  |

| Kubernetes Version | containerd Version |
|--------------------|--------------------|
| 1.36               | 2.3.0+, 2.2.0+     |
";

/// A registry with a file of the project beside it.
fn folder(files: &[(&str, &str)], name: &str, text: &str) -> Folder {
    let folder = Folder::with(files);
    folder.write(&format!(".project/{name}"), text);
    folder
}

#[test]
fn a_roster_follows_the_file_and_a_shepherd_who_left_is_reported() {
    let shepherded = record(9001, "shepherds = [\"mikebrow\", \"fuweid\"]\n");
    let folder = folder(&[(PATH, &shepherded)], "MAINTAINERS", MAINTAINERS);
    let before = folder.contents();
    let pull = |more: &[&str]| {
        let mut all = vec!["maintainers", "pull", "--file", ".project/MAINTAINERS"];
        all.extend(more);
        folder.run(&all)
    };
    let ran = pull(&["--diff"]);
    insta::assert_snapshot!(format!("{}\n{}", ran.out, ran.log), @r#"
    update   maintainers.toml
             mikebrow name: nothing → "Mike Brown"  (MAINTAINERS:5)
             samuelkarp name: nothing → "Samuel Karp"  (MAINTAINERS:10)
             samuelkarp role: "committer" → "reviewer"  (MAINTAINERS:10)
             newcomer is new: committer  (MAINTAINERS:6)
    diff --git a/maintainers.toml b/maintainers.toml
    --- a/maintainers.toml
    +++ b/maintainers.toml
    @@ -1,11 +1,18 @@
     [[maintainers]]
     github = "mikebrow"
    +name = "Mike Brown"
     role = "committer"
     
     [[maintainers]]
     github = "samuelkarp"
    -role = "committer"
    +name = "Samuel Karp"
    +role = "reviewer"
     
     [[maintainers]]
     github = "fuweid"
     role = "committer"
    +
    +[[maintainers]]
    +github = "newcomer"
    +name = "New Comer"
    +role = "committer"

    warning: maintainers.toml: `fuweid` is committer here and nothing in the list of maintainers: shepherd of KEP-9001 (sig-node/9001-pod-lullabies.toml:4); hand the work over, then pull again
    1 file to update, 1 waiting for a person; read from .project/MAINTAINERS
    "#);
    ran.expect(1);
    assert_eq!(folder.contents(), before);
    pull(&[]).expect(1);
    let roster = folder.read("maintainers.toml");
    assert!(
        roster.contains("newcomer") && roster.contains("fuweid"),
        "{roster}"
    );
    folder.run(&["check"]).expect(0);

    // The work was handed over.
    folder.write(
        PATH,
        record(9001, "shepherds = [\"mikebrow\", \"newcomer\"]\n"),
    );
    // Whether they left, or came after the file was written, the file does not tell.
    let ran = pull(&[]);
    assert!(
        ran.log.contains("or came after this list was written"),
        "{ran:?}"
    );
    ran.expect(1);
    assert!(folder.read("maintainers.toml").contains("fuweid"));
}

/// The history of the list tells who left, and who came later than what is read of it.
#[test]
fn a_list_that_is_older_than_the_roster_drops_nobody_who_came_later() {
    let with = |who: &str| format!("{MAINTAINERS}\"{who}\",\"X\",\"\",\"\"\n");
    let before = with("fuweid").replace("#\n# REVIEWERS\n", "");
    let mut clone = History::bare();
    clone.commit("2025-01-01", &[("MAINTAINERS", &before)]);
    clone.commit("2026-01-01", &[("MAINTAINERS", MAINTAINERS)]);
    clone.commit("2026-06-01", &[("MAINTAINERS", &with("klihub"))]);
    let folder = Folder::with(&[]);
    let pull = |more: &[&str]| {
        let all = [&["maintainers", "pull", "--repo", clone.path()][..], more].concat();
        folder.run(&all)
    };
    let out = pull(&[]).expect(0);
    assert!(
        out.contains("klihub is new: reviewer  (MAINTAINERS:11)")
            && out.contains("samuelkarp role: \"committer\" → \"reviewer\"")
            && out.contains("fuweid goes: was committer  (no longer in the list)")
            && out.contains("of 2026-06-01"),
        "{out}"
    );
    let out = pull(&[]).expect(0);
    assert!(
        out.contains("nothing to change in maintainers.toml"),
        "{out}"
    );
    let before = folder.contents();
    let out = pull(&["--rev", "HEAD~1"]).expect(0);
    assert!(
        out.contains("nothing to change in maintainers.toml; 1 field kept"),
        "{out}"
    );
    assert_eq!(folder.contents(), before);
    let diff = [
        "maintainers",
        "diff",
        "--repo",
        clone.path(),
        "--rev=HEAD~1",
    ];
    let json = folder
        .run(&[&diff[..], &["--format=json"]].concat())
        .expect(0);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let kept = &json["proposals"][0]["changes"][0];
    assert_eq!(
        (&kept["entry"], &kept["decision"]),
        (&"klihub".into(), &"kept".into())
    );
    // Nor does an old text take back what somebody has become since.
    let roster = folder.read("maintainers.toml");
    let promoted = roster.replace("role = \"reviewer\"", "role = \"committer\"");
    folder.write("maintainers.toml", &promoted);
    let ran = pull(&[]);
    assert!(
        ran.log.contains(
            "`klihub role` is \"committer\" here and \"reviewer\" in the list of maintainers"
        ),
        "{ran:?}"
    );
    ran.expect(1);
    let ran = pull(&["--file", "nowhere"]);
    assert!(ran.log.contains("there is no `nowhere` at"), "{ran:?}");
    ran.expect(2);
}

/// Other projects have other lists, and other words for who may do what.
#[test]
fn owners_and_lines_with_handles_are_lists_too() {
    let owners = "approvers:\n- haircommander\nreviewers:\n- klihub\n- haircommander\n";
    let lines = "Aleksa Sarai <a@example.com> (@cyphar)\n";
    for (name, text, wanted) in [
        (
            "OWNERS",
            owners,
            &[
                "haircommander\"\nrole = \"approver",
                "klihub\"\nrole = \"reviewer",
            ][..],
        ),
        (
            "MAINTAINERS",
            lines,
            &["cyphar\"\nname = \"Aleksa Sarai\"\nrole = \"maintainer"],
        ),
    ] {
        let folder = folder(&[], name, text);
        std::fs::remove_file(folder.path().join("maintainers.toml")).unwrap();
        let file = format!(".project/{name}");
        folder
            .run(&["maintainers", "pull", "--file", &file])
            .expect(0);
        let roster = folder.read("maintainers.toml");
        for entry in wanted {
            assert!(
                roster.contains(&format!("github = \"{entry}\"")),
                "{roster}"
            );
        }
        // They may shepherd, without a word in `registry.toml`.
        let shepherd = if name == "OWNERS" {
            "haircommander"
        } else {
            "cyphar"
        };
        folder.write(
            common::PATH,
            common::record(9001, &format!("shepherds = [\"{shepherd}\"]\n")),
        );
        folder.run(&["check"]).expect(0);
    }
}

#[test]
fn a_liaison_who_left_is_reported_too() {
    let folder = folder(&[], "MAINTAINERS", MAINTAINERS);
    let calendar = folder.read("releases/kubernetes.toml");
    folder.write(
        "releases/kubernetes.toml",
        format!("{calendar}\n[[cycles]]\nrelease = \"1.40\"\nliaisons = [\"FuWeid\"]\n"),
    );
    let ran = folder.run(&["maintainers", "pull", "--file", ".project/MAINTAINERS"]);
    assert!(ran.log.contains("liaison of Kubernetes 1.40"), "{ran:?}");
    ran.expect(1);
    assert!(folder.read("maintainers.toml").contains("fuweid"));
}

#[test]
fn nobody_is_missing_from_a_list_that_could_not_be_read_whole() {
    let broken = format!("{MAINTAINERS}\"open,X\n");
    let folder = folder(&[], "MAINTAINERS", &broken);
    let ran = folder.run(&["maintainers", "pull", "--file", ".project/MAINTAINERS"]);
    assert!(
        ran.log
            .contains(".project/MAINTAINERS:11: a text in quotes is not closed"),
        "{ran:?}"
    );
    ran.expect(1);
    let roster = folder.read("maintainers.toml");
    assert!(
        roster.contains("fuweid") && roster.contains("newcomer"),
        "{roster}"
    );
}

#[test]
fn a_list_that_lost_a_role_drops_nobody() {
    let folder = folder(&[], "MAINTAINERS", MAINTAINERS);
    let roster = folder.read("maintainers.toml");
    let more = "[[maintainers]]\ngithub = \"klihub\"\nrole = \"reviewer\"\n";
    folder.write("maintainers.toml", format!("{roster}\n{more}"));
    let cut = MAINTAINERS.split("# REVIEWERS").next().unwrap();
    folder.write(".project/MAINTAINERS", cut);
    let ran = folder.run(&["maintainers", "pull", "--file", ".project/MAINTAINERS"]);
    assert!(
        ran.log
            .contains("nobody is dropped: it names no reviewer any more; 3 maintainers"),
        "{ran:?}"
    );
    ran.expect(1);
    assert!(folder.read("maintainers.toml").contains(more));
}

#[test]
fn a_page_of_another_project_is_refused() {
    let folder = folder(&[], "RELEASES.md", RELEASES);
    folder.write(
        "releases/containerd.toml",
        "[[minors]]\nrelease = \"1.36\"\nreleased = 2026-04-30\n",
    );
    let before = folder.contents();
    let ran = folder.run(&["releases", "pull", "--file", ".project/RELEASES.md"]);
    assert!(ran.log.contains("have no release in common"), "{ran:?}");
    ran.expect(2);
    assert_eq!(folder.contents(), before);
}

#[test]
fn files_of_another_kind_change_nothing() {
    let folder = folder(&[], "x", "# a page\n\nsomething else\n");
    let before = folder.contents();
    let refused = |arguments: &[&str], why: &str| {
        let ran = folder.run(arguments);
        assert!(ran.log.contains(why), "{ran:?}");
        ran.expect(2);
        assert_eq!(folder.contents(), before);
    };
    let maintainers = ["maintainers", "pull", "--file"];
    let releases = ["releases", "pull", "--file"];
    refused(
        &[&maintainers[..], &[".project/x"]].concat(),
        "names nobody: a list",
    );
    refused(&[&maintainers[..], &["nowhere"]].concat(), "cannot be read");
    refused(
        &[&releases[..], &[".project/x"]].concat(),
        "has no table with the columns",
    );
    refused(
        &[&releases[..], &[".project/x", "--runtime", "podman"]].concat(),
        "has no runtime `podman`: name `containerd` by --runtime",
    );
    folder.write("maintainers.toml", "maintainers = 3\n");
    folder.write(".project/MAINTAINERS", MAINTAINERS);
    let before = folder.contents();
    let ran = folder.run(&["maintainers", "pull", "--file", ".project/MAINTAINERS"]);
    assert!(ran.log.contains("has errors, and is left alone"), "{ran:?}");
    ran.expect(2);
    assert_eq!(folder.contents(), before);
}

#[test]
fn a_calendar_follows_the_page_and_keeps_what_people_added() {
    let folder = folder(&[], "RELEASES.md", RELEASES);
    folder.write(
        "releases/containerd.toml",
        "[[minors]]\nrelease = \"2.3\"\r\nreleased = 2026-04-30\r\n\r\n[[minors]]\r\nrelease = \"2.5\" # by us\r\nplanned = \"2026-12\"\r\n"
            .replace("[[minors]]\nrelease", "[[minors]]\r\nrelease"),
    );
    let pull = |more: &[&str]| {
        let mut all = vec!["releases", "pull", "--file", ".project/RELEASES.md"];
        all.extend(more);
        folder.run(&all)
    };
    let before = folder.contents();
    let ran = pull(&["--diff"]);
    insta::assert_snapshot!(format!("{}\n{}", ran.out, ran.log).replace('\r', ""), @r#"
    update   releases/containerd.toml
             2.3 end-of-life: nothing → 2028-04-30  (RELEASES.md:4)
             2.3 lts: nothing → true  (RELEASES.md:4)
             2.4 is new: planned for 2026-08-26  (RELEASES.md:5)
             2.3 kubernetes."1.36": nothing → "2.3.0"
    diff --git a/releases/containerd.toml b/releases/containerd.toml
    --- a/releases/containerd.toml
    +++ b/releases/containerd.toml
    @@ -1,6 +1,13 @@
     [[minors]]
     release = "2.3"
     released = 2026-04-30
    +end-of-life = 2028-04-30
    +lts = true
    +kubernetes = { "1.36" = "2.3.0" }
    +
    +[[minors]]
    +release = "2.4"
    +planned = 2026-08-26
     
     [[minors]]
     release = "2.5" # by us

    note: 1 minor older than the calendar: left out
    1 file to update; read from .project/RELEASES.md
    "#);
    ran.expect(0);
    assert_eq!(folder.contents(), before);
    pull(&[]).expect(0);
    let text = folder.read("releases/containerd.toml");
    assert!(text.contains("release = \"2.5\" # by us\r\n"), "{text}");
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
    folder.run(&["check"]).expect(0);
    let out = pull(&[]).expect(0);
    assert!(out.contains("nothing to change"), "{out}");
}

/// A runtime without a page of releases has tags.
#[test]
fn a_calendar_follows_the_tags_of_a_clone() {
    let folder = folder(&[], "x", "");
    let mut clone = History::bare();
    clone.commit("2026-09-15", &[("a", "")]);
    clone.tag("v2.4.0", None);
    clone.tag("api/v1.10.0", None);
    clone.commit("2026-11-01", &[("a", "1")]);
    clone.tag("v2.4.1", Some("2026-11-03"));
    clone.tag("v2.5.0-beta.0", None);
    let pull = |clone: &str| folder.run(&["releases", "pull", "--repo", clone]);
    let out = pull(clone.path()).expect(0).replace(clone.path(), "CLONE");
    insta::assert_snapshot!(out, @r#"
    updated  releases/containerd.toml
             2.4 patches."2.4.1": nothing → 2026-11-03  (tag v2.4.1)
             2.4 released stays 2026-09-16, in the project's releases 2026-09-15  (a release may be announced on another day than its tag is made)
    1 file updated; 1 field kept: `kepherd releases diff` shows why; read from the tags of CLONE
    "#);
    let calendar = folder.read("releases/containerd.toml");
    // What people wrote stays, with its reason in `diff`, and twice changes nothing.
    assert!(calendar.contains("released = 2026-09-16"), "{calendar}");
    let out = pull(clone.path()).expect(0);
    assert!(
        out.contains("nothing to change in releases/containerd.toml; 1 field kept"),
        "{out}"
    );
    let shown = folder
        .run(&["releases", "diff", "--repo", clone.path()])
        .expect(0);
    assert!(
        shown.contains("announced on another day than its tag is made"),
        "{shown}"
    );

    let before = folder.contents();
    let refused = |clone: &str, why: &str| {
        let ran = pull(clone);
        assert!(ran.log.contains(why), "{ran:?}");
        ran.expect(2);
    };
    refused("nowhere", "is not a git repository");
    let mut bare = History::bare();
    bare.commit("2026-09-15", &[]);
    refused(
        bare.path(),
        "has no tag like `v{version}`: does the clone have its tags",
    );
    bare.tag("v1.36.0", None);
    refused(bare.path(), "have no release in common");
    let ran = folder.run(&["releases", "pull"]);
    assert_eq!(ran.status, 2, "{ran:?}");
    // The runtime that is meant is the registry's own, whatever it is called.
    let config = folder
        .read("registry.toml")
        .replace("containerd\"\nrepo", "runc\"\nrepo")
        .replace("name = \"containerd\"", "name = \"runc\"");
    folder.write("registry.toml", &config);
    let out = pull(clone.path()).expect(0);
    assert!(
        out.contains("nothing to change in releases/containerd.toml"),
        "{out}"
    );
    folder.write(
        "registry.toml",
        config.replace("\"runc\"", "\"containerd\""),
    );
    assert_eq!(folder.contents(), before);
}

#[test]
fn a_registry_without_the_files_begins_them() {
    let folder = folder(&[], "RELEASES.md", RELEASES);
    folder.write(".project/MAINTAINERS", MAINTAINERS);
    for file in ["maintainers.toml", "releases/containerd.toml"] {
        std::fs::remove_file(folder.path().join(file)).unwrap();
    }
    folder
        .run(&["maintainers", "pull", "--file", ".project/MAINTAINERS"])
        .expect(0);
    folder
        .run(&["releases", "pull", "--file", ".project/RELEASES.md"])
        .expect(0);
    assert!(
        folder
            .read("maintainers.toml")
            .starts_with("#:schema ../schema/")
    );
    let calendar = folder.read("releases/containerd.toml");
    assert_eq!(calendar.matches("[[minors]]").count(), 3, "{calendar}");
    folder.run(&["check"]).expect(0);
}

#[test]
fn whom_a_broken_record_needs_is_not_known() {
    let broken = "number = 9001\ntitle = \"Pod\nshepherds = [\"fuweid\"]\n";
    let folder = folder(&[(PATH, broken)], "MAINTAINERS", MAINTAINERS);
    let ran = folder.run(&["maintainers", "pull", "--file", ".project/MAINTAINERS"]);
    assert!(
        ran.log
            .contains("nobody is dropped: the registry has errors"),
        "{ran:?}"
    );
    ran.expect(1);
    assert!(folder.read("maintainers.toml").contains("fuweid"));
}

#[test]
fn lists_of_inline_tables_are_refused() {
    let folder = folder(&[], "MAINTAINERS", MAINTAINERS);
    folder.write(".project/RELEASES.md", RELEASES);
    folder.write(
        "maintainers.toml",
        "maintainers = [{ github = \"mikebrow\", role = \"committer\" }]\n",
    );
    folder.write(
        "releases/containerd.toml",
        "minors = [{ release = \"2.3\", released = 2026-04-30 }]\n",
    );
    folder.run(&["check"]).expect(0);
    let before = folder.contents();
    for arguments in [
        ["maintainers", "pull", "--file", ".project/MAINTAINERS"],
        ["releases", "pull", "--file", ".project/RELEASES.md"],
    ] {
        let ran = folder.run(&arguments);
        assert!(
            ran.log.contains("is written as a list of inline tables"),
            "{ran:?}"
        );
        ran.expect(2);
    }
    assert_eq!(folder.contents(), before);
}

/// Pages of kubernetes/sig-release, of a cycle that has shipped and of one that goes on.
fn sig_release(code_freeze: &str, more: &str) -> History {
    let over = "# Kubernetes v1.37\n\n- **Monday 18th May 2026**: Week 1 — Release cycle begins\n\
        - **02:00 UTC Friday 19th June 2026 / 19:00 PDT Thursday 18th June 2026**: Week 5 — [Enhancements Freeze](../x.md#e)\n\
        - **Thursday 6th August 2026**: Week 12 — [Docs Freeze][Docs Freeze]\n\
        - **Wednesday 26th August 2026**: Week 15 — Kubernetes v1.37.0 released\n";
    let next = format!(
        "# Kubernetes v1.38\n\n- **Monday 31st August 2026**: Week 1 — Release cycle begins\n\
        - **{code_freeze}**: Week 10 — [Code Freeze][Code Freeze] and [Test Freeze][Test Freeze]\n\
        - **Thursday 3rd December 2026**: Week 12 — [Docs Freeze][Docs Freeze]\n\
        - **Wednesday 16th December 2026**: Week 15 — Kubernetes v1.38.0 released\n{more}"
    );
    let mut clone = History::bare();
    clone.commit(
        "2026-11-01",
        &[
            ("releases/release-1.29/README.md", "# Kubernetes v1.29\n\n- **Monday 1st January 2024**: Week 1 — Release cycle begins\n"),
            ("releases/release-1.37/README.md", over),
            ("releases/release-1.38/README.md", &next),
            ("releases/release-1.38/notes.md", "- **Monday 1st June 2026**: Week 1 — Code Freeze\n"),
            ("releases/release-x/README.md", "# Kubernetes v1.40\n"),
        ],
    );
    clone
}

#[test]
fn the_cycles_follow_the_pages_of_the_release_teams_and_the_tags_of_kubernetes() {
    let clone = sig_release(
        "Wednesday 18th November 2026 (AoE) / Thursday 19th November 2026, 12:00 UTC",
        "",
    );
    let mut kubernetes = History::bare();
    kubernetes.say("2026-08-25", "release", &[]);
    kubernetes.tag("v1.37.0", Some("2026-08-26"));
    kubernetes.tag("v1.38.0-rc.0", Some("2026-12-01"));
    let calendar = "releases/kubernetes.toml";
    let folder = Folder::with(&[(
        calendar,
        "[[cycles]]\nrelease = \"1.37\"\nenhancements-freeze = 2026-06-19T02:00:00Z # moved once\nplanned = \"2026-08\"\n",
    )]);
    let pull = |more: &[&str]| {
        let arguments = [
            "releases",
            "pull",
            "--runtime",
            "kubernetes",
            "--repo",
            clone.path(),
            "--today=2026-11-29",
        ];
        folder.run(&[&arguments[..], more].concat())
    };
    let ran = pull(&["--tags", kubernetes.path()]);
    insta::assert_snapshot!(ran.out.replace(clone.path(), "CLONE"), @r#"
    updated  releases/kubernetes.toml
             1.37 start: nothing → 2026-05-18  (releases/release-1.37/README.md:3)
             1.37 planned: "2026-08" → 2026-08-26  (releases/release-1.37/README.md:6)
             1.37 released: nothing → 2026-08-26  (tag v1.37.0)
             1.38 is new: start 2026-08-31, code-freeze 2026-11-19T12:00:00Z, test-freeze 2026-11-19T12:00:00Z, planned 2026-12-16  (releases/release-1.38/README.md:3)
    1 file updated; read from CLONE at 8e10823fc8 of 2026-11-01
    "#);
    insta::assert_snapshot!(ran.log, @"
    note: releases/release-1.37/README.md: it names the day of the docs freeze (2026-08-06), and no hour, so that no instant follows
    note: releases/release-1.38/README.md: it names the day of the docs freeze (2026-12-03), and no hour, so that no instant follows
    note: 1 page older than the calendar: left out
    ");
    ran.expect(0);
    insta::assert_snapshot!(folder.read(calendar), @r#"
    [[cycles]]
    release = "1.37"
    start = 2026-05-18
    enhancements-freeze = 2026-06-19T02:00:00Z # moved once
    planned = 2026-08-26
    released = 2026-08-26

    [[cycles]]
    release = "1.38"
    start = 2026-08-31
    code-freeze = 2026-11-19T12:00:00Z
    test-freeze = 2026-11-19T12:00:00Z
    planned = 2026-12-16
    "#);
    let before = folder.contents();
    let out = pull(&[]).expect(0);
    assert!(
        out.contains("nothing to change in releases/kubernetes.toml"),
        "{out}"
    );
    // One page alone.
    folder.write(
        "page.md",
        "# Kubernetes v1.39\n\n- **Monday 4th January 2027**: Week 1 — Release cycle begins\n",
    );
    let out = folder
        .run(&[
            "releases",
            "diff",
            "--runtime",
            "kubernetes",
            "--file",
            "page.md",
        ])
        .expect(1);
    assert!(out.contains("1.39 is new: start 2027-01-04"), "{out}");
    folder.remove("page.md");
    assert_eq!(folder.contents(), before);
}

/// Both sides are shown and nothing is chosen: of a cycle that goes on somebody finds out, of one that has shipped it is history.
#[test]
fn where_a_page_contradicts_itself_or_the_calendar_nothing_is_chosen() {
    let table = "\n| **What** | **Who** | **When** |\n|---|---|---|\n| **Begin [Code Freeze] and [Test Freeze]** | x | Thursday 26th November 2026, 12:00 UTC |\n\
        | **[Docs Freeze]** | x | 14:00 PST Friday 20th June 2025 |\n";
    let clone = sig_release("Thursday 19th November 2026, 12:00 UTC", table);
    let calendar = "releases/kubernetes.toml";
    let folder = Folder::with(&[(
        calendar,
        "[[cycles]]\nrelease = \"1.37\"\nstart = 2026-05-11\nenhancements-freeze = 2026-06-20T02:00:00Z\nplanned = 2026-08-26\nreleased = 2026-08-26\n\n\
             [[cycles]]\nrelease = \"1.38\"\nstart = 2026-09-07\ntest-freeze = 2026-11-26T12:00:00Z\nplanned = 2026-12-16\n",
    )]);
    let before = folder.contents();
    let ran = folder.run(&[
        "releases",
        "pull",
        "--runtime",
        "kubernetes",
        "--repo",
        clone.path(),
        "--today=2026-11-29",
    ]);
    insta::assert_snapshot!(format!("{}{}", ran.out, ran.log).replace(clone.path(), "CLONE"), @"
    kept     releases/kubernetes.toml
             1.37 start stays 2026-05-11, in the project's releases 2026-05-18  (line 3 says Monday 18th May 2026)
             1.37 enhancements-freeze stays 2026-06-20T02:00:00Z, in the project's releases 2026-06-19T02:00:00Z  (line 4 says 02:00 UTC Friday 19th June 2026 / 19:00 PDT Thursday 18th June 2026)
    1 file waiting for a person; 2 fields kept: `kepherd releases diff` shows why; read from CLONE at be882682de of 2026-11-01
    note: releases/release-1.38/README.md: it names the day of the docs freeze (2026-12-03), and no hour, so that no instant follows
    note: 1 page older than the calendar: left out
    warning: releases/release-1.38/README.md:11: `14:00 PST Friday 20th June 2025` is 2025-06-20T21:00:00Z or 2025-06-20T22:00:00Z by the zone's name, or by the clocks there: nobody knows which is meant
    warning: releases/kubernetes.toml: `1.38 start` is 2026-09-07 here and 2026-08-31 in the project's releases: line 3 says Monday 31st August 2026; find out which is right, and write it
    warning: releases/kubernetes.toml: `1.38 code-freeze`: line 4 says Thursday 19th November 2026, 12:00 UTC, and line 10 says Thursday 26th November 2026, 12:00 UTC; find out which is right, and write it
    ");
    ran.expect(1);
    assert_eq!(folder.contents(), before);
}

/// CRI-O has Kubernetes' numbers, and days of its own.
#[test]
fn tags_of_another_project_are_not_those_of_kubernetes() {
    let clone = sig_release("Thursday 19th November 2026, 12:00 UTC", "");
    let mut other = History::bare();
    other.say("2026-09-04", "release", &[]);
    other.tag("v1.37.0", Some("2026-09-04"));
    let folder = Folder::with(&[(
        "releases/kubernetes.toml",
        "[[cycles]]\nrelease = \"1.37\"\n",
    )]);
    let before = folder.contents();
    let pull = [
        "releases",
        "pull",
        "--runtime",
        "kubernetes",
        "--repo",
        clone.path(),
        "--today=2026-11-29",
    ];
    let ran = folder.run(&[&pull[..], &["--tags", other.path()]].concat());
    assert!(
        ran.log.contains("the tags for Kubernetes 1.37 were made on 2026-09-04, and it was planned for 2026-08-26"),
        "{ran:?}"
    );
    ran.expect(2);
    assert_eq!(folder.contents(), before);
    let ran = folder.run(&pull);
    assert!(
        ran.log
            .contains("the planned day of 1.37 has passed: `--tags CLONE`"),
        "{ran:?}"
    );
    ran.expect(0);
}

#[test]
fn a_page_in_the_folder_of_another_cycle_is_left_out_and_one_that_is_not_understood_is_said() {
    let mut clone = History::bare();
    let page = "# Kubernetes v1.36\n\n- **Monday 4th May 2026**: Week 1 — Release cycle begins\n";
    clone.commit("2026-11-01", &[("releases/release-1.39/README.md", page)]);
    let folder = Folder::with(&[]);
    let before = folder.contents();
    let pull = |clone: &History| {
        folder.run(&[
            "releases",
            "pull",
            "--runtime",
            "kubernetes",
            "--repo",
            clone.path(),
        ])
    };
    let ran = pull(&clone);
    assert!(
        ran.log
            .contains("its heading says 1.36, and its folder 1.39: left out"),
        "{ran:?}"
    );
    assert_eq!(folder.contents(), before);
    let wrong = page.replace("v1.36", "v1.39").replace("Monday", "Friday");
    clone.commit("2026-11-02", &[("releases/release-1.39/README.md", &wrong)]);
    let ran = pull(&clone);
    assert!(
        ran.log.contains("says Friday, and 2026-05-04 is a Monday"),
        "{ran:?}"
    );
    ran.expect(1);
}

#[test]
fn what_is_no_page_of_a_cycle_is_refused() {
    let mut other = History::bare();
    other.commit("2026-11-01", &[("README.md", "# something else\n")]);
    let folder = Folder::with(&[]);
    let before = folder.contents();
    for (more, why) in [
        (
            &["--runtime", "kubernetes", "--repo", other.path()][..],
            "has no page of a release cycle: is it a clone of kubernetes/sig-release",
        ),
        (
            &[
                "--runtime",
                "containerd",
                "--repo",
                other.path(),
                "--tags",
                other.path(),
            ],
            "--tags is for `--runtime kubernetes`",
        ),
        (
            &["--runtime", "kubernetes", "--repo", "nowhere"],
            "is not a git repository",
        ),
    ] {
        let ran = folder.run(&[&["releases", "pull"][..], more].concat());
        assert!(ran.log.contains(why), "{ran:?}");
        ran.expect(2);
        assert_eq!(folder.contents(), before);
    }
}
