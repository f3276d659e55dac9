//! A property of the whole loop, over random interleavings: records are edited, their repositories, labels and people are
//! spelt in other cases, the configuration is changed, people edit on GitHub, plans are saved and applied later, cycles
//! ship. After each apply nothing that kepherd does not manage has changed, nothing is taken away that it never set, no
//! issue and no announcement is there twice, and a second apply has nothing to do. The same history with every name in
//! lower case ends the same.
//!
//! The loop runs in this process, over HTTP, against the sandbox.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

mod common;

use std::collections::{BTreeMap, BTreeSet};

use common::{BASE, REPO};
use kepherd::github::patience::Patience;
use kepherd::registry::Registry;
use kepherd::registry::load::{RawFile, load};
use kepherd::rules;
use kepherd::sandbox::world::{
    Event, EventKind, Issue, IssuePatch, LabelPatch, NewMilestone, State, World,
};
use kepherd::sandbox::{self, Sandbox, seed};
use kepherd::sync::apply::{Told, apply};
use kepherd::sync::plan::{Action, Mend, Options, Plan, PullRequestAction};
use kepherd::sync::reconcile::read_and_plan;
use kepherd::sync::remembered::Remembered;
use kepherd::sync::section::{Markers, find, put};
use kepherd::terms::Subject;
use proptest::prelude::*;

const PEOPLE: [&str; 4] = ["mikebrow", "samuelkarp", "fuweid", "octocat"];
const LABELS: [&str; 6] = [
    "help wanted",
    "kind/feature",
    "Area/CRI",
    "target/kubernetes/v1.37",
    "target/kubernetes/v1.38",
    "target/kubernetes/v1.??",
];
const MILESTONES: [&str; 3] = ["2.4", "2.5", "3.0"];
const RECORDS: usize = 4;
/// Pull requests of the records, and one more that two of them share.
const PULLS: std::ops::RangeInclusive<u64> = 51..=55;

/// A record, as far as this test varies it.
#[derive(Debug, Clone)]
struct Record {
    status: &'static str,
    stage: Option<&'static str>,
    target: Option<&'static str>,
    triage: Option<&'static str>,
    milestone: Option<&'static str>,
    shepherds: Vec<usize>,
    consensus: Option<&'static str>,
    pull_release: Option<&'static str>,
    title: String,
    case: Case,
}

/// How names are spelt that compare without case.
#[derive(Debug, Clone, Copy)]
enum Case {
    Lower,
    Upper,
    /// Every second letter.
    Mixed,
}

impl Case {
    fn of(self, name: &str) -> String {
        let letters = name.chars().enumerate();
        letters
            .map(|(index, letter)| match self {
                Self::Lower => letter,
                Self::Mixed if index % 2 == 0 => letter,
                Self::Upper | Self::Mixed => letter.to_ascii_uppercase(),
            })
            .collect()
    }
}

/// How the registry is configured; it changes between runs.
#[derive(Debug, Clone)]
struct Config {
    close: &'static str,
    drift: [&'static str; 5],
    retitle: bool,
    exact: bool,
    issue_labels: &'static [&'static str],
    facts: &'static str,
    /// What the labels of releases are called, and were called.
    pattern: &'static str,
    milestone: &'static str,
    case: Case,
}

/// What a person does to an issue or a pull request.
#[derive(Debug, Clone)]
struct Edit {
    which: usize,
    body: Option<Body>,
    title: Option<String>,
    labels: Option<Vec<usize>>,
    assignees: Option<Vec<usize>>,
    milestone: Option<Option<usize>>,
    state: Option<State>,
    comment: bool,
}

#[derive(Debug, Clone)]
enum Body {
    /// Text before the section, which stays.
    Around(String),
    /// An edit of the section's own text.
    Inside,
    /// The section goes.
    Without,
    /// A marker is damaged.
    Broken,
}

#[derive(Debug, Clone)]
enum Step {
    Record(usize, Record),
    Config(Config),
    People(Edit),
    Merge(u64),
    Ship,
    Pin,
    Save,
    Apply,
    ApplySaved,
}

