//! What the language server shows is what `check` finds, whatever is typed: over the real registry, and over copies of it in which
//! somebody has edited at random.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

#[path = "common/shelf.rs"]
mod shelf;

use std::collections::BTreeMap;
use std::path::Path;

use kepherd::registry::load::RawFile;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use serde_json::json;
use shelf::{Near, Shelf, position};

fn real() -> Shelf {
    fn read(root: &Path, folder: &Path, files: &mut Vec<RawFile>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                read(root, &path, files);
            } else if path.extension().is_some_and(|ending| ending == "toml") {
                let below = path.strip_prefix(root).unwrap().to_str().unwrap();
                files.push(RawFile {
                    path: below.replace('\\', "/"),
                    content: Ok(std::fs::read(&path).unwrap()),
                });
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("keps");
    let mut files = Vec::new();
    read(&root, &root, &mut files);
    Shelf::of(files, "2026-11-29")
}

#[test]
fn the_real_registry_is_shown_as_it_is_checked() {
    let shelf = real();
    let mut near = Near::greet(&shelf, json!({}));
    near.settle();
    assert!(near.shown.len() > 10);
    assert_eq!(near.shown, shelf.checked(&BTreeMap::new()));
}

/// Something that somebody does to a text.
#[derive(Debug, Clone)]
enum Edit {
    /// Puts something in the place of some bytes.
    Type(Index, usize, &'static str),
    /// Puts the text of another file there.
    Paste(Index),
    /// Ends all lines otherwise.
    LineEnds,
    /// Takes back all that was done.
    Undo,
}

fn edits() -> impl Strategy<Value = Edit> {
    let words = prop::sample::select(vec![
        "",
        "\"",
        "[",
        "]",
        "=",
        "\n",
        "\r",
        "\r\n",
        "\t",
        "😀",
        "ä",
        "1.38",
        "\"1.37\"",
        "\n[[allow]]\nrule = \"x\"\nreason = \"y\"\n",
        "{",
        "}",
        "'''",
        "#",
        "mikebrow",
        "issue = 7\n",
        "\u{feff}",
        "number = 127\n",
        "released",
        ",",
    ]);
    prop_oneof![
        12 => (any::<Index>(), 0_usize..20, words).prop_map(|(at, length, new)| Edit::Type(at, length, new)),
        1 => any::<Index>().prop_map(Edit::Paste),
        1 => Just(Edit::LineEnds),
        1 => Just(Edit::Undo),
    ]
}

fn boundary(text: &str, mut at: usize) -> usize {
    at = at.min(text.len());
    while !text.is_char_boundary(at)
        || (at > 0 && text[..at].ends_with('\r') && text[at..].starts_with('\n'))
    {
        at -= 1;
    }
    at
}

/// Somebody edits up to three files of five hundred copies; what is shown of all files is compared after each edit.
#[test]
fn a_thousand_mutated_copies_are_shown_as_they_are_checked() {
    let shelf = real();
    let paths: Vec<String> = shelf.files.borrow().keys().cloned().collect();
    let config = Config {
        cases: 500,
        rng_seed: RngSeed::Fixed(18),
        failure_persistence: None,
        ..Config::default()
    };
    let copies = prop::collection::vec((any::<Index>(), edits()), 1..4);
    let compared = std::cell::Cell::new(0);
    let done = TestRunner::new(config).run(&copies, |edits| {
        let mut near = Near::greet(&shelf, json!({}));
        near.settle();
        let mut texts: BTreeMap<String, String> = BTreeMap::new();
        for (version, (file, edit)) in edits.into_iter().enumerate() {
            let path: &String = file.get(&paths);
            if !texts.contains_key(path) {
                near.open(path, &shelf.text(path));
            }
            let text = texts
                .entry(path.clone())
                .or_insert_with(|| shelf.text(path));
            let change = match edit {
                Edit::Type(at, length, new) => {
                    let start = boundary(text, at.index(text.len() + 1));
                    let end = boundary(text, start + length).max(start);
                    let range =
                        json!({ "start": position(text, start), "end": position(text, end) });
                    text.replace_range(start..end, new);
                    json!([{ "range": range, "text": new }])
                }
                whole => {
                    *text = match whole {
                        Edit::Paste(other) => shelf.text(other.get::<String>(&paths)),
                        Edit::LineEnds => text.replace("\r\n", "\n").replace('\n', "\r\n"),
                        _ => shelf.text(path),
                    };
                    json!([{ "text": text.as_str() }])
                }
            };
            near.change(path, i64::try_from(version).unwrap() + 1, change);
            near.settle();
            prop_assert_eq!(&near.shown, &shelf.checked(&texts), "{:?}", texts.get(path));
            compared.set(compared.get() + 1);
        }
        Ok(())
    });
    done.unwrap();
    assert!(compared.get() >= 1_000, "{} mutated copies", compared.get());
}
