//! What an editor asks of a whole text: its symbols, its links, and the lenses above its lines.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr as _;

use gen_lsp_types::{
    CodeLens, Command, DocumentLink, DocumentSymbol, SymbolKind, Uri, WorkspaceSymbol,
};

use super::meaning::Meaning;
use super::navigation::{At, Named, name_of, names, reference};
use super::outline::{Kind, Node, Outline, Step};
use super::people::going_on;
use super::positions::Lines;
use super::workspace::{Asked, OpenRegistry};
use crate::findings::diagnostic::{Place, Pointer};
use crate::findings::document::Located;
use crate::registry::load::{file_stem, is_plain_name};
use crate::registry::schema::FileKind;
use crate::terms::links::Site;
use crate::terms::{Evidence, Handle, Link, Release, RepositoryName};
use crate::text::source::Span;
use crate::text::words::counted;
use crate::views::board::verdict::{Verdict, verdict};

/// The symbols of a text: its keys and tables, as they lie in each other.
pub(super) fn symbols(text: &str, lines: &Lines<'_>) -> Vec<DocumentSymbol> {
    let outline = Outline::of(text);
    let mut inside: BTreeMap<&[Step], Vec<&Node>> = BTreeMap::new();
    let mut seen: BTreeSet<&[Step]> = BTreeSet::new();
    for node in &outline.nodes {
        let above = match (node.kind, node.path.as_slice()) {
            // One of several tables of a name.
            (Kind::Header, [above @ .., Step::Key(_), Step::Item(_)]) => above,
            (_, [above @ .., Step::Key(_)]) => above,
            (Kind::Table, [above @ .., Step::Item(_)]) => above,
            _ => continue,
        };
        if seen.insert(&node.path) {
            inside.entry(above).or_default().push(node);
        }
    }
    below(&outline, &inside, &[], lines, 0).0
}

/// Deeper than this nothing is shown.
const DEEPEST: usize = 8;

/// The symbols in a table, and where the last of them ends.
#[expect(deprecated, reason = "the field is there, and absent")]
fn below(
    outline: &Outline<'_>,
    inside: &BTreeMap<&[Step], Vec<&Node>>,
    path: &[Step],
    lines: &Lines<'_>,
    depth: usize,
) -> (Vec<DocumentSymbol>, usize) {
    let nodes = inside.get(path).filter(|_| depth < DEEPEST);
    let mut symbols = Vec::new();
    let mut last = 0;
    for node in nodes.into_iter().flatten() {
        let Some(own) = node.key.or(node.value) else {
            continue;
        };
        let (children, end) = below(outline, inside, &node.path, lines, depth + 1);
        let whole = Span {
            start: own.start,
            end: end
                .max(own.end)
                .max(node.value.map_or(0, |value| value.end)),
        };
        last = last.max(whole.end);
        let first = inside.get(node.path.as_slice()).into_iter().flatten();
        let mut scalars = first.filter(|one| one.kind == Kind::Scalar);
        let first = scalars.next().map(|first| outline.said(first));
        let detail = (node.kind == Kind::Scalar).then(|| outline.said(node).to_owned());
        symbols.push(DocumentSymbol {
            name: title(node, first),
            detail,
            kind: kind(node),
            tags: None,
            deprecated: None,
            range: lines.range(whole),
            selection_range: lines.range(own),
            children: (!children.is_empty()).then_some(children),
        });
    }
    (symbols, last)
}

/// A table is called by its name; one of several, by what it says first.
fn title(node: &Node, first: Option<&str>) -> String {
    let name = name_of(node).unwrap_or_default();
    let Some(Step::Item(index)) = node.path.last() else {
        return match name.trim().is_empty() {
            // An editor refuses a symbol without a name.
            true => "\"\"".to_owned(),
            false => name.to_owned(),
        };
    };
    match first.filter(|said| !said.is_empty()) {
        Some(said) => format!("{name} {said}"),
        None => format!("{name} {}", index + 1),
    }
}

fn kind(node: &Node) -> SymbolKind {
    match node.kind {
        Kind::Header | Kind::Table => SymbolKind::Object,
        Kind::List => SymbolKind::Array,
        Kind::Scalar | Kind::Bare => SymbolKind::Property,
    }
}

