//! `stage-regressed`: a KEP goes back a stage.

use super::{Change, Check, Example, ExampleBeside, Group, PROCESS, Part, Reads, Rule};
use crate::findings::diagnostic::{Finding, Level, Place, Pointer, RuleId};
use crate::registry::Entry;
use crate::registry::kep::KepRecord;
use crate::terms::Guess;

pub(super) const RULE: Rule = Rule {
    id: RuleId("stage-regressed"),
    group: Group::Change,
    level: Level::Warning,
    summary: "a change moves a KEP to an earlier stage",
    why: "a KEP goes from alpha to beta to stable; going back happens, and those who follow the issue should know why",
    source: PROCESS,
    example: Example {
        wrong: &[(
            "sig-node/9001-pod-lullabies.toml",
            r#"number = 9001
title = "Pod Lullabies"
status = "implementable"
stage = "alpha"
"#,
        )],
        beside: ExampleBeside::Base(&[(
            "sig-node/9001-pod-lullabies.toml",
            r#"number = 9001
title = "Pod Lullabies"
status = "implementable"
stage = "beta"
"#,
        )]),
        fine: &[(
            "sig-node/9001-pod-lullabies.toml",
            r#"number = 9001
title = "Pod Lullabies"
status = "implementable"
stage = "beta"
"#,
        )],
    },
    remedy: "If Kubernetes went back, say why in the pull request; else undo the change.",
    parts: &[Part {
        reads: Reads::kep(&[&["number", "stage", "guessed"]]),
        check: Check::KepChange(check),
    }],
};

fn check(change: &Change<'_, Entry<KepRecord>>, findings: &mut Vec<Finding>) {
    let (before, entry) = (change.before, change.after);
    if let (Some(was), Some(is)) = (before.value.stage, entry.value.stage)
        && is < was
        && !before.value.guesses(Guess::Stage)
    {
        findings.push(
            Finding::new(
                entry.file,
                Place::Value(Pointer::to("stage")),
                format!(
                    "KEP-{} goes back from {} to {}",
                    entry.value.number,
                    was.written(),
                    is.written()
                ),
            )
            .also(
                before.file,
                Place::Value(Pointer::to("stage")),
                "its stage before the change",
            )
            .help("if Kubernetes went back, say why in the pull request; else undo the change"),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::changed_in_record;

    const ID: &str = "stage-regressed";

    fn from_to(from: &str, to: &str) -> String {
        changed_in_record(ID, from, to)
    }

    #[test]
    fn an_earlier_stage_is_shown_in_both_revisions() {
        insta::assert_snapshot!(from_to("stage = \"beta\"\n", "stage = \"alpha\"\n"), @r#"
        warning[stage-regressed]: KEP-9001 goes back from beta to alpha
         --> sig-node/9001-a.toml:4:9
          |
        4 | stage = "alpha"
          |         ^^^^^^^
          |
         ::: sig-node/9001-a.toml:4:9
          |
        4 | stage = "beta"
          |         ------ its stage before the change
          |
          = why: a KEP goes from alpha to beta to stable; going back happens, and those who follow the issue should know why
          = help: if Kubernetes went back, say why in the pull request; else undo the change
        "#);
    }

    #[test]
    fn a_guess_is_corrected() {
        let guess = "stage = \"beta\"\nguessed = [\"stage\"]\n";
        assert_eq!(from_to(guess, "stage = \"alpha\"\n"), "");
    }

    #[test]
    fn a_later_stage_is_fine() {
        assert_eq!(from_to("stage = \"alpha\"\n", "stage = \"beta\"\n"), "");
    }

    #[test]
    fn a_stage_that_is_not_recorded_is_not_judged() {
        assert_eq!(from_to("stage = \"beta\"\n", ""), "");
        assert_eq!(from_to("", "stage = \"alpha\"\n"), "");
    }
}
