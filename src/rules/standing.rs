//! What a check of a registry finds, kept while the registry is edited: an edit of a record asks the rules about that record, and
//! those that look at all records; what is said of other records stands. It is [`run`](super::run()) without a base and without
//! others, and finds the same, finding for finding; a property test holds both to each other. Pure.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Others;
use super::run::{Places, Round, Said, by_file};
use crate::findings::diagnostic::{Diagnostic, Found};
use crate::findings::sources::{FileId, Sources};
use crate::registry::Registry;
use crate::registry::load::Loaded;
use crate::registry::schema::FileKind;
use crate::terms::Date;

/// What was edited since a registry was judged.
#[derive(Debug, Clone, Copy)]
pub enum Edited<'a> {
    /// The texts of these files, all of which were there before.
    Texts(&'a BTreeSet<FileId>),
    /// Anything: files are there that were not, or are numbered anew.
    Anything,
}

/// The files whose findings may be others than before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Anew {
    /// These.
    Files(BTreeSet<FileId>),
    /// Any.
    All,
}

impl Anew {
    /// None.
    pub fn nothing() -> Self {
        Self::Files(BTreeSet::new())
    }

    /// And these as well.
    pub fn extend(&mut self, more: Self) {
        match (&mut *self, more) {
            (Self::Files(files), Self::Files(more)) => files.extend(more),
            _ => *self = Self::All,
        }
    }
}

/// What is found in a registry, file by file.
#[derive(Debug, Default)]
pub struct Standing {
    today: Option<Date>,
    /// What rules say of each record by itself.
    of_records: BTreeMap<FileId, Vec<Said>>,
    /// What there is to say of each file, and how it is shown. Files of which there is nothing to say are left out.
    of_files: BTreeMap<FileId, OfFile>,
}

#[derive(Debug)]
struct OfFile {
    /// What the loader met in it.
    loader: Vec<Found>,
    /// What rules say that look at more than one record, or at another one.
    others: Vec<Said>,
    /// Of one file that a finding points at an edit moves what is pointed at.
    points_at: BTreeSet<FileId>,
    shown: Arc<[Diagnostic]>,
}

impl Standing {
    /// The findings of a file, by place, without their fingerprints.
    pub fn of(&self, file: FileId) -> Option<&Arc<[Diagnostic]>> {
        self.of_files.get(&file).map(|of| &of.shown)
    }

    /// What there is to say of a file, whether its record accepts it or not.
    pub fn said_of(&self, file: FileId) -> impl Iterator<Item = &Found> {
        let own = self.of_records.get(&file).into_iter().flatten();
        let own = own.filter(move |said| said.file() == file);
        let others = self.of_files.get(&file).into_iter();
        own.chain(others.flat_map(|of| &of.others))
            .map(|said| &said.found)
    }

    /// The files that have findings, each with them; by number.
    pub fn files(&self) -> impl Iterator<Item = (FileId, &Arc<[Diagnostic]>)> {
        let files = self.of_files.iter().map(|(file, of)| (*file, &of.shown));
        files.filter(|(_, shown)| !shown.is_empty())
    }

    /// Whether it was judged on a day.
    pub fn is_of(&self, today: Date) -> bool {
        self.today == Some(today)
    }

    /// Judges a registry after an edit; gives the files whose findings may be others than before, and all that were edited.
    pub fn judge(&mut self, loaded: &Loaded, today: Date, edited: Edited<'_>) -> Anew {
        let registry = &loaded.registry;
        let round = Round::new(registry, today, None, Others::default());
        let is_record = |file: &FileId| is_record(registry, *file);
        // What is no record, every record is held to.
        let records = match edited {
            Edited::Texts(files) if self.today == Some(today) && files.iter().all(is_record) => {
                Some(files)
            }
            _ => None,
        };
        self.today = Some(today);
        let sources = round.sources();
        match records {
            Some(files) => {
                for file in files {
                    let said = round.record_in(*file);
                    let said = said.map_or_else(Vec::new, |record| round.of_record(record));
                    self.of_records.insert(*file, said);
                }
            }
            None => {
                self.of_files.clear();
                let records = registry.tracked();
                let said = records.map(|record| (record.file(), round.of_record(record)));
                self.of_records = said.collect();
            }
        }
        let anew = self.show(loaded, &round, &sources, records);
        records.map_or(Anew::All, |_| Anew::Files(anew))
    }

