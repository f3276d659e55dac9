//! A new KEP record from what an issue says in the fields of the template. Pure.
//!
//! What people filled in is taken over as far as it is certain: a stage that has shipped is no aim, a shepherd is a
//! maintainer, and a status that only upstream knows is the weakest one. Everything else is said in a remark.

use std::collections::BTreeSet;

use toml_edit::{Array, DocumentMut, InlineTable, Value};

use crate::registry::edit::{self, get, list, set};
use crate::registry::kep::KepRecord;
use crate::registry::{Entry, Registry};
use crate::sources::issues::form::Form;
use crate::sources::kep_names::keps_in_title;
use crate::sources::proposal::{Change, NOTHING, Place};
use crate::terms::github_limits as limits;
use crate::terms::{
    Aim, Guess, Handle, IssueRef, Line, Link, Release, RepositoryName, Stage, WorkKind,
};
use crate::text::words::{counted, nearest};

/// Where a KEP lies of which nobody says where.
const DEFAULT_SIG: &str = "sig-node";
/// Longer titles make longer file names than anybody wants to type.
const LONGEST_SLUG: usize = 60;

/// A record that is not written yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Its path below the registry's root.
    pub path: String,
    /// Its text.
    pub text: String,
    /// Its keys.
    pub changes: Vec<Change>,
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
    /// Who asks.
    pub by: Asker,
}

/// Who asks for a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asker {
    /// Somebody who has read the issue.
    Person,
    /// A program, that anybody can have an issue read by: nothing in it chooses a folder, a repository or a handle that the registry does not
    /// know.
    Program,
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
    /// The record names another issue.
    #[error("KEP-{number} has #{other} as its issue: one KEP has one issue for life")]
    HasIssue {
        /// The KEP.
        number: u32,
        /// The issue that it has.
        other: u64,
    },
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
    let mut drafting = Drafting::of(registry, DocumentMut::new(), None, (form, asked.by));
    if let Some(issue) = asked.issue {
        drafting.is_about(number, issue)?;
    }
    drafting.put("number", Value::from(i64::from(number)));
    let sig = asked.sig.or(form.sig.as_deref()).unwrap_or(DEFAULT_SIG);
    let sig = sig.to_lowercase();
    let sig = match asked.by {
        Asker::Program => drafting.known_folder(sig),
        Asker::Person => sig,
    };
    let title: Line = match asked.title {
        Some(title) => title
            .parse()
            .map_err(|_| NoDraft::NoTitle(title.to_owned()))?,
        None => form.title.clone().ok_or(NoDraft::Untitled)?,
    };
    let title = match asked.by {
        Asker::Program => drafting.that_fits(&sig, number, title),
        Asker::Person => title,
    };
    match asked.title {
        Some(_) => drafting.put("title", title.as_str().into()),
        None => drafting.guess(Guess::Title, title.as_str().into()),
    }
    drafting.guess(Guess::Status, "provisional".into());
    drafting.issue_says(form, asked.issue);
    let (document, changes, remarks) = drafting.finish(number);
    let path = format!("{sig}/{number}-{}.toml", slug(title.as_str()));
    let text = format!("#:schema ../../schema/kep.schema.json\n{document}");
    Ok(Draft {
        text: registry.with_schema_line(&path, &text),
        path,
        changes,
        remarks,
    })
}

/// What an issue adds to a record that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completed {
    /// Its keys.
    pub changes: Vec<Change>,
    /// What was not taken over, and why.
    pub remarks: Vec<String>,
}

/// Adds to a record what an issue says and the record does not. What is there stays; what is read from kep.yaml is left to that.
///
/// # Errors
///
/// The issue is about another KEP, or the record has another issue.
pub fn complete(
    registry: &Registry,
    entry: &Entry<KepRecord>,
    (issue, by): (TrackingIssue<'_>, Asker),
    document: &mut DocumentMut,
) -> Result<Completed, NoDraft> {
    let record = &entry.value;
    let number = record.number;
    if let Some(other) = record.issue.filter(|other| *other != issue.number) {
        return Err(NoDraft::HasIssue { number, other });
    }
    let mut drafting = Drafting::of(registry, document.clone(), Some(record), (issue.form, by));
    drafting.is_about(number, issue)?;
    if let Some(title) = &issue.form.title {
        drafting.guess(Guess::Title, title.as_str().into());
    }
    drafting.issue_says(issue.form, Some(issue));
    let (completed, changes, remarks) = drafting.finish(number);
    *document = completed;
    Ok(Completed { changes, remarks })
}

struct Drafting<'a> {
    registry: &'a Registry,
    document: DocumentMut,
    by: Asker,
    /// The record that is there; absent: it is a new one.
    record: Option<&'a KepRecord>,
    guessed: Vec<Guess>,
    changes: Vec<Change>,
    remarks: Vec<String>,
}

