//! `target-passed`: the target shipped before the facts were read, and the record still aims at it.

use super::{Check, Context, Example, ExampleBeside, Group, PROCESS, Part, Reads, Rule};
use crate::findings::diagnostic::{Finding, Level, Place, Pointer, RuleId};
use crate::registry::Entry;
use crate::registry::kep::KepRecord;
use crate::registry::schema::FileKind;

pub(super) const RULE: Rule = Rule {
    id: RuleId("target-passed"),
    group: Group::Process,
    level: Level::Warning,
    summary: "the target had shipped when the record was last read from upstream, and is still aimed at",
    why: "a release that has shipped is a fact for `reached`, or the KEP moved on; the label should say which release is next",
    source: PROCESS,
    example: Example {
        wrong: &[(
            "sig-node/9001-pod-lullabies.toml",
            r#"number = 9001
title = "Pod Lullabies"
status = "implementable"
target = "1.37"
upstream-seen = 2026-09-30
"#,
        )],
        beside: ExampleBeside::Nothing,
        fine: &[(
            "sig-node/9001-pod-lullabies.toml",
            r#"number = 9001
title = "Pod Lullabies"
status = "implementable"
target = "1.38"
upstream-seen = 2026-09-30
"#,
        )],
    },
    remedy: "Write what shipped in `reached`, and the next release, if there is one, in `target`.",
    parts: &[Part {
        reads: Reads::kep(&[&["status", "target", "upstream-seen"]])
            .and_lists(&[FileKind::Kubernetes]),
        check: Check::Kep(check),
    }],
};

fn check(context: &Context<'_>, entry: &Entry<KepRecord>, findings: &mut Vec<Finding>) {
    let Some(calendar) = &context.registry.kubernetes else {
        return;
    };

    let record = &entry.value;
    // A record that was read before the release shipped could not know.
    let (Some(target), Some(seen)) = (record.target, record.upstream_seen) else {
        return;
    };
    let released = calendar
        .value
        .cycle(target)
        .and_then(|cycle| cycle.released);
    let Some(released) = released.filter(|day| *day < seen && record.status.is_live()) else {
        return;
    };
    findings.push(
        Finding::new(
            entry.file,
            Place::Value(Pointer::to("target")),
            format!(
                "KEP-{} still aims at Kubernetes {target}, which has shipped",
                record.number
            ),
        )
        .label(format!("released {released}"))
        .also(
            entry.file,
            Place::Value(Pointer::to("upstream-seen")),
            "the record was read after that",
        )
        .help(
            "write what shipped in `reached`, and the next release, if there is one, in `target`",
        ),
    );
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::in_record;

    const ID: &str = "target-passed";

    #[test]
    fn a_target_that_had_shipped_is_shown() {
        insta::assert_snapshot!(in_record(ID, "target = \"1.37\"\nupstream-seen = 2026-09-30\n"), @r#"
        warning[target-passed]: KEP-9001 still aims at Kubernetes 1.37, which has shipped
         --> sig-node/9001-a.toml:4:10
          |
        4 | target = "1.37"
          |          ^^^^^^ released 2026-08-26
        5 | upstream-seen = 2026-09-30
          |                 ---------- the record was read after that
          |
          = why: a release that has shipped is a fact for `reached`, or the KEP moved on; the label should say which release is next
          = help: write what shipped in `reached`, and the next release, if there is one, in `target`
        "#);
    }

    #[test]
    fn a_target_that_is_ahead_is_fine() {
        assert_eq!(
            in_record(ID, "target = \"1.38\"\nupstream-seen = 2026-09-30\n"),
            ""
        );
    }

    #[test]
    fn a_record_that_was_read_before_could_not_know() {
        assert_eq!(
            in_record(ID, "target = \"1.37\"\nupstream-seen = 2026-07-24\n"),
            ""
        );
        assert_eq!(in_record(ID, "target = \"1.37\"\n"), "");
    }
}
