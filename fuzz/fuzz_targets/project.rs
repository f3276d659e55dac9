//! The project's MAINTAINERS and RELEASES.md, and the edits that they make.
#![no_main]

use kepherd::registry::load::{Loaded, RawFile, load};
use kepherd::sources::{maintainers, releases};
use libfuzzer_sys::fuzz_target;

const ROSTER: &str = include_str!("../../keps/maintainers.toml");
const CALENDAR: &str = include_str!("../../keps/releases/containerd.toml");

fn loaded(roster: &str, calendar: &str) -> Loaded {
    let file = |path: &str, text: &str| RawFile {
        path: path.to_owned(),
        content: Ok(text.as_bytes().to_vec()),
    };
    load(vec![
        file("registry.toml", include_str!("../../keps/registry.toml")),
        file("maintainers.toml", roster),
        file("releases/containerd.toml", calendar),
    ])
}

fuzz_target!(|text: &str| {
    if text.len() > 1 << 14 {
        return;
    }
    let before = loaded(ROSTER, CALENDAR);
    let (people, _) = maintainers::read(text);
    let page = releases::read(text, "2026-11-24".parse().unwrap());
    // The commands refuse files that name nobody, and pages without releases.
    if people.is_empty() && page.minors.is_empty() {
        return;
    }
    let leaving = |_: &_| match people.is_empty() {
        true => maintainers::Leaving::Keep,
        false => maintainers::Leaving::Drop,
    };
    let mut roster = ROSTER.parse().unwrap();
    let mut calendar = CALENDAR.parse().unwrap();
    let known = &before.registry.roster.as_ref().unwrap().value;
    maintainers::update(&mut roster, known, &people, leaving).unwrap();
    let known = &before.registry.runtimes["containerd"].value;
    releases::update(&mut calendar, known, &page).unwrap();
    // What kepherd writes it can read, and a second time there is nothing to do.
    let after = loaded(&roster.to_string(), &calendar.to_string());
    let Some(known) = &after.registry.roster else {
        panic!("{roster}");
    };
    let again = maintainers::update(&mut roster, &known.value, &people, leaving).unwrap();
    assert!(again.changes.is_empty(), "{again:?}");
    let known = after.registry.runtimes.get("containerd");
    let known = &known.unwrap_or_else(|| panic!("{calendar}")).value;
    let again = releases::update(&mut calendar, known, &page).unwrap();
    assert!(again.changes.is_empty(), "{again:?}");
});
