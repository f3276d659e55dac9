//! What a refresh came to as the body of its pull request: first what waits for a person, then what changed, source by source, each line with
//! its reason and address; what stays, what nobody tracks and what there is to say beside is folded; last, what was read.

use super::proposals::{View, of_text};
use super::proposals_markdown::{Body, kept, rows, table, waiting};
use crate::terms::Subject;
use crate::terms::links::Site;
use crate::text::markdown::{code, fence, text, with_code};
use crate::text::paint::Paint;
use crate::text::words::counted;
use crate::views::refreshed::{Created, Refreshed, State};

/// All of it.
pub fn markdown(refreshed: &Refreshed, view: View<'_>) -> String {
    let mut out = Body::default();
    waits(&mut out, refreshed);
    changed(&mut out, refreshed, view);
    let mut stays = Vec::new();
    let mut notes = Vec::new();
    for all in refreshed.proposals() {
        stays.extend(kept(all));
        notes.extend(
            all.notes
                .iter()
                .map(|note| format!("- {}\n", with_code(note))),
        );
    }
    if !stays.is_empty() {
        let what = counted(stays.len(), "field");
        out.folded(&format!("Kept as people wrote it: {what}"), &stays);
    }
    if !refreshed.untracked.is_empty() {
        let count = refreshed.untracked.len() + refreshed.more_untracked;
        let lines = refreshed.untracked.iter().map(|one| {
            let kep = one.kep;
            format!(
                "- [KEP-{kep}](https://github.com/kubernetes/enhancements/issues/{kep}) {}: {}\n",
                text(&one.title),
                with_code(&one.why)
            )
        });
        let mut lines: Vec<String> = lines.collect();
        if refreshed.more_untracked > 0 {
            lines.push(format!(
                "- and {} more: `kepherd upstream untracked --repo CLONE`\n",
                refreshed.more_untracked
            ));
        }
        let what = match count {
            1 => "1 KEP that looks as if a runtime had to do with it".to_owned(),
            many => format!("{many} KEPs that look as if a runtime had to do with them"),
        };
        out.folded(&format!("Nobody tracks yet: {what}"), &lines);
    }
    if !notes.is_empty() {
        out.folded(&counted(notes.len(), "note"), &notes);
    }
    if view.diff {
        for proposal in refreshed.files.iter().filter(|one| one.is_good()) {
            let shown = of_text(proposal, view, Paint(false));
            let fence = fence(&shown);
            out.block(&format!("{fence}diff\n{shown}{fence}\n"));
        }
    }
    out.last(&format!("{}\n", read(refreshed)));
    out.text()
}

/// What waits for a person: first what is to be decided, then what is to be done about the sources themselves.
fn waits(out: &mut Body, refreshed: &Refreshed) {
    let mut lines = Vec::new();
    for all in refreshed.proposals() {
        lines.extend(waiting(all));
    }
    for part in &refreshed.parts {
        if let Some(trouble) = part.trouble() {
            lines.push(format!(
                "- **{}**: {}\n",
                text(&part.name),
                with_code(&trouble)
            ));
        }
    }
    if lines.is_empty() {
        return;
    }
    let verb = if lines.len() == 1 { "waits" } else { "wait" };
    let things = counted(lines.len(), "thing");
    out.block(&format!("## {things} {verb} for a person\n\n"));
    out.some(&lines, "More that waits for a person");
}

/// What changed, source by source.
fn changed(out: &mut Body, refreshed: &Refreshed, view: View<'_>) {
    // What a new record says is said once, as it is in the end.
    let is_new = |subject: Option<&Subject>| {
        let mut created = refreshed.created.iter();
        subject.is_some_and(|subject| created.any(|one| Subject::Kep(one.kep) == *subject))
    };
    let parts = refreshed.parts.iter().filter_map(|part| {
        let rows = rows(part.proposals.as_ref()?, |subject| !is_new(subject));
        (!rows.is_empty()).then_some((part, rows))
    });
    let parts: Vec<_> = parts.collect();
    let new: Vec<String> = refreshed.created.iter().map(created).collect();
    let facts: usize = parts.iter().map(|(_, rows)| rows.len()).sum();
    let count = facts + new.len();
    let verb = if view.is_written {
        "changed"
    } else {
        "to change"
    };
    if count == 0 {
        out.block("Nothing changed.\n");
        return;
    }
    out.block(&format!("## {} {verb}\n\n", counted(count, "fact")));
    if !new.is_empty() {
        let records = counted(new.len(), "new record");
        out.block(&format!("### {records}, for triage\n\n"));
        out.block("| record | title | what it says | issue | file |\n|---|---|---|---|---|\n");
        out.some(&new, "More new records");
    }
    for (part, rows) in parts {
        out.block(&format!("### {}\n\n", text(&part.name)));
        table(out, &rows);
    }
}

/// A new record as a row of a table.
fn created(new: &Created) -> String {
    // A link, and no reference: that would tell everybody who follows the issue.
    let issue = new.issue.as_ref();
    let issue = issue.map(|at| Site::github().reference(at, "issues"));
    format!(
        "| KEP-{} | {} | {} | {} | `{}` |\n",
        new.kep,
        text(&new.title),
        text(&new.says),
        issue.unwrap_or_default(),
        code(&new.path)
    )
}

/// What was read, and what was not.
fn read(refreshed: &Refreshed) -> String {
    let parts = refreshed.parts.iter().map(|part| {
        let name = text(&part.name);
        match (&part.state, &part.proposals) {
            (State::NotAsked(_), _) => format!("{name}: not asked"),
            (State::NotRead(_), _) | (_, None) => format!("{name}: not read"),
            (_, Some(all)) => {
                let read = all.read.trim_start_matches("read ");
                let read = read.strip_prefix("GitHub ").unwrap_or(read);
                match read {
                    "" => name,
                    read => format!("{name} {}", with_code(read)),
                }
            }
        }
    });
    let parts: Vec<String> = parts.collect();
    format!("Read: {}", parts.join(" · "))
}
