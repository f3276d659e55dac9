//! What is open: texts that somebody edits, and the registries that they belong to.
//!
//! A registry is found from a file that is opened in it, or from a folder of the workspace as commands find it; nothing else is looked
//! through. Where a file is open, its text counts, saved or not; of all other files, what is on disk. Texts are read into the
//! registry, and the registry judged, when somebody asks.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use gen_lsp_types::{TextDocumentContentChangeEvent, Uri};

use super::positions::{Encoding, Lines};
use crate::findings::sources::{FileId, Revision};
use crate::registry::load::{Loaded, MAX_FILE_BYTES, RawFile, Unreadable, load, load_beside};
use crate::registry::schema::FileKind;
use crate::registry::{Entry, Registry};
use crate::rules::standing::{Anew, Edited, Standing};
use crate::terms::Date;

/// The files, as somebody outside of the core reads them.
pub trait Disk {
    /// The folder of the registry that a file lies in.
    fn registry_of(&self, file: &Path) -> Option<PathBuf>;

    /// The folder of the registry that a command finds from a folder.
    fn registry_from(&self, folder: &Path) -> Option<PathBuf>;

    /// The files of a registry, as they are now.
    ///
    /// # Errors
    ///
    /// The folder cannot be listed.
    fn files(&self, root: &Path) -> Result<Vec<RawFile>, String>;

    /// Whether a file of a registry would be read if it were on disk, beside those that are there.
    fn would_read(&self, below: &str, there: &Registry) -> bool;

    /// A number that is another one when a file of a registry was written, made or removed.
    fn stamp(&self, root: &Path) -> u64;

    /// The day, in UTC.
    fn today(&self) -> Date;
}

/// The path that an address leads to, if it is one of a file.
pub(super) fn path_of(uri: &str) -> Option<PathBuf> {
    let url = url::Url::parse(uri).ok()?;
    (url.scheme() == "file").then(|| url.to_file_path().ok())?
}

/// A path below a registry's root, as the registry has it.
pub(super) fn below(path: &Path) -> String {
    let parts = path
        .components()
        .map(|part| part.as_os_str().to_string_lossy());
    parts.collect::<Vec<_>>().join("/")
}

/// The address of a file.
pub(super) fn uri_of(path: &Path) -> Uri {
    let url = url::Url::from_file_path(path);
    Uri(url.map_or_else(|()| path.to_string_lossy().into_owned(), String::from))
}

/// By which an open text is told from others: its path, for an address may be spelt in several ways.
pub(super) fn key_of(uri: &Uri) -> String {
    path_of(&uri.0).map_or_else(|| uri.0.clone(), |path| path.to_string_lossy().into_owned())
}

/// A text that somebody edits.
#[derive(Debug)]
pub(super) struct Document {
    /// Its address, as the client writes it.
    pub(super) uri: Uri,
    /// Where it lies, if it is a file.
    pub(super) path: Option<PathBuf>,
    /// Which version of it this is.
    pub(super) version: i32,
    /// The text.
    pub(super) text: String,
    /// The registry that it lies in, and its path in that.
    home: Option<(PathBuf, String)>,
}

/// A registry that is open.
#[derive(Debug)]
pub(super) struct OpenRegistry {
    /// Its folder.
    pub(super) root: PathBuf,
    loaded: Loaded,
    /// What is found in it; it may lag behind: see [`judged`](Workspace::judged).
    standing: Standing,
    /// The files whose open texts were not read yet.
    typed: BTreeSet<String>,
    /// What lies there as a link, which is not followed, open or not.
    links: BTreeSet<String>,
    /// Whether the files on disk may be others than those that were read.
    is_stale: bool,
    unjudged: Unjudged,
    /// The files whose findings may be others than those that somebody was told.
    anew: Anew,
    stamp: u64,
}

#[derive(Debug)]
enum Unjudged {
    Texts(BTreeSet<FileId>),
    Anything,
}

impl OpenRegistry {
    pub(super) fn registry(&self) -> &Registry {
        &self.loaded.registry
    }

    /// The same with another text of a file.
    pub(super) fn with_text(&self, below: &str, text: &str) -> Loaded {
        self.loaded.amended([(below, text)])
    }

    pub(super) fn standing(&self) -> &Standing {
        &self.standing
    }

