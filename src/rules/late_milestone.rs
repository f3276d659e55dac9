//! `late-milestone`: the planned release comes after the Kubernetes release that needs it.

use super::{Check, Context, Example, ExampleBeside, Group, PROCESS, Part, Reads, Rule};
use crate::findings::diagnostic::{Finding, Level, Place, Pointer, RuleId};
use crate::registry::Entry;
use crate::registry::kep::KepRecord;
use crate::registry::schema::FileKind;
use crate::rules::policy::{Need, deadline, need};
use crate::terms::RuntimeState;

pub(super) const RULE: Rule = Rule {
    id: RuleId("late-milestone"),
    group: Group::Process,
    level: Level::Warning,
    summary: "a release is required, and the milestone is planned for after the Kubernetes release",
    why: "for beta and stable the CRI development policy counts the runtime's release at the time of the Kubernetes release",
    source: PROCESS,
    example: Example {
        wrong: &[
            (
                "sig-node/9001-pod-lullabies.toml",
                r#"number = 9001
title = "Pod Lullabies"
status = "implementable"
stage = "beta"
target = "1.38"
milestone = "2.6"
"#,
            ),
            (
                "releases/containerd.toml",
                r#"[[minors]]
release = "2.3"
released = 2026-04-30

[[minors]]
release = "2.6"
planned = "2027-04"
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
stage = "beta"
target = "1.38"
milestone = "2.5"
"#,
            ),
            (
                "releases/containerd.toml",
                r#"[[minors]]
release = "2.3"
released = 2026-04-30

[[minors]]
release = "2.5"
planned = "2026-12"
"#,
            ),
        ],
    },
    remedy: "Aim at an earlier minor, or at a later Kubernetes release; `policy.tolerance-days` says how many days count.",
    parts: &[Part {
        reads: Reads::kep(&[&[
            "status",
            "stage",
            "target",
            "milestone",
            "enabled-by-default",
            "runtimes",
            "runtime-support",
        ]])
        .and_config(&["home", "runtimes", "policy"])
        .and_lists(&[FileKind::Kubernetes, FileKind::Runtime]),
        check: Check::Kep(check),
    }],
};

fn check(context: &Context<'_>, entry: &Entry<KepRecord>, findings: &mut Vec<Finding>) {
    let registry = context.registry;
    let home = registry.config.value.home.as_str();
    let (Some(kubernetes), Some(calendar)) = (&registry.kubernetes, registry.home_calendar())
    else {
        return;
    };

    let record = &entry.value;
    let (Some(stage), Some(target), Some(milestone)) =
        (record.stage, record.target, record.milestone)
    else {
        return;
    };
    let has_it = record
        .runtimes
        .get(home)
        .is_some_and(|facts| facts.state == RuntimeState::Released);
    let asks = need(stage, record.enabled_by_default);
    // Where one runtime is enough, another one may have it already.
    let another_has_it = asks == Some(Need::OneReleased)
        && record
            .runtimes
            .values()
            .any(|facts| facts.state == RuntimeState::Released);
    if !record.status.is_live()
        || kubernetes.value.is_released(target)
        || record.runtime_support.is_some()
        || has_it
        || another_has_it
        || !matches!(asks, Some(Need::OneReleased | Need::EveryReleased))
    {
        return;
    }
    let planned = calendar.value.minor(milestone).and_then(|minor| {
        // Of a month, its first day: the finding is only made if no day of it is early enough.
        minor
            .released
            .or_else(|| minor.planned.map(|planned| planned.earliest()))
    });
    let (Some(planned), Some(deadline)) = (planned, deadline(registry, target)) else {
        return;
    };
    if planned <= deadline {
        return;
    }
    let tolerance = registry.config.value.policy.tolerance_days;
    findings.push(
        Finding::new(
            entry.file,
            Place::Value(Pointer::to("milestone")),
            format!("{home} {milestone} comes too late for Kubernetes {target}"),
        )
        .label(format!("planned for {planned} or later"))
        .also(
            entry.file,
            Place::Value(Pointer::to("target")),
            format!("with {tolerance} days of tolerance, until {deadline}"),
        )
        .help("aim at an earlier minor, or at a later Kubernetes release"),
    );
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{RECORD, only};

    const ID: &str = "late-milestone";

    fn planned(planned: &str, more: &str) -> String {
        let calendar = format!("[[minors]]\nrelease = \"2.6\"\n{planned}");
        let record = format!("{RECORD}target = \"1.38\"\nmilestone = \"2.6\"\n{more}");
        only(
            ID,
            &[
                ("sig-node/9001-a.toml", &record),
                ("releases/containerd.toml", &calendar),
            ],
        )
    }

    #[test]
    fn a_release_after_kubernetes_is_shown() {
        insta::assert_snapshot!(planned("planned = \"2027-04\"\n", "stage = \"beta\"\n"), @r#"
        warning[late-milestone]: containerd 2.6 comes too late for Kubernetes 1.38
         --> sig-node/9001-a.toml:5:13
          |
        4 | target = "1.38"
          |          ------ with 30 days of tolerance, until 2027-01-15
        5 | milestone = "2.6"
          |             ^^^^^ planned for 2027-04-01 or later
          |
          = why: for beta and stable the CRI development policy counts the runtime's release at the time of the Kubernetes release
          = help: aim at an earlier minor, or at a later Kubernetes release
        "#);
    }

    #[test]
    fn within_the_tolerance_and_for_alpha_it_is_fine() {
        assert_eq!(planned("planned = 2027-01-15\n", "stage = \"beta\"\n"), "");
        assert_eq!(
            planned("planned = \"2027-01\"\n", "stage = \"stable\"\n"),
            "",
            "some day of the month is early enough"
        );
        assert_eq!(
            planned("planned = \"2027-04\"\n", "stage = \"alpha\"\n"),
            ""
        );
    }

    #[test]
    fn where_one_runtime_is_enough_another_one_may_have_it() {
        let facts = "enabled-by-default = false\n[runtimes.cri-o]\nstate = \"released\"\nrelease = \"1.36.0\"\n";
        assert_eq!(
            planned(
                "planned = \"2027-04\"\n",
                &format!("stage = \"beta\"\n{facts}")
            ),
            ""
        );
    }

    #[test]
    fn where_a_date_is_not_known_it_is_silent() {
        assert_eq!(planned("", "stage = \"beta\"\n"), "");
        assert_eq!(planned("planned = \"2027-04\"\n", ""), "");
    }
}
