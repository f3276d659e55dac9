//! The project's MAINTAINERS and RELEASES.md, and the edits that they make.
#![no_main]

use kepherd::registry::load::{Loaded, RawFile, load};
use kepherd::sources::maintainers::accounts::Accounts;
use kepherd::sources::maintainers::{self, List};
use kepherd::sources::releases::{self, page};
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

/// What a list and a page of releases propose for these files, as the files would be then.
fn proposed(before: &Loaded, text: &str, roster: &str, calendar: &str) -> (String, String, bool) {
    let list = List {
        named: "MAINTAINERS",
        read_at: "",
        text,
        earlier: Some(vec![text.to_owned(), ROSTER_BEFORE.to_owned()]),
    };
    let registry = &before.registry;
    let runtime = &registry.config.value.runtimes[0];
    let page = page::read(text, "2026-11-24".parse().unwrap());
    let (mut texts, mut is_edit) = ((roster.to_owned(), calendar.to_owned()), false);
    // Files that name nobody, and pages without releases, propose nothing.
    if let Ok(all) = maintainers::propose(before, &list, "", &Accounts::default()) {
        let proposal = &all.proposals[0];
        is_edit |= proposal.is_edit();
        texts.0.clone_from(&proposal.after);
    }
    if let Ok(all) = releases::propose(registry, runtime, &page, "RELEASES.md") {
        let proposal = &all.proposals[0];
        is_edit |= proposal.is_edit();
        texts.1.clone_from(&proposal.after);
    }
    (texts.0, texts.1, is_edit)
}

/// What the list said before: so somebody may have left.
const ROSTER_BEFORE: &str = "# COMMITTERS\n\"mikebrow\",\"Mike Brown\"\n\"fuweid\",\"Wei Fu\"\n";

fuzz_target!(|text: &str| {
    if text.len() > 1 << 14 {
        return;
    }
    let before = loaded(ROSTER, CALENDAR);
    let (roster, calendar, _) = proposed(&before, text, ROSTER, CALENDAR);
    // What kepherd writes it can read, and a second time there is nothing to do.
    let after = loaded(&roster, &calendar);
    assert!(after.registry.roster.is_some(), "{roster}");
    assert!(after.registry.runtimes.contains_key("containerd"), "{calendar}");
    let (.., is_edit) = proposed(&after, text, &roster, &calendar);
    assert!(!is_edit, "{roster}{calendar}");
});
