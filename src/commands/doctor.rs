//! `kepherd doctor`: what is set up and what is not. It writes nothing: GitHub is asked as a plan asks it, with a [`Read`](crate::sync::remote::Read).

use std::path::Path;

use anyhow::Result;

use super::connect::{Connection, patience};
use super::files::{self, Opened};
use super::{Context, Exit, block_on, refresh, schema};
use crate::cli::{Doctor, TextOrJson};
use crate::git::Repository;
use crate::registry::requirement;
use crate::registry::schema::FileKind;
use crate::render::{self, json};
use crate::rules;
use crate::sync::observed::Access;
use crate::sync::remote::{Read as _, Wanted, WantedRepository};
use crate::terms::links::documentation;
use crate::terms::{Date, RepositoryName};
use crate::text::words::printable;
use crate::views::health::{self, Health, Part, Reading};
use crate::views::refreshed::STALE_DAYS;

pub(super) fn run(context: &mut Context<'_>, options: &Doctor) -> Result<Exit> {
    let opened = files::open(context)?;
    let today = context.today();
    let registry = &opened.loaded.registry;
    let checked = rules::run(&opened.loaded, today, rules::Beside::default());
    let mut parts = health::of_registry(registry, &checked.diagnostics, today);
    if let Some(part) = parts.first_mut() {
        part.readings.extend(release(&opened));
    }
    let part = |about: &str, readings| Part {
        about: about.to_owned(),
        readings,
    };
    parts.push(part("git", vec![history(&opened)]));
    parts.push(part("GitHub", github(context, options, &opened)?));
    parts.push(part("workflows", workflows(&opened)));
    parts.push(part("sources", sources(context, options, &opened)));
    let health = Health {
        version: health::VERSION,
        kepherd: env!("CARGO_PKG_VERSION").to_owned(),
        day: today,
        parts,
    };
    let text = match options.format {
        TextOrJson::Text => render::health::text(&health, context.paint()),
        TextOrJson::Json => json::pretty(&health),
    };
    write!(context.out, "{text}")?;
    Ok(match health.missing() {
        0 => Exit::Clean,
        _ => Exit::Findings,
    })
}

/// Which release the registry asks for, and whether its schemas are this one's.
fn release(opened: &Opened) -> Vec<Reading> {
    let this = env!("CARGO_PKG_VERSION");
    let registry = &opened.loaded.registry;
    let asked = match registry.config.value.requires_kepherd {
        Some(asked) => Reading::good(
            "release",
            format!("this is {this}, and {asked} is asked for"),
        ),
        None => Reading::missing(
            "release",
            format!("this is {this}, and the registry asks for none"),
            format!(
                "`requires-kepherd = \"{}\"` in `registry.toml`, so that an older one says so instead of finding mistakes",
                requirement::this_release()
            ),
        ),
    };
    [asked].into_iter().chain(schemas(opened)).collect()
}

/// Whether the schemas that editors read are this release's, where they lie beside the registry.
fn schemas(opened: &Opened) -> Option<Reading> {
    const NAME: &str = "schemas";
    let registry = &opened.loaded.registry;
    let file = registry.file(registry.config.file);
    let Some(address) = file.text.lines().next()?.strip_prefix("#:schema ") else {
        return Some(Reading::missing(
            NAME,
            "`registry.toml` leads no editor to its schema",
            "`kepherd schema --out DIR`, and `#:schema DIR/registry.schema.json` as its first line",
        ));
    };
    if address.contains("://") {
        return Some(Reading::unknown(
            NAME,
            format!("at {address}"),
            "addresses are not looked up",
        ));
    }
    let first = opened.root.join(address.trim());
    let folder = first.parent()?.to_owned();
    let is_this = |kind: FileKind, text: &str| {
        files::read_text(&folder.join(kind.schema_file()), 1 << 20).is_ok_and(|found| found == text)
    };
    let kinds = FileKind::ALL.into_iter().zip(schema::of_records());
    let others = kinds
        .filter(|(kind, (_, text))| !is_this(*kind, text))
        .count();
    Some(match others {
        0 => Reading::good(NAME, "are this release's"),
        _ => Reading::missing(
            NAME,
            "are missing, or another release's",
            format!("`kepherd schema --out {}`", folder.display()),
        ),
    })
}

/// Whether a change can be judged.
fn history(opened: &Opened) -> Reading {
    const NAME: &str = "history";
    match Repository::discover(&opened.root) {
        Err(_) => Reading::missing(
            NAME,
            "the registry is in no git repository",
            "`git init`: a change is judged against what was there before",
        ),
        Ok(repository) => match (repository.commit("HEAD"), repository.is_shallow()) {
            (Err(_), _) => Reading::missing(NAME, "there is no commit yet", "commit the registry"),
            (Ok(head), true) => Reading::unknown(
                NAME,
                format!("was cut off somewhere before {}", head.date),
                "`check` needs one commit before the change (`fetch-depth: 2`), `log` and `board` all (`fetch-depth: 0`)",
            ),
            (Ok(head), false) => Reading::good(
                NAME,
                format!("whole, up to {} of {}", head.short(), head.date),
            ),
        },
    }
}

