//! `action/install.sh`, with a release that `release/archive.sh` made: what is verified runs, what is refused does not, and what is not there is
//! built.

use std::path::PathBuf;

use crate::common::copy;
use crate::runner::{Place, root};

const REPOSITORY: &str = "acme/kepherd";
const VERSION: &str = env!("CARGO_PKG_VERSION");
const LINUX: &str = "x86_64-unknown-linux-musl";

/// A release of a fork of kepherd, and the action at its commit.
struct Release {
    place: Place,
    commit: String,
}

/// What a run of the script gave.
struct Installed {
    is_well: bool,
    log: String,
    /// What kepherd on the path says that it is.
    program: Option<String>,
    calls: Vec<String>,
}

impl Installed {
    #[track_caller]
    fn is_released(&self, how: &str) {
        assert!(self.is_well, "{}", self.log);
        let said = format!("kepherd {VERSION}: release v{VERSION} of {REPOSITORY}, {how}\n");
        assert!(self.log.contains(&said), "{}", self.log);
        assert_eq!(self.program.as_deref(), Some("released"));
        assert!(!self.has_built());
    }

    #[track_caller]
    fn is_built(&self, why: &str) {
        assert!(self.is_well, "{}", self.log);
        let said = format!("kepherd {VERSION}: built from the action's own commit, because {why}");
        assert!(self.log.contains(&said), "{}", self.log);
        assert!(self.has_built());
    }

    /// Fails with one sentence, and nothing is on the path.
    #[track_caller]
    fn is_refused(&self, why: &str) {
        assert!(!self.is_well, "{}", self.log);
        let errors: Vec<&str> = self
            .log
            .lines()
            .filter(|line| line.starts_with("::error title=kepherd::"))
            .collect();
        assert_eq!(errors.len(), 1, "{}", self.log);
        assert!(errors[0].contains(why), "{}", self.log);
        assert_eq!(self.program, None);
        assert!(!self.has_built());
    }

    fn has_built(&self) -> bool {
        self.calls
            .iter()
            .any(|call| call.starts_with("cargo build"))
    }
}

fn asset(target: &str) -> String {
    let ending = if target.contains("windows") {
        "zip"
    } else {
        "tar.gz"
    };
    format!("kepherd-v{VERSION}-{target}.{ending}")
}

impl Release {
    fn new() -> Self {
        let place = Place::with(&["cargo", "curl", "gh", "unzip", "zip"]);
        let tree = place.path("tree");
        copy(&root().join("action"), &tree.join("action"));
        for file in ["Cargo.toml", "Cargo.lock"] {
            std::fs::copy(root().join(file), tree.join(file)).unwrap();
        }
        place.write("tree/src/main.rs", "fn main() {}\n");
        let commit = place.publish(REPOSITORY, &tree);
        let release = Self { place, commit };
        let there = release.there();
        let git = |arguments: &[&str]| release.place.git(&there, arguments);
        let tag = format!("v{VERSION}");
        git(&[
            "tag",
            "--annotate",
            "--message",
            "a release",
            tag.as_str(),
            "main",
        ]);
        // The runner has files, and no history.
        std::fs::remove_dir_all(tree.join(".git")).unwrap();
        let says = format!(
            "#!/bin/sh\nif [ \"$1\" = --version ]; then echo 'kepherd {VERSION}'; else echo released; fi\n"
        );
        release.place.write("program", says);
        for folder in ["completions", "man"] {
            release.place.write(&format!("{folder}/kepherd"), "words\n");
        }
        for target in [LINUX, "aarch64-apple-darwin", "x86_64-pc-windows-msvc"] {
            release.archive(target);
            release.attest(target, &asset(target));
        }
        release
    }

    fn there(&self) -> PathBuf {
        self.place.path("repos").join(REPOSITORY)
    }

    /// Where GitHub has an archive.
    fn path(target: &str) -> String {
        format!(
            "gh/web/{REPOSITORY}/releases/download/v{VERSION}/{}",
            asset(target)
        )
    }

