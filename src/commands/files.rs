//! Finds the registry, reads its files, and writes files whole: under a temporary name, then renamed.

use std::fs;
use std::hash::{Hash as _, Hasher as _};
use std::io::{Read as _, Write as _};
use std::path::{Component, Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use toml_edit::DocumentMut;

use super::lying::{self, Kind, Listed};
use super::{Context, Environment};
use crate::registry::edit;
use crate::registry::load::{CONFIG_FILE, Loaded, MAX_FILE_BYTES, RawFile, Unreadable, load};
use crate::registry::requirement;
use crate::text::source::SourceFile;
use crate::{git, parallel};

/// A registry on disk.
pub(super) struct Opened {
    /// Its folder.
    pub(super) root: PathBuf,
    /// What leads from the working directory to it, for messages: empty, or ending in `/`.
    pub(super) prefix: String,
    /// What it says.
    pub(super) loaded: Loaded,
}

/// Finds and reads the registry.
pub(super) fn open(context: &Context<'_>) -> Result<Opened> {
    let root = root(context)?;
    let prefix = prefix(&root, &context.environment.directory);
    let loaded = load(raw(&root)?);
    Ok(Opened {
        root,
        prefix,
        loaded,
    })
}

/// The registry's folder.
pub(super) fn root(context: &Context<'_>) -> Result<PathBuf> {
    find(context.global.registry.as_deref(), context.environment)
}

/// The registry's files, as they are.
pub(super) fn raw(root: &Path) -> Result<Vec<RawFile>> {
    let unread = lying::files(listed(root)?, |folder| listed(folder))?;
    let raw = parallel::each(unread, FILES_A_THREAD, |file| RawFile {
        path: file.path,
        content: file.content.map_or_else(|known| known, |path| read(&path)),
    });
    understood(&raw)?;
    Ok(raw)
}

/// A registry that asks for a newer release is not looked at: what this one does not know, it would call mistakes.
pub(super) fn understood(raw: &[RawFile]) -> Result<()> {
    let config = raw.iter().find(|file| file.path == CONFIG_FILE);
    let bytes = config.and_then(|file| file.content.as_ref().ok());
    let text = bytes.and_then(|bytes| std::str::from_utf8(bytes).ok());
    if let Some((text, asked)) = text.and_then(|text| Some((text, requirement::unmet(text)?))) {
        let line = SourceFile::new(CONFIG_FILE, text)
            .position(asked.span.start)
            .line;
        bail!("{CONFIG_FILE}:{line}: {asked}");
    }
    Ok(())
}

/// With fewer files for each, another thread costs more than it saves.
const FILES_A_THREAD: usize = 64;

/// Whether a folder is a registry's.
pub(super) fn is_registry(folder: &Path) -> bool {
    fs::symlink_metadata(folder.join(CONFIG_FILE)).is_ok()
}

/// The folder of the registry that is found from another folder, if there is one.
pub(super) fn found_from(here: &Path) -> Option<PathBuf> {
    let folders = here.ancestors();
    let mut folders = folders.flat_map(|folder| [folder.to_owned(), folder.join("keps")]);
    folders.find(|folder| is_registry(folder))
}

/// A number that is another one when a file of a registry was written, made or removed, as far as its size and its day tell.
pub(super) fn stamp(root: &Path) -> Result<u64> {
    let mut hasher = std::collections::hash_map::DefaultHasher::new();
    for file in lying::files(listed(root)?, |folder| listed(folder))? {
        file.path.hash(&mut hasher);
        if let Ok(path) = file.content
            && let Ok(found) = fs::symlink_metadata(path)
        {
            found.len().hash(&mut hasher);
            found.modified().ok().hash(&mut hasher);
        }
    }
    Ok(hasher.finish())
}

fn find(named: Option<&Path>, environment: &Environment) -> Result<PathBuf> {
    let here = &environment.directory;
    let root = match named {
        Some(named) => {
            let root = here.join(named);
            if !root.is_dir() {
                bail!("`{}` is not a folder", named.display());
            }
            if !is_registry(&root) {
                bail!("`{}` has no `{CONFIG_FILE}`, so it is not a registry", named.display());
            }
            root
        }
        None => found_from(here).with_context(|| {
                format!(
                    "no registry here: neither `{}`, nor a folder above it, nor a `keps` in one of them has a `{CONFIG_FILE}`; \
                     name the registry by --registry DIR",
                    here.display()
                )
        })?,
    };
    if fs::symlink_metadata(&root)?.is_symlink() {
        bail!(
            "the registry `{}` is a symbolic link, and links are not followed: name the folder itself",
            root.display()
        );
    }
    Ok(root)
}

/// What lies in a folder.
fn listed(folder: &Path) -> Result<Vec<Listed<PathBuf>>> {
    let unlisted = || format!("`{}` cannot be listed", folder.display());
    let entries = fs::read_dir(folder).with_context(unlisted)?;
    let listed = entries.map(|entry| {
        let entry = entry.with_context(unlisted)?;
        let kind = entry.file_type()?;
        Ok(Listed {
            name: entry.file_name().to_string_lossy().into_owned(),
            kind: if kind.is_symlink() {
                Kind::Link
            } else if kind.is_dir() {
                Kind::Folder
            } else {
                Kind::File
            },
            handle: entry.path(),
        })
    });
    listed.collect()
}

/// What leads from the root of the git repository that a registry is in to it: that is what paths begin with for programs that
/// stand there. Without a repository, what leads there from the working directory.
pub(super) fn from_repository(root: &Path, context: &Context<'_>) -> String {
    let inside = || {
        let repository = git::Repository::discover(root).ok()?;
        let worktree = repository.worktree()?.canonicalize().ok()?;
        let below = root.canonicalize().ok()?;
        Some(prefix(&below, &worktree))
    };
    inside().unwrap_or_else(|| prefix(root, &context.environment.directory))
}

/// Reads a regular file, and no more of it than a record may have.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, Unreadable> {
    let denied = |error: std::io::Error| Unreadable::Denied(error.to_string());
    // Looked at before it is opened: opening a pipe would wait for its writer.
    let metadata = fs::symlink_metadata(path).map_err(denied)?;
    if !metadata.is_file() {
        return Err(Unreadable::Denied("it is not a regular file".to_owned()));
    }
    let file = fs::File::open(path).map_err(denied)?;
    let bytes = read_up_to(file, metadata.len(), MAX_FILE_BYTES).map_err(denied)?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(Unreadable::TooLarge(metadata.len()));
    }
    Ok(bytes)
}

