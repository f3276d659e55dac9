//! `alpha-agreement`: the maintainers of every runtime agree before alpha merges.

use super::{CRI_POLICY, Check, Context, Example, ExampleBeside, Group, Part, Reads, Rule};
use crate::findings::diagnostic::{Finding, Level, Place, Pointer, RuleId};
use crate::registry::Entry;
use crate::registry::kep::KepRecord;
use crate::registry::schema::FileKind;
use crate::terms::Stage;

pub(super) const RULE: Rule = Rule {
    id: RuleId("alpha-agreement"),
    group: Group::Process,
    level: Level::Warning,
    summary: "alpha is ahead, and not every runtime's maintainers have agreed",
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
    let (Some(Stage::Alpha), Some(target), Some(design)) =
        (record.stage, record.target, &record.design)
    else {
        return;
    };
    // Without any name on record, nobody knows who has agreed.
    if design.approved_by.is_empty()
        || !record.is_going_on()
        || record.runtime_support.is_some()
        || calendar.value.is_released(target)
    {
        return;
    }
    let missing: Vec<&str> = registry
        .config
        .value
        .runtime_names()
        .filter(|name| !design.approved_by.contains_key(*name))
        .collect();
    if !missing.is_empty() {
        findings.push(
                Finding::new(entry.file,
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

#[cfg(test)]
mod tests {
    use crate::rules::testing::in_record;

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
}
