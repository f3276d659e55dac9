//! `unknown-release`: a release that its calendar should know.

use super::{Context, FORMAT, Group, Rule};
use crate::findings::diagnostic::{FileId, Finding, Level, Place, Pointer, RuleId};
use crate::findings::document;
use crate::registry::Registry;
use crate::registry::kep::{NamedRelease, PullRequest};
use crate::terms::{BranchDecision, Release};
use crate::text::words::nearest;

pub(super) const RULE: Rule = Rule {
    id: RuleId("unknown-release"),
    group: Group::Shape,
    level: Level::Error,
    summary: "a release that its calendar should know, and does not",
    why: "labels, milestones and dates come from the calendars in `releases/`; a release that is in none of them is a slip",
    source: FORMAT,
    example: "target = \"1.83\"",
    remedy: "Correct the release, or add it to its calendar. Releases from before a calendar's first are history, and fine.",
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let registry = context.registry;
    let kubernetes = registry.kubernetes.as_ref().map(|calendar| Known {
        of: "Kubernetes".to_owned(),
        path: registry.file(calendar.file).path.to_string(),
        releases: calendar
            .value
            .cycles
            .iter()
            .map(|cycle| cycle.release)
            .collect(),
    });
    let home = registry.config.value.home.to_string();
    let runtime = |name: &str| {
        registry.runtimes.get(name).map(|calendar| Known {
            of: name.to_owned(),
            path: registry.file(calendar.file).path.to_string(),
            releases: calendar
                .value
                .minors
                .iter()
                .map(|minor| minor.release)
                .collect(),
        })
    };
    let home_calendar = runtime(&home);
    let mut seen = Seen { findings };

    for entry in &registry.keps {
        let record = &entry.value;
        if let Some(calendar) = &kubernetes {
            seen.optional(calendar, entry.file, Pointer::to("target"), record.target);
            for (stage, release) in record.reached.entries() {
                let at = Pointer::to("reached").key(stage);
                seen.release(calendar, entry.file, at, release);
            }
            seen.pull_requests(calendar, entry.file, &record.pull_requests);
        }
        if let Some(calendar) = &home_calendar {
            seen.optional(
                calendar,
                entry.file,
                Pointer::to("milestone"),
                record.milestone,
            );
        }
        for (name, facts) in &record.runtimes {
            let at = Pointer::to("runtimes").key(name);
            if registry.config.is_sound("runtimes") && !registry.config.value.has_runtime(name) {
                seen.unknown_runtime(registry, entry.file, at, name);
                continue;
            }
            let Some(calendar) = runtime(name) else {
                continue;
            };
            for NamedRelease {
                at,
                release,
                version,
            } in facts.releases(at)
            {
                seen.version(&calendar, entry.file, at, release, version);
            }
        }
        let approvals = record
            .design
            .iter()
            .flat_map(|design| design.approved_by.keys());
        for name in approvals {
            if registry.config.is_sound("runtimes") && !registry.config.value.has_runtime(name) {
                let at = Pointer::to("design").key("approved-by").key(name);
                seen.unknown_runtime(registry, entry.file, at, name);
            }
        }
    }
    for entry in &registry.items {
        let item = &entry.value;
        if let Some(calendar) = &kubernetes {
            seen.optional(calendar, entry.file, Pointer::to("target"), item.target);
            seen.pull_requests(calendar, entry.file, &item.pull_requests);
        }
        if let Some(calendar) = &home_calendar {
            seen.optional(
                calendar,
                entry.file,
                Pointer::to("milestone"),
                item.milestone,
            );
        }
    }
}

struct Known {
    of: String,
    path: String,
    releases: Vec<Release>,
}

impl Known {
    fn lacks(&self, release: Release) -> bool {
        let first = self.releases.iter().min();
        first.is_some_and(|first| release >= *first) && !self.releases.contains(&release)
    }
}

struct Seen<'a> {
    findings: &'a mut Vec<Finding>,
}

