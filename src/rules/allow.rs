//! The `[[allow]]` entries of records: which there are, and which could have accepted something.

use super::{Reads, Rule, is_sound};
use crate::findings::diagnostic::{Pointer, RuleId};
use crate::registry::Registry;
use crate::registry::kep::Allow;
use crate::registry::schema::FileKind;
use crate::registry::tracked::Tracked;
use crate::sources::proposal::{Change, Place, Proposal};
use crate::text::source::SourceFile;

/// The `[[allow]]` entries of a record that can be relied on, each with its place in it.
pub(super) fn allows(record: Tracked<'_>) -> impl Iterator<Item = (Pointer, &Allow)> {
    record
        .allow()
        .map(|(index, allow)| (Pointer::to("allow").index(index), allow))
}

/// The proposal that a record accepts what a rule finds in it. Why is left to a person: until they say so, an empty reason is an error.
pub fn accepting(source: &SourceFile, rule: RuleId) -> Proposal {
    let mut proposal = Proposal::about(None, source);
    let end = match source.text.contains("\r\n") {
        true => "\r\n",
        false => "\n",
    };
    if !source.text.is_empty() && !source.text.ends_with('\n') {
        proposal.after.push_str(end);
    }
    let entry = [
        "",
        "[[allow]]",
        &format!("rule = \"{rule}\""),
        "reason = \"\"",
        "",
    ];
    proposal.after.push_str(&entry.join(end));
    let place = Place::entry("allow");
    proposal
        .changes
        .push(Change::made(place, None, Some(rule.to_string())));
    proposal
}

/// Whether a rule could look at all of a record that it would look at: nothing that it reads has a finding already.
pub(super) fn was_asked(rule: &Rule, registry: &Registry, record: Tracked<'_>) -> bool {
    let config = &registry.config;
    rule.parts.iter().all(|part| {
        let Reads {
            kep,
            item,
            config: of_config,
            lists,
        } = part.reads;
        let keys = match record {
            Tracked::Kep(_) => kep,
            Tracked::Item(_) => item,
        };
        // One that is gone is not read either.
        let is_unread =
            |list: &FileKind| registry.unread_lists.contains(list) || registry.lacks(*list);
        of_config.iter().all(|key| config.is_sound(key))
            && is_sound(keys, |key| record.is_sound(key))
            && !lists.iter().any(is_unread)
    })
}
