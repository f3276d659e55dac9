//! What may stand where somebody types: keys with their texts, those first that must be there; values that the registry knows, each with
//! what helps to choose. It looks at the outline, so that a broken text is completed as well.

use gen_lsp_types::{
    CompletionItem, CompletionItemKind, CompletionItemTextEdit, Documentation, InsertTextFormat,
    MarkupContent, MarkupKind, TextEdit,
};

use super::hover::{key_in, kubernetes, minor, person};
use super::meaning::{Meaning, of_key, of_value};
use super::outline::{KeyOf, Outline, Path, Spot, Step, unquoted};
use super::people::going_on;
use super::shape::{Key, Shape, Sort};
use super::workspace::Asked;
use crate::findings::diagnostic::Found;
use crate::registry::Registry;
use crate::registry::calendars::{Cycle, Maintainer, Minor};
use crate::registry::schema::FileKind;
use crate::registry::tracked::Tracked;
use crate::rules;
use crate::rules::standing::said_of_record;
use crate::terms::{Date, Release};
use crate::text::source::Span;
use crate::text::words::counted;
use crate::views::board::dates::away;

/// Something that may stand at a place.
struct Offer {
    /// As it is listed.
    label: String,
    /// What is written.
    new: String,
    /// What is typed to find it.
    filter: String,
    /// Beside the label.
    detail: String,
    /// More of it, as Markdown.
    more: Option<String>,
    kind: CompletionItemKind,
    /// Whether what is written has a place for the cursor.
    is_snippet: bool,
}

