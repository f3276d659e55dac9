//! A new KEP record from what an issue says in the fields of the template. Pure.
//!
//! What people filled in is taken over as far as it is certain: a stage that has shipped is no aim, a shepherd is a
//! maintainer, and a status that only upstream knows is the weakest one. Everything else is said in a remark.

use std::collections::BTreeSet;

use toml_edit::{Array, DocumentMut, InlineTable, Value};

use crate::registry::Registry;
use crate::registry::edit::{list, set};
use crate::sources::issues::form::Form;
use crate::sources::issues::titles::keps_in_title;
use crate::terms::{Aim, Handle, IssueRef, Line, Release, RepositoryName, Stage, WorkKind};
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
pub struct DraftRequest<'a> {
    /// The KEP.
    pub number: u32,
    /// The short title, if not that of the issue.
    pub title: Option<&'a str>,
    /// The folder, if not that of the issue.
    pub sig: Option<&'a str>,
    /// The tracking issue, if there is one.
    pub issue: Option<TrackingIssue<'a>>,
}

/// An issue as people opened it.
#[derive(Debug, Clone, Copy)]
pub struct TrackingIssue<'a> {
    /// Where it lives.
    pub repository: &'a RepositoryName,
    /// Its number there.
    pub number: u64,
    /// Its title, prefixes and all.
    pub title: &'a str,
    /// What its fields say.
    pub form: &'a Form,
}

/// Why there is no draft.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoDraft {
    /// Neither the issue nor anybody says what the KEP is called.
    #[error("the issue's title is no title of a KEP: pass --title")]
    Untitled,
    /// The title that somebody asks for.
    #[error("`{0}` is no title: one line of text is asked for")]
    NoTitle(String),
    /// The issue names KEPs, and this one is not among them.
    #[error("#{issue} is about {}, and not about KEP-{kep}", all_of(.others))]
    OfOthers {
        /// The issue's number.
        issue: u64,
        /// The KEPs that it names.
        others: Vec<u32>,
        /// The KEP that was asked for.
        kep: u32,
    },
}

fn all_of(keps: &[u32]) -> String {
    let keps: Vec<String> = keps.iter().map(|number| format!("KEP-{number}")).collect();
    keps.join(" and ")
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
pub fn draft(registry: &Registry, asked: &DraftRequest<'_>) -> Result<Draft, NoDraft> {
    let number = asked.number;
    let nothing = Form::default();
    let form = asked.issue.map_or(&nothing, |issue| issue.form);
    let mut drafting = Drafting {
        registry,
        document: DocumentMut::new(),
        remarks: form.remarks.clone(),
    };
    if let Some(issue) = asked.issue {
        drafting.is_about(number, issue)?;
    }
    let title: Line = match asked.title {
        Some(title) => title
            .parse()
            .map_err(|_| NoDraft::NoTitle(title.to_owned()))?,
        None => form.title.clone().ok_or(NoDraft::Untitled)?,
    };
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
    if let Some(TrackingIssue {
        repository, number, ..
    }) = asked.issue
    {
        drafting.put("issue", i64::try_from(number).unwrap_or_default().into());
        if registry.config.value.default_repository() != Some(repository) {
            drafting.put("repository", repository.to_string().into());
        }
    }
    drafting.references(form);
    let Drafting {
        document, remarks, ..
    } = drafting;
    let path = format!("{sig}/{number}-{}.toml", slug(title.as_str()));
    let text = format!("#:schema ../../schema/kep.schema.json\n{document}");
    Ok(Draft {
        text: registry.with_schema_line(&path, &text),
        path,
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
    fn is_about(&mut self, number: u32, issue: TrackingIssue<'_>) -> Result<(), NoDraft> {
        let mut named: BTreeSet<u32> = issue.form.keps.iter().copied().collect();
        named.extend(keps_in_title(issue.title));
        let others: Vec<u32> = named
            .iter()
            .copied()
            .filter(|other| *other != number)
            .collect();
        if named.is_empty() {
            self.remark(format!(
                "#{} does not say which KEP it is about",
                issue.number
            ));
        } else if !named.contains(&number) {
            return Err(NoDraft::OfOthers {
                issue: issue.number,
                others,
                kep: number,
            });
        } else if !others.is_empty() {
            self.remark(format!("#{} also names {}", issue.number, all_of(&others)));
        }
        Ok(())
    }

    /// What is still ahead: the earliest release that has not shipped, with its stage.
    fn aim(&mut self, aims: &[Aim]) {
        let mut ahead: Vec<(Release, &Aim)> = Vec::new();
        let mut behind = Vec::new();
        for aim in aims {
            let Some(release) = aim.target else { continue };
            let cycles = self.registry.kubernetes.as_ref().map(|entry| &entry.value);
            match cycles.and_then(|cycles| cycles.cycle(release)) {
                Some(cycle) if cycle.released.is_none() => ahead.push((release, aim)),
                None if !cycles.is_some_and(|all| all.is_history(release)) => {
                    self.remark(format!(
                        "Kubernetes {release} is not in releases/kubernetes.toml, and is left out"
                    ));
                }
                _ => behind.push(release.to_string()),
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
                "stage: {} is the only one named, and is taken",
                stage.written()
            ));
        }
        if let Some(stage) = paired.or(only) {
            self.put("stage", stage.written().into());
            if let Some(on) = aim.and_then(|aim| aim.enabled_by_default) {
                self.put("enabled-by-default", on.into());
            }
        }
        if let Some(target) = target {
            self.put("target", target.to_string().into());
        }
    }

    fn people(&mut self, form: &Form) {
        let owners: Vec<String> = form.owners.iter().map(Handle::to_string).collect();
        if !owners.is_empty() {
            self.put("owners", list(owners));
        }
        let roles = &self.registry.config.value.shepherd_roles;
        let roster = self.registry.roster.iter();
        let maintainers: Vec<&Handle> = roster
            .flat_map(|roster| &roster.value.maintainers)
            .filter(|maintainer| roles.contains(&maintainer.role))
            .map(|maintainer| &maintainer.github)
            .collect();
        let mut shepherds = Vec::new();
        for shepherd in &form.shepherds {
            match maintainers.iter().find(|known| **known == shepherd) {
                // As the roster spells it.
                Some(maintainer) => shepherds.push(maintainer.to_string()),
                None => {
                    let known = maintainers.iter().map(|known| known.as_str());
                    let near = nearest(shepherd.as_str(), known)
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
        let liaisons: Vec<&str> = form.liaisons.iter().map(Handle::as_str).collect();
        if !liaisons.is_empty() {
            self.remark(format!(
                "liaison: {}; liaisons belong to a cycle, in releases/kubernetes.toml",
                liaisons.join(", ")
            ));
        }
    }

    fn references(&mut self, form: &Form) {
        // A pull request that writes the KEP is a document; the others are work.
        let (documents, work): (Vec<&IssueRef>, Vec<&IssueRef>) = form
            .pull_requests
            .iter()
            .partition(|one| one.repository.is_enhancements());
        let documents = documents.into_iter().map(|one| {
            format!(
                "https://github.com/kubernetes/enhancements/pull/{}",
                one.number
            )
        });
        let links: Vec<String> = documents
            .chain(form.links.iter().map(ToString::to_string))
            .collect();
        if !work.is_empty() {
            let tables = work.into_iter().map(|id| {
                let mut table = InlineTable::new();
                table.insert("id", id.to_string().into());
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
