//! `kepherd new`

use anyhow::{Result, bail};

use super::carry_out::{How, carry_out};
use super::connect::{self, Connection, patience};
use super::files::Opened;
use super::plan::sound_registry;
use super::{Context, Exit, block_on, files};
use crate::cli::{NewCycle, NewItem, NewKep, ProposalFormat, Showing};
use crate::registry::edit::edited;
use crate::registry::kep::KepRecord;
use crate::registry::load::is_plain_name;
use crate::registry::{Entry, Registry};
use crate::sources::issues::form::{self, Form};
use crate::sources::issues::new_record::{self, Asker, Draft, DraftRequest, TrackingIssue, draft};
use crate::sources::proposal::{Proposal, Proposals, Source};
use crate::sources::releases::cycles;
use crate::sync::observed::{Lookup, ObservedIssue};
use crate::sync::remote::Read as _;
use crate::terms::{RepositoryName, Subject, kep_number};
use crate::text::words::printable;

pub(super) fn kep(context: &mut Context<'_>, options: &NewKep) -> Result<Exit> {
    let Some(opened) = sound_registry(context)? else {
        return Ok(Exit::CouldNotRun);
    };
    let registry = &opened.loaded.registry;
    let number = options.number;
    let entry = registry.kep(number);
    if let (Some(entry), None) = (entry, options.from_issue) {
        let path = &registry.file(entry.file).path;
        bail!("KEP-{number} has a record already: {}{path}", opened.prefix);
    }
    if let Some(sig) = options.sig.as_ref().filter(|sig| !is_plain_name(sig)) {
        bail!(
            "--sig {}: a folder's name is asked for, such as sig-node",
            printable(sig)
        );
    }
    let read = match options.from_issue {
        Some(issue) => Some(read_issue(context, options, registry, issue)?),
        None => None,
    };
    let issue = read
        .as_ref()
        .map(|(repository, issue, form)| TrackingIssue {
            repository,
            number: issue.number,
            title: &issue.title,
            form,
        });
    if let (Some(entry), Some(issue)) = (entry, issue) {
        return complete(context, &opened, entry, issue, &options.showing);
    }
    let asked = DraftRequest {
        number,
        title: options.title.as_deref(),
        sig: options.sig.as_deref(),
        issue,
        by: Asker::Person,
    };
    let Draft {
        path,
        text,
        changes: _,
        remarks,
    } = draft(registry, &asked).map_err(|why| anyhow::anyhow!(printable(&why.to_string())))?;
    let proposal = Proposal::create(Some(Subject::Kep(number)), path, text);
    write_new(context, &opened, proposal, remarks, &options.showing)
}

/// Adds to a record what its issue says and it does not.
fn complete(
    context: &mut Context<'_>,
    opened: &Opened,
    entry: &Entry<KepRecord>,
    issue: TrackingIssue<'_>,
    showing: &Showing,
) -> Result<Exit> {
    let registry = &opened.loaded.registry;
    let source = registry.file(entry.file);
    let mut proposal = Proposal::about(Some(Subject::Kep(entry.value.number)), source);
    let mut notes = Vec::new();
    let edited = edited(&source.text, |document| -> Result<_> {
        let completed = new_record::complete(registry, entry, (issue, Asker::Person), document)
            .map_err(|why| anyhow::anyhow!(printable(&why.to_string())))?;
        notes = completed.remarks;
        Ok((!completed.changes.is_empty()).then_some(completed.changes))
    })?;
    if let Some((after, changes)) = edited {
        (proposal.after, proposal.changes) = (after, changes);
    }
    let proposals = Proposals {
        proposals: vec![proposal],
        notes,
        nothing: Some(format!("the record says what #{} does", issue.number)),
        ..Proposals::of(Source::Person)
    };
    carry_out(context, opened, proposals, How::of(showing))
}

