//! What several pages draw: verdicts, people, runtimes, findings, changes, and the table of KEPs.

use maud::{Markup, html};

use super::frame::{Page, slug, time};
use super::shapes::icon;
use crate::findings::diagnostic::Level;
use crate::terms::{
    BranchDecision, Handle, ReachedStage, Release, RuntimeState, Stage, Status, Subject, Triage,
};
use crate::text::words::{capitalized, counted};
use crate::views::board::keps::{FactBoard, FactsBoard, Judged, KepBoard, ReasonBoard, said};
use crate::views::board::verdict::Outcome;
use crate::views::board::waits::{Wait, Whom};
use crate::views::board::{FindingBoard, Pointed, Spot};
use crate::views::history::{About, Author, Change, FieldChange, How, Revision};

/// A verdict: shape, word and colour.
pub(super) fn verdict(outcome: Outcome) -> Markup {
    html! {
        span.v.(outcome.key()) {
            (icon(outcome.key()))
            (outcome)
        }
    }
}

/// Something elsewhere.
pub(super) fn pointed(pointed: &Pointed) -> Markup {
    html! { a href=(pointed.url) { (pointed.said) } }
}

/// A stage, with the gate's default where that is known.
pub(super) fn aim(kep: &KepBoard) -> Markup {
    html! {
        @match kep.aim.stage {
            Some(stage) => { (stage.written()) }
            None => { span.unknown { "stage not known" } }
        }
        @if kep.aim.stage == Some(Stage::Beta) {
            @match kep.aim.enabled_by_default {
                Some(true) => { ", on by default" }
                Some(false) => { ", off by default" }
                None => {}
            }
        }
    }
}

/// What a runtime has, in a cell: the feature, and parts that other Kubernetes releases have another version of.
pub(super) fn cell(facts: &FactsBoard) -> Markup {
    let whole = facts.whole.as_ref();
    let differs = |part: &&FactBoard| {
        part.version.is_some()
            && part.kubernetes.is_some()
            && whole.is_some_and(|whole| whole.kubernetes != part.kubernetes)
    };
    html! {
        (fact(whole))
        @for part in facts.parts.iter().map(|(.., part)| part).filter(differs) { ", " (fact(Some(part))) }
    }
}

/// How far a runtime is, in a cell.
pub(super) fn fact(fact: Option<&FactBoard>) -> Markup {
    html! {
        @match fact {
            None => { span.unknown { "not known" } }
            Some(fact) => {
                span.fact.(state_key(fact.state)) {
                    @match (fact.state, fact.version) {
                        (RuntimeState::Released, Some(version)) => { (version) }
                        (RuntimeState::Merged, _) => { "merged" }
                        (state, _) => { (state.said()) }
                    }
                }
                @if let Some(range) = fact.kubernetes { span.soft { " for " (range.said()) } }
            }
        }
    }
}

fn state_key(state: RuntimeState) -> &'static str {
    match state {
        RuntimeState::None => "nothing",
        RuntimeState::InProgress => "progress",
        RuntimeState::Experimental => "experiment",
        RuntimeState::Merged => "merged",
        RuntimeState::Released => "released",
    }
}

/// What an older branch gets.
pub(super) fn branch(decision: BranchDecision) -> String {
    match decision {
        BranchDecision::Released(version) => version.to_string(),
        BranchDecision::Planned => "planned".to_owned(),
        BranchDecision::NotPlanned => "not planned".to_owned(),
    }
}

/// What a KEP aims at and where, in a sentence.
pub(super) fn aim_at(kep: &KepBoard, release: Release, page: &Page<'_>) -> Markup {
    let has_gate = kep.aim.stage == Some(Stage::Beta) && kep.aim.enabled_by_default.is_some();
    html! { (aim(kep)) @if has_gate { "," } " in Kubernetes " (page.release(release)) }
}

/// A text whose parts between backticks are code.
pub(super) fn with_code(text: &str) -> Markup {
    let parts: Vec<&str> = text.split('`').collect();
    let is_paired = parts.len() % 2 == 1;
    html! {
        @if is_paired {
            @for (index, part) in parts.iter().enumerate() {
                @if index % 2 == 1 { code { (part) } } @else { (part) }
            }
        } @else {
            (text)
        }
    }
}

