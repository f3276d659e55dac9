//! `kepherd check`

use anyhow::Result;

use super::{Context, Exit, files};
use crate::cli::{Check, Format};
use crate::diagnostic::{Diagnostic, Level};
use crate::registry::Registry;
use crate::render;
use crate::rules;

pub(super) fn run(context: &mut Context<'_>, options: &Check) -> Result<Exit> {
    let opened = files::open(context)?;
    let registry = &opened.loaded.registry;
    let diagnostics = rules::run(&opened.loaded);
    match options.format {
        Format::Text => {
            write_findings(context, &diagnostics, registry, &opened.prefix)?;
            if !context.global.quiet {
                let summary = render::text::summary(&diagnostics, registry.record_count());
                writeln!(context.out, "{summary}")?;
            }
        }
        Format::Json => {
            let json =
                render::json::findings(&diagnostics, &registry.files, registry.record_count());
            write!(context.out, "{json}")?;
        }
    }
    Ok(if has_errors(&diagnostics) {
        Exit::Findings
    } else {
        Exit::Clean
    })
}

pub(super) fn write_findings(
    context: &mut Context<'_>,
    diagnostics: &[Diagnostic],
    registry: &Registry,
    prefix: &str,
) -> Result<()> {
    let color = context.color();
    for diagnostic in diagnostics {
        let text = render::text::finding(diagnostic, &registry.files, prefix, color);
        writeln!(context.out, "{text}")?;
    }
    Ok(())
}

pub(super) fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics
        .iter()
        .any(|diagnostic| diagnostic.level == Level::Error)
}
