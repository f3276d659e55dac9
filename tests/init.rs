//! `kepherd init` to `apply --sandbox`, for projects that are not alike; and what a registry, its repositories and its health say of themselves.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

mod common;
#[path = "common/history.rs"]
mod history;

use common::{Folder, Hub, Ran};
use history::History;
use serde_json::Value;

/// The day that these tests go by: the calendar that is built in knows the cycle that is under way then.
const TODAY: &str = "--today=2026-11-30";

/// A kep.yaml of a KEP that is going on.
fn enhancements() -> History {
    let yaml = |number: u32, title: &str, sig: &str| {
        format!(
            "title: {title}\nkep-number: {number}\nauthors: [\"@someone\"]\nowning-sig: {sig}\nstatus: implementable\n\
             stage: beta\nlatest-milestone: \"v1.38\"\nmilestone:\n  alpha: \"v1.36\"\n  beta: \"v1.38\"\n\
             feature-gates:\n  - name: PodLullabies\n    components: [kubelet]\n"
        )
    };
    let mut history = History::bare();
    history.commit(
        "2026-11-20",
        &[
            (
                "keps/sig-node/9001-pod-lullabies/kep.yaml",
                &yaml(9001, "Pod Lullabies", "sig-node"),
            ),
            (
                "keps/sig-network/9002-quiet-networks/kep.yaml",
                &yaml(9002, "Quiet Networks", "sig-network"),
            ),
        ],
    );
    history
}

/// From nothing to a board, as the book has it; gives the folder.
fn adopts(arguments: &[&str], kep: u32) -> Folder {
    let folder = Folder::empty();
    let upstream = enhancements();
    let kep = kep.to_string();
    let mut init = vec!["init"];
    init.extend(arguments);
    init.extend(["--kep", &kep, "--upstream", upstream.path(), TODAY]);
    let state = format!("--sandbox={}", folder.beside("state.json"));
    let board = folder.beside("board");
    let commands: [(&[&str], i32); 8] = [
        (&init, 0),
        (&["check", TODAY], 0),
        (&["plan", &state, "--exit-code", TODAY], 1),
        (&["apply", &state, TODAY], 0),
        // Nothing is left to do, and nothing is opened twice.
        (&["plan", &state, "--exit-code", TODAY], 0),
        (&["board", "--out", &board, TODAY], 0),
        (&["list", TODAY], 0),
        (&["repositories"], 0),
    ];
    for (arguments, status) in commands {
        let ran = folder.run(arguments);
        assert_eq!(ran.status, status, "{arguments:?}\n{}{}", ran.out, ran.log);
        assert!(!ran.out.contains("error["), "{}", ran.out);
    }
    assert!(std::path::Path::new(&board).join("index.html").exists());
    folder
}

#[test]
fn containerd_adopts() {
    let folder = adopts(
        &[
            "--home",
            "containerd",
            "--repository",
            "containerd/containerd",
            "--label",
            "kind/feature",
            "--label",
            "area/cri",
        ],
        9001,
    );
    let config = folder.read("keps/registry.toml");
    assert_eq!(config.matches("[[runtimes]]").count(), 2, "{config}");
    assert!(
        config.contains("labels = [\"kind/feature\", \"area/cri\"]"),
        "{config}"
    );
}

#[test]
fn cri_o_adopts() {
    let folder = adopts(
        &[
            "--home",
            "cri-o",
            "--repository",
            "cri-o/cri-o",
            "--bot",
            "kepherd-for-cri-o[bot]",
            "--milestone",
            "v{release}",
        ],
        9001,
    );
    let config = folder.read("keps/registry.toml");
    assert!(config.contains("numbered-as-kubernetes = true"), "{config}");
    assert!(
        config.contains("bots = [\"kepherd-for-cri-o[bot]\"]"),
        "{config}"
    );
    assert!(config.contains("title = \"v{release}\""), "{config}");
}

