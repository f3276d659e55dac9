//! Parses the command line, runs the command, and exits with its status.

use std::process::ExitCode;

use clap::Parser as _;
use kepherd::cli::{Cli, ColorWhen};
use kepherd::commands::progress::AboveBars;
use kepherd::commands::{Environment, Exit, run};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::prelude::*;

fn main() -> ExitCode {
    let cli = Cli::parse();
    match cli.global.color {
        ColorWhen::Auto => {}
        ColorWhen::Always => anstream::ColorChoice::Always.write_global(),
        ColorWhen::Never => anstream::ColorChoice::Never.write_global(),
    }
    let level = match cli.global.verbose {
        0 => tracing::Level::WARN,
        1 => tracing::Level::DEBUG,
        _ => tracing::Level::TRACE,
    };
    if !cli.global.quiet {
        // Only kepherd's own words: those of the HTTP libraries may hold what must not be logged.
        let own = Targets::new().with_target("kepherd", level);
        let lines = tracing_subscriber::fmt::layer()
            .with_writer(AboveBars::default)
            .with_target(false)
            .without_time();
        tracing_subscriber::registry()
            .with(lines.with_filter(own))
            .init();
    }
    match Environment::of_process() {
        Ok(environment) => {
            let (mut out, mut log) = (anstream::stdout(), anstream::stderr());
            run(&cli, &environment, &mut out, &mut log).into()
        }
        Err(_) => Exit::CouldNotRun.into(),
    }
}
