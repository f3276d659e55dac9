//! What a new registry holds: from what somebody wishes, and from what the release was built with. Pure; `commands/init.rs` asks,
//! judges and writes.
//!
//! What is built in is the registry that kepherd itself is developed beside: Kubernetes' calendar, and the runtimes of the CRI development
//! policy with theirs. How old it is stands in it: nothing that shipped later is in there.

use std::str::FromStr;
use std::sync::LazyLock;

use toml_edit::{DocumentMut, Item, Table, Value};

use super::releases::cycles::CALENDAR;
use crate::findings::syntax::quoted;
use crate::registry::load::{CONFIG_FILE, RawFile, is_plain_name, load};
use crate::registry::schema::{FileKind, without_schema_line};
use crate::registry::{Registry, edit, requirement};
use crate::terms::{Account, Line, Misspelt, RepositoryName};
use crate::text::words::nearest;

/// The files that are built in, by their paths in a registry.
const BUILT_IN: &[(&str, &str)] = &include!("../../starter/built_in.rs");

/// What people who edit records read first.
const README: &str = include_str!("../../starter/README.md");

/// What leads editors to the language server.
const EDITORS: &[(&str, &str)] = &[
    (
        ".vscode/extensions.json",
        include_str!("../../starter/vscode.json"),
    ),
    (
        ".helix/languages.toml",
        include_str!("../../starter/helix.toml"),
    ),
    (".zed/settings.json", include_str!("../../starter/zed.json")),
];

/// The workflows, each of which calls the one of its name that kepherd comes with.
const WORKFLOWS: &[(&str, &str)] = &[
    ("check", include_str!("../../starter/workflows/check.yml")),
    (
        "reconcile",
        include_str!("../../starter/workflows/reconcile.yml"),
    ),
    (
        "refresh",
        include_str!("../../starter/workflows/refresh.yml"),
    ),
    ("board", include_str!("../../starter/workflows/board.yml")),
];

/// What somebody wishes of a new registry.
#[derive(Debug, Clone)]
pub struct Wishes {
    /// The runtime, or whatever project it is, that the registry speaks for.
    pub home: Line,
    /// Where its tracking issues are.
    pub repository: RepositoryName,
    /// Who else takes part.
    pub runtimes: Vec<Participant>,
    /// The labels of every tracking issue.
    pub labels: Vec<Line>,
    /// How the milestones of the home's releases are called.
    pub milestone: String,
    /// The accounts that `apply` runs as.
    pub bots: Vec<Account>,
}

/// A runtime that takes part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Participant {
    /// Its name.
    pub name: Line,
    /// Where it is developed, if that was said.
    pub repository: Option<RepositoryName>,
}

impl FromStr for Participant {
    type Err = Misspelt;

    /// `NAME`, or `NAME=OWNER/NAME`.
    fn from_str(text: &str) -> Result<Self, Misspelt> {
        let (name, repository) = match text.split_once('=') {
            Some((name, repository)) => (name, Some(repository)),
            None => (text, None),
        };
        Ok(Self {
            name: name.parse()?,
            repository: repository.map(str::parse).transpose()?,
        })
    }
}

/// Why there is no new registry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// The name of a runtime is the name of its calendar's file, and of a table in records.
    #[error(
        "`{0}` is no name of a project: letters, digits, `-`, `.` and `_` are asked for, such as runc"
    )]
    Name(Line),
    /// Its calendar would take the place of Kubernetes'.
    #[error("`kubernetes` is no runtime: its calendar is in every registry")]
    Kubernetes,
    /// It is not known, and nearly another one.
    #[error(
        "`{0}` is not known, and `{1}` is: is that meant? If it is another one, say where it is developed: {0}=OWNER/NAME"
    )]
    Nearly(Line, String),
    /// The milestones of all releases would be one.
    #[error(
        "`{0}` is no pattern of milestones: `{{release}}` stands for the release, as in `v{{release}}`"
    )]
    Milestone(String),
}

/// A file that is to be written, with what it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its path: below the registry, or below the repository.
    pub path: String,
    /// Its text.
    pub text: String,
    /// What people are told of it.
    pub about: String,
}

