//! The fields of containerd's issue template, as people filled them in.
#![no_main]

use kepherd::sources::issues::form::read;
use kepherd::sources::kep_names::keps_in_title;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if text.len() > 1 << 14 {
        return;
    }
    let (title, body) = text.split_once('\n').unwrap_or((text, ""));
    let _ = read(title, body);
    let _ = keps_in_title(title);
});
