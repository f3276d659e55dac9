//! A runtime's history as a graph: which commits are on which line of releases since when, and what of a pull request is in which tag.
//!
//! A *line* is what leads to the tip of a branch by first parents; each of its commits brings in whatever it has behind it that was not
//! there before. So what is in a tag is what was brought in up to its place on the line. A *change* is a commit of a line: the merge of a
//! pull request, a squash, or a plain commit. It is brought in by itself, by its backports, and by taking back what took it out; the last of
//! these before a tag decides. Pure: commits and names in, answers out, in time linear in the commits of each line.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::message::Said;
use super::names::Backports;
use super::titles::plain_title;
use crate::terms::{CommitId, Date, Named, Release, Version};

/// A commit as it was read.
#[derive(Debug, Clone)]
pub struct Commit {
    /// Its id.
    pub id: CommitId,
    /// Those before it, the first one first.
    pub parents: Vec<CommitId>,
    /// The day it was committed.
    pub day: Date,
    /// What its message says.
    pub said: Said,
}

/// The names of a repository that matter.
#[derive(Debug, Clone, Default)]
pub struct Names {
    /// Where the default branch ends.
    pub default: Option<CommitId>,
    /// Where the branch of each minor ends.
    pub branches: BTreeMap<Release, CommitId>,
    /// The tags of releases.
    pub tags: BTreeMap<Version, (CommitId, Date)>,
}

/// The place of a commit among all.
type Node = usize;

/// What leads to the tip of a branch.
struct Line {
    /// The minor whose branch it is; absent: the default branch.
    minor: Option<Release>,
    /// Its commits by first parents, oldest first.
    chain: Vec<Node>,
    /// The place on the chain at which each commit was brought in; `NEVER`: it is not there.
    entry: Vec<u32>,
    /// Its releases, each with its place and its day.
    tags: BTreeMap<Version, (u32, Date)>,
}

const NEVER: u32 = u32::MAX;

impl Line {
    fn of(minor: Option<Release>, tip: Node, parents: &[Vec<Node>]) -> Self {
        let mut chain = vec![tip];
        let mut seen = BTreeSet::from([tip]);
        let mut at = tip;
        // A loop of replacements ends where it began.
        while let Some(first) = parents[at].first().filter(|first| seen.insert(**first)) {
            chain.push(*first);
            at = *first;
        }
        chain.reverse();
        let mut entry = vec![NEVER; parents.len()];
        let mut stack = Vec::new();
        for (place, node) in chain.iter().enumerate() {
            stack.push(*node);
            while let Some(node) = stack.pop() {
                if entry[node] == NEVER {
                    entry[node] = place as u32;
                    stack.extend(&parents[node]);
                }
            }
        }
        Self {
            minor,
            chain,
            entry,
            tags: BTreeMap::new(),
        }
    }

    /// The commit of the line that brought a commit in.
    fn change(&self, node: Node) -> Option<Node> {
        let place = self.entry[node];
        (place != NEVER).then(|| self.chain[place as usize])
    }
}

/// A runtime's history.
pub struct History {
    commits: Vec<Commit>,
    index: BTreeMap<CommitId, Node>,
    /// The default branch first.
    lines: Vec<Line>,
    /// The changes that merge each pull request.
    by_number: HashMap<u64, Vec<Node>>,
    /// Those that merge one of each title, without what stands before it on a branch.
    by_title: HashMap<String, Vec<Node>>,
    /// The backports of each change.
    backports: HashMap<Node, BTreeSet<Node>>,
    /// What takes each change out.
    reverts: HashMap<Node, BTreeSet<Node>>,
    /// What branches of backports are called.
    names: Backports,
}

/// What a history says of a feature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// What of the evidence was never merged into any line.
    pub unmerged: Vec<Named>,
    /// Where each of the evidence came into the default branch, or else into another line, first.
    pub merged: Vec<Merge>,
    /// Whether all of it is in the default branch.
    pub in_default: bool,
    /// The lowest release that has all of it by itself, or else the first of the newest minor that has it by a backport; with its day.
    pub first: Option<(Version, Date)>,
    /// The lowest release of each minor that has all of it.
    pub lines: BTreeMap<Release, First>,
    /// The minors after the first release whose last release has not all of it.
    pub without: Vec<Release>,
    /// What of the evidence several merges of the default branch claim to be: each of them counts.
    pub claimed_twice: Vec<Named>,
    /// What took some of it out of the default branch, or else of the newest minor, where it is out still.
    pub taken_out: Option<Change>,
}

