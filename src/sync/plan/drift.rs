//! Drift in words, and who caused it: the plan knows what changed, the issue's timeline knows who did it, and when.

use std::collections::BTreeMap;

use super::Plan;
use super::field::{self, Drift, Drifted, Field};
use crate::sync::observed::{Edit, Happening, History};
use crate::terms::RepositoryName;

/// What happened to issues, by repository and number.
pub type Histories = BTreeMap<RepositoryName, BTreeMap<u64, History>>;

impl Plan {
    /// The issues in which somebody changed something, by repository: of these the history is worth reading.
    pub fn drifted(&self) -> BTreeMap<RepositoryName, Vec<u64>> {
        let mut drifted: BTreeMap<RepositoryName, Vec<u64>> = BTreeMap::new();
        for repository in &self.repositories {
            let issues = repository
                .issues
                .iter()
                .filter(|issue| !issue.drift.is_empty());
            let numbers: Vec<u64> = issues.filter_map(|issue| issue.number).collect();
            if !numbers.is_empty() {
                drifted.insert(repository.repository.clone(), numbers);
            }
        }
        drifted
    }

    /// Says of each drift who caused it, and when.
    pub fn attribute(&mut self, histories: &Histories) {
        for repository in &mut self.repositories {
            let Some(histories) = histories.get(&repository.repository) else {
                continue;
            };
            for issue in &mut repository.issues {
                let Some(history) = issue.number.and_then(|number| histories.get(&number)) else {
                    continue;
                };
                for drift in &mut issue.drift {
                    drift.by = cause(drift, history).cloned();
                }
            }
        }
    }
}

/// The last edit that can have made this difference.
fn cause<'a>(drift: &Drift, history: &'a History) -> Option<&'a Edit> {
    let what = &drift.what;
    let is_cause = |happening: &Happening| match drift.field {
        Field::Title => field::title::is_cause(happening),
        Field::Labels => field::labels::is_cause(what, happening),
        Field::Milestone => field::milestone::is_cause(happening),
        Field::Assignees => field::assignees::is_cause(what, happening),
        Field::State | Field::Section => false,
    };
    if drift.field == Field::Section {
        return history.body.as_ref();
    }
    let mut events = history.events.iter().rev();
    events
        .find(|event| is_cause(&event.what))
        .map(|event| &event.by)
}

impl Drift {
    /// What was changed, as people say it.
    pub fn say(&self) -> String {
        let own = match self.field {
            Field::Title => field::title::say(&self.what),
            Field::Assignees => field::assignees::say(&self.what),
            Field::Labels | Field::Milestone | Field::State | Field::Section => None,
        };
        own.unwrap_or_else(|| match &self.what {
            Drifted::Removed(what) => format!("{what} was taken off"),
            Drifted::Added(what) => format!("{what} was set"),
            Drifted::Replaced { from, to } => format!("is {to} on GitHub instead of {from}"),
            Drifted::Edited => "was edited by hand".to_owned(),
        })
    }

    /// Who changed it, and when, as far as is known: starts with a space, or is empty.
    pub fn say_who(&self) -> String {
        let Some(Edit { login, on }) = &self.by else {
            return String::new();
        };
        let login = login.as_deref().unwrap_or("a deleted account");
        match self.field {
            // GitHub dates the last edit of the whole body only.
            Field::Section => format!(", the body last by {login} on {on}"),
            _ => format!(", by {login} on {on}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_section_only_the_last_edit_of_the_body_is_known() {
        let drift = |field, login: Option<&str>| Drift {
            field,
            what: Drifted::Edited,
            by: Some(Edit {
                login: login.map(str::to_owned),
                on: "2026-11-02".parse().unwrap(),
            }),
            enforced: false,
        };
        let who = |field, login| drift(field, login).say_who();
        assert_eq!(
            who(Field::Section, Some("octocat")),
            ", the body last by octocat on 2026-11-02"
        );
        assert_eq!(
            who(Field::Title, Some("octocat")),
            ", by octocat on 2026-11-02"
        );
        assert_eq!(
            who(Field::Title, None),
            ", by a deleted account on 2026-11-02"
        );
        let nobody = Drift {
            by: None,
            ..drift(Field::Title, None)
        };
        assert_eq!(nobody.say_who(), "");
    }
}