/// The KEPs, work items, maintainers and releases of a registry whose names hold all words of a query, each with where it stands.
pub(super) fn known(registry: &OpenRegistry, query: &str) -> Vec<(String, SymbolKind, At)> {
    let words: Vec<String> = query.split_whitespace().map(str::to_lowercase).collect();
    let all = registry.registry();
    let mut found = Vec::new();
    let mut put = |name: String, kind: SymbolKind, file, pointer: Pointer| {
        let lower = name.to_lowercase();
        if words.iter().all(|word| lower.contains(word)) {
            let span = Located::of(all.file(file)).span_of(&Place::Value(pointer));
            found.push((name, kind, (file, span)));
        }
    };
    for entry in &all.keps {
        let record = &entry.value;
        let name = format!("KEP-{} {}", record.number, record.title);
        put(name, SymbolKind::File, entry.file, Pointer::to("title"));
    }
    for entry in &all.items {
        let name = format!("{} {}", entry.value.id, entry.value.title);
        put(name, SymbolKind::File, entry.file, Pointer::to("title"));
    }
    if let Some(roster) = &all.roster {
        for (index, one) in roster.value.maintainers.iter().enumerate() {
            let name = one.name.as_ref().map_or("", |name| name.as_str());
            let name = format!("{} {name}", one.github).trim_end().to_owned();
            let at = Pointer::to("maintainers").index(index).key("github");
            put(name, SymbolKind::Class, roster.file, at);
        }
    }
    if let Some(calendar) = &all.kubernetes {
        for (index, cycle) in calendar.value.cycles.iter().enumerate() {
            let name = format!("Kubernetes {}", cycle.release);
            let at = Pointer::to("cycles").index(index).key("release");
            put(name, SymbolKind::Event, calendar.file, at);
        }
    }
    for (runtime, calendar) in &all.runtimes {
        for (index, minor) in calendar.value.minors.iter().enumerate() {
            let name = format!("{runtime} {}", minor.release);
            let at = Pointer::to("minors").index(index).key("release");
            put(name, SymbolKind::Event, calendar.file, at);
        }
    }
    found
}

/// As the protocol has a symbol of a workspace.
pub(super) fn workspace_symbol(
    name: String,
    kind: SymbolKind,
    location: gen_lsp_types::Location,
) -> WorkspaceSymbol {
    WorkspaceSymbol {
        location: location.into(),
        data: None,
        base_symbol_information: gen_lsp_types::BaseSymbolInformation {
            name,
            kind,
            tags: None,
            container_name: None,
        },
    }
}

/// The addresses of what a text names: issues, pull requests, commits, KEPs, people, repositories.
pub(super) fn links(asked: &Asked<'_>, site: &Site) -> Vec<DocumentLink> {
    let lines = asked.lines();
    let names = names(asked.registry, asked.file);
    let links = names.iter().filter_map(|named| {
        let (address, tooltip) = address(asked, named, site)?;
        Some(DocumentLink {
            range: lines.range(inner(&asked.document.text, named.span)),
            target: Some(Uri(address)),
            tooltip: Some(tooltip),
            data: None,
        })
    });
    links.collect()
}

/// A value without its quotes.
fn inner(text: &str, span: Span) -> Span {
    let written = text.get(span.range()).unwrap_or_default();
    let is_quoted = written.len() > 1 && written.starts_with(['"', '\'']);
    Span {
        start: span.start + usize::from(is_quoted),
        end: span.end - usize::from(is_quoted && written.ends_with(['"', '\''])),
    }
}

/// Where people look at what a name is of, and what is there.
pub(super) fn address(asked: &Asked<'_>, named: &Named, site: &Site) -> Option<(String, String)> {
    let registry = asked.registry.registry();
    match &named.meaning {
        Meaning::Kep => {
            let entry = asked.registry.kep_in(asked.file)?;
            let source = &registry.config.value.sources.upstream;
            let upstream = source.clone().unwrap_or_else(RepositoryName::enhancements);
            let site = registry.site_of(&upstream, site);
            let sig = registry.sig_of(entry);
            // Another name is no folder of upstream's.
            let stem = Some(file_stem(asked.below)).filter(|stem| is_plain_name(stem))?;
            let address = format!("{}/{upstream}/tree/HEAD/keps/{sig}/{stem}", site.origin());
            Some((address, format!("KEP-{} upstream", named.name)))
        }
        Meaning::Issue => {
            let issue = reference(asked, named)?;
            let site = registry.site_of(&issue.repository, site);
            Some((site.address(&issue, "issues"), issue.to_string()))
        }
        Meaning::Reference => {
            let evidence = Evidence::from_str(&named.name).ok()?;
            let site = registry.site_of(&evidence.repository, site);
            Some((site.address_of(&evidence), evidence.said()))
        }
        Meaning::Person => {
            let handle = Handle::from_str(&named.name).ok()?;
            let address = format!("{}/{handle}", Site::github().origin());
            Some((address, handle.to_string()))
        }
        Meaning::Repository => {
            let repository = RepositoryName::from_str(&named.name).ok()?;
            let site = registry.site_of(&repository, site);
            Some((
                format!("{}/{repository}", site.origin()),
                repository.to_string(),
            ))
        }
        Meaning::Link => {
            // As a record may have it; an escape in the text is not read here.
            let link = named.name.parse::<Link>().ok()?;
            Some((link.to_string(), link.to_string())).filter(|_| !named.name.contains('\\'))
        }
        _ => None,
    }
}

