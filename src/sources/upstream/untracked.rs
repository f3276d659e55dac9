//! Which KEPs that nobody tracks look as if a container runtime had to do with them, and why each does. Pure.
//!
//! Every sign has a weight, and the sum ranks: a KEP that names runtimes in its graduation criteria before one that SIG-Node
//! merely owns. What is not known (a file that the clone lacks) adds nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::facts::Facts;
use super::kep_yaml::Kep;
use crate::registry::calendars::KubernetesCalendar;
use crate::sources::starter;
use crate::terms::{Date, Line, Release};
use crate::text::words::counted;

/// A KEP that is looked at.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// Its folder.
    pub folder: String,
    /// What its kep.yaml says.
    pub kep: Kep,
    /// What its files name.
    pub mentions: Mentions,
}

/// How often the files of a KEP name what runs containers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mentions {
    /// The container runtime interface.
    pub cri: usize,
    /// Each runtime of the registry that is named, as the registry calls it.
    pub runtimes: BTreeMap<String, usize>,
    /// Whether one of them, or a container runtime, is named where the KEP says when it graduates.
    pub in_graduation_criteria: bool,
}

impl Mentions {
    /// Counts them in a file, in Markdown or YAML; `runtimes` are the names of those that take part.
    pub fn in_text(text: &str, runtimes: &[&str]) -> Self {
        // What is named after a runtime that takes no part is no mention of the interface.
        let known = starter::known_runtimes();
        let others = known.iter().map(Line::as_str);
        let others = others.filter(|name| !runtimes.contains(name));
        let taking_part = runtimes.iter().map(|name| Name::of(name, true));
        let names: Vec<Name<'_>> = taking_part
            .chain(others.map(|name| Name::of(name, false)))
            .collect();
        let mut mentions = Self::default();
        let mut graduation: Option<usize> = None;
        for line in text.lines() {
            let depth = line.len() - line.trim_start_matches('#').len();
            if depth > 0 && line[depth..].starts_with(' ') {
                let is_graduation = line.to_lowercase().contains("graduation criteria");
                graduation = match graduation {
                    _ if is_graduation => Some(depth),
                    // A heading of the same rank ends the chapter.
                    Some(chapter) if depth <= chapter => None,
                    open => open,
                };
            }
            let before = mentions.named();
            for word in line.split(|c: char| !c.is_alphanumeric() && c != '-') {
                mentions.count(word, &names);
            }
            let named =
                mentions.named() > before || line.to_lowercase().contains("container runtime");
            mentions.in_graduation_criteria |= named && graduation.is_some();
        }
        mentions
    }

    fn count(&mut self, word: &str, names: &[Name<'_>]) {
        let lower = word.to_lowercase();
        if let Some(name) = names.iter().find(|name| name.is_in(&lower)) {
            if name.takes_part {
                *self.runtimes.entry(name.name.to_owned()).or_default() += 1;
            }
        } else if word == "CRI" || word.starts_with("CRI-") || lower == "cri-api" {
            self.cri += 1;
        }
    }

    /// How often any of them is named.
    pub fn named(&self) -> usize {
        self.cri + self.runtimes.values().sum::<usize>()
    }

    /// These and others.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.cri += other.cri;
        for (name, count) in other.runtimes {
            *self.runtimes.entry(name).or_default() += count;
        }
        self.in_graduation_criteria |= other.in_graduation_criteria;
        self
    }
}

/// The name of a runtime, as people write it.
struct Name<'a> {
    name: &'a str,
    lower: String,
    /// Without its hyphens: `crio` for `cri-o`.
    joined: String,
    /// Whether it takes part.
    takes_part: bool,
}

impl<'a> Name<'a> {
    fn of(name: &'a str, takes_part: bool) -> Self {
        let lower = name.to_lowercase();
        Self {
            name,
            takes_part,
            joined: lower.replace('-', ""),
            lower,
        }
    }

