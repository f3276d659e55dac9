//! `missing-target`: an accepted KEP aims at a release.

use super::{Check, Context, Example, ExampleBeside, Group, PROCESS, Part, Reads, Rule};
use crate::findings::diagnostic::{Finding, Level, Place, Pointer, RuleId};
use crate::registry::Entry;
use crate::registry::kep::KepRecord;

pub(super) const RULE: Rule = Rule {
    id: RuleId("missing-target"),
    group: Group::Process,
    level: Level::Note,
    summary: "an accepted KEP aims at no Kubernetes release",
    why: "the process puts the label of a Kubernetes release on each tracking issue; without a target it is the placeholder",
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
target = "1.38"
"#,
        )],
    },
    remedy: "Write the release that the KEP's owners aim at in `target`; leave it out as long as there is none.",
    parts: &[Part {
        reads: Reads::kep(&[KepRecord::TAKEN_ON, &["target"]]),
        check: Check::Kep(check),
    }],
};

fn check(_: &Context<'_>, entry: &Entry<KepRecord>, findings: &mut Vec<Finding>) {
    let record = &entry.value;
    if record.is_taken_on() && record.target.is_none() {
        findings.push(
            Finding::new(
                entry.file,
                Place::Value(Pointer::to("triage")),
                format!(
                    "KEP-{} is accepted, and aims at no Kubernetes release",
                    record.number
                ),
            )
            .help("once its owners aim at a release, add `target = \"…\"`"),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::in_record;

    const ID: &str = "missing-target";

    #[test]
    fn an_accepted_kep_without_one_is_noted() {
        insta::assert_snapshot!(in_record(ID, "triage = \"accepted\"\n"), @r#"
        note[missing-target]: KEP-9001 is accepted, and aims at no Kubernetes release
         --> sig-node/9001-a.toml:4:10
          |
        4 | triage = "accepted"
          |          ^^^^^^^^^^
          |
          = why: the process puts the label of a Kubernetes release on each tracking issue; without a target it is the placeholder
          = help: once its owners aim at a release, add `target = "…"`
        "#);
    }

    #[test]
    fn a_target_is_fine() {
        assert_eq!(
            in_record(ID, "triage = \"accepted\"\ntarget = \"1.38\"\n"),
            ""
        );
    }

    #[test]
    fn before_triage_nobody_asks() {
        assert_eq!(in_record(ID, "triage = \"pending\"\n"), "");
        assert_eq!(in_record(ID, ""), "");
    }
}
