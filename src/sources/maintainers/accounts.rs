//! GitHub's accounts behind the handles of a roster: an id tells somebody who changed their name from somebody else who took it. Pure.

use std::collections::BTreeMap;

use toml_edit::{Array, DocumentMut, Item, TableLike, Value};

use crate::registry::Registry;
use crate::registry::calendars::{Maintainer, Roster};
use crate::registry::edit::{NoToml, edited};
use crate::sources::proposal::{Change, Origin, Place, Proposal};
use crate::terms::links::Site;
use crate::terms::{Handle, Subject};
use crate::text::source::SourceFile;

/// What GitHub says of accounts, as far as it was asked.
#[derive(Debug, Clone, Default)]
pub struct Accounts {
    /// By the handle that was asked for; `None`: there is no such account.
    pub by_login: BTreeMap<Handle, Option<Account>>,
    /// The login of an account, by its id; `None`: it is gone.
    pub by_id: BTreeMap<u64, Option<Handle>>,
}

/// An account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its login, as it is spelt.
    pub login: Handle,
    /// Its id, which stays.
    pub id: u64,
}

/// Who somebody on the roster is on GitHub.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Is {
    /// Nobody asked, or GitHub did not say.
    NotAsked,
    /// Whom the roster says; the id, which is on record or not.
    Themselves(u64),
    /// Themselves, under another name.
    Renamed(Handle),
    /// Nobody any more.
    Gone,
    /// Nobody has the handle, and no id says who they were.
    Unknown,
}

impl Accounts {
    /// The handles worth asking for: those on the roster.
    pub fn wanted(roster: &Roster) -> Vec<Handle> {
        let maintainers = roster.maintainers.iter();
        maintainers.map(|one| one.github.clone()).collect()
    }

    /// The ids that their handles do not lead to any more: whose account that is now is to be asked by these.
    pub fn lost(&self, roster: &Roster) -> Vec<u64> {
        let maintainers = roster.maintainers.iter();
        let lost = maintainers.filter_map(|maintainer| {
            let id = maintainer.id?;
            let found = self.by_login.get(&maintainer.github)?;
            let is_same = found.as_ref().is_some_and(|account| account.id == id);
            (!is_same).then_some(id)
        });
        lost.collect()
    }

    /// Who somebody is.
    pub fn of(&self, maintainer: &Maintainer) -> Is {
        let Some(found) = self.by_login.get(&maintainer.github) else {
            return Is::NotAsked;
        };
        match (maintainer.id, found) {
            (Some(id), Some(account)) if account.id == id => Is::Themselves(id),
            (None, Some(account)) => Is::Themselves(account.id),
            (None, None) => Is::Unknown,
            (Some(id), _) => match self.by_id.get(&id) {
                Some(Some(login)) => Is::Renamed(login.clone()),
                Some(None) => Is::Gone,
                None => Is::NotAsked,
            },
        }
    }

    /// Whether GitHub says that nobody has a handle.
    pub fn is_nobody(&self, handle: &Handle) -> bool {
        self.by_login.get(handle) == Some(&None)
    }
}

/// An account, as where something is known from.
pub(super) fn origin(handle: &Handle) -> Origin {
    Origin {
        what: format!("GitHub's account {handle}"),
        link: Some(format!("{}/{handle}", Site::github().origin())),
    }
}

/// The edits of everything but the roster that names somebody who has another name now.
pub(super) fn renames(registry: &Registry, renamed: &BTreeMap<Handle, Handle>) -> Vec<Proposal> {
    if renamed.is_empty() {
        return Vec::new();
    }
    let mut all = Vec::new();
    for entry in &registry.keps {
        let subject = Subject::Kep(entry.value.number);
        let keys: &[&str] = &["shepherds", "owners"];
        all.push((Some(subject), entry.file, entry.is_whole(), keys));
    }
    for entry in &registry.items {
        let subject = Subject::Item(entry.value.id.clone());
        all.push((Some(subject), entry.file, entry.is_whole(), &["assignees"]));
    }
    if let Some(entry) = &registry.kubernetes {
        all.push((None, entry.file, entry.is_whole(), &[]));
    }
    let proposals = all
        .into_iter()
        .filter_map(|(subject, file, is_whole, keys)| {
            let source = registry.file(file);
            is_whole.then(|| proposal(subject, source, keys, renamed))?
        });
    proposals.collect()
}

fn proposal(
    subject: Option<Subject>,
    source: &SourceFile,
    keys: &[&str],
    renamed: &BTreeMap<Handle, Handle>,
) -> Option<Proposal> {
    let mut proposal = Proposal::about(subject, source);
    let edited: Result<_, NoToml> = edited(&source.text, |document| {
        let mut changes = Vec::new();
        for key in keys {
            let list = document.get_mut(key).and_then(Item::as_array_mut);
            changes.extend(
                list.into_iter()
                    .flat_map(|list| in_list(list, &Place::key(*key), renamed)),
            );
        }
        changes.extend(agreed(document, renamed));
        changes.extend(liaisons(document, renamed));
        Ok((!changes.is_empty()).then_some(changes))
    });
    let (after, changes) = edited.ok()??;
    (proposal.after, proposal.changes) = (after, changes);
    Some(proposal)
}

/// Those who agreed to a design.
fn agreed(document: &mut DocumentMut, renamed: &BTreeMap<Handle, Handle>) -> Vec<Change> {
    let design = document.get_mut("design").and_then(Item::as_table_like_mut);
    let agreed = design.and_then(|design| design.get_mut("approved-by")?.as_table_like_mut());
    let mut changes = Vec::new();
    for (runtime, item) in agreed.into_iter().flat_map(TableLike::iter_mut) {
        let place = Place::key(format!("design.approved-by.{}", runtime.get()));
        if let Some(value) = item.as_value_mut() {
            changes.extend(in_place(value, &place, renamed));
        }
    }
    changes
}

/// The liaisons of cycles.
fn liaisons(document: &mut DocumentMut, renamed: &BTreeMap<Handle, Handle>) -> Vec<Change> {
    let cycles = document
        .get_mut("cycles")
        .and_then(Item::as_array_of_tables_mut);
    let mut changes = Vec::new();
    for cycle in cycles
        .into_iter()
        .flat_map(toml_edit::ArrayOfTables::iter_mut)
    {
        let release = cycle
            .get("release")
            .and_then(Item::as_str)
            .unwrap_or_default();
        let place = Place::in_entry(release.to_owned(), "liaisons");
        let list = cycle.get_mut("liaisons").and_then(Item::as_array_mut);
        changes.extend(
            list.into_iter()
                .flat_map(|list| in_list(list, &place, renamed)),
        );
    }
    changes
}

fn in_list(list: &mut Array, place: &Place, renamed: &BTreeMap<Handle, Handle>) -> Vec<Change> {
    let values = list.iter_mut();
    values
        .filter_map(|value| in_place(value, place, renamed))
        .collect()
}

/// Another name in the place of one, with the space and the comments around it.
fn in_place(
    value: &mut Value,
    place: &Place,
    renamed: &BTreeMap<Handle, Handle>,
) -> Option<Change> {
    let before: Handle = value.as_str()?.parse().ok()?;
    let after = renamed.get(&before)?;
    let decor = value.decor().clone();
    *value = Value::from(after.to_string());
    *value.decor_mut() = decor;
    let quoted = |handle: &Handle| format!("\"{handle}\"");
    let change = Change::made(place.clone(), Some(quoted(&before)), Some(quoted(after)));
    Some(
        change
            .because("the account has another name now")
            .from(Some(origin(after))),
    )
}
