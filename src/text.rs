//! Text, as such: where it comes from, words, digests, Markdown that does nothing, diffs. Knows nothing of KEPs.

pub mod diff;
pub mod digest;
pub mod markdown;
pub mod paint;
pub mod percent;
pub mod source;
pub mod words;
