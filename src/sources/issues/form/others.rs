//! Words of people that name another project than Kubernetes, so that a release behind one is that project's.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use crate::sources::starter::known_runtimes;

/// What runs containers below the runtimes, and what they are spoken to through.
const BELOW: [&str; 3] = ["runc", "crun", "cri"];

/// Whether a word, in lower case, names another project: a runtime of the CRI development policy, as one word or as a part of its name.
pub(super) fn is_another(word: &str) -> bool {
    static WORDS: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
        let names = known_runtimes().iter();
        let words = names.flat_map(|name| {
            let name = name.as_str().to_lowercase();
            let parts: Vec<String> = name.split('-').map(str::to_owned).collect();
            parts.into_iter().chain([name.replace('-', "")])
        });
        words.chain(BELOW.map(str::to_owned)).collect()
    });
    WORDS.contains(word)
}
