//! One record as people look at it: what it says itself, and what the registry knows around it. Pure; `kepherd show` draws it,
//! and whatever else puts a record before somebody draws the same card.
//!
//! Of what can be read off the record nothing is repeated here; everything that takes a look into another file is.

use super::life::{Life, life};
use crate::registry::Registry;
use crate::registry::kep::KepRecord;
use crate::registry::tracked::Tracked;
use crate::terms::{Date, DatedRelease, Handle, IssueRef, KubernetesRange, RuntimeState, Version};

/// A record and what the registry knows around it.
#[derive(Debug, Clone)]
pub struct Card<'a> {
    /// The record.
    pub record: Tracked<'a>,
    /// Its path below the registry's root.
    pub path: &'a str,
    /// Its tracking issue, if it has one.
    pub issue: Option<IssueRef>,
    /// The Kubernetes release that is aimed for.
    pub target: Option<DatedRelease>,
    /// The liaisons of that release's cycle; empty where none is known.
    pub liaisons: &'a [Handle],
    /// The runtime that the registry speaks for.
    pub home: &'a str,
    /// The minor of it that is targeted.
    pub milestone: Option<DatedRelease>,
    /// Since which version each runtime has it, or a part of it, and for which Kubernetes; in the registry's order.
    pub available: Vec<Available<'a>>,
    /// The day of kep.yaml that the record was read at, and how many days ago that is.
    pub seen: Option<(Date, i64)>,
    /// A KEP's life against the cycles. Work without a KEP has none.
    pub life: Option<Life>,
}

/// Since when a runtime has a feature, or a part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Available<'a> {
    /// The runtime.
    pub runtime: &'a str,
    /// The part; absent: the feature as a whole.
    pub part: Option<&'a str>,
    /// The first version that has it; absent: it is released, and nobody wrote down since when.
    pub since: Option<Version>,
    /// The Kubernetes releases that this is good for; absent: all.
    pub kubernetes: Option<KubernetesRange>,
}

/// What runtimes have released of a KEP.
fn available<'a>(registry: &'a Registry, record: &'a KepRecord) -> Vec<Available<'a>> {
    let mut all = Vec::new();
    for runtime in &registry.config.value.runtimes {
        let runtime = runtime.name.as_str();
        let Some(facts) = record.runtimes.get(runtime) else {
            continue;
        };
        let is_out = |state: RuntimeState| state == RuntimeState::Released;
        if is_out(facts.state) {
            all.push(Available {
                runtime,
                part: None,
                since: facts.release,
                kubernetes: facts.kubernetes,
            });
        }
        let parts = facts.parts.iter().filter(|part| is_out(part.state));
        all.extend(parts.map(|part| Available {
            runtime,
            part: Some(part.name.as_str()),
            since: part.release,
            kubernetes: part.kubernetes.or(facts.kubernetes),
        }));
    }
    all
}

