//! A KEP record: `keps/<sig>/<number>-<slug>.toml`. The documentation of its types is the editors' hover text; behind them stands
//! what follows from one record alone.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::findings::diagnostic::{Place, Pointer};
use crate::terms::{
    Aim, BranchDecision, Consensus, Date, Ending, Evidence, Guess, Handle, IssueRef,
    KubernetesRange, Line, Link, ReachedStage, Release, RepositoryName, RuntimeState, Stage,
    Status, Triage, Version,
};

/// One Kubernetes enhancement (KEP) as this project sees it.
///
/// What is not known is left out: an absent field is neither managed nor read as "no".
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(title = "KEP record")]
pub struct KepRecord {
    /// The KEP's number: that of its issue in kubernetes/enhancements. It never changes.
    #[schemars(range(min = 1, max = 999_999))]
    #[schemars(extend("examples" = [4960]))]
    pub number: u32,
    /// The short title, without the number.
    #[schemars(extend("examples" = ["Container Stop Signals"]))]
    pub title: Line,
    /// Where the KEP stands upstream, in kep.yaml's words.
    pub status: Status,
    /// The stage that `target` aims at.
    pub stage: Option<Stage>,
    /// The Kubernetes release aimed for. Absent: none is planned.
    ///
    /// The label of this release is put on the tracking issue.
    pub target: Option<Release>,
    /// Whether the feature gate is on by default at `stage` ("beta with gate off" is `false`).
    ///
    /// The CRI development policy asks more of a beta that is on by default.
    pub enabled_by_default: Option<bool>,
    /// The KEP's owners upstream.
    #[serde(default)]
    pub owners: Vec<Handle>,
    /// The feature gates of the KEP.
    #[serde(default)]
    pub feature_gates: Vec<Line>,
    /// Whether maintainers have looked at the KEP and taken it on.
    pub triage: Option<Triage>,
    /// The maintainers who see the work through: at least one, preferably two.
    ///
    /// They are assigned to the tracking issue.
    #[serde(default)]
    #[schemars(length(max = 10))]
    pub shepherds: Vec<Handle>,
    /// The targeted minor release of the home runtime, usually its next one. It stays once that has shipped.
    #[schemars(extend("examples" = ["2.5"]))]
    pub milestone: Option<Release>,
    /// The number of the tracking issue in `repository`. Absent: created on apply.
    ///
    /// A KEP has one tracking issue for its whole life.
    #[schemars(range(min = 1, max = 999_999_999))]
    pub issue: Option<u64>,
    /// The repository of the tracking issue, if it is not the registry's first. It must be listed there.
    pub repository: Option<RepositoryName>,
    /// Former tracking issues: transferred, or closed as duplicates of `issue`.
    #[serde(default)]
    #[schemars(inner(range(min = 1, max = 999_999_999)))]
    pub former_issues: Vec<u64>,
    /// Parts of the work that have issues of their own.
    #[serde(default)]
    #[schemars(inner(range(min = 1, max = 999_999_999)))]
    pub related_issues: Vec<u64>,
    /// The pull requests that do the work.
    #[serde(default)]
    pub pull_requests: Vec<PullRequest>,
    /// Other tracking documents.
    #[serde(default)]
    pub links: Vec<Link>,
    /// Why the KEP needs nothing of a container runtime; only for KEPs that need nothing.
    #[schemars(extend("examples" = ["the kubelet does it alone"]))]
    pub runtime_support: Option<Line>,
    /// Keys above that are guesses, made from an issue before anybody has read the KEP itself.
    ///
    /// The next `kepherd upstream pull` takes kep.yaml's word for them, and takes this key out.
    #[serde(default)]
    pub guessed: Vec<Guess>,
    /// The date of the upstream commit that these facts were read at.
    pub upstream_seen: Option<Date>,
    /// Shipped facts: the Kubernetes release in which each stage was reached.
    #[serde(default)]
    pub reached: Reached,
    /// What each container runtime has of the feature. A runtime that is absent is not known.
    #[serde(default)]
    pub runtimes: BTreeMap<String, RuntimeFacts>,
    /// How far the design has been agreed on.
    pub design: Option<Design>,
    /// Findings that people have looked at and accepted.
    #[serde(default)]
    pub allow: Vec<Allow>,
}

/// A pull request that does part of the work.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PullRequest {
    /// Which pull request.
    pub id: IssueRef,
    /// The Kubernetes release it is for, if it is not the KEP's target.
    pub kubernetes: Option<Release>,
}

/// The Kubernetes release in which each stage shipped. Plans are not written here.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Reached {
    /// The first release with the feature as alpha.
    pub alpha: Option<Release>,
    /// The first release with the feature as beta.
    pub beta: Option<Release>,
    /// The first release with beta on by default, if that was not the first one with beta.
    pub beta_on: Option<Release>,
    /// The first release with the feature as stable.
    pub stable: Option<Release>,
}

