//! Drawings: a KEP's life against the cycles, and all calendars with the KEPs on one axis of time. SVG with real text; each shape says
//! what it is in a title, and the page has a table of the same beside it.

use maud::{Markup, PreEscaped, html};

use super::frame::Page;
use super::shapes::shape;
use crate::terms::{Date, ReachedStage, Release, RuntimeState, Stage};
use crate::views::board::Board;
use crate::views::board::dates::{Event, Happening};
use crate::views::board::keps::{KepBoard, said};
use crate::views::board::verdict::Outcome;
use crate::views::life::{CycleOfLife, Standing};

/// The width of a cycle's column in a life.
const COLUMN: usize = 72;
/// The width of what names a row.
const NAMES: usize = 118;
/// The height of a row.
const ROW: usize = 34;

/// A KEP's life: what shipped in which cycle, what is aimed at, and since when each runtime has it.
pub(super) fn life(kep: &KepBoard) -> Markup {
    let life = &kep.life;
    let columns = life.cycles.len();
    let width = NAMES + COLUMN * columns + 8;
    let rows = 1 + life.runtimes.len();
    let height = 30 + ROW * rows + 6;
    let x = |column: usize| NAMES + COLUMN * column;
    let y = |row: usize| 30 + ROW * row;
    let title = format!("The life of KEP-{}: {}", kep.number, kep.title);
    html! {
        svg.life role="img" aria-label=(title) viewBox={ "0 0 " (width) " " (height) } width=(width) height=(height) {
            title { (title) }
            @for (column, cycle) in life.cycles.iter().enumerate() {
                text.t.head[cycle.aim.is_some()] x=(x(column) + COLUMN / 2) y="18" text-anchor="middle" { (cycle.release) }
                line.grid x1=(x(column)) y1="26" x2=(x(column)) y2=(height - 6) {}
            }
            text.t x="0" y=(y(0) + 21) { "Kubernetes" }
            @for (column, cycle) in life.cycles.iter().enumerate() {
                (stage_box(cycle, x(column), y(0)))
            }
            @for (row, runtime) in life.runtimes.iter().enumerate() {
                @let top = y(row + 1);
                text.t x="0" y=(top + 21) { (clipped(&runtime.name, 16)) }
                (standing(&runtime.name, runtime.standing, x(0), columns, top))
            }
        }
    }
}

fn stage_box(cycle: &CycleOfLife, x: usize, y: usize) -> Markup {
    let reached = cycle.reached.iter().copied().max();
    let class = reached.map_or("", stage_class);
    html! {
        @if let Some(stage) = reached {
            g {
                title { (said(stage)) " in Kubernetes " (cycle.release) }
                rect.stage.(class) x=(x + 3) y=(y + 4) width=(COLUMN - 6) height="26" rx="4" {}
                text.t.on.(class) x=(x + COLUMN / 2) y=(y + 21) text-anchor="middle" { (short(stage)) }
            }
        } @else if let Some(aim) = &cycle.aim {
            g {
                title { "aims at " (aim) }
                rect.aim x=(x + 3) y=(y + 4) width=(COLUMN - 6) height="26" rx="4" {}
                text.t x=(x + COLUMN / 2) y=(y + 21) text-anchor="middle" { (aim.stage.map_or("?", Stage::written)) }
            }
        }
    }
}

fn standing(name: &str, standing: Standing, x: usize, columns: usize, y: usize) -> Markup {
    let whole = COLUMN * columns;
    html! {
        @match standing {
            Standing::Since { version, cycle, day } => {
                @let from = cycle.unwrap_or(0);
                g {
                    title {
                        (name) " has it since " (version)
                        @if let Some(day) = day { " of " (day) }
                    }
                    rect.has x=(x + COLUMN * from + 3) y=(y + 6) width=(whole.saturating_sub(COLUMN * from + 6)) height="22" rx="4" {}
                    text.t.on x=(x + COLUMN * from + 10) y=(y + 21) { (version) }
                }
            }
            Standing::State(state) => {
                g {
                    @let said = match state {
                        RuntimeState::Released => "released, since when is not on record",
                        state => state.said(),
                    };
                    title { (name) ": " (said) }
                    rect.dashed x=(x + 3) y=(y + 6) width=(whole.saturating_sub(6)) height="22" rx="4" {}
                    text.t x=(x + 10) y=(y + 21) { (said) }
                }
            }
            Standing::NotRecorded => {
                g {
                    title { "What " (name) " has is not on record" }
                    rect.dashed x=(x + 3) y=(y + 6) width=(whole.saturating_sub(6)) height="22" rx="4" {}
                    text.t.soft x=(x + 10) y=(y + 21) { "not known" }
                }
            }
        }
    }
}

fn stage_class(stage: ReachedStage) -> &'static str {
    match stage {
        ReachedStage::Alpha => "alpha",
        ReachedStage::Beta => "beta",
        ReachedStage::BetaOn => "beta-on",
        ReachedStage::Stable => "stable",
    }
}

