//! The command line: types only. What a command does is in `commands/`.

use std::path::{Path, PathBuf};

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};

#[cfg(feature = "sandbox")]
use crate::sandbox::faults::{Fault, names};
use crate::sources::starter::Participant;
use crate::terms::{
    Account, CommitId, Date, Evidence, Handle, Line, Named, Release, RepositoryName, Stage, Status,
    Triage, WorkKind, kep_number,
};
use crate::views::overview::{Criterion, RuntimeCriterion};

/// Keeps a project's Kubernetes enhancements (KEPs) as records in git, and GitHub issues in step with them.
#[derive(Debug, Parser)]
#[command(name = "kepherd", version, about, arg_required_else_help = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// For every command.
    #[command(flatten)]
    pub global: Global,
}

/// Options of every command.
#[derive(Debug, Args)]
pub struct Global {
    /// The folder with `registry.toml` [default: found from the working directory upwards, then ./keps]
    #[arg(long, global = true, value_name = "DIR")]
    pub registry: Option<PathBuf>,
    /// The day that rules go by, as YYYY-MM-DD [default: today, in UTC]
    #[arg(long, global = true, value_name = "DATE")]
    pub today: Option<Date>,
    /// When to use colours
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: ColorWhen,
    /// Show each request with its cost; twice, what it sends as well
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// Show findings, plans and failures only
    #[arg(long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ColorWhen {
    /// On a terminal, unless NO_COLOR or CLICOLOR says otherwise
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a registry where there is none: its files, workflows and editor settings, with a first record
    Init(Init),
    /// Say in one screen what is set up and what is not; nothing is written
    Doctor(Doctor),
    /// Check every record against its schema and the rules
    Check(Check),
    /// Explain a rule: what it finds, why, and what to do
    Explain(Explain),
    /// Show what `apply` would change on GitHub
    Plan(Plan),
    /// Make GitHub issues say what the records say
    Apply(Apply),
    /// Take over into the records what people changed on GitHub
    Adopt(Adopt),
    /// List the KEPs, with filters
    List(List),
    /// Show one KEP's life against the Kubernetes cycles, with what the runtimes have and what `check` finds
    Show(Show),
    /// Show what became of a record: who changed which field when, from what to what
    Log(RecordLog),
    /// Make a site that shows where each KEP stands and whether it makes its release, or serve it while records are edited
    Board(Board),
    /// Write the report of a Kubernetes cycle: for SIG-Node's weekly format, for the runtime's community, or about some KEPs
    Report(Report),
    /// Make a new record
    #[command(subcommand)]
    New(New),
    /// Aim a KEP at its next stage: what has shipped goes into `reached`
    Promote(Promote),
    /// Hold the records to a clone of kubernetes/enhancements
    #[command(subcommand)]
    Upstream(Upstream),
    /// Hold maintainers.toml to the project's own file
    #[command(subcommand)]
    Maintainers(Maintainers),
    /// Hold a runtime's calendar to the project's own file
    #[command(subcommand)]
    Releases(Releases),
    /// Hold records to what a runtime's git history says
    #[command(subcommand)]
    Runtimes(Runtimes),
    /// Take over into records which tracking issues people opened, and which pull requests refer to them
    #[command(subcommand)]
    Issues(Issues),
    /// Ask every source that records repeat, write what follows, and report what waits for a person
    Refresh(Refresh),
    /// List the repositories that the registry drives: for a matrix of jobs, one each
    Repositories(Repositories),
    /// Run the embedded GitHub by itself; any token and any App work, and `as:octocat` speaks for octocat
    #[cfg_attr(feature = "sandbox", command(after_help = faults()))]
    Sandbox(SandboxArgs),
    /// Write the JSON Schemas that editors use
    Schema(SchemaArgs),
    /// Write what completes commands and options in a shell
    Completions(Completions),
    /// Write the manual pages
    Man(Man),
    /// Speak the Language Server Protocol on standard input and output: findings, remedies and what the registry knows, as one types
    Lsp(Lsp),
}

