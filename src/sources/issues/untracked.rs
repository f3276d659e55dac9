//! Issues that no record names: which become a record, which become the issue of one, and which a person has to look at. Pure.

use std::collections::{BTreeMap, BTreeSet};

use super::asked::Asked;
use super::form::{self, Form};
use super::seen::{ListedIssue, Seen};
use super::tracked;
use crate::registry::Registry;
use crate::sources::kep_names::{keps_in_title, neighbours};
use crate::sources::proposal::Question;
use crate::terms::IssueRef;

/// What becomes of an issue.
pub(super) enum Fate {
    /// A record of this KEP.
    New(u32),
    /// The issue of this KEP's record, which has none yet.
    Pin(u32),
    /// A person decides.
    Asked(Question),
    /// Nothing; it is said.
    Remark(String),
}

/// The issues that may become some record's: what refers to them is worth reading.
pub fn candidates(registry: &Registry, seen: &Seen) -> BTreeSet<IssueRef> {
    let asked = Asked {
        registry,
        seen,
        upstream_has: None,
    };
    let fates = fates(&asked).into_iter();
    fates
        .filter(|(_, fate)| matches!(fate, Fate::New(_) | Fate::Pin(_)))
        .map(|(at, _)| at)
        .collect()
}

/// What becomes of each issue that is open and that no record names.
pub(super) fn fates(asked: &Asked<'_>) -> Vec<(IssueRef, Fate)> {
    let mut claimed = claimed(asked.registry);
    for entry in &asked.registry.keps {
        claimed.extend(tracked::way_of(asked, entry));
    }
    let mut fates = Vec::new();
    let mut by_kep: BTreeMap<u32, Vec<&IssueRef>> = BTreeMap::new();
    for (at, issue) in &asked.seen.listed {
        if !issue.is_open || claimed.contains(at) {
            continue;
        }
        let form = form::read(&issue.title, &issue.body);
        if !form.is_template {
            fates.extend(without_template(asked, at, issue).map(|fate| (at.clone(), fate)));
            continue;
        }
        let named = kep_of(issue, &form);
        let kep = named.and_then(|kep| kep.map(|kep| plausible(asked, kep, &form)).transpose());
        match kep {
            Ok(Some(kep)) => by_kep.entry(kep).or_default().push(at),
            // A KEP that is not written yet has no number: there is nothing to decide.
            Ok(None) => {
                let remark = format!(
                    "{} was opened with the template, and names no KEP: once it has a number, write that into its title",
                    asked.short(at)
                );
                fates.push((at.clone(), Fate::Remark(remark)));
            }
            Err(unclear) => fates.push((at.clone(), Fate::Asked(unclear.of(asked, at)))),
        }
    }
    for (kep, issues) in by_kep {
        let record = asked.registry.kep(kep);
        // Where its issue is now.
        let now = record.map(|entry| {
            let at = tracked::way_of(asked, entry).pop();
            let written = entry.value.issue.map(|issue| format!("#{issue}"));
            at.map(|at| asked.short(&at)).or(written)
        });
        match (issues.as_slice(), now) {
            ([only], None) => fates.push(((*only).clone(), Fate::New(kep))),
            ([only], Some(None)) => fates.push(((*only).clone(), Fate::Pin(kep))),
            (several, Some(Some(issue))) => {
                for at in several {
                    let why = format!("it tracks KEP-{kep}, whose record has {issue}");
                    let settled_by = format!(
                        "close it as a duplicate of {issue}, or name it in `related-issues`"
                    );
                    let question = asked.question(at, Some(kep), why, settled_by);
                    fates.push(((*at).clone(), Fate::Asked(question)));
                }
            }
            (several, None | Some(None)) => {
                let names: Vec<String> = several.iter().map(|at| asked.short(at)).collect();
                let all = if names.len() == 2 { "both" } else { "all" };
                let why = format!("{} {all} track KEP-{kep}", names.join(" and "));
                let settled_by = "close the others as duplicates of the one that goes on: it becomes the record's"
                        .to_owned();
                if let Some(first) = several.first() {
                    let question = asked.question(first, Some(kep), why, settled_by);
                    fates.push(((*first).clone(), Fate::Asked(question)));
                }
            }
        }
    }
    fates.sort_by(|(a, _), (b, _)| a.cmp(b));
    fates
}

/// The issues that records name.
fn claimed(registry: &Registry) -> BTreeSet<IssueRef> {
    let mut claimed = BTreeSet::new();
    for record in registry.tracked() {
        let others = record.former_issues().iter().chain(record.related_issues());
        let numbers = others.copied().chain(record.issue());
        claimed.extend(numbers.filter_map(|number| record.reference(registry, number)));
    }
    claimed
}

