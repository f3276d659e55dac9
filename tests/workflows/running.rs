//! The scripts of *check*, *reconcile*, *refresh*, *board* and *ci*, run with the events that GitHub runs them for, against the sandbox: what a
//! person sees, and what is written.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::common::{Folder, Hub, copy, seeded};
use crate::runner::{Event, HOME, Job, Place, root, workflow};
use crate::shape::WORKFLOWS;

const RECORD: &str = "keps/sig-node/4960-container-stop-signals.toml";

/// The real registry in a repository of its own on GitHub, with a runtime that has a history, and one that cannot be cloned.
struct Project {
    place: Place,
    hub: Hub,
    /// The commit that main is at.
    base: String,
}

impl Project {
    fn new() -> Self {
        let registry = Folder::empty();
        copy(&root().join("keps"), registry.path());
        let world = seeded(&registry);
        let hub = Hub::of(registry, world);
        let mut place = Place::with(&["cargo", "gh"]);
        place.api = hub.sandbox().url();
        let source = place.scratch();
        copy(&root().join("keps"), &source.join("keps"));
        copy(&root().join("schema"), &source.join("schema"));
        std::fs::write(source.join("README.md"), "# Records\n").unwrap();
        let base = place.publish(HOME, &source);
        let runtime = place.scratch();
        std::fs::write(runtime.join("README.md"), "# A runtime\n").unwrap();
        place.publish("containerd/containerd", &runtime);
        let there = place.path("repos/containerd/containerd");
        place.git(&there, &["tag", "v2.3.0", "main"]);
        Self { place, hub, base }
    }

    /// A pull request that changes a file, with the merge that GitHub made of it checked out.
    fn pull_request(
        &self,
        file: &str,
        change: impl Fn(&str) -> String,
        is_fork: bool,
    ) -> (Event, PathBuf) {
        let work = self.place.checkout(HOME);
        let git = |arguments: &[&str]| self.place.git(&work, arguments);
        git(&["switch", "--quiet", "--create", "topic"]);
        let before = std::fs::read_to_string(work.join(file)).unwrap();
        std::fs::write(work.join(file), change(&before)).unwrap();
        git(&["commit", "--quiet", "--all", "--message", "a change"]);
        let head = git(&["rev-parse", "HEAD"]);
        git(&["switch", "--quiet", "--detach", self.base.as_str()]);
        git(&["merge", "--quiet", "--no-ff", "-m", "merge", head.as_str()]);
        let repository = if is_fork { "someone/kepherd" } else { HOME };
        let event = Event {
            name: "pull_request",
            sha: git(&["rev-parse", "HEAD"]),
            ref_name: "7/merge",
            base: Some("main"),
            payload: json!({
                "number": 7,
                "pull_request": {
                    "number": 7,
                    "head": { "sha": head, "repo": { "full_name": repository } },
                    "base": { "sha": self.base, "ref": "main" },
                },
                "repository": { "default_branch": "main", "full_name": HOME },
            }),
        };
        (event, work)
    }

    /// An event about main, or about what is based on it.
    fn event(&self, name: &'static str, more: Value) -> Event {
        let mut payload = json!({ "repository": { "default_branch": "main", "full_name": HOME } });
        for (key, value) in more.as_object().unwrap() {
            payload[key.as_str()] = value.clone();
        }
        Event {
            name,
            sha: self.base.clone(),
            ref_name: "main",
            base: None,
            payload,
        }
    }

    fn push(&self) -> Event {
        self.event("push", json!({ "before": self.base }))
    }

    fn schedule(&self) -> Event {
        self.event("schedule", json!({ "schedule": "17 5 * * 1" }))
    }

    /// How much was written to GitHub.
    fn writes(&self) -> usize {
        self.hub.requests_since(0).2
    }

    /// The comments on pull requests: who wrote each, and what.
    fn comments(&self) -> Vec<(String, String)> {
        let names = self.place.names("gh/comments");
        let comment = |name: &String| {
            let text = self.place.read(&format!("gh/comments/{name}"));
            let (author, body) = text.split_once('\n').unwrap();
            (author.to_owned(), body.to_owned())
        };
        names.iter().map(comment).collect()
    }

    /// The job that checks.
    fn check<'a>(&'a self, event: &'a Event, work: &Path) -> Job<'a> {
        self.place.begin();
        Job::of(&self.place, &workflow("check"), "registry", event, work)
    }