    /// Makes an archive as the release workflow does.
    fn archive(&self, target: &str) {
        let script = root().join("release/archive.sh");
        let out = self.place.path(&Self::path(target));
        let output = self
            .place
            .command("bash", self.place.path("").as_path(), &[])
            .arg(script)
            .args([VERSION, target, "program", "completions", "man"])
            .arg(out.parent().unwrap())
            .env("SOURCE_DATE_EPOCH", "1796083200")
            .output()
            .unwrap();
        let log = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{log}");
        assert!(out.exists(), "the archive has another name");
    }

    fn sum(&self, target: &str) -> String {
        let output = self
            .place
            .command("sha256sum", self.place.path("").as_path(), &[])
            .arg(self.place.path(&Self::path(target)))
            .output()
            .unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        said[..64].to_owned()
    }

    /// Signs an archive under a name, as built from the tag at its commit.
    fn attest(&self, target: &str, name: &str) {
        let said = format!("{REPOSITORY} v{VERSION} {} {name}\n", self.commit);
        let sum = self.sum(target);
        self.place.write(&format!("gh/attested/{sum}"), said);
    }

    /// Puts the sums into the action, as a later commit has them.
    fn know_the_sums(&self) {
        let output = self
            .place
            .command("bash", self.place.path("").as_path(), &[])
            .arg(self.place.path("tree/action/sources.sh"))
            .output()
            .unwrap();
        let sources = String::from_utf8(output.stdout).unwrap();
        let (commit, sum, name) = (&self.commit, self.sum(LINUX), asset(LINUX));
        let text = format!("# words\n# kepherd v{VERSION} {commit} {sources}{sum}  {name}\n");
        self.place.write("tree/action/SHA256SUMS", text);
    }

    /// Runs the script for the action at this release's commit.
    fn install(&self) -> Installed {
        self.install_with(&[])
    }

    /// With another environment.
    fn install_with(&self, env: &[(&str, &str)]) -> Installed {
        let files = self.place.scratch();
        let folder = files.display().to_string();
        self.place.write("gh/calls", "");
        for file in ["output", "path"] {
            std::fs::write(files.join(file), "").unwrap();
        }
        let output = self
            .place
            .command("bash", &files, &[])
            .arg(self.place.path("tree/action/install.sh"))
            .env("ACTION_REF", &self.commit)
            .env("ACTION_REPOSITORY", REPOSITORY)
            .env("GH_TOKEN", "of-the-job")
            .env("GITHUB_OUTPUT", files.join("output"))
            .env("GITHUB_PATH", files.join("path"))
            .env("RUNNER_ARCH", "X64")
            .env("RUNNER_OS", "Linux")
            .env("RUNNER_TEMP", folder)
            .envs(env.iter().copied())
            .output()
            .unwrap();
        let mut log = String::from_utf8_lossy(&output.stdout).into_owned();
        log += &String::from_utf8_lossy(&output.stderr);
        let path = std::fs::read_to_string(files.join("path")).unwrap();
        let program = path.lines().next().map(|folder| {
            let name = PathBuf::from(folder).join("kepherd");
            let name = if name.exists() {
                name
            } else {
                name.with_extension("exe")
            };
            let mut shell = self.place.command("sh", &files, &[]);
            let output = shell.arg(name).arg("what").output().unwrap();
            String::from_utf8_lossy(&output.stdout).trim().to_owned()
        });
        if output.status.success() {
            let said = std::fs::read_to_string(files.join("output")).unwrap();
            assert!(said.starts_with("version="), "{said}");
        }
        Installed {
            is_well: output.status.success(),
            log,
            program,
            calls: self.place.calls(),
        }
    }
}

const BY_ATTESTATION: &str = "verified by its attestation";
const BY_SUMS: &str = "verified by the sums that come with the action";
const LATER: (&str, &str) = ("ACTION_REF", "1111111111111111111111111111111111111111");

#[test]
fn the_release_of_the_actions_own_commit_is_taken_by_hash_tag_or_branch() {
    let release = Release::new();
    release.install().is_released(BY_ATTESTATION);
    let tag = format!("v{VERSION}");
    for name in [tag.as_str(), "main"] {
        let installed = release.install_with(&[("ACTION_REF", name)]);
        installed.is_released(BY_ATTESTATION);
    }
    // What it asked for is this tag, this commit and this workflow.
    let calls = release.install().calls.join("\n");
    for part in [
        format!("--signer-workflow {REPOSITORY}/.github/workflows/release.yml"),
        format!(
            "--source-ref refs/tags/v{VERSION} --source-digest {}",
            release.commit
        ),
        "--deny-self-hosted-runners".to_owned(),
    ] {
        assert!(calls.contains(&part), "{calls}");
    }
}

