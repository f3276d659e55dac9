//! `branch-undecided`: every supported branch that runs with the release gets the feature, or a decision.

use super::{Check, Context, Example, ExampleBeside, Group, PROCESS, Part, Reads, Rule};
use crate::findings::diagnostic::{Finding, Level, Place, Pointer, RuleId};
use crate::registry::Entry;
use crate::registry::calendars::Minor;
use crate::registry::kep::KepRecord;
use crate::registry::schema::FileKind;
use crate::terms::{Date, Release, RuntimeState, Status};

pub(super) const RULE: Rule = Rule {
    id: RuleId("branch-undecided"),
    group: Group::Process,
    level: Level::Warning,
    summary: "the feature is on by default, and a supported branch has neither it nor a decision",
    why: "users of a Kubernetes release with the feature on by default run it with every branch that is recommended for it",
    source: PROCESS,
    example: Example {
        wrong: &[
            (
                "sig-node/9001-pod-lullabies.toml",
                r#"number = 9001
title = "Pod Lullabies"
status = "implementable"
[reached]
stable = "1.36"

[runtimes.containerd]
state = "released"
release = "2.3.0"
"#,
            ),
            (
                "releases/containerd.toml",
                r#"[[minors]]
release = "2.2"
released = 2025-11-06
end-of-life = 2027-11-06
kubernetes = { "1.36" = "2.2.3" }

[[minors]]
release = "2.3"
released = 2026-04-30
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
[reached]
stable = "1.36"

[runtimes.containerd]
state = "released"
release = "2.3.0"
branches = { "2.2" = "not-planned" }
"#,
            ),
            (
                "releases/containerd.toml",
                r#"[[minors]]
release = "2.2"
released = 2025-11-06
end-of-life = 2027-11-06
kubernetes = { "1.36" = "2.2.3" }

[[minors]]
release = "2.3"
released = 2026-04-30
"#,
            ),
        ],
    },
    remedy: "Write the branch's first version with the feature, `planned` or `not-planned` in `branches`.",
    parts: &[Part {
        reads: Reads::kep(&[&["status", "runtimes", "reached", "runtime-support"]])
            .and_config(&["home", "runtimes"])
            .and_lists(&[FileKind::Runtime]),
        check: Check::Kep(check),
    }],
};

fn check(context: &Context<'_>, entry: &Entry<KepRecord>, findings: &mut Vec<Finding>) {
    let registry = context.registry;
    let home = registry.config.value.home.as_str();
    let Some(calendar) = registry.home_calendar() else {
        return;
    };

    let record = &entry.value;
    let Some(facts) = record.runtimes.get(home) else {
        return;
    };
    let (RuntimeState::Released, Some(first), Some(since)) =
        (facts.state, facts.release, record.on_by_default_since())
    else {
        return;
    };
    if record.runtime_support.is_some()
        || matches!(
            record.status,
            Status::Rejected | Status::Withdrawn | Status::Replaced
        )
    {
        return;
    }
    let open: Vec<&Minor> = calendar
        .value
        .minors
        .iter()
        .filter(|minor| minor.release < first.release)
        .filter(|minor| is_supported(minor, context.today))
        .filter(|minor| minor.kubernetes.contains_key(&since))
        .filter(|minor| !facts.branches.contains_key(&minor.release))
        .collect();
    for minor in open {
        findings.push(finding(entry.file, record.number, home, minor, since));
    }
}

fn finding(
    file: crate::findings::sources::FileId,
    kep: u32,
    home: &str,
    minor: &Minor,
    since: Release,
) -> Finding {
    let until = minor
        .end_of_life
        .map_or_else(String::new, |end| format!(", supported until {end}"));
    Finding::new(file,
        Place::Value(Pointer::to("runtimes").key(home).key("release")),
        format!(
            "KEP-{kep} is on by default since Kubernetes {since}, and {home} {} has neither it nor a decision",
            minor.release
        ),
    )
    .note(format!("{home} {} is recommended for Kubernetes {since}{until}", minor.release))
    .help(format!(
        "add `branches = {{ \"{0}\" = \"{0}.N\" }}`, or `planned`, or `not-planned`",
        minor.release
    ))
}

/// Support ends by its date. A branch whose end is not known may have ended.
fn is_supported(minor: &Minor, today: Date) -> bool {
    let out = minor.released.is_some_and(|released| released <= today);
    out && minor.end_of_life.is_some_and(|end| end.latest() >= today)
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{RECORD, only};

    const ID: &str = "branch-undecided";
    const FACTS: &str = "[reached]\nstable = \"1.36\"\n[runtimes.containerd]\nstate = \"released\"\nrelease = \"2.3.0\"\n";

    fn branch(end: &str, facts: &str) -> String {
        let calendar = format!(
            "[[minors]]\nrelease = \"2.2\"\nreleased = 2025-11-05\n{end}kubernetes = {{ \"1.36\" = \"2.2.0\" }}\n\
             [[minors]]\nrelease = \"2.3\"\nreleased = 2026-04-30\n"
        );
        let record = format!("{RECORD}{facts}");
        only(
            ID,
            &[
                ("sig-node/9001-a.toml", &record),
                ("releases/containerd.toml", &calendar),
            ],
        )
    }

    #[test]
    fn a_supported_branch_without_a_decision_is_shown() {
        insta::assert_snapshot!(branch("end-of-life = 2027-03-01\n", FACTS), @r#"
        warning[branch-undecided]: KEP-9001 is on by default since Kubernetes 1.36, and containerd 2.2 has neither it nor a decision
         --> sig-node/9001-a.toml:8:11
          |
        8 | release = "2.3.0"
          |           ^^^^^^^
          |
          = why: users of a Kubernetes release with the feature on by default run it with every branch that is recommended for it
          = note: containerd 2.2 is recommended for Kubernetes 1.36, supported until 2027-03-01
          = help: add `branches = { "2.2" = "2.2.N" }`, or `planned`, or `not-planned`
        "#);
    }

    #[test]
    fn a_decision_or_the_end_of_support_is_fine() {
        let decided = format!("{FACTS}branches = {{ \"2.2\" = \"not-planned\" }}\n");
        assert_eq!(branch("end-of-life = 2027-03-01\n", &decided), "");
        assert_eq!(branch("end-of-life = 2026-11-06\n", FACTS), "");
    }

    #[test]
    fn without_a_known_end_or_a_known_default_nobody_knows() {
        assert_eq!(branch("", FACTS), "");
        let beta = FACTS.replace("stable", "beta");
        assert_eq!(branch("end-of-life = 2027-03-01\n", &beta), "");
    }
}
