//! A minor of a runtime: what it brings, and what it must bring.

use maud::{Markup, html};

use super::frame::{About, Page, slug, time};
use super::parts::{aim, verdict};
use crate::views::board::keps::KepBoard;
use crate::views::board::minors::{MinorBoard, RuntimeBoard};

pub(super) fn page(page: &Page<'_>, runtime: &RuntimeBoard, minor: &MinorBoard) -> String {
    let board = page.board;
    let (name, release) = (&runtime.name, minor.release);
    let path = format!("release/{}/{release}/", slug(name));
    let title = format!("{name} {release}");
    let description = format!(
        "Which Kubernetes enhancements {name} {release} brings, and which it has to bring."
    );
    let about = About::of(&path, &title, &description);
    let must: Vec<&KepBoard> = minor
        .must_bring
        .iter()
        .filter_map(|number| board.kep(*number))
        .collect();
    let aimed: Vec<&KepBoard> = minor
        .milestone_of
        .iter()
        .filter_map(|number| board.kep(*number))
        .collect();
    let body = html! {
        header.head {
            p.crumbs { a href=(page.to("dates/")) { "Dates" } " / " (name) }
            h1 { (title) }
            p.lead {
                @match minor.when {
                    Some(when) => { (super::parts::sentence(&when.to_string())) }
                    None => { "When it comes, or came, is not on record." }
                }
                @if let Some(end) = minor.end_of_life { " Supported until " (end) @if minor.lts == Some(true) { ", longer than usual" } "." }
            }
        }
        section aria-labelledby="must" {
            h2 #must { "What it must bring" }
            @if must.is_empty() {
                p.empty { "No KEP on record depends on it." }
            } @else {
                p { "Nothing that is out has them: without this release they miss the Kubernetes release that they aim at, unless another runtime is enough." }
                ul.list { @for kep in must { (page.judged(kep)) } }
            }
        }
        section aria-labelledby="brings" {
            h2 #brings { "What it brings" }
            @if minor.brings.is_empty() { p.empty { @if minor.is_out { "Nothing that is on record." } @else { "It is not out. What is merged comes with it, and is listed above where a release aims at it." } } } @else { (brings(page, minor)) }
        }
        @if !aimed.is_empty() {
            section aria-labelledby="milestone" {
                h2 #milestone { "Records with this milestone" }
                ul {
                    @for kep in aimed {
                        li {
                            (page.kep(kep)) " "
                            @if let Some(release) = kep.aims_at { span.soft { (aim(kep)) " in " (page.release(release)) } " " }
                            @if let Some(outcome) = kep.outcome() { (verdict(outcome)) }
                        }
                    }
                }
            }
        }
        @if !minor.kubernetes.is_empty() || !minor.versions.is_empty() {
            section aria-labelledby="versions" {
                h2 #versions { "Versions" }
                @if !minor.kubernetes.is_empty() {
                    p {
                        "Recommended for "
                        @for (index, (release, version)) in minor.kubernetes.iter().enumerate() {
                            @if index > 0 { ", " }
                            "Kubernetes " (page.release(*release)) " from " (version) " on"
                        }
                        "."
                    }
                }
                ul.columns { @for (version, day) in &minor.versions { li { (version) " " span.soft { (time(*day)) } } } }
            }
        }
    };
    page.whole(&about, body)
}

fn brings(page: &Page<'_>, minor: &MinorBoard) -> Markup {
    html! {
        div.scroll role="region" aria-label="What it brings" tabindex="0" {
            table {
                thead { tr { th scope="col" { "KEP" } th scope="col" { "What" } th scope="col" { "Since" } } }
                tbody {
                    @for one in &minor.brings {
                        tr {
                            th scope="row" { @match page.board.kep(one.kep) { Some(kep) => { (page.kep(kep)) } None => { "KEP-" (one.kep) } } }
                            td {
                                @match &one.part { Some(part) => { (part) } None => { "the feature" } }
                                @if one.is_backport { span.soft { ", as a backport" } }
                            }
                            td { (one.version) }
                        }
                    }
                }
            }
        }
    }
}
