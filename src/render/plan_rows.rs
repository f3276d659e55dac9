//! What a plan says of one issue or pull request, as rows: the same for a terminal and for Markdown.

use crate::sync::plan::{
    Action, Blocked, Change, Comment, Drift, Field, IssuePlan, NewIssue, PullRequestAction,
    PullRequestPlan, SectionChange, SetChange, Update,
};
use crate::terms::Subject;
use crate::text::words::{counted, printable};

/// Lines of a text that are shown of it when a plan is folded.
const FOLDED_LINES: usize = 8;

/// How a piece of text is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// As it is.
    Plain,
    /// It comes.
    Added,
    /// It goes.
    Removed,
    /// It needs a look.
    Noticed,
    /// It stands back.
    Quiet,
}

/// A piece of text with its tone. Text from elsewhere is printable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// How it is meant.
    pub tone: Tone,
    /// The text.
    pub text: String,
}

/// A line: what it is about, and what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The field; empty if the line goes on from the one before.
    pub field: &'static str,
    /// What is said.
    pub pieces: Vec<Piece>,
}

fn piece(tone: Tone, text: impl AsRef<str>) -> Piece {
    Piece {
        tone,
        text: printable(text.as_ref()),
    }
}

fn row(field: &'static str, pieces: Vec<Piece>) -> Row {
    Row { field, pieces }
}

/// An issue's number, or that it is new.
pub fn number_of(issue: &IssuePlan) -> String {
    let new = || match issue.action {
        Action::Create(_) => "new".to_owned(),
        _ => "-".to_owned(),
    };
    issue.number.map_or_else(new, |number| format!("#{number}"))
}

/// Why there is nothing to say of an issue.
pub fn why_nothing(issue: &IssuePlan) -> &'static str {
    match issue.action {
        Action::NotTracked => "needs no issue: the record is over, or declined",
        _ => "in sync",
    }
}

/// Whether there is anything to say of an issue.
pub fn is_worth_showing(issue: &IssuePlan) -> bool {
    match issue.action {
        Action::Create(_) | Action::Update(_) | Action::Blocked(_) => true,
        Action::InSync | Action::NotTracked => !issue.drift.is_empty() || !issue.notices.is_empty(),
    }
}

/// Whether a person should look at it, and not only approve of it.
pub fn needs_a_look(issue: &IssuePlan) -> bool {
    let blocked = matches!(issue.action, Action::Blocked(_));
    blocked || !issue.drift.is_empty() || !issue.notices.is_empty()
}

/// The fields that change, for one line.
pub fn touched(issue: &IssuePlan) -> Vec<String> {
    let set = |field: Field, change: &SetChange| {
        let added = change.add.iter().map(|name| format!("+{name}"));
        let removed = change.remove.iter().map(|name| format!("-{name}"));
        let names: Vec<String> = added.chain(removed).collect();
        (!names.is_empty()).then(|| format!("{} {}", field.as_str(), names.join(" ")))
    };
    match &issue.action {
        Action::Create(_) => vec!["a new issue".to_owned()],
        Action::Update(update) => {
            let Update {
                title,
                labels,
                milestone,
                assignees,
                close,
                section,
                announcement,
            } = update;
            [
                title.as_ref().map(|_| "title".to_owned()),
                set(Field::Labels, labels),
                milestone
                    .as_ref()
                    .map(|change| format!("milestone {}", change.to.as_deref().unwrap_or("none"))),
                set(Field::Assignees, assignees),
                close.map(|_| "closed".to_owned()),
                section.as_ref().map(|_| "section".to_owned()),
                announcement.as_ref().map(|_| "announcement".to_owned()),
            ]
            .into_iter()
            .flatten()
            .map(|text| printable(&text))
            .collect()
        }
        Action::InSync | Action::NotTracked | Action::Blocked(_) => Vec::new(),
    }
}

