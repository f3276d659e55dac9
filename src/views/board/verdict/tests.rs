//! Every combination of stage, gate, what each runtime has, planned minor, freeze and day, as tables that people can read.

use super::*;
use crate::registry::kep::RuntimeFacts;
use crate::registry::load::{RawFile, load};

/// What the next minor of containerd is planned for. It counts for Kubernetes 1.38, of 2026-12-16, until 2027-01-15.
const PLANS: [(&str, &str); 5] = [
    ("nothing is planned", ""),
    (
        "in time",
        "[[minors]]\nrelease = \"2.5\"\nplanned = \"2026-12\"\n",
    ),
    (
        "in a month that is in time in part",
        "[[minors]]\nrelease = \"2.5\"\nplanned = \"2027-01\"\n",
    ),
    (
        "too late",
        "[[minors]]\nrelease = \"2.5\"\nplanned = 2027-01-16\n",
    ),
    ("without a day", "[[minors]]\nrelease = \"2.5\"\n"),
];

const FREEZES: [(&str, &str); 3] = [
    ("ahead", "code-freeze = 2026-11-29T12:00:00Z\n"),
    ("passed", "code-freeze = 2026-11-28T12:00:00Z\n"),
    ("not known", ""),
];

/// The day of all tables.
const TODAY: &str = "2026-11-29";

/// What a runtime has: nothing on record, one of the states, or a release that is too late: one that is not out yet of containerd, and one of a
/// higher number of CRI-O.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fact {
    NotRecorded,
    State(RuntimeState),
    Released,
    Late,
    ForOthers,
}

const FACTS: [Fact; 9] = [
    Fact::NotRecorded,
    Fact::State(RuntimeState::None),
    Fact::State(RuntimeState::InProgress),
    Fact::State(RuntimeState::Experimental),
    Fact::State(RuntimeState::Merged),
    Fact::Late,
    Fact::ForOthers,
    Fact::State(RuntimeState::Released),
    Fact::Released,
];

fn world(plan: &str, freeze: &str) -> Registry {
    let containerd = format!(
        "[[minors]]\nrelease = \"2.4\"\nreleased = 2026-09-16\n\n[[minors]]\nrelease = \"2.6\"\nreleased = 2027-02-01\n\n{plan}"
    );
    let kubernetes = format!(
        "[[cycles]]\nrelease = \"1.37\"\nreleased = 2026-08-26\n\n[[cycles]]\nrelease = \"1.38\"\nplanned = 2026-12-16\n\
         enhancements-freeze = 2026-09-30T12:00:00Z\n{freeze}"
    );
    let files = [
        (
            "registry.toml",
            "home = \"containerd\"\nrepositories = [\"containerd/containerd\"]\n\n\
             [[runtimes]]\nname = \"containerd\"\ncalendar = \"releases/containerd.toml\"\n\n\
             [[runtimes]]\nname = \"cri-o\"\ncalendar = \"releases/cri-o.toml\"\nnumbered-as-kubernetes = true\n",
        ),
        ("releases/kubernetes.toml", kubernetes.as_str()),
        ("releases/containerd.toml", containerd.as_str()),
        (
            "releases/cri-o.toml",
            "[[minors]]\nrelease = \"1.36\"\nreleased = 2026-05-04\n",
        ),
        (
            "sig-node/1-a.toml",
            "number = 1\ntitle = \"a\"\nstatus = \"implementable\"\nstage = \"alpha\"\ntarget = \"1.38\"\n",
        ),
    ];
    let files = files.map(|(path, text)| RawFile {
        path: path.to_owned(),
        content: Ok(text.as_bytes().to_vec()),
    });
    let loaded = load(files.into());
    assert!(loaded.findings.is_empty(), "{:?}", loaded.findings);
    loaded.registry
}

fn record(registry: &Registry) -> Entry<KepRecord> {
    registry.kep(1).unwrap().clone()
}

fn put(entry: &mut Entry<KepRecord>, runtime: &str, fact: Fact) {
    let home = runtime == "containerd";
    let version = |text: &str| Some(text.parse().unwrap());
    let mut facts = RuntimeFacts::in_state(RuntimeState::Released);
    match fact {
        Fact::NotRecorded => {
            entry.value.runtimes.remove(runtime);
            return;
        }
        Fact::State(state) => facts.state = state,
        Fact::Released => facts.release = version(if home { "2.4.0" } else { "1.36.0" }),
        Fact::Late => facts.release = version(if home { "2.6.0" } else { "1.39.0" }),
        Fact::ForOthers => facts.kubernetes = Some("..1.37".parse().unwrap()),
    }
    entry.value.runtimes.insert(runtime.to_owned(), facts);
}

fn aim(entry: &mut Entry<KepRecord>, stage: Stage, on: Option<bool>) {
    entry.value.stage = Some(stage);
    entry.value.enabled_by_default = on;
    if stage == Stage::Stable {
        entry.value.reached.beta = Some("1.36".parse().unwrap());
    }
}

