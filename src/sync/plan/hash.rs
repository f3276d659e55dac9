//! The hash of a plan: the same for two plans that do the same.
//!
//! It covers what would be written, the owned values that it starts from, and the registry; no dates, and no text of other
//! people, so that a comment or a new label of somebody's does not make a plan stale.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{Action, IssuePlan, Plan, PullRequestAction, PullRequestPlan, RepositoryPlan};
use crate::text::digest;

/// The hash of a plan, whatever hash it carries.
pub(super) fn of(plan: &Plan) -> String {
    let Plan {
        version,
        hash: _,
        registry,
        options: _,
        repositories,
        refused: _,
        as_of: _,
    } = plan;
    let repositories: Vec<Value> = repositories.iter().map(repository).collect();
    let actions = Value::Array(repositories).to_string();
    digest::of([version.to_string().as_str(), registry, &actions])
}

impl Plan {
    /// What two plans would do differently, in words: at most a few lines.
    pub fn differences(&self, other: &Self) -> Vec<String> {
        const MOST: usize = 10;
        let (before, after) = (actions(self), actions(other));
        let mut all: Vec<String> = before
            .keys()
            .chain(after.keys())
            .collect::<BTreeSet<_>>()
            .into_iter()
            .filter(|name| before.get(*name) != after.get(*name))
            .map(|name| match (before.get(name), after.get(name)) {
                (Some(_), None) => format!("{name}: nothing to do any more"),
                (None, _) => format!("{name}: was not in the plan"),
                _ => format!("{name}: something else is to do"),
            })
            .collect();
        if all.len() > MOST {
            let more = all.len() - MOST;
            all.truncate(MOST);
            all.push(format!("… and {more} more"));
        }
        all
    }
}

/// What is done, by the name of what it is done to.
fn actions(plan: &Plan) -> BTreeMap<String, Value> {
    let mut actions = BTreeMap::new();
    for repository in &plan.repositories {
        let name = &repository.repository;
        for one in &repository.issues {
            let number = one
                .number
                .map_or_else(String::new, |number| format!(" (#{number})"));
            let action = issue(one);
            actions
                .extend(action.map(|action| (format!("{name}: {}{number}", one.subject), action)));
        }
        for one in &repository.pull_requests {
            let action = pull_request(one);
            actions.extend(action.map(|action| (format!("{name}#{}", one.number), action)));
        }
        for label in &repository.labels {
            actions.insert(format!("{name}: label {}", label.name), json!(label));
        }
        for mend in &repository.mended {
            actions.insert(format!("{name}: {}", mend.what()), json!(mend));
        }
        for milestone in &repository.milestones {
            actions.insert(
                format!("{name}: milestone {}", milestone.title),
                json!(milestone),
            );
        }
    }
    actions
}

fn repository(plan: &RepositoryPlan) -> Value {
    let RepositoryPlan {
        repository,
        problem,
        labels,
        milestones,
        mended,
        notices: _,
        issues,
        pull_requests,
        untracked: _,
    } = plan;
    let mut value = json!({
        "repository": repository,
        "read": problem.is_none(),
        "labels": labels,
        "milestones": milestones,
        "issues": issues.iter().filter_map(issue).collect::<Vec<Value>>(),
        "pull-requests": pull_requests.iter().filter_map(pull_request).collect::<Vec<Value>>(),
    });
    if !mended.is_empty() {
        value["mended"] = json!(mended);
    }
    value
}

fn issue(plan: &IssuePlan) -> Option<Value> {
    let IssuePlan {
        subject,
        name: _,
        record: _,
        number,
        url: _,
        action,
        afterwards,
        drift: _,
        notices: _,
    } = plan;
    match action {
        Action::Create(_) | Action::Update(_) => Some(json!({
            "subject": subject, "number": number, "action": action, "afterwards": afterwards,
        })),
        _ if afterwards.is_some() => Some(json!({
            "subject": subject, "number": number, "afterwards": afterwards,
        })),
        Action::InSync | Action::NotTracked | Action::Blocked(_) => None,
    }
}

fn pull_request(plan: &PullRequestPlan) -> Option<Value> {
    match &plan.action {
        PullRequestAction::Label(change) => {
            Some(json!({ "number": plan.number, "labels": change }))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::plan::SectionChange;
    use crate::terms::Subject;

    /// An issue counts if anything is written to it, be it only once the labels of its pull requests are off.
    #[test]
    fn a_section_that_is_written_afterwards_counts() {
        let plan = |afterwards: Option<&str>| IssuePlan {
            subject: Subject::Kep(1),
            name: "a".to_owned(),
            record: "sig-node/1-a.toml".to_owned(),
            number: Some(7),
            url: None,
            action: Action::InSync,
            afterwards: afterwards.map(|to| SectionChange {
                from: None,
                to: to.to_owned(),
            }),
            drift: Vec::new(),
            notices: Vec::new(),
        };
        assert_eq!(issue(&plan(None)), None);
        let (one, other) = (issue(&plan(Some("one"))), issue(&plan(Some("other"))));
        assert!(one.is_some() && one != other, "{one:?}");
    }
}
