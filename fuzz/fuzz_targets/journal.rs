//! A journal, torn anywhere.
#![no_main]

use kepherd::sync::journal::whole;
use kepherd::sync::remembered::Remembered;
use libfuzzer_sys::fuzz_target;

const API: &str = "https://api.github.com";

fuzz_target!(|data: &[u8]| {
    let all = Remembered::read(data, API);
    let part = whole(data);
    assert!(data.starts_with(part));
    if all.is_ok() {
        // What was torn off says nothing.
        assert_eq!(Remembered::read(part, API), all);
    }
});
