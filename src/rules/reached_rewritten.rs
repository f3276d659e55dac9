//! `reached-rewritten`: what has shipped has shipped.

use super::{Change, Check, Example, ExampleBeside, Group, PROCESS, Part, Reads, Rule};
use crate::findings::diagnostic::{Finding, Level, Place, Pointer, RuleId};
use crate::registry::Entry;
use crate::registry::kep::KepRecord;
use crate::registry::schema::FileKind;
use crate::terms::Release;

pub(super) const RULE: Rule = Rule {
    id: RuleId("reached-rewritten"),
    group: Group::Change,
    level: Level::Error,
    summary: "a change rewrites or removes a fact of `reached`",
    why: "`reached` says what has shipped, and what has shipped does not change",
    source: PROCESS,
    example: Example {
        wrong: &[(
            "sig-node/9001-pod-lullabies.toml",
            r#"number = 9001
title = "Pod Lullabies"
status = "implementable"
[reached]
alpha = "1.37"
"#,
        )],
        beside: ExampleBeside::Base(&[(
            "sig-node/9001-pod-lullabies.toml",
            r#"number = 9001
title = "Pod Lullabies"
status = "implementable"
[reached]
alpha = "1.36"
"#,
        )]),
        fine: &[(
            "sig-node/9001-pod-lullabies.toml",
            r#"number = 9001
title = "Pod Lullabies"
status = "implementable"
[reached]
alpha = "1.36"
"#,
        )],
    },
    remedy: "Undo the change. If the fact was wrong from the start, accept the finding with `[[allow]]` and the reason.",
    parts: &[Part {
        reads: Reads::kep(&[&["number", "reached"]]).and_lists(&[FileKind::Kubernetes]),
        check: Check::KepChange(check),
    }],
};

fn check(change: &Change<'_, Entry<KepRecord>>, findings: &mut Vec<Finding>) {
    let (before, entry) = (change.before, change.after);
    let calendar = change.registry.kubernetes.as_ref();
    // What is not out has not shipped, whatever was written.
    let is_ahead = |release: Release| {
        let cycle = calendar.and_then(|calendar| calendar.value.cycle(release));
        cycle.is_some_and(|cycle| cycle.released.is_none())
    };
    let shipped = before.value.reached.entries();
    for (stage, was) in shipped.filter(|(_, release)| !is_ahead(*release)) {
        let is = entry
            .value
            .reached
            .entries()
            .find(|(other, _)| *other == stage);
        let at = Pointer::to("reached").key(stage);
        let (place, message) = match is {
            Some((_, is)) if is == was => continue,
            Some((_, is)) => (
                Place::Value(at.clone()),
                format!(
                    "KEP-{} reached {stage} in {was}, and the change says {is}",
                    entry.value.number
                ),
            ),
            None => (
                Place::Value(Pointer::to("number")),
                format!(
                    "KEP-{} reached {stage} in {was}, and the change removes that",
                    entry.value.number
                ),
            ),
        };
        findings.push(
                Finding::new(entry.file, place, message)
                    .also(before.file, Place::Value(at), "what had shipped")
                    .help(format!("undo the change: `{stage} = \"{was}\"`; if it was wrong from the start, accept the finding with `[[allow]]`")),
            );
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{RECORD, changed};

    const ID: &str = "reached-rewritten";

    fn from_to(from: &str, to: &str) -> String {
        let path = "sig-node/9001-a.toml";
        let record = |reached: &str| format!("{RECORD}[reached]\n{reached}");
        changed(ID, &[(path, &record(from))], &[(path, &record(to))])
    }

    #[test]
    fn a_rewritten_fact_is_shown_in_both_revisions() {
        insta::assert_snapshot!(from_to("alpha = \"1.36\"\n", "alpha = \"1.37\"\n"), @r#"
        error[reached-rewritten]: KEP-9001 reached alpha in 1.36, and the change says 1.37
         --> sig-node/9001-a.toml:5:9
          |
        5 | alpha = "1.37"
          |         ^^^^^^
          |
         ::: sig-node/9001-a.toml:5:9
          |
        5 | alpha = "1.36"
          |         ------ what had shipped
          |
          = why: `reached` says what has shipped, and what has shipped does not change
          = help: undo the change: `alpha = "1.36"`; if it was wrong from the start, accept the finding with `[[allow]]`
        "#);
        assert!(from_to("alpha = \"1.36\"\n", "").contains("and the change removes that"));
    }

    #[test]
    fn what_was_written_too_early_can_be_taken_back() {
        let path = "sig-node/9001-a.toml";
        let calendar = (
            "releases/kubernetes.toml",
            "[[cycles]]\nrelease = \"1.37\"\nreleased = 2026-08-26\n\n[[cycles]]\nrelease = \"1.38\"\nplanned = 2026-12-16\n",
        );
        let removed = |release: &str| {
            let record = format!("{RECORD}[reached]\nbeta = \"{release}\"\n");
            changed(
                ID,
                &[(path, &record), calendar],
                &[(path, RECORD), calendar],
            )
        };
        assert_eq!(removed("1.38"), "");
        assert!(removed("1.37").contains("and the change removes that"));
    }

    #[test]
    fn a_new_fact_is_fine() {
        assert_eq!(
            from_to("alpha = \"1.36\"\n", "alpha = \"1.36\"\nbeta = \"1.37\"\n"),
            ""
        );
    }

    #[test]
    fn a_fact_that_cannot_be_read_is_not_judged() {
        assert_eq!(from_to("alpha = \"1.36\"\n", "alpha = 1.37\n"), "");
    }
}
