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
        /// The title that it had, if it gets this one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<String>,
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
    /// Whether it gives something another name.
    pub fn is_rename(&self) -> bool {
        match self {
            Self::RenameLabel { .. } => true,
            Self::Label { .. } => false,
            Self::Milestone { from, .. } => from.is_some(),
        }
    }

    /// What it is about: `label target/kubernetes/v1.38`.
    pub fn what(&self) -> String {
        match self {
            Self::RenameLabel { from, .. } => format!("label {from}"),
            Self::Label { name, .. } => format!("label {name}"),
            Self::Milestone { title, from, .. } => {
                format!("milestone {}", from.as_ref().unwrap_or(title))
            }
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
                title,
                number: _,
                from,
                reopen,
                due,
            } => vec![
                from.as_ref().map(|_| format!("renamed to {title}")),
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
                from: _,
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

/// What gets another name in a repository: what it is called, and what it will be.
#[derive(Debug, Default)]
pub(super) struct Renames {
    labels: Vec<(String, String)>,
    milestones: Vec<(String, String)>,
}

/// What gets another name, by repository; none of one where nothing does.
pub(super) fn renames(desired: &Desired, observed: &Observed) -> BTreeMap<RepositoryName, Renames> {
    let of = |(name, wanted): (&RepositoryName, &DesiredRepository)| {
        let seen = observed.repositories.get(name)?;
        if seen.access == Access::Triages {
            return None;
        }
        let renames = Renames {
            labels: renamed_labels(wanted, seen),
            milestones: renamed_milestones(wanted, seen),
        };
        let is_any = !renames.labels.is_empty() || !renames.milestones.is_empty();
        is_any.then(|| (name.clone(), renames))
    };
    desired.repositories.iter().filter_map(of).collect()
}

/// Milestones that kepherd made for a release, and that have another title than the registry gives it: one of that title would be the
/// second for the same release.
fn renamed_milestones(
    wanted: &DesiredRepository,
    seen: &ObservedRepository,
) -> Vec<(String, String)> {
    let missing = wanted.milestones.iter();
    let missing = missing.filter(|(title, _)| !seen.milestones.contains_key(*title));
    let renamed = missing.filter_map(|(title, milestone)| {
        let is_its =
            |there: &ObservedMilestone| there.description == milestone.definition.description;
        let mut there = seen.milestones.iter();
        let (from, _) =
            there.find(|(from, there)| is_its(there) && !wanted.milestones.contains_key(*from))?;
        Some((from.clone(), title.clone()))
    });
    renamed.collect()
}

fn renamed_labels(wanted: &DesiredRepository, seen: &ObservedRepository) -> Vec<(String, String)> {
    let mut renames: Vec<(String, String)> = Vec::new();
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

/// What is observed, with labels and milestones as they are called once they are renamed.
pub(super) fn with_renamed<'a>(
    observed: &'a Observed,
    renames: &BTreeMap<RepositoryName, Renames>,
) -> Cow<'a, Observed> {
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

fn rename(seen: &mut ObservedRepository, renames: &Renames) {
    let Renames { labels, milestones } = renames;
    for (from, to) in labels {
        if let Some(mut label) = seen.labels.remove(&from.to_lowercase()) {
            label.name.clone_from(to);
            seen.labels.insert(to.to_lowercase(), label);
        }
    }
    for (from, to) in milestones {
        if let Some(milestone) = seen.milestones.remove(from) {
            seen.milestones.insert(to.clone(), milestone);
        }
    }
    let relabel = |carried: &mut Vec<String>| {
        for label in carried {
            if let Some((_, to)) = labels.iter().find(|(from, _)| same_name(from, label)) {
                label.clone_from(to);
            }
        }
    };
    let looked_up = seen.issues.values_mut().filter_map(|lookup| match lookup {
        Lookup::Issue(issue) => Some(&mut **issue),
        _ => None,
    });
    let listed = seen.indexed.iter_mut().flat_map(BTreeMap::values_mut);
    for issue in looked_up.chain(listed) {
        relabel(&mut issue.labels);
        if let Some(title) = &mut issue.milestone
            && let Some((_, to)) = milestones.iter().find(|(from, _)| from == title)
        {
            title.clone_from(to);
        }
    }
    for lookup in seen.pull_requests.values_mut() {
        if let PullRequestLookup::PullRequest(found) = lookup {
            relabel(&mut found.labels);
        }
    }
}

/// What is put right of the labels and milestones that are there, and what a person may want to look at; names are those after the
/// renames.
pub(super) fn compare(
    wanted: &DesiredRepository,
    seen: &ObservedRepository,
    renames: Option<&Renames>,
) -> (Vec<Mend>, Vec<DefinitionNotice>) {
    let labels = renames.into_iter().flat_map(|renames| &renames.labels);
    let mut mends: Vec<Mend> = labels
        .map(|(from, to)| Mend::RenameLabel {
            from: from.clone(),
            to: to.clone(),
        })
        .collect();
    let old_title = |title: &str| {
        let mut all = renames.into_iter().flat_map(|renames| &renames.milestones);
        let renamed = all.find(|(_, to)| to == title);
        renamed.map(|(from, _)| from.clone())
    };
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
        let Some(there) = seen.milestones.get(title) else {
            continue;
        };
        if let Some((is_ours, mend)) = milestone_differs(milestone, there, old_title(title)) {
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

/// A milestone that had another title until now, or is closed or due on another day although its release is ahead; and whether
/// kepherd made it.
fn milestone_differs(
    wanted: &DesiredMilestone,
    there: &ObservedMilestone,
    from: Option<String>,
) -> Option<(bool, Mend)> {
    let DesiredMilestone {
        definition: wanted,
        due_from,
        is_out,
    } = wanted;
    let is_ahead = !is_out;
    let is_ours = there.description == wanted.description;
    let is_within = there.due.is_some_and(|due| {
        let from = due_from.or(wanted.due);
        from.is_some_and(|from| due >= from) && wanted.due.is_some_and(|to| due <= to)
    });
    // People who leave a milestone without a day mean nothing by it.
    let is_asked = wanted.due.is_some() && (is_ours || there.due.is_some());
    let due = (is_ahead && is_asked && !is_within).then(|| Change {
        from: there.due.map(|day| day.to_string()),
        to: wanted.due.map(|day| day.to_string()),
    });
    let reopen = is_ahead && !there.open;
    (from.is_some() || reopen || due.is_some()).then(|| {
        let mend = Mend::Milestone {
            title: wanted.title.clone(),
            number: there.number,
            from,
            reopen,
            due,
        };
        (is_ours, mend)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::plan::MilestoneDefinition;
    use crate::terms::Date;

    /// What a rename is, decides whether all that is planned with the new name waits for it.
    #[test]
    fn a_label_with_another_colour_is_not_renamed() {
        let milestone = |from: Option<&str>| Mend::Milestone {
            title: "2.5".to_owned(),
            number: 3,
            from: from.map(str::to_owned),
            reopen: true,
            due: None,
        };
        let label = Mend::Label {
            name: "area/cri".to_owned(),
            color: Some(Change {
                from: Some("ededed".to_owned()),
                to: Some("5319e7".to_owned()),
            }),
            description: None,
        };
        assert!(!label.is_rename());
        assert!(!milestone(None).is_rename());
        assert!(milestone(Some("containerd 2.5")).is_rename());
    }

    /// Each of the three is enough: another title, that it is closed, and another day.
    #[test]
    fn a_milestone_is_put_right_in_what_is_wrong() {
        let day = |day: &str| -> Option<Date> { Some(day.parse().unwrap()) };
        let wanted = DesiredMilestone {
            definition: MilestoneDefinition {
                title: "2.5".to_owned(),
                due: day("2026-12-31"),
                description: "ours".to_owned(),
            },
            due_from: day("2026-12-01"),
            is_out: false,
        };
        let said = |from: Option<&str>, open: bool, due: &str| {
            let there = ObservedMilestone {
                number: 3,
                open,
                due: day(due),
                description: "ours".to_owned(),
            };
            let mend = milestone_differs(&wanted, &there, from.map(str::to_owned));
            mend.map_or_else(String::new, |(_, mend)| mend.say())
        };
        assert_eq!(said(None, true, "2026-12-01"), "");
        assert_eq!(said(None, true, "2026-12-31"), "");
        assert_eq!(
            said(None, true, "2027-01-01"),
            "due 2027-01-01 → 2026-12-31"
        );
        assert_eq!(
            said(None, true, "2026-11-30"),
            "due 2026-11-30 → 2026-12-31"
        );
        assert_eq!(
            said(None, false, "2026-12-15"),
            "opened again, for it has not shipped"
        );
        assert_eq!(said(Some("2.5.0"), true, "2026-12-15"), "renamed to 2.5");
    }
}