impl<'a> Drafting<'a> {
    fn of(
        registry: &'a Registry,
        document: DocumentMut,
        record: Option<&'a KepRecord>,
        (form, by): (&Form, Asker),
    ) -> Self {
        Self {
            registry,
            by,
            document,
            record,
            guessed: record.map_or_else(Vec::new, |record| record.guessed.clone()),
            changes: Vec::new(),
            remarks: form.remarks.clone(),
        }
    }

    /// The document with its guesses marked, what changed in it, and what there is to say.
    fn finish(mut self, number: u32) -> (DocumentMut, Vec<Change>, Vec<String>) {
        let known = self.record.map_or(0, |record| record.guessed.len());
        if self.guessed.len() > known {
            let words: Vec<&str> = self.guessed.iter().map(|guess| guess.written()).collect();
            // A program need not be told: the record says so, and upstream is asked next.
            let why = (self.by == Asker::Person).then(|| {
                format!(
                    "{}: guesses; `kepherd upstream pull --repo CLONE --kep {number}` reads kep.yaml",
                    words.join(", ")
                )
            });
            let words = words.into_iter().map(str::to_owned).collect();
            set(&mut self.document, "guessed", list(words));
            self.remarks.extend(why);
        }
        (self.document, self.changes, self.remarks)
    }

    /// A folder that the registry has already: another one would be made by whoever wrote a title.
    fn known_folder(&mut self, sig: String) -> String {
        let registry = self.registry;
        let mut known = registry.keps.iter().map(|entry| registry.sig_of(entry));
        if sig == DEFAULT_SIG || known.any(|folder| folder == sig) {
            return sig;
        }
        self.remark(format!(
            "the title names {sig}, and no record lies there: {DEFAULT_SIG} is taken until kep.yaml says where it belongs"
        ));
        DEFAULT_SIG.to_owned()
    }

    /// A title that leaves room for the rest of its issue's title.
    fn that_fits(&mut self, sig: &str, number: u32, title: Line) -> Line {
        let config = &self.registry.config.value.issue;
        let whole = config.title_of_kep(sig, number, &title).chars().count();
        let Some(over) = whole.checked_sub(limits::TITLE).filter(|over| *over > 0) else {
            return title;
        };
        let left = title.as_str().chars().count().saturating_sub(over + 1);
        let cut: String = title.as_str().chars().take(left).collect();
        let Ok(cut) = format!("{}…", cut.trim_end()).parse() else {
            return title;
        };
        self.remark(
            "the title is cut, for with the number it would be longer than GitHub's 256 characters"
                .to_owned(),
        );
        cut
    }

    /// A key that the record does not have yet.
    fn put(&mut self, key: &str, value: Value) {
        if get(&self.document, key).is_none() {
            set(&mut self.document, key, value);
            let after = get(&self.document, key);
            let change = Change::made(Place::key(key), None, after);
            self.changes.push(change);
        } else if Some(plain(&value)) != get(&self.document, key) {
            self.stays(key, &value, "the record");
        }
    }

    /// A key that upstream knows better. Once that was read, the issue's word counts for nothing.
    fn guess(&mut self, guess: Guess, value: Value) {
        let key = guess.written();
        let there = get(&self.document, key);
        match self.record.and_then(|record| record.upstream_seen) {
            Some(_) if there == Some(plain(&value)) => {}
            Some(seen) => self.stays(key, &value, &format!("kep.yaml, read on {seen},")),
            None if there.is_none() => {
                self.put(key, value);
                self.guessed.push(guess);
            }
            None => self.put(key, value),
        }
    }

    /// That the issue says something else.
    fn stays(&mut self, key: &str, value: &Value, who: &str) {
        let there = get(&self.document, key).unwrap_or_else(|| NOTHING.to_owned());
        self.remark(format!(
            "{key}: the issue says {}, and {who} {there}: that stays",
            plain(value)
        ));
    }

