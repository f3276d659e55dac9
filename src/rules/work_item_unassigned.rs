//! `work-item-unassigned`: work without a KEP has a maintainer too.

use super::{Check, Context, Example, ExampleBeside, Group, PROCESS, Part, Reads, Rule};
use crate::findings::diagnostic::{Finding, Level, Place, Pointer, RuleId};
use crate::registry::Entry;
use crate::registry::work_item::WorkItem;
use crate::terms::Triage;

pub(super) const RULE: Rule = Rule {
    id: RuleId("work-item-unassigned"),
    group: Group::Process,
    level: Level::Warning,
    summary: "an accepted work item has nobody who does it",
    why: "the process gives a maintainer to work that has no KEP as well",
    source: PROCESS,
    example: Example {
        wrong: &[(
            "work-items/critest-interop.toml",
            r#"id = "critest-interop"
title = "critest runs against both runtimes"
kind = "interop"
triage = "accepted"
"#,
        )],
        beside: ExampleBeside::Nothing,
        fine: &[(
            "work-items/critest-interop.toml",
            r#"id = "critest-interop"
title = "critest runs against both runtimes"
kind = "interop"
triage = "accepted"
assignees = ["mikebrow"]
"#,
        )],
    },
    remedy: "Name who does it in `assignees`.",
    parts: &[Part {
        reads: Reads::item(&[&["triage", "assignees"]]),
        check: Check::Item(check),
    }],
};

fn check(_: &Context<'_>, entry: &Entry<WorkItem>, findings: &mut Vec<Finding>) {
    let item = &entry.value;
    if item.triage == Some(Triage::Accepted) && item.assignees.is_empty() {
        findings.push(
            Finding::new(
                entry.file,
                Place::Value(Pointer::to("triage")),
                format!(
                    "work item `{}` is accepted, and nobody is recorded as doing it",
                    item.id
                ),
            )
            .help("add `assignees = [\"…\"]`"),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::only;

    const ID: &str = "work-item-unassigned";

    fn item(more: &str) -> String {
        let text = format!("id = \"a\"\ntitle = \"A\"\nkind = \"interop\"\n{more}");
        only(ID, &[("work-items/a.toml", &text)])
    }

    #[test]
    fn an_accepted_item_of_nobody_is_shown() {
        insta::assert_snapshot!(item("triage = \"accepted\"\n"), @r#"
        warning[work-item-unassigned]: work item `a` is accepted, and nobody is recorded as doing it
         --> work-items/a.toml:4:10
          |
        4 | triage = "accepted"
          |          ^^^^^^^^^^
          |
          = why: the process gives a maintainer to work that has no KEP as well
          = help: add `assignees = ["…"]`
        "#);
    }

    #[test]
    fn somebody_is_enough() {
        assert_eq!(
            item("triage = \"accepted\"\nassignees = [\"mikebrow\"]\n"),
            ""
        );
    }

    #[test]
    fn before_triage_nobody_asks() {
        assert_eq!(item("triage = \"pending\"\n"), "");
        assert_eq!(item(""), "");
    }
}
