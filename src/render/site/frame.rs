//! What every page has: head, header, footer; and the way from one page to another.
//!
//! All addresses are relative, so that a board works wherever it is put; absolute ones are only where formats ask for them, and only if the
//! registry says where its board is.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::shapes::sprite;
use crate::terms::{Date, Handle, Release};
use crate::text::digest;
use crate::text::words::counted;
use crate::views::board::{AsOf, Board};
use crate::views::history::{self, BySubject, Change, History, Revision};

/// Where a page stands: what every part of it needs to make links.
#[derive(Clone, Copy)]
pub(super) struct Page<'a> {
    /// The board.
    pub(super) board: &'a Board,
    /// What leads from the page to the first one: `../` for each folder.
    pub(super) root: &'a str,
    /// What changed of each thing.
    pub(super) past: &'a BySubject<'a>,
    /// Whether it reloads when the board changes.
    pub(super) live: bool,
}

/// What is particular to a page.
pub(super) struct About<'a> {
    /// Its folder below the site: empty, or with a slash at its end.
    pub(super) path: &'a str,
    /// Its title.
    pub(super) title: &'a str,
    /// What it says, in a sentence.
    pub(super) description: &'a str,
    /// A feed of its own, by its address below the site.
    pub(super) feed: Option<(&'a str, &'a str)>,
    /// What it is, for machines.
    pub(super) json_ld: Option<serde_json::Value>,
}

impl<'a> About<'a> {
    /// A page without a feed of its own.
    pub(super) fn of(path: &'a str, title: &'a str, description: &'a str) -> Self {
        Self {
            path,
            title,
            description,
            feed: None,
            json_ld: None,
        }
    }
}

/// What may be loaded: what lies in the folder of the site, and nothing else.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'";

/// A page that is watched asks its own server for changes.
const LIVE_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'";

/// A text as the name of a folder, a file or an anchor: it names nothing outside, and two texts have two names.
pub(super) fn slug(text: &str) -> String {
    let plain =
        |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_' | '.');
    if text.chars().all(plain)
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.len() <= 80
    {
        return text.to_owned();
    }
    let shown: String = text
        .to_ascii_lowercase()
        .chars()
        .map(|c| if plain(c) && c != '.' { c } else { '-' })
        .take(40)
        .collect();
    let digest = digest::of([text]);
    format!(
        "{}-{}",
        shown.trim_matches('-'),
        digest.get(..8).unwrap_or_default()
    )
}

/// The folder of a person's page. Handles are the same in any case.
pub(super) fn person_folder(handle: &Handle) -> String {
    slug(&handle.as_str().to_ascii_lowercase())
}

impl<'a> Page<'a> {
    /// The page in a folder of the site.
    pub(super) fn within(self, path: &str) -> Self {
        const UPS: &str = "../../../../../";
        let depth = path.matches('/').count();
        Self {
            root: UPS.get(..depth * 3).unwrap_or(UPS),
            ..self
        }
    }

    /// What changed of something, newest first.
    pub(super) fn changes_of(
        &self,
        about: &history::About,
    ) -> Vec<(&'a Revision, Vec<&'a Change>)> {
        let changes = self.past.get(about).into_iter().flatten();
        changes
            .map(|(revision, change)| (*revision, vec![*change]))
            .collect()
    }

    /// The address of a page, or of a file of the site.
    pub(super) fn to(&self, path: &str) -> String {
        match (self.root, path) {
            ("", "") => "./".to_owned(),
            (root, path) => format!("{root}{path}"),
        }
    }

    pub(super) fn kep_page(&self, number: u32) -> String {
        self.to(&format!("kep/{number}/"))
    }

    pub(super) fn cycle_page(&self, release: Release) -> String {
        self.to(&format!("cycle/{release}/"))
    }

    pub(super) fn minor_page(&self, runtime: &str, minor: Release) -> String {
        self.to(&format!("release/{}/{minor}/", slug(runtime)))
    }

    pub(super) fn person_page(&self, handle: &Handle) -> String {
        self.to(&format!("person/{}/", person_folder(handle)))
    }