impl Reached {
    /// Each stage that was reached, with its release, in the order of a KEP's life.
    pub fn stages(&self) -> impl Iterator<Item = (ReachedStage, Release)> {
        let Self {
            alpha,
            beta,
            beta_on,
            stable,
        } = *self;
        [
            (ReachedStage::Alpha, alpha),
            (ReachedStage::Beta, beta),
            (ReachedStage::BetaOn, beta_on),
            (ReachedStage::Stable, stable),
        ]
        .into_iter()
        .filter_map(|(stage, release)| Some((stage, release?)))
    }

    /// Each stage that was reached, by its key: see [`stages`](Self::stages).
    pub fn entries(&self) -> impl Iterator<Item = (&'static str, Release)> {
        self.stages()
            .map(|(stage, release)| (stage.written(), release))
    }
}

/// What one container runtime has of a feature.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RuntimeFacts {
    /// How far the runtime is.
    pub state: RuntimeState,
    /// The first version that has the feature, patch number included.
    pub release: Option<Version>,
    /// The pull requests, or commits, that brought it there: what `kepherd runtimes pull` looks for in the runtime's git history.
    #[serde(default)]
    pub evidence: Vec<Evidence>,
    /// The Kubernetes releases that this is good for, where it is not all of them. The CRI development policy counts it for these alone.
    pub kubernetes: Option<KubernetesRange>,
    /// What each older supported branch gets.
    #[serde(default)]
    pub branches: BTreeMap<Release, BranchDecision>,
    /// Parts of the feature with a state of their own.
    #[serde(default)]
    pub parts: Vec<Part>,
}

/// A part of a feature that a runtime has sooner or later than the rest.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Part {
    /// What the part is called.
    #[schemars(extend("examples" = ["idmapped mounts of volumes"]))]
    pub name: Line,
    /// The first stage that needs it.
    pub needed_for: Option<Stage>,
    /// How far the runtime is with it.
    pub state: RuntimeState,
    /// The first version that has it.
    pub release: Option<Version>,
    /// The pull requests, or commits, that brought it there.
    #[serde(default)]
    pub evidence: Vec<Evidence>,
    /// The Kubernetes releases that it is good for. Absent: those of the feature as a whole.
    pub kubernetes: Option<KubernetesRange>,
}

/// Consensus on the design, or an early word to the KEP's owner and the liaison that there is none in time.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Design {
    /// How far the discussion is.
    pub consensus: Option<Consensus>,
    /// Where it is discussed.
    #[serde(default)]
    pub discussion: Vec<Link>,
    /// Who agreed, by runtime. Both runtimes' maintainers agree before alpha merges.
    #[serde(default)]
    pub approved_by: BTreeMap<String, Handle>,
}

/// A finding that people have accepted in this record.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Allow {
    /// The rule whose finding is accepted.
    #[schemars(extend("examples" = ["late-milestone"]))]
    pub rule: Line,
    /// Why it is right here.
    #[schemars(extend("examples" = ["agreed with SIG-Node on 2026-10-06"]))]
    pub reason: Line,
}

impl KepRecord {
    /// The keys that [`is_taken_on`](Self::is_taken_on) reads.
    pub const TAKEN_ON: &'static [&'static str] = &["status", "triage"];
    /// The keys that [`is_going_on`](Self::is_going_on) reads.
    pub const GOING_ON: &'static [&'static str] = &["status", "triage"];

    /// What it aims at, as far as it says so.
    pub fn aim(&self) -> Aim {
        Aim {
            stage: self.stage,
            target: self.target,
            enabled_by_default: self.enabled_by_default,
        }
    }

    /// Whether a key is a guess, that kep.yaml may say otherwise without anything having changed.
    pub fn guesses(&self, key: Guess) -> bool {
        self.guessed.contains(&key)
    }

    /// Whether upstream nobody works on it any more, or for now, so that it aims at no release whatever it says still.
    pub fn is_given_up(&self) -> bool {
        matches!(
            self.status,
            Status::Deferred | Status::Rejected | Status::Withdrawn | Status::Replaced
        )
    }

    /// The Kubernetes release that work on it aims at.
    pub fn aims_at(&self) -> Option<Release> {
        self.target.filter(|_| !self.is_given_up())
    }

    /// Whether maintainers have taken it on and work goes on: then what the process asks for can be missing.
    pub fn is_taken_on(&self) -> bool {
        self.status.is_live() && self.triage == Some(Triage::Accepted)
    }

    /// Whether work goes on as far as is known: upstream has not ended it, and maintainers have not declined it.
    pub fn is_going_on(&self) -> bool {
        self.status.is_live() && self.triage != Some(Triage::Declined)
    }

    /// How it ended, as seen from the runtime that the registry speaks for; absent: it has not, as far as is known.
    pub fn ending(&self, home: &str) -> Option<Ending> {
        match self.status {
            Status::Rejected => Some(Ending::Rejected),
            Status::Withdrawn => Some(Ending::Withdrawn),
            Status::Replaced => Some(Ending::Replaced),
            Status::Implemented => {
                let released = self.runtimes.get(home).is_some_and(|facts| {
                    let parts = facts.parts.iter().map(|part| part.state);
                    parts
                        .chain([facts.state])
                        .all(|state| state == RuntimeState::Released)
                });
                (released || self.runtime_support.is_some()).then_some(Ending::Done)
            }
            Status::Provisional | Status::Implementable | Status::Deferred => None,
        }
    }

    /// Whether the feature is on by default in some release: its first one, if that is on record.
    pub fn on_by_default_since(&self) -> Option<Release> {
        self.reached.beta_on.or(self.reached.stable)
    }

    /// Whether the record says that a runtime has released the feature in this minor or before.
    pub fn is_released_in(&self, runtime: &str, minor: Release) -> bool {
        self.runtimes.get(runtime).is_some_and(|facts| {
            facts.state == RuntimeState::Released
                && facts.release.is_none_or(|version| version.release <= minor)
        })
    }
}

