//! Feeds of what has happened to the records (RFC 4287): one entry for each record that a commit changed, which says from what to what.
//! Never of what is planned.

use maud::{PreEscaped, html};

use super::frame::Page;
use crate::terms::Subject;
use crate::text::digest;
use crate::views::board::keps::KepBoard;
use crate::views::history::{About, Change, How, Revision};

/// So many entries a feed has at most.
const MOST: usize = 100;

/// The feed of all records.
pub(super) fn whole(page: &Page<'_>) -> String {
    let revisions = page.board.history.revisions().iter();
    let entries = revisions.flat_map(|revision| {
        let changes = revision.changes.iter();
        changes
            .filter(|change| matches!(change.of, About::Record(_)))
            .map(move |change| (revision, change))
    });
    let title = format!("{} KEPs: changes of records", page.board.home);
    feed(page, &title, "", entries.take(MOST))
}

/// The feed of one KEP.
pub(super) fn of_kep(page: &Page<'_>, kep: &KepBoard) -> String {
    let about = About::Record(kep.subject());
    let entries = page.past.get(&about).into_iter().flatten().copied();
    let title = format!("{} {}: changes of its record", kep.name(), kep.title);
    feed(
        page,
        &title,
        &format!("kep/{}/", kep.number),
        entries.take(MOST),
    )
}

fn feed<'a>(
    page: &Page<'_>,
    title: &str,
    path: &str,
    entries: impl Iterator<Item = (&'a Revision, &'a Change)>,
) -> String {
    let board = page.board;
    let entries: Vec<_> = entries.collect();
    let day = board.day();
    let updated = entries
        .iter()
        .map(|(revision, _)| revision.at.to_string())
        .next()
        .unwrap_or_else(|| format!("{day}T00:00:00Z"));
    let page_url = board.url.as_ref().map(|url| format!("{url}/{path}"));
    let markup = html! {
        (PreEscaped("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"))
        feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en" {
            id { (urn(&[&board.home, "feed", path])) }
            title { (clean(title)) }
            updated { (updated) }
            @if let Some(url) = &page_url {
                link rel="self" type="application/atom+xml" href={ (url) "feed.atom" } {}
                link rel="alternate" type="text/html" href=(url) {}
            }
            generator { "kepherd" }
            @for (revision, change) in &entries {
                entry {
                    id { (urn(&[&revision.id, &format!("{:?}", change.of)])) }
                    title { (clean(&headline(page, change))) }
                    updated { (revision.at) }
                    author { name { @if revision.by.name.is_empty() { "nobody" } @else { (clean(&revision.by.name)) } } }
                    @if let Some(url) = link(page, change) { link rel="alternate" type="text/html" href=(url) {} }
                    content type="html" { (clean(&content(revision, change))) }
                }
            }
        }
    };
    markup.into_string()
}

/// A name that no other entry has, wherever the board is: a UUID made of what it is about (RFC 9562, version 8).
fn urn(parts: &[&str]) -> String {
    let digest = digest::of(parts.iter().copied());
    let part = |from: usize, to: usize| digest.get(from..to).unwrap_or_default().to_owned();
    format!(
        "urn:uuid:{}-{}-8{}-8{}-{}",
        part(0, 8),
        part(8, 12),
        part(13, 16),
        part(17, 20),
        part(20, 32)
    )
}

/// A text without what XML cannot hold.
pub(super) fn clean(text: &str) -> String {
    let allowed = |c: &char| matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    text.chars()
        .map(|c| if allowed(&c) { c } else { '\u{fffd}' })
        .collect()
}

fn headline(page: &Page<'_>, change: &Change) -> String {
    let name = match &change.of {
        About::Record(Subject::Kep(number)) => match page.board.kep(*number) {
            Some(kep) => format!("{} {}", kep.name(), kep.title),
            None => format!("KEP-{number}"),
        },
        About::Record(Subject::Item(id)) => id.clone(),
        About::File(path) => path.clone(),
    };
    let what = match (&change.how, change.fields.as_slice()) {
        (How::Added, _) => "came into the registry".to_owned(),
        (How::Removed, _) => "was taken out of the registry".to_owned(),
        (How::Moved { to, .. }, []) => format!("moved to {to}"),
        (_, []) => "changed".to_owned(),
        (_, [one]) => one.to_string(),
        (_, [first, rest @ ..]) => format!("{first}, and {} more", rest.len()),
    };
    format!("{name}: {what}")
}

fn link(page: &Page<'_>, change: &Change) -> Option<String> {
    let url = page.board.url.as_ref()?;
    match &change.of {
        About::Record(Subject::Kep(number)) => Some(format!("{url}/kep/{number}/")),
        About::Record(Subject::Item(id)) => {
            Some(format!("{url}/work-items/#{}", super::frame::slug(id)))
        }
        About::File(_) => Some(format!("{url}/changes/")),
    }
}

fn content(revision: &Revision, change: &Change) -> String {
    html! {
        p { (revision.summary) }
        @if !change.fields.is_empty() { ul { @for one in &change.fields { li { (one) } } } }
        p { "Commit " code { (revision.short()) } }
    }
    .into_string()
}
