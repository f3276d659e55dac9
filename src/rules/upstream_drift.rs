//! `upstream-drift`: a record says something else than kep.yaml.

use super::{Check, Context, Example, ExampleBeside, Group, Part, Reads, Rule, UPSTREAM};
use crate::findings::diagnostic::{Certainty, Finding, Level, Place, Pointer, RuleId};
use crate::findings::sources::FileId;
use crate::registry::Entry;
use crate::registry::kep::KepRecord;
use crate::sources::upstream::drift::{Cause, Drift};
use crate::sources::upstream::facts::{Field, FieldValue};
use crate::sources::upstream::folders::record_path;
use crate::sources::upstream::snapshot::{ReadKep, Unusable, Upstream, UpstreamKep};

pub(super) const RULE: Rule = Rule {
    id: RuleId("upstream-drift"),
    group: Group::Upstream,
    level: Level::Warning,
    summary: "a record says something else than its kep.yaml",
    why: "owners and SIG-Node read kep.yaml, and maintainers read the record: where the two differ, one of them waits for the wrong thing",
    source: UPSTREAM,
    example: Example {
        wrong: &[(
            "sig-node/9001-pod-lullabies.toml",
            r#"number = 9001
title = "Pod Lullabies"
status = "implementable"
stage = "alpha"
upstream-seen = 2026-09-30
"#,
        )],
        beside: ExampleBeside::Upstream {
            day: "2026-10-31",
            keps: &[(
                "keps/sig-node/9001-pod-lullabies",
                r#"title: Pod Lullabies
kep-number: 9001
status: implementable
stage: beta
latest-milestone: "v1.38"
milestone:
  alpha: "v1.37"
  beta: "v1.38"
"#,
            )],
        },
        fine: &[(
            "sig-node/9001-pod-lullabies.toml",
            r#"number = 9001
title = "Pod Lullabies"
status = "implementable"
stage = "beta"
target = "1.38"
upstream-seen = 2026-09-30

[reached]
alpha = "1.37"
"#,
        )],
    },
    remedy: "Let `kepherd upstream pull` take over what upstream has changed. What people made of a fact is a note, and stays: if the record is right, accept it with `[[allow]]`, or have kep.yaml corrected. `[[allow]]` accepts what a pull leaves; what upstream changes later is shown all the same.",
    parts: &[Part {
        reads: Reads::kep(&[&["number"]]),
        check: Check::Upstream(check),
    }],
};

fn check(
    context: &Context<'_>,
    upstream: &Upstream,
    entry: &Entry<KepRecord>,
    findings: &mut Vec<Finding>,
) {
    match upstream.keps.get(&entry.value.number) {
        Some(UpstreamKep::Read(read)) => {
            let drifts = upstream.drift(&entry.value);
            let sound = drifts.iter().filter(|drift| is_sound(entry, drift.field));
            findings.extend(sound.map(|drift| difference(entry, upstream, read, drift)));
            let path = &context.registry.file(entry.file).path;
            findings.extend(moved(path, entry, upstream, read));
        }
        Some(UpstreamKep::Unusable(file, problem)) => {
            findings.push(unusable(entry, upstream, *file, problem));
        }
        // Where there is nothing to compare with, other rules speak.
        Some(UpstreamKep::Absent { .. } | UpstreamKep::Ambiguous(_)) | None => {}
    }
}

/// That upstream has the KEP in another folder than the record's path says: links lead to a page that is not there.
fn moved(
    path: &str,
    entry: &Entry<KepRecord>,
    upstream: &Upstream,
    read: &ReadKep,
) -> Option<Finding> {
    let folder = &read.folder;
    let there = record_path(folder);
    let number = entry.value.number;
    (there != path).then(|| {
        Finding::new(
            entry.file,
            Place::Value(Pointer::to("number")),
            format!("KEP-{number} is in `{folder}` upstream, and its record is `{path}`"),
        )
        .label("links to the KEP are made of the record's path")
        .note(format!("upstream is {upstream}"))
        .as_news()
        .help(format!(
            "move it to `{there}`: `{} --kep {number}`",
            upstream.pull
        ))
    })
}