fn short(stage: ReachedStage) -> &'static str {
    match stage {
        ReachedStage::BetaOn => "beta on",
        stage => stage.written(),
    }
}

/// A text that fits.
fn clipped(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

/// A part of time, as wide as a drawing.
struct Axis {
    first: Date,
    days: i64,
}

/// The width of the part that shows time.
const TIME: i64 = 880;
/// The whole width.
const WIDE: i64 = 1040;
/// Where time begins.
const LEFT: i64 = WIDE - TIME - 8;

impl Axis {
    /// Two cycles before the present one, to the end of what is in view.
    fn of(board: &Board) -> Option<Self> {
        let now = board.now?;
        let cycles = &board.cycles;
        let at = cycles.iter().position(|cycle| cycle.release == now)?;
        let mut shown = cycles[at.saturating_sub(2)..].iter();
        let first =
            shown.find_map(|cycle| cycle.start.or(cycle.when.map(|when| when.earliest())))?;
        let ends = board
            .in_view()
            .filter_map(|release| board.cycle(release)?.when);
        let last = ends.map(|when| when.latest()).chain([board.today]).max()?;
        let last = last.plus_days(45);
        let days = first.days_until(last);
        (days > 0).then_some(Self { first, days })
    }

    fn x(&self, day: Date) -> i64 {
        let days = self.first.days_until(day).clamp(-1, self.days + 1);
        LEFT + days * TIME / self.days
    }

    fn shows(&self, day: Date) -> bool {
        (0..=self.days).contains(&self.first.days_until(day))
    }
}

/// All calendars on one axis of time, with the KEPs below.
pub(super) fn axis(page: &Page<'_>, keps: &[&KepBoard], name: &str) -> Markup {
    let board = page.board;
    let Some(axis) = Axis::of(board) else {
        return html! { p.empty { "No calendar knows the cycle that is under way, so that nothing can be drawn against time." } };
    };
    let runtimes = &board.runtimes;
    let top = 74;
    let calendars = top + 30 * runtimes.len() as i64;
    let lanes = calendars + 14;
    let height = lanes + 26 * keps.len() as i64 + 10;
    let today = axis.x(board.today);
    html! {
        svg.axis role="group" aria-label=(name) viewBox={ "0 0 " (WIDE) " " (height) } {
            title { (name) }
            g.kubernetes {
                text.t x="0" y="34" { "Kubernetes" }
                @for cycle in &board.cycles {
                    @if let (Some(start), Some(when)) = (cycle.start, cycle.when) {
                        @let (from, to) = (axis.x(start).max(LEFT), axis.x(when.latest()));
                        @if to > LEFT {
                            a href=(page.cycle_page(cycle.release)) {
                                title { "Kubernetes " (cycle.release) ", from " (start) ", " (when) }
                                rect.cycle.out[cycle.has_shipped] x=(from) y="18" width=((to - from).max(2)) height="24" rx="4" {}
                                text.t x=(from + 8) y="34" { (cycle.release) }
                            }
                        }
                    }
                }
                (freezes(board, &axis))
            }
            @for (row, runtime) in runtimes.iter().enumerate() {
                @let y = top + 30 * row as i64;
                g.runtime {
                    text.t x="0" y=(y + 18) { (clipped(&runtime.name, 18)) }
                    line.rail x1=(LEFT) y1=(y + 13) x2=(WIDE) y2=(y + 13) {}
                    @for event in releases(board, &runtime.name, &axis) {
                        @let x = axis.x(event.last);
                        a href=(page.minor_page(&runtime.name, event.release)) {
                            title { (event.said()) ", " (event.when()) }
                            @if event.first != event.last {
                                @let from = axis.x(event.first).max(LEFT);
                                rect.minor.planned x=(from) y=(y + 8) width=((x - from).max(10)) height="10" rx="5" {}
                                text.t x=(x + 6) y=(y + 18) { (event.release) }
                            } @else {
                                circle.minor.planned[event.what == Happening::Planned] cx=(x) cy=(y + 13) r="6" {}
                                text.t x=(x + 10) y=(y + 18) { (event.release) }
                            }
                        }
                    }
                }
            }
            @for (row, kep) in keps.iter().enumerate() {
                (lane(page, &axis, kep, lanes + 26 * row as i64))
            }
            g.today {
                title { "Today, " (board.today) }
                line x1=(today) y1="14" x2=(today) y2=(height) {}
                text.t x=(today) y="10" text-anchor="middle" { "today" }
            }
        }
    }
}

/// Freezes of one day are one mark.
fn freezes(board: &Board, axis: &Axis) -> Markup {
    let mut days: Vec<(Date, Vec<&Event>)> = Vec::new();
    for event in &board.dates {
        if !matches!(event.what, Happening::Freeze(_)) || !axis.shows(event.last) {
            continue;
        }
        match days.last_mut() {
            Some((day, events)) if *day == event.last => events.push(event),
            _ => days.push((event.last, vec![event])),
        }
    }
    html! {
        @for (day, events) in &days {
            @let x = axis.x(*day);
            g.freeze {
                title {
                    @for (index, event) in events.iter().enumerate() {
                        @if index > 0 { ", " }
                        (event.said())
                    }
                    ": " (day)
                }
                path d={ "M" (x) " 42v8" } {}
                text.t.small x=(x) y="60" text-anchor="middle" {
                    @for (index, event) in events.iter().enumerate() {
                        @if index > 0 { "+" }
                        (letter(event.what))
                    }
                }
            }
        }
    }
}

/// A freeze in a letter or three; the legend beside the drawing says what they mean.
fn letter(what: Happening) -> &'static str {
    use crate::terms::Freeze;
    match what {
        Happening::Freeze(Freeze::ProductionReadiness) => "PRR",
        Happening::Freeze(Freeze::Enhancements) => "E",
        Happening::Freeze(Freeze::Code) => "C",
        Happening::Freeze(Freeze::Test) => "T",
        Happening::Freeze(Freeze::Docs) => "D",
        _ => "",
    }
}

