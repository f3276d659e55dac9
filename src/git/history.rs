//! Commits, one behind the other: those of a day, and those that changed what stands at a path.

use std::collections::{BTreeMap, HashMap};

use super::trees::Taken;
use super::{Commit, Error, Object, Repository};
use crate::terms::Date;

/// A commit at which what stands at a path is another than before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The commit.
    pub commit: Commit,
    /// What stands there since; absent: nothing.
    pub object: Option<Object>,
    /// The commit before it; absent: there is none, or the clone does not have it.
    pub before: Option<Commit>,
}

/// What stands at each part of a path, from the tree of the commit on; nothing is below nothing.
struct Trail(Vec<Option<gix::ObjectId>>);

impl Trail {
    fn object(&self) -> Option<Object> {
        self.0.last().copied().flatten().map(Object)
    }
}

/// The first-parent lines that were walked, by the commit that they begin at.
pub(super) type Lines = HashMap<gix::ObjectId, Line>;

/// A first-parent line from a commit back, as far as it was walked; asked for many days, it is walked once.
pub(super) struct Line {
    commits: Vec<(gix::ObjectId, Date)>,
    /// The earliest day among the commits up to each: clocks differ, so that a parent may be dated after its child.
    earliest: Vec<Date>,
    /// Where the commits of each day stand.
    of_day: BTreeMap<Date, Vec<usize>>,
    /// The commit that comes next.
    next: Option<gix::ObjectId>,
}

impl Line {
    fn from(first: gix::ObjectId) -> Self {
        Self {
            commits: Vec::new(),
            earliest: Vec::new(),
            of_day: BTreeMap::new(),
            next: Some(first),
        }
    }

    fn goes_behind(&self, day: Date) -> bool {
        self.earliest.last().is_some_and(|earliest| *earliest < day)
    }

    fn push(&mut self, commit: gix::ObjectId, date: Date) {
        let earliest = self
            .earliest
            .last()
            .map_or(date, |earlier| date.min(*earlier));
        self.of_day
            .entry(date)
            .or_default()
            .push(self.commits.len());
        self.commits.push((commit, date));
        self.earliest.push(earliest);
    }

    /// The commits of a day before the first one that is older; if there are none, that one.
    fn on_or_before(&self, day: Date) -> Vec<(gix::ObjectId, Date)> {
        let older = self.earliest.partition_point(|earliest| *earliest >= day);
        let of_day = self.of_day.get(&day).map_or(&[][..], Vec::as_slice);
        let on: Vec<_> = of_day
            .iter()
            .take_while(|at| **at < older)
            .map(|at| self.commits[*at])
            .collect();
        match on.is_empty() {
            true => self.commits.get(older).copied().into_iter().collect(),
            false => on,
        }
    }
}

impl Repository {
    /// The commits of a day on the first-parent line from a commit back, newest first; where there is none, the newest one before
    /// it. Empty, if the line does not go back so far.
    pub fn commits_on_or_before(&self, from: &Commit, day: Date) -> Result<Vec<Commit>, Error> {
        let first = self.object_id(from)?;
        let mut lines = self.lines.borrow_mut();
        let line = lines.entry(first).or_insert_with(|| Line::from(first));
        while !line.goes_behind(day)
            && let Some(id) = line.next
        {
            let commit = match line.commits.is_empty() {
                true => self.find(from)?,
                false => match self.parent(id) {
                    Some(commit) => commit,
                    None => {
                        line.next = None;
                        break;
                    }
                },
            };
            line.push(id, self.date_of(&commit)?);
            line.next = commit.parent_ids().next().map(gix::Id::detach);
        }
        let described = |(id, date): (gix::ObjectId, Date)| Commit {
            id: id.to_string(),
            date,
        };
        Ok(line.on_or_before(day).into_iter().map(described).collect())
    }

    /// The first-parent line from a commit back, newest first. In a shallow clone it ends where the history was cut.
    pub(super) fn first_parents<'r>(
        &'r self,
        from: &Commit,
    ) -> Result<impl Iterator<Item = gix::Commit<'r>> + use<'r>, Error> {
        let first = self.find(from)?;
        Ok(std::iter::successors(Some(first), |commit| {
            self.parent(commit.parent_ids().next()?.detach())
        }))
    }

    /// A commit that another one names. In a shallow clone it is named and not there: what is not known is not an error here.
    pub(super) fn parent(&self, id: gix::ObjectId) -> Option<gix::Commit<'_>> {
        let commit = self.repository.find_commit(id).ok()?;
        self.count(Taken {
            objects: 1,
            bytes: 0,
        });
        Some(commit)
    }

    /// The commits, on the first-parent line from one back, at which what stands at a path is another than before; newest first.
    ///
    /// Of a commit that leaves the path alone its own record and the trees that lead there are looked at, as far as they are
    /// others than those after it; what stands at the path is never read.
    pub fn changes(&self, from: &Commit, path: &str) -> Result<Vec<Change>, Error> {
        let mut changes = Vec::new();
        let mut after: Option<(gix::Commit<'_>, Trail)> = None;
        for commit in self.first_parents(from)? {
            let trail = self.trail(&commit, path, after.as_ref().map(|(_, trail)| trail))?;
            if let Some((later, later_trail)) = &after
                && later_trail.object() != trail.object()
            {
                changes.push(Change {
                    commit: self.described(later)?,
                    object: later_trail.object(),
                    before: Some(self.described(&commit)?),
                });
            }
            after = Some((commit, trail));
        }
        if let Some((first, trail)) = after
            && let Some(object) = trail.object()
        {
            changes.push(Change {
                commit: self.described(&first)?,
                object: Some(object),
                before: None,
            });
        }
        Ok(changes)
    }

    /// What stands at each part of a path at a commit. Where a tree is the same as at another commit, so is what is below it.
    fn trail(
        &self,
        at: &gix::Commit<'_>,
        path: &str,
        known: Option<&Trail>,
    ) -> Result<Trail, Error> {
        let root = at
            .tree_id()
            .map_err(|error| self.unreadable(&at.id().to_string(), &error))?
            .detach();
        let mut ids = vec![Some(root)];
        for (depth, part) in path.split('/').enumerate() {
            let above = ids.last().copied().flatten();
            let same = known.filter(|known| known.0.get(depth).copied() == Some(above));
            let below = match (above, same) {
                (_, Some(known)) => known.0.get(depth + 1).copied().flatten(),
                (Some(above), None) => self.child(above, part, path)?,
                (None, None) => None,
            };
            ids.push(below);
        }
        Ok(Trail(ids))
    }

    /// What has this name in a tree; `what` is looked for in it. Nothing is below a file.
    fn child(
        &self,
        tree: gix::ObjectId,
        name: &str,
        what: &str,
    ) -> Result<Option<gix::ObjectId>, Error> {
        let object = self.object(tree, what)?;
        if object.kind != gix::object::Kind::Tree {
            return Ok(None);
        }
        // A history has many trees, each looked into once: they are not kept.
        let tree = object.into_tree();
        for entry in tree.iter() {
            let entry = entry.map_err(|error| self.unreadable(what, &error))?;
            if *entry.filename() == *name {
                return Ok(Some(entry.object_id()));
            }
        }
        Ok(None)
    }
}