/// A home that no kubelet speaks to: other runtimes use it.
#[test]
fn runc_adopts() {
    let folder = adopts(
        &["--home", "runc", "--repository", "opencontainers/runc"],
        9001,
    );
    let config = folder.read("keps/registry.toml");
    assert_eq!(config.matches("[[runtimes]]").count(), 3, "{config}");
    // Its own releases come from its tags, and what was said above them stays.
    let mut runc = History::bare();
    runc.commit("2026-04-01", &[("main.go", "")]);
    runc.tag("v1.5.0", Some("2026-04-01"));
    let ran = folder.run(&["releases", "pull", "--repo", runc.path(), TODAY]);
    assert_eq!(ran.status, 0, "{}", ran.log);
    let calendar = folder.read("keps/releases/runc.toml");
    assert!(
        calendar.contains("release = \"1.5\"\nreleased = 2026-04-01"),
        "{calendar}"
    );
    assert!(calendar.contains("# The releases of runc."), "{calendar}");
    assert_eq!(folder.run(&["check", TODAY]).status, 0);
}

/// A project outside of node, of which no runtime is a part.
#[test]
fn a_cni_plugin_adopts() {
    let folder = adopts(
        &[
            "--home",
            "whereabouts",
            "--repository",
            "k8snetworkplumbingwg/whereabouts",
            "--runtime",
            "none",
        ],
        9002,
    );
    let config = folder.read("keps/registry.toml");
    assert_eq!(config.matches("[[runtimes]]").count(), 1, "{config}");
    assert!(
        folder
            .read("keps/sig-network/9002-quiet-networks.toml")
            .contains("number = 9002")
    );
    assert!(!folder.path().join("keps/releases/containerd.toml").exists());
}

/// What is written, and that every part of it is one that somebody can use at once.
#[test]
fn what_is_written_is_whole() {
    let folder = Folder::empty();
    let hash = "0123456789abcdef0123456789abcdef01234567";
    let uses = format!("--uses=someone/kepherd@{hash}");
    let ran = folder.run(&[
        "init",
        "--home",
        "runc",
        "--repository",
        "opencontainers/runc",
        &uses,
        TODAY,
    ]);
    assert_eq!(ran.status, 0, "{}", ran.log);
    assert!(ran.log.contains("this is no git repository"), "{}", ran.log);
    for line in [
        "keps/releases/kubernetes.toml            Kubernetes' cycles, as known when ",
        "keps/schema/                             what editors know of these files",
        "next: `kepherd check`",
    ] {
        assert!(ran.out.contains(line), "{line}\n{}", ran.out);
    }
    let mut workflows = 0;
    for name in ["check", "reconcile", "refresh", "board"] {
        let text = folder.read(&format!(".github/workflows/kepherd-{name}.yml"));
        let workflow: Value = serde_saphyr::from_str(&text).unwrap();
        assert_eq!(workflow["permissions"], serde_json::json!({}), "{text}");
        let job = workflow["jobs"]
            .as_object()
            .unwrap()
            .values()
            .next()
            .unwrap();
        let called = format!("someone/kepherd/.github/workflows/{name}.yml@{hash}");
        assert_eq!(job["uses"], called.as_str(), "{text}");
        assert_eq!(job["with"]["registry"], "keps");
        assert!(
            !text.contains("{repository}") && !text.contains("{below}"),
            "{text}"
        );
        // What a job may do there is what the called one asks for, and no more.
        let ours = std::fs::read_to_string(format!(".github/workflows/{name}.yml")).unwrap();
        let ours: Value = serde_saphyr::from_str(&ours).unwrap();
        let jobs = ours["jobs"].as_object().unwrap().values();
        let mut asked = std::collections::BTreeMap::new();
        for (right, access) in jobs.flat_map(|job| job["permissions"].as_object().unwrap()) {
            let most = asked.entry(right.clone()).or_insert(access.clone());
            if access == "write" {
                *most = access.clone();
            }
        }
        let given: std::collections::BTreeMap<_, _> = job["permissions"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(right, access)| (right.clone(), access.clone()))
            .collect();
        assert_eq!(given, asked, "{name}");
        let inputs = ours["on"]["workflow_call"]["inputs"].as_object().unwrap();
        for given in job["with"].as_object().unwrap().keys() {
            assert!(inputs.contains_key(given), "{name}: {given}");
        }
        workflows += 1;
    }
    assert_eq!(workflows, 4);
    // Editors are led to schemas that are there.
    let config = folder.read("keps/registry.toml");
    let address = config
        .lines()
        .next()
        .unwrap()
        .strip_prefix("#:schema ")
        .unwrap();
    assert!(folder.path().join("keps").join(address).exists());
    for settings in [".vscode/extensions.json", ".zed/settings.json"] {
        let _: Value = serde_json::from_str(&folder.read(settings)).unwrap();
    }
    let readme = folder.read("keps/README.md");
    assert!(
        readme.contains("runc") && !readme.contains("{home}"),
        "{readme}"
    );
}