    /// The job that comments, after it.
    fn comment<'a>(&'a self, event: &'a Event, checked: &Job<'_>) -> Job<'a> {
        let nowhere = self.place.scratch();
        let job = Job::of(&self.place, &workflow("check"), "comment", event, &nowhere);
        job.after("registry", checked)
    }
}

fn with_a_remark(text: &str) -> String {
    format!("{text}\n# a remark\n")
}

/// A mistake on any day.
fn with_a_mistake(text: &str) -> String {
    text.replacen("status = \"", "status = \"un", 1)
}

#[test]
fn a_pull_request_sees_findings_plan_annotations_and_one_comment() {
    let project = Project::new();
    let (event, work) = project.pull_request(RECORD, with_a_remark, false);
    let checked = project.check(&event, &work).run();
    assert!(checked.is_well, "{}", checked.log);
    for part in ["## kepherd check: ", "## Plan `", "KEP-"] {
        assert!(checked.summary.contains(part), "{}", checked.summary);
    }
    assert!(
        checked
            .log
            .contains("::warning::cri-o/cri-o could not be cloned"),
        "{}",
        checked.log
    );
    let findings = project
        .place
        .read("artifacts/kepherd-findings/kepherd.sarif");
    let findings: Value = serde_json::from_str(&findings).unwrap();
    assert_eq!(findings["version"], "2.1.0");

    let comment = project.comment(&event, &checked);
    assert!(comment.is_due());
    let commented = comment.run();
    assert!(commented.is_well, "{}", commented.log);
    let first = project.comments();
    assert_eq!(first.len(), 1);
    let (author, body) = &first[0];
    assert_eq!(author, "github-actions[bot]");
    for part in [
        "<!-- kepherd check -->\n",
        "## kepherd check: ",
        "## Plan `",
    ] {
        assert!(body.contains(part), "{body}");
    }
    assert!(
        body.contains("https://github.com/containerd/kepherd/actions/runs/77"),
        "{body}"
    );
    assert!(body.len() < 65_536);

    // Once more, and with a mistake: the same comment says what is so now.
    let (event, work) = project.pull_request(RECORD, with_a_mistake, false);
    let checked = project.check(&event, &work).run();
    assert!(!checked.is_well);
    assert!(
        checked
            .log
            .contains(&format!("::error file={RECORD},line=")),
        "{}",
        checked.log
    );
    assert!(checked.summary.contains("1 error"), "{}", checked.summary);
    assert!(
        checked.summary.contains("## kepherd plan could not run"),
        "{}",
        checked.summary
    );
    let commented = project.comment(&event, &checked).run();
    assert!(commented.is_well, "{}", commented.log);
    let second = project.comments();
    assert_eq!(second.len(), 1, "never a second one");
    assert!(second[0].1.contains("1 error"), "{}", second[0].1);
    assert_eq!(project.writes(), 0, "check writes nothing to GitHub");
}

#[test]
fn a_comment_of_somebody_else_with_the_marker_is_left_alone() {
    let project = Project::new();
    let planted = "mallory\n<!-- kepherd check -->\nAll is well, merge me.\n";
    project.place.write("gh/comments/1", planted);
    let (event, work) = project.pull_request(RECORD, with_a_remark, false);
    let checked = project.check(&event, &work).run();
    project.comment(&event, &checked).run();
    assert_eq!(project.place.read("gh/comments/1"), planted);
    assert_eq!(project.comments()[1].0, "github-actions[bot]");
}

#[test]
fn a_pull_request_about_something_else_gets_no_comment_and_keeps_one_up_to_date() {
    let project = Project::new();
    let (event, work) = project.pull_request("README.md", with_a_remark, false);
    let checked = project.check(&event, &work).run();
    assert!(checked.is_well, "{}", checked.log);
    project.comment(&event, &checked).run();
    assert!(project.comments().is_empty());

    let stale = "github-actions[bot]\n<!-- kepherd check -->\nof before\n";
    project.place.write("gh/comments/1", stale);
    project.comment(&event, &checked).run();
    assert_eq!(project.comments().len(), 1);
    assert!(project.comments()[0].1.contains("## kepherd check: "));
}

#[test]
fn a_token_that_may_not_comment_is_a_warning_and_the_verdict_stands() {
    let project = Project::new();
    project.place.write("gh/no-comments", "");
    let (event, work) = project.pull_request(RECORD, with_a_remark, false);
    let checked = project.check(&event, &work).run();
    let commented = project.comment(&event, &checked).run();
    assert!(commented.is_well);
    assert!(
        commented
            .log
            .contains("::warning title=kepherd::the comment on #7 could not be")
            && commented.log.contains("the right to write pull requests"),
        "{}",
        commented.log
    );
}