/// The runner does not say where an action comes from in each case; its folder does.
#[test]
fn where_the_action_comes_from_is_read_from_its_folder_too() {
    let release = Release::new();
    let folder = format!("x/_actions/{REPOSITORY}/{}", release.commit);
    copy(&release.place.path("tree"), &release.place.path(&folder));
    let script = release.place.path(&folder).join("action/install.sh");
    std::fs::rename(release.place.path("tree"), release.place.path("gone")).unwrap();
    std::fs::create_dir_all(release.place.path("tree/action")).unwrap();
    let start = format!("exec bash '{}'\n", script.display());
    release.place.write("tree/action/install.sh", start);
    let nowhere = [("ACTION_REF", ""), ("ACTION_REPOSITORY", "")];
    release.install_with(&nowhere).is_released(BY_ATTESTATION);
}

#[test]
fn a_later_commit_with_the_same_version_is_built() {
    let release = Release::new();
    let installed = release.install_with(&[LATER]);
    installed.is_built(&format!("this is another commit than v{VERSION}"));
    assert!(!installed.calls.iter().any(|call| call.starts_with("curl")));
    let installed = release.install_with(&[LATER, ("SOURCE", "release")]);
    installed.is_refused("`source` is `release`, and this is another commit");
}

#[test]
fn changed_bytes_are_refused_and_nothing_is_built_in_their_place() {
    let release = Release::new();
    let mut bytes = std::fs::read(release.place.path(&Release::path(LINUX))).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    release.place.write(&Release::path(LINUX), bytes);
    release
        .install()
        .is_refused("has no attestation that it was built from");
    release.know_the_sums();
    release.place.write(&Release::path(LINUX), "other bytes");
    release
        .install_with(&[LATER])
        .is_refused("is not what action/SHA256SUMS says it is");
}

/// Signed, but as another asset of the same release.
#[test]
fn a_swapped_asset_is_refused() {
    let release = Release::new();
    let other = std::fs::read(release.place.path(&Release::path("aarch64-apple-darwin"))).unwrap();
    release.place.write(&Release::path(LINUX), other);
    release
        .install()
        .is_refused("was attested under another name");
}

/// Signed, but for another commit, or by another repository.
#[test]
fn an_attestation_of_something_else_is_none() {
    for (repository, commit) in [
        (REPOSITORY, "2222222222222222222222222222222222222222"),
        ("mallory/kepherd", ""),
    ] {
        let release = Release::new();
        let commit = if commit.is_empty() {
            &release.commit
        } else {
            commit
        };
        let said = format!("{repository} v{VERSION} {commit} {}\n", asset(LINUX));
        let sum = release.sum(LINUX);
        release.place.write(&format!("gh/attested/{sum}"), said);
        release
            .install()
            .is_refused("has no attestation that it was built from");
    }
}

#[test]
fn the_sums_that_come_with_the_action_need_no_github_cli_and_no_history() {
    let release = Release::new();
    release.know_the_sums();
    release.place.remove("bin/gh");
    release.install_with(&[LATER]).is_released(BY_SUMS);
    // On Windows a checkout has other ends of lines.
    let sums = release.place.read("tree/action/SHA256SUMS");
    let main = release.place.read("tree/src/main.rs");
    for (file, text) in [("action/SHA256SUMS", &sums), ("src/main.rs", &main)] {
        release
            .place
            .write(&format!("tree/{file}"), text.replace('\n', "\r\n"));
    }
    release.install_with(&[LATER]).is_released(BY_SUMS);
    // The code has changed since, and the version has not.
    release
        .place
        .write("tree/src/main.rs", "fn main() { later() }\n");
    release
        .install_with(&[LATER])
        .is_built(&format!("this is another commit than v{VERSION}"));
}

