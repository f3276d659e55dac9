//! Bytes as a client sends them: they are read as messages, answered or refused, and the server goes on, or ends in order.
#![no_main]

#[path = "../../tests/common/shelf.rs"]
mod shelf;

use kepherd::lsp::wire;
use libfuzzer_sys::fuzz_target;
use serde_json::json;
use shelf::{Near, Shelf};

fuzz_target!(|data: &[u8]| {
    let mut stream = data;
    let mut near = Near::greet(&Shelf::of(Vec::new(), "2026-11-29"), json!({}));
    while let Ok(Some(message)) = wire::read(&mut stream) {
        near.server.put(message);
        while near.server.step() {}
        near.server.take();
    }
});
