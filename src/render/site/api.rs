//! The board for machines: `api/v1/*.json`, each with a schema. Types of their own, so that what others rely on does not change when the
//! board does. What is absent is not known.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::registry::schema::schema_of;
use crate::render::history_json::{Revision, revisions};
use crate::render::json::pretty;
use crate::terms::{
    Date, Handle, KubernetesRange, Line, Link, Release, RuntimeState, Stage, Status, Triage,
    Version, When,
};
use crate::views::board::keps::{FactBoard, KepBoard};
use crate::views::board::waits::Whom;
use crate::views::board::{Board, FindingBoard};

/// So many commits are in `changes.json`; git has the rest.
const MOST: usize = 1000;

/// The version of the format, which is in the address of each file too.
const VERSION: u32 = 1;

/// What every file begins with.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
struct Head {
    /// The version of this format.
    version: u32,
    /// The day that verdicts go by.
    today: Date,
    /// The commit of the registry.
    #[serde(skip_serializing_if = "Option::is_none")]
    commit: Option<String>,
}

impl Head {
    fn of(board: &Board) -> Self {
        Self {
            version: VERSION,
            today: board.today,
            commit: board.commit.as_ref().map(|commit| commit.id.clone()),
        }
    }
}

macro_rules! files {
    ($($(#[$doc:meta])* $name:ident { $(#[$field_doc:meta])* $field:ident: $of:ty })*) => {
        $(
            $(#[$doc])*
            #[derive(Serialize, JsonSchema)]
            #[serde(rename_all = "kebab-case")]
            struct $name {
                /// The version of this format.
                version: u32,
                /// The day that verdicts go by.
                today: Date,
                /// The commit of the registry.
                #[serde(skip_serializing_if = "Option::is_none")]
                commit: Option<String>,
                $(#[$field_doc])*
                $field: $of,
            }

            impl $name {
                fn of(board: &Board, $field: $of) -> Self {
                    let Head { version, today, commit } = Head::of(board);
                    Self { version, today, commit, $field }
                }
            }
        )*
    };
}

files! {
    /// `keps.json`: every KEP.
    Keps {
        /// By number.
        keps: Vec<Kep>
    }
    /// `kep/N.json`: one KEP.
    OneKep {
        /// It.
        kep: Kep
    }
    /// `cycles.json`: every Kubernetes cycle.
    Cycles {
        /// Oldest first.
        cycles: Vec<Cycle>
    }
    /// `runtimes.json`: every minor of every runtime.
    Runtimes {
        /// In the registry's order.
        runtimes: Vec<Runtime>
    }
    /// `people.json`: everybody whom a record or a list names.
    People {
        /// By handle.
        people: Vec<Person>
    }
    /// `waits.json`: what waits for whom.
    Waits {
        /// Oldest first.
        waits: Vec<Wait>
    }
    /// `dates.json`: every day that a calendar knows.
    Dates {
        /// In order.
        dates: Vec<Event>
    }
    /// `coverage.json`: how much is known.
    Coverages {
        /// One for each thing that can be known.
        coverage: Vec<Coverage>
    }
    /// `changes.json`: what became of the records.
    Changes {
        /// Newest first; absent: the history is not known.
        #[serde(skip_serializing_if = "Option::is_none")]
        changes: Option<Vec<Revision>>
    }
}

/// One KEP.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
struct Kep {
    /// Its number.
    number: u32,
    /// Its title.
    title: Line,
    /// The SIG that owns it.
    sig: String,
    /// The path of its record.
    record: String,
    /// Whether its record has no mistakes of shape. One that has is shown as far as it can be read.
    is_whole: bool,
    /// Where it stands upstream; absent: its record has a mistake there.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<Status>,
    /// The stage that it aims at.
    #[serde(skip_serializing_if = "Option::is_none")]
    stage: Option<Stage>,
    /// The Kubernetes release that it aims at.
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<Release>,
    /// Whether the feature is on by default at that stage.
    #[serde(skip_serializing_if = "Option::is_none")]
    enabled_by_default: Option<bool>,
    /// Whether it makes that release.
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<Verdict>,
    /// The Kubernetes release of each stage that shipped.
    reached: BTreeMap<String, Release>,
    /// Every release that it has ever aimed at or reached.
    releases: Vec<Release>,
    /// Every time that its target moved to a later release, newest first.
    slips: Vec<Slip>,
    /// What each runtime has of it; one that is absent is not known.
    runtimes: BTreeMap<String, Fact>,
    /// Its feature gates.
    feature_gates: Vec<Line>,
    /// Its owners upstream.
    owners: Vec<Handle>,
    /// Who sees it through.
    shepherds: Vec<Handle>,
    /// Whether maintainers have taken it on.
    #[serde(skip_serializing_if = "Option::is_none")]
    triage: Option<Triage>,
    /// The targeted minor of the home runtime.
    #[serde(skip_serializing_if = "Option::is_none")]
    milestone: Option<Release>,
    /// The address of its tracking issue.
    #[serde(skip_serializing_if = "Option::is_none")]
    issue: Option<String>,
    /// The address of its issue upstream.
    upstream: String,
    /// The addresses of the pull requests that do the work.
    pull_requests: Vec<String>,
    /// Other documents.
    links: Vec<Link>,
    /// What its badge says.
    badge: String,
    /// The day of kep.yaml that the record was read at.
    #[serde(skip_serializing_if = "Option::is_none")]
    upstream_seen: Option<Date>,
    /// What `kepherd check` finds in its record.
    findings: Vec<Finding>,
}

/// Whether a KEP makes its release.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
struct Verdict {
    /// One of `will-miss`, `at-risk`, `cannot-tell`, `on-course`, `ready`, `shipped` and `nothing-needed`.
    is: &'static str,
    /// Why, the reason that decides it first.
    reasons: Vec<Reason>,
    /// Who can change it.
    who: Vec<Handle>,
}

/// Why a verdict is what it is.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
struct Reason {
    /// A whole sentence.
    text: String,
    /// The lines of records and calendars that it rests on.
    lines: Vec<Spot>,
    /// The rules that it rests on.
    rules: Vec<String>,
}

/// A line of a file.
#[derive(Serialize, JsonSchema)]
struct Spot {
    /// Its path below the registry.
    path: String,
    /// The line, from 1.
    line: usize,
}

/// What a runtime has.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
struct Fact {
    /// The part; absent: the feature as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    part: Option<Line>,
    /// How far it is.
    state: RuntimeState,
    /// The first version that has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    release: Option<Version>,
    /// The day of that version.
    #[serde(skip_serializing_if = "Option::is_none")]
    day: Option<Date>,
    /// The Kubernetes releases that it is good for; absent: all.
    #[serde(skip_serializing_if = "Option::is_none")]
    kubernetes: Option<KubernetesRange>,
    /// The addresses of what brought it.
    evidence: Vec<String>,
    /// What older branches get.
    branches: BTreeMap<Release, String>,
    /// Parts with a state of their own.
    parts: Vec<Fact>,
}

/// A target that moved to a later release.
#[derive(Serialize, JsonSchema)]
struct Slip {
    /// From.
    from: Release,
    /// To.
    to: Release,
    /// When.
    day: Date,
    /// By whom, as git has it.
    by: String,
    /// The commit.
    commit: String,
}

/// Something that `kepherd check` finds.
#[derive(Serialize, JsonSchema)]
struct Finding {
    /// `error`, `warning` or `note`.
    level: String,
    /// The rule.
    rule: String,
    /// What is wrong.
    message: String,
    /// What to do.
    help: Vec<String>,
    /// Where.
    at: Spot,
}

/// A Kubernetes cycle.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
struct Cycle {
    /// The release that it ends with.
    release: Release,
    /// Whether that is out.
    has_shipped: bool,
    /// Its first day.
    #[serde(skip_serializing_if = "Option::is_none")]
    start: Option<Date>,
    /// The instant of each freeze, by its key in the calendar.
    freezes: BTreeMap<&'static str, String>,
    /// The day or month of its release.
    #[serde(skip_serializing_if = "Option::is_none")]
    when: Option<String>,
    /// Who liaises with SIG-Node.
    liaisons: Vec<Handle>,
    /// The KEPs that aim at it, by verdict.
    aiming: BTreeMap<&'static str, Vec<u32>>,
    /// The KEPs that reached a stage with it, by stage.
    reached: BTreeMap<&'static str, Vec<u32>>,
    /// The KEPs that aimed at it once.
    left: Vec<Left>,
}

/// A KEP that left a cycle.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
struct Left {
    /// The KEP.
    kep: u32,
    /// Where it went.
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<Release>,
    /// When.
    day: Date,
    /// Whether the enhancements freeze had passed.
    #[serde(skip_serializing_if = "Option::is_none")]
    after_freeze: Option<bool>,
}

/// A runtime.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
struct Runtime {
    /// Its name.
    name: String,
    /// Its minors, newest first.
    minors: Vec<Minor>,
}

/// A minor of a runtime.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
struct Minor {
    /// Its number.
    release: Release,
    /// Whether it is out.
    is_out: bool,
    /// The day or month of its first version.
    #[serde(skip_serializing_if = "Option::is_none")]
    when: Option<String>,
    /// What came with it: KEPs, with the first version that has each.
    brings: Vec<Brought>,
    /// The KEPs that need it to bring something.
    must_bring: Vec<u32>,
}

/// Something that came with a minor.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
struct Brought {
    /// The KEP.
    kep: u32,
    /// Its part.
    #[serde(skip_serializing_if = "Option::is_none")]
    part: Option<String>,
    /// The first version that has it.
    version: Version,
    /// Whether it is a backport.
    is_backport: bool,
}

/// Somebody.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
struct Person {
    /// The account.
    handle: Handle,
    /// The name.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// The role in the project.
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'static str>,
    /// The KEPs that they shepherd.
    shepherds: Vec<u32>,
    /// How many of those work goes on with.
    load: usize,
    /// The KEPs that they own upstream.
    owns: Vec<u32>,
    /// The cycles that they liaise in.
    liaises: Vec<Release>,
}

/// Something that waits.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
struct Wait {
    /// What sort of thing it is: `act`, `volunteer`, `triage`, `review`, `consensus` or `say`.
    kind: &'static str,
    /// What it is about: `KEP-4960`, `item critest-interop`, or nothing but a cycle.
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    /// The cycle that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    cycle: Option<Release>,
    /// A whole sentence.
    what: String,
    /// For these people; empty: for anybody, a volunteer or the maintainers, as `kind` says.
    people: Vec<Handle>,
    /// Where it is done.
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    /// Since when.
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<Date>,
}

/// A day of a calendar.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
struct Event {
    /// Whose it is.
    product: String,
    /// Of which release.
    release: Release,
    /// What happens: `start`, a freeze's key, `release` or `end-of-life`.
    what: &'static str,
    /// The first day that it can be.
    first: Date,
    /// The last day that it can be.
    last: Date,
    /// Its instant.
    #[serde(skip_serializing_if = "Option::is_none")]
    instant: Option<String>,
}

/// Of how many KEPs something is known.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
struct Coverage {
    /// What is counted.
    what: String,
    /// Of which KEPs it is asked.
    of: &'static str,
    /// The KEPs of which it is known.
    known: Vec<u32>,
    /// The KEPs of which it is not.
    unknown: Vec<u32>,
}

/// The schema of each file, by the name that it has in the repository.
pub fn schemas() -> Vec<(&'static str, String)> {
    vec![
        ("board-keps.schema.json", pretty(&schema_of::<Keps>())),
        ("board-kep.schema.json", pretty(&schema_of::<OneKep>())),
        ("board-cycles.schema.json", pretty(&schema_of::<Cycles>())),
        (
            "board-runtimes.schema.json",
            pretty(&schema_of::<Runtimes>()),
        ),
        ("board-people.schema.json", pretty(&schema_of::<People>())),
        ("board-waits.schema.json", pretty(&schema_of::<Waits>())),
        ("board-dates.schema.json", pretty(&schema_of::<Dates>())),
        (
            "board-coverage.schema.json",
            pretty(&schema_of::<Coverages>()),
        ),
        ("board-changes.schema.json", pretty(&schema_of::<Changes>())),
    ]
}

/// Every file, by its path below `api/v1/`, with the name of its schema.
pub(super) fn files(board: &Board) -> Vec<(String, &'static str, String)> {
    let file = |name: &str, schema, text| (name.to_owned(), schema, text);
    let keps = || board.keps.iter().map(|one| kep(board, one));
    let mut files = vec![
        file(
            "keps.json",
            "board-keps.schema.json",
            pretty(&Keps::of(board, keps().collect())),
        ),
        file(
            "cycles.json",
            "board-cycles.schema.json",
            pretty(&Cycles::of(board, cycles(board))),
        ),
        file(
            "runtimes.json",
            "board-runtimes.schema.json",
            pretty(&Runtimes::of(board, runtimes(board))),
        ),
        file(
            "people.json",
            "board-people.schema.json",
            pretty(&People::of(board, people(board))),
        ),
        file(
            "waits.json",
            "board-waits.schema.json",
            pretty(&Waits::of(board, waits(board))),
        ),
        file(
            "dates.json",
            "board-dates.schema.json",
            pretty(&Dates::of(board, dates(board))),
        ),
        file(
            "coverage.json",
            "board-coverage.schema.json",
            pretty(&Coverages::of(board, coverage(board))),
        ),
        file(
            "changes.json",
            "board-changes.schema.json",
            pretty(&Changes::of(board, revisions(&board.history, MOST))),
        ),
    ];
    files.extend(keps().map(|one| {
        let name = format!("kep/{}.json", one.number);
        (
            name,
            "board-kep.schema.json",
            pretty(&OneKep::of(board, one)),
        )
    }));
    files
}

fn spot(spot: &crate::views::board::Spot) -> Spot {
    Spot {
        path: spot.path.clone(),
        line: spot.line,
    }
}

fn kep(board: &Board, kep: &KepBoard) -> Kep {
    let verdict = kep.verdict.as_ref().map(|judged| Verdict {
        is: judged.outcome.key(),
        reasons: judged
            .reasons
            .iter()
            .map(|reason| Reason {
                text: reason.text.clone(),
                lines: reason.lines.iter().map(spot).collect(),
                rules: reason.rules.clone(),
            })
            .collect(),
        who: judged.who.clone(),
    });
    let runtimes = kep.runtimes.iter().filter_map(|facts| {
        let mut whole = fact(None, facts.whole.as_ref()?);
        whole.parts = facts
            .parts
            .iter()
            .map(|(name, _, part)| fact(Some(name.clone()), part))
            .collect();
        whole.branches = facts
            .branches
            .iter()
            .map(|(minor, decision)| (*minor, decision.to_string()))
            .collect();
        Some((facts.runtime.clone(), whole))
    });
    Kep {
        number: kep.number,
        title: kep.title.clone(),
        sig: kep.sig.clone(),
        record: kep.path.clone(),
        is_whole: kep.is_whole,
        status: kep.status,
        stage: kep.aim.stage,
        target: kep.aims_at,
        enabled_by_default: kep.aim.enabled_by_default,
        verdict,
        reached: kep
            .reached
            .iter()
            .map(|(stage, release)| (stage.written().to_owned(), *release))
            .collect(),
        releases: kep.ever.iter().copied().collect(),
        slips: kep
            .slips
            .iter()
            .map(|slip| Slip {
                from: slip.from,
                to: slip.to,
                day: slip.day,
                by: slip.by.clone(),
                commit: slip.commit.clone(),
            })
            .collect(),
        runtimes: runtimes.collect(),
        feature_gates: kep.gates.clone(),
        owners: kep.owners.clone(),
        shepherds: kep.shepherds.clone(),
        triage: kep.triage,
        milestone: kep.milestone.map(|milestone| milestone.release),
        issue: kep.issue.as_ref().map(|issue| issue.url.clone()),
        upstream: kep.upstream.url.clone(),
        pull_requests: kep
            .pull_requests
            .iter()
            .map(|(one, _)| one.url.clone())
            .collect(),
        links: kep.links.clone(),
        badge: super::badge::said(board, kep),
        upstream_seen: kep.seen.map(|(day, _)| day),
        findings: kep.findings.iter().map(finding).collect(),
    }
}

fn fact(part: Option<Line>, fact: &FactBoard) -> Fact {
    Fact {
        part,
        state: fact.state,
        release: fact.version,
        day: fact.day,
        kubernetes: fact.kubernetes,
        evidence: fact.evidence.iter().map(|one| one.url.clone()).collect(),
        branches: BTreeMap::new(),
        parts: Vec::new(),
    }
}

fn finding(finding: &FindingBoard) -> Finding {
    Finding {
        level: finding.level.to_string(),
        rule: finding.rule.clone(),
        message: finding.message.clone(),
        help: finding.help.clone(),
        at: spot(&finding.spot),
    }
}

fn cycles(board: &Board) -> Vec<Cycle> {
    let cycles = board.cycles.iter().map(|cycle| {
        let mut aiming: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
        for kep in board.aiming(cycle.release) {
            if let Some(outcome) = kep.outcome() {
                aiming.entry(outcome.key()).or_default().push(kep.number);
            }
        }
        let mut reached: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
        for (kep, stage) in &cycle.reached {
            reached.entry(stage.written()).or_default().push(*kep);
        }
        Cycle {
            release: cycle.release,
            has_shipped: cycle.has_shipped,
            start: cycle.start,
            freezes: cycle
                .freezes
                .iter()
                .map(|(freeze, instant)| (freeze.key(), instant.to_string()))
                .collect(),
            when: cycle.when.map(day),
            liaisons: cycle.liaisons.clone(),
            aiming,
            reached,
            left: cycle
                .left
                .iter()
                .map(|left| Left {
                    kep: left.kep,
                    to: left.to,
                    day: left.day,
                    after_freeze: left.after_freeze,
                })
                .collect(),
        }
    });
    cycles.collect()
}

/// The day, or the month where no more is known.
fn day(when: When) -> String {
    match when {
        When::Released(day) => day.to_string(),
        When::Planned(planned) => planned.to_string(),
    }
}

fn runtimes(board: &Board) -> Vec<Runtime> {
    let minor = |minor: &crate::views::board::minors::MinorBoard| Minor {
        release: minor.release,
        is_out: minor.is_out,
        when: minor.when.map(day),
        brings: minor
            .brings
            .iter()
            .map(|one| Brought {
                kep: one.kep,
                part: one.part.clone(),
                version: one.version,
                is_backport: one.is_backport,
            })
            .collect(),
        must_bring: minor.must_bring.clone(),
    };
    let runtimes = board.runtimes.iter().map(|runtime| Runtime {
        name: runtime.name.clone(),
        minors: runtime.minors.iter().map(minor).collect(),
    });
    runtimes.collect()
}

fn people(board: &Board) -> Vec<Person> {
    let people = board.people.iter().map(|person| Person {
        handle: person.handle.clone(),
        name: person.name.clone(),
        role: person.role.map(crate::terms::Role::written),
        shepherds: person.shepherds.clone(),
        load: person.load,
        owns: person.owns.clone(),
        liaises: person.liaises.clone(),
    });
    people.collect()
}

fn waits(board: &Board) -> Vec<Wait> {
    let waits = board.waits.iter().map(|wait| Wait {
        kind: wait.kind.key(),
        subject: wait.subject.as_ref().map(ToString::to_string),
        cycle: wait.cycle,
        what: wait.what.clone(),
        people: match &wait.whom {
            Whom::People(people) => people.clone(),
            Whom::Volunteer | Whom::Maintainers | Whom::Anybody => Vec::new(),
        },
        url: wait.at.as_ref().map(|at| at.url.clone()),
        since: wait.since,
    });
    waits.collect()
}

fn dates(board: &Board) -> Vec<Event> {
    let dates = board.dates.iter().map(|event| Event {
        product: event.product.clone(),
        release: event.release,
        what: event.what.key(),
        first: event.first,
        last: event.last,
        instant: event.instant.map(|instant| instant.to_string()),
    });
    dates.collect()
}

fn coverage(board: &Board) -> Vec<Coverage> {
    let coverage = board.coverage.iter().map(|one| Coverage {
        what: one.what.clone(),
        of: one.of,
        known: one.known.clone(),
        unknown: one.unknown.clone(),
    });
    coverage.collect()
}