impl Answer {
    /// Whether a release has it, and the newest minor has not lost it.
    pub fn is_released(&self) -> bool {
        self.first.is_some() && self.taken_out.is_none()
    }
}

/// Where evidence came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merge {
    /// Which evidence.
    pub named: Named,
    /// The commit that brought it.
    pub commit: CommitId,
    /// The day of that commit.
    pub day: Date,
    /// Whether that is on the default branch.
    pub is_in_default: bool,
}

/// A commit of a line that brings something in, or takes it out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// The day of the commit.
    pub day: Date,
    /// The commit.
    pub commit: CommitId,
    /// The pull request that it merges.
    pub number: Option<u64>,
}

impl Change {
    /// What it is called in evidence.
    pub fn named(self) -> Named {
        match self.number {
            Some(number) => Named::PullRequest(number),
            None => Named::Commit(self.commit),
        }
    }
}

/// A change of a line, and what it says of itself.
#[derive(Debug, Clone)]
pub struct Brought<'a> {
    /// The change.
    pub change: Change,
    /// The title of the pull request that it merges; empty: it merges none.
    pub title: &'a str,
    /// The branch of that pull request.
    pub branch: &'a str,
    /// How many commits it brought to the default branch.
    pub commits: usize,
    /// Whether it is on the default branch.
    pub is_in_default: bool,
    /// Whether it brings something to a release branch.
    pub is_backport: bool,
    /// Whether it takes something back.
    pub is_revert: bool,
}

/// The first release of a minor that has a feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct First {
    /// The release.
    pub version: Version,
    /// Its day.
    pub day: Date,
    /// The backport that brought it in, if that is how it came.
    pub by: Option<Backport>,
    /// The last release of the minor that has it.
    pub last: Version,
    /// Whether the last one of the minor has not.
    pub is_gone: bool,
    /// The first release of the minor after it that has not.
    pub gap: Option<Version>,
}

/// What brought something to a release branch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backport {
    /// The change.
    pub change: Change,
    /// What it brings.
    pub of: Named,
    /// Whether the name of its branch, or its title, says so; otherwise a line in its commits does.
    pub is_named: bool,
}

impl History {
    /// A history of these commits, with the names that matter; `backports` reads what the branch of a backport is called.
    pub fn of(commits: Vec<Commit>, names: &Names, backports: &Backports) -> Self {
        let index: BTreeMap<CommitId, Node> = commits
            .iter()
            .enumerate()
            .map(|(node, commit)| (commit.id, node))
            .collect();
        let parents: Vec<Vec<Node>> = commits
            .iter()
            .map(|commit| {
                let parents = commit.parents.iter();
                parents.filter_map(|id| index.get(id).copied()).collect()
            })
            .collect();
        let node = |id: &CommitId| index.get(id).copied();
        let mut tips: Vec<(Option<Release>, Node)> = Vec::new();
        tips.extend(names.default.as_ref().and_then(node).map(|tip| (None, tip)));
        let mut minors: BTreeMap<Release, Node> = BTreeMap::new();
        // A minor whose branch is gone ends at its highest release.
        for (version, (id, _)) in &names.tags {
            minors.extend(node(id).map(|tip| (version.release, tip)));
        }
        for (minor, id) in &names.branches {
            minors.extend(node(id).map(|tip| (*minor, tip)));
        }
        tips.extend(minors.into_iter().map(|(minor, tip)| (Some(minor), tip)));
        let mut lines: Vec<Line> = tips
            .into_iter()
            .map(|(minor, tip)| Line::of(minor, tip, &parents))
            .collect();
        for (version, (id, day)) in &names.tags {
            let Some(tagged) = node(id) else { continue };
            let own = lines
                .iter()
                .position(|line| line.minor == Some(version.release));
            let place = own.map(|own| lines[own].entry[tagged]);
            match (own, place) {
                (Some(own), Some(place)) if place != NEVER => {
                    lines[own].tags.insert(*version, (place, *day));
                }
                // On no branch: what leads to it is a line of its own.
                _ => {
                    let mut line = Line::of(Some(version.release), tagged, &parents);
                    let place = line.entry[tagged];
                    line.tags.insert(*version, (place, *day));
                    lines.push(line);
                }
            }
        }
        let mut history = Self {
            commits,
            index,
            lines,
            by_number: HashMap::new(),
            by_title: HashMap::new(),
            backports: HashMap::new(),
            reverts: HashMap::new(),
            names: backports.clone(),
        };
        history.sort_out();
        history.relate();
        history.take_back();
        history
    }

