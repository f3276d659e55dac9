//! Takes text that people wrote, gives the addresses, references and KEP numbers in it.

use super::is_login;
use crate::terms::{IssueRef, RepositoryName};

/// The addresses in a text, and the text with a space in place of each.
pub(super) fn apart(text: &str) -> (Vec<String>, String) {
    let mut addresses = Vec::new();
    let mut words = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("://") {
        let scheme = ["https", "http"].into_iter().find_map(|scheme| {
            let (words, end) = before.split_at_checked(before.len().checked_sub(scheme.len())?)?;
            end.eq_ignore_ascii_case(scheme).then_some((scheme, words))
        });
        let (scheme, before) = scheme.unwrap_or(("", before));
        let mut depth = 0_usize;
        let end = after.find(|c: char| {
            depth += usize::from(c == '(');
            let closed = c == ')' && depth == 0;
            depth -= usize::from(c == ')' && !closed);
            closed || !c.is_ascii_graphic() || "<>\"'`[]{}|\\^".contains(c)
        });
        let (address, after) = after.split_at(end.unwrap_or(after.len()));
        let address = address.trim_end_matches(['.', ',', ':', ';', '!', '?', '*', '_', '~']);
        let host = address.split(['/', '?', '#']).next().unwrap_or_default();
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-:".contains(&byte);
        if !scheme.is_empty() && host.contains('.') && host.bytes().all(plain) {
            addresses.push(format!("{scheme}://{address}"));
        }
        words.push_str(before);
        words.push(' ');
        rest = after;
    }
    words.push_str(rest);
    (addresses, words)
}

/// What an address leads to.
pub(super) enum Destination {
    PullRequest(IssueRef),
    /// The issue of a KEP.
    Enhancement(u32, IssueRef),
    /// Any other issue.
    Issue(IssueRef),
    /// The directory of a KEP or a file in it.
    KepDirectory(u32),
    Other,
}

impl Destination {
    pub(super) fn of(address: &str) -> Self {
        let (_, place) = address.split_once("://").unwrap_or_default();
        let place = place.split(['?', '#']).next().unwrap_or_default();
        let mut parts = place.split('/').filter(|part| !part.is_empty());
        let host = parts.next().unwrap_or_default().to_ascii_lowercase();
        let path: Vec<&str> = parts.take(12).collect();
        let found = match (host.trim_start_matches("www."), path.as_slice()) {
            ("github.com", [owner, name, "pull", number, ..]) => {
                reference(owner, name, number).map(Self::PullRequest)
            }
            ("github.com", [owner, name, "issues", number, ..]) => {
                reference(owner, name, number).map(Self::issue)
            }
            ("kep.k8s.io", [number]) => {
                reference("kubernetes", "enhancements", number).map(Self::issue)
            }
            ("github.com", [owner, name, "tree" | "blob", inside @ ..])
                if is_enhancements(owner, name) =>
            {
                kep_directory(inside).map(Self::KepDirectory)
            }
            ("git.k8s.io", ["enhancements", inside @ ..]) => {
                kep_directory(inside).map(Self::KepDirectory)
            }
            _ => None,
        };
        found.unwrap_or(Self::Other)
    }

    fn issue(issue: IssueRef) -> Self {
        match kep_of(&issue) {
            Some(number) => Self::Enhancement(number, issue),
            None => Self::Issue(issue),
        }
    }
}

fn is_enhancements(owner: &str, name: &str) -> bool {
    let name = format!("{owner}/{name}").parse::<RepositoryName>();
    name.is_ok_and(|name| name.is_enhancements())
}

/// The KEP of `keps/sig-node/4960-container-stop-signals`.
fn kep_directory(path: &[&str]) -> Option<u32> {
    let mut path = path.iter().skip_while(|part| **part != "keps").skip(2);
    let (number, _) = path.next()?.split_once('-')?;
    kep_number(number)
}

/// A reference that could exist on GitHub.
fn reference(owner: &str, name: &str, number: &str) -> Option<IssueRef> {
    // As a number: people also write `#007`.
    let number = digits(number)?;
    let reference = format!("{owner}/{name}#{number}").parse().ok()?;
    is_login(owner).then_some(reference)
}

