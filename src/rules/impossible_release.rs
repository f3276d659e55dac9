//! `impossible-release`: a record has a release that its calendar says is not out, or one of another line.

use super::{CRI_POLICY, Check, Context, Example, ExampleBeside, Group, Part, Reads, Rule};
use crate::findings::diagnostic::{Finding, Level, Place, Pointer, RuleId};
use crate::findings::sources::FileId;
use crate::findings::syntax;
use crate::registry::Entry;
use crate::registry::calendars::{Minor, RuntimeCalendar};
use crate::registry::kep::KepRecord;
use crate::registry::schema::FileKind;
use crate::terms::{BranchDecision, Date, KubernetesRange, PlannedDate, Release, Version};

pub(super) const RULE: Rule = Rule {
    id: RuleId("impossible-release"),
    group: Group::Process,
    level: Level::Warning,
    summary: "a release on record, a runtime's or that of a stage, is not out, or is none of its line, or is good for nothing",
    why: "the policy counts what is released: one that is not out would let a feature graduate that nobody can run",
    source: CRI_POLICY,
    example: Example {
        wrong: &[
            (
                "sig-node/9001-pod-lullabies.toml",
                r#"number = 9001
title = "Pod Lullabies"
status = "implementable"

[runtimes.containerd]
state = "released"
release = "2.5.0"
"#,
            ),
            (
                "releases/containerd.toml",
                r#"[[minors]]
release = "2.5"
planned = "2026-12"
"#,
            ),
        ],
        beside: ExampleBeside::Nothing,
        fine: &[
            (
                "sig-node/9001-pod-lullabies.toml",
                r#"number = 9001
title = "Pod Lullabies"
status = "implementable"

[runtimes.containerd]
state = "merged"
"#,
            ),
            (
                "releases/containerd.toml",
                r#"[[minors]]
release = "2.5"
planned = "2026-12"
"#,
            ),
        ],
    },
    remedy: "Correct the release; or, if it is out, write the day in `released` of the calendar.",
    parts: &[
        Part {
            reads: Reads::kep(&[&["runtimes"]]).and_lists(&[FileKind::Runtime]),
            check: Check::Kep(not_out),
        },
        Part {
            reads: Reads::kep(&[&["reached"]]).and_lists(&[FileKind::Kubernetes]),
            check: Check::Kep(not_shipped),
        },
        Part {
            reads: Reads::kep(&[&["runtimes"]]).and_lists(&[FileKind::Runtime]),
            check: Check::Kep(no_such_patch),
        },
        Part {
            reads: Reads::kep(&[&["runtimes"]]),
            check: Check::Kep(other_line),
        },
        Part {
            reads: Reads::kep(&[&["runtimes"]]),
            check: Check::Kep(empty_range),
        },
        Part {
            reads: Reads::NOTHING.and_lists(&[FileKind::Kubernetes]),
            check: Check::Registry(cycles),
        },
        Part {
            reads: Reads::config(&["runtimes"]).and_lists(&[FileKind::Runtime]),
            check: Check::Registry(minors),
        },
    ],
};

/// A version that a record says a runtime has released, beside the minor of its calendar.
struct Recorded<'a> {
    runtime: &'a str,
    calendar: &'a Entry<RuntimeCalendar>,
    minor: &'a Minor,
    at: Place,
    version: Version,
}

/// The versions of a record whose minors a calendar knows.
fn recorded<'a>(context: &Context<'a>, entry: &'a Entry<KepRecord>) -> Vec<Recorded<'a>> {
    let mut all = Vec::new();
    for (runtime, facts) in &entry.value.runtimes {
        let Some(calendar) = context.registry.runtimes.get(runtime) else {
            continue;
        };
        for named in facts.releases(Pointer::to("runtimes").key(runtime)) {
            let minor = calendar.value.minor(named.release);
            if let (Some(BranchDecision::Released(version)), Some(minor)) = (named.version, minor) {
                all.push(Recorded {
                    runtime,
                    calendar,
                    minor,
                    at: named.at,
                    version,
                });
            }
        }
    }
    all
}

