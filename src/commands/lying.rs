//! What lies in a registry's folder, on disk and in a tree alike: what is passed over, what is named and not read, and how deep
//! is looked. It lists and reads nothing itself.

use anyhow::Result;

use crate::registry::load::{DEEPEST_FOLDER, Lying, Unreadable, leading_number};
use crate::text::words::nearest;

/// Something that lies in a folder.
pub(super) struct Listed<H> {
    /// Its name there.
    pub(super) name: String,
    /// What it is.
    pub(super) kind: Kind,
    /// By what it is listed, or read.
    pub(super) handle: H,
}

/// What something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A folder.
    Folder,
    /// A file, or what is opened like one.
    File,
    /// What leads elsewhere.
    Link,
}

/// A file of a registry, before it is read.
pub(super) struct Unread<H> {
    /// Path below the registry's root, with `/` between its parts.
    pub(super) path: String,
    /// By what it is read; or what is known of it without that.
    pub(super) content: Result<H, Result<Vec<u8>, Unreadable>>,
}

/// The files of a registry, from what lies in its folder.
pub(super) fn files<H>(
    root: Vec<Listed<H>>,
    mut list: impl FnMut(&H) -> Result<Vec<Listed<H>>>,
) -> Result<Vec<Unread<H>>> {
    let mut files = Vec::new();
    collect(root, &mut String::new(), 1, &mut list, &mut files)?;
    Ok(files)
}

fn collect<H>(
    listed: Vec<Listed<H>>,
    above: &mut String,
    depth: usize,
    list: &mut impl FnMut(&H) -> Result<Vec<Listed<H>>>,
    files: &mut Vec<Unread<H>>,
) -> Result<()> {
    for Listed { name, kind, handle } in listed {
        if name.starts_with('.') {
            continue;
        }
        // A registry may lie at the root of a repository, beside whatever a repository has.
        let is_own = depth > 1 || is_of_a_registry(&name);
        if kind != Kind::Folder && !is_own {
            continue;
        }
        let length = above.len();
        above.push_str(&name);
        let content = match kind {
            Kind::Folder if depth < DEEPEST_FOLDER => {
                above.push('/');
                let inside = list(&handle)?;
                if is_own || inside.iter().any(|one| is_of_a_record(&one.name)) {
                    collect(inside, above, depth + 1, list, files)?;
                }
                None
            }
            Kind::Folder => None,
            Kind::Link => Some(Err(Err(Unreadable::Symlink))),
            Kind::File => match Lying::of(above) {
                Lying::Read => Some(Ok(handle)),
                Lying::Named => Some(Err(Ok(Vec::new()))),
                Lying::Ignored => None,
            },
        };
        files.extend(content.map(|content| Unread {
            path: above.clone(),
            content,
        }));
        above.truncate(length);
    }
    Ok(())
}

/// Whether a file at a path would be read if it were there, beside those at other paths.
pub(super) fn would_be_read<'a>(path: &str, there: impl IntoIterator<Item = &'a str>) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    let Some((name, folders)) = parts.split_last() else {
        return false;
    };
    let is_hidden = parts
        .iter()
        .any(|part| part.starts_with('.') || part.is_empty());
    if is_hidden || parts.len() > DEEPEST_FOLDER || Lying::of(path) != Lying::Read {
        return false;
    }
    match folders.first() {
        None => is_of_a_registry(name),
        // A folder is the registry's if a record lies in it.
        Some(top) => {
            let is_beside = |other: &str| other.split('/').next() == Some(top);
            let is_record_at_top = folders.len() == 1 && is_of_a_record(name);
            is_of_a_registry(top) || is_record_at_top || there.into_iter().any(is_beside)
        }
    }
}

/// Whether what has this name at the top is looked into.
pub(super) fn is_read(name: &str) -> bool {
    !name.starts_with('.') && is_of_a_registry(name)
}

