//! `triage-overdue`: a KEP is triaged before the enhancements freeze of its target.

use super::{Context, Group, PROCESS, Rule};
use crate::findings::diagnostic::{Finding, Level, Place, Pointer, RuleId};
use crate::registry::Registry;
use crate::terms::{Release, Triage};

pub(super) const RULE: Rule = Rule {
    id: RuleId("triage-overdue"),
    group: Group::Process,
    level: Level::Warning,
    summary: "triage is pending after the enhancements freeze of the target",
    why: "maintainers triage tracking issues, and after the enhancements freeze the scope of the release is set",
    source: PROCESS,
    example: "triage = \"pending\"\ntarget = \"1.38\"   # enhancements freeze 2026-09-30",
    remedy: "Write `accepted` or `declined` in `triage`, or move `target` to a release that is still open.",
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let registry = context.registry;
    for entry in &registry.keps {
        let record = &entry.value;
        if record.triage == Some(Triage::Pending) && record.status.is_live() {
            findings.extend(overdue(
                context,
                registry,
                entry.file,
                &format!("KEP-{}", record.number),
                record.target,
            ));
        }
    }
    for entry in &registry.items {
        let item = &entry.value;
        if item.triage == Some(Triage::Pending) {
            findings.extend(overdue(
                context,
                registry,
                entry.file,
                &format!("work item `{}`", item.id),
                item.target,
            ));
        }
    }
}

fn overdue(
    context: &Context<'_>,
    registry: &Registry,
    file: crate::findings::diagnostic::FileId,
    name: &str,
    target: Option<Release>,
) -> Option<Finding> {
    let target = target?;
    let cycle = registry.kubernetes.as_ref()?.value.cycle(target)?;
    let freeze = cycle.enhancements_freeze?.date();
    (freeze < context.today).then(|| {
        Finding::new(
            RULE.id,
            file,
            Place::Value(Pointer::to("triage")),
            format!("{name} waits for triage, and the enhancements freeze of Kubernetes {target} was on {freeze}"),
        )
        .also(file, Place::Value(Pointer::to("target")), "its target")
        .help("write `accepted` or `declined`, or move `target` to a release that is still open")
    })
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
