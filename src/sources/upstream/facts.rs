//! What upstream knows of a KEP, as of a day, field by field; and what of it a record holds.

use std::collections::BTreeSet;
use std::fmt;

use toml_edit::Value;

use crate::findings::diagnostic::Pointer;
use crate::registry::edit;
use crate::registry::kep::{KepRecord, Reached};
use crate::terms::{Guess, Handle, Line, Release, Stage, Status};

/// What kep.yaml says of a KEP, as of one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The number.
    pub number: u32,
    /// The title.
    pub title: Line,
    /// The status.
    pub status: Status,
    /// What is planned, in kep.yaml's words.
    pub plan: Plan,
    /// The release that is aimed at, unless it has shipped.
    pub target: Option<Release>,
    /// The authors.
    pub owners: Vec<Handle>,
    /// The feature gates.
    pub feature_gates: Vec<Line>,
    /// What has shipped.
    pub reached: Reached,
    /// Fields of which kep.yaml says something that is not understood, so that nothing is known of them.
    pub unclear: BTreeSet<Field>,
}

/// What kep.yaml plans. It is rewritten every cycle, and nothing in it has happened by itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// The stage that is worked on.
    pub stage: Option<Stage>,
    /// The release that was worked for last.
    pub latest: Option<Release>,
    /// The release in which each stage was reached, or is meant to be.
    pub stages: Reached,
}

impl Plan {
    /// The plan for a stage, if work has come to it: not when somebody once planned it.
    fn came_to(&self, stage: Stage) -> Option<Release> {
        let Reached {
            alpha,
            beta,
            beta_on: _,
            stable,
        } = self.stages;
        let planned = match stage {
            Stage::Alpha => alpha?,
            Stage::Beta => beta?,
            Stage::Stable => stable?,
            Stage::Deprecated | Stage::Disabled | Stage::Removed => return None,
        };
        let came_to_it = self.stage.is_some_and(|at| stage <= at)
            && self.latest.is_some_and(|latest| planned <= latest);
        came_to_it.then_some(planned)
    }
}

impl Facts {
    /// What follows from what kep.yaml says, when this is what has shipped.
    pub(super) fn new(
        number: u32,
        title: Line,
        status: Status,
        plan: Plan,
        owners: Vec<Handle>,
        feature_gates: Vec<Line>,
        has_shipped: impl Fn(Release) -> bool,
    ) -> Self {
        let reached = |stage| plan.came_to(stage).filter(|release| has_shipped(*release));
        Self {
            number,
            title,
            status,
            target: plan
                .latest
                .filter(|latest| status.is_live() && !has_shipped(*latest)),
            owners,
            feature_gates,
            reached: Reached {
                alpha: reached(Stage::Alpha),
                beta: reached(Stage::Beta),
                beta_on: None,
                stable: reached(Stage::Stable),
            },
            plan,
            unclear: BTreeSet::new(),
        }
    }

    /// What upstream says of each field; absent: nothing.
    pub fn value(&self, field: Field) -> Option<FieldValue> {
        let Self {
            number: _,
            title,
            status,
            plan,
            target,
            owners,
            feature_gates,
            reached,
            unclear: _,
        } = self;
        let shared = Shared {
            title,
            status: *status,
            stage: plan.stage,
            target: *target,
            owners,
            feature_gates,
            reached,
        };
        shared.value(field)
    }

    /// What a field follows from, as kep.yaml says it: it changes with the file, and not with the day.
    pub(super) fn written(&self, field: Field) -> Option<FieldValue> {
        let release = |release: Option<Release>| release.map(FieldValue::Release);
        match field {
            Field::Target => release(self.plan.latest.filter(|_| self.status.is_live())),
            Field::Alpha => release(self.plan.came_to(Stage::Alpha)),
            Field::Beta => release(self.plan.came_to(Stage::Beta)),
            Field::Stable => release(self.plan.came_to(Stage::Stable)),
            Field::Title | Field::Status | Field::Stage | Field::Owners | Field::FeatureGates => {
                self.value(field)
            }
        }
    }

    /// What kep.yaml says of a field word for word: also of a release that is long past, or of a stage that is far ahead.
    pub fn said(&self, field: Field) -> Option<FieldValue> {
        let Reached {
            alpha,
            beta,
            beta_on: _,
            stable,
        } = self.plan.stages;
        let release = |release: Option<Release>| release.map(FieldValue::Release);
        match field {
            Field::Target => release(self.plan.latest),
            Field::Alpha => release(alpha),
            Field::Beta => release(beta),
            Field::Stable => release(stable),
            Field::Title | Field::Status | Field::Stage | Field::Owners | Field::FeatureGates => {
                self.value(field)
            }
        }
    }
}

/// A field of a record that upstream speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// `title`
    Title,
    /// `status`
    Status,
    /// `stage`
    Stage,
    /// `target`
    Target,
    /// `owners`
    Owners,
    /// `feature-gates`
    FeatureGates,
    /// `reached.alpha`
    Alpha,
    /// `reached.beta`
    Beta,
    /// `reached.stable`
    Stable,
}

impl Field {
    /// Every field, in the order of a record's keys.
    pub const ALL: [Self; 9] = [
        Self::Title,
        Self::Status,
        Self::Stage,
        Self::Target,
        Self::Owners,
        Self::FeatureGates,
        Self::Alpha,
        Self::Beta,
        Self::Stable,
    ];

