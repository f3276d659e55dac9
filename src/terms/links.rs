//! People, issues and addresses as links in Markdown.

use super::{Evidence, Handle, IssueRef, Link, Named};
use crate::text::markdown::text;

/// Where people look at GitHub: its own site, or that of an Enterprise server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site(String);

impl Site {
    /// GitHub's own: KEPs and those who own them are there, wherever a registry drives issues.
    pub fn github() -> Self {
        Self("https://github.com".to_owned())
    }

    /// By scheme and host, without anything behind them.
    pub fn at(origin: &str) -> Self {
        Self(origin.to_owned())
    }

    /// Its scheme and host.
    pub fn origin(&self) -> &str {
        &self.0
    }

    /// A person as a link: a mention would notify them on every change.
    pub fn person(&self, handle: &Handle) -> String {
        format!("[{}]({}/{handle})", text(handle.as_str()), self.0)
    }

    /// An issue or pull request as a link; `kind` is the part of its address: `issues` or `pull`.
    pub fn reference(&self, issue: &IssueRef, kind: &str) -> String {
        let address = self.address(issue, kind);
        format!("[{}]({address})", text(&issue.to_string()))
    }

    /// The address of an issue or pull request.
    pub fn address(&self, issue: &IssueRef, kind: &str) -> String {
        format!("{}/{}/{kind}/{}", self.0, issue.repository, issue.number)
    }

    /// The issue or pull request that an address of this site leads to.
    pub fn reference_of(&self, address: &str) -> Option<IssueRef> {
        let path = address.strip_prefix(&self.0)?.strip_prefix('/')?;
        let parts: Vec<&str> = path.split('/').collect();
        let [owner, name, "issues" | "pull", number] = parts.as_slice() else {
            return None;
        };
        format!("{owner}/{name}#{number}").parse().ok()
    }

    /// A pull request or a commit as a link.
    pub fn evidence(&self, evidence: &Evidence) -> String {
        format!(
            "[{}]({})",
            text(&evidence.said()),
            self.address_of(evidence)
        )
    }

    /// The address of a pull request or a commit. GitHub leads on from a number to what it is.
    pub fn address_of(&self, evidence: &Evidence) -> String {
        let Evidence { repository, named } = evidence;
        match named {
            Named::PullRequest(number) => format!("{}/{repository}/pull/{number}", self.0),
            Named::Commit(id) => format!("{}/{repository}/commit/{id}", self.0),
        }
    }
}

/// A link, shown without its scheme.
pub fn link(link: &Link) -> String {
    let address = link.as_str();
    let shown = address.split_once("://").map_or(address, |(_, rest)| rest);
    // Parentheses would end a Markdown link early.
    let target = address.replace('(', "%28").replace(')', "%29");
    format!("[{}]({target})", text(shown))
}

/// Where a page of the documentation is, such as `operators/tokens.md`: people of other projects have no `docs` of it.
pub fn documentation(page: &str) -> String {
    format!("{}/blob/main/docs/{page}", env!("CARGO_PKG_REPOSITORY"))
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
