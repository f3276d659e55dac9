//! `missing-foundation`: what records name can be looked up.

use super::{Check, Context, Example, ExampleBeside, FORMAT, Group, Part, Reads, Rule};
use crate::findings::diagnostic::{Finding, Level, Place, Pointer, RuleId};
use crate::registry::Registry;
use crate::registry::schema::FileKind;
use crate::text::words::counted;

pub(super) const RULE: Rule = Rule {
    id: RuleId("missing-foundation"),
    group: Group::Process,
    level: Level::Error,
    summary: "records name people or releases, and the file that lists them is not there",
    why: "without it nobody knows whether a shepherd is a maintainer, or a release exists: rules fall silent, and nothing of it is written to \
          GitHub",
    source: FORMAT,
    example: Example {
        wrong: &[(
            "sig-node/9001-pod-lullabies.toml",
            r#"number = 9001
title = "Pod Lullabies"
status = "implementable"
shepherds = ["mikebrow", "samuelkarp"]
"#,
        )],
        beside: ExampleBeside::Without(&["maintainers.toml"]),
        fine: &[
            (
                "sig-node/9001-pod-lullabies.toml",
                r#"number = 9001
title = "Pod Lullabies"
status = "implementable"
shepherds = ["mikebrow", "samuelkarp"]
"#,
            ),
            (
                "maintainers.toml",
                r#"[[maintainers]]
github = "mikebrow"
role = "committer"

[[maintainers]]
github = "samuelkarp"
role = "committer"
"#,
            ),
        ],
    },
    remedy: "Bring the file back, or begin it: `kepherd maintainers pull` and the format of `releases/kubernetes.toml`.",
    parts: &[
        Part {
            reads: Reads::NOTHING.and_lists(&[FileKind::Roster]),
            check: Check::Registry(roster),
        },
        Part {
            reads: Reads::NOTHING.and_lists(&[FileKind::Kubernetes]),
            check: Check::Registry(calendar),
        },
    ],
};

fn roster(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let keps = context
        .keps()
        .filter(|entry| !entry.value.shepherds.is_empty());
    let items = context
        .items()
        .filter(|entry| !entry.value.assignees.is_empty());
    let calendar = context.registry.kubernetes.iter();
    let cycles = calendar.flat_map(|calendar| &calendar.value.cycles);
    let is_named = cycles.clone().any(|cycle| !cycle.liaisons.is_empty());
    // A calendar that names liaisons counts as one more that names people.
    let naming = keps.count() + items.count() + usize::from(is_named);
    findings.extend(missing(
        context.registry,
        FileKind::Roster,
        "maintainers.toml",
        naming,
        ("names people", "name people"),
    ));
}

fn calendar(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let keps = context.keps().filter(|entry| entry.value.target.is_some());
    let items = context.items().filter(|entry| entry.value.target.is_some());
    let naming = keps.count() + items.count();
    findings.extend(missing(
        context.registry,
        FileKind::Kubernetes,
        "releases/kubernetes.toml",
        naming,
        ("aims at one of its releases", "aim at one of its releases"),
    ));
}

/// A file that is not there at all; one with mistakes is for `schema`.
fn missing(
    registry: &Registry,
    kind: FileKind,
    path: &str,
    naming: usize,
    (one, many): (&str, &str),
) -> Option<Finding> {
    if naming == 0 || !registry.lacks(kind) {
        return None;
    }
    let records = counted(naming, "record");
    let message = format!(
        "`{path}` is not there, and {records} {}",
        if naming == 1 { one } else { many }
    );
    let remedy = match kind {
        FileKind::Roster => {
            "bring it back, or begin it: `kepherd maintainers pull --file MAINTAINERS`, or `--repo CLONE`"
        }
        _ => {
            "bring it back, or begin it: `kepherd new cycle RELEASE` for each that a record aims at, then its dates"
        }
    };
    Some(
        Finding::new(
            registry.config.file,
            Place::Value(Pointer::to("home")),
            message,
        )
        .help(remedy),
    )
}

#[cfg(test)]
mod tests {
    use crate::rules::ExampleBeside;
    use crate::rules::testing::{RECORD, beside};

    const ID: &str = "missing-foundation";

    fn without(gone: &'static [&'static str], lines: &str) -> String {
        let record = format!("{RECORD}{lines}");
        beside(
            ID,
            &[("sig-node/9001-a.toml", &record)],
            &ExampleBeside::Without(gone),
        )
    }

    #[test]
    fn a_list_that_records_need_is_missed() {
        insta::assert_snapshot!(without(&["maintainers.toml"], "shepherds = [\"nobody\"]\n"), @r#"
        error[missing-foundation]: `maintainers.toml` is not there, and 1 record names people
         --> registry.toml:1:8
          |
        1 | home = "containerd"
          |        ^^^^^^^^^^^^
          |
          = why: without it nobody knows whether a shepherd is a maintainer, or a release exists: rules fall silent, and nothing of it is written to GitHub
          = help: bring it back, or begin it: `kepherd maintainers pull --file MAINTAINERS`, or `--repo CLONE`
        "#);
        insta::assert_snapshot!(without(&["releases/kubernetes.toml"], "target = \"1.83\"\n"), @r#"
        error[missing-foundation]: `releases/kubernetes.toml` is not there, and 1 record aims at one of its releases
         --> registry.toml:1:8
          |
        1 | home = "containerd"
          |        ^^^^^^^^^^^^
          |
          = why: without it nobody knows whether a shepherd is a maintainer, or a release exists: rules fall silent, and nothing of it is written to GitHub
          = help: bring it back, or begin it: `kepherd new cycle RELEASE` for each that a record aims at, then its dates
        "#);
    }

    #[test]
    fn what_nobody_needs_may_be_absent() {
        assert_eq!(
            without(&["maintainers.toml", "releases/kubernetes.toml"], ""),
            ""
        );
        assert_eq!(
            without(&[], "target = \"1.38\"\nshepherds = [\"mikebrow\"]\n"),
            ""
        );
    }
}
