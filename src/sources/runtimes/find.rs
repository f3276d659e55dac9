//! Which merges of a runtime's history look as if they brought a KEP, and why each does. Pure.
//!
//! Nothing here is a fact: a candidate is ranked, and a person accepts it. What names the KEP counts for more than what names a gate of it or its
//! tracking issue, and that for more than a title that has the same rare words.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;

use super::compare::RuntimeHistory;
use super::history::{Brought, Change};
use super::message::text_of;
use super::titles::plain_title;
use crate::registry::kep::{KepRecord, RuntimeFacts};
use crate::registry::{Entry, Registry};
use crate::sources::kep_names::{keps_in_text, keps_in_title};
use crate::terms::{CommitId, Date, Named, Release, RepositoryName, Version};

/// A merge of more commits than this brings another project: what they say is not said of it.
const MOST_COMMITS: usize = 100;
/// How long before its first stage work on a KEP may have begun; what is older and only sounds like it is about something else.
const DAYS_BEFORE: i32 = 3 * 365;
/// A word in more titles than this, and in more than a twentieth of all, tells nothing.
const MOST_TITLES: usize = 50;
/// A word in no more titles than this tells by itself.
const FEW_TITLES: usize = 5;
/// Kubernetes has three releases a year: so far apart are those that the calendar is too young to know.
const DAYS_A_RELEASE: i32 = 122;
/// The least part of a title's rare words that another one shares.
const LEAST_SHARED: f64 = 0.65;
/// How many merges that only sound like a KEP are shown beside some that name it.
const FAINT: usize = 2;
/// Words that are in too many titles to tell one from another.
const COMMON: &[&str] = &[
    "a",
    "add",
    "allow",
    "an",
    "and",
    "api",
    "by",
    "container",
    "cri",
    "better",
    "enable",
    "expose",
    "feature",
    "fix",
    "for",
    "from",
    "implement",
    "improve",
    "in",
    "into",
    "introduce",
    "k8s",
    "kep",
    "kubelet",
    "kubernetes",
    "node",
    "of",
    "on",
    "over",
    "pod",
    "runtime",
    "sig",
    "support",
    "the",
    "to",
    "update",
    "use",
    "via",
    "when",
    "with",
];

/// What a message says that is about a KEP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// The KEP.
    pub kep: u32,
    /// How it is named.
    pub how: How,
}

/// How a message names a KEP.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum How {
    /// By its number.
    Number,
    /// By a feature gate of it.
    Gate(String),
    /// By its tracking issue.
    Issue(u64),
}

/// What to listen for: what names the KEPs of a registry.
pub struct Listener {
    keps: BTreeSet<u32>,
    gates: HashMap<String, Vec<u32>>,
    issues: HashMap<u64, Vec<u32>>,
}

impl Listener {
    /// For these records, in the history of this repository.
    pub fn of<'a>(
        registry: &Registry,
        records: impl IntoIterator<Item = &'a KepRecord>,
        repository: &RepositoryName,
    ) -> Self {
        let mut all = Self {
            keps: BTreeSet::new(),
            gates: HashMap::new(),
            issues: HashMap::new(),
        };
        for record in records {
            let number = record.number;
            all.keps.insert(number);
            for gate in &record.feature_gates {
                let gates = all.gates.entry(gate.as_str().to_owned());
                gates.or_default().push(number);
            }
            let home = registry.repository_of(record.repository.as_ref());
            if home == Some(repository) {
                let issues = record.issue.iter().chain(&record.former_issues);
                for issue in issues.chain(&record.related_issues) {
                    all.issues.entry(*issue).or_default().push(number);
                }
            }
        }
        all
    }

    /// What a commit's message says of them.
    pub fn hear(&self, message: &[u8]) -> Vec<Heard> {
        let text = text_of(message);
        let mut heard: Vec<Heard> = Vec::new();
        let mut add = |kep: u32, how: How| {
            let new = Heard { kep, how };
            if !heard.contains(&new) {
                heard.push(new);
            }
        };
        if text.to_ascii_lowercase().contains("kep") || text.contains("enhancements") {
            let keps = keps_in_text(&text).into_iter();
            keps.filter(|kep| self.keps.contains(kep))
                .for_each(|kep| add(kep, How::Number));
        }
        for word in text.split(|c: char| !c.is_ascii_alphanumeric()) {
            for kep in self.gates.get(word).into_iter().flatten() {
                add(*kep, How::Gate(word.to_owned()));
            }
        }
        for (at, mark) in text.match_indices(['#', '/']) {
            let digits = &text[at + mark.len()..];
            let end = digits.find(|c: char| !c.is_ascii_digit());
            let Ok(issue) = digits[..end.unwrap_or(digits.len())].parse::<u64>() else {
                continue;
            };
            // An address counts if it is that of an issue.
            if mark == "/" && !text[..at].ends_with("issues") {
                continue;
            }
            for kep in self.issues.get(&issue).into_iter().flatten() {
                add(*kep, How::Issue(issue));
            }
        }
        heard
    }
}

