//! `kepherd check`

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, bail};

use super::clone::Clone;
use super::files::Opened;
use super::revision::Around;
use super::{Context, Exit, files, watch};
use crate::cli::{Check, CheckFormat};
use crate::findings::diagnostic::{Diagnostic, Level};
use crate::findings::sources::{Revision, Sources};
use crate::registry::Registry;
use crate::registry::load::{Loaded, RawFile, load, load_as};
use crate::render;
use crate::rules::fix::{Fixed, fix};
use crate::rules::{self, Beside, Checked};
use crate::text::diff;
use crate::text::words::{counted, printable};

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
    let judges = options.base.is_some() || context.environment.event.is_some();
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
            let prefix = prefix_for(options.format, &opened, context);
            (opened.loaded, prefix)
        }
    };
    let base = match &around {
        Some(around) => around.base(
            options.base.as_deref(),
            options.at.as_deref(),
            context.environment,
            &mut *context.log,
            &loaded.registry.files,
        )?,
        None => None,
    };
    let base: Option<(String, Loaded, bool)> = base.map(|base| {
        let is_new = base.files.is_none();
        let files = base.files.unwrap_or_default();
        (base.commit.short(), load_as(Revision::Base, files), is_new)
    });
    let upstream = match &options.upstream {
        Some(repo) => {
            let rev = &options.upstream_rev;
            let clone = Clone::at(context, repo, rev, &loaded.registry)?;
            let base = base.as_ref().map(|(_, base, _)| &base.registry);
            let registries: Vec<&Registry> = [&loaded.registry].into_iter().chain(base).collect();
            Some(clone.snapshot(&registries, &[])?)
        }
        None => None,
    };
    let beside = Beside {
        base: base.as_ref().map(|(_, base, _)| base),
        upstream: upstream.as_ref(),
    };
    let mut checked = rules::run(&loaded, context.today(), beside);
    let records = loaded.registry.record_count();
    let mut summary = render::text::summary(&checked.diagnostics, records);
    if let Some((commit, _, is_new)) = &base {
        if *is_new {
            writeln!(
                context.log,
                "note: there is no registry in this folder at {commit}, so all of it counts as new"
            )?;
        }
        // Where both revisions are shown, the older one says which it is; programs want a path.
        let shown = matches!(options.format, CheckFormat::Text | CheckFormat::Json);
        if shown {
            checked.sources.name_after(Revision::Base, commit);
        }
        if options.format == CheckFormat::Text {
            let new = checked.diagnostics.iter().filter(|one| !one.known).count();
            summary = format!("{summary}; {new} from the change since {commit}");
        }
    }
    let reported = Reported {
        prefix: &prefix,
        records,
        summary: &summary,
        is_judged: base.is_some(),
    };
    report(context, &checked, options.format, &reported)?;
    // What was there before the change is somebody else's to mend.
    checked.diagnostics.retain(|diagnostic| !diagnostic.known);
    Ok(if has_errors(&checked.diagnostics) {
        Exit::Findings
    } else {
        Exit::Clean
    })
}

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

/// The files of a registry, with these texts instead of those that were read, or beside them.
pub(super) fn with_texts<'a>(
    registry: &'a Registry,
    texts: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Vec<RawFile> {
    let files = registry.files.iter();
    let mut all: BTreeMap<&str, &str> = files.map(|file| (&*file.path, &*file.text)).collect();
    all.extend(texts);
    let raw = |(path, text): (&str, &str)| RawFile {
        path: path.to_owned(),
        content: Ok(text.as_bytes().to_vec()),
    };
    all.into_iter().map(raw).collect()
}

/// What `check` would find in one file, if it had this text, and the errors that this would bring to others; the rest of
/// the registry is as it was read.
pub(super) fn findings_of(
    context: &Context<'_>,
    registry: &Registry,
    path: &str,
    text: &str,
) -> Checked {
    let before = with_texts(registry, []);
    let after = with_texts(registry, [(path, text)]);
    let before = rules::run(&load(before), context.today(), Beside::default());
    let mut checked = rules::run(&load(after), context.today(), Beside::default());
    let named = |files: &Sources, one: &Diagnostic| {
        let path = files.file(one.primary.file).path.to_string();
        (one.rule.to_string(), path, one.message.clone())
    };
    let known: BTreeSet<(String, String, String)> = before
        .diagnostics
        .iter()
        .map(|one| named(&before.sources, one))
        .collect();
    let files = &checked.sources;
    checked.diagnostics.retain(|one| {
        let is_here = *files.file(one.primary.file).path == *path;
        is_here || (one.level == Level::Error && !known.contains(&named(files, one)))
    });
    checked
}

pub(super) fn write_findings(
    context: &mut Context<'_>,
    checked: &Checked,
    prefix: &str,
) -> Result<()> {
    write_all(
        context,
        checked.diagnostics.iter(),
        &checked.sources,
        prefix,
    )
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

pub(super) fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics
        .iter()
        .any(|diagnostic| diagnostic.level == Level::Error)
}
