//! The commands: load, let the core work, render or act. Here is where the file system, the environment, the network and
//! the terminal are; what is right and what is to be done is decided in the core.
#![allow(clippy::disallowed_methods)]

mod adopt;
mod apply;
mod board;
mod carry_out;
mod check;
mod clone;
mod connect;
mod doctor;
pub mod event;
mod explain;
mod files;
mod findings;
mod init;
mod issues;
mod journal;
mod list;
mod log;
mod lsp;
mod lying;
mod new;
mod past;
mod plan;
pub mod progress;
mod project;
mod promote;
mod records;
mod refresh;
mod report;
mod repositories;
mod revision;
mod runtimes;
#[cfg(feature = "sandbox")]
mod sandbox;
mod schema;
mod shell;
mod show;
mod step_summary;
mod upstream;
mod watch;
mod write_back;

use std::io::{IsTerminal as _, Write};
use std::path::PathBuf;

use anyhow::Result;

use self::carry_out::How;
use self::event::ChangeEvent;
use crate::cli::{
    Cli, ColorWhen, Command, Global, Issues, Maintainers, New, Releases, Runtimes, Upstream,
};
use crate::github::client::Address;
use crate::terms::links::Site;
use crate::terms::{Date, Instant};
use crate::text::paint::Paint;
use crate::text::words::printable;

/// How a command ends; the exit status, as `diff` does it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Clean, or nothing to do.
    Clean,
    /// Findings, failures or conflicts; with `plan --exit-code`, something to do.
    Findings,
    /// It could not run.
    CouldNotRun,
    /// Nothing was applied, because a guard or a stale plan refused.
    Refused,
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Clean => 0,
            Exit::Findings => 1,
            Exit::CouldNotRun => 2,
            Exit::Refused => 3,
        })
    }
}

/// The parts of the environment that commands look at, read once.
#[derive(Debug)]
pub struct Environment {
    /// The working directory.
    pub directory: PathBuf,
    /// `GITHUB_TOKEN`, or else `GH_TOKEN`.
    pub token: Option<secrecy::SecretString>,
    /// `KEPHERD_APP_ID`: the number or the client id of a GitHub App.
    pub app_id: Option<String>,
    /// `KEPHERD_APP_PRIVATE_KEY`: the text of its key's file.
    pub app_private_key: Option<secrecy::SecretString>,
    /// `GITHUB_API_URL`.
    pub api_url: Option<String>,
    /// `GITHUB_STEP_SUMMARY`: the file that a job's summary is appended to.
    pub step_summary: Option<PathBuf>,
    /// The change that a workflow of GitHub runs for.
    pub event: Option<ChangeEvent>,
    /// The day, in UTC.
    pub today: Date,
}

impl Environment {
    /// The environment of this process.
    pub fn of_process() -> std::io::Result<Self> {
        let variable = |name: &str| {
            std::env::var(name)
                .ok()
                .filter(|value| !value.trim().is_empty())
        };
        Ok(Self {
            directory: std::env::current_dir()?,
            token: variable("GITHUB_TOKEN")
                .or_else(|| variable("GH_TOKEN"))
                .map(|token| token.trim().to_owned().into()),
            app_id: variable("KEPHERD_APP_ID").map(|id| id.trim().to_owned()),
            app_private_key: variable("KEPHERD_APP_PRIVATE_KEY").map(Into::into),
            api_url: variable("GITHUB_API_URL"),
            step_summary: variable("GITHUB_STEP_SUMMARY").map(Into::into),
            event: ChangeEvent::of(variable),
            today: day_of_the_clock(),
        })
    }
}

/// The day, in UTC, as the clock has it now.
fn day_of_the_clock() -> Date {
    Instant(jiff::Timestamp::now()).date()
}

/// What every command gets.
struct Context<'a> {
    global: &'a Global,
    environment: &'a Environment,
    out: &'a mut dyn Write,
    log: &'a mut dyn Write,
}

impl Context<'_> {
    /// The day that rules go by.
    fn today(&self) -> Date {
        self.global.today.unwrap_or(self.environment.today)
    }

    /// Whether standard output takes colours.
    fn color(&self) -> bool {
        match self.global.color {
            ColorWhen::Always => true,
            ColorWhen::Never => false,
            ColorWhen::Auto => {
                anstream::AutoStream::choice(&std::io::stdout()) != anstream::ColorChoice::Never
            }
        }
    }

    /// Where people look at the registry's issues.
    fn site(&self) -> Site {
        let api = self.environment.api_url.as_deref();
        let address = api.and_then(Address::of);
        address.map_or_else(Site::github, |address| address.site())
    }

    fn paint(&self) -> Paint {
        Paint(self.color())
    }

    /// How many columns standard output has, if it is a terminal.
    fn width(&self) -> Option<usize> {
        let (width, _) = terminal_size::terminal_size_of(std::io::stdout())?;
        Some(usize::from(width.0))
    }

    /// Whether a progress bar can be seen.
    fn watched(&self) -> bool {
        !self.global.quiet && std::io::stderr().is_terminal()
    }
}

