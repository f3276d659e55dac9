//! `kepherd refresh` through the binary, on clones that the test makes and on the embedded GitHub.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

mod common;
#[path = "common/history.rs"]
mod history;

use std::collections::BTreeMap;
use std::path::Path;

use common::{Folder, Hub, PATH, REPO, copy, record, seeded};
use history::History;
use kepherd::sandbox::Options;

const REGISTRY: &str = r#"home = "containerd"
repositories = ["containerd/containerd"]

[[runtimes]]
name = "containerd"
calendar = "releases/containerd.toml"
repository = "containerd/containerd"
branches = "release/{minor}"

[sources]
upstream = "kubernetes/enhancements"
cycles = "kubernetes/sig-release"
maintainers = "containerd/.project:MAINTAINERS"
releases = { containerd = "containerd/website:RELEASES.md" }

[issue]
title = "[SIG-Node]: KEP-{number} - {title}"
labels = ["kind/feature"]

[drift]
milestone = "report"
"#;
const TODAY: &str = "--today=2026-11-29";

fn yaml(number: u32, title: &str, latest: &str) -> String {
    format!(
        "title: {title}\nkep-number: {number}\nauthors: [\"@someone\"]\nstatus: implementable\nstage: beta\n\
         latest-milestone: \"{latest}\"\nmilestone:\n  alpha: v1.37\n  beta: {latest}\nfeature-gates:\n  - name: Quiet\n    components:\n      - kubelet\n"
    )
}

/// A clone in its place below a folder of sources.
fn put(hub: &Hub, name: &str, clone: &History) {
    let to = hub.folder.beside("sources");
    let to = Path::new(&to).join(name);
    let _ = std::fs::remove_dir_all(&to);
    copy(Path::new(clone.path()), &to);
}

/// Upstream's files as of a day.
fn upstream(day: &str, latest: &str) -> History {
    let mut clone = History::bare();
    let first = yaml(9001, "Pod Lullabies", "v1.38");
    let path = |number: u32, name: &str| format!("keps/sig-node/{number}-{name}/kep.yaml");
    let lullabies = path(9001, "pod-lullabies");
    clone.commit("2026-07-24", &[(&lullabies, &first)]);
    let now = yaml(9001, "Pod Lullabies", latest);
    let others = [
        yaml(9003, "Quiet Pods", "v1.38"),
        yaml(9050, "Nobody's", "v1.38"),
    ];
    let paths = [path(9003, "quiet-pods"), path(9050, "nobodys")];
    clone.commit(
        day,
        &[
            (&lullabies, &now),
            (&paths[0], &others[0]),
            (&paths[1], &others[1]),
        ],
    );
    clone
}

