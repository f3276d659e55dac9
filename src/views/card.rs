//! One record as people look at it: what it says itself, and what the registry knows around it. Pure; `kepherd show` draws it,
//! and whatever else puts a record before somebody draws the same card.
//!
//! Of what can be read off the record nothing is repeated here; everything that takes a look into another file is.

use super::life::{Life, life};
use crate::registry::Registry;
use crate::registry::tracked::Tracked;
use crate::terms::{Date, DatedRelease, Handle, IssueRef};

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
    /// The day of kep.yaml that the record was read at, and how many days ago that is.
    pub seen: Option<(Date, i64)>,
    /// A KEP's life against the cycles. Work without a KEP has none.
    pub life: Option<Life>,
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
