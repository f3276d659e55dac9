//! The picture of the house in ARCHITECTURE.md is true: its rooms are those of the tree, imports run downwards only, and no
//! two files lean on each other.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// A file of the source tree, and the paths below the crate's root that its code names (tests left out).
struct File {
    /// As a module: `sync/plan/issue` for `src/sync/plan/issue.rs`.
    module: String,
    names: BTreeSet<String>,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn sources(folder: &Path, all: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            sources(&path, all);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            all.push(path);
        }
    }
}

/// The code of a file: without its comments, and without the module of its tests.
fn code_of(text: &str) -> String {
    let mut code = text;
    for visible in ["", "pub(super) "] {
        let module = format!("#[cfg(test)]\n{visible}mod tests {{");
        code = code.split(&module).next().unwrap_or_default();
    }
    let lines = code
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// Every path that begins with `prefix::` in some code, one for each name of a group: `a::{b, c::d}` is `a::b` and `a::c::d`.
fn paths(code: &str, prefix: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let start = format!("{prefix}::");
    for (at, _) in code.match_indices(&start) {
        let before = code[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':' || c == '$') {
            continue;
        }
        expand(&code[at + start.len()..], String::new(), &mut found);
    }
    found
}

/// Reads a path or a group of them; gives how many bytes it has.
fn expand(code: &str, before: String, found: &mut BTreeSet<String>) -> usize {
    let mut path = before;
    let mut at = 0;
    loop {
        let rest = &code[at..];
        if rest.starts_with('{') {
            at += 1;
            loop {
                let skipped = code[at..]
                    .chars()
                    .take_while(|c| c.is_whitespace() || *c == ',')
                    .map(char::len_utf8)
                    .sum::<usize>();
                at += skipped;
                if code[at..].starts_with('}') || code[at..].is_empty() {
                    return at + 1;
                }
                let length = expand(&code[at..], path.clone(), found);
                if length == 0 {
                    return at;
                }
                at += length;
            }
        }
        let name: String = rest
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect();
        if name.is_empty() {
            return at;
        }
        at += name.len();
        if !path.is_empty() {
            path.push_str("::");
        }
        path.push_str(&name);
        if code[at..].starts_with("::") {
            at += 2;
        } else {
            found.insert(path);
            let alias = code[at..].strip_prefix(" as ").map_or(0, |rest| {
                let name = rest
                    .chars()
                    .take_while(|c| c.is_alphanumeric() || *c == '_');
                " as ".len() + name.map(char::len_utf8).sum::<usize>()
            });
            return at + alias;
        }
    }
}

fn files() -> Vec<File> {
    let source = root().join("src");
    let mut all = Vec::new();
    sources(&source, &mut all);
    let module_of = |path: &Path| {
        let below = path.strip_prefix(&source).unwrap().with_extension("");
        below.to_str().unwrap().replace('\\', "/")
    };
    let modules: BTreeSet<String> = all.iter().map(|path| module_of(path)).collect();
    // A path names the deepest file that it leads to: behind it are the file's own items.
    let file_of = |path: &str| {
        let parts: Vec<&str> = path.split("::").collect();
        (1..=parts.len())
            .rev()
            .map(|length| parts[..length].join("/"))
            .find(|module| modules.contains(module))
    };
    all.iter()
        .filter(|path| !path.ends_with("lib.rs") && !path.ends_with("rules/testing.rs"))
        .map(|path| {
            let module = module_of(path);
            let code = code_of(&std::fs::read_to_string(path).unwrap());
            let mut names: BTreeSet<String> = paths(&code, "crate")
                .iter()
                .filter_map(|path| file_of(path))
                .collect();
            let folder = module.replace('/', "::");
            let parent = folder.rsplit_once("::").map_or("", |(parent, _)| parent);
            let relative = [("super", parent), ("self", folder.as_str())];
            for (word, base) in relative {
                for path in paths(&code, word) {
                    let whole = match base.is_empty() {
                        true => path,
                        false => format!("{base}::{path}"),
                    };
                    names.extend(file_of(&whole));
                }
            }
            names.remove(&module);
            File { module, names }
        })
        .collect()
}

/// The rooms as ARCHITECTURE.md lists them, from the top down.
fn rooms() -> Vec<String> {
    let page = std::fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let table = page.split("## The rooms").nth(1).unwrap();
    let table = table.split("\n## ").next().unwrap();
    let rows = table.lines().filter(|line| line.starts_with("| `"));
    rows.flat_map(|row| {
        let cell = row.split('|').nth(1).unwrap();
        cell.split(',')
            .map(|name| {
                let name = name.trim().trim_matches('`');
                name.trim_end_matches('/')
                    .trim_end_matches(".rs")
                    .to_owned()
            })
            .collect::<Vec<_>>()
    })
    .collect()
}

fn room_of(module: &str) -> &str {
    module.split('/').next().unwrap()
}

#[test]
fn the_page_lists_the_rooms_of_the_tree() {
    let listed: BTreeSet<String> = rooms().into_iter().collect();
    let there: BTreeSet<String> = files()
        .iter()
        .map(|file| room_of(&file.module).to_owned())
        .collect();
    assert_eq!(listed, there);
}

#[test]
fn imports_run_downwards() {
    let rooms = rooms();
    let height = |module: &str| {
        rooms
            .iter()
            .position(|room| room == room_of(module))
            .unwrap()
    };
    let mut upwards = Vec::new();
    for file in files() {
        for name in &file.names {
            if height(name) < height(&file.module) {
                upwards.push(format!("{} names {name}", file.module));
            }
        }
    }
    assert!(upwards.is_empty(), "{upwards:#?}");
}

/// A folder's own file speaks for the folder, so that a file may lean on the one above it.
#[test]
fn no_two_files_lean_on_each_other() {
    let files = files();
    let leans: BTreeMap<&str, Vec<&str>> = files
        .iter()
        .map(|file| {
            let names = file.names.iter().map(String::as_str);
            let others = names.filter(|name| !file.module.starts_with(&format!("{name}/")));
            (file.module.as_str(), others.collect())
        })
        .collect();
    let reach = |from: &str| {
        let (mut seen, mut next) = (BTreeSet::new(), leans[from].clone());
        while let Some(module) = next.pop() {
            if seen.insert(module) {
                next.extend(leans.get(module).into_iter().flatten());
            }
        }
        seen
    };
    let circles: Vec<&str> = leans
        .keys()
        .copied()
        .filter(|module| reach(module).contains(module))
        .collect();
    assert!(circles.is_empty(), "these lean on themselves: {circles:#?}");
}

#[test]
fn a_path_is_read_in_all_its_spellings() {
    let code =
        "use crate::a::{self, b::C, d::{E, f as g}};\nlet x = crate::h::i(1);\nmycrate::j::k();";
    let all: Vec<String> = paths(code, "crate").into_iter().collect();
    assert_eq!(all, ["a::b::C", "a::d::E", "a::d::f", "a::self", "h::i"]);
}

/// Whether some code defines a name, or gives it out.
fn defines(code: &str, name: &str) -> bool {
    const KINDS: [&str; 8] = [
        "fn", "struct", "enum", "trait", "const", "static", "type", "mod",
    ];
    let words = |text: &str| -> Vec<String> {
        let words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
        words
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let given_out = code.split(';').any(|item| {
        let words = words(item);
        let is_use = words.windows(2).any(|pair| pair == ["pub", "use"]);
        is_use && words.iter().any(|word| word == name)
    });
    let all = words(code);
    let mut pairs = all.windows(2);
    given_out || pairs.any(|pair| KINDS.contains(&&*pair[0]) && pair[1] == name)
}

/// Fuzz targets are a crate of their own, which `cargo test` does not compile: what they import is looked for here.
#[test]
fn fuzz_targets_import_what_is_there() {
    let mut targets = Vec::new();
    sources(&root().join("fuzz/fuzz_targets"), &mut targets);
    let mut missing = Vec::new();
    for target in targets {
        let text = std::fs::read_to_string(&target).unwrap();
        for path in paths(&code_of(&text), "kepherd") {
            let parts: Vec<&str> = path.split("::").filter(|part| *part != "self").collect();
            let file = |length: usize| root().join(format!("src/{}.rs", parts[..length].join("/")));
            let length = (1..=parts.len())
                .rev()
                .find(|length| file(*length).exists());
            let is_there = length.is_some_and(|length| {
                let code = code_of(&std::fs::read_to_string(file(length)).unwrap());
                parts.get(length).is_none_or(|name| defines(&code, name))
            });
            if !is_there {
                missing.push(format!("{}: {path}", target.display()));
            }
        }
    }
    assert_eq!(missing, Vec::<String>::new());
    assert!(defines("pub use a::{B, c as D};", "D") && defines("pub(super) fn e() {}", "e"));
    assert!(!defines("use a::B;\nfn c(b: B) {}", "B"));
}

/// Of which project a registry is stands in its files. The code names none, but in examples: comments, the examples that schemas and rules
/// show, and what an error says is asked for.
#[test]
fn the_code_knows_no_project() {
    let mut all = Vec::new();
    sources(&root().join("src"), &mut all);
    let is_example = |path: &str, line: &str| {
        line.contains("\"examples\"")
            || line.contains(" like \\\"")
            || line.contains("such as ")
            || line.contains("as containerd's, ")
            || line.contains("in containerd's format")
            || path.starts_with("src/rules/")
            || path.ends_with("/tests.rs")
            || path == "src/registry/agreement.rs"
    };
    let mut named = Vec::new();
    for path in all {
        let text = std::fs::read_to_string(&path).unwrap();
        let path = path
            .strip_prefix(root())
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned();
        for line in code_of(&text).lines() {
            let lower = line.to_lowercase();
            let is_named =
                lower.contains("containerd") || lower.contains("cri-o") || lower.contains("cri_o");
            if is_named && !is_example(&path, line) {
                named.push(format!("{path}: {}", line.trim()));
            }
        }
    }
    assert_eq!(named, Vec::<String>::new());
}
