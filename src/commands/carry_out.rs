//! Carries proposals out: the one way from an edit to a file. All is judged before anything is written, and nothing is written over
//! a file that has changed meanwhile.

use std::collections::BTreeSet;

use anyhow::Result;

use super::files::{self, Opened, Write};
use super::{Context, Exit, findings};
use crate::cli::{ProposalFormat, Showing};
use crate::findings::diagnostic::{Diagnostic, Level};
use crate::findings::loader::FILE_NAME;
use crate::render::Paths;
use crate::render::proposals::{self, Tally, View};
use crate::render::{proposals_json, proposals_markdown};
use crate::rules;
use crate::rules::trial::{Texts, Trial};
use crate::sources::proposal::{Proposal, Proposals, Source};

/// What is done about proposals.
#[derive(Debug, Clone, Copy)]
pub(super) struct How {
    /// How they are shown.
    pub(super) format: ProposalFormat,
    /// Whether each is shown as a diff, and nothing is written.
    pub(super) diff: bool,
    /// Whether nothing is written in any case.
    pub(super) only_show: bool,
}

impl How {
    /// As the options of a command that edits say.
    pub(super) fn of(options: &Showing) -> Self {
        let Showing { diff, format } = *options;
        Self {
            format,
            diff,
            only_show: diff,
        }
    }

    /// As the options of a command that only shows what differs say.
    pub(super) fn shown(format: ProposalFormat) -> Self {
        Self {
            format,
            diff: false,
            only_show: true,
        }
    }

    /// What there is to know for showing them; `repository` leads from there to the registry.
    pub(super) fn view<'a>(self, opened: &'a Opened, repository: &'a str) -> View<'a> {
        View {
            is_written: !self.only_show,
            diff: self.diff,
            paths: Paths {
                here: &opened.prefix,
                repository,
            },
        }
    }
}

/// Judges proposals, writes those that are good, and shows them all.
pub(super) fn carry_out(
    context: &mut Context<'_>,
    opened: &Opened,
    mut all: Proposals,
    how: How,
) -> Result<Exit> {
    leave_what_cannot_be_written(opened, &mut all);
    judge(context, opened, &mut all, how.format)?;
    let mut is_whole = true;
    if !how.only_show {
        let good: Vec<Write<'_>> = all.proposals.iter().filter_map(to_write).collect();
        // What was judged together is written together, or not at all.
        if let Err(error) = files::write_all(&opened.root, &good) {
            is_whole = false;
            for proposal in all.proposals.iter_mut().filter(|one| one.is_good()) {
                proposal.refused.push(format!("{error:#}"));
            }
        }
    }
    show(context, opened, &all, how)?;
    let tally = Tally::of(&all);
    // A command that only shows what differs ends as `diff` does.
    let differs = how.only_show && !how.diff && tally.created + tally.updated > 0;
    let is_clean = is_whole && !tally.needs_a_look() && all.warnings.is_empty() && !differs;
    Ok(if is_clean {
        Exit::Clean
    } else {
        Exit::Findings
    })
}

/// Shows proposals, in the format that is asked for.
fn show(context: &mut Context<'_>, opened: &Opened, all: &Proposals, how: How) -> Result<()> {
    let repository = files::from_repository(&opened.root, context);
    let view = how.view(opened, &repository);
    match how.format {
        ProposalFormat::Json => {
            write!(context.out, "{}", proposals_json::json(all, view))?;
        }
        ProposalFormat::Markdown => {
            write!(context.out, "{}", proposals_markdown::markdown(all, view))?;
        }
        ProposalFormat::Text => {
            let said = proposals::text(all, view, context.paint());
            // What is mended before a check is no part of what that says.
            let is_beside = all.source == Source::Rules && !how.diff;
            let out: &mut dyn std::io::Write = match is_beside {
                true => context.log,
                false => context.out,
            };
            write!(out, "{}", said.out)?;
            write!(context.log, "{}", said.log)?;
            let is_one = all.proposals.len() == 1 && all.source == Source::Person;
            let is_nothing = all.proposals.iter().all(|one| !one.is_edit());
            if !context.global.quiet && (!is_one || is_nothing) {
                let is_why_shown = !view.is_written && !view.diff;
                let summary = proposals::summary(all, view.is_written, is_why_shown);
                // With a diff, standard output is for that.
                if how.diff || is_beside {
                    writeln!(context.log, "{summary}")?;
                } else {
                    writeln!(context.out, "{summary}")?;
                }
            }
        }
    }
    Ok(())
}

/// A proposal as what is written.
fn to_write(proposal: &Proposal) -> Option<Write<'_>> {
    proposal.is_good().then(|| Write {
        path: &proposal.path,
        new_path: proposal.final_path(),
        before: proposal.before.as_deref(),
        after: &proposal.after,
    })
}

/// What lies behind a link or over a file that nobody read is left alone by itself; what else is proposed may go on.
fn leave_what_cannot_be_written(opened: &Opened, all: &mut Proposals) {
    for proposal in &mut all.proposals {
        let problem = to_write(proposal).and_then(|write| write.problem(&opened.root).err());
        if let Some(problem) = problem {
            proposal.refused.push(format!("{problem:#}"));
        }
    }
}

/// A registry that `check` refuses stops everything, so nothing is written that would make it one.
///
/// What a source knows is refused for what no registry can hold, and written down although the process was not followed; what a
/// person wants is refused for every error. A remedy of a rule shows what could not be seen before, and is no worse for that.
pub(super) fn judge(
    context: &mut Context<'_>,
    opened: &Opened,
    all: &mut Proposals,
    format: ProposalFormat,
) -> Result<()> {
    let is_refused: fn(&Diagnostic) -> bool = match all.source {
        Source::Upstream
        | Source::Releases
        | Source::Runtimes
        | Source::Maintainers
        | Source::Issues => rules::stops_apply,
        Source::GitHub | Source::Person => |one| one.level == Level::Error,
        Source::Rules => return Ok(()),
    };
    let mut good: Vec<&mut Proposal> = all
        .proposals
        .iter_mut()
        .filter(|one| one.is_good())
        .collect();
    if good.is_empty() {
        return Ok(());
    }
    let texts: Vec<Texts<'_>> = good
        .iter()
        .map(|one| vec![(one.judged_path(), one.after.as_str())])
        .collect();
    let trial = Trial::of(&opened.loaded, context.today());
    // Somebody who edits one record sees what that brings.
    if let ([one], Source::Person) = (texts.as_slice(), all.source) {
        let checked = trial.with(one.iter().copied()).here_and_errors();
        let errors = checked.diagnostics.iter().filter(|one| is_refused(one));
        let refused: Vec<String> = errors.map(in_short).collect();
        if format == ProposalFormat::Text {
            findings::write_findings(context, &checked, &opened.prefix)?;
        }
        good[0].refused.extend(refused);
        return Ok(());
    }
    let refused = trial.each(&texts, is_refused);
    for (one, errors) in good.into_iter().zip(refused) {
        // The same may be wrong in many places.
        // What gets another path is judged under the one that it has.
        let moves = one.new_path.is_some();
        let errors = errors
            .iter()
            .filter(|error| !(moves && error.rule == FILE_NAME));
        let reasons: BTreeSet<String> = errors.map(in_short).collect();
        one.refused.extend(reasons);
    }
    Ok(())
}

fn in_short(error: &Diagnostic) -> String {
    let Diagnostic { rule, message, .. } = error;
    format!("{message} ({rule})")
}
