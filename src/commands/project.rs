//! `kepherd maintainers`, `kepherd releases`: the project's own files, as they lie on disk or in a clone.

use std::path::Path;

use anyhow::{Context as _, Result, anyhow, bail};

use super::carry_out::{How, carry_out};
use super::connect::{self, Connection};
use super::files::Opened;
use super::runtimes::{newest, released, runtime_of};
use super::{Context, Exit, block_on, files};
use crate::cli::{MaintainersList, ReleasesFile};
use crate::git::{Content, Object, Repository};
use crate::registry::load::MAX_FILE_BYTES;
use crate::sources::maintainers::accounts::Accounts;
use crate::sources::maintainers::{self, List};
use crate::sources::proposal::Proposals;
use crate::sources::releases;
use crate::sources::releases::kubernetes::{self, Pages};
use crate::sources::releases::tags::version_of;
use crate::sources::releases::{page, schedule};
use crate::terms::Release;

/// What has cycles, and no runtime's minors.
pub(super) const KUBERNETES: &str = "kubernetes";

/// Where kubernetes/sig-release has a folder for each cycle.
const CYCLES: &str = "releases";

/// Where a project keeps its list, unless somebody says otherwise.
const MAINTAINERS: &str = "MAINTAINERS";

pub(super) fn maintainers(
    context: &mut Context<'_>,
    list: &MaintainersList,
    how: How,
) -> Result<Exit> {
    let opened = files::open(context)?;
    let proposals = maintainers_of(context, &opened, list)?;
    carry_out(context, &opened, proposals, how)
}

/// What a list of maintainers, and the accounts of those who are in it, propose.
pub(super) fn maintainers_of(
    context: &mut Context<'_>,
    opened: &Opened,
    list: &MaintainersList,
) -> Result<Proposals> {
    let (named, read_at, text, earlier) = match &list.repo {
        Some(repo) => {
            let file = list.file.as_deref();
            let path = file.map_or(MAINTAINERS.to_owned(), |file| {
                file.to_string_lossy().into_owned()
            });
            let repository = Repository::open(&context.environment.directory.join(repo))?;
            in_clone(&repository, &list.rev, path)?
        }
        None => {
            let file = list.file.as_deref().unwrap_or(MAINTAINERS.as_ref());
            let path = context.environment.directory.join(file);
            let text = files::read_text(&path, MAX_FILE_BYTES)?;
            (file.display().to_string(), String::new(), text, None)
        }
    };
    let (accounts, problem) = accounts(context, opened, list, &text)?;
    let list = List {
        named: &named,
        read_at: &read_at,
        text: &text,
        earlier,
    };
    let mut proposals = maintainers::propose(&opened.loaded, &list, &opened.prefix, &accounts)?;
    proposals.warnings.extend(problem);
    Ok(proposals)
}

/// What GitHub says of the accounts, if there is a token to ask it with; and why it does not.
fn accounts(
    context: &mut Context<'_>,
    opened: &Opened,
    list: &MaintainersList,
    text: &str,
) -> Result<(Accounts, Option<String>)> {
    let registry = &opened.loaded.registry;
    connect::known_sandbox(context, list.sandbox.as_ref())?;
    let is_asked = list.sandbox.is_some() || connect::is_signed_in(context.environment);
    let Some(roster) = registry.roster.as_ref().filter(|_| is_asked) else {
        return Ok((Accounts::default(), None));
    };
    let wanted = maintainers::wanted(registry, text);
    block_on(async {
        let patience = connect::patience(&list.waits);
        let sandbox = list.sandbox.as_ref();
        let connection = Connection::open(context, sandbox, registry, patience).await?;
        let read = connection.client.accounts(&roster.value, &wanted).await;
        connection.close().await;
        // Without accounts all else is as it is without a token.
        Ok(match read {
            Ok(accounts) => (accounts, None),
            Err(error) => (
                Accounts::default(),
                Some(format!("the accounts could not be read: {error}")),
            ),
        })
    })
}

/// A list as it is read: how it is named, at which commit, its text, and its texts before that.
type Listed = (String, String, String, Option<Vec<String>>);

/// A list in a clone; its history tells who has left.
fn in_clone(repository: &Repository, rev: &str, path: String) -> Result<Listed> {
    let commit = repository.commit(rev)?;
    let text = |content: Content| match content {
        Content::Bytes(bytes) => String::from_utf8(bytes)
            .with_context(|| format!("`{path}` at {} is not UTF-8", commit.short())),
        _ => Err(anyhow!(
            "`{path}` at {} is not a file that can be read",
            commit.short()
        )),
    };
    let Some(now) = repository.file(&commit, &path, MAX_FILE_BYTES)? else {
        bail!(
            "there is no `{path}` at {}: name its path by --file",
            commit.short()
        );
    };
    let now = text(now)?;
    // What a clone lacks, nobody knows.
    let earlier = match repository.is_shallow() {
        true => None,
        false => {
            let changes = repository.changes(&commit, &path)?;
            let objects = changes.into_iter().filter_map(|change| change.object);
            let read = |object: Object| repository.content(object, &path, MAX_FILE_BYTES);
            let texts: Result<Vec<Content>, _> = objects.map(read).collect();
            let texts = texts.ok().map(|all| all.into_iter().map(text));
            texts.and_then(|all| all.collect::<Result<Vec<String>>>().ok())
        }
    };
    let read_at = format!("{} of {}", commit.short(), commit.date);
    Ok((path, read_at, now, earlier))
}

