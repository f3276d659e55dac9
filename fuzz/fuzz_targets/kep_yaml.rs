//! Upstream's kep.yaml, the record made of it, and what a later kep.yaml makes of that record.
#![no_main]

use kepherd::registry::load::{RawFile, load};
use kepherd::sources::proposal::Settled;
use kepherd::sources::upstream::drift::edits::{new_record, update};
use kepherd::sources::upstream::drift::{Base, drift};
use kepherd::sources::upstream::facts::Field;
use kepherd::sources::upstream::kep_yaml::read;
use kepherd::sources::upstream::untracked::Mentions;
use kepherd::text::source::SourceFile;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if text.len() > 1 << 14 {
        return;
    }
    Mentions::in_text(text, &["runc", "cri-o"]);
    let day = |text: &str| text.parse().unwrap();
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
    // Two versions of one file: what stands before and behind a line that says so.
    let (before, now) = text.split_once("\n====\n").unwrap_or((text, text));
    let [before, now] = [(before, "2026-04-22"), (now, "2026-09-30")].map(|(text, at)| {
        let file = SourceFile::new("kep.yaml", text);
        let kep = read(&file, calendar, day(at)).ok()?;
        for field in Field::ALL {
            let _ = file.slice(kep.places.of(field));
        }
        Some(kep.facts)
    });
    let Some(before) = before else {
        return;
    };
    // What kepherd writes it can read.
    let record = |text: &str| {
        let loaded = load(vec![
            file(
                "registry.toml",
                b"home = \"containerd\"\nrepositories = [\"containerd/containerd\"]\n",
            ),
            file("sig-node/1-a.toml", text.as_bytes()),
        ]);
        let entry = loaded.registry.keps.into_iter().next().expect(text);
        assert!(entry.is_whole(), "{text}");
        entry.value
    };
    let text = new_record(&before, day("2026-04-22"));
    let pulled = record(&text);
    assert_eq!(drift(&pulled, Base::Never, &before, day("2026-04-22")), []);
    let Some(now) = now else {
        return;
    };
    let drifts = drift(&pulled, Base::Known(&before, &[]), &now, day("2026-09-30"));
    let mut document = text.parse().unwrap();
    update(
        &mut document,
        &pulled,
        &drifts,
        Settled::Not,
        (&now, day("2026-09-30")),
        |_| None,
    );
    let text = document.to_string();
    if !text.contains("upstream-seen = 2026-09-30") {
        // It waits for a person, as it was.
        return;
    }
    let pulled = record(&text);
    let left = drift(&pulled, Base::Known(&now, &[]), &now, day("2026-09-30"));
    assert!(left.iter().all(|one| !one.is_taken()), "{left:?}");
});
