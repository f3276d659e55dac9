//! Files → [`Registry`] and findings. Every file is read on its own; then the pieces are put together.
//!
//! A file with mistakes still takes part: the top-level keys with mistakes are left out (or, where they are required,
//! stood in for) and marked as damaged, so that independent mistakes elsewhere are found in the same run and no mistake
//! is reported twice. Nothing here touches the file system: see `commands/files.rs` and `git.rs`.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::bounds::Bounded;
use super::calendars::{KubernetesCalendar, Roster, RuntimeCalendar};
use super::config::Config;
use super::schema::FileKind;
use super::verdict;
use super::verdict::Damage;
use super::{Entry, Registry, UnreadAllows};
use crate::findings::diagnostic::{Finding, Found, Place};
use crate::findings::loader::{FILE_NAME, SCHEMA, SYNTAX, UNSAFE_FILE};
use crate::findings::sources::{FileId, Revision};
use crate::findings::syntax::{Mistake, Remedy};
use crate::findings::{document, typed};
use crate::parallel;
use crate::text::source::{SourceFile, Span};

/// The largest file that is read, in bytes. A record has a few hundred; GitHub takes no issue body over 64 KiB.
pub const MAX_FILE_BYTES: u64 = 1 << 20;

/// The file that makes a folder a registry.
pub const CONFIG_FILE: &str = "registry.toml";

/// A file as it was found.
#[derive(Debug, Clone)]
pub struct RawFile {
    /// Path below the registry's root, with `/` between its parts.
    pub path: String,
    /// Its bytes, or why they were not read.
    pub content: Result<Vec<u8>, Unreadable>,
}

/// Folders deeper than this are not looked into; a registry has two levels.
pub const DEEPEST_FOLDER: usize = 16;

/// What is done with a file that lies in a registry's folder, by its path, on disk and in a tree alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lying {
    /// Its text is read.
    Read,
    /// It is named and not read: a record that is called `.tml` must not go missing without a word.
    Named,
    /// It is a page for people.
    Ignored,
}

impl Lying {
    /// By the file's path; hidden files and folders are passed over before.
    pub fn of(path: &str) -> Self {
        if path.ends_with(".md") {
            Self::Ignored
        } else if path.ends_with(".toml") {
            Self::Read
        } else {
            Self::Named
        }
    }
}

/// Why a file was not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unreadable {
    /// It is a symbolic link: a registry holds its own records, and a link may lead anywhere.
    Symlink,
    /// It has more than [`MAX_FILE_BYTES`].
    TooLarge(u64),
    /// The system says no.
    Denied(String),
}

/// A registry, and what is wrong with its files.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// What could be read.
    pub registry: Registry,
    /// What is wrong, in no particular order. [`crate::rules::run`] says how loud they are, and why they matter.
    pub findings: Vec<Found>,
}

/// Reads the files of a registry.
pub fn load(raw: Vec<RawFile>) -> Loaded {
    load_as(Revision::Registry, raw)
}

/// Reads the files of a registry that is looked at beside another one.
pub fn load_as(revision: Revision, raw: Vec<RawFile>) -> Loaded {
    load_with(revision, raw, read)
}

/// Reads the files of another revision of a registry. A record whose file is the same in both, and has no mistakes, is taken as
/// it was read: most changes touch few files.
pub fn load_beside(head: &Loaded, revision: Revision, raw: Vec<RawFile>) -> Loaded {
    let known = Known::of(head, &raw);
    load_with(revision, raw, |id, file, config| {
        let is_known = known.read(id, &file);
        is_known.unwrap_or_else(|| read(id, file, config))
    })
}

