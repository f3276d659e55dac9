//! An OWNERS file, as Kubernetes and CRI-O have them: <https://www.kubernetes.dev/docs/guide/owners/>. It lists handles below `approvers`
//! and `reviewers`; whoever is both is an approver. Those below `emeritus_…` have left. Names it has none.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_saphyr::Spanned;

use super::{Person, cut_short, handle};
use crate::sources::proposal::Misread;
use crate::terms::{Handle, Role};

/// The keys that name people who may do something.
const ROLES: [&str; 3] = ["approvers:", "reviewers:", "filters:"];

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Owners {
    approvers: Vec<Option<Spanned<String>>>,
    reviewers: Vec<Option<Spanned<String>>>,
    /// People for some files only, by a pattern of their names.
    filters: BTreeMap<String, Filter>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Filter {
    approvers: Vec<Option<Spanned<String>>>,
    reviewers: Vec<Option<Spanned<String>>>,
}

/// Whether a text is such a file: one of its keys stands at the beginning of a line.
pub(super) fn is_one(text: &str) -> bool {
    let mut lines = text.lines();
    lines.any(|line| ROLES.iter().any(|key| line.starts_with(key)))
}

/// Reads the file.
pub(super) fn read(text: &str) -> (Vec<Person>, Vec<Misread>) {
    let owners: Owners = match serde_saphyr::from_str(text) {
        Ok(owners) => owners,
        Err(error) => {
            let line = error.location().map(|location| location.line());
            let line = line.and_then(|line| usize::try_from(line).ok());
            let misread = Misread {
                line: line.unwrap_or(1),
                reason: "this is not the YAML of an OWNERS file".to_owned(),
            };
            return (Vec::new(), vec![misread]);
        }
    };
    let mut people = Vec::new();
    let mut named: BTreeSet<Handle> = BTreeSet::new();
    let mut misread = Vec::new();
    let Owners {
        mut approvers,
        mut reviewers,
        filters,
    } = owners;
    for filter in filters.into_values() {
        approvers.extend(filter.approvers);
        reviewers.extend(filter.reviewers);
    }
    let lists = [(Role::Approver, approvers), (Role::Reviewer, reviewers)];
    for (role, handles) in lists {
        for entry in handles.into_iter().flatten() {
            let line = usize::try_from(entry.referenced.line()).unwrap_or_default();
            match handle(&entry.value) {
                Ok(github) => {
                    if named.insert(github.clone()) {
                        people.push(Person {
                            github,
                            name: None,
                            role,
                            line,
                        });
                    }
                }
                Err(reason) => misread.push(Misread { line, reason }),
            }
        }
    }
    misread.extend(cut_short(text));
    (people, misread)
}

#[cfg(test)]
mod tests {
    use crate::sources::maintainers::list::{Misread, read};

    #[test]
    fn approvers_and_reviewers_are_people_and_whoever_is_both_approves() {
        let text = "# See the OWNERS docs\napprovers:\n- haircommander\n  # away\n- mrunalp\nreviewers:\n- Mrunalp\n- klihub\n- a b\nemeritus_approvers:\n- gone\nlabels:\n- sig/node\n";
        let (people, misread) = read(text);
        let people: Vec<String> = people
            .iter()
            .map(|one| format!("{} {} {}", one.line, one.github, one.role.written()))
            .collect();
        assert_eq!(
            people,
            [
                "3 haircommander approver",
                "5 mrunalp approver",
                "8 klihub reviewer"
            ]
        );
        let words: Vec<String> = misread.iter().map(Misread::to_string).collect();
        assert_eq!(words, ["9: `a b` is not a GitHub handle"]);
        let (people, _) =
            read("filters:\n  \".*\":\n    approvers: [a]\n  \"x\":\n    reviewers: [b, a]\n");
        let people: Vec<String> = people
            .iter()
            .map(|one| format!("{} {}", one.github, one.role.written()))
            .collect();
        assert_eq!(people, ["a approver", "b reviewer"]);
        let (people, misread) = read("approvers: [a\n");
        assert!(people.is_empty());
        assert_eq!(misread.len(), 1);
    }
}
