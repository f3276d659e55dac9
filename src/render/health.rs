//! What is set up and what is not, as one screen for people.

use crate::text::paint::Paint;
use crate::text::words::{counted, printable};
use crate::views::health::{Health, State};

/// The screen.
pub fn text(health: &Health, paint: Paint) -> String {
    let mut out = String::new();
    let readings = health.parts.iter().flat_map(|part| &part.readings);
    let wide = readings
        .clone()
        .map(|reading| printable(&reading.name).chars().count())
        .max()
        .unwrap_or_default();
    for part in health.parts.iter().filter(|part| !part.readings.is_empty()) {
        out.push_str(&paint.strong(&part.about));
        out.push('\n');
        for reading in &part.readings {
            let mark = match reading.state {
                State::Good => paint.added("  ok "),
                State::Missing => paint.removed("  no "),
                State::Unknown => paint.noticed("  ?  "),
            };
            let name = printable(&reading.name);
            let says = printable(&reading.says);
            out.push_str(&format!("{mark} {name:wide$}  {says}\n"));
            if let Some(remedy) = &reading.remedy {
                let indent = " ".repeat(wide + 8);
                out.push_str(&format!("{indent}{}\n", paint.quiet(&printable(remedy))));
            }
        }
    }
    let of = |state| readings.clone().filter(|one| one.state == state).count();
    let unknown = match of(State::Unknown) {
        0 => String::new(),
        unknown => format!(", {unknown} cannot be seen from here"),
    };
    out.push_str(&match health.missing() {
        0 => format!("{} set up{unknown}\n", counted(of(State::Good), "thing")),
        missing => format!(
            "{} set up, {missing} missing{unknown}\n",
            counted(of(State::Good), "thing")
        ),
    });
    out
}
