//! `kepherd init`: a registry where there is none. What it holds is decided in `sources/starter.rs`; here somebody is asked, all of it is
//! judged as `check` would, and then written, or nothing is.

mod ask;
mod place;

use anyhow::{Result, bail};

use super::carry_out::judge;
use super::clone::EnhancementsClone;
use super::files::{self, Opened, Write};
use super::upstream::Wanted;
use super::{Context, Exit, findings};
use crate::cli::{Clone, Init, ProposalFormat};
use crate::registry::load::{CONFIG_FILE, is_plain_name};
use crate::rules;
use crate::sources::proposal::{Because, Proposal, Settled};
use crate::sources::starter::{self, File};
use crate::terms::{CommitId, RepositoryName};
use crate::text::words::printable;
use place::Place;

pub(super) fn run(context: &mut Context<'_>, options: &Init) -> Result<Exit> {
    let place = Place::of(context)?;
    let wishes = ask::wishes(context, options)?;
    let mut files = starter::registry(&wishes)?;
    files.extend(super::schema::of_records().map(|(name, text)| File {
        path: format!("schema/{name}"),
        text,
        about: String::new(),
    }));
    let opened = place.opened(&files)?;
    let Some(records) = records(context, options, &opened)? else {
        return Ok(Exit::CouldNotRun);
    };
    let readme = starter::readme(&wishes);
    let mut beside = vec![File {
        path: place.path_of(&readme.path),
        ..readme
    }];
    let uses = match options.no_workflows {
        true => None,
        false => Some(uses(options)?),
    };
    if let Some(uses) = &uses {
        beside.extend(starter::workflows(&place.below, &place.branch, uses));
    }
    beside.extend(starter::editors());
    let (left, beside): (Vec<File>, Vec<File>) = beside
        .into_iter()
        .partition(|file| std::fs::symlink_metadata(place.top.join(&file.path)).is_ok());
    let in_registry = |file: File| File {
        path: place.path_of(&file.path),
        ..file
    };
    let mut all: Vec<File> = files.into_iter().map(in_registry).collect();
    all.extend(records.into_iter().map(|record| File {
        path: place.path_of(record.final_path()),
        about: record.subject.map_or_else(String::new, |subject| {
            format!("the first of its records: {subject}")
        }),
        text: record.after,
    }));
    all.extend(beside);
    // What makes the folder a registry comes last: a run that is killed leaves none.
    let config = place.path_of(CONFIG_FILE);
    let mut ordered: Vec<&File> = all.iter().collect();
    ordered.sort_by_key(|file| file.path == config);
    let writes: Vec<Write<'_>> = ordered
        .iter()
        .map(|file| Write {
            path: &file.path,
            new_path: &file.path,
            before: None,
            after: &file.text,
        })
        .collect();
    files::write_all(&place.top, &writes)?;
    say(context, &place, uses.as_deref(), &all, &left)?;
    Ok(Exit::Clean)
}

/// The first records; none: the registry would have errors, which have been shown.
fn records(
    context: &mut Context<'_>,
    options: &Init,
    opened: &Opened,
) -> Result<Option<Vec<Proposal>>> {
    let checked = rules::run(&opened.loaded, context.today(), rules::Beside::default());
    if findings::has_errors(&checked.diagnostics) {
        findings::write_findings(context, &checked, &opened.prefix)?;
        writeln!(
            context.log,
            "error: this would be a registry that `kepherd check` refuses, so that nothing is written"
        )?;
        return Ok(None);
    }
    let Some(repo) = &options.upstream else {
        return Ok(Some(Vec::new()));
    };
    let clone = Clone {
        repo: repo.clone(),
        rev: "HEAD".to_owned(),
    };
    let read = EnhancementsClone::open(context, &clone, &opened.loaded.registry)?;
    let wanted = Wanted {
        keps: &options.kep,
        sig: None,
        new: false,
        settled: Settled::Not,
    };
    let mut proposals = wanted.proposals(opened, &read, &clone)?;
    judge(context, opened, &mut proposals, ProposalFormat::Json)?;
    for one in &proposals.untouched {
        let why = match &one.because {
            Because::Absent(why) | Because::Skipped(why) => why,
            Because::ReadLater => continue,
        };
        bail!("{}: {}", one.subject, printable(why));
    }
    for one in &proposals.proposals {
        if let Some(why) = one.refused.first() {
            bail!("`{}` is not written: {}", one.final_path(), printable(why));
        }
    }
    Ok(Some(proposals.proposals))
}

/// The workflows that are called: those of the release that this is.
fn uses(options: &Init) -> Result<String> {
    if let Some(uses) = &options.uses {
        let is_named = uses.split_once('@').is_some_and(|(repository, revision)| {
            repository.parse::<RepositoryName>().is_ok() && revision.split('/').all(is_plain_name)
        });
        if !is_named {
            bail!(
                "--uses {}: a repository and a revision of it are asked for, as OWNER/NAME@REVISION",
                printable(uses)
            );
        }
        return Ok(uses.clone());
    }
    let repository = env!("CARGO_PKG_REPOSITORY").trim_start_matches("https://github.com/");
    let version = concat!("v", env!("CARGO_PKG_VERSION"));
    Ok(match option_env!("KEPHERD_COMMIT") {
        Some(commit) => format!("{repository}@{commit} # {version}"),
        None => format!("{repository}@{version}"),
    })
}

/// Whether what is called is a commit, by its 40 digits.
fn is_pinned(uses: &str) -> bool {
    let revision = uses.split(['@', ' ']).nth(1);
    revision.and_then(CommitId::parse).is_some()
}

fn say(
    context: &mut Context<'_>,
    place: &Place,
    uses: Option<&str>,
    all: &[File],
    left: &[File],
) -> Result<()> {
    if !context.global.quiet {
        let shown = all.iter().filter(|file| !file.about.is_empty());
        let mut rows: Vec<(String, &str)> = shown
            .map(|file| (printable(&file.path), file.about.as_str()))
            .collect();
        let wide = rows.iter().map(|(path, _)| path.len()).max();
        let wide = wide.unwrap_or_default();
        let schemas = place.path_of("schema/");
        rows.push((schemas, "what editors know of these files"));
        for (path, about) in rows {
            writeln!(context.out, "{path:wide$}  {}", printable(about))?;
        }
    }
    let is_written = |file: &File| file.path.ends_with("/kepherd-check.yml");
    if uses.is_some_and(|uses| !is_pinned(uses)) && all.iter().any(is_written) {
        writeln!(
            context.log,
            "note: the workflows are called by a tag, which somebody could move: `--uses OWNER/NAME@COMMIT` pins them"
        )?;
    }
    for file in left {
        writeln!(
            context.log,
            "note: {} is there already, and is left as it is",
            file.path
        )?;
    }
    if !place.is_repository {
        writeln!(
            context.log,
            "note: this is no git repository: `git init`, for a registry lives in one, and workflows where its root is"
        )?;
    }
    if !context.global.quiet {
        writeln!(
            context.out,
            "next: `kepherd check`, `kepherd plan --sandbox`, and what {} says",
            place.path_of("README.md")
        )?;
    }
    Ok(())
}
