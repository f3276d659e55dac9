//! `handle-case`: a maintainer's handle is spelled as the roster spells it.

use super::{Check, Context, Example, ExampleBeside, FORMAT, Group, Part, Reads, Rule};
use crate::findings::diagnostic::{Finding, Level, Place, Pointer, RuleId};
use crate::findings::sources::FileId;
use crate::findings::syntax;
use crate::registry::schema::FileKind;
use crate::registry::tracked::Tracked;
use crate::terms::Handle;

pub(super) const RULE: Rule = Rule {
    id: RuleId("handle-case"),
    group: Group::Shape,
    level: Level::Note,
    summary: "a maintainer's handle is spelled in another case than in `maintainers.toml`",
    why: "GitHub does not mind, and whoever searches the records for a person does",
    source: FORMAT,
    example: Example {
        wrong: &[(
            "sig-node/9001-pod-lullabies.toml",
            r#"number = 9001
title = "Pod Lullabies"
status = "implementable"
shepherds = ["MikeBrow"]
"#,
        )],
        beside: ExampleBeside::Nothing,
        fine: &[(
            "sig-node/9001-pod-lullabies.toml",
            r#"number = 9001
title = "Pod Lullabies"
status = "implementable"
shepherds = ["mikebrow"]
"#,
        )],
    },
    remedy: "Spell it as `maintainers.toml` does; `--fix` does.",
    parts: &[
        Part {
            reads: Reads::kep(&[&["shepherds"]])
                .and_item(&[&["assignees"]])
                .and_lists(&[FileKind::Roster]),
            check: Check::Tracked(of_record),
        },
        Part {
            reads: Reads::NOTHING.and_lists(&[FileKind::Kubernetes, FileKind::Roster]),
            check: Check::Registry(of_cycles),
        },
    ],
};

fn of_record(context: &Context<'_>, record: Tracked<'_>, findings: &mut Vec<Finding>) {
    let list = Pointer::to(record.assignees_key());
    look(context, record.file(), &list, record.assignees(), findings);
}

fn of_cycles(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let Some(calendar) = &context.registry.kubernetes else {
        return;
    };
    for (index, cycle) in calendar.value.cycles.iter().enumerate() {
        let list = Pointer::to("cycles").index(index).key("liaisons");
        look(context, calendar.file, &list, &cycle.liaisons, findings);
    }
}

fn look(
    context: &Context<'_>,
    file: FileId,
    list: &Pointer,
    handles: &[Handle],
    findings: &mut Vec<Finding>,
) {
    for (index, handle) in handles.iter().enumerate() {
        let Some(maintainer) = context.registry.maintainer(handle) else {
            continue;
        };
        let known = maintainer.github.as_str();
        // One who is named a second time goes.
        let is_again = handles[..index].contains(handle);
        if known != handle.as_str() && !is_again {
            findings.push(
                Finding::new(
                    file,
                    Place::Value(list.clone().index(index)),
                    format!("`{handle}` is `{known}` in `maintainers.toml`"),
                )
                .fix_with("spell it as there", syntax::quoted(known)),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::in_record;

    #[test]
    fn the_roster_s_spelling_is_fine_and_a_stranger_s_is_its_own() {
        assert_eq!(
            in_record(
                "handle-case",
                "shepherds = [\"mikebrow\", \"NobodyKnown\"]\n"
            ),
            ""
        );
    }

    #[test]
    fn another_case_is_shown_with_the_roster_s() {
        insta::assert_snapshot!(in_record("handle-case", "shepherds = [\"samuelkarp\", \"MikeBrow\"]\n"), @r#"
        note[handle-case]: `MikeBrow` is `mikebrow` in `maintainers.toml`
         --> sig-node/9001-a.toml:4:28
          |
        4 | shepherds = ["samuelkarp", "MikeBrow"]
          |                            ^^^^^^^^^^
          |
          = why: GitHub does not mind, and whoever searches the records for a person does
        help: spell it as there
          |
        4 - shepherds = ["samuelkarp", "MikeBrow"]
        4 + shepherds = ["samuelkarp", "mikebrow"]
          |
        "#);
    }
}
