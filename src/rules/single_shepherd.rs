//! `single-shepherd`: two shepherds are better than one.

use super::{Check, Context, Example, ExampleBeside, Group, PROCESS, Part, Reads, Rule};
use crate::findings::diagnostic::{Finding, Level, Place, Pointer, RuleId};
use crate::registry::Entry;
use crate::registry::kep::KepRecord;

pub(super) const RULE: Rule = Rule {
    id: RuleId("single-shepherd"),
    group: Group::Process,
    level: Level::Note,
    summary: "an accepted KEP has one shepherd only",
    why: "the process prefers two shepherds, so that the work goes on when one is away",
    source: PROCESS,
    example: Example {
        wrong: &[(
            "sig-node/9001-pod-lullabies.toml",
            r#"number = 9001
title = "Pod Lullabies"
status = "implementable"
triage = "accepted"
shepherds = ["mikebrow"]
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
    remedy: "Name a second maintainer if there is a volunteer, or turn the rule off in `registry.toml`.",
    parts: &[Part {
        reads: Reads::kep(&[KepRecord::TAKEN_ON, &["shepherds"]]),
        check: Check::Kep(check),
    }],
};

fn check(_: &Context<'_>, entry: &Entry<KepRecord>, findings: &mut Vec<Finding>) {
    let record = &entry.value;
    if record.shepherds.len() == 1 && record.is_taken_on() {
        findings.push(
            Finding::new(
                entry.file,
                Place::Value(Pointer::to("shepherds")),
                format!("KEP-{} has one shepherd only", record.number),
            )
            .help("name a second maintainer if there is a volunteer"),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::in_record;

    const ID: &str = "single-shepherd";

    #[test]
    fn one_is_noted() {
        insta::assert_snapshot!(in_record(ID, "triage = \"accepted\"\nshepherds = [\"mikebrow\"]\n"), @r#"
        note[single-shepherd]: KEP-9001 has one shepherd only
         --> sig-node/9001-a.toml:5:13
          |
        5 | shepherds = ["mikebrow"]
          |             ^^^^^^^^^^^^
          |
          = why: the process prefers two shepherds, so that the work goes on when one is away
          = help: name a second maintainer if there is a volunteer
        "#);
    }

    #[test]
    fn two_are_fine() {
        assert_eq!(
            in_record(
                ID,
                "triage = \"accepted\"\nshepherds = [\"mikebrow\", \"samuelkarp\"]\n"
            ),
            ""
        );
    }

    #[test]
    fn before_triage_nobody_asks() {
        assert_eq!(in_record(ID, "shepherds = [\"mikebrow\"]\n"), "");
    }
}
