//! What tests through the binary share: a registry in a folder, a sandbox beside it, and the program between them.
//!
//! Every exchange with the sandbox is held to GitHub's published interface when a [`Hub`] is dropped.
#![allow(dead_code)]

#[path = "app.rs"]
pub mod app;
#[path = "contract.rs"]
pub mod contract;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use kepherd::github::client::{Address, Client};
use kepherd::github::credentials::Credentials;
use kepherd::github::patience::Patience;
use kepherd::registry::Registry;
use kepherd::registry::load::{RawFile, load};
use kepherd::sandbox::seed;
use kepherd::sandbox::world::{Issue, IssuePatch, NewMilestone, World};
use kepherd::sandbox::{Exchange, Faults, Options, Sandbox};

/// The repository of most tests.
pub const REPO: &str = "containerd/containerd";

/// The path of the record that most tests have.
pub const PATH: &str = "sig-node/9001-pod-lullabies.toml";

/// The files around records in a test registry.
pub const BASE: &[(&str, &str)] = &[
    (
        "registry.toml",
        r#"home = "containerd"
repositories = ["containerd/containerd", "containerd/nri"]

[[runtimes]]
name = "containerd"
calendar = "releases/containerd.toml"

[issue]
title = "[SIG-Node]: KEP-{number} - {title}"
labels = ["kind/feature", "area/cri"]

[labels.kubernetes]
placeholder = "target/kubernetes/v1.??"
"#,
    ),
    (
        "maintainers.toml",
        "[[maintainers]]\ngithub = \"mikebrow\"\nrole = \"committer\"\n\n\
         [[maintainers]]\ngithub = \"samuelkarp\"\nrole = \"committer\"\n\n\
         [[maintainers]]\ngithub = \"fuweid\"\nrole = \"committer\"\n",
    ),
    (
        "releases/kubernetes.toml",
        "[[cycles]]\nrelease = \"1.37\"\nreleased = 2026-08-26\n\n\
         [[cycles]]\nrelease = \"1.38\"\nplanned = 2026-12-16\n\n\
         [[cycles]]\nrelease = \"1.39\"\n",
    ),
    (
        "releases/containerd.toml",
        "[[minors]]\nrelease = \"2.4\"\nreleased = 2026-09-16\n\n\
         [[minors]]\nrelease = \"2.5\"\nplanned = \"2026-12\"\n",
    ),
];

/// A record: its number, and lines after what every record has.
pub fn record(number: u32, more: &str) -> String {
    format!(
        "number = {number}\ntitle = \"Pod Lullabies {number}\"\nstatus = \"implementable\"\n{more}"
    )
}

/// Records from KEP-9001 on, each with lines of its own after what every record has.
pub fn many(count: u32, more: impl Fn(u32) -> String) -> Vec<(String, String)> {
    (1..=count)
        .map(|n| {
            let path = format!("sig-node/{}-x.toml", 9000 + n);
            (path, record(9000 + n, &more(n)))
        })
        .collect()
}

/// Files as [`Hub::with`] takes them.
pub fn borrowed(files: &[(String, String)]) -> Vec<(&str, &str)> {
    files
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect()
}

/// A folder with all that is in it, somewhere else.
pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// A registry in a folder that goes away with it.
pub struct Folder {
    folder: tempfile::TempDir,
    scratch: tempfile::TempDir,
}

impl Folder {
    /// With the base files and these.
    pub fn with(files: &[(&str, &str)]) -> Self {
        let folder = Self {
            folder: tempfile::tempdir().unwrap(),
            scratch: tempfile::tempdir().unwrap(),
        };
        for (path, text) in BASE.iter().chain(files) {
            folder.write(path, text);
        }
        folder
    }

    /// Without any file.
    pub fn empty() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            scratch: tempfile::tempdir().unwrap(),
        }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Takes a file away.
    pub fn remove(&self, path: &str) {
        std::fs::remove_file(self.folder.path().join(path)).unwrap();
    }

    pub fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.path().join(path)).unwrap()
    }

    /// A path beside the registry.
    pub fn beside(&self, name: &str) -> String {
        let path = self.scratch.path().join(name);
        path.to_str().unwrap().to_owned()
    }

    /// Every file with its content, to see that nothing changed.
    pub fn contents(&self) -> Vec<(PathBuf, Vec<u8>)> {
        fn walk(folder: &Path, all: &mut Vec<(PathBuf, Vec<u8>)>) {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_symlink() {
                    all.push((path, Vec::new()));
                } else if path.is_dir() {
                    walk(&path, all);
                } else {
                    let bytes = std::fs::read(&path).unwrap();
                    all.push((path, bytes));
                }
            }
        }
        let mut all = Vec::new();
        walk(self.path(), &mut all);
        all.sort();
        all
    }

    /// Runs the program in the folder, without a token.
    pub fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(&mut command(self.path(), arguments))
    }
}

