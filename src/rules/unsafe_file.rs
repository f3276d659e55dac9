//! `unsafe-file`: found while reading, see `registry/load.rs`.

use super::{Check, Example, ExampleBeside, FORMAT, Group, Part, Reads, Rule};
use crate::findings::diagnostic::Level;
use crate::findings::loader::UNSAFE_FILE;

pub(super) const RULE: Rule = Rule {
    id: UNSAFE_FILE,
    group: Group::Shape,
    level: Level::Error,
    summary: "a file is a link, is not UTF-8, is over 1 MiB, or cannot be read",
    why: "the registry is read from pull requests of anybody: a link may lead out of it, and a huge file may stall the check",
    source: FORMAT,
    example: Example {
        wrong: &[(
            "sig-node/9001-pod-lullabies.toml",
            r#"a link to /etc/passwd"#,
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
    remedy: "Put the record itself in the registry, saved as UTF-8 text.",
    parts: &[Part {
        reads: Reads::NOTHING,
        check: Check::Loader,
    }],
};

#[cfg(test)]
mod tests {
    use crate::registry::load::{MAX_FILE_BYTES, RawFile, Unreadable, load};
    use crate::rules::{Beside, run};

    fn messages(content: Result<Vec<u8>, Unreadable>) -> Vec<(String, usize)> {
        let loaded = load(vec![RawFile {
            path: "sig-node/9001-a.toml".to_owned(),
            content,
        }]);
        run(&loaded, "2026-11-22".parse().unwrap(), Beside::default())
            .diagnostics
            .into_iter()
            .map(|finding| {
                assert_eq!(finding.rule.0, "unsafe-file");
                (finding.message, finding.primary.place.start)
            })
            .collect()
    }

    #[test]
    fn each_unsafe_file_is_one_finding() {
        let found = [
            messages(Err(Unreadable::Symlink)),
            messages(Err(Unreadable::TooLarge(MAX_FILE_BYTES + 1))),
            messages(Err(Unreadable::Denied("permission denied".to_owned()))),
            messages(Ok(b"number = 1\ntitle = \"\xff\xfe\"\n".to_vec())),
        ];
        insta::assert_debug_snapshot!(found, @r#"
        [
            [
                (
                    "`sig-node/9001-a.toml` is a symbolic link",
                    0,
                ),
            ],
            [
                (
                    "`sig-node/9001-a.toml` has 1048577 bytes; at most 1048576 are read",
                    0,
                ),
            ],
            [
                (
                    "`sig-node/9001-a.toml` cannot be read: permission denied",
                    0,
                ),
            ],
            [
                (
                    "this file is not UTF-8 text: byte 0xff begins no character",
                    20,
                ),
            ],
        ]
        "#);
    }
}
