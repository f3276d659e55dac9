//! What a commit's message says of pull requests: which one it merges, what it picks from elsewhere, and what it takes back. Pure.
//!
//! Only what git and GitHub write themselves is a fact: `Merge pull request #N from …`, a subject that ends in `(#N)`, `(cherry picked from
//! commit X)` and `This reverts commit X`. A title that begins with `Revert "` is one of theirs too.

use std::borrow::Cow;

/// The first bytes of a message that are read: what is said of pull requests stands at its beginning and its end.
const READ: usize = 64 << 10;

/// What a message says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Said {
    /// The pull request that it merges.
    pub merges: Option<Merged>,
    /// The commits that it was picked from, as people wrote their ids.
    pub picked: Vec<String>,
    /// The commits that it takes back.
    pub reverts: Vec<String>,
    /// The title of what it takes back, if it says so by its own title.
    pub reverts_title: Option<String>,
    /// The pull request that it takes back, if its title, or the branch that GitHub names, says so.
    pub reverts_number: Option<u64>,
}

/// A pull request that was merged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    /// Its number.
    pub number: u64,
    /// The branch that it came from, without its owner; empty where a squash does not tell.
    pub branch: String,
    /// Its title, without the number.
    pub title: String,
}

impl Said {
    /// Whether it takes something back.
    pub fn is_revert(&self) -> bool {
        !self.reverts.is_empty() || self.reverts_title.is_some() || self.reverts_number.is_some()
    }
}

/// As much of a message as is read, as text.
pub fn text_of(message: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(message.get(..READ).unwrap_or(message))
}

/// Reads a message. `is_merge`: the commit has several parents.
pub fn read(message: &[u8], is_merge: bool) -> Said {
    let text = text_of(message);
    let mut lines = text.lines().map(str::trim);
    let subject = lines.next().unwrap_or_default();
    let mut said = Said::default();
    let mut title = subject;
    if let Some((number, branch)) = merge_of(subject) {
        title = lines
            .clone()
            .find(|line| !line.is_empty())
            .unwrap_or_default();
        said.merges = Some(Merged {
            number,
            branch: branch.to_owned(),
            title: title.to_owned(),
        });
    } else if let Some((bare, number)) = squash_of(subject).filter(|_| !is_merge) {
        title = bare;
        said.merges = Some(Merged {
            number,
            branch: String::new(),
            title: bare.to_owned(),
        });
    }
    if let Some(what) = unmarked(title).strip_prefix("Revert ") {
        let quoted = what
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'));
        let merge = quoted.and_then(|quoted| quoted.strip_prefix("Merge pull request "));
        let branch = said.merges.as_ref().map(|merged| merged.branch.as_str());
        let number = |text: &str| leading(text.strip_prefix('#').unwrap_or(text));
        // GitHub names the branch of a revert after what it takes back.
        let of_branch = branch.and_then(|branch| number(branch.strip_prefix("revert-")?));
        let of_title = merge.or(Some(what).filter(|what| what.starts_with('#')));
        said.reverts_number = of_title.and_then(number).or(of_branch);
        // It quotes the title of a squash with its number.
        let quoted = quoted.filter(|_| merge.is_none());
        said.reverts_title =
            quoted.map(|title| squash_of(title).map_or(title, |(bare, _)| bare).to_owned());
    }
    for line in lines {
        if let Some(id) = named(line, "(cherry picked from commit ", ")") {
            said.picked.push(id);
        } else if let Some(id) = reverted(line) {
            said.reverts.push(id);
        }
    }
    said
}

/// A title without what stands before it in brackets, such as the release branch that it is for.
fn unmarked(title: &str) -> &str {
    let mut rest = title.trim_start();
    while let Some((_, after)) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        rest = after.trim_start_matches([':', ' ']);
    }
    rest
}

/// `Merge pull request #N from owner/branch`.
fn merge_of(subject: &str) -> Option<(u64, &str)> {
    let rest = subject.strip_prefix("Merge pull request #")?;
    let (number, from) = rest.split_once(' ')?;
    let branch = from.strip_prefix("from ")?;
    let branch = branch.split_once('/').map_or(branch, |(_, branch)| branch);
    Some((plain(number)?, branch.trim()))
}

/// `Title (#N)`.
pub(super) fn squash_of(subject: &str) -> Option<(&str, u64)> {
    let (title, number) = subject.strip_suffix(')')?.rsplit_once("(#")?;
    Some((title.trim(), plain(number)?))
}

