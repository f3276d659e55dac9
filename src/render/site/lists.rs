//! The pages that list: all KEPs, what waits, what nobody has looked at, work without a KEP, people, dates, changes, gates, how much is
//! known, what the verdicts mean, and the rules.

use maud::{Markup, html};

use super::frame::{About, Page, person_folder, slug, time};
use super::front;
use super::parts::{aim, pointed, sentence, triage, verdict, with_code};
use crate::terms::{Stage, Status, Triage};
use crate::text::words::counted;
use crate::views::board::ItemBoard;
use crate::views::board::coverage::Coverage;
use crate::views::board::keps::KepBoard;
use crate::views::board::verdict::Outcome;
use crate::views::board::waits::{Wait, WaitKind};
use crate::views::history::History;

pub(super) fn keps(page: &Page<'_>) -> String {
    let board = page.board;
    let about = About::of(
        "keps/",
        "All KEPs",
        "Every KEP on record, on one page, to filter by release, stage, verdict, SIG, person, feature gate and words.",
    );
    let all: Vec<&KepBoard> = board.keps.iter().collect();
    let body = html! {
        h1 { "All KEPs" }
        @if all.is_empty() {
            p.empty { "The registry has no KEP yet." }
        } @else {
            (filter(page))
            (page.table(&all, "All KEPs"))
        }
    };
    page.whole(&about, body)
}

/// The filter needs a script, and is shown by it; without one, all KEPs are.
fn filter(page: &Page<'_>) -> Markup {
    let board = page.board;
    let stages = Stage::ALL
        .iter()
        .filter(|stage| board.keps.iter().any(|kep| kep.aim.stage == Some(**stage)));
    let statuses = Status::ALL
        .iter()
        .filter(|status| board.keps.iter().any(|kep| kep.status == Some(**status)));
    let targets: std::collections::BTreeSet<_> =
        board.keps.iter().filter_map(|kep| kep.aims_at).collect();
    let ever: std::collections::BTreeSet<_> = board
        .keps
        .iter()
        .flat_map(|kep| kep.ever.iter().copied())
        .collect();
    html! {
        form.filter hidden role="search" aria-label="Filter the KEPs" {
            label { "Words" input type="search" name="q" autocomplete="off"; }
            (choice("target", "Aims at", targets.iter().rev().map(|release| (release.to_string(), release.to_string()))))
            (choice("release", "Aimed at or reached, ever", ever.iter().rev().map(|release| (release.to_string(), release.to_string()))))
            (choice("verdict", "Verdict", Outcome::ALL.iter().map(|one| (one.key().to_owned(), one.to_string())).chain([("no-aim".to_owned(), "aims at nothing".to_owned())])))
            (choice("reached", "Shipped as", ["alpha", "beta", "stable"].into_iter().map(|stage| (stage.to_owned(), stage.to_owned()))))
            (choice("stage", "Aims at stage", stages.map(|stage| (stage.written().to_owned(), stage.written().to_owned()))))
            (choice("status", "Status", statuses.map(|status| (status.written().to_owned(), status.written().to_owned()))))
            (choice("sig", "SIG", board.sigs().into_iter().map(|sig| (sig.to_owned(), sig.to_owned()))))
            label { "Person" input name="person" list="people-list" autocomplete="off"; }
            label { "Feature gate" input name="gate" list="gates-list" autocomplete="off"; }
            datalist #people-list { @for person in board.people.iter().filter(|person| person.has_work()) { option value=(person.handle) {} } }
            datalist #gates-list { @for gate in board.gates().keys() { option value=(gate) {} } }
            button type="reset" { "Clear filters" }
        }
        noscript {
            p.empty {
                "Filters need JavaScript. Without it: "
                @for release in targets.iter().rev() { (page.release(*release)) ", " }
                a href=(page.to("gates/")) { "feature gates" } ", " a href=(page.to("people/")) { "people" } "."
            }
        }
        p.shown role="status" aria-live="polite" { (counted(board.keps.len(), "KEP")) }
    }
}

fn choice(name: &str, label: &str, options: impl Iterator<Item = (String, String)>) -> Markup {
    html! {
        label {
            (label)
            select name=(name) {
                option value="" { "any" }
                @for (value, said) in options { option value=(value) { (said) } }
            }
        }
    }
}

