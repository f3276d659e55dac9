//! A KEP in a line, for READMEs and issues elsewhere: "containerd ≥ 2.3.0 · cri-o ≥ 1.33".

use maud::html;

use super::atom::clean;

use crate::terms::RuntimeState;
use crate::views::board::Board;
use crate::views::board::keps::KepBoard;

/// What a badge says behind the KEP's name.
pub(super) fn said(board: &Board, kep: &KepBoard) -> String {
    if kep.needs_nothing.is_some() {
        return "needs nothing of a runtime".to_owned();
    }
    let parts = kep.runtimes.iter().map(|facts| {
        let name = &facts.runtime;
        let Some(fact) = &facts.whole else {
            return format!("{name} not known");
        };
        let counts_as_kubernetes = board
            .runtimes
            .iter()
            .any(|runtime| runtime.name == *name && runtime.numbered_as_kubernetes);
        let since = match (fact.state, fact.version) {
            (RuntimeState::Released, Some(version))
                if counts_as_kubernetes && version.patch == 0 =>
            {
                format!("{name} ≥ {}", version.release)
            }
            (RuntimeState::Released, Some(version)) => format!("{name} ≥ {version}"),
            (RuntimeState::Released, None) => format!("{name} released"),
            (RuntimeState::Merged, _) => format!("{name} merged"),
            (RuntimeState::None, _) => format!("{name} not yet"),
            (state, _) => format!("{name} {}", state.said()),
        };
        match fact.kubernetes {
            Some(range) => format!("{since} for {}", range.said()),
            None => since,
        }
    });
    parts.collect::<Vec<_>>().join(" · ")
}

/// The width of a text of 11 pixels, in pixels: what the widest of the usual fonts needs.
fn width(text: &str) -> usize {
    text.chars().count() * 67 / 10
}

/// The badge as a picture.
pub(super) fn svg(board: &Board, kep: &KepBoard) -> String {
    let (name, said) = (kep.name(), said(board, kep));
    let (left, right) = (width(&name) + 14, width(&said) + 14);
    let all = left + right;
    let said = clean(&said);
    let whole = format!("{name}: {said}");
    html! {
        svg xmlns="http://www.w3.org/2000/svg" width=(all) height="20" viewBox={ "0 0 " (all) " 20" } role="img" aria-label=(whole) {
            title { (whole) }
            rect width=(all) height="20" rx="4" fill="#2f3542" {}
            path d={ "M" (left) " 0h" (right - 4) "a4 4 0 0 1 4 4v12a4 4 0 0 1-4 4H" (left) "z" } fill="#2f46c7" {}
            g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" {
                text x="7" y="14" textLength=(left - 14) lengthAdjust="spacingAndGlyphs" { (name) }
                text x=(left + 7) y="14" textLength=(right - 14) lengthAdjust="spacingAndGlyphs" { (said) }
            }
        }
    }
    .into_string()
}