pub(super) fn triage(triage: Option<Triage>) -> Markup {
    html! {
        @match triage {
            Some(Triage::Accepted) => { "taken on" }
            Some(Triage::Declined) => { "declined" }
            Some(Triage::Pending) => { "not decided" }
            None => { span.unknown { "not known" } }
        }
    }
}

pub(super) fn reached(reached: &[(ReachedStage, Release)], page: &Page<'_>) -> Markup {
    html! {
        @if reached.is_empty() { span.unknown { "nothing on record" } }
        @for (index, (stage, release)) in reached.iter().enumerate() {
            @if index > 0 { ", " }
            (said(*stage).trim_end_matches(',')) " "
            a href=(page.cycle_page(*release)) { (release) }
        }
    }
}

impl Page<'_> {
    /// A KEP as a link.
    pub(super) fn kep(&self, kep: &KepBoard) -> Markup {
        html! {
            a.kep href=(self.kep_page(kep.number)) { span.n { "KEP-" (kep.number) } " " (kep.title) }
        }
    }

    /// KEPs by their numbers, as links.
    pub(super) fn numbers(&self, numbers: &[u32]) -> Markup {
        html! {
            @for (index, number) in numbers.iter().enumerate() {
                @if index > 0 { " " }
                a href=(self.kep_page(*number)) title=[self.board.kep(*number).map(|kep| kep.title.as_str())] { (number) }
            }
        }
    }

    /// A person as a link.
    pub(super) fn person(&self, handle: &Handle) -> Markup {
        html! {
            a.person href=(self.person_page(handle)) title=[self.board.person(handle).and_then(|person| person.name.as_deref())] { (handle) }
        }
    }

    /// People, with commas.
    pub(super) fn people(&self, handles: &[Handle]) -> Markup {
        html! {
            @for (index, handle) in handles.iter().enumerate() {
                @if index > 0 { ", " }
                (self.person(handle))
            }
        }
    }

    /// People, or that there is nobody.
    pub(super) fn people_or(&self, handles: &[Handle], nobody: &str) -> Markup {
        html! {
            @if handles.is_empty() { span.unknown { (nobody) } } @else { (self.people(handles)) }
        }
    }

    /// A Kubernetes release as a link to its cycle.
    pub(super) fn release(&self, release: Release) -> Markup {
        html! { a href=(self.cycle_page(release)) { (release) } }
    }

    /// A line of a record or calendar: where it can be looked at, if that is known.
    pub(super) fn spot(&self, spot: &Spot) -> Markup {
        let said = format!("{}:{}", spot.path, spot.line);
        html! {
            @match self.board.records.line(&spot.path, spot.line) {
                Some(url) => { a.spot href=(url) { (said) } }
                None => { span.spot { (said) } }
            }
        }
    }

    /// A reason with what it rests on.
    pub(super) fn reason(&self, reason: &ReasonBoard) -> Markup {
        html! {
            (reason.text)
            span.ground {
                @for line in &reason.lines { " " (self.spot(line)) }
                @for rule in &reason.rules {
                    " " a.spot href={ (self.to("rules/")) "#" (rule) } { (rule) }
                }
            }
        }
    }

    /// Who can change a verdict, or who sees to it.
    pub(super) fn who(&self, judged: &Judged) -> Markup {
        let needs_somebody = judged.outcome <= Outcome::CannotTell;
        html! {
            @if judged.who.is_empty() {
                "Nobody is on record who shepherds or owns it."
            } @else if judged.are_owners {
                "Nobody shepherds it; its owners are " (self.people(&judged.who)) "."
            } @else if needs_somebody {
                (self.people(&judged.who)) " can act."
            } @else {
                "Shepherded by " (self.people(&judged.who)) "."
            }
        }
    }

    /// A KEP that needs an eye, in a list: its verdict with the reason that decides it, and who can change it.
    pub(super) fn judged(&self, kep: &KepBoard) -> Markup {
        html! {
            @if let Some(judged) = &kep.verdict {
                li.judged id={ "why-" (kep.number) } {
                    (icon(judged.outcome.key()))
                    div {
                        p.line {
                            (self.kep(kep))
                            span.soft { " " (aim(kep)) }
                        }
                        p { (judged.why()) " " span.soft { (self.who(judged)) } }
                    }
                }
            }
        }
    }

    /// KEPs of which nobody can tell, by what is not known: the same sentence is said once.
    pub(super) fn unknown(&self, keps: &[&KepBoard]) -> Markup {
        let mut by_reason: Vec<(String, Vec<&KepBoard>)> = Vec::new();
        for kep in keps {
            let why = kep.verdict.as_ref().map_or_else(String::new, Judged::why);
            match by_reason.iter_mut().find(|(one, _)| *one == why) {
                Some((_, keps)) => keps.push(kep),
                None => by_reason.push((why, vec![kep])),
            }
        }
        html! {
            ul.list {
                @for (why, keps) in &by_reason {
                    li.judged {
                        (icon(Outcome::CannotTell.key()))
                        div {
                            p { b { (Outcome::CannotTell) } ": " (why) }
                            ul.of { @for kep in keps { li id={ "why-" (kep.number) } { (self.kep(kep)) span.soft { " " (aim(kep)) } } } }
                        }
                    }
                }
            }
        }
    }

    /// What waits, in a list; what is said of several, and waits for the same, is said once.
    pub(super) fn waits(&self, waits: &[&Wait], says_whom: bool) -> Markup {
        let mut groups: Vec<Vec<&Wait>> = Vec::new();
        for wait in waits {
            let same = |group: &&mut Vec<&Wait>| {
                let first = group.first();
                first.is_some_and(|first| {
                    first.what == wait.what && first.whom == wait.whom && wait.at.is_none()
                })
            };
            match groups.iter_mut().find(same) {
                Some(group) => group.push(wait),
                None => groups.push(vec![wait]),
            }
        }
        html! {
            ul.list {
                @for group in &groups {
                    @match group.as_slice() {
                        [wait] => {
                            li {
                                p.line { (self.awaited(wait)) }
                                p { (self.said(wait, says_whom)) }
                            }
                        }
                        several => {
                            li {
                                @if let Some(first) = several.first() {
                                    p { (first.what) @if says_whom { span.soft { " Waits for " (self.whom(&first.whom)) "." } } }
                                }
                                ul.of { @for wait in several { li { (self.awaited(wait)) (self.since(wait)) } } }
                            }
                        }
                    }
                }
            }
        }
    }

    /// What something that waits is about.
    fn awaited(&self, wait: &Wait) -> Markup {
        html! {
            @match &wait.subject {
                Some(Subject::Kep(number)) => {
                    @if let Some(kep) = self.board.kep(*number) { (self.kep(kep)) }
                }
                Some(Subject::Item(id)) => {
                    a href={ (self.to("work-items/")) "#" (slug(id)) } { (item_title(self, id)) }
                }
                None => {
                    @if let Some(release) = wait.cycle { a href=(self.cycle_page(release)) { "Kubernetes " (release) } }
                }
            }
            @if let (Some(release), true) = (wait.cycle, wait.subject.is_some()) { " " span.soft { "for " (self.release(release)) } }
        }
    }

    fn said(&self, wait: &Wait, says_whom: bool) -> Markup {
        html! {
            (wait.what)
            @if let Some(at) = &wait.at { " " (pointed(at)) }
            span.soft {
                @if says_whom { " Waits for " (self.whom(&wait.whom)) "." }
                (self.since(wait))
            }
        }
    }

    fn since(&self, wait: &Wait) -> Markup {
        html! { @if let Some(since) = wait.since { span.soft { " On record since " (time(since)) "." } } }
    }

    /// For whom something waits.
    pub(super) fn whom(&self, whom: &Whom) -> Markup {
        html! {
            @match whom {
                Whom::People(people) => { (self.people(people)) }
                Whom::Volunteer => { "a volunteer" }
                Whom::Maintainers => { "the maintainers" }
                Whom::Anybody => { "anybody who knows" }
            }
        }
    }

    /// What is found, in a list.
    pub(super) fn findings(&self, findings: &[FindingBoard]) -> Markup {
        html! {
            ul.findings {
                @for finding in findings {
                    li.finding.(finding.level.to_string()) {
                        p {
                            (icon("finding"))
                            strong { (level(finding.level)) } ": " (with_code(&finding.message)) ". "
                            (self.spot(&finding.spot)) " "
                            a.spot href={ (self.to("rules/")) "#" (finding.rule) } { (finding.rule) }
                        }
                        @if let Some(why) = finding.why { p.soft { "Why it matters: " (with_code(why)) "." } }
                        @for note in &finding.notes { p.soft { (with_code(&sentence(note))) } }
                        @for help in &finding.help { p { "What to do: " (with_code(help)) "." } }
                    }
                }
            }
        }
    }

    /// Commits with what they changed.
    pub(super) fn changes<'r>(
        &self,
        changes: impl Iterator<Item = (&'r Revision, Vec<&'r Change>)>,
        says_what: bool,
    ) -> Markup {
        html! {
            ol.changes {
                @for (revision, changes) in changes {
                    li {
                        p.line {
                            (time(revision.day())) " " (self.author(&revision.by)) " "
                            @match self.board.records.commit(&revision.id) {
                                Some(url) => { a.spot href=(url) { (revision.short()) } }
                                None => { code.spot { (revision.short()) } }
                            }
                        }
                        p.soft { (revision.summary) }
                        @for change in changes { (self.change(change, says_what)) }
                    }
                }
            }
        }
    }

    fn change(&self, change: &Change, says_what: bool) -> Markup {
        html! {
            div.change {
                @if says_what { span.what { (self.about(&change.of)) } " " }
                @match &change.how {
                    How::Added => { span { "came into the registry" } }
                    How::Removed => { span { "was taken out of the registry" } }
                    How::Moved { from, to } => { span { "moved from " code { (from) } " to " code { (to) } } }
                    How::Edited => {}
                }
                @if change.fields.len() > FIELDS && says_what {
                    details { summary { (change.fields.len()) " fields" } (fields(&change.fields)) }
                } @else if !change.fields.is_empty() {
                    (fields(&change.fields))
                }
            }
        }
    }

    fn about(&self, about: &About) -> Markup {
        html! {
            @match about {
                About::Record(Subject::Kep(number)) => {
                    @match self.board.kep(*number) {
                        Some(kep) => { (self.kep(kep)) }
                        None => { "KEP-" (number) }
                    }
                }
                About::Record(Subject::Item(id)) => { (item_title(self, id)) }
                About::File(path) => { code { (path) } }
            }
        }
    }

    /// Who wrote a change: a person of the board, if the address of the commit tells the account.
    pub(super) fn author(&self, author: &Author) -> Markup {
        html! {
            @match author.handle.as_ref().and_then(|handle| self.board.person(handle)) {
                Some(person) => { (self.person(&person.handle)) }
                None => { (author.name) }
            }
        }
    }

    /// KEPs as a table that people filter and sort.
    pub(super) fn table(&self, keps: &[&KepBoard], caption: &str) -> Markup {
        let runtimes = &self.board.runtimes;
        html! {
            div.scroll role="region" aria-label=(caption) tabindex="0" {
                table.keps {
                    caption.hidden { (caption) }
                    thead {
                        tr {
                            th scope="col" data-sort="number" { "KEP" }
                            th scope="col" data-sort="verdict" { "Verdict" }
                            th scope="col" data-sort="target" { "Aims at" }
                            @for runtime in runtimes { th scope="col" { (runtime.name) } }
                            th scope="col" { "Shipped" }
                            th scope="col" { "Shepherds" }
                            th scope="col" data-sort="sig" { "SIG" }
                        }
                    }
                    tbody {
                        @for kep in keps { (self.row(kep)) }
                    }
                }
            }
        }
    }

    fn row(&self, kep: &KepBoard) -> Markup {
        let words = |all: Vec<String>| (!all.is_empty()).then(|| all.join(" "));
        let releases = words(kep.ever.iter().map(ToString::to_string).collect());
        let people = words(
            kep.people()
                .map(|handle| handle.as_str().to_lowercase())
                .collect(),
        );
        let gates = words(
            kep.gates
                .iter()
                .map(|gate| gate.as_str().to_lowercase())
                .collect(),
        );
        html! {
            tr id={ "kep-" (kep.number) }
                data-releases=[releases]
                data-target=[kep.aims_at]
                data-stage=[kep.aim.stage.map(Stage::written)]
                data-reached=[kep.reached.last().map(|(stage, _)| said(*stage).split(',').next().unwrap_or_default())]
                data-verdict=(kep.outcome().map_or("no-aim", Outcome::key))
                data-people=[people]
                data-gates=[gates]
                data-status=[kep.status.map(Status::written)]
            {
                th scope="row" {
                    (self.kep(kep))
                    @if !kep.is_whole { " " a.flag href={ (self.kep_page(kep.number)) "#findings" } { (icon("finding")) "has mistakes" } }
                    @if !kep.slips.is_empty() {
                        " " a.flag href={ (self.kep_page(kep.number)) "#slips" } { (icon("slip")) "slipped " (times(kep.slips.len())) }
                    }
                }
                td {
                    @match kep.outcome() {
                        Some(outcome) => { (verdict(outcome)) }
                        None => { span.soft { (kep.standing()) } }
                    }
                }
                td {
                    @match kep.aims_at {
                        Some(release) => { (self.release(release)) " " (aim(kep)) }
                        None => { span.soft { "no release" } }
                    }
                }
                @for facts in &kep.runtimes { td { (cell(facts)) } }
                td { (reached(&kep.reached, self)) }
                td { (self.people_or(&kep.shepherds, "nobody")) }
                td { (kep.sig) }
            }
        }
    }

    /// What a runtime has, as rows of a table.
    pub(super) fn facts(&self, facts: &FactsBoard) -> Markup {
        html! {
            @if let Some(whole) = &facts.whole {
                (self.fact_row(&facts.runtime, None, whole))
                @for (name, needed, part) in &facts.parts {
                    (self.fact_row(&facts.runtime, Some((name.as_str(), *needed)), part))
                }
            } @else {
                tr { th scope="row" { (facts.runtime) } td colspan="4" { span.unknown { "What it has is not on record." } } }
            }
            @for (minor, decision) in &facts.branches {
                tr.branch {
                    th scope="row" { (facts.runtime) " " (minor) " " span.soft { "branch" } }
                    td colspan="4" { (branch(*decision)) }
                }
            }
        }
    }

    fn fact_row(
        &self,
        runtime: &str,
        part: Option<(&str, Option<Stage>)>,
        fact: &FactBoard,
    ) -> Markup {
        html! {
            tr.part[part.is_some()] {
                th scope="row" {
                    @match part {
                        None => { (runtime) }
                        Some((name, needed)) => {
                            (runtime) ": " (name)
                            @if let Some(stage) = needed { span.soft { " (needed for " (stage.written()) ")" } }
                        }
                    }
                }
                td { span.fact.(state_key(fact.state)) { (fact.state.said()) } }
                td {
                    @match fact.version {
                        Some(version) => {
                            a href=(self.minor_page(runtime, version.release)) { (version) }
                            @if let Some(day) = fact.day { " " span.soft { (time(day)) } }
                        }
                        None if fact.state == RuntimeState::Released => { span.unknown { "not known since when" } }
                        None => { span.soft { "none" } }
                    }
                }
                td {
                    @match fact.kubernetes {
                        Some(range) => { (range.said()) }
                        None => { "all" }
                    }
                }
                td {
                    @if fact.evidence.is_empty() { span.unknown { "not on record" } }
                    @for (index, evidence) in fact.evidence.iter().enumerate() {
                        @if index > 0 { ", " }
                        (pointed(evidence))
                    }
                }
            }
        }
    }
}

