//! A fleet: many repositories, each driven by a job of its own with its own installation of the App, against a sandbox that keeps GitHub's limits, by
//! a clock that moves when somebody waits. How many hours it takes by that clock, how many requests, how much memory, and what breaks first.
//!
//! A repository is the unit: what one job does is simulated for each of them, and jobs that run side by side share no budget, because limits are
//! counted for each installation. The last rows share one: all repositories below one account, as an App that is installed once.
//!
//! `cargo bench --bench fleet`; `cargo bench --bench fleet -- 20 1000` for 20 repositories of 1,000 issues.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used
)]

#[path = "../tests/common/app.rs"]
mod app;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use kepherd::clock::Clock;
use kepherd::github::client::{Address, Client, Cost};
use kepherd::github::credentials::Credentials;
use kepherd::github::patience::Patience;
use kepherd::registry::Registry;
use kepherd::registry::load::{RawFile, load};
use kepherd::sandbox::seed::{Pinned, world};
use kepherd::sandbox::{self, Limits, Sandbox};
use kepherd::sync::apply::{Told, apply};
use kepherd::sync::plan::Options;
use kepherd::sync::reconcile::read_and_plan;
use kepherd::sync::remembered::Remembered;
use kepherd::terms::RepositoryName;

use app::{APP_KEY, app};

/// How long a job of Actions may take: <https://docs.github.com/en/actions/reference/limits>.
const JOB_HOURS: f64 = 6.0;
/// How many jobs a matrix may have, likewise.
const MATRIX: usize = 256;

/// The files of a registry of these repositories, each with so many records that aim at a release.
fn registry(repositories: &[String], issues: usize, target: &str) -> Registry {
    let names: Vec<String> = repositories
        .iter()
        .map(|name| format!("\"{name}\""))
        .collect();
    let config = format!(
        "home = \"runc\"\nrepositories = [{}]\n\n[[runtimes]]\nname = \"runc\"\ncalendar = \"releases/runc.toml\"\n\n[issue]\nlabels = [\"kind/kep\"]\n\n\
         [guards]\ncreations = 1000000\nremovals = 1000000\nremovals-percent = 100\n",
        names.join(", ")
    );
    let mut files = vec![
        ("registry.toml".to_owned(), config),
        (
            "maintainers.toml".to_owned(),
            "[[maintainers]]\ngithub = \"someone\"\nrole = \"committer\"\n".to_owned(),
        ),
        (
            "releases/kubernetes.toml".to_owned(),
            "[[cycles]]\nrelease = \"1.38\"\nplanned = 2026-12-16\n\n[[cycles]]\nrelease = \"1.39\"\nplanned = 2027-04-16\n".to_owned(),
        ),
        (
            "releases/runc.toml".to_owned(),
            "[[minors]]\nrelease = \"1.5\"\nplanned = \"2027-03\"\n".to_owned(),
        ),
    ];
    for (at, repository) in repositories.iter().enumerate() {
        files.extend((1..=issues).map(|number| {
            let number = at * issues + number;
            let text = format!(
                "number = {number}\ntitle = \"Pod Lullabies {number}\"\nstatus = \"implementable\"\nstage = \"beta\"\ntarget = \"{target}\"\n\
                 triage = \"accepted\"\nshepherds = [\"someone\"]\nmilestone = \"1.5\"\nrepository = \"{repository}\"\n"
            );
            (format!("sig-node/{number}-pod-lullabies.toml"), text)
        }));
    }
    let raw = files.into_iter().map(|(path, text)| RawFile {
        path,
        content: Ok(text.into_bytes()),
    });
    load(raw.collect()).registry
}

/// What jobs came to.
#[derive(Debug, Clone, Copy, Default)]
struct Came {
    hours: f64,
    /// The longest of a job.
    longest: f64,
    queries: usize,
    reads: usize,
    writes: usize,
    failures: usize,
}

impl Came {
    fn add(&mut self, other: Self) {
        self.hours += other.hours;
        self.longest = self.longest.max(other.longest);
        self.queries += other.queries;
        self.reads += other.reads;
        self.writes += other.writes;
        self.failures += other.failures;
    }
}

/// A GitHub with its clock.
struct Hub {
    sandbox: Sandbox,
    clock: Clock,
}

impl Hub {
    async fn of(registry: &Registry) -> Self {
        let clock = Clock::stopped_at("2026-11-24T12:00:00Z".parse().unwrap());
        let options = sandbox::Options {
            limits: Some(Limits::of_github()),
            clock: clock.clone(),
            app: Some(app(3_600)),
            ..sandbox::Options::default()
        };
        let sandbox = Sandbox::start(world(registry, Pinned::TheirOwn), options)
            .await
            .unwrap();
        Self { sandbox, clock }
    }

