//! What is seen of a run while it goes on: a bar on a terminal, and lines above it that do not break it.

use std::io::{self, Write};
use std::sync::LazyLock;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::github::budget::Budget;
use crate::render::outcome;
use crate::sync::apply::Event;
use crate::text::paint::Paint;
use crate::text::words::{duration, printable};

/// Every bar of this process. Whatever goes to standard error passes by here, so that it stands above them.
static BARS: LazyLock<MultiProgress> =
    LazyLock::new(|| MultiProgress::with_draw_target(ProgressDrawTarget::stderr()));

/// A bar for so many writes.
fn bar(writes: usize) -> ProgressBar {
    let bar = BARS.add(ProgressBar::new(writes as u64));
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len}  {wide_msg}") {
        bar.set_style(style);
    }
    bar
}

/// Standard error, above the bars.
#[derive(Debug, Clone, Copy, Default)]
pub struct AboveBars;

impl Write for AboveBars {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        BARS.suspend(|| io::stderr().write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

/// How long the rest takes.
pub(super) struct Left {
    /// The pause between two writes.
    pub(super) interval: Duration,
    /// How many writes create something.
    pub(super) creations: usize,
    /// How many there are.
    pub(super) writes: usize,
}

impl Left {
    /// After so many writes; those that create come first.
    fn after(&self, done: u64) -> String {
        let done = usize::try_from(done).unwrap_or(usize::MAX);
        let left = self.writes.saturating_sub(done);
        let creations = self.creations.saturating_sub(done).min(left);
        let budget = Budget::new(self.interval);
        let began = jiff::Timestamp::UNIX_EPOCH;
        duration(budget.estimate(began, creations, left - creations))
    }
}

/// A bar on a terminal; lines everywhere.
pub(super) struct Progress<'a> {
    bar: Option<ProgressBar>,
    paint: Paint,
    /// Whether addresses lead anywhere.
    links: bool,
    out: &'a mut dyn Write,
    left: Left,
    /// What happened so far.
    events: Vec<Event>,
    result: std::io::Result<()>,
}

impl<'a> Progress<'a> {
    /// A bar where somebody watches; lines in any case.
    pub(super) fn new(
        watched: bool,
        paint: Paint,
        links: bool,
        left: Left,
        out: &'a mut dyn Write,
    ) -> Self {
        Self {
            bar: watched.then(|| bar(left.writes)),
            paint,
            links,
            out,
            left,
            events: Vec::new(),
            result: Ok(()),
        }
    }

    /// Shows one event, and keeps it.
    pub(super) fn show(&mut self, event: &Event) {
        if let (Event::Writing(what), Some(bar)) = (event, &self.bar) {
            // Of an issue, what it is about; its record's path is long.
            let what = what.split(" (").next().unwrap_or_default();
            bar.set_message(format!(
                "{} left  {}",
                self.left.after(bar.position()),
                printable(what)
            ));
        }
        let Some(line) = outcome::event(event, self.paint, self.links) else {
            return;
        };
        self.events.push(event.clone());
        let written = match &self.bar {
            Some(bar) => {
                bar.inc(1);
                bar.suspend(|| writeln!(self.out, "{line}"))
            }
            None => writeln!(self.out, "{line}"),
        };
        // A closed pipe must not stop the writes half-way; it is reported at the end.
        if self.result.is_ok() {
            self.result = written;
        }
    }

    /// What happened, and whether all of it could be shown.
    pub(super) fn finish(self) -> (Vec<Event>, std::io::Result<()>) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
        (self.events, self.result)
    }
}
