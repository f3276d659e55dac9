//! A Kubernetes cycle: what it asks of the runtimes, what aims at it, what came with it, and what left it.

use maud::{Markup, html};

use super::frame::{About, Page, slug, time};
use super::front;
use super::parts::verdict;
use crate::terms::Release;
use crate::views::board::cycles::{CycleBoard, Late, Left, Move};
use crate::views::board::dates::away;
use crate::views::board::keps::said;
use crate::views::board::verdict::Outcome;
use crate::views::history::History;

pub(super) fn page(page: &Page<'_>, cycle: &CycleBoard) -> String {
    let board = page.board;
    let release = cycle.release;
    let path = format!("cycle/{release}/");
    let title = format!("Kubernetes {release}");
    let description = format!(
        "What Kubernetes {release} asks of the container runtimes: which KEPs aim at it, and whether they make it."
    );
    let about = About::of(&path, &title, &description);
    let body = html! {
        header.head {
            h1 { (title) }
            p.lead {
                @match cycle.when {
                    Some(when) => {
                        (super::parts::sentence(&when.to_string()))
                        @if !cycle.has_shipped { " That is " (away(when.earliest(), when.latest(), board.today)) "." }
                    }
                    None => { "When it comes, or came, is not on record." }
                }
            }
        }
        @if cycle.is_on_record { (dates(page, cycle)) }
        section aria-labelledby="keps" {
            h2 #keps { "What aims at it" }
            @if cycle.aiming.is_empty() {
                p.empty { "No KEP on record aims at it." }
            } @else {
                (front::counts(page, release))
                @for outcome in Outcome::ALL {
                    @let keps = board.of_outcome(release, outcome);
                    @if !keps.is_empty() {
                        h3 id=(outcome.key()) { (verdict(outcome)) span.soft { " " (keps.len()) ": " (outcome.meaning()) } }
                        @if outcome == Outcome::CannotTell { (page.unknown(&keps)) } @else { ul.list { @for kep in keps { (page.judged(kep)) } } }
                    }
                }
                (page.table(&board.aiming(release), &format!("KEPs that aim at Kubernetes {release}")))
            }
        }
        @if !cycle.items.is_empty() {
            section aria-labelledby="items" {
                h2 #items { "Work without a KEP" }
                ul {
                    @for item in board.items.iter().filter(|item| cycle.items.contains(&item.id)) {
                        li { a href={ (page.to("work-items/")) "#" (slug(&item.id)) } { (item.title) } }
                    }
                }
            }
        }
        section aria-labelledby="reached" {
            h2 #reached { "What came with it" }
            @if cycle.reached.is_empty() {
                p.empty { @if cycle.has_shipped { "No record says that a stage came with it." } @else { "It is not out." } }
            } @else {
                ul {
                    @for (number, stage) in &cycle.reached {
                        @if let Some(kep) = board.kep(*number) { li { (page.kep(kep)) span.soft { " " (said(*stage).trim_end_matches(',')) } } }
                    }
                }
            }
        }
        section aria-labelledby="left" {
            h2 #left { "What left it, and what came late" }
            @match &board.history {
                History::Unknown(why) => { p.empty { (why) } }
                History::Known(_) => {
                    @if cycle.left.is_empty() && cycle.late.is_empty() { p.empty { "Nothing, as far as the history of the records tells." } }
                    ul {
                        @for left in &cycle.left { (gone(page, left)) }
                        @for late in &cycle.late { (came(page, late)) }
                    }
                    @if !cycle.moves.is_empty() {
                        details {
                            summary { "Every move: " (cycle.moves.len()) }
                            ul { @for one in &cycle.moves { (moved(page, one)) } }
                        }
                    }
                }
            }
        }
    };
    page.whole(&about, body)
}

fn dates(page: &Page<'_>, cycle: &CycleBoard) -> Markup {
    let board = page.board;
    html! {
        section aria-labelledby="dates" {
            h2 #dates { "Dates" }
            dl.facts {
                @if let Some(start) = cycle.start { dt { "Start" } dd { (time(start)) } }
                @for (freeze, instant) in &cycle.freezes {
                    dt { (super::parts::sentence(&freeze.to_string()).trim_end_matches('.')) }
                    dd { time datetime=(instant) { (instant.to_the_minute()) } " " span.soft { (away(instant.date(), instant.date(), board.today)) } }
                }
                @if let Some(when) = cycle.when { dt { "Release" } dd { (when) } }
                dt { "Liaison" }
                dd { (page.people_or(&cycle.liaisons, "nobody on record")) }
            }
            p.soft { a href="cycle.ics" { "These dates as a calendar" } (super::lists::webcal(page, &format!("cycle/{}/cycle.ics", cycle.release))) }
        }
    }
}

fn gone(page: &Page<'_>, left: &Left) -> Markup {
    html! {
        li {
            @if let Some(kep) = page.board.kep(left.kep) { (page.kep(kep)) }
            @match left.after_freeze {
                Some(true) => { " was removed after the enhancements freeze" }
                Some(false) => { " was deferred before the enhancements freeze" }
                None => { " left it" }
            }
            @match left.to { Some(to) => { ", to " (page.release(to)) } None => { ", to no release" } }
            ", on " (time(left.day)) " by " (left.by) "."
        }
    }
}

fn moved(page: &Page<'_>, one: &Move) -> Markup {
    let release = |release: Option<Release>| {
        html! { @match release { Some(release) => { (page.release(release)) } None => { "no release" } } }
    };
    html! {
        li {
            (time(one.day)) " "
            @if let Some(kep) = page.board.kep(one.kep) { (page.kep(kep)) }
            ": from " (release(one.from)) " to " (release(one.to)) ", by " (one.by)
        }
    }
}

fn came(page: &Page<'_>, late: &Late) -> Markup {
    html! {
        li {
            @if let Some(kep) = page.board.kep(late.kep) { (page.kep(kep)) }
            " came to it after the enhancements freeze, by an exception or because its record was late, on " (time(late.day)) " by " (late.by) "."
        }
    }
}