/// Whether the record's key can be relied on.
fn is_sound(entry: &Entry<KepRecord>, field: Field) -> bool {
    let key = field.key();
    entry.is_sound(key.split_once('.').map_or(key, |(table, _)| table))
}

fn difference(
    entry: &Entry<KepRecord>,
    upstream: &Upstream,
    read: &ReadKep,
    drift: &Drift,
) -> Finding {
    let Drift {
        field,
        recorded,
        upstream: says,
        cause,
    } = drift;
    let number = entry.value.number;
    let key = field.key();
    let message = match (recorded, says) {
        (Some(here), Some(there)) => {
            format!("KEP-{number}'s `{key}` is {here} here and {there} upstream")
        }
        (Some(here), None) => {
            let nothing = nothing_upstream(*field, read);
            format!("KEP-{number}'s `{key}` is {here} here, and upstream {nothing}")
        }
        (None, Some(there)) => {
            format!("KEP-{number} has no `{key}` here, and upstream it is {there}")
        }
        (None, None) => format!("KEP-{number}'s `{key}` is the same"),
    };
    let place = match recorded {
        Some(_) => Place::Value(field.pointer()),
        // What is not there is shown where the record says that it was read, or which KEP it is about.
        None if entry.value.upstream_seen.is_some() => Place::Value(Pointer::to("upstream-seen")),
        None => Place::Value(Pointer::to("number")),
    };
    let mut finding = Finding::new(entry.file, place.clone(), message)
        .label(drift.why(entry.value.upstream_seen))
        .also(
            read.file,
            Place::Span(read.kep.places.of(drift.source())),
            upstream_label(*field, says, read, upstream),
        )
        .note(format!("upstream is {upstream}"));
    if drift.is_taken() {
        if let (Some(_), Some(says)) = (recorded, says) {
            let text = "what upstream says";
            finding = finding.edit(text, place, says.to_string(), Certainty::Guess);
        }
        return finding
            .as_news()
            .help(format!("take it over: `{} --kep {number}`", upstream.pull));
    }
    match cause {
        Cause::Denied { is_news } => {
            let finding = if *is_news { finding.as_news() } else { finding };
            finding.help("find out which release it was, and correct the record or kep.yaml; if the record is right, accept this with `[[allow]]`")
        }
        Cause::Conflict(_) | Cause::SameDay | Cause::Unclear => finding.as_news().help(format!(
            "write what is right; `{} --kep {number}` takes upstream's with --theirs, and keeps what is here with --ours",
            upstream.pull
        )),
        Cause::Older(_) => finding.quietly().help("compare it with a later commit of upstream"),
        Cause::Lost => finding.quietly().help("fetch the whole history of the clone: `git fetch --unshallow`"),
        _ => finding.quietly().help(
            "if the record is right, there is nothing to do here: have kep.yaml corrected, or accept this with `[[allow]]`",
        ),
    }
}

/// How upstream says nothing of a field.
fn nothing_upstream(field: Field, read: &ReadKep) -> String {
    let facts = &read.kep.facts;
    match (field, facts.said(field)) {
        (Field::Target, _) if !facts.status.is_live() => {
            format!("the KEP is {}", facts.status.written())
        }
        (Field::Target, Some(latest)) => format!("aims at nothing after {latest}"),
        (_, Some(planned)) if field.reached_stage().is_some() => {
            format!("has only planned it, for {planned}")
        }
        _ => "has none".to_owned(),
    }
}

/// What stands there upstream, where that is not what the finding says already.
fn upstream_label(
    field: Field,
    says: &Option<FieldValue>,
    read: &ReadKep,
    upstream: &Upstream,
) -> String {
    let facts = &read.kep.facts;
    match (field, says, facts.said(field)) {
        (_, Some(_), _) => String::new(),
        (_, None, None) => format!("no `{}` here", field.upstream_key()),
        (Field::Target, None, Some(_)) if !facts.status.is_live() => {
            "a KEP that is over aims at nothing".to_owned()
        }
        (Field::Target, None, Some(_)) => format!("had shipped by {}", upstream.date),
        (_, None, Some(_)) => format!("not known to have shipped by {}", upstream.date),
    }
}

