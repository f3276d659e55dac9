//! MAINTAINERS → who they are.
//!
//! The format is containerd's: a line of comma-separated texts in quotes for each person (handle, name, address, keys), below a
//! comment that says their role. Addresses and keys are left where they are.

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
    if !text.is_empty() && !text.ends_with('\n') {
        misread.push(Misread {
            line: text.lines().count(),
            reason: "the last line has no end: the file may have been cut".to_owned(),
        });
    }
    (people, misread)
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
    let handle = text(0).trim_start_matches('@');
    let github = handle
        .parse()
        .map_err(|_| format!("`{handle}` is not a GitHub handle"))?;
    if fields.len() < 2 {
        return Err(format!("`{handle}` has no name behind it"));
    }
    let name = text(1);
    let name = match name.parse::<Line>() {
        _ if name.is_empty() => None,
        Ok(line) if printable(name) == name => Some(line),
        _ => return Err(format!("`{}` is not a name", name.escape_debug())),
    };
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