/// Which fact of a runtime: one of the feature, or of a part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FactKey {
    /// The place of the part among all; absent: it is of the feature.
    pub part: Option<usize>,
    /// Which one.
    pub fact: Fact,
}

/// A fact of a runtime that its git history tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fact {
    /// How far it is.
    State,
    /// The first version that has it.
    Release,
    /// The first version of an older branch. A part has none.
    Branch(Release),
    /// What brought it.
    Evidence,
}

impl FactKey {
    /// Where it stands in a record.
    pub fn pointer(&self, runtime: &str) -> Pointer {
        let at = Pointer::to("runtimes").key(runtime);
        let at = match self.part {
            Some(index) => at.key("parts").index(index),
            None => at,
        };
        match self.fact {
            Fact::State => at.key("state"),
            Fact::Release => at.key("release"),
            Fact::Branch(minor) => at.key("branches").key(&minor.to_string()),
            Fact::Evidence => at.key("evidence"),
        }
    }

    /// As people read it; a part is named, not counted.
    pub fn written(&self, runtime: &str, facts: &RuntimeFacts) -> String {
        let part = self.part.and_then(|index| facts.parts.get(index));
        let part = part.map_or_else(String::new, |part| format!(".parts.\"{}\"", part.name));
        let fact = match self.fact {
            Fact::State => "state".to_owned(),
            Fact::Release => "release".to_owned(),
            Fact::Branch(minor) => format!("branches.\"{minor}\""),
            Fact::Evidence => "evidence".to_owned(),
        };
        format!("runtimes.{runtime}{part}.{fact}")
    }
}

/// A release that a runtime's facts name, with its place.
#[derive(Debug)]
pub struct NamedRelease {
    /// Where it stands.
    pub at: Place,
    /// The minor.
    pub release: Release,
    /// The version it was read from, if it was one.
    pub version: Option<BranchDecision>,
    /// The branch that it is said of, if it is said of one.
    pub branch: Option<Release>,
}

impl RuntimeFacts {
    /// Nothing but a state.
    pub fn in_state(state: RuntimeState) -> Self {
        Self {
            state,
            release: None,
            evidence: Vec::new(),
            kubernetes: None,
            branches: BTreeMap::new(),
            parts: Vec::new(),
        }
    }

    /// The evidence of the feature and of its parts.
    pub fn all_evidence(&self) -> impl Iterator<Item = &Evidence> {
        let parts = self.parts.iter().flat_map(|part| &part.evidence);
        self.evidence.iter().chain(parts)
    }

    /// Each range of Kubernetes releases that the facts name, with its place; `at` is their own.
    pub fn ranges(&self, at: &Pointer) -> Vec<(Pointer, KubernetesRange)> {
        let own = self.kubernetes.map(|range| (at.clone(), range));
        let parts = self.parts.iter().enumerate().filter_map(|(index, part)| {
            Some((at.clone().key("parts").index(index), part.kubernetes?))
        });
        let all = own.into_iter().chain(parts);
        all.map(|(at, range)| (at.key("kubernetes"), range))
            .collect()
    }

    /// Every release that the facts name; `at` is their own place.
    pub fn releases(&self, at: Pointer) -> Vec<NamedRelease> {
        let mut all = Vec::new();
        let mut version = |at: Pointer, version: Option<Version>| {
            if let Some(version) = version {
                all.push(NamedRelease {
                    at: Place::Value(at),
                    release: version.release,
                    version: Some(BranchDecision::Released(version)),
                    branch: None,
                });
            }
        };
        version(at.clone().key("release"), self.release);
        for (index, part) in self.parts.iter().enumerate() {
            let at = at.clone().key("parts").index(index).key("release");
            version(at, part.release);
        }
        for (branch, decision) in &self.branches {
            let at = at.clone().key("branches").key(&branch.to_string());
            all.push(NamedRelease {
                at: Place::Key(at.clone()),
                release: *branch,
                version: None,
                branch: Some(*branch),
            });
            if let BranchDecision::Released(version) = decision {
                all.push(NamedRelease {
                    at: Place::Value(at),
                    release: version.release,
                    version: Some(*decision),
                    branch: Some(*branch),
                });
            }
        }
        all
    }
}
