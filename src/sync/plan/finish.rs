//! The last pass: the section of each issue, which remembers what was settled of pull requests, and with it the action.

use super::claims::Memories;
use super::compare::{Compared, Fate, Sectioned, There, new_issue};
use super::field::{Drift, SectionChange};
use super::index::Scene;
use super::{Action, IssuePlan, Update, notice};

pub(super) fn issue(compared: Compared<'_>, scene: &Scene<'_>, memories: &Memories) -> IssuePlan {
    let wanted = compared.wanted;
    let last = compared.last();
    let during = memories.during.get(&wanted.subject);
    let mut afterwards = None;
    let mut news = Vec::new();
    let (action, drift) = match compared.fate {
        Fate::New(status) => match new_issue((wanted, &status), during) {
            Ok(new) => (Action::Create(new), Vec::new()),
            Err(blocked) => (Action::Blocked(blocked), Vec::new()),
        },
        Fate::NotTracked => (Action::NotTracked, Vec::new()),
        Fate::Blocked(blocked, drift) => (Action::Blocked(blocked), drift),
        Fate::There(there) => match there.section(wanted, last, during) {
            Err(blocked) => (Action::Blocked(blocked), Vec::new()),
            Ok(section) => {
                let after = memories.after.get(&wanted.subject);
                if during != after {
                    let after = there.section(wanted, last, after).ok();
                    let after = after.and_then(|after| after.text);
                    afterwards = change(section.text.as_ref(), after);
                }
                news.clone_from(&there.news);
                update(*there, section)
            }
        },
    };
    let mut notices = match (compared.seen, &action) {
        (Some(seen), _) => notice::of_issue(wanted, seen, scene),
        (None, Action::Create(_)) => notice::of_new(wanted, &scene.index),
        (None, _) => Vec::new(),
    };
    notices.extend(news);
    IssuePlan {
        subject: wanted.subject.clone(),
        name: wanted.name.clone(),
        record: wanted.record.clone(),
        number: compared.number,
        url: compared.seen.map(|seen| seen.issue.url.clone()),
        action,
        afterwards,
        drift,
        notices,
    }
}

/// The section's last change of a run: from what the update makes of it to what it says in the end.
fn change(from: Option<&String>, to: Option<String>) -> Option<SectionChange> {
    let (from, to) = (from?.clone(), to?);
    (from != to).then_some(SectionChange {
        from: Some(from),
        to,
    })
}

fn update(there: There<'_>, section: Sectioned) -> (Action, Vec<Drift>) {
    let drift = [there.drift, section.drift].concat();
    let is_written = section.change.is_some();
    let update = Update {
        // Both are remembered in the section; where it is not written, there is neither.
        close: there.update.close.filter(|_| is_written),
        announcement: there.update.announcement.filter(|_| is_written),
        section: section.change,
        ..there.update
    };
    let action = if update.is_empty() {
        Action::InSync
    } else {
        Action::Update(update)
    };
    (action, drift)
}
