//! What makes a release: the tag is checked first, names are the same wherever they are said, archives have the same bytes twice, and the jobs
//! of *release* do what they are there for, up to a draft that is published only when all is in it.

use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::{Value, json};

use crate::common::copy;
use crate::runner::{Event, HOME, Job, Place, root, workflow};

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The targets of the workflow.
fn targets() -> Vec<String> {
    let release = workflow("release");
    let include = &release["jobs"]["build"]["strategy"]["matrix"]["include"];
    let target = |one: &Value| one["target"].as_str().unwrap().to_owned();
    include.as_array().unwrap().iter().map(target).collect()
}

/// This repository as far as a release reads it, with a section in its changelog, at a tag.
struct Tree {
    place: Place,
    commit: String,
}

impl Tree {
    fn new() -> Self {
        let place = Place::with(&[
            "cargo", "gh", "pipx", "readelf", "rustc", "rustup", "sudo", "zip",
        ]);
        let source = place.scratch();
        for folder in ["action", "keps", "release", "schema"] {
            copy(&root().join(folder), &source.join(folder));
        }
        for file in [
            ".pre-commit-hooks.yaml",
            "Cargo.lock",
            "Cargo.toml",
            "LICENSE",
            "README.md",
        ] {
            std::fs::copy(root().join(file), source.join(file)).unwrap();
        }
        std::fs::create_dir(source.join("src")).unwrap();
        std::fs::write(source.join("src/main.rs"), "fn main() {}\n").unwrap();
        let changelog = format!(
            "# Changelog\n\n## Unreleased\n\n- Later.\n\n## {VERSION} - 2026-12-01\n\n### Added\n\n- All of it.\n\n## 0.0.1 - 2026-01-01\n\n- Less.\n"
        );
        std::fs::write(source.join("CHANGELOG.md"), changelog).unwrap();
        let commit = place.publish(HOME, &source);
        Self { place, commit }
    }

    fn event(&self, name: &'static str) -> Event {
        let tag: &'static str = concat!("v", env!("CARGO_PKG_VERSION"));
        Event {
            name,
            sha: self.commit.clone(),
            ref_name: if name == "push" { tag } else { "main" },
            base: None,
            payload: json!({ "repository": { "default_branch": "main" } }),
        }
    }

    /// Runs a script of `release` in a checkout.
    fn script(&self, work: &Path, script: &str, arguments: &[&str]) -> Output {
        let path = work.join("release").join(script);
        let mut command = self.place.command("bash", work, &[]);
        command.arg(path).args(arguments).output().unwrap()
    }
}

fn log(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_tag_that_is_no_version_of_this_tree_is_one_sentence() {
    let tree = Tree::new();
    let work = tree.place.checkout(HOME);
    let tag = format!("v{VERSION}");
    let output = tree.script(&work, "version.sh", &[tag.as_str()]);
    assert!(output.status.success(), "{}", log(&output));
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        format!("{VERSION}\n")
    );
    for (tag, why) in [
        ("latest", "the tag `latest` is no version"),
        ("v1", "the tag `v1` is no version"),
        ("0.1.0", "the tag `0.1.0` is no version"),
        ("v0.1.0-rc.1", "the tag `v0.1.0-rc.1` is no version"),
        ("v01.2.3", "the tag `v01.2.3` is no version"),
        (
            "v1.2.3\n::warning::x",
            "the tag `v1.2.3warningx` is no version",
        ),
        (
            "v99.0.0",
            "the tag `v99.0.0` is not the version of its commit",
        ),
    ] {
        let output = tree.script(&work, "version.sh", &[tag]);
        assert!(!output.status.success(), "{tag}");
        let log = log(&output);
        assert!(
            log.contains(why) && log.ends_with("nothing is released\n"),
            "{log}"
        );
        assert_eq!(log.lines().count(), 1, "{log}");
    }
    // The version and its tag fit, and something beside them does not.
    for (file, why) in [
        ("CHANGELOG.md", "CHANGELOG.md has no section"),
        (
            ".pre-commit-hooks.yaml",
            ".pre-commit-hooks.yaml does not ask for",
        ),
    ] {
        let work = tree.place.checkout(HOME);
        let text = std::fs::read_to_string(work.join(file)).unwrap();
        std::fs::write(work.join(file), text.replace(VERSION, "9.9.9")).unwrap();
        let output = tree.script(&work, "version.sh", &[tag.as_str()]);
        assert!(
            !output.status.success() && log(&output).contains(why),
            "{}",
            log(&output)
        );
    }
}