/// Runs a command. Results go to `out`, what happens on the way to `log`.
pub fn run(cli: &Cli, environment: &Environment, out: &mut dyn Write, log: &mut dyn Write) -> Exit {
    let (mut out, mut log) = (Lenient(out), Lenient(log));
    let mut context = Context {
        global: &cli.global,
        environment,
        out: &mut out,
        log: &mut log,
    };
    let result = match &cli.command {
        Command::Check(options) if options.watch => watch::run(&mut context, options),
        Command::Check(options) => check::run(&mut context, options),
        Command::Explain(options) => explain::run(&mut context, options),
        Command::Plan(options) => plan::run(&mut context, options),
        Command::Apply(options) => apply::run(&mut context, options),
        Command::Adopt(options) => adopt::run(&mut context, options),
        Command::List(options) => list::run(&mut context, options),
        Command::Show(options) => show::run(&mut context, options),
        Command::Log(options) => log::run(&mut context, options),
        Command::Board(options) => board::run(&mut context, options),
        Command::Report(options) => report::run(&mut context, options),
        Command::New(New::Kep(options)) => new::kep(&mut context, options),
        Command::New(New::Item(options)) => new::item(&mut context, options),
        Command::New(New::Cycle(options)) => new::cycle(&mut context, options),
        Command::Promote(options) => promote::run(&mut context, options),
        Command::Upstream(Upstream::Pull(options)) => upstream::pull(&mut context, options),
        Command::Upstream(Upstream::Diff(options)) => upstream::diff(&mut context, options),
        Command::Upstream(Upstream::Untracked(options)) => {
            upstream::untracked(&mut context, options)
        }
        Command::Upstream(Upstream::Log(options)) => upstream::log(&mut context, options),
        Command::Maintainers(Maintainers::Pull(options)) => {
            project::maintainers(&mut context, &options.list, How::of(&options.showing))
        }
        Command::Maintainers(Maintainers::Diff(options)) => {
            project::maintainers(&mut context, &options.list, How::shown(options.format))
        }
        Command::Runtimes(Runtimes::Pull(options)) => runtimes::pull(&mut context, options),
        Command::Runtimes(Runtimes::Diff(options)) => runtimes::diff(&mut context, options),
        Command::Runtimes(Runtimes::Find(options)) => runtimes::find(&mut context, options),
        Command::Releases(Releases::Pull(options)) => {
            project::releases(&mut context, &options.page, How::of(&options.showing))
        }
        Command::Releases(Releases::Diff(options)) => {
            project::releases(&mut context, &options.page, How::shown(options.format))
        }
        Command::Issues(Issues::Pull(options)) => {
            issues::run(&mut context, &options.of, How::of(&options.showing))
        }
        Command::Issues(Issues::Diff(options)) => {
            issues::run(&mut context, &options.of, How::shown(options.format))
        }
        Command::Refresh(options) => refresh::run(&mut context, options),
        Command::Init(options) => init::run(&mut context, options),
        Command::Doctor(options) => doctor::run(&mut context, options),
        Command::Repositories(options) => repositories::run(&mut context, options),
        #[cfg(feature = "sandbox")]
        Command::Sandbox(options) => sandbox::run(&mut context, options),
        #[cfg(not(feature = "sandbox"))]
        Command::Sandbox(_) => Err(connect::no_sandbox()),
        Command::Schema(options) => schema::run(&mut context, options),
        Command::Completions(options) => shell::completions(&mut context, options),
        Command::Man(options) => shell::man(&mut context, options),
        Command::Lsp(_) => lsp::run(&mut context),
    };
    match result {
        Ok(exit) => exit,
        Err(error) => {
            // If the log is closed too, the exit status is what is left to say it with.
            let _ = writeln!(context.log, "error: {}", printable(&format!("{error:#}")));
            Exit::CouldNotRun
        }
    }
}

/// An output whose reader may go away, as `head` does: the command goes on to its end without it, and the exit status
/// says how that was.
struct Lenient<'a>(&'a mut dyn Write);

impl Lenient<'_> {
    fn forgiven(result: std::io::Result<usize>, written: usize) -> std::io::Result<usize> {
        match result {
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(written),
            other => other,
        }
    }
}

impl Write for Lenient<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        Self::forgiven(self.0.write(bytes), bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Self::forgiven(self.0.flush().map(|()| 0), 0).map(|_| ())
    }
}

/// Runs asynchronous work to its end.
fn block_on<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?
        .block_on(work)
}
