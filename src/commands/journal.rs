//! The journal's file: found, locked, mended, and appended to. Each line is on disk before anything follows from it.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use super::Context;
use super::connect::Connection;
use super::files::Opened;
use crate::cli::Target;
use crate::git;
use crate::sync::apply::Outcome;
use crate::sync::journal::{self, Event, FoundIssue, Line, RunEnd, RunStart};
use crate::sync::observed::Observed;
use crate::sync::plan::{Plan, RepositoryPlan};
use crate::sync::remembered::Remembered;
use crate::terms::Instant;
use crate::terms::Subject;

/// A thousand runs of a thousand writes.
const MAX_BYTES: u64 = 256 << 20;

/// An open journal, this run's alone.
pub(super) struct Journal {
    open: Option<Open>,
}

struct Open {
    file: File,
    /// How much of it is whole lines: a line that was not finished, by a killed run or for want of room, is overwritten.
    whole: u64,
    /// What went wrong with the last line.
    broken: Option<String>,
}

/// Where the journal is: where somebody says, or in the git directory that the registry belongs to. Without one, or for a
/// stand-in, whose issues may be others the next time, there is none.
pub(super) fn path(
    context: &Context<'_>,
    target: &Target,
    opened: &Opened,
    connection: &Connection,
) -> Option<PathBuf> {
    match &target.journal {
        Some(named) => Some(context.environment.directory.join(named)),
        None if connection.is_stand_in() => None,
        None => beside(&opened.root),
    }
}

/// The journal of the repository that a folder belongs to.
fn beside(folder: &Path) -> Option<PathBuf> {
    let repository = git::Repository::discover(folder).ok()?;
    Some(repository.directory().join("kepherd/journal.jsonl"))
}

/// What earlier runs at an API left to know, for a plan: the file stays as it is.
pub(super) fn remembered(path: Option<&Path>, api: &str) -> Result<Remembered> {
    let Some(path) = path else {
        return Ok(Remembered::default());
    };
    // Looked at before it is opened: opening a pipe would wait for its writer.
    if std::fs::metadata(path).is_ok_and(|found| !found.is_file()) {
        bail!("the journal `{}` is no regular file", path.display());
    }
    match File::open(path) {
        Ok(mut file) => Ok(read(&mut file, path, api)?.1),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Remembered::default()),
        Err(error) => {
            Err(error).with_context(|| format!("the journal `{}` cannot be read", path.display()))
        }
    }
}

impl Journal {
    /// Opens the journal of a run, and gives what earlier ones left to know. Two runs with one journal are not possible.
    pub(super) fn open(path: Option<&Path>, api: &str) -> Result<(Self, Remembered)> {
        let Some(path) = path else {
            return Ok((Self { open: None }, Remembered::default()));
        };
        let shown = path.display();
        let open = || -> std::io::Result<File> {
            if let Some(folder) = path.parent() {
                std::fs::create_dir_all(folder)?;
            }
            let mut options = OpenOptions::new();
            options
                .read(true)
                .write(true)
                .create(true)
                .truncate(false)
                .open(path)
        };
        let mut file =
            open().with_context(|| format!("the journal `{shown}` cannot be written"))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => bail!(
                "the journal `{shown}` is in use: another `kepherd apply` is under way; wait for its end"
            ),
            Err(TryLockError::Error(error)) => {
                return Err(error)
                    .with_context(|| format!("the journal `{shown}` cannot be locked"));
            }
        }
        let (whole, remembered) = read(&mut file, path, api)?;
        let open = Open {
            file,
            whole,
            broken: None,
        };
        Ok((Self { open: Some(open) }, remembered))
    }

    /// Begins a run, with what has become clear of those before it.
    pub(super) fn begin(
        &mut self,
        api: &str,
        login: &str,
        plan: &Plan,
        clear: Vec<Event>,
    ) -> Result<()> {
        let run = RunStart {
            version: journal::VERSION,
            api: api.to_owned(),
            login: login.to_owned(),
            plan: plan.hash.clone(),
        };
        for event in std::iter::once(Event::Run(run)).chain(clear) {
            let noted = self.append(event).map_err(anyhow::Error::msg);
            noted.context("nothing is applied: the journal cannot be written")?;
        }
        Ok(())
    }

    /// Ends a run. One whose journal is broken has said so.
    pub(super) fn end(&mut self, outcome: &Outcome) {
        let end = RunEnd {
            failures: outcome.failures.len(),
            stopped: outcome.stopped.clone(),
        };
        if let Err(why) = self.append(Event::End(end)) {
            tracing::warn!("the journal has no end of this run: {why}");
        }
    }

    /// Appends a line, and waits until it is on disk. After a failure nothing more is appended.
    pub(super) fn append(&mut self, event: Event) -> Result<(), String> {
        let Some(Open {
            file,
            whole,
            broken,
        }) = &mut self.open
        else {
            return Ok(());
        };
        if let Some(why) = broken {
            return Err(why.clone());
        }
        let now = jiff::Timestamp::now();
        let at = Instant(now.round(jiff::Unit::Millisecond).unwrap_or(now));
        let mut text =
            serde_json::to_vec(&Line { at, event }).map_err(|error| error.to_string())?;
        text.push(b'\n');
        let written = file
            .set_len(*whole)
            .and_then(|()| file.seek(SeekFrom::End(0)))
            .and_then(|_| file.write_all(&text))
            .and_then(|()| file.sync_data());
        match written {
            Ok(()) => {
                *whole += text.len() as u64;
                Ok(())
            }
            Err(error) => {
                // Half a line is worse than none; where that fails too, the next run drops what is torn.
                let _ = file.set_len(*whole);
                Err(broken.insert(error.to_string()).clone())
            }
        }
    }
}

