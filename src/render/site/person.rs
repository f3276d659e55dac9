//! What somebody shepherds, owns and liaises; how much that is beside the others'; and what waits for them, oldest first.

use maud::{Markup, html};

use super::frame::{About, Page, person_folder, slug};
use super::parts::{sentence, verdict, with_code};
use crate::terms::Handle;
use crate::text::words::counted;
use crate::views::board::people::PersonBoard;
use crate::views::board::waits::{Wait, Whom};
use crate::views::history::{Change, History, Revision};

pub(super) fn page(page: &Page<'_>, person: &PersonBoard) -> String {
    let board = page.board;
    let path = format!("person/{}/", person_folder(&person.handle));
    let title = match &person.name {
        Some(name) => format!("{name} ({})", person.handle),
        None => person.handle.to_string(),
    };
    let description = format!(
        "What {} shepherds, owns and liaises, and what waits for them.",
        person.handle
    );
    let about = About::of(&path, &title, &description);
    let waits: Vec<&Wait> = board
        .waits
        .iter()
        .filter(|wait| is_for(wait, &person.handle))
        .collect();
    let body = html! {
        header.head {
            p.crumbs { a href=(page.to("people/")) { "People" } }
            h1 { (title) }
            p.lead {
                @match person.role {
                    Some(role) => { (super::parts::sentence(role.written()).trim_end_matches('.')) " of the project. " }
                    None => { "Not on the project's list of maintainers. " }
                }
                @if person.load > 0 { "Shepherds " (counted(person.load, "KEP")) " that work goes on with" (rank(page, person)) "." }
                @if !person.has_work() { "No record names them." }
            }
        }
        section aria-labelledby="waits" {
            h2 #waits { "What waits for them" }
            @if waits.is_empty() { p.empty { "Nothing." } } @else { (page.waits(&waits, false)) }
        }
        (to_do(page, person))
        (list(page, "shepherds", "Shepherds", &person.shepherds))
        (list(page, "owns", "Owns upstream", &person.owns))
        @if !person.liaises.is_empty() {
            section aria-labelledby="liaises" {
                h2 #liaises { "Liaises with SIG-Node" }
                p { @for (index, release) in person.liaises.iter().enumerate() { @if index > 0 { ", " } "Kubernetes " (page.release(*release)) } }
            }
        }
        @if !person.items.is_empty() {
            section aria-labelledby="items" {
                h2 #items { "Work without a KEP" }
                ul { @for item in board.items.iter().filter(|item| person.items.contains(&item.id)) { li { a href={ (page.to("work-items/")) "#" (slug(&item.id)) } { (item.title) } } } }
            }
        }
        section aria-labelledby="history" {
            h2 #history { "What they changed in the records" }
            (history(page, person))
        }
    };
    page.whole(&about, body)
}

pub(super) fn is_for(wait: &Wait, handle: &Handle) -> bool {
    match &wait.whom {
        Whom::People(people) => people.contains(handle),
        _ => false,
    }
}

/// How much that is beside the others'.
fn rank(page: &Page<'_>, person: &PersonBoard) -> String {
    let loads: Vec<usize> = page
        .board
        .people
        .iter()
        .map(|one| one.load)
        .filter(|load| *load > 0)
        .collect();
    let most = loads.iter().max().copied().unwrap_or_default();
    match (loads.len(), person.load == most) {
        (0 | 1, _) => String::new(),
        (count, true) => format!(", the most of {count} who shepherd"),
        (count, false) => format!("; the most of {count} who shepherd is {most}"),
    }
}

/// What a check finds in the records of what they shepherd, and what to do about it.
fn to_do(page: &Page<'_>, person: &PersonBoard) -> Markup {
    let keps = person
        .shepherds
        .iter()
        .filter_map(|number| page.board.kep(*number));
    let keps: Vec<_> = keps
        .filter(|kep| kep.is_going_on && kep.findings.iter().any(|one| !one.help.is_empty()))
        .collect();
    let decisions = page
        .board
        .waits
        .iter()
        .filter(|wait| wait.whom == Whom::Maintainers)
        .count();
    html! {
        @if !keps.is_empty() {
            section aria-labelledby="to-do" {
                h2 #to-do { "To do in what they shepherd" }
                ul.list {
                    @for kep in keps {
                        li {
                            p.line { (page.kep(kep)) @if let Some(release) = kep.aims_at { span.soft { " for " (page.release(release)) } } }
                            ul { @for finding in &kep.findings { @for help in &finding.help { li { (with_code(&sentence(help))) span.soft { " " (with_code(&sentence(&finding.message))) } } } } }
                        }
                    }
                }
            }
        }
        @if decisions > 0 && person.role.is_some() {
            p { a href={ (page.to("waits/")) "#triage" } { (counted(decisions, "decision")) } " wait for all maintainers together." }
        }
    }
}

fn list(page: &Page<'_>, id: &str, name: &str, keps: &[u32]) -> Markup {
    html! {
        @if !keps.is_empty() {
            section aria-labelledby=(id) {
                h2 id=(id) { (name) }
                ul.list {
                    @for kep in keps.iter().filter_map(|number| page.board.kep(*number)) {
                        li {
                            (page.kep(kep)) " "
                            @match (kep.aims_at, kep.outcome()) {
                                (Some(release), Some(outcome)) => { (verdict(outcome)) span.soft { " for " (page.release(release)) } }
                                _ => { span.soft { (kep.standing()) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn history(page: &Page<'_>, person: &PersonBoard) -> Markup {
    html! {
        @match &page.board.history {
            History::Unknown(why) => { p.empty { (why) } }
            History::Known(revisions) => {
                @let theirs: Vec<(&Revision, Vec<&Change>)> = revisions
                    .iter()
                    .filter(|revision| wrote(revision, person))
                    .map(|revision| (revision, revision.changes.iter().collect()))
                    .take(50)
                    .collect();
                @if theirs.is_empty() { p.empty { "Nothing, as far as the addresses and names of commits tell." } }
                (page.changes(theirs.into_iter(), true))
            }
        }
    }
}

/// Whether somebody wrote a commit: by the account that its address tells, or else by the name on the list of maintainers.
fn wrote(revision: &Revision, person: &PersonBoard) -> bool {
    match &revision.by.handle {
        Some(handle) => *handle == person.handle,
        None => person
            .name
            .as_ref()
            .is_some_and(|name| *name == revision.by.name),
    }
}
