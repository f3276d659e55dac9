//! `syntax`: found while reading, see `registry/load.rs`.

use super::{Check, Example, ExampleBeside, FORMAT, Group, Part, Reads, Rule};
use crate::findings::diagnostic::Level;
use crate::findings::loader::SYNTAX;

pub(super) const RULE: Rule = Rule {
    id: SYNTAX,
    group: Group::Shape,
    level: Level::Error,
    summary: "a file is not TOML",
    why: "a file that is not TOML says nothing, so its record would silently be missing",
    source: FORMAT,
    example: Example {
        wrong: &[(
            "sig-node/9001-pod-lullabies.toml",
            r#"number = 9001
title = "Pod Lullabies
status = "implementable"
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
    remedy: "Mend the line that is underlined: often a quote, a bracket or an equals sign is missing, or a key stands twice.",
    parts: &[Part {
        reads: Reads::NOTHING,
        check: Check::Loader,
    }],
};

#[cfg(test)]
mod tests {
    use crate::rules::testing::check;

    #[test]
    fn independent_mistakes_in_one_file_are_each_shown() {
        insta::assert_snapshot!(check(&[(
            "sig-node/9001-a.toml",
            "number = 9001\ntitle = \"Pod Lullabies\nstatus = \"implementable\"\ntarget 1.38\n",
        )]), @r#"
        error[syntax]: a text in quotes is not closed: a `"` is missing
         --> sig-node/9001-a.toml:2:23
          |
        2 | title = "Pod Lullabies
          |                       ^

        error[syntax]: a key and its value need `=` between them
         --> sig-node/9001-a.toml:4:8
          |
        4 | target 1.38
          |        ^
        "#);
    }

    /// Found by fuzzing: the place is behind the last line end.
    #[test]
    fn a_text_that_is_open_at_the_end_is_shown_there() {
        let text = "number = 9001\ntitle = \"\"\"\n";
        insta::assert_snapshot!(check(&[("sig-node/9001-a.toml", text)]), @r#"
        error[syntax]: invalid multi-line basic string, expected `"`
         --> sig-node/9001-a.toml:3:1
          |
        3 |
          | ^
          |
          = help: TOML's syntax is described at https://toml.io/en/v1.1.0
        "#);
    }

    #[test]
    fn a_key_that_stands_twice_is_one_mistake() {
        insta::assert_snapshot!(check(&[(
            "sig-node/9001-a.toml",
            "number = 9001\ntitle = \"A\"\nstatus = \"implementable\"\nnumber = 9002\n",
        )]), @"
        error[syntax]: `number` stands here for the second time
         --> sig-node/9001-a.toml:4:1
          |
        1 | number = 9001
          | ------ the first time
        ...
        4 | number = 9002
          | ^^^^^^
          |
          = help: keep one of the two
        ");
    }
}