/// The KEP whose issue in kubernetes/enhancements this is.
pub(super) fn kep_of(issue: &IssueRef) -> Option<u32> {
    let number = kep_number(&issue.number.to_string());
    number.filter(|_| issue.repository.is_enhancements())
}

/// The references `owner/name#1` in a text. `k` is what Kubernetes' people write for kubernetes: `k/k#1`.
pub(super) fn references(text: &str) -> impl Iterator<Item = IssueRef> {
    let kubernetes = |name| if name == "k" { "kubernetes" } else { name };
    let words = text.split(|c: char| c.is_whitespace() || ",;()[]{}<>|\"'`*".contains(c));
    words.filter_map(move |word| {
        let word = word.trim_end_matches(['.', ':', '!', '?']);
        let (repository, number) = word.split_once('#')?;
        let (owner, name) = repository.split_once('/')?;
        let name = if owner == "k" { kubernetes(name) } else { name };
        reference(kubernetes(owner), name, number)
    })
}

/// The KEPs that a line names: `KEP-4960`, `KEP 4960`, `#4960`, `enhancements#4960`, and plain numbers that open it.
pub(super) fn kep_numbers(line: &str) -> Vec<u32> {
    let mut numbers = Vec::new();
    let mut opening = true;
    let mut after_kep = false;
    let words = line.trim_start_matches(['-', '*', '+', ' ', '\t']);
    for word in words.split(|c: char| c.is_whitespace() || ",;/&+()[]{}<>|\"'`*".contains(c)) {
        let word = word.trim_end_matches(['.', ':', '!', '?']);
        let kep = word
            .split_at_checked(3)
            .filter(|(kep, _)| kep.eq_ignore_ascii_case("kep"))
            .map(|(_, rest)| rest.trim_start_matches(['s', 'S', '-', '–', '‑', '_', '#', ':']));
        let number = match (kep, word.split_once('#')) {
            (Some(rest), _) => rest.split('-').next().and_then(kep_number),
            (None, Some(("", number))) => kep_number(number),
            (None, Some((name, number))) if name.eq_ignore_ascii_case("enhancements") => {
                kep_number(number)
            }
            // One digit that opens a line is a count of something.
            (None, None) if after_kep || (opening && word.len() > 1) => kep_number(word),
            _ => None,
        };
        numbers.extend(number);
        let mute = word.is_empty() || word.eq_ignore_ascii_case("and");
        opening &= mute || number.is_some() || kep == Some("");
        after_kep = kep == Some("") || (after_kep && mute);
    }
    numbers
}

fn kep_number(text: &str) -> Option<u32> {
    let number = digits(text).filter(|number| (1..=999_999).contains(number))?;
    u32::try_from(number).ok()
}

/// A number of digits only: no sign, no space.
pub(super) fn digits(text: &str) -> Option<u64> {
    let all = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| all)
}

#[cfg(test)]
mod tests {
    use super::super::{Form, read};
    use super::*;
    use crate::terms::Link;

    fn answered(field: &str, answer: &str) -> Form {
        read("", &format!("### {field}\n\n{answer}\n\n"))
    }

    #[test]
    fn keps_are_found_in_every_spelling() {
        let cases: [(&str, &[u32]); 20] = [
            ("KEP-4960", &[4960]),
            ("kep 4960, KEP#127; KEP_24", &[4960, 127, 24]),
            ("KEPs: 4960 and 5474", &[4960, 5474]),
            ("4960, 5474", &[4960, 5474]),
            ("#4960", &[4960]),
            ("k/enhancements#4960", &[4960]),
            ("kubernetes/kubernetes#130556", &[]),
            (
                "https://github.com/kubernetes/enhancements/issues/4960?x=1#y",
                &[4960],
            ),
            ("https://kep.k8s.io/4960.", &[4960]),
            (
                "https://github.com/kubernetes/enhancements/tree/master/keps/sig-node/4960-a",
                &[4960],
            ),
            (
                "https://git.k8s.io/enhancements/keps/sig-node/127-b/README.md",
                &[127],
            ),
            (
                "[KEP-4960](https://github.com/kubernetes/enhancements/issues/4960)",
                &[4960],
            ),
            (
                "https://kep.k8s.io/127\nKEP-24\nhttps://kep.k8s.io/127",
                &[127, 24],
            ),
            (
                "- [KEP-5474](https://github.com/kubernetes/enhancements/pull/5475)",
                &[5474],
            ),
            ("**4960** - 3 stop signals in 2 days", &[4960]),
            ("3 KEPs", &[]),
            ("1.36 and v4960", &[]),
            ("KEP-99999999999999999999 KEP-0 #-1 KEP--", &[]),
            ("TBD", &[]),
            ("KEP-NNNN", &[]),
        ];
        for (answer, keps) in cases {
            let form = answered("KEP(s)", answer);
            assert_eq!(form.keps, keps, "{answer}");
            let remarks = usize::from(keps.is_empty());
            assert_eq!(form.remarks.len(), remarks, "{answer}");
        }
        assert_eq!(
            answered("KEP(s)", "TBD").remarks,
            ["KEP(s): `TBD` names no KEP"]
        );
    }

