//! A property of the whole loop with people on both sides: they open issues and pull requests, refer to them, close duplicates, transfer
//! issues and edit records, while records are pulled, refreshed and applied. After any interleaving each KEP has one record, no issue is two
//! records', kepherd has opened at most one issue for a KEP, what people wrote on either side is there, and a second refresh and a second
//! apply have nothing to do.
//!
//! Through the binary, against the sandbox and a clone that the test makes.
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
use std::path::Path;

use common::{Folder, Hub, REPO, copy, record, registry, seeded};
use history::History;
use kepherd::sandbox::Options;
use kepherd::sandbox::world::{IssuePatch, State, World};
use proptest::prelude::*;

const OTHER: &str = "containerd/nri";
const KEPS: u32 = 4;
const TODAY: &str = "--today=2026-11-29";
const REGISTRY: &str = r#"home = "containerd"
repositories = ["containerd/containerd", "containerd/nri"]

[[runtimes]]
name = "containerd"
calendar = "releases/containerd.toml"
repository = "containerd/containerd"
branches = "release/{minor}"

[sources]
upstream = "kubernetes/enhancements"

[issue]
title = "[SIG-Node]: KEP-{number} - {title}"
labels = ["kind/feature"]

[guards]
removals = 1000
removals-percent = 100
creations = 1000
"#;

/// What somebody does.
#[derive(Debug, Clone)]
enum Step {
    /// Opens an issue about a KEP, with the template or in their own words.
    Open {
        kep: u32,
        template: bool,
        labelled: bool,
    },
    /// Opens a pull request that refers to an issue.
    Propose {
        which: usize,
        names: bool,
    },
    Merge {
        which: usize,
    },
    /// Closes an issue as a duplicate of another one.
    Duplicate {
        which: usize,
        of: usize,
    },
    Transfer {
        which: usize,
    },
    /// Writes around the section of an issue, and a comment.
    Write {
        which: usize,
    },
    Retitle {
        which: usize,
        kep: u32,
    },
    /// Writes a line into a record, and another target.
    Edit {
        which: usize,
        target: &'static str,
    },
    /// Writes a record by hand.
    Record {
        kep: u32,
    },
    Pull,
    Refresh,
    Apply,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let kep = || 9001..9001 + KEPS;
    let which = || 0..8usize;
    let step = prop_oneof![
        4 => (kep(), any::<bool>(), any::<bool>())
            .prop_map(|(kep, template, labelled)| Step::Open { kep, template, labelled }),
        3 => (which(), any::<bool>()).prop_map(|(which, names)| Step::Propose { which, names }),
        1 => which().prop_map(|which| Step::Merge { which }),
        2 => (which(), which()).prop_map(|(which, of)| Step::Duplicate { which, of }),
        1 => which().prop_map(|which| Step::Transfer { which }),
        2 => which().prop_map(|which| Step::Write { which }),
        1 => (which(), kep()).prop_map(|(which, kep)| Step::Retitle { which, kep }),
        2 => (which(), prop::sample::select(vec!["1.38", "1.39"]))
            .prop_map(|(which, target)| Step::Edit { which, target }),
        2 => kep().prop_map(|kep| Step::Record { kep }),
        2 => Just(Step::Pull),
        2 => Just(Step::Refresh),
        3 => Just(Step::Apply),
    ];
    prop::collection::vec(step, 3..14)
}

/// kep.yaml files of all KEPs but one.
fn upstream() -> History {
    let mut clone = History::bare();
    let files: Vec<(String, String)> = (9001..9000 + KEPS)
        .map(|kep| {
            let path = format!("keps/sig-node/{kep}-upstream-{kep}/kep.yaml");
            let text = format!(
                "title: Upstream {kep}\nkep-number: {kep}\nauthors: [\"@someone\"]\nstatus: implementable\nstage: beta\nlatest-milestone: v1.38\n"
            );
            (path, text)
        })
        .collect();
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect();
    clone.commit("2026-11-20", &files);
    clone
}

