//! `missing-liaison`: the cycle under way and the next one each have a liaison.

use super::{Check, Context, Example, ExampleBeside, Group, PROCESS, Part, Reads, Rule};
use crate::findings::diagnostic::{Finding, Level, Place, Pointer, RuleId};
use crate::registry::schema::FileKind;

pub(super) const RULE: Rule = Rule {
    id: RuleId("missing-liaison"),
    group: Group::Process,
    level: Level::Warning,
    summary: "the current or the next Kubernetes cycle has no liaison",
    why: "the process asks for at least one SIG-Node liaison per Kubernetes cycle",
    source: PROCESS,
    example: Example {
        wrong: &[(
            "releases/kubernetes.toml",
            r#"[[cycles]]
release = "1.37"
released = 2026-08-26

[[cycles]]
release = "1.38"
start = 2026-08-31
"#,
        )],
        beside: ExampleBeside::Nothing,
        fine: &[(
            "releases/kubernetes.toml",
            r#"[[cycles]]
release = "1.37"
released = 2026-08-26

[[cycles]]
release = "1.38"
start = 2026-08-31
liaisons = ["mikebrow"]
"#,
        )],
    },
    remedy: "Name a maintainer in `liaisons` of the cycle, who is a member of the Kubernetes organization and of SIG-Node.",
    parts: &[Part {
        reads: Reads::NOTHING.and_lists(&[FileKind::Kubernetes]),
        check: Check::Registry(check),
    }],
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let Some(calendar) = &context.registry.kubernetes else {
        return;
    };
    // Where nobody knows when a cycle starts, nobody knows which one is under way.
    let Some(current) = calendar.value.current(context.today) else {
        return;
    };
    let next = calendar
        .value
        .cycles
        .iter()
        .filter(|cycle| cycle.release > current.release)
        .map(|cycle| cycle.release)
        .min();
    for (index, cycle) in calendar.value.cycles.iter().enumerate() {
        let has_passed = cycle
            .planned
            .is_some_and(|planned| planned.latest() < context.today);
        let when = if cycle.release == current.release && has_passed {
            "over, unless it was late"
        } else if cycle.release == current.release {
            "under way"
        } else if Some(cycle.release) == next {
            "next"
        } else {
            continue;
        };
        // A cycle that stands twice is for `schema`.
        let is_again = calendar.value.cycles[..index]
            .iter()
            .any(|other| other.release == cycle.release);
        if cycle.liaisons.is_empty() && !is_again {
            let at = Pointer::to("cycles").index(index).key("release");
            findings.push(
                Finding::new(
                    calendar.file,
                    Place::Value(at),
                    format!("no liaison is recorded for Kubernetes {}", cycle.release),
                )
                .label(format!("this cycle is {when}"))
                .help("add `liaisons = [\"…\"]` to the cycle"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::only;

    const ID: &str = "missing-liaison";

    fn calendar(cycles: &str) -> String {
        only(ID, &[("releases/kubernetes.toml", cycles)])
    }

    #[test]
    fn the_current_and_the_next_cycle_are_shown() {
        insta::assert_snapshot!(calendar(
            "[[cycles]]\nrelease = \"1.37\"\nstart = 2026-05-18\nreleased = 2026-08-26\n\
             [[cycles]]\nrelease = \"1.38\"\nstart = 2026-08-31\nplanned = 2026-12-16\n\
             [[cycles]]\nrelease = \"1.39\"\n[[cycles]]\nrelease = \"1.40\"\n"
        ), @r#"
        warning[missing-liaison]: no liaison is recorded for Kubernetes 1.38
         --> releases/kubernetes.toml:6:11
          |
        6 | release = "1.38"
          |           ^^^^^^ this cycle is under way
          |
          = why: the process asks for at least one SIG-Node liaison per Kubernetes cycle
          = help: add `liaisons = ["…"]` to the cycle

        warning[missing-liaison]: no liaison is recorded for Kubernetes 1.39
          --> releases/kubernetes.toml:10:11
           |
        10 | release = "1.39"
           |           ^^^^^^ this cycle is next
           |
           = why: the process asks for at least one SIG-Node liaison per Kubernetes cycle
           = help: add `liaisons = ["…"]` to the cycle
        "#);
    }

    #[test]
    fn a_liaison_is_enough() {
        let found = calendar(
            "[[cycles]]\nrelease = \"1.38\"\nstart = 2026-08-31\nliaisons = [\"mikebrow\"]\n",
        );
        assert_eq!(found, "");
    }

    #[test]
    fn without_dates_nobody_knows_which_cycle_is_under_way() {
        assert_eq!(calendar("[[cycles]]\nrelease = \"1.38\"\n"), "");
    }
}
