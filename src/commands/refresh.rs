//! `kepherd refresh`: every source that records repeat, one after the other, each as far as it can be read; then all edits at once, and one
//! report. A source that is missing, stale or broken is named, and stops nobody else.

mod staged;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use super::carry_out::{How, judge};
use super::clone::EnhancementsClone;
use super::connect::{Connection, is_signed_in, known_sandbox, patience};
use super::files::{self, Opened};
use super::upstream::{Wanted, ranked};
use super::{Context, Exit, block_on, findings, issues, plan, project, runtimes};
use crate::cli::{
    Clone as CloneOptions, IssuesOf, MaintainersList, ProposalFormat, Refresh, ReleasesFile,
    RuntimeClone,
};
use crate::git::{Commit, Repository};
use crate::registry::Registry;
use crate::registry::config::Config;
use crate::render::{refreshed, refreshed_json, refreshed_markdown};
use crate::rules;
use crate::sources::proposal::{Place, Proposals, Question, Settled, Source};
use crate::sync::plan::Options;
use crate::sync::questions::questions;
use crate::sync::reconcile::read_and_plan;
use crate::sync::remembered::Remembered;
use crate::terms::{Date, RepositoryName, Subject};
use crate::text::words::one_of;
use crate::views::refreshed::{Created, Nobodys, Part, REDATE_DAYS, Refreshed, STALE_DAYS, State};
use staged::Staged;

/// How many KEPs that nobody tracks are named.
const UNTRACKED: usize = 20;
/// What a clone that has no other revision is read at.
const HEAD: &str = "HEAD";

pub(super) fn run(context: &mut Context<'_>, options: &Refresh) -> Result<Exit> {
    let opened = files::open(context)?;
    if !opened.loaded.registry.config.is_whole() {
        bail!("`registry.toml` has errors, so that nobody knows its sources: run `kepherd check`");
    }
    let Some(sources) = &options.sources else {
        return list(context, &opened);
    };
    if !context.environment.directory.join(sources).is_dir() {
        bail!(
            "`{}` is not a folder: it holds a clone of each source as OWNER/NAME",
            sources.display()
        );
    }
    known_sandbox(context, options.sandbox.as_ref())?;
    let root = files::root(context)?;
    let prefix = files::prefix(&root, &context.environment.directory);
    let mut run = Run {
        staged: Staged::of(root.clone(), prefix.clone())?,
        original: Staged::of(root, prefix)?.opened,
        sources,
        options,
        refreshed: Refreshed::default(),
    };
    run.all(context)?;
    let Run {
        staged,
        mut refreshed,
        ..
    } = run;
    refreshed.files = staged.files();
    refreshed.created = Created::all(&staged.opened.loaded.registry, &refreshed.files);
    let how = How::of(&options.showing);
    if !how.only_show {
        match staged.write() {
            Ok(unwritten) => {
                for (path, why) in unwritten {
                    refuse(&mut refreshed, &why, |one| one == path);
                }
            }
            Err(error) => refuse(&mut refreshed, &format!("{error:#}"), |_| true),
        }
    }
    show(context, &staged.opened, &refreshed, how)?;
    Ok(match refreshed.waiting() {
        0 => Exit::Clean,
        _ => Exit::Findings,
    })
}

/// What of a repository is read: nothing of its files, or the small ones of its whole history.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Filter {
    /// Commits and tags.
    Tree0,
    /// What people write by hand; pictures and logs are larger.
    Small,
}

impl Filter {
    fn as_str(self) -> &'static str {
        match self {
            Self::Tree0 => "tree:0",
            Self::Small => "blob:limit=256k",
        }
    }
}

