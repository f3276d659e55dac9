//! A plan as Markdown for a job summary: what needs a look first, everything else folded away.
//!
//! GitHub takes a summary of 1 MiB a step and drops a larger one whole, so a plan that would be longer is cut at an issue's
//! end, and says so. <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands>

use std::fmt::Write as _;

use super::plan_rows;
use super::plan_text;
use crate::sync::plan::rows::{Row, Tone};
use crate::sync::plan::{IssuePlan, Plan, RepositoryPlan};
use crate::text::markdown::{fence, html, html_text, text};
use crate::text::words::counted;

/// The largest text, in bytes; the rest of the step's summary has room beside it.
const MAX_BYTES: usize = 900 * 1024;

/// The whole plan.
pub fn plan(plan: &Plan) -> String {
    let counts = plan.counts();
    let mut out = format!("## Plan `{}`\n\n", plan.short_hash());
    // Writing to a string cannot fail.
    let writes = match counts.writes() {
        0 => "nothing to write".to_owned(),
        writes => counted(writes, "write"),
    };
    let _ = writeln!(out, "**{}** — {writes}\n", plan_text::figures(counts));
    // Figures and days of our own, with code where it is meant.
    for remark in plan.remarks() {
        let _ = writeln!(out, "{remark}\n");
    }
    for refusal in &plan.refused {
        let _ = writeln!(out, "> **refused:** {refusal}\n");
    }
    if !plan.refused.is_empty() {
        let hash = plan.short_hash();
        let _ = writeln!(
            out,
            "> `kepherd apply --override-guards {hash}` applies it all the same\n"
        );
    }
    for repository in &plan.repositories {
        write_repository(&mut out, repository);
    }
    out
}

fn write_repository(out: &mut String, plan: &RepositoryPlan) {
    let RepositoryPlan {
        repository,
        problem,
        labels,
        milestones,
        mended,
        notices,
        issues,
        pull_requests,
        untracked,
    } = plan;
    if let Some(problem) = problem {
        let _ = writeln!(
            out,
            "### {repository}\n\n**Cannot be read:** {}\n",
            text(problem)
        );
        return;
    }
    let is_nothing_tracked = issues.is_empty() && untracked.is_empty() && pull_requests.is_empty();
    if is_nothing_tracked && mended.is_empty() && notices.is_empty() {
        return;
    }
    let _ = writeln!(
        out,
        "### {repository} · {}\n",
        counted(issues.len(), "record")
    );
    for mend in mended {
        let _ = writeln!(out, "- {}: {}", text(&mend.what()), text(&mend.say()));
    }
    for notice in notices {
        let _ = writeln!(out, "- **look:** {}", text(&notice.say()));
    }
    for label in labels {
        let _ = writeln!(out, "- new label {}", text(&label.name));
    }
    for milestone in milestones {
        let _ = writeln!(out, "- new milestone {}", text(&milestone.title));
    }
    for issue in untracked {
        let (number, kep, title) = (issue.number, issue.kep, text(&issue.title));
        let _ = writeln!(
            out,
            "- **untracked:** {repository}#{number} names KEP-{kep}, and no record names the issue: {title}"
        );
    }
    for pull_request in pull_requests {
        let rows = plan_rows::of_pull_request(pull_request);
        if !rows.is_empty() {
            let said: Vec<String> = rows.iter().map(inline).collect();
            let number = pull_request.number;
            let _ = writeln!(
                out,
                "- pull request `{repository}#{number}`: {}",
                said.join("; ")
            );
        }
    }
    out.push('\n');
    let shown = issues
        .iter()
        .filter(|issue| plan_rows::is_worth_showing(issue));
    let (look, rest): (Vec<&IssuePlan>, Vec<&IssuePlan>) =
        shown.partition(|issue| plan_rows::needs_a_look(issue));
    let mut left_out = 0;
    for (open, issues) in [(" open", look), ("", rest)] {
        for issue in issues {
            if out.len() > MAX_BYTES {
                left_out += 1;
            } else {
                write_issue(out, issue, open);
            }
        }
    }
    if left_out > 0 {
        let left_out = counted(left_out, "issue");
        let _ = writeln!(
            out,
            "… and {left_out} more: `kepherd plan` shows all of them.\n"
        );
    }
}

fn write_issue(out: &mut String, issue: &IssuePlan, open: &str) {
    let (number, subject) = (plan_rows::number_of(issue), issue.subject.to_string());
    // A bare number is no link in a summary.
    let number = match &issue.url {
        Some(url) => format!("<a href=\"{}\">{number}</a>", html(url)),
        None => format!("<b>{number}</b>"),
    };
    let touched = plan_rows::touched(issue).join(", ");
    let dash = if touched.is_empty() { "" } else { " — " };
    let (name, touched) = (html_text(&issue.name), html_text(&touched));
    let lines: Vec<String> = plan_rows::of_issue(issue, false)
        .iter()
        .map(diff_line)
        .collect();
    let block = lines.join("\n");
    let fence = fence(&block);
    let _ = writeln!(
        out,
        "<details{open}><summary>{number} {} {name}{dash}{touched}</summary>\n\n\
         {fence}diff\n{block}\n{fence}\n\n</details>\n",
        html_text(&subject)
    );
}

/// A row as a line of a diff: its first character says what the line's colour is.
fn diff_line(row: &Row) -> String {
    let Row { field, pieces } = row;
    let tones: Vec<Tone> = pieces.iter().map(|piece| piece.tone).collect();
    let sign = match tones.first() {
        _ if tones.contains(&Tone::Noticed) && !field.is_empty() => "!",
        Some(Tone::Added) => "+",
        Some(Tone::Removed) => "-",
        _ => " ",
    };
    let text: Vec<&str> = pieces.iter().map(|piece| piece.text.as_str()).collect();
    format!("{sign} {field:<10} {}", text.join("  "))
        .trim_end()
        .to_owned()
}

fn inline(row: &Row) -> String {
    let pieces: Vec<String> = row.pieces.iter().map(|piece| text(&piece.text)).collect();
    format!("{} {}", row.field, pieces.join(" "))
}