/// Why a merge is a candidate.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// The record names it among its pull requests.
    Recorded,
    /// Its title names the KEP.
    Title(How),
    /// Its branch names the KEP.
    Branch,
    /// One of its commits names it.
    Commits(How),
    /// Its title has the same words as that of the evidence, on a release branch.
    SameTitle(Named),
    /// Its title or its branch has these rare words of the KEP's title, or of a gate.
    Words(Vec<String>),
}

impl Reason {
    /// How much it counts.
    pub fn weight(&self) -> u32 {
        match self {
            Self::Recorded => 100,
            Self::Title(How::Number) => 90,
            Self::Branch => 80,
            Self::SameTitle(_) => 75,
            Self::Commits(How::Number) => 70,
            Self::Title(_) => 60,
            Self::Commits(How::Gate(_)) => 50,
            Self::Commits(How::Issue(_)) => 45,
            Self::Words(words) => 20 + 2 * words.len().min(5) as u32,
        }
    }
}

impl fmt::Display for How {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number => f.write_str("the KEP"),
            Self::Gate(gate) => write!(f, "its gate {gate}"),
            Self::Issue(issue) => write!(f, "its issue #{issue}"),
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Recorded => f.write_str("the record has it among its pull requests"),
            Self::Title(how) => write!(f, "its title names {how}"),
            Self::Branch => f.write_str("its branch names the KEP"),
            Self::Commits(how) => write!(f, "one of its commits names {how}"),
            Self::SameTitle(named) => write!(f, "it has the title of {}", named.short()),
            Self::Words(words) => {
                let s = if words.len() == 1 { "" } else { "s" };
                write!(
                    f,
                    "its title or branch has the word{s} {}",
                    words.join(", ")
                )
            }
        }
    }
}

/// What somebody who accepts a candidate writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Brings {
    /// Evidence that the runtime has the feature.
    Evidence,
    /// The first release of an older branch that has it.
    Backport(Release, Version),
}

/// A merge that looks as if it brought a KEP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The merge.
    pub change: Change,
    /// Its title.
    pub title: String,
    /// What accepting it writes.
    pub brings: Brings,
    /// Why, the weightiest first.
    pub reasons: Vec<Reason>,
    /// The first release that has it, with its day.
    pub first: Option<(Version, Date)>,
    /// Whether that is the oldest release that the history has, so that an older one may have had it.
    pub is_in_all: bool,
    /// Whether it only takes a newer version of what the runtime is built from, which may bring the feature all the same.
    pub is_bump: bool,
    /// What took it out again.
    pub taken_out: Option<Change>,
}

impl Candidate {
    /// The sum by which candidates are ranked: the weightiest reason, and a little for each other one.
    pub fn score(&self) -> u32 {
        let others = self.reasons.len().saturating_sub(1) as u32;
        let first = self.reasons.first().map_or(0, Reason::weight);
        let less = 10 * u32::from(self.is_bump) + 40 * u32::from(self.taken_out.is_some());
        (first + 3 * others).saturating_sub(less)
    }

    /// Whether it only has words of the KEP's title in its own.
    fn is_faint(&self) -> bool {
        let faint = |reason: &Reason| matches!(reason, Reason::Words(_));
        self.reasons.iter().all(faint)
    }

    /// Whether it says what it is: where it names the KEP, and is neither a bump nor taken out again.
    fn is_clear(&self) -> bool {
        let clear = |reason: &Reason| match reason {
            Reason::Title(how) => *how == How::Number,
            Reason::Branch | Reason::Recorded | Reason::SameTitle(_) => true,
            Reason::Commits(_) | Reason::Words(_) => false,
        };
        !self.is_bump && self.taken_out.is_none() && self.reasons.iter().any(clear)
    }

    /// What it is called in evidence.
    pub fn named(&self) -> Named {
        self.change.named()
    }
}

