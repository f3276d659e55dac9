//! GitHub's search, as far as a reconciler asks it: issues of a repository with words in their titles.
//! <https://docs.github.com/en/search-github/searching-on-github/searching-issues-and-pull-requests>
//!
//! Its index is behind the world: what was written a moment ago is not found yet, and titles are found as they were. What is found is
//! shown as it is now, as GitHub does.

use super::super::Scene;
use super::super::connection::connect;
use super::Subject;
use crate::sandbox::world::{EventKind, Issue, Repository, State, same};
use apollo_compiler::resolvers::{FieldError, ResolveInfo, ResolvedValue};

/// What is looked for.
#[derive(Default)]
struct Wanted<'q> {
    repositories: Vec<&'q str>,
    is_issue: bool,
    is_open: bool,
    words: Vec<String>,
}

/// The issues that a field's arguments look for, newest first.
pub(super) fn issues<'a>(
    scene: &'a Scene<'a>,
    info: &ResolveInfo<'_>,
) -> Result<ResolvedValue<'a>, FieldError> {
    let text = |key: &str| info.arguments().get(key).and_then(|value| value.as_str());
    if text("type") != Some("ISSUE") {
        return Err(scene.refuse(
            "SANDBOX_UNSUPPORTED",
            "The sandbox searches for issues only.".to_owned(),
        ));
    }
    let wanted = match wanted(text("query").unwrap_or_default()) {
        Ok(wanted) => wanted,
        Err(term) => {
            return Err(scene.refuse(
                "SANDBOX_UNSUPPORTED",
                format!("The sandbox does not support {term} in a search."),
            ));
        }
    };
    let repositories = scene.world.repositories.values();
    let mut found: Vec<(&Repository, &Issue)> = repositories
        .filter(|repository| !repository.hidden)
        .filter(|repository| {
            let mut named = wanted.repositories.iter();
            named.any(|name| same(name, &repository.full_name()))
        })
        .flat_map(|repository| repository.issues.values().map(move |one| (repository, one)))
        .filter(|(_, issue)| issue.created_at <= scene.indexed_until)
        .filter(|(_, issue)| !wanted.is_issue || issue.pull_request.is_none())
        .filter(|(_, issue)| !wanted.is_open || issue.state == State::Open)
        .filter(|(_, issue)| {
            let title = words_of(title_at(issue, scene.indexed_until));
            wanted.words.iter().all(|word| title.contains(word))
        })
        .collect();
    found.sort_by_key(|(_, issue)| std::cmp::Reverse((issue.created_at, issue.id)));
    let items = found
        .into_iter()
        .map(|(repository, issue)| (issue.id, Subject::Issue(repository, issue)));
    connect(scene, info, items.collect())
}

/// The qualifiers and words of a query, or the one that is not known here.
fn wanted(query: &str) -> Result<Wanted<'_>, &str> {
    let mut wanted = Wanted::default();
    for term in query.split_whitespace() {
        match term.split_once(':') {
            Some(("repo", name)) => wanted.repositories.push(name),
            Some(("is" | "type", "issue")) => wanted.is_issue = true,
            Some(("is" | "state", "open")) => wanted.is_open = true,
            Some(("in", "title")) => {}
            Some(_) => return Err(term),
            None => wanted.words.extend(words_of(term)),
        }
    }
    Ok(wanted)
}

fn words_of(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

/// The title that an issue had at a moment.
fn title_at(issue: &Issue, at: i64) -> &str {
    let later = issue.timeline.iter().find_map(|event| match &event.kind {
        EventKind::Renamed { from, .. } if event.at > at => Some(from.as_str()),
        _ => None,
    });
    later.unwrap_or(&issue.title)
}
