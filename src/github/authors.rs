//! Whose issues and comments are the registry's own: those of whoever the token belongs to, and those of the accounts that the registry
//! names. So whoever plans under a token of their own takes the bot's issues for what they are. Pure.

use crate::terms::Account;
use crate::text::words::same_name;

/// The authors of what is the registry's own.
#[derive(Debug, Clone)]
pub struct Authors {
    viewer: String,
    bots: Vec<Account>,
}

impl Authors {
    /// Whoever the token belongs to (empty: that is not known yet), and these accounts.
    pub fn new(viewer: &str, bots: &[Account]) -> Self {
        Self {
            viewer: viewer.to_owned(),
            bots: bots.to_vec(),
        }
    }

    /// The same with another login for whoever the token belongs to.
    pub fn seen_by(&self, viewer: &str) -> Self {
        Self::new(viewer, &self.bots)
    }

    /// The login of whoever the token belongs to; empty: that is not known yet.
    pub fn viewer(&self) -> &str {
        &self.viewer
    }

    /// Each login once, as far as they are known.
    pub fn logins(&self) -> impl Iterator<Item = &str> {
        let viewer = Some(self.viewer.as_str()).filter(|viewer| !viewer.is_empty());
        let bots = self.bots.iter().enumerate().filter(|(place, bot)| {
            let before = &self.bots[..*place];
            !bot.is(&self.viewer) && !before.iter().any(|other| other.is(bot.as_str()))
        });
        viewer.into_iter().chain(bots.map(|(_, bot)| bot.as_str()))
    }

    /// Whether what this account wrote is the registry's own.
    pub fn include(&self, login: Option<&str>) -> bool {
        login.is_some_and(|login| self.logins().any(|known| same_name(known, login)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_author_counts_once_and_without_case() {
        let bots = ["Kepherd[bot]", "kepherd[bot]", "octocat"].map(|bot| bot.parse().unwrap());
        let logins = |viewer: &str| {
            let authors = Authors::new(viewer, &bots);
            authors.logins().map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(logins(""), ["Kepherd[bot]", "octocat"]);
        assert_eq!(logins("Octocat"), ["Octocat", "Kepherd[bot]"]);
        let authors = Authors::new("mikebrow", &bots);
        for (login, is_own) in [
            (Some("KEPHERD[bot]"), true),
            (Some("kepherd"), false),
            (Some("MikeBrow"), true),
            (None, false),
            (Some(""), false),
        ] {
            assert_eq!(authors.include(login), is_own, "{login:?}");
        }
    }
}
