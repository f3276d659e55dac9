//! What may stand where somebody types: keys with their texts, those first that must be there; values that the registry knows, each with
//! what helps to choose. It looks at the outline, so that a broken text is completed as well.

use std::collections::BTreeSet;

use gen_lsp_types::{
    CompletionItem, CompletionItemKind, CompletionItemTextEdit, Documentation, InsertTextFormat,
    MarkupContent, MarkupKind, TextEdit,
};

use super::hover::{key_in, kubernetes, minor, person};
use super::meaning::{Meaning, of_key, of_value};
use super::outline::{KeyOf, Outline, Path, Spot, Step, unquoted};
use super::people::{going_on, owned};
use super::shape::{Key, Shape, Sort};
use super::workspace::Asked;
use crate::findings::diagnostic::Found;
use crate::registry::Registry;
use crate::registry::calendars::{Cycle, Maintainer, Minor};
use crate::registry::load::{file_stem, leading_number};
use crate::registry::schema::FileKind;
use crate::registry::tracked::Tracked;
use crate::rules;
use crate::rules::standing::said_of_record;
use crate::terms::{Date, Handle, Release, Version};
use crate::text::source::Span;
use crate::text::words::counted;
use crate::views::board::dates::away;

/// Something that may stand at a place.
struct Offer {
    /// As it is called.
    name: String,
    /// As it is written.
    written: Written,
    /// Beside the name.
    detail: String,
    /// More of it, as Markdown.
    more: Option<String>,
    kind: CompletionItemKind,
}

/// How something is written.
enum Written {
    /// Between quotes.
    Text,
    /// As it is.
    Plain,
    /// As a key, and what comes behind it.
    Key(Behind),
    /// As the name of a table, and what comes behind its brackets.
    Header { is_of_many: bool, behind: Behind },
}

/// What is written behind a name; with places for the cursor, it is a snippet.
#[derive(Default)]
struct Behind {
    text: String,
    is_snippet: bool,
}

impl Offer {
    fn value(name: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            written: Written::Text,
            detail: detail.into(),
            more: None,
            kind: CompletionItemKind::Value,
        }
    }

    fn plain(name: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            written: Written::Plain,
            ..Self::value(name, detail)
        }
    }

    fn with(mut self, more: Option<String>) -> Self {
        self.more = more;
        self
    }

    fn of(mut self, kind: CompletionItemKind) -> Self {
        self.kind = kind;
        self
    }
}

/// The text that what is chosen takes the place of: inside of quotes and brackets that are there, so that what was typed is the beginning of
/// what is offered. Editors compare both.
struct Slot {
    span: Span,
    /// What has to be closed behind it.
    closing: &'static str,
    /// What stands before it already.
    opened: Opened,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Opened {
    /// Nothing: quotes and brackets are written.
    No,
    /// A quote.
    Quote,
    /// So many brackets of a header.
    Brackets(usize),
    /// Nothing, where a list has to stand.
    ForList,
}

impl Slot {
    fn of(outline: &Outline<'_>, span: Span) -> Self {
        let text = outline.slice(span);
        let quote = ["\"", "'"]
            .into_iter()
            .find(|quote| text.starts_with(quote));
        let Some(quote) = quote else {
            return Self {
                span,
                closing: "",
                opened: Opened::No,
            };
        };
        let is_closed = text.len() > 1 && text.ends_with(quote);
        Self {
            span: Span {
                start: span.start + 1,
                end: span.end - usize::from(is_closed),
            },
            closing: if is_closed { "" } else { quote },
            opened: Opened::Quote,
        }
    }

    /// Between the brackets of a header.
    fn header(outline: &Outline<'_>, header: Span) -> Self {
        let text = outline.slice(header);
        let opened = text.len() - text.trim_start_matches('[').len();
        let closed = text.len() - text.trim_end_matches(']').len();
        Self {
            span: Span {
                start: header.start + opened,
                end: header.end - closed,
            },
            closing: if closed == 0 { "]" } else { "" },
            opened: Opened::Brackets(opened),
        }
    }