/// A client in this process, with no pause between writes.
pub fn client(sandbox: &Sandbox, patience: Patience) -> Client {
    let token = Credentials::token(&"any".to_owned().into()).unwrap();
    let patience = Patience {
        interval: Duration::ZERO,
        ..patience
    };
    Client::new(Address::of(&sandbox.url()).unwrap(), token, &[], patience).unwrap()
}

/// The program in a folder, with nothing of the caller's environment that it looks at.
pub fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kepherd"));
    command
        .current_dir(folder)
        .args(arguments)
        // No `gh` of the caller's signs in.
        .env("PATH", "")
        .env_remove("KEPHERD_APP_ID")
        .env_remove("KEPHERD_APP_PRIVATE_KEY")
        .env_remove("GITHUB_STEP_SUMMARY")
        .env_remove("GITHUB_TOKEN")
        .env_remove("GH_TOKEN")
        .env_remove("GITHUB_API_URL")
        .env_remove("GITHUB_EVENT_NAME")
        .env_remove("GITHUB_EVENT_PATH")
        .env_remove("GITHUB_BASE_REF")
        .env_remove("GITHUB_SHA")
        .env("NO_COLOR", "1");
    command
}

/// What a run of the program gave.
#[derive(Debug)]
pub struct Ran {
    pub status: i32,
    pub out: String,
    pub log: String,
}

