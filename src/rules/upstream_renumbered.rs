//! `upstream-renumbered`: upstream's number for a KEP is another one, or is given twice.

use super::{Check, Context, Example, ExampleBeside, Group, Part, Reads, Rule, UPSTREAM};
use crate::findings::diagnostic::{Finding, Level, Place, Pointer, RuleId};
use crate::registry::Entry;
use crate::registry::kep::KepRecord;
use crate::sources::upstream::snapshot::Upstream;
use crate::sources::upstream::snapshot::UpstreamKep;

pub(super) const RULE: Rule = Rule {
    id: RuleId("upstream-renumbered"),
    group: Group::Upstream,
    level: Level::Warning,
    summary: "upstream gives a KEP another number than its record, or one number to two KEPs",
    why: "a KEP's number is that of its issue in kubernetes/enhancements; under another one, people look at another KEP",
    source: UPSTREAM,
    example: Example {
        wrong: &[(
            "sig-node/9001-pod-lullabies.toml",
            r#"number = 9001
title = "Pod Lullabies"
status = "implementable"
"#,
        )],
        beside: ExampleBeside::Upstream {
            day: "2026-10-31",
            keps: &[(
                "keps/sig-node/9002-pod-lullabies",
                r#"title: Pod Lullabies
kep-number: 9002
status: implementable
stage: beta
latest-milestone: "v1.38"
milestone:
  alpha: "v1.37"
  beta: "v1.38"
"#,
            )],
        },
        fine: &[(
            "sig-node/9002-pod-lullabies.toml",
            r#"number = 9002
title = "Pod Lullabies"
status = "implementable"
"#,
        )],
    },
    remedy: "Look at the issue in kubernetes/enhancements. If the number did change, give the KEP a record of its own, and end this one with `status = \"replaced\"`.",
    parts: &[Part {
        reads: Reads::kep(&[&["number"]]),
        check: Check::Upstream(check),
    }],
};