/// A release that its calendar says is ahead.
fn not_out(context: &Context<'_>, entry: &Entry<KepRecord>, findings: &mut Vec<Finding>) {
    for one in recorded(context, entry) {
        let Recorded {
            runtime,
            minor,
            at,
            version,
            ..
        } = one;
        let Some(when) = ahead(minor.released, minor.planned, context.today) else {
            continue;
        };
        findings.push(
            Finding::new(
                entry.file,
                at,
                format!("{runtime} {version} is on record as released, and is not out"),
            )
            .label(when)
            .help("correct the release; or, if it is out, write the day in `released` of the calendar"),
        );
    }
}

/// A stage that is said to have shipped in a Kubernetes release which is ahead.
fn not_shipped(context: &Context<'_>, entry: &Entry<KepRecord>, findings: &mut Vec<Finding>) {
    let Some(calendar) = &context.registry.kubernetes else {
        return;
    };
    for (stage, release) in entry.value.reached.entries() {
        let cycle = calendar.value.cycle(release);
        let when = cycle.and_then(|cycle| ahead(cycle.released, cycle.planned, context.today));
        let Some(when) = when else {
            continue;
        };
        findings.push(
            Finding::new(
                entry.file,
                Place::Value(Pointer::to("reached").key(stage)),
                format!("`{stage}` is on record as reached in Kubernetes {release}, which is not out"),
            )
            .label(when)
            .help("leave it out until it has shipped, what a KEP aims at is `target`; or, if it is out, write the day in `released` of the calendar"),
        );
    }
}

/// When a release comes, if its calendar says that it is not out yet.
fn ahead(released: Option<Date>, planned: Option<PlannedDate>, today: Date) -> Option<String> {
    match (released, planned) {
        (Some(day), _) if day <= today => None,
        (Some(day), _) => Some(format!("the calendar says {day}, which is ahead")),
        (None, Some(planned)) => Some(format!("planned for {planned}")),
        (None, None) => None,
    }
}

/// A patch release that its calendar, which knows those of the minor, does not have.
fn no_such_patch(context: &Context<'_>, entry: &Entry<KepRecord>, findings: &mut Vec<Finding>) {
    for one in recorded(context, entry) {
        let Recorded {
            runtime,
            calendar,
            minor,
            at,
            version,
        } = one;
        let Some((last, day)) = minor.patches.last_key_value() else {
            continue;
        };
        if version.patch == 0 || minor.day_of(version).is_some() {
            continue;
        }
        let path = &context.registry.file(calendar.file).path;
        findings.push(
            Finding::new(
                entry.file,
                at,
                format!("`{path}` knows no {runtime} {version}"),
            )
            .label(format!("the last one that it knows is {last}, of {day}"))
            .help(format!(
                "correct the release; or, if it is out, `kepherd releases pull --runtime {runtime} --repo CLONE` reads its day"
            )),
        );
    }
}

/// A cycle that is on record as released on a day that is ahead.
fn cycles(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let Some(calendar) = &context.registry.kubernetes else {
        return;
    };
    for (index, cycle) in calendar.value.cycles.iter().enumerate() {
        let at = Pointer::to("cycles").index(index).key("released");
        let name = format!("Kubernetes {}", cycle.release);
        let ahead = cycle.released.filter(|day| *day > context.today);
        findings.extend(ahead.map(|day| is_ahead(calendar.file, at, &name, day)));
    }
}