/// Repositories to clone, each with as much of it as any source reads, and the files that are read beside.
type Clones<'a> = BTreeMap<&'a RepositoryName, (Filter, BTreeSet<&'a str>)>;

/// The repositories that are read, each once.
fn clones(config: &Config) -> Clones<'_> {
    let sources = &config.sources;
    let mut all = Clones::new();
    fn add<'a>(
        all: &mut Clones<'a>,
        name: &'a RepositoryName,
        filter: Filter,
        file: Option<&'a str>,
    ) {
        let (most, files) = all.entry(name).or_insert((filter, BTreeSet::new()));
        *most = (*most).max(filter);
        files.extend(file);
    }
    let whole = [sources.upstream.as_ref(), sources.cycles.as_ref()];
    let list = sources.maintainers.as_ref().map(|list| &list.repository);
    for name in whole.into_iter().chain([list]).flatten() {
        add(&mut all, name, Filter::Small, None);
    }
    let histories = config
        .runtimes
        .iter()
        .filter_map(|runtime| runtime.repository.as_ref());
    for name in histories.chain(&sources.kubernetes) {
        add(&mut all, name, Filter::Tree0, None);
    }
    for page in sources.releases.values() {
        add(&mut all, &page.repository, Filter::Tree0, Some(&page.path));
    }
    all
}

/// Lists the repositories to clone.
fn list(context: &mut Context<'_>, opened: &Opened) -> Result<Exit> {
    for (name, (filter, files)) in clones(&opened.loaded.registry.config.value) {
        let files: Vec<&str> = files.into_iter().collect();
        let line = [vec![filter.as_str()], files].concat().join(" ");
        writeln!(context.out, "{name} {line}")?;
    }
    Ok(Exit::Clean)
}

/// How old the clone of each repository is that is read, by the day of its newest commit; `None`: there is none.
pub(super) fn ages(
    context: &Context<'_>,
    config: &Config,
    sources: &Path,
) -> Vec<(RepositoryName, Option<Date>)> {
    let age = |name: &RepositoryName| {
        let clone = clone_of(context, sources, name)?;
        Some(newest(context, &clone)?.date)
    };
    let names = clones(config).into_keys();
    names.map(|name| (name.clone(), age(name))).collect()
}

/// Where the clone of a repository is in a folder of clones, as the options name it.
fn clone_of(context: &Context<'_>, sources: &Path, name: &RepositoryName) -> Option<PathBuf> {
    let folder = sources.join(&name.owner);
    let names = [name.name.clone(), format!("{}.git", name.name)];
    let mut paths = names.into_iter().map(|name| folder.join(name));
    paths.find(|path| context.environment.directory.join(path).is_dir())
}

/// Says of files why they were not written.
fn refuse(refreshed: &mut Refreshed, why: &str, is_one: impl Fn(&str) -> bool) {
    let parts = refreshed.parts.iter_mut();
    let proposals = parts.filter_map(|part| part.proposals.as_mut());
    let proposals = proposals.flat_map(|all| &mut all.proposals);
    for proposal in proposals.chain(&mut refreshed.files) {
        if proposal.is_good() && is_one(proposal.final_path()) {
            proposal.refused.push(why.to_owned());
        }
    }
}

fn show(context: &mut Context<'_>, opened: &Opened, refreshed: &Refreshed, how: How) -> Result<()> {
    let repository = files::from_repository(&opened.root, context);
    let view = how.view(opened, &repository);
    match how.format {
        ProposalFormat::Json => write!(context.out, "{}", refreshed_json::json(refreshed, view))?,
        ProposalFormat::Markdown => {
            write!(
                context.out,
                "{}",
                refreshed_markdown::markdown(refreshed, view)
            )?;
        }
        ProposalFormat::Text => {
            let said = refreshed::text(refreshed, view, context.paint());
            write!(context.out, "{}", said.out)?;
            write!(context.log, "{}", said.log)?;
            if !context.global.quiet {
                writeln!(context.out, "{}", refreshed::summary(refreshed, view))?;
            }
        }
    }
    Ok(())
}

/// A refresh under way.
struct Run<'a> {
    staged: Staged,
    /// The registry as it was before.
    original: Opened,
    /// Where the clones are.
    sources: &'a Path,
    options: &'a Refresh,
    refreshed: Refreshed,
}

