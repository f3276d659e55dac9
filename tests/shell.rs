//! What shells complete and what manuals say is what the command line takes.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

mod common;

use clap::CommandFactory as _;
use common::Folder;

/// A command as people type it, its long options, and its name in the names of pages.
struct Known {
    page: String,
    name: String,
    options: Vec<String>,
}

/// Every command that can be typed.
fn commands() -> Vec<Known> {
    fn walk(command: &clap::Command, page: &str, all: &mut Vec<Known>) {
        let options = command.get_arguments().filter(|one| !one.is_hide_set());
        all.push(Known {
            page: page.to_owned(),
            name: command.get_name().to_owned(),
            options: options
                .filter_map(|one| one.get_long().map(str::to_owned))
                .collect(),
        });
        for below in command
            .get_subcommands()
            .filter(|below| !below.is_hide_set())
        {
            if below.get_name() != "help" {
                walk(below, &format!("{page}-{}", below.get_name()), all);
            }
        }
    }
    let mut command = kepherd::cli::Cli::command();
    command.build();
    let mut all = Vec::new();
    walk(&command, "kepherd", &mut all);
    all
}

#[test]
fn there_is_a_page_of_each_command_with_all_its_options() {
    let folder = Folder::empty();
    folder.run(&["man", "--out", "man"]).expect(0);
    let commands = commands();
    assert!(commands.len() > 35, "{}", commands.len());
    for known in &commands {
        let page = folder.read(&format!("man/{}.1", known.page));
        let head = format!(
            ".TH {} 1  \"kepherd {}\"",
            known.page,
            env!("CARGO_PKG_VERSION")
        );
        assert!(page.contains(&head), "{}: {page}", known.page);
        for option in &known.options {
            let written = format!("\\-\\-{}", option.replace('-', "\\-"));
            assert!(page.contains(&written), "{}: {option}\n{page}", known.page);
        }
    }
    let pages = std::fs::read_dir(folder.path().join("man"))
        .unwrap()
        .count();
    assert_eq!(pages, commands.len());
    // The same every time, so that a release can be built again.
    let before = folder.contents();
    folder.run(&["man", "--out", "man", "--quiet"]).expect(0);
    assert_eq!(folder.contents(), before);
}

#[test]
fn shells_complete_each_command_and_option() {
    let folder = Folder::empty();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let text = folder.run(&["completions", shell]).expect(0);
        for known in commands() {
            assert!(text.contains(&known.name), "{shell}: {}", known.name);
            for option in &known.options {
                assert!(text.contains(option), "{shell}: {} --{option}", known.page);
            }
        }
    }
    assert_eq!(folder.run(&["completions", "tcsh"]).status, 2);
}
