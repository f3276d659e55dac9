//! `missing-shepherd`: a KEP that is taken on has somebody who sees it through.

use super::{Context, Group, PROCESS, Rule};
use crate::findings::diagnostic::{Finding, Level, Place, Pointer, RuleId};

pub(super) const RULE: Rule = Rule {
    id: RuleId("missing-shepherd"),
    group: Group::Process,
    level: Level::Warning,
    summary: "an accepted KEP has no shepherd",
    why: "the process asks for at least one, preferably two, maintainers who see a KEP through",
    source: PROCESS,
    example: "triage = \"accepted\"\n# no shepherds",
    remedy: "Name a maintainer in `shepherds`; the liaisons of the cycle can ask for volunteers.",
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for entry in &context.registry.keps {
        let record = &entry.value;
        if record.is_taken_on() && record.shepherds.is_empty() && entry.is_sound("shepherds") {
            findings.push(
                Finding::new(
                    RULE.id,
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
