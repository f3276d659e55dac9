//! `kepherd show`

use anyhow::{Result, bail};

use super::{Context, Exit, files, findings, records};
use crate::cli::Show;
use crate::findings::diagnostic::Diagnostic;
use crate::registry::Registry;
use crate::registry::tracked::Tracked;
use crate::render;
use crate::rules;
use crate::terms::kep_number;
use crate::text::words::{nearest, printable};
use crate::views::card::card;

pub(super) fn run(context: &mut Context<'_>, options: &Show) -> Result<Exit> {
    let opened = files::open(context)?;
    let registry = &opened.loaded.registry;
    let Some(record) = records::find(registry, &options.record) else {
        bail!("{}", unknown(registry, &options.record));
    };
    let card = card(registry, record, context.today());
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
        .retain(|one| one.primary.file == record.file());
    findings::write_findings(context, &checked, &opened.prefix)?;
    if !context.global.quiet {
        writeln!(
            context.out,
            "{}",
            render::text::summary(
                &checked.diagnostics,
                records_of(registry, &checked.diagnostics)
            )
        )?;
    }
    Ok(Exit::Clean)
}

/// How many records a summary speaks of: this one, or, where something is found in it, all that it is one of.
fn records_of(registry: &Registry, found: &[Diagnostic]) -> usize {
    match found {
        [] => 1,
        _ => registry.tracked().count(),
    }
}

/// That there is no such record, and which one may be meant.
pub(super) fn unknown(registry: &Registry, named: &str) -> String {
    let kep = kep_number(named);
    let asked = kep.map_or_else(|| named.to_owned(), |number| number.to_string());
    let all: Vec<String> = registry
        .tracked()
        .map(|record| match record {
            Tracked::Kep(entry) => entry.value.number.to_string(),
            Tracked::Item(entry) => entry.value.id.clone(),
        })
        .collect();
    let similar = nearest(&asked, all.iter().map(String::as_str));
    let of = |name: &str| match name.parse::<u32>() {
        Ok(number) => format!("KEP-{number}"),
        Err(_) => format!("`{}`", printable(name)),
    };
    let hint = similar.map_or_else(String::new, |similar| {
        format!("; it has one of {}", of(similar))
    });
    format!("the registry has no record of {}{hint}", of(&asked))
}
