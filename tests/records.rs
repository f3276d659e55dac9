//! Records as their editor sees them: listed, shown, made and promoted, through the binary.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

mod common;

use common::{Folder, PATH, Ran, record};
use serde_json::Value;

const TODAY: &str = "--today=2026-11-24";

fn folder() -> Folder {
    Folder::with(&[
        (
            PATH,
            &record(
                9001,
                "stage = \"alpha\"\ntarget = \"1.37\" # slipped once\nshepherds = [\"mikebrow\", \"samuelkarp\"]\ntriage = \"accepted\"\nissue = 7\nmilestone = \"2.5\"\n\n[runtimes.containerd]\nstate = \"released\"\nrelease = \"2.4.0\"\nevidence = [\"containerd/containerd#1\"]\n",
            ),
        ),
        (
            "sig-node/9002-b.toml",
            &record(
                9002,
                "stage = \"beta\"\ntarget = \"1.38\"\nenabled-by-default = true\ntriage = \"accepted\"\n\n[runtimes.containerd]\nstate = \"merged\"\n",
            ),
        ),
        (
            "sig-network/9003-c.toml",
            "number = 9003\ntitle = \"=HYPERLINK(\\\"x\\\"), a \\\"quoted\\\" title, 漢字 and more words than fit\"\nstatus = \"implemented\"\n",
        ),
    ])
}

fn run(folder: &Folder, arguments: &[&str]) -> Ran {
    let mut all = arguments.to_vec();
    all.push(TODAY);
    folder.run(&all)
}

fn numbers(folder: &Folder, filters: &[&str]) -> Vec<u64> {
    let mut all = vec!["list", "--format=json"];
    all.extend(filters);
    let list: Value = serde_json::from_str(&run(folder, &all).expect(0)).unwrap();
    list["keps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["number"].as_u64().unwrap())
        .collect()
}

#[test]
fn a_list_is_filtered_by_what_its_records_say_and_by_what_check_finds() {
    let folder = folder();
    assert_eq!(numbers(&folder, &[]), [9001, 9002, 9003]);
    for (filters, wanted) in [
        (&["--stage=beta"][..], &[9002][..]),
        (&["--stage=alpha", "--stage=none"], &[9001, 9003]),
        (&["--status=implemented"], &[9003]),
        (&["--target=1.38"], &[9002]),
        (&["--target=none"], &[9003]),
        (&["--milestone=2.5"], &[9001]),
        (&["--shepherd=MikeBrow"], &[9001]),
        (&["--shepherd=none", "--triage=accepted"], &[9002]),
        (&["--sig=sig-network"], &[9003]),
        (&["--sig=Network"], &[9003]),
        (&["--runtime=merged"], &[9002]),
        (&["--runtime=containerd=released"], &[9001]),
        (&["--runtime=unknown"], &[9003]),
        (&["--runtime=containerd=unknown"], &[9003]),
        (&["--finding=missing-shepherd"], &[9002]),
        (&["--finding=none"], &[9003]),
        (&["--finding=error"], &[]),
    ] {
        assert_eq!(numbers(&folder, filters), wanted, "{filters:?}");
    }
    for wrong in [
        "--stage=gamma",
        "--finding=no-such-rule",
        "--target=v1.38",
        "--runtime=done",
    ] {
        assert_eq!(run(&folder, &["list", wrong]).status, 2, "{wrong}");
    }
}

#[test]
fn a_list_as_json_fits_its_schema() {
    let schema: Value = serde_json::from_str(include_str!("../schema/list.schema.json")).unwrap();
    let list: Value =
        serde_json::from_str(&run(&folder(), &["list", "--format=json"]).expect(0)).unwrap();
    assert!(
        jsonschema::validator_for(&schema).unwrap().is_valid(&list),
        "{list}"
    );
}

#[test]
fn a_list_as_csv_is_read_by_others_and_is_no_formula() {
    let out = run(&folder(), &["list", "--format=csv"]).expect(0);
    let mut reader = csv::Reader::from_reader(out.as_bytes());
    let head = reader.headers().unwrap().clone();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 3);
    let title = head.iter().position(|name| name == "title").unwrap();
    assert_eq!(
        &rows[2][title],
        "'=HYPERLINK(\"x\"), a \"quoted\" title, 漢字 and more words than fit"
    );
    let release = head
        .iter()
        .position(|name| name == "containerd-release")
        .unwrap();
    assert_eq!(&rows[0][release], "2.4.0");
}

