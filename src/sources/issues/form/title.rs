//! Takes an issue's title, gives what is left of it without prefixes, and the SIG.

use super::is_login;
use super::layout::visible;
use crate::terms::Line;

/// The SIG and the short title in an issue's title.
pub(super) fn headline(title: &str) -> (Option<String>, Option<Line>) {
    let title = visible(title);
    let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut rest = title.as_str();
    let mut sig = None;
    if let Some((prefix, after)) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        let prefix = prefix.trim().to_ascii_lowercase().replace([' ', '_'], "-");
        if prefix.starts_with("sig-") {
            rest = after;
            sig = Some(prefix).filter(|sig| is_login(sig));
        }
    }
    let separators = |c: char| " :-–—<>,/|&[]()".contains(c);
    while let Some(after) = after_number(rest.trim_start_matches(separators)) {
        rest = after;
    }
    let rest = rest.trim_start_matches(|c: char| separators(c) && !"[(".contains(c));
    let rest = rest.trim_end_matches(|c: char| " :-–—".contains(c));
    let [open, close] = ['<', '>'].map(|bracket| rest.matches(bracket).count());
    let mut rest = rest;
    for _ in open..close {
        rest = rest.strip_suffix('>').unwrap_or(rest);
    }
    let says_something = rest.chars().any(char::is_alphanumeric);
    let title = rest.trim_end().parse().ok();
    (sig, title.filter(|_| says_something))
}

/// What follows a KEP's number, if a title opens with one: `KEP-4960`, `#4960`, `4960 -`, `4960:`.
fn after_number(title: &str) -> Option<&str> {
    let kep = title
        .split_at_checked(3)
        .filter(|(kep, _)| kep.eq_ignore_ascii_case("kep"))
        .map(|(_, rest)| rest.trim_start_matches(['-', '_', ' ', '#']));
    let marked = kep.or_else(|| title.strip_prefix('#'));
    let number = marked.unwrap_or(title);
    let after = number.trim_start_matches(|c: char| c.is_ascii_digit());
    let separated = [":", " - ", " – ", " — "];
    let bare = number.len() - after.len() > 2 && separated.iter().any(|s| after.starts_with(s));
    let ends = number.len() > after.len() && !after.starts_with(char::is_alphanumeric);
    (ends && (marked.is_some() || bare)).then_some(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_title_is_what_the_prefixes_leave() {
        let cases = [
            ("[SIG-Node]: KEP-1 - A", "sig-node", "A"),
            ("[sig node] A", "sig-node", "A"),
            ("[SIG-Node]: <KEP-5607> A <b> c", "sig-node", "A <b> c"),
            (
                "[SIG-Node]: <KEP-5607 - Lists of List<T>>",
                "sig-node",
                "Lists of List<T>",
            ),
            ("[SIG-Node]: [KEP-5607] (A) b", "sig-node", "(A) b"),
            (
                "[SIG-Node]: KEP-1, kep 2 and #3: A",
                "sig-node",
                "and #3: A",
            ),
            ("[SIG-Node, SIG-Storage]: KEP 12: A", "", "A"),
            ("[Signals] A", "", "[Signals] A"),
            ("[SIG-Nöde]: A", "", "A"),
            ("4216 – A", "", "A"),
            ("100-node clusters", "", "100-node clusters"),
            ("KEPs: A", "", "KEPs: A"),
            ("KEP-12th: A", "", "KEP-12th: A"),
            ("[SIG-Node]: KEP-4960", "sig-node", ""),
            ("[SIG-Node]: <>", "sig-node", ""),
            ("[SIG-Node", "", "[SIG-Node"),
            (" a\u{202e}b\r\n\tc\u{1b}[0m ", "", "ab c [0m"),
            ("", "", ""),
        ];
        for (title, sig, short) in cases {
            let (found_sig, found) = headline(title);
            let found_sig = found_sig.unwrap_or_default();
            let found = found.map(|title| title.to_string()).unwrap_or_default();
            assert_eq!(
                (found_sig.as_str(), found.as_str()),
                (sig, short),
                "{title}"
            );
        }
    }
}