/// Options of `init`.
#[derive(Debug, Args)]
pub struct Init {
    /// The runtime, or whatever project it is, that the registry speaks for
    #[arg(long, value_name = "NAME")]
    pub home: Option<Line>,
    /// The repository of its tracking issues
    #[arg(long, value_name = "OWNER/NAME")]
    pub repository: Option<RepositoryName>,
    /// A container runtime that takes part, once for each, or `none` [default: those of the CRI development policy]
    #[arg(long, value_name = "NAME[=OWNER/NAME]")]
    pub runtime: Vec<Participant>,
    /// A label of every tracking issue, best one that other issues do not have [default: kind/kep]
    #[arg(long, value_name = "LABEL")]
    pub label: Vec<Line>,
    /// How the milestone of a release is called [default: {release}]
    #[arg(long, value_name = "PATTERN")]
    pub milestone: Option<String>,
    /// The account that `apply` will run as, such as an App's: NAME[bot]
    #[arg(long, value_name = "ACCOUNT")]
    pub bot: Vec<Account>,
    /// Make a record of this KEP
    #[arg(long, value_name = "NUMBER", value_parser = kep(), num_args = 1.., requires = "upstream")]
    pub kep: Vec<u32>,
    /// The clone of kubernetes/enhancements that records are made from
    #[arg(long, value_name = "CLONE", requires = "kep")]
    pub upstream: Option<PathBuf>,
    /// The repository and the revision whose workflows are called, best a commit by its 40 digits [default: this release's]
    #[arg(
        long,
        value_name = "OWNER/NAME@REVISION",
        conflicts_with = "no_workflows"
    )]
    pub uses: Option<String>,
    /// Write no workflows
    #[arg(long)]
    pub no_workflows: bool,
}

/// Options of `doctor`.
#[derive(Debug, Args)]
pub struct Doctor {
    /// The folder with a clone of each repository that `refresh` reads, to look at their age
    #[arg(long, value_name = "DIR")]
    pub sources: Option<PathBuf>,
    /// Use the embedded GitHub, in memory or with its state in FILE, instead of the real one
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true)]
    pub sandbox: Option<Option<PathBuf>>,
    /// How it is written
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: TextOrJson,
    /// How long to wait.
    #[command(flatten)]
    pub waits: Waits,
}

/// Options of `repositories`.
#[derive(Debug, Args)]
pub struct Repositories {
    /// How they are written
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: RepositoriesFormat,
}

/// How repositories are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RepositoriesFormat {
    /// For people
    Text,
    /// For other programs, with a schema and a version
    Json,
    /// One line for `fromJSON` in the matrix of a workflow
    Matrix,
}

/// Options of `completions`.
#[derive(Debug, Args)]
pub struct Completions {
    /// The shell
    pub shell: clap_complete::Shell,
}

/// Options of `man`.
#[derive(Debug, Args)]
pub struct Man {
    /// The folder to write to
    #[arg(long, value_name = "DIR", default_value = "man")]
    pub out: PathBuf,
}

/// Options of `lsp`.
#[derive(Debug, Args)]
pub struct Lsp {
    /// Speak on standard input and output; it is what happens anyway, and what many editors say
    #[arg(long, hide = true)]
    pub stdio: bool,
    /// The process of the editor; when it ends, standard input does
    #[arg(long = "clientProcessId", value_name = "PID", hide = true)]
    pub client_process: Option<u32>,
}

/// Options of `check`.
#[derive(Debug, Args)]
pub struct Check {
    /// Judge the change since the common ancestor with this revision; in a pull request on GitHub, its base is found
    #[arg(long, value_name = "REV")]
    pub base: Option<String>,
    /// Check the registry at this revision instead of the files on disk
    #[arg(long, value_name = "REV")]
    pub at: Option<String>,
    /// How findings are written
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: CheckFormat,
    /// Mend what has one right answer, and check what is left
    #[arg(long, conflicts_with = "at")]
    pub fix: bool,
    /// Only show what `--fix` would change
    #[arg(long, requires = "fix")]
    pub diff: bool,
    /// Hold the records to this clone of kubernetes/enhancements as well
    #[arg(long, value_name = "PATH")]
    pub upstream: Option<PathBuf>,
    /// The revision of the clone
    #[arg(
        long,
        value_name = "REV",
        default_value = "HEAD",
        requires = "upstream"
    )]
    pub upstream_rev: String,
    /// Hold the records to this clone of a runtime's repository as well; once for each runtime
    #[arg(long, value_name = "NAME=CLONE", value_parser = named_clone)]
    pub runtime: Vec<(String, PathBuf)>,
    /// Check again whenever a file changes, until Ctrl-C
    #[arg(long, conflicts_with_all = ["at", "fix"])]
    pub watch: bool,
}

/// Options of `explain`.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct Explain {
    /// The rule
    pub rule: Option<String>,
    /// List all rules
    #[arg(long)]
    pub list: bool,
    /// Write the documentation of all rules as Markdown: docs/rules.md
    #[arg(long)]
    pub markdown: bool,
}

/// How findings are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CheckFormat {
    /// For people
    Text,
    /// For other programs, with a schema and a version
    Json,
    /// Annotations of a GitHub workflow
    Github,
    /// SARIF 2.1.0, for GitHub's code scanning and other viewers
    Sarif,
    /// For the summary of a GitHub job
    Markdown,
}

/// How a plan is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PlanFormat {
    /// For people
    Text,
    /// For other programs, with a schema and a version
    Json,
    /// For the summary of a GitHub job
    Markdown,
}

