//! `stale-record`: the release that a record aims at has shipped since anybody looked at it.

use super::{Check, Context, Example, ExampleBeside, Group, PROCESS, Part, Reads, Rule};
use crate::findings::diagnostic::{Finding, Level, Place, Pointer, RuleId};
use crate::registry::Entry;
use crate::registry::kep::KepRecord;
use crate::registry::schema::FileKind;

pub(super) const RULE: Rule = Rule {
    id: RuleId("stale-record"),
    group: Group::Process,
    level: Level::Warning,
    summary: "the target has shipped since the record was last read from upstream",
    why: "nobody has read upstream since: whether the KEP made that release or moved on is not in it, and its label says what is past",
    source: PROCESS,
    example: Example {
        wrong: &[(
            "sig-node/9001-pod-lullabies.toml",
            r#"number = 9001
title = "Pod Lullabies"
status = "implementable"
target = "1.37"
upstream-seen = 2026-07-24
"#,
        )],
        beside: ExampleBeside::Nothing,
        fine: &[(
            "sig-node/9001-pod-lullabies.toml",
            r#"number = 9001
title = "Pod Lullabies"
status = "implementable"
target = "1.38"
upstream-seen = 2026-07-24
"#,
        )],
    },
    remedy: "Read what upstream says since, with `kepherd upstream pull`; or write what shipped in `reached`, and the next release in `target`.",
    parts: &[Part {
        reads: Reads::kep(&[&["number", "status", "target", "upstream-seen"]])
            .and_lists(&[FileKind::Kubernetes]),
        check: Check::Kep(check),
    }],
};

fn check(context: &Context<'_>, entry: &Entry<KepRecord>, findings: &mut Vec<Finding>) {
    let Some(calendar) = &context.registry.kubernetes else {
        return;
    };
    let record = &entry.value;
    let Some(target) = record.target.filter(|_| record.status.is_live()) else {
        return;
    };
    let cycle = calendar.value.cycle(target);
    let Some(released) = cycle.and_then(|cycle| cycle.released) else {
        return;
    };
    let seen = record.upstream_seen;
    // What was read after the release is for `target-passed`.
    if released > context.today || seen.is_some_and(|seen| seen > released) {
        return;
    }
    let number = record.number;
    let finding = Finding::new(
        entry.file,
        Place::Value(Pointer::to("target")),
        format!("KEP-{number} aims at Kubernetes {target}, which has shipped since anybody read what upstream says"),
    )
    .label(format!("released {released}"));
    let finding = match seen {
        Some(_) => finding.also(
            entry.file,
            Place::Value(Pointer::to("upstream-seen")),
            "the record was last read before that",
        ),
        None => finding.note("the record was never read from upstream"),
    };
    findings.push(finding.help(format!(
        "`kepherd upstream pull --repo CLONE --kep {number}` reads what upstream says since, from a clone that is newer than that; or write what shipped in `reached`, and the next \
         release in `target`"
    )));
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::in_record;

    const ID: &str = "stale-record";

    #[test]
    fn a_target_that_shipped_since_is_shown() {
        insta::assert_snapshot!(in_record(ID, "target = \"1.37\"\nupstream-seen = 2026-07-24\n"), @r#"
        warning[stale-record]: KEP-9001 aims at Kubernetes 1.37, which has shipped since anybody read what upstream says
         --> sig-node/9001-a.toml:4:10
          |
        4 | target = "1.37"
          |          ^^^^^^ released 2026-08-26
        5 | upstream-seen = 2026-07-24
          |                 ---------- the record was last read before that
          |
          = why: nobody has read upstream since: whether the KEP made that release or moved on is not in it, and its label says what is past
          = help: `kepherd upstream pull --repo CLONE --kep 9001` reads what upstream says since, from a clone that is newer than that; or write what shipped in `reached`, and the next release in `target`
        "#);
        insta::assert_snapshot!(in_record(ID, "target = \"1.37\"\n"), @r#"
        warning[stale-record]: KEP-9001 aims at Kubernetes 1.37, which has shipped since anybody read what upstream says
         --> sig-node/9001-a.toml:4:10
          |
        4 | target = "1.37"
          |          ^^^^^^ released 2026-08-26
          |
          = why: nobody has read upstream since: whether the KEP made that release or moved on is not in it, and its label says what is past
          = note: the record was never read from upstream
          = help: `kepherd upstream pull --repo CLONE --kep 9001` reads what upstream says since, from a clone that is newer than that; or write what shipped in `reached`, and the next release in `target`
        "#);
    }

    #[test]
    fn what_is_ahead_or_was_read_since_or_is_over_is_fine() {
        for lines in [
            "target = \"1.38\"\nupstream-seen = 2026-07-24\n",
            "target = \"1.37\"\nupstream-seen = 2026-09-30\n",
            "upstream-seen = 2026-07-24\n",
        ] {
            assert_eq!(in_record(ID, lines), "", "{lines}");
        }
    }
}
