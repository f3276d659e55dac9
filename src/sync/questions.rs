//! What a plan leaves to people, as questions: issues that wait for a decision, and what others changed that is only reported. Pure.

use crate::sources::proposal::{Origin, Question};
use crate::sync::plan::{Action, Field, IssuePlan, Plan};

/// What a plan leaves to people.
pub fn questions(plan: &Plan) -> Vec<Question> {
    let repositories = plan.repositories.iter();
    let issues = repositories.flat_map(|repository| {
        let name = &repository.repository;
        repository.issues.iter().map(move |issue| (name, issue))
    });
    issues
        .flat_map(|(name, issue)| {
            let from = issue.number.map(|number| Origin {
                what: format!("{name}#{number}"),
                link: issue.url.clone(),
            });
            of_issue(issue, from.as_ref())
        })
        .collect()
}

fn of_issue(issue: &IssuePlan, from: Option<&Origin>) -> Vec<Question> {
    let subject = &issue.subject;
    let question = |why: String, settled_by: String| Question {
        subject: Some(subject.clone()),
        why,
        settled_by,
        from: from.cloned(),
    };
    if let Action::Blocked(blocked) = &issue.action {
        return vec![question(blocked.reason(subject), blocked.remedy(subject))];
    }
    let left = issue.drift.iter().filter(|drift| !drift.enforced);
    left.map(|drift| {
        let why = format!(
            "{} {}{}, which is only reported",
            drift.field.as_str(),
            drift.say(),
            drift.say_who()
        );
        let settled_by = match drift.field {
            Field::Section => "undo it, or leave it".to_owned(),
            _ => format!("`kepherd adopt {}` takes it over", subject.named()),
        };
        question(why, settled_by)
    })
    .collect()
}