fn judged(registry: &Registry, entry: &Entry<KepRecord>) -> Verdict {
    let verdict = verdict(registry, entry, TODAY.parse().unwrap()).unwrap();
    for reason in &verdict.reasons {
        let text = &reason.text;
        let starts = text.chars().next().unwrap();
        assert!(
            text.ends_with('.') && !text.contains("..") && !text.contains(" ,"),
            "{text}"
        );
        assert!(
            starts.is_uppercase() || text.starts_with("containerd") || text.starts_with("cri-o"),
            "{text}"
        );
        assert!(!reason.rests_on.is_empty(), "{text}");
    }
    assert!(!verdict.reasons.is_empty());
    verdict
}

fn letter(outcome: Outcome) -> char {
    match outcome {
        Outcome::WillMiss => 'x',
        Outcome::AtRisk => '!',
        Outcome::CannotTell => '?',
        Outcome::OnCourse => '+',
        Outcome::Ready => 'R',
        Outcome::Shipped => 'S',
        Outcome::NothingNeeded => '-',
    }
}

/// A table: a row for what containerd has, a column for what CRI-O has, both in the order of [`FACTS`].
fn table(registry: &Registry, stage: Stage, on: Option<bool>) -> Vec<String> {
    let mut entry = record(registry);
    aim(&mut entry, stage, on);
    let row = |containerd: Fact| {
        put(&mut entry, "containerd", containerd);
        let cells = FACTS.map(|crio| {
            put(&mut entry, "cri-o", crio);
            letter(judged(registry, &entry).outcome)
        });
        cells.map(|cell| cell.to_string()).join(" ")
    };
    FACTS.map(row).into()
}

const ROWS: [&str; 9] = [
    "not recorded",
    "none",
    "in progress",
    "experimental",
    "merged",
    "not out",
    "for others",
    "released?",
    "released",
];

/// Tables side by side, each below its name.
fn beside(tables: &[(&str, Vec<String>)]) -> String {
    let mut text = String::new();
    for (name, table) in tables {
        text += &format!("containerd's next minor, or the freeze: {name}\n");
        for (row, cells) in ROWS.iter().zip(table) {
            text += &format!("  {row:<12} {cells}\n");
        }
    }
    text
}

