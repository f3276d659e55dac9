//! `kepherd init`: a registry where there is none. What it holds is decided in `sources/starter.rs`; here somebody is asked, all of it is
//! judged as `check` would, and then written, or nothing is.

use std::io::{BufRead as _, IsTerminal as _};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::{Context as _, Result, bail};

use super::carry_out::judge;
use super::clone::EnhancementsClone;
use super::files::{self, Opened, Write};
use super::upstream::Wanted;
use super::{Context, Exit, findings};
use crate::cli::{Clone, Init, Participating, ProposalFormat};
use crate::git;
use crate::registry::load::{CONFIG_FILE, RawFile, is_plain_name, load};
use crate::rules;
use crate::sources::proposal::{Because, Proposal, Settled};
use crate::sources::starter::{self, File, Participant, Wishes};
use crate::terms::{Line, RepositoryName};
use crate::text::words::printable;

/// Where a registry is put if nobody says where.
const FOLDER: &str = "keps";

pub(super) fn run(context: &mut Context<'_>, options: &Init) -> Result<Exit> {
    let place = Place::of(context)?;
    let wishes = wishes(context, options)?;
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
    let beside = match options.no_workflows {
        true => starter::editors(),
        false => {
            let mut beside = starter::workflows(&place.below, &uses(options)?);
            beside.extend(starter::editors());
            beside
        }
    };
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
    let writes: Vec<Write<'_>> = all
        .iter()
        .map(|file| Write {
            path: &file.path,
            new_path: &file.path,
            before: None,
            after: &file.text,
        })
        .collect();
    files::write_all(&place.top, &writes)?;
    say(context, &place, &all, &left)?;
    Ok(Exit::Clean)
}

/// Where a new registry is put.
struct Place {
    /// The root of the git repository, or else the working directory.
    top: PathBuf,
    /// The registry's folder below it: empty, or without `/` at its end.
    below: String,
    /// What leads from the working directory to the registry, for messages.
    prefix: String,
    /// Whether there is a git repository.
    is_repository: bool,
}

impl Place {
    fn of(context: &Context<'_>) -> Result<Self> {
        let here = &context.environment.directory;
        let named = context
            .global
            .registry
            .as_deref()
            .unwrap_or(Path::new(FOLDER));
        let root = normal(&here.join(named));
        // The folder may not be there yet, and what it is put into may be a link to somewhere else.
        let there = root.ancestors().find(|folder| folder.is_dir());
        let there = there.with_context(|| format!("`{}` is in no folder", root.display()))?;
        if root.exists() && !root.is_dir() {
            bail!("`{}` is a file, and no folder", root.display());
        }
        let worktree = git::Repository::discover(there).ok();
        let worktree = worktree.and_then(|repository| Some(repository.worktree()?.to_owned()));
        // What lies above the repository is another project's.
        let is_own = |found: &PathBuf| worktree.as_ref().is_none_or(|top| found.starts_with(top));
        if let Some(found) = files::found_from(&root).filter(is_own) {
            let shown = found.join(CONFIG_FILE);
            let shown = shown.strip_prefix(here).unwrap_or(&shown);
            bail!(
                "there is a registry already: {}; a repository has one, so edit that (`kepherd new kep`, `kepherd upstream pull`)",
                shown.display()
            );
        }
        let is_repository = worktree.is_some();
        let top = worktree.unwrap_or_else(|| match root.starts_with(here) {
            true => here.clone(),
            false => root.clone(),
        });
        // One of them may have come by a link.
        let (top, root) = match root.strip_prefix(&top) {
            Ok(_) => (top, root),
            Err(_) => (
                top.canonicalize()?,
                there.canonicalize()?.join(root.strip_prefix(there)?),
            ),
        };
        let below = root.strip_prefix(&top).map_or_else(
            |_| String::new(),
            |below| below.to_string_lossy().replace('\\', "/"),
        );
        // It stands in workflows, and in addresses.
        if !below.is_empty() && !below.split('/').all(is_plain_name) {
            bail!(
                "--registry {}: a folder's name is asked for that is safe in workflows and addresses, of letters, digits, `-`, `.` and `_`",
                printable(&below)
            );
        }
        Ok(Self {
            prefix: files::prefix(&root, here),
            top,
            below,
            is_repository,
        })
    }

    /// Where a file of the registry is, below the top.
    fn path_of(&self, in_registry: &str) -> String {
        match self.below.is_empty() {
            true => in_registry.to_owned(),
            false => format!("{}/{in_registry}", self.below),
        }
    }

    /// The registry as it will be, with what lies in its folder already.
    fn opened(&self, files: &[File]) -> Result<Opened> {
        let root = self.top.join(&self.below);
        let mut raw = match root.is_dir() {
            true => files::raw(&root)?,
            false => Vec::new(),
        };
        let is_ours = |path: &str| files.iter().any(|file| file.path == path);
        raw.retain(|file| !is_ours(&file.path));
        if let Some(other) = raw.first() {
            bail!(
                "`{}` holds what is no record of a new registry, such as `{}`: name another folder by --registry DIR",
                root.display(),
                printable(&other.path)
            );
        }
        raw.extend(
            files
                .iter()
                .filter(|file| file.path.ends_with(".toml"))
                .map(|file| RawFile {
                    path: file.path.clone(),
                    content: Ok(file.text.clone().into_bytes()),
                }),
        );
        Ok(Opened {
            root,
            prefix: self.prefix.clone(),
            loaded: load(raw),
        })
    }
}

