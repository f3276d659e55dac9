//! `runtime-maturity`: the CRI development policy, stage by stage.

use super::{CRI_POLICY, Check, Context, Example, ExampleBeside, Group, Part, Reads, Rule};
use crate::findings::diagnostic::{Finding, Level, Place, Pointer, RuleId};
use crate::findings::sources::FileId;
use crate::registry::config::Runtime;
use crate::registry::kep::KepRecord;
use crate::registry::schema::FileKind;
use crate::registry::{Entry, Registry};
use crate::rules::policy::{Has, Need, has, need, next_minor, weakest};
use crate::terms::{Date, Release, Stage};
use crate::text::words::one_of;

pub(super) const RULE: Rule = Rule {
    id: RuleId("runtime-maturity"),
    group: Group::Process,
    level: Level::Warning,
    summary: "a stage is aimed at that the CRI development policy does not allow yet",
    why: "a feature matures in the container runtimes before it graduates (the CRI development policy)",
    source: CRI_POLICY,
    example: Example {
        wrong: &[(
            "sig-node/9001-pod-lullabies.toml",
            r#"number = 9001
title = "Pod Lullabies"
status = "implementable"
stage = "beta"
target = "1.38"
enabled-by-default = true

[runtimes.containerd]
state = "merged"
"#,
        )],
        beside: ExampleBeside::Nothing,
        fine: &[(
            "sig-node/9001-pod-lullabies.toml",
            r#"number = 9001
title = "Pod Lullabies"
status = "implementable"
stage = "beta"
target = "1.38"
enabled-by-default = true

[runtimes.containerd]
state = "released"
release = "2.3.0"

[runtimes.cri-o]
state = "released"
release = "1.36.0"
"#,
        )],
    },
    remedy: "Record the release that has the feature, aim at beta with the gate off, or aim at a later release. \
             Alpha needs one runtime that has it merged or as an experiment; beta off by default one with a release; beta on by \
             default and stable every participating runtime; stable also a release with beta on by default before.",
    parts: &[Part {
        reads: Reads::kep(&[
            KepRecord::GOING_ON,
            &[
                "stage",
                "target",
                "runtimes",
                "enabled-by-default",
                "reached",
                "runtime-support",
                "shepherds",
                "owners",
            ],
        ])
        .and_config(&["runtimes", "policy"])
        .and_lists(&[FileKind::Kubernetes, FileKind::Runtime]),
        check: Check::Kep(check),
    }],
};

fn check(context: &Context<'_>, entry: &Entry<KepRecord>, findings: &mut Vec<Finding>) {
    let record = &entry.value;
    let (Some(stage), Some(target)) = (record.stage, record.target) else {
        return;
    };
    let Some(asked) = need(stage, record.enabled_by_default) else {
        return;
    };
    if !record.is_going_on()
        || record.runtime_support.is_some()
        || !is_ahead(context.registry, target)
    {
        return;
    }
    let aim = Aim {
        registry: context.registry,
        today: context.today,
        entry,
        record,
        stage,
        target,
        asked,
    };
    findings.extend(aim.judge());
    findings.extend(aim.beta_on_before());
}

/// Only what has not shipped can still be changed; without a calendar nobody knows.
fn is_ahead(registry: &Registry, target: Release) -> bool {
    let calendar = registry.kubernetes.as_ref();
    calendar.is_some_and(|calendar| !calendar.value.is_released(target))
}

struct Aim<'a> {
    registry: &'a Registry,
    today: Date,
    entry: &'a Entry<KepRecord>,
    record: &'a KepRecord,
    stage: Stage,
    target: Release,
    asked: Need,
}

