//! `kepherd lsp` as an editor speaks with it: the program, its standard input and output, and a folder with a registry.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

mod common;
#[path = "lsp/session.rs"]
mod session;

use common::{Folder, PATH, record};
use serde_json::{Value, json};
use session::{Session, capable, uri_of};

/// The registry of most sessions: a record with mistakes, and one without.
fn folder() -> Folder {
    let wrong = record(
        9001,
        "stage = \"beta\"\ntarget = \"1.38\"\ntriage = \"accepted\"\nshepherds = [\"mikebrow\", \"samulkarp\"]\nmilestone = \"2.5\"\nissue = 7\npull-requests = [{ id = \"containerd/containerd#12\", kubernetes = \"1.37\" }]\nlinks = [\"https://github.com/kubernetes/enhancements/issues/9002\"]\nupstream-seen = 2026-11-20\n\n[runtimes.containerd]\nstate = \"released\"\nrelease = \"2.4.0\"\nevidence = [\"containerd/containerd@0123456789012345678901234567890123456789\"]\n",
    );
    let other = record(
        9002,
        "issue = 8\nshepherds = [\"MikeBrow\"]\nupstream-seen = 2026-11-20\n",
    );
    Folder::with(&[(PATH, &wrong), ("sig-node/9002-x.toml", &other)])
}

/// A session in which the record with mistakes is open.
fn at_work() -> (Folder, Session) {
    let folder = folder();
    let mut session = Session::with(&folder, capable());
    session.open(PATH);
    (folder, session)
}

fn text(folder: &Folder, path: &str) -> String {
    std::fs::read_to_string(folder.path().join(path)).unwrap()
}

/// What `check` finds, as an editor counts and in its words.
fn checked(folder: &Folder, path: &str) -> Vec<(u64, String)> {
    let ran = folder.run(&["check", "--format", "json"]);
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    let findings = report["findings"].as_array().unwrap().iter();
    let here = findings.filter(|one| one["at"]["path"] == path);
    here.map(|one| {
        let line = one["at"]["start"]["line"].as_u64().unwrap() - 1;
        (line, one["message"].as_str().unwrap().to_owned())
    })
    .collect()
}

fn shown(diagnostics: &Value) -> Vec<(u64, String)> {
    let all = diagnostics.as_array().unwrap().iter();
    all.map(|one| {
        let message = one["message"].as_str().unwrap();
        let line = one["range"]["start"]["line"].as_u64().unwrap();
        (line, message.lines().next().unwrap().to_owned())
    })
    .collect()
}

#[test]
fn a_greeting_and_a_parting() {
    let folder = folder();
    let mut session = Session::with(&folder, capable());
    let promised = session.greeting["capabilities"].clone();
    assert_eq!(promised["positionEncoding"], "utf-8");
    assert_eq!(promised["textDocumentSync"]["change"], 2);
    assert!(
        promised["diagnosticProvider"].is_null(),
        "who does not ask is told"
    );
    assert_eq!(session.ask("shutdown", Value::Null), Value::Null);
    let refused = session.refused("textDocument/hover", json!({}));
    assert_eq!(refused["code"], -32600);
    session.tell("exit", Value::Null);
    assert_eq!(session.end(), 0);
}

#[test]
fn who_leaves_without_a_word_ends_the_server() {
    let folder = folder();
    let session = Session::with(&folder, capable());
    assert_eq!(session.hang_up(), 1);
    let mut session = Session::with(&folder, capable());
    session.tell("exit", Value::Null);
    assert_eq!(session.end(), 1);
}

#[test]
fn before_a_greeting_nothing_is_answered() {
    let folder = folder();
    let mut session = Session::ungreeted(&folder);
    assert_eq!(session.refused("shutdown", Value::Null)["code"], -32002);
    session.tell("textDocument/didOpen", json!({}));
    session.greet(json!({ "capabilities": {} }));
    assert_eq!(
        session.greeting["capabilities"]["positionEncoding"],
        "utf-16"
    );
    assert_eq!(session.refused("initialize", json!({}))["code"], -32600);
}

#[test]
fn open_and_closed_files_are_shown_as_check_finds_them() {
    let folder = folder();
    let mut session = Session::with(&folder, capable());
    // All of the registry, although nothing is open.
    let found = session.published(PATH);
    assert_eq!(shown(&found["diagnostics"]), checked(&folder, PATH));
    assert!(!checked(&folder, PATH).is_empty());
    assert!(found["version"].is_null());
    session.open(PATH);
    let found = session.published(PATH);
    assert_eq!(found["version"], 1);
    // What is typed counts, saved or not.
    let typed = text(&folder, PATH).replace("samulkarp", "samuelkarp");
    session.change(PATH, 2, json!([{ "text": typed }]));
    let found = session.published(PATH);
    assert_eq!(found["version"], 2);
    assert!(!found.to_string().contains("samulkarp"));
    // Two records of one issue, one of them typed and not saved: both files change.
    let typed = typed.replace("issue = 7", "issue = 8");
    session.change(PATH, 3, json!([{ "text": typed }]));
    session.published_with("sig-node/9002-x.toml", "is claimed by");
    // What is closed without being saved is what it was.
    session.close(PATH);
    let found = session.published(PATH);
    assert_eq!(shown(&found["diagnostics"]), checked(&folder, PATH));
    let other = session.published("sig-node/9002-x.toml");
    assert!(!other.to_string().contains("is claimed by"), "{other}");
}

#[test]
fn broken_toml_in_one_file_leaves_the_others_alone() {
    let folder = folder();
    let mut session = Session::with(&folder, capable());
    session.published(PATH);
    session.open("sig-node/9002-x.toml");
    session.change(
        "sig-node/9002-x.toml",
        2,
        json!([{ "text": "number = \"\n😀 = [\n" }]),
    );
    session.published_with("sig-node/9002-x.toml", "\"syntax\"");
    assert!(session.is_quiet(), "of other files there is nothing new");
}

#[test]
fn ranges_of_edits_are_counted_as_was_agreed() {
    let folder = folder();
    for (encodings, width) in [
        (json!(["utf-8"]), 4),
        (json!(["utf-16"]), 2),
        (json!(["utf-32"]), 1),
    ] {
        let mut session = Session::with(
            &folder,
            json!({ "general": { "positionEncodings": encodings } }),
        );
        session.open(PATH);
        let title = "title = \"😀 Pod\"";
        let start = text(&folder, PATH).find("title").unwrap();
        let line = text(&folder, PATH)[..start].matches('\n').count();
        let whole = json!({ "start": { "line": line, "character": 0 }, "end": { "line": line, "character": 999 } });
        session.change(PATH, 2, json!([{ "range": whole, "text": title }]));
        // What stands behind the character, by what it counts for.
        let at = json!({ "line": line, "character": 9 + width });
        let tail = json!({ "start": at, "end": { "line": line, "character": 9 + width + 4 } });
        session.change(PATH, 3, json!([{ "range": tail, "text": " Choir" }, { "range": { "start": at, "end": at }, "text": "!" }]));
        let symbols = session.ask(
            "textDocument/documentSymbol",
            json!({ "textDocument": { "uri": session.uri(PATH) } }),
        );
        assert!(symbols.to_string().contains("title"));
        let found = session.hover(PATH, &format!("number = 9001\n{title}"), "number");
        assert!(found.contains("`number`"));
        session.change(PATH, 4, json!([]));
        let edit = session.actions(PATH, "samulkarp");
        assert!(
            edit.iter()
                .any(|one| one["title"].as_str().unwrap().contains("samuelkarp"))
        );
    }
}

