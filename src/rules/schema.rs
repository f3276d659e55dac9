//! `schema`: what each file may say. Single files are judged while they are read, see `registry/verdict.rs`; here is what
//! a schema cannot say: entries that stand twice, and names in `registry.toml` that lead nowhere.

use std::collections::BTreeMap;

use super::{Check, Context, Example, ExampleBeside, FORMAT, Group, Part, Reads, Rule};
use crate::findings::diagnostic::{Certainty, Finding, Level, Place, Pointer};
use crate::findings::loader::SCHEMA;
use crate::findings::sources::FileId;
use crate::findings::syntax;
use crate::registry::Entry;
use crate::registry::tracked::Tracked;
use crate::text::words::nearest;

pub(super) const RULE: Rule = Rule {
    id: SCHEMA,
    group: Group::Shape,
    level: Level::Error,
    summary: "a key or a value that the schema of the file does not allow",
    why: "what kepherd does not understand it cannot do, and ignoring it would hide the slip",
    source: FORMAT,
    example: Example {
        wrong: &[(
            "sig-node/9001-pod-lullabies.toml",
            r#"number = 9001
title = "Pod Lullabies"
status = "implementable"
shephards = ["mikebrow"]
"#,
        )],
        beside: ExampleBeside::Nothing,
        fine: &[(
            "sig-node/9001-pod-lullabies.toml",
            r#"number = 9001
title = "Pod Lullabies"
status = "implementable"
shepherds = ["mikebrow"]
"#,
        )],
    },
    remedy: "Write what the message suggests. Editors show the same schema while you type: see `schema/`.",
    parts: &[
        Part {
            reads: Reads::NOTHING,
            check: Check::Registry(doubled_in_config),
        },
        Part {
            reads: Reads::NOTHING,
            check: Check::Registry(doubled_in_lists),
        },
        Part {
            reads: Reads::NOTHING,
            check: Check::Tracked(doubled_in_record),
        },
        Part {
            reads: Reads::config(&["home", "runtimes"]),
            check: Check::Registry(home),
        },
        Part {
            reads: Reads::config(&["runtimes"]),
            check: Check::Registry(calendars),
        },
    ],
};

/// Entries of `registry.toml` that stand twice.
fn doubled_in_config(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let Entry { file, value, .. } = &context.registry.config;
    let repositories = value.repositories.iter().map(ToString::to_string);
    doubled(
        *file,
        &Pointer::to("repositories"),
        None,
        repositories,
        findings,
    );
    let runtimes = value.runtime_names().map(ToOwned::to_owned);
    doubled(
        *file,
        &Pointer::to("runtimes"),
        Some("name"),
        runtimes,
        findings,
    );
}

/// Entries of the roster and of calendars that stand twice.
fn doubled_in_lists(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let registry = context.registry;
    if let Some(Entry { file, value, .. }) = &registry.roster {
        let handles = value.maintainers.iter().map(|one| one.github.to_string());
        doubled(
            *file,
            &Pointer::to("maintainers"),
            Some("github"),
            handles,
            findings,
        );
        // Of one account under two names, one has gone.
        let ids = value.maintainers.iter();
        let ids = ids.map(|one| one.id.map(|id| id.to_string()));
        let list = Pointer::to("maintainers");
        doubled(*file, &list, Some("id"), ids, findings);
    }
    if let Some(Entry { file, value, .. }) = &registry.kubernetes {
        let list = Pointer::to("cycles");
        let releases = value.cycles.iter().map(|cycle| cycle.release.to_string());
        doubled(*file, &list, Some("release"), releases, findings);
        for (index, cycle) in value.cycles.iter().enumerate() {
            let list = list.clone().index(index).key("liaisons");
            let liaisons = cycle.liaisons.iter().map(ToString::to_string);
            doubled(*file, &list, None, liaisons, findings);
        }
    }
    for Entry { file, value, .. } in registry.runtimes.values() {
        let releases = value.minors.iter().map(|minor| minor.release.to_string());
        doubled(
            *file,
            &Pointer::to("minors"),
            Some("release"),
            releases,
            findings,
        );
    }
}