/// A minor, or a version of it, that is on record as released on a day that is ahead; a version of another minor.
fn minors(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for (name, calendar) in &context.registry.runtimes {
        for (index, minor) in calendar.value.minors.iter().enumerate() {
            let at = Pointer::to("minors").index(index);
            let first = minor
                .released
                .map(|day| (at.clone().key("released"), minor.release.to_string(), day));
            let patches = minor.patches.iter().map(|(version, day)| {
                let at = at.clone().key("patches").key(&version.to_string());
                (at, version.to_string(), *day)
            });
            for (at, version, day) in first.into_iter().chain(patches) {
                if day > context.today {
                    findings.push(is_ahead(
                        calendar.file,
                        at,
                        &format!("{name} {version}"),
                        day,
                    ));
                }
            }
            for version in minor.patches.keys() {
                if version.release == minor.release && version.patch > 0 {
                    continue;
                }
                let at = at.clone().key("patches").key(&version.to_string());
                let message = format!(
                    "{name} {version} is no later version of the minor {}",
                    minor.release
                );
                findings.push(
                    Finding::new(calendar.file, Place::Key(at), message).help(
                        "move it to its own minor; the day of the first version is `released`",
                    ),
                );
            }
        }
    }
}

fn is_ahead(file: FileId, at: Pointer, name: &str, day: Date) -> Finding {
    Finding::new(
        file,
        Place::Value(at),
        format!("{name} is on record as released, on a day that is ahead"),
    )
    .label(day.to_string())
    .help("what is not out yet is `planned`; or correct the day")
}

/// A branch with a release of another one.
fn other_line(_: &Context<'_>, entry: &Entry<KepRecord>, findings: &mut Vec<Finding>) {
    for (name, facts) in &entry.value.runtimes {
        for (branch, decision) in &facts.branches {
            let BranchDecision::Released(version) = decision else {
                continue;
            };
            if version.release == *branch {
                let first = facts.release.filter(|first| *branch >= first.release);
                findings.extend(first.map(|first| not_older(entry.file, name, *branch, first)));
                continue;
            }
            let at = Pointer::to("runtimes").key(name).key("branches");
            findings.push(
                Finding::new(
                    entry.file,
                    Place::Value(at.key(&branch.to_string())),
                    format!("{name} {version} is no release of the line {branch}"),
                )
                .help(format!("write the first release of {branch} that has it, such as `\"{branch}.1\"`, or `\"planned\"`")),
            );
        }
    }
}

/// A branch that began with the feature, or after it.
fn not_older(file: FileId, runtime: &str, branch: Release, first: Version) -> Finding {
    let at = Pointer::to("runtimes").key(runtime).key("branches");
    Finding::new(
        file,
        Place::Key(at.key(&branch.to_string())),
        format!("{runtime} {branch} is no older branch: {first} is on record as the first release that has it"),
    )
    .help("`branches` is what older ones got: take this out, or correct `release`")
}