pub(super) fn waits(page: &Page<'_>) -> String {
    let board = page.board;
    let about = About::of(
        "waits/",
        "What waits for whom",
        "What waits for whom, the oldest first: what needs a volunteer, a decision, a review, or somebody who knows.",
    );
    let body = html! {
        h1 { "What waits for whom" }
        @if board.waits.is_empty() { p.empty { "Nothing waits for anybody." } }
        @for kind in WaitKind::ALL {
            @let waits: Vec<&Wait> = board.waits.iter().filter(|wait| wait.kind == kind).collect();
            @if !waits.is_empty() || kind == WaitKind::Review {
                section aria-labelledby=(kind.key()) {
                    h2 id=(kind.key()) { (kind.said()) span.soft { " " (waits.len()) } }
                    @if waits.is_empty() { p.empty { "No record names a pull request that is not merged, and none of a runtime that works on something. What is open elsewhere is not known here." } }
                    (page.waits(&waits, true))
                }
            }
        }
    };
    page.whole(&about, body)
}

pub(super) fn triage_page(page: &Page<'_>) -> String {
    let board = page.board;
    let about = About::of(
        "triage/",
        "Triage",
        "What nobody has decided yet: whether the project takes a KEP on.",
    );
    let open = |kep: &&KepBoard| kep.is_going_on && kep.triage != Some(Triage::Accepted);
    let mut keps: Vec<&KepBoard> = board.keps.iter().filter(open).collect();
    keps.sort_by_key(|kep| (std::cmp::Reverse(kep.aims_at), kep.number));
    let declined: Vec<&KepBoard> = board
        .keps
        .iter()
        .filter(|kep| kep.triage == Some(Triage::Declined))
        .collect();
    let items: Vec<&ItemBoard> = board
        .items
        .iter()
        .filter(|item| !matches!(item.triage, Some(Triage::Accepted | Triage::Declined)))
        .collect();
    let body = html! {
        h1 { "Triage" }
        p.lead { "What the maintainers have not decided yet: whether they take it on. What aims at the latest release comes first." }
        @if keps.is_empty() { p.empty { "Every KEP that work goes on with has been looked at." } } @else { (page.table(&keps, "KEPs that nobody has decided on")) }
        @if !items.is_empty() {
            h2 { "Work without a KEP" }
            ul { @for item in items { li { a href={ (page.to("work-items/")) "#" (slug(&item.id)) } { (item.title) } } } }
        }
        @if !declined.is_empty() {
            h2 { "Declined" }
            ul { @for kep in declined { li { (page.kep(kep)) } } }
        }
    };
    page.whole(&about, body)
}

pub(super) fn items(page: &Page<'_>) -> String {
    let board = page.board;
    let about = About::of(
        "work-items/",
        "Work without a KEP",
        "Work that needs a maintainer and has no KEP.",
    );
    let body = html! {
        h1 { "Work without a KEP" }
        @if board.items.is_empty() { p.empty { "There is none on record." } }
        @for item in &board.items {
            section aria-labelledby=(slug(&item.id)) {
                h2 id=(slug(&item.id)) { (item.title) }
                dl.facts {
                    dt { "Kind" } dd { (item.kind.said()) }
                    dt { "Decision" } dd { (triage(item.triage)) }
                    dt { "Who does it" } dd { (page.people_or(&item.assignees, "nobody yet")) }
                    dt { "For Kubernetes" } dd { @match item.target { Some(release) => { (page.release(release)) } None => { span.unknown { "no release" } } } }
                    dt { "Milestone" }
                    dd { @match item.milestone { Some(minor) => { a href=(page.minor_page(&board.home, minor)) { (board.home) " " (minor) } } None => { span.unknown { "none on record" } } } }
                    dt { "Issue" } dd { @match &item.issue { Some(issue) => { (pointed(issue)) } None => { span.unknown { "none on record" } } } }
                    @if !item.pull_requests.is_empty() {
                        dt { "Pull requests" }
                        dd { @for (index, one) in item.pull_requests.iter().enumerate() { @if index > 0 { ", " } (pointed(one)) } }
                    }
                    @if !item.links.is_empty() { dt { "Links" } dd { @for (index, link) in item.links.iter().enumerate() { @if index > 0 { ", " } a href=(link) { (link) } } } }
                    dt { "Record" }
                    dd { code { (item.path) } @if let Some(url) = board.records.edit(&item.path) { " · " a href=(url) { "edit it" } } }
                }
                (page.findings(&item.findings))
            }
        }
    };
    page.whole(&about, body)
}

