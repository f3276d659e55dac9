//! `registry.toml`: the repositories a registry drives, its patterns, policies, guards and rule levels. Wire types.

mod labels;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::findings::diagnostic::Level;
use crate::terms::spelling::words_of_records;
use crate::terms::{Account, Line, Link, Release, RepositoryFile, RepositoryName, Role};
pub use labels::{Fact, LabelsConfig, ReleaseLabel};

/// What a registry drives, and how.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(title = "Registry")]
pub struct Config {
    /// The oldest release of kepherd that understands the registry; an older one says so, and does nothing.
    #[schemars(extend("examples" = ["0.1"]))]
    pub requires_kepherd: Option<Release>,
    /// The runtime this registry speaks for: the name of one of `runtimes`.
    #[schemars(extend("examples" = ["containerd"]))]
    pub home: Line,
    /// The only repositories that are ever written to. The first is the default of a record.
    #[schemars(length(min = 1))]
    pub repositories: Vec<RepositoryName>,
    /// The accounts that `apply` runs as, such as a GitHub App's: what they wrote counts as the registry's own, whoever plans.
    #[serde(default)]
    pub bots: Vec<Account>,
    /// The roles of those who may shepherd a KEP.
    #[serde(default = "default_shepherd_roles")]
    pub shepherd_roles: Vec<Role>,
    /// The container runtimes that take part, the home runtime among them.
    #[schemars(length(min = 1))]
    pub runtimes: Vec<Runtime>,
    /// Where `kepherd refresh` finds what records repeat: repositories, each as a clone in a folder of its own.
    #[serde(default)]
    pub sources: SourcesConfig,
    /// Where people see the board, and edit records: issues link to both.
    #[serde(default)]
    pub board: BoardConfig,
    /// How tracking issues look.
    #[serde(default)]
    pub issue: IssueConfig,
    /// The labels that are derived from records.
    #[serde(default)]
    pub labels: LabelsConfig,
    /// The milestones that are derived from records.
    #[serde(default)]
    pub milestone: MilestoneConfig,
    /// Who is assigned.
    #[serde(default)]
    pub assignees: AssigneesConfig,
    /// What happens when somebody changes on GitHub what kepherd set.
    #[serde(default)]
    pub drift: DriftConfig,
    /// How much one run may change.
    #[serde(default)]
    pub guards: Guards,
    /// What is announced in comments.
    #[serde(default)]
    pub announce: Announce,
    /// The figures that the rules of the process use.
    #[serde(default)]
    pub policy: PolicyConfig,
    /// How loud each rule speaks, by its name.
    #[serde(default)]
    pub rules: BTreeMap<String, Level>,
}

impl Config {
    /// The names of the runtimes that take part, in their order.
    pub fn runtime_names(&self) -> impl Iterator<Item = &str> {
        self.runtimes.iter().map(|runtime| runtime.name.as_str())
    }

    /// Whether a runtime of this name takes part.
    pub fn has_runtime(&self, name: &str) -> bool {
        self.runtime_names().any(|known| known == name)
    }

    /// Whether somebody is to be the liaison of each cycle: whoever has none switches the rule off.
    pub fn has_liaisons(&self) -> bool {
        self.rules.get("missing-liaison") != Some(&Level::Off)
    }

    /// The repository of a record that names none.
    pub fn default_repository(&self) -> Option<&RepositoryName> {
        self.repositories.first()
    }
}

fn default_tags() -> String {
    "v{version}".to_owned()
}

fn default_shepherd_roles() -> Vec<Role> {
    Role::ALL.to_vec()
}

