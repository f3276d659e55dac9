//! The `[[allow]]` entries of records: which there are, and which could have accepted something.

use super::{Reads, Rule, is_sound};
use crate::findings::diagnostic::Pointer;
use crate::registry::Registry;
use crate::registry::kep::Allow;
use crate::registry::schema::FileKind;
use crate::registry::tracked::Tracked;

/// The `[[allow]]` entries of a record that can be relied on, each with its place in it.
pub(super) fn allows(record: Tracked<'_>) -> impl Iterator<Item = (Pointer, &Allow)> {
    record
        .allow()
        .map(|(index, allow)| (Pointer::to("allow").index(index), allow))
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