fn record() -> impl Strategy<Value = Record> {
    (
        prop::sample::select(vec![
            "provisional",
            "implementable",
            "implementable",
            "implemented",
            "withdrawn",
        ]),
        prop::option::of(prop::sample::select(vec!["alpha", "beta"])),
        prop::option::of(prop::sample::select(vec!["1.37", "1.38", "1.39"])),
        prop::option::of(prop::sample::select(vec![
            "pending", "accepted", "declined",
        ])),
        prop::option::of(prop::sample::select(vec!["2.4", "2.5"])),
        prop::collection::btree_set(0..3usize, 0..3),
        prop::option::of(prop::sample::select(vec!["open", "reached", "blocked"])),
        prop::option::of(prop::sample::select(vec!["1.38", "1.39"])),
        "[a-zA-Z@#|<>`_-][a-zA-Z@#|<>` _-]{0,20}x",
        case(),
    )
        .prop_map(
            |(
                status,
                stage,
                target,
                triage,
                milestone,
                shepherds,
                consensus,
                pull_release,
                title,
                case,
            )| Record {
                status,
                stage,
                target,
                triage,
                milestone,
                shepherds: shepherds.into_iter().collect(),
                consensus,
                pull_release,
                title,
                case,
            },
        )
}

fn case() -> impl Strategy<Value = Case> {
    prop::sample::select(vec![Case::Lower, Case::Upper, Case::Mixed])
}

fn edit() -> impl Strategy<Value = Edit> {
    let text = prop_oneof![
        "[a-z \r\n]{0,30}",
        Just("### What\r\n\r\nPeople wrote this.\r\n".to_owned()),
        Just("<!-- a comment -->\n> <!-- kepherd:begin KEP-1 -->\n".to_owned()),
    ];
    let body = prop_oneof![
        4 => text.prop_map(Body::Around),
        2 => Just(Body::Inside),
        1 => Just(Body::Without),
        1 => Just(Body::Broken),
    ];
    let labels = prop::collection::btree_set(0..LABELS.len(), 0..4);
    let people = prop::collection::btree_set(0..PEOPLE.len(), 0..3);
    (
        0..12usize,
        prop::option::of(body),
        prop::option::weighted(0.2, "KEP-[1-4] [a-z]{0,5}"),
        prop::option::of(labels),
        prop::option::of(people),
        prop::option::of(prop::option::of(0..MILESTONES.len())),
        prop::option::weighted(0.2, prop::sample::select(vec![State::Open, State::Closed])),
        any::<bool>(),
    )
        .prop_map(
            |(which, body, title, labels, assignees, milestone, state, comment)| Edit {
                which,
                body,
                title,
                labels: labels.map(|all| all.into_iter().collect()),
                assignees: assignees.map(|all| all.into_iter().collect()),
                milestone,
                state,
                comment,
            },
        )
}

fn config() -> impl Strategy<Value = Config> {
    let policy = || prop::sample::select(vec!["enforce", "report"]);
    const ISSUE_LABELS: [&[&str]; 3] = [
        &["kind/feature", "area/cri"],
        &["area/cri"],
        &["kind/feature", "help wanted"],
    ];
    const FACTS: [&str; 3] = [
        "",
        "[labels.triage]\naccepted = \"status/accepted\"\n",
        "[labels.triage]\naccepted = \"STATUS/accepted\"\npending = \"help wanted\"\n[labels.stage]\nbeta = \"stage/beta\"\n[labels.sig]\nsig-node = \"sig/node\"\n",
    ];
    const PATTERNS: [&str; 4] = [
        "",
        "",
        "name = \"k8s/{release}\"\n",
        "name = \"k8s/{release}\"\nrenamed-from = [\"target/kubernetes/v{release}\"]\n",
    ];
    (
        policy(),
        prop::array::uniform5(policy()),
        any::<bool>(),
        any::<bool>(),
        prop::sample::select(ISSUE_LABELS.to_vec()),
        prop::sample::select(FACTS.to_vec()),
        prop::sample::select(PATTERNS.to_vec()),
        prop::sample::select(vec!["{release}", "{release}", "v{release}"]),
        case(),
    )
        .prop_map(
            |(close, drift, retitle, exact, issue_labels, facts, pattern, milestone, case)| {
                Config {
                    close,
                    drift,
                    retitle,
                    exact,
                    issue_labels,
                    facts,
                    pattern,
                    milestone,
                    case,
                }
            },
        )
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        6 => (0..RECORDS, record()).prop_map(|(index, record)| Step::Record(index, record)),
        2 => config().prop_map(Step::Config),
        6 => edit().prop_map(Step::People),
        1 => PULLS.prop_map(Step::Merge),
        1 => Just(Step::Ship),
        1 => Just(Step::Pin),
        2 => Just(Step::Save),
        5 => Just(Step::Apply),
        2 => Just(Step::ApplySaved),
    ];
    prop::collection::vec(step, 4..16)
}