/// A number of GitHub's, and nothing else.
fn plain(digits: &str) -> Option<u64> {
    leading(digits).filter(|_| digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The number of GitHub's that a text begins with.
pub(super) fn leading(text: &str) -> Option<u64> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let digits = &text[..digits];
    let is_plain = (1..=9).contains(&digits.len()) && !digits.starts_with('0');
    digits.parse().ok().filter(|_| is_plain)
}

/// `This reverts commit X.`, or `This reverts commit X, reversing`.
fn reverted(line: &str) -> Option<String> {
    let rest = line.strip_prefix("This reverts commit ")?;
    let end = rest.find(|c: char| !c.is_ascii_hexdigit());
    id(&rest[..end.unwrap_or(rest.len())])
}

fn named(line: &str, before: &str, after: &str) -> Option<String> {
    id(line.strip_prefix(before)?.strip_suffix(after)?)
}

/// The id of a commit: the whole of it, or enough to be one.
fn id(text: &str) -> Option<String> {
    let is_id = (7..=40).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_id.then(|| text.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    const X: &str = "1543fd7ea17deff97fc1dec33c833cdf0cf00850";

    #[test]
    fn a_merge_names_its_pull_request_its_branch_and_its_title() {
        let said = read(
            b"Merge pull request #13950 from fork/erofs-fix/2_2\n\n[release/2.2] snapshots: protect\n\n(#7)\n",
            true,
        );
        let merged = said.merges.unwrap();
        assert_eq!(
            (merged.number, merged.branch.as_str()),
            (13950, "erofs-fix/2_2")
        );
        assert_eq!(merged.title, "[release/2.2] snapshots: protect");
    }

    #[test]
    fn a_squash_ends_in_its_number_and_a_mention_is_none() {
        let number = |message: &str, is_merge| {
            let said = read(message.as_bytes(), is_merge);
            said.merges.map(|merged| merged.number)
        };
        assert_eq!(number("cri: do it (#12)\n", false), Some(12));
        assert_eq!(
            number("cri: do it (#12)\n", true),
            None,
            "a merge of something else"
        );
        for other in [
            "cri: do it (#12) again",
            "cri: do #12",
            "Merge commit from fork",
            "Merge pull request #0 from a/b",
            "Merge pull request #99999999999 from a/b",
            "Merge pull request #12",
            "x (#012)",
            "",
        ] {
            assert_eq!(number(other, false), None, "{other}");
        }
    }

    #[test]
    fn picks_and_reverts_are_said_in_lines_of_their_own() {
        let message = format!(
            "Reapply \"x\"\n\nsee This reverts commit {X}\nThis reverts commit {X}, reversing\nchanges made to abc.\n\
             (cherry picked from commit {X})\n  (cherry picked from commit 1543FD7)\n(cherry picked from commit main)\n"
        );
        let said = read(message.as_bytes(), false);
        assert_eq!(said.reverts, [X]);
        assert_eq!(said.picked, [X, "1543fd7"]);
        assert_eq!(said.reverts_title, None);
        let said = read(
            b"Merge pull request #9 from a/revert-8-b\n\nRevert \"cri: do \"it\"\"\n",
            true,
        );
        assert_eq!(said.reverts_title.as_deref(), Some("cri: do \"it\""));
    }

    #[test]
    fn the_revert_of_a_squash_quotes_its_number_and_an_id_may_be_short() {
        let said = read(b"Revert \"cri: do it (#16)\" (#160)\n\nThis reverts commit 1543fd7ea (cri: do it, 2026-01-01).\n", false);
        assert_eq!(said.reverts_title.as_deref(), Some("cri: do it"));
        assert_eq!(said.reverts, ["1543fd7ea"]);
    }

    #[test]
    fn a_revert_names_what_it_takes_back_in_any_of_the_ways() {
        let of = |message: &str| {
            let said = read(message.as_bytes(), true);
            (said.reverts_title, said.reverts_number)
        };
        let titled = |title: &str| (Some(title.to_owned()), None);
        let merge = |branch: &str, title: &str| {
            format!("Merge pull request #9 from a/{branch}\n\n{title}\n")
        };
        assert_eq!(
            of(&merge("x", "[release/2.1] Revert \"do it\"")),
            titled("do it")
        );
        assert_eq!(of(&merge("x", "Revert #150")), (None, Some(150)));
        assert_eq!(
            of(&merge("x", "Revert \"Merge pull request #150 from b/c\"")),
            (None, Some(150))
        );
        // Its title is cut, and its branch is not.
        assert_eq!(
            of(&merge("revert-150-y", "Revert \"do a lot of…")),
            (None, Some(150))
        );
        for other in ["Reverts nothing", "Do not Revert \"x\"", "revert-7"] {
            assert_eq!(of(&merge("revert-150-y", other)), (None, None), "{other}");
        }
    }

    #[test]
    fn what_is_no_text_or_endless_is_read_all_the_same() {
        let mut message = b"\xff\xfe (#7)\n\n".to_vec();
        message.extend(b"x".repeat(10 << 20));
        assert_eq!(read(&message, false).merges.unwrap().number, 7);
        read(&[0; 100], true);
    }
}
