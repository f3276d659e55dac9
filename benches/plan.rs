//! `plan` of made registries, beside working out what is desired of the same records, in one run: how both grow with the number
//! of issues. Half of the records have an issue, half have none yet; each names a pull request; and as many issues again name
//! other KEPs. Then `adopt` of a hundred issues that people changed, beside `plan` of the same, through the program.
//!
//! `cargo bench --bench plan`; `cargo bench --bench plan -- 100 1000` for other sizes.
#![allow(clippy::disallowed_methods, clippy::print_stdout, clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::hint::black_box;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use kepherd::registry::Registry;
use kepherd::registry::load::{RawFile, load};
use kepherd::sync::desired::desired;
use kepherd::sync::observed::{
    Lookup, Observed, ObservedIssue, ObservedPullRequest, ObservedRepository, PullRequestLookup,
};
use kepherd::sync::plan::{Action, Options, plan};
use kepherd::sync::remembered::Remembered;
use kepherd::terms::PullRequestState;
use kepherd::terms::links::Site;

const SIZES: [u32; 3] = [100, 1_000, 10_000];
const DRIFTED: u32 = 100;
const REPO: &str = "containerd/containerd";

/// The files of a registry: records from 1 on, and from which number on they have no issue.
fn files(count: u32, without: u32) -> Vec<(String, String)> {
    let mut files = vec![
        (
            "registry.toml".to_owned(),
            "home = \"containerd\"\nrepositories = [\"containerd/containerd\"]\n\n[[runtimes]]\nname = \"containerd\"\ncalendar = \"releases/containerd.toml\"\n\n[guards]\ncreations = 100000\n".to_owned(),
        ),
        (
            "maintainers.toml".to_owned(),
            "[[maintainers]]\ngithub = \"mikebrow\"\nrole = \"committer\"\n\n[[maintainers]]\ngithub = \"samuelkarp\"\nrole = \"committer\"\n".to_owned(),
        ),
        (
            "releases/kubernetes.toml".to_owned(),
            "[[cycles]]\nrelease = \"1.38\"\nplanned = 2026-12-16\n".to_owned(),
        ),
        (
            "releases/containerd.toml".to_owned(),
            "[[minors]]\nrelease = \"2.5\"\nplanned = \"2026-12\"\n".to_owned(),
        ),
    ];
    files.extend((1..=count).map(|number| {
        let issue = match number < without {
            true => format!("issue = {number}\n"),
            false => String::new(),
        };
        let text = format!(
            "number = {number}\ntitle = \"Pod Lullabies {number}\"\nstatus = \"implementable\"\nstage = \"beta\"\ntarget = \"1.38\"\ntriage = \"accepted\"\nshepherds = [\"mikebrow\", \"samuelkarp\"]\nmilestone = \"2.5\"\n{issue}pull-requests = [{{ id = \"{REPO}#{}\" }}]\n\n[reached]\nalpha = \"1.37\"\n",
            number + 200_000
        );
        (format!("sig-node/{number}-pod-lullabies.toml"), text)
    }));
    files
}

fn registry(count: u32, without: u32) -> Registry {
    let raw = files(count, without)
        .into_iter()
        .map(|(path, text)| RawFile {
            path,
            content: Ok(text.into_bytes()),
        });
    load(raw.collect()).registry
}

fn issue(number: u64, title: String) -> ObservedIssue {
    ObservedIssue {
        number,
        title,
        body: "what people wrote\n\nin two lines\n".to_owned(),
        open: true,
        url: format!("https://github.com/{REPO}/issues/{number}"),
        labels: vec!["kind/feature".to_owned()],
        ..ObservedIssue::default()
    }
}

/// What GitHub says of it: an issue for each record that names one, as many of other KEPs, and the pull requests.
fn observed(count: u32, without: u32) -> Observed {
    let pull_requests = (1..=count).map(|number| {
        let number = u64::from(number) + 200_000;
        let found = ObservedPullRequest {
            number,
            state: PullRequestState::Open,
            labels: vec!["size/L".to_owned()],
        };
        (number, PullRequestLookup::PullRequest(Box::new(found)))
    });
    let issues = (1..without).map(|number| {
        let number = u64::from(number);
        let issue = issue(number, format!("KEP-{number} - Pod Lullabies {number}"));
        (number, Lookup::Issue(Box::new(issue)))
    });
    let others = (1..=count).map(|number| {
        let number = u64::from(number) + 400_000;
        (
            number,
            issue(number, format!("KEP-{number} - something else")),
        )
    });
    let repository = ObservedRepository {
        issues: issues.collect(),
        pull_requests: pull_requests.collect(),
        indexed: Some(others.collect()),
        ..ObservedRepository::default()
    };
    Observed {
        viewer: "kepherd".to_owned(),
        repositories: BTreeMap::from([(REPO.parse().unwrap(), repository)]),
    }
}

