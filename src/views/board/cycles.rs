//! A Kubernetes cycle as the board shows it: what aims at it, what came with it, and what left it.

use std::collections::BTreeSet;

use crate::terms::{Date, Freeze, Handle, Instant, ReachedStage, Release, Subject, When};
use crate::views::history::How;

use super::keps::KepBoard;
use super::{ItemBoard, View};

/// A cycle.
#[derive(Debug, Clone)]
pub struct CycleBoard {
    /// The release that it ends with.
    pub release: Release,
    /// Whether the calendar knows it.
    pub is_on_record: bool,
    /// Its first day.
    pub start: Option<Date>,
    /// Its freezes, in order.
    pub freezes: Vec<(Freeze, Instant)>,
    /// When its release comes.
    pub when: Option<When>,
    /// Whether that is out.
    pub has_shipped: bool,
    /// Who liaises with SIG-Node.
    pub liaisons: Vec<Handle>,
    /// The KEPs that aim at it.
    pub aiming: Vec<u32>,
    /// The work items that aim at it.
    pub items: Vec<String>,
    /// The KEPs that reached a stage with it.
    pub reached: Vec<(u32, ReachedStage)>,
    /// The KEPs that aimed at it once, and do not any more.
    pub left: Vec<Left>,
    /// The KEPs that came to it after its enhancements freeze.
    pub late: Vec<Late>,
    /// Every time that a KEP came to it or left it, newest first, as far as the history tells.
    pub moves: Vec<Move>,
}

/// A KEP's target that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// The KEP.
    pub kep: u32,
    /// What it aimed at before.
    pub from: Option<Release>,
    /// What it aims at since.
    pub to: Option<Release>,
    /// When.
    pub day: Date,
    /// By whom, as git has it.
    pub by: String,
    /// The commit.
    pub commit: String,
}

/// A KEP that left a cycle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// The KEP.
    pub kep: u32,
    /// Where it went; absent: it aims at nothing since.
    pub to: Option<Release>,
    /// When.
    pub day: Date,
    /// By whom, as git has it.
    pub by: String,
    /// Whether the enhancements freeze had passed: then it was removed, and not deferred in time. Absent: the freeze is not known.
    pub after_freeze: Option<bool>,
}

/// A KEP that came to a cycle after its enhancements freeze: by an exception, or because its record was late.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Late {
    /// The KEP.
    pub kep: u32,
    /// When.
    pub day: Date,
    /// By whom, as git has it.
    pub by: String,
}

impl CycleBoard {
    /// When it freezes something.
    pub fn freeze(&self, freeze: Freeze) -> Option<Instant> {
        let mut freezes = self.freezes.iter();
        freezes
            .find(|(one, _)| *one == freeze)
            .map(|(_, instant)| *instant)
    }

    /// The freeze that it is past, if it is past one and not out.
    pub fn last_freeze(&self, today: Date) -> Option<(Freeze, Instant)> {
        let is_past = |freeze: &&(Freeze, Instant)| freeze.1.date() < today && !self.has_shipped;
        let past = self.freezes.iter().filter(is_past);
        // Of two at one instant, the first is the one that people name.
        past.rev().max_by_key(|(_, instant)| *instant).copied()
    }

    /// The freeze that comes next.
    pub fn next_freeze(&self, today: Date) -> Option<(Freeze, Instant)> {
        let mut freezes = self.freezes.iter().copied();
        freezes.find(|(_, instant)| instant.date() >= today)
    }
}

