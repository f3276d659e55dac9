//! Digests as text: they tell two texts apart, and prove nothing about who wrote them.

use sha2::{Digest as _, Sha256};

/// The SHA-256 of these parts, in hexadecimal digits. The parts cannot run into each other.
pub fn of<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    hex(&hasher.finalize())
}

/// The first twelve hexadecimal digits of a text's SHA-256: enough to tell an edit from none.
pub fn short(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes())[..6])
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_do_not_run_into_each_other() {
        assert_ne!(of(["ab", "c"]), of(["a", "bc"]));
        assert_eq!(of(["a", "b"]), of(["a", "b"]));
        assert_eq!(of([]).len(), 64);
    }

    #[test]
    fn a_short_digest_is_the_start_of_the_text_s() {
        assert_eq!(short("abc"), "ba7816bf8f01");
    }
}