impl Run<'_> {
    /// Asks all sources, so that each knows what those before it brought: calendars before what rests on them, and issues before kep.yaml and
    /// git, which tell more of what became a record.
    fn all(&mut self, context: &mut Context<'_>) -> Result<()> {
        let config = self.original.loaded.registry.config.value.clone();
        let sources = &config.sources;
        if let Some(cycles) = &sources.cycles {
            let mut tags = None;
            if let Some(kubernetes) = &sources.kubernetes {
                tags = self.tags(context, kubernetes);
            }
            self.source(
                context,
                (cycles, "cycles"),
                true,
                |context, opened, clone| {
                    let of = |tags| ReleasesFile {
                        file: None,
                        repo: Some(clone.to_owned()),
                        runtime: Some(project::KUBERNETES.to_owned()),
                        tags,
                    };
                    // What is wrong with the tags is no reason to leave the pages alone.
                    let with_tags = project::releases_of(context, opened, &of(tags));
                    with_tags.or_else(|_| project::releases_of(context, opened, &of(None)))
                },
            );
        }
        for (name, page) in &sources.releases {
            if !config.has_runtime(name) {
                let known = one_of(config.runtime_names());
                let why = format!("`registry.toml` has no runtime `{name}`: it has {known}");
                self.unread(page.to_string(), State::NotRead(why));
            }
        }
        for runtime in &config.runtimes {
            let name = runtime.name.as_str();
            if let Some(page) = sources.releases.get(name) {
                self.source(
                    context,
                    (&page.repository, &page.path),
                    false,
                    |context, opened, clone| {
                        project::releases_page(context, opened, name, (clone, &page.path))
                    },
                );
            } else if let Some(repository) = &runtime.repository {
                self.source(
                    context,
                    (repository, "tags"),
                    false,
                    |context, opened, clone| {
                        let of = ReleasesFile {
                            file: None,
                            repo: Some(clone.to_owned()),
                            runtime: Some(name.to_owned()),
                            tags: None,
                        };
                        project::releases_of(context, opened, &of)
                    },
                );
            }
        }
        if let Some(list) = &sources.maintainers {
            let options = self.options;
            self.source(
                context,
                (&list.repository, &list.path),
                false,
                |context, opened, clone| {
                    let of = MaintainersList {
                        file: Some(PathBuf::from(&list.path)),
                        repo: Some(clone.to_owned()),
                        rev: revision(context, clone),
                        sandbox: options.sandbox.clone(),
                        waits: options.waits,
                    };
                    project::maintainers_of(context, opened, &of)
                },
            );
        }
        self.github(context, sources.upstream.as_ref());
        if let Some(upstream) = &sources.upstream {
            self.source(
                context,
                (upstream, "kep.yaml"),
                true,
                |context, opened, clone| {
                    let options = CloneOptions {
                        repo: clone.to_owned(),
                        rev: revision(context, clone),
                    };
                    upstream_of(context, opened, &options)
                },
            );
            self.nobodys(context, upstream);
        }
        for runtime in &config.runtimes {
            let Some(repository) = &runtime.repository else {
                continue;
            };
            let name = runtime.name.as_str();
            self.source(
                context,
                (repository, "history"),
                true,
                |context, opened, clone| {
                    let of = RuntimeClone {
                        repo: clone.to_owned(),
                        runtime: Some(name.to_owned()),
                        rev: None,
                        kep: Vec::new(),
                    };
                    runtimes::proposals_of(context, opened, &of, Settled::Not)
                },
            );
        }
        Ok(())
    }

    /// The clone whose tags tell the days of Kubernetes' releases, if it is a clone: why it is not is a part of the report.
    fn tags(&mut self, context: &Context<'_>, name: &RepositoryName) -> Option<PathBuf> {
        let clone = clone_of(context, self.sources, name);
        let opened = match &clone {
            Some(path) => {
                let path = context.environment.directory.join(path);
                Repository::open(&path)
                    .map_err(|error| error.to_string())
                    .map(|_| ())
            }
            None => Err(self.no_clone(name)),
        };
        let Err(why) = opened else {
            return clone;
        };
        self.unread(format!("{name} (tags)"), State::NotRead(why));
        None
    }

    /// Says of a source why nothing comes from it.
    fn unread(&mut self, name: String, state: State) {
        self.refreshed.parts.push(Part {
            name,
            state,
            proposals: None,
        });
    }

    fn no_clone(&self, name: &RepositoryName) -> String {
        format!(
            "there is no clone at {}",
            self.sources.join(name.to_string()).display()
        )
    }

    /// Asks a source that is read from a clone, and takes its edits in.
    fn source(
        &mut self,
        context: &mut Context<'_>,
        (repository, what): (&RepositoryName, &str),
        has_news_every_week: bool,
        propose: impl FnOnce(&mut Context<'_>, &Opened, &Path) -> Result<Proposals>,
    ) {
        let name = format!("{repository} ({what})");
        let Some(clone) = clone_of(context, self.sources, repository) else {
            let why = self.no_clone(repository);
            self.unread(name, State::NotRead(why));
            return;
        };
        let proposals = propose(context, &self.staged.opened, &clone);
        let newest = newest(context, &clone).filter(|_| has_news_every_week);
        let newest = newest.map(|commit| commit.date);
        let today = context.today();
        let age = newest.map(|newest| (newest, newest.days_until(today)));
        let state = match age.filter(|(_, days)| *days > STALE_DAYS) {
            Some((newest, days)) => State::Stale { newest, days },
            None => State::Read,
        };
        self.take(context, name, state, proposals);
    }

    /// Takes what a source proposes in, as far as `check` does.
    fn take(
        &mut self,
        context: &mut Context<'_>,
        name: String,
        state: State,
        proposals: Result<Proposals>,
    ) {
        let judged = proposals.and_then(|mut all| {
            judge(context, &self.staged.opened, &mut all, ProposalFormat::Json)?;
            Ok(all)
        });
        match judged {
            Ok(proposals) => {
                self.staged.take(proposals.proposals.iter());
                self.refreshed.parts.push(Part {
                    name,
                    state,
                    proposals: Some(proposals),
                });
            }
            Err(error) => self.unread(name, State::NotRead(format!("{error:#}"))),
        }
    }

    /// Asks GitHub for issues and pull requests, and for what was changed there by others.
    fn github(&mut self, context: &mut Context<'_>, upstream: Option<&RepositoryName>) {
        let name = "GitHub".to_owned();
        let Refresh { sandbox, waits, .. } = self.options;
        if sandbox.is_none() && !is_signed_in(context.environment) {
            let why = "there is no token: issues, pull requests and what others changed are not looked at".to_owned();
            self.unread(name, State::NotAsked(why));
            return;
        }
        // One that cannot be read is as one that is not there: that is said of it.
        let upstream = upstream.and_then(|name| clone_of(context, self.sources, name));
        let upstream = upstream.filter(|clone| {
            let registry = &self.staged.opened.loaded.registry;
            EnhancementsClone::at(context, clone, &revision(context, clone), registry).is_ok()
        });
        let of = IssuesOf {
            upstream,
            sandbox: sandbox.clone(),
            waits: *waits,
        };
        let proposals = issues::proposals_of(context, &self.staged.opened, &of);
        let proposals = proposals.map(|mut all| {
            let asked = all.questions.iter().filter_map(|one| one.subject.clone());
            let mut asked: BTreeSet<_> = asked.collect();
            // What the edits of this run settle waits for nobody.
            let pinned = all.proposals.iter().filter(|one| {
                let mut made = one.made();
                one.is_good() && made.any(|change| change.place == Place::key("issue"))
            });
            asked.extend(pinned.filter_map(|one| one.subject.clone()));
            match self.drift(context) {
                Ok(drift) => {
                    let is_new = |one: &Question| {
                        one.subject
                            .as_ref()
                            .is_none_or(|subject| !asked.contains(subject))
                    };
                    all.questions.extend(drift.into_iter().filter(is_new));
                }
                Err(error) => all
                    .warnings
                    .push(format!("what others changed is not known: {error:#}")),
            }
            all
        });
        self.take(context, name, State::Read, proposals);
    }

    /// What of the issues, as the records were, waits for a person.
    fn drift(&self, context: &mut Context<'_>) -> Result<Vec<Question>> {
        let loaded = &self.original.loaded;
        let mut checked = rules::run(loaded, context.today(), rules::Beside::default());
        checked.diagnostics.retain(rules::stops_apply);
        if findings::has_errors(&checked.diagnostics) {
            bail!("the registry has errors: run `kepherd check`");
        }
        let registry = &loaded.registry;
        let Refresh { sandbox, waits, .. } = self.options;
        block_on(async {
            let connection =
                Connection::open(context, sandbox.as_ref(), registry, patience(waits)).await?;
            let client = &connection.client;
            let remembered = Remembered::default();
            let read =
                read_and_plan(registry, client, &Options::default(), &remembered, false).await;
            let (mut planned, _) = read.with_context(|| connection.unread())?;
            plan::attribute(context, &mut planned, client).await?;
            connection.close().await;
            Ok(questions(&planned))
        })
    }

    /// What nobody tracks, as far as kep.yaml files tell.
    fn nobodys(&mut self, context: &mut Context<'_>, upstream: &RepositoryName) {
        let Some(clone) = clone_of(context, self.sources, upstream) else {
            return;
        };
        let registry: &Registry = &self.staged.opened.loaded.registry;
        let rev = revision(context, &clone);
        let listed = EnhancementsClone::at(context, &clone, &rev, registry)
            .and_then(|clone| ranked(&clone, registry, |_| {}));
        // Why that cannot be read is said of the source.
        let Ok(ranked) = listed else {
            return;
        };
        // What somebody is asked about already is somebody's.
        let questions = self.refreshed.proposals().flat_map(|all| &all.questions);
        let asked: BTreeSet<&Subject> = questions.filter_map(|one| one.subject.as_ref()).collect();
        let is_nobodys = |number: u32| !asked.contains(&Subject::Kep(number));
        let listed = ranked.listed.into_iter();
        let all: Vec<_> = listed.filter(|one| is_nobodys(one.facts.number)).collect();
        self.refreshed.more_untracked = all.len().saturating_sub(UNTRACKED);
        let first = all.into_iter().take(UNTRACKED);
        let nobodys = first.map(|one| Nobodys {
            kep: one.facts.number,
            title: one.facts.title.to_string(),
            why: one
                .reasons
                .first()
                .map(ToString::to_string)
                .unwrap_or_default(),
        });
        self.refreshed.untracked = nobodys.collect();
    }
}

