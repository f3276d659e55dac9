//! `kepherd repositories`: what the registry drives, for a matrix of jobs with one repository, one concurrency group and one installation of
//! the App each.

use anyhow::{Result, bail};

use super::{Context, Exit, files};
use crate::cli::{Repositories, RepositoriesFormat};
use crate::render::json;
use crate::views::driven::driven;

pub(super) fn run(context: &mut Context<'_>, options: &Repositories) -> Result<Exit> {
    let opened = files::open(context)?;
    let registry = &opened.loaded.registry;
    if !registry.config.is_sound("repositories") {
        bail!("the `repositories` of `registry.toml` have errors: run `kepherd check`");
    }
    let driven = driven(registry);
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
