//! `kepherd log`

use anyhow::{Result, bail};

use super::{Context, Exit, files, past, records, show};
use crate::cli::{RecordLog, TextOrJson};
use crate::render;
use crate::views::history::{About, History};

pub(super) fn run(context: &mut Context<'_>, options: &RecordLog) -> Result<Exit> {
    let opened = files::open(context)?;
    let registry = &opened.loaded.registry;
    let Some(record) = records::find(registry, &options.record) else {
        bail!("{}", show::unknown(registry, &options.record));
    };
    let subject = record.subject();
    let (history, commit) = past::past(&opened.root, registry, None)?;
    if options.format == TextOrJson::Json {
        let json = render::history_json::log(&history, &subject);
        write!(context.out, "{json}")?;
        return Ok(Exit::Clean);
    }
    if let History::Unknown(why) = &history {
        bail!("{}", why.trim_end_matches('.'));
    }
    let text = render::history::log(&history, &subject, context.paint());
    write!(context.out, "{text}")?;
    if context.global.quiet {
        return Ok(Exit::Clean);
    }
    let about = About::Record(subject.clone());
    if !history.by_subject().contains_key(&about) {
        writeln!(
            context.log,
            "note: the record of {subject} is not committed yet"
        )?;
    }
    if commit.is_some_and(|commit| commit.uncommitted > 0) {
        writeln!(
            context.log,
            "note: some files of the registry are not committed; what they change is not shown"
        )?;
    }
    Ok(Exit::Clean)
}
