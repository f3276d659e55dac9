//! The documentation does what it says: every command in it runs, every link leads somewhere, every test that SECURITY.md names is there, and
//! every registry or record that is shown whole passes `check`.
//!
//! A block marked `sh` runs in bash, all blocks of a page in their order, in one new git repository; one that begins with
//! `# in: a clone of the registry` runs in a clone of this repository's registry, and `# needs: github` gives it a GitHub on this machine. What is
//! cloned from github.com is made here, and programs that would go elsewhere are stand-ins that only say how they were called.
#![cfg(unix)]
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::io::BufRead as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use common::copy;

/// The day that all of it goes by.
const TODAY: &str = "2026-11-27";

/// Programs that would go elsewhere.
const STAND_INS: [&str; 6] = ["cargo", "pipx", "docker", "gh", "npm", "code"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The pages of the documentation and those that lead to it, by their paths.
fn pages() -> Vec<PathBuf> {
    fn walk(folder: &Path, all: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, all);
            } else if path.extension().is_some_and(|ending| ending == "md") {
                all.push(path);
            }
        }
    }
    let mut all = vec![root().join("README.md"), root().join("SECURITY.md")];
    walk(&root().join("docs"), &mut all);
    all.sort();
    all
}

fn shown(page: &Path) -> String {
    page.strip_prefix(root()).unwrap().display().to_string()
}