/// One history, and what people wrote in it.
struct Loop {
    hub: Hub,
    sources: String,
    /// What people wrote, by where: none of it may be lost.
    in_issues: Vec<String>,
    in_records: Vec<String>,
    written: usize,
}

impl Loop {
    fn new() -> Self {
        let folder = Folder::with(&[("registry.toml", REGISTRY)]);
        let world = seeded(&folder);
        let options = Options {
            search_lag: 0,
            ..Options::default()
        };
        let hub = Hub::started(folder, world, options);
        let sources = hub.folder.beside("sources");
        let to = Path::new(&sources).join("kubernetes/enhancements");
        copy(Path::new(upstream().path()), &to);
        Self {
            hub,
            sources,
            in_issues: Vec::new(),
            in_records: Vec::new(),
            written: 0,
        }
    }

    /// Words that nobody has written before.
    fn words(&mut self) -> String {
        self.written += 1;
        format!("people-{:03}", self.written)
    }

    /// The issue, or pull request, of this place among all, with its repository.
    fn nth(&self, which: usize, pulls: bool) -> Option<(String, u64)> {
        self.hub.world(|world| {
            let all = world.repositories.values().flat_map(|repository| {
                let name = repository.full_name();
                let issues = repository.issues.values();
                let issues = issues.filter(|issue| issue.pull_request.is_some() == pulls);
                issues.map(move |issue| (name.clone(), issue.number))
            });
            let all: Vec<(String, u64)> = all.collect();
            let at = which.checked_rem(all.len())?;
            Some(all[at].clone())
        })
    }

    fn run(&self, arguments: &[&str]) -> common::Ran {
        let ran = self.hub.run(&[arguments, &[TODAY]].concat());
        assert!(
            [0, 1].contains(&ran.status),
            "{arguments:?}: {}\n{}\n{}",
            ran.status,
            ran.out,
            ran.log
        );
        assert!(!ran.log.contains("panicked"), "{}", ran.log);
        // Nothing is proposed that `check` would refuse.
        let is_refused = ran.log.contains("nothing of this is written");
        assert!(!is_refused, "{}", ran.log);
        ran
    }

    fn pull(&self) {
        self.run(&["issues", "pull"]);
    }

    fn refresh(&self) {
        self.run(&["refresh", "--sources", &self.sources]);
    }

    /// Nothing is opened for a KEP that somebody's issue names and no record does.
    fn apply(&self) {
        let doubtful = self.named_by_others();
        let before = self.own();
        self.run(&["apply", "--write-back"]);
        let opened: BTreeSet<u32> = self.own().difference(&before).copied().collect();
        let both: Vec<&u32> = opened.intersection(&doubtful).collect();
        assert!(both.is_empty(), "a second issue is opened for {both:?}");
    }

    /// The KEPs that titles of other people's issues name which no record has.
    fn named_by_others(&self) -> BTreeSet<u32> {
        let registry = registry(&self.hub.folder);
        let mut known = BTreeSet::new();
        for entry in &registry.keps {
            let record = &entry.value;
            known.extend(record.issue.into_iter().chain(record.former_issues.clone()));
        }
        self.hub.world(|world| {
            let issues = world.repository(REPO).unwrap().issues.values();
            let others = issues.filter(|issue| {
                issue.pull_request.is_none()
                    && issue.author != world.viewer
                    && !known.contains(&issue.number)
            });
            others
                .flat_map(|issue| {
                    (9001..9001 + KEPS).filter(|kep| issue.title.contains(&format!("KEP-{kep}")))
                })
                .collect()
        })
    }

