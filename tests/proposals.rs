//! What every command that edits the registry has in common: the same formats, nothing written by looking, and nothing written over
//! what changed meanwhile.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

mod common;
#[path = "common/history.rs"]
mod history;

use common::{Folder, Hub, PATH, Ran, record};
use history::History;
use serde_json::Value;

const UPSTREAM: &str = "keps/sig-node/9001-pod-lullabies/kep.yaml";

/// What a schema says of a text.
fn fits(text: &str, schema: &str) -> Value {
    let json: Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    let schema: Value = serde_json::from_str(schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let problems: Vec<String> = validator
        .iter_errors(&json)
        .map(|error| error.to_string())
        .collect();
    assert!(problems.is_empty(), "{problems:?}: {json}");
    json
}

fn proposals(ran: &Ran) -> Value {
    fits(&ran.out, include_str!("../schema/proposals.schema.json"))
}

fn yaml(stage: &str, latest: &str, title: &str) -> String {
    format!(
        "title: {title}\nkep-number: 9001\nauthors: [\"@someone\"]\nstatus: implementable\nstage: {stage}\nlatest-milestone: \"{latest}\"\nmilestone:\n  alpha: v1.37\n"
    )
}

/// A registry on which every command has something to do, and the commands.
fn everything() -> (Hub, History, Vec<Vec<String>>) {
    let mut clone = History::bare();
    clone.commit(
        "2026-07-24",
        &[(UPSTREAM, &yaml("alpha", "v1.37", "Pod | Lullabies"))],
    );
    clone.commit(
        "2026-10-01",
        &[(UPSTREAM, &yaml("beta", "v1.38", "Pod `Songs` <b> @octocat"))],
    );
    let lines = "stage = \"alpha\"\ntarget = \"1.39\" # we hope\nupstream-seen = 2026-07-24\nissue = 7\nshepherds = [\"mikebrow\"]\n";
    let text = record(9001, lines).replace("Pod Lullabies 9001", "Pod | Lullabies");
    let hub = Hub::with(&[(PATH, &text)]);
    hub.folder.write(
        ".project/MAINTAINERS",
        "# COMMITTERS\n\"mikebrow\",\"Mike | Brown\"\n\"samuelkarp\",\"Samuel Karp\"\n",
    );
    hub.folder.write(
        ".project/RELEASES.md",
        "| Release | Status | Start | End of Life |\n|---|---|---|---|\n| 2.4 | Active | September 16, 2026 | May 1, 2027 |\n",
    );
    hub.run(&["apply"]).expect(0);
    hub.edit(
        7,
        kepherd::sandbox::world::IssuePatch {
            assignees: Some(vec!["fuweid".to_owned()]),
            ..Default::default()
        },
    );
    let commands = [
        format!("upstream pull --theirs --repo {}", clone.path()),
        "maintainers pull --file .project/MAINTAINERS".to_owned(),
        "releases pull --file .project/RELEASES.md".to_owned(),
        "adopt".to_owned(),
        "promote 9001 --stage beta --target 1.39".to_owned(),
        "new kep 4242 --title Quiet".to_owned(),
        "new item quiet-work --title Quiet --kind interop".to_owned(),
    ];
    let commands = commands
        .iter()
        .map(|one| one.split(' ').map(str::to_owned).collect());
    (hub, clone, commands.collect())
}

fn with<'a>(command: &'a [String], more: &[&'a str]) -> Vec<&'a str> {
    let command = command.iter().map(String::as_str);
    command.chain(more.iter().copied()).collect()
}

/// Each command shows its edits in each format, writes nothing while it shows them, and writes what it showed.
#[test]
fn every_command_that_edits_has_every_format_and_writes_what_it_shows() {
    let (hub, _clone, commands) = everything();
    for command in &commands {
        let before = hub.folder.contents();
        let text = hub.run(&with(command, &["--diff"]));
        assert!(text.out.contains("diff --git a/"), "{command:?}: {text:?}");
        let json = proposals(&hub.run(&with(command, &["--diff", "--format=json"])));
        assert_eq!(json["written"], false);
        let diffs: Vec<&str> = json["proposals"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|one| one["diff"].as_str())
            .collect();
        assert!(!diffs.is_empty(), "{json}");
        let markdown = hub
            .run(&with(command, &["--diff", "--format=markdown"]))
            .out;
        for diff in &diffs {
            assert!(
                text.out.contains(diff) && markdown.contains(diff),
                "{command:?}: {text:?}"
            );
        }
        assert_eq!(
            hub.folder.contents(),
            before,
            "{command:?}: a look writes nothing"
        );
        let written = proposals(&hub.run(&with(command, &["--format=json"])));
        assert_eq!(written["written"], true);
        for (shown, one) in json["proposals"]
            .as_array()
            .unwrap()
            .iter()
            .zip(written["proposals"].as_array().unwrap())
        {
            assert_eq!(
                (&shown["path"], &shown["changes"]),
                (&one["path"], &one["changes"])
            );
        }
        assert_ne!(hub.folder.contents(), before, "{command:?}");
        // The next command begins where this one did.
        for (path, _) in hub.folder.contents() {
            std::fs::remove_file(path).unwrap();
        }
        for (path, text) in &before {
            std::fs::write(path, text).unwrap();
        }
    }
}

/// What waits for a person comes first, with both sides; what changed has its reason and a link; nothing that somebody wrote formats.
#[test]
fn markdown_is_fit_for_a_pull_request() {
    let (hub, clone, _) = everything();
    let pull = [
        "upstream",
        "pull",
        "--repo",
        clone.path(),
        "--format=markdown",
    ];
    // As text it leads there, because of many records only what is edited is shown.
    let text = hub.run(&[&pull[..4], &["--diff"]].concat());
    assert!(
        text.log
            .contains("1 field kept: `kepherd upstream diff` shows why"),
        "{text:?}"
    );
    let stable = |text: &str| {
        text.replace(&clone.head()[..], "COMMIT")
            .replace(&clone.head()[..10], "0123456789")
    };
    let waiting = hub.run(&[&pull[..], &["--diff"]].concat()).out;
    insta::assert_snapshot!(stable(&waiting), @r#"
    ## 1 thing waits for a person

    - **KEP-9001 target**: `"1.39"` here and `"1.38"` upstream; people changed it here, and upstream changed it from "1.37" since 2026-07-24 ([kep.yaml:<!-- -->6](https://github.com/kubernetes/enhancements/blob/COMMIT/keps/sig-node/9001-pod-lullabies/kep.yaml#L6)) — write what is right, or pull with --ours or --theirs; the record waits until then

    <details><summary>Kept as people wrote it: 1 field</summary>

    - **KEP-9001 owners** stays nothing, upstream `["someone"]`: people made it so here; upstream has not changed it since 2026-07-24 ([kep.yaml:<!-- -->3](https://github.com/kubernetes/enhancements/blob/COMMIT/keps/sig-node/9001-pod-lullabies/kep.yaml#L3))

    </details>

    1 record waiting for a person; 1 field kept; read at 0123456789 of 2026-10-01
    "#);
    let taken = hub.run(&[&pull[..], &["--theirs"]].concat()).out;
    insta::assert_snapshot!(stable(&taken), @r#"
    ## 4 facts changed

    | record | what | from | to | why |
    |---|---|---|---|---|
    | KEP-9001 | title | `"Pod \| Lullabies"` | ``"Pod `Songs` <b> @octocat"`` | upstream changed it since 2026-07-24 ([kep.yaml:<!-- -->1](https://github.com/kubernetes/enhancements/blob/COMMIT/keps/sig-node/9001-pod-lullabies/kep.yaml#L1)) |
    | KEP-9001 | stage | `"alpha"` | `"beta"` | upstream changed it since 2026-07-24 ([kep.yaml:<!-- -->5](https://github.com/kubernetes/enhancements/blob/COMMIT/keps/sig-node/9001-pod-lullabies/kep.yaml#L5)) |
    | KEP-9001 | target | `"1.39"` | `"1.38"` | people changed it here, and upstream changed it from "1.37" since 2026-07-24 ([kep.yaml:<!-- -->6](https://github.com/kubernetes/enhancements/blob/COMMIT/keps/sig-node/9001-pod-lullabies/kep.yaml#L6)) |
    | KEP-9001 | reached.alpha | nothing | `"1.37"` | Kubernetes 1.37 has shipped since 2026-07-24 ([kep.yaml:<!-- -->8](https://github.com/kubernetes/enhancements/blob/COMMIT/keps/sig-node/9001-pod-lullabies/kep.yaml#L8)) |

    <details><summary>Kept as people wrote it: 1 field</summary>

    - **KEP-9001 owners** stays nothing, upstream `["someone"]`: people made it so here; upstream has not changed it since 2026-07-24 ([kep.yaml:<!-- -->3](https://github.com/kubernetes/enhancements/blob/COMMIT/keps/sig-node/9001-pod-lullabies/kep.yaml#L3))

    </details>

    1 record updated; 1 field kept; read at 0123456789 of 2026-10-01
    "#);
}

/// A body for GitHub has at most 65,536 characters, whatever is to be said.
#[test]
fn a_long_report_is_cut_at_the_end_of_a_line_and_says_so() {
    let mut list = "# COMMITTERS\n".to_owned();
    for number in 0..3_000 {
        list.push_str(&format!(
            "\"person-{number}\",\"Some Body With A Long Name {number}\"\n"
        ));
    }
    let folder = Folder::with(&[]);
    folder.write("MAINTAINERS", &list);
    let out = folder
        .run(&[
            "maintainers",
            "diff",
            "--file",
            "MAINTAINERS",
            "--format=markdown",
        ])
        .out;
    let length = out.chars().count();
    assert!(length < 65_000 && length > 50_000, "{length}");
    assert!(out.contains("… and ") && out.contains(" more\n"), "{out}");
    assert_eq!(
        out.matches("<details>").count(),
        out.matches("</details>").count()
    );
}

/// What nobody tracks, and how a KEP moved, as data.
#[test]
fn what_is_read_upstream_comes_as_fields() {
    let mut clone = History::bare();
    let other = yaml("beta", "v1.38", "Quiet").replace("9001", "9002");
    let other = format!(
        "{other}owning-sig: sig-node\nfeature-gates:\n  - name: Quiet\n    components: [kubelet]\n"
    );
    clone.commit("2026-07-24", &[(UPSTREAM, &yaml("alpha", "v1.37", "Pod"))]);
    clone.commit(
        "2026-10-01",
        &[
            (UPSTREAM, &yaml("beta", "v1.38", "Pod")),
            ("keps/sig-node/9002-quiet/kep.yaml", &other),
            ("keps/sig-node/9003-x/kep.yaml", "title: [\n"),
        ],
    );
    let folder = Folder::with(&[]);
    let run = |arguments: &[&str]| {
        folder.run(&[arguments, &["--repo", clone.path(), "--format=json"]].concat())
    };
    let untracked = run(&["upstream", "untracked"]).expect(0);
    let untracked = fits(&untracked, include_str!("../schema/untracked.schema.json"));
    let first = &untracked["keps"][0];
    assert_eq!(
        (&first["number"], &first["latest"]),
        (&9002.into(), &"1.38".into())
    );
    assert_eq!(first["reasons"][0]["kind"], "kubelet-gates");
    assert_eq!(first["reasons"][0]["gates"][0], "Quiet");
    assert_eq!(
        untracked["skipped"].as_array().unwrap().len(),
        1,
        "{untracked}"
    );
    let log = run(&["upstream", "log", "9001"]).expect(0);
    let log = fits(&log, include_str!("../schema/upstream-log.schema.json"));
    let change = &log["moves"][0]["changes"][0];
    assert_eq!(
        (&change["key"], &change["before"], &change["after"]),
        (&"stage".into(), &"\"alpha\"".into(), &"\"beta\"".into())
    );
    assert_eq!(
        (&log["moves"][1]["kind"], &log["whole"]),
        (&"first".into(), &true.into())
    );
    folder.write(
        PATH,
        record(
            9001,
            "stage = \"alpha\"\ntarget = \"1.37\"\nupstream-seen = 2026-07-24\n",
        ),
    );
    let diff = run(&["upstream", "diff"]);
    let json = proposals(&diff);
    let changes = json["proposals"][0]["changes"].as_array().unwrap();
    let stage = changes.iter().find(|one| one["key"] == "stage").unwrap();
    assert_eq!(
        (&stage["line"], &stage["decision"]),
        (&4.into(), &"made".into())
    );
    assert!(
        stage["from"]["link"]
            .as_str()
            .unwrap()
            .ends_with("kep.yaml#L5"),
        "{stage}"
    );
    diff.expect(1);
}