/// Reads the configuration, then every other file, on all cores, and puts them together by path.
fn load_with(
    revision: Revision,
    mut raw: Vec<RawFile>,
    read: impl Fn(FileId, RawFile, Option<&Config>) -> ReadFile + Sync,
) -> Loaded {
    raw.sort_by(|a, b| a.path.cmp(&b.path));
    let numbered = raw.into_iter().enumerate();
    let numbered = numbered.map(|(at, file)| (FileId::new(revision, at), file));
    let (configs, others): (Vec<_>, Vec<_>) =
        numbered.partition(|(_, file)| FileKind::of(&file.path) == Some(FileKind::Config));
    let mut files: Vec<ReadFile> = configs
        .into_iter()
        .map(|(id, file)| read(id, file, None))
        .collect();
    let config = files.iter().find_map(|file| match &file.holds {
        Holds::Config(entry) if entry.is_whole() => Some(entry.value.clone()),
        _ => None,
    });
    files.extend(parallel::each(others, FILES_A_THREAD, |(id, file)| {
        read(id, file, config.as_ref())
    }));
    files.sort_by_key(|file| file.file.index());
    let mut loading = Loading::of(revision);
    for file in files {
        loading.put(file);
    }
    loading.finish()
}

/// The records of a registry that were read whole, by path.
struct Known<'a> {
    keps: HashMap<&'a str, &'a Entry<super::KepRecord>>,
    items: HashMap<&'a str, &'a Entry<super::WorkItem>>,
    registry: &'a Registry,
}

impl<'a> Known<'a> {
    fn of(head: &'a Loaded, raw: &[RawFile]) -> Self {
        let registry = &head.registry;
        let mut known = Self {
            keps: HashMap::new(),
            items: HashMap::new(),
            registry,
        };
        // What a record means depends on the configuration.
        let config = registry.file(registry.config.file);
        let is_same = |file: &RawFile| *file.path == *config.path && is_text(file, &config.text);
        if !raw.iter().any(is_same) {
            return known;
        }
        let found: BTreeSet<FileId> = head
            .findings
            .iter()
            .map(|found| found.finding.primary.file)
            .collect();
        let path = |file: FileId| &*registry.file(file).path;
        let keps = registry.keps.iter();
        let keps = keps.filter(|entry| entry.is_whole() && !found.contains(&entry.file));
        known
            .keps
            .extend(keps.map(|entry| (path(entry.file), entry)));
        let items = registry.items.iter();
        let items = items.filter(|entry| entry.is_whole() && !found.contains(&entry.file));
        known
            .items
            .extend(items.map(|entry| (path(entry.file), entry)));
        known
    }

    /// A file as it was read already, if it is the same.
    fn read(&self, id: FileId, file: &RawFile) -> Option<ReadFile> {
        let path = file.path.as_str();
        let source_of = |at: FileId| {
            let source = self.registry.file(at);
            is_text(file, &source.text).then_some(source)
        };
        let (source, holds) = if let Some(entry) = self.keps.get(path) {
            let source = source_of(entry.file)?;
            (source, Holds::Kep(Box::new(entry.renumbered(id))))
        } else {
            let entry = self.items.get(path)?;
            let source = source_of(entry.file)?;
            (source, Holds::WorkItem(Box::new(entry.renumbered(id))))
        };
        Some(ReadFile {
            file: id,
            source: source.clone(),
            holds,
            findings: Vec::new(),
        })
    }
}

/// Whether a file holds this text.
fn is_text(file: &RawFile, text: &str) -> bool {
    matches!(&file.content, Ok(bytes) if bytes == text.as_bytes())
}

/// With fewer files for each, another thread costs more than it saves.
const FILES_A_THREAD: usize = 64;

/// A file that was read.
pub(super) struct ReadFile {
    file: FileId,
    source: SourceFile,
    holds: Holds,
    findings: Vec<Found>,
}

/// What a file holds.
enum Holds {
    Config(Box<Entry<Config>>),
    Roster(Entry<Roster>),
    Kubernetes(Entry<KubernetesCalendar>),
    Runtime(Entry<RuntimeCalendar>),
    Kep(Box<Entry<super::KepRecord>>),
    WorkItem(Box<Entry<super::WorkItem>>),
    /// Nothing that can be read, or nothing that a registry has.
    Nothing,
}

