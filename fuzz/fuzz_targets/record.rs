//! One record: read, judged, and planned for.
#![no_main]

use kepherd::registry::load::{RawFile, load};
use kepherd::sync::desired::desired;
use kepherd::sync::observed::Observed;
use kepherd::sync::plan::{Options, plan};
use kepherd::sync::remembered::Remembered;
use kepherd::terms::links::Site;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if data.len() > 1 << 14 {
        return;
    }
    let file = |path: &str, content: &[u8]| RawFile {
        path: path.to_owned(),
        content: Ok(content.to_vec()),
    };
    let loaded = load(vec![
        file(
            "registry.toml",
            b"home = \"containerd\"\nrepositories = [\"containerd/containerd\"]\n",
        ),
        file(
            "releases/kubernetes.toml",
            b"[[cycles]]\nrelease = \"1.38\"\nplanned = 2026-12-16\n",
        ),
        file("sig-node/9001-a.toml", data),
    ]);
    let desired = desired(&loaded.registry, &Site::github());
    let plan = plan(
        &desired,
        &Observed::default(),
        &Remembered::default(),
        &Options::default(),
    );
    assert!(plan.is_whole());
});
