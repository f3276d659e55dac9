//! `kepherd upstream`

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Result, bail};

use super::{Context, Exit, files};
use crate::cli::Pull;
use crate::git::{Commit, Content, EntryKind, Repository};
use crate::registry::calendars::KubernetesCalendar;
use crate::registry::kep::KepRecord;
use crate::registry::load::{file_stem, is_plain_name, leading_number};
use crate::registry::values::Date;
use crate::registry::{Entry, Registry};
use crate::upstream::{Facts, FieldChange, MAX_KEP_YAML, new_record, read, update_record};
use crate::words::{counted, printable};

pub(super) fn pull(context: &mut Context<'_>, options: &Pull) -> Result<Exit> {
    let opened = files::open(context)?;
    let registry = &opened.loaded.registry;
    let repository = Repository::open(&context.environment.directory.join(&options.repo))?;
    let commit = repository.commit(&options.rev)?;
    let mut clone = Clone {
        repository: &repository,
        commit: &commit,
        calendar: registry.kubernetes.as_ref().map(|entry| &entry.value),
        bases: BTreeMap::new(),
    };
    if clone.calendar.is_none() {
        bail!(
            "`releases/kubernetes.toml` is missing or has errors, so nobody knows what has shipped: run `kepherd check`"
        );
    }
    let folders = clone.folders()?;
    let wanted: Vec<u32> = if options.kep.is_empty() {
        registry
            .keps
            .iter()
            .map(|entry| entry.value.number)
            .collect()
    } else {
        options.kep.clone()
    };
    let mut tally = Tally::default();
    for number in wanted {
        let record = registry.kep(number);
        match folders.get(&number).map(Vec::as_slice) {
            None | Some([]) => {
                let what = format!(
                    "KEP-{number} is not in {} at {}",
                    options.repo.display(),
                    options.rev
                );
                if options.kep.is_empty() {
                    writeln!(
                        context.out,
                        "kept     KEP-{number}  not in the clone at this revision: not merged yet, or moved"
                    )?;
                } else {
                    tally.failed += 1;
                    writeln!(context.log, "warning: {what}")?;
                }
            }
            Some([folder]) => {
                pull_one(
                    context,
                    &opened.root,
                    registry,
                    &mut clone,
                    folder,
                    number,
                    record,
                    &mut tally,
                )?;
            }
            Some(several) => {
                tally.failed += 1;
                writeln!(
                    context.log,
                    "warning: KEP-{number} has several folders: {}",
                    several.join(", ")
                )?;
            }
        }
    }
    let Tally {
        created,
        updated,
        same,
        failed,
    } = tally;
    writeln!(
        context.out,
        "{} created, {updated} updated, {same} up to date, {failed} skipped; read at {} of {}",
        counted(created, "record"),
        &commit.id[..12.min(commit.id.len())],
        commit.date
    )?;
    Ok(if failed > 0 {
        Exit::Findings
    } else {
        Exit::Clean
    })
}

#[derive(Default)]
struct Tally {
    created: usize,
    updated: usize,
    same: usize,
    failed: usize,
}