/// Which GitHub is meant.
#[derive(Debug, Args)]
pub struct Target {
    /// Use the embedded GitHub, in memory or with its state in FILE, instead of the real one
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true)]
    pub sandbox: Option<Option<PathBuf>>,
    /// Create an issue for this KEP although another one looks like its tracking issue
    #[arg(long, value_name = "NUMBER", value_parser = kep())]
    pub create: Vec<u32>,
    /// Take the issue that this record names for its tracking issue, although nothing on it says so: a KEP, or a work item's id
    #[arg(long, value_name = "RECORD")]
    pub claim: Vec<String>,
    /// Only records that are like this; given twice, both
    #[arg(long, value_name = "WHAT")]
    pub only: Vec<Only>,
    /// Only this repository, as owner/name
    #[arg(long, value_name = "REPOSITORY")]
    pub repository: Option<RepositoryName>,
    /// Where runs write down what they write; it is read by the next one [default: journal.jsonl in .git/kepherd]
    #[arg(long, value_name = "FILE")]
    pub journal: Option<PathBuf>,
    /// How long to wait.
    #[command(flatten)]
    pub waits: Waits,
}

/// Which records are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Only {
    /// Maintainers have taken it on
    Accepted,
    /// It has no issue yet
    New,
    /// It has one
    Existing,
}

/// How long to wait for GitHub.
#[derive(Debug, Clone, Copy, Args)]
pub struct Waits {
    /// Seconds that a run may spend on waiting for limits and on trying again
    #[arg(long, value_name = "SECONDS", default_value_t = 900, value_parser = clap::value_parser!(u64).range(..=86_400))]
    pub max_wait: u64,
    /// Seconds that an answer may take
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=600))]
    pub timeout: u64,
}

/// Options of `plan`.
#[derive(Debug, Args)]
pub struct Plan {
    /// KEP numbers and work item ids [default: every record]
    #[arg(value_name = "RECORD")]
    pub records: Vec<String>,
    /// Which GitHub, and what beyond the records.
    #[command(flatten)]
    pub target: Target,
    /// How the plan is written
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: PlanFormat,
    /// Also write the plan to this file, for `kepherd apply FILE`
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Fold nothing, and list the records with nothing to do as well
    #[arg(long)]
    pub full: bool,
    /// List issues that look like tracking issues and that no record names, although every record has its own
    #[arg(long)]
    pub untracked: bool,
    /// Exit with 1 if there is anything to do
    #[arg(long)]
    pub exit_code: bool,
}

/// Options of `apply`.
#[derive(Debug, Args)]
pub struct Apply {
    /// Which GitHub, and what beyond the records.
    #[command(flatten)]
    pub target: Target,
    /// Seconds between two writes [default: 1, in the sandbox 0]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(..=3600))]
    pub write_interval: Option<u64>,
    /// A plan of `kepherd plan --out`, which is applied if it is still what would be done; or KEP numbers and work item ids
    /// [default: every record]
    #[arg(value_name = "PLAN|RECORD")]
    pub what: Vec<String>,
    /// Apply a plan that a guard refuses: its hash, as the plan shows it
    #[arg(long, value_name = "HASH")]
    pub override_guards: Option<String>,
    /// Write the numbers of created issues into their records
    #[arg(long, conflicts_with = "sandbox")]
    pub write_back: bool,
}

/// Options of `adopt`.
#[derive(Debug, Args)]
pub struct Adopt {
    /// KEP numbers and work item ids [default: every record that drifted]
    #[arg(value_name = "RECORD")]
    pub records: Vec<String>,
    /// Only this repository, as owner/name
    #[arg(long, value_name = "REPOSITORY")]
    pub repository: Option<RepositoryName>,
    /// Use the embedded GitHub, in memory or with its state in FILE, instead of the real one
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true)]
    pub sandbox: Option<Option<PathBuf>>,
    /// How the edits are shown.
    #[command(flatten)]
    pub showing: Showing,
    /// How long to wait.
    #[command(flatten)]
    pub waits: Waits,
}

