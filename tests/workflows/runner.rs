//! A runner of Actions, as far as this repository's workflows need one: it takes the jobs out of the YAML and runs their scripts in bash as
//! Actions does, with the environment that Actions gives. What else a step may be (`uses`) is played. There is no network: the tools that
//! would want one are those of `tests/workflows`, and repositories of GitHub are folders.

use std::collections::BTreeMap;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::expression::{evaluate, is_true, shown};

/// The repository that the workflows belong to.
pub const HOME: &str = "containerd/kepherd";

/// What scripts may use of the machine. What is not here is not found, so that a test sees a new need.
const OF_THE_MACHINE: &[&str] = &[
    "awk",
    "basename",
    "bash",
    "cat",
    "chmod",
    "cp",
    "cut",
    "diff",
    "dirname",
    "env",
    "find",
    "git",
    "grep",
    "gzip",
    "install",
    "ln",
    "ls",
    "mkdir",
    "mktemp",
    "mv",
    "rm",
    "sed",
    "sh",
    "sha256sum",
    "sort",
    "tar",
    "touch",
    "tr",
    "uname",
    "wc",
];

/// The root of this repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A workflow of this repository, or its action.
pub fn workflow(name: &str) -> Value {
    let path = match name {
        "action" => root().join("action.yml"),
        name => root().join(format!(".github/workflows/{name}.yml")),
    };
    serde_saphyr::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// A machine with what lies on it, GitHub's side included: `repos` has its repositories, `gh` what the GitHub CLI sees, `artifacts` and
/// `cache` what jobs hand over.
pub struct Place {
    folder: tempfile::TempDir,
    /// The address of the API.
    pub api: String,
}

impl Place {
    /// With these tools beside those of the machine.
    pub fn with(tools: &[&str]) -> Self {
        let place = Self {
            folder: tempfile::tempdir().unwrap(),
            api: "http://127.0.0.1:1".to_owned(),
        };
        for folder in ["artifacts", "bin", "cache", "gh", "repos", "tools"] {
            std::fs::create_dir(place.path(folder)).unwrap();
        }
        let path = std::env::var("PATH").unwrap();
        for tool in OF_THE_MACHINE {
            let found = std::env::split_paths(&path)
                .map(|folder| folder.join(tool))
                .find(|path| path.exists());
            let found = found.unwrap_or_else(|| panic!("this machine has no {tool}"));
            symlink(found, place.path("tools").join(tool)).unwrap();
        }
        for tool in tools {
            place.add(tool);
        }
        let insteads = format!(
            "[url \"file://{}/\"]\n\tinsteadOf = https://github.com/\n[init]\n\tdefaultBranch = main\n\
             [user]\n\tname = person\n\temail = person@example.com\n[uploadpack]\n\tallowFilter = true\n",
            place.path("repos").display()
        );
        std::fs::write(place.path("gitconfig"), insteads).unwrap();
        std::fs::write(place.path("gh/calls"), "").unwrap();
        place
    }

    /// Adds a tool of `tests/workflows`.
    pub fn add(&self, tool: &str) {
        let below = match tool {
            "gh" => "tests/workflows/gh".to_owned(),
            "readelf" | "rustc" | "rustup" | "sudo" => "tests/workflows/tools/nothing".to_owned(),
            tool => format!("tests/workflows/tools/{tool}"),
        };
        symlink(root().join(below), self.path("bin").join(tool)).unwrap();
    }

    pub fn remove(&self, below: &str) {
        std::fs::remove_file(self.path(below)).unwrap();
    }

    pub fn path(&self, below: &str) -> PathBuf {
        self.folder.path().join(below)
    }

    pub fn write(&self, below: &str, text: impl AsRef<[u8]>) {
        let path = self.path(below);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub fn read(&self, below: &str) -> String {
        std::fs::read_to_string(self.path(below)).unwrap()
    }

    /// The names in a folder, sorted; none if there is no such folder.
    pub fn names(&self, below: &str) -> Vec<String> {
        let entries = std::fs::read_dir(self.path(below));
        let mut names: Vec<String> = entries
            .into_iter()
            .flatten()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    /// What was called of the tools that stand in for others.
    pub fn calls(&self) -> Vec<String> {
        self.read("gh/calls").lines().map(str::to_owned).collect()
    }

    /// A new folder.
    pub fn scratch(&self) -> PathBuf {
        tempfile::tempdir_in(self.folder.path()).unwrap().keep()
    }

    /// A program with nothing of the caller's environment.
    pub fn command(&self, program: &str, folder: &Path, before: &[String]) -> Command {
        let mut path = before.to_vec();
        for folder in ["bin", "tools"] {
            path.push(self.path(folder).display().to_string());
        }
        let mut command = Command::new(self.path("tools").join(program));
        command
            .current_dir(folder)
            .env_clear()
            .env("PATH", path.join(":"))
            .env("HOME", self.folder.path())
            .env("GIT_CONFIG_GLOBAL", self.path("gitconfig"))
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GH_WORLD", self.path("gh"))
            .env("KEPHERD", env!("CARGO_BIN_EXE_kepherd"));
        command
    }

    /// Runs git, and gives what it says.
    #[track_caller]
    pub fn git(&self, folder: &Path, arguments: &[&str]) -> String {
        let output = self
            .command("git", folder, &[])
            .args(arguments)
            .env("GIT_AUTHOR_DATE", "2026-11-20T12:00:00Z")
            .env("GIT_COMMITTER_DATE", "2026-11-20T12:00:00Z")
            .output()
            .unwrap();
        let log = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "git {arguments:?}: {log}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// A repository on GitHub, with all that is in a folder as its first commit on main. Gives the commit.
    pub fn publish(&self, repository: &str, folder: &Path) -> String {
        let there = self.path("repos").join(repository);
        std::fs::create_dir_all(&there).unwrap();
        self.git(&there, &["init", "--quiet", "--bare"]);
        let there = there.display().to_string();
        self.git(folder, &["init", "--quiet"]);
        self.git(folder, &["add", "--all"]);
        self.git(folder, &["commit", "--quiet", "--message", "first"]);
        self.git(folder, &["push", "--quiet", there.as_str(), "main"]);
        self.git(folder, &["rev-parse", "HEAD"])
    }

    /// A clone as `actions/checkout` makes it, with all of the history.
    pub fn checkout(&self, repository: &str) -> PathBuf {
        let folder = self.scratch().join("work");
        let address = format!("https://github.com/{repository}");
        let shown = folder.display().to_string();
        self.git(
            self.folder.path(),
            &["clone", "--quiet", address.as_str(), shown.as_str()],
        );
        folder
    }

    /// Forgets what jobs handed over: another run of the workflow begins.
    pub fn begin(&self) {
        std::fs::remove_dir_all(self.path("artifacts")).unwrap();
        std::fs::create_dir(self.path("artifacts")).unwrap();
    }
}

/// What a workflow runs for.
#[derive(Debug, Clone)]
pub struct Event {
    pub name: &'static str,
    pub sha: String,
    pub ref_name: &'static str,
    /// The branch that a pull request goes to.
    pub base: Option<&'static str>,
    pub payload: Value,
}

/// What a step knows beside the job: the step that it is part of, if it is one of the action's, and what the action was given.
#[derive(Clone, Copy)]
struct Within<'a> {
    step: &'a str,
    inputs: Option<&'a BTreeMap<String, String>>,
}

const JOB: Within<'static> = Within {
    step: "",
    inputs: None,
};

/// A job that is run, or was.
pub struct Job<'a> {
    place: &'a Place,
    event: &'a Event,
    workspace: PathBuf,
    temp: PathBuf,
    definition: Value,
    /// By their whole names: `vars.X`, `secrets.X`, `matrix.x`, `needs.job.outputs.x`, `inputs.x`.
    contexts: BTreeMap<String, Value>,
    env: BTreeMap<String, String>,
    /// By the step that they are part of, and the step.
    outputs: BTreeMap<(String, String), BTreeMap<String, String>>,
    outcomes: BTreeMap<(String, String), &'static str>,
    paths: Vec<String>,
    /// Whether no step has failed.
    pub is_well: bool,
    /// What the steps said.
    pub log: String,
    /// The summary of the job.
    pub summary: String,
    /// The steps that ran, and the actions that were used.
    pub ran: Vec<String>,
}

impl<'a> Job<'a> {
    pub fn of(
        place: &'a Place,
        workflow: &Value,
        job: &str,
        event: &'a Event,
        workspace: &Path,
    ) -> Self {
        let definition = workflow["jobs"][job].clone();
        assert!(definition.is_object(), "there is no job {job}");
        Self {
            place,
            event,
            workspace: workspace.to_owned(),
            temp: place.scratch(),
            definition,
            contexts: BTreeMap::new(),
            env: BTreeMap::new(),
            outputs: BTreeMap::new(),
            outcomes: BTreeMap::new(),
            paths: Vec::new(),
            is_well: true,
            log: String::new(),
            summary: String::new(),
            ran: Vec::new(),
        }
    }

    /// With something that a context holds.
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.contexts.insert(name.to_owned(), value.into());
        self
    }

    /// After a job that this one needs.
    pub fn after(self, name: &str, job: &Job<'_>) -> Self {
        let result = if job.is_well { "success" } else { "failure" };
        let mut this = self.with(&format!("needs.{name}.result"), result);
        for (output, value) in job.results() {
            this = this.with(&format!("needs.{name}.outputs.{output}"), value);
        }
        this
    }

    /// Whether the job's own condition lets it run.
    pub fn is_due(&self) -> bool {
        self.holds(&self.definition["if"], JOB)
    }

    /// Runs every step.
    pub fn run(mut self) -> Self {
        let env = self.definition["env"].as_object().cloned();
        for (name, value) in env.unwrap_or_default() {
            let value = self.filled(&value, JOB);
            self.env.insert(name, value);
        }
        let steps = self.definition["steps"].as_array().unwrap().clone();
        for step in &steps {
            self.step(step, JOB);
        }
        self
    }

    /// The outputs of the job.
    pub fn results(&self) -> BTreeMap<String, String> {
        let outputs = self.definition["outputs"].as_object();
        outputs
            .into_iter()
            .flatten()
            .map(|(name, value)| (name.clone(), self.filled(value, JOB)))
            .collect()
    }

    /// Whether a step ran, or an action was used.
    pub fn has_run(&self, step: &str) -> bool {
        self.ran.iter().any(|one| one == step)
    }

    fn step(&mut self, step: &Value, within: Within<'_>) {
        let id = (within.step.to_owned(), shown(&step["id"]));
        if !self.holds(&step["if"], within) {
            self.outcomes.insert(id, "skipped");
            return;
        }
        self.ran.push(shown(&step["name"]));
        let is_well = match step["run"].as_str() {
            Some(script) => self.script(script, step, within),
            None => self.action(step),
        };
        self.outcomes
            .insert(id, if is_well { "success" } else { "failure" });
        self.is_well &= is_well;
    }

    /// Runs a script, and takes over what it left for later steps.
    fn script(&mut self, script: &str, step: &Value, within: Within<'_>) -> bool {
        let files = self.place.scratch();
        let file = |name: &str| files.join(name).display().to_string();
        for name in ["summary", "output", "path", "env"] {
            std::fs::write(file(name), "").unwrap();
        }
        std::fs::write(file("script.sh"), script).unwrap();
        std::fs::write(file("event.json"), self.event.payload.to_string()).unwrap();
        // https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstepsshell
        let options: &[&str] = match step["shell"].as_str() {
            Some("bash") => &["--noprofile", "--norc", "-eo", "pipefail"],
            None => &["-e"],
            Some(other) => panic!("{other}"),
        };
        let before: Vec<String> = self.paths.iter().rev().cloned().collect();
        let mut command = self.place.command("bash", &self.workspace, &before);
        command
            .args(options)
            .arg(file("script.sh"))
            .env("CI", "true")
            .env("GITHUB_ACTIONS", "true")
            .env("GITHUB_ACTION_PATH", root().join("action"))
            .env("GITHUB_API_URL", &self.place.api)
            .env("GITHUB_ENV", file("env"))
            .env("GITHUB_EVENT_NAME", self.event.name)
            .env("GITHUB_EVENT_PATH", file("event.json"))
            .env("GITHUB_OUTPUT", file("output"))
            .env("GITHUB_PATH", file("path"))
            .env("GITHUB_REF_NAME", self.event.ref_name)
            .env("GITHUB_REPOSITORY", HOME)
            .env("GITHUB_SERVER_URL", "https://github.com")
            .env("GITHUB_SHA", &self.event.sha)
            .env("GITHUB_STEP_SUMMARY", file("summary"))
            .env("GITHUB_WORKSPACE", &self.workspace)
            .env("RUNNER_ARCH", "X64")
            .env("RUNNER_OS", "Linux")
            .env("RUNNER_TEMP", &self.temp)
            .envs(&self.env);
        if let Some(base) = self.event.base {
            command.env("GITHUB_BASE_REF", base);
        }
        for (name, value) in step["env"].as_object().into_iter().flatten() {
            command.env(name, self.filled(value, within));
        }
        let output = command.output().unwrap();
        self.log += &format!("\n== {}\n", shown(&step["name"]));
        self.log += &String::from_utf8_lossy(&output.stdout);
        self.log += &String::from_utf8_lossy(&output.stderr);
        self.summary += &std::fs::read_to_string(file("summary")).unwrap();
        let paths = std::fs::read_to_string(file("path")).unwrap();
        self.paths.extend(paths.lines().map(str::to_owned));
        let id = (within.step.to_owned(), shown(&step["id"]));
        let left = outputs(&std::fs::read_to_string(file("output")).unwrap());
        self.outputs.insert(id, left);
        output.status.success()
    }

    /// Plays what a step uses.
    fn action(&mut self, step: &Value) -> bool {
        let uses = shown(&step["uses"]);
        let name = uses.split('@').next().unwrap();
        let with: BTreeMap<String, String> = step["with"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, value)| (name.clone(), self.filled(value, JOB)))
            .collect();
        let given = |name: &str| with.get(name).cloned().unwrap_or_default();
        self.ran.push(name.to_owned());
        match name {
            "$/action" => return self.own_action(step, &with),
            "actions/checkout" => {}
            "actions/upload-artifact" => {
                // A path that is not whole is one below the workspace.
                let from = self.workspace.join(given("path"));
                let to = self.place.path("artifacts").join(given("name"));
                if from.exists() {
                    assert!(!to.exists(), "{} is there already", to.display());
                    carry(&from, &to);
                } else {
                    assert_eq!(
                        given("if-no-files-found"),
                        "ignore",
                        "{}\n{}",
                        from.display(),
                        self.log
                    );
                }
            }
            "actions/download-artifact" => {
                let to = self.workspace.join(given("path"));
                if with.contains_key("name") {
                    carry(&self.place.path("artifacts").join(given("name")), &to);
                } else {
                    let pattern = given("pattern");
                    let begins = pattern.strip_suffix('*').unwrap();
                    for name in self.place.names("artifacts") {
                        let to = match given("merge-multiple").as_str() {
                            "true" => to.clone(),
                            _ => to.join(&name),
                        };
                        if name.starts_with(begins) {
                            carry(&self.place.path("artifacts").join(&name), &to);
                        }
                    }
                }
            }
            "actions/cache/restore" => {
                let begins = given("restore-keys");
                let names = self.place.names("cache");
                if let Some(name) = names.iter().rfind(|name| name.starts_with(&begins)) {
                    std::fs::copy(self.place.path("cache").join(name), given("path")).unwrap();
                }
            }
            "actions/cache/save" => {
                if Path::new(&given("path")).exists() {
                    let to = self.place.path("cache").join(given("key"));
                    std::fs::copy(given("path"), to).unwrap();
                }
            }
            "actions/upload-pages-artifact" => {
                assert!(Path::new(&given("path")).join("index.html").exists());
            }
            "github/codeql-action/upload-sarif" => {
                let text = std::fs::read_to_string(given("sarif_file")).unwrap();
                let sarif: Value = serde_json::from_str(&text).unwrap();
                assert_eq!(sarif["version"], "2.1.0");
            }
            "actions/attest" | "actions/deploy-pages" | "pypa/gh-action-pypi-publish" => {}
            "rust-lang/crates-io-auth-action" => {
                let token = BTreeMap::from([("token".to_owned(), "of-an-hour".to_owned())]);
                self.outputs
                    .insert((String::new(), shown(&step["id"])), token);
            }
            other => panic!("{other} is not known here"),
        }
        true
    }

    /// Runs the steps of this repository's action.
    fn own_action(&mut self, step: &Value, with: &BTreeMap<String, String>) -> bool {
        let action = workflow("action");
        let inputs: BTreeMap<String, String> = action["inputs"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, input)| {
                let value = with.get(name).cloned();
                let value = value.unwrap_or_else(|| self.filled(&input["default"], JOB));
                (name.clone(), value)
            })
            .collect();
        for name in with.keys() {
            assert!(inputs.contains_key(name), "the action has no input {name}");
        }
        let name = shown(&step["name"]);
        let within = Within {
            step: &name,
            inputs: Some(&inputs),
        };
        // How it went before is the job's business: the action begins well.
        let was_well = std::mem::replace(&mut self.is_well, true);
        for step in action["runs"]["steps"].as_array().unwrap() {
            self.step(step, within);
        }
        let is_well = std::mem::replace(&mut self.is_well, was_well);
        let outputs: BTreeMap<String, String> = action["outputs"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, output)| (name.clone(), self.filled(&output["value"], within)))
            .collect();
        self.outputs
            .insert((String::new(), shown(&step["id"])), outputs);
        is_well
    }

    /// Whether a condition lets a step run, or the job.
    fn holds(&self, condition: &Value, within: Within<'_>) -> bool {
        if condition.is_null() {
            return self.is_well;
        }
        let text = shown(condition);
        let text = text.trim();
        let inner = text
            .strip_prefix("${{")
            .and_then(|text| text.strip_suffix("}}"));
        let found = evaluate(inner.unwrap_or(text), self.is_well, &|name| {
            self.value(name, within)
        });
        is_true(&found.value) && (found.asks_how_it_went || self.is_well)
    }

    /// A value with its expressions filled in.
    fn filled(&self, value: &Value, within: Within<'_>) -> String {
        let text = shown(value);
        let mut filled = String::new();
        let mut rest = text.as_str();
        while let Some((before, behind)) = rest.split_once("${{") {
            let (inner, behind) = behind.split_once("}}").unwrap();
            filled += before;
            let found = evaluate(inner, self.is_well, &|name| self.value(name, within));
            filled += &shown(&found.value);
            rest = behind;
        }
        filled + rest
    }

    /// What a name in an expression stands for. One that is not known fails the test.
    fn value(&self, name: &str, within: Within<'_>) -> Value {
        if let (Some(inputs), Some(input)) = (within.inputs, name.strip_prefix("inputs.")) {
            return inputs[input].clone().into();
        }
        if let Some(value) = self.contexts.get(name) {
            return value.clone();
        }
        let parts: Vec<&str> = name.split('.').collect();
        let of_step = |id: &str| (within.step.to_owned(), id.to_owned());
        match parts.as_slice() {
            // What nobody gave is nothing.
            ["inputs" | "vars" | "secrets", _] => Value::Null,
            ["env", name] => self.env.get(*name).cloned().into(),
            ["steps", id, "outputs", output] => {
                let outputs = self.outputs.get(&of_step(id));
                outputs
                    .and_then(|outputs| outputs.get(*output))
                    .cloned()
                    .into()
            }
            ["steps", id, "outcome"] => {
                (*self.outcomes.get(&of_step(id)).unwrap_or(&"skipped")).into()
            }
            ["github", "event", path @ ..] => path
                .iter()
                .fold(&self.event.payload, |value, key| &value[*key])
                .clone(),
            ["github", "event_name"] => self.event.name.into(),
            ["github", "sha"] => self.event.sha.as_str().into(),
            ["github", "ref_name"] => self.event.ref_name.into(),
            ["github", "repository" | "action_repository"] => HOME.into(),
            // Whose commit this is does not matter here: no release is.
            ["github", "action_ref"] => "0123456789012345678901234567890123456789".into(),
            ["github", "server_url"] => "https://github.com".into(),
            ["github", "run_id"] => 77.into(),
            ["github", "run_attempt"] => 1.into(),
            ["github", "token"] => "of-the-job".into(),
            ["runner", "temp"] => self.temp.display().to_string().into(),
            _ => panic!("{name} is not known here"),
        }
    }
}

/// What a script left in `GITHUB_OUTPUT`: `name=value`, or `name<<END` and lines up to END.
fn outputs(text: &str) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some((name, end)) = line.split_once("<<") {
            let value: Vec<&str> = lines.by_ref().take_while(|line| *line != end).collect();
            all.insert(name.to_owned(), value.join("\n"));
        } else {
            let (name, value) = line.split_once('=').unwrap();
            all.insert(name.to_owned(), value.to_owned());
        }
    }
    all
}

/// Copies a file into a folder, or all that is in a folder.
fn carry(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    if from.is_dir() {
        crate::common::copy(from, to);
    } else {
        std::fs::copy(from, to.join(from.file_name().unwrap())).unwrap();
    }
}
