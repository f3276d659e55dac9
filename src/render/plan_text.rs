//! A plan as text that a maintainer can approve: what changes, issue by issue, before and after.

use std::fmt::Write as _;

use crate::plan::{
    Action, Change, Counts, Drift, Field, IssuePlan, NewIssue, Plan, RepositoryPlan, SectionChange,
    SetChange, Update,
};
use crate::words::{counted, printable};

/// Colours of a terminal, or none.
#[derive(Debug, Clone, Copy)]
pub struct Paint(pub bool);

impl Paint {
    fn style(self, code: &str, text: &str) -> String {
        if self.0 {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }

    /// What is put in.
    pub fn added(self, text: &str) -> String {
        self.style("32", text)
    }

    /// What is taken out, or does not work.
    pub fn removed(self, text: &str) -> String {
        self.style("31", text)
    }

    /// What needs a look.
    pub fn noticed(self, text: &str) -> String {
        self.style("33", text)
    }

    /// What stands out.
    pub fn strong(self, text: &str) -> String {
        self.style("1", text)
    }

    /// What stands back.
    pub fn quiet(self, text: &str) -> String {
        self.style("2", text)
    }
}

/// How a plan is shown.
#[derive(Debug, Clone, Copy)]
pub struct View {
    /// In colour or not.
    pub paint: Paint,
    /// Seconds between two writes, for the estimate.
    pub write_interval: u64,
}

/// Characters of the first two columns, so that fields line up under the title.
const INDENT: usize = 10;

/// The whole plan.
pub fn plan(plan: &Plan, view: View) -> String {
    let mut out = String::new();
    for repository in &plan.repositories {
        if !repository.issues.is_empty() || !repository.untracked.is_empty() {
            write_repository(&mut out, repository, view.paint);
        }
    }
    let _ = writeln!(out, "{}", summary(plan, view));
    for refusal in &plan.refused {
        let _ = writeln!(
            out,
            "{} {}",
            view.paint.removed("refused:"),
            printable(refusal)
        );
    }
    out
}

/// The line that counts.
pub fn summary(plan: &Plan, view: View) -> String {
    let Counts {
        create,
        update,
        drifted,
        blocked,
        in_sync,
        not_tracked,
        definitions,
    } = plan.counts();
    let parts: Vec<String> = [
        (create, "to create"),
        (update, "to update"),
        (drifted, "drifted"),
        (blocked, "waiting for a person"),
        (in_sync, "in sync"),
        (not_tracked, "need no issue"),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, what)| format!("{count} {what}"))
    .collect();
    let parts = if parts.is_empty() {
        "nothing is tracked".to_owned()
    } else {
        parts.join(" · ")
    };
    let writes = plan.counts().writes();
    let cost = if writes == 0 {
        "nothing to write".to_owned()
    } else {
        let more = if definitions == 0 {
            String::new()
        } else {
            format!(" ({} of labels and milestones)", definitions)
        };
        let seconds = view
            .write_interval
            .saturating_mul(writes.saturating_sub(1) as u64);
        let time = match seconds {
            0 => String::new(),
            1..=99 => format!(", about {seconds} s"),
            _ => format!(", about {} min", seconds.div_ceil(60)),
        };
        format!("{}{more}{time}", counted(writes, "write"))
    };
    let hash = plan.hash.get(..8).unwrap_or(&plan.hash);
    format!("plan {hash}: {parts} — {cost}")
}

fn write_repository(out: &mut String, plan: &RepositoryPlan, paint: Paint) {
    let RepositoryPlan {
        repository,
        labels,
        milestones,
        issues,
        untracked,
    } = plan;
    // Writing to a string cannot fail.
    let _ = writeln!(
        out,
        "{} · {}\n",
        paint.strong(&repository.to_string()),
        counted(issues.len(), "record")
    );
    for label in labels {
        let _ = writeln!(
            out,
            "  {}   label {}  {}",
            paint.added("new  "),
            printable(&label.name),
            paint.quiet(&printable(&format!(
                "#{} {}",
                label.color, label.description
            )))
        );
    }
    for milestone in milestones {
        let due = milestone
            .due
            .map_or_else(String::new, |due| format!("due {due}"));
        let _ = writeln!(
            out,
            "  {}   milestone {}  {}",
            paint.added("new  "),
            printable(&milestone.title),
            paint.quiet(&due)
        );
    }
    if !labels.is_empty() || !milestones.is_empty() {
        out.push('\n');
    }
    for issue in issues {
        write_issue(out, issue, paint);
    }
    for issue in untracked {
        let _ = writeln!(
            out,
            "  {} #{} names KEP-{} in its title, and no record names it: {}",
            paint.noticed("untracked here:"),
            issue.number,
            issue.kep,
            printable(&issue.title)
        );
    }
    if !untracked.is_empty() {
        out.push('\n');
    }
}

