//! `issue-replaced`: a record keeps its issue for life.

use super::{Context, Group, PROCESS, Rule};
use crate::findings::diagnostic::{FileId, Finding, Level, Place, Pointer, RuleId};

pub(super) const RULE: Rule = Rule {
    id: RuleId("issue-replaced"),
    group: Group::Change,
    level: Level::Error,
    summary: "a change gives a record another issue",
    why: "a KEP has one tracking issue for its whole life, so that those who follow it find everything there",
    source: PROCESS,
    example: "-issue = 99001\n+issue = 99002",
    remedy: "Undo the change; if the issue was transferred, or closed as a duplicate, name the old number in `former-issues`.",
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let (registry, Some(base)) = (context.registry, context.base) else {
        return;
    };
    for entry in &registry.keps {
        let Some(before) = base
            .kep(entry.value.number)
            .filter(|_| entry.is_sound("issue"))
        else {
            continue;
        };
        // The same number in another repository is another issue.
        let moved = base.repository_of(before.value.repository.as_ref())
            != registry.repository_of(entry.value.repository.as_ref());
        let (was, is) = (before.value.issue, entry.value.issue);
        let former = was.is_some_and(|was| entry.value.former_issues.contains(&was));
        if was.is_some() && (was != is || moved) && !former {
            findings.extend(replaced(entry.file, before.file, was, is, "number", true));
        }
    }
    for entry in &registry.items {
        let before = base
            .items
            .iter()
            .find(|before| before.value.id == entry.value.id);
        let Some(before) = before.filter(|_| entry.is_sound("issue")) else {
            continue;
        };
        let moved = base.repository_of(before.value.repository.as_ref())
            != registry.repository_of(entry.value.repository.as_ref());
        let (was, is) = (before.value.issue, entry.value.issue);
        if was.is_some() && (was != is || moved) {
            findings.extend(replaced(entry.file, before.file, was, is, "id", false));
        }
    }
}

fn replaced(
    file: FileId,
    before: FileId,
    was: Option<u64>,
    is: Option<u64>,
    key: &str,
    has_former: bool,
) -> Option<Finding> {
    let was = was?;
    let (at, message) = match is {
        Some(is) if is == was => (
            "issue",
            format!("#{was} is in another repository after the change, and so another issue"),
        ),
        Some(is) => (
            "issue",
            format!("the issue of this record was #{was}, and becomes #{is}"),
        ),
        None => (
            key,
            format!("the issue of this record was #{was}, and is named no more"),
        ),
    };
    let finding = Finding::new(RULE.id, file, Place::Value(Pointer::to(at)), message).also(
        before,
        Place::Value(Pointer::to("issue")),
        "its issue before the change",
    );
    Some(if has_former {
        finding.help(format!(
            "undo the change, or name the old one: `former-issues = [{was}]`"
        ))
    } else {
        finding.help("undo the change")
    })
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::changed_in_record;

    const ID: &str = "issue-replaced";

    fn from_to(from: &str, to: &str) -> String {
        changed_in_record(ID, from, to)
    }

    #[test]
    fn another_issue_is_shown_in_both_revisions() {
        insta::assert_snapshot!(from_to("issue = 7\n", "issue = 8\n"), @"
        error[issue-replaced]: the issue of this record was #7, and becomes #8
         --> sig-node/9001-a.toml:4:9
          |
        4 | issue = 8
          |         ^
          |
         ::: sig-node/9001-a.toml:4:9
          |
        4 | issue = 7
          |         - its issue before the change
          |
          = why: a KEP has one tracking issue for its whole life, so that those who follow it find everything there
          = help: undo the change, or name the old one: `former-issues = [7]`
        ");
        assert!(from_to("issue = 7\n", "").contains("is named no more"));
    }

    #[test]
    fn the_same_number_in_another_repository_is_another_issue() {
        let found = from_to(
            "issue = 7\n",
            "issue = 7\nrepository = \"containerd/nri\"\n",
        );
        assert!(
            found.contains("#7 is in another repository after the change"),
            "{found}"
        );
    }

    #[test]
    fn a_former_issue_that_is_named_and_a_first_issue_are_fine() {
        assert_eq!(
            from_to("issue = 7\n", "issue = 8\nformer-issues = [7]\n"),
            ""
        );
        assert_eq!(from_to("", "issue = 8\n"), "");
    }

    #[test]
    fn an_issue_that_cannot_be_read_is_not_judged() {
        assert_eq!(from_to("issue = 7\n", "issue = \"8\"\n"), "");
    }
}