    /// The key in a record; what stands behind a dot lies in a table.
    pub fn key(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Status => "status",
            Self::Stage => "stage",
            Self::Target => "target",
            Self::Owners => "owners",
            Self::FeatureGates => "feature-gates",
            Self::Alpha => "reached.alpha",
            Self::Beta => "reached.beta",
            Self::Stable => "reached.stable",
        }
    }

    /// The place in a record.
    pub fn pointer(self) -> Pointer {
        self.key()
            .split('.')
            .fold(Pointer::root(), |pointer, key| pointer.key(key))
    }

    /// The key in kep.yaml.
    pub fn upstream_key(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Status => "status",
            Self::Stage => "stage",
            Self::Target => "latest-milestone",
            Self::Owners => "authors",
            Self::FeatureGates => "feature-gates",
            Self::Alpha => "milestone.alpha",
            Self::Beta => "milestone.beta",
            Self::Stable => "milestone.stable",
        }
    }

    /// The guess that it can be.
    pub fn guess(self) -> Option<Guess> {
        match self {
            Self::Title => Some(Guess::Title),
            Self::Status => Some(Guess::Status),
            Self::Stage => Some(Guess::Stage),
            Self::Target => Some(Guess::Target),
            Self::Owners => Some(Guess::Owners),
            Self::FeatureGates | Self::Alpha | Self::Beta | Self::Stable => None,
        }
    }

    /// The stage whose release it holds.
    pub fn reached_stage(self) -> Option<Stage> {
        match self {
            Self::Alpha => Some(Stage::Alpha),
            Self::Beta => Some(Stage::Beta),
            Self::Stable => Some(Stage::Stable),
            Self::Title
            | Self::Status
            | Self::Stage
            | Self::Target
            | Self::Owners
            | Self::FeatureGates => None,
        }
    }
}

/// What a field says. Lists are equal in any order, handles in any case.
#[derive(Debug, Clone)]
pub enum FieldValue {
    /// A text.
    Text(String),
    /// A release.
    Release(Release),
    /// People.
    Handles(Vec<Handle>),
    /// Names.
    Names(Vec<String>),
}

impl PartialEq for FieldValue {
    fn eq(&self, other: &Self) -> bool {
        fn same<T: Ord + Clone>(left: &[T], right: &[T]) -> bool {
            let sorted = |list: &[T]| {
                let mut list = list.to_vec();
                list.sort();
                list
            };
            sorted(left) == sorted(right)
        }
        match (self, other) {
            (Self::Text(left), Self::Text(right)) => left == right,
            (Self::Release(left), Self::Release(right)) => left == right,
            (Self::Handles(left), Self::Handles(right)) => same(left, right),
            (Self::Names(left), Self::Names(right)) => same(left, right),
            _ => false,
        }
    }
}

impl Eq for FieldValue {}

impl FieldValue {
    /// The texts of a list; `None`, if it is none.
    pub fn list(&self) -> Option<Vec<String>> {
        match self {
            Self::Handles(handles) => Some(handles.iter().map(Handle::to_string).collect()),
            Self::Names(names) => Some(names.clone()),
            Self::Text(_) | Self::Release(_) => None,
        }
    }

    /// As TOML.
    pub fn to_toml(&self) -> Value {
        match self {
            Self::Text(text) => Value::from(text.as_str()),
            Self::Release(release) => Value::from(release.to_string()),
            Self::Handles(handles) => edit::list(handles.iter().map(Handle::to_string).collect()),
            Self::Names(names) => edit::list(names.clone()),
        }
    }
}

impl fmt::Display for FieldValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_toml().fmt(f)
    }
}

/// What a record says of a field; absent: nothing.
pub fn recorded(record: &KepRecord, field: Field) -> Option<FieldValue> {
    let shared = Shared {
        title: &record.title,
        status: record.status,
        stage: record.stage,
        target: record.target,
        owners: &record.owners,
        feature_gates: &record.feature_gates,
        reached: &record.reached,
    };
    shared.value(field)
}

/// What records and kep.yaml both speak of.
struct Shared<'a> {
    title: &'a Line,
    status: Status,
    stage: Option<Stage>,
    target: Option<Release>,
    owners: &'a [Handle],
    feature_gates: &'a [Line],
    reached: &'a Reached,
}

impl Shared<'_> {
    fn value(&self, field: Field) -> Option<FieldValue> {
        let text = |text: &str| FieldValue::Text(text.to_owned());
        let release = |release: Option<Release>| release.map(FieldValue::Release);
        let Reached {
            alpha,
            beta,
            beta_on: _,
            stable,
        } = *self.reached;
        match field {
            Field::Title => Some(text(self.title.as_str())),
            Field::Status => Some(text(self.status.written())),
            Field::Stage => self.stage.map(|stage| text(stage.written())),
            Field::Target => release(self.target),
            Field::Owners => {
                (!self.owners.is_empty()).then(|| FieldValue::Handles(self.owners.to_vec()))
            }
            Field::FeatureGates => {
                let names = self.feature_gates.iter().map(Line::to_string);
                (!self.feature_gates.is_empty()).then(|| FieldValue::Names(names.collect()))
            }
            Field::Alpha => release(alpha),
            Field::Beta => release(beta),
            Field::Stable => release(stable),
        }
    }
}
