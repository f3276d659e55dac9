//! Findings on their way out: in which format, seen from where, and whether they are errors. Every command that shows some shares it.

use anyhow::Result;

use super::Context;
use super::files::{self, Opened};
use crate::cli::CheckFormat;
use crate::findings::diagnostic::{Diagnostic, Level};
use crate::findings::sources::Sources;
use crate::render;
use crate::rules::Checked;
use crate::text::words::counted;

/// What there is to say beside findings.
pub(super) struct Reported<'a> {
    /// What leads from the reader to the registry.
    pub(super) prefix: &'a str,
    /// How many records were looked at.
    pub(super) records: usize,
    /// The last line.
    pub(super) summary: &'a str,
    /// Whether a change was judged.
    pub(super) is_judged: bool,
}

/// Writes findings in a format.
pub(super) fn report(
    context: &mut Context<'_>,
    checked: &Checked,
    format: CheckFormat,
    reported: &Reported<'_>,
) -> Result<()> {
    let Reported {
        prefix,
        records,
        summary,
        is_judged,
    } = *reported;
    let (all, files) = (&checked.diagnostics, &checked.sources);
    let text = match format {
        CheckFormat::Text if is_judged => {
            let new = all.iter().filter(|one| !one.known);
            write_all(context, new, files, prefix)?;
            match all.iter().filter(|one| one.known).count() {
                0 => String::new(),
                before => format!(
                    "{} that {} there before the change {} not shown: `kepherd check` shows all\n",
                    counted(before, "finding"),
                    if before == 1 { "was" } else { "were" },
                    if before == 1 { "is" } else { "are" },
                ),
            }
        }
        CheckFormat::Text => {
            write_findings(context, checked, prefix)?;
            String::new()
        }
        CheckFormat::Json => render::json::findings(all, files, records),
        CheckFormat::Sarif => render::sarif::sarif(all, files, prefix, is_judged),
        CheckFormat::Markdown => render::findings_markdown::findings(all, files, prefix, records),
        CheckFormat::Github => render::annotations::annotations(all, files, prefix),
    };
    write!(context.out, "{text}")?;
    let is_summed_up = matches!(format, CheckFormat::Text | CheckFormat::Github);
    if is_summed_up && !context.global.quiet {
        writeln!(context.out, "{summary}")?;
    }
    Ok(())
}

/// What leads from those who read a format to a registry on disk.
pub(super) fn prefix_for(format: CheckFormat, opened: &Opened, context: &Context<'_>) -> String {
    match format {
        CheckFormat::Github | CheckFormat::Sarif => files::from_repository(&opened.root, context),
        CheckFormat::Text | CheckFormat::Json | CheckFormat::Markdown => opened.prefix.clone(),
    }
}

/// Writes findings as text.
pub(super) fn write_findings(
    context: &mut Context<'_>,
    checked: &Checked,
    prefix: &str,
) -> Result<()> {
    let all = checked.diagnostics.iter();
    write_all(context, all, &checked.sources, prefix)
}

fn write_all<'a>(
    context: &mut Context<'_>,
    diagnostics: impl Iterator<Item = &'a Diagnostic>,
    sources: &Sources,
    prefix: &str,
) -> Result<()> {
    let color = context.color();
    for diagnostic in diagnostics {
        let text = render::text::finding(diagnostic, sources, prefix, color);
        // Excerpts of files too: a runner of GitHub takes this for a command wherever it stands.
        let text = text.replace("##[", "#\u{200b}#[");
        writeln!(context.out, "{text}")?;
    }
    Ok(())
}

/// Whether one of them is an error.
pub(super) fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics
        .iter()
        .any(|diagnostic| diagnostic.level == Level::Error)
}
