//! `unknown-release`: a release that its calendar should know.

use super::{Check, Context, Example, ExampleBeside, FORMAT, Group, Part, Reads, Rule};
use crate::findings::diagnostic::{Finding, Level, Place, Pointer, RuleId};
use crate::findings::sources::FileId;
use crate::findings::syntax;
use crate::registry::Entry;
use crate::registry::config::Config;
use crate::registry::kep::KepRecord;
use crate::registry::kep::NamedRelease;
use crate::registry::schema::FileKind;
use crate::registry::tracked::Tracked;
use crate::terms::{BranchDecision, KubernetesRange, Release};
use crate::text::words::nearest;

pub(super) const RULE: Rule = Rule {
    id: RuleId("unknown-release"),
    group: Group::Shape,
    level: Level::Error,
    summary: "a release that its calendar should know, and does not",
    why: "labels, milestones and dates come from the calendars in `releases/`; a release that is in none of them is a slip",
    source: FORMAT,
    example: Example {
        wrong: &[(
            "sig-node/9001-pod-lullabies.toml",
            r#"number = 9001
title = "Pod Lullabies"
status = "implementable"
target = "1.83"
"#,
        )],
        beside: ExampleBeside::Nothing,
        fine: &[(
            "sig-node/9001-pod-lullabies.toml",
            r#"number = 9001
title = "Pod Lullabies"
status = "implementable"
target = "1.38"
"#,
        )],
    },
    remedy: "Correct the release, or add it to its calendar. Releases from before a calendar's first are history, and fine.",
    parts: &[
        Part {
            reads: Reads::both(&[&["target"], &["triage"]]).and_lists(&[FileKind::Kubernetes]),
            check: Check::Tracked(target),
        },
        Part {
            reads: Reads::both(&[&["pull-requests"]]).and_lists(&[FileKind::Kubernetes]),
            check: Check::Tracked(pull_requests),
        },
        Part {
            reads: Reads::both(&[&["milestone"]])
                .and_config(&["home", "runtimes"])
                .and_lists(&[FileKind::Runtime]),
            check: Check::Tracked(milestone),
        },
        Part {
            reads: Reads::kep(&[&["reached"]]).and_lists(&[FileKind::Kubernetes]),
            check: Check::Kep(reached),
        },
        Part {
            reads: Reads::config(&["runtimes"]).and_lists(&[FileKind::Runtime]),
            check: Check::Kep(runtimes),
        },
        Part {
            reads: Reads::kep(&[&["runtimes"]]).and_lists(&[FileKind::Kubernetes]),
            check: Check::Kep(ranges),
        },
        Part {
            reads: Reads::config(&["runtimes"]),
            check: Check::Kep(runtime_names),
        },
    ],
};

/// The Kubernetes release that a record aims at.
fn target(context: &Context<'_>, record: Tracked<'_>, findings: &mut Vec<Finding>) {
    let at = Pointer::to("target");
    let (Some(known), Some(release)) = (Known::kubernetes(context), record.target()) else {
        return;
    };
    match known.releases.iter().min() {
        // What is history can have been reached, and is aimed at by nobody who still works on it.
        Some(first) if release < *first && record.is_going_on() => findings.push(
            Finding::new(
                record.file(),
                Place::Value(at),
                format!("Kubernetes {release} is older than all that `{}` knows, so that nobody can aim at it", known.path),
            )
            .label(format!("the calendar begins with {first}"))
            .help("correct the release; what has shipped belongs into `[reached]`"),
        ),
        _ => findings.extend(known.judge(record.file(), at, release)),
    }
}

/// The Kubernetes releases of its pull requests.
fn pull_requests(context: &Context<'_>, record: Tracked<'_>, findings: &mut Vec<Finding>) {
    let Some(known) = Known::kubernetes(context) else {
        return;
    };
    for (index, pull_request) in record.pull_requests().iter().enumerate() {
        let at = Pointer::to("pull-requests").index(index).key("kubernetes");
        let release = pull_request.kubernetes;
        findings.extend(release.and_then(|release| known.judge(record.file(), at, release)));
    }
}

