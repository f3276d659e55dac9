//! The calendars, the roster and the configuration, each from the same text.
#![no_main]

use kepherd::registry::load::{RawFile, load};
use kepherd::rules;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((which, text)) = data.split_first() else {
        return;
    };
    if text.len() > 1 << 14 {
        return;
    }
    let path = [
        "registry.toml",
        "maintainers.toml",
        "releases/kubernetes.toml",
        "releases/containerd.toml",
    ][usize::from(*which) % 4];
    let file = |path: &str, content: &[u8]| RawFile {
        path: path.to_owned(),
        content: Ok(content.to_vec()),
    };
    let mut files = vec![
        file("registry.toml", include_bytes!("../../keps/registry.toml")),
        file(
            "releases/kubernetes.toml",
            include_bytes!("../../keps/releases/kubernetes.toml"),
        ),
        file(
            "releases/containerd.toml",
            include_bytes!("../../keps/releases/containerd.toml"),
        ),
        file(
            "sig-node/4960-container-stop-signals.toml",
            include_bytes!("../../keps/sig-node/4960-container-stop-signals.toml"),
        ),
    ];
    files.retain(|file| file.path != path);
    files.push(file(path, text));
    rules::run(
        &load(files),
        "2026-11-24".parse().unwrap(),
        rules::Beside::default(),
    );
});
