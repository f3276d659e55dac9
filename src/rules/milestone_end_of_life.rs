//! `milestone-end-of-life`: the targeted minor is not supported any more.

use super::milestone_released::move_on;
use super::{Check, Context, Example, ExampleBeside, Group, PROCESS, Part, Reads, Rule};
use crate::findings::diagnostic::{Finding, Level, Place, Pointer, RuleId};
use crate::registry::Entry;
use crate::registry::kep::KepRecord;
use crate::registry::schema::FileKind;

pub(super) const RULE: Rule = Rule {
    id: RuleId("milestone-end-of-life"),
    group: Group::Process,
    level: Level::Warning,
    summary: "the milestone's support has ended, and the record does not say that the feature is in it",
    why: "nothing is released on a branch whose support has ended, so the work needs another release",
    source: PROCESS,
    example: Example {
        wrong: &[
            (
                "sig-node/9001-pod-lullabies.toml",
                r#"number = 9001
title = "Pod Lullabies"
status = "implementable"
milestone = "2.2"
"#,
            ),
            (
                "releases/containerd.toml",
                r#"[[minors]]
release = "2.2"
released = 2025-11-06
end-of-life = 2026-11-06
"#,
            ),
        ],
        beside: ExampleBeside::Nothing,
        fine: &[(
            "sig-node/9001-pod-lullabies.toml",
            r#"number = 9001
title = "Pod Lullabies"
status = "implementable"
milestone = "2.5"
"#,
        )],
    },
    remedy: "Record the release that has the feature, or move `milestone` to a minor that is still to come.",
    parts: &[Part {
        reads: Reads::kep(&[
            KepRecord::GOING_ON,
            &["milestone", "runtimes", "runtime-support"],
        ])
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
    let minor = record
        .milestone
        .and_then(|milestone| calendar.value.minor(milestone));
    // A branch whose end is not known is not known to have ended.
    let Some((minor, end)) = minor.and_then(|minor| Some((minor, minor.end_of_life?))) else {
        return;
    };
    if end.latest() >= context.today
        || !record.is_going_on()
        || record.runtime_support.is_some()
        || record.is_released_in(home, minor.release)
    {
        return;
    }
    findings.push(
        Finding::new(
            entry.file,
            Place::Value(Pointer::to("milestone")),
            format!(
                "support of {home} {} ended {} {end}",
                minor.release,
                if end.is_month() { "in" } else { "on" }
            ),
        )
        .help(move_on(context)),
    );
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{RECORD, only};

    const ID: &str = "milestone-end-of-life";

    fn ending(end: &str) -> String {
        let calendar = format!("[[minors]]\nrelease = \"2.2\"\nreleased = 2025-11-05\n{end}");
        let record = format!("{RECORD}milestone = \"2.2\"\n");
        only(
            ID,
            &[
                ("sig-node/9001-a.toml", &record),
                ("releases/containerd.toml", &calendar),
            ],
        )
    }

    #[test]
    fn a_milestone_without_support_is_shown() {
        insta::assert_snapshot!(ending("end-of-life = 2026-11-06\n"), @r#"
        warning[milestone-end-of-life]: support of containerd 2.2 ended on 2026-11-06
         --> sig-node/9001-a.toml:4:13
          |
        4 | milestone = "2.2"
          |             ^^^^^
          |
          = why: nothing is released on a branch whose support has ended, so the work needs another release
          = help: record the release that has the feature, or move `milestone` to a minor that is still to come
        "#);
    }

    #[test]
    fn on_its_last_day_a_branch_is_supported_and_a_month_ends_with_its_last_day() {
        assert_eq!(ending("end-of-life = 2026-11-22\n"), "");
        assert_eq!(ending("end-of-life = \"2026-11\"\n"), "");
    }

    #[test]
    fn an_end_that_is_not_known_has_not_come() {
        assert_eq!(ending(""), "");
    }
}
