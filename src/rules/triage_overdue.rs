//! `triage-overdue`: a KEP is triaged before the enhancements freeze of its target.

use super::{Check, Context, Example, ExampleBeside, Group, PROCESS, Part, Reads, Rule};
use crate::findings::diagnostic::{Finding, Level, Place, Pointer, RuleId};
use crate::registry::schema::FileKind;
use crate::registry::tracked::Tracked;
use crate::terms::Triage;

pub(super) const RULE: Rule = Rule {
    id: RuleId("triage-overdue"),
    group: Group::Process,
    level: Level::Warning,
    summary: "triage is pending after the enhancements freeze of the target",
    why: "maintainers triage tracking issues, and after the enhancements freeze the scope of the release is set",
    source: PROCESS,
    example: Example {
        wrong: &[
            (
                "sig-node/9001-pod-lullabies.toml",
                r#"number = 9001
title = "Pod Lullabies"
status = "implementable"
triage = "pending"
target = "1.38"
"#,
            ),
            (
                "releases/kubernetes.toml",
                r#"[[cycles]]
release = "1.37"
released = 2026-08-26

[[cycles]]
release = "1.38"
enhancements-freeze = 2026-09-30T12:00:00Z
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
triage = "accepted"
target = "1.38"
"#,
            ),
            (
                "releases/kubernetes.toml",
                r#"[[cycles]]
release = "1.37"
released = 2026-08-26

[[cycles]]
release = "1.38"
enhancements-freeze = 2026-09-30T12:00:00Z
"#,
            ),
        ],
    },
    remedy: "Write `accepted` or `declined` in `triage`, or move `target` to a release that is still open.",
    parts: &[Part {
        reads: Reads::kep(&[&["status", "triage", "target"]])
            .and_item(&[&["triage", "target"]])
            .and_lists(&[FileKind::Kubernetes]),
        check: Check::Tracked(check),
    }],
};

fn check(context: &Context<'_>, record: Tracked<'_>, findings: &mut Vec<Finding>) {
    let name = match record {
        Tracked::Kep(entry) if entry.value.status.is_live() => record.subject().to_string(),
        Tracked::Kep(_) => return,
        Tracked::Item(entry) => format!("work item `{}`", entry.value.id),
    };
    let calendar = context.registry.kubernetes.as_ref();
    let freeze = record.target().and_then(|target| {
        let cycle = calendar?.value.cycle(target)?;
        Some((target, cycle.enhancements_freeze?.date()))
    });
    let Some((target, freeze)) = freeze else {
        return;
    };
    if record.triage() != Some(Triage::Pending) || freeze >= context.today {
        return;
    }
    findings.push(
        Finding::new(
            record.file(),
            Place::Value(Pointer::to("triage")),
            format!("{name} waits for triage, and the enhancements freeze of Kubernetes {target} was on {freeze}"),
        )
        .also(record.file(), Place::Value(Pointer::to("target")), "its target")
        .help("write `accepted` or `declined`, or move `target` to a release that is still open"),
    );
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{RECORD, only};

    const ID: &str = "triage-overdue";

    fn frozen(freeze: &str, triage: &str) -> String {
        let calendar = format!("[[cycles]]\nrelease = \"1.38\"\n{freeze}");
        let record = format!("{RECORD}target = \"1.38\"\n{triage}");
        only(
            ID,
            &[
                ("sig-node/9001-a.toml", &record),
                ("releases/kubernetes.toml", &calendar),
            ],
        )
    }

    #[test]
    fn pending_after_the_freeze_is_shown() {
        insta::assert_snapshot!(frozen("enhancements-freeze = 2026-09-30T12:00:00Z\n", "triage = \"pending\"\n"), @r#"
        warning[triage-overdue]: KEP-9001 waits for triage, and the enhancements freeze of Kubernetes 1.38 was on 2026-09-30
         --> sig-node/9001-a.toml:5:10
          |
        4 | target = "1.38"
          |          ------ its target
        5 | triage = "pending"
          |          ^^^^^^^^^
          |
          = why: maintainers triage tracking issues, and after the enhancements freeze the scope of the release is set
          = help: write `accepted` or `declined`, or move `target` to a release that is still open
        "#);
    }

    #[test]
    fn on_the_day_of_the_freeze_and_after_triage_it_is_fine() {
        assert_eq!(
            frozen(
                "enhancements-freeze = 2026-11-22T12:00:00Z\n",
                "triage = \"pending\"\n"
            ),
            ""
        );
        assert_eq!(
            frozen(
                "enhancements-freeze = 2026-09-30T12:00:00Z\n",
                "triage = \"accepted\"\n"
            ),
            ""
        );
    }

    #[test]
    fn what_is_not_known_is_not_overdue() {
        assert_eq!(frozen("", "triage = \"pending\"\n"), "");
        assert_eq!(
            frozen("enhancements-freeze = 2026-09-30T12:00:00Z\n", ""),
            ""
        );
    }
}
