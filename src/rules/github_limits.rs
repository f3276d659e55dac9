//! `github-limits`: what GitHub would refuse is refused here first.

use super::{Check, Context, Example, ExampleBeside, GITHUB, Group, Part, Reads, Rule};
use crate::findings::diagnostic::{Finding, Level, Place, Pointer, RuleId};
use crate::findings::sources::FileId;
use crate::registry::Entry;
use crate::registry::tracked::Tracked;
use crate::terms::github_limits as limits;

pub(super) const RULE: Rule = Rule {
    id: RuleId("github-limits"),
    group: Group::Shape,
    level: Level::Error,
    summary: "a title, label or number of labels or assignees that GitHub does not take",
    why: "GitHub refuses it, or drops what is too much without a word, so the issue would not say what the record says",
    source: GITHUB,
    example: Example {
        wrong: &[(
            "registry.toml",
            r#"home = "containerd"
repositories = ["containerd/containerd"]

[[runtimes]]
name = "containerd"
calendar = "releases/containerd.toml"

[[runtimes]]
name = "cri-o"
calendar = "releases/cri-o.toml"
numbered-as-kubernetes = true

[issue]
labels = ["a label with more characters than GitHub takes of one"]
"#,
        )],
        beside: ExampleBeside::Nothing,
        fine: &[(
            "registry.toml",
            r#"home = "containerd"
repositories = ["containerd/containerd"]

[[runtimes]]
name = "containerd"
calendar = "releases/containerd.toml"

[[runtimes]]
name = "cri-o"
calendar = "releases/cri-o.toml"
numbered-as-kubernetes = true

[issue]
labels = ["area/cri"]
"#,
        )],
    },
    remedy: "Write it shorter, or name fewer.",
    parts: &[
        Part {
            reads: Reads::kep(&[&["number", "title"]])
                .and_item(&[&["title"]])
                .and_config(&["issue"]),
            check: Check::Tracked(title),
        },
        Part {
            reads: Reads::config(&["issue", "labels"]),
            check: Check::Registry(issue_labels),
        },
        Part {
            reads: Reads::config(&["labels"]),
            check: Check::Registry(made_labels),
        },
    ],
};

/// The title of the issue.
fn title(context: &Context<'_>, record: Tracked<'_>, findings: &mut Vec<Finding>) {
    let issue = &context.registry.config.value.issue;
    let title = match record {
        Tracked::Kep(entry) => {
            let sig = context.registry.sig_of(entry);
            issue.title_of_kep(sig, entry.value.number, &entry.value.title)
        }
        Tracked::Item(entry) => issue.title_of_item(&entry.value.title),
    };
    let at = Pointer::to("title");
    findings.extend(too_long(
        record.file(),
        at,
        "the title of the issue",
        &title,
        limits::TITLE,
    ));
}

/// The labels of every issue.
fn issue_labels(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let Entry { file, value, .. } = &context.registry.config;
    let list = Pointer::to("issue").key("labels");
    for (index, label) in value.issue.labels.iter().enumerate() {
        let at = list.clone().index(index);
        findings.extend(too_long(
            *file,
            at,
            "the label",
            label.as_str(),
            limits::LABEL_NAME,
        ));
    }
    let labels = value.issue.labels.len();
    let made = match value.labels.facts_of_a_record() {
        0 => "that of the release".to_owned(),
        facts => format!("the {} that are made from a record", facts + 1),
    };
    if labels + value.labels.facts_of_a_record() >= limits::LABELS_PER_ISSUE {
        findings.push(Finding::new(
            *file,
            Place::Key(list),
            format!(
                "{labels} labels leave no room for {made}: an issue takes {}",
                limits::LABELS_PER_ISSUE
            ),
        ));
    }
}

/// The labels that are made from records.
fn made_labels(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let Entry { file, value, .. } = &context.registry.config;
    let label = &value.labels.kubernetes;
    let widest = |pattern: &str| pattern.replace("{release}", "1.99");
    let placeholder = label
        .placeholder
        .as_ref()
        .map(|name| name.as_str().to_owned());
    let texts = [
        (
            "name",
            "the label",
            Some(widest(&label.name)),
            limits::LABEL_NAME,
        ),
        (
            "description",
            "the description",
            Some(widest(&label.description)),
            limits::LABEL_DESCRIPTION,
        ),
        ("placeholder", "the label", placeholder, limits::LABEL_NAME),
    ];
    for (key, what, text, most) in texts {
        let at = Pointer::to("labels").key("kubernetes").key(key);
        findings.extend(text.and_then(|text| too_long(*file, at, what, &text, most)));
    }
    for (fact, label) in value.labels.by_fact() {
        let at = Pointer::to("labels").key(fact.key()).key(fact.value());
        let (label, most) = (label.as_str(), limits::LABEL_NAME);
        findings.extend(too_long(*file, at, "the label", label, most));
    }
}

fn too_long(file: FileId, at: Pointer, what: &str, text: &str, most: usize) -> Option<Finding> {
    let length = text.chars().count();
    (length > most).then(|| {
        Finding::new(
            file,
            Place::Value(at),
            format!("{what} has {length} characters; GitHub takes {most}"),
        )
        .help("write it shorter")
    })
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{CONFIG, RECORD, check};

    #[test]
    fn a_title_at_the_limit_is_fine_and_one_more_is_not() {
        let prefix = "KEP-9001 - ".len();
        let record = |length: usize| RECORD.replace("Pod Lullabies", &"x".repeat(length - prefix));
        assert_eq!(check(&[("sig-node/9001-a.toml", &record(256))]), "");
        let found = check(&[("sig-node/9001-a.toml", &record(257))]);
        assert!(found.contains("the title of the issue has 257 characters; GitHub takes 256"));
    }

    #[test]
    fn labels_of_facts_are_measured_and_need_room() {
        let long = "x".repeat(51);
        let config = format!("{CONFIG}\n[labels.triage]\naccepted = \"{long}\"\n");
        let found = check(&[("registry.toml", &config)]);
        assert!(
            found.contains("the label has 51 characters; GitHub takes 50"),
            "{found}"
        );
        let many: Vec<String> = (0..99).map(|at| format!("label {at}")).collect();
        let config = |more: &str| format!("{CONFIG}\n[issue]\nlabels = {many:?}\n{more}");
        assert_eq!(check(&[("registry.toml", &config(""))]), "");
        let found = check(&[(
            "registry.toml",
            &config("[labels.triage]\naccepted = \"a\"\n"),
        )]);
        assert!(
            found.contains("99 labels leave no room for the 2 that are made from a record"),
            "{found}"
        );
    }

    #[test]
    fn labels_are_measured_as_they_will_be_written() {
        let long = "l".repeat(51);
        let config = format!(
            "{CONFIG}[issue]\nlabels = [\"{long}\"]\n[labels.kubernetes]\nname = \"{}{{release}}\"\n",
            "n".repeat(47)
        );
        let found = check(&[("registry.toml", &config)]);
        assert_eq!(found.matches("error[github-limits]").count(), 2, "{found}");
    }
}