fn unusable(
    entry: &Entry<KepRecord>,
    upstream: &Upstream,
    file: FileId,
    problem: &Unusable,
) -> Finding {
    let number = entry.value.number;
    let finding = Finding::new(
        entry.file,
        Place::Value(Pointer::to("number")),
        format!(
            "KEP-{number}'s kep.yaml cannot be used: {}",
            problem.reason()
        ),
    )
    .note(format!("upstream is {upstream}"))
    .help("nothing is taken over from it until it is mended upstream");
    let source = upstream.file(file);
    let place = problem
        .line()
        .map_or_else(Default::default, |line| source.line(line));
    finding.also(file, Place::Span(place), "")
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{Enhancements, FOLDER, KEP_YAML, beside_upstream};

    const ID: &str = "upstream-drift";
    const READ: &str = "stage = \"alpha\"\nowners = [\"someone\"]\nupstream-seen = 2026-09-30\n[reached]\nalpha = \"1.37\"\n";

    /// The record beside what upstream says, and said when it was read.
    fn found(record: &str, now: &str, before: Option<&str>) -> String {
        let enhancements = Enhancements {
            day: "2026-11-01",
            keps: &[(FOLDER, now)],
            before,
        };
        beside_upstream(ID, record, &enhancements)
    }

    #[test]
    fn what_upstream_changed_is_shown_on_both_sides() {
        let before = KEP_YAML
            .replace("stage: beta", "stage: alpha")
            .replace("latest-milestone: \"v1.38\"", "latest-milestone: \"v1.37\"");
        insta::assert_snapshot!(found(READ, KEP_YAML, Some(&before)), @r#"
        warning[upstream-drift]: KEP-9001's `stage` is "alpha" here and "beta" upstream
         --> sig-node/9001-a.toml:4:9
          |
        4 | stage = "alpha"
          |         ^^^^^^^ upstream changed it since 2026-09-30
          |
         ::: keps/sig-node/9001-a/kep.yaml @ 0123456789:6:8
          |
        6 | stage: beta
          |        ----
          |
          = why: owners and SIG-Node read kep.yaml, and maintainers read the record: where the two differ, one of them waits for the wrong thing
          = note: upstream is kubernetes/enhancements at 0123456789 of 2026-11-01
          = help: take it over: `kepherd upstream pull --repo CLONE --kep 9001`
        help: what upstream says
          |
        4 - stage = "alpha"
        4 + stage = "beta"
          |

        warning[upstream-drift]: KEP-9001 has no `target` here, and upstream it is "1.38"
         --> sig-node/9001-a.toml:6:17
          |
        6 | upstream-seen = 2026-09-30
          |                 ^^^^^^^^^^ upstream changed it since 2026-09-30
          |
         ::: keps/sig-node/9001-a/kep.yaml @ 0123456789:7:19
          |
        7 | latest-milestone: "v1.38"
          |                   -------
          |
          = why: owners and SIG-Node read kep.yaml, and maintainers read the record: where the two differ, one of them waits for the wrong thing
          = note: upstream is kubernetes/enhancements at 0123456789 of 2026-11-01
          = help: take it over: `kepherd upstream pull --repo CLONE --kep 9001`
        "#);
    }

    #[test]
    fn what_people_made_of_it_is_a_note() {
        insta::assert_snapshot!(
            found(&READ.replace("stage", "target = \"1.38\"\nstage"), KEP_YAML, Some(KEP_YAML)),
            @r#"
        note[upstream-drift]: KEP-9001's `stage` is "alpha" here and "beta" upstream
         --> sig-node/9001-a.toml:5:9
          |
        5 | stage = "alpha"
          |         ^^^^^^^ people made it so here; upstream has not changed it since 2026-09-30
          |
         ::: keps/sig-node/9001-a/kep.yaml @ 0123456789:6:8
          |
        6 | stage: beta
          |        ----
          |
          = why: owners and SIG-Node read kep.yaml, and maintainers read the record: where the two differ, one of them waits for the wrong thing
          = note: upstream is kubernetes/enhancements at 0123456789 of 2026-11-01
          = help: if the record is right, there is nothing to do here: have kep.yaml corrected, or accept this with `[[allow]]`
        "#
        );
    }

    #[test]
    fn a_shipped_fact_that_upstream_denies_is_a_warning() {
        let record = "stage = \"beta\"\ntarget = \"1.38\"\nowners = [\"someone\"]\nupstream-seen = 2026-09-30\n[reached]\nalpha = \"1.36\"\n";
        let before = KEP_YAML.replace("alpha: \"v1.37\"", "alpha: \"v1.36\"");
        insta::assert_snapshot!(found(record, KEP_YAML, Some(&before)), @r#"
        warning[upstream-drift]: KEP-9001's `reached.alpha` is "1.36" here and "1.37" upstream
         --> sig-node/9001-a.toml:9:9
          |
        9 | alpha = "1.36"
          |         ^^^^^^ a release on record is not rewritten by a plan
          |
         ::: keps/sig-node/9001-a/kep.yaml @ 0123456789:9:10
          |
        9 |   alpha: "v1.37"
          |          -------
          |
          = why: owners and SIG-Node read kep.yaml, and maintainers read the record: where the two differ, one of them waits for the wrong thing
          = note: upstream is kubernetes/enhancements at 0123456789 of 2026-11-01
          = help: find out which release it was, and correct the record or kep.yaml; if the record is right, accept this with `[[allow]]`
        "#);
    }

    #[test]
    fn a_kep_yaml_that_cannot_be_used_is_shown_with_its_line() {
        insta::assert_snapshot!(found(READ, &KEP_YAML.replace("implementable", "alpha"), None), @"
        warning[upstream-drift]: KEP-9001's kep.yaml cannot be used: `status` is `alpha`, which is no status of a KEP
         --> sig-node/9001-a.toml:1:10
          |
        1 | number = 9001
          |          ^^^^
          |
         ::: keps/sig-node/9001-a/kep.yaml @ 0123456789:5:1
          |
        5 | status: alpha # at last
          | -----------------------
          |
          = why: owners and SIG-Node read kep.yaml, and maintainers read the record: where the two differ, one of them waits for the wrong thing
          = note: upstream is kubernetes/enhancements at 0123456789 of 2026-11-01
          = help: nothing is taken over from it until it is mended upstream
        ");
    }

    #[test]
    fn a_record_that_says_the_same_is_fine() {
        let record = "stage = \"beta\"\ntarget = \"1.38\"\nowners = [\"Someone\"]\n[reached]\nalpha = \"1.37\"\n";
        assert_eq!(found(record, KEP_YAML, None), "");
    }

    #[test]
    fn a_damaged_key_is_not_compared() {
        let record = "stage = \"betta\"\ntarget = \"1.38\"\nowners = [\"someone\"]\n[reached]\nalpha = \"1.37\"\n";
        assert_eq!(found(record, KEP_YAML, None), "");
    }

    #[test]
    fn an_accepted_difference_is_silent() {
        let record =
            format!("{READ}[[allow]]\nrule = \"upstream-drift\"\nreason = \"as the issue says\"\n");
        assert_eq!(found(&record, KEP_YAML, Some(KEP_YAML)), "");
        // What upstream changes later is not what was accepted.
        let before = KEP_YAML.replace("stage: beta", "stage: alpha");
        let out = found(&record, KEP_YAML, Some(&before));
        assert!(
            out.contains("warning[upstream-drift]") && !out.contains("note["),
            "{out}"
        );
        let unread = crate::rules::testing::in_record("unused-allow", &record);
        assert_eq!(unread, "", "without upstream nobody knows");
    }
}