    #[test]
    fn the_kep_issue_names_a_kep_only_where_it_is_an_enhancement() {
        let keps = |answer: &str| answered("KEP Issue", answer).keps;
        assert_eq!(
            keps("https://github.com/Kubernetes/Enhancements/issues/4960"),
            [4960]
        );
        assert_eq!(keps("http://kep.k8s.io/4960"), [4960]);
        assert_eq!(keps("kubernetes/enhancements#4960"), [4960]);
        assert!(keps("https://github.com/kubernetes/kubernetes/issues/4960").is_empty());
        assert!(keps("https://github.com/kubernetes/enhancements/pull/4960").is_empty());
        assert!(keps("https://example.com/kubernetes/enhancements/issues/4960").is_empty());
        assert!(keps("#4960").is_empty());
    }

    #[test]
    fn pull_requests_and_links_are_told_apart() {
        let form = read(
            "",
            "### KEP(s)\n4960\n### KEP Issue\nhttps://kep.k8s.io/4960 https://github.com/kubernetes/kubernetes/issues/5\n\
             ### KEP PRs\n\
             - https://github.com/o/r/pull/1/files, (HTTPS://github.com/O/R/pull/2). o/r#3 o/r#1 <https://github.com/o/r/pull/1>\n\
             - https://github.com/kubernetes/enhancements/issues/4960 https://example.com/a_(b)?c#d https://example.com/a_(b)?c#d,\n\
             - [kubernetes/enhancements#9](https://github.com/kubernetes/enhancements/issues/9) http://example.com/ ftp://e.com/\n\
             - https:// https://@x.y/ https://nowhere/ o/r#0 o/../#1 -o/r#1 o/r#1x #7 https://github.com/o/r/pull/x\n",
        );
        let pull_requests: Vec<String> =
            form.pull_requests.iter().map(IssueRef::to_string).collect();
        assert_eq!(pull_requests, ["o/r#1", "O/R#2", "o/r#3"]);
        let links: Vec<&str> = form.links.iter().map(Link::as_str).collect();
        assert_eq!(
            links,
            [
                "https://github.com/kubernetes/kubernetes/issues/5",
                "https://example.com/a_(b)?c#d",
                "https://github.com/kubernetes/enhancements/issues/9",
                "https://github.com/o/r/pull/x",
            ]
        );
        assert_eq!(form.keps, [4960]);
        assert!(form.remarks.is_empty(), "{:?}", form.remarks);
        let remarks = answered("KEP PR", "see `issue`\nlink").remarks;
        assert_eq!(remarks, ["KEP PR: `see 'issue' link` is not understood"]);
    }

    #[test]
    fn a_reference_is_one_that_a_record_can_hold() {
        let named = |answer: &str| {
            let pull_requests = answered("KEP PR", answer).pull_requests;
            let named = pull_requests.iter().map(IssueRef::to_string);
            named.collect::<Vec<_>>().join(" ")
        };
        assert_eq!(named("o/r#1, O/R#1 and o/R#2"), "o/r#1 o/R#2");
        assert_eq!(named("o/r#007"), "o/r#7");
        assert_eq!(named("o_o/r#1 o/r#1234567890 o/r/s#1"), "");
        assert_eq!(
            answered("KEP PR", "o/r#1234567890").remarks,
            ["KEP PR: `o/r#1234567890` is not understood"]
        );
    }
}
