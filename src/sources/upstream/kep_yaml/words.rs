//! What stands in a text: handles, other KEPs, and a parser's reason in plainer words.

use crate::registry::load::leading_number;

/// The first sentence of a parser's report, in plainer words where there are some; the place is said elsewhere.
pub(super) fn plain_reason(report: &str) -> String {
    let first = report.lines().next().unwrap_or_default();
    let first = first.trim_start_matches("error: ");
    let is_place = |place: &str| {
        let words = place
            .strip_prefix("line ")
            .map(|rest| rest.split(" column "));
        words.is_some_and(|mut words| words.all(|word| word.parse::<usize>().is_ok()))
    };
    let reason = match first.split_once(": ") {
        Some((place, reason)) if is_place(place) => reason,
        _ => first,
    };
    if let Some(rest) = reason.strip_prefix("duplicate mapping key: ") {
        let key = rest.split(',').next().unwrap_or(rest);
        return format!("the key `{key}` stands here for the second time");
    }
    if reason.contains("from_str_multiple") {
        return "there is more than one document in this file".to_owned();
    }
    if reason.starts_with("budget breached") || reason.contains("recursi") {
        return "aliases or nesting make more of this than a kep.yaml can have".to_owned();
    }
    match reason {
        "expected string scalar" => "a text is expected here".to_owned(),
        "expected mapping start" => {
            "keys with values are expected, and this is something else".to_owned()
        }
        reason => reason.to_owned(),
    }
}

/// Several handles may share an entry; a name with words in it is one entry, unless it says its handle.
pub(super) fn handles_in(entry: &str) -> Vec<String> {
    let parts = entry
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty());
    parts
        .flat_map(|part| {
            let handles: Vec<String> = part
                .split_whitespace()
                .filter(|word| word.starts_with('@'))
                .map(str::to_owned)
                .collect();
            if handles.is_empty() {
                vec![part.to_owned()]
            } else {
                handles
            }
        })
        .collect()
}

/// The KEP that a path or an address names: `/keps/sig-node/4960-…/README.md`, or its issue.
pub(super) fn kep_in(text: &str) -> Option<u32> {
    if let Some((_, rest)) = text.split_once("kubernetes/enhancements/issues/") {
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        return digits.parse().ok();
    }
    text.split('/').find_map(leading_number)
}