#[test]
fn notes_are_the_section_of_the_version() {
    let tree = Tree::new();
    let work = tree.place.checkout(HOME);
    let notes = |version: &str| tree.script(&work, "notes.sh", &[version]);
    assert_eq!(
        String::from_utf8_lossy(&notes(VERSION).stdout),
        "### Added\n\n- All of it.\n"
    );
    assert_eq!(
        String::from_utf8_lossy(&notes("Unreleased").stdout),
        "- Later.\n"
    );
    assert!(!notes("9.9.9").status.success());
}

/// What `archive.sh` makes, `install.sh` asks for (`installing.rs`), cargo-binstall looks for, and the workflow names is the same.
#[test]
fn archives_have_the_names_that_cargo_binstall_looks_for() {
    let manifest = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let manifest: toml::Table = manifest.parse().unwrap();
    let package = &manifest["package"];
    let binstall = &package["metadata"]["binstall"];
    let text = |value: &toml::Value| value.as_str().unwrap().to_owned();
    let (address, program) = (text(&binstall["pkg-url"]), text(&binstall["bin-dir"]));
    let repository = text(&package["repository"]);
    let tree = Tree::new();
    let work = tree.place.checkout(HOME);
    for folder in ["completions", "man"] {
        std::fs::create_dir(work.join(folder)).unwrap();
        std::fs::write(work.join(folder).join("kepherd"), "words\n").unwrap();
    }
    std::fs::write(work.join("program"), "#!/bin/sh\n").unwrap();
    for target in targets() {
        let is_windows = target.contains("windows");
        let (suffix, ending) = if is_windows {
            (".zip", ".exe")
        } else {
            (".tar.gz", "")
        };
        let filled = |form: &str| {
            [
                ("{ repo }", repository.as_str()),
                ("{ version }", VERSION),
                ("{ target }", target.as_str()),
                ("{ archive-suffix }", suffix),
                ("{ binary-ext }", ending),
                ("{ bin }", "kepherd"),
            ]
            .iter()
            .fold(form.to_owned(), |text, (name, value)| {
                text.replace(name, value)
            })
        };
        let made = |out: &str| -> PathBuf {
            let arguments = [
                VERSION,
                target.as_str(),
                "program",
                "completions",
                "man",
                out,
            ];
            let output = tree.script(&work, "archive.sh", &arguments);
            assert!(output.status.success(), "{}", log(&output));
            String::from_utf8(output.stdout).unwrap().trim().into()
        };
        let (first, second) = (made("one"), made("two"));
        let name = first.file_name().unwrap().to_str().unwrap();
        let looked_for = filled(&address);
        assert_eq!(
            looked_for,
            format!("{repository}/releases/download/v{VERSION}/{name}")
        );
        let bytes = std::fs::read(&first).unwrap();
        assert!(
            bytes == std::fs::read(second).unwrap(),
            "{name}: not the same bytes twice"
        );
        if !is_windows {
            let output = tree
                .place
                .command("tar", &work, &[])
                .arg("-tzf")
                .arg(&first)
                .output()
                .unwrap();
            let names = String::from_utf8(output.stdout).unwrap();
            let inside = format!("kepherd-v{VERSION}-{target}");
            for file in [
                "LICENSE",
                "README.md",
                "CHANGELOG.md",
                "completions/kepherd",
                "man/kepherd",
            ] {
                assert!(
                    names.lines().any(|name| name == format!("{inside}/{file}")),
                    "{names}"
                );
            }
            assert!(
                names.lines().any(|name| name == filled(&program)),
                "{names}"
            );
        }
    }
}

#[test]
fn what_names_a_version_or_the_home_says_the_same() {
    let hooks = std::fs::read_to_string(root().join(".pre-commit-hooks.yaml")).unwrap();
    assert!(
        hooks.contains(&format!("--spec kepherd=={VERSION} ")),
        "{hooks}"
    );
    let manifest = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let manifest: toml::Table = manifest.parse().unwrap();
    let home = manifest["package"]["repository"]
        .as_str()
        .unwrap()
        .to_owned();
    for file in ["pyproject.toml", "Dockerfile"] {
        let text = std::fs::read_to_string(root().join(file)).unwrap();
        assert!(text.contains(&format!("\"{home}\"")), "{file}");
    }
    let wheel = std::fs::read_to_string(root().join("pyproject.toml")).unwrap();
    let wheel: toml::Table = wheel.parse().unwrap();
    let package = &manifest["package"];
    for key in ["name", "description", "license", "keywords"] {
        assert_eq!(wheel["project"][key], package[key], "{key}");
    }
    let targets = targets().join(" ");
    assert_eq!(
        workflow("release")["jobs"]["assets"]["env"]["TARGETS"],
        targets
    );
}