/// Whoever comes with something already keeps it.
#[test]
fn what_is_there_stays_and_nothing_is_half_written() {
    let arguments = [
        "init",
        "--home",
        "runc",
        "--repository",
        "opencontainers/runc",
        TODAY,
    ];
    let refused = |prepare: &dyn Fn(&Folder), why: &str| {
        let folder = Folder::empty();
        prepare(&folder);
        let before = folder.contents();
        let ran = folder.run(&arguments);
        assert_eq!(ran.status, 2, "{}", ran.out);
        assert!(ran.log.contains(why), "{why}\n{}", ran.log);
        assert_eq!(folder.contents(), before);
    };
    refused(
        &|folder| folder.write("keps/registry.toml", "home = \"x\"\n"),
        "there is a registry already: keps/registry.toml",
    );
    // The folder itself, and one above it.
    refused(
        &|folder| folder.write("registry.toml", "home = \"x\"\n"),
        "there is a registry already: registry.toml",
    );
    refused(
        &|folder| folder.write("keps", "a file"),
        "is a file, and no folder",
    );
    refused(
        &|folder| folder.write("keps/sig-node/1-x/kep.yaml", "title: x\n"),
        "holds what is no record of a new registry",
    );
    refused(
        &|folder| folder.write("keps/schema/kep.schema.json", "{}\n"),
        "keps/schema/kep.schema.json` is there already, and is not overwritten",
    );
    // Files beside the registry are left, and said.
    let folder = Folder::empty();
    folder.write(".github/workflows/kepherd-check.yml", "name: ours\n");
    folder.write(".vscode/extensions.json", "{}\n");
    folder.write("src/main.go", "package main\n");
    folder.write("keps/README.md", "ours\n");
    let ran = folder.run(&arguments);
    assert_eq!(ran.status, 0, "{}", ran.log);
    for left in [
        ".github/workflows/kepherd-check.yml",
        ".vscode/extensions.json",
        "keps/README.md",
    ] {
        assert!(
            ran.log.contains(&format!(
                "note: {left} is there already, and is left as it is"
            )),
            "{}",
            ran.log
        );
    }
    assert_eq!(
        folder.read(".github/workflows/kepherd-check.yml"),
        "name: ours\n"
    );
    assert!(
        folder
            .read(".github/workflows/kepherd-board.yml")
            .contains("board.yml@")
    );
    // A second time is refused.
    let before = folder.contents();
    assert_eq!(folder.run(&arguments).status, 2);
    assert_eq!(folder.contents(), before);
}

