//! Takes the answers to the stage and the release field, gives the aims in them.
//!
//! An answer may name several stages and releases in any order; what stands together belongs together. The two fields
//! are then laid over each other. Where they leave a choice, stages and releases stay apart.

use super::addresses::{apart, digits};
use super::others::is_another;
use super::{MOST, add};
use crate::terms::{Aim, Release, Stage};

/// How stages and releases found each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Paired {
    /// There was no choice.
    Clearly,
    /// As many stages as releases, both rising.
    InOrder,
    /// Some releases belong to no stage that is known.
    InPart,
}

/// The aims in one answer, and whether nothing else stands there.
pub(super) fn aims(answer: &str) -> (Vec<Aim>, bool) {
    const PLAIN: &str = " stage for in at by from the a is as target targeted targeting planned w with and then to \
        feature gate gates default on off enabled disabled release k8s kubernetes version v ";
    let (_, text) = apart(answer);
    let text = text.to_lowercase();
    let words = words(&text);
    let word = |at: Option<usize>| at.and_then(|at| words.get(at)).copied().unwrap_or_default();
    let mut said: Vec<Aim> = Vec::new();
    let mut plain = true;
    for (at, current) in words.iter().enumerate() {
        let [before, previous] = [2, 1].map(|back| word(at.checked_sub(back)));
        let [next, after] = [1, 2].map(|on| word(at.checked_add(on)));
        let negated = ["not", "non", "pre", "post"].contains(&previous);
        let another = is_another(previous);
        let gate = |word: &str| ["gate", "gates", "default"].contains(&word);
        let about_gate = next == "by" && after == "default"
            || gate(previous)
            || gate(before) && ["is", "are", "set", "turned"].contains(&previous);
        let mut aim = Aim::default();
        if let Some(release) = release(current).filter(|_| !another) {
            aim.target = Some(release);
        } else if let Some(stage) = stage(current, next).filter(|_| !negated) {
            aim.stage = Some(stage);
        } else if let Some(on) = switch(current).filter(|_| about_gate) {
            aim.enabled_by_default = Some(on != (previous == "not"));
        } else {
            plain &= PLAIN.contains(&format!(" {current} "));
            continue;
        }
        said.push(aim);
    }
    let (aims, paired) = grouped(&said);
    (aims, plain && paired == Paired::Clearly)
}

fn words(text: &str) -> Vec<&str> {
    let mut words: Vec<&str> = Vec::new();
    for word in text.split(|c: char| !c.is_alphanumeric() && c != '.' && c != '-') {
        match word.split_once('-') {
            // `1.38.0-beta.0` is a build: it says nothing about a stage.
            Some((release, _)) if release.matches('.').count() > 1 => words.push(release),
            _ => words.extend(word.split('-')),
        }
    }
    let words = words.into_iter().map(|word| word.trim_matches('.'));
    words.filter(|word| !word.is_empty()).collect()
}

/// The release in a word: `v1.38`, `1.38`, `1.38.0` and `1.38.x` are the same.
fn release(word: &str) -> Option<Release> {
    let parts: Vec<&str> = word.trim_start_matches('v').split('.').take(4).collect();
    let (major, minor) = match parts.as_slice() {
        [major, minor] => (major, minor),
        [major, minor, patch] if *patch == "x" || digits(patch).is_some() => (major, minor),
        _ => return None,
    };
    let number = |text: &str, most: u64| digits(text).filter(|number| *number < most);
    Some(Release {
        major: u16::try_from(number(major, 100)?).ok()?,
        minor: u16::try_from(number(minor, 1000)?).ok()?,
    })
}

fn stage(word: &str, next: &str) -> Option<Stage> {
    match word.trim_end_matches(|c: char| c.is_ascii_digit()) {
        "alpha" => Some(Stage::Alpha),
        "beta" => Some(Stage::Beta),
        "stable" | "ga" => Some(Stage::Stable),
        "general" | "generally" if next.starts_with("availab") => Some(Stage::Stable),
        _ => None,
    }
}

fn switch(word: &str) -> Option<bool> {
    match word {
        "on" | "enabled" => Some(true),
        "off" | "disabled" => Some(false),
        _ => None,
    }
}

