//! What branches of backports are called: patterns with `{number}` for the pull request that is brought, and `*` for anything.

use super::message::{leading, squash_of};

/// How a runtime's branches name what they bring.
#[derive(Debug, Clone, Default)]
pub struct Backports(Vec<String>);

impl Backports {
    /// These patterns.
    pub fn new(patterns: &[String]) -> Self {
        Self(patterns.to_vec())
    }

    /// The pull requests that a backport brings, by the name of its branch, or by a title that says `cherry-pick #N`.
    pub fn originals(&self, branch: &str, title: &str) -> Vec<u64> {
        let mut numbers: Vec<u64> = self
            .0
            .iter()
            .filter_map(|pattern| number_in(pattern, branch))
            .collect();
        // A squash keeps the number of what it was picked from, and gets its own behind that.
        numbers.extend(squash_of(title).map(|(_, number)| number));
        let lower = title.to_lowercase();
        let said = lower.split("cherry-pick #").skip(1);
        numbers.extend(said.filter_map(leading));
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }
}

/// The number that stands in a text where a pattern has `{number}`.
fn number_in(pattern: &str, text: &str) -> Option<u64> {
    let (before, after) = pattern.split_once("{number}")?;
    // What comes before may begin with anything.
    let starts: Vec<usize> = match before.split_once('*') {
        None => text
            .strip_prefix(before)
            .map(|_| before.len())
            .into_iter()
            .collect(),
        Some((first, last)) => {
            let rest = text.strip_prefix(first)?;
            let places = rest.match_indices(last);
            places
                .map(|(at, found)| first.len() + at + found.len())
                .collect()
        }
    };
    starts.into_iter().find_map(|start| {
        let rest = text.get(start..)?;
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let number = leading(rest)?;
        is_like(after, &rest[digits..]).then_some(number)
    })
}

/// Whether a text is like a pattern in which `*` stands for anything.
fn is_like(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = text.strip_prefix(parts.next().unwrap_or_default()) else {
        return false;
    };
    let Some(last) = parts.next_back() else {
        return rest.is_empty();
    };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_branch_names_what_it_brings_in_any_of_the_ways() {
        let patterns = [
            "cherry-pick-{number}-to-*",
            "automated-cherry-pick-of-#{number}-*",
            "backport-{number}-*",
            "backport/*pr{number}",
            "backport/{number}-and-*",
            "cp-{number}-*",
        ];
        let backports = Backports::new(&patterns.map(str::to_owned));
        let of = |branch: &str| backports.originals(branch, "");
        assert_eq!(of("cherry-pick-10107-to-release-1.35"), [10107]);
        assert_eq!(
            of("automated-cherry-pick-of-#8367-upstream-release-1.7"),
            [8367]
        );
        assert_eq!(of("backport-12923-2.0"), [12923]);
        assert_eq!(of("backport/1.7-pr9864"), [9864]);
        assert_eq!(of("backport/8945-and-9028"), [8945]);
        assert_eq!(of("cp-12903-1.7"), [12903]);
        for other in [
            "cherry-pick-x-to-y",
            "cherry-pick-012-to-y",
            "cp-12903",
            "",
            "xcp-1-2",
            "backport/pr",
        ] {
            assert_eq!(of(other), Vec::<u64>::new(), "{other}");
        }
        assert_eq!(
            backports.originals("x", "[cherry-pick #9271] crio: do it"),
            [9271]
        );
        assert_eq!(backports.originals("", "[release/2.0] do it (#7)"), [7]);
        assert_eq!(
            backports.originals("", "do it (#7) again"),
            Vec::<u64>::new()
        );
    }
}
