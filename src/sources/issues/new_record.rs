//! A new KEP record from what an issue says in the fields of the template. Pure.
//!
//! What people filled in is taken over as far as it is certain: a stage that has shipped is no aim, a shepherd is a
//! maintainer, and a status that only upstream knows is the weakest one. Everything else is said in a remark.

use std::collections::BTreeSet;

use toml_edit::{Array, DocumentMut, InlineTable, Value};

use crate::registry::Registry;
use crate::registry::edit::{list, set};
use crate::sources::issues::form::{Aim, Form, Reference, Stage};
use crate::sources::issues::titles::keps_in_title;
use crate::sync::observed::ObservedIssue;
use crate::terms::{Handle, IssueRef, Line, Link, Release, RepositoryName, WorkKind};
use crate::text::words::nearest;

/// Longer titles make longer file names than anybody wants to type.
const LONGEST_SLUG: usize = 60;

/// A record that is not written yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Its path below the registry's root.
    pub path: String,
    /// Its text.
    pub text: String,
    /// What was not taken over, and why.
    pub remarks: Vec<String>,
}

/// What somebody asks for.
#[derive(Debug, Clone)]
pub struct Asked<'a> {
    /// The KEP.
    pub number: u32,
    /// The short title, if not that of the issue.
    pub title: Option<&'a str>,
    /// The folder, if not that of the issue.
    pub sig: Option<&'a str>,
    /// The tracking issue with its repository, and what it says.
    pub issue: Option<(&'a RepositoryName, &'a ObservedIssue, &'a Form)>,
}

/// The text of a work item's record.
pub fn item(
    id: &str,
    title: &str,
    kind: WorkKind,
    target: Option<Release>,
    assignees: &[Handle],
) -> String {
    let mut document = DocumentMut::new();
    set(&mut document, "id", id.into());
    set(&mut document, "title", title.into());
    set(&mut document, "kind", kind.written().into());
    if let Some(target) = target {
        set(&mut document, "target", target.to_string().into());
    }
    if !assignees.is_empty() {
        let handles = assignees.iter().map(ToString::to_string).collect();
        set(&mut document, "assignees", list(handles));
    }
    format!("#:schema ../../schema/work-item.schema.json\n{document}")
}

/// Drafts a record; the error says why there is none.
pub fn draft(registry: &Registry, asked: &Asked<'_>) -> Result<Draft, String> {
    let number = asked.number;
    let nothing = Form::default();
    let form = asked.issue.map_or(&nothing, |(_, _, form)| form);
    let mut drafting = Drafting {
        registry,
        document: DocumentMut::new(),
        remarks: form.remarks.clone(),
    };
    if let Some((_, issue, form)) = asked.issue {
        drafting.is_about(number, issue, form)?;
    }
    let title = asked
        .title
        .or(form.title.as_deref())
        .ok_or("the issue's title is no title of a KEP: pass --title")?;
    let title: Line = title
        .parse()
        .map_err(|_| format!("`{title}` is no title: one line of text is asked for"))?;
    let sig = asked.sig.or(form.sig.as_deref()).unwrap_or("sig-node");
    let sig = sig.to_lowercase();
    drafting.put("number", Value::from(i64::from(number)));
    drafting.put("title", title.as_str().into());
    drafting.put("status", "provisional".into());
    drafting
        .remark("status: `provisional` is a guess; `kepherd upstream pull` reads it from kep.yaml");
    drafting.aim(&form.aims);
    drafting.put("triage", "pending".into());
    drafting.people(form);
    if let Some((repository, issue, _)) = asked.issue {
        drafting.put(
            "issue",
            i64::try_from(issue.number).unwrap_or_default().into(),
        );
        if registry.config.value.default_repository() != Some(repository) {
            drafting.put("repository", repository.to_string().into());
        }
    }
    drafting.references(form);
    let Drafting {
        document, remarks, ..
    } = drafting;
    Ok(Draft {
        path: format!("{sig}/{number}-{}.toml", slug(title.as_str())),
        text: format!("#:schema ../../schema/kep.schema.json\n{document}"),
        remarks,
    })
}

struct Drafting<'a> {
    registry: &'a Registry,
    document: DocumentMut,
    remarks: Vec<String>,
}

