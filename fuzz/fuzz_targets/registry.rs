//! `check` as a whole: files, rules, every renderer, and what mends itself. Files are separated by a line that names the next.
#![no_main]

use kepherd::findings::sources::Revision;
use kepherd::registry::load::{RawFile, load, load_beside};
use kepherd::render::{annotations, findings_markdown, json, sarif, text};
use kepherd::rules;
use kepherd::rules::fix::fix;
use libfuzzer_sys::fuzz_target;

const BASE: &[(&str, &str)] = &[
    ("registry.toml", include_str!("../../keps/registry.toml")),
    (
        "maintainers.toml",
        include_str!("../../keps/maintainers.toml"),
    ),
    (
        "releases/kubernetes.toml",
        include_str!("../../keps/releases/kubernetes.toml"),
    ),
    (
        "releases/containerd.toml",
        include_str!("../../keps/releases/containerd.toml"),
    ),
    (
        "releases/cri-o.toml",
        include_str!("../../keps/releases/cri-o.toml"),
    ),
];

/// `\n#: path\n` begins another file; what comes before the first is a record.
fn files(data: &[u8]) -> Vec<RawFile> {
    let mut files: Vec<RawFile> = Vec::new();
    let mut put = |path: &str, content: &[u8]| {
        files.retain(|file: &RawFile| file.path != path);
        files.push(RawFile {
            path: path.to_owned(),
            content: Ok(content.to_vec()),
        });
    };
    for (path, text) in BASE {
        put(path, text.as_bytes());
    }
    let mut path = "sig-node/9001-a.toml".to_owned();
    let mut at = 0;
    let separators: Vec<usize> = data
        .windows(4)
        .enumerate()
        .filter(|(_, four)| *four == b"\n#: ")
        .map(|(at, _)| at)
        .collect();
    for start in separators {
        if start < at {
            continue;
        }
        put(&path, &data[at..start]);
        let line = &data[start + 4..];
        let end = line
            .iter()
            .position(|byte| *byte == b'\n')
            .unwrap_or(line.len());
        path = String::from_utf8_lossy(&line[..end]).into_owned();
        at = (start + 4 + end + 1).min(data.len());
    }
    put(&path, &data[at..]);
    files
}

fuzz_target!(|data: &[u8]| {
    if data.len() > 1 << 14 {
        return;
    }
    let today = "2026-11-24".parse().unwrap();
    let files = files(data);
    let loaded = load(files.clone());
    let base = load_beside(&loaded, Revision::Base, files.clone());
    let checked = rules::run(&loaded, today, rules::Beside::base(&base));
    for one in &checked.diagnostics {
        text::finding(one, &checked.sources, "keps/", false);
    }
    let _ = annotations::annotations(&checked.diagnostics, &checked.sources, "keps/");
    let _ = sarif::sarif(&checked.diagnostics, &checked.sources, "keps/", true);
    let _ = json::findings(&checked.diagnostics, &checked.sources, 1);
    let _ = findings_markdown::findings(&checked.diagnostics, &checked.sources, "keps/", 1);
    // What was mended needs no mending.
    let fixed = fix(&files, today, |_| true);
    if !fixed.is_empty() {
        let mended: Vec<RawFile> = files
            .into_iter()
            .map(
                |file| match fixed.iter().find(|one| one.path == file.path) {
                    Some(one) => RawFile {
                        path: one.final_path().to_owned(),
                        content: Ok(one.after.clone().into_bytes()),
                    },
                    None => file,
                },
            )
            .collect();
        assert!(fix(&mended, today, |_| true).is_empty());
    }
});
