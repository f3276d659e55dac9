//! `missing-shepherd`: a KEP that is taken on has somebody who sees it through.

use super::{Check, Context, Example, ExampleBeside, Group, PROCESS, Part, Reads, Rule};
use crate::findings::diagnostic::{Finding, Level, Place, Pointer, RuleId};
use crate::registry::Entry;
use crate::registry::kep::KepRecord;

pub(super) const RULE: Rule = Rule {
    id: RuleId("missing-shepherd"),
    group: Group::Process,
    level: Level::Warning,
    summary: "an accepted KEP has no shepherd",
    why: "the process asks for at least one, preferably two, maintainers who see a KEP through",
    source: PROCESS,
    example: Example {
        wrong: &[(
            "sig-node/9001-pod-lullabies.toml",
            r#"number = 9001
title = "Pod Lullabies"
status = "implementable"
triage = "accepted"
"#,
        )],
        beside: ExampleBeside::Nothing,
        fine: &[(
            "sig-node/9001-pod-lullabies.toml",
            r#"number = 9001
title = "Pod Lullabies"
status = "implementable"
triage = "accepted"
shepherds = ["mikebrow", "samuelkarp"]
"#,
        )],
    },
    remedy: "Name a maintainer in `shepherds`; the liaisons of the cycle can ask for volunteers.",
    parts: &[Part {
        reads: Reads::kep(&[KepRecord::TAKEN_ON, &["shepherds"]]),
        check: Check::Kep(check),
    }],
};

fn check(_: &Context<'_>, entry: &Entry<KepRecord>, findings: &mut Vec<Finding>) {
    let record = &entry.value;
    if record.is_taken_on() && record.shepherds.is_empty() {
        findings.push(
            Finding::new(
                entry.file,
                Place::Value(Pointer::to("triage")),
                format!(
                    "KEP-{} is accepted, and no shepherd is recorded",
                    record.number
                ),
            )
            .help("add `shepherds = [\"…\"]` with at least one maintainer, preferably two"),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::in_record;

    const ID: &str = "missing-shepherd";

    #[test]
    fn an_accepted_kep_without_one_is_shown() {
        insta::assert_snapshot!(in_record(ID, "triage = \"accepted\"\n"), @r#"
        warning[missing-shepherd]: KEP-9001 is accepted, and no shepherd is recorded
         --> sig-node/9001-a.toml:4:10
          |
        4 | triage = "accepted"
          |          ^^^^^^^^^^
          |
          = why: the process asks for at least one, preferably two, maintainers who see a KEP through
          = help: add `shepherds = ["…"]` with at least one maintainer, preferably two
        "#);
    }

    #[test]
    fn a_misspelt_key_is_one_mistake() {
        assert_eq!(
            in_record(ID, "triage = \"accepted\"\nshepards = [\"mikebrow\"]\n"),
            ""
        );
    }

    #[test]
    fn one_is_enough() {
        assert_eq!(
            in_record(ID, "triage = \"accepted\"\nshepherds = [\"mikebrow\"]\n"),
            ""
        );
    }

    #[test]
    fn while_triage_is_pending_or_not_known_nothing_is_missing() {
        assert_eq!(in_record(ID, "triage = \"pending\"\n"), "");
        assert_eq!(in_record(ID, ""), "");
    }
}