    /// What is written, and whether it is a snippet; absent: it cannot stand here.
    fn write(&self, offer: &Offer) -> Option<(String, bool)> {
        let name = &offer.name;
        let closing = self.closing;
        Some(match (&offer.written, self.opened) {
            (Written::Plain, Opened::Quote) => return None,
            (Written::Plain, _) => (name.clone(), false),
            (Written::Text, Opened::Quote) => (format!("{name}{closing}"), false),
            (Written::Text, Opened::ForList) => (format!("[\"{name}\"]"), false),
            (Written::Text, _) => (format!("\"{name}\""), false),
            (Written::Key(Behind { text, is_snippet }), opened) => {
                let is_bare = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
                let key = match opened {
                    Opened::Quote => format!("{name}{closing}"),
                    _ if name.chars().all(is_bare) => name.clone(),
                    _ => format!("\"{name}\""),
                };
                (format!("{key}{text}"), *is_snippet)
            }
            (Written::Header { is_of_many, behind }, opened) => {
                let opened = match opened {
                    Opened::Brackets(opened) => opened,
                    _ => 0,
                };
                let wanted = if *is_of_many { 2 } else { 1 };
                if opened > wanted {
                    return None;
                }
                let open = "[".repeat(wanted - opened);
                // Where brackets are closed already, nothing is written behind them.
                match closing.is_empty() && opened > 0 {
                    true if open.is_empty() => (name.clone(), false),
                    true => return None,
                    false => {
                        let close = "]".repeat(wanted);
                        let Behind { text, is_snippet } = behind;
                        (format!("{open}{name}{close}{text}"), *is_snippet)
                    }
                }
            }
        })
    }
}

/// What may stand at a place, best first.
pub(super) fn completion(asked: &Asked<'_>, offset: usize, snippets: bool) -> Vec<CompletionItem> {
    let outline = Outline::of(&asked.document.text);
    let (offers, slot) = match outline.spot(offset) {
        Spot::Nowhere => return Vec::new(),
        Spot::Key { table, span, of } => keys(asked, &outline, table, span, of, snippets),
        // Before what is there, nothing is missing.
        Spot::Value { span, .. }
            if offset <= span.start && !outline.slice(span).trim().is_empty() =>
        {
            return Vec::new();
        }
        Spot::Value { path, span } => value(asked, &outline, path, span, offset),
    };
    let range = asked.lines().range(slot.span);
    let items = offers.into_iter().enumerate().filter_map(|(at, offer)| {
        let (new_text, is_snippet) = slot.write(&offer)?;
        let markup = |value| {
            Documentation::MarkupContent(MarkupContent {
                kind: MarkupKind::Markdown,
                value,
            })
        };
        // At the beginning of a line a table is found by its name, and listed as it is written.
        let (label, filter) = match (&offer.written, slot.opened) {
            (Written::Header { is_of_many, .. }, Opened::No) => {
                let label = match is_of_many {
                    true => format!("[[{}]]", offer.name),
                    false => format!("[{}]", offer.name),
                };
                (label, Some(offer.name))
            }
            _ => (offer.name, None),
        };
        Some(CompletionItem {
            label,
            kind: Some(offer.kind),
            detail: Some(offer.detail).filter(|detail| !detail.is_empty()),
            documentation: offer.more.filter(|more| !more.is_empty()).map(markup),
            // In the order of the offers: editors sort by name otherwise.
            sort_text: Some(format!("{at:04}")),
            filter_text: filter,
            insert_text_format: is_snippet.then_some(InsertTextFormat::Snippet),
            text_edit: Some(CompletionItemTextEdit::TextEdit(TextEdit {
                range,
                new_text,
            })),
            ..CompletionItem::default()
        })
    });
    items.collect()
}

/// The values that may stand at the end of a way, and what of the text they replace.
fn value(
    asked: &Asked<'_>,
    outline: &Outline<'_>,
    mut path: Path,
    span: Span,
    offset: usize,
) -> (Vec<Offer>, Slot) {
    let is_room = outline.slice(span).trim().is_empty();
    let mut slot = match is_room {
        // Of the room behind an equals sign a blank stays.
        true => Slot {
            span: Span {
                start: offset,
                end: offset,
            },
            closing: "",
            opened: Opened::No,
        },
        false => Slot::of(outline, span),
    };
    let sort = Shape::at(asked.kind, &path).map(Shape::sort);
    if is_room && sort == Some(Sort::Texts) {
        slot.opened = Opened::ForList;
        path.push(Step::Item(0));
    }
    (values(asked, outline, &path, offset), slot)
}

/// Tables that records write in one line each, so that no header is offered for them.
const INLINE: &str = "pull-requests";

/// The keys that may stand in a table, and what of the text they replace.
fn keys(
    asked: &Asked<'_>,
    outline: &Outline<'_>,
    table: Path,
    span: Span,
    of: KeyOf,
    snippets: bool,
) -> (Vec<Offer>, Slot) {
    if let KeyOf::Header(header) = of {
        let slot = Slot::header(outline, header);
        return (headers(asked, outline, header, snippets), slot);
    }
    let slot = Slot::of(outline, span);
    let typed = unquoted(outline.slice(span));
    let there = outline.keys_of(&table);
    let count = |name: &str| there.iter().filter(|key| **key == name).count();
    // The one that is being typed counts once.
    let is_there = |name: &str| count(name) > usize::from(name == typed);
    let text = asked.document.text.as_str();
    let is_followed = followed_by_equals(span, text);
    let line = text[..span.start].rfind('\n').map_or(0, |at| at + 1);
    let begins_a_line = of == KeyOf::Line && text[line..span.start].trim().is_empty();
    let mut offers = Vec::new();
    if let Some(shape) = Shape::at(asked.kind, &table) {
        for key in shape.keys() {
            // What has a header of its own is offered as one.
            let has_header = match key.shape.sort() {
                Sort::Tables => key.name != INLINE,
                Sort::Table => table.is_empty(),
                _ => false,
            };
            if is_there(key.name) || has_header && begins_a_line {
                continue;
            }
            offers.push(key_offer(&key, snippets, is_followed));
        }
        if shape.has_free_keys() {
            offers.extend(free_keys(asked, &table, &is_there, is_followed));
        }
    }
    if begins_a_line && !is_followed {
        offers.extend(headers(asked, outline, span, snippets));
    }
    (offers, slot)
}

/// Whether an equals sign stands behind a key already.
fn followed_by_equals(span: Span, text: &str) -> bool {
    let rest = text.get(span.end..).unwrap_or_default();
    rest.trim_start_matches([' ', '\t']).starts_with('=')
}

/// The value of a key as a snippet has it: the place for the cursor, and around it what such values stand in.
fn place(shape: Shape<'_>, number: usize) -> String {
    let words = shape.words();
    if !words.is_empty() {
        let words: Vec<&str> = words.into_iter().map(|(word, _)| word).collect();
        return format!("\"${{{number}|{}|}}\"", words.join(","));
    }
    match shape.sort() {
        Sort::Text => format!("\"${number}\""),
        Sort::Texts => format!("[\"${number}\"]"),
        Sort::List => format!("[${number}]"),
        Sort::Tables => format!("[{{ ${number} }}]"),
        Sort::Table => format!("{{ ${number} }}"),
        Sort::Plain => format!("${number}"),
    }
}

fn key_offer(key: &Key<'_>, snippets: bool, is_followed: bool) -> Offer {
    let behind = match (is_followed, snippets) {
        (true, _) => Behind::default(),
        (false, true) => Behind {
            text: format!(" = {}", place(key.shape, 1)),
            is_snippet: true,
        },
        (false, false) => Behind {
            text: " = ".to_owned(),
            is_snippet: false,
        },
    };
    let noun = key.shape.noun().unwrap_or_default();
    Offer {
        name: key.name.to_owned(),
        written: Written::Key(behind),
        detail: match key.is_required {
            true => format!("{noun}, required"),
            false => noun.to_owned(),
        },
        more: key.shape.description().map(str::to_owned),
        kind: CompletionItemKind::Property,
    }
}

/// Keys that are names: runtimes, minors, rules.
fn free_keys(
    asked: &Asked<'_>,
    table: &[Step],
    is_there: &dyn Fn(&str) -> bool,
    is_followed: bool,
) -> Vec<Offer> {
    let registry = asked.registry.registry();
    let runtime = asked.registry.runtime_of(asked.below);
    let meaning = of_key(asked.kind, &key_in(table, "x"), runtime);
    let named: Vec<(String, String)> = match meaning {
        Some(Meaning::Runtime) => {
            let names = registry.config.value.runtime_names();
            names.map(|name| (name.to_owned(), String::new())).collect()
        }
        Some(Meaning::Minor(runtime)) => minors(registry, &runtime)
            .iter()
            .map(|minor| (minor.release.to_string(), minor_detail(minor, asked.today)))
            .collect(),
        Some(Meaning::Kubernetes) => cycles(registry)
            .iter()
            .map(|cycle| (cycle.release.to_string(), cycle_detail(cycle, asked.today)))
            .collect(),
        Some(Meaning::Rule) => rules::RULES
            .iter()
            .map(|rule| (rule.id.to_string(), rule.summary.to_owned()))
            .collect(),
        _ => Vec::new(),
    };
    let offers = named.into_iter().filter(|(name, _)| !is_there(name));
    let equals = if is_followed { "" } else { " = " };
    let offers = offers.map(|(name, detail)| Offer {
        name,
        written: Written::Key(Behind {
            text: equals.to_owned(),
            is_snippet: false,
        }),
        detail,
        more: None,
        kind: CompletionItemKind::Property,
    });
    offers.collect()
}

/// The tables that may begin on a line of their own: those of a name first, then those of which there may be several. `typed` is where one is
/// being typed, which is none of those that are there.
fn headers(asked: &Asked<'_>, outline: &Outline<'_>, typed: Span, snippets: bool) -> Vec<Offer> {
    let Some(root) = Shape::at(asked.kind, &[]) else {
        return Vec::new();
    };
    let registry = asked.registry.registry();
    let (mut single, mut many) = (Vec::new(), Vec::new());
    let mut put = |path: Path, is_of_many: bool| {
        let Some(shape) = Shape::at(asked.kind, &path) else {
            return;
        };
        let is_elsewhere = |key: Span| key.end < typed.start || key.start > typed.end;
        let mut nodes = outline.nodes.iter();
        let is_there = nodes.any(|node| node.path == path && node.key.is_some_and(is_elsewhere));
        if !is_of_many && is_there {
            return;
        }
        let names = path.iter().filter_map(|step| match step {
            Step::Key(key) => Some(key.as_str()),
            Step::Item(_) => None,
        });
        let mut inside = path.clone();
        inside.extend(is_of_many.then_some(Step::Item(0)));
        let keys = Shape::at(asked.kind, &inside).map(Shape::keys);
        let required = keys.into_iter().flatten().filter(|key| key.is_required);
        let lines = required.enumerate();
        let lines = lines.map(|(at, key)| format!("\n{} = {}", key.name, place(key.shape, at + 1)));
        let text: String = lines.collect();
        let offer = Offer {
            name: names.collect::<Vec<_>>().join("."),
            written: Written::Header {
                is_of_many,
                behind: Behind {
                    is_snippet: snippets && !text.is_empty(),
                    text: if snippets { text } else { String::new() },
                },
            },
            detail: String::new(),
            more: shape.description().map(str::to_owned),
            kind: CompletionItemKind::Struct,
        };
        match is_of_many {
            true => many.push(offer),
            false => single.push(offer),
        }
    };
    for key in root.keys() {
        let path = key_in(&[], key.name);
        match key.shape.sort() {
            // Of these, those that are named are offered, as they are written.
            Sort::Table if key.shape.has_free_keys() && asked.kind == FileKind::Kep => {
                for runtime in registry.config.value.runtime_names() {
                    let path = key_in(&path, runtime);
                    if outline.at(&path).is_some() {
                        put(key_in(&path, "parts"), true);
                    }
                    put(path, false);
                }
            }
            Sort::Table => put(path, false),
            Sort::Tables if key.name != INLINE => put(path, true),
            _ => {}
        }
    }
    single.extend(many);
    single
}

/// The values that may stand at a place.
fn values(asked: &Asked<'_>, outline: &Outline<'_>, path: &[Step], offset: usize) -> Vec<Offer> {
    let registry = asked.registry.registry();
    let runtime = asked.registry.runtime_of(asked.below);
    let Some(shape) = Shape::at(asked.kind, path) else {
        return Vec::new();
    };
    let words = shape.words();
    if !words.is_empty() {
        let offers = words.into_iter().map(|(word, meaning)| {
            let offer = Offer::value(word, "").of(CompletionItemKind::EnumMember);
            offer.with(meaning.map(str::to_owned))
        });
        return offers.collect();
    }
    if shape.noun() == Some("true or false") {
        return ["true", "false"].map(|word| Offer::plain(word, "")).into();
    }
    // What a list has already is not offered again.
    let beside: Vec<&str> = match path.split_last() {
        Some((Step::Item(own), list)) => outline
            .nodes
            .iter()
            .filter(|node| node.path.len() == path.len() && node.path.starts_with(list))
            .filter(|node| node.path.last() != Some(&Step::Item(*own)))
            .map(|node| outline.said(node))
            .collect(),
        _ => Vec::new(),
    };
    let mut offers = match of_value(asked.kind, path, runtime) {
        Some(Meaning::Kubernetes) => releases(asked, path),
        Some(Meaning::Milestone) => {
            let home = registry.config.value.home.as_str();
            let open = minors(registry, home);
            let open = open.iter().filter(|minor| is_open(minor, asked.today));
            open.map(|one| minor_offer(registry, home, one, asked.today))
                .collect()
        }
        Some(Meaning::Version(runtime)) => versions(registry, &runtime, asked.today),
        Some(Meaning::Person) => people(registry, path),
        Some(Meaning::Runtime) => registry
            .config
            .value
            .runtime_names()
            .map(|name| Offer::value(name, ""))
            .collect(),
        Some(Meaning::Repository) => registry
            .config
            .value
            .repositories
            .iter()
            .map(|name| Offer::value(name.to_string(), ""))
            .collect(),
        Some(Meaning::Rule) => finding_rules(asked, outline, path, offset),
        Some(Meaning::Issue) => other_issues(asked, path),
        // Its file is named after it.
        Some(Meaning::Kep) => leading_number(file_stem(asked.below))
            .map(|number| Offer::plain(number.to_string(), "as the file is named"))
            .into_iter()
            .collect(),
        None if shape.noun() == Some("a date") => {
            vec![Offer::plain(asked.today.to_string(), "today")]
        }
        _ => Vec::new(),
    };
    offers.retain(|offer| {
        !beside
            .iter()
            .any(|there| there.eq_ignore_ascii_case(&offer.name))
    });
    offers
}

/// The cycles of Kubernetes, newest last.
fn cycles(registry: &Registry) -> &[Cycle] {
    let calendar = registry.kubernetes.as_ref();
    calendar.map_or(&[], |calendar| &calendar.value.cycles)
}

/// The minors of a runtime, newest last.
fn minors<'r>(registry: &'r Registry, runtime: &str) -> &'r [Minor] {
    let calendar = registry.runtimes.get(runtime);
    calendar.map_or(&[], |calendar| &calendar.value.minors)
}