    /// Shows the files anew of which something else is to be said than before, or in which something else is pointed at; gives them.
    fn show(
        &mut self,
        loaded: &Loaded,
        round: &Round<'_>,
        sources: &Sources,
        edited: Option<&BTreeSet<FileId>>,
    ) -> BTreeSet<FileId> {
        // Most of what is said is said of a record by itself, and is neither copied nor compared unless that was edited.
        let is_foreign = |file: FileId, said: &&Said| said.file() != file;
        let foreign = self.of_records.iter().flat_map(|(file, said)| {
            let said = said.iter().filter(move |said| is_foreign(*file, said));
            said.cloned()
        });
        let whole: Vec<Said> = foreign.chain(round.of_the_whole(usize::MAX)).collect();
        let mut of_the_whole: BTreeMap<FileId, Vec<Said>> = BTreeMap::new();
        for said in whole {
            of_the_whole.entry(said.file()).or_default().push(said);
        }
        let mut of_the_loader: BTreeMap<FileId, Vec<Found>> = BTreeMap::new();
        for found in round.of_the_loader(&loaded.findings) {
            let file = found.finding.primary.file;
            of_the_loader.entry(file).or_default().push(found);
        }
        let mut files: BTreeSet<FileId> = of_the_whole.keys().copied().collect();
        files.extend(of_the_loader.keys());
        match edited {
            Some(edited) => {
                files.extend(edited);
                // What was said of a file and is said no more.
                files.extend(self.of_files.keys());
            }
            None => {
                files.extend(self.of_records.keys());
                files.extend(round.asked_last());
            }
        }
        let is_edited = |file: &FileId| edited.is_none_or(|edited| edited.contains(file));
        let mut places = Places::of(sources);
        let mut anew = BTreeSet::new();
        for file in files {
            let loader = of_the_loader.remove(&file).unwrap_or_default();
            let others = of_the_whole.remove(&file).unwrap_or_default();
            if let Some(before) = self.of_files.get(&file)
                && !is_edited(&file)
                && (&before.loader, &before.others) == (&loader, &others)
                && !before.points_at.iter().any(is_edited)
            {
                continue;
            }
            anew.insert(file);
            let own = self.of_records.get(&file).map_or(&[][..], Vec::as_slice);
            let own = own.iter().filter(|said| said.file() == file);
            let said = own.chain(&others).cloned();
            let found = by_file(loader.clone(), said).remove(&file);
            let found = found.unwrap_or_default();
            let is_nothing_said = found.is_empty();
            let shown = round.shown(file, found, &mut places);
            if is_nothing_said && shown.is_empty() {
                self.of_files.remove(&file);
                continue;
            }
            let points_at = points_at(&shown);
            let shown = shown.into();
            self.of_files.insert(
                file,
                OfFile {
                    loader,
                    others,
                    points_at,
                    shown,
                },
            );
        }
        anew
    }
}

/// What rules say of the record in a file.
pub fn said_of_record(loaded: &Loaded, file: FileId, today: Date) -> Vec<Found> {
    let round = Round::new(&loaded.registry, today, None, Others::default());
    let own = round.record_in(file).map(|record| round.of_record(record));
    let others = round.of_the_whole(usize::MAX).into_iter();
    let others = others.filter(|said| said.file() == file);
    let all = own.into_iter().flatten().chain(others);
    all.map(|said| said.found).collect()
}

/// The files that findings point at.
fn points_at(shown: &[Diagnostic]) -> BTreeSet<FileId> {
    let edits = shown.iter().flat_map(|one| &one.help);
    let edits = edits.filter_map(|help| help.edit.as_ref().map(|edit| edit.file));
    let related = shown.iter().flat_map(|one| &one.related);
    related.map(|label| label.file).chain(edits).collect()
}

