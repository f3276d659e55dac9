//! MAINTAINERS → who they are → edits of `maintainers.toml`.
//!
//! The format is containerd's: a line of comma-separated texts in quotes for each person (handle, name, address, keys), below a
//! comment that says their role. Addresses and keys are left where they are.

use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, Value};

use super::change::{KeyChange, Misread};
use crate::registry::calendars::{Maintainer, Roster};
use crate::registry::edit;
use crate::terms::{Handle, Line, Role};
use crate::text::words::printable;

/// The keys of a maintainer, in the order in which the documentation shows them.
const ORDER: &[&str] = &[
    "github",
    "name",
    "role",
    "kubernetes-org-member",
    "sig-node-member",
];

/// Somebody in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The GitHub handle.
    pub github: Handle,
    /// The name.
    pub name: Option<Line>,
    /// The role.
    pub role: Role,
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
            Heading::Role(role) => person(line, role),
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
            Ok(person) if people.iter().any(|other| other.github == person.github) => {
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

fn person(line: &str, role: Role) -> Result<Person, String> {
    let fields = fields(line)?;
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
    Ok(Person { github, name, role })
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

/// Why a list does not look whole, so that nobody is missing from it: a role is gone, or more people than a guard allows, in
/// per cent of the roster.
pub fn is_cut(roster: &Roster, people: &[Person], most_percent: usize) -> Option<String> {
    for role in [Role::Committer, Role::Reviewer] {
        let was = roster.maintainers.iter().any(|one| one.role == role);
        if was && !people.iter().any(|person| person.role == role) {
            return Some(format!("it names no {} any more", role.written()));
        }
    }
    let known = roster.maintainers.len();
    let is_gone = |one: &&Maintainer| !people.iter().any(|person| person.github == one.github);
    let gone = roster.maintainers.iter().filter(is_gone).count();
    // Below this many, a share says nothing.
    let is_many = known >= 10 && gone * 100 > known * most_percent;
    is_many.then(|| {
        format!(
            "{gone} of {known} would leave, and `guards.removals-percent` allows {most_percent} per cent"
        )
    })
}

/// What became of a roster.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct RosterUpdate {
    /// What changed.
    pub changes: Vec<KeyChange>,
    /// Who is not in the file and stays, because records need them.
    pub stays: Vec<Handle>,
}

/// Whether somebody may be dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leaving {
    /// They left, and nothing names them.
    Drop,
    /// Records name them.
    Keep,
}

