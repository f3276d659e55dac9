//! Labels and milestones that are there: what of them is put right, because kepherd made them or the registry says that they are
//! called otherwise now, and what a person may want to look at.
//!
//! Who made one GitHub does not tell. One whose description is kepherd's was made by it, or says the same.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Change;
use crate::sync::desired::{Desired, DesiredMilestone, DesiredRepository, LabelDefinition};
use crate::sync::observed::{
    Access, Lookup, Observed, ObservedLabel, ObservedMilestone, ObservedRepository,
    PullRequestLookup,
};
use crate::terms::RepositoryName;
use crate::text::words::same_name;

/// A label or a milestone that is there, and is put right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Mend {
    /// A label of an earlier pattern gets the name that it has now, on every issue and pull request that carries it.
    RenameLabel {
        /// Its name.
        from: String,
        /// The name that it gets.
        to: String,
    },
    /// A label says what it would say if it were made now.
    Label {
        /// Its name.
        name: String,
        /// Its colour: six hexadecimal digits.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        color: Option<Change>,
        /// Its description.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        description: Option<Change>,
    },
    /// A milestone is as it would be if it were made now.
    Milestone {
        /// Its title.
        title: String,
        /// Its number.
        number: u64,
        /// Whether it is opened again: its release has not shipped.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        reopen: bool,
        /// The day that it is due.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        due: Option<Change>,
    },
}

/// What a person may want to look at about a repository's labels and milestones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DefinitionNotice {
    /// A label is to get a name that another one has.
    NameTaken {
        /// Its name.
        from: String,
        /// The name that it cannot get.
        to: String,
    },
    /// A label or milestone differs from what the registry says, and people may have made it so.
    Differs(Mend),
}

impl Mend {
    /// What it is about: `label target/kubernetes/v1.38`.
    pub fn what(&self) -> String {
        match self {
            Self::RenameLabel { from, .. } => format!("label {from}"),
            Self::Label { name, .. } => format!("label {name}"),
            Self::Milestone { title, .. } => format!("milestone {title}"),
        }
    }

    /// What becomes of it.
    pub fn say(&self) -> String {
        let became = |what: &str, change: &Option<Change>| {
            let Change { from, to } = change.as_ref()?;
            let side = |side: &Option<String>| side.clone().unwrap_or_else(|| "nothing".to_owned());
            Some(format!("{what} {} → {}", side(from), side(to)))
        };
        let parts = match self {
            Self::RenameLabel { to, .. } => vec![Some(format!("renamed to {to}"))],
            Self::Label {
                name: _,
                color,
                description,
            } => vec![became("colour", color), became("description", description)],
            Self::Milestone {
                title: _,
                number: _,
                reopen,
                due,
            } => vec![
                reopen.then(|| "opened again, for it has not shipped".to_owned()),
                became("due", due),
            ],
        };
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

impl DefinitionNotice {
    /// In words.
    pub fn say(&self) -> String {
        match self {
            Self::NameTaken { from, to } => format!(
                "label {from} is not renamed, for {to} exists as well: put {to} on what carries {from}, and delete {from}"
            ),
            Self::Differs(Mend::Milestone {
                title,
                number: _,
                reopen,
                due,
            }) => {
                let closed =
                    reopen.then(|| "is closed, and its release has not shipped".to_owned());
                let due = due.as_ref().map(|Change { from, to }| {
                    let day = |day: &Option<String>| day.clone().unwrap_or_default();
                    format!(
                        "is due on {}, and its release is planned for {}",
                        day(from),
                        day(to)
                    )
                });
                let both: Vec<String> = [closed, due].into_iter().flatten().collect();
                format!("milestone {title} {}", both.join("; it "))
            }
            Self::Differs(mend) => format!("{} may be kepherd's: {}", mend.what(), mend.say()),
        }
    }
}

/// Labels that get another name: what they are called, and what they will be.
pub(super) type Renames = BTreeMap<RepositoryName, Vec<(String, String)>>;

/// The labels that get another name, by repository; none of one that has none.
pub(super) fn renames(desired: &Desired, observed: &Observed) -> Renames {
    let of = |(name, wanted): (&RepositoryName, &DesiredRepository)| {
        let renames = renames_in(wanted, observed.repositories.get(name)?);
        (!renames.is_empty()).then(|| (name.clone(), renames))
    };
    desired.repositories.iter().filter_map(of).collect()
}

fn renames_in(wanted: &DesiredRepository, seen: &ObservedRepository) -> Vec<(String, String)> {
    let mut renames: Vec<(String, String)> = Vec::new();
    if seen.access == Access::Triages {
        return renames;
    }
    let there = |name: &str| seen.labels.get(&name.to_lowercase());
    for (from, to) in &wanted.renamed_labels {
        let Some(label) = there(from) else {
            continue;
        };
        let is_taken = there(to).is_some_and(|other| !same_name(&other.name, &label.name));
        let is_done = label.name == *to || renames.iter().any(|(_, taken)| same_name(taken, to));
        if !is_taken && !is_done {
            renames.push((label.name.clone(), to.clone()));
        }
    }
    renames
}

/// What is observed, with labels as they are called once they are renamed.
pub(super) fn with_renamed<'a>(observed: &'a Observed, renames: &Renames) -> Cow<'a, Observed> {
    if renames.is_empty() {
        return Cow::Borrowed(observed);
    }
    let mut observed = observed.clone();
    for (name, renames) in renames {
        if let Some(seen) = observed.repositories.get_mut(name) {
            rename(seen, renames);
        }
    }
    Cow::Owned(observed)
}