/// Everything outside of GitHub.
struct Repository {
    /// Every name in lower case, whatever the records say.
    lower: bool,
    config: Config,
    records: Vec<Record>,
    /// The issues that the records pin.
    pinned: Vec<Option<u64>>,
    shipped: bool,
}

impl Repository {
    fn registry(&self) -> Registry {
        let mut files: Vec<RawFile> = BASE
            .iter()
            .map(|(path, text)| RawFile {
                path: (*path).to_owned(),
                content: Ok(self.base(path, text).into_bytes()),
            })
            .collect();
        for (index, record) in self.records.iter().enumerate() {
            files.push(RawFile {
                path: format!("sig-node/{}-x.toml", index + 1),
                content: Ok(self.record(index, record).into_bytes()),
            });
        }
        let loaded = load(files);
        let mut findings = rules::run(
            &loaded,
            "2026-11-22".parse().unwrap(),
            rules::Beside::default(),
        )
        .diagnostics;
        findings.retain(rules::stops_apply);
        assert!(findings.is_empty(), "{findings:?}");
        loaded.registry
    }

    /// As a record or the configuration has it, unless this history is that in lower case.
    fn case(&self, case: Case) -> Case {
        if self.lower { Case::Lower } else { case }
    }

    fn base(&self, path: &str, text: &str) -> String {
        let Config {
            close,
            drift,
            retitle,
            exact,
            issue_labels,
            facts,
            pattern,
            milestone,
            case,
        } = &self.config;
        match path {
            // Guards have tests of their own; here any plan is applied.
            "registry.toml" => {
                let assignees = if *exact { "exact" } else { "add" };
                let issue = format!("[issue]\nclose = \"{close}\"\nretitle = {retitle}\n");
                let fields = ["title", "labels", "milestone", "assignees", "section"];
                let drift: String = fields
                    .iter()
                    .zip(drift)
                    .map(|(field, policy)| format!("{field} = \"{policy}\"\n"))
                    .collect();
                let respelt = format!("# {case:?}\n");
                let case = self.case(*case);
                let labels: Vec<String> = issue_labels.iter().map(|one| case.of(one)).collect();
                let text = text
                    .replace(
                        "labels = [\"kind/feature\", \"area/cri\"]",
                        &format!("labels = {labels:?}"),
                    )
                    .replace(
                        "placeholder = \"target/kubernetes/v1.??\"",
                        &format!(
                            "{}placeholder = \"{}\"",
                            match *pattern {
                                "" => format!(
                                    "name = \"{}{{release}}\"\n",
                                    case.of("target/kubernetes/v")
                                ),
                                other => other.to_owned(),
                            },
                            case.of("target/kubernetes/v1.??")
                        ),
                    );
                format!(
                    "{respelt}{}\n[guards]\nremovals = 1000\nremovals-percent = 100\n[assignees]\npolicy = \"{assignees}\"\n\
                     {facts}[milestone]\ntitle = \"{milestone}\"\n\
                     [drift]\n{drift}[announce]\non = [\"stage\", \"target\", \"milestone\", \"shepherds\", \"consensus\"]\n",
                    text.replace("[issue]\n", &issue)
                )
            }
            "releases/kubernetes.toml" if self.shipped => {
                text.replace("planned = 2026-12-16", "released = 2026-12-16")
            }
            _ => text.to_owned(),
        }
    }

