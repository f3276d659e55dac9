//! Percent-encoding: texts as parts of addresses, as RFC 3986 has it.

/// A text as one part of an address: everything but the unreserved characters is encoded, a slash too.
pub fn part(text: &str) -> String {
    encoded(text, b"-._~")
}

/// A path as a relative reference: its slashes stay.
pub fn path(text: &str) -> String {
    encoded(text, b"-._~/")
}

fn encoded(text: &str, plain: &[u8]) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || plain.contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_end_a_link_is_encoded() {
        assert_eq!(
            part("a b/ü%:#?(x)~.toml"),
            "a%20b%2F%C3%BC%25%3A%23%3F%28x%29~.toml"
        );
        assert_eq!(path("keps/sig-node/1-a.toml"), "keps/sig-node/1-a.toml");
        assert_eq!(path("a b/ü%:#?.toml"), "a%20b/%C3%BC%25%3A%23%3F.toml");
    }
}
