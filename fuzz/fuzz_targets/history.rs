//! Messages of commits, one below another, as a history with tags and a release branch: what is asked of it has an answer.
#![no_main]

use std::collections::HashMap;

use kepherd::sources::runtimes::titles::plain_title;
use kepherd::sources::runtimes::history::{Commit, History, Names};
use kepherd::sources::runtimes::message;
use kepherd::sources::runtimes::names::Backports;
use kepherd::terms::{CommitId, Named};
use libfuzzer_sys::fuzz_target;

fn id(node: usize) -> CommitId {
    let mut bytes = [0x11; 20];
    bytes[..2].copy_from_slice(&(node as u16).to_be_bytes());
    CommitId(bytes)
}

fuzz_target!(|bytes: &[u8]| {
    if bytes.len() > 1 << 14 {
        return;
    }
    let day = "2026-11-24".parse().unwrap();
    let mut names = Names::default();
    let mut commits = Vec::new();
    let mut numbers: HashMap<u64, usize> = HashMap::new();
    for (node, text) in bytes.split(|byte| *byte == 0).take(300).enumerate() {
        // The first byte says where it hangs, and whether it has a tag.
        let (head, message) = text.split_first().unwrap_or((&0, &[]));
        let back = |by: u8| node.checked_sub(1 + usize::from(by)).map(id);
        let mut parents: Vec<CommitId> = back(head >> 6).into_iter().collect();
        parents.extend(back(head & 7).filter(|_| head & 8 != 0));
        let said = message::read(message, parents.len() > 1);
        if let Some(merged) = &said.merges {
            numbers.insert(merged.number, node);
            plain_title(&merged.title);
        }
        commits.push(Commit {
            id: id(node),
            parents,
            day,
            said,
        });
        names.default = Some(id(node));
        if head & 16 != 0 {
            let version = format!("2.{}.{}", node % 4, node);
            names.tags.insert(version.parse().unwrap(), (id(node), day));
        }
        if head & 32 != 0 {
            names.branches.insert("2.1".parse().unwrap(), id(node));
        }
    }
    let patterns = ["cherry-pick-{number}-to-*".to_owned(), "*{number}*".to_owned()];
    let history = History::of(commits, &names, &Backports::new(&patterns));
    history.brought();
    for (number, node) in numbers {
        let named = Named::PullRequest(number);
        let answer = history.answer(&[named, Named::Commit(id(node))]);
        // What has it first is among what has it.
        if let Some((version, _)) = answer.first {
            assert_eq!(answer.lines[&version.release].version, version);
        }
        history.same_title(named);
    }
});
