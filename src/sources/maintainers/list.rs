//! A project's list of maintainers → who they are. Three formats are told apart by what stands in them: containerd's MAINTAINERS, below; a
//! line for each person with a name, an address and a handle (`mailed.rs`); and OWNERS files (`owners.rs`).
//!
//! Containerd's is a line of comma-separated texts in quotes for each person (handle, name, address, keys), below a
//! comment that says their role. Addresses and keys are left where they are.

mod mailed;
mod owners;

use std::collections::BTreeSet;

use crate::sources::proposal::Misread;
use crate::terms::{Handle, Line, Role};
use crate::text::words::printable;

/// Somebody in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The GitHub handle.
    pub github: Handle,
    /// The name.
    pub name: Option<Line>,
    /// The role.
    pub role: Role,
    /// The line, from 1.
    pub line: usize,
}

/// The comment that a line stands below.
#[derive(Debug, Clone, Copy)]
enum Heading {
    /// None yet.
    None,
    /// A role.
    Role(Role),
    /// People without a role, such as those who have left.
    Other,
}

/// Reads the file: who is in it, and what was not understood.
pub fn read(text: &str) -> (Vec<Person>, Vec<Misread>) {
    if owners::is_one(text) {
        owners::read(text)
    } else if mailed::is_one(text) {
        mailed::read(text)
    } else {
        below_headings(text)
    }
}

/// Reads a list in containerd's format.
fn below_headings(text: &str) -> (Vec<Person>, Vec<Misread>) {
    let mut people: Vec<Person> = Vec::new();
    let mut named: BTreeSet<Handle> = BTreeSet::new();
    let mut misread = Vec::new();
    let mut above = Heading::None;
    for (index, line) in text.lines().enumerate() {
        let line = line.trim_start_matches('\u{feff}').trim();
        if let Some(comment) = line.strip_prefix('#') {
            above = heading(comment).unwrap_or(above);
            continue;
        }
        let person = match above {
            _ if line.is_empty() => continue,
            Heading::Other => continue,
            Heading::Role(role) => person(line, role, index + 1),
            Heading::None => {
                Err("this line stands below neither `# COMMITTERS` nor `# REVIEWERS`".to_owned())
            }
        };
        let mut wrong = |reason: String| {
            misread.push(Misread {
                line: index + 1,
                reason,
            });
        };
        match person {
            Ok(person) if !named.insert(person.github.clone()) => {
                wrong(format!(
                    "`{}` stands here for the second time",
                    person.github
                ));
            }
            Ok(person) => people.push(person),
            Err(reason) => wrong(reason),
        }
    }
    misread.extend(cut_short(text));
    (people, misread)
}

/// That the last line of a list has no end.
fn cut_short(text: &str) -> Option<Misread> {
    (!text.is_empty() && !text.ends_with('\n')).then(|| Misread {
        line: text.lines().count(),
        reason: "the last line has no end: the file may have been cut".to_owned(),
    })
}

/// A handle as lists have it, with or without the sign.
fn handle(text: &str) -> Result<Handle, String> {
    let handle = text.trim_start_matches('@');
    handle
        .parse()
        .map_err(|_| format!("`{}` is not a GitHub handle", printable(handle)))
}

/// A person's name; one that is empty is none.
fn name(text: &str) -> Result<Option<Line>, String> {
    match text.parse::<Line>() {
        _ if text.is_empty() => Ok(None),
        Ok(line) if printable(text) == text => Ok(Some(line)),
        _ => Err(format!("`{}` is not a name", text.escape_debug())),
    }
}

/// The section that a comment heads: one in capitals.
fn heading(comment: &str) -> Option<Heading> {
    let words = comment.trim_matches(['#', ' ', '\t', ':', '-', '=']);
    let is_capital = |c: char| c.is_ascii_uppercase() || " /-".contains(c);
    match words {
        "COMMITTERS" => Some(Heading::Role(Role::Committer)),
        "REVIEWERS" => Some(Heading::Role(Role::Reviewer)),
        _ => (words.len() > 3 && words.chars().all(is_capital)).then_some(Heading::Other),
    }
}

fn person(text: &str, role: Role, line: usize) -> Result<Person, String> {
    let fields = fields(text)?;
    let text = |at: usize| fields.get(at).map_or("", |field| field.trim());
    let github = handle(text(0))?;
    if fields.len() < 2 {
        return Err(format!("`{github}` has no name behind it"));
    }
    let name = name(text(1))?;
    Ok(Person {
        github,
        name,
        role,
        line,
    })
}

/// The texts of a line: each in quotes or bare, with commas between them. A quote inside of quotes is doubled (RFC 4180).
fn fields(line: &str) -> Result<Vec<String>, String> {
    let mut fields = Vec::new();
    let mut rest = line;
    loop {
        rest = rest.trim_start();
        let (field, behind) = match rest.strip_prefix('"') {
            Some(quoted) => quoted_field(quoted)?,
            None => {
                let end = rest.find(',').unwrap_or(rest.len());
                let (bare, behind) = rest.split_at(end);
                if bare.contains('"') {
                    return Err("quotes stand inside of a text without quotes around it".to_owned());
                }
                (bare.trim_end().to_owned(), behind)
            }
        };
        fields.push(field);
        match behind.strip_prefix(',') {
            Some(more) => rest = more,
            None if behind.is_empty() => return Ok(fields),
            None => return Err("a comma is expected behind a text in quotes".to_owned()),
        }
    }
}

/// The text up to the quote that closes it, and what comes behind that.
fn quoted_field(quoted: &str) -> Result<(String, &str), String> {
    let mut text = String::new();
    let mut left = quoted;
    loop {
        let Some((part, behind)) = left.split_once('"') else {
            return Err("a text in quotes is not closed".to_owned());
        };
        text.push_str(part);
        match behind.strip_prefix('"') {
            Some(more) => {
                text.push('"');
                left = more;
            }
            None => return Ok((text, behind.trim_start())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_between_texts_and_people_without_a_role_are_understood() {
        let text = "# REVIEWERS\n\"a\" , \"A A\",\t\"x\"\nb, B B\n# EMERITUS\n\"c\",\"C C\"\n";
        let (people, misread) = read(text);
        assert_eq!(misread, []);
        let names: Vec<String> = people
            .iter()
            .map(|person| person.name.as_ref().unwrap().to_string())
            .collect();
        assert_eq!(names, ["A A", "B B"]);
    }

    #[test]
    fn what_is_not_understood_is_named_by_its_line() {
        let text = "\"early\",\"A\"\n# COMMITTERS\n\"q\",\"Q \\\"B\\\" Q\"\n\"r\",R \"B\" R\n\"s\",\"S\u{202e}\"\n\"ok\",\"B\",\"\",\"\"\n\"a b\",\"C\"\n\"open,D\n\"OK\",\"E\"\nalone\n\"last\",\"L\"";
        let (people, misread) = read(text);
        assert_eq!(people.len(), 2, "{people:?}");
        let words: Vec<String> = misread.iter().map(Misread::to_string).collect();
        insta::assert_debug_snapshot!(words, @r#"
        [
            "1: this line stands below neither `# COMMITTERS` nor `# REVIEWERS`",
            "3: a comma is expected behind a text in quotes",
            "4: quotes stand inside of a text without quotes around it",
            "5: `S\\u{202e}` is not a name",
            "7: `a b` is not a GitHub handle",
            "8: a text in quotes is not closed",
            "9: `OK` stands here for the second time",
            "10: `alone` has no name behind it",
            "11: the last line has no end: the file may have been cut",
        ]
        "#);
    }
}