#[test]
fn what_is_too_long_for_a_comment_is_cut_between_lines_and_says_so() {
    let project = Project::new();
    let long = |text: &str| {
        let unknown: String = (0..900).map(|n| format!("unknown-key-{n} = 1\n")).collect();
        let (first, rest) = text.split_once('\n').unwrap();
        format!("{first}\n{unknown}{rest}")
    };
    let (event, work) = project.pull_request(RECORD, long, false);
    let checked = project.check(&event, &work).run();
    assert!(checked.summary.len() > 65_536, "{}", checked.summary.len());
    project.comment(&event, &checked).run();
    let (_, body) = &project.comments()[0];
    assert!(body.len() < 65_536, "{}", body.len());
    assert!(body.contains("**This is not all of it.**"));
    assert!(body.ends_with("says it in full.\n"));
}

#[test]
fn a_pull_request_from_a_fork_is_checked_and_nothing_is_written() {
    let project = Project::new();
    let (event, work) = project.pull_request(RECORD, with_a_remark, true);
    let checked = project.check(&event, &work).run();
    assert!(checked.is_well, "{}", checked.log);
    assert!(
        checked.summary.contains("## kepherd check: ") && checked.summary.contains("## Plan `")
    );
    assert!(!project.comment(&event, &checked).is_due());
    let nowhere = project.place.scratch();
    let scan = Job::of(
        &project.place,
        &workflow("check"),
        "code-scanning",
        &event,
        &nowhere,
    )
    .with("vars.KEPHERD_CODE_SCANNING", "on")
    .after("registry", &checked);
    assert!(!scan.is_due());
    assert!(project.comments().is_empty());
    assert_eq!(project.place.names("artifacts"), ["kepherd-findings"]);
    assert_eq!(project.writes(), 0);
}

#[test]
fn a_merge_group_and_a_push_are_judged_and_nobody_comments() {
    let project = Project::new();
    let (pull, work) = project.pull_request(RECORD, with_a_mistake, false);
    let group = json!({ "merge_group": { "base_sha": project.base, "head_sha": pull.sha } });
    for event in [project.event("merge_group", group), project.push()] {
        let event = Event {
            sha: pull.sha.clone(),
            ..event
        };
        let checked = project.check(&event, &work).run();
        assert!(!checked.is_well, "{}", event.name);
        assert!(checked.log.contains("::error file="), "{}", checked.log);
        assert!(
            !project.comment(&event, &checked).is_due(),
            "{}",
            event.name
        );
        let scan = |set: &str| {
            let nowhere = project.place.scratch();
            let job = Job::of(
                &project.place,
                &workflow("check"),
                "code-scanning",
                &event,
                &nowhere,
            );
            job.with("vars.KEPHERD_CODE_SCANNING", set)
                .after("registry", &checked)
        };
        assert!(!scan("").is_due(), "off until somebody wants it");
        if event.name == "push" {
            assert!(scan("on").is_due() && scan("on").run().is_well);
        }
    }
    assert_eq!(project.writes(), 0);
}

/// Called by another registry, which has its folder, its runtimes, and issues that the token cannot read.
#[test]
fn another_registry_calls_check_with_its_own_inputs() {
    let project = Project::new();
    let (event, work) = project.pull_request(RECORD, with_a_remark, false);
    project.place.git(&work, &["mv", "keps", "enhancements"]);
    project
        .place
        .git(&work, &["commit", "--quiet", "--message", "moved"]);
    let checked = project
        .check(&event, &work)
        .with("inputs.registry", "enhancements")
        .with("inputs.runtimes", "")
        .with("inputs.plan", false)
        .run();
    assert!(
        !checked.log.contains("could not be cloned"),
        "{}",
        checked.log
    );
    assert!(
        checked.summary.contains("## kepherd check: "),
        "{}",
        checked.log
    );
    assert!(!checked.summary.contains("## Plan"), "{}", checked.summary);
}

