//! The issue of a work item → an edit of its record: pull requests that refer to it. Where the issue went is for a person to write down: the
//! record of a work item has no list of former ones. Pure.

use super::asked::Asked;
use super::mentions::{Mentions, Record};
use super::seen::Found;
use crate::registry::Entry;
use crate::registry::edit::{NoToml, edited};
use crate::registry::tracked::Tracked;
use crate::registry::work_item::WorkItem;
use crate::sources::proposal::{Because, Proposal, Proposals, Question, Untouched};
use crate::terms::Subject;

/// The edit of a work item that follows from what was read of its issue; absent: none, and it has no issue.
pub(super) fn proposal(
    asked: &Asked<'_>,
    entry: &Entry<WorkItem>,
    all: &mut Proposals,
) -> Option<Proposal> {
    let item = &entry.value;
    let at = Tracked::Item(entry).pinned(asked.registry)?;
    let source = asked.registry.file(entry.file);
    let subject = Subject::Item(item.id.clone());
    if !entry.is_whole() {
        let because = Because::Skipped(format!(
            "{}: has errors, and is left alone: run `kepherd check`",
            source.path
        ));
        all.untouched.push(Untouched { subject, because });
        return None;
    }
    let went = match asked.seen.tracked.get(&at)? {
        Found::Issue(issue) if issue.is_duplicate => match &issue.duplicate_of {
            Some(of) => format!("was closed as a duplicate of {}", asked.short(of)),
            None => "was closed as a duplicate".to_owned(),
        },
        Found::Issue(_) => String::new(),
        Found::Transferred { address, .. } => format!("was transferred to {address}"),
        Found::PullRequest => "is a pull request".to_owned(),
        Found::Deleted => "was deleted".to_owned(),
        Found::Invisible => "is not there, or this identity may not see it".to_owned(),
    };
    if !went.is_empty() {
        all.questions.push(Question {
            subject: Some(subject),
            why: format!("its issue {went}"),
            settled_by: "write the right number into `issue`".to_owned(),
            from: Some(asked.origin(&at)),
        });
        return None;
    }
    let mut mentions = Mentions::default();
    if let Some(issue) = asked.issue(&at) {
        mentions.add(issue);
    }
    let mut proposal = Proposal::about(Some(subject), source);
    let edited: Result<_, NoToml> = edited(&source.text, |document| {
        let changes = mentions.write(asked, document, Record::Item(item), &at, all);
        Ok((!changes.is_empty()).then_some(changes))
    });
    if let Ok(Some((after, changes))) = edited {
        (proposal.after, proposal.changes) = (after, changes);
    }
    Some(proposal)
}