/// What has become clear of earlier runs: issues of which nobody knew whether they had been created, and what is off issues
/// that was being taken off.
pub(super) fn clear(plan: &Plan, observed: &Observed, remembered: &Remembered) -> Vec<Event> {
    let of = |repository: &RepositoryPlan| -> Vec<Event> {
        let issues = repository.issues.iter();
        let found = issues.filter(|issue| remembered.is_in_doubt(&issue.subject));
        let found = found.filter_map(|issue| {
            Some(Event::Found(FoundIssue {
                repository: repository.repository.clone(),
                subject: issue.subject.clone(),
                number: issue.number?,
            }))
        });
        found.collect()
    };
    let found = plan.repositories.iter().flat_map(of);
    let gone = remembered.gone(observed).into_iter().map(Event::Gone);
    found.chain(gone).collect()
}

/// The issues that are found again.
pub(super) fn found(clear: &[Event]) -> impl Iterator<Item = (&Subject, u64)> {
    clear.iter().filter_map(|event| match event {
        Event::Found(found) => Some((&found.subject, found.number)),
        _ => None,
    })
}

/// How much of a journal is whole, and what it says.
fn read(file: &mut File, path: &Path, api: &str) -> Result<(u64, Remembered)> {
    let shown = path.display();
    let unreadable = || format!("the journal `{shown}` cannot be read");
    if !file.metadata().with_context(unreadable)?.is_file() {
        bail!("the journal `{shown}` is no regular file");
    }
    file.seek(SeekFrom::Start(0)).with_context(unreadable)?;
    let mut text = Vec::new();
    file.take(MAX_BYTES + 1)
        .read_to_end(&mut text)
        .with_context(unreadable)?;
    if text.len() as u64 > MAX_BYTES {
        bail!(
            "the journal `{shown}` has more than {MAX_BYTES} bytes: move it away once every record names its issue"
        );
    }
    let remembered = Remembered::read(&text, api).with_context(|| {
        format!("the journal `{shown}` is damaged, or not kepherd's; it is left as it is: move it away, or name another one by --journal")
    })?;
    Ok((journal::whole(&text).len() as u64, remembered))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_journal_of_a_clone_is_in_its_git_directory_where_nobody_commits_it() {
        let folder = tempfile::tempdir().unwrap();
        let registry = folder.path().join("keps");
        std::fs::create_dir(&registry).unwrap();
        assert_eq!(beside(&registry), None);
        let git = folder.path().join(".git");
        for part in ["objects", "refs/heads"] {
            std::fs::create_dir_all(git.join(part)).unwrap();
        }
        std::fs::write(git.join("HEAD"), "ref: refs/heads/main\n").unwrap();
        std::fs::write(
            git.join("config"),
            "[core]\n\trepositoryformatversion = 0\n",
        )
        .unwrap();
        let found = beside(&registry).unwrap();
        let git = git.canonicalize().unwrap();
        let parent = found.parent().and_then(Path::parent).unwrap();
        assert_eq!(parent.canonicalize().unwrap(), git);
        assert!(found.ends_with("kepherd/journal.jsonl"));
    }
}
