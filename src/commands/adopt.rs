//! `kepherd adopt`

use anyhow::{Context as _, Result};

use super::carry_out::{How, carry_out};
use super::connect::{self, Connection, patience};
use super::plan::{attribute, sound_registry};
use super::{Context, Exit, block_on, records};
use crate::cli::Adopt;
use crate::sources::proposal::{Proposals, Source};
use crate::sync::adopt::{Adoption, adopt};
use crate::sync::observed::{Lookup, Observed, ObservedIssue};
use crate::sync::plan::{IssuePlan, Notice, Options};
use crate::sync::reconcile::read_and_plan;
use crate::sync::remembered::Remembered;
use crate::terms::{RepositoryName, Subject};

pub(super) fn run(context: &mut Context<'_>, options: &Adopt) -> Result<Exit> {
    let Some(opened) = sound_registry(context)? else {
        return Ok(Exit::CouldNotRun);
    };
    let registry = &opened.loaded.registry;
    let wanted = records::named(registry, &options.records)?;
    if let Some(name) = &options.repository {
        connect::listed(registry, name)?;
    }
    let asked = Options {
        repository: options.repository.clone(),
        ..Options::default()
    };
    let (plan, observed) = block_on(async {
        let sandbox = options.sandbox.as_ref();
        let (only, waits) = (options.repository.as_ref(), patience(&options.waits));
        let connection = Connection::open_for(context, sandbox, registry, only, waits).await?;
        let nothing = Remembered::default();
        let client = &connection.client;
        let read = read_and_plan(registry, client, &asked, &nothing, false).await;
        let read = match read {
            Ok((mut plan, observed)) => {
                attribute(context, &mut plan, client).await?;
                Ok((plan, observed))
            }
            Err(error) => Err(error),
        };
        connection.close().await;
        Ok(read?)
    })?;
    let is_meant = |subject: &Subject| wanted.is_empty() || wanted.contains(subject);
    let mut all = Proposals::of(Source::GitHub);
    let nothing = "nothing to adopt: on GitHub nothing was changed that kepherd had set, or that the template asks for";
    all.nothing = Some(nothing.to_owned());
    for repository in &plan.repositories {
        let name = &repository.repository;
        if let Some(problem) = &repository.problem {
            all.warnings
                .push(format!("{name} cannot be read: {problem}"));
        }
        let issues = repository.issues.iter();
        for issue in issues.filter(|issue| is_meant(&issue.subject) && is_anything_new(issue)) {
            let Some(found) = issue_of(&observed, name, issue) else {
                continue;
            };
            let adoption = adopt(registry, issue, found, wanted.contains(&issue.subject));
            let not_edited = || format!("`{}` is not edited", issue.record);
            if let Some(Adoption { proposal, notes }) = adoption.with_context(not_edited)? {
                all.proposals.push(proposal);
                all.notes.extend(notes);
            }
        }
    }
    carry_out(context, &opened, all, How::of(&options.showing))
}

/// Whether people changed something on an issue that its record has too.
fn is_anything_new(issue: &IssuePlan) -> bool {
    let is_news = |notice: &Notice| matches!(notice, Notice::Template { .. });
    !issue.drift.is_empty() || issue.notices.iter().any(is_news)
}

fn issue_of<'a>(
    observed: &'a Observed,
    repository: &RepositoryName,
    plan: &IssuePlan,
) -> Option<&'a ObservedIssue> {
    let seen = observed.repositories.get(repository)?;
    let number = plan.number?;
    match seen.issues.get(&number) {
        Some(Lookup::Issue(issue)) => Some(issue),
        Some(_) => None,
        None => seen.indexed.as_ref()?.get(&number),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use clap::Parser as _;
    use serde_json::Value;

    use crate::cli::Cli;
    use crate::commands::{Environment, Exit, run};
    use crate::registry::load::PARSED;
    use crate::rules::RUNS;

    const RECORDS: usize = 40;

    /// Runs a command in a folder, with the sandbox whose state lies there.
    fn kepherd(folder: &Path, arguments: &[&str]) -> (Exit, String) {
        let sandbox = format!("--sandbox={}", folder.join(".sandbox").display());
        let all = [
            &["kepherd"],
            arguments,
            &[sandbox.as_str(), "--today=2026-11-24"],
        ]
        .concat();
        let environment = Environment {
            directory: folder.to_owned(),
            token: None,
            app_id: None,
            app_private_key: None,
            api_url: None,
            step_summary: None,
            event: None,
            today: "2026-11-24".parse().unwrap(),
        };
        let (mut out, mut log) = (Vec::new(), Vec::new());
        let exit = run(&Cli::parse_from(all), &environment, &mut out, &mut log);
        out.extend(log);
        (exit, String::from_utf8(out).unwrap())
    }

    /// A registry of which people took a shepherd off every issue.
    fn drifted() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        write(
            "registry.toml",
            "home = \"containerd\"\nrepositories = [\"containerd/containerd\"]\n\n[[runtimes]]\nname = \"containerd\"\ncalendar = \"releases/containerd.toml\"\n",
        );
        write(
            "releases/containerd.toml",
            "[[minors]]\nrelease = \"2.5\"\nplanned = \"2026-12\"\n",
        );
        write(
            "maintainers.toml",
            "[[maintainers]]\ngithub = \"mikebrow\"\nrole = \"committer\"\n\n[[maintainers]]\ngithub = \"samuelkarp\"\nrole = \"committer\"\n",
        );
        for number in 1..=RECORDS {
            write(
                &format!("sig-node/{number}-x.toml"),
                &format!(
                    "number = {number}\ntitle = \"Pod Lullabies\"\nstatus = \"implementable\"\ntriage = \"accepted\"\nshepherds = [\"mikebrow\", \"samuelkarp\"]\nissue = {number}\n"
                ),
            );
        }
        let (exit, shown) = kepherd(folder.path(), &["apply"]);
        assert_eq!(exit, Exit::Clean, "{shown}");
        let state = folder.path().join(".sandbox");
        let mut world: Value =
            serde_json::from_str(&std::fs::read_to_string(&state).unwrap()).unwrap();
        let issues = &mut world["world"]["repositories"]["containerd/containerd"]["issues"];
        for issue in issues.as_object_mut().unwrap().values_mut() {
            issue["assignees"] = serde_json::json!(["samuelkarp"]);
        }
        std::fs::write(&state, world.to_string()).unwrap();
        folder
    }

    /// What the edits of all issues cost: the registry is read once and judged before and after them, however many there are.
    #[test]
    fn many_drifted_issues_are_judged_at_once() {
        let folder = drifted();
        RUNS.set(0);
        PARSED.set(0);
        let (exit, shown) = kepherd(folder.path(), &["adopt"]);
        assert_eq!(exit, Exit::Clean, "{shown}");
        assert_eq!(
            shown.matches("→ [\"samuelkarp\"]").count(),
            RECORDS,
            "{shown}"
        );
        // The registry as it is, for `adopt` refuses one with errors; what is known of it; and all edits together.
        assert_eq!(RUNS.get(), 3);
        // Each file, and each record as it is to be.
        assert_eq!(PARSED.get(), 3 + RECORDS + RECORDS);
        let text = std::fs::read_to_string(folder.path().join("sig-node/7-x.toml")).unwrap();
        assert!(text.contains("shepherds = [\"samuelkarp\"]"), "{text}");
    }
}
