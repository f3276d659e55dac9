//! A KEP's page: its life as a drawing, the verdict with its reasons, what each runtime has, people, links, findings and history.

use maud::{Markup, html};

use super::drawing;
use super::frame::{About, Page, time};
use super::front;
use super::parts::{aim, aim_at, pointed, reached, triage, verdict};
use crate::views::board::keps::KepBoard;
use crate::views::board::waits::Wait;
use crate::views::history::{self, History};

pub(super) fn page(page: &Page<'_>, kep: &KepBoard, waits: &[&Wait]) -> String {
    let path = format!("kep/{}/", kep.number);
    let title = format!("{} {}", kep.name(), kep.title);
    let description = match &kep.verdict {
        Some(judged) => format!("{}: {}", judged.outcome, judged.why()),
        None => format!("{} aims at no release: {}.", kep.name(), kep.standing()),
    };
    let feed = format!("{path}feed.atom");
    let feed_name = format!("Changes of {}", kep.name());
    let about = About {
        path: &path,
        title: &title,
        description: &description,
        feed: Some((&feed, &feed_name)),
        json_ld: Some(json_ld(page, kep, &path)),
    };
    let body = html! {
        article {
            header.head {
                p.crumbs { a href=(page.to("keps/")) { "All KEPs" } " / " (kep.sig) }
                h1 { span.n { (kep.name()) } " " (kep.title) }
                p.lead {
                    @match kep.aims_at {
                        Some(release) => { "Aims at " (aim_at(kep, release, page)) "." }
                        None => { "Aims at no Kubernetes release: " (kep.standing()) "." }
                    }
                }
            }
            @if let Some(judged) = &kep.verdict {
                section.verdict.(judged.outcome.key()) aria-labelledby="verdict" {
                    h2 #verdict { (verdict(judged.outcome)) }
                    ol.reasons { @for reason in &judged.reasons { li { (page.reason(reason)) } } }
                    p.soft { (page.who(judged)) " " a href=(page.to("legend/")) { "What the verdicts mean" } "." }
                }
            }
            section aria-labelledby="life" {
                h2 #life { "Its life" }
                div.scroll role="region" aria-label="Its life against the Kubernetes cycles" tabindex="0" { (drawing::life(kep)) }
                @if kep.runtimes.iter().any(|facts| facts.parts.iter().any(|(.., part)| part.kubernetes.is_some())) {
                    p.soft { "Drawn is the feature as a whole, from its first release on. Which version is good for which Kubernetes, older ones too, stands in the table of the runtimes." }
                }
                (life_table(page, kep))
            }
            section aria-labelledby="runtimes" {
                h2 #runtimes { "What the container runtimes have" }
                @if let Some(why) = &kep.needs_nothing {
                    p { "It needs nothing of a container runtime: " (why) "." }
                } @else {
                    div.scroll role="region" aria-label="What each runtime has, as a table" tabindex="0" {
                        table.facts {
                            thead { tr { th scope="col" { "Runtime" } th scope="col" { "How far" } th scope="col" { "Since" } th scope="col" { "For Kubernetes" } th scope="col" { "Brought by" } } }
                            tbody { @for facts in &kep.runtimes { (page.facts(facts)) } }
                        }
                    }
                    p.soft { "Merged is not released: a version counts once it is out. A badge for other pages: " a href=(page.to(&format!("badge/{}.svg", kep.number))) { "badge/" (kep.number) ".svg" } "." }
                }
            }
            section aria-labelledby="facts" {
                h2 #facts { "On record" }
                (facts(page, kep))
            }
            @if !waits.is_empty() {
                section aria-labelledby="waits" {
                    h2 #waits { "What waits" }
                    (page.waits(waits, true))
                }
            }
            section aria-labelledby="findings" {
                h2 #findings { "What a check finds in its record" }
                @if kep.findings.is_empty() { p.empty { "Nothing." } } @else { (page.findings(&kep.findings)) }
                @if !kep.accepted.is_empty() {
                    h3 #accepted { "Accepted as exceptions" }
                    ul { @for (rule, why) in &kep.accepted { li { a.spot href={ (page.to("rules/")) "#" (rule) } { (rule) } ": " (why) "." } } }
                }
            }
            section aria-labelledby="history" {
                h2 #history { "History of its record" }
                (history(page, kep))
            }
        }
    };
    page.whole(&about, body)
}

fn json_ld(page: &Page<'_>, kep: &KepBoard, path: &str) -> serde_json::Value {
    let board = page.board;
    serde_json::json!({
        "@context": "https://schema.org",
        "@type": "TechArticle",
        "headline": format!("{} {}", kep.name(), kep.title),
        "about": kep.upstream.url,
        "url": board.url.as_ref().map(|url| format!("{url}/{path}")),
        "dateModified": board.day().to_string(),
    })
}