/// A container runtime that takes part in the process.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Runtime {
    /// The runtime's name, as records use it.
    #[schemars(extend("examples" = ["containerd"]))]
    pub name: Line,
    /// The file of its release calendar, below the registry's root.
    #[schemars(extend("examples" = ["releases/containerd.toml"]))]
    pub calendar: Line,
    /// The repository whose pull requests and tags tell what it has.
    pub repository: Option<RepositoryName>,
    /// How the branches of its minors are named, such as `release/{minor}`.
    #[schemars(
        regex(pattern = r"^[^{}\x00-\x20\x7f]*\{minor\}[^{}\x00-\x20\x7f]*$"),
        length(max = 100)
    )]
    #[schemars(extend("examples" = ["release/{minor}"]))]
    pub branches: Option<String>,
    /// How the branches of backports are named: `{number}` is the pull request that is brought, `*` is anything.
    #[serde(default)]
    #[schemars(inner(
        regex(pattern = r"^[^{}\x00-\x20\x7f]*\{number\}[^{}\x00-\x20\x7f]*$"),
        length(max = 100)
    ))]
    pub backports: Vec<String>,
    /// How the tags of its releases are named; the whole name counts, so that no other tag is taken for a release.
    #[serde(default = "default_tags")]
    #[schemars(
        regex(pattern = r"^[^{}\x00-\x20\x7f]*\{version\}[^{}\x00-\x20\x7f]*$"),
        length(max = 100)
    )]
    pub tags: String,
    /// Whether its minors carry the numbers of the Kubernetes releases they are for, as CRI-O's do.
    #[serde(default)]
    pub numbered_as_kubernetes: bool,
}

/// The repositories that `kepherd refresh` reads, beside those where runtimes are developed.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct SourcesConfig {
    /// Where KEPs are written: their kep.yaml files.
    #[schemars(extend("examples" = ["kubernetes/enhancements"]))]
    pub upstream: Option<RepositoryName>,
    /// Where Kubernetes' release teams write down the cycles and their freezes.
    #[schemars(extend("examples" = ["kubernetes/sig-release"]))]
    pub cycles: Option<RepositoryName>,
    /// Where the tags of Kubernetes' releases are.
    #[schemars(extend("examples" = ["kubernetes/kubernetes"]))]
    pub kubernetes: Option<RepositoryName>,
    /// The project's list of maintainers.
    pub maintainers: Option<RepositoryFile>,
    /// By runtime: the page of its releases. Of one that has none, the tags are read.
    #[serde(default)]
    pub releases: BTreeMap<String, RepositoryFile>,
}

/// Where people see what records say.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct BoardConfig {
    /// The address of the board: a KEP's page is below it, at `kep/4960/`.
    #[schemars(extend("examples" = ["https://example.github.io/keps"]))]
    pub url: Option<Link>,
    /// The address of the forms in which records are edited: a record's path comes behind it.
    #[schemars(extend("examples" = ["https://github.com/example/keps/edit/main/keps"]))]
    pub records: Option<Link>,
}

impl Runtime {
    /// The minor whose branch has this name.
    pub fn minor_of_branch(&self, name: &str) -> Option<Release> {
        let (before, after) = self.branches.as_deref()?.split_once("{minor}")?;
        name.strip_prefix(before)?.strip_suffix(after)?.parse().ok()
    }
}

/// How tracking issues look.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct IssueConfig {
    /// The title of a new issue: `{number}` and `{title}` are filled in, and `{sig}` with the SIG of the record's folder, such as SIG-Node.
    #[schemars(
        regex(
            pattern = r"^(?:[^{}\x00-\x1f\x7f]|\{title\}|\{sig\})*\{number\}(?:[^{}\x00-\x1f\x7f]|\{number\}|\{title\}|\{sig\})*$"
        ),
        length(max = 200)
    )]
    pub title: String,
    /// The title of a new issue for a work item: `{title}` is filled in.
    #[schemars(
        regex(pattern = r"^[^\x00-\x1f\x7f]*\{title\}[^\x00-\x1f\x7f]*$"),
        length(max = 200)
    )]
    pub item_title: String,
    /// Whether existing issues get the title of the pattern.
    pub retitle: bool,
    /// Labels of every tracking issue. They are added, never removed, and kepherd finds its own issues by them.
    #[schemars(length(min = 1))]
    pub labels: Vec<Line>,
    /// What happens to the issue of a KEP that is over.
    pub close: Policy,
}

