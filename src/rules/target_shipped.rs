//! `target-shipped`: a change aims at a release that is out.

use super::{Change, Check, Example, ExampleBeside, Group, PROCESS, Part, Reads, Rule};
use crate::findings::diagnostic::{Finding, Level, Place, Pointer, RuleId};
use crate::registry::schema::FileKind;
use crate::registry::tracked::Tracked;

pub(super) const RULE: Rule = Rule {
    id: RuleId("target-shipped"),
    group: Group::Change,
    level: Level::Error,
    summary: "a change aims at a Kubernetes release that has shipped",
    why: "nothing can be brought into a release that is out; what it brought is a fact for `reached`",
    source: PROCESS,
    example: Example {
        wrong: &[(
            "sig-node/9001-pod-lullabies.toml",
            r#"number = 9001
title = "Pod Lullabies"
status = "implementable"
target = "1.37"
"#,
        )],
        beside: ExampleBeside::Base(&[(
            "sig-node/9001-pod-lullabies.toml",
            r#"number = 9001
title = "Pod Lullabies"
status = "implementable"
target = "1.38"
"#,
        )]),
        fine: &[(
            "sig-node/9001-pod-lullabies.toml",
            r#"number = 9001
title = "Pod Lullabies"
status = "implementable"
stage = "beta"
target = "1.38"

[reached]
alpha = "1.37"
"#,
        )],
    },
    remedy: "Aim at a release that is still to come; write what shipped in `reached`.",
    parts: &[Part {
        reads: Reads::kep(&[&["number", "target"]])
            .and_item(&[&["id", "target"]])
            .and_lists(&[FileKind::Kubernetes]),
        check: Check::TrackedChange(check),
    }],
};

fn check(change: &Change<'_, Tracked<'_>>, findings: &mut Vec<Finding>) {
    let (before, after) = (change.before, change.after);
    let Some(target) = after
        .target()
        .filter(|target| Some(*target) != before.target())
    else {
        return;
    };
    let calendar = change.registry.kubernetes.as_ref();
    let cycle = calendar.and_then(|calendar| calendar.value.cycle(target));
    let Some(released) = cycle.and_then(|cycle| cycle.released) else {
        return;
    };
    let mut finding = Finding::new(
        after.file(),
        Place::Value(Pointer::to("target")),
        format!(
            "{} is made to aim at Kubernetes {target}, which has shipped",
            after.subject()
        ),
    )
    .label(format!("released {released}"));
    if before.target().is_some() {
        finding = finding.also(
            before.file(),
            Place::Value(Pointer::to("target")),
            "its target before the change",
        );
    }
    findings.push(finding.help(
        "aim at a release that is still to come; what shipped in this one belongs in `reached`",
    ));
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::changed_in_record;

    const ID: &str = "target-shipped";

    #[test]
    fn a_release_that_is_out_cannot_be_aimed_at() {
        insta::assert_snapshot!(changed_in_record(ID, "target = \"1.38\"\n", "target = \"1.37\"\n"), @r#"
        error[target-shipped]: KEP-9001 is made to aim at Kubernetes 1.37, which has shipped
         --> sig-node/9001-a.toml:4:10
          |
        4 | target = "1.37"
          |          ^^^^^^ released 2026-08-26
          |
         ::: sig-node/9001-a.toml:4:10
          |
        4 | target = "1.38"
          |          ------ its target before the change
          |
          = why: nothing can be brought into a release that is out; what it brought is a fact for `reached`
          = help: aim at a release that is still to come; what shipped in this one belongs in `reached`
        "#);
    }

    #[test]
    fn what_was_aimed_at_before_it_shipped_is_no_change() {
        let aimed = "target = \"1.37\"\n";
        assert_eq!(changed_in_record(ID, aimed, aimed), "");
        assert_eq!(changed_in_record(ID, aimed, "target = \"1.38\"\n"), "");
        assert_eq!(changed_in_record(ID, aimed, ""), "");
    }
}
