//! `duplicate-kep`: one record for each KEP and each work item.

use std::collections::BTreeMap;

use super::{Check, Context, Example, ExampleBeside, FORMAT, Group, Part, Reads, Rule};
use crate::findings::diagnostic::{Finding, Level, Place, Pointer, RuleId};
use crate::findings::sources::FileId;
use crate::registry::load::{file_stem, leading_number};
use crate::registry::tracked::Tracked;

pub(super) const RULE: Rule = Rule {
    id: RuleId("duplicate-kep"),
    group: Group::Shape,
    level: Level::Error,
    summary: "two records for the same KEP or work item",
    why: "the process asks for one tracking issue per KEP for its whole life, so a KEP has one record",
    source: FORMAT,
    example: Example {
        wrong: &[
            (
                "sig-node/9001-pod-lullabies.toml",
                r#"number = 9001
title = "Pod Lullabies"
status = "implementable"
"#,
            ),
            (
                "sig-node/9001-lullabies.toml",
                r#"number = 9001
title = "Pod Lullabies"
status = "implementable"
"#,
            ),
        ],
        beside: ExampleBeside::Nothing,
        fine: &[(
            "sig-node/9001-pod-lullabies.toml",
            r#"number = 9001
title = "Pod Lullabies"
status = "implementable"
"#,
        )],
    },
    remedy: "Keep one of the two files, with what the other one knows.",
    parts: &[Part {
        reads: Reads::kep(&[&["number"]]).and_item(&[&["id"]]),
        check: Check::Registry(check),
    }],
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let registry = context.registry;
    let named = context.older_first().into_iter().filter_map(|record| {
        let (name, key) = match record {
            Tracked::Kep(entry) => {
                // A number that is not its file's is `file-name`'s to report; it need not be a second record.
                let named = leading_number(file_stem(&registry.file(entry.file).path));
                let is_own = named.is_none_or(|named| named == entry.value.number);
                (is_own.then(|| record.subject().to_string())?, "number")
            }
            Tracked::Item(entry) => (format!("work item `{}`", entry.value.id), "id"),
        };
        Some((name, record.file(), key))
    });
    let mut first: BTreeMap<String, FileId> = BTreeMap::new();
    for (name, file, key) in named {
        let Some(&earlier) = first.get(&name) else {
            first.insert(name, file);
            continue;
        };
        let path = &registry.file(earlier).path;
        findings.push(
            Finding::new(
                file,
                Place::Value(Pointer::to(key)),
                format!("{name} has a record in `{path}` already"),
            )
            .label("the second record")
            .also(earlier, Place::Value(Pointer::to(key)), "the first record")
            .help("keep one of the two files, with what the other one knows"),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{RECORD, check};

    #[test]
    fn both_places_are_shown() {
        insta::assert_snapshot!(check(&[
            ("sig-node/9001-lullabies.toml", RECORD),
            ("sig-node/9001-pod-lullabies.toml", RECORD),
        ]), @"
        error[duplicate-kep]: KEP-9001 has a record in `sig-node/9001-lullabies.toml` already
         --> sig-node/9001-pod-lullabies.toml:1:10
          |
        1 | number = 9001
          |          ^^^^ the second record
          |
         ::: sig-node/9001-lullabies.toml:1:10
          |
        1 | number = 9001
          |          ---- the first record
          |
          = why: the process asks for one tracking issue per KEP for its whole life, so a KEP has one record
          = help: keep one of the two files, with what the other one knows
        ");
    }

    #[test]
    fn a_wrong_number_is_one_mistake() {
        let found = check(&[
            ("sig-node/9001-a.toml", RECORD),
            ("sig-node/9002-a.toml", RECORD),
        ]);
        assert_eq!(found.matches("error[").count(), 1, "{found}");
        assert!(found.contains("error[file-name]"), "{found}");
    }

    #[test]
    fn a_copied_record_with_an_issue_is_one_mistake() {
        let record = format!("{RECORD}issue = 7\n");
        let found = check(&[
            ("sig-node/9001-a.toml", &record),
            ("sig-node/9001-b.toml", &record),
        ]);
        assert_eq!(found.matches("error[").count(), 1, "{found}");
    }

    #[test]
    fn different_numbers_are_fine() {
        let other = RECORD.replace("9001", "9002");
        assert_eq!(
            check(&[
                ("sig-node/9001-a.toml", RECORD),
                ("sig-node/9002-a.toml", &other)
            ]),
            ""
        );
    }
}