/// All of a reader, and at most one byte more than `most`: with as many bytes as expected, one read takes them and one more finds
/// the end. What grew meanwhile is read further.
fn read_up_to(
    mut reader: impl std::io::Read,
    expected: u64,
    most: u64,
) -> std::io::Result<Vec<u8>> {
    let limit = usize::try_from(most)
        .unwrap_or(usize::MAX)
        .saturating_add(1);
    // A byte more than there is, so that the end is found without making room first.
    let room = usize::try_from(expected)
        .unwrap_or(usize::MAX)
        .saturating_add(1);
    let mut bytes = vec![0; room.min(limit)];
    let mut read = 0;
    while read < limit {
        if read == bytes.len() {
            bytes.resize(read.saturating_mul(2).min(limit), 0);
        }
        match reader.read(&mut bytes[read..]) {
            Ok(0) => break,
            Ok(more) => read += more,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    bytes.truncate(read);
    Ok(bytes)
}

/// Reads a text file that somebody names, up to a size.
pub(super) fn read_text(path: &Path, most: u64) -> Result<String> {
    let shown = path.display();
    let file = fs::File::open(path).with_context(|| format!("`{shown}` cannot be read"))?;
    let mut text = String::new();
    file.take(most + 1)
        .read_to_string(&mut text)
        .with_context(|| format!("`{shown}` cannot be read"))?;
    if text.len() as u64 > most {
        bail!("`{shown}` has more than {most} bytes");
    }
    Ok(text)
}

/// What leads from the working directory to the registry, for messages.
pub(super) fn prefix(root: &Path, here: &Path) -> String {
    let shown = root.strip_prefix(here).unwrap_or(root);
    let shown = shown.to_string_lossy();
    if shown.is_empty() || shown.ends_with('/') {
        shown.into_owned()
    } else {
        format!("{shown}/")
    }
}

/// Edits a record as it is on disk now: people may have edited it since it was read. An edit that gives nothing is not
/// written.
pub(super) fn edit<T>(
    path: &Path,
    change: impl FnOnce(&mut DocumentMut) -> Result<Option<T>>,
) -> Result<Option<T>> {
    let text = read_text(path, MAX_FILE_BYTES)?;
    let edited = edit::edited(&text, change)
        .with_context(|| format!("`{}` is not edited", path.display()))?;
    let Some((new, done)) = edited else {
        return Ok(None);
    };
    write(path, &new)?;
    Ok(Some(done))
}

/// A file of the registry that is to be written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Write<'a> {
    /// Its path below the root.
    pub(super) path: &'a str,
    /// The path that it is to have.
    pub(super) new_path: &'a str,
    /// The text that was read; absent: it is new.
    pub(super) before: Option<&'a str>,
    /// The text that it is to have.
    pub(super) after: &'a str,
}

impl Write<'_> {
    /// Why it must not be written: it lies behind a link, is not what was read, or another file has its path.
    pub(super) fn problem(&self, root: &Path) -> Result<()> {
        let Self {
            path,
            new_path,
            before,
            after: _,
        } = self;
        for below in [path, new_path] {
            no_link(root, Path::new(below))?;
        }
        let (old, new) = (root.join(path), root.join(new_path));
        if let Some(before) = before
            && read_text(&old, MAX_FILE_BYTES)? != *before
        {
            bail!(
                "`{}` was changed meanwhile, and is left as it is",
                old.display()
            );
        }
        let is_taken = before.is_none() || old != new;
        if is_taken && fs::symlink_metadata(&new).is_ok() {
            bail!(
                "`{}` is there already, and is not overwritten",
                new.display()
            );
        }
        Ok(())
    }
}

