//! A saved plan: read, compared and shown; one that was edited is not whole.
#![no_main]

use std::time::Duration;

use kepherd::render::plan_text::{self, View};
use kepherd::render::{json, plan_markdown};
use kepherd::sync::plan::Plan;
use kepherd::text::paint::Paint;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if text.len() > 1 << 15 {
        return;
    }
    let Ok(plan) = serde_json::from_str::<Plan>(text) else {
        return;
    };
    let _ = (
        plan.is_whole(),
        plan.short_hash(),
        plan.is_named(text),
        plan.counts(),
    );
    assert_eq!(plan.differences(&plan), Vec::<String>::new());
    let view = View {
        paint: Paint(false),
        write_interval: Duration::ZERO,
        full: true,
    };
    let _ = plan_text::plan(&plan, view);
    let _ = plan_markdown::plan(&plan);
    let again: Plan = serde_json::from_str(&json::pretty(&plan)).unwrap();
    assert_eq!(again, plan);
});