/// For whom candidates are sought.
#[derive(Clone, Copy)]
pub struct Sought<'a> {
    /// The registry.
    pub registry: &'a Registry,
    /// The record of the KEP.
    pub record: &'a KepRecord,
    /// The day on which a minor is supported or not.
    pub today: Date,
}

impl<'a> Sought<'a> {
    /// A record of a registry, on a day.
    pub fn of(registry: &'a Registry, entry: &'a Entry<KepRecord>, today: Date) -> Self {
        Self {
            registry,
            record: &entry.value,
            today,
        }
    }
}

/// The candidates of a history, ready to be asked for KEP by KEP.
pub struct Finder<'a> {
    git: &'a RuntimeHistory,
    brought: Vec<Brought<'a>>,
    /// Where what is called so in evidence stands in `brought`.
    places: HashMap<Named, Vec<usize>>,
    /// What is said of each KEP by which change; by its place in `brought`.
    said: HashMap<u32, BTreeMap<usize, BTreeSet<Reason>>>,
    /// Which titles have a word; read when it is asked for first.
    words: OnceCell<HashMap<String, Vec<usize>>>,
}

impl<'a> Finder<'a> {
    /// Of a history in which this was heard.
    pub fn of(git: &'a RuntimeHistory, heard: &HashMap<CommitId, Vec<Heard>>) -> Self {
        let brought = git.history.brought();
        let mut places: HashMap<Named, Vec<usize>> = HashMap::new();
        let mut by_commit: HashMap<CommitId, usize> = HashMap::new();
        for (at, one) in brought.iter().enumerate() {
            places.entry(one.change.named()).or_default().push(at);
            by_commit.insert(one.change.commit, at);
        }
        let mut said: HashMap<u32, BTreeMap<usize, BTreeSet<Reason>>> = HashMap::new();
        for (commit, heard) in heard {
            let by = git.history.brought_with(*commit);
            let Some(at) = by.and_then(|by| by_commit.get(&by)).copied() else {
                continue;
            };
            let one = &brought[at];
            let is_itself = one.change.commit == *commit;
            if !is_itself && one.commits > MOST_COMMITS {
                continue;
            }
            let (titled, branched) = match is_itself {
                true => (keps_in_title(one.title), keps_in_text(one.branch)),
                false => Default::default(),
            };
            for Heard { kep, how } in heard {
                let reasons = said.entry(*kep).or_default().entry(at).or_default();
                let is_title = match how {
                    How::Number => titled.contains(kep),
                    How::Gate(gate) => is_itself && one.title.contains(gate.as_str()),
                    How::Issue(issue) => is_itself && one.title.contains(&format!("#{issue}")),
                };
                if is_title {
                    reasons.insert(Reason::Title(how.clone()));
                }
                if *how == How::Number && branched.contains(kep) {
                    reasons.insert(Reason::Branch);
                } else if !is_title {
                    reasons.insert(Reason::Commits(how.clone()));
                }
            }
        }
        Self {
            git,
            brought,
            places,
            said,
            words: OnceCell::new(),
        }
    }

    /// Which titles have a word.
    fn words(&self) -> &HashMap<String, Vec<usize>> {
        self.words.get_or_init(|| {
            let mut words: HashMap<String, Vec<usize>> = HashMap::new();
            for (at, one) in self.brought.iter().enumerate() {
                let branch = words_of(one.branch).into_keys();
                for word in words_of(one.title)
                    .into_keys()
                    .chain(branch)
                    .collect::<BTreeSet<_>>()
                {
                    words.entry(word).or_default().push(at);
                }
            }
            words
        })
    }

    /// What looks as if it brought a KEP, best first, without what the record has as evidence, and without backports of that.
    pub fn candidates(&self, asked: Sought<'_>) -> Vec<Candidate> {
        let Sought {
            registry, record, ..
        } = asked;
        let mut reasons = self.said(record);
        let begun = begun(registry, record);
        for (at, words) in self.alike(record) {
            let is_old = begun.is_some_and(|begun| self.brought[at].change.day < begun);
            if !is_old || reasons.contains_key(&at) {
                reasons.entry(at).or_default().insert(Reason::Words(words));
            }
        }
        self.ranked(asked, reasons)
    }

