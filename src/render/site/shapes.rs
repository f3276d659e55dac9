//! The shapes that stand for verdicts and other marks, and the sprite that has each once a page.

use maud::{Markup, PreEscaped, html};

use crate::views::board::verdict::Outcome;

/// The shape of each verdict: told apart without any colour.
pub(super) fn shape(outcome: Outcome) -> &'static str {
    match outcome {
        // An octagon with a cross.
        Outcome::WillMiss => {
            "<path fill=\"currentColor\" fill-rule=\"evenodd\" d=\"M5 .5h6L15.5 5v6L11 15.5H5L.5 11V5zM5.8 4.4 4.4 5.8 6.6 8l-2.2 2.2 1.4 1.4L8 9.4l2.2 2.2 1.4-1.4L9.4 8l2.2-2.2-1.4-1.4L8 6.6z\"/>"
        }
        // A triangle with a mark.
        Outcome::AtRisk => {
            "<path fill=\"currentColor\" fill-rule=\"evenodd\" d=\"M8 .8 15.7 15H.3zM7 6v4.4h2V6zm0 5.6v1.9h2v-1.9z\"/>"
        }
        // A ring of dashes with a question.
        Outcome::CannotTell => {
            "<circle cx=\"8\" cy=\"8\" r=\"7\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"1.6\" stroke-dasharray=\"2.6 1.8\"/><path fill=\"none\" stroke=\"currentColor\" stroke-width=\"1.7\" d=\"M5.9 6.2c.2-2.6 4.2-2.4 4.2 0 0 1.6-2.1 1.6-2.1 3.3\"/><circle cx=\"8\" cy=\"11.9\" r=\"1.1\" fill=\"currentColor\"/>"
        }
        // An arrow on its way in a ring.
        Outcome::OnCourse => {
            "<circle cx=\"8\" cy=\"8\" r=\"7\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"1.6\"/><path fill=\"none\" stroke=\"currentColor\" stroke-width=\"1.8\" d=\"M4 8h7M8.2 5 11.2 8l-3 3\"/>"
        }
        // A full circle with a tick.
        Outcome::Ready => {
            "<path fill=\"currentColor\" fill-rule=\"evenodd\" d=\"M8 .6a7.4 7.4 0 1 0 0 14.8A7.4 7.4 0 0 0 8 .6zm4.3 5.2-5.2 5.9-3.4-3.1 1.3-1.5 2 1.8 3.8-4.4z\"/>"
        }
        // A full square with a flag.
        Outcome::Shipped => {
            "<path fill=\"currentColor\" fill-rule=\"evenodd\" d=\"M2.5 1h11A1.5 1.5 0 0 1 15 2.5v11a1.5 1.5 0 0 1-1.5 1.5h-11A1.5 1.5 0 0 1 1 13.5v-11A1.5 1.5 0 0 1 2.5 1zM5 3.5v9h1.6V9.4L12 6.5 6.6 3.5z\"/>"
        }
        // A bar.
        Outcome::NothingNeeded => "<path fill=\"currentColor\" d=\"M2 6.8h12v2.4H2z\"/>",
    }
}

/// Other shapes.
const SHAPES: [(&str, &str); 2] = [
    (
        "finding",
        "<path fill=\"currentColor\" d=\"M8 1.2 14.8 8 8 14.8 1.2 8z\"/>",
    ),
    (
        "slip",
        "<path fill=\"none\" stroke=\"currentColor\" stroke-width=\"1.8\" d=\"M2 4h5v8h7M11 9l3 3-3 3\"/>",
    ),
];

/// A shape of the page's sprite.
pub(super) fn icon(name: &str) -> Markup {
    html! { svg.i aria-hidden="true" focusable="false" { use href={ "#i-" (name) } {} } }
}

/// The shapes of the verdicts, drawn once a page.
pub(super) fn sprite() -> Markup {
    html! {
        svg.sprite aria-hidden="true" focusable="false" width="0" height="0" {
            @for outcome in Outcome::ALL {
                symbol id={ "i-" (outcome.key()) } viewBox="0 0 16 16" { (PreEscaped(shape(outcome))) }
            }
            @for (name, shape) in SHAPES {
                symbol id={ "i-" (name) } viewBox="0 0 16 16" { (PreEscaped(shape)) }
            }
        }
    }
}