fn write_issue(out: &mut String, issue: &IssuePlan, paint: Paint) {
    let IssuePlan {
        subject,
        name,
        record,
        number,
        action,
        drift,
    } = issue;
    let number = number.map_or_else(|| "new".to_owned(), |number| format!("#{number}"));
    let heading = |number: &str| {
        format!(
            "  {number:<7} {}  {}",
            paint.strong(&subject.to_string()),
            printable(name)
        )
    };
    let reported: Vec<&Drift> = drift.iter().filter(|drift| !drift.enforced).collect();
    match action {
        Action::Create(new) => {
            let _ = writeln!(out, "{}", heading(&paint.added("new    ")));
            write_new(out, new, paint);
        }
        Action::Update(update) => {
            let _ = writeln!(out, "{}", heading(&number));
            write_update(out, update, drift, paint);
        }
        Action::Blocked(blocked) => {
            let _ = writeln!(out, "{}", heading(&number));
            let word = if blocked.conflict {
                "conflict"
            } else {
                "blocked"
            };
            let reason = printable(&blocked.reason);
            let _ = writeln!(
                out,
                "{:INDENT$}{} {reason}",
                "",
                paint.removed(&format!("{word}:"))
            );
            let _ = writeln!(
                out,
                "{:INDENT$}{} {}",
                "",
                paint.quiet("do:"),
                printable(&blocked.remedy)
            );
            let _ = writeln!(out, "{:INDENT$}{}", "", paint.quiet(record));
        }
        Action::InSync if !reported.is_empty() => {
            let _ = writeln!(out, "{}", heading(&number));
        }
        Action::InSync | Action::NotTracked => return,
    }
    for drift in reported {
        let what = printable(&drift.what);
        line(
            out,
            drift.field,
            &format!("{what}  {}", paint.noticed("drifted, reported only")),
        );
    }
    out.push('\n');
}

fn line(out: &mut String, field: Field, text: &str) {
    let text = format!("{:INDENT$}{:<10} {text}", "", field.as_str());
    let _ = writeln!(out, "{}", text.trim_end());
}

fn write_new(out: &mut String, new: &NewIssue, paint: Paint) {
    let NewIssue {
        title,
        body,
        labels,
        assignees,
        milestone,
    } = new;
    line(out, Field::Title, &printable(title));
    line(out, Field::Labels, &printable(&labels.join("  ")));
    if !assignees.is_empty() {
        line(out, Field::Assignees, &assignees.join("  "));
    }
    if let Some(milestone) = milestone {
        line(out, Field::Milestone, &printable(milestone));
    }
    let rows = shown_lines(body).len();
    line(
        out,
        Field::Section,
        &paint.quiet(&format!("the record's status, {}", counted(rows, "line"))),
    );
}

fn write_update(out: &mut String, update: &Update, drift: &[Drift], paint: Paint) {
    let Update {
        title,
        labels,
        milestone,
        assignees,
        section,
    } = update;
    let why = |field: Field| {
        let drifted: Vec<String> = drift
            .iter()
            .filter(|drift| drift.field == field && drift.enforced)
            .map(|drift| printable(&drift.what))
            .collect();
        if drifted.is_empty() {
            String::new()
        } else {
            format!(
                "  {}",
                paint.noticed(&format!("drifted: {}", drifted.join(", ")))
            )
        }
    };
    if let Some(Change { from, to }) = title {
        let from = paint.removed(&printable(from));
        let text = format!(
            "{from} → {}{}",
            paint.added(&printable(to)),
            why(Field::Title)
        );
        line(out, Field::Title, &text);
    }
    write_set(out, Field::Labels, labels, &why(Field::Labels), paint);
    if let Some(Change { from, to }) = milestone {
        let text = match (from, to) {
            (None, Some(to)) => paint.added(&format!("+ {}", printable(to))),
            (Some(from), None) => paint.removed(&format!("- {}", printable(from))),
            (from, to) => {
                let side = |side: &Option<String>| printable(side.as_deref().unwrap_or("none"));
                format!(
                    "{} → {}",
                    paint.removed(&side(from)),
                    paint.added(&side(to))
                )
            }
        };
        line(
            out,
            Field::Milestone,
            &format!("{text}{}", why(Field::Milestone)),
        );
    }
    write_set(
        out,
        Field::Assignees,
        assignees,
        &why(Field::Assignees),
        paint,
    );
    if let Some(change) = section {
        write_section(out, change, &why(Field::Section), paint);
    }
}

fn write_set(out: &mut String, field: Field, change: &SetChange, why: &str, paint: Paint) {
    if change.is_empty() {
        return;
    }
    let added = change
        .add
        .iter()
        .map(|name| paint.added(&format!("+ {}", printable(name))));
    let removed = change
        .remove
        .iter()
        .map(|name| paint.removed(&format!("- {}", printable(name))));
    let all: Vec<String> = added.chain(removed).collect();
    line(out, field, &format!("{}{why}", all.join("  ")));
}

fn write_section(out: &mut String, change: &SectionChange, why: &str, paint: Paint) {
    let new = shown_lines(&change.to);
    let Some(from) = &change.from else {
        let rows = counted(new.len(), "line");
        line(
            out,
            Field::Section,
            &format!(
                "{}{why}",
                paint.added(&format!("appended at the end of the body, {rows}"))
            ),
        );
        return;
    };
    let old = shown_lines(from);
    let gone: Vec<&&str> = old.iter().filter(|text| !new.contains(text)).collect();
    let come: Vec<&&str> = new.iter().filter(|text| !old.contains(text)).collect();
    if gone.is_empty() && come.is_empty() {
        line(
            out,
            Field::Section,
            &format!(
                "{}{why}",
                paint.quiet("only what kepherd remembers for its next comparison")
            ),
        );
        return;
    }
    line(out, Field::Section, why.trim());
    for text in gone {
        let _ = writeln!(
            out,
            "{:INDENT$}  {}",
            "",
            paint.removed(&format!("- {}", printable(text)))
        );
    }
    for text in come {
        let _ = writeln!(
            out,
            "{:INDENT$}  {}",
            "",
            paint.added(&format!("+ {}", printable(text)))
        );
    }
}

/// The lines of a section that people see.
fn shown_lines(section: &str) -> Vec<&str> {
    section
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with("<!-- kepherd:"))
        .collect()
}