pub(super) fn item(context: &mut Context<'_>, options: &NewItem) -> Result<Exit> {
    let Some(opened) = sound_registry(context)? else {
        return Ok(Exit::CouldNotRun);
    };
    let NewItem {
        id,
        title,
        kind,
        target,
        assignee,
        showing,
    } = options;
    let registry = &opened.loaded.registry;
    if let Some(entry) = registry.items.iter().find(|entry| entry.value.id == *id) {
        let path = &registry.file(entry.file).path;
        bail!("`{id}` has a record already: {}{path}", opened.prefix);
    }
    if kep_number(id).is_some() {
        bail!("`{id}` is no id: it would be taken for KEP-{id}");
    }
    if !is_plain_name(id) || id.contains('.') || *id != id.to_lowercase() {
        bail!(
            "`{}` is no id: lower-case words with hyphens are asked for",
            printable(id)
        );
    }
    let path = format!("work-items/{id}.toml");
    let text = new_record::item(id, title, *kind, *target, assignee);
    let text = registry.with_schema_line(&path, &text);
    let proposal = Proposal::create(Some(Subject::Item(id.clone())), path, text);
    write_new(context, &opened, proposal, Vec::new(), showing)
}

pub(super) fn cycle(context: &mut Context<'_>, options: &NewCycle) -> Result<Exit> {
    // A record may name the cycle already, which is why somebody asks for it.
    let opened = files::open(context)?;
    let proposals = Proposals {
        proposals: vec![cycles::begin(&opened.loaded.registry, options.release)?],
        ..Proposals::of(Source::Person)
    };
    carry_out(context, &opened, proposals, How::of(&options.showing))
}

/// Writes a new record, unless `check` would refuse it: then it is shown.
fn write_new(
    context: &mut Context<'_>,
    opened: &Opened,
    proposal: Proposal,
    notes: Vec<String>,
    showing: &Showing,
) -> Result<Exit> {
    let text = proposal.after.lines().map(printable).collect::<Vec<_>>();
    let proposals = Proposals {
        proposals: vec![proposal],
        notes,
        ..Proposals::of(Source::Person)
    };
    let how = How::of(showing);
    let exit = carry_out(context, opened, proposals, how)?;
    if exit != Exit::Clean && how.format == ProposalFormat::Text {
        writeln!(context.log, "this is its text:\n\n{}", text.join("\n"))?;
    }
    Ok(exit)
}

fn read_issue(
    context: &mut Context<'_>,
    options: &NewKep,
    registry: &Registry,
    number: u64,
) -> Result<(RepositoryName, ObservedIssue, Form)> {
    let default = registry.config.value.default_repository();
    let Some(repository) = options.repository.as_ref().or(default) else {
        bail!("registry.toml lists no repository");
    };
    connect::listed(registry, repository)?;
    let taken = registry.keps.iter().find(|entry| {
        entry.value.issue == Some(number)
            && entry.value.number != options.number
            && registry.repository_of(entry.value.repository.as_ref()) == Some(repository)
    });
    if let Some(taken) = taken {
        bail!(
            "{repository}#{number} is the issue of KEP-{} already",
            taken.value.number
        );
    }
    let found = block_on(async {
        let sandbox = options.sandbox.as_ref();
        let (only, waits) = (Some(repository), patience(&options.waits));
        let connection = Connection::open_for(context, sandbox, registry, only, waits).await?;
        let found = connection.client.issue(repository, number).await;
        connection.close().await;
        Ok(found?)
    })?;
    match found {
        Lookup::Issue(issue) => {
            let form = form::read(&issue.title, &issue.body);
            Ok((repository.clone(), *issue, form))
        }
        Lookup::PullRequest => bail!("{repository}#{number} is a pull request"),
        Lookup::Transferred(address) => {
            bail!(
                "{repository}#{number} was transferred to {}",
                printable(&address)
            )
        }
        Lookup::Deleted => bail!("{repository}#{number} was deleted"),
        Lookup::Invisible => {
            bail!("{repository}#{number} does not exist, or this identity may not see it")
        }
    }
}