/// Options of `list`. A filter that is given twice takes either; different filters take what meets all of them.
#[derive(Debug, Args)]
pub struct List {
    /// Stage aimed at: alpha, beta, stable, deprecated, disabled, removed, none
    #[arg(long, value_name = "STAGE", value_parser = word_or_none(&Stage::ALL, Stage::written))]
    pub stage: Vec<Criterion<Stage>>,
    /// Status upstream
    #[arg(long, value_name = "STATUS", value_parser = word(&Status::ALL, Status::written))]
    pub status: Vec<Status>,
    /// Kubernetes release aimed for, or none
    #[arg(long, value_name = "RELEASE")]
    pub target: Vec<Criterion<Release>>,
    /// Minor of the home runtime, or none
    #[arg(long, value_name = "RELEASE")]
    pub milestone: Vec<Criterion<Release>>,
    /// Shepherd of a KEP or assignee of a work item, or none
    #[arg(long, value_name = "HANDLE")]
    pub shepherd: Vec<Criterion<Handle>>,
    /// SIG: the folder of the record, with or without `sig-`
    #[arg(long, value_name = "SIG")]
    pub sig: Vec<String>,
    /// State of the home runtime, or NAME=STATE of another: none, in-progress, experimental, merged, released, unknown
    #[arg(long, value_name = "[NAME=]STATE")]
    pub runtime: Vec<RuntimeCriterion>,
    /// Triage: pending, accepted, declined, none
    #[arg(long, value_name = "TRIAGE", value_parser = word_or_none(&Triage::ALL, Triage::written))]
    pub triage: Vec<Criterion<Triage>>,
    /// Finding: a rule's name, or error, warning, note, none
    #[arg(long, value_name = "RULE", value_parser = finding())]
    pub finding: Vec<Criterion<String>>,
    /// How the list is written
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub format: ListFormat,
}

/// How a list is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ListFormat {
    /// For people; no wider than the terminal
    Table,
    /// For other programs, with a schema and a version
    Json,
    /// For spreadsheets
    Csv,
}

/// Options of `show`.
#[derive(Debug, Args)]
pub struct Show {
    /// The KEP, or the id of a work item
    #[arg(value_name = "RECORD")]
    pub record: String,
}

/// Options of `log`.
#[derive(Debug, Args)]
pub struct RecordLog {
    /// The KEP, or the id of a work item
    #[arg(value_name = "RECORD")]
    pub record: String,
    /// How it is written
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: TextOrJson,
}

/// Options of `report`.
#[derive(Debug, Args)]
pub struct Report {
    /// The Kubernetes release [default: the cycle that is under way]
    #[arg(long, value_name = "RELEASE")]
    pub cycle: Option<Release>,
    /// For whom: `sig-node`, the home runtime, or KEPs by their numbers [default: the home runtime]
    #[arg(long, value_name = "WHOM", value_delimiter = ',', value_parser = report_for)]
    pub r#for: Vec<ReportFor>,
    /// Only what has changed since a day, or since a revision of the registry
    #[arg(long, value_name = "REV|DATE")]
    pub since: Option<String>,
    /// How it is written
    #[arg(long, value_name = "FORMAT", default_value = "markdown")]
    pub format: ReportFormat,
}

/// For whom a report is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReportFor {
    /// SIG-Node, in the format of its KEP wranglers.
    SigNode,
    /// The community of a runtime.
    Runtime(String),
    /// Whoever asks about a KEP.
    Kep(u32),
}

fn report_for(text: &str) -> Result<ReportFor, std::convert::Infallible> {
    let named = || match text {
        "sig-node" => ReportFor::SigNode,
        text => ReportFor::Runtime(text.to_owned()),
    };
    Ok(kep_number(text).map_or_else(named, ReportFor::Kep))
}

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// Markdown, for GitHub and HackMD
    Markdown,
    /// For Slack
    Slack,
}

/// Options of `board`.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("where").required(true).args(["out", "serve"]))]
pub struct Board {
    /// The folder that the site is written into: a new one, an empty one, or one that holds an earlier board
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Serve the site on this machine alone, and make it anew whenever a record changes, until Ctrl-C
    #[arg(long)]
    pub serve: bool,
    /// The port that it is served at; 0 is any that is free
    #[arg(long, value_name = "PORT", default_value_t = 8038, requires = "serve")]
    pub port: u16,
}

/// The number of a KEP, with or without `KEP-` before it.
fn kep() -> impl TypedValueParser<Value = u32> {
    clap::builder::NonEmptyStringValueParser::new().try_map(|text: String| {
        kep_number(&text).ok_or("a KEP's number is asked for, such as 4960")
    })
}

/// What brought something to a runtime: a pull request's number, or the 40 digits of a commit.
fn named() -> impl TypedValueParser<Value = Accepted> {
    clap::builder::NonEmptyStringValueParser::new().try_map(|text: String| {
        if let Ok(evidence) = text.parse::<Evidence>() {
            return Ok(Accepted {
                repository: Some(evidence.repository),
                named: evidence.named,
            });
        }
        let number = text.strip_prefix('#').unwrap_or(&text);
        let is_number = number.len() <= 9 && number.bytes().all(|byte| byte.is_ascii_digit());
        let number = number.parse().ok().filter(|number| is_number && *number > 0);
        number
            .map(Named::PullRequest)
            .or_else(|| CommitId::parse(&text).map(Named::Commit))
            .map(|named| Accepted {
                repository: None,
                named,
            })
            .ok_or("the number of a pull request is asked for, such as 11774, or the 40 digits of a commit")
    })
}