    /// One job: plan and apply for one repository, or for all of the registry, as a process that remembers nothing.
    async fn job(&self, registry: &Registry, repository: Option<&str>) -> Came {
        let only: Option<RepositoryName> = repository.map(|name| name.parse().unwrap());
        let first = registry.config.value.repositories.first();
        let name = only.as_ref().or(first).cloned().unwrap();
        let credentials = Credentials::app("1234", &APP_KEY.to_owned().into(), name);
        let patience = Patience {
            clock: self.clock.clone(),
            max_wait: Duration::from_secs(u64::from(u32::MAX)),
            ..Patience::default()
        };
        let address = Address::of(&self.sandbox.url()).unwrap();
        let client = Client::new(address, credentials.unwrap(), &[], patience).unwrap();
        let nothing = Remembered::default();
        let asked = Options {
            repository: only,
            ..Options::default()
        };
        let began = self.clock.now();
        let read = read_and_plan(registry, &client, &asked, &nothing, false).await;
        let (plan, observed) = read.unwrap();
        let told = Told {
            people: &mut |_| {},
            journal: &mut |_| Ok(()),
        };
        let outcome = apply(&plan, &observed, &nothing, &client, told).await;
        let Cost {
            queries,
            reads,
            writes,
            points: _,
        } = client.cost();
        let took: Duration = self.clock.now().duration_since(began).try_into().unwrap();
        let hours = took.as_secs_f64() / 3_600.0;
        Came {
            hours,
            longest: hours,
            queries,
            reads,
            writes,
            failures: outcome.failures.len() + usize::from(outcome.stopped.is_some()),
        }
    }
}

/// The most memory that this process has had, in MiB; absent where the system does not tell.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kib: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib / 1024)
}

/// What is done in each repository, in this order.
const WORK: [&str; 3] = [
    "first run: every issue is created",
    "again: there is nothing to do",
    "every record aims at the next release",
];

/// All work of some repositories with one installation: a job for each, or one for all.
async fn all(repositories: &[String], issues: usize, apart: bool) -> [Came; 3] {
    let now = registry(repositories, issues, "1.38");
    let next = registry(repositories, issues, "1.39");
    let hub = Hub::of(&now).await;
    let mut came = [Came::default(); 3];
    for (came, registry) in came.iter_mut().zip([&now, &now, &next]) {
        if apart {
            for repository in repositories {
                came.add(hub.job(registry, Some(repository)).await);
            }
        } else {
            came.add(hub.job(registry, None).await);
        }
    }
    hub.sandbox.stop().await;
    came
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.unwrap().block_on(work)
}

fn row(what: &str, jobs: usize, side_by_side: usize, came: &Came) {
    // Jobs take their turns; each waits for itself alone.
    let turns = jobs.div_ceil(side_by_side);
    let hours = turns as f64 * came.hours / jobs as f64;
    let breaks = match came.longest > JOB_HOURS {
        true => format!(
            "  a job would take {:.1} h, and may take {JOB_HOURS}",
            came.longest
        ),
        false => String::new(),
    };
    println!(
        "| {what} | {side_by_side} | {hours:.1} | {} | {} | {} | {} |{breaks}",
        came.queries, came.reads, came.writes, came.failures
    );
}

fn main() {
    let sizes: Vec<usize> = std::env::args()
        .skip(1)
        .filter_map(|size| size.parse().ok())
        .collect();
    let (count, issues) = match sizes.as_slice() {
        [count, issues, ..] => (*count, *issues),
        [count] => (*count, 1_000),
        [] => (200, 1_000),
    };
    println!("{count} repositories of {issues} issues, an installation of the App each\n");
    let began = Instant::now();
    let next = AtomicUsize::new(0);
    let fleet: Vec<[Came; 3]> = std::thread::scope(|scope| {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        let workers: Vec<_> = (0..cores)
            .map(|_| {
                scope.spawn(|| {
                    let mut came = Vec::new();
                    loop {
                        let at = next.fetch_add(1, Ordering::Relaxed);
                        if at >= count {
                            return came;
                        }
                        came.push(block_on(all(
                            &[format!("owner-{at}/project")],
                            issues,
                            true,
                        )));
                    }
                })
            })
            .collect();
        workers
            .into_iter()
            .flat_map(|worker| worker.join().unwrap())
            .collect()
    });
    let mut sums = [Came::default(); 3];
    for came in &fleet {
        for (sum, came) in sums.iter_mut().zip(came) {
            sum.add(*came);
        }
    }
    println!(
        "| work | jobs side by side | hours by the clock | queries | reads | writes | failures |"
    );
    println!("|---|---|---|---|---|---|---|");
    for (what, came) in WORK.iter().zip(&sums) {
        for side_by_side in [1, 20, count.min(MATRIX)] {
            row(what, count, side_by_side.min(count), came);
        }
    }
    println!(
        "\n{:.1} s of this machine; at most {} MiB, with {} GitHubs of {issues} issues in it at once",
        began.elapsed().as_secs_f64(),
        peak().map_or_else(|| "?".to_owned(), |peak| peak.to_string()),
        std::thread::available_parallelism().map_or(2, usize::from),
    );
    // Jobs that share an installation share its budget, and each counts what it does itself alone; one run counts all.
    println!("\none installation for several repositories: a job each, and one run for all\n");
    println!(
        "| repositories | first run of jobs, hours | of them stopped by a limit | first run for all, hours | failures |"
    );
    println!("|---|---|---|---|---|");
    for shared in [1, 2, 4] {
        let names: Vec<String> = (0..shared)
            .map(|at| format!("owner/project-{at}"))
            .collect();
        let [jobs, ..] = block_on(all(&names, issues, true));
        let [one, ..] = block_on(all(&names, issues, false));
        println!(
            "| {shared} | {:.1} | {} | {:.1} | {} |",
            jobs.hours, jobs.failures, one.hours, one.failures
        );
    }
    println!("\na matrix has at most {MATRIX} jobs, and a job at most {JOB_HOURS} hours");
}
