//! What an edit brings, before it is written: the one trial of every command that edits. Pure.
//!
//! The registry is judged once as it is, and once with the edits, as `check --base` judges a change; a finding that was there
//! before is known by what makes it the same one everywhere: rule, record and words. Only the files that an edit is about are
//! parsed. Many edits are judged together first, and one by one only where it is not plain which of them brings an error.

use std::collections::{BTreeMap, BTreeSet};

use super::Others;
use super::run::{Checked, Known, judge};
use crate::findings::diagnostic::{Diagnostic, Level};
use crate::findings::sources::{FileId, Revision};
use crate::registry::Registry;
use crate::registry::load::Loaded;
use crate::registry::schema::FileKind;
use crate::terms::Date;

/// An edit: files by their path below the registry's root, with the texts that they are to have. A path that is new is a new file.
pub type Texts<'t> = Vec<(&'t str, &'t str)>;

/// A registry that edits are tried on.
pub struct Trial<'r> {
    loaded: &'r Loaded,
    /// The registry as it is, to be looked at beside the one with an edit.
    base: Registry,
    today: Date,
    known: Known,
}

/// What edits bring: findings that were not there before.
#[derive(Debug)]
pub struct Brought {
    /// The findings that are new, by file and place, and the files that they speak of.
    pub checked: Checked,
    /// The files that were edited.
    edited: BTreeSet<FileId>,
}

impl Brought {
    /// Whether a finding stands in a file that was edited.
    pub fn is_here(&self, finding: &Diagnostic) -> bool {
        self.edited.contains(&finding.primary.file)
    }

    /// What there is to say of a file that was edited, and the errors elsewhere: of other records it matters only that they stay whole.
    #[must_use]
    pub fn here_and_errors(mut self) -> Checked {
        let Self { checked, edited } = &mut self;
        checked
            .diagnostics
            .retain(|one| edited.contains(&one.primary.file) || one.level == Level::Error);
        self.checked
    }
}

impl<'r> Trial<'r> {
    /// Runs the rules over a registry as it is on a day.
    pub fn of(loaded: &'r Loaded, today: Date) -> Self {
        Self {
            loaded,
            base: loaded.registry.seen_as(Revision::Base),
            today,
            known: Known::of(loaded, today, Others::default()),
        }
    }

    /// What these texts bring together, instead of those that were read or beside them. The rules run once.
    pub fn with<'t>(&self, texts: impl IntoIterator<Item = (&'t str, &'t str)>) -> Brought {
        let texts: Vec<(&str, &str)> = texts.into_iter().collect();
        let edited: BTreeSet<&str> = texts.iter().map(|(path, _)| *path).collect();
        let head = self.loaded.amended(texts.iter().copied());
        let registry = &head.registry;
        let mut checked = judge(
            &head,
            self.today,
            Some((&self.base, &self.known)),
            Others::default(),
        );
        checked.diagnostics.retain(|one| !one.known);
        // A file that is new stands behind the others: people see them by path.
        let Checked {
            diagnostics,
            sources,
        } = &mut checked;
        diagnostics.sort_by(|a, b| {
            let place = |one: &Diagnostic| {
                let file = one.primary.file;
                (file.revision(), sources.file(file).path.clone())
            };
            place(a).cmp(&place(b))
        });
        let edited = registry
            .files
            .iter()
            .enumerate()
            .filter(|(_, file)| edited.contains(&*file.path))
            .map(|(at, _)| FileId::new(Revision::Registry, at))
            .collect();
        Brought { checked, edited }
    }

    /// What each of these edits brings that must not be, in their order; those for which that is nothing may be written together.
    ///
    /// An edit is refused for what it brings beside those before it that may be written. No two edits are about the same file.
    pub fn each(
        &self,
        edits: &[Texts<'_>],
        is_refused: impl Fn(&Diagnostic) -> bool,
    ) -> Vec<Vec<Diagnostic>> {
        let mut refused: Vec<Vec<Diagnostic>> = edits.iter().map(|_| Vec::new()).collect();
        let mut accepted: Vec<usize> = Vec::new();
        let mut groups: Vec<Vec<usize>> = vec![(0..edits.len()).collect()];
        while let Some(group) = groups.pop() {
            if group.is_empty() {
                continue;
            }
            let together = accepted.iter().chain(&group);
            let brought = self.with(together.flat_map(|edit| edits[*edit].iter().copied()));
            let Checked {
                diagnostics,
                sources,
            } = brought.checked;
            let errors: Vec<Diagnostic> = diagnostics.into_iter().filter(&is_refused).collect();
            let path_of = |file: FileId| &*sources.file(file).path;
            match (errors.is_empty(), group.as_slice()) {
                (true, _) => accepted.extend(group),
                (false, [only]) => refused[*only] = errors,
                (false, _) => match Owners::of(edits, &group).of_all(&errors, path_of) {
                    Some(owners) => {
                        for (owner, error) in owners.iter().zip(errors) {
                            refused[*owner].push(error);
                        }
                        groups.push(
                            group
                                .into_iter()
                                .filter(|edit| !owners.contains(edit))
                                .collect(),
                        );
                    }
                    None => {
                        let (first, second) = group.split_at(group.len() / 2);
                        groups.extend([second.to_vec(), first.to_vec()]);
                    }
                },
            }
        }
        refused
    }
}

