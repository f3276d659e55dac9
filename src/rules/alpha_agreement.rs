//! `alpha-agreement`: the maintainers of every runtime agree before alpha merges.

use super::{CRI_POLICY, Check, Context, Example, ExampleBeside, Group, Part, Reads, Rule};
use crate::findings::diagnostic::{Finding, Level, Place, Pointer, RuleId};
use crate::registry::Entry;
use crate::registry::kep::KepRecord;
use crate::registry::schema::FileKind;
use crate::terms::{Date, Release, Stage};

pub(super) const RULE: Rule = Rule {
    id: RuleId("alpha-agreement"),
    group: Group::Process,
    level: Level::Warning,
    summary: "alpha is ahead, and not every runtime's maintainers are on record as agreeing",
    why: "a KEP's pull request needs the agreement of both runtimes' maintainers before alpha merges (the CRI development policy)",
    source: CRI_POLICY,
    example: Example {
        wrong: &[(
            "sig-node/9001-pod-lullabies.toml",
            r#"number = 9001
title = "Pod Lullabies"
status = "implementable"
stage = "alpha"
target = "1.38"

[design]
approved-by = { containerd = "mikebrow" }
"#,
        )],
        beside: ExampleBeside::Nothing,
        fine: &[(
            "sig-node/9001-pod-lullabies.toml",
            r#"number = 9001
title = "Pod Lullabies"
status = "implementable"
stage = "alpha"
target = "1.38"

[design]
approved-by = { containerd = "mikebrow", cri-o = "haircommander" }
"#,
        )],
    },
    remedy: "Ask the other runtime's maintainers for a review of the KEP, and record who agreed in `design.approved-by`.",
    parts: &[Part {
        reads: Reads::kep(&[
            KepRecord::GOING_ON,
            &["stage", "target", "design", "runtime-support"],
        ])
        .and_config(&["runtimes"])
        .and_lists(&[FileKind::Kubernetes]),
        check: Check::Kep(check),
    }],
};

fn check(context: &Context<'_>, entry: &Entry<KepRecord>, findings: &mut Vec<Finding>) {
    let registry = context.registry;
    let Some(calendar) = &registry.kubernetes else {
        return;
    };
    let record = &entry.value;
    let (Some(Stage::Alpha), Some(target)) = (record.stage, record.target) else {
        return;
    };
    if !record.is_going_on()
        || record.runtime_support.is_some()
        || calendar.value.is_released(target)
    {
        return;
    }
    let agreed = record.design.as_ref().map(|design| &design.approved_by);
    let Some(agreed) = agreed.filter(|agreed| !agreed.is_empty()) else {
        // Nobody knows who has agreed, and until the freeze nobody has to have. Before triage that is not asked either.
        let cycle = calendar.value.cycle(target);
        let freeze = cycle.and_then(|cycle| cycle.enhancements_freeze);
        let passed = freeze.filter(|freeze| freeze.date() < context.today);
        if let Some(freeze) = passed.filter(|_| record.is_taken_on()) {
            findings.push(nothing_recorded(entry, target, freeze.date()));
        }
        return;
    };
    let missing: Vec<&str> = registry
        .config
        .value
        .runtime_names()
        .filter(|name| !agreed.contains_key(*name))
        .collect();
    if !missing.is_empty() {
        findings.push(
            Finding::new(
                entry.file,
                Place::Value(Pointer::to("design").key("approved-by")),
                format!(
                    "nobody of {} is on record as agreeing with KEP-{}, which aims at alpha in {target}",
                    missing.join(" and "),
                    record.number
                ),
            )
            .help("ask its maintainers for a review of the KEP, and record who agreed"),
        );
    }
}

/// That after the freeze nobody is on record.
fn nothing_recorded(entry: &Entry<KepRecord>, target: Release, freeze: Date) -> Finding {
    Finding::new(
        entry.file,
        Place::Value(Pointer::to("target")),
        format!(
            "nobody is on record as agreeing with KEP-{}, which aims at alpha in {target}",
            entry.value.number
        ),
    )
    .label(format!("its enhancements freeze was on {freeze}"))
    .help("record who agreed, in `[design] approved-by`; or ask each runtime's maintainers for a review of the KEP")
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{RECORD, in_record, only};

    const ID: &str = "alpha-agreement";
    const ALPHA: &str = "stage = \"alpha\"\ntarget = \"1.38\"\n";

    #[test]
    fn a_runtime_that_has_not_agreed_is_named() {
        insta::assert_snapshot!(
            in_record(ID, &format!("{ALPHA}[design]\napproved-by = {{ containerd = \"mikebrow\" }}\n")),
            @r#"
        warning[alpha-agreement]: nobody of cri-o is on record as agreeing with KEP-9001, which aims at alpha in 1.38
         --> sig-node/9001-a.toml:7:15
          |
        7 | approved-by = { containerd = "mikebrow" }
          |               ^^^^^^^^^^^^^^^^^^^^^^^^^^^
          |
          = why: a KEP's pull request needs the agreement of both runtimes' maintainers before alpha merges (the CRI development policy)
          = help: ask its maintainers for a review of the KEP, and record who agreed
        "#
        );
    }

    #[test]
    fn both_are_enough() {
        let both =
            "[design]\napproved-by = { containerd = \"mikebrow\", cri-o = \"haircommander\" }\n";
        assert_eq!(in_record(ID, &format!("{ALPHA}{both}")), "");
    }

    #[test]
    fn without_a_record_of_the_design_nobody_knows() {
        assert_eq!(in_record(ID, ALPHA), "");
        assert_eq!(
            in_record(ID, &format!("{ALPHA}[design]\nconsensus = \"open\"\n")),
            ""
        );
    }

    #[test]
    fn after_the_freeze_somebody_has_to_be_on_record_for_what_was_taken_on() {
        let with = |lines: &str, freeze: &str| {
            let record = format!("{RECORD}{ALPHA}{lines}");
            let calendar = format!(
                "[[cycles]]\nrelease = \"1.38\"\nplanned = 2026-12-16\nenhancements-freeze = {freeze}\n"
            );
            let files = [
                ("sig-node/9001-a.toml", record.as_str()),
                ("releases/kubernetes.toml", &calendar),
            ];
            only(ID, &files)
        };
        let passed = "2026-09-30T12:00:00Z";
        insta::assert_snapshot!(with("triage = \"accepted\"\n", passed), @r#"
        warning[alpha-agreement]: nobody is on record as agreeing with KEP-9001, which aims at alpha in 1.38
         --> sig-node/9001-a.toml:5:10
          |
        5 | target = "1.38"
          |          ^^^^^^ its enhancements freeze was on 2026-09-30
          |
          = why: a KEP's pull request needs the agreement of both runtimes' maintainers before alpha merges (the CRI development policy)
          = help: record who agreed, in `[design] approved-by`; or ask each runtime's maintainers for a review of the KEP
        "#);
        for (lines, freeze) in [
            ("triage = \"accepted\"\n", "2026-12-01T12:00:00Z"),
            ("triage = \"pending\"\n", passed),
            ("", passed),
            (
                "triage = \"accepted\"\nruntime-support = \"none\"\n",
                passed,
            ),
        ] {
            assert_eq!(with(lines, freeze), "", "{lines} {freeze}");
        }
    }
}