    /// Whether a word, in lower case, names it, or something that is named after it.
    fn is_in(&self, word: &str) -> bool {
        let rest = word.strip_prefix(&self.lower);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-')) || word == self.joined
    }
}

/// Why a KEP is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// Its files name runtimes where they say when it graduates.
    GraduationCriteria,
    /// Its files name the interface or runtimes.
    Mentions(Mentions),
    /// The kubelet has these feature gates.
    KubeletGates(Vec<String>),
    /// SIG-Node owns it.
    OwnedBySigNode,
    /// SIG-Node takes part.
    SigNodeTakesPart,
    /// It names these KEPs, which have records.
    Names(Vec<u32>),
    /// These KEPs, which have records, name it.
    NamedBy(Vec<u32>),
    /// It aims at a release that is ahead.
    AimsAt(Release),
}

/// The SIG whose work touches runtimes.
const SIG_NODE: &str = "sig-node";

impl Reason {
    /// How much it counts.
    pub fn weight(&self) -> u32 {
        match self {
            Self::GraduationCriteria => 5,
            Self::Mentions(mentions) if mentions.named() >= 10 => 4,
            Self::KubeletGates(_) | Self::Mentions(_) | Self::NamedBy(_) => 3,
            Self::OwnedBySigNode | Self::Names(_) | Self::AimsAt(_) => 2,
            Self::SigNodeTakesPart => 1,
        }
    }

    /// Whether it says something of runtimes, and not only of when.
    fn is_about_runtimes(&self) -> bool {
        !matches!(self, Self::AimsAt(_))
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keps = |numbers: &[u32]| {
            let keps: Vec<String> = numbers.iter().map(|one| format!("KEP-{one}")).collect();
            keps.join(", ")
        };
        match self {
            Self::GraduationCriteria => {
                f.write_str("runtimes are named in its graduation criteria")
            }
            Self::Mentions(mentions) => {
                let interface = ("CRI", mentions.cri);
                let runtimes = mentions.runtimes.iter();
                let runtimes = runtimes.map(|(name, count)| (name.as_str(), *count));
                let all = [interface].into_iter().chain(runtimes);
                let named = all.filter(|(_, count)| *count > 0);
                let named: Vec<String> = named
                    .map(|(name, count)| format!("{name} {}", counted(count, "time")))
                    .collect();
                write!(f, "its files name {}", named.join(", "))
            }
            Self::KubeletGates(gates) => {
                let noun = if gates.len() == 1 { "gate" } else { "gates" };
                write!(f, "kubelet feature {noun} {}", gates.join(", "))
            }
            Self::OwnedBySigNode => f.write_str("owned by sig-node"),
            Self::SigNodeTakesPart => f.write_str("sig-node takes part"),
            Self::Names(numbers) => write!(f, "names {} (tracked)", keps(numbers)),
            Self::NamedBy(numbers) => write!(f, "named by {} (tracked)", keps(numbers)),
            Self::AimsAt(release) => write!(f, "aims at {release}"),
        }
    }
}

/// A KEP that nobody tracks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Untracked {
    /// What upstream says of it.
    pub facts: Facts,
    /// Its folder.
    pub folder: String,
    /// Why it is listed, the weightiest first.
    pub reasons: Vec<Reason>,
}

impl Untracked {
    /// The sum of the weights.
    pub fn score(&self) -> u32 {
        self.reasons.iter().map(Reason::weight).sum()
    }
}

/// Cycles without a move after which a KEP counts as asleep.
const RECENT_CYCLES: usize = 3;

/// Whether work on a KEP goes on at a day: its status says so, and it was not worked on last for a release that is long out.
pub fn is_active(facts: &Facts, calendar: &KubernetesCalendar, day: Date) -> bool {
    if !facts.status.is_live() {
        return false;
    }
    let Some(latest) = facts.plan.latest else {
        return true;
    };
    let mut shipped: Vec<Release> = calendar
        .cycles
        .iter()
        .map(|cycle| cycle.release)
        .filter(|release| calendar.shipped_by(*release, day))
        .collect();
    shipped.sort_unstable_by(|a, b| b.cmp(a));
    shipped
        .get(RECENT_CYCLES - 1)
        .is_none_or(|oldest| latest >= *oldest)
}

