//! `issue-replaced`: a record keeps its issue for life.

use super::{Change, Check, Example, ExampleBeside, Group, PROCESS, Part, Reads, Rule};
use crate::findings::diagnostic::{Finding, Level, Place, Pointer, RuleId};
use crate::registry::tracked::Tracked;

pub(super) const RULE: Rule = Rule {
    id: RuleId("issue-replaced"),
    group: Group::Change,
    level: Level::Error,
    summary: "a change gives a record another issue",
    why: "a KEP has one tracking issue for its whole life, so that those who follow it find everything there",
    source: PROCESS,
    example: Example {
        wrong: &[(
            "sig-node/9001-pod-lullabies.toml",
            r#"number = 9001
title = "Pod Lullabies"
status = "implementable"
issue = 99002
"#,
        )],
        beside: ExampleBeside::Base(&[(
            "sig-node/9001-pod-lullabies.toml",
            r#"number = 9001
title = "Pod Lullabies"
status = "implementable"
issue = 99001
"#,
        )]),
        fine: &[(
            "sig-node/9001-pod-lullabies.toml",
            r#"number = 9001
title = "Pod Lullabies"
status = "implementable"
issue = 99002
former-issues = [99001]
"#,
        )],
    },
    remedy: "Undo the change; if the issue was transferred, or closed as a duplicate, name the old number in `former-issues`.",
    parts: &[Part {
        reads: Reads::kep(&[&["number", "issue", "repository", "former-issues"]])
            .and_item(&[&["id", "issue", "repository"]])
            .and_config(&["repositories"]),
        check: Check::TrackedChange(check),
    }],
};

fn check(change: &Change<'_, Tracked<'_>>, findings: &mut Vec<Finding>) {
    let (before, after) = (*change.before, *change.after);
    let Some(was) = before.issue() else {
        return;
    };
    // The same number in another repository is another issue.
    let moved = change.base.repository_of(before.repository())
        != change.registry.repository_of(after.repository());
    let is = after.issue();
    if (Some(was) == is && !moved) || after.former_issues().contains(&was) {
        return;
    }
    let (key, has_former) = match after {
        Tracked::Kep(_) => ("number", true),
        Tracked::Item(_) => ("id", false),
    };
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
    let finding = Finding::new(after.file(), Place::Value(Pointer::to(at)), message).also(
        before.file(),
        Place::Value(Pointer::to("issue")),
        "its issue before the change",
    );
    findings.push(if has_former {
        finding.help(format!(
            "undo the change, or name the old one: `former-issues = [{was}]`"
        ))
    } else {
        finding.help("undo the change")
    });
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
