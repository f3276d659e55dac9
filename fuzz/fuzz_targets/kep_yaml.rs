//! Upstream's kep.yaml, and the record made of it.
#![no_main]

use kepherd::registry::load::{RawFile, load};
use kepherd::upstream;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if text.len() > 1 << 14 {
        return;
    }
    let day = "2026-07-24".parse().unwrap();
    let file = |path: &str, content: &[u8]| RawFile {
        path: path.to_owned(),
        content: Ok(content.to_vec()),
    };
    let calendar = load(vec![file(
        "releases/kubernetes.toml",
        include_bytes!("../../keps/releases/kubernetes.toml"),
    )]);
    let calendar = calendar
        .registry
        .kubernetes
        .as_ref()
        .map(|entry| &entry.value);
    if let Ok((facts, _)) = upstream::read(text, calendar, day) {
        let record = upstream::new_record(&facts, day);
        // What kepherd writes it can read.
        let loaded = load(vec![
            file(
                "registry.toml",
                b"home = \"containerd\"\nrepositories = [\"containerd/containerd\"]\n",
            ),
            file("sig-node/1-a.toml", record.as_bytes()),
        ]);
        let here = loaded
            .registry
            .keps
            .first()
            .map(|entry| (entry.is_whole(), entry.file));
        assert!(here.is_some_and(|(whole, _)| whole), "{record}");
    }
});
