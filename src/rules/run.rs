//! Runs the rules: one loop over each kind of thing that rules look at, and what no rule can know of its findings.
//!
//! A part of a rule is given only what it can rely on: where a key that it reads has a finding already, it is not asked.

use std::collections::{BTreeMap, BTreeSet};

use super::allow::allows;
use super::{
    Change, Check, Context, Group, Others, Part, RULES, Rule, file_start, find, is_firm,
    unused_allow,
};
use crate::findings::diagnostic::{
    Certainty, Diagnostic, Finding, Found, Judged, Level, Pointer, RuleId,
};
use crate::findings::document::Located;
use crate::findings::loader::{SCHEMA, SYNTAX};
use crate::findings::sources::{FileId, Revision, Sources};
use crate::parallel;
use crate::registry::Registry;
use crate::registry::load::Loaded;
use crate::registry::schema::FileKind;
use crate::registry::tracked::Tracked;
use crate::sources::upstream::snapshot::Upstream;
use crate::terms::{Date, Subject};
use crate::text::digest;

/// What a registry is looked at beside.
#[derive(Clone, Copy, Default)]
pub struct Beside<'a> {
    /// The registry that a change starts from, loaded as [`Revision::Base`].
    pub base: Option<&'a Loaded>,
    /// What others say.
    pub others: Others<'a>,
}

impl<'a> Beside<'a> {
    /// The registry that a change starts from.
    pub fn base(base: &'a Loaded) -> Self {
        Self {
            base: Some(base),
            others: Others::default(),
        }
    }
}

/// What a check found, and the files that it speaks of.
#[derive(Debug)]
pub struct Checked {
    /// The findings, by file and place.
    pub diagnostics: Vec<Diagnostic>,
    /// The files that findings name.
    pub sources: Sources,
}

/// Runs every rule over a loaded registry: each finding with its level, its reason and its place in bytes, by file and
/// place. Findings that a record accepts, or whose rule is off, are left out.
///
/// Beside the registry that a change starts from, the change is judged too, and findings that were there before are marked.
pub fn run(loaded: &Loaded, today: Date, beside: Beside<'_>) -> Checked {
    let Beside { base, others } = beside;
    let Some(base) = base else {
        return judge(loaded, today, None, others);
    };
    let (known, mut checked) = parallel::both(
        is_large(&loaded.registry),
        || Known::of(base, today, others),
        || asked(loaded, today, Some(&base.registry), others),
    );
    known.mark(&mut checked.diagnostics, &loaded.registry);
    checked
}

/// Runs every rule, beside a base of which is known what was found in it.
pub(super) fn judge(
    loaded: &Loaded,
    today: Date,
    base: Option<(&Registry, &Known)>,
    others: Others<'_>,
) -> Checked {
    let mut checked = asked(loaded, today, base.map(|(base, _)| base), others);
    if let Some((_, known)) = base {
        known.mark(&mut checked.diagnostics, &loaded.registry);
    }
    checked
}

/// What every rule says, as if nothing had been there before.
fn asked(loaded: &Loaded, today: Date, base: Option<&Registry>, others: Others<'_>) -> Checked {
    #[cfg(test)]
    RUNS.with(|runs| runs.set(runs.get() + 1));
    let registry = &loaded.registry;
    let round = Round::new(registry, today, base, others);
    let least = if is_large(registry) { 1 } else { usize::MAX };
    let records: Vec<Tracked<'_>> = registry.tracked().collect();
    let said = parallel::each(records, least, |record| round.of_record(record));
    let mut said: Vec<Said> = said.into_iter().flatten().collect();
    said.extend(round.of_the_whole(least));
    let mut files = by_file(round.of_the_loader(&loaded.findings), said);
    for file in round.asked_last() {
        files.entry(file).or_default();
    }
    let sources = round.sources();
    let files: Vec<(FileId, Vec<Found>)> = files.into_iter().collect();
    let shown = parallel::each_share(parallel::shares(files, least), |share| {
        let mut places = Places::of(&sources);
        let files = share.into_iter();
        let shown = files.flat_map(|(file, found)| round.shown(file, found, &mut places));
        shown.collect::<Vec<Diagnostic>>()
    });
    let mut diagnostics = shown.concat();
    let path_of = |id: FileId| sources.file(id).path.to_string();
    give_fingerprints(&mut diagnostics, registry, path_of);
    Checked {
        diagnostics,
        sources,
    }
}

