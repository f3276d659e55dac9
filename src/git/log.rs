//! All commits behind some others, with their messages; and the branches of a repository.

use std::collections::HashSet;

use gix::bstr::ByteSlice as _;

use super::{Commit, Error, Repository, day_of};
use crate::terms::Date;

/// A commit with its message.
#[derive(Debug)]
pub struct Logged<'a> {
    /// Its id.
    pub id: [u8; 20],
    /// The ids of those before it, the first one first.
    pub parents: Vec<[u8; 20]>,
    /// The day it was committed, in UTC.
    pub day: Date,
    /// Its message.
    pub message: &'a [u8],
}

impl Repository {
    /// Every commit that is reachable from these, each once, in no particular order.
    ///
    /// # Errors
    ///
    /// One of them cannot be read, or is not there: a shallow clone lacks those behind its cut.
    pub fn log(&self, tips: &[Commit], mut each: impl FnMut(Logged<'_>)) -> Result<(), Error> {
        let mut next = Vec::new();
        let mut seen = HashSet::new();
        for tip in tips {
            let id = self.object_id(tip)?;
            if seen.insert(id) {
                next.push(id);
            }
        }
        // The library's own walk would read each commit for its parents, and once more for its message.
        while let Some(id) = next.pop() {
            let name = id.to_string();
            let commit = self.repository.find_commit(id);
            let commit = commit.map_err(|_| self.lacking(&name))?;
            let decoded = commit.decode();
            let decoded = decoded.map_err(|error| self.unreadable(&name, &error))?;
            let time = decoded.committer().and_then(|committer| committer.time());
            let time = time.map_err(|error| self.unreadable(&name, &error))?;
            let parents: Vec<gix::ObjectId> = decoded.parents().collect();
            each(Logged {
                id: bytes(&id),
                parents: parents.iter().map(|id| bytes(id)).collect(),
                day: day_of(time),
                message: decoded.message,
            });
            next.extend(parents.into_iter().filter(|id| seen.insert(*id)));
        }
        Ok(())
    }

    /// The branches, those of remotes by the name that they have there; a local one comes first.
    ///
    /// # Errors
    ///
    /// They cannot be listed.
    pub fn branches(&self) -> Result<Vec<(String, Commit)>, Error> {
        let unreadable = |error: &dyn std::fmt::Display| self.unreadable("its branches", error);
        let references = self.repository.references();
        let references = references.map_err(|error| unreadable(&error))?;
        let mut local = Vec::new();
        let mut remote = Vec::new();
        for reference in references.all().map_err(|error| unreadable(&error))? {
            let mut reference = reference.map_err(|error| unreadable(&error.to_string()))?;
            let Ok(name) = reference.name().as_bstr().to_str().map(str::to_owned) else {
                continue;
            };
            let (into, short) = if let Some(short) = name.strip_prefix("refs/heads/") {
                (&mut local, short)
            } else if let Some((_, short)) = name
                .strip_prefix("refs/remotes/")
                .and_then(|rest| rest.split_once('/'))
            {
                (&mut remote, short)
            } else {
                continue;
            };
            let Ok(id) = reference.peel_to_id() else {
                continue;
            };
            let Ok(commit) = self.repository.find_commit(id.detach()) else {
                continue;
            };
            into.push((short.to_owned(), self.described(&commit)?));
        }
        local.append(&mut remote);
        Ok(local)
    }
}

fn bytes(id: &gix::oid) -> [u8; 20] {
    let mut bytes = [0; 20];
    let given = id.as_bytes();
    let length = given.len().min(bytes.len());
    bytes[..length].copy_from_slice(&given[..length]);
    bytes
}