fn releases<'b>(
    board: &'b Board,
    runtime: &'b str,
    axis: &'b Axis,
) -> impl Iterator<Item = &'b Event> {
    board.dates.iter().filter(move |event| {
        !event.is_kubernetes
            && event.product == runtime
            && matches!(event.what, Happening::Planned | Happening::Released)
            && axis.shows(event.last)
    })
}

/// A KEP: the stages that it has reached, what it aims at, and when each runtime released it.
fn lane(page: &Page<'_>, axis: &Axis, kep: &KepBoard, y: i64) -> Markup {
    let board = page.board;
    let day_of = |release: Release| board.cycle(release)?.when.map(|when| when.latest());
    let stages: Vec<(ReachedStage, Release, i64)> = kep
        .reached
        .iter()
        .map(|(stage, release)| {
            // Older than the calendar is before all that is drawn.
            let x = day_of(*release).map_or(LEFT, |day| axis.x(day).max(LEFT));
            (*stage, *release, x)
        })
        .collect();
    // What comes after today is not known.
    let released: Vec<(&str, i64, Date)> = kep
        .runtimes
        .iter()
        .filter_map(|facts| {
            let day = facts.whole.as_ref()?.day.filter(|day| axis.shows(*day))?;
            Some((facts.runtime.as_str(), axis.x(day), day))
        })
        .collect();
    // A mark that lies on the word of a stage moves the word on.
    let word = |from: i64| {
        let near = released
            .iter()
            .filter(|(_, x, _)| (from - 4..from + 44).contains(x));
        near.map(|(_, x, _)| x + 9).max().unwrap_or(from + 6)
    };
    let end = |index: usize| {
        stages
            .get(index + 1)
            .map_or(axis.x(board.today), |(.., x)| *x)
    };
    let aim = kep
        .aims_at
        .and_then(|release| Some((release, day_of(release)?)));
    html! {
        a.lane href=(page.kep_page(kep.number)) {
            title {
                "KEP-" (kep.number) " " (kep.title)
                @for (stage, release, _) in &stages { ", " (short(*stage)) " in " (release) }
                @if let (Some(release), Some(outcome)) = (kep.aims_at, kep.outcome()) { ", aims at " (release) ": " (outcome) }
            }
            rect.hit x="0" y=(y) width=(WIDE) height="24" {}
            text.t x="0" y=(y + 16) { (kep.number) " " tspan.soft { (clipped(kep.title.as_str(), 15)) } }
            @for (index, (stage, _, from)) in stages.iter().enumerate() {
                @let width = end(index) - from;
                @if width > 3 {
                    rect.stage.(stage_class(*stage)) x=(from) y=(y + 4) width=(width - 2) height="16" rx="3" {}
                    @if width > 50 { text.t.small.on.(stage_class(*stage)) x=(word(*from)) y=(y + 16) { (short(*stage)) } }
                }
            }
            @for (runtime, x, day) in &released {
                g {
                    title { (runtime) " released it on " (day) }
                    @if *runtime == board.home {
                        circle.release cx=(x) cy=(y + 12) r="5" {}
                    } @else {
                        rect.release x=(x - 5) y=(y + 7) width="10" height="10" {}
                    }
                }
            }
            @if let (Some((_, day)), Some(outcome)) = (aim, kep.outcome()) {
                @let x = axis.x(day);
                @if x - 10 > axis.x(board.today) { line.ahead x1=(axis.x(board.today)) y1=(y + 12) x2=(x - 10) y2=(y + 12) {} }
                svg.v.(outcome.key()) x=(x - 8) y=(y + 4) width="16" height="16" viewBox="0 0 16 16" { rect.under width="16" height="16" {} (PreEscaped(shape(outcome))) }
                @if let Some(stage) = kep.aim.stage { text.t.small.aimed x=(x + 12) y=(y + 16) { (stage.written()) @if outcome == Outcome::CannotTell { "?" } } }
            }
        }
    }
}