#[test]
fn where_the_sums_lack_an_archive_its_attestation_counts() {
    let release = Release::new();
    release.know_the_sums();
    let sums = release.place.read("tree/action/SHA256SUMS");
    let others: String = sums
        .lines()
        .filter(|line| line.starts_with('#'))
        .map(|line| format!("{line}\n"))
        .collect();
    release.place.write("tree/action/SHA256SUMS", others);
    release.install_with(&[LATER]).is_released(BY_ATTESTATION);
}

/// That nothing could verify it is no "no": it is built instead. Without cargo somebody has to do something, and is told what.
#[test]
fn what_nothing_can_verify_is_built() {
    let release = Release::new();
    let why = "nothing here can verify";
    release.install_with(&[("GH_TOKEN", "")]).is_built(why);
    release.place.write("gh/no-attestations", "");
    release.install().is_built(why);
    release.place.remove("gh/no-attestations");
    release.place.remove("bin/gh");
    release.install().is_built(why);
    release.place.remove("bin/cargo");
    let installed = release.install();
    installed.is_refused(why);
    installed.is_refused("install Rust before this step");
}

#[test]
fn without_a_network_it_is_built_or_says_what_to_do() {
    let release = Release::new();
    std::fs::rename(release.place.path("repos"), release.place.path("away")).unwrap();
    let why = format!("https://github.com/{REPOSITORY} did not answer what its tag v{VERSION} is");
    release.install().is_built(&why);
    release.place.remove("bin/cargo");
    release.install().is_refused(&why);
    // The tag is known from the sums, and the archive cannot be had.
    release.know_the_sums();
    release.place.remove(&Release::path(LINUX));
    let installed = release.install();
    installed.is_refused("could not be downloaded, and there is no cargo here");
}

#[test]
fn a_version_that_is_no_release_and_a_machine_without_archives_are_built_for() {
    let release = Release::new();
    let why = "there is no archive for Linux on ARM";
    release
        .install_with(&[("RUNNER_ARCH", "ARM")])
        .is_built(why);
    let manifest = release.place.read("tree/Cargo.toml");
    for version in ["0.2.0-dev", "0.2", "latest", "1.2.3.4"] {
        let line = format!("\nversion = \"{version}\"\n");
        let other = manifest.replacen(&format!("\nversion = \"{VERSION}\"\n"), &line, 1);
        release.place.write("tree/Cargo.toml", other);
        let installed = release.install();
        assert!(
            installed.is_well && installed.has_built(),
            "{}",
            installed.log
        );
        let why = format!("{version} is no version of a release");
        assert!(installed.log.contains(&why), "{}", installed.log);
    }
}

#[test]
fn a_source_that_is_none_is_one_sentence() {
    let release = Release::new();
    let installed = release.install_with(&[("SOURCE", "latest")]);
    installed.is_refused("source is `latest`: it is `auto`, `release` or `build`");
    release
        .install_with(&[("SOURCE", "build")])
        .is_built("`source` is `build`");
}

#[test]
fn other_systems_take_archives_of_their_own() {
    let release = Release::new();
    for (system, machine, target) in [
        ("macOS", "ARM64", "aarch64-apple-darwin"),
        ("Windows", "X64", "x86_64-pc-windows-msvc"),
    ] {
        let here = [("RUNNER_OS", system), ("RUNNER_ARCH", machine)];
        let installed = release.install_with(&here);
        installed.is_released(BY_ATTESTATION);
        let asked = format!(
            "curl https://github.com/{REPOSITORY}/releases/download/v{VERSION}/{}",
            asset(target)
        );
        assert!(installed.calls.contains(&asked), "{:?}", installed.calls);
    }
}

/// A job that uses the action for `check` and for `plan` installs once.
#[test]
fn the_second_use_in_a_job_installs_nothing() {
    let release = Release::new();
    let shared = release.place.scratch();
    let temp = shared.display().to_string();
    let here = [("RUNNER_TEMP", temp.as_str())];
    release.install_with(&here).is_released(BY_ATTESTATION);
    let again = release.install_with(&here);
    assert!(again.is_well, "{}", again.log);
    assert!(again.calls.is_empty(), "{:?}", again.calls);
}
