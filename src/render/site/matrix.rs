//! The matrix: every KEP against the cycles, and all calendars on one axis of time.

use std::collections::BTreeSet;

use maud::{Markup, html};

use super::drawing;
use super::frame::{About, Page};
use super::parts::{self, aim, verdict};
use crate::terms::{Freeze, Release};
use crate::text::words::counted;
use crate::views::board::keps::{KepBoard, said};
use crate::views::board::verdict::Outcome;

/// So many lanes are drawn; the table has all KEPs.
const DRAWN: usize = 150;

pub(super) fn page(page: &Page<'_>) -> String {
    let board = page.board;
    let about = About::of(
        "matrix/",
        "Matrix",
        "Every KEP against every Kubernetes cycle: which stage came with it or aims at it, and which version of each runtime has it.",
    );
    let in_view: Vec<Release> = board.in_view().collect();
    let mut keps: Vec<&KepBoard> = board
        .keps
        .iter()
        .filter(|kep| kep.aims_at.is_some() || kep.is_going_on)
        .collect();
    keps.sort_by_key(|kep| {
        (
            !kep.aims_at
                .is_some_and(|release| in_view.contains(&release)),
            kep.aims_at,
            kep.number,
        )
    });
    let all = keps.len();
    keps.truncate(DRAWN);
    let body = html! {
        h1 { "Matrix" }
        p.lead { (about.description) }
        (drawn(page, &keps, "Kubernetes, the runtimes and every KEP that work goes on with, on one axis of time"))
        @if all > DRAWN { p { "Drawn are " (DRAWN) " of " (all) " KEPs that work goes on with; the table below has all." } }
        h2 #table { "As a table, with every KEP" }
        (table(page))
    };
    page.whole(&about, body)
}

/// The drawing with its legend, in a box that scrolls by itself.
pub(super) fn drawn(page: &Page<'_>, keps: &[&KepBoard], name: &str) -> Markup {
    let board = page.board;
    let shapes = board.runtimes.iter().map(|runtime| {
        let shape = if runtime.name == board.home {
            "dot"
        } else {
            "square"
        };
        format!("{shape}: {} released it", runtime.name)
    });
    let shapes: Vec<String> = shapes.collect();
    html! {
        figure {
            div.scroll role="region" aria-label=(name) tabindex="0" { (drawing::axis(page, keps, name)) }
            figcaption.soft {
                "Bars are cycles and stages, each from the day of its release; hollow circles are planned. "
                @for freeze in Freeze::ALL { (freeze_letter(freeze)) " " (freeze) ", " }
                (shapes.join(", ")) ". "
                "A dashed line leads from today to what is aimed at. " a href={ (page.to("matrix/")) "#table" } { "As a table, with every KEP" } "."
            }
        }
    }
}

fn freeze_letter(freeze: Freeze) -> &'static str {
    match freeze {
        Freeze::ProductionReadiness => "PRR",
        Freeze::Enhancements => "E",
        Freeze::Code => "C",
        Freeze::Test => "T",
        Freeze::Docs => "D",
    }
}

fn table(page: &Page<'_>) -> Markup {
    let board = page.board;
    let mut releases: BTreeSet<Release> = board
        .keps
        .iter()
        .flat_map(|kep| kep.reached.iter().map(|(_, release)| *release))
        .collect();
    releases.extend(board.keps.iter().filter_map(|kep| kep.aims_at));
    releases.extend(board.in_view());
    let caption = "Every KEP against every Kubernetes release that one has reached or aims at";
    html! {
        @if board.keps.is_empty() { p.empty { "The registry has no KEP yet." } } @else {
            p.soft { (counted(board.keps.len(), "KEP")) ", " (counted(releases.len(), "release")) "." }
            div.scroll role="region" aria-label=(caption) tabindex="0" {
                table.matrix {
                    caption.hidden { (caption) }
                    thead {
                        tr {
                            th scope="col" { "KEP" }
                            @for runtime in &board.runtimes { th scope="col" { (runtime.name) } }
                            @for release in releases.iter().rev() {
                                th scope="col" .now[board.now == Some(*release)] { (page.release(*release)) }
                            }
                        }
                    }
                    tbody {
                        @for kep in &board.keps {
                            tr id={ "row-" (kep.number) } {
                                th scope="row" { (page.kep(kep)) }
                                @for facts in &kep.runtimes { td { (parts::cell(facts)) } }
                                @for release in releases.iter().rev() { (cell(kep, *release)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn cell(kep: &KepBoard, release: Release) -> Markup {
    let reached = kep
        .reached
        .iter()
        .filter(|(_, one)| *one == release)
        .map(|(stage, _)| *stage)
        .max();
    let aims = kep.aims_at == Some(release);
    html! {
        td class=[reached.map(|stage| format!("stage {}", stage.written()))] {
            @if let Some(stage) = reached { (said(stage).trim_end_matches(',')) }
            @if aims && kep.outcome() != Some(Outcome::Shipped) {
                @if reached.is_some() { br; }
                span.aims { (aim(kep)) }
                @if let Some(outcome) = kep.outcome() { " " (verdict(outcome)) }
            }
        }
    }
}
