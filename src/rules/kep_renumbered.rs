//! `kep-renumbered`: a KEP's number never changes.

use super::{Check, Context, Example, ExampleBeside, Group, PROCESS, Part, Reads, Rule};
use crate::findings::diagnostic::{Finding, Level, Place, Pointer, RuleId};
use crate::registry::kep::KepRecord;
use crate::registry::load::file_stem;
use crate::registry::{Entry, Registry};

pub(super) const RULE: Rule = Rule {
    id: RuleId("kep-renumbered"),
    group: Group::Change,
    level: Level::Error,
    summary: "a change gives a record another number",
    why: "a KEP's number is that of its issue in kubernetes/enhancements, and never changes; one that only a tracking issue ever said may be corrected",
    source: PROCESS,
    example: Example {
        wrong: &[(
            "sig-node/9001-pod-lullabies.toml",
            r#"number = 9002
title = "Pod Lullabies"
status = "implementable"
"#,
        )],
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
"#,
        )],
    },
    remedy: "Undo the change of the number; a KEP that another one replaces gets `status = \"replaced\"`, and the other one a record.",
    parts: &[Part {
        reads: Reads::kep(&[&["number", "title", "issue", "guessed", "upstream-seen"]]),
        check: Check::RegistryChange(check),
    }],
};

fn check(before: &Context<'_>, after: &Context<'_>, findings: &mut Vec<Finding>) {
    let (base, registry) = (before.registry, after.registry);
    for entry in after.keps() {
        let record = &entry.value;
        if base.kep(record.number).is_some() {
            continue;
        }
        let before = before.keps().find(|before| {
            let gone = registry.kep(before.value.number).is_none();
            gone && is_same_record(base, before, registry, entry)
        });
        let Some(before) = before.filter(|before| !is_correction(&before.value, record)) else {
            continue;
        };
        findings.push(
            Finding::new(
                entry.file,
                Place::Value(Pointer::to("number")),
                format!("KEP-{} became KEP-{}", before.value.number, record.number),
            )
            .also(
                before.file,
                Place::Value(Pointer::to("number")),
                "its number before the change",
            )
            .help(format!(
                "undo the change: `number = {}`",
                before.value.number
            )),
        );
    }
}

/// Whether a number was read from a tracking issue, by nobody who had seen the KEP, and the issue stays: people mistype numbers.
fn is_correction(before: &KepRecord, after: &KepRecord) -> bool {
    let is_from_issue = before.upstream_seen.is_none() && !before.guessed.is_empty();
    is_from_issue && before.issue.is_some() && before.issue == after.issue
}

/// Whether two records of different numbers are one that was renumbered: the file is the same, or was renamed with its
/// number and kept the rest of its name and its title.
pub(super) fn is_same_record(
    base: &Registry,
    before: &Entry<KepRecord>,
    registry: &Registry,
    entry: &Entry<KepRecord>,
) -> bool {
    let (there, here) = (
        &base.file(before.file).path,
        &registry.file(entry.file).path,
    );
    there == here || (slug(there) == slug(here) && before.value.title == entry.value.title)
}

fn slug(path: &str) -> &str {
    file_stem(path).split_once('-').map_or("", |(_, slug)| slug)
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{RECORD, changed};

    const ID: &str = "kep-renumbered";

    #[test]
    fn another_number_is_shown_in_both_revisions() {
        let other = RECORD.replace("9001", "9002");
        insta::assert_snapshot!(
            changed(ID, &[("sig-node/9001-a.toml", RECORD)], &[("sig-node/9002-a.toml", &other)]),
            @"
        error[kep-renumbered]: KEP-9001 became KEP-9002
         --> sig-node/9002-a.toml:1:10
          |
        1 | number = 9002
          |          ^^^^
          |
         ::: sig-node/9001-a.toml:1:10
          |
        1 | number = 9001
          |          ---- its number before the change
          |
          = why: a KEP's number is that of its issue in kubernetes/enhancements, and never changes; one that only a tracking issue ever said may be corrected
          = help: undo the change: `number = 9001`
        "
        );
    }

    #[test]
    fn a_renamed_file_and_a_new_record_are_fine() {
        let other = RECORD.replace("9001", "9002").replace("Lullabies", "Songs");
        let from = [("sig-node/9001-a.toml", RECORD)];
        assert_eq!(changed(ID, &from, &[("sig-auth/9001-b.toml", RECORD)]), "");
        assert_eq!(
            changed(
                ID,
                &from,
                &[
                    ("sig-node/9001-a.toml", RECORD),
                    ("sig-node/9002-a.toml", &other)
                ]
            ),
            ""
        );
    }

    #[test]
    fn two_records_that_swap_their_numbers_are_one_finding_each_of_their_files() {
        let other = RECORD.replace("9001", "9002").replace("Lullabies", "Songs");
        let from = [
            ("sig-node/9001-a.toml", RECORD),
            ("sig-node/9002-b.toml", &*other),
        ];
        let to = [
            ("sig-node/9001-a.toml", &*other),
            ("sig-node/9002-b.toml", RECORD),
        ];
        assert_eq!(changed(ID, &from, &to), "", "both KEPs still have a record");
        assert_eq!(
            changed("file-name", &from, &to).matches("error[").count(),
            2
        );
        assert_eq!(changed("record-deleted", &from, &to), "");
    }

    #[test]
    fn a_number_that_cannot_be_read_is_not_judged() {
        let from = [("sig-node/9001-a.toml", RECORD)];
        let broken = RECORD.replace("9001", "\"9002\"");
        assert_eq!(changed(ID, &from, &[("sig-node/9001-a.toml", &broken)]), "");
    }
}