/// Entries of a record that stand twice.
fn doubled_in_record(_: &Context<'_>, record: Tracked<'_>, findings: &mut Vec<Finding>) {
    let file = record.file();
    let handles = record.assignees().iter().map(ToString::to_string);
    doubled(
        file,
        &Pointer::to(record.assignees_key()),
        None,
        handles,
        findings,
    );
    if let Tracked::Kep(entry) = record {
        let owners = entry.value.owners.iter().map(ToString::to_string);
        doubled(file, &Pointer::to("owners"), None, owners, findings);
    }
    for (key, numbers) in [
        ("former-issues", record.former_issues()),
        ("related-issues", record.related_issues()),
    ] {
        let numbers = numbers.iter().map(ToString::to_string);
        doubled(file, &Pointer::to(key), None, numbers, findings);
    }
    let pulls = record
        .pull_requests()
        .iter()
        .map(|pull| pull.id.to_string());
    doubled(
        file,
        &Pointer::to("pull-requests"),
        Some("id"),
        pulls,
        findings,
    );
}

/// The entries of a list that stand in it twice: words, or tables that a key tells apart, where they have it.
fn doubled(
    file: FileId,
    list: &Pointer,
    key: Option<&str>,
    words: impl Iterator<Item = impl Into<Option<String>>>,
    findings: &mut Vec<Finding>,
) {
    let place = |index| {
        let at = list.clone().index(index);
        Place::Value(match key {
            Some(key) => at.key(key),
            None => at,
        })
    };
    let mut first: BTreeMap<String, usize> = BTreeMap::new();
    let words = words.map(Into::into).enumerate();
    for (index, word) in words.filter_map(|(index, word)| Some((index, word?))) {
        // Handles, repositories and releases: none of them tells upper from lower case.
        let folded = word.to_lowercase();
        let Some(earlier) = first.get(&folded) else {
            first.insert(folded, index);
            continue;
        };
        let finding = Finding::new(file, place(index), format!("`{word}` stands here twice"))
            .label("the second time")
            .also(file, place(*earlier), "the first time")
            .because("of two entries one would count, and nobody says which");
        findings.push(match key {
            // Two tables may say different things of it.
            Some("release") => {
                finding.help("correct the release that is wrong, or remove one of the two")
            }
            Some(_) => finding.help("remove one of the two"),
            None => {
                let item = Place::Item(list.clone().index(index));
                finding.edit("leave the second one out", item, "", Certainty::Sure)
            }
        });
    }
}

/// The runtime that the registry speaks for.
fn home(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let Entry { file, value, .. } = &context.registry.config;
    let names: Vec<&str> = value.runtime_names().collect();
    let home = value.home.as_str();
    if names.contains(&home) {
        return;
    }
    let finding = Finding::new(
        *file,
        Place::Value(Pointer::to("home")),
        format!("`{home}` is not one of the runtimes"),
    )
    .because("milestones and branches are those of the runtime that the registry speaks for");
    findings.push(match nearest(home, names.iter().copied()) {
        Some(similar) => {
            finding.replace_with("a runtime has a similar name", syntax::quoted(similar))
        }
        None => finding.help(format!("name one of {}", names.join(", "))),
    });
}