/// The whole of *reconcile*, from the list of repositories to the pull request with numbers. Gives what `apply` said.
fn reconciled(project: &Project, event: &Event) -> (String, String) {
    project.place.begin();
    let reconcile = workflow("reconcile");
    let job = |name: &str| {
        let work = project.place.checkout(HOME);
        let job = Job::of(&project.place, &reconcile, name, event, &work);
        job.with("vars.KEPHERD_RECONCILE", "on")
    };
    let list = job("repositories").run();
    assert!(list.is_well, "{}", list.log);
    let matrix: Value = serde_json::from_str(&list.results()["matrix"]).unwrap();
    let repositories = matrix["include"].as_array().unwrap();
    assert_eq!(repositories.len(), 1, "{matrix}");
    let apply = ["repository", "key"]
        .into_iter()
        .fold(job("apply"), |job, key| {
            job.with(&format!("matrix.{key}"), repositories[0][key].clone())
        });
    let applied = apply
        .with("secrets.KEPHERD_TOKEN", "any")
        .after("repositories", &list)
        .run();
    assert!(applied.is_well, "{}", applied.log);
    let back = job("write-back").after("apply", &applied);
    assert!(back.is_due());
    let back = back.run();
    assert!(back.is_well, "{}", back.log);
    (applied.log, applied.summary)
}

#[test]
fn reconciling_writes_and_gives_numbers_back_and_the_second_time_there_is_nothing_to_do() {
    let project = Project::new();
    let event = project.push();
    let (log, summary) = reconciled(&project, &event);
    assert!(
        log.contains(" created · ") && log.contains("recorded keps/"),
        "{log}"
    );
    assert!(
        summary.contains("## Plan `") && summary.contains("## Applied plan `"),
        "{summary}"
    );
    let writes = project.writes();
    assert!(writes > 20, "{writes}");
    assert_eq!(project.place.names("gh/pulls"), ["1"]);
    let there = project.place.path("repos").join(HOME);
    let numbers = project
        .place
        .git(&there, &["diff", "--numstat", "main", "kepherd/write-back"]);
    assert!(
        numbers
            .lines()
            .all(|line| line.starts_with("1\t0\tkeps/") && line.ends_with(".toml")),
        "{numbers}"
    );
    let proposed = project
        .place
        .git(&there, &["rev-parse", "kepherd/write-back"]);
    assert_eq!(
        project.place.names("cache"),
        ["journal-containerd.containerd+77-1"]
    );

    // The pull request is not merged yet: issues are known by their markers and by the journal.
    let (log, summary) = reconciled(&project, &event);
    assert!(log.contains("nothing to do: "), "{log}");
    assert!(summary.contains("nothing to do"), "{summary}");
    assert_eq!(project.writes(), writes, "a second run writes nothing");
    assert_eq!(
        project.place.names("gh/pulls"),
        ["1"],
        "and opens no second pull request"
    );
    let again = project
        .place
        .git(&there, &["rev-parse", "kepherd/write-back"]);
    assert_eq!(again, proposed, "nor does it push the same once more");
}

#[test]
fn reconciling_is_off_until_somebody_wants_it() {
    let project = Project::new();
    let event = project.push();
    for name in ["repositories", "apply", "write-back"] {
        let nowhere = project.place.scratch();
        let job = Job::of(
            &project.place,
            &workflow("reconcile"),
            name,
            &event,
            &nowhere,
        )
        .with("needs.apply.result", "success");
        assert!(!job.is_due(), "{name}");
    }
}

/// The job of *reconcile* that applies, for the one repository.
fn apply_of_containerd<'a>(project: &'a Project, event: &'a Event, work: &Path) -> Job<'a> {
    let reconcile = workflow("reconcile");
    Job::of(&project.place, &reconcile, "apply", event, work)
        .with("matrix.repository", "containerd/containerd")
        .with("matrix.key", "containerd.containerd")
}

/// A token with too few rights: nothing is written, and the log says which right is missing.
#[test]
fn reconciling_without_the_right_to_it_says_so() {
    let project = Project::new();
    project.hub.world(|world| {
        let repository = world.repository_mut("containerd/containerd").unwrap();
        repository.viewer_can_push = false;
    });
    let event = project.push();
    let work = project.place.checkout(HOME);
    let applied = apply_of_containerd(&project, &event, &work)
        .with("vars.KEPHERD_RECONCILE", "on")
        .with("secrets.KEPHERD_TOKEN", "any")
        .run();
    assert!(!applied.is_well);
    assert!(
        applied
            .log
            .contains("may NOT write the issues of containerd/containerd"),
        "{}",
        applied.log
    );
    assert_eq!(project.writes(), 0);
    // What is to be handed over is handed over all the same.
    assert!(applied.has_run("Show the journal to people"));
}