/// The jobs of the workflow, from the tag to the files.
fn made<'a>(tree: &'a Tree, event: &'a Event) -> Job<'a> {
    tree.place.begin();
    let release = workflow("release");
    let job = |name: &str| {
        let work = tree.place.checkout(HOME);
        Job::of(&tree.place, &release, name, event, &work)
    };
    let version = job("version").run();
    assert!(version.is_well, "{}", version.log);
    assert_eq!(version.results()["version"], VERSION);
    for target in targets() {
        let build = job("build")
            .with("matrix.target", target.as_str())
            .with("matrix.runner", "here")
            .after("version", &version)
            .run();
        assert!(build.is_well, "{target}: {}", build.log);
    }
    let assets = job("assets").after("version", &version).run();
    assert!(assets.is_well, "{}", assets.log);
    assets
}

#[test]
fn a_tag_becomes_a_draft_with_all_files_and_then_a_release() {
    let tree = Tree::new();
    let event = tree.event("push");
    let assets = made(&tree, &event);
    assert!(assets.summary.contains(".tar.gz"), "{}", assets.summary);
    let files = tree.place.names("artifacts/dist");
    for target in targets() {
        for ending in [
            ".cdx.json",
            if target.contains("windows") {
                ".zip"
            } else {
                ".tar.gz"
            },
        ] {
            let file = format!("kepherd-v{VERSION}-{target}{ending}");
            assert!(files.contains(&file), "{file}: {files:?}");
        }
    }
    assert!(files.contains(&"SHA256SUMS".to_owned()), "{files:?}");
    assert_eq!(
        files.iter().filter(|file| file.ends_with(".whl")).count(),
        5
    );
    let sums = tree.place.read("artifacts/dist/SHA256SUMS");
    assert_eq!(sums.lines().count(), files.len() - 1, "{sums}");

    let release = workflow("release");
    let job = |name: &str| {
        let work = tree.place.checkout(HOME);
        Job::of(&tree.place, &release, name, &event, &work)
            .with("needs.version.outputs.version", VERSION)
    };
    for name in ["attest", "publish", "sums"] {
        assert!(job(name).is_due(), "{name}");
    }
    // What GitHub lost is not published, and the next run begins anew.
    tree.place.write("gh/lossy", "");
    let lossy = job("publish").run();
    assert!(!lossy.is_well);
    assert!(
        lossy.log.contains("does not hold what was built"),
        "{}",
        lossy.log
    );
    let there = format!("gh/releases/v{VERSION}");
    assert!(tree.place.path(&there).join(".draft").exists());
    tree.place.remove("gh/lossy");
    let published = job("publish").run();
    assert!(published.is_well, "{}", published.log);
    assert_eq!(tree.place.names(&there), files);
    // What is published is not changed.
    let again = job("publish").run();
    assert!(
        !again.is_well && again.log.contains("is published"),
        "{}",
        again.log
    );

    for name in ["pypi", "crates"] {
        assert!(!job(name).is_due(), "{name}: off until somebody wants it");
        let job = job(name).with("vars.KEPHERD_PUBLISH", "on");
        assert!(job.is_due() && job.run().is_well, "{name}");
    }

    // The sums come back as a pull request, which the action then knows.
    let sums = job("sums").run();
    assert!(sums.is_well, "{}", sums.log);
    assert_eq!(tree.place.names("gh/pulls"), ["1"]);
    let repository = tree.place.path("repos").join(HOME);
    let text = tree
        .place
        .git(&repository, &["show", "kepherd/sums:action/SHA256SUMS"]);
    let of = format!("# kepherd v{VERSION} {} ", tree.commit);
    assert!(text.lines().any(|line| line.starts_with(&of)), "{text}");
    assert_eq!(
        text.lines().filter(|line| !line.starts_with('#')).count(),
        5
    );
}

#[test]
fn by_hand_all_is_made_and_nothing_is_published() {
    let tree = Tree::new();
    let event = tree.event("workflow_dispatch");
    made(&tree, &event);
    let release = workflow("release");
    let jobs = release["jobs"].as_object().unwrap();
    for name in jobs.keys() {
        let nowhere = tree.place.scratch();
        let job = Job::of(&tree.place, &release, name, &event, &nowhere)
            .with("vars.KEPHERD_PUBLISH", "on");
        let is_made = matches!(name.as_str(), "version" | "build" | "assets");
        assert_eq!(job.is_due(), is_made, "{name}");
    }
    assert!(tree.place.names("gh/releases").is_empty());
}