/// Whether the rules share the cores: in a small registry another thread costs more than it saves.
fn is_large(registry: &Registry) -> bool {
    registry.tracked().nth(RECORDS_A_THREAD).is_some()
}

#[cfg(test)]
thread_local! {
    /// How often the rules have run on this thread: tests of cost count instead of taking the time.
    pub(crate) static RUNS: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// Runs the rules about upstream alone, at their own levels; findings that a record accepts are left out.
pub fn run_upstream(loaded: &Loaded, today: Date, upstream: &Upstream) -> Checked {
    let others = Others {
        upstream: Some(upstream),
        runtimes: &[],
    };
    let round = Round::new(&loaded.registry, today, None, others);
    let is_asked = |rule: &Rule| rule.group == Group::Upstream;
    let said = round.of_the_whole_by(usize::MAX, is_asked);
    let sources = round.sources();
    let mut places = Places::of(&sources);
    let mut diagnostics = Vec::new();
    for (file, mut found) in by_file(Vec::new(), said) {
        round.accept(round.record_in(file), &mut found);
        diagnostics.extend(located(found, |rule| rule.level, file, &mut places));
    }
    let path_of = |id: FileId| sources.file(id).path.to_string();
    give_fingerprints(&mut diagnostics, &loaded.registry, path_of);
    Checked {
        diagnostics,
        sources,
    }
}

/// From how many records on the rules share the cores.
const RECORDS_A_THREAD: usize = 1_000;

/// What a part of a rule says, and where that part stands among all: findings of a file are in that order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Said {
    order: (usize, usize),
    pub(super) found: Found,
}

impl Said {
    /// The file that it is said of.
    pub(super) fn file(&self) -> FileId {
        self.found.finding.primary.file
    }
}

/// What there is to say of each file: what the loader met in it, then what rules say, in their order.
pub(super) fn by_file(
    of_the_loader: impl IntoIterator<Item = Found>,
    said: impl IntoIterator<Item = Said>,
) -> BTreeMap<FileId, Vec<Found>> {
    let mut files: BTreeMap<FileId, Vec<Found>> = BTreeMap::new();
    for found in of_the_loader {
        let file = found.finding.primary.file;
        files.entry(file).or_default().push(found);
    }
    let mut said: Vec<Said> = said.into_iter().collect();
    said.sort_by_key(|said| said.order);
    for said in said {
        files.entry(said.file()).or_default().push(said.found);
    }
    files
}

/// A part of a rule that is asked: `registry.toml` says what it reads.
struct Asked<'a> {
    order: (usize, usize),
    rule: &'static Rule,
    part: &'static Part,
    context: Context<'a>,
}

/// What one run of the rules looks at.
pub(super) struct Round<'a> {
    registry: &'a Registry,
    today: Date,
    base: Option<&'a Registry>,
    others: Others<'a>,
    asked: Vec<Asked<'a>>,
    /// The records, by their files.
    records: BTreeMap<FileId, Tracked<'a>>,
}

impl<'a> Round<'a> {
    pub(super) fn new(
        registry: &'a Registry,
        today: Date,
        base: Option<&'a Registry>,
        others: Others<'a>,
    ) -> Self {
        let records = registry.tracked().map(|record| (record.file(), record));
        let mut round = Self {
            registry,
            today,
            base,
            others,
            asked: Vec::new(),
            records: records.collect(),
        };
        for (at, rule) in RULES.iter().enumerate() {
            for (nth, part) in rule.parts.iter().enumerate() {
                let context = round.context(part, registry);
                if context.is_configured() {
                    round.asked.push(Asked {
                        order: (at, nth),
                        rule,
                        part,
                        context,
                    });
                }
            }
        }
        round
    }

