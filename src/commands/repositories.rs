//! `kepherd repositories`: what the registry drives, for a matrix of jobs with one repository, one concurrency group and one installation of
//! the App each.

use anyhow::Result;

use super::plan::sound_registry;
use super::{Context, Exit};
use crate::cli::{Repositories, RepositoriesFormat};
use crate::render::json;
use crate::views::driven::driven;

pub(super) fn run(context: &mut Context<'_>, options: &Repositories) -> Result<Exit> {
    // Of a registry that `check` refuses no job should be made.
    let Some(opened) = sound_registry(context)? else {
        return Ok(Exit::CouldNotRun);
    };
    let driven = driven(&opened.loaded.registry);
    let text = match options.format {
        RepositoriesFormat::Text => driven.repositories.iter().fold(String::new(), |text, one| {
            text + &format!("{} {}\n", one.repository, one.records)
        }),
        RepositoriesFormat::Json => json::pretty(&driven),
        RepositoriesFormat::Matrix => driven.matrix() + "\n",
    };
    write!(context.out, "{text}")?;
    Ok(Exit::Clean)
}