#[test]
fn nobody_is_asked_where_nobody_is_and_what_cannot_be_is_said() {
    let folder = Folder::empty();
    let says = |arguments: &[&str], why: &str| {
        let mut all = vec!["init", TODAY];
        all.extend(arguments);
        let ran: Ran = folder.run(&all);
        assert_eq!(ran.status, 2, "{arguments:?}\n{}", ran.out);
        assert!(ran.log.contains(why), "{why}\n{}", ran.log);
        assert!(folder.contents().is_empty(), "{arguments:?}");
    };
    says(
        &[],
        "--home NAME and --repository OWNER/NAME are missing, and nobody can be asked here",
    );
    says(&["--home", "runc"], "--repository OWNER/NAME is missing");
    let with = |more: &[&'static str]| -> Vec<&'static str> {
        [
            &["--home", "runc", "--repository", "opencontainers/runc"],
            more,
        ]
        .concat()
    };
    says(
        &["--home", "../x", "--repository", "a/b"],
        "`../x` is no name of a project",
    );
    says(
        &["--home", "Kubernetes", "--repository", "a/b"],
        "`kubernetes` is no runtime",
    );
    says(
        &["--home", "runc", "--repository", "runc"],
        "a repository like",
    );
    says(
        &with(&["--milestone", "next"]),
        "`next` is no pattern of milestones",
    );
    says(&with(&["--runtime", "youki=x"]), "a repository like");
    let nearly = "`crio` is not known, and `cri-o` is: is that meant?";
    says(&with(&["--runtime", "crio"]), nearly);
    says(
        &with(&["--runtime", "none", "--runtime", "containerd"]),
        "leave one of the two out",
    );
    says(
        &with(&["--uses", "someone/kepherd"]),
        "as OWNER/NAME@REVISION",
    );
    says(
        &with(&[
            "--label",
            "a label of more than the fifty characters that GitHub takes",
        ]),
        "would be a registry that `kepherd check` refuses",
    );
    for hostile in [
        "a/k@v1\" # x",
        "a/k@v1 # x",
        "a/k@${{ github.token }}",
        "a/k@v1\n  y: z",
        "a/k@../x",
    ] {
        says(&with(&["--uses", hostile]), "as OWNER/NAME@REVISION");
    }
    for hostile in ["my keps", "${{ 1 }}", "a\": b", ".hidden"] {
        says(&with(&["--registry", hostile]), "");
    }
    let upstream = enhancements();
    let kep = |number: &str| {
        let folder = Folder::empty();
        let ran = folder.run(&[
            "init",
            "--home",
            "runc",
            "--repository",
            "opencontainers/runc",
            "--kep",
            number,
            "--upstream",
            upstream.path(),
            TODAY,
        ]);
        assert_eq!(ran.status, 2, "{}", ran.out);
        assert!(folder.contents().is_empty());
        ran.log
    };
    assert!(kep("4711").contains("KEP-4711"), "{}", kep("4711"));
}

/// A clone may hold links and names that lead anywhere; nothing is written there, and none of it becomes a part of a workflow.
#[cfg(unix)]
#[test]
fn nothing_is_written_where_nobody_meant_it() {
    use std::os::unix::fs::symlink;
    let arguments = [
        "init",
        "--home",
        "runc",
        "--repository",
        "opencontainers/runc",
        TODAY,
    ];
    let refused = |folder: &Folder, below: &str, more: &[&str], why: &str| {
        let before = folder.contents();
        let mut all = arguments.to_vec();
        all.extend(more);
        let ran = Ran::of(&mut common::command(&folder.path().join(below), &all));
        assert_eq!(ran.status, 2, "{below} {more:?}: {}", ran.out);
        assert!(ran.log.contains(why), "{why}\n{}", ran.log);
        assert!(!ran.log.contains('\u{1b}'), "{:?}", ran.log);
        assert_eq!(folder.contents(), before);
    };
    let links = "is a symbolic link, and links are not followed";
    let other = Folder::empty();
    let folder = Folder::empty();
    symlink(other.path(), folder.path().join("keps")).unwrap();
    refused(&folder, "", &[], links);
    let folder = Folder::empty();
    symlink(other.path(), folder.path().join("docs")).unwrap();
    refused(&folder, "", &["--registry", "docs/keps"], links);
    assert!(other.contents().is_empty());
    // What leads to the repository is whoever's who calls.
    let worktree = History::with_worktree();
    let folder = Folder::empty();
    symlink(worktree.worktree(), folder.path().join("link")).unwrap();
    let linked = [&arguments[..], &["--registry", "link/keps"]].concat();
    Ran::of(&mut common::command(folder.path(), &linked)).expect(0);
    assert!(worktree.worktree().join("keps/registry.toml").exists());
    // Dangling ones as well.
    let folder = Folder::empty();
    symlink("nowhere", folder.path().join("keps")).unwrap();
    refused(&folder, "", &[], "keps` is a");
    // git's own files, with and without others beside them.
    let worktree = History::with_worktree();
    for (below, registry) in [("", ".git/keps"), ("", ".git/hooks"), (".git", "keps")] {
        let ran = Ran::of(&mut common::command(
            &worktree.worktree().join(below),
            &[&arguments[..], &["--registry", registry]].concat(),
        ));
        assert_eq!(ran.status, 2, "{below} {registry}: {}", ran.out);
        assert!(!worktree.worktree().join(".git/keps").exists());
    }
    let bare = History::bare();
    let ran = Ran::of(&mut common::command(
        std::path::Path::new(bare.path()),
        &arguments,
    ));
    assert!(
        ran.status == 2 && ran.log.contains("is a bare repository"),
        "{}",
        ran.log
    );
    // Names that would be more than a name in YAML.
    let root = tempfile::tempdir().unwrap();
    gix::init(root.path()).unwrap();
    for hostile in [
        "x\n  evil:\n    #",
        "my: keps",
        "*keps",
        "a\"b",
        "k\u{1b}]0;x\u{7}",
        "x\\..\\..\\outside",
    ] {
        let here = root.path().join(hostile);
        std::fs::create_dir(&here).unwrap();
        let ran = Ran::of(&mut common::command(&here, &arguments));
        assert_eq!(ran.status, 2, "{hostile:?}: {}", ran.out);
        assert!(
            ran.log
                .contains("a folder's name is asked for that is safe")
                && !ran.log.contains('\u{1b}'),
            "{:?}",
            ran.log
        );
        assert_eq!(std::fs::read_dir(&here).unwrap().count(), 0);
    }
}

/// Of two at once one makes the registry whole, and the other leaves it.
#[test]
fn two_at_once_leave_one_whole_registry() {
    for _ in 0..8 {
        let folder = Folder::empty();
        let start = |home: &str| {
            let repository = format!("owner/{home}");
            common::command(
                folder.path(),
                &["init", "--home", home, "--repository", &repository, TODAY],
            )
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap()
        };
        let mut both = ["runc", "crun"].map(start);
        let ended = both.each_mut().map(|one| one.wait().unwrap().success());
        let done = ended.iter().filter(|done| **done).count();
        assert!(done <= 1, "{ended:?}");
        let is_there = folder.path().join("keps/registry.toml").exists();
        assert_eq!(is_there, done == 1, "{ended:?}");
        if done == 1 {
            assert_eq!(folder.run(&["check", TODAY]).status, 0);
            let readme = folder
                .path()
                .join(".github/workflows/kepherd-check.yml")
                .exists();
            assert!(readme);
        }
    }
}

/// An older release says one sentence, whatever else the registry has that it does not know.
#[test]
fn a_registry_for_a_newer_release_is_left_alone() {
    let hub = Hub::one("");
    let config = hub.folder.read("registry.toml");
    hub.folder.write(
        "registry.toml",
        format!("requires-kepherd = \"99.1\"\nnew-key = [1]\n{config}"),
    );
    hub.folder.write(
        "sig-node/9009-x.toml",
        "nothing = \"that this release knows\"\n",
    );
    let before = hub.folder.contents();
    for arguments in [
        &["check"][..],
        &["check", "--fix"],
        &["plan"],
        &["apply"],
        &["list"],
        &["board", "--serve"],
        &["doctor"],
    ] {
        let ran = hub.run(arguments);
        assert_eq!(ran.status, 2, "{arguments:?}");
        assert_eq!(ran.out, "", "{arguments:?}");
        assert_eq!(ran.log.lines().count(), 1, "{}", ran.log);
        let says = format!(
            "registry.toml:1: this registry asks for kepherd 99.1 or newer, and this is kepherd {}: install a newer one",
            env!("CARGO_PKG_VERSION")
        );
        assert!(ran.log.contains(&says), "{}", ran.log);
    }
    assert_eq!(hub.folder.contents(), before);
}

#[test]
fn the_repositories_of_a_registry_are_a_matrix() {
    let folder = Folder::with(&[
        ("sig-node/9001-x.toml", &common::record(9001, "")),
        (
            "sig-node/9002-x.toml",
            &common::record(9002, "repository = \"containerd/nri\"\n"),
        ),
        ("sig-node/9003-x.toml", &common::record(9003, "")),
    ]);
    assert_eq!(
        folder.run(&["repositories"]).out,
        "containerd/containerd 2\ncontainerd/nri 1\n"
    );
    let matrix = folder.run(&["repositories", "--format", "matrix"]).out;
    assert_eq!(matrix.lines().count(), 1);
    let matrix: Value = serde_json::from_str(&matrix).unwrap();
    assert_eq!(
        matrix["include"][1],
        serde_json::json!({ "repository": "containerd/nri", "owner": "containerd", "name": "nri", "key": "containerd.nri", "records": 1 })
    );
    let json: Value =
        serde_json::from_str(&folder.run(&["repositories", "--format", "json"]).out).unwrap();
    assert_eq!(
        (&json["version"], &json["repositories"]),
        (&1.into(), &matrix["include"])
    );
}

#[test]
fn a_doctor_writes_nothing_and_says_what_is_missing_with_the_remedy() {
    let hub = Hub::one("");
    let before = hub.folder.contents();
    let ran = hub.run(&["doctor", "--today=2026-11-01"]);
    assert_eq!(ran.status, 1, "{}{}", ran.out, ran.log);
    for line in [
        "  ok  records",
        "1 record, 0 errors",
        "it may write issues, labels and milestones",
        "  no  bots",
        "`bots = [\"NAME[bot]\"]`",
        "  no  history",
        "the registry is in no git repository",
        "  ?   workflows",
        "not looked at: the registry is in no working tree of git",
        "  ?   clones",
    ] {
        assert!(ran.out.contains(line), "{line}\n{}", ran.out);
    }
    let writes = hub
        .exchanges()
        .into_iter()
        .filter(|one| one.method != "GET" && one.path != "/graphql");
    assert_eq!(writes.count(), 0);
    assert_eq!(hub.folder.contents(), before);
    let json = hub.run(&["doctor", "--format", "json", "--today=2026-11-01"]);
    let json: Value = serde_json::from_str(&json.out).unwrap();
    let states: Vec<&str> = json["parts"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|part| part["readings"].as_array().unwrap())
        .map(|reading| reading["state"].as_str().unwrap())
        .collect();
    assert!(
        ["good", "missing", "unknown"]
            .iter()
            .all(|state| states.contains(state)),
        "{states:?}"
    );
    // Somebody who may only read.
    hub.world(|world| world.repository_mut(common::REPO).unwrap().viewer_can_push = false);
    let reader = hub.run(&["doctor", "--today=2026-11-01"]);
    let says = "enough for `check` and `plan`, not for `apply`";
    assert!(reader.out.contains(says), "{}", reader.out);
    // Nobody.
    let nobody = hub.folder.run(&["doctor", "--today=2026-11-01"]);
    assert_eq!(nobody.status, 1);
    assert!(nobody.out.contains("no token"), "{}", nobody.out);
}

/// What is built in is this repository's own: a runtime that is added there is in a new registry too.
#[test]
fn what_is_built_in_is_what_the_registry_of_this_repository_has() {
    let config = std::fs::read_to_string("keps/registry.toml").unwrap();
    let config: toml::Table = config.parse().unwrap();
    let listed = std::fs::read_to_string("starter/built_in.rs").unwrap();
    let runtimes = config["runtimes"].as_array().unwrap();
    assert!(!runtimes.is_empty());
    for runtime in runtimes {
        let calendar = runtime["calendar"].as_str().unwrap();
        assert!(
            listed.contains(&format!("include_str!(\"../keps/{calendar}\")")),
            "{calendar}"
        );
    }
}