    /// The record that a file is.
    pub(super) fn record_in(&self, file: FileId) -> Option<Tracked<'a>> {
        self.records.get(&file).copied()
    }

    /// What the loader met.
    pub(super) fn of_the_loader(&self, findings: &[Found]) -> Vec<Found> {
        let mut findings = findings.to_vec();
        say_what_did_not_run(self.registry, &mut findings);
        findings
    }

    /// What rules say of a record by itself. They look at the record, at `registry.toml`, the calendars and the roster, at which files
    /// there are, and at the day; at no other record.
    pub(super) fn of_record(&self, record: Tracked<'a>) -> Vec<Said> {
        let mut said = Vec::new();
        let mut found = Vec::new();
        for Asked {
            order,
            rule,
            part,
            context,
        } in &self.asked
        {
            if !context.relies_on(record) {
                continue;
            }
            match (&part.check, record) {
                (Check::Kep(check), Tracked::Kep(entry)) => check(context, entry, &mut found),
                (Check::Item(check), Tracked::Item(entry)) => check(context, entry, &mut found),
                (Check::Tracked(check), record) => check(context, record, &mut found),
                _ => continue,
            }
            said.extend(found.drain(..).map(|finding| Said {
                order: *order,
                found: finding.of(rule.id),
            }));
        }
        said
    }

    /// What rules say that look at more than one record at a time, or at none. `least`: with fewer of them for each core, another thread
    /// costs more than it saves.
    pub(super) fn of_the_whole(&self, least: usize) -> Vec<Said> {
        self.of_the_whole_by(least, |_| true)
    }

    fn of_the_whole_by(&self, least: usize, is_asked: impl Fn(&Rule) -> bool) -> Vec<Said> {
        let asked = self.asked.iter().filter(|asked| is_asked(asked.rule));
        let said = parallel::each(asked.collect(), least, |asked| {
            let mut found = Vec::new();
            self.ask_the_whole(asked, &mut found);
            let said = found.into_iter().map(|finding| Said {
                order: asked.order,
                found: finding.of(asked.rule.id),
            });
            said.collect::<Vec<_>>()
        });
        said.into_iter().flatten().collect()
    }

    fn ask_the_whole(&self, asked: &Asked<'a>, said: &mut Vec<Finding>) {
        let Asked { part, context, .. } = asked;
        match part.check {
            Check::Loader | Check::Last | Check::Kep(_) | Check::Item(_) | Check::Tracked(_) => {}
            Check::Registry(check) => check(context, said),
            Check::KepChange(check) => {
                for (base, before, after) in self.changes(part, context) {
                    if let (Tracked::Kep(before), Tracked::Kep(after)) = (before, after) {
                        check(
                            &Change {
                                before,
                                after,
                                base,
                                registry: self.registry,
                            },
                            said,
                        );
                    }
                }
            }
            Check::TrackedChange(check) => {
                for (base, before, after) in self.changes(part, context) {
                    check(
                        &Change {
                            before: &before,
                            after: &after,
                            base,
                            registry: self.registry,
                        },
                        said,
                    );
                }
            }
            Check::RegistryChange(check) => {
                let base = self.base.map(|base| self.context(part, base));
                if let Some(base) = base.filter(Context::is_configured) {
                    check(&base, context, said);
                }
            }
            Check::Upstream(check) => {
                if let Some(upstream) = self.others.upstream {
                    context
                        .keps()
                        .for_each(|entry| check(context, upstream, entry, said));
                }
            }
            Check::Runtime(check) => {
                for git in self.others.runtimes {
                    context
                        .keps()
                        .for_each(|entry| check(context, git, entry, said));
                }
            }
        }
    }

    fn context(&self, part: &Part, registry: &'a Registry) -> Context<'a> {
        Context {
            registry,
            today: self.today,
            base: self.base,
            reads: part.reads,
        }
    }

    /// The records that were there before a change, as they were and as they are, where both can be relied on.
    fn changes(
        &self,
        part: &Part,
        context: &Context<'a>,
    ) -> Vec<(&'a Registry, Tracked<'a>, Tracked<'a>)> {
        let Some(base) = self.base else {
            return Vec::new();
        };
        let before = self.context(part, base);
        if !before.is_configured() {
            return Vec::new();
        }
        let items: BTreeMap<Subject, Tracked<'a>> = before
            .items()
            .map(|entry| (Tracked::Item(entry).subject(), Tracked::Item(entry)))
            .collect();
        // Where a record is still in its file, another one of the same number is a copy, and no change of it.
        let there: BTreeMap<&str, Subject> = self
            .registry
            .tracked()
            .map(|one| (&*self.registry.file(one.file()).path, one.subject()))
            .collect();
        let was = |after: Tracked<'a>| {
            let was = match after {
                Tracked::Kep(entry) => before.kep(entry.value.number).map(Tracked::Kep)?,
                Tracked::Item(_) => *items.get(&after.subject())?,
            };
            let path = &*base.file(was.file()).path;
            let is_copy = there.get(path) == Some(&after.subject())
                && *self.registry.file(after.file()).path != *path;
            (!is_copy).then_some(was)
        };
        let pairs = context.tracked();
        pairs
            .filter_map(|after| Some((base, was(after)?, after)))
            .collect()
    }

    /// The files that findings may name.
    pub(super) fn sources(&self) -> Sources {
        let mut sources = Sources::default();
        sources.put(Revision::Registry, self.registry.files.clone());
        if let Some(base) = self.base {
            sources.put(Revision::Base, base.files.clone());
        }
        if let Some(upstream) = self.others.upstream {
            sources.put(Revision::Upstream, upstream.files.clone());
        }
        // A registry that is itself the start of a change is numbered as one.
        let own = self.registry.config.file.revision();
        if own != Revision::Registry {
            sources.put(own, self.registry.files.clone());
        }
        sources
    }

    /// The files that there may be something to say of although no rule found anything.
    pub(super) fn asked_last(&self) -> impl Iterator<Item = FileId> {
        let records = self.registry.tracked();
        let records = records.filter(|record| record.allow().next().is_some());
        let config = self.registry.config.file;
        records.map(Tracked::file).chain([config])
    }

    /// What is shown of a file, of all that there is to say of it: without what its record accepts, with entries that accept nothing,
    /// each finding at its level and place.
    pub(super) fn shown(
        &self,
        file: FileId,
        mut found: Vec<Found>,
        places: &mut Places<'_>,
    ) -> Vec<Diagnostic> {
        let record = self.record_in(file);
        let used = self.accept(record, &mut found);
        let mut last = Vec::new();
        if let Some(record) = record {
            unused_allow::of_record(self.registry, self.others, record, &used, &mut last);
        } else if file == self.registry.config.file {
            unused_allow::of_the_configuration(self.registry, &mut last);
        }
        found.extend(last.into_iter().map(|one| one.of(unused_allow::RULE.id)));
        located(found, |rule| level_of(self.registry, rule), file, places)
    }

    /// Drops the findings that a record accepts; gives the places of the entries that accepted one.
    fn accept(&self, record: Option<Tracked<'_>>, findings: &mut Vec<Found>) -> BTreeSet<Pointer> {
        let Some(record) = record else {
            return BTreeSet::new();
        };
        let mut accepted: BTreeMap<&str, Vec<Pointer>> = BTreeMap::new();
        for (place, allow) in allows(record) {
            let rule = allow.rule.as_str();
            if find(rule).is_none_or(|rule| !is_firm(rule)) {
                accepted.entry(rule).or_default().push(place);
            }
        }
        // An entry that cannot be read is an error of its own. What it accepts is not brought up beside that, and where nobody
        // knows what it accepts, warnings and notes wait until it is mended.
        let unread: Vec<Option<&str>> = record.unread_allows().collect();
        let waits = |found: &Found| {
            let level = find(found.rule.0).map(|rule| level_of(self.registry, rule));
            unread.iter().any(|rule| match rule {
                Some(rule) => *rule == found.rule.0 && level_is_open(found.rule),
                None => level.is_some_and(|level| level > Level::Error),
            })
        };
        let mut used = BTreeSet::new();
        findings.retain(|Found { rule, finding }| {
            let Some(places) = accepted.get(rule.0) else {
                return true;
            };
            // What is news cannot be accepted, and that does not make the entry useless. A second entry of the same rule is.
            used.extend(places.first().cloned());
            finding.is_news
        });
        findings.retain(|found| !waits(found));
        used
    }
}

