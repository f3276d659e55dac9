//! People, issues and addresses as links in Markdown.

use super::{Handle, IssueRef, Link};
use crate::text::markdown::text;

/// A person as a link: a mention would notify them on every change.
pub fn person(handle: &Handle) -> String {
    format!("[{}](https://github.com/{handle})", text(handle.as_str()))
}

/// An issue or pull request as a link; `kind` is the part of its address: `issues` or `pull`.
pub fn reference(issue: &IssueRef, kind: &str) -> String {
    format!("[{}]({})", text(&issue.to_string()), address(issue, kind))
}

/// The address of an issue or pull request.
pub fn address(issue: &IssueRef, kind: &str) -> String {
    format!(
        "https://github.com/{}/{kind}/{}",
        issue.repository, issue.number
    )
}

/// A link, shown without its scheme.
pub fn link(link: &Link) -> String {
    let address = link.as_str();
    let shown = address.split_once("://").map_or(address, |(_, rest)| rest);
    // Parentheses would end a Markdown link early.
    let target = address.replace('(', "%28").replace(')', "%29");
    format!("[{}]({target})", text(shown))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_with_parentheses_stays_one_link() {
        let address = "https://en.wikipedia.org/wiki/Go_(x)".parse().unwrap();
        assert!(link(&address).ends_with("(https://en.wikipedia.org/wiki/Go_%28x%29)"));
    }
}
