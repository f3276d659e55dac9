//! `check --fix`: what has one right answer is mended, byte for byte nothing else, and the second run changes nothing.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

mod common;

use common::{Folder, PATH, record};
use proptest::prelude::*;

const TODAY: &str = "--today=2026-11-22";

/// The text of KEP-9001's record after `--fix`, from these lines after what every record has.
fn fixed(lines: &str) -> String {
    let folder = Folder::with(&[(PATH, &record(9001, lines))]);
    folder.run(&["check", "--fix", TODAY, "--quiet"]);
    let once = folder.contents();
    let log = folder.run(&["check", "--fix", TODAY]).log;
    assert!(
        log.contains("nothing can be mended without a person"),
        "{log}"
    );
    assert_eq!(folder.contents(), once, "the second run changes nothing");
    let text = folder.read(PATH);
    text.strip_prefix(&record(9001, "")).unwrap().to_owned()
}

#[test]
fn what_has_one_right_answer_is_mended() {
    for (wrong, right) in [
        ("target = \"v1.38\"\n", "target = \"1.38\"\n"),
        ("target = 1.38\n", "target = \"1.38\"\n"),
        ("stage = \"Beta\"\n", "stage = \"beta\"\n"),
        (
            "shepherds = [\"MikeBrow\"]\n",
            "shepherds = [\"mikebrow\"]\n",
        ),
        (
            "shepherds = [\"@mikebrow\"]\n",
            "shepherds = [\"mikebrow\"]\n",
        ),
        ("shepherds = \"mikebrow\"\n", "shepherds = [\"mikebrow\"]\n"),
        (
            "shepherds = [\"mikebrow\", \"samuelkarp\", \"MikeBrow\"]\n",
            "shepherds = [\"mikebrow\", \"samuelkarp\"]\n",
        ),
        (
            "related-issues = [7, 8, 7, 7]\n",
            "related-issues = [7, 8]\n",
        ),
        (
            "enabled-by-default = \"yes\"\n",
            "enabled-by-default = true\n",
        ),
        (
            "upstream-seen = \"2026-07-24\"\n",
            "upstream-seen = 2026-07-24\n",
        ),
        (
            "pull-requests = [{ id = \"https://github.com/containerd/containerd/pull/7\" }]\n",
            "pull-requests = [{ id = \"containerd/containerd#7\" }]\n",
        ),
        (
            "pull-requests = [\"https://github.com/containerd/containerd/pull/7/files#r1\", \"containerd/nri#8\"]\n",
            "pull-requests = [{ id = \"containerd/containerd#7\" }, { id = \"containerd/nri#8\" }]\n",
        ),
        (
            "pull-requests = 7\n",
            "pull-requests = [{ id = \"containerd/containerd#7\" }]\n",
        ),
        (
            "pull-requests = \"#7\"\n",
            "pull-requests = [{ id = \"containerd/containerd#7\" }]\n",
        ),
        // A number without a repository is one of the record's own, as that of `issue` is.
        (
            "pull-requests = [12345, \"#12346\", { id = 12347 }, { id = \"#12348\", kubernetes = \"1.38\" }]\n",
            "pull-requests = [{ id = \"containerd/containerd#12345\" }, { id = \"containerd/containerd#12346\" }, { id = \"containerd/containerd#12347\" }, { id = \"containerd/containerd#12348\", kubernetes = \"1.38\" }]\n",
        ),
        (
            "repository = \"containerd/nri\"\npull-requests = [7]\n",
            "repository = \"containerd/nri\"\npull-requests = [{ id = \"containerd/nri#7\" }]\n",
        ),
        (
            "pull-requests = [\"containerd/nri#8\", 0, 1234567890]\n",
            "pull-requests = [{ id = \"containerd/nri#8\" }, 0, 1234567890]\n",
        ),
    ] {
        assert_eq!(fixed(wrong), right, "{wrong}");
    }
}

#[test]
fn comments_and_formatting_stay() {
    let wrong = "target   =  \"v1.38\" # the freeze was moved\n\n# who\nshepherds = [ # two\n    \"MikeBrow\", # first\n    'samuelkarp',\n]\n\n\tunknown = 1 # stays\n";
    let right = wrong
        .replace("v1.38", "1.38")
        .replace("MikeBrow", "mikebrow");
    assert_eq!(fixed(wrong), right);
}