/// The calendars of the runtimes.
fn calendars(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let registry = context.registry;
    let Entry { file, value, .. } = &registry.config;
    for (index, runtime) in value.runtimes.iter().enumerate() {
        let path = runtime.calendar.as_str();
        if registry.files.iter().any(|file| &*file.path == path) {
            continue;
        }
        let calendars: Vec<&str> = registry
            .files
            .iter()
            .map(|file| &*file.path)
            .filter(|path| path.starts_with("releases/"))
            .collect();
        let finding = Finding::new(
            *file,
            Place::Value(Pointer::to("runtimes").index(index).key("calendar")),
            format!("the registry has no file `{path}`"),
        )
        .because("without its calendar nobody knows when the runtime releases what");
        findings.push(match nearest(path, calendars) {
            Some(similar) => {
                finding.replace_with("a calendar has a similar name", syntax::quoted(similar))
            }
            None => {
                finding.help("write the calendar, or correct its path below the registry's root")
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{CONFIG, RECORD, check, in_record};

    fn with(more: &str) -> String {
        check(&[("sig-node/9001-a.toml", &format!("{RECORD}{more}"))])
    }

    #[test]
    fn unknown_keys_suggest_the_nearest() {
        insta::assert_snapshot!(with(
            "shephards = [\"mikebrow\"]\n[design]\nconcensus = \"open\"\n"
        ), @r#"
        error[schema]: `shephards` is not a key of a KEP record
         --> sig-node/9001-a.toml:4:1
          |
        4 | shephards = ["mikebrow"]
          | ^^^^^^^^^ unknown key
          |
          = why: a key that nobody knows is not read, and what it says would be lost
        help: a key has a similar name
          |
        4 - shephards = ["mikebrow"]
        4 + shepherds = ["mikebrow"]
          |

        error[schema]: `concensus` is not a key of `design`
         --> sig-node/9001-a.toml:6:1
          |
        6 | concensus = "open"
          | ^^^^^^^^^ unknown key
          |
          = why: a key that nobody knows is not read, and what it says would be lost
        help: a key has a similar name
          |
        6 - concensus = "open"
        6 + consensus = "open"
          |
        "#);
    }

    #[test]
    fn misspelt_values_suggest_the_nearest() {
        insta::assert_snapshot!(with("stage = \"betta\"\ntriage = \"done\"\n"), @r#"
        error[schema]: `betta` is not a value of `stage`
         --> sig-node/9001-a.toml:4:9
          |
        4 | stage = "betta"
          |         ^^^^^^^
          |
          = note: `stage`: The stage that `target` aims at
        help: a similar value exists
          |
        4 - stage = "betta"
        4 + stage = "beta"
          |

        error[schema]: `done` is not a value of `triage`
         --> sig-node/9001-a.toml:5:10
          |
        5 | triage = "done"
          |          ^^^^^^
          |
          = note: `triage`: Whether maintainers have looked at the KEP and taken it on
          = help: write `pending`, `accepted` or `declined`
        "#);
    }

    #[test]
    fn a_release_written_as_a_number_or_with_a_v_is_corrected() {
        insta::assert_snapshot!(with("target = 1.30\nmilestone = \"v2.5\"\n"), @r#"
        error[schema]: the number `1.30` stands where a minor release belongs
         --> sig-node/9001-a.toml:4:10
          |
        4 | target = 1.30
          |          ^^^^
          |
          = note: `target`: The Kubernetes release aimed for. Absent: none is planned
        help: write it in quotes
          |
        4 - target = 1.30
        4 + target = "1.30"
          |

        error[schema]: `v2.5` is not a minor release
         --> sig-node/9001-a.toml:5:13
          |
        5 | milestone = "v2.5"
          |             ^^^^^^
          |
          = note: `milestone`: The targeted minor release of the home runtime, usually its next one. It stays once that has shipped
        help: write it without the `v`
          |
        5 - milestone = "v2.5"
        5 + milestone = "2.5"
          |
        "#);
    }

    #[test]
    fn a_word_that_is_nearly_one_of_a_few_is_suggested() {
        let facts =
            "[runtimes.containerd]\nstate = \"merged\"\nbranches = { \"2.2\" = \"planed\" }\n";
        let found = in_record("schema", facts);
        assert!(
            found.contains("a similar word exists") && found.contains("\"2.2\" = \"planned\""),
            "{found}"
        );
    }

    #[test]
    fn wrong_types_say_what_to_write() {
        insta::assert_snapshot!(with(
            "shepherds = \"@mikebrow\"\nissue = \"#12\"\nenabled-by-default = \"yes\"\nupstream-seen = \"2026-07-24\"\n\
             pull-requests = [\"containerd/containerd#1\", { id = \"https://github.com/containerd/containerd/pull/2\" }]\n",
        ), @r##"
        error[schema]: the text `@mikebrow` stands where a list belongs
         --> sig-node/9001-a.toml:4:13
          |
        4 | shepherds = "@mikebrow"
          |             ^^^^^^^^^^^
          |
          = note: `shepherds`: The maintainers who see the work through: at least one, preferably two
        help: write it as a list
          |
        4 - shepherds = "@mikebrow"
        4 + shepherds = ["mikebrow"]
          |

        error[schema]: the text `#12` stands where a whole number belongs
         --> sig-node/9001-a.toml:5:9
          |
        5 | issue = "#12"
          |         ^^^^^
          |
          = note: `issue`: The number of the tracking issue in `repository`. Absent: created on apply
        help: write the number alone
          |
        5 - issue = "#12"
        5 + issue = 12
          |

        error[schema]: the text `yes` stands where `true` or `false` belongs
         --> sig-node/9001-a.toml:6:22
          |
        6 | enabled-by-default = "yes"
          |                      ^^^^^
          |
          = note: `enabled-by-default`: Whether the feature gate is on by default at `stage` ("beta with gate off" is `false`)
        help: write `true` or `false`, without quotes
          |
        6 - enabled-by-default = "yes"
        6 + enabled-by-default = true
          |

        error[schema]: the text `2026-07-24` stands where a date belongs
         --> sig-node/9001-a.toml:7:17
          |
        7 | upstream-seen = "2026-07-24"
          |                 ^^^^^^^^^^^^
          |
          = note: `upstream-seen`: The date of the upstream commit that these facts were read at
        help: write a date without quotes
          |
        7 - upstream-seen = "2026-07-24"
        7 + upstream-seen = 2026-07-24
          |

        error[schema]: the text `containerd/containerd#1` stands where a table belongs
         --> sig-node/9001-a.toml:8:18
          |
        8 | pull-requests = ["containerd/containerd#1", { id = "https://github.com/containerd/containerd/pull/2" }]
          |                  ^^^^^^^^^^^^^^^^^^^^^^^^^
          |
          = note: `pull-requests`: A pull request that does part of the work
        help: write it as a table
          |
        8 - pull-requests = ["containerd/containerd#1", { id = "https://github.com/containerd/containerd/pull/2" }]
        8 + pull-requests = [{ id = "containerd/containerd#1" }, { id = "https://github.com/containerd/containerd/pull/2" }]
          |

        error[schema]: `https://github.com/containerd/containerd/pull/2` is not a reference to an issue or pull request
         --> sig-node/9001-a.toml:8:52
          |
        8 | pull-requests = ["containerd/containerd#1", { id = "https://github.com/containerd/containerd/pull/2" }]
          |                                                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
          |
          = note: `id`: Which pull request
        help: write it as owner/name#number
          |
        8 - pull-requests = ["containerd/containerd#1", { id = "https://github.com/containerd/containerd/pull/2" }]
        8 + pull-requests = ["containerd/containerd#1", { id = "containerd/containerd#2" }]
          |
        "##);
    }

    #[test]
    fn what_is_missing_is_named_with_an_example() {
        insta::assert_snapshot!(check(&[(
            "sig-node/9001-a.toml",
            "number = 9001\n[runtimes.containerd]\nrelease = \"2.3.0\"\n",
        )]), @r#"
        error[schema]: `status` is missing from a KEP record
         --> sig-node/9001-a.toml:1:1
          |
        1 | number = 9001
          | ^
          |
          = why: what kepherd does not understand it cannot do, and ignoring it would hide the slip
          = note: `status`: Where the KEP stands upstream, in kep.yaml's words
          = help: add it, as `provisional`, `implementable`, `implemented`, `deferred`, `rejected`, `withdrawn` or `replaced`

        error[schema]: `title` is missing from a KEP record
         --> sig-node/9001-a.toml:1:1
          |
        1 | number = 9001
          | ^
          |
          = why: what kepherd does not understand it cannot do, and ignoring it would hide the slip
          = note: `title`: The short title, without the number
          = help: add it, like `title = "Container Stop Signals"`

        error[schema]: `state` is missing from `runtimes.containerd`
         --> sig-node/9001-a.toml:2:11
          |
        2 | [runtimes.containerd]
          |           ^^^^^^^^^^
          |
          = why: what kepherd does not understand it cannot do, and ignoring it would hide the slip
          = note: `state`: How far the runtime is
          = help: add it, as `none`, `in-progress`, `experimental`, `merged` or `released`
        "#);
    }

    #[test]
    fn entries_that_stand_twice_are_shown_in_both_places() {
        insta::assert_snapshot!(with("shepherds = [\"mikebrow\", \"MikeBrow\"]\n"), @r#"
        error[schema]: `MikeBrow` stands here twice
         --> sig-node/9001-a.toml:4:26
          |
        4 | shepherds = ["mikebrow", "MikeBrow"]
          |              ----------  ^^^^^^^^^^ the second time
          |              |
          |              the first time
          |
          = why: of two entries one would count, and nobody says which
        help: leave the second one out
          |
        4 - shepherds = ["mikebrow", "MikeBrow"]
        4 + shepherds = ["mikebrow"]
          |
        "#);
    }

    #[test]
    fn two_maintainers_are_not_one_account_and_those_without_an_id_are_not_alike() {
        let roster = r#"maintainers = [
  { github = "mikebrow", role = "committer", id = 21 },
  { github = "samuelkarp", role = "committer" },
  { github = "fuweid", role = "committer" },
  { github = "mike-brown", role = "reviewer", id = 21 },
]
"#;
        insta::assert_snapshot!(check(&[("maintainers.toml", roster)]), @r#"
        error[schema]: `21` stands here twice
         --> maintainers.toml:5:52
          |
        2 |   { github = "mikebrow", role = "committer", id = 21 },
          |                                                   -- the first time
        ...
        5 |   { github = "mike-brown", role = "reviewer", id = 21 },
          |                                                    ^^ the second time
          |
          = why: of two entries one would count, and nobody says which
          = help: remove one of the two
        "#);
    }

    #[test]
    fn names_in_the_configuration_must_lead_somewhere() {
        let config = CONFIG
            .replace("home = \"containerd\"", "home = \"contanerd\"")
            .replace("releases/cri-o.toml", "releases/crio.toml");
        insta::assert_snapshot!(check(&[("registry.toml", &config)]), @r#"
        error[schema]: `contanerd` is not one of the runtimes
         --> registry.toml:1:8
          |
        1 | home = "contanerd"
          |        ^^^^^^^^^^^
          |
          = why: milestones and branches are those of the runtime that the registry speaks for
        help: a runtime has a similar name
          |
        1 | home = "containerd"
          |              +

        error[schema]: the registry has no file `releases/crio.toml`
          --> registry.toml:10:12
           |
        10 | calendar = "releases/crio.toml"
           |            ^^^^^^^^^^^^^^^^^^^^
           |
           = why: without its calendar nobody knows when the runtime releases what
        help: a calendar has a similar name
           |
        10 | calendar = "releases/cri-o.toml"
           |                         +
        "#);
    }

    #[test]
    fn a_key_that_must_be_a_release_is_shown() {
        insta::assert_snapshot!(with(
            "[runtimes.containerd]\nstate = \"released\"\nbranches = { \"v2.2\" = \"planned\" }\n"
        ), @r#"
        error[schema]: `v2.2` is not a minor release
         --> sig-node/9001-a.toml:6:14
          |
        6 | branches = { "v2.2" = "planned" }
          |              ^^^^^^ the keys of `runtimes.containerd.branches` are releases
          |
          = why: what kepherd does not understand it cannot do, and ignoring it would hide the slip
        help: write the minor release alone
          |
        6 - branches = { "v2.2" = "planned" }
        6 + branches = { "2.2" = "planned" }
          |
        "#);
    }

    #[test]
    fn hostile_text_is_shown_without_doing_harm() {
        let found = with("stage = \"\\u001b[31mred\\u0000\"\n");
        assert!(!found.contains('\u{1b}'), "{found:?}");
        assert_eq!(found.matches("error[").count(), 1, "{found}");
    }
}
