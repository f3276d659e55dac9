//! `unused-allow`: an `[[allow]]` that accepts nothing.

use std::collections::BTreeSet;

use super::allow::{allows, was_asked};
use super::{
    Check, Example, ExampleBeside, FORMAT, Group, Others, Part, Reads, Rule, find, is_firm,
    no_such_rule,
};
use crate::findings::diagnostic::{Finding, Level, Place, Pointer, RuleId};
use crate::findings::sources::FileId;
use crate::registry::Registry;
use crate::registry::tracked::Tracked;

pub(super) const RULE: Rule = Rule {
    id: RuleId("unused-allow"),
    group: Group::Shape,
    level: Level::Error,
    summary: "an `[[allow]]` accepts nothing, or a rule that does not exist is named",
    why: "an exception that is needed no more would hide the next finding of its rule",
    source: FORMAT,
    example: Example {
        wrong: &[(
            "sig-node/9001-pod-lullabies.toml",
            r#"number = 9001
title = "Pod Lullabies"
status = "implementable"
[[allow]]
rule = "late-milestone"
reason = "the patch release comes in time"
"#,
        )],
        beside: ExampleBeside::Nothing,
        fine: &[(
            "sig-node/9001-pod-lullabies.toml",
            r#"number = 9001
title = "Pod Lullabies"
status = "implementable"
"#,
        )],
    },
    remedy: "Remove the entry, or correct the rule's name.",
    parts: &[Part {
        reads: Reads::NOTHING,
        check: Check::Last,
    }],
};

/// Runs last: it needs to know which entries of a record accepted a finding. Without upstream, or a runtime's history, what rules would
/// find beside them is not known.
pub(super) fn of_record(
    registry: &Registry,
    others: Others<'_>,
    record: Tracked<'_>,
    used: &BTreeSet<Pointer>,
    findings: &mut Vec<Finding>,
) {
    let file = record.file();
    for (at, allow) in allows(record) {
        // A change is over once it is merged; what was accepted in it stays accepted, with its reason.
        let group = find(allow.rule.as_str()).map(|rule| rule.group);
        let was_asked = |rule| was_asked(rule, registry, record);
        let may_be_of_use = match group {
            Some(Group::Change) => true,
            Some(Group::Upstream) if others.upstream.is_none() => true,
            Some(Group::Runtimes) if !knows_all(others, record) => true,
            // Where a rule could not look, nobody knows what it would have found.
            Some(_) => !find(allow.rule.as_str()).is_some_and(was_asked),
            None => false,
        };
        if may_be_of_use || used.contains(&at) {
            continue;
        }
        let place = Place::Value(at.key("rule"));
        let rule = allow.rule.as_str();
        findings.push(if find(rule).is_none() {
            no_such_rule(file, place, rule)
        } else if find(rule).is_some_and(is_firm) {
            cannot_be_lowered(file, place, rule)
        } else {
            Finding::new(
                file,
                place,
                format!("`{rule}` finds nothing in this record to accept"),
            )
            .help("remove this `[[allow]]`")
        });
    }
}

/// Levels of rules that there are not, or that have one level only.
pub(super) fn of_the_configuration(registry: &Registry, findings: &mut Vec<Finding>) {
    let config = &registry.config;
    for rule in config.value.rules.keys() {
        let place = Place::Key(Pointer::to("rules").key(rule));
        if find(rule).is_none() {
            findings.push(no_such_rule(config.file, place, rule));
        } else if find(rule).is_some_and(is_firm) {
            findings.push(cannot_be_lowered(config.file, place, rule));
        }
    }
}

/// Whether the history of each runtime that a record speaks of is known.
fn knows_all(others: Others<'_>, record: Tracked<'_>) -> bool {
    let Tracked::Kep(entry) = record else {
        return false;
    };
    let is_known = |name: &String| {
        let mut runtimes = others.runtimes.iter();
        runtimes.any(|git| git.runtime.name.as_str() == name)
    };
    entry.value.runtimes.keys().all(is_known) && !others.runtimes.is_empty()
}

fn cannot_be_lowered(file: FileId, place: Place, rule: &str) -> Finding {
    Finding::new(file, place, format!("`{rule}` is always an error"))
        .note("a record that cannot be read can neither be accepted nor acted on")
        .help("remove this entry, and mend the record")
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{CONFIG, RECORD, check};

    fn allowing(rule: &str, record: &str) -> String {
        format!("{record}[[allow]]\nrule = \"{rule}\"\nreason = \"upstream renamed it\"\n")
    }

    #[test]
    fn an_allow_that_accepts_a_finding_silences_it() {
        let record = allowing("file-name", RECORD);
        assert_eq!(check(&[("sig-node/9010-a.toml", &record)]), "");
    }

    #[test]
    fn an_allow_that_accepts_nothing_is_shown() {
        insta::assert_snapshot!(check(&[(
            "sig-node/9001-a.toml",
            &allowing("file-name", RECORD)
        )]), @r#"
        error[unused-allow]: `file-name` finds nothing in this record to accept
         --> sig-node/9001-a.toml:5:8
          |
        5 | rule = "file-name"
          |        ^^^^^^^^^^^
          |
          = why: an exception that is needed no more would hide the next finding of its rule
          = help: remove this `[[allow]]`
        "#);
    }

    #[test]
    fn a_misspelt_rule_is_shown_with_the_nearest_in_records_and_in_the_configuration() {
        let config = format!("{CONFIG}[rules]\nfile-nmae = \"off\"\n");
        insta::assert_snapshot!(check(&[
            ("registry.toml", &config),
            ("sig-node/9001-a.toml", &allowing("file-nam", RECORD)),
        ]), @r#"
        error[unused-allow]: no rule is named `file-nmae`
          --> registry.toml:13:1
           |
        13 | file-nmae = "off"
           | ^^^^^^^^^
           |
           = why: an exception that is needed no more would hide the next finding of its rule
        help: a rule has a similar name
           |
        13 - file-nmae = "off"
        13 + file-name = "off"
           |

        error[unused-allow]: no rule is named `file-nam`
         --> sig-node/9001-a.toml:5:8
          |
        5 | rule = "file-nam"
          |        ^^^^^^^^^^
          |
          = why: an exception that is needed no more would hide the next finding of its rule
        help: a rule has a similar name
          |
        5 | rule = "file-name"
          |                 +
        "#);
    }

    #[test]
    fn what_cannot_be_read_cannot_be_accepted_or_silenced() {
        let config = format!("{CONFIG}[rules]\nschema = \"off\"\n");
        let record = allowing("schema", &format!("{RECORD}shepherds = \"mikebrow\"\n"));
        let found = check(&[
            ("registry.toml", &config),
            ("sig-node/9001-a.toml", &record),
        ]);
        assert_eq!(found.matches("error[schema]").count(), 1, "{found}");
        assert_eq!(
            found.matches("`schema` is always an error").count(),
            2,
            "{found}"
        );
    }

    #[test]
    fn what_was_accepted_in_a_change_is_not_unused_after_it() {
        let record = allowing("reached-rewritten", RECORD);
        assert_eq!(check(&[("sig-node/9001-a.toml", &record)]), "");
    }

    #[test]
    fn a_level_that_is_off_silences_a_rule() {
        let config = format!("{CONFIG}[rules]\nfile-name = \"off\"\n");
        let found = check(&[("registry.toml", &config), ("sig-node/9010-a.toml", RECORD)]);
        assert_eq!(found, "");
    }
}