impl Default for IssueConfig {
    fn default() -> Self {
        Self {
            title: "KEP-{number} - {title}".to_owned(),
            item_title: "{title}".to_owned(),
            retitle: false,
            labels: "kind/feature".parse().into_iter().collect(),
            close: Policy::Report,
        }
    }
}

impl IssueConfig {
    /// The title of the issue of a KEP of a SIG, which is named as its folder is.
    pub fn title_of_kep(&self, sig: &str, number: u32, title: &Line) -> String {
        // The title last: one that holds `{number}` is data, not a pattern.
        self.pattern_of_kep(sig, number)
            .replace("{title}", title.as_str())
    }

    /// The short title of a KEP of a SIG whose issue has this title.
    pub fn short_title_of_kep(&self, sig: &str, number: u32, title: &str) -> Option<Line> {
        between(&self.pattern_of_kep(sig, number), title)
    }

    fn pattern_of_kep(&self, sig: &str, number: u32) -> String {
        self.title
            .replace("{number}", &number.to_string())
            .replace("{sig}", &sig_in_titles(sig))
    }

    /// The short title of a work item whose issue has this title.
    pub fn short_title_of_item(&self, title: &str) -> Option<Line> {
        between(&self.item_title, title)
    }

    /// The title of a work item's issue.
    pub fn title_of_item(&self, title: &Line) -> String {
        self.item_title.replace("{title}", title.as_str())
    }
}

/// A SIG as people write it in titles: `SIG-Node` for the folder `sig-node`.
fn sig_in_titles(folder: &str) -> String {
    let word = |word: &str| match word {
        "sig" | "wg" | "api" | "cli" | "ui" => word.to_uppercase(),
        "etcd" => word.to_owned(),
        _ => {
            let mut letters = word.chars();
            let first = letters.next().map(|first| first.to_uppercase().to_string());
            first.unwrap_or_default() + letters.as_str()
        }
    };
    folder.split('-').map(word).collect::<Vec<_>>().join("-")
}

/// What stands for `{title}` in a text of this pattern.
fn between(pattern: &str, text: &str) -> Option<Line> {
    let (before, after) = pattern.split_once("{title}")?;
    let title = text.strip_prefix(before)?.strip_suffix(after)?;
    title.parse().ok()
}

words_of_records! {
    /// Whether a difference is mended or only reported.
    Policy {
        /// Say so, and leave it.
        Report = "report",
        /// Make GitHub say what the record says.
        Enforce = "enforce",
    }
}

/// The milestones that are derived from records.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct MilestoneConfig {
    /// The title of a milestone: `{release}` is filled in.
    #[schemars(
        regex(pattern = r"^[^\x00-\x1f\x7f]*\{release\}[^\x00-\x1f\x7f]*$"),
        length(max = 100)
    )]
    pub title: String,
}

impl MilestoneConfig {
    /// The title of a release's milestone.
    pub fn title_of(&self, release: Release) -> String {
        self.title.replace("{release}", &release.to_string())
    }

    /// The release whose milestone has this title.
    pub fn release_of(&self, title: &str) -> Option<Release> {
        let (before, after) = self.title.split_once("{release}")?;
        title
            .strip_prefix(before)?
            .strip_suffix(after)?
            .parse()
            .ok()
    }
}

impl Default for MilestoneConfig {
    fn default() -> Self {
        Self {
            title: "{release}".to_owned(),
        }
    }
}

/// Who is assigned.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct AssigneesConfig {
    /// What happens to assignees that the record does not name.
    pub policy: AssigneePolicy,
}

impl Default for AssigneesConfig {
    fn default() -> Self {
        Self {
            policy: AssigneePolicy::Add,
        }
    }
}

words_of_records! {
    /// What happens to assignees that the record does not name.
    AssigneePolicy {
        /// They stay.
        Add = "add",
        /// Those who were there before kepherd first wrote the issue stay; anybody who comes later is drift.
        Exact = "exact",
    }
}

/// What happens, field by field, when somebody changes on GitHub what kepherd set.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct DriftConfig {
    /// The title, where `retitle` is on.
    pub title: Policy,
    /// Labels that kepherd set.
    pub labels: Policy,
    /// The milestone.
    pub milestone: Policy,
    /// Assignees that kepherd set.
    pub assignees: Policy,
    /// The status section.
    pub section: Policy,
}

