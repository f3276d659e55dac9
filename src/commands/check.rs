//! `kepherd check`

use std::collections::BTreeSet;

use anyhow::{Result, bail};

use super::revision::Around;
use super::{Context, Exit, files, watch};
use crate::cli::{Check, CheckFormat};
use crate::diagnostic::{Diagnostic, Level};
use crate::fix::{Fixed, fix};
use crate::registry::Registry;
use crate::registry::load::{Loaded, RawFile, load, load_from};
use crate::render::{self, diff};
use crate::rules::{self, Checked};
use crate::source::SourceFile;
use crate::words::{counted, printable};

pub(super) fn run(context: &mut Context<'_>, options: &Check) -> Result<Exit> {
    if options.watch {
        return watch::run(context, options);
    }
    if options.diff && options.format != CheckFormat::Text {
        bail!("--diff is a format of its own: leave --format out");
    }
    let mended = if options.fix {
        mend(context, options.diff)?
    } else {
        true
    };
    let exit = check(context, options)?;
    Ok(match mended {
        true => exit,
        false => exit.max(Exit::Findings),
    })
}

/// Mends what can be mended, or only shows it. Gives whether all of it was written.
fn mend(context: &mut Context<'_>, only_show: bool) -> Result<bool> {
    let root = files::root(context)?;
    let prefix = files::from_repository(&root, context);
    let mut fixed = fix(&files::raw(&root)?, context.today(), |_| true);
    fixed.sort_by(|a, b| a.path.cmp(&b.path));
    let (mut whole, mut written, mut findings) = (true, 0, 0);
    for Fixed {
        path,
        new_path,
        before,
        after,
        count,
    } in &fixed
    {
        if only_show {
            let paint = context.paint();
            write!(
                context.out,
                "{}",
                diff::unified(&prefix, path, before, new_path, after, paint)
            )?;
            continue;
        }
        match files::replace(&root, path, before, new_path, after) {
            Ok(()) => {
                written += 1;
                findings += count;
            }
            Err(error) => {
                whole = false;
                writeln!(context.log, "error: {}", printable(&format!("{error:#}")))?;
            }
        }
    }
    if !context.global.quiet {
        let all = fixed.iter().map(|one| one.count).sum();
        let of = |count, files| {
            format!(
                "{} in {}",
                counted(count, "finding"),
                counted(files, "file")
            )
        };
        let word = match (fixed.is_empty(), only_show) {
            (true, _) => "nothing can be mended without a person".to_owned(),
            (false, true) => format!("`--fix` mends {}", of(all, fixed.len())),
            (false, false) => format!("mended {}", of(findings, written)),
        };
        writeln!(context.log, "{word}")?;
    }
    Ok(whole)
}

