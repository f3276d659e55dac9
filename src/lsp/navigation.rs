//! From a name to where it is from, and to all places that use it: people, releases, runtimes, KEPs, issues. What an editor asks of a
//! whole text, its symbols, links and lenses, is in `overview.rs`.

use std::str::FromStr as _;

use super::meaning::{Meaning, of_key, of_value};
use super::outline::{Kind, Node, Outline, Spot, Step, unquoted};
use super::workspace::{Asked, OpenRegistry};
use crate::findings::diagnostic::{Place, Pointer};
use crate::findings::document::Located;
use crate::findings::sources::{FileId, Revision};
use crate::registry::schema::FileKind;
use crate::registry::tracked::Tracked;
use crate::sources::kep_names::keps_in_text;
use crate::sources::proposal::{Change, Place as Changed, Proposal};
use crate::terms::{Handle, IssueRef, Release, Version};
use crate::text::source::Span;

/// A name that stands somewhere, and what it is the name of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) meaning: Meaning,
    /// As it is written, without quotes.
    pub(super) name: String,
    pub(super) span: Span,
}

/// Some bytes of a file.
pub(super) type At = (FileId, Span);

/// What a cursor stands on, if that is a name.
pub(super) fn named(asked: &Asked<'_>, outline: &Outline<'_>, offset: usize) -> Option<Named> {
    let runtime = asked.registry.runtime_of(asked.below);
    let (meaning, span) = match outline.spot(offset) {
        Spot::Value { path, span } => (of_value(asked.kind, &path, runtime)?, span),
        Spot::Key {
            mut table, span, ..
        } => {
            table.push(Step::Key(unquoted(outline.slice(span)).to_owned()));
            (of_key(asked.kind, &table, runtime)?, span)
        }
        Spot::Nowhere => return None,
    };
    let name = unquoted(outline.slice(span)).to_owned();
    (!name.is_empty()).then_some(Named {
        meaning,
        name,
        span,
    })
}

/// All names in a file of a registry.
pub(super) fn names(registry: &OpenRegistry, file: FileId) -> Vec<Named> {
    let source = registry.registry().file(file);
    let Some(kind) = FileKind::of(&source.path) else {
        return Vec::new();
    };
    let outline = Outline::of(&source.text);
    let runtime = registry.runtime_of(&source.path);
    let mut names = Vec::new();
    for node in &outline.nodes {
        let mut put = |meaning: Option<Meaning>, span: Option<Span>| {
            if let (Some(meaning), Some(span)) = (meaning, span) {
                let name = unquoted(outline.slice(span)).to_owned();
                names.push(Named {
                    meaning,
                    name,
                    span,
                });
            }
        };
        put(of_key(kind, &node.path, runtime), node.key);
        if node.kind == Kind::Scalar {
            put(of_value(kind, &node.path, runtime), node.value);
        }
    }
    names
}

/// The value at a place of a file.
fn value_at(registry: &OpenRegistry, file: FileId, pointer: Pointer) -> At {
    let source = registry.registry().file(file);
    (file, Located::of(source).span_of(&Place::Value(pointer)))
}

/// Where a name is from.
pub(super) fn definition(registry: &OpenRegistry, named: &Named, asked: &Asked<'_>) -> Option<At> {
    let all = registry.registry();
    let config = &all.config;
    let name = named.name.as_str();
    match &named.meaning {
        Meaning::Person => {
            let roster = all.roster.as_ref()?;
            let handle = Handle::from_str(name).ok()?;
            let mut maintainers = roster.value.maintainers.iter();
            let index = maintainers.position(|one| one.github == handle)?;
            let at = Pointer::to("maintainers").index(index).key("github");
            Some(value_at(registry, roster.file, at))
        }
        Meaning::Kubernetes => {
            let calendar = all.kubernetes.as_ref()?;
            let release = Release::from_str(name).ok()?;
            let mut cycles = calendar.value.cycles.iter();
            let index = cycles.position(|cycle| cycle.release == release)?;
            let at = Pointer::to("cycles").index(index).key("release");
            Some(value_at(registry, calendar.file, at))
        }
        Meaning::Milestone => minor(registry, config.value.home.as_str(), name),
        Meaning::Minor(runtime) | Meaning::Version(runtime) => minor(registry, runtime, name),
        Meaning::Runtime => {
            let mut runtimes = config.value.runtimes.iter();
            let index = runtimes.position(|runtime| runtime.name.as_str() == name)?;
            let at = Pointer::to("runtimes").index(index).key("name");
            Some(value_at(registry, config.file, at))
        }
        Meaning::Repository => {
            let mut repositories = config.value.repositories.iter();
            let index = repositories.position(|one| one.to_string() == name)?;
            let at = Pointer::to("repositories").index(index);
            Some(value_at(registry, config.file, at))
        }
        Meaning::Kep => record_of(registry, name.parse().ok()?),
        Meaning::Issue | Meaning::Reference => {
            let issue = reference(asked, named)?;
            let record = tracked_as(registry, &issue)?;
            // The record's own issue is where it stands.
            let at = value_at(registry, record.file(), Pointer::to("issue"));
            Some(at)
        }
        Meaning::Link => {
            let mut keps = keps_in_text(name).into_iter();
            keps.find_map(|number| record_of(registry, number))
        }
        Meaning::Rule => {
            let mut keys = config.value.rules.keys();
            keys.any(|rule| rule == name)
                .then(|| value_at(registry, config.file, Pointer::to("rules").key(name)))
        }
    }
}