    /// The best of them, at most so many (0: all), and how many more there are. Beside what is known, or named, the sound of a title tells little.
    pub fn best(&self, asked: Sought<'_>, most: usize) -> (Vec<Candidate>, usize) {
        let mut candidates = self.candidates(asked);
        let all = candidates.len();
        if most > 0 {
            let facts = asked.record.runtimes.get(self.git.runtime.name.as_str());
            let is_known = facts.is_some_and(|facts| facts.all_evidence().next().is_some());
            let mut faint = match is_known {
                true => 0,
                false if candidates.iter().any(|one| !one.is_faint()) => FAINT,
                false => most,
            };
            candidates.retain(|one| {
                let is_shown = !one.is_faint() || faint > 0;
                faint -= usize::from(is_shown && one.is_faint());
                is_shown
            });
            candidates.truncate(most);
        }
        let more = all - candidates.len();
        (candidates, more)
    }

    /// Those of them that name the KEP in their title or their branch, that the record has among its pull requests, or that have the title of
    /// evidence on a release branch.
    pub fn clear(&self, asked: Sought<'_>) -> Vec<Candidate> {
        let mut all = self.ranked(asked, self.said(asked.record));
        all.retain(Candidate::is_clear);
        all
    }

    /// What is said of a KEP, and what its record names, by the place of the change.
    fn said(&self, record: &KepRecord) -> BTreeMap<usize, BTreeSet<Reason>> {
        let mut reasons = self.said.get(&record.number).cloned().unwrap_or_default();
        let pulls = record.pull_requests.iter();
        let here = pulls.filter(|pull| pull.id.repository == self.git.repository);
        let places = here.filter_map(|pull| {
            let named = Named::PullRequest(pull.id.number);
            self.places.get(&named)
        });
        for at in places.flatten() {
            reasons.entry(*at).or_default().insert(Reason::Recorded);
        }
        reasons
    }

    /// Candidates of these reasons, best first.
    fn ranked(
        &self,
        asked: Sought<'_>,
        reasons: BTreeMap<usize, BTreeSet<Reason>>,
    ) -> Vec<Candidate> {
        let runtime = self.git.runtime.name.as_str();
        let facts = asked.record.runtimes.get(runtime);
        let known = facts.into_iter().flat_map(RuntimeFacts::all_evidence);
        let known: BTreeSet<Named> = self.git.here(known).collect();
        let mut all: Vec<Candidate> = reasons
            .into_iter()
            .filter_map(|(at, reasons)| {
                let one = &self.brought[at];
                // What takes something back, or brings it to a branch, brings nothing new.
                if one.is_revert || one.is_backport || !one.is_in_default {
                    return None;
                }
                let candidate = self.candidate(one, Brings::Evidence, reasons);
                (!known.contains(&candidate.named())).then_some(candidate)
            })
            .collect();
        let Sought {
            registry, today, ..
        } = asked;
        let is_supported = |minor: Release| self.git.is_supported(registry, minor, today);
        all.extend(self.same_titles(facts, is_supported));
        // Of equals the newest: it is the least likely to have been there before the KEP.
        all.sort_by_key(|one| std::cmp::Reverse((one.score(), one.change)));
        all
    }

    fn candidate(&self, one: &Brought<'_>, brings: Brings, reasons: BTreeSet<Reason>) -> Candidate {
        let mut reasons: Vec<Reason> = reasons.into_iter().collect();
        reasons.sort_by_key(|reason| std::cmp::Reverse(reason.weight()));
        let answer = self.git.history.answer(&[one.change.named()]);
        Candidate {
            change: one.change,
            title: one.title.to_owned(),
            brings,
            reasons,
            first: answer.first,
            is_in_all: answer.first.map(|(version, _)| version) == self.git.history.oldest(),
            is_bump: is_bump(one.title),
            taken_out: answer.taken_out,
        }
    }