/// Where the places of findings stand: files of records are read once each, those that many findings point at once for all.
pub(super) struct Places<'s> {
    sources: &'s Sources,
    elsewhere: BTreeMap<FileId, Located<'s>>,
}

impl<'s> Places<'s> {
    pub(super) fn of(sources: &'s Sources) -> Self {
        Self {
            sources,
            elsewhere: BTreeMap::new(),
        }
    }
}

/// Gives each finding of a file its level, its reason and its place in bytes; by place.
fn located(
    found: Vec<Found>,
    level_of: impl Fn(&Rule) -> Level,
    file: FileId,
    places: &mut Places<'_>,
) -> Vec<Diagnostic> {
    let judged = found.into_iter().filter_map(|found| {
        let rule = find(found.rule.0)?;
        let level = level_of(rule);
        // A finding may be quieter than its rule, when it says only what is not known.
        let level = match found.finding.is_quiet {
            true => level.max(Level::Note),
            false => level,
        };
        let why = rule.why;
        (level != Level::Off).then_some((Judged { level, why }, found))
    });
    let mut judged: Vec<(Judged, Found)> = judged.collect();
    leave_out_what_nobody_reads(file, &mut judged);
    let Places { sources, elsewhere } = places;
    let sources: &Sources = sources;
    let mut here: Option<Located<'_>> = None;
    let mut diagnostics: Vec<Diagnostic> = judged
        .into_iter()
        .map(|(judged, found)| {
            found.located(judged, |of, place| {
                let document = match of == file {
                    true => here.get_or_insert_with(|| Located::of(sources.file(file))),
                    false => elsewhere
                        .entry(of)
                        .or_insert_with(|| Located::of(sources.file(of))),
                };
                document.span_of(place)
            })
        })
        .collect();
    for edit in diagnostics
        .iter_mut()
        .flat_map(|one| &mut one.help)
        .filter_map(|help| help.edit.as_mut())
    {
        // What is left out would take a comment with it, which may be about something else.
        let file = sources.file(edit.file);
        if edit.replacement.is_empty() && file.slice(edit.place).contains('#') {
            edit.certainty = Certainty::Guess;
        }
    }
    diagnostics.sort_by(|a, b| {
        let place = |d: &Diagnostic| (d.primary.place, d.rule);
        place(a)
            .cmp(&place(b))
            .then_with(|| a.message.cmp(&b.message))
    });
    diagnostics.dedup();
    diagnostics
}