fn check(
    _: &Context<'_>,
    upstream: &Upstream,
    entry: &Entry<KepRecord>,
    findings: &mut Vec<Finding>,
) {
    let number = entry.value.number;
    let finding = |message: String| {
        let place = Place::Value(Pointer::to("number"));
        Finding::new(entry.file, place, message)
    };
    match upstream.keps.get(&number) {
            Some(UpstreamKep::Read(read)) if read.kep.facts.number != number => {
                let other = read.kep.facts.number;
                findings.push(
                    finding(format!("KEP-{number}'s kep.yaml says that it is KEP-{other}"))
                        .also(
                            read.file,
                            Place::Span(read.kep.places.number()),
                            format!("its folder is named after {number}"),
                        )
                        .note(format!("upstream is {upstream}"))
                        .help("nothing is taken over from it: look at both issues in kubernetes/enhancements"),
                );
            }
            Some(UpstreamKep::Read(read)) if !read.twins.is_empty() => {
                let finding = finding(format!(
                    "another KEP upstream has the number {number} too"
                ));
                let finding = read.twins.iter().fold(finding, |finding, twin| {
                    finding.also(twin.file, Place::Span(twin.place), "")
                });
                findings.push(
                    finding
                        .quietly()
                        .note(format!("upstream is {upstream}"))
                        .help("nothing, if the record is about the one that it is named after"),
                );
            }
            Some(UpstreamKep::Ambiguous(all)) => {
                let count = all.len();
                let finding = finding(format!("{count} KEPs have the number {number} upstream"));
                let finding = all.iter().fold(finding, |finding, one| {
                    finding.also(one.file, Place::Span(one.place), "")
                });
                findings.push(
                    finding
                        .note(format!("upstream is {upstream}"))
                        .help("name the record's folder and file as upstream names the one that is meant"),
                );
            }
            Some(UpstreamKep::Absent {
                before: _,
                renamed: Some(other),
            }) => findings.push(
                finding(format!("KEP-{number} is KEP-{} upstream", other.number))
                    .label("no folder of this number")
                    .also(other.file, Place::Span(other.place), "a KEP of the same name, and no record has it")
                    .note(format!("upstream is {upstream}"))
                    .help("look at its issue in kubernetes/enhancements, and give the KEP a record with that number"),
            ),
            Some(UpstreamKep::Absent { renamed: None, .. } | UpstreamKep::Read(_) | UpstreamKep::Unusable(..)) | None => {}
        }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{Enhancements, FOLDER, KEP_YAML, beside_upstream};

    const ID: &str = "upstream-renumbered";

    fn found(keps: &[(&str, &str)]) -> String {
        let enhancements = Enhancements {
            day: "2026-11-01",
            keps,
            before: None,
        };
        beside_upstream(ID, "upstream-seen = 2026-09-30\n", &enhancements)
    }

    #[test]
    fn another_number_in_kep_yaml_is_shown_on_both_sides() {
        insta::assert_snapshot!(found(&[(FOLDER, &KEP_YAML.replace("9001", "9010"))]), @"
        warning[upstream-renumbered]: KEP-9001's kep.yaml says that it is KEP-9010
         --> sig-node/9001-a.toml:1:10
          |
        1 | number = 9001
          |          ^^^^
          |
         ::: keps/sig-node/9001-a/kep.yaml @ 0123456789:2:13
          |
        2 | kep-number: 9010
          |             ---- its folder is named after 9001
          |
          = why: a KEP's number is that of its issue in kubernetes/enhancements; under another one, people look at another KEP
          = note: upstream is kubernetes/enhancements at 0123456789 of 2026-11-01
          = help: nothing is taken over from it: look at both issues in kubernetes/enhancements
        ");
    }

    #[test]
    fn a_folder_with_another_number_is_named() {
        insta::assert_snapshot!(found(&[("keps/sig-node/9010-A", KEP_YAML), ("keps/sig-node/9011-b", KEP_YAML)]), @"
        warning[upstream-renumbered]: KEP-9001 is KEP-9010 upstream
         --> sig-node/9001-a.toml:1:10
          |
        1 | number = 9001
          |          ^^^^ no folder of this number
          |
         ::: keps/sig-node/9010-A/kep.yaml @ 0123456789:2:13
          |
        2 | kep-number: 9001
          |             ---- a KEP of the same name, and no record has it
          |
          = why: a KEP's number is that of its issue in kubernetes/enhancements; under another one, people look at another KEP
          = note: upstream is kubernetes/enhancements at 0123456789 of 2026-11-01
          = help: look at its issue in kubernetes/enhancements, and give the KEP a record with that number
        ");
    }

    #[test]
    fn a_number_that_is_given_twice_is_a_note_where_the_record_is_named_after_one_of_them() {
        insta::assert_snapshot!(found(&[(FOLDER, KEP_YAML), ("keps/sig-apps/9001-b", KEP_YAML)]), @"
        note[upstream-renumbered]: another KEP upstream has the number 9001 too
         --> sig-node/9001-a.toml:1:10
          |
        1 | number = 9001
          |          ^^^^
          |
         ::: keps/sig-apps/9001-b/kep.yaml @ 0123456789:2:13
          |
        2 | kep-number: 9001
          |             ----
          |
          = why: a KEP's number is that of its issue in kubernetes/enhancements; under another one, people look at another KEP
          = note: upstream is kubernetes/enhancements at 0123456789 of 2026-11-01
          = help: nothing, if the record is about the one that it is named after
        ");
    }

    #[test]
    fn a_number_that_is_given_twice_is_named() {
        insta::assert_snapshot!(found(&[("keps/sig-node/9001-c", KEP_YAML), ("keps/sig-apps/9001-b", KEP_YAML)]), @"
        warning[upstream-renumbered]: 2 KEPs have the number 9001 upstream
         --> sig-node/9001-a.toml:1:10
          |
        1 | number = 9001
          |          ^^^^
          |
         ::: keps/sig-node/9001-c/kep.yaml @ 0123456789:2:13
          |
        2 | kep-number: 9001
          |             ----
          |
         ::: keps/sig-apps/9001-b/kep.yaml @ 0123456789:2:13
          |
        2 | kep-number: 9001
          |             ----
          |
          = why: a KEP's number is that of its issue in kubernetes/enhancements; under another one, people look at another KEP
          = note: upstream is kubernetes/enhancements at 0123456789 of 2026-11-01
          = help: name the record's folder and file as upstream names the one that is meant
        ");
    }

    #[test]
    fn the_same_number_is_fine() {
        assert_eq!(found(&[(FOLDER, KEP_YAML)]), "");
        assert_eq!(found(&[("keps/sig-node/9002-b", KEP_YAML)]), "");
    }
}
