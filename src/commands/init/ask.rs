//! What somebody wishes of a new registry, by options or at a terminal. An answer is taken when it is one.

use std::io::{BufRead as _, IsTerminal as _};
use std::str::FromStr;

use anyhow::{Result, bail};

use crate::cli::Init;
use crate::commands::Context;
use crate::sources::starter::{self, Participant, Wishes};
use crate::terms::{Line, Misspelt, RepositoryName};
use crate::text::words::printable;

/// What somebody wishes: by the options, and what they leave open by answers, if there is a terminal.
///
/// # Errors
///
/// What a registry cannot do without is open, and nobody can be asked.
pub(super) fn wishes(context: &mut Context<'_>, options: &Init) -> Result<Wishes> {
    let is_asked = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
    let missing: Vec<&str> = [
        (options.home.is_none(), "--home NAME"),
        (options.repository.is_none(), "--repository OWNER/NAME"),
    ]
    .into_iter()
    .filter_map(|(is_missing, option)| is_missing.then_some(option))
    .collect();
    if !missing.is_empty() && !is_asked {
        bail!(
            "{} {} missing, and nobody can be asked here: as in `kepherd init --home runc --repository opencontainers/runc`",
            missing.join(" and "),
            if missing.len() == 1 { "is" } else { "are" }
        );
    }
    // Whoever says all that must be said is asked nothing.
    let is_asked = !missing.is_empty();
    let mut ask = Ask(context);
    let home: Line = match &options.home {
        Some(home) => home.clone(),
        None => {
            let question = "The project that the registry speaks for, such as runc";
            let Home(home) = ask.until(question, None)?;
            home
        }
    };
    let repository: RepositoryName = match &options.repository {
        Some(repository) => repository.clone(),
        None => ask.until("The repository of its tracking issues, as owner/name", None)?,
    };
    let known = starter::known_runtimes();
    let runtimes = match (options.runtime.as_slice(), is_asked) {
        ([], true) => {
            let default: Vec<&str> = known.iter().map(Line::as_str).collect();
            let Names(names) = ask.until(
                "Container runtimes that take part, with commas between them, or `none`",
                Some(&default.join(", ")),
            )?;
            names
        }
        ([], false) => {
            if !known.contains(&home) {
                let names: Vec<&str> = known.iter().map(Line::as_str).collect();
                writeln!(
                    ask.0.log,
                    "note: {} take part, whose releases every KEP then waits for; `--runtime none` if yours need no container runtime",
                    names.join(" and ")
                )?;
            }
            known.iter().cloned().map(of_name).collect()
        }
        (named, _) => participants(named)?,
    };
    let labels = match (options.label.as_slice(), is_asked) {
        ([], true) => vec![ask.until(
            "The label of every tracking issue; best one that other issues do not have",
            Some(starter::LABEL),
        )?],
        ([], false) => vec![starter::LABEL.parse()?],
        (labels, _) => labels.to_vec(),
    };
    let milestone = match (&options.milestone, is_asked) {
        (Some(milestone), _) => milestone.clone(),
        (None, true) => {
            let Pattern(pattern) =
                ask.until("The milestone of a release", Some(starter::MILESTONE))?;
            pattern
        }
        (None, false) => starter::MILESTONE.to_owned(),
    };
    Ok(Wishes {
        home,
        repository,
        runtimes,
        labels,
        milestone,
        bots: options.bot.clone(),
    })
}

fn of_name(name: Line) -> Participant {
    Participant {
        name,
        repository: None,
    }
}

/// Those that take part: `none` is nobody, and stands alone.
fn participants(named: &[Participant]) -> Result<Vec<Participant>> {
    let is_nobody = |one: &Participant| one.name.as_str() == "none";
    match named {
        [only] if is_nobody(only) => Ok(Vec::new()),
        named if named.iter().any(is_nobody) => {
            bail!(
                "`none` says that no container runtime takes part, and another one is named beside it: leave one of the two out"
            )
        }
        named => Ok(named.to_vec()),
    }
}

/// A project by its name.
struct Home(Line);

impl FromStr for Home {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let name: Line = text.parse().map_err(|why: Misspelt| why.to_string())?;
        starter::named(&name).map_err(|why| why.to_string())?;
        Ok(Self(name))
    }
}

/// How milestones are called.
struct Pattern(String);

impl FromStr for Pattern {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        starter::milestone(text).map_err(|why| why.to_string())?;
        Ok(Self(text.to_owned()))
    }
}

/// Those that take part, of names with commas between them.
struct Names(Vec<Participant>);

impl FromStr for Names {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let names = text
            .split(',')
            .map(str::trim)
            .filter(|name| !name.is_empty());
        let names = names
            .map(str::parse)
            .collect::<Result<Vec<Participant>, Misspelt>>();
        let names = names.map_err(|why| why.to_string())?;
        let participants = participants(&names).map_err(|why| why.to_string())?;
        for one in &participants {
            starter::participates(one).map_err(|why| why.to_string())?;
        }
        Ok(Self(participants))
    }
}

/// Somebody at a terminal.
struct Ask<'c, 'a>(&'c mut Context<'a>);

impl Ask<'_, '_> {
    /// Asks until the answer is one; an empty one takes the default.
    fn until<T: FromStr>(&mut self, question: &str, default: Option<&str>) -> Result<T>
    where
        T::Err: std::fmt::Display,
    {
        loop {
            let shown = default.map_or_else(String::new, |default| format!(" [{default}]"));
            write!(self.0.log, "{question}{shown}: ")?;
            self.0.log.flush()?;
            let mut answer = String::new();
            if std::io::stdin().lock().read_line(&mut answer)? == 0 {
                writeln!(self.0.log)?;
                bail!("nothing is written: the questions were not answered");
            }
            let answer = match (answer.trim(), default) {
                ("", Some(default)) => default,
                ("", None) => continue,
                (answer, _) => answer,
            };
            match answer.parse() {
                Ok(answer) => return Ok(answer),
                Err(why) => writeln!(self.0.log, "  {}", printable(&why.to_string()))?,
            }
        }
    }
}