/// The aims of one answer, from the single things it says: stages and the releases after them, or the other way round.
fn grouped(said: &[Aim]) -> (Vec<Aim>, Paired) {
    let named = |aim: &&Aim| aim.stage.is_some() || aim.target.is_some();
    let stages_lead = said
        .iter()
        .find(named)
        .is_some_and(|aim| aim.stage.is_some());
    let mut groups: Vec<Aim> = Vec::new();
    for aim in said.iter().take(4 * MOST) {
        let leads = named(&aim) && aim.stage.is_some() == stages_lead;
        match groups.last_mut() {
            Some(last) if agree(last, aim) && !(leads && named(&&*last)) => fill(last, aim),
            _ => groups.push(*aim),
        }
    }
    let mut aims = Vec::new();
    for aim in groups {
        if !merge(&mut aims, &aim) {
            add(&mut aims, aim);
        }
    }
    let lacks_stage = aims.iter().any(|aim| aim.stage.is_none());
    let lacks_release = aims.iter().any(|aim| aim.target.is_none());
    if !lacks_stage || !lacks_release {
        return (aims, Paired::Clearly);
    }
    // As in `alpha/beta 1.36/1.38`: neighbours are no pairs.
    let mut stages = aims.clone();
    stages.retain(|aim| aim.stage.is_some());
    for aim in &mut stages {
        aim.target = None;
    }
    let releases = aims.iter().filter(|aim| aim.target.is_some());
    let only = |target| Aim {
        target,
        ..Aim::default()
    };
    let releases = releases.map(|aim| only(aim.target)).collect();
    if stages.is_empty() {
        (aims, Paired::Clearly)
    } else {
        combined(stages, releases)
    }
}

/// The aims of the stage field, filled up with those of the release field.
pub(super) fn combined(stages: Vec<Aim>, releases: Vec<Aim>) -> (Vec<Aim>, Paired) {
    if stages.is_empty() {
        return (releases, Paired::Clearly);
    }
    let mut aims = stages;
    let mut rest = releases;
    rest.retain(|found| !merge(&mut aims, found));
    let mut open: Vec<&mut Aim> = aims.iter_mut().filter(|aim| aim.target.is_none()).collect();
    let rising = open.is_sorted_by(|a, b| a.stage < b.stage)
        && rest.is_sorted_by(|a, b| a.target < b.target)
        && open.iter().zip(&rest).all(|(aim, found)| agree(aim, found));
    let paired = match (open.len(), rest.len()) {
        (_, 0) => Paired::Clearly,
        (1, 1) if rising => Paired::Clearly,
        (stages, releases) if stages == releases && rising => Paired::InOrder,
        _ => Paired::InPart,
    };
    if paired != Paired::InPart {
        for (aim, found) in open.iter_mut().zip(rest.drain(..)) {
            fill(aim, &found);
        }
    }
    for aim in rest {
        add(&mut aims, aim);
    }
    (aims, paired)
}

/// Whether an aim was said before: what it adds is filled in there.
fn merge(aims: &mut [Aim], found: &Aim) -> bool {
    let same = |aim: &&mut Aim| {
        let stage = aim.stage.is_some() && aim.stage == found.stage;
        let target = aim.target.is_some() && aim.target == found.target;
        agree(aim, found) && (stage || target)
    };
    let known = aims.iter_mut().find(same);
    known.map(|aim| fill(aim, found)).is_some()
}

/// Whether two aims do not contradict each other.
fn agree(one: &Aim, other: &Aim) -> bool {
    let stages = one.stage.is_none() || other.stage.is_none() || one.stage == other.stage;
    let targets = one.target.is_none() || other.target.is_none() || one.target == other.target;
    stages && targets
}

/// Adds what an aim does not say yet.
fn fill(aim: &mut Aim, more: &Aim) {
    aim.stage = aim.stage.or(more.stage);
    aim.target = aim.target.or(more.target);
    aim.enabled_by_default = aim.enabled_by_default.or(more.enabled_by_default);
}

#[cfg(test)]
mod tests {
    use super::super::read;
    use super::*;

    fn aimed(stage: &str, release: &str) -> (String, Vec<String>) {
        let body = format!("### Stage\n\n{stage}\n\n### Release\n\n{release}\n");
        let form = read("", &body);
        let aims: Vec<String> = form.aims.iter().map(Aim::to_string).collect();
        (aims.join(", "), form.remarks)
    }

