//! `liaison-prerequisites`: a liaison can speak for the project in SIG-Node.

use super::{Check, Context, Example, ExampleBeside, Group, PROCESS, Part, Reads, Rule};
use crate::findings::diagnostic::{Finding, Level, Place, Pointer, RuleId};
use crate::registry::schema::FileKind;

pub(super) const RULE: Rule = Rule {
    id: RuleId("liaison-prerequisites"),
    group: Group::Process,
    level: Level::Warning,
    summary: "a liaison is not a maintainer, or not a member of the Kubernetes organization or of SIG-Node",
    why: "a liaison is a maintainer, a member of the Kubernetes organization and of SIG-Node (the project's process with SIG-Node)",
    source: PROCESS,
    example: Example {
        wrong: &[(
            "releases/kubernetes.toml",
            r#"[[cycles]]
release = "1.37"
released = 2026-08-26

[[cycles]]
release = "1.38"
liaisons = ["octocat"]
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
liaisons = ["mikebrow"]
"#,
        )],
    },
    remedy: "Name another liaison, or correct what `maintainers.toml` says of this one.",
    parts: &[Part {
        reads: Reads::NOTHING.and_lists(&[FileKind::Kubernetes, FileKind::Roster]),
        check: Check::Registry(check),
    }],
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let registry = context.registry;
    let (Some(calendar), Some(_)) = (&registry.kubernetes, &registry.roster) else {
        return;
    };
    for (cycle_index, cycle) in calendar.value.cycles.iter().enumerate() {
        for (index, liaison) in cycle.liaisons.iter().enumerate() {
            let lacks = match registry.maintainer(liaison) {
                None => vec!["a maintainer"],
                // What is not recorded is not known, and not held against anybody.
                Some(maintainer) => [
                    (
                        maintainer.kubernetes_org_member,
                        "a member of the Kubernetes organization",
                    ),
                    (maintainer.sig_node_member, "a member of SIG-Node"),
                ]
                .into_iter()
                .filter(|(member, _)| *member == Some(false))
                .map(|(_, what)| what)
                .collect(),
            };
            if lacks.is_empty() {
                continue;
            }
            let at = Pointer::to("cycles")
                .index(cycle_index)
                .key("liaisons")
                .index(index);
            findings.push(
                Finding::new(
                    calendar.file,
                    Place::Value(at),
                    format!(
                        "`{liaison}` liaises for {}, and is not {}",
                        cycle.release,
                        lacks.join(" nor ")
                    ),
                )
                .help("name another liaison, or correct `maintainers.toml`"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::only;

    const ID: &str = "liaison-prerequisites";
    const CYCLE: &str = "[[cycles]]\nrelease = \"1.38\"\nliaisons = [\"mikebrow\"]\n";

    fn maintainer(more: &str) -> String {
        let roster =
            format!("[[maintainers]]\ngithub = \"mikebrow\"\nrole = \"committer\"\n{more}");
        only(
            ID,
            &[
                ("releases/kubernetes.toml", CYCLE),
                ("maintainers.toml", &roster),
            ],
        )
    }

    #[test]
    fn a_stranger_is_shown() {
        let cycle = CYCLE.replace("mikebrow", "octocat");
        insta::assert_snapshot!(only(ID, &[("releases/kubernetes.toml", &cycle)]), @r#"
        warning[liaison-prerequisites]: `octocat` liaises for 1.38, and is not a maintainer
         --> releases/kubernetes.toml:3:13
          |
        3 | liaisons = ["octocat"]
          |             ^^^^^^^^^
          |
          = why: a liaison is a maintainer, a member of the Kubernetes organization and of SIG-Node (the project's process with SIG-Node)
          = help: name another liaison, or correct `maintainers.toml`
        "#);
    }

    #[test]
    fn what_is_known_to_be_lacking_is_named() {
        let found = maintainer("kubernetes-org-member = true\nsig-node-member = false\n");
        assert!(
            found.contains("`mikebrow` liaises for 1.38, and is not a member of SIG-Node"),
            "{found}"
        );
    }

    #[test]
    fn who_has_everything_is_fine_and_what_is_not_recorded_is_not_held_against_anybody() {
        assert_eq!(
            maintainer("kubernetes-org-member = true\nsig-node-member = true\n"),
            ""
        );
        assert_eq!(maintainer(""), "");
    }
}