pub(super) fn people(page: &Page<'_>) -> String {
    let board = page.board;
    let about = About::of(
        "people/",
        "People",
        "Who shepherds, owns and liaises what, and how much waits for whom.",
    );
    let mut people: Vec<_> = board
        .people
        .iter()
        .filter(|person| person.role.is_some() || !person.shepherds.is_empty())
        .collect();
    people.sort_by_key(|person| {
        (
            std::cmp::Reverse(person.load),
            person.handle.as_str().to_lowercase(),
        )
    });
    let most = people
        .iter()
        .map(|person| person.load)
        .max()
        .unwrap_or_default()
        .max(1);
    let waiting = |handle| {
        board
            .waits
            .iter()
            .filter(|wait| super::person::is_for(wait, handle))
            .count()
    };
    let owners: Vec<_> = board
        .people
        .iter()
        .filter(|person| person.role.is_none() && person.shepherds.is_empty())
        .collect();
    let body = html! {
        h1 { "People" }
        @if people.is_empty() { p.empty { "No list of maintainers is on record." } } @else {
            div.scroll role="region" aria-label="Maintainers and their load" tabindex="0" {
                table.people {
                    caption.hidden { "Maintainers and their load" }
                    thead { tr { th scope="col" { "Person" } th scope="col" { "Role" } th scope="col" { "Shepherds, of what work goes on with" } th scope="col" { "Waits for them" } th scope="col" { "Liaises" } } }
                    tbody {
                        @for person in people {
                            tr id={ "person-" (person_folder(&person.handle)) } {
                                th scope="row" { (page.person(&person.handle)) @if let Some(name) = &person.name { " " span.soft { (name) } } }
                                td { @match person.role { Some(role) => { (role.written()) } None => { span.soft { "none" } } } }
                                td { meter min="0" max=(most) value=(person.load) aria-label={ "KEPs that " (person.handle) " shepherds" } { (person.load) } " " (person.load) " " (page.numbers(&person.shepherds)) }
                                td { (waiting(&person.handle)) }
                                td { @for (index, release) in person.liaises.iter().enumerate() { @if index > 0 { ", " } (page.release(*release)) } }
                            }
                        }
                    }
                }
            }
        }
        @if !owners.is_empty() {
            h2 { "Owners upstream" }
            ul.columns { @for person in owners { li { (page.person(&person.handle)) " " span.soft { (page.numbers(&person.owns)) } } } }
        }
    };
    page.whole(&about, body)
}

/// A calendar that programs subscribe to: they follow corrections, which an imported file does not.
pub(super) fn webcal(page: &Page<'_>, path: &str) -> Markup {
    let address = page.board.url.as_ref().and_then(|url| {
        let (_, rest) = url.split_once("://")?;
        Some(format!("webcal://{rest}/{path}"))
    });
    html! { @if let Some(address) = address { " · " a href=(address) { "subscribe" } } }
}

pub(super) fn dates(page: &Page<'_>) -> String {
    let board = page.board;
    let about = About::of(
        "dates/",
        "Dates",
        "Freezes and releases of Kubernetes and the container runtimes, on one axis and as calendars.",
    );
    let ahead: Vec<_> = board.ahead().collect();
    let body = html! {
        h1 { "Dates" }
        p { a href=(page.to("calendar.ics")) { "All dates as a calendar" } (webcal(page, "calendar.ics")) ". Subscribe rather than import: dates are corrected." }
        h2 { "Ahead" }
        @if ahead.is_empty() { p.empty { "No calendar has a day ahead." } }
        ol.dates { @for event in ahead { (front::date(page, event)) } }
        h2 { "Kubernetes cycles" }
        ul.columns {
            @for cycle in board.cycles.iter().rev() {
                li { (page.release(cycle.release)) " " span.soft { @match cycle.when { Some(when) => { (when) } None => { "day not known" } } } }
            }
        }
        @for runtime in &board.runtimes {
            h2 { (runtime.name) }
            @if runtime.minors.is_empty() { p.empty { "Its calendar has no release." } }
            ul.columns {
                @for minor in &runtime.minors {
                    li { a href=(page.minor_page(&runtime.name, minor.release)) { (minor.release) } " " span.soft { @match minor.when { Some(when) => { (when) } None => { "day not known" } } } }
                }
            }
        }
    };
    page.whole(&about, body)
}

