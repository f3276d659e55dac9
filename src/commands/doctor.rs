//! `kepherd doctor`: what is set up and what is not. It writes nothing: GitHub is asked as a plan asks it, with a [`Read`](crate::sync::remote::Read).

use std::path::Path;
use std::time::Instant;

use anyhow::Result;

use super::connect::{Connection, known_sandbox, patience};
use super::files::{self, Opened};
use super::{Context, Exit, block_on, refresh, schema};
use crate::cli::{Doctor, TextOrJson};
use crate::git::Repository;
use crate::github::patience::Patience;
use crate::registry::requirement;
use crate::registry::schema::schema_address;
use crate::render::{self, json};
use crate::rules;
use crate::sync::observed::{Access, Observed};
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
    let repository = Repository::discover(&opened.root).ok();
    parts.push(part("git", vec![history(repository.as_ref())]));
    parts.push(part("GitHub", github(context, options, &opened)?));
    let top = repository.as_ref().and_then(Repository::worktree);
    parts.push(part("workflows", workflows(top)));
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
    let Some(address) = schema_address(&file.text) else {
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
    let first = opened.root.join(address);
    let folder = first.parent()?.to_owned();
    let others = schema::of_records()
        .filter(|(name, text)| plain_text(&folder.join(name)).as_ref() != Some(text))
        .count();
    Some(match others {
        0 => Reading::good(NAME, "are this release's"),
        _ => Reading::missing(
            NAME,
            "are missing, or another release's",
            "`kepherd schema --out DIR`, with the folder that `registry.toml` names in its first line",
        ),
    })
}

/// Whether a change can be judged.
fn history(repository: Option<&Repository>) -> Reading {
    const NAME: &str = "history";
    match repository {
        None => Reading::missing(
            NAME,
            "the registry is in no git repository",
            "`git init`: a change is judged against what was there before",
        ),
        Some(repository) => match (repository.commit("HEAD"), repository.is_shallow()) {
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
    known_sandbox(context, options.sandbox.as_ref())?;
    let names = &registry.config.value.repositories;
    // An App acts for one installation at a time, so that each repository is asked by itself; anybody else asks for all of them at once.
    let groups: Vec<&[RepositoryName]> = match environment.app_id {
        Some(_) if options.sandbox.is_none() => names.chunks(1).collect(),
        _ => vec![names],
    };
    let mut readings = Vec::new();
    let mut waits = patience(&options.waits);
    for group in groups {
        let began = Instant::now();
        let seen = block_on(seen(context, options, opened, group, waits.clone()));
        waits.max_wait = waits.max_wait.saturating_sub(began.elapsed());
        let remedy = || {
            format!(
                "{} says what it needs",
                documentation("operators/tokens.md")
            )
        };
        match seen {
            Ok(mut observed) => {
                if readings.is_empty() {
                    let says = format!("{}, as {who}", printable(&observed.viewer));
                    readings.push(Reading::good("identity", says));
                }
                readings.extend(group.iter().map(|name| {
                    let seen = observed.repositories.remove(name).unwrap_or_default();
                    match seen.problem {
                        Some(problem) => Reading::missing(name.to_string(), problem, remedy()),
                        None => right(name, &seen.access),
                    }
                }));
            }
            Err(error) => readings.extend(
                group
                    .iter()
                    .map(|name| Reading::missing(name.to_string(), format!("{error:#}"), remedy())),
            ),
        }
    }
    Ok(readings)
}

/// Who asks, and what it may do in some repositories.
async fn seen(
    context: &mut Context<'_>,
    options: &Doctor,
    opened: &Opened,
    names: &[RepositoryName],
    waits: Patience,
) -> Result<Observed> {
    let registry = &opened.loaded.registry;
    let sandbox = options.sandbox.as_ref();
    let connection = Connection::open_for(context, sandbox, registry, names.first(), waits).await?;
    let mut wanted = Wanted::default();
    for name in names {
        let nothing = WantedRepository::default();
        wanted.repositories.insert(name.clone(), nothing);
    }
    let observed = connection.client.observe(&wanted).await;
    connection.close().await;
    Ok(observed?)
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
fn workflows(top: Option<&Path>) -> Vec<Reading> {
    let Some(top) = top else {
        let says = "not looked at: the registry is in no working tree of git, which they belong to";
        return vec![Reading::unknown(
            "workflows",
            says,
            "`git init`, or a clone",
        )];
    };
    let texts = texts_in(&top.join(".github/workflows"));
    let jobs = [
        ("check", "judges pull requests"),
        (
            "reconcile",
            "applies what is merged, if the variable KEPHERD_RECONCILE is `on`",
        ),
        (
            "refresh",
            "proposes what others know, if the variable KEPHERD_REFRESH is `on`",
        ),
        (
            "board",
            "publishes the board, if the variable KEPHERD_BOARD is `on`",
        ),
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
                format!("nothing {}", does.split(',').next().unwrap_or_default()),
                format!("{} shows its lines", documentation("adopters/workflows.md")),
            ),
        }
    };
    jobs.into_iter().map(reading).collect()
}

/// The text of a file, if it is one and no longer than a registry's may be.
fn plain_text(path: &Path) -> Option<String> {
    String::from_utf8(files::read(path).ok()?).ok()
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
        let text = plain_text(&folder.join(&name))?;
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