impl Offer {
    fn value(name: impl Into<String>, detail: impl Into<String>) -> Self {
        let name = name.into();
        let quoted = format!("\"{name}\"");
        Self {
            label: name,
            filter: quoted.clone(),
            new: quoted,
            detail: detail.into(),
            more: None,
            kind: CompletionItemKind::Value,
            is_snippet: false,
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

/// What may stand at a place, best first.
pub(super) fn completion(asked: &Asked<'_>, offset: usize, snippets: bool) -> Vec<CompletionItem> {
    let outline = Outline::of(&asked.document.text);
    let (offers, span) = match outline.spot(offset) {
        Spot::Nowhere => return Vec::new(),
        Spot::Key { table, span, of } => keys(asked, &outline, table, span, of, snippets),
        Spot::Value { path, span } => {
            let is_room = outline.slice(span).trim().is_empty();
            // Of the room behind an equals sign a blank stays.
            let span = match is_room {
                true => Span {
                    start: offset,
                    end: offset,
                },
                false => span,
            };
            (values(asked, &outline, &path, offset), span)
        }
    };
    let range = asked.lines().range(span);
    let items = offers.into_iter().enumerate().map(|(at, offer)| {
        let markup = |value| {
            Documentation::MarkupContent(MarkupContent {
                kind: MarkupKind::Markdown,
                value,
            })
        };
        CompletionItem {
            label: offer.label,
            kind: Some(offer.kind),
            detail: Some(offer.detail).filter(|detail| !detail.is_empty()),
            documentation: offer.more.filter(|more| !more.is_empty()).map(markup),
            // In the order of the offers: editors sort by name otherwise.
            sort_text: Some(format!("{at:04}")),
            filter_text: Some(offer.filter),
            insert_text_format: offer.is_snippet.then_some(InsertTextFormat::Snippet),
            text_edit: Some(CompletionItemTextEdit::TextEdit(TextEdit {
                range,
                new_text: offer.new,
            })),
            ..CompletionItem::default()
        }
    });
    items.collect()
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
) -> (Vec<Offer>, Span) {
    let (table, span) = match of {
        // All of a header is written anew.
        KeyOf::Header(header) => return (headers(asked, outline, true), header),
        _ => (table, span),
    };
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
            let is_table = matches!(key.shape.sort(), Sort::Table | Sort::Tables);
            // What has a header of its own is offered as one, unless it is inline.
            let is_header = is_table && begins_a_line && key.name != INLINE;
            if is_there(key.name) || is_header {
                continue;
            }
            offers.push(key_offer(&key, snippets && !is_followed, is_followed));
        }
        if shape.has_free_keys() {
            offers.extend(free_keys(asked, &table, &is_there, is_followed));
        }
    }
    if begins_a_line && !is_followed {
        offers.extend(headers(asked, outline, false));
    }
    (offers, span)
}

/// Whether an equals sign stands behind a key already.
fn followed_by_equals(span: Span, text: &str) -> bool {
    let rest = text.get(span.end..).unwrap_or_default();
    rest.trim_start_matches([' ', '\t']).starts_with('=')
}

fn key_offer(key: &Key<'_>, is_snippet: bool, is_followed: bool) -> Offer {
    let name = key.name;
    let new = match (is_followed, key.shape.sort(), is_snippet) {
        (true, ..) => name.to_owned(),
        (false, Sort::Text, true) => format!("{name} = \"$0\""),
        (false, Sort::Texts, true) => format!("{name} = [\"$0\"]"),
        (false, Sort::List, true) => format!("{name} = [$0]"),
        (false, Sort::Tables, true) => format!("{name} = [{{ $0 }}]"),
        (false, Sort::Table, true) => format!("{name} = {{ $0 }}"),
        (false, Sort::Plain, true) => format!("{name} = $0"),
        (false, _, false) => format!("{name} = "),
    };
    let noun = key.shape.noun().unwrap_or_default();
    Offer {
        label: name.to_owned(),
        filter: name.to_owned(),
        new,
        detail: match key.is_required {
            true => format!("{noun}, required"),
            false => noun.to_owned(),
        },
        more: key.shape.description().map(str::to_owned),
        kind: CompletionItemKind::Property,
        is_snippet,
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
    let offers = offers.map(|(name, detail)| {
        let is_bare = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
        let key = match name.chars().all(is_bare) {
            true => name.clone(),
            false => format!("\"{name}\""),
        };
        let equals = if is_followed { "" } else { " = " };
        Offer {
            label: name,
            filter: key.clone(),
            new: format!("{key}{equals}"),
            detail,
            more: None,
            kind: CompletionItemKind::Property,
            is_snippet: false,
        }
    });
    offers.collect()
}

/// The tables that may begin on a line of their own; `is_open`: a bracket is there already.
fn headers(asked: &Asked<'_>, outline: &Outline<'_>, is_open: bool) -> Vec<Offer> {
    let Some(root) = Shape::at(asked.kind, &[]) else {
        return Vec::new();
    };
    let registry = asked.registry.registry();
    let mut offers = Vec::new();
    let mut put = |path: Path, is_of_many: bool, shape: Shape<'_>| {
        if !is_of_many && outline.at(&path).is_some() {
            return;
        }
        let names: Vec<&str> = path
            .iter()
            .filter_map(|step| match step {
                Step::Key(key) => Some(key.as_str()),
                Step::Item(_) => None,
            })
            .collect();
        let name = names.join(".");
        let header = match is_of_many {
            true => format!("[[{name}]]"),
            false => format!("[{name}]"),
        };
        offers.push(Offer {
            label: header.clone(),
            filter: if is_open { header.clone() } else { name },
            new: header,
            detail: String::new(),
            more: shape.description().map(str::to_owned),
            kind: CompletionItemKind::Struct,
            is_snippet: false,
        });
    };
    for key in root.keys() {
        let path = key_in(&[], key.name);
        match key.shape.sort() {
            // Of these, those that are named are offered, as they are written.
            Sort::Table if key.shape.has_free_keys() && asked.kind == FileKind::Kep => {
                for runtime in registry.config.value.runtime_names() {
                    let path = key_in(&path, runtime);
                    let shape = Shape::at(asked.kind, &path).unwrap_or(key.shape);
                    put(path.clone(), false, shape);
                    if outline.at(&path).is_some() {
                        put(key_in(&path, "parts"), true, shape);
                    }
                }
            }
            Sort::Table => put(path, false, key.shape),
            Sort::Tables if key.name != INLINE => put(path, true, key.shape),
            _ => {}
        }
    }
    offers
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
        let plain = ["true", "false"].map(|word| Offer {
            new: word.to_owned(),
            filter: word.to_owned(),
            ..Offer::value(word, "")
        });
        return plain.into();
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
        _ => Vec::new(),
    };
    offers.retain(|offer| {
        !beside
            .iter()
            .any(|there| there.eq_ignore_ascii_case(&offer.label))
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
            let first = crate::terms::Version {
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

/// Those who may be named: of a record those who may shepherd, fewest KEPs first.
fn people(registry: &Registry, path: &[Step]) -> Vec<Offer> {
    let roster = registry.roster.iter();
    let all = roster.flat_map(|roster| &roster.value.maintainers);
    let is_shepherd = path.first() == Some(&Step::Key("shepherds".to_owned()));
    let roles = &registry.config.value.shepherd_roles;
    let mut wanted: Vec<(usize, &Maintainer)> = all
        .filter(|one| !is_shepherd || roles.contains(&one.role))
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
        Offer::value(one.github.to_string(), detail)
            .of(CompletionItemKind::Reference)
            .with(Some(person(registry, &one.github)))
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
        let is_offered = offers.iter().any(|offer| offer.label == rule);
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
        Some(Offer {
            new: number.clone(),
            filter: number.clone(),
            ..Offer::value(number, detail)
        })
    });
    offers.collect()
}
