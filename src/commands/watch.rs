//! `kepherd check --watch`: checks again whenever a file changes. Files are looked at four times a second; that needs nothing of
//! the system, works on every kind of file system, and is no work for the few hundred files of a registry.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::Result;

use super::check::check;
use super::connect::stop_on_ctrl_c;
use super::{Context, Exit, block_on, files};
use crate::cli::Check;
use crate::text::words::printable;

pub(super) const PAUSE: Duration = Duration::from_millis(250);

/// What tells that a file has changed, without reading it.
pub(super) type Seen = BTreeMap<PathBuf, (u64, Option<SystemTime>)>;

pub(super) fn run(context: &mut Context<'_>, options: &Check) -> Result<Exit> {
    let root = files::root(context)?;
    block_on(async {
        let stop = stop_on_ctrl_c("stopping after this check");
        let mut seen: Option<Seen> = None;
        let mut last = Exit::Clean;
        loop {
            let now = look(&root);
            if seen.as_ref() != Some(&now) {
                if context.color() && seen.is_some() {
                    // As `clear` does it, so that what is left is what is wrong now.
                    write!(context.out, "\u{1b}[2J\u{1b}[3J\u{1b}[H")?;
                    context.out.flush()?;
                }
                seen = Some(now);
                // A registry that cannot be read for a moment is one that somebody is writing.
                last = match check(context, options) {
                    Ok(exit) => exit,
                    Err(error) => {
                        writeln!(context.log, "error: {}", printable(&format!("{error:#}")))?;
                        Exit::CouldNotRun
                    }
                };
                if !context.global.quiet {
                    writeln!(context.log, "watching {}; Ctrl-C ends it", root.display())?;
                }
                context.out.flush()?;
            }
            if stop.is_asked() {
                return Ok(last);
            }
            tokio::time::sleep(PAUSE).await;
        }
    })
}

/// The files below a folder; one that goes away meanwhile is not there.
pub(super) fn look(root: &Path) -> Seen {
    let mut seen = Seen::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        let Ok(listed) = std::fs::read_dir(&folder) else {
            continue;
        };
        for entry in listed.flatten() {
            let hidden = entry.file_name().to_string_lossy().starts_with('.');
            let Ok(found) = entry.path().symlink_metadata() else {
                continue;
            };
            if found.is_dir() && !hidden {
                folders.push(entry.path());
            } else if !hidden {
                seen.insert(entry.path(), (found.len(), found.modified().ok()));
            }
        }
    }
    seen
}