fn cycle_detail(cycle: &Cycle, today: Date) -> String {
    let mut said = match cycle.when() {
        Some(when) => format!("{when}, {}", away(when.earliest(), when.latest(), today)),
        None => "not dated yet".to_owned(),
    };
    if let Some((freeze, instant)) = cycle.next_freeze(today) {
        let day = instant.date();
        said.push_str(&format!("; {freeze} {day}, {}", away(day, day, today)));
    }
    said
}

fn minor_detail(minor: &Minor, today: Date) -> String {
    match minor.when() {
        Some(when) => format!("{when}, {}", away(when.earliest(), when.latest(), today)),
        None => "not dated yet".to_owned(),
    }
}

/// Kubernetes releases: what is aimed at has not shipped, what was reached has.
fn releases(asked: &Asked<'_>, path: &[Step]) -> Vec<Offer> {
    let registry = asked.registry.registry();
    let today = asked.today;
    let has_shipped = |cycle: &&Cycle| cycle.released.is_some_and(|day| day <= today);
    let is_reached = path.first() == Some(&Step::Key("reached".to_owned()));
    let is_aim = path.first() == Some(&Step::Key("target".to_owned()));
    let mut wanted: Vec<&Cycle> = cycles(registry)
        .iter()
        .filter(|cycle| match (is_reached, is_aim) {
            (true, _) => has_shipped(cycle),
            (_, true) => !has_shipped(cycle),
            _ => true,
        })
        .collect();
    wanted.sort_by_key(|cycle| cycle.release);
    if is_reached {
        wanted.reverse();
    }
    let offer = |cycle: &&Cycle| {
        let release: Release = cycle.release;
        let detail = cycle_detail(cycle, today);
        Offer::value(release.to_string(), detail).with(kubernetes(registry, release, today))
    };
    wanted.iter().map(offer).collect()
}