    fn record(&self, index: usize, record: &Record) -> String {
        let number = index + 1;
        let mut text = format!(
            "number = {number}\ntitle = '{}'\nstatus = \"{}\"\n",
            record.title, record.status
        );
        let mut line = |key: &str, value: Option<&str>| {
            if let Some(value) = value {
                text.push_str(&format!("{key} = \"{value}\"\n"));
            }
        };
        line("stage", record.stage);
        line("target", record.target);
        line("triage", record.triage);
        line("milestone", record.milestone);
        // Another spelling is another registry, also in lower case.
        text.push_str(&format!("# {:?}\n", record.case));
        let case = self.case(record.case);
        let shepherds = record.shepherds.iter().map(|one| case.of(PEOPLE[*one]));
        let shepherds: Vec<String> = shepherds.collect();
        let repository = case.of(REPO);
        text.push_str(&format!("shepherds = {shepherds:?}\n"));
        text.push_str(&format!("repository = \"{repository}\"\n"));
        if let Some(issue) = self.pinned[index] {
            text.push_str(&format!("issue = {issue}\n"));
        }
        let release = record.pull_release.map_or_else(String::new, |release| {
            format!(", kubernetes = \"{release}\"")
        });
        text.push_str(&format!(
            "pull-requests = [{{ id = \"{repository}#{}\"{release} }}, {{ id = \"{repository}#55\" }}]\n",
            50 + number
        ));
        if let Some(consensus) = record.consensus {
            text.push_str(&format!("[design]\nconsensus = \"{consensus}\"\n"));
        }
        // With the runtime's word an implemented KEP has ended.
        text.push_str("[runtimes.containerd]\nstate = \"released\"\nrelease = \"2.4.0\"\n");
        text
    }
}

/// A world in which people have been at work before kepherd.
fn world(registry: &Registry) -> World {
    let mut world = seed::world(registry, seed::Pinned::TheirOwn);
    world.add_assignable(REPO, "octocat").unwrap();
    for title in MILESTONES {
        let milestone = NewMilestone {
            title: title.to_owned(),
            state: None,
            description: None,
            due_on: None,
        };
        world.create_milestone("octocat", REPO, milestone).unwrap();
    }
    world
        .add_issue("octocat", REPO, 90, "an issue of nobody's", "body")
        .unwrap()
        .labels = vec!["area/cri".to_owned()];
    world
}

fn people_edit(world: &mut World, edit: &Edit) {
    let numbers: Vec<u64> = world
        .repository(REPO)
        .unwrap()
        .issues
        .keys()
        .copied()
        .collect();
    let number = numbers[edit.which % numbers.len()];
    let issue = world.issue(REPO, number).unwrap();
    let was = &issue.body;
    let is_pull_request = issue.pull_request.is_some();
    let merged = issue.pull_request.as_ref().is_some_and(|pull| pull.merged);
    let section = match find(was) {
        Markers::Present(section) => Some(section.text),
        _ => None,
    };
    let body = edit.body.as_ref().map(|body| match (body, section) {
        (Body::Around(people), Some(section)) => format!("{people}\n{section}\n"),
        (Body::Around(people), None) => people.clone(),
        (Body::Inside, _) => was.replace("| Status |", "| My own status |"),
        (Body::Without, Some(_)) => put(was, "").unwrap(),
        (Body::Without, None) => was.clone(),
        (Body::Broken, _) => was.replace("<!-- kepherd:end", "<!--kepherd:end"),
    });
    let names =
        |all: &Vec<usize>, from: &[&str]| all.iter().map(|one| from[*one].to_owned()).collect();
    let patch = IssuePatch {
        body: body.filter(|_| !is_pull_request),
        title: edit.title.clone().filter(|_| !is_pull_request),
        labels: edit.labels.as_ref().map(|all| names(all, &LABELS)),
        assignees: edit.assignees.as_ref().map(|all| names(all, &PEOPLE)),
        milestone: edit.milestone.map(|one| one.map(|index| index as u64 + 1)),
        state: edit.state.filter(|_| !merged),
        ..IssuePatch::default()
    };
    world.edit_issue("octocat", REPO, number, patch).unwrap();
    if edit.comment {
        world
            .add_comment("octocat", REPO, number, "a comment")
            .unwrap();
    }
}

