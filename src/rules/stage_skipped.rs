//! `stage-skipped`: a KEP leaves a stage out.

use super::{Change, Check, Example, ExampleBeside, Group, PROCESS, Part, Reads, Rule};
use crate::findings::diagnostic::{Finding, Level, Place, Pointer, RuleId};
use crate::registry::Entry;
use crate::registry::kep::KepRecord;
use crate::terms::{Guess, Stage};

pub(super) const RULE: Rule = Rule {
    id: RuleId("stage-skipped"),
    group: Group::Change,
    level: Level::Warning,
    summary: "a change moves a KEP past a stage that it never reached",
    why: "a KEP goes from alpha to beta to stable; what skips a stage has not been tried by those who would have used it",
    source: PROCESS,
    example: Example {
        wrong: &[(
            "sig-node/9001-pod-lullabies.toml",
            r#"number = 9001
title = "Pod Lullabies"
status = "implementable"
stage = "stable"
"#,
        )],
        beside: ExampleBeside::Base(&[(
            "sig-node/9001-pod-lullabies.toml",
            r#"number = 9001
title = "Pod Lullabies"
status = "implementable"
stage = "alpha"
"#,
        )]),
        fine: &[(
            "sig-node/9001-pod-lullabies.toml",
            r#"number = 9001
title = "Pod Lullabies"
status = "implementable"
stage = "stable"

[reached]
beta = "1.37"
"#,
        )],
    },
    remedy: "Record the stage in `reached` if it shipped; if Kubernetes skips it, say why in the pull request.",
    parts: &[Part {
        reads: Reads::kep(&[&["number", "stage", "reached", "guessed"]]),
        check: Check::KepChange(check),
    }],
};

fn check(change: &Change<'_, Entry<KepRecord>>, findings: &mut Vec<Finding>) {
    let (before, entry) = (change.before, change.after);
    let record = &entry.value;
    let reached_beta = record.reached.beta.is_some() || record.reached.beta_on.is_some();
    if (before.value.stage, record.stage) == (Some(Stage::Alpha), Some(Stage::Stable))
        && !reached_beta
        && !before.value.guesses(Guess::Stage)
    {
        findings.push(
                Finding::new(entry.file,
                    Place::Value(Pointer::to("stage")),
                    format!("KEP-{} goes from alpha to stable without beta", record.number),
                )
                .also(before.file, Place::Value(Pointer::to("stage")), "its stage before the change")
                .help("record the release that had it as beta in `reached`; if Kubernetes skips beta, say why"),
            );
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::changed_in_record;

    const ID: &str = "stage-skipped";

    fn from_to(from: &str, to: &str) -> String {
        changed_in_record(ID, from, to)
    }

    #[test]
    fn stable_without_beta_is_shown() {
        insta::assert_snapshot!(from_to("stage = \"alpha\"\n", "stage = \"stable\"\n"), @r#"
        warning[stage-skipped]: KEP-9001 goes from alpha to stable without beta
         --> sig-node/9001-a.toml:4:9
          |
        4 | stage = "stable"
          |         ^^^^^^^^
          |
         ::: sig-node/9001-a.toml:4:9
          |
        4 | stage = "alpha"
          |         ------- its stage before the change
          |
          = why: a KEP goes from alpha to beta to stable; what skips a stage has not been tried by those who would have used it
          = help: record the release that had it as beta in `reached`; if Kubernetes skips beta, say why
        "#);
    }

    #[test]
    fn a_beta_that_shipped_is_fine() {
        assert_eq!(
            from_to(
                "stage = \"alpha\"\n",
                "stage = \"stable\"\n[reached]\nbeta = \"1.37\"\n"
            ),
            ""
        );
        assert_eq!(from_to("stage = \"beta\"\n", "stage = \"stable\"\n"), "");
    }

    #[test]
    fn from_a_stage_that_is_not_recorded_nothing_is_skipped() {
        assert_eq!(from_to("", "stage = \"stable\"\n"), "");
    }
}
