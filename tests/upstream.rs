//! `upstream pull` through the binary, on clones that the tests make with gix: no git binary, no network.
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
    assert!(
        out.contains("0 records created, 0 updated, 1 up to date"),
        "{out}"
    );
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
    assert!(out.contains("stage: \"alpha\" → \"beta\""), "{out}");
    assert!(out.contains("reached.alpha: nothing → \"1.37\""), "{out}");
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
        "9002-broken/kep.yaml: line ",
        "the folder is named after KEP-9003, and kep.yaml says 9001",
        "9004-nothing/kep.yaml: there is no such file",
        "KEP-9005 has several folders",
        "KEP-9006 is not in",
    ] {
        assert!(ran.log.contains(text), "{text}: {ran:?}");
    }
    let out = ran.expect(1);
    assert!(
        out.contains("1 record created, 0 updated, 0 up to date, 5 skipped"),
        "{out}"
    );
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
    assert!(ran.out.contains("0 records created"), "{ran:?}");
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
    pull(&folder, &clone, &["--kep", "9001"]).expect(2);
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
