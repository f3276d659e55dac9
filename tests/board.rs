//! `board`, `log` and `report` through the binary: what they show, what they refuse, and that no text of others does anything in them.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

mod common;
#[path = "common/history.rs"]
mod history;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Stdio};

use common::{Folder, command, copy, record};
use history::History;
use serde_json::Value;

const TODAY: &str = "2026-11-29";

const REGISTRY: &str = r#"home = "containerd"
repositories = ["containerd/containerd"]

[[runtimes]]
name = "containerd"
calendar = "releases/containerd.toml"

[[runtimes]]
name = "cri-o"
calendar = "releases/cri-o.toml"
numbered-as-kubernetes = true

[board]
url = "https://example.github.io/keps"
records = "https://github.com/example/keps/edit/main/keps"
"#;

const KUBERNETES: &str = r#"[[cycles]]
release = "1.37"
start = 2026-05-18
enhancements-freeze = 2026-06-17T12:00:00Z
released = 2026-08-26

[[cycles]]
release = "1.38"
start = 2026-08-31
prr-freeze = 2026-09-23T12:00:00Z
enhancements-freeze = 2026-09-30T12:00:00Z
code-freeze = 2026-11-19T12:00:00Z
test-freeze = 2026-11-19T12:00:00Z
docs-freeze = 2026-12-03T12:00:00Z
planned = 2026-12-16
liaisons = ["mikebrow"]

[[cycles]]
release = "1.39"
"#;

const CONTAINERD: &str = "[[minors]]\nrelease = \"2.3\"\nreleased = 2026-04-30\n\n[[minors]]\nrelease = \"2.4\"\nreleased = 2026-09-16\n\n\
                          [[minors]]\nrelease = \"2.5\"\nplanned = \"2026-12\"\n";
const CRIO: &str = "[[minors]]\nrelease = \"1.36\"\nreleased = 2026-05-04\n";
const ROSTER: &str = "[[maintainers]]\ngithub = \"mikebrow\"\nname = \"Mike Brown\"\nrole = \"committer\"\n\n\
                      [[maintainers]]\ngithub = \"samuelkarp\"\nrole = \"committer\"\n";

const BASE: [(&str, &str); 5] = [
    ("registry.toml", REGISTRY),
    ("maintainers.toml", ROSTER),
    ("releases/kubernetes.toml", KUBERNETES),
    ("releases/containerd.toml", CONTAINERD),
    ("releases/cri-o.toml", CRIO),
];

/// A registry of these records and the files around them, in a folder.
fn registry(records: &[(&str, &str)]) -> Folder {
    let folder = Folder::empty();
    for (path, text) in BASE.iter().chain(records) {
        folder.write(path, text);
    }
    folder
}

/// A registry that is committed again and again.
struct Committed {
    history: History,
}

impl Committed {
    fn new() -> Self {
        Self {
            history: History::with_worktree(),
        }
    }

    /// Commits these records and the files around them, and has them on disk.
    fn commit(&mut self, day: &str, author: (&str, &str), message: &str, records: &[(&str, &str)]) {
        let files: BTreeMap<&str, &str> = BASE.iter().chain(records).copied().collect();
        let worktree = self.history.worktree().to_owned();
        for entry in std::fs::read_dir(&worktree).unwrap() {
            let path = entry.unwrap().path();
            if path.file_name().unwrap() != ".git" {
                let _ = std::fs::remove_dir_all(&path);
            }
        }
        for (path, text) in &files {
            let target = worktree.join(path);
            std::fs::create_dir_all(target.parent().unwrap()).unwrap();
            std::fs::write(target, text).unwrap();
        }
        let files: Vec<(&str, &str)> = files.into_iter().collect();
        self.history.commit_as(day, author, message, &files);
    }

    fn run(&self, arguments: &[&str]) -> common::Ran {
        common::Ran::of(&mut command(self.history.worktree(), arguments))
    }
}

const SOMEONE: (&str, &str) = ("Some One", "1+mikebrow@users.noreply.github.com");

/// The site of a registry, by the paths of its files.
fn site(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let out = tempfile::tempdir().unwrap();
    let target = out.path().join("site");
    let arguments = ["board", "--today", TODAY, "--out", target.to_str().unwrap()];
    common::Ran::of(&mut command(root, &arguments)).expect(0);
    let mut files = BTreeMap::new();
    read(&target, &target, &mut files);
    files
}

fn read(root: &Path, folder: &Path, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read(root, &path, files);
        } else {
            let name = path
                .strip_prefix(root)
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned();
            files.insert(name, std::fs::read(&path).unwrap());
        }
    }
}

fn text<'a>(site: &'a BTreeMap<String, Vec<u8>>, path: &str) -> &'a str {
    let content = site.get(path).unwrap_or_else(|| panic!("{path}"));
    std::str::from_utf8(content).unwrap()
}

fn json(site: &BTreeMap<String, Vec<u8>>, path: &str) -> Value {
    serde_json::from_str(text(site, path)).unwrap()
}

/// The values of an attribute in a page. What the library writes is in double quotes, and has no raw ones inside.
fn values<'a>(page: &'a str, attribute: &str) -> Vec<&'a str> {
    let start = format!(" {attribute}=\"");
    let parts = page.split(start.as_str()).skip(1);
    parts.map(|rest| rest.split('"').next().unwrap()).collect()
}