    /// The merges whose titles have most of the rare words of a KEP's title, or of a gate.
    fn alike(&self, record: &KepRecord) -> BTreeMap<usize, Vec<String>> {
        let mut found = BTreeMap::new();
        let gates = record
            .feature_gates
            .iter()
            .map(|gate| spread(gate.as_str()));
        let texts = std::iter::once(record.title.as_str().to_owned()).chain(gates);
        for text in texts {
            let said = words_of(&text);
            let known: Vec<(String, f64)> = said
                .keys()
                .cloned()
                .filter_map(|word| {
                    let titles = self.words().get(&word)?.len();
                    if titles > MOST_TITLES && titles > self.brought.len() / 20 {
                        return None;
                    }
                    let rarity = (self.brought.len() as f64 / titles as f64).ln();
                    Some((word, rarity))
                })
                .collect();
            let whole: f64 = known.iter().map(|(_, rarity)| rarity).sum();
            let mut shared: HashMap<usize, (f64, Vec<String>)> = HashMap::new();
            for (word, rarity) in &known {
                for at in &self.words()[word] {
                    let one = shared.entry(*at).or_default();
                    one.0 += rarity;
                    one.1.push(word.clone());
                }
            }
            for (at, (weight, words)) in shared {
                // One word is enough where there is no other, and hardly any title has it.
                let is_only = known.len() == 1 && self.words()[&words[0]].len() <= FEW_TITLES;
                if (words.len() >= 2 || is_only) && weight >= whole * LEAST_SHARED {
                    let shown = words.iter().filter_map(|word| said.get(word).cloned());
                    found.entry(at).or_insert_with(|| shown.collect());
                }
            }
        }
        found
    }

    /// Merges into older branches whose title is that of the evidence: a person says whether they bring it there.
    fn same_titles(
        &self,
        facts: Option<&RuntimeFacts>,
        is_supported: impl Fn(Release) -> bool,
    ) -> Vec<Candidate> {
        let mut all = Vec::new();
        let Some((facts, since)) = facts.and_then(|facts| Some((facts, facts.release?))) else {
            return all;
        };
        let is_open = |minor: Release| {
            minor < since.release && is_supported(minor) && !facts.branches.contains_key(&minor)
        };
        for named in self.git.here(&facts.evidence) {
            let found = self.git.history.same_title(named).into_iter();
            for (change, minor, first) in found.filter(|(_, minor, _)| is_open(*minor)) {
                let at = self.places.get(&change.named()).into_iter().flatten();
                let one = at.map(|at| &self.brought[*at]);
                let brings = Brings::Backport(minor, first);
                let reasons = || BTreeSet::from([Reason::SameTitle(named)]);
                let one = one.filter(|one| one.change == change);
                all.extend(one.map(|one| self.candidate(one, brings, reasons())));
            }
        }
        all
    }
}

/// The first day on which work on a KEP is thought of; absent: nothing says when it was.
fn begun(registry: &Registry, record: &KepRecord) -> Option<Date> {
    let reached = record.reached.stages().next().map(|(_, release)| release);
    let release = reached.or(record.target)?;
    let cycles = &registry.kubernetes.as_ref()?.value.cycles;
    let first = cycles.iter().min_by_key(|cycle| cycle.release)?;
    let known = cycles.iter().find(|cycle| cycle.release == release);
    let day = known.unwrap_or(first).when()?.latest();
    let older = i32::from(first.release.minor.saturating_sub(release.minor));
    Some(day.plus_days(-(DAYS_BEFORE + older * DAYS_A_RELEASE)))
}

/// The words of a title that tell it from others, each without the ending of a plural; and as it stands there.
fn words_of(title: &str) -> BTreeMap<String, String> {
    let words = title.split(|c: char| !c.is_alphanumeric());
    // A name of an interface has words inside.
    let spread: Vec<String> = words.clone().map(spread).collect();
    let inside = spread.iter().flat_map(|words| words.split(' '));
    let words = words.chain(inside).map(str::to_lowercase);
    let words =
        words.filter(|word| word.len() > 2 && !word.bytes().all(|byte| byte.is_ascii_digit()));
    let words = words.map(|word| match word.strip_suffix('s') {
        Some(stem) if stem.len() > 3 && !stem.ends_with('s') => (stem.to_owned(), word),
        _ => (word.clone(), word),
    });
    words
        .filter(|(stem, _)| !COMMON.contains(&stem.as_str()))
        .collect()
}

/// `ContainerStopSignals` as words.
fn spread(gate: &str) -> String {
    let mut text = String::with_capacity(gate.len() + 8);
    let mut was_lower = false;
    for c in gate.chars() {
        if c.is_uppercase() && was_lower {
            text.push(' ');
        }
        was_lower = c.is_lowercase();
        text.push(c);
    }
    text
}

/// Whether a title says that it takes another version of something.
fn is_bump(title: &str) -> bool {
    let lower = plain_title(title);
    let rest = lower.split_once(": ").map_or(&*lower, |(_, rest)| rest);
    let first = rest.split_whitespace().next().unwrap_or_default();
    [
        "bump", "bumps", "update", "updates", "upgrade", "vendor", "revendor",
    ]
    .contains(&first)
        || lower.starts_with("build(deps")
}