/// A hub with a source of everything, and with issues and pull requests as people opened them.
fn hub() -> Hub {
    let text = record(
        9001,
        "stage = \"beta\"\ntarget = \"1.38\"\nowners = [\"someone\"]\nfeature-gates = [\"Quiet\"]\ntriage = \"accepted\"\n\
         shepherds = [\"mikebrow\"]\nmilestone = \"2.5\"\nissue = 7\nupstream-seen = 2026-07-24\n\n[reached]\nalpha = \"1.37\"\n",
    )
    .replace("Pod Lullabies 9001", "Pod Lullabies");
    let folder = Folder::with(&[("registry.toml", REGISTRY), (PATH, &text)]);
    let world = seeded(&folder);
    let options = Options {
        search_lag: 0,
        ..Options::default()
    };
    let hub = Hub::started(folder, world, options);
    hub.world(|world| {
        let body = "### KEP/SIG-Node References\n\n- KEP(s): 9003\n- stage: alpha\n- K8s-Release: v1.38\n- KEP-Shepherd: @fuweid\n";
        let issue = world
            .add_issue("octocat", REPO, 20, "[SIG-Node]: KEP-9003 - Songs", body)
            .unwrap();
        issue.labels = vec!["kind/feature".to_owned()];
        let issue = world
            .add_issue("octocat", REPO, 21, "[SIG-Node]: KEP-9004 and KEP-9005", body)
            .unwrap();
        issue.labels = vec!["kind/feature".to_owned()];
        world
            .add_pull_request("octocat", REPO, 31, "KEP-9001: sing", "Part of #7")
            .unwrap();
        world.merge_pull_request("octocat", REPO, 31).unwrap();
    });
    put(
        &hub,
        "kubernetes/enhancements.git",
        &upstream("2026-11-20", "v1.38"),
    );
    let mut cycles = History::bare();
    let page =
        "# Kubernetes 1.39\n\n- **Monday 11th January 2027**: Week 1 — Release cycle begins\n";
    cycles.commit("2026-11-21", &[("releases/release-1.39/README.md", page)]);
    put(&hub, "kubernetes/sig-release", &cycles);
    let mut list = History::bare();
    let names = "# COMMITTERS\n\"mikebrow\",\"Mike Brown\",\"\",\"\"\n\"samuelkarp\",\"Samuel Karp\",\"\",\"\"\n\"fuweid\",\"Wei Fu\",\"\",\"\"\n";
    list.commit("2025-01-01", &[("MAINTAINERS", names)]);
    put(&hub, "containerd/.project", &list);
    let mut runtime = History::bare();
    let root = runtime.say("2026-01-01", "root", &[]);
    runtime.tag("v2.4.0", Some("2026-09-16"));
    let side = runtime.say("2026-11-01", "work", &[&root]);
    let merge = "Merge pull request #31 from fork/sing\n\nKEP-9001: sing\n";
    runtime.say("2026-11-02", merge, &[&root, &side]);
    put(&hub, "containerd/containerd", &runtime);
    hub
}

fn refresh(hub: &Hub, more: &[&str]) -> common::Ran {
    let sources = hub.folder.beside("sources");
    let arguments = ["refresh", "--sources", &sources, TODAY];
    hub.run(&[&arguments[..], more].concat())
}

/// What was printed, without the moment and the place of this run.
fn plain(hub: &Hub, text: &str) -> String {
    let text = text.replace(&hub.folder.beside("sources"), "SOURCES");
    let mut lines = Vec::new();
    for line in text.lines() {
        let line = match line.split_once("GitHub read at ") {
            Some((before, rest)) => {
                let rest = rest.split_once(" UTC").map_or("", |(_, rest)| rest);
                format!("{before}GitHub read at NOW{rest}")
            }
            None => line.to_owned(),
        };
        // The addresses of commits that this test made stay the same; the registry's own does not matter.
        lines.push(line);
    }
    lines.join("\n")
}