/// Whose comment it is, is for people to say.
#[test]
fn nothing_is_left_out_that_would_take_a_comment_with_it() {
    for lines in [
        "owners = [\n  \"alice\", # first\n  \"bob\", # on leave\n  \"Alice\", # again\n]\n",
        "owners = [\n  \"bob\",\n  \"Bob\",\n  # away until January\n  \"alice\",\n]\n",
    ] {
        assert_eq!(fixed(lines), lines);
    }
}

#[test]
fn a_value_of_several_lines_is_replaced_whole_and_one_bad_edit_blocks_no_other() {
    let lines = "stage = \"BETA\"\ntarget = \"\"\"\nv1.38\"\"\"\n";
    assert_eq!(fixed(lines), "stage = \"beta\"\ntarget = \"1.38\"\n");
}

#[test]
fn what_is_a_guess_is_left_to_people() {
    for lines in [
        "shepherds = [\"mikebrwo\"]\n",
        "stage = \"betta\"\n",
        "milestone = \"2.5.1\"\n",
        "targett = \"1.38\"\n",
        "target = \"1.83\"\n",
        "target = \n",
        "feature-gates = \"GateA, GateB\"\n",
        "links = \"https://a.example/b,https://c.example/d\"\n",
    ] {
        assert_eq!(fixed(lines), lines);
    }
}

#[test]
fn a_file_gets_the_name_of_its_record_unless_that_is_taken() {
    let folder = Folder::with(&[(
        "sig-node/lullabies.toml",
        &record(9001, "target = \"v1.38\"\n"),
    )]);
    let ran = folder.run(&["check", "--fix", TODAY]);
    assert!(ran.log.contains("mended 2 findings in 1 file"), "{ran:?}");
    assert!(
        folder
            .read("sig-node/9001-lullabies.toml")
            .contains("\"1.38\"")
    );
    assert!(!folder.path().join("sig-node/lullabies.toml").exists());
    let other = record(9001, "issue = 8\n");
    let folder = Folder::with(&[
        ("sig-node/lullabies.toml", &record(9001, "")),
        ("sig-node/9001-lullabies.toml", &other),
    ]);
    let before = folder.contents();
    folder.run(&["check", "--fix", TODAY]).expect(1);
    assert_eq!(folder.contents(), before);
}

#[test]
fn a_sign_that_belongs_to_a_text_stays() {
    assert_eq!(
        fixed("feature-gates = \"#1 choice\"\n"),
        "feature-gates = [\"#1 choice\"]\n"
    );
}

#[test]
fn a_name_with_digits_and_one_of_two_records_keep_their_names() {
    for path in [
        "sig-node/9001.toml",
        "sig-node/KEP-9001-foo.toml",
        "sig-node/9001_foo.toml",
    ] {
        let folder = Folder::with(&[(path, &record(9001, ""))]);
        let before = folder.contents();
        folder.run(&["check", "--fix", TODAY]).expect(1);
        assert_eq!(folder.contents(), before, "{path}");
    }
    let folder = Folder::with(&[
        ("sig-node/a.toml", &record(9001, "")),
        (PATH, &record(9001, "issue = 7\n")),
    ]);
    let before = folder.contents();
    folder.run(&["check", "--fix", TODAY]).expect(1);
    assert_eq!(folder.contents(), before);
}

#[test]
fn what_cannot_get_its_name_is_left_as_it_is() {
    let folder = Folder::with(&[(
        "sig-node/lullabies.toml",
        &record(9001, "stage = \"BETA\"\n"),
    )]);
    std::fs::create_dir(folder.path().join("sig-node/9001-lullabies.toml")).unwrap();
    let ran = folder.run(&["check", "--fix", TODAY]);
    assert!(
        ran.log.contains("is there already") && ran.log.contains("nothing can be mended"),
        "{ran:?}"
    );
    ran.expect(1);
    assert!(
        folder
            .read("sig-node/lullabies.toml")
            .contains("stage = \"BETA\"")
    );
}