/// Whether a file is one of those that rules look at by themselves.
fn is_record(registry: &Registry, file: FileId) -> bool {
    let kind = registry
        .files
        .get(file.index())
        .and_then(|file| FileKind::of(&file.path));
    matches!(kind, Some(FileKind::Kep | FileKind::WorkItem))
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;
    use proptest::sample::{Index, select};

    use super::*;
    use crate::findings::sources::Revision;
    use crate::registry::load::{RawFile, load};
    use crate::rules::{Beside, Example, RULES, run, testing};

    /// Findings by the paths of their files: a registry that is edited numbers its files otherwise than one that is read anew.
    fn said<'d>(
        registry: &Registry,
        diagnostics: impl IntoIterator<Item = &'d Diagnostic>,
    ) -> Vec<String> {
        let path = |file: FileId| &*registry.file(file).path;
        let shown = |one: &Diagnostic| {
            let Diagnostic {
                primary,
                related,
                help,
                ..
            } = one;
            let related = related
                .iter()
                .map(|one| (path(one.file), one.place, &one.text));
            let help = help.iter().map(|help| {
                let edit = help.edit.as_ref();
                let edit =
                    edit.map(|one| (path(one.file), one.place, &one.replacement, one.certainty));
                (&help.text, edit, &help.rename)
            });
            format!(
                "{} {:?} {} {} {:?} {:?} {:?} {:?} {:?}",
                path(primary.file),
                primary.place,
                one.level,
                one.in_words(),
                primary.text,
                one.rule,
                one.is_news,
                related.collect::<Vec<_>>(),
                help.collect::<Vec<_>>(),
            )
        };
        let mut all: Vec<String> = diagnostics.into_iter().map(shown).collect();
        all.sort();
        all
    }

    fn standing(standing: &Standing, registry: &Registry) -> Vec<String> {
        said(registry, standing.files().flat_map(|(_, shown)| &**shown))
    }

    fn anew(files: &HashMap<String, RawFile>, today: Date) -> Vec<String> {
        let loaded = load(files.values().cloned().collect());
        let checked = run(&loaded, today, Beside::default());
        said(&loaded.registry, &checked.diagnostics)
    }

    /// What an edit does: the text of a rule's example, whole, cut off, or with another line at its top.
    #[derive(Debug, Clone)]
    enum Typed {
        Whole,
        CutOff(Index),
        Moved,
        TooLarge,
    }

    fn typed() -> impl Strategy<Value = Typed> {
        prop_oneof![
            6 => Just(Typed::Whole),
            2 => any::<Index>().prop_map(Typed::CutOff),
            2 => Just(Typed::Moved),
            1 => Just(Typed::TooLarge),
        ]
    }

    fn examples() -> Vec<(&'static str, &'static str)> {
        let files = RULES.iter().flat_map(|rule| {
            let Example { wrong, fine, .. } = &rule.example;
            wrong.iter().chain(*fine).copied()
        });
        files.collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// After any edits, what stands is what a check finds that reads everything anew.
        #[test]
        fn what_stands_after_edits_is_what_a_check_finds(
            edits in prop::collection::vec((select(examples()), typed(), any::<bool>()), 1..24),
        ) {
            let today: Date = testing::TODAY.parse().unwrap();
            let mut loaded = testing::loaded(Revision::Registry, &[]);
            let mut files: HashMap<String, RawFile> = HashMap::new();
            for file in &loaded.registry.files {
                let raw = RawFile {
                    path: file.path.to_string(),
                    content: Ok(file.text.as_bytes().to_vec()),
                };
                files.insert(file.path.to_string(), raw);
            }
            let mut standing_now = Standing::default();
            standing_now.judge(&loaded, today, Edited::Anything);
            for ((path, text), typed, is_elsewhere) in edits {
                // The same record in another folder is a second one.
                let path = match is_elsewhere {
                    true => path.replace("sig-node/", "sig-auth/"),
                    false => path.to_owned(),
                };
                let content = match typed {
                    Typed::Whole => Ok(text.as_bytes().to_vec()),
                    Typed::CutOff(at) => Ok(text.as_bytes()[..at.index(text.len() + 1)].to_vec()),
                    Typed::Moved => Ok(format!("# ☃ moved\r\n{text}").into_bytes()),
                    Typed::TooLarge => Err(crate::registry::load::Unreadable::TooLarge(1 << 21)),
                };
                let raw = RawFile { path: path.clone(), content };
                let index = loaded.registry.files.iter().position(|file| *file.path == path);
                let id = index.map(|index| FileId::new(Revision::Registry, index));
                files.insert(path, raw.clone());
                loaded = loaded.amend([raw]);
                let ids: BTreeSet<FileId> = id.into_iter().collect();
                let edited = match id {
                    Some(_) => Edited::Texts(&ids),
                    None => Edited::Anything,
                };
                standing_now.judge(&loaded, today, edited);
                prop_assert_eq!(standing(&standing_now, &loaded.registry), anew(&files, today));
            }
        }
    }

    /// A name of letters only.
    fn name(number: usize) -> String {
        number
            .to_string()
            .bytes()
            .map(|digit| char::from(digit - b'0' + b'a'))
            .collect()
    }

    /// A rule that looked at another record by itself would not hear of that one's edits.
    #[test]
    fn what_is_said_of_a_record_is_said_of_it_wherever_it_stands_alone() {
        let today: Date = testing::TODAY.parse().unwrap();
        let mut all = examples();
        // Each of them a second time, under a name that says nothing.
        let copies: Vec<String> = (0..all.len())
            .map(|at| format!("sig-auth/{}.toml", name(at)))
            .collect();
        let again: Vec<(&str, &str)> = all
            .iter()
            .zip(&copies)
            .map(|((_, text), path)| (path.as_str(), *text))
            .collect();
        all.extend(again);
        let whole = testing::loaded(Revision::Registry, &all);
        let is_record =
            |path: &str| matches!(FileKind::of(path), Some(FileKind::Kep | FileKind::WorkItem));
        let lists: Vec<(&str, &str)> = all
            .iter()
            .filter(|(path, _)| !is_record(path))
            .copied()
            .collect();
        let of = |registry: &Registry, path: &str| -> Vec<String> {
            let round = Round::new(registry, today, None, Others::default());
            let mut records = registry.tracked();
            let record = records.find(|one| *registry.file(one.file()).path == *path);
            let said = round.of_record(record.unwrap());
            let words = said.iter().map(|said| {
                let one = &said.found.finding;
                let help = one.help.iter().map(|help| (&help.text, &help.rename));
                let help: Vec<_> = help.collect();
                format!(
                    "{} {} {:?} {help:?}",
                    said.found.rule, one.message, one.notes
                )
            });
            words.collect()
        };
        for record in whole.registry.tracked() {
            let path = &*whole.registry.file(record.file()).path;
            let text = &*whole.registry.file(record.file()).text;
            let mut files = lists.clone();
            files.push((path, text));
            let alone = testing::loaded(Revision::Registry, &files);
            assert_eq!(of(&alone.registry, path), of(&whole.registry, path));
        }
    }
}