#[cfg(test)]
thread_local! {
    /// How many files were parsed on this thread: tests of cost count instead of taking the time.
    pub(crate) static PARSED: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// Reads a file of a registry. What it probably means where it is wrong can depend on the configuration, if that is known.
pub(super) fn read(file: FileId, raw: RawFile, config: Option<&Config>) -> ReadFile {
    #[cfg(test)]
    PARSED.with(|parsed| parsed.set(parsed.get() + 1));
    let kind = FileKind::of(&raw.path);
    let path: Arc<str> = raw.path.into();
    let (text, unsafe_file) = match raw.content {
        Ok(bytes) => text_of(file, bytes),
        Err(reason) => (String::new(), Some(unreadable(file, &path, &reason))),
    };
    let source = SourceFile::new(path, text);
    let is_readable = unsafe_file.is_none();
    let mut findings: Vec<Found> = unsafe_file.into_iter().collect();
    let holds = match kind.filter(|_| is_readable) {
        Some(kind) => read_kind(kind, file, &source, config, &mut findings),
        None => {
            findings.extend(is_readable.then(|| stray_file(file, &source)));
            Holds::Nothing
        }
    };
    ReadFile {
        file,
        source,
        holds,
        findings,
    }
}

fn read_kind(
    kind: FileKind,
    file: FileId,
    source: &SourceFile,
    config: Option<&Config>,
    findings: &mut Vec<Found>,
) -> Holds {
    match kind {
        FileKind::Config => Holds::Config(Box::new(read_as(kind, file, source, config, findings))),
        FileKind::Roster => Holds::Roster(read_as(kind, file, source, config, findings)),
        FileKind::Kubernetes => Holds::Kubernetes(read_as(kind, file, source, config, findings)),
        FileKind::Runtime => Holds::Runtime(read_as(kind, file, source, config, findings)),
        FileKind::Kep => Holds::Kep(Box::new(read_as(kind, file, source, config, findings))),
        FileKind::WorkItem => {
            Holds::WorkItem(Box::new(read_as(kind, file, source, config, findings)))
        }
    }
}

/// The pieces of a registry, before they are put together.
pub(super) struct Loading {
    pub(super) revision: Revision,
    pub(super) files: Vec<SourceFile>,
    pub(super) findings: Vec<Found>,
    pub(super) config: Option<Entry<Config>>,
    pub(super) roster: Option<Entry<Roster>>,
    pub(super) kubernetes: Option<Entry<KubernetesCalendar>>,
    pub(super) calendars: BTreeMap<String, Entry<RuntimeCalendar>>,
    pub(super) unread_lists: BTreeSet<FileKind>,
    pub(super) keps: Vec<Entry<super::KepRecord>>,
    pub(super) items: Vec<Entry<super::WorkItem>>,
}

impl Loading {
    pub(super) fn of(revision: Revision) -> Self {
        Self {
            revision,
            files: Vec::new(),
            findings: Vec::new(),
            config: None,
            roster: None,
            kubernetes: None,
            calendars: BTreeMap::new(),
            unread_lists: BTreeSet::new(),
            keps: Vec::new(),
            items: Vec::new(),
        }
    }

    /// Puts a file in: at its number, or behind those that are there.
    pub(super) fn put(&mut self, read: ReadFile) {
        let ReadFile {
            file,
            source,
            holds,
            findings,
        } = read;
        self.findings.extend(findings);
        match holds {
            Holds::Config(config) => self.config = Some(*config),
            Holds::Roster(roster) => self.roster = self.whole(FileKind::Roster, roster),
            Holds::Kubernetes(calendar) => {
                self.kubernetes = self.whole(FileKind::Kubernetes, calendar)
            }
            Holds::Runtime(calendar) => {
                if let Some(calendar) = self.whole(FileKind::Runtime, calendar) {
                    self.calendars.insert(source.path.to_string(), calendar);
                }
            }
            Holds::Kep(record) => self.keps.push(*record),
            Holds::WorkItem(item) => self.items.push(*item),
            Holds::Nothing => {}
        }
        match self.files.get_mut(file.index()) {
            Some(there) => *there = source,
            None => self.files.push(source),
        }
    }

    /// Has the records, and what is wrong, by path, after some were put in out of turn.
    pub(super) fn sort(&mut self) {
        let path = |file: FileId| &self.files[file.index()].path;
        self.findings
            .sort_by_key(|found| path(found.finding.primary.file));
        self.keps.sort_by_key(|entry| path(entry.file));
        self.items.sort_by_key(|entry| path(entry.file));
    }

    /// The roster or a calendar, if it has no mistakes: else it counts as unknown.
    fn whole<T>(&mut self, kind: FileKind, entry: Entry<T>) -> Option<Entry<T>> {
        if !entry.is_whole() {
            self.unread_lists.insert(kind);
            return None;
        }
        Some(entry)
    }

    pub(super) fn finish(mut self) -> Loaded {
        let config = self.config.unwrap_or_else(|| Entry {
            // The command found the file before it called, so this is a file with a finding of its own, or a test.
            file: FileId::new(self.revision, 0),
            value: stand_in(FileKind::Config, ""),
            damaged: BTreeSet::from(["*".to_owned()]),
            unread_allows: UnreadAllows::default(),
        });
        let runtimes = config
            .value
            .runtimes
            .iter()
            .filter_map(|runtime| {
                let calendar = self.calendars.remove(runtime.calendar.as_str())?;
                Some((runtime.name.to_string(), calendar))
            })
            .collect();
        // A runtime that nobody knows is a slip for one that the record then seems to lack.
        for entry in &mut self.keps {
            let known = |name: &String| config.value.has_runtime(name);
            if config.is_sound("runtimes") && !entry.value.runtimes.keys().all(known) {
                entry.damaged.insert("runtimes".to_owned());
            }
        }
        let mut by_number = BTreeMap::new();
        for (index, entry) in self.keps.iter().enumerate() {
            by_number.entry(entry.value.number).or_insert(index);
        }
        Loaded {
            registry: Registry {
                by_number,
                files: self.files,
                config,
                roster: self.roster,
                kubernetes: self.kubernetes,
                runtimes,
                unread_lists: self.unread_lists,
                keps: self.keps,
                items: self.items,
            },
            findings: self.findings,
        }
    }
}

/// One file as the type of its kind.
fn read_as<T: DeserializeOwned + Bounded>(
    kind: FileKind,
    file: FileId,
    source: &SourceFile,
    config: Option<&Config>,
    findings: &mut Vec<Found>,
) -> Entry<T> {
    let (table, syntax) = document::parse(source);
    if !syntax.is_empty() {
        findings.extend(syntax.into_iter().map(|mistake| unread(file, mistake)));
        return Entry {
            file,
            value: stand_in(kind, &source.path),
            damaged: BTreeSet::from(["*".to_owned()]),
            unread_allows: UnreadAllows::default(),
        };
    }
    // What its type reads whole the schema has nothing to say of. Most files are like that, and a schema takes longer to get
    // ready than many files to read.
    if let Some(value) = typed::read::<T>(table.get_ref()).filter(T::is_within) {
        return Entry {
            file,
            value,
            damaged: BTreeSet::new(),
            unread_allows: UnreadAllows::default(),
        };
    }
    let mut tree = document::to_json(table.get_ref());
    let (mut damaged, mut unread_allows) = (BTreeSet::new(), UnreadAllows::default());
    for finding in verdict::judge(kind, file, source, &table, &tree, config) {
        for damage in finding.damages {
            match damage {
                Damage::Key(key) => drop(damaged.insert(key)),
                Damage::Allow(index) => {
                    let rule = tree.pointer(&format!("/allow/{index}/rule"));
                    let rule = rule.and_then(Value::as_str).map(str::to_owned);
                    unread_allows.rules.insert(index, rule);
                }
            }
        }
        findings.push(finding.finding.of(SCHEMA));
    }
    if let Value::Object(entries) = &mut tree
        && (!damaged.is_empty() || !unread_allows.rules.is_empty())
    {
        entries.retain(|key, _| !damaged.contains(key));
        if let Some(Value::Array(allows)) = entries.get_mut("allow") {
            let mut index = 0..;
            let is_read = |index| !unread_allows.rules.contains_key(&index);
            allows.retain(|_| index.next().is_some_and(is_read));
        }
        for (key, value) in stand_in_entries(kind, &source.path) {
            entries.entry(key).or_insert(value);
        }
    }
    match serde_json::from_value(tree) {
        Ok(value) => Entry {
            file,
            value,
            damaged,
            unread_allows,
        },
        Err(error) => {
            // The schema let something pass that the type refuses: say so rather than lose it.
            findings.push(
                Finding::new(
                    file,
                    Place::Span(Span::default()),
                    format!("this file cannot be read: {error}"),
                )
                .of(SCHEMA),
            );
            Entry {
                file,
                value: stand_in(kind, &source.path),
                damaged: BTreeSet::from(["*".to_owned()]),
                unread_allows: UnreadAllows::default(),
            }
        }
    }
}

/// A mistake in the syntax as a finding. That a file has to be TOML goes without saying.
fn unread(file: FileId, mistake: Mistake) -> Found {
    let Mistake {
        message,
        span,
        also,
        remedy,
    } = mistake;
    let mut finding = Finding::new(file, Place::Span(span), message).without_why();
    if let Some((span, text)) = also {
        finding = finding.also(file, Place::Span(span), text);
    }
    finding = match remedy {
        Some(Remedy {
            text,
            edit: Some((span, replacement, certainty)),
        }) => finding.edit(text, Place::Span(span), replacement, certainty),
        Some(Remedy { text, edit: None }) => finding.help(text),
        None => finding,
    };
    finding.of(SYNTAX)
}

/// Neutral values for what a kind of file must have.
fn stand_in_entries(kind: FileKind, path: &str) -> Map<String, Value> {
    let stem = file_stem(path);
    let entries = match kind {
        FileKind::Config => json!({ "home": "?", "repositories": [], "runtimes": [] }),
        FileKind::Roster => json!({ "maintainers": [] }),
        FileKind::Kubernetes => json!({ "cycles": [] }),
        FileKind::Runtime => json!({ "minors": [] }),
        FileKind::Kep => json!({
            "number": leading_number(stem).unwrap_or_default(),
            "title": "?",
            "status": "provisional",
        }),
        FileKind::WorkItem => json!({ "id": stem, "title": "?", "kind": "issue" }),
    };
    match entries {
        Value::Object(entries) => entries,
        _ => Map::new(),
    }
}

#[expect(
    clippy::expect_used,
    reason = "the stand-ins are constants, and a test reads each"
)]
fn stand_in<T: DeserializeOwned>(kind: FileKind, path: &str) -> T {
    serde_json::from_value(Value::Object(stand_in_entries(kind, path)))
        .expect("stand-ins satisfy their types")
}