    /// The number of the file at a path below the root.
    pub(super) fn file_at(&self, below: &str) -> Option<FileId> {
        let mut files = self.registry().files.iter();
        let index = files.position(|file| *file.path == *below)?;
        Some(FileId::new(Revision::Registry, index))
    }

    /// Where a file lies.
    pub(super) fn path_of(&self, file: FileId) -> PathBuf {
        self.root.join(&*self.registry().file(file).path)
    }

    /// The runtime whose calendar lies at a path below the root.
    pub(super) fn runtime_of(&self, below: &str) -> Option<&str> {
        let config = &self.registry().config.value;
        let mut runtimes = config.runtimes.iter();
        let runtime = runtimes.find(|runtime| runtime.calendar.as_str() == below)?;
        Some(runtime.name.as_str())
    }

    /// What the record in a file says.
    pub(super) fn kep_in(&self, file: FileId) -> Option<&Entry<crate::registry::kep::KepRecord>> {
        self.registry().keps.iter().find(|entry| entry.file == file)
    }
}

/// A place that somebody asks about: an open text in its registry.
pub(super) struct Asked<'w> {
    pub(super) registry: &'w OpenRegistry,
    pub(super) document: &'w Document,
    /// Its path below the registry's root.
    pub(super) below: &'w str,
    pub(super) kind: FileKind,
    /// Its number in the registry.
    pub(super) file: FileId,
    pub(super) today: Date,
    pub(super) encoding: Encoding,
}

impl Asked<'_> {
    pub(super) fn lines(&self) -> Lines<'_> {
        Lines::of(&self.document.text, self.encoding)
    }
}

/// All that is open.
pub(super) struct Workspace<D> {
    disk: D,
    documents: BTreeMap<String, Document>,
    registries: BTreeMap<PathBuf, OpenRegistry>,
    /// Registries that were found and not read yet.
    found: BTreeSet<PathBuf>,
    /// The folders that the client has open.
    folders: BTreeSet<PathBuf>,
    /// Why registries are not looked at, each as somebody was told.
    unread: BTreeMap<PathBuf, String>,
    /// What of that nobody was told yet.
    untold: Vec<String>,
}

impl<D: Disk> Workspace<D> {
    pub(super) fn new(disk: D) -> Self {
        Self {
            disk,
            documents: BTreeMap::new(),
            registries: BTreeMap::new(),
            found: BTreeSet::new(),
            folders: BTreeSet::new(),
            unread: BTreeMap::new(),
            untold: Vec::new(),
        }
    }

    /// Why registries are not looked at, once each.
    pub(super) fn untold(&mut self) -> Vec<String> {
        std::mem::take(&mut self.untold)
    }

    pub(super) fn today(&self) -> Date {
        self.disk.today()
    }

    pub(super) fn registries(&self) -> impl Iterator<Item = &OpenRegistry> {
        self.registries.values()
    }

    /// The registry in a folder, if that is open.
    pub(super) fn registry_in(&self, root: &Path) -> Option<&OpenRegistry> {
        self.registries.get(root)
    }

    pub(super) fn document(&self, uri: &Uri) -> Option<&Document> {
        self.documents.get(&key_of(uri))
    }

    /// The open text of a file.
    pub(super) fn document_at(&self, path: &Path) -> Option<&Document> {
        self.documents.get(&*path.to_string_lossy())
    }

    /// The address of a file, as the client writes it where it has it open.
    pub(super) fn uri_at(&self, path: &Path) -> Uri {
        let open = self.document_at(path);
        open.map_or_else(|| uri_of(path), |document| document.uri.clone())
    }

    /// Opens a folder, and the registry that commands find from it.
    pub(super) fn open_folder(&mut self, folder: &Path) {
        self.folders.insert(folder.to_owned());
        if let Some(root) = self.disk.registry_from(folder) {
            self.open_registry(root);
        }
    }

    /// Closes a folder, and the registries that are found from no other one and have no open text.
    pub(super) fn close_folder(&mut self, folder: &Path) {
        self.folders.remove(folder);
        let found = self
            .folders
            .iter()
            .filter_map(|folder| self.disk.registry_from(folder));
        let homes = self.documents.values().filter_map(|one| one.home.as_ref());
        let homes = homes.map(|(root, _)| root.clone());
        let wanted: BTreeSet<PathBuf> = found.chain(homes).collect();
        self.registries.retain(|root, _| wanted.contains(root));
        self.found.retain(|root| wanted.contains(root));
        self.show_again();
    }