/// A list with mistakes counts as unknown, so rules that read it are silent: its first finding says which.
fn say_what_did_not_run(registry: &Registry, findings: &mut [Found]) {
    for list in &registry.unread_lists {
        let reads = |part: &&Part| part.reads.lists.contains(list);
        let silent: Vec<&str> = RULES
            .iter()
            .filter(|rule| rule.parts.iter().any(|part| reads(&part)))
            .map(|rule| rule.id.0)
            .collect();
        let is_of_list = |found: &&mut Found| {
            let file = registry.file(found.finding.primary.file);
            let is_loaders = [SYNTAX, SCHEMA].contains(&found.rule);
            is_loaders && FileKind::of(&file.path) == Some(*list)
        };
        if let Some(first) = findings.iter_mut().find(is_of_list) {
            first.finding.notes.push(format!(
                "until this is mended, these rules do not look at it: {}",
                silent.join(", ")
            ));
        }
    }
}

/// What makes a finding the same one in two revisions: rule, record and words, wherever its line has moved to.
type Fingerprint = (RuleId, String, String);

/// The fingerprints of findings in a registry's own files.
fn fingerprints<'a>(
    diagnostics: impl Iterator<Item = &'a Diagnostic>,
    registry: &Registry,
) -> Vec<Option<Fingerprint>> {
    let numbers: BTreeMap<FileId, u32> = registry
        .keps
        .iter()
        .map(|entry| (entry.file, entry.value.number))
        .collect();
    let own = registry.config.file.revision();
    diagnostics
        .map(|diagnostic| {
            let file = diagnostic.primary.file;
            let record = match numbers.get(&file) {
                Some(number) => number.to_string(),
                None if file.revision() == own => registry.file(file).path.to_string(),
                None => return None,
            };
            Some((diagnostic.rule, record, diagnostic.message.clone()))
        })
        .collect()
}