/// The minor of the home runtime.
fn milestone(context: &Context<'_>, record: Tracked<'_>, findings: &mut Vec<Finding>) {
    let home = context.registry.config.value.home.as_str();
    let at = Pointer::to("milestone");
    if let (Some(known), Some(release)) = (Known::runtime(context, home), record.milestone()) {
        findings.extend(known.judge(record.file(), at, release));
    }
}

/// The Kubernetes releases that have shipped with it.
fn reached(context: &Context<'_>, entry: &Entry<KepRecord>, findings: &mut Vec<Finding>) {
    let Some(known) = Known::kubernetes(context) else {
        return;
    };
    for (stage, release) in entry.value.reached.entries() {
        let at = Pointer::to("reached").key(stage);
        findings.extend(known.judge(entry.file, at, release));
    }
}

/// The releases of each runtime.
fn runtimes(context: &Context<'_>, entry: &Entry<KepRecord>, findings: &mut Vec<Finding>) {
    for (name, facts) in &entry.value.runtimes {
        let at = Pointer::to("runtimes").key(name);
        let Some(known) = Known::runtime(context, name) else {
            continue;
        };
        for named in facts.releases(at) {
            let NamedRelease {
                at,
                release,
                version,
                branch,
            } = named;
            // A branch that is not known is one mistake, whatever release of it is named.
            if version.is_some() && branch == Some(release) {
                continue;
            }
            findings.extend(known.lacking(entry.file, at, release, &|nearest| {
                syntax::quoted(&match version {
                    Some(BranchDecision::Released(version)) => {
                        format!("{nearest}.{}", version.patch)
                    }
                    _ => nearest.to_string(),
                })
            }));
        }
    }
}

/// The Kubernetes releases that a runtime's facts are good for.
fn ranges(context: &Context<'_>, entry: &Entry<KepRecord>, findings: &mut Vec<Finding>) {
    let Some(known) = Known::kubernetes(context) else {
        return;
    };
    for (name, facts) in &entry.value.runtimes {
        for (at, range) in facts.ranges(&Pointer::to("runtimes").key(name)) {
            let ends = range.first.into_iter().chain(range.last);
            findings.extend(ends.filter_map(|end| {
                known.lacking(entry.file, Place::Value(at.clone()), end, &|nearest| {
                    let end_with =
                        |release: Release| if release == end { nearest } else { release };
                    let range = KubernetesRange {
                        first: range.first.map(end_with),
                        last: range.last.map(end_with),
                    };
                    syntax::quoted(&range.to_string())
                })
            }));
        }
    }
}

/// The runtimes themselves. A name that nobody knows damages the facts, so that no other rule reads them.
fn runtime_names(context: &Context<'_>, entry: &Entry<KepRecord>, findings: &mut Vec<Finding>) {
    let record = &entry.value;
    let facts = record.runtimes.keys();
    let facts = facts.map(|name| (name, Pointer::to("runtimes").key(name)));
    let design = record.design.iter();
    let approvals = design.flat_map(|design| design.approved_by.keys());
    let approvals =
        approvals.map(|name| (name, Pointer::to("design").key("approved-by").key(name)));
    let config = &context.registry.config.value;
    for (name, at) in facts.chain(approvals) {
        if !config.has_runtime(name) {
            findings.push(unknown_runtime(config, entry.file, at, name));
        }
    }
}

/// A calendar, as far as it knows releases.
struct Known {
    /// The table of a release, and the command that writes it, if there is one.
    entry: (&'static str, Option<&'static str>),
    of: String,
    path: String,
    releases: Vec<Release>,
}

impl Known {
    fn kubernetes(context: &Context<'_>) -> Option<Self> {
        let Entry { file, value, .. } = context.registry.kubernetes.as_ref()?;
        Some(Self {
            entry: ("[[cycles]]", Some("kepherd new cycle")),
            of: "Kubernetes".to_owned(),
            path: context.registry.file(*file).path.to_string(),
            releases: value.cycles.iter().map(|cycle| cycle.release).collect(),
        })
    }