#[test]
fn alpha_needs_one_that_merged_it_and_the_code_freeze_decides_what_is_left() {
    let tables = FREEZES.map(|(name, freeze)| {
        let tables = PLANS.map(|(_, plan)| table(&world(plan, freeze), Stage::Alpha, None));
        // No minor that is planned matters to it, and neither does the gate.
        assert!(tables.iter().all(|one| *one == tables[0]));
        let world = world(PLANS[0].1, freeze);
        assert_eq!(table(&world, Stage::Alpha, Some(true)), tables[0]);
        (name, tables[0].clone())
    });
    insta::assert_snapshot!(beside(&tables), @"
    containerd's next minor, or the freeze: ahead
      not recorded ? ? ? R R R ? R R
      none         ? ! ! R R R ! R R
      in progress  ? ! ! R R R ! R R
      experimental R R R R R R R R R
      merged       R R R R R R R R R
      not out      ? ? ? R R R ? R R
      for others   ? ! ! R R R ! R R
      released?    R R R R R R R R R
      released     R R R R R R R R R
    containerd's next minor, or the freeze: passed
      not recorded ? ? ? R R R ? R R
      none         ? x ! R R R ! R R
      in progress  ? ! ! R R R ! R R
      experimental R R R R R R R R R
      merged       R R R R R R R R R
      not out      ? ? ? R R R ? R R
      for others   ? ! ! R R R ! R R
      released?    R R R R R R R R R
      released     R R R R R R R R R
    containerd's next minor, or the freeze: not known
      not recorded ? ? ? R R R ? R R
      none         ? ! ! R R R ! R R
      in progress  ? ! ! R R R ! R R
      experimental R R R R R R R R R
      merged       R R R R R R R R R
      not out      ? ? ? R R R ? R R
      for others   ? ! ! R R R ! R R
      released?    R R R R R R R R R
      released     R R R R R R R R R
    ");
}

/// For each plan; no freeze matters to what must be released.
fn by_plan(stage: Stage, on: Option<bool>) -> String {
    let tables = PLANS.map(|(name, plan)| {
        let tables = FREEZES.map(|(_, freeze)| table(&world(plan, freeze), stage, on));
        assert!(tables.iter().all(|one| *one == tables[0]));
        (name, tables[0].clone())
    });
    beside(&tables)
}

#[test]
fn beta_off_by_default_needs_one_that_released_it() {
    insta::assert_snapshot!(by_plan(Stage::Beta, Some(false)), @"
    containerd's next minor, or the freeze: nothing is planned
      not recorded ? ? ? ? + ? ? R R
      none         ? ? ? ? + ? ? R R
      in progress  ? ? ? ? + ? ? R R
      experimental ? ? ? ? + ? ? R R
      merged       ? ? ? ? + ? ? R R
      not out      ? ? ? ? + ? ? R R
      for others   ? ! ! ! + ! ! R R
      released?    R R R R R R R R R
      released     R R R R R R R R R
    containerd's next minor, or the freeze: in time
      not recorded ? ? ? ? + ? ? R R
      none         ? ! ! ! + ! ! R R
      in progress  ? ! ! ! + ! ! R R
      experimental ? ! ! ! + ! ! R R
      merged       + + + + + + + R R
      not out      ? ? ? ? + ? ? R R
      for others   ? ! ! ! + ! ! R R
      released?    R R R R R R R R R
      released     R R R R R R R R R
    containerd's next minor, or the freeze: in a month that is in time in part
      not recorded ? ? ? ? + ? ? R R
      none         ? ! ! ! + ! ! R R
      in progress  ? ! ! ! + ! ! R R
      experimental ? ! ! ! + ! ! R R
      merged       ? ! ! ! + ! ! R R
      not out      ? ? ? ? + ? ? R R
      for others   ? ! ! ! + ! ! R R
      released?    R R R R R R R R R
      released     R R R R R R R R R
    containerd's next minor, or the freeze: too late
      not recorded ? ? ? ? + ? ? R R
      none         ? ! ! ! + x ! R R
      in progress  ? ! ! ! + x ! R R
      experimental ? ! ! ! + x ! R R
      merged       ? ! ! ! + x ! R R
      not out      ? ? ? ? + ? ? R R
      for others   ? ! ! ! + ! ! R R
      released?    R R R R R R R R R
      released     R R R R R R R R R
    containerd's next minor, or the freeze: without a day
      not recorded ? ? ? ? + ? ? R R
      none         ? ? ? ? + ? ? R R
      in progress  ? ? ? ? + ? ? R R
      experimental ? ? ? ? + ? ? R R
      merged       ? ? ? ? + ? ? R R
      not out      ? ? ? ? + ? ? R R
      for others   ? ! ! ! + ! ! R R
      released?    R R R R R R R R R
      released     R R R R R R R R R
    ");
}

#[test]
fn beta_on_by_default_and_stable_need_a_release_of_each() {
    let beta = by_plan(Stage::Beta, Some(true));
    assert_eq!(by_plan(Stage::Stable, None), beta);
    insta::assert_snapshot!(beta, @"
    containerd's next minor, or the freeze: nothing is planned
      not recorded ? ! ! ! ? x ! ? ?
      none         ? ! ! ! ? x ! ? ?
      in progress  ? ! ! ! ? x ! ? ?
      experimental ? ! ! ! ? x ! ? ?
      merged       ? ! ! ! ? x ! ? ?
      not out      ? ! ! ! ? x ! ? ?
      for others   ! ! ! ! ! x ! ! !
      released?    ? ! ! ! + x ! R R
      released     ? ! ! ! + x ! R R
    containerd's next minor, or the freeze: in time
      not recorded ? ! ! ! ? x ! ? ?
      none         ! ! ! ! ! x ! ! !
      in progress  ! ! ! ! ! x ! ! !
      experimental ! ! ! ! ! x ! ! !
      merged       ? ! ! ! + x ! + +
      not out      ? ! ! ! ? x ! ? ?
      for others   ! ! ! ! ! x ! ! !
      released?    ? ! ! ! + x ! R R
      released     ? ! ! ! + x ! R R
    containerd's next minor, or the freeze: in a month that is in time in part
      not recorded ? ! ! ! ? x ! ? ?
      none         ! ! ! ! ! x ! ! !
      in progress  ! ! ! ! ! x ! ! !
      experimental ! ! ! ! ! x ! ! !
      merged       ! ! ! ! ! x ! ! !
      not out      ? ! ! ! ? x ! ? ?
      for others   ! ! ! ! ! x ! ! !
      released?    ? ! ! ! + x ! R R
      released     ? ! ! ! + x ! R R
    containerd's next minor, or the freeze: too late
      not recorded ? ! ! ! ? x ! ? ?
      none         x x x x x x x x x
      in progress  x x x x x x x x x
      experimental x x x x x x x x x
      merged       x x x x x x x x x
      not out      ? ! ! ! ? x ! ? ?
      for others   ! ! ! ! ! x ! ! !
      released?    ? ! ! ! + x ! R R
      released     ? ! ! ! + x ! R R
    containerd's next minor, or the freeze: without a day
      not recorded ? ! ! ! ? x ! ? ?
      none         ? ! ! ! ? x ! ? ?
      in progress  ? ! ! ! ? x ! ? ?
      experimental ? ! ! ! ? x ! ? ?
      merged       ? ! ! ! ? x ! ? ?
      not out      ? ! ! ! ? x ! ? ?
      for others   ! ! ! ! ! x ! ! !
      released?    ? ! ! ! + x ! R R
      released     ? ! ! ! + x ! R R
    ");
}

#[test]
fn of_a_beta_whose_default_is_not_known_is_said_what_holds_either_way() {
    insta::assert_snapshot!(by_plan(Stage::Beta, None), @"
    containerd's next minor, or the freeze: nothing is planned
      not recorded ? ? ? ? ? ? ? ? ?
      none         ? ? ? ? ? ? ? ? ?
      in progress  ? ? ? ? ? ? ? ? ?
      experimental ? ? ? ? ? ? ? ? ?
      merged       ? ? ? ? ? ? ? ? ?
      not out      ? ? ? ? ? ? ? ? ?
      for others   ? ! ! ! ? ? ! ? ?
      released?    ? ? ? ? + ? ? R R
      released     ? ? ? ? + ? ? R R
    containerd's next minor, or the freeze: in time
      not recorded ? ? ? ? ? ? ? ? ?
      none         ? ! ! ! ? ? ! ? ?
      in progress  ? ! ! ! ? ? ! ? ?
      experimental ? ! ! ! ? ? ! ? ?
      merged       ? ? ? ? + ? ? + +
      not out      ? ? ? ? ? ? ? ? ?
      for others   ? ! ! ! ? ? ! ? ?
      released?    ? ? ? ? + ? ? R R
      released     ? ? ? ? + ? ? R R
    containerd's next minor, or the freeze: in a month that is in time in part
      not recorded ? ? ? ? ? ? ? ? ?
      none         ? ! ! ! ? ? ! ? ?
      in progress  ? ! ! ! ? ? ! ? ?
      experimental ? ! ! ! ? ? ! ? ?
      merged       ? ! ! ! ? ? ! ? ?
      not out      ? ? ? ? ? ? ? ? ?
      for others   ? ! ! ! ? ? ! ? ?
      released?    ? ? ? ? + ? ? R R
      released     ? ? ? ? + ? ? R R
    containerd's next minor, or the freeze: too late
      not recorded ? ? ? ? ? ? ? ? ?
      none         ? ? ? ? ? x ? ? ?
      in progress  ? ? ? ? ? x ? ? ?
      experimental ? ? ? ? ? x ? ? ?
      merged       ? ? ? ? ? x ? ? ?
      not out      ? ? ? ? ? ? ? ? ?
      for others   ? ! ! ! ? ? ! ? ?
      released?    ? ? ? ? + ? ? R R
      released     ? ? ? ? + ? ? R R
    containerd's next minor, or the freeze: without a day
      not recorded ? ? ? ? ? ? ? ? ?
      none         ? ? ? ? ? ? ? ? ?
      in progress  ? ? ? ? ? ? ? ? ?
      experimental ? ? ? ? ? ? ? ? ?
      merged       ? ? ? ? ? ? ? ? ?
      not out      ? ? ? ? ? ? ? ? ?
      for others   ? ! ! ! ? ? ! ? ?
      released?    ? ? ? ? + ? ? R R
      released     ? ? ? ? + ? ? R R
    ");
}

/// The laws behind the tables: what one knows more, or has more, never makes a verdict worse than it could have been.
#[test]
fn a_runtime_that_is_further_never_makes_it_worse_and_what_is_not_known_is_never_missing() {
    let further = [
        Fact::State(RuntimeState::None),
        Fact::State(RuntimeState::InProgress),
        Fact::State(RuntimeState::Merged),
        Fact::Released,
    ];
    for (_, plan) in PLANS {
        for (_, freeze) in FREEZES {
            let registry = world(plan, freeze);
            for (stage, on) in [
                (Stage::Alpha, None),
                (Stage::Beta, Some(false)),
                (Stage::Beta, Some(true)),
                (Stage::Beta, None),
                (Stage::Stable, None),
            ] {
                let mut entry = record(&registry);
                aim(&mut entry, stage, on);
                let mut of = |containerd, crio| {
                    put(&mut entry, "containerd", containerd);
                    put(&mut entry, "cri-o", crio);
                    judged(&registry, &entry).outcome
                };
                for other in FACTS {
                    for pair in further.windows(2) {
                        for (less, more) in [
                            (of(pair[0], other), of(pair[1], other)),
                            (of(other, pair[0]), of(other, pair[1])),
                        ] {
                            // Not known is no place on the scale: only what is known on both sides compares.
                            let known = ![less, more].contains(&Outcome::CannotTell);
                            assert!(
                                !known || more >= less,
                                "{stage:?} {on:?} {pair:?} {other:?}: {less} then {more}"
                            );
                        }
                    }
                    let unknown = of(Fact::NotRecorded, other);
                    let could_be = FACTS[1..]
                        .iter()
                        .map(|fact| of(*fact, other))
                        .collect::<Vec<_>>();
                    if unknown < Outcome::CannotTell {
                        // Called bad with a runtime unknown: then nothing that it could have makes it good.
                        assert!(
                            could_be
                                .iter()
                                .all(|outcome| *outcome <= Outcome::CannotTell),
                            "{stage:?} {on:?} {other:?}"
                        );
                    }
                    if unknown > Outcome::CannotTell {
                        assert!(
                            could_be
                                .iter()
                                .all(|outcome| *outcome >= Outcome::CannotTell),
                            "{stage:?} {on:?} {other:?}"
                        );
                    }
                }
                assert_eq!(
                    of(Fact::NotRecorded, Fact::NotRecorded),
                    Outcome::CannotTell
                );
            }
        }
    }
}

/// One verdict in words.
fn said(change: impl FnOnce(&mut KepRecord), today: &str) -> String {
    let registry = world(PLANS[1].1, FREEZES[1].1);
    let mut entry = record(&registry);
    entry.value.stage = Some(Stage::Beta);
    entry.value.enabled_by_default = Some(true);
    put(&mut entry, "containerd", Fact::State(RuntimeState::Merged));
    put(&mut entry, "cri-o", Fact::Released);
    change(&mut entry.value);
    let Some(verdict) = verdict(&registry, &entry, today.parse().unwrap()) else {
        return "aims at nothing".to_owned();
    };
    let reasons: Vec<String> = verdict
        .reasons
        .iter()
        .map(|reason| format!("  {}", reason.text))
        .collect();
    format!("{}\n{}", verdict.outcome, reasons.join("\n"))
}

#[test]
fn what_is_merged_is_on_course_with_the_release_that_brings_it() {
    insta::assert_snapshot!(said(|_| {}, TODAY), @"
    on course
      containerd has merged it and not released it; the next minor is containerd 2.5, planned for 2026-12, and it counts for Kubernetes 1.38 if it is out by 2027-01-15.
      For a beta that is on by default, the CRI development policy asks for a release of every participating container runtime.
      cri-o has released it in 1.36.0 of 2026-05-04.
    ");
    insta::assert_snapshot!(said(|record| record.milestone = Some("2.7".parse().unwrap()), TODAY), @"
    cannot tell
      containerd has merged it and not released it; it is meant for containerd 2.7, and when that comes is not on record.
      For a beta that is on by default, the CRI development policy asks for a release of every participating container runtime.
      cri-o has released it in 1.36.0 of 2026-05-04.
    ");
    insta::assert_snapshot!(said(|_| {}, "2027-01-01"), @"
    cannot tell
      containerd has merged it and not released it; containerd 2.5 was planned for 2026-12, and whether it is out is not on record.
      For a beta that is on by default, the CRI development policy asks for a release of every participating container runtime.
      cri-o has released it in 1.36.0 of 2026-05-04.
    ");
}

#[test]
fn what_is_out_is_shipped_if_the_record_says_so() {
    let shipped = |release: Option<&str>, on| {
        let release = release.map(|release| release.parse().unwrap());
        said(
            |record| {
                record.target = Some("1.37".parse().unwrap());
                record.enabled_by_default = on;
                record.reached.beta = release;
            },
            TODAY,
        )
    };
    insta::assert_snapshot!(shipped(Some("1.37"), None), @"
    shipped
      Kubernetes 1.37 was released on 2026-08-26, with it as beta.
    ");
    insta::assert_snapshot!(shipped(Some("1.38"), None), @"
    will miss
      Kubernetes 1.37 was released on 2026-08-26 without it: it became beta in 1.38, which came later.
    ");
    insta::assert_snapshot!(shipped(None, Some(true)), @"
    cannot tell
      Kubernetes 1.37 was released on 2026-08-26, and whether it went out with this KEP as beta is not on record; its owners or its kep.yaml can say.
    ");
}

/// Beta with the gate on is another stage than beta: each has shipped with its own release.
#[test]
fn beta_on_by_default_has_shipped_with_its_own_release() {
    let shipped = |on: bool, beta: &str, beta_on: &str| {
        let said = said(
            |record| {
                record.target = Some("1.37".parse().unwrap());
                record.enabled_by_default = Some(on);
                record.reached.beta = Some(beta.parse().unwrap());
                record.reached.beta_on = Some(beta_on.parse().unwrap());
            },
            TODAY,
        );
        said.lines().next().unwrap_or_default().to_owned()
    };
    assert_eq!(shipped(false, "1.37", "1.38"), "shipped");
    assert_eq!(shipped(true, "1.36", "1.37"), "shipped");
    assert_eq!(shipped(true, "1.37", "1.38"), "will miss");
    // What is stable is on as well, and nobody calls it beta.
    insta::assert_snapshot!(said(|record| {
        record.stage = Some(Stage::Stable);
        record.target = Some("1.37".parse().unwrap());
        record.reached.stable = record.target;
    }, TODAY), @"
    shipped
      Kubernetes 1.37 was released on 2026-08-26, with it as stable.
    ");
}

/// It leads people to the line that says so.
#[test]
fn what_comes_next_rests_on_its_own_place_in_the_calendar() {
    for (plan, key) in [(PLANS[1].1, "planned"), (PLANS[4].1, "release")] {
        let registry = world(plan, FREEZES[0].1);
        let mut entry = record(&registry);
        aim(&mut entry, Stage::Beta, Some(true));
        put(&mut entry, "containerd", Fact::State(RuntimeState::Merged));
        put(&mut entry, "cri-o", Fact::Released);
        let place = Pointer::to("minors").index(2).key(key);
        let there = Basis::Value(registry.runtimes["containerd"].file, place);
        let verdict = judged(&registry, &entry);
        let mut reasons = verdict.reasons.iter();
        assert!(
            reasons.any(|reason| reason.rests_on.contains(&there)),
            "{verdict:?}"
        );
    }
}

#[test]
fn what_the_policy_asks_for_is_said_of_each_stage() {
    let registry = world(PLANS[0].1, FREEZES[0].1);
    let asked = |stage, on| {
        let mut entry = record(&registry);
        aim(&mut entry, stage, on);
        put(&mut entry, "containerd", Fact::State(RuntimeState::None));
        put(&mut entry, "cri-o", Fact::State(RuntimeState::None));
        let verdict = judged(&registry, &entry);
        let mut said = verdict.reasons.into_iter().map(|reason| reason.text);
        said.find(|text| text.contains("the CRI development policy asks for"))
            .unwrap()
    };
    insta::assert_snapshot!([
        asked(Stage::Alpha, None),
        asked(Stage::Beta, Some(false)),
        asked(Stage::Beta, Some(true)),
        asked(Stage::Stable, None),
    ].join("\n"), @"
    For alpha, the CRI development policy asks for one container runtime that has merged it, or has it as an experiment.
    For a beta that is off by default, the CRI development policy asks for one container runtime that has released it.
    For a beta that is on by default, the CRI development policy asks for a release of every participating container runtime.
    For stable, the CRI development policy asks for a release of every participating container runtime.
    ");
}

/// Where every runtime counts, each that lacks it belongs to why, and where none does, all do.
#[test]
fn every_runtime_that_decides_is_a_reason() {
    let registry = world(PLANS[0].1, FREEZES[0].1);
    let deciding = |containerd, cri_o| {
        let mut entry = record(&registry);
        aim(&mut entry, Stage::Beta, Some(true));
        put(&mut entry, "containerd", containerd);
        put(&mut entry, "cri-o", cri_o);
        let verdict = judged(&registry, &entry);
        (letter(verdict.outcome), verdict.deciding)
    };
    let both = deciding(Fact::Released, Fact::Released);
    assert_eq!(both.1, 2, "{both:?}");
    let late = deciding(Fact::Late, Fact::State(RuntimeState::Merged));
    assert_eq!(late.1, 2, "{late:?}");
    let one = deciding(Fact::Late, Fact::Released);
    assert_eq!((one.0, one.1), (late.0, 1), "{one:?}");
}

#[test]
fn what_needs_nothing_and_what_aims_at_nothing_are_told_apart() {
    insta::assert_snapshot!(said(|record| record.runtime_support = Some("the kubelet does it alone".parse().unwrap()), TODAY), @"
    nothing needed
      It needs nothing of a container runtime: the kubelet does it alone.
    ");
    insta::assert_snapshot!(said(|record| record.stage = Some(Stage::Removed), TODAY), @"
    nothing needed
      A feature that is removed asks nothing new of a container runtime.
    ");
    insta::assert_snapshot!(said(|record| record.stage = None, TODAY), @"
    cannot tell
      Which stage it aims at in Kubernetes 1.38 is not on record, and the stage decides what the container runtimes must have.
    ");
    assert_eq!(
        said(|record| record.target = None, TODAY),
        "aims at nothing"
    );
    assert_eq!(
        said(|record| record.status = Status::Deferred, TODAY),
        "aims at nothing"
    );
}

#[test]
fn a_kep_that_is_not_approved_waits_for_its_freeze_and_misses_it() {
    let provisional = |read: Option<&str>, today: &str| {
        said(
            |record| {
                record.status = Status::Provisional;
                record.upstream_seen = read.map(|day| day.parse().unwrap());
            },
            today,
        )
    };
    insta::assert_snapshot!(provisional(Some("2026-09-01"), "2026-09-30"), @"
    on course
      containerd has merged it and not released it; the next minor is containerd 2.5, planned for 2026-12, and it counts for Kubernetes 1.38 if it is out by 2027-01-15.
      For a beta that is on by default, the CRI development policy asks for a release of every participating container runtime.
      cri-o has released it in 1.36.0 of 2026-05-04.
      The KEP is provisional, and has to be approved before the enhancements freeze of Kubernetes 1.38 on 2026-09-30.
    ");
    insta::assert_snapshot!(provisional(Some("2026-09-01"), TODAY), @"
    cannot tell
      The KEP was provisional when its kep.yaml was last read, on 2026-09-01; whether it was approved before the enhancements freeze of Kubernetes 1.38 on 2026-09-30 is not on record.
      containerd has merged it and not released it; the next minor is containerd 2.5, planned for 2026-12, and it counts for Kubernetes 1.38 if it is out by 2027-01-15.
      For a beta that is on by default, the CRI development policy asks for a release of every participating container runtime.
      cri-o has released it in 1.36.0 of 2026-05-04.
    ");
    insta::assert_snapshot!(provisional(Some("2026-10-01"), TODAY), @"
    will miss
      The KEP was still provisional after the enhancements freeze of Kubernetes 1.38 on 2026-09-30: without an exception it waits for the next release.
      containerd has merged it and not released it; the next minor is containerd 2.5, planned for 2026-12, and it counts for Kubernetes 1.38 if it is out by 2027-01-15.
      For a beta that is on by default, the CRI development policy asks for a release of every participating container runtime.
      cri-o has released it in 1.36.0 of 2026-05-04.
    ");
}

#[test]
fn other_conditions_only_make_it_worse() {
    let blocked = |record: &mut KepRecord| {
        record.design =
            serde_json::from_value(serde_json::json!({ "consensus": "blocked" })).unwrap();
    };
    insta::assert_snapshot!(said(blocked, TODAY), @"
    at risk
      The discussion of its design is stuck.
      containerd has merged it and not released it; the next minor is containerd 2.5, planned for 2026-12, and it counts for Kubernetes 1.38 if it is out by 2027-01-15.
      For a beta that is on by default, the CRI development policy asks for a release of every participating container runtime.
      cri-o has released it in 1.36.0 of 2026-05-04.
    ");
    let unseen_beta = |record: &mut KepRecord| {
        record.stage = Some(Stage::Stable);
        record.reached.alpha = Some("1.36".parse().unwrap());
    };
    insta::assert_snapshot!(said(unseen_beta, TODAY), @"
    will miss
      No Kubernetes release before 1.38 has it as a beta that is on by default, and stable needs one.
      containerd has merged it and not released it; the next minor is containerd 2.5, planned for 2026-12, and it counts for Kubernetes 1.38 if it is out by 2027-01-15.
      For stable, the CRI development policy asks for a release of every participating container runtime.
      cri-o has released it in 1.36.0 of 2026-05-04.
    ");
    let declined = |record: &mut KepRecord| record.triage = Some(Triage::Declined);
    insta::assert_snapshot!(said(declined, TODAY), @"
    will miss
      containerd's maintainers have declined it.
      For a beta that is on by default, the CRI development policy asks for a release of every participating container runtime.
      cri-o has released it in 1.36.0 of 2026-05-04.
    ");
}

#[test]
fn a_minor_whose_day_has_passed_is_not_taken_for_released() {
    let said = said(|_| {}, "2027-01-02");
    assert!(
        said.starts_with("cannot tell\n  containerd has merged it"),
        "{said}"
    );
}

#[test]
fn a_release_that_its_calendar_does_not_have_is_concluded_nothing_from() {
    let released = |version: &str| {
        let facts = RuntimeFacts {
            release: Some(version.parse().unwrap()),
            ..RuntimeFacts::in_state(RuntimeState::Released)
        };
        said(
            |record| {
                record.runtimes.insert("containerd".to_owned(), facts);
            },
            TODAY,
        )
    };
    assert!(released("2.4.0").starts_with("ready"));
    assert!(released("2.5.0").starts_with("cannot tell\n  The record says that containerd released it in 2.5.0, and the calendar of containerd plans 2.5 for 2026-12."));
}

#[test]
fn of_a_planned_month_only_what_is_in_time_on_its_first_day_is_in_time() {
    // It counts until 2026-12-31 if Kubernetes comes on the first of the month, and until 2027-01-30 if on the last.
    let question = |planned: &str| {
        let mut registry = world(
            &format!("[[minors]]\nrelease = \"2.5\"\nplanned = {planned}\n"),
            "",
        );
        let calendar = registry.kubernetes.as_mut().unwrap();
        calendar.value.cycles[1].planned = Some("2026-12".parse().unwrap());
        let mut entry = record(&registry);
        aim(&mut entry, Stage::Beta, Some(true));
        put(&mut entry, "containerd", Fact::State(RuntimeState::Merged));
        put(&mut entry, "cri-o", Fact::Released);
        judged(&registry, &entry).outcome
    };
    assert_eq!(question("2026-12-31"), Outcome::OnCourse);
    assert_eq!(question("2027-01-28"), Outcome::AtRisk);
    assert_eq!(question("2027-01-31"), Outcome::WillMiss);
}

#[test]
fn stable_without_any_stage_on_record_is_not_known_to_have_been_beta() {
    let stable = |record: &mut KepRecord| record.stage = Some(Stage::Stable);
    let said = said(stable, TODAY);
    assert!(
        said.starts_with("cannot tell\n  Which stages have shipped is not on record"),
        "{said}"
    );
}

#[test]
fn a_calendar_with_mistakes_counts_as_unknown() {
    let mut registry = world(PLANS[1].1, "");
    let mut entry = record(&registry);
    aim(&mut entry, Stage::Alpha, None);
    put(&mut entry, "containerd", Fact::Released);
    assert_eq!(judged(&registry, &entry).outcome, Outcome::Ready);
    registry.unread_lists.insert(FileKind::Kubernetes);
    let verdict = judged(&registry, &entry);
    assert_eq!(verdict.outcome, Outcome::CannotTell);
    assert!(
        verdict.reasons[0]
            .text
            .starts_with("The calendar of Kubernetes has mistakes")
    );
    registry.unread_lists = [FileKind::Runtime].into();
    assert_eq!(
        judged(&registry, &entry).outcome,
        Outcome::Ready,
        "another runtime's calendar, which nobody has a use for"
    );
    registry.runtimes.remove("containerd");
    assert_eq!(judged(&registry, &entry).outcome, Outcome::CannotTell);
}

/// The tolerance is 30 days, and the last of them counts.
#[test]
fn a_release_counts_until_the_end_of_its_last_day() {
    let released_on = |day: &str| {
        let minor = format!("[[minors]]\nrelease = \"2.5\"\nreleased = {day}\n");
        let registry = world(&minor, "");
        let mut entry = record(&registry);
        aim(&mut entry, Stage::Beta, Some(true));
        put(&mut entry, "cri-o", Fact::Released);
        let mut facts = RuntimeFacts::in_state(RuntimeState::Released);
        facts.release = Some("2.5.0".parse().unwrap());
        entry.value.runtimes.insert("containerd".to_owned(), facts);
        verdict(&registry, &entry, "2027-02-05".parse().unwrap())
            .unwrap()
            .outcome
    };
    assert_eq!(released_on("2027-01-15"), Outcome::Ready);
    assert_eq!(released_on("2027-01-16"), Outcome::WillMiss);
}

#[test]
fn on_the_day_of_the_code_freeze_a_merge_is_still_before_it() {
    let alpha = |state: RuntimeState, freeze: &str| {
        let registry = world(PLANS[0].1, freeze);
        let mut entry = record(&registry);
        aim(&mut entry, Stage::Alpha, None);
        put(&mut entry, "containerd", Fact::State(state));
        put(&mut entry, "cri-o", Fact::State(state));
        let verdict = judged(&registry, &entry);
        let asked = "For alpha, the CRI development policy asks for one container runtime that has merged it";
        let mut reasons = verdict.reasons.iter();
        assert!(reasons.any(|reason| reason.text.starts_with(asked)));
        (verdict.outcome, verdict.reasons[0].text.clone())
    };
    for state in [RuntimeState::None, RuntimeState::InProgress] {
        let (outcome, text) = alpha(state, FREEZES[0].1);
        assert_eq!(outcome, Outcome::AtRisk);
        let words = "it has to be merged before Kubernetes 1.38 freezes its code on 2026-11-29.";
        assert!(text.contains(words), "{text}");
    }
    let (outcome, text) = alpha(RuntimeState::InProgress, FREEZES[1].1);
    assert_eq!(outcome, Outcome::AtRisk);
    assert!(text.contains("froze its code on 2026-11-28"), "{text}");
    let (outcome, _) = alpha(RuntimeState::None, FREEZES[1].1);
    assert_eq!(outcome, Outcome::WillMiss);
}

#[test]
fn a_release_counts_by_its_own_day() {
    let minor = "[[minors]]\nrelease = \"2.5\"\nreleased = 2026-12-20\npatches = { \"2.5.1\" = 2027-02-01 }\n";
    let registry = world(minor, "");
    let released = |version: &str| {
        let mut entry = record(&registry);
        aim(&mut entry, Stage::Beta, Some(true));
        put(&mut entry, "cri-o", Fact::Released);
        let mut facts = RuntimeFacts::in_state(RuntimeState::Released);
        facts.release = Some(version.parse().unwrap());
        entry.value.runtimes.insert("containerd".to_owned(), facts);
        verdict(&registry, &entry, "2027-02-05".parse().unwrap())
            .unwrap()
            .outcome
    };
    assert_eq!(released("2.5.0"), Outcome::Ready);
    assert_eq!(
        released("2.5.1"),
        Outcome::WillMiss,
        "a patch is later than its minor"
    );
    assert_eq!(released("2.6.0"), Outcome::WillMiss);
}

/// A runtime with Kubernetes' numbers brings what is merged with its next minor: too late, once the one of the target is out.
#[test]
fn a_runtime_with_kubernetes_numbers_that_is_past_the_target_is_too_late() {
    let last_of_cri_o = |release: &str| {
        let mut registry = world(PLANS[0].1, FREEZES[0].1);
        let calendar = registry.runtimes.get_mut("cri-o").unwrap();
        calendar.value.minors[0].release = release.parse().unwrap();
        let mut entry = record(&registry);
        aim(&mut entry, Stage::Beta, Some(true));
        put(&mut entry, "containerd", Fact::Released);
        put(&mut entry, "cri-o", Fact::State(RuntimeState::Merged));
        judged(&registry, &entry).outcome
    };
    assert_eq!(last_of_cri_o("1.36"), Outcome::OnCourse);
    assert_eq!(last_of_cri_o("1.37"), Outcome::OnCourse);
    assert_eq!(last_of_cri_o("1.38"), Outcome::WillMiss);
}