/// So many commits are shown; git has the rest.
const SHOWN: usize = 100;

pub(super) fn changes(page: &Page<'_>) -> String {
    let board = page.board;
    let about = About::of(
        "changes/",
        "Changes",
        "What became of the records: who changed which field when, from what to what.",
    );
    let body = html! {
        h1 { "Changes" }
        p { a href=(page.to("feed.atom")) { "The same as a feed" } "; each KEP has one of its own." }
        @match &board.history {
            History::Unknown(why) => { p.empty { (why) } }
            History::Known(revisions) => {
                @if revisions.is_empty() { p.empty { "Nothing is committed yet." } }
                (slipped(page))
                (page.changes(revisions.iter().take(SHOWN).map(|revision| (revision, revision.changes.iter().take(SHOWN).collect())), true))
                @if revisions.len() > SHOWN { p { "Shown are the last " (SHOWN) " of " (revisions.len()) " commits." } }
            }
        }
    };
    page.whole(&about, body)
}

/// The KEPs whose target moved to a later release, those that did so most often first.
fn slipped(page: &Page<'_>) -> Markup {
    let board = page.board;
    let mut keps: Vec<&KepBoard> = board
        .keps
        .iter()
        .filter(|kep| !kep.slips.is_empty())
        .collect();
    keps.sort_by_key(|kep| (std::cmp::Reverse(kep.slips.len()), kep.number));
    let first = board
        .history
        .revisions()
        .last()
        .map(crate::views::history::Revision::day);
    html! {
        section aria-labelledby="slips" {
            h2 #slips { "Moved to a later release" span.soft { " " (keps.len()) } }
            @if let Some(first) = first { p.soft { "As far as the history of the records tells, which begins on " (time(first)) "." } }
            @if keps.is_empty() { p.empty { "No target has moved to a later release." } }
            ul { @for kep in keps { li { (page.kep(kep)) " " span.soft { (super::parts::times(kep.slips.len())) } } } }
        }
        h2 { "Commits" }
    }
}

pub(super) fn gates(page: &Page<'_>) -> String {
    let board = page.board;
    let about = About::of(
        "gates/",
        "Feature gates",
        "Which KEP a feature gate belongs to.",
    );
    let gates = board.gates();
    let body = html! {
        h1 { "Feature gates" }
        @if gates.is_empty() { p.empty { "No record names a feature gate." } }
        dl.facts {
            @for (gate, keps) in gates {
                dt id=(slug(gate)) { code { (gate) } }
                dd {
                    @for kep in keps {
                        p { (page.kep(kep)) " " @match kep.aims_at { Some(release) => { span.soft { (aim(kep)) " in " (page.release(release)) } } None => { span.soft { (kep.standing()) } } } }
                    }
                }
            }
        }
    };
    page.whole(&about, body)
}

