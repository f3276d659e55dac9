//! A small registry for the tests of rules: sound in every file, so that a test changes the one thing it is about.

use std::convert::Infallible;
use std::fmt::Write as _;

use super::{Beside, ExampleBeside, Others};
use crate::findings::sources::Revision;
use crate::registry::calendars::KubernetesCalendar;
use crate::registry::load::{Loaded, RawFile, file_stem, leading_number, load_as};
use crate::render;
use crate::sources::releases::tags::version_of;
use crate::sources::runtimes::compare::RuntimeHistory;
use crate::sources::runtimes::history::{Commit, History, Names};
use crate::sources::runtimes::message;
use crate::sources::runtimes::names::Backports;
use crate::sources::upstream::folders::Folders;
use crate::sources::upstream::kep_yaml::read;
use crate::sources::upstream::snapshot::{self, Head, Reading, Unusable, Upstream, source_file};
use crate::terms::{CommitId, Date};

/// `registry.toml` of the test registry.
pub(crate) const CONFIG: &str = r#"home = "containerd"
repositories = ["containerd/containerd", "containerd/nri"]

[[runtimes]]
name = "containerd"
calendar = "releases/containerd.toml"

[[runtimes]]
name = "cri-o"
calendar = "releases/cri-o.toml"
numbered-as-kubernetes = true
"#;

const MAINTAINERS: &str = r#"[[maintainers]]
github = "mikebrow"
role = "committer"

[[maintainers]]
github = "samuelkarp"
role = "committer"
"#;

const KUBERNETES: &str = r#"[[cycles]]
release = "1.36"
released = 2026-04-22

[[cycles]]
release = "1.37"
released = 2026-08-26

[[cycles]]
release = "1.38"
planned = 2026-12-16
"#;

const CONTAINERD: &str = r#"[[minors]]
release = "2.3"
released = 2026-04-30

[[minors]]
release = "2.4"
released = 2026-09-16

[[minors]]
release = "2.5"
planned = "2026-12"
"#;

const CRI_O: &str = r#"[[minors]]
release = "1.36"
released = 2026-05-04

[[minors]]
release = "1.37"
released = 2026-09-04
"#;

/// A record that no rule finds fault with.
pub(crate) const RECORD: &str = r#"number = 9001
title = "Pod Lullabies"
status = "implementable"
"#;

/// The day of every check in tests.
pub(crate) const TODAY: &str = "2026-11-22";

/// The text findings of the test registry with these files put in or replaced.
pub(crate) fn check(files: &[(&str, &str)]) -> String {
    shown(
        &loaded(Revision::Registry, files),
        Beside::default(),
        |_| true,
    )
}

/// The findings of one rule.
pub(crate) fn only(rule: &str, files: &[(&str, &str)]) -> String {
    shown(
        &loaded(Revision::Registry, files),
        Beside::default(),
        |found| found == rule,
    )
}

/// The findings of one rule in a record with these lines more.
pub(crate) fn in_record(rule: &str, more: &str) -> String {
    only(
        rule,
        &[("sig-node/9001-a.toml", &format!("{RECORD}{more}"))],
    )
}

/// The findings of one rule about a change of these files, from the first to the second.
pub(crate) fn changed(rule: &str, from: &[(&str, &str)], to: &[(&str, &str)]) -> String {
    let head = loaded(Revision::Registry, to);
    let base = loaded(Revision::Base, from);
    shown(&head, Beside::base(&base), |found| found == rule)
}

/// The findings of one rule about a change of a record, from these lines after what every record has to those.
pub(crate) fn changed_in_record(rule: &str, from: &str, to: &str) -> String {
    let path = "sig-node/9001-a.toml";
    changed(
        rule,
        &[(path, &format!("{RECORD}{from}"))],
        &[(path, &format!("{RECORD}{to}"))],
    )
}

pub(crate) fn loaded(revision: Revision, files: &[(&str, &str)]) -> Loaded {
    loaded_without(&[], revision, files)
}

fn loaded_without(gone: &[&str], revision: Revision, files: &[(&str, &str)]) -> Loaded {
    let mut all = vec![
        ("registry.toml", CONFIG),
        ("maintainers.toml", MAINTAINERS),
        ("releases/kubernetes.toml", KUBERNETES),
        ("releases/containerd.toml", CONTAINERD),
        ("releases/cri-o.toml", CRI_O),
    ];
    all.retain(|(known, _)| !gone.contains(known));
    for (path, text) in files {
        all.retain(|(known, _)| known != path);
        all.push((path, text));
    }
    let raw = all
        .into_iter()
        .map(|(path, text)| RawFile {
            path: path.to_owned(),
            content: Ok(text.as_bytes().to_vec()),
        })
        .collect();
    load_as(revision, raw)
}

fn shown(loaded: &Loaded, beside: Beside<'_>, wanted: impl Fn(&str) -> bool) -> String {
    let checked = super::run(loaded, TODAY.parse().unwrap(), beside);
    let mut out = String::new();
    for diagnostic in checked.diagnostics.iter().filter(|one| wanted(one.rule.0)) {
        let text = render::text::finding(diagnostic, &checked.sources, "", false);
        let _ = writeln!(out, "{text}");
    }
    out
}