    fn runtime(context: &Context<'_>, name: &str) -> Option<Self> {
        let Entry { file, value, .. } = context.registry.runtimes.get(name)?;
        Some(Self {
            entry: ("[[minors]]", None),
            of: name.to_owned(),
            path: context.registry.file(*file).path.to_string(),
            releases: value.minors.iter().map(|minor| minor.release).collect(),
        })
    }

    fn lacks(&self, release: Release) -> bool {
        let first = self.releases.iter().min();
        first.is_some_and(|first| release >= *first) && !self.releases.contains(&release)
    }

    /// The finding about a release that the calendar should know, and does not.
    fn judge(&self, file: FileId, at: Pointer, release: Release) -> Option<Finding> {
        self.lacking(file, Place::Value(at), release, &|release| {
            syntax::quoted(&release.to_string())
        })
    }

    /// The same about a release that is written within another text.
    fn lacking(
        &self,
        file: FileId,
        place: Place,
        release: Release,
        written: &dyn Fn(Release) -> String,
    ) -> Option<Finding> {
        if !self.lacks(release) {
            return None;
        }
        let finding = Finding::new(
            file,
            place,
            format!("`{}` does not know {} {release}", self.path, self.of),
        );
        let text = release.to_string();
        // Digits that changed places are the usual slip; any other release of the same length is one edit away.
        let mut releases = self.releases.iter();
        let similar = releases.find(|known| is_transposition(&known.to_string(), &text));
        Some(match similar {
            Some(similar) => {
                finding.replace_with("a known release has the same digits", written(*similar))
            }
            None => {
                let last = self.releases.iter().max();
                let last = last.map(ToString::to_string).unwrap_or_default();
                let (table, command) = self.entry;
                let written = command.map_or_else(String::new, |command| {
                    format!("; `{command} {release}` writes it")
                });
                finding.help(format!(
                    "the calendar ends with {last}: correct the release, or add it to `{}`, where `{table}` with \
                     `release = \"{release}\"` is enough{written}",
                    self.path
                ))
            }
        })
    }
}

fn unknown_runtime(config: &Config, file: FileId, at: Pointer, name: &str) -> Finding {
    let known: Vec<&str> = config.runtime_names().collect();
    let finding = Finding::new(
        file,
        Place::Key(at),
        format!("`{name}` is not a runtime of this registry"),
    );
    match nearest(name, known.iter().copied()) {
        Some(similar) => finding.replace_with("a runtime has a similar name", similar),
        None => finding.help(format!(
            "the runtimes are {}: correct the name, or add it to `registry.toml`",
            known.join(", ")
        )),
    }
}

