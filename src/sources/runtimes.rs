//! A runtime's own history: which release has what a record's evidence names. `message.rs` reads commits, `history.rs` knows how they hang
//! together, `compare.rs` what that says otherwise than a record, and `pull.rs` makes edits of it.

pub mod accept;
pub mod compare;
pub mod find;
pub mod history;
pub mod message;
pub mod names;
pub mod pull;
pub mod titles;
