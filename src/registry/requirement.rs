//! `requires-kepherd` in `registry.toml`: the oldest release that understands a registry. It is read before anything else, because an older
//! release would call the keys that it does not know mistakes.

use std::fmt;

use crate::terms::Release;
use crate::text::source::Span;

/// The key.
const KEY: &str = "requires-kepherd";

/// The release that this is.
pub fn this_release() -> Release {
    let number = |text: &str| text.parse().unwrap_or_default();
    Release {
        major: number(env!("CARGO_PKG_VERSION_MAJOR")),
        minor: number(env!("CARGO_PKG_VERSION_MINOR")),
    }
}

/// A registry that asks for a newer release than this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooNew {
    /// The release that it asks for.
    pub asked: Release,
    /// Where that stands.
    pub span: Span,
}

impl fmt::Display for TooNew {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "this registry asks for kepherd {} or newer, and this is kepherd {}: install a newer one",
            self.asked,
            env!("CARGO_PKG_VERSION")
        )
    }
}

/// Whether the text of a `registry.toml` asks for a newer release; what cannot be read asks for nothing.
pub fn unmet(config: &str) -> Option<TooNew> {
    // Most registries ask for nothing, and none is parsed twice for that.
    if !config.contains(KEY) {
        return None;
    }
    let document = toml_edit::Document::parse(config).ok()?;
    let value = document.get(KEY)?;
    let asked: Release = value.as_str()?.parse().ok()?;
    let span = value.span()?;
    (asked > this_release()).then_some(TooNew {
        asked,
        span: Span {
            start: span.start,
            end: span.end,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_newer_release_is_too_new_and_what_else_is_wrong_does_not_matter() {
        let this = this_release();
        assert_eq!(unmet("home = \"runc\"\n"), None);
        assert_eq!(unmet(&format!("{KEY} = \"{this}\"\n")), None);
        assert_eq!(unmet(&format!("{KEY} = \"0.0\"\n")), None);
        let text = format!("future = {{ key = 1 }}\n{KEY} = \"99.1\"\n");
        let found = unmet(&text).unwrap();
        assert_eq!(&text[found.span.start..found.span.end], "\"99.1\"");
        assert_eq!(
            found.to_string(),
            format!(
                "this registry asks for kepherd 99.1 or newer, and this is kepherd {}: install a newer one",
                env!("CARGO_PKG_VERSION")
            )
        );
        // What is no release is a finding of the schema.
        for wrong in ["1", "\"v99\"", "\"99\"", "[\"99.1\"]"] {
            assert_eq!(unmet(&format!("{KEY} = {wrong}\n")), None, "{wrong}");
        }
        assert_eq!(unmet(&format!("{KEY} = \"99.1\"\nhome =\n")), None);
    }
}
