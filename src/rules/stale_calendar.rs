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
        Part {
            reads: Reads::config(&["runtimes", "policy"])
                .and_lists(&[FileKind::Kubernetes, FileKind::Runtime]),
            check: Check::Registry(lagging),
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

/// A runtime that is numbered as Kubernetes has a minor for each of its releases; where the newest is missing, nobody looked.
fn lagging(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let registry = context.registry;
    let cycles = registry
        .kubernetes
        .iter()
        .flat_map(|calendar| &calendar.value.cycles);
    let tolerance = registry.config.value.policy.tolerance_days;
    let shipped = cycles.filter_map(|cycle| {
        let day = cycle.released?;
        (day.plus_days(tolerance) < context.today).then_some((cycle.release, day))
    });
    let Some((newest, day)) = shipped.max() else {
        return;
    };
    let runtimes = registry.config.value.runtimes.iter();
    for runtime in runtimes.filter(|runtime| runtime.numbered_as_kubernetes) {
        let name = runtime.name.as_str();
        let Some(calendar) = registry.runtimes.get(name) else {
            continue;
        };
        let minors = calendar.value.minors.iter().enumerate();
        let last = minors.max_by_key(|(_, minor)| minor.release);
        let Some((index, last)) = last.filter(|(_, last)| last.release < newest) else {
            continue;
        };
        let at = Pointer::to("minors").index(index).key("release");
        let message = format!(
            "{name} is numbered as Kubernetes, whose {newest} shipped on {day}, and the calendar ends with {}",
            last.release
        );
        findings.push(
            Finding::new(calendar.file, Place::Value(at), message)
                .label("the last one that it knows")
                .help(format!(
                    "add `[[minors]]` with `release = \"{newest}\"`; `kepherd releases pull --runtime {name} --repo CLONE` reads what is out"
                )),
        );
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
    fn a_runtime_that_is_numbered_as_kubernetes_has_its_newest_release() {
        let with = |last: &str| {
            let cycles = "[[cycles]]\nrelease = \"1.37\"\nreleased = 2026-08-26\n\n[[cycles]]\nrelease = \"1.38\"\nplanned = 2026-12-16\n";
            let minors = format!(
                "[[minors]]\nrelease = \"1.35\"\nreleased = 2025-12-22\n\n[[minors]]\nrelease = \"{last}\"\n"
            );
            let files = [
                ("releases/kubernetes.toml", cycles),
                ("releases/cri-o.toml", minors.as_str()),
            ];
            only(ID, &files)
        };
        insta::assert_snapshot!(with("1.36"), @r#"
        warning[stale-calendar]: cri-o is numbered as Kubernetes, whose 1.37 shipped on 2026-08-26, and the calendar ends with 1.36
         --> releases/cri-o.toml:6:11
          |
        6 | release = "1.36"
          |           ^^^^^^ the last one that it knows
          |
          = why: labels, milestones and the policy follow the calendar: while it is behind, they say what is no longer so
          = help: add `[[minors]]` with `release = "1.37"`; `kepherd releases pull --runtime cri-o --repo CLONE` reads what is out
        "#);
        assert_eq!(with("1.37"), "");
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
