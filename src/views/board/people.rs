//! A person as the board shows them.

use std::collections::BTreeMap;

use crate::terms::{Handle, Release, Role};

use super::cycles::CycleBoard;
use super::keps::KepBoard;
use super::{ItemBoard, View};

/// Somebody whom a record or a list names.
#[derive(Debug, Clone)]
pub struct PersonBoard {
    /// The account.
    pub handle: Handle,
    /// The name, if the roster has it.
    pub name: Option<String>,
    /// The role in the project; absent: none, or not known.
    pub role: Option<Role>,
    /// Whether they are a member of the Kubernetes organization; absent: not known.
    pub kubernetes_org_member: Option<bool>,
    /// Whether they are a member of SIG-Node; absent: not known.
    pub sig_node_member: Option<bool>,
    /// The KEPs that they shepherd.
    pub shepherds: Vec<u32>,
    /// Those of them that work goes on with: the load.
    pub load: usize,
    /// The KEPs that they own upstream.
    pub owns: Vec<u32>,
    /// The work items that they do.
    pub items: Vec<String>,
    /// The cycles that they liaise in.
    pub liaises: Vec<Release>,
}

impl PersonBoard {
    /// Whether a record or a cycle names them.
    pub fn has_work(&self) -> bool {
        !(self.shepherds.is_empty()
            && self.owns.is_empty()
            && self.items.is_empty()
            && self.liaises.is_empty())
    }
}

pub(super) fn people(
    view: &View<'_>,
    keps: &[KepBoard],
    items: &[ItemBoard],
    cycles: &[CycleBoard],
) -> Vec<PersonBoard> {
    let mut people: BTreeMap<String, PersonBoard> = BTreeMap::new();
    let roster = view.registry.roster.as_ref();
    for maintainer in roster.iter().flat_map(|roster| &roster.value.maintainers) {
        let person = at(&mut people, &maintainer.github);
        person.handle = maintainer.github.clone();
        person.name = maintainer.name.as_ref().map(ToString::to_string);
        person.role = Some(maintainer.role);
        person.kubernetes_org_member = maintainer.kubernetes_org_member;
        person.sig_node_member = maintainer.sig_node_member;
    }
    for kep in keps {
        for handle in &kep.shepherds {
            let person = at(&mut people, handle);
            person.shepherds.push(kep.number);
            person.load += usize::from(kep.is_going_on);
        }
        for handle in &kep.owners {
            at(&mut people, handle).owns.push(kep.number);
        }
    }
    for item in items {
        for handle in &item.assignees {
            at(&mut people, handle).items.push(item.id.clone());
        }
    }
    for cycle in cycles {
        for handle in &cycle.liaisons {
            at(&mut people, handle).liaises.push(cycle.release);
        }
    }
    people.into_values().collect()
}

/// Handles are the same in any case.
fn at<'a>(people: &'a mut BTreeMap<String, PersonBoard>, handle: &Handle) -> &'a mut PersonBoard {
    let key = handle.as_str().to_ascii_lowercase();
    people.entry(key).or_insert_with(|| PersonBoard {
        handle: handle.clone(),
        name: None,
        role: None,
        kubernetes_org_member: None,
        sig_node_member: None,
        shepherds: Vec::new(),
        load: 0,
        owns: Vec::new(),
        items: Vec::new(),
        liaises: Vec::new(),
    })
}