fn is_transposition(a: &str, b: &str) -> bool {
    let mut left: Vec<char> = a.chars().collect();
    let mut right: Vec<char> = b.chars().collect();
    left.sort_unstable();
    right.sort_unstable();
    left == right
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{RECORD, check};

    fn with(more: &str) -> String {
        check(&[("sig-node/9001-a.toml", &format!("{RECORD}{more}"))])
    }

    #[test]
    fn known_releases_and_history_are_fine() {
        let found = with(
            "target = \"1.38\"\nmilestone = \"2.5\"\n[reached]\nalpha = \"1.9\"\n\
             [runtimes.containerd]\nstate = \"released\"\nrelease = \"2.3.4\"\nbranches = { \"1.7\" = \"not-planned\" }\n\
             [runtimes.cri-o]\nstate = \"released\"\nrelease = \"1.20.0\"\n",
        );
        assert_eq!(found, "");
    }

    #[test]
    fn both_ends_of_a_range_are_known_or_history() {
        let range = |range: &str| {
            with(&format!(
                "[runtimes.containerd]\nstate = \"merged\"\nkubernetes = \"{range}\"\n"
            ))
        };
        assert_eq!(range("1.9..1.38"), "");
        assert_eq!(range("1.37.."), "");
        let found = range("1.36..1.83");
        assert!(
            found.contains("does not know Kubernetes 1.83")
                && found.contains("kubernetes = \"1.36..1.38\""),
            "{found}"
        );
    }

    #[test]
    fn each_unknown_release_is_shown_at_its_place() {
        insta::assert_snapshot!(with(
            "target = \"1.83\"\nmilestone = \"3.0\"\n\
             pull-requests = [{ id = \"containerd/containerd#1\", kubernetes = \"1.39\" }]\n[reached]\nalpha = \"1.73\"\n\
             [runtimes.containerd]\nstate = \"released\"\nrelease = \"2.9.0\"\nbranches = { \"2.7\" = \"planned\" }\n",
        ), @r#"
        error[unknown-release]: `releases/kubernetes.toml` does not know Kubernetes 1.83
         --> sig-node/9001-a.toml:4:10
          |
        4 | target = "1.83"
          |          ^^^^^^
          |
          = why: labels, milestones and dates come from the calendars in `releases/`; a release that is in none of them is a slip
        help: a known release has the same digits
          |
        4 - target = "1.83"
        4 + target = "1.38"
          |

        error[unknown-release]: `releases/containerd.toml` does not know containerd 3.0
         --> sig-node/9001-a.toml:5:13
          |
        5 | milestone = "3.0"
          |             ^^^^^
          |
          = why: labels, milestones and dates come from the calendars in `releases/`; a release that is in none of them is a slip
          = help: the calendar ends with 2.5: correct the release, or add it to `releases/containerd.toml`, where `[[minors]]` with `release = "3.0"` is enough

        error[unknown-release]: `releases/kubernetes.toml` does not know Kubernetes 1.39
         --> sig-node/9001-a.toml:6:65
          |
        6 | pull-requests = [{ id = "containerd/containerd#1", kubernetes = "1.39" }]
          |                                                                 ^^^^^^
          |
          = why: labels, milestones and dates come from the calendars in `releases/`; a release that is in none of them is a slip
          = help: the calendar ends with 1.38: correct the release, or add it to `releases/kubernetes.toml`, where `[[cycles]]` with `release = "1.39"` is enough; `kepherd new cycle 1.39` writes it

        error[unknown-release]: `releases/kubernetes.toml` does not know Kubernetes 1.73
         --> sig-node/9001-a.toml:8:9
          |
        8 | alpha = "1.73"
          |         ^^^^^^
          |
          = why: labels, milestones and dates come from the calendars in `releases/`; a release that is in none of them is a slip
        help: a known release has the same digits
          |
        8 - alpha = "1.73"
        8 + alpha = "1.37"
          |

        error[unknown-release]: `releases/containerd.toml` does not know containerd 2.9
          --> sig-node/9001-a.toml:11:11
           |
        11 | release = "2.9.0"
           |           ^^^^^^^
           |
           = why: labels, milestones and dates come from the calendars in `releases/`; a release that is in none of them is a slip
           = help: the calendar ends with 2.5: correct the release, or add it to `releases/containerd.toml`, where `[[minors]]` with `release = "2.9"` is enough

        error[unknown-release]: `releases/containerd.toml` does not know containerd 2.7
          --> sig-node/9001-a.toml:12:14
           |
        12 | branches = { "2.7" = "planned" }
           |              ^^^^^
           |
           = why: labels, milestones and dates come from the calendars in `releases/`; a release that is in none of them is a slip
           = help: the calendar ends with 2.5: correct the release, or add it to `releases/containerd.toml`, where `[[minors]]` with `release = "2.7"` is enough
        "#);
    }

    #[test]
    fn an_unknown_runtime_is_shown_with_the_nearest() {
        insta::assert_snapshot!(with("[runtimes.crio]\nstate = \"none\"\n"), @"
        error[unknown-release]: `crio` is not a runtime of this registry
         --> sig-node/9001-a.toml:4:11
          |
        4 | [runtimes.crio]
          |           ^^^^
          |
          = why: labels, milestones and dates come from the calendars in `releases/`; a release that is in none of them is a slip
        help: a runtime has a similar name
          |
        4 | [runtimes.cri-o]
          |              +
        ");
    }

    #[test]
    fn without_a_calendar_nothing_is_judged() {
        let record = format!("{RECORD}target = \"1.99\"\n");
        let found = check(&[
            ("sig-node/9001-a.toml", &record),
            ("releases/kubernetes.toml", "cycles = 3\n"),
        ]);
        assert_eq!(found.matches("error[").count(), 1, "{found}");
    }
}