/// A runtime's name and where a clone of its repository lies.
fn named_clone(text: &str) -> Result<(String, PathBuf), &'static str> {
    match text.split_once('=') {
        Some((name, clone)) if !name.is_empty() && !clone.is_empty() => {
            Ok((name.to_owned(), clone.into()))
        }
        _ => Err("a runtime and a clone are asked for, such as containerd=../containerd.git"),
    }
}

/// One of these, as records have it.
fn word<T: Copy + Send + Sync>(
    all: &'static [T],
    written: fn(T) -> &'static str,
) -> impl TypedValueParser<Value = T> {
    PossibleValuesParser::new(all.iter().map(move |one| written(*one)))
        .try_map(move |word| find(all, written, &word))
}

/// One of these, as records have it, or `none`.
fn word_or_none<T: Copy + Send + Sync>(
    all: &'static [T],
    written: fn(T) -> &'static str,
) -> impl TypedValueParser<Value = Criterion<T>> {
    let words = all.iter().map(move |one| written(*one));
    PossibleValuesParser::new(words.chain(["none"])).try_map(move |word| match word.as_str() {
        "none" => Ok(Criterion::Absent),
        word => find(all, written, word).map(Criterion::Is),
    })
}

fn find<T: Copy>(all: &[T], written: fn(T) -> &'static str, word: &str) -> Result<T, String> {
    let found = all.iter().find(|one| written(**one) == word);
    found.copied().ok_or_else(|| format!("`{word}` is unknown"))
}

/// The name of a rule, a level, or `none`.
fn finding() -> impl TypedValueParser<Value = Criterion<String>> {
    let words = crate::rules::names().chain(["error", "warning", "note", "none"]);
    PossibleValuesParser::new(words).try_map(|word| word.parse::<Criterion<String>>())
}

/// The commands of `new`.
#[derive(Debug, Subcommand)]
pub enum New {
    /// A record for a KEP
    Kep(NewKep),
    /// A record for work without a KEP
    Item(NewItem),
    /// A cycle of Kubernetes that the calendar does not have yet, with nothing but its release
    Cycle(NewCycle),
}

/// Options of `new cycle`.
#[derive(Debug, Args)]
pub struct NewCycle {
    /// Its release, such as 1.39
    pub release: Release,
    /// How the edits are shown.
    #[command(flatten)]
    pub showing: Showing,
}

/// Options of `new item`.
#[derive(Debug, Args)]
pub struct NewItem {
    /// Its id: lower-case words with hyphens, such as critest-interop
    pub id: String,
    /// The short title
    #[arg(long, value_name = "TEXT")]
    pub title: String,
    /// What sort of work it is
    #[arg(long, value_name = "KIND", value_parser = word(&WorkKind::ALL, WorkKind::written))]
    pub kind: WorkKind,
    /// The Kubernetes release aimed for
    #[arg(long, value_name = "RELEASE")]
    pub target: Option<Release>,
    /// Who does it
    #[arg(long, value_name = "HANDLE")]
    pub assignee: Vec<Handle>,
    /// How the edits are shown.
    #[command(flatten)]
    pub showing: Showing,
}

/// Options of `promote`.
#[derive(Debug, Args)]
pub struct Promote {
    /// The KEP
    #[arg(value_parser = kep())]
    pub number: u32,
    /// The stage to aim at
    #[arg(long, value_name = "STAGE", value_parser = word(&Stage::ALL, Stage::written))]
    pub stage: Stage,
    /// The Kubernetes release to aim for
    #[arg(long, value_name = "RELEASE")]
    pub target: Release,
    /// Whether the feature is on by default at that stage [default: not recorded]
    #[arg(long, value_name = "BOOLEAN")]
    pub enabled_by_default: Option<bool>,
    /// How the edits are shown.
    #[command(flatten)]
    pub showing: Showing,
}

/// Options of `new kep`.
#[derive(Debug, Args)]
pub struct NewKep {
    /// The KEP's number
    #[arg(value_parser = kep())]
    pub number: u32,
    /// Read the record's fields from this issue, and make it the tracking issue
    #[arg(long, value_name = "NUMBER")]
    pub from_issue: Option<u64>,
    /// The short title [default: that of the issue]
    #[arg(long, value_name = "TEXT", required_unless_present = "from_issue")]
    pub title: Option<String>,
    /// The folder of the record, as in kubernetes/enhancements [default: that of the issue's title, or sig-node]
    #[arg(long, value_name = "SIG")]
    pub sig: Option<String>,
    /// The repository of the issue, as owner/name [default: the registry's first]
    #[arg(long, value_name = "REPOSITORY")]
    pub repository: Option<RepositoryName>,
    /// Use the embedded GitHub, in memory or with its state in FILE, instead of the real one
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true)]
    pub sandbox: Option<Option<PathBuf>>,
    /// How the edits are shown.
    #[command(flatten)]
    pub showing: Showing,
    /// How long to wait.
    #[command(flatten)]
    pub waits: Waits,
}