/// The default of `labels`: one that no ordinary issue has.
pub const LABEL: &str = "kind/kep";
/// The default of `milestone`.
pub const MILESTONE: &str = "{release}";

/// The runtimes that are built in, in their order.
pub fn known_runtimes() -> &'static [Line] {
    static KNOWN: LazyLock<Vec<Line>> = LazyLock::new(|| {
        let config = built_in_config();
        let runtimes = built_in_runtimes(&config);
        let names = runtimes.filter_map(|runtime| runtime.get("name")?.as_str()?.parse().ok());
        names.collect()
    });
    &KNOWN
}

/// Whether this can be the name of a project in a registry.
///
/// # Errors
///
/// Why it cannot.
pub fn named(name: &Line) -> Result<(), Unusable> {
    if !is_plain_name(name.as_str()) {
        return Err(Unusable::Name(name.clone()));
    }
    match name.as_str().eq_ignore_ascii_case("kubernetes") {
        true => Err(Unusable::Kubernetes),
        false => Ok(()),
    }
}

/// Whether this can take part. A name that is nearly a known one is a slip, unless somebody says where it is developed.
///
/// # Errors
///
/// Why it cannot.
pub fn participates(one: &Participant) -> Result<(), Unusable> {
    named(&one.name)?;
    let known = known_runtimes();
    if one.repository.is_none() && !known.contains(&one.name) {
        let similar = nearest(one.name.as_str(), known.iter().map(Line::as_str));
        if let Some(similar) = similar {
            return Err(Unusable::Nearly(one.name.clone(), similar.to_owned()));
        }
    }
    Ok(())
}

/// Whether this can be a pattern of milestones.
///
/// # Errors
///
/// Why it cannot.
pub fn milestone(pattern: &str) -> Result<(), Unusable> {
    match pattern.contains("{release}") {
        true => Ok(()),
        false => Err(Unusable::Milestone(pattern.to_owned())),
    }
}

/// The files of a new registry, by their paths below its root.
///
/// # Errors
///
/// A wish that no registry can hold.
pub fn registry(wishes: &Wishes) -> Result<Vec<File>, Unusable> {
    // Where its issues are is where it is developed, unless something else is known.
    let is_known = known_runtimes().contains(&wishes.home);
    let mut participants = vec![Participant {
        name: wishes.home.clone(),
        repository: (!is_known).then(|| wishes.repository.clone()),
    }];
    for one in &wishes.runtimes {
        if participants.iter().all(|known| known.name != one.name) {
            participants.push(one.clone());
        }
    }
    named(&wishes.home)?;
    for one in &wishes.runtimes {
        participates(one)?;
    }
    milestone(&wishes.milestone)?;
    let known = built_in_registry();
    let mut files = vec![
        config(wishes, &participants),
        kubernetes(&known),
        File {
            path: "maintainers.toml".to_owned(),
            text: with_schema(
                FileKind::Roster,
                "maintainers.toml",
                "# Who may shepherd and liaise. `kepherd maintainers pull --file FILE` fills it from MAINTAINERS or OWNERS.\n",
            ),
            about: "who may shepherd: nobody yet".to_owned(),
        },
    ];
    files.extend(participants.iter().map(|one| calendar(one, &known)));
    Ok(files)
}

/// The page for the people who edit records, below the registry's root.
pub fn readme(wishes: &Wishes) -> File {
    File {
        path: "README.md".to_owned(),
        text: filled(README, wishes),
        about: "for the people who edit records".to_owned(),
    }
}

/// What leads editors to the language server, by paths below the repository.
pub fn editors() -> Vec<File> {
    let file = |(path, text): &(&str, &str)| File {
        path: (*path).to_owned(),
        text: (*text).to_owned(),
        about: "findings and completion while records are edited".to_owned(),
    };
    EDITORS.iter().map(file).collect()
}