/// Plans; with `write`, applies as well, unless a saved plan is not this one.
async fn reconcile(
    sandbox: &Sandbox,
    registry: &Registry,
    write: bool,
    saved: Option<&Plan>,
) -> Plan {
    let client = common::client(sandbox, Patience::default());
    let nothing = Remembered::default();
    let (plan, observed) = read_and_plan(registry, &client, &Options::default(), &nothing, false)
        .await
        .unwrap();
    assert!(plan.is_whole());
    assert!(plan.refused.is_empty(), "{:?}", plan.refused);
    let text = serde_json::to_string(&plan).unwrap();
    assert_eq!(
        serde_json::from_str::<Plan>(&text).unwrap(),
        plan,
        "a saved plan is the plan"
    );
    if write && saved.is_none_or(|saved| saved.hash == plan.hash) {
        let told = Told {
            people: &mut |_| {},
            journal: &mut |_| Ok(()),
        };
        let outcome = apply(&plan, &observed, &nothing, &client, told).await;
        assert_eq!(outcome.failures, Vec::new());
    }
    plan
}

/// What kepherd has put on each issue and pull request so far: only that may it take off.
#[derive(Default)]
struct Ledger {
    labels: BTreeMap<u64, BTreeSet<String>>,
    assignees: BTreeMap<u64, BTreeSet<String>>,
    milestones: BTreeMap<u64, String>,
}

fn folded(names: &[String]) -> BTreeSet<String> {
    names.iter().map(|name| name.to_lowercase()).collect()
}

/// The body without the section.
fn people_wrote(body: &str) -> String {
    match find(body) {
        Markers::Present(_) => put(body, "").unwrap(),
        _ => body.to_owned(),
    }
}

/// The numbers that a plan writes to: issues, and pull requests.
fn written(plan: &Plan) -> (BTreeSet<u64>, BTreeSet<u64>) {
    let repositories = || plan.repositories.iter();
    let issues = repositories()
        .flat_map(|repository| &repository.issues)
        .filter(|issue| matches!(issue.action, Action::Update(_)) || issue.afterwards.is_some())
        .filter_map(|issue| issue.number);
    let pulls = repositories()
        .flat_map(|repository| &repository.pull_requests)
        .filter(|pull| matches!(pull.action, PullRequestAction::Label(_)))
        .map(|pull| pull.number);
    (issues.collect(), pulls.collect())
}

/// A world, and what is known of it, with labels as a plan renames them: that reaches every issue.
fn renamed(world: &World, plan: &Plan, ledger: &mut Ledger) -> World {
    let mut world = world.clone();
    let mended = plan.repositories.iter().flat_map(|one| &one.mended);
    for mend in mended {
        let Mend::RenameLabel { from, to } = mend else {
            continue;
        };
        let patch = LabelPatch {
            new_name: Some(to.clone()),
            ..Default::default()
        };
        world.edit_label("octocat", REPO, from, patch).unwrap();
        for labels in ledger.labels.values_mut() {
            if labels.remove(&from.to_lowercase()) {
                labels.insert(to.to_lowercase());
            }
        }
    }
    world
}

/// An issue without what GitHub tells it of who links to it: a section links to the pull requests that its record names.
fn but_references(issue: &Issue) -> Issue {
    let mut issue = issue.clone();
    let is_reference = |event: &Event| matches!(event.kind, EventKind::CrossReferenced { .. });
    issue.timeline.retain(|event| !is_reference(event));
    issue
}