    /// The whole page.
    pub(super) fn whole(&self, about: &About<'_>, body: Markup) -> String {
        let board = self.board;
        let site = format!("{} KEPs", board.home);
        let title = match about.path {
            "" => about.title.to_owned(),
            _ => format!("{} · {site}", about.title),
        };
        let canonical = board
            .url
            .as_ref()
            .map(|url| format!("{url}/{}", about.path));
        let picture = board.url.as_ref().map(|url| format!("{url}/card.png"));
        let description = about.description;
        let markup = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta http-equiv="Content-Security-Policy" content=(if self.live { LIVE_POLICY } else { POLICY });
                    meta name="color-scheme" content="light dark";
                    meta name="referrer" content="no-referrer";
                    title { (title) }
                    meta name="description" content=(description);
                    meta property="og:title" content=(title);
                    meta property="og:description" content=(description);
                    meta property="og:type" content="website";
                    meta property="og:site_name" content=(site);
                    meta name="twitter:card" content="summary_large_image";
                    @if let Some(url) = &canonical {
                        link rel="canonical" href=(url);
                        meta property="og:url" content=(url);
                    }
                    @if let Some(url) = &picture {
                        meta property="og:image" content=(url);
                        meta property="og:image:width" content="1200";
                        meta property="og:image:height" content="630";
                        meta property="og:image:alt" content="Boxes for will miss, at risk, cannot tell, on course, ready, shipped and nothing needed, each with its own shape";
                    }
                    link rel="icon" type="image/svg+xml" href=(self.to("icon.svg"));
                    link rel="stylesheet" href=(self.to("board.css"));
                    link rel="alternate" type="application/atom+xml" title="All changes" href=(self.to("feed.atom"));
                    @if let Some((feed, name)) = about.feed {
                        link rel="alternate" type="application/atom+xml" title=(name) href=(self.to(feed));
                    }
                    script src=(self.to("board.js")) defer {}
                    @if self.live { script src=(self.to("live.js")) defer {} }
                    @if let Some(value) = &about.json_ld {
                        script type="application/ld+json" { (PreEscaped(in_script(value))) }
                    }
                }
                body {
                    (sprite())
                    a.skip href="#main" { "Skip to the content" }
                    (self.header(about.path))
                    main #main tabindex="-1" { (body) }
                    (self.footer())
                }
            }
        };
        markup.into_string()
    }

    fn header(&self, path: &str) -> Markup {
        let board = self.board;
        let mut places: Vec<(String, String)> = vec![(String::new(), "Overview".to_owned())];
        if let Some(now) = board.now {
            places.push((format!("cycle/{now}/"), format!("Cycle {now}")));
        }
        for (path, name) in [
            ("keps/", "All KEPs"),
            ("matrix/", "Matrix"),
            ("waits/", "Waiting"),
            ("triage/", "Triage"),
            ("people/", "People"),
            ("gates/", "Gates"),
            ("dates/", "Dates"),
            ("changes/", "Changes"),
            ("coverage/", "Coverage"),
            ("data/", "Data"),
        ] {
            places.push((path.to_owned(), name.to_owned()));
        }
        html! {
            header.top {
                a.brand href=(self.to("")) { span.mark aria-hidden="true" { "◆" } (board.home) " KEPs" }
                nav aria-label="Pages" {
                    ul {
                        @for (to, name) in &places {
                            li { a href=(self.to(to)) aria-current=[(to == path).then_some("page")] { (name) } }
                        }
                    }
                }
            }
        }
    }

    fn footer(&self) -> Markup {
        let board = self.board;
        html! {
            footer.bottom {
                p {
                    "As of " (time(board.today)) ". "
                    @match &board.commit {
                        Some(AsOf { id, day, uncommitted }) => {
                            "Made of the registry at "
                            @let short = id.get(..10).unwrap_or(id);
                            @match board.records.commit(id) {
                                Some(url) => { a href=(url) { code { (short) } } }
                                None => { code { (short) } }
                            }
                            " of " (time(*day))
                            @if *uncommitted > 0 {
                                ", with " (crate::text::words::counted(*uncommitted, "file")) " not committed yet"
                            }
                            ". "
                        }
                        None => { "The commit of the registry is not known. " }
                    }
                    (self.oldest())
                }
                @if let History::Unknown(why) = &board.history { p { (why) } }
                p {
                    a href=(self.to("coverage/")) { "How much is known" } " · "
                    a href=(self.to("legend/")) { "What the verdicts mean" } " · "
                    a href=(self.to("rules/")) { "Rules" } " · "
                    a href=(self.to("data/")) { "JSON, feeds, calendars and badges" }
                }
            }
        }
    }

    /// At which days of kep.yaml the records were read.
    fn oldest(&self) -> Markup {
        let seen = || {
            self.board
                .keps
                .iter()
                .filter_map(|kep| kep.seen.map(|(day, _)| day))
        };
        html! {
            @if let (Some(first), Some(last)) = (seen().min(), seen().max()) {
                "The kep.yaml of " (counted(seen().count(), "KEP")) " was read as of " (time(first))
                @if first != last { " to " (time(last)) }
                @let never = self.board.keps.len() - seen().count();
                @if never > 0 { ", that of " (never) " never" }
                "."
            }
        }
    }
}

/// A day that machines can read too.
pub(super) fn time(day: Date) -> Markup {
    html! { time datetime=(day) { (day) } }
}

/// JSON inside of a script element: nothing in it can end that.
fn in_script(value: &serde_json::Value) -> String {
    value
        .to_string()
        .replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026")
        .replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_a_file_leads_nowhere_else() {
        assert_eq!(slug("cri-o"), "cri-o");
        assert_eq!(slug("2.5"), "2.5");
        for text in [
            "..",
            ".",
            "",
            "../../etc",
            "a/b",
            "a\\b",
            "A",
            "ü",
            "con\u{0}",
            "-",
            &"a".repeat(300),
        ] {
            let slug = slug(text);
            assert!(
                !slug.contains(['/', '\\', '\0']) && !slug.starts_with('.') && !slug.is_empty(),
                "{slug}"
            );
            assert!(slug.len() < 60 && slug.is_ascii(), "{slug}");
        }
        assert_ne!(slug("a/b"), slug("a\\b"));
        assert_ne!(slug("A"), slug("a"));
    }

    #[test]
    fn nothing_ends_a_script_early() {
        let value = serde_json::json!({ "a": "</script><!--&\u{2028}" });
        let text = in_script(&value);
        assert!(!text.contains(['<', '>', '&', '\u{2028}']), "{text}");
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&text).unwrap(),
            value
        );
    }
}
