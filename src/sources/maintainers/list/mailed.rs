//! A line for each maintainer: `Akihiro Suda <address> (@AkihiroSuda)`, as runc's MAINTAINERS has them. There is one role for all.

use std::collections::BTreeSet;

use super::{Person, cut_short, handle, name};
use crate::sources::proposal::Misread;
use crate::terms::{Handle, Role};

/// Whether a text is such a list: some line ends in a handle.
pub(super) fn is_one(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim);
    lines.any(|line| !line.starts_with(['#', '"']) && line.ends_with(')') && line.contains("(@"))
}

/// Reads the list.
pub(super) fn read(text: &str) -> (Vec<Person>, Vec<Misread>) {
    let mut people: Vec<Person> = Vec::new();
    let mut named: BTreeSet<Handle> = BTreeSet::new();
    let mut misread = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let stripped = line.trim_start_matches('\u{feff}').trim();
        if stripped.is_empty() || stripped.starts_with('#') {
            continue;
        }
        let person = person(stripped, index + 1).and_then(|person| {
            let is_new = named.insert(person.github.clone());
            let again = || format!("`{}` stands here for the second time", person.github);
            is_new.then_some(()).ok_or_else(again)?;
            Ok(person)
        });
        match person {
            Ok(person) => people.push(person),
            Err(reason) => misread.push(Misread {
                line: index + 1,
                reason,
            }),
        }
    }
    misread.extend(cut_short(text));
    (people, misread)
}

fn person(text: &str, line: usize) -> Result<Person, String> {
    let handle_of = |text: &str| {
        let (before, handle) = text.strip_suffix(')')?.rsplit_once('(')?;
        Some((before.trim().to_owned(), handle.trim().to_owned()))
    };
    let (before, login) =
        handle_of(text).ok_or("`Name <address> (@handle)` is expected".to_owned())?;
    let name_of = before.split('<').next().unwrap_or_default().trim();
    Ok(Person {
        github: handle(&login)?,
        name: name(name_of)?,
        role: Role::Maintainer,
        line,
    })
}

#[cfg(test)]
mod tests {
    use crate::sources::maintainers::list::{Misread, read};

    #[test]
    fn a_line_is_a_name_an_address_and_a_handle() {
        let text = "Aleksa Sarai <a@b.c> (@cyphar)\n# gone: X <x@y> (@x)\n\nMrunal Patel (@mrunalp)\nNobody <n@n>\nCyphar <a@b.c> (@Cyphar)\nA (@a b)\n";
        let (people, misread) = read(text);
        let people: Vec<String> = people
            .iter()
            .map(|one| format!("{} {:?} {}", one.github, one.name, one.role.written()))
            .collect();
        assert_eq!(
            people,
            [
                "cyphar Some(Line(\"Aleksa Sarai\")) maintainer",
                "mrunalp Some(Line(\"Mrunal Patel\")) maintainer",
            ]
        );
        let words: Vec<String> = misread.iter().map(Misread::to_string).collect();
        assert_eq!(
            words,
            [
                "5: `Name <address> (@handle)` is expected",
                "6: `Cyphar` stands here for the second time",
                "7: `a b` is not a GitHub handle",
            ]
        );
    }
}
