//! `handle-case`: a maintainer's handle is spelled as the roster spells it.

use super::{Context, FORMAT, Group, Rule};
use crate::findings::diagnostic::{FileId, Finding, Level, Place, Pointer, RuleId};
use crate::findings::document;
use crate::terms::Handle;

pub(super) const RULE: Rule = Rule {
    id: RuleId("handle-case"),
    group: Group::Shape,
    level: Level::Note,
    summary: "a maintainer's handle is spelled in another case than in `maintainers.toml`",
    why: "GitHub does not mind, and whoever searches the records for a person does",
    source: FORMAT,
    example: "shepherds = [\"MikeBrow\"]      # mikebrow in maintainers.toml",
    remedy: "Spell it as `maintainers.toml` does; `--fix` does.",
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let registry = context.registry;
    let mut look = |file: FileId, list: &Pointer, handles: &[Handle]| {
        for (index, handle) in handles.iter().enumerate() {
            let Some(maintainer) = registry.maintainer(handle) else {
                continue;
            };
            let known = maintainer.github.as_str();
            // One who is named a second time goes.
            let is_again = handles[..index].contains(handle);
            if known != handle.as_str() && !is_again {
                findings.push(
                    Finding::new(
                        RULE.id,
                        file,
                        Place::Value(list.clone().index(index)),
                        format!("`{handle}` is `{known}` in `maintainers.toml`"),
                    )
                    .fix_with("spell it as there", document::quoted(known)),
                );
            }
        }
    };
    for entry in &registry.keps {
        if entry.is_sound("shepherds") {
            look(
                entry.file,
                &Pointer::to("shepherds"),
                &entry.value.shepherds,
            );
        }
    }
    for entry in &registry.items {
        if entry.is_sound("assignees") {
            look(
                entry.file,
                &Pointer::to("assignees"),
                &entry.value.assignees,
            );
        }
    }
    if let Some(calendar) = &registry.kubernetes {
        for (index, cycle) in calendar.value.cycles.iter().enumerate() {
            let place = Pointer::to("cycles").index(index).key("liaisons");
            look(calendar.file, &place, &cycle.liaisons);
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