    /// Every change of any line, once.
    fn changes(&self) -> BTreeSet<Node> {
        let chains = self.lines.iter().flat_map(|line| &line.chain);
        chains.copied().collect()
    }

    /// The commit of a line that brought a commit in: of the default branch, or else of the first that has it.
    fn change_of(&self, node: Node) -> Option<Node> {
        self.lines.iter().find_map(|line| line.change(node))
    }

    /// What a person may have written of an id.
    fn find(&self, id: &str) -> Option<Node> {
        // What begins like this lies between the two; of more than one, nobody knows which is meant.
        let filled = |digit: &str| {
            CommitId::parse(&format!(
                "{id}{}",
                digit.repeat(40_usize.saturating_sub(id.len()))
            ))
        };
        let mut found = self.index.range(filled("0")?..=filled("f")?);
        let (_, node) = found.next()?;
        found.next().is_none().then_some(*node)
    }

    /// Which change merges which pull request. Only those of a line count: what lies behind may be another project's.
    fn sort_out(&mut self) {
        for node in self.changes() {
            if let Some(merged) = &self.commits[node].said.merges {
                self.by_number.entry(merged.number).or_default().push(node);
                let title = plain_title(&merged.title);
                self.by_title.entry(title).or_default().push(node);
            }
        }
    }

    /// The changes of a title that are on a line, each with its place.
    fn titled<'a>(&'a self, title: &str, line: &'a Line) -> impl Iterator<Item = (u32, Node)> + 'a {
        let titled = self.by_title.get(&plain_title(title));
        let here = titled.into_iter().flatten().copied();
        here.filter(|node| line.change(*node) == Some(*node))
            .map(|node| (line.entry[node], node))
    }

    /// The default branch.
    fn default_line(&self) -> Option<&Line> {
        self.lines.first().filter(|line| line.minor.is_none())
    }

    /// Which change is a backport of which.
    fn relate(&mut self) {
        let mut of: HashMap<Node, BTreeSet<Node>> = HashMap::new();
        for line in self.lines.iter().filter(|line| line.minor.is_some()) {
            for change in &line.chain {
                let is_of_default = self.is_in_default(*change);
                if let Some(merged) = self.commits[*change]
                    .said
                    .merges
                    .as_ref()
                    .filter(|_| !is_of_default)
                {
                    let numbers = self.names.originals(&merged.branch, &merged.title);
                    let originals = numbers
                        .into_iter()
                        .filter_map(|number| self.by_number.get(&number));
                    of.entry(*change).or_default().extend(originals.flatten());
                }
            }
            for (node, commit) in self.commits.iter().enumerate() {
                let Some(change) = line
                    .change(node)
                    .filter(|change| !self.is_in_default(*change))
                else {
                    continue;
                };
                let picked = commit.said.picked.iter().filter_map(|id| self.find(id));
                let originals = picked.filter_map(|node| self.change_of(node));
                of.entry(change).or_default().extend(originals);
            }
        }
        // A backport of a backport is one of the original too.
        for backport in of.keys().copied().collect::<Vec<_>>() {
            let mut all = BTreeSet::new();
            let mut stack = vec![backport];
            while let Some(node) = stack.pop() {
                let originals = of.get(&node).into_iter().flatten();
                stack.extend(originals.filter(|one| **one != backport && all.insert(**one)));
            }
            for original in all {
                self.backports.entry(original).or_default().insert(backport);
            }
        }
    }

    fn is_in_default(&self, node: Node) -> bool {
        self.default_line()
            .is_some_and(|line| line.entry[node] != NEVER)
    }

