//! `kepherd show`

use anyhow::{Result, bail};

use super::{Context, Exit, check, files};
use crate::cli::Show;
use crate::render;
use crate::rules;
use crate::terms::{Handle, PlannedDate};
use crate::text::words::{nearest, printable};
use crate::views::life::life;

pub(super) fn run(context: &mut Context<'_>, options: &Show) -> Result<Exit> {
    let opened = files::open(context)?;
    let registry = &opened.loaded.registry;
    let number = options.number;
    let Some(entry) = registry.kep(number) else {
        let all: Vec<String> = registry
            .keps
            .iter()
            .map(|entry| entry.value.number.to_string())
            .collect();
        let similar = nearest(&number.to_string(), all.iter().map(String::as_str));
        let hint = similar.map_or_else(String::new, |similar| {
            format!("; it has one of KEP-{similar}")
        });
        bail!("the registry has no record of KEP-{number}{hint}");
    };
    let record = &entry.value;
    let paint = context.paint();
    let path = &registry.file(entry.file).path;
    writeln!(
        context.out,
        "{}",
        paint.strong(&format!(
            "KEP-{number}  {}",
            printable(record.title.as_str())
        ))
    )?;
    writeln!(
        context.out,
        "{}\n",
        paint.quiet(&format!("{}{}", opened.prefix, printable(path)))
    )?;
    let drawn = life(registry, record, context.today());
    writeln!(
        context.out,
        "{}",
        render::life::life(&drawn, context.width(), paint)
    )?;
    let handles = |all: &[Handle]| {
        all.iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(", ")
    };
    let milestone = record.milestone.map(|milestone| {
        let minor = registry
            .home_calendar()
            .and_then(|calendar| calendar.value.minor(milestone));
        let home = registry.config.value.home.as_str();
        let when = minor.and_then(|minor| match (minor.released, minor.planned) {
            (Some(day), _) => Some(format!(" (released {day})")),
            (None, Some(PlannedDate::Day(day))) => Some(format!(" (planned for {day})")),
            (None, Some(planned)) => Some(format!(" (planned for {planned})")),
            (None, None) => None,
        });
        format!("{home} {milestone}{}", when.unwrap_or_default())
    });
    let repository = registry.repository_of(record.repository.as_ref());
    let issue = record
        .issue
        .zip(repository)
        .map(|(issue, name)| format!("https://github.com/{name}/issues/{issue}"));
    let pulls: Vec<String> = record
        .pull_requests
        .iter()
        .map(|pull| pull.id.to_string())
        .collect();
    let gates: Vec<String> = record
        .feature_gates
        .iter()
        .map(ToString::to_string)
        .collect();
    for (name, value) in [
        ("issue", issue),
        (
            "triage",
            record.triage.map(|triage| triage.written().to_owned()),
        ),
        ("milestone", milestone),
        ("shepherds", some(handles(&record.shepherds))),
        ("owners", some(handles(&record.owners))),
        ("gates", some(gates.join(", "))),
        ("pulls", some(pulls.join(", "))),
    ] {
        if let Some(value) = value {
            writeln!(context.out, "{:<11}{}", name, printable(&value))?;
        }
    }
    writeln!(context.out)?;
    let mut checked = rules::run(&opened.loaded, context.today(), rules::Beside::default());
    checked
        .diagnostics
        .retain(|one| one.primary.file == entry.file);
    check::write_findings(context, &checked, &opened.prefix)?;
    if !context.global.quiet {
        writeln!(
            context.out,
            "{}",
            render::text::summary(&checked.diagnostics, 1)
        )?;
    }
    Ok(Exit::Clean)
}

fn some(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}
