//! The tags of a repository, and the day of each.

use gix::bstr::ByteSlice as _;

use super::{Commit, Error, Repository};
use crate::terms::Date;

/// A tag of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// Its whole name, such as `v2.3.0` or `api/v1.10.0`.
    pub name: String,
    /// The commit.
    pub commit: Commit,
    /// The day when it was made, where it was made: that is the day that is announced. Of a tag that is nothing but a name, the day of its
    /// commit, in UTC.
    pub day: Date,
}

/// The day of a time, in the zone that it was written down in.
fn day_there(time: gix::date::Time) -> Option<Date> {
    let instant = jiff::Timestamp::from_second(time.seconds).ok()?;
    let offset = jiff::tz::Offset::from_seconds(time.offset).ok()?;
    Some(Date(instant.to_zoned(offset.to_time_zone()).date()))
}

impl Repository {
    /// The tags with a name that is wanted, by name. What is no tag of a commit is left out.
    ///
    /// # Errors
    ///
    /// The clone lacks what a tag names.
    pub fn tags(&self, is_wanted: impl Fn(&str) -> bool) -> Result<Vec<Tag>, Error> {
        let unreadable = |error: &dyn std::fmt::Display| self.unreadable("its tags", error);
        let references = self.repository.references();
        let references = references.map_err(|error| unreadable(&error))?;
        let mut tags = Vec::new();
        for reference in references.tags().map_err(|error| unreadable(&error))? {
            let reference = reference.map_err(|error| unreadable(&error.to_string()))?;
            let Ok(name) = reference.name().shorten().to_str() else {
                continue;
            };
            if !is_wanted(name) {
                continue;
            }
            let name = name.to_owned();
            let Some(id) = reference.target().try_id().map(ToOwned::to_owned) else {
                continue;
            };
            let object = self.repository.find_object(id);
            let object = object.map_err(|_| self.lacking(&name))?;
            // Whoever made the tag says when; a commit is older than that.
            let tagged = match object.kind {
                gix::object::Kind::Tag => {
                    let tag = object.clone().into_tag();
                    let tagger = tag.tagger().ok().flatten();
                    tagger
                        .and_then(|tagger| tagger.time().ok())
                        .and_then(day_there)
                }
                _ => None,
            };
            let Ok(commit) = object.peel_to_kind(gix::object::Kind::Commit) else {
                continue;
            };
            let commit = self.described(&commit.into_commit())?;
            let day = tagged.unwrap_or(commit.date);
            tags.push(Tag { name, commit, day });
        }
        tags.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(tags)
    }
}