/// Options of `refresh`.
#[derive(Debug, Args)]
pub struct Refresh {
    /// The folder with a clone of each repository that `registry.toml` names, as OWNER/NAME, bare or not
    #[arg(long, value_name = "DIR", required_unless_present = "list")]
    pub sources: Option<PathBuf>,
    /// List the repositories to clone, one a line: its name, as much of it as `git clone --filter` may leave out, and files that are read beside
    #[arg(long, conflicts_with = "sources")]
    pub list: bool,
    /// Use the embedded GitHub, in memory or with its state in FILE, instead of the real one, which is asked if there is a token
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true)]
    pub sandbox: Option<Option<PathBuf>>,
    /// How the edits are shown.
    #[command(flatten)]
    pub showing: Showing,
    /// How long to wait.
    #[command(flatten)]
    pub waits: Waits,
}

/// The commands of `issues`.
#[derive(Debug, Subcommand)]
pub enum Issues {
    /// Make records of tracking issues that none names, and write into records which pull requests refer to their issues and where these went
    Pull(PullIssues),
    /// Show what a pull would change, and what it leaves to people
    Diff(DiffIssues),
}

/// Which GitHub.
#[derive(Debug, Args)]
pub struct IssuesOf {
    /// Ask about KEPs that this clone of kubernetes/enhancements does not have, instead of making records of them
    #[arg(long, value_name = "PATH")]
    pub upstream: Option<PathBuf>,
    /// Use the embedded GitHub, in memory or with its state in FILE, instead of the real one
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true)]
    pub sandbox: Option<Option<PathBuf>>,
    /// How long to wait.
    #[command(flatten)]
    pub waits: Waits,
}

/// Options of `issues pull`.
#[derive(Debug, Args)]
pub struct PullIssues {
    /// Which GitHub.
    #[command(flatten)]
    pub of: IssuesOf,
    /// How the edits are shown.
    #[command(flatten)]
    pub showing: Showing,
}

/// Options of `issues diff`.
#[derive(Debug, Args)]
pub struct DiffIssues {
    /// Which GitHub.
    #[command(flatten)]
    pub of: IssuesOf,
    /// How the differences are written
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: ProposalFormat,
}

/// The commands of `runtimes`.
#[derive(Debug, Subcommand)]
pub enum Runtimes {
    /// Write how far the runtime is, since which release, and what older branches got, into the records whose evidence its history has
    Pull(PullRuntimes),
    /// Show what a pull would change, and where people and git say different things
    Diff(DiffRuntimes),
    /// Rank the merges that look as if they brought a KEP to the runtime, with reasons; nothing is written before one is accepted
    Find(FindEvidence),
}

/// Which history.
#[derive(Debug, Args)]
pub struct RuntimeClone {
    /// A clone of the runtime's repository, bare or not; commits and tags are enough (`git clone --bare --filter=tree:0`)
    #[arg(long, value_name = "PATH")]
    pub repo: PathBuf,
    /// The runtime [default: the registry's home]
    #[arg(long, value_name = "NAME")]
    pub runtime: Option<String>,
    /// Where its default branch ends [default: that of `origin`, or else HEAD]
    #[arg(long, value_name = "REV")]
    pub rev: Option<String>,
    /// Only these KEPs
    #[arg(long, value_name = "NUMBER", value_parser = kep(), num_args = 1..)]
    pub kep: Vec<u32>,
}

impl RuntimeClone {
    /// Where it lies, and which revision of it is meant.
    pub fn at(&self) -> (&Path, Option<&str>) {
        (&self.repo, self.rev.as_deref())
    }
}

/// Options of `runtimes pull`.
#[derive(Debug, Args)]
pub struct PullRuntimes {
    /// Which history.
    #[command(flatten)]
    pub clone: RuntimeClone,
    /// Keep what people wrote where git says otherwise
    #[arg(long, conflicts_with = "theirs")]
    pub ours: bool,
    /// Take what git says where people wrote otherwise
    #[arg(long)]
    pub theirs: bool,
    /// How the edits are shown.
    #[command(flatten)]
    pub showing: Showing,
}

/// What somebody accepts as evidence.
#[derive(Debug, Clone)]
pub struct Accepted {
    /// Where it lies, if that was said.
    pub repository: Option<RepositoryName>,
    /// What it is.
    pub named: Named,
}

