//! `[labels]` of `registry.toml`: the label of a Kubernetes release, and those that say what else a record says.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::terms::{Line, Release, Stage, Triage};

/// The labels that are derived from records.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct LabelsConfig {
    /// The label of a Kubernetes release.
    pub kubernetes: ReleaseLabel,
    /// Labels that say what maintainers have decided.
    pub triage: TriageLabels,
    /// Labels that say which stage is next.
    pub stage: StageLabels,
    /// Labels that say which SIG owns a KEP, by the folder of its record.
    pub sig: BTreeMap<String, Line>,
}

/// Something that a record says and a label can say too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fact<'a> {
    /// What maintainers have decided.
    Triage(Triage),
    /// Which stage is next.
    Stage(Stage),
    /// Which SIG owns the KEP: the folder of its record.
    Sig(&'a str),
}

impl<'a> Fact<'a> {
    /// What it is about, as the table under `labels` is called.
    pub fn key(self) -> &'static str {
        match self {
            Self::Triage(_) => "triage",
            Self::Stage(_) => "stage",
            Self::Sig(_) => "sig",
        }
    }

    /// As the record, and the table, write it.
    pub fn value(self) -> &'a str {
        match self {
            Self::Triage(triage) => triage.written(),
            Self::Stage(stage) => stage.written(),
            Self::Sig(sig) => sig,
        }
    }
}

impl LabelsConfig {
    /// The label that says this, if there is one.
    pub fn of(&self, fact: Fact<'_>) -> Option<&Line> {
        match fact {
            Fact::Triage(triage) => self.triage.of(triage),
            Fact::Stage(stage) => self.stage.of(stage),
            Fact::Sig(sig) => self.sig.get(sig),
        }
    }

    /// Every label that says a fact, with what it says.
    pub fn by_fact(&self) -> Vec<(Fact<'_>, &Line)> {
        let Self {
            kubernetes: _,
            triage,
            stage,
            sig,
        } = self;
        let triage = Triage::ALL
            .into_iter()
            .filter_map(|value| Some((Fact::Triage(value), triage.of(value)?)));
        let stage = Stage::ALL
            .into_iter()
            .filter_map(|value| Some((Fact::Stage(value), stage.of(value)?)));
        let sig = sig.iter().map(|(sig, label)| (Fact::Sig(sig), label));
        triage.chain(stage).chain(sig).collect()
    }

    /// How many labels of facts one record can carry.
    pub fn facts_of_a_record(&self) -> usize {
        let facts = self.by_fact();
        let keys: BTreeSet<&str> = facts.iter().map(|(fact, _)| fact.key()).collect();
        keys.len()
    }
}

/// The labels that say what maintainers have decided, by its word.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct TriageLabels {
    /// Nobody has looked at it yet.
    #[schemars(extend("examples" = ["status/more-info-needed"]))]
    pub pending: Option<Line>,
    /// Maintainers take it on.
    #[schemars(extend("examples" = ["status/accepted"]))]
    pub accepted: Option<Line>,
    /// Maintainers do not take it on.
    #[schemars(extend("examples" = ["status/wontfix"]))]
    pub declined: Option<Line>,
}

impl TriageLabels {
    fn of(&self, triage: Triage) -> Option<&Line> {
        let label = match triage {
            Triage::Pending => &self.pending,
            Triage::Accepted => &self.accepted,
            Triage::Declined => &self.declined,
        };
        label.as_ref()
    }
}

/// The labels that say which stage is next, by its word.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct StageLabels {
    /// Off by default, may change.
    #[schemars(extend("examples" = ["stage/alpha"]))]
    pub alpha: Option<Line>,
    /// Well tested.
    #[schemars(extend("examples" = ["stage/beta"]))]
    pub beta: Option<Line>,
    /// Generally available.
    #[schemars(extend("examples" = ["stage/stable"]))]
    pub stable: Option<Line>,
    /// On its way out.
    #[schemars(extend("examples" = ["stage/deprecated"]))]
    pub deprecated: Option<Line>,
    /// Present, and switched off for good.
    #[schemars(extend("examples" = ["stage/disabled"]))]
    pub disabled: Option<Line>,
    /// Gone.
    #[schemars(extend("examples" = ["stage/removed"]))]
    pub removed: Option<Line>,
}

impl StageLabels {
    fn of(&self, stage: Stage) -> Option<&Line> {
        let label = match stage {
            Stage::Alpha => &self.alpha,
            Stage::Beta => &self.beta,
            Stage::Stable => &self.stable,
            Stage::Deprecated => &self.deprecated,
            Stage::Disabled => &self.disabled,
            Stage::Removed => &self.removed,
        };
        label.as_ref()
    }
}

/// The label of a Kubernetes release.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct ReleaseLabel {
    /// Its name: `{release}` is filled in.
    #[schemars(
        regex(pattern = r"^[^{}\x00-\x1f\x7f]*\{release\}[^{}\x00-\x1f\x7f]*$"),
        length(max = 60)
    )]
    pub name: String,
    /// The label of a KEP that is accepted and aims at no release yet.
    #[schemars(extend("examples" = ["target/kubernetes/v1.??"]))]
    pub placeholder: Option<Line>,
    /// The colour of a label that is created: six hexadecimal digits without `#`.
    #[schemars(regex(pattern = "^[0-9A-Fa-f]{6}$"))]
    pub color: String,
    /// The description of a label that is created: `{release}` is filled in.
    #[schemars(regex(pattern = r"^[^\x00-\x1f\x7f]*$"), length(max = 100))]
    pub description: String,
    /// Earlier patterns of `name`, the newest first: labels of theirs are renamed on GitHub, so that closed issues and pull requests
    /// keep them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(inner(
        regex(pattern = r"^[^{}\x00-\x1f\x7f]*\{release\}[^{}\x00-\x1f\x7f]*$"),
        length(max = 60)
    ))]
    pub renamed_from: Vec<String>,
}

impl Default for ReleaseLabel {
    fn default() -> Self {
        Self {
            name: "target/kubernetes/v{release}".to_owned(),
            placeholder: None,
            color: "5319e7".to_owned(),
            description: "Targets Kubernetes {release}".to_owned(),
            renamed_from: Vec::new(),
        }
    }
}

impl ReleaseLabel {
    /// The label of a release.
    pub fn name_of(&self, release: Release) -> String {
        named(&self.name, release)
    }

    /// The release whose label this is; label names compare without case.
    pub fn release_of(&self, label: &str) -> Option<Release> {
        release_in(&self.name, label)
    }

    /// The release whose label this once was, by an earlier pattern.
    pub fn earlier_release_of(&self, label: &str) -> Option<Release> {
        let mut earlier = self.renamed_from.iter();
        earlier.find_map(|pattern| release_in(pattern, label))
    }

    /// What the label of a release was called, the newest name first.
    pub fn earlier_names_of(&self, release: Release) -> impl Iterator<Item = String> {
        let earlier = self.renamed_from.iter();
        earlier.map(move |pattern| named(pattern, release))
    }
}

fn named(pattern: &str, release: Release) -> String {
    pattern.replace("{release}", &release.to_string())
}

fn release_in(pattern: &str, label: &str) -> Option<Release> {
    let (before, after) = pattern.split_once("{release}")?;
    let label = label.to_lowercase();
    label
        .strip_prefix(&before.to_lowercase())?
        .strip_suffix(&after.to_lowercase())?
        .parse()
        .ok()
}
