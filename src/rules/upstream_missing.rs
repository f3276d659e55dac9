//! `upstream-missing`: a KEP that was read from upstream is not there any more.

use super::{Check, Context, Example, ExampleBeside, Group, Part, Reads, Rule, UPSTREAM};
use crate::findings::diagnostic::{Finding, Level, Place, Pointer, RuleId};
use crate::registry::Entry;
use crate::registry::kep::KepRecord;
use crate::sources::upstream::snapshot::Upstream;
use crate::sources::upstream::snapshot::UpstreamKep;

pub(super) const RULE: Rule = Rule {
    id: RuleId("upstream-missing"),
    group: Group::Upstream,
    level: Level::Warning,
    summary: "a record was read from upstream, and its KEP is not there any more",
    why: "a KEP that left kubernetes/enhancements was withdrawn, merged into another one or moved, and its tracking issue should say so",
    source: UPSTREAM,
    example: Example {
        wrong: &[(
            "sig-node/9001-pod-lullabies.toml",
            r#"number = 9001
title = "Pod Lullabies"
status = "implementable"
upstream-seen = 2026-09-30
"#,
        )],
        beside: ExampleBeside::Upstream {
            day: "2026-10-31",
            keps: &[],
        },
        fine: &[(
            "sig-node/9001-pod-lullabies.toml",
            r#"number = 9001
title = "Pod Lullabies"
status = "implementable"
"#,
        )],
    },
    remedy: "Find out what became of it, and write that in `status`; if its kep.yaml was never merged, take `upstream-seen` out.",
    parts: &[Part {
        reads: Reads::kep(&[&["number", "upstream-seen"]]),
        check: Check::Upstream(check),
    }],
};

fn check(
    _: &Context<'_>,
    upstream: &Upstream,
    entry: &Entry<KepRecord>,
    findings: &mut Vec<Finding>,
) {
    let record = &entry.value;
    // A KEP whose kep.yaml has not merged is allowed; a commit from before it was read cannot tell.
    let Some(seen) = record.upstream_seen.filter(|seen| *seen <= upstream.date) else {
        return;
    };
    // A KEP that has another number now is for `upstream-renumbered`.
    let Some(UpstreamKep::Absent {
        before,
        renamed: None,
    }) = upstream.keps.get(&record.number)
    else {
        return;
    };
    let mut finding = Finding::new(
        entry.file,
        Place::Value(Pointer::to("number")),
        format!("KEP-{} is not upstream any more", record.number),
    )
    .label(format!("no folder of this number in {upstream}"))
    .also(
        entry.file,
        Place::Value(Pointer::to("upstream-seen")),
        "it was there on this day",
    );
    if let Some((file, place)) = before {
        finding = finding.also(*file, Place::Span(*place), format!("as it was on {seen}"));
    }
    findings.push(finding.help(
        "find out what became of it, and write that in `status`: withdrawn, rejected or replaced",
    ));
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{Enhancements, KEP_YAML, beside_upstream};

    const ID: &str = "upstream-missing";

    fn found(record: &str, day: &str, keps: &[(&str, &str)]) -> String {
        let enhancements = Enhancements {
            day,
            keps,
            before: Some(KEP_YAML),
        };
        beside_upstream(ID, record, &enhancements)
    }

    #[test]
    fn a_kep_that_left_is_shown_here_and_where_it_was() {
        insta::assert_snapshot!(found("upstream-seen = 2026-09-30\n", "2026-11-01", &[]), @"
        warning[upstream-missing]: KEP-9001 is not upstream any more
         --> sig-node/9001-a.toml:1:10
          |
        1 | number = 9001
          |          ^^^^ no folder of this number in kubernetes/enhancements at 0123456789 of 2026-11-01
        ...
        4 | upstream-seen = 2026-09-30
          |                 ---------- it was there on this day
          |
         ::: keps/sig-node/9001-a/kep.yaml @ 0123456789:2:13
          |
        2 | kep-number: 9001
          |             ---- as it was on 2026-09-30
          |
          = why: a KEP that left kubernetes/enhancements was withdrawn, merged into another one or moved, and its tracking issue should say so
          = help: find out what became of it, and write that in `status`: withdrawn, rejected or replaced
        ");
    }

    #[test]
    fn a_kep_yaml_that_has_not_merged_is_allowed() {
        assert_eq!(found("", "2026-11-01", &[]), "");
    }

    #[test]
    fn a_commit_from_before_it_was_read_cannot_tell() {
        assert_eq!(found("upstream-seen = 2026-09-30\n", "2026-09-01", &[]), "");
    }

    #[test]
    fn a_kep_with_another_number_is_not_missing() {
        let keps = [("keps/sig-node/9002-a", KEP_YAML)];
        assert_eq!(
            found("upstream-seen = 2026-09-30\n", "2026-11-01", &keps),
            ""
        );
    }
}
