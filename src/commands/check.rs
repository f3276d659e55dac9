//! `kepherd check`

use anyhow::Result;

use super::revision::Around;
use super::{Context, Exit, files};
use crate::cli::{Check, Format};
use crate::diagnostic::{Diagnostic, Level};
use crate::registry::load::{Loaded, load, load_from};
use crate::render;
use crate::rules::{self, Checked};
use crate::source::SourceFile;

pub(super) fn run(context: &mut Context<'_>, options: &Check) -> Result<Exit> {
    let judges = options.base.is_some() || context.environment.is_pull_request;
    let around = if judges || options.at.is_some() {
        Some(Around::of(context)?)
    } else {
        None
    };
    let (loaded, prefix) = match (&options.at, &around) {
        (Some(at), Some(around)) => {
            let (commit, folder, files) = around.at(at)?;
            let folder = if folder.is_empty() {
                folder
            } else {
                format!("{folder}/")
            };
            (load(files), format!("{}:{folder}", commit.short()))
        }
        _ => {
            let opened = files::open(context)?;
            (opened.loaded, opened.prefix)
        }
    };
    let base = match &around {
        Some(around) => around.base(
            options.base.as_deref(),
            options.at.as_deref(),
            context.environment,
        )?,
        None => None,
    };
    let base: Option<(String, Loaded)> = base.map(|base| {
        let first_file = loaded.registry.files.len();
        (base.commit.short(), load_from(first_file, base.files))
    });
    let today = context.today();
    let mut checked = rules::run(&loaded, today, base.as_ref().map(|(_, base)| base));
    if let Some((commit, base)) = &base {
        // Where both revisions are shown, the older one says which it is.
        for file in &mut checked.files[base.registry.first_file..] {
            *file = SourceFile::new(format!("{} @ {commit}", file.path), file.text.clone());
        }
    }
    let records = loaded.registry.record_count();
    match options.format {
        Format::Text => {
            write_findings(context, &checked, &prefix)?;
            if !context.global.quiet {
                let mut summary = render::text::summary(&checked.diagnostics, records);
                if let Some((commit, _)) = &base {
                    let new = checked.diagnostics.iter().filter(|one| !one.known).count();
                    summary = format!("{summary}; {new} from the change since {commit}");
                }
                writeln!(context.out, "{summary}")?;
            }
        }
        Format::Json => {
            let json = render::json::findings(&checked.diagnostics, &checked.files, records);
            write!(context.out, "{json}")?;
        }
    }
    // What was there before the change is somebody else's to mend.
    checked.diagnostics.retain(|diagnostic| !diagnostic.known);
    Ok(if has_errors(&checked.diagnostics) {
        Exit::Findings
    } else {
        Exit::Clean
    })
}

pub(super) fn write_findings(
    context: &mut Context<'_>,
    checked: &Checked,
    prefix: &str,
) -> Result<()> {
    let color = context.color();
    for diagnostic in &checked.diagnostics {
        let text = render::text::finding(diagnostic, &checked.files, prefix, color);
        writeln!(context.out, "{text}")?;
    }
    Ok(())
}

pub(super) fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics
        .iter()
        .any(|diagnostic| diagnostic.level == Level::Error)
}