/// Nothing is written through a symbolic link below a root.
pub(super) fn no_link(root: &Path, below: &Path) -> Result<()> {
    let mut path = root.to_owned();
    for part in below {
        path.push(part);
        if fs::symlink_metadata(&path).is_ok_and(|found| found.is_symlink()) {
            bail!(
                "`{}` is a symbolic link, and links are not followed",
                path.display()
            );
        }
    }
    Ok(())
}

/// Writes files, each whole; all are looked at and put beside their places before the first takes its place, so that what is wrong
/// with one leaves all as they were.
pub(super) fn write_all(root: &Path, files: &[Write<'_>]) -> Result<()> {
    for file in files {
        file.problem(root)?;
    }
    let mut staged = Vec::new();
    for file in files {
        let path = root.join(file.path);
        let text = (file.before != Some(file.after)).then(|| stage(&path, file.after));
        staged.push((file, path, text.transpose()?));
    }
    for (at, (file, path, text)) in staged.into_iter().enumerate() {
        if let Err(error) = place(root, file, &path, text) {
            return Err(taken_back(root, &files[..at], error));
        }
    }
    Ok(())
}

/// Puts a text in its place, and gives the file its name.
fn place(
    root: &Path,
    file: &Write<'_>,
    path: &Path,
    text: Option<tempfile::NamedTempFile>,
) -> Result<()> {
    file.problem(root)?;
    if let Some(text) = text {
        let unwritten = || format!("`{}` cannot be written", path.display());
        // What appeared since it was looked at is somebody's.
        let placed = match file.before {
            None => text.persist_noclobber(path),
            Some(_) => text.persist(path),
        };
        placed
            .map_err(|error| error.error)
            .with_context(unwritten)?;
    }
    let target = root.join(file.new_path);
    if path != target {
        let unnamed = || format!("`{}` cannot be renamed", path.display());
        if let Some(folder) = target.parent() {
            fs::create_dir_all(folder).with_context(unnamed)?;
        }
        fs::rename(path, &target).with_context(unnamed)?;
    }
    Ok(())
}

/// Takes back what was written of files that belong together, because one of the others could not be; what that comes to.
fn taken_back(root: &Path, files: &[Write<'_>], error: anyhow::Error) -> anyhow::Error {
    let back = |file: &Write<'_>| -> Result<()> {
        let (path, target) = (root.join(file.path), root.join(file.new_path));
        match file.before {
            None => fs::remove_file(&target)?,
            Some(before) => {
                if path != target {
                    fs::rename(&target, &path)?;
                }
                write(&path, before)?;
            }
        }
        Ok(())
    };
    let mut stuck = files.iter().rev().filter(|file| back(file).is_err());
    match stuck.next() {
        None => error.context("nothing is written"),
        Some(file) => error.context(format!(
            "`{}` and perhaps others are written, and cannot be taken back: `git diff` shows them",
            file.new_path
        )),
    }
}

/// Writes a file whole or not at all.
pub(super) fn write(path: &Path, text: &str) -> Result<()> {
    let staged = stage(path, text)?;
    let placed = staged.persist(path).map_err(|error| error.error);
    placed.with_context(|| format!("`{}` cannot be written", path.display()))?;
    Ok(())
}

/// Writes files that a command makes anew into a folder, and names each.
pub(super) fn write_named(
    context: &mut Context<'_>,
    out: &Path,
    named: impl IntoIterator<Item = (impl AsRef<Path>, String)>,
) -> Result<()> {
    let folder = context.environment.directory.join(out);
    for (name, text) in named {
        write(&folder.join(&name), &text)?;
        if !context.global.quiet {
            writeln!(context.out, "{}", out.join(&name).display())?;
        }
    }
    Ok(())
}

/// A path without `.` and `..`: a folder that is not there yet has no canonical one, and `..` behind it still leads somewhere.
pub(super) fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(normal.pop()),
            part => normal.push(part),
        }
    }
    normal
}