/// The rows of an issue; `full` shows every line of its texts.
pub fn of_issue(issue: &IssuePlan, full: bool) -> Vec<Row> {
    let IssuePlan {
        subject,
        name: _,
        record,
        number: _,
        url: _,
        action,
        afterwards,
        drift,
        notices,
    } = issue;
    let mut rows = Vec::new();
    match action {
        Action::Create(new) => new_issue(&mut rows, new, full),
        Action::Update(change) => update(&mut rows, change, drift, full),
        Action::Blocked(blocked) => waiting(&mut rows, blocked, record),
        Action::InSync | Action::NotTracked => {}
    }
    if afterwards.is_some() {
        let text = "once more at the end, to forget the labels that were taken off pull requests";
        rows.push(row(Field::Section.as_str(), vec![piece(Tone::Quiet, text)]));
    }
    let is_blocked = matches!(action, Action::Blocked(_));
    for drift in drift.iter().filter(|drift| !drift.enforced) {
        let what = format!("{}{}", drift.say(), drift.say_who());
        let mut pieces = vec![piece(Tone::Plain, what)];
        if !is_blocked {
            pieces.push(piece(Tone::Noticed, "drifted, left as it is"));
        }
        rows.push(row(drift.field.as_str(), pieces));
    }
    // A conflict says so itself.
    if !is_blocked && drift.iter().any(|drift| drift.field != Field::Section) {
        let name = record_name(subject);
        let text =
            format!("`kepherd adopt {name}` takes what people changed into the record instead");
        rows.push(row("", vec![piece(Tone::Quiet, text)]));
    }
    for notice in notices {
        rows.push(row(
            "notice",
            vec![piece(Tone::Noticed, notice.say(subject))],
        ));
    }
    rows
}

/// A record as commands take it.
fn record_name(subject: &Subject) -> String {
    match subject {
        Subject::Kep(number) => number.to_string(),
        Subject::Item(id) => id.clone(),
    }
}

/// What is said of a pull request; empty if there is nothing to say.
pub fn of_pull_request(pull_request: &PullRequestPlan) -> Vec<Row> {
    let mut rows = Vec::new();
    match &pull_request.action {
        PullRequestAction::Label(change) => set(&mut rows, Field::Labels, change, Vec::new()),
        PullRequestAction::Issue => rows.push(row(
            "notice",
            vec![piece(
                Tone::Noticed,
                "is an issue: `pull-requests` names pull requests, `related-issues` issues",
            )],
        )),
        PullRequestAction::Invisible => rows.push(row(
            "notice",
            vec![piece(
                Tone::Noticed,
                "does not exist, or this identity may not see it",
            )],
        )),
        PullRequestAction::InSync | PullRequestAction::Closed => {}
    }
    rows
}

fn waiting(rows: &mut Vec<Row>, blocked: &Blocked, record: &str) {
    let Blocked {
        reason,
        remedy,
        conflict,
    } = blocked;
    let word = if *conflict { "conflict" } else { "blocked" };
    rows.push(row(word, vec![piece(Tone::Removed, reason)]));
    rows.push(row("do", vec![piece(Tone::Plain, remedy)]));
    rows.push(row("record", vec![piece(Tone::Quiet, record)]));
}

fn new_issue(rows: &mut Vec<Row>, new: &NewIssue, full: bool) {
    let NewIssue {
        title,
        body,
        labels,
        assignees,
        milestone,
    } = new;
    let mut field = |field: Field, text: &str| {
        if !text.is_empty() {
            rows.push(row(field.as_str(), vec![piece(Tone::Plain, text)]));
        }
    };
    field(Field::Title, title);
    field(Field::Labels, &labels.join("  "));
    field(Field::Assignees, &assignees.join("  "));
    field(Field::Milestone, milestone.as_deref().unwrap_or_default());
    let lines = shown_lines(body);
    let text = format!("the record's status, {}", counted(lines.len(), "line"));
    rows.push(row(Field::Section.as_str(), vec![piece(Tone::Quiet, text)]));
    if full {
        rows.extend(text_rows("+", Tone::Added, &lines, full));
    }
}

/// Why a field is written, if it is because of what others did.
fn reasons(drift: &[Drift], field: Field) -> Vec<Piece> {
    let drifted: Vec<String> = drift
        .iter()
        .filter(|drift| drift.field == field && drift.enforced)
        .map(|drift| format!("{}{}", drift.say(), drift.say_who()))
        .collect();
    if drifted.is_empty() {
        Vec::new()
    } else {
        vec![piece(
            Tone::Noticed,
            format!("puts back what drifted: {}", drifted.join("; ")),
        )]
    }
}

