//! A plan as text that a maintainer can approve: what changes, issue by issue, before and after.

use std::fmt::Write as _;
use std::time::Duration;

use jiff::Timestamp;

use super::plan_rows;
use crate::github::budget::Budget;
use crate::sync::plan::rows::{Piece, Row, Tone};
use crate::sync::plan::{Action, Counts, IssuePlan, Plan, PullRequestPlan, RepositoryPlan};
use crate::terms::Subject;
use crate::text::paint::Paint;
use crate::text::words::{counted, duration, printable};

fn painted(paint: Paint, piece: &Piece) -> String {
    let text = &piece.text;
    match piece.tone {
        Tone::Plain => text.clone(),
        Tone::Added => paint.added(text),
        Tone::Removed => paint.removed(text),
        Tone::Noticed => paint.noticed(text),
        Tone::Quiet => paint.quiet(text),
    }
}

/// How a plan is shown.
#[derive(Debug, Clone, Copy)]
pub struct View {
    /// In colour or not.
    pub paint: Paint,
    /// The pause between two writes, for the estimate.
    pub write_interval: Duration,
    /// Every field of every issue, and every line of its texts.
    pub full: bool,
}

/// Characters of the first two columns, so that fields line up under the title.
const INDENT: usize = 10;
/// With more changed issues than this, those that need no look have a line each.
const FOLDED_ISSUES: usize = 30;

/// The whole plan.
pub fn plan(plan: &Plan, view: View) -> String {
    let mut out = String::new();
    for repository in &plan.repositories {
        write_repository(&mut out, repository, view);
    }
    let _ = writeln!(out, "{}", summary(plan, view));
    for remark in plan.remarks() {
        let _ = writeln!(out, "{}", printable(&remark));
    }
    for refusal in &plan.refused {
        let _ = writeln!(
            out,
            "{} {}",
            view.paint.removed("refused:"),
            printable(&refusal.to_string())
        );
    }
    if !plan.refused.is_empty() {
        let _ = writeln!(
            out,
            "`kepherd apply --override-guards {}` applies it all the same",
            plan.short_hash()
        );
    }
    out
}

/// What a plan does, in figures: `1 to create · 12 to update`.
pub fn figures(counts: Counts) -> String {
    let Counts {
        create,
        update,
        drifted,
        blocked,
        in_sync,
        not_tracked,
        definitions: _,
        announcements: _,
        afterwards: _,
        pull_requests,
        unread,
        notices,
    } = counts;
    let issues = some_of(&[
        (create, "to create"),
        (update, "to update"),
        (drifted, "drifted and left"),
        (blocked, "waiting for a person"),
        (in_sync, "in sync"),
        (not_tracked, "without need for an issue"),
    ]);
    let others = [
        (pull_requests, "pull request", " to label"),
        (unread, "repository", " not read"),
        (notices, "notice", ""),
    ];
    let others = others
        .into_iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, what, more)| format!("{}{more}", counted(count, what)));
    let parts: Vec<String> = issues.into_iter().chain(others).collect();
    if parts.is_empty() {
        "nothing is tracked".to_owned()
    } else {
        parts.join(" · ")
    }
}

/// The counts that are not zero, with their words.
pub fn some_of(counts: &[(usize, &str)]) -> Vec<String> {
    let some = counts.iter().filter(|(count, _)| *count > 0);
    some.map(|(count, what)| format!("{count} {what}"))
        .collect()
}

/// The line that counts.
pub fn summary(plan: &Plan, view: View) -> String {
    let counts = plan.counts();
    let writes = counts.writes();
    let cost = if writes == 0 {
        "nothing to write".to_owned()
    } else {
        let more = some_of(&[
            (counts.definitions, "of labels and milestones"),
            (counts.announcements, "of announcements"),
            (counts.afterwards, "of sections once more"),
        ]);
        let more = if more.is_empty() {
            String::new()
        } else {
            format!(" ({})", more.join(", "))
        };
        let (creations, budget) = (counts.creations(), Budget::new(view.write_interval));
        // How long it takes does not depend on when it begins.
        let estimate = budget.estimate(Timestamp::UNIX_EPOCH, creations, writes - creations);
        let time = match estimate {
            Duration::ZERO => String::new(),
            estimate => format!(", about {}", duration(estimate)),
        };
        format!("{}{more}{time}", counted(writes, "write"))
    };
    let (hash, figures) = (plan.short_hash(), figures(counts));
    format!("plan {hash}: {figures} — {cost}")
}