/// Where an address of a page leads: the path of a file of the site, and an anchor in it.
fn target(page: &str, address: &str) -> (String, Option<String>) {
    let (path, anchor) = match address.split_once('#') {
        Some((path, anchor)) => (path, Some(anchor.to_owned())),
        None => (address, None),
    };
    if path.is_empty() {
        return (page.to_owned(), anchor);
    }
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "." => {}
            ".." => {
                assert!(
                    parts.pop().is_some(),
                    "{page}: {address} leads out of the site"
                );
            }
            part => parts.push(part),
        }
    }
    let path = parts.join("/");
    match path.as_str() {
        "" => ("index.html".to_owned(), anchor),
        path if path.ends_with('/') => (format!("{path}index.html"), anchor),
        path => (path.to_owned(), anchor),
    }
}

/// Every address inside of the site leads to something, every name is there once, and nothing else is loaded.
fn is_whole(site: &BTreeMap<String, Vec<u8>>) {
    let pages: BTreeMap<&str, &str> = site
        .keys()
        .filter(|path| path.ends_with(".html"))
        .map(|path| (path.as_str(), text(site, path)))
        .collect();
    let mut names: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (path, page) in &pages {
        let all = values(page, "id");
        let once: BTreeSet<&str> = all.iter().copied().collect();
        assert_eq!(once.len(), all.len(), "{path}: a name is there twice");
        names.insert(path, once);
        for loaded in values(page, "src") {
            assert!(
                site.contains_key(&target(path, loaded).0),
                "{path}: {loaded}"
            );
        }
        for labelled in values(page, "aria-labelledby") {
            assert!(names[path].contains(labelled), "{path}: {labelled}");
        }
    }
    for (path, page) in &pages {
        for address in values(page, "href") {
            if address.contains("://") {
                continue;
            }
            let address = address.replace("&amp;", "&");
            let (file, anchor) = target(path, &address);
            assert!(
                site.contains_key(&file),
                "{path}: {address} leads to {file}"
            );
            if let (Some(anchor), Some(names)) = (anchor, names.get(file.as_str())) {
                assert!(
                    names.contains(anchor.as_str()),
                    "{path}: {address} has no anchor"
                );
            }
        }
    }
}

/// JSON as its schemas say, feeds and drawings as XML, calendars in lines that end as they must.
fn is_read_by_others(site: &BTreeMap<String, Vec<u8>>) {
    for path in site
        .keys()
        .filter(|path| path.starts_with("api/v1/") && !path.ends_with(".schema.json"))
    {
        let name = path
            .strip_prefix("api/v1/")
            .unwrap()
            .strip_suffix(".json")
            .unwrap();
        let name = if name.starts_with("kep/") {
            "kep"
        } else {
            name
        };
        let schema = json(site, &format!("api/v1/board-{name}.schema.json"));
        let validator = jsonschema::draft202012::options().build(&schema).unwrap();
        let document = json(site, path);
        let errors: Vec<String> = validator
            .iter_errors(&document)
            .map(|error| error.to_string())
            .collect();
        assert!(errors.is_empty(), "{path}: {errors:?}");
    }
    for path in site.keys().filter(|path| {
        [".atom", ".svg", ".xml"]
            .iter()
            .any(|ending| path.ends_with(ending))
    }) {
        if let Err(error) = roxmltree::Document::parse(text(site, path)) {
            panic!("{path}: {error}");
        }
    }
    for path in site.keys().filter(|path| path.ends_with(".ics")) {
        let calendar = text(site, path);
        assert!(calendar.ends_with("END:VCALENDAR\r\n"), "{path}");
        let lines: Vec<&str> = calendar.split("\r\n").collect();
        assert!(
            lines
                .iter()
                .all(|line| line.len() <= 75 && !line.contains(['\r', '\n'])),
            "{path}"
        );
        let count = |wanted: &str| lines.iter().filter(|line| **line == wanted).count();
        assert_eq!(count("BEGIN:VEVENT"), count("END:VEVENT"), "{path}");
        let names: Vec<&&str> = lines
            .iter()
            .filter(|line| line.starts_with("UID:"))
            .collect();
        let once: BTreeSet<&&&str> = names.iter().collect();
        assert_eq!(names.len(), once.len(), "{path}");
    }
}

fn real() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    copy(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("keps"),
        folder.path(),
    );
    folder
}

#[test]
fn the_real_registry_has_a_site_without_a_loose_end() {
    let folder = real();
    let first = site(folder.path());
    is_whole(&first);
    is_read_by_others(&first);
    assert_eq!(
        first,
        site(folder.path()),
        "the same registry and day give the same bytes"
    );
    let page: usize = ["index.html", "board.css", "board.js", "icon.svg"]
        .iter()
        .map(|path| first[*path].len())
        .sum();
    assert!(page < 200 * 1024, "{page}");
    let page = text(&first, "kep/127/index.html");
    assert!(
        page.contains("for Kubernetes 1.25 to 1.26") || page.contains("Kubernetes 1.25 to 1.26"),
        "which containerd has it for which Kubernetes"
    );
}

/// Texts that would do something, if anybody let them.
const HOSTILE: &str = "</title></script><script>alert(1)</script><img src=x onerror=alert(1)>\\\" onmouseover=alert(1) ]]> <!-- {{7*7}} %0d%0aX: y ';--";

