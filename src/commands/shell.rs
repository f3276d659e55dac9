//! `kepherd completions` and `kepherd man`: what shells and manuals know, from the definition of the command line.

use anyhow::Result;
use clap::CommandFactory as _;

use super::{Context, Exit, files};
use crate::cli::{Cli, Completions, Man};

/// Writes what completes commands and options in a shell.
pub(super) fn completions(context: &mut Context<'_>, options: &Completions) -> Result<Exit> {
    let mut text = Vec::new();
    clap_complete::generate(options.shell, &mut Cli::command(), "kepherd", &mut text);
    context.out.write_all(&text)?;
    Ok(Exit::Clean)
}

/// Writes a page for kepherd and one for each of its commands.
pub(super) fn man(context: &mut Context<'_>, options: &Man) -> Result<Exit> {
    files::write_named(context, &options.out, pages()?)?;
    Ok(Exit::Clean)
}

/// The manual: a page by the name of its file.
fn pages() -> Result<Vec<(String, String)>> {
    let mut command = Cli::command().disable_help_subcommand(true);
    command.build();
    let mut pages = Vec::new();
    page(&command, "kepherd", &mut pages)?;
    Ok(pages)
}

fn page(command: &clap::Command, name: &str, pages: &mut Vec<(String, String)>) -> Result<()> {
    let mut text = Vec::new();
    // Without a day, so that the same release always writes the same pages.
    let man = clap_mangen::Man::new(command.clone())
        .date("")
        .source(concat!("kepherd ", env!("CARGO_PKG_VERSION")));
    man.render(&mut text)?;
    pages.push((
        format!("{name}.1"),
        String::from_utf8_lossy(&text).into_owned(),
    ));
    for below in command
        .get_subcommands()
        .filter(|below| !below.is_hide_set())
    {
        page(below, &format!("{name}-{}", below.get_name()), pages)?;
    }
    Ok(())
}