    /// The folders that are open and from which no registry is found.
    pub(super) fn folders_without(&self) -> impl Iterator<Item = &PathBuf> {
        let folders = self.folders.iter();
        folders.filter(|folder| self.disk.registry_from(folder).is_none())
    }

    fn open_registry(&mut self, root: PathBuf) {
        if !self.registries.contains_key(&root) {
            self.found.insert(root);
        }
    }

    /// Has somebody edit a text.
    pub(super) fn open(&mut self, uri: Uri, version: i32, text: String) {
        let path = path_of(&uri.0);
        let document = Document {
            uri: uri.clone(),
            path,
            version,
            text,
            home: None,
        };
        self.documents.insert(key_of(&uri), document);
        self.find_home(&uri);
    }

    /// Finds the registry that an open text lies in, where it has none yet.
    fn find_home(&mut self, uri: &Uri) {
        let Some(document) = self.documents.get_mut(&key_of(uri)) else {
            return;
        };
        if document.home.is_none()
            && let Some(path) = &document.path
            && let Some(root) = self.disk.registry_of(path)
            && let Ok(path) = path.strip_prefix(&root)
        {
            document.home = Some((root.clone(), below(path)));
            self.open_registry(root);
        }
        self.mark_typed(uri);
    }

    fn mark_typed(&mut self, uri: &Uri) {
        let home = self
            .documents
            .get(&key_of(uri))
            .and_then(|one| one.home.as_ref());
        if let Some((root, below)) = home
            && let Some(registry) = self.registries.get_mut(root)
        {
            registry.typed.insert(below.clone());
        }
    }

    /// Edits a text; whether it is open.
    pub(super) fn change(
        &mut self,
        uri: &Uri,
        version: i32,
        changes: Vec<TextDocumentContentChangeEvent>,
        encoding: Encoding,
    ) -> bool {
        let Some(document) = self.documents.get_mut(&key_of(uri)) else {
            return false;
        };
        for change in changes {
            match change {
                TextDocumentContentChangeEvent::TextDocumentContentChangePartial(part) => {
                    let span = Lines::of(&document.text, encoding).span(part.range);
                    document.text.replace_range(span.range(), &part.text);
                }
                TextDocumentContentChangeEvent::TextDocumentContentChangeWholeDocument(whole) => {
                    document.text = whole.text;
                }
            }
        }
        document.version = version;
        self.mark_typed(uri);
        true
    }

    /// Somebody edits a text no more: what is on disk counts.
    pub(super) fn close(&mut self, uri: &Uri) {
        if let Some(document) = self.documents.remove(&key_of(uri))
            && let Some((root, _)) = document.home
            && let Some(registry) = self.registries.get_mut(&root)
        {
            registry.is_stale = true;
        }
    }

    /// A text was saved: with it there may be a registry that was not there before.
    pub(super) fn saved(&mut self) {
        self.look_for_registries();
    }

    /// Files were written, made or removed outside of the client.
    pub(super) fn changed_on_disk(&mut self, paths: &[PathBuf]) {
        for registry in self.registries.values_mut() {
            registry.is_stale |= paths.iter().any(|path| path.starts_with(&registry.root));
        }
        self.look_for_registries();
    }

    /// Looks for registries that were not there before, from folders and for texts that have none.
    fn look_for_registries(&mut self) {
        for folder in self.folders.clone() {
            self.open_folder(&folder);
        }
        let homeless = self.documents.values().filter(|one| one.home.is_none());
        let homeless: Vec<Uri> = homeless.map(|one| one.uri.clone()).collect();
        for uri in homeless {
            self.find_home(&uri);
        }
    }

    /// Has all be shown again, whatever was shown.
    pub(super) fn show_again(&mut self) {
        for registry in self.registries.values_mut() {
            registry.anew = Anew::All;
        }
    }

