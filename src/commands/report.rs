//! `kepherd report`

use std::collections::BTreeSet;

use anyhow::{Result, bail};

use super::{Context, Exit, board, files};
use crate::cli::{Report, ReportFor, ReportFormat};
use crate::git::Repository;
use crate::render;
use crate::terms::{CommitId, Date, Release};
use crate::text::words::{one_of, printable};
use crate::views::board::Board;
use crate::views::history::History;
use crate::views::report::{Audience, Since, cycle, report};

pub(super) fn run(context: &mut Context<'_>, options: &Report) -> Result<Exit> {
    let opened = files::open(context)?;
    let board = board::board(&opened, context.today(), &context.site(), None)?;
    let Some(of) = cycle(&board, options.cycle) else {
        bail!("{}", no_cycle(&board, options.cycle));
    };
    let audience = audience(&board, &options.r#for)?;
    let since = options
        .since
        .as_deref()
        .map(|since| since_of(&opened, &board, since))
        .transpose()?;
    let report = report(&board, of, &audience, since.as_ref());
    let text = match options.format {
        ReportFormat::Markdown => render::report::markdown(&report),
        ReportFormat::Slack => render::report::slack(&report),
    };
    write!(context.out, "{text}")?;
    Ok(Exit::Clean)
}

fn no_cycle(board: &Board, asked: Option<Release>) -> String {
    match asked {
        Some(release) => {
            let known: Vec<String> = board
                .cycles
                .iter()
                .rev()
                .take(3)
                .map(|cycle| cycle.release.to_string())
                .collect();
            match known.is_empty() {
                true => format!(
                    "--cycle {release}: neither a calendar nor a record knows any Kubernetes cycle"
                ),
                false => format!(
                    "--cycle {release}: neither the calendar nor a record knows it; the last ones are {}",
                    one_of(known.iter().map(String::as_str))
                ),
            }
        }
        None => "no calendar says which cycle is under way: name one by --cycle".to_owned(),
    }
}

fn audience(board: &Board, named: &[ReportFor]) -> Result<Audience> {
    let mut keps = Vec::new();
    for one in named {
        match one {
            ReportFor::SigNode if named.len() == 1 => return Ok(Audience::SigNode),
            ReportFor::Runtime(name) if named.len() == 1 => {
                if *name != board.home {
                    bail!(
                        "--for {}: a report is for `sig-node`, for `{}`, or for KEPs by their numbers",
                        printable(name),
                        board.home
                    );
                }
                return Ok(Audience::Home);
            }
            ReportFor::Kep(number) => {
                if board.kep(*number).is_none() {
                    bail!("--for {number}: the registry has no record of KEP-{number}");
                }
                keps.push(*number);
            }
            _ => bail!(
                "--for: a report is for SIG-Node, for {}, or for KEPs, and not for several of these",
                board.home
            ),
        }
    }
    Ok(match keps.is_empty() {
        true => Audience::Home,
        false => Audience::Keps(keps),
    })
}

/// The commits since a day, or since a revision.
fn since_of(opened: &files::Opened, board: &Board, since: &str) -> Result<Since> {
    let revisions = match &board.history {
        History::Unknown(why) => bail!("--since: {}", why.trim_end_matches('.')),
        History::Known(revisions) => revisions,
    };
    if let Ok(day) = since.parse::<Date>() {
        let after = revisions.iter().filter(|revision| revision.day() >= day);
        return Ok(Since {
            said: since.to_owned(),
            commits: after.map(|revision| revision.id.clone()).collect(),
        });
    }
    let repository = Repository::discover(&opened.root)?;
    let Ok(commit) = repository.commit(since) else {
        bail!(
            "--since {}: it is neither a day like 2026-11-23 nor a revision of the repository that the registry is in",
            printable(since)
        );
    };
    let mut before = BTreeSet::new();
    repository.log(std::slice::from_ref(&commit), |logged| {
        before.insert(CommitId(logged.id));
    })?;
    let is_after = |id: &str| CommitId::parse(id).is_some_and(|id| !before.contains(&id));
    let after = revisions.iter().filter(|revision| is_after(&revision.id));
    Ok(Since {
        said: format!("{} ({})", printable(since), commit.date),
        commits: after.map(|revision| revision.id.clone()).collect(),
    })
}