/// A record's card, as a day knows it.
pub fn card<'a>(registry: &'a Registry, record: Tracked<'a>, today: Date) -> Card<'a> {
    let repository = registry.repository_of(record.repository());
    let issue = record.issue().zip(repository);
    let kubernetes = registry.kubernetes.as_ref().map(|entry| &entry.value);
    let cycle = record.target().and_then(|target| kubernetes?.cycle(target));
    let target = record.target();
    let milestone = record.milestone();
    Card {
        record,
        path: &registry.file(record.file()).path,
        issue: issue.map(|(number, repository)| IssueRef {
            repository: repository.clone(),
            number,
        }),
        target: target.map(|target| registry.kubernetes_release(target)),
        liaisons: cycle.map_or(&[], |cycle| &cycle.liaisons),
        home: registry.config.value.home.as_str(),
        milestone: milestone.map(|milestone| registry.home_release(milestone)),
        available: match record {
            Tracked::Kep(entry) => available(registry, &entry.value),
            Tracked::Item(_) => Vec::new(),
        },
        seen: match record {
            Tracked::Kep(entry) => {
                let seen = entry.value.upstream_seen;
                seen.map(|seen| (seen, seen.days_until(today)))
            }
            Tracked::Item(_) => None,
        },
        life: match record {
            Tracked::Kep(entry) => Some(life(registry, &entry.value, today)),
            Tracked::Item(_) => None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::load::{RawFile, load};

    #[test]
    fn a_card_says_since_when_each_runtime_has_it_and_for_which_kubernetes() {
        let files = [
            (
                "registry.toml",
                "home = \"containerd\"\nrepositories = [\"containerd/containerd\"]\n\n\
                 [[runtimes]]\nname = \"containerd\"\ncalendar = \"releases/containerd.toml\"\n\n\
                 [[runtimes]]\nname = \"cri-o\"\ncalendar = \"releases/cri-o.toml\"\n",
            ),
            (
                "sig-node/127-a.toml",
                "number = 127\ntitle = \"a\"\nstatus = \"implemented\"\n\
                 [runtimes.containerd]\nstate = \"released\"\nrelease = \"2.0.0\"\nkubernetes = \"1.27..\"\n\
                 [[runtimes.containerd.parts]]\nname = \"at first\"\nstate = \"released\"\nrelease = \"1.7.0\"\nkubernetes = \"1.25..1.26\"\n\
                 [[runtimes.containerd.parts]]\nname = \"mounts\"\nstate = \"released\"\nrelease = \"2.1.0\"\n\
                 [runtimes.cri-o]\nstate = \"merged\"\n",
            ),
        ];
        let files = files.map(|(path, text)| RawFile {
            path: path.to_owned(),
            content: Ok(text.as_bytes().to_vec()),
        });
        let registry = load(files.into()).registry;
        let record = registry.tracked().next().unwrap();
        let card = card(&registry, record, "2026-11-24".parse().unwrap());
        let said = card.available.iter().map(|one| {
            let range = one.kubernetes.map(|range| range.to_string());
            format!(
                "{} {:?} {} {range:?}",
                one.runtime,
                one.part,
                one.since.unwrap()
            )
        });
        assert_eq!(
            said.collect::<Vec<_>>(),
            [
                "containerd None 2.0.0 Some(\"1.27..\")",
                "containerd Some(\"at first\") 1.7.0 Some(\"1.25..1.26\")",
                // A part that does not say so is good for what the whole is good for.
                "containerd Some(\"mounts\") 2.1.0 Some(\"1.27..\")",
            ]
        );
    }

    #[test]
    fn a_card_knows_what_other_files_say_of_a_record_of_either_kind() {
        let files = [
            (
                "registry.toml",
                "home = \"containerd\"\nrepositories = [\"containerd/containerd\"]\n\n\
                 [[runtimes]]\nname = \"containerd\"\ncalendar = \"releases/containerd.toml\"\n",
            ),
            (
                "releases/kubernetes.toml",
                "[[cycles]]\nrelease = \"1.38\"\nplanned = 2026-12-16\nliaisons = [\"mikebrow\"]\n",
            ),
            (
                "releases/containerd.toml",
                "[[minors]]\nrelease = \"2.5\"\nplanned = \"2026-12\"\n",
            ),
            (
                "sig-node/1-a.toml",
                "number = 1\ntitle = \"a\"\nstatus = \"provisional\"\ntarget = \"1.39\"\nissue = 7\n",
            ),
            (
                "work-items/b.toml",
                "id = \"b\"\ntitle = \"b\"\nkind = \"issue\"\ntarget = \"1.38\"\nmilestone = \"2.5\"\n",
            ),
        ];
        let files = files.map(|(path, text)| RawFile {
            path: path.to_owned(),
            content: Ok(text.as_bytes().to_vec()),
        });
        let registry = load(files.into()).registry;
        let today = "2026-11-24".parse().unwrap();
        let cards: Vec<Card<'_>> = registry
            .tracked()
            .map(|record| card(&registry, record, today))
            .collect();
        let [kep, item] = cards.as_slice() else {
            panic!("{cards:?}");
        };
        let said = |release: Option<DatedRelease>| release.map(|release| release.to_string());
        let issue = kep.issue.as_ref().map(IssueRef::to_string);
        assert_eq!(issue.as_deref(), Some("containerd/containerd#7"));
        assert_eq!(said(kep.target).as_deref(), Some("1.39"));
        assert_eq!((kep.milestone, kep.liaisons.len()), (None, 0));
        assert!(kep.life.is_some() && item.life.is_none());
        assert_eq!(
            (item.issue.as_ref(), item.path),
            (None, "work-items/b.toml")
        );
        assert_eq!(
            said(item.target).as_deref(),
            Some("1.38 (planned for 2026-12-16)")
        );
        assert_eq!(
            said(item.milestone).as_deref(),
            Some("2.5 (planned for 2026-12)")
        );
        assert_eq!(item.liaisons.first().map(Handle::as_str), Some("mikebrow"));
    }
}
