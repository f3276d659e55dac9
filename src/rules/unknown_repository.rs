//! `unknown-repository`: only listed repositories are written to.

use super::{Check, Context, Example, ExampleBeside, FORMAT, Group, Part, Reads, Rule};
use crate::findings::diagnostic::{Finding, Level, Place, Pointer, RuleId};
use crate::findings::syntax;
use crate::registry::tracked::Tracked;
use crate::text::words::nearest;

pub(super) const RULE: Rule = Rule {
    id: RuleId("unknown-repository"),
    group: Group::Shape,
    level: Level::Error,
    summary: "a record's issue lives in a repository that `registry.toml` does not list",
    why: "the repositories in `registry.toml` are the only ones that are ever written to",
    source: FORMAT,
    example: Example {
        wrong: &[(
            "sig-node/9001-pod-lullabies.toml",
            r#"number = 9001
title = "Pod Lullabies"
status = "implementable"
repository = "someone/else"
"#,
        )],
        beside: ExampleBeside::Nothing,
        fine: &[(
            "sig-node/9001-pod-lullabies.toml",
            r#"number = 9001
title = "Pod Lullabies"
status = "implementable"
repository = "containerd/containerd"
"#,
        )],
    },
    remedy: "Name a listed repository, or add this one to `repositories` in `registry.toml`.",
    parts: &[Part {
        reads: Reads::both(&[&["repository"]]).and_config(&["repositories"]),
        check: Check::Tracked(check),
    }],
};

fn check(context: &Context<'_>, record: Tracked<'_>, findings: &mut Vec<Finding>) {
    let listed = &context.registry.config.value.repositories;
    let Some(repository) = record.repository() else {
        return;
    };
    if listed.contains(repository) {
        return;
    }
    let names: Vec<String> = listed.iter().map(ToString::to_string).collect();
    let finding = Finding::new(
        record.file(),
        Place::Value(Pointer::to("repository")),
        format!("`{repository}` is not a repository of this registry"),
    );
    findings.push(
        match nearest(&repository.to_string(), names.iter().map(String::as_str)) {
            Some(similar) => finding.replace_with(
                "a listed repository has a similar name",
                syntax::quoted(similar),
            ),
            None => finding.help(format!(
                "name one of {}, or list it in `registry.toml`",
                names.join(", ")
            )),
        },
    );
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{RECORD, check};

    fn with(repository: &str) -> String {
        check(&[(
            "sig-node/9001-a.toml",
            &format!("{RECORD}repository = \"{repository}\"\n"),
        )])
    }

    #[test]
    fn a_listed_repository_is_fine_in_any_case() {
        assert_eq!(with("Containerd/NRI"), "");
    }

    #[test]
    fn another_one_is_shown_with_the_nearest() {
        insta::assert_snapshot!(with("containerd/nrj"), @r#"
        error[unknown-repository]: `containerd/nrj` is not a repository of this registry
         --> sig-node/9001-a.toml:4:14
          |
        4 | repository = "containerd/nrj"
          |              ^^^^^^^^^^^^^^^^
          |
          = why: the repositories in `registry.toml` are the only ones that are ever written to
        help: a listed repository has a similar name
          |
        4 - repository = "containerd/nrj"
        4 + repository = "containerd/nri"
          |
        "#);
    }

    #[test]
    fn a_stranger_is_shown_with_the_list() {
        assert!(with("someone/else").contains("name one of containerd/containerd, containerd/nri"));
    }
}