    /// All that an issue says, but what it is called.
    fn issue_says(&mut self, form: &Form, issue: Option<TrackingIssue<'_>>) {
        self.aim(&form.aims);
        if self.record.is_none_or(|record| record.triage.is_none()) {
            self.put("triage", "pending".into());
        }
        self.people(form);
        if let Some(TrackingIssue {
            repository, number, ..
        }) = issue
        {
            self.put("issue", i64::try_from(number).unwrap_or_default().into());
            if self.registry.config.value.default_repository() != Some(repository) {
                self.put("repository", repository.to_string().into());
            }
        }
        self.references(form);
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
            self.guess(Guess::Stage, stage.written().into());
            // That is said of this stage, and of no other.
            let is_stage = get(&self.document, "stage") == Some(plain(&stage.written().into()));
            if let Some(on) = aim
                .and_then(|aim| aim.enabled_by_default)
                .filter(|_| is_stage)
            {
                let is_read = self
                    .record
                    .is_some_and(|record| record.upstream_seen.is_some());
                match is_read {
                    true => self.put("enabled-by-default", on.into()),
                    false => self.guess(Guess::EnabledByDefault, on.into()),
                }
            }
        }
        if let Some(target) = target {
            self.guess(Guess::Target, target.to_string().into());
        }
    }

    fn people(&mut self, form: &Form) {
        let owners = form.owners.iter().filter(|owner| self.may_name(owner));
        let owners: Vec<String> = owners.map(Handle::to_string).collect();
        if owners.len() < form.owners.len() {
            let others = form.owners.iter().filter(|owner| !self.may_name(owner));
            let others: Vec<&str> = others.map(Handle::as_str).collect();
            let others = others.join(", ");
            self.remark(format!(
                "owners who are not on the roster are left to kep.yaml: {others}"
            ));
        }
        if !owners.is_empty() {
            self.guess(Guess::Owners, list(owners));
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

    /// Whether a handle may be written down: announcements mention it.
    fn may_name(&self, handle: &Handle) -> bool {
        let roster = self.registry.roster.iter();
        let mut maintainers = roster.flat_map(|roster| &roster.value.maintainers);
        self.by == Asker::Person || maintainers.any(|one| one.github == *handle)
    }

    /// Whether an address may be written down: issues show it under kepherd's name.
    fn may_link(&self, link: &Link) -> bool {
        const KUBERNETES: [&str; 3] = [
            "https://github.com/kubernetes/",
            "https://kep.k8s.io/",
            "https://www.kubernetes.dev/",
        ];
        let address = link.as_str();
        let is_plain = !address.contains("..") && !address.contains(['@', '%', '?']);
        self.by == Asker::Person
            || is_plain && KUBERNETES.iter().any(|known| address.starts_with(known))
    }

    fn references(&mut self, form: &Form) {
        // A pull request that writes the KEP is a document; the others are work.
        let (documents, work): (Vec<&IssueRef>, Vec<&IssueRef>) = form
            .pull_requests
            .iter()
            .partition(|one| one.repository.is_enhancements());
        let named = work.len();
        let by = self.by;
        let knows =
            |one: &&IssueRef| by == Asker::Person || is_known(self.registry, &one.repository);
        let work: Vec<&IssueRef> = work.into_iter().filter(knows).collect();
        if work.len() < named {
            self.remark(
                "pull requests of repositories that the registry does not know are left out"
                    .to_owned(),
            );
        }
        let documents = documents.into_iter().map(|one| {
            format!(
                "https://github.com/kubernetes/enhancements/pull/{}",
                one.number
            )
        });
        let others = form.links.iter().filter(|link| self.may_link(link));
        let links: Vec<String> = documents.chain(others.map(ToString::to_string)).collect();
        let left = form
            .links
            .iter()
            .filter(|link| !self.may_link(link))
            .count();
        if left > 0 {
            self.remark(format!(
                "{} elsewhere than at Kubernetes: left out, for anybody can write one",
                counted(left, "link")
            ));
        }
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

/// Whether a registry has to do with a repository: it drives it, or a runtime is developed there, or Kubernetes.
pub fn is_known(registry: &Registry, repository: &RepositoryName) -> bool {
    let config = &registry.config.value;
    let runtimes = config
        .runtimes
        .iter()
        .filter_map(|runtime| runtime.repository.as_ref());
    let mut known = config.repositories.iter().chain(runtimes);
    known.any(|known| known == repository) || repository.is_kubernetes()
}

/// A value as a record's text has it.
fn plain(value: &Value) -> String {
    edit::plain(Some(value)).unwrap_or_default()
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
