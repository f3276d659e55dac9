//! `missing-milestone`: what is still to be built is planned for a release of the home runtime.

use super::{Check, Context, Example, ExampleBeside, Group, PROCESS, Part, Reads, Rule};
use crate::findings::diagnostic::{Finding, Level, Place, Pointer, RuleId};
use crate::registry::Entry;
use crate::registry::kep::KepRecord;
use crate::registry::schema::FileKind;
use crate::terms::RuntimeState;

pub(super) const RULE: Rule = Rule {
    id: RuleId("missing-milestone"),
    group: Group::Process,
    level: Level::Warning,
    summary: "an accepted KEP that the home runtime has not released has no milestone",
    why: "the process asks for the targeted minor release as milestone, usually the next one",
    source: PROCESS,
    example: Example {
        wrong: &[(
            "sig-node/9001-pod-lullabies.toml",
            r#"number = 9001
title = "Pod Lullabies"
status = "implementable"
triage = "accepted"
target = "1.38"
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
milestone = "2.5"
"#,
        )],
    },
    remedy: "Write the minor release that the work is planned for in `milestone`.",
    parts: &[Part {
        reads: Reads::kep(&[
            KepRecord::TAKEN_ON,
            &["target", "milestone", "runtimes", "runtime-support"],
        ])
        .and_config(&["home", "runtimes"])
        .and_lists(&[FileKind::Kubernetes]),
        check: Check::Kep(check),
    }],
};

fn check(context: &Context<'_>, entry: &Entry<KepRecord>, findings: &mut Vec<Finding>) {
    let registry = context.registry;
    let home = registry.config.value.home.as_str();

    let record = &entry.value;
    let (Some(target), None) = (record.target, record.milestone) else {
        return;
    };
    let facts = record.runtimes.get(home);
    let released = facts.is_some_and(|facts| facts.state == RuntimeState::Released);
    let needed = record.runtime_support.is_none() && !released;
    // A target that has shipped is for `stale-record` and `target-passed`: nothing is planned for it any more.
    let calendar = registry.kubernetes.as_ref();
    let is_out = calendar.is_some_and(|calendar| calendar.value.is_released(target));
    if !record.is_taken_on() || !needed || is_out {
        return;
    }
    let finding = Finding::new(
        entry.file,
        Place::Value(Pointer::to("target")),
        format!(
            "KEP-{} aims at Kubernetes {target}, and has no {home} milestone",
            record.number
        ),
    );
    let next = crate::rules::policy::next_minor(registry, home, context.today);
    findings.push(match next {
        Some(next) => finding.help(format!(
            "the next minor is {0}: `milestone = \"{0}\"`",
            next.release
        )),
        None => finding.help("write the minor that the work is planned for: `milestone = \"…\"`"),
    });
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{RECORD, in_record, only};

    const ID: &str = "missing-milestone";
    const ACCEPTED: &str = "triage = \"accepted\"\ntarget = \"1.38\"\n";

    #[test]
    fn work_without_a_release_is_shown() {
        insta::assert_snapshot!(in_record(ID, ACCEPTED), @r#"
        warning[missing-milestone]: KEP-9001 aims at Kubernetes 1.38, and has no containerd milestone
         --> sig-node/9001-a.toml:5:10
          |
        5 | target = "1.38"
          |          ^^^^^^
          |
          = why: the process asks for the targeted minor release as milestone, usually the next one
          = help: the next minor is 2.5: `milestone = "2.5"`
        "#);
    }

    #[test]
    fn what_is_planned_released_or_not_needed_is_fine() {
        for more in [
            "milestone = \"2.5\"\n",
            "runtime-support = \"the kubelet does it all\"\n",
            "[runtimes.containerd]\nstate = \"released\"\nrelease = \"2.3.0\"\n",
        ] {
            assert_eq!(in_record(ID, &format!("{ACCEPTED}{more}")), "", "{more}");
        }
    }

    /// A minor whose planned day has passed may be out, so that it is not advised.
    #[test]
    fn what_has_passed_is_not_the_next_minor() {
        let record = format!("{RECORD}{ACCEPTED}");
        let found = |planned: &str| {
            let calendar = format!(
                "[[minors]]\nrelease = \"2.4\"\nreleased = 2026-08-26\n\n[[minors]]\nrelease = \"2.5\"\nplanned = {planned}\n"
            );
            let files = [
                ("sig-node/9001-a.toml", record.as_str()),
                ("releases/containerd.toml", &calendar),
            ];
            only(ID, &files)
        };
        assert!(found("\"2026-11\"").contains("the next minor is 2.5"));
        assert!(found("2026-11-21").contains("write the minor that the work is planned for"));
    }

    #[test]
    fn a_target_that_has_shipped_is_planned_for_by_nobody() {
        assert_eq!(in_record(ID, &ACCEPTED.replace("1.38", "1.37")), "");
    }

    #[test]
    fn a_misspelt_runtime_is_one_mistake() {
        for facts in ["[runtimes.contanerd]", "[runtime.containerd]"] {
            assert_eq!(
                in_record(ID, &format!("{ACCEPTED}{facts}\nstate = \"released\"\n")),
                "",
                "{facts}"
            );
        }
    }

    #[test]
    fn without_a_target_nobody_knows_when() {
        assert_eq!(in_record(ID, "triage = \"accepted\"\n"), "");
    }
}
