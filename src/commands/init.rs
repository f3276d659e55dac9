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
use crate::terms::{Line, Misspelt, RepositoryName};
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
    let readme = starter::readme(&wishes);
    let mut beside = vec![File {
        path: place.path_of(&readme.path),
        ..readme
    }];
    beside.extend(match options.no_workflows {
        true => starter::editors(),
        false => {
            let mut beside = starter::workflows(&place.below, &place.branch, &uses(options)?);
            beside.extend(starter::editors());
            beside
        }
    });
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
    /// Its default branch.
    branch: String,
}

impl Place {
    fn of(context: &Context<'_>) -> Result<Self> {
        let here = &context.environment.directory;
        let named = context.global.registry.as_deref();
        let root = normal(&here.join(named.unwrap_or(Path::new(FOLDER))));
        // The folder may not be there yet.
        let there = root.ancestors().find(|folder| folder.is_dir());
        let there = there.with_context(|| format!("`{}` is in no folder", root.display()))?;
        if std::fs::symlink_metadata(&root).is_ok() && !root.is_dir() {
            bail!("`{}` is a file, and no folder", root.display());
        }
        let repository = git::Repository::discover(there).ok();
        let worktree = repository.as_ref().and_then(git::Repository::worktree);
        if let (Some(repository), None) = (&repository, worktree) {
            bail!(
                "`{}` is a bare repository, without files to put a registry beside: clone it",
                repository.directory().display()
            );
        }
        let top = match (worktree, root.starts_with(here)) {
            (Some(worktree), _) => worktree.to_owned(),
            (None, true) => here.clone(),
            (None, false) => root.clone(),
        };
        // Links are not followed: a clone may hold some that lead anywhere.
        let folders = root
            .ancestors()
            .take_while(|folder| *folder != top && *folder != here);
        let is_link = |folder: &&Path| {
            std::fs::symlink_metadata(folder).is_ok_and(|found| found.is_symlink())
        };
        if let Some(link) = folders
            .filter(|folder| folder.parent().is_some())
            .find(is_link)
        {
            bail!(
                "`{}` is a symbolic link, and links are not followed",
                link.display()
            );
        }
        // The working directory itself may have come by one.
        let (top, root) = match root.strip_prefix(&top) {
            Ok(_) => (top, root.clone()),
            Err(_) => (
                top.canonicalize()?,
                there.canonicalize()?.join(root.strip_prefix(there)?),
            ),
        };
        let branch = repository
            .as_ref()
            .and_then(git::Repository::default_branch);
        // In a workflow it is one of names alone.
        let branch = branch.filter(|name| name.split('/').all(is_plain_name));
        let is_repository = repository.is_some();
        // What lies above the repository is another project's.
        let is_own = |found: &PathBuf| !is_repository || found.starts_with(&top);
        if let Some(found) = files::found_from(&root).filter(is_own) {
            let shown = found.join(CONFIG_FILE);
            let shown = shown.strip_prefix(here).unwrap_or(&shown);
            bail!(
                "there is a registry already: {}; a repository has one, so edit that (`kepherd new kep`, `kepherd upstream pull`)",
                shown.display()
            );
        }
        let parts = root
            .strip_prefix(&top)
            .unwrap_or(Path::new(""))
            .components();
        let parts: Option<Vec<&str>> = parts.map(|part| part.as_os_str().to_str()).collect();
        let below = parts
            .map(|parts| parts.join("/"))
            .with_context(|| format!("`{}` has a name that is no text", root.display()))?;
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
            branch: branch.unwrap_or_else(|| "main".to_owned()),
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
        None => {
            let question = "The project that the registry speaks for, such as runc";
            let Home(home) = ask.until(question, None)?;
            home
        }
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
                "Container runtimes that take part, with commas between them, or `none`",
                Some(&default.join(", ")),
            )?;
            participants(&names)
        }
        ([], false) => known.iter().cloned().map(of_name).collect(),
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
            let Pattern(pattern) =
                ask.until("The milestone of a release", Some(starter::MILESTONE))?;
            pattern
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

/// A project by its name.
struct Home(Line);

impl FromStr for Home {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let name: Line = text.parse().map_err(|why: Misspelt| why.to_string())?;
        starter::named(&name).map_err(|why| why.to_string())?;
        Ok(Self(name))
    }
}

/// How milestones are called.
struct Pattern(String);

impl FromStr for Pattern {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        starter::milestone(text).map_err(|why| why.to_string())?;
        Ok(Self(text.to_owned()))
    }
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
        let names: Vec<Participating> = names.collect::<Result<_, _>>()?;
        for one in participants(&names) {
            starter::participates(&one).map_err(|why| why.to_string())?;
        }
        Ok(Self(names))
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

/// Whether what a workflow calls is a commit, by its 40 digits.
fn is_pinned(workflow: &str) -> bool {
    let called = workflow.split(".yml@").nth(1).unwrap_or_default();
    let revision: String = called.chars().take_while(char::is_ascii_hexdigit).collect();
    revision.len() == 40
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
            let (path, about) = (printable(&file.path), printable(&file.about));
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
    if all
        .iter()
        .any(|file| file.path.ends_with("/kepherd-check.yml") && !is_pinned(&file.text))
    {
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
