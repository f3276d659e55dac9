//! `work-item-unassigned`: work without a KEP has a maintainer too.

use super::{Context, Group, PROCESS, Rule};
use crate::findings::diagnostic::{Finding, Level, Place, Pointer, RuleId};
use crate::terms::Triage;

pub(super) const RULE: Rule = Rule {
    id: RuleId("work-item-unassigned"),
    group: Group::Process,
    level: Level::Warning,
    summary: "an accepted work item has nobody who does it",
    why: "the process gives a maintainer to work that has no KEP as well",
    source: PROCESS,
    example: "id = \"critest-interop\"\ntriage = \"accepted\"\n# no assignees",
    remedy: "Name who does it in `assignees`.",
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for entry in &context.registry.items {
        let item = &entry.value;
        if item.triage == Some(Triage::Accepted)
            && item.assignees.is_empty()
            && entry.is_sound("assignees")
        {
            findings.push(
                Finding::new(
                    RULE.id,
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
