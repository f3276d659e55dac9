//! `runtime-drift`: a record says something else of a runtime than the runtime's git history.

use super::{CRI_POLICY, Check, Context, Example, ExampleBeside, Group, Part, Reads, Rule};
use crate::findings::diagnostic::{Certainty, Finding, Level, Place, Pointer, RuleId};
use crate::findings::syntax::quoted;
use crate::registry::Entry;
use crate::registry::kep::{Fact, KepRecord, RuntimeFacts};
use crate::registry::schema::FileKind;
use crate::sources::runtimes::compare::{Difference, RuntimeHistory, Verdict};

pub(super) const RULE: Rule = Rule {
    id: RuleId("runtime-drift"),
    group: Group::Runtimes,
    level: Level::Warning,
    summary: "a record says something else of a runtime than the runtime's git history",
    why: "the policy counts what the runtimes have released: what the record has wrong, a graduation rests on",
    source: CRI_POLICY,
    example: Example {
        wrong: &[(
            "sig-node/9001-pod-lullabies.toml",
            r#"number = 9001
title = "Pod Lullabies"
status = "implementable"

[runtimes.containerd]
state = "merged"
evidence = ["containerd/containerd#99002"]
"#,
        )],
        beside: ExampleBeside::History(&[
            (
                "2025-11-06",
                "Merge pull request #99001 from someone/else",
                Some("v2.2.0"),
            ),
            (
                "2026-04-27",
                "Merge pull request #99002 from someone/lullabies",
                Some("v2.3.0"),
            ),
        ]),
        fine: &[(
            "sig-node/9001-pod-lullabies.toml",
            r#"number = 9001
title = "Pod Lullabies"
status = "implementable"

[runtimes.containerd]
state = "released"
release = "2.3.0"
evidence = ["containerd/containerd#99002"]
"#,
        )],
    },
    remedy: "Let `kepherd runtimes pull` write what git knows. Where people wrote something else, one of both is right: correct the record or its evidence, or accept the difference with `[[allow]]`.",
    parts: &[Part {
        reads: Reads::kep(&[&["number", "runtimes"]])
            .and_config(&["runtimes"])
            .and_lists(&[FileKind::Runtime]),
        check: Check::Runtime(check),
    }],
};

fn check(
    context: &Context<'_>,
    git: &RuntimeHistory,
    entry: &Entry<KepRecord>,
    findings: &mut Vec<Finding>,
) {
    let name = git.runtime.name.as_str();
    let Some(facts) = entry.value.runtimes.get(name) else {
        return;
    };
    let compared = git.compare(context.registry, facts, context.today);
    let differ = || {
        let all = compared.differences.iter();
        all.filter(|one| one.verdict != Verdict::Judgement)
    };
    // A state that is news comes with its release: that is one thing to say.
    let is_with = |state: &&Difference, release: &Difference| {
        state.key.part == release.key.part
            && (state.key.fact, release.key.fact) == (Fact::State, Fact::Release)
            && (state.verdict, release.verdict) == (Verdict::News, Verdict::News)
    };
    if compared.is_elsewhere {
        let at = Pointer::to("runtimes").key(name).key("evidence");
        let repository = &git.repository;
        findings.push(
            Finding::new(
                entry.file,
                Place::Value(at),
                format!("nothing of KEP-{}'s evidence for {name} is in {repository}", entry.value.number),
            )
            .label("so that git is not asked")
            .quietly()
            .help(format!(
                "name what brought it to {name}, such as `{repository}#12345`; `kepherd runtimes find --repo CLONE` looks for it"
            )),
        );
    }
    for one in differ() {
        if differ().any(|state| is_with(&state, one)) {
            continue;
        }
        let release = differ().find(|release| is_with(&one, release));
        let release = release.and_then(|release| release.there.as_deref());
        findings.push(difference(entry, git, facts, (one, release)));
    }
}

