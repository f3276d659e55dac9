//! The summary of a job of GitHub Actions: what a command leaves there for those who look at the run.

use std::fs::OpenOptions;
use std::io::Write as _;

use anyhow::Result;

use super::Context;

/// Appends to the summary of a job of GitHub Actions, if this is one:
/// <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#adding-a-job-summary>.
pub(super) fn append(context: &mut Context<'_>, markdown: &str) -> Result<()> {
    let Some(file) = &context.environment.step_summary else {
        return Ok(());
    };
    // A pipe would wait for its reader.
    let is_pipe = std::fs::metadata(file).is_ok_and(|found| !found.is_file() && !found.is_dir());
    let append = |file| OpenOptions::new().create(true).append(true).open(file);
    let appended = match is_pipe {
        true => Err(std::io::Error::other("it is no regular file")),
        false => append(file).and_then(|mut file| file.write_all(markdown.as_bytes())),
    };
    // What was written to GitHub is written; that the summary lacks it is no failure of the run.
    if let Err(error) = appended {
        writeln!(
            context.log,
            "warning: GITHUB_STEP_SUMMARY cannot be written: {error}"
        )?;
    }
    Ok(())
}
