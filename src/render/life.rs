//! One KEP's life, drawn as a table of cycles: a row of the KEP, then one of each runtime.

use unicode_width::UnicodeWidthStr as _;

use super::overview::fitted;
use crate::terms::Aim;
use crate::text::paint::Paint;
use crate::views::life::{CycleOfLife, Life, RuntimeLife, Standing};

/// The least width of a terminal that is drawn for.
const LEAST: usize = 40;
/// Where a cycle brings nothing new.
const NOTHING: &str = "·";

/// A line of the table: who it is about, a mark below each cycle, and how they stand.
struct Line {
    name: String,
    marks: Vec<String>,
    state: String,
}

/// The table; where a terminal is too narrow for all cycles, the oldest are left out.
pub fn life(life: &Life, width: Option<usize>, paint: Paint) -> String {
    let cycles = &life.cycles;
    let lines = lines(life);
    let widths: Vec<usize> = cycles
        .iter()
        .enumerate()
        .map(|(at, cycle)| {
            let marks = lines.iter().map(|line| line.marks[at].width());
            let heads = [release(cycle).width(), month(cycle).width()];
            marks.chain(heads).max().unwrap_or_default() + 2
        })
        .collect();
    let widest = |texts: &mut dyn Iterator<Item = usize>| texts.max().unwrap_or_default();
    let name = widest(&mut lines.iter().map(|line| line.name.width())) + 2;
    let state = widest(&mut lines.iter().map(|line| line.state.width()));
    let room = width.map(|width| width.max(LEAST).saturating_sub(name + state));
    let mut first = 0;
    while room.is_some_and(|room| widths[first..].iter().sum::<usize>() > room)
        && first + 1 < cycles.len()
    {
        first += 1;
    }
    let row = |start: &str, cells: &mut dyn Iterator<Item = String>, end: &str| {
        let cells: String = cells
            .zip(&widths[first..])
            .map(|(cell, width)| fitted(&cell, *width))
            .collect();
        format!("{}{cells}{end}", fitted(start, name))
            .trim_end()
            .to_owned()
    };
    let shown = || cycles[first..].iter();
    let older = if first > 0 { "…" } else { "" };
    let mut out = format!(
        "{}\n",
        paint.strong(&row(older, &mut shown().map(release), ""))
    );
    out.push_str(&paint.quiet(&row("", &mut shown().map(month), "")));
    out.push('\n');
    for line in &lines {
        let mut marks = line.marks[first..].iter().cloned();
        out.push_str(&row(&line.name, &mut marks, &line.state));
        out.push('\n');
    }
    out
}

fn release(cycle: &CycleOfLife) -> String {
    cycle.release.to_string()
}

/// The month of a cycle's release; a question mark is behind one that is only planned.
fn month(cycle: &CycleOfLife) -> String {
    match (cycle.month, cycle.has_shipped) {
        (Some(month), true) => month.to_string(),
        (Some(month), false) => format!("{month}?"),
        (None, _) => String::new(),
    }
}

fn lines(life: &Life) -> Vec<Line> {
    let Life {
        status,
        cycles,
        runtimes,
    } = life;
    let kep = Line {
        name: "KEP".to_owned(),
        marks: cycles.iter().map(of_kep).collect(),
        state: status.written().to_owned(),
    };
    let runtimes = runtimes.iter().map(|one| of_runtime(one, cycles.len()));
    std::iter::once(kep).chain(runtimes).collect()
}

/// What a cycle brings of the KEP itself.
fn of_kep(cycle: &CycleOfLife) -> String {
    let reached = cycle.reached.iter().map(|stage| stage.written().to_owned());
    let aim = cycle.aim.map(|aim| format!("→ {}", aimed(aim)));
    let marks: Vec<String> = reached.chain(aim).collect();
    match marks.is_empty() {
        true => NOTHING.to_owned(),
        false => marks.join(" "),
    }
}

/// An aim below its release.
fn aimed(aim: Aim) -> String {
    let stage = aim.stage.map_or("?", |stage| stage.written());
    match aim.enabled_by_default {
        Some(true) => format!("{stage}, on"),
        Some(false) => format!("{stage}, off"),
        None => stage.to_owned(),
    }
}

fn of_runtime(runtime: &RuntimeLife, cycles: usize) -> Line {
    let mut marks = vec![NOTHING.to_owned(); cycles];
    let state = match runtime.standing {
        Standing::NotRecorded => "not recorded".to_owned(),
        Standing::State(state) => state.said().to_owned(),
        Standing::Since {
            version,
            cycle,
            day,
        } => {
            let day = day.map_or_else(String::new, |day| format!(" {day}"));
            match cycle.and_then(|cycle| marks.get_mut(cycle)) {
                Some(mark) => {
                    *mark = version.to_string();
                    format!("released{day}")
                }
                None if day.is_empty() => format!("released, since {version}"),
                None => format!("released{day}, since {version}"),
            }
        }
    };
    Line {
        name: runtime.name.clone(),
        marks,
        state,
    }
}
