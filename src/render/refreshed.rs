//! What a refresh came to, for people: source by source what becomes of each file and why, what waits for a person, and what it comes to.

use super::proposals::{self, Said, View, of_text};
use crate::text::paint::Paint;
use crate::text::words::{counted, printable};
use crate::views::refreshed::{Refreshed, State};

/// How many KEPs that nobody tracks are named.
const NAMED: usize = 5;

/// All that there is to say of a refresh, but the line that counts.
pub fn text(refreshed: &Refreshed, view: View<'_>, paint: Paint) -> Said {
    let mut said = Said::default();
    for part in &refreshed.parts {
        let name = printable(&part.name);
        if let Some(trouble) = part.trouble() {
            let trouble = printable(&trouble);
            said.log.push_str(&format!("warning: {name}: {trouble}\n"));
        }
        if let State::NotAsked(why) = &part.state {
            said.log
                .push_str(&format!("note: {name}: {}\n", printable(why)));
        }
        let Some(all) = &part.proposals else {
            continue;
        };
        // The edits of several sources are one diff in the end.
        let of_source = proposals::text(
            all,
            View {
                diff: false,
                ..view
            },
            paint,
        );
        if !of_source.out.is_empty() {
            let read = match all.read.as_str() {
                "" => String::new(),
                read => format!("  {}", paint.quiet(&printable(read))),
            };
            said.out.push_str(&format!(
                "{}{read}\n{}\n",
                paint.strong(&name),
                of_source.out
            ));
        }
        said.log.push_str(&of_source.log);
    }
    for file in refreshed
        .files
        .iter()
        .filter(|file| view.diff && file.is_good())
    {
        said.out.push_str(&of_text(file, view, paint));
    }
    let (shown, rest) = refreshed
        .untracked
        .split_at(refreshed.untracked.len().min(NAMED));
    for one in shown {
        let line = format!("KEP-{} {}: {}", one.kep, one.title, one.why);
        said.log
            .push_str(&format!("note: nobody tracks {}\n", printable(&line)));
    }
    let more = rest.len() + refreshed.more_untracked;
    if more > 0 {
        said.log.push_str(&format!(
            "note: nor {more} more: `kepherd upstream untracked --repo CLONE` ranks them\n"
        ));
    }
    said
}

/// The line that counts.
pub fn summary(refreshed: &Refreshed, view: View<'_>) -> String {
    let good = refreshed.files.iter().filter(|file| file.is_good());
    let (new, old): (Vec<_>, Vec<_>) = good.partition(|file| file.before.is_none());
    let (created, updated) = (new.len(), old.len());
    let done = match view.is_written {
        true => ["created", "updated"],
        false => ["to create", "to update"],
    };
    let read = refreshed.parts.iter();
    let read = read.filter(|part| part.proposals.is_some()).count();
    let mut parts = Vec::new();
    for (count, what) in [(created, done[0]), (updated, done[1])] {
        if count > 0 {
            parts.push(format!("{} {what}", counted(count, "file")));
        }
    }
    if parts.is_empty() {
        parts.push("nothing to change".to_owned());
    }
    match refreshed.waiting() {
        0 => {}
        1 => parts.push("1 thing waits for a person".to_owned()),
        many => parts.push(format!("{many} things wait for a person")),
    }
    format!(
        "{}; {} of {} read",
        parts.join(", "),
        read,
        counted(refreshed.parts.len(), "source")
    )
}