/// Whether work can still go into a minor's first version.
fn is_open(minor: &Minor, today: Date) -> bool {
    minor.released.is_none_or(|day| day > today)
}

fn minor_offer(registry: &Registry, runtime: &str, one: &Minor, today: Date) -> Offer {
    let name = one.release.to_string();
    let more = minor(registry, runtime, &name, today);
    Offer::value(name, minor_detail(one, today)).with(more)
}

/// The versions of a runtime that are out, newest first.
fn versions(registry: &Registry, runtime: &str, today: Date) -> Vec<Offer> {
    let mut all = Vec::new();
    for minor in minors(registry, runtime) {
        if let Some(day) = minor.released.filter(|day| *day <= today) {
            let first = Version {
                release: minor.release,
                patch: 0,
            };
            all.push((first, day));
        }
        let patches = minor.patches.iter().filter(|(_, day)| **day <= today);
        all.extend(patches.map(|(version, day)| (*version, *day)));
    }
    all.sort_by(|a, b| b.cmp(a));
    let offers = all
        .into_iter()
        .map(|(version, day)| Offer::value(version.to_string(), format!("released {day}")));
    offers.collect()
}

/// Those who may be named: shepherds are those who may, fewest KEPs first; owners, whom other records have as such.
fn people(registry: &Registry, path: &[Step]) -> Vec<Offer> {
    let is_below = |key: &str| path.first() == Some(&Step::Key(key.to_owned()));
    let offer = |handle: &Handle, detail: String| {
        Offer::value(handle.to_string(), detail)
            .of(CompletionItemKind::Reference)
            .with(Some(person(registry, handle)))
    };
    if is_below("owners") {
        let records = registry.keps.iter();
        let owners: BTreeSet<&Handle> = records.flat_map(|entry| &entry.value.owners).collect();
        let offers = owners.into_iter().map(|handle| {
            let count = owned(registry, handle).len();
            offer(handle, format!("owns {}", counted(count, "KEP")))
        });
        return offers.collect();
    }
    let roster = registry.roster.iter();
    let all = roster.flat_map(|roster| &roster.value.maintainers);
    let roles = &registry.config.value.shepherd_roles;
    let mut wanted: Vec<(usize, &Maintainer)> = all
        .filter(|one| !is_below("shepherds") || roles.contains(&one.role))
        .map(|one| (going_on(registry, &one.github).len(), one))
        .collect();
    wanted.sort_by_key(|(load, one)| (*load, one.github.folded()));
    let offers = wanted.into_iter().map(|(load, one)| {
        let name = one.name.as_ref().map(|name| format!("{name}, "));
        let detail = format!(
            "{}{}, shepherds {}",
            name.unwrap_or_default(),
            one.role.written(),
            counted(load, "KEP")
        );
        offer(&one.github, detail)
    });
    offers.collect()
}

