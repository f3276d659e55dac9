//! A runtime's own history: which release has what a record's evidence names. `message.rs` reads commits, `history.rs` knows how they hang
//! together.

pub mod history;
pub mod message;
pub mod names;
pub mod pull;