/// Makes a roster say what the file says. Somebody who is not in it is dropped, if `leaving` says so.
///
/// What the file does not speak of, such as memberships, stays as it is; so does the spelling of a handle. A roster that is no
/// list of tables has no answer.
pub fn update(
    document: &mut DocumentMut,
    roster: &Roster,
    people: &[Person],
    leaving: impl Fn(&Handle) -> Leaving,
) -> Option<RosterUpdate> {
    let mut update = RosterUpdate::default();
    let entry = document
        .entry("maintainers")
        .or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new()));
    let tables = entry.as_array_of_tables_mut()?;
    // From the end, so that places do not move.
    for (index, maintainer) in roster.maintainers.iter().enumerate().rev() {
        let Maintainer {
            github,
            name,
            role,
            kubernetes_org_member: _,
            sig_node_member: _,
        } = maintainer;
        let change = |key: &str, before: Option<String>, after: Option<String>| KeyChange {
            subject: github.to_string(),
            key: key.to_owned(),
            before,
            after,
        };
        let Some(person) = people.iter().find(|person| person.github == *github) else {
            match leaving(github) {
                Leaving::Keep => update.stays.push(github.clone()),
                Leaving::Drop => {
                    edit::remove_table(tables, index);
                    update
                        .changes
                        .push(change("", Some(role.written().to_owned()), None));
                }
            }
            continue;
        };
        let Some(table) = tables.get_mut(index) else {
            continue;
        };
        if *role != person.role {
            edit::set_in(table, "role", person.role.written().into(), ORDER);
            let (before, after) = (role.written(), person.role.written());
            update.changes.push(change(
                "role",
                Some(before.to_owned()),
                Some(after.to_owned()),
            ));
        }
        if let Some(new) = &person.name
            && name.as_ref() != Some(new)
        {
            edit::set_in(table, "name", new.as_str().into(), ORDER);
            let before = name.as_ref().map(|name| quoted(name.as_str()));
            update
                .changes
                .push(change("name", before, Some(quoted(new.as_str()))));
        }
    }
    update.changes.reverse();
    update.stays.reverse();
    for person in people {
        let is_known = roster
            .maintainers
            .iter()
            .any(|maintainer| maintainer.github == person.github);
        if !is_known {
            insert(tables, person);
            update.changes.push(KeyChange {
                subject: person.github.to_string(),
                key: String::new(),
                before: None,
                after: Some(person.role.written().to_owned()),
            });
        }
    }
    Some(update)
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// Adds somebody behind the last one in the same role.
fn insert(tables: &mut ArrayOfTables, person: &Person) {
    let Person { github, name, role } = person;
    let mut table = Table::new();
    table.insert("github", Item::Value(github.to_string().into()));
    if let Some(name) = name {
        table.insert("name", Item::Value(name.as_str().into()));
    }
    table.insert("role", Item::Value(role.written().into()));
    let role_of = |table: &Table| table.get("role").and_then(Item::as_str).map(str::to_owned);
    let same_role = (0..tables.len())
        .rev()
        .find(|at| tables.get(*at).and_then(role_of).as_deref() == Some(role.written()));
    let at = same_role.map_or(tables.len(), |last| last + 1);
    tables.insert(at, table);
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "\
# example project maintainers
#
# See GOVERNANCE.md for the roles
#
# COMMITTERS
# GitHub ID, Name, Email address, GPG fingerprint
\"mikebrow\",\"Mike Brown\",\"mike@example.com\",\"AAAA BBBB,CCCC DDDD\"
\"newcomer\",\"New \"\"Nick\"\" Comer\",\"new@example.com\",\"\"
#
# REVIEWERS
# GitHub ID, Name, Email address, GPG fingerprint
\"samuelkarp\",\"Samuel Karp\",\"sam@example.com\",\"\"
\"thaJeztah\",\"Sebastiaan van Stijn\",\"s@example.com\",\"\"
";

    const ROSTER: &str = "\
#:schema ../schema/maintainers.schema.json
#
# Who they are.

# the first
[[maintainers]]
github = \"leaver\"
role = \"committer\"

[[maintainers]]
github = \"mikebrow\" # also a liaison
name = \"Mike\"
role = \"committer\"
kubernetes-org-member = true

[[maintainers]]
github = \"samuelkarp\"
name = \"Samuel Karp\"
role = \"committer\" # once

[[maintainers]]
github = \"thajeztah\"
name = \"Sebastiaan van Stijn\"
role = \"reviewer\"
";

    fn updated(text: &str, leaving: Leaving) -> (String, RosterUpdate) {
        let (people, misread) = read(FILE);
        assert_eq!(misread, []);
        let roster: Roster = toml::from_str(text).unwrap();
        let mut document = text.parse().unwrap();
        let update = update(&mut document, &roster, &people, |_| leaving).unwrap();
        (document.to_string(), update)
    }

    #[test]
    fn people_come_go_and_change_and_what_was_added_stays() {
        let (text, update) = updated(ROSTER, Leaving::Drop);
        insta::assert_snapshot!(text, @r##"
        #:schema ../schema/maintainers.schema.json
        #
        # Who they are.

        [[maintainers]]
        github = "mikebrow" # also a liaison
        name = "Mike Brown"
        role = "committer"
        kubernetes-org-member = true

        [[maintainers]]
        github = "newcomer"
        name = 'New "Nick" Comer'
        role = "committer"

        [[maintainers]]
        github = "samuelkarp"
        name = "Samuel Karp"
        role = "reviewer" # once

        [[maintainers]]
        github = "thajeztah"
        name = "Sebastiaan van Stijn"
        role = "reviewer"
        "##);
        let words: Vec<String> = update.changes.iter().map(KeyChange::to_string).collect();
        insta::assert_debug_snapshot!(words, @r#"
        [
            "leaver left: was committer",
            "mikebrow  name: \"Mike\" → \"Mike Brown\"",
            "samuelkarp  role: committer → reviewer",
            "newcomer is new: committer",
        ]
        "#);
        let (again, update) = updated(&text, Leaving::Drop);
        assert_eq!(
            (again, update),
            (text, RosterUpdate::default()),
            "twice changes nothing"
        );
    }

    #[test]
    fn somebody_whom_records_name_stays() {
        let (text, update) = updated(ROSTER, Leaving::Keep);
        assert!(
            text.contains("# the first\n[[maintainers]]\ngithub = \"leaver\""),
            "{text}"
        );
        assert_eq!(update.stays, ["leaver".parse().unwrap()]);
    }

    #[test]
    fn an_empty_roster_is_filled() {
        let (people, _) = read(FILE);
        let mut document = DocumentMut::new();
        let roster = Roster {
            maintainers: Vec::new(),
        };
        update(&mut document, &roster, &people, |_| Leaving::Drop).unwrap();
        let roster: Roster = toml::from_str(&document.to_string()).unwrap();
        assert_eq!(roster.maintainers.len(), 4);
    }

    #[test]
    fn a_list_without_a_role_or_with_many_gone_is_not_whole() {
        let (people, _) = read(FILE);
        let roster: Roster = toml::from_str(ROSTER).unwrap();
        assert_eq!(is_cut(&roster, &people, 25), None, "too few to tell");
        let committers: Vec<Person> = people
            .iter()
            .filter(|person| person.role == Role::Committer)
            .cloned()
            .collect();
        let why = is_cut(&roster, &committers, 25).unwrap();
        assert_eq!(why, "it names no reviewer any more");
        let mut many = ROSTER.to_owned();
        for number in 0..8 {
            many.push_str(&format!(
                "[[maintainers]]\ngithub = \"r{number}\"\nrole = \"reviewer\"\n"
            ));
        }
        let roster: Roster = toml::from_str(&many).unwrap();
        let why = is_cut(&roster, &people, 25).unwrap();
        assert_eq!(
            why,
            "9 of 12 would leave, and `guards.removals-percent` allows 25 per cent"
        );
        assert_eq!(is_cut(&roster, &people, 75), None);
    }

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