#[test]
fn a_remedy_mends_what_it_is_for() {
    let (folder, mut session) = at_work();
    let actions = session.actions(PATH, "samulkarp");
    let remedy = actions
        .iter()
        .find(|one| one["title"].as_str().unwrap().contains("samuelkarp"))
        .unwrap();
    assert_eq!(remedy["kind"], "quickfix");
    assert_eq!(remedy["diagnostics"][0]["code"], "shepherd-not-maintainer");
    let edited = session.applied(PATH, remedy);
    assert_eq!(
        edited,
        text(&folder, PATH).replace("samulkarp", "samuelkarp")
    );
    assert_eq!(
        remedy["edit"]["documentChanges"][0]["textDocument"]["version"],
        1
    );
    // A reason is for a person to give: until then the empty one is an error.
    let accept = actions
        .iter()
        .find(|one| one["title"].as_str().unwrap().starts_with("accept `"))
        .unwrap();
    let edited = session.applied(PATH, accept);
    assert!(
        edited.ends_with("\n[[allow]]\nrule = \"shepherd-not-maintainer\"\nreason = \"\"\n"),
        "{edited}"
    );
    session.change(PATH, 2, json!([{ "text": edited }]));
    let found = session.published_at(PATH, 2);
    assert!(found.to_string().contains("reason"), "{found}");
    assert!(
        !found.to_string().contains("samulkarp"),
        "it is accepted once the reason is there: {found}"
    );
}

#[test]
fn a_sure_remedy_is_preferred_and_all_of_them_mend_a_file() {
    let folder = folder();
    let respelt = text(&folder, PATH).replace("samulkarp", "SamuelKarp");
    folder.write(PATH, &respelt);
    let mut session = Session::with(&folder, capable());
    session.open(PATH);
    let actions = session.actions(PATH, "SamuelKarp");
    let remedy = actions
        .iter()
        .find(|one| one["isPreferred"] == true)
        .unwrap();
    assert!(session.applied(PATH, remedy).contains("\"samuelkarp\""));
    let all = session.actions_of(PATH, "number", json!(["source.fixAll"]));
    assert_eq!(all.len(), 1);
    let edited = session.applied(PATH, &all[0]);
    // As `check --fix` does.
    folder.run(&["check", "--fix"]);
    assert_eq!(edited, text(&folder, PATH));
    // A record that lies at the wrong place is moved by the client.
    folder.write(
        "sig-node/choir.toml",
        record(9011, "upstream-seen = 2026-11-20\n"),
    );
    let mut session = Session::with(&folder, capable());
    session.open("sig-node/choir.toml");
    let actions = session.actions("sig-node/choir.toml", "number");
    let moved = actions
        .iter()
        .find(|one| one["edit"].to_string().contains("\"rename\""));
    assert!(
        moved.unwrap()["edit"]
            .to_string()
            .contains("sig-node/9011-choir.toml")
    );
}

#[test]
fn a_kep_is_promoted_from_where_it_stands() {
    let (folder, mut session) = at_work();
    // What it aims at is still ahead.
    assert!(
        session
            .actions_of(PATH, "stage", json!(["refactor"]))
            .is_empty()
    );
    let shipped = text(&folder, PATH).replace("target = \"1.38\"", "target = \"1.37\"");
    folder.write(PATH, shipped);
    let mut session = Session::with(&folder, capable());
    session.open(PATH);
    assert!(
        session
            .actions_of(PATH, "title", json!(["refactor"]))
            .is_empty()
    );
    let actions = session.actions_of(PATH, "stage", json!(["refactor"]));
    let titles: Vec<&str> = actions
        .iter()
        .map(|one| one["title"].as_str().unwrap())
        .collect();
    assert_eq!(
        titles,
        [
            "promote to stable in Kubernetes 1.38",
            "promote to stable in Kubernetes 1.39"
        ]
    );
    let edited = session.applied(PATH, &actions[1]);
    assert!(
        edited.contains("stage = \"stable\"\ntarget = \"1.39\""),
        "{edited}"
    );
}