    /// The KEPs that kepherd has opened an issue for.
    fn own(&self) -> BTreeSet<u32> {
        self.hub.world(|world| {
            let own = everything(world).filter(|issue| issue.author == world.viewer);
            own.flat_map(|issue| {
                (9001..9001 + KEPS)
                    .filter(|kep| issue.body.contains(&format!("kepherd:begin KEP-{kep} ")))
            })
            .collect()
        })
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Open {
                kep,
                template,
                labelled,
            } => {
                let words = self.words();
                let body = match template {
                    true => format!(
                        "### What\n\n{words}\n\n### KEP/SIG-Node References\n\n- KEP(s): KEP-{kep}\n- stage: alpha\n- K8s-Release: v1.38\n\
                         - KEP-Shepherd: @mikebrow\n"
                    ),
                    false => format!("{words}\n"),
                };
                let title = format!("[SIG-Node]: KEP-{kep} - Songs of {kep}");
                self.hub.world(|world| {
                    let number = world.repository(REPO).unwrap().next_number();
                    let issue = world
                        .add_issue("octocat", REPO, number, &title, &body)
                        .unwrap();
                    if *labelled {
                        issue.labels = vec!["kind/feature".to_owned()];
                    }
                });
                self.in_issues.push(words);
            }
            Step::Propose { which, names } => {
                let Some((repository, issue)) = self.nth(*which, false) else {
                    return;
                };
                let title = match names {
                    true => format!("KEP-{}: sing", 9001 + u32::try_from(*which).unwrap() % KEPS),
                    false => "cri: sing".to_owned(),
                };
                self.hub.world(|world| {
                    let number = world.repository(REPO).unwrap().next_number();
                    let body = format!("Part of {repository}#{issue}");
                    world
                        .add_pull_request("octocat", REPO, number, &title, &body)
                        .unwrap();
                });
            }
            Step::Merge { which } => {
                if let Some((repository, number)) = self.nth(*which, true) {
                    // One that is merged already stays so.
                    let _ = self
                        .hub
                        .world(|world| world.merge_pull_request("octocat", &repository, number));
                }
            }
            Step::Duplicate { which, of } => {
                let (Some(one), Some(of)) = (self.nth(*which, false), self.nth(*of, false)) else {
                    return;
                };
                if one != of {
                    self.hub
                        .world(|world| {
                            world.close_as_duplicate("octocat", &one.0, one.1, (&of.0, of.1))
                        })
                        .unwrap();
                }
            }
            Step::Transfer { which } => {
                if let Some((repository, number)) = self.nth(*which, false) {
                    let to = if repository == REPO { OTHER } else { REPO };
                    self.hub
                        .world(|world| world.transfer_issue("octocat", &repository, number, to))
                        .unwrap();
                }
            }
            Step::Write { which } => {
                let Some((repository, number)) = self.nth(*which, false) else {
                    return;
                };
                let words = [self.words(), self.words()];
                self.hub.world(|world| {
                    let body = world.issue(&repository, number).unwrap().body.clone();
                    let patch = IssuePatch {
                        body: Some(format!("{}\n\n{body}", words[0])),
                        ..IssuePatch::default()
                    };
                    world
                        .edit_issue("octocat", &repository, number, patch)
                        .unwrap();
                    world
                        .add_comment("octocat", &repository, number, &words[1])
                        .unwrap();
                });
                self.in_issues.extend(words);
            }
            Step::Retitle { which, kep } => {
                if let Some((repository, number)) = self.nth(*which, false) {
                    let patch = IssuePatch {
                        title: Some(format!("[SIG-Node]: KEP-{kep} - Renamed")),
                        ..IssuePatch::default()
                    };
                    self.hub
                        .world(|world| world.edit_issue("octocat", &repository, number, patch))
                        .unwrap();
                }
            }
            Step::Edit { which, target } => {
                let records = self.records();
                let Some(at) = which.checked_rem(records.len()) else {
                    return;
                };
                let words = self.words();
                let (path, text) = &records[at];
                let lines = text.lines().filter(|line| !line.starts_with("target = "));
                let mut lines: Vec<String> = lines.map(str::to_owned).collect();
                let title = lines
                    .iter()
                    .position(|line| line.starts_with("title"))
                    .unwrap();
                lines.insert(title, format!("# {words}"));
                lines.insert(title + 2, format!("target = \"{target}\""));
                self.hub.folder.write(path, lines.join("\n") + "\n");
                self.in_records.push(words);
            }
            Step::Record { kep } => {
                if !self.has_record(*kep) {
                    let words = self.words();
                    let text = format!("# {words}\n{}", record(*kep, ""));
                    self.hub
                        .folder
                        .write(&format!("sig-node/{kep}-by-hand.toml"), text);
                    self.in_records.push(words);
                }
            }
            Step::Pull => self.pull(),
            Step::Refresh => self.refresh(),
            Step::Apply => self.apply(),
        }
    }

    /// The records, by path.
    fn records(&self) -> Vec<(String, String)> {
        let root = self.hub.folder.path();
        let files = self.hub.folder.contents().into_iter();
        let files = files.filter_map(|(path, bytes)| {
            let path = path
                .strip_prefix(root)
                .unwrap()
                .to_string_lossy()
                .into_owned();
            let is_record = path.starts_with("sig-");
            is_record.then(|| (path, String::from_utf8(bytes).unwrap()))
        });
        files.collect()
    }

    fn has_record(&self, kep: u32) -> bool {
        registry(&self.hub.folder).kep(kep).is_some()
    }

    /// All that holds after any interleaving.
    fn check(&self) {
        self.refresh();
        self.apply();
        self.refresh();
        self.apply();
        let files = self.hub.folder.contents();
        let world = self.hub.world(|world| world.clone());
        self.refresh();
        assert_eq!(
            files,
            self.hub.folder.contents(),
            "another refresh changes something"
        );
        self.apply();
        assert!(
            world == self.hub.world(|world| world.clone()),
            "another apply changes something"
        );
        assert_eq!(
            files,
            self.hub.folder.contents(),
            "another apply changes a record"
        );
        self.hub.run(&["check", TODAY]).expect(0);

        let registry = registry(&self.hub.folder);
        let numbers: Vec<u32> = registry
            .keps
            .iter()
            .map(|entry| entry.value.number)
            .collect();
        let distinct: BTreeSet<u32> = numbers.iter().copied().collect();
        assert_eq!(
            numbers.len(),
            distinct.len(),
            "one record a KEP: {numbers:?}"
        );
        let mut issues = BTreeSet::new();
        for entry in &registry.keps {
            let record = &entry.value;
            let repository = registry.repository_of(record.repository.as_ref()).unwrap();
            if let Some(issue) = record.issue {
                let place = (repository.to_string(), issue);
                assert!(issues.insert(place.clone()), "{place:?} is two records'");
            }
        }
        let mut opened: BTreeMap<u32, usize> = BTreeMap::new();
        for issue in everything(&world) {
            if issue.author == world.viewer {
                for kep in 9001..9001 + KEPS {
                    let is_of = issue.body.contains(&format!("kepherd:begin KEP-{kep} "));
                    *opened.entry(kep).or_default() += usize::from(is_of);
                }
            }
        }
        assert!(opened.values().all(|count| *count <= 1), "{opened:?}");
        let said: String = everything(&world)
            .flat_map(|issue| {
                let comments = issue.comments.iter().map(|comment| comment.body.as_str());
                std::iter::once(issue.body.as_str()).chain(comments)
            })
            .collect::<Vec<_>>()
            .join("\n");
        for words in &self.in_issues {
            assert!(said.contains(words), "{words} is lost");
        }
        let records: String = self.records().into_iter().map(|(_, text)| text).collect();
        for words in &self.in_records {
            assert!(records.contains(words), "{words} is lost");
        }
        // Nothing was reopened.
        assert!(
            everything(&world).all(|issue| issue.state == State::Open || issue.closed_at.is_some())
        );
    }
}

fn everything(world: &World) -> impl Iterator<Item = &kepherd::sandbox::world::Issue> {
    let repositories = world.repositories.values();
    repositories.flat_map(|repository| repository.issues.values())
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 24,
        max_shrink_iters: 200,
        ..ProptestConfig::default()
    })]

    #[test]
    fn any_interleaving_with_people_ends_with_one_record_and_one_issue_a_kep(steps in steps()) {
        let mut all = Loop::new();
        for step in &steps {
            all.step(step);
        }
        all.check();
    }
}