#[test]
fn every_source_is_asked_each_knows_what_those_before_it_brought_and_twice_changes_nothing() {
    let hub = hub();
    let ran = refresh(&hub, &["--format", "markdown"]);
    assert_eq!(ran.status, 1, "{}", ran.log);
    insta::assert_snapshot!(plain(&hub, &ran.out), @r#"
    ## 2 things wait for a person

    - **[\#<!-- -->21](https://github.com/containerd/containerd/issues/21)**: it names KEP-9004 and KEP-9005 in one issue:<!-- --> which is it? — mend the issue, or `kepherd new kep 9004 --from-issue 21`, likewise for 9005
    - **containerd/website (RELEASES.md)**: it was not read:<!-- --> there is no clone at SOURCES/containerd/website

    ## 10 facts changed

    ### 1 new record, for triage

    | record | title | what it says | issue | file |
    |---|---|---|---|---|
    | KEP-9003 | Quiet Pods | beta in 1.38 · shepherded by fuweid | [containerd/containerd\#<!-- -->20](https://github.com/containerd/containerd/issues/20) | `sig-node/9003-quiet-pods.toml` |

    ### kubernetes/sig-release (cycles)

    | record | what | from | to | why |
    |---|---|---|---|---|
    | `releases/kubernetes.toml` | 1.39 start | nothing | `2027-01-11` | releases/release-1.39/README.md:<!-- -->3 |

    ### containerd/.project (MAINTAINERS)

    | record | what | from | to | why |
    |---|---|---|---|---|
    | `maintainers.toml` | mikebrow id | nothing | `1005` | ([GitHub's account mikebrow](https://github.com/mikebrow)) |
    | `maintainers.toml` | samuelkarp id | nothing | `1006` | ([GitHub's account samuelkarp](https://github.com/samuelkarp)) |
    | `maintainers.toml` | fuweid id | nothing | `1007` | ([GitHub's account fuweid](https://github.com/fuweid)) |
    | `maintainers.toml` | mikebrow name | nothing | `"Mike Brown"` | MAINTAINERS:<!-- -->2 |
    | `maintainers.toml` | samuelkarp name | nothing | `"Samuel Karp"` | MAINTAINERS:<!-- -->3 |
    | `maintainers.toml` | fuweid name | nothing | `"Wei Fu"` | MAINTAINERS:<!-- -->4 |

    ### GitHub

    | record | what | from | to | why |
    |---|---|---|---|---|
    | KEP-9001 | runtimes.containerd.evidence | nothing | `"containerd/containerd#31"` | merged, and names the KEP ([\#<!-- -->31](https://github.com/containerd/containerd/issues/31)) |

    ### containerd/containerd (history)

    | record | what | from | to | why |
    |---|---|---|---|---|
    | KEP-9001 | runtimes.containerd.state | `"in-progress"` | `"merged"` | \#<!-- -->31 was merged on 2026-11-02 as 203e7aa ([containerd/containerd\#<!-- -->31](https://github.com/containerd/containerd/pull/31)) |

    <details><summary>Nobody tracks yet: 1 KEP that looks as if a runtime had to do with it</summary>

    - [KEP-9050](https://github.com/kubernetes/enhancements/issues/9050) Nobody's: kubelet feature gate Quiet

    </details>

    Read: kubernetes/sig-release (cycles) from SOURCES/kubernetes/sig-release at 0c3e6fad92 of 2026-11-21 · containerd/website (RELEASES.md): not read · containerd/.project (MAINTAINERS) from MAINTAINERS at a3967a061d of 2025-01-01 · GitHub read at NOW · kubernetes/enhancements (kep.yaml) at 57b96040c9 of 2026-11-20 · containerd/containerd (history) at 203e7aa701 of 2026-11-02
    "#);
    insta::assert_snapshot!(hub.folder.read(PATH), @r#"
    number = 9001
    title = "Pod Lullabies"
    status = "implementable"
    stage = "beta"
    target = "1.38"
    owners = ["someone"]
    feature-gates = ["Quiet"]
    triage = "accepted"
    shepherds = ["mikebrow"]
    milestone = "2.5"
    issue = 7
    upstream-seen = 2026-11-20

    [reached]
    alpha = "1.37"

    [runtimes.containerd]
    state = "merged"
    evidence = ["containerd/containerd#31"]
    "#);
    // The issue's record got kep.yaml's word in the same run, and lies where upstream has it.
    insta::assert_snapshot!(hub.folder.read("sig-node/9003-quiet-pods.toml"), @r#"
    #:schema ../../schema/kep.schema.json
    number = 9003
    title = "Quiet Pods"
    status = "implementable"
    stage = "beta"
    target = "1.38"
    owners = ["someone"]
    feature-gates = ["Quiet"]
    triage = "pending"
    shepherds = ["fuweid"]
    issue = 20
    upstream-seen = 2026-11-20

    [reached]
    alpha = "1.37"
    "#);
    hub.run(&["check", TODAY]).expect(0);

    let before = hub.folder.contents();
    let ran = refresh(&hub, &[]);
    assert_eq!(before, hub.folder.contents(), "twice changes nothing");
    insta::assert_snapshot!(plain(&hub, &format!("{}{}", ran.out, ran.log)), @"
    nothing to change, 2 things wait for a person; 5 of 6 sources read
    read with 4 queries, 7 GraphQL points
    warning: containerd/website (RELEASES.md): it was not read: there is no clone at SOURCES/containerd/website
    warning: #21: it names KEP-9004 and KEP-9005 in one issue: which is it? mend the issue, or `kepherd new kep 9004 --from-issue 21`, likewise for 9005
    note: nobody tracks KEP-9050 Nobody's: kubelet feature gate Quiet
    ");
}

#[test]
fn a_day_alone_is_written_once_a_month() {
    let hub = hub();
    refresh(&hub, &[]);
    // Three weeks on, upstream says what it said.
    put(
        &hub,
        "kubernetes/enhancements.git",
        &upstream("2026-12-10", "v1.38"),
    );
    let before = hub.folder.contents();
    refresh(&hub, &[]);
    assert_eq!(before, hub.folder.contents());
    put(
        &hub,
        "kubernetes/enhancements.git",
        &upstream("2026-12-20", "v1.38"),
    );
    refresh(&hub, &[]);
    assert!(hub.folder.read(PATH).contains("upstream-seen = 2026-12-20"));
}

#[test]
fn what_is_missing_broken_or_not_asked_is_named_and_stops_nobody_else() {
    let hub = hub();
    let sources = hub.folder.beside("sources");
    let at = |name: &str| Path::new(&sources).join(name);
    std::fs::remove_dir_all(at("kubernetes/sig-release")).unwrap();
    std::fs::remove_dir_all(at("containerd/containerd")).unwrap();
    std::fs::create_dir_all(at("containerd/containerd")).unwrap();
    std::fs::write(at("containerd/containerd/HEAD"), "nonsense").unwrap();
    let mut command = common::command(
        hub.folder.path(),
        &["refresh", "--sources", &sources, TODAY, "--format", "json"],
    );
    let ran = common::Ran::of(&mut command);
    assert_eq!(ran.status, 1, "{}", ran.log);
    let json: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let states: Vec<String> = json["sources"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| format!("{}: {} {}", one["name"], one["state"], one["why"]))
        .collect();
    insta::assert_snapshot!(plain(&hub, &states.join("\n")), @r#"
    "kubernetes/sig-release (cycles)": "not-read" "there is no clone at SOURCES/kubernetes/sig-release"
    "containerd/website (RELEASES.md)": "not-read" "there is no clone at SOURCES/containerd/website"
    "containerd/.project (MAINTAINERS)": "read" null
    "GitHub": "not-asked" "there is no token: issues, pull requests and what others changed are not looked at"
    "kubernetes/enhancements (kep.yaml)": "read" null
    "containerd/containerd (history)": "not-read" "`SOURCES/containerd/containerd` is not a git repository"
    "#);
    // What could be read was: kep.yaml's day is new.
    assert!(hub.folder.read(PATH).contains("upstream-seen = 2026-11-20"));

    let nowhere = hub.run(&["refresh", "--sources", "nowhere"]);
    assert_eq!(nowhere.status, 2);
    assert!(
        nowhere.log.contains("`nowhere` is not a folder"),
        "{}",
        nowhere.log
    );
}

#[test]
fn a_diff_writes_nothing_and_a_body_stays_below_what_github_takes() {
    let hub = hub();
    let before = hub.folder.contents();
    let ran = refresh(&hub, &["--diff"]);
    assert_eq!(before, hub.folder.contents());
    assert!(ran.out.contains("+[runtimes.containerd]"), "{}", ran.out);

    // Hundreds of issues that each wait for a person.
    hub.world(|world| {
        for number in 100..1_100 {
            let body = "### KEP/SIG-Node References\n\n- KEP(s): none yet\n- stage: alpha\n- K8s-Release: v1.38\n";
            let title = format!("[SIG-Node]: a plan {}", "@everyone ".repeat(20));
            let issue = world.add_issue("octocat", REPO, number, &title, body).unwrap();
            issue.labels = vec!["kind/feature".to_owned()];
        }
    });
    let ran = refresh(&hub, &["--format", "markdown", "--diff"]);
    let characters = ran.out.chars().count();
    assert!((10_000..65_536).contains(&characters), "{characters}");
    assert!(ran.out.contains("things wait for a person"));
    assert!(
        ran.out.contains("Read: "),
        "what was read is said at the end"
    );
    assert_eq!(
        ran.out.matches("<details>").count(),
        ran.out.matches("</details>").count()
    );
}

/// Files take their places one after the other: whichever of them a killed run had written, the next one ends where a whole one does.
#[test]
fn a_refresh_that_was_killed_anywhere_is_completed_by_the_next_one() {
    let hub = hub();
    let text = |hub: &Hub| -> BTreeMap<String, String> {
        let root = hub.folder.path();
        let files = hub
            .folder
            .contents()
            .into_iter()
            .filter(|(path, _)| path.is_file());
        let files = files.map(|(path, bytes)| {
            let path = path
                .strip_prefix(root)
                .unwrap()
                .to_string_lossy()
                .into_owned();
            (path, String::from_utf8(bytes).unwrap())
        });
        files.collect()
    };
    let before = text(&hub);
    refresh(&hub, &[]);
    let after = text(&hub);
    let changed: Vec<&String> = after
        .keys()
        .filter(|path| before.get(*path) != after.get(*path))
        .collect();
    assert!(changed.len() > 2, "{changed:?}");
    for written in 0..changed.len() {
        for path in text(&hub).into_keys() {
            hub.folder.remove(&path);
        }
        for (path, text) in &before {
            hub.folder.write(path, text);
        }
        for path in &changed[..written] {
            hub.folder.write(path, &after[*path]);
        }
        refresh(&hub, &[]);
        assert_eq!(
            text(&hub),
            after,
            "{written} of {} were written",
            changed.len()
        );
    }
}

#[test]
fn what_registry_toml_says_of_sources_that_is_not_so_is_named() {
    let hub = hub();
    let registry = REGISTRY.replace("{ containerd = ", "{ containred = ");
    hub.folder.write("registry.toml", &registry);
    // A broken clone of upstream is as one that is not there: GitHub is asked all the same.
    let sources = hub.folder.beside("sources");
    let upstream = Path::new(&sources).join("kubernetes/enhancements.git");
    std::fs::remove_dir_all(&upstream).unwrap();
    std::fs::create_dir_all(&upstream).unwrap();
    let ran = refresh(&hub, &[]);
    assert_eq!(ran.status, 1, "{}", ran.log);
    assert!(
        ran.log
            .contains("`registry.toml` has no runtime `containred`: it has `containerd`"),
        "{}",
        ran.log
    );
    assert!(
        ran.log
            .contains("kubernetes/enhancements (kep.yaml): it was not read"),
        "{}",
        ran.log
    );
    assert!(hub.folder.path().join("sig-node/9003-songs.toml").exists());

    hub.folder.write(
        "registry.toml",
        registry.replace("\"kubernetes/enhancements\"", "\"../x\""),
    );
    let before = hub.folder.contents();
    for arguments in [
        vec!["refresh", "--sources", &sources],
        vec!["refresh", "--list"],
    ] {
        let ran = hub.run(&arguments);
        assert_eq!(ran.status, 2);
        assert!(
            ran.log
                .contains("`registry.toml` has errors, so that nobody knows its sources"),
            "{}",
            ran.log
        );
    }
    assert_eq!(before, hub.folder.contents());
}