/// Gives each finding a digest of what makes it the same one, and of how many such there are before it.
fn give_fingerprints(
    diagnostics: &mut [Diagnostic],
    registry: &Registry,
    path_of: impl Fn(FileId) -> String,
) {
    let all = fingerprints(diagnostics.iter(), registry);
    let mut seen: BTreeMap<Fingerprint, usize> = BTreeMap::new();
    for (diagnostic, fingerprint) in diagnostics.iter_mut().zip(all) {
        let (rule, record, message) = fingerprint.unwrap_or_else(|| {
            let path = path_of(diagnostic.primary.file);
            (diagnostic.rule, path, diagnostic.message.clone())
        });
        let digest = digest::of([rule.0, record.as_str(), message.as_str()]);
        let count = seen.entry((rule, record, message)).or_default();
        *count += 1;
        diagnostic.fingerprint = format!("{}:{count}", &digest[..16]);
    }
}

/// What the rules find in the registry that a change starts from, each as often as they find it.
pub(super) struct Known(BTreeMap<Fingerprint, usize>);

impl Known {
    /// Runs the rules over the registry that a change starts from.
    pub(super) fn of(base: &Loaded, today: Date, others: Others<'_>) -> Self {
        let before = judge(base, today, None, others);
        let mut known: BTreeMap<Fingerprint, usize> = BTreeMap::new();
        let all = fingerprints(before.diagnostics.iter(), &base.registry);
        for fingerprint in all.into_iter().flatten() {
            *known.entry(fingerprint).or_default() += 1;
        }
        Self(known)
    }

    /// Marks the findings that were there before, each as often as it was.
    fn mark(&self, diagnostics: &mut [Diagnostic], registry: &Registry) {
        let mut seen: BTreeMap<Fingerprint, usize> = BTreeMap::new();
        let now = fingerprints(diagnostics.iter(), registry);
        for (diagnostic, fingerprint) in diagnostics.iter_mut().zip(now) {
            if let Some(fingerprint) = fingerprint
                && let Some(before) = self.0.get(&fingerprint)
            {
                let seen = seen.entry(fingerprint).or_default();
                *seen += 1;
                diagnostic.known = *seen <= *before;
            }
        }
    }
}

/// Whether findings of a rule can be accepted.
fn level_is_open(rule: RuleId) -> bool {
    find(rule.0).is_some_and(|rule| !is_firm(rule))
}

fn level_of(registry: &Registry, rule: &Rule) -> Level {
    if is_firm(rule) {
        return Level::Error;
    }
    let config = &registry.config.value;
    config.rules.get(rule.id.0).copied().unwrap_or(rule.level)
}

/// The most findings that one file contributes. A hostile file has a hundred thousand, and nobody reads them.
const MOST_FINDINGS: usize = 1_000;

/// Keeps the first findings of a file, errors first. What is left out is said once, at the highest level that it has: a
/// check does not pass because of what nobody was shown.
fn leave_out_what_nobody_reads(file: FileId, findings: &mut Vec<(Judged, Found)>) {
    if findings.len() <= MOST_FINDINGS {
        return;
    }
    findings.sort_by_key(|(judged, _)| judged.level);
    let left_out = findings.split_off(MOST_FINDINGS);
    // The first one that is left out has the highest level of them.
    if let Some((judged, found)) = left_out.into_iter().next() {
        let message = format!(
            "this file has more than {MOST_FINDINGS} findings; the others are not shown: mend these first"
        );
        let finding = Finding::new(file, file_start(), message);
        findings.push((judged, finding.of(found.rule)));
    }
}