/// The findings of one rule in an example.
pub(crate) fn beside(rule: &str, files: &[(&str, &str)], beside: &ExampleBeside) -> String {
    match beside {
        ExampleBeside::Nothing => only(rule, files),
        ExampleBeside::Without(gone) => {
            let loaded = loaded_without(gone, Revision::Registry, files);
            shown(&loaded, Beside::default(), |found| found == rule)
        }
        ExampleBeside::Base(base) => changed(rule, base, files),
        ExampleBeside::Upstream { day, keps } => {
            let loaded = loaded(Revision::Registry, files);
            let enhancements = Enhancements {
                day,
                keps,
                before: None,
            };
            let upstream = upstream(&loaded, &enhancements);
            let beside = Beside {
                base: None,
                others: Others {
                    upstream: Some(&upstream),
                    runtimes: &[],
                },
            };
            shown(&loaded, beside, |found| found == rule)
        }
        ExampleBeside::History(commits) => {
            let loaded = loaded(Revision::Registry, files);
            let runtimes = [history(&loaded, commits)];
            let beside = Beside {
                base: None,
                others: Others {
                    upstream: None,
                    runtimes: &runtimes,
                },
            };
            shown(&loaded, beside, |found| found == rule)
        }
    }
}

/// The history of containerd, with these commits on its default branch.
fn history(loaded: &Loaded, commits: &[(&str, &str, Option<&str>)]) -> RuntimeHistory {
    let id = |node: usize| CommitId([node as u8 + 1; 20]);
    let mut names = Names::default();
    let mut all = Vec::new();
    for (node, (day, message, tag)) in commits.iter().enumerate() {
        let day = day.parse().unwrap();
        all.push(Commit {
            id: id(node),
            parents: node.checked_sub(1).map(id).into_iter().collect(),
            day,
            said: message::read(message.as_bytes(), true),
        });
        names.default = Some(id(node));
        let version = tag.and_then(|tag| version_of("v{version}", tag));
        names
            .tags
            .extend(version.map(|version| (version, (id(node), day))));
    }
    RuntimeHistory {
        runtime: loaded.registry.config.value.runtimes[0].clone(),
        repository: "containerd/containerd".parse().unwrap(),
        history: History::of(all, &names, &Backports::default()),
        read: "0123456789 of 2026-11-01".to_owned(),
        day: "2026-11-01".parse().unwrap(),
        pull: "kepherd runtimes pull --repo CLONE".to_owned(),
    }
}

/// kubernetes/enhancements on a day, as a test makes it.
pub(crate) struct Enhancements<'a> {
    /// The day.
    pub(crate) day: &'a str,
    /// The folder and the kep.yaml of each KEP.
    pub(crate) keps: &'a [(&'a str, &'a str)],
    /// What the kep.yaml of the records was on the day when they were read.
    pub(crate) before: Option<&'a str>,
}

/// The folder of the KEP that most tests are about, and its kep.yaml.
pub(crate) const FOLDER: &str = "keps/sig-node/9001-a";

/// What upstream says of it.
pub(crate) const KEP_YAML: &str = "\
title: Pod Lullabies
kep-number: 9001
authors:
  - \"@someone\"
status: implementable # at last
stage: beta
latest-milestone: \"v1.38\"
milestone:
  alpha: \"v1.37\"
  beta: \"v1.38\"
";

/// The findings of one rule in a record, which has these lines more than every record has, beside upstream.
pub(crate) fn beside_upstream(rule: &str, more: &str, enhancements: &Enhancements<'_>) -> String {
    let record = format!("{RECORD}{more}");
    let loaded = loaded(Revision::Registry, &[("sig-node/9001-a.toml", &record)]);
    let upstream = upstream(&loaded, enhancements);
    let beside = Beside {
        base: None,
        others: Others {
            upstream: Some(&upstream),
            runtimes: &[],
        },
    };
    shown(&loaded, beside, |found| found == rule)
}

fn upstream(loaded: &Loaded, made: &Enhancements<'_>) -> Upstream {
    let registry = &loaded.registry;
    let mut folders = Folders::default();
    for (folder, _) in made.keps {
        let number = leading_number(file_stem(folder)).unwrap();
        let all = folders.by_number.entry(number).or_default();
        all.push((*folder).to_owned());
    }
    let date = made.day.parse().unwrap();
    let texts = Texts {
        made,
        date,
        calendar: registry.kubernetes.as_ref().map(|entry| &entry.value),
        folders,
    };
    let head = Head {
        commit: "0123456789".to_owned(),
        date,
        pull: "kepherd upstream pull --repo CLONE".to_owned(),
    };
    let Ok(upstream) = Upstream::of(&texts, head, &[registry], &[]);
    upstream
}

/// Texts that are read like a clone.
struct Texts<'a> {
    made: &'a Enhancements<'a>,
    date: Date,
    calendar: Option<&'a KubernetesCalendar>,
    folders: Folders,
}

impl Texts<'_> {
    fn parsed(&self, folder: &str, yaml: &str, day: Date) -> Reading {
        let path = format!("{folder}/kep.yaml");
        let file = source_file(&path, "0123456789abcdef", "0123456789", yaml);
        let kep = read(&file, self.calendar, day).map_err(Unusable::Malformed);
        (file, kep)
    }
}

impl snapshot::Enhancements for Texts<'_> {
    type Error = Infallible;

    fn folders(&self) -> &Folders {
        &self.folders
    }

    fn read(&self, folders: &[String]) -> Result<Vec<Reading>, Infallible> {
        let parsed = |folder: &String| {
            let mut keps = self.made.keps.iter();
            let (_, yaml) = keps.find(|(other, _)| other == folder).unwrap();
            self.parsed(folder, yaml, self.date)
        };
        Ok(folders.iter().map(parsed).collect())
    }

    fn on(&self, day: Date, _: u32, _: &str) -> Result<Vec<Reading>, Infallible> {
        let before = self.made.before.into_iter();
        Ok(before.map(|yaml| self.parsed(FOLDER, yaml, day)).collect())
    }
}