/// A text that is on disk beside the place that it is to take.
fn stage(path: &Path, text: &str) -> Result<tempfile::NamedTempFile> {
    let stage = || -> std::io::Result<tempfile::NamedTempFile> {
        let folder = path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        let mut file = tempfile::Builder::new()
            .prefix(".kepherd-")
            .suffix(".tmp")
            .tempfile_in(folder)?;
        if let Ok(old) = fs::metadata(path) {
            file.as_file().set_permissions(old.permissions())?;
        } else {
            set_usual_permissions(file.as_file())?;
        }
        file.write_all(text.as_bytes())?;
        file.as_file().sync_all()?;
        Ok(file)
    };
    stage().with_context(|| format!("`{}` cannot be written", path.display()))
}

/// Temporary files are private; a record is not.
#[cfg(unix)]
fn set_usual_permissions(file: &fs::File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn set_usual_permissions(_: &fs::File) -> std::io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A reader that counts how often it is read.
    struct Counted<'a> {
        text: &'a [u8],
        reads: usize,
    }

    impl std::io::Read for &mut Counted<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            self.reads += 1;
            self.text.read(buffer)
        }
    }

    #[test]
    fn a_file_is_read_in_two_reads_and_never_further_than_it_may_go() {
        let read = |size: usize, expected: u64, most: u64| {
            let text = vec![b'x'; size];
            let mut counted = Counted {
                text: &text,
                reads: 0,
            };
            let bytes = read_up_to(&mut counted, expected, most).unwrap();
            (bytes.len(), counted.reads)
        };
        for size in [0, 1, 31, 32, 33, 500, 8_191, 8_192, 100_000] {
            let (length, reads) = read(size, size as u64, 1 << 20);
            assert_eq!(length, size);
            assert!(reads <= 2, "{reads} reads of {size} bytes");
        }
        // It grew, or shrank, since somebody looked; or it says nothing of its size, as those of `/proc` do.
        assert_eq!(read(5_000, 500, 1 << 20).0, 5_000);
        assert_eq!(read(5_000, 0, 1 << 20).0, 5_000);
        assert_eq!(read(5, 500, 1 << 20).0, 5);
        assert_eq!(read(5_000, 5_000, 100).0, 101);
        assert_eq!(read(5_000, u64::MAX, 100).0, 101);
    }

    #[test]
    fn a_pipe_is_no_file_and_is_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        assert!(
            matches!(read(folder.path()), Err(Unreadable::Denied(why)) if why == "it is not a regular file")
        );
    }

    fn written<'a>(path: &'a str, before: &'a str, new_path: &'a str, after: &'a str) -> Write<'a> {
        Write {
            path,
            new_path,
            before: Some(before),
            after,
        }
    }

    #[test]
    fn a_file_that_was_changed_meanwhile_leaves_all_as_they_are() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let read = |name: &str| fs::read_to_string(root.join(name)).unwrap();
        fs::write(root.join("a.toml"), "a = 2\n").unwrap();
        fs::write(root.join("c.toml"), "c = 1\n").unwrap();
        let good = written("c.toml", "c = 1\n", "c.toml", "c = 2\n");
        let stale = written("a.toml", "a = 1\n", "a.toml", "a = 3\n");
        let refused = write_all(root, &[good, stale]).unwrap_err();
        assert!(refused.to_string().contains("was changed meanwhile"));
        assert_eq!(
            (read("a.toml"), read("c.toml")),
            ("a = 2\n".to_owned(), "c = 1\n".to_owned())
        );
        let taken = written("a.toml", "a = 2\n", "c.toml", "a = 3\n");
        let refused = write_all(root, &[taken]).unwrap_err();
        assert!(refused.to_string().contains("is there already"));
        let new = Write {
            before: None,
            ..written("x/d.toml", "", "x/d.toml", "d = 1\n")
        };
        write_all(
            root,
            &[good, written("a.toml", "a = 2\n", "b.toml", "a = 3\n"), new],
        )
        .unwrap();
        assert_eq!(
            (read("b.toml"), read("c.toml")),
            ("a = 3\n".to_owned(), "c = 2\n".to_owned())
        );
        assert_eq!(read("x/d.toml"), "d = 1\n");
        assert!(!root.join("a.toml").exists());
        assert_eq!(
            fs::read_dir(root).unwrap().count(),
            3,
            "nothing else lies around"
        );
    }

    /// What belongs together is written whole or not at all: what has taken its place already goes back.
    #[test]
    fn what_was_written_is_taken_back_when_the_rest_cannot_be() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let read = |name: &str| fs::read_to_string(root.join(name)).unwrap();
        fs::write(root.join("a.toml"), "a = 1\n").unwrap();
        fs::write(root.join("b.toml"), "b = 1\n").unwrap();
        let new = Write {
            before: None,
            ..written("c.toml", "", "c.toml", "c = 1\n")
        };
        let files = [
            written("a.toml", "a = 1\n", "a.toml", "a = 2\n"),
            written("b.toml", "b = 1\n", "d.toml", "b = 2\n"),
            new,
        ];
        write_all(root, &files).unwrap();
        let error = taken_back(root, &files, anyhow::anyhow!("the disk is full"));
        assert_eq!(format!("{error:#}"), "nothing is written: the disk is full");
        assert_eq!(
            (read("a.toml"), read("b.toml")),
            ("a = 1\n".to_owned(), "b = 1\n".to_owned())
        );
        assert_eq!(fs::read_dir(root).unwrap().count(), 2);
    }

    #[cfg(unix)]
    #[test]
    fn nothing_is_written_through_a_link_or_where_a_file_went_away() {
        let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let root = folder.path();
        fs::write(elsewhere.path().join("a.toml"), "a = 1\n").unwrap();
        std::os::unix::fs::symlink(elsewhere.path().join("a.toml"), root.join("a.toml")).unwrap();
        std::os::unix::fs::symlink(elsewhere.path(), root.join("sig")).unwrap();
        for path in ["a.toml", "sig/a.toml"] {
            let refused = write_all(root, &[written(path, "a = 1\n", path, "a = 2\n")]);
            assert!(
                refused
                    .unwrap_err()
                    .to_string()
                    .contains("is a symbolic link")
            );
        }
        let gone = write_all(root, &[written("b.toml", "b = 1\n", "b.toml", "b = 2\n")]);
        assert!(gone.unwrap_err().to_string().contains("cannot be read"));
        assert_eq!(
            fs::read_to_string(elsewhere.path().join("a.toml")).unwrap(),
            "a = 1\n"
        );
    }
}