fn compare(before: &World, after: &World, plan: &Plan, config: &Config, ledger: &mut Ledger) {
    let before = &renamed(before, plan, ledger);
    let viewer = &before.viewer;
    let (before, after) = (
        before.repository(REPO).unwrap(),
        after.repository(REPO).unwrap(),
    );
    let (updated, labelled) = written(plan);
    for (number, was) in &before.issues {
        let is: &Issue = &after.issues[number];
        let (is_issue, is_pull) = (updated.contains(number), labelled.contains(number));
        if !is_issue && !is_pull {
            assert_eq!(
                but_references(is),
                but_references(was),
                "#{number} was not in the plan"
            );
            continue;
        }
        if is_pull {
            assert_eq!(
                was.state,
                State::Open,
                "#{number}: a closed pull request is left alone"
            );
            assert_eq!(
                (&is.body, &is.assignees, is.milestone),
                (&was.body, &was.assignees, was.milestone)
            );
        }
        if !config.retitle {
            assert_eq!(is.title, was.title);
        }
        if is.state != was.state {
            assert_eq!(
                (config.close, was.state, is.state),
                ("enforce", State::Open, State::Closed)
            );
        }
        let new = &is.comments[was.comments.len()..];
        assert_eq!(
            is.comments[..was.comments.len()],
            was.comments[..],
            "what people wrote"
        );
        assert!(
            new.len() <= 1 && new.iter().all(|one| one.author == *viewer),
            "{new:?}"
        );
        let (outside_is, outside_was) = (people_wrote(&is.body), people_wrote(&was.body));
        assert!(
            outside_is.starts_with(outside_was.trim_end_matches('\n')),
            "{outside_was:?} {outside_is:?}"
        );
        assert_eq!(outside_is.trim_end(), outside_was.trim_end());
        let milestone = |issue: &Issue| {
            issue
                .milestone
                .map(|number| after.milestones[&number].title.clone())
        };
        if milestone(is) != milestone(was) {
            match (milestone(was), milestone(is)) {
                (Some(was), None) => {
                    let ours = ledger.milestones.get(number);
                    assert_eq!(
                        ours,
                        Some(&was),
                        "#{number} lost a milestone that people set"
                    );
                }
                // On first contact nobody knows which of the two is right; later the record, or the policy, decides.
                (Some(_), Some(_)) => assert_ne!(outside_was, was.body, "#{number}: first contact"),
                (None, _) => {}
            }
            match milestone(is) {
                Some(is) => ledger.milestones.insert(*number, is),
                None => ledger.milestones.remove(number),
            };
        }
        let labels = ledger.labels.entry(*number).or_default();
        let (now, then) = (folded(&is.labels), folded(&was.labels));
        for name in then.difference(&now) {
            assert!(
                labels.contains(name),
                "#{number} lost label {name}, which people set"
            );
            // Under another name it says the same.
            let is_respelt = now.contains("k8s/1.37");
            assert!(
                name != "target/kubernetes/v1.37" || is_respelt,
                "the label of a cycle that has shipped"
            );
        }
        labels.extend(now.difference(&then).cloned());
        let assignees = ledger.assignees.entry(*number).or_default();
        let (now, then) = (folded(&is.assignees), folded(&was.assignees));
        for name in then.difference(&now) {
            // `exact` takes off whom people assigned: that is what it says.
            assert!(
                config.exact || assignees.contains(name),
                "#{number} lost {name}, whom people assigned"
            );
        }
        assignees.extend(now.difference(&then).cloned());
    }
    for (number, issue) in &after.issues {
        if !before.issues.contains_key(number) {
            assert_eq!(issue.comments, Vec::new(), "a creation announces nothing");
            ledger.labels.insert(*number, folded(&issue.labels));
            ledger.assignees.insert(*number, folded(&issue.assignees));
            ledger.milestones.extend(
                issue
                    .milestone
                    .map(|one| (*number, after.milestones[&one].title.clone())),
            );
        }
    }
}

fn nothing_twice(world: &World) {
    let mut subjects = BTreeSet::new();
    for issue in world.repository(REPO).unwrap().issues.values() {
        if let Markers::Present(section) = find(&issue.body) {
            assert!(
                subjects.insert(section.subject.clone()),
                "{} has two issues",
                section.subject
            );
        }
        let mut markers = BTreeSet::new();
        let lines = issue
            .comments
            .iter()
            .flat_map(|comment| comment.body.lines());
        for marker in lines.filter(|line| line.starts_with("<!-- kepherd:announcement")) {
            assert!(
                markers.insert(marker),
                "#{}: announced twice: {marker}",
                issue.number
            );
        }
    }
}

/// A few dozen cases in `cargo test`; as many as `PROPTEST_CASES` says elsewhere.
fn cases() -> u32 {
    let asked = std::env::var("PROPTEST_CASES").ok();
    asked.and_then(|cases| cases.parse().ok()).unwrap_or(48)
}

