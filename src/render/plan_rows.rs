//! What a plan says of one issue or pull request, as rows: the same for a terminal and for Markdown.

use crate::sync::plan::rows::{Piece, Row, Tone};
use crate::sync::plan::{Action, Blocked, Field, IssuePlan, PullRequestAction, PullRequestPlan};
use crate::terms::Subject;

/// An issue's number, or that it is new.
pub(super) fn number_of(issue: &IssuePlan) -> String {
    let new = || match issue.action {
        Action::Create(_) => "new".to_owned(),
        _ => "-".to_owned(),
    };
    issue.number.map_or_else(new, |number| format!("#{number}"))
}

/// Why there is nothing to say of an issue.
pub(super) fn why_nothing(issue: &IssuePlan) -> &'static str {
    match issue.action {
        Action::NotTracked => "needs no issue: the record is over, or declined",
        _ => "in sync",
    }
}

/// Whether there is anything to say of an issue.
pub(super) fn is_worth_showing(issue: &IssuePlan) -> bool {
    match issue.action {
        Action::Create(_) | Action::Update(_) | Action::Blocked(_) => true,
        Action::InSync | Action::NotTracked => !issue.drift.is_empty() || !issue.notices.is_empty(),
    }
}

/// Whether a person should look at it, and not only approve of it.
pub(super) fn needs_a_look(issue: &IssuePlan) -> bool {
    let blocked = matches!(issue.action, Action::Blocked(_));
    blocked || !issue.drift.is_empty() || !issue.notices.is_empty()
}

/// The fields that change, for one line.
pub(super) fn touched(issue: &IssuePlan) -> Vec<String> {
    match &issue.action {
        Action::Create(_) => vec!["a new issue".to_owned()],
        Action::Update(update) => update.touched(),
        Action::InSync | Action::NotTracked | Action::Blocked(_) => Vec::new(),
    }
}

/// The rows of an issue; `full` shows every line of its texts.
pub(super) fn of_issue(issue: &IssuePlan, full: bool) -> Vec<Row> {
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
        Action::Create(new) => rows.extend(new.rows(full)),
        Action::Update(update) => rows.extend(update.rows(drift, full)),
        Action::Blocked(blocked) => rows.extend(waiting(blocked, subject, record)),
        Action::InSync | Action::NotTracked => {}
    }
    if afterwards.is_some() {
        let text = "once more at the end, to forget the labels that were taken off pull requests";
        rows.push(Row::new(
            Field::Section.as_str(),
            vec![Piece::new(Tone::Quiet, text)],
        ));
    }
    let is_blocked = matches!(action, Action::Blocked(_));
    for drift in drift.iter().filter(|drift| !drift.enforced) {
        let what = format!("{}{}", drift.say(), drift.say_who());
        let mut pieces = vec![Piece::new(Tone::Plain, what)];
        if !is_blocked {
            pieces.push(Piece::new(Tone::Noticed, "drifted, left as it is"));
        }
        rows.push(Row::new(drift.field.as_str(), pieces));
    }
    // A conflict says so itself.
    if !is_blocked && drift.iter().any(|drift| drift.field != Field::Section) {
        let name = subject.named();
        let text =
            format!("`kepherd adopt {name}` takes what people changed into the record instead");
        rows.push(Row::new("", vec![Piece::new(Tone::Quiet, text)]));
    }
    for notice in notices {
        rows.push(Row::new(
            "notice",
            vec![Piece::new(Tone::Noticed, notice.say(subject))],
        ));
    }
    rows
}

/// What is said of a pull request; empty if there is nothing to say.
pub(super) fn of_pull_request(pull_request: &PullRequestPlan) -> Vec<Row> {
    let mut rows = Vec::new();
    match &pull_request.action {
        PullRequestAction::Label(change) => rows.extend(change.row(Field::Labels, Vec::new())),
        PullRequestAction::Issue => rows.push(Row::new(
            "notice",
            vec![Piece::new(
                Tone::Noticed,
                "is an issue: `pull-requests` names pull requests, `related-issues` issues",
            )],
        )),
        PullRequestAction::Invisible => rows.push(Row::new(
            "notice",
            vec![Piece::new(
                Tone::Noticed,
                "does not exist, or this identity may not see it",
            )],
        )),
        PullRequestAction::InSync | PullRequestAction::Closed => {}
    }
    rows
}

fn waiting(blocked: &Blocked, subject: &Subject, record: &str) -> [Row; 3] {
    let word = if blocked.is_conflict() {
        "conflict"
    } else {
        "blocked"
    };
    let (reason, remedy) = (blocked.reason(subject), blocked.remedy(subject));
    [
        Row::new(word, vec![Piece::new(Tone::Removed, reason)]),
        Row::new("do", vec![Piece::new(Tone::Plain, remedy)]),
        Row::new("record", vec![Piece::new(Tone::Quiet, record)]),
    ]
}