/// An issue that people wrote freely is about a KEP at most, unless the registry's own account wrote it for a record.
fn without_template(asked: &Asked<'_>, at: &IssueRef, issue: &ListedIssue) -> Option<Fate> {
    let titled = keps_in_title(&issue.title);
    let only = titled.first().copied().filter(|_| titled.len() == 1);
    match only.map(|kep| (kep, asked.registry.kep(kep))) {
        Some((kep, Some(entry))) if issue.is_own && entry.value.issue.is_none() => {
            Some(Fate::Pin(kep))
        }
        Some((kep, None)) if !issue.is_own => Some(Fate::Remark(format!(
            "{} names KEP-{kep} in its title, and was not opened with the template: `kepherd new kep {kep} --from-issue {}` if it tracks it",
            asked.short(at),
            at.number
        ))),
        _ => None,
    }
}

/// Why nobody knows which KEP an issue tracks.
enum Unclear {
    /// It names several.
    Several(BTreeSet<u32>),
    /// Its title and its fields name different ones.
    Differs { titled: u32, fields: Vec<u32> },
    /// It is nearly that of a record.
    Nearly { kep: u32, known: u32 },
    /// kubernetes/enhancements does not have it.
    NotUpstream(u32),
}

impl Unclear {
    fn of(self, asked: &Asked<'_>, at: &IssueRef) -> Question {
        let list = |keps: &mut dyn Iterator<Item = u32>| {
            let keps: Vec<String> = keps.map(|kep| format!("KEP-{kep}")).collect();
            keps.join(" and ")
        };
        let choose = |keps: &mut dyn Iterator<Item = u32>| {
            let mut keps = keps.map(|kep| kep.to_string());
            let first = keps.next().unwrap_or_default();
            let others: Vec<String> = keps.collect();
            format!(
                "mend the issue, or `kepherd new kep {first} --from-issue {}`, likewise for {}",
                at.number,
                others.join(" or ")
            )
        };
        let (why, settled_by) = match self {
            Self::Several(keps) => (
                format!(
                    "it names {} in one issue: which is it?",
                    list(&mut keps.iter().copied())
                ),
                choose(&mut keps.into_iter()),
            ),
            Self::Differs { titled, fields } => (
                format!(
                    "its title names KEP-{titled}, and its fields name {}",
                    list(&mut fields.iter().copied())
                ),
                choose(&mut std::iter::once(titled).chain(fields)),
            ),
            Self::Nearly { kep, known } => {
                let issue = asked
                    .registry
                    .kep(known)
                    .and_then(|entry| entry.value.issue);
                let issue = issue.map_or_else(String::new, |issue| format!(", #{issue}"));
                (
                    format!(
                        "it names KEP-{kep}, and KEP-{known} is on record{issue}: have two digits changed places?"
                    ),
                    format!(
                        "mend its title and fields, or `kepherd new kep {kep} --from-issue {}`",
                        at.number
                    ),
                )
            }
            Self::NotUpstream(kep) => (
                format!(
                    "it names KEP-{kep}, and kubernetes/enhancements has no such KEP: not merged yet, or a wrong number"
                ),
                format!(
                    "mend its title and fields, or `kepherd new kep {kep} --from-issue {}`",
                    at.number
                ),
            ),
        };
        asked.question(at, None, why, settled_by)
    }
}

/// The KEP that an issue of the template tracks, if it names one: the title decides, unless the fields contradict it.
fn kep_of(issue: &ListedIssue, form: &Form) -> Result<Option<u32>, Unclear> {
    let titled = keps_in_title(&issue.title);
    match (titled.first(), titled.len()) {
        (Some(only), 1) if form.keps.is_empty() || form.keps.contains(only) => Ok(Some(*only)),
        (Some(only), 1) => Err(Unclear::Differs {
            titled: *only,
            fields: form.keps.clone(),
        }),
        (Some(_), _) => Err(Unclear::Several(titled)),
        (None, _) => match form.keps.as_slice() {
            [] => Ok(None),
            [only] => Ok(Some(*only)),
            several => Err(Unclear::Several(several.iter().copied().collect())),
        },
    }
}

/// A KEP that an issue may well track: kubernetes/enhancements has it, or an issue of its own, whose address people copied; its kep.yaml may not
/// be merged yet.
fn plausible(asked: &Asked<'_>, kep: u32, form: &Form) -> Result<u32, Unclear> {
    let registry = asked.registry;
    if registry.kep(kep).is_some() {
        return Ok(kep);
    }
    let mut near = neighbours(kep).into_iter();
    if let Some(known) = near.find(|near| registry.kep(*near).is_some()) {
        return Err(Unclear::Nearly { kep, known });
    }
    match asked.upstream_has {
        Some(has) if !has(kep) && !form.addressed.contains(&kep) => Err(Unclear::NotUpstream(kep)),
        _ => Ok(kep),
    }
}