#[test]
fn text_of_others_does_nothing_in_any_output() {
    let kep = format!(
        "number = 9001\ntitle = \"{HOSTILE}\"\nstatus = \"implementable\"\nstage = \"beta\"\ntarget = \"1.38\"\nfeature-gates = [\"{HOSTILE}\"]\n\
         links = [\"https://example.com/a?b='c'&d=(e)\"]\nowners = [\"someone\"]\n\
         [runtimes.containerd]\nstate = \"merged\"\n[[runtimes.containerd.parts]]\nname = \"{HOSTILE}\"\nstate = \"merged\"\n\
         [[allow]]\nrule = \"single-shepherd\"\nreason = \"{HOSTILE}\"\n"
    );
    let needs_nothing = format!(
        "number = 9002\ntitle = \"b\"\nstatus = \"implementable\"\ntarget = \"1.38\"\nruntime-support = \"{HOSTILE}\"\n"
    );
    let item =
        format!("id = \"c\"\ntitle = \"{HOSTILE}\"\nkind = \"issue\"\ntriage = \"pending\"\n");
    let roster = format!(
        "[[maintainers]]\ngithub = \"mikebrow\"\nname = \"{HOSTILE}\"\nrole = \"committer\"\n"
    );
    let config = REGISTRY.replace("\"cri-o\"", &format!("\"../../{HOSTILE}\""));
    let mut committed = Committed::new();
    let author = (HOSTILE.replace(['<', '>'], "|"), "a@example.com");
    let records = [
        ("sig-<b>node/9001-a.toml", kep.as_str()),
        ("sig-node/9002-b.toml", &needs_nothing),
        ("work-items/c.toml", &item),
        ("maintainers.toml", &roster),
        ("registry.toml", &config),
    ];
    committed.commit("2026-11-01", (&author.0, author.1), HOSTILE, &records);
    let moved = kep.replace("1.38", "1.39");
    let mut later = records;
    later[0].1 = &moved;
    committed.commit("2026-11-02", (&author.0, author.1), HOSTILE, &later);
    let site = site(committed.history.worktree());
    is_whole(&site);
    is_read_by_others(&site);
    for path in site.keys() {
        assert!(
            path.split('/')
                .all(|part| part != ".." && !part.contains(['<', '>', '"', '\\', ' '])),
            "{path}"
        );
        if path.ends_with(".html") {
            let page = text(&site, path);
            // What machines are told of the page is JSON, which is looked at below.
            let shown: String = page
                .split("<script type=\"application/ld+json\">")
                .map(|part| part.split_once("</script>").map_or(part, |(_, rest)| rest))
                .collect();
            for raw in [
                "<script>alert",
                "<img src=x",
                "</title></script>",
                "\" onmouseover=",
            ] {
                assert!(!shown.contains(raw), "{path}: {raw}");
            }
            let scripts = page.matches("<script").count();
            assert_eq!(
                scripts,
                1 + page.matches("application/ld+json").count(),
                "{path}"
            );
            assert!(
                !page.contains(" style=\"") && !page.contains("unsafe-inline"),
                "{path}"
            );
            assert!(
                page.contains(
                    "http-equiv=\"Content-Security-Policy\" content=\"default-src 'none';"
                ),
                "{path}"
            );
        }
    }
    let page = text(&site, "kep/9001/index.html");
    let data = page
        .split("application/ld+json\">")
        .nth(1)
        .unwrap()
        .split("</script>")
        .next()
        .unwrap();
    let data: Value = serde_json::from_str(data).unwrap();
    let title = json(&site, "api/v1/kep/9001.json")["kep"]["title"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(title.contains("<script>alert(1)</script>"), "{title}");
    assert_eq!(data["headline"], format!("KEP-9001 {title}"));
    let feed = roxmltree::Document::parse(text(&site, "kep/9001/feed.atom")).unwrap();
    let titles: Vec<&str> = feed
        .descendants()
        .filter(|node| node.has_tag_name("title"))
        .filter_map(|node| node.text())
        .collect();
    assert!(
        titles[1].starts_with(&format!("KEP-9001 {title}: target 1.38 → 1.39")),
        "{titles:?}"
    );
    for format in ["markdown", "slack"] {
        let report = committed
            .run(&[
                "report",
                "--today",
                TODAY,
                "--cycle",
                "1.39",
                "--format",
                format,
                "--since",
                "2026-11-01",
            ])
            .expect(0);
        let report = report.replace("\\<", "");
        assert!(
            !report.contains("<script>") && !report.contains("<img"),
            "{report}"
        );
    }
    let log = committed.run(&["log", "9001"]).expect(0);
    assert!(log.contains("target  1.38 → 1.39"), "{log}");
}

#[test]
fn a_history_is_told_field_by_field_through_renames() {
    let mut committed = Committed::new();
    let first = record(
        9001,
        "stage = \"beta\"\ntarget = \"1.37\"\ntriage = \"accepted\"\n",
    );
    committed.commit(
        "2026-05-01",
        SOMEONE,
        "keps: 9001",
        &[("sig-node/9001-a.toml", &first)],
    );
    let moved = first.replace("1.37", "1.38") + "shepherds = [\"mikebrow\"]\n";
    committed.commit(
        "2026-07-01",
        ("Release Team", "r@example.com"),
        "keps: 9001 moves on",
        &[("sig-network/9001-b.toml", &moved)],
    );
    let log = committed.run(&["log", "kep-9001"]).expect(0);
    let without_ids: Vec<String> = log
        .lines()
        .map(
            |line| match line.starts_with(|c: char| c.is_ascii_hexdigit()) {
                true => line.split_once(' ').unwrap().1.to_owned(),
                false => line.to_owned(),
            },
        )
        .collect();
    insta::assert_snapshot!(without_ids.join("\n"), @"
    2026-07-01 Release Team
      keps: 9001 moves on
      moved from sig-node/9001-a.toml to sig-network/9001-b.toml
      shepherds  nothing → mikebrow
      target  1.37 → 1.38

    2026-05-01 Some One
      keps: 9001
      the record came
    ");
    let value: Value = serde_json::from_str(
        &committed
            .run(&["log", "9001", "--format", "json"])
            .expect(0),
    )
    .unwrap();
    let schema: Value = serde_json::from_str(include_str!("../schema/log.schema.json")).unwrap();
    jsonschema::validate(&schema, &value).unwrap();
    assert_eq!(value["commits"].as_array().unwrap().len(), 2);

    let site = site(committed.history.worktree());
    let kep = &json(&site, "api/v1/kep/9001.json")["kep"];
    assert_eq!(kep["slips"][0]["from"], "1.37");
    assert_eq!(kep["slips"][0]["by"], "Release Team");
    assert_eq!(kep["releases"], serde_json::json!(["1.37", "1.38"]));
    // It left 1.37 after its enhancements freeze, so that it was removed, and not deferred in time.
    let cycles = json(&site, "api/v1/cycles.json");
    let cycle = |release: &str| {
        cycles["cycles"]
            .as_array()
            .unwrap()
            .iter()
            .find(|cycle| cycle["release"] == release)
            .unwrap()
            .clone()
    };
    assert_eq!(
        cycle("1.37")["left"],
        serde_json::json!([{ "kep": 9001, "to": "1.38", "day": "2026-07-01", "after-freeze": true }])
    );
    assert_eq!(cycle("1.38")["left"], serde_json::json!([]));
    let page = text(&site, "keps/index.html");
    assert!(
        page.contains("data-releases=\"1.37 1.38\""),
        "found under any milestone that it ever had"
    );
    assert!(page.contains("slipped once"), "{page}");
    // What somebody changed is on their page, if the address of the commit tells the account.
    assert!(text(&site, "person/mikebrow/index.html").contains("came into the registry"));
    let front = text(&site, "index.html");
    assert!(
        front.contains("https://github.com/example/keps/commit/"),
        "{front}"
    );
}

#[test]
fn a_history_is_of_the_registry_alone_and_a_broken_record_is_no_end_of_it() {
    let mut committed = Committed::new();
    let of = |target: &str| record(9001, &format!("target = \"{target}\"\n"));
    let (first, second) = (of("1.37"), of("1.38"));
    let broken = first.replace("number = 9001", "<<<<<<< ours\nnumber = = 9001");
    let foreign = |target: &str| format!("number = 9001\ntarget = \"{target}\"\n");
    let (example, later) = (foreign("1.30"), foreign("1.39"));
    let commit = |committed: &mut Committed, day: &str, text: &str, example: &str| {
        let files = [
            ("sig-node/9001-a.toml", text),
            ("examples/record.toml", example),
        ];
        committed.commit(day, SOMEONE, day, &files);
    };
    commit(&mut committed, "2026-05-01", &first, &example);
    commit(&mut committed, "2026-05-02", &broken, &later);
    commit(&mut committed, "2026-05-03", &second, &later);
    // A commit that changes nothing of the registry.
    commit(&mut committed, "2026-05-04", &second, &example);
    let log = committed.run(&["log", "9001"]).expect(0);
    assert!(
        !log.contains("taken out") && log.matches("came").count() == 1,
        "{log}"
    );
    assert!(
        !log.contains("1.30") && !log.contains("2026-05-04"),
        "{log}"
    );
    let front = site(committed.history.worktree());
    assert!(
        !text(&front, "index.html").contains("not committed"),
        "what is not the registry's does not count"
    );
}

#[test]
fn what_cannot_be_read_is_said_in_pages_and_reports() {
    let broken = record(9001, "target = \"1.38\"\n").replace("implementable", "implmented");
    let calendar = format!("{KUBERNETES}\n[[cycles]]\nrelease = \"1.40\"\nbogus = 1\n");
    let files = [
        ("sig-node/9001-a.toml", broken.as_str()),
        ("releases/kubernetes.toml", &calendar),
    ];
    let folder = registry(&files);
    let site = site(folder.path());
    is_whole(&site);
    is_read_by_others(&site);
    assert_eq!(
        json(&site, "api/v1/kep/9001.json")["kep"].get("status"),
        None,
        "nothing is invented"
    );
    assert!(text(&site, "index.html").contains("what they say counts as not known"));
    let report = folder
        .run(&["report", "--cycle", "1.38", "--today", TODAY])
        .expect(0);
    assert!(
        report.contains(
            "With mistakes, so that something may be missing here: 1 record, a calendar or list."
        ),
        "{report}"
    );
    let report = folder
        .run(&[
            "report", "--cycle", "1.38", "--for", "9001", "--today", TODAY,
        ])
        .expect(0);
    assert!(report.contains("mistake in its record"), "{report}");
}

#[test]
fn without_a_history_pages_say_that_they_do_not_know() {
    let files = [("sig-node/9001-a.toml", record(9001, "target = \"1.38\"\n"))];
    let files = common::borrowed(&files.map(|(path, text)| (path.to_owned(), text)))
        .iter()
        .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()))
        .collect::<Vec<_>>();
    let folder = registry(&common::borrowed(&files));
    let alone = site(folder.path());
    is_whole(&alone);
    is_read_by_others(&alone);
    assert!(text(&alone, "kep/9001/index.html").contains("in no git repository"));
    assert!(text(&alone, "index.html").contains("The commit of the registry is not known."));
    assert_eq!(json(&alone, "api/v1/changes.json")["changes"], Value::Null);
    let ran = folder.run(&["log", "9001"]);
    assert_eq!(ran.status, 2);
    assert!(ran.log.contains("in no git repository"), "{}", ran.log);

    let mut committed = Committed::new();
    committed.commit("2026-05-01", SOMEONE, "one", &common::borrowed(&files));
    let first = committed.history.head();
    let later = record(9001, "target = \"1.39\"\n");
    committed.commit(
        "2026-06-01",
        SOMEONE,
        "two",
        &[("sig-node/9001-a.toml", &later)],
    );
    committed.history.cut_off(&first);
    let shallow = site(committed.history.worktree());
    assert!(text(&shallow, "kep/9001/index.html").contains("is shallow"));
    // What is not committed is said so.
    std::fs::write(
        committed.history.worktree().join("sig-node/9001-a.toml"),
        record(9001, ""),
    )
    .unwrap();
    let site = site(committed.history.worktree());
    assert!(text(&site, "index.html").contains("with 1 file not committed yet"));
}

