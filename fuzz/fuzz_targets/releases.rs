//! A page of a release cycle, and the messages of a runtime's commits: what is made of them, and that it is written once.
#![no_main]

use kepherd::registry::load::{Loaded, RawFile, load};
use kepherd::sources::kep_names::keps_in_title;
use kepherd::sources::releases::kubernetes::{self, Pages};
use kepherd::sources::releases::schedule;
use libfuzzer_sys::fuzz_target;

const CALENDAR: &str = include_str!("../../keps/releases/kubernetes.toml");

fn loaded(calendar: &str) -> Loaded {
    let file = |path: &str, text: &str| RawFile {
        path: path.to_owned(),
        content: Ok(text.as_bytes().to_vec()),
    };
    load(vec![
        file("registry.toml", include_str!("../../keps/registry.toml")),
        file("releases/kubernetes.toml", calendar),
    ])
}

fuzz_target!(|text: &str| {
    if text.len() > 1 << 14 {
        return;
    }
    keps_in_title(text);
    let today = "2026-11-24".parse().unwrap();
    let pages = || Pages {
        pages: vec![("page".to_owned(), schedule::read(text))],
        ..Pages::default()
    };
    let before = loaded(CALENDAR);
    let Ok(all) = kubernetes::propose(&before.registry, &pages(), today) else {
        return;
    };
    // What kepherd writes it can read, and a second time there is nothing to do.
    let after = loaded(&all.proposals[0].after);
    assert!(after.registry.kubernetes.is_some(), "{}", all.proposals[0].after);
    let Ok(again) = kubernetes::propose(&after.registry, &pages(), today) else {
        panic!("{}", all.proposals[0].after);
    };
    assert!(!again.proposals[0].is_edit(), "{}", again.proposals[0].after);
});
