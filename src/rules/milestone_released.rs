//! `milestone-released`: the targeted minor has shipped, and the record does not say that the feature is in it.

use super::policy::next_minor;
use super::{Check, Context, Example, ExampleBeside, Group, PROCESS, Part, Reads, Rule};
use crate::findings::diagnostic::{Finding, Level, Place, Pointer, RuleId};
use crate::registry::Entry;
use crate::registry::kep::KepRecord;
use crate::registry::schema::FileKind;

pub(super) const RULE: Rule = Rule {
    id: RuleId("milestone-released"),
    group: Group::Process,
    level: Level::Warning,
    summary: "the milestone has shipped, and the record does not say that the feature is in it",
    why: "the milestone is the release that the work is planned for; it stays once that has shipped with the feature",
    source: PROCESS,
    example: Example {
        wrong: &[(
            "sig-node/9001-pod-lullabies.toml",
            r#"number = 9001
title = "Pod Lullabies"
status = "implementable"
milestone = "2.4"
"#,
        )],
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
    remedy: "Record the release that has the feature, or move `milestone` to the next minor.",
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
    let Some(milestone) = record.milestone else {
        return;
    };
    let Some(minor) = calendar.value.minor(milestone) else {
        return;
    };
    let Some(released) = minor.released.filter(|day| *day <= context.today) else {
        return;
    };
    // After its end, `milestone-end-of-life` speaks.
    let over = minor
        .end_of_life
        .is_some_and(|end| end.latest() < context.today);
    if over
        || !record.is_going_on()
        || record.runtime_support.is_some()
        || record.is_released_in(home, milestone)
    {
        return;
    }
    let finding = Finding::new(
        entry.file,
        Place::Value(Pointer::to("milestone")),
        format!(
            "{home} {milestone} has shipped, and the record does not say that KEP-{} is in it",
            record.number
        ),
    )
    .label(format!("released {released}"));
    let finding = match record.runtimes.get(home) {
        Some(_) => finding.also(
            entry.file,
            Place::Value(Pointer::to("runtimes").key(home).key("state")),
            "what is recorded",
        ),
        None => finding.note(format!("what {home} has is not recorded")),
    };
    findings.push(finding.help(move_on(context)));
}

/// What to do: with the number of the next minor, where that is known.
pub(super) fn move_on(context: &Context<'_>) -> String {
    let home = context.registry.config.value.home.as_str();
    match next_minor(context.registry, home, context.today) {
        Some(next) => format!(
            "record the release that has the feature, or move `milestone` to {}, the next minor",
            next.release
        ),
        None => "record the release that has the feature, or move `milestone` to a minor that is still to come".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::in_record;

    const ID: &str = "milestone-released";

    #[test]
    fn a_shipped_milestone_without_the_feature_is_shown() {
        insta::assert_snapshot!(in_record(ID, "milestone = \"2.4\"\n[runtimes.containerd]\nstate = \"merged\"\n"), @r#"
        warning[milestone-released]: containerd 2.4 has shipped, and the record does not say that KEP-9001 is in it
         --> sig-node/9001-a.toml:4:13
          |
        4 | milestone = "2.4"
          |             ^^^^^ released 2026-09-16
        5 | [runtimes.containerd]
        6 | state = "merged"
          |         -------- what is recorded
          |
          = why: the milestone is the release that the work is planned for; it stays once that has shipped with the feature
          = help: record the release that has the feature, or move `milestone` to 2.5, the next minor
        "#);
    }

    #[test]
    fn of_what_is_not_recorded_it_says_so() {
        assert!(
            in_record(ID, "milestone = \"2.4\"\n")
                .contains("note: what containerd has is not recorded")
        );
    }

    #[test]
    fn a_milestone_that_has_it_or_is_still_ahead_is_fine() {
        assert_eq!(
            in_record(
                ID,
                "milestone = \"2.4\"\n[runtimes.containerd]\nstate = \"released\"\nrelease = \"2.4.0\"\n"
            ),
            ""
        );
        assert_eq!(in_record(ID, "milestone = \"2.5\"\n"), "");
    }
}