/// The fenced blocks of a page, each with its language.
fn blocks(text: &str) -> Vec<(String, String)> {
    let mut blocks = Vec::new();
    let mut open: Option<(String, String)> = None;
    for line in text.lines() {
        match (line.strip_prefix("```"), open.as_mut()) {
            (Some(language), None) => open = Some((language.to_owned(), String::new())),
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (None, Some((_, block))) => block.push_str(&format!("{line}\n")),
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a block has no end");
    blocks
}

/// A commit: its day, the files that it writes, and the tags that it gets.
type Commit<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a [&'a str]);

/// What the commands of the documentation find around them.
struct Around {
    folder: tempfile::TempDir,
}

impl Around {
    fn new() -> Self {
        let around = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        around.programs();
        around.write(
            "home/.gitconfig",
            &format!(
                "[user]\n name = A\n email = a@example.com\n[init]\n defaultBranch = main\n[url \"file://{}/\"]\n insteadOf = https://github.com/\n\
                 [uploadpack]\n allowFilter = true\n",
                around.at("hub").display()
            ),
        );
        around.upstream();
        around.runtimes();
        around.registry();
        around
    }

    fn at(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.at(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn program(&self, name: &str, text: &str) {
        use std::os::unix::fs::PermissionsExt as _;
        let path = format!("bin/{name}");
        self.write(&path, text);
        let everybody = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(self.at(&path), everybody).unwrap();
    }

    fn programs(&self) {
        let kepherd = env!("CARGO_BIN_EXE_kepherd");
        self.program(
            "kepherd",
            &format!(
                "#!/bin/sh\ncase \" $* \" in *--today*) exec {kepherd} \"$@\" ;; esac\nexec {kepherd} --today={TODAY} \"$@\"\n"
            ),
        );
        for name in STAND_INS {
            self.program(name, "#!/bin/sh\nexit 0\n");
        }
        // What is downloaded is there afterwards; nobody is signed in.
        self.program(
            "gh",
            "#!/bin/sh\ncase \"$1 $2\" in\n'release download')\n  name=kepherd-v0.1.0-x86_64-unknown-linux-musl\n  mkdir $name\n  tar -czf $name.tar.gz $name\n  \
             sha256sum $name.tar.gz > SHA256SUMS\n  ;;\n'auth token') exit 1 ;;\nesac\n",
        );
    }

    /// A repository below the hub, with commits of files and tags.
    fn repository(&self, name: &str, commits: &[Commit<'_>]) {
        let folder = format!("hub/{name}");
        for (day, files, tags) in commits {
            for (path, text) in *files {
                self.write(&format!("{folder}/{path}"), text);
            }
            self.git(&folder, day, &["init", "--quiet", "."]);
            self.git(&folder, day, &["add", "--all"]);
            self.git(
                &folder,
                day,
                &[
                    "commit",
                    "--quiet",
                    "--allow-empty",
                    "--message",
                    "More (#1)",
                ],
            );
            for tag in *tags {
                self.git(&folder, day, &["tag", tag]);
            }
        }
        // `git clone --bare https://github.com/a/b` leaves `b.git`, with either address.
        std::os::unix::fs::symlink(self.at(&folder), self.at(&format!("{folder}.git"))).unwrap();
    }

    fn git(&self, folder: &str, day: &str, arguments: &[&str]) {
        let day = format!("{day}T12:00:00Z");
        let done = self
            .command("git", &self.at(folder))
            .env("GIT_AUTHOR_DATE", &day)
            .env("GIT_COMMITTER_DATE", &day)
            .args(arguments)
            .output()
            .unwrap();
        assert!(
            done.status.success(),
            "{arguments:?}: {}",
            String::from_utf8_lossy(&done.stderr)
        );
    }

    fn upstream(&self) {
        let yaml = |number: u32,
                    title: &str,
                    status: &str,
                    stage: &str,
                    latest: &str,
                    more: &str| {
            format!(
                "title: {title}\nkep-number: {number}\nauthors: [\"@someone\"]\nowning-sig: sig-node\nstatus: {status}\nstage: {stage}\n\
                 latest-milestone: \"{latest}\"\nmilestone:\n{more}feature-gates:\n  - name: Gate{number}\n    components: [kubelet]\n"
            )
        };
        let stop = |stage: &str, latest: &str, more: &str| {
            yaml(
                4960,
                "Container Stop Signals",
                "implementable",
                stage,
                latest,
                more,
            )
        };
        let namespaces = yaml(
            127,
            "User Namespaces",
            "implemented",
            "stable",
            "v1.36",
            "  alpha: \"v1.25\"\n  beta: \"v1.30\"\n  stable: \"v1.36\"\n",
        );
        let (stop_path, namespaces_path) = (
            "keps/sig-node/4960-container-stop-signals/kep.yaml",
            "keps/sig-node/127-user-namespaces/kep.yaml",
        );
        self.repository(
            "kubernetes/enhancements",
            &[
                (
                    "2025-02-01",
                    &[
                        (stop_path, &stop("alpha", "v1.33", "  alpha: \"v1.33\"\n")),
                        (namespaces_path, &namespaces),
                        (
                            "keps/sig-node/4960-container-stop-signals/README.md",
                            "# KEP-4960\n\n## Graduation Criteria\n\n- released in containerd and CRI-O\n",
                        ),
                    ],
                    &[],
                ),
                (
                    "2026-07-24",
                    &[(
                        stop_path,
                        &stop("beta", "v1.37", "  alpha: \"v1.33\"\n  beta: \"v1.37\"\n"),
                    )],
                    &[],
                ),
            ],
        );
        self.repository(
            "kubernetes/sig-release",
            &[(
                "2026-11-20",
                &[(
                    "releases/release-1.38/README.md",
                    "# Kubernetes 1.38\n\nNothing is planned yet.\n",
                )],
                &[],
            )],
        );
        self.repository(
            "kubernetes/kubernetes",
            &[("2026-08-26", &[("README.md", "")], &["v1.37.0"])],
        );
    }

    fn runtimes(&self) {
        let page = "# Releases\n\n| Release | Status | Start | End of Life |\n|---|---|---|---|\n| [2.4](x) | Active | September 16, 2026 | May 2027 |\n";
        self.repository(
            "containerd/containerd",
            &[("2026-09-16", &[("RELEASES.md", page)], &["v2.4.0"])],
        );
        self.repository(
            "containerd/.project",
            &[(
                "2026-09-16",
                &[(
                    "MAINTAINERS",
                    "# COMMITTERS\n# GitHub ID, Name, Email address\n\"mikebrow\",\"Mike Brown\",\"a@example.com\"\n\n# REVIEWERS\n\
                     # GitHub ID, Name, Email address\n\"samuelkarp\",\"Samuel Karp\",\"b@example.com\"\n",
                )],
                &[],
            )],
        );
        self.repository(
            "cri-o/cri-o",
            &[("2026-09-02", &[("README.md", "")], &["v1.36.3", "v1.37.0"])],
        );
        self.repository(
            "opencontainers/runc",
            &[("2026-04-01", &[("README.md", "")], &["v1.5.0"])],
        );
    }

    /// This repository, as far as the documentation uses it.
    fn registry(&self) {
        for folder in ["keps", "schema", "docs", ".github"] {
            copy(
                &root().join(folder),
                &self.at(&format!("hub/containerd/kepherd/{folder}")),
            );
        }
        // Whoever works on the extension has its modules there as well.
        self.write("hub/containerd/kepherd/editors/vscode/package.json", "{}\n");
        self.repository("containerd/kepherd", &[("2026-11-26", &[], &[])]);
    }

    /// A program with nothing of the caller's environment but where programs are.
    fn command(&self, program: &str, folder: &Path) -> Command {
        let mut command = Command::new(program);
        let path = std::env::var("PATH").unwrap();
        command
            .current_dir(folder)
            .env_clear()
            .env("PATH", format!("{}:{path}", self.at("bin").display()))
            .env("HOME", self.at("home"))
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("LC_ALL", "C.UTF-8")
            .stdin(Stdio::null());
        command
    }

    /// Runs the blocks of a page; gives how many there are.
    fn run(&self, page: &Path) -> usize {
        let text = std::fs::read_to_string(page).unwrap();
        let name = shown(page);
        let place = format!("pages/{}", name.replace('/', "-"));
        let fresh = self.at(&format!("{place}/fresh"));
        let mut hub: Option<(Serving, String)> = None;
        let mut ran = 0;
        for (language, block) in blocks(&text) {
            if language != "sh" {
                continue;
            }
            std::fs::create_dir_all(&fresh).unwrap();
            if !fresh.join(".git").exists() {
                self.git(
                    &format!("{place}/fresh"),
                    "2026-11-26",
                    &["init", "--quiet", "."],
                );
            }
            let head: Vec<&str> = block.lines().take(2).collect();
            let folder = match head.contains(&"# in: a clone of the registry") {
                false => fresh.clone(),
                true => {
                    let clone = self.at(&format!("{place}/clone"));
                    if !clone.exists() {
                        let to = clone.to_str().unwrap();
                        let from = "https://github.com/containerd/kepherd";
                        self.git("home", "2026-11-26", &["clone", "--quiet", from, to]);
                    }
                    clone
                }
            };
            let mut bash = self.command("bash", &folder);
            if head.contains(&"# needs: github") {
                let (_, url) = hub.get_or_insert_with(|| Serving::start(self, &folder));
                bash.env("GITHUB_API_URL", &*url).env("GITHUB_TOKEN", "any");
            }
            let done = bash.arg("-c").arg(script(&block)).output().unwrap();
            assert!(
                done.status.success(),
                "{name}:\n{block}\n{}{}",
                String::from_utf8_lossy(&done.stdout),
                String::from_utf8_lossy(&done.stderr)
            );
            ran += 1;
        }
        ran
    }
}

/// A GitHub on this machine, which goes away with it.
struct Serving(Child);

impl Serving {
    fn start(around: &Around, folder: &Path) -> (Self, String) {
        let mut child = around
            .command("kepherd", folder)
            .arg("sandbox")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut url = String::new();
        let out = child.stdout.take().unwrap();
        std::io::BufReader::new(out).read_line(&mut url).unwrap();
        (Self(child), url.trim().to_owned())
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A block as bash runs it: it ends with the first command that fails, and one that says `# ends with 1` has to.
fn script(block: &str) -> String {
    let mut script = String::from("set -e\n");
    for line in block.lines() {
        match line.rsplit_once("# ends with ") {
            None => script.push_str(line),
            Some((command, statuses)) => {
                let statuses: String = statuses
                    .split(" or ")
                    .map(|status| format!(" {} ", status.trim()))
                    .collect();
                script.push_str(&format!(
                    "status=0; {command} || status=$?; case '{statuses}' in *\" $status \"*) ;; *) echo \"it ended with $status\" >&2; exit 99 ;; esac"
                ));
            }
        }
        script.push('\n');
    }
    script
}

/// Runs the pages whose paths begin so; gives how many blocks ran.
fn run(part: &str) -> usize {
    let around = Around::new();
    let pages = pages();
    let pages = pages.iter().filter(|page| shown(page).starts_with(part));
    pages.map(|page| around.run(page)).sum()
}

#[test]
fn what_maintainers_read_runs() {
    assert!(run("docs/maintainers/") >= 5);
}

#[test]
fn what_adopters_read_runs() {
    assert!(run("docs/adopters/") >= 10);
}

#[test]
fn what_operators_read_runs() {
    assert!(run("docs/operators/") >= 5);
}

#[test]
fn what_everybody_reads_runs() {
    assert!(run("README.md") >= 2);
    let around = Around::new();
    let mut ran = 0;
    for page in pages() {
        let name = shown(&page);
        if name.starts_with("docs/") && name.matches('/').count() == 1 || name == "SECURITY.md" {
            ran += around.run(&page);
        }
    }
    assert!(ran >= 3, "{ran}");
}

/// A text without its fenced blocks.
fn prose(text: &str) -> String {
    let mut is_open = false;
    let lines = text.lines().filter(|line| {
        let is_fence = line.starts_with("```");
        is_open ^= is_fence;
        !is_open && !is_fence
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The anchors that GitHub gives the headings of a page.
fn anchors(text: &str) -> BTreeSet<String> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut anchors = BTreeSet::new();
    for line in prose(text).lines().filter(|line| line.starts_with('#')) {
        let heading = line.trim_start_matches('#').trim().to_lowercase();
        let anchor: String = heading
            .chars()
            .filter_map(|c| match c {
                ' ' => Some('-'),
                '-' | '_' => Some(c),
                c if c.is_alphanumeric() => Some(c),
                _ => None,
            })
            .collect();
        let count = seen.entry(anchor.clone()).or_default();
        anchors.insert(match *count {
            0 => anchor,
            more => format!("{anchor}-{more}"),
        });
        *count += 1;
    }
    anchors
}

#[test]
fn every_link_leads_somewhere() {
    let home = format!("{}/", env!("CARGO_PKG_REPOSITORY"));
    let mut links = 0;
    let mut broken = Vec::new();
    for page in pages() {
        let text = prose(&std::fs::read_to_string(&page).unwrap());
        for part in text.split("](").skip(1) {
            let Some((link, _)) = part.split_once(')') else {
                continue;
            };
            let link = link.split_whitespace().next().unwrap_or_default();
            links += 1;
            let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = if let Some(rest) = path.strip_prefix(&home) {
                let rest = rest
                    .strip_prefix("blob/main/")
                    .or_else(|| rest.strip_prefix("tree/main/"));
                match rest {
                    Some(rest) => root().join(rest),
                    None => continue,
                }
            } else if path.contains(':') {
                continue;
            } else if path.is_empty() {
                page.clone()
            } else {
                page.parent().unwrap().join(path)
            };
            let is_broken = match std::fs::read_to_string(&target) {
                Ok(text) => !anchor.is_empty() && !anchors(&text).contains(anchor),
                Err(_) => !target.exists(),
            };
            if is_broken {
                broken.push(format!("{}: {link}", shown(&page)));
            }
        }
    }
    assert!(links > 100, "{links}");
    assert_eq!(broken, Vec::<String>::new());
}

/// The book holds every page, once.
#[test]
fn the_book_has_every_page() {
    let summary = std::fs::read_to_string(root().join("docs/SUMMARY.md")).unwrap();
    for page in pages() {
        let name = shown(&page);
        if let Some(name) = name
            .strip_prefix("docs/")
            .filter(|name| *name != "SUMMARY.md")
        {
            assert_eq!(summary.matches(&format!("({name})")).count(), 1, "{name}");
        }
    }
}

/// Who reads that a test shows something can look at that test.
#[test]
fn every_test_that_the_threat_model_names_is_there() {
    let text = std::fs::read_to_string(root().join("SECURITY.md")).unwrap();
    let mut named = 0;
    for line in text.lines() {
        let mut file: Option<String> = None;
        for code in line.split('`').skip(1).step_by(2) {
            let is_file =
                code.ends_with(".rs") && (code.starts_with("tests/") || code.starts_with("src/"));
            let is_name = code.len() >= 12
                && code
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte == b'_');
            if is_file {
                file = Some(std::fs::read_to_string(root().join(code)).expect(code));
            } else if let (Some(file), true) = (&file, is_name) {
                assert!(file.contains(&format!("fn {code}(")), "{code}");
                named += 1;
            }
        }
    }
    assert!(named >= 50, "{named}");
    let rows = text
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| who"));
    for row in rows {
        assert!(row.contains(".rs` `"), "a row names no test: {row}");
    }
}

/// A file that is shown whole begins with its path: each passes `check`, beside the real registry's lists.
#[test]
fn files_that_are_shown_whole_pass() {
    let mut files = 0;
    // The examples of rules are tried where rules are.
    let pages = pages()
        .into_iter()
        .filter(|page| shown(page) != "docs/rules.md");
    for page in pages {
        let text = std::fs::read_to_string(&page).unwrap();
        for (language, block) in blocks(&text) {
            let path = block
                .lines()
                .next()
                .and_then(|line| line.strip_prefix("# keps/"));
            let (Some(path), true) = (path, language == "toml") else {
                continue;
            };
            let folder = tempfile::tempdir().unwrap();
            copy(
                &root().join("keps/releases"),
                &folder.path().join("releases"),
            );
            for beside in ["registry.toml", "maintainers.toml"] {
                std::fs::copy(root().join("keps").join(beside), folder.path().join(beside))
                    .unwrap();
            }
            let target = folder.path().join(path);
            std::fs::create_dir_all(target.parent().unwrap()).unwrap();
            std::fs::write(target, &block).unwrap();
            let checked = Command::new(env!("CARGO_BIN_EXE_kepherd"))
                .current_dir(folder.path())
                .args(["check", "--today", TODAY])
                .output()
                .unwrap();
            let said = String::from_utf8_lossy(&checked.stdout).into_owned();
            // A calendar or a configuration of another project names what is not here.
            let is_record = path.starts_with("sig-");
            assert!(
                !said.contains("error[schema]") && !said.contains("error[syntax]"),
                "{}: {said}",
                shown(&page)
            );
            assert!(
                !is_record || checked.status.success(),
                "{}: {said}",
                shown(&page)
            );
            files += 1;
        }
    }
    assert!(files >= 3, "{files}");
}
