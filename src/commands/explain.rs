//! `kepherd explain`

use anyhow::{Result, bail};

use super::{Context, Exit};
use crate::cli::Explain;
use crate::render::rule_docs;
use crate::rules::{self, RULES};
use crate::text::words::nearest;

pub(super) fn run(context: &mut Context<'_>, options: &Explain) -> Result<Exit> {
    if options.markdown {
        write!(context.out, "{}", rule_docs::page())?;
        return Ok(Exit::Clean);
    }
    let Some(name) = &options.rule else {
        let width = rules::names().map(str::len).max().unwrap_or_default();
        for rule in RULES {
            writeln!(
                context.out,
                "{:width$}  {:7}  {}",
                rule.id, rule.level, rule.summary
            )?;
        }
        return Ok(Exit::Clean);
    };
    let Some(rule) = rules::find(name) else {
        match nearest(name, rules::names()) {
            Some(similar) => bail!("no rule is named `{name}`; `{similar}` has a similar name"),
            None => bail!("no rule is named `{name}`; `kepherd explain --list` shows them all"),
        }
    };
    let paint = context.paint();
    writeln!(context.out, "{}: {}", paint.strong(rule.id.0), rule.summary)?;
    let unless = match rules::is_firm(rule) {
        true => ", whatever `[rules]` in registry.toml says",
        false => ", unless `[rules]` in registry.toml says otherwise",
    };
    writeln!(context.out, "\nLevel: {}{unless}.", rule.level)?;
    writeln!(context.out, "Why: {}.", rule.why)?;
    writeln!(context.out, "Source: {}.", rule.source)?;
    for (title, text) in rule_docs::example(rule) {
        writeln!(context.out, "\n{title}:\n")?;
        for line in text.lines() {
            writeln!(context.out, "    {line}")?;
        }
    }
    writeln!(context.out, "\nWhat to do: {}", rule.remedy)?;
    Ok(Exit::Clean)
}
