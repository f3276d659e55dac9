//! The documentation of the rules as Markdown: `docs/rules.md`, from the same text that `explain` prints.

use std::fmt::Write as _;

use crate::rules::{Example, ExampleBeside, Group, RULES, Rule};
use crate::text::words::capitalized;

/// The whole page.
pub fn page() -> String {
    let mut page = String::from(
        "# Rules\n\n\
         What `kepherd check` finds. `kepherd explain RULE` prints the same. This page is generated: \
         `cargo run -- explain --markdown > docs/rules.md`.\n\n\
         A level is set in `registry.toml`, under `[rules]`: `error`, `warning`, `note` or `off`; `syntax`, `schema` and \
         `unsafe-file` are always errors. A finding is accepted in its record:\n\n\
         ```toml\n[[allow]]\nrule = \"late-milestone\"\nreason = \"…\"\n```\n",
    );
    let groups = [
        (
            Group::Shape,
            "Shape",
            "What a file says. `plan` and `apply` refuse on these errors, and on nothing else.",
        ),
        (
            Group::Process,
            "Process",
            "Whether the process is followed. Of what is not known, nothing is said but that.",
        ),
        (
            Group::Change,
            "Change",
            "What a change does to the records: with `--base REV`, or in a pull request on GitHub.",
        ),
        (
            Group::Upstream,
            "Upstream",
            "Whether the records say what kubernetes/enhancements says: with `--upstream CLONE`.",
        ),
        (
            Group::Runtimes,
            "Runtimes",
            "Whether the records say what the git histories of the runtimes say: with `--runtime NAME=CLONE`.",
        ),
    ];
    for (group, title, about) in groups {
        // Writing to a string cannot fail.
        let _ = write!(page, "\n## {title}\n\n{about}\n");
        for rule in RULES.iter().filter(|rule| rule.group == group) {
            page.push_str(&section(rule));
        }
    }
    page
}

/// A rule's part of it.
pub(super) fn section(rule: &Rule) -> String {
    let mut section = format!(
        "\n### `{}`\n\n{} ({}). Why: {}. Source: {}.\n",
        rule.id,
        capitalized(rule.summary),
        rule.level,
        rule.why,
        rule.source,
    );
    for (title, text) in example(rule) {
        let _ = write!(section, "\n{title}:\n\n```toml\n{text}```\n");
    }
    let _ = write!(section, "\n{}\n", rule.remedy);
    section
}

/// A rule's example: what it is beside, what the rule finds fault with, and what is fine; each with its title.
pub fn example(rule: &Rule) -> Vec<(&'static str, String)> {
    let Example {
        wrong,
        beside,
        fine,
    } = &rule.example;
    let beside = match beside {
        ExampleBeside::Nothing => None,
        ExampleBeside::Without(gone) => {
            let gone = gone.iter().map(|path| format!("# {path}\n")).collect();
            Some(("Files that are not there", gone))
        }
        ExampleBeside::Base(files) => Some(("Before the change", shown(files))),
        ExampleBeside::Upstream { day, keps } => {
            let keps: Vec<(String, &str)> = keps
                .iter()
                .map(|(folder, text)| (format!("{folder}/kep.yaml, on {day}"), *text))
                .collect();
            Some(("Upstream", shown(&keps)))
        }
        ExampleBeside::History(commits) => {
            let commit = |(day, message, tag): &(&str, &str, Option<&str>)| {
                let tag = tag.map_or_else(String::new, |tag| format!(", tagged {tag}"));
                format!(
                    "# {day}{tag}: {}\n",
                    message.lines().next().unwrap_or_default()
                )
            };
            let commits = commits.iter().map(commit).collect();
            Some(("The runtime's history", commits))
        }
    };
    let own = [("Finds fault with", shown(wrong)), ("Is fine", shown(fine))];
    beside.into_iter().chain(own).collect()
}

/// Files one after the other, each under its path.
fn shown(files: &[(impl AsRef<str>, &str)]) -> String {
    if files.is_empty() {
        return "# nothing\n".to_owned();
    }
    let files = files.iter();
    let shown = files.map(|(path, text)| {
        let end = if text.ends_with('\n') { "" } else { "\n" };
        format!("# {}\n{text}{end}", path.as_ref())
    });
    shown.collect::<Vec<_>>().join("\n")
}