#[test]
fn a_list_as_a_table_shows_a_row_each() {
    insta::assert_snapshot!(run(&folder(), &["list"]).expect(0), @r#"
    KEP   title                                                            aim            milestone  triage    containerd  findings  shepherds
    9001  Pod Lullabies 9001                                               1.37 alpha     2.5        accepted  2.4.0       1W        mikebrow samuelkarp
    9002  Pod Lullabies 9002                                               1.38 beta, on  -          accepted  merged      3W 1N     -
    9003  =HYPERLINK("x"), a "quoted" title, 漢字 and more words than fit  implemented    -          -         -           -         -
    3 KEPs
    "#);
}

/// Work without a KEP is work too.
#[test]
fn work_items_stand_below_the_keps_and_are_shown_by_their_ids() {
    let folder = folder();
    folder.write(
        "work-items/critest-interop.toml",
        "id = \"critest-interop\"\ntitle = \"=Run critest, nightly\"\nkind = \"interop\"\ntarget = \"1.38\"\nassignees = [\"mikebrow\"]\ntriage = \"accepted\"\nissue = 9\n",
    );
    let items = |filters: &[&str]| -> Vec<String> {
        let all = [&["list", "--format=json"], filters].concat();
        let list: Value = serde_json::from_str(&run(&folder, &all).expect(0)).unwrap();
        let rows = list["items"].as_array().unwrap().iter();
        rows.map(|row| row["id"].as_str().unwrap().to_owned())
            .collect()
    };
    for (filters, is_there) in [
        (&[][..], true),
        (&["--target=1.38"], true),
        (&["--shepherd=mikebrow", "--stage=none"], true),
        (&["--triage=pending"], false),
        (&["--stage=beta"], false),
        (&["--status=implementable"], false),
        (&["--sig=node"], false),
        (&["--runtime=unknown"], false),
    ] {
        let wanted: &[&str] = if is_there { &["critest-interop"] } else { &[] };
        assert_eq!(items(filters), wanted, "{filters:?}");
    }
    insta::assert_snapshot!(run(&folder, &["list", "--target=1.38"]).expect(0), @"
    KEP   title               aim            milestone  triage    containerd  findings  shepherds
    9002  Pod Lullabies 9002  1.38 beta, on  -          accepted  merged      3W 1N     -

    item             title                  aim   milestone  triage    kind     findings  assignees
    critest-interop  =Run critest, nightly  1.38  -          accepted  interop  -         mikebrow
    1 KEP, 1 work item
    ");
    let csv = run(&folder, &["list", "--format=csv"]).expect(0);
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let last = reader.records().map(Result::unwrap).last().unwrap();
    let cells: Vec<&str> = last.iter().collect();
    assert_eq!(cells[..2], ["", "'=Run critest, nightly"]);
    assert_eq!(cells[cells.len() - 2..], ["critest-interop", "interop"]);
    insta::assert_snapshot!(run(&folder, &["show", "critest-interop"]).expect(0), @"
    item critest-interop  =Run critest, nightly
    work-items/critest-interop.toml

    kind       interop
    target     Kubernetes 1.38 (planned for 2026-12-16)
    issue      https://github.com/containerd/containerd/issues/9
    triage     accepted
    assignees  mikebrow

    no findings in 1 record
    ");
    let ran = run(&folder, &["show", "critest-interp"]);
    assert!(
        ran.log
            .contains("no record of `critest-interp`; it has one of `critest-interop`"),
        "{ran:?}"
    );
}

#[test]
fn a_life_is_drawn_against_the_cycles_with_its_findings() {
    let out = run(&folder(), &["show", "9001"]).expect(0);
    let drawn: Vec<&str> = out.lines().take(16).map(str::trim_end).collect();
    insta::assert_snapshot!(drawn.join("\n"), @"
    KEP-9001  Pod Lullabies 9001
    sig-node/9001-pod-lullabies.toml

                1.37     1.38      1.39
                2026-08  2026-12?
    KEP         → alpha  ·         ·     implementable
    containerd  ·        2.4.0     ·     released 2026-09-16

    issue      https://github.com/containerd/containerd/issues/7
    triage     accepted
    milestone  containerd 2.5 (planned for 2026-12)
    shepherds  mikebrow, samuelkarp
    runs with  containerd since 2.4.0
    as of      never read from kep.yaml

    warning[stale-record]: KEP-9001 aims at Kubernetes 1.37, which has shipped since anybody read what upstream says
    ");
    assert!(
        out.contains("note[runtime-maturity]") || out.contains("finding") || out.contains("note"),
        "{out}"
    );
    let ran = run(&folder(), &["show", "9011"]);
    assert!(
        ran.log
            .contains("the registry has no record of KEP-9011; it has one of KEP-9001"),
        "{ran:?}"
    );
    ran.expect(2);
}

#[test]
fn a_kep_is_promoted_with_what_the_policy_says_of_it_and_comments_stay() {
    let folder = folder();
    let ran = run(
        &folder,
        &[
            "promote",
            "9001",
            "--stage=beta",
            "--target=1.38",
            "--enabled-by-default=true",
            "--diff",
        ],
    );
    assert!(
        ran.out.contains("+alpha = \"1.37\"")
            && ran.out.contains("+target = \"1.38\" # slipped once"),
        "{ran:?}"
    );
    assert!(
        folder.read(PATH).contains("target = \"1.37\""),
        "a diff writes nothing"
    );
    run(
        &folder,
        &[
            "promote",
            "9001",
            "--stage=beta",
            "--target=1.38",
            "--enabled-by-default=true",
        ],
    )
    .expect(0);
    let text = folder.read(PATH);
    assert!(
        text.contains("target = \"1.38\" # slipped once")
            && text.contains("[reached]\nalpha = \"1.37\""),
        "{text}"
    );
    assert_eq!(run(&folder, &["check"]).status, 0);
    let ran = run(
        &folder,
        &["promote", "9001", "--stage=beta", "--target=1.38"],
    );
    assert!(ran.out.contains("nothing to change"), "{ran:?}");
    // What the policy does not allow yet is said, with who can act.
    let ran = run(
        &folder,
        &["promote", "9002", "--stage=stable", "--target=1.38"],
    );
    assert!(ran.out.contains("warning[runtime-maturity]"), "{ran:?}");
    assert!(
        ran.log
            .contains("who can act: its shepherds (none recorded)"),
        "{ran:?}"
    );
    assert!(
        ran.log.contains("Kubernetes 1.38 has not shipped"),
        "{ran:?}"
    );
    ran.expect(0);
    let ran = run(
        &folder,
        &["promote", "9003", "--stage=stable", "--target=1.38"],
    );
    assert!(
        ran.log
            .contains("KEP-9003 is implemented: it has no next stage"),
        "{ran:?}"
    );
    ran.expect(2);
}

/// A KEP is named by its number in every command, as people write it.
#[test]
fn a_kep_is_named_with_and_without_its_prefix() {
    for name in ["9001", "KEP-9001", "kep-9001", "Kep-9001"] {
        let folder = folder();
        let out = run(&folder, &["show", name]).expect(0);
        assert!(out.starts_with("KEP-9001  Pod Lullabies"), "{name}: {out}");
        let promote = ["promote", name, "--stage=beta", "--target=1.38"];
        let out = run(&folder, &promote).expect(0);
        assert!(out.contains("updated  KEP-9001"), "{name}: {out}");
        let new = name.replace("9001", "4242");
        let out = run(&folder, &["new", "kep", &new, "--title=Quiet Pods"]).expect(0);
        assert!(
            out.contains("created  KEP-4242  sig-node/4242-quiet-pods.toml"),
            "{name}: {out}"
        );
        run(&folder, &["plan", "--sandbox", "--create", name]).expect(0);
    }
    for wrong in ["", "KEP-", "KEP", "0", "1000000", "-1", "KEP--1", "9001x"] {
        for command in [
            &["promote", "--stage=beta", "--target=1.38"][..],
            &["new", "kep", "--title=x"],
            &["plan", "--sandbox", "--create"],
        ] {
            let ran = run(&folder(), &[command, &[wrong]].concat());
            assert_eq!(ran.status, 2, "{command:?} {wrong}: {ran:?}");
        }
    }
    run(&folder(), &["show", "9001x"]).expect(2);
    let ran = run(
        &folder(),
        &["promote", "0", "--stage=beta", "--target=1.38"],
    );
    assert!(
        ran.log
            .contains("a KEP's number is asked for, such as 4960"),
        "{ran:?}"
    );
}

/// A KEP slips to a cycle of which nobody knows anything yet.
#[test]
fn a_slip_beyond_the_calendar_takes_one_command() {
    let folder = folder();
    let ran = run(
        &folder,
        &["new", "item", "9001", "--title=x", "--kind=interop"],
    );
    assert!(
        ran.log.contains("it would be taken for KEP-9001"),
        "{ran:?}"
    );
    let record = folder.read(PATH).replace("1.37", "1.40");
    folder.write(PATH, &record);
    let found = run(&folder, &["check"]).expect(1);
    let help = "the calendar ends with 1.39: correct the release, or add it to `releases/kubernetes.toml`, where `[[cycles]]` with \
                `release = \"1.40\"` is enough; `kepherd new cycle 1.40` writes it";
    assert!(found.contains(help), "{found}");
    let before = folder.contents();
    insta::assert_snapshot!(run(&folder, &["new", "cycle", "1.40", "--diff"]).expect(0), @r#"
    update   releases/kubernetes.toml
             1.40 is new: nothing is known of it yet; `planned`, its freezes and `liaisons` can be added
    diff --git a/releases/kubernetes.toml b/releases/kubernetes.toml
    --- a/releases/kubernetes.toml
    +++ b/releases/kubernetes.toml
    @@ -8,3 +8,6 @@
     
     [[cycles]]
     release = "1.39"
    +
    +[[cycles]]
    +release = "1.40"
    "#);
    assert_eq!(folder.contents(), before);
    insta::assert_snapshot!(run(&folder, &["new", "cycle", "1.40"]).expect(0), @"
    updated  releases/kubernetes.toml
             1.40 is new: nothing is known of it yet; `planned`, its freezes and `liaisons` can be added
    ");
    assert!(
        folder
            .read("releases/kubernetes.toml")
            .ends_with("\n\n[[cycles]]\nrelease = \"1.40\"\n")
    );
    run(&folder, &["check"]).expect(0);
    let ran = run(&folder, &["new", "cycle", "1.40"]);
    assert!(ran.log.contains("has Kubernetes 1.40 already"), "{ran:?}");
    ran.expect(2);
    run(&folder, &["new", "cycle", "v1.41"]).expect(2);
    // Where there is no calendar, it is begun.
    std::fs::remove_file(folder.path().join("releases/kubernetes.toml")).unwrap();
    run(&folder, &["new", "cycle", "1.40"]).expect(0);
    insta::assert_snapshot!(folder.read("releases/kubernetes.toml"), @r#"
    #:schema ../../schema/kubernetes-releases.schema.json

    [[cycles]]
    release = "1.38"

    [[cycles]]
    release = "1.40"
    "#);
    // In its place, and without a gap.
    run(&folder, &["new", "cycle", "1.37"]).expect(0);
    assert!(
        folder.read("releases/kubernetes.toml").find("1.37")
            < folder.read("releases/kubernetes.toml").find("1.38")
    );
    let ran = run(&folder, &["new", "cycle", "1.43"]);
    assert!(
        ran.log
            .contains("ends with Kubernetes 1.40: `kepherd new cycle 1.41` comes before 1.43"),
        "{ran:?}"
    );
    ran.expect(2);
}

/// The diff is what is written, also where lines end otherwise.
#[test]
fn a_promotion_s_diff_keeps_line_ends_and_the_byte_order_mark() {
    let folder = folder();
    let text = format!("\u{feff}{}", folder.read(PATH)).replace('\n', "\r\n");
    folder.write(PATH, &text);
    let promote = ["promote", "9001", "--stage=beta", "--target=1.38"];
    let shown = run(&folder, &[&promote[..], &["--diff"]].concat()).expect(0);
    let taken_out = shown
        .lines()
        .filter(|line| line.starts_with('-') && !line.starts_with("---"))
        .count();
    assert_eq!(taken_out, 2, "{shown}");
    run(&folder, &promote).expect(0);
    let after = folder.read(PATH);
    assert!(
        after.starts_with('\u{feff}')
            && after.matches("\r\n").count() == after.matches('\n').count(),
        "{after:?}"
    );
}

#[test]
fn what_check_refuses_is_not_written() {
    let folder = folder();
    let before = folder.contents();
    let ran = run(
        &folder,
        &["promote", "9001", "--stage=beta", "--target=1.83"],
    );
    assert!(
        ran.out.contains("error[unknown-release]") && ran.log.contains("nothing is written"),
        "{ran:?}"
    );
    ran.expect(1);
    assert_eq!(folder.contents(), before);
    for wrong in ["No", "a.b", "../x", "a/b", ""] {
        let ran = run(
            &folder,
            &["new", "item", wrong, "--title=x", "--kind=issue"],
        );
        assert_ne!(ran.status, 0, "{wrong}: {ran:?}");
    }
    assert_eq!(folder.contents(), before);
}

#[test]
fn a_work_item_is_made_and_passes() {
    let folder = folder();
    let made = [
        "new",
        "item",
        "cri-fuzz",
        "--title=Fuzz the \"CRI\"",
        "--kind=interop",
        "--assignee=mikebrow",
        "--target=1.38",
    ];
    run(&folder, &made).expect(0);
    assert_eq!(
        folder.read("work-items/cri-fuzz.toml"),
        "#:schema ../../schema/work-item.schema.json\nid = \"cri-fuzz\"\ntitle = 'Fuzz the \"CRI\"'\nkind = \"interop\"\ntarget = \"1.38\"\nassignees = [\"mikebrow\"]\n"
    );
    run(&folder, &["check"]).expect(0);
    let ran = run(&folder, &made);
    assert!(
        ran.log.contains("`cri-fuzz` has a record already"),
        "{ran:?}"
    );
    ran.expect(2);
}

/// A change of a file is checked again without being asked.
#[test]
fn watching_checks_again_after_a_change() {
    use std::io::{BufRead as _, BufReader};
    let folder = folder();
    let mut command = common::command(folder.path(), &["check", "--watch", TODAY]);
    command
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null());
    let mut watch = command.spawn().unwrap();
    let mut lines = BufReader::new(watch.stdout.take().unwrap())
        .lines()
        .map(Result::unwrap);
    let summary = |line: &String| line.contains("of a registry of 3 records");
    assert!(!lines.find(summary).unwrap().contains("error"));
    folder.write("sig-node/9002-b.toml", "number = \n");
    assert!(lines.find(|line| line.contains("error[syntax]")).is_some());
    watch.kill().unwrap();
    watch.wait().unwrap();
}

#[test]
fn an_issue_on_an_enterprise_server_is_shown_there() {
    let folder = Folder::with(&[(PATH, &record(9001, "issue = 7\n"))]);
    let mut command = common::command(folder.path(), &["show", "9001"]);
    let ran = Ran::of(command.env("GITHUB_API_URL", "https://git.example.com/api/v3"));
    let out = ran.expect(0);
    assert!(
        out.contains("https://git.example.com/containerd/containerd/issues/7"),
        "{out}"
    );
}