/// A path without `.` and `..`.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            std::path::Component::CurDir => {}
            std::path::Component::ParentDir => {
                normal.pop();
            }
            part => normal.push(part),
        }
    }
    normal
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

fn wishes(context: &mut Context<'_>, options: &Init) -> Result<Wishes> {
    let is_asked = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
    let missing: Vec<&str> = [
        (options.home.is_none(), "--home NAME"),
        (options.repository.is_none(), "--repository OWNER/NAME"),
    ]
    .into_iter()
    .filter_map(|(is_missing, option)| is_missing.then_some(option))
    .collect();
    if !missing.is_empty() && !is_asked {
        bail!(
            "{} {} missing, and nobody can be asked here: as in `kepherd init --home runc --repository opencontainers/runc`",
            missing.join(" and "),
            if missing.len() == 1 { "is" } else { "are" }
        );
    }
    // Whoever says all that must be said is asked nothing.
    let is_asked = !missing.is_empty();
    let mut ask = Ask(context);
    let home: Line = match &options.home {
        Some(home) => home.clone(),
        None => ask.until(
            "The project that the registry speaks for, such as runc",
            None,
        )?,
    };
    let repository: RepositoryName = match &options.repository {
        Some(repository) => repository.clone(),
        None => ask.until("The repository of its tracking issues, as owner/name", None)?,
    };
    let known = starter::known_runtimes();
    let runtimes = match (options.runtime.as_slice(), is_asked) {
        ([], true) => {
            let default: Vec<&str> = known.iter().map(Line::as_str).collect();
            let Names(names) = ask.until(
                "Container runtimes that take part, or `none`",
                Some(&default.join(", ")),
            )?;
            participants(&names)
        }
        ([], false) => known.into_iter().map(of_name).collect(),
        (named, _) => participants(named),
    };
    let labels = match (options.label.as_slice(), is_asked) {
        ([], true) => vec![ask.until(
            "The label of every tracking issue; best one that other issues do not have",
            Some(starter::LABEL),
        )?],
        ([], false) => vec![starter::LABEL.parse()?],
        (labels, _) => labels.to_vec(),
    };
    let milestone = match (&options.milestone, is_asked) {
        (Some(milestone), _) => milestone.clone(),
        (None, true) => {
            let pattern: Line =
                ask.until("The milestone of a release", Some(starter::MILESTONE))?;
            pattern.to_string()
        }
        (None, false) => starter::MILESTONE.to_owned(),
    };
    Ok(Wishes {
        home,
        repository,
        runtimes,
        labels,
        milestone,
        bots: options.bot.clone(),
    })
}

fn of_name(name: Line) -> Participant {
    Participant {
        name,
        repository: None,
    }
}

fn participants(named: &[Participating]) -> Vec<Participant> {
    let named = named.iter().filter(|one| one.name.as_str() != "none");
    let participant = |one: &Participating| Participant {
        name: one.name.clone(),
        repository: one.repository.clone(),
    };
    named.map(participant).collect()
}

/// Names with commas between them.
struct Names(Vec<Participating>);

impl FromStr for Names {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let names = text
            .split(',')
            .map(str::trim)
            .filter(|name| !name.is_empty());
        let names = names.map(|name| name.parse::<Participating>());
        Ok(Self(names.collect::<Result<_, _>>()?))
    }
}

/// Somebody at a terminal.
struct Ask<'c, 'a>(&'c mut Context<'a>);

impl Ask<'_, '_> {
    /// Asks until the answer is one; an empty one takes the default.
    fn until<T: FromStr>(&mut self, question: &str, default: Option<&str>) -> Result<T>
    where
        T::Err: std::fmt::Display,
    {
        loop {
            let shown = default.map_or_else(String::new, |default| format!(" [{default}]"));
            write!(self.0.log, "{question}{shown}: ")?;
            self.0.log.flush()?;
            let mut answer = String::new();
            if std::io::stdin().lock().read_line(&mut answer)? == 0 {
                writeln!(self.0.log)?;
                bail!("nothing is written: the questions were not answered");
            }
            let answer = match (answer.trim(), default) {
                ("", Some(default)) => default,
                ("", None) => continue,
                (answer, _) => answer,
            };
            match answer.parse() {
                Ok(answer) => return Ok(answer),
                Err(why) => writeln!(self.0.log, "  {}", printable(&why.to_string()))?,
            }
        }
    }
}

fn say(context: &mut Context<'_>, place: &Place, all: &[File], left: &[File]) -> Result<()> {
    let is_shown = |file: &&File| !file.about.is_empty();
    if !context.global.quiet {
        let wide = all
            .iter()
            .filter(is_shown)
            .map(|file| file.path.len())
            .max();
        for file in all.iter().filter(is_shown) {
            let File { path, about, .. } = file;
            writeln!(
                context.out,
                "{path:wide$}  {about}",
                wide = wide.unwrap_or_default()
            )?;
        }
        let schemas = place.path_of("schema/");
        let wide = wide.unwrap_or_default();
        writeln!(
            context.out,
            "{schemas:wide$}  what editors know of these files"
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