impl Drafting<'_> {
    fn put(&mut self, key: &str, value: Value) {
        set(&mut self.document, key, value);
    }

    fn remark(&mut self, remark: impl Into<String>) {
        self.remarks.push(remark.into());
    }

    /// An issue that names other KEPs only is not this one's.
    fn is_about(&mut self, number: u32, issue: &ObservedIssue, form: &Form) -> Result<(), String> {
        let mut named: BTreeSet<u32> = form.keps.iter().copied().collect();
        named.extend(keps_in_title(&issue.title));
        let others: Vec<String> = named
            .iter()
            .filter(|other| **other != number)
            .map(|other| format!("KEP-{other}"))
            .collect();
        if named.is_empty() {
            self.remark(format!(
                "#{} does not say which KEP it is about",
                issue.number
            ));
        } else if !named.contains(&number) {
            return Err(format!(
                "#{} is about {}, and not about KEP-{number}",
                issue.number,
                others.join(" and ")
            ));
        } else if !others.is_empty() {
            self.remark(format!(
                "#{} also names {}",
                issue.number,
                others.join(" and ")
            ));
        }
        Ok(())
    }

    /// What is still ahead: the earliest release that has not shipped, with its stage.
    fn aim(&mut self, aims: &[Aim]) {
        let mut ahead: Vec<(Release, &Aim)> = Vec::new();
        let mut behind = Vec::new();
        for aim in aims {
            let Some(release) = aim.release else { continue };
            let text = release.to_string();
            let cycles = self.registry.kubernetes.as_ref().map(|entry| &entry.value);
            let known: Option<Release> = text.parse().ok();
            match (known, known.and_then(|release| cycles?.cycle(release))) {
                (Some(release), Some(cycle)) if cycle.released.is_none() => {
                    ahead.push((release, aim));
                }
                (Some(release), None) if !cycles.is_some_and(|all| all.is_history(release)) => {
                    self.remark(format!(
                        "Kubernetes {text} is not in releases/kubernetes.toml, and is left out"
                    ));
                }
                _ => behind.push(text),
            }
        }
        ahead.sort_by_key(|(release, _)| *release);
        let stages: BTreeSet<Stage> = aims.iter().filter_map(|aim| aim.stage).collect();
        let only = stages.first().copied().filter(|_| stages.len() == 1);
        let (target, aim) = match ahead.first() {
            Some((release, aim)) => (Some(*release), Some(*aim)),
            None => (None, aims.last()),
        };
        if target.is_none() && !behind.is_empty() {
            let behind = behind.join(" and ");
            self.remark(format!(
                "Kubernetes {behind} has shipped, so that it is no target"
            ));
        }
        for (other, _) in ahead.iter().skip(1) {
            self.remark(format!(
                "Kubernetes {other} is named too; the earliest one is the target"
            ));
        }
        let paired = aim.and_then(|aim| aim.stage);
        if let Some(stage) = only.filter(|_| paired.is_none() && aims.len() > 1) {
            self.remark(format!(
                "stage: {stage} is the only one named, and is taken"
            ));
        }
        if let Some(stage) = paired.or(only) {
            self.put("stage", stage.to_string().into());
            if let Some(on) = aim.and_then(|aim| aim.enabled_by_default) {
                self.put("enabled-by-default", on.into());
            }
        }
        if let Some(target) = target {
            self.put("target", target.to_string().into());
        }
    }

    fn people(&mut self, form: &Form) {
        let owners: Vec<String> = form
            .owners
            .iter()
            .filter(|owner| owner.parse::<Handle>().is_ok())
            .cloned()
            .collect();
        if !owners.is_empty() {
            self.put("owners", list(owners));
        }
        let roles = &self.registry.config.value.shepherd_roles;
        let roster = self.registry.roster.iter();
        let maintainers: Vec<String> = roster
            .flat_map(|roster| &roster.value.maintainers)
            .filter(|maintainer| roles.contains(&maintainer.role))
            .map(|maintainer| maintainer.github.to_string())
            .collect();
        let mut shepherds = Vec::new();
        for shepherd in &form.shepherds {
            let found = maintainers
                .iter()
                .find(|maintainer| maintainer.eq_ignore_ascii_case(shepherd));
            match found {
                Some(maintainer) => shepherds.push(maintainer.clone()),
                None => {
                    let near = nearest(shepherd, maintainers.iter().map(String::as_str))
                        .map_or_else(String::new, |near| format!(" (is `{near}` meant?)"));
                    self.remark(format!(
                        "shepherd `{shepherd}` is no maintainer who may shepherd, and is left out{near}"
                    ));
                }
            }
        }
        if !shepherds.is_empty() {
            self.put("shepherds", list(shepherds));
        }
        if !form.liaisons.is_empty() {
            self.remark(format!(
                "liaison: {}; liaisons belong to a cycle, in releases/kubernetes.toml",
                form.liaisons.join(", ")
            ));
        }
    }

    fn references(&mut self, form: &Form) {
        let is_kep = |one: &&Reference| one.owner == "kubernetes" && one.name == "enhancements";
        let work: Vec<String> = form
            .pull_requests
            .iter()
            .filter(|one| !is_kep(one))
            .map(ToString::to_string)
            .filter(|text| text.parse::<IssueRef>().is_ok())
            .collect();
        let documents = form.pull_requests.iter().filter(is_kep).map(|one| {
            format!(
                "https://github.com/kubernetes/enhancements/pull/{}",
                one.number
            )
        });
        let links: Vec<String> = documents
            .chain(form.links.iter().cloned())
            .filter(|link| link.parse::<Link>().is_ok())
            .collect();
        if !work.is_empty() {
            let tables = work.into_iter().map(|id| {
                let mut table = InlineTable::new();
                table.insert("id", id.into());
                table
            });
            self.put("pull-requests", Value::Array(Array::from_iter(tables)));
        }
        if !links.is_empty() {
            self.put("links", list(links));
        }
    }
}

/// A title as a part of a file name, as upstream's folders have it.
fn slug(title: &str) -> String {
    let words: Vec<String> = title
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    let mut slug = String::new();
    for word in words {
        if !slug.is_empty() && slug.len() + word.len() >= LONGEST_SLUG {
            break;
        }
        if !slug.is_empty() {
            slug.push('-');
        }
        slug.push_str(&word[..word.len().min(LONGEST_SLUG)]);
    }
    if slug.is_empty() {
        "kep".to_owned()
    } else {
        slug
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_become_file_names() {
        assert_eq!(
            slug("Allow HostNetwork Pods, with <b>"),
            "allow-hostnetwork-pods-with-b"
        );
        assert_eq!(slug("日本"), "kep");
        assert!(slug(&"x".repeat(300)).len() <= LONGEST_SLUG);
        assert!(slug(&"word ".repeat(300)).len() <= LONGEST_SLUG);
    }
}