impl Default for DriftConfig {
    fn default() -> Self {
        Self {
            title: Policy::Enforce,
            labels: Policy::Enforce,
            milestone: Policy::Enforce,
            assignees: Policy::Enforce,
            section: Policy::Enforce,
        }
    }
}

/// How much one run may change before it is refused.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Guards {
    /// The issues that one run may create.
    pub creations: usize,
    /// The removals of one kind that one run may make.
    pub removals: usize,
    /// The removals of one kind that one run may make, in per cent of what there is of that kind.
    #[schemars(range(max = 100))]
    pub removals_percent: usize,
}

impl Default for Guards {
    fn default() -> Self {
        Self {
            creations: 10,
            removals: 10,
            removals_percent: 25,
        }
    }
}

/// The figures that the rules of the process use.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct PolicyConfig {
    /// How many days after a Kubernetes release a runtime's release still counts for it.
    ///
    /// The runtimes' paired minors have come 5 to 27 days after it.
    #[schemars(range(max = 365))]
    pub tolerance_days: i32,
    /// How many days before the home runtime's next minor the design must be agreed on.
    #[schemars(range(max = 365))]
    pub consensus_days: i32,
}

impl Default for PolicyConfig {
    fn default() -> Self {
        Self {
            tolerance_days: 30,
            consensus_days: 30,
        }
    }
}

/// What is announced in a comment when it changes.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Announce {
    /// The changes that are announced.
    pub on: Vec<Announcement>,
}

words_of_records! {
    /// A change that can be announced.
    Announcement {
        /// Where the KEP stands upstream: it was withdrawn, deferred, implemented.
        Status = "status",
        /// Another stage is aimed at.
        Stage = "stage",
        /// Another Kubernetes release is aimed at.
        Target = "target",
        /// Another minor of the home runtime is targeted.
        Milestone = "milestone",
        /// Other people see the work through.
        Shepherds = "shepherds",
        /// Consensus on the design was reached, or is blocked.
        Consensus = "consensus",
    }
}

impl Announcement {
    /// As people say it.
    pub fn said(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Stage => "stage",
            Self::Target => "Kubernetes release",
            Self::Milestone => "milestone",
            Self::Shepherds => "shepherds",
            Self::Consensus => "consensus on the design",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_names_the_sig_of_its_record() {
        let config = IssueConfig {
            title: "[{sig}]: KEP-{number} - {title}".to_owned(),
            ..IssueConfig::default()
        };
        let title: Line = "Quiet {sig} {number}".parse().unwrap();
        for (folder, sig) in [
            ("sig-node", "SIG-Node"),
            ("sig-network", "SIG-Network"),
            ("sig-api-machinery", "SIG-API-Machinery"),
            ("sig-etcd", "SIG-etcd"),
        ] {
            let issue = config.title_of_kep(folder, 7, &title);
            assert_eq!(issue, format!("[{sig}]: KEP-7 - Quiet {{sig}} {{number}}"));
            let short = config.short_title_of_kep(folder, 7, &issue);
            assert_eq!(short.as_ref(), Some(&title));
        }
        assert_eq!(
            config.short_title_of_kep("sig-network", 7, "[SIG-Node]: KEP-7 - x"),
            None
        );
    }

    #[test]
    fn release_labels_are_recognised_without_case_and_without_guessing() {
        let label = ReleaseLabel::default();
        let release = |text: &str| label.release_of(text).map(|release| release.to_string());
        assert_eq!(release("target/kubernetes/v1.38").as_deref(), Some("1.38"));
        assert_eq!(release("Target/Kubernetes/V1.38").as_deref(), Some("1.38"));
        assert_eq!(release("target/kubernetes/v1.??"), None);
        assert_eq!(release("target/kubernetes/1.38"), None);
        assert_eq!(release("kind/feature"), None);
        assert_eq!(
            label.name_of("1.38".parse().unwrap()),
            "target/kubernetes/v1.38"
        );
    }
}