/// What the drawing shows, for those who cannot see it.
fn life_table(page: &Page<'_>, kep: &KepBoard) -> Markup {
    html! {
        details {
            summary { "The same as a table" }
            div.scroll role="region" aria-label="Its life as a table" tabindex="0" {
                table {
                    thead { tr { th scope="col" { "Kubernetes" } th scope="col" { "Released" } th scope="col" { "Stage" } } }
                    tbody {
                        @for cycle in &kep.life.cycles {
                            tr {
                                th scope="row" { (page.release(cycle.release)) }
                                td {
                                    @match cycle.month {
                                        Some(month) => { (month) @if !cycle.has_shipped { ", planned" } }
                                        None => { span.unknown { "not known" } }
                                    }
                                }
                                td {
                                    @for (index, stage) in cycle.reached.iter().enumerate() {
                                        @if index > 0 { ", " }
                                        (crate::views::board::keps::said(*stage).trim_end_matches(','))
                                    }
                                    @if cycle.aim.is_some() { "aims at " (aim(kep)) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn facts(page: &Page<'_>, kep: &KepBoard) -> Markup {
    let board = page.board;
    html! {
        dl.facts {
            dt { "Status upstream" } dd { @match kep.status { Some(status) => { (status.written()) } None => { span.unknown { "cannot be read" } } } }
            dt { "Shipped" } dd { (reached(&kep.reached, page)) }
            dt { "Feature gates" }
            dd {
                @if kep.gates.is_empty() { span.unknown { "none on record" } }
                @for (index, gate) in kep.gates.iter().enumerate() {
                    @if index > 0 { ", " }
                    a href={ (page.to("gates/")) "#" (super::frame::slug(gate.as_str())) } { code { (gate) } }
                }
            }
            dt { "Decision" } dd { (triage(kep.triage)) }
            dt { "Shepherds" } dd { (page.people_or(&kep.shepherds, "nobody yet")) }
            dt { "Owners upstream" } dd { (page.people_or(&kep.owners, "not on record")) }
            dt { "Milestone" }
            dd {
                @match kep.milestone {
                    Some(milestone) => { a href=(page.minor_page(&board.home, milestone.release)) { (board.home) " " (milestone) } }
                    None => { span.unknown { "none on record" } }
                }
            }
            dt { "Tracking issue" }
            dd { @match &kep.issue { Some(issue) => { (pointed(issue)) } None => { span.unknown { "none on record" } } } }
            dt { "KEP" } dd { (pointed(&kep.upstream)) }
            @if !kep.other_issues.is_empty() {
                dt { "Other issues" }
                dd { @for (index, issue) in kep.other_issues.iter().enumerate() { @if index > 0 { ", " } (pointed(issue)) } }
            }
            @if !kep.pull_requests.is_empty() {
                dt { "Pull requests" }
                dd {
                    @for (index, (pull_request, release)) in kep.pull_requests.iter().enumerate() {
                        @if index > 0 { ", " }
                        (pointed(pull_request))
                        @if let Some(release) = release { " for " (page.release(*release)) }
                    }
                }
            }
            @if !kep.links.is_empty() {
                dt { "Links" }
                dd { ul { @for link in &kep.links { li { a href=(link) { (link) } } } } }
            }
            @if let Some(design) = &kep.design {
                dt { "Design" }
                dd {
                    @match design.consensus { Some(consensus) => { "consensus " (consensus.written()) } None => { span.unknown { "not on record" } } }
                    @for (runtime, handle) in &design.approved_by { ", " (runtime) ": " (page.person(handle)) }
                }
            }
            dt { "Here" }
            dd {
                a href={ (page.to("keps/")) "#kep-" (kep.number) } { "its row" } ", "
                a href=(page.to(&format!("api/v1/kep/{}.json", kep.number))) { "JSON" } ", "
                a href="feed.atom" { "feed" } ", "
                a href=(page.to(&format!("badge/{}.svg", kep.number))) { "badge" }
            }
            dt { "Record" }
            dd {
                code { (kep.path) }
                @if let Some(url) = board.records.edit(&kep.path) { " · " a href=(url) { "edit it" } }
            }
            dt { "kep.yaml read" }
            dd {
                @match kep.seen {
                    Some((day, days)) => { "as of " (time(day)) ", " (days) " days ago" }
                    None => { span.unknown { "never" } }
                }
            }
        }
    }
}

fn history(page: &Page<'_>, kep: &KepBoard) -> Markup {
    let about = history::About::Record(kep.subject());
    html! {
        @match &page.board.history {
            History::Unknown(why) => { p.empty { (why) } }
            History::Known(_) => {
                @if !kep.slips.is_empty() {
                    p #slips { (front::slips(kep)) }
                    ul {
                        @for slip in &kep.slips {
                            li { (time(slip.day)) ": from " (page.release(slip.from)) " to " (page.release(slip.to)) ", by " (slip.by) }
                        }
                    }
                }
                @let changes: Vec<_> = page.changes_of(&about);
                @if changes.is_empty() { p.empty { "Its record is not committed yet." } }
                (page.changes(changes.into_iter(), false))
            }
        }
    }
}
