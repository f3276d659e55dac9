//! `kepherd board`: the board as a folder of files, or served while records are edited.

mod folder;
#[cfg(feature = "sandbox")]
mod serve;

use std::path::Path;

use anyhow::Result;

use super::{Context, Exit, files, past};
use crate::cli;
use crate::render::site::site;
use crate::rules;
use crate::terms::Date;
use crate::terms::links::Site;
use crate::text::words::counted;
use crate::views::board::{Board, Given};
use crate::views::history::History;

pub(super) fn run(context: &mut Context<'_>, options: &cli::Board) -> Result<Exit> {
    match &options.out {
        Some(out) => write(context, out),
        #[cfg(feature = "sandbox")]
        None => serve::run(context, options.port),
        #[cfg(not(feature = "sandbox"))]
        None => Err(super::connect::no_sandbox()),
    }
}

/// The board of the registry in a folder. `known` is the history as it was known before, with its commit.
pub(super) fn board(
    opened: &files::Opened,
    today: Date,
    site: &Site,
    known: Option<(String, History)>,
) -> Result<Board> {
    let registry = &opened.loaded.registry;
    let checked = rules::run(&opened.loaded, today, rules::Beside::default());
    let (history, commit) = past::past(&opened.root, registry, known)?;
    Ok(Board::of(Given {
        registry,
        checked: &checked,
        history,
        commit,
        today,
        site,
    }))
}

fn write(context: &mut Context<'_>, out: &Path) -> Result<Exit> {
    let opened = files::open(context)?;
    let folder = context.environment.directory.join(out);
    let target = folder::Folder::of(&folder, &out.display().to_string())?;
    let board = board(&opened, context.today(), &context.site(), None)?;
    let files = site(&board, false);
    let all = files.len();
    let done = target.put(&files)?;
    if !context.global.quiet {
        let left_out = match board.left_out.len() {
            0 => String::new(),
            count => format!(" · {} left out", counted(count, "file")),
        };
        writeln!(
            context.out,
            "{} · {}: {} written, {} removed · {}{left_out}",
            out.display(),
            counted(all, "file"),
            done.written,
            done.removed,
            counted(board.keps.len(), "KEP"),
        )?;
        if board.url.is_none() {
            writeln!(
                context.log,
                "note: `registry.toml` does not say where the board is published (`[board] url`), so that the site has no sitemap and feeds no addresses"
            )?;
        }
    }
    Ok(Exit::Clean)
}
