//! `kepherd check`

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::{Result, bail};

use super::carry_out::{How, carry_out};
use super::clone::EnhancementsClone;
use super::findings::{Reported, has_errors, prefix_for, report};
use super::revision::Around;
use super::runtimes::{self, runtime_of};
use super::{Context, Exit, files};
use crate::cli::{Check, CheckFormat, ProposalFormat};
use crate::findings::sources::Revision;
use crate::registry::Registry;
use crate::registry::load::{Loaded, load, load_beside};
use crate::render;
use crate::rules::fix::fix;
use crate::rules::{self, Beside, Others};
use crate::sources::proposal::{Proposals, Source};
use crate::sources::runtimes::compare::RuntimeHistory;

pub(super) fn run(context: &mut Context<'_>, options: &Check) -> Result<Exit> {
    let shown = match (options.diff, options.format) {
        (false, _) | (true, CheckFormat::Text) => None,
        (true, CheckFormat::Json) => Some(ProposalFormat::Json),
        (true, CheckFormat::Markdown) => Some(ProposalFormat::Markdown),
        (true, CheckFormat::Sarif | CheckFormat::Github) => {
            bail!("--diff shows edits, which --format text, json and markdown can")
        }
    };
    let mended = match options.fix {
        true => mend(context, options.diff, shown)?,
        false => Exit::Clean,
    };
    if shown.is_some() {
        return Ok(mended);
    }
    Ok(check(context, options)?.max(mended))
}

/// The histories of the runtimes that are named, each in its clone.
fn histories(
    context: &Context<'_>,
    registry: &Registry,
    named: &[(String, PathBuf)],
) -> Result<Vec<RuntimeHistory>> {
    let mut seen = BTreeSet::new();
    let histories = named.iter().map(|(name, clone)| {
        let runtime = runtime_of(registry, Some(name))?;
        if !seen.insert(name) {
            bail!("--runtime names {name} twice: each runtime has one clone");
        }
        runtimes::read(context, registry, runtime, (clone, None), |_, _| {})
    });
    histories.collect()
}

/// What is said if no finding has one right answer.
const NOTHING_TO_MEND: &str = "nothing can be mended without a person";

/// Mends what can be mended, or only shows it.
fn mend(context: &mut Context<'_>, only_show: bool, shown: Option<ProposalFormat>) -> Result<Exit> {
    let opened = files::open(context)?;
    let mut all = Proposals::of(Source::Rules);
    all.proposals = fix(&files::raw(&opened.root)?, context.today(), |_| true);
    all.nothing = Some(NOTHING_TO_MEND.to_owned());
    let how = How {
        format: shown.unwrap_or(ProposalFormat::Text),
        diff: only_show,
        only_show,
    };
    carry_out(context, &opened, all, how)
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
        (
            base.commit.short(),
            load_beside(&loaded, Revision::Base, files),
            is_new,
        )
    });
    let upstream = match &options.upstream {
        Some(repo) => {
            let rev = &options.upstream_rev;
            let clone = EnhancementsClone::at(context, repo, rev, &loaded.registry)?;
            clone.remark_on_age(context)?;
            let base = base.as_ref().map(|(_, base, _)| &base.registry);
            let registries: Vec<&Registry> = [&loaded.registry].into_iter().chain(base).collect();
            Some(clone.snapshot(&registries, &[])?)
        }
        None => None,
    };
    let runtimes = histories(context, &loaded.registry, &options.runtime)?;
    let beside = Beside {
        base: base.as_ref().map(|(_, base, _)| base),
        others: Others {
            upstream: upstream.as_ref(),
            runtimes: &runtimes,
        },
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