fn difference(
    entry: &Entry<KepRecord>,
    git: &RuntimeHistory,
    facts: &RuntimeFacts,
    (difference, release): (&Difference, Option<&str>),
) -> Finding {
    let Difference {
        key,
        recorded,
        there,
        why,
        from: _,
        verdict,
    } = difference;
    let name = git.runtime.name.as_str();
    let number = entry.value.number;
    let written = key.written(name, facts);
    let message = match (recorded, there) {
        (Some(here), None) => {
            format!("KEP-{number}'s `{written}` is \"{here}\" here, and git does not have it")
        }
        (Some(here), Some(there)) => {
            let since = release.map_or_else(String::new, |release| format!(", in {release}"));
            format!("KEP-{number}'s `{written}` is \"{here}\" here and \"{there}\" in git{since}")
        }
        (None, there) => {
            let there = there.as_deref().unwrap_or_default();
            format!("KEP-{number} has no `{written}` here, and in git it is \"{there}\"")
        }
    };
    let at = key.pointer(name);
    let place = match recorded {
        Some(_) => Place::Value(at),
        // What is not there is shown where the runtime's state is.
        None => Place::Value(Pointer::to("runtimes").key(name).key("state")),
    };
    let finding = Finding::new(entry.file, place.clone(), message)
        .label(why.clone())
        .note(format!("{} is read at {}", git.repository, git.read));
    let take = format!("`{} --kep {number}`", git.pull);
    match (verdict, recorded) {
        (Verdict::News, Some(_)) if release.is_none() => finding
            .edit(
                "what git says",
                place,
                quoted(there.as_deref().unwrap_or_default()),
                Certainty::Guess,
            )
            .as_news()
            .help(format!("write it: {take}")),
        (Verdict::News, _) => finding.as_news().help(format!("write it: {take}")),
        (Verdict::Contradiction, _) => finding.help(format!(
            "write what is right; {take} takes git's with --theirs; if the record is right, accept this with `[[allow]]`"
        )),
        (Verdict::Doubt | Verdict::Judgement, _) => finding.help(
            "write what is right: the state, or other evidence; if the record is right, accept this with `[[allow]]`",
        ),
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{RECORD, beside};
    use crate::rules::{ExampleBeside, testing};

    const ID: &str = "runtime-drift";
    const HISTORY: ExampleBeside = ExampleBeside::History(&[
        ("2025-11-06", "root", Some("v2.2.0")),
        (
            "2026-04-27",
            "Merge pull request #7 from fork/x\n\ndo it\n",
            Some("v2.3.0"),
        ),
        (
            "2026-05-01",
            "Merge pull request #8 from fork/y\n\nother\n",
            None,
        ),
    ]);

    fn found(facts: &str) -> String {
        let record = format!("{RECORD}{facts}");
        beside(ID, &[("sig-node/9001-a.toml", &record)], &HISTORY)
    }

    #[test]
    fn what_git_knows_and_the_record_does_not_is_shown_with_its_way() {
        insta::assert_snapshot!(
            found("[runtimes.containerd]\nstate = \"merged\"\nevidence = [\"containerd/containerd#7\"]\n"),
            @r#"
        warning[runtime-drift]: KEP-9001's `runtimes.containerd.state` is "merged" here and "released" in git, in 2.3.0
         --> sig-node/9001-a.toml:5:9
          |
        5 | state = "merged"
          |         ^^^^^^^^ #7 was merged on 2026-04-27 as 0202020, and v2.3.0 of 2026-04-27 is the first release that contains it
          |
          = why: the policy counts what the runtimes have released: what the record has wrong, a graduation rests on
          = note: containerd/containerd is read at 0123456789 of 2026-11-01
          = help: write it: `kepherd runtimes pull --repo CLONE --kep 9001`
        "#
        );
    }

    #[test]
    fn what_people_wrote_otherwise_can_be_accepted_and_what_is_news_cannot() {
        let facts = "[runtimes.containerd]\nstate = \"released\"\nrelease = \"2.4.0\"\nevidence = [\"containerd/containerd#7\"]\n";
        insta::assert_snapshot!(found(facts), @r#"
        warning[runtime-drift]: KEP-9001's `runtimes.containerd.release` is "2.4.0" here and "2.3.0" in git
         --> sig-node/9001-a.toml:6:11
          |
        6 | release = "2.4.0"
          |           ^^^^^^^ #7 was merged on 2026-04-27 as 0202020, and v2.3.0 of 2026-04-27 is the first release that contains it
          |
          = why: the policy counts what the runtimes have released: what the record has wrong, a graduation rests on
          = note: containerd/containerd is read at 0123456789 of 2026-11-01
          = help: write what is right; `kepherd runtimes pull --repo CLONE --kep 9001` takes git's with --theirs; if the record is right, accept this with `[[allow]]`
        "#);
        let allow = "[[allow]]\nrule = \"runtime-drift\"\nreason = \"2.3 had it by chance\"\n";
        assert_eq!(found(&format!("{facts}{allow}")), "");
        let news = facts.replace("release = \"2.4.0\"\n", "");
        assert_ne!(found(&format!("{news}{allow}")), "");
        // Without a history nobody knows, so that the entry is not unused.
        let record = format!("{RECORD}{facts}{allow}");
        assert_eq!(
            testing::only("unused-allow", &[("sig-node/9001-a.toml", &record)]),
            ""
        );
    }

    #[test]
    fn what_was_never_merged_is_a_doubt_and_an_experiment_is_a_judgement() {
        insta::assert_snapshot!(
            found("[runtimes.containerd]\nstate = \"merged\"\nevidence = [\"containerd/containerd#9\"]\n"),
            @r#"
        warning[runtime-drift]: KEP-9001's `runtimes.containerd.evidence` is "containerd/containerd#9" here, and git does not have it
         --> sig-node/9001-a.toml:6:12
          |
        6 | evidence = ["containerd/containerd#9"]
          |            ^^^^^^^^^^^^^^^^^^^^^^^^^^^ #9 is on no branch of the clone at 0123456789 of 2026-11-01: nobody merged it, or the clone is older
          |
          = why: the policy counts what the runtimes have released: what the record has wrong, a graduation rests on
          = note: containerd/containerd is read at 0123456789 of 2026-11-01
          = help: write what is right: the state, or other evidence; if the record is right, accept this with `[[allow]]`
        "#
        );
        let experiment = "[runtimes.containerd]\nstate = \"experimental\"\nrelease = \"2.3.0\"\nevidence = [\"containerd/containerd#7\"]\n";
        assert_eq!(found(experiment), "");
        let without = "[runtimes.containerd]\nstate = \"merged\"\n";
        assert_eq!(found(without), "", "there is nothing to look for");
    }
}