#[test]
fn every_registry_has_a_board_that_looks_intended() {
    let long = "a".repeat(150);
    let dateless = Folder::empty();
    dateless.write("registry.toml", REGISTRY);
    dateless.write(
        "sig-node/9001-a.toml",
        format!("number = 9001\ntitle = \"{long}\"\nstatus = \"provisional\"\n"),
    );
    dateless.write(
        "releases/kubernetes.toml",
        "[[cycles]]\nrelease = \"1.38\"\n",
    );
    let empty = Folder::empty();
    empty.write("registry.toml", REGISTRY);
    let twice = registry(&[
        ("sig-node/9001-a.toml", &record(9001, "target = \"1.38\"\n")),
        ("sig-node/9001-b.toml", &record(9001, "target = \"1.39\"\n")),
        ("sig-node/9002-c.toml", "number = \"x\"\n"),
        ("sig-node/9003-d.toml", "title = = 1\n"),
        (
            "sig-node/9004-e.toml",
            &record(9004, "target = 1.38\nstage = \"betta\"\n"),
        ),
        (
            "releases/kubernetes.toml",
            &format!("{KUBERNETES}\n[[cycles]]\nrelease = \"1.38\"\nplanned = 2026-12-17\n"),
        ),
    ]);
    for (folder, said) in [
        (&dateless, "When Kubernetes 1.38 ships is not on record"),
        (&empty, "The registry has no KEP yet."),
        (&twice, "Records with mistakes"),
    ] {
        let site = site(folder.path());
        is_whole(&site);
        is_read_by_others(&site);
        assert!(text(&site, "index.html").contains(said), "{said}");
    }
    let site = site(twice.path());
    let out = text(&site, "coverage/index.html");
    assert!(
        out.contains("sig-node/9001-b.toml"),
        "it is left out, and the page says so: {out}"
    );
    let kep = &json(&site, "api/v1/kep/9004.json")["kep"];
    assert_eq!(kep["is-whole"], false);
    assert_eq!(kep["verdict"]["is"], "cannot-tell");
    assert!(
        text(&site, "kep/9004/index.html").contains("betta"),
        "its mistake is shown"
    );
}

