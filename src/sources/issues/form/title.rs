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
    let rest = without_mentions(rest);
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

/// Words that only lead to the name of a KEP, and say nothing without it.
const LEADING: [&str; 13] = [
    "k8s",
    "kubernetes",
    "see",
    "for",
    "of",
    "from",
    "in",
    "per",
    "via",
    "by",
    "and",
    "ref",
    "tracking",
];

/// A title without the KEPs that it names, wherever they stand in it: `Image pull - K8s KEP 4126`, `Image pull (KEP-4126) by class`.
fn without_mentions(title: &str) -> String {
    let mut rest = title.to_owned();
    while let Some((from, to)) = mention(&rest) {
        let (mut before, mut after) = (rest[..from].trim_end(), rest[to..].trim_start());
        let ends = |before: &str| before.ends_with(['(', '[', '<']);
        let is_bracketed = |before: &str, after: &str| {
            let closes = [('(', ')'), ('[', ']'), ('<', '>')].into_iter();
            let mut closes = closes.filter(|(open, _)| before.ends_with(*open));
            closes.any(|(_, close)| after.starts_with(close))
        };
        // What only leads to it goes with it, where nothing else is said behind it.
        if after.is_empty() || after.starts_with([')', ']', '>']) {
            while let Some(word) = LEADING.iter().find(|word| ends_with_word(before, word)) {
                before = before[..before.len() - word.len()].trim_end();
            }
        }
        if is_bracketed(before, after) {
            (before, after) = (
                before[..before.len() - 1].trim_end(),
                after[1..].trim_start(),
            );
        }
        let separators = |c: char| " :-–—,|/&".contains(c);
        let after = after.trim_start_matches(separators);
        rest = match (before.trim_end_matches(separators), after) {
            ("", after) => after.to_owned(),
            (before, "") => before.to_owned(),
            (plain, after) if after.starts_with([')', ']', '>']) => format!("{plain}{after}"),
            _ if ends(before) => format!("{before}{after}"),
            _ => format!("{before} {after}"),
        };
    }
    rest
}

/// Whether a text ends with this word, in any case of letters.
fn ends_with_word(text: &str, word: &str) -> bool {
    let Some((before, end)) = text
        .len()
        .checked_sub(word.len())
        .and_then(|at| text.split_at_checked(at))
    else {
        return false;
    };
    end.eq_ignore_ascii_case(word) && !before.ends_with(char::is_alphanumeric)
}

/// Where a title names a KEP by a word and its number.
fn mention(title: &str) -> Option<(usize, usize)> {
    let lower = title.to_ascii_lowercase();
    let words = ["kubernetes/enhancements#", "keps", "kep"].into_iter();
    let found = words.flat_map(|word| {
        let lower = &lower;
        lower.match_indices(word).filter_map(move |(from, _)| {
            let behind = from + word.len();
            let number = lower[behind..]
                .trim_start_matches(['-', '_', ' ', '#', ':', '\u{2010}', '\u{2011}', '–', '—']);
            let digits = number.len()
                - number
                    .trim_start_matches(|c: char| c.is_ascii_digit())
                    .len();
            let to = lower.len() - number.len() + digits;
            let is_word = !lower[..from].ends_with(|c: char| c.is_alphanumeric() || c == '/');
            let ends = !lower[to..].starts_with(char::is_alphanumeric);
            (is_word && ends && (1..=6).contains(&digits)).then_some((from, to))
        })
    });
    found.min()
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
            (
                "Image pull per runtime class - K8s KEP 4126",
                "",
                "Image pull per runtime class",
            ),
            ("Image pull (KEP-4126) by class", "", "Image pull by class"),
            ("Image pull (see KEP 4126)", "", "Image pull"),
            ("Image pull [kep-4126]", "", "Image pull"),
            ("Image pull, KEP#4126 and KEP 4216", "", "Image pull"),
            ("Implement KEP-4126: image pull", "", "Implement image pull"),
            ("Support KEP-4126 (image pull)", "", "Support (image pull)"),
            (
                "Image pull - KEP 4126 - by class",
                "",
                "Image pull - by class",
            ),
            (
                "Image pull for kubernetes/enhancements#4126",
                "",
                "Image pull",
            ),
            (
                "Keep 4126 images, kepler 7",
                "",
                "Keep 4126 images, kepler 7",
            ),
            ("Pods of KEP 4126th", "", "Pods of KEP 4126th"),
            ("(KEP-4126)", "", ""),
            ("KEP-1 KEP-2 KEP-3", "", ""),
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
