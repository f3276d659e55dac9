//! The board as a static site: every file of it, made of the view alone. What is put into a page is escaped by the library that makes it;
//! what is not (`PreEscaped`) is a constant of this folder, or JSON that cannot end its script.
//!
//! The same board gives the same bytes. Nothing here reads or writes files.

mod api;
mod atom;
mod badge;
mod cycle;
mod data;
mod drawing;
mod frame;
mod front;
mod ics;
mod kep;
mod lists;
mod matrix;
mod minor;
mod parts;
mod person;
mod shapes;

use std::collections::BTreeMap;

use maud::{PreEscaped, html};

use crate::terms::Subject;
use crate::views::board::Board;
use crate::views::board::waits::Wait;

use frame::{Page, person_folder, slug};

pub use api::schemas;

const STYLE: &str = include_str!("site/board.css");
const SCRIPT: &str = include_str!("site/board.js");
const LIVE: &str = include_str!("site/live.js");
const ICON: &str = include_str!("site/icon.svg");
const CARD: &[u8] = include_bytes!("site/card.png");

/// A file of the site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteFile {
    /// Its path below the site, with `/` between its parts.
    pub path: String,
    /// What it holds.
    pub content: Vec<u8>,
}

/// Every file of the site, by path. A site that is watched reloads itself.
pub fn site(board: &Board, live: bool) -> Vec<SiteFile> {
    let past = board.history.by_subject();
    let top = Page {
        board,
        root: "",
        past: &past,
        live,
    };
    let mut files = Files(BTreeMap::new());
    files.page("", front::page(&top));
    for (folder, make) in LISTS {
        files.page(folder, make(&top.within(folder)));
    }
    let mut waits: BTreeMap<u32, Vec<&Wait>> = BTreeMap::new();
    for wait in &board.waits {
        if let Some(Subject::Kep(number)) = &wait.subject {
            waits.entry(*number).or_default().push(wait);
        }
    }
    for one in &board.keps {
        let folder = format!("kep/{}/", one.number);
        let waits = waits.get(&one.number).map_or(&[][..], Vec::as_slice);
        let page = top.within(&folder);
        files.page(&folder, kep::page(&page, one, waits));
        files.text(format!("{folder}feed.atom"), atom::of_kep(&page, one));
        files.text(format!("badge/{}.svg", one.number), badge::svg(board, one));
    }
    for one in &board.cycles {
        let folder = format!("cycle/{}/", one.release);
        files.page(&folder, cycle::page(&top.within(&folder), one));
        files.text(
            format!("{folder}cycle.ics"),
            ics::of_cycle(board, one.release),
        );
    }
    for runtime in &board.runtimes {
        for one in &runtime.minors {
            let folder = format!("release/{}/{}/", slug(&runtime.name), one.release);
            files.page(&folder, minor::page(&top.within(&folder), runtime, one));
        }
    }
    for one in &board.people {
        let folder = format!("person/{}/", person_folder(&one.handle));
        files.page(&folder, person::page(&top.within(&folder), one));
    }
    let api = api::files(board);
    files.page("data/", data::page(&top.within("data/"), &api));
    for (name, _, text) in api {
        files.text(format!("api/v1/{name}"), text);
    }
    for (path, text) in data::schemas() {
        files.text(path, text);
    }
    files.text("feed.atom".to_owned(), atom::whole(&top));
    files.text("calendar.ics".to_owned(), ics::whole(board));
    files.text("board.css".to_owned(), STYLE.to_owned());
    files.text("board.js".to_owned(), SCRIPT.to_owned());
    if live {
        files.text("live.js".to_owned(), LIVE.to_owned());
    }
    files.text("icon.svg".to_owned(), ICON.to_owned());
    files.0.insert("card.png".to_owned(), CARD.to_vec());
    let sitemap = board.url.as_ref().map(|url| sitemap(url, &files));
    let robots = match &board.url {
        Some(url) => format!("User-agent: *\nAllow: /\nSitemap: {url}/sitemap.xml\n"),
        None => "User-agent: *\nAllow: /\n".to_owned(),
    };
    files.text("robots.txt".to_owned(), robots);
    if let Some(sitemap) = sitemap {
        files.text("sitemap.xml".to_owned(), sitemap);
    }
    let files = files.0.into_iter();
    files
        .map(|(path, content)| SiteFile { path, content })
        .collect()
}

/// What makes a page.
type Make = fn(&Page<'_>) -> String;

/// The pages that list, by folder.
const LISTS: [(&str, Make); 12] = [
    ("keps/", lists::keps),
    ("matrix/", matrix::page),
    ("waits/", lists::waits),
    ("triage/", lists::triage_page),
    ("work-items/", lists::items),
    ("people/", lists::people),
    ("dates/", lists::dates),
    ("changes/", lists::changes),
    ("gates/", lists::gates),
    ("coverage/", lists::coverage),
    ("legend/", lists::legend),
    ("rules/", lists::rules),
];

struct Files(BTreeMap<String, Vec<u8>>);

impl Files {
    fn page(&mut self, folder: &str, text: String) {
        self.text(format!("{folder}index.html"), text);
    }

    fn text(&mut self, path: String, text: String) {
        self.0.insert(path, text.into_bytes());
    }
}

fn sitemap(url: &str, files: &Files) -> String {
    let pages = files
        .0
        .keys()
        .filter_map(|path| path.strip_suffix("index.html"));
    let markup = html! {
        (PreEscaped("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"))
        urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" {
            @for page in pages { url { loc { (url) "/" (page) } } }
        }
    };
    markup.into_string()
}
