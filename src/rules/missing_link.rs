//! `missing-link`: what a runtime has is linked to where it can be seen.

use super::{Check, Context, Example, ExampleBeside, Group, PROCESS, Part, Reads, Rule};
use crate::findings::diagnostic::{Finding, Level, Place, Pointer, RuleId};
use crate::registry::Entry;
use crate::registry::kep::KepRecord;
use crate::terms::RuntimeState;

pub(super) const RULE: Rule = Rule {
    id: RuleId("missing-link"),
    group: Group::Process,
    level: Level::Note,
    summary: "a runtime has the feature, and no issue or pull request shows it",
    why: "the process links a KEP's status to its issue, its document, its pull requests and other tracking documents",
    source: PROCESS,
    example: Example {
        wrong: &[(
            "sig-node/9001-pod-lullabies.toml",
            r#"number = 9001
title = "Pod Lullabies"
status = "implementable"
triage = "accepted"

[runtimes.containerd]
state = "released"
release = "2.3.0"
"#,
        )],
        beside: ExampleBeside::Nothing,
        fine: &[(
            "sig-node/9001-pod-lullabies.toml",
            r#"number = 9001
title = "Pod Lullabies"
status = "implementable"
triage = "accepted"

[runtimes.containerd]
state = "released"
release = "2.3.0"
evidence = ["containerd/containerd#99002"]
"#,
        )],
    },
    remedy: "Name the pull request in `pull-requests`, or the evidence in the runtime's `evidence`.",
    parts: &[Part {
        reads: Reads::kep(&[KepRecord::TAKEN_ON, &["pull-requests", "runtimes"]]),
        check: Check::Kep(check),
    }],
};

fn check(_: &Context<'_>, entry: &Entry<KepRecord>, findings: &mut Vec<Finding>) {
    let record = &entry.value;
    if !record.pull_requests.is_empty() || !record.is_taken_on() {
        return;
    }
    for (name, facts) in &record.runtimes {
        let there = matches!(
            facts.state,
            RuntimeState::Experimental | RuntimeState::Merged | RuntimeState::Released
        );
        let shown =
            !facts.evidence.is_empty() || facts.parts.iter().any(|part| !part.evidence.is_empty());
        if there && !shown {
            findings.push(
                Finding::new(
                    entry.file,
                    Place::Value(Pointer::to("runtimes").key(name).key("state")),
                    format!(
                        "no issue or pull request shows that {name} has KEP-{}",
                        record.number
                    ),
                )
                .help("name the pull request in `pull-requests`, or in `evidence` here"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::in_record;

    const ID: &str = "missing-link";
    const MERGED: &str = "[runtimes.containerd]\nstate = \"merged\"\n";

    #[test]
    fn a_fact_without_a_link_is_noted() {
        insta::assert_snapshot!(in_record(ID, &format!("triage = \"accepted\"\n{MERGED}")), @r#"
        note[missing-link]: no issue or pull request shows that containerd has KEP-9001
         --> sig-node/9001-a.toml:6:9
          |
        6 | state = "merged"
          |         ^^^^^^^^
          |
          = why: the process links a KEP's status to its issue, its document, its pull requests and other tracking documents
          = help: name the pull request in `pull-requests`, or in `evidence` here
        "#);
    }

    #[test]
    fn evidence_or_a_pull_request_is_enough() {
        let evidence =
            format!("triage = \"accepted\"\n{MERGED}evidence = [\"containerd/containerd#1\"]\n");
        assert_eq!(in_record(ID, &evidence), "");
        let pull = format!(
            "triage = \"accepted\"\npull-requests = [{{ id = \"containerd/containerd#1\" }}]\n{MERGED}"
        );
        assert_eq!(in_record(ID, &pull), "");
    }

    #[test]
    fn what_is_not_recorded_needs_no_link() {
        assert_eq!(in_record(ID, "triage = \"accepted\"\n"), "");
    }
}