impl Ran {
    pub fn of(command: &mut Command) -> Self {
        let output = command.output().unwrap();
        Self {
            status: output.status.code().expect("the program ends by itself"),
            out: String::from_utf8(output.stdout).unwrap(),
            log: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// The output, if the status is this one.
    #[track_caller]
    pub fn expect(self, status: i32) -> String {
        assert_eq!(self.status, status, "{}\n{}", self.out, self.log);
        self.out
    }
}

/// A registry, a sandbox, and the program between them.
pub struct Hub {
    pub folder: Folder,
    pub sandbox: Option<Sandbox>,
    runtime: tokio::runtime::Runtime,
}

impl Hub {
    /// With the record of KEP-9001, and these lines more in it.
    pub fn one(more: &str) -> Self {
        Self::with(&[(PATH, &record(9001, more))])
    }

    /// With the record of KEP-9001 in the first repository, as #7, and that of KEP-9002 in the second, as #8.
    pub fn two_repositories() -> Self {
        let second = "issue = 8\nrepository = \"containerd/nri\"\ntarget = \"1.38\"\n";
        Self::with(&[
            (PATH, &record(9001, "issue = 7\ntarget = \"1.38\"\n")),
            ("sig-node/9002-b.toml", &record(9002, second)),
        ])
    }

    /// Rewrites the record of KEP-9001.
    pub fn rewrite(&self, more: &str) {
        self.folder.write(PATH, record(9001, more));
    }

    /// Adds lines at the end of `registry.toml`.
    pub fn configure(&self, more: &str) {
        let config = self.folder.read("registry.toml");
        self.folder
            .write("registry.toml", format!("{config}\n{more}\n"));
    }

    /// Runs a command that edits records; gives all that it says.
    #[track_caller]
    pub fn edited(&self, args: &[&str]) -> String {
        let ran = self.run(args);
        assert_ne!(ran.status, 2, "{}{}", ran.out, ran.log);
        format!("{}{}", ran.out, ran.log)
    }

    /// Runs such a command once more, which then has nothing to do.
    #[track_caller]
    pub fn is_settled(&self, args: &[&str]) {
        let before = self.folder.contents();
        self.edited(args);
        assert_eq!(
            before,
            self.folder.contents(),
            "a second pull changes something"
        );
    }

    /// An issue or pull request as it is now.
    pub fn issue(&self, number: u64) -> Issue {
        self.world(|world| world.issue(REPO, number).unwrap().clone())
    }

    /// Edits an issue as a person would.
    pub fn edit(&self, number: u64, patch: IssuePatch) {
        self.world(|world| world.edit_issue("octocat", REPO, number, patch))
            .unwrap();
    }

    /// Replaces all labels of an issue as a person would.
    pub fn label(&self, number: u64, labels: &[&str]) {
        self.edit(
            number,
            IssuePatch {
                labels: Some(labels.iter().map(ToString::to_string).collect()),
                ..IssuePatch::default()
            },
        );
    }

    /// Creates a milestone as a person would, and gives its number.
    pub fn milestone(&self, title: &str) -> u64 {
        let milestone = NewMilestone {
            title: title.to_owned(),
            state: None,
            description: None,
            due_on: None,
        };
        self.world(|world| world.create_milestone("octocat", REPO, milestone))
            .unwrap()
    }

    /// The title of an issue's milestone.
    pub fn milestone_of(&self, number: u64) -> Option<String> {
        self.world(|world| {
            let repository = world.repository(REPO).unwrap();
            let milestone = repository.issues[&number].milestone?;
            Some(repository.milestones[&milestone].title.clone())
        })
    }

    /// How many issues there are.
    pub fn issue_count(&self) -> usize {
        self.world(|world| world.repository(REPO).unwrap().issues.len())
    }

    /// A sandbox seeded from a registry with these files.
    pub fn with(files: &[(&str, &str)]) -> Self {
        let folder = Folder::with(files);
        let world = seeded(&folder);
        Self::of(folder, world)
    }

    pub fn of(folder: Folder, world: World) -> Self {
        Self::faulty(folder, world, Faults::default())
    }

    /// With faults of GitHub or the network.
    pub fn faulty(folder: Folder, world: World, faults: Faults) -> Self {
        let options = Options {
            faults,
            ..Options::default()
        };
        Self::started(folder, world, options)
    }

    /// With a sandbox of this kind.
    pub fn started(folder: Folder, world: World, options: Options) -> Self {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let options = Options {
            record: true,
            ..options
        };
        let sandbox = runtime.block_on(Sandbox::start(world, options)).unwrap();
        Self {
            folder,
            sandbox: Some(sandbox),
            runtime,
        }
    }

    pub fn sandbox(&self) -> &Sandbox {
        self.sandbox.as_ref().unwrap()
    }

    /// Runs the program against the sandbox, with no pause between writes.
    pub fn run(&self, arguments: &[&str]) -> Ran {
        self.run_as("any", arguments)
    }

    pub fn run_as(&self, token: &str, arguments: &[&str]) -> Ran {
        Ran::of(&mut self.command(token, arguments))
    }

    /// The program, ready to run against the sandbox.
    pub fn command(&self, token: &str, arguments: &[&str]) -> Command {
        let mut all = arguments.to_vec();
        if arguments.first() == Some(&"apply") {
            all.push("--write-interval=0");
        }
        let mut command = command(self.folder.path(), &all);
        command
            .env("GITHUB_API_URL", self.sandbox().url())
            .env("GITHUB_TOKEN", token);
        command
    }

    /// Looks at the world, or edits it as a person would.
    pub fn world<T>(&self, visit: impl FnOnce(&mut World) -> T) -> T {
        self.sandbox().with_world(visit)
    }

    pub fn exchanges(&self) -> Vec<Exchange> {
        self.sandbox().exchanges()
    }

    /// How many requests there have been since `before`: GraphQL, REST reads, REST writes.
    pub fn requests_since(&self, before: usize) -> (usize, usize, usize) {
        let exchanges = self.exchanges();
        let count = |kind: fn(&Exchange) -> bool| {
            exchanges[before..].iter().filter(|one| kind(one)).count()
        };
        (
            count(|one| one.path == "/graphql"),
            count(|one| one.method == "GET"),
            count(|one| one.method != "GET" && one.path != "/graphql"),
        )
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        let Some(sandbox) = self.sandbox.take() else {
            return;
        };
        let exchanges = sandbox.exchanges();
        self.runtime.block_on(sandbox.stop());
        if std::thread::panicking() {
            return;
        }
        // An answer that a fault spoiled is held to nothing.
        for exchange in exchanges.iter().filter(|exchange| exchange.status != 0) {
            if let Err(problem) = contract::check(exchange) {
                panic!("{problem}");
            }
        }
    }
}

/// The world of a registry in a folder, before kepherd.
pub fn seeded(folder: &Folder) -> World {
    seed::world(&registry(folder), seed::Pinned::TheirOwn)
}

/// The same, where the issues that records pin are about something else.
pub fn seeded_with_strangers(folder: &Folder) -> World {
    seed::world(&registry(folder), seed::Pinned::Strangers)
}

/// The registry in a folder.
pub fn registry(folder: &Folder) -> Registry {
    let root = folder.path();
    let raw = folder
        .contents()
        .into_iter()
        .filter(|(path, _)| path.extension().is_some_and(|ending| ending == "toml"))
        .map(|(path, bytes)| RawFile {
            path: path
                .strip_prefix(root)
                .unwrap()
                .to_string_lossy()
                .into_owned(),
            content: Ok(bytes),
        })
        .collect();
    load(raw).registry
}