#[test]
fn without_a_token_reconciling_says_what_to_set() {
    let project = Project::new();
    let event = project.push();
    let work = project.place.checkout(HOME);
    let applied = apply_of_containerd(&project, &event, &work).run();
    assert!(!applied.is_well);
    assert!(
        applied.log.contains("error: no token: set "),
        "{}",
        applied.log
    );
    assert!(!applied.has_run("Apply that plan"));
}

/// The whole of *refresh*. Gives the summary.
fn refreshed(project: &Project, event: &Event) -> String {
    project.place.begin();
    let refresh = workflow("refresh");
    let work = project.place.checkout(HOME);
    let read =
        Job::of(&project.place, &refresh, "read", event, &work).with("vars.KEPHERD_REFRESH", "on");
    assert!(read.is_due());
    let read = read.run();
    assert!(read.is_well, "{}", read.log);
    let work = project.place.checkout(HOME);
    let proposed = Job::of(&project.place, &refresh, "propose", event, &work)
        .after("read", &read)
        .run();
    assert!(proposed.is_well, "{}", proposed.log);
    assert!(!proposed.has_run("Become the App, if there is one"));
    read.summary
}

#[test]
fn refreshing_on_a_schedule_keeps_one_pull_request_up_to_date() {
    let project = Project::new();
    // There are issues that no record on main has heard of.
    reconciled(&project, &project.push());
    let writes = project.writes();
    let event = project.schedule();
    let summary = refreshed(&project, &event);
    assert!(
        summary.contains("kubernetes/enhancements"),
        "what is missing is named: {summary}"
    );
    assert_eq!(project.place.names("gh/pulls"), ["1", "2"]);
    let text = project.place.read("gh/pulls/2");
    assert!(
        text.starts_with("kepherd/refresh\nown\nRefresh the records"),
        "{text}"
    );
    assert!(text.contains("starts no workflow"), "{text}");
    let there = project.place.path("repos").join(HOME);
    let at = || project.place.git(&there, &["rev-parse", "kepherd/refresh"]);
    let proposed = at();
    refreshed(&project, &event);
    assert_eq!(
        project.place.names("gh/pulls"),
        ["1", "2"],
        "never a second one"
    );
    assert_eq!(at(), proposed, "nor is the same pushed once more");
    assert_eq!(project.writes(), writes, "nothing is written to issues");
}

#[test]
fn a_branch_with_commits_of_other_people_is_left_alone() {
    let project = Project::new();
    let event = project.schedule();
    // The job that reads hands over a change.
    project.place.begin();
    let work = project.place.checkout(HOME);
    let git = |arguments: &[&str]| project.place.git(&work, arguments);
    let text = std::fs::read_to_string(work.join(RECORD)).unwrap();
    std::fs::write(work.join(RECORD), with_a_remark(&text)).unwrap();
    let patch = git(&["diff"]);
    project
        .place
        .write("artifacts/refresh/refresh.patch", format!("{patch}\n"));
    project
        .place
        .write("artifacts/refresh/body.md", "## 1 fact changed\n");
    // And somebody has pushed to its branch.
    git(&["commit", "--quiet", "--all", "--message", "mine"]);
    git(&[
        "push",
        "--quiet",
        "origin",
        "HEAD:refs/heads/kepherd/refresh",
    ]);
    let theirs = git(&["rev-parse", "HEAD"]);

    let propose = |project: &Project| {
        let work = project.place.checkout(HOME);
        let job = Job::of(
            &project.place,
            &workflow("refresh"),
            "propose",
            &event,
            &work,
        );
        let job = job.with("needs.read.result", "success").run();
        assert!(job.is_well, "{}", job.log);
        job.log
    };
    let log = propose(&project);
    assert!(
        log.contains("kepherd/refresh has commits of other people"),
        "{log}"
    );
    let there = project.place.path("repos").join(HOME);
    let at = || project.place.git(&there, &["rev-parse", "kepherd/refresh"]);
    assert_eq!(at(), theirs);
    assert!(project.place.names("gh/pulls").is_empty());

    // Without it, the change is proposed; when there is none any more, the pull request is closed.
    project
        .place
        .git(&there, &["branch", "-D", "kepherd/refresh"]);
    propose(&project);
    assert_eq!(project.place.names("gh/pulls"), ["1"]);
    project.place.write("artifacts/refresh/refresh.patch", "");
    propose(&project);
    assert!(project.place.names("gh/pulls").is_empty());
}