#[expect(
    clippy::too_many_arguments,
    reason = "one step of a loop, taken out for its length"
)]
fn pull_one(
    context: &mut Context<'_>,
    root: &Path,
    registry: &Registry,
    clone: &mut Clone<'_>,
    folder: &str,
    number: u32,
    record: Option<&Entry<KepRecord>>,
    tally: &mut Tally,
) -> Result<()> {
    let path = format!("{folder}/kep.yaml");
    let (facts, remarks) = match clone.facts(clone.commit, folder)? {
        Ok(facts) => facts,
        Err(why) => {
            tally.failed += 1;
            writeln!(context.log, "warning: {path}: {}", printable(&why))?;
            return Ok(());
        }
    };
    for remark in &remarks {
        writeln!(context.log, "note: {path}: {}", printable(remark))?;
    }
    if facts.number != number {
        tally.failed += 1;
        writeln!(
            context.log,
            "warning: {path}: the folder is named after KEP-{number}, and kep.yaml says {}",
            facts.number
        )?;
        return Ok(());
    }
    let seen = clone.commit.date;
    let Some(record) = record else {
        // `keps/sig-node/4960-…` upstream is `sig-node/4960-….toml` here.
        let target = format!("{}.toml", folder.strip_prefix("keps/").unwrap_or(folder));
        let taken = registry.files.iter().find(|file| {
            *file.path == *target || leading_number(file_stem(&file.path)) == Some(number)
        });
        if let Some(taken) = taken {
            tally.failed += 1;
            writeln!(
                context.log,
                "warning: {}: is named after KEP-{number} and is not its record, and is left alone: run `kepherd check`",
                printable(&taken.path)
            )?;
            return Ok(());
        }
        files::create(root, &target, &new_record(&facts, seen))?;
        tally.created += 1;
        writeln!(context.out, "created  KEP-{number}  {target}")?;
        return Ok(());
    };
    let source = registry.file(record.file);
    if !record.is_whole() {
        tally.failed += 1;
        writeln!(
            context.log,
            "warning: {}: has errors, and is left alone: run `kepherd check`",
            source.path
        )?;
        return Ok(());
    }
    if record.value.upstream_seen.is_some_and(|day| day > seen) {
        tally.same += 1;
        return Ok(());
    }
    let base = match record.value.upstream_seen {
        Some(day) => clone.base(day, folder)?,
        None => None,
    };
    let (text, changes) = update_record(&source.text, base.as_ref(), &facts, seen)?;
    if changes.is_empty() {
        tally.same += 1;
        return Ok(());
    }
    files::write(&root.join(&*source.path), &text)?;
    tally.updated += 1;
    writeln!(context.out, "updated  KEP-{number}  {}", source.path)?;
    for FieldChange { key, before, after } in &changes {
        let side = |side: &Option<String>| printable(side.as_deref().unwrap_or("nothing"));
        writeln!(
            context.out,
            "         {key}: {} → {}",
            side(before),
            side(after)
        )?;
    }
    Ok(())
}

/// A clone of kubernetes/enhancements at one commit.
struct Clone<'a> {
    repository: &'a Repository,
    commit: &'a Commit,
    calendar: Option<&'a KubernetesCalendar>,
    bases: BTreeMap<Date, Option<Commit>>,
}

impl Clone<'_> {
    /// The folders of KEPs, by the number that their name begins with.
    fn folders(&self) -> Result<BTreeMap<u32, Vec<String>>> {
        let mut folders: BTreeMap<u32, Vec<String>> = BTreeMap::new();
        for sig in self.repository.folder(self.commit, "keps")? {
            // Names come from elsewhere and become paths here: only plain ones do.
            let ours = ["prod-readiness", "releases", "work-items"];
            let plain = is_plain_name(&sig.name) && !ours.contains(&sig.name.as_str());
            if sig.kind != EntryKind::Folder || !plain {
                continue;
            }
            let below = format!("keps/{}", sig.name);
            for kep in self.repository.folder(self.commit, &below)? {
                if !is_plain_name(&kep.name) {
                    continue;
                }
                if let (EntryKind::Folder, Some(number)) = (kep.kind, leading_number(&kep.name)) {
                    folders
                        .entry(number)
                        .or_default()
                        .push(format!("{below}/{}", kep.name));
                }
            }
        }
        if folders.is_empty() {
            bail!(
                "there is no `keps/` with KEPs at {}: is this a clone of kubernetes/enhancements?",
                self.commit.id
            );
        }
        Ok(folders)
    }

    /// What a kep.yaml says at a commit; the inner error says why it cannot be used.
    fn facts(&self, at: &Commit, folder: &str) -> Result<Result<(Facts, Vec<String>), String>> {
        let path = format!("{folder}/kep.yaml");
        Ok(match self.repository.file(at, &path, MAX_KEP_YAML)? {
            None => Err("there is no such file".to_owned()),
            Some(Content::Link) => {
                Err("it is a symbolic link, and links are not followed".to_owned())
            }
            Some(Content::TooLarge(bytes)) => Err(format!(
                "has {bytes} bytes; at most {MAX_KEP_YAML} are read"
            )),
            Some(Content::Bytes(bytes)) => match std::str::from_utf8(&bytes) {
                Ok(text) => read(text, self.calendar, at.date).map_err(|error| error.to_string()),
                Err(error) => Err(format!("is not UTF-8 text: {error}")),
            },
        })
    }

    /// What the kep.yaml said when a record was last read: at the newest commit of that day.
    fn base(&mut self, day: Date, folder: &str) -> Result<Option<Facts>> {
        let commit = match self.bases.get(&day) {
            Some(commit) => commit.clone(),
            None => {
                let commit = self.repository.commit_on_or_before(self.commit, day)?;
                self.bases.insert(day, commit.clone());
                commit
            }
        };
        let Some(commit) = commit else {
            return Ok(None);
        };
        Ok(self.facts(&commit, folder)?.ok().map(|(facts, _)| facts))
    }
}