#[test]
fn what_waits_and_for_whom_and_how_much_is_known() {
    let taken_on = record(
        9001,
        "stage = \"beta\"\ntarget = \"1.38\"\nenabled-by-default = true\ntriage = \"accepted\"\n[runtimes.containerd]\nstate = \"in-progress\"\nevidence = [\"containerd/containerd#7\"]\n[runtimes.cri-o]\nstate = \"released\"\nrelease = \"1.36.0\"\n",
    );
    let pending = record(
        9002,
        "triage = \"pending\"\npull-requests = [{ id = \"containerd/containerd#8\" }]\nshepherds = [\"samuelkarp\"]\n",
    );
    let mut committed = Committed::new();
    committed.commit(
        "2026-10-01",
        SOMEONE,
        "keps",
        &[("sig-node/9001-a.toml", &taken_on)],
    );
    committed.commit(
        "2026-11-01",
        SOMEONE,
        "keps",
        &[
            ("sig-node/9001-a.toml", &taken_on),
            ("sig-node/9002-b.toml", &pending),
        ],
    );
    let site = site(committed.history.worktree());
    let waits = json(&site, "api/v1/waits.json");
    let said: Vec<String> = waits["waits"]
        .as_array()
        .unwrap()
        .iter()
        .map(|wait| {
            let word = |key: &str| wait[key].as_str().unwrap_or("-").to_owned();
            format!(
                "{} {} {} {} {}",
                word("since"),
                word("subject"),
                word("kind"),
                wait["people"],
                word("what")
            )
        })
        .collect();
    insta::assert_snapshot!(said.join("\n"), @r#"
    2026-10-01 KEP-9001 act [] containerd is working on it and has not merged it; the next minor is containerd 2.5, planned for 2026-12, and it counts for Kubernetes 1.38 if it is out by 2027-01-15. It has to be merged before.
    2026-10-01 KEP-9001 volunteer [] It is taken on, and nobody shepherds it.
    2026-10-01 KEP-9001 review [] containerd/containerd#7 brings it to containerd, and is not on record as merged.
    2026-11-01 KEP-9002 triage [] The maintainers have not decided yet whether they take it on.
    2026-11-01 KEP-9002 review ["samuelkarp"] containerd/containerd#8 does part of the work, and is not on record as merged.
    - - volunteer [] Nobody is the liaison to SIG-Node for Kubernetes 1.39 yet.
    "#);
    let coverage = json(&site, "api/v1/coverage.json");
    let said: Vec<String> = coverage["coverage"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            format!(
                "{}: {} of {} {}",
                one["what"],
                one["known"].as_array().unwrap().len(),
                one["of"],
                one["unknown"]
            )
        })
        .collect();
    insta::assert_snapshot!(said.join("\n"), @r#"
    "What containerd has": 1 of "KEPs that a runtime has to do with" [9002]
    "Which pull requests brought it to containerd": 1 of "KEPs that it has something of" []
    "What cri-o has": 1 of "KEPs that a runtime has to do with" [9002]
    "Since which version cri-o has it": 1 of "KEPs that it has released" []
    "Which pull requests brought it to cri-o": 0 of "KEPs that it has something of" [9001]
    "Whether maintainers take it on": 1 of "KEPs that work goes on with" [9002]
    "Who shepherds it": 0 of "KEPs that are taken on" [9001]
    "Which release it aims at": 1 of "KEPs that work goes on with" [9002]
    "Whether it is on by default": 1 of "KEPs that aim at beta" []
    "Its tracking issue": 0 of "KEPs that work goes on with" [9001,9002]
    "What its kep.yaml has said within 30 days": 0 of "KEPs" [9001,9002]
    "#);
    let minor = json(&site, "api/v1/runtimes.json");
    let minors = minor["runtimes"][0]["minors"].as_array().unwrap();
    let next = minors
        .iter()
        .find(|minor| minor["release"] == "2.5")
        .unwrap();
    assert_eq!(next["must-bring"], serde_json::json!([9001]));
    // A project without liaisons switches the rule off, and waits for none.
    let config = committed.history.worktree().join("registry.toml");
    let text = std::fs::read_to_string(&config).unwrap();
    let off = "[rules]\nmissing-liaison = \"off\"\n";
    std::fs::write(&config, format!("{text}\n{off}")).unwrap();
    let waits = json(
        &self::site(committed.history.worktree()),
        "api/v1/waits.json",
    );
    assert!(!waits.to_string().contains("liaison"), "{waits}");
}

#[test]
fn a_calendar_keeps_its_names_and_counts_corrections() {
    let mut committed = Committed::new();
    committed.commit("2026-10-01", SOMEONE, "calendar", &[]);
    let event = |site: &BTreeMap<String, Vec<u8>>| -> String {
        let calendar = text(site, "cycle/1.38/cycle.ics").replace("\r\n ", "");
        let events = calendar.split("BEGIN:VEVENT").skip(1);
        events
            .filter(|event| event.contains("docs-freeze"))
            .collect()
    };
    let before = event(&site(committed.history.worktree()));
    assert!(
        before.contains("UID:kubernetes-1.38-docs-freeze@kepherd\r\n"),
        "{before}"
    );
    assert!(
        before.contains("SEQUENCE:0\r\n") && before.contains("DTSTART:20261203T120000Z\r\n"),
        "{before}"
    );
    let corrected = KUBERNETES.replace("docs-freeze = 2026-12-03", "docs-freeze = 2026-12-04");
    committed.commit(
        "2026-11-01",
        SOMEONE,
        "a day later",
        &[("releases/kubernetes.toml", &corrected)],
    );
    let site = site(committed.history.worktree());
    let after = event(&site);
    assert!(
        after.contains("UID:kubernetes-1.38-docs-freeze@kepherd\r\n"),
        "{after}"
    );
    assert!(
        after.contains("SEQUENCE:1\r\n") && after.contains("DTSTART:20261204T120000Z\r\n"),
        "{after}"
    );
    let page = text(&site, "dates/index.html");
    assert!(
        page.contains("webcal://example.github.io/keps/calendar.ics"),
        "{page}"
    );
}

#[test]
fn sig_nodes_report_is_in_the_words_of_its_wranglers() {
    let mut committed = Committed::new();
    let aim = |number: u32, stage: &str, more: &str| {
        record(
            number,
            &format!("stage = \"{stage}\"\ntarget = \"1.38\"\n{more}"),
        )
    };
    let has = |runtime: &str, state: &str, release: &str| {
        format!("[runtimes.{runtime}]\nstate = \"{state}\"\n{release}")
    };
    let ready = aim(
        9001,
        "beta",
        &format!(
            "enabled-by-default = false\n{}",
            has("containerd", "released", "release = \"2.3.0\"\n")
        ),
    );
    let course = aim(
        9002,
        "stable",
        &format!(
            "reached = {{ beta = \"1.37\" }}\n{}{}",
            has("containerd", "merged", ""),
            has("cri-o", "released", "release = \"1.36.0\"\n")
        ),
    );
    let risk = aim(
        9003,
        "alpha",
        &format!(
            "shepherds = [\"mikebrow\"]\n{}{}",
            has("containerd", "in-progress", ""),
            has("cri-o", "none", "")
        ),
    );
    let unknown = aim(9004, "alpha", "");
    let moves = aim(9005, "beta", "");
    let all = [
        ("sig-node/9001-a.toml", ready.as_str()),
        ("sig-node/9002-b.toml", &course),
        ("sig-node/9003-c.toml", &risk),
        ("sig-node/9004-d.toml", &unknown),
        ("sig-node/9005-e.toml", &moves),
    ];
    committed.commit("2026-09-01", SOMEONE, "keps", &all);
    let moved = moves.replace("1.38", "1.39");
    let mut later = all;
    later[4].1 = &moved;
    committed.commit("2026-11-03", SOMEONE, "keps: 9005 moves", &later);
    let report = |more: &[&str]| {
        let mut arguments = vec!["report", "--today", TODAY, "--cycle", "1.38"];
        arguments.extend(more);
        committed.run(&arguments).expect(0)
    };
    insta::assert_snapshot!(report(&["--for", "sig-node"]), @"
    Metrics:

    By Stage
    - Alpha: 2
    - Beta: 1
    - Stable: 1
    - Deprecation: 0

    By Status
    - Tracked for docs freeze: 2
    - At risk for docs freeze: 1
    - Removed from milestone: 1
    - Cannot tell from the container runtimes: 1

    - 🔴 [KEP-9003 Pod Lullabies 9003](https://example.github.io/keps/kep/9003/) (alpha): containerd is working on it and has not merged it; Kubernetes 1.38 froze its code on 2026-11-19, so that only a merge in the next days helps.
    - ⚪ [KEP-9004 Pod Lullabies 9004](https://example.github.io/keps/kep/9004/) (alpha): What containerd and cri-o have is not on record.
    - 🟡 [KEP-9002 Pod Lullabies 9002](https://example.github.io/keps/kep/9002/) (stable): containerd has merged it and not released it; the next minor is containerd 2.5, planned for 2026-12, and it counts for Kubernetes 1.38 if it is out by 2027-01-15.
    - 🟢 [KEP-9001 Pod Lullabies 9001](https://example.github.io/keps/kep/9001/) (beta, off by default): containerd has released it in 2.3.0 of 2026-04-30.
    - [KEP-9005 Pod Lullabies 9005](https://example.github.io/keps/kep/9005/) (beta): moved to 1.39 on 2026-11-03
    ");
    insta::assert_snapshot!(report(&["--for", "sig-node", "--format", "slack", "--since", "2026-11-01"]), @"
    Metrics:

    By Stage
    - Alpha: 2
    - Beta: 1
    - Stable: 1
    - Deprecation: 0

    By Status
    - Tracked for docs freeze: 2
    - At risk for docs freeze: 1
    - Removed from milestone: 1
    - Cannot tell from the container runtimes: 1

    <https://example.github.io/keps/kep/9005/|KEP-9005 Pod Lullabies 9005> (beta): moved to 1.39 on 2026-11-03

    *Changed since 2026-11-01*

    • <https://example.github.io/keps/kep/9005/|KEP-9005 Pod Lullabies 9005>: target 1.38 → 1.39, by Some One on 2026-11-03
    ");
    insta::assert_snapshot!(report(&[]), @"
    # Kubernetes 1.38 and containerd, as of 2026-11-29

    Kubernetes 1.38 ships in 17 days; containerd 2.5 is planned for the same month. The next freeze of 1.38 is the docs freeze, on 2026-12-03.

    ## Needs a volunteer

    - Nobody is the liaison to SIG-Node for Kubernetes 1.39 yet.

    ## At risk

    - [KEP-9003 Pod Lullabies 9003](https://example.github.io/keps/kep/9003/) (alpha): containerd is working on it and has not merged it; Kubernetes 1.38 froze its code on 2026-11-19, so that only a merge in the next days helps. Shepherded by [mikebrow](https://github.com/mikebrow).

    ## Cannot tell

    - [KEP-9004 Pod Lullabies 9004](https://example.github.io/keps/kep/9004/) (alpha): What containerd and cri-o have is not on record. Nobody shepherds it.

    ## On course

    - [KEP-9002 Pod Lullabies 9002](https://example.github.io/keps/kep/9002/) (stable): containerd has merged it and not released it; the next minor is containerd 2.5, planned for 2026-12, and it counts for Kubernetes 1.38 if it is out by 2027-01-15. Nobody shepherds it.

    ## Ready

    - [KEP-9001 Pod Lullabies 9001](https://example.github.io/keps/kep/9001/) (beta, off by default): containerd has released it in 2.3.0 of 2026-04-30. Nobody shepherds it.

    ## Left the cycle

    - [KEP-9005 Pod Lullabies 9005](https://example.github.io/keps/kep/9005/) (beta): moved to 1.39 on 2026-11-03

    ## Which release brings what

    - containerd 2.5 must bring [KEP-9002 Pod Lullabies 9002](https://example.github.io/keps/kep/9002/)
    - containerd 2.3 brought [KEP-9001 Pod Lullabies 9001](https://example.github.io/keps/kep/9001/)
    - cri-o 1.36 brought [KEP-9002 Pod Lullabies 9002](https://example.github.io/keps/kep/9002/)

    ## Who shepherds what

    - [mikebrow](https://github.com/mikebrow): [KEP-9003 Pod Lullabies 9003](https://example.github.io/keps/kep/9003/)
    ");
    insta::assert_snapshot!(report(&["--for", "9003,KEP-9005", "--since", "HEAD~1"]), @r"
    # KEPs as of 2026-11-29

    ## KEP-9005 Pod Lullabies 9005

    - **cannot tell** for beta in Kubernetes 1.39
    - What containerd and cri-o have is not on record.
    - If it is on by default, the CRI development policy asks for a release of every participating container runtime.
    - Whether it is on by default is not on record; the verdict is the same or better if it is not.
    - what containerd has is not on record
    - what cri-o has is not on record
    - Nobody shepherds it.

    ## Changed since HEAD\~1 (2026-09-01)

    - [KEP-9005 Pod Lullabies 9005](https://example.github.io/keps/kep/9005/): target 1.38 → 1.39, by Some One on 2026-11-03
    ");
    assert_eq!(report(&[]), report(&[]), "twice is the same");
    let freeze = |today: &str| {
        committed
            .run(&[
                "report", "--today", today, "--cycle", "1.38", "--for", "sig-node",
            ])
            .expect(0)
    };
    for (today, wanted) in [
        ("2026-09-10", "Tracked for production readiness freeze"),
        ("2026-09-24", "Tracked for enhancements freeze"),
        ("2026-10-10", "At risk for code freeze"),
        ("2026-12-03", "Tracked for docs freeze"),
        ("2026-12-10", "Tracked for the release"),
    ] {
        assert!(freeze(today).contains(wanted), "{today} {wanted}");
    }
    for (arguments, said) in [
        (
            &["report", "--for", "crio"][..],
            "for `sig-node`, for `containerd`, or for KEPs",
        ),
        (
            &["report", "--for", "sig-node,9001"],
            "not for several of these",
        ),
        (&["report", "--for", "1"], "no record of KEP-1"),
        (
            &["report", "--cycle", "1.50"],
            "neither the calendar nor a record knows it",
        ),
        (
            &["report", "--since", "nope"],
            "neither a day like 2026-11-23 nor a revision",
        ),
    ] {
        let ran = committed.run(arguments);
        assert_eq!(ran.status, 2);
        assert!(ran.log.contains(said), "{}", ran.log);
    }
}

/// `board --serve` while it runs.
struct Served {
    child: Child,
    port: u16,
}

impl Served {
    fn of(folder: &Path) -> Self {
        let arguments = ["board", "--serve", "--port", "0", "--today", TODAY];
        let mut child = command(folder, &arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let port = line
            .trim()
            .trim_end_matches('/')
            .rsplit_once(':')
            .unwrap()
            .1
            .parse()
            .unwrap();
        Self { child, port }
    }

    fn get(&self, path: &str, host: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
        )
        .unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_served_board_follows_its_records_and_answers_this_machine_alone() {
    let folder = registry(&[("sig-node/9001-a.toml", &record(9001, "target = \"1.38\"\n"))]);
    let served = Served::of(folder.path());
    let body = |path: &str| served.get(path, "localhost");
    let edition = |answer: &str| answer.rsplit("\r\n\r\n").next().unwrap().trim().to_owned();
    let page = body("/kep/9001/");
    assert!(
        page.contains("Pod Lullabies 9001") && page.contains("live.js"),
        "{page}"
    );
    assert!(page.contains("text/html"), "{page}");
    assert!(body("/kep/9001").starts_with("HTTP/1.1 308"));
    assert!(body("/../../etc/passwd").starts_with("HTTP/1.1 404"));
    assert!(served.get("/", "evil.example").starts_with("HTTP/1.1 403"));
    let first = edition(&body("/live?seen="));
    folder.write(
        "sig-node/9001-a.toml",
        record(9001, "target = \"1.39\"\n").replace("Pod Lullabies", "Night Light"),
    );
    // The answer waits for what is newer.
    let second = edition(&body(&format!("/live?seen={first}")));
    assert_ne!(first, second);
    assert!(body("/kep/9001/").contains("Night Light 9001"));
    // A record that somebody is writing takes nothing away.
    folder.write("sig-node/9001-a.toml", "title = = ");
    let third = edition(&body(&format!("/live?seen={second}")));
    assert_ne!(second, third);
    assert!(body("/kep/9001/").contains("Mistake"));
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_a_served_board() {
    let folder = registry(&[]);
    let mut served = Served::of(folder.path());
    let process = served.child.id().to_string();
    let killed = std::process::Command::new("/bin/kill")
        .args(["-INT", &process])
        .status()
        .unwrap();
    assert!(killed.success());
    assert_eq!(served.child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_folder_of_somebody_else_is_refused() {
    let folder = registry(&[]);
    folder.write("theirs/thesis.md", "years of work");
    let ran = folder.run(&["board", "--out", "theirs"]);
    assert_eq!(ran.status, 2);
    assert!(
        ran.log.contains("holds something else than a board"),
        "{}",
        ran.log
    );
    let ran = folder.run(&["board"]);
    assert_eq!(ran.status, 2);
    let ran = folder.run(&["board", "--out", "registry.toml"]);
    assert!(
        ran.log.contains("is a file, and a board is a folder"),
        "{}",
        ran.log
    );
}