/// Whether what has this name at the top is a registry's, or was meant to be: its own files and folders, a record at the wrong
/// place, and a name that is nearly one of these.
fn is_of_a_registry(name: &str) -> bool {
    const FILES: [&str; 2] = ["registry.toml", "maintainers.toml"];
    const FOLDERS: [&str; 2] = ["releases", "work-items"];
    let is_of_a_group = ["sig-", "wg-"].iter().any(|start| name.starts_with(start));
    let is_nearly = || nearest(name, FILES.into_iter().chain(FOLDERS)).is_some();
    is_of_a_group || is_of_a_record(name) || is_nearly()
}

/// Whether a file of this name is a record by its name.
fn is_of_a_record(name: &str) -> bool {
    leading_number(name).is_some() && name.ends_with(".toml")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What lies in each folder, by its path; a folder ends in `/`, a link in `@`.
    fn found(all: &[&str]) -> Vec<String> {
        let list = |folder: &String| -> Vec<Listed<String>> {
            let inside = all.iter().filter_map(|path| {
                let rest = path.strip_prefix(folder.as_str())?;
                let end = rest.trim_end_matches(['/', '@']);
                (!end.is_empty() && !end.contains('/')).then(|| Listed {
                    name: end.to_owned(),
                    kind: match rest.chars().last() {
                        Some('/') => Kind::Folder,
                        Some('@') => Kind::Link,
                        _ => Kind::File,
                    },
                    handle: (*path).to_owned(),
                })
            });
            inside.collect()
        };
        let files = files(list(&String::new()), |folder| Ok(list(folder))).unwrap();
        let shown = |file: Unread<String>| match file.content {
            Ok(handle) => format!("read {} by {handle}", file.path),
            Err(Ok(_)) => format!("named {}", file.path),
            Err(Err(why)) => format!("{why:?} {}", file.path),
        };
        files.into_iter().map(shown).collect()
    }

    #[test]
    fn records_are_read_pages_passed_over_and_the_rest_is_named() {
        let all = [
            "registry.toml",
            "README.md",
            ".hidden.toml",
            ".git/",
            ".git/a.toml",
            "sig-node/",
            "sig-node/1-a.toml",
            "sig-node/2-b.tml",
            "sig-node/c.toml@",
        ];
        assert_eq!(
            found(&all),
            [
                "read registry.toml by registry.toml",
                "read sig-node/1-a.toml by sig-node/1-a.toml",
                "named sig-node/2-b.tml",
                "Symlink sig-node/c.toml",
            ]
        );
    }

    /// A registry at the root of a repository: what else is there is no mistake, and what was meant for it is.
    #[test]
    fn beside_a_registry_a_repository_has_whatever_it_has() {
        let all = [
            "registry.toml",
            "LICENSE",
            "Cargo.toml",
            "link@",
            "maintainer.toml",
            "9001-x.toml",
            "schema/",
            "schema/kep.schema.json",
            "src/",
            "src/a.toml",
            "apps/",
            "apps/1-a.toml",
            "apps/b.toml",
            "sig-node/",
            "sig-node/x.json",
        ];
        assert_eq!(
            found(&all),
            [
                "read registry.toml by registry.toml",
                "read maintainer.toml by maintainer.toml",
                "read 9001-x.toml by 9001-x.toml",
                "read apps/1-a.toml by apps/1-a.toml",
                "read apps/b.toml by apps/b.toml",
                "named sig-node/x.json",
            ]
        );
    }

    #[test]
    fn folders_are_looked_into_so_deep_and_no_deeper() {
        let folder = |depth: usize| format!("sig-a/{}", "a/".repeat(depth - 1));
        let mut all: Vec<String> = (1..=DEEPEST_FOLDER).map(folder).collect();
        all.push(format!("{}x.toml", folder(DEEPEST_FOLDER - 1)));
        all.push(format!("{}y.toml", folder(DEEPEST_FOLDER)));
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        let found = found(&all);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains("x.toml"));
    }
}