pub(super) fn releases(context: &mut Context<'_>, of: &ReleasesFile, how: How) -> Result<Exit> {
    let opened = files::open(context)?;
    let proposals = releases_of(context, &opened, of)?;
    carry_out(context, &opened, proposals, how)
}

/// What a page of releases, or the tags of a clone, propose.
pub(super) fn releases_of(
    context: &mut Context<'_>,
    opened: &Opened,
    of: &ReleasesFile,
) -> Result<Proposals> {
    let ReleasesFile {
        file,
        repo,
        runtime,
        tags,
    } = of;
    let registry = &opened.loaded.registry;
    if runtime.as_deref() == Some(KUBERNETES) {
        let pages = pages(context, of)?;
        return Ok(kubernetes::propose(registry, &pages, context.today())?);
    }
    if tags.is_some() {
        bail!(
            "--tags is for `--runtime {KUBERNETES}`: the tags of a runtime are in the clone that --repo names"
        );
    }
    let runtime = runtime_of(registry, runtime.as_deref())?;
    let directory = &context.environment.directory;
    Ok(match (file, repo) {
        (Some(file), _) => {
            let text = files::read_text(&directory.join(file), MAX_FILE_BYTES)?;
            let page = page::read(&text, context.today());
            releases::propose(registry, runtime, &page, &file.display().to_string())?
        }
        (None, Some(repo)) => {
            let repository = Repository::open(&directory.join(repo))?;
            let tagged = released(&repository, runtime)?.into_iter();
            let tagged = tagged.map(|(version, tag)| (version, tag.day));
            releases::tags::propose(
                registry,
                runtime,
                &tagged.collect(),
                &repo.display().to_string(),
            )?
        }
        (None, None) => bail!("name a page by --file, or a clone by --repo"),
    })
}

/// What a runtime's page of releases proposes, as it is in a clone.
pub(super) fn releases_page(
    context: &mut Context<'_>,
    opened: &Opened,
    runtime: &str,
    (repo, path): (&Path, &str),
) -> Result<Proposals> {
    let registry = &opened.loaded.registry;
    let runtime = runtime_of(registry, Some(runtime))?;
    let git = Repository::open(&context.environment.directory.join(repo))?;
    let commit = newest(&git)?;
    // Its history tells nothing, and a clone of commits alone has no more than this file.
    let Some(Content::Bytes(bytes)) = git.file(&commit, path, MAX_FILE_BYTES)? else {
        bail!("there is no file `{path}` at {}", commit.short());
    };
    let text = String::from_utf8(bytes)
        .with_context(|| format!("`{path}` at {} is not UTF-8", commit.short()))?;
    let page = page::read(&text, context.today());
    let named = format!("{path} at {} of {}", commit.short(), commit.date);
    Ok(releases::propose(registry, runtime, &page, &named)?)
}

/// The pages of Kubernetes' release cycles, and the days of its releases where a clone has their tags.
fn pages(context: &Context<'_>, of: &ReleasesFile) -> Result<Pages> {
    let directory = &context.environment.directory;
    let mut all = Pages::default();
    match (&of.file, &of.repo) {
        (Some(file), _) => {
            let text = files::read_text(&directory.join(file), MAX_FILE_BYTES)?;
            all.read = file.display().to_string();
            all.pages.push((all.read.clone(), schedule::read(&text)));
        }
        (None, Some(repo)) => {
            let git = Repository::open(&directory.join(repo))?;
            let head = newest(&git)?;
            all.read = format!("{} at {} of {}", repo.display(), head.short(), head.date);
            for entry in git.folder(&head, CYCLES)? {
                let Some(release) = entry.name.strip_prefix("release-") else {
                    continue;
                };
                let Ok(release) = release.parse::<Release>() else {
                    continue;
                };
                let path = format!("{CYCLES}/{}/README.md", entry.name);
                let Some(Content::Bytes(bytes)) = git.file(&head, &path, MAX_FILE_BYTES)? else {
                    continue;
                };
                // What is no UTF-8 is shown where it is not understood.
                let page = schedule::read(&String::from_utf8_lossy(&bytes));
                match page.release {
                    Some(heading) if heading != release => all.left_out.push(format!(
                        "{path}: its heading says {heading}, and its folder {release}: left out, for nobody knows which is meant"
                    )),
                    _ => all.pages.push((path, page)),
                }
            }
        }
        (None, None) => bail!("name a page by --file, or a clone by --repo"),
    }
    if let Some(tags) = &of.tags {
        let git = Repository::open(&directory.join(tags))?;
        let version = |name: &str| version_of("v{version}", name).filter(|one| one.patch == 0);
        let tags = git.tags(|name| version(name).is_some())?.into_iter();
        all.released = tags
            .filter_map(|tag| Some((version(&tag.name)?.release, tag.day)))
            .collect();
    }
    all.pages.sort_by_key(|(_, page)| page.release);
    Ok(all)
}