    #[test]
    fn stages_and_releases_are_paired_where_there_is_no_choice() {
        let cases = [
            ("alpha", "", "alpha"),
            ("", "v1.38", "1.38"),
            ("alpha", "v1.33", "alpha 1.33"),
            ("Alpha - v1.36", "v1.36", "alpha 1.36"),
            ("Alpha - v1.36 (alpha)", "v1.36.0", "alpha 1.36"),
            ("GA", "v1.38.x", "stable 1.38"),
            (
                "Alpha: 1.36. Beta: 1.38.",
                "1.36/1.38",
                "alpha 1.36, beta 1.38",
            ),
            ("1.36 alpha, 1.38 beta", "", "alpha 1.36, beta 1.38"),
            (
                "alpha, beta",
                "1.36 (alpha), 1.38 (beta)",
                "alpha 1.36, beta 1.38",
            ),
            ("", "alpha: v1.36, beta: v1.38", "alpha 1.36, beta 1.38"),
            ("alpha 1.35, alpha2 1.36", "", "alpha 1.35, alpha 1.36"),
            ("alpha 1.36, beta", "1.38", "alpha 1.36, beta 1.38"),
            ("alpha, beta 1.38", "", "alpha, beta 1.38"),
            ("beta w/gate off", "1.38", "beta 1.38 off by default"),
            (
                "beta, enabled by default",
                "1.38",
                "beta 1.38 on by default",
            ),
            ("beta and stable", "", "beta, stable"),
            ("gate on", "1.38", "1.38 on by default"),
            (
                "alpha (kubelet feature gate `A`, off by default)",
                "v1.33 r.next:https://example.com/release-1.34",
                "alpha 1.33 off by default",
            ),
            (
                "beta",
                "1.38 with gate on by default",
                "beta 1.38 on by default",
            ),
        ];
        for (stage, release, expected) in cases {
            let (aims, remarks) = aimed(stage, release);
            assert_eq!(aims, expected, "{stage} / {release}");
            let said = remarks.iter().any(|remark| remark.starts_with("several"));
            assert!(!said, "{stage} / {release}: {remarks:?}");
        }
    }

    #[test]
    fn a_choice_between_releases_becomes_a_remark() {
        let cases = [
            (
                "alpha",
                "1.36/1.38",
                "alpha, 1.36, 1.38",
                "several releases: `1.36/1.38` cannot be paired with `alpha`",
            ),
            (
                "",
                "1.36, 1.38",
                "1.36, 1.38",
                "several releases: `1.36, 1.38` has no stage for each",
            ),
            (
                "alpha - 1.36",
                "1.37",
                "alpha 1.36, 1.37",
                "several releases: `1.37` cannot be paired with `alpha - 1.36`",
            ),
            (
                "alpha, beta",
                "1.36, 1.38",
                "alpha 1.36, beta 1.38",
                "several releases: `1.36, 1.38` is paired with `alpha, beta` in the order written",
            ),
            (
                "alpha, beta",
                "1.38, 1.36",
                "alpha, beta, 1.38, 1.36",
                "several releases: `1.38, 1.36` cannot be paired with `alpha, beta`",
            ),
            (
                "alpha, beta",
                "1.38",
                "alpha, beta, 1.38",
                "several releases: `1.38` cannot be paired with `alpha, beta`",
            ),
            (
                "alpha/beta 1.36/1.38",
                "",
                "alpha 1.36, beta 1.38",
                "Stage: `alpha/beta 1.36/1.38` is read as alpha 1.36, beta 1.38",
            ),
        ];
        for (stage, release, expected, remark) in cases {
            let (aims, remarks) = aimed(stage, release);
            assert_eq!(
                (aims.as_str(), remarks),
                (expected, vec![remark.to_owned()])
            );
        }
    }

    #[test]
    fn what_is_no_stage_or_release_is_said_to_be_so() {
        let remarks = |stage, release| aimed(stage, release).1.join("; ");
        assert_eq!(remarks("soon", ""), "Stage: `soon` is not understood");
        assert_eq!(
            remarks("", "TBD"),
            "Kubernetes release: `TBD` is not understood"
        );
        assert_eq!(
            remarks("", "v1.??"),
            "Kubernetes release: `v1.??` is not understood"
        );
        assert_eq!(remarks("1.38", ""), "Stage: `1.38` is read as 1.38");
        assert_eq!(aimed("pre-alpha, not beta, 1.38.0-beta.1", "").0, "1.38");
        assert_eq!(aimed("", "containerd 2.3, CRI-O 1.35, k8s 1.38").0, "1.38");
        assert_eq!(
            aimed("", "v1.33 https://github.com/k/r/releases/release-1.34").0,
            "1.33"
        );
        assert_eq!(
            aimed("", "1.2.3.4 2026.10 1.1000 99999999999.1 1.+3 1. .1 -1.3x").0,
            ""
        );
    }
}
