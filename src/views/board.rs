//! What the board shows, as plain data.
pub mod verdict;