/// So many fields of a change are shown where other changes stand beside it; more are folded.
const FIELDS: usize = 8;

fn fields(all: &[FieldChange]) -> Markup {
    html! { ul.fields { @for field in all { li { (field_change(field)) } } } }
}

/// A field that changed.
fn field_change(field: &FieldChange) -> Markup {
    let FieldChange { key, before, after } = field;
    html! {
        code { (key) } ": "
        @match before { Some(before) => { del { (before) } } None => { span.unknown { "nothing" } } }
        " → "
        @match after { Some(after) => { ins { (after) } } None => { span.unknown { "nothing" } } }
    }
}

fn item_title<'a>(page: &Page<'a>, id: &'a str) -> &'a str {
    let mut items = page.board.items.iter();
    items
        .find(|item| item.id == id)
        .map_or(id, |item| item.title.as_str())
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Error => "Mistake",
        Level::Warning => "Warning",
        Level::Note | Level::Off => "Note",
    }
}

/// So many times.
pub(super) fn times(count: usize) -> String {
    match count {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        count => counted(count, "time"),
    }
}

/// A part of a sentence as one.
pub(super) fn sentence(text: &str) -> String {
    let end = if text.ends_with(['.', '!', '?']) {
        ""
    } else {
        "."
    };
    format!("{}{end}", capitalized(text))
}
