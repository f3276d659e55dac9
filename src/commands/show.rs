//! `kepherd show`

use anyhow::{Result, bail};

use super::{Context, Exit, files, findings};
use crate::cli::Show;
use crate::registry::tracked::Tracked;
use crate::render;
use crate::rules;
use crate::text::words::nearest;
use crate::views::card::card;

pub(super) fn run(context: &mut Context<'_>, options: &Show) -> Result<Exit> {
    let opened = files::open(context)?;
    let registry = &opened.loaded.registry;
    let number = options.number;
    let Some(entry) = registry.kep(number) else {
        let all: Vec<String> = registry
            .keps
            .iter()
            .map(|entry| entry.value.number.to_string())
            .collect();
        let similar = nearest(&number.to_string(), all.iter().map(String::as_str));
        let hint = similar.map_or_else(String::new, |similar| {
            format!("; it has one of KEP-{similar}")
        });
        bail!("the registry has no record of KEP-{number}{hint}");
    };
    let card = card(registry, Tracked::Kep(entry), context.today());
    let drawn = render::card::card(
        &card,
        &context.site(),
        &opened.prefix,
        context.width(),
        context.paint(),
    );
    writeln!(context.out, "{drawn}")?;
    let mut checked = rules::run(&opened.loaded, context.today(), rules::Beside::default());
    checked
        .diagnostics
        .retain(|one| one.primary.file == entry.file);
    findings::write_findings(context, &checked, &opened.prefix)?;
    if !context.global.quiet {
        writeln!(
            context.out,
            "{}",
            render::text::summary(&checked.diagnostics, 1)
        )?;
    }
    Ok(Exit::Clean)
}
