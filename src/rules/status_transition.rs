//! `status-transition`: a KEP's status goes the way that KEPs go.

use super::{Change, Check, Example, ExampleBeside, Group, PROCESS, Part, Reads, Rule};
use crate::findings::diagnostic::{Finding, Level, Place, Pointer, RuleId};
use crate::registry::Entry;
use crate::registry::kep::KepRecord;
use crate::terms::{Guess, Status};

pub(super) const RULE: Rule = Rule {
    id: RuleId("status-transition"),
    group: Group::Change,
    level: Level::Warning,
    summary: "a change of status that KEPs do not make",
    why: "a KEP is provisional, then implementable, then implemented; what is rejected, withdrawn or replaced does not come back",
    source: PROCESS,
    example: Example {
        wrong: &[(
            "sig-node/9001-pod-lullabies.toml",
            r#"number = 9001
title = "Pod Lullabies"
status = "provisional"
"#,
        )],
        beside: ExampleBeside::Base(&[(
            "sig-node/9001-pod-lullabies.toml",
            r#"number = 9001
title = "Pod Lullabies"
status = "implemented"
"#,
        )]),
        fine: &[(
            "sig-node/9001-pod-lullabies.toml",
            r#"number = 9001
title = "Pod Lullabies"
status = "implemented"
"#,
        )],
    },
    remedy: "If that is what happened upstream, say why in the pull request; else undo the change.",
    parts: &[Part {
        reads: Reads::kep(&[&["number", "status", "guessed"]]),
        check: Check::KepChange(check),
    }],
};

fn check(change: &Change<'_, Entry<KepRecord>>, findings: &mut Vec<Finding>) {
    let (before, entry) = (change.before, change.after);
    let (was, is) = (before.value.status, entry.value.status);
    if is_usual(was, is) || before.value.guesses(Guess::Status) {
        return;
    }
    findings.push(
        Finding::new(
            entry.file,
            Place::Value(Pointer::to("status")),
            format!(
                "KEP-{} goes from {} to {}",
                entry.value.number,
                was.written(),
                is.written()
            ),
        )
        .also(
            before.file,
            Place::Value(Pointer::to("status")),
            "its status before the change",
        )
        .help(
            "if that is what happened upstream, say why in the pull request; else undo the change",
        ),
    );
}

fn is_usual(was: Status, is: Status) -> bool {
    use Status::{
        Deferred, Implementable, Implemented, Provisional, Rejected, Replaced, Withdrawn,
    };
    was == is
        || match was {
            Provisional => is != Implemented,
            Implementable | Deferred => true,
            Implemented => matches!(is, Replaced | Withdrawn),
            Rejected | Withdrawn | Replaced => false,
        }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{RECORD, changed};

    const ID: &str = "status-transition";

    fn from_to(from: &str, to: &str) -> String {
        let path = "sig-node/9001-a.toml";
        let record = |status: &str| RECORD.replace("implementable", status);
        changed(ID, &[(path, &record(from))], &[(path, &record(to))])
    }

    #[test]
    fn coming_back_is_shown_in_both_revisions() {
        insta::assert_snapshot!(from_to("withdrawn", "implementable"), @r#"
        warning[status-transition]: KEP-9001 goes from withdrawn to implementable
         --> sig-node/9001-a.toml:3:10
          |
        3 | status = "implementable"
          |          ^^^^^^^^^^^^^^^
          |
         ::: sig-node/9001-a.toml:3:10
          |
        3 | status = "withdrawn"
          |          ----------- its status before the change
          |
          = why: a KEP is provisional, then implementable, then implemented; what is rejected, withdrawn or replaced does not come back
          = help: if that is what happened upstream, say why in the pull request; else undo the change
        "#);
        assert!(from_to("implemented", "provisional").contains("from implemented to provisional"));
        assert!(from_to("provisional", "implemented").contains("from provisional to implemented"));
    }

    #[test]
    fn the_usual_ways_are_fine() {
        for (from, to) in [
            ("provisional", "implementable"),
            ("implementable", "implemented"),
            ("implementable", "deferred"),
            ("deferred", "provisional"),
            ("implemented", "replaced"),
        ] {
            assert_eq!(from_to(from, to), "", "{from} {to}");
        }
    }

    #[test]
    fn a_status_that_cannot_be_read_is_not_judged() {
        assert_eq!(from_to("withdrawn", "imlpementable"), "");
    }
}