    /// Which change takes out which.
    fn take_back(&mut self) {
        // The commits that a change brings in, where that is asked for: a revert of one of several takes out a part only.
        let mut brought: HashMap<Node, BTreeSet<Node>> = HashMap::new();
        let mut partly: BTreeMap<(Node, Node), BTreeSet<Node>> = BTreeMap::new();
        let mut whole: BTreeSet<(Node, Node)> = BTreeSet::new();
        for (node, commit) in self.commits.iter().enumerate() {
            let said = &commit.said;
            if !said.is_revert() {
                continue;
            }
            let by: BTreeSet<Node> = self
                .lines
                .iter()
                .filter_map(|line| line.change(node))
                .collect();
            let reverted = said.reverts.iter().filter_map(|id| self.find(id));
            for target in reverted {
                let Some(out) = self.change_of(target) else {
                    continue;
                };
                for by in by.iter().filter(|by| **by != out) {
                    if target == out {
                        whole.insert((*by, out));
                    } else {
                        partly.entry((*by, out)).or_default().insert(target);
                    }
                }
            }
            // By its number, whatever brought that to the line.
            let numbered = said
                .reverts_number
                .and_then(|number| self.by_number.get(&number));
            for out in numbered.into_iter().flatten() {
                whole.extend(by.iter().filter(|by| *by != out).map(|by| (*by, *out)));
            }
            // By its title, the last change of that title before it.
            if let (Some(title), true) = (&said.reverts_title, said.merges.is_some()) {
                let here = self.lines.iter();
                for line in here.filter(|line| line.change(node) == Some(node)) {
                    let titled = self.titled(title, line);
                    let before = titled.filter(|(place, _)| *place < line.entry[node]);
                    whole.extend(before.max().map(|(_, out)| (node, out)));
                }
            }
        }
        for (by, out) in partly.keys().copied().collect::<Vec<_>>() {
            let all = brought.entry(out).or_insert_with(|| self.brought_by(out));
            if partly[&(by, out)].is_superset(all) {
                whole.insert((by, out));
            }
        }
        for (by, out) in whole {
            self.reverts.entry(out).or_default().insert(by);
        }
    }

    /// The commits that are no merges and that a change brought in.
    fn brought_by(&self, change: Node) -> BTreeSet<Node> {
        let line = self
            .lines
            .iter()
            .find(|line| line.change(change) == Some(change));
        let nodes = 0..self.commits.len();
        nodes
            .filter(|node| line.is_some_and(|line| line.change(*node) == Some(change)))
            .filter(|node| self.commits[*node].parents.len() < 2)
            .collect()
    }

    /// What evidence names, as changes.
    fn named(&self, named: Named) -> Vec<Node> {
        match named {
            Named::PullRequest(number) => self.by_number.get(&number).cloned().unwrap_or_default(),
            Named::Commit(id) => {
                let node = self.index.get(&id);
                node.and_then(|node| self.change_of(*node))
                    .into_iter()
                    .collect()
            }
        }
    }

    /// What brings changes in, and what takes them out; each with how many times it was turned round.
    fn events(&self, changes: &[Node]) -> BTreeMap<Node, usize> {
        let mut events: BTreeMap<Node, usize> = BTreeMap::new();
        let mut next: Vec<(Node, usize)> = Vec::new();
        for change in changes {
            next.push((*change, 0));
            let backports = self.backports.get(change).into_iter().flatten();
            next.extend(backports.map(|backport| (*backport, 0)));
        }
        while let Some((node, turns)) = next.pop() {
            if events.get(&node).is_some_and(|known| *known >= turns) || turns > self.commits.len()
            {
                continue;
            }
            events.insert(node, turns);
            // A backport of what takes it out takes it out too.
            for out in self.reverts.get(&node).into_iter().flatten() {
                next.push((*out, turns + 1));
                let backports = self.backports.get(out).into_iter().flatten();
                next.extend(backports.map(|backport| (*backport, turns + 1)));
            }
            if events.len() > self.commits.len() {
                break;
            }
        }
        events
    }

    /// The event that decides at a place of a line; absent: nothing came in up to there.
    fn last(
        &self,
        line: &Line,
        place: u32,
        events: &BTreeMap<Node, usize>,
    ) -> Option<(Node, bool)> {
        let there = events.iter().filter_map(|(node, turns)| {
            let entry = line.entry[*node];
            (entry <= place && entry != NEVER).then_some((entry, *turns, *node))
        });
        there.max().map(|(_, turns, node)| (node, turns % 2 == 0))
    }

