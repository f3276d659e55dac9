//! Words in messages: lists, counts, the nearest spelling, and text from elsewhere made fit to print.

use std::time::Duration;

/// The candidate that looks most like `word`, if one does: the distance counts edits and swaps, without case.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = word.to_lowercase();
    // A word of 4 letters may differ in one edit, one of 9 in three: enough for slips, too little for guesses.
    let limit = (word.chars().count() / 3).clamp(1, 3);
    let length = folded.chars().count();
    candidates
        .into_iter()
        .filter(|candidate| candidate.chars().count().abs_diff(length) <= limit)
        // Among short words one edit makes another word: `done` is no slip for `none`.
        .filter(|candidate| {
            length > 4 || candidate.to_lowercase().chars().next() == folded.chars().next()
        })
        .map(|candidate| {
            let distance = strsim::damerau_levenshtein(&folded, &candidate.to_lowercase());
            (distance, candidate)
        })
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, candidate)| candidate)
}

/// Whether two names are one: GitHub compares labels and logins without case.
pub fn same_name(left: &str, right: &str) -> bool {
    left.to_lowercase() == right.to_lowercase()
}

/// Whether a name is among others.
pub fn has_name<'a>(names: impl IntoIterator<Item = &'a String>, name: &str) -> bool {
    names.into_iter().any(|other| same_name(other, name))
}

/// `a`, `b` or `c`, each in backticks.
pub fn one_of<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let words: Vec<String> = words.into_iter().map(|word| format!("`{word}`")).collect();
    match words.as_slice() {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

/// A count with its noun: `1 error`, `3 errors`.
pub fn counted(count: usize, one: &str) -> String {
    if count == 1 {
        format!("{count} {one}")
    } else if let Some(stem) = one.strip_suffix('y').filter(|stem| !stem.ends_with(VOWELS)) {
        format!("{count} {stem}ies")
    } else {
        format!("{count} {one}s")
    }
}

/// A `y` behind one of these stays.
const VOWELS: [char; 5] = ['a', 'e', 'i', 'o', 'u'];

/// A duration as people say it, rounded up: `45 s`, `12 min`, `2 h 5 min`.
pub fn duration(wait: Duration) -> String {
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    let minutes = seconds.div_ceil(60);
    match (seconds, minutes) {
        (..120, _) => format!("{seconds} s"),
        (_, ..120) => format!("{minutes} min"),
        _ => match (minutes / 60, minutes % 60) {
            (hours, 0) => format!("{hours} h"),
            (hours, minutes) => format!("{hours} h {minutes} min"),
        },
    }
}

/// Text from elsewhere, safe for a terminal and for the log of a workflow: control characters become visible, and `##[`,
/// which a runner of GitHub takes for a command wherever it stands, is broken up.
pub fn printable(text: &str) -> String {
    text.replace("##[", "#\u{200b}#[")
        .chars()
        .map(|c| {
            if c.is_control() || is_invisible(c) {
                c.escape_unicode().to_string()
            } else {
                c.to_string()
            }
        })
        .collect()
}

/// Text from elsewhere on one line, without characters that nobody sees.
pub fn visible_line(text: &str) -> String {
    let seen: String = text.chars().filter(|c| !is_invisible(*c)).collect();
    seen.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Characters without width, and those that turn the direction of the text around them.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{61c}' | '\u{2028}' | '\u{2029}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}'
    )
}

/// A text with its first letter as a sentence begins with it.
pub fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_not_several() {
        let said: Vec<String> = [(1, "day"), (2, "day"), (2, "entry"), (0, "record")]
            .map(|(count, one)| counted(count, one))
            .into();
        assert_eq!(said, ["1 day", "2 days", "2 entries", "0 records"]);
    }

    #[test]
    fn the_nearest_word_is_a_slip_away_and_no_guess() {
        let handles = ["mikebrow", "samuelkarp", "fuweid"];
        assert_eq!(nearest("mikebrwo", handles), Some("mikebrow"));
        assert_eq!(nearest("SamuelKarp", handles), Some("samuelkarp"));
        assert_eq!(nearest("octocat", handles), None);
        assert_eq!(nearest("", handles), None);
        assert_eq!(nearest("done", ["none"]), None);
        assert_eq!(nearest("nnoe", ["none"]), Some("none"));
    }

    #[test]
    fn lists_read_as_prose() {
        assert_eq!(one_of(["a", "b", "c"]), "`a`, `b` or `c`");
        assert_eq!(one_of(["a"]), "`a`");
    }

    #[test]
    fn counts_agree_with_their_nouns() {
        assert_eq!(counted(1, "error"), "1 error");
        assert_eq!(counted(0, "error"), "0 errors");
        assert_eq!(counted(2, "query"), "2 queries");
    }

    #[test]
    fn control_characters_become_visible() {
        assert_eq!(printable("a\u{1b}[31m"), "a\\u{1b}[31m");
        assert_eq!(printable("a\u{202e}b"), "a\\u{202e}b");
        assert_eq!(printable("##[add-mask]x"), "#\\u{200b}#[add-mask]x");
    }
}