impl Seen<'_> {
    fn optional(&mut self, calendar: &Known, file: FileId, at: Pointer, release: Option<Release>) {
        if let Some(release) = release {
            self.release(calendar, file, at, release);
        }
    }

    fn release(&mut self, calendar: &Known, file: FileId, at: Pointer, release: Release) {
        self.report(calendar, file, Place::Value(at), release, &|release| {
            document::quoted(&release.to_string())
        });
    }

    fn version(
        &mut self,
        calendar: &Known,
        file: FileId,
        at: Place,
        release: Release,
        version: Option<BranchDecision>,
    ) {
        self.report(calendar, file, at, release, &|nearest| match version {
            Some(BranchDecision::Released(version)) => {
                document::quoted(&format!("{nearest}.{}", version.patch))
            }
            _ => document::quoted(&nearest.to_string()),
        });
    }

    fn report(
        &mut self,
        calendar: &Known,
        file: FileId,
        place: Place,
        release: Release,
        written: &dyn Fn(Release) -> String,
    ) {
        if !calendar.lacks(release) {
            return;
        }
        let names: Vec<String> = calendar.releases.iter().map(ToString::to_string).collect();
        let finding = Finding::new(
            RULE.id,
            file,
            place,
            format!(
                "`{}` does not know {} {release}",
                calendar.path, calendar.of
            ),
        );
        let text = release.to_string();
        // Digits that changed places are the usual slip; any other release of the same length is one edit away.
        let similar = names
            .iter()
            .find(|name| is_transposition(name, &text))
            .and_then(|name| name.parse().ok());
        self.findings.push(match similar {
            Some(similar) => {
                finding.replace_with("a known release has the same digits", written(similar))
            }
            None => {
                let last = calendar.releases.iter().max();
                let last = last.map(ToString::to_string).unwrap_or_default();
                finding.help(format!(
                    "the calendar ends with {last}: correct the release, or add it to `{}`",
                    calendar.path
                ))
            }
        });
    }

    fn pull_requests(&mut self, calendar: &Known, file: FileId, pull_requests: &[PullRequest]) {
        for (index, pull_request) in pull_requests.iter().enumerate() {
            let at = Pointer::to("pull-requests").index(index).key("kubernetes");
            self.optional(calendar, file, at, pull_request.kubernetes);
        }
    }

    fn unknown_runtime(&mut self, registry: &Registry, file: FileId, at: Pointer, name: &str) {
        let known: Vec<&str> = registry.config.value.runtime_names().collect();
        let finding = Finding::new(
            RULE.id,
            file,
            Place::Key(at),
            format!("`{name}` is not a runtime of this registry"),
        );
        self.findings
            .push(match nearest(name, known.iter().copied()) {
                Some(similar) => finding.replace_with("a runtime has a similar name", similar),
                None => finding.help(format!(
                    "the runtimes are {}: correct the name, or add it to `registry.toml`",
                    known.join(", ")
                )),
            });
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
          = help: the calendar ends with 2.5: correct the release, or add it to `releases/containerd.toml`

        error[unknown-release]: `releases/kubernetes.toml` does not know Kubernetes 1.39
         --> sig-node/9001-a.toml:6:65
          |
        6 | pull-requests = [{ id = "containerd/containerd#1", kubernetes = "1.39" }]
          |                                                                 ^^^^^^
          |
          = why: labels, milestones and dates come from the calendars in `releases/`; a release that is in none of them is a slip
          = help: the calendar ends with 1.38: correct the release, or add it to `releases/kubernetes.toml`

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
           = help: the calendar ends with 2.5: correct the release, or add it to `releases/containerd.toml`

        error[unknown-release]: `releases/containerd.toml` does not know containerd 2.7
          --> sig-node/9001-a.toml:12:14
           |
        12 | branches = { "2.7" = "planned" }
           |              ^^^^^
           |
           = why: labels, milestones and dates come from the calendars in `releases/`; a release that is in none of them is a slip
           = help: the calendar ends with 2.5: correct the release, or add it to `releases/containerd.toml`
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