    /// Looks whether files changed on disk, for a client that does not say so.
    pub(super) fn look_at_disk(&mut self) {
        for registry in self.registries.values_mut() {
            let stamp = self.disk.stamp(&registry.root);
            registry.is_stale |= stamp != registry.stamp;
            registry.stamp = stamp;
        }
        self.look_for_registries();
    }

    /// Reads what was found, what was typed, and what is on disk where that may be another; registries that are gone are closed, and what
    /// lay in them may lie in another one.
    pub(super) fn catch_up(&mut self) {
        let before: Vec<PathBuf> = self.registries.keys().cloned().collect();
        if self.read_all() {
            self.look_for_registries();
            self.read_all();
        }
        // Which registry a file is shown of, the others decide.
        if !self.registries.keys().eq(&before) {
            self.show_again();
        }
    }

    /// Reads all that there is to read; whether a registry is gone.
    fn read_all(&mut self) -> bool {
        let mut gone = BTreeSet::new();
        let open = std::mem::take(&mut self.registries).into_iter();
        let open = open.map(|(root, registry)| (root, Some(registry)));
        let found = std::mem::take(&mut self.found).into_iter();
        for (root, registry) in open.chain(found.map(|root| (root, None))) {
            let registry = match registry {
                Some(registry) if !registry.is_stale => Ok(Some(registry)),
                before => OpenRegistry::read(&self.disk, &self.documents, &root, before),
            };
            let registry = match registry {
                Ok(registry) => {
                    self.unread.remove(&root);
                    registry
                }
                // Silence would look like a registry without mistakes.
                Err(why) => {
                    if self.unread.insert(root.clone(), why.clone()).as_ref() != Some(&why) {
                        self.untold.push(why);
                    }
                    None
                }
            };
            match registry {
                Some(registry) => {
                    let registry = registry.with_typed(&self.disk, &self.documents);
                    self.registries.insert(root, registry);
                }
                None => drop(gone.insert(root)),
            }
        }
        for document in self.documents.values_mut() {
            let home = document.home.as_ref();
            if home.is_some_and(|(home, _)| gone.contains(home)) {
                document.home = None;
            }
        }
        !gone.is_empty()
    }

    /// Judges what was not judged yet.
    pub(super) fn judge(&mut self) {
        self.catch_up();
        let today = self.disk.today();
        for registry in self.registries.values_mut() {
            let nothing = Unjudged::Texts(BTreeSet::new());
            let edited = match std::mem::replace(&mut registry.unjudged, nothing) {
                // Another day is another judgement, whatever was edited.
                Unjudged::Texts(files) if files.is_empty() && registry.standing.is_of(today) => {
                    continue;
                }
                edited => edited,
            };
            let edited = match &edited {
                Unjudged::Texts(files) => Edited::Texts(files),
                Unjudged::Anything => Edited::Anything,
            };
            let anew = registry.standing.judge(&registry.loaded, today, edited);
            registry.anew.extend(anew);
        }
    }

    /// The files of each registry whose findings may be others than when this was asked last.
    pub(super) fn judged_anew(&mut self) -> BTreeMap<PathBuf, Anew> {
        let registries = self.registries.iter_mut();
        let anew = registries.map(|(root, registry)| {
            let anew = std::mem::replace(&mut registry.anew, Anew::nothing());
            (root.clone(), anew)
        });
        anew.collect()
    }

    /// What somebody asks about in an open text, if that is a file of a registry. All that was typed has been read.
    pub(super) fn asked(&mut self, uri: &Uri, encoding: Encoding) -> Option<Asked<'_>> {
        self.catch_up();
        let document = self.documents.get(&key_of(uri))?;
        let (root, below) = document.home.as_ref()?;
        let registry = self.registries.get(root)?;
        Some(Asked {
            registry,
            document,
            below,
            kind: FileKind::of(below)?,
            file: registry.file_at(below)?,
            today: self.disk.today(),
            encoding,
        })
    }
}