/// The file's name without its folder and its ending.
pub fn file_stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.strip_suffix(".toml").unwrap_or(name)
}

/// The number that a stem begins with: that of a KEP in `4960-container-stop-signals`.
pub fn leading_number(stem: &str) -> Option<u32> {
    let (digits, _) = stem.split_once('-')?;
    digits.parse().ok()
}

/// Whether a name of a file or folder is one that a registry uses: safe in a path, an address and a table.
pub fn is_plain_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
}

fn text_of(file: FileId, bytes: Vec<u8>) -> (String, Option<Found>) {
    match String::from_utf8(bytes) {
        Ok(text) => (text, None),
        Err(error) => {
            let valid = error.utf8_error().valid_up_to();
            let byte = error.as_bytes().get(valid).copied().unwrap_or_default();
            let finding = Finding::new(
                file,
                // The lossy text shows a replacement character (three bytes) at the first byte that is not UTF-8.
                Place::Span(Span {
                    start: valid,
                    end: valid + '\u{fffd}'.len_utf8(),
                }),
                format!("this file is not UTF-8 text: byte 0x{byte:02x} begins no character"),
            )
            .help("save the file as UTF-8")
            .of(UNSAFE_FILE);
            let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
            (text, Some(finding))
        }
    }
}

fn unreadable(file: FileId, path: &str, reason: &Unreadable) -> Found {
    let place = Place::Span(Span::default());
    let finding = match reason {
        Unreadable::Symlink => Finding::new(file, place, format!("`{path}` is a symbolic link"))
            .help("put the file itself in the registry: links are not followed"),
        Unreadable::TooLarge(bytes) => Finding::new(
            file,
            place,
            format!("`{path}` has {bytes} bytes; at most {MAX_FILE_BYTES} are read"),
        )
        .help(
            "a record has a few hundred bytes: keep documents elsewhere and name them in `links`",
        ),
        Unreadable::Denied(why) => {
            Finding::new(file, place, format!("`{path}` cannot be read: {why}"))
                .help("make the file readable, or remove it")
        }
    };
    finding.of(UNSAFE_FILE)
}

