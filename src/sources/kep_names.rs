//! Takes what people wrote, gives the KEPs that it names. It does not know which KEPs exist, or whose text it is.

use std::collections::BTreeSet;

/// The KEPs that a title names, in the ways that people write it: as in any text (see [`keps_in_text`]), `[4216]`, `4216 - …`.
pub fn keps_in_title(title: &str) -> BTreeSet<u32> {
    let upper = normal(title);
    let mut keps = named(&upper);
    // Without the word, the number opens the title, after bracketed prefixes, or is one of them.
    let mut start = upper.trim_start();
    let mut after_sig = false;
    loop {
        let bracketed = start
            .strip_prefix('[')
            .and_then(|rest| rest.split_once(']'));
        let sig = start
            .starts_with("SIG-")
            .then(|| start.split_once(':'))
            .flatten();
        let Some((prefix, after)) = bracketed.or(sig) else {
            break;
        };
        let prefix = prefix.trim();
        after_sig |= prefix.starts_with("SIG");
        keps.extend(leading_number(prefix).filter(|number| number.to_string() == prefix));
        start = after.trim_start_matches([' ', ':']);
    }
    let start = start.trim_start_matches([':', ' ', '<', '#']);
    if let Some(number) = leading_number(start) {
        let after = start[number.to_string().len()..].trim_start();
        if after_sig || after.starts_with(['-', ':']) {
            keps.insert(number);
        }
    }
    keps
}

/// The KEPs that a text names by a word before their number: `KEP-4216`, `KEPs 4216`, `kep.k8s.io/4216`, `enhancements#4216`,
/// `enhancements/issues/4216`, `keps/sig-node/4216-…`.
pub fn keps_in_text(text: &str) -> BTreeSet<u32> {
    named(&normal(text))
}

/// In capitals, with hyphens and spaces of one form: they come in many.
fn normal(text: &str) -> String {
    let plain = text.chars().map(|c| match c {
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        c if c.is_whitespace() => ' ',
        c => c,
    });
    plain.collect::<String>().to_uppercase()
}

fn named(upper: &str) -> BTreeSet<u32> {
    const WORDS: [&str; 7] = [
        "KEPS",
        "KEP NO.",
        "KEP NUMBER",
        "KEP",
        "KEP.K8S.IO",
        "ENHANCEMENTS",
        "ENHANCEMENTS/ISSUES",
    ];
    let mut keps = BTreeSet::new();
    for word in WORDS {
        for (at, _) in upper.match_indices(word) {
            let before = upper[..at].chars().next_back();
            let after = &upper[at + word.len()..];
            // Upstream's folder of a SIG.
            let after = match after.strip_prefix("/SIG-").filter(|_| word == "KEPS") {
                Some(sig) => sig.split_once('/').map_or("", |(_, after)| after),
                None => after,
            };
            let after = after.trim_start_matches([' ', '-', '_', '#', ':', '/', '(', '[']);
            if !before.is_some_and(char::is_alphanumeric) {
                keps.extend(leading_number(after));
            }
        }
    }
    keps
}

/// The numbers that this one becomes when two neighbouring digits change places: at most as many as it has digits, less one.
pub fn neighbours(number: u32) -> BTreeSet<u32> {
    let digits = number.to_string().into_bytes();
    (1..digits.len())
        .filter_map(|at| {
            let mut swapped = digits.clone();
            swapped.swap(at - 1, at);
            // A number has as many digits as before, and is another one.
            let swapped = String::from_utf8(swapped).ok()?;
            let is_number = !swapped.starts_with('0');
            swapped.parse().ok().filter(|_| is_number)
        })
        .filter(|other| *other != number)
        .collect()
}

fn leading_number(text: &str) -> Option<u32> {
    let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
    let next = text[digits.len()..].chars().next();
    // A full stop ends a sentence; with a digit behind it, it is a version.
    let version = text[digits.len()..]
        .strip_prefix('.')
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    let plain = !digits.starts_with('0') && !version && !next.is_some_and(char::is_alphanumeric);
    digits.parse().ok().filter(|_| plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_name_keps_in_the_ways_that_people_write() {
        for title in [
            "[SIG-Node]: KEP-4216 - Image pull per runtime class",
            "KEP 4216: x",
            "K8s KEP 4216",
            "kep-4216",
            "[SIG-Node]: <KEP-4216 - x>",
            "4216 - Image pull",
            "[sig-node] 4216: Image pull",
            "Support KEP-4216 (image pull)",
            "KEP #4216",
            "Support KEP-4216.",
            "KEP\u{2013}4216: x",
            "KEP\u{2011}4216 x",
            "KEP\u{a0}4216: x",
            "KEPs 4216 x",
            "KEP(4216): x",
            "KEP no. 4216",
            "kubernetes/enhancements#4216 x",
            "Track https://kep.k8s.io/4216",
            "[SIG-Node][4216] x",
            "4216 \u{2014} x",
            "[SIG-Node]: 4216 x",
            "[SIG-Node]: #4216 x",
            "SIG-Node: 4216 - x",
        ] {
            assert_eq!(keps_in_title(title), BTreeSet::from([4216]), "{title}");
        }
        assert_eq!(
            keps_in_title("KEP-4216, KEP-9000: both"),
            BTreeSet::from([4216, 9000])
        );
    }

    #[test]
    fn a_text_names_a_kep_by_a_word_alone() {
        for text in [
            "see https://github.com/kubernetes/enhancements/issues/4216",
            "https://github.com/kubernetes/enhancements/tree/master/keps/sig-node/4216-image-pull",
            "fork/kep4216-image",
            "cri-rro-kep-4216",
            "kubernetes/enhancements#4216",
            "implements KEP-4216:\nthe first part",
        ] {
            assert_eq!(keps_in_text(text), BTreeSet::from([4216]), "{text}");
        }
        for text in [
            "https://github.com/kubernetes/enhancements/pull/4216",
            "4216-fix",
            "[4216] x",
            "keps/sig-node",
            "keep-4216",
        ] {
            assert_eq!(keps_in_text(text), BTreeSet::new(), "{text}");
        }
    }

    #[test]
    fn other_numbers_are_not_keps() {
        for title in [
            "4216 pods fail to start",
            "KEPLER-4216",
            "SKEP-4216",
            "KEP-4216a",
            "KEP-04216",
            "KEP-4216.1",
            "Upgrade to 1.38 - now",
            "1.38 - now",
            "KEP process",
            "[4216 pods] fail",
            "",
        ] {
            assert_eq!(keps_in_title(title), BTreeSet::new(), "{title}");
        }
        assert_eq!(
            keps_in_title("KEP-4261"),
            BTreeSet::from([4261]),
            "a transposed digit is another KEP"
        );
    }

    #[test]
    fn two_digits_that_changed_places_make_a_neighbour() {
        assert_eq!(neighbours(4216), BTreeSet::from([2416, 4126, 4261]));
        assert_eq!(neighbours(7), BTreeSet::new());
        assert_eq!(neighbours(44), BTreeSet::new());
        assert_eq!(neighbours(1023), BTreeSet::from([1203, 1032]));
        assert_eq!(neighbours(10), BTreeSet::new());
        assert!(neighbours(u32::MAX).len() < 9);
    }
}