#[test]
fn a_diff_names_each_file_and_edits_have_formats_of_their_own() {
    let folder = Folder::with(&[
        ("sig-node/aaa.toml", &record(9000, "")),
        (PATH, &record(9001, "stage = \"BETA\"\n")),
    ]);
    let out = folder.run(&["check", "--fix", "--diff", TODAY]).out;
    let heads = out
        .lines()
        .filter(|line| line.starts_with("diff --git "))
        .count();
    assert_eq!(heads, 2, "{out}");
    let json = folder.run(&["check", "--fix", "--diff", "--format=json", TODAY]);
    let json: serde_json::Value = serde_json::from_str(&json.expect(0)).unwrap();
    let change = &json["proposals"][0]["changes"][0];
    assert_eq!(
        (&change["before"], &change["after"], &change["from"]["what"]),
        (&"\"BETA\"".into(), &"\"beta\"".into(), &"schema".into())
    );
    for format in ["--format=sarif", "--format=github"] {
        let ran = folder.run(&["check", "--fix", "--diff", format]);
        assert!(ran.log.contains("--diff shows edits"), "{ran:?}");
        ran.expect(2);
    }
    // What a program reads is one document, whatever was mended before.
    let out = folder.run(&["check", "--fix", "--format=json", TODAY]).out;
    assert!(
        serde_json::from_str::<serde_json::Value>(&out).is_ok(),
        "{out}"
    );
}

#[test]
fn diff_shows_it_and_writes_nothing() {
    let folder = Folder::with(&[(
        "sig-node/lullabies.toml",
        &record(9001, "target = \"v1.38\"\n"),
    )]);
    let before = folder.contents();
    let ran = folder.run(&["check", "--fix", "--diff", TODAY, "--quiet"]);
    assert_eq!(folder.contents(), before);
    insta::assert_snapshot!(ran.out.lines().take(10).collect::<Vec<_>>().join("\n"), @r#"
    mend     sig-node/lullabies.toml
             line 4: "v1.38" → "1.38"  (schema: `v1.38` is not a minor release)
             file name: sig-node/lullabies.toml → sig-node/9001-lullabies.toml  (file-name: `lullabies` does not begin with the KEP's number and a hyphen)
    diff --git a/sig-node/lullabies.toml b/sig-node/9001-lullabies.toml
    rename from sig-node/lullabies.toml
    rename to sig-node/9001-lullabies.toml
    --- a/sig-node/lullabies.toml
    +++ b/sig-node/9001-lullabies.toml
    @@ -1,4 +1,4 @@
     number = 9001
    "#);
}

#[test]
fn what_is_not_text_or_not_toml_is_left_as_it_is() {
    let folder = Folder::with(&[(PATH, &record(9001, "shepherds = [\"MikeBrow\"\n"))]);
    folder.write("sig-node/9002-b.toml", b"number = 9002\ntitle = \"\xff\"\n");
    let before = folder.contents();
    folder.run(&["check", "--fix", TODAY]).expect(1);
    assert_eq!(folder.contents(), before);
}

#[test]
fn line_ends_and_a_byte_order_mark_stay() {
    let folder = Folder::with(&[]);
    let text = format!("\u{feff}{}", record(9001, "target = \"v1.38\"\n")).replace('\n', "\r\n");
    folder.write(PATH, &text);
    folder.run(&["check", "--fix", TODAY]);
    assert_eq!(folder.read(PATH), text.replace("v1.38", "1.38"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// Whatever people write, a second run has nothing to do, and what was TOML still is.
    #[test]
    fn fixing_comes_to_an_end(lines in proptest::collection::vec(prop_oneof![
        Just("target = \"v1.38\"".to_owned()),
        Just("shepherds = [\"MikeBrow\", \"mikebrow\", \"@SamuelKarp\", \"x\"]".to_owned()),
        Just("owners = \"a\"".to_owned()),
        Just("related-issues = [1,1,\n  1,]".to_owned()),
        Just("former-issues = [\"1\", 1]".to_owned()),
        Just("stage = \" ALPHA \"".to_owned()),
        Just("[reached]\nalpha = \"V1.30\"".to_owned()),
        "[a-z]{1,3} = [0-9]{1,2}",
        ".{0,12}",
    ], 0..6)) {
        let folder = Folder::with(&[(PATH, &record(9001, &format!("{}\n", lines.join("\n"))))]);
        let was_toml = folder.read(PATH).parse::<toml_edit::DocumentMut>().is_ok();
        let ran = folder.run(&["check", "--fix", TODAY, "--quiet"]);
        prop_assert!(ran.status <= 1, "{ran:?}");
        let once = folder.contents();
        folder.run(&["check", "--fix", TODAY, "--quiet"]);
        prop_assert_eq!(folder.contents(), once);
        if was_toml {
            prop_assert!(folder.read(PATH).parse::<toml_edit::DocumentMut>().is_ok());
        }
    }
}