fn stray_file(file: FileId, source: &SourceFile) -> Found {
    Finding::new(
        file,
        Place::Span(Span::default()),
        format!("`{}` is no file that a registry knows", source.path),
    )
    .help(
        "a KEP record is `<sig>/<number>-<name>.toml`, a work item `work-items/<id>.toml`, \
         a calendar `releases/<runtime>.toml`",
    )
    .of(FILE_NAME)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(path: &str, text: &str) -> RawFile {
        RawFile {
            path: path.to_owned(),
            content: Ok(text.as_bytes().to_vec()),
        }
    }

    /// Another revision is what it would be if nothing were known of it, and only what differs is parsed.
    #[test]
    fn a_revision_beside_another_is_the_one_that_is_read_alone() {
        let config = "home = \"containerd\"\nrepositories = [\"a/b\"]\n\n[[runtimes]]\nname = \"containerd\"\ncalendar = \"releases/containerd.toml\"\n";
        let record = |number: u32, more: &str| {
            let text =
                format!("number = {number}\ntitle = \"x\"\nstatus = \"implementable\"\n{more}");
            raw(&format!("sig-node/{number}-x.toml"), &text)
        };
        let files = |config: &str, second: &str| {
            vec![
                raw("registry.toml", config),
                record(1, ""),
                record(2, second),
                record(3, "[runtimes.crio]\nstate = \"merged\"\n"),
                record(4, "isue = 4\n"),
            ]
        };
        let said = |loaded: &Loaded| {
            let Loaded { registry, findings } = loaded;
            format!(
                "{:#?} {:#?} {findings:#?}",
                registry.keps, registry.by_number
            )
        };
        let head = load(files(config, "issue = 2\n"));
        let other = config.replace("name = \"containerd\"", "name = \"crio\"");
        for (config, second, parsed) in [
            (config, "issue = 2\n", 3),
            (config, "issue = 3\n", 4),
            (&other, "issue = 2\n", 5),
        ] {
            PARSED.set(0);
            let beside = load_beside(&head, Revision::Base, files(config, second));
            assert_eq!(PARSED.get(), parsed);
            let alone = load_as(Revision::Base, files(config, second));
            assert_eq!(said(&beside), said(&alone));
        }
    }

    use crate::registry::kep::KepRecord;
    use crate::registry::work_item::WorkItem;

    #[test]
    fn every_stand_in_satisfies_its_type() {
        let _: Config = stand_in(FileKind::Config, "registry.toml");
        let _: Roster = stand_in(FileKind::Roster, "maintainers.toml");
        let _: KubernetesCalendar = stand_in(FileKind::Kubernetes, "releases/kubernetes.toml");
        let _: RuntimeCalendar = stand_in(FileKind::Runtime, "releases/x.toml");
        let item: WorkItem = stand_in(FileKind::WorkItem, "work-items/.toml");
        assert_eq!(item.id, "");
        let record: KepRecord = stand_in(FileKind::Kep, "sig-node/4960-x.toml");
        assert_eq!(record.number, 4960);
        let record: KepRecord = stand_in(FileKind::Kep, "sig-node/9999999999999-x.toml");
        assert_eq!(record.number, 0);
    }

    #[test]
    fn a_damaged_key_is_left_out_and_the_rest_is_read() {
        let loaded = load(vec![RawFile {
            path: "sig-node/1-a.toml".to_owned(),
            content: Ok(
                b"number = 1\ntitle = \"A\"\nstatus = \"provisional\"\ntarget = 1.38\nissue = 7\n"
                    .to_vec(),
            ),
        }]);
        let entry = &loaded.registry.keps[0];
        assert!(!entry.is_sound("target"));
        assert!(entry.is_sound("issue"));
        assert_eq!(entry.value.target, None);
        assert_eq!(entry.value.issue, Some(7));
        assert_eq!(loaded.findings.len(), 1, "{:?}", loaded.findings);
    }
}
