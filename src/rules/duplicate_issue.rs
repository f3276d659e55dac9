//! `duplicate-issue`: an issue tracks one thing.

use std::collections::BTreeMap;

use super::{Check, Context, Example, ExampleBeside, FORMAT, Group, Part, Reads, Rule};
use crate::findings::diagnostic::{Finding, Level, Place, Pointer, RuleId};
use crate::findings::sources::FileId;
use crate::terms::IssueRef;
use crate::terms::Subject;

pub(super) const RULE: Rule = Rule {
    id: RuleId("duplicate-issue"),
    group: Group::Shape,
    level: Level::Error,
    summary: "two records claim the same issue",
    why: "an issue with two records would be rewritten by each of them in turn",
    source: FORMAT,
    example: Example {
        wrong: &[
            (
                "sig-node/9001-pod-lullabies.toml",
                r#"number = 9001
title = "Pod Lullabies"
status = "implementable"
issue = 99001
"#,
            ),
            (
                "sig-node/9002-cradle-metrics.toml",
                r#"number = 9002
title = "Cradle Metrics"
status = "implementable"
issue = 99001
"#,
            ),
        ],
        beside: ExampleBeside::Nothing,
        fine: &[
            (
                "sig-node/9001-pod-lullabies.toml",
                r#"number = 9001
title = "Pod Lullabies"
status = "implementable"
issue = 99001
"#,
            ),
            (
                "sig-node/9002-cradle-metrics.toml",
                r#"number = 9002
title = "Cradle Metrics"
status = "implementable"
issue = 99002
"#,
            ),
        ],
    },
    remedy: "Give each record the issue that tracks it. A part of the work is named in `related-issues`.",
    parts: &[Part {
        reads: Reads::both(&[&["repository"]]).and_config(&["repositories"]),
        check: Check::Registry(check),
    }],
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let registry = context.registry;
    let mut first: BTreeMap<IssueRef, (FileId, Pointer, Subject)> = BTreeMap::new();
    for claim in context.older_first() {
        let pinned = claim.issue().map(|number| (number, Pointer::to("issue")));
        let former = claim.former_issues().iter().enumerate();
        let former =
            former.map(|(index, number)| (*number, Pointer::to("former-issues").index(index)));
        for (number, at) in pinned.into_iter().chain(former) {
            let Some(issue) = claim.reference(registry, number) else {
                continue;
            };
            let Some((earlier, place, subject)) = first.get(&issue) else {
                first.insert(issue, (claim.file(), at, claim.subject()));
                continue;
            };
            // Two records of one KEP are `duplicate-kep`'s to report.
            if *subject == claim.subject() && *earlier != claim.file() {
                continue;
            }
            let whose = if *earlier == claim.file() {
                "this record".to_owned()
            } else {
                format!("`{}`", registry.file(*earlier).path)
            };
            findings.push(
                Finding::new(claim.file(),
                    Place::Value(at),
                    format!("{issue} is claimed by {whose} already"),
                )
                .label("the second claim")
                .also(*earlier, Place::Value(place.clone()), "the first claim")
                .help("name the issue that tracks this record; a part of the work belongs in `related-issues`"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{RECORD, check};

    #[test]
    fn a_record_and_a_work_item_cannot_share_an_issue() {
        insta::assert_snapshot!(check(&[
            ("sig-node/9001-a.toml", &format!("{RECORD}issue = 7\n")),
            (
                "work-items/b.toml",
                "id = \"b\"\ntitle = \"B\"\nkind = \"interop\"\nissue = 7\n"
            ),
        ]), @"
        error[duplicate-issue]: containerd/containerd#7 is claimed by `sig-node/9001-a.toml` already
         --> work-items/b.toml:4:9
          |
        4 | issue = 7
          |         ^ the second claim
          |
         ::: sig-node/9001-a.toml:4:9
          |
        4 | issue = 7
          |         - the first claim
          |
          = why: an issue with two records would be rewritten by each of them in turn
          = help: name the issue that tracks this record; a part of the work belongs in `related-issues`
        ");
    }

    #[test]
    fn a_former_issue_belongs_to_one_record_and_is_not_its_issue() {
        insta::assert_snapshot!(check(&[(
            "sig-node/9001-a.toml",
            &format!("{RECORD}issue = 7\nformer-issues = [6, 7]\n"),
        )]), @"
        error[duplicate-issue]: containerd/containerd#7 is claimed by this record already
         --> sig-node/9001-a.toml:5:21
          |
        4 | issue = 7
          |         - the first claim
        5 | former-issues = [6, 7]
          |                     ^ the second claim
          |
          = why: an issue with two records would be rewritten by each of them in turn
          = help: name the issue that tracks this record; a part of the work belongs in `related-issues`
        ");
    }

    #[test]
    fn the_same_number_in_another_repository_is_another_issue() {
        let other = RECORD.replace("9001", "9002");
        assert_eq!(
            check(&[
                ("sig-node/9001-a.toml", &format!("{RECORD}issue = 7\n")),
                (
                    "sig-node/9002-a.toml",
                    &format!("{other}issue = 7\nrepository = \"containerd/nri\"\n"),
                ),
            ]),
            ""
        );
    }
}