/// Who asks GitHub, and what it may do in each repository.
fn github(context: &mut Context<'_>, options: &Doctor, opened: &Opened) -> Result<Vec<Reading>> {
    let registry = &opened.loaded.registry;
    let environment = context.environment;
    let who = match (&options.sandbox, &environment.app_id, &environment.token) {
        (Some(_), ..) => "the embedded GitHub".to_owned(),
        (None, Some(id), _) => format!("the App {} (KEPHERD_APP_ID)", printable(id)),
        (None, None, Some(_)) => "a token (GITHUB_TOKEN or GH_TOKEN)".to_owned(),
        (None, None, None) => "whoever `gh` is signed in as".to_owned(),
    };
    let mut readings = Vec::new();
    // An App acts for one installation at a time, so that each repository is asked by itself.
    for (at, name) in registry.config.value.repositories.iter().enumerate() {
        let seen = block_on(seen(context, options, opened, name));
        let (viewer, access) = match seen {
            Ok(seen) => seen,
            Err(error) => {
                let remedy = format!(
                    "{} says what it needs",
                    documentation("operators/tokens.md")
                );
                readings.push(Reading::missing(
                    name.to_string(),
                    format!("{error:#}"),
                    remedy,
                ));
                continue;
            }
        };
        if at == 0 {
            readings.push(Reading::good(
                "identity",
                format!("{}, as {who}", printable(&viewer)),
            ));
        }
        readings.push(right(name, &access));
    }
    Ok(readings)
}

/// Who asks, and what it may do in a repository.
async fn seen(
    context: &mut Context<'_>,
    options: &Doctor,
    opened: &Opened,
    name: &RepositoryName,
) -> Result<(String, Access)> {
    let registry = &opened.loaded.registry;
    let sandbox = options.sandbox.as_ref();
    let waits = patience(&options.waits);
    let connection = Connection::open_for(context, sandbox, registry, Some(name), waits).await?;
    let mut wanted = Wanted::default();
    let nothing = WantedRepository::default();
    wanted.repositories.insert(name.clone(), nothing);
    let observed = connection.client.observe(&wanted).await;
    connection.close().await;
    let mut observed = observed?;
    let repository = observed.repositories.remove(name).unwrap_or_default();
    if let Some(problem) = repository.problem {
        anyhow::bail!("{problem}");
    }
    Ok((observed.viewer, repository.access))
}

fn right(name: &RepositoryName, access: &Access) -> Reading {
    let name = name.to_string();
    match access {
        Access::Writes => Reading::good(name, "it may write issues, labels and milestones"),
        Access::Triages => Reading::missing(
            name,
            "it may write issues, and create no labels or milestones",
            "give it the role `write`, or create them by hand",
        ),
        Access::Reads(what) => Reading::missing(
            name,
            format!(
                "it may read ({}): enough for `check` and `plan`, not for `apply`",
                printable(what)
            ),
            "give it the role `write`, or install the App with write access to issues",
        ),
        Access::Unknown => Reading::unknown(
            name,
            "GitHub does not say what it may do",
            "`kepherd apply` says so before it writes",
        ),
    }
}

/// The workflows of the repository that the registry is in, by what they call kepherd for.
fn workflows(opened: &Opened) -> Vec<Reading> {
    let worktree = Repository::discover(&opened.root).ok();
    let worktree = worktree.and_then(|repository| Some(repository.worktree()?.to_owned()));
    let folder = worktree
        .unwrap_or_else(|| opened.root.clone())
        .join(".github/workflows");
    let texts = texts_in(&folder);
    let jobs = [
        ("check", "judges pull requests"),
        ("reconcile", "applies what is merged"),
        ("refresh", "proposes what others know"),
        ("board", "publishes the board"),
    ];
    let reading = |(name, does): (&str, &str)| {
        // This repository's own workflows run kepherd; those of others call the reusable ones.
        let runs = match name {
            "reconcile" => "kepherd apply".to_owned(),
            name => format!("kepherd {name}"),
        };
        let calls = format!("kepherd/.github/workflows/{name}.yml@");
        let found = texts
            .iter()
            .find(|(_, text)| text.contains(&runs) || text.contains(&calls));
        match found {
            Some((file, _)) => Reading::good(name, format!("{file} {does}")),
            None => Reading::missing(
                name,
                format!("nothing {does}"),
                format!(
                    "{} shows its ten lines",
                    documentation("adopters/workflows.md")
                ),
            ),
        }
    };
    jobs.into_iter().map(reading).collect()
}

/// The workflows of a folder, by name.
fn texts_in(folder: &Path) -> Vec<(String, String)> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = names
        .filter(|name| name.ends_with(".yml") || name.ends_with(".yaml"))
        .collect();
    names.sort();
    let texts = names.into_iter().filter_map(|name| {
        let text = files::read_text(&folder.join(&name), 1 << 20).ok()?;
        Some((name, text))
    });
    texts.collect()
}

/// The clones that a refresh reads.
fn sources(context: &Context<'_>, options: &Doctor, opened: &Opened) -> Vec<Reading> {
    let config = &opened.loaded.registry.config.value;
    let Some(folder) = &options.sources else {
        return vec![Reading::unknown(
            "clones",
            "not looked at",
            "`--sources DIR` names the folder with the clones that `kepherd refresh --list` lists",
        )];
    };
    let today = context.today();
    let reading = |(name, newest): (RepositoryName, Option<Date>)| {
        let remedy = format!(
            "{} says how to clone it",
            documentation("operators/refresh.md")
        );
        match newest.map(|day| (day, day.days_until(today))) {
            None => Reading::missing(
                name.to_string(),
                format!("no clone in {}", folder.display()),
                remedy,
            ),
            Some((day, days)) if days > STALE_DAYS => Reading::missing(
                name.to_string(),
                format!("{days} days old: its newest commit is of {day}"),
                "`git fetch --tags` in it",
            ),
            Some((day, _)) => Reading::good(name.to_string(), format!("up to {day}")),
        }
    };
    let ages = refresh::ages(context, config, folder);
    ages.into_iter().map(reading).collect()
}