/// Whether a path is that of a link, or lies behind one.
fn lies_behind(links: &BTreeSet<String>, below: &str) -> bool {
    let mut links = links.iter();
    links.any(|link| {
        let rest = below.strip_prefix(link.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}

/// What an open text is as a file.
fn as_file(below: &str, text: &str) -> RawFile {
    let size = text.len() as u64;
    RawFile {
        path: below.to_owned(),
        content: match size > MAX_FILE_BYTES {
            true => Err(Unreadable::TooLarge(size)),
            false => Ok(text.as_bytes().to_vec()),
        },
    }
}

/// Whether these are the files that a registry was read from, as far as their text says.
fn is_same(registry: &Registry, files: &[RawFile]) -> bool {
    let there = registry.files.iter();
    let there: BTreeMap<&str, &str> = there.map(|file| (&*file.path, &*file.text)).collect();
    there.len() == files.len()
        && files.iter().all(|file| {
            let text = file.content.as_ref().map(Vec::as_slice);
            // One that cannot be read has no text either.
            let there = there.get(&*file.path);
            there.is_some_and(|there| text == Ok(there.as_bytes()) && !there.is_empty())
        })
}

impl OpenRegistry {
    /// Reads a registry's files from disk, with open texts instead of theirs; absent: there is none. The error says why it is not looked at.
    fn read(
        disk: &impl Disk,
        documents: &BTreeMap<String, Document>,
        root: &Path,
        before: Option<Self>,
    ) -> Result<Option<Self>, String> {
        let stamp = disk.stamp(root);
        let files = disk.files(root)?;
        Ok(Self::of(files, stamp, documents, root, before))
    }

    fn of(
        mut files: Vec<RawFile>,
        stamp: u64,
        documents: &BTreeMap<String, Document>,
        root: &Path,
        before: Option<Self>,
    ) -> Option<Self> {
        let is_config = |file: &RawFile| FileKind::of(&file.path) == Some(FileKind::Config);
        // An open text of `registry.toml` alone makes no registry: whoever saves it does.
        if !files.iter().any(is_config) {
            return None;
        }
        let is_link = |file: &&RawFile| file.content == Err(Unreadable::Symlink);
        let links = files.iter().filter(is_link).map(|file| file.path.clone());
        let links: BTreeSet<String> = links.collect();
        let mut typed = BTreeSet::new();
        for document in documents.values() {
            let Some((_, below)) = document.home.as_ref().filter(|(home, _)| home == root) else {
                continue;
            };
            match files.iter_mut().find(|file| file.path == *below) {
                // What is only named is not read, open or not.
                Some(file) if below.ends_with(".toml") && !lies_behind(&links, below) => {
                    file.content = as_file(below, &document.text).content;
                }
                Some(_) => {}
                None => drop(typed.insert(below.clone())),
            }
        }
        let (loaded, standing, unjudged) = match before {
            Some(before) if is_same(before.registry(), &files) => {
                (before.loaded, before.standing, before.unjudged)
            }
            Some(before) => {
                let loaded = load_beside(&before.loaded, Revision::Registry, files);
                (loaded, before.standing, Unjudged::Anything)
            }
            None => (load(files), Standing::default(), Unjudged::Anything),
        };
        Some(Self {
            root: root.to_owned(),
            loaded,
            standing,
            typed,
            links,
            is_stale: false,
            unjudged,
            anew: Anew::All,
            stamp,
        })
    }

    /// The same with the open texts that were edited.
    fn with_typed(mut self, disk: &impl Disk, documents: &BTreeMap<String, Document>) -> Self {
        for below in std::mem::take(&mut self.typed) {
            let mut documents = documents.values();
            let is_it = |document: &&Document| {
                let home = document.home.as_ref();
                home.is_some_and(|(root, path)| *root == self.root && *path == below)
            };
            let Some(document) = documents.find(is_it) else {
                continue;
            };
            let file = self.file_at(&below);
            let is_read = match file {
                Some(file) => {
                    let text = &*self.registry().file(file).text;
                    // One that could not be read has no text either.
                    let is_same = text == document.text && !text.is_empty();
                    below.ends_with(".toml") && !is_same
                }
                None => disk.would_read(&below, self.registry()),
            };
            if !is_read || lies_behind(&self.links, &below) {
                continue;
            }
            self.loaded = self.loaded.amend([as_file(&below, &document.text)]);
            match (file, &mut self.unjudged) {
                (Some(file), Unjudged::Texts(files)) => drop(files.insert(file)),
                (None, unjudged) => *unjudged = Unjudged::Anything,
                (Some(_), Unjudged::Anything) => {}
            }
        }
        self
    }
}
