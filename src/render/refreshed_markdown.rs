//! What a refresh came to as the body of its pull request: first what waits for a person, then what changed, source by source, each line with
//! its reason and address; what stays, what nobody tracks and what there is to say beside is folded; last, what was read.

use super::proposals::{View, of_text};
use super::proposals_markdown::{Body, kept, rows, table, waiting};
use crate::text::markdown::{fence, text, with_code};
use crate::text::paint::Paint;
use crate::text::words::counted;
use crate::views::refreshed::{Refreshed, State};

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
                "- and {} more: `kepherd upstream untracked`\n",
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
        let proposals = refreshed.proposals().flat_map(|all| &all.proposals);
        for proposal in proposals.filter(|one| one.is_good()) {
            let shown = of_text(proposal, view, Paint(false));
            let fence = fence(&shown);
            out.block(&format!("{fence}diff\n{shown}{fence}\n"));
        }
    }
    out.last(&format!("{}\n", read(refreshed)));
    out.text()
}

/// What waits for a person: sources first, for all else rests on them.
fn waits(out: &mut Body, refreshed: &Refreshed) {
    let mut lines = Vec::new();
    for part in &refreshed.parts {
        if let Some(trouble) = part.trouble() {
            lines.push(format!(
                "- **{}**: {}\n",
                text(&part.name),
                with_code(&trouble)
            ));
        }
    }
    for all in refreshed.proposals() {
        lines.extend(waiting(all));
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
    let parts = refreshed.parts.iter().filter_map(|part| {
        let rows = rows(part.proposals.as_ref()?);
        (!rows.is_empty()).then_some((part, rows))
    });
    let parts: Vec<_> = parts.collect();
    let count: usize = parts.iter().map(|(_, rows)| rows.len()).sum();
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
    for (part, rows) in parts {
        out.block(&format!("### {}\n\n", text(&part.name)));
        table(out, &rows);
    }
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
