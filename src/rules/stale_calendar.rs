//! `stale-calendar`: a day that was planned has passed, and the calendar does not say what became of it.

use super::{Check, Context, Example, ExampleBeside, Group, PROCESS, Part, Reads, Rule};
use crate::findings::diagnostic::{Finding, Level, Place, Pointer, RuleId};
use crate::findings::sources::FileId;
use crate::registry::schema::FileKind;
use crate::terms::{Date, PlannedDate, Release};

pub(super) const RULE: Rule = Rule {
    id: RuleId("stale-calendar"),
    group: Group::Process,
    level: Level::Warning,
    summary: "a planned day has passed, and the calendar does not say whether the release is out",
    why: "labels, milestones and the policy follow the calendar: while it is behind, they say what is no longer so",
    source: PROCESS,
    example: Example {
        wrong: &[(
            "releases/kubernetes.toml",
            r#"[[cycles]]
release = "1.37"
planned = 2026-08-26
"#,
        )],
        beside: ExampleBeside::Nothing,
        fine: &[(
            "releases/kubernetes.toml",
            r#"[[cycles]]
release = "1.37"
planned = 2026-08-26
released = 2026-08-26
"#,
        )],
    },
    remedy: "Write the day in `released`, or the new one in `planned`.",
    parts: &[
        Part {
            reads: Reads::NOTHING.and_lists(&[FileKind::Kubernetes]),
            check: Check::Registry(kubernetes),
        },
        Part {
            reads: Reads::NOTHING.and_lists(&[FileKind::Runtime]),
            check: Check::Registry(runtimes),
        },
    ],
};

fn kubernetes(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let Some(calendar) = &context.registry.kubernetes else {
        return;
    };
    for (index, cycle) in calendar.value.cycles.iter().enumerate() {
        let behind = Behind {
            file: calendar.file,
            at: Pointer::to("cycles").index(index),
            of: "Kubernetes",
            release: cycle.release,
        };
        findings.extend(behind.by(context.today, cycle.planned, cycle.released));
    }
}

fn runtimes(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for (name, calendar) in &context.registry.runtimes {
        for (index, minor) in calendar.value.minors.iter().enumerate() {
            let behind = Behind {
                file: calendar.file,
                at: Pointer::to("minors").index(index),
                of: name,
                release: minor.release,
            };
            findings.extend(behind.by(context.today, minor.planned, minor.released));
        }
    }
}

/// A release of a calendar.
struct Behind<'a> {
    file: FileId,
    at: Pointer,
    of: &'a str,
    release: Release,
}

impl Behind<'_> {
    /// What there is to say on a day.
    fn by(
        self,
        today: Date,
        planned: Option<PlannedDate>,
        released: Option<Date>,
    ) -> Option<Finding> {
        let planned = planned.filter(|planned| released.is_none() && planned.latest() < today)?;
        let Self {
            file,
            at,
            of,
            release,
        } = self;
        let message = format!(
            "{of} {release} was planned for {planned}, and the calendar does not say whether it is out"
        );
        Some(
            Finding::new(file, Place::Value(at.key("planned")), message)
                .label("this has passed")
                .help("write the day in `released`, or the new one in `planned`"),
        )
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::only;

    const ID: &str = "stale-calendar";

    fn kubernetes(more: &str) -> String {
        let text = format!("[[cycles]]\nrelease = \"1.37\"\n{more}");
        only(ID, &[("releases/kubernetes.toml", &text)])
    }

    #[test]
    fn a_planned_day_that_has_passed_is_shown() {
        insta::assert_snapshot!(kubernetes("planned = 2026-08-26\n"), @"
        warning[stale-calendar]: Kubernetes 1.37 was planned for 2026-08-26, and the calendar does not say whether it is out
         --> releases/kubernetes.toml:3:11
          |
        3 | planned = 2026-08-26
          |           ^^^^^^^^^^ this has passed
          |
          = why: labels, milestones and the policy follow the calendar: while it is behind, they say what is no longer so
          = help: write the day in `released`, or the new one in `planned`
        ");
        let minors = "[[minors]]\nrelease = \"2.4\"\nplanned = \"2026-08\"\n";
        insta::assert_snapshot!(only(ID, &[("releases/containerd.toml", minors)]), @r#"
        warning[stale-calendar]: containerd 2.4 was planned for 2026-08, and the calendar does not say whether it is out
         --> releases/containerd.toml:3:11
          |
        3 | planned = "2026-08"
          |           ^^^^^^^^^ this has passed
          |
          = why: labels, milestones and the policy follow the calendar: while it is behind, they say what is no longer so
          = help: write the day in `released`, or the new one in `planned`
        "#);
    }

    #[test]
    fn what_is_out_or_ahead_or_due_this_month_is_fine() {
        for more in [
            "planned = 2026-08-26\nreleased = 2026-08-26\n",
            "planned = 2027-08-26\n",
            "planned = \"2026-11\"\n",
            "",
        ] {
            assert_eq!(kubernetes(more), "", "{more}");
        }
    }
}