/// The workflows, by paths below the repository; `uses` is the repository and the revision that they are called from, and `registry` the
/// registry's folder below the repository, whose default branch is `branch`.
pub fn workflows(registry: &str, branch: &str, uses: &str) -> Vec<File> {
    let below = match registry {
        "" | "." => String::new(),
        folder => format!("{folder}/"),
    };
    let folder = if below.is_empty() { "." } else { registry };
    let (repository, revision) = uses.split_once('@').unwrap_or((uses, ""));
    let file = |(name, text): &(&str, &str)| File {
        path: format!(".github/workflows/kepherd-{name}.yml"),
        text: text
            .replace("{repository}", repository)
            .replace("{revision}", revision)
            .replace("{below}", &below)
            .replace("{branch}", branch)
            .replace("{registry}", folder),
        about: match *name {
            "check" => "checks pull requests; needs no secret".to_owned(),
            name => format!(
                "off until the variable KEPHERD_{} is `on`",
                name.to_uppercase()
            ),
        },
    };
    WORKFLOWS.iter().map(file).collect()
}

fn filled(template: &str, wishes: &Wishes) -> String {
    template
        .replace("{home}", wishes.home.as_str())
        .replace("{repository}", &wishes.repository.to_string())
}

/// A text with the line that leads editors to its schema.
fn with_schema(kind: FileKind, path: &str, text: &str) -> String {
    format!("{}\n{text}", kind.schema_line(path, "schema"))
}

/// What is built in, as the registry that it is.
fn built_in_registry() -> Registry {
    let raw = BUILT_IN.iter().map(|(path, text)| RawFile {
        path: (*path).to_owned(),
        content: Ok(text.as_bytes().to_vec()),
    });
    load(raw.collect()).registry
}

/// The text of its `registry.toml`, which a new one repeats parts of as they are written.
fn built_in_config() -> DocumentMut {
    let document = built_in(CONFIG_FILE).and_then(|text| text.parse().ok());
    document.unwrap_or_default()
}

/// The tables of the runtimes that are in it.
fn built_in_runtimes(config: &DocumentMut) -> impl Iterator<Item = &Table> {
    let tables = config.get("runtimes").and_then(Item::as_array_of_tables);
    tables.into_iter().flatten()
}

fn built_in(path: &str) -> Option<&'static str> {
    let found = BUILT_IN.iter().find(|(name, _)| *name == path);
    found.map(|(_, text)| *text)
}

/// What is built in of a source that belongs to everybody, or to one runtime: `[sources]` without the list of people.
fn sources(built_in: &DocumentMut, participants: &[Participant]) -> String {
    let Some(sources) = built_in.get("sources").and_then(Item::as_table) else {
        return String::new();
    };
    let mut lines = String::from("[sources]\n");
    for key in ["upstream", "cycles", "kubernetes"] {
        if let Some(value) = sources.get(key).and_then(Item::as_value) {
            lines.push_str(&format!("{key} = {}\n", value.to_string().trim()));
        }
    }
    lines.push_str("# maintainers = \"OWNER/NAME:MAINTAINERS\"\n");
    let pages = sources.get("releases").and_then(Item::as_value);
    if let Some(Value::InlineTable(pages)) = pages {
        let pages: Vec<String> = pages
            .iter()
            .filter(|(name, _)| participants.iter().any(|one| one.name.as_str() == *name))
            .map(|(name, page)| format!("{name} = {}", page.to_string().trim()))
            .collect();
        if !pages.is_empty() {
            lines.push_str(&format!("releases = {{ {} }}\n", pages.join(", ")));
        }
    }
    lines
}

fn list<T: ToString>(all: &[T]) -> String {
    edit::list(all.iter().map(ToString::to_string).collect()).to_string()
}

/// `registry.toml`.
fn config(wishes: &Wishes, participants: &[Participant]) -> File {
    let Wishes {
        home,
        repository,
        runtimes: _,
        labels,
        milestone,
        bots,
    } = wishes;
    let bots = match bots.is_empty() {
        true => "# bots = [\"NAME[bot]\"]   # the account that `apply` runs as\n".to_owned(),
        false => format!("bots = {}\n", list(bots)),
    };
    let mut text = format!(
        "requires-kepherd = {}\nhome = {}\nrepositories = {}\n{bots}",
        quoted(&requirement::this_release().to_string()),
        quoted(home.as_str()),
        list(&[repository]),
    );
    let built_in = built_in_config();
    for one in participants {
        let table = participant(one, &built_in);
        text.push_str(&format!("\n[[runtimes]]\n{table}"));
    }
    text.push_str(&format!(
        "\n{}\n[issue]\nlabels = {}\n\n[milestone]\ntitle = {}\n",
        sources(&built_in, participants),
        list(labels),
        quoted(milestone),
    ));
    File {
        path: CONFIG_FILE.to_owned(),
        text: with_schema(FileKind::Config, CONFIG_FILE, &text),
        about: format!("{home}'s KEPs, with tracking issues in {repository}"),
    }
}