/// Facts that are good for Kubernetes releases which end before they begin.
fn empty_range(_: &Context<'_>, entry: &Entry<KepRecord>, findings: &mut Vec<Finding>) {
    for (name, facts) in &entry.value.runtimes {
        let ranges = facts.ranges(&Pointer::to("runtimes").key(name));
        for (at, range) in ranges.into_iter().filter(|(_, range)| range.is_empty()) {
            let KubernetesRange { first, last } = range;
            let turned = KubernetesRange {
                first: last,
                last: first,
            };
            findings.push(
                Finding::new(
                    entry.file,
                    Place::Value(at),
                    format!("no Kubernetes release is in `{range}`: it ends before it begins"),
                )
                .replace_with("the other way round", syntax::quoted(&turned.to_string())),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_branch_that_began_with_the_feature_is_no_older_one() {
        let of = |branch: &str| {
            let record = format!(
                "{RECORD}[runtimes.containerd]\nstate = \"released\"\nrelease = \"2.3.0\"\nbranches = {{ \"{branch}\" = \"{branch}.0\" }}\n"
            );
            only(ID, &[("sig-node/9001-a.toml", &record)])
        };
        assert!(of("2.3").contains(
            "containerd 2.3 is no older branch: 2.3.0 is on record as the first release that has it"
        ));
        assert!(of("2.4").contains("is no older branch"));
        assert_eq!(of("1.7"), "");
    }

    #[test]
    fn a_range_that_ends_before_it_begins_is_good_for_nothing() {
        let record = format!(
            "{RECORD}[runtimes.containerd]\nstate = \"merged\"\nkubernetes = \"1.38..1.36\"\n"
        );
        insta::assert_snapshot!(only(ID, &[("sig-node/9001-a.toml", &record)]), @r#"
        warning[impossible-release]: no Kubernetes release is in `1.38..1.36`: it ends before it begins
         --> sig-node/9001-a.toml:6:14
          |
        6 | kubernetes = "1.38..1.36"
          |              ^^^^^^^^^^^^
          |
          = why: the policy counts what is released: one that is not out would let a feature graduate that nobody can run
        help: the other way round
          |
        6 - kubernetes = "1.38..1.36"
        6 + kubernetes = "1.36..1.38"
          |
        "#);
        let fine = record.replace("1.38..1.36", "1.36..1.36");
        assert_eq!(only(ID, &[("sig-node/9001-a.toml", &fine)]), "");
    }

    #[test]
    fn a_calendar_knows_no_release_of_a_day_that_is_ahead() {
        let calendar = "[[minors]]\nrelease = \"2.3\"\nreleased = 2026-04-30\npatches = { \"2.3.1\" = 2026-12-24, \"2.4.1\" = 2026-11-01 }\n\n\
            [[minors]]\nrelease = \"2.5\"\nreleased = 2027-03-01\n";
        insta::assert_snapshot!(only(ID, &[("releases/containerd.toml", calendar)]), @r#"
        warning[impossible-release]: containerd 2.3.1 is on record as released, on a day that is ahead
         --> releases/containerd.toml:4:23
          |
        4 | patches = { "2.3.1" = 2026-12-24, "2.4.1" = 2026-11-01 }
          |                       ^^^^^^^^^^ 2026-12-24
          |
          = why: the policy counts what is released: one that is not out would let a feature graduate that nobody can run
          = help: what is not out yet is `planned`; or correct the day

        warning[impossible-release]: containerd 2.4.1 is no later version of the minor 2.3
         --> releases/containerd.toml:4:35
          |
        4 | patches = { "2.3.1" = 2026-12-24, "2.4.1" = 2026-11-01 }
          |                                   ^^^^^^^
          |
          = why: the policy counts what is released: one that is not out would let a feature graduate that nobody can run
          = help: move it to its own minor; the day of the first version is `released`

        warning[impossible-release]: containerd 2.5 is on record as released, on a day that is ahead
         --> releases/containerd.toml:8:12
          |
        8 | released = 2027-03-01
          |            ^^^^^^^^^^ 2027-03-01
          |
          = why: the policy counts what is released: one that is not out would let a feature graduate that nobody can run
          = help: what is not out yet is `planned`; or correct the day
        "#);
        let cycles = "[[cycles]]\nrelease = \"1.38\"\nreleased = 2027-03-01\n";
        let found = only(ID, &[("releases/kubernetes.toml", cycles)]);
        assert!(
            found.contains("Kubernetes 1.38 is on record as released, on a day that is ahead"),
            "{found}"
        );
    }

    #[test]
    fn a_patch_that_was_never_released_is_shown_where_the_calendar_knows_the_others() {
        let with = |lines: &str, patches: &str| {
            let record = format!("{RECORD}[runtimes.containerd]\nstate = \"released\"\n{lines}");
            let calendar =
                format!("[[minors]]\nrelease = \"2.3\"\nreleased = 2026-04-30\n{patches}");
            let files = [
                ("sig-node/9001-a.toml", record.as_str()),
                ("releases/containerd.toml", calendar.as_str()),
            ];
            only(ID, &files)
        };
        let patches = "patches = { \"2.3.1\" = 2026-05-20, \"2.3.10\" = 2026-09-01, \"2.3.2\" = 2026-06-01 }\n";
        insta::assert_snapshot!(with("release = \"2.3.99\"\n", patches), @r#"
        warning[impossible-release]: `releases/containerd.toml` knows no containerd 2.3.99
         --> sig-node/9001-a.toml:6:11
          |
        6 | release = "2.3.99"
          |           ^^^^^^^^ the last one that it knows is 2.3.10, of 2026-09-01
          |
          = why: the policy counts what is released: one that is not out would let a feature graduate that nobody can run
          = help: correct the release; or, if it is out, `kepherd releases pull --runtime containerd --repo CLONE` reads its day
        "#);
        for (lines, patches) in [
            ("release = \"2.3.99\"\n", ""),
            ("release = \"2.3.0\"\n", patches),
            ("release = \"2.3.10\"\n", patches),
        ] {
            assert_eq!(with(lines, patches), "", "{lines}{patches}");
        }
    }

    use crate::rules::testing::{RECORD, only};

    const ID: &str = "impossible-release";

    fn with(lines: &str) -> String {
        let record = format!("{RECORD}[runtimes.containerd]\nstate = \"released\"\n{lines}");
        let calendar = "[[minors]]\nrelease = \"2.3\"\nreleased = 2026-04-30\n\n[[minors]]\nrelease = \"2.4\"\nreleased = 2026-09-16\n\n\
            [[minors]]\nrelease = \"2.5\"\nplanned = \"2026-12\"\n";
        only(
            ID,
            &[
                ("sig-node/9001-a.toml", &record),
                ("releases/containerd.toml", calendar),
            ],
        )
    }

    #[test]
    fn a_release_that_is_ahead_is_shown() {
        insta::assert_snapshot!(with("release = \"2.5.0\"\n"), @r#"
        warning[impossible-release]: containerd 2.5.0 is on record as released, and is not out
         --> sig-node/9001-a.toml:6:11
          |
        6 | release = "2.5.0"
          |           ^^^^^^^ planned for 2026-12
          |
          = why: the policy counts what is released: one that is not out would let a feature graduate that nobody can run
          = help: correct the release; or, if it is out, write the day in `released` of the calendar
        "#);
    }

    #[test]
    fn a_branch_with_a_release_of_another_line_is_shown() {
        insta::assert_snapshot!(with("release = \"2.4.0\"\nbranches = { \"2.3\" = \"2.4.1\" }\n"), @r#"
        warning[impossible-release]: containerd 2.4.1 is no release of the line 2.3
         --> sig-node/9001-a.toml:7:22
          |
        7 | branches = { "2.3" = "2.4.1" }
          |                      ^^^^^^^
          |
          = why: the policy counts what is released: one that is not out would let a feature graduate that nobody can run
          = help: write the first release of 2.3 that has it, such as `"2.3.1"`, or `"planned"`
        "#);
    }

    #[test]
    fn a_stage_that_is_reached_before_its_release_is_out_is_shown() {
        let with = |reached: &str| {
            let record = format!("{RECORD}[reached]\n{reached}");
            let calendar = "[[cycles]]\nrelease = \"1.37\"\nreleased = 2026-08-26\n\n[[cycles]]\nrelease = \"1.38\"\nplanned = 2026-12-16\n\n\
                [[cycles]]\nrelease = \"1.39\"\n";
            only(
                ID,
                &[
                    ("sig-node/9001-a.toml", &record),
                    ("releases/kubernetes.toml", calendar),
                ],
            )
        };
        insta::assert_snapshot!(with("alpha = \"1.37\"\nbeta = \"1.38\"\n"), @r#"
        warning[impossible-release]: `beta` is on record as reached in Kubernetes 1.38, which is not out
         --> sig-node/9001-a.toml:6:8
          |
        6 | beta = "1.38"
          |        ^^^^^^ planned for 2026-12-16
          |
          = why: the policy counts what is released: one that is not out would let a feature graduate that nobody can run
          = help: leave it out until it has shipped, what a KEP aims at is `target`; or, if it is out, write the day in `released` of the calendar
        "#);
        // What a calendar does not know, it says nothing of.
        for reached in [
            "alpha = \"1.37\"\n",
            "alpha = \"1.39\"\n",
            "alpha = \"1.12\"\n",
        ] {
            assert_eq!(with(reached), "", "{reached}");
        }
    }

    #[test]
    fn what_is_out_is_fine() {
        assert_eq!(
            with("release = \"2.4.0\"\nbranches = { \"2.3\" = \"2.3.4\" }\n"),
            ""
        );
    }
}
