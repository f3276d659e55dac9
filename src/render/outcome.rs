//! What a run did, for people: a line for each thing that happened, the line that counts, and the summary of a job.

use std::fmt::Write as _;

use super::plan_text::{figures, some_of};
use crate::sync::apply::{Event, Failure, Outcome, Written};
use crate::sync::plan::Plan;
use crate::text::markdown::{html, html_text, text, with_code};
use crate::text::paint::Paint;
use crate::text::words::{counted, printable};

/// The largest summary, in bytes: GitHub drops one of more than 1 MiB a step whole.
/// <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#adding-a-job-summary>
const MAX_BYTES: usize = 900 * 1024;

/// A line for what has happened; none for what is about to. Without `links`, for a GitHub that nobody can open, no addresses.
pub fn event(event: &Event, paint: Paint, links: bool) -> Option<String> {
    let link = |url: Option<&String>| match url {
        Some(url) if links => format!("  {}", paint.quiet(url)),
        _ => String::new(),
    };
    Some(match event {
        Event::Writing(_) => return None,
        Event::Mended { repository, what } => {
            let (word, what) = (paint.added("updated"), printable(what));
            format!("{word}  {what}  in {repository}")
        }
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
            let (name, link) = (printable(name), link(Some(url)));
            format!("{word}  #{number}  {subject}  {name}{link}")
        }
        Event::Announced {
            subject,
            name,
            number,
            url,
        } => {
            let (word, name) = (paint.added("announced"), printable(name));
            format!("{word}  #{number}  {subject}  {name}{}", link(url.as_ref()))
        }
        Event::Labelled { repository, number } => {
            let word = paint.added("labelled");
            format!("{word}  {repository}#{number}, a pull request")
        }
        Event::Failed(Failure { what, why, url: _ }) => {
            let word = paint.removed("failed");
            format!("{word}   {}  {}", printable(what), printable(why))
        }
    })
}

/// The line that counts, in the plan's words. `writes` is how many were sent.
pub fn line(plan: &Plan, outcome: &Outcome, cost: &str, writes: usize) -> String {
    let (hash, figures) = (plan.short_hash(), figures_of(plan, outcome));
    let done = match (&outcome.stopped, outcome.failures.is_empty()) {
        (Some(_), _) => {
            let all = plan.counts().writes();
            format!(
                "stopped after {writes} of {} of plan {hash}",
                counted(all, "write")
            )
        }
        (None, true) => format!("applied plan {hash}"),
        (None, false) => format!("applied plan {hash} in part"),
    };
    let figures = match figures.as_str() {
        "" => "nothing is written".to_owned(),
        _ => figures,
    };
    format!("{done}: {figures} — {cost}")
}

fn figures_of(plan: &Plan, outcome: &Outcome) -> String {
    let Outcome {
        created,
        updated,
        defined,
        announced,
        labelled,
        failures,
        partly,
        stopped: _,
    } = outcome;
    let counts = plan.counts();
    let parts = some_of(&[
        (*created, "created"),
        (*updated, "updated"),
        (*partly, "of them in part"),
        (counts.drifted, "drifted and left"),
        (counts.in_sync, "in sync before"),
        (counts.blocked, "waiting for a person"),
        (failures.len().saturating_sub(*partly), "failed"),
    ]);
    let definitions = match *defined {
        0 => None,
        1 => Some("1 label or milestone".to_owned()),
        count => Some(format!("{count} labels and milestones")),
    };
    let others = [
        (*labelled, "pull request", " labelled"),
        (*announced, "announcement", " posted"),
        (counts.unread, "repository", " not read"),
        (counts.notices, "notice", ": see `kepherd plan`"),
    ];
    let others = others
        .into_iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, what, more)| format!("{}{more}", counted(count, what)));
    let all: Vec<String> = parts.into_iter().chain(definitions).chain(others).collect();
    all.join(" · ")
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
pub fn markdown(
    plan: &Plan,
    outcome: &Outcome,
    events: &[Event],
    cost: &str,
    writes: usize,
) -> String {
    let word = match (&outcome.stopped, outcome.failures.is_empty()) {
        (Some(_), _) => "Stopped in",
        (None, true) => "Applied",
        (None, false) => "Applied in part:",
    };
    let line = with_code(&line(plan, outcome, cost, writes));
    let mut out = format!("## {word} plan `{}`\n\n{line}\n\n", plan.short_hash());
    if let Some(next) = next(outcome) {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "> {}\n", with_code(&next));
    }
    for Failure { what, why, url } in &outcome.failures {
        let what = match url {
            Some(url) => format!("<a href=\"{}\">{}</a>", html(url), html_text(what)),
            None => text(what),
        };
        let _ = writeln!(out, "- **failed:** {what}: {}", with_code(why));
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

/// Why a run could not run, for the summary of a job.
pub fn markdown_of_error(why: &str) -> String {
    format!("## Nothing is applied\n\n{}\n\n", with_code(why))
}

/// Why a run did nothing, for the summary of a job.
pub fn markdown_of_nothing(plan: &Plan, why: &str) -> String {
    let (hash, figures) = (plan.short_hash(), figures(plan.counts()));
    let mut out = format!("## Plan `{hash}`: {}\n\n{}\n\n", text(why), text(&figures));
    for refusal in &plan.refused {
        let _ = writeln!(out, "> **refused:** {}\n", text(&refusal.to_string()));
    }
    if !plan.refused.is_empty() {
        let _ = writeln!(
            out,
            "> `kepherd apply --override-guards {hash}` applies it all the same\n"
        );
    }
    out
}

fn markdown_event(event: &Event) -> Option<String> {
    let row = match event {
        // Failures stand before everything else.
        Event::Writing(_) | Event::Failed(_) => return None,
        Event::Mended { repository, what } => format!("updated {} in {repository}", text(what)),
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
        Event::Announced {
            subject,
            name,
            number,
            url,
        } => {
            let link = match url {
                Some(url) => format!("<a href=\"{}\">#{number}</a>", html(url)),
                None => number.to_string(),
            };
            format!("announced on {link} {subject} {}", text(name))
        }
        Event::Labelled { repository, number } => {
            format!("labelled pull request {repository}#{number}")
        }
    };
    Some(format!("- {row}\n"))
}