/// A runtime's table in `registry.toml`, without its head.
fn participant(one: &Participant, built_in: &DocumentMut) -> String {
    let Participant { name, repository } = one;
    let is_it = |table: &&Table| table.get("name").and_then(Item::as_str) == Some(name.as_str());
    if let Some(table) = built_in_runtimes(built_in).find(is_it) {
        let mut table = table.clone();
        table.decor_mut().clear();
        // Somebody who says where it is developed knows better.
        if let Some(repository) = repository {
            table.insert("repository", Item::Value(repository.to_string().into()));
        }
        return table.to_string();
    }
    let mut text = format!(
        "name = {}\ncalendar = {}\n",
        quoted(name.as_str()),
        quoted(&calendar_path(name)),
    );
    if let Some(repository) = repository {
        text.push_str(&format!(
            "repository = {}\n",
            quoted(&repository.to_string())
        ));
    }
    text.push_str(
        "# branches = \"release-{minor}\"   # how the branches of its minors are named\n",
    );
    text
}

fn calendar_path(runtime: &Line) -> String {
    format!("releases/{runtime}.toml")
}

/// A runtime's calendar: what is built in, or nothing yet.
fn calendar(one: &Participant, known: &Registry) -> File {
    let name = &one.name;
    let path = calendar_path(name);
    match built_in(&path) {
        Some(text) => {
            let calendar = known.runtimes.get(name.as_str());
            let about = match calendar.and_then(|calendar| calendar.value.newest()) {
                Some((day, version)) if version.patch == 0 => {
                    format!("{name} up to {} of {day}", version.release)
                }
                Some((day, version)) => format!("{name} up to {version} of {day}"),
                None => name.to_string(),
            };
            File {
                text: with_schema(FileKind::Runtime, &path, without_schema(text)),
                path,
                about,
            }
        }
        None => File {
            text: with_schema(
                FileKind::Runtime,
                &path,
                &format!(
                    "# The releases of {name}. `kepherd releases pull --runtime {name} --repo CLONE` fills it from the tags of a clone; a minor that is \
                     planned is\n# written by hand: a table [[minors]] with `release = \"1.5\"` and `planned = \"2027-03\"`.\n"
                ),
            ),
            path,
            about: format!("{name}'s releases: none yet"),
        },
    }
}

fn kubernetes(known: &Registry) -> File {
    let path = CALENDAR;
    let text = built_in(path).unwrap_or_default();
    let text = without_liaisons(without_schema(text));
    let calendar = known.kubernetes.as_ref();
    let about = match calendar.and_then(|calendar| calendar.value.newest()) {
        Some((day, release)) => {
            format!("Kubernetes' cycles, as known when {release} had shipped, on {day}")
        }
        None => "Kubernetes' cycles".to_owned(),
    };
    File {
        text: with_schema(FileKind::Kubernetes, path, &text),
        path: path.to_owned(),
        about,
    }
}

/// A text without the line that leads editors to a schema, and without what sets that apart.
fn without_schema(text: &str) -> &str {
    let rest = without_schema_line(text);
    rest.trim_start_matches("#\n").trim_start_matches('\n')
}

/// A calendar without the people who are another project's.
fn without_liaisons(text: &str) -> String {
    let Ok(mut document) = text.parse::<DocumentMut>() else {
        return text.to_owned();
    };
    if let Some(cycles) = document
        .get_mut("cycles")
        .and_then(Item::as_array_of_tables_mut)
    {
        for cycle in cycles.iter_mut() {
            cycle.remove("liaisons");
        }
    }
    document.to_string()
}