/// What kep.yaml files propose. A record of which only the day is new stays as it is for a while: each day that is written changes its issue.
fn upstream_of(
    context: &mut Context<'_>,
    opened: &Opened,
    options: &CloneOptions,
) -> Result<Proposals> {
    let registry = &opened.loaded.registry;
    let clone = EnhancementsClone::at(context, &options.repo, &options.rev, registry)?;
    let wanted = Wanted {
        keps: &[],
        sig: None,
        new: false,
        settled: Settled::Not,
    };
    let mut all = wanted.proposals(opened, &clone, options)?;
    debug_assert_eq!(all.source, Source::Upstream);
    for proposal in &mut all.proposals {
        let entry = match proposal.subject {
            Some(Subject::Kep(number)) => registry.kep(number),
            _ => None,
        };
        let seen = entry.and_then(|entry| entry.value.upstream_seen);
        let is_recent = seen.is_some_and(|seen| seen.days_until(clone.commit.date) < REDATE_DAYS);
        if let (false, true, Some(before)) = (proposal.changes_facts(), is_recent, &proposal.before)
        {
            proposal.after = before.clone();
        }
    }
    Ok(all)
}

/// The revision to read of a clone.
fn revision(context: &Context<'_>, clone: &Path) -> String {
    let git = Repository::open(&context.environment.directory.join(clone));
    let is_known = git.is_ok_and(|git| git.commit(runtimes::REMOTE).is_ok());
    if is_known { runtimes::REMOTE } else { HEAD }.to_owned()
}

/// The newest commit of a clone.
fn newest(context: &Context<'_>, clone: &Path) -> Option<Commit> {
    let git = Repository::open(&context.environment.directory.join(clone)).ok()?;
    runtimes::newest(&git).ok()
}