fn update(rows: &mut Vec<Row>, update: &Update, drift: &[Drift], full: bool) {
    let Update {
        title,
        labels,
        milestone,
        assignees,
        close,
        section,
        announcement,
    } = update;
    let why = |field| reasons(drift, field);
    if let Some(title) = title {
        change(rows, Field::Title, title, why(Field::Title));
    }
    set(rows, Field::Labels, labels, why(Field::Labels));
    if let Some(milestone) = milestone {
        change(rows, Field::Milestone, milestone, why(Field::Milestone));
    }
    set(rows, Field::Assignees, assignees, why(Field::Assignees));
    if let Some(ending) = close {
        let text = format!("closed: the KEP {}", ending.said());
        rows.push(row(Field::State.as_str(), vec![piece(Tone::Removed, text)]));
    }
    if let Some(change) = section {
        self::section(rows, change, why(Field::Section), full);
    }
    if let Some(Comment { marker, body }) = announcement {
        let lines: Vec<&str> = body
            .lines()
            .filter(|line| !line.is_empty() && line != marker)
            .filter(|line| full || !line.starts_with("<sub>"))
            .collect();
        let text = "an announcement, which mentions people";
        rows.push(row("comment", vec![piece(Tone::Added, text)]));
        rows.extend(text_rows("+", Tone::Added, &lines, full));
    }
}

fn change(rows: &mut Vec<Row>, field: Field, change: &Change, why: Vec<Piece>) {
    let (from, to) = (change.from.as_deref(), change.to.as_deref());
    let mut pieces = match (from, to) {
        (None, Some(to)) => vec![piece(Tone::Added, format!("+ {to}"))],
        (Some(from), None) => vec![piece(Tone::Removed, format!("- {from}"))],
        (from, to) => vec![
            piece(Tone::Removed, from.unwrap_or("none")),
            piece(Tone::Plain, "→"),
            piece(Tone::Added, to.unwrap_or("none")),
        ],
    };
    pieces.extend(why);
    rows.push(row(field.as_str(), pieces));
}

fn set(rows: &mut Vec<Row>, field: Field, change: &SetChange, why: Vec<Piece>) {
    if change.is_empty() {
        return;
    }
    let added = change.add.iter();
    let removed = change.remove.iter();
    let pieces = added
        .map(|name| piece(Tone::Added, format!("+ {name}")))
        .chain(removed.map(|name| piece(Tone::Removed, format!("- {name}"))))
        .chain(why);
    rows.push(row(field.as_str(), pieces.collect()));
}

fn section(rows: &mut Vec<Row>, change: &SectionChange, why: Vec<Piece>, full: bool) {
    let field = Field::Section.as_str();
    let new = shown_lines(&change.to);
    let Some(from) = &change.from else {
        let text = format!(
            "appended at the end of the body, {}",
            counted(new.len(), "line")
        );
        let mut pieces = vec![piece(Tone::Added, text)];
        pieces.extend(why);
        rows.push(row(field, pieces));
        if full {
            rows.extend(text_rows("+", Tone::Added, &new, full));
        }
        return;
    };
    let old = shown_lines(from);
    let missing_in = |these: &[&str], others: &[&str]| -> usize {
        these.iter().filter(|text| !others.contains(text)).count()
    };
    let (gone, come) = (missing_in(&old, &new), missing_in(&new, &old));
    let text = match (gone, come) {
        (0, 0) => "only what kepherd remembers for its next comparison".to_owned(),
        _ => format!(
            "{} out, {} in",
            counted(gone, "line"),
            counted(come, "line")
        ),
    };
    let mut pieces = vec![piece(Tone::Quiet, text)];
    pieces.extend(why);
    rows.push(row(field, pieces));
    let gone: Vec<&str> = old
        .iter()
        .copied()
        .filter(|text| !new.contains(text))
        .collect();
    let come: Vec<&str> = new
        .iter()
        .copied()
        .filter(|text| !old.contains(text))
        .collect();
    rows.extend(text_rows("-", Tone::Removed, &gone, full));
    rows.extend(text_rows("+", Tone::Added, &come, full));
}

fn text_rows(sign: &str, tone: Tone, lines: &[&str], full: bool) -> Vec<Row> {
    let shown = if full { lines.len() } else { FOLDED_LINES };
    let mut rows: Vec<Row> = lines
        .iter()
        .take(shown)
        .map(|text| row("", vec![piece(tone, format!("{sign} {text}"))]))
        .collect();
    if lines.len() > shown {
        let text = format!("{} {} (--full shows all)", sign, more(lines.len() - shown));
        rows.push(row("", vec![piece(Tone::Quiet, text)]));
    }
    rows
}

fn more(lines: usize) -> String {
    format!("… {} more", counted(lines, "line"))
}

/// The lines of a section that people see.
fn shown_lines(section: &str) -> Vec<&str> {
    section
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with("<!-- kepherd:"))
        .collect()
}
