//! The page of what machines can read, with examples.

use maud::{Markup, html};

use super::frame::{About, Page, slug};
use super::{api, badge, lists};

pub(super) fn page(page: &Page<'_>, files: &[(String, &'static str, String)]) -> String {
    let board = page.board;
    let about = About::of(
        "data/",
        "Data",
        "What machines can read: JSON with schemas, feeds, calendars and badges, with examples.",
    );
    let base = board
        .url
        .clone()
        .unwrap_or_else(|| "https://example.github.io/keps".to_owned());
    let whole = files.iter().filter(|(name, ..)| !name.starts_with("kep/"));
    let kep = board.keps.first();
    let body = html! {
        h1 { "Data" }
        p.lead { "Everything on these pages is in files too. Their format has a version in its address, and what is added to it never breaks what is there." }
        @if board.url.is_none() { p.soft { "The registry does not say where its board is (" code { "[board] url" } "), so the examples have an address of their own." } }
        section aria-labelledby="json" {
            h2 #json { "JSON" }
            div.scroll role="region" aria-label="The JSON files" tabindex="0" {
                table {
                    thead { tr { th scope="col" { "File" } th scope="col" { "Schema" } th scope="col" { "Size" } } }
                    tbody {
                        @for (name, schema, text) in whole { (row(page, name, schema, text)) }
                        @if let Some((name, schema, text)) = files.iter().find(|(name, ..)| name.starts_with("kep/")) { (row(page, name, schema, text)) }
                    }
                }
            }
            p { "Each KEP has one of its own. What is absent is not known. A record with mistakes is there, with " code { "is-whole" } " false and its mistakes in " code { "findings" } "." }
            h3 { "What is at risk for the cycle under way" }
            @let now = board.now.map_or_else(|| "1.38".to_owned(), |now| now.to_string());
            (code(&format!(
                "curl -s {base}/api/v1/keps.json |\n  jq -r '.keps[] | select(.target == \"{now}\" and .verdict.is == \"at-risk\")\n    | \"KEP-\\(.number) \\(.title): \\(.verdict.reasons[0].text)\"'"
            )))
            h3 { "Since which version each runtime has a KEP" }
            @let number = kep.map_or(4960, |kep| kep.number);
            (code(&format!("curl -s {base}/api/v1/kep/{number}.json | jq '.kep.runtimes | map_values(.release)'")))
            @if let Some((name, _, text)) = files.iter().find(|(name, ..)| name.starts_with("kep/")) {
                details { summary { "The whole of " (name) } (code(text)) }
            }
        }
        section aria-labelledby="feeds" {
            h2 #feeds { "Feeds" }
            p { a href=(page.to("feed.atom")) { "feed.atom" } " has every change of a record, with what it changed from and to. Each KEP has one: " @if let Some(kep) = kep { a href=(page.to(&format!("kep/{}/feed.atom", kep.number))) { "kep/" (kep.number) "/feed.atom" } } "." }
        }
        section aria-labelledby="calendars" {
            h2 #calendars { "Calendars" }
            p {
                a href=(page.to("calendar.ics")) { "calendar.ics" } (lists::webcal(page, "calendar.ics"))
                " has every freeze and release."
                @if let Some(now) = board.now {
                    " " a href=(page.to(&format!("cycle/{now}/cycle.ics"))) { "cycle/" (now) "/cycle.ics" } (lists::webcal(page, &format!("cycle/{now}/cycle.ics"))) " has those of one cycle."
                }
                " Subscribe rather than import: dates are corrected, and each event keeps its name."
            }
        }
        section aria-labelledby="badges" {
            h2 #badges { "Badges" }
            @if let Some(kep) = kep {
                @let path = format!("badge/{}.svg", kep.number);
                p { img src=(page.to(&path)) alt={ (kep.name()) ": " (badge::said(board, kep)) } height="20"; }
                (code(&format!("[![{}]({base}/{path})]({base}/kep/{}/)", kep.name(), kep.number)))
            } @else { p.empty { "The registry has no KEP yet." } }
        }
        section aria-labelledby="addresses" {
            h2 #addresses { "Addresses that stay" }
            ul {
                li { code { "kep/N/" } ", " code { "cycle/1.N/" } ", " code { "release/RUNTIME/MINOR/" } ", " code { "person/HANDLE/" } ": a page each" }
                li { code { "keps/#kep-N" } ", " code { "matrix/#row-N" } ", " code { "gates/#GATE" } ", " code { "rules/#RULE" } ": a row each" }
                li { code { "keps/?target=1.38&verdict=at-risk&sort=number" } ": a filter; " code { "q" } ", " code { "release" } ", " code { "reached" } ", " code { "stage" } ", " code { "status" } ", " code { "sig" } ", " code { "person" } " and " code { "gate" } " are others" }
                li { code { "waits/#volunteer" } ", " code { "cycle/1.38/#at-risk" } ": what each count links to" }
            }
        }
    };
    page.whole(&about, body)
}

fn row(page: &Page<'_>, name: &str, schema: &str, text: &str) -> Markup {
    let path = format!("api/v1/{name}");
    html! {
        tr id=(slug(name)) {
            th scope="row" { a href=(page.to(&path)) { (path) } }
            td { a href=(page.to(&format!("api/v1/{schema}"))) { (schema) } }
            td { (text.len().div_ceil(1024)) " KiB" }
        }
    }
}

fn code(text: &str) -> Markup {
    html! { pre tabindex="0" { code { (text) } } }
}

/// The schemas that the files are held to.
pub(super) fn schemas() -> Vec<(String, String)> {
    let schemas = api::schemas().into_iter();
    schemas
        .map(|(name, text)| (format!("api/v1/{name}"), text))
        .collect()
}
