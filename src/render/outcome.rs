//! What a run did, for people: a line for each thing that happened, the line that counts, and the summary of a job.

use std::fmt::Write as _;

use super::plan_text::{Paint, figures, some_of};
use crate::apply::{Event, Failure, Outcome, Written};
use crate::markdown::{html, text};
use crate::plan::Plan;
use crate::words::{counted, printable};

/// The largest summary, in bytes: GitHub drops one of more than 1 MiB a step whole.
/// <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#adding-a-job-summary>
const MAX_BYTES: usize = 900 * 1024;

/// A line for what has happened; none for what is about to.
pub fn event(event: &Event, paint: Paint) -> Option<String> {
    Some(match event {
        Event::Writing(_) => return None,
        Event::Defined { repository, what } => {
            let (word, what) = (paint.added("created"), printable(what));
            format!("{word}  {what}  in {repository}")
        }
        Event::Wrote(Written {
            subject,
            name,
            number,
            url,
            created,
        }) => {
            let word = paint.added(if *created { "created" } else { "updated" });
            let (name, url) = (printable(name), paint.quiet(url));
            format!("{word}  #{number}  {subject}  {name}  {url}")
        }
        Event::Announced { subject, number } => {
            format!("{}  #{number}  {subject}", paint.added("announced"))
        }
        Event::Labelled { repository, number } => {
            let word = paint.added("labelled");
            format!("{word}  {repository}#{number}, a pull request")
        }
        Event::Failed(Failure { what, why }) => {
            let word = paint.removed("failed");
            format!("{word}   {}  {}", printable(what), printable(why))
        }
    })
}

/// The line that counts, in the plan's words.
pub fn line(plan: &Plan, outcome: &Outcome, cost: &str) -> String {
    let Outcome {
        created,
        updated,
        defined,
        announced,
        labelled,
        failures,
        stopped: _,
    } = outcome;
    let counts = plan.counts();
    let parts = some_of(&[
        (*created, "created"),
        (*updated, "updated"),
        (counts.drifted, "drifted and left"),
        (counts.in_sync, "in sync before"),
        (counts.blocked, "waiting for a person"),
        (failures.len(), "failed"),
    ]);
    let others: String = [
        (*labelled, "pull request", " labelled"),
        (*announced, "announcement", " posted"),
        (counts.unread, "repository", " not read"),
        (counts.notices, "notice", ": see `kepherd plan`"),
    ]
    .into_iter()
    .filter(|(count, ..)| *count > 0)
    .map(|(count, what, more)| format!(" · {}{more}", counted(count, what)))
    .collect();
    let definitions = match *defined {
        0 => String::new(),
        1 => " · 1 label or milestone created".to_owned(),
        count => format!(" · {count} labels and milestones created"),
    };
    let (hash, parts) = (plan.short_hash(), parts.join(" · "));
    format!("applied plan {hash}: {parts}{definitions}{others} — {cost}")
}

/// What to do next, if not all of it was done.
pub fn next(outcome: &Outcome) -> Option<String> {
    if let Some(why) = &outcome.stopped {
        return Some(format!(
            "stopped: {}; what is left is in the next plan: run `kepherd apply` again",
            printable(why)
        ));
    }
    (!outcome.failures.is_empty()).then(|| {
        "what failed is in the next plan: mend its cause, and run `kepherd apply` again".to_owned()
    })
}

/// A run, for the summary of a job: failures first, then what was written.
pub fn markdown(plan: &Plan, outcome: &Outcome, events: &[Event], cost: &str) -> String {
    let mut out = format!("## {}\n\n", text(&line(plan, outcome, cost)));
    if let Some(next) = next(outcome) {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "> {}\n", text(&next));
    }
    for Failure { what, why } in &outcome.failures {
        let _ = writeln!(out, "- **failed:** {}: {}", text(what), text(why));
    }
    let done = events.iter().filter_map(markdown_event);
    let mut left = done.clone().count();
    for row in done {
        if out.len() + row.len() > MAX_BYTES {
            let _ = writeln!(out, "\n… and {left} more: see the log");
            break;
        }
        out.push_str(&row);
        left -= 1;
    }
    out.push('\n');
    out
}

/// Why a run did nothing, for the summary of a job.
pub fn markdown_of_nothing(plan: &Plan, why: &str) -> String {
    let figures = figures(plan.counts());
    format!(
        "## Plan `{}`: {}\n\n{}\n\n",
        plan.short_hash(),
        text(why),
        text(&figures)
    )
}

fn markdown_event(event: &Event) -> Option<String> {
    let row = match event {
        // Failures stand before everything else.
        Event::Writing(_) | Event::Failed(_) => return None,
        Event::Defined { repository, what } => format!("created {} in {repository}", text(what)),
        Event::Wrote(Written {
            subject,
            name,
            number,
            url,
            created,
        }) => {
            let word = if *created { "created" } else { "updated" };
            let link = format!("<a href=\"{}\">#{number}</a>", html(url));
            format!("{word} {link} {subject} {}", text(name))
        }
        Event::Announced { subject, number } => format!("announced on #{number} {subject}"),
        Event::Labelled { repository, number } => {
            format!("labelled pull request {repository}#{number}")
        }
    };
    Some(format!("- {row}\n"))
}
