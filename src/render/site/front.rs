//! The first screen: the next date and how far away it is, what is at risk and why, what waits for whom, and what has changed.

use maud::{Markup, html};

use super::frame::{About, Page, time};
use super::parts::{times, verdict};
use crate::terms::{Date, Release};
use crate::text::words::counted;
use crate::views::board::Board;
use crate::views::board::dates::Event;
use crate::views::board::keps::KepBoard;
use crate::views::board::verdict::Outcome;
use crate::views::board::waits::{WaitKind, Whom};
use crate::views::history::History;

/// So many KEPs are drawn on the first page; the matrix has all.
const DRAWN: usize = 40;
/// So many reasons are said on the first page.
const SAID: usize = 12;

pub(super) fn page(page: &Page<'_>) -> String {
    let board = page.board;
    let title = format!("{} and Kubernetes enhancements", board.home);
    let description = board.headline();
    let about = About {
        path: "",
        title: &title,
        description: &description,
        feed: None,
        json_ld: Some(serde_json::json!({
            "@context": "https://schema.org",
            "@type": "Dataset",
            "name": title,
            "description": description,
            "dateModified": board.day().to_string(),
            "url": board.url,
            "license": "https://www.apache.org/licenses/LICENSE-2.0",
        })),
    };
    let body = html! {
        h1.headline { (description) }
        @if let Some(news) = board.news() { p.lead.news { (news) } }
        @if let Some(old) = board.staleness() {
            p.stale { strong { "Old facts: " } (old) " " a href={ (page.to("coverage/")) "#fresh" } { "Which ones" } }
        }
        @if board.keps.is_empty() {
            p.empty { "The registry has no KEP yet. " code { "kepherd new kep" } " makes the first record." }
        }
        div.front {
            div {
                @if board.now.is_none() {
                    p.empty { "No calendar says which Kubernetes cycle is under way: " code { "releases/kubernetes.toml" } " is not there, has mistakes, or has no cycle that is not out." }
                }
                @for release in board.in_view() { (cycle(page, release)) }
                @for (release, count) in board.unsettled().into_iter().take(2) {
                    p.empty {
                        "Kubernetes " (release) " is out, and of "
                        a href={ (page.cycle_page(release)) "#cannot-tell" } { (counted(count, "KEP")) }
                        " it is not on record whether it went out with it."
                    }
                }
                @if let (Some(now), None) = (board.now, board.then) {
                    p.empty { "The cycle after " (now) " is neither in the calendar nor aimed at yet." }
                }
                (mistakes(page))
            }
            div.aside {
                (next_dates(page))
                (waiting(page))
                (changed(page))
            }
        }
        section aria-labelledby="matrix" {
            h2 #matrix { a href=(page.to("matrix/")) { "Matrix" } }
            (matrix(page))
        }
    };
    page.whole(&about, body)
}

/// What stands in a cycle: what needs an eye, with its reason; the rest as counts that are links.
fn cycle(page: &Page<'_>, release: Release) -> Markup {
    let board = page.board;
    let aiming = board.aiming(release);
    let urgent: Vec<&&KepBoard> = aiming
        .iter()
        .filter(|kep| matches!(kep.outcome(), Some(Outcome::WillMiss | Outcome::AtRisk)))
        .collect();
    let unknown = board.of_outcome(release, Outcome::CannotTell);
    let id = format!("cycle-{release}");
    html! {
        section.cycle aria-labelledby=(id) {
            h2 id=(id) { a href=(page.cycle_page(release)) { "Kubernetes " (release) } span.soft { " " (counted(aiming.len(), "KEP")) } }
            @if let Some((freeze, day)) = board.cycle(release).and_then(|cycle| cycle.last_freeze(board.today)) {
                p.soft { "Past the " (freeze) ", since " (time(day.date())) "." }
            }
            @if aiming.is_empty() {
                p.empty { "No KEP on record aims at it." }
            } @else {
                (counts(page, release))
                @if urgent.is_empty() {
                    p.empty { "Nothing is known to be at risk." }
                } @else {
                    ul.list { @for kep in urgent.iter().take(SAID) { (page.judged(kep)) } }
                    (more(page, release, urgent.len(), Outcome::AtRisk))
                }
                @if !unknown.is_empty() {
                    (page.unknown(&unknown[..unknown.len().min(SAID)]))
                    (more(page, release, unknown.len(), Outcome::CannotTell))
                }
            }
        }
    }
}

fn more(page: &Page<'_>, release: Release, all: usize, outcome: Outcome) -> Markup {
    html! {
        @if all > SAID {
            p { a href={ (page.cycle_page(release)) "#" (outcome.key()) } { "and " (all - SAID) " more" } }
        }
    }
}

/// How many KEPs of a cycle have each verdict, each count a link to them.
pub(super) fn counts(page: &Page<'_>, release: Release) -> Markup {
    let board = page.board;
    html! {
        ul.counts aria-label={ "Verdicts for Kubernetes " (release) } {
            @for outcome in Outcome::ALL {
                @let count = board.of_outcome(release, outcome).len();
                @if count > 0 {
                    li { a href={ (page.cycle_page(release)) "#" (outcome.key()) } { b { (count) } " " (verdict(outcome)) } }
                }
            }
        }
    }
}

fn next_dates(page: &Page<'_>) -> Markup {
    let board = page.board;
    let next: Vec<&Event> = board.next_dates().take(5).collect();
    html! {
        section aria-labelledby="dates" {
            h2 #dates { a href=(page.to("dates/")) { "Next dates" } }
            @if next.is_empty() {
                p.empty { "No calendar has a day ahead." }
            } @else {
                ol.dates { @for event in next { (date(page, event)) } }
            }
        }
    }
}