pub(super) fn coverage(page: &Page<'_>) -> String {
    let board = page.board;
    let about = About::of(
        "coverage/",
        "How much is known",
        "Of how many KEPs each thing is on record, of which it is not, and how old what is known is.",
    );
    let body = html! {
        h1 { "How much is known" }
        p.lead { "What is not on record is unknown, and never taken for missing. These are the lists behind the numbers." }
        @if board.coverage.is_empty() { p.empty { "The registry has no KEP yet." } }
        @for one in &board.coverage { (covered(page, one)) }
        section aria-labelledby="oldest" {
            h2 #oldest { "The oldest facts" }
            @let mut seen: Vec<&KepBoard> = board.keps.iter().filter(|kep| kep.seen.is_some()).collect();
            @let () = seen.sort_by_key(|kep| kep.seen);
            @if seen.is_empty() { p.empty { "No record says when its kep.yaml was read." } }
            ul { @for kep in seen.iter().take(10) { li { (page.kep(kep)) " " @if let Some((day, days)) = kep.seen { span.soft { "read as of " (time(day)) ", " (days) " days ago" } } } } }
        }
        @if !board.left_out.is_empty() {
            section aria-labelledby="left-out" {
                h2 #left-out { "Files that could not be shown as a record" }
                @for file in &board.left_out { h3 { code { (file.path) } } (page.findings(&file.findings)) }
            }
        }
        @if !board.findings.is_empty() {
            section aria-labelledby="elsewhere" {
                h2 #elsewhere { "What a check finds outside of records" }
                (page.findings(&board.findings))
            }
        }
    };
    page.whole(&about, body)
}

fn covered(page: &Page<'_>, one: &Coverage) -> Markup {
    html! {
        section.coverage aria-labelledby=(slug(&one.key)) {
            h2 id=(slug(&one.key)) { (one.what) }
            p {
                meter min="0" max=(one.all()) value=(one.known.len()) aria-label=(one.what) { (one.known.len()) " of " (one.all()) }
                " known of " b { (one.known.len()) } " of " (one.all()) " " (one.of) "."
            }
            @if !one.unknown.is_empty() { p { "Not known: " (page.numbers(&one.unknown)) } }
            @if !one.known.is_empty() {
                details { summary { "Known: " (one.known.len()) } p { (page.numbers(&one.known)) } }
            }
        }
    }
}

pub(super) fn legend(page: &Page<'_>) -> String {
    let about = About::of(
        "legend/",
        "What the verdicts mean",
        "What the seven verdicts mean, and what they rest on.",
    );
    let body = html! {
        h1 { "What the verdicts mean" }
        p.lead { "A verdict says whether a KEP makes the Kubernetes release that it aims at, as far as the container runtimes decide it. It joins the stage, what the CRI development policy asks for it, what each runtime has released, the runtimes' planned releases, the freezes, and the day." }
        dl.facts { @for outcome in Outcome::ALL { dt id=(outcome.key()) { (verdict(outcome)) } dd { (sentence(outcome.meaning())) } } }
        h2 { "What the policy asks for" }
        div.scroll role="region" aria-label="What the policy asks for" tabindex="0" {
            table {
                thead { tr { th scope="col" { "Stage" } th scope="col" { "What the runtimes must have" } } }
                tbody {
                    tr { th scope="row" { "alpha" } td { "one that has merged it, or has it as an experiment" } }
                    tr { th scope="row" { "beta, off by default" } td { "one that has released it" } }
                    tr { th scope="row" { "beta, on by default" } td { "a release of every participating runtime" } }
                    tr { th scope="row" { "stable" } td { "the same, and a Kubernetes release with beta on by default before it" } }
                }
            }
        }
        p.soft { "Merged is not released, and a release candidate is not a release. Source: " a href="https://www.kubernetes.dev/docs/code/cri-api-dev-policies/" { "the CRI development policy" } "." }
    };
    page.whole(&about, body)
}

pub(super) fn rules(page: &Page<'_>) -> String {
    let about = About::of(
        "rules/",
        "Rules",
        "What a check of the records finds, why it matters, and what to do about it.",
    );
    let body = html! {
        h1 { "Rules" }
        p.lead { (about.description) }
        @for rule in &page.board.rules {
            section aria-labelledby=(rule.id) {
                h2 id=(rule.id) { code { (rule.id) } }
                p { (with_code(&sentence(rule.summary))) }
                p.soft { "Why: " (with_code(rule.why)) ". Source: " (source(rule.source)) "." }
                p { "What to do: " (with_code(rule.remedy)) }
            }
        }
    };
    page.whole(&about, body)
}

/// A source as words, and a link where it ends in an address.
fn source(source: &str) -> Markup {
    html! {
        @match source.rsplit_once(", https://") {
            Some((words, rest)) => { a href={ "https://" (rest) } { (words) } }
            None => { (source) }
        }
    }
}