/// A patch may hold anything: of another place nothing is applied, and something else than a plain file ends the job.
#[test]
fn what_is_proposed_is_records_alone() {
    let project = Project::new();
    let event = project.schedule();
    project.place.begin();
    let patch = "diff --git a/.github/workflows/check.yml b/.github/workflows/check.yml\nnew file mode 100644\n--- /dev/null\n\
                 +++ b/.github/workflows/check.yml\n@@ -0,0 +1 @@\n+on: push\n\
                 diff --git a/keps/link.toml b/keps/link.toml\nnew file mode 120000\n--- /dev/null\n+++ b/keps/link.toml\n@@ -0,0 +1 @@\n\
                 +../README.md\n\\ No newline at end of file\n";
    project
        .place
        .write("artifacts/refresh/refresh.patch", patch);
    project
        .place
        .write("artifacts/refresh/body.md", "## 1 fact changed\n");
    let work = project.place.checkout(HOME);
    let job = Job::of(
        &project.place,
        &workflow("refresh"),
        "propose",
        &event,
        &work,
    )
    .with("needs.read.result", "success")
    .run();
    assert!(!job.is_well);
    assert!(
        job.log.contains("something else than plain files"),
        "{}",
        job.log
    );
    assert!(!work.join(".github").exists());
}

#[test]
fn the_board_is_made_after_a_merge_and_on_a_schedule_from_the_default_branch_only() {
    let project = Project::new();
    for event in [project.push(), project.schedule()] {
        let work = project.place.checkout(HOME);
        let build = Job::of(&project.place, &workflow("board"), "build", &event, &work)
            .with("vars.KEPHERD_BOARD", "on");
        assert!(build.is_due());
        let build = build.run();
        assert!(build.is_well, "{}", build.log);
        assert!(build.has_run("actions/upload-pages-artifact"));
        let elsewhere = Event {
            ref_name: "topic",
            ..event.clone()
        };
        let build = Job::of(
            &project.place,
            &workflow("board"),
            "build",
            &elsewhere,
            &work,
        )
        .with("vars.KEPHERD_BOARD", "on");
        assert!(!build.is_due());
    }
}

#[test]
fn ci_runs_what_a_change_has_to_pass() {
    let project = Project::new();
    let event = project.push();
    let work = project.place.checkout(HOME);
    std::fs::copy(root().join("Cargo.toml"), work.join("Cargo.toml")).unwrap();
    std::fs::create_dir(work.join(".ci")).unwrap();
    std::fs::write(work.join(".ci/run"), "echo all is run\n").unwrap();
    for tool in ["rustup", "rustc"] {
        project.place.add(tool);
    }
    for name in ["all", "oldest-rust", "action", "advisories"] {
        let job = Job::of(&project.place, &workflow("ci"), name, &event, &work);
        assert_eq!(job.is_due(), name != "advisories");
        let job = job.with("matrix.runner", "here").run();
        assert!(job.is_well, "{name}: {}", job.log);
    }
    let calls = project.place.calls().join("\n");
    let oldest = env!("CARGO_PKG_RUST_VERSION");
    for call in [
        format!("rustup toolchain install {oldest} --profile minimal"),
        format!("cargo +{oldest} check --locked --no-default-features"),
        "cargo deny check advisories".to_owned(),
    ] {
        assert!(calls.contains(&call), "{calls}");
    }
}

/// Each job with a script is run by a test here or in `releasing.rs`: whoever adds one finds this list.
#[test]
fn every_job_with_a_script_is_run_by_a_test() {
    let mut jobs = Vec::new();
    for name in WORKFLOWS {
        for (job, definition) in workflow(name)["jobs"].as_object().unwrap() {
            let steps = definition["steps"].as_array().unwrap();
            if steps.iter().any(|step| step["run"].is_string()) {
                jobs.push(format!("{name}/{job}"));
            }
        }
    }
    assert_eq!(
        jobs,
        [
            "board/build",
            "check/registry",
            "check/comment",
            "ci/all",
            "ci/oldest-rust",
            "ci/action",
            "ci/advisories",
            "reconcile/repositories",
            "reconcile/apply",
            "reconcile/write-back",
            "refresh/read",
            "refresh/propose",
            "release/version",
            "release/build",
            "release/assets",
            "release/publish",
            "release/crates",
            "release/sums",
        ]
    );
}
