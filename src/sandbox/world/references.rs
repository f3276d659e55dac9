//! References between issues and pull requests. GitHub finds them in what people write, and tells of them in the timeline of what is
//! referred to: <https://docs.github.com/en/get-started/writing-on-github/working-with-advanced-formatting/autolinked-references-and-urls>
//!
//! It must not change anything but timelines.

use super::{ApiError, Event, EventKind, State, StateReason, World, post_increment};

/// Words before a reference by which a pull request closes what it names.
/// <https://docs.github.com/en/issues/tracking-your-work-with-issues/using-issues/linking-a-pull-request-to-an-issue>
const CLOSING: [&str; 9] = [
    "close", "closes", "closed", "fix", "fixes", "fixed", "resolve", "resolves", "resolved",
];

/// What a text refers to: repository, number, and whether a word before it closes that.
type Referred = (String, u64, bool);

impl World {
    /// Tells the issues and pull requests that a text refers to of where it stands. Each is told once of the same place.
    pub(super) fn refer(&mut self, actor: &str, repository: &str, number: u64, text: &str) {
        let Ok(found) = self.repository(repository) else {
            return;
        };
        let source = (found.full_name(), number);
        let at = self.clock;
        for (target, referred, will_close) in referred(text, &source.0) {
            let is_itself = target.eq_ignore_ascii_case(&source.0) && referred == number;
            let World {
                repositories,
                next_id,
                ..
            } = self;
            let issue = repositories
                .get_mut(&target.to_lowercase())
                .and_then(|found| found.issues.get_mut(&referred))
                .filter(|_| !is_itself);
            let Some(issue) = issue else {
                continue;
            };
            let is_told = issue.timeline.iter().any(|event| {
                matches!(&event.kind, EventKind::CrossReferenced { source: told, .. } if *told == source)
            });
            if !is_told {
                issue.timeline.push(Event {
                    id: post_increment(next_id),
                    actor: actor.to_owned(),
                    at,
                    kind: EventKind::CrossReferenced {
                        source: source.clone(),
                        will_close,
                    },
                });
            }
        }
    }

    /// Links a pull request to an issue by hand, as people do at the side of its page, or takes that link away.
    pub fn link_by_hand(
        &mut self,
        actor: &str,
        repository: &str,
        number: u64,
        pull_request: (&str, u64),
        is_linked: bool,
    ) -> Result<(), ApiError> {
        let pull_request = self.place_of(pull_request)?;
        self.issue(repository, number)?;
        let at = self.tick();
        self.revise(actor, repository, number, at, |issue, log| {
            let kind = match is_linked {
                true => EventKind::Connected { pull_request },
                false => EventKind::Disconnected { pull_request },
            };
            issue.record(log, kind);
        })
    }

    /// Closes an issue as a duplicate of another one.
    /// <https://docs.github.com/en/issues/tracking-your-work-with-issues/using-issues/marking-issues-or-pull-requests-as-a-duplicate>
    pub fn close_as_duplicate(
        &mut self,
        actor: &str,
        repository: &str,
        number: u64,
        canonical: (&str, u64),
    ) -> Result<(), ApiError> {
        let canonical = self.place_of(canonical)?;
        self.issue(repository, number)?;
        let at = self.tick();
        self.revise(actor, repository, number, at, |issue, log| {
            issue.record(log, EventKind::MarkedAsDuplicate { canonical });
            issue.change_state(State::Closed, Some(StateReason::Duplicate), log);
        })
    }

    /// Where an issue or pull request is that is there, as events name it.
    fn place_of(&self, (repository, number): (&str, u64)) -> Result<(String, u64), ApiError> {
        self.issue(repository, number)?;
        Ok((self.repository(repository)?.full_name(), number))
    }
}

/// What a text refers to, but in comments that nobody sees.
fn referred(text: &str, home: &str) -> Vec<Referred> {
    let mut seen = String::new();
    let mut rest = text;
    while let Some((before, comment)) = rest.split_once("<!--") {
        seen.push_str(before);
        rest = comment.split_once("-->").map_or("", |(_, after)| after);
    }
    seen.push_str(rest);
    let ends = |c: char| c.is_whitespace() || "()[]<>,;\"'`|".contains(c);
    let mut all = Vec::new();
    let mut before = String::new();
    for word in seen.split(ends).filter(|word| !word.is_empty()) {
        let plain = word.trim_end_matches(['.', ':', '!', '?']);
        if let Some((repository, number)) = reference(plain, home) {
            let will_close = CLOSING.contains(&before.trim_end_matches(':'));
            all.push((repository, number, will_close));
        }
        before = word.to_lowercase();
    }
    all
}

fn reference(word: &str, home: &str) -> Option<(String, u64)> {
    if let Some(path) = word.strip_prefix("https://github.com/") {
        let mut parts = path.split('/');
        let (owner, name, kind) = (parts.next()?, parts.next()?, parts.next()?);
        let number = parts.next()?.split(['#', '?']).next()?;
        let is_one = ["issues", "pull"].contains(&kind);
        return is_one
            .then(|| number.parse().ok())
            .flatten()
            .map(|number| (format!("{owner}/{name}"), number));
    }
    let (repository, number) = word.split_once('#')?;
    let number = number.parse().ok()?;
    match repository {
        "" => Some((home.to_owned(), number)),
        repository if repository.contains('/') => Some((repository.to_owned(), number)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_refers_to_issues_in_three_ways() {
        let home = "o/r";
        let found = referred(
            "See #7, o/x#8 and https://github.com/o/y/pull/9#discussion.\nFixes: #10. <!-- #11 --> v1#12, (#13)",
            home,
        );
        let named: Vec<(&str, u64, bool)> = found
            .iter()
            .map(|(repository, number, closes)| (repository.as_str(), *number, *closes))
            .collect();
        assert_eq!(
            named,
            [
                ("o/r", 7, false),
                ("o/x", 8, false),
                ("o/y", 9, false),
                ("o/r", 10, true),
                ("o/r", 13, false)
            ]
        );
    }
}
