//! One test per statement of the design's chapter on planning, named after it: through the binary, against the sandbox.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

mod common;

use common::{Folder, Hub, PATH, REPO, Ran, borrowed, many, record, seeded};
use kepherd::sandbox::world::{EventKind, IssuePatch, State, StateReason};
use kepherd::sync::section::{Markers, find};

const TARGET: &str = "target/kubernetes/v1.38";

fn body_patch(body: String) -> IssuePatch {
    IssuePatch {
        body: Some(body),
        ..IssuePatch::default()
    }
}

mod a_plan {
    use super::*;

    #[test]
    fn is_a_pure_function_of_the_records_and_of_what_was_read() {
        let hub = Hub::one("target = \"1.38\"\n");
        let first = hub.run(&["plan", "--format=json"]).expect(0);
        let second = hub.run(&["plan", "--format=json"]).expect(0);
        assert_eq!(first, second);
    }

    #[test]
    fn is_printed_for_people_written_as_versioned_json_and_rendered_as_markdown() {
        let hub = Hub::one("issue = 7\ntarget = \"1.38\"\nmilestone = \"2.5\"\n");
        let text = hub.run(&["plan"]).expect(0);
        assert!(
            text.contains("#7      KEP-9001  Pod Lullabies 9001"),
            "{text}"
        );
        assert!(
            text.contains("labels     + target/kubernetes/v1.38"),
            "{text}"
        );
        let markdown = hub.run(&["plan", "--format=markdown"]).expect(0);
        assert!(
            markdown.contains(">#7</a> KEP-9001 Pod Lullabies 9001 — labels"),
            "{markdown}"
        );
        let json: serde_json::Value =
            serde_json::from_str(&hub.run(&["plan", "--format=json"]).expect(0)).unwrap();
        assert_eq!(json["version"], 2);
        let schema = include_str!("../schema/plan.schema.json").parse().unwrap();
        let problems: Vec<String> = jsonschema::validator_for(&schema)
            .unwrap()
            .iter_errors(&json)
            .map(|error| error.to_string())
            .collect();
        assert!(problems.is_empty(), "{problems:?}");
    }

    /// Somebody who looks at the figures only sees how old the facts are, and what a first run would be.
    #[test]
    fn says_what_it_is_as_a_whole() {
        let read = |day: &str| format!("target = \"1.37\"\nupstream-seen = {day}\n");
        let hub = Hub::with(&[
            (PATH, &record(9001, &read("2026-07-24"))),
            ("sig-node/9002-b.toml", &record(9002, &read("2026-08-01"))),
            ("sig-node/9003-c.toml", &record(9003, "issue = 9\n")),
        ]);
        let late = "2 of 2 new issues would be for a release that has shipped: bring the records up to date first (`kepherd upstream pull`)";
        let first = "this is the first run: nothing here is kepherd's yet";
        let as_of = "as of: the records say what kep.yaml said between 2026-07-24 and 2026-08-01; 1 record was never read from it";
        for format in ["text", "markdown"] {
            let plan = hub.run(&["plan", "--format", format]).expect(0);
            for words in [late, first, as_of] {
                assert!(plan.contains(words), "{words}: {plan}");
            }
        }
        // The section says it too, and a second run is none.
        hub.run(&["apply"]).expect(0);
        let body = hub.issue(10).body;
        assert!(
            body.contains(", as of kep.yaml on 2026-07-24. Edit the record"),
            "{body}"
        );
        let plan = hub.run(&["plan"]).expect(0);
        assert!(
            !plan.contains("first run") && plan.contains(as_of),
            "{plan}"
        );
        let plan = hub.run(&["plan", "9002"]).expect(0);
        assert!(
            plan.contains("as of: the records say what kep.yaml said on 2026-08-01\n"),
            "{plan}"
        );
        // Nor is one that changes every section that is there.
        let hub = Hub::one("issue = 7\n");
        hub.run(&["apply"]).expect(0);
        hub.rewrite("issue = 7\ntarget = \"1.38\"\n");
        let plan = hub.run(&["plan"]).expect(0);
        assert!(
            plan.contains("1 to update") && !plan.contains("first run"),
            "{plan}"
        );
    }

    #[test]
    fn is_the_dry_run_and_writes_nothing() {
        let hub = Hub::one("target = \"1.38\"\n");
        hub.run(&["plan", "--out", &hub.folder.beside("plan.json")])
            .expect(0);
        assert_eq!(hub.requests_since(0).2, 0);
        for command in ["plan", "apply", "adopt"] {
            let help = hub.run(&[command, "--help"]).expect(0);
            assert!(!help.contains("dry"), "{help}");
        }
    }
}

mod what_is_managed {
    use super::*;

    #[test]
    fn is_labels_milestone_assignees_and_a_section_at_the_end_of_the_body() {
        let hub = Hub::one(
            "issue = 7\ntarget = \"1.38\"\nmilestone = \"2.5\"\nshepherds = [\"mikebrow\"]\n",
        );
        hub.edit(7, body_patch("What people wrote.".to_owned()));
        hub.label(7, &["help wanted"]);
        let title = hub.issue(7).title;
        hub.run(&["apply"]).expect(0);
        let issue = hub.issue(7);
        assert_eq!(
            issue.labels,
            ["help wanted", "kind/feature", "area/cri", TARGET]
        );
        assert_eq!(hub.milestone_of(7).as_deref(), Some("2.5"));
        assert_eq!(issue.assignees, ["mikebrow"]);
        assert_eq!(issue.title, title, "an existing title is people's");
        assert!(
            issue
                .body
                .starts_with("What people wrote.\n\n<!-- kepherd:begin KEP-9001 -->\n")
        );
        assert!(issue.body.ends_with("<!-- kepherd:end KEP-9001 -->"));
    }

    #[test]
    fn is_the_title_of_new_issues_and_of_all_with_retitle() {
        let hub = Hub::with(&[
            (PATH, &record(9001, "issue = 7\n")),
            ("sig-node/9002-b.toml", &record(9002, "")),
        ]);
        hub.edit(
            7,
            IssuePatch {
                title: Some("KEP-9001, mine".to_owned()),
                ..IssuePatch::default()
            },
        );
        hub.run(&["apply"]).expect(0);
        assert_eq!(
            hub.issue(8).title,
            "[SIG-Node]: KEP-9002 - Pod Lullabies 9002"
        );
        assert_eq!(hub.issue(7).title, "KEP-9001, mine");
        let config = hub.folder.read("registry.toml");
        hub.folder.write(
            "registry.toml",
            config.replace("[issue]\n", "[issue]\nretitle = true\n"),
        );
        hub.run(&["apply"]).expect(0);
        assert_eq!(
            hub.issue(7).title,
            "[SIG-Node]: KEP-9001 - Pod Lullabies 9001"
        );
        // From then on it follows the record.
        let renamed = record(9001, "issue = 7\n").replace("Pod Lullabies", "Pod Songs");
        hub.folder.write(PATH, renamed);
        hub.run(&["apply"]).expect(0);
        assert_eq!(hub.issue(7).title, "[SIG-Node]: KEP-9001 - Pod Songs 9001");
        // Whoever gives it another one is told, and decides where the record changes too.
        let mine = "KEP-9001: mine again";
        let take = |hub: &Hub| {
            hub.edit(
                7,
                IssuePatch {
                    title: Some(mine.to_owned()),
                    ..IssuePatch::default()
                },
            );
        };
        take(&hub);
        let plan = hub.run(&["plan"]).expect(0);
        let drifted = format!("puts back what drifted: is now \"{mine}\", by octocat");
        assert!(plan.contains(&drifted), "{plan}");
        hub.run(&["apply"]).expect(0);
        assert_eq!(hub.issue(7).title, "[SIG-Node]: KEP-9001 - Pod Songs 9001");
        take(&hub);
        hub.rewrite("issue = 7\n");
        hub.run(&["apply"]).expect(1);
        assert_eq!(hub.issue(7).title, mine);
    }

    #[test]
    fn is_the_state_only_if_close_is_enforced() {
        let hub = Hub::one("issue = 7\n");
        hub.folder.write(
            PATH,
            record(9001, "issue = 7\n").replace("implementable", "withdrawn"),
        );
        let plan = hub.run(&["plan"]).expect(0);
        assert!(
            plan.contains("KEP-9001 was withdrawn, and the issue is open: close it"),
            "{plan}"
        );
        hub.run(&["apply"]).expect(0);
        assert_eq!(hub.issue(7).state, State::Open);
        let config = hub.folder.read("registry.toml");
        hub.folder.write(
            "registry.toml",
            config.replace("[issue]\n", "[issue]\nclose = \"enforce\"\n"),
        );
        hub.run(&["apply"]).expect(0);
        assert_eq!(hub.issue(7).state, State::Closed);
    }

    #[test]
    fn compares_with_crlf_folded_and_leaves_everything_else_byte_for_byte() {
        let hub = Hub::one("issue = 7\ntarget = \"1.38\"\n");
        hub.run(&["apply"]).expect(0);
        // GitHub's own editor sends CRLF.
        let people = "Before.\r\n\t \r\n".to_owned();
        let body = format!(
            "{people}{}\r\nAfter.\r\n",
            hub.issue(7).body.replace('\n', "\r\n")
        );
        hub.edit(7, body_patch(body.clone()));
        hub.run(&["plan", "--exit-code"]).expect(0);
        hub.rewrite("issue = 7\ntarget = \"1.39\"\n");
        hub.run(&["apply"]).expect(0);
        let now = hub.issue(7).body;
        assert!(
            now.starts_with(&people) && now.ends_with("-->\r\nAfter.\r\n"),
            "{now:?}"
        );
    }
}

mod three_way {
    use super::*;

    #[test]
    fn without_a_readable_hint_nothing_is_removed() {
        for damage in ["\"labels\"", "\"sum\""] {
            let hub = Hub::one("issue = 7\ntarget = \"1.38\"\nshepherds = [\"mikebrow\"]\n");
            hub.run(&["apply"]).expect(0);
            let damaged = hub.issue(7).body.replace(damage, "\"x\"");
            hub.edit(7, body_patch(damaged));
            hub.rewrite("issue = 7\n");
            hub.run(&["apply"]).expect(0);
            let issue = hub.issue(7);
            assert!(issue.labels.contains(&TARGET.to_owned()), "{damage}");
            assert_eq!(issue.assignees, ["mikebrow"], "{damage}");
        }
    }

    #[test]
    fn what_kepherd_set_and_the_record_no_longer_says_is_removed() {
        let hub = Hub::one(
            "issue = 7\ntarget = \"1.38\"\nmilestone = \"2.5\"\nshepherds = [\"mikebrow\"]\n",
        );
        hub.run(&["apply"]).expect(0);
        hub.rewrite("issue = 7\n");
        let plan = hub.run(&["plan"]).expect(0);
        for text in ["- target/kubernetes/v1.38", "- 2.5", "- mikebrow"] {
            assert!(plan.contains(text), "{text}: {plan}");
        }
        hub.run(&["apply"]).expect(0);
        let issue = hub.issue(7);
        assert_eq!(issue.labels, ["kind/feature", "area/cri"]);
        assert_eq!((issue.milestone, issue.assignees.len()), (None, 0));
    }

    #[test]
    fn what_kepherd_never_set_is_never_removed() {
        let hub = Hub::one(
            "issue = 7\ntarget = \"1.38\"\nmilestone = \"2.5\"\nshepherds = [\"mikebrow\"]\n",
        );
        let milestone = hub.milestone("2.5");
        hub.edit(
            7,
            IssuePatch {
                labels: Some(vec![TARGET.to_owned()]),
                assignees: Some(vec!["mikebrow".to_owned()]),
                milestone: Some(Some(milestone)),
                ..IssuePatch::default()
            },
        );
        hub.run(&["apply"]).expect(0);
        hub.rewrite("issue = 7\n");
        hub.run(&["apply"]).expect(0);
        let issue = hub.issue(7);
        assert!(issue.labels.contains(&TARGET.to_owned()));
        assert_eq!(issue.assignees, ["mikebrow"]);
        assert_eq!(issue.milestone, Some(milestone));
    }

    #[test]
    fn nobody_who_was_there_before_is_unassigned_also_with_an_exact_policy() {
        let exact = "[assignees]\npolicy = \"exact\"";
        // Named from the start, and not any more.
        let hub = Hub::one("issue = 7\nshepherds = [\"mikebrow\"]\n");
        hub.configure(exact);
        hub.edit(
            7,
            IssuePatch {
                assignees: Some(vec!["mikebrow".to_owned()]),
                ..IssuePatch::default()
            },
        );
        hub.run(&["apply"]).expect(0);
        hub.rewrite("issue = 7\n");
        hub.run(&["apply"]).expect(0);
        assert_eq!(hub.issue(7).assignees, ["mikebrow"]);
        // There while the policy was to add.
        let hub = Hub::one("issue = 7\nshepherds = [\"mikebrow\"]\n");
        hub.edit(
            7,
            IssuePatch {
                assignees: Some(vec!["fuweid".to_owned()]),
                ..IssuePatch::default()
            },
        );
        hub.run(&["apply"]).expect(0);
        hub.configure(exact);
        hub.run(&["apply"]).expect(0);
        assert_eq!(hub.issue(7).assignees, ["fuweid", "mikebrow"]);
        // Whoever comes later is drift.
        let people = ["fuweid", "mikebrow", "samuelkarp"].map(str::to_owned);
        hub.edit(
            7,
            IssuePatch {
                assignees: Some(people.to_vec()),
                ..IssuePatch::default()
            },
        );
        hub.run(&["apply"]).expect(0);
        assert_eq!(hub.issue(7).assignees, ["fuweid", "mikebrow"]);
    }