fn rename(seen: &mut ObservedRepository, renames: &[(String, String)]) {
    for (from, to) in renames {
        if let Some(mut label) = seen.labels.remove(&from.to_lowercase()) {
            label.name.clone_from(to);
            seen.labels.insert(to.to_lowercase(), label);
        }
    }
    let issues = seen.issues.values_mut().filter_map(|lookup| match lookup {
        Lookup::Issue(issue) => Some(&mut issue.labels),
        _ => None,
    });
    let listed = seen.indexed.iter_mut().flat_map(BTreeMap::values_mut);
    let pull_requests = seen.pull_requests.values_mut();
    let pull_requests = pull_requests.filter_map(|lookup| match lookup {
        PullRequestLookup::PullRequest(found) => Some(&mut found.labels),
        _ => None,
    });
    let all = issues
        .chain(listed.map(|issue| &mut issue.labels))
        .chain(pull_requests);
    for label in all.flatten() {
        let mut renames = renames.iter();
        if let Some((_, to)) = renames.find(|(from, _)| same_name(from, label)) {
            label.clone_from(to);
        }
    }
}

/// What is put right of the labels and milestones that are there, and what a person may want to look at; names are those after the
/// renames.
pub(super) fn compare(
    wanted: &DesiredRepository,
    seen: &ObservedRepository,
    renames: &[(String, String)],
) -> (Vec<Mend>, Vec<DefinitionNotice>) {
    let mut mends: Vec<Mend> = renames
        .iter()
        .map(|(from, to)| Mend::RenameLabel {
            from: from.clone(),
            to: to.clone(),
        })
        .collect();
    let mut notices = Vec::new();
    for (from, to) in &wanted.renamed_labels {
        let there = |name: &str| seen.labels.get(&name.to_lowercase());
        if let (Some(old), Some(new)) = (there(from), there(to))
            && !same_name(&old.name, &new.name)
        {
            notices.push(DefinitionNotice::NameTaken {
                from: old.name.clone(),
                to: new.name.clone(),
            });
        }
    }
    let may_change = seen.access != Access::Triages;
    let mut put = |is_ours: bool, mend: Mend| match is_ours && may_change {
        true => mends.push(mend),
        false => notices.push(DefinitionNotice::Differs(mend)),
    };
    for (folded, label) in &wanted.labels {
        if let Some(mend) = seen
            .labels
            .get(folded)
            .and_then(|there| label_differs(label, there))
        {
            put(true, mend);
        }
    }
    for (title, milestone) in &wanted.milestones {
        let there = seen.milestones.get(title);
        if let Some((is_ours, mend)) = there.and_then(|there| milestone_differs(milestone, there)) {
            put(is_ours, mend);
        }
    }
    (mends, notices)
}

/// A label that kepherd made, and that has another colour. What people made is left as they made it.
fn label_differs(wanted: &LabelDefinition, there: &ObservedLabel) -> Option<Mend> {
    let is_ours = !wanted.description.is_empty() && there.description == wanted.description;
    let differs = !there.color.eq_ignore_ascii_case(&wanted.color);
    (is_ours && differs).then(|| Mend::Label {
        name: there.name.clone(),
        color: Some(Change {
            from: Some(there.color.clone()),
            to: Some(wanted.color.clone()),
        }),
        description: None,
    })
}

/// A milestone that is closed or due on another day although its release is ahead, and whether kepherd made it.
fn milestone_differs(wanted: &DesiredMilestone, there: &ObservedMilestone) -> Option<(bool, Mend)> {
    let DesiredMilestone {
        definition: wanted,
        due_from,
        is_out,
    } = wanted;
    if *is_out {
        return None;
    }
    let is_ours = there.description == wanted.description;
    let is_within = there.due.is_some_and(|due| {
        let from = due_from.or(wanted.due);
        from.is_some_and(|from| due >= from) && wanted.due.is_some_and(|to| due <= to)
    });
    // People who leave a milestone without a day mean nothing by it.
    let is_asked = wanted.due.is_some() && (is_ours || there.due.is_some());
    let due = (is_asked && !is_within).then(|| Change {
        from: there.due.map(|day| day.to_string()),
        to: wanted.due.map(|day| day.to_string()),
    });
    let reopen = !there.open;
    (reopen || due.is_some()).then(|| {
        let mend = Mend::Milestone {
            title: wanted.title.clone(),
            number: there.number,
            reopen,
            due,
        };
        (is_ours, mend)
    })
}
