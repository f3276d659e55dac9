//! Parses the command line, runs the command, and exits with its status.

use std::fmt;
use std::process::ExitCode;

use clap::Parser as _;
use kepherd::cli::{Cli, ColorWhen};
use kepherd::commands::progress::AboveBars;
use kepherd::commands::{Environment, Exit, run};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::FmtContext;
use tracing_subscriber::fmt::format::{FormatEvent, FormatFields, Writer};
use tracing_subscriber::prelude::*;
use tracing_subscriber::registry::LookupSpan;

fn main() -> ExitCode {
    let cli = Cli::parse();
    match cli.global.color {
        ColorWhen::Auto => {}
        ColorWhen::Always => anstream::ColorChoice::Always.write_global(),
        ColorWhen::Never => anstream::ColorChoice::Never.write_global(),
    }
    let level = match cli.global.verbose {
        0 => Level::WARN,
        1 => Level::DEBUG,
        _ => Level::TRACE,
    };
    if !cli.global.quiet {
        // Only kepherd's own words: those of the HTTP libraries may hold what must not be logged.
        let own = Targets::new().with_target("kepherd", level);
        let lines = tracing_subscriber::fmt::layer()
            .event_format(Plain)
            .with_writer(AboveBars::default);
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

/// A line as every other one of kepherd's: `warning: …`.
struct Plain;

impl<S, N> FormatEvent<S, N> for Plain
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let level = match *event.metadata().level() {
            Level::ERROR => "error",
            Level::WARN => "warning",
            Level::INFO => "info",
            Level::DEBUG => "debug",
            Level::TRACE => "trace",
        };
        write!(writer, "{level}: ")?;
        context
            .field_format()
            .format_fields(writer.by_ref(), event)?;
        writeln!(writer)
    }
}
