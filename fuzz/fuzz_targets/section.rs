//! The managed section of a body: found, rewritten, and the rest of the body kept byte for byte.
#![no_main]

use kepherd::sync::section::{Applied, Markers, find, folded, mentioned, put, render};
use kepherd::terms::Subject;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &str| {
    if body.len() > 1 << 14 {
        return;
    }
    let _ = mentioned(body);
    let before = find(body);
    let subject = Subject::Kep(9001);
    let section = render(&subject, "a status", &Applied::default());
    match (&before, put(body, &section)) {
        (Markers::Broken { .. }, put) => assert_eq!(put, None),
        (_, None) => panic!("a body that is whole takes a section"),
        (Markers::Absent, Some(after)) => {
            assert!(folded(&after).starts_with(folded(body).trim_end()));
            assert!(matches!(find(&after), Markers::Present(_)));
        }
        (Markers::Present(_), Some(after)) => {
            let Markers::Present(new) = find(&after) else {
                panic!("{after}")
            };
            assert_eq!(new.subject, subject);
            // Once more, and nothing changes.
            assert_eq!(put(&after, &section).as_deref(), Some(&*after));
        }
    }
});