    #[test]
    fn each_field_is_in_sync_pending_drifted_with_who_and_when_or_in_conflict() {
        let hub = Hub::with(&[
            (PATH, &record(9001, "issue = 7\nmilestone = \"2.4\"\n")),
            (
                "sig-node/9002-b.toml",
                &record(9002, "issue = 8\nmilestone = \"2.4\"\n"),
            ),
            (
                "sig-node/9003-c.toml",
                &record(9003, "issue = 9\nmilestone = \"2.4\"\n"),
            ),
            (
                "sig-node/9004-d.toml",
                &record(9004, "issue = 10\nmilestone = \"2.4\"\n"),
            ),
        ]);
        hub.run(&["apply"]).expect(0);
        let other = hub.milestone("3.0");
        for number in [9, 10] {
            hub.edit(
                number,
                IssuePatch {
                    milestone: Some(Some(other)),
                    ..IssuePatch::default()
                },
            );
        }
        for (path, number) in [("sig-node/9002-b.toml", 8), ("sig-node/9004-d.toml", 10)] {
            let text = format!("issue = {number}\nmilestone = \"2.5\"\n");
            hub.folder.write(path, record(8994 + number as u32, &text));
        }
        let plan = hub.run(&["plan"]).expect(1);
        let of = |kep: &str| {
            let at = plan.find(kep).unwrap_or(plan.len());
            plan[at..].split("\n\n").next().unwrap().to_owned()
        };
        assert_eq!(of("KEP-9001"), "", "in sync is not worth a line: {plan}");
        assert!(
            of("KEP-9002").contains("milestone  2.4  →  2.5\n"),
            "pending: {plan}"
        );
        let drifted = "milestone  3.0  →  2.4  puts back what drifted: is 3.0 on GitHub instead of 2.4, by octocat on 2026-";
        assert!(of("KEP-9003").contains(drifted), "drifted: {plan}");
        let conflict = of("KEP-9004");
        assert!(
            conflict
                .contains("conflict   the record asks for milestone 2.5, and the issue has 3.0"),
            "{plan}"
        );
        assert!(conflict.contains("by octocat on 2026-"), "{plan}");
        assert!(
            plan.contains("2 to update · 1 waiting for a person · 1 in sync"),
            "{plan}"
        );
    }

    #[test]
    fn the_timeline_is_read_for_drifted_issues_only() {
        let records = many(30, |n| format!("issue = {n}\ntarget = \"1.38\"\n"));
        let hub = Hub::with(&borrowed(&records));
        hub.run(&["apply"]).expect(0);
        let before = hub.exchanges().len();
        hub.run(&["plan"]).expect(0);
        assert_eq!(hub.requests_since(before), (1, 0, 0));
        hub.label(3, &["kind/feature", "area/cri"]);
        let before = hub.exchanges().len();
        hub.run(&["plan"]).expect(0);
        assert_eq!(hub.requests_since(before), (2, 0, 0));
        let asked = format!("{:?}", hub.exchanges().pop().unwrap().request);
        assert_eq!(asked.matches("issue(number:").count(), 1, "{asked}");
    }

    #[test]
    fn drift_follows_its_policy_field_by_field() {
        let lines =
            "issue = 7\ntarget = \"1.38\"\nmilestone = \"2.5\"\nshepherds = [\"mikebrow\"]\n";
        for (policy, labels, milestone, assignees) in
            [("enforce", 3, Some("2.5"), 1), ("report", 2, None, 0)]
        {
            let hub = Hub::one(lines);
            hub.configure(&format!(
                "[drift]\nlabels = \"{policy}\"\nmilestone = \"{policy}\"\nassignees = \"{policy}\"\nsection = \"{policy}\""
            ));
            hub.run(&["apply"]).expect(0);
            let body = hub
                .issue(7)
                .body
                .replace("| implementable |", "| well under way |");
            hub.edit(
                7,
                IssuePatch {
                    labels: Some(vec!["kind/feature".to_owned(), "area/cri".to_owned()]),
                    milestone: Some(None),
                    assignees: Some(Vec::new()),
                    body: Some(body),
                    ..IssuePatch::default()
                },
            );
            let plan = hub.run(&["plan"]).expect(0);
            let said = if policy == "report" {
                "drifted, left as it is"
            } else {
                "puts back what drifted: "
            };
            assert_eq!(plan.matches(said).count(), 4, "{plan}");
            hub.run(&["apply"]).expect(0);
            let issue = hub.issue(7);
            assert_eq!(issue.labels.len(), labels);
            assert_eq!(hub.milestone_of(7).as_deref(), milestone);
            assert_eq!(issue.assignees.len(), assignees);
            assert_eq!(issue.body.contains("well under way"), policy == "report");
            hub.run(&["plan", "--exit-code"]).expect(0);
        }
    }

    #[test]
    fn a_conflict_stops_its_issue_and_nothing_else_until_a_person_decides() {
        let hub = Hub::with(&[
            (PATH, &record(9001, "issue = 7\nmilestone = \"2.5\"\n")),
            ("sig-node/9002-b.toml", &record(9002, "issue = 8\n")),
        ]);
        let other = hub.milestone("3.0");
        hub.edit(
            7,
            IssuePatch {
                milestone: Some(Some(other)),
                ..IssuePatch::default()
            },
        );
        let before = hub.issue(7);
        let out = hub.run(&["apply"]).expect(1);
        assert!(
            out.contains("the record asks for milestone 2.5, and the issue has 3.0"),
            "{out}"
        );
        assert!(
            out.contains("`kepherd adopt` takes over what GitHub says"),
            "{out}"
        );
        assert_eq!(hub.issue(7), before);
        assert!(hub.issue(8).body.contains("kepherd:begin KEP-9002"));
        // The person decides on GitHub.
        hub.edit(
            7,
            IssuePatch {
                milestone: Some(None),
                ..IssuePatch::default()
            },
        );
        hub.run(&["apply"]).expect(0);
        assert_eq!(hub.milestone_of(7).as_deref(), Some("2.5"));
    }

    #[test]
    fn nothing_of_an_issue_in_conflict_is_put_right_before() {
        let lines = "issue = 7\ntarget = \"1.38\"\nmilestone = \"2.4\"\n";
        let hub = Hub::one(lines);
        hub.run(&["apply"]).expect(0);
        let other = hub.milestone("3.0");
        hub.edit(
            7,
            IssuePatch {
                labels: Some(Vec::new()),
                milestone: Some(Some(other)),
                ..IssuePatch::default()
            },
        );
        hub.rewrite(&lines.replace("2.4", "2.5"));
        let plan = hub.run(&["plan"]).expect(1);
        let drifted = "target/kubernetes/v1.38 was taken off, by octocat on 2026-01-01";
        assert!(plan.contains(drifted), "{plan}");
        // Whoever took off another label since has nothing to do with it.
        for labels in [vec!["other".to_owned()], Vec::new()] {
            let patch = IssuePatch {
                labels: Some(labels),
                ..IssuePatch::default()
            };
            hub.world(|world| world.edit_issue("samuelkarp", REPO, 7, patch))
                .unwrap();
        }
        let plan = hub.run(&["plan"]).expect(1);
        assert!(plan.contains(drifted), "{plan}");
        hub.run(&["apply"]).expect(1);
        assert_eq!(hub.issue(7).labels, Vec::<String>::new());
    }

    #[test]
    fn adopt_turns_drift_into_an_edit_of_the_record() {
        let lines = "# who sees it through\nshepherds = [\"mikebrow\", \"samuelkarp\"] # two\nissue = 7\ntarget = \"1.38\"\nmilestone = \"2.4\"\n";
        let hub = Hub::one(lines);
        hub.run(&["apply"]).expect(0);
        let other = hub.milestone("2.5");
        hub.edit(
            7,
            IssuePatch {
                labels: Some(vec![
                    "kind/feature".to_owned(),
                    "area/cri".to_owned(),
                    "target/kubernetes/v1.39".to_owned(),
                ]),
                milestone: Some(Some(other)),
                assignees: Some(vec!["samuelkarp".to_owned()]),
                ..IssuePatch::default()
            },
        );
        let shown = hub.run(&["adopt", "9001", "--diff"]).expect(0);
        assert!(shown.contains("update   KEP-9001"), "{shown}");
        assert_eq!(
            hub.folder.read(PATH),
            record(9001, lines),
            "--diff writes nothing"
        );
        let out = hub.run(&["adopt", "9001"]).expect(0);
        for text in [
            "target: \"1.38\" → \"1.39\"",
            "milestone: \"2.4\" → \"2.5\"",
            "shepherds: [\"mikebrow\", \"samuelkarp\"] → [\"samuelkarp\"]",
        ] {
            assert!(out.contains(text), "{text}: {out}");
        }
        let expected = lines
            .replace("[\"mikebrow\", \"samuelkarp\"]", "[\"samuelkarp\"]")
            .replace("1.38", "1.39")
            .replace("2.4", "2.5");
        assert_eq!(
            hub.folder.read(PATH),
            record(9001, &expected),
            "comments and order stay"
        );
        let before = hub.issue(7);
        hub.run(&["apply"]).expect(0);
        let after = hub.issue(7);
        assert_eq!(
            (after.labels, after.milestone, after.assignees),
            (before.labels, before.milestone, before.assignees)
        );
        assert!(
            hub.run(&["adopt"])
                .expect(0)
                .starts_with("nothing to adopt")
        );
    }

    #[test]
    fn adopt_writes_nothing_that_check_refuses_and_says_who_came_instead() {
        let lines = "issue = 7\nmilestone = \"2.4\"\nshepherds = [\"mikebrow\"]\n";
        let hub = Hub::one(lines);
        hub.run(&["apply"]).expect(0);
        let other = hub.milestone("2.6");
        hub.edit(
            7,
            IssuePatch {
                milestone: Some(Some(other)),
                ..IssuePatch::default()
            },
        );
        let ran = hub.run(&["adopt"]);
        assert!(
            ran.log
                .contains("nothing of this is written (milestone: \"2.4\" → \"2.6\")")
                && ran.log.contains("does not know containerd 2.6"),
            "{ran:?}"
        );
        ran.expect(1);
        assert_eq!(hub.folder.read(PATH), record(9001, lines));
        hub.edit(
            7,
            IssuePatch {
                milestone: Some(Some(1)),
                assignees: Some(vec!["fuweid".to_owned()]),
                ..IssuePatch::default()
            },
        );
        let ran = hub.run(&["adopt"]);
        assert!(
            ran.log.contains(
                "fuweid is assigned there, and not in `shepherds`: add them if they take over"
            ),
            "{ran:?}"
        );
        ran.expect(0);
    }

    /// Record and issue have both changed: who is right is asked, unless somebody names the record.
    #[test]
    fn adopt_settles_a_conflict_only_of_a_record_that_is_named() {
        let lines = "issue = 7\nmilestone = \"2.5\" # agreed\n";
        let hub = Hub::one(lines);
        hub.run(&["apply"]).expect(0);
        hub.edit(
            7,
            IssuePatch {
                milestone: Some(None),
                ..IssuePatch::default()
            },
        );
        hub.rewrite("issue = 7\nmilestone = \"2.4\"\n");
        let plan = hub.run(&["plan"]).expect(1);
        assert!(plan.contains("conflict"), "{plan}");
        let text = hub.folder.read(PATH);
        let ran = hub.run(&["adopt"]);
        assert!(
            ran.log.contains(
                "and the record was changed too; `kepherd adopt 9001` takes what GitHub says"
            ),
            "{ran:?}"
        );
        ran.expect(1);
        assert_eq!(hub.folder.read(PATH), text);
        let out = hub.run(&["adopt", "9001"]).expect(0);
        assert!(out.contains("milestone: \"2.4\" → nothing"), "{out}");
    }