pub(super) fn cycles(view: &View<'_>, keps: &[KepBoard], items: &[ItemBoard]) -> Vec<CycleBoard> {
    let calendar = view.registry.kubernetes.as_ref().map(|entry| &entry.value);
    let known = calendar.iter().flat_map(|calendar| &calendar.cycles);
    let mut releases: BTreeSet<Release> = known.map(|cycle| cycle.release).collect();
    for kep in keps {
        releases.extend(kep.ever.iter().copied());
    }
    releases.extend(items.iter().filter_map(|item| item.target));
    let mut cycles: Vec<CycleBoard> = releases
        .into_iter()
        .map(|release| {
            let cycle = calendar.and_then(|calendar| calendar.cycle(release));
            CycleBoard {
                release,
                is_on_record: cycle.is_some(),
                start: cycle.and_then(|cycle| cycle.start),
                freezes: cycle.map(|cycle| cycle.freezes()).unwrap_or_default(),
                when: cycle.and_then(|cycle| cycle.when()),
                has_shipped: calendar
                    .is_some_and(|calendar| calendar.shipped_by(release, view.today)),
                liaisons: cycle
                    .map(|cycle| cycle.liaisons.clone())
                    .unwrap_or_default(),
                aiming: Vec::new(),
                items: Vec::new(),
                reached: Vec::new(),
                left: Vec::new(),
                late: Vec::new(),
                moves: Vec::new(),
            }
        })
        .collect();
    let at = |cycles: &[CycleBoard], release: Release| {
        cycles
            .binary_search_by_key(&release, |cycle| cycle.release)
            .ok()
    };
    for kep in keps {
        if let Some(at) = kep.aims_at.and_then(|release| at(&cycles, release)) {
            cycles[at].aiming.push(kep.number);
        }
        for (stage, release) in &kep.reached {
            if let Some(at) = at(&cycles, *release) {
                cycles[at].reached.push((kep.number, *stage));
            }
        }
        moves(view, kep, &mut cycles);
    }
    for cycle in &mut cycles {
        cycle
            .moves
            .sort_by(|a, b| (b.day, a.kep).cmp(&(a.day, b.kep)));
    }
    for item in items {
        if let Some(at) = item.target.and_then(|release| at(&cycles, release)) {
            cycles[at].items.push(item.id.clone());
        }
    }
    cycles
}

/// What the history says of a KEP's way through the cycles: the last time that it left each, and the last time that it came too late.
fn moves(view: &View<'_>, kep: &KepBoard, cycles: &mut [CycleBoard]) {
    let subject = Subject::Kep(kep.number);
    let mut seen_left = BTreeSet::new();
    let mut seen_late = BTreeSet::new();
    for (revision, change) in view.past.of_record(&subject) {
        if change.how == How::Added {
            continue;
        }
        for field in change.fields.iter().filter(|field| field.key == "target") {
            let parse = |text: &Option<String>| text.as_ref()?.parse::<Release>().ok();
            let (from, to) = (parse(&field.before), parse(&field.after));
            for release in [from, to].into_iter().flatten() {
                if let Ok(at) = cycles.binary_search_by_key(&release, |cycle| cycle.release) {
                    cycles[at].moves.push(Move {
                        kep: kep.number,
                        from,
                        to,
                        day: revision.day(),
                        by: revision.by.name.clone(),
                        commit: revision.id.clone(),
                    });
                }
            }
            let has_reached = |release: Release| kep.reached.iter().any(|(_, one)| *one == release);
            if let Some(from) =
                from.filter(|from| Some(*from) != kep.aims_at && !has_reached(*from))
                && seen_left.insert(from)
                && let Ok(at) = cycles.binary_search_by_key(&from, |cycle| cycle.release)
            {
                let freeze = cycles[at].freeze(Freeze::Enhancements);
                cycles[at].left.push(Left {
                    kep: kep.number,
                    to,
                    day: revision.day(),
                    by: revision.by.name.clone(),
                    after_freeze: freeze.map(|freeze| revision.at > freeze),
                });
            }
            if let Some(to) = to.filter(|to| Some(*to) == kep.aims_at)
                && seen_late.insert(to)
                && let Ok(at) = cycles.binary_search_by_key(&to, |cycle| cycle.release)
            {
                let freeze = cycles[at].freeze(Freeze::Enhancements);
                if freeze.is_some_and(|freeze| revision.at > freeze) {
                    cycles[at].late.push(Late {
                        kep: kep.number,
                        day: revision.day(),
                        by: revision.by.name.clone(),
                    });
                }
            }
        }
    }
}
