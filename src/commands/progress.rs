//! What is seen of a run while it goes on: a bar on a terminal, and lines above it that do not break it.

use std::io::{self, Write};
use std::sync::LazyLock;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Every bar of this process. Whatever goes to standard error passes by here, so that it stands above them.
static BARS: LazyLock<MultiProgress> =
    LazyLock::new(|| MultiProgress::with_draw_target(ProgressDrawTarget::stderr()));

/// A bar for so many writes.
pub(super) fn bar(writes: usize) -> ProgressBar {
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
