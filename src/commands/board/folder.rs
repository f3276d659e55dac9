//! The folder that a board is written into. A list in it says which files are the board's: these alone are ever replaced or removed, so
//! that a folder that holds something else is refused, and what an earlier board left behind goes.

use std::collections::BTreeSet;
use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::{Component, Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::parallel;
use crate::render::site::SiteFile;

/// The list of the board's files.
const LIST: &str = ".kepherd-board";

/// A folder that a board may be written into.
pub(super) struct Folder {
    root: PathBuf,
    shown: String,
    /// The files of an earlier board.
    earlier: BTreeSet<String>,
}

/// What was done.
pub(super) struct Done {
    /// Files that are others than before.
    pub(super) written: usize,
    /// Files of an earlier board that are gone.
    pub(super) removed: usize,
}

impl Folder {
    /// Looks at a folder; nothing is written yet.
    pub(super) fn of(root: &Path, shown: &str) -> Result<Self> {
        // A slash at the end would lead through a link.
        let root = &root.components().collect::<PathBuf>();
        let folder = |earlier| Self {
            root: root.to_owned(),
            shown: shown.to_owned(),
            earlier,
        };
        match fs::symlink_metadata(root) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Ok(folder(BTreeSet::new()));
            }
            Err(error) => {
                return Err(error).with_context(|| format!("`{shown}` cannot be looked at"));
            }
            Ok(found) if found.is_symlink() => bail!(
                "`{shown}` is a symbolic link, and links are not followed: name the folder itself"
            ),
            Ok(found) if !found.is_dir() => {
                bail!("`{shown}` is a file, and a board is a folder: name another one")
            }
            Ok(_) => {}
        }
        let list = root.join(LIST);
        if fs::symlink_metadata(&list).is_ok_and(|found| !found.is_file()) {
            bail!(
                "`{shown}/{LIST}` is not a file: it lists what is the board's, and nothing is done without it"
            );
        }
        match fs::read_to_string(list) {
            Ok(list) => {
                let lines = list.lines().filter(|line| is_inside(line));
                Ok(folder(lines.map(str::to_owned).collect()))
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let mut inside =
                    fs::read_dir(root).with_context(|| format!("`{shown}` cannot be listed"))?;
                let is_own = |entry: &fs::DirEntry| is_staged(&entry.file_name());
                if inside.any(|entry| !entry.is_ok_and(|entry| is_own(&entry))) {
                    bail!(
                        "`{shown}` holds something else than a board (it has no `{LIST}`), and nothing of it is replaced: name a new folder, or an empty one"
                    );
                }
                Ok(folder(BTreeSet::new()))
            }
            Err(error) => Err(error).with_context(|| format!("`{shown}/{LIST}` cannot be read")),
        }
    }

    /// Writes what is another than before, and removes what an earlier board left behind.
    pub(super) fn put(&self, files: &[SiteFile]) -> Result<Done> {
        for file in files {
            self.is_free(&file.path)?;
        }
        self.sweep();
        fs::create_dir_all(&self.root)
            .with_context(|| format!("`{}` cannot be made", self.shown))?;
        let now: BTreeSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
        let known: BTreeSet<&str> = self.earlier.iter().map(String::as_str).collect();
        // The list goes first: a run that is stopped leaves nothing that the next one would take for somebody's.
        self.list(&(&known | &now))?;
        let mut done = Done {
            written: 0,
            removed: 0,
        };
        let written = parallel::each(files.iter().collect(), FILES_A_THREAD, |file: &SiteFile| {
            self.write(&file.path, &file.content)
        });
        for written in written {
            done.written += usize::from(written?);
        }
        for path in known.difference(&now) {
            done.removed += usize::from(self.remove(path)?);
        }
        self.list(&now)?;
        Ok(done)
    }

    /// Removes what a run that was killed left half written.
    fn sweep(&self) {
        let above = |path: &String| path.rsplit_once('/').map(|(folder, _)| folder.to_owned());
        let folders: BTreeSet<String> = self.earlier.iter().filter_map(above).collect();
        let folders = folders.iter().map(|folder| self.root.join(folder));
        for folder in folders.chain([self.root.clone()]) {
            // What lies behind a link is not this folder's.
            if !fs::symlink_metadata(&folder).is_ok_and(|found| found.is_dir()) {
                continue;
            }
            let entries = fs::read_dir(&folder).into_iter().flatten().flatten();
            for entry in entries.filter(|entry| is_staged(&entry.file_name())) {
                // One that cannot be removed does no harm.
                let _ = fs::remove_file(entry.path());
            }
        }
    }

    /// Whether a file can be written: nothing in its way is somebody else's, or leads elsewhere.
    fn is_free(&self, path: &str) -> Result<()> {
        let mut at = self.root.clone();
        let mut parts = path.split('/').peekable();
        while let Some(part) = parts.next() {
            at.push(part);
            let shown = || format!("{}/{path}", self.shown);
            let found = match fs::symlink_metadata(&at) {
                Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
                found => found.with_context(|| format!("`{}` cannot be looked at", shown()))?,
            };
            let is_last = parts.peek().is_none();
            if found.is_symlink() {
                bail!(
                    "a symbolic link is in the way of `{}`, and links are not followed: take it away",
                    shown()
                );
            }
            match (is_last, found.is_dir()) {
                (false, true) => {}
                (false, false)
                    if self
                        .earlier
                        .iter()
                        .any(|earlier| self.root.join(earlier) == at) =>
                {
                    return Ok(());
                }
                (true, false) if self.earlier.contains(path) => {}
                (true, false) => bail!(
                    "`{}` is there, and is not of an earlier board: it is not replaced",
                    shown()
                ),
                (false, false) => bail!("a file is in the way of `{}`: take it away", shown()),
                (true, true) => bail!("a folder is in the way of `{}`: take it away", shown()),
            }
        }
        Ok(())
    }

    /// Writes a file, unless it says the same already.
    fn write(&self, path: &str, content: &[u8]) -> Result<bool> {
        let target = self.root.join(path);
        if fs::read(&target).is_ok_and(|there| there == content) {
            return Ok(false);
        }
        let write = || -> std::io::Result<()> {
            let folder = target.parent().unwrap_or(&self.root);
            match fs::create_dir_all(folder) {
                // Where an earlier board had a file, this one has a folder.
                Err(error)
                    if error.kind() == ErrorKind::NotADirectory
                        || error.kind() == ErrorKind::AlreadyExists =>
                {
                    self.clear_way(path)?;
                    fs::create_dir_all(folder)?;
                }
                made => made?,
            }
            let mut staged = staged(folder)?;
            staged.write_all(content)?;
            staged.persist(&target).map_err(|error| error.error)?;
            Ok(())
        };
        write().with_context(|| format!("`{}/{path}` cannot be written; what is written so far is whole, and the next run goes on", self.shown))?;
        Ok(true)
    }

    fn clear_way(&self, path: &str) -> std::io::Result<()> {
        let mut at = self.root.clone();
        for part in path.split('/') {
            at.push(part);
            if at.is_file() {
                return fs::remove_file(&at);
            }
        }
        Ok(())
    }

    fn remove(&self, path: &str) -> Result<bool> {
        let target = self.root.join(path);
        // What lies behind a link is not this folder's.
        let mut at = self.root.clone();
        for part in path.split('/') {
            at.push(part);
            match fs::symlink_metadata(&at) {
                Ok(found) if found.is_symlink() => return Ok(false),
                Ok(_) => {}
                Err(_) => return Ok(false),
            }
        }
        if !target.is_file() {
            return Ok(false);
        }
        fs::remove_file(&target).with_context(|| {
            format!(
                "`{}/{path}` is of an earlier board, and cannot be removed",
                self.shown
            )
        })?;
        let mut folder = target.parent();
        while let Some(empty) = folder.filter(|folder| **folder != *self.root) {
            // One that holds something else stays.
            if fs::remove_dir(empty).is_err() {
                break;
            }
            folder = empty.parent();
        }
        Ok(true)
    }

    fn list(&self, paths: &BTreeSet<&str>) -> Result<()> {
        let mut text = String::new();
        for path in paths {
            text.push_str(path);
            text.push('\n');
        }
        self.write(LIST, text.as_bytes())?;
        Ok(())
    }
}

