//! `consensus-overdue`: the next release is near, and the design is still open.

use super::{Check, Context, Example, ExampleBeside, Group, PROCESS, Part, Reads, Rule};
use crate::findings::diagnostic::{Finding, Level, Place, Pointer, RuleId};
use crate::registry::Entry;
use crate::registry::kep::KepRecord;
use crate::registry::schema::FileKind;
use crate::rules::policy::next_minor;
use crate::terms::Consensus;

pub(super) const RULE: Rule = Rule {
    id: RuleId("consensus-overdue"),
    group: Group::Process,
    level: Level::Warning,
    summary: "the home runtime's next minor is near, and there is no consensus on the design",
    why: "the process asks for consensus on the design, or an early word to owner and liaison that there is none in time",
    source: PROCESS,
    example: Example {
        wrong: &[
            (
                "sig-node/9001-pod-lullabies.toml",
                r#"number = 9001
title = "Pod Lullabies"
status = "implementable"
[design]
consensus = "open"
"#,
            ),
            (
                "releases/containerd.toml",
                r#"[[minors]]
release = "2.3"
released = 2026-04-30

[[minors]]
release = "2.4"
planned = 2026-12-01
"#,
            ),
        ],
        beside: ExampleBeside::Nothing,
        fine: &[
            (
                "sig-node/9001-pod-lullabies.toml",
                r#"number = 9001
title = "Pod Lullabies"
status = "implementable"
[design]
consensus = "reached"
"#,
            ),
            (
                "releases/containerd.toml",
                r#"[[minors]]
release = "2.3"
released = 2026-04-30

[[minors]]
release = "2.4"
planned = 2026-12-01
"#,
            ),
        ],
    },
    remedy: "Tell the KEP's owner and the liaison that it will not be in time, or record the consensus.",
    parts: &[Part {
        reads: Reads::kep(&[KepRecord::GOING_ON, &["design", "milestone"]])
            .and_config(&["home", "runtimes", "policy"])
            .and_lists(&[FileKind::Runtime]),
        check: Check::Kep(check),
    }],
};

fn check(context: &Context<'_>, entry: &Entry<KepRecord>, findings: &mut Vec<Finding>) {
    let registry = context.registry;
    let home = registry.config.value.home.as_str();
    let Some((next, planned)) =
        next_minor(registry, home, context.today).and_then(|next| Some((next, next.planned?)))
    else {
        return;
    };
    let from = planned
        .latest()
        .plus_days(-registry.config.value.policy.consensus_days);
    if context.today < from {
        return;
    }

    let record = &entry.value;
    let consensus = record.design.as_ref().and_then(|design| design.consensus);
    let (Some(consensus @ (Consensus::Open | Consensus::Blocked)), true) =
        (consensus, record.is_going_on())
    else {
        return;
    };
    // What is planned for another minor has its time still to come.
    if record
        .milestone
        .is_some_and(|milestone| milestone != next.release)
    {
        return;
    }
    findings.push(
            Finding::new(entry.file,
                Place::Value(Pointer::to("design").key("consensus")),
                format!(
                    "the design of KEP-{} is {}, and {home} {} is planned for {planned}",
                    record.number,
                    consensus.written(),
                    next.release
                ),
            )
            .help("tell the KEP's owner and the liaison that it will not be in time, or record the consensus"),
        );
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{RECORD, only};

    const ID: &str = "consensus-overdue";

    fn planned(planned: &str, consensus: &str) -> String {
        let calendar = format!("[[minors]]\nrelease = \"2.5\"\n{planned}");
        let record = format!("{RECORD}[design]\n{consensus}");
        only(
            ID,
            &[
                ("sig-node/9001-a.toml", &record),
                ("releases/containerd.toml", &calendar),
            ],
        )
    }

    #[test]
    fn an_open_design_before_a_release_is_shown() {
        insta::assert_snapshot!(planned("planned = 2026-12-10\n", "consensus = \"open\"\n"), @r#"
        warning[consensus-overdue]: the design of KEP-9001 is open, and containerd 2.5 is planned for 2026-12-10
         --> sig-node/9001-a.toml:5:13
          |
        5 | consensus = "open"
          |             ^^^^^^
          |
          = why: the process asks for consensus on the design, or an early word to owner and liaison that there is none in time
          = help: tell the KEP's owner and the liaison that it will not be in time, or record the consensus
        "#);
    }

    #[test]
    fn a_release_that_is_far_and_a_consensus_are_fine() {
        assert_eq!(
            planned("planned = 2026-12-23\n", "consensus = \"open\"\n"),
            ""
        );
        assert_eq!(
            planned("planned = 2026-12-10\n", "consensus = \"reached\"\n"),
            ""
        );
    }

    #[test]
    fn what_is_not_recorded_is_not_open() {
        assert_eq!(planned("planned = 2026-12-10\n", ""), "");
        assert_eq!(
            planned("", "consensus = \"open\"\n"),
            "",
            "the day of the release is not known"
        );
    }
}