/// The KEPs without a record that look as if a runtime had to do with them, the likeliest first. `tracked` are those with one.
pub fn rank(candidates: Vec<Candidate>, tracked: &[(u32, Kep)]) -> Vec<Untracked> {
    let numbers: BTreeSet<u32> = tracked.iter().map(|(number, _)| *number).collect();
    let mut all: Vec<Untracked> = candidates
        .into_iter()
        .filter_map(|candidate| {
            let mut reasons = reasons(&candidate, tracked, &numbers);
            reasons.sort_by_key(|reason| std::cmp::Reverse(reason.weight()));
            let is_listed = reasons.iter().any(Reason::is_about_runtimes);
            is_listed.then_some(Untracked {
                facts: candidate.kep.facts,
                folder: candidate.folder,
                reasons,
            })
        })
        .collect();
    all.sort_by_key(|one| (std::cmp::Reverse(one.score()), one.facts.number));
    all
}

fn reasons(candidate: &Candidate, tracked: &[(u32, Kep)], numbers: &BTreeSet<u32>) -> Vec<Reason> {
    let Candidate {
        folder: _,
        kep,
        mentions,
    } = candidate;
    let number = kep.facts.number;
    let around = &kep.surroundings;
    let mut reasons = Vec::new();
    if mentions.in_graduation_criteria {
        reasons.push(Reason::GraduationCriteria);
    }
    if mentions.named() > 0 {
        reasons.push(Reason::Mentions(mentions.clone()));
    }
    if !around.kubelet_gates.is_empty() {
        reasons.push(Reason::KubeletGates(around.kubelet_gates.clone()));
    }
    let is_sig_node = |sig: &str| sig.eq_ignore_ascii_case(SIG_NODE);
    if around.owning_sig.as_deref().is_some_and(is_sig_node) {
        reasons.push(Reason::OwnedBySigNode);
    } else if around
        .participating_sigs
        .iter()
        .any(|sig| is_sig_node(sig.trim()))
    {
        reasons.push(Reason::SigNodeTakesPart);
    }
    let distinct = |all: &mut dyn Iterator<Item = u32>| -> Vec<u32> {
        all.collect::<BTreeSet<u32>>().into_iter().collect()
    };
    let names = distinct(
        &mut around
            .related
            .iter()
            .copied()
            .filter(|other| numbers.contains(other)),
    );
    if !names.is_empty() {
        reasons.push(Reason::Names(names));
    }
    let named_by = distinct(
        &mut tracked
            .iter()
            .filter(|(_, kep)| kep.surroundings.related.contains(&number))
            .map(|(other, _)| *other),
    );
    if !named_by.is_empty() {
        reasons.push(Reason::NamedBy(named_by));
    }
    reasons.extend(kep.facts.target.map(Reason::AimsAt));
    reasons
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::upstream::kep_yaml::tests::{YAML, calendar, kep};

    fn candidate(yaml: &str, page: &str) -> Candidate {
        let kep = kep(yaml, "2026-07-24");
        Candidate {
            folder: format!("keps/sig-node/{}-x", kep.facts.number),
            kep,
            mentions: Mentions::in_text(page, &["containerd", "cri-o"]),
        }
    }

    fn other(number: &str, replacements: &[(&str, &str)]) -> String {
        let mut yaml = YAML.replace("9001", number);
        for (from, to) in replacements {
            assert!(yaml.contains(from), "{from}");
            yaml = yaml.replace(from, to);
        }
        yaml
    }

    #[test]
    fn runtimes_are_counted_as_words() {
        let page = "# KEP\nThe CRI and its CRI-API; CRI's, CRIU, CRIB, cri-o, CRI-O-based, crio.\n\
                    containerd, Containerd-shim, `containerd`/runc.\n";
        let mentions = Mentions::in_text(page, &["containerd", "cri-o"]);
        assert_eq!(mentions.cri, 3);
        let runtimes: Vec<(&str, usize)> = mentions
            .runtimes
            .iter()
            .map(|(name, count)| (name.as_str(), *count))
            .collect();
        assert_eq!(runtimes, [("containerd", 3), ("cri-o", 3)]);
        assert!(!mentions.in_graduation_criteria);
        // Whoever takes part is looked for, and nobody else.
        let others = Mentions::in_text(page, &["runc"]);
        assert_eq!((others.runtimes.get("runc"), others.named()), (Some(&1), 4));
    }

    #[test]
    fn graduation_criteria_end_with_their_chapter() {
        let inside = "## Design\n## Graduation Criteria\n#### Beta\n- works in a container runtime\n## Upgrade\n";
        assert!(Mentions::in_text(inside, &[]).in_graduation_criteria);
        let outside = "### Graduation Criteria\n#### Beta\n- stable\n### Upgrade\ncontainerd\n";
        assert!(!Mentions::in_text(outside, &[]).in_graduation_criteria);
    }

    #[test]
    fn the_likeliest_come_first_with_their_reasons() {
        let tracked = [(
            9001,
            kep(
                &YAML.replace("see-also:", "see-also: [/keps/sig-node/9003-x]"),
                "2026-07-24",
            ),
        )];
        let none = other(
            "9006",
            &[
                ("owning-sig: sig-node", "owning-sig: sig-cli"),
                ("components: [kubelet]", "components: [kubectl]"),
            ],
        );
        let candidates = vec![
            candidate(&none, ""),
            candidate(
                &other(
                    "9005",
                    &[("components: [kubelet]", "components: [kube-apiserver]")],
                ),
                "",
            ),
            candidate(
                &other("9004", &[]),
                "## Graduation Criteria\n- released in containerd and CRI-O\n",
            ),
            candidate(
                &other(
                    "9003",
                    &[
                        ("owning-sig: sig-node", "owning-sig: sig-apps"),
                        ("[sig-windows]", "[SIG-Node, sig-apps]"),
                        (
                            "see-also:",
                            "see-also: [/keps/sig-node/9001-a, /keps/sig-node/9004-b]",
                        ),
                        ("\"v1.37\"", "v1.30"),
                    ],
                ),
                "",
            ),
        ];
        let ranked = rank(candidates, &tracked);
        let words: Vec<String> = ranked
            .iter()
            .map(|one| {
                let reasons: Vec<String> = one.reasons.iter().map(Reason::to_string).collect();
                format!(
                    "{} KEP-{}: {}",
                    one.score(),
                    one.facts.number,
                    reasons.join("; ")
                )
            })
            .collect();
        insta::assert_debug_snapshot!(words, @r#"
        [
            "15 KEP-9004: runtimes are named in its graduation criteria; its files name containerd 1 time, cri-o 1 time; kubelet feature gate PodLullabies; owned by sig-node; aims at 1.37",
            "9 KEP-9003: kubelet feature gate PodLullabies; named by KEP-9001 (tracked); names KEP-9001 (tracked); sig-node takes part",
            "4 KEP-9005: owned by sig-node; aims at 1.37",
        ]
        "#);
    }

    #[test]
    fn a_kep_that_nobody_has_worked_on_for_three_releases_is_asleep() {
        let day = "2026-12-01".parse().unwrap();
        let active = |replacements: &[(&str, &str)]| {
            let kep = kep(&other("9002", replacements), "2026-12-01");
            is_active(&kep.facts, &calendar(), day)
        };
        assert!(active(&[]));
        assert!(active(&[("\"v1.37\"", "v1.29")]));
        assert!(!active(&[("\"v1.37\"", "v1.28")]));
        assert!(active(&[("\"v1.37\"", "TBD")]));
        assert!(!active(&[("status: implementable", "status: implemented")]));
    }
}