/// The median of some runs.
fn median(runs: usize, mut run: impl FnMut()) -> Duration {
    let mut all: Vec<Duration> = (0..runs)
        .map(|_| {
            let began = Instant::now();
            run();
            began.elapsed()
        })
        .collect();
    all.sort();
    all[runs / 2]
}

fn shown(duration: Duration) -> String {
    format!("{:.2} ms", duration.as_secs_f64() * 1e3)
}

/// By which power of the size something grows, from one size to another.
fn exponent(sizes: [u32; 2], times: [Duration; 2]) -> f64 {
    (times[1].as_secs_f64() / times[0].as_secs_f64()).ln()
        / (f64::from(sizes[1]) / f64::from(sizes[0])).ln()
}

fn plans(sizes: &[u32]) {
    let options = Options::default();
    let remembered = Remembered::default();
    println!(
        " issues |      desired | first plan | ratio | plan in sync | first plan grows with the power"
    );
    let mut last = None;
    for &size in sizes {
        let without = size / 2;
        let registry = registry(size, without);
        let mut world = observed(size, without);
        let runs = if size > 1_000 { 5 } else { 21 };
        let wanted = median(runs, || {
            drop(black_box(desired(&registry, &Site::github())))
        });
        let wants = desired(&registry, &Site::github());
        let first = median(runs, || {
            drop(black_box(plan(&wants, &world, &remembered, &options)));
        });
        // The issues say what their sections would say, and the pull requests have their labels.
        let made = plan(&wants, &world, &remembered, &options);
        let repository = world.repositories.values_mut().next().unwrap();
        for planned in &made.repositories[0].issues {
            if let (Action::Update(update), Some(number)) = (&planned.action, planned.number)
                && let Some(Lookup::Issue(issue)) = repository.issues.get_mut(&number)
                && let Some(section) = &update.section
            {
                issue.body.push_str(&format!("\n{}", section.to));
            }
        }
        let again = median(runs, || {
            drop(black_box(plan(&wants, &world, &remembered, &options)));
        });
        let grows = last.map_or_else(
            || "-".to_owned(),
            |(before, time)| format!("{:.2}", exponent([before, size], [time, first])),
        );
        println!(
            "{size:7} | {:>12} | {:>10} | {:5.2} | {:>12} | {grows}",
            shown(wanted),
            shown(first),
            first.as_secs_f64() / wanted.as_secs_f64(),
            shown(again),
        );
        last = Some((size, first));
    }
}

fn kepherd(folder: &Path, arguments: &[&str]) {
    let status = Command::new(env!("CARGO_BIN_EXE_kepherd"))
        .current_dir(folder)
        .args(arguments)
        .args(["--sandbox=.sandbox", "--today=2026-11-24"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    assert!(status.is_ok());
}

fn adopted() {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files(DRIFTED, DRIFTED + 1) {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    kepherd(folder.path(), &["apply"]);
    let state = folder.path().join(".sandbox");
    let mut world: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(&state).unwrap()).unwrap();
    let issues = &mut world["world"]["repositories"][REPO]["issues"];
    for issue in issues.as_object_mut().unwrap().values_mut() {
        issue["assignees"] = serde_json::json!(["samuelkarp"]);
    }
    std::fs::write(&state, world.to_string()).unwrap();
    let planned = median(7, || kepherd(folder.path(), &["plan"]));
    let adopted = median(7, || kepherd(folder.path(), &["adopt", "--diff"]));
    println!(
        "\nadopt of {DRIFTED} drifted issues: {}, plan of them: {}, ratio {:.2}",
        shown(adopted),
        shown(planned),
        adopted.as_secs_f64() / planned.as_secs_f64()
    );
}

fn main() {
    let asked: Vec<u32> = std::env::args()
        .filter_map(|argument| argument.parse().ok())
        .collect();
    plans(if asked.is_empty() { &SIZES } else { &asked });
    adopted();
}
