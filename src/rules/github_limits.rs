//! `github-limits`: what GitHub would refuse is refused here first.

use super::{Context, GITHUB, Group, Rule};
use crate::findings::diagnostic::{FileId, Finding, Level, Place, Pointer, RuleId};
use crate::terms::github_limits as limits;

pub(super) const RULE: Rule = Rule {
    id: RuleId("github-limits"),
    group: Group::Shape,
    level: Level::Error,
    summary: "a title, label or number of labels or assignees that GitHub does not take",
    why: "GitHub refuses it, or drops what is too much without a word, so the issue would not say what the record says",
    source: GITHUB,
    example: "title = \"… 300 characters …\"",
    remedy: "Write it shorter, or name fewer.",
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let registry = context.registry;
    let config = &registry.config.value;
    let mut too_long = |file: FileId, at: Pointer, what: &str, text: &str, most: usize| {
        let length = text.chars().count();
        if length > most {
            findings.push(
                Finding::new(
                    RULE.id,
                    file,
                    Place::Value(at),
                    format!("{what} has {length} characters; GitHub takes {most}"),
                )
                .help("write it shorter"),
            );
        }
    };
    for entry in &registry.keps {
        let title = config
            .issue
            .title_of_kep(entry.value.number, &entry.value.title);
        let at = Pointer::to("title");
        too_long(
            entry.file,
            at,
            "the title of the issue",
            &title,
            limits::TITLE,
        );
    }
    for entry in &registry.items {
        let title = config.issue.title_of_item(&entry.value.title);
        let at = Pointer::to("title");
        too_long(
            entry.file,
            at,
            "the title of the issue",
            &title,
            limits::TITLE,
        );
    }
    let file = registry.config.file;
    if registry.config.is_sound("issue") {
        for (index, label) in config.issue.labels.iter().enumerate() {
            let at = Pointer::to("issue").key("labels").index(index);
            too_long(file, at, "the label", label.as_str(), limits::LABEL_NAME);
        }
    }
    if registry.config.is_sound("labels") {
        let label = &config.labels.kubernetes;
        let at = |key| Pointer::to("labels").key("kubernetes").key(key);
        let widest = label.name.replace("{release}", "1.99");
        too_long(file, at("name"), "the label", &widest, limits::LABEL_NAME);
        let widest = label.description.replace("{release}", "1.99");
        too_long(
            file,
            at("description"),
            "the description",
            &widest,
            limits::LABEL_DESCRIPTION,
        );
        if let Some(placeholder) = &label.placeholder {
            let name = placeholder.as_str();
            too_long(
                file,
                at("placeholder"),
                "the label",
                name,
                limits::LABEL_NAME,
            );
        }
    }
    let labels = config.issue.labels.len();
    if labels >= limits::LABELS_PER_ISSUE {
        findings.push(Finding::new(
            RULE.id,
            file,
            Place::Key(Pointer::to("issue").key("labels")),
            format!(
                "{labels} labels leave no room for that of the release: an issue takes {}",
                limits::LABELS_PER_ISSUE
            ),
        ));
    }
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