impl Aim<'_> {
    fn judge(&self) -> Option<Finding> {
        let runtimes: Vec<(&Runtime, Has)> = self
            .registry
            .config
            .value
            .runtimes
            .iter()
            .map(|runtime| {
                let has = has(self.registry, runtime, self.record, self.stage, self.target);
                (runtime, has)
            })
            .collect();
        let met = |(_, has): &&(&Runtime, Has)| has.meets(self.asked);
        let lacking: Vec<&(&Runtime, Has)> = runtimes
            .iter()
            .filter(|one| met(one) == Some(false))
            .collect();
        let unknown: Vec<&str> = runtimes
            .iter()
            .filter(|one| met(one).is_none())
            .map(|(runtime, _)| runtime.name.as_str())
            .collect();
        let enough = runtimes.iter().any(|one| met(&one) == Some(true));
        let one_is_enough = self.asked != Need::EveryReleased;
        if one_is_enough && enough {
            return None;
        }
        if lacking.is_empty() {
            return (!unknown.is_empty()).then(|| self.not_known(&unknown, &[]));
        }
        if one_is_enough && !unknown.is_empty() {
            // The one that nobody has recorded may be the one that has it.
            return Some(self.not_known(&unknown, &lacking));
        }
        Some(self.lacks(&lacking, &unknown))
    }

    fn lacks(&self, lacking: &[&(&Runtime, Has)], unknown: &[&str]) -> Finding {
        let names: Vec<&str> = lacking
            .iter()
            .map(|(runtime, _)| runtime.name.as_str())
            .collect();
        let lacks: Vec<String> = lacking
            .iter()
            .map(|(runtime, has)| format!("{} {}", runtime.name, self.lack(*has)))
            .collect();
        let first = self.state_of(names[0]);
        let mut finding = self
            .finding(Place::Value(first), lacks.join(", "))
            .label(self.by_when(lacking[0]));
        for one in &lacking[1..] {
            let at = self.state_of(one.0.name.as_str());
            finding = finding.also(self.file(), Place::Value(at), self.by_when(one));
        }
        finding = self.with_aim(finding);
        for name in unknown {
            finding = finding.note(format!("{name} is not recorded"));
        }
        let act = match self.asked {
            Need::OneMerged => {
                "record the runtime that has it, or aim at a later Kubernetes release"
            }
            Need::EveryReleased if self.stage == Stage::Beta => {
                "aim at beta with the gate off, or record the release that has it"
            }
            _ => "record the release that has it, or aim at a later Kubernetes release",
        };
        finding.note(self.who_can_act()).help(act)
    }

    /// What is not recorded is not known, and never said to be lacking.
    fn not_known(&self, unknown: &[&str], lacking: &[&(&Runtime, Has)]) -> Finding {
        let names = unknown.join(" and ");
        let have = if unknown.len() == 1 { "has" } else { "have" };
        let wanted = match self.asked {
            Need::OneMerged => "merged it, or made it an experiment,",
            Need::OneReleased | Need::EveryReleased => "released it",
        };
        let what = format!("whether {names} {have} {wanted} is not recorded");
        let mut finding = self
            .finding(Place::Value(Pointer::to("target")), what)
            .quietly();
        for one in lacking {
            let at = self.state_of(one.0.name.as_str());
            finding = finding.also(self.file(), Place::Value(at), self.by_when(one));
        }
        let keys: Vec<String> = unknown
            .iter()
            .map(|name| format!("[runtimes.{name}]"))
            .collect();
        finding.help(format!(
            "record what is known in {}",
            one_of(keys.iter().map(String::as_str))
        ))
    }

    fn lack(&self, has: Has) -> String {
        match has {
            Has::Late(version) => format!("has it in {version}, which comes too late"),
            Has::ForOthers(range) => {
                format!("has it for {} only", range.said())
            }
            Has::Less(_) if self.asked == Need::OneMerged => "has not merged it".to_owned(),
            _ => "has not released it".to_owned(),
        }
    }

    /// What the runtime has, and when its next release comes.
    fn by_when(&self, (runtime, has): &(&Runtime, Has)) -> String {
        let name = runtime.name.as_str();
        let state = match has {
            Has::Late(version) => format!("{version} comes too late"),
            Has::ForOthers(range) => format!("it is good for {}", range.said()),
            Has::Less(state) => match state {
                crate::terms::RuntimeState::Merged => "merged is not released".to_owned(),
                crate::terms::RuntimeState::Experimental => {
                    "an experiment is not a release".to_owned()
                }
                state => state.said().to_owned(),
            },
            _ => String::new(),
        };
        let next = match next_minor(self.registry, name, self.today)
            .map(|minor| (minor.release, minor.planned))
        {
            Some((release, Some(planned))) => {
                format!("; the next minor, {release}, is planned for {planned}")
            }
            Some((release, None)) => {
                format!("; when the next minor, {release}, comes is not known")
            }
            None => format!("; when {name} releases next is not known"),
        };
        format!("{state}{next}")
    }

    /// The place of the state that a runtime is judged by: its own, or that of the part that is furthest behind.
    fn state_of(&self, runtime: &str) -> Pointer {
        let at = Pointer::to("runtimes").key(runtime);
        let facts = self.record.runtimes.get(runtime);
        match facts.map(|facts| weakest(facts, self.stage, self.target)) {
            Some(Ok(weakest)) => match weakest.part {
                Some(part) => at.key("parts").index(part).key("state"),
                None => at.key("state"),
            },
            Some(Err(_)) => at.key("kubernetes"),
            None => at.key("state"),
        }
    }

    fn who_can_act(&self) -> String {
        let list = |handles: &[crate::terms::Handle]| {
            handles
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join(", ")
        };
        if !self.record.shepherds.is_empty() {
            match self.record.shepherds.as_slice() {
                [one] => format!("{one} shepherds the work, and can act"),
                all => format!("{} shepherd the work, and can act", list(all)),
            }
        } else if !self.record.owners.is_empty() {
            format!(
                "nobody shepherds the work yet; its owners are {}",
                list(&self.record.owners)
            )
        } else {
            "nobody shepherds the work yet, and its owners are not recorded".to_owned()
        }
    }

    fn finding(&self, place: Place, what: String) -> Finding {
        let default = match (self.stage, self.record.enabled_by_default) {
            (Stage::Beta, Some(true)) => ", on by default,",
            (Stage::Beta, Some(false)) => ", off by default,",
            _ => "",
        };
        Finding::new(
            self.file(),
            place,
            format!(
                "KEP-{} aims at {}{default} in Kubernetes {}; {what}",
                self.record.number,
                self.stage.written(),
                self.target
            ),
        )
    }

    fn with_aim(&self, finding: Finding) -> Finding {
        let cycle = self
            .registry
            .kubernetes
            .as_ref()
            .and_then(|calendar| calendar.value.cycle(self.target));
        let planned = match cycle.and_then(|cycle| cycle.planned) {
            Some(planned) => format!("planned for {planned}"),
            None => "its day is not known".to_owned(),
        };
        let finding = finding.also(self.file(), Place::Value(Pointer::to("target")), planned);
        let (key, needs) = match self.asked {
            Need::EveryReleased if self.stage == Stage::Beta => (
                "enabled-by-default",
                "needs a release of every participating runtime",
            ),
            Need::EveryReleased => ("stage", "needs a release of every participating runtime"),
            Need::OneReleased => ("stage", "needs a release of one runtime"),
            Need::OneMerged => (
                "stage",
                "needs one runtime that has it merged, or as an experiment",
            ),
        };
        finding.also(self.file(), Place::Value(Pointer::to(key)), needs)
    }

    /// Stable needs at least one Kubernetes release with beta on by default before.
    fn beta_on_before(&self) -> Option<Finding> {
        let reached = &self.record.reached;
        if self.stage != Stage::Stable || reached.beta_on.is_some_and(|before| before < self.target)
        {
            return None;
        }
        let what = "no Kubernetes release with beta on by default came before".to_owned();
        if reached.beta.is_none() {
            // What has shipped is recorded in full, or not at all: without any stage, nothing is known.
            return reached.alpha.map(|_| {
                self.finding(Place::Value(Pointer::to("stage")), what)
                    .help("record the release in `reached`, or aim at beta, on by default, first")
            });
        }
        None
    }

    fn file(&self) -> FileId {
        self.entry.file
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::in_record;

    const ID: &str = "runtime-maturity";
    const RELEASED: &str = "[runtimes.containerd]\nstate = \"released\"\nrelease = \"2.3.0\"\n";
    const BOTH: &str = "[runtimes.containerd]\nstate = \"released\"\nrelease = \"2.3.0\"\n\
                        [runtimes.cri-o]\nstate = \"released\"\nrelease = \"1.36.0\"\n";

    fn aiming(stage: &str, more: &str) -> String {
        in_record(
            ID,
            &format!("stage = \"{stage}\"\ntarget = \"1.38\"\n{more}"),
        )
    }

    #[test]
    fn what_is_good_for_other_releases_is_said_so() {
        let record = "stage = \"beta\"\ntarget = \"1.38\"\n\
             [runtimes.containerd]\nstate = \"released\"\nrelease = \"2.0.0\"\nkubernetes = \"1.25..1.26\"\n\
             [runtimes.cri-o]\nstate = \"none\"\n";
        let found = in_record(ID, record);
        assert!(
            found.contains("containerd has it for Kubernetes 1.25 to 1.26 only"),
            "{found}"
        );
        assert!(found.contains("kubernetes = \"1.25..1.26\"\n"), "{found}");
        let fits = record.replace("1.25..1.26", "1.27..");
        assert_eq!(in_record(ID, &fits), "");
    }

    #[test]
    fn beta_on_by_default_needs_every_runtime() {
        insta::assert_snapshot!(aiming(
            "beta",
            "enabled-by-default = true\nshepherds = [\"mikebrow\"]\n[runtimes.containerd]\nstate = \"merged\"\n"
        ), @r#"
        warning[runtime-maturity]: KEP-9001 aims at beta, on by default, in Kubernetes 1.38; containerd has not released it
         --> sig-node/9001-a.toml:9:9
          |
        5 | target = "1.38"
          |          ------ planned for 2026-12-16
        6 | enabled-by-default = true
          |                      ---- needs a release of every participating runtime
        ...
        9 | state = "merged"
          |         ^^^^^^^^ merged is not released; the next minor, 2.5, is planned for 2026-12
          |
          = why: a feature matures in the container runtimes before it graduates (the CRI development policy)
          = note: cri-o is not recorded
          = note: mikebrow shepherds the work, and can act
          = help: aim at beta with the gate off, or record the release that has it
        "#);
        assert_eq!(
            aiming("beta", &format!("enabled-by-default = true\n{BOTH}")),
            ""
        );
    }

    #[test]
    fn of_a_runtime_that_is_not_recorded_it_says_that_it_is_not_known() {
        insta::assert_snapshot!(aiming("beta", &format!("enabled-by-default = true\n{RELEASED}")), @r#"
        note[runtime-maturity]: KEP-9001 aims at beta, on by default, in Kubernetes 1.38; whether cri-o has released it is not recorded
         --> sig-node/9001-a.toml:5:10
          |
        5 | target = "1.38"
          |          ^^^^^^
          |
          = why: a feature matures in the container runtimes before it graduates (the CRI development policy)
          = help: record what is known in `[runtimes.cri-o]`
        "#);
    }

    #[test]
    fn beta_off_by_default_needs_one_runtime() {
        assert_eq!(
            aiming("beta", &format!("enabled-by-default = false\n{RELEASED}")),
            ""
        );
        let neither = "enabled-by-default = false\n[runtimes.containerd]\nstate = \"merged\"\n[runtimes.cri-o]\nstate = \"none\"\n";
        let found = aiming("beta", neither);
        assert!(found.starts_with("warning[runtime-maturity]: KEP-9001 aims at beta, off by default, in Kubernetes 1.38; containerd has not released it, cri-o has not released it"), "{found}");
    }

    #[test]
    fn alpha_needs_one_that_is_merged_or_an_experiment() {
        for state in ["merged", "experimental"] {
            assert_eq!(
                aiming(
                    "alpha",
                    &format!("[runtimes.containerd]\nstate = \"{state}\"\n")
                ),
                ""
            );
        }
        let one = aiming("alpha", "[runtimes.containerd]\nstate = \"in-progress\"\n");
        assert!(
            one.starts_with("note[runtime-maturity]"),
            "cri-o may have it: {one}"
        );
        let both = aiming(
            "alpha",
            "[runtimes.containerd]\nstate = \"in-progress\"\n[runtimes.cri-o]\nstate = \"none\"\n",
        );
        assert!(both.starts_with("warning[runtime-maturity]"), "{both}");
    }

    #[test]
    fn stable_needs_a_release_with_beta_on_by_default_before() {
        let found = aiming("stable", &format!("[reached]\nalpha = \"1.36\"\n{BOTH}"));
        assert!(
            found.contains("no Kubernetes release with beta on by default came before"),
            "{found}"
        );
        assert_eq!(
            aiming(
                "stable",
                &format!("[reached]\nbeta = \"1.36\"\nbeta-on = \"1.37\"\n{BOTH}")
            ),
            ""
        );
        assert_eq!(aiming("stable", BOTH), "", "what was reached is not known");
    }

    #[test]
    fn cri_o_counts_by_its_number() {
        let late = BOTH.replace("\"1.36.0\"", "\"1.39.0\"");
        let found = aiming("stable", &format!("[reached]\nbeta-on = \"1.37\"\n{late}"));
        assert!(
            found.contains("cri-o has it in 1.39.0, which comes too late"),
            "{found}"
        );
    }

    #[test]
    fn a_part_that_the_stage_needs_counts() {
        let part = |needed: &str| {
            format!(
                "{BOTH}[[runtimes.containerd.parts]]\nname = \"harmonies\"\nneeded-for = \"{needed}\"\nstate = \"merged\"\n"
            )
        };
        let on = "enabled-by-default = true\n";
        // Parts are written under their runtime.
        let found = aiming(
            "beta",
            &format!(
                "{on}{}",
                part("beta").replace(
                    "[runtimes.cri-o]\nstate = \"released\"\nrelease = \"1.36.0\"\n",
                    ""
                )
            ),
        );
        assert!(found.starts_with("warning"), "{found}");
        assert!(
            found.contains("| state = \"merged\"\n"),
            "the part is shown: {found}"
        );
        let later = part("stable").replace(
            "[runtimes.cri-o]\nstate = \"released\"\nrelease = \"1.36.0\"\n",
            "",
        );
        assert!(
            aiming("beta", &format!("{on}{later}")).starts_with("note"),
            "only cri-o is open"
        );
    }

    /// What is behind as a whole is said of the whole, and not of a part that is no further behind.
    #[test]
    fn of_a_feature_and_its_part_that_are_alike_the_feature_is_shown() {
        let feature = "enabled-by-default = true\n[runtimes.containerd]\nstate = \"merged\"\n";
        let part = "[[runtimes.containerd.parts]]\nname = \"harmonies\"\nneeded-for = \"beta\"\nstate = \"merged\"\n";
        let place = |found: &str| {
            let line = found.lines().find(|line| line.contains("-->"));
            line.unwrap().to_owned()
        };
        let (alone, both) = (
            aiming("beta", feature),
            aiming("beta", &format!("{feature}{part}")),
        );
        assert_eq!(place(&alone), place(&both), "{both}");
    }

    #[test]
    fn what_has_shipped_or_needs_nothing_is_not_judged() {
        assert_eq!(
            in_record(
                ID,
                "stage = \"beta\"\ntarget = \"1.37\"\n[runtimes.containerd]\nstate = \"none\"\n"
            ),
            ""
        );
        assert_eq!(
            aiming("beta", "runtime-support = \"the kubelet does it all\"\n"),
            ""
        );
        assert_eq!(in_record(ID, "stage = \"beta\"\n"), "");
    }
}
