//! `kepherd board --serve`: the board on this machine alone, made anew whenever a record changes or something is committed. Pages are
//! served out of memory, and ask whether there are newer ones.

use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::board;
use crate::commands::connect::stop_on_ctrl_c;
use crate::commands::day_of_the_clock;
use crate::commands::watch::{PAUSE, look};
use crate::commands::{Context, Exit, block_on, files};
use crate::git::Repository;
use crate::render::site::{SiteFile, site};
use crate::text::words::{counted, printable};
use crate::views::history::History;

/// A question whether there is something newer is answered after so long at most.
const PATIENCE: Duration = Duration::from_secs(20);

/// What is served now.
struct Served {
    /// Counts how often it was made.
    edition: u64,
    files: HashMap<String, Vec<u8>>,
}

pub(super) fn run(context: &mut Context<'_>, port: u16) -> Result<Exit> {
    let root = files::root(context)?;
    block_on(async {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
            .await
            .with_context(|| format!("port {port} of this machine cannot be served; `--port 0` takes one that is free"))?;
        let address = listener.local_addr()?;
        let (publish, served) = watch::channel(Arc::new(Served {
            // Another run on this port counts from elsewhere, so that pages of this one hear of it.
            edition: u64::try_from(jiff::Timestamp::now().as_millisecond()).unwrap_or_default(),
            files: HashMap::new(),
        }));
        let stop = stop_on_ctrl_c("stopping");
        let app = Router::new().fallback(answer).with_state(served);
        let server = tokio::spawn(async move { axum::serve(listener, app).await });
        let mut seen = None;
        // The history, with the commit that it ends at: reading it again would take longer than all the rest.
        let mut known: Option<(String, History)> = None;
        while !stop.is_asked() {
            let head = Repository::discover(&root).and_then(|repository| repository.commit("HEAD"));
            // Verdicts move with the date.
            let today = context.global.today.unwrap_or_else(day_of_the_clock);
            let now = (look(&root), head.ok().map(|head| head.id), today);
            if seen.as_ref() != Some(&now) {
                let is_first = seen.is_none();
                seen = Some(now);
                // A registry that cannot be read for a moment is one that somebody is writing.
                let made = files::open(context)
                    .and_then(|opened| board(&opened, today, &context.site(), known.take()));
                match made {
                    Ok(board) => {
                        let files = site(&board, true);
                        let edition = publish.borrow().edition + 1;
                        let count = board.keps.len();
                        known = board.commit.map(|commit| (commit.id, board.history));
                        publish.send_replace(Arc::new(Served {
                            edition,
                            files: by_path(files),
                        }));
                        if is_first {
                            writeln!(context.out, "http://{address}/")?;
                            context.out.flush()?;
                        }
                        if !context.global.quiet {
                            writeln!(
                                context.log,
                                "{} shown; watching {}; Ctrl-C ends it",
                                counted(count, "KEP"),
                                root.display()
                            )?;
                        }
                    }
                    Err(error) if is_first => return Err(error),
                    Err(error) => {
                        writeln!(context.log, "error: {}", printable(&format!("{error:#}")))?
                    }
                }
            }
            tokio::time::sleep(PAUSE).await;
        }
        server.abort();
        Ok(Exit::Clean)
    })
}

fn by_path(files: Vec<SiteFile>) -> HashMap<String, Vec<u8>> {
    let files = files.into_iter();
    files.map(|file| (file.path, file.content)).collect()
}

async fn answer(
    State(mut served): State<watch::Receiver<Arc<Served>>>,
    request: Request,
) -> Response {
    // A page of somebody else, whose name leads to this machine, reads nothing here.
    let host = request
        .headers()
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    if !host.is_some_and(is_this_machine) {
        return (
            StatusCode::FORBIDDEN,
            "this board is for this machine alone\n",
        )
            .into_response();
    }
    if request.uri().path() == "/live" {
        let query = request.uri().query().unwrap_or_default();
        let known = query
            .strip_prefix("seen=")
            .and_then(|seen| seen.parse::<u64>().ok());
        let newer = served.wait_for(|now| Some(now.edition) != known);
        let _ = tokio::time::timeout(PATIENCE, newer).await;
        return served.borrow().edition.to_string().into_response();
    }
    let served = Arc::clone(&served.borrow());
    let query = request.uri().query();
    let query = query.map_or_else(String::new, |query| format!("?{query}"));
    let path = request.uri().path().trim_start_matches('/');
    let name = match path {
        "" => "index.html".to_owned(),
        path if path.ends_with('/') => format!("{path}index.html"),
        path => path.to_owned(),
    };
    match served.files.get(&name) {
        Some(content) => {
            let headers = [
                (header::CONTENT_TYPE, kind(&name)),
                (header::CACHE_CONTROL, "no-store"),
                (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            ];
            (headers, content.clone()).into_response()
        }
        None if served.files.contains_key(&format!("{path}/index.html")) => (
            StatusCode::PERMANENT_REDIRECT,
            [(header::LOCATION, format!("/{path}/{query}"))],
        )
            .into_response(),
        None => (StatusCode::NOT_FOUND, "there is no such page\n").into_response(),
    }
}

fn is_this_machine(host: &str) -> bool {
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    matches!(name, "127.0.0.1" | "localhost")
}

fn kind(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "json" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "atom" => "application/atom+xml",
        "xml" => "application/xml",
        "ics" => "text/calendar; charset=utf-8",
        _ => "text/plain; charset=utf-8",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_answered() {
        assert!(is_this_machine("127.0.0.1:8038") && is_this_machine("localhost"));
        for host in [
            "example.com",
            "127.0.0.1.example.com",
            "localhost.evil:80",
            "",
        ] {
            assert!(!is_this_machine(host), "{host}");
        }
    }
}