/// Where the record of a KEP says its number.
pub(super) fn record_of(registry: &OpenRegistry, number: u32) -> Option<At> {
    let entry = registry.registry().kep(number)?;
    Some(value_at(registry, entry.file, Pointer::to("number")))
}

/// Where a minor, or the day of a version, stands in its runtime's calendar.
fn minor(registry: &OpenRegistry, runtime: &str, name: &str) -> Option<At> {
    let calendar = registry.registry().runtimes.get(runtime)?;
    let version = Version::from_str(name).ok();
    let release = Release::from_str(name).ok();
    let release = release.or(version.map(|version| version.release))?;
    let mut minors = calendar.value.minors.iter();
    let index = minors.position(|minor| minor.release == release)?;
    let at = Pointer::to("minors").index(index);
    let patches = &calendar.value.minors[index].patches;
    let at = match version.filter(|version| patches.contains_key(version)) {
        Some(version) => at.key("patches").key(&version.to_string()),
        None => at.key("release"),
    };
    Some(value_at(registry, calendar.file, at))
}

/// The issue that a number or a reference names.
pub(super) fn reference(asked: &Asked<'_>, named: &Named) -> Option<IssueRef> {
    match named.meaning {
        Meaning::Issue => {
            let mut records = asked.registry.registry().tracked();
            let record = records.find(|record| record.file() == asked.file)?;
            record.reference(asked.registry.registry(), named.name.parse().ok()?)
        }
        Meaning::Reference => named.name.parse().ok(),
        _ => None,
    }
}

/// The record whose work an issue tracks.
pub(super) fn tracked_as<'r>(registry: &'r OpenRegistry, issue: &IssueRef) -> Option<Tracked<'r>> {
    let all = registry.registry();
    let mut records = all.tracked();
    records.find(|record| record.pinned(all).as_ref() == Some(issue))
}

/// Whether two names are of the same thing. A milestone is a minor of the home runtime.
fn is_same(registry: &OpenRegistry, one: &Named, other: &Named) -> bool {
    let home = registry.registry().config.value.home.as_str();
    let scope = |meaning: &Meaning| match meaning {
        Meaning::Milestone => Meaning::Minor(home.to_owned()),
        other => other.clone(),
    };
    let is_person = one.meaning == Meaning::Person;
    let same_name = match is_person {
        true => one.name.eq_ignore_ascii_case(&other.name),
        false => one.name == other.name,
    };
    same_name && scope(&one.meaning) == scope(&other.meaning)
}

/// All places of a registry where a name is used.
pub(super) fn references(registry: &OpenRegistry, named: &Named) -> Vec<At> {
    let mut found = Vec::new();
    for index in 0..registry.registry().files.len() {
        let file = FileId::new(Revision::Registry, index);
        // A KEP is named in addresses and comments as well.
        if named.meaning == Meaning::Kep {
            let number = named.name.parse().ok();
            found.extend(
                number
                    .into_iter()
                    .flat_map(|number| mentions(registry, file, number)),
            );
        }
        let names = names(registry, file);
        let same = names
            .into_iter()
            .filter(|other| is_same(registry, named, other));
        found.extend(same.map(|other| (file, other.span)));
    }
    found
}

/// The lines of a file that name a KEP which is not its own.
fn mentions(registry: &OpenRegistry, file: FileId, number: u32) -> Vec<At> {
    let source = registry.registry().file(file);
    let mut at = 0;
    let mut found = Vec::new();
    for line in source.text.split_inclusive('\n') {
        if line.contains(&number.to_string()) && keps_in_text(line).contains(&number) {
            let start = at + (line.len() - line.trim_start().len());
            found.push((
                file,
                Span {
                    start,
                    end: at + line.trim_end().len(),
                },
            ));
        }
        at += line.len();
    }
    found
}

/// The edits that give somebody another handle, wherever a file names them, broken or not.
///
/// # Errors
///
/// It is no handle, or another maintainer's.
pub(super) fn renamed(
    registry: &OpenRegistry,
    named: &Named,
    to: &str,
) -> Result<Vec<Proposal>, String> {
    let handle = Handle::from_str(to).map_err(|_| format!("`{to}` is no GitHub handle"))?;
    let is_only_respelt = handle.as_str().eq_ignore_ascii_case(&named.name);
    if !is_only_respelt && registry.registry().maintainer(&handle).is_some() {
        return Err(format!("`{to}` is another maintainer"));
    }
    let mut proposals: Vec<Proposal> = Vec::new();
    let mut places = references(registry, named);
    // From the last to the first, so that those before stay where they are.
    places.sort_by(|a, b| b.cmp(a));
    for (file, span) in places {
        let source = registry.registry().file(file);
        let is_here = |one: &Proposal| *one.path == *source.path;
        let index = proposals.iter().position(is_here).unwrap_or_else(|| {
            proposals.push(Proposal::about(None, source));
            proposals.len() - 1
        });
        let proposal = &mut proposals[index];
        let written = source.slice(span);
        let quotes = written.len() - unquoted(written).len();
        let quote = written.get(..quotes / 2).unwrap_or_default();
        let new = format!("{quote}{to}{quote}");
        proposal.after.replace_range(span.range(), &new);
        let line = source.position(span.start).line;
        let place = Changed::entry(format!("line {line}"));
        let change = Change::made(place, Some(written.to_owned()), Some(new));
        proposal.changes.push(change);
    }
    Ok(proposals)
}

/// What a node is called, where it stands.
pub(super) fn name_of(node: &Node) -> Option<&str> {
    node.path.iter().rev().find_map(|step| match step {
        Step::Key(key) => Some(key.as_str()),
        Step::Item(_) => None,
    })
}
