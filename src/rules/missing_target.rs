//! `missing-target`: an accepted KEP aims at a release.

use super::{Context, Group, PROCESS, Rule};
use crate::findings::diagnostic::{Finding, Level, Place, Pointer, RuleId};

pub(super) const RULE: Rule = Rule {
    id: RuleId("missing-target"),
    group: Group::Process,
    level: Level::Note,
    summary: "an accepted KEP aims at no Kubernetes release",
    why: "the process puts the label of a Kubernetes release on each tracking issue; without a target it is the placeholder",
    source: PROCESS,
    example: "triage = \"accepted\"\n# no target",
    remedy: "Write the release that the KEP's owners aim at in `target`; leave it out as long as there is none.",
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for entry in &context.registry.keps {
        let record = &entry.value;
        if record.is_taken_on() && record.target.is_none() && entry.is_sound("target") {
            findings.push(
                Finding::new(
                    RULE.id,
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