    /// A commit as people are told of it.
    fn told(&self, node: Node) -> Change {
        let Commit { id, day, said, .. } = &self.commits[node];
        Change {
            day: *day,
            commit: *id,
            number: said.merges.as_ref().map(|merged| merged.number),
        }
    }

    /// Where evidence came in, the default branch before all others.
    fn merge(&self, named: Named, nodes: &[Node]) -> Option<Merge> {
        let is_elsewhere = |node: &&Node| (!self.is_in_default(**node), **node);
        let node = *nodes.iter().min_by_key(is_elsewhere)?;
        let Commit { id, day, .. } = self.commits[node];
        Some(Merge {
            named,
            commit: id,
            day,
            is_in_default: self.is_in_default(node),
        })
    }

    /// A change of a release branch as the backport of evidence.
    fn backport(&self, node: Node, of: Named) -> Backport {
        let merged = self.commits[node].said.merges.as_ref();
        let is_named = merged.is_some_and(|merged| {
            let originals = self.names.originals(&merged.branch, &merged.title);
            matches!(of, Named::PullRequest(number) if originals.contains(&number))
        });
        Backport {
            change: self.told(node),
            of,
            is_named,
        }
    }

    /// Whether there is a tag of this version.
    pub fn has_tag(&self, version: Version) -> bool {
        self.lines
            .iter()
            .any(|line| line.tags.contains_key(&version))
    }