    /// What people wrote beside a value that goes is said.
    /// The fields of the template are people's: what they edit there is said, and taken over by whoever asks.
    #[test]
    fn an_edited_field_of_the_template_is_news_until_record_or_issue_follow() {
        let hub = Hub::one("issue = 7\ntarget = \"1.38\"\nshepherds = [\"mikebrow\"]\n");
        let fields = |release: &str, shepherds: &str| {
            let written = hub.issue(7).body;
            let section = written
                .find("<!-- kepherd:begin")
                .map_or("", |at| &written[at..]);
            let body = format!(
                "### KEP/SIG-Node References\r\n\r\n- KEP(s): KEP-9001\r\n- K8s-Release: {release}\r\n- KEP-Shepherd: {shepherds}\r\n\r\n{section}"
            );
            hub.edit(7, body_patch(body));
        };
        let news = || {
            let plan = hub.run(&["plan"]).expect(0);
            let lines = plan
                .lines()
                .filter(|line| line.contains("in the issue's template"));
            lines.map(|line| line.trim().to_owned()).collect::<Vec<_>>()
        };
        // Whoever opened the issue wrote something else than the record says since: that is no news.
        fields("v1.37", "@samuelkarp");
        hub.run(&["apply"]).expect(0);
        assert_eq!(news(), Vec::<String>::new());
        fields("v1.39", "@samuelkarp @MikeBrow");
        let both = [
            "notice     K8s-Release in the issue's template says 1.39 now, and said 1.37: `kepherd adopt 9001` takes it over, or change the record or the issue",
            "notice     KEP-Shepherd in the issue's template says mikebrow, samuelkarp now, and said samuelkarp: `kepherd adopt 9001` takes it over, or change the record or the issue",
        ];
        assert_eq!(news(), both);
        // A run does not forget it.
        hub.run(&["apply"]).expect(0);
        assert_eq!(news(), both);
        let record = hub.folder.read(PATH);
        insta::assert_snapshot!(hub.run(&["adopt"]).expect(0), @r#"
        updated  KEP-9001  sig-node/9001-pod-lullabies.toml
                 target: "1.38" → "1.39"  (#7: changed by people)
                 shepherds: ["mikebrow"] → ["mikebrow", "samuelkarp"]  (#7: changed by people)
        1 record updated
        "#);
        hub.run(&["apply"]).expect(0);
        assert_eq!(news(), Vec::<String>::new());
        hub.run(&["plan", "--exit-code"]).expect(0);
        // Whoever changes the record has decided, and so has whoever takes the edit back.
        fields("v1.37", "@samuelkarp @MikeBrow");
        assert_eq!(news().len(), 1);
        fields("v1.39", "@samuelkarp @MikeBrow");
        assert_eq!(news(), Vec::<String>::new());
        fields("v1.37", "@samuelkarp @MikeBrow");
        hub.folder.write(PATH, &record);
        hub.run(&["apply"]).expect(0);
        assert_eq!(news(), Vec::<String>::new());
        // What somebody decided is no guess any more.
        hub.folder
            .write(PATH, format!("{record}guessed = [\"target\", \"title\"]\n"));
        fields("v1.39", "@samuelkarp @MikeBrow");
        hub.run(&["adopt", "9001"]).expect(0);
        assert!(
            hub.folder.read(PATH).contains("guessed = [\"title\"]"),
            "{}",
            hub.folder.read(PATH)
        );
        hub.folder.write(PATH, &record);
        fields("v1.37", "@samuelkarp @MikeBrow");
        hub.run(&["apply"]).expect(0);
        // What is no release that is ahead is for a person.
        fields("v1.37 or v1.39", "@samuelkarp @MikeBrow");
        let ran = hub.run(&["adopt", "9001"]);
        assert!(
            ran.log.contains("not one release that is still ahead"),
            "{ran:?}"
        );
        assert_eq!(hub.folder.read(PATH), record);
    }

    #[test]
    fn adopt_says_which_comment_goes() {
        let hub =
            Hub::one("issue = 7\n\n# agreed with sig-node\nmilestone = \"2.5\" # see minutes\n");
        hub.run(&["apply"]).expect(0);
        hub.edit(
            7,
            IssuePatch {
                milestone: Some(None),
                ..IssuePatch::default()
            },
        );
        let out = hub.run(&["adopt"]).expect(0);
        assert!(
            out.contains("its comment goes with it: # agreed with sig-node # see minutes"),
            "{out}"
        );
    }

    #[test]
    fn adopt_says_what_it_cannot_take_over() {
        let hub = Hub::one("issue = 7\nmilestone = \"2.4\"\n");
        hub.label(7, &[]);
        hub.run(&["apply"]).expect(0);
        let other = hub.milestone("someday");
        hub.edit(
            7,
            IssuePatch {
                labels: Some(Vec::new()),
                milestone: Some(Some(other)),
                body: Some(hub.issue(7).body.replace("| implementable |", "| fine |")),
                ..IssuePatch::default()
            },
        );
        let text = hub.folder.read(PATH);
        let ran = hub.run(&["adopt"]);
        for expected in [
            "`labels`: kind/feature was taken off, and is a label of every tracking issue; put it back",
            "`milestone` is \"2.4\" here and \"someday\" on GitHub: it names no release of containerd",
            "the status section is written from the record; edit the record instead",
        ] {
            assert!(ran.log.contains(expected), "{expected}: {ran:?}");
        }
        ran.expect(1);
        assert_eq!(hub.folder.read(PATH), text);
        let ran = hub.run(&["adopt", "4711"]);
        assert!(
            ran.log.contains("the registry has no record of `4711`"),
            "{ran:?}"
        );
        ran.expect(2);
    }
}

mod foundations {
    use super::*;

    /// What nobody can look up is not written: neither a shepherd without the list of maintainers, nor a release without a calendar.
    #[test]
    fn that_are_gone_stop_the_records_that_need_them_and_no_other() {
        let hub = Hub::with(&[
            (
                PATH,
                &record(9001, "issue = 7\nshepherds = [\"nobody-at-all\"]\n"),
            ),
            (
                "sig-node/9002-b.toml",
                &record(
                    9002,
                    "issue = 8\ntarget = \"1.83\"\npull-requests = [{ id = \"containerd/containerd#20\" }]\n",
                ),
            ),
            ("sig-node/9003-c.toml", &record(9003, "issue = 9\n")),
        ]);
        hub.folder.remove("maintainers.toml");
        hub.folder.remove("releases/kubernetes.toml");
        let before = (hub.issue(7), hub.issue(8), hub.issue(20));
        let ran = hub.run(&["apply"]);
        assert!(
            ran.out
                .contains("without `maintainers.toml` nobody knows who they are")
                && ran
                    .out
                    .contains("without `releases/kubernetes.toml` nobody knows"),
            "{ran:?}"
        );
        ran.expect(1);
        assert_eq!((hub.issue(7), hub.issue(8), hub.issue(20)), before);
        assert!(matches!(find(&hub.issue(9).body), Markers::Present(_)));
        let check = hub.folder.run(&["check"]);
        assert_eq!(
            check.out.matches("error[missing-foundation]").count(),
            2,
            "{check:?}"
        );
        check.expect(1);
    }
}

mod labels_and_milestones_that_are_there {
    use super::*;
    use kepherd::sandbox::world::{LabelPatch, MilestonePatch};

    fn milestone(hub: &Hub) -> (State, Option<String>) {
        hub.world(|world| {
            let found = &world.repository(REPO).unwrap().milestones[&1];
            let day = found
                .due_on
                .map(|at| jiff::Timestamp::from_second(at).unwrap().to_string());
            (found.state, day.map(|day| day[..10].to_owned()))
        })
    }

    fn edit_milestone(hub: &Hub, patch: MilestonePatch) {
        hub.world(|world| world.edit_milestone("octocat", REPO, 1, patch))
            .unwrap();
    }

    /// The calendar moves, or somebody closes the milestone although its release is ahead: it is as it would be made now.
    #[test]
    fn a_milestone_of_kepherd_s_is_put_right_while_its_release_is_ahead() {
        let hub = Hub::one("issue = 7\nmilestone = \"2.5\"\n");
        hub.run(&["apply"]).expect(0);
        assert_eq!(
            milestone(&hub),
            (State::Open, Some("2026-12-31".to_owned()))
        );
        // Any day of the month that is planned is as good.
        edit_milestone(
            &hub,
            MilestonePatch {
                due_on: Some(Some(1_796_904_000)),
                ..Default::default()
            },
        );
        hub.run(&["plan", "--exit-code"]).expect(0);
        let calendar = hub.folder.read("releases/containerd.toml");
        hub.folder.write(
            "releases/containerd.toml",
            calendar.replace("\"2026-12\"", "2027-01-14"),
        );
        edit_milestone(
            &hub,
            MilestonePatch {
                state: Some(State::Closed),
                ..Default::default()
            },
        );
        let out = hub.run(&["apply"]).expect(0);
        assert!(
            out.contains(
                "milestone 2.5: opened again, for it has not shipped, due 2026-12-10 → 2027-01-14"
            ),
            "{out}"
        );
        assert_eq!(
            milestone(&hub),
            (State::Open, Some("2027-01-14".to_owned()))
        );
        hub.run(&["plan", "--exit-code"]).expect(0);
        // Once it is out, it is closed by whoever closes milestones.
        hub.folder.write(
            "releases/containerd.toml",
            calendar.replace("planned = \"2026-12\"", "released = 2026-12-03"),
        );
        edit_milestone(
            &hub,
            MilestonePatch {
                state: Some(State::Closed),
                ..Default::default()
            },
        );
        hub.run(&["plan"]).expect(0);
        hub.run(&["apply"]).expect(0);
        assert_eq!(milestone(&hub).0, State::Closed);
    }

    /// The pattern of titles changes: the milestone of a release gets the new title, and there is no second one.
    #[test]
    fn a_milestone_of_kepherd_s_gets_the_title_that_releases_have_now() {
        let hub = Hub::with(&[
            (PATH, &record(9001, "issue = 7\nmilestone = \"2.5\"\n")),
            ("sig-node/9002-b.toml", &record(9002, "issue = 8\n")),
        ]);
        hub.run(&["apply"]).expect(0);
        hub.edit(
            8,
            IssuePatch {
                milestone: Some(Some(1)),
                ..IssuePatch::default()
            },
        );
        hub.configure("[milestone]\ntitle = \"v{release}\"\n");
        let out = hub.run(&["apply"]).expect(0);
        assert!(out.contains("milestone 2.5: renamed to v2.5"), "{out}");
        let milestones = hub.world(|world| world.repository(REPO).unwrap().milestones.len());
        assert_eq!(milestones, 1);
        for number in [7, 8] {
            assert_eq!(hub.milestone_of(number).as_deref(), Some("v2.5"));
        }
        hub.run(&["plan", "--exit-code"]).expect(0);
    }

    /// What people made is theirs: it is said, and left.
    #[test]
    fn a_milestone_of_people_s_is_left_and_said() {
        let hub = Hub::one("issue = 7\nmilestone = \"2.5\"\n");
        hub.milestone("2.5");
        hub.run(&["apply"]).expect(0);
        edit_milestone(
            &hub,
            MilestonePatch {
                state: Some(State::Closed),
                due_on: Some(Some(1_796_040_000)),
                ..Default::default()
            },
        );
        hub.run(&["plan", "--exit-code"]).expect(0);
        let calendar = hub.folder.read("releases/containerd.toml");
        hub.folder.write(
            "releases/containerd.toml",
            calendar.replace("\"2026-12\"", "2027-01-14"),
        );
        let out = hub.run(&["plan"]).expect(0);
        assert!(
            out.contains("milestone 2.5 is closed, and its release has not shipped; it is due on 2026-11-30, and its release is planned for 2027-01-14"),
            "{out}"
        );
        hub.run(&["apply"]).expect(0);
        assert_eq!(
            milestone(&hub),
            (State::Closed, Some("2026-11-30".to_owned()))
        );
    }

    #[test]
    fn a_label_of_kepherd_s_gets_its_colour_and_one_of_people_s_keeps_it() {
        let hub = Hub::one("issue = 7\ntarget = \"1.38\"\n");
        hub.run(&["apply"]).expect(0);
        let color = |hub: &Hub| {
            hub.world(|world| {
                world
                    .repository(REPO)
                    .unwrap()
                    .label(TARGET)
                    .unwrap()
                    .color
                    .clone()
            })
        };
        let config = hub.folder.read("registry.toml");
        hub.folder.write(
            "registry.toml",
            config.replace(
                "[labels.kubernetes]",
                "[labels.kubernetes]\ncolor = \"00ff00\"",
            ),
        );
        let out = hub.run(&["apply"]).expect(0);
        assert!(
            out.contains(&format!("label {TARGET}: colour 5319e7 → 00ff00")),
            "{out}"
        );
        assert_eq!(color(&hub), "00ff00");
        hub.run(&["plan", "--exit-code"]).expect(0);
        let theirs = LabelPatch {
            color: Some("123456".to_owned()),
            description: Some(Some("ours".to_owned())),
            ..Default::default()
        };
        hub.world(|world| world.edit_label("octocat", REPO, TARGET, theirs))
            .unwrap();
        hub.run(&["plan", "--exit-code"]).expect(0);
        assert_eq!(color(&hub), "123456");
    }
}

mod labels_by_fact {
    use super::*;

    /// The labels that an issue has beside those of every issue.
    fn facts(hub: &Hub) -> Vec<String> {
        let mut labels = hub.issue(7).labels;
        labels.retain(|label| !["kind/feature", "area/cri"].contains(&label.as_str()));
        labels
    }

    /// What a record says goes on, what it says no more comes off, and what people put on stays.
    #[test]
    fn follow_the_record() {
        let hub = Hub::one("issue = 7\ntriage = \"pending\"\n");
        hub.configure(
            "[labels.triage]\n pending = \"status/more-info\"\naccepted = \"status/accepted\"\n",
        );
        let becomes = |lines: &str, labels: &[&str]| {
            hub.rewrite(&format!("issue = 7\ntarget = \"1.38\"\n{lines}"));
            hub.run(&["apply"]).expect(0);
            assert_eq!(facts(&hub), labels, "{lines}");
            hub.run(&["plan", "--exit-code"]).expect(0);
        };
        becomes("triage = \"pending\"\n", &[TARGET, "status/more-info"]);
        becomes("triage = \"accepted\"\n", &[TARGET, "status/accepted"]);
        becomes("triage = \"declined\"\n", &[TARGET]);
        hub.label(7, &[TARGET, "kind/feature", "area/cri", "status/accepted"]);
        becomes(
            "triage = \"pending\"\n",
            &[TARGET, "status/accepted", "status/more-info"],
        );
    }

    #[test]
    fn go_with_the_stage() {
        let hub = Hub::one("issue = 7\nstage = \"alpha\"\n");
        hub.configure("[labels.stage]\nalpha = \"stage/alpha\"\nbeta = \"stage/beta\"\n");
        hub.run(&["apply"]).expect(0);
        assert_eq!(facts(&hub), ["stage/alpha"]);
        hub.rewrite("issue = 7\nstage = \"beta\"\n[reached]\nalpha = \"1.37\"\n");
        hub.run(&["apply"]).expect(0);
        assert_eq!(facts(&hub), ["stage/beta"]);
    }

    #[test]
    fn go_with_the_folder() {
        let hub = Hub::one("issue = 7\n");
        hub.configure("[labels.sig]\nsig-node = \"sig/node\"\nsig-auth = \"sig/auth\"\n");
        hub.run(&["apply"]).expect(0);
        assert_eq!(facts(&hub), ["sig/node"]);
        hub.folder
            .write("sig-auth/9001-pod-lullabies.toml", hub.folder.read(PATH));
        hub.folder.remove(PATH);
        hub.run(&["apply"]).expect(0);
        assert_eq!(facts(&hub), ["sig/auth"]);
    }

    /// A table that calls its labels otherwise now: what kepherd put on under the old name comes off.
    #[test]
    fn that_are_called_otherwise_now_come_off_under_their_old_names() {
        let hub = Hub::one("issue = 7\ntriage = \"accepted\"\n");
        let config = hub.folder.read("registry.toml");
        hub.configure("[labels.triage]\naccepted = \"status/accepted\"\n");
        hub.run(&["apply"]).expect(0);
        let placeholder = "target/kubernetes/v1.??";
        assert_eq!(facts(&hub), [placeholder, "status/accepted"]);
        let other = config.replace(placeholder, "target/none");
        hub.folder.write(
            "registry.toml",
            format!("{other}\n[labels.triage]\naccepted = \"triage/yes\"\n"),
        );
        hub.run(&["apply"]).expect(0);
        assert_eq!(facts(&hub), ["target/none", "triage/yes"]);
        hub.run(&["plan", "--exit-code"]).expect(0);
        // And where no label says it any more.
        hub.folder.write(
            "registry.toml",
            other.replace("placeholder = \"target/none\"", ""),
        );
        hub.run(&["apply"]).expect(0);
        assert_eq!(facts(&hub), Vec::<String>::new());
        // What every issue has is added, and stays when no issue has it any more.
        hub.folder.write(
            "registry.toml",
            config.replace("\"area/cri\"", "\"area/other\""),
        );
        hub.run(&["apply"]).expect(0);
        assert!(hub.issue(7).labels.contains(&"area/cri".to_owned()));
    }

    #[test]
    fn say_what_they_stand_for_where_they_are_made() {
        let hub = Hub::one("issue = 7\ntriage = \"accepted\"\n");
        hub.configure("[labels.triage]\n accepted = \"status/accepted\"\n");
        hub.run(&["apply"]).expect(0);
        let label = hub.world(|world| {
            let repository = world.repository(REPO).unwrap();
            repository.label("status/accepted").cloned().unwrap()
        });
        assert_eq!(label.color, "ededed");
        assert_eq!(
            label.description.as_deref(),
            Some("The record says: triage accepted")
        );
    }
}

mod release_labels {
    use super::*;

    fn ship(hub: &Hub, release: &str) {
        let calendar = hub.folder.read("releases/kubernetes.toml");
        let shipped = calendar
            .replace(
                &format!("release = \"{release}\"\nplanned = 2026-12-16"),
                &format!("release = \"{release}\"\nreleased = 2026-12-16"),
            )
            .replace(
                &format!("release = \"{release}\"\n\n"),
                &format!("release = \"{release}\"\nreleased = 2027-04-21\n\n"),
            );
        assert_ne!(calendar, shipped);
        hub.folder.write("releases/kubernetes.toml", shipped);
    }

    fn cycles(hub: &Hub) {
        let mut text = String::new();
        for release in ["1.38", "1.39", "1.40", "1.41", "1.42"] {
            text.push_str(&format!("[[cycles]]\nrelease = \"{release}\"\n\n"));
        }
        hub.folder.write("releases/kubernetes.toml", text);
    }

    fn release_labels(hub: &Hub, number: u64) -> Vec<String> {
        let labels = hub.issue(number).labels;
        labels
            .into_iter()
            .filter_map(|label| label.strip_prefix("target/kubernetes/v").map(str::to_owned))
            .collect()
    }

    /// One KEP from its first mention to stable: what its issue says at each step.
    /// The names of all labels of an issue or pull request that are not of every issue.
    fn others(hub: &Hub, number: u64) -> Vec<String> {
        let mut labels = hub.issue(number).labels;
        labels.retain(|label| !["kind/feature", "area/cri"].contains(&label.as_str()));
        labels
    }

    fn renamed(hub: &Hub, more: &str) {
        let config = hub.folder.read("registry.toml");
        let pattern = format!("[labels.kubernetes]\nname = \"k8s/{{release}}\"\n{more}");
        hub.folder.write(
            "registry.toml",
            config.replace("[labels.kubernetes]\n", &pattern),
        );
    }

    /// The pattern changes: what kepherd put on under the old one comes off, but for a release that has shipped.
    #[test]
    fn of_an_old_pattern_come_off_and_those_of_shipped_releases_stay() {
        let pull = "pull-requests = [{ id = \"containerd/containerd#20\" }]\n";
        let hub = with_pull_request(&format!("target = \"1.38\"\n{pull}"));
        hub.run(&["apply"]).expect(0);
        assert_eq!(
            (others(&hub, 7), others(&hub, 20)),
            (vec![TARGET.to_owned()], vec![TARGET.to_owned()])
        );
        renamed(&hub, "");
        hub.run(&["apply"]).expect(0);
        assert_eq!(
            (others(&hub, 7), others(&hub, 20)),
            (vec!["k8s/1.38".to_owned()], vec!["k8s/1.38".to_owned()])
        );
        hub.run(&["plan", "--exit-code"]).expect(0);
        ship(&hub, "1.38");
        hub.rewrite(&format!("issue = 7\ntarget = \"1.39\"\n{pull}"));
        let config = hub.folder.read("registry.toml");
        hub.folder
            .write("registry.toml", config.replace("k8s/", "kube/"));
        hub.run(&["apply"]).expect(0);
        assert_eq!(others(&hub, 7), ["k8s/1.38", "kube/1.39"]);
    }

    /// The same release under another name is one label, also when it has shipped.
    #[test]
    fn of_a_shipped_release_are_not_there_under_two_names() {
        let hub = Hub::one("issue = 7\ntarget = \"1.38\"\n");
        hub.run(&["apply"]).expect(0);
        ship(&hub, "1.38");
        renamed(&hub, "");
        hub.run(&["apply"]).expect(0);
        assert_eq!(others(&hub, 7), ["k8s/1.38"]);
    }

    /// With `renamed-from` the label itself gets its new name, so that closed issues keep it; it is written once.
    #[test]
    fn get_their_new_name_on_github() {
        let pull = "pull-requests = [{ id = \"containerd/containerd#20\" }]\n";
        let hub = with_pull_request(&format!("target = \"1.38\"\n{pull}"));
        hub.run(&["apply"]).expect(0);
        // An issue of people's, closed long ago.
        let old = hub
            .world(|world| {
                world.create_issue(
                    "octocat",
                    REPO,
                    kepherd::sandbox::world::NewIssue {
                        title: "an old one".to_owned(),
                        ..Default::default()
                    },
                )
            })
            .unwrap();
        hub.label(old, &[TARGET]);
        renamed(
            &hub,
            "renamed-from = [\"target/k8s/{release}\", \"target/kubernetes/v{release}\"]\n",
        );
        let plan = hub.run(&["plan"]).expect(0);
        assert!(
            plan.contains(&format!("label {TARGET}  renamed to k8s/1.38")),
            "{plan}"
        );
        assert!(!plan.contains("+ k8s/1.38"), "{plan}");
        let writes = hub.exchanges().len();
        let out = hub.run(&["apply"]).expect(0);
        assert!(
            out.contains(&format!("updated  label {TARGET}: renamed to k8s/1.38")),
            "{out}"
        );
        assert_eq!(
            hub.requests_since(writes).2,
            2,
            "the label, and what the section remembers"
        );
        for number in [7, 20, old] {
            assert_eq!(others(&hub, number), ["k8s/1.38"]);
        }
        hub.run(&["plan", "--exit-code"]).expect(0);
        // They are still kepherd's.
        hub.rewrite(&format!("issue = 7\ntarget = \"1.39\"\n{pull}"));
        hub.run(&["apply"]).expect(0);
        assert_eq!(
            (others(&hub, 7), others(&hub, 20)),
            (vec!["k8s/1.39".to_owned()], vec!["k8s/1.39".to_owned()])
        );
    }

    /// A name that another label has, in whatever case, is nobody's to take: a person is told, and kepherd's own labels move.
    #[test]
    fn are_not_renamed_over_a_label_that_is_there() {
        let hub = Hub::one("issue = 7\ntarget = \"1.38\"\n");
        hub.run(&["apply"]).expect(0);
        hub.world(|world| {
            let new = kepherd::sandbox::world::NewLabel {
                name: "K8S/1.38".to_owned(),
                ..Default::default()
            };
            world.create_label("octocat", REPO, new).unwrap();
        });
        renamed(&hub, "renamed-from = [\"target/kubernetes/v{release}\"]\n");
        let out = hub.run(&["apply"]).expect(0);
        assert!(!out.contains("renamed to"), "{out}");
        assert_eq!(others(&hub, 7), ["K8S/1.38"]);
        let plan = hub.run(&["plan"]).expect(0);
        assert!(
            plan.contains(&format!(
                "label {TARGET} is not renamed, for K8S/1.38 exists as well"
            )),
            "{plan}"
        );
        hub.run(&["plan", "--exit-code"]).expect(0);
        // In another case it is the same label.
        let config = hub.folder.read("registry.toml");
        hub.folder.write(
            "registry.toml",
            config.replace("renamed-from = [", "renamed-from = [\"K8S/{release}\", "),
        );
        let out = hub.run(&["apply"]).expect(0);
        assert!(out.contains("label K8S/1.38: renamed to k8s/1.38"), "{out}");
        assert_eq!(others(&hub, 7), ["k8s/1.38"]);
        hub.run(&["plan", "--exit-code"]).expect(0);
    }

    /// A pull request that no record names any more, or of another repository, is cleared up.
    #[test]
    fn come_off_a_pull_request_that_no_record_names_any_more() {
        let folder = Folder::with(&[(
            PATH,
            &record(
                9001,
                "issue = 7\ntarget = \"1.38\"\npull-requests = [{ id = \"containerd/nri#20\" }]\n",
            ),
        )]);
        let mut world = seeded(&folder);
        world
            .add_pull_request("octocat", "containerd/nri", 20, "lullabies", "")
            .ok();
        let hub = Hub::of(folder, world);
        let labels = |hub: &Hub| {
            hub.world(|world| world.issue("containerd/nri", 20).unwrap().labels.clone())
        };
        hub.run(&["apply"]).expect(0);
        assert_eq!(labels(&hub), [TARGET]);
        hub.rewrite(
            "issue = 7\ntarget = \"1.39\"\npull-requests = [{ id = \"containerd/nri#20\" }]\n",
        );
        hub.run(&["apply"]).expect(0);
        assert_eq!(labels(&hub), ["target/kubernetes/v1.39"]);
        hub.rewrite("issue = 7\ntarget = \"1.39\"\n");
        let out = hub.run(&["apply"]).expect(0);
        assert_eq!(labels(&hub), Vec::<String>::new(), "{out}");
        let before = hub.exchanges().len();
        hub.run(&["plan", "--exit-code"]).expect(0);
        assert_eq!(
            hub.requests_since(before).0,
            1,
            "it is not remembered any more"
        );
    }

    /// Of one that is closed, or where somebody else has put it back, nothing is taken off.
    #[test]
    fn stay_on_a_pull_request_that_is_over() {
        let pull = "pull-requests = [{ id = \"containerd/containerd#20\" }]\n";
        let hub = with_pull_request(&format!("target = \"1.38\"\n{pull}"));
        hub.run(&["apply"]).expect(0);
        hub.world(|world| world.merge_pull_request("mikebrow", REPO, 20))
            .unwrap();
        hub.rewrite("issue = 7\ntarget = \"1.38\"\n");
        hub.run(&["apply"]).expect(0);
        assert_eq!(others(&hub, 20), [TARGET]);
        let before = hub.exchanges().len();
        hub.run(&["plan", "--exit-code"]).expect(0);
        assert_eq!(hub.requests_since(before).0, 1);
    }

    #[test]
    fn follow_a_kep_through_its_whole_life() {
        let hub = Hub::one("issue = 7\ntriage = \"pending\"\n");
        cycles(&hub);
        let becomes = |lines: &str, labels: &[&str]| {
            hub.rewrite(&format!("issue = 7\n{lines}"));
            hub.run(&["apply"]).expect(0);
            assert_eq!(release_labels(&hub, 7), labels, "{lines}");
            hub.run(&["plan", "--exit-code"]).expect(0);
        };
        becomes("triage = \"pending\"\n", &[]);
        becomes("triage = \"accepted\"\n", &["1.??"]);
        let aims = |stage: &str, target: &str| {
            format!("triage = \"accepted\"\nstage = \"{stage}\"\ntarget = \"{target}\"\n")
        };
        // Alpha is planned for 1.38, slips to 1.39, and ships there.
        becomes(&aims("alpha", "1.38"), &["1.38"]);
        becomes(&aims("alpha", "1.39"), &["1.39"]);
        ship(&hub, "1.38");
        ship(&hub, "1.39");
        becomes(
            "triage = \"accepted\"\nstage = \"alpha\"\n[reached]\nalpha = \"1.39\"\n",
            &["1.39", "1.??"],
        );
        // Beta, off by default, is planned for 1.40; nothing is moved by the plan alone.
        let beta = |gate: bool, target: &str| {
            format!(
                "{}enabled-by-default = {gate}\n[reached]\nalpha = \"1.39\"\n",
                aims("beta", target)
            )
        };
        becomes(&beta(false, "1.40"), &["1.39", "1.40"]);
        ship(&hub, "1.40");
        // It misses 1.40 after that has shipped: the label stays, as it says where work went.
        becomes(&beta(false, "1.41"), &["1.39", "1.40", "1.41"]);
        becomes(&beta(true, "1.41"), &["1.39", "1.40", "1.41"]);
        ship(&hub, "1.41");
        let stable = "[reached]\nalpha = \"1.39\"\nbeta = \"1.41\"\nbeta-on = \"1.41\"\n";
        becomes(
            &format!("{}{stable}", aims("stable", "1.42")),
            &["1.39", "1.40", "1.41", "1.42"],
        );
        let done = record(
            9001,
            &format!("issue = 7\nstage = \"stable\"\n{stable}stable = \"1.42\"\n"),
        )
        .replace("implementable", "implemented");
        let calendar = hub.folder.read("releases/kubernetes.toml").replace(
            "release = \"1.42\"\n",
            "release = \"1.42\"\nreleased = 2028-04-19\n",
        );
        hub.folder.write("releases/kubernetes.toml", calendar);
        hub.folder.write(PATH, done);
        hub.run(&["apply"]).expect(0);
        assert_eq!(release_labels(&hub, 7), ["1.39", "1.40", "1.41", "1.42"]);
    }

    #[test]
    fn of_people_are_never_removed() {
        let hub = Hub::one("issue = 7\ntarget = \"1.38\"\n");
        hub.label(7, &["target/kubernetes/v1.39", "target/kubernetes/v1.??"]);
        hub.run(&["apply"]).expect(0);
        hub.rewrite("issue = 7\n");
        hub.run(&["apply"]).expect(0);
        assert_eq!(release_labels(&hub, 7), ["1.39", "1.??"]);
    }

    #[test]
    fn are_put_on_as_long_as_github_takes_them() {
        let hub = Hub::one("issue = 7\ntarget = \"1.38\"\n");
        let theirs = |count: usize| -> Vec<String> {
            let common = ["kind/feature".to_owned(), "area/cri".to_owned()];
            let others = (0..count).map(|n| format!("theirs/{n}"));
            common.into_iter().chain(others).collect()
        };
        let label = |count: usize| {
            let labels = theirs(count);
            hub.label(7, &labels.iter().map(String::as_str).collect::<Vec<_>>());
        };
        label(98);
        let out = hub.run(&["apply"]).expect(1);
        for words in [
            "the issue would have 101 labels; GitHub takes 100",
            "change the record, or take something off the issue",
        ] {
            assert!(out.contains(words), "{out}");
        }
        label(97);
        hub.run(&["apply"]).expect(0);
        assert_eq!(hub.issue(7).labels.len(), 100);
    }

    fn with_pull_request(lines: &str) -> Hub {
        Hub::one(&format!("issue = 7\n{lines}"))
    }

    #[test]
    fn go_to_open_pull_requests_the_release_that_is_named_or_else_the_target() {
        let hub = with_pull_request(
            "target = \"1.38\"\npull-requests = [{ id = \"containerd/containerd#20\" }, { id = \"containerd/containerd#21\", kubernetes = \"1.39\" }, { id = \"kubernetes/kubernetes#22\" }]\n",
        );
        let out = hub.run(&["apply"]).expect(0);
        assert!(
            out.contains("labelled  containerd/containerd#20, a pull request"),
            "{out}"
        );
        assert_eq!(hub.issue(20).labels, [TARGET]);
        assert_eq!(hub.issue(21).labels, ["target/kubernetes/v1.39"]);
        hub.run(&["plan", "--exit-code"]).expect(0);
    }

    #[test]
    fn of_pull_requests_move_with_the_target_while_they_are_open_and_stay_afterwards() {
        let pull = "pull-requests = [{ id = \"containerd/containerd#20\" }]\n";
        let hub = with_pull_request(&format!("target = \"1.38\"\n{pull}"));
        hub.run(&["apply"]).expect(0);
        hub.label(20, &["size/L", TARGET]);
        hub.rewrite(&format!("issue = 7\ntarget = \"1.39\"\n{pull}"));
        hub.run(&["apply"]).expect(0);
        assert_eq!(hub.issue(20).labels, ["size/L", "target/kubernetes/v1.39"]);
        hub.world(|world| world.merge_pull_request("mikebrow", REPO, 20))
            .unwrap();
        hub.rewrite(&format!("issue = 7\ntarget = \"1.38\"\n{pull}"));
        hub.run(&["apply"]).expect(0);
        assert_eq!(hub.issue(20).labels, ["size/L", "target/kubernetes/v1.39"]);
    }

    #[test]
    fn of_pull_requests_move_however_their_repository_is_spelt() {
        let pull = |repository: &str| format!("pull-requests = [{{ id = \"{repository}#20\" }}]\n");
        let hub = with_pull_request(&format!(
            "target = \"1.38\"\n{}",
            pull("Containerd/containerd")
        ));
        hub.run(&["apply"]).expect(0);
        assert_eq!(hub.issue(20).labels, [TARGET]);
        hub.rewrite(&format!(
            "issue = 7\ntarget = \"1.39\"\n{}",
            pull("Containerd/containerd")
        ));
        hub.run(&["apply"]).expect(0);
        assert_eq!(hub.issue(20).labels, ["target/kubernetes/v1.39"]);
        hub.run(&["plan", "--exit-code"]).expect(0);
        // Another spelling is the same pull request, in the same words.
        hub.rewrite(&format!(
            "issue = 7\ntarget = \"1.38\"\n{}",
            pull("containerd/ContainerD")
        ));
        hub.run(&["apply"]).expect(0);
        assert_eq!(hub.issue(20).labels, [TARGET]);
        assert_eq!(hub.issue(7).body.matches("#20\":").count(), 1);
        hub.run(&["plan", "--exit-code"]).expect(0);
    }

    #[test]
    fn that_people_put_on_a_pull_request_stay_and_those_that_are_missing_come_back() {
        let pull = "pull-requests = [{ id = \"containerd/containerd#20\" }]\n";
        let hub = with_pull_request(&format!("target = \"1.38\"\n{pull}"));
        hub.label(20, &["target/kubernetes/v1.39"]);
        hub.run(&["apply"]).expect(0);
        assert_eq!(hub.issue(20).labels, ["target/kubernetes/v1.39", TARGET]);
        hub.label(20, &["target/kubernetes/v1.39"]);
        hub.run(&["apply"]).expect(0);
        assert_eq!(hub.issue(20).labels, ["target/kubernetes/v1.39", TARGET]);
        // A label of people's stays also where the record asks for it, and does not any more.
        hub.rewrite(&format!("issue = 7\ntarget = \"1.39\"\n{pull}"));
        hub.run(&["apply"]).expect(0);
        assert_eq!(hub.issue(20).labels, ["target/kubernetes/v1.39"]);
        hub.rewrite(&format!("issue = 7\n{pull}"));
        hub.run(&["apply"]).expect(0);
        assert_eq!(hub.issue(20).labels, ["target/kubernetes/v1.39"]);
    }

    #[test]
    fn of_pull_requests_are_not_taken_off_while_their_issue_waits_for_a_person() {
        let pull = "pull-requests = [{ id = \"containerd/containerd#20\" }]\n";
        let hub = with_pull_request(&format!("target = \"1.38\"\n{pull}"));
        hub.run(&["apply"]).expect(0);
        let section = hub.issue(7).body;
        hub.edit(
            7,
            body_patch(section.replace("kepherd:begin", "kepherd:began")),
        );
        hub.rewrite(&format!("issue = 7\ntarget = \"1.39\"\n{pull}"));
        hub.run(&["apply"]).expect(1);
        // Nor is one put on that no section would remember.
        assert_eq!(hub.issue(20).labels, [TARGET]);
        hub.edit(7, body_patch(section));
        hub.run(&["apply"]).expect(0);
        assert_eq!(hub.issue(20).labels, ["target/kubernetes/v1.39"]);
    }

    const PULL: &str = "pull-requests = [{ id = \"containerd/containerd#20\" }]\n";

    /// Two records that name one pull request: the first aims at 1.38, and the second says this.
    fn sharing(second: &str) -> Hub {
        Hub::with(&[
            (
                PATH,
                &record(9001, &format!("issue = 7\ntarget = \"1.38\"\n{PULL}")),
            ),
            (
                "sig-node/9002-b.toml",
                &record(9002, &format!("issue = 8\n{second}{PULL}")),
            ),
        ])
    }

    #[test]
    fn of_two_records_that_share_a_pull_request_are_both_on_it() {
        let hub = sharing("target = \"1.39\"\n");
        hub.run(&["apply"]).expect(0);
        assert_eq!(hub.issue(20).labels, [TARGET, "target/kubernetes/v1.39"]);
        hub.run(&["plan", "--exit-code"]).expect(0);
    }

    /// Which of them kepherd put on, a section may say that cannot be read.
    #[test]
    fn of_two_records_that_share_a_pull_request_stay_while_one_of_them_waits_for_a_person() {
        let hub = sharing("");
        hub.run(&["apply"]).expect(0);
        let body = hub.issue(8).body;
        hub.edit(
            8,
            body_patch(body.replace("kepherd:begin", "kepherd:began")),
        );
        hub.rewrite(&format!("issue = 7\ntarget = \"1.39\"\n{PULL}"));
        hub.run(&["apply"]).expect(1);
        assert_eq!(hub.issue(20).labels, [TARGET, "target/kubernetes/v1.39"]);
        hub.edit(8, body_patch(body));
        hub.run(&["apply"]).expect(0);
        assert_eq!(hub.issue(20).labels, ["target/kubernetes/v1.39"]);
        hub.run(&["plan", "--exit-code"]).expect(0);
    }

    #[test]
    fn of_a_record_that_names_a_pull_request_no_more_go_while_another_one_names_it() {
        let hub = sharing("target = \"1.39\"\n");
        hub.run(&["apply"]).expect(0);
        hub.rewrite("issue = 7\ntarget = \"1.38\"\n");
        hub.run(&["apply"]).expect(0);
        assert_eq!(hub.issue(20).labels, ["target/kubernetes/v1.39"]);
        hub.run(&["plan", "--exit-code"]).expect(0);
    }

    #[test]
    fn are_not_put_on_what_is_no_pull_request() {
        let hub = with_pull_request(
            "target = \"1.38\"\npull-requests = [{ id = \"containerd/containerd#8\" }, { id = \"containerd/containerd#99\" }]\n",
        );
        hub.world(|world| {
            let repository = world.repository_mut(REPO).unwrap();
            repository.issues.remove(&99);
            repository.issues.get_mut(&8).unwrap().pull_request = None;
        });
        let plan = hub.run(&["plan"]).expect(0);
        assert!(
            plan.contains("is an issue: `pull-requests` names pull requests"),
            "{plan}"
        );
        assert!(plan.contains("#99     pull request of KEP-9001"), "{plan}");
        hub.run(&["apply"]).expect(0);
        assert_eq!(hub.issue(8).labels.len(), 0);
    }
}

mod creation {
    use super::*;

    #[test]
    fn happens_for_live_records_that_are_not_declined_and_have_no_issue() {
        for (status, triage, expected) in [
            ("provisional", "pending", 1),
            ("implementable", "accepted", 1),
            ("implementable", "declined", 0),
            ("implemented", "accepted", 0),
            ("deferred", "accepted", 0),
            ("rejected", "accepted", 0),
            ("withdrawn", "accepted", 0),
            ("replaced", "accepted", 0),
        ] {
            let text =
                record(9001, &format!("triage = \"{triage}\"\n")).replace("implementable", status);
            let hub = Hub::with(&[(PATH, &text)]);
            hub.run(&["apply"]).expect(0);
            assert_eq!(hub.issue_count(), expected, "{status}, {triage}");
            hub.run(&["apply"]).expect(0);
            assert_eq!(hub.issue_count(), expected, "{status}, {triage}, again");
        }
    }

    /// A guard on creations refuses creations, and lets the rest go.
    #[test]
    fn is_limited_by_the_guard() {
        let mut records = many(11, |_| String::new());
        records.push((
            "sig-node/9099-x.toml".to_owned(),
            record(9099, "issue = 99\ntarget = \"1.38\"\n"),
        ));
        let hub = Hub::with(&borrowed(&records));
        let plan = hub.run(&["plan"]).expect(3);
        assert!(
            plan.contains("11 issues would be created; `guards.creations` allows 10 a run"),
            "{plan}"
        );
        let ran = hub.run(&["apply"]);
        assert!(
            ran.log.contains(
                "11 issues would be created; `guards.creations` allows 10 a run: none is created"
            ),
            "{ran:?}"
        );
        ran.expect(3);
        assert_eq!(hub.issue_count(), 1);
        assert!(matches!(find(&hub.issue(99).body), Markers::Present(_)));
        // Some at a time go; so do all, if somebody names the plan.
        let out = hub.run(&["apply", "9001", "KEP-9002"]).expect(0);
        assert!(out.contains("2 created"), "{out}");
        assert_eq!(hub.issue_count(), 3);
        hub.run(&["apply"]).expect(0);
        assert_eq!(hub.issue_count(), 12);
    }

    /// Work without a KEP has its title only.
    #[test]
    fn of_a_work_item_waits_where_an_issue_has_its_title_and_no_other() {
        let item = "id = \"critest\"\ntitle = \"Run critest\"\nkind = \"interop\"\nassignees = [\"mikebrow\"]\ntriage = \"accepted\"\n";
        let people = |hub: &Hub, number: u64, title: &str| {
            hub.world(|world| {
                world
                    .add_issue("octocat", REPO, number, title, "")
                    .unwrap()
                    .labels = vec![
                    "kind/interop".to_owned(),
                    "area/cri".to_owned(),
                    "kind/feature".to_owned(),
                ];
            });
        };
        let hub = Hub::with(&[("work-items/critest.toml", item)]);
        people(&hub, 40, " run CRITEST ");
        people(&hub, 41, "Run something else");
        let out = hub.run(&["apply"]).expect(1);
        assert!(out.contains("looks tracked already, by #40"), "{out}");
        assert!(!out.contains("#41"), "{out}");
        hub.world(|world| world.delete_issue(REPO, 40)).unwrap();
        hub.run(&["apply"]).expect(0);
        assert_eq!(hub.issue_count(), 2);
    }

    /// Whoever opens an issue for what is past is told before.
    #[test]
    fn for_a_release_that_has_shipped_is_said() {
        let hub = Hub::one("target = \"1.37\"\n");
        let plan = hub.run(&["plan"]).expect(0);
        assert!(
            plan.contains("the new issue would be for Kubernetes 1.37, which has shipped: is the record up to date?"),
            "{plan}"
        );
        assert!(plan.contains("1 to create · 1 notice — "), "{plan}");
        let rows = "          title      [SIG-Node]: KEP-9001 - Pod Lullabies 9001\n          labels     kind/feature  area/cri  target/kubernetes/v1.37\n          section    the record's status, 8 lines\n";
        assert!(plan.contains(rows), "{plan}");
        hub.rewrite("target = \"1.38\"\n");
        let plan = hub.run(&["plan"]).expect(0);
        assert!(!plan.contains("which has shipped"), "{plan}");
    }

    /// Only what is asked for is written, and the rest is as it was.
    #[test]
    fn and_changes_are_made_of_the_records_that_are_named() {
        let hub = Hub::with(&[
            (
                PATH,
                &record(
                    9001,
                    "target = \"1.38\"\ntriage = \"accepted\"\npull-requests = [{ id = \"containerd/containerd#20\" }]\n",
                ),
            ),
            (
                "sig-node/9002-b.toml",
                &record(
                    9002,
                    "issue = 8\ntarget = \"1.39\"\npull-requests = [{ id = \"containerd/containerd#20\" }]\n",
                ),
            ),
            (
                "work-items/critest.toml",
                "id = \"critest\"\ntitle = \"Run critest\"\nkind = \"interop\"\nassignees = [\"mikebrow\"]\ntriage = \"accepted\"\n",
            ),
        ]);
        let plan = hub.run(&["plan", "9002"]).expect(0);
        assert!(
            plan.contains("KEP-9002") && !plan.contains("Pod Lullabies 9001"),
            "{plan}"
        );
        hub.run(&["apply", "9002"]).expect(0);
        assert_eq!(
            (hub.issue_count(), hub.issue(20).labels),
            (2, vec!["target/kubernetes/v1.39".to_owned()])
        );
        hub.run(&["plan", "9002", "--exit-code"]).expect(0);
        let plan = hub
            .run(&["plan", "--only", "accepted", "--only", "new"])
            .expect(0);
        assert!(plan.contains("2 to create"), "{plan}");
        hub.run(&["apply", "critest"]).expect(0);
        assert_eq!(hub.issue_count(), 3);
        hub.run(&["apply", "--only", "accepted"]).expect(0);
        assert_eq!(hub.issue_count(), 4);
        assert_eq!(hub.issue(20).labels.len(), 2);
        hub.run(&["plan", "--exit-code"]).expect(0);
        let ran = hub.run(&["apply", "4711", "9001"]);
        assert!(
            ran.log.contains("the registry has no record of `4711`"),
            "{ran:?}"
        );
        ran.expect(2);
        let ran = hub.run(&["apply", "4711", "--only", "new"]);
        assert!(ran.log.contains("`4711` names no record"), "{ran:?}");
        ran.expect(2);
    }
}

mod identity {
    use super::*;

    #[test]
    fn is_the_pinned_number_first() {
        // Another issue names the KEP in its title and carries a marker; the pinned one is meant.
        let hub = Hub::one("issue = 7\n");
        let forged = "<!-- kepherd:begin KEP-9001 -->\nx\n<!-- kepherd:end KEP-9001 -->";
        hub.world(|world| {
            world
                .add_issue("octocat", REPO, 3, "KEP-9001", forged)
                .unwrap();
        });
        hub.run(&["apply"]).expect(0);
        assert!(matches!(find(&hub.issue(7).body), Markers::Present(_)));
        assert_eq!(hub.issue(3).body, forged);
    }

    /// People replaced title, body and labels of kepherd's own issue: its history still tells what it was about.
    #[test]
    fn of_an_own_issue_that_says_nothing_any_more_is_in_its_history() {
        let hub = Hub::one("target = \"1.38\"\n");
        hub.folder.write(
            "work-items/critest.toml",
            "id = \"critest\"\ntitle = \"Run critest\"\nkind = \"interop\"\nassignees = [\"mikebrow\"]\n",
        );
        hub.run(&["apply"]).expect(0);
        let before = hub.issue_count();
        for number in [1, 2] {
            hub.edit(
                number,
                IssuePatch {
                    title: Some("something else".to_owned()),
                    body: Some("something else".to_owned()),
                    labels: Some(Vec::new()),
                    ..IssuePatch::default()
                },
            );
        }
        // And once more: not only the last title counts.
        hub.edit(
            1,
            IssuePatch {
                title: Some("yet another".to_owned()),
                ..IssuePatch::default()
            },
        );
        let exchanges = hub.exchanges().len();
        let out = hub.run(&["apply"]).expect(1);
        assert_eq!(hub.issue_count(), before, "{out}");
        assert_eq!(
            hub.requests_since(exchanges).2,
            0,
            "nothing is written: {out}"
        );
        assert!(
            out.contains(
                "looks tracked already, by #1: \"yet another (at first: [SIG-Node]: KEP-9001"
            ),
            "{out}"
        );
        // Pinned, it is the issue once somebody says so, and its history is nobody's business.
        hub.rewrite("target = \"1.38\"\nissue = 1\n");
        hub.folder.write(
            "work-items/critest.toml",
            "id = \"critest\"\ntitle = \"Run critest\"\nkind = \"interop\"\nassignees = [\"mikebrow\"]\nissue = 2\n",
        );
        let ran = hub.run(&["plan"]).expect(1);
        assert!(
            ran.contains("nothing on #1 says that it is about KEP-9001"),
            "{ran}"
        );
        let exchanges = hub.exchanges().len();
        hub.run(&["apply", "--claim=9001", "--claim=critest"])
            .expect(0);
        assert_eq!(hub.requests_since(exchanges).0, 1);
        assert!(matches!(find(&hub.issue(1).body), Markers::Present(_)));
    }

    /// Somebody copies the body of an issue that the bot wrote: that stops nothing.
    #[test]
    fn is_not_the_copy_of_an_own_one() {
        let hub = Hub::one("target = \"1.38\"\n");
        hub.run(&["apply"]).expect(0);
        let body = hub.issue(1).body;
        hub.world(|world| {
            world
                .add_issue("octocat", REPO, 3, "mine", &body)
                .unwrap()
                .labels = vec!["kind/feature".to_owned()]
        });
        hub.run(&["plan", "--exit-code"]).expect(0);
        assert_eq!(hub.issue(3).body, body);
    }

    /// Who wrote an issue says nothing of what it is about: the bot may be somebody's own account.
    #[test]
    fn of_whoever_the_bot_is_counts_only_by_what_it_says() {
        let hub = Hub::with(&[(
            PATH,
            &record(
                9001,
                "issue = 7\npull-requests = [{ id = \"containerd/containerd#21\" }]\ntarget = \"1.38\"\n",
            ),
        )]);
        let other = IssuePatch {
            title: Some("pulls of large images time out".to_owned()),
            body: Some("They do.".to_owned()),
            labels: Some(Vec::new()),
            ..IssuePatch::default()
        };
        hub.edit(7, other);
        let author = hub.issue(7).author;
        let config = hub.folder.read("registry.toml");
        hub.folder.write(
            "registry.toml",
            config.replacen(
                "repositories",
                &format!("bots = [\"{author}\"]\nrepositories"),
                1,
            ),
        );
        let before = (hub.issue(7), hub.issue(21));
        let ran = hub.run(&["apply"]).expect(1);
        assert!(ran.contains("nothing on #7 says"), "{ran}");
        // And no pull request gets a label that no section would remember.
        assert_eq!((hub.issue(7), hub.issue(21)), before);
    }

    /// The bot has created an issue, and nothing is written back yet: whoever plans under a token of their own knows it by the name that
    /// the registry gives the bot.
    #[test]
    fn of_the_bot_is_the_registrys_own_under_whichever_token() {
        let hub = Hub::one("target = \"1.38\"\n");
        hub.run(&["apply"]).expect(0);
        let unnamed = hub.run_as("as:octocat", &["plan"]);
        assert!(unnamed.expect(1).contains("carries the marker of KEP-9001"));

        let bot = hub.world(|world| world.viewer.clone());
        let config = hub.folder.read("registry.toml");
        let named = config.replacen(
            "repositories",
            &format!("bots = [\"{}\"]\nrepositories", bot.to_uppercase()),
            1,
        );
        hub.folder.write("registry.toml", named);
        let planned = |arguments: &[&str]| hub.run_as("as:octocat", arguments).expect(0);
        let all = planned(&["plan", "--untracked", "--exit-code"]);
        assert_eq!(all.matches("9001").count(), 0, "{all}");
        // Labels and title gone, it is in the list of what the bot wrote.
        let bare = IssuePatch {
            title: Some("renamed".to_owned()),
            labels: Some(Vec::new()),
            ..IssuePatch::default()
        };
        hub.edit(1, bare);
        planned(&["apply"]);
        assert_eq!(hub.issue_count(), 1);
    }

    /// An own issue that never was about a record stands in nobody's way.
    #[test]
    fn is_no_own_issue_that_was_always_about_something_else() {
        let hub = Hub::one("target = \"1.38\"\n");
        let viewer = hub.world(|world| world.viewer.clone());
        hub.world(|world| {
            world
                .add_issue(&viewer, REPO, 3, "a bug", "crashes")
                .unwrap();
        });
        hub.edit(
            3,
            IssuePatch {
                title: Some("another bug".to_owned()),
                ..IssuePatch::default()
            },
        );
        let out = hub.run(&["apply"]).expect(0);
        assert!(out.contains("created  #"), "{out}");
        hub.run(&["plan", "--exit-code"]).expect(0);
    }

    /// A number may be mistyped, or be another project's: nothing is written into a stranger's issue.
    #[test]
    fn is_not_trusted_where_nothing_on_the_issue_says_so() {
        let hub = Hub::with(&[
            (PATH, &record(9001, "issue = 7\n")),
            (
                "work-items/critest.toml",
                "id = \"critest\"\ntitle = \"Run critest\"\nkind = \"interop\"\nassignees = [\"mikebrow\"]\nissue = 8\n",
            ),
        ]);
        let strange = |number: u64, title: &str, body: &str| {
            hub.edit(
                number,
                IssuePatch {
                    title: Some(title.to_owned()),
                    body: Some(body.to_owned()),
                    labels: Some(Vec::new()),
                    ..IssuePatch::default()
                },
            );
        };
        strange(7, "crashes on start with SELinux", "It does.");
        strange(8, "docs: a typo", "");
        let before = (hub.issue(7), hub.issue(8));
        let exchanges = hub.exchanges().len();
        let ran = hub.run(&["apply"]);
        assert!(
            ran.out.contains("nothing on #7 says that it is about KEP-9001: \"crashes on start with SELinux\"")
                && ran.out.contains("put the label kind/feature on it, or name KEP-9001 in its title, or pass `--claim 9001` once"),
            "{ran:?}"
        );
        ran.expect(1);
        assert_eq!((hub.issue(7), hub.issue(8)), before);
        assert_eq!(hub.requests_since(exchanges).2, 0);
        // Said once, it is known by its section.
        hub.run(&["apply", "--claim", "critest"]).expect(1);
        assert!(matches!(find(&hub.issue(8).body), Markers::Present(_)));
        for (title, body, labels) in [
            ("crashes, see KEP-9001", "", &[][..]),
            (
                "crashes",
                "### KEP/SIG-Node References\n\n- KEP(s): KEP-9001\n",
                &[],
            ),
            ("crashes", "", &["area/cri"]),
        ] {
            strange(7, title, body);
            hub.label(7, labels);
            let plan = hub.run(&["plan"]).expect(0);
            assert!(!plan.contains("nothing on #7 says"), "{plan}");
        }
        hub.run(&["apply"]).expect(0);
        strange(7, "crashes on start with SELinux", &hub.issue(7).body);
        hub.run(&["apply"]).expect(0);
    }

    /// A registry was copied whole from another project: its numbers are those of strangers' issues here.
    #[test]
    fn of_another_project_is_left_alone_with_all_that_people_wrote() {
        let folder = Folder::with(&[]);
        let keps = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("keps");
        common::copy(&keps, folder.path());
        let config = folder.read("registry.toml");
        folder.write(
            "registry.toml",
            config.replace("\"containerd/containerd\"]", "\"cri-o/cri-o\"]"),
        );
        let world = common::seeded_with_strangers(&folder);
        let before = world.repository("cri-o/cri-o").unwrap().issues.clone();
        assert!(before.len() > 10, "the real registry pins issues");
        let hub = Hub::of(folder, world);
        let plan = hub.run(&["plan"]).expect(1);
        let blocked = plan.matches("nothing on #").count();
        assert_eq!(blocked, before.len(), "{plan}");
        hub.run(&["apply", "--only=existing"]).expect(1);
        let after = hub.world(|world| world.repository("cri-o/cri-o").unwrap().issues.clone());
        assert_eq!(after, before);
    }

    #[test]
    fn is_the_marker_in_an_own_issue_without_a_number() {
        let hub = Hub::one("target = \"1.38\"\n");
        hub.run(&["apply"]).expect(0);
        hub.label(1, &[]);
        hub.edit(
            1,
            IssuePatch {
                title: Some("renamed".to_owned()),
                ..IssuePatch::default()
            },
        );
        hub.run(&["apply"]).expect(0);
        assert_eq!(
            hub.issue_count(),
            1,
            "labels and title gone, it is found by what kepherd wrote"
        );
        assert_eq!(hub.issue(1).labels, ["kind/feature", "area/cri", TARGET]);
    }

    #[test]
    fn is_not_a_marker_in_the_issue_of_somebody_else_which_only_blocks() {
        let hub = Hub::one("target = \"1.38\"\n");
        let forged = "<!-- kepherd:begin KEP-9001 -->\nx\n<!-- kepherd:end KEP-9001 -->";
        hub.world(|world| {
            let issue = world
                .add_issue("octocat", REPO, 3, "hello", forged)
                .unwrap();
            issue.labels = vec!["area/cri".to_owned()];
        });
        let out = hub.run(&["apply"]).expect(1);
        assert!(out.contains("#3 carries the marker of KEP-9001, but a marker counts only in an issue that kepherd wrote"), "{out}");
        assert_eq!((hub.issue(3).body.as_str(), hub.issue_count()), (forged, 1));
    }

    #[test]
    fn that_is_doubled_is_reported_and_never_guessed() {
        let hub = Hub::one("target = \"1.38\"\n");
        hub.run(&["apply"]).expect(0);
        let copy = hub.issue(1).body;
        hub.world(|world| {
            let viewer = world.viewer.clone();
            world.add_issue(&viewer, REPO, 2, "a copy", &copy).unwrap();
        });
        let out = hub.run(&["apply"]).expect(1);
        assert!(
            out.contains("#1 and #2 carry the marker of KEP-9001"),
            "{out}"
        );
        // Pinned, the other one is still mentioned.
        hub.rewrite("issue = 1\ntarget = \"1.38\"\n");
        let plan = hub.run(&["plan", "--untracked"]).expect(0);
        assert!(
            plan.contains("containerd/containerd#2 carries the marker of KEP-9001 too"),
            "{plan}"
        );
    }

    #[test]
    fn in_doubt_is_a_title_that_names_the_kep_in_an_open_or_closed_issue() {
        for (title, state) in [
            ("KEP-9001", State::Open),
            ("KEP 9001: lullabies", State::Closed),
            ("K8s KEP 9001", State::Open),
            ("9001 - lullabies", State::Closed),
            ("[SIG-Node]: <KEP-9001 - lullabies>", State::Open),
        ] {
            let hub = Hub::one("target = \"1.38\"\n");
            hub.world(|world| {
                let issue = world.add_issue("octocat", REPO, 3, title, "").unwrap();
                issue.labels = vec!["area/cri".to_owned()];
                issue.state = state;
            });
            let out = hub.run(&["apply"]).expect(1);
            let expected = "pin it: `issue = 3`, or pass `--create 9001`";
            assert!(out.contains(expected), "{title}: {out}");
            assert_eq!(hub.issue_count(), 1, "{title}");
            hub.run(&["apply", "--create", "9001"]).expect(0);
            assert_eq!(hub.issue_count(), 2, "{title}");
            hub.run(&["plan", "--exit-code"]).expect(0);
        }
    }

    #[test]
    fn in_doubt_is_an_own_issue_whose_markers_were_damaged() {
        for (from, to) in [
            ("<!-- kepherd:", "  <!-- kepherd:"),
            ("KEP-9001 -->", "KEP-9001-->"),
            ("<!-- kepherd:", "> <!-- kepherd:"),
            ("<!-- kepherd:", "<!-- Kepherd:"),
        ] {
            let hub = Hub::one("target = \"1.38\"\n");
            hub.run(&["apply"]).expect(0);
            hub.edit(
                1,
                IssuePatch {
                    title: Some("something else".to_owned()),
                    body: Some(hub.issue(1).body.replace(from, to)),
                    ..IssuePatch::default()
                },
            );
            let out = hub.run(&["apply"]).expect(1);
            assert!(
                out.contains("its marker of KEP-9001 is damaged"),
                "{to}: {out}"
            );
            assert_eq!(hub.issue_count(), 1, "{to}");
        }
    }

    #[test]
    fn in_doubt_is_an_issue_whose_template_names_the_kep_and_no_other() {
        for (field, blocked) in [
            ("KEP-9001", true),
            (
                "https://github.com/kubernetes/enhancements/issues/9001",
                true,
            ),
            ("KEP-9001 and KEP-4", false),
        ] {
            let hub = Hub::one("target = \"1.38\"\n");
            let body =
                format!("### KEP/SIG-Node References\n\n- KEP(s): {field}\n- stage: alpha\n");
            hub.world(|world| {
                let issue = world
                    .add_issue("octocat", REPO, 3, "Support lullabies", &body)
                    .unwrap();
                issue.labels = vec!["area/cri".to_owned()];
            });
            let plan = hub.run(&["plan"]);
            let doubted = "looks tracked already, by #3: \"Support lullabies\"";
            assert_eq!(plan.out.contains(doubted), blocked, "{field}: {plan:?}");
        }
    }

    #[test]
    fn is_not_doubted_because_of_two_exchanged_digits_but_they_are_mentioned() {
        let hub = Hub::one("target = \"1.38\"\n");
        hub.world(|world| {
            let issue = world
                .add_issue("octocat", REPO, 3, "KEP-9010: lullabies", "")
                .unwrap();
            issue.labels = vec!["area/cri".to_owned()];
        });
        let plan = hub.run(&["plan"]).expect(0);
        assert!(
            plan.contains(
                "#3 names KEP-9010, which is KEP-9001 with two digits exchanged: the same?"
            ),
            "{plan}"
        );
        assert!(plan.contains("untracked here: #3 names KEP-9010"), "{plan}");
        hub.run(&["apply"]).expect(0);
        assert_eq!(hub.issue_count(), 2);
    }

    #[test]
    fn of_own_issues_is_found_in_lists_and_a_list_that_cannot_be_read_permits_nothing() {
        let hub = Hub::one("target = \"1.38\"\n");
        hub.run(&["plan"]).expect(0);
        let asked: Vec<String> = hub
            .exchanges()
            .iter()
            .map(|one| format!("{:?}", one.request))
            .collect();
        assert!(
            asked.iter().any(|text| text.contains("issues(labels:")),
            "{asked:?}"
        );
        // Search, which is behind, comes last and only blocks.
        let searched = asked.iter().position(|text| text.contains("search("));
        assert_eq!(searched, Some(asked.len() - 1), "{asked:?}");
        // A repository that is gone: nothing is created anywhere for its records.
        hub.configure("");
        hub.world(|world| world.repositories.clear());
        let ran = hub.run(&["apply"]);
        assert!(
            ran.out
                .contains("containerd/containerd does not exist, or this identity may not see it"),
            "{ran:?}"
        );
        ran.expect(1);
        assert_eq!(hub.requests_since(0).2, 0);
    }

    #[test]
    fn of_a_pinned_issue_that_is_gone_is_told_apart_by_one_read_and_nothing_is_recreated() {
        let mut records = many(4, |n| format!("issue = {n}\n"));
        records.push((
            "sig-node/9005-x.toml".to_owned(),
            record(9005, "issue = 5\n"),
        ));
        let folder = Folder::with(&borrowed(&records));
        let mut world = seeded(&folder);
        world.delete_issue(REPO, 1).unwrap();
        world
            .transfer_issue("octocat", REPO, 2, "containerd/nri")
            .unwrap();
        world.repository_mut(REPO).unwrap().issues.remove(&3);
        world.repository_mut(REPO).unwrap().issues.remove(&5);
        world
            .add_pull_request("octocat", REPO, 5, "a pull request", "")
            .unwrap();
        let hub = Hub::of(folder, world);
        let plan = hub.run(&["plan"]).expect(1);
        assert_eq!(
            hub.requests_since(0),
            (1, 4, 0),
            "one query, one read for each that is missing, and one for where it went"
        );
        for text in [
            "#1 was deleted",
            "#2 was transferred to https://github.com/containerd/nri/issues/",
            "#3 does not exist, or this identity may not see it",
            "#5 is a pull request",
        ] {
            assert!(plan.contains(text), "{text}: {plan}");
        }
        let out = hub.run(&["apply"]).expect(1);
        assert!(out.contains("updated  #4"), "{out}");
        assert_eq!(hub.issue_count(), 2);
    }

    #[test]
    fn that_a_title_does_not_show_is_reported() {
        let hub = Hub::one("issue = 7\n");
        for (title, expected) in [
            (
                "Support lullabies",
                "its title does not name KEP-9001: \"Support lullabies\"",
            ),
            (
                "KEP-9010: lullabies",
                "its title names KEP-9010, and not KEP-9001: \"KEP-9010: lullabies\"; rename it",
            ),
        ] {
            hub.edit(
                7,
                IssuePatch {
                    title: Some(title.to_owned()),
                    ..IssuePatch::default()
                },
            );
            let plan = hub.run(&["plan"]).expect(0);
            assert!(plan.contains(expected), "{plan}");
        }
    }

    #[test]
    fn of_issues_that_no_record_names_is_listed() {
        let hub = Hub::one("issue = 7\n");
        hub.world(|world| {
            let issue = world
                .add_issue("octocat", REPO, 30, "KEP-4242: something", "")
                .unwrap();
            issue.labels = vec!["area/cri".to_owned()];
        });
        let plan = hub.run(&["plan"]).expect(0);
        assert!(
            !plan.contains("untracked"),
            "nobody asked, and no list was read: {plan}"
        );
        let plan = hub.run(&["plan", "--untracked"]).expect(0);
        assert!(plan.contains("untracked here: #30 names KEP-4242, and no record names the issue: KEP-4242: something\n                 `kepherd new kep 4242 --from-issue 30` makes its record"), "{plan}");
    }
}

mod guards {
    use super::*;

    fn refused(before: &str, after: &str, config: &str, expected: &str) {
        let records = many(12, |n| format!("issue = {n}\n{before}"));
        let hub = Hub::with(&borrowed(&records));
        hub.run(&["apply"]).expect(0);
        if !config.is_empty() {
            let text = hub.folder.read("registry.toml");
            hub.folder
                .write("registry.toml", text.replace("[issue]\n", config));
        }
        for (path, text) in many(12, |n| format!("issue = {n}\n{after}")) {
            let text = if config.is_empty() {
                text
            } else {
                text.replace("implementable", "withdrawn")
            };
            hub.folder.write(&path, text);
        }
        let ran = hub.run(&["apply"]);
        assert!(ran.out.contains(expected), "{ran:?}");
        let before = hub.exchanges().len();
        let hash = ran.out.split("plan ").nth(1).unwrap()[..8].to_owned();
        ran.expect(3);
        hub.run(&["apply", "--override-guards", "0123456789"])
            .expect(2);
        assert_eq!(
            hub.requests_since(before).2,
            0,
            "nothing was written so far"
        );
        hub.run(&["apply", "--override-guards", &hash]).expect(0);
        hub.run(&["plan", "--exit-code"]).expect(0);
    }

    #[test]
    fn limit_removals_of_each_kind_and_the_override_names_the_plan() {
        refused(
            "shepherds = [\"mikebrow\"]\n",
            "",
            "",
            "12 assignees would be taken off; `guards.removals` allows 10 a run",
        );
        refused(
            "target = \"1.38\"\n",
            "",
            "",
            "12 labels would be taken off; `guards.removals` allows 10 a run",
        );
        refused(
            "milestone = \"2.5\"\n",
            "",
            "",
            "12 milestones would be taken off; `guards.removals` allows 10 a run",
        );
        refused(
            "",
            "",
            "[issue]\nclose = \"enforce\"\n",
            "12 issues would be closed; `guards.removals` allows 10 a run",
        );
    }

    #[test]
    fn limit_the_share_of_removals() {
        let records = many(12, |n| format!("issue = {n}\nshepherds = [\"mikebrow\"]\n"));
        let hub = Hub::with(&borrowed(&records));
        hub.run(&["apply"]).expect(0);
        for (path, text) in many(4, |n| format!("issue = {n}\n")) {
            hub.folder.write(&path, text);
        }
        let out = hub.run(&["plan"]).expect(3);
        assert!(
            out.contains(
                "4 of 12 assignees would be taken off; `guards.removals-percent` allows 25%"
            ),
            "{out}"
        );
    }

    /// Labels of open pull requests are there, and can be taken away, as those of issues.
    #[test]
    fn count_labels_of_issues_and_of_open_pull_requests_together() {
        let pull = "pull-requests = [{ id = \"containerd/containerd#20\" }]\n";
        let hub = Hub::one(&format!("issue = 7\ntarget = \"1.38\"\n{pull}"));
        hub.configure("[guards]\nremovals = 1\n");
        hub.run(&["apply"]).expect(0);
        hub.rewrite(&format!("issue = 7\n{pull}"));
        let out = hub.run(&["plan"]).expect(3);
        assert!(
            out.contains("2 labels would be taken off; `guards.removals` allows 1 a run"),
            "{out}"
        );
        let config = hub.folder.read("registry.toml");
        hub.folder.write(
            "registry.toml",
            config.replace("removals = 1", "removals = 2"),
        );
        hub.run(&["plan"]).expect(0);
    }

    /// A share is one of what is there: labels of pull requests too, while these are open.
    #[test]
    fn take_no_account_of_pull_requests_that_are_over() {
        let records = |aiming: u32| {
            many(4, |n| {
                let aims = if n <= aiming {
                    "target = \"1.38\"\n"
                } else {
                    ""
                };
                let pull = "pull-requests = [{ id = \"containerd/containerd#20\", kubernetes = \"1.39\" }]\n";
                format!("issue = {n}\n{aims}{}", if n == 1 { pull } else { "" })
            })
        };
        let hub = Hub::with(&borrowed(&records(4)));
        let theirs: Vec<String> = (0..10).map(|n| format!("size/{n}")).collect();
        hub.label(20, &theirs.iter().map(String::as_str).collect::<Vec<_>>());
        hub.run(&["apply"]).expect(0);
        let plan = |aiming: u32| {
            for (path, text) in records(aiming) {
                hub.folder.write(&path, text);
            }
            hub.run(&["plan"])
        };
        // Each issue has three labels, and the pull request eleven.
        plan(0).expect(0);
        hub.world(|world| world.merge_pull_request("mikebrow", REPO, 20))
            .unwrap();
        // A quarter may go, and no more.
        plan(1).expect(0);
        let out = plan(0).expect(3);
        assert!(
            out.contains("4 of 12 labels would be taken off; `guards.removals-percent` allows 25%"),
            "{out}"
        );
    }

    #[test]
    fn nothing_is_deleted_and_issues_are_closed_with_a_reason() {
        let cases = [
            (
                "implemented",
                "[runtimes.containerd]\nstate = \"released\"\nrelease = \"2.4.0\"\n",
                Some(StateReason::Completed),
            ),
            (
                "implemented",
                "[runtimes.containerd]\nstate = \"merged\"\n",
                None,
            ),
            (
                "implemented",
                "[runtimes.cri-o]\nstate = \"released\"\n",
                None,
            ),
            (
                "implemented",
                "runtime-support = \"nothing of a runtime is needed\"\n",
                Some(StateReason::Completed),
            ),
            ("rejected", "", Some(StateReason::NotPlanned)),
            ("withdrawn", "", Some(StateReason::NotPlanned)),
            ("replaced", "", Some(StateReason::NotPlanned)),
            ("deferred", "", None),
            ("implementable", "", None),
        ];
        for (status, lines, reason) in cases {
            let text =
                record(9001, &format!("issue = 7\n{lines}")).replace("implementable", status);
            let hub = Hub::with(&[(PATH, &text)]);
            let config = hub.folder.read("registry.toml");
            let config = config.replace("[issue]\n", "[[runtimes]]\nname = \"cri-o\"\ncalendar = \"releases/cri-o.toml\"\n\n[issue]\nclose = \"enforce\"\n");
            hub.folder.write("registry.toml", config);
            hub.folder.write(
                "releases/cri-o.toml",
                "[[minors]]\nrelease = \"1.37\"\nreleased = 2026-09-01\n",
            );
            hub.run(&["apply"]).expect(0);
            let issue = hub.issue(7);
            assert_eq!(issue.state_reason, reason, "{status} {lines}");
            assert_eq!(
                issue.state == State::Closed,
                reason.is_some(),
                "{status} {lines}"
            );
            hub.run(&["plan", "--exit-code"]).expect(0);
        }
    }

    #[test]
    fn nothing_is_reopened_by_itself_and_what_people_reopen_stays_open() {
        let hub = Hub::one("issue = 7\n");
        let config = hub.folder.read("registry.toml");
        hub.folder.write(
            "registry.toml",
            config.replace("[issue]\n", "[issue]\nclose = \"enforce\"\n"),
        );
        let withdrawn = record(9001, "issue = 7\n").replace("implementable", "withdrawn");
        hub.folder.write(PATH, &withdrawn);
        hub.run(&["apply"]).expect(0);
        assert_eq!(hub.issue(7).state, State::Closed);
        hub.rewrite("issue = 7\n");
        hub.run(&["apply"]).expect(0);
        assert_eq!(
            hub.issue(7).state,
            State::Closed,
            "not even if work goes on again"
        );
        let plan = hub.run(&["plan"]).expect(0);
        assert!(
            plan.contains("the issue is closed, and the record says that work goes on"),
            "{plan}"
        );
        hub.folder.write(PATH, &withdrawn);
        hub.run(&["apply"]).expect(0);
        hub.edit(
            7,
            IssuePatch {
                state: Some(State::Open),
                ..IssuePatch::default()
            },
        );
        // It was open when the record ended again, so it is closed once more; opened after that, it stays open.
        hub.run(&["apply"]).expect(0);
        hub.edit(
            7,
            IssuePatch {
                state: Some(State::Open),
                ..IssuePatch::default()
            },
        );
        hub.run(&["apply"]).expect(0);
        assert_eq!(hub.issue(7).state, State::Open);
        let plan = hub.run(&["plan", "--exit-code"]).expect(0);
        assert!(
            plan.contains("kepherd closed the issue, and somebody opened it again: it stays open"),
            "{plan}"
        );
        let reopened = hub
            .issue(7)
            .timeline
            .into_iter()
            .filter(|event| event.kind == EventKind::Reopened);
        assert!(reopened.into_iter().all(|event| event.actor == "octocat"));
    }
}

mod bounds {
    use super::*;

    #[test]
    fn only_listed_repositories_are_written_to() {
        let hub = Hub::one(
            "repository = \"kubernetes/kubernetes\"\nissue = 7\npull-requests = [{ id = \"kubernetes/kubernetes#20\" }]\ntarget = \"1.38\"\n",
        );
        let ran = hub.run(&["apply"]);
        assert!(ran.out.contains("error[unknown-repository]"), "{ran:?}");
        ran.expect(2);
        hub.rewrite("issue = 7\npull-requests = [{ id = \"kubernetes/kubernetes#20\" }]\ntarget = \"1.38\"\n");
        hub.world(|world| {
            world.add_issue("octocat", REPO, 7, "KEP-9001", "").unwrap();
        });
        hub.run(&["apply"]).expect(0);
        let ran = hub.run(&["plan", "--repository=kubernetes/kubernetes"]);
        assert!(ran.log.contains("`registry.toml` does not list it; it lists `containerd/containerd` or `containerd/nri`"), "{ran:?}");
        ran.expect(2);
        for exchange in hub.exchanges() {
            assert!(
                !exchange.path.contains("kubernetes/kubernetes"),
                "{}",
                exchange.path
            );
        }
    }

    #[test]
    fn text_from_records_is_data_in_issues_and_in_markdown() {
        let title =
            "<!-- kepherd:end KEP-9001 --> @octocat | `x` [a](b) #12 --> 'quoted' GH-7 <img src=x>";
        let text = format!("number = 9001\ntitle = \"{title}\"\nstatus = \"implementable\"\n");
        let hub = Hub::with(&[(PATH, &text)]);
        let markdown = hub.run(&["plan", "--format=markdown"]).expect(0);
        // Inside a fence everything is text; outside of it, it has to be made so.
        let outside: String = markdown.split("```").step_by(2).collect();
        assert!(
            !outside.contains("<img") && !outside.contains("[a](b)"),
            "{markdown}"
        );
        hub.run(&["apply"]).expect(0);
        let body = hub.issue(1).body;
        assert!(matches!(find(&body), Markers::Present(_)), "{body}");
        assert!(
            !body.contains("@octocat") && !body.contains("<img"),
            "{body}"
        );
        hub.run(&["plan", "--exit-code"]).expect(0);
    }

    #[test]
    fn the_section_mentions_nobody_and_announcements_mention_those_concerned() {
        let hub = Hub::one(
            "issue = 7\nowners = [\"someone\"]\nshepherds = [\"mikebrow\"]\ntarget = \"1.38\"\n",
        );
        hub.configure("[announce]\non = [\"target\"]");
        let calendar = hub.folder.read("releases/kubernetes.toml").replace(
            "release = \"1.39\"\n",
            "release = \"1.39\"\nliaisons = [\"samuelkarp\"]\n",
        );
        hub.folder.write("releases/kubernetes.toml", calendar);
        hub.run(&["apply"]).expect(0);
        hub.rewrite(
            "issue = 7\nowners = [\"someone\"]\nshepherds = [\"mikebrow\"]\ntarget = \"1.39\"\n",
        );
        hub.run(&["apply"]).expect(0);
        let issue = hub.issue(7);
        let Markers::Present(section) = find(&issue.body) else {
            panic!("{}", issue.body)
        };
        assert!(!section.text.contains('@'), "{}", section.text);
        let comment = &issue.comments[0].body;
        assert!(
            comment.contains("Shepherds: @mikebrow · Liaisons: @samuelkarp · KEP owners: @someone"),
            "{comment}"
        );
    }
}

mod announcements {
    use super::*;

    const ON: &str = "[announce]\non = [\"status\", \"stage\", \"target\", \"milestone\", \"shepherds\", \"consensus\"]";

    fn hub(lines: &str) -> Hub {
        let hub = Hub::one(lines);
        hub.configure(ON);
        hub
    }

    fn comments(hub: &Hub, number: u64) -> Vec<String> {
        hub.issue(number)
            .comments
            .into_iter()
            .map(|comment| comment.body)
            .collect()
    }

    #[test]
    fn are_not_made_by_adoption_nor_by_creation() {
        let hub = hub("issue = 7\ntarget = \"1.38\"\nshepherds = [\"mikebrow\"]\n");
        hub.run(&["apply"]).expect(0);
        assert_eq!(comments(&hub, 7), Vec::<String>::new());
        hub.rewrite("target = \"1.38\"\n");
        hub.run(&["apply", "--create=9001"]).expect(1);
        hub.folder
            .write("sig-node/9002-b.toml", record(9002, "target = \"1.38\"\n"));
        hub.rewrite("issue = 7\ntarget = \"1.38\"\nshepherds = [\"mikebrow\"]\n");
        hub.run(&["apply"]).expect(0);
        assert_eq!(comments(&hub, 8), Vec::<String>::new());
    }

    /// A KEP that nobody works on any more aims at nothing, whatever its record says still.
    #[test]
    fn tell_that_a_kep_was_withdrawn_whose_label_comes_off_with_it() {
        let hub = hub(
            "issue = 7\nstage = \"alpha\"\ntarget = \"1.38\"\nshepherds = [\"mikebrow\"]\npull-requests = [{ id = \"containerd/containerd#21\" }]\n",
        );
        hub.run(&["apply"]).expect(0);
        let record = hub.folder.read(PATH);
        hub.folder
            .write(PATH, record.replace("\"implementable\"", "\"withdrawn\""));
        hub.run(&["apply"]).expect(0);
        let all = comments(&hub, 7);
        assert_eq!(all.len(), 1);
        let words = "**KEP-9001 Pod Lullabies 9001** was withdrawn.";
        assert!(all[0].starts_with(words), "{}", all[0]);
        let rows = "| status | implementable | withdrawn |\n| stage | alpha | none |\n| Kubernetes release | 1.38 | none |";
        assert!(all[0].contains(rows), "{}", all[0]);
        let issue = hub.issue(7);
        assert!(!issue.body.contains("Aims at"), "{}", issue.body);
        assert!(
            !issue.labels.contains(&TARGET.to_owned()),
            "{:?}",
            issue.labels
        );
        assert!(!hub.issue(21).labels.contains(&TARGET.to_owned()));
        hub.run(&["plan", "--exit-code"]).expect(0);
    }

    #[test]
    fn tell_what_changed_once_with_the_values_before_and_after() {
        let hub = hub(
            "issue = 7\nstage = \"alpha\"\ntarget = \"1.38\"\nmilestone = \"2.4\"\nshepherds = [\"mikebrow\"]\n",
        );
        hub.run(&["apply"]).expect(0);
        hub.rewrite("issue = 7\nstage = \"alpha\"\ntarget = \"1.39\"\nmilestone = \"2.5\"\nshepherds = [\"MikeBrow\"]\n");
        let plan = hub.run(&["plan"]).expect(0);
        assert!(
            plan.contains("comment    an announcement, which mentions people"),
            "{plan}"
        );
        let markdown = hub.run(&["plan", "--format=markdown"]).expect(0);
        assert!(
            markdown.contains("milestone 2.5, section, announcement</summary>"),
            "{markdown}"
        );
        let rows = "  section    3 lines out, 3 lines in\n-            - | Aims at | alpha in Kubernetes 1.38 ";
        assert!(markdown.contains(rows), "{markdown}");
        hub.run(&["apply"]).expect(0);
        let all = comments(&hub, 7);
        assert_eq!(all.len(), 1);
        assert!(all[0].contains("| Kubernetes release | 1.38 | 1.39 |\n| milestone | containerd 2.4 | containerd 2.5 |"), "{}", all[0]);
        assert!(
            !all[0].contains("| shepherds |"),
            "the same people in another spelling: {}",
            all[0]
        );
        hub.run(&["apply"]).expect(0);
        assert_eq!(comments(&hub, 7).len(), 1);
        // Back and forth again: each is news.
        for (target, count) in [("1.38", 2), ("1.39", 3)] {
            hub.rewrite(&format!("issue = 7\nstage = \"alpha\"\ntarget = \"{target}\"\nmilestone = \"2.5\"\nshepherds = [\"mikebrow\"]\n"));
            hub.run(&["apply"]).expect(0);
            assert_eq!(comments(&hub, 7).len(), count, "{target}");
        }
    }

    #[test]
    fn are_found_again_after_a_run_that_ended_between_the_comment_and_the_section() {
        let hub = hub("issue = 7\ntarget = \"1.38\"\n");
        hub.run(&["apply"]).expect(0);
        let before = hub.issue(7);
        hub.rewrite("issue = 7\ntarget = \"1.39\"\n");
        hub.run(&["apply"]).expect(0);
        // The comment is there, and the issue as if its update had never come.
        hub.world(|world| {
            let issue = world
                .repository_mut(REPO)
                .unwrap()
                .issues
                .get_mut(&7)
                .unwrap();
            issue.body = before.body.clone();
            issue.labels = before.labels.clone();
        });
        // Many comments later.
        for n in 0..120 {
            hub.world(|world| {
                world
                    .add_comment("octocat", REPO, 7, &format!("comment {n}"))
                    .map(|_| ())
            })
            .unwrap();
        }
        hub.run(&["apply"]).expect(0);
        assert_eq!(
            comments(&hub, 7)
                .iter()
                .filter(|text| text.contains("kepherd:announcement"))
                .count(),
            1
        );
        assert!(
            hub.issue(7)
                .labels
                .contains(&"target/kubernetes/v1.39".to_owned())
        );
    }

    #[test]
    fn are_not_replaced_by_a_forged_marker_of_somebody_else() {
        let hub = hub("issue = 7\ntarget = \"1.38\"\n");
        hub.run(&["apply"]).expect(0);
        hub.rewrite("issue = 7\ntarget = \"1.39\"\n");
        let plan: serde_json::Value =
            serde_json::from_str(&hub.run(&["plan", "--format=json"]).expect(0)).unwrap();
        let marker = plan
            .pointer("/repositories/0/issues/0/action/update/announcement/marker")
            .unwrap()
            .as_str()
            .unwrap()
            .to_owned();
        hub.world(|world| world.add_comment("octocat", REPO, 7, &marker).map(|_| ()))
            .unwrap();
        hub.run(&["apply"]).expect(0);
        assert_eq!(comments(&hub, 7).len(), 2);
    }

    #[test]
    fn are_made_of_what_is_configured_and_of_news_about_the_design() {
        let hub = Hub::one("issue = 7\ntarget = \"1.38\"\n[design]\nconsensus = \"open\"\n");
        hub.configure("[announce]\non = [\"consensus\"]");
        hub.run(&["apply"]).expect(0);
        for (target, consensus, count) in [
            ("1.39", "open", 0),
            ("1.39", "blocked", 1),
            ("1.39", "open", 1),
            ("1.39", "reached", 2),
        ] {
            hub.rewrite(&format!("issue = 7\ntarget = \"{target}\"\n[design]\nconsensus = \"{consensus}\"\ndiscussion = [\"https://example.com/x\"]\n"));
            hub.run(&["apply"]).expect(0);
            assert_eq!(comments(&hub, 7).len(), count, "{consensus}");
        }
        let all = comments(&hub, 7);
        assert!(
            all[0].contains("There is no consensus on the design")
                && all[0].contains("https://example.com/x"),
            "{}",
            all[0]
        );
    }

    #[test]
    fn on_a_locked_issue_that_takes_none_are_a_failure_and_the_issue_waits_for_them() {
        let hub = hub("issue = 7\ntarget = \"1.38\"\n");
        hub.run(&["apply"]).expect(0);
        hub.rewrite("issue = 7\ntarget = \"1.39\"\n");
        hub.world(|world| {
            world.lock_issue("octocat", REPO, 7).unwrap();
            world
                .create_label(
                    "octocat",
                    REPO,
                    kepherd::sandbox::world::NewLabel {
                        name: "target/kubernetes/v1.39".to_owned(),
                        color: None,
                        description: None,
                    },
                )
                .unwrap();
            let repository = world.repository_mut(REPO).unwrap();
            repository.viewer_can_push = false;
            repository.viewer_can_triage = true;
        });
        let before = hub.issue(7);
        let ran: Ran = hub.run(&["apply"]);
        assert!(
            ran.out
                .contains("the announcement is not posted, and the issue not written"),
            "{ran:?}"
        );
        ran.expect(1);
        let after = hub.issue(7);
        assert_eq!((after.body, after.labels), (before.body, before.labels));
    }
}