/// One check, of the files or of a revision.
pub(super) fn check(context: &mut Context<'_>, options: &Check) -> Result<Exit> {
    let judges = options.base.is_some() || context.environment.is_pull_request;
    let mut around = if judges || options.at.is_some() {
        Some(Around::of(context)?)
    } else {
        None
    };
    let (loaded, prefix) = match (&options.at, &mut around) {
        (Some(at), Some(around)) => {
            let (commit, folder, files) = around.at(at)?;
            around.only(folder.clone());
            let folder = if folder.is_empty() {
                folder
            } else {
                format!("{folder}/")
            };
            let prefix = match options.format {
                CheckFormat::Text => format!("{}:{folder}", commit.short()),
                _ => folder,
            };
            (load(files), prefix)
        }
        _ => {
            let opened = files::open(context)?;
            if let Some(around) = &mut around
                && let Some(folder) = around.below(&opened.root)
            {
                around.only(folder);
            }
            let prefix = match options.format {
                CheckFormat::Github | CheckFormat::Sarif => {
                    files::from_repository(&opened.root, context)
                }
                _ => opened.prefix,
            };
            (opened.loaded, prefix)
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
    let base: Option<(String, Loaded, bool)> = base.map(|base| {
        let first_file = loaded.registry.files.len();
        let is_new = base.files.is_none();
        let files = base.files.unwrap_or_default();
        (base.commit.short(), load_from(first_file, files), is_new)
    });
    let today = context.today();
    let mut checked = rules::run(&loaded, today, base.as_ref().map(|(_, base, _)| base));
    if let Some((commit, base, is_new)) = &base {
        if *is_new {
            writeln!(
                context.log,
                "note: there is no registry in this folder at {commit}, so all of it counts as new"
            )?;
        }
        // Where both revisions are shown, the older one says which it is; programs want a path.
        let shown = matches!(options.format, CheckFormat::Text | CheckFormat::Json);
        for file in &mut checked.files[base.registry.first_file..]
            .iter_mut()
            .filter(|_| shown)
        {
            *file = SourceFile::new(format!("{} @ {commit}", file.path), file.text.clone());
        }
    }
    let records = loaded.registry.record_count();
    match options.format {
        CheckFormat::Text => {
            write_findings(context, &checked, &prefix)?;
            if !context.global.quiet {
                let mut summary = render::text::summary(&checked.diagnostics, records);
                if let Some((commit, ..)) = &base {
                    let new = checked.diagnostics.iter().filter(|one| !one.known).count();
                    summary = format!("{summary}; {new} from the change since {commit}");
                }
                writeln!(context.out, "{summary}")?;
            }
        }
        CheckFormat::Json => {
            let json = render::json::findings(&checked.diagnostics, &checked.files, records);
            write!(context.out, "{json}")?;
        }
        CheckFormat::Sarif => {
            let (all, files) = (&checked.diagnostics, &checked.files);
            let sarif = render::sarif::sarif(all, files, &prefix, base.is_some());
            write!(context.out, "{sarif}")?;
        }
        CheckFormat::Markdown => {
            let (all, files) = (&checked.diagnostics, &checked.files);
            let markdown = render::findings_markdown::findings(all, files, &prefix, records);
            write!(context.out, "{markdown}")?;
        }
        CheckFormat::Github => {
            let annotations =
                render::annotations::annotations(&checked.diagnostics, &checked.files, &prefix);
            write!(context.out, "{annotations}")?;
            if !context.global.quiet {
                let summary = render::text::summary(&checked.diagnostics, records);
                writeln!(context.out, "{summary}")?;
            }
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

/// What `check` would find in one file, if it had this text, and the errors that this would bring to others; the rest of
/// the registry is as it was read.
pub(super) fn findings_of(
    context: &Context<'_>,
    registry: &Registry,
    path: &str,
    text: &str,
) -> Checked {
    let raw = |path: &str, text: &str| RawFile {
        path: path.to_owned(),
        content: Ok(text.as_bytes().to_vec()),
    };
    let files = || registry.files.iter();
    let before: Vec<RawFile> = files().map(|file| raw(&file.path, &file.text)).collect();
    let mut after: Vec<RawFile> = files()
        .filter(|file| *file.path != *path)
        .map(|file| raw(&file.path, &file.text))
        .collect();
    after.push(raw(path, text));
    let before = rules::run(&load(before), context.today(), None);
    let mut checked = rules::run(&load(after), context.today(), None);
    let named = |files: &[SourceFile], one: &Diagnostic| {
        let path = files[one.primary.file.0].path.to_string();
        (one.rule.to_string(), path, one.message.clone())
    };
    let known: BTreeSet<(String, String, String)> = before
        .diagnostics
        .iter()
        .map(|one| named(&before.files, one))
        .collect();
    let files = &checked.files;
    checked.diagnostics.retain(|one| {
        let is_here = *files[one.primary.file.0].path == *path;
        is_here || (one.level == Level::Error && !known.contains(&named(files, one)))
    });
    checked
}

pub(super) fn write_findings(
    context: &mut Context<'_>,
    checked: &Checked,
    prefix: &str,
) -> Result<()> {
    let color = context.color();
    for diagnostic in &checked.diagnostics {
        let text = render::text::finding(diagnostic, &checked.files, prefix, color);
        // Excerpts of files too: a runner of GitHub takes this for a command wherever it stands.
        let text = text.replace("##[", "#\u{200b}#[");
        writeln!(context.out, "{text}")?;
    }
    Ok(())
}

pub(super) fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics
        .iter()
        .any(|diagnostic| diagnostic.level == Level::Error)
}
