//! One record: read, judged, and planned for.
#![no_main]

use kepherd::desired::desired;
use kepherd::observed::Observed;
use kepherd::plan::{Options, plan};
use kepherd::registry::load::{RawFile, load};
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
    let desired = desired(&loaded.registry);
    let plan = plan(&desired, &Observed::default(), &Options::default());
    assert!(plan.is_whole());
});