fn write_repository(out: &mut String, plan: &RepositoryPlan, view: View) {
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
    let paint = view.paint;
    let name = paint.strong(&repository.to_string());
    // Writing to a string cannot fail.
    if let Some(problem) = problem {
        let (word, problem) = (paint.removed("cannot be read:"), printable(problem));
        let _ = writeln!(out, "{name} · {word} {problem}\n");
        return;
    }
    let is_nothing_defined = mended.is_empty() && notices.is_empty();
    let is_nothing_tracked = issues.is_empty() && untracked.is_empty() && pull_requests.is_empty();
    if is_nothing_tracked && is_nothing_defined {
        return;
    }
    let _ = writeln!(out, "{name} · {}\n", counted(issues.len(), "record"));
    for mend in mended {
        let (what, becomes) = (printable(&mend.what()), printable(&mend.say()));
        let _ = writeln!(out, "  {}   {what}  {becomes}", paint.added("mend "));
    }
    for notice in notices {
        let notice = printable(&notice.say());
        let _ = writeln!(out, "  {}   {notice}", paint.noticed("look "));
    }
    let new = paint.added("new  ");
    for label in labels {
        let more = format!("#{} {}", label.color, label.description);
        let (name, more) = (printable(&label.name), paint.quiet(&printable(&more)));
        let _ = writeln!(out, "  {new}   label {name}  {more}");
    }
    for milestone in milestones {
        let due = milestone
            .due
            .map_or_else(String::new, |due| format!("due {due}"));
        let (title, due) = (printable(&milestone.title), paint.quiet(&due));
        let _ = writeln!(out, "  {new}   milestone {title}  {due}");
    }
    if !labels.is_empty() || !milestones.is_empty() || !is_nothing_defined {
        out.push('\n');
    }
    let shown: Vec<&IssuePlan> = issues
        .iter()
        .filter(|issue| plan_rows::is_worth_showing(issue))
        .collect();
    let fold = shown.len() > FOLDED_ISSUES && !view.full;
    let (short, long): (Vec<&IssuePlan>, Vec<&IssuePlan>) = shown
        .into_iter()
        .partition(|issue| fold && !plan_rows::needs_a_look(issue));
    for issue in &long {
        write_issue(out, issue, view);
    }
    for issue in &short {
        let what = paint.quiet(&plan_rows::touched(issue).join(", "));
        let _ = writeln!(out, "{}  {what}", heading(issue, paint));
    }
    if !short.is_empty() {
        let _ = writeln!(
            out,
            "\n  {}\n",
            paint.quiet("folded: --full shows every field of them")
        );
    }
    if view.full {
        let rest = issues
            .iter()
            .filter(|issue| !plan_rows::is_worth_showing(issue));
        for issue in rest {
            let why = paint.quiet(plan_rows::why_nothing(issue));
            let _ = writeln!(out, "{}  {why}", heading(issue, paint));
        }
        out.push('\n');
    }
    write_pull_requests(out, pull_requests, paint);
    for issue in untracked {
        let word = paint.noticed("untracked here:");
        let state = if issue.open { "" } else { " (closed)" };
        let (number, kep, title) = (issue.number, issue.kep, printable(&issue.title));
        let _ = writeln!(
            out,
            "  {word} #{number}{state} names KEP-{kep}, and no record names the issue: {title}"
        );
        let command = format!("`kepherd new kep {kep} --from-issue {number}` makes its record");
        if issue.open && !issue.has_record {
            let _ = writeln!(out, "                 {}", paint.quiet(&command));
        }
    }
    if !untracked.is_empty() {
        out.push('\n');
    }
}

fn heading(issue: &IssuePlan, paint: Paint) -> String {
    let number = format!("{:<7}", plan_rows::number_of(issue));
    let number = match issue.action {
        Action::Create(_) => paint.added(&number),
        _ => number,
    };
    let (subject, name) = (issue.subject.to_string(), printable(&issue.name));
    format!("  {number} {}  {name}", paint.strong(&subject))
}

fn write_issue(out: &mut String, issue: &IssuePlan, view: View) {
    let _ = writeln!(out, "{}", heading(issue, view.paint));
    write_rows(out, &plan_rows::of_issue(issue, view.full), view.paint);
    out.push('\n');
}

fn write_pull_requests(out: &mut String, all: &[PullRequestPlan], paint: Paint) {
    let mut any = false;
    for pull_request in all {
        let rows = plan_rows::of_pull_request(pull_request);
        if rows.is_empty() {
            continue;
        }
        any = true;
        let subjects: Vec<String> = pull_request
            .subjects
            .iter()
            .map(Subject::to_string)
            .collect();
        let number = format!("#{}", pull_request.number);
        let subjects = paint.strong(&printable(&subjects.join(", ")));
        let _ = writeln!(out, "  {number:<7} pull request of {subjects}");
        write_rows(out, &rows, paint);
    }
    if any {
        out.push('\n');
    }
}

fn write_rows(out: &mut String, rows: &[Row], paint: Paint) {
    for Row { field, pieces } in rows {
        let pieces: Vec<String> = pieces.iter().map(|piece| painted(paint, piece)).collect();
        let text = format!("{:INDENT$}{field:<10} {}", "", pieces.join("  "));
        let _ = writeln!(out, "{}", text.trim_end());
    }
}
