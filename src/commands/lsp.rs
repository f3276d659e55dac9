//! `kepherd lsp`: the language server's standard input and output, and the files that it reads.

use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result};

use super::{Context, Exit, day_of_the_clock, files, lying};
use crate::lsp::wire::{self, Broken, Incoming};
use crate::lsp::workspace::Disk;
use crate::lsp::{Over, Server};
use crate::registry::Registry;
use crate::registry::load::RawFile;
use crate::terms::Date;

/// How often the files are looked at for a client that does not watch them.
const LOOK: Duration = Duration::from_secs(2);

/// How many messages are read ahead of those that are handled; a client that sends more waits.
const AHEAD: usize = 256;

/// Speaks with a client until that says `exit`, or goes away.
pub(super) fn run(context: &mut Context<'_>) -> Result<Exit> {
    let mut server = Server::new(Files::of(context), context.site());
    let messages = listen()?;
    let broken = converse(context, &mut server, &messages)?;
    if let Some(broken) = broken {
        anyhow::bail!("the language client cannot be understood: {broken}");
    }
    Ok(match server.over() {
        Some(Over::Orderly) => Exit::Clean,
        // As the protocol has it: whoever ends without `shutdown` ends with 1.
        Some(Over::Abrupt) | None => Exit::Findings,
    })
}

/// Reads messages on a thread of its own, so that one that cancels another is heard before that is its turn. It ends with the
/// conversation: after `exit`, and where nothing more can be read.
fn listen() -> Result<Receiver<Result<Incoming, Broken>>> {
    let (sender, messages) = mpsc::sync_channel(AHEAD);
    let read = move || {
        let mut stream = BufReader::new(std::io::stdin().lock());
        loop {
            let message = match wire::read(&mut stream) {
                Ok(Some(message)) => Ok(message),
                Ok(None) => return,
                Err(broken) => Err(broken),
            };
            let is_exit =
                matches!(&message, Ok(Incoming::Notification { method, .. }) if method == "exit");
            let is_last = is_exit || message.is_err();
            if sender.send(message).is_err() || is_last {
                return;
            }
        }
    };
    let named = thread::Builder::new().name("messages".to_owned());
    named.spawn(read).context("no thread can be started")?;
    Ok(messages)
}

/// Handles messages until there are no more; why the last of them could not be read, if that is so.
fn converse(
    context: &mut Context<'_>,
    server: &mut Server<Files>,
    messages: &Receiver<Result<Incoming, Broken>>,
) -> Result<Option<Broken>> {
    let mut broken = None;
    let mut is_open = true;
    loop {
        // What is there is taken in before the next step, so that what is cancelled is never begun.
        while is_open && broken.is_none() && !server.is_busy() {
            match messages.try_recv() {
                Ok(Ok(message)) => server.put(message),
                Ok(Err(error)) => broken = Some(error),
                Err(mpsc::TryRecvError::Empty) => break,
                Err(mpsc::TryRecvError::Disconnected) => is_open = false,
            }
        }
        let did_something = server.step();
        for message in server.take() {
            wire::write(context.out, &message).context("the language client does not listen")?;
        }
        if server.over().is_some() {
            return Ok(None);
        }
        if did_something {
            continue;
        }
        if !is_open || broken.is_some() {
            return Ok(broken);
        }
        match wait(messages, server.is_told_of_files()) {
            Ok(Ok(message)) => server.put(message),
            Ok(Err(error)) => broken = Some(error),
            Err(RecvTimeoutError::Timeout) => server.look_at_disk(),
            Err(RecvTimeoutError::Disconnected) => is_open = false,
        }
    }
}

/// The next message; without one, now and then nothing, if files have to be looked at.
fn wait(
    messages: &Receiver<Result<Incoming, Broken>>,
    is_told_of_files: bool,
) -> Result<Result<Incoming, Broken>, RecvTimeoutError> {
    match is_told_of_files {
        true => messages.recv().map_err(|_| RecvTimeoutError::Disconnected),
        false => messages.recv_timeout(LOOK),
    }
}

/// The files of registries.
struct Files {
    /// The day that rules go by, if somebody says so.
    today: Option<Date>,
    /// The registry that somebody names, instead of the one that is found from a folder.
    named: Option<PathBuf>,
}

impl Files {
    fn of(context: &Context<'_>) -> Self {
        Self {
            today: context.global.today,
            named: context
                .global
                .registry
                .as_ref()
                .map(|named| context.environment.directory.join(named)),
        }
    }
}

impl Disk for Files {
    fn registry_of(&self, file: &Path) -> Option<PathBuf> {
        let mut folders = file.ancestors().skip(1);
        let folder = folders.find(|folder| files::is_registry(folder))?;
        Some(folder.to_owned())
    }

    fn registry_from(&self, folder: &Path) -> Option<PathBuf> {
        let named = self.named.clone().filter(|named| files::is_registry(named));
        named.or_else(|| files::found_from(folder))
    }

    fn files(&self, root: &Path) -> Result<Vec<RawFile>, String> {
        files::raw(root).map_err(|error| format!("{error:#}"))
    }

    fn would_read(&self, below: &str, there: &Registry) -> bool {
        lying::would_be_read(below, there.files.iter().map(|file| &*file.path))
    }

    fn stamp(&self, root: &Path) -> u64 {
        files::stamp(root).unwrap_or_default()
    }

    /// A session may last for days.
    fn today(&self) -> Date {
        self.today.unwrap_or_else(day_of_the_clock)
    }
}
