//! `shepherd-not-maintainer`: a shepherd is on the roster, in a role that may shepherd.

use super::{Check, Context, Example, ExampleBeside, Group, PROCESS, Part, Reads, Rule};
use crate::findings::diagnostic::{Finding, Level, Place, Pointer, RuleId};
use crate::findings::syntax;
use crate::registry::Entry;
use crate::registry::kep::KepRecord;
use crate::registry::schema::FileKind;
use crate::text::words::nearest;

pub(super) const RULE: Rule = Rule {
    id: RuleId("shepherd-not-maintainer"),
    group: Group::Process,
    level: Level::Error,
    summary: "a shepherd is not a maintainer",
    why: "a shepherd is a maintainer, so that the work can be reviewed and scheduled (the project's process with SIG-Node)",
    source: PROCESS,
    example: Example {
        wrong: &[(
            "sig-node/9001-pod-lullabies.toml",
            r#"number = 9001
title = "Pod Lullabies"
status = "implementable"
shepherds = ["mikebrwo"]
"#,
        )],
        beside: ExampleBeside::Nothing,
        fine: &[(
            "sig-node/9001-pod-lullabies.toml",
            r#"number = 9001
title = "Pod Lullabies"
status = "implementable"
shepherds = ["mikebrow"]
"#,
        )],
    },
    remedy: "Correct the handle, or add the person to `maintainers.toml` if the project has made them a maintainer.",
    parts: &[Part {
        reads: Reads::kep(&[&["shepherds"]])
            .and_config(&["shepherd-roles"])
            .and_lists(&[FileKind::Roster]),
        check: Check::Kep(check),
    }],
};

fn check(context: &Context<'_>, entry: &Entry<KepRecord>, findings: &mut Vec<Finding>) {
    let registry = context.registry;
    let Some(roster) = &registry.roster else {
        return;
    };
    let roles = &registry.config.value.shepherd_roles;
    let known: Vec<&str> = roster
        .value
        .maintainers
        .iter()
        .filter(|maintainer| roles.contains(&maintainer.role))
        .map(|maintainer| maintainer.github.as_str())
        .collect();

    for (index, shepherd) in entry.value.shepherds.iter().enumerate() {
        let place = Place::Value(Pointer::to("shepherds").index(index));
        let maintainer = registry.maintainer(shepherd);
        if maintainer.is_some_and(|one| roles.contains(&one.role)) {
            continue;
        }
        let finding = if maintainer.is_some() {
            Finding::new(
                entry.file,
                place,
                format!("`{shepherd}` is a maintainer in a role that does not shepherd"),
            )
            .help("name somebody in a role of `shepherd-roles` in `registry.toml`")
        } else {
            let finding = Finding::new(
                entry.file,
                place,
                format!("`{shepherd}` is not a maintainer"),
            )
            .label("no maintainer has this handle");
            match nearest(shepherd.as_str(), known.iter().copied()) {
                Some(similar) => finding
                    .replace_with("a maintainer has a similar handle", syntax::quoted(similar))
                    .help("if it is somebody else, add the person to `maintainers.toml`"),
                None => {
                    finding.help("name a maintainer of `maintainers.toml`, or add the person there")
                }
            }
        };
        findings.push(finding);
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{RECORD, in_record, only};

    const ID: &str = "shepherd-not-maintainer";

    #[test]
    fn a_misspelt_handle_suggests_the_nearest() {
        insta::assert_snapshot!(in_record(ID, "shepherds = [\"mikebrwo\", \"samuelkarp\"]\n"), @r#"
        error[shepherd-not-maintainer]: `mikebrwo` is not a maintainer
         --> sig-node/9001-a.toml:4:14
          |
        4 | shepherds = ["mikebrwo", "samuelkarp"]
          |              ^^^^^^^^^^ no maintainer has this handle
          |
          = why: a shepherd is a maintainer, so that the work can be reviewed and scheduled (the project's process with SIG-Node)
          = help: if it is somebody else, add the person to `maintainers.toml`
        help: a maintainer has a similar handle
          |
        4 - shepherds = ["mikebrwo", "samuelkarp"]
        4 + shepherds = ["mikebrow", "samuelkarp"]
          |
        "#);
    }

    #[test]
    fn maintainers_may_shepherd_in_any_case() {
        assert_eq!(
            in_record(ID, "shepherds = [\"MikeBrow\", \"samuelkarp\"]\n"),
            ""
        );
    }

    #[test]
    fn without_a_sound_roster_nobody_knows() {
        let record = format!("{RECORD}shepherds = [\"octocat\"]\n");
        let files = [
            ("sig-node/9001-a.toml", &*record),
            ("maintainers.toml", "maintainers = 3\n"),
        ];
        assert_eq!(only(ID, &files), "");
    }
}