/// What GitHub says in the end, with all names in lower case: all but the texts.
type End = BTreeMap<
    u64,
    (
        BTreeSet<String>,
        BTreeSet<String>,
        Option<String>,
        State,
        usize,
    ),
>;

fn end(world: &World) -> End {
    let repository = world.repository(REPO).unwrap();
    let issues = repository.issues.iter();
    issues
        .map(|(number, issue)| {
            let milestone = issue.milestone.map(|one| &repository.milestones[&one]);
            let said = (
                folded(&issue.labels),
                folded(&issue.assignees),
                milestone.map(|one| one.title.clone()),
                issue.state,
                issue.comments.len(),
            );
            (*number, said)
        })
        .collect()
}

async fn run(
    lower: bool,
    config: Config,
    first: Vec<Record>,
    pins: Vec<bool>,
    steps: Vec<Step>,
) -> End {
    let mut repository = Repository {
        lower,
        config,
        records: first,
        pinned: pins
            .iter()
            .zip(1..)
            .map(|(pinned, number)| pinned.then_some(number))
            .collect(),
        shipped: false,
    };
    let options = sandbox::Options {
        record: true,
        ..Default::default()
    };
    let sandbox = Sandbox::start(world(&repository.registry()), options)
        .await
        .unwrap();
    let mut ledger = Ledger::default();
    let mut saved: Option<Plan> = None;
    // Each case ends with an apply.
    for step in steps.into_iter().chain([Step::Apply]) {
        let registry = repository.registry();
        let was = sandbox.with_world(|world| world.clone());
        match step {
            Step::Record(index, record) => repository.records[index] = record,
            Step::Config(config) => repository.config = config,
            Step::People(edit) => sandbox.with_world(|world| people_edit(world, &edit)),
            Step::Merge(number) => {
                sandbox
                    .with_world(|world| world.merge_pull_request("octocat", REPO, number))
                    .unwrap();
            }
            Step::Ship => repository.shipped = true,
            Step::Pin => {
                for issue in was.repository(REPO).unwrap().issues.values() {
                    if let Markers::Present(section) = find(&issue.body)
                        && let Subject::Kep(number) = section.subject
                    {
                        repository.pinned[number as usize - 1].get_or_insert(issue.number);
                    }
                }
            }
            Step::Save => saved = Some(reconcile(&sandbox, &registry, false, None).await),
            Step::Apply => {
                let plan = reconcile(&sandbox, &registry, true, None).await;
                let is = sandbox.with_world(|world| world.clone());
                compare(&was, &is, &plan, &repository.config, &mut ledger);
                nothing_twice(&is);
                let again = reconcile(&sandbox, &registry, false, None).await;
                assert!(again.is_empty(), "{:#?}", again.repositories);
            }
            Step::ApplySaved => {
                let Some(plan) = &saved else { continue };
                let now = reconcile(&sandbox, &registry, true, Some(plan)).await;
                let is = sandbox.with_world(|world| world.clone());
                if now.hash == plan.hash {
                    // What the saved plan said is what was done.
                    compare(&was, &is, plan, &repository.config, &mut ledger);
                    nothing_twice(&is);
                    assert!(reconcile(&sandbox, &registry, false, None).await.is_empty());
                } else {
                    assert_eq!(is, was, "a stale plan changes nothing");
                    let registry_moved = plan.registry != now.registry;
                    assert!(registry_moved || !plan.differences(&now).is_empty());
                }
            }
        }
    }
    for exchange in sandbox.exchanges() {
        common::contract::check(&exchange).unwrap();
    }
    let end = sandbox.with_world(|world| end(world));
    sandbox.stop().await;
    end
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), max_shrink_iters: 300, ..ProptestConfig::default() })]
    #[test]
    fn any_interleaving_converges_and_changes_nothing_unmanaged(
        config in config(),
        first in prop::collection::vec(record(), RECORDS),
        pins in prop::collection::vec(any::<bool>(), RECORDS),
        steps in steps(),
    ) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let spelt = run(false, config.clone(), first.clone(), pins.clone(), steps.clone());
        let spelt = runtime.block_on(spelt);
        let lower = runtime.block_on(run(true, config, first, pins, steps));
        prop_assert_eq!(spelt, lower, "names compare without case");
    }
}