/// What stands above lines: a record's verdict, how many KEPs aim at a release, how many somebody shepherds.
pub(super) fn lenses(asked: &Asked<'_>) -> Vec<CodeLens> {
    let lines = asked.lines();
    let lens = |span: Span, title: String| CodeLens {
        range: lines.range(span),
        command: Some(Command {
            title,
            ..Command::default()
        }),
        data: None,
    };
    let outline = Outline::of(&asked.document.text);
    match asked.kind {
        FileKind::Kep => {
            let target = [Step::Key("target".to_owned())];
            let place = outline.at(&target).and_then(|node| node.key);
            let said = aim(asked);
            place
                .zip(said)
                .map(|(span, said)| lens(span, said))
                .into_iter()
                .collect()
        }
        FileKind::Roster | FileKind::Kubernetes => {
            let names = names(asked.registry, asked.file);
            let lenses = names.iter().filter_map(|named| {
                let said = match named.meaning {
                    Meaning::Person if asked.kind == FileKind::Roster => {
                        let handle = Handle::from_str(&named.name).ok()?;
                        let load = going_on(asked.registry.registry(), &handle);
                        (!load.is_empty())
                            .then(|| format!("shepherds {}", counted(load.len(), "KEP")))?
                    }
                    Meaning::Kubernetes => {
                        let release = named.name.parse().ok()?;
                        let keps = asked.registry.registry().keps.iter();
                        let aiming = keps.filter(|entry| entry.value.aims_at() == Some(release));
                        let count = aiming.count();
                        let aim = if count == 1 { "aims" } else { "aim" };
                        (count > 0).then(|| format!("{} {aim} at it", counted(count, "KEP")))?
                    }
                    _ => return None,
                };
                Some(lens(named.span, said))
            });
            lenses.collect()
        }
        FileKind::Config | FileKind::Runtime | FileKind::WorkItem => Vec::new(),
    }
}

/// What a record aims at, and whether it makes it: "aims at 1.38: at risk, because containerd has nothing of it yet".
fn aim(asked: &Asked<'_>) -> Option<String> {
    let (target, verdict) = verdict_of(asked)?;
    let why = verdict.reasons.first().map_or("", |reason| &reason.text);
    // The rest is the hover's.
    let why = why.split([';', ',']).next().unwrap_or_default();
    let why = why.trim_end_matches('.');
    let outcome = verdict.outcome;
    Some(format!(
        "aims at {target}: {outcome}, because {}",
        in_a_sentence(why)
    ))
}

/// A sentence as a part of another one: what it begins with is small, unless that is a name.
fn in_a_sentence(text: &str) -> String {
    let first = text.split(' ').next().unwrap_or_default();
    let is_plain = [
        "A", "For", "If", "It", "Its", "Nobody", "The", "What", "Whether", "Which",
    ]
    .contains(&first);
    match (is_plain, text.chars().next()) {
        (true, Some(c)) => format!("{}{}", c.to_lowercase(), &text[c.len_utf8()..]),
        _ => text.to_owned(),
    }
}

/// What a record aims at and whether it makes that, if its calendar knows such a release.
pub(super) fn verdict_of(asked: &Asked<'_>) -> Option<(Release, Verdict)> {
    let registry = asked.registry.registry();
    let entry = asked.registry.kep_in(asked.file)?;
    let target = entry.value.aims_at()?;
    let calendar = registry.kubernetes.as_ref().map(|calendar| &calendar.value);
    let is_known = calendar
        .is_none_or(|calendar| calendar.cycle(target).is_some() || calendar.is_history(target));
    let verdict = verdict(registry, entry, asked.today).filter(|_| is_known)?;
    Some((target, verdict))
}