/// Whose a file is, of edits that are judged together.
struct Owners<'t> {
    by_path: BTreeMap<&'t str, usize>,
    /// Whether each of them is about records alone; what else a registry has, every record is judged by.
    are_records: bool,
}

impl<'t> Owners<'t> {
    fn of(edits: &[Texts<'t>], group: &[usize]) -> Self {
        let paths = group
            .iter()
            .flat_map(|edit| edits[*edit].iter().map(|(path, _)| (*path, *edit)));
        let by_path: BTreeMap<&str, usize> = paths.collect();
        let is_record =
            |path: &&str| matches!(FileKind::of(path), Some(FileKind::Kep | FileKind::WorkItem));
        Self {
            are_records: by_path.keys().all(is_record),
            by_path,
        }
    }

    /// Which edit brings each error; `None`, if that is not plain of one of them: it stands in a file that none of them is about, or
    /// points at another's file as well, so that it may be that one's.
    fn of_all<'p>(
        &self,
        errors: &[Diagnostic],
        path_of: impl Fn(FileId) -> &'p str,
    ) -> Option<Vec<usize>> {
        let owner = |error: &Diagnostic| {
            let owner = self.by_path.get(path_of(error.primary.file)).copied()?;
            let mut related = error.related.iter();
            let is_alone = related.all(|label| {
                let other = self.by_path.get(path_of(label.file));
                other.is_none_or(|other| *other == owner)
            });
            is_alone.then_some(owner)
        };
        let owners = errors.iter().map(owner).collect::<Option<Vec<usize>>>();
        owners.filter(|_| self.are_records)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::load::{RawFile, load};
    use crate::rules::RUNS;
    use crate::rules::testing;

    fn record(number: u32, more: &str) -> String {
        format!("number = {number}\ntitle = \"x\"\nstatus = \"implementable\"\n{more}")
    }

    fn path(number: u32) -> String {
        format!("sig-node/{number}-x.toml")
    }

    /// A registry with records of KEPs from 9001 on, shepherded by somebody who may not; the last one has an issue of its number.
    fn registry(count: u32, config: &str) -> Loaded {
        let raw = |path: &str, text: &str| RawFile {
            path: path.to_owned(),
            content: Ok(text.as_bytes().to_vec()),
        };
        let config = format!("{}{config}", testing::CONFIG);
        let mut files = vec![
            raw("registry.toml", &config),
            raw(
                "releases/containerd.toml",
                "[[minors]]\nrelease = \"2.5\"\n",
            ),
        ];
        files.push(raw(
            "maintainers.toml",
            "[[maintainers]]\ngithub = \"mikebrow\"\nrole = \"committer\"\n",
        ));
        let last = 9000 + count;
        files.extend((9001..last).map(|number| raw(&path(number), &record(number, SHEPHERD))));
        let issue = format!("issue = {last}\n{SHEPHERD}");
        files.push(raw(&path(last), &record(last, &issue)));
        load(files)
    }

    const SHEPHERD: &str = "shepherds = [\"nobody\"]\n";

    fn today() -> Date {
        testing::TODAY.parse().unwrap()
    }

    fn words(findings: &[Diagnostic]) -> Vec<String> {
        let words = findings
            .iter()
            .map(|one| format!("{}: {}", one.rule, one.message));
        words.collect()
    }

    fn is_error(finding: &Diagnostic) -> bool {
        finding.level == Level::Error
    }

    /// Which of these edits, each a KEP with lines of its record, are refused; and how often the rules ran for that.
    fn refused(loaded: &Loaded, edits: &[(u32, &str)]) -> (Vec<(u32, Vec<String>)>, usize) {
        let trial = Trial::of(loaded, today());
        let made: Vec<(String, String)> = edits
            .iter()
            .map(|(number, more)| (path(*number), record(*number, more)))
            .collect();
        let texts: Vec<Texts<'_>> = made
            .iter()
            .map(|(path, text)| vec![(&**path, &**text)])
            .collect();
        RUNS.set(0);
        let refused = trial.each(&texts, is_error);
        let numbers = edits.iter().map(|(number, _)| *number);
        let refused = numbers.zip(refused.iter().map(|all| words(all)));
        (
            refused.filter(|(_, all)| !all.is_empty()).collect(),
            RUNS.get(),
        )
    }

    #[test]
    fn what_was_there_before_is_not_brought() {
        let loaded = registry(2, "[rules]\nshepherd-not-maintainer = \"error\"\n");
        let trial = Trial::of(&loaded, today());
        RUNS.set(0);
        let same = record(9001, SHEPHERD);
        assert_eq!(
            words(&trial.with([(&*path(9001), &*same)]).checked.diagnostics),
            Vec::<String>::new()
        );
        let more = "issue = 9002\nshepherds = [\"nobody\", \"somebody\"]\n";
        let brought = trial.with([(&*path(9001), &*record(9001, more))]);
        let all = &brought.checked.diagnostics;
        insta::assert_debug_snapshot!(words(all), @r#"
        [
            "duplicate-issue: containerd/containerd#9002 is claimed by `sig-node/9002-x.toml` already",
            "shepherd-not-maintainer: `somebody` is not a maintainer",
        ]
        "#);
        let here = all.iter().filter(|one| brought.is_here(one));
        assert_eq!(here.count(), 2);
        assert_eq!(RUNS.get(), 2, "what is known is known once");
    }

    #[test]
    fn a_new_file_is_seen_by_its_path() {
        let loaded = registry(3, "");
        let trial = Trial::of(&loaded, today());
        // They claim the issue of a record behind them.
        let text = record(9002, "issue = 9003\nshepherds = [\"nobody\"]\n");
        let new = record(9010, "issue = 9003\nshepherds = [\"nobody\"]\n");
        let brought = trial.with([
            ("sig-node/9002-x.toml", &*text),
            ("sig-auth/9010-x.toml", &*new),
        ]);
        let checked = brought.here_and_errors();
        let paths = checked.diagnostics.iter().map(|one| {
            let file = checked.sources.file(one.primary.file);
            format!("{} {}", file.path, one.rule)
        });
        insta::assert_debug_snapshot!(paths.collect::<Vec<_>>(), @r#"
        [
            "sig-auth/9010-x.toml duplicate-issue",
            "sig-auth/9010-x.toml shepherd-not-maintainer",
            "sig-node/9002-x.toml duplicate-issue",
        ]
        "#);
    }

    #[test]
    fn edits_that_bring_no_error_cost_one_run_however_many_they_are() {
        let loaded = registry(51, "");
        let edits: Vec<(u32, &str)> = (9001..9051)
            .map(|number| (number, "milestone = \"2.5\"\n"))
            .collect();
        let (refused, runs) = refused(&loaded, &edits);
        assert_eq!((refused.len(), runs), (0, 1));
    }

    #[test]
    fn errors_that_are_plainly_of_an_edit_cost_one_run_more_however_many_they_are() {
        let loaded = registry(51, "");
        for bad in [1, 7, 49, 50] {
            let edits: Vec<(u32, &str)> = (9001..9051)
                .map(|number| match number < 9001 + bad {
                    true => (number, "milestone = \"2.9\"\n"),
                    false => (number, "milestone = \"2.5\"\n"),
                })
                .collect();
            let (refused, runs) = refused(&loaded, &edits);
            let expected: Vec<u32> = (9001..9001 + bad).collect();
            assert_eq!(
                refused
                    .iter()
                    .map(|(number, _)| *number)
                    .collect::<Vec<_>>(),
                expected
            );
            assert!(
                refused[0].1[0].starts_with("unknown-release: "),
                "{refused:?}"
            );
            assert_eq!(runs, if bad == 50 { 1 } else { 2 });
        }
    }

    #[test]
    fn of_two_edits_that_cannot_both_be_the_first_may() {
        let loaded = registry(20, "");
        // Whichever the error points at by path, the edit that comes first stays.
        for (first, second) in [(9005, 9015), (9015, 9005)] {
            let mut edits = vec![
                (first, "issue = 1\n"),
                (9002, "milestone = \"2.9\"\n"),
                (second, "issue = 1\n"),
                (9003, "milestone = \"2.5\"\n"),
            ];
            let (refused, _) = refused(&loaded, &edits);
            let numbers: Vec<u32> = refused.iter().map(|(number, _)| *number).collect();
            assert_eq!(numbers, [9002, second], "{refused:?}");
            edits.retain(|(number, _)| !numbers.contains(number));
            assert_eq!(self::refused(&loaded, &edits), (Vec::new(), 1));
        }
    }

    #[test]
    fn a_claim_of_what_a_record_that_nobody_edits_has_is_traced_to_its_edit() {
        let loaded = registry(20, "");
        let mut edits: Vec<(u32, &str)> = (9001..9019)
            .map(|number| (number, "milestone = \"2.5\"\n"))
            .collect();
        edits[4].1 = "issue = 9020\n";
        let (refused, runs) = refused(&loaded, &edits);
        assert_eq!(refused.len(), 1, "{refused:?}");
        assert_eq!(refused[0].0, 9005);
        assert!(runs < 12, "halves, and not one by one: {runs}");
    }

    #[test]
    fn what_every_record_is_judged_by_is_judged_on_its_own() {
        let loaded = registry(3, "");
        let trial = Trial::of(&loaded, today());
        let text = record(9001, "milestone = \"2.5\"\n");
        let (calendar, records) = (
            "[[minors]]\nrelease = \"2.4\"\n\n[[minors]]\nrelease = \"2.6\"\n",
            path(9001),
        );
        let (record, calendar) = ((&*records, &*text), ("releases/containerd.toml", calendar));
        for edits in [
            [vec![record], vec![calendar]],
            [vec![calendar], vec![record]],
        ] {
            let refused = trial.each(&edits, is_error);
            assert!(
                refused[0].is_empty() && refused[1].len() == 1,
                "{refused:?}"
            );
        }
        // Together they are one edit, and it is refused as one.
        assert_eq!(trial.each(&[vec![calendar, record]], is_error)[0].len(), 1);
    }
}