/// The rules that find something in this file which can be accepted, and is not accepted by another entry. What a finding waits for until
/// this entry is whole counts too.
fn finding_rules(
    asked: &Asked<'_>,
    outline: &Outline<'_>,
    path: &[Step],
    offset: usize,
) -> Vec<Offer> {
    let [allow, Step::Item(own), rule] = path else {
        return Vec::new();
    };
    let entries = outline
        .nodes
        .iter()
        .filter(|node| match node.path.as_slice() {
            [list, Step::Item(index), key] => list == allow && key == rule && index != own,
            _ => false,
        });
    let accepted: Vec<&str> = entries.map(|node| outline.said(node)).collect();
    let mut said: Vec<Found> = asked
        .registry
        .standing()
        .said_of(asked.file)
        .cloned()
        .collect();
    if said.is_empty() {
        // Of a text that is no TOML without what is being typed nothing is said: it is looked at without that line.
        let text = without_line(&asked.document.text, offset);
        let without = asked.registry.with_text(asked.below, &text);
        said = said_of_record(&without, asked.file, asked.today);
    }
    let mut offers: Vec<Offer> = Vec::new();
    for found in said {
        let rule = found.rule.to_string();
        let is_offered = offers.iter().any(|offer| offer.name == rule);
        let is_open = rules::can_be_accepted(found.rule, found.finding.is_news);
        if is_open && !is_offered && !accepted.contains(&rule.as_str()) {
            offers.push(Offer::value(rule, found.finding.message.clone()));
        }
    }
    offers
}

/// A text with nothing in the line of a byte.
fn without_line(text: &str, offset: usize) -> String {
    let (before, after) = text.split_at(offset);
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let rest = after.find('\n').map_or("", |at| &after[at..]);
    format!("{}{rest}", &before[..start])
}

/// The issues of other records in the repository of this one: what its work may be related to.
fn other_issues(asked: &Asked<'_>, path: &[Step]) -> Vec<Offer> {
    let registry = asked.registry.registry();
    if path.first() != Some(&Step::Key("related-issues".to_owned())) {
        return Vec::new();
    }
    let repository = |record: Tracked<'_>| registry.repository_of(record.repository()).cloned();
    let own = registry
        .tracked()
        .find(|record| record.file() == asked.file);
    let own = own.and_then(repository);
    let others = registry.tracked();
    let others = others.filter(|record| record.file() != asked.file && repository(*record) == own);
    let offers = others.filter_map(|record| {
        let number = record.issue()?.to_string();
        let detail = format!("{} {}", record.subject(), record.title());
        Some(Offer::plain(number, detail))
    });
    offers.collect()
}
