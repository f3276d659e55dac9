//! `file-name`: a record's file is named after what it holds.

use super::{Check, Context, Example, ExampleBeside, FORMAT, Group, Part, Reads, Rule, file_start};
use crate::findings::diagnostic::{Finding, Level, Place, Pointer};
use crate::findings::loader::FILE_NAME;
use crate::registry::Entry;
use crate::registry::Registry;
use crate::registry::kep::KepRecord;
use crate::registry::load::{file_stem, is_plain_name, leading_number};
use crate::registry::work_item::WorkItem;
use crate::text::words::printable;

pub(super) const RULE: Rule = Rule {
    id: FILE_NAME,
    group: Group::Shape,
    level: Level::Error,
    summary: "a file's name and its record disagree, or no registry has such a file",
    why: "a record is found by its file, which carries the name that its folder has in kubernetes/enhancements",
    source: FORMAT,
    example: Example {
        wrong: &[(
            "sig-node/9010-pod-lullabies.toml",
            r#"number = 9001
title = "Pod Lullabies"
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
    remedy: "Rename the file to `<number>-<name>.toml` (of a work item: `<id>.toml`), or correct the number.",
    parts: &[
        Part {
            reads: Reads::NOTHING,
            check: Check::Kep(plain_name),
        },
        Part {
            reads: Reads::kep(&[&["number"]]),
            check: Check::Registry(numbers),
        },
        Part {
            reads: Reads::item(&[&["id"]]),
            check: Check::Item(id),
        },
    ],
};

/// A name that is safe in a path, an address and a table.
fn plain_name(context: &Context<'_>, entry: &Entry<KepRecord>, findings: &mut Vec<Finding>) {
    let path = &context.registry.file(entry.file).path;
    if !is_plain(path) {
        findings.push(
            Finding::new(
                entry.file,
                file_start(),
                format!(
                    "`{}` has characters that do not belong in the name of a record",
                    printable(path)
                ),
            )
            .help("use letters, digits, `.`, `_` and `-`, as kubernetes/enhancements does"),
        );
    }
}

fn is_plain(path: &str) -> bool {
    path.split('/').all(is_plain_name)
}

/// The numbers that the records have. What a file is to be called depends on whether another one has that number too.
fn numbers(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for entry in context.keps() {
        number(context, entry, findings);
    }
}

/// The number that a record has.
fn number(context: &Context<'_>, entry: &Entry<KepRecord>, findings: &mut Vec<Finding>) {
    let registry = context.registry;
    let path = &registry.file(entry.file).path;
    if !is_plain(path) {
        return;
    }
    let stem = file_stem(path);
    let number = entry.value.number;
    findings.push(match leading_number(stem) {
        Some(named) if named == number => return,
        Some(named) => Finding::new(
            entry.file,
            Place::Value(Pointer::to("number")),
            format!("the file is named after KEP-{named}, and the record is that of KEP-{number}"),
        )
        .label(format!("the file's name says {named}"))
        .help(remedy(registry, path, named, number)),
        None => Finding::new(
            entry.file,
            file_start(),
            format!("`{stem}` does not begin with the KEP's number and a hyphen"),
        )
        .renamed_if(
            // A name with digits means something by them, and of two records of a KEP one may go.
            !stem.contains(|c: char| c.is_ascii_digit()) && is_only_one(registry, number),
            format!("rename the file to `{number}-{stem}.toml`"),
            beside(path, &format!("{number}-{stem}.toml")),
        ),
    });
}

/// The id that the work item has.
fn id(context: &Context<'_>, entry: &Entry<WorkItem>, findings: &mut Vec<Finding>) {
    let stem = file_stem(&context.registry.file(entry.file).path);
    let id = &entry.value.id;
    if id != stem {
        findings.push(
            Finding::new(
                entry.file,
                Place::Value(Pointer::to("id")),
                format!("the file is named `{stem}`, and the work item is `{id}`"),
            )
            .help(format!("rename the file to `{id}.toml`, or correct the id")),
        );
    }
}

/// A rename, unless it would overwrite another record: then this one is a copy.
fn remedy(registry: &Registry, path: &str, named: u32, number: u32) -> String {
    let renamed = renamed(path, number);
    let taken = beside(path, &renamed);
    if registry.files.iter().any(|file| *file.path == *taken) {
        format!(
            "`{renamed}` is there already: write `number = {named}`, with an issue of its own, or remove this copy"
        )
    } else {
        format!("rename the file to `{renamed}`, or write `number = {named}`")
    }
}

/// Whether a KEP has one record.
fn is_only_one(registry: &Registry, number: u32) -> bool {
    registry
        .keps
        .iter()
        .filter(|entry| entry.value.number == number)
        .count()
        == 1
}

/// The path of another file in the same folder.
fn beside(path: &str, name: &str) -> String {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    format!("{folder}/{name}")
}

fn renamed(path: &str, number: u32) -> String {
    let stem = file_stem(path);
    let rest = stem.split_once('-').map_or(stem, |(_, rest)| rest);
    format!("{number}-{rest}.toml")
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{RECORD, check};

    #[test]
    fn a_file_named_after_its_record_is_fine() {
        assert_eq!(check(&[("sig-node/9001-pod-lullabies.toml", RECORD)]), "");
    }

    #[test]
    fn each_way_to_disagree_is_shown() {
        insta::assert_snapshot!(check(&[
            ("sig-node/9010-pod-lullabies.toml", RECORD),
            (
                "sig-node/pod-lullabies.toml",
                &RECORD.replace("9001", "9002")
            ),
            (
                "sig-node/deeper/9003-a.toml",
                &RECORD.replace("9001", "9003")
            ),
            (
                "work-items/a.toml",
                "id = \"b\"\ntitle = \"B\"\nkind = \"interop\"\n"
            ),
        ]), @r#"
        error[file-name]: the file is named after KEP-9010, and the record is that of KEP-9001
         --> sig-node/9010-pod-lullabies.toml:1:10
          |
        1 | number = 9001
          |          ^^^^ the file's name says 9010
          |
          = why: a record is found by its file, which carries the name that its folder has in kubernetes/enhancements
          = help: rename the file to `9001-pod-lullabies.toml`, or write `number = 9010`

        error[file-name]: `sig-node/deeper/9003-a.toml` is no file that a registry knows
         --> sig-node/deeper/9003-a.toml:1:1
          |
        1 | number = 9003
          | ^
          |
          = why: a record is found by its file, which carries the name that its folder has in kubernetes/enhancements
          = help: a KEP record is `<sig>/<number>-<name>.toml`, a work item `work-items/<id>.toml`, a calendar `releases/<runtime>.toml`

        error[file-name]: `pod-lullabies` does not begin with the KEP's number and a hyphen
         --> sig-node/pod-lullabies.toml:1:1
          |
        1 | number = 9002
          | ^
          |
          = why: a record is found by its file, which carries the name that its folder has in kubernetes/enhancements
          = help: rename the file to `9002-pod-lullabies.toml`

        error[file-name]: the file is named `a`, and the work item is `b`
         --> work-items/a.toml:1:6
          |
        1 | id = "b"
          |      ^^^
          |
          = why: a record is found by its file, which carries the name that its folder has in kubernetes/enhancements
          = help: rename the file to `b.toml`, or correct the id
        "#);
    }

    #[test]
    fn a_broken_number_is_one_mistake() {
        let found = check(&[(
            "sig-node/9001-a.toml",
            "number = \"9001\"\ntitle = \"A\"\nstatus = \"implementable\"\n",
        )]);
        assert_eq!(found.matches("error[").count(), 1, "{found}");
        assert!(found.contains("error[schema]"), "{found}");
    }
}