    /// Every change of a line, once, with what it says of itself.
    pub fn brought(&self) -> Vec<Brought<'_>> {
        let default = self.default_line();
        let mut commits: HashMap<Node, usize> = HashMap::new();
        for node in 0..self.commits.len() {
            if let Some(change) = default.and_then(|line| line.change(node)) {
                *commits.entry(change).or_default() += 1;
            }
        }
        let backports: BTreeSet<Node> = self.backports.values().flatten().copied().collect();
        let changes = self.changes().into_iter();
        changes
            .map(|node| {
                let said = &self.commits[node].said;
                let merged = said.merges.as_ref();
                Brought {
                    change: self.told(node),
                    title: merged.map_or("", |merged| &merged.title),
                    branch: merged.map_or("", |merged| &merged.branch),
                    commits: commits.get(&node).copied().unwrap_or_default(),
                    is_in_default: self.is_in_default(node),
                    is_backport: backports.contains(&node),
                    is_revert: said.is_revert(),
                }
            })
            .collect()
    }

    /// The change that brought a commit in.
    pub fn brought_with(&self, commit: CommitId) -> Option<CommitId> {
        let change = self.change_of(*self.index.get(&commit)?)?;
        Some(self.commits[change].id)
    }

    /// The changes of release branches that have the title of this evidence, and say in no other way that they bring it: each with its minor, and
    /// the first release of that with it.
    pub fn same_title(&self, named: Named) -> Vec<(Change, Release, Version)> {
        let mut all = Vec::new();
        for original in self.named(named) {
            let Some(merged) = &self.commits[original].said.merges else {
                continue;
            };
            let known = self.backports.get(&original);
            for line in &self.lines {
                let Some(minor) = line.minor else { continue };
                let is_it = |(_, node): &(u32, Node)| {
                    !self.is_in_default(*node)
                        && !known.is_some_and(|known| known.contains(node))
                        && self.commits[*node].day >= self.commits[original].day
                };
                for (place, node) in self.titled(&merged.title, line).filter(is_it) {
                    let mut tags = line.tags.iter();
                    if let Some((version, _)) = tags.find(|(_, (at, _))| *at >= place) {
                        let one = (self.told(node), minor, *version);
                        if !all.contains(&one) {
                            all.push(one);
                        }
                    }
                }
            }
        }
        all
    }

    /// The lowest release that has a tag: what it has, an older one may have had first.
    pub fn oldest(&self) -> Option<Version> {
        let tags = self.lines.iter().flat_map(|line| line.tags.keys());
        tags.min().copied()
    }

    /// What the history says of a feature that all of this evidence brings.
    pub fn answer(&self, evidence: &[Named]) -> Answer {
        let changes: Vec<(Named, Vec<Node>)> = evidence
            .iter()
            .map(|named| (*named, self.named(*named)))
            .collect();
        let unmerged = changes.iter().filter(|(_, nodes)| nodes.is_empty());
        let unmerged: Vec<Named> = unmerged.map(|(named, _)| *named).collect();
        let merged = changes
            .iter()
            .filter_map(|(named, nodes)| self.merge(*named, nodes));
        let events: Vec<(Named, BTreeMap<Node, usize>)> = changes
            .iter()
            .map(|(named, nodes)| (*named, self.events(nodes)))
            .collect();
        let is_all = unmerged.is_empty() && !evidence.is_empty();
        let has_all = |line: &Line, place: u32| {
            let is_in = |(_, events): &(Named, BTreeMap<Node, usize>)| {
                let last = self.last(line, place, events);
                last.is_some_and(|(_, is_in)| is_in)
            };
            is_all && events.iter().all(is_in)
        };
        // What took some of it out of a line, by a place of it.
        let out = |line: &Line, place: u32| {
            let last = events
                .iter()
                .filter_map(|(_, events)| self.last(line, place, events));
            let (node, _) = last.filter(|(_, is_in)| !is_in).max()?;
            Some(self.told(node))
        };
        let default = self.default_line();
        let tip = |line: &Line| line.chain.len() as u32 - 1;
        let mut minors: BTreeMap<Release, Vec<Tagged<'_>>> = BTreeMap::new();
        for line in &self.lines {
            for (version, (place, day)) in &line.tags {
                let tagged = Tagged {
                    version: *version,
                    day: *day,
                    line,
                    place: *place,
                    has_all: has_all(line, *place),
                };
                minors.entry(version.release).or_default().push(tagged);
            }
        }
        let mut lines: BTreeMap<Release, First> = BTreeMap::new();
        for (minor, tags) in &mut minors {
            tags.sort_by_key(|tagged| tagged.version);
            let Some(first) = tags.iter().find(|tagged| tagged.has_all) else {
                continue;
            };
            let by = events.iter().find_map(|(named, events)| {
                let (node, _) = self.last(first.line, first.place, events)?;
                (!self.is_in_default(node)).then(|| self.backport(node, *named))
            });
            let mut newest_first = tags.iter().rev();
            let last = newest_first.find(|tagged| tagged.has_all);
            let last = last.unwrap_or(first).version;
            lines.insert(
                *minor,
                First {
                    version: first.version,
                    day: first.day,
                    by,
                    last,
                    is_gone: tags.last().is_some_and(|tagged| !tagged.has_all),
                    gap: tags
                        .iter()
                        .find(|tagged| tagged.version > first.version && !tagged.has_all)
                        .map(|tagged| tagged.version),
                },
            );
        }
        // What came in by itself counts before what was brought to an older branch, however low that is numbered.
        let day_of = |one: &First| (one.version, one.day);
        let by_itself = lines.values().filter(|one| one.by.is_none());
        let first = by_itself.map(day_of).min();
        // Brought to branches only: the newest of them is the release, and the older ones are branches.
        let first = first.or_else(|| lines.values().next_back().map(day_of));
        let lacks = |(minor, tags): (&Release, &Vec<Tagged<'_>>)| {
            let is_later = first.is_some_and(|(first, _)| first.release < *minor);
            let lacks = tags.last().is_some_and(|tagged| !tagged.has_all);
            (is_later && lacks).then_some(*minor)
        };
        let without = minors.iter().filter_map(lacks).collect();
        let claimed_twice = changes.iter().filter(|(named, nodes)| {
            let here = nodes.iter().filter(|node| self.is_in_default(**node));
            matches!(named, Named::PullRequest(_)) && here.count() > 1
        });
        let claimed_twice = claimed_twice.map(|(named, _)| *named).collect();
        let newest = minors.values().next_back().and_then(|tags| tags.last());
        let taken_out = default
            .and_then(|line| out(line, tip(line)))
            .or_else(|| newest.and_then(|newest| out(newest.line, newest.place)));
        Answer {
            merged: merged.collect(),
            in_default: default.is_some_and(|line| has_all(line, tip(line))),
            unmerged,
            first,
            lines,
            without,
            claimed_twice,
            taken_out,
        }
    }
}

/// A release, and whether it has what is asked for.
struct Tagged<'a> {
    version: Version,
    day: Date,
    line: &'a Line,
    place: u32,
    has_all: bool,
}

#[cfg(test)]
mod tests;