/// How the names of files begin and end that are not written to their end.
const STAGED: (&str, &str) = (".kepherd-board-", ".tmp");

/// Whether a file is one that was not written to its end.
fn is_staged(name: &std::ffi::OsStr) -> bool {
    let name = name.to_string_lossy();
    name.starts_with(STAGED.0) && name.ends_with(STAGED.1)
}

/// With fewer files for each, another thread costs more than it saves.
const FILES_A_THREAD: usize = 64;

/// A new file beside those of a folder; those of a site are read by everybody.
fn staged(folder: &Path) -> std::io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(STAGED.0).suffix(STAGED.1);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(fs::Permissions::from_mode(0o644));
    }
    builder.tempfile_in(folder)
}

/// Whether a path of a list stays inside of its folder: what a list says is only removed there.
fn is_inside(path: &str) -> bool {
    let mut parts = Path::new(path).components().peekable();
    parts.peek().is_some() && parts.all(|part| matches!(part, Component::Normal(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(all: &[(&str, &str)]) -> Vec<SiteFile> {
        let file = |(path, content): &(&str, &str)| SiteFile {
            path: (*path).to_owned(),
            content: content.as_bytes().to_vec(),
        };
        all.iter().map(file).collect()
    }

    fn put(root: &Path, all: &[(&str, &str)]) -> Result<(usize, usize)> {
        let done = Folder::of(root, "out")?.put(&files(all))?;
        Ok((done.written, done.removed))
    }

    #[test]
    fn twice_writes_nothing_and_what_an_earlier_board_left_goes() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("site");
        assert_eq!(
            put(&root, &[("index.html", "a"), ("kep/1/index.html", "b")]).unwrap(),
            (2, 0)
        );
        assert_eq!(
            put(&root, &[("index.html", "a"), ("kep/1/index.html", "b")]).unwrap(),
            (0, 0)
        );
        fs::write(root.join("CNAME"), "theirs").unwrap();
        assert_eq!(put(&root, &[("index.html", "c")]).unwrap(), (1, 1));
        assert!(!root.join("kep").exists());
        assert_eq!(fs::read_to_string(root.join("CNAME")).unwrap(), "theirs");
        // Where a file was, a folder can be, and the other way round.
        assert_eq!(
            put(&root, &[("index.html", "c"), ("a", "1")]).unwrap(),
            (1, 0)
        );
        assert_eq!(
            put(&root, &[("index.html", "c"), ("a/b", "1")]).unwrap(),
            (1, 0)
        );
    }

    #[test]
    fn what_is_somebody_elses_is_refused_before_anything_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let refused =
            |root: &Path, all: &[(&str, &str)]| format!("{:#}", put(root, all).unwrap_err());
        let root = folder.path().join("theirs");
        fs::create_dir(&root).unwrap();
        fs::write(root.join("thesis.md"), "years of work").unwrap();
        assert!(
            refused(&root, &[("index.html", "a")]).contains("holds something else than a board")
        );
        assert_eq!(fs::read_dir(&root).unwrap().count(), 1);
        let file = root.join("thesis.md");
        assert!(refused(&file, &[("index.html", "a")]).contains("is a file"));
        let root = folder.path().join("board");
        put(&root, &[("index.html", "a")]).unwrap();
        fs::write(root.join("kep"), "in the way").unwrap();
        assert!(
            refused(&root, &[("index.html", "b"), ("kep/1/index.html", "b")])
                .contains("a file is in the way")
        );
        fs::write(root.join("extra"), "theirs").unwrap();
        assert!(refused(&root, &[("index.html", "b"), ("extra", "b")]).contains("is not replaced"));
        fs::create_dir(root.join("x")).unwrap();
        assert!(
            refused(&root, &[("index.html", "b"), ("x", "b")]).contains("a folder is in the way")
        );
        assert_eq!(fs::read_to_string(root.join("index.html")).unwrap(), "a");
    }

    #[test]
    fn a_list_that_somebody_wrote_removes_nothing_elsewhere() {
        let folder = tempfile::tempdir().unwrap();
        let theirs = folder.path().join("theirs");
        fs::write(&theirs, "years of work").unwrap();
        let root = folder.path().join("board");
        put(&root, &[("index.html", "a")]).unwrap();
        let list = format!("../theirs\n{}\nindex.html\n\n.\n", theirs.display());
        fs::write(root.join(LIST), list).unwrap();
        put(&root, &[("index.html", "b")]).unwrap();
        assert!(theirs.exists());
    }

    #[test]
    fn what_a_run_that_was_killed_left_behind_stops_nobody_and_goes() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("board");
        fs::create_dir_all(root.join("kep/1")).unwrap();
        let left = root.join(format!("{}x{}", STAGED.0, STAGED.1));
        fs::remove_dir_all(root.join("kep")).unwrap();
        fs::write(&left, "half").unwrap();
        let all = [("index.html", "a"), ("kep/1/index.html", "b")];
        assert_eq!(put(&root, &all).unwrap(), (2, 0));
        assert!(!left.exists());
        let inside = root.join(format!("kep/1/{}x{}", STAGED.0, STAGED.1));
        fs::write(&inside, "half").unwrap();
        assert_eq!(put(&root, &all).unwrap(), (0, 0));
        assert!(!inside.exists());
    }

    #[cfg(unix)]
    #[test]
    fn links_are_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let elsewhere = folder.path().join("elsewhere");
        fs::create_dir(&elsewhere).unwrap();
        let root = folder.path().join("board");
        put(&root, &[("index.html", "a"), ("kep/1/index.html", "b")]).unwrap();
        fs::remove_dir_all(root.join("kep")).unwrap();
        std::os::unix::fs::symlink(&elsewhere, root.join("kep")).unwrap();
        let error = format!(
            "{:#}",
            put(&root, &[("kep/1/index.html", "c")]).unwrap_err()
        );
        assert!(error.contains("links are not followed"), "{error}");
        fs::create_dir(elsewhere.join("1")).unwrap();
        fs::write(elsewhere.join("1/index.html"), "theirs").unwrap();
        assert_eq!(put(&root, &[("index.html", "a")]).unwrap().1, 0);
        assert!(elsewhere.join("1/index.html").exists());
        std::os::unix::fs::symlink(&elsewhere, folder.path().join("link")).unwrap();
        assert!(Folder::of(&folder.path().join("link"), "link").is_err());
        // With a slash behind it, a link to an empty folder would be one.
        let empty = folder.path().join("empty");
        fs::create_dir(&empty).unwrap();
        std::os::unix::fs::symlink(&empty, folder.path().join("other")).unwrap();
        assert!(Folder::of(&folder.path().join("other/"), "other/").is_err());
        // A list that is a link may name anything.
        let root = folder.path().join("listed");
        put(&root, &[("index.html", "a")]).unwrap();
        fs::rename(root.join(LIST), folder.path().join("list")).unwrap();
        std::os::unix::fs::symlink(folder.path().join("list"), root.join(LIST)).unwrap();
        assert!(Folder::of(&root, "listed").is_err());
    }
}
