//! The state file: a world as versioned JSON.
//!
//! It must never leave a half-written file behind, and never replace a file that it cannot read.

use super::world::World;
use serde::{Deserialize, Serialize};
use std::fs::{File, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Raised whenever an older kepherd could not read the file.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Written<'a> {
    version: u32,
    world: &'a World,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Read {
    version: u32,
    world: World,
}

/// Keeps a state file to one sandbox: two would each write its own world over the other's.
#[derive(Debug)]
pub(super) struct Lock {
    path: PathBuf,
    // Held open: the lock goes with it, also when the process is killed.
    _file: File,
}

impl Lock {
    /// Takes the lock, in a file beside the state file.
    pub(super) fn take(state_file: &Path) -> io::Result<Self> {
        let mut name = state_file.as_os_str().to_owned();
        name.push(".lock");
        let path = PathBuf::from(name);
        let file =
            File::create(&path).map_err(|error| explain(state_file, "cannot be locked", &error))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { path, _file: file }),
            Err(TryLockError::WouldBlock) => Err(io::Error::new(
                io::ErrorKind::WouldBlock,
                format!(
                    "the state file {} is in use by another sandbox: name another file, or use that sandbox by GITHUB_API_URL",
                    state_file.display()
                ),
            )),
            Err(TryLockError::Error(error)) => Err(explain(state_file, "cannot be locked", &error)),
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // What is left behind is an empty file, which the next sandbox takes over.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Reads the world of a state file; none if there is no such file.
pub(super) fn load(path: &Path) -> io::Result<Option<World>> {
    // Looked at before it is opened: opening a pipe would wait for its writer.
    if std::fs::metadata(path).is_ok_and(|found| !found.is_file()) {
        let error = io::Error::other("it is no regular file");
        return Err(explain(path, "cannot be read", &error));
    }
    let text = match std::fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(explain(path, "cannot be read", &error)),
    };
    let read: Read = serde_json::from_slice(&text).map_err(|error| {
        explain(
            path,
            "is not a whole sandbox state (it is left as it is: move it away, or name another)",
            &error.into(),
        )
    })?;
    if read.version != VERSION {
        let found = io::Error::new(
            io::ErrorKind::InvalidData,
            format!("version {}, expected {VERSION}", read.version),
        );
        return Err(explain(
            path,
            "was written by another version of kepherd",
            &found,
        ));
    }
    Ok(Some(read.world))
}

/// Replaces the state file as one step: a reader sees the world before or after, never a part.
pub(super) fn save(path: &Path, world: &World) -> io::Result<()> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let written = Written {
        version: VERSION,
        world,
    };
    let mut text = serde_json::to_vec_pretty(&written).map_err(io::Error::from)?;
    text.push(b'\n');
    let mut file = tempfile::NamedTempFile::new_in(folder)
        .map_err(|error| explain(path, "cannot be written", &error))?;
    file.write_all(&text)?;
    file.as_file().sync_data()?;
    file.persist(path)
        .map_err(|error| explain(path, "cannot be replaced", &error.error))?;
    Ok(())
}

fn explain(path: &Path, what: &str, error: &io::Error) -> io::Error {
    io::Error::new(
        error.kind(),
        format!("the state file {} {what}: {error}", path.display()),
    )
}