/// Options of `runtimes find`.
#[derive(Debug, Args)]
pub struct FindEvidence {
    /// Which history.
    #[command(flatten)]
    pub clone: RuntimeClone,
    /// Write these pull requests (11774, owner/name#11774), or commits by their 40 digits, into the record of the one KEP that --kep names, with what git says of them
    #[arg(long, value_name = "NUMBER", value_parser = named(), num_args = 1.., requires = "kep")]
    pub accept: Vec<Accepted>,
    /// Write them into this part of what the runtime has
    #[arg(long, value_name = "NAME", requires = "accept")]
    pub part: Option<String>,
    /// The most candidates of a KEP to show; 0 shows all, and what only sounds like it too
    #[arg(long, value_name = "NUMBER", default_value_t = 5)]
    pub limit: usize,
    /// How the edits are shown.
    #[command(flatten)]
    pub showing: Showing,
}

/// Options of `runtimes diff`.
#[derive(Debug, Args)]
pub struct DiffRuntimes {
    /// Which history.
    #[command(flatten)]
    pub clone: RuntimeClone,
    /// How the edits are written
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: ProposalFormat,
}

/// The commands of `upstream`.
#[derive(Debug, Subcommand)]
pub enum Upstream {
    /// Create or update records from kep.yaml files, keeping what people wrote
    Pull(Pull),
    /// Show where records and kep.yaml files differ, field by field, and why
    Diff(Diff),
    /// Rank active KEPs without a record that look as if a container runtime had to do with them
    Untracked(Untracked),
    /// Show how a KEP moved: what each commit changed in its kep.yaml
    Log(Log),
}

/// Which clone of kubernetes/enhancements.
#[derive(Debug, Args)]
pub struct Clone {
    /// A clone of kubernetes/enhancements, bare or not
    #[arg(long, value_name = "PATH")]
    pub repo: PathBuf,
    /// The revision to read
    #[arg(long, value_name = "REV", default_value = "HEAD")]
    pub rev: String,
}

/// How an edit of the registry is shown.
#[derive(Debug, Clone, Copy, Args)]
pub struct Showing {
    /// Show the edits with their reasons, and write nothing
    #[arg(long)]
    pub diff: bool,
    /// How the edits are written
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: ProposalFormat,
}

/// How edits of the registry are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ProposalFormat {
    /// For people
    Text,
    /// For the body of a pull request
    Markdown,
    /// For other programs, with a schema and a version
    Json,
}

/// Options of `upstream pull`.
#[derive(Debug, Args)]
pub struct Pull {
    /// Which clone.
    #[command(flatten)]
    pub clone: Clone,
    /// The KEPs to create or update [default: update every record of the registry]
    #[arg(long, value_name = "NUMBER", num_args = 1.., value_delimiter = ',', value_parser = kep())]
    pub kep: Vec<u32>,
    /// Only records of this SIG: their folder
    #[arg(long, value_name = "SIG", conflicts_with = "kep")]
    pub sig: Option<String>,
    /// Also create a record for each active KEP of that SIG that has none
    #[arg(long, requires = "sig")]
    pub new: bool,
    /// Keep what people wrote where upstream has changed it too
    #[arg(long, conflicts_with = "theirs")]
    pub ours: bool,
    /// Take what upstream says where people have changed it too
    #[arg(long)]
    pub theirs: bool,
    /// How the edits are shown.
    #[command(flatten)]
    pub showing: Showing,
}

/// Options of `upstream diff`.
#[derive(Debug, Args)]
pub struct Diff {
    /// Which clone.
    #[command(flatten)]
    pub clone: Clone,
    /// Only these KEPs
    #[arg(long, value_name = "NUMBER", num_args = 1.., value_delimiter = ',', value_parser = kep())]
    pub kep: Vec<u32>,
    /// How differences are written
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: CheckFormat,
}

/// How what is read is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TextOrJson {
    /// For people
    Text,
    /// For other programs, with a schema and a version
    Json,
}

/// Options of `upstream untracked`.
#[derive(Debug, Args)]
pub struct Untracked {
    /// Which clone.
    #[command(flatten)]
    pub clone: Clone,
    /// The most KEPs to show; 0 shows all
    #[arg(long, value_name = "NUMBER", default_value_t = 20)]
    pub limit: usize,
    /// How the list is written
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: TextOrJson,
}

/// Options of `upstream log`.
#[derive(Debug, Args)]
pub struct Log {
    /// The KEP
    #[arg(value_parser = kep())]
    pub number: u32,
    /// Which clone.
    #[command(flatten)]
    pub clone: Clone,
    /// How the history is written
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: TextOrJson,
}

/// The commands of `maintainers`.
#[derive(Debug, Subcommand)]
pub enum Maintainers {
    /// Update maintainers.toml from the project's MAINTAINERS file
    Pull(PullMaintainers),
    /// Show where maintainers.toml and the project's MAINTAINERS file differ
    Diff(DiffMaintainers),
}

/// Options of `maintainers diff`.
#[derive(Debug, Args)]
pub struct DiffMaintainers {
    /// Which list.
    #[command(flatten)]
    pub list: MaintainersList,
    /// How the differences are written
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: ProposalFormat,
}

