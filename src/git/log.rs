//! All commits behind some others, with their messages; and the branches of a repository.

use gix::bstr::ByteSlice as _;

use super::{Commit, Error, Repository};
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
    /// Every commit that is reachable from these, each once, in no particular order. In a shallow clone those behind the cut are missing.
    ///
    /// # Errors
    ///
    /// One of them cannot be read.
    pub fn log(&self, tips: &[Commit], mut each: impl FnMut(Logged<'_>)) -> Result<(), Error> {
        let tips: Result<Vec<gix::ObjectId>, Error> =
            tips.iter().map(|tip| self.object_id(tip)).collect();
        let walk = self.repository.rev_walk(tips?).all();
        let walk = walk.map_err(|error| self.unreadable("its history", &error))?;
        for found in walk {
            let found = found.map_err(|error| self.unreadable("its history", &error))?;
            let id = found.id.to_string();
            let commit = found.object().map_err(|_| self.lacking(&id))?;
            let day = self.date_of(&commit)?;
            let decoded = commit.decode();
            let decoded = decoded.map_err(|error| self.unreadable(&id, &error))?;
            each(Logged {
                id: bytes(&found.id),
                parents: found.parent_ids.iter().map(|id| bytes(id)).collect(),
                day,
                message: decoded.message,
            });
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
