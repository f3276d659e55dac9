//! `record-deleted`: a record stays, also when its KEP is over.

use std::collections::BTreeSet;

use super::kep_renumbered::is_same_record;
use super::{Check, Context, Example, ExampleBeside, Group, PROCESS, Part, Reads, Rule};
use crate::findings::diagnostic::{Finding, Level, Place, Pointer, RuleId};

pub(super) const RULE: Rule = Rule {
    id: RuleId("record-deleted"),
    group: Group::Change,
    level: Level::Error,
    summary: "a change deletes a record",
    why: "without its record an issue is kept up to date by nobody, and what is known of the KEP is lost",
    source: PROCESS,
    example: Example {
        wrong: &[],
        beside: ExampleBeside::Base(&[(
            "sig-node/9001-pod-lullabies.toml",
            r#"number = 9001
title = "Pod Lullabies"
status = "implementable"
"#,
        )]),
        fine: &[(
            "sig-node/9001-pod-lullabies.toml",
            r#"number = 9001
title = "Pod Lullabies"
status = "implementable"
triage = "declined"
"#,
        )],
    },
    remedy: "Keep the record, and say in `status` or `triage` that the KEP is over.",
    parts: &[Part {
        reads: Reads::kep(&[&["number"]]).and_item(&[&["id"]]),
        check: Check::RegistryChange(check),
    }],
};

fn check(before: &Context<'_>, after: &Context<'_>, findings: &mut Vec<Finding>) {
    let (base, registry) = (before.registry, after.registry);
    let paths: BTreeSet<&str> = registry.files.iter().map(|file| &*file.path).collect();
    let is_there = |path: &str| paths.contains(path);
    for entry in before.keps() {
        let number = entry.value.number;
        // A file that is still there was renumbered, or cannot be read: other rules say so.
        if registry.kep(number).is_some() || is_there(&base.file(entry.file).path) {
            continue;
        }
        let renumbered = registry.keps.iter().any(|other| {
            base.kep(other.value.number).is_none() && is_same_record(base, entry, registry, other)
        });
        if !renumbered {
            findings.push(
                Finding::new(
                    entry.file,
                    Place::Value(Pointer::to("number")),
                    format!("the record of KEP-{number} is deleted"),
                )
                .label("in the revision that the change starts from")
                .help("keep the record, and say in `status` or `triage` that the KEP is over"),
            );
        }
    }
    for entry in before.items() {
        let id = &entry.value.id;
        let kept = registry.items.iter().any(|other| other.value.id == *id);
        if !kept && !is_there(&base.file(entry.file).path) && entry.value.issue.is_some() {
            findings.push(
                Finding::new(
                    entry.file,
                    Place::Value(Pointer::to("id")),
                    format!("the record of work item `{id}` is deleted, and it has an issue"),
                )
                .label("in the revision that the change starts from")
                .help("keep the record as long as its issue is open"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{RECORD, changed};

    const ID: &str = "record-deleted";

    #[test]
    fn a_deleted_record_is_shown_where_it_was() {
        insta::assert_snapshot!(changed(ID, &[("sig-node/9001-a.toml", RECORD)], &[]), @"
        error[record-deleted]: the record of KEP-9001 is deleted
         --> sig-node/9001-a.toml:1:10
          |
        1 | number = 9001
          |          ^^^^ in the revision that the change starts from
          |
          = why: without its record an issue is kept up to date by nobody, and what is known of the KEP is lost
          = help: keep the record, and say in `status` or `triage` that the KEP is over
        ");
    }

    #[test]
    fn a_record_that_makes_way_for_another_one_is_deleted() {
        let other = RECORD.replace("9001", "9002");
        let (from, to) = ("sig-node/9001-a.toml", "sig-node/9002-other.toml");
        let found = changed(ID, &[(from, RECORD)], &[(to, &other)]);
        assert!(
            found.contains("the record of KEP-9001 is deleted"),
            "{found}"
        );
    }

    #[test]
    fn a_renamed_record_is_found_by_its_number() {
        assert_eq!(
            changed(
                ID,
                &[("sig-node/9001-a.toml", RECORD)],
                &[("sig-auth/9001-b.toml", RECORD)]
            ),
            ""
        );
    }

    #[test]
    fn a_record_that_cannot_be_read_is_not_deleted() {
        let path = "sig-node/9001-a.toml";
        assert_eq!(changed(ID, &[(path, RECORD)], &[(path, "number = \n")]), "");
    }
}
