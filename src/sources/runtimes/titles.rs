//! Titles of pull requests: what is one title on two branches.

/// A title without what people put before it on a release branch: `[release/2.0]`, `[release-1.32]`, `OCPBUGS-12345:`.
pub fn plain_title(title: &str) -> String {
    let mut rest = title.trim();
    loop {
        let bracketed = rest.strip_prefix('[').and_then(|rest| {
            let (inside, after) = rest.split_once(']')?;
            let inside = inside.to_lowercase();
            let is_branch = ["release", "backport", "cherry"]
                .iter()
                .any(|word| inside.contains(word))
                || inside.starts_with(|c: char| c.is_ascii_digit());
            is_branch.then_some(after)
        });
        let bug = rest.split_once(':').and_then(|(before, after)| {
            let (project, number) = before.trim().split_once('-')?;
            let is_bug = !project.is_empty()
                && project.bytes().all(|byte| byte.is_ascii_uppercase())
                && !number.is_empty()
                && number.bytes().all(|byte| byte.is_ascii_digit());
            is_bug.then_some(after)
        });
        match bracketed.or(bug) {
            Some(after) => rest = after.trim_start_matches([':', ' ']),
            None => break,
        }
    }
    rest.split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_before_a_title_on_a_branch_is_no_part_of_it() {
        for title in [
            "cri: Do it",
            "[release/2.0] cri: do  it",
            "[release-1.32] OCPBUGS-123: cri: do it",
            "OCPBUGS-1: [release-1.32] cri: do it",
            "[1.7] cri: do it",
            "[cherry-pick #9] cri: do it",
            "[backport] : cri: do it ",
        ] {
            assert_eq!(plain_title(title), "cri: do it", "{title}");
        }
        assert_eq!(plain_title("[KEP-4639] x"), "[kep-4639] x");
        assert_eq!(
            plain_title("KEP-3619: x"),
            "x",
            "it looks like a bug's number"
        );
        for odd in ["", "[", "[]", "]:", ":", "-1:", "[release", "A-:"] {
            plain_title(odd);
        }
    }
}