#[test]
fn a_hover_says_what_the_registry_knows() {
    let (folder, mut session) = at_work();
    let text = text(&folder, PATH);
    let mut said = Vec::new();
    for at in [
        "number",
        "9001",
        "stage",
        "\"beta\"",
        "\"1.38\"",
        "\"mikebrow\"",
        "\"2.5\"",
        "7\n",
        "containerd/containerd#12",
        "\"1.37\"",
        "containerd]",
        "\"released\"",
        "\"2.4.0\"",
        "@0123",
    ] {
        said.push(format!(
            "{}\n    {}",
            at.trim(),
            session
                .hover(PATH, &text, at)
                .replace("\n\n", "\n")
                .replace('\n', "\n    ")
        ));
    }
    insta::assert_snapshot!(said.join("\n"), @r#"
    number
        `number`: a number, required
        The KEP's number: that of its issue in kubernetes/enhancements. It never changes.
    9001
        KEP-9001 **Pod Lullabies 9001**, implementable. [Upstream](https://github.com/kubernetes/enhancements/tree/HEAD/keps/sig-node/9001-pod-lullabies)
    stage
        `stage`: `alpha`, `beta`, `stable`, `deprecated`, `disabled`, `removed`
        The stage that `target` aims at.
    "beta"
        `beta`: Well tested. Off by default it needs one runtime that has released it; on by default, all of them.
        **Ready**: containerd has released it in 2.4.0 of 2026-09-16. If it is on by default, the CRI development policy asks for a release of every participating container runtime. Whether it is on by default is not on record; the verdict is the same or better if it is not.
    "1.38"
        Kubernetes 1.38, planned for 2026-12-16 (in 24 days).
        **Ready**: containerd has released it in 2.4.0 of 2026-09-16. If it is on by default, the CRI development policy asks for a release of every participating container runtime. Whether it is on by default is not on record; the verdict is the same or better if it is not.
    "mikebrow"
        **mikebrow**, committer. Shepherds 2 KEPs: 9001 (1.38), 9002.
    "2.5"
        containerd 2.5, planned for 2026-12 (next month).
    7
        [`containerd/containerd#7`](https://github.com/containerd/containerd/issues/7) tracks KEP-9001 **Pod Lullabies 9001**
    containerd/containerd#12
        [`containerd/containerd#12`](https://github.com/containerd/containerd/pull/12)
    "1.37"
        Kubernetes 1.37, released 2026-08-26 (88 days ago).
    containerd]
        **containerd**, the registry's own runtime. Next: 2.5, planned for 2026-12 (next month).
        What one container runtime has of a feature.
    "released"
        `released`: In a release; `release` says since which.
    "2.4.0"
        containerd 2.4.0, released 2026-09-16 (67 days ago).
    @0123
        [`containerd/containerd@0123456`](https://github.com/containerd/containerd/commit/0123456789012345678901234567890123456789)
    "#);
    assert_eq!(session.hover(PATH, &text, "\n[runtimes"), "");
}

#[test]
fn completion_knows_the_registry() {
    let (_folder, mut session) = at_work();
    let head = "number = 9001\ntitle = \"x\"\nstatus = \"implementable\"\n";
    let mut said = Vec::new();
    for typed in [
        "target = \"|",
        "target = |\nissue = 7\n",
        "reached = { alpha = \"|\" }\n",
        "milestone = \"|\"\n",
        "shepherds = [\"|\"]\n",
        "shepherds = [\"mikebrow\", \"|",
        "stage = |",
        "enabled-by-default = |",
        "runtimes.|",
        "[runtimes.|",
        "[runtimes.containerd]\nstate = \"released\"\nrelease = \"|",
        "[runtimes.containerd]\n|",
        "[runtimes.containerd]\nbranches = { | }\n",
        "shepherds = [\"nobody\"]\n[[allow]]\nrule = \"|\"\n",
        "triage = \"accepted\"\nshepherds = [\"nobody\"]\n[[allow]]\nrule = \"shepherd-not-maintainer\"\nreason = \"x\"\n[[allow]]\nrule = |\n",
        "related-issues = [7, |]\n",
        "shepherds = |\n",
        "shepherds = [\"sa|\n",
        "state = \"rel|\n",
        "[run|\n",
        "[[|",
        "[design]\n|",
        "upstream-seen = |",
        "stage = \"al|pha\"\n",
        "pull-requests = [{ | }]\n",
        "repository = \"|",
        " # |",
        "issue = 7 |",
        "[reached]\nalpha = \"1.37\"\n|\n= = [\n",
    ] {
        let items = session.completion(PATH, &format!("{head}{typed}"));
        said.push(format!("{typed:?}\n{items}"));
    }
    insta::assert_snapshot!(said.join("\n"), @r#"
    "target = \"|"
        1.38 | planned for 2026-12-16, in 24 days | "1.38\"" at 10-10
        1.39 | not dated yet | "1.39\"" at 10-10
    "target = |\nissue = 7\n"
        1.38 | planned for 2026-12-16, in 24 days | "\"1.38\"" at 9-9
        1.39 | not dated yet | "\"1.39\"" at 9-9
    "reached = { alpha = \"|\" }\n"
        1.37 | released 2026-08-26, 88 days ago | "1.37" at 21-21
    "milestone = \"|\"\n"
        2.5 | planned for 2026-12, next month | "2.5" at 13-13
    "shepherds = [\"|\"]\n"
        fuweid | committer, shepherds 0 KEPs | "fuweid" at 14-14
        samuelkarp | committer, shepherds 0 KEPs | "samuelkarp" at 14-14
        mikebrow | committer, shepherds 1 KEP | "mikebrow" at 14-14
    "shepherds = [\"mikebrow\", \"|"
        fuweid | committer, shepherds 0 KEPs | "fuweid\"" at 26-26
        samuelkarp | committer, shepherds 0 KEPs | "samuelkarp\"" at 26-26
    "stage = |"
        alpha |  | "\"alpha\"" at 8-8
        beta |  | "\"beta\"" at 8-8
        stable |  | "\"stable\"" at 8-8
        deprecated |  | "\"deprecated\"" at 8-8
        disabled |  | "\"disabled\"" at 8-8
        removed |  | "\"removed\"" at 8-8
    "enabled-by-default = |"
        true |  | "true" at 21-21
        false |  | "false" at 21-21
    "runtimes.|"
        containerd |  | "containerd = " at 9-9
    "[runtimes.|"
        reached |  | "reached]" at 1-10
        runtimes.containerd |  | "runtimes.containerd]\nstate = \"${1|none,in-progress,experimental,merged,released|}\"" at 1-10
        design |  | "design]" at 1-10
        allow |  | "[allow]]\nrule = \"$1\"\nreason = \"$2\"" at 1-10
    "[runtimes.containerd]\nstate = \"released\"\nrelease = \"|"
        2.4.0 | released 2026-09-16 | "2.4.0\"" at 11-11
    "[runtimes.containerd]\n|"
        state | a word, required | "state = \"${1|none,in-progress,experimental,merged,released|}\"" at 0-0
        release | a version | "release = \"$1\"" at 0-0
        evidence | a list | "evidence = [\"$1\"]" at 0-0
        kubernetes | a range of Kubernetes releases | "kubernetes = \"$1\"" at 0-0
        branches | a table | "branches = { $1 }" at 0-0
        [reached] |  | "[reached]" at 0-0
        [design] |  | "[design]" at 0-0
        [[runtimes.containerd.parts]] |  | "[[runtimes.containerd.parts]]\nname = \"$1\"\nstate = \"${2|none,in-progress,experimental,merged,released|}\"" at 0-0
        [[allow]] |  | "[[allow]]\nrule = \"$1\"\nreason = \"$2\"" at 0-0
    "[runtimes.containerd]\nbranches = { | }\n"
        2.4 | released 2026-09-16, 67 days ago | "\"2.4\" = " at 13-13
        2.5 | planned for 2026-12, next month | "\"2.5\" = " at 13-13
    "shepherds = [\"nobody\"]\n[[allow]]\nrule = \"|\"\n"
        shepherd-not-maintainer | `nobody` is not a maintainer | "shepherd-not-maintainer" at 8-8
    "triage = \"accepted\"\nshepherds = [\"nobody\"]\n[[allow]]\nrule = \"shepherd-not-maintainer\"\nreason = \"x\"\n[[allow]]\nrule = |\n"
        missing-target | KEP-9001 is accepted, and aims at no Kubernetes release | "\"missing-target\"" at 7-7
        single-shepherd | KEP-9001 has one shepherd only | "\"single-shepherd\"" at 7-7
    "related-issues = [7, |]\n"
        8 | KEP-9002 Pod Lullabies 9002 | "8" at 21-21
    "shepherds = |\n"
        fuweid | committer, shepherds 0 KEPs | "[\"fuweid\"]" at 12-12
        samuelkarp | committer, shepherds 0 KEPs | "[\"samuelkarp\"]" at 12-12
        mikebrow | committer, shepherds 1 KEP | "[\"mikebrow\"]" at 12-12
    "shepherds = [\"sa|\n"
        fuweid | committer, shepherds 0 KEPs | "fuweid\"" at 14-16
        samuelkarp | committer, shepherds 0 KEPs | "samuelkarp\"" at 14-16
        mikebrow | committer, shepherds 1 KEP | "mikebrow\"" at 14-16
    "state = \"rel|\n"

    "[run|\n"
        reached |  | "reached]" at 1-4
        runtimes.containerd |  | "runtimes.containerd]\nstate = \"${1|none,in-progress,experimental,merged,released|}\"" at 1-4
        design |  | "design]" at 1-4
        allow |  | "[allow]]\nrule = \"$1\"\nreason = \"$2\"" at 1-4
    "[[|"
        allow |  | "allow]]\nrule = \"$1\"\nreason = \"$2\"" at 2-2
    "[design]\n|"
        consensus | a word | "consensus = \"${1|open,reached,blocked|}\"" at 0-0
        discussion | a list | "discussion = [\"$1\"]" at 0-0
        approved-by | a table | "approved-by = { $1 }" at 0-0
        [reached] |  | "[reached]" at 0-0
        [runtimes.containerd] |  | "[runtimes.containerd]\nstate = \"${1|none,in-progress,experimental,merged,released|}\"" at 0-0
        [[allow]] |  | "[[allow]]\nrule = \"$1\"\nreason = \"$2\"" at 0-0
    "upstream-seen = |"
        2026-11-22 | today | "2026-11-22" at 16-16
    "stage = \"al|pha\"\n"
        alpha |  | "alpha" at 9-14
        beta |  | "beta" at 9-14
        stable |  | "stable" at 9-14
        deprecated |  | "deprecated" at 9-14
        disabled |  | "disabled" at 9-14
        removed |  | "removed" at 9-14
    "pull-requests = [{ | }]\n"
        id | a reference to an issue or pull request, required | "id = \"$1\"" at 19-19
        kubernetes | a minor release | "kubernetes = \"$1\"" at 19-19
    "repository = \"|"
        containerd/containerd |  | "containerd/containerd\"" at 14-14
        containerd/nri |  | "containerd/nri\"" at 14-14
    " # |"

    "issue = 7 |"

    "[reached]\nalpha = \"1.37\"\n|\n= = [\n"
        beta | a minor release | "beta = \"$1\"" at 0-0
        beta-on | a minor release | "beta-on = \"$1\"" at 0-0
        stable | a minor release | "stable = \"$1\"" at 0-0
        [runtimes.containerd] |  | "[runtimes.containerd]\nstate = \"${1|none,in-progress,experimental,merged,released|}\"" at 0-0
        [design] |  | "[design]" at 0-0
        [[allow]] |  | "[[allow]]\nrule = \"$1\"\nreason = \"$2\"" at 0-0
    "#);
}

#[test]
fn keys_come_with_their_texts_and_the_required_ones_first() {
    let (_folder, mut session) = at_work();
    insta::assert_snapshot!(session.completion(PATH, "status = \"implementable\"\n|\n"), @r#"
    number | a number, required | "number = $1" at 0-0
    title | one line of text, required | "title = \"$1\"" at 0-0
    stage | a word | "stage = \"${1|alpha,beta,stable,deprecated,disabled,removed|}\"" at 0-0
    target | a minor release | "target = \"$1\"" at 0-0
    enabled-by-default | true or false | "enabled-by-default = $1" at 0-0
    owners | a list | "owners = [\"$1\"]" at 0-0
    feature-gates | a list | "feature-gates = [\"$1\"]" at 0-0
    triage | a word | "triage = \"${1|pending,accepted,declined|}\"" at 0-0
    shepherds | a list | "shepherds = [\"$1\"]" at 0-0
    milestone | a minor release | "milestone = \"$1\"" at 0-0
    issue | a number | "issue = $1" at 0-0
    repository | a repository | "repository = \"$1\"" at 0-0
    former-issues | a list | "former-issues = [$1]" at 0-0
    related-issues | a list | "related-issues = [$1]" at 0-0
    pull-requests | a list | "pull-requests = [{ $1 }]" at 0-0
    links | a list | "links = [\"$1\"]" at 0-0
    runtime-support | one line of text | "runtime-support = \"$1\"" at 0-0
    guessed | a list | "guessed = [\"$1\"]" at 0-0
    upstream-seen | a date | "upstream-seen = $1" at 0-0
    [reached] |  | "[reached]" at 0-0
    [runtimes.containerd] |  | "[runtimes.containerd]\nstate = \"${1|none,in-progress,experimental,merged,released|}\"" at 0-0
    [design] |  | "[design]" at 0-0
    [[allow]] |  | "[[allow]]\nrule = \"$1\"\nreason = \"$2\"" at 0-0
    "#);
    insta::assert_snapshot!(session.completion("registry.toml", "[|"), @r#"
    sources |  | "sources]" at 1-1
    board |  | "board]" at 1-1
    issue |  | "issue]" at 1-1
    labels |  | "labels]" at 1-1
    milestone |  | "milestone]" at 1-1
    assignees |  | "assignees]" at 1-1
    drift |  | "drift]" at 1-1
    guards |  | "guards]" at 1-1
    announce |  | "announce]" at 1-1
    policy |  | "policy]" at 1-1
    rules |  | "rules]" at 1-1
    runtimes |  | "[runtimes]]\nname = \"$1\"\ncalendar = \"$2\"" at 1-1
    "#);
}

#[test]
fn names_lead_to_where_they_are_from_and_back() {
    let (folder, mut session) = at_work();
    let text = text(&folder, PATH);
    let mut said = Vec::new();
    for at in [
        "\"1.38\"",
        "\"mikebrow\"",
        "\"2.5\"",
        "\"2.4.0\"",
        "containerd]",
        "enhancements/issues/9002",
        "9001",
        "\"samulkarp\"",
    ] {
        let to = session.definition(PATH, &text, at);
        said.push(format!("{at} -> {to}"));
        for used in session.references(PATH, &text, at) {
            said.push(format!("    used at {used}"));
        }
    }
    insta::assert_snapshot!(said.join("\n"), @r#"
    "1.38" -> releases/kubernetes.toml:6:11
        used at releases/kubernetes.toml:6:11
        used at sig-node/9001-pod-lullabies.toml:5:10
    "mikebrow" -> maintainers.toml:2:10
        used at maintainers.toml:2:10
        used at sig-node/9001-pod-lullabies.toml:7:14
        used at sig-node/9002-x.toml:5:14
    "2.5" -> releases/containerd.toml:6:11
        used at releases/containerd.toml:6:11
        used at sig-node/9001-pod-lullabies.toml:8:13
    "2.4.0" -> releases/containerd.toml:2:11
        used at sig-node/9001-pod-lullabies.toml:16:11
    containerd] -> registry.toml:5:8
        used at registry.toml:1:8
        used at registry.toml:5:8
        used at sig-node/9001-pod-lullabies.toml:14:11
    enhancements/issues/9002 -> sig-node/9002-x.toml:1:10
        used at sig-node/9001-pod-lullabies.toml:11:10
    9001 -> sig-node/9001-pod-lullabies.toml:1:10
        used at sig-node/9001-pod-lullabies.toml:1:10
    "samulkarp" -> nowhere
        used at sig-node/9001-pod-lullabies.toml:7:26
    "#);
}

#[test]
fn a_handle_is_renamed_wherever_it_stands() {
    let folder = folder();
    folder.write(
        "sig-node/9003-x.toml",
        "number = \nshepherds = ['mikebrow']\n",
    );
    let mut session = Session::with(&folder, capable());
    session.open(PATH);
    let text = text(&folder, PATH);
    let at = session.place(PATH, &text, "mikebrow");
    let prepared = session.ask("textDocument/prepareRename", at.clone());
    assert_eq!(prepared["placeholder"], "mikebrow");
    let renamed = |name: &str| {
        let mut params = at.clone();
        params["newName"] = json!(name);
        params
    };
    let params = renamed("mike-b");
    let edit = session.ask("textDocument/rename", params);
    let mut said = Vec::new();
    for change in edit["documentChanges"].as_array().unwrap() {
        let path = change["textDocument"]["uri"]
            .as_str()
            .unwrap()
            .rsplit_once("/sig-node/")
            .map_or("maintainers.toml", |(_, name)| name);
        for edit in change["edits"].as_array().unwrap() {
            said.push(format!("{path} {} {:?}", edit["range"], edit["newText"]));
        }
    }
    said.sort();
    insta::assert_snapshot!(said.join("\n"), @r#"
    9001-pod-lullabies.toml {"start":{"line":6,"character":18},"end":{"line":6,"character":22}} String("-b")
    9002-x.toml {"start":{"line":4,"character":14},"end":{"line":4,"character":22}} String("mike-b")
    9003-x.toml {"start":{"line":1,"character":18},"end":{"line":1,"character":22}} String("-b")
    maintainers.toml {"start":{"line":1,"character":14},"end":{"line":1,"character":18}} String("-b")
    "#);
    for wrong in ["samuelkarp", "no handle", ""] {
        let params = renamed(wrong);
        let refused = session.refused("textDocument/rename", params);
        assert_eq!(refused["code"], -32803, "{refused}");
    }
    let title = session.place(PATH, &text, "Pod");
    assert_eq!(
        session.ask("textDocument/prepareRename", title),
        Value::Null
    );
}

#[test]
fn symbols_links_and_lenses() {
    let (_folder, mut session) = at_work();
    let document = json!({ "textDocument": { "uri": session.uri(PATH) } });
    let symbols = session.ask("textDocument/documentSymbol", document.clone());
    let mut said = Vec::new();
    outline(&symbols, 0, &mut said);
    insta::assert_snapshot!(said.join("\n"), @"
    number 9001
    title Pod Lullabies 9001
    status implementable
    stage beta
    target 1.38
    triage accepted
    shepherds
    milestone 2.5
    issue 7
    pull-requests
      pull-requests containerd/containerd#12
        id containerd/containerd#12
        kubernetes 1.37
    links
    upstream-seen 2026-11-20
    runtimes
      containerd
        state released
        release 2.4.0
        evidence
    ");
    let links = session.ask("textDocument/documentLink", document.clone());
    let links: Vec<&str> = links
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["target"].as_str().unwrap())
        .collect();
    insta::assert_snapshot!(links.join("\n"), @"
    https://github.com/kubernetes/enhancements/tree/HEAD/keps/sig-node/9001-pod-lullabies
    https://github.com/mikebrow
    https://github.com/samulkarp
    https://github.com/containerd/containerd/issues/7
    https://github.com/containerd/containerd/pull/12
    https://github.com/kubernetes/enhancements/issues/9002
    https://github.com/containerd/containerd/commit/0123456789012345678901234567890123456789
    ");
    let lenses = session.ask("textDocument/codeLens", document);
    insta::assert_snapshot!(lenses[0]["command"]["title"].as_str().unwrap(), @"aims at 1.38: ready, because containerd has released it in 2.4.0 of 2026-09-16");
    session.open("maintainers.toml");
    let roster = json!({ "textDocument": { "uri": session.uri("maintainers.toml") } });
    let lenses = session.ask("textDocument/codeLens", roster);
    assert_eq!(lenses[0]["command"]["title"], "shepherds 2 KEPs");
    let found = session.ask("workspace/symbol", json!({ "query": "kep 9002" }));
    assert_eq!(found[0]["name"], "KEP-9002 Pod Lullabies 9002");
    assert_eq!(found.as_array().unwrap().len(), 1);
}

fn outline(symbols: &Value, depth: usize, said: &mut Vec<String>) {
    for symbol in symbols.as_array().into_iter().flatten() {
        let detail = symbol["detail"].as_str().unwrap_or_default();
        let name = symbol["name"].as_str().unwrap();
        said.push(
            format!("{}{name} {detail}", "  ".repeat(depth))
                .trim_end()
                .to_owned(),
        );
        outline(&symbol["children"], depth + 1, said);
    }
}

fn pulling() -> Value {
    json!({
        "textDocument": { "diagnostic": {} },
        "workspace": { "diagnostics": { "refreshSupport": true } },
    })
}

#[test]
fn who_asks_for_diagnostics_is_answered_and_told_when_to_ask_again() {
    let folder = folder();
    let mut session = Session::with(&folder, pulling());
    assert_eq!(
        session.greeting["capabilities"]["diagnosticProvider"]["workspaceDiagnostics"],
        true
    );
    session.open(PATH);
    let document = json!({ "uri": session.uri(PATH) });
    let report = session.ask(
        "textDocument/diagnostic",
        json!({ "textDocument": document }),
    );
    assert_eq!(report["kind"], "full");
    assert_eq!(shown(&report["items"]), checked(&folder, PATH));
    let again = json!({ "textDocument": document, "previousResultId": report["resultId"] });
    assert_eq!(
        session.ask("textDocument/diagnostic", again)["kind"],
        "unchanged"
    );
    let all = session.ask("workspace/diagnostic", json!({ "previousResultIds": [] }));
    let items = all["items"].as_array().unwrap();
    assert!(
        items
            .iter()
            .any(|one| one["uri"] == session.uri(PATH) && one["version"] == 1)
    );
    let known: Vec<Value> = items
        .iter()
        .map(|one| json!({ "uri": one["uri"], "value": one["resultId"] }))
        .collect();
    let again = session.ask(
        "workspace/diagnostic",
        json!({ "previousResultIds": known }),
    );
    assert!(
        again["items"]
            .as_array()
            .unwrap()
            .iter()
            .all(|one| one["kind"] == "unchanged")
    );
    // What is typed here changes another file: the client is told to ask again, and nothing is pushed.
    let typed = text(&folder, PATH).replace("issue = 7", "issue = 8");
    session.change(PATH, 2, json!([{ "text": typed }]));
    let told = session.until(|message| message["method"] == "workspace/diagnostic/refresh");
    session.reply(&told, Value::Null);
    let other = json!({ "textDocument": { "uri": session.uri("sig-node/9002-x.toml") } });
    let report = session.ask("textDocument/diagnostic", other);
    assert!(
        report["items"].to_string().contains("is claimed by"),
        "{report}"
    );
    assert!(
        !session
            .said
            .iter()
            .any(|one| one["method"] == "textDocument/publishDiagnostics")
    );
}

#[test]
fn what_was_cancelled_or_is_of_a_text_that_is_gone_is_not_worked_out() {
    let folder = folder();
    let mut session = Session::with(&folder, pulling());
    session.open(PATH);
    let params = json!({ "textDocument": { "uri": session.uri(PATH) } });
    let text = text(&folder, PATH);
    // All at once, so that the server has all of it before it is the turn of the first.
    session.together(vec![
        json!({ "id": 701, "method": "textDocument/diagnostic", "params": params }),
        json!({ "method": "textDocument/didChange", "params": { "textDocument": { "uri": session.uri(PATH), "version": 2 }, "contentChanges": [{ "text": text }] } }),
        json!({ "id": 702, "method": "workspace/symbol", "params": { "query": "" } }),
        json!({ "method": "$/cancelRequest", "params": { "id": 702 } }),
        json!({ "method": "$/cancelRequest", "params": { "id": "nobody" } }),
        json!({ "id": 703, "method": "textDocument/diagnostic", "params": params }),
    ]);
    let stale = session.answer_to(701);
    // Whether it was its turn before the rest came is the system's to say.
    if let Some(error) = stale.get("error") {
        assert_eq!(error["code"], -32802);
        assert_eq!(error["data"]["retriggerRequest"], true);
    }
    let cancelled = session.answer_to(702);
    if let Some(error) = cancelled.get("error") {
        assert_eq!(error["code"], -32800);
    }
    assert_eq!(session.answer_to(703)["result"]["kind"], "full");
}

#[test]
fn what_changes_on_disk_is_heard_of() {
    let folder = folder();
    let watching = json!({ "workspace": { "didChangeWatchedFiles": { "dynamicRegistration": true, "relativePatternSupport": true } } });
    let mut session = Session::with(&folder, watching);
    let asked = session.until(|one| one["method"] == "client/registerCapability");
    let watcher =
        &asked["params"]["registrations"][0]["registerOptions"]["watchers"][0]["globPattern"];
    assert_eq!(watcher["pattern"], "**/*.toml");
    assert_eq!(watcher["baseUri"], uri_of(folder.path()));
    session.published(PATH);
    let new = "sig-node/9007-x.toml";
    folder.write(new, record(9007, "issue = 7\nupstream-seen = 2026-11-20\n"));
    let event = |session: &mut Session, kind: u32, path: &str| {
        let changes = json!([{ "uri": session.uri(path), "type": kind }]);
        session.tell(
            "workspace/didChangeWatchedFiles",
            json!({ "changes": changes }),
        );
    };
    event(&mut session, 1, new);
    assert!(session.published(new).to_string().contains("is claimed by"));
    folder.remove(new);
    event(&mut session, 3, new);
    assert_eq!(
        session.published(new)["diagnostics"],
        json!([]),
        "what is gone has no findings"
    );
    // A file that goes away while it is open is what stands in the editor, until that closes it.
    session.open(PATH);
    session.published(PATH);
    folder.remove(PATH);
    event(&mut session, 3, PATH);
    session.change(PATH, 2, json!([{ "text": "number = \n" }]));
    assert!(session.published_at(PATH, 2).to_string().contains("syntax"));
    session.close(PATH);
    assert_eq!(session.published(PATH)["diagnostics"], json!([]));
}

#[test]
fn a_client_that_watches_nothing_is_told_as_well() {
    let folder = folder();
    let mut session = Session::with(&folder, json!({}));
    session.published(PATH);
    folder.write(PATH, record(9001, "shepherds = [\"nobody-at-all\"]\n"));
    let found = session.published(PATH);
    assert!(found.to_string().contains("nobody-at-all"));
}

#[test]
fn two_registries_none_and_one_below_the_root() {
    let inner = folder();
    let folder = Folder::empty();
    for name in ["a/keps", "b b ü%"] {
        common::copy(inner.path(), &folder.path().join(name));
    }
    folder.write("c/notes.toml", "number = \n");
    let mut session = Session::with(&folder, capable());
    // No registry is found from the root, and none is looked for below it.
    assert!(session.is_quiet());
    session.open("c/notes.toml");
    assert!(session.is_quiet(), "a file of no registry is nobody's");
    let one = format!("a/keps/{PATH}");
    session.open(&one);
    assert!(session.published(&one).to_string().contains("samulkarp"));
    let other = format!("b b ü%/{PATH}");
    session.open(&other);
    assert!(session.published(&other).to_string().contains("samulkarp"));
    // They know nothing of each other.
    session.is_quiet();
    session.change(&one, 2, json!([{ "text": "number = \n" }]));
    let found = session.until(|one| one["method"] == "textDocument/publishDiagnostics");
    assert_eq!(found["params"]["uri"], session.uri(&one));
    assert!(session.is_quiet());
    // A registry that somebody makes is found when they save it.
    folder.write("c/registry.toml", text(&inner, "registry.toml"));
    folder.write("c/sig-node/1-x.toml", "number = \n");
    session.open("c/sig-node/1-x.toml");
    assert!(
        session
            .published("c/sig-node/1-x.toml")
            .to_string()
            .contains("syntax")
    );
}

fn folder_named(name: &str) -> Folder {
    let folder = Folder::empty();
    common::copy(self::folder().path(), &folder.path().join(name));
    folder
}

#[test]
fn keps_beside_the_workspace_folder_is_found_as_commands_find_it() {
    let folder = folder_named("keps");
    let mut session = Session::with(&folder, capable());
    assert!(
        session
            .published(&format!("keps/{PATH}"))
            .to_string()
            .contains("samulkarp")
    );
}

#[test]
fn what_a_schema_says_can_be_left_to_another_server() {
    let folder = folder();
    folder.write(
        "sig-node/9002-x.toml",
        "number = 9002\ntitle = 7\nstatus = \"implementable\"\nshepherds = [\"nobody-here\"]\n",
    );
    let path = "sig-node/9002-x.toml";
    let options = json!({ "schema": false });
    let mut session = Session::ungreeted(&folder);
    session.greet(json!({ "capabilities": {}, "rootUri": uri_of(folder.path()), "initializationOptions": options }));
    let found = session.published(path).to_string();
    assert!(
        found.contains("nobody-here") && !found.contains("\"schema\""),
        "{found}"
    );
    session.tell(
        "workspace/didChangeConfiguration",
        json!({ "settings": { "kepherd": { "schema": true } } }),
    );
    assert!(session.published(path).to_string().contains("\"schema\""));
    // A client that can be asked is.
    let mut session = Session::ungreeted(&folder);
    session.greet(json!({ "capabilities": { "workspace": { "configuration": true } }, "rootUri": uri_of(folder.path()) }));
    let asked = session.until(|one| one["method"] == "workspace/configuration");
    assert_eq!(asked["params"]["items"][0]["section"], "kepherd");
    assert!(
        session.published(path).to_string().contains("\"schema\""),
        "it is not waited for"
    );
    session.reply(&asked, json!([{ "schema": false }]));
    assert!(!session.published(path).to_string().contains("\"schema\""));
}

#[test]
fn what_nobody_should_send_harms_nothing() {
    let (folder, mut session) = at_work();
    session.published_at(PATH, 1);
    let uri = session.uri(PATH);
    for (method, params) in [
        (
            "textDocument/didChange",
            json!({ "textDocument": { "uri": "file:///never/opened.toml", "version": 1 }, "contentChanges": [{ "text": "x" }] }),
        ),
        (
            "textDocument/didChange",
            json!({ "textDocument": { "uri": uri, "version": 2 }, "contentChanges": [{ "range": { "start": { "line": -1, "character": 0 }, "end": 7 }, "text": "x" }] }),
        ),
        ("textDocument/didChange", Value::Null),
        ("textDocument/didOpen", json!([1, 2])),
        (
            "textDocument/didClose",
            json!({ "textDocument": { "uri": "untitled:1" } }),
        ),
        (
            "textDocument/didOpen",
            json!({ "textDocument": { "uri": "untitled:Untitled-1", "languageId": "toml", "version": 1, "text": "a = " } }),
        ),
        (
            "textDocument/didOpen",
            json!({ "textDocument": { "uri": "file:///c%3A/work/keps/sig-node/1-x.toml", "languageId": "toml", "version": 1, "text": "a = " } }),
        ),
        (
            "textDocument/didOpen",
            json!({ "textDocument": { "uri": "no address at all", "languageId": "toml", "version": 1, "text": "a = " } }),
        ),
        ("$/nothing", json!({})),
        (
            "workspace/didChangeWatchedFiles",
            json!({ "changes": [{ "uri": "x", "type": 9 }] }),
        ),
    ] {
        session.tell(method, params);
    }
    let far = json!({ "line": 4_000_000_000_u64, "character": 4_000_000_000_u64 });
    for method in ["hover", "completion", "definition", "prepareRename"] {
        session.ask(
            &format!("textDocument/{method}"),
            json!({ "textDocument": { "uri": uri }, "position": far }),
        );
        for elsewhere in ["untitled:Untitled-1", "file:///never/opened.toml", ""] {
            session.ask(
                &format!("textDocument/{method}"),
                json!({ "textDocument": { "uri": elsewhere }, "position": far }),
            );
        }
    }
    let backwards = json!({ "start": far, "end": { "line": 0, "character": 0 } });
    let context = json!({ "diagnostics": [] });
    session.ask(
        "textDocument/codeAction",
        json!({ "textDocument": { "uri": uri }, "range": backwards, "context": context }),
    );
    assert_eq!(
        session.refused("textDocument/hover", json!({ "position": "here" }))["code"],
        -32602
    );
    assert_eq!(
        session.refused("workspace/executeCommand", json!({}))["code"],
        -32601
    );
    // The text is still what it was.
    let text = text(&folder, PATH);
    assert!(session.hover(PATH, &text, "number").contains("required"));
}

#[test]
fn what_is_no_message_is_answered_and_what_nobody_can_follow_ends_it() {
    let folder = folder();
    let mut session = Session::with(&folder, capable());
    session.raw(b"Content-Length: 3\r\n\r\n{{{");
    assert_eq!(
        session.until(|one| one["error"]["code"] == -32700)["id"],
        Value::Null
    );
    session.raw(b"Content-Length: 2\r\n\r\n\xff\xfe");
    session.until(|one| one["error"]["code"] == -32700);
    let huge = 100 << 20;
    session.raw(format!("Content-Length: {huge}\r\n\r\n").as_bytes());
    session.raw(&vec![b' '; huge]);
    let refused = session.until(|one| one["error"]["code"] == -32600);
    assert!(refused.to_string().contains("at most"), "{refused}");
    session.open(PATH);
    session.published_at(PATH, 1);
    for (broken, why) in [
        (&b"\r\n\r\n"[..], "a message has no `Content-Length`"),
        (b"Content-Length: no\r\n\r\n", "is no number of bytes"),
        (
            b"Content-Length: 99\r\n\r\n{}",
            "in the middle of a message",
        ),
    ] {
        let mut session = Session::with(&folder, capable());
        session.raw(broken);
        let (status, log) = session.hang_up_and_read();
        assert_eq!(status, 2, "{log}");
        assert!(
            log.contains("error: the language client cannot be understood"),
            "{log}"
        );
        assert!(log.contains(why), "{log}");
    }
}

/// Many edits before one answer: nothing is lost, and what goes out is of the last of them.
#[test]
fn who_types_fast_gets_the_last_word() {
    let (folder, mut session) = at_work();
    let end = text(&folder, PATH).matches('\n').count();
    let at = json!({ "line": end, "character": 0 });
    let edits = (2..=500).map(|version| {
        let changes = json!([{ "range": { "start": at, "end": at }, "text": "#" }]);
        let document = json!({ "uri": session.uri(PATH), "version": version });
        json!({ "method": "textDocument/didChange", "params": { "textDocument": document, "contentChanges": changes } })
    });
    let edits: Vec<Value> = edits.collect();
    session.together(edits);
    let last = session.published_at(PATH, 500);
    let versions: Vec<u64> = session
        .said
        .iter()
        .filter(|one| one["params"]["uri"] == session.uri(PATH))
        .filter_map(|one| one["params"]["version"].as_u64())
        .collect();
    assert!(versions.is_sorted(), "{versions:?}");
    assert!(last["diagnostics"].to_string().contains("samulkarp"));
}

#[test]
fn a_path_is_a_path_whatever_is_in_it() {
    let folder = folder_named("ein Ordner/ü%20#?");
    let path = format!("ein Ordner/ü%20#?/{PATH}");
    let mut session = Session::with(&folder, capable());
    session.open(&path);
    let found = session.published_at(&path, 1);
    assert_eq!(found["uri"], session.uri(&path));
    let text = std::fs::read_to_string(folder.path().join(&path)).unwrap();
    let to = session.definition(&path, &text, "\"mikebrow\"");
    assert!(to.starts_with("ein Ordner/ü%20#?/maintainers.toml"), "{to}");
}

#[test]
fn a_registry_that_goes_away_comes_back() {
    let folder = folder();
    let mut session = Session::with(&folder, capable());
    session.published(PATH);
    let config = text(&folder, "registry.toml");
    let event = |session: &mut Session, kind: u32| {
        let changes = json!([{ "uri": session.uri("registry.toml"), "type": kind }]);
        session.tell(
            "workspace/didChangeWatchedFiles",
            json!({ "changes": changes }),
        );
    };
    folder.remove("registry.toml");
    event(&mut session, 3);
    assert_eq!(session.published(PATH)["diagnostics"], json!([]));
    folder.write("registry.toml", config);
    event(&mut session, 1);
    session.published_with(PATH, "samulkarp");
}

/// A registry that asks for a newer release is not looked at, and silence would look as if nothing were wrong.
#[test]
fn a_registry_for_a_newer_release_is_named() {
    let folder = folder();
    let config = text(&folder, "registry.toml");
    folder.write(
        "registry.toml",
        format!("requires-kepherd = \"99.1\"\n{config}"),
    );
    let mut session = Session::with(&folder, capable());
    let told = session.until(|message| message["method"] == "window/showMessage");
    let message = told["params"]["message"].as_str().unwrap();
    assert!(
        message.contains("this registry asks for kepherd 99.1 or newer"),
        "{message}"
    );
    // Once is enough.
    folder.write("registry.toml", &config);
    let changes = json!([{ "uri": session.uri("registry.toml"), "type": 2 }]);
    session.tell(
        "workspace/didChangeWatchedFiles",
        json!({ "changes": changes }),
    );
    session.published_with(PATH, "samulkarp");
}

#[test]
fn folders_come_and_go() {
    let folder = folder_named("keps");
    let path = format!("keps/{PATH}");
    let mut session = Session::with(&folder, capable());
    session.published(&path);
    let change = |session: &mut Session, added: &[&str], removed: &[&str]| {
        let folders = |session: &Session, all: &[&str]| -> Value {
            all.iter()
                .map(|one| json!({ "uri": session.uri(one), "name": one }))
                .collect()
        };
        let event =
            json!({ "added": folders(session, added), "removed": folders(session, removed) });
        session.tell(
            "workspace/didChangeWorkspaceFolders",
            json!({ "event": event }),
        );
    };
    session.is_quiet();
    // Another folder leads to the same registry.
    change(&mut session, &["keps/sig-node"], &[]);
    assert!(session.is_quiet());
    let root = url::Url::from_file_path(folder.path()).unwrap();
    let removed = json!({ "added": [], "removed": [{ "uri": root.as_str(), "name": "" }] });
    session.tell(
        "workspace/didChangeWorkspaceFolders",
        json!({ "event": removed }),
    );
    assert!(session.is_quiet(), "it is found from the other one still");
    change(&mut session, &[], &["keps/sig-node"]);
    assert_eq!(session.published(&path)["diagnostics"], json!([]));
}

#[test]
fn a_registry_inside_of_another_one_is_shown_as_its_own() {
    let folder = folder();
    let inner = folder.path().join("sig-node/inner");
    common::copy(self::folder().path(), &inner);
    let mut session = Session::with(&folder, capable());
    let path = format!("sig-node/inner/{PATH}");
    session.published_with(&path, "is no file that a registry knows");
    session.open(&path);
    session.published_with(&path, "samulkarp");
    session.change(&path, 2, json!([{ "text": "number = 'x" }]));
    session.published_with(&path, "\"syntax\"");
}

#[cfg(unix)]
#[test]
fn a_link_is_not_followed_open_or_not() {
    let folder = folder();
    let link = "sig-node/9004-x.toml";
    std::os::unix::fs::symlink(folder.path().join(PATH), folder.path().join(link)).unwrap();
    let mut session = Session::with(&folder, capable());
    session.published_with(link, "is a symbolic link");
    session.open(link);
    assert!(
        session
            .published_at(link, 1)
            .to_string()
            .contains("is a symbolic link")
    );
}

#[test]
fn an_address_in_another_spelling_is_the_same_file() {
    let folder = folder();
    let mut session = Session::with(&folder, capable());
    session.published(PATH);
    let plain = session.uri(PATH);
    let other = plain.replace("9001-pod", "9001%2Dpod");
    let document =
        json!({ "uri": other, "languageId": "toml", "version": 1, "text": text(&folder, PATH) });
    session.tell("textDocument/didOpen", json!({ "textDocument": document }));
    let told = |session: &mut Session, uri: &str| {
        let found = session.until(|one| one["params"]["uri"] == uri);
        found["params"]["diagnostics"].as_array().unwrap().len()
    };
    assert_eq!(told(&mut session, &plain), 0, "what is shown moves along");
    assert!(told(&mut session, &other) > 0);
    session.tell(
        "textDocument/didClose",
        json!({ "textDocument": { "uri": other } }),
    );
    assert_eq!(told(&mut session, &other), 0);
    assert!(told(&mut session, &plain) > 0);
    // Who asks may spell otherwise than the server.
    let mut session = Session::with(&folder, pulling());
    let all = session.ask("workspace/diagnostic", json!({ "previousResultIds": [] }));
    let items = all["items"].as_array().unwrap();
    let respelt = |one: &Value| {
        let uri = one["uri"]
            .as_str()
            .unwrap()
            .replace("sig-node", "sig%2dnode");
        json!({ "uri": uri, "value": one["resultId"] })
    };
    let known: Vec<Value> = items.iter().map(respelt).collect();
    let again = session.ask(
        "workspace/diagnostic",
        json!({ "previousResultIds": known }),
    );
    let again = again["items"].as_array().unwrap();
    assert_eq!(again.len(), items.len());
    assert!(again.iter().all(|one| one["kind"] == "unchanged"));
}

/// Found by an attacker: the ends of lines were cut apart.
#[test]
fn a_remedy_leaves_the_ends_of_lines_alone() {
    let folder = folder();
    for ends in ["\r\n", "\n\r\r\r\r\n"] {
        let read = text(&folder, "maintainers.toml");
        folder.write(
            PATH,
            text(&folder, PATH)
                .replace("\r\n", "\n")
                .replace('\n', "\r\n"),
        );
        folder.write("maintainers.toml", format!("#{ends}{read}"));
        let mut session = Session::with(&folder, capable());
        session.open(PATH);
        // A roster that is no TOML says nothing of who is none.
        if ends == "\r\n" {
            let actions = session.actions(PATH, "samulkarp");
            let remedy = actions
                .iter()
                .find(|one| one["title"].as_str().unwrap().contains("samuelkarp"));
            let edited = session.applied(PATH, remedy.unwrap());
            assert_eq!(
                edited,
                text(&folder, PATH).replace("samulkarp", "samuelkarp")
            );
        }
        let mut at = session.place(PATH, &text(&folder, PATH), "mikebrow");
        at["newName"] = json!("mike-b");
        let edit = session.ask("textDocument/rename", at);
        assert!(!edit.to_string().contains("\\r"), "{edit}");
        folder.write("maintainers.toml", read);
    }
}

#[test]
fn a_handle_that_is_none_is_not_renamed() {
    let folder = folder();
    let wrong =
        text(&folder, PATH).replace("\"mikebrow\", \"samulkarp\"]", "\"mikebrow, \"samulkarp\"]");
    folder.write(PATH, wrong);
    let mut session = Session::with(&folder, capable());
    session.open(PATH);
    let mut at = session.place(PATH, &text(&folder, PATH), "\"mikebrow");
    assert_eq!(
        session.ask("textDocument/prepareRename", at.clone()),
        Value::Null
    );
    at["newName"] = json!("mike-b");
    assert_eq!(session.refused("textDocument/rename", at)["code"], -32803);
}