/// Which list of maintainers.
#[derive(Debug, Args)]
pub struct MaintainersList {
    /// The file: "handle","name","email","keys" below # COMMITTERS and # REVIEWERS, as containerd has it; `Name <email> (@handle)`
    /// for each, as runc has it; or an OWNERS file. With --repo, its path there [default there: MAINTAINERS]
    #[arg(long, value_name = "FILE", required_unless_present = "repo")]
    pub file: Option<PathBuf>,
    /// A clone of the repository that holds the file: its history tells who has left, and who came later
    #[arg(long, value_name = "PATH")]
    pub repo: Option<PathBuf>,
    /// The revision to read
    #[arg(long, value_name = "REV", default_value = "HEAD", requires = "repo")]
    pub rev: String,
    /// Look the accounts up in the embedded GitHub instead of the real one, which is asked if there is a token
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true)]
    pub sandbox: Option<Option<PathBuf>>,
    /// How long to wait.
    #[command(flatten)]
    pub waits: Waits,
}

/// Options of `maintainers pull`.
#[derive(Debug, Args)]
pub struct PullMaintainers {
    /// Which list.
    #[command(flatten)]
    pub list: MaintainersList,
    /// How the edits are shown.
    #[command(flatten)]
    pub showing: Showing,
}

/// The commands of `releases`.
#[derive(Debug, Subcommand)]
pub enum Releases {
    /// Update a calendar: from containerd's RELEASES.md, from the tags of a clone, or Kubernetes' from its release teams' pages
    Pull(PullReleases),
    /// Show where a calendar and RELEASES.md, tags or pages differ
    Diff(DiffReleases),
}

/// Options of `releases diff`.
#[derive(Debug, Args)]
pub struct DiffReleases {
    /// Which page.
    #[command(flatten)]
    pub page: ReleasesFile,
    /// How the differences are written
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: ProposalFormat,
}

/// Which page of releases.
#[derive(Debug, Args)]
#[group(skip)]
pub struct ReleasesFile {
    /// The page: a RELEASES.md in containerd's format
    #[arg(
        long,
        value_name = "FILE",
        required_unless_present = "repo",
        conflicts_with = "repo"
    )]
    pub file: Option<PathBuf>,
    /// A clone of the runtime's repository, bare or not: its tags tell the day of each version. For `kubernetes`, one of
    /// kubernetes/sig-release: its pages tell the cycles and their freezes
    #[arg(long, value_name = "PATH")]
    pub repo: Option<PathBuf>,
    /// The runtime whose calendar is updated, or `kubernetes` [default: the registry's home]
    #[arg(long, value_name = "NAME")]
    pub runtime: Option<String>,
    /// With `--runtime kubernetes`: a clone of kubernetes/kubernetes, whose tags tell the day of each release
    #[arg(long, value_name = "PATH")]
    pub tags: Option<PathBuf>,
}

/// Options of `releases pull`.
#[derive(Debug, Args)]
pub struct PullReleases {
    /// Which page.
    #[command(flatten)]
    pub page: ReleasesFile,
    /// How the edits are shown.
    #[command(flatten)]
    pub showing: Showing,
}

/// Options of `sandbox` in a program without it: any, to say so.
#[cfg(not(feature = "sandbox"))]
#[derive(Debug, Args)]
pub struct SandboxArgs {
    /// Whatever it is called with
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
    pub any: Vec<std::ffi::OsString>,
}

/// Options of `sandbox`.
#[cfg(feature = "sandbox")]
#[derive(Debug, Args)]
pub struct SandboxArgs {
    /// The port on 127.0.0.1; 0 takes a free one
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    pub port: u16,
    /// Keep the state in this file
    #[arg(long, value_name = "FILE")]
    pub state: Option<PathBuf>,
    /// Show this fault of GitHub or the network: NAME[:reads|:writes][@N|%P], for the Nth request or P per cent of them
    #[arg(long, value_name = "FAULT")]
    pub fault: Vec<Fault>,
    /// The same seed shows the same faults
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    pub fault_seed: u64,
    /// Refuse requests over GitHub's limits: an hour's and a minute's, and those on new issues and comments
    #[arg(long)]
    pub limits: bool,
    /// Let the issues that records pin be about something else, as in a registry that was copied from another project
    #[arg(long)]
    pub strangers: bool,
}

/// Options of `schema`.
#[derive(Debug, Args)]
pub struct SchemaArgs {
    /// The folder to write to
    #[arg(long, value_name = "DIR", default_value = "schema")]
    pub out: PathBuf,
}

/// The faults that a sandbox shows, for its help.
#[cfg(feature = "sandbox")]
fn faults() -> String {
    let names: Vec<&str> = names().collect();
    format!("Faults: latency-MILLISECONDS, {}", names.join(", "))
}