/// A day, with how far away it is.
pub(super) fn date(page: &Page<'_>, event: &Event) -> Markup {
    let board = page.board;
    let to = match event.is_kubernetes {
        true => page.cycle_page(event.release),
        false => page.minor_page(&event.product, event.release),
    };
    html! {
        li {
            span.when {
                @if event.first == event.last { (time(event.first)) } @else { time datetime=(event.when()) { (event.when()) } }
            }
            span { a href=(to) { (event.said()) } " " span.soft { (event.away(board.today)) } }
        }
    }
}

fn waiting(page: &Page<'_>) -> Markup {
    let board = page.board;
    let oldest = board
        .waits
        .iter()
        .find(|wait| wait.since.is_some() && wait.kind != WaitKind::Say);
    html! {
        section aria-labelledby="waiting" {
            h2 #waiting { a href=(page.to("waits/")) { "What waits for whom" } }
            @if board.waits.is_empty() { p.empty { "Nothing waits for anybody." } }
            ul.counted {
                @for kind in WaitKind::ALL {
                    @let count = board.waits.iter().filter(|wait| wait.kind == kind).count();
                    @if count > 0 {
                        li { a href={ (page.to("waits/")) "#" (kind.key()) } { (kind.said()) } b { (count) } }
                    }
                }
            }
            @let busy = board.busiest();
            @let all = board.waits.iter().filter(|wait| wait.whom == Whom::Maintainers).count();
            @if all > 0 { p.soft { (all) " wait for the maintainers together." } }
            @if !busy.is_empty() {
                p.soft {
                    "Of single people most waits for "
                    @for (index, (handle, count)) in busy.iter().take(3).enumerate() {
                        @if index > 0 { ", " }
                        (page.person(handle)) " (" (count) ")"
                    }
                    "."
                }
            }
            @if let Some(since) = oldest.and_then(|wait| wait.since) {
                p.soft { "The oldest is on record since " (time(since)) "." }
            }
        }
    }
}

/// What changed since the last Monday.
fn changed(page: &Page<'_>) -> Markup {
    let board = page.board;
    let since = board.last_monday();
    html! {
        section aria-labelledby="changed" {
            h2 #changed { a href=(page.to("changes/")) { "Changed since Monday" } }
            @match &board.history {
                History::Unknown(why) => { p.soft { (why) } }
                History::Known(revisions) => {
                    @let count = revisions.iter().filter(|revision| revision.day() >= since).count();
                    @let records = board.changed_since(since);
                    @if count == 0 {
                        p.empty { "Nothing, since " (time(since)) "." }
                    } @else {
                        p {
                            (counted(count, "commit")) " changed " (counted(records.len(), "record"))
                            " since " (time(since)) "."
                        }
                        @let slipped = slipped(board, since);
                        @if !slipped.is_empty() {
                            p {
                                "Moved to a later release: "
                                @for (index, kep) in slipped.iter().enumerate() {
                                    @if index > 0 { ", " }
                                    a href={ (page.kep_page(kep.number)) "#slips" } { (kep.name()) }
                                }
                                "."
                            }
                        }
                    }
                }
            }
        }
    }
}

fn slipped(board: &Board, since: Date) -> Vec<&KepBoard> {
    let keps = board.keps.iter();
    keps.filter(|kep| kep.slips.iter().any(|slip| slip.day >= since))
        .collect()
}

fn mistakes(page: &Page<'_>) -> Markup {
    let board = page.board;
    let broken: Vec<&KepBoard> = board.keps.iter().filter(|kep| !kep.is_whole).collect();
    html! {
        @let elsewhere = board.mistakes_elsewhere();
        @if !broken.is_empty() || !board.left_out.is_empty() || elsewhere > 0 {
            section aria-labelledby="mistakes" {
                h2 #mistakes { "Records with mistakes" }
                @if elsewhere > 0 {
                    p { a href={ (page.to("coverage/")) "#elsewhere" } { (counted(elsewhere, "mistake")) } " in calendars, the list of maintainers or the configuration: what they say counts as not known." }
                }
                @if !broken.is_empty() {
                    p {
                        "Shown as far as they can be read: "
                        @for (index, kep) in broken.iter().take(SAID).enumerate() {
                            @if index > 0 { ", " }
                            a href={ (page.kep_page(kep.number)) "#findings" } { (kep.name()) }
                        }
                        @if broken.len() > SAID { " and " (broken.len() - SAID) " more" }
                        "."
                    }
                }
                @if !board.left_out.is_empty() {
                    p { a href={ (page.to("coverage/")) "#left-out" } { (counted(board.left_out.len(), "file")) } " could not be shown as a record at all." }
                }
            }
        }
    }
}

/// The KEPs of the cycles in view on the axis of time, with a table of the same.
fn matrix(page: &Page<'_>) -> Markup {
    let board = page.board;
    let mut keps: Vec<&KepBoard> = board
        .in_view()
        .flat_map(|release| board.aiming(release))
        .collect();
    let all = keps.len();
    keps.truncate(DRAWN);
    html! {
        (super::matrix::drawn(page, &keps, "Kubernetes, the runtimes and the KEPs of the cycles in view, on one axis of time"))
        @if all > DRAWN {
            p { "Drawn are " (DRAWN) " of " (all) ": " a href=(page.to("matrix/")) { "the matrix has all" } "." }
        }
        p { a href=(page.to("matrix/")) { "Every KEP against every cycle, as a table" } " · " a href=(page.to("keps/")) { "All KEPs, to filter and sort" } }
    }
}

/// How often a KEP slipped, as a part of a sentence.
pub(super) fn slips(kep: &KepBoard) -> String {
    format!(
        "Its target has moved to a later release {}.",
        times(kep.slips.len())
    )
}
